/* L4 rules_build - a checked tree to nodes of the types that are wanted. */
#include <stdlib.h>

#include "rules_int.h"

static uint32_t
wrong(struct check *c, const struct ast *a, const char *hint, const char *what)
{
	rules_fail(c->r, c->e, a->pos, hint, "%s", what);
	return RULES_NONE;
}

/* "WANTED is needed here, this is GOT" and a way out. */
uint32_t
rules_mismatch(struct check *c, const struct ast *a, int want, int got)
{
	const char *hint = NULL;
	if (want == RULES_BOOL && got == RULES_FLEX)
		hint = "compare the column: x = true, x is not null";
	else if (want == RULES_TEXT)
		hint = "text(…) makes a text of it";
	else if (want == RULES_NUM && (got == RULES_DAY || got == RULES_TIME))
		hint = "days_between(…) counts days; year(…), hour(…) take a part";
	else if (got == RULES_TEXT && want == RULES_NUM)
		hint = "number(…) reads a text as a number; number literals have no quotes";
	else if (got == RULES_TEXT && want == RULES_DAY)
		hint = "day(…) reads a text as a day; day literals have no quotes: 2026-11-22";
	else if (got == RULES_TEXT && want == RULES_TIME)
		hint = "time(…) reads a text as a time";
	rules_fail(c->r, c->e, a->pos, hint, "%s is needed here, this is %s", rules_type_name(want),
		rules_type_name(got));
	return RULES_NONE;
}

uint32_t
rules_make(struct check *c, enum op op, int type, uint32_t a, uint32_t b, struct pos at)
{
	return rules_node(c->r,
		&(struct node){.op = (uint8_t)op,
			.type = (uint8_t)type,
			.a = a,
			.b = b,
			.c = RULES_NONE,
			.pos = at},
		c->e);
}

static uint32_t
make_aux(struct check *c, enum op op, int type, uint32_t a, uint32_t b, int64_t aux, struct pos at)
{
	return rules_node(c->r,
		&(struct node){.op = (uint8_t)op,
			.type = (uint8_t)type,
			.a = a,
			.b = b,
			.c = RULES_NONE,
			.aux = aux,
			.pos = at},
		c->e);
}

uint32_t
rules_make_list(struct check *c, enum op op, int type, uint32_t a, uint32_t *list, uint32_t n,
	struct pos at)
{
	return rules_node(c->r,
		&(struct node){.op = (uint8_t)op,
			.type = (uint8_t)type,
			.a = a,
			.b = RULES_NONE,
			.c = RULES_NONE,
			.list = list,
			.nlist = n,
			.pos = at},
		c->e);
}

uint32_t *
rules_new_list(const struct ast *kid)
{
	size_t n = 1;
	for (; kid; kid = kid->next)
		n++;
	return xmalloc(n * sizeof(uint32_t));
}

/* Builds every kid as `type`; the list is to be freed. NULL on failure. */
static uint32_t *
build_list(struct check *c, struct ast *kid, int type, enum scope in, uint32_t *n)
{
	uint32_t *list = rules_new_list(kid);
	*n = 0;
	for (; kid; kid = kid->next)
		if ((list[(*n)++] = rules_build(c, kid, type, in)) == RULES_NONE) {
			free(list);
			return NULL;
		}
	return list;
}

uint32_t
rules_build_list_op(struct check *c, struct ast *a, enum op op, int each, int type, enum scope in)
{
	uint32_t n, *list = build_list(c, a->kid, each, in, &n);
	if (!list)
		return RULES_NONE;
	uint32_t id = rules_make_list(c, op, type, RULES_NONE, list, n, a->pos);
	free(list);
	return id;
}

/* ---- literals and names ---- */

static uint32_t
build_rel(struct check *c, const struct ast *a)
{
	int32_t day = c->r->env.as_of, first = when_from_civil(1, 1, 1);
	if (day == WHEN_DAY_MISSING)
		return wrong(c, a,
			c->r->single ? "write the day itself: 2026-11-22"
				     : "say which day is today: --as-of 2026-11-22",
			"a date relative to today, but the day is not given");
	if (a->unit == 'm' || a->unit == 'y') {
		day = when_add_months(day, (int)(a->time * (a->unit == 'y' ? 12 : 1)));
	} else {
		int64_t to = day + a->time * (a->unit == 'w' ? 7 : 1);
		day = to < first || to > when_from_civil(9999, 12, 31) ? WHEN_DAY_MISSING
								       : (int32_t)to;
	}
	if (day == WHEN_DAY_MISSING)
		return wrong(c, a, NULL, "outside the calendar");
	return rules_node_day(c->r, day, a->pos);
}

