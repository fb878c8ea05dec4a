/* L2 rec_in - reads blocks, has them cut into records, hands out batches; diverts what is bad. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ledger.h"
#include "rec_int.h"

#define REJECT_SHARE_FROM 1000 /* bad records from which a relative limit is checked on the way */
#define PROGRESS_EVERY 500000  /* microseconds */

bool
rec_enc_name(const char *name, enum rec_enc *out)
{
	static const struct {
		const char *name;
		enum rec_enc enc;
	} known[] = {
		{"tsv", REC_TSV}, {"csv", REC_CSV}, {"ndjson", REC_NDJSON}, {"jsonl", REC_NDJSON}};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(name, known[i].name) == 0) {
			*out = known[i].enc;
			return true;
		}
	return false;
}

bool
rec_limit_parse(struct span s, struct rec_limit *out)
{
	struct dec d;
	int64_t n;
	bool relative = s.len > 1 && s.ptr[s.len - 1] == '%';
	if (!relative) {
		uint64_t count;
		if (!num_u64(s, &count))
			return false;
		*out = (struct rec_limit){false, count};
		return true;
	}
	s.len--;
	if (!dec_parse(s, &d) || !dec_mul(d, dec_int(10000), &d) || !dec_to_int(dec_floor(d), &n) ||
		n < 0 || n > 1000000)
		return false;
	*out = (struct rec_limit){true, (uint64_t)n};
	return true;
}

static void
measure(struct rec_in *in)
{
	struct stat st;
	for (size_t i = 0; i < in->o.nfiles; i++) {
		if (stat(in->o.files[i], &st) || !S_ISREG(st.st_mode)) {
			in->size_hint = 0;
			return;
		}
		in->size_hint += (uint64_t)st.st_size;
	}
}

static int
open_rejects(struct rec_in *in, struct err *e)
{
	static const struct rec_name columns[] = {{"file", REC_TEXT}, {"line", REC_NUM},
		{"offset", REC_NUM}, {"column", REC_TEXT}, {"reason", REC_TEXT}, {"raw", REC_TEXT}};
	struct rec_out_opts o = {.path = in->o.rejects, .enc = REC_TSV};
	in->rejects = rec_out_open(&o, NULL, columns, sizeof(columns) / sizeof(*columns), e);
	return in->rejects ? LIMN_OK : e->code;
}

static int
start(struct rec_in *in, struct err *e)
{
	enum rec_enc enc = in->o.enc;
	if (names_start_file(in, e))
		return e->code;
	while (in->pos == in->len && in->file + 1 < in->o.nfiles) { /* empty files have no say */
		block_close(in);
		in->file++;
		if (names_start_file(in, e))
			return e->code;
	}
	if (enc == REC_AUTO)
		enc = names_enc_of_file(block_file(in));
	if (enc == REC_AUTO && names_sniff(in, &enc, e))
		return e->code;
	cutter_init(&in->cut, enc);
	in->cut.max_record = in->o.max_record;
	in->empty = in->pos == in->len && !in->o.columns;
	if (!in->empty && names_read(in, e))
		return e->code;
	if (!in->nphysical && in->pos == in->len) /* nothing but empty lines */
		in->empty = true;
	cutter_columns(&in->cut, in->nphysical);
	for (size_t i = 0; enc == REC_NDJSON && i < in->nphysical; i++)
		if (jsonin_want(in->cut.json, in->physical[i]) != i)
			return err_set(e, LIMN_DATA, "%s: two columns are named '%s'",
				block_file(in), in->physical[i]);
	if (!in->empty && cols_init(in, e))
		return e->code;
	if (in->o.rejects && open_rejects(in, e))
		return e->code;
	in->progress_started = ledger_now();
	if (in->o.progress)
		measure(in);
	return LIMN_OK;
}

struct rec_in *
rec_in_open(const struct rec_in_opts *opts, struct err *e)
{
	struct rec_in *in = xcalloc(1, sizeof(*in));
	in->o = *opts;
	in->fd = -1;
	if (start(in, e)) {
		rec_in_free(in);
		return NULL;
	}
	return in;
}

bool
rec_in_kept(const struct rec_in *in)
{
	return block_is_mapped(in);
}

enum rec_enc
rec_in_enc(const struct rec_in *in)
{
	return in->cut.enc;
}

bool
rec_in_is_empty(const struct rec_in *in)
{
	return in->empty;
}

size_t
rec_in_ncols(const struct rec_in *in)
{
	size_t n = 0;
	for (size_t i = 0; i < in->ncolumn; i++)
		n += !in->column[i].hidden;
	return n;
}

const char *
rec_in_name(const struct rec_in *in, size_t i)
{
	for (size_t c = 0; c < in->ncolumn; c++)
		if (!in->column[c].hidden && i-- == 0)
			return in->column[c].name;
	return NULL;
}

void
rec_in_filter(struct rec_in *in, rec_filter_fn *fn, void *ctx)
{
	in->filter = fn;
	in->filter_ctx = ctx;
}

