/* L0 buf - a growing run of bytes that its holder owns. A zeroed struct buf is empty. */
#ifndef LIMN_BUF_H
#define LIMN_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "span.h"
#include "xmem.h"

struct buf {
	char *ptr;
	size_t len, cap;
};

/* Room for `more` bytes behind the end; returns where they go. Does not change len. */
static inline char *
buf_room(struct buf *b, size_t more)
{
	if (b->cap - b->len < more)
		b->ptr = (char *)xgrow(b->ptr, &b->cap, b->len + more, 1);
	return b->ptr + b->len;
}

static inline void
buf_put(struct buf *b, const void *p, size_t len)
{
	if (len) {
		memcpy(buf_room(b, len), p, len);
		b->len += len;
	}
}

static inline void
buf_span(struct buf *b, struct span s)
{
	buf_put(b, s.ptr, s.len);
}

static inline void
buf_str(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void
buf_byte(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->len++;
}

void buf_uint(struct buf *b, uint64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_json(struct buf *b, struct span s);  /* a JSON string, quotes and all; missing: null */
void buf_quote(struct buf *b, struct span s); /* for messages: 'text', escaped, cut at 64 bytes */

/* Puts into b the name at p, up to the first byte of `ends` that no backslash protects, or the end. Returns where it
 * stopped. Lists of names ("a,b,c") and --as are read with it. */
const char *buf_name(struct buf *b, const char *p, const char *ends);

static inline struct span
buf_as_span(const struct buf *b)
{
	return (struct span){b->ptr ? b->ptr : "", b->len};
}

static inline const char *
buf_cstr(struct buf *b) /* NUL-terminated, borrowed until the next change */
{
	*buf_room(b, 1) = '\0';
	return b->ptr;
}

void buf_free(struct buf *b);

#endif
