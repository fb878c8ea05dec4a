/* L4 rules_agg - aggregate states: what is kept for a group while records go by.
 *
 * Every state is the same whatever the order of the records and however they are cut into parts: sums are
 * exact, and where first or last have several records of one `by` value they take the least or the
 * greatest value among them. */
#include <stdlib.h>

#include "rules_group.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

void
state_init(const struct rules *r, const struct agg *a, struct state *s)
{
	s->kind = a->kind;
	if (a->arg != RULES_NONE)
		s->value.type = r->node[a->arg].type;
	if (a->by != RULES_NONE)
		s->by.type = r->node[a->by].type;
}

void
state_reserve(const struct agg *a, struct state *s, size_t groups)
{
	if (groups <= s->n)
		return;
	switch (a->kind) {
	case AGG_COUNT:
	case AGG_DISTINCT:
		if (groups > s->cap) {
			s->count = xgrow(s->count, &s->cap, groups, sizeof *s->count);
			if (a->runs)
				s->run = xrealloc(s->run, s->cap * sizeof *s->run);
		}
		memset(s->count + s->n, 0, (groups - s->n) * sizeof *s->count);
		if (a->runs)
			memset(s->run + s->n, 0, (groups - s->n) * sizeof *s->run);
		break;
	case AGG_SUM:
		s->sum = xgrow(s->sum, &s->cap, groups, sizeof *s->sum);
		memset(s->sum + s->n, 0, (groups - s->n) * sizeof *s->sum);
		break;
	default:
		cells_reserve(&s->value, groups);
		if (a->by != RULES_NONE)
			cells_reserve(&s->by, groups);
	}
	s->n = groups;
}

void
state_clear(struct state *s)
{
	s->n = s->value.n = 0;
	arena_reset(&s->value.texts);
}

void
state_free(struct state *s)
{
	free(s->count);
	free(s->sum);
	free(s->run);
	cells_free(&s->value);
	cells_free(&s->by);
	pairs_free(&s->pairs);
}

/* ---- adding ---- */

static const int64_t pow10_table[DEC_SCALE_MAX + 1] = {1, 10, 100, 1000, 10000, 100000, 1000000,
	10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
	100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
	1000000000000000000};

/* A sum keeps the largest scale it has seen, so that adding is mostly one addition. */
bool
state_add_sum(struct state *s, size_t group, struct dec x)
{
	struct dec *sum = &s->sum[group], wide = *sum;
	__int128 v = x.v;
	if (wide.scale < x.scale) {
		if (__builtin_mul_overflow(
			    wide.v, (__int128)pow10_table[x.scale - wide.scale], &wide.v))
			return dec_add(*sum, x, sum);
		wide.scale = x.scale;
	} else if (wide.scale > x.scale &&
		   __builtin_mul_overflow(v, (__int128)pow10_table[wide.scale - x.scale], &v)) {
		return dec_add(*sum, x, sum);
	}
	if (__builtin_add_overflow(wide.v, v, &wide.v))
		return dec_add(*sum, x, sum);
	*sum = wide;
	return true;
}

void
state_offer(const struct agg *a, struct state *s, size_t group, const struct val *v,
	const struct val *by)
{
	if (s->value.has[group]) {
		struct val old = cells_get(&s->value, group);
		int d = 0;
		if (by) {
			struct val old_by = cells_get(&s->by, group);
			d = val_cmp(s->by.type, by, &old_by);
		}
		if (d == 0)
			d = val_cmp(s->value.type, v, &old);
		if (a->kind == AGG_MAX || a->kind == AGG_LAST ? d <= 0 : d >= 0)
			return;
	}
	cells_set(&s->value, group, v);
	if (by)
		cells_set(&s->by, group, by);
}

static void
add_count(const struct rules *r, const struct agg *a, struct state *s, const struct chosen *c,
	const uint32_t *group)
{
	const struct node *x = a->arg == RULES_NONE ? NULL : &r->node[a->arg];
	for (size_t i = 0; i < c->n; i++)
		s->count[group[c->row[i]]] += !x || !X(x, missing, c->row[i]);
}

static bool
add_sums(const struct rules *r, const struct agg *a, struct state *s, const struct chosen *c,
	const uint32_t *group, size_t *bad)
{
	const struct node *x = &r->node[a->arg];
	for (size_t i = 0; i < c->n; i++) {
		size_t row = c->row[i];
		if (!X(x, missing, row) && !state_add_sum(s, group[row], X(x, num, row))) {
			*bad = row;
			return false;
		}
	}
	return true;
}

/* min and max of times and days. */
static void
add_times(const struct node *x, const struct agg *a, struct state *s, const struct chosen *c,
	const uint32_t *group)
{
	bool max = a->kind == AGG_MAX;
	for (size_t i = 0; i < c->n; i++) {
		size_t row = c->row[i], at = group[row];
		if (X(x, missing, row))
			continue;
		int64_t t = x->type == RULES_TIME ? X(x, time, row) : X(x, day, row);
		if (!s->value.has[at] || (max ? t > s->value.time[at] : t < s->value.time[at])) {
			s->value.has[at] = 1;
			s->value.time[at] = t;
		}
	}
}

