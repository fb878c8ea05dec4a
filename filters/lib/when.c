/* L1 when - the zone and its offsets, the calendar, and times as text. (when_parse.c reads them.)
 *
 * A question to libc costs 150 to 400 ns, so it is asked once for all of a UTC day or, on the few
 * days in which the offset changes, of a quarter of an hour. A cached offset costs 3 to 8 ns. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "when.h"

#define DAYS_CACHED 8192  /* 22 years, direct-mapped */
#define BLOCKS_CACHED 256 /* more than two days of quarters of an hour */
#define BLOCK_S 900
#define HOUR_S 3600
#define DAY_S 86400
#define OFFSET_VARIES INT32_MIN

/* The cache is exact: a unit goes in only if the offset is the same at its begin, every hour in it
 * and its end; it cannot leave and come back in between, as in all of tzdata (2025b) no two changes
 * of a zone's offset are less than four days apart. Other units are marked and looked up more
 * finely, at last by libc, second by second. */
struct zone {
	char name[256];
	bool utc;
	struct day_offset {
		int32_t day, offset;
	} days[DAYS_CACHED];
	struct block_offset {
		int64_t block;
		int32_t offset;
	} blocks[BLOCKS_CACHED];
};

/* libc has one zone for the process, and so have we: the one variable of this module. */
static struct zone the_zone;

static inline int64_t
floor_div(int64_t n, int64_t d)
{
	return n / d - (n % d < 0);
}

static inline int64_t
floor_mod(int64_t n, int64_t d)
{
	int64_t rest = n % d;

	return rest < 0 ? rest + d : rest;
}

