/* L3 sessions - events grouped by visitor and ordered by time, and where a session ends. */
#include "sessions.h"

#include <stdlib.h>

#include "tsv.h"

#define INSERTION_MAX 32
#define PREFETCH 16 /* events whose memory is asked for together, so that the misses overlap */

void
events_init(struct events *ev, struct rec_out *out, const struct zone *zone,
	const char *const *new_on, size_t nnew_on)
{
	*ev = (struct events){.out = out, .zone = zone, .new_on = new_on, .nnew_on = nnew_on};
	ev->visitors = keyset_new();
	ev->values = keyset_new();
	keyset_add1(ev->values, SPAN_LIT("")); /* id 0 is no value */
	ev->customer_col = rec_out_packed_col(out, "customer_id");
}

void
events_free(struct events *ev)
{
	keyset_free(ev->visitors);
	keyset_free(ev->values);
	arena_free(&ev->text);
	buf_free(&ev->scratch);
	free(ev->block);
	free(ev->order);
	free(ev->by_rank);
}

int
events_columns(
	const struct events *ev, struct rec_in *in, struct event_columns *cols, struct err *e)
{
	cols->ts = rec_in_need(in, "ts", REC_TIME, e);
	cols->visitor = rec_in_need(in, "visitor_id", REC_TEXT, e);
	cols->id = rec_in_want(in, "event_id", REC_TEXT);
	cols->customer = ev->customer_col < 0 ? -1 : rec_in_want(in, "customer_id", REC_TEXT);
	for (size_t k = 0; k < ev->nnew_on; k++)
		cols->new_on[k] = rec_in_need(in, ev->new_on[k], REC_TEXT, e);
	return e->code;
}

/* ---- adding ---- */

/* Where the value stands counted from the packed record: inside of it when that is the raw record, else copied
 * behind it. */
static uint32_t
place(struct buf *behind, struct span packed, enum event_bytes bytes, struct span value,
	uint32_t *len)
{
	*len = EVENT_MISSING;
	if (span_missing(value))
		return 0;
	*len = (uint32_t)value.len;
	if (bytes != EVENT_OTHER && value.ptr >= packed.ptr &&
		value.ptr + value.len <= packed.ptr + packed.len)
		return (uint32_t)(value.ptr - packed.ptr);
	uint32_t at = (uint32_t)(packed.len + behind->len);
	buf_span(behind, value);
	return at;
}

/* The interned values of the --new-on columns, 0 where missing. */
static void
make_codes(struct events *ev, const struct event_columns *cols, const struct rec_batch *b, size_t i,
	uint32_t *code)
{
	for (size_t k = 0; k < ev->nnew_on; k++) {
		struct span v = b->col[cols->new_on[k]].text[i];
		code[k] = 0;
		if (span_missing(v))
			continue;
		ev->scratch.len = 0;
		buf_printf(&ev->scratch, "%zu:", k);
		buf_span(&ev->scratch, v);
		code[k] = keyset_add1(ev->values, buf_as_span(&ev->scratch));
	}
}

static inline size_t
event_size(const struct events *ev)
{
	return sizeof(struct event) + (ev->nnew_on + ev->nnew_on % 2) * sizeof(uint32_t);
}

static inline struct event *
event_at(const struct events *ev, size_t i)
{
	return (struct event *)(void *)(ev->block[i / EVENT_BLOCK] +
					i % EVENT_BLOCK * event_size(ev));
}

static struct event *
new_event(struct events *ev)
{
	size_t blocks = ev->n / EVENT_BLOCK;
	if (ev->n % EVENT_BLOCK == 0) {
		ev->block = xgrow(ev->block, &ev->block_cap, blocks + 1, sizeof(*ev->block));
		ev->block[blocks] = arena_alloc(&ev->text, EVENT_BLOCK * event_size(ev));
	}
	return event_at(ev, ev->n++);
}

void
events_begin(struct events *ev, const struct event_columns *cols, const struct rec_batch *b)
{
	uint32_t which[REC_BATCH_MAX], id[REC_BATCH_MAX];
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++) {
		ev->visitor[i] = KEYSET_NONE;
		ev->key[n] = b->col[cols->visitor].text[i];
		which[n] = (uint32_t)i;
		n += !span_missing(ev->key[n]);
	}
	keyset_add(ev->visitors, ev->key, n, id);
	for (size_t i = 0; i < n; i++)
		ev->visitor[which[i]] = id[i];
}

