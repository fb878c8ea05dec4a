/* dedupe-uv - pass on the first record seen for each key, in input order.
 *
 * The plain case keeps nothing but keys: a record whose key is new is copied through at once. With --count,
 * --sum, --keep last or --by the record to write is known only at the end, so the chosen record of each key
 * is kept, packed, and written in the order in which the chosen ones came. */
#include <stdlib.h>

#include "flow.h"
#include "keyset.h"

struct opts {
	struct cli_common common;
	const char *key, *count, *sum, *by;
	enum rec_type by_type;
	bool keep_last;
};

enum { OPT_COUNT = 256, OPT_SUM, OPT_KEEP, OPT_BY };

static const struct cli_opt options[] = {
	{'k', "key", "COLS", "columns that make two records the same (default event_id)"},
	{OPT_COUNT, "count", "NAME", "add a column: how many records each one stands for"},
	{OPT_SUM, "sum", "COLS", "columns summed over the records that each one stands for"},
	{OPT_KEEP, "keep", "first|last", "which record of a key is kept (default first)"},
	{OPT_BY, "by", "COL[:TYPE]",
		"first and last by this column: time (default), number or text"},
	CLI_COMMON,
	CLI_END,
};

/* The record that is kept for one key. */
struct kept {
	struct span packed;
	uint64_t order; /* of the kept record in the input */
	uint64_t count;
	struct span by_text; /* the --by value */
	struct dec by_num;
	int64_t by_time;
};

struct work {
	struct flow *flow;
	const struct opts *o;
	int *key;
	size_t nkey;
	int *sum;     /* slots of the summed columns */
	int *sum_col; /* and where they stand in a packed record */
	size_t nsum;
	int by;
	struct keyset *seen;
	struct span key_text[REC_BATCH_MAX];
	struct kept *kept; /* by key id; then those without a key */
	size_t nkept, kept_cap;
	struct dec *total; /* [kept][nsum] */
	bool *total_known;
	size_t total_cap, known_cap;
	struct arena text;
	struct buf scratch, keys;
	uint64_t order;
};

/* Makes the keys of the records that have one, in key_text[], and in which[] their numbers in the batch. */
static size_t
make_keys(struct work *w, const struct rec_batch *b, uint32_t *which)
{
	size_t n = 0, from[REC_BATCH_MAX + 1];
	w->keys.len = 0;
	for (size_t i = 0; i < b->n; i++) {
		bool missing = false;
		for (size_t k = 0; k < w->nkey; k++)
			missing |= span_missing(b->col[w->key[k]].text[i]);
		if (missing)
			continue;
		from[n] = w->keys.len;
		if (w->nkey == 1)
			w->key_text[n] = b->col[w->key[0]].text[i];
		else
			for (size_t k = 0; k < w->nkey; k++)
				keyset_join(&w->keys, b->col[w->key[k]].text[i]);
		which[n++] = (uint32_t)i;
	}
	from[n] = w->keys.len;
	for (size_t i = 0; w->nkey > 1 && i < n; i++)
		w->key_text[i] = (struct span){w->keys.ptr + from[i], from[i + 1] - from[i]};
	return n;
}

/* Ids of the batch's records: KEYSET_NONE for those without a key. */
static void
find_ids(struct work *w, const struct rec_batch *b, uint32_t *id)
{
	uint32_t which[REC_BATCH_MAX], found[REC_BATCH_MAX];
	size_t n = make_keys(w, b, which);
	keyset_add(w->seen, w->key_text, n, found);
	for (size_t i = 0; i < b->n; i++)
		id[i] = KEYSET_NONE;
	for (size_t i = 0; i < n; i++)
		id[which[i]] = found[i];
	w->flow->count.no_key += b->n - n;
}

/* Copies first-of-key records through. Memory: one entry a distinct key. */
static void
pass_first(struct work *w)
{
	const struct rec_batch *b;
	uint32_t id[REC_BATCH_MAX], known = 0;
	while (flow_next(w->flow, &b)) {
		find_ids(w, b, id);
		for (size_t i = 0; i < b->n; i++) {
			if (id[i] != KEYSET_NONE && id[i] < known) {
				w->flow->count.duplicate++;
				continue;
			}
			known += id[i] != KEYSET_NONE;
			rec_out_pass(w->flow->out, b, i, NULL);
		}
	}
}

/* <0, 0, >0: how the new record's --by value compares with the kept one's; missing is least. */
static int
compare_by(const struct work *w, const struct kept *k, const struct rec_batch *b, size_t i)
{
	const struct rec_col *c = &b->col[w->by];
	switch (w->o->by_type) {
	case REC_TIME:
		return (c->time[i] > k->by_time) - (c->time[i] < k->by_time);
	case REC_NUM:
		if (c->text[i].len == 0 || k->by_text.len == 0) /* an empty number is missing */
			return (c->text[i].len != 0) - (k->by_text.len != 0);
		return dec_cmp(c->num[i], k->by_num);
	default:
		return span_cmp(c->text[i], k->by_text);
	}
}

