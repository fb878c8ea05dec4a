/* L4 rules_parse - tokens to trees: recursive descent, the grammar of docs/rules.md line by line. */
#include <strings.h>

#include "rules_int.h"

bool
rules_advance(struct parser *p)
{
	if (p->failed)
		return false;
	p->behind = p->t.pos.off + (uint32_t)p->t.raw.len;
	p->t = p->ahead;
	p->failed = !rules_lex(p->r, &p->lx, &p->ahead, p->e);
	return !p->failed;
}

bool
rules_begin(struct parser *p, struct rules *r, uint32_t src, struct err *e)
{
	*p = (struct parser){.r = r, .e = e};
	p->lx = (struct lexer){.src = src, .s = r->src[src].text, .len = r->src[src].len};
	p->t.pos.src = src;
	return rules_advance(p) && rules_advance(p);
}

/* "WHAT is expected before 'token'"; at the end, and for what should have followed, behind the last token. */
void *
rules_expected(struct parser *p, const char *what, bool after)
{
	if (p->failed)
		return NULL;
	p->failed = true;
	struct pos at = p->t.pos;
	if (after || p->t.kind == TOK_END)
		at.off = p->behind;
	const char *quote = p->t.raw.len && strchr("'\"", *p->t.raw.ptr) ? "" : "'";
	if (p->t.kind == TOK_END)
		rules_fail(p->r, p->e, at, NULL, "%s is expected, not the end", what);
	else
		rules_fail(p->r, p->e, at, NULL, "%s is expected before %s%.*s%s", what, quote,
			(int)(p->t.raw.len < 60 ? p->t.raw.len : 60), p->t.raw.ptr, quote);
	return NULL;
}

static void *
wrong(struct parser *p, struct pos at, const char *hint, const char *what)
{
	if (!p->failed)
		rules_fail(p->r, p->e, at, hint, "%s", what);
	p->failed = true;
	return NULL;
}

bool
rules_word(const struct token *t, const char *w)
{
	return t->kind == TOK_NAME && t->text.len == strlen(w) &&
	       strncasecmp(t->text.ptr, w, t->text.len) == 0;
}

bool
rules_take(struct parser *p, enum tok kind, const char *what)
{
	if (p->t.kind == kind)
		return rules_advance(p);
	rules_expected(p, what, true);
	return false;
}

static struct ast *
new_ast(struct parser *p, enum ast_kind kind, struct pos pos)
{
	struct ast *a = arena_alloc(&p->r->arena, sizeof *a);
	memset(a, 0, sizeof *a);
	a->kind = (uint8_t)kind;
	a->nat = 0xff;
	a->pos = pos;
	a->node = a->rows = RULES_NONE;
	return a;
}

/* Remembers where the text of a tree stands that has just been read, unless it is known. */
static struct ast *
spanned(const struct parser *p, uint32_t from, struct ast *a)
{
	if (a && !a->to) {
		a->from = from;
		a->to = p->behind;
	}
	return a;
}

/* Appends kid to the list that ends at *tail. */
static struct ast **
append(struct ast **tail, struct ast *kid)
{
	*tail = kid;
	return &kid->next;
}

static bool
deeper(struct parser *p)
{
	if (++p->depth <= RULES_DEPTH)
		return true;
	wrong(p, p->t.pos, "give a part of it a name: tag NAME = …;", "nested too deeply");
	return false;
}

/* a, b, … up to ')' */
static bool
parse_list(struct parser *p, struct ast **tail)
{
	for (;;) {
		struct ast *item = rules_parse_tree(p);
		if (!item)
			return false;
		tail = append(tail, item);
		if (p->t.kind != TOK_COMMA)
			return rules_take(p, TOK_RP, "')'");
		if (!rules_advance(p))
			return false;
	}
}

/* case when CONDITION then VALUE … [else VALUE] end */
static struct ast *
parse_case(struct parser *p)
{
	struct ast *a = new_ast(p, AST_CASE, p->t.pos), **tail = &a->kid, *kid;
	if (!rules_advance(p))
		return NULL;
	if (p->t.kind != TOK_WHEN)
		return rules_expected(p, "'when'", false);
	while (p->t.kind == TOK_WHEN) {
		if (!rules_advance(p) || !(kid = rules_parse_tree(p)))
			return NULL;
		tail = append(tail, kid);
		if (!rules_take(p, TOK_THEN, "'then'") || !(kid = rules_parse_tree(p)))
			return NULL;
		tail = append(tail, kid);
	}
	if (p->t.kind == TOK_ELSE) {
		if (!rules_advance(p) || !(kid = rules_parse_tree(p)))
			return NULL;
		append(tail, kid);
		a->flag = true;
	}
	return rules_take(p, TOK_FINISH, a->flag ? "'end'" : "'when', 'else' or 'end'") ? a : NULL;
}

