/* L4 rules_check - names, natural types, cycles; definitions in whatever order they need each other.
 *
 * An expression has a natural type: that of its literals and functions. A column has none (RULES_FLEX) and
 * becomes what its context needs: rules_nat finds the natural type, rules_build (rules_build.c) makes the
 * node of the type that is wanted. Both go over a tree once. A definition is checked when it is first
 * referred to; one that is still open when it is met again is a cycle. */
#include <stdlib.h>

#include "rules_int.h"

const char *
rules_type_name(int type)
{
	static const char *const names[] = {
		"a condition", "a number", "a text", "a time", "a day", "a column"};
	return names[type];
}

static int
wrong(struct check *c, const struct ast *a, const char *hint, const char *what)
{
	rules_fail(c->r, c->e, a->pos, hint, "%s", what);
	return -1;
}

bool
rules_enter(struct check *c, const struct ast *a)
{
	if (++c->depth <= RULES_CHAIN)
		return true;
	wrong(c, a, "a chain of definitions that need each other", "nested too deeply");
	return false;
}

int
rules_unknown(struct check *c, const struct ast *a, const char *what, const char *const *names,
	size_t n, const char *otherwise)
{
	char *want = xstrndup(a->text.ptr, a->text.len);
	const char *hint = rules_nearest(c->r, want, names, n);
	rules_fail(c->r, c->e, a->pos, hint ? hint : otherwise, "unknown %s '%.100s'", what, want);
	free(want);
	return -1;
}

/* ---- definitions ---- */

static enum scope
scope_of(const struct def *d)
{
	return d->kind == DEF_PARAM    ? IN_CONST
	       : d->kind == DEF_METRIC ? IN_GROUP
	       : d->kind == DEF_FACT   ? IN_ROW
				       : IN_RECORD;
}

/* The node of a param's value from --set: read as the param's own type. */
static uint32_t
build_set(struct check *c, const struct def *d)
{
	struct rules *r = c->r;
	if (d->type == RULES_TEXT)
		return rules_node_text(r, span_str(d->set), d->pos);
	struct ast *a = rules_parse_expr(r, rules_add_text(r, "--set", d->set), c->e);
	return a ? rules_build(c, a, d->type, IN_CONST) : RULES_NONE;
}

/* A fact: the condition of its rows, and its weight's column. */
static bool
resolve_fact(struct check *c, struct def *d)
{
	uint32_t outside = c->stream;
	c->stream = d->stream;
	d->type = RULES_BOOL;
	if (d->body)
		d->node = rules_build(c, d->body, RULES_BOOL, IN_ROW);
	c->stream = outside;
	d->state = DEF_DONE;
	return !d->body || d->node != RULES_NONE;
}

/* Checks a definition that `from` refers to (NULL: nobody yet). */
static bool
resolve(struct check *c, uint32_t index, const struct ast *from)
{
	struct rules *r = c->r;
	struct def *d = &r->def[index];
	d->used = d->used || from;
	if (d->state == DEF_DONE)
		return true;
	if (d->state == DEF_OPEN)
		return rules_fail(r, c->e, from ? from->pos : d->pos, NULL,
			"'%.100s' is defined by way of itself", d->name);
	d->state = DEF_OPEN;
	if (d->kind == DEF_FACT)
		return resolve_fact(c, d);
	int type = rules_nat(c, d->body, scope_of(d));
	if (type < 0)
		return false;
	if (d->kind == DEF_SEGMENT)
		type = RULES_BOOL;
	else if (type == RULES_FLEX)
		type = RULES_TEXT;
	d->type = (uint8_t)type;
	uint32_t node = d->set ? build_set(c, d) : rules_build(c, d->body, type, scope_of(d));
	if (node != RULES_NONE && d->kind != DEF_PARAM)
		node = rules_node(r,
			&(struct node){.op = OP_ROOT,
				.type = d->type,
				.a = node,
				.b = RULES_NONE,
				.c = RULES_NONE,
				.aux = index,
				.pos = d->pos},
			c->e);
	d->node = node;
	d->state = DEF_DONE;
	return node != RULES_NONE;
}

