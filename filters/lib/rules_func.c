/* L4 rules_func - the functions of the language: their table, and dates, texts and casts over a batch. */
#include <string.h>

#include "rules_int.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

#define B RULES_BOOL
#define N RULES_NUM
#define T RULES_TEXT
#define I RULES_TIME
#define D RULES_DAY
#define ANY RULES_FLEX
#define MANY 255

static const struct rules_func table[] = {
	{"count", AGG_COUNT, N, 0, 1, {ANY, ANY, ANY}, true, "write: count() or count(x)"},
	{"sum", AGG_SUM, N, 1, 1, {N, N, N}, true, "write: sum(x)"},
	{"avg", AGG_AVG, N, 1, 1, {N, N, N}, true, "write: avg(x)"},
	{"min", AGG_MIN, ANY, 1, 1, {ANY, ANY, ANY}, true, "write: min(x)"},
	{"max", AGG_MAX, ANY, 1, 1, {ANY, ANY, ANY}, true, "write: max(x)"},
	{"distinct", AGG_DISTINCT, N, 1, MANY, {ANY, ANY, ANY}, true, "write: distinct(x, …)"},
	{"first", AGG_FIRST, ANY, 1, 1, {ANY, ANY, ANY}, true, "write: first(x) by ts"},
	{"last", AGG_LAST, ANY, 1, 1, {ANY, ANY, ANY}, true, "write: last(x) by ts"},
	{"coalesce", OP_COALESCE, ANY, 1, MANY, {ANY, ANY, ANY}, false, "write: coalesce(a, b, …)"},
	{"least", OP_LEAST, ANY, 1, MANY, {ANY, ANY, ANY}, false, "write: least(a, b, …)"},
	{"greatest", OP_GREATEST, ANY, 1, MANY, {ANY, ANY, ANY}, false, "write: greatest(a, b, …)"},
	{"lookup", OP_LOOKUP, T, 2, 2, {T, T, T}, false,
		"write: lookup(MAP, key) or lookup(MAP.COLUMN, key)"},
	{"number", OP_TO_NUM, N, 1, 1, {ANY, ANY, ANY}, false, "write: number(x)"},
	{"text", OP_TO_TEXT, T, 1, 1, {ANY, ANY, ANY}, false, "write: text(x)"},
	{"time", OP_TO_TIME, I, 1, 1, {ANY, ANY, ANY}, false, "write: time(x)"},
	{"day", OP_TO_DAY, D, 1, 1, {ANY, ANY, ANY}, false, "write: day(x)"},
	{"lower", OP_LOWER, T, 1, 1, {T, T, T}, false, "write: lower(text)"},
	{"upper", OP_UPPER, T, 1, 1, {T, T, T}, false, "write: upper(text)"},
	{"trim", OP_TRIM, T, 1, 1, {T, T, T}, false, "write: trim(text)"},
	{"length", OP_LENGTH, N, 1, 1, {T, T, T}, false, "write: length(text)"},
	{"concat", OP_CONCAT, T, 1, MANY, {T, T, T}, false, "write: concat(a, b, …)"},
	{"substr", OP_SUBSTR, T, 2, 3, {T, N, N}, false,
		"write: substr(text, from) or substr(text, from, count)"},
	{"replace", OP_REPLACE, T, 3, 3, {T, T, T}, false, "write: replace(text, from, to)"},
	{"domain", OP_DOMAIN, T, 1, 1, {T, T, T}, false, "write: domain(email)"},
	{"contains_text", OP_HAS_PART, B, 2, MANY, {T, T, T}, false,
		"write: contains_text(text, part, …)"},
	{"size", OP_SIZE, N, 1, 1, {T, T, T}, false, "write: size(list)"},
	{"item", OP_ITEM, T, 2, 2, {T, N, N}, false, "write: item(list, n)"},
	{"split", OP_SPLIT, T, 2, 2, {T, T, T}, false, "write: split(text, separator)"},
	{"year", OP_YEAR, N, 1, 1, {D, D, D}, false, "write: year(date)"},
	{"month", OP_MONTH, N, 1, 1, {D, D, D}, false, "write: month(date)"},
	{"mday", OP_MDAY, N, 1, 1, {D, D, D}, false, "write: mday(date)"},
	{"month_day", OP_MONTH_DAY, T, 1, 1, {D, D, D}, false, "write: month_day(date)"},
	{"weekday", OP_WEEKDAY, N, 1, 1, {D, D, D}, false, "write: weekday(date)"},
	{"quarter", OP_QUARTER, N, 1, 1, {D, D, D}, false, "write: quarter(date)"},
	{"week", OP_WEEK, N, 1, 1, {D, D, D}, false, "write: week(date)"},
	{"hour", OP_HOUR, N, 1, 1, {I, I, I}, false, "write: hour(time)"},
	{"years_between", OP_YEARS_BETWEEN, N, 2, 2, {D, D, D}, false,
		"write: years_between(from, to)"},
	{"days_between", OP_DAYS_BETWEEN, N, 2, 2, {D, D, D}, false,
		"write: days_between(from, to)"},
	{"seconds_between", OP_SECONDS_BETWEEN, N, 2, 2, {I, I, I}, false,
		"write: seconds_between(from, to)"},
	{"round", OP_ROUND, N, 1, 2, {N, N, N}, false, "write: round(x) or round(x, digits)"},
	{"floor", OP_FLOOR, N, 1, 1, {N, N, N}, false, "write: floor(x)"},
	{"abs", OP_ABS, N, 1, 1, {N, N, N}, false, "write: abs(x)"},
	{"anniversary", OP_ANNIVERSARY, D, 1, 1, {D, D, D}, false, "write: anniversary(date)"},
};
#define NFUNC (sizeof table / sizeof *table)

