/* rules: every operator and function on one record, what is missing, and what is refused. */
#include <stdlib.h>

#include "check.h"
#include "rules.h"

static const char record[] =
	"n\td\tneg\ts\tempty\tmiss\tday1\tts\tlist\tjson\tflag\tbig\n"
	"10\t2.5\t-3\tH\xc3\xa9llo W\xc3\xb6rld\t\t\\N\t2026-11-22\t2026-11-22T23:30:00Z\t"
	"vip, New ,a b\t[\"VIP\",\"a,b\",\"\\\\u00fc\",7,[\"in\"]]\ttrue\t"
	"170141183460469231731687303715884105727\n";

static const struct zone *zone;

static struct rules *
load(const char *text, struct err *e)
{
	struct rules_source s = {"test.rules", text};
	struct rules_env env = {.zone = zone, .as_of = when_from_civil(2026, 11, 22)};
	return rules_load(&s, 1, &env, e);
}

/* Opens the record above. */
static struct rec_in *
open_record(void)
{
	static const char *const files[] = {"record.tsv"};
	struct rec_in_opts o = REC_IN_DEFAULTS;
	struct err e = {0};
	o.files = files;
	o.nfiles = 1;
	o.zone = zone;
	struct rec_in *in = rec_in_open(&o, &e);
	if (!in)
		printf("%s\n", e.text);
	return in;
}

/* The value of a tag with this body, "(missing)", or the message of what went wrong. Static. */
static const char *
value_of(const char *body)
{
	static char out[2048];
	char text[1024];
	struct err e = {0};
	struct buf b = {0};
	const struct rec_batch *batch;
	snprintf(text, sizeof text, "tag t = %s;", body);
	struct rules *r = load(text, &e);
	struct rec_in *in = r ? open_record() : NULL;
	out[0] = '\0';
	if (in && rules_bind(r, in, &e) == LIMN_OK && rec_in_next(in, &batch, &e) > 0 &&
		rules_eval(r, batch, &e) == 0) {
		struct span s = rules_text(rules_tag(r, 0), 0, &b);
		snprintf(out, sizeof out, "%.*s", s.ptr ? (int)s.len : 9,
			s.ptr ? s.ptr : "(missing)");
	}
	if (e.code)
		snprintf(out, sizeof out, "%s", e.text);
	buf_free(&b);
	rec_in_free(in);
	rules_free(r);
	return out;
}

struct pair {
	const char *body, *want;
};

static void
check_pairs(const struct pair *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = value_of(p[i].body);
		if (strcmp(got, p[i].want) != 0)
			printf("tag t = %s\n", p[i].body);
		check_text(got, strlen(got), p[i].want);
	}
}

