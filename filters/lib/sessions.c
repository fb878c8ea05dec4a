/* L3 sessions - events grouped by visitor and ordered by time, and where a session ends. */
#include "sessions.h"

#include <stdlib.h>

#include "tsv.h"

#define INSERTION_MAX 32
#define KEYS_AHEAD 8
#define PREFETCH 16 /* events whose memory is asked for together, so that the misses overlap */

/* An event as it is held: small, since filling fresh memory is a good part of the time. Values that a small one
 * cannot point to are in a struct far. */
struct held {
	int64_t ts;
	const char *at;   /* the packed record; with len FAR: a struct far */
	uint32_t visitor; /* id in events.visitors, or KEYSET_NONE; after events_order its rank */
	uint16_t len;
	uint8_t customer_at, customer_len; /* in the packed record; length NO_CUSTOMER: missing */
};

struct far {
	struct span packed, customer, id;
};

#define FAR UINT16_MAX
#define NO_CUSTOMER UINT8_MAX

void
events_init(struct events *ev, struct rec_out *out, const struct zone *zone,
	const char *const *new_on, size_t nnew_on)
{
	*ev = (struct events){.out = out, .zone = zone, .new_on = new_on, .nnew_on = nnew_on};
	ev->visitors = keyset_new();
	ev->values = keyset_new();
	keyset_add1(ev->values, SPAN_LIT("")); /* id 0 is no value */
	ev->customer_col = rec_out_packed_col(out, "customer_id");
	ev->id_col = rec_out_packed_col(out, "event_id");
	ev->unpacked = xcalloc(rec_out_npacked(out) + 1, sizeof(*ev->unpacked));
}

