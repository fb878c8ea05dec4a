/* L4 rules - the language that says what every number, tag and segment means (docs/rules.md).
 *
 * One evaluator serves segment, summarize and --where. Source text is parsed and checked as a whole before
 * any input is read: an unknown name, a wrong type or a cycle fills e with LIMN_USAGE and a message of the
 * form "file:line:col: what is wrong", the source line, a caret and the nearest valid name. A checked program
 * is bound to an input, which makes it want its columns with their types (so bad values are the reader's
 * business), and is then evaluated over batches, every shared subexpression once a batch.
 *
 * Missing values: positive predicates on a missing value are false, negated forms are exactly `not` of the
 * positive one, arithmetic with missing and division by zero are missing. Decimals are exact (num.h). */
#ifndef LIMN_RULES_H
#define LIMN_RULES_H

#include "rec.h"

struct rules_env {
	const struct zone *zone;
	int32_t as_of;           /* `today`; WHEN_DAY_MISSING: rules that use it are refused */
	const char *const *sets; /* NAME=VALUE, overrides of params */
	size_t nsets;
	const char *const
		*maps; /* directories of lookup tables; behind them comes the shared one */
	size_t nmaps;
};

struct rules;

/* Rules in a file or, when text is not NULL, given on the command line: `name` is the path, or what messages
 * call the text ("-e"); a text may leave out its last ';'. */
struct rules_source {
	const char *name, *text;
};

/* Parses the sources (in order, one name space) and checks all that needs no input. NULL on failure. */
struct rules *rules_load(
	const struct rules_source *sources, size_t n, const struct rules_env *env, struct err *e);
/* One expression, given on the command line: a predicate. `origin` names it in messages ("--where"). */
struct rules *rules_expr(
	const char *text, const char *origin, const struct rules_env *env, struct err *e);
void rules_free(struct rules *r);

/* What the files define, in order of definition. */
enum rules_kind { RULES_METRIC, RULES_TAG, RULES_SEGMENT };
size_t rules_count(const struct rules *r, enum rules_kind kind);
const char *rules_name(const struct rules *r, enum rules_kind kind, size_t i);
const char *rules_label(
	const struct rules *r, enum rules_kind kind, size_t i, const char *lang); /* or NULL */
enum rec_type rules_type(
	const struct rules *r, enum rules_kind kind, size_t i); /* of a metric or tag, once bound */

/* Values of one expression over a batch (or over groups). Exactly one array is set, by type; a boolean is
 * text 'true' or 'false' when written. */
enum rules_vtype { RULES_BOOL, RULES_NUM, RULES_TEXT, RULES_TIME, RULES_DAY };
struct rules_vec {
	enum rules_vtype type;
	uint8_t *missing; /* 1 where there is no value */
	uint8_t *flag;
	struct dec *num;
	struct span *text;
	int64_t *time;
	int32_t *day;
};

/* Binds to the columns of in: tags and segments (segment's use), or only the expression of rules_expr.
 * LIMN_OK or e's code. */
int rules_bind(struct rules *r, struct rec_in *in, struct err *e);
/* Evaluates all bound tags and segments (or the expression) over the batch. -1 with e filled when a value
 * cannot be computed (overflow): located, like bad input. */
int rules_eval(struct rules *r, const struct rec_batch *b, struct err *e);
/* The values of the last rules_eval; borrowed until the next. i counts within the kind. */
const struct rules_vec *rules_tag(const struct rules *r, size_t i);
const struct rules_vec *rules_segment(
	const struct rules *r, size_t i);                    /* RULES_BOOL, never missing */
const struct rules_vec *rules_result(const struct rules *r); /* of rules_expr */

/* ---- facts: side streams, merged with the input by key; segment alone has them ----
 *
 * After rules_bind, every stream that is needed is bound to a reader of its own, and the slot of the input's
 * key is named (a column wanted as text). Rows and records come sorted by the key, whose order the stream
 * verifies for itself; rows of a key that no record has are passed over and counted. A stream that is not
 * bound has no rows. */
size_t rules_nstreams(const struct rules *r);
const char *rules_stream_name(const struct rules *r, size_t i);
bool rules_stream_needed(const struct rules *r, size_t i);        /* known once bound */
int rules_stream_lacks(struct rules *r, size_t i, struct err *e); /* LIMN_USAGE: it is not given */
/* Borrows in and key. LIMN_OK or e's code. */
int rules_bind_stream(struct rules *r, size_t i, struct rec_in *in, const char *key, struct err *e);
void rules_bind_key(struct rules *r, int slot);
/* Reads what is left of the streams when the input has ended. 0 or -1. */
int rules_end_streams(struct rules *r, struct err *e);
struct rules_stream_stats {
	uint64_t rows, passed;
};
struct rules_stream_stats rules_stream_stats(const struct rules *r, size_t i);

/* A rec_filter_fn over rules_expr: ctx is the struct rules. */
int rules_filter(void *ctx, const struct rec_batch *b, uint8_t *keep, struct err *e);

/* Value i of a vector as text in written form; missing gives SPAN_MISSING. Borrowed from v or scratch
 * (which is appended to, never moved under earlier spans: reserve RULES_TEXT_MAX bytes a value first). */
#define RULES_TEXT_MAX 80
struct span rules_text(const struct rules_vec *v, size_t i, struct buf *scratch);

/* ---- groups: what summarize runs ---- */

struct rules_groups;

struct rules_groups_opts {
	const char *metrics;   /* names, comma-separated, or NULL: all */
	const char *const *by; /* one comma-separated list a grouping set; "" is the total */
	size_t nby;
	const char *clustered; /* records come clustered and sorted by this column, or NULL */
	const char *shard_key; /* partials: records were sharded by this column, or NULL */
	uint64_t top;          /* groups kept a grouping set, the rest as Other; 0: all */
	bool partial, merge;
};

/* Binds metrics and grouping columns (columns of in, tags of r, derived parts) to in; with merge, in
 * holds partials. NULL on failure. */
struct rules_groups *rules_groups_new(
	struct rules *r, struct rec_in *in, const struct rules_groups_opts *o, struct err *e);
void rules_groups_free(struct rules_groups *g);
int rules_groups_add(
	struct rules_groups *g, const struct rec_batch *b, struct err *e); /* 0 or -1 */
/* The output's columns, known once bound. */
const struct rec_name *rules_groups_names(const struct rules_groups *g, size_t *n);
/* Hands over every output row, sorted by key, to `row` (values as rec_out_row takes them). 0 or -1. */
int rules_groups_finish(struct rules_groups *g, void (*row)(void *ctx, const struct span *values),
	void *ctx, struct err *e);

#endif
