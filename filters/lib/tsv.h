/* L2 tsv - the bytes of one tsv value (PostgreSQL's COPY text): escaping, unescaping, order. */
#ifndef LIMN_TSV_H
#define LIMN_TSV_H

#include "buf.h"
#include "xmem.h"

/* Reads an escaped value: \N alone is missing; \t \n \r \\ \b \f \v are what they say, another byte behind a
 * backslash is itself. Borrowed from s where nothing is escaped, else in a. False when it ends in a lone
 * backslash. */
bool tsv_unescape(struct span s, struct arena *a, struct span *out);

/* Appends the value as tsv writes it; missing is \N. */
void tsv_escape(struct buf *b, struct span value);

/* Order of the escaped bytes, as sort(1) under LC_ALL=C sees them: <0, 0, >0. */
int tsv_cmp(struct span a, struct span b);

#endif
