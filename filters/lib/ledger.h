/* L0 ledger - one JSON line a process: what went in, what came out, what it cost.
 *
 * The line is appended with one write(2), so that parallel jobs may share a file. */
#ifndef LIMN_LEDGER_H
#define LIMN_LEDGER_H

#include <stdint.h>

#include "buf.h"
#include "msg.h"

struct ledger {
	uint64_t records_in, bytes_in, records_out, bytes_out;
	uint64_t duplicate, rejected, filtered, late, state_in, state_out, no_key, unknown;
	struct span more; /* further members, each ",\"name\":value", or empty */
	int status;       /* exit code */
	int64_t started;  /* ledger_now() at the start */
	int argc;
	char *const *argv;
};

int64_t ledger_now(void); /* monotonic microseconds */
int ledger_append(const char *path, const struct ledger *l, struct err *e);

#endif