static void
test_arithmetic(void)
{
	static const struct pair p[] = {
		{"1 + 2 * 3", "7"},
		{"(1 + 2) * 3", "9"},
		{"10 - 4 - 3", "3"},
		{"100 / 10 / 5", "2"},
		{"2 * 3 / 4", "1.5"},
		{"-n", "-10"},
		{"- -n", "10"},
		{"+n", "10"},
		{"n + d", "12.5"},
		{"n - neg", "13"},
		{"n * d", "25"},
		{"n / neg", "-3.333333"},
		{"1 / 3", "0.333333"},
		{"2 / 3", "0.666667"},
		{"0.0000005 / 1", "0"},
		{"0.0000015 / 1", "0.000002"},
		{"0.1 + 0.2", "0.3"},
		{"n / 0", "(missing)"},
		{"0 / 0", "(missing)"},
		{"number(miss) + 1", "(missing)"},
		{"number(miss) * 0", "(missing)"},
		{"n / number(miss)", "(missing)"},
		{"n - n - n", "-10"},
		{"123456789012345678901234567890 + 1", "123456789012345678901234567891"},
		{"round(d)", "2"},
		{"round(3.5)", "4"},
		{"round(n / 3, 2)", "3.33"},
		{"round(n, 99)", "(missing)"},
		{"floor(neg / 2)", "-2"},
		{"abs(neg)", "3"},
		{"abs(n)", "10"},
		{"number('12.50')", "12.5"},
		{"number('x')", "(missing)"},
		{"number(n > 5)", "1"},
		{"number(concat(n, '0')) + 1", "101"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_predicates(void)
{
	static const struct pair p[] = {
		{"n = 10", "true"},
		{"n = 10.0", "true"},
		{"n != 10", "false"},
		{"n < 10", "false"},
		{"n <= 10", "true"},
		{"n > 9.999", "true"},
		{"n >= 10.001", "false"},
		{"10 = n", "true"},
		{"9 < n", "true"},
		{"n = '10'", "true"},
		{"n = '10.0'", "false"},
		{"n < '9'", "true"},
		{"n = d", "false"},
		{"n between 10 and 10", "true"},
		{"n between 11 and 20", "false"},
		{"n not between 11 and 20", "true"},
		{"n in (1, 10, 100)", "true"},
		{"n in (1, 2)", "false"},
		{"n not in (1, 2)", "true"},
		{"n in (d * 4, 1)", "true"},
		{"n in ('1','2','3','4','5','6','7','8','9','10')", "true"},
		{"s in ('1','2','3','4','5','6','7','8','9','10')", "false"},
		{"s starts with 'H\xc3\xa9'", "true"},
		{"s starts with 'h'", "false"},
		{"s ends with 'ld'", "true"},
		{"s not ends with 'ld'", "false"},
		{"s starts with ''", "true"},
		{"'a' starts with 'ab'", "false"},
		{"flag = true", "true"},
		{"flag = false", "false"},
		{"flag != true", "false"},
		{"flag in (true, false)", "true"},
		{"(n = 10) = true", "true"},
		{"(n = 10) = (d = 1)", "false"},
		{"not n = 10", "false"},
		{"not not n = 10", "true"},
		{"n = 1 or n = 10 and d = 2.5", "true"},
		{"(n = 10 or n = 1) and d = 1", "false"},
		{"n = 10 or n = 1 and d = 1", "true"},
		{"not n = 1 and d = 2.5", "true"},
		{"1 = 1 and n = 10", "true"},
		{"1 = 2 or n = 10", "true"},
		{"1 = 2 and n = 10", "false"},
		{"1 = 1 or n = 11", "true"},
		{"NOT n = 10 OR N = 1", "test.rules:1:23: unknown column 'N'\n"
					"tag t = NOT n = 10 OR N = 1;\n"
					"                      ^\n"
					"a text stands in single quotes: 'N'"},
		{"n IS NOT NULL AND miss Is Null", "true"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

/* DESIGN §5: positive predicates on a missing value are false, negated ones exactly their complements. */
static void
test_missing(void)
{
	static const struct pair p[] = {
		{"miss is null", "true"},
		{"miss is not null", "false"},
		{"empty is null", "false"},
		{"empty = ''", "true"},
		{"miss = ''", "false"},
		{"miss = miss", "false"},
		{"miss != miss", "true"},
		{"miss = 'x'", "false"},
		{"miss != 'x'", "true"},
		{"miss < 1", "false"},
		{"miss <= 1", "false"},
		{"miss > 1", "false"},
		{"miss >= 1", "false"},
		{"not miss >= 1", "true"},
		{"miss between 1 and 2", "false"},
		{"miss not between 1 and 2", "true"},
		{"miss in ('a')", "false"},
		{"miss not in ('a')", "true"},
		{"miss in ('1','2','3','4','5','6','7','8','9','10')", "false"},
		{"n in (number(miss))", "false"},
		{"miss contains 'a'", "false"},
		{"miss not contains 'a'", "true"},
		{"miss starts with ''", "false"},
		{"miss ends with ''", "false"},
		{"n / 0 = n / 0", "false"},
		{"n / 0 is null", "true"},
		{"(case when n = 1 then true end) = true", "false"},
		{"(case when n = 1 then true end) = false", "false"},
		{"not (case when n = 1 then true end)", "true"},
		{"(case when n = 1 then true end) is null", "true"},
		{"lower(miss)", "(missing)"},
		{"length(miss)", "(missing)"},
		{"concat(s, miss)", "(missing)"},
		{"year(miss)", "(missing)"},
		{"years_between(miss, today)", "(missing)"},
		{"replace(s, 'l', miss)", "(missing)"},
		{"coalesce(miss, s)", "H\xc3\xa9llo W\xc3\xb6rld"},
		{"coalesce(miss, 0) + 1", "1"},
		{"coalesce(miss, miss)", "(missing)"},
		{"coalesce(miss, day1) = 2026-11-22", "true"},
		{"miss + 30d", "(missing)"},
		{"text(number(miss))", "(missing)"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_dates(void)
{
	static const struct pair p[] = {
		{"today", "2026-11-22"},
		{"yesterday", "2026-11-21"},
		{"-1d", "2026-11-21"},
		{"+1d", "2026-11-23"},
		{"-1w", "2026-11-15"},
		{"-1m", "2026-10-22"},
		{"-9m", "2026-02-22"},
		{"-1y", "2025-11-22"},
		{"2024-02-29 + 1y", "2025-02-28"},
		{"2026-01-31 + 1m", "2026-02-28"},
		{"2026-03-31 - 1m", "2026-02-28"},
		{"day1 + 30d", "2026-12-22"},
		{"day1 - 2w", "2026-11-08"},
		{"day(day1) + n", "2026-12-02"},
		{"day(day1) - n * 2", "2026-11-02"},
		{"day(day1) + d", "(missing)"},
		{"day(day1) + 9000000", "(missing)"},
		{"9999-12-31 + 1y", "(missing)"},
		{"day1 = today", "true"},
		{"day1 >= -30d", "true"},
		{"day1 between -7d and today", "true"},
		{"day1 in (today, yesterday)", "true"},
		{"ts = 2026-11-22", "true"},
		{"ts = 2026-11-22T23:30:00Z", "true"},
		{"ts = 2026-11-23T07:30:00+08:00", "true"},
		{"ts < 2026-11-22T23:30:00.5", "true"},
		{"time(ts) >= today", "true"},
		{"time(ts) + 1d", "2026-11-23"},
		{"day(ts)", "2026-11-22"},
		{"day('2026-01-02T03:04:05Z')", "2026-01-02"},
		{"day('nonsense')", "(missing)"},
		{"time(ts)", "2026-11-22T23:30:00Z"},
		{"time('2026-01-02 03:04')", "2026-01-02T03:04:00Z"},
		{"time(today)", "2026-11-22T00:00:00Z"},
		{"year(ts)", "2026"},
		{"month(ts)", "11"},
		{"mday(ts)", "22"},
		{"weekday(ts)", "7"},
		{"quarter(ts)", "4"},
		{"week(ts)", "47"},
		{"hour(ts)", "23"},
		{"hour(1969-12-31T23:59:59.5Z)", "23"},
		{"years_between(2000-11-23, today)", "25"},
		{"years_between(2000-11-22, today)", "26"},
		{"years_between(2000-02-29, 2025-02-28)", "25"},
		{"days_between(day1, 2026-12-01)", "9"},
		{"days_between(today, day1 - 3d)", "-3"},
		{"seconds_between(ts, 2026-11-23T00:00:01.25Z)", "1801.25"},
		{"seconds_between(ts, ts)", "0"},
		{"seconds_between(2026-11-23T00:00:00Z, ts)", "-1800"},
		{"seconds_between(miss, ts)", "(missing)"},
		{"day = '2026-11-22'", "true"},
		{"week", "2026-W47"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_anniversary(void)
{
	static const struct pair p[] = {
		{"anniversary(1990-11-22)", "2026-11-22"},
		{"anniversary(1990-11-21)", "2027-11-21"},
		{"anniversary(1990-11-23)", "2026-11-23"},
		{"anniversary(2000-02-29)", "2027-02-28"},
		{"anniversary(2000-02-29T23:00:00Z)", "2027-02-28"},
		{"anniversary(2031-01-02)", "2027-01-02"}, /* not yet born */
		{"anniversary(day1)", "2026-11-22"},
		{"anniversary(miss)", "(missing)"},
		{"anniversary(miss) between today and +30d", "false"},
		{"anniversary(1999-12-22) between today and +30d", "true"},
		{"anniversary(1999-12-23) between today and +30d", "false"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_texts(void)
{
	static const struct pair p[] = {
		{"lower(s)", "h\xc3\xa9llo w\xc3\xb6rld"},
		{"upper(s)", "H\xc3\xa9LLO W\xc3\xb6RLD"},
		{"trim('  a b\\t')", "a b"},
		{"length(s)", "11"},
		{"length('')", "0"},
		{"length('\xe6\xb5\x8f\xe8\xa7\x88\xe9\x87\x8f')", "3"},
		{"concat(s, '-', n)", "H\xc3\xa9llo W\xc3\xb6rld-10"},
		{"concat('a')", "a"},
		{"substr(s, 2, 4)", "\xc3\xa9llo"},
		{"substr(s, 7)", "W\xc3\xb6rld"},
		{"substr(s, 20)", ""},
		{"substr(s, 2, 0)", ""},
		{"substr(s, 0)", "(missing)"},
		{"substr(s, 1, -1)", "(missing)"},
		{"replace(s, 'l', 'LL')", "H\xc3\xa9LLLLo W\xc3\xb6rLLd"},
		{"replace('aaa', 'aa', 'b')", "ba"},
		{"replace(s, '', 'x')", "H\xc3\xa9llo W\xc3\xb6rld"},
		{"text(d + 0.5)", "3"},
		{"text(n = 10)", "true"},
		{"text(today)", "2026-11-22"},
		{"'it\\'s'", "it's"},
		{"'it''s'", "it's"},
		{"'\\\\'", "\\"},
		{"\"n\" + 1", "11"},
		{"list contains 'vip'", "true"},
		{"list contains 'VIP'", "true"},
		{"list contains 'new'", "true"},
		{"list contains 'a b'", "true"},
		{"list contains 'a'", "false"},
		{"list contains ''", "false"},
		{"list not contains 'a'", "true"},
		{"json contains 'vip'", "true"},
		{"json contains 'a,b'", "true"},
		{"json contains '\xc3\xbc'", "true"},
		{"json contains '7'", "true"},
		{"json contains 'a'", "false"},
		{"json contains 'in'", "false"},
		{"'[]' contains ''", "false"},
		{"'[\"x' contains 'x'", "false"},
		{"'x' contains 'x'", "true"},
		{"case when n > 5 then 'big' else 'small' end", "big"},
		{"case when n > 50 then 'big' when n > 5 then 'mid' end", "mid"},
		{"case when n > 50 then 'big' end", "(missing)"},
		{"case when n > 50 then s else list end", "vip, New ,a b"},
		{"case when n > 5 then day1 else today end", "2026-11-22"},
		{"case when n > 5 then n else 0 end + 1", "11"},
		{"case when case when n > 5 then true end then 1 else 2 end", "1"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

/* Lists: "a, b" or JSON; an empty item between commas and a null are none. */
static void
test_lists(void)
{
	static const struct pair p[] = {
		{"size(list)", "3"},
		{"size(json)", "5"},
		{"size(empty)", "0"},
		{"size(miss)", "(missing)"},
		{"size('a,,b, ')", "2"},
		{"size('[]')", "0"},
		{"size('[ ]')", "0"},
		{"size('[\"\"]')", "1"},
		{"size('[null, 1, {\"a\": [1, \"}\"]}, \"x,y\"]')", "3"},
		{"size('[\"a')", "1"},
		{"size('[1,2')", "2"},
		{"item(list, 1)", "vip"},
		{"item(list, 2)", "New"},
		{"item(list, -1)", "a b"},
		{"item(list, -3)", "vip"},
		{"item(list, -4)", "(missing)"},
		{"item(list, 4)", "(missing)"},
		{"item(list, 0)", "(missing)"},
		{"item(list, 1.5)", "(missing)"},
		{"item(list, number(miss))", "(missing)"},
		{"item(miss, 1)", "(missing)"},
		{"item(list, n - 9)", "vip"},
		{"item(list, -9223372036854775807)", "(missing)"},
		{"item(json, 1)", "VIP"},
		{"item(json, 2)", "a,b"},
		{"item(json, 3)", "\xc3\xbc"},
		{"item(json, 4)", "7"},
		{"item(json, 5)", "[\"in\"]"},
		{"item(json, -3)", "\xc3\xbc"},
		{"item('[\"a\\\\\"b\", \"\\\\ud83d\\\\ude00\"]', 1)", "a\"b"},
		{"item('[\"a\\\\\"b\", \"\\\\ud83d\\\\ude00\"]', 2)", "\xf0\x9f\x98\x80"},
		{"split('a/b//c', '/')", "[\"a\",\"b\",\"\",\"c\"]"},
		{"split('abc', '/')", "[\"abc\"]"},
		{"split('a', '')", "[\"a\"]"},
		{"split('', '/')", "[]"},
		{"split('/', '/')", "[\"\",\"\"]"},
		{"split('say \"x\"; \\\\', '; ')", "[\"say \\\"x\\\"\",\"\\\\\"]"},
		{"split(miss, '/')", "(missing)"},
		{"split(s, miss)", "(missing)"},
		{"item(split(s, ' '), 2)", "W\xc3\xb6rld"},
		{"size(split(json, ','))", "6"},
		{"split(list, ',') contains 'NEW '", "true"},
		{"item(split('a/\"/c', '/'), 2)", "\""},
		{"json contains '[\"in\"]'", "true"},
		{"'[null]' contains 'null'", "false"},
		{"'[true]' contains 'TRUE'", "true"},
		{"' [ \"x\" , y ] ' contains 'y'", "true"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_more_functions(void)
{
	static const struct pair p[] = {
		{"domain('Ann@Example.COM')", "example.com"},
		{"domain('a@b@c')", "c"},
		{"domain('a@')", "(missing)"},
		{"domain('ab')", "(missing)"},
		{"domain('')", "(missing)"},
		{"domain(miss)", "(missing)"},
		{"domain('\xc3\x84@\xc3\x84X.de')", "\xc3\x84x.de"},
		{"month_day(day1)", "11-22"},
		{"month_day(ts)", "11-22"},
		{"month_day(2024-02-29)", "02-29"},
		{"month_day(day(miss))", "(missing)"},
		{"month_day(today) between '11-01' and '11-30'", "true"},
		{"least(n, d, neg) + 0", "-3"},
		{"greatest(n, d, neg) + 0", "10"},
		{"least(3, 20)", "3"},
		{"least(n, d)", "10"}, /* two columns: texts */
		{"greatest('a', 'B')", "a"},
		{"greatest(number(miss), 2)", "2"},
		{"least(number(miss), 2)", "2"},
		{"least(number(miss), n / 0)", "(missing)"},
		{"least(day1, today, -1d)", "2026-11-21"},
		{"greatest(time(ts), 2026-11-22T23:30:01Z)", "2026-11-22T23:30:01Z"},
		{"greatest(ts, 2026-12-01)", "2026-12-01"},
		{"least(1.50, 1.5)", "1.5"},
		{"contains_text(s, 'LLO w')", "true"},
		{"contains_text(s, '\xc3\x89')", "false"},
		{"contains_text(s, 'x')", "false"},
		{"contains_text(s, 'x', 'World', 'h')", "true"},
		{"contains_text(s, '')", "true"},
		{"contains_text('', '')", "true"},
		{"contains_text('', 'a')", "false"},
		{"contains_text(miss, '')", "false"},
		{"contains_text(s, miss)", "false"},
		{"contains_text(s, miss, 'h')", "true"},
		{"not contains_text(miss, 'a')", "true"},
		{"contains_text(miss, 'a') is null", "false"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

static void
test_refused(void)
{
	static const struct pair p[] = {
		{"big + 1", "record.tsv:2: test.rules:1:9: the result does not fit"},
		{"170141183460469231731687303715884105727 + 1",
			"test.rules:1:9: the result does not fit\n"
			"tag t = 170141183460469231731687303715884105727 + 1;\n"
			"        ^\na number has at most 38 digits, 18 of them behind the point"},
		{"number(s)",
			"record.tsv:2: column 's': not a number: 'H\xc3\xa9llo W\xc3\xb6rld'"},
	};
	check_pairs(p, sizeof p / sizeof *p);
}

/* What a wrong text must answer: it begins so. */
static void
check_wrong(const char *text, const char *want)
{
	struct err e = {0};
	struct rules *r = load(text, &e);
	check(!r && e.code == LIMN_USAGE);
	if (strncmp(e.text, want, strlen(want)) != 0) {
		printf("%.200s\n", text);
		check_text(e.text, strlen(e.text), want);
	}
	rules_free(r);
}

static char *
repeat(const char *before, const char *part, size_t n, const char *after)
{
	struct buf b = {0};
	buf_str(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, part);
	buf_str(&b, after);
	buf_cstr(&b);
	return b.ptr;
}

static void
test_depth(void)
{
	static const char *const parts[] = {"(", "not ", "- ", "abs(", "case when "};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		char *text = repeat("tag t = ", parts[i], 10000, "");
		struct err e = {0};
		struct rules *r = load(text, &e);
		check(!r && e.code == LIMN_USAGE && strstr(e.text, "nested too deeply"));
		rules_free(r);
		free(text);
	}
	char *text = repeat("tag t = ", "(", 200, "1");
	char *more = repeat(text, ")", 200, ";");
	struct err e = {0};
	struct rules *r = load(more, &e);
	check(r != NULL);
	rules_free(r);
	free(more);
	free(text);
}

/* Long flat rules are no deep ones, and a chain of definitions is fine in any order. */
static void
test_size(void)
{
	char *text = repeat("tag t = n = 1", " or n = 2 + 3", 80000, ";");
	struct err e = {0};
	struct rules *r = load(text, &e);
	check(r != NULL && rules_count(r, RULES_TAG) == 1);
	rules_free(r);
	free(text);

	struct buf b = {0};
	buf_str(&b, "tag t0 = n + 1;\n");
	for (int i = 1; i < 30000; i++)
		buf_printf(&b, "tag t%d = t%d + 1; -- one more\n", i, i - 1);
	r = load(buf_cstr(&b), &e);
	check(r != NULL && rules_count(r, RULES_TAG) == 30000);
	rules_free(r);
	b.len = 0;
	for (int i = 0; i < 30000; i++)
		buf_printf(&b, "tag t%d = t%d + 1;\n", i, i + 1);
	buf_str(&b, "tag t30000 = n + 1;\n");
	r = load(buf_cstr(&b), &e);
	check(r != NULL && rules_count(r, RULES_TAG) == 30001); /* whatever the order */
	rules_free(r);
	buf_str(&b, "segment s = t0 = 1 and segment s0; segment s0 = segment s1;\n");
	for (int i = 1; i < 30000; i++)
		buf_printf(&b, "segment s%d = segment s%d;\n", i, i + 1);
	buf_str(&b, "segment s30000 = segment s;\n"); /* a circle of 30,000 */
	r = load(buf_cstr(&b), &e);
	check(!r && strstr(e.text, "nested too deeply"));
	rules_free(r);
	buf_free(&b);
	check_wrong("tag a = b;\ntag b = c; tag c = a;",
		"test.rules:2:20: 'a' is defined by way of itself");
}

static void
test_names(void)
{
	struct err e = {0};
	struct rules *r =
		load("-- first\nmetric pv en 'Views' zh '\xe6\xb5\x8f\xe8\xa7\x88' = count();\n"
		     "segment s = t = '1'; tag t = n; TAG u EN 'U' = 1;",
			&e);
	check(r != NULL);
	if (!r)
		return;
	check(rules_count(r, RULES_METRIC) == 1 && rules_count(r, RULES_TAG) == 2 &&
		rules_count(r, RULES_SEGMENT) == 1);
	check(strcmp(rules_name(r, RULES_TAG, 1), "u") == 0);
	check(strcmp(rules_label(r, RULES_METRIC, 0, "zh"), "\xe6\xb5\x8f\xe8\xa7\x88") == 0);
	check(strcmp(rules_label(r, RULES_METRIC, 0, "en"), "Views") == 0);
	check(rules_label(r, RULES_METRIC, 0, "fr") == NULL);
	check(rules_label(r, RULES_SEGMENT, 0, "en") == NULL);
	check(rules_type(r, RULES_TAG, 1) == REC_NUM);
	rules_free(r);
}

/* Truncating a good text anywhere gives rules or a message, never a crash; so does any byte changed. */
static void
test_broken(void)
{
	static const char good[] = "param p = -30d; metric m en 'L' = round(sum(x) where a in "
				   "('b', 'c') / count(), 2);\n"
				   "tag t = case when n between 1 and 2.5 or not s contains 'q\\'' "
				   "then day1 + 3d else "
				   "2026-11-22 end;\nsegment g = segment h; segment h = t >= p and "
				   "\"a b\" is not null; -- x\n"
				   "metric f = first(day(ts)) by ts where segment g;";
	char text[sizeof good];
	struct err e;
	unsigned long loaded = 0;
	for (size_t cut = 0; cut < sizeof good; cut++) {
		memcpy(text, good, cut);
		text[cut] = '\0';
		e = (struct err){0};
		struct rules *r = load(text, &e);
		check((r != NULL) == (e.code == 0));
		loaded += r != NULL;
		rules_free(r);
	}
	check(loaded > 3);
	for (size_t at = 0; at + 1 < sizeof good; at++)
		for (const char *with = "(';\"-=a1\x80\n"; *with; with++) {
			memcpy(text, good, sizeof good);
			text[at] = *with;
			e = (struct err){0};
			struct rules *r = load(text, &e);
			check((r != NULL) == (e.code == 0));
			rules_free(r);
		}
}

int
main(void)
{
	struct err e = {0};
	zone = zone_open("UTC", &e);
	FILE *f = fopen("record.tsv", "wb");
	if (!zone || !f || fputs(record, f) < 0 || fclose(f))
		return 1;
	test_arithmetic();
	test_predicates();
	test_missing();
	test_dates();
	test_anniversary();
	test_texts();
	test_lists();
	test_more_functions();
	test_refused();
	test_depth();
	test_size();
	test_names();
	test_broken();
	return check_done();
}
