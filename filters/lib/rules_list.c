/* L4 rules_list - lists: texts of items between commas, or JSON arrays, as columns of many sources hold them.
 *
 * "red, blue" has two items, and so has ["red","blue"]. Between commas, blanks around an item do not count and
 * an empty item is none; in an array every string, number, true and false is an item, null is none, and a
 * list or an object within it is one item as it stands. */
#include <string.h>

#include "rules_int.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

/* ---- walking ---- */

static int
hex4(struct span s, size_t at)
{
	int x = 0;
	for (size_t i = at; i < at + 4; i++) {
		char c = i < s.len ? rules_fold(s.ptr[i]) : '\0';
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

/* Appends to b the JSON string that begins behind its quote at s[at]; returns where it ended. */
static size_t
json_string(struct span s, size_t at, struct buf *b)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
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

/* Where the item that begins at s[at] and is no string ends: at the next comma or bracket of its own level. */
static size_t
bare_end(struct span s, size_t at)
{
	size_t depth = 0;
	bool quoted = false;
	for (; at < s.len; at++) {
		char c = s.ptr[at];
		if (quoted) {
			at += c == '\\';
			quoted = c != '"';
		} else if (depth == 0 && (c == ',' || c == ']')) {
			break;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '[' || c == '{') {
			depth++;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return at < s.len ? at : s.len;
}

struct walk {
	struct span rest;
	bool json;
	struct buf *text; /* items that have escapes are decoded into it, end to end */
};

static struct walk
walk(struct span list, struct buf *text)
{
	struct walk w = {rules_trim(list), false, text};
	w.json = w.rest.len >= 2 && w.rest.ptr[0] == '[' && w.rest.ptr[w.rest.len - 1] == ']';
	if (w.json)
		w.rest = (struct span){w.rest.ptr + 1, w.rest.len - 2};
	return w;
}

static void
go_on(struct walk *w, size_t at)
{
	at = at < w->rest.len ? at : w->rest.len;
	w->rest = (struct span){w->rest.ptr + at, w->rest.len - at};
}

/* The string behind the quote at the start of what is left. */
static struct span
next_string(struct walk *w)
{
	struct span s = {w->rest.ptr + 1, w->rest.len - 1};
	const char *end = memchr(s.ptr, '"', s.len);
	size_t len = end ? (size_t)(end - s.ptr) : s.len, from = w->text->len, at;
	if (!memchr(s.ptr, '\\', len)) {
		go_on(w, len + 2);
		s.len = len;
	} else {
		at = json_string(s, 0, w->text);
		go_on(w, at + 1);
		s = (struct span){w->text->ptr + from, w->text->len - from};
	}
	go_on(w, bare_end(w->rest, 0) + 1);
	return s;
}

/* The next item; false at the end. It lives as long as the list, or, decoded, until the buffer moves. */
static bool
next_item(struct walk *w, struct span *item)
{
	while (w->rest.len) {
		if (w->json) {
			w->rest = rules_trim(w->rest);
			if (w->rest.len && w->rest.ptr[0] == '"') {
				*item = next_string(w);
				return true;
			}
		}
		const char *comma = w->json ? NULL : memchr(w->rest.ptr, ',', w->rest.len);
		size_t len = w->json ? bare_end(w->rest, 0)
			     : comma ? (size_t)(comma - w->rest.ptr)
				     : w->rest.len;
		*item = rules_trim((struct span){w->rest.ptr, len});
		go_on(w, len + 1);
		if (item->len && !(w->json && span_eq(*item, SPAN_LIT("null"))))
			return true;
	}
	return false;
}

/* ---- what is asked ---- */

static bool
same_folded(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (rules_fold(a.ptr[i]) != rules_fold(b.ptr[i]))
			return false;
	return true;
}

bool
rules_list_contains(struct span list, struct span item, struct buf *scratch)
{
	struct span x;
	item = rules_trim(item);
	scratch->len = 0;
	for (struct walk w = walk(list, scratch); next_item(&w, &x); scratch->len = 0)
		if (same_folded(rules_trim(x), item))
			return true;
	return false;
}

static int64_t
size(struct span list, struct buf *scratch)
{
	struct span x;
	int64_t n = 0;
	scratch->len = 0;
	for (struct walk w = walk(list, scratch); next_item(&w, &x); scratch->len = 0)
		n++;
	return n;
}

static void
eval_size(const struct node *a, struct node *n, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(a, text, i);
		n->v.missing[i] = !s.ptr;
		n->v.num[i] = dec_int(s.ptr ? size(s, &n->bytes) : 0);
	}
}

/* Item `at` from 1, or from the end from -1; missing when there is none. */
static struct span
pick(struct span list, int64_t at, struct buf *b)
{
	struct span x;
	size_t from = b->len;
	if (at < 0) {
		int64_t n = 0;
		for (struct walk w = walk(list, b); next_item(&w, &x); b->len = from)
			n++;
		at += n + 1;
	}
	for (struct walk w = walk(list, b); at > 0 && next_item(&w, &x); b->len = from)
		if (--at == 0)
			return x;
	return SPAN_MISSING;
}

/* An item decoded is never longer than it was, so that the buffer, once large enough, does not move. */
static void
eval_item(const struct node *a, const struct node *b, struct node *n, size_t rows)
{
	size_t total = 0;
	for (size_t i = 0; i < rows; i++)
		total += X(a, text, i).len;
	n->bytes.len = 0;
	buf_room(&n->bytes, total + 1);
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(a, text, i);
		int64_t at;
		bool ok = s.ptr && !X(b, missing, i) && dec_to_int(X(b, num, i), &at) &&
			  at >= -INT32_MAX;
		n->v.text[i] = ok ? pick(s, at, &n->bytes) : SPAN_MISSING;
		n->v.missing[i] = !n->v.text[i].ptr;
	}
}

/* Text cut at every sep, as a JSON array; no sep cuts nothing, and nothing has no parts. */
static void
split(struct buf *b, struct span s, struct span sep)
{
	const char *at = s.ptr, *end = s.ptr + s.len;
	buf_byte(b, '[');
	while (s.len) {
		const char *hit = sep.len ? memmem(at, (size_t)(end - at), sep.ptr, sep.len) : NULL;
		buf_json(b, (struct span){at, (size_t)((hit ? hit : end) - at)});
		if (!hit)
			break;
		buf_byte(b, ',');
		at = hit + sep.len;
	}
	buf_byte(b, ']');
}

static void
eval_split(const struct node *a, const struct node *b, struct node *n, size_t rows)
{
	n->bytes.len = 0;
	for (size_t i = 0; i < rows; i++) {
		struct span s = X(a, text, i), sep = X(b, text, i);
		size_t before = n->bytes.len;
		n->v.missing[i] = !s.ptr || !sep.ptr;
		if (!n->v.missing[i])
			split(&n->bytes, s, sep);
		n->v.text[i] = (struct span){NULL, n->bytes.len - before};
	}
	rules_place_texts(n, rows);
}

void
rules_eval_list(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = n->b == RULES_NONE ? NULL : &r->node[n->b];
	if (n->op == OP_SIZE)
		eval_size(a, n, rows);
	else if (n->op == OP_ITEM)
		eval_item(a, b, n, rows);
	else
		eval_split(a, b, n, rows);
}
