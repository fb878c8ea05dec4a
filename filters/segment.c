/* segment - the tags of every person, and the segments that he or she is in. */
#include <stdio.h>
#include <stdlib.h>

#include "factopt.h"
#include "outfile.h"
#include "ruleopt.h"
#include "sorted.h"

struct opts {
	struct cli_common common;
	struct ruleopt rules;
	const char *key;
	struct factopt facts;
	const char *explain; /* whom */
	bool rows, members, wide, check;
};

enum { OPT_ROWS = 256, OPT_FACTS, OPT_WIDE, OPT_MEMBERS, OPT_EXPLAIN, OPT_CHECK };

static const struct cli_opt options[] = {
	RULEOPT_OPTIONS,
	{'k', "key", "COL", "the column that names a person (default person_id, else customer_id)"},
	{OPT_ROWS, "rows", NULL, "the input is rows of anything, in any order: there is no key"},
	{OPT_FACTS, "facts", "NAME=FILE", "the stream NAME of facts, sorted by key; repeatable"},
	{OPT_WIDE, "wide", NULL, "write each row with its tags and segments (this is the default)"},
	{OPT_MEMBERS, "members", NULL, "write a row for each segment that a person is in"},
	{OPT_EXPLAIN, "explain", "ID", "print every condition for one person, and what it saw"},
	{OPT_CHECK, "check", NULL, "only check the rules"},
	CLI_COMMON,
	CLI_END,
};

struct work {
	struct flow *flow;
	struct rules *rules;
	struct sorted key;
	int32_t as_of;
	bool rows, members;
	size_t ntag, nsegment;
	const struct rules_vec **tag, **segment; /* their values in the batch at hand */
	struct span *name;                       /* of segments */
	/* The segments of record i of the batch: in[from[i]] … in[from[i + 1] - 1], in the order of the rules. */
	size_t from[REC_BATCH_MAX + 1], in_cap;
	uint32_t *in;
	uint8_t *any;       /* by segment: somebody in the batch is in it */
	struct span *value; /* of the extra columns */
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
	case OPT_ROWS:
		o->rows = true;
		break;
	case OPT_FACTS:
		factopt_add(&o->facts, c->arg);
		break;
	case OPT_EXPLAIN:
		o->explain = c->arg;
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
	if (o->wide + o->members + (o->explain != NULL) > 1)
		msg_die(LIMN_USAGE, "--wide, --members and --explain do not go together");
	if (o->rows && (o->key || o->members || o->explain || o->facts.n))
		msg_die(LIMN_USAGE,
			"--rows have no key: not with --key, --members, --explain, --facts");
}

/* Counts the segments of each record, or puts them into `in`. Segment by segment, as thousands of vectors read
 * side by side would miss the cache with every byte; eight flags at a time, as most are 0. */
static void
take_flags(struct work *w, size_t n, size_t *at, uint32_t *in)
{
	for (size_t k = 0; k < w->nsegment; k++) {
		const uint8_t *flag = w->segment[k]->flag;
		if (in && !w->any[k])
			continue;
		w->any[k] = 0;
		for (size_t i = 0; i < n; i += 8) {
			uint64_t bits = 0;
			memcpy(&bits, flag + i, sizeof bits);
			if (n - i < 8)
				bits &= ((uint64_t)1 << 8 * (n - i)) - 1;
			w->any[k] |= bits != 0;
			for (; bits; bits &= bits - 1) {
				size_t row = i + (size_t)__builtin_ctzll(bits) / 8;
				if (in)
					in[at[row]] = (uint32_t)k;
				at[row]++;
			}
		}
	}
}

static void
list_segments(struct work *w, size_t n)
{
	size_t at[REC_BATCH_MAX];
	memset(w->from, 0, (n + 1) * sizeof *w->from);
	take_flags(w, n, w->from + 1, NULL);
	for (size_t i = 0; i < n; i++) {
		at[i] = w->from[i];
		w->from[i + 1] += w->from[i];
	}
	w->in = xgrow(w->in, &w->in_cap, w->from[n] + 1, sizeof *w->in);
	take_flags(w, n, at, w->in);
}

static void
write_wide(struct work *w, const struct rec_batch *b, size_t i)
{
	w->scratch.len = w->names.len = 0;
	buf_room(&w->scratch, (w->ntag + 1) * RULES_TEXT_MAX);
	for (size_t k = 0; k < w->ntag; k++)
		w->value[k] = rules_text(w->tag[k], i, &w->scratch);
	for (size_t k = w->from[i]; k < w->from[i + 1]; k++) {
		if (w->names.len)
			buf_byte(&w->names, ',');
		buf_span(&w->names, w->name[w->in[k]]);
	}
	w->value[w->ntag] = w->names.len ? buf_as_span(&w->names) : SPAN_MISSING;
	rec_out_pass(w->flow->out, b, i, w->value);
}

