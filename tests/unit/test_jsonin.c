/* jsonin: one object a line: values as they are written, all of it looked at, nothing behind it. */
#include <stdlib.h>

#include "check.h"
#include "jsonin.h"

#define WANTED 5

static const char *const wanted[WANTED] = {"a", "b", "o.x", "o.y.z", "l"};

/* Reads text, which ends where readable memory ends but for the padding; what was found, as a|b|…, with a star
 * behind a bare value and a question mark with the number of unknown members. */
static void
read_text(const char *text, size_t len, struct buf *b)
{
	struct jsonin *j = jsonin_new();
	struct arena arena = {0};
	struct span value[WANTED];
	uint8_t bare[WANTED];
	uint64_t unknown = 0;
	const char *reason = "no reason";
	char *padded = calloc(1, len + JSONIN_PAD);

	memcpy(padded, text, len);
	for (size_t i = 0; i < WANTED; i++)
		check(jsonin_want(j, wanted[i]) == i);
	b->len = 0;
	if (!jsonin_object(j, padded, len, &arena, value, bare, &unknown, &reason)) {
		buf_str(b, "! ");
		buf_str(b, reason);
	}
	for (size_t i = 0; b->len == 0 || b->ptr[0] != '!'; i++) {
		if (i == WANTED) {
			buf_printf(b, "?%u", (unsigned)unknown);
			break;
		}
		if (span_missing(value[i]))
			buf_str(b, "-");
		buf_span(b, value[i]);
		buf_str(b, bare[i] ? "*|" : "|");
	}
	free(padded);
	arena_free(&arena);
	jsonin_free(j);
}

#define check_object(text, want)                       \
	do {                                           \
		struct buf b = {0};                    \
		read_text(text, sizeof(text) - 1, &b); \
		check_text(b.ptr, b.len, want);        \
		buf_free(&b);                          \
	} while (0)

static void
test_values(void)
{
	check_object("{}", "-|-|-|-|-|?0");
	check_object(" { \"a\" : \"x\" , \"b\":\"\" } ", "x||-|-|-|?0");
	check_object("{\"a\":null,\"b\":true,\"l\":[1, {\"q\":[]} ,\"]\"]}",
		"-|true*|-|-|[1, {\"q\":[]} ,\"]\"]*|?0");
	check_object("{\"a\":123456789012345678901234567890,\"b\":1.10}",
		"123456789012345678901234567890*|1.10*|-|-|-|?0");
	check_object("{\"a\":1e400,\"b\":-0.0E-00}", "1e400*|-0.0E-00*|-|-|-|?0");
	check_object(
		"{\"o\":{\"x\":1,\"y\":{\"z\":\"deep\",\"n\":2}},\"other\":1}", "-|-|1*|deep|-|?1");
	check_object("{\"o.x\":\"dot\",\"o\":7}", "-|-|dot|-|-|?0");
	check_object("{\"a\":1,\"a\":\"2\"}", "2|-|-|-|-|?0");
	check_object("{\"a\":\"2\",\"a\":null}", "-|-|-|-|-|?0");
	check_object("{\"\\u0061\":\"\\u00e9\\n\\\"\\/\\\\\\ud83d\\ude00\"}",
		"\xc3\xa9\n\"/\\\xf0\x9f\x98\x80|-|-|-|-|?0");
	check_object("{\"x\":{\"a\":1},\"y\":[{\"b\":2}],\"\":3}", "-|-|-|-|-|?3");
	check_object("{\"a\":{ \"k\" : 1 } , \"b\":[ ]}", "{ \"k\" : 1 }*|[ ]*|-|-|-|?0");
}

static void
test_refused(void)
{
	static const char *const bad[] = {"", " ", "1", "\"a\"", "null", "[]", "[{}]", "{", "}",
		"{}}", "{} {}", "{}x", "{}[]", "{},", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
		"{\"a\" 1}", "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":01}", "{\"a\":1.}",
		"{\"a\":.1}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":1e+}", "{\"a\":0x1}",
		"{\"a\":1a}", "{\"a\":nul}", "{\"a\":nulls}", "{\"a\":True}", "{\"a\":NaN}",
		"{\"a\":-Infinity}", "{\"a\":\"x}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
		"{\"a\":\"\t\"}", "{\"a\":\"\xff\"}", "{\"a\":\"\xc3\"}",
		"{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\xc0\xaf\"}", "{\"u\":[1,]}", "{\"u\":[1 2]}",
		"{\"u\":[,1]}", "{\"u\":[1}", "{\"u\":{\"v\":01}}", "{\"u\":[{\"v\":tru}]}",
		"{\"u\":\"\\q\"}", "{\"u\":[\"\\uD8\"]}", "{\"a\":1}//", "{\"a\":/**/1}",
		"{\"a\":[1]]}", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":1}"};
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		read_text(bad[i], strlen(bad[i]), &b);
		if (b.ptr[0] != '!')
			printf("accepted: %s as %.*s\n", bad[i], (int)b.len, b.ptr);
		check(b.ptr[0] == '!');
	}
	read_text("{\"a\":\"x\0y\"}", 11, &b);
	check_text(b.ptr, b.len, "! not JSON: a control character in a string");
	buf_free(&b);
}

