/* L0 xmem - checked allocation and an arena. */
#include "xmem.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "msg.h"

#define ARENA_MIN (64u << 10)
#define ARENA_MAX (32u << 20)
#define HUGE_PAGE (2u << 20)
#define HUGE_FROM (4u << 20)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) char bytes[];
};

static _Noreturn void
no_memory(size_t size)
{
	msg_die(LIMN_SYSTEM, "out of memory (%zu bytes more wanted)", size);
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (!p)
		no_memory(size);
	return p;
}

void *
xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);
	if (!p)
		no_memory(size);
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		no_memory(size);
	return p;
}

void *
xmalloc_huge(size_t size)
{
	void *p = NULL;
	if (size < HUGE_FROM)
		return xmalloc(size);
	if (posix_memalign(&p, HUGE_PAGE, size))
		no_memory(size);
	madvise(p, size, MADV_HUGEPAGE); /* a wish; refused is fine */
	return p;
}

char *
xstrndup(const char *s, size_t len)
{
	char *p = xmalloc(len + 1);
	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

void *
xgrow(void *p, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return p;
	size_t want = *cap ? *cap : 16;
	while (want < need) {
		if (want > SIZE_MAX / 2)
			no_memory(SIZE_MAX);
		want *= 2;
	}
	if (want > SIZE_MAX / size)
		no_memory(SIZE_MAX);
	p = xrealloc(p, want * size);
	*cap = want;
	return p;
}

static void
arena_grow(struct arena *a, size_t len)
{
	size_t size = a->head ? a->head->size * 2 : ARENA_MIN;
	if (size > ARENA_MAX)
		size = ARENA_MAX;
	if (size < len + 16)
		size = len + 16;
	struct arena_chunk *c = xmalloc_huge(sizeof(*c) + size);
	c->next = a->head;
	c->size = size;
	a->head = c;
	a->used = 0;
	a->size = size;
	a->total += size;
}

char *
arena_bytes(struct arena *a, size_t len)
{
	if (!a->head || a->size - a->used < len)
		arena_grow(a, len);
	char *p = a->head->bytes + a->used;
	a->used += len;
	return p;
}

void *
arena_alloc(struct arena *a, size_t len)
{
	size_t pad = (8 - (a->used & 7)) & 7;
	if (a->head && a->size - a->used >= pad)
		a->used += pad;
	return arena_bytes(a, (len + 7) & ~(size_t)7);
}

struct span
arena_copy(struct arena *a, struct span s)
{
	if (span_missing(s))
		return s;
	char *p = arena_bytes(a, s.len);
	memcpy(p, s.ptr, s.len);
	return (struct span){p, s.len};
}

char *
arena_strdup(struct arena *a, const char *s)
{
	size_t len = strlen(s) + 1;
	return memcpy(arena_bytes(a, len), s, len);
}

static void
free_chunks(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;
		free(c);
		c = next;
	}
}

void
arena_reset(struct arena *a)
{
	if (!a->head)
		return;
	free_chunks(a->head->next);
	a->head->next = NULL;
	a->used = 0;
	a->total = a->size;
}

void
arena_free(struct arena *a)
{
	free_chunks(a->head);
	*a = (struct arena){0};
}
