/* L4 rules_tally - mode, quantile, list: aggregates that need to know how often each value occurs.
 *
 * Values are interned once for all grouping sets (struct seen); a state holds a number for each pair of group
 * and value, so that its size goes with the distinct values and not with the records, and parts add up. */
#include <stdlib.h>
#include <sys/random.h>

#include "rules_group.h"

/* ---- the table ---- */

/* As in rules_cells.c: seeded, the upper bits choose the slot. */
static uint64_t
scatter(const struct tally *t, uint64_t x)
{
	x ^= t->seed;
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (x ^ x >> 33) >> t->shift;
}

static void
grow(struct tally *t, uint64_t more)
{
	if (t->slot && (t->n + more) * 8 <= (t->mask + 1) * 5)
		return;
	struct tally old = *t;
	uint64_t slots = t->slot ? t->mask + 1 : 1024;
	if (!t->slot && getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) < 0)
		t->seed = (uint64_t)(uintptr_t)t;
	while ((t->n + more) * 8 > slots * 5)
		slots *= 2;
	t->slot = xmalloc_huge(slots * sizeof *t->slot);
	memset(t->slot, 0, slots * sizeof *t->slot);
	t->mask = slots - 1;
	t->shift = __builtin_clzll(t->mask);
	for (uint64_t i = 0; old.slot && i <= old.mask; i++) {
		if (!old.slot[i].pair)
			continue;
		uint64_t at = scatter(t, old.slot[i].pair);
		while (t->slot[at].pair)
			at = (at + 1) & t->mask;
		t->slot[at] = old.slot[i];
	}
	free(old.slot);
}

static void
put(struct tally *t, uint64_t pair, uint64_t times, uint64_t at)
{
	while (t->slot[at].pair && t->slot[at].pair != pair)
		at = (at + 1) & t->mask;
	t->n += !t->slot[at].pair;
	t->slot[at].pair = pair;
	t->slot[at].times += times;
}

void
tally_add1(struct tally *t, uint32_t group, uint32_t id, uint64_t times)
{
	uint64_t pair = ((uint64_t)group << 32 | id) + 1;
	grow(t, 1);
	put(t, pair, times, scatter(t, pair));
}

/* Takes the chosen records of a batch. Neighbours that are the same are counted at once; misses overlap. */
void
tally_add(const struct rules_groups *g, const struct agg *a, struct tally *t, const uint32_t *group)
{
	const uint32_t *id = g->seen[a->seen].id;
	const struct chosen *c = &g->chosen[a->chosen];
	uint64_t pair[REC_BATCH_MAX], at[REC_BATCH_MAX];
	uint32_t times[REC_BATCH_MAX];
	const size_t ahead = 16;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		size_t row = c->row[i];
		uint64_t x = ((uint64_t)group[row] << 32 | id[row]) + 1;
		if (id[row] == KEYSET_NONE)
			continue;
		if (n && pair[n - 1] == x) {
			times[n - 1]++;
			continue;
		}
		pair[n] = x;
		times[n++] = 1;
	}
	grow(t, n);
	for (size_t i = 0; i < n; i++)
		at[i] = scatter(t, pair[i]);
	for (size_t i = 0; i < n && i < ahead; i++)
		__builtin_prefetch(&t->slot[at[i]], 1);
	for (size_t i = 0; i < n; i++) {
		if (i + ahead < n)
			__builtin_prefetch(&t->slot[at[i + ahead]], 1);
		put(t, pair[i], times[i], at[i]);
	}
}

void
tally_free(struct tally *t)
{
	free(t->slot);
	free(t->run);
	free(t->start);
}

/* ---- at the end ---- */

struct ranked {
	struct val v;
	uint8_t type;
	uint32_t id;
};

static int
by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int d = val_cmp(x->type, &x->v, &y->v);
	return d ? d : (x->id > y->id) - (x->id < y->id);
}

/* The order of all values that were seen. */
static void
rank_values(const struct rules_groups *g, struct agg *a)
{
	const struct keyset *keys = g->seen[a->seen].look.keys;
	uint32_t n = keyset_size(keys);
	struct ranked *value = xcalloc(n + 1, sizeof *value);
	a->rank = xmalloc((n + 1) * sizeof *a->rank);
	for (uint32_t i = 0; i < n; i++) {
		value[i].type = a->vtype;
		value[i].id = i;
		val_read(a->vtype, g->r->env.zone, keyset_key(keys, i), &value[i].v);
	}
	qsort(value, n, sizeof *value, by_value);
	for (uint32_t i = 0; i < n; i++)
		a->rank[value[i].id] = i;
	free(value);
}

static int
by_rank(const void *a, const void *b, void *rank)
{
	const uint32_t *r = rank;
	uint32_t x = r[((const struct counted *)a)->id], y = r[((const struct counted *)b)->id];
	return (x > y) - (x < y);
}

static void
sort_run(const struct agg *a, struct tally *t, size_t group)
{
	size_t from = t->start[group], n = t->start[group + 1] - from;
	if (n > 1)
		qsort_r(t->run + from, n, sizeof *t->run, by_rank, a->rank);
}

