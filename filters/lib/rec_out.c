/* L2 rec_out - writes records in three encodings, complete or not at all.
 *
 * A record that is passed on unchanged, in the encoding that it came in, is copied as it stands ("raw").
 * Otherwise its columns are encoded anew. A packed record is always a valid record of the output's encoding
 * that holds the input's columns of the output; emitting it adds the extra ones. */
#include <stdlib.h>

#include "outfile.h"
#include "rec_int.h"

#define OUT_BLOCK (256u << 10)

struct out_col {
	const char *name;
	char *json_name; /* "name": */
	int slot;        /* of the input, or -1: extra */
	size_t extra;
	bool bare; /* may stand bare in ndjson when its text is a JSON number */
};

struct rec_out {
	enum rec_enc enc;
	struct outfile file;
	struct err bad; /* a value that the encoding cannot hold: as sticky as a failed write */
	struct buf buf;
	uint64_t records;
	struct out_col *col;
	size_t ncol, col_cap, npacked, nextra;
	bool raw;              /* records are copied as they stand */
	bool extra_last;       /* all extra columns stand behind those of the input */
	struct buf packed;     /* scratch of rec_out_pass */
	struct cutter *reader; /* reads packed records again; made when first needed */
	struct span *reader_values;
	uint8_t *reader_bare;
	struct buf unpack_a, unpack_b;
};

bool
json_number(struct span s)
{
	struct dec unused;
	size_t i = s.len && s.ptr[0] == '-';
	if (s.len == i || s.ptr[i] < '0' || s.ptr[i] > '9')
		return false;
	if (s.ptr[i] == '0' && s.len > i + 1 && s.ptr[i + 1] >= '0' && s.ptr[i + 1] <= '9')
		return false;
	return dec_parse(s, &unused);
}

static void
flush(struct rec_out *out)
{
	if (!out->bad.code)
		outfile_write(&out->file, out->buf.ptr, out->buf.len);
	out->buf.len = 0;
}

static inline void
end_record(struct rec_out *out)
{
	buf_byte(&out->buf, '\n');
	out->records++;
	if (out->buf.len >= OUT_BLOCK)
		flush(out);
}

/* ---- the columns ---- */

static void
add_col(struct rec_out *out, const char *name, int slot, size_t extra, bool bare)
{
	struct buf b = {0};
	out->col = xgrow(out->col, &out->col_cap, out->ncol + 1, sizeof(*out->col));
	buf_json(&b, span_str(name));
	buf_byte(&b, ':');
	out->col[out->ncol++] = (struct out_col){name, xstrdup(buf_cstr(&b)), slot, extra, bare};
	buf_free(&b);
}

static int
add_like_col(struct rec_out *out, struct rec_in *like, const char *name, struct err *e)
{
	int slot = rec_in_need(like, name, REC_TEXT, e);
	if (slot < 0)
		return e->code;
	const struct column *c = &like->column[like->slot[slot].column];
	add_col(out, c->name, slot, 0, c->bare);
	return LIMN_OK;
}

static int
all_columns(struct rec_out *out, struct rec_in *like, const struct rec_name *extra, size_t nextra,
	struct err *e)
{
	for (size_t i = 0; like && i < like->ncolumn; i++) {
		const struct column *c = &like->column[i];
		if (c->hidden)
			continue;
		for (size_t x = 0; x < nextra; x++)
			if (strcmp(c->name, extra[x].name) == 0)
				return err_set(e, LIMN_USAGE,
					"%s: there is a column '%s' already; rename it with --as "
					"old_%s=%s",
					like->batch.file, c->name, c->name, c->name);
		int slot = out->raw ? 0 : cols_want_column(like, i, REC_TEXT);
		add_col(out, c->name, slot, 0, c->bare);
	}
	for (size_t x = 0; x < nextra; x++)
		add_col(out, extra[x].name, -1, x, extra[x].type == REC_NUM);
	return LIMN_OK;
}

