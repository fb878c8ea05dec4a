/* L4 rules_maps - lookup tables: lookup(MAP, key), lookup(MAP.COLUMN, key).
 *
 * A map is the tsv file MAP.tsv of the first directory that has one: those of --maps, then schemas/maps of
 * what is shared. Its first line names the columns, its first column holds the keys, each once; \\N is a
 * missing value. It is read when a rule first names it, so that a wrong one is known before any input is
 * read. What it holds is a part of the fingerprint of the computation. */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "rules_int.h"
#include "tsv.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

/* ---- places ---- */

/* The directories that are looked into, in order; to be freed with its texts. */
static char **
places(const struct rules *r, size_t *n)
{
	char **dir = xmalloc((r->env.nmaps + 1) * sizeof *dir);
	struct buf b = {0};
	*n = 0;
	for (size_t i = 0; i < r->env.nmaps; i++)
		dir[(*n)++] = xstrdup(r->env.maps[i]);
	buf_printf(&b, "%s/schemas/maps", cli_share());
	buf_cstr(&b);
	dir[(*n)++] = b.ptr;
	return dir;
}

static void
free_names(char **name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(name[i]);
	free(name);
}

/* The path of the map, to be freed, or NULL. */
static char *
find(const struct rules *r, const char *name)
{
	size_t n;
	char **dir = places(r, &n);
	struct buf b = {0};
	for (size_t i = 0; i < n; i++) {
		b.len = 0;
		buf_printf(&b, "%s/%s.tsv", dir[i], name);
		if (access(buf_cstr(&b), F_OK) == 0)
			break;
		b.len = 0;
	}
	free_names(dir, n);
	if (b.len)
		return b.ptr;
	buf_free(&b);
	return NULL;
}

