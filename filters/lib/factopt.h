/* L5 factopt - segment's --facts NAME=FILE: the readers of side streams.
 *
 * The streams that the rules need are opened and bound once the rules are bound to the input; those that are
 * given and not needed are not touched. */
#ifndef LIMN_FACTOPT_H
#define LIMN_FACTOPT_H

#include "flow.h"

struct factopt {
	const char **arg; /* NAME=FILE, borrowed */
	size_t n, cap;
	struct rec_in **in; /* by the number of the stream; NULL: not needed */
	const char **file;
	size_t nin;
};

void factopt_add(struct factopt *o, const char *arg);
/* Opens and binds; `key` is the input's key (borrowed), `slot` its slot. Ends with exit 2 or 3 when it cannot. */
void factopt_open(struct factopt *o, struct flow *f, struct rules *r, const char *key, int slot);
/* Tells the ledger: "facts":{"orders":{"records":9,"passed":1}} */
void factopt_count(const struct factopt *o, struct flow *f, const struct rules *r);
void factopt_free(struct factopt *o); /* before or after rules_free */

#endif
