/* segment - the tags of every person, and the segments that he or she is in. */
#include <stdio.h>
#include <stdlib.h>

#include "flow.h"
#include "ruleopt.h"
#include "sorted.h"

struct opts {
	struct cli_common common;
	struct ruleopt rules;
	const char *key;
	const char **facts; /* NAME=FILE */
	size_t nfacts, facts_cap;
	bool members, wide, check;
};

enum { OPT_FACTS = 256, OPT_WIDE, OPT_MEMBERS, OPT_CHECK };

static const struct cli_opt options[] = {
	RULEOPT_OPTIONS,
	{'k', "key", "COL", "the column that names a person (default person_id, else customer_id)"},
	{OPT_FACTS, "facts", "NAME=FILE", "the stream NAME of facts, sorted by key; repeatable"},
	{OPT_WIDE, "wide", NULL, "write each row with its tags and segments (this is the default)"},
	{OPT_MEMBERS, "members", NULL, "write a row for each segment that a person is in"},
	{OPT_CHECK, "check", NULL, "only check the rules"},
	CLI_COMMON,
	CLI_END,
};

struct work {
	struct flow *flow;
	struct rules *rules;
	struct sorted key;
	struct rec_in **stream; /* by the number of the stream; NULL: not needed */
	const char **file;
	bool members;
	size_t ntag, nsegment;
	const struct rules_vec **tag, **segment; /* their values in the batch at hand */
	struct span *name;                       /* of segments */
	struct span *value;                      /* of the extra columns */
	struct buf scratch, names;
};

static void
take_option(struct opts *o, const struct cli *c, int id)
{
	if (ruleopt_take(&o->rules, c, id))
		return;
	switch (id) {
	case 'k':
		o->key = c->arg;
		break;
	case OPT_FACTS:
		o->facts = xgrow(o->facts, &o->facts_cap, o->nfacts + 1, sizeof *o->facts);
		o->facts[o->nfacts++] = c->arg;
		break;
	case OPT_WIDE:
		o->wide = true;
		break;
	case OPT_MEMBERS:
		o->members = true;
		break;
	case OPT_CHECK:
		o->check = true;
		break;
	}
	if (o->wide && o->members)
		msg_die(LIMN_USAGE, "--wide and --members do not go together");
}

static void
write_wide(struct work *w, const struct rec_batch *b, size_t i)
{
	w->scratch.len = w->names.len = 0;
	buf_room(&w->scratch, (w->ntag + 1) * RULES_TEXT_MAX);
	for (size_t k = 0; k < w->ntag; k++)
		w->value[k] = rules_text(w->tag[k], i, &w->scratch);
	for (size_t k = 0; k < w->nsegment; k++) {
		if (!w->segment[k]->flag[i])
			continue;
		if (w->names.len)
			buf_byte(&w->names, ',');
		buf_span(&w->names, w->name[k]);
	}
	w->value[w->ntag] = w->names.len ? buf_as_span(&w->names) : SPAN_MISSING;
	rec_out_pass(w->flow->out, b, i, w->value);
}

static void
write_members(struct work *w, const struct rec_batch *b, size_t i)
{
	w->value[0] = b->col[w->key.slot].text[i];
	for (size_t k = 0; k < w->nsegment; k++)
		if (w->segment[k]->flag[i]) {
			w->value[1] = w->name[k];
			rec_out_row(w->flow->out, w->value);
		}
}

/* A missing key makes a record bad, a second record of a key is a failure. -1 with err filled. */
static int
check_key(struct work *w, const struct rec_batch *b, size_t i, bool *good)
{
	struct err *e = &w->flow->err;
	*good = !span_missing(b->col[w->key.slot].text[i]);
	if (!*good)
		return rec_in_bad(w->flow->in, b, i, w->key.slot, "missing", e) ? -1 : 0;
	uint64_t before = w->key.line;
	int d = sorted_next(&w->key, b, i, e);
	if (d == 0) {
		char reason[64];
		snprintf(reason, sizeof reason, "there already, on line %ju", (uintmax_t)before);
		rec_in_fail(w->flow->in, b, i, w->key.slot, e, reason);
	}
	return d > 0 ? 0 : -1;
}

