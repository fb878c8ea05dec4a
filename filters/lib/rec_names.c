/* L2 rec_names - what the first bytes of a file say: its encoding and the names of its columns. */
#include <stdlib.h>

#include "keyset.h"
#include "rec_int.h"

enum rec_enc
names_enc_of_file(const char *name)
{
	const char *dot = strrchr(name, '.');
	enum rec_enc enc = REC_AUTO;
	if (dot)
		rec_enc_name(dot + 1, &enc);
	return enc;
}

/* Where the first line that is not empty begins: behind blanks and line ends. */
static size_t
skip_blank(const struct rec_in *in)
{
	size_t i = in->pos;
	while (i < in->len && (in->text[i] == ' ' || in->text[i] == '\n' || in->text[i] == '\r'))
		i++;
	return i;
}

/* By the first line: an object is ndjson, a TAB makes it tsv, anything else is csv. Reads as far as it takes. */
int
names_sniff(struct rec_in *in, enum rec_enc *enc, struct err *e)
{
	size_t i;
	const char *end;
	while ((i = skip_blank(in)), !(end = memchr(in->text + i, '\n', in->len - i)) && !in->eof &&
					     in->len - in->pos <= in->o.max_record)
		if (block_fill(in, e))
			return e->code;
	*enc = REC_CSV;
	if (i < in->len && in->text[i] == '{')
		*enc = REC_NDJSON;
	else if (memchr(in->text + in->pos, '\t',
			 (end ? (size_t)(end - in->text) : in->len) - in->pos))
		*enc = REC_TSV;
	return LIMN_OK;
}

