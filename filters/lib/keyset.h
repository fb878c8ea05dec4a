/* L1 keyset - gives the ids 0, 1, 2 … to distinct byte strings, in the order in which they first come.
 *
 * The one hash table of the filters: "have I seen this key", "which group is this", "intern this
 * value" are all an id. Keys are compared whole: the hash (XXH3, seeded at random for each process, so
 * that crafted keys do not collide) only finds them. Ids, never hash order, are what callers may print.
 * A batch is hashed first, its slots prefetched, then probed: a miss a key is what a table costs, so
 * misses overlap. Copies the keys it keeps. Up to 2^32 - 2 keys. */
#ifndef LIMN_KEYSET_H
#define LIMN_KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "span.h"

#define KEYSET_NONE UINT32_MAX

struct keyset;

struct keyset *keyset_new(void);
void keyset_free(struct keyset *k);

/* ids[i] = id of keys[i], added if new. Ids of new keys follow keyset_size(k) in order of i: while
 * walking the batch, key i is new exactly when ids[i] equals the count of keys known before it. */
void keyset_add(struct keyset *k, const struct span *keys, size_t n, uint32_t *ids);
uint32_t keyset_add1(struct keyset *k, struct span key);
uint32_t keyset_find(const struct keyset *k, struct span key); /* KEYSET_NONE if not there */

uint32_t keyset_size(const struct keyset *k);
struct span keyset_key(const struct keyset *k, uint32_t id); /* borrowed until the next add */
size_t keyset_memory(const struct keyset *k);                /* bytes held */

/* One key of several values: each is length-prefixed (missing has a length of its own), so that
 * ("ab","c") and ("a","bc") differ. Appends to b. */
void keyset_join(struct buf *b, struct span part);
/* Takes the next part off *key again; false at its end. The part is borrowed from the key. */
bool keyset_split(struct span *key, struct span *part);

#endif
