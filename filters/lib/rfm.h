/* L3 rfm - scores and groups of buyers by recency, frequency and money.
 *
 * A set of buyers goes in; cut values, split values, scores and groups come out. An axis is good when its
 * value is large: R is minus the microseconds between the last payment and the end of the as-of day, F the
 * orders and M the amount in the window. A score is 1 + the number of cuts that the value reaches, so
 * equal values get equal scores, and a shard scored with the cuts of the whole gets the rows of the whole.
 * Everything is exact: no double, no division; what does not fit is an error. */
#ifndef LIMN_RFM_H
#define LIMN_RFM_H

#include "keyset.h"
#include "num.h"
#include "when.h"

#define RFM_BINS_MAX 100
#define RFM_MIN_BUYERS 25 /* with fewer, quantiles say nothing: no cuts are made */

enum { RFM_R, RFM_F, RFM_M, RFM_AXES };

struct rfm_buyer {
	__int128 amount; /* sum in the window, times 10^scale */
	int64_t last;    /* instant of the last payment; INT64_MIN: none yet */
	uint64_t orders; /* in the window; 0: lapsed */
	int32_t day;     /* a local day with an order in the window */
	uint8_t scale;
	bool days2; /* orders on two or more local days of the window */
};

struct rfm_set {
	struct rfm_buyer *of; /* owned; by id of the customer */
	size_t n, cap;
	const struct zone *zone;
	int32_t as_of, window; /* the last day, and how many days end with it */
	int64_t end;           /* first instant after as_of */
};

void rfm_grow(
	struct rfm_set *s, size_t n); /* room for buyers 0 .. n - 1, new ones without orders */
void rfm_free(struct rfm_set *s);
void rfm_as_of(struct rfm_set *s, int32_t day);
/* Counts one order, paid at an instant of a local day up to as_of. False: the sum does not fit. */
bool rfm_add(struct rfm_set *s, uint32_t id, int64_t at, int32_t day, struct dec amount);
int32_t rfm_recency(const struct rfm_set *s, const struct rfm_buyer *b); /* in local days */
size_t rfm_active(const struct rfm_set *s);                              /* buyers in the window */

/* Cuts of each axis, worst first. With fewer than bins - 1 of them the scores above are not reached. */
struct rfm_cuts {
	bool known; /* false: no scores */
	int bins;
	int n[RFM_AXES];
	struct dec at[RFM_AXES][RFM_BINS_MAX - 1];
	int32_t days[RFM_BINS_MAX -
		     1]; /* R cuts told in local days, until rfm_cuts_resolve; else 0 */
};

/* Cuts into c->bins equal parts: a score is 1 + floor(bins * buyers strictly worse / buyers). */
void rfm_cuts_make(struct rfm_cuts *c, const struct rfm_set *s);
void rfm_cuts_resolve(struct rfm_cuts *c, const struct rfm_set *s); /* days become instants */

/* What is high: recency in days <= num/den; orders, amount >= num/den. */
enum rfm_how { RFM_MEAN, RFM_MEDIAN, RFM_FIXED };
struct rfm_split {
	bool known;
	enum rfm_how how;
	uint64_t den;
	struct dec num[RFM_AXES];
};

/* Mean or median of the buyers in the window; unknown when there are none. LIMN_OK or e's code. */
int rfm_split_make(struct rfm_split *sp, const struct rfm_set *s, struct err *e);

struct rfm_scored {
	int score[RFM_AXES];          /* 0: missing */
	const char *group, *group_cn; /* NULL: missing */
};

/* Lapsed buyers get their group and no scores. False: a product does not fit. */
bool rfm_score(const struct rfm_cuts *c, const struct rfm_split *sp, const struct rfm_set *s,
	const struct rfm_buyer *b, struct rfm_scored *out);

/* All ids of keys in the order of their tsv bytes. The caller frees. */
uint32_t *rfm_order(const struct keyset *keys);

#endif