static int
one_selected(struct rec_out *out, struct rec_in *like, const char *name,
	const struct rec_name *extra, size_t nextra, struct err *e)
{
	for (size_t x = 0; x < nextra; x++)
		if (strcmp(name, extra[x].name) == 0) {
			add_col(out, extra[x].name, -1, x, extra[x].type == REC_NUM);
			return LIMN_OK;
		}
	if (like)
		return add_like_col(out, like, name, e);
	const char **names = xmalloc((nextra + 1) * sizeof(*names));
	for (size_t x = 0; x < nextra; x++)
		names[x] = extra[x].name;
	const char *near = msg_nearest(name, names, nextra);
	free(names);
	return err_set(e, LIMN_USAGE, "--select: there is no column '%s'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int
selected_columns(struct rec_out *out, const char *select, struct rec_in *like,
	const struct rec_name *extra, size_t nextra, struct err *e)
{
	struct buf name = {0};
	const char *p = select;
	do {
		p = buf_name(&name, p, ",");
		if (one_selected(out, like, buf_cstr(&name), extra, nextra, e))
			break;
	} while (*p++ == ',');
	buf_free(&name);
	return e->code;
}

static void
count_columns(struct rec_out *out)
{
	out->extra_last = true;
	for (size_t i = 0; i < out->ncol; i++) {
		if (out->col[i].slot >= 0) {
			out->npacked++;
			out->extra_last &= out->nextra == 0;
		} else {
			out->nextra++;
		}
	}
}

/* ---- encoding ---- */

static void
csv_field(struct buf *b, struct span s)
{
	if (span_missing(s))
		return;
	bool plain = s.len > 0;
	for (size_t i = 0; plain && i < s.len; i++)
		plain = s.ptr[i] != ',' && s.ptr[i] != '"' && s.ptr[i] != '\n' && s.ptr[i] != '\r';
	if (plain) {
		buf_span(b, s);
		return;
	}
	buf_byte(b, '"');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '"')
			buf_byte(b, '"');
		buf_byte(b, s.ptr[i]);
	}
	buf_byte(b, '"');
}

/* Well-formed UTF-8 of Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF. */
static bool
is_utf8(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.ptr, *end = p + s.len;
	while (p < end) {
		unsigned char c = *p++, low = 0x80, high = 0xbf;
		if (c < 0x80)
			continue;
		int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
		if (c < 0xc2 || c > 0xf4 || end - p < more)
			return false;
		if (c == 0xe0 || c == 0xf0)
			low = c == 0xe0 ? 0xa0 : 0x90;
		if (c == 0xed || c == 0xf4)
			high = c == 0xed ? 0x9f : 0x8f;
		for (; more; more--, p++, low = 0x80, high = 0xbf)
			if (*p < low || *p > high)
				return false;
	}
	return true;
}

static void
put_json(struct rec_out *out, struct buf *b, const struct out_col *c, struct span s)
{
	if (!is_utf8(s) && !out->bad.code) {
		struct buf text = {0};
		buf_quote(&text, s);
		err_set(&out->bad, LIMN_DATA,
			"column '%s': not UTF-8, so it cannot be written as ndjson: %s", c->name,
			buf_cstr(&text));
		buf_free(&text);
	}
	buf_json(b, s);
}

/* One field with what stands before it. `first`: of the record or object. */
static void
put_field(struct rec_out *out, struct buf *b, const struct out_col *c, struct span s, bool bare,
	bool first)
{
	if (out->enc == REC_NDJSON) {
		if (!first)
			buf_byte(b, ',');
		buf_str(b, c->json_name);
		if (bare && !span_missing(s))
			buf_span(b, s);
		else
			put_json(out, b, c, s);
		return;
	}
	if (!first)
		buf_byte(b, out->enc == REC_CSV ? ',' : '\t');
	if (out->enc == REC_CSV)
		csv_field(b, s);
	else
		tsv_escape(b, s);
}

