/* L4 rules_stmt - the statements of a source: param, metric, tag, segment, fact. */
#include <stdlib.h>

#include "rules_int.h"

/* A NUL-terminated copy in the arena. */
static const char *
keep(struct rules *r, struct span s)
{
	char *p = arena_bytes(&r->arena, s.len + 1);
	memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}

static bool
define(struct parser *p, struct token name, const struct def *def)
{
	struct rules *r = p->r;
	struct def *old = rules_find(r, name.text);
	if (old) {
		const char *hint = rules_place(r, old->pos);
		rules_fail(r, p->e, name.pos, NULL, "'%.*s' is defined already, at %s",
			(int)name.text.len, name.text.ptr, hint);
		return false;
	}
	keyset_add1(r->names, name.text);
	r->def = xgrow(r->def, &r->def_cap, r->ndef + 1, sizeof *r->def);
	r->def[r->ndef] = *def;
	r->def[r->ndef].name = keep(r, name.text);
	r->def[r->ndef].pos = name.pos;
	r->def[r->ndef++].node = RULES_NONE;
	return true;
}

/* en 'Label' zh '标签' … */
static bool
parse_labels(struct parser *p, struct label **first)
{
	struct label **tail = first;
	while (p->t.kind == TOK_NAME && p->ahead.kind == TOK_TEXT) {
		struct label *l = arena_alloc(&p->r->arena, sizeof *l);
		*l = (struct label){keep(p->r, p->t.text), keep(p->r, p->ahead.text), NULL};
		*tail = l;
		tail = &l->next;
		if (!rules_advance(p) || !rules_advance(p))
			return false;
	}
	return true;
}

/* STREAM [weight COL] [where CONDITION] */
static bool
parse_fact(struct parser *p, struct def *d)
{
	if (p->t.kind != TOK_NAME)
		return rules_expected(p, "the name of a stream", false) != NULL;
	d->stream = rules_stream_index(p->r, p->t.text);
	if (!rules_advance(p))
		return false;
	if (rules_word(&p->t, "weight")) {
		if (!rules_advance(p))
			return false;
		if (p->t.kind != TOK_NAME && p->t.kind != TOK_QUOTED)
			return rules_expected(p, "a column", false) != NULL;
		d->weight = arena_alloc(&p->r->arena, sizeof *d->weight);
		*d->weight = (struct ast){.kind = AST_NAME, .text = p->t.text, .pos = p->t.pos};
		if (!rules_advance(p))
			return false;
	}
	if (p->t.kind != TOK_WHERE)
		return true;
	return rules_advance(p) && (d->body = rules_parse_tree(p)) != NULL;
}

static bool
unknown_statement(struct parser *p, const char *const *words)
{
	if (p->t.kind != TOK_NAME)
		return rules_expected(p, "param, metric, tag, segment or fact", false) != NULL;
	char *want = xstrndup(p->t.text.ptr, p->t.text.len);
	const char *hint = rules_nearest(p->r, want, words, DEF_KINDS);
	rules_fail(p->r, p->e, p->t.pos,
		hint ? hint : "a statement begins with param, metric, tag, segment or fact",
		"unknown statement '%.100s'", want);
	free(want);
	return false;
}

static bool
parse_statement(struct parser *p, bool open_end)
{
	static const char *const words[] = {"param", "metric", "tag", "segment", "fact"};
	struct def d = {.kind = 0};
	while (d.kind < DEF_KINDS && !rules_word(&p->t, words[d.kind]))
		d.kind++;
	if (d.kind == DEF_KINDS)
		return unknown_statement(p, words);
	if (!rules_advance(p))
		return false;
	struct token name = p->t;
	if (name.kind != TOK_NAME)
		return rules_expected(p, "a name", false) != NULL;
	if (!rules_advance(p) || !parse_labels(p, &d.labels) || !rules_take(p, TOK_EQ, "'='"))
		return false;
	if (d.kind == DEF_FACT ? !parse_fact(p, &d) : !(d.body = rules_parse_tree(p)))
		return false;
	if (!define(p, name, &d))
		return false;
	if (open_end && p->t.kind == TOK_END)
		return true;
	return rules_take(p, TOK_SEMI, "';'");
}

bool
rules_parse_source(struct rules *r, uint32_t src, bool open_end, struct err *e)
{
	struct parser p;
	if (!rules_begin(&p, r, src, e))
		return false;
	while (p.t.kind != TOK_END)
		if (!parse_statement(&p, open_end))
			return false;
	return true;
}
