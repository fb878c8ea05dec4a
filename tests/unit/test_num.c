/* num: decimals and whole numbers, at their bounds and by their laws. */
#include <stdlib.h>

#include "check.h"
#include "random.h"
#include "num.h"

/* 2^127 - 1 and what stands beside it */
#define MAX_TEXT "170141183460469231731687303715884105727"
#define MIN_TEXT "-170141183460469231731687303715884105728"
#define OVER_TEXT "170141183460469231731687303715884105728"
#define MAX_18_TEXT "170141183460469231731.687303715884105727"

static struct random random_source = {42};

static int64_t
random_some_bits(void)
{
	int64_t n = (int64_t)random_64(&random_source);

	return n >> random_64(&random_source) % 62;
}

/* Parses bytes that end where their memory ends, so that a sanitizer sees a read behind them. */
static bool
parse(const char *text, size_t len, struct dec *out)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	bool ok = dec_parse((struct span){copy, len}, out);
	free(copy);
	return ok;
}

static struct dec
dec(const char *text)
{
	struct dec d = {-7, 99};

	check(parse(text, strlen(text), &d));
	return d;
}

static bool
canonical(struct dec d)
{
	if (d.scale < 0 || d.scale > DEC_SCALE_MAX || (!d.v && d.scale))
		return false;
	return d.scale == 0 || d.v % 10 != 0;
}

static void
check_dec(struct dec d, const char *want)
{
	char text[DEC_TEXT_MAX];

	check(canonical(d));
	size_t len = dec_format(d, text);
	check_text(text, len, want);
}

static void
test_parse(void)
{
	static const char *const good[][2] = {{"0", "0"}, {"-0", "0"}, {"+0", "0"}, {"-0.000", "0"},
		{"00", "0"}, {"007", "7"}, {"+12.50", "12.5"}, {"-12.50", "-12.5"},
		{"129.90", "129.9"}, {"100", "100"}, {"100.00", "100"}, {"0.1", "0.1"},
		{"-0.01", "-0.01"}, {"1e3", "1000"}, {"1E3", "1000"}, {"1e+3", "1000"},
		{"1.5e-3", "0.0015"}, {"15e-1", "1.5"}, {"0e5", "0"},
		{"0e99999999999999999999", "0"}, {"1.50e1", "15"}, {"12.5e0", "12.5"},
		{"1e-18", "0.000000000000000001"}, {"1.000000000000000000", "1"},
		{"0.000000000000000001", "0.000000000000000001"},
		{"9999999999999999999", "9999999999999999999"},
		{"-999999999999999999.9", "-999999999999999999.9"},
		{"18446744073709551615", "18446744073709551615"},
		{"18446744073709551616", "18446744073709551616"},
		{"18446744073709551616.50", "18446744073709551616.5"}, {MAX_TEXT, MAX_TEXT},
		{MIN_TEXT, MIN_TEXT}, {MAX_18_TEXT, MAX_18_TEXT},
		{"1e38", "100000000000000000000000000000000000000"},
		{"0000000000000000000000000000000000000000000000000000012.3", "12.3"},
		{"0.12345678901234567890e2", "12.34567890123456789"}};
	static const char *const bad[] = {"", "+", "-", ".", ".5", "5.", "-.5", "+-5", "--5",
		"1.2.3", "1..2", " 1", "1 ", "1,5", "1e", "1e+", "e5", "1e5.", "1e5.0", "1e 5",
		"1ee5", "0x10", "nan", "inf", "1_000", "1.5-", "1-", OVER_TEXT,
		"-170141183460469231731687303715884105729", "1e39", "2e38", "1e-19",
		"1.0000000000000000000", "0.1234567890123456789", "0e-19", "1e99999999999999999999",
		"1e-99999999999999999999", "340282366920938463463374607431768211457",
		"123456789012345678901x", "\xd9\xa1"};
	struct dec d = {5, 1};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_dec(dec(good[i][0]), good[i][1]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], strlen(bad[i]), &d))
			printf("accepted: '%s'\n", bad[i]);
		check(!parse(bad[i], strlen(bad[i]), &d));
		check(d.v == 5 && d.scale == 1);
	}
	check(!parse("1\0", 2, &d) && !parse("\0", 1, &d) && !parse("1\0002", 3, &d));
	check(!dec_parse(SPAN_MISSING, &d));
}