struct def *
rules_resolved(struct check *c, struct def *d, const struct ast *from)
{
	return resolve(c, (uint32_t)(d - c->r->def), from) ? d : NULL;
}

/* The definition that a name in this scope means, resolved; NULL with *type RULES_FLEX for a column, or
 * with -1 after a failure. */
struct def *
rules_meaning(struct check *c, const struct ast *a, enum scope in, int *type)
{
	struct rules *r = c->r;
	struct def *d = rules_find(r, a->text);
	size_t n;
	*type = -1;
	if (d && (d->kind == DEF_PARAM || (d->kind == DEF_TAG && in == IN_RECORD) ||
			 (d->kind == DEF_METRIC && in == IN_GROUP))) {
		if (!resolve(c, (uint32_t)(d - r->def), a))
			return NULL;
		*type = d->type;
		return d;
	}
	if (in == IN_RECORD && d && d->kind == DEF_SEGMENT)
		*type = wrong(c, a, "write: segment NAME", "the name of a segment, not of a value");
	else if (in == IN_RECORD && d && d->kind == DEF_FACT)
		*type = wrong(
			c, a, "write: FACT matches (…)", "the name of a fact, not of a value");
	else if (in == IN_RECORD || in == IN_ROW)
		*type = RULES_FLEX;
	else if (in == IN_FACT)
		*type = rules_fact_nat(c, a);
	else {
		const char **names =
			rules_def_names(r, in == IN_GROUP ? DEF_METRIC : DEF_PARAM, &n);
		rules_unknown(c, a, in == IN_GROUP ? "metric" : "param", names, n,
			in == IN_GROUP ? "a column needs an aggregate: sum(…), max(…)"
				       : "a param is made of constants and other params");
		free(names);
	}
	return NULL;
}

struct def *
rules_segment_named(struct check *c, const struct ast *a, enum scope in)
{
	struct def *d = rules_find(c->r, a->text);
	if (in != IN_RECORD) {
		wrong(c, a,
			in == IN_ROW || in == IN_FACT
				? "a segment is of persons: FACT matches (…) and segment NAME"
				: "inside an aggregate: count() where segment NAME",
			"a segment is not known here");
		return NULL;
	}
	if (d && d->kind == DEF_SEGMENT)
		return resolve(c, (uint32_t)(d - c->r->def), a) ? d : NULL;
	size_t n;
	const char **names = rules_def_names(c->r, DEF_SEGMENT, &n);
	rules_unknown(c, a, "segment", names, n, NULL);
	free(names);
	return NULL;
}

/* ---- natural types ---- */

int
rules_merge(struct check *c, struct ast *a, int before, enum scope in)
{
	int type = before < 0 ? -1 : rules_nat(c, a, in);
	if (type < 0 || before == RULES_FLEX || type == before)
		return type;
	if (type == RULES_FLEX)
		return before;
	if ((type == RULES_DAY && before == RULES_TIME) ||
		(type == RULES_TIME && before == RULES_DAY))
		return RULES_DAY;
	const char *hint = NULL;
	int other = type == RULES_TEXT ? before : type;
	if ((type == RULES_TEXT || before == RULES_TEXT) && other == RULES_NUM)
		hint = "number literals have no quotes; number(…) reads a text";
	else if ((type == RULES_TEXT || before == RULES_TEXT) && other == RULES_DAY)
		hint = "day literals have no quotes: 2026-11-22; day(…) reads a text";
	rules_fail(c->r, c->e, a->pos, hint, "%s does not go with %s", rules_type_name(type),
		rules_type_name(before));
	return -1;
}