uint32_t
rules_build_column(struct check *c, struct span name, int type, uint32_t stream, struct pos at)
{
	return rules_node(c->r,
		&(struct node){.op = OP_COL,
			.type = (uint8_t)type,
			.a = RULES_NONE,
			.b = RULES_NONE,
			.c = RULES_NONE,
			.stream = stream,
			.text = name,
			.aux = rules_rec_type(type),
			.pos = at},
		c->e);
}

static uint32_t
build_name(struct check *c, const struct ast *a, int want, enum scope in)
{
	int type;
	struct def *d = rules_meaning(c, a, in, &type);
	if (d)
		return d->node;
	if (type < 0)
		return RULES_NONE;
	if (in == IN_FACT)
		return rules_build_fact_agg(c, a, want);
	return rules_build_column(c, a->text, want, in == IN_ROW ? c->stream : 0, a->pos);
}

/* ---- arithmetic ---- */

static uint32_t
build_product(struct check *c, struct ast *a, enum scope in)
{
	uint32_t id = rules_build(c, a->kid, RULES_NUM, in);
	for (struct ast *k = a->kid->next; k && id != RULES_NONE; k = k->next) {
		uint32_t x = rules_build(c, k, RULES_NUM, in);
		if (x == RULES_NONE)
			return x;
		id = rules_make(c, k->join == '*' ? OP_MUL : OP_DIV, RULES_NUM, id, x, a->pos);
	}
	return id;
}

/* A day moved by a length (30d) or by a number of days. */
static uint32_t
build_shift(struct check *c, struct ast *k, uint32_t day, enum scope in)
{
	bool length = k->kind == AST_REL && k->flag;
	if (!length && rules_nat(c, k, in) == RULES_DAY)
		return wrong(c, k, "days_between(from, to) counts the days between two",
			"days are not added or subtracted");
	if (length && (k->unit == 'm' || k->unit == 'y')) {
		int64_t months = k->time * (k->unit == 'y' ? 12 : 1);
		return make_aux(c, OP_MONTHS_ADD, RULES_DAY, day, RULES_NONE,
			k->join == '-' ? -months : months, k->pos);
	}
	uint32_t by =
		length ? rules_node_num(c->r, dec_int(k->time * (k->unit == 'w' ? 7 : 1)), k->pos)
		       : rules_build(c, k, RULES_NUM, in);
	if (by != RULES_NONE && k->join == '-')
		by = rules_make(
			c, OP_SUB, RULES_NUM, rules_node_num(c->r, dec_int(0), k->pos), by, k->pos);
	return by == RULES_NONE ? by : rules_make(c, OP_DAYS_ADD, RULES_DAY, day, by, k->pos);
}

static uint32_t
build_sum(struct check *c, struct ast *a, int type, enum scope in)
{
	uint32_t id = rules_build(c, a->kid, type, in);
	for (struct ast *k = a->kid->next; k && id != RULES_NONE; k = k->next) {
		if (type == RULES_DAY) {
			id = build_shift(c, k, id, in);
			continue;
		}
		uint32_t x = rules_build(c, k, RULES_NUM, in);
		if (x == RULES_NONE)
			return x;
		id = rules_make(c, k->join == '+' ? OP_ADD : OP_SUB, RULES_NUM, id, x, a->pos);
	}
	return id;
}

static uint32_t
build_neg(struct check *c, struct ast *a, enum scope in)
{
	uint32_t x = rules_build(c, a->kid, RULES_NUM, in);
	if (x == RULES_NONE)
		return x;
	return rules_make(
		c, OP_SUB, RULES_NUM, rules_node_num(c->r, dec_int(0), a->pos), x, a->pos);
}

/* ---- comparisons ---- */

/* The type in which all kids are compared, -1 after a failure. Columns among themselves are texts, and so
 * are a column and true or false. */