void
events_add(struct events *ev, const struct event_columns *cols, const struct rec_batch *b, size_t i,
	struct span packed, enum event_bytes bytes)
{
	struct event *e = new_event(ev);
	struct span id = cols->id < 0 ? SPAN_MISSING : b->col[cols->id].text[i];
	struct span customer = cols->customer < 0 ? SPAN_MISSING : b->col[cols->customer].text[i];
	e->ts = b->col[cols->ts].time[i];
	e->len = (uint32_t)packed.len;
	e->visitor = ev->visitor[i];
	make_codes(ev, cols, b, i, e->code);
	ev->scratch.len = 0;
	e->id_at = place(&ev->scratch, packed, bytes, id, &e->id_len);
	e->customer_at = place(&ev->scratch, packed, bytes, customer, &e->customer_len);
	if (bytes == EVENT_KEPT && !ev->scratch.len) {
		e->packed = packed.ptr;
		return;
	}
	char *to = arena_bytes(&ev->text, packed.len + ev->scratch.len);
	e->packed = memcpy(to, packed.ptr, packed.len);
	if (ev->scratch.len)
		memcpy(to + packed.len, ev->scratch.ptr, ev->scratch.len);
}

/* ---- ordering ---- */

/* A visitor with the first bytes of its key, which decide most comparisons without a look at the key. */
struct ranked {
	uint64_t prefix;
	uint32_t id; /* KEYSET_NONE: the events without a visitor */
};

static struct span
visitor_key(const struct events *ev, uint32_t id)
{
	return id == KEYSET_NONE ? SPAN_MISSING : keyset_key(ev->visitors, id);
}

static uint64_t
prefix_of(struct span key, struct buf *scratch)
{
	uint64_t prefix = 0;
	scratch->len = 0;
	tsv_escape(scratch, (struct span){key.ptr, key.len < 8 ? key.len : 8});
	for (size_t i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < scratch->len ? (unsigned char)scratch->ptr[i] : 0);
	return prefix;
}

static int
by_key(const void *a, const void *b, void *ctx)
{
	const struct ranked *x = a, *y = b;
	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return tsv_cmp(visitor_key(ctx, x->id), visitor_key(ctx, y->id));
}

static struct span
event_id(const struct event *e)
{
	return e->id_len == EVENT_MISSING ? SPAN_MISSING
					  : (struct span){e->packed + e->id_at, e->id_len};
}

static int
by_time(const void *a, const void *b, void *ctx)
{
	const struct event *x = *(struct event *const *)a, *y = *(struct event *const *)b;
	struct events *ev = ctx;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	int d = tsv_cmp(event_id(x), event_id(y));
	return d ? d : rec_out_compare(ev->out, event_packed(x), event_packed(y));
}

/* Places of the visitors in order: slot[id] = rank, with the events without a visitor at slot[n]. */
static uint32_t *
rank_visitors(struct events *ev)
{
	uint32_t n = keyset_size(ev->visitors);
	struct ranked *r = xcalloc((size_t)n + 1, sizeof(*r));
	uint32_t *rank = xcalloc((size_t)n + 1, sizeof(*rank));
	for (uint32_t i = 0; i <= n; i++) {
		r[i].id = i < n ? i : KEYSET_NONE;
		r[i].prefix = prefix_of(visitor_key(ev, r[i].id), &ev->scratch);
	}
	qsort_r(r, (size_t)n + 1, sizeof(*r), by_key, ev);
	for (uint32_t i = 0; i <= n; i++)
		rank[r[i].id == KEYSET_NONE ? n : r[i].id] = i;
	free(r);
	return rank;
}

