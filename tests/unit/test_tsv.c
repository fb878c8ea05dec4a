/* tsv: values out and in again, and their order against that of the escaped bytes. */
#include <stdlib.h>

#include "check.h"
#include "random.h"
#include "tsv.h"

static int
sign(int d)
{
	return (d > 0) - (d < 0);
}

static int
cmp_escaped(struct span a, struct span b)
{
	struct buf ea = {0}, eb = {0};
	tsv_escape(&ea, a);
	tsv_escape(&eb, b);
	int d = span_cmp(buf_as_span(&ea), buf_as_span(&eb));
	buf_free(&ea);
	buf_free(&eb);
	return sign(d);
}

/* Every value of up to three bytes of those that matter, against every other. */
static void
test_order(void)
{
	static const char letters[] = "a\t\n\r\\N\x01\xff";
	static char text[600][3];
	static struct span value[601];
	size_t n = 0, wrong = 0;

	value[n++] = SPAN_MISSING;
	for (size_t len = 0; len <= 3; len++) {
		size_t all = 1;
		for (size_t i = 0; i < len; i++)
			all *= 8;
		for (size_t k = 0; k < all; k++, n++) {
			for (size_t i = 0, rest = k; i < len; i++, rest /= 8)
				text[n][i] = letters[rest % 8];
			value[n] = (struct span){text[n], len};
		}
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			wrong += sign(tsv_cmp(value[i], value[k])) !=
				 cmp_escaped(value[i], value[k]);
	check(n == 1 + 1 + 8 + 64 + 512);
	check(wrong == 0);
}

static void
test_random(void)
{
	struct random r = {3};
	char a[40], b[40];
	size_t wrong = 0;

	for (size_t i = 0; i < 200000; i++) {
		size_t la = random_below(&r, sizeof(a)), lb = random_below(&r, sizeof(b));
		random_text(&r, a, la, "x\\\t\n\rNtn \xc3\xa9", 10);
		random_text(&r, b, lb, "x\\\t\n\rNtn \xc3\xa9", 10);
		size_t common = random_below(&r, (la < lb ? la : lb) + 1);
		memcpy(b, a, common);
		struct span va = {a, la}, vb = {b, lb};
		wrong += sign(tsv_cmp(va, vb)) != cmp_escaped(va, vb);
	}
	check(wrong == 0);
}

static void
test_round_trip(void)
{
	struct arena arena = {0};
	struct buf b = {0};
	struct span back;
	char text[32];
	struct random r = {4};
	size_t wrong = 0;

	for (size_t i = 0; i < 200000; i++) {
		size_t len = random_below(&r, sizeof(text));
		for (size_t k = 0; k < len; k++)
			text[k] = random_below(&r, 2) ? "\\N\t\n\r"[random_below(&r, 5)]
						      : (char)random_64(&r);
		struct span value = i % 50 ? (struct span){text, len} : SPAN_MISSING;
		b.len = 0;
		tsv_escape(&b, value);
		wrong += !tsv_unescape(buf_as_span(&b), &arena, &back) || !span_eq(back, value);
		wrong += b.len && (memchr(b.ptr, '\t', b.len) || memchr(b.ptr, '\n', b.len) ||
					  memchr(b.ptr, '\r', b.len));
		arena_reset(&arena);
	}
	check(wrong == 0);
	arena_free(&arena);
	buf_free(&b);
}

static void
check_read(const char *text, size_t len, const char *want)
{
	struct arena arena = {0};
	struct span s = SPAN_LIT("?");
	bool ok = tsv_unescape((struct span){text, len}, &arena, &s);
	if (!want)
		check(!ok);
	else
		check_text(s.ptr, s.len, want);
	arena_free(&arena);
}

static void
test_reading(void)
{
	struct arena arena = {0};
	struct span s;

	check(tsv_unescape(SPAN_LIT("\\N"), &arena, &s) && span_missing(s));
	check(tsv_unescape(SPAN_LIT(""), &arena, &s) && !span_missing(s) && s.len == 0);
	arena_free(&arena);
	check_read("\\\\N", 3, "\\N");
	check_read("\\Na", 3, "Na");
	check_read("a\\N", 3, "aN");
	check_read("\\b\\f\\v\\x\\\"", 10, "\b\f\vx\"");
	check_read("plain \"text\"", 12, "plain \"text\"");
	check_read("\\", 1, NULL);
	check_read("a\\\\\\", 4, NULL);
}

int
main(void)
{
	test_order();
	test_random();
	test_round_trip();
	test_reading();
	return check_done();
}
