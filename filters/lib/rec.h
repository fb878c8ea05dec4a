/* L2 rec - records in, records out, in three encodings.
 *
 * A stream is lines, a line a record, the first line names the columns (docs/man/limn-records.7).
 * csv goes through libcsv, ndjson through simdjson, tsv is PostgreSQL's COPY text; callers see none of
 * that. The reader hands out batches of some thousand records as column slices: for each column that
 * somebody wanted, an array with one value a record, beside it the raw record for copying through. A
 * column that nobody wanted is never sliced.
 *
 *     in = rec_in_open(&opts, &e);
 *     int who = rec_in_want(in, "visitor_id", REC_TEXT), at = rec_in_want(in, "ts", REC_TIME);
 *     while ((got = rec_in_next(in, &b, &e)) > 0)
 *             for (size_t i = 0; i < b->n; i++)
 *                     use(b->col[who].text[i], b->col[at].time[i]);
 *
 * Everything in a batch is borrowed until the next rec_in_next. A value that does not read as the type
 * that was asked for makes its record bad: the reader names file, line, column and value and stops
 * (LIMN_DATA), or, with a rejects file, diverts the record and goes on; a caller never sees it. */
#ifndef LIMN_REC_H
#define LIMN_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "msg.h"
#include "num.h"
#include "span.h"
#include "when.h"

enum rec_enc { REC_AUTO, REC_TSV, REC_CSV, REC_NDJSON };
/* "tsv" "csv" "ndjson" ("jsonl" is ndjson) */
bool rec_enc_name(const char *name, enum rec_enc *out);

enum rec_type { REC_TEXT, REC_NUM, REC_TIME, REC_DAY };

#define REC_BATCH_MAX 2048

/* One wanted column of a batch: text always; num, time or day when that type was wanted (then with
 * missing as text NULL, WHEN_MISSING, WHEN_DAY_MISSING). */
struct rec_col {
	struct span *text;
	struct dec *num;
	int64_t *time;
	int32_t *day;
	uint8_t *bare; /* ndjson: 1 where the value was a number, true, false, list or object */
};

struct rec_batch {
	size_t n;                  /* records, 1 .. REC_BATCH_MAX */
	const struct rec_col *col; /* by slot: what rec_in_want returned */
	const struct span *raw;    /* each record as it stood, without its line end */
	const uint64_t *line;      /* the line on which each record starts, from 1 */
	const uint64_t *offset;    /* the byte at which it starts, from 0 */
	const char *file;          /* "-" for standard input */
};

/* A share of bad records that is still borne: count, or parts per million of the records read. */
struct rec_limit {
	bool relative;
	uint64_t n;
};
bool rec_limit_parse(struct span s, struct rec_limit *out); /* "100" or "0.1%" */

struct rec_in_opts {
	const char *const *files; /* none: standard input */
	size_t nfiles;
	enum rec_enc enc;
	const char *columns;     /* names for headerless input, comma-separated, or NULL */
	const char *as;          /* NEW=OLD,NEW=A|B,NEW=A+B or NULL */
	const char *stream;      /* a Table Schema that types columns, names ndjson's; or NULL */
	const struct zone *zone; /* for times without offset and for days */
	const char *time_format; /* strptime, or NULL */
	const char *rejects;     /* file for bad records, or NULL: stop at the first */
	struct rec_limit max_rejects;
	size_t max_record; /* bytes of one record; bounds how far a quote may run */
	size_t block;      /* bytes read at a time; 0: the default (tests use small ones) */
	bool progress;
	bool keep; /* the caller keeps records: map files, so that raw records last (rec_in_kept) */
};
#define REC_IN_DEFAULTS                                              \
	{                                                            \
		.max_rejects = {true, 1000}, .max_record = 16u << 20 \
	}

struct rec_in;

/* Opens the first file and reads its header. NULL on failure. Borrows what opts points to. */
struct rec_in *rec_in_open(const struct rec_in_opts *opts, struct err *e);
void rec_in_free(struct rec_in *in); /* closes everything; NULL is fine */

enum rec_enc rec_in_enc(const struct rec_in *in);
/* no byte of input and no --columns: any column may be wanted, none is there */
bool rec_in_is_empty(const struct rec_in *in);
size_t rec_in_ncols(const struct rec_in *in);
const char *rec_in_name(const struct rec_in *in, size_t i); /* after --as */

/* A slot for the named column, the same for the same name and type. A name that is no column but a derived
 * part (day week month hour) where there is a column ts is computed. -1 when there is no such column.
 * To be called before the first rec_in_next. */