/* Sums of instants stay inside int64_t, whatever a caller passes. */
static inline int64_t
add_clamped(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static inline int64_t
midnight(int32_t day)
{
	int64_t us;

	if (__builtin_mul_overflow((int64_t)day, WHEN_DAY_US, &us))
		return day < 0 ? INT64_MIN : INT64_MAX;
	return us;
}

/* ---- the zone ---------------------------------------------------------------------------- */

static int32_t
ask_libc(int64_t second)
{
	time_t t = second;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

/* The offset in all of [from, from + length), or OFFSET_VARIES. */
static int32_t
ask_stretch(int64_t from, int64_t length)
{
	int32_t offset = ask_libc(from);

	for (int64_t t = length; t > 0; t -= HOUR_S) /* the end first: it tells most */
		if (ask_libc(from + t) != offset)
			return OFFSET_VARIES;
	return offset;
}

static int32_t
block_offset(struct zone *z, int64_t instant)
{
	int64_t block = floor_div(instant, BLOCK_S * WHEN_SECOND);
	struct block_offset *b = &z->blocks[(uint64_t)block % BLOCKS_CACHED];

	if (b->block != block)
		*b = (struct block_offset){block, ask_stretch(block * BLOCK_S, BLOCK_S)};
	if (b->offset != OFFSET_VARIES)
		return b->offset;
	return ask_libc(floor_div(instant, WHEN_SECOND));
}

/* The caches are filled behind a const pointer: what can be seen of the zone does not change by it,
 * and the object itself (the_zone) is not const. */
static inline int32_t
offset_at(const struct zone *z, int64_t instant)
{
	if (z->utc)
		return 0;

	struct zone *cache = (struct zone *)z;
	int32_t day = (int32_t)floor_div(instant, WHEN_DAY_US);
	struct day_offset *d = &cache->days[(uint32_t)day % DAYS_CACHED];

	if (d->day != day)
		*d = (struct day_offset){day, ask_stretch((int64_t)day * DAY_S, DAY_S)};
	return d->offset != OFFSET_VARIES ? d->offset : block_offset(cache, instant);
}

/* A name of tzdata, and nothing that leads out of its directory or to the machine's own zone. */
static bool
plain_name(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"_+-/";

	return *name && *name != '/' && strlen(name) < sizeof(the_zone.name) &&
	       strspn(name, allowed) == strlen(name) && strcmp(name, "localtime") != 0 &&
	       strcmp(name, "posixrules") != 0;
}

static bool
in_tzdata(const char *dir, const char *name)
{
	struct buf path = {0};
	char magic[4];
	bool ok = false;

	buf_printf(&path, "%s/%s", dir, name);
	int fd = open(buf_cstr(&path), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		ok = read(fd, magic, 4) == 4 && memcmp(magic, "TZif", 4) == 0;
		close(fd);
	}
	buf_free(&path);
	return ok;
}

static void
unknown_zone(const char *dir, const char *name, struct err *e)
{
	struct buf quoted = {0};

	buf_quote(&quoted, span_str(name));
	if (access(dir, R_OK | X_OK) == 0)
		err_set(e, LIMN_USAGE,
			"unknown time zone: %s: use a name of tzdata, such as UTC or Asia/Shanghai",
			buf_cstr(&quoted));
	else
		err_set(e, LIMN_USAGE,
			"unknown time zone: %s: no tzdata in %s: install it or set TZDIR",
			buf_cstr(&quoted), dir);
	buf_free(&quoted);
}

static void
second_zone(const char *first, const char *second, struct err *e)
{
	struct buf quoted = {0};

	buf_quote(&quoted, span_str(second));
	err_set(e, LIMN_USAGE, "a second time zone: %s: the one of this run is '%s'",
		buf_cstr(&quoted), first);
	buf_free(&quoted);
}

/* Zones that count leap seconds ("right/…") have minutes that do not begin on multiples of 60. */
static bool
counts_leap_seconds(void)
{
	time_t t = 1498867200; /* 2017-07-01, when all offsets are whole minutes */
	struct tm tm;

	return localtime_r(&t, &tm) && tm.tm_sec != 0;
}

const struct zone *
zone_open(const char *name, struct err *e)
{
	struct zone *z = &the_zone;
	const char *dir = getenv("TZDIR");

	if (!name)
		name = "";
	if (*z->name) {
		if (strcmp(z->name, name) == 0)
			return z;
		second_zone(z->name, name, e);
		return NULL;
	}
	if (!dir || !*dir)
		dir = "/usr/share/zoneinfo";
	bool utc = strcmp(name, "UTC") == 0; /* needs no tzdata */
	if (!utc && !(plain_name(name) && in_tzdata(dir, name))) {
		unknown_zone(dir, name, e);
		return NULL;
	}
	if (setenv("TZ", name, 1) != 0) {
		err_errno(e, "TZ");
		return NULL;
	}
	tzset();
	if (!utc && counts_leap_seconds()) {
		unknown_zone(dir, name, e);
		return NULL;
	}
	for (size_t i = 0; i < DAYS_CACHED; i++)
		z->days[i].day = INT32_MIN; /* no int64_t of microseconds falls on that day */
	for (size_t i = 0; i < BLOCKS_CACHED; i++)
		z->blocks[i].block = INT64_MIN;
	z->utc = utc;
	memcpy(z->name, name, strlen(name) + 1);
	return z;
}

const char *
zone_name(const struct zone *z)
{
	return z->name;
}

int32_t
zone_offset(const struct zone *z, int64_t instant)
{
	return offset_at(z, instant);
}

int64_t
when_local(const struct zone *z, int64_t instant)
{
	return add_clamped(instant, offset_at(z, instant) * WHEN_SECOND);
}

int32_t
when_day(const struct zone *z, int64_t instant)
{
	return (int32_t)floor_div(when_local(z, instant), WHEN_DAY_US);
}

/* No offset reaches 24 h, so the offset a day before holds at `before` or changes once, at some T,
 * until then: a second change would come four days later (see struct zone). */
int64_t
when_instant(const struct zone *z, int64_t local)
{
	if (z->utc)
		return local;

	int32_t old = offset_at(z, add_clamped(local, -WHEN_DAY_US));
	int64_t before = add_clamped(local, -old * WHEN_SECOND);
	int32_t new = offset_at(z, before);
	if (new == old)
		return before; /* also the earlier of two */
	int64_t after = add_clamped(local, -new *WHEN_SECOND);
	if (offset_at(z, after) == new)
		return after;
	return before; /* in the gap: after < T <= before */
}

/* The first instant whose local day is not before `day`: midnight, or the end of a gap. */
int64_t
when_day_start(const struct zone *z, int32_t day)
{
	int64_t local = midnight(day), high = when_instant(z, local);

	if (z->utc || when_local(z, high) == local)
		return high;

	/* The change is in (low, high], both whole seconds. */
	int32_t new = offset_at(z, high);
	int64_t low = add_clamped(local, -new *WHEN_SECOND);
	while (high - low > WHEN_SECOND) {
		int64_t middle = low + (high - low) / (2 * WHEN_SECOND) * WHEN_SECOND;
		if (offset_at(z, middle) == new)
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* ---- the calendar ------------------------------------------------------------------------ */

static const int16_t days_before[13] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

static inline bool
leap_year(int64_t y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static inline int
month_length(int64_t year, int month)
{
	return month == 2 ? 28 + leap_year(year) : 30 + ((month + (month > 7)) & 1);
}

/* For years from 1 on. */
static inline int32_t
civil_day(int year, int month, int mday)
{
	int past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400 + days_before[month] +
	       (month > 2 && leap_year(year)) + mday - 1 - 719162; /* 0001-01-01 to 1970-01-01 */
}

int32_t
when_from_civil(int year, int month, int mday)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || mday < 1 ||
		(mday > 28 && mday > month_length(year, month)))
		return WHEN_DAY_MISSING;
	return civil_day(year, month, mday);
}

/* Years that begin in March, 400 to an era; see civil_from_days in Howard Hinnant's
 * "chrono-Compatible Low-Level Date Algorithms". */
void
when_civil(int32_t day, int *year, int *month, int *mday)
{
	int64_t n = (int64_t)day + 719468; /* from 0000-03-01 */
	int64_t era = floor_div(n, 146097);
	uint32_t of_era = (uint32_t)(n - era * 146097);
	uint32_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * y + y / 4 - y / 100);
	uint32_t from_march = (5 * of_year + 2) / 153;

	*mday = (int)(of_year - (153 * from_march + 2) / 5 + 1);
	*month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
	*year = (int)(era * 400 + y + (*month <= 2));
}

int32_t
when_add_months(int32_t day, int months)
{
	int year, month, mday;

	if (day == WHEN_DAY_MISSING)
		return day;
	when_civil(day, &year, &month, &mday);
	int64_t n = (int64_t)year * 12 + month - 1 + months;
	int64_t to_year = floor_div(n, 12);
	if (to_year < 1 || to_year > 9999)
		return WHEN_DAY_MISSING;
	int to_month = (int)floor_mod(n, 12) + 1, last = month_length(to_year, to_month);
	return civil_day((int)to_year, to_month, mday < last ? mday : last);
}

int
when_weekday(int32_t day)
{
	return (int)floor_mod((int64_t)day + 3, 7) + 1; /* 1970-01-01 was a Thursday */
}

/* A week belongs to the year that its Thursday falls in (ISO 8601). */
void
when_iso_week(int32_t day, int *year, int *week)
{
	int weekday = when_weekday(day), month, mday;
	int64_t thursday = (int64_t)day + 4 - weekday;

	if (thursday < INT32_MIN ||
		thursday > INT32_MAX) /* millions of years off: any week will do */
		thursday = day;
	when_civil((int32_t)thursday, year, &month, &mday);
	*week = (days_before[month] + (month > 2 && leap_year(*year)) + mday - 1) / 7 + 1;
}

int
when_years_between(int32_t from, int32_t to)
{
	int y1, m1, d1, y2, m2, d2;

	if (to < from)
		return -when_years_between(to, from);
	when_civil(from, &y1, &m1, &d1);
	when_civil(to, &y2, &m2, &d2);
	if (d1 > 28 && d1 > month_length(y2, m1)) /* 29 Feb */
		d1 = month_length(y2, m1);
	return y2 - y1 - (m2 < m1 || (m2 == m1 && d2 < d1));
}

/* ---- text -------------------------------------------------------------------------------- */

static inline char *
put2(char *p, int n)
{
	p[0] = (char)('0' + n / 10);
	p[1] = (char)('0' + n % 10);
	return p + 2;
}

static char *
put_year(char *p, int year)
{
	char digits[16];
	int n = 0;

	if (year >= 0 && year <= 9999)
		return put2(put2(p, year / 100), year % 100);
	if (year < 0)
		*p++ = '-';
	for (int64_t left = year < 0 ? -(int64_t)year : year; left || n < 4; left /= 10)
		digits[n++] = (char)('0' + left % 10);
	while (n > 0)
		*p++ = digits[--n];
	return p;
}

static char *
put_day(char *p, int32_t day, bool with_mday)
{
	int year, month, mday;

	when_civil(day, &year, &month, &mday);
	p = put_year(p, year);
	*p++ = '-';
	p = put2(p, month);
	if (!with_mday)
		return p;
	*p++ = '-';
	return put2(p, mday);
}

size_t
when_format_day(int32_t day, char out[WHEN_TEXT_MAX])
{
	return (size_t)(put_day(out, day, true) - out);
}

size_t
when_format(int64_t instant, char out[WHEN_TEXT_MAX])
{
	int64_t of_day = floor_mod(instant, WHEN_DAY_US);
	int second = (int)(of_day / WHEN_SECOND), us = (int)(of_day % WHEN_SECOND);
	char *p = put_day(out, (int32_t)floor_div(instant, WHEN_DAY_US), true);

	*p++ = 'T';
	p = put2(p, second / 3600);
	*p++ = ':';
	p = put2(p, second / 60 % 60);
	*p++ = ':';
	p = put2(p, second % 60);
	if (us) {
		*p++ = '.';
		p = put2(put2(put2(p, us / 10000), us / 100 % 100), us % 100);
		while (p[-1] == '0')
			p--;
	}
	*p++ = 'Z';
	return (size_t)(p - out);
}

bool
when_part_name(struct span name, enum when_part *out)
{
	static const char *const names[] = {[WHEN_DAY] = "day",
		[WHEN_WEEK] = "week",
		[WHEN_MONTH] = "month",
		[WHEN_HOUR] = "hour"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq(name, span_str(names[i]))) {
			*out = (enum when_part)i;
			return true;
		}
	return false;
}

size_t
when_format_part(
	const struct zone *z, int64_t instant, enum when_part part, char out[WHEN_TEXT_MAX])
{
	int64_t local = when_local(z, instant);
	int32_t day = (int32_t)floor_div(local, WHEN_DAY_US);
	char *p = out;
	int year, week;

	switch (part) {
	case WHEN_WEEK:
		when_iso_week(day, &year, &week);
		p = put_year(p, year);
		*p++ = '-';
		*p++ = 'W';
		p = put2(p, week);
		break;
	case WHEN_MONTH:
		p = put_day(p, day, false);
		break;
	case WHEN_HOUR:
		p = put_day(p, day, true);
		*p++ = 'T';
		p = put2(p, (int)(floor_mod(local, WHEN_DAY_US) / (3600 * WHEN_SECOND)));
		break;
	default:
		p = put_day(p, day, true);
		break;
	}
	return (size_t)(p - out);
}
