/* summarize - metrics of groups of records: a row a group for every --by, in one pass. */
#include <stdlib.h>

#include "flow.h"
#include "ruleopt.h"

struct opts {
	struct cli_common common;
	struct ruleopt rules;
	struct rules_groups_opts groups;
	const char **by;
	size_t nby, by_cap;
	bool check;
};

enum { OPT_BY = 256, OPT_CLUSTERED, OPT_SHARD_KEY, OPT_TOP, OPT_PARTIAL, OPT_MERGE, OPT_CHECK };

static const struct cli_opt options[] = {
	RULEOPT_OPTIONS,
	{'m', "metrics", "NAMES", "metrics to write, in this order (default all of the rules)"},
	{OPT_BY, "by", "COLS", "group by these; '' is the total; repeatable (default the total)"},
	{OPT_CLUSTERED, "clustered", "COL", "the input is sorted by COL: count it without a table"},
	{OPT_SHARD_KEY, "shard-key", "COL", "partials: the records of a COL are all in this shard"},
	{OPT_TOP, "top", "N", "keep the N groups with the largest first metric, the rest as Other"},
	{OPT_PARTIAL, "partial", NULL, "write mergeable states"},
	{OPT_MERGE, "merge", NULL, "the input is the output of --partial: finish it"},
	{OPT_CHECK, "check", NULL, "only check the rules"},
	CLI_COMMON,
	CLI_END,
};

static void
take_option(struct opts *o, const struct cli *c, int id)
{
	if (ruleopt_take(&o->rules, c, id))
		return;
	switch (id) {
	case 'm':
		o->groups.metrics = c->arg;
		break;
	case OPT_BY:
		o->by = xgrow(o->by, &o->by_cap, o->nby + 1, sizeof *o->by);
		o->by[o->nby++] = c->arg;
		break;
	case OPT_CLUSTERED:
		o->groups.clustered = c->arg;
		break;
	case OPT_SHARD_KEY:
		o->groups.shard_key = c->arg;
		break;
	case OPT_TOP:
		o->groups.top = cli_count(c, "top", 1, UINT32_MAX);
		break;
	case OPT_PARTIAL:
		o->groups.partial = true;
		break;
	case OPT_MERGE:
		o->groups.merge = true;
		break;
	case OPT_CHECK:
		o->check = true;
		break;
	}
}

static void
check_options(struct opts *o)
{
	const struct rules_groups_opts *g = &o->groups;
	if (g->partial && g->merge)
		msg_die(LIMN_USAGE, "--partial and --merge do not go together");
	if (g->merge && g->clustered)
		msg_die(LIMN_USAGE, "--clustered is for records; --merge reads states");
	if (g->shard_key && !g->partial)
		msg_die(LIMN_USAGE, "--shard-key is for --partial");
	if (g->partial && o->common.to == REC_AUTO && !o->common.output)
		o->common.to = REC_TSV;
	if (o->check)
		ruleopt_any_day(&o->rules);
	o->groups.by = o->by;
	o->groups.nby = o->nby;
}

static void
write_row(void *ctx, const struct span *values)
{
	rec_out_row(ctx, values);
}

/* Borrows all. Failures are left in f->err. */
static void
summarize(struct flow *f, struct rules_groups *g)
{
	const struct rec_batch *b;
	while (flow_next(f, &b))
		if (rules_groups_add(g, b, &f->err))
			return;
	if (!f->err.code)
		rules_groups_finish(g, write_row, f->out, &f->err);
}

static int
run(struct rules *rules, struct opts *o)
{
	struct flow f;
	flow_open(&f, &o->common);
	struct rules_groups *g = rules_groups_new(rules, f.in, &o->groups, &f.err);
	size_t n = 0;
	const struct rec_name *names = g ? rules_groups_names(g, &n) : NULL;
	if (!names)
		msg_die(f.err.code, "%s", f.err.text);
	flow_output(&f, false, names, n);
	summarize(&f, g);
	int status = flow_close(&f);
	rules_groups_free(g);
	return status;
}

static int
check(struct rules *rules, struct opts *o)
{
	struct err e = {0};
	if (rules_groups_check(rules, o->groups.metrics, &e))
		msg_warn("%s", e.text);
	else
		rules_lint(rules);
	arena_free(&o->common.text);
	return e.code;
}

int
main(int argc, char **argv)
{
	struct opts o = {.rules = RULEOPT_DEFAULTS};
	struct cli c = {
		.synopsis = "-r RULES [-m METRICS] [--by COLS]... [--check] [OPTION]... [FILE]...",
		.purpose = "Compute the metrics of RULES for every group of records.",
		.options = options,
		.common = &o.common,
	};
	for (int id; (id = cli_next(&c, argc, argv)) >= 0;)
		take_option(&o, &c, id);
	check_options(&o);
	struct rules *rules = ruleopt_load(&o.rules, &o.common);
	int status = o.check ? check(rules, &o) : run(rules, &o);
	rules_free(rules);
	ruleopt_free(&o.rules);
	free(o.by);
	return status;
}
