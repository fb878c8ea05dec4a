/* L5 flow - the two ends of a filter, opened and closed as the common options say.
 *
 * flow_open reads the header (and ends the program with exit 2 or 3 when it cannot); the filter then names
 * the columns it needs, opens the output with flow_output, works, and ends with flow_close, which flushes,
 * renames, writes the ledger, prints the first failure and returns the exit code. */
#ifndef LIMN_FLOW_H
#define LIMN_FLOW_H

#include "cli.h"
#include "rules.h"

struct flow {
	struct cli_common *common;
	const struct zone *zone;
	struct rec_in *in;
	struct rec_out *out;
	struct rules *where;
	struct err err;
	/* What the ledger says besides the reader's and the writer's own counts. */
	struct {
		uint64_t duplicate, late, state_in, state_out, no_key;
		uint64_t records_out,
			bytes_out; /* of an output that the filter closed itself (out is NULL then) */
		struct buf more;   /* further members: ,"name":value … */
	} count;
	int64_t started;
};

void flow_open(struct flow *f, struct cli_common *common);
/* the slot; ends with exit 2 */
int flow_need(struct flow *f, const char *name, enum rec_type type);
int flow_want(struct flow *f, const char *name, enum rec_type type); /* the slot or -1 */
/* Opens the output: the input's records with extra columns, or, without `like_input`, only those. */
void flow_output(struct flow *f, bool like_input, const struct rec_name *extra, size_t n);
/* As rec_in_next, its failure kept in f->err. False at the end and on failure, also of the output. */
bool flow_next(struct flow *f, const struct rec_batch **b);
int flow_close(struct flow *f);

#endif
