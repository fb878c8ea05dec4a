/* L4 rules_text - what rules do with texts: case, parts, lists; and values as text.
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
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char
unfold(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span
trim(struct span s)
{
	while (s.len && blank(s.ptr[0]))
		s = (struct span){s.ptr + 1, s.len - 1};
	while (s.len && blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static bool
same_folded(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (fold(a.ptr[i]) != fold(b.ptr[i]))
			return false;
	return true;
}

/* ---- lists ---- */

static int
hex4(struct span s, size_t at)
{
	int x = 0;
	for (size_t i = at; i < at + 4; i++) {
		char c = i < s.len ? fold(s.ptr[i]) : '\0';
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return -1;
		x = x * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return x;
}

static void
put_utf8(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_byte(b, (char)c);
		return;
	}
	if (c >= 0x10000) {
		buf_byte(b, (char)(0xf0 | c >> 18));
		buf_byte(b, (char)(0x80 | (c >> 12 & 0x3f)));
	} else if (c >= 0x800) {
		buf_byte(b, (char)(0xe0 | c >> 12));
	}
	if (c >= 0x800)
		buf_byte(b, (char)(0x80 | (c >> 6 & 0x3f)));
	else
		buf_byte(b, (char)(0xc0 | c >> 6));
	buf_byte(b, (char)(0x80 | (c & 0x3f)));
}

/* Decodes the JSON string that begins behind its quote at s[at] into b; returns where it ended. */
static size_t
json_string(struct span s, size_t at, struct buf *b)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	b->len = 0;
	for (; at < s.len && s.ptr[at] != '"'; at++) {
		char c = s.ptr[at];
		const char *known;
		if (c != '\\' || at + 1 >= s.len) {
			buf_byte(b, c);
			continue;
		}
		c = s.ptr[++at];
		int code = c == 'u' ? hex4(s, at + 1) : -1;
		if (code >= 0) {
			unsigned full = (unsigned)code;
			at += 4;
			if (full >= 0xd800 && full < 0xdc00 && at + 2 < s.len &&
				s.ptr[at + 1] == '\\' && s.ptr[at + 2] == 'u') {
				int low = hex4(s, at + 3);
				if (low >= 0xdc00 && low < 0xe000) {
					full = 0x10000 + ((full - 0xd800) << 10) +
					       ((unsigned)low - 0xdc00);
					at += 6;
				}
			}
			put_utf8(b, full);
		} else {
			known = c ? strchr(from, c) : NULL;
			buf_byte(b, known ? to[known - from] : c);
		}
	}
	return at + (at < s.len);
}

/* Items of a JSON array one level deep; nested lists and objects are passed over as they stand. */
static bool
json_contains(struct span s, struct span item, struct buf *scratch)
{
	size_t at = 1, depth = 0, start = 1;
	for (; at < s.len; at++) {
		char c = s.ptr[at];
		if (c == '"') {
			at = json_string(s, at + 1, scratch) - 1;
			if (depth == 0 && same_folded(trim(buf_as_span(scratch)), item))
				return true;
		} else if (depth == 0 && (c == ',' || c == ']')) {
			struct span bare = trim((struct span){s.ptr + start, at - start});
			if (bare.len && bare.ptr[0] != '"' && same_folded(bare, item))
				return true;
			start = at + 1;
		} else if (c == '[' || c == '{') {
			depth++;
		} else if ((c == ']' || c == '}') && depth) {
			depth--;
		}
	}
	return false;
}

bool
rules_list_contains(struct span list, struct span item, struct buf *scratch)
{
	item = trim(item);
	struct span s = trim(list);
	if (s.len >= 2 && s.ptr[0] == '[' && s.ptr[s.len - 1] == ']')
		return json_contains(s, item, scratch);
	for (;;) {
		const char *comma = s.len ? memchr(s.ptr, ',', s.len) : NULL;
		size_t len = comma ? (size_t)(comma - s.ptr) : s.len;
		struct span part = trim((struct span){s.ptr, len});
		if (part.len && same_folded(part, item))
			return true;
		if (!comma)
			return false;
		s = (struct span){comma + 1, s.len - len - 1};
	}
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
			*out++ = n->op == OP_LOWER ? fold(s.ptr[k]) : unfold(s.ptr[k]);
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

/* The buffer moves while it grows: lengths first, places when all is written. */
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
	const char *at = buf_as_span(&n->bytes).ptr;
	for (size_t i = 0; i < rows; i++) {
		n->v.text[i].ptr = n->v.missing[i] ? NULL : at;
		at += n->v.text[i].len;
	}
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
	const struct node *b = n->b == RULES_NONE ? NULL : &r->node[n->b];
	const struct node *c = n->c == RULES_NONE ? NULL : &r->node[n->c];
	if (n->op == OP_REPLACE)
		eval_replace(r, n, rows);
	else if (n->op == OP_CONCAT)
		eval_concat(r, n, rows);
	else if (n->op == OP_TRIM)
		for (size_t i = 0; i < rows; i++)
			n->v.text[i] = trim(X(a, text, i));
	else if (n->op == OP_SUBSTR)
		for (size_t i = 0; i < rows; i++)
			n->v.text[i] = substr(X(a, text, i), b, c, i);
	else
		eval_case(a, n, rows);
	for (size_t i = 0; i < rows; i++)
		n->v.missing[i] = !n->v.text[i].ptr;
}