static void
write_header(struct rec_out *out)
{
	for (size_t i = 0; i < out->ncol; i++)
		put_field(out, &out->buf, &out->col[i], span_str(out->col[i].name), false, i == 0);
	if (out->ncol == 1 && out->enc == REC_CSV && !*out->col[0].name)
		buf_str(&out->buf, "\"\"");
	buf_byte(&out->buf, '\n');
}

static struct rec_out *
give_up(struct rec_out *out)
{
	rec_out_abort(out);
	return NULL;
}

struct rec_out *
rec_out_open(const struct rec_out_opts *o, struct rec_in *like, const struct rec_name *extra,
	size_t nextra, struct err *e)
{
	struct rec_out *out = xcalloc(1, sizeof(*out));
	out->file.fd = -1;
	out->enc = o->enc;
	const char *dot = o->path ? strrchr(o->path, '.') : NULL;
	if (out->enc == REC_AUTO && dot)
		rec_enc_name(dot + 1, &out->enc);
	if (out->enc == REC_AUTO)
		out->enc = o->fallback;
	if (out->enc == REC_AUTO)
		out->enc = like && rec_in_enc(like) != REC_AUTO ? rec_in_enc(like) : REC_TSV;
	out->raw = like && !o->select && out->enc == rec_in_enc(like) && cols_raw_order(like);
	if (o->select ? selected_columns(out, o->select, like, extra, nextra, e)
		      : all_columns(out, like, extra, nextra, e))
		return give_up(out);
	count_columns(out);
	for (size_t k = 0; out->enc == REC_NDJSON && k < out->ncol; k++)
		if (!is_utf8(span_str(out->col[k].name))) {
			err_set(e, LIMN_DATA,
				"a column's name is not UTF-8, so it cannot be written as ndjson: "
				"'%s'",
				out->col[k].name);
			return give_up(out);
		}
	if (outfile_open(&out->file, o->path, e))
		return give_up(out);
	buf_room(&out->buf, OUT_BLOCK + (64u << 10));
	if (!o->no_header && out->enc != REC_NDJSON && !(like && rec_in_is_empty(like)))
		write_header(out);
	return out;
}

void
rec_out_pack(struct rec_out *out, const struct rec_batch *b, size_t i, struct buf *dst)
{
	if (out->raw) {
		buf_span(dst, b->raw[i]);
		return;
	}
	bool first = true;
	if (out->enc == REC_NDJSON)
		buf_byte(dst, '{');
	for (size_t k = 0; k < out->ncol; k++) {
		const struct out_col *c = &out->col[k];
		if (c->slot < 0)
			continue;
		const struct rec_col *col = &b->col[c->slot];
		struct span s = col->text[i];
		bool bare = col->bare ? col->bare[i] : c->bare && json_number(s);
		put_field(out, dst, c, s, bare, first);
		first = false;
	}
	if (out->enc == REC_NDJSON)
		buf_byte(dst, '}');
}

/* Where the field of a csv or tsv record that starts at p ends. */
static const char *
field_end(const struct rec_out *out, const char *p, const char *end)
{
	if (out->enc == REC_CSV && p < end && *p == '"') {
		for (p++; p < end; p++)
			if (*p == '"' && (p + 1 == end || *++p != '"'))
				return p + (p + 1 == end && *p == '"');
		return end;
	}
	const char *d = memchr(p, out->enc == REC_CSV ? ',' : '\t', (size_t)(end - p));
	return d ? d : end;
}

/* A csv or tsv record whose extra columns stand between those of the input. */
static void
emit_mixed(struct rec_out *out, struct span packed, const struct span *extra)
{
	const char *p = packed.ptr, *end = packed.ptr + packed.len;
	for (size_t k = 0; k < out->ncol; k++) {
		const struct out_col *c = &out->col[k];
		if (c->slot < 0) {
			put_field(out, &out->buf, c, extra[c->extra], false, k == 0);
			continue;
		}
		const char *stop = field_end(out, p, end);
		if (k)
			buf_byte(&out->buf, out->enc == REC_CSV ? ',' : '\t');
		buf_put(&out->buf, p, (size_t)(stop - p));
		p = stop < end ? stop + 1 : end;
	}
}

