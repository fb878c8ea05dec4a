/* L4 rules_group - aggregate states by group; private to rules_*.c.
 *
 * For every grouping set and every aggregate there is one struct state: arrays indexed by group. A group's
 * number is the id of its key: for one column the id of the value plus one (0: missing), for several the id
 * of the tuple of those ids, for the total 0. So each grouping column is looked up once a batch, however
 * many sets name it; and the values that distinct counts see are looked up once however many sets count
 * them, a set then only keeps pairs of numbers (group, value). */
#ifndef LIMN_RULES_GROUP_H
#define LIMN_RULES_GROUP_H

#include "rules_int.h"
#include "sorted.h"

/* ---- cells and pairs (rules_cells.c) ---- */

/* One value; which member counts is told by its type. */
struct val {
	struct dec num;
	struct span text;
	int64_t n; /* time or day */
};

/* Values by group, of one type; texts are copied. */
struct cells {
	uint8_t type;
	size_t n, cap;
	uint8_t *has;
	struct dec *num;
	struct cell_text {
		char *ptr;
		uint32_t len, cap;
	} * text;
	int64_t *time;
	struct arena texts;
};

struct val val_at(const struct node *n, size_t i);
bool val_read(
	uint8_t type, const struct zone *z, struct span s, struct val *out); /* from written form */
int val_cmp(uint8_t type, const struct val *a, const struct val *b);
void val_to_vec(uint8_t type, const struct val *v, bool has, struct rules_vec *out, size_t i);
void cells_reserve(struct cells *c, size_t n); /* new ones are empty */
struct val cells_get(const struct cells *c, size_t i);
void cells_set(struct cells *c, size_t i, const struct val *v);
void cells_free(struct cells *c);

/* A set of pairs of 32-bit numbers. */
struct pairs {
	uint64_t *slot; /* pair + 1; 0: free */
	uint64_t mask, n, seed;
	int shift;
};
/* fresh[i] = 1 where (a[row[i]], b[row[i]]) was not there yet. */
void pairs_add(struct pairs *p, const uint32_t *a, const uint32_t *b, const uint16_t *row, size_t n,
	uint8_t *fresh);
bool pairs_add1(struct pairs *p, uint32_t a, uint32_t b);
/* The pairs in no order; to be freed. */
uint64_t *pairs_list(const struct pairs *p, size_t *n);
void pairs_free(struct pairs *p);

/* ---- aggregates (rules_agg.c) ---- */

/* Texts to numbers: the keyset, before it a cache of short texts. */
#define SHORT_IDS 1024
struct lookup {
	struct keyset *keys;
	struct short_id {
		struct words words;
		uint32_t len, id;
		bool used;
	} cache[SHORT_IDS];
};

/* What a distinct count looks at: shared by all that look at the same. */
struct seen {
	const uint32_t *arg; /* text nodes */
	uint32_t narg;
	struct lookup look;
	uint8_t need[REC_BATCH_MAX]; /* records that some aggregate counts */
	uint32_t id[REC_BATCH_MAX];  /* KEYSET_NONE: not needed, or missing */
	struct buf text;
};

/* The records of a batch for which a condition holds. */
struct chosen {
	uint32_t where; /* its node, or RULES_NONE: all */
	size_t n;
	uint16_t row[REC_BATCH_MAX];
};

struct agg {
	uint32_t node, where, by, arg;
	uint8_t kind;
	size_t seen, chosen;       /* indices */
	bool additive;             /* a distinct count that adds up over shards */
	bool runs;                 /* a distinct count of what the input is clustered by, */
	bool inner;                /* or of session_id within visitor_id */
	bool got_keys, got_counts; /* merging: what partials carried */
};

struct state {
	uint8_t kind;
	size_t n, cap; /* groups there is room for */
	uint64_t *count;
	struct dec *sum; /* of any scale, not canonical */
	struct cells value, by;
	struct pairs pairs;
	uint64_t *run; /* the last run counted */
};