/* The names of all maps that there are. */
static char **
known(const struct rules *r, size_t *n)
{
	size_t ndir, cap = 0;
	char **dir = places(r, &ndir), **name = NULL;
	*n = 0;
	for (size_t i = 0; i < ndir; i++) {
		DIR *d = opendir(dir[i]);
		for (const struct dirent *f; d && (f = readdir(d));) {
			size_t len = strlen(f->d_name);
			if (len <= 4 || strcmp(f->d_name + len - 4, ".tsv") != 0)
				continue;
			name = xgrow(name, &cap, *n + 1, sizeof *name);
			name[(*n)++] = xstrndup(f->d_name, len - 4);
		}
		if (d)
			closedir(d);
	}
	free_names(dir, ndir);
	return name;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
no_map(struct check *c, const struct ast *a, const char *want)
{
	size_t n;
	char **name = known(c->r, &n);
	if (n)
		qsort(name, n, sizeof *name,
			by_bytes); /* of names equally near the first is shown */
	const char *hint = rules_nearest(c->r, want, (const char *const *)name, n);
	rules_fail(c->r, c->e, a->pos,
		hint ? hint : "a map is a file MAP.tsv of schemas/maps or of --maps DIR",
		"unknown map '%.100s'", want);
	free_names(name, n);
	return false;
}

/* ---- reading ---- */

static bool
wrong_line(const struct map *m, size_t line, struct err *e, const char *what)
{
	err_set(e, LIMN_USAGE, "%s:%zu: %s", m->path, line, what);
	return false;
}

/* The first line: the columns' names. */
static bool
take_names(struct map *m, struct span s, struct err *e)
{
	struct span name;
	for (bool more = true; more;) {
		const char *tab = memchr(s.ptr, '\t', s.len);
		struct span part = {s.ptr, tab ? (size_t)(tab - s.ptr) : s.len};
		uint32_t n = keyset_size(m->names);
		if (!tsv_unescape(part, &m->text, &name) || !name.ptr || !name.len)
			return wrong_line(m, 1, e, "a column without a name");
		if (keyset_add1(m->names, name) != n)
			return wrong_line(m, 1, e, "two columns of one name");
		more = tab != NULL;
		if (more)
			s = (struct span){tab + 1, (size_t)(s.ptr + s.len - tab) - 1};
	}
	if (keyset_size(m->names) < 2)
		return wrong_line(
			m, 1, e, "a map has a key and at least one more column, with TABs between");
	m->value = xcalloc(keyset_size(m->names), sizeof *m->value);
	m->cap = xcalloc(keyset_size(m->names), sizeof *m->cap);
	return true;
}

static bool
take_key(struct map *m, struct span key, size_t line, struct err *e)
{
	struct buf b = {0};
	uint32_t n = keyset_size(m->keys);
	if (!key.ptr)
		return wrong_line(m, line, e, "the key is missing");
	uint32_t id = keyset_add1(m->keys, key);
	if (id == n)
		return true;
	buf_printf(&b, "the key ");
	buf_quote(&b, key);
	buf_printf(&b, " is there already, on line %u", id + 2);
	wrong_line(m, line, e, buf_cstr(&b));
	buf_free(&b);
	return false;
}

static bool
take_row(struct map *m, struct span s, size_t line, struct err *e)
{
	uint32_t ncols = keyset_size(m->names), row = keyset_size(m->keys);
	for (uint32_t k = 0; k < ncols; k++) {
		const char *tab = memchr(s.ptr, '\t', s.len);
		struct span part = {s.ptr, tab ? (size_t)(tab - s.ptr) : s.len}, value;
		if ((tab == NULL) != (k + 1 == ncols))
			return wrong_line(m, line, e,
				tab ? "more fields than the first line has"
				    : "fewer fields than the first line has");
		if (!tsv_unescape(part, &m->text, &value))
			return wrong_line(m, line, e, "a lone backslash at the end of a value");
		if (k == 0 && !take_key(m, value, line, e))
			return false;
		m->value[k] = xgrow(m->value[k], &m->cap[k], row + 1, sizeof **m->value);
		m->value[k][row] = arena_copy(&m->text, value);
		if (tab)
			s = (struct span){tab + 1, (size_t)(s.ptr + s.len - tab) - 1};
	}
	return true;
}

static bool
read_map(struct map *m, struct span s, struct err *e)
{
	uint64_t h = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.ptr[i]) * 0x100000001b3ULL;
	struct buf b = {0};
	buf_printf(&b, "%016llx", (unsigned long long)h);
	memcpy(m->print, b.ptr, b.len);
	buf_free(&b);
	if (s.len >= 3 && memcmp(s.ptr, "\xef\xbb\xbf", 3) == 0)
		s = (struct span){s.ptr + 3, s.len - 3};
	if (!s.len)
		return wrong_line(m, 1, e, "a map begins with the names of its columns");
	for (size_t line = 1; s.len; line++) {
		const char *nl = memchr(s.ptr, '\n', s.len);
		size_t len = nl ? (size_t)(nl - s.ptr) : s.len, next = len + (nl != NULL);
		len -= len && s.ptr[len - 1] == '\r';
		struct span text = {s.ptr, len};
		if (line == 1 ? !take_names(m, text, e) : !take_row(m, text, line, e))
			return false;
		s = (struct span){s.ptr + next, s.len - next};
	}
	return true;
}

/* The map of that name, read when it is new; NULL with e filled. */
static struct map *
open_map(struct check *c, const struct ast *a, const char *name)
{
	struct rules *r = c->r;
	for (size_t i = 0; i < r->nmap; i++)
		if (strcmp(r->map[i]->name, name) == 0)
			return r->map[i];
	char *path = strchr(name, '/') || !*name ? NULL : find(r, name);
	if (!path) {
		no_map(c, a, name);
		return NULL;
	}
	struct map *m = xcalloc(1, sizeof *m);
	struct buf b = {0};
	m->name = xstrdup(name);
	m->path = path;
	m->names = keyset_new();
	m->keys = keyset_new();
	r->map = xgrow(r->map, &r->map_cap, r->nmap + 1, sizeof *r->map);
	r->map[r->nmap++] = m;
	bool ok = rules_read_file(path, "map", &b, c->e) && read_map(m, buf_as_span(&b), c->e);
	buf_free(&b);
	return ok ? m : NULL;
}

