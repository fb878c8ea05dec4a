/* csvin: RFC 4180 to the letter; and the fast path gives what it gives, for every block size. */
#include <stdio.h>

#include "check.h"
#include "random.h"
#include "soup.h"

/* The fields of one record as tsv, or the reason why it is none. */
static void
check_record(const char *text, bool eof, size_t want_used, const char *want)
{
	struct csvin *csv = csvin_new();
	struct buf b = {0};
	size_t used = 0, n = 0;
	const char *reason = "";
	enum csvin_result r = csvin_record(csv, text, strlen(text), eof, &used, &reason);

	if (r == CSVIN_RECORD) {
		const struct span *field = csvin_fields(csv, &n);
		for (size_t i = 0; i < n; i++) {
			if (i)
				buf_byte(&b, '|');
			tsv_escape(&b, field[i]);
		}
	} else {
		buf_str(&b, r == CSVIN_MORE ? "more" : reason);
	}
	check_text(buf_cstr(&b), b.len, want);
	check(used == want_used);
	buf_free(&b);
	csvin_free(csv);
}

static void
test_records(void)
{
	static const char quote[] = "a quote in the wrong place", open[] = "unterminated quote",
			  cr[] = "a carriage return without a line feed";

	check_record("a,b\n", true, 4, "a|b");
	check_record("a,b\r\nc,d\r\n", true, 5, "a|b");
	check_record("a,b", true, 3, "a|b");
	check_record("a,b", false, 0, "more");
	check_record("a,b\r", false, 0, "more");
	check_record(",\"\",\n", true, 5, "\\N||\\N");
	check_record(" a , \" b\n", true, 0, quote);
	check_record(" a ,\" b \" \n", true, 0, quote);
	check_record(" a ,\" b \"\n", true, 10, " a | b ");
	check_record("\"a\nb\",c\n", true, 8, "a\\nb|c");
	check_record("\"a\r\nb\r\",c\n", true, 10, "a\\r\\nb\\r|c");
	check_record("\"a,\"\"b\"\"\"\n", true, 10, "a,\"b\"");
	check_record("\"a\nb", false, 0, "more");
	check_record("\"a\nb\n", false, 0, "more");
	check_record("\"a\nb", true, 0, open);
	check_record("\"a\nb\n", true, 0, open);
	check_record("\"", true, 0, open);
	check_record("\"\"", true, 2, "");
	check_record("\"\"\"", true, 0, open);
	check_record("a\"b\n", true, 0, quote);
	check_record("\"a\"b\n", true, 0, quote);
	check_record("a\rb\n", true, 0, cr);
	check_record("a\r\r\n", true, 0, cr);
	check_record("\"a\"\r\r\n", true, 0, cr);
	check_record("\"a\"\rb\n", true, 0, cr);
	check_record("a,b\r,\"\r\n", true, 0, cr);
	check_record("a,b\r,\"\n", true, 0, cr);
}

/* After a failure the parser starts afresh. */
static void
test_after_failure(void)
{
	struct csvin *csv = csvin_new();
	size_t used, n;
	const char *reason;

	for (int i = 0; i < 3; i++) {
		check(csvin_record(csv, "a\"b,\"", 5, true, &used, &reason) == CSVIN_BAD);
		check(csvin_record(csv, "\"x\n\"\"y", 6, false, &used, &reason) == CSVIN_MORE);
		check(csvin_record(csv, "p,q\n", 4, true, &used, &reason) == CSVIN_RECORD);
		check(span_eq(csvin_fields(csv, &n)[1], SPAN_LIT("q")) && n == 2);
	}
	csvin_free(csv);
}

static bool
alike(const struct soup *s, size_t block)
{
	struct buf expected = {0}, got = {0};

	soup_expected(s, &expected);
	soup_got(s, block, &got);
	bool same = soup_same(&expected, &got);
	if (!same)
		printf("block %zu, %zu columns, --max-record %zu\n-- text\n%.*s\n-- csvin\n%.*s-- "
		       "rec_in\n%.*s",
			block, s->ncols, s->max_record, (int)s->len, s->text, (int)expected.len,
			expected.ptr ? expected.ptr : "", (int)got.len, got.ptr ? got.ptr : "");
	buf_free(&expected);
	buf_free(&got);
	return same;
}