/* Every byte at every place of a short number: digits only, but for a sign, a point or an 'e'. */
static void
test_parse_bytes(void)
{
	for (size_t at = 0; at < 4; at++) {
		for (int c = 0; c < 256; c++) {
			char text[] = "1234";
			struct dec d;
			text[at] = (char)c;
			bool want = (c >= '0' && c <= '9') || (at == 0 && (c == '+' || c == '-')) ||
				    ((c == '.' || c == 'e' || c == 'E') && (at == 1 || at == 2));
			check(parse(text, 4, &d) == want);
		}
	}
}

static void
test_round_trip(void)
{
	for (int i = 0; i < 200000; i++) {
		uint64_t high = random_64(&random_source), low = random_64(&random_source),
			 cut = random_64(&random_source) % 127;
		__int128 v = (__int128)((unsigned __int128)high << 64 | low) >> cut;
		struct dec d, e = {0, 0};
		char text[DEC_TEXT_MAX];
		d = dec_round(
			(struct dec){v, (int)(random_64(&random_source) % 19)}, DEC_SCALE_MAX);
		check(canonical(d));
		size_t len = dec_format(d, text);
		check(len <= DEC_TEXT_MAX && parse(text, len, &e));
		check(e.v == d.v && e.scale == d.scale);
	}
}

static void
test_add(void)
{
	struct dec d = {5, 1}, one = dec_int(1), max = dec(MAX_TEXT), min = dec(MIN_TEXT);

	check(dec_add(dec("1.10"), dec("2.90"), &d));
	check_dec(d, "4");
	check(dec_add(dec("0.1"), dec("0.02"), &d));
	check_dec(d, "0.12");
	check(dec_sub(dec("1"), dec("0.000000000000000001"), &d));
	check_dec(d, "0.999999999999999999");
	check(dec_sub(dec("1.5"), dec("1.5"), &d));
	check_dec(d, "0");
	check(dec_sub(dec("0"), dec("1.5"), &d));
	check_dec(d, "-1.5");
	check(dec_add(min, max, &d));
	check_dec(d, "-1");
	check(dec_sub(max, max, &d) && dec_sub(min, min, &d));
	check_dec(d, "0");
	check(dec_sub(dec_int(-1), max, &d));
	check_dec(d, MIN_TEXT);

	d = dec("0.5");
	check(!dec_add(max, one, &d) && !dec_sub(min, one, &d) && !dec_add(min, min, &d));
	check(!dec_sub(dec_int(0), min, &d) && !dec_add(max, max, &d));
	check(!dec_add(dec("1e38"), dec("0.1"), &d) && !dec_add(dec("0.1"), dec("1e38"), &d));
	check(!dec_sub(dec("1e25"), dec("1e-18"), &d));
	check_dec(d, "0.5");

	/* The sum of the scaled integers overflows, the sum does not: its last digit is 0. */
	check(dec_add(dec("17014118346046923173168730371588410572.7"), dec("0.3"), &d));
	check_dec(d, "17014118346046923173168730371588410573");
	check(dec_sub(dec("-17014118346046923173168730371588410572.8"), dec("0.2"), &d));
	check_dec(d, "-17014118346046923173168730371588410573");
	/* One operand, aligned, needs 128 bits, the result 127. */
	check(dec_sub(dec("17014118346046923173168730371588410573"), dec("0.3"), &d));
	check_dec(d, "17014118346046923173168730371588410572.7");
	check(dec_add(dec("-17014118346046923173168730371588410573"), dec("0.2"), &d));
	check_dec(d, "-17014118346046923173168730371588410572.8");
	check(!dec_sub(dec("17014118346046923173168730371588410573"), dec("0.2"), &d));

	/* out may be an operand */
	d = dec("2.5");
	check(dec_add(d, d, &d) && dec_sub(d, one, &d));
	check_dec(d, "4");
}

