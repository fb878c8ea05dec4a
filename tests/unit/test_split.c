/* split: the index by SIMD, in both widths, is the index byte by byte. */
#include <stdlib.h>

#include "split.c" /* whose narrow loop no call reaches on a machine with AVX2 */

#include "check.h"
#include "random.h"

typedef size_t index_fn(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n);

#define LONGEST (SPLIT_WINDOW + 200)

static uint32_t got[LONGEST + SPLIT_PAD], want[LONGEST + SPLIT_PAD];

/* All of it, and then with a limit of lines: no more than one mask of further entries. */
static bool
same(index_fn *fn, const char *text, size_t len, char delim, bool quotes)
{
	size_t ngot, nwant, nall, limit = len / 10;
	size_t stop = split_index_plain(text, len, delim, quotes, SIZE_MAX, want, &nall);
	if (fn(text, len, delim, quotes, SIZE_MAX, got, &ngot) != stop || ngot != nall ||
		memcmp(got, want, nall * sizeof(*want)) != 0)
		return false;
	size_t least = split_index_plain(text, len, delim, quotes, limit, want, &nwant);
	size_t most = least + 64 < stop ? least + 64 : stop;
	stop = fn(text, len, delim, quotes, limit, got, &ngot);
	if (stop < least || stop > most || ngot < nwant || ngot > nall)
		return false;
	for (size_t i = 0; i < ngot; i++)
		if ((got[i] & SPLIT_OFFSET) >= stop)
			return false;
	return memcmp(got, want, nwant * sizeof(*want)) == 0;
}

static void
test_lengths(index_fn *fn)
{
	static const char *const alphabets[] = {
		"a,\n", "a,\n\"", "a,\r\n\"", "\r\n", "a\t\n", ",\n", "\"\r,", "a\xff\x80,\n\r"};
	static char text[200 + SPLIT_PAD];
	struct random r = {1};
	size_t wrong = 0;

	for (size_t len = 0; len <= 200; len++)
		for (size_t k = 0; k < 8 * 40; k++) {
			const char *letters = alphabets[k % 8];
			size_t n = strlen(letters);
			/* of what stands behind the text only the first byte counts, for a '\r' or '"' */
			random_text(&r, text, len + SPLIT_PAD, letters, n);
			if (k & 8) /* a long way without anything */
				memset(text, 'a', random_below(&r, len + 1));
			wrong += !same(fn, text, len, ',', true);
			wrong += !same(fn, text, len, '\t', false);
			wrong += !same(fn, text, len, ',', false);
		}
	check(wrong == 0);
}

/* Fields as they should be, so that quotes open and close; then with a byte of them changed. */
static void
test_quotes(index_fn *fn)
{
	static const char *const field[] = {"", "ab", "\"\"", "\"a,b\"", "\"x\r\ny\"", "\"\"\"\"",
		"\"a\"\"b\"\"\"\"\"", "0123456789012345678901234567890123456789",
		"\"0123456789,012345678901234567890,123456789\n\""};
	static const char *const end[] = {",", ",", ",", "\n", "\r\n"};
	static char text[400];
	struct random r = {3};
	size_t wrong = 0;

	for (size_t len = 0; len <= 200; len++)
		for (size_t k = 0; k < 200; k++) {
			char *p = text;
			while (p < text + len + SPLIT_PAD) {
				p = stpcpy(p, field[random_below(&r, 9)]);
				p = stpcpy(p, end[random_below(&r, 5)]);
			}
			wrong += !same(fn, text, len, ',', true);
			text[random_below(&r, len + 1)] = ",\n\r\"a"[k % 5];
			wrong += !same(fn, text, len, ',', true);
		}
	check(wrong == 0);
}

/* One byte that matters, at every place. */
static void
test_places(index_fn *fn)
{
	static char text[200 + SPLIT_PAD];
	size_t wrong = 0;

	for (size_t at = 0; at < 200; at++)
		for (const char *c = ",\n\"\r"; *c; c++) {
			memset(text, 'a', sizeof(text));
			text[at] = *c;
			wrong += !same(fn, text, 200, ',', true);
			text[at + 1] = '\n';
			wrong += !same(fn, text, 200, ',', true);
			wrong += !same(fn, text, at + 1, ',', true);
		}
	check(wrong == 0);
}

static void
test_window(index_fn *fn)
{
	char *text = malloc(LONGEST + SPLIT_PAD);
	size_t n, wrong = 0;
	struct random r = {2};

	memset(text, 'a', LONGEST + SPLIT_PAD);
	check(fn(text, LONGEST, ',', true, SIZE_MAX, got, &n) == SPLIT_WINDOW && n == 0);
	memset(text, ',', LONGEST);
	check(fn(text, LONGEST, ',', true, SIZE_MAX, got, &n) == SPLIT_WINDOW && n == SPLIT_WINDOW);
	random_text(&r, text, LONGEST, "a,\n", 3);
	for (size_t len = SPLIT_WINDOW - 70; len < SPLIT_WINDOW + 70; len += 7)
		wrong += !same(fn, text, len, ',', true);
	check(wrong == 0);
	free(text);
}

int
main(void)
{
	static index_fn *const each[] = {
		split_index,
#if defined(__x86_64__)
		index_sse2,
#endif
	};
	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
		test_lengths(each[i]);
		test_quotes(each[i]);
		test_places(each[i]);
		test_window(each[i]);
	}
	return check_done();
}
