/* L2 split - where the delimiters and line ends of a block are, by SIMD.
 *
 * 64 bytes become four bit masks (delimiter, line end, quote, carriage return), whose set bits become offsets.
 * AVX2 where the machine has it, SSE2 on every other x86-64, bytes elsewhere; chosen at the first call. */
#include "split.h"

/* Whether a quote may stand behind this byte where none is open: at the start of a field, or behind the quote
 * that closed and so is the first of two. */
static inline bool
may_open(char before, char delim)
{
	return before == delim || before == '\n' || before == '"';
}

/* Whether a quote may close before this byte: at the end of a field, or as the first of two. */
static inline bool
may_close(char behind, char delim)
{
	return behind == delim || behind == '\n' || behind == '\r' || behind == '"';
}

size_t
split_index_plain(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n)
{
	size_t lines = 0, i = 0, last = 0;
	bool inside = false, quoted = false;
	*n = 0;
	if (len > SPLIT_WINDOW)
		len = SPLIT_WINDOW;
	for (; i < len && lines < max_lines; i++) {
		char c = text[i];
		if (quotes && c == '"') {
			if (inside ? !may_close(text[i + 1], delim)
				   : i && !may_open(text[i - 1], delim))
				return i;
			inside = !inside;
			quoted = true;
			last = i;
		} else if (inside) {
			continue;
		} else if (quotes && c == '\r' && text[i + 1] != '\n') {
			return i;
		} else if (c == '\n') {
			at[(*n)++] = (uint32_t)i | SPLIT_LINE | (quoted ? SPLIT_QUOTED : 0);
			quoted = false;
			lines++;
		} else if (c == delim) {
			at[(*n)++] = (uint32_t)i;
		}
	}
	return inside ? last : i;
}

#if defined(__x86_64__)
#include <immintrin.h>

struct masks {
	uint64_t delim, line, quote, cr;
};

__attribute__((target("avx2"), always_inline)) static inline struct masks
masks_avx2(const char *p, char delim)
{
	__m256i lo = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i hi = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
#define MASK(c)                                                                                 \
	((uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(lo, _mm256_set1_epi8(c))) | \
		(uint64_t)(uint32_t)_mm256_movemask_epi8(                                       \
			_mm256_cmpeq_epi8(hi, _mm256_set1_epi8(c)))                             \
			<< 32)
	return (struct masks){MASK(delim), MASK('\n'), MASK('"'), MASK('\r')};
#undef MASK
}

__attribute__((always_inline)) static inline uint64_t
mask_sse2(const char *p, char c)
{
	uint64_t m = 0;
	for (int i = 0; i < 4; i++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
		m |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)))
		     << 16 * i;
	}
	return m;
}

__attribute__((always_inline)) static inline struct masks
masks_sse2(const char *p, char delim)
{
	return (struct masks){
		mask_sse2(p, delim), mask_sse2(p, '\n'), mask_sse2(p, '"'), mask_sse2(p, '\r')};
}

/* The bits of the carriage returns that no line feed follows. */
static inline uint64_t
lone_crs(const char *p, struct masks m)
{
	uint64_t lone = 0;
	for (uint64_t cr = m.cr & ~(m.line >> 1); cr; cr &= cr - 1) {
		int bit = __builtin_ctzll(cr);
		if (p[bit + 1] != '\n') /* only bit 63 can still be a good line end here */
			lone |= 1ull << bit;
	}
	return lone;
}

/* What the bytes looked at so far say of quotes. */
struct quotes {
	bool inside; /* one is open */
	bool any;    /* there is one in the record that has not ended yet */
	size_t last; /* the offset of the last one */
};

/* The bits that have an odd number of set ones from bit 0 up to themselves. */
static inline uint64_t
odd(uint64_t bits)
{
	for (int i = 1; i < 64; i *= 2)
		bits ^= bits << i;
	return bits;
}

/* The bits of the line ends whose record has a quote. */
static inline uint64_t
quoted_lines(struct masks m, struct quotes *q)
{
	uint64_t quoted = 0, quote = m.quote;
	for (uint64_t line = m.line; line; line &= line - 1) {
		uint64_t before = (line & -line) - 1;
		if (q->any || (quote & before))
			quoted |= line & -line;
		q->any = false;
		quote &= ~before;
	}
	q->any |= quote != 0;
	return quoted;
}

/* Takes what stands inside quotes out of the masks of the 64 bytes at text + i, of which `valid` are the text's.
 * Returns the bits of the quotes in a wrong place, and in *quoted those of quoted_lines. Not inlined: most
 * records have no quote. */
