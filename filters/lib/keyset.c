/* L1 keyset - gives the ids 0, 1, 2 … to distinct byte strings, in the order in which they first come.
 *
 * Layout: key bytes lie back to back in chunks (`place` says where key i lies); the open-addressing table
 * holds 8 bytes a slot, the upper half of the hash as a tag beside the id, so that a probe touches a key
 * only where the tag agrees. At most 5/8 of the slots are in use. */
#include "keyset.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "msg.h"

#define FIRST_SLOTS 1024u
#define BATCH 64u /* keys hashed and prefetched ahead: more outrun the line fill buffers */

struct slot {
	uint32_t tag;
	uint32_t id_plus_1; /* 0: free */
};

struct keyset {
	struct slot *slots;
	uint64_t mask;
	uint32_t n;
	uint64_t seed;
	struct span *place; /* by id */
	size_t place_cap;
	struct arena keys;
};

static struct slot *
new_slots(uint64_t n)
{
	struct slot *s = xmalloc_huge(n * sizeof(*s));
	memset(s, 0, n * sizeof(*s));
	return s;
}

struct keyset *
keyset_new(void)
{
	struct keyset *k = xcalloc(1, sizeof(*k));
	k->slots = new_slots(FIRST_SLOTS);
	k->mask = FIRST_SLOTS - 1;
	if (getrandom(&k->seed, sizeof(k->seed), 0) != sizeof(k->seed))
		k->seed = (uint64_t)(uintptr_t)k;
	return k;
}

void
keyset_free(struct keyset *k)
{
	if (!k)
		return;
	free(k->slots);
	free(k->place);
	arena_free(&k->keys);
	free(k);
}

static inline uint64_t
hash(const struct keyset *k, struct span key)
{
	return XXH3_64bits_withSeed(key.ptr ? key.ptr : "", key.len, k->seed);
}

static inline bool
same(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* The slot that holds the key, or the free one where it belongs. */
static inline struct slot *
probe(const struct keyset *k, struct span key, uint64_t h)
{
	uint32_t tag = (uint32_t)(h >> 32);
	for (uint64_t i = h & k->mask;; i = (i + 1) & k->mask) {
		struct slot *s = &k->slots[i];
		if (!s->id_plus_1)
			return s;
		if (s->tag == tag && same(k->place[s->id_plus_1 - 1], key))
			return s;
	}
}

/* Twice the slots. Keys are walked in the order of their bytes in memory, so only the writes jump. */
static void
grow(struct keyset *k)
{
	uint64_t n = (k->mask + 1) * 2;
	free(k->slots);
	k->slots = new_slots(n);
	k->mask = n - 1;
	for (uint32_t id = 0; id < k->n; id++) {
		uint64_t h = hash(k, k->place[id]), i = h & k->mask;
		while (k->slots[i].id_plus_1)
			i = (i + 1) & k->mask;
		k->slots[i] = (struct slot){(uint32_t)(h >> 32), id + 1};
	}
}

static uint32_t
insert(struct keyset *k, struct slot *s, struct span key, uint64_t h)
{
	if (k->n == KEYSET_NONE - 1)
		msg_die(LIMN_SYSTEM, "more than %u distinct keys in one process; use more shards",
			k->n);
	k->place = xgrow(k->place, &k->place_cap, (size_t)k->n + 1, sizeof(*k->place));
	key.ptr = key.ptr ? key.ptr : "";
	k->place[k->n] = arena_copy(&k->keys, key);
	*s = (struct slot){(uint32_t)(h >> 32), k->n + 1};
	return k->n++;
}

/* The first candidate's place, then its bytes: two more misses that a known key costs, overlapped like the slots'. */
static void
prefetch_known(const struct keyset *k, const uint64_t *h, size_t n)
{
	uint32_t id[BATCH];
	size_t known = 0;
	for (size_t i = 0; i < n; i++) {
		struct slot s = k->slots[h[i] & k->mask];
		if (s.id_plus_1 && s.tag == (uint32_t)(h[i] >> 32)) {
			id[known++] = s.id_plus_1 - 1;
			__builtin_prefetch(&k->place[s.id_plus_1 - 1]);
		}
	}
	for (size_t i = 0; i < known; i++)
		__builtin_prefetch(k->place[id[i]].ptr);
}

void
keyset_add(struct keyset *k, const struct span *keys, size_t n, uint32_t *ids)
{
	uint64_t h[BATCH];
	for (size_t from = 0; from < n; from += BATCH) {
		size_t m = n - from < BATCH ? n - from : BATCH;
		while (((uint64_t)k->n + m) * 8 > (k->mask + 1) * 5)
			grow(k);
		for (size_t i = 0; i < m; i++) {
			h[i] = hash(k, keys[from + i]);
			__builtin_prefetch(&k->slots[h[i] & k->mask]);
		}
		if (m > 1)
			prefetch_known(k, h, m);
		for (size_t i = 0; i < m; i++) {
			struct span key = keys[from + i];
			struct slot *s = probe(k, key, h[i]);
			ids[from + i] = s->id_plus_1 ? s->id_plus_1 - 1 : insert(k, s, key, h[i]);
		}
	}
}

uint32_t
keyset_add1(struct keyset *k, struct span key)
{
	uint32_t id;
	keyset_add(k, &key, 1, &id);
	return id;
}

uint32_t
keyset_find(const struct keyset *k, struct span key)
{
	return probe(k, key, hash(k, key))->id_plus_1 - 1; /* 0 - 1 is KEYSET_NONE */
}

uint32_t
keyset_size(const struct keyset *k)
{
	return k->n;
}

struct span
keyset_key(const struct keyset *k, uint32_t id)
{
	return k->place[id];
}

size_t
keyset_memory(const struct keyset *k)
{
	return (k->mask + 1) * sizeof(struct slot) + k->place_cap * sizeof(*k->place) +
	       k->keys.total;
}

void
keyset_join(struct buf *b, struct span part)
{
	uint64_t len = span_missing(part) ? 0 : (uint64_t)part.len + 1;
	buf_put(b, &len, sizeof(len));
	buf_span(b, part);
}

bool
keyset_split(struct span *key, struct span *part)
{
	uint64_t len;
	if (key->len < sizeof(len))
		return false;
	memcpy(&len, key->ptr, sizeof(len));
	const char *p = key->ptr + sizeof(len);
	*part = len ? (struct span){p, len - 1} : SPAN_MISSING;
	key->len -= sizeof(len) + part->len;
	key->ptr = p + part->len;
	return true;
}