/* A counting sort by visitor; the events of each are then put in order where they are not yet. */
void
events_order(struct events *ev)
{
	uint32_t nvisitor = keyset_size(ev->visitors), *rank = rank_visitors(ev);
	uint64_t *at = xcalloc((size_t)nvisitor + 2, sizeof(*at));
	for (size_t i = 0; i < ev->n; i++) {
		struct event *e = event_at(ev, i);
		e->visitor = rank[e->visitor == KEYSET_NONE ? nvisitor : e->visitor];
		at[e->visitor + 1]++;
	}
	for (size_t i = 0; i <= nvisitor; i++)
		at[i + 1] += at[i];
	ev->order = xmalloc_huge((ev->n + 1) * sizeof(*ev->order));
	for (size_t i = 0; i < ev->n; i++)
		ev->order[at[event_at(ev, i)->visitor]++] = event_at(ev, i);
	/* e->visitor is the rank now; the key is looked up by it from here on. */
	ev->by_rank = xcalloc((size_t)nvisitor + 1, sizeof(*ev->by_rank));
	for (uint32_t id = 0; id <= nvisitor; id++)
		ev->by_rank[rank[id]] = id < nvisitor ? id : KEYSET_NONE;
	free(rank);
	free(at);
}

/* Most visitors have a few events, and most of these are in order: an insertion sort, unless there are many. */
static void
sort_events(struct events *ev, struct event **e, size_t n)
{
	if (n > INSERTION_MAX) {
		qsort_r(e, n, sizeof(*e), by_time, ev);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct event *moved = e[i];
		size_t to = i;
		for (; to && by_time(&e[to - 1], &moved, ev) > 0; to--)
			e[to] = e[to - 1];
		e[to] = moved;
	}
}

void
events_prefetch(const struct events *ev, struct event **e)
{
	struct event **end = ev->order + ev->n;
	if ((e - ev->order) % PREFETCH || end - e < 8 * PREFETCH)
		return;
	for (size_t i = 0; i < PREFETCH; i++)
		__builtin_prefetch(e[6 * PREFETCH + i]);
	for (size_t i = 0; i < PREFETCH;
		i++) /* the page first: its address is what takes longest to find */
		__builtin_prefetch(e[3 * PREFETCH + i]->packed);
	for (size_t i = 0; i < PREFETCH; i++) {
		const char *p = e[PREFETCH + i]->packed;
		__builtin_prefetch(p + 64);
		__builtin_prefetch(p + 128);
	}
}

bool
events_next_visitor(struct events *ev, struct span *visitor, struct event ***e, size_t *n)
{
	size_t from = ev->next, to = from;
	if (from == ev->n)
		return false;
	uint32_t rank = ev->order[from]->visitor;
	bool ordered = true;
	for (to++; to < ev->n && ev->order[to]->visitor == rank; to++)
		ordered &= ev->order[to - 1]->ts < ev->order[to]->ts;
	if (!ordered)
		sort_events(ev, ev->order + from, to - from);
	*visitor = visitor_key(ev, ev->by_rank[rank]);
	*e = ev->order + from;
	*n = to - from;
	ev->next = to;
	return true;
}

/* ---- sessions ---- */

/* Whether the event shows another value than the session has, in a --new-on column. A missing value says
 * nothing. seen[] is the session's last value by column. */
static bool
new_value(const struct events *ev, const struct event *e, uint32_t *seen)
{
	const uint32_t *code = e->code;
	for (size_t k = 0; k < ev->nnew_on; k++)
		if (code[k] && seen[k] && code[k] != seen[k])
			return true;
	for (size_t k = 0; k < ev->nnew_on; k++)
		if (code[k])
			seen[k] = code[k];
	return false;
}

size_t
session_end(const struct events *ev, const struct session_rules *r, struct event **e, size_t at,
	size_t n)
{
	uint32_t seen[EVENT_NEW_ON_MAX] = {0};
	int64_t start = e[at]->ts;
	int32_t day = r->split_day ? when_day(ev->zone, start) : 0;
	if (ev->nnew_on)
		new_value(ev, e[at], seen);
	size_t i = at + 1;
	for (; i < n; i++) {
		int64_t pause = e[i]->ts - e[i - 1]->ts;
		if (pause > r->gap || (r->inclusive && pause == r->gap))
			break;
		if (r->max_length && e[i]->ts - start > r->max_length)
			break;
		if (r->max_events && i - at == r->max_events)
			break;
		if (r->split_day && when_day(ev->zone, e[i]->ts) != day)
			break;
		if (ev->nnew_on && new_value(ev, e[i], seen))
			break;
	}
	return i;
}
