/* fuzz_tsv - values from any bytes: written and read again they are the same, in the order of what was written. */
#include <stdint.h>
#include <stdlib.h>

#include "tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static int
sign(int d)
{
	return (d > 0) - (d < 0);
}

/* The first byte says where the two values part; its highest bit makes the second one missing. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = {0};
	struct buf wa = {0}, wb = {0};
	struct span back;
	if (size == 0)
		return 0;
	size_t at = (data[0] & 127) < size - 1 ? data[0] & 127 : size - 1;
	struct span a = {(const char *)data + 1, at}, b = {a.ptr + at, size - 1 - at};
	if (data[0] & 128)
		b = SPAN_MISSING;
	tsv_escape(&wa, a);
	tsv_escape(&wb, b);
	must(sign(tsv_cmp(a, b)) == sign(span_cmp(buf_as_span(&wa), buf_as_span(&wb))));
	must(tsv_cmp(a, a) == 0 && tsv_cmp(b, b) == 0 &&
		sign(tsv_cmp(b, a)) == -sign(tsv_cmp(a, b)));
	must(tsv_unescape(buf_as_span(&wa), &arena, &back) && span_eq(back, a));
	must(tsv_unescape(buf_as_span(&wb), &arena, &back) && span_eq(back, b));
	/* what stands in a file reads as something that is written and read as the same */
	if (tsv_unescape(a, &arena, &back)) {
		struct span again;
		wa.len = 0;
		tsv_escape(&wa, back);
		must(tsv_unescape(buf_as_span(&wa), &arena, &again) && span_eq(again, back));
	}
	arena_free(&arena);
	buf_free(&wa);
	buf_free(&wb);
	return 0;
}
