/* keyset: ids in order of first appearance, whatever the keys; keys of several parts. */
#include <stdlib.h>

#include "check.h"
#include "keyset.h"
#include "random.h"

#define MANY 300000

static struct span
number(char *text, size_t i) /* 8 bytes with NULs in them */
{
	memcpy(text, &i, sizeof(i));
	return (struct span){text, sizeof(i)};
}

static void
test_growth(void)
{
	struct keyset *k = keyset_new();
	char text[8];
	size_t wrong = 0, before = keyset_memory(k);

	for (size_t round = 0; round < 2; round++)
		for (size_t i = 0; i < MANY; i++)
			wrong += keyset_add1(k, number(text, i)) != i;
	for (size_t i = 0; i < MANY; i++) {
		wrong += keyset_find(k, number(text, i)) != i;
		wrong += !span_eq(keyset_key(k, (uint32_t)i), number(text, i));
	}
	wrong += keyset_find(k, number(text, MANY)) != KEYSET_NONE;
	check(wrong == 0);
	check(keyset_size(k) == MANY && keyset_memory(k) > before);
	keyset_free(k);
}

/* Batches of any length with repeated keys, against ids looked up in a plain array. */
static void
test_batches(void)
{
	static uint32_t known[5000];
	static char text[3000][8];
	static struct span key[3000];
	static uint32_t id[3000];
	struct keyset *k = keyset_new();
	struct random r = {5};
	uint32_t next = 0;
	size_t wrong = 0;

	memset(known, 0xff, sizeof(known));
	for (size_t round = 0; round < 200; round++) {
		size_t n = random_below(&r, 3000);
		for (size_t i = 0; i < n; i++)
			key[i] = number(text[i], random_below(&r, 25 * (round + 1)));
		keyset_add(k, key, n, id);
		for (size_t i = 0; i < n; i++) {
			size_t which;
			memcpy(&which, text[i], sizeof(which));
			if (known[which] == KEYSET_NONE)
				known[which] = next++;
			wrong += id[i] != known[which];
		}
	}
	check(wrong == 0);
	check(keyset_size(k) == next);
	keyset_free(k);
}

static void
test_lengths(void)
{
	struct keyset *k = keyset_new();
	size_t big = 3u << 20;
	char *text = calloc(1, big);

	check(keyset_find(k, SPAN_LIT("")) == KEYSET_NONE);
	check(keyset_add1(k, SPAN_LIT("")) == 0);
	check(keyset_add1(k, SPAN_LIT("a")) == 1);
	check(keyset_add1(k, (struct span){"a\0", 2}) == 2);
	check(keyset_add1(k, (struct span){text, big}) == 3);
	check(keyset_add1(k, (struct span){text, big - 1}) == 4);
	text[big - 1] = 'x';
	check(keyset_add1(k, (struct span){text, big}) == 5);
	check(keyset_add1(k, (struct span){text, big - 1}) == 4);
	check(keyset_add1(k, SPAN_LIT("")) == 0);
	check(keyset_key(k, 3).len == big && keyset_key(k, 0).len == 0);
	free(text);
	keyset_free(k);
}

static struct span
joined(struct buf *b, const struct span *part, size_t n)
{
	b->len = 0;
	for (size_t i = 0; i < n; i++)
		keyset_join(b, part[i]);
	return buf_as_span(b);
}

static void
test_parts(void)
{
	static const struct span pairs[][2] = {{SPAN_LIT("ab"), SPAN_LIT("c")},
		{SPAN_LIT("a"), SPAN_LIT("bc")}, {SPAN_LIT("abc"), SPAN_LIT("")},
		{SPAN_LIT("abc"), {NULL, 0}}, {SPAN_LIT(""), SPAN_LIT("abc")},
		{{NULL, 0}, SPAN_LIT("abc")}, {{NULL, 0}, {NULL, 0}}, {SPAN_LIT(""), {NULL, 0}},
		{{NULL, 0}, SPAN_LIT("")}, {SPAN_LIT(""), SPAN_LIT("")}};
	size_t n = sizeof(pairs) / sizeof(*pairs);
	struct keyset *k = keyset_new();
	struct buf b = {0};
	struct span key, part;

	for (uint32_t i = 0; i < n; i++)
		check(keyset_add1(k, joined(&b, pairs[i], 2)) == i);
	for (uint32_t i = 0; i < n; i++) {
		key = keyset_key(k, i);
		check(keyset_split(&key, &part) && span_eq(part, pairs[i][0]));
		check(keyset_split(&key, &part) && span_eq(part, pairs[i][1]));
		check(!keyset_split(&key, &part));
	}
	buf_free(&b);
	keyset_free(k);
}

int
main(void)
{
	test_growth();
	test_batches();
	test_lengths();
	test_parts();
	return check_done();
}