void
events_free(struct events *ev)
{
	keyset_free(ev->visitors);
	keyset_free(ev->values);
	arena_free(&ev->text);
	buf_free(&ev->scratch);
	buf_free(&ev->id_a);
	buf_free(&ev->id_b);
	arena_free(&ev->blocks);
	free(ev->block);
	free(ev->code);
	free(ev->order);
	free(ev->key_by_rank);
	free(ev->own);
	free(ev->unpacked);
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

/* The interned values of the --new-on columns of the event just added, 0 where missing. */
static void
add_codes(struct events *ev, const struct event_columns *cols, const struct rec_batch *b, size_t i)
{
	ev->code = xgrow(ev->code, &ev->code_cap, ev->n * ev->nnew_on, sizeof(*ev->code));
	uint32_t *code = ev->code + (ev->n - 1) * ev->nnew_on;
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

static inline struct held *
held_at(const struct events *ev, size_t i)
{
	return &ev->block[i / EVENT_BLOCK][i % EVENT_BLOCK];
}

static struct held *
new_event(struct events *ev)
{
	size_t blocks = ev->n / EVENT_BLOCK;
	if (ev->n == UINT32_MAX)
		msg_die(LIMN_SYSTEM, "more than %u events: cut the input with shard", UINT32_MAX);
	if (ev->n % EVENT_BLOCK == 0) {
		ev->block = xgrow(ev->block, &ev->block_cap, blocks + 1, sizeof(*ev->block));
		ev->block[blocks] = arena_alloc(&ev->blocks, EVENT_BLOCK * sizeof(struct held));
	}
	return held_at(ev, ev->n++);
}

static inline bool
within(struct span value, struct span record)
{
	return value.ptr >= record.ptr && value.ptr + value.len <= record.ptr + record.len;
}

/* Whether the small form does: the record is not too long, customer_id stands in its first bytes, and event_id
 * can be read from it again. */
static inline bool
fits(const struct events *ev, struct span packed, struct span id, struct span customer)
{
	if (packed.len >= FAR || (!span_missing(id) && (ev->id_col < 0 || !within(id, packed))))
		return false;
	return span_missing(customer) || (within(customer, packed) && customer.len < NO_CUSTOMER &&
						 customer.ptr - packed.ptr <= UINT8_MAX);
}

/* The value at its place in the kept record, or copied. */
static struct span
keep_value(struct events *ev, struct span value, struct span packed, const char *kept)
{
	if (span_missing(value) || !within(value, packed))
		return arena_copy(&ev->text, value);
	return (struct span){kept + (value.ptr - packed.ptr), value.len};
}

static void
hold_far(struct events *ev, struct held *h, struct span packed, const char *kept, struct span id,
	struct span customer)
{
	struct far *far = arena_alloc(&ev->text, sizeof(*far));
	far->packed = (struct span){kept, packed.len};
	far->id = keep_value(ev, id, packed, kept);
	far->customer = keep_value(ev, customer, packed, kept);
	h->at = (const char *)far;
	h->len = FAR;
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
	struct held *h = new_event(ev);
	struct span id = cols->id < 0 ? SPAN_MISSING : b->col[cols->id].text[i];
	struct span customer = cols->customer < 0 ? SPAN_MISSING : b->col[cols->customer].text[i];
	const char *kept = bytes == EVENT_KEPT ? packed.ptr : arena_copy(&ev->text, packed).ptr;
	h->ts = b->col[cols->ts].time[i];
	h->visitor = ev->visitor[i];
	if (ev->nnew_on)
		add_codes(ev, cols, b, i);
	if (bytes == EVENT_OTHER || !fits(ev, packed, id, customer)) {
		hold_far(ev, h, packed, kept, id, customer);
		return;
	}
	h->at = kept;
	h->len = (uint16_t)packed.len;
	h->customer_at = span_missing(customer) ? 0 : (uint8_t)(customer.ptr - packed.ptr);
	h->customer_len = span_missing(customer) ? NO_CUSTOMER : (uint8_t)customer.len;
}

/* ---- ordering ---- */

/* A visitor with eight bytes of its key, those behind what all keys begin with: they decide most comparisons
 * without a look at the key. */
struct ranked {
	uint64_t prefix;
	uint32_t id; /* KEYSET_NONE: the events without a visitor */
};

static struct span
visitor_key(const struct events *ev, uint32_t id)
{
	return id == KEYSET_NONE ? SPAN_MISSING : keyset_key(ev->visitors, id);
}

/* How many bytes all keys have in common at their start. */
static size_t
common_prefix(const struct events *ev)
{
	uint32_t n = keyset_size(ev->visitors);
	struct span first = n ? keyset_key(ev->visitors, 0) : SPAN_MISSING;
	size_t len = first.len;
	for (uint32_t i = 1; i < n && len; i++) {
		struct span key = keyset_key(ev->visitors, i);
		size_t k = 0;
		while (k < len && k < key.len && key.ptr[k] == first.ptr[k])
			k++;
		len = k;
	}
	return len;
}

/* The eight tsv bytes of the key behind its first `skip`; the missing key comes where its tsv form belongs. */
static uint64_t
prefix_of(struct span key, size_t skip, struct buf *scratch)
{
	uint64_t prefix = 0;
	scratch->len = 0;
	if (!span_missing(key)) {
		key.ptr += skip;
		key.len -= skip;
	}
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

/* Puts the visitors in order. Returns their places: rank[id], the events without a visitor at rank[n]. */
static uint32_t *
rank_visitors(struct events *ev, bool anonymous)
{
	uint32_t n = keyset_size(ev->visitors), all = n + anonymous;
	size_t skip = anonymous ? 0 : common_prefix(ev);
	struct ranked *r = xcalloc((size_t)n + 1, sizeof(*r));
	for (uint32_t i = 0; i < all; i++) {
		r[i].id = i < n ? i : KEYSET_NONE;
		r[i].prefix = prefix_of(visitor_key(ev, r[i].id), skip, &ev->scratch);
	}
	qsort_r(r, all, sizeof(*r), by_key, ev);
	uint32_t *rank = xcalloc((size_t)n + 1, sizeof(*rank));
	ev->key_by_rank = xcalloc((size_t)n + 1, sizeof(*ev->key_by_rank));
	for (uint32_t i = 0; i < all; i++) {
		rank[r[i].id == KEYSET_NONE ? n : r[i].id] = i;
		ev->key_by_rank[i] = visitor_key(ev, r[i].id);
	}
	free(r);
	return rank;
}

/* A counting sort by visitor. */
void
events_order(struct events *ev)
{
	bool anonymous = false;
	for (size_t i = 0; i < ev->n && !anonymous; i++)
		anonymous = held_at(ev, i)->visitor == KEYSET_NONE;
	uint32_t nvisitor = keyset_size(ev->visitors), *rank = rank_visitors(ev, anonymous);
	uint32_t *at = xcalloc((size_t)nvisitor + 2, sizeof(*at));
	for (size_t i = 0; i < ev->n; i++) {
		struct held *h = held_at(ev, i);
		h->visitor = rank[h->visitor == KEYSET_NONE ? nvisitor : h->visitor];
		at[h->visitor + 1]++;
	}
	for (size_t i = 0; i <= nvisitor; i++)
		at[i + 1] += at[i];
	ev->order = xmalloc_huge((ev->n + 1) * sizeof(*ev->order));
	for (size_t i = 0; i < ev->n; i++)
		ev->order[at[held_at(ev, i)->visitor]++] = (uint32_t)i;
	free(rank);
	free(at);
}

static struct span
event_id(struct events *ev, const struct event *e, struct buf *scratch)
{
	if (e->held->len == FAR)
		return ((const struct far *)(const void *)e->held->at)->id;
	if (ev->id_col < 0)
		return SPAN_MISSING;
	rec_out_unpack(ev->out, e->packed, ev->unpacked, scratch);
	return ev->unpacked[ev->id_col];
}

static int
by_time(const void *a, const void *b, void *ctx)
{
	const struct event *x = a, *y = b;
	struct events *ev = ctx;
	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	struct span id = event_id(ev, x, &ev->id_a);
	int d = tsv_cmp(id, event_id(ev, y, &ev->id_b));
	return d ? d : rec_out_compare(ev->out, x->packed, y->packed);
}

/* Most visitors have a few events, and most of these are in order: an insertion sort, unless there are many. */
static void
sort_events(struct events *ev, struct event *e, size_t n)
{
	if (n > INSERTION_MAX) {
		qsort_r(e, n, sizeof(*e), by_time, ev);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct event moved = e[i];
		size_t to = i;
		for (; to && by_time(&e[to - 1], &moved, ev) > 0; to--)
			e[to] = e[to - 1];
		e[to] = moved;
	}
}

/* Asks for the memory of the events some places behind i, which is where the time of all this goes. Always inlined:
 * gcc takes a function that only prefetches for one without effect, and drops the call. */
static inline __attribute__((always_inline)) void
prefetch(const struct events *ev, size_t i)
{
	if (i % PREFETCH || i + 8 * PREFETCH > ev->n)
		return;
	const uint32_t *order = ev->order + i;
	for (size_t k = 0; k < PREFETCH; k++)
		__builtin_prefetch(held_at(ev, order[6 * PREFETCH + k]));
	/* The page first: its address is what takes longest to find. */
	for (size_t k = 0; k < PREFETCH; k++)
		__builtin_prefetch(held_at(ev, order[4 * PREFETCH + k])->at);
	for (size_t k = 0; k < PREFETCH; k++) {
		const struct held *h = held_at(ev, order[2 * PREFETCH + k]);
		for (size_t at = 64; at < h->len + 64u && at < 512; at += 64)
			__builtin_prefetch(h->at + at);
	}
}

static inline void
open_event(const struct events *ev, uint32_t i, struct event *e)
{
	const struct held *h = held_at(ev, i);
	e->ts = h->ts;
	e->held = h;
	e->code = ev->nnew_on ? ev->code + i * ev->nnew_on : NULL;
	if (h->len == FAR) {
		const struct far *far = (const void *)h->at;
		e->packed = far->packed;
		e->customer = far->customer;
		return;
	}
	e->packed = (struct span){h->at, h->len};
	e->customer = h->customer_len == NO_CUSTOMER
			      ? SPAN_MISSING
			      : (struct span){h->at + h->customer_at, h->customer_len};
}

bool
events_next_visitor(struct events *ev, struct span *visitor, struct event **e, size_t *n)
{
	size_t from = ev->next, at = from;
	if (from == ev->n)
		return false;
	uint32_t rank = held_at(ev, ev->order[from])->visitor;
	bool ordered = true;
	for (; at < ev->n && held_at(ev, ev->order[at])->visitor == rank; at++) {
		size_t k = at - from;
		prefetch(ev, at);
		if (k == ev->own_cap)
			ev->own = xgrow(ev->own, &ev->own_cap, k + 1, sizeof(*ev->own));
		open_event(ev, ev->order[at], &ev->own[k]);
		ordered &= !k || ev->own[k - 1].ts < ev->own[k].ts;
	}
	if (!ordered)
		sort_events(ev, ev->own, at - from);
	*visitor = ev->key_by_rank[rank];
	if (rank + KEYS_AHEAD < keyset_size(ev->visitors))
		__builtin_prefetch(ev->key_by_rank[rank + KEYS_AHEAD].ptr);
	*e = ev->own;
	*n = at - from;
	ev->next = at;
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
session_end(const struct events *ev, const struct session_rules *r, const struct event *e,
	size_t at, size_t n)
{
	uint32_t seen[EVENT_NEW_ON_MAX] = {0};
	int64_t start = e[at].ts;
	int32_t day = r->split_day ? when_day(ev->zone, start) : 0;
	if (ev->nnew_on)
		new_value(ev, &e[at], seen);
	size_t i = at + 1;
	for (; i < n; i++) {
		int64_t pause = e[i].ts - e[i - 1].ts;
		if (pause > r->gap || (r->inclusive && pause == r->gap))
			break;
		if (r->max_length && e[i].ts - start > r->max_length)
			break;
		if (r->max_events && i - at == r->max_events)
			break;
		if (r->split_day && when_day(ev->zone, e[i].ts) != day)
			break;
		if (ev->nnew_on && new_value(ev, &e[i], seen))
			break;
	}
	return i;
}
