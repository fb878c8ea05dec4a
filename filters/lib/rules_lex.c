/* L4 rules_lex - rule text to tokens. */
#include <ctype.h>
#include <strings.h>

#include "rules_int.h"

static const struct {
	const char *word;
	enum tok kind;
} reserved[] = {{"and", TOK_AND}, {"or", TOK_OR}, {"not", TOK_NOT}, {"in", TOK_IN}, {"is", TOK_IS},
	{"null", TOK_NULL}, {"between", TOK_BETWEEN}, {"case", TOK_CASE}, {"when", TOK_WHEN},
	{"then", TOK_THEN}, {"else", TOK_ELSE}, {"end", TOK_FINISH}, {"true", TOK_TRUE},
	{"false", TOK_FALSE}, {"where", TOK_WHERE}, {"today", TOK_TODAY},
	{"yesterday", TOK_YESTERDAY}};

/* What people type who think of another language or use another keyboard. */
static const struct {
	const char *wrong, *right;
} slips[] = {{"<>", "!="}, {"==", "="}, {"=>", ">="}, {"=<", "<="}, {"/*", "--"}, {"&&", "and"},
	{"||", "or"}, {"//", "--"}, {"#", "--"}, {"\xef\xbc\x9b", ";"}, {"\xef\xbc\x8c", ","},
	{"\xe3\x80\x81", ","}, {"\xef\xbc\x88", "("}, {"\xef\xbc\x89", ")"}, {"\xef\xbc\x9d", "="},
	{"\xef\xbc\x9e", ">"}, {"\xef\xbc\x9c", "<"}, {"\xe2\x80\x98", "'"}, {"\xe2\x80\x99", "'"},
	{"\xe2\x80\x9c", "'"}, {"\xe2\x80\x9d", "'"}, {"\xe2\x89\xa0", "!="},
	{"\xe2\x89\xa4", "<="}, {"\xe2\x89\xa5", ">="}, {"\xe3\x80\x80", " "}, {"\xc2\xa0", " "}};

static struct pos
place(const struct lexer *lx, size_t at)
{
	return (struct pos){lx->src, (uint32_t)at};
}

static bool
starts(const struct lexer *lx, size_t at, const char *what)
{
	size_t n = strlen(what);
	return lx->len - at >= n && memcmp(lx->s + at, what, n) == 0;
}

static unsigned char
peek(const struct lexer *lx, size_t at)
{
	return at < lx->len ? (unsigned char)lx->s[at] : '\0';
}

static void
skip_blank(struct lexer *lx)
{
	if (lx->at == 0 && starts(lx, 0, "\xef\xbb\xbf"))
		lx->at = 3;
	while (lx->at < lx->len) {
		if (starts(lx, lx->at, "--")) {
			const char *nl = memchr(lx->s + lx->at, '\n', lx->len - lx->at);
			lx->at = nl ? (size_t)(nl - lx->s) : lx->len;
		} else if (strchr(" \t\r\n", lx->s[lx->at]) && lx->s[lx->at]) {
			lx->at++;
		} else {
			break;
		}
	}
}

/* The slip that stands at `at`, or NULL: those beyond ASCII also end a name. */
static const char *
slip(const struct lexer *lx, size_t at, const char **right)
{
	for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
		if (starts(lx, at, slips[i].wrong)) {
			*right = slips[i].right;
			return slips[i].wrong;
		}
	return NULL;
}

static bool
name_byte(const struct lexer *lx, size_t at, bool first)
{
	unsigned char c = peek(lx, at);
	const char *right;
	if (c >= 0x80)
		return !slip(lx, at, &right);
	return isalpha(c) || c == '_' || (!first && (isdigit(c) || c == '.'));
}

static void
lex_name(struct lexer *lx, struct token *t)
{
	size_t start = lx->at;
	while (lx->at < lx->len && name_byte(lx, lx->at, lx->at == start))
		lx->at++;
	t->kind = TOK_NAME;
	t->text = (struct span){lx->s + start, lx->at - start};
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
		if (strlen(reserved[i].word) == t->text.len &&
			strncasecmp(reserved[i].word, t->text.ptr, t->text.len) == 0)
			t->kind = reserved[i].kind;
}