void
tally_seal(const struct rules_groups *g, struct agg *a, struct state *s)
{
	struct tally *t = &s->tally;
	if (!a->rank)
		rank_values(g, a);
	t->start = xcalloc(s->n + 2, sizeof *t->start);
	t->run = xmalloc((t->n + 1) * sizeof *t->run);
	/* counted two further on, so that, filled, start[group + 1] is where the group's run ends */
	for (uint64_t i = 0; t->slot && i <= t->mask; i++)
		if (t->slot[i].pair)
			t->start[((t->slot[i].pair - 1) >> 32) + 2]++;
	for (size_t k = 1; k < s->n + 2; k++)
		t->start[k] += t->start[k - 1];
	for (uint64_t i = 0; t->slot && i <= t->mask; i++) {
		uint64_t pair = t->slot[i].pair - 1;
		if (t->slot[i].pair)
			t->run[t->start[(pair >> 32) + 1]++] =
				(struct counted){(uint32_t)pair, t->slot[i].times};
	}
	free(t->slot);
	t->slot = NULL;
	for (size_t k = 0; k < s->n; k++)
		sort_run(a, t, k);
}

void
tally_rest(const struct rules_groups *g, const struct agg *a, struct tally *t, const uint8_t *rest,
	size_t to)
{
	uint32_t values = keyset_size(g->seen[a->seen].look.keys);
	uint64_t *times = xcalloc(values + 1, sizeof *times);
	size_t n = t->start[to], m = n;
	for (size_t k = 0; k < to; k++)
		for (size_t i = t->start[k]; rest[k] && i < t->start[k + 1]; i++) {
			m += times[t->run[i].id] == 0;
			times[t->run[i].id] += t->run[i].times;
		}
	t->run = xrealloc(t->run, (m + 1) * sizeof *t->run);
	t->start = xrealloc(t->start, (to + 2) * sizeof *t->start);
	for (uint32_t id = 0; id < values; id++)
		if (times[id])
			t->run[n++] = (struct counted){id, times[id]};
	t->start[to + 1] = n;
	sort_run(a, t, to);
	free(times);
}

/* ---- results ---- */

/* The commonest value; of several the first in their order. */
static uint32_t
mode(const struct counted *run, size_t n)
{
	size_t best = 0;
	for (size_t i = 1; i < n; i++)
		if (run[i].times > run[best].times)
			best = i;
	return run[best].id;
}

static bool
read_number(const struct rules_groups *g, const struct agg *a, uint32_t id, struct dec *out)
{
	return dec_parse(keyset_key(g->seen[a->seen].look.keys, id), out);
}

/* The value at place `at` (from 0) of all values in their order; *i is where to begin, *before how many are there. */
static uint32_t
value_at(const struct counted *run, uint64_t at, size_t *i, uint64_t *before)
{
	while (*before + run[*i].times <= at)
		*before += run[(*i)++].times;
	return run[*i].id;
}

/* Of n values in order, that at place h = (n - 1) p, from 0; between two neighbours on the straight line through
 * them. This is definition 7 of R. J. Hyndman and Y. Fan, Sample Quantiles in Statistical Packages, The American
 * Statistician 50 (1996), 361-365, and SQL's percentile_cont. With (low (10^6 - f) + high f) / 10^6 there is one
 * rounding; a value that is hit is given as it is. */
static bool
quantile(const struct rules_groups *g, const struct agg *a, const struct counted *run, size_t n,
	struct dec *out)
{
	const struct node *node = &g->r->node[a->node];
	struct dec h, whole, f, low, high, million = dec_int(1000000);
	uint64_t total = 0, before = 0;
	size_t i = 0;
	int64_t at;
	for (size_t k = 0; k < n; k++)
		total += run[k].times;
	if (!dec_mul(dec_int((int64_t)total - 1), g->r->node[node->list[1]].v.num[0], &h))
		return false;
	whole = dec_floor(h);
	if (!dec_to_int(whole, &at) || !dec_sub(h, whole, &f) || !dec_mul(f, million, &f) ||
		!read_number(g, a, value_at(run, (uint64_t)at, &i, &before), &low))
		return false;
	*out = low;
	if (f.v == 0)
		return true;
	if (!read_number(g, a, value_at(run, (uint64_t)at + 1, &i, &before), &high))
		return false;
	struct dec rest;
	if (dec_cmp(low, high) == 0)
		return true;
	return dec_sub(million, f, &rest) && dec_mul(low, rest, &low) && dec_mul(high, f, &high) &&
	       dec_add(low, high, &low) && dec_div(low, million, out);
}

/* All values, sorted by their bytes, as a JSON array of strings. */
static struct span
list(const struct rules_groups *g, const struct agg *a, const struct counted *run, size_t n,
	struct buf *b)
{
	size_t from = b->len;
	for (size_t i = 0; i < n; i++) {
		buf_byte(b, i ? ',' : '[');
		buf_json(b, keyset_key(g->seen[a->seen].look.keys, run[i].id));
	}
	buf_byte(b, ']');
	return (struct span){NULL, b->len - from};
}

bool
tally_fill(const struct rules_groups *g, const struct agg *a, const struct tally *t,
	const uint32_t *group, size_t n, size_t *bad)
{
	struct node *x = &g->r->node[a->node];
	x->bytes.len = 0;
	for (size_t i = 0; i < n; i++) {
		const struct counted *run = t->run + t->start[group[i]];
		size_t many = t->start[group[i] + 1] - t->start[group[i]];
		struct val v = {.n = 0};
		if (many && a->kind == AGG_LIST) {
			v.text = list(g, a, run, many, &x->bytes);
		} else if (many && a->kind == AGG_MODE) {
			val_read(a->vtype, g->r->env.zone,
				keyset_key(g->seen[a->seen].look.keys, mode(run, many)), &v);
		} else if (many && !quantile(g, a, run, many, &v.num)) {
			*bad = i;
			return false;
		}
		val_to_vec(x->type, &v, many != 0, &x->v, i);
	}
	if (a->kind == AGG_LIST)
		rules_place_texts(x, n);
	return true;
}
