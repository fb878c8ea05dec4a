/* L0 xmem - checked allocation and an arena.
 *
 * The x functions never return NULL: when memory runs out the program ends with exit 3. An arena
 * hands out bytes that live until arena_reset or arena_free; nothing in it is freed singly. */
#ifndef LIMN_XMEM_H
#define LIMN_XMEM_H

#include <stddef.h>
#include <stdint.h>

#include "span.h"

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
/* The same for large, long-lived arrays: asks for huge pages, which spare most page faults and most misses of the
 * address cache when the array is walked at random. Freed by free. */
void *xmalloc_huge(size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len); /* a NUL-terminated copy of len bytes */

/* Makes room for `need` items of `size` bytes in the array p with room for *cap: doubles. Returns the
 * array, perhaps moved. Overflow of the byte count ends the program. */
void *xgrow(void *p, size_t *cap, size_t need, size_t size);

struct arena {
	struct arena_chunk *head; /* newest chunk first */
	size_t used, size;        /* of the newest chunk */
	size_t total;             /* bytes held from the system */
};

/* A zeroed struct arena is an empty arena. */
void *arena_alloc(struct arena *a, size_t len);         /* aligned to 8 bytes */
char *arena_bytes(struct arena *a, size_t len);         /* not aligned: packs strings tightly */
struct span arena_copy(struct arena *a, struct span s); /* missing stays missing */
char *arena_strdup(struct arena *a, const char *s);
void arena_reset(struct arena *a); /* forgets all, keeps the newest chunk */
void arena_free(struct arena *a);

#endif