/* 'text' or "name": \' \" \\ \n \t, and a doubled quote stands for one. */
static bool
lex_quoted(struct rules *r, struct lexer *lx, struct token *t, struct err *e)
{
	size_t start = lx->at++;
	char quote = lx->s[start];
	const char *nl = memchr(lx->s + start, '\n', lx->len - start);
	size_t line_end = nl ? (size_t)(nl - lx->s) : lx->len;
	r->key.len = 0;
	while (lx->at < line_end) {
		char c = lx->s[lx->at++];
		if (c == quote && peek(lx, lx->at) != (unsigned char)quote) {
			t->kind = quote == '"' ? TOK_QUOTED : TOK_TEXT;
			t->text = arena_copy(&r->arena, buf_as_span(&r->key));
			if (quote == '"' && r->key.len == 0)
				return rules_fail(r, e, place(lx, start), "an empty text is ''",
					"an empty name");
			return true;
		}
		if (c == quote) {
			lx->at++;
		} else if (c == '\\') {
			c = lx->at < line_end ? lx->s[lx->at++] : '\0';
			if (!c || !strchr("'\"\\nt", c))
				return rules_fail(r, e, place(lx, lx->at - 2),
					"known are \\' \\\" \\\\ \\n \\t",
					"unknown escape in a text");
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		buf_byte(&r->key, c);
	}
	if (quote == '"')
		return rules_fail(r, e, place(lx, start), "a text stands in single quotes: 'x'",
			"the name is not closed");
	return rules_fail(r, e, place(lx, start),
		"a text ends on its line; a quote in it is doubled: 'it''s'",
		"the text is not closed");
}

static size_t
digits(const struct lexer *lx, size_t at)
{
	size_t n = 0;
	while (isdigit(peek(lx, at + n)))
		n++;
	return n;
}

/* 2026-11-22 or 2026-11-22T08:00:00 with or without a fraction and an offset. */
static bool
lex_date(struct rules *r, struct lexer *lx, struct token *t, struct err *e)
{
	size_t start = lx->at, at = start + 10;
	bool time = peek(lx, at) == 'T';
	if (time) {
		at++;
		while (isdigit(peek(lx, at)) || peek(lx, at) == ':' || peek(lx, at) == '.')
			at++;
		if (peek(lx, at) == 'Z')
			at++;
		else if ((peek(lx, at) == '+' || peek(lx, at) == '-') && digits(lx, at + 1) >= 2)
			for (at++; isdigit(peek(lx, at)) || peek(lx, at) == ':';)
				at++;
	}
	lx->at = at;
	t->text = (struct span){lx->s + start, at - start};
	t->kind = time ? TOK_TIME : TOK_DAY;
	bool ok = time ? when_parse(t->text, r->env.zone, NULL, &t->time)
		       : when_parse_day(t->text, &t->day);
	if (!ok || name_byte(lx, at, false))
		return rules_fail(r, e, place(lx, start),
			"write a day as 2026-11-22, a time as 2026-11-22T08:00:00",
			time ? "not a time" : "not a day of the calendar");
	return true;
}

/* 22/11/2026, 22.11.2026 or 2026/11/22: as arithmetic it would be nonsense. */
static bool
other_date(const struct lexer *lx)
{
	size_t a = digits(lx, lx->at), b, c;
	unsigned char sign = peek(lx, lx->at + a);
	b = digits(lx, lx->at + a + 1);
	c = digits(lx, lx->at + a + b + 2);
	return (sign == '/' || sign == '.') && peek(lx, lx->at + a + 1 + b) == sign && b &&
	       b <= 2 && ((a <= 2 && c == 4) || (a == 4 && c && c <= 2));
}

static bool
lex_number(struct rules *r, struct lexer *lx, struct token *t, struct err *e)
{
	size_t start = lx->at, n = digits(lx, start);
	if (n == 4 && peek(lx, start + 4) == '-' && digits(lx, start + 5) == 2 &&
		peek(lx, start + 7) == '-' && digits(lx, start + 8) == 2)
		return lex_date(r, lx, t, e);
	if (other_date(lx))
		return rules_fail(
			r, e, place(lx, start), "write: 2026-11-22", "a day of another form");
	lx->at += n;
	if (peek(lx, lx->at) == '.' && isdigit(peek(lx, lx->at + 1)))
		lx->at += 1 + digits(lx, lx->at + 1);
	t->kind = TOK_NUM;
	t->text = (struct span){lx->s + start, lx->at - start};
	if (!dec_parse(t->text, &t->num))
		return rules_fail(r, e, place(lx, start), RULES_DIGITS, "the number does not fit");
	unsigned char c = peek(lx, lx->at);
	if (c && strchr("dwmy", c) && !name_byte(lx, lx->at + 1, false)) {
		t->kind = TOK_SPAN;
		t->unit = (char)c;
		lx->at++;
	} else if (name_byte(lx, lx->at, false)) {
		return rules_fail(r, e, place(lx, start),
			"a name begins with a letter; a relative date is a sign, digits and one of "
			"d w m y: "
			"-30d",
			"a number runs into letters");
	}
	return true;
}

static bool
lex_sign(struct rules *r, struct lexer *lx, struct token *t, struct err *e)
{
	static const struct {
		const char *text;
		enum tok kind;
	} signs[] = {{"!=", TOK_NE}, {"<=", TOK_LE}, {">=", TOK_GE}, {"(", TOK_LP}, {")", TOK_RP},
		{",", TOK_COMMA}, {";", TOK_SEMI}, {"=", TOK_EQ}, {"<", TOK_LT}, {">", TOK_GT},
		{"+", TOK_PLUS}, {"-", TOK_MINUS}, {"*", TOK_STAR}, {"/", TOK_SLASH}};
	const char *right = NULL, *wrong = slip(lx, lx->at, &right);
	if (wrong && *right == ' ')
		return rules_fail(
			r, e, place(lx, lx->at), NULL, "a blank that is not a plain blank");
	if (wrong && *right == '\'')
		return rules_fail(r, e, place(lx, lx->at), "a text stands in plain quotes: 'x'",
			"'%s' means nothing here", wrong);
	if (wrong) {
		r->key.len = 0;
		buf_printf(&r->key, "write '%s'", right);
		const char *hint = arena_strdup(&r->arena, buf_cstr(&r->key));
		return rules_fail(r, e, place(lx, lx->at), hint, "'%s' means nothing here", wrong);
	}
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (starts(lx, lx->at, signs[i].text)) {
			t->kind = signs[i].kind;
			lx->at += strlen(signs[i].text);
			return true;
		}
	unsigned char c = peek(lx, lx->at);
	const char *hint = c == '%'   ? "a percentage is a fraction: 0.5"
			   : c == '!' ? "write 'not', or '!='"
			   : c == ':' ? "write: segment NAME = CONDITION;"
				      : NULL;
	if (isprint(c))
		return rules_fail(r, e, place(lx, lx->at), hint, "'%c' means nothing here", c);
	return rules_fail(r, e, place(lx, lx->at), NULL, "byte 0x%02x means nothing here", c);
}

bool
rules_lex(struct rules *r, struct lexer *lx, struct token *t, struct err *e)
{
	skip_blank(lx);
	memset(t, 0, sizeof *t);
	size_t start = lx->at;
	t->pos = place(lx, start);
	bool ok = true;
	if (start >= lx->len)
		t->kind = TOK_END;
	else if (isdigit(peek(lx, start)))
		ok = lex_number(r, lx, t, e);
	else if (lx->s[start] == '\'' || lx->s[start] == '"')
		ok = lex_quoted(r, lx, t, e);
	else if (name_byte(lx, start, true))
		lex_name(lx, t);
	else
		ok = lex_sign(r, lx, t, e);
	t->raw = (struct span){lx->s + start, lx->at - start};
	return ok;
}