static bool
replaces(struct work *w, const struct kept *k, const struct rec_batch *b, size_t i)
{
	if (!w->o->by)
		return w->o->keep_last;
	int d = compare_by(w, k, b, i);
	if (d == 0) {
		w->scratch.len = 0;
		rec_out_pack(w->flow->out, b, i, &w->scratch);
		d = rec_out_compare(w->flow->out, buf_as_span(&w->scratch), k->packed);
	}
	return w->o->keep_last ? d > 0 : d < 0;
}

static void
keep(struct work *w, struct kept *k, const struct rec_batch *b, size_t i)
{
	w->scratch.len = 0;
	rec_out_pack(w->flow->out, b, i, &w->scratch);
	struct span packed = buf_as_span(&w->scratch);
	if (k->packed.ptr && k->packed.len >= packed.len) { /* in the old one's place */
		memcpy((char *)k->packed.ptr, packed.ptr, packed.len);
		k->packed.len = packed.len;
	} else {
		k->packed = arena_copy(&w->text, packed);
	}
	k->order = w->order;
	if (w->by < 0)
		return;
	const struct rec_col *c = &b->col[w->by];
	k->by_text = w->o->by_type == REC_TIME ? SPAN_MISSING : arena_copy(&w->text, c->text[i]);
	if (w->o->by_type == REC_NUM)
		k->by_num = c->num[i];
	if (w->o->by_type == REC_TIME)
		k->by_time = c->time[i];
}

/* Adds the record's values to the sums of entry e. */
static void
add_sums(struct work *w, size_t e, const struct rec_batch *b, size_t i)
{
	w->total = xgrow(w->total, &w->total_cap, (e + 1) * w->nsum + 1, sizeof(*w->total));
	w->total_known = xgrow(w->total_known, &w->known_cap, (e + 1) * w->nsum + 1, 1);
	for (size_t s = 0; s < w->nsum; s++) {
		const struct rec_col *c = &b->col[w->sum[s]];
		struct dec *total = &w->total[e * w->nsum + s];
		bool *known = &w->total_known[e * w->nsum + s];
		if (w->kept[e].count == 0) {
			*total = dec_int(0);
			*known = false;
		}
		if (c->text[i].len == 0) /* missing or empty: no number */
			continue;
		if (!dec_add(*total, c->num[i], total))
			rec_in_fail(
				w->flow->in, b, i, w->sum[s], &w->flow->err, "the sum overflows");
		*known = true;
	}
}

static void
take(struct work *w, size_t e, const struct rec_batch *b, size_t i)
{
	if (e == w->nkept) {
		w->kept = xgrow(w->kept, &w->kept_cap, e + 1, sizeof(*w->kept));
		w->kept[w->nkept++] = (struct kept){0};
		keep(w, &w->kept[e], b, i);
	} else {
		w->flow->count.duplicate++;
		if (replaces(w, &w->kept[e], b, i))
			keep(w, &w->kept[e], b, i);
	}
	if (w->nsum)
		add_sums(w, e, b, i);
	w->kept[e].count++;
	w->order++;
}

static int
by_order(const void *a, const void *b)
{
	uint64_t x = ((const struct kept *)a)->order, y = ((const struct kept *)b)->order;
	return (x > y) - (x < y);
}

/* Writes entry e with its sums and its count. The entries may have been sorted: `first` is the entry's number
 * before that, where its sums are. */
static void
write_kept(struct work *w, const struct kept *k, size_t first)
{
	struct span packed = k->packed;
	struct buf number = {0}, other = {0};
	char text[DEC_TEXT_MAX];
	for (size_t s = 0; s < w->nsum; s++) {
		struct dec total = w->total[first * w->nsum + s];
		struct span value = SPAN_MISSING;
		if (w->total_known[first * w->nsum + s]) {
			value.len = dec_format(total, text);
			value.ptr = text;
		}
		struct buf *to = s % 2 ? &other : &w->scratch;
		to->len = 0;
		rec_out_patch(w->flow->out, packed, w->sum_col[s], value, to);
		packed = buf_as_span(to);
	}
	buf_uint(&number, k->count);
	struct span count = buf_as_span(&number);
	rec_out_emit(w->flow->out, packed, &count);
	buf_free(&number);
	buf_free(&other);
}

/* Keeps one record a key until the end. Memory: every kept record. Ids and entries part ways where records
 * have no key, so entry_of maps the one to the other. */
