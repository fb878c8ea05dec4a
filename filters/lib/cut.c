/* L2 cut - turns the front of a block into records and field slices. */
#include <stdio.h>
#include <stdlib.h>

#include "rec_int.h"

static const char lone_cr[] = "a carriage return without a line feed";
static const char long_line[] = "a line longer than --max-record";
static const char long_quote[] = "a quote that does not end within --max-record";

void
cutter_init(struct cutter *c, enum rec_enc enc)
{
	c->enc = enc;
	c->next_line = 1;
	if (enc == REC_CSV)
		c->csv = csvin_new();
	if (enc == REC_NDJSON)
		c->json = jsonin_new();
}

void
cutter_free(struct cutter *c)
{
	for (size_t i = 0; i < c->field_cap; i++) {
		free(c->field[i]);
		free(c->bare[i]);
	}
	free(c->field);
	free(c->bare);
	free(c->needed);
	free(c->at);
	free(c->json_values);
	free(c->json_bare);
	csvin_free(c->csv);
	jsonin_free(c->json);
	arena_free(&c->scratch);
}

void
cutter_columns(struct cutter *c, size_t ncols)
{
	size_t cap = c->field_cap, bare_cap = c->field_cap, needed_cap = c->field_cap;
	c->field = xgrow(c->field, &cap, ncols, sizeof(*c->field));
	c->bare = xgrow(c->bare, &bare_cap, ncols, sizeof(*c->bare));
	c->needed = xgrow(c->needed, &needed_cap, ncols, sizeof(*c->needed));
	c->json_values = xrealloc(c->json_values, cap * sizeof(*c->json_values));
	c->json_bare = xrealloc(c->json_bare, cap);
	for (size_t i = c->field_cap; i < cap; i++) {
		c->field[i] = NULL;
		c->bare[i] = NULL;
	}
	c->field_cap = cap;
	c->ncols = ncols;
}

void
cutter_need(struct cutter *c, size_t col)
{
	if (c->field[col])
		return;
	c->field[col] = xcalloc(REC_BATCH_MAX, sizeof(**c->field));
	if (c->enc == REC_NDJSON)
		c->bare[col] = xcalloc(REC_BATCH_MAX, 1);
	size_t i =
		c->nneeded++; /* kept in order, so that slicing walks a record from left to right */
	for (; i && c->needed[i - 1] > col; i--)
		c->needed[i] = c->needed[i - 1];
	c->needed[i] = (uint32_t)col;
}

static enum cut
bad(struct cutter *c, size_t len, int col, const char *reason)
{
	c->bad_reason = reason;
	c->bad_col = col;
	c->bad_len = len;
	c->bad_ends = reason == long_line;
	return CUT_BAD;
}

static enum cut
bad_count(struct cutter *c, size_t len, size_t fields)
{
	snprintf(c->bad_text, sizeof(c->bad_text), "%zu field%s where the header has %zu", fields,
		fields == 1 ? "" : "s", c->ncols);
	return bad(c, len, -1, c->bad_text);
}

/* Registers the record text[start .. end), which takes `lines` lines. */
static inline void
add_record(struct cutter *c, const char *text, size_t start, size_t end, uint64_t lines)
{
	c->raw[c->n] = (struct span){text + start, end - start};
	c->line[c->n] = c->next_line;
	c->offset[c->n] = c->base + start;
	c->next_line += lines;
	c->n++;
}

/* One field of a plain record, as its encoding has it. False: a tsv value ends in a lone backslash. */
static inline bool
plain_field(struct cutter *c, const char *from, size_t len, struct span *out)
{
	if (c->enc == REC_CSV) {
		*out = (struct span){len ? from : NULL, len};
		return true;
	}
	return tsv_unescape((struct span){from, len}, &c->scratch, out);
}

