/* L4 rules_order - which nodes are evaluated, in which order, and in whose memory.
 *
 * A vector is in use from its node to the last node that reads it; then its memory serves another one. So a
 * program takes the memory of what it gives (tags, segments, arguments of aggregates) and of what is on the way
 * at one time, however long it is. */
#include <stdlib.h>

#include "rules_int.h"

#define TYPES 5 /* enum rules_vtype */
#define FOR_EVER UINT32_MAX

static uint32_t
operand(const struct node *n, uint32_t i)
{
	return i == 0 ? n->a : i == 1 ? n->b : i == 2 ? n->c : n->list[i - 3];
}

/* How many operands are evaluated with the node. Those of an aggregate are evaluated over other rows. */
static uint32_t
noperands(const struct node *n, bool grouped)
{
	return n->op == OP_FACT || (grouped && n->op == OP_AGG) ? 0 : 3 + n->nlist;
}

/* Memory of vectors whose time is over, by type. */
struct pool {
	struct rules *r;
	char **mem[TYPES];
	size_t n[TYPES], cap[TYPES];
};

static void
give_back(struct pool *p, uint8_t type, char *mem)
{
	p->mem[type] = xgrow(p->mem[type], &p->cap[type], p->n[type] + 1, sizeof(char *));
	p->mem[type][p->n[type]++] = mem;
}

static char *
take(struct pool *p, uint8_t type)
{
	struct rules *r = p->r;
	if (p->n[type])
		return p->mem[type][--p->n[type]];
	r->mem = xgrow(r->mem, &r->mem_cap, r->nmem + 1, sizeof *r->mem);
	return r->mem[r->nmem++] = xmalloc(rules_vec_size(type, REC_BATCH_MAX));
}

/* A vector that is filled before evaluation begins, or borrowed, keeps its memory. */
static bool
keeps(const struct node *n)
{
	return n->op == OP_COL || n->op == OP_FACT || n->op == OP_AGG;
}

struct plan {
	struct rules *r;
	const uint32_t *order;
	size_t n;
	bool grouped;
	uint32_t *last;  /* by node: the last place in the order at which it is read */
	uint32_t *owner; /* by node: whose memory its vector is, as a root shows its body's */
	char **mem;      /* by node */
};

static void
find_last(const struct plan *p)
{
	for (size_t k = p->n; k-- > 0;) {
		const struct node *x = &p->r->node[p->order[k]];
		uint32_t at = x->op == OP_ROOT ? p->last[p->order[k]] : (uint32_t)k;
		for (uint32_t i = 0; i < noperands(x, p->grouped); i++) {
			uint32_t id = operand(x, i);
			if (id != RULES_NONE && p->last[id] < at)
				p->last[id] = at;
		}
	}
}

static void
assign(const struct plan *p)
{
	struct pool pool = {.r = p->r};
	for (size_t k = 0; k < p->n; k++) {
		uint32_t id = p->order[k];
		struct node *x = &p->r->node[id];
		bool shown = x->op == OP_ROOT && !p->r->node[x->a].constant;
		p->owner[id] = shown ? p->owner[x->a] : id;
		if (keeps(x)) {
			rules_vec_alloc(x, REC_BATCH_MAX);
		} else if (!shown) {
			p->mem[id] = take(&pool, x->type);
			rules_vec_point(x, p->mem[id], REC_BATCH_MAX);
		}
		for (uint32_t i = 0; i < noperands(x, p->grouped) && x->op != OP_ROOT; i++) {
			uint32_t o = operand(x, i);
			if (o == RULES_NONE || p->r->node[o].constant)
				continue;
			o = p->owner[o];
			if (p->last[o] == k && p->mem[o]) {
				give_back(&pool, p->r->node[o].type, p->mem[o]);
				p->mem[o] = NULL;
			}
		}
	}
	for (size_t i = 0; i < TYPES; i++)
		free(pool.mem[i]);
}

static void
find_memory(struct rules *r, const uint32_t *order, size_t n, const uint32_t *roots, size_t nroots,
	bool grouped)
{
	struct plan p = {.r = r, .order = order, .n = n, .grouped = grouped};
	p.last = xcalloc(r->nnode + 1, sizeof *p.last);
	p.owner = xcalloc(r->nnode + 1, sizeof *p.owner);
	p.mem = xcalloc(r->nnode + 1, sizeof *p.mem);
	for (size_t i = 0; i < (r->explain ? n : nroots); i++)
		p.last[r->explain ? order[i] : roots[i]] = FOR_EVER;
	find_last(&p);
	assign(&p);
	free(p.last);
	free(p.owner);
	free(p.mem);
}

uint32_t *
rules_order(struct rules *r, const uint32_t *roots, size_t n, bool grouped, size_t *norder)
{
	uint8_t *marked = xcalloc(r->nnode + 1, 1);
	for (size_t i = 0; i < n; i++)
		marked[roots[i]] = 1;
	*norder = 0;
	for (size_t i = r->nnode; i-- > 0;) {
		const struct node *x = &r->node[i];
		if (!marked[i] || x->constant)
			continue;
		(*norder)++;
		for (uint32_t k = 0; k < noperands(x, grouped); k++)
			if (operand(x, k) != RULES_NONE)
				marked[operand(x, k)] = 1;
	}
	uint32_t *order = xmalloc((*norder + 1) * sizeof *order);
	size_t k = 0;
	for (size_t i = 0; i < r->nnode; i++)
		if (marked[i] && !r->node[i].constant)
			order[k++] = (uint32_t)i;
	free(marked);
	find_memory(r, order, *norder, roots, n, grouped);
	return order;
}
