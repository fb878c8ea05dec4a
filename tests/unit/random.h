/* Numbers that look random and are the same in every run. */
#ifndef LIMN_RANDOM_H
#define LIMN_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t
random_64(struct random *r) /* splitmix64 */
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline size_t
random_below(struct random *r, size_t n)
{
	return (size_t)(random_64(r) % n);
}

/* Fills text with bytes of the alphabet, of which the first is drawn as often as all others. */
static inline void
random_text(struct random *r, char *text, size_t len, const char *alphabet, size_t letters)
{
	for (size_t i = 0; i < len; i++)
		text[i] = alphabet[random_below(r, 2) ? 0 : random_below(r, letters)];
}

#endif
