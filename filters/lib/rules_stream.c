/* L4 rules_stream - side streams: what `matches` aggregates, merged with the input by key in one pass.
 *
 * A stream and the input are both sorted by the key. For every batch of the input the rows of its persons are
 * read off the stream, a batch at a time, and grouped by person: group n is record n of the batch. The
 * aggregates are the states that summarize has (rules_agg.c), emptied for every batch; their values are the
 * values of the OP_FACT nodes over the input's records. */
#include <stdio.h>
#include <stdlib.h>

#include "rules_group.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

/* ---- what is needed ---- */

uint32_t
rules_stream_index(struct rules *r, struct span name)
{
	for (size_t i = 0; i < r->nstream; i++)
		if (span_eq(span_str(r->stream[i].name), name))
			return (uint32_t)i + 1;
	r->stream = xgrow(r->stream, &r->stream_cap, r->nstream + 1, sizeof *r->stream);
	char *copy = arena_bytes(&r->arena, name.len + 1);
	memcpy(copy, name.ptr, name.len);
	copy[name.len] = '\0';
	r->stream[r->nstream++] = (struct stream){.name = copy};
	return (uint32_t)r->nstream;
}

static void
unplan(struct stream *s)
{
	for (size_t k = 0; k < s->g.nagg; k++)
		state_free(&s->state[k]);
	free(s->state);
	free(s->order);
	free(s->g.agg);
	free(s->g.chosen);
	sorted_free(&s->key);
	*s = (struct stream){.name = s->name};
}

void
rules_free_streams(struct rules *r)
{
	for (size_t i = 0; i < r->nstream; i++)
		unplan(&r->stream[i]);
	free(r->stream);
}

static void
plan_agg(struct rules *r, struct stream *s, uint32_t id)
{
	struct rules_groups *g = &s->g;
	const struct node *n = &r->node[id];
	struct agg *a = &g->agg[g->nagg];
	*a = (struct agg){.node = id,
		.kind = (uint8_t)n->aux,
		.where = n->b,
		.by = RULES_NONE,
		.arg = n->nlist ? n->list[0] : RULES_NONE};
	while (a->chosen < g->nchosen && g->chosen[a->chosen].where != n->b)
		a->chosen++;
	if (a->chosen == g->nchosen)
		g->chosen[g->nchosen++].where = n->b;
	state_init(r, a, &s->state[g->nagg++]);
}

static void
plan_stream(struct rules *r, struct stream *s, uint32_t number)
{
	size_t most = 0, n = 0;
	unplan(s);
	for (size_t i = 0; i < r->norder; i++)
		most += r->node[r->order[i]].op == OP_FACT;
	s->g.r = r;
	s->g.agg = xcalloc(most + 1, sizeof *s->g.agg);
	s->g.chosen = xcalloc(most + 1, sizeof *s->g.chosen);
	s->state = xcalloc(most + 1, sizeof *s->state);
	uint32_t *roots = xmalloc((2 * most + 1) * sizeof *roots);
	for (size_t i = 0; i < r->norder; i++) {
		const struct node *x = &r->node[r->order[i]];
		if (x->op != OP_FACT || x->stream != number)
			continue;
		plan_agg(r, s, r->order[i]);
		if (x->b != RULES_NONE)
			roots[n++] = x->b;
		if (x->nlist)
			roots[n++] = x->list[0];
	}
	s->order = rules_order(r, roots, n, false, &s->norder);
	free(roots);
}

void
rules_plan_streams(struct rules *r)
{
	for (size_t i = 0; i < r->nstream; i++)
		plan_stream(r, &r->stream[i], (uint32_t)i + 1);
}

bool
rules_no_streams(struct rules *r, const char *who, struct err *e)
{
	for (size_t i = 0; i < r->norder; i++) {
		const struct node *n = &r->node[r->order[i]];
		if (n->op == OP_FACT)
			return rules_fail(r, e, n->pos,
				"segment writes tags and segments of facts as columns, which can "
				"be read here",
				"%s knows no facts: matches is for segment", who);
	}
	return true;
}

/* ---- binding ---- */

size_t
rules_nstreams(const struct rules *r)
{
	return r->nstream;
}

const char *
rules_stream_name(const struct rules *r, size_t i)
{
	return r->stream[i].name;
}

bool
rules_stream_needed(const struct rules *r, size_t i)
{
	return r->stream[i].g.nagg > 0;
}

int
rules_stream_lacks(struct rules *r, size_t i, struct err *e)
{
	const struct stream *s = &r->stream[i];
	char hint[160];
	snprintf(hint, sizeof hint, "say where it is: --facts %.60s=FILE", s->name);
	rules_fail(r, e, r->node[s->g.agg[0].node].pos, hint, "the stream '%.60s' is not given",
		s->name);
	return e->code;
}