void
rules_maps_free(struct rules *r)
{
	for (size_t i = 0; i < r->nmap; i++) {
		struct map *m = r->map[i];
		for (uint32_t k = 0; m->value && k < keyset_size(m->names); k++)
			free(m->value[k]);
		free(m->value);
		free(m->cap);
		keyset_free(m->names);
		keyset_free(m->keys);
		arena_free(&m->text);
		free(m->name);
		free(m->path);
		free(m);
	}
	free(r->map);
}

/* ---- nodes ---- */

/* The column behind the dot, the second when there is none; KEYSET_NONE with c->e filled. */
static uint32_t
find_column(struct check *c, const struct ast *a, const struct map *m, struct span column)
{
	uint32_t n = keyset_size(m->names), id = column.ptr ? keyset_find(m->names, column) : 1;
	if (id != KEYSET_NONE)
		return id;
	char **name = xmalloc(n * sizeof *name), *want = xstrndup(column.ptr, column.len);
	struct buf all = {0};
	buf_printf(&all, "it has");
	for (uint32_t i = 0; i < n; i++) {
		struct span s = keyset_key(m->names, i);
		name[i] = xstrndup(s.ptr, s.len);
		buf_printf(&all, "%s %s", i ? "," : "", name[i]);
	}
	const char *hint = rules_nearest(c->r, want, (const char *const *)name, n);
	rules_fail(c->r, c->e, a->pos, hint ? hint : buf_cstr(&all),
		"the map '%.100s' has no column '%.100s'", m->name, want);
	free_names(name, n);
	free(want);
	buf_free(&all);
	return KEYSET_NONE;
}

uint32_t
rules_build_lookup(struct check *c, struct ast *a, enum scope in)
{
	const struct ast *what = a->kid;
	if (what->kind != AST_NAME) {
		rules_fail(c->r, c->e, what->pos,
			"lookup(MAP, key): the file MAP.tsv, without quotes",
			"the name of a map is needed here");
		return RULES_NONE;
	}
	const char *dot = memchr(what->text.ptr, '.', what->text.len);
	size_t len = dot ? (size_t)(dot - what->text.ptr) : what->text.len;
	struct span column = SPAN_MISSING;
	if (dot)
		column = (struct span){dot + 1, what->text.len - len - 1};
	char *name = xstrndup(what->text.ptr, len);
	const struct map *m = open_map(c, what, name);
	free(name);
	uint32_t k = m ? find_column(c, what, m, column) : KEYSET_NONE;
	uint32_t key = k == KEYSET_NONE ? RULES_NONE : rules_build(c, a->kid->next, RULES_TEXT, in);
	if (key == RULES_NONE)
		return key;
	struct buf b = {0};
	buf_printf(&b, "%s %s", m->name, m->print);
	uint32_t id = rules_node(c->r,
		&(struct node){.op = OP_LOOKUP,
			.type = RULES_TEXT,
			.a = key,
			.b = RULES_NONE,
			.c = RULES_NONE,
			.aux = k,
			.text = buf_as_span(&b),
			.map = m,
			.pos = a->pos},
		c->e);
	buf_free(&b);
	return id;
}

/* Neighbours are often the same: what equals the key before it is not looked up. */
void
rules_eval_lookup(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a];
	const struct span *value = n->map->value[n->aux];
	struct span before = SPAN_MISSING, found = SPAN_MISSING;
	for (size_t i = 0; i < rows; i++) {
		struct span key = X(a, text, i);
		if (key.ptr && !span_same(key, before)) {
			uint32_t id = keyset_find(n->map->keys, key);
			found = id == KEYSET_NONE ? SPAN_MISSING : value[id];
			before = key;
		}
		n->v.text[i] = key.ptr ? found : SPAN_MISSING;
		n->v.missing[i] = !n->v.text[i].ptr;
	}
}
