/* L4 rules_stmt - the statements of a source: param, metric, tag, segment. */
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
define(struct parser *p, enum def_kind kind, struct label *labels, struct token name,
	struct ast *body)
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
	r->def[r->ndef++] = (struct def){.kind = (uint8_t)kind,
		.name = keep(r, name.text),
		.pos = name.pos,
		.labels = labels,
		.body = body,
		.node = RULES_NONE};
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

static bool
parse_statement(struct parser *p, bool open_end)
{
	static const char *const words[] = {"param", "metric", "tag", "segment"};
	size_t kind = 0;
	while (kind < DEF_KINDS && !rules_word(&p->t, words[kind]))
		kind++;
	if (kind == DEF_KINDS) {
		if (p->t.kind != TOK_NAME)
			return rules_expected(p, "param, metric, tag or segment", false) != NULL;
		char *want = xstrndup(p->t.text.ptr, p->t.text.len);
		const char *hint = rules_nearest(p->r, want, words, DEF_KINDS);
		rules_fail(p->r, p->e, p->t.pos,
			hint ? hint : "a statement begins with param, metric, tag or segment",
			"unknown statement '%.100s'", want);
		free(want);
		return false;
	}
	if (!rules_advance(p))
		return false;
	struct token name = p->t;
	if (name.kind != TOK_NAME)
		return rules_expected(p, "a name", false) != NULL;
	struct label *labels = NULL;
	struct ast *body;
	if (!rules_advance(p) || !parse_labels(p, &labels) || !rules_take(p, TOK_EQ, "'='") ||
		!(body = rules_parse_tree(p)) ||
		!define(p, (enum def_kind)kind, labels, name, body))
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