static struct ast *parse_sum(struct parser *p);

/* NAME ( [args] ) [by VALUE] [where CONDITION] */
static struct ast *
parse_call(struct parser *p)
{
	struct ast *a = new_ast(p, AST_CALL, p->t.pos);
	a->text = p->t.text;
	if (!rules_advance(p) || !rules_advance(p))
		return NULL;
	if (p->t.kind == TOK_RP) {
		if (!rules_advance(p))
			return NULL;
	} else if (!parse_list(p, &a->kid)) {
		return NULL;
	}
	while (rules_word(&p->t, "by") || p->t.kind == TOK_WHERE) {
		struct ast **part = p->t.kind == TOK_WHERE ? &a->where : &a->by;
		if (*part)
			return wrong(p, p->t.pos, NULL, "said already");
		if (!rules_advance(p) ||
			!(*part = part == &a->where ? rules_parse_tree(p) : parse_sum(p)))
			return NULL;
	}
	return a;
}

/* A literal or a name: one token. */
static struct ast *
parse_atom(struct parser *p)
{
	struct token t = p->t;
	struct ast *a = new_ast(p, AST_NAME, t.pos);
	a->text = t.text;
	switch (t.kind) {
	case TOK_NUM:
		a->kind = AST_NUM;
		break;
	case TOK_TEXT:
		a->kind = AST_TEXT;
		break;
	case TOK_DAY:
		a->kind = AST_DAY;
		a->time = t.day;
		break;
	case TOK_TIME:
		a->kind = AST_TIME;
		a->time = t.time;
		break;
	case TOK_TRUE:
	case TOK_FALSE:
		a->kind = AST_BOOL;
		a->flag = t.kind == TOK_TRUE;
		break;
	case TOK_TODAY:
	case TOK_YESTERDAY:
		a->kind = AST_REL;
		a->unit = 'd';
		a->time = t.kind == TOK_TODAY ? 0 : -1;
		break;
	case TOK_QUOTED:
		a->flag = true;
		break;
	case TOK_NAME:
		break;
	case TOK_SPAN:
		return wrong(p, t.pos, "write -30d (ago) or +30d (from now on)",
			"a relative date needs its sign");
	case TOK_NULL:
		return wrong(p, t.pos, "ask 'is null'; a case without else gives a missing value",
			"null is not a value");
	default:
		return rules_expected(p, "a value", false);
	}
	return rules_advance(p) ? a : NULL;
}

static struct ast *
parse_primary(struct parser *p)
{
	struct ast *a;
	uint32_t from = p->t.pos.off;
	if (p->t.kind == TOK_LP) {
		if (!deeper(p) || !rules_advance(p) || !(a = rules_parse_tree(p)) ||
			!rules_take(p, TOK_RP, "')'"))
			return NULL;
		p->depth--;
		return a;
	}
	if (p->t.kind == TOK_CASE || (p->t.kind == TOK_NAME && p->ahead.kind == TOK_LP)) {
		if (!deeper(p))
			return NULL;
		a = p->t.kind == TOK_CASE ? parse_case(p) : parse_call(p);
		p->depth--;
		return spanned(p, from, a);
	}
	if (rules_word(&p->t, "segment") &&
		(p->ahead.kind == TOK_NAME || p->ahead.kind == TOK_QUOTED) &&
		!rules_word(&p->ahead, "contains") && !rules_word(&p->ahead, "starts") &&
		!rules_word(&p->ahead, "ends")) {
		if (!rules_advance(p))
			return NULL;
		a = parse_atom(p);
		if (a)
			a->kind = AST_SEGMENT;
		return spanned(p, from, a);
	}
	return spanned(p, from, parse_atom(p));
}

/* The number of units of the length or relative date that p->t is. */
static struct ast *
parse_span(struct parser *p, struct pos at, bool minus)
{
	struct ast *a = new_ast(p, AST_REL, at);
	a->unit = p->t.unit;
	if (!dec_to_int(p->t.num, &a->time) || a->time > 9999999)
		return wrong(p, at, NULL, "not a whole number of days, weeks, months or years");
	if (minus)
		a->time = -a->time;
	return rules_advance(p) ? a : NULL;
}

