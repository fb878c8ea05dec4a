/* L2 csvin - one csv record at a time through libcsv, strictly: the slow path and the judge of the fast one.
 *
 * The only user of libcsv. Spaces are data; an empty unquoted field is missing, "" is the empty string; a
 * quote in the wrong place, an unterminated one and a bare CR are refused. */
#ifndef LIMN_CSVIN_H
#define LIMN_CSVIN_H

#include <stdbool.h>
#include <stddef.h>

#include "span.h"

struct csvin;

enum csvin_result { CSVIN_RECORD, CSVIN_MORE, CSVIN_BAD };

struct csvin *csvin_new(void);
void csvin_free(struct csvin *p);

/* Parses the record at the start of text, which is not an empty line. CSVIN_RECORD: *used bytes with the line
 * end, its fields ready. CSVIN_MORE: text ends inside the record and is not the last (`eof`). CSVIN_BAD:
 * *reason says why (a constant); how far to skip is the caller's rule. */
enum csvin_result csvin_record(
	struct csvin *p, const char *text, size_t len, bool eof, size_t *used, const char **reason);
/* The fields of the last record, borrowed until the next call. */
const struct span *csvin_fields(const struct csvin *p, size_t *n);

#endif