static int
common_type(struct check *c, struct ast *a, enum scope in)
{
	int type = RULES_FLEX;
	bool column = false;
	for (struct ast *k = a->kid; k; k = k->next) {
		type = rules_merge(c, k, type, in);
		if (type < 0)
			return -1;
		column = column || rules_nat(c, k, in) == RULES_FLEX;
	}
	if (type == RULES_FLEX)
		return RULES_TEXT;
	if (type != RULES_BOOL || !column)
		return type;
	for (struct ast *k = a->kid; k; k = k->next)
		if (rules_nat(c, k, in) == RULES_BOOL && k->kind != AST_BOOL) {
			wrong(c, k, "write: x = true and (…) or …",
				"a condition does not go with a column");
			return -1;
		}
	return RULES_TEXT;
}

static uint32_t
build_side(struct check *c, struct ast *a, int type, enum scope in)
{
	if (a->kind == AST_BOOL && type == RULES_TEXT)
		return rules_node_text(
			c->r, a->flag ? SPAN_LIT("true") : SPAN_LIT("false"), a->pos);
	return rules_build(c, a, type, in);
}

static uint32_t
negate(struct check *c, uint32_t id, bool negated, struct pos at)
{
	return id == RULES_NONE || !negated ? id
					    : rules_make(c, OP_NOT, RULES_BOOL, id, RULES_NONE, at);
}

static uint32_t
build_cmp(struct check *c, struct ast *a, enum scope in)
{
	static const uint8_t accept[] = {2, 2, 1, 3, 4, 6}; /* = != < <= > >=, bits < = > */
	int type = common_type(c, a, in);
	uint32_t x = type < 0 ? RULES_NONE : build_side(c, a->kid, type, in);
	uint32_t y = x == RULES_NONE ? x : build_side(c, a->kid->next, type, in);
	if (y == RULES_NONE)
		return y;
	if (type == RULES_BOOL && a->op != TOK_EQ && a->op != TOK_NE)
		return wrong(c, a, NULL, "conditions have no order");
	uint32_t id = make_aux(c, OP_CMP, RULES_BOOL, x, y, accept[a->op - TOK_EQ], a->pos);
	return negate(c, id, a->op == TOK_NE, a->pos);
}

static uint32_t
build_between(struct check *c, struct ast *a, enum scope in)
{
	int type = common_type(c, a, in);
	uint32_t both[2], x = type < 0 ? RULES_NONE : build_side(c, a->kid, type, in);
	uint32_t low = x == RULES_NONE ? x : build_side(c, a->kid->next, type, in);
	uint32_t high = low == RULES_NONE ? low : build_side(c, a->kid->next->next, type, in);
	if (high == RULES_NONE)
		return high;
	if (type == RULES_BOOL)
		return wrong(c, a, NULL, "conditions have no order");
	both[0] = make_aux(c, OP_CMP, RULES_BOOL, x, low, 6, a->pos);
	both[1] = make_aux(c, OP_CMP, RULES_BOOL, x, high, 3, a->pos);
	return negate(c, rules_make_list(c, OP_AND, RULES_BOOL, RULES_NONE, both, 2, a->pos),
		a->negated, a->pos);
}

/* Constants are looked up together, anything else is compared one by one. */
static uint32_t
build_in(struct check *c, struct ast *a, enum scope in)
{
	int type = common_type(c, a, in);
	uint32_t x = type < 0 ? RULES_NONE : build_side(c, a->kid, type, in);
	if (x == RULES_NONE)
		return x;
	uint32_t *list = rules_new_list(a->kid), *either = rules_new_list(a->kid), n = 0, m = 0,
		 id = RULES_NONE;
	for (struct ast *k = a->kid->next; k; k = k->next) {
		uint32_t y = build_side(c, k, type, in);
		if (y == RULES_NONE)
			goto out;
		if (c->r->node[y].constant)
			list[n++] = y;
		else
			either[m++] = make_aux(c, OP_CMP, RULES_BOOL, x, y, 2, k->pos);
	}
	id = rules_make_list(c, OP_IN, RULES_BOOL, x, list, n, a->pos);
	if (m) {
		either[m++] = id;
		id = rules_make_list(c, OP_OR, RULES_BOOL, RULES_NONE, either, m, a->pos);
	}
	id = negate(c, id, a->negated, a->pos);
out:
	free(list);
	free(either);
	return id;
}