/* The function of a call, its form checked: how many arguments, what may follow it, where it may stand. */
const struct rules_func *
rules_callee(struct check *c, const struct ast *a, enum scope in)
{
	const struct rules_func *f = rules_func(a->text);
	if (!f) {
		const char *names[RULES_FUNC_MAX];
		size_t n;
		rules_func_names(names, &n);
		rules_unknown(c, a, "function", names, n, NULL);
		return NULL;
	}
	size_t n = 0;
	for (const struct ast *k = a->kid; k; k = k->next)
		n++;
	bool ordered = f->aggregate && (f->op == AGG_FIRST || f->op == AGG_LAST);
	const char *what = NULL, *hint = NULL;
	if (n < f->min || n > f->max) {
		what = n < f->min ? "too few arguments" : "too many arguments";
		hint = f->form;
	} else if (f->aggregate && in != IN_GROUP) {
		what = "an aggregate may not stand here";
		hint = in == IN_ROW || in == IN_FACT
			       ? "in matches they are called count, sum_COL, min_COL, max_COL"
			       : "aggregates make metrics; they do not nest";
	} else if (!f->aggregate && (a->where || a->by))
		what = "only aggregates take where and by";
	else if (ordered && !a->by) {
		what = "first and last need an order";
		hint = "first(x) by ts";
	} else if (a->by && !ordered)
		what = "only first and last take by";
	if (!what)
		return f;
	wrong(c, a, hint, what);
	return NULL;
}

static int
nat_call(struct check *c, struct ast *a, enum scope in)
{
	const struct rules_func *f = rules_callee(c, a, in);
	if (!f)
		return -1;
	if (f->result != RULES_FLEX)
		return f->result;
	int type = RULES_FLEX;
	for (struct ast *k = a->kid; k; k = k->next)
		type = rules_merge(c, k, type, f->aggregate ? IN_RECORD : in);
	if (f->aggregate && type == RULES_FLEX)
		type = RULES_TEXT;
	if (f->aggregate && type == RULES_BOOL)
		type = wrong(c, a->kid, "text(…) makes 'true' or 'false' of it",
			"a condition has no least, greatest, first or last value");
	return type;
}

static int
nat_case(struct check *c, struct ast *a, enum scope in)
{
	int type = RULES_FLEX, i = 0;
	for (struct ast *k = a->kid; k; k = k->next, i++)
		if (i % 2 == 1 || !k->next)
			type = rules_merge(c, k, type, in);
	return type;
}

static int
nat_sum(struct check *c, struct ast *a, enum scope in)
{
	int first = rules_nat(c, a->kid, in);
	bool day = first == RULES_DAY || first == RULES_TIME;
	for (const struct ast *k = a->kid; k; k = k->next)
		day = day || (k->kind == AST_REL && k->flag);
	return first < 0 ? -1 : day ? RULES_DAY : RULES_NUM;
}

static int
nat_kind(struct check *c, struct ast *a, enum scope in)
{
	int type;
	switch (a->kind) {
	case AST_NUM:
	case AST_PRODUCT:
	case AST_NEG:
		return RULES_NUM;
	case AST_TEXT:
		return RULES_TEXT;
	case AST_DAY:
	case AST_REL:
		return RULES_DAY;
	case AST_TIME:
		return RULES_TIME;
	case AST_NAME:
		rules_meaning(c, a, in, &type);
		return type;
	case AST_CALL:
		return nat_call(c, a, in);
	case AST_SUM:
		return nat_sum(c, a, in);
	case AST_CASE:
		return nat_case(c, a, in);
	default:
		return RULES_BOOL;
	}
}

int
rules_nat(struct check *c, struct ast *a, enum scope in)
{
	if (a->nat != 0xff)
		return a->nat;
	if (!rules_enter(c, a))
		return -1;
	int type = nat_kind(c, a, in);
	c->depth--;
	if (type >= 0)
		a->nat = (uint8_t)type;
	return type;
}

/* ---- programs ---- */

bool
rules_check_all(struct rules *r, struct err *e)
{
	struct check c = {.r = r, .e = e, .where = RULES_NONE};
	for (uint32_t i = 0; i < r->ndef; i++)
		if (!resolve(&c, i, NULL))
			return false;
	return true;
}

bool
rules_check_expr(struct rules *r, struct ast *a, struct err *e)
{
	struct check c = {.r = r, .e = e};
	uint32_t node = rules_build(&c, a, RULES_BOOL, IN_RECORD);
	if (node != RULES_NONE)
		node = rules_node(r,
			&(struct node){.op = OP_ROOT,
				.type = RULES_BOOL,
				.a = node,
				.b = RULES_NONE,
				.c = RULES_NONE,
				.pos = a->pos},
			e);
	r->expr = node;
	return node != RULES_NONE;
}
