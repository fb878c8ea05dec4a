/* L4 rules_node - the array of nodes: made once each, folded when constant, ordered for evaluation. */
#include <stdlib.h>

#include "rules_int.h"

/* Operand i of a node, RULES_NONE where there is none: a, b, c, then the list. */
static uint32_t
operand(const struct node *n, uint32_t i)
{
	return i == 0 ? n->a : i == 1 ? n->b : i == 2 ? n->c : n->list[i - 3];
}

static uint32_t
noperands(const struct node *n)
{
	return 3 + n->nlist;
}

/* FNV-1a: a fingerprint that is the same on every machine. Nothing is looked up by it. */
static uint64_t
mix(uint64_t h, const void *p, size_t len)
{
	const unsigned char *s = p;
	for (size_t i = 0; i < len; i++)
		h = (h ^ s[i]) * 0x100000001b3ULL;
	return h;
}

static uint64_t
mix_number(uint64_t h, uint64_t n)
{
	for (int i = 0; i < 8; i++, n >>= 8)
		h = (h ^ (n & 0xff)) * 0x100000001b3ULL;
	return h;
}

static uint64_t
mix_node(const struct rules *r, uint64_t h, uint32_t id)
{
	return mix_number(h, id == RULES_NONE ? 1 : r->node[id].print);
}

static uint64_t
fingerprint(const struct rules *r, const struct node *n)
{
	if (n->op == OP_ROOT)
		return r->node[n->a].print;
	uint64_t h = mix_number(0xcbf29ce484222325ULL, (uint64_t)n->op << 8 | n->type);
	for (uint32_t i = 0; i < noperands(n); i++)
		h = mix_node(r, h, operand(n, i));
	h = mix_number(h, (uint64_t)n->aux);
	h = mix_number(h, n->text.len);
	return n->text.len ? mix(h, n->text.ptr, n->text.len) : h;
}

static void
shape(struct buf *b, const struct node *n)
{
	b->len = 0;
	buf_byte(b, (char)n->op);
	buf_byte(b, (char)n->type);
	buf_put(b, &n->a, sizeof n->a);
	buf_put(b, &n->b, sizeof n->b);
	buf_put(b, &n->c, sizeof n->c);
	buf_put(b, &n->aux, sizeof n->aux);
	buf_put(b, &n->stream, sizeof n->stream);
	buf_put(b, &n->nlist, sizeof n->nlist);
	buf_put(b, n->list, n->nlist * sizeof *n->list);
	buf_span(b, n->text);
}

void
rules_vec_alloc(struct rules *r, struct node *n, size_t rows)
{
	if (n->mem || (n->op == OP_ROOT && !r->node[n->a].constant))
		return;
	size_t size = n->type == RULES_NUM    ? sizeof(struct dec)
		      : n->type == RULES_TEXT ? sizeof(struct span)
		      : n->type == RULES_TIME ? sizeof(int64_t)
		      : n->type == RULES_DAY  ? sizeof(int32_t)
					      : 1;
	if (n->op == OP_COL) /* the values are the reader's */
		size = 0;
	char *p = n->mem = xcalloc(rows, size + 1);
	n->v.type = (enum rules_vtype)n->type;
	n->v.missing = (uint8_t *)p + size * rows;
	void *values = p; /* malloc's alignment is enough for all types */
	if (n->type == RULES_NUM)
		n->v.num = values;
	else if (n->type == RULES_TEXT)
		n->v.text = values;
	else if (n->type == RULES_TIME)
		n->v.time = values;
	else if (n->type == RULES_DAY)
		n->v.day = values;
	else
		n->v.flag = values;
}

/* More than a few texts in a list are found by hash. */
static void
make_set(struct rules *r, struct node *n)
{
	if (n->op != OP_IN || n->set || r->node[n->a].type != RULES_TEXT || n->nlist <= 8)
		return;
	n->set = keyset_new();
	for (uint32_t i = 0; i < n->nlist; i++)
		keyset_add1(n->set, r->node[n->list[i]].v.text[0]);
}

static uint32_t
add(struct rules *r, const struct node *proto)
{
	shape(&r->key, proto);
	uint32_t id = keyset_add1(r->shapes, buf_as_span(&r->key));
	if (id < r->nnode)
		return id;
	r->node = xgrow(r->node, &r->node_cap, r->nnode + 1, sizeof *r->node);
	struct node *n = &r->node[r->nnode++];
	*n = *proto;
	n->print = fingerprint(r, n);
	n->mask = UINT32_MAX;
	n->slot = -1;
	n->same = id;
	n->text = n->text.ptr ? arena_copy(&r->arena, n->text) : n->text;
	if (n->nlist) {
		uint32_t *list = arena_alloc(&r->arena, n->nlist * sizeof *list);
		memcpy(list, n->list, n->nlist * sizeof *list);
		n->list = list;
	}
	return id;
}

