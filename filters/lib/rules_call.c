/* L4 rules_call - case, casts, functions and aggregates to nodes. */
#include <stdlib.h>

#include "rules_int.h"

static uint32_t
wrong(struct check *c, const struct ast *a, const char *hint, const char *what)
{
	rules_fail(c->r, c->e, a->pos, hint, "%s", what);
	return RULES_NONE;
}

uint32_t
rules_build_case(struct check *c, struct ast *a, int type, enum scope in)
{
	uint32_t *list = rules_new_list(a->kid), n = 0, id = RULES_NONE;
	for (struct ast *k = a->kid; k; k = k->next) {
		bool value = n % 2 == 1 || !k->next;
		list[n] = rules_build(c, k, value ? type : RULES_BOOL, in);
		if (list[n++] == RULES_NONE)
			goto out;
	}
	id = rules_make_list(c, OP_CASE, type, RULES_NONE, list, n, a->pos);
out:
	free(list);
	return id;
}

/* number(x), text(x), time(x), day(x) */
static uint32_t
build_cast(struct check *c, struct ast *a, const struct rules_func *f, enum scope in)
{
	int want = f->result, got = rules_nat(c, a->kid, in);
	if (got < 0)
		return RULES_NONE;
	if (got == RULES_FLEX || got == want || (got == RULES_TIME && want == RULES_DAY))
		return rules_build(c, a->kid, want, in);
	bool ok = want == RULES_TEXT || got == RULES_TEXT ||
		  (want == RULES_NUM && got == RULES_BOOL) ||
		  (want == RULES_TIME && got == RULES_DAY);
	if (!ok)
		return rules_mismatch(c, a->kid, want, got);
	uint32_t x = rules_build(c, a->kid, got, in);
	return x == RULES_NONE ? x : rules_make(c, (enum op)f->op, want, x, RULES_NONE, a->pos);
}

static uint32_t
build_func(struct check *c, struct ast *a, const struct rules_func *f, enum scope in)
{
	uint32_t arg[3] = {RULES_NONE, RULES_NONE, RULES_NONE};
	size_t n = 0;
	for (struct ast *k = a->kid; k; k = k->next, n++)
		if ((arg[n] = rules_build(c, k, f->arg[n], in)) == RULES_NONE)
			return RULES_NONE;
	return rules_node(c->r,
		&(struct node){.op = f->op,
			.type = f->result,
			.a = arg[0],
			.b = arg[1],
			.c = arg[2],
			.pos = a->pos},
		c->e);
}

/* anniversary(day): the first from today on. */
static uint32_t
build_anniversary(struct check *c, struct ast *a, enum scope in)
{
	struct ast now = {.kind = AST_REL, .unit = 'd', .nat = RULES_DAY, .pos = a->pos};
	uint32_t day = rules_build(c, a->kid, RULES_DAY, in);
	uint32_t from = day == RULES_NONE ? day : rules_build(c, &now, RULES_DAY, in);
	return from == RULES_NONE ? from
				  : rules_make(c, OP_ANNIVERSARY, RULES_DAY, day, from, a->pos);
}

/* An aggregate's argument: what count and distinct look at are texts, the rest keeps its type. */
static uint32_t
build_agg_arg(struct check *c, struct ast *a, const struct rules_func *f, int type)
{
	int got = rules_nat(c, a, IN_RECORD);
	if (got < 0)
		return RULES_NONE;
	if (got == RULES_BOOL && f->result == RULES_NUM && f->arg[0] == RULES_FLEX)
		return wrong(
			c, a, "count() where CONDITION", "a condition is not counted as a value");
	if (f->op != AGG_COUNT && f->op != AGG_DISTINCT)
		return rules_build(c, a, type, IN_RECORD);
	uint32_t x = rules_build(c, a, got == RULES_FLEX ? RULES_TEXT : got, IN_RECORD);
	if (x == RULES_NONE || f->op == AGG_COUNT || c->r->node[x].type == RULES_TEXT)
		return x;
	return rules_make(c, OP_TO_TEXT, RULES_TEXT, x, RULES_NONE, a->pos);
}

static uint32_t
make_agg(struct check *c, int kind, struct node n)
{
	n.op = OP_AGG;
	n.c = RULES_NONE;
	n.aux = kind;
	if (kind == AGG_COUNT)
		n.type = RULES_NUM;
	return rules_node(c->r, &n, c->e);
}

static uint32_t
build_agg(struct check *c, struct ast *a, const struct rules_func *f, int type)
{
	struct node n = {.type = (uint8_t)type, .a = RULES_NONE, .b = RULES_NONE, .pos = a->pos};
	uint32_t id = RULES_NONE;
	n.list = rules_new_list(a->kid);
	for (struct ast *k = a->kid; k; k = k->next)
		if ((n.list[n.nlist++] = build_agg_arg(c, k, f, type)) == RULES_NONE)
			goto out;
	if (a->by) {
		int by = rules_nat(c, a->by, IN_RECORD);
		if (by == RULES_BOOL)
			wrong(c, a->by, NULL, "conditions have no order");
		else if (by >= 0)
			n.a = rules_build(c, a->by, by == RULES_FLEX ? RULES_TIME : by, IN_RECORD);
		if (n.a == RULES_NONE)
			goto out;
	}
	if (a->where && (n.b = rules_build(c, a->where, RULES_BOOL, IN_RECORD)) == RULES_NONE)
		goto out;
	if (f->op != AGG_AVG) {
		id = make_agg(c, f->op, n);
	} else {
		uint32_t sum = make_agg(c, AGG_SUM, n), count = make_agg(c, AGG_COUNT, n);
		id = rules_make(c, OP_DIV, RULES_NUM, sum, count, a->pos);
	}
out:
	free(n.list);
	return id;
}

uint32_t
rules_build_call(struct check *c, struct ast *a, int type, enum scope in)
{
	const struct rules_func *f = rules_callee(c, a, in);
	if (!f)
		return RULES_NONE;
	if (f->aggregate)
		return build_agg(c, a, f, type);
	switch (f->op) {
	case OP_TO_NUM:
	case OP_TO_TEXT:
	case OP_TO_TIME:
	case OP_TO_DAY:
		return build_cast(c, a, f, in);
	case OP_ANNIVERSARY:
		return build_anniversary(c, a, in);
	case OP_COALESCE:
		return rules_build_list_op(c, a, OP_COALESCE, type, type, in);
	case OP_LEAST:
	case OP_GREATEST:
		if (type == RULES_BOOL)
			return wrong(c, a, NULL, "conditions have no order");
		return rules_build_list_op(c, a, (enum op)f->op, type, type, in);
	case OP_HAS_PART:
		return rules_build_list_op(c, a, OP_HAS_PART, RULES_TEXT, RULES_BOOL, in);
	case OP_LOOKUP:
		return rules_build_lookup(c, a, in);
	case OP_CONCAT:
		return rules_build_list_op(c, a, OP_CONCAT, RULES_TEXT, RULES_TEXT, in);
	default:
		return build_func(c, a, f, in);
	}
}
