/* L0 outfile - a file that has its name only when it is complete.
 *
 * Written beside its target without a name (O_TMPFILE) where the file system can, so that nothing is left of it
 * whatever kills the process; else under a hidden name. Closing brings it to disk and renames it. Standard output,
 * devices and pipes are written directly. The first failure sticks and is told at close: nothing is known written
 * until outfile_close returned LIMN_OK. */
#ifndef LIMN_OUTFILE_H
#define LIMN_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "msg.h"

struct outfile {
	int fd;
	const char *name; /* as it was given, for messages; borrowed. NULL: standard output */
	char *path;       /* where its links lead */
	char *temp;       /* the hidden name, if it has one */
	bool replaces;    /* the target gets its name at close */
	int failed;       /* errno of the first failure */
	uint64_t bytes;
};

int outfile_open(struct outfile *f, const char *path, struct err *e);
void outfile_write(struct outfile *f, const char *p, size_t len);
int outfile_close(
	struct outfile *f, struct err *e); /* LIMN_OK or LIMN_SYSTEM; then nothing is left */
void outfile_abort(struct outfile *f);     /* leaves the target as it was */

#endif