struct rec_in_stats
rec_in_stats(const struct rec_in *in)
{
	struct rec_in_stats s = in->stats;
	s.unknown = in->cut.unknown;
	return s;
}

/* ---- bad records ---- */

static bool
too_many_rejects(const struct rec_in *in, uint64_t records)
{
	const struct rec_limit *l = &in->o.max_rejects;
	if (!l->relative)
		return in->stats.rejected > l->n;
	return (unsigned __int128)in->stats.rejected * 1000000 > (unsigned __int128)records * l->n;
}

static int
reject_limit_error(const struct rec_in *in, uint64_t records, struct err *e)
{
	return err_set(e, LIMN_DATA,
		"%llu of %llu records are bad, more than --max-rejects allows; see %s",
		(unsigned long long)in->stats.rejected, (unsigned long long)records, in->o.rejects);
}

/* Writes one row of the rejects file. */
static int
divert(struct rec_in *in, const struct reject *r, struct err *e)
{
	struct buf l = {0}, o = {0};
	buf_uint(&l, r->line);
	buf_uint(&o, r->offset);
	struct span row[] = {span_str(in->batch.file), buf_as_span(&l), buf_as_span(&o),
		span_str(r->column), span_str(r->reason), r->raw};
	rec_out_row(in->rejects, row);
	buf_free(&l);
	buf_free(&o);
	in->stats.rejected++;
	if (!in->o.max_rejects.relative || in->stats.rejected >= REJECT_SHARE_FROM)
		if (too_many_rejects(in, r->nth))
			return reject_limit_error(in, r->nth, e);
	return LIMN_OK;
}

static int
by_nth(const void *a, const void *b)
{
	const struct reject *x = a, *y = b;
	return (x->nth > y->nth) - (x->nth < y->nth);
}

/* Diverts what the reader and the filter found bad in the batch, in the order of the input: where one batch
 * ends and the next begins must not show. */
static int
divert_pending(struct rec_in *in, struct err *e)
{
	if (in->npending > 1)
		qsort(in->pending, in->npending, sizeof(*in->pending), by_nth);
	for (size_t i = 0; i < in->npending && !e->code; i++)
		divert(in, &in->pending[i], e);
	in->npending = 0;
	return e->code;
}

void
rec_in_free(struct rec_in *in)
{
	struct err ignored = {0};
	if (!in)
		return;
	if (in->rejects) { /* a failed run keeps its rejects: they say what was wrong */
		divert_pending(in, &ignored);
		rec_out_close(in->rejects, NULL, NULL, &ignored);
	}
	free(in->pending);
	block_free(in);
	cols_free(in);
	cutter_free(&in->cut);
	free(in->physical);
	arena_free(&in->keep_text);
	free(in);
}

static int
located(const struct rec_in *in, uint64_t line, const char *column, const char *reason,
	const struct span *value, struct err *e)
{
	struct buf b = {0};
	buf_printf(&b, "%s:%llu: ", in->batch.file, (unsigned long long)line);
	if (column) {
		buf_str(&b, "column ");
		buf_quote(&b, span_str(column));
		buf_str(&b, ": ");
	}
	buf_str(&b, reason);
	if (value) {
		buf_str(&b, ": ");
		buf_quote(&b, *value);
	}
	err_set(e, LIMN_DATA, "%s", buf_cstr(&b));
	buf_free(&b);
	return e->code;
}

/* The record that the cutter stopped at. */
static int
bad_cut(struct rec_in *in, struct err *e)
{
	struct cutter *c = &in->cut;
	const char *column = c->bad_col < 0 ? NULL : in->physical[c->bad_col];
	struct span raw = {in->text + in->pos, c->bad_len};
	in->stats.records++;
	if (!in->rejects || c->bad_ends)
		return located(in, c->next_line, column, c->bad_reason, NULL, e);
	while (raw.len && (raw.ptr[raw.len - 1] == '\n' || raw.ptr[raw.len - 1] == '\r'))
		raw.len--;
	struct reject r = {
		in->stats.records, c->next_line, c->base + in->pos, column, c->bad_reason, raw};
	divert(in, &r, e);
	in->pos += c->bad_len;
	c->next_line++;
	return e->code;
}

static const char *
slot_name(const struct rec_in *in, int slot)
{
	return slot < 0 ? NULL : in->column[in->slot[slot].column].name;
}

int
rec_in_bad(struct rec_in *in, const struct rec_batch *b, size_t i, int slot, const char *reason,
	struct err *e)
{
	if (!in->rejects)
		return rec_in_fail(in, b, i, slot, e, reason);
	in->pending = xgrow(in->pending, &in->pending_cap, in->npending + 1, sizeof(*in->pending));
	in->pending[in->npending++] = (struct reject){
		in->nth[i], b->line[i], b->offset[i], slot_name(in, slot), reason, b->raw[i]};
	return LIMN_OK;
}

int
rec_in_fail(struct rec_in *in, const struct rec_batch *b, size_t i, int slot, struct err *e,
	const char *reason)
{
	const struct span *value = slot < 0 ? NULL : &b->col[slot].text[i];
	return located(in, b->line[i], slot_name(in, slot), reason, value, e);
}

