/* L4 rules - sources, names and messages of a set of rules; loading as a whole. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules_int.h"

#define SHOWN 76 /* bytes of a source line in a message */

/* ---- messages ---- */

struct where {
	size_t line, col;  /* from 1; col counts characters */
	size_t begin, end; /* the line, as offsets */
};

static struct where
locate(const struct rules_src *s, size_t off)
{
	struct where w = {1, 1, 0, s->len};
	if (off > s->len)
		off = s->len;
	for (size_t i = 0; i < off; i++)
		if (s->text[i] == '\n') {
			w.line++;
			w.begin = i + 1;
		}
	if (w.begin == 0 && s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0)
		w.begin = off < 3 ? off : 3;
	for (size_t i = w.begin; i < off; i++)
		w.col += (s->text[i] & 0xc0) != 0x80;
	const char *nl = memchr(s->text + off, '\n', s->len - off);
	if (nl)
		w.end = (size_t)(nl - s->text);
	if (w.end > w.begin && s->text[w.end - 1] == '\r')
		w.end--;
	return w;
}

static bool
continues(const struct rules_src *s, size_t at)
{
	return at < s->len && (s->text[at] & 0xc0) == 0x80;
}

/* The line around off and below it the caret; a long line is shown from shortly before the caret. */
static void
show_line(struct buf *b, const struct rules_src *s, struct where w, size_t off)
{
	size_t from = w.begin, to = w.end;
	if (off - from > SHOWN / 2 && to - from > SHOWN)
		from = off - SHOWN / 2;
	while (from < off && continues(s, from))
		from++;
	if (to - from > SHOWN)
		to = from + SHOWN;
	while (to > off && continues(s, to))
		to--;
	struct buf under = {0};
	for (size_t i = from; i < to || i < off; i++) {
		unsigned char c = i < to ? (unsigned char)s->text[i] : ' ';
		bool control = (c < 0x20 && c != '\t') || c == 0x7f;
		if (i < to)
			buf_byte(b, control ? '?' : (char)c);
		if (i < off && c == '\t')
			buf_byte(&under, '\t');
		else if (i < off &&
			 (c & 0xc0) != 0x80) /* three bytes and more: mostly wide characters */
			buf_str(&under, c >= 0xe0 ? "  " : " ");
	}
	buf_byte(b, '\n');
	buf_span(b, buf_as_span(&under));
	buf_byte(b, '^');
	buf_free(&under);
}

