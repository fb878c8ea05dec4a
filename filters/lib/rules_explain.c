/* L4 rules_explain - why a record is in a segment: every condition with the values it saw. */
#include <stdlib.h>

#include "rules_int.h"

#define TEXT_WIDTH 64 /* columns up to which the notes of a segment stand below one another */

struct line {
	const struct ast *a;
	size_t text, len; /* in explain.text */
	size_t width;     /* of the text on a screen */
};

struct explain {
	const struct rules *r;
	size_t row;
	struct buf *out;
	struct buf text, note;
	struct line *line;
	size_t nline, line_cap;
	const struct ast **seen; /* of the notes of a line */
	size_t nseen, seen_cap;
};

/* ---- text ---- */

/* Columns that a text takes on a screen: three bytes and more are mostly wide characters. */
static size_t
screen_width(const char *s, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += (s[i] & 0xc0) == 0x80 ? 0 : (unsigned char)s[i] >= 0xe0 ? 2 : 1;
	return n;
}

static void
pad(struct buf *b, size_t from, size_t to)
{
	for (; from < to; from++)
		buf_byte(b, ' ');
}

/* The length of a quoted text, from quote to quote. */
static size_t
quoted(const char *s, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (s[i] == '\\')
			i++;
		else if (s[i] == s[0])
			return i + 1;
	return len;
}

/* The text of a tree on one line, without comments. */
static void
put_source(const struct rules *r, const struct ast *a, struct buf *b)
{
	const char *s = r->src[a->pos.src].text + a->from;
	size_t len = a->to - a->from;
	bool blank = false;
	for (size_t i = 0; i < len;) {
		size_t n = s[i] == '\'' || s[i] == '"' ? quoted(s + i, len - i) : 1;
		if (len - i > 1 && s[i] == '-' && s[i + 1] == '-') {
			const char *nl = memchr(s + i, '\n', len - i);
			n = nl ? (size_t)(nl - s) - i : len - i;
			blank = true;
		} else if (strchr(" \t\r\n", s[i])) {
			blank = true;
		} else {
			if (blank)
				buf_byte(b, ' ');
			blank = false;
			buf_put(b, s + i, n);
		}
		i += n;
	}
}

static void
put_value(const struct node *n, size_t row, struct buf *b)
{
	struct buf scratch = {0};
	row &= n->mask;
	if (n->v.missing[row]) {
		buf_str(b, "missing");
	} else if (n->type == RULES_TEXT) {
		buf_quote(b, n->v.text[row]);
	} else {
		buf_room(&scratch, RULES_TEXT_MAX);
		buf_span(b, rules_text(&n->v, row, &scratch));
	}
	buf_free(&scratch);
}

static bool
truth(const struct explain *x, uint32_t id)
{
	const struct node *n = &x->r->node[id];
	return n->v.flag[x->row & n->mask];
}

/* ---- notes: what the operands of a condition were ---- */

static bool
same_text(const struct rules *r, const struct ast *a, const struct ast *b)
{
	size_t len = a->to - a->from;
	return len == b->to - b->from && memcmp(r->src[a->pos.src].text + a->from,
						 r->src[b->pos.src].text + b->from, len) == 0;
}

static void
note(struct explain *x, const struct ast *a, uint32_t id)
{
	for (size_t i = 0; i < x->nseen; i++)
		if (same_text(x->r, x->seen[i], a))
			return;
	x->seen = xgrow(x->seen, &x->seen_cap, x->nseen + 1, sizeof(const struct ast *));
	x->seen[x->nseen++] = a;
	buf_str(&x->note, x->note.len ? ", " : "");
	put_source(x->r, a, &x->note);
	buf_str(&x->note, " is ");
	put_value(&x->r->node[id], x->row, &x->note);
}

/* The columns, tags, params, aggregates and relative dates in a tree. What is of rows has no one value, and
 * today is in the first line. */
static void
note_leaves(struct explain *x, const struct ast *a)
{
	bool leaf = a->kind == AST_NAME || (a->kind == AST_REL && !a->flag && a->time != 0);
	if (leaf && a->node != RULES_NONE) {
		const struct node *n = &x->r->node[a->node];
		if (n->op != OP_COL || n->stream == 0)
			note(x, a, a->node);
	}
	for (const struct ast *k = a->kid; k; k = k->next)
		note_leaves(x, k);
}

static void
note_operand(struct explain *x, const struct ast *a)
{
	bool made = a->kind == AST_SUM || a->kind == AST_PRODUCT || a->kind == AST_NEG ||
		    a->kind == AST_CALL || a->kind == AST_CASE;
	if (made && a->node != RULES_NONE)
		note(x, a, a->node);
	note_leaves(x, a);
}

static void
note_all(struct explain *x, const struct ast *a)
{
	if (a->kind == AST_MATCHES) {
		size_t from = x->note.len;
		put_value(&x->r->node[a->rows], x->row, &x->note);
		bool one = x->note.len - from == 1 && x->note.ptr[from] == '1';
		buf_str(&x->note, one ? " row" : " rows");
		note_leaves(x, a);
	} else if (a->kind == AST_NOT || a->kind == AST_CASE || a->kind == AST_CALL) {
		note_leaves(x, a);
	} else if (a->kind > AST_SEGMENT) {
		for (const struct ast *k = a->kid; k; k = k->next)
			note_operand(x, k);
	}
}

/* ---- trees ---- */

