/* L1 num - exact decimals: money, quantities, rates, everything that rules count.
 *
 * A decimal is v / 10^scale with a 128-bit v and 0 <= scale <= DEC_SCALE_MAX. No value ever passes
 * through a double. Sums and products are exact; a division rounds half to even at DEC_DIV_SCALE
 * digits; a result that does not fit is an error, never a wrong number. Canonical form (what every
 * function returns): no trailing zero in v while scale > 0; zero has scale 0. */
#ifndef LIMN_NUM_H
#define LIMN_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "span.h"

#define DEC_SCALE_MAX 18
#define DEC_DIV_SCALE 6
#define DEC_TEXT_MAX 64 /* bytes that dec_format may write */

struct dec {
	__int128 v;
	int scale;
};

static inline struct dec
dec_int(int64_t n)
{
	return (struct dec){n, 0};
}

/* The whole span must be [+-]digits[.digits][(e|E)[+-]digits] (JSON's numbers and plain decimals; at
 * least one digit before the point). Returns false and leaves *out alone for anything else, for more
 * digits than fit, and for more than DEC_SCALE_MAX digits behind the point. */
bool dec_parse(struct span s, struct dec *out);

/* Exact; false on overflow, *out untouched. out may be a or b. */
bool dec_add(struct dec a, struct dec b, struct dec *out);
bool dec_sub(struct dec a, struct dec b, struct dec *out);
bool dec_mul(struct dec a, struct dec b, struct dec *out);
/* Rounded half to even at DEC_DIV_SCALE digits; false when b is 0 or on overflow. */
bool dec_div(struct dec a, struct dec b, struct dec *out);
/* Half to even at `scale` digits behind the point (0 .. DEC_SCALE_MAX). */
struct dec dec_round(struct dec a, int scale);
struct dec dec_floor(struct dec a);
int dec_cmp(struct dec a, struct dec b);     /* <0, 0, >0; exact for every pair */
bool dec_to_int(struct dec a, int64_t *out); /* false unless a whole number that fits */

/* Writes plain decimal text: no exponent, no trailing zeros, "-0" never. Returns its length; no NUL. */
size_t dec_format(struct dec a, char out[DEC_TEXT_MAX]);

/* Plain unsigned and signed whole numbers; the whole span must parse, no blanks. */
bool num_u64(struct span s, uint64_t *out);
bool num_i64(struct span s, int64_t *out);
/* A size in bytes: digits with an optional K, M, G or T (powers of 1024). */
bool num_size(struct span s, uint64_t *out);

#endif