const struct rules_func *
rules_func(struct span name)
{
	for (size_t i = 0; i < NFUNC; i++)
		if (strlen(table[i].name) == name.len &&
			strncasecmp(table[i].name, name.ptr, name.len) == 0)
			return &table[i];
	return NULL;
}

void
rules_func_names(const char **names, size_t *n)
{
	*n = NFUNC;
	for (size_t i = 0; i < NFUNC; i++)
		names[i] = table[i].name;
}

/* ---- dates ---- */

static int64_t
day_part(uint8_t op, int32_t day)
{
	int year, month, mday, week;
	switch (op) {
	case OP_WEEKDAY:
		return when_weekday(day);
	case OP_WEEK:
		when_iso_week(day, &year, &week);
		return week;
	default:
		when_civil(day, &year, &month, &mday);
		return op == OP_YEAR      ? year
		       : op == OP_MONTH   ? month
		       : op == OP_QUARTER ? (month + 2) / 3
					  : mday;
	}
}

static int64_t
hour(const struct zone *z, int64_t t)
{
	int64_t local = when_local(z, t), of_day = local % WHEN_DAY_US;
	return (of_day < 0 ? of_day + WHEN_DAY_US : of_day) / (3600 * WHEN_SECOND);
}

static struct dec
seconds(int64_t from, int64_t to)
{
	struct dec d = {(__int128)to - from, 6};
	dec_add(d, dec_int(0), &d); /* in canonical form; it always fits */
	return d;
}

static void
eval_date(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = n->b == RULES_NONE ? a : &r->node[n->b];
	for (size_t i = 0; i < rows; i++) {
		bool missing = X(a, missing, i) || X(b, missing, i);
		int64_t x = 0;
		if (!missing && n->op == OP_HOUR)
			x = hour(r->env.zone, X(a, time, i));
		else if (!missing && n->op == OP_YEARS_BETWEEN)
			x = when_years_between(X(a, day, i), X(b, day, i));
		else if (!missing && n->op == OP_DAYS_BETWEEN)
			x = (int64_t)X(b, day, i) - X(a, day, i);
		else if (!missing && n->op != OP_SECONDS_BETWEEN)
			x = day_part(n->op, X(a, day, i));
		n->v.missing[i] = missing;
		n->v.num[i] = dec_int(x);
		if (!missing && n->op == OP_SECONDS_BETWEEN)
			n->v.num[i] = seconds(X(a, time, i), X(b, time, i));
	}
}

/* MM-DD */
static void
eval_month_day(const struct node *a, struct node *n, size_t rows)
{
	n->bytes.len = 0;
	buf_room(&n->bytes, rows * RULES_TEXT_MAX);
	for (size_t i = 0; i < rows; i++) {
		char *day = n->bytes.ptr + n->bytes.len;
		n->v.missing[i] = X(a, missing, i);
		n->v.text[i] = SPAN_MISSING;
		if (n->v.missing[i])
			continue;
		size_t len = when_format_day(X(a, day, i), day);
		n->bytes.len += len;
		n->v.text[i] = (struct span){day + len - 5, 5};
	}
}

/* A day moved out of the calendar, or by a broken number of days, is missing. */
static void
eval_shift(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = n->b == RULES_NONE ? a : &r->node[n->b];
	int32_t first = when_from_civil(1, 1, 1), last = when_from_civil(9999, 12, 31);
	for (size_t i = 0; i < rows; i++) {
		int32_t day = WHEN_DAY_MISSING;
		int64_t by;
		if (X(a, missing, i) || X(b, missing, i)) {
			;
		} else if (n->op == OP_MONTHS_ADD) {
			day = when_add_months(X(a, day, i), (int)n->aux);
		} else if (dec_to_int(X(b, num, i), &by) && by > -4000000 && by < 4000000) {
			int64_t to = X(a, day, i) + by;
			if (to >= first && to <= last)
				day = (int32_t)to;
		}
		n->v.day[i] = day;
		n->v.missing[i] = day == WHEN_DAY_MISSING;
	}
}

/* The first day on or after `from` with the month and day of `day`; 29 February is the 28th in years without. */
static int32_t
anniversary(int32_t day, int32_t from)
{
	int year, month, mday, born, unused;
	when_civil(from, &year, &unused, &unused);
	when_civil(day, &born, &month, &mday);
	int32_t next = when_add_months(day, 12 * (year - born));
	if (next != WHEN_DAY_MISSING && next < from)
		next = when_add_months(day, 12 * (year + 1 - born));
	return next;
}