static void
keep_chosen(struct work *w)
{
	const struct rec_batch *b;
	uint32_t id[REC_BATCH_MAX];
	uint64_t *entry_of = NULL;
	size_t entry_cap = 0, known = 0;
	while (flow_next(w->flow, &b)) {
		find_ids(w, b, id);
		for (size_t i = 0; i < b->n && !w->flow->err.code; i++) {
			bool fresh = id[i] == KEYSET_NONE || id[i] >= known;
			if (fresh && id[i] != KEYSET_NONE) {
				entry_of =
					xgrow(entry_of, &entry_cap, known + 1, sizeof(*entry_of));
				entry_of[known++] = w->nkept;
			}
			take(w, fresh ? w->nkept : entry_of[id[i]], b, i);
		}
	}
	free(entry_of);
	if (w->flow->err.code)
		return;
	for (size_t e = 0; e < w->nkept;
		e++) /* done with as a time: it carries the number before sorting */
		w->kept[e].by_time = (int64_t)e;
	if (w->nkept)
		qsort(w->kept, w->nkept, sizeof(*w->kept), by_order);
	for (size_t e = 0; e < w->nkept; e++)
		write_kept(w, &w->kept[e], (size_t)w->kept[e].by_time);
}

/* Slots of the listed columns. */
static int *
slots(struct flow *f, const char *list, enum rec_type type, size_t *n)
{
	struct cli_names names = cli_names_parse(list);
	int *slot = xcalloc(names.n, sizeof(*slot));
	for (size_t i = 0; i < names.n; i++)
		slot[i] = flow_need(f, names.name[i], type);
	*n = names.n;
	cli_names_free(&names);
	return slot;
}

static void
find_summed(struct work *w)
{
	struct cli_names names = cli_names_parse(w->o->sum);
	w->sum_col = xcalloc(names.n, sizeof(*w->sum_col));
	for (size_t i = 0; i < names.n; i++) {
		w->sum_col[i] = rec_out_packed_col(w->flow->out, names.name[i]);
		if (w->sum_col[i] < 0)
			msg_die(LIMN_USAGE, "--sum: --select does not write the column '%s'",
				names.name[i]);
	}
	cli_names_free(&names);
}

static void
dedupe(struct flow *f, const struct opts *o)
{
	struct rec_name count = {o->count, REC_NUM};
	struct work w = {.flow = f, .o = o, .by = -1};
	w.key = slots(f, o->key, REC_TEXT, &w.nkey);
	if (o->sum)
		w.sum = slots(f, o->sum, REC_NUM, &w.nsum);
	if (o->by)
		w.by = flow_need(f, o->by, o->by_type);
	flow_output(f, true, &count, o->count != NULL);
	if (o->sum && !rec_in_is_empty(f->in))
		find_summed(&w);
	w.seen = keyset_new();
	if (o->count || o->sum || o->by || o->keep_last)
		keep_chosen(&w);
	else
		pass_first(&w);
	keyset_free(w.seen);
	arena_free(&w.text);
	buf_free(&w.scratch);
	buf_free(&w.keys);
	free(w.kept);
	free(w.total);
	free(w.total_known);
	free(w.key);
	free(w.sum);
	free(w.sum_col);
}

static void
set_by(struct cli *c, struct opts *o)
{
	static const struct {
		const char *suffix;
		enum rec_type type;
	} types[] = {{":time", REC_TIME}, {":number", REC_NUM}, {":text", REC_TEXT}};
	o->by = c->arg;
	o->by_type = REC_TIME;
	size_t len = strlen(c->arg);
	for (size_t i = 0; i < 3; i++) {
		size_t n = strlen(types[i].suffix);
		if (len > n && strcmp(c->arg + len - n, types[i].suffix) == 0) {
			char *name = arena_strdup(&o->common.text, c->arg);
			name[len - n] = '\0';
			o->by = name;
			o->by_type = types[i].type;
		}
	}
}

int
main(int argc, char **argv)
{
	struct opts o = {.key = "event_id"};
	struct cli c = {.synopsis = "[-k COLS] [--count NAME] [--sum COLS] [--keep first|last] "
				    "[--by COL] [OPTION]... [FILE]...",
		.purpose = "Pass on the first record of each key, in input order.",
		.options = options,
		.common = &o.common};
	for (int id; (id = cli_next(&c, argc, argv)) != -1;) {
		if (id == 'k')
			o.key = c.arg;
		else if (id == OPT_COUNT)
			o.count = c.arg;
		else if (id == OPT_SUM)
			o.sum = c.arg;
		else if (id == OPT_BY)
			set_by(&c, &o);
		else if (strcmp(c.arg, "first") == 0 || strcmp(c.arg, "last") == 0)
			o.keep_last = c.arg[0] == 'l';
		else
			cli_bad(&c, "keep", "neither first nor last");
	}
	struct flow f;
	flow_open(&f, &o.common);
	dedupe(&f, &o);
	return flow_close(&f);
}
