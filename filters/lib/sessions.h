/* L3 sessions - events grouped by visitor and ordered by time, and where a session ends.
 *
 * Holds every event that is added, as the packed bytes that will be written, with the few values that decide
 * about sessions. Order: visitor_id by its tsv bytes, then ts, event_id, the whole record. Memory: 28 bytes an
 * event, about 70 a visitor, and the packed bytes where they do not last by themselves. */
#ifndef LIMN_SESSIONS_H
#define LIMN_SESSIONS_H

#include "keyset.h"
#include "rec.h"

/* An event of the visitor at hand. */
struct event {
	int64_t ts;
	struct span packed, customer;
	const struct held *held;
	const uint32_t *code; /* of the --new-on columns: interned values, 0 where missing */
};

/* Whose bytes are those that an event is added with. */
enum event_bytes {
	EVENT_OTHER, /* encoded anew: copied, and the values beside them */
	EVENT_RAW,   /* the raw record: copied */
	EVENT_KEPT   /* the raw record, which lasts: not copied */
};

#define EVENT_BLOCK 4096
#define EVENT_NEW_ON_MAX 32

struct session_rules {
	int64_t gap;    /* microseconds */
	bool inclusive; /* a pause of exactly the gap starts a session */
	bool split_day;
	int64_t max_length;  /* microseconds, 0: none */
	uint64_t max_events; /* 0: none */
};

struct events {
	struct rec_out *out; /* reads and compares packed records; borrowed */
	const struct zone *zone;
	struct held **block; /* of EVENT_BLOCK events each, in blocks */
	struct arena blocks;
	size_t n, block_cap;
	uint32_t *code; /* nnew_on an event */
	size_t nnew_on, code_cap;
	const char *const *new_on; /* names; borrowed */
	struct keyset *visitors, *values;
	uint32_t visitor[REC_BATCH_MAX]; /* of the batch begun */
	struct span key[REC_BATCH_MAX];
	int customer_col, id_col; /* of packed records, -1: not written */
	struct arena text;
	uint32_t *order;          /* after events_order: the events by visitor */
	struct span *key_by_rank; /* the visitors in order */
	size_t next;              /* in order */
	struct event *own;        /* of the visitor at hand */
	size_t own_cap;
	struct span *unpacked;
	struct buf scratch, id_a, id_b;
};

/* Slots of the columns that sessions need. */
struct event_columns {
	int ts, visitor, id, customer; /* id and customer: -1 when not there */
	int new_on[EVENT_NEW_ON_MAX];
};

void events_init(struct events *ev, struct rec_out *out, const struct zone *zone,
	const char *const *new_on, size_t nnew_on);
void events_free(struct events *ev);
/* Finds the columns in `in`; LIMN_OK or e's code. */
int events_columns(
	const struct events *ev, struct rec_in *in, struct event_columns *cols, struct err *e);
/* To be called with each batch before its events are added: looks up all its visitors at once. */
void events_begin(struct events *ev, const struct event_columns *cols, const struct rec_batch *b);
/* Adds record i of b, whose packed bytes are `packed`. Its ts must not be missing. */
void events_add(struct events *ev, const struct event_columns *cols, const struct rec_batch *b,
	size_t i, struct span packed, enum event_bytes bytes);
void events_order(struct events *ev);
/* The next visitor in order and its n > 0 events; false at the end. Borrowed until the next call. */
bool events_next_visitor(struct events *ev, struct span *visitor, struct event **e, size_t *n);

/* The end of the session that starts at e[at]: the first of e[at + 1 .. n) that is not in it, or n. */
size_t session_end(const struct events *ev, const struct session_rules *r, const struct event *e,
	size_t at, size_t n);

#endif
