/* L0 span - a run of bytes that belongs to somebody else.
 *
 * Every value of a record is a span: a pointer and a length, borrowed from a block, an arena or a
 * string literal. NUL is data. A NULL pointer is a missing value; a non-NULL pointer with length 0
 * is the empty string. The two are never the same. */
#ifndef LIMN_SPAN_H
#define LIMN_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *ptr;
	size_t len;
};

#define SPAN_MISSING ((struct span){NULL, 0})
#define SPAN_LIT(s) ((struct span){"" s, sizeof(s) - 1})

static inline struct span
span_str(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool
span_missing(struct span s)
{
	return s.ptr == NULL;
}

/* Same bytes; two missing values are the same too. */
static inline bool
span_eq(struct span a, struct span b)
{
	if (!a.ptr || !b.ptr)
		return a.ptr == b.ptr;
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Byte order, a prefix first, missing before everything: <0, 0, >0. */
static inline int
span_cmp(struct span a, struct span b)
{
	if (!a.ptr || !b.ptr)
		return (a.ptr != NULL) - (b.ptr != NULL);
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return d ? d : (a.len > b.len) - (a.len < b.len);
}

#endif