static void
add_line(struct explain *x, const struct ast *a, size_t depth, const char *what)
{
	x->line = xgrow(x->line, &x->line_cap, x->nline + 1, sizeof *x->line);
	struct line *l = &x->line[x->nline++];
	l->a = a;
	l->text = x->text.len;
	pad(&x->text, 0, 2 * depth);
	if (what)
		buf_str(&x->text, what);
	else
		put_source(x->r, a, &x->text);
	l->len = x->text.len - l->text;
	l->width = screen_width(x->text.ptr + l->text, l->len);
}

static bool
compound(const struct ast *a)
{
	return a->kind == AST_AND || a->kind == AST_OR || a->kind == AST_NOT;
}

static void
add_tree(struct explain *x, const struct ast *a, size_t depth)
{
	bool parts = a->kind == AST_NOT ? compound(a->kid) : compound(a);
	const char *what = a->kind == AST_AND ? "all of" : a->kind == AST_OR ? "any of" : "not";
	add_line(x, a, depth, parts ? what : NULL);
	for (const struct ast *k = a->kid; k && parts; k = k->next)
		add_tree(x, k, depth + 1);
}

static void
put_line(struct explain *x, const struct line *l, size_t width)
{
	buf_str(x->out, truth(x, l->a->node) ? "  true   " : "  false  ");
	buf_put(x->out, x->text.ptr + l->text, l->len);
	x->note.len = x->nseen = 0;
	if (!compound(l->a) || (l->a->kind == AST_NOT && !compound(l->a->kid)))
		note_all(x, l->a->kind == AST_NOT ? l->a->kid : l->a);
	if (x->note.len) {
		pad(x->out, l->width, width);
		buf_str(x->out, "  -- ");
		buf_span(x->out, buf_as_span(&x->note));
	}
	buf_byte(x->out, '\n');
}

static void
put_labels(const struct def *d, struct buf *b)
{
	for (const struct label *l = d->labels; l; l = l->next) {
		buf_str(b, l == d->labels ? "  -- " : ", ");
		buf_str(b, l->text);
	}
	buf_byte(b, '\n');
}

static void
put_segment(struct explain *x, const struct def *d)
{
	size_t width = 0;
	x->nline = x->text.len = 0;
	add_tree(x, d->body, 1);
	for (size_t i = 0; i < x->nline; i++)
		if (x->line[i].width > width && x->line[i].width <= TEXT_WIDTH)
			width = x->line[i].width;
	buf_str(x->out, truth(x, d->node) ? "  true   " : "  false  ");
	buf_str(x->out, d->name);
	put_labels(d, x->out);
	for (size_t i = 0; i < x->nline; i++)
		put_line(x, &x->line[i], width);
}

static void
put_tags(struct explain *x)
{
	const struct rules *r = x->r;
	size_t names = 0, values = 0, n = r->of[DEF_TAG].n;
	size_t *end = xmalloc((n + 1) * sizeof *end);
	x->text.len = 0;
	for (size_t i = 0; i < n; i++) {
		const struct def *d = &r->def[r->of[DEF_TAG].index[i]];
		size_t from = x->text.len, width = screen_width(d->name, strlen(d->name));
		put_value(&r->node[d->node], x->row, &x->text);
		end[i] = x->text.len;
		names = width > names ? width : names;
		width = screen_width(x->text.ptr + from, x->text.len - from);
		values = width > values ? width : values;
	}
	for (size_t i = 0; i < n; i++) {
		const struct def *d = &r->def[r->of[DEF_TAG].index[i]];
		size_t from = i ? end[i - 1] : 0;
		struct span value = {x->text.ptr + from, end[i] - from};
		buf_str(x->out, "  ");
		buf_str(x->out, d->name);
		pad(x->out, screen_width(d->name, strlen(d->name)), names + 2);
		buf_span(x->out, value);
		if (d->labels)
			pad(x->out, screen_width(value.ptr, value.len), values);
		put_labels(d, x->out);
	}
	free(end);
}

/* "segments: loyal, buyer" - those that the record is in. */
static void
put_names(struct explain *x)
{
	const struct rules *r = x->r;
	const char *join = " ";
	buf_str(x->out, "segments:");
	for (size_t i = 0; i < r->of[DEF_SEGMENT].n; i++) {
		const struct def *d = &r->def[r->of[DEF_SEGMENT].index[i]];
		if (!truth(x, d->node))
			continue;
		buf_str(x->out, join);
		buf_str(x->out, d->name);
		join = ", ";
	}
	buf_str(x->out, *join == ',' ? "\n" : " none\n");
}

void
rules_explain(const struct rules *r, size_t row, struct buf *out)
{
	struct explain x = {.r = r, .row = row, .out = out};
	if (r->of[DEF_TAG].n) {
		buf_str(out, "tags:\n");
		put_tags(&x);
	}
	if (r->of[DEF_TAG].n && r->of[DEF_SEGMENT].n)
		buf_byte(out, '\n');
	if (r->of[DEF_SEGMENT].n)
		put_names(&x);
	for (size_t i = 0; i < r->of[DEF_SEGMENT].n; i++)
		put_segment(&x, &r->def[r->of[DEF_SEGMENT].index[i]]);
	buf_free(&x.text);
	buf_free(&x.note);
	free(x.line);
	free(x.seen);
}

void
rules_will_explain(struct rules *r)
{
	r->explain = true;
}
