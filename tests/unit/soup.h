/* What rec_in must read, told by csvin alone; and what it does read, with any block size.
 *
 * Both sides write the same text: a line a record (its line, offset, fields and bytes, as tsv), a line for each
 * bad one. What the fast path may do is only what does not show here. */
#ifndef LIMN_SOUP_H
#define LIMN_SOUP_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "csvin.h"
#include "rec.h"
#include "tsv.h"

#define SOUP_COLUMNS_MAX 4
static const char *const soup_columns[] = {"", "a", "a,b", "a,b,c", "a,b,c,d"};

struct soup {
	const char *text;
	size_t len;
	size_t ncols;
	size_t max_record;
};

static inline size_t
soup_line(const char *p, size_t len) /* with its '\n', if it has one */
{
	const char *end = memchr(p, '\n', len);
	return end ? (size_t)(end - p) + 1 : len;
}

static inline void
soup_record(struct buf *b, uint64_t line, uint64_t offset, const struct span *field, size_t n,
	struct span raw)
{
	buf_printf(b, "%llu@%llu", (unsigned long long)line, (unsigned long long)offset);
	for (size_t i = 0; i < n; i++) {
		buf_byte(b, '\t');
		tsv_escape(b, field[i]);
	}
	buf_byte(b, '\t');
	tsv_escape(b, raw);
	buf_byte(b, '\n');
}

/* The record's bytes, p[0 .. used), without its line end. */
static inline struct span
soup_raw(const char *p, size_t used)
{
	used -= used && p[used - 1] == '\n';
	used -= used && p[used - 1] == '\r';
	return (struct span){p, used};
}

static inline void
soup_bad(struct buf *b, uint64_t line, uint64_t offset, const char *reason, struct span raw)
{
	while (raw.len && (raw.ptr[raw.len - 1] == '\n' || raw.ptr[raw.len - 1] == '\r'))
		raw.len--;
	buf_printf(b, "!%llu@%llu\t%s\t", (unsigned long long)line, (unsigned long long)offset,
		reason);
	tsv_escape(b, raw);
	buf_byte(b, '\n');
}

/* The next record by csvin, one at a time; p[0 .. left) ends the text. Returns how many bytes it took, 0 when
 * nothing behind it can be read. */
static inline size_t
soup_one(const struct soup *s, struct csvin *csv, const char *p, size_t left, uint64_t *line,
	struct buf *b)
{
	uint64_t offset = (uint64_t)(p - s->text);
	size_t first = soup_line(p, left), used = first, n;
	bool ended = p[first - 1] == '\n';
	const char *reason = NULL, *counted = "fields where the header has";
	bool empty = ended && (first == 1 || (first == 2 && p[0] == '\r'));
	if (first + !ended > s->max_record) {
		soup_bad(b, *line, 0, "a line longer than --max-record", (struct span){p, 0});
		return 0;
	}
	if (empty && s->ncols > 1) {
		++*line;
		return used;
	}
	if (empty) {
		struct span missing = SPAN_MISSING;
		soup_record(b, *line, offset, &missing, 1, soup_raw(p, first));
		++*line;
		return used;
	}
	/* a text that does not end in a line end gets one */
	bool whole = left + (p[left - 1] != '\n') <= s->max_record;
	enum csvin_result r = CSVIN_BAD;
	if (p[0] == '\r')
		reason = "a carriage return without a line feed";
	else
		r = csvin_record(csv, p, whole ? left : s->max_record, whole, &used, &reason);
	if (r == CSVIN_MORE)
		reason = "a quote that does not end within --max-record";
	const struct span *field = r == CSVIN_RECORD ? csvin_fields(csv, &n) : NULL;
	if (r == CSVIN_RECORD && used == left && p[left - 1] == '\r') {
		r = CSVIN_BAD;
		reason = "a carriage return without a line feed";
	}
	if (r == CSVIN_RECORD && n != s->ncols) {
		r = CSVIN_BAD;
		reason = counted;
	}
	if (r != CSVIN_RECORD) {
		soup_bad(b, *line, offset, reason, (struct span){p, first});
		++*line;
		return first;
	}
	soup_record(b, *line, offset, field, n, soup_raw(p, used));
	for (size_t at = 0; at < used; at += soup_line(p + at, used - at))
		++*line;
	return used;
}

