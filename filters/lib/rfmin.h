/* L3 rfmin - reads orders, or rows of customer facts, into a set of buyers.
 *
 * Orders are counted as they come when the as-of day is known; else they are kept, 32 bytes each, until
 * the end of the input has told it. Facts are a row a customer, counted within the window by whoever made
 * them. Copies the keys it keeps; borrows the reader. */
#ifndef LIMN_RFMIN_H
#define LIMN_RFMIN_H

#include "keyset.h"
#include "rec.h"
#include "rfm.h"

struct rfm_in {
	struct rec_in *in;
	struct rfm_set set; /* zone, window and, where known, as_of are set by the caller */
	struct keyset *keys;
	bool facts, as_of_known;
	int id, at, amount, money;             /* slots; money (the currency) may be -1 */
	int orders, days;                      /* of facts */
	uint64_t used, unpaid, future, no_key; /* records */
	int32_t last_day;                      /* of any payment; WHEN_DAY_MISSING: none yet */
	char *currency;                        /* of the amounts so far */
	struct rfm_order *order;               /* kept until the as-of day is known */
	size_t norders, cap;
};

/* A batch. Bad records are diverted or fill e, like the reader's. LIMN_OK or e's code. */
int rfm_in_add(struct rfm_in *r, const struct rec_batch *b, struct err *e);
/* After the last batch: the set is complete. Without any payment and as-of day, as_of stays missing. */
int rfm_in_end(struct rfm_in *r, struct err *e);
void rfm_in_free(struct rfm_in *r);
/* Fills e: an amount of this customer is too large to be reckoned with. */
int rfm_in_large(const struct rfm_in *r, uint32_t who, struct err *e);

#endif
