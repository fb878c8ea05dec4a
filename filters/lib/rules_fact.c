/* L4 rules_fact - FACT matches (…) to nodes: filters over the rows of a stream, aggregates of what they let
 * through, and a condition of a person over those.
 *
 * An item between the commas that names an aggregate is a condition of the person, any other one of the
 * rows. The filters are put into one order, so that whoever asks the same of a stream, in whatever order,
 * shares one node and so one state. */
#include <stdlib.h>
#include <strings.h>

#include "rules_int.h"

static uint32_t
wrong(struct check *c, const struct ast *a, const char *hint, const char *what)
{
	rules_fail(c->r, c->e, a->pos, hint, "%s", what);
	return RULES_NONE;
}

/* ---- aggregates by name ---- */

bool
rules_fact_agg(const struct ast *a, struct fact_agg *out)
{
	static const struct {
		const char *begin;
		enum agg_kind kind;
	} known[] = {{"sum_", AGG_SUM}, {"min_", AGG_MIN}, {"max_", AGG_MAX}};
	if (a->kind != AST_NAME || a->flag)
		return false;
	*out = (struct fact_agg){.kind = AGG_COUNT};
	if (a->text.len == 5 && strncasecmp(a->text.ptr, "count", 5) == 0)
		return true;
	for (size_t i = 0; i < 3; i++)
		if (a->text.len > 4 && strncasecmp(a->text.ptr, known[i].begin, 4) == 0) {
			out->kind = known[i].kind;
			out->column = (struct span){a->text.ptr + 4, a->text.len - 4};
			return true;
		}
	return false;
}

/* Whether an aggregate is named anywhere in the tree; a param of such a name is a param. */
static bool
aggregates(const struct check *c, const struct ast *a)
{
	struct fact_agg f;
	if (rules_fact_agg(a, &f)) {
		const struct def *d = rules_find(c->r, a->text);
		return !d || d->kind != DEF_PARAM;
	}
	for (const struct ast *k = a->kid; k; k = k->next)
		if (aggregates(c, k))
			return true;
	return false;
}

int
rules_fact_nat(struct check *c, const struct ast *a)
{
	struct fact_agg f;
	if (!rules_fact_agg(a, &f)) {
		rules_fail(c->r, c->e, a->pos,
			"a condition is of rows, or of their count, sum_COL, min_COL, max_COL: "
			"put a comma between the two",
			"'%.*s' is no aggregate", (int)(a->text.len < 60 ? a->text.len : 60),
			a->text.ptr);
		return -1;
	}
	return f.kind == AGG_COUNT || f.kind == AGG_SUM ? RULES_NUM : RULES_FLEX;
}

static uint32_t
make_fact(struct check *c, enum agg_kind kind, int type, uint32_t arg, struct pos at)
{
	return rules_node(c->r,
		&(struct node){.op = OP_FACT,
			.type = (uint8_t)type,
			.a = RULES_NONE,
			.b = c->where,
			.c = RULES_NONE,
			.list = &arg,
			.nlist = arg != RULES_NONE,
			.stream = c->stream,
			.aux = kind,
			.pos = at},
		c->e);
}

uint32_t
rules_build_fact_agg(struct check *c, const struct ast *a, int want)
{
	struct fact_agg f;
	rules_fact_agg(a, &f);
	struct span column = f.column;
	if (f.kind == AGG_COUNT) {
		const struct ast *w = c->fact->weight;
		if (!w)
			return make_fact(c, AGG_COUNT, RULES_NUM, RULES_NONE, a->pos);
		f.kind = AGG_SUM;
		column = w->text;
	}
	int type = f.kind == AGG_SUM ? RULES_NUM : want;
	uint32_t x = rules_build_column(c, column, type, c->stream, a->pos);
	return x == RULES_NONE ? x : make_fact(c, f.kind, type, x, a->pos);
}

/* ---- filters ---- */

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* The node of all filters together, RULES_NONE when there are none. False after a failure. */
static bool
build_filters(struct check *c, struct ast *a)
{
	uint32_t *list = rules_new_list(a->kid), n = 0, kept = 0;
	bool ok = true;
	c->where = RULES_NONE;
	if (c->fact->body)
		list[n++] = c->fact->node;
	for (struct ast *k = a->kid; k && ok; k = k->next) {
		if (aggregates(c, k))
			continue;
		list[n] = rules_build(c, k, RULES_BOOL, IN_ROW);
		ok = list[n++] != RULES_NONE;
	}
	if (ok && n) {
		qsort(list, n, sizeof *list, by_number);
		for (uint32_t i = 0; i < n; i++)
			if (!kept || list[i] != list[kept - 1])
				list[kept++] = list[i];
		c->where = kept == 1 ? list[0]
				     : rules_make_list(c, OP_AND, RULES_BOOL, RULES_NONE, list,
					       kept, a->pos);
		ok = c->where != RULES_NONE;
	}
	free(list);
	return ok;
}

/* What must hold of the aggregates; without any, that there is a row. */
static uint32_t
build_aggregates(struct check *c, struct ast *a)
{
	uint32_t *list = rules_new_list(a->kid), n = 0, id = RULES_NONE;
	a->rows = make_fact(c, AGG_COUNT, RULES_NUM, RULES_NONE, a->pos);
	for (struct ast *k = a->kid; k; k = k->next)
		if (aggregates(c, k) &&
			(list[n++] = rules_build(c, k, RULES_BOOL, IN_FACT)) == RULES_NONE)
			goto out;
	if (n == 1)
		id = list[0];
	else if (n)
		id = rules_make_list(c, OP_AND, RULES_BOOL, RULES_NONE, list, n, a->pos);
	else
		id = rules_node(c->r,
			&(struct node){.op = OP_CMP,
				.type = RULES_BOOL,
				.a = a->rows,
				.b = rules_node_num(c->r, dec_int(0), a->pos),
				.c = RULES_NONE,
				.aux = 4, /* > */
				.pos = a->pos},
			c->e);
out:
	free(list);
	return id;
}

/* ---- matches ---- */

static struct def *
find_fact(struct check *c, const struct ast *a)
{
	struct def *d = rules_find(c->r, a->text);
	if (d && d->kind == DEF_FACT)
		return rules_resolved(c, d, a);
	size_t n;
	const char **names = rules_def_names(c->r, DEF_FACT, &n);
	rules_unknown(c, a, "fact", names, n, "a fact is defined so: fact orders_placed = orders;");
	free(names);
	return NULL;
}

uint32_t
rules_build_matches(struct check *c, struct ast *a, enum scope in)
{
	if (c->r->single)
		return wrong(
			c, a, "facts are for the rules of segment", "matches is not known here");
	if (in != IN_RECORD)
		return wrong(c, a,
			in == IN_ROW || in == IN_FACT
				? "matches do not nest: FACT matches (…) and FACT matches (…)"
				: "facts are of persons: they make tags and segments",
			"matches may not stand here");
	struct def *d = find_fact(c, a);
	if (!d)
		return RULES_NONE;
	struct check outside = *c;
	c->stream = d->stream;
	c->fact = d;
	uint32_t id = build_filters(c, a) ? build_aggregates(c, a) : RULES_NONE;
	c->stream = outside.stream;
	c->fact = outside.fact;
	c->where = outside.where;
	return id;
}
