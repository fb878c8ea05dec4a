/* L2 csvin - one csv record at a time through libcsv, strictly. */
#include "csvin.h"

#include <csv.h>
#include <stdlib.h>

#include "buf.h"
#include "msg.h"

/* By how much libcsv lets a long field's buffer grow. By its own 128 bytes, a quote that runs for megabytes
 * takes quadratic time where realloc has to copy. */
#define GROW (64u << 10)

struct csvin {
	struct csv_parser parser;
	struct buf text; /* the fields of one record, back to back */
	struct field {
		size_t at, len;
		bool missing;
	} * field;
	size_t nfields, field_cap;
	struct span *span;
	size_t span_cap;
	unsigned rows; /* ends of row seen in this record's lines */
	int end;       /* the byte that ended the last row, -1 for end of input */
};

/* libcsv trims what this calls a space. In our csv, spaces are data. */
static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static void
on_field(void *value, size_t len, void *data)
{
	struct csvin *p = data;
	if (p->rows)
		return; /* belongs to a second row on the same line: a bare CR, refused below */
	if (p->nfields == p->field_cap)
		p->field = xgrow(p->field, &p->field_cap, p->nfields + 1, sizeof(*p->field));
	p->field[p->nfields++] = (struct field){p->text.len, len, value == NULL};
	buf_put(&p->text, value, len);
}

static void
on_row(int end, void *data)
{
	struct csvin *p = data;
	p->rows++;
	p->end = end;
}

static void
start(struct csvin *p)
{
	if (csv_init(&p->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL))
		msg_die(LIMN_SYSTEM, "libcsv does not start");
	csv_set_space_func(&p->parser, no_space);
	csv_set_blk_size(&p->parser, GROW);
}

struct csvin *
csvin_new(void)
{
	struct csvin *p = xcalloc(1, sizeof(*p));
	start(p);
	return p;
}

void
csvin_free(struct csvin *p)
{
	if (!p)
		return;
	csv_free(&p->parser);
	buf_free(&p->text);
	free(p->field);
	free(p->span);
	free(p);
}

/* After a failure or half a record: csv_fini would deliver what is left, so the parser is made anew. */
static enum csvin_result
give_up(struct csvin *p, enum csvin_result result)
{
	csv_free(&p->parser);
	start(p);
	return result;
}

static void
collect(struct csvin *p)
{
	p->span = xgrow(p->span, &p->span_cap, p->nfields, sizeof(*p->span));
	for (size_t i = 0; i < p->nfields; i++) {
		struct field f = p->field[i];
		const char *at = (p->text.ptr ? p->text.ptr : "") + f.at;
		p->span[i] = f.missing ? SPAN_MISSING : (struct span){at, f.len};
	}
}

/* Whether text ends in \r\n with no further \r before: libcsv skips as many as come. */
static bool
one_crlf(const char *text, size_t len)
{
	return len >= 2 && text[len - 1] == '\n' && text[len - 2] == '\r' &&
	       !(len >= 3 && text[len - 3] == '\r');
}

/* libcsv cannot be stopped from a callback, so it is fed a line at a time until it says that a row ended. */
enum csvin_result
csvin_record(
	struct csvin *p, const char *text, size_t len, bool eof, size_t *used, const char **reason)
{
	size_t at = 0;
	p->text.len = p->nfields = p->rows = 0;
	while (!p->rows) {
		const char *line_end = memchr(text + at, '\n', len - at);
		if (!line_end && !eof)
			return give_up(p, CSVIN_MORE);
		size_t n = line_end ? (size_t)(line_end + 1 - (text + at)) : len - at;
		if (n == 0 || (csv_parse(&p->parser, text + at, n, on_field, on_row, p) == n &&
				      !line_end && !p->rows)) {
			at += n;
			if (csv_fini(&p->parser, on_field, on_row, p)) {
				*reason = "unterminated quote";
				return give_up(p, CSVIN_BAD);
			}
			break;
		}
		at += n;
		if (csv_error(&p->parser) != CSV_SUCCESS) {
			*reason = "a quote in the wrong place";
			return give_up(p, CSVIN_BAD);
		}
	}
	/* Behind a bare CR a second row, or a quote that is still open, can have begun on the same line. */
	if (p->rows > 1 || (p->end == '\r' && (!one_crlf(text, at) ||
						      csv_fini(&p->parser, on_field, on_row, p)))) {
		*reason = "a carriage return without a line feed";
		return give_up(p, CSVIN_BAD);
	}
	collect(p);
	*used = at;
	return CSVIN_RECORD;
}

const struct span *
csvin_fields(const struct csvin *p, size_t *n)
{
	*n = p->nfields;
	return p->span;
}