int rec_in_want(struct rec_in *in, const char *name, enum rec_type type);
/* The same, but a column that is not there fills e (LIMN_USAGE), naming the nearest. */
int rec_in_need(struct rec_in *in, const char *name, enum rec_type type, struct err *e);

/* Records for which keep[i] is left 0 are dropped and counted as filtered. For --where. */
typedef int rec_filter_fn(void *ctx, const struct rec_batch *b, uint8_t *keep, struct err *e);
void rec_in_filter(struct rec_in *in, rec_filter_fn *fn, void *ctx);

/* 1: a batch; 0: the end, every byte was understood; -1: e is filled. */
int rec_in_next(struct rec_in *in, const struct rec_batch **b, struct err *e);
/* Whether the raw records of the last batch last until rec_in_free, and need no copy to be kept. */
bool rec_in_kept(const struct rec_in *in);

/* For a caller that finds record i of the batch bad by a rule of its own: returns LIMN_OK when the record
 * is now in the rejects file and counted (the caller skips it), else e's code. slot -1: the record as a whole. */
int rec_in_bad(struct rec_in *in, const struct rec_batch *b, size_t i, int slot, const char *reason,
	struct err *e);
/* Fills e (LIMN_DATA) with a located message about record i; never diverts. */
int rec_in_fail(struct rec_in *in, const struct rec_batch *b, size_t i, int slot, struct err *e,
	const char *reason);

struct rec_in_stats {
	uint64_t records; /* read, bad ones among them */
	uint64_t bytes;
	uint64_t rejected;
	uint64_t filtered;
	uint64_t unknown; /* ndjson members that are not columns */
};
struct rec_in_stats rec_in_stats(const struct rec_in *in);

/* ---- writing ---- */

/* A column that a filter adds or makes. ndjson writes REC_NUM values bare, all else as strings. */
struct rec_name {
	const char *name;
	enum rec_type type;
};

struct rec_out_opts {
	/* NULL: standard output; else a temporary file beside it, renamed at close */
	const char *path;
	enum rec_enc enc; /* REC_AUTO: by the name of path, then fallback, then like's, then tsv */
	enum rec_enc fallback;
	bool no_header;
	const char *select; /* comma-separated output columns, or NULL: all */
};

struct rec_out;

/* A writer of the records of `like` (NULL: of none) followed by `extra` columns. Wants what it needs of
 * `like`, so it is opened before the first rec_in_next. Writes the header. NULL on failure. */
struct rec_out *rec_out_open(const struct rec_out_opts *opts, struct rec_in *like,
	const struct rec_name *extra, size_t nextra, struct err *e);

/* Writes record i of the batch and the extra values. Errors are sticky and told by rec_out_close. */
void rec_out_pass(
	struct rec_out *out, const struct rec_batch *b, size_t i, const struct span *extra);
/* The same in two steps, for filters that keep records: appends record i to dst as bytes in the output's
 * encoding, from which rec_out_emit makes the whole output record. */
void rec_out_pack(struct rec_out *out, const struct rec_batch *b, size_t i, struct buf *dst);
void rec_out_emit(struct rec_out *out, struct span packed, const struct span *extra);
/* For writers without `like`: one value an extra column, in order. */
void rec_out_row(struct rec_out *out, const struct span *values);

/* Working on packed records: reads the input columns of a packed record again into values[0 ..
 * rec_out_npacked), in output order (borrowed from packed or scratch), or replaces one of them. */
size_t rec_out_npacked(const struct rec_out *out);
int rec_out_packed_col(const struct rec_out *out, const char *name); /* index in it, or -1 */
void rec_out_unpack(
	struct rec_out *out, struct span packed, struct span *values, struct buf *scratch);
void rec_out_patch(
	struct rec_out *out, struct span packed, int col, struct span value, struct buf *dst);
/* Order of two packed records by the tsv bytes of their values, column by column: the same whatever the
 * encoding. */
int rec_out_compare(struct rec_out *out, struct span a, struct span b);

enum rec_enc rec_out_enc(const struct rec_out *out);
/* a packed record is the raw record, byte for byte */
bool rec_out_copies(const struct rec_out *out);
bool rec_out_failed(const struct rec_out *out); /* a write failed: no use in going on */

/* Flushes; with a path: fsync and rename. Nothing is known written until this returned LIMN_OK. Frees out. */
int rec_out_close(struct rec_out *out, uint64_t *records, uint64_t *bytes, struct err *e);
/* Throws the output away: no file is left. Frees out; NULL is fine. */
void rec_out_abort(struct rec_out *out);

/* tsv bytes: what sort, join and our own orders go by. */
void tsv_escape(struct buf *b, struct span value); /* missing: \N */
int tsv_cmp(struct span a, struct span b);         /* order of the escaped bytes */

#endif
