/* L3 rfm - scores and groups of buyers by recency, frequency and money. */
#include <stdlib.h>

#include "rec.h"
#include "rfm.h"

void
rfm_grow(struct rfm_set *s, size_t n)
{
	if (n <= s->n)
		return;
	s->of = xgrow(s->of, &s->cap, n, sizeof(*s->of));
	for (; s->n < n; s->n++)
		s->of[s->n] = (struct rfm_buyer){.last = INT64_MIN};
}

void
rfm_free(struct rfm_set *s)
{
	free(s->of);
	s->of = NULL;
	s->n = s->cap = 0;
}

void
rfm_as_of(struct rfm_set *s, int32_t day)
{
	s->as_of = day;
	s->end = when_day_start(s->zone, day + 1);
}

bool
rfm_add(struct rfm_set *s, uint32_t id, int64_t at, int32_t day, struct dec amount)
{
	struct rfm_buyer *b = &s->of[id];
	if (at > b->last)
		b->last = at;
	if (day <= s->as_of - s->window)
		return true;
	struct dec sum = {b->amount, b->scale};
	if (!dec_add(sum, amount, &sum))
		return false;
	b->amount = sum.v;
	b->scale = (uint8_t)sum.scale;
	if (b->orders++ == 0)
		b->day = day;
	else if (day != b->day)
		b->days2 = true;
	return true;
}

int32_t
rfm_recency(const struct rfm_set *s, const struct rfm_buyer *b)
{
	return s->as_of - when_day(s->zone, b->last);
}

size_t
rfm_active(const struct rfm_set *s)
{
	size_t active = 0;
	for (size_t i = 0; i < s->n; i++)
		active += s->of[i].orders > 0;
	return active;
}

/* The value of an axis as the cuts see it: large is good. */
static struct dec
value_of(const struct rfm_set *s, const struct rfm_buyer *b, int axis)
{
	if (axis == RFM_R)
		return dec_int(b->last - s->end);
	if (axis == RFM_F)
		return (struct dec){b->orders, 0};
	return (struct dec){b->amount, b->scale};
}

/* The value of an axis as the split sees it: R in days. */
static struct dec
split_value(const struct rfm_set *s, const struct rfm_buyer *b, int axis)
{
	return axis == RFM_R ? dec_int(rfm_recency(s, b)) : value_of(s, b, axis);
}

/* ---- sorting ---- */

struct item {
	uint64_t key;
	uint32_t id;
};

/* Sorts by key, stable: a byte a round, rounds in which all keys agree are skipped. */
static void
sort_items(struct item *a, size_t n)
{
	struct item *tmp = xmalloc((n ? n : 1) * sizeof(*tmp)), *from = a, *to = tmp;
	size_t count[8][256] = {{0}};
	for (size_t i = 0; i < n; i++)
		for (int d = 0; d < 8; d++)
			count[d][(a[i].key >> (8 * d)) & 255]++;
	for (int d = 0; d < 8 && n; d++) {
		if (count[d][(a[0].key >> (8 * d)) & 255] == n)
			continue;
		size_t at = 0;
		for (int c = 0; c < 256; c++) {
			size_t here = count[d][c];
			count[d][c] = at;
			at += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[d][(from[i].key >> (8 * d)) & 255]++] = from[i];
		struct item *swap = from;
		from = to;
		to = swap;
	}
	if (from != a)
		memcpy(a, from, n * sizeof(*a));
	free(tmp);
}

/* The largest scale among the amounts, by which all of them become whole numbers. */
static int
common_scale(const struct rfm_set *s)
{
	int scale = 0;
	for (size_t i = 0; i < s->n; i++)
		if (s->of[i].orders && s->of[i].scale > scale)
			scale = s->of[i].scale;
	return scale;
}

/* Keys of the amounts as whole numbers above the smallest. False when they do not fit into 64 bits. */
static bool
amount_keys(const struct rfm_set *s, struct item *a, size_t n)
{
	int scale = common_scale(s);
	__int128 low = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			const struct rfm_buyer *b = &s->of[a[i].id];
			__int128 v = b->amount;
			for (int d = b->scale; d < scale; d++)
				if (__builtin_mul_overflow(v, (__int128)10, &v))
					return false;
			__int128 above;
			if (pass == 0)
				low = i && low < v ? low : v;
			else if (__builtin_sub_overflow(v, low, &above) || above > UINT64_MAX)
				return false;
			else
				a[i].key = (uint64_t)above;
		}
	}
	return true;
}

static int
by_amount(const void *x, const void *y, void *set)
{
	const struct rfm_set *s = set;
	const struct item *a = x, *b = y;
	int d = dec_cmp(value_of(s, &s->of[a->id], RFM_M), value_of(s, &s->of[b->id], RFM_M));
	return d ? d : (a->id > b->id) - (a->id < b->id);
}

