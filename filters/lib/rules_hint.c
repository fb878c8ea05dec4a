/* L4 rules_hint - what people write who think of another language, and what to write instead. */
#include <strings.h>

#include "rules_int.h"

/* Functions of SQL and of spreadsheets. */
static const struct {
	const char *name, *hint;
} functions[] = {
	{"if", "write: case when CONDITION then a else b end"},
	{"iif", "write: case when CONDITION then a else b end"},
	{"ifs", "write: case when CONDITION then a when CONDITION then b else c end"},
	{"switch", "write: case when CONDITION then a when CONDITION then b else c end"},
	{"ifnull", "write: coalesce(a, b)"},
	{"nvl", "write: coalesce(a, b)"},
	{"isnull", "write: x is null"},
	{"isblank", "write: x is null"},
	{"nullif", "write: case when x != y then x end"},
	{"len", "write: length(text)"},
	{"left", "write: substr(text, 1, count)"},
	{"mid", "write: substr(text, from, count)"},
	{"substring", "write: substr(text, from, count)"},
	{"like", "write: contains_text(text, part), or x starts with 'y'"},
	{"contains", "write: list contains x, or contains_text(text, part)"},
	{"startswith", "write: x starts with 'y'"},
	{"endswith", "write: x ends with 'y'"},
	{"datediff", "write: days_between(from, to)"},
	{"datedif", "write: days_between(from, to)"},
	{"dateadd", "write: day(x) + 30d"},
	{"now", "write: today"},
	{"getdate", "write: today"},
	{"current_date", "write: today"},
	{"date", "write: day(x)"},
	{"timestamp", "write: time(x)"},
	{"cast", "write: number(x), text(x), day(x) or time(x)"},
	{"int", "write: number(x), floor(x)"},
	{"mean", "write: avg(x)"},
	{"average", "write: avg(x)"},
	{"countif", "write: count() where CONDITION"},
	{"sumif", "write: sum(x) where CONDITION"},
	{"avgif", "write: avg(x) where CONDITION"},
	{"countd", "write: distinct(x)"},
	{"count_distinct", "write: distinct(x)"},
	{"uniq", "write: distinct(x)"},
	{"percentile", "write: quantile(x, 0.9)"},
	{"percentile_cont", "write: quantile(x, 0.9)"},
	{"percent", "write: share(CONDITION)"},
	{"array_agg", "write: list(x)"},
	{"group_concat", "write: list(x)"},
	{"vlookup", "write: lookup(MAP.COLUMN, key)"},
	{"cardinality", "write: size(list)"},
};

const char *
rules_hint_function(struct span name)
{
	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
		if (strlen(functions[i].name) == name.len &&
			strncasecmp(functions[i].name, name.ptr, name.len) == 0)
			return functions[i].hint;
	return NULL;
}

static bool
one_of(const struct token *t, const char *const *words)
{
	for (; *words; words++)
		if (rules_word(t, *words))
			return true;
	return false;
}

/* Whether `word` stands before p->t. */
static bool
behind(const struct parser *p, const char *word)
{
	size_t len = strlen(word);
	return p->behind >= len && strncasecmp(p->lx.s + p->behind - len, word, len) == 0;
}

/* 1,000 */
static bool
thousands(const struct parser *p)
{
	return p->t.kind == TOK_COMMA && p->ahead.kind == TOK_NUM && p->ahead.raw.len == 3 &&
	       p->t.pos.off == p->behind && p->ahead.pos.off == p->behind + 1 && p->behind &&
	       p->lx.s[p->behind - 1] >= '0' && p->lx.s[p->behind - 1] <= '9';
}

const char *
rules_hint(const struct parser *p, const char *what)
{
	static const char *const likes[] = {"like", "ilike", "rlike", "regexp", "similar", NULL};
	static const char *const units[] = {
		"day", "days", "week", "weeks", "month", "months", "year", "years", NULL};
	static const char doubled[] = "a quote in a text is doubled: 'it''s'";
	const struct token *t = &p->t;
	bool value = strcmp(what, "a value") == 0, name = strcmp(what, "a name") == 0;
	if (value && t->kind == TOK_STAR && behind(p, "("))
		return "write: count()";
	if (t->kind == TOK_NAME && behind(p, "distinct"))
		return "write: distinct(x)";
	if (strcmp(what, "'and'") == 0)
		return "write: x between 2 and 4";
	if (thousands(p))
		return "numbers have no commas in them: 1000";
	if (t->kind == TOK_NAME && p->behind == t->pos.off && behind(p, "'"))
		return doubled;
	if (one_of(t, likes))
		return "write: x starts with 'y', x ends with 'y' or contains_text(x, 'y')";
	if (one_of(t, units))
		return "write: -30d, -2w, -6m, -1y";
	if (strncmp(what, "in, between", 11) == 0)
		return "write: x != 'y', or: not x = 'y'";
	if (strcmp(what, "'null'") == 0)
		return "is asks only whether a value is missing; write = or !=";
	if (strcmp(what, "'when'") == 0)
		return "write: case when x = 1 then 'one' else 'more' end";
	if (strcmp(what, "'('") == 0)
		return "write: x in ('a', 'b')";
	if (strcmp(what, "'='") == 0 && t->kind == TOK_TEXT)
		return "a label has its language before it: en 'Page views'";
	if (strcmp(what, "'='") == 0 &&
		(t->kind == TOK_NAME || t->kind == TOK_MINUS || t->kind == TOK_SLASH))
		return "a name is one word: letters, digits, '_' and '.'";
	if (name && (t->kind == TOK_TEXT || t->kind == TOK_QUOTED))
		return "a name stands without quotes; a label goes behind it: en 'Page views'";
	if (name && t->kind >= TOK_AND)
		return "that is a word of the language; take another name";
	return NULL;
}

const char *
rules_hint_text(struct rules *r, const char *want)
{
	r->key.len = 0;
	buf_printf(&r->key, "a text stands in single quotes: '%.100s'", want);
	return arena_strdup(&r->arena, buf_cstr(&r->key));
}