static void
test_mul(void)
{
	struct dec d = dec("0.5");

	check(!dec_mul(dec(MAX_TEXT), dec("1.1"), &d) && !dec_mul(dec("1e19"), dec("1e20"), &d));
	check(!dec_mul(dec("1e-10"), dec("1e-9"), &d) && !dec_mul(dec(MIN_TEXT), dec_int(-1), &d));
	check(!dec_mul(dec(MIN_TEXT), dec(MIN_TEXT), &d));
	check_dec(d, "0.5");
	check(dec_mul(dec("19.99"), dec("3"), &d));
	check_dec(d, "59.97");
	check(dec_mul(dec("-2.5"), dec("0.4"), &d));
	check_dec(d, "-1");
	check(dec_mul(dec("-2.5"), dec("0"), &d));
	check_dec(d, "0");
	check(dec_mul(
		dec("0.000000005"), dec("0.0000000002"), &d)); /* scale 19 before the zeros go */
	check_dec(d, "0.000000000000000001");
	check(dec_mul(dec(MIN_TEXT), dec_int(1), &d));
	check_dec(d, MIN_TEXT);
	check(dec_mul(dec(MAX_TEXT), dec_int(-1), &d));
	check_dec(d, "-" MAX_TEXT);
	check(dec_mul(dec("18446744073709551616"), dec("-9223372036854775808"), &d));
	check_dec(d, MIN_TEXT);
	/* needs 190 bits on the way */
	check(dec_mul(dec("1e38"), dec("0.000000000000000125"), &d));
	check_dec(d, "12500000000000000000000");
	check(dec_mul(dec("11111111111111111111111.11"), dec("0.000000009"), &d));
	check_dec(d, "99999999999999.99999999999");
}

static void
test_div(void)
{
	static const char *const cases[][3] = {{"1", "3", "0.333333"}, {"2", "3", "0.666667"},
		{"-2", "3", "-0.666667"}, {"1", "8", "0.125"}, {"1", "-4", "-0.25"},
		{"10", "5", "2"}, {"0", "-7", "0"},
		/* halves go to the even digit */
		{"0.000001", "2", "0"}, {"0.000003", "2", "0.000002"},
		{"0.000005", "2", "0.000002"}, {"-0.000003", "2", "-0.000002"},
		{"-0.000001", "2", "0"}, {"1", "2000000", "0"},
		{"0.000000500000000001", "1", "0.000001"}, {"0.0000005", "1", "0"},
		{"0.0000015", "1", "0.000002"}, {"3", "2000000", "0.000002"},
		{"1", "0.000000000000000001", "1000000000000000000"},
		{"0.000000000000000001", "0.000000000000000001", "1"}, {MAX_TEXT, MAX_TEXT, "1"},
		{MIN_TEXT, "1", MIN_TEXT}, {MAX_TEXT, "-1", "-" MAX_TEXT},
		{MIN_TEXT, MAX_TEXT, "-1"}, {MAX_TEXT, MAX_18_TEXT, "1000000000000000000"},
		{MAX_18_TEXT, MAX_TEXT, "0"}, {"1e38", "3e37", "3.333333"}, {"1e38", "1e38", "1"},
		{"1e38", "-1", "-100000000000000000000000000000000000000"},
		/* a remainder of 166 bits, compared with a half */
		{"0.000000000000000003", "6", "0"},
		{"85070591730234615865.843651857942052863", MAX_TEXT, "0"},
		{"85070591730234615865843651857942052863", MAX_TEXT, "0.5"},
		{"85070591730234615865843651857942.052863",
			"170141183460469231731687303715884.105726", "0.5"},
		/* an exact half */
		{"100000000000000000000000000000000000001", "2000000",
			"50000000000000000000000000000000"},
		{"100000000000000000000000000000000000003", "-2000000",
			"-50000000000000000000000000000000.000002"}};
	struct dec d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d = dec_int(99);
		check(dec_div(dec(cases[i][0]), dec(cases[i][1]), &d));
		check_dec(d, cases[i][2]);
	}
	d = dec("0.5");
	check(!dec_div(dec("1"), dec("0"), &d) && !dec_div(dec("0"), dec("0"), &d));
	check(!dec_div(dec(MIN_TEXT), dec_int(-1), &d) && !dec_div(dec("1e38"), dec("3"), &d));
	check(!dec_div(dec(MAX_TEXT), dec("1e-18"), &d) && !dec_div(dec(MAX_TEXT), dec("0.5"), &d));
	check_dec(d, "0.5");
}

