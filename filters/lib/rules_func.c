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
	{"count", AGG_COUNT, N, 0, 1, {ANY, ANY, ANY}, true},
	{"sum", AGG_SUM, N, 1, 1, {N, N, N}, true},
	{"avg", AGG_AVG, N, 1, 1, {N, N, N}, true},
	{"min", AGG_MIN, ANY, 1, 1, {ANY, ANY, ANY}, true},
	{"max", AGG_MAX, ANY, 1, 1, {ANY, ANY, ANY}, true},
	{"distinct", AGG_DISTINCT, N, 1, MANY, {ANY, ANY, ANY}, true},
	{"first", AGG_FIRST, ANY, 1, 1, {ANY, ANY, ANY}, true},
	{"last", AGG_LAST, ANY, 1, 1, {ANY, ANY, ANY}, true},
	{"coalesce", OP_COALESCE, ANY, 1, MANY, {ANY, ANY, ANY}, false},
	{"number", OP_TO_NUM, N, 1, 1, {ANY, ANY, ANY}, false},
	{"text", OP_TO_TEXT, T, 1, 1, {ANY, ANY, ANY}, false},
	{"time", OP_TO_TIME, I, 1, 1, {ANY, ANY, ANY}, false},
	{"day", OP_TO_DAY, D, 1, 1, {ANY, ANY, ANY}, false},
	{"lower", OP_LOWER, T, 1, 1, {T, T, T}, false},
	{"upper", OP_UPPER, T, 1, 1, {T, T, T}, false},
	{"trim", OP_TRIM, T, 1, 1, {T, T, T}, false},
	{"length", OP_LENGTH, N, 1, 1, {T, T, T}, false},
	{"concat", OP_CONCAT, T, 1, MANY, {T, T, T}, false},
	{"substr", OP_SUBSTR, T, 2, 3, {T, N, N}, false},
	{"replace", OP_REPLACE, T, 3, 3, {T, T, T}, false},
	{"year", OP_YEAR, N, 1, 1, {D, D, D}, false},
	{"month", OP_MONTH, N, 1, 1, {D, D, D}, false},
	{"mday", OP_MDAY, N, 1, 1, {D, D, D}, false},
	{"weekday", OP_WEEKDAY, N, 1, 1, {D, D, D}, false},
	{"quarter", OP_QUARTER, N, 1, 1, {D, D, D}, false},
	{"week", OP_WEEK, N, 1, 1, {D, D, D}, false},
	{"hour", OP_HOUR, N, 1, 1, {I, I, I}, false},
	{"years_between", OP_YEARS_BETWEEN, N, 2, 2, {D, D, D}, false},
	{"days_between", OP_DAYS_BETWEEN, N, 2, 2, {D, D, D}, false},
	{"seconds_between", OP_SECONDS_BETWEEN, N, 2, 2, {I, I, I}, false},
	{"round", OP_ROUND, N, 1, 2, {N, N, N}, false},
	{"floor", OP_FLOOR, N, 1, 1, {N, N, N}, false},
	{"abs", OP_ABS, N, 1, 1, {N, N, N}, false},
	{"anniversary", OP_ANNIVERSARY, D, 1, 1, {D, D, D}, false},
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