int
rules_bind_stream(struct rules *r, size_t i, struct rec_in *in, const char *key, struct err *e)
{
	struct stream *s = &r->stream[i];
	s->in = s->g.in = in;
	s->key.name = key;
	s->key.slot = rec_in_want(in, key, REC_TEXT);
	if (s->key.slot < 0)
		return err_set(e, LIMN_USAGE,
			"--facts %.100s: there is no column '%.100s', the key of the persons",
			s->name, key);
	for (size_t k = 0; k < r->ndef && !rec_in_is_empty(in); k++)
		if (r->def[k].kind == DEF_PARAM && rules_is_column(in, r->def[k].name)) {
			rules_fail(r, e, r->def[k].pos, "give it another name",
				"'%.100s' is a column of --facts %.60s as well", r->def[k].name,
				s->name);
			return e->code;
		}
	rules_bind_columns(r, in, s->name, s->order, s->norder, e);
	return e->code;
}

void
rules_bind_key(struct rules *r, int slot)
{
	r->key_slot = slot;
}

/* ---- rows ---- */

/* The next batch of the stream, its order verified, its nodes evaluated. 1, 0 at the end, -1 with e filled. */
static int
next_batch(struct stream *s, struct err *e)
{
	s->at = 0;
	s->b = NULL;
	int got = s->ended || !s->in ? 0 : rec_in_next(s->in, &s->b, e);
	s->ended = got <= 0;
	if (got <= 0)
		return got;
	for (size_t i = 0; i < s->b->n; i++)
		if (sorted_next(&s->key, s->b, i, e) < 0)
			return -1;
	s->rows += s->b->n;
	return rules_eval_nodes(s->g.r, s->in, s->order, s->norder, s->b, e) ? -1 : 1;
}

/* Gives rows of the batch at hand to the persons from number p on, whose keys go up, as far as both last.
 * Returns the person that the next row is not before. */
static size_t
take_rows(struct stream *s, const struct span *person, size_t n, size_t p)
{
	const struct span *key = s->b->col[s->key.slot].text;
	size_t i = s->at;
	for (s->nrow = 0; i < s->b->n; i++) {
		int d = -1;
		if (!key[i].ptr) {
			s->passed++;
			continue;
		}
		for (; p < n; p++) {
			if (!person[p].ptr)
				continue;
			d = span_same(person[p], key[i]) ? 0 : tsv_cmp(person[p], key[i]);
			if (d >= 0)
				break;
		}
		if (p == n)
			break;
		if (d > 0) {
			s->passed++;
			continue;
		}
		s->group[i] = (uint32_t)p;
		s->row[s->nrow++] = (uint16_t)i;
	}
	s->at = i;
	return p;
}

static int
add_rows(struct stream *s, struct err *e)
{
	struct rules_groups *g = &s->g;
	for (size_t k = 0; k < g->nchosen; k++) {
		struct chosen *c = &g->chosen[k];
		const struct node *x = c->where == RULES_NONE ? NULL : &g->r->node[c->where];
		c->n = 0;
		for (size_t i = 0; i < s->nrow; i++) {
			c->row[c->n] = s->row[i];
			c->n += !x || X(x, flag, s->row[i]);
		}
	}
	for (size_t k = 0; k < g->nagg; k++) {
		size_t bad;
		if (!state_add(g, &g->agg[k], &s->state[k], s->group, &bad)) {
			rec_in_fail(s->in, s->b, bad, -1, e, "a sum does not fit");
			return -1;
		}
	}
	return 0;
}

/* Values of all aggregates for the n persons of a batch of the input. */
static int
eval_stream(struct rules *r, struct stream *s, const struct span *person, size_t n, struct err *e)
{
	uint32_t all[REC_BATCH_MAX];
	size_t bad;
	for (size_t k = 0; k < s->g.nagg; k++) {
		state_clear(&s->state[k]);
		state_reserve(&s->g.agg[k], &s->state[k], n);
	}
	for (size_t p = 0; p < n && person;) {
		if (!s->b || s->at == s->b->n) {
			int got = next_batch(s, e);
			if (got < 0)
				return -1;
			if (got == 0)
				break;
		}
		p = take_rows(s, person, n, p);
		if (s->nrow && add_rows(s, e))
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		all[i] = (uint32_t)i;
	for (size_t k = 0; k < s->g.nagg; k++)
		if (!state_fill(r, &s->g.agg[k], &s->state[k], all, n, &bad)) {
			err_set(e, LIMN_DATA, "%s: a sum does not fit",
				rules_place(r, r->node[s->g.agg[k].node].pos));
			return -1;
		}
	return 0;
}

int
rules_eval_streams(struct rules *r, const struct rec_batch *b, struct err *e)
{
	for (size_t i = 0; i < r->nstream; i++) {
		struct stream *s = &r->stream[i];
		const struct span *person = s->in ? b->col[r->key_slot].text : NULL;
		if (s->g.nagg && eval_stream(r, s, person, b->n, e))
			return -1;
	}
	return 0;
}

int
rules_end_streams(struct rules *r, struct err *e)
{
	for (size_t i = 0; i < r->nstream; i++) {
		struct stream *s = &r->stream[i];
		int got = s->g.nagg && s->in;
		while (got > 0) {
			if (s->b)
				s->passed += s->b->n - s->at;
			got = next_batch(s, e);
		}
		if (got < 0)
			return -1;
	}
	return 0;
}

struct rules_stream_stats
rules_stream_stats(const struct rules *r, size_t i)
{
	return (struct rules_stream_stats){r->stream[i].rows, r->stream[i].passed};
}
