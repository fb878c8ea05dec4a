/* L4 rules_text - what rules do with texts: case, parts; and values as text.
 *
 * Texts are UTF-8. Letters A-Z change their case, no others do; lengths and positions count characters;
 * bytes that are no UTF-8 count as one each. */
#include <string.h>

#include "rules_int.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

struct span
rules_text(const struct rules_vec *v, size_t i, struct buf *scratch)
{
	char *out;
	size_t len;
	if (v->missing[i])
		return SPAN_MISSING;
	switch (v->type) {
	case RULES_TEXT:
		return v->text[i];
	case RULES_BOOL:
		return v->flag[i] ? SPAN_LIT("true") : SPAN_LIT("false");
	case RULES_NUM:
		out = buf_room(scratch, RULES_TEXT_MAX);
		len = dec_format(v->num[i], out);
		break;
	case RULES_TIME:
		out = buf_room(scratch, RULES_TEXT_MAX);
		len = when_format(v->time[i], out);
		break;
	default:
		out = buf_room(scratch, RULES_TEXT_MAX);
		len = when_format_day(v->day[i], out);
	}
	scratch->len += len;
	return (struct span){out, len};
}

static char
unfold(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* ---- functions ---- */

/* The byte at which character n (from 0) begins, s.len when there are fewer. */
static size_t
character(struct span s, int64_t n)
{
	size_t at = 0;
	while (at < s.len && n > 0) {
		at++;
		while (at < s.len && (s.ptr[at] & 0xc0) == 0x80)
			at++;
		n--;
	}
	return at;
}

static int64_t
length(struct span s)
{
	int64_t n = 0;
	for (size_t i = 0; i < s.len; i++)
		n += i == 0 || (s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static void
eval_case(const struct node *a, struct node *n, size_t rows)
{
	size_t total = 0;
	for (size_t i = 0; i < rows; i++)
		total += X(a, text, i).len;
	n->bytes.len = 0;
	char *out = buf_room(&n->bytes, total + 1);
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(a, text, i);
		n->v.text[i] = s.ptr ? (struct span){out, s.len} : SPAN_MISSING;
		for (size_t k = 0; k < s.len; k++)
			*out++ = n->op == OP_LOWER ? rules_fold(s.ptr[k]) : unfold(s.ptr[k]);
	}
}

static void
eval_concat(const struct rules *r, struct node *n, size_t rows)
{
	size_t total = 0;
	for (size_t i = 0; i < rows; i++)
		for (uint32_t k = 0; k < n->nlist; k++)
			total += X(&r->node[n->list[k]], text, i).len;
	n->bytes.len = 0;
	buf_room(&n->bytes, total + 1);
	for (size_t i = 0; i < rows; i++) {
		char *start = n->bytes.ptr + n->bytes.len;
		bool missing = false;
		for (uint32_t k = 0; k < n->nlist; k++) {
			struct span s = X(&r->node[n->list[k]], text, i);
			missing = missing || !s.ptr;
			buf_span(&n->bytes, s);
		}
		size_t len = (size_t)(n->bytes.ptr + n->bytes.len - start);
		n->v.text[i] = missing ? SPAN_MISSING : (struct span){start, len};
	}
}

/* Characters `from` (1 is the first) and on, at most `count`. Missing where a number is missing. */
static struct span
substr(struct span s, const struct node *from, const struct node *count, size_t i)
{
	int64_t start, many = INT64_MAX;
	if (!s.ptr || X(from, missing, i) || !dec_to_int(X(from, num, i), &start))
		return SPAN_MISSING;
	if (count && (X(count, missing, i) || !dec_to_int(X(count, num, i), &many) || many < 0))
		return SPAN_MISSING;
	if (start < 1)
		return SPAN_MISSING;
	size_t at = character(s, start - 1);
	struct span rest = {s.ptr + at, s.len - at};
	rest.len = character(rest, many);
	return rest;
}

/* Replaces without overlap from the left; an empty `from` replaces nothing. */
static void
replace(struct buf *b, struct span s, struct span from, struct span to)
{
	const char *at = s.ptr, *end = s.ptr + s.len;
	while (from.len) {
		const char *hit = memmem(at, (size_t)(end - at), from.ptr, from.len);
		if (!hit)
			break;
		buf_put(b, at, (size_t)(hit - at));
		buf_span(b, to);
		at = hit + from.len;
	}
	buf_put(b, at, (size_t)(end - at));
}

void
rules_place_texts(struct node *n, size_t rows)
{
	const char *at = buf_as_span(&n->bytes).ptr;
	for (size_t i = 0; i < rows; i++) {
		n->v.text[i].ptr = n->v.missing[i] ? NULL : at;
		at += n->v.text[i].len;
	}
}

static void
eval_replace(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = &r->node[n->b], *c = &r->node[n->c];
	n->bytes.len = 0;
	for (size_t i = 0; i < rows; i++) {
		size_t before = n->bytes.len;
		bool missing = !X(a, text, i).ptr || !X(b, text, i).ptr || !X(c, text, i).ptr;
		if (!missing)
			replace(&n->bytes, X(a, text, i), X(b, text, i), X(c, text, i));
		n->v.text[i] = (struct span){NULL, n->bytes.len - before};
		n->v.missing[i] = missing;
	}
	rules_place_texts(n, rows);
}

/* Letters A-Z are a-z; the search itself is memmem's, which is never quadratic. */
static bool
has_part(struct buf *b, struct span s, struct span part)
{
	if (!s.ptr || !part.ptr || part.len > s.len)
		return false;
	b->len = 0;
	char *p = buf_room(b, s.len + part.len + 1);
	for (size_t i = 0; i < s.len; i++)
		p[i] = rules_fold(s.ptr[i]);
	for (size_t i = 0; i < part.len; i++)
		p[s.len + i] = rules_fold(part.ptr[i]);
	return part.len == 0 || memmem(p, s.len, p + s.len, part.len);
}

/* contains_text(text, part, ...): one of the parts is in the text. */
static void
eval_has_part(const struct rules *r, struct node *n, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(&r->node[n->list[0]], text, i);
		bool found = false;
		for (uint32_t k = 1; k < n->nlist && !found; k++)
			found = has_part(&n->bytes, s, X(&r->node[n->list[k]], text, i));
		n->v.flag[i] = found;
	}
}

/* What stands behind the last @, in small letters. */
static void
eval_domain(const struct node *a, struct node *n, size_t rows)
{
	n->bytes.len = 0;
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(a, text, i);
		const char *at = s.ptr ? memrchr(s.ptr, '@', s.len) : NULL;
		size_t len = at ? (size_t)(s.ptr + s.len - at) - 1 : 0;
		for (size_t k = 1; k <= len; k++)
			buf_byte(&n->bytes, rules_fold(at[k]));
		n->v.text[i] = (struct span){NULL, len};
		n->v.missing[i] = len == 0;
	}
	rules_place_texts(n, rows);
}