bool
rules_fail(struct rules *r, struct err *e, struct pos at, const char *hint, const char *fmt, ...)
{
	const struct rules_src *s = &r->src[at.src];
	struct where w = locate(s, at.off);
	struct buf b = {0};
	char what[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	buf_printf(&b, "%.200s:%zu:%zu: %s\n", s->name, w.line, w.col, what);
	show_line(&b, s, w, at.off);
	if (hint)
		buf_printf(&b, "\n%.200s", hint);
	err_set(e, LIMN_USAGE, "%s", buf_cstr(&b));
	buf_free(&b);
	return false;
}

const char *
rules_place(struct rules *r, struct pos at)
{
	struct where w = locate(&r->src[at.src], at.off);
	r->key.len = 0;
	buf_printf(&r->key, "%.200s:%zu:%zu", r->src[at.src].name, w.line, w.col);
	return arena_strdup(&r->arena, buf_cstr(&r->key));
}

const char *
rules_nearest(struct rules *r, const char *want, const char *const *names, size_t n)
{
	const char *near = msg_nearest(want, names, n);
	if (!near ||
		(strlen(want) < 5 && near[0] != want[0])) /* short names are near to too much */
		return NULL;
	r->key.len = 0;
	buf_printf(&r->key, "did you mean '%s'?", near);
	return arena_strdup(&r->arena, buf_cstr(&r->key));
}

/* ---- names ---- */

struct def *
rules_find(struct rules *r, struct span name)
{
	uint32_t id = keyset_find(r->names, name);
	return id == KEYSET_NONE ? NULL : &r->def[id];
}

const char **
rules_def_names(struct rules *r, enum def_kind kind, size_t *n)
{
	const char **names = xmalloc((r->ndef + 1) * sizeof *names);
	*n = 0;
	for (size_t i = 0; i < r->ndef; i++)
		if (r->def[i].kind == kind && r->def[i].state != DEF_OPEN)
			names[(*n)++] = r->def[i].name;
	return names;
}

static struct def *
nth(const struct rules *r, enum rules_kind kind, size_t i)
{
	static const uint8_t kinds[] = {DEF_METRIC, DEF_TAG, DEF_SEGMENT};
	return &r->def[r->of[kinds[kind]].index[i]];
}

size_t
rules_count(const struct rules *r, enum rules_kind kind)
{
	static const uint8_t kinds[] = {DEF_METRIC, DEF_TAG, DEF_SEGMENT};
	return r->of[kinds[kind]].n;
}

const char *
rules_name(const struct rules *r, enum rules_kind kind, size_t i)
{
	return nth(r, kind, i)->name;
}

const char *
rules_label(const struct rules *r, enum rules_kind kind, size_t i, const char *lang)
{
	for (struct label *l = nth(r, kind, i)->labels; l; l = l->next)
		if (strcmp(l->lang, lang) == 0)
			return l->text;
	return NULL;
}

enum rec_type
rules_rec_type(int type)
{
	return type == RULES_NUM    ? REC_NUM
	       : type == RULES_TIME ? REC_TIME
	       : type == RULES_DAY  ? REC_DAY
				    : REC_TEXT;
}

enum rec_type
rules_type(const struct rules *r, enum rules_kind kind, size_t i)
{
	return rules_rec_type(nth(r, kind, i)->type);
}

/* ---- sources ---- */

static struct rules_src *
new_source(struct rules *r, const char *name)
{
	r->src = xgrow(r->src, &r->src_cap, r->nsrc + 1, sizeof *r->src);
	struct rules_src *s = &r->src[r->nsrc++];
	*s = (struct rules_src){.name = xstrdup(name)};
	return s;
}

uint32_t
rules_add_text(struct rules *r, const char *name, const char *text)
{
	struct rules_src *s = new_source(r, name);
	s->text = xstrdup(text);
	s->len = strlen(text);
	return (uint32_t)(r->nsrc - 1);
}

bool
rules_read_file(const char *path, const char *what, struct buf *b, struct err *e)
{
	FILE *f = fopen(path, "rb");
	while (f && b->len <= RULES_SOURCE_MAX) {
		size_t got = fread(buf_room(b, 65536), 1, 65536, f);
		b->len += got;
		if (got == 0)
			break;
	}
	if (!f || ferror(f))
		err_errno(e, path);
	else if (b->len > RULES_SOURCE_MAX)
		err_set(e, LIMN_USAGE, "%s: larger than 64 MB: no %s", path, what);
	if (f)
		fclose(f);
	return !e->code;
}

static bool
file_source(struct rules *r, const char *path, struct err *e)
{
	struct rules_src *s = new_source(r, path);
	struct buf b = {0};
	bool ok = rules_read_file(path, "rules", &b, e);
	buf_cstr(&b);
	s->text = b.ptr;
	s->len = b.len;
	return ok;
}

/* ---- loading ---- */

static struct rules *
new_rules(const struct rules_env *env)
{
	struct rules *r = xcalloc(1, sizeof *r);
	r->env = *env;
	r->names = keyset_new();
	r->shapes = keyset_new();
	r->expr = RULES_NONE;
	r->bad_node = RULES_NONE;
	return r;
}

void
rules_free(struct rules *r)
{
	if (!r)
		return;
	rules_free_streams(r);
	rules_nodes_free(r);
	rules_maps_free(r);
	for (size_t i = 0; i < r->nsrc; i++) {
		free(r->src[i].name);
		free(r->src[i].text);
	}
	for (size_t k = 0; k < DEF_KINDS; k++)
		free(r->of[k].index);
	free(r->src);
	free(r->def);
	free(r->order);
	free(r->group_order);
	keyset_free(r->names);
	keyset_free(r->shapes);
	buf_free(&r->key);
	arena_free(&r->arena);
	free(r);
}

static void
index_defs(struct rules *r)
{
	for (size_t k = 0; k < DEF_KINDS; k++)
		r->of[k].index = xmalloc((r->ndef + 1) * sizeof *r->of[k].index);
	for (size_t i = 0; i < r->ndef; i++) {
		size_t k = r->def[i].kind;
		r->of[k].index[r->of[k].n++] = (uint32_t)i;
	}
}

/* Gives params their values from --set; the values are parsed when the param's type is known. */
static bool
take_sets(struct rules *r, struct err *e)
{
	for (size_t i = 0; i < r->env.nsets; i++) {
		const char *set = r->env.sets[i], *eq = strchr(set, '=');
		if (!eq)
			return err_set(e, LIMN_USAGE, "--set: NAME=VALUE expected, not '%.100s'",
				       set) == 0;
		struct def *d = rules_find(r, (struct span){set, (size_t)(eq - set)});
		if (d && d->kind == DEF_PARAM) {
			d->set = eq + 1;
			continue;
		}
		size_t n;
		const char **names = rules_def_names(r, DEF_PARAM, &n);
		char *want = xstrndup(set, (size_t)(eq - set));
		const char *hint = rules_nearest(r, want, names, n);
		err_set(e, LIMN_USAGE, "--set: there is no param '%.100s'%s%s", want,
			hint ? "\n" : "", hint ? hint : "");
		free(want);
		free(names);
		return false;
	}
	return true;
}

struct rules *
rules_load(const struct rules_source *sources, size_t n, const struct rules_env *env, struct err *e)
{
	struct rules *r = new_rules(env);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		if (sources[i].text)
			rules_add_text(r, sources[i].name, sources[i].text);
		else
			ok = file_source(r, sources[i].name, e);
		ok = ok && rules_parse_source(r, (uint32_t)i, sources[i].text != NULL, e);
	}
	if (ok)
		index_defs(r);
	if (ok && take_sets(r, e) && rules_check_all(r, e))
		return r;
	rules_free(r);
	return NULL;
}

struct rules *
rules_expr(const char *text, const char *origin, const struct rules_env *env, struct err *e)
{
	struct rules *r = new_rules(env);
	r->single = true;
	rules_add_text(r, origin, text);
	struct ast *a = rules_parse_expr(r, 0, e);
	if (a && rules_check_expr(r, a, e))
		return r;
	rules_free(r);
	return NULL;
}