/* Failures are left in flow->err. */
static void
segment(struct work *w)
{
	const struct rec_batch *b;
	while (flow_next(w->flow, &b)) {
		if (rules_eval(w->rules, b, &w->flow->err))
			return;
		for (size_t i = 0; i < b->n; i++) {
			bool good;
			if (check_key(w, b, i, &good))
				return;
			if (good && w->members)
				write_members(w, b, i);
			else if (good)
				write_wide(w, b, i);
		}
	}
	if (!w->flow->err.code)
		rules_end_streams(w->rules, &w->flow->err);
}

/* ---- facts ---- */

/* The FILE of --facts NAME=FILE, NULL when it is not there. */
static const char *
facts_file(const struct opts *o, const char *name)
{
	const char *file = NULL;
	size_t len = strlen(name);
	for (size_t i = 0; i < o->nfacts; i++)
		if (strncmp(o->facts[i], name, len) == 0 && o->facts[i][len] == '=') {
			if (file)
				msg_die(LIMN_USAGE, "--facts %s: given twice", name);
			file = o->facts[i] + len + 1;
		}
	return file;
}

/* Like the input, but in the canonical columns and times: its options are not about streams. */
static struct rec_in *
open_stream(struct work *w, const char *const *file)
{
	struct rec_in_opts o = REC_IN_DEFAULTS;
	o.files = file;
	o.nfiles = 1;
	o.zone = w->flow->zone;
	o.max_record = w->flow->common->max_record;
	o.block = w->flow->common->block;
	return rec_in_open(&o, &w->flow->err);
}

static void
open_streams(struct work *w, const struct opts *o)
{
	struct err *e = &w->flow->err;
	size_t n = rules_nstreams(w->rules);
	w->stream = xcalloc(n + 1, sizeof *w->stream);
	w->file = xcalloc(n + 1, sizeof *w->file);
	rules_bind_key(w->rules, w->key.slot);
	for (size_t i = 0; i < o->nfacts; i++)
		if (!strchr(o->facts[i], '='))
			msg_die(LIMN_USAGE, "--facts: NAME=FILE expected, not '%s'", o->facts[i]);
	for (size_t i = 0; i < n && !e->code; i++) {
		if (!rules_stream_needed(w->rules, i))
			continue;
		w->file[i] = facts_file(o, rules_stream_name(w->rules, i));
		if (!w->file[i])
			rules_stream_lacks(w->rules, i, e);
		else if ((w->stream[i] = open_stream(w, &w->file[i])))
			rules_bind_stream(w->rules, i, w->stream[i], w->key.name, e);
	}
	if (e->code)
		msg_die(e->code, "%s", e->text);
}

/* "facts":{"orders":{"records":9,"passed":1}} for the ledger. */
static void
count_facts(struct work *w)
{
	struct buf *b = &w->flow->count.more;
	size_t before = b->len;
	for (size_t i = 0; i < rules_nstreams(w->rules); i++) {
		struct rules_stream_stats s = rules_stream_stats(w->rules, i);
		if (w->stream[i])
			buf_printf(b, "%s\"%s\":{\"records\":%ju,\"passed\":%ju}",
				b->len > before ? "," : ",\"facts\":{",
				rules_stream_name(w->rules, i), (uintmax_t)s.rows,
				(uintmax_t)s.passed);
	}
	if (b->len > before)
		buf_byte(b, '}');
}

static void
close_streams(struct work *w)
{
	for (size_t i = 0; w->stream && i < rules_nstreams(w->rules); i++)
		rec_in_free(w->stream[i]);
	free(w->stream);
	free(w->file);
}

/* ---- the two ends ---- */