/* All that need a closer look; records that an order by time rules out get none. */
static void
add_values(const struct rules *r, const struct agg *a, struct state *s, const struct chosen *c,
	const uint32_t *group)
{
	const struct node *x = &r->node[a->arg], *y = a->by == RULES_NONE ? NULL : &r->node[a->by];
	bool timed = y && y->type == RULES_TIME, last = a->kind == AGG_LAST;
	if (!y && (x->type == RULES_TIME || x->type == RULES_DAY)) {
		add_times(x, a, s, c, group);
		return;
	}
	for (size_t i = 0; i < c->n; i++) {
		size_t row = c->row[i], at = group[row];
		if (X(x, missing, row) || (y && X(y, missing, row)))
			continue;
		if (timed && s->value.has[at]) {
			int64_t t = X(y, time, row), old = s->by.time[at];
			if (last ? t < old : t > old)
				continue;
		}
		struct val v = val_at(x, row), by = {.n = 0};
		if (y)
			by = val_at(y, row);
		state_offer(a, s, at, &v, y ? &by : NULL);
	}
}

/* The input is clustered by what is counted: a group counts it once a run. */
static void
add_runs(const struct rules_groups *g, const struct agg *a, struct state *s, const struct chosen *c,
	const uint32_t *group)
{
	const struct node *x = &g->r->node[a->arg];
	const uint64_t *run = a->inner ? g->inner.run : g->run;
	for (size_t i = 0; i < c->n; i++) {
		size_t row = c->row[i], at = group[row];
		if (s->run[at] != run[row] && !X(x, missing, row)) {
			s->run[at] = run[row];
			s->count[at]++;
		}
	}
}

static void
add_distinct(const struct rules_groups *g, const struct agg *a, struct state *s,
	const struct chosen *c, const uint32_t *group)
{
	const struct seen *seen = &g->seen[a->seen];
	uint16_t row[REC_BATCH_MAX] = {0};
	uint8_t fresh[REC_BATCH_MAX];
	size_t n = 0;
	uint32_t id = KEYSET_NONE, at = 0; /* of the record before: neighbours are often the same */
	for (size_t i = 0; i < c->n; i++) {
		uint16_t k = c->row[i];
		row[n] = k;
		n += seen->id[k] != KEYSET_NONE && (seen->id[k] != id || group[k] != at);
		id = seen->id[k];
		at = group[k];
	}
	pairs_add(&s->pairs, group, seen->id, row, n, fresh);
	for (size_t i = 0; i < n; i++)
		s->count[group[row[i]]] += fresh[i];
}

bool
state_add(const struct rules_groups *g, const struct agg *a, struct state *s, const uint32_t *group,
	size_t *bad)
{
	const struct chosen *c = &g->chosen[a->chosen];
	switch (a->kind) {
	case AGG_COUNT:
		add_count(g->r, a, s, c, group);
		return true;
	case AGG_SUM:
		return add_sums(g->r, a, s, c, group, bad);
	case AGG_DISTINCT:
		if (a->runs)
			add_runs(g, a, s, c, group);
		else
			add_distinct(g, a, s, c, group);
		return true;
	default:
		add_values(g->r, a, s, c, group);
		return true;
	}
}

/* ---- reading ---- */

bool
state_join(const struct agg *a, struct state *s, size_t to, size_t from)
{
	switch (a->kind) {
	case AGG_COUNT:
		s->count[to] += s->count[from];
		return true;
	case AGG_SUM:
		return state_add_sum(s, to, s->sum[from]);
	case AGG_DISTINCT:
		return true;
	default:
		if (s->value.has[from]) {
			struct val v = cells_get(&s->value, from), by = {.n = 0};
			if (a->by != RULES_NONE)
				by = cells_get(&s->by, from);
			state_offer(a, s, to, &v, a->by != RULES_NONE ? &by : NULL);
		}
		return true;
	}
}

bool
state_fill(struct rules *r, const struct agg *a, const struct state *s, const uint32_t *group,
	size_t n, size_t *bad)
{
	struct node *x = &r->node[a->node];
	for (size_t i = 0; i < n; i++) {
		if (a->kind == AGG_COUNT || a->kind == AGG_DISTINCT) {
			x->v.num[i] = dec_int((int64_t)s->count[group[i]]);
		} else if (a->kind == AGG_SUM) {
			if (!dec_add(s->sum[group[i]], dec_int(0), &x->v.num[i])) {
				*bad = i;
				return false;
			}
		} else {
			bool has = s->value.has[group[i]];
			struct val v = {.n = 0};
			if (has)
				v = cells_get(&s->value, group[i]);
			val_to_vec(x->type, &v, has, &x->v, i);
		}
	}
	return true;
}