static void
eval_anniversary(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *from = &r->node[n->b];
	for (size_t i = 0; i < rows; i++) {
		bool missing = X(a, missing, i);
		n->v.day[i] =
			missing ? WHEN_DAY_MISSING : anniversary(X(a, day, i), X(from, day, i));
		n->v.missing[i] = n->v.day[i] == WHEN_DAY_MISSING;
	}
}

/* ---- casts ---- */

static void
to_text(const struct node *a, struct node *n, size_t rows)
{
	n->bytes.len = 0;
	buf_room(&n->bytes, rows * RULES_TEXT_MAX);
	for (size_t i = 0; i < rows; i++) {
		n->v.text[i] = rules_text(&a->v, i & a->mask, &n->bytes);
		n->v.missing[i] = X(a, missing, i);
	}
}

static bool
to_num(const struct node *a, const struct node *n, size_t i)
{
	n->v.num[i] = dec_int(0);
	if (a->type == RULES_BOOL)
		n->v.num[i] = dec_int(X(a, flag, i));
	else if (!dec_parse(X(a, text, i), &n->v.num[i]))
		return false;
	return true;
}

/* Text that does not read as the type gives a missing value. */
static void
eval_cast(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a];
	const struct zone *z = r->env.zone;
	if (n->op == OP_TO_TEXT) {
		to_text(a, n, rows);
		return;
	}
	for (size_t i = 0; i < rows; i++) {
		bool ok = !X(a, missing, i);
		int64_t t = WHEN_MISSING;
		if (n->op == OP_TO_NUM) {
			n->v.num[i] = dec_int(0);
			ok = ok && to_num(a, n, i);
		} else if (n->op == OP_TO_TIME) {
			if (ok && a->type == RULES_DAY)
				t = when_day_start(z, X(a, day, i));
			else
				ok = ok && when_parse(X(a, text, i), z, NULL, &t);
			n->v.time[i] = t;
		} else {
			int32_t day = WHEN_DAY_MISSING;
			if (ok && a->type == RULES_TIME)
				day = when_day(z, X(a, time, i));
			else if (ok && !when_parse_day(X(a, text, i), &day)) {
				ok = when_parse(X(a, text, i), z, NULL, &t);
				day = ok ? when_day(z, t) : WHEN_DAY_MISSING;
			}
			n->v.day[i] = day;
		}
		n->v.missing[i] = !ok;
	}
}

/* ---- numbers ---- */

static void
eval_number(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = n->b == RULES_NONE ? NULL : &r->node[n->b];
	for (size_t i = 0; i < rows; i++) {
		struct dec x = X(a, num, i);
		int64_t digits = 0;
		bool ok = !X(a, missing, i);
		if (ok && b)
			ok = !X(b, missing, i) && dec_to_int(X(b, num, i), &digits) &&
			     digits >= 0 && digits <= DEC_SCALE_MAX;
		if (n->op == OP_ROUND)
			x = dec_round(x, ok ? (int)digits : 0);
		else if (n->op == OP_FLOOR)
			x = dec_floor(x);
		else if (x.v < 0)
			ok = dec_sub(dec_int(0), x, &x) && ok;
		n->v.num[i] = x;
		n->v.missing[i] = !ok;
	}
}

bool
rules_eval_func(struct rules *r, struct node *n, size_t rows)
{
	switch (n->op) {
	case OP_YEAR:
	case OP_MONTH:
	case OP_MDAY:
	case OP_WEEKDAY:
	case OP_QUARTER:
	case OP_WEEK:
	case OP_HOUR:
	case OP_YEARS_BETWEEN:
	case OP_DAYS_BETWEEN:
	case OP_SECONDS_BETWEEN:
		eval_date(r, n, rows);
		break;
	case OP_MONTH_DAY:
		eval_month_day(&r->node[n->a], n, rows);
		break;
	case OP_SIZE:
	case OP_ITEM:
	case OP_SPLIT:
		rules_eval_list(r, n, rows);
		break;
	case OP_LOOKUP:
		rules_eval_lookup(r, n, rows);
		break;
	case OP_LEAST:
	case OP_GREATEST:
		rules_eval_choice(r, n, rows);
		break;
	case OP_DAYS_ADD:
	case OP_MONTHS_ADD:
		eval_shift(r, n, rows);
		break;
	case OP_ANNIVERSARY:
		eval_anniversary(r, n, rows);
		break;
	case OP_TO_TEXT:
	case OP_TO_NUM:
	case OP_TO_TIME:
	case OP_TO_DAY:
		eval_cast(r, n, rows);
		break;
	case OP_ROUND:
	case OP_FLOOR:
	case OP_ABS:
		eval_number(r, n, rows);
		break;
	default:
		rules_eval_text(r, n, rows);
	}
	return true;
}