/* Slices the record whose delimiters are at[0 .. ncols), its last field ending at `end`. */
static inline int
slice(struct cutter *c, const char *base, size_t start, size_t end, const uint32_t *at)
{
	for (size_t i = 0; i < c->nneeded; i++) {
		size_t col = c->needed[i];
		size_t from = col ? at[col - 1] + 1 : start;
		size_t to = col + 1 == c->ncols ? end : at[col];
		if (!plain_field(c, base + from, to - from, &c->field[col][c->n]))
			return (int)col;
	}
	return -1;
}

/* What stands between the quotes of a field, text[0] and text[len - 1]; copied only where one is doubled. */
static struct span
unquote(struct cutter *c, const char *text, size_t len)
{
	const char *from = text + 1, *end = text + len - 1;
	const char *quote = memchr(from, '"', (size_t)(end - from));
	if (!quote)
		return (struct span){from, (size_t)(end - from)};
	char *copy = arena_bytes(&c->scratch, (size_t)(end - from));
	size_t n = 0;
	for (; quote; quote = memchr(from, '"', (size_t)(end - from))) {
		size_t more = (size_t)(quote - from) + 1;
		memcpy(copy + n, from, more);
		n += more;
		from = quote + 2;
	}
	memcpy(copy + n, from, (size_t)(end - from));
	return (struct span){copy, n + (size_t)(end - from)};
}

/* The same as slice, of a csv record with quotes. */
static void
slice_quoted(struct cutter *c, const char *base, size_t start, size_t end, const uint32_t *at)
{
	for (size_t i = 0; i < c->nneeded; i++) {
		size_t col = c->needed[i];
		size_t from = col ? at[col - 1] + 1 : start;
		size_t to = col + 1 == c->ncols ? end : at[col];
		struct span *field = &c->field[col][c->n];
		if (to > from && base[from] == '"')
			*field = unquote(c, base + from, to - from);
		else
			plain_field(c, base + from, to - from, field);
	}
}

/* Whether at[0 .. ncols) is exactly one record: delimiters, then a line end. */
static inline bool
one_record(const uint32_t *at, size_t ncols)
{
	uint32_t any = 0;
	for (size_t i = 0; i + 1 < ncols; i++)
		any |= at[i];
	return !(any & SPLIT_LINE) && (at[ncols - 1] & SPLIT_LINE);
}

static size_t
line_length(const char *text, size_t len) /* with its '\n', if it has one */
{
	const char *end = memchr(text, '\n', len);
	return end ? (size_t)(end - text) + 1 : len;
}

static uint64_t
count_lines(const char *text, size_t len)
{
	uint64_t n = 0;
	for (size_t at = 0; at < len; at += line_length(text + at, len - at))
		n++;
	return n;
}

/* The record at *pos by libcsv: something is wrong with its quotes or carriage returns, or it is not
 * whole. What it sees does not depend on how much was read: its first line whole, and no more than max_record. */
static enum cut
cut_csv_record(struct cutter *c, const char *text, size_t len, bool eof, size_t *pos)
{
	size_t used, n, left = len - *pos, line = line_length(text + *pos, left);
	bool cut_off = left > c->max_record;
	const char *reason;
	if (text[*pos + line - 1] != '\n')
		return CUT_END;
	if (line > c->max_record)
		return bad(c, line, -1, long_line);
	if (text[*pos] == '\r') /* libcsv would skip it */
		return bad(c, line, -1, lone_cr);
	if (cut_off)
		left = c->max_record;
	switch (csvin_record(c->csv, text + *pos, left, eof && !cut_off, &used, &reason)) {
	case CSVIN_MORE:
		return cut_off ? bad(c, line, -1, long_quote) : CUT_END;
	case CSVIN_BAD:
		return bad(c, line, -1, reason);
	case CSVIN_RECORD:
		break;
	}
	const struct span *field = csvin_fields(c->csv, &n);
	if (c->newline_added && *pos + used == len && used > 1 && text[len - 2] == '\r')
		return bad(c, line, -1, lone_cr);
	if (n != c->ncols)
		return bad_count(c, line, n);
	for (size_t i = 0; i < c->nneeded; i++)
		c->field[c->needed[i]][c->n] = arena_copy(&c->scratch, field[c->needed[i]]);
	size_t end = *pos + used;
	if (end > *pos && text[end - 1] == '\n')
		end--;
	if (end > *pos && text[end - 1] == '\r')
		end--;
	add_record(c, text, *pos, end, count_lines(text + *pos, used));
	*pos += used;
	return CUT_FULL;
}