static void
test_round(void)
{
	static const struct {
		const char *from;
		int scale;
		const char *want;
	} cases[] = {{"2.5", 0, "2"}, {"3.5", 0, "4"}, {"-2.5", 0, "-2"}, {"-3.5", 0, "-4"},
		{"0.5", 0, "0"}, {"-0.5", 0, "0"}, {"1.25", 1, "1.2"}, {"1.35", 1, "1.4"},
		{"1.2500001", 1, "1.3"}, {"1.005", 2, "1"}, {"1.015", 2, "1.02"},
		{"9.995", 2, "10"}, {"9.5", 18, "9.5"}, {"1.96", 1, "2"}, {"0.05", 1, "0"},
		{MAX_18_TEXT, 0, "170141183460469231732"},
		{MAX_18_TEXT, 17, "170141183460469231731.68730371588410573"}, {"123", 0, "123"},
		{"0.4", -3, "0"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_dec(dec_round(dec(cases[i].from), cases[i].scale), cases[i].want);
	check_dec(dec_round((struct dec){1200, 2}, 5), "12");
	check_dec(dec_floor(dec("2.9")), "2");
	check_dec(dec_floor(dec("-2.1")), "-3");
	check_dec(dec_floor(dec("-2")), "-2");
	check_dec(dec_floor(dec("-0.000000000000000001")), "-1");
	check_dec(dec_floor(dec("0.999999999999999999")), "0");
	check_dec(dec_floor(dec(MIN_TEXT)), MIN_TEXT);
}

static void
test_cmp(void)
{
	static const char *const ascending[] = {MIN_TEXT, "-" MAX_TEXT, "-1e38",
		"-170141183460469231731.687303715884105728", "-" MAX_18_TEXT,
		"-170141183460469231731.6873037158841057", "-18446744073709551616",
		"-9223372036854775808.1", "-9223372036854775808", "-1.000000000000000001", "-1",
		"-0.999999999999999999", "-0.5", "-0.000000000000000001", "0",
		"0.000000000000000001", "0.1", "0.11", "0.5", "0.999999999999999999", "1",
		"1.000000000000000001", "9.9", "10", "9223372036854775807", "9223372036854775807.5",
		"18446744073709551615.999999999999999999", "18446744073709551616",
		"170141183460469231731", "170141183460469231731.6", MAX_18_TEXT,
		"170141183460469231731.68730371588410573", "170141183460469231732",
		"17014118346046923173168730371588410572.7",
		"17014118346046923173168730371588410573", "1e38", MAX_TEXT};
	size_t n = sizeof(ascending) / sizeof(ascending[0]);

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int d = dec_cmp(dec(ascending[i]), dec(ascending[j]));
			check((d > 0) - (d < 0) == (i > j) - (i < j));
		}
	check(dec_cmp((struct dec){1200, 3}, (struct dec){12, 1}) == 0);
}

/* Laws of arithmetic on random numbers small enough to have a plain answer. */
static void
test_laws(void)
{
	for (int i = 0; i < 200000; i++) {
		__int128 x = random_some_bits(), y = random_some_bits();
		struct dec a = dec_round((struct dec){x, 2}, 2),
			   b = dec_round((struct dec){y, 3}, 3), c, back;

		check(dec_add(a, b, &c) && canonical(c));
		check(dec_cmp(c, dec_round((struct dec){x * 10 + y, 3}, 3)) == 0);
		check(dec_sub(c, b, &back) && back.v == a.v && back.scale == a.scale);
		check(dec_mul(a, b, &c) && canonical(c));
		check(dec_cmp(c, dec_round((struct dec){x * y, 5}, 5)) == 0);
		check((dec_cmp(a, b) > 0) == (x * 10 > y) && (dec_cmp(a, b) < 0) == (x * 10 < y));
		if (!y)
			continue;
		/* c is a / b within half a unit of the sixth digit, in whole numbers */
		check(dec_div(a, b, &c) && canonical(c));
		__int128 q = c.v, num = x * 10000000, den = y; /* a / b = 10 x / y, in millionths */
		for (int s = c.scale; s < DEC_DIV_SCALE; s++)
			q *= 10;
		__int128 rest = 2 * (num - q * den);
		__int128 bound = den < 0 ? -den : den;
		check(rest <= bound && rest >= -bound);
		check((rest != bound && rest != -bound) || q % 2 == 0);
	}
}

static void
test_to_int(void)
{
	int64_t n = 7;

	check(dec_to_int(dec("9223372036854775807"), &n) && n == INT64_MAX);
	check(dec_to_int(dec("-9223372036854775808"), &n) && n == INT64_MIN);
	check(dec_to_int((struct dec){500, 2}, &n) && n == 5);
	check(!dec_to_int(dec("9223372036854775808"), &n) &&
		!dec_to_int(dec("-9223372036854775809"), &n));
	check(!dec_to_int(dec("5.5"), &n) && !dec_to_int(dec("0.000000000000000001"), &n) &&
		n == 5);
}

static void
test_whole(void)
{
	static const char *const bad[] = {
		"", "+", "-", " 1", "1 ", "1.0", "1e3", "0x1", "K", "1k", "1KB", "-1K"};
	uint64_t u = 7;
	int64_t i = 7;

	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++)
		check(!num_u64(span_str(bad[k]), &u) && !num_i64(span_str(bad[k]), &i) &&
			!num_size(span_str(bad[k]), &u));
	check(!num_u64(SPAN_MISSING, &u) && !num_i64(SPAN_MISSING, &i) &&
		!num_size(SPAN_MISSING, &u));
	check(!num_u64(SPAN_LIT("18446744073709551616"), &u) &&
		!num_u64(SPAN_LIT("99999999999999999999"), &u));
	check(!num_u64(SPAN_LIT("-1"), &u) && !num_u64(SPAN_LIT("+1"), &u) &&
		!num_u64(SPAN_LIT("1\0"), &u));
	check(!num_i64(SPAN_LIT("9223372036854775808"), &i) &&
		!num_i64(SPAN_LIT("-9223372036854775809"), &i));
	check(!num_i64(SPAN_LIT("--1"), &i) && !num_i64(SPAN_LIT("18446744073709551616"), &i));
	check(!num_size(SPAN_LIT("16777216T"), &u) &&
		!num_size(SPAN_LIT("18014398509481984K"), &u));
	check(u == 7 && i == 7);

	check(num_u64(SPAN_LIT("18446744073709551615"), &u) && u == UINT64_MAX);
	check(num_u64(SPAN_LIT("000000000000000000000000012"), &u) && u == 12);
	check(num_i64(SPAN_LIT("9223372036854775807"), &i) && i == INT64_MAX);
	check(num_i64(SPAN_LIT("-9223372036854775808"), &i) && i == INT64_MIN);
	check(num_i64(SPAN_LIT("+5"), &i) && i == 5 && num_i64(SPAN_LIT("-0"), &i) && i == 0);
	check(num_size(SPAN_LIT("0"), &u) && u == 0 && num_size(SPAN_LIT("4096"), &u) && u == 4096);
	check(num_size(SPAN_LIT("64K"), &u) && u == 65536 && num_size(SPAN_LIT("16M"), &u) &&
		u == 16777216);
	check(num_size(SPAN_LIT("2G"), &u) && u == 2147483648 && num_size(SPAN_LIT("1T"), &u) &&
		u == 1099511627776);
	check(num_size(SPAN_LIT("16777215T"), &u) && u == 16777215ULL << 40);
}

int
main(void)
{
	test_parse();
	test_parse_bytes();
	test_round_trip();
	test_add();
	test_mul();
	test_div();
	test_round();
	test_cmp();
	test_laws();
	test_to_int();
	test_whole();
	return check_done();
}