void
rules_eval_text(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = n->a == RULES_NONE ? NULL : &r->node[n->a];
	if (n->op == OP_LENGTH) {
		for (size_t i = 0; i < rows; i++) {
			n->v.num[i] = dec_int(length(X(a, text, i)));
			n->v.missing[i] = !X(a, text, i).ptr;
		}
		return;
	}
	if (n->op == OP_HAS_PART) {
		eval_has_part(r, n, rows);
		return;
	}
	const struct node *b = n->b == RULES_NONE ? NULL : &r->node[n->b];
	const struct node *c = n->c == RULES_NONE ? NULL : &r->node[n->c];
	if (n->op == OP_REPLACE)
		eval_replace(r, n, rows);
	else if (n->op == OP_CONCAT)
		eval_concat(r, n, rows);
	else if (n->op == OP_DOMAIN)
		eval_domain(a, n, rows);
	else if (n->op == OP_TRIM)
		for (size_t i = 0; i < rows; i++)
			n->v.text[i] = rules_trim(X(a, text, i));
	else if (n->op == OP_SUBSTR)
		for (size_t i = 0; i < rows; i++)
			n->v.text[i] = substr(X(a, text, i), b, c, i);
	else
		eval_case(a, n, rows);
	for (size_t i = 0; i < rows; i++)
		n->v.missing[i] = !n->v.text[i].ptr;
}
