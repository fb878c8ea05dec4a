/* fuzz_json - objects from any bytes: accepted or refused with a reason; what is taken out of an accepted one and
 * written as JSON again reads as the same, and a replaced member is the one that is replaced. */
#include <stdint.h>
#include <stdlib.h>

#include "jsonin.h"

#define WANTED 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static char *
padded(const void *text, size_t len)
{
	char *copy =
		calloc(1, len + JSONIN_PAD); /* to the byte: a sanitizer sees a read behind it */
	must(copy != NULL);
	memcpy(copy, text, len);
	return copy;
}

static void
ignore(void *ctx, struct span name)
{
	(void)name;
	++*(size_t *)ctx;
}

static void
ignore_field(void *ctx, struct span name, struct span type)
{
	(void)type;
	ignore(ctx, name);
}

/* The values written as an object by our own writer, and read again. */
static void
round_trip(struct jsonin *j, const struct span *value, const uint8_t *bare)
{
	static const char *const member[WANTED] = {"{\"a\":", ",\"b\":", ",\"c\":", ",\"o.x\":"};
	struct span again[WANTED];
	uint8_t bare_again[WANTED];
	struct arena arena = {0};
	struct buf b = {0};
	uint64_t unknown = 0;
	const char *reason;
	for (size_t i = 0; i < WANTED; i++) {
		buf_str(&b, member[i]);
		if (bare[i])
			buf_span(&b, value[i]);
		else
			buf_json(&b, value[i]);
	}
	buf_byte(&b, '}');
	char *text = padded(b.ptr, b.len);
	must(jsonin_object(j, text, b.len, &arena, again, bare_again, &unknown, &reason));
	for (size_t i = 0; i < WANTED; i++)
		must(span_eq(value[i], again[i]) && bare[i] == bare_again[i]);
	must(unknown == 0);
	free(text);
	buf_free(&b);
	arena_free(&arena);
}

static void
replace(struct jsonin *j, const char *text, size_t len, const struct span *value)
{
	struct span again[WANTED];
	uint8_t bare[WANTED];
	struct arena arena = {0};
	struct buf b = {0};
	uint64_t unknown = 0;
	const char *reason;
	jsonin_replace(j, text, len, "b", SPAN_LIT("\"b\":\"new\""), &b);
	char *copy = padded(b.ptr, b.len);
	must(jsonin_object(j, copy, b.len, &arena, again, bare, &unknown, &reason));
	must(span_eq(again[0], value[0]) && span_eq(again[2], value[2]));
	must(span_eq(again[1], SPAN_LIT("new")));
	free(copy);
	buf_free(&b);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const wanted[WANTED] = {"a", "b", "c", "o.x"};
	struct jsonin *j = jsonin_new();
	struct arena arena = {0};
	struct span value[WANTED];
	uint8_t bare[WANTED];
	uint64_t unknown = 0;
	const char *reason = NULL;
	size_t names = 0;
	char *text = padded(data, size);
	for (size_t i = 0; i < WANTED; i++)
		must(jsonin_want(j, wanted[i]) == i);
	if (jsonin_object(j, text, size, &arena, value, bare, &unknown, &reason)) {
		must(jsonin_names(j, text, size, ignore, &names, &reason) && names >= unknown);
		round_trip(j, value, bare);
		replace(j, text, size, value);
	} else {
		must(reason != NULL);
		jsonin_names(j, text, size, ignore, &names, &reason);
	}
	jsonin_schema(j, text, size, ignore_field, &names, &reason);
	free(text);
	arena_free(&arena);
	jsonin_free(j);
	return 0;
}
