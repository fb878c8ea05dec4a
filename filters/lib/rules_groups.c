/* L4 rules_groups - records into groups: every grouping set and aggregate in one pass. */
#include <stdlib.h>

#include "rules_group.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

/* ---- a batch ---- */

static void
choose(struct rules_groups *g, size_t n)
{
	for (size_t k = 0; k < g->nchosen; k++) {
		struct chosen *c = &g->chosen[k];
		const struct node *x = c->where == RULES_NONE ? NULL : &g->r->node[c->where];
		c->n = 0;
		for (size_t i = 0; i < n; i++) {
			c->row[c->n] = (uint16_t)i;
			c->n += !x || X(x, flag, i);
		}
	}
}

/* Texts that are there get their ids, `base` added; equal neighbours are looked up once. */
static void
look_up(struct keyset *keys, const struct span *text, const uint8_t *need, size_t n, uint32_t base,
	uint32_t missing, uint32_t *id)
{
	struct span key[REC_BATCH_MAX];
	uint16_t at[REC_BATCH_MAX];
	uint32_t found[REC_BATCH_MAX];
	size_t m = 0;
	key[0] = SPAN_MISSING;
	for (size_t i = 0; i < n; i++) {
		bool there = text[i].ptr && (!need || need[i]);
		at[i] = UINT16_MAX;
		if (!there)
			continue;
		if (m == 0 || !span_eq(key[m - 1], text[i]))
			key[m++] = text[i];
		at[i] = (uint16_t)(m - 1);
	}
	keyset_add(keys, key, m, found);
	for (size_t i = 0; i < n; i++)
		id[i] = at[i] == UINT16_MAX ? missing : found[at[i]] + base;
}

static void
look_up_columns(struct rules_groups *g, const struct rec_batch *b)
{
	for (size_t k = 0; k < g->ncol; k++) {
		struct gcol *c = &g->col[k];
		const struct span *text =
			c->slot >= 0 ? b->col[c->slot].text : g->r->node[c->node].v.text;
		look_up(c->keys, text, NULL, b->n, 1, 0, c->id);
	}
}

/* Several values as one text: their tsv forms with TABs between. */
static void
join_values(const struct rules_groups *g, struct seen *s, size_t n, struct span *text)
{
	size_t end[REC_BATCH_MAX];
	s->text.len = 0;
	for (size_t i = 0; i < n; i++) {
		bool there = s->need[i];
		for (uint32_t k = 0; k < s->narg && there; k++) {
			const struct node *x = &g->r->node[s->arg[k]];
			there = !X(x, missing, i);
			if (k)
				buf_byte(&s->text, '\t');
			if (there)
				tsv_escape(&s->text, X(x, text, i));
		}
		s->need[i] = there;
		end[i] = s->text.len;
	}
	for (size_t i = 0; i < n; i++) {
		size_t from = i ? end[i - 1] : 0;
		text[i] = (struct span){buf_as_span(&s->text).ptr + from, end[i] - from};
	}
}

static void
look_up_seen(struct rules_groups *g, size_t n)
{
	for (size_t k = 0; k < g->nseen; k++)
		memset(g->seen[k].need, 0, n);
	for (size_t k = 0; k < g->nagg; k++) {
		const struct agg *a = &g->agg[k];
		if (a->kind != AGG_DISTINCT || a->runs)
			continue;
		const struct chosen *c = &g->chosen[a->chosen];
		for (size_t i = 0; i < c->n; i++)
			g->seen[a->seen].need[c->row[i]] = 1;
	}
	for (size_t k = 0; k < g->nseen; k++) {
		struct seen *s = &g->seen[k];
		struct span text[REC_BATCH_MAX];
		const struct node *x = &g->r->node[s->arg[0]];
		if (s->narg > 1)
			join_values(g, s, n, text);
		else
			for (size_t i = 0; i < n; i++)
				text[i] = X(x, text, i);
		look_up(s->keys, text, s->need, n, 0, KEYSET_NONE, s->id);
	}
}

/* The groups of a batch in one set. */
static void
look_up_groups(struct rules_groups *g, struct gset *s, size_t n)
{
	if (s->ncol == 0)
		return;
	if (s->direct) {
		const struct gcol *c = &g->col[s->col[0]];
		memcpy(s->group, c->id, n * sizeof *s->group);
		for (size_t i = 0; i < n; i++)
			s->missing = s->missing || c->id[i] == 0;
		s->ngroups = (size_t)keyset_size(c->keys) + 1;
		return;
	}
	struct span key[REC_BATCH_MAX];
	size_t len = s->ncol * sizeof(uint32_t);
	g->key.len = 0;
	char *p = buf_room(&g->key, n * len);
	for (size_t i = 0; i < n; i++) {
		key[i] = (struct span){p, len};
		for (size_t k = 0; k < s->ncol; k++, p += sizeof(uint32_t))
			memcpy(p, &g->col[s->col[k]].id[i], sizeof(uint32_t));
	}
	keyset_add(s->tuples, key, n, s->group);
	s->ngroups = keyset_size(s->tuples);
}

/* Checks that the clustered column goes up and numbers its runs from 1. */
static int
find_runs(struct rules_groups *g, const struct rec_batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		int d = sorted_next(&g->sorted, b, i, e);
		if (d < 0)
			return -1;
		g->runs += (uint64_t)d;
		g->run[i] = g->runs;
	}
	return 0;
}

int
rules_groups_add(struct rules_groups *g, const struct rec_batch *b, struct err *e)
{
	if (g->merge)
		return partial_add(g, b, e);
	if (rules_eval_batch(g->r, b, e) || (g->sorted.name && find_runs(g, b, e)))
		return -1;
	choose(g, b->n);
	look_up_columns(g, b);
	look_up_seen(g, b->n);
	for (size_t k = 0; k < g->nset; k++) {
		struct gset *s = &g->set[k];
		look_up_groups(g, s, b->n);
		for (size_t i = 0; i < g->nagg; i++) {
			size_t bad = 0;
			state_reserve(&g->agg[i], &s->state[i], s->ngroups);
			if (!state_add(g, &g->agg[i], &s->state[i], s->group, &bad)) {
				rec_in_fail(g->in, b, bad, -1, e, "a sum does not fit");
				return -1;
			}
		}
	}
	return 0;
}

/* ---- groups and keys ---- */

struct span
groups_key(const struct rules_groups *g, const struct gset *s, size_t group, size_t k)
{
	uint32_t id = (uint32_t)group;
	const struct gcol *c = &g->col[s->col[k]];
	if (!s->direct)
		memcpy(&id, keyset_key(s->tuples, (uint32_t)group).ptr + k * sizeof id, sizeof id);
	return id ? keyset_key(c->keys, id - 1) : SPAN_MISSING;
}

struct order {
	const struct rules_groups *g;
	const struct gset *s;
};

static int
compare(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int d = 0;
	for (size_t k = 0; k < o->s->ncol && d == 0; k++)
		d = tsv_cmp(groups_key(o->g, o->s, x, k), groups_key(o->g, o->s, y, k));
	return d;
}

uint32_t *
groups_sorted(const struct rules_groups *g, const struct gset *s, size_t *n)
{
	uint32_t *list = xmalloc((s->ngroups + 1) * sizeof *list);
	*n = 0;
	for (size_t i = s->direct && !s->missing; i < s->ngroups; i++)
		list[(*n)++] = (uint32_t)i;
	struct order o = {g, s};
	if (s->ncol)
		qsort_r(list, *n, sizeof *list, compare, &o);
	return list;
}
