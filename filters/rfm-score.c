/* rfm-score - score customers by how recently, how often and for how much they bought.
 *
 * Reads orders, or a row of facts a customer, and writes a row a customer, sorted. Memory: some 100 bytes
 * a customer; without --as-of 32 more an order, as only the end of the input says what the window is. */
#include <stdlib.h>

#include "flow.h"
#include "rfmcuts.h"
#include "rfmin.h"

#define WINDOW_DAYS_MAX 36500

struct opts {
	struct cli_common common;
	int32_t as_of, window; /* WHEN_DAY_MISSING, 0: not told */
	int bins;              /* 0: not told */
	const char *cuts, *split, *cuts_out;
};

enum { OPT_AS_OF = 256, OPT_WINDOW, OPT_BINS, OPT_CUTS, OPT_SPLIT, OPT_CUTS_OUT };

static const struct cli_opt options[] = {
	{OPT_AS_OF, "as-of", "DAY", "the last day that counts (default: of the last payment)"},
	{OPT_WINDOW, "window", "DAYS", "days that count, the last one included (default 365d)"},
	{OPT_BINS, "bins", "N", "scores go from 1 to N, from 2 to 100 (default 5)"},
	{OPT_CUTS, "cuts", "SPEC|@FILE", "score by these cut values: 'R:90d,30d;F:2,5;M:50,500'"},
	{OPT_SPLIT, "split", "HOW",
		"eight groups split by mean, median or fixed:R,F,M (default mean)"},
	{OPT_CUTS_OUT, "cuts-out", "FILE", "save the cut and split values for --cuts @FILE"},
	CLI_COMMON,
	CLI_END,
};

struct run {
	struct flow flow;
	struct rfm_in in;
	struct rfm_cuts cuts;
	struct rfm_split split;
	bool cuts_given;
	uint64_t lapsed;
};

enum {
	OUT_ID,
	OUT_RECENCY,
	OUT_FREQUENCY,
	OUT_MONETARY,
	OUT_R,
	OUT_F,
	OUT_M,
	OUT_RFM,
	OUT_GROUP,
	OUT_GROUP_CN,
	OUT_N
};

static const struct rec_name columns[OUT_N] = {
	{"customer_id", REC_TEXT},
	{"recency_days", REC_NUM},
	{"frequency", REC_NUM},
	{"monetary", REC_NUM},
	{"r", REC_NUM},
	{"f", REC_NUM},
	{"m", REC_NUM},
	{"rfm", REC_TEXT},
	{"rfm_group", REC_TEXT},
	{"rfm_group_cn", REC_TEXT},
};

/* Makes what was not given. False with the error kept. */
static bool
make_cuts(struct run *r)
{
	if (r->cuts_given)
		rfm_cuts_resolve(&r->cuts, &r->in.set);
	else if (rfm_active(&r->in.set) >= RFM_MIN_BUYERS)
		rfm_cuts_make(&r->cuts, &r->in.set);
	if (r->cuts.known && !r->split.known)
		return rfm_split_make(&r->split, &r->in.set, &r->flow.err) == LIMN_OK;
	return true;
}

/* Appends a number to text and returns it as a span; text has the room. */
static struct span
put_uint(struct buf *text, uint64_t n)
{
	size_t from = text->len;
	buf_uint(text, n);
	return (struct span){text->ptr + from, text->len - from};
}

#define ROW_TEXT_MAX 512
#define AHEAD 16 /* rows go by id, buyers lie as they came: fetch them while others are written */

static void
write_row(struct run *r, uint32_t id, const struct rfm_scored *scored, struct buf *text)
{
	const struct rfm_buyer *b = &r->in.set.of[id];
	struct span v[OUT_N] = {{NULL, 0}};
	text->len = 0;
	buf_room(text, ROW_TEXT_MAX);
	v[OUT_ID] = keyset_key(r->in.keys, id);
	v[OUT_RECENCY] = put_uint(text, (uint64_t)rfm_recency(&r->in.set, b));
	v[OUT_FREQUENCY] = put_uint(text, b->orders);
	v[OUT_MONETARY] = SPAN_LIT("0");
	if (b->orders) {
		char *at = buf_room(text, DEC_TEXT_MAX);
		size_t len = dec_format((struct dec){b->amount, b->scale}, at);
		v[OUT_MONETARY] = (struct span){at, len};
		text->len += len;
	}
	if (scored->score[RFM_R]) {
		for (int axis = 0; axis < RFM_AXES; axis++)
			v[OUT_R + axis] = put_uint(text, (uint64_t)scored->score[axis]);
		size_t from = text->len;
		for (int axis = 0; axis < RFM_AXES; axis++) {
			if (axis && r->cuts.bins > 9)
				buf_byte(text, '-');
			buf_span(text, v[OUT_R + axis]);
		}
		v[OUT_RFM] = (struct span){text->ptr + from, text->len - from};
	}
	v[OUT_GROUP] = span_str(scored->group);
	v[OUT_GROUP_CN] = span_str(scored->group_cn);
	rec_out_row(r->flow.out, v);
}

static void
write_rows(struct run *r)
{
	uint32_t *order = rfm_order(r->in.keys);
	struct buf text = {0};
	for (size_t i = 0; i < r->in.set.n && !rec_out_failed(r->flow.out); i++) {
		const struct rfm_buyer *b = &r->in.set.of[order[i]];
		struct rfm_scored scored;
		if (i + AHEAD < r->in.set.n)
			__builtin_prefetch(&r->in.set.of[order[i + AHEAD]]);
		if (!rfm_score(&r->cuts, &r->split, &r->in.set, b, &scored)) {
			rfm_in_large(&r->in, order[i], &r->flow.err);
			break;
		}
		r->lapsed += !b->orders;
		write_row(r, order[i], &scored, &text);
	}
	buf_free(&text);
	free(order);
}