__attribute__((noinline)) static uint64_t
leave_quoted(const char *text, size_t i, char delim, uint64_t valid, struct masks *m,
	struct quotes *q, uint64_t *quoted)
{
	const char *p = text + i;
	uint64_t follow = (m->delim | m->line | m->cr | m->quote) >> 1 |
			  (uint64_t)may_close(p[64], delim) << 63;
	m->quote &= valid;
	uint64_t inside = odd(m->quote) ^ (q->inside ? ~0ull : 0);
	uint64_t open = m->quote & inside, close = m->quote & ~inside;
	m->delim &= ~inside;
	m->line &= ~inside & valid;
	m->cr &= ~inside;
	uint64_t precede = (m->delim | m->line | close) << 1 | (i == 0 || may_open(p[-1], delim));
	if (m->quote)
		q->last = i + 63 - (size_t)__builtin_clzll(m->quote);
	q->inside = inside >> 63;
	*quoted = quoted_lines(*m, q);
	return (open & ~precede) | (close & ~follow);
}

/* Writes the offsets of the set bits behind at[] and returns how many. Eight are written whether or not there
 * are as many: a row of the usual width has about that many delimiters in 64 bytes, and a loop that runs a
 * different number of times each time is mispredicted each time. */
__attribute__((always_inline)) static inline size_t
write_bits(uint32_t *at, uint32_t base, uint64_t bits)
{
	size_t n = (size_t)__builtin_popcountll(bits);
	for (size_t done = 0;; done += 8) {
		for (size_t i = 0; i < 8; i++) {
			at[done + i] = base + (uint32_t)__builtin_ctzll(bits | 1ull << 63);
			bits &= bits - 1;
		}
		if (n <= done + 8)
			return n;
	}
}

/* One loop for both widths; always_inline makes it two functions with their own instructions. */
#define SPLIT_BODY(MASKS)                                                                          \
	struct quotes q = {0};                                                                     \
	size_t lines = 0, out = 0, i = 0;                                                          \
	if (len > SPLIT_WINDOW)                                                                    \
		len = SPLIT_WINDOW;                                                                \
	for (; i < len && lines < max_lines; i += 64) {                                            \
		struct masks m = MASKS(text + i, delim);                                           \
		uint64_t valid = len - i >= 64 ? ~0ull : (1ull << (len - i)) - 1;                  \
		uint64_t stop = 0, quoted = 0;                                                     \
		if (quotes) {                                                                      \
			if (m.quote || q.any) {                                                    \
				struct masks outside = m; /* m itself stays in registers */        \
				stop = leave_quoted(text, i, delim, valid, &outside, &q, &quoted); \
				m = outside;                                                       \
			}                                                                          \
			stop = (stop | lone_crs(text + i, m)) & valid;                             \
			if (stop)                                                                  \
				valid &= (stop & -stop) - 1;                                       \
		}                                                                                  \
		uint64_t line = m.line & valid, bits = (m.delim | m.line) & valid;                 \
		size_t wrote = write_bits(at + out, (uint32_t)i, bits);                            \
		for (uint64_t b = line; b; b &= b - 1)                                             \
			at[out + (size_t)__builtin_popcountll(bits & ((b & -b) - 1))] |=           \
				SPLIT_LINE;                                                        \
		for (uint64_t b = quoted & valid; b; b &= b - 1)                                   \
			at[out + (size_t)__builtin_popcountll(bits & ((b & -b) - 1))] |=           \
				SPLIT_QUOTED;                                                      \
		out += wrote;                                                                      \
		lines += (size_t)__builtin_popcountll(line);                                       \
		if (stop) {                                                                        \
			*n = out;                                                                  \
			return i + (size_t)__builtin_ctzll(stop);                                  \
		}                                                                                  \
	}                                                                                          \
	*n = out;                                                                                  \
	return q.inside ? q.last : i < len ? i : len

__attribute__((target("avx2,bmi,popcnt"))) static size_t
index_avx2(const char *text, size_t len, char delim, bool quotes, size_t max_lines, uint32_t *at,
	size_t *n)
{
	SPLIT_BODY(masks_avx2);
}

static size_t
index_sse2(const char *text, size_t len, char delim, bool quotes, size_t max_lines, uint32_t *at,
	size_t *n)
{
	SPLIT_BODY(masks_sse2);
}

size_t
split_index(const char *text, size_t len, char delim, bool quotes, size_t max_lines, uint32_t *at,
	size_t *n)
{
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return index_avx2(text, len, delim, quotes, max_lines, at, n);
	return index_sse2(text, len, delim, quotes, max_lines, at, n);
}

#else

size_t
split_index(const char *text, size_t len, char delim, bool quotes, size_t max_lines, uint32_t *at,
	size_t *n)
{
	return split_index_plain(text, len, delim, quotes, max_lines, at, n);
}

#endif