/* -x, +x, -30d */
static struct ast *
parse_unary(struct parser *p)
{
	if (p->t.kind != TOK_MINUS && p->t.kind != TOK_PLUS)
		return parse_primary(p);
	struct pos at = p->t.pos;
	bool minus = p->t.kind == TOK_MINUS;
	if (!deeper(p) || !rules_advance(p))
		return NULL;
	struct ast *a;
	if (p->t.kind == TOK_SPAN) {
		a = parse_span(p, at, minus);
	} else {
		struct ast *x = parse_unary(p);
		if (!x)
			return NULL;
		a = new_ast(p, AST_NEG, at);
		a->kid = x;
		if (!minus)
			a = x;
	}
	p->depth--;
	return spanned(p, at.off, a);
}

static struct ast *
parse_product(struct parser *p)
{
	uint32_t from = p->t.pos.off;
	struct ast *first = parse_unary(p);
	if (!first || (p->t.kind != TOK_STAR && p->t.kind != TOK_SLASH))
		return first;
	struct ast *a = new_ast(p, AST_PRODUCT, first->pos), **tail = append(&a->kid, first);
	while (p->t.kind == TOK_STAR || p->t.kind == TOK_SLASH) {
		char join = p->t.kind == TOK_STAR ? '*' : '/';
		struct ast *kid;
		if (!rules_advance(p) || !(kid = parse_unary(p)))
			return NULL;
		kid->join = join;
		tail = append(tail, kid);
	}
	return spanned(p, from, a);
}

/* x + y - z, and a day with a length: x + 30d */
static struct ast *
parse_sum(struct parser *p)
{
	uint32_t from = p->t.pos.off;
	struct ast *first = parse_product(p);
	if (!first || (p->t.kind != TOK_PLUS && p->t.kind != TOK_MINUS))
		return first;
	struct ast *a = new_ast(p, AST_SUM, first->pos), **tail = append(&a->kid, first);
	while (p->t.kind == TOK_PLUS || p->t.kind == TOK_MINUS) {
		char join = p->t.kind == TOK_PLUS ? '+' : '-';
		struct ast *kid;
		if (!rules_advance(p))
			return NULL;
		bool span = p->t.kind == TOK_SPAN;
		uint32_t at = p->t.pos.off;
		kid = span ? spanned(p, at, parse_span(p, p->t.pos, false)) : parse_product(p);
		if (!kid)
			return NULL;
		kid->join = join;
		if (span)
			kid->flag = true;
		tail = append(tail, kid);
	}
	return spanned(p, from, a);
}

static bool
is_cmp(enum tok kind)
{
	return kind >= TOK_EQ && kind <= TOK_GE;
}

/* FACT [not] matches ( [items] ): what follows the name */
static struct ast *
parse_matches(struct parser *p, struct ast *x, bool negated)
{
	if (x->kind != AST_NAME)
		return wrong(
			p, x->pos, "orders_placed matches (date >= -30d)", "only a fact matches");
	struct ast *a = new_ast(p, AST_MATCHES, x->pos);
	a->text = x->text;
	a->negated = negated;
	if (!deeper(p) || !rules_advance(p) || !rules_take(p, TOK_LP, "'('"))
		return NULL;
	if (p->t.kind == TOK_RP ? !rules_advance(p) : !parse_list(p, &a->kid))
		return NULL;
	p->depth--;
	return a;
}

