/* L2 split - where the delimiters and line ends of a block are, by SIMD.
 *
 * 64 bytes become three bit masks (delimiter, line end, stop), whose set bits become offsets. AVX2 where the
 * machine has it, SSE2 on every other x86-64, bytes elsewhere; chosen at the first call. */
#include "split.h"

size_t
split_index_plain(const char *text, size_t len, char delim, bool quotes, size_t max_lines,
	uint32_t *at, size_t *n)
{
	size_t lines = 0, i = 0;
	*n = 0;
	if (len > SPLIT_WINDOW)
		len = SPLIT_WINDOW;
	for (; i < len && lines < max_lines; i++) {
		char c = text[i];
		if (quotes && (c == '"' || (c == '\r' && text[i + 1] != '\n')))
			break;
		if (c == '\n') {
			at[(*n)++] = (uint32_t)i | SPLIT_LINE;
			lines++;
		} else if (c == delim) {
			at[(*n)++] = (uint32_t)i;
		}
	}
	return i;
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

/* Bits of the bytes at which a csv block leaves the fast path. */
static inline uint64_t
stops(const char *p, struct masks m)
{
	uint64_t stop = m.quote;
	for (uint64_t cr = m.cr & ~(m.line >> 1); cr; cr &= cr - 1) {
		int bit = __builtin_ctzll(cr);
		if (p[bit + 1] != '\n') /* only bit 63 can still be a good line end here */
			stop |= 1ull << bit;
	}
	return stop;
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
#define SPLIT_BODY(MASKS)                                                                \
	size_t lines = 0, out = 0;                                                       \
	if (len > SPLIT_WINDOW)                                                          \
		len = SPLIT_WINDOW;                                                      \
	for (size_t i = 0; i < len; i += 64) {                                           \
		struct masks m = MASKS(text + i, delim);                                 \
		uint64_t valid = len - i >= 64 ? ~0ull : (1ull << (len - i)) - 1;        \
		uint64_t stop = quotes ? stops(text + i, m) & valid : 0;                 \
		if (stop)                                                                \
			valid &= (stop & -stop) - 1;                                     \
		uint64_t line = m.line & valid, bits = (m.delim | m.line) & valid;       \
		size_t wrote = write_bits(at + out, (uint32_t)i, bits);                  \
		for (uint64_t b = line; b; b &= b - 1)                                   \
			at[out + (size_t)__builtin_popcountll(bits & ((b & -b) - 1))] |= \
				SPLIT_LINE;                                              \
		out += wrote;                                                            \
		lines += (size_t)__builtin_popcountll(line);                             \
		if (stop || lines >= max_lines) {                                        \
			*n = out;                                                        \
			return stop           ? i + (size_t)__builtin_ctzll(stop)        \
			       : i + 64 < len ? i + 64                                   \
					      : len;                                     \
		}                                                                        \
	}                                                                                \
	*n = out;                                                                        \
	return len

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
