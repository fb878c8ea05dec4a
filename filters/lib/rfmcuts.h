/* L3 rfmcuts - cut and split values as text: on the command line, in a file, in the ledger.
 *
 * The file is a tsv stream of the columns name and value (docs/man/rfm-score.1). A cut of R is an age:
 * days or weeks count local days that end with the as-of day, anything else is a length of time before
 * that day's end. */
#ifndef LIMN_RFMCUTS_H
#define LIMN_RFMCUTS_H

#include "rec.h"
#include "rfm.h"

/* "R:90d,60d,30d,7d;F:2,3,5,8;M:50,100,200,500". LIMN_OK or LIMN_USAGE. */
int rfm_cuts_parse(const char *spec, struct rfm_cuts *c, struct err *e);
/* "mean", "median" or "fixed:R,F,M" (known then). LIMN_OK or LIMN_USAGE. */
int rfm_split_parse(const char *spec, struct rfm_split *sp, struct err *e);

/* Appends the cuts of an axis; - is a score that is not reached. R: seconds before the as-of day's end. */
void rfm_cuts_text(struct buf *b, const struct rfm_cuts *c, int axis);
void rfm_split_text(struct buf *b, const struct rfm_split *sp, int axis); /* "num" or "num/den" */
/* Further members of the ledger: the cuts and the split. */
void rfm_cuts_json(struct buf *b, const struct rfm_cuts *c, const struct rfm_split *sp);

/* What the file does not name stays as it was; a file without r, f and m leaves c unknown. */
int rfm_file_read(const char *path, struct rfm_cuts *c, struct rfm_split *sp, int32_t *as_of,
	int32_t *window, struct err *e);
struct rec_out *rfm_file_open(const char *path, struct err *e);
void rfm_file_write(struct rec_out *out, const struct rfm_cuts *c, const struct rfm_split *sp,
	const struct rfm_set *s);

#endif
