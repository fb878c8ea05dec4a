/* L2 rec_int - what the files behind rec.h share; nobody else includes it.
 *
 * Between bytes and batches lie two steps. A cutter turns the front of a block into records and, for the
 * physical columns that are needed, into field slices (cut.c). The columns by name, what --as makes of them,
 * and their types come after (rec_cols.c). rec_in.c reads blocks and drives both. */
#ifndef LIMN_REC_INT_H
#define LIMN_REC_INT_H

#include "csvin.h"
#include "jsonin.h"
#include "rec.h"
#include "split.h"
#include "tsv.h"

#define CUT_PAD 64 /* readable bytes behind a block: SPLIT_PAD and JSONIN_PAD */

enum cut { CUT_END, CUT_FULL, CUT_BAD };

struct cutter {
	enum rec_enc enc;
	size_t ncols;        /* physical columns */
	struct span **field; /* [physical column][record]; NULL where nobody needs it */
	uint8_t **bare;      /* ndjson only, like field */
	uint32_t *needed;    /* the physical columns that are not NULL in field */
	size_t nneeded, field_cap;
	struct csvin *csv;
	struct jsonin *json;
	struct span *json_values; /* by jsonin's index, which is the physical column */
	uint8_t *json_bare;
	uint32_t *at; /* split_index's answer */
	size_t at_cap;
	struct arena scratch; /* unescaped values, valid for this batch */
	uint64_t unknown;

	size_t n; /* records cut so far */
	struct span raw[REC_BATCH_MAX];
	uint64_t line[REC_BATCH_MAX], offset[REC_BATCH_MAX];
	uint64_t next_line; /* of the record at the position */
	uint64_t base;      /* the block's offset in its file */
	bool newline_added; /* the block's last '\n' is ours: the file did not end in one */
	size_t max_record;

	/* CUT_BAD: why, in which physical column (-1: all), how many bytes to skip */
	const char *bad_reason;
	int bad_col;
	size_t bad_len;
	bool bad_ends; /* what stands behind it cannot be read: no rejects file helps */
	char bad_text[96];
};

void cutter_init(struct cutter *c, enum rec_enc enc);
void cutter_free(struct cutter *c);
/* Sets the number of physical columns (the header is read) or adds to them (a path in ndjson). */
void cutter_columns(struct cutter *c, size_t ncols);
void cutter_need(struct cutter *c, size_t col);

/* Cuts records off text[*pos .. len) and appends them to the batch. CUT_END: what is left is no whole record
 * (with eof: nothing is left). CUT_FULL: the batch is full. CUT_BAD: at *pos stands a bad record. */
enum cut cut_records(struct cutter *c, const char *text, size_t len, bool eof, size_t *pos);
/* Splits one record of tsv or csv, without its line end, into values[0 .. ncols). For headers and packed
 * records. False: *reason. Values are borrowed from text or c->scratch. */
bool cut_one(struct cutter *c, const char *text, size_t len, struct span **values, size_t *n,
	const char **reason);

/* A column by name: as it stands in the input, or made by --as, or derived from ts. */
struct column {
	char *name;
	enum { COL_PHYSICAL, COL_FIRST, COL_JOIN, COL_PART } kind;
	uint32_t *source; /* physical columns; COL_PART: slot of the time */
	size_t nsource;
	enum when_part part;
	bool hidden;  /* wanted by path or derived: not a column of the output by itself */
	bool renamed; /* its name is not the input's */
	bool bare;    /* a schema says number, integer or boolean */
};

struct slot {
	size_t column;
	enum rec_type type;
	struct rec_col own; /* arrays made for this slot; NULL where it borrows the cutter's */
};

/* A bad record that is to be diverted; raw is borrowed from the block, column and reason last. */
struct reject {
	uint64_t nth, line, offset;
	const char *column, *reason;
	struct span raw;
};

struct rec_in {
	struct rec_in_opts o;
	size_t file; /* the one being read */
	int fd;
	bool eof, started, empty;
	char *text; /* the block: in `buffer`, or the mapped file */
	size_t len, pos;
	char *buffer;
	size_t cap;
	struct mapping {
		char *text;
		size_t size;
	} * map; /* of all files mapped so far */
	size_t nmap, map_cap;
	struct cutter cut;
	char **physical; /* names in the input */
	size_t nphysical, physical_cap;
	struct column *column;
	size_t ncolumn, column_cap;
	struct slot *slot;
	size_t nslot, slot_cap;
	struct rec_col *out_col; /* the batch's col */
	struct rec_batch batch;
	int bad_slot[REC_BATCH_MAX]; /* -1: good */
	uint8_t keep[REC_BATCH_MAX];
	uint64_t nth[REC_BATCH_MAX]; /* of all records read, this is number … */
	struct reject *pending;      /* the batch's, put in order before they are written */
	size_t npending, pending_cap;
	struct err later; /* the failure that comes behind the batch handed out */
	rec_filter_fn *filter;
	void *filter_ctx;
	struct rec_out *rejects;
	struct rec_in_stats stats;
	uint64_t size_hint; /* bytes of all input, 0: not known */
	int64_t progress_started, progress_next;
	bool progress_shown;
	struct arena keep_text; /* names and header bytes */
};

/* rec_cols.c */
int cols_init(struct rec_in *in, struct err *e);          /* from in->physical, --as, the schema */
int cols_find(const struct rec_in *in, const char *name); /* index or -1 */
int cols_want_column(struct rec_in *in, size_t column, enum rec_type type);
void cols_fill(struct rec_in
		*in); /* slots from the cutter's fields; bad_slot where a value does not read */
void cols_compact(struct rec_in *in); /* drops records whose keep is 0 */
void cols_free(struct rec_in *in);
const char *cols_type_error(enum rec_type type);
bool cols_raw_order(const struct rec_in
		*in);            /* the columns are the input's own: raw records can be passed on */
bool json_number(struct span s); /* may stand bare in JSON */

/* rec_block.c: in->text[in->pos .. in->len) is what is read and not yet cut, padded by CUT_PAD bytes. */
const char *block_file(const struct rec_in *in); /* the name of the file being read */
int block_open(struct rec_in *in, struct err *e);
void block_close(struct rec_in *in);
int block_fill(struct rec_in *in, struct err *e); /* more bytes, or eof */
bool block_is_mapped(const struct rec_in *in);
void block_free(struct rec_in *in);
/* Any file as one padded text that the caller frees; NULL with e filled. */
char *read_file(const char *path, size_t *len, struct err *e);

/* rec_names.c */
int names_start_file(struct rec_in *in, struct err *e); /* opens in->file; past a byte order mark */
enum rec_enc names_enc_of_file(const char *name);       /* by its ending, or REC_AUTO */
int names_sniff(struct rec_in *in, enum rec_enc *enc, struct err *e); /* by the first line */
int names_read(struct rec_in *in, struct err *e);                     /* fills in->physical */
int names_next_file(struct rec_in *in, struct err *e); /* the next of several: the same columns */

#endif
