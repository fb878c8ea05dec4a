/* when: the calendar against libc, text in and out, and zones against libc in a process each. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "random.h"
#include "when.h"

#define FIRST_DAY (-719162) /* 0001-01-01 */
#define LAST_DAY 2932896    /* 9999-12-31 */

static struct random random_source = {42};

static const struct zone *
open_zone(const char *name)
{
	struct err e = {0};
	const struct zone *z = zone_open(name, &e);

	if (!z) {
		printf("%s\n", e.text);
		exit(1);
	}
	return z;
}

/* Parses bytes that end where their memory ends, so that a sanitizer sees a read behind them. */
static bool
parse(const struct zone *z, const char *format, const char *text, size_t len, int64_t *out)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	bool ok = when_parse((struct span){copy, len}, z, format, out);
	free(copy);
	return ok;
}

/* The instant that text stands for; INT64_MAX when it is refused. */
static int64_t
at(const struct zone *z, const char *text)
{
	int64_t t = INT64_MAX;

	check(parse(z, NULL, text, strlen(text), &t) || t == INT64_MAX);
	return t;
}

static void
check_time(const struct zone *z, const char *text, const char *want)
{
	char got[WHEN_TEXT_MAX] = "";
	int64_t t = at(z, text);
	size_t len = t == INT64_MAX ? 0 : when_format(t, got);

	check_text(got, len, want);
}

static int32_t
day_of(const char *text)
{
	int32_t day = WHEN_DAY_MISSING;

	when_parse_day(span_str(text), &day);
	return day;
}

/* ---- the calendar ---------------------------------------------------------------------- */

static void
test_every_day(void)
{
	int year, month, mday, iso_year, iso_week;
	unsigned long wrong = 0;

	for (int32_t day = FIRST_DAY; day <= LAST_DAY; day++) {
		time_t t = (time_t)day * 86400;
		struct tm tm;
		gmtime_r(&t, &tm);
		when_civil(day, &year, &month, &mday);
		wrong += year != tm.tm_year + 1900 || month != tm.tm_mon + 1 || mday != tm.tm_mday;
		wrong += when_from_civil(year, month, mday) != day || timegm(&tm) != t;
		wrong += when_weekday(day) % 7 != tm.tm_wday;
		if (day % 7 == 0 || tm.tm_yday < 7 || tm.tm_yday > 357) { /* strftime is slow */
			char text[32], ours[32];
			strftime(text, sizeof(text), "%G %V", &tm);
			when_iso_week(day, &iso_year, &iso_week);
			snprintf(ours, sizeof(ours), "%d %02d", iso_year, iso_week);
			wrong += strcmp(text, ours) != 0;
		}
	}
	check(wrong == 0);
}

static void
test_calendar(void)
{
	static const int none[][3] = {{2026, 2, 29}, {2026, 2, 30}, {1900, 2, 29}, {2100, 2, 29},
		{2026, 4, 31}, {2026, 0, 1}, {2026, 13, 1}, {2026, 1, 0}, {2026, 1, 32},
		{2026, -1, 1}, {2026, 1, -1}, {0, 1, 1}, {-1, 1, 1}, {10000, 1, 1}};
	int y, m, d;

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		check(when_from_civil(none[i][0], none[i][1], none[i][2]) == WHEN_DAY_MISSING);
	check(when_from_civil(1970, 1, 1) == 0 && when_from_civil(2000, 2, 29) == 11016);
	check(when_from_civil(1, 1, 1) == FIRST_DAY && when_from_civil(9999, 12, 31) == LAST_DAY);
	when_civil(INT32_MAX, &y, &m, &d);
	check(y == 5881580 && m == 7 && d == 11);
	when_civil(INT32_MIN, &y, &m, &d);
	check(y == -5877641 && m == 6 && d == 23);
	when_iso_week(INT32_MAX, &y, &m);
	when_iso_week(INT32_MIN, &y, &m);
	check(when_weekday(0) == 4 && when_weekday(day_of("2026-11-22")) == 7);

	check(when_add_months(day_of("2026-01-31"), 1) == day_of("2026-02-28"));
	check(when_add_months(day_of("2028-01-31"), 1) == day_of("2028-02-29"));
	check(when_add_months(day_of("2028-02-29"), 12) == day_of("2029-02-28"));
	check(when_add_months(day_of("2028-02-29"), 48) == day_of("2032-02-29"));
	check(when_add_months(day_of("2026-01-15"), -1) == day_of("2025-12-15"));
	check(when_add_months(day_of("2026-03-31"), -13) == day_of("2025-02-28"));
	check(when_add_months(day_of("2026-11-22"), 0) == day_of("2026-11-22"));
	check(when_add_months(day_of("9999-12-01"), 1) == WHEN_DAY_MISSING);
	check(when_add_months(day_of("0001-01-01"), -1) == WHEN_DAY_MISSING);
	check(when_add_months(0, INT32_MAX) == WHEN_DAY_MISSING &&
		when_add_months(0, INT32_MIN) == WHEN_DAY_MISSING);
	check(when_add_months(WHEN_DAY_MISSING, 1) == WHEN_DAY_MISSING);
}

