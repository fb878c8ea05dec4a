/* L2 tsv - the bytes of one tsv value (PostgreSQL's COPY text): escaping, unescaping, order. */
#include "tsv.h"

static char
unescaped(char c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'v':
		return '\v';
	default:
		return c;
	}
}

bool
tsv_unescape(struct span s, struct arena *a, struct span *out)
{
	const char *slash = memchr(s.ptr, '\\', s.len);
	if (!slash) {
		*out = s;
		return true;
	}
	if (s.len == 2 && s.ptr[0] == '\\' && s.ptr[1] == 'N') {
		*out = SPAN_MISSING;
		return true;
	}
	char *to = arena_bytes(a, s.len), *start = to;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '\\') {
			*to++ = s.ptr[i];
			continue;
		}
		if (++i == s.len)
			return false;
		*to++ = unescaped(s.ptr[i]);
	}
	*out = (struct span){start, (size_t)(to - start)};
	return true;
}

/* The byte behind the backslash with which c is written, or 0 when it stands for itself. */
static inline char
escape_of(char c)
{
	switch (c) {
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\\':
		return '\\';
	default:
		return 0;
	}
}

/* Whether a byte of the value may need an escape: a control character or a backslash, eight bytes at a time. */
static inline bool
may_escape(struct span s)
{
	const uint64_t ones = 0x0101010101010101U, tops = 0x80 * ones;
	uint64_t found = 0, w;
	size_t i = 0;
	for (; i + 8 <= s.len; i += 8) {
		memcpy(&w, s.ptr + i, 8);
		uint64_t slash = w ^ '\\' * ones;
		found |= ((w - 0x20 * ones) & ~w) | ((slash - ones) & ~slash);
	}
	found &= tops;
	for (; i < s.len; i++)
		found |= (unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == '\\';
	return found;
}

void
tsv_escape(struct buf *b, struct span value)
{
	if (span_missing(value)) {
		buf_put(b, "\\N", 2);
		return;
	}
	if (value.len == 0)
		return;
	if (!may_escape(value)) {
		buf_put(b, value.ptr, value.len);
		return;
	}
	char *to = buf_room(b, value.len * 2), *start = to;
	for (size_t i = 0; i < value.len; i++) {
		char e = escape_of(value.ptr[i]);
		if (e)
			*to++ = '\\';
		*to++ = e ? e : value.ptr[i];
	}
	b->len += (size_t)(to - start);
}

/* Compares from the first byte in which a and b differ; one of them may be at its end. */
static int
cmp_from(struct span a, struct span b, size_t i)
{
	if (i == a.len || i == b.len)
		return (a.len > b.len) - (a.len < b.len);
	char ea = escape_of(a.ptr[i]), eb = escape_of(b.ptr[i]);
	unsigned char ca = (unsigned char)(ea ? '\\' : a.ptr[i]),
		      cb = (unsigned char)(eb ? '\\' : b.ptr[i]);
	if (ca == cb) /* both are escapes: the second byte tells */
		return (unsigned char)ea - (unsigned char)eb;
	return ca - cb;
}

int
tsv_cmp(struct span a, struct span b)
{
	if (span_missing(a) ||
		span_missing(b)) { /* \N: behind the backslash an N, before n, r, t and \ */
		if (span_missing(a) && span_missing(b))
			return 0;
		struct span other = span_missing(a) ? b : a;
		int sign = span_missing(a) ? 1 : -1, d;
		if (other.len == 0)
			d = 1;
		else if (escape_of(other.ptr[0]))
			d = 'N' - escape_of(other.ptr[0]);
		else
			d = '\\' - (unsigned char)other.ptr[0];
		return sign * d;
	}
	size_t n = a.len < b.len ? a.len : b.len, i = 0;
	if (n && memcmp(a.ptr, b.ptr, n) != 0)
		while (a.ptr[i] == b.ptr[i])
			i++;
	else
		i = n;
	return cmp_from(a, b, i);
}