/* Diverts the records with values that did not read. Without a rejects file, the batch ends before the first
 * of them and the failure comes behind it. */
static void
drop_bad(struct rec_in *in)
{
	bool any = false;
	for (size_t r = 0; r < in->cut.n; r++) {
		int slot = in->bad_slot[r];
		in->keep[r] = slot < 0;
		if (slot < 0)
			continue;
		any = true;
		if (rec_in_bad(in, &in->batch, r, slot, cols_type_error(in->slot[slot].type),
			    &in->later)) {
			in->stats.records -= in->cut.n - (r + 1);
			memset(in->keep + r, 0, in->cut.n - r);
			break;
		}
	}
	if (any)
		cols_compact(in);
	in->batch.n = in->cut.n;
}

static int
drop_filtered(struct rec_in *in, struct err *e)
{
	size_t before = in->cut.n;
	memset(in->keep, 0, before);
	if (in->filter(in->filter_ctx, &in->batch, in->keep, e))
		return e->code;
	cols_compact(in);
	in->stats.filtered += before - in->cut.n;
	in->batch.n = in->cut.n;
	return LIMN_OK;
}

/* ---- batches ---- */

static void
show_progress(struct rec_in *in, bool last)
{
	int64_t now = ledger_now();
	if (!last && now < in->progress_next)
		return;
	in->progress_next = now + PROGRESS_EVERY;
	double seconds = (double)(now - in->progress_started) / 1e6 + 1e-9;
	double rate = (double)in->stats.records / seconds;
	fprintf(stderr, "\r%s: %llu records, %.0f/s", msg_name(),
		(unsigned long long)in->stats.records, rate);
	if (in->size_hint && in->stats.bytes) {
		double share = (double)in->stats.bytes / (double)in->size_hint;
		fprintf(stderr, ", %.0f%%, %.0f s left", 100 * share, seconds / share - seconds);
	}
	fputs(last ? "\033[K\n" : "\033[K", stderr);
}

/* Cuts a batch out of the block. 1: records; 0: more bytes are wanted; -1: failed. */
static int
cut_batch(struct rec_in *in, struct err *e)
{
	for (;;) {
		enum cut r = in->empty
				     ? CUT_END
				     : cut_records(&in->cut, in->text, in->len, in->eof, &in->pos);
		if (in->cut.n)
			return 1; /* a bad record behind them is met again at the next call */
		if (r == CUT_END)
			return 0;
		if (r == CUT_BAD && bad_cut(in, e))
			return -1;
	}
}

/* What the cutter left is a line without an end. */
static int
check_record_size(struct rec_in *in, struct err *e)
{
	if (in->len - in->pos <= in->o.max_record)
		return LIMN_OK;
	return located(in, in->cut.next_line, NULL, "a line longer than --max-record", NULL, e);
}

/* The next batch of the bytes: 1, 0 at the end of all files, -1. */
static int
read_batch(struct rec_in *in, struct err *e)
{
	in->cut.n = 0;
	arena_reset(&in->cut.scratch);
	for (;;) {
		int got = cut_batch(in, e);
		if (got)
			return got;
		if (!in->eof) {
			if (check_record_size(in, e) || block_fill(in, e))
				return -1;
		} else if (in->file + 1 < in->o.nfiles) {
			if (names_next_file(in, e))
				return -1;
		} else {
			return 0;
		}
	}
}

static int
finish(struct rec_in *in, struct err *e)
{
	if (in->o.progress && !in->progress_shown)
		show_progress(in, true);
	in->progress_shown = true;
	if (!in->rejects)
		return 0;
	struct rec_out *rejects = in->rejects;
	in->rejects = NULL;
	if (rec_out_close(rejects, NULL, NULL, e))
		return -1;
	return too_many_rejects(in, in->stats.records)
	       ? reject_limit_error(in, in->stats.records, e),
	       -1 : 0;
}

static void
publish(struct rec_in *in)
{
	if (!in->started) {
		in->out_col = xcalloc(in->nslot + 1, sizeof(*in->out_col));
		in->started = true;
	}
	for (size_t r = 0; in->rejects && r < in->cut.n; r++)
		in->nth[r] = in->stats.records + r + 1;
	in->stats.records += in->cut.n;
	cols_fill(in);
	in->batch.n = in->cut.n;
	in->batch.col = in->out_col;
	in->batch.raw = in->cut.raw;
	in->batch.line = in->cut.line;
	in->batch.offset = in->cut.offset;
}

int
rec_in_next(struct rec_in *in, const struct rec_batch **b, struct err *e)
{
	for (;;) {
		if (in->later.code) {
			*e = in->later;
			return -1;
		}
		int got = divert_pending(in, e) ? -1 : read_batch(in, e);
		if (got < 0)
			return -1;
		if (got == 0)
			return finish(in, e);
		publish(in);
		if (in->o.progress)
			show_progress(in, false);
		drop_bad(in);
		if (in->filter && in->batch.n && drop_filtered(in, e))
			return -1;
		if (in->batch.n) {
			*b = &in->batch;
			return 1;
		}
	}
}