static int
check_compressed(const struct rec_in *in, struct err *e)
{
	const char *p = in->text + in->pos;
	size_t n = in->len - in->pos;
	if (n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
		return err_set(e, LIMN_DATA, "%s: is compressed; pipe it in: zstdcat %s | %s",
			block_file(in), block_file(in), msg_name());
	if (n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0)
		return err_set(e, LIMN_DATA, "%s: is compressed; pipe it in: zcat %s | %s",
			block_file(in), block_file(in), msg_name());
	return LIMN_OK;
}

static void
add_physical(struct rec_in *in, struct span name)
{
	in->physical =
		xgrow(in->physical, &in->physical_cap, in->nphysical + 1, sizeof(*in->physical));
	char *copy = arena_bytes(&in->keep_text, name.len + 1);
	if (name.len)
		memcpy(copy, name.ptr, name.len);
	copy[name.len] = '\0';
	in->physical[in->nphysical++] = copy;
}

static void
names_from_list(struct rec_in *in, const char *list)
{
	struct buf b = {0};
	const char *p = list;
	do {
		p = buf_name(&b, p, ",");
		add_physical(in, buf_as_span(&b));
	} while (*p++ == ',');
	buf_free(&b);
}

static void
on_stream_field(void *ctx, struct span name, struct span type)
{
	(void)type;
	add_physical(ctx, name);
}

struct members {
	struct rec_in *in;
	struct keyset *seen;
};

/* A member of the first object; one that comes twice is one column. A name with a NUL in it is none: it stays
 * unknown. */
static void
on_member(void *ctx, struct span name)
{
	struct members *m = ctx;
	if (!memchr(name.ptr, '\0', name.len) && keyset_add1(m->seen, name) == m->in->nphysical)
		add_physical(m->in, name);
}

static int
names_from_stream(struct rec_in *in, struct err *e)
{
	size_t len;
	const char *reason;
	char *text = read_file(in->o.stream, &len, e);
	if (!text)
		return e->code;
	if (!jsonin_schema(in->cut.json, text, len, on_stream_field, in, &reason))
		err_set(e, LIMN_USAGE, "%s: not a Table Schema: %s", in->o.stream, reason);
	free(text);
	return e->code;
}

/* Reads until a whole first line is there (of csv: a whole first record). Its length with line end; 0: none. */
static size_t
first_line(struct rec_in *in, struct err *e)
{
	for (;;) {
		const char *end = memchr(in->text + in->pos, '\n', in->len - in->pos);
		size_t len = end ? (size_t)(end + 1 - (in->text + in->pos)) : in->len - in->pos;
		if (len > in->o.max_record) {
			err_set(e, LIMN_DATA, "%s:1: the first line is longer than --max-record",
				block_file(in));
			return 0;
		}
		if (end)
			return len;
		if (in->eof || block_fill(in, e))
			return 0;
	}
}

/* The header record of csv or tsv; a csv one may have quoted line ends. */
static int
names_from_header(struct rec_in *in, struct err *e)
{
	struct span *name;
	size_t n, used = first_line(in, e);
	const char *reason = NULL;
	if (in->cut.enc == REC_CSV) {
		enum csvin_result r = CSVIN_BAD;
		if (used > 2 && in->text[in->pos] == '\r') /* libcsv would skip it */
			return err_set(e, LIMN_DATA,
				"%s:1: header: a carriage return without a line feed",
				block_file(in));
		while (!e->code &&
			(r = csvin_record(in->cut.csv, in->text + in->pos, in->len - in->pos,
				 in->eof, &used, &reason)) == CSVIN_MORE) {
			if (in->len - in->pos > in->o.max_record)
				err_set(e, LIMN_DATA,
					"%s:1: the header is longer than --max-record",
					block_file(in));
			else
				block_fill(in, e);
		}
		if (e->code)
			return e->code;
		if (r == CSVIN_BAD)
			return err_set(e, LIMN_DATA, "%s:1: header: %s", block_file(in), reason);
		if (used > in->o.max_record)
			return err_set(e, LIMN_DATA, "%s:1: the header is longer than --max-record",
				block_file(in));
	}
	if (e->code)
		return e->code;
	size_t len = used;
	while (len && (in->text[in->pos + len - 1] == '\n' || in->text[in->pos + len - 1] == '\r'))
		len--;
	if (!cut_one(&in->cut, in->text + in->pos, len, &name, &n, &reason))
		return err_set(e, LIMN_DATA, "%s:1: header: %s", block_file(in), reason);
	for (size_t i = 0; i < n; i++) {
		if (!span_missing(name[i]) && memchr(name[i].ptr, '\0', name[i].len))
			return err_set(e, LIMN_DATA, "%s:1: header: a NUL byte in a column's name",
				block_file(in));
		add_physical(in, name[i]);
	}
	for (size_t i = 0; i < used; i++)
		in->cut.next_line += in->text[in->pos + i] == '\n';
	in->pos += used;
	return LIMN_OK;
}

static int
names_from_first_object(struct rec_in *in, struct err *e)
{
	const char *reason;
	struct members members = {in, keyset_new()};
	size_t used = first_line(in, e);
	while (used && !e->code) { /* past empty lines */
		size_t n = used;
		while (n && strchr(" \t\r\n", in->text[in->pos + n - 1]))
			n--;
		if (n) {
			/* with a rejects file a bad first line is only one more bad record, but
			 * somebody else has to name the columns then */
			if (!jsonin_names(in->cut.json, in->text + in->pos, n, on_member, &members,
				    &reason))
				err_set(e, LIMN_DATA,
					"%s:%llu: %s; name the columns with --columns",
					block_file(in), (unsigned long long)in->cut.next_line,
					reason);
			break;
		}
		in->pos += used;
		in->cut.next_line++;
		used = first_line(in, e);
	}
	keyset_free(members.seen);
	return e->code;
}

int
names_read(struct rec_in *in, struct err *e)
{
	if (in->o.columns)
		names_from_list(in, in->o.columns);
	else if (in->cut.enc == REC_NDJSON && in->o.stream)
		return names_from_stream(in, e);
	else if (in->cut.enc == REC_NDJSON)
		return names_from_first_object(in, e);
	else
		return names_from_header(in, e);
	return LIMN_OK;
}

/* First bytes of a file: an empty one has no header to read. A byte order mark is not data. */
int
names_start_file(struct rec_in *in, struct err *e)
{
	if (block_open(in, e))
		return e->code;
	while (!in->eof && in->len < 4)
		if (block_fill(in, e))
			return e->code;
	if (in->len >= 3 && memcmp(in->text, "\xef\xbb\xbf", 3) == 0)
		in->pos = 3;
	if (in->pos && in->cut.newline_added && in->len == in->pos + 1)
		in->len--; /* nothing but the mark: no line to end */
	return check_compressed(in, e);
}

static int
same_header(struct rec_in *in, char **names, size_t n, struct err *e)
{
	bool same = n == in->nphysical;
	for (size_t i = 0; same && i < n; i++)
		same = strcmp(names[i], in->physical[i]) == 0;
	if (!same)
		err_set(e, LIMN_DATA, "%s: its columns are not those of %s", block_file(in),
			in->o.files[0]);
	return e->code;
}

/* A further file: the same encoding and columns as the first. */
int
names_next_file(struct rec_in *in, struct err *e)
{
	block_close(in);
	in->file++;
	if (names_start_file(in, e))
		return e->code;
	if (in->pos == in->len || in->cut.enc == REC_NDJSON || in->o.columns)
		return LIMN_OK;
	char **first = in->physical;
	size_t nfirst = in->nphysical, ncap = in->physical_cap;
	in->physical = NULL;
	in->nphysical = in->physical_cap = 0;
	if (!names_from_header(in, e))
		same_header(in, first, nfirst, e);
	free(in->physical);
	in->physical = first;
	in->nphysical = nfirst;
	in->physical_cap = ncap;
	return e->code;
}
