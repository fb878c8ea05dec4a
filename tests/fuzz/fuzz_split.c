/* fuzz_split - the index by SIMD, in both widths, is the index byte by byte. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "split.c" /* whose narrow loop no call reaches on a machine with AVX2 */

#define LONGEST 1024

typedef size_t index_fn(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
compare(index_fn *fn, const char *text, size_t len, bool quotes)
{
	static uint32_t got[LONGEST + SPLIT_PAD], want[LONGEST + SPLIT_PAD];
	size_t ngot, nwant;
	size_t stop = split_index_plain(text, len, ',', quotes, SIZE_MAX, want, &nwant);
	if (fn(text, len, ',', quotes, SIZE_MAX, got, &ngot) != stop || ngot != nwant ||
		memcmp(got, want, nwant * sizeof(*want)) != 0)
		abort();
}

/* The last bytes stand behind the text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	if (size < SPLIT_PAD || size > LONGEST)
		return 0;
	for (int quotes = 0; quotes < 2; quotes++) {
		compare(split_index, text, size - SPLIT_PAD, quotes);
#if defined(__x86_64__)
		compare(index_sse2, text, size - SPLIT_PAD, quotes);
#endif
	}
	return 0;
}