static void
test_years_between(void)
{
	static const struct {
		const char *from, *to;
		int years;
	} cases[] = {{"2000-06-15", "2026-06-14", 25}, {"2000-06-15", "2026-06-15", 26},
		{"2000-06-15", "2026-07-01", 26}, {"2000-02-29", "2001-02-27", 0},
		{"2000-02-29", "2001-02-28", 1}, {"2000-02-29", "2004-02-28", 3},
		{"2000-02-29", "2004-02-29", 4}, {"2001-02-28", "2004-02-28", 3},
		{"2026-01-01", "2026-12-31", 0}, {"2026-06-15", "2025-06-16", 0},
		{"2026-06-15", "2025-06-15", -1}, {"0001-01-01", "9999-12-31", 9998}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(when_years_between(day_of(cases[i].from), day_of(cases[i].to)) ==
			cases[i].years);
	for (int i = 0; i < 100000; i++) { /* the anniversary is not past its year */
		int32_t from = (int32_t)(random_64(&random_source) % 40000) - 15000,
			to = from + (int32_t)(random_64(&random_source) % 30000);
		int n = when_years_between(from, to);
		check(when_add_months(from, 12 * n) <= to &&
			when_add_months(from, 12 * (n + 1)) > to);
	}
}

/* ---- text ------------------------------------------------------------------------------ */

static void
test_parse_utc(const struct zone *z)
{
	static const char *const good[][2] = {{"2026-11-22T08:00:00Z", "2026-11-22T08:00:00Z"},
		{"2026-11-22t08:00:00z", "2026-11-22T08:00:00Z"},
		{"2026-11-22 08:00:00", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00:00", "2026-11-22T08:00:00Z"},
		{"2026-11-22 08:00:00 UTC", "2026-11-22T08:00:00Z"},
		{"2026-11-22 08:00:00.123", "2026-11-22T08:00:00.123Z"},
		{"2026-11-22 08:00:00.5 UTC", "2026-11-22T08:00:00.5Z"},
		{"2026-11-22T08:00:00,25Z", "2026-11-22T08:00:00.25Z"},
		{"2026-11-22T08:00:00.000Z", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00:00.000001Z", "2026-11-22T08:00:00.000001Z"},
		{"2026-11-22T08:00:00.123456789Z", "2026-11-22T08:00:00.123456Z"},
		{"2026-11-22T08:00:00.9999999+00:00", "2026-11-22T08:00:00.999999Z"},
		{"2026-11-22T08:00:00+08:00", "2026-11-22T00:00:00Z"},
		{"2026-11-22T08:00:00+0800", "2026-11-22T00:00:00Z"},
		{"2026-11-22T08:00:00+08", "2026-11-22T00:00:00Z"},
		{"2026-11-22T08:00:00.5-03:30", "2026-11-22T11:30:00.5Z"},
		{"2026-11-22 08:00:00 +08:00", "2026-11-22T00:00:00Z"},
		{"2026-11-22 08:00:00 -0800", "2026-11-22T16:00:00Z"},
		{"2026-11-22 08:00:00 Z", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00:00-00:00", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00:00+23:59", "2026-11-21T08:01:00Z"},
		{"2026-11-22 08:00", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00Z", "2026-11-22T08:00:00Z"},
		{"2026-11-22T08:00+08", "2026-11-22T00:00:00Z"},
		{"2026-11-22 08:00 UTC", "2026-11-22T08:00:00Z"},
		{"2026-11-22", "2026-11-22T00:00:00Z"},
		{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
		{"2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.5Z"},
		{"2017-01-01T07:59:60+08:00", "2017-01-01T00:00:00Z"},
		{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
		{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
		/* epochs, at both ends of each band */
		{"946684800", "2000-01-01T00:00:00Z"}, {"1501570840", "2017-08-01T07:00:40Z"},
		{"16725225599", "2499-12-31T23:59:59Z"}, {"946684800000", "2000-01-01T00:00:00Z"},
		{"1501570840123", "2017-08-01T07:00:40.123Z"},
		{"16725225599999", "2499-12-31T23:59:59.999Z"},
		{"946684800000000", "2000-01-01T00:00:00Z"},
		{"1501570840123456", "2017-08-01T07:00:40.123456Z"},
		{"16725225599999999", "2499-12-31T23:59:59.999999Z"},
		{"1501570840.123", "2017-08-01T07:00:40.123Z"},
		{"1501570840.0", "2017-08-01T07:00:40Z"},
		{"1501570840.1234567", "2017-08-01T07:00:40.123456Z"},
		{"946684800.000001", "2000-01-01T00:00:00.000001Z"}};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_time(z, good[i][0], good[i][1]);
}

static void
test_refuse(const struct zone *z)
{
	static const char *const bad[] = {"", " ", "yesterday", "2026", "2026-11", "2026-11-2",
		"2026-1-22", "26-11-22", "2026/11/22", "2026-11-22T", "2026-11-22 ", " 2026-11-22",
		"2026-11-22Z", "2026-11-22+08:00", "2026-11-22T08",
		"2026-11-22T08:", "2026-11-22T08:0", "2026-11-22T8:00",
		"2026-11-22T08:00:", "2026-11-22T08:00:0", "2026-11-22T08:00:0Z",
		"2026-11-22T08:00.5", "2026-02-29", "2026-02-30T00:00:00Z", "2026-00-10",
		"2026-13-10", "2026-11-00", "2026-11-31", "0000-01-01", "2026-11-22T24:00:00Z",
		"2026-11-22 24:00", "2026-11-22T08:60:00Z", "2026-11-22T08:00:61Z",
		"2026-11-22 08:60", "2026-11-22x08:00:00", "2026-11-22  08:00:00",
		"2026-11-22T08:00:00Z ", "2026-11-22T08:00:00 ", " 2026-11-22T08:00:00Z",
		"2026-11-22T08:00:00ZZ", "2026-11-22T08:00:00.", "2026-11-22T08:00:00.Z",
		"2026-11-22T08:00:00.1.2", "2026-11-22T08:00:00.+08:00", "2026-11-22T08:00:00  UTC",
		"2026-11-22T08:00:00UTC", "2026-11-22T08:00:00 utc", "2026-11-22T08:00:00 UTC ",
		"2026-11-22T08:00:00 GMT", "2026-11-22T08:00:00 EST", "2026-11-22T08:00:00+",
		"2026-11-22T08:00:00+8", "2026-11-22T08:00:00+8:00", "2026-11-22T08:00:00+080",
		"2026-11-22T08:00:00+08:", "2026-11-22T08:00:00+08:0", "2026-11-22T08:00:00+08:000",
		"2026-11-22T08:00:00+24:00", "2026-11-22T08:00:00+08:60",
		"2026-11-22T08:00:00+08:00Z", "2026-11-22T08:00:00+08:00 UTC", "20261122T080000Z",
		"2026-W47-7", "-2026-11-22", "+2026-11-22", "12026-11-22", "2026-11-22T-8:00:00",
		"2026-11-22T08-00-00", "2026-11:22", "0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
		/* not epochs */
		"0", "1", "-1", "19970101", "20261122", "946684799", "16725225600", "202611220800",
		"946684799999", "16725225600000", "20170801123456", "946684799999999",
		"16725225600000000", "20170801123456789", "1501570840123456789",
		"99999999999999999999999999", "01501570840", "+1501570840", "-1501570840",
		"1501570840.", ".5", "1501570840.1.2", "1501570840,5", "1501570840.5 ",
		"1501570840123.5", "946684799.999", "1.5e9", "1501570840 ", " 1501570840",
		"1501570840s", "0x597ff198", "1501-0840"};
	int64_t t = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(z, NULL, bad[i], strlen(bad[i]), &t))
			printf("accepted: '%s'\n", bad[i]);
		check(t == 7);
		t = 7;
	}
	check(!parse(z, NULL, "2026-11-22T08:00:00Z\0", 21, &t) &&
		!parse(z, NULL, "2026-11-22\0", 11, &t));
	check(!parse(z, NULL, "2026-11-22T08:00:00\0", 20, &t) &&
		!parse(z, NULL, "2026-11-22T08:00:00.1\0", 22, &t));
	check(!when_parse(SPAN_MISSING, z, NULL, &t) && t == 7);
}

/* The obvious reading of "YYYY-MM-DDTHH:MM:SS", byte by byte. */
static bool
plain_reading(const unsigned char *s, int64_t *out)
{
	static const char shape[] = "0000-00-00T00:00:00";
	int n[6] = {0}, field = 0;

	for (int i = 0; i < 19; i++) {
		if (shape[i] == '0') {
			if (s[i] < '0' || s[i] > '9')
				return false;
			n[field] = n[field] * 10 + (s[i] - '0');
			continue;
		}
		if (s[i] != shape[i] && !(i == 10 && (s[i] == 't' || s[i] == ' ')))
			return false;
		field++;
	}
	int32_t day = when_from_civil(n[0], n[1], n[2]);
	if (day == WHEN_DAY_MISSING || n[3] > 23 || n[4] > 59 || n[5] > 60)
		return false;
	*out = day * WHEN_DAY_US + (n[3] * 3600 + n[4] * 60 + n[5]) * WHEN_SECOND;
	return true;
}

/* Every byte at every place, then three places at random. */
static void
test_parse_bytes(const struct zone *z)
{
	unsigned long wrong = 0;

	for (int round = 0; round < 19 * 256 + 500000; round++) {
		char text[] = "2026-11-22T08:37:59";
		int64_t got = 7, want = 7;
		if (round < 19 * 256)
			text[round / 256] = (char)(round % 256);
		else
			for (int i = 0; i < 3; i++)
				text[random_64(&random_source) % 19] =
					"0123456789-: T/;"[random_64(&random_source) % 16];
		if (text[16] == '-') /* hours and minutes with an offset: another form */
			text[16] = ':';
		bool ok = when_parse((struct span){text, 19}, z, NULL, &got);
		bool plain = plain_reading((const unsigned char *)text, &want);
		wrong += ok != plain || got != want;
	}
	check(wrong == 0);
}

static void
test_round_trip(const struct zone *z)
{
	char text[WHEN_TEXT_MAX];
	const int64_t first = FIRST_DAY * WHEN_DAY_US,
		      length = (LAST_DAY + 1 - (int64_t)FIRST_DAY) * WHEN_DAY_US;

	for (int i = 0; i < 300000; i++) {
		int64_t t = first + (int64_t)(random_64(&random_source) % (uint64_t)length),
			back = 0;
		if (i % 3)
			t -= t % WHEN_SECOND;
		size_t len = when_format(t, text);
		check(len <= WHEN_TEXT_MAX &&
			when_parse((struct span){text, len}, z, NULL, &back) && back == t);
	}
	for (int32_t day = FIRST_DAY; day <= LAST_DAY; day += 97) {
		int32_t back = 0;
		size_t len = when_format_day(day, text);
		check(len == 10 && when_parse_day((struct span){text, len}, &back) && back == day);
	}
	check(!when_parse_day(SPAN_LIT("2026-11-22T"), &(int32_t){0}) &&
		!when_parse_day(SPAN_LIT("2026-11-31"), &(int32_t){0}));
	check(!when_parse_day(SPAN_LIT("20261122"), &(int32_t){0}) &&
		!when_parse_day(SPAN_MISSING, &(int32_t){0}));
}

static void
test_format(const struct zone *z)
{
	char text[WHEN_TEXT_MAX];
	enum when_part part = WHEN_DAY;

	check_text(text, when_format(at(z, "2026-11-22T08:00:00Z"), text), "2026-11-22T08:00:00Z");
	check_text(text, when_format(-1, text), "1969-12-31T23:59:59.999999Z");
	check_text(text, when_format(100000, text), "1970-01-01T00:00:00.1Z");
	check_text(text, when_format(INT64_MAX, text), "294247-01-10T04:00:54.775807Z");
	check_text(text, when_format(INT64_MIN, text), "-290308-12-21T19:59:05.224192Z");
	check_text(text, when_format_day(INT32_MIN, text), "-5877641-06-23");
	check_text(text, when_format_day(LAST_DAY + 1, text), "10000-01-01");

	check(when_part_name(SPAN_LIT("day"), &part) && part == WHEN_DAY);
	check(when_part_name(SPAN_LIT("week"), &part) && part == WHEN_WEEK);
	check(when_part_name(SPAN_LIT("month"), &part) && part == WHEN_MONTH);
	check(when_part_name(SPAN_LIT("hour"), &part) && part == WHEN_HOUR);
	check(!when_part_name(SPAN_LIT("year"), &part) && !when_part_name(SPAN_LIT(""), &part));
	check(!when_part_name(SPAN_MISSING, &part) && !when_part_name(SPAN_LIT("days"), &part) &&
		part == WHEN_HOUR);
	int64_t t = at(z, "2027-01-02T08:59:59.9Z"); /* a Saturday of 2026-W53 */
	check_text(text, when_format_part(z, t, WHEN_DAY, text), "2027-01-02");
	check_text(text, when_format_part(z, t, WHEN_WEEK, text), "2026-W53");
	check_text(text, when_format_part(z, t, WHEN_MONTH, text), "2027-01");
	check_text(text, when_format_part(z, t, WHEN_HOUR, text), "2027-01-02T08");
}

static void
check_formatted(const struct zone *z, const char *format, const char *text, const char *want)
{
	char got[WHEN_TEXT_MAX] = "";
	int64_t t;
	size_t len = parse(z, format, text, strlen(text), &t) ? when_format(t, got) : 0;

	check_text(got, len, want);
}

static void
test_strptime(const struct zone *z)
{
	char text[400];
	int64_t t = 7;

	check_formatted(
		z, "%d/%b/%Y:%H:%M:%S %z", "22/Nov/2026:08:00:00 +0800", "2026-11-22T00:00:00Z");
	check_formatted(z, "%d/%b/%Y:%H:%M:%S", "22/Nov/2026:08:00:00", "2026-11-22T08:00:00Z");
	check_formatted(z, "%Y%m%d", "19970101", "1997-01-01T00:00:00Z");
	check_formatted(z, "%Y-%m", "2026-11", "2026-11-01T00:00:00Z");
	check_formatted(z, "%Y %j", "2026 326", "2026-11-22T00:00:00Z");
	check_formatted(z, "%s", "1501570840", "2017-08-01T07:00:40Z");
	check_formatted(z, "%m/%d/%Y %I:%M %p", "11/22/2026 08:00 PM", "2026-11-22T20:00:00Z");
	check_formatted(z, "%FT%TZ", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
	check_formatted(z, "%Y-%m-%d", "2026-02-30", "");
	check_formatted(z, "%Y-%m-%d", "2026-11-22 ", "");
	check_formatted(z, "%Y-%m-%d", "2026-11-2x", "");
	check_formatted(z, "%Y-%m-%d %H", "2026-11-22 24", "");
	check_formatted(z, "%T", "08:00:00", "");
	check_formatted(z, "%m-%d", "11-22", "");
	check_formatted(z, "%F %T", "2026-11-22 08:00:61", "");
	check_formatted(z, "%F %T %Z", "2026-11-22 08:00:00 EST", "");
	check_formatted(z, "%F", "", "");
	check_formatted(z, "%F", "2026-11-22T08:00:00Z", "");
	memset(text, ' ', sizeof(text));
	check(!parse(z, " %Y", text, sizeof(text), &t) && !parse(z, "%F", "2026-11-22\0", 11, &t) &&
		t == 7);
}

static void
test_duration(void)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {{"90s", 90}, {"30m", 1800}, {"36h", 129600}, {"365d", 31536000},
		{"2w", 1209600}, {"45", 45}, {"1", 1}, {"9223372036854", 9223372036854},
		{"15250284w", 9223371763200}};
	static const char *const bad[] = {"", "0", "0s", "s", "-5m", "+5m", "5 m", " 5m", "5m ",
		"1h30m", "1.5h", "5M", "5ms", "5y", "9223372036855", "15250285w",
		"99999999999999999999s"};
	int64_t us = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(!when_parse_duration(span_str(bad[i]), &us) && us == 7);
	check(!when_parse_duration(SPAN_MISSING, &us));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check(when_parse_duration(span_str(good[i].text), &us) &&
			us == good[i].seconds * WHEN_SECOND);
}

/* ---- zones ----------------------------------------------------------------------------- */

static int64_t
libc_offset(int64_t second)
{
	time_t t = second;
	struct tm tm;

	localtime_r(&t, &tm);
	return tm.tm_gmtoff;
}

/* What the header says of one instant, checked against libc. */
static void
check_instant(const struct zone *z, int64_t t)
{
	int64_t second = t / WHEN_SECOND - (t % WHEN_SECOND < 0);
	time_t time = second;
	struct tm tm;

	localtime_r(&time, &tm);
	long offset = tm.tm_gmtoff; /* timegm sets it to 0 */
	int64_t local = timegm(&tm) * WHEN_SECOND + (t - second * WHEN_SECOND);
	check(when_local(z, t) == local && zone_offset(z, t) == offset);
	int32_t day = when_day(z, t);
	check(day == when_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday));
	int64_t back = when_instant(z, local);
	check(back == t || (back < t && when_local(z, back) == local));
	check(when_day_start(z, day) <= t);
	/* In St John's until 2011, clocks went from 00:01 back to the day before: its last 59
	 * minutes came after the first instant of the next day. */
	if (strcmp(zone_name(z), "America/St_Johns") != 0)
		check(t < when_day_start(z, day + 1));
}

static void
check_random_instants(const struct zone *z)
{
	const uint64_t until = 2145916800; /* 2038-01-01 */

	for (int i = 0; i < 50000; i++)
		check_instant(z, (int64_t)(random_64(&random_source) % (until * WHEN_SECOND)));
	for (int i = 0; i < 5000; i++) /* also before tzdata begins, and far behind its end */
		check_instant(z, (int64_t)(random_64(&random_source) % (10 * until * WHEN_SECOND)) -
					 (int64_t)(5 * until * WHEN_SECOND));
}

/* All local times around the change at second t, by what the words on top of when.h say. */
static void
check_change(const struct zone *z, int64_t t)
{
	int64_t before = libc_offset(t - 1), after = libc_offset(t);
	int64_t low = t + (before < after ? before : after) - 7200,
		high = t + (before < after ? after : before) + 7200;
	unsigned long wrong = 0;

	for (int64_t local = low; local <= high; local += local % 60 == 59 ? 1 : 29) {
		bool first = local - before < t, second = local - after >= t;
		int64_t want = first || !second ? local - before : local - after;
		wrong += when_instant(z, local * WHEN_SECOND) != want * WHEN_SECOND;
	}
	check(wrong == 0);
	for (int64_t us = -1; us <= 1; us++)
		check_instant(z, t * WHEN_SECOND + us);
}

/* Every change from 1900 to 2040, found hour by hour. Returns how many there are. */
static int
check_changes(const struct zone *z)
{
	int changes = 0;
	int64_t offset = libc_offset(-2208988800), last = INT64_MIN / 2;

	for (int64_t t = -2208988800; t < 2208988800; t += 3600) {
		int64_t now = libc_offset(t), low = t - 3600, high = t;
		if (now == offset)
			continue;
		while (high - low > 1) {
			int64_t middle = low + (high - low) / 2;
			*(libc_offset(middle) == offset ? &low : &high) = middle;
		}
		check_change(z, high);
		check(high - last > 2 * 86400); /* when.c relies on it */
		last = high;
		offset = now;
		changes++;
	}
	return changes;
}

/* The first instant of each day is not before the day, and the one before it is. */
static void
check_days(const struct zone *z)
{
	unsigned long wrong = 0;

	for (int32_t day = -25567; day < 25567; day++) {
		int64_t start = when_day_start(z, day);
		wrong += when_day(z, start) < day || when_day(z, start - 1) >= day ||
			 start >= when_day_start(z, day + 1) + 1;
	}
	check(wrong == 0);
}

static void
check_zone(const struct zone *z, bool changes)
{
	check_random_instants(z);
	check((check_changes(z) > 0) == changes);
	check_days(z);
	for (int64_t t = INT64_MIN; t <= INT64_MAX - INT64_MAX / 8;
		t += INT64_MAX / 8) { /* no overflow */
		when_day(z, t);
		when_instant(z, t);
	}
	when_day_start(z, INT32_MAX);
	when_day_start(z, INT32_MIN);
}

static void
in_utc(const struct zone *z)
{
	struct err e = {0};

	check(zone_open("UTC", &e) == z && e.code == LIMN_OK && strcmp(zone_name(z), "UTC") == 0);
	check(!zone_open("Asia/Shanghai", &e) && e.code == LIMN_USAGE);
	check(strcmp(getenv("TZ"), "UTC") == 0);
	test_parse_utc(z);
	test_refuse(z);
	test_parse_bytes(z);
	test_round_trip(z);
	test_format(z);
	test_strptime(z);
	check_zone(z, false);
}

static void
in_new_york(const struct zone *z)
{
	char text[WHEN_TEXT_MAX];

	check_time(z, "2026-11-22 08:00:00", "2026-11-22T13:00:00Z");
	check_time(z, "2026-07-22 08:00", "2026-07-22T12:00:00Z");
	check_time(z, "2026-11-22", "2026-11-22T05:00:00Z");
	check_time(z, "2026-11-22 08:00:00Z", "2026-11-22T08:00:00Z");
	check_time(z, "2026-03-08 01:59:59.5", "2026-03-08T06:59:59.5Z");
	check_time(z, "2026-03-08 02:00:00", "2026-03-08T07:00:00Z"); /* never happens */
	check_time(z, "2026-03-08 02:30:00", "2026-03-08T07:30:00Z");
	check_time(z, "2026-03-08 03:00:00", "2026-03-08T07:00:00Z");
	check_time(z, "2026-11-01 01:30:00", "2026-11-01T05:30:00Z"); /* twice */
	check_time(z, "2026-11-01 01:30:00-05:00", "2026-11-01T06:30:00Z");
	check_time(z, "2026-11-01 02:00:00", "2026-11-01T07:00:00Z");
	check_time(z, "9999-12-31 20:00:00", "");
	check_formatted(z, "%F %T", "2026-03-08 02:30:00", "2026-03-08T07:30:00Z");
	check_formatted(z, "%s", "1501570840", "2017-08-01T07:00:40Z");
	check_formatted(z, "%F %T%z", "2026-03-08 02:30:00Z", "2026-03-08T02:30:00Z");
	check(when_day_start(z, day_of("2026-03-09")) - when_day_start(z, day_of("2026-03-08")) ==
		23 * 3600 * WHEN_SECOND);
	check(when_day_start(z, day_of("2026-11-02")) - when_day_start(z, day_of("2026-11-01")) ==
		25 * 3600 * WHEN_SECOND);
	int64_t t = at(z, "2026-11-23T04:59:59.999999Z"); /* Sunday, here */
	check_text(text, when_format_part(z, t, WHEN_DAY, text), "2026-11-22");
	check_text(text, when_format_part(z, t, WHEN_WEEK, text), "2026-W47");
	check_text(text, when_format_part(z, t + 1, WHEN_WEEK, text), "2026-W48");
	check_text(text, when_format_part(z, t, WHEN_HOUR, text), "2026-11-22T23");
	check_zone(z, true);
}

static void
in_london(const struct zone *z)
{
	check_time(z, "2026-03-29 01:30:00", "2026-03-29T01:30:00Z");
	check_time(z, "2026-10-25 01:30:00", "2026-10-25T00:30:00Z");
	check_time(z, "1970-01-01", "1969-12-31T23:00:00Z"); /* British Standard Time */
	check_zone(z, true);
}

static void
in_sao_paulo(const struct zone *z)
{
	/* 2018-11-04 begins at 01:00; 2018-02-17 ends twice. */
	check(when_day_start(z, day_of("2018-11-04")) == at(z, "2018-11-04T03:00:00Z"));
	check_time(z, "2018-11-04", "2018-11-04T03:00:00Z");
	check_time(z, "2018-11-04 00:30:00", "2018-11-04T03:30:00Z");
	check(when_day(z, at(z, "2018-11-04T02:59:59Z")) == day_of("2018-11-03"));
	check_time(z, "2018-02-17 23:30:00", "2018-02-18T01:30:00Z");
	check(when_day_start(z, day_of("2018-02-18")) == at(z, "2018-02-18T03:00:00Z"));
	check_zone(z, true);
}

static void
in_lord_howe(const struct zone *z)
{
	check_time(z, "2026-10-04 02:15:00", "2026-10-03T15:45:00Z");
	check_time(z, "2026-04-05 01:45:00", "2026-04-04T14:45:00Z");
	check(when_day_start(z, day_of("2026-10-05")) - when_day_start(z, day_of("2026-10-04")) ==
		47 * 1800 * WHEN_SECOND);
	check_zone(z, true);
}

static void
in_shanghai(const struct zone *z)
{
	check_time(z, "2026-11-22", "2026-11-21T16:00:00Z");
	check_time(z, "1988-07-01 08:00:00", "1988-06-30T23:00:00Z");
	check_time(z, "0001-01-01", "");
	check_time(z, "9999-12-31 23:59:59", "9999-12-31T15:59:59Z");
	check_zone(z, true);
}

static void
in_apia(const struct zone *z)
{
	/* 2011-12-30 never happened. */
	int64_t change = at(z, "2011-12-30T10:00:00Z");

	check(when_day(z, change - 1) == day_of("2011-12-29") &&
		when_day(z, change) == day_of("2011-12-31"));
	check(when_day_start(z, day_of("2011-12-30")) == change &&
		when_day_start(z, day_of("2011-12-31")) == change);
	check_time(z, "2011-12-30 12:00:00", "2011-12-30T22:00:00Z");
	check_zone(z, true);
}

static void
in_casablanca(const struct zone *z)
{
	/* an hour back in Ramadan: 2026-02-15 to 2026-03-22 */
	check_time(z, "2026-02-14 12:00", "2026-02-14T11:00:00Z");
	check_time(z, "2026-03-01 12:00", "2026-03-01T12:00:00Z");
	check_time(z, "2026-04-01 12:00", "2026-04-01T11:00:00Z");
	check_zone(z, true);
}

static void
in_toronto(const struct zone *z)
{
	/* 1919-03-30 went from 23:30 to 00:30. */
	check(when_day_start(z, day_of("1919-03-31")) == at(z, "1919-03-31T04:30:00Z"));
	check_zone(z, true);
}

static void
in_st_johns(const struct zone *z)
{
	/* 2010-11-07 at 00:01 went back to 2010-11-06 23:01. */
	check(when_day_start(z, day_of("2010-11-07")) == at(z, "2010-11-07T02:30:00Z"));
	check(when_day(z, at(z, "2010-11-07T02:31:00Z")) == day_of("2010-11-06"));
	check_zone(z, true);
}

static void
in_any(const struct zone *z)
{
	check_zone(z, strncmp(zone_name(z), "Etc/", 4) != 0);
}

static void
test_unknown_zones(void)
{
	static const char *const bad[] = {"", "Asia/Shanghia", "Asia", "Asia/", "/Asia/Shanghai",
		"../zoneinfo/Asia/Shanghai", "/usr/share/zoneinfo/UTC", "right/Asia/Shanghai",
		"zone.tab", "tzdata.zi", "localtime", "EST+5", "UTC\n", ":UTC", "<+03>-3", " UTC",
		"utc", "no\x1b[31mcolour"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};
		check(!zone_open(bad[i], &e) && e.code == LIMN_USAGE &&
			strstr(e.text, "time zone"));
		check(!strpbrk(e.text, "\n\x1b"));
	}
	struct err e = {0};
	check(!zone_open(NULL, &e) && e.code == LIMN_USAGE);
	setenv("TZDIR", "/nonexistent", 1);
	e = (struct err){0};
	check(!zone_open("Asia/Shanghai", &e) && e.code == LIMN_USAGE &&
		strstr(e.text, "/nonexistent"));
	e = (struct err){0};
	check(zone_open("UTC", &e) && e.code == LIMN_OK); /* needs no tzdata */
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*test)(const struct zone *z);
	} zones[] = {{"UTC", in_utc}, {"America/New_York", in_new_york},
		{"Europe/London", in_london}, {"America/Sao_Paulo", in_sao_paulo},
		{"Australia/Lord_Howe", in_lord_howe}, {"Asia/Shanghai", in_shanghai},
		{"Pacific/Apia", in_apia}, {"Africa/Casablanca", in_casablanca},
		{"America/Toronto", in_toronto}, {"America/St_Johns", in_st_johns},
		{"Asia/Kathmandu", in_any}, {"Africa/Monrovia", in_any}, {"Etc/GMT+12", in_any}};

	test_every_day();
	test_calendar();
	test_years_between();
	test_duration();
	for (size_t i = 0; i <= sizeof(zones) / sizeof(zones[0]); i++) {
		bool last = i == sizeof(zones) / sizeof(zones[0]);
		int status;
		fflush(stdout);
		pid_t child = fork(); /* a process has one zone */
		if (child == 0) {
			check_count = check_failed = 0;
			if (last)
				test_unknown_zones();
			else
				zones[i].test(open_zone(zones[i].name));
			printf("%s: ", last ? "unknown" : zones[i].name);
			exit(check_done());
		}
		check(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	}
	return check_done();
}
