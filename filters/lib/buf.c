/* L0 buf - a growing run of bytes that its holder owns. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define QUOTE_MAX 64

void
buf_free(struct buf *b)
{
	free(b->ptr);
	*b = (struct buf){0};
}

void
buf_uint(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t i = sizeof(digits);
	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	buf_put(b, digits + i, sizeof(digits) - i);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len > 0) {
		vsnprintf(buf_room(b, (size_t)len + 1), (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void
buf_json(struct buf *b, struct span s)
{
	static const char hex[] = "0123456789abcdef";
	if (span_missing(s)) {
		buf_str(b, "null");
		return;
	}
	buf_byte(b, '"');
	size_t from = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(b, s.ptr + from, i - from);
		from = i + 1;
		const char *known = strchr("\"\"\\\\\bb\ff\nn\rr\tt", c);
		if (c && known) {
			buf_byte(b, '\\');
			buf_byte(b, c == '"' || c == '\\' ? (char)c : known[1]);
		} else {
			buf_str(b, "\\u00");
			buf_byte(b, hex[c >> 4]);
			buf_byte(b, hex[c & 15]);
		}
	}
	buf_put(b, s.ptr + from, s.len - from);
	buf_byte(b, '"');
}

void
buf_quote(struct buf *b, struct span s)
{
	if (span_missing(s)) {
		buf_str(b, "(missing)");
		return;
	}
	size_t n = s.len;
	if (n > QUOTE_MAX) { /* not in the middle of a UTF-8 character */
		n = QUOTE_MAX;
		while (n > QUOTE_MAX - 4 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
			n--;
	}
	buf_byte(b, '\'');
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		if (c == '\\' || c == '\'')
			buf_printf(b, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buf_printf(b, "\\x%02x", c);
		else
			buf_byte(b, (char)c);
	}
	buf_str(b, n < s.len ? "...'" : "'");
}

const char *
buf_name(struct buf *b, const char *p, const char *ends)
{
	b->len = 0;
	while (*p && !strchr(ends, *p)) {
		if (*p == '\\' && p[1])
			p++;
		buf_byte(b, *p++);
	}
	return p;
}