static void
write_members(struct work *w, const struct rec_batch *b, size_t i)
{
	w->value[0] = b->col[w->key.slot].text[i];
	for (size_t k = w->from[i]; k < w->from[i + 1]; k++) {
		w->value[1] = w->name[w->in[k]];
		rec_out_row(w->flow->out, w->value);
	}
}

/* A missing key makes a record bad, a second record of a key is a failure. -1 with err filled. */
static int
check_key(struct work *w, const struct rec_batch *b, size_t i, bool *good)
{
	struct err *e = &w->flow->err;
	*good = true;
	if (w->rows)
		return 0;
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
		list_segments(w, b->n);
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

/* ---- one person ---- */

static void
put_explanation(struct work *w, struct span id, size_t row, struct buf *text)
{
	buf_str(text, w->key.name);
	buf_byte(text, ' ');
	buf_span(text, id);
	if (w->as_of != WHEN_DAY_MISSING) {
		char day[WHEN_TEXT_MAX];
		buf_str(text, ", as of ");
		buf_put(text, day, when_format_day(w->as_of, day));
	}
	buf_str(text, "\n\n");
	rules_explain(w->rules, row, text);
}

/* Evaluates only the batch that holds the person; reads all, so that the whole input is verified. */
static void
explain(struct work *w, struct span id, struct buf *text)
{
	const struct rec_batch *b;
	struct err *e = &w->flow->err;
	while (flow_next(w->flow, &b))
		for (size_t i = 0; i < b->n; i++) {
			bool good;
			if (check_key(w, b, i, &good))
				return;
			if (!good || !span_eq(b->col[w->key.slot].text[i], id))
				continue;
			if (rules_eval(w->rules, b, e))
				return;
			put_explanation(w, id, i, text);
		}
	if (!e->code && rules_end_streams(w->rules, e) == 0 && !text->len)
		err_set(e, LIMN_DATA, "there is no %s '%.*s' in the input", w->key.name,
			(int)(id.len < 100 ? id.len : 100), id.ptr);
}

static void
write_explanation(struct work *w, const char *id)
{
	struct flow *f = w->flow;
	struct outfile out;
	struct buf text = {0};
	if (outfile_open(&out, f->common->output, &f->err))
		return;
	explain(w, span_str(id), &text);
	outfile_write(&out, text.ptr, text.len);
	if (f->err.code)
		outfile_abort(&out);
	else
		outfile_close(&out, &f->err);
	f->count.bytes_out = text.len;
	buf_free(&text);
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
	w->any = xcalloc(w->nsegment, 1);
	for (size_t k = 0; k < w->ntag; k++)
		w->tag[k] = rules_tag(w->rules, k);
	for (size_t k = 0; k < w->nsegment; k++) {
		w->segment[k] = rules_segment(w->rules, k);
		w->name[k] = span_str(rules_name(w->rules, RULES_SEGMENT, k));
	}
}

static void
write_all(struct work *w)
{
	find_values(w);
	open_output(w);
	segment(w);
}

static void
free_work(struct work *w)
{
	rules_free(w->rules);
	sorted_free(&w->key);
	buf_free(&w->scratch);
	buf_free(&w->names);
	free(w->tag);
	free(w->segment);
	free(w->name);
	free(w->in);
	free(w->any);
	free(w->value);
}

int
main(int argc, char **argv)
{
	struct opts o = {.rules = RULEOPT_DEFAULTS};
	struct cli c = {
		.synopsis = "-r RULES [--wide | --members | --explain ID | --check] [OPTION]... "
			    "[FILE]...",
		.purpose = "Compute the tags and segments of RULES for every person.",
		.options = options,
		.common = &o.common,
	};
	for (int id; (id = cli_next(&c, argc, argv)) >= 0;)
		take_option(&o, &c, id);
	if (o.check)
		ruleopt_any_day(&o.rules);
	struct flow f;
	struct work w = {.flow = &f, .rows = o.rows, .members = o.members, .as_of = o.rules.as_of};
	w.rules = ruleopt_load(&o.rules, &o.common);
	int status = LIMN_OK;
	if (!o.check) {
		flow_open(&f, &o.common);
		if (!o.rows)
			find_key(&w, o.key);
		if (o.explain)
			rules_will_explain(w.rules);
		if (rules_bind(w.rules, f.in, &f.err))
			msg_die(f.err.code, "%s", f.err.text);
		factopt_open(&o.facts, &f, w.rules, w.key.name, w.key.slot);
		if (o.explain)
			write_explanation(&w, o.explain);
		else
			write_all(&w);
		factopt_count(&o.facts, &f, w.rules);
		status = flow_close(&f);
	} else {
		rules_lint(w.rules);
		arena_free(&o.common.text);
	}
	free_work(&w);
	ruleopt_free(&o.rules);
	factopt_free(&o.facts);
	return status;
}
