/* A unit test is a program: check() what must hold, end with check_done(). It prints a line for each
 * failed check and exits 1 if there was one. */
#ifndef LIMN_CHECK_H
#define LIMN_CHECK_H

#include <stdio.h>
#include <string.h>

static unsigned long check_count, check_failed;

#define check(cond)                                                               \
	do {                                                                      \
		check_count++;                                                    \
		if (!(cond)) {                                                    \
			check_failed++;                                           \
			printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
		}                                                                 \
	} while (0)

/* The bytes of a (ptr, len) against a C string. */
#define check_text(ptr, len, want)                                                            \
	do {                                                                                  \
		check_count++;                                                                \
		if ((len) != strlen(want) || memcmp((ptr), (want), (len)) != 0) {             \
			check_failed++;                                                       \
			printf("%s:%d: '%.*s' is not '%s'\n", __FILE__, __LINE__, (int)(len), \
				(ptr), want);                                                 \
		}                                                                             \
	} while (0)

static inline int
check_done(void)
{
	printf("%lu checks, %lu failed\n", check_count, check_failed);
	return check_failed || !check_count;
}

#endif
