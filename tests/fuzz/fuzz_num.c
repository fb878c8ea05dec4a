/* fuzz_num - numbers and times from any bytes: what parses is written, read and compared as the same. */
#include <stdlib.h>

#include "num.h"
#include "when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
decimals(struct span s)
{
	struct dec a, b, c;
	char text[DEC_TEXT_MAX];
	if (!dec_parse(s, &a))
		return;
	must(a.scale >= 0 && a.scale <= DEC_SCALE_MAX);
	size_t len = dec_format(a, text);
	must(len > 0 && len <= DEC_TEXT_MAX);
	must(dec_parse((struct span){text, len}, &b));
	must(a.v == b.v && a.scale == b.scale && dec_cmp(a, b) == 0);
	must(dec_sub(a, b, &c) && c.v == 0 && c.scale == 0);
	for (int scale = 0; scale <= DEC_SCALE_MAX; scale++)
		must(dec_round(a, scale).scale <= scale);
	must(dec_cmp(dec_floor(a), a) <= 0);
	if (dec_add(a, b, &c))
		must(dec_cmp(c, a) * (a.v < 0 ? -1 : 1) >= 0);
	if (dec_mul(a, dec_int(3), &c) && dec_div(c, dec_int(3), &c))
		must(dec_cmp(c, dec_round(a, DEC_DIV_SCALE)) == 0);
}

static void
whole_numbers(struct span s)
{
	uint64_t u;
	int64_t i;
	struct dec d;
	if (num_i64(s, &i) && dec_parse(s, &d)) {
		int64_t again;
		must(dec_to_int(d, &again) && again == i);
	}
	(void)num_u64(s, &u);
	(void)num_size(s, &u);
}

static void
times(struct span s, const struct zone *z)
{
	int64_t t, again;
	int32_t day;
	char text[WHEN_TEXT_MAX];
	if (when_parse(s, z, NULL, &t)) {
		size_t len = when_format(t, text);
		must(len <= WHEN_TEXT_MAX);
		must(when_parse((struct span){text, len}, z, NULL, &again) && again == t);
		day = when_day(z, t);
		must(when_day_start(z, day) <= t);
	}
	if (when_parse_day(s, &day)) {
		size_t len = when_format_day(day, text);
		must(len == s.len && memcmp(text, s.ptr, len) == 0);
	}
	(void)when_parse_duration(s, &t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zone *zone; /* one a process */
	struct err e = {0};
	struct span s = {(const char *)data, size};
	if (!zone)
		zone = zone_open("Europe/Berlin", &e);
	must(zone != NULL);
	decimals(s);
	whole_numbers(s);
	times(s, zone);
	return 0;
}