static void
find_key(struct work *w, const char *key)
{
	if (!key)
		key = flow_want(w->flow, "person_id", REC_TEXT) < 0 &&
				      flow_want(w->flow, "customer_id", REC_TEXT) >= 0
			      ? "customer_id"
			      : "person_id";
	w->key.slot = flow_need(w->flow, key, REC_TEXT);
	w->key.name = key;
}

static void
open_output(struct work *w)
{
	struct rec_name *extra = xcalloc(w->ntag + 2, sizeof *extra);
	size_t n = 0;
	if (w->members)
		extra[n++] = (struct rec_name){w->key.name, REC_TEXT};
	for (size_t k = 0; k < w->ntag && !w->members; k++)
		extra[n++] = (struct rec_name){
			rules_name(w->rules, RULES_TAG, k), rules_type(w->rules, RULES_TAG, k)};
	extra[n++] = (struct rec_name){w->members ? "segment" : "segments", REC_TEXT};
	for (size_t i = 0; i + 1 < n; i++)
		if (strcmp(extra[i].name, extra[n - 1].name) == 0)
			msg_die(LIMN_USAGE, "two columns of the output are called '%s'",
				extra[i].name);
	for (size_t i = 0; !w->members && i < rec_in_ncols(w->flow->in); i++)
		if (strcmp(rec_in_name(w->flow->in, i), "segments") == 0)
			msg_die(LIMN_USAGE, "the input has a column 'segments' already; "
					    "leave it out: cut, or --as other=segments");
	flow_output(w->flow, !w->members, extra, n);
	w->value = xcalloc(n, sizeof *w->value);
	free(extra);
}

static void
find_values(struct work *w)
{
	w->ntag = rules_count(w->rules, RULES_TAG);
	w->nsegment = rules_count(w->rules, RULES_SEGMENT);
	w->tag = xcalloc(w->ntag, sizeof *w->tag);
	w->segment = xcalloc(w->nsegment, sizeof *w->segment);
	w->name = xcalloc(w->nsegment, sizeof *w->name);
	for (size_t k = 0; k < w->ntag; k++)
		w->tag[k] = rules_tag(w->rules, k);
	for (size_t k = 0; k < w->nsegment; k++) {
		w->segment[k] = rules_segment(w->rules, k);
		w->name[k] = span_str(rules_name(w->rules, RULES_SEGMENT, k));
	}
}

static void
free_work(struct work *w)
{
	close_streams(w);
	rules_free(w->rules);
	sorted_free(&w->key);
	buf_free(&w->scratch);
	buf_free(&w->names);
	free(w->tag);
	free(w->segment);
	free(w->name);
	free(w->value);
}

int
main(int argc, char **argv)
{
	struct opts o = {.rules = RULEOPT_DEFAULTS};
	struct cli c = {
		.synopsis = "-r RULES [--wide | --members | --check] [OPTION]... [FILE]...",
		.purpose = "Compute the tags and segments of RULES for every person.",
		.options = options,
		.common = &o.common,
	};
	for (int id; (id = cli_next(&c, argc, argv)) >= 0;)
		take_option(&o, &c, id);
	if (o.check && o.rules.as_of == WHEN_DAY_MISSING)
		o.rules.as_of = when_from_civil(2000, 1, 1); /* any day will do */
	struct flow f;
	struct work w = {.flow = &f, .members = o.members};
	w.rules = ruleopt_load(&o.rules, &o.common);
	int status = LIMN_OK;
	if (!o.check) {
		flow_open(&f, &o.common);
		find_key(&w, o.key);
		if (rules_bind(w.rules, f.in, &f.err))
			msg_die(f.err.code, "%s", f.err.text);
		open_streams(&w, &o);
		find_values(&w);
		open_output(&w);
		segment(&w);
		count_facts(&w);
		status = flow_close(&f);
	} else {
		arena_free(&o.common.text);
	}
	free_work(&w);
	ruleopt_free(&o.rules);
	free(o.facts);
	return status;
}