/* A constant with the value of row 0 of v, which borrows nothing from v. */
static uint32_t
constant(struct rules *r, const struct rules_vec *v, struct pos at)
{
	struct node n = {.op = OP_CONST,
		.type = (uint8_t)v->type,
		.a = RULES_NONE,
		.b = RULES_NONE,
		.c = RULES_NONE,
		.pos = at};
	char digits[DEC_TEXT_MAX];
	if (v->missing[0]) {
		n.aux = INT64_MIN;
	} else if (v->type == RULES_NUM) {
		n.text = (struct span){digits, dec_format(v->num[0], digits)};
	} else if (v->type == RULES_TEXT) {
		n.text = v->text[0];
	} else {
		n.aux = v->type == RULES_TIME  ? v->time[0]
			: v->type == RULES_DAY ? v->day[0]
					       : v->flag[0];
	}
	uint32_t id = add(r, &n);
	struct node *k = &r->node[id];
	if (k->constant)
		return id;
	k->constant = true;
	k->mask = 0;
	rules_vec_alloc(r, k, 1);
	k->v.missing[0] = v->missing[0];
	if (v->type == RULES_NUM)
		k->v.num[0] = v->missing[0] ? dec_int(0) : v->num[0];
	else if (v->type == RULES_TEXT)
		k->v.text[0] = v->missing[0] ? SPAN_MISSING : k->text;
	else if (v->type == RULES_TIME)
		k->v.time[0] = v->missing[0] ? WHEN_MISSING : v->time[0];
	else if (v->type == RULES_DAY)
		k->v.day[0] = v->missing[0] ? WHEN_DAY_MISSING : v->day[0];
	else
		k->v.flag[0] = v->missing[0] ? 0 : v->flag[0];
	return id;
}

uint32_t
rules_node_num(struct rules *r, struct dec x, struct pos at)
{
	uint8_t no = 0;
	return constant(r, &(struct rules_vec){.type = RULES_NUM, .missing = &no, .num = &x}, at);
}

uint32_t
rules_node_text(struct rules *r, struct span s, struct pos at)
{
	uint8_t no = 0;
	return constant(r, &(struct rules_vec){.type = RULES_TEXT, .missing = &no, .text = &s}, at);
}

uint32_t
rules_node_day(struct rules *r, int32_t day, struct pos at)
{
	uint8_t no = 0;
	return constant(r, &(struct rules_vec){.type = RULES_DAY, .missing = &no, .day = &day}, at);
}

uint32_t
rules_node_time(struct rules *r, int64_t t, struct pos at)
{
	uint8_t no = 0;
	return constant(r, &(struct rules_vec){.type = RULES_TIME, .missing = &no, .time = &t}, at);
}

uint32_t
rules_node_bool(struct rules *r, bool b, struct pos at)
{
	uint8_t no = 0, flag = b;
	return constant(
		r, &(struct rules_vec){.type = RULES_BOOL, .missing = &no, .flag = &flag}, at);
}

uint32_t
rules_node(struct rules *r, struct node *proto, struct err *e)
{
	uint32_t id = add(r, proto);
	struct node *n = &r->node[id];
	if (n->made)
		return n->same;
	n->made = true;
	n->grouped = n->op == OP_AGG;
	bool fold = n->op != OP_COL && n->op != OP_ROOT && n->op != OP_AGG && n->op != OP_FACT;
	for (uint32_t i = 0; i < noperands(n); i++)
		if (operand(n, i) != RULES_NONE) {
			const struct node *x = &r->node[operand(n, i)];
			n->grouped = n->grouped || x->grouped;
			fold = fold && x->constant;
		}
	make_set(r, n);
	if (!fold)
		return id;
	rules_vec_alloc(r, n, 1);
	if (!rules_eval_node(r, id, 1)) {
		rules_fail(r, e, proto->pos, NULL, "the result does not fit");
		return RULES_NONE;
	}
	struct rules_vec v = r->node[id].v; /* constant() may move the nodes */
	uint32_t value = constant(r, &v, proto->pos);
	r->node[id].same = value;
	return value;
}

void
rules_nodes_free(struct rules *r)
{
	for (size_t i = 0; i < r->nnode; i++) {
		free(r->node[i].mem);
		buf_free(&r->node[i].bytes);
		keyset_free(r->node[i].set);
	}
	free(r->node);
}

static void
mark_operands(const struct node *n, uint8_t *marked)
{
	for (uint32_t i = 0; i < noperands(n); i++)
		if (operand(n, i) != RULES_NONE)
			marked[operand(n, i)] = 1;
}

uint32_t *
rules_order(struct rules *r, const uint32_t *roots, size_t n, bool grouped, size_t *norder)
{
	uint8_t *marked = xcalloc(r->nnode + 1, 1);
	for (size_t i = 0; i < n; i++)
		marked[roots[i]] = 1;
	*norder = 0;
	for (size_t i = r->nnode; i-- > 0;)
		if (marked[i] && !r->node[i].constant) {
			(*norder)++;
			if (r->node[i].op != OP_FACT && !(grouped && r->node[i].op == OP_AGG))
				mark_operands(&r->node[i], marked);
		}
	uint32_t *order = xmalloc((*norder + 1) * sizeof *order);
	size_t k = 0;
	for (size_t i = 0; i < r->nnode; i++)
		if (marked[i] && !r->node[i].constant) {
			rules_vec_alloc(r, &r->node[i], REC_BATCH_MAX);
			order[k++] = (uint32_t)i;
		}
	free(marked);
	return order;
}
