/* L4 rules_depend - an order of definitions in which each comes behind those that it needs.
 *
 * Checking follows names wherever they lead, which is fine for what people write. A chain of thousands of
 * definitions, each of which needs the next, would be followed thousands of levels deep: that one is checked
 * from its end. */
#include <stdlib.h>

#include "rules_int.h"

#define DEEP 100 /* shorter chains are checked in the order of the files */

struct graph {
	const struct rules *r;
	uint32_t *need; /* the definitions that each needs, one after the other */
	size_t nneed, cap;
	size_t *from; /* by definition: where its needs begin */
};

static void
collect(struct graph *g, const struct ast *a)
{
	for (; a; a = a->next) {
		bool names =
			a->kind == AST_NAME || a->kind == AST_SEGMENT || a->kind == AST_MATCHES;
		uint32_t id = names ? keyset_find(g->r->names, a->text) : KEYSET_NONE;
		if (id != KEYSET_NONE) {
			g->need = xgrow(g->need, &g->cap, g->nneed + 1, sizeof *g->need);
			g->need[g->nneed++] = id;
		}
		collect(g, a->kid);
		collect(g, a->by);
		collect(g, a->where);
	}
}

struct level {
	uint32_t id;
	size_t next; /* of its needs */
};

/* Walks the graph from every definition, leaving each behind its needs. The length of the longest chain, or
 * SIZE_MAX when there is a circle. */
static size_t
walk(const struct graph *g, uint32_t *order)
{
	size_t n = g->r->ndef, done = 0, longest = 0, depth = 0;
	struct level *stack = xmalloc((n + 1) * sizeof *stack);
	uint8_t *state = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n && longest != SIZE_MAX; i++) {
		if (state[i] == DEF_NEW)
			stack[depth++] = (struct level){(uint32_t)i, g->from[i]};
		state[i] = state[i] == DEF_NEW ? DEF_OPEN : state[i];
		while (depth) {
			struct level *l = &stack[depth - 1];
			longest = depth > longest ? depth : longest;
			if (l->next == g->from[l->id + 1]) {
				state[l->id] = DEF_DONE;
				order[done++] = l->id;
				depth--;
				continue;
			}
			uint32_t to = g->need[l->next++];
			if (state[to] == DEF_OPEN) {
				longest = SIZE_MAX;
				break;
			}
			if (state[to] == DEF_NEW) {
				state[to] = DEF_OPEN;
				stack[depth++] = (struct level){to, g->from[to]};
			}
		}
	}
	free(stack);
	free(state);
	return longest;
}

uint32_t *
rules_def_order(const struct rules *r)
{
	struct graph g = {.r = r};
	uint32_t *order = xmalloc((r->ndef + 1) * sizeof *order);
	g.from = xmalloc((r->ndef + 1) * sizeof *g.from);
	for (size_t i = 0; i < r->ndef; i++) {
		g.from[i] = g.nneed;
		collect(&g, r->def[i].body);
	}
	g.from[r->ndef] = g.nneed;
	size_t longest = walk(&g, order);
	if (longest <= DEEP || longest == SIZE_MAX)
		for (size_t i = 0; i < r->ndef; i++)
			order[i] = (uint32_t)i;
	free(g.from);
	free(g.need);
	return order;
}