/* Takes the whole records among the n offsets (relative to text + *pos). What remains is not whole. */
static enum cut
carve(struct cutter *c, const char *text, size_t len, size_t *pos, size_t n)
{
	const char *base = text + *pos;
	size_t origin = *pos, start = 0;
	for (size_t k = 0; c->n < REC_BATCH_MAX;) {
		size_t j = k + c->ncols - 1;
		bool plain = j < n && one_record(c->at + k, c->ncols);
		if (!plain)
			for (j = k; j < n && !(c->at[j] & SPLIT_LINE);)
				j++;
		if (j >= n)
			return CUT_END;
		bool quoted = c->at[j] & SPLIT_QUOTED;
		size_t next = (c->at[j] & SPLIT_OFFSET) + 1, end = next - 1;
		bool cr = end > start && base[end - 1] == '\r';
		bool lone = cr && c->enc == REC_CSV && c->newline_added && origin + next == len;
		bool too_long = next - start > c->max_record;
		if (quoted && (!plain || too_long || lone)) /* libcsv says what is wrong */
			return cut_csv_record(c, text, len, true, pos);
		if (too_long || lone)
			return bad(c, next - start, -1, too_long ? long_line : lone_cr);
		end -= cr;
		if (c->enc == REC_CSV && end == start &&
			c->ncols > 1) { /* an empty line is no record */
			c->next_line++;
		} else if (!plain) {
			return bad_count(c, next - start, j - k + 1);
		} else if (quoted) {
			slice_quoted(c, base, start, end, c->at + k);
			add_record(c, text, origin + start, origin + end,
				count_lines(base + start, next - start));
		} else {
			int col = slice(c, base, start, end, c->at + k);
			if (col >= 0)
				return bad(c, next - start, col, "a lone backslash at the end");
			add_record(c, text, origin + start, origin + end, 1);
		}
		k = j + 1;
		start = next;
		*pos = origin + start;
	}
	return CUT_FULL;
}

/* A tsv record longer than the index's window: by memchr. */
static enum cut
cut_long_record(struct cutter *c, const char *text, size_t len, size_t *pos)
{
	const char *p = text + *pos, *end = memchr(p, '\n', len - *pos);
	if (!end)
		return CUT_END;
	size_t used = (size_t)(end - p) + 1, fields = 1;
	if (used > c->max_record)
		return bad(c, used, -1, long_line);
	for (const char *d = p; (d = memchr(d, '\t', (size_t)(end - d))); d++)
		fields++;
	if (fields != c->ncols)
		return bad_count(c, used, fields);
	const char *stop = end > p && end[-1] == '\r' ? end - 1 : end, *from = p;
	for (size_t col = 0; col < c->ncols; col++) {
		const char *to =
			col + 1 == c->ncols ? stop : memchr(from, '\t', (size_t)(end - from));
		if (c->field[col] &&
			!plain_field(c, from, (size_t)(to - from), &c->field[col][c->n]))
			return bad(c, used, (int)col, "a lone backslash at the end");
		from = to + 1;
	}
	add_record(c, text, *pos, (size_t)(stop - text), 1);
	*pos += used;
	return CUT_FULL;
}

