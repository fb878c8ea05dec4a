/* L1 num - exact decimals in 128 bits.
 *
 * What is common (18 digits or less, equal scales) stays in one or two machine words: 6 to 30 ns a
 * call here (Zen 4). What is not is done on magnitudes without a sign, in 256 bits where needed:
 * unsigned arithmetic has no undefined overflow, and an overflow of an intermediate result is not
 * taken for one of the result. */
#include "num.h"

typedef unsigned __int128 u128;

/* A magnitude of 256 bits, lowest limb first. */
struct wide {
	uint64_t limb[4];
};

static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
	1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000};

static inline u128
magnitude(__int128 v)
{
	return v < 0 ? 0 - (u128)v : (u128)v;
}

static inline bool
fits_64(__int128 v)
{
	return v == (int64_t)v;
}

/* Drops zeros behind the point. Returns what is left. */
static u128
strip(u128 mag, int *scale)
{
	if (!mag)
		*scale = 0;
	while (*scale > 0 && mag > UINT64_MAX) {
		if ((mag & 1) || mag % 10)
			return mag;
		mag /= 10;
		--*scale;
	}
	uint64_t n = (uint64_t)mag;
	if (mag > UINT64_MAX)
		return mag;
	for (; *scale > 0 && n % 10 == 0; --*scale)
		n /= 10;
	return n;
}

/* The canonical form of a signed magnitude; false when it does not fit. */
static bool
pack(bool neg, u128 mag, int scale, struct dec *out)
{
	mag = strip(mag, &scale);
	if (scale > DEC_SCALE_MAX || mag > ((u128)1 << 127) - !neg)
		return false;
	*out = (struct dec){(__int128)(neg ? 0 - mag : mag), scale};
	return true;
}

static struct dec
canonical(struct dec a)
{
	if (a.scale > 0 && !(a.v & 1)) /* an odd number ends in no zero */
		pack(a.v < 0, magnitude(a.v), a.scale, &a);
	return a;
}

/* a * f; false when it needs more than 128 bits. */
static bool
scale_up(u128 a, uint64_t f, u128 *out)
{
	u128 lo = (u128)(uint64_t)a * f;
	u128 hi = (a >> 64) * f + (lo >> 64);

	*out = hi << 64 | (uint64_t)lo;
	return !(hi >> 64);
}

static struct wide
wide_mul(u128 a, u128 b)
{
	uint64_t x[2] = {(uint64_t)a, (uint64_t)(a >> 64)};
	uint64_t y[2] = {(uint64_t)b, (uint64_t)(b >> 64)};
	struct wide w = {{0}};

	for (int i = 0; i < 2; i++) {
		uint64_t carry = 0;
		for (int j = 0; j < 2; j++) {
			u128 t = (u128)x[i] * y[j] + w.limb[i + j] + carry;
			w.limb[i + j] = (uint64_t)t;
			carry = (uint64_t)(t >> 64);
		}
		w.limb[i + 2] = carry;
	}
	return w;
}

/* *w /= 10; returns the digit that fell off. */
static unsigned
wide_div10(struct wide *w)
{
	uint64_t rest = 0;

	for (int i = 3; i >= 0; i--) {
		u128 t = (u128)rest << 64 | w->limb[i];
		w->limb[i] = (uint64_t)(t / 10);
		rest = (uint64_t)(t % 10);
	}
	return (unsigned)rest;
}