/* The sessions of the visitor whose records go by: none may come back after another. */
struct inner {
	int slot;            /* of session_id; -1: nobody counts it this way */
	uint64_t visitor, n; /* run of the visitor; sessions met so far, of all visitors */
	bool any;            /* the visitor had one; the last of them: */
	struct buf last;
	struct buf text; /* the visitor's sessions, end to end */
	size_t end[16], nend;
	struct keyset *many; /* all of them, when there are more than 16 */
	uint64_t run[REC_BATCH_MAX];
};

struct gcol {
	char *name;
	int slot;      /* of the reader, -1: */
	uint32_t node; /* the text of a tag */
	struct lookup look;
	uint32_t id[REC_BATCH_MAX]; /* 0: missing, else id in keys + 1 */
};

struct gset {
	char *cut;
	size_t *col; /* indices of gcols */
	size_t ncol;
	bool direct,
		missing; /* the group is the value of the one column; a missing one was there */
	struct lookup tuples;
	uint32_t group[REC_BATCH_MAX];
	size_t ngroups;
	struct state *state; /* by aggregate */
};

struct rules_groups {
	struct rules *r;
	struct rec_in *in;
	bool partial, merge;
	uint64_t top;
	size_t nmetric;
	uint32_t *metric; /* nodes */
	struct agg *agg;
	size_t nagg;
	struct seen *seen;
	size_t nseen;
	struct chosen *chosen;
	size_t nchosen;
	struct gcol *col;
	size_t ncol;
	struct gset *set;
	size_t nset;
	struct rec_name *name; /* of the output */
	size_t nname;
	char print[40]; /* the name of the column that identifies partials */
	struct inner inner;
	struct sorted sorted; /* of what the input is clustered by; name NULL: nothing */
	uint64_t runs;
	uint64_t run[REC_BATCH_MAX];
	int slot_cut, slot_state, slot_value, slot_by; /* merging */
	struct buf key;
};

/* A side stream (rules_stream.c). Of g only r, in, agg and chosen are in use: its one grouping set has the
 * records of the input's batch as groups. */
struct stream {
	const char *name;
	struct rec_in *in; /* borrowed; NULL: no rows */
	struct rules_groups g;
	struct state *state;
	uint32_t *order; /* nodes to evaluate over its rows */
	size_t norder;
	struct sorted key;
	const struct rec_batch *b; /* at hand; at: its next row */
	size_t at;
	bool ended;
	uint32_t group[REC_BATCH_MAX]; /* the record of the input that a row goes to */
	uint16_t row[REC_BATCH_MAX];   /* the rows that go to one */
	size_t nrow;
	uint64_t rows, passed; /* read; gone by without a record of their key */
};

void state_init(const struct rules *r, const struct agg *a, struct state *s);
void state_reserve(const struct agg *a, struct state *s, size_t groups);
void state_clear(struct state *s); /* no groups any more; for count, sum, min and max */
/* Takes the chosen records of a batch; false with *bad set where a sum does not fit. */
bool state_add(const struct rules_groups *g, const struct agg *a, struct state *s,
	const uint32_t *group, size_t *bad);
/* Adds group `from` to group `to`; distinct counts are left to the caller. */
bool state_join(const struct agg *a, struct state *s, size_t to, size_t from);
bool state_add_sum(struct state *s, size_t group, struct dec x);
void state_offer(const struct agg *a, struct state *s, size_t group, const struct val *v,
	const struct val *by);
/* Values of some groups into the aggregate's node. False where a sum does not fit. */
bool state_fill(struct rules *r, const struct agg *a, const struct state *s, const uint32_t *group,
	size_t n, size_t *bad);
void state_free(struct state *s);

/* ---- groups ---- */

/* The value of grouping column k of the set, borrowed until the next record. */
struct span groups_key(const struct rules_groups *g, const struct gset *s, size_t group, size_t k);
/* The set's groups, sorted by key; to be freed. */
uint32_t *groups_sorted(const struct rules_groups *g, const struct gset *s, size_t *n);
/* Partials (rules_partial.c): names of their columns; reading and writing them. */
void partial_names(struct rules_groups *g);
bool partial_bind(struct rules_groups *g, struct err *e);
int partial_add(struct rules_groups *g, const struct rec_batch *b, struct err *e);
void partial_write(
	struct rules_groups *g, void (*row)(void *ctx, const struct span *values), void *ctx);

#endif