static inline void
soup_expected(const struct soup *s, struct buf *b)
{
	struct csvin *csv = csvin_new();
	uint64_t line = 1;
	size_t at = s->len >= 3 && memcmp(s->text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, used;
	while (at < s->len && (used = soup_one(s, csv, s->text + at, s->len - at, &line, b)))
		at += used;
	csvin_free(csv);
}

/* Moves the rows of the rejects, which came through a pipe, into b as soup_bad writes them. */
static inline void
soup_rejects(int fd, struct buf *b)
{
	static char text[1 << 16];
	struct arena arena = {0};
	ssize_t got = read(fd, text, sizeof(text));
	const char *p = text, *end = text + (got > 0 ? got : 0);
	for (size_t n; p < end; p += n) {
		struct span cell[6] = {{NULL, 0}};
		n = soup_line(p, (size_t)(end - p));
		const char *from = p;
		for (size_t i = 0; i < 6; i++) {
			const char *stop = memchr(from, i < 5 ? '\t' : '\n', (size_t)(end - from));
			if (!tsv_unescape(
				    (struct span){from, (size_t)(stop - from)}, &arena, &cell[i]))
				abort();
			from = stop + 1;
		}
		if (p == text)
			continue; /* the header */
		char line[24], offset[24], reason[128];
		snprintf(line, sizeof(line), "%.*s", (int)cell[1].len, cell[1].ptr);
		snprintf(offset, sizeof(offset), "%.*s", (int)cell[2].len, cell[2].ptr);
		snprintf(reason, sizeof(reason), "%.*s", (int)cell[4].len, cell[4].ptr);
		soup_bad(b, strtoull(line, NULL, 10), strtoull(offset, NULL, 10),
			strstr(reason, "where the header has") ? "fields where the header has"
							       : reason,
			cell[5]);
	}
	arena_free(&arena);
}

/* The place of a line in the output: that of its record in the text. */
static inline int
soup_by_offset(const void *a, const void *b)
{
	const char *x = strchr(*(char *const *)a, '@'), *y = strchr(*(char *const *)b, '@');
	uint64_t m = strtoull(x + 1, NULL, 10), n = strtoull(y + 1, NULL, 10);
	return (m > n) - (m < n);
}

static inline void
soup_sort(struct buf *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->len; i++)
		n += b->ptr[i] == '\n';
	char **line = malloc((n + 1) * sizeof(*line));
	struct buf sorted = {0};
	buf_cstr(b);
	for (size_t i = 0, at = 0; i < n; i++) {
		line[i] = b->ptr + at;
		at += soup_line(b->ptr + at, b->len - at);
	}
	qsort(line, n, sizeof(*line), soup_by_offset);
	for (size_t i = 0; i < n; i++)
		buf_put(&sorted, line[i], soup_line(line[i], (size_t)(b->ptr + b->len - line[i])));
	free(line);
	buf_free(b);
	*b = sorted;
}

/* The same through rec_in; with block 0 as much as it likes at a time, of the mapped file. */
static inline void
soup_got(const struct soup *s, size_t block, struct buf *b)
{
	int fd = memfd_create("soup", MFD_CLOEXEC), ends[2];
	char in_name[64], rejects_name[64];
	const char *files[] = {in_name};
	if (fd < 0 || write(fd, s->text, s->len) != (ssize_t)s->len || pipe(ends))
		abort();
	snprintf(in_name, sizeof(in_name), "/proc/self/fd/%d", fd);
	snprintf(rejects_name, sizeof(rejects_name), "/proc/self/fd/%d", ends[1]);
	struct rec_in_opts o = {.files = files,
		.nfiles = 1,
		.enc = REC_CSV,
		.columns = soup_columns[s->ncols],
		.rejects = rejects_name,
		.max_rejects = {false, UINT64_MAX},
		.max_record = s->max_record,
		.keep = block == 0,
		.block = block};
	struct err e = {0};
	const struct rec_batch *batch;
	struct rec_in *in = rec_in_open(&o, &e);
	if (!in)
		abort();
	int slot[SOUP_COLUMNS_MAX];
	for (size_t i = 0; i < s->ncols; i++)
		slot[i] = rec_in_want(in, rec_in_name(in, i), REC_TEXT);
	while (rec_in_next(in, &batch, &e) > 0)
		for (size_t r = 0; r < batch->n; r++) {
			struct span field[SOUP_COLUMNS_MAX];
			for (size_t i = 0; i < s->ncols; i++)
				field[i] = batch->col[slot[i]].text[r];
			soup_record(b, batch->line[r], batch->offset[r], field, s->ncols,
				batch->raw[r]);
		}
	rec_in_free(in);
	close(ends[1]);
	soup_rejects(ends[0], b);
	soup_sort(b);
	if (e.code) /* it broke off: name:line: why */
		soup_bad(b, strtoull(strchr(e.text, ':') + 1, NULL, 10), 0,
			strchr(strchr(e.text, ':') + 1, ':') + 2, SPAN_LIT(""));
	close(ends[0]);
	close(fd);
}

/* Whether both are the same; a line that ends everything is told without its place. */
static inline bool
soup_same(const struct buf *expected, const struct buf *got)
{
	return span_eq(buf_as_span(expected), buf_as_span(got));
}

#endif