/* The same for any amounts, slowly: the key is the rank. Leaves a sorted. */
static void
amount_ranks(const struct rfm_set *s, struct item *a, size_t n)
{
	qsort_r(a, n, sizeof(*a), by_amount, (void *)(uintptr_t)s);
	for (size_t i = 0; i < n; i++) {
		bool same = i && dec_cmp(value_of(s, &s->of[a[i].id], RFM_M),
					 value_of(s, &s->of[a[i - 1].id], RFM_M)) == 0;
		a[i].key = i ? a[i - 1].key + !same : 0;
	}
}

/* The buyers in the window from the worst to the best of an axis, equal keys for equal values; with
 * by_day, R goes by days and not by instants. Room for rfm_active(s) items. */
static size_t
rank(const struct rfm_set *s, int axis, bool by_day, struct item *a)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		const struct rfm_buyer *b = &s->of[i];
		if (!b->orders)
			continue;
		uint64_t key = b->orders;
		if (axis == RFM_R && by_day)
			key = (uint64_t)(INT64_C(1) << 40) - (uint64_t)rfm_recency(s, b);
		else if (axis == RFM_R)
			key = (uint64_t)b->last ^ (UINT64_C(1) << 63);
		a[n++] = (struct item){key, (uint32_t)i};
	}
	if (axis == RFM_M && !amount_keys(s, a, n))
		amount_ranks(s, a, n);
	sort_items(a, n);
	return n;
}

/* ---- cuts ---- */

/* Ids of the buyers who hold the cut values; returns how many can be reached. The cut of score k + 1 is
 * the first value with k/bins or more of the buyers strictly below it. */
static int
pick_cuts(const struct item *a, size_t n, int bins, uint32_t ids[RFM_BINS_MAX - 1])
{
	int got = 0;
	size_t i = 0;
	for (; got < bins - 1; got++) {
		size_t below = ((size_t)(got + 1) * n + (size_t)bins - 1) / (size_t)bins;
		if (i < below)
			i = below;
		while (i < n && a[i].key == a[i - 1].key)
			i++;
		if (i >= n)
			break;
		ids[got] = a[i].id;
	}
	return got;
}

void
rfm_cuts_make(struct rfm_cuts *c, const struct rfm_set *s)
{
	struct item *a = xmalloc((s->n + 1) * sizeof(*a));
	uint32_t ids[RFM_BINS_MAX - 1];
	for (int axis = 0; axis < RFM_AXES; axis++) {
		size_t n = rank(s, axis, false, a);
		c->n[axis] = pick_cuts(a, n, c->bins, ids);
		for (int k = 0; k < c->n[axis]; k++)
			c->at[axis][k] = value_of(s, &s->of[ids[k]], axis);
	}
	memset(c->days, 0, sizeof(c->days));
	c->known = true;
	free(a);
}

void
rfm_cuts_resolve(struct rfm_cuts *c, const struct rfm_set *s)
{
	for (int k = 0; k < c->n[RFM_R]; k++)
		if (c->days[k])
			c->at[RFM_R][k] = dec_int(
				when_day_start(s->zone, s->as_of + 1 - c->days[k]) - s->end);
	memset(c->days, 0, sizeof(c->days));
}

/* ---- splits ---- */

/* The sum over all buyers in the window. */
static bool
sum_all(const struct rfm_set *s, int axis, struct dec *sum)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->of[i].orders && !dec_add(*sum, split_value(s, &s->of[i], axis), sum))
			return false;
	return true;
}

/* The sum of the two values in the middle of n, which are one when n is odd. */
static bool
sum_middle(const struct rfm_set *s, int axis, size_t n, struct dec *sum)
{
	struct item *a = xmalloc((n + 1) * sizeof(*a));
	bool fits = true;
	rank(s, axis, true, a);
	for (size_t i = (n - 1) / 2; i <= n / 2 && fits; i++)
		fits = dec_add(*sum, split_value(s, &s->of[a[i].id], axis), sum);
	free(a);
	return fits;
}

int
rfm_split_make(struct rfm_split *sp, const struct rfm_set *s, struct err *e)
{
	static const char *const name[] = {"recency_days", "orders", "amount"};
	size_t n = rfm_active(s);
	sp->known = n > 0;
	sp->den = sp->how == RFM_MEAN ? n : 2 - n % 2;
	for (int axis = 0; axis < RFM_AXES && n; axis++) {
		sp->num[axis] = dec_int(0);
		if (!(sp->how == RFM_MEAN ? sum_all(s, axis, &sp->num[axis])
					  : sum_middle(s, axis, n, &sp->num[axis])))
			return err_set(e, LIMN_DATA, "the sum of all customers' %s does not fit",
				name[axis]);
	}
	return LIMN_OK;
}

/* ---- scores ---- */