static void
emit_object(struct rec_out *out, struct span packed, const struct span *extra)
{
	size_t len = packed.len - 1; /* without its brace */
	while (len && strchr(" \t\r\n", packed.ptr[len - 1]))
		len--;
	bool first = len == 1;
	buf_put(&out->buf, packed.ptr, len);
	for (size_t k = 0; k < out->ncol; k++) {
		const struct out_col *c = &out->col[k];
		if (c->slot >= 0)
			continue;
		put_field(out, &out->buf, c, extra[c->extra],
			c->bare && json_number(extra[c->extra]), first);
		first = false;
	}
	buf_byte(&out->buf, '}');
}

void
rec_out_emit(struct rec_out *out, struct span packed, const struct span *extra)
{
	if (!out->nextra) {
		buf_span(&out->buf, packed);
	} else if (out->enc == REC_NDJSON) {
		emit_object(out, packed, extra);
	} else if (out->extra_last) {
		buf_span(&out->buf, packed);
		for (size_t k = out->npacked; k < out->ncol; k++)
			put_field(out, &out->buf, &out->col[k], extra[out->col[k].extra], false,
				k == 0);
	} else {
		emit_mixed(out, packed, extra);
	}
	end_record(out);
}

void
rec_out_pass(struct rec_out *out, const struct rec_batch *b, size_t i, const struct span *extra)
{
	if (out->raw) {
		rec_out_emit(out, b->raw[i], extra);
	} else if (!out->nextra) {
		rec_out_pack(out, b, i, &out->buf);
		end_record(out);
	} else {
		out->packed.len = 0;
		rec_out_pack(out, b, i, &out->packed);
		rec_out_emit(out, buf_as_span(&out->packed), extra);
	}
}

void
rec_out_row(struct rec_out *out, const struct span *values)
{
	rec_out_emit(out, out->enc == REC_NDJSON ? SPAN_LIT("{}") : SPAN_LIT(""), values);
}

enum rec_enc
rec_out_enc(const struct rec_out *out)
{
	return out->enc;
}

bool
rec_out_copies(const struct rec_out *out)
{
	return out->raw;
}

bool
rec_out_failed(const struct rec_out *out)
{
	return out->file.failed != 0 || out->bad.code;
}

/* ---- packed records ---- */

size_t
rec_out_npacked(const struct rec_out *out)
{
	return out->npacked;
}

int
rec_out_packed_col(const struct rec_out *out, const char *name)
{
	int n = 0;
	for (size_t k = 0; k < out->ncol; k++) {
		if (out->col[k].slot < 0)
			continue;
		if (strcmp(out->col[k].name, name) == 0)
			return n;
		n++;
	}
	return -1;
}

static const struct out_col *
packed_col(const struct rec_out *out, int n)
{
	const struct out_col *c = out->col;
	for (;; c++)
		if (c->slot >= 0 && n-- == 0)
			return c;
}

static void
make_reader(struct rec_out *out)
{
	if (out->reader)
		return;
	out->reader = xcalloc(1, sizeof(*out->reader));
	cutter_init(out->reader, out->enc);
	out->reader_values = xcalloc(out->npacked + 1, sizeof(*out->reader_values));
	out->reader_bare = xcalloc(out->npacked + 1, 1);
	for (size_t k = 0; out->enc == REC_NDJSON && k < out->ncol; k++)
		if (out->col[k].slot >= 0)
			jsonin_want(out->reader->json, out->col[k].name);
}