/* What the ledger says besides: where the records went, and by which values customers were told apart. */
static void
tell(struct run *r)
{
	struct buf *more = &r->flow.count.more;
	char day[WHEN_TEXT_MAX];
	r->flow.count.no_key = r->in.no_key;
	if (r->in.set.as_of != WHEN_DAY_MISSING)
		buf_printf(more, ",\"as_of\":\"%.*s\"", (int)when_format_day(r->in.set.as_of, day),
			day);
	buf_printf(more, ",\"used\":%llu,\"unpaid\":%llu,\"future\":%llu",
		(unsigned long long)r->in.used, (unsigned long long)r->in.unpaid,
		(unsigned long long)r->in.future);
	buf_printf(more, ",\"customers\":%llu,\"lapsed\":%llu",
		(unsigned long long)rfm_active(&r->in.set), (unsigned long long)r->lapsed);
	rfm_cuts_json(more, &r->cuts, &r->split);
}

/* ---- set-up ---- */

static void
parse_options(struct opts *o, int argc, char **argv)
{
	struct cli c = {.synopsis = "[OPTION]... [FILE]...",
		.purpose =
			"Score customers by how recently, how often and for how much they bought.",
		.options = options,
		.common = &o->common};
	for (int id; (id = cli_next(&c, argc, argv)) != -1;) {
		int64_t us;
		switch (id) {
		case OPT_AS_OF:
			o->as_of = cli_day(&c, "as-of");
			break;
		case OPT_WINDOW:
			us = cli_duration(&c, "window");
			if (us % WHEN_DAY_US || us / WHEN_DAY_US > WINDOW_DAYS_MAX)
				cli_bad(&c, "window", "not a number of whole days up to 36500d");
			o->window = (int32_t)(us / WHEN_DAY_US);
			break;
		case OPT_BINS:
			o->bins = (int)cli_count(&c, "bins", 2, RFM_BINS_MAX);
			break;
		case OPT_CUTS:
			o->cuts = c.arg;
			break;
		case OPT_SPLIT:
			o->split = c.arg;
			break;
		case OPT_CUTS_OUT:
			o->cuts_out = c.arg;
			break;
		}
	}
	if (o->bins && o->cuts)
		msg_die(LIMN_USAGE,
			"--bins and --cuts exclude each other: cuts say how many scores there are");
}

/* Cuts, split, window and as-of day: told by options, else by the file of cuts, else the defaults. */
static void
set_up(struct run *r, const struct opts *o)
{
	struct err e = {0};
	int32_t as_of = WHEN_DAY_MISSING, window = 365;
	r->cuts.bins = o->bins ? o->bins : 5;
	r->cuts_given = o->cuts != NULL;
	if (o->cuts && *o->cuts == '@')
		rfm_file_read(o->cuts + 1, &r->cuts, &r->split, &as_of, &window, &e);
	else if (o->cuts)
		rfm_cuts_parse(o->cuts, &r->cuts, &e);
	if (!e.code && o->split)
		rfm_split_parse(o->split, &r->split, &e);
	if (e.code)
		msg_die(e.code, "%s", e.text);
	if (o->as_of != WHEN_DAY_MISSING)
		as_of = o->as_of;
	r->in.last_day = r->in.set.as_of = as_of;
	r->in.as_of_known = as_of != WHEN_DAY_MISSING;
	r->in.set.window = o->window ? o->window : window;
}

static void
open_columns(struct rfm_in *in, struct flow *f)
{
	in->in = f->in;
	in->id = flow_need(f, "customer_id", REC_TEXT);
	in->at = rec_in_is_empty(f->in) ? -1 : flow_want(f, "last_paid_at", REC_TIME);
	in->facts = in->at >= 0;
	if (in->facts) {
		in->orders = flow_need(f, "orders", REC_NUM);
		in->days = flow_need(f, "purchase_days", REC_NUM);
	} else {
		in->at = flow_need(f, "paid_at", REC_TIME);
	}
	in->amount = flow_need(f, "amount", REC_NUM);
	in->money = flow_want(f, "currency", REC_TEXT);
	in->set.zone = f->zone;
	in->keys = keyset_new();
	if (in->as_of_known)
		rfm_as_of(&in->set, in->set.as_of);
	flow_output(f, false, columns, OUT_N);
}

/* Reads all, scores, writes all; the first failure is kept in r->flow.err. */
static void
score(struct run *r, const char *cuts_out)
{
	struct err *e = &r->flow.err;
	const struct rec_batch *b;
	struct rec_out *saved = cuts_out ? rfm_file_open(cuts_out, e) : NULL;
	while (!e->code && flow_next(&r->flow, &b))
		rfm_in_add(&r->in, b, e);
	if (!e->code && rfm_in_end(&r->in, e) == LIMN_OK && make_cuts(r))
		write_rows(r);
	if (saved && !e->code) {
		uint64_t rows, bytes;
		rfm_file_write(saved, &r->cuts, &r->split, &r->in.set);
		rec_out_close(saved, &rows, &bytes, e);
	} else {
		rec_out_abort(saved);
	}
}

int
main(int argc, char **argv)
{
	struct opts o = {.as_of = WHEN_DAY_MISSING};
	struct run r = {.cuts_given = false};
	parse_options(&o, argc, argv);
	set_up(&r, &o);
	flow_open(&r.flow, &o.common);
	open_columns(&r.in, &r.flow);
	score(&r, o.cuts_out);
	tell(&r);
	rfm_in_free(&r.in);
	return flow_close(&r.flow);
}