/* The eleven-group grid over R and F + M; PROSPECTS have no orders and do not come here. */
static const char *
group_of(int r, int f, int m)
{
	static const char *const grid[4][6] = {
		/* F + M:  9, 10    8      6, 7      5      4       2, 3 */
		{"CHAMPIONS", "CHAMPIONS", "ACTIVE", "ACTIVE", "NEW", "NEW"},
		{"LOYAL", "LOYAL", "ACTIVE", "ACTIVE", "PROMISING", "PROMISING"},
		{"LOYAL", "LOYAL", "NEEDS_ATTENTION", "NEEDS_ATTENTION", "PROMISING", "PROMISING"},
		{"PREVIOUSLY_LOYAL", "AT_RISK", "AT_RISK", "ALMOST_LOST", "ALMOST_LOST", "DORMANT"},
	};
	static const int column[] = {5, 5, 5, 5, 4, 3, 2, 2, 1, 0, 0};
	return grid[r >= 3 ? 5 - r : 3][column[f + m]];
}

/* Important is M high; value, keep, develop, win back: (R,F) high high, low high, high low, low low. */
static const char *
group_cn_of(bool r, bool f, bool m)
{
	static const char *const name[2][2][2] = {
		{{"一般挽留", "一般发展"}, {"一般保持", "一般价值"}},
		{{"重要挽留", "重要发展"}, {"重要保持", "重要价值"}},
	};
	return name[m][f][r];
}

static bool
is_high(const struct rfm_split *sp, const struct rfm_set *s, const struct rfm_buyer *b, int axis,
	bool *high)
{
	struct dec value = split_value(s, b, axis);
	if (!dec_mul(value, (struct dec){sp->den, 0}, &value))
		return false;
	int d = dec_cmp(value, sp->num[axis]);
	*high = axis == RFM_R ? d <= 0 : d >= 0;
	return true;
}

bool
rfm_score(const struct rfm_cuts *c, const struct rfm_split *sp, const struct rfm_set *s,
	const struct rfm_buyer *b, struct rfm_scored *out)
{
	*out = (struct rfm_scored){{0}, NULL, NULL};
	if (!b->orders) {
		out->group = out->group_cn = "LAPSED";
		return true;
	}
	if (!c->known)
		return true;
	for (int axis = 0; axis < RFM_AXES; axis++) {
		struct dec value = value_of(s, b, axis);
		int k = 0;
		while (k < c->n[axis] && dec_cmp(value, c->at[axis][k]) >= 0)
			k++;
		out->score[axis] = k + 1;
	}
	if (c->bins == 5)
		out->group = group_of(out->score[RFM_R], out->score[RFM_F], out->score[RFM_M]);
	if (!sp->known)
		return true;
	bool high[RFM_AXES];
	for (int axis = 0; axis < RFM_AXES; axis++)
		if (!is_high(sp, s, b, axis, &high[axis]))
			return false;
	out->group_cn = group_cn_of(high[RFM_R], high[RFM_F] && b->days2, high[RFM_M]);
	return true;
}

/* ---- order of output ---- */

static int
by_key(const void *x, const void *y, void *ctx)
{
	const struct keyset *keys = ctx;
	const struct item *a = x, *b = y;
	return tsv_cmp(keyset_key(keys, a->id), keyset_key(keys, b->id));
}

static size_t
common_prefix(const char *a, const char *b, size_t max)
{
	size_t n = 0;
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* Ids mostly differ within some bytes behind a prefix that all share ("cus_000…"): those eight bytes
 * are sorted as numbers, what they leave equal is compared whole. */
uint32_t *
rfm_order(const struct keyset *keys)
{
	uint32_t n = keyset_size(keys);
	struct item *a = xmalloc(((size_t)n + 1) * sizeof(*a));
	struct buf first = {0}, key = {0};
	size_t skip = SIZE_MAX;
	for (uint32_t i = 0; i < n; i++) {
		key.len = 0;
		tsv_escape(i ? &key : &first, keyset_key(keys, i));
		const struct buf *b = i ? &key : &first;
		skip = common_prefix(first.ptr, b->ptr, b->len < skip ? b->len : skip);
	}
	for (uint32_t i = 0; i < n; i++) {
		key.len = 0;
		tsv_escape(&key, keyset_key(keys, i));
		uint64_t bytes = 0;
		for (size_t k = skip; k < skip + 8; k++)
			bytes = bytes << 8 | (k < key.len ? (unsigned char)key.ptr[k] : 0);
		a[i] = (struct item){bytes, i};
	}
	sort_items(a, n);
	for (uint32_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && a[j].key == a[i].key;)
			j++;
		if (j - i > 1)
			qsort_r(a + i, j - i, sizeof(*a), by_key, (void *)(uintptr_t)keys);
	}
	uint32_t *ids = xmalloc(((size_t)n + 1) * sizeof(*ids));
	for (uint32_t i = 0; i < n; i++)
		ids[i] = a[i].id;
	free(a);
	buf_free(&first);
	buf_free(&key);
	return ids;
}
