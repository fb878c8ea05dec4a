/* L1 when - instants, local days and zones.
 *
 * An instant is microseconds since 1970-01-01T00:00:00Z (int64_t); a day is days since 1970-01-01
 * (int32_t), always a local day of the process's one zone, 23 or 25 hours long when the zone says
 * so. The zone comes from libc (TZ); offsets are cached, so no libc call is made per record.
 * A local time that happens twice is the earlier one; one that never happens uses the offset before
 * the gap. Years 0001 to 9999. */
#ifndef LIMN_WHEN_H
#define LIMN_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg.h"
#include "span.h"

#define WHEN_MISSING INT64_MIN
#define WHEN_DAY_MISSING INT32_MIN
#define WHEN_TEXT_MAX 40
#define WHEN_SECOND 1000000LL
#define WHEN_DAY_US (86400LL * WHEN_SECOND)

struct zone;

/* The process's zone by IANA name ("UTC", "Asia/Shanghai"), checked against tzdata (TZDIR, else
 * /usr/share/zoneinfo): an unknown name is LIMN_USAGE. Sets TZ. Borrowed; lives as long as the
 * process; a second call with another name is LIMN_USAGE. */
const struct zone *zone_open(const char *name, struct err *e);
const char *zone_name(const struct zone *z);
/* seconds east of UTC at that instant */
int32_t zone_offset(const struct zone *z, int64_t instant);

/* Times read: ISO 8601 with T or blank, offset (+08:00 +0800 +08) or Z or none; "YYYY-MM-DD
 * HH:MM:SS[.fff][ UTC]" and with a blank before an offset; hours and minutes alone ("2026-11-22 08:00");
 * a bare day ("2026-11-22": its local midnight); epoch s, ms or µs by magnitude (bare integers below
 * 946684800 are refused); or strptime `format` when not NULL. Without an offset the time is in z.
 * Leap second 60 reads as the next second. The whole span must parse, else false, *out untouched. */
bool when_parse(struct span s, const struct zone *z, const char *format, int64_t *out);
bool when_parse_day(struct span s, int32_t *out); /* YYYY-MM-DD, a real date */

/* "2026-11-22T08:00:00Z", a fraction only if not zero, without trailing zeros. Returns the length. */
size_t when_format(int64_t instant, char out[WHEN_TEXT_MAX]);
size_t when_format_day(int32_t day, char out[WHEN_TEXT_MAX]);

int32_t when_day(const struct zone *z, int64_t instant);   /* the local day it falls on */
int64_t when_local(const struct zone *z, int64_t instant); /* local clock time as if it were UTC */
int64_t when_instant(const struct zone *z, int64_t local); /* the inverse: see the rules on top */
int64_t when_day_start(const struct zone *z, int32_t day); /* first instant of the local day */

/* Calendar arithmetic; months and years clamp to the end of the month (31 Jan + 1 month = 28/29 Feb). */
void when_civil(int32_t day, int *year, int *month, int *mday);
int32_t when_from_civil(int year, int month, int mday); /* WHEN_DAY_MISSING for no real date */
int32_t when_add_months(int32_t day, int months);
int when_weekday(int32_t day); /* 1 = Monday .. 7 = Sunday (ISO) */
void when_iso_week(int32_t day, int *year, int *week);
/* whole years; a 29 Feb counts on 28 Feb in common years */
int when_years_between(int32_t from, int32_t to);

/* The derived parts of an instant, as text: day 2026-11-22, week 2026-W47 (ISO), month 2026-11,
 * hour 2026-11-22T08 (local). Returns the length. */
enum when_part { WHEN_DAY, WHEN_WEEK, WHEN_MONTH, WHEN_HOUR };
bool when_part_name(struct span name, enum when_part *out); /* "day" "week" "month" "hour" */
size_t when_format_part(
	const struct zone *z, int64_t instant, enum when_part p, char out[WHEN_TEXT_MAX]);

/* A length of time: 90s 30m 36h 365d 2w, or bare seconds; > 0. Whole days are 24 h here. */
bool when_parse_duration(struct span s, int64_t *us);

#endif
