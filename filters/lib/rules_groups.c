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

/* Where the cache would hold a text of at most 16 bytes. */
static struct short_id *
short_slot(struct lookup *l, struct words w, size_t len)
{
	uint64_t h = (w.a ^ w.b * 0x9e3779b97f4a7c15ULL ^ len) * 0xff51afd7ed558ccdULL;
	return &l->cache[h >> 54];
}

/* True when the cache knows the text; else *slot is where it may be put later, or NULL. */
static bool
in_cache(struct lookup *l, struct span s, struct short_id **slot, uint32_t *id)
{
	*slot = NULL;
	if (s.len > 16)
		return false;
	struct words w = span_words(s);
	struct short_id *c = *slot = short_slot(l, w, s.len);
	*id = c->id;
	return c->used && c->words.a == w.a && c->words.b == w.b && c->len == s.len;
}

enum { NO_ID = UINT16_MAX, HAS_ID = UINT16_MAX - 1 };

/* Texts that are there (and needed) get their ids, others KEYSET_NONE. What equals the text before it or is
 * in the cache is not looked up; the cache of a few hundred short texts serves columns of few values. */
static void
look_up(struct lookup *l, const struct span *text, const uint8_t *need, size_t n, uint32_t *id)
{
	struct span key[REC_BATCH_MAX];
	struct short_id *slot[REC_BATCH_MAX];
	uint16_t at[REC_BATCH_MAX];
	uint32_t found[REC_BATCH_MAX];
	size_t m = 0, before = 0;
	bool few = keyset_size(l->keys) < 2 * SHORT_IDS, any = false;
	key[0] = SPAN_MISSING;
	for (size_t i = 0; i < n; i++) {
		at[i] = NO_ID;
		id[i] = KEYSET_NONE;
		if (!text[i].ptr || (need && !need[i]))
			continue;
		if (any && span_same(text[before], text[i])) {
			at[i] = at[before];
			id[i] = id[before];
			continue;
		}
		any = true;
		before = i;
		at[i] = HAS_ID;
		slot[m] = NULL;
		if (few && in_cache(l, text[i], &slot[m], &id[i]))
			continue;
		at[i] = (uint16_t)m;
		key[m++] = text[i];
	}
	keyset_add(l->keys, key, m, found);
	for (size_t i = 0; i < n; i++)
		if (at[i] < m)
			id[i] = found[at[i]];
	for (size_t i = 0; i < m; i++)
		if (slot[i])
			*slot[i] = (struct short_id){
				span_words(key[i]), (uint32_t)key[i].len, found[i], true};
}

static void
look_up_columns(struct rules_groups *g, const struct rec_batch *b)
{
	for (size_t k = 0; k < g->ncol; k++) {
		struct gcol *c = &g->col[k];
		const struct span *text =
			c->slot >= 0 ? b->col[c->slot].text : g->r->node[c->node].v.text;
		look_up(&c->look, text, NULL, b->n, c->id);
		for (size_t i = 0; i < b->n; i++)
			c->id[i]++; /* KEYSET_NONE becomes 0 */
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
		if (!(a->kind == AGG_DISTINCT && !a->runs) && !(agg_tallies(a) && a->tally == k))
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
		look_up(&s->look, text, s->need, n, s->id);
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
		s->ngroups = (size_t)keyset_size(c->look.keys) + 1;
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
	look_up(&s->tuples, key, NULL, n, s->group);
	s->ngroups = keyset_size(s->tuples.keys);
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

/* Whether the visitor had this session before the one at hand; remembers it. */
static bool
met(struct inner *s, struct span session)
{
	if (s->many) {
		uint32_t known = keyset_size(s->many);
		return keyset_add1(s->many, session) < known;
	}
	for (size_t k = 0; k < s->nend; k++) {
		size_t from = k ? s->end[k - 1] : 0;
		if (span_same((struct span){s->text.ptr + from, s->end[k] - from}, session))
			return true;
	}
	if (s->nend == sizeof s->end / sizeof *s->end) {
		s->many = keyset_new();
		for (size_t k = 0; k < s->nend; k++) {
			size_t from = k ? s->end[k - 1] : 0;
			keyset_add1(s->many, (struct span){s->text.ptr + from, s->end[k] - from});
		}
		return met(s, session);
	}
	buf_span(&s->text, session);
	s->end[s->nend++] = s->text.len;
	return false;
}

/* Numbers the sessions of records clustered by visitor. */
static int
find_sessions(struct rules_groups *g, const struct rec_batch *b, struct err *e)
{
	struct inner *s = &g->inner;
	struct span before = SPAN_MISSING;
	for (size_t i = 0; i < b->n; i++) {
		struct span session = b->col[s->slot].text[i];
		if (s->visitor != g->run[i]) {
			s->visitor = g->run[i];
			s->nend = s->text.len = s->last.len = 0;
			s->any = false;
			keyset_free(s->many);
			s->many = NULL;
			before = SPAN_MISSING;
		}
		if (session.ptr && !span_same(session, before) &&
			!(s->any && span_same(session, buf_as_span(&s->last)))) {
			if (met(s, session)) {
				rec_in_fail(g->in, b, i, s->slot, e,
					"comes back after another session of its visitor; sort by "
					"visitor_id and ts, or leave --clustered out");
				return -1;
			}
			s->n++;
			s->any = true;
			s->last.len = 0;
			buf_span(&s->last, session);
		}
		if (session.ptr)
			before = session;
		s->run[i] = s->n;
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
	if (g->inner.slot >= 0 && find_sessions(g, b, e))
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
		memcpy(&id, keyset_key(s->tuples.keys, (uint32_t)group).ptr + k * sizeof id,
			sizeof id);
	return id ? keyset_key(c->look.keys, id - 1) : SPAN_MISSING;
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