void
rec_out_unpack(struct rec_out *out, struct span packed, struct span *values, struct buf *scratch)
{
	const char *reason;
	uint64_t unknown = 0;
	struct span *field = NULL;
	size_t n = 0, at = 0;
	make_reader(out);
	struct cutter *c = out->reader;
	arena_reset(&c->scratch);
	if (out->enc == REC_NDJSON) {
		char *padded = arena_bytes(&c->scratch, packed.len + JSONIN_PAD);
		memcpy(padded, packed.ptr, packed.len);
		memset(padded + packed.len, 0, JSONIN_PAD);
		jsonin_object(c->json, padded, packed.len, &c->scratch, out->reader_values,
			out->reader_bare, &unknown, &reason);
		field = out->reader_values;
		n = out->npacked;
	} else {
		cut_one(c, packed.ptr, packed.len, &field, &n, &reason);
	}
	for (size_t i = 0; i < out->npacked; i++)
		at += i < n ? field[i].len : 0;
	scratch->len = 0;
	buf_room(scratch, at + 1);
	for (size_t i = 0; i < out->npacked; i++) {
		struct span s = i < n ? field[i] : SPAN_MISSING;
		values[i] = span_missing(s) ? s : (struct span){scratch->ptr + scratch->len, s.len};
		buf_span(scratch, s);
	}
}

void
rec_out_patch(struct rec_out *out, struct span packed, int col, struct span value, struct buf *dst)
{
	const struct out_col *c = packed_col(out, col);
	if (out->enc == REC_NDJSON) {
		make_reader(out);
		arena_reset(&out->reader->scratch);
		char *padded = arena_bytes(&out->reader->scratch, packed.len + JSONIN_PAD);
		memcpy(padded, packed.ptr, packed.len);
		memset(padded + packed.len, 0, JSONIN_PAD);
		struct buf member = {0};
		put_field(out, &member, c, value, c->bare && json_number(value), true);
		jsonin_replace(
			out->reader->json, padded, packed.len, c->name, buf_as_span(&member), dst);
		buf_free(&member);
		return;
	}
	const char *p = packed.ptr, *end = packed.ptr + packed.len;
	for (int i = 0; i < col; i++)
		p = field_end(out, p, end) + 1;
	const char *stop = field_end(out, p, end);
	buf_put(dst, packed.ptr, (size_t)(p - packed.ptr));
	put_field(out, dst, c, value, false, true);
	buf_put(dst, stop, (size_t)(end - stop));
}

int
rec_out_compare(struct rec_out *out, struct span a, struct span b)
{
	if (span_eq(a, b))
		return 0;
	struct span *va = xmalloc((out->npacked + 1) * 2 * sizeof(*va)), *vb = va + out->npacked;
	rec_out_unpack(out, a, va, &out->unpack_a);
	rec_out_unpack(out, b, vb, &out->unpack_b);
	int d = 0;
	for (size_t i = 0; i < out->npacked && !d; i++)
		d = tsv_cmp(va[i], vb[i]);
	free(va);
	return d ? d : span_cmp(a, b); /* the same values, written differently */
}

/* ---- the end ---- */

static void
free_out(struct rec_out *out)
{
	for (size_t i = 0; i < out->ncol; i++)
		free(out->col[i].json_name);
	if (out->reader) {
		cutter_free(out->reader);
		free(out->reader);
	}
	free(out->reader_values);
	free(out->reader_bare);
	free(out->col);
	buf_free(&out->buf);
	buf_free(&out->packed);
	buf_free(&out->unpack_a);
	buf_free(&out->unpack_b);
	free(out);
}

void
rec_out_abort(struct rec_out *out)
{
	if (!out)
		return;
	outfile_abort(&out->file);
	free_out(out);
}

int
rec_out_close(struct rec_out *out, uint64_t *records, uint64_t *bytes, struct err *e)
{
	flush(out);
	if (bytes)
		*bytes = out->file.bytes;
	if (out->bad.code) {
		err_set(e, out->bad.code, "%s", out->bad.text);
		outfile_abort(&out->file);
	} else {
		outfile_close(&out->file, e);
	}
	if (records)
		*records = out->records;
	free_out(out);
	return e->code;
}