/* Quotes, commas and line ends in any order; short ones are read with each block size. */
static void
test_soup(void)
{
	static const char *const alphabets[] = {"a,\n\"", "a,\n\"\r", "a,\n", "\n\"\r", "\",\n",
		"aaaaaaaa,\n\r\"", "a,,,\n\n\n\"", "a\xc3\xa9,\"\n"};
	static char text[700];
	struct random r = {6};
	size_t wrong = 0;

	for (size_t k = 0; k < 240 && wrong < 3; k++) {
		const char *letters = alphabets[k % 8];
		struct soup s = {text, random_below(&r, k % 3 ? 60 : sizeof(text)), k % 4 + 1,
			k % 5 ? 1u << 20 : 4 + random_below(&r, 30)};
		random_text(&r, text, s.len, letters, strlen(letters));
		if (k % 16 == 15 && s.len > 3)
			memcpy(text, "\xef\xbb\xbf", 3);
		for (size_t block = 0; block <= 64; block++)
			wrong += !alike(&s, block);
	}
	check(wrong == 0);
}

/* Mostly clean rows, so that the fast path is on when the odd one comes. */
static void
test_rows(void)
{
	static const char *const field[] = {"", "abc", "\"\"", "\"a,b\"", "\"x\ny\"",
		"0123456789012345", "\"\"\"q\"\"\"", " ", "a\"b", "\"c\"d", "\"", "\r"};
	static const char *const end[] = {
		"\n", "\n", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r\n"};
	struct random r = {7};
	struct buf b = {0};
	size_t wrong = 0;

	for (size_t k = 0; k < 120 && wrong < 3; k++) {
		b.len = 0;
		size_t ncols = k % 3 + 2, odd = k % 4 ? 8 : 12;
		for (size_t row = 0; row < 60; row++) {
			size_t n = random_below(&r, 40) ? ncols : ncols - 1 + random_below(&r, 3);
			for (size_t i = 0; i < n; i++) {
				bool plain = random_below(&r, 12);
				buf_str(&b, i ? "," : "");
				buf_str(&b,
					field[plain ? random_below(&r, 2) : random_below(&r, odd)]);
			}
			buf_str(&b, end[random_below(&r, 9) ? 0 : random_below(&r, 8)]);
		}
		struct soup s = {b.ptr, b.len - random_below(&r, 5), ncols, 1u << 20};
		for (size_t block = 0; block <= 64; block += k % 7 + 1)
			wrong += !alike(&s, block);
		wrong += !alike(&s, 1 + random_below(&r, b.len));
	}
	check(wrong == 0);
	buf_free(&b);
}

/* Good rows of every length, and the same with a byte changed: quotes open and close, or lie, at each place of
 * a mask and of a block. */
static void
test_lengths(void)
{
	static const char *const field[] = {"", "abc", "\"\"", "\"a,b\"", "\"x\r\ny\"", "\"\"\"\"",
		"\"a\"\"b\"\"\"\"\"",
		"\"012345678901234567890123456789,\"\"\n0123456789012345678901\""};
	static char text[400];
	struct random r = {8};
	size_t wrong = 0;

	for (size_t len = 0; len <= 200 && wrong < 3; len++)
		for (size_t k = 0; k < 2; k++) {
			struct soup s = {text, len, len % 3 + 1, len % 4 ? 1u << 20 : len / 2 + 1};
			char *p = text;
			for (size_t i = 1; p < text + len; i++) {
				p = stpcpy(p, field[random_below(&r, 8)]);
				p = stpcpy(p, i % s.ncols ? "," : i % 5 ? "\n" : "\r\n");
			}
			if (k)
				text[random_below(&r, len + 1)] = ",\n\r\"a"[random_below(&r, 5)];
			for (size_t block = 0; block <= 20; block++)
				wrong += !alike(&s, block);
			for (size_t block = len / 2 + len % 3; block < len; block += 3)
				wrong += !alike(&s, block);
		}
	check(wrong == 0);
}

int
main(void)
{
	test_records();
	test_after_failure();
	test_soup();
	test_rows();
	test_lengths();
	return check_done();
}
