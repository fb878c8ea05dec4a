/* L5 flow - the two ends of a filter, opened and closed as the common options say. */
#include "flow.h"

#include <stdlib.h>

#include "ledger.h"

static _Noreturn void
die(const struct flow *f)
{
	msg_die(f->err.code, "%s", f->err.text);
}

void
flow_open(struct flow *f, struct cli_common *common)
{
	*f = (struct flow){.common = common, .started = ledger_now()};
	f->zone = zone_open(common->tz ? common->tz : "UTC", &f->err);
	if (!f->zone)
		die(f);
	struct rec_in_opts o = {
		.files = common->files,
		.nfiles = common->nfiles,
		.enc = common->from,
		.columns = common->columns,
		.as = common->as,
		.stream = common->stream,
		.zone = f->zone,
		.time_format = common->time_format,
		.rejects = common->rejects,
		.max_rejects = common->max_rejects,
		.max_record = common->max_record,
		.block = common->block,
		.progress = common->progress,
		.keep = common->keep,
	};
	f->in = rec_in_open(&o, &f->err);
	if (!f->in)
		die(f);
	if (!common->where)
		return;
	struct rules_env env = {.zone = f->zone,
		.as_of = WHEN_DAY_MISSING,
		.maps = common->maps,
		.nmaps = common->nmaps};
	f->where = rules_expr(common->where, "--where", &env, &f->err);
	if (!f->where || rules_bind(f->where, f->in, &f->err))
		die(f);
	rec_in_filter(f->in, rules_filter, f->where);
}

int
flow_want(struct flow *f, const char *name, enum rec_type type)
{
	return rec_in_want(f->in, name, type);
}

int
flow_need(struct flow *f, const char *name, enum rec_type type)
{
	int slot = rec_in_need(f->in, name, type, &f->err);
	if (slot < 0)
		die(f);
	return slot;
}

void
flow_output(struct flow *f, bool like_input, const struct rec_name *extra, size_t n)
{
	struct rec_out_opts o = {
		.path = f->common->output,
		.enc = f->common->to,
		.fallback = rec_in_is_empty(f->in) ? REC_AUTO : rec_in_enc(f->in),
		.no_header = f->common->no_header,
		.select = f->common->select,
	};
	f->out = rec_out_open(&o, like_input ? f->in : NULL, extra, n, &f->err);
	if (!f->out)
		die(f);
}

bool
flow_next(struct flow *f, const struct rec_batch **b)
{
	return !f->err.code && !(f->out && rec_out_failed(f->out)) &&
	       rec_in_next(f->in, b, &f->err) > 0;
}

static void
write_ledger(struct flow *f, uint64_t records_out, uint64_t bytes_out)
{
	struct rec_in_stats s = rec_in_stats(f->in);
	struct ledger l = {
		.records_in = s.records,
		.bytes_in = s.bytes,
		.records_out = records_out,
		.bytes_out = bytes_out,
		.duplicate = f->count.duplicate,
		.rejected = s.rejected,
		.filtered = s.filtered,
		.late = f->count.late,
		.state_in = f->count.state_in,
		.state_out = f->count.state_out,
		.no_key = f->count.no_key,
		.unknown = s.unknown,
		.more = buf_as_span(&f->count.more),
		.status = f->err.code,
		.started = f->started,
		.argc = f->common->argc,
		.argv = f->common->argv,
	};
	ledger_append(f->common->ledger, &l, &f->err);
}

int
flow_close(struct flow *f)
{
	uint64_t records = f->count.records_out, bytes = f->count.bytes_out;
	if (f->out && (f->err.code == LIMN_OK || !f->common->output))
		rec_out_close(f->out, &records, &bytes, &f->err);
	else
		rec_out_abort(f->out);
	if (f->common->ledger)
		write_ledger(f, records, bytes);
	if (f->err.code)
		msg_warn("%s", f->err.text);
	rules_free(f->where);
	rec_in_free(f->in);
	buf_free(&f->count.more);
	arena_free(&f->common->text);
	return f->err.code;
}
