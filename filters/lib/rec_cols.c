/* L2 rec_cols - columns by name: what --as makes of them, derived parts of ts, and values by type. */
#include <stdlib.h>

#include "keyset.h"
#include "rec_int.h"

/* ---- --as: NEW=OLD, NEW=A|B, NEW=A+B; a backslash takes the next byte as it is ---- */

static int
physical_index(const struct rec_in *in, const char *name)
{
	for (size_t i = 0; i < in->nphysical; i++)
		if (strcmp(in->physical[i], name) == 0)
			return (int)i;
	return -1;
}

static struct column *
add_column(struct rec_in *in, const char *name)
{
	in->column = xgrow(in->column, &in->column_cap, in->ncolumn + 1, sizeof(*in->column));
	struct column *c = &in->column[in->ncolumn++];
	*c = (struct column){.name = arena_strdup(&in->keep_text, name)};
	return c;
}

static void
add_source(struct rec_in *in, struct column *c, size_t physical)
{
	uint32_t *more = arena_alloc(&in->keep_text, (c->nsource + 1) * sizeof(*more));
	if (c->nsource)
		memcpy(more, c->source, c->nsource * sizeof(*more));
	more[c->nsource++] = (uint32_t)physical;
	c->source = more;
}

/* A physical column by its name in the input; in ndjson a path becomes one. -1 with e filled. */
static int
old_column(struct rec_in *in, const char *name, struct err *e)
{
	int i = physical_index(in, name);
	if (i >= 0)
		return i;
	if (in->cut.enc == REC_NDJSON && strchr(name, '.')) {
		in->physical =
			xgrow(in->physical, &in->physical_cap, in->nphysical + 1, sizeof(char *));
		in->physical[in->nphysical++] = arena_strdup(&in->keep_text, name);
		cutter_columns(&in->cut, in->nphysical);
		jsonin_want(in->cut.json, name);
		return (int)in->nphysical - 1;
	}
	const char *near = msg_nearest(name, (const char *const *)in->physical, in->nphysical);
	err_set(e, LIMN_USAGE, "--as: there is no column '%s'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return -1;
}

/* One NEW=… of --as. Returns where it ends, NULL with e filled. */
static const char *
parse_as(struct rec_in *in, const char *p, struct buf *name, struct err *e)
{
	struct buf old = {0};
	const char *result = NULL;
	p = buf_name(name, p, "=,");
	if (*p != '=' || name->len == 0) {
		err_set(e, LIMN_USAGE, "--as: not NEW=OLD: '%s'", in->o.as);
		return NULL;
	}
	size_t ncolumn = in->ncolumn;
	struct column *c = add_column(in, buf_cstr(name));
	c->kind = COL_PHYSICAL;
	do {
		p = buf_name(&old, p + 1, ",|+");
		int i = old_column(in, buf_cstr(&old), e);
		if (i < 0)
			goto out;
		c = &in->column[ncolumn];
		add_source(in, c, (size_t)i);
		if (*p == '|' || *p == '+') {
			int kind = *p == '|' ? COL_FIRST : COL_JOIN;
			if (c->kind != COL_PHYSICAL && (int)c->kind != kind) {
				err_set(e, LIMN_USAGE, "--as: '|' and '+' do not mix: '%s'",
					in->o.as);
				goto out;
			}
			c->kind = kind == COL_FIRST ? COL_FIRST : COL_JOIN;
		}
	} while (*p == '|' || *p == '+');
	result = p;
out:
	buf_free(&old);
	return result;
}

/* The made columns stand at the end of in->column while --as is read; plain renames then move to the place
 * of the column that they rename (the first one does; further ones stay as copies). */
static void
apply_renames(struct rec_in *in, size_t own)
{
	size_t kept = own;
	for (size_t i = own; i < in->ncolumn; i++) {
		struct column *c = &in->column[i], *old = &in->column[c->source[0]];
		if (c->kind == COL_PHYSICAL && c->source[0] < own && !old->renamed) {
			old->renamed = strcmp(old->name, c->name) != 0;
			old->name = c->name;
		} else {
			in->column[kept++] = *c;
		}
	}
	in->ncolumn = kept;
}

static int
check_unique(const struct rec_in *in, struct err *e)
{
	struct keyset *seen = keyset_new();
	for (size_t i = 0; i < in->ncolumn && !e->code; i++) {
		const char *name = in->column[i].name;
		uint32_t before = keyset_size(seen);
		if (*name && keyset_add1(seen, span_str(name)) < before)
			err_set(e, in->o.as ? LIMN_USAGE : LIMN_DATA,
				"%s: two columns are named '%s'%s", in->batch.file, name,
				in->o.as ? "; rename the other one with --as too" : "");
	}
	keyset_free(seen);
	return e->code;
}

static void
on_schema_field(void *ctx, struct span name, struct span type)
{
	struct rec_in *in = ctx;
	bool bare = span_eq(type, SPAN_LIT("number")) || span_eq(type, SPAN_LIT("integer")) ||
		    span_eq(type, SPAN_LIT("boolean"));
	for (size_t i = 0; i < in->ncolumn; i++)
		if (span_eq(span_str(in->column[i].name), name))
			in->column[i].bare = bare;
}

static int
type_by_schema(struct rec_in *in, struct err *e)
{
	size_t len;
	const char *reason;
	char *text = read_file(in->o.stream, &len, e);
	if (!text)
		return e->code;
	struct jsonin *j = jsonin_new();
	if (!jsonin_schema(j, text, len, on_schema_field, in, &reason))
		err_set(e, LIMN_USAGE, "%s: not a Table Schema: %s", in->o.stream, reason);
	jsonin_free(j);
	free(text);
	return e->code;
}

int
cols_init(struct rec_in *in, struct err *e)
{
	size_t own = in->nphysical;
	for (size_t i = 0; i < own; i++)
		add_source(in, add_column(in, in->physical[i]), i);
	struct buf name = {0};
	for (const char *p = in->o.as; p && *p && !e->code;) {
		p = parse_as(in, p, &name, e);
		if (p && *p == ',')
			p++;
	}
	buf_free(&name);
	if (e->code)
		return e->code;
	apply_renames(in, own);
	if (in->o.stream && type_by_schema(in, e))
		return e->code;
	return check_unique(in, e);
}

int
cols_find(const struct rec_in *in, const char *name)
{
	for (size_t i = 0; i < in->ncolumn; i++)
		if (strcmp(in->column[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool
cols_raw_order(const struct rec_in *in)
{
	for (size_t i = 0; i < in->ncolumn; i++) {
		const struct column *c = &in->column[i];
		if (!c->hidden &&
			(i >= in->cut.ncols || c->kind != COL_PHYSICAL || c->source[0] != i))
			return false;
		if (c->renamed && in->cut.enc == REC_NDJSON)
			return false;
	}
	return true;
}

/* ---- slots ---- */

int
cols_want_column(struct rec_in *in, size_t column, enum rec_type type)
{
	for (size_t i = 0; i < in->nslot; i++)
		if (in->slot[i].column == column && in->slot[i].type == type)
			return (int)i;
	struct column *c = &in->column[column];
	struct slot s = {.column = column, .type = type};
	if (c->kind != COL_PART)
		for (size_t i = 0; i < c->nsource; i++)
			cutter_need(&in->cut, c->source[i]);
	if (c->kind != COL_PHYSICAL)
		s.own.text = xcalloc(REC_BATCH_MAX, sizeof(*s.own.text));
	if (type == REC_NUM)
		s.own.num = xcalloc(REC_BATCH_MAX, sizeof(*s.own.num));
	if (type == REC_TIME)
		s.own.time = xcalloc(REC_BATCH_MAX, sizeof(*s.own.time));
	if (type == REC_DAY)
		s.own.day = xcalloc(REC_BATCH_MAX, sizeof(*s.own.day));
	in->slot = xgrow(in->slot, &in->slot_cap, in->nslot + 1, sizeof(*in->slot));
	in->slot[in->nslot] = s;
	return (int)in->nslot++;
}

static int
derived_column(struct rec_in *in, const char *name)
{
	enum when_part part;
	int ts = cols_find(in, "ts");
	if (ts < 0 || !when_part_name(span_str(name), &part))
		return -1;
	int slot = cols_want_column(in, (size_t)ts, REC_TIME);
	struct column *c = add_column(in, name);
	c->kind = COL_PART;
	c->part = part;
	c->hidden = true;
	add_source(in, c, (size_t)slot);
	return (int)in->ncolumn - 1;
}

static int
path_column(struct rec_in *in, const char *name)
{
	struct err none = {0};
	if (in->cut.enc != REC_NDJSON || !strchr(name, '.'))
		return -1;
	int physical = old_column(in, name, &none);
	struct column *c = add_column(in, name);
	c->hidden = true;
	add_source(in, c, (size_t)physical);
	return (int)in->ncolumn - 1;
}

int
rec_in_want(struct rec_in *in, const char *name, enum rec_type type)
{
	int column = cols_find(in, name);
	if (column < 0 && in->empty)
		column = (int)(add_column(in, name), in->ncolumn - 1);
	if (column < 0)
		column = derived_column(in, name);
	if (column < 0)
		column = path_column(in, name);
	return column < 0 ? -1 : cols_want_column(in, (size_t)column, type);
}

int
rec_in_need(struct rec_in *in, const char *name, enum rec_type type, struct err *e)
{
	int slot = rec_in_want(in, name, type);
	if (slot >= 0)
		return slot;
	const char **names = xmalloc((in->ncolumn + 1) * sizeof(*names));
	size_t n = 0;
	for (size_t i = 0; i < in->ncolumn; i++)
		if (!in->column[i].hidden)
			names[n++] = in->column[i].name;
	const char *near = msg_nearest(name, names, n);
	if (near)
		err_set(e, LIMN_USAGE,
			"%s: there is no column '%s'; did you mean '%s'? (--as %s='%s')",
			in->batch.file, name, near, name, near);
	else
		err_set(e, LIMN_USAGE,
			"%s: there is no column '%s'; say which one it is with --as %s=COLUMN",
			in->batch.file, name, name);
	free(names);
	return -1;
}

/* ---- values ---- */

static void
fill_first(const struct rec_in *in, const struct column *c, struct span *out, size_t n)
{
	for (size_t r = 0; r < n; r++) {
		out[r] = SPAN_MISSING;
		for (size_t i = 0; i < c->nsource && span_missing(out[r]); i++)
			out[r] = in->cut.field[c->source[i]][r];
	}
}

static void
fill_join(struct rec_in *in, const struct column *c, struct span *out, size_t n)
{
	for (size_t r = 0; r < n; r++) {
		size_t len = c->nsource - 1, at = 0;
		bool missing = false;
		for (size_t i = 0; i < c->nsource; i++) {
			struct span s = in->cut.field[c->source[i]][r];
			missing |= span_missing(s);
			len += s.len;
		}
		out[r] = SPAN_MISSING;
		if (missing)
			continue;
		char *to = arena_bytes(&in->cut.scratch, len);
		for (size_t i = 0; i < c->nsource; i++) {
			struct span s = in->cut.field[c->source[i]][r];
			if (i)
				to[at++] = ' ';
			memcpy(to + at, s.ptr, s.len);
			at += s.len;
		}
		out[r] = (struct span){to, len};
	}
}

static void
fill_part(struct rec_in *in, const struct column *c, struct span *out, size_t n)
{
	const int64_t *time = in->slot[c->source[0]].own.time;
	for (size_t r = 0; r < n; r++) {
		if (time[r] == WHEN_MISSING) {
			out[r] = SPAN_MISSING;
			continue;
		}
		if (r && time[r] == time[r - 1]) {
			out[r] = out[r - 1];
			continue;
		}
		char *to = arena_bytes(&in->cut.scratch, WHEN_TEXT_MAX);
		out[r] = (struct span){to, when_format_part(in->o.zone, time[r], c->part, to)};
	}
}

static bool
read_value(const struct rec_in *in, struct slot *s, struct span v, size_t r)
{
	int64_t t;
	switch (s->type) {
	case REC_NUM:
		return dec_parse(v, &s->own.num[r]);
	case REC_TIME:
		return when_parse(v, in->o.zone, in->o.time_format, &s->own.time[r]);
	case REC_DAY:
		if (when_parse_day(v, &s->own.day[r]))
			return true;
		if (!when_parse(v, in->o.zone, in->o.time_format, &t))
			return false;
		s->own.day[r] = when_day(in->o.zone, t);
		return true;
	case REC_TEXT:
		break;
	}
	return true;
}

static void
set_missing(struct slot *s, size_t r)
{
	if (s->type == REC_NUM)
		s->own.num[r] = dec_int(0);
	else if (s->type == REC_TIME)
		s->own.time[r] = WHEN_MISSING;
	else if (s->type == REC_DAY)
		s->own.day[r] = WHEN_DAY_MISSING;
}

void
cols_fill(struct rec_in *in)
{
	size_t n = in->cut.n;
	for (size_t r = 0; r < n; r++)
		in->bad_slot[r] = -1;
	for (size_t i = 0; i < in->nslot; i++) {
		struct slot *s = &in->slot[i];
		const struct column *c = &in->column[s->column];
		struct rec_col *out = &in->out_col[i];
		*out = s->own;
		if (c->kind == COL_PHYSICAL) {
			out->text = in->cut.field[c->source[0]];
			out->bare = in->cut.bare[c->source[0]];
		} else if (c->kind == COL_FIRST) {
			fill_first(in, c, out->text, n);
		} else if (c->kind == COL_JOIN) {
			fill_join(in, c, out->text, n);
		} else {
			fill_part(in, c, out->text, n);
		}
		if (s->type == REC_TEXT)
			continue;
		for (size_t r = 0; r < n; r++) {
			struct span v = out->text[r];
			if (span_missing(v) || v.len == 0) {
				set_missing(s, r);
			} else if (!read_value(in, s, v, r)) {
				set_missing(s, r);
				if (in->bad_slot[r] < 0)
					in->bad_slot[r] = (int)i;
			}
		}
	}
}

const char *
cols_type_error(enum rec_type type)
{
	return type == REC_NUM ? "not a number" : type == REC_DAY ? "not a day" : "not a time";
}

#define COMPACT(array)                                      \
	do {                                                \
		size_t to = 0;                              \
		for (size_t r = 0; r < in->cut.n; r++)      \
			if (in->keep[r])                    \
				(array)[to++] = (array)[r]; \
	} while (0)

void
cols_compact(struct rec_in *in)
{
	size_t kept = 0;
	for (size_t r = 0; r < in->cut.n; r++)
		kept += in->keep[r];
	if (kept == in->cut.n)
		return;
	for (size_t i = 0; i < in->cut.nneeded; i++) {
		COMPACT(in->cut.field[in->cut.needed[i]]);
		if (in->cut.bare[in->cut.needed[i]])
			COMPACT(in->cut.bare[in->cut.needed[i]]);
	}
	for (size_t i = 0; i < in->nslot; i++) {
		struct rec_col *own = &in->slot[i].own;
		if (own->text)
			COMPACT(own->text);
		if (own->num)
			COMPACT(own->num);
		if (own->time)
			COMPACT(own->time);
		if (own->day)
			COMPACT(own->day);
	}
	COMPACT(in->cut.raw);
	COMPACT(in->cut.line);
	COMPACT(in->cut.offset);
	COMPACT(in->nth);
	in->cut.n = kept;
}

void
cols_free(struct rec_in *in)
{
	for (size_t i = 0; i < in->nslot; i++) {
		struct rec_col *own = &in->slot[i].own;
		free(own->text);
		free(own->num);
		free(own->time);
		free(own->day);
	}
	free(in->slot);
	free(in->column);
	free(in->out_col);
}
