/* L3 sorted - checks that records come in the order of a column's tsv bytes, as `LC_ALL=C sort` leaves them.
 *
 * Copies the last value it has seen. A zeroed struct with slot and name set is ready. */
#ifndef LIMN_SORTED_H
#define LIMN_SORTED_H

#include "rec.h"

struct sorted {
	int slot;          /* of the column, wanted as REC_TEXT */
	const char *name;  /* borrowed */
	const char *hint;  /* what to do about disorder, or NULL */
	bool any, missing; /* a value was there; it was a missing one */
	struct buf last;
	uint64_t line; /* where the last value stood */
	struct buf file;
};

/* 1: record i has a new value; 0: that of the record before; -1: it is out of order, e names both lines. */
int sorted_next(struct sorted *s, const struct rec_batch *b, size_t i, struct err *e);
void sorted_free(struct sorted *s);

#endif