static uint32_t
build_affix(struct check *c, struct ast *a, enum scope in)
{
	enum op op = a->kind == AST_CONTAINS ? OP_CONTAINS
		     : a->kind == AST_STARTS ? OP_STARTS
					     : OP_ENDS;
	uint32_t x = rules_build(c, a->kid, RULES_TEXT, in);
	uint32_t y = x == RULES_NONE ? x : rules_build(c, a->kid->next, RULES_TEXT, in);
	if (y == RULES_NONE)
		return y;
	return negate(c, rules_make(c, op, RULES_BOOL, x, y, a->pos), a->negated, a->pos);
}

static uint32_t
build_isnull(struct check *c, struct ast *a, enum scope in)
{
	int type = rules_nat(c, a->kid, in);
	if (type < 0)
		return RULES_NONE;
	uint32_t x = rules_build(c, a->kid, type == RULES_FLEX ? RULES_TEXT : type, in);
	if (x == RULES_NONE)
		return x;
	return negate(
		c, rules_make(c, OP_ISNULL, RULES_BOOL, x, RULES_NONE, a->pos), a->negated, a->pos);
}

/* ---- any tree ---- */

static uint32_t
build_value(struct check *c, struct ast *a, int type, enum scope in)
{
	struct dec x;
	switch (a->kind) {
	case AST_NUM:
		if (!dec_parse(a->text, &x))
			return wrong(c, a, NULL, "the number does not fit");
		return rules_node_num(c->r, x, a->pos);
	case AST_TEXT:
		return rules_node_text(c->r, a->text, a->pos);
	case AST_DAY:
		return rules_node_day(c->r, (int32_t)a->time, a->pos);
	case AST_TIME:
		return rules_node_time(c->r, a->time, a->pos);
	case AST_BOOL:
		return rules_node_bool(c->r, a->flag, a->pos);
	case AST_REL:
		return build_rel(c, a);
	case AST_NAME:
		return build_name(c, a, type, in);
	case AST_CALL:
		return rules_build_call(c, a, type, in);
	case AST_SUM:
		return build_sum(c, a, type, in);
	case AST_PRODUCT:
		return build_product(c, a, in);
	case AST_NEG:
		return build_neg(c, a, in);
	default:
		return rules_build_case(c, a, type, in);
	}
}

static uint32_t
build_condition(struct check *c, struct ast *a, enum scope in)
{
	struct def *d;
	uint32_t x;
	switch (a->kind) {
	case AST_SEGMENT:
		d = rules_segment_named(c, a, in);
		return d ? d->node : RULES_NONE;
	case AST_CMP:
		return build_cmp(c, a, in);
	case AST_BETWEEN:
		return build_between(c, a, in);
	case AST_IN:
		return build_in(c, a, in);
	case AST_CONTAINS:
	case AST_STARTS:
	case AST_ENDS:
		return build_affix(c, a, in);
	case AST_ISNULL:
		return build_isnull(c, a, in);
	case AST_MATCHES:
		return negate(c, rules_build_matches(c, a, in), a->negated, a->pos);
	case AST_NOT:
		x = rules_build(c, a->kid, RULES_BOOL, in);
		return negate(c, x, true, a->pos);
	default:
		return rules_build_list_op(
			c, a, a->kind == AST_AND ? OP_AND : OP_OR, RULES_BOOL, RULES_BOOL, in);
	}
}

uint32_t
rules_build(struct check *c, struct ast *a, int want, enum scope in)
{
	int got = rules_nat(c, a, in);
	if (got < 0 || !rules_enter(c, a))
		return RULES_NONE;
	uint32_t id;
	if (got == RULES_FLEX ? want == RULES_BOOL
			      : got != want && !(want == RULES_DAY && got == RULES_TIME))
		id = rules_mismatch(c, a, want, got);
	else if (a->kind >= AST_SEGMENT)
		id = build_condition(c, a, in);
	else
		id = build_value(c, a, got == RULES_FLEX ? want : got, in);
	if (id != RULES_NONE && got == RULES_TIME && want == RULES_DAY)
		id = rules_make(c, OP_TO_DAY, RULES_DAY, id, RULES_NONE, a->pos);
	c->depth--;
	a->node = id;
	return id;
}