static enum cut
cut_delimited(struct cutter *c, const char *text, size_t len, bool eof, size_t *pos)
{
	bool csv = c->enc == REC_CSV;
	while (*pos < len) {
		size_t left = len - *pos, window = left < SPLIT_WINDOW ? left : SPLIT_WINDOW, n;
		size_t want = window + SPLIT_PAD;
		c->at = xgrow(c->at, &c->at_cap, want, sizeof(*c->at));
		size_t start = *pos;
		size_t seen = split_index(
			text + start, left, csv ? ',' : '\t', csv, REC_BATCH_MAX - c->n, c->at, &n);
		enum cut r = carve(c, text, len, pos, n);
		if (r != CUT_END)
			return r;
		/* Of a quoted record that is too long it matters where its first line ends: libcsv is asked. */
		if (start + seen == len && !(csv && len - *pos > c->max_record))
			return CUT_END;
		if (*pos > start)
			continue;
		/* No line end before an odd quote or carriage return, within the window or --max-record. */
		r = csv ? cut_csv_record(c, text, len, eof, pos)
			: cut_long_record(c, text, len, pos);
		if (r != CUT_FULL)
			return r;
		if (c->n == REC_BATCH_MAX)
			return CUT_FULL;
	}
	return CUT_END;
}

static enum cut
cut_lines(struct cutter *c, const char *text, size_t len, size_t *pos)
{
	while (*pos < len) {
		const char *p = text + *pos, *end = memchr(p, '\n', len - *pos), *reason;
		if (!end)
			return CUT_END;
		size_t used = (size_t)(end - p) + 1, n = used - 1;
		if (used > c->max_record)
			return bad(c, used, -1, long_line);
		while (n && (p[n - 1] == '\r' || p[n - 1] == ' ' || p[n - 1] == '\t'))
			n--;
		if (n == 0) {
			c->next_line++;
			*pos += used;
			continue;
		}
		if (!jsonin_object(c->json, p, n, &c->scratch, c->json_values, c->json_bare,
			    &c->unknown, &reason))
			return bad(c, used, -1, reason);
		for (size_t i = 0; i < c->nneeded; i++) {
			size_t col = c->needed[i];
			c->field[col][c->n] = c->json_values[col];
			c->bare[col][c->n] = c->json_bare[col];
		}
		add_record(c, text, *pos, *pos + n, 1);
		*pos += used;
		if (c->n == REC_BATCH_MAX)
			return CUT_FULL;
	}
	return CUT_END;
}

enum cut
cut_records(struct cutter *c, const char *text, size_t len, bool eof, size_t *pos)
{
	if (c->n == REC_BATCH_MAX)
		return CUT_FULL;
	return c->enc == REC_NDJSON ? cut_lines(c, text, len, pos)
				    : cut_delimited(c, text, len, eof, pos);
}

bool
cut_one(struct cutter *c, const char *text, size_t len, struct span **values, size_t *n,
	const char **reason)
{
	size_t used;
	if (c->enc == REC_CSV) {
		if (len == 0) { /* libcsv skips empty lines: one missing value */
			struct span *one = arena_alloc(&c->scratch, sizeof(*one));
			*one = SPAN_MISSING;
			*values = one;
			*n = 1;
			return true;
		}
		if (csvin_record(c->csv, text, len, true, &used, reason) != CSVIN_RECORD)
			return false;
		const struct span *field = csvin_fields(c->csv, n);
		*values = arena_alloc(&c->scratch, *n * sizeof(**values) + 1);
		for (size_t i = 0; i < *n; i++)
			(*values)[i] = arena_copy(&c->scratch, field[i]);
		return true;
	}
	*n = 1;
	for (const char *d = text; (d = memchr(d, '\t', len - (size_t)(d - text))); d++)
		++*n;
	*values = arena_alloc(&c->scratch, *n * sizeof(**values));
	const char *from = text, *end = text + len;
	for (size_t i = 0; i < *n; i++) {
		const char *to = i + 1 == *n ? end : memchr(from, '\t', (size_t)(end - from));
		*reason = "a lone backslash at the end";
		if (!tsv_unescape(
			    (struct span){from, (size_t)(to - from)}, &c->scratch, &(*values)[i]))
			return false;
		from = to + 1;
	}
	return true;
}