/* starts with, ends with, contains, in, between: what follows x [not] */
static struct ast *
parse_word_predicate(struct parser *p, struct ast *x, bool negated)
{
	if (rules_word(&p->t, "matches"))
		return parse_matches(p, x, negated);
	struct pos at = p->t.pos;
	struct ast *a = new_ast(p, AST_CONTAINS, at), **tail = append(&a->kid, x), *y;
	a->negated = negated;
	if (p->t.kind == TOK_IN) {
		a->kind = AST_IN;
		if (!deeper(p) || !rules_advance(p) || !rules_take(p, TOK_LP, "'('") ||
			!parse_list(p, tail))
			return NULL;
		p->depth--;
		return a;
	}
	if (p->t.kind == TOK_BETWEEN) {
		a->kind = AST_BETWEEN;
		if (!rules_advance(p) || !(y = parse_sum(p)))
			return NULL;
		tail = append(tail, y);
		if (!rules_take(p, TOK_AND, "'and'"))
			return NULL;
	} else if (rules_word(&p->t, "starts") || rules_word(&p->t, "ends")) {
		a->kind = rules_word(&p->t, "starts") ? AST_STARTS : AST_ENDS;
		if (!rules_advance(p))
			return NULL;
		if (!rules_word(&p->t, "with"))
			return rules_expected(p, "'with'", true);
		if (!rules_advance(p))
			return NULL;
	} else if (!rules_word(&p->t, "contains")) {
		return rules_expected(
			p, "in, between, contains, starts with, ends with or matches", true);
	} else if (!rules_advance(p)) {
		return NULL;
	}
	if (!(y = parse_sum(p)))
		return NULL;
	append(tail, y);
	return a;
}

static struct ast *
parse_is(struct parser *p, struct ast *x)
{
	struct ast *a = new_ast(p, AST_ISNULL, x->pos);
	a->kid = x;
	if (!rules_advance(p))
		return NULL;
	a->negated = p->t.kind == TOK_NOT;
	if (a->negated && !rules_advance(p))
		return NULL;
	return rules_take(p, TOK_NULL, "'null'") ? a : NULL;
}

static struct ast *
parse_predicate(struct parser *p)
{
	uint32_t from = p->t.pos.off;
	struct ast *x = parse_sum(p), *a = x;
	if (!x)
		return NULL;
	if (is_cmp(p->t.kind)) {
		a = new_ast(p, AST_CMP, p->t.pos);
		a->op = (uint8_t)p->t.kind;
		a->kid = x;
		if (!rules_advance(p) || !(x->next = parse_sum(p)))
			return NULL;
	} else if (p->t.kind == TOK_IS) {
		a = parse_is(p, x);
	} else if (p->t.kind == TOK_NOT) {
		a = rules_advance(p) ? parse_word_predicate(p, x, true) : NULL;
	} else if (p->t.kind == TOK_IN || p->t.kind == TOK_BETWEEN ||
		   rules_word(&p->t, "contains") || rules_word(&p->t, "starts") ||
		   rules_word(&p->t, "ends") || rules_word(&p->t, "matches")) {
		a = parse_word_predicate(p, x, false);
	}
	if (a && a != x && is_cmp(p->t.kind))
		return wrong(p, p->t.pos,
			"write: low <= x and x <= high, or: x between low and high",
			"comparisons do not chain");
	return spanned(p, from, a);
}

static struct ast *
parse_not(struct parser *p)
{
	if (p->t.kind != TOK_NOT)
		return parse_predicate(p);
	struct ast *a = new_ast(p, AST_NOT, p->t.pos);
	if (!deeper(p) || !rules_advance(p) || !(a->kid = parse_not(p)))
		return NULL;
	p->depth--;
	return spanned(p, a->pos.off, a);
}

static struct ast *
parse_and(struct parser *p)
{
	uint32_t from = p->t.pos.off;
	struct ast *first = parse_not(p);
	if (!first || p->t.kind != TOK_AND)
		return first;
	struct ast *a = new_ast(p, AST_AND, first->pos), **tail = append(&a->kid, first), *kid;
	while (p->t.kind == TOK_AND) {
		if (!rules_advance(p) || !(kid = parse_not(p)))
			return NULL;
		tail = append(tail, kid);
	}
	return spanned(p, from, a);
}

struct ast *
rules_parse_tree(struct parser *p)
{
	uint32_t from = p->t.pos.off;
	struct ast *first = parse_and(p);
	if (!first || p->t.kind != TOK_OR)
		return first;
	struct ast *a = new_ast(p, AST_OR, first->pos), **tail = append(&a->kid, first), *kid;
	while (p->t.kind == TOK_OR) {
		if (!rules_advance(p) || !(kid = parse_and(p)))
			return NULL;
		tail = append(tail, kid);
	}
	return spanned(p, from, a);
}

struct ast *
rules_parse_expr(struct rules *r, uint32_t src, struct err *e)
{
	struct parser p;
	if (!rules_begin(&p, r, src, e))
		return NULL;
	struct ast *a = rules_parse_tree(&p);
	if (a && p.t.kind != TOK_END)
		return rules_expected(&p, "and, or, or the end", true);
	return a;
}
