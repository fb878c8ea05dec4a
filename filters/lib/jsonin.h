/* L2 jsonin - one JSON object a line, through simdjson: the only C++ in limn.
 *
 * Every value of the object is visited (simdjson validates only what is visited). Strings are unescaped;
 * numbers keep their digits; true, false, lists and objects are carried as JSON text; null is missing.
 * Of a name that comes twice the last value counts. */
#ifndef LIMN_JSONIN_H
#define LIMN_JSONIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "buf.h"

#define JSONIN_PAD 64 /* bytes behind the text that must be readable */

struct jsonin;

struct jsonin *jsonin_new(void);
void jsonin_free(struct jsonin *j);

/* From now on value i is that of the member with this name; "a.b" is member b of member a (or a member whose
 * name has the dot in it). Returns i: 0, 1, 2 … */
size_t jsonin_want(struct jsonin *j, const char *path);

/* Reads the object in text[0 .. len). values[i] and bare[i] (1: number, true, false, list, object) for each
 * wanted i; borrowed from text or from a. *unknown grows by the top-level members that no want names. False:
 * *reason is a constant that says what is wrong. */
bool jsonin_object(struct jsonin *j, const char *text, size_t len, struct arena *a,
	struct span *values, uint8_t *bare, uint64_t *unknown, const char **reason);

/* Calls name() for each top-level member, in order. */
bool jsonin_names(struct jsonin *j, const char *text, size_t len,
	void (*name)(void *ctx, struct span s), void *ctx, const char **reason);

/* Appends the object to dst with the one member `"name":value` in place of any of that name. The text must be
 * an object that jsonin_object accepted. */
void jsonin_replace(struct jsonin *j, const char *text, size_t len, const char *name,
	struct span member, struct buf *dst);

/* The fields of a Table Schema (a whole JSON text): name and type of each. */
bool jsonin_schema(struct jsonin *j, const char *text, size_t len,
	void (*field)(void *ctx, struct span name, struct span type), void *ctx,
	const char **reason);

#ifdef __cplusplus
}
#endif

#endif