/* Every beginning of an object is refused, and nothing is read behind it. */
static void
test_cut_off(void)
{
	static const char text[] = "{\"a\":\"x\\n\\u00e9\",\"o\":{\"x\":-1.5e3,\"y\":{\"z\":[true,"
				   "null]}},\"u\":[[],{}]}";
	struct buf b = {0};
	size_t accepted = 0;

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		read_text(text, len, &b);
		accepted += b.ptr[0] != '!';
	}
	check(accepted == 0);
	read_text(text, sizeof(text) - 1, &b);
	check_text(b.ptr, b.len, "x\n\xc3\xa9|-|-1.5e3*|[true,null]*|-|?1");
	buf_free(&b);
}

static void
nested(struct buf *b, size_t depth, const char *open, const char *close)
{
	b->len = 0;
	buf_str(b, "{\"a\":");
	for (size_t i = 0; i < depth; i++)
		buf_str(b, open);
	buf_str(b, "1");
	for (size_t i = 0; i < depth; i++)
		buf_str(b, close);
	buf_str(b, "}");
}

static void
test_depth(void)
{
	struct buf text = {0}, b = {0};

	for (size_t depth = 100; depth <= 1000000; depth *= 10) {
		nested(&text, depth, "[", "]");
		read_text(text.ptr, text.len, &b);
		check((b.ptr[0] == '!') == (depth > 499));
		nested(&text, depth, "{\"a\":", "}");
		read_text(text.ptr, text.len, &b);
		check((b.ptr[0] == '!') == (depth > 499));
		nested(&text, depth, "[", "");
		read_text(text.ptr, text.len, &b);
		check(b.ptr[0] == '!');
	}
	buf_free(&text);
	buf_free(&b);
}

static void
on_name(void *ctx, struct span name)
{
	struct buf *b = ctx;
	buf_span(b, name);
	buf_byte(b, '|');
}

static void
test_names(void)
{
	static const char text[] = "{\"a\":{\"x\":1},\"\\u0062\":[\"c\"],\"a\":2,\"\":null}";
	char padded[sizeof(text) + JSONIN_PAD] = "";
	struct jsonin *j = jsonin_new();
	struct buf b = {0};
	const char *reason;

	memcpy(padded, text, sizeof(text));
	check(jsonin_names(j, padded, sizeof(text) - 1, on_name, &b, &reason));
	check_text(b.ptr, b.len, "a|b|a||");
	memcpy(padded, "[1]", 3);
	check(!jsonin_names(j, padded, 3, on_name, &b, &reason));
	buf_free(&b);
	jsonin_free(j);
}

static void
check_replaced(const char *text, const char *want)
{
	struct jsonin *j = jsonin_new();
	struct buf b = {0};
	char *padded = calloc(1, strlen(text) + JSONIN_PAD);

	memcpy(padded, text, strlen(text));
	jsonin_replace(j, padded, strlen(text), "c", SPAN_LIT("\"c\":9"), &b);
	check_text(b.ptr, b.len, want);
	free(padded);
	buf_free(&b);
	jsonin_free(j);
}

static void
test_replace(void)
{
	check_replaced("{}", "{\"c\":9}");
	check_replaced("{\"c\":null}", "{\"c\":9}");
	check_replaced("{\"a\":1.50,\"c\":null,\"b\":\"\\u00e9\"}",
		"{\"a\":1.50,\"b\":\"\\u00e9\",\"c\":9}");
	check_replaced(
		"{ \"a\" : [ 1 , {\"c\":2} ] , \"c\" : {\"c\":[]} , \"\\u0063\":1, \"b\" : true }",
		"{\"a\" : [ 1 , {\"c\":2} ],\"b\" : true,\"c\":9}");
}

static void
on_field(void *ctx, struct span name, struct span type)
{
	struct buf *b = ctx;
	buf_span(b, name);
	buf_byte(b, ':');
	buf_span(b, type);
	buf_byte(b, ' ');
}

static void
test_schema(void)
{
	static const char text[] =
		"{\"name\":\"s\",\n\"fields\":[{\"name\":\"a\",\"type\":\"string\"},\n"
		"{\"type\":\"number\",\"constraints\":{\"x\":[1]},\"name\":\"b\"}]}\n";
	static const char *const bad[] = {"", "{}", "[]", "{\"fields\":1}", "{\"fields\":[1]}",
		"{\"fields\":[{\"name\":\"a\"}]}", "{\"fields\":[{\"name\":\"a\",\"type\":1}]}"};
	char padded[sizeof(text) + JSONIN_PAD] = "";
	struct jsonin *j = jsonin_new();
	struct buf b = {0};
	const char *reason = NULL;

	memcpy(padded, text, sizeof(text));
	check(jsonin_schema(j, padded, sizeof(text) - 1, on_field, &b, &reason));
	check_text(b.ptr, b.len, "a:string b:number ");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(padded, 0, sizeof(padded));
		memcpy(padded, bad[i], strlen(bad[i]));
		check(!jsonin_schema(j, padded, strlen(bad[i]), on_field, &b, &reason) && reason);
	}
	buf_free(&b);
	jsonin_free(j);
}

int
main(void)
{
	test_values();
	test_refused();
	test_cut_off();
	test_depth();
	test_names();
	test_replace();
	test_schema();
	return check_done();
}