static int
wide_cmp(const struct wide *a, const struct wide *b)
{
	for (int i = 3; i >= 0; i--)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

static void
wide_sub(struct wide *a, const struct wide *b)
{
	uint64_t borrow = 0;

	for (int i = 0; i < 4; i++) {
		u128 t = (u128)a->limb[i] - b->limb[i] - borrow;
		a->limb[i] = (uint64_t)t;
		borrow = (uint64_t)(t >> 64) & 1;
	}
}

/* *w = 2 * *w + bit. The bit that falls off the top is the caller's to rule out. */
static void
wide_shift_in(struct wide *w, unsigned bit)
{
	for (int i = 3; i > 0; i--)
		w->limb[i] = w->limb[i] << 1 | w->limb[i - 1] >> 63;
	w->limb[0] = w->limb[0] << 1 | bit;
}

/* pack() for 256 bits. */
static bool
pack_wide(bool neg, struct wide w, int scale, struct dec *out)
{
	while (scale > 0) {
		struct wide tenth = w;
		if (wide_div10(&tenth))
			break;
		w = tenth;
		scale--;
	}
	if (w.limb[2] || w.limb[3])
		return false;
	return pack(neg, (u128)w.limb[1] << 64 | w.limb[0], scale, out);
}

/* num / den, half to even, with DEC_DIV_SCALE digits behind the point: bit by bit, for the rare
 * pair that 128 bits do not hold. Both are below 2^208, so that no shift loses a bit. */
static bool
divide_wide(bool neg, struct wide num, struct wide den, struct dec *out)
{
	struct wide quot = {{0}}, rest = {{0}};

	for (int i = 255; i >= 0; i--) {
		wide_shift_in(&rest, (unsigned)(num.limb[i / 64] >> (i % 64)) & 1);
		bool one = wide_cmp(&rest, &den) >= 0;
		if (one)
			wide_sub(&rest, &den);
		wide_shift_in(&quot, one);
	}
	wide_shift_in(&rest, 0);
	int half = wide_cmp(&rest, &den);
	if (half > 0 || (half == 0 && (quot.limb[0] & 1)))
		for (int i = 0; i < 4 && ++quot.limb[i] == 0; i++)
			;
	return pack_wide(neg, quot, DEC_DIV_SCALE, out);
}

/* The exponent behind 'e'; false unless all of it is one. Saturates far beyond what any text can
 * make up for with its own digits. */
static bool
parse_exponent(const char *p, const char *end, int64_t *out)
{
	bool neg = p < end && *p == '-';
	int64_t n = 0;

	if (p < end && (*p == '-' || *p == '+'))
		p++;
	if (p == end)
		return false;
	for (; p < end; p++) {
		unsigned digit = (unsigned char)*p - (unsigned)'0';
		if (digit > 9)
			return false;
		if (n < INT64_MAX / 100)
			n = n * 10 + (int)digit;
	}
	*out = neg ? -n : n;
	return true;
}

/* Any form, any length: digits, point and exponent behind the sign. */
static bool
parse_long(bool neg, const char *p, const char *end, struct dec *out)
{
	const char *first = p, *point = NULL;
	int64_t scale = 0, exponent = 0;
	u128 mag = 0;

	for (; p < end && (*p | 0x20) != 'e'; p++) {
		unsigned digit = (unsigned char)*p - (unsigned)'0';
		if (*p == '.' && !point && p > first) {
			point = p;
			continue;
		}
		if (digit > 9 || !scale_up(mag, 10, &mag) || mag + digit < mag)
			return false;
		mag += digit;
	}
	if (p == first || point == p - 1)
		return false;
	if (point)
		scale = p - point - 1;
	if (p < end && !parse_exponent(p + 1, end, &exponent))
		return false;
	scale -= exponent;
	if (scale > DEC_SCALE_MAX)
		return false;
	for (; scale < 0 && mag; scale++)
		if (!scale_up(mag, 10, &mag))
			return false;
	return pack(neg, mag, mag ? (int)scale : 0, out);
}

bool
dec_parse(struct span s, struct dec *out)
{
	const char *p = s.ptr, *first, *end, *point = NULL;
	uint64_t n = 0;
	bool neg;

	if (!s.len)
		return false;
	end = p + s.len;
	neg = *p == '-';
	if (neg || *p == '+')
		p++;
	if (p == end || end - p > 19) /* 19 digits still fit into 64 bits */
		return p < end && parse_long(neg, p, end, out);
	for (first = p; p < end; p++) {
		unsigned digit = (unsigned char)*p - (unsigned)'0';
		if (digit <= 9)
			n = n * 10 + digit;
		else if (*p == '.' && !point && p > first)
			point = p;
		else
			return (*p | 0x20) == 'e' && parse_long(neg, first, end, out);
	}
	if (point == end - 1)
		return false;
	int scale = point ? (int)(end - point - 1) : 0;
	if (!n)
		scale = 0;
	for (; scale > 0 && n % 10 == 0; scale--)
		n /= 10;
	*out = (struct dec){neg ? -(__int128)n : (__int128)n, scale};
	return true;
}

/* a + b or, with `minus`, a - b, by magnitudes: for unequal scales and near overflows. */
static bool
add_slowly(struct dec a, struct dec b, bool minus, struct dec *out)
{
	a = canonical(a);
	b = canonical(b);

	bool a_neg = a.v < 0, b_neg = (b.v < 0) != minus;
	u128 x = magnitude(a.v), y = magnitude(b.v);
	int scale = a.scale > b.scale ? a.scale : b.scale;

	/* When aligning overflows 128 bits, so does the result: the operand of the larger scale
	 * does not end in a zero, so the result keeps that scale and is larger than 2^127. */
	if (!scale_up(x, tens[scale - a.scale], &x) || !scale_up(y, tens[scale - b.scale], &y))
		return false;
	if (a_neg == b_neg)
		return x + y >= x && pack(a_neg, x + y, scale, out);
	return x >= y ? pack(a_neg, x - y, scale, out) : pack(b_neg, y - x, scale, out);
}

bool
dec_add(struct dec a, struct dec b, struct dec *out)
{
	__int128 v;

	if (a.scale != b.scale || __builtin_add_overflow(a.v, b.v, &v))
		return add_slowly(a, b, false, out);
	*out = canonical((struct dec){v, a.scale});
	return true;
}

bool
dec_sub(struct dec a, struct dec b, struct dec *out)
{
	__int128 v;

	if (a.scale != b.scale || __builtin_sub_overflow(a.v, b.v, &v))
		return add_slowly(a, b, true, out);
	*out = canonical((struct dec){v, a.scale});
	return true;
}

bool
dec_mul(struct dec a, struct dec b, struct dec *out)
{
	u128 x = magnitude(a.v), y = magnitude(b.v);
	bool neg = (a.v < 0) != (b.v < 0);

	if (x <= UINT64_MAX && y <= UINT64_MAX)
		return pack(neg, x * y, a.scale + b.scale, out);
	return pack_wide(neg, wide_mul(x, y), a.scale + b.scale, out);
}

bool
dec_div(struct dec a, struct dec b, struct dec *out)
{
	bool neg = (a.v < 0) != (b.v < 0);
	int shift = b.scale + DEC_DIV_SCALE - a.scale; /* -12 .. 24 */
	u128 f = 1, num, den;

	if (!b.v)
		return false;
	for (int left = shift < 0 ? -shift : shift; left > 0; left -= DEC_SCALE_MAX)
		f *= tens[left < DEC_SCALE_MAX ? left : DEC_SCALE_MAX];
	num = magnitude(a.v);
	den = magnitude(b.v);
	if (f > UINT64_MAX ||
		!scale_up(shift < 0 ? den : num, (uint64_t)f, shift < 0 ? &den : &num))
		return divide_wide(neg, wide_mul(magnitude(a.v), shift < 0 ? 1 : f),
			wide_mul(magnitude(b.v), shift < 0 ? f : 1), out);
	u128 quot = num / den, rest = num % den, gap = den - rest;
	if (rest > gap || (rest == gap && (quot & 1)))
		quot++;
	return pack(neg, quot, DEC_DIV_SCALE, out);
}

struct dec
dec_round(struct dec a, int scale)
{
	if (scale < 0)
		scale = 0;
	if (scale >= a.scale)
		return canonical(a);

	u128 mag = magnitude(a.v), unit = tens[a.scale - scale];
	u128 quot = mag / unit, rest = mag % unit;

	if (rest > unit - rest || (rest == unit - rest && (quot & 1)))
		quot++;
	pack(a.v < 0, quot, scale, &a); /* a tenth of a at most: fits */
	return a;
}

struct dec
dec_floor(struct dec a)
{
	__int128 unit = (__int128)tens[a.scale], quot = a.v / unit;

	return (struct dec){quot - (a.v % unit < 0), 0};
}

int
dec_cmp(struct dec a, struct dec b)
{
	if (a.scale == b.scale)
		return (a.v > b.v) - (a.v < b.v);

	__int128 x = (__int128)tens[a.scale], y = (__int128)tens[b.scale];
	if (fits_64(a.v) && fits_64(b.v)) { /* below 2^123; both are multiplied alike */
		u128 p = (u128)a.v * (u128)y, q = (u128)b.v * (u128)x;
		return ((__int128)p > (__int128)q) - ((__int128)p < (__int128)q);
	}
	/* Whole parts, then what is behind the point in units of the smallest scale: both always
	 * fit, and both carry the sign. */
	__int128 i = a.v / x, j = b.v / y;
	if (i == j) {
		i = a.v % x * (__int128)tens[DEC_SCALE_MAX - a.scale];
		j = b.v % y * (__int128)tens[DEC_SCALE_MAX - b.scale];
	}
	return (i > j) - (i < j);
}

bool
dec_to_int(struct dec a, int64_t *out)
{
	a = canonical(a);
	if (a.scale || !fits_64(a.v))
		return false;
	*out = (int64_t)a.v;
	return true;
}

size_t
dec_format(struct dec a, char out[DEC_TEXT_MAX])
{
	char digits[DEC_TEXT_MAX], *end = digits + sizeof(digits), *p = end, *o = out;

	a = canonical(a);
	u128 mag = magnitude(a.v);
	while (mag > UINT64_MAX) { /* a 128-bit division is slow: one for 18 digits */
		uint64_t part = (uint64_t)(mag % tens[18]);
		mag /= tens[18];
		for (int i = 0; i < 18; i++, part /= 10)
			*--p = (char)('0' + part % 10);
	}
	for (uint64_t n = (uint64_t)mag; n; n /= 10)
		*--p = (char)('0' + n % 10);
	while (end - p <= a.scale) /* a digit before the point */
		*--p = '0';

	size_t whole = (size_t)(end - p) - (size_t)a.scale;
	if (a.v < 0)
		*o++ = '-';
	memcpy(o, p, whole);
	o += whole;
	if (a.scale) {
		*o++ = '.';
		memcpy(o, p + whole, (size_t)a.scale);
		o += a.scale;
	}
	return (size_t)(o - out);
}

/* Digits only, at least one; false when n does not hold them. */
static bool
parse_digits(const char *p, size_t len, uint64_t *out)
{
	uint64_t n = 0;

	if (!len)
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)p[i] - (unsigned)'0';
		if (digit > 9 || n > UINT64_MAX / 10 || n * 10 > UINT64_MAX - digit)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return true;
}

bool
num_u64(struct span s, uint64_t *out)
{
	return parse_digits(s.ptr, s.len, out);
}

bool
num_i64(struct span s, int64_t *out)
{
	bool neg = s.len && *s.ptr == '-', sign = neg || (s.len && *s.ptr == '+');
	uint64_t n;

	if (!s.len || !parse_digits(s.ptr + sign, s.len - sign, &n))
		return false;
	if (n > (uint64_t)INT64_MAX + neg)
		return false;
	*out = neg ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

bool
num_size(struct span s, uint64_t *out)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	uint64_t n;

	if (s.len) {
		const char *unit = memchr(units, s.ptr[s.len - 1], sizeof(units) - 1);
		if (unit) {
			shift = 10 * (unsigned)(unit - units + 1);
			s.len--;
		}
	}
	if (!parse_digits(s.ptr, s.len, &n) || n > UINT64_MAX >> shift)
		return false;
	*out = n << shift;
	return true;
}
