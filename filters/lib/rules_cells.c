/* L4 rules_cells - values by group, and sets of pairs of numbers. */
#include <stdlib.h>
#include <sys/random.h>

#include "rules_group.h"

struct val
val_at(const struct node *n, size_t i)
{
	struct val v = {.n = 0};
	i &= n->mask;
	if (n->type == RULES_NUM)
		v.num = n->v.num[i];
	else if (n->type == RULES_TEXT)
		v.text = n->v.text[i];
	else
		v.n = n->type == RULES_TIME ? n->v.time[i] : n->v.day[i];
	return v;
}

bool
val_read(uint8_t type, const struct zone *z, struct span s, struct val *out)
{
	int32_t day;
	switch (type) {
	case RULES_NUM:
		return dec_parse(s, &out->num);
	case RULES_TIME:
		return when_parse(s, z, NULL, &out->n);
	case RULES_DAY:
		if (!when_parse_day(s, &day))
			return false;
		out->n = day;
		return true;
	default:
		out->text = s;
		return true;
	}
}

int
val_cmp(uint8_t type, const struct val *a, const struct val *b)
{
	if (type == RULES_NUM)
		return dec_order(&a->num, &b->num);
	if (type == RULES_TEXT)
		return span_cmp(a->text, b->text);
	return (a->n > b->n) - (a->n < b->n);
}

void
val_to_vec(uint8_t type, const struct val *v, bool has, struct rules_vec *out, size_t i)
{
	out->missing[i] = !has;
	if (type == RULES_NUM)
		out->num[i] = has ? v->num : dec_int(0);
	else if (type == RULES_TEXT)
		out->text[i] = has ? v->text : SPAN_MISSING;
	else if (type == RULES_TIME)
		out->time[i] = has ? v->n : WHEN_MISSING;
	else
		out->day[i] = has ? (int32_t)v->n : WHEN_DAY_MISSING;
}

void
cells_reserve(struct cells *c, size_t n)
{
	if (n <= c->n)
		return;
	if (n > c->cap) {
		size_t cap = c->cap;
		c->has = xgrow(c->has, &cap, n, 1);
		if (c->type == RULES_NUM)
			c->num = xrealloc(c->num, cap * sizeof *c->num);
		else if (c->type == RULES_TEXT)
			c->text = xrealloc(c->text, cap * sizeof *c->text);
		else
			c->time = xrealloc(c->time, cap * sizeof *c->time);
		c->cap = cap;
	}
	memset(c->has + c->n, 0, n - c->n);
	if (c->type == RULES_TEXT)
		memset(c->text + c->n, 0, (n - c->n) * sizeof *c->text);
	c->n = n;
}

struct val
cells_get(const struct cells *c, size_t i)
{
	struct val v = {.n = 0};
	if (c->type == RULES_NUM)
		v.num = c->num[i];
	else if (c->type == RULES_TEXT)
		v.text = (struct span){c->text[i].ptr, c->text[i].len};
	else
		v.n = c->time[i];
	return v;
}

/* A longer text gets twice the room, so that a value that keeps growing costs no more than twice itself. */
static void
set_text(struct cells *c, struct cell_text *t, struct span s)
{
	if (!t->ptr || s.len > t->cap) {
		size_t cap = t->ptr ? s.len * 2 : s.len;
		t->ptr = arena_bytes(&c->texts, cap + 1);
		t->cap = (uint32_t)cap;
	}
	t->len = (uint32_t)s.len;
	memmove(t->ptr, s.ptr, s.len);
}

void
cells_set(struct cells *c, size_t i, const struct val *v)
{
	c->has[i] = 1;
	if (c->type == RULES_NUM)
		c->num[i] = v->num;
	else if (c->type == RULES_TEXT)
		set_text(c, &c->text[i], v->text);
	else
		c->time[i] = v->n;
}

void
cells_free(struct cells *c)
{
	free(c->has);
	free(c->num);
	free(c->text);
	free(c->time);
	arena_free(&c->texts);
}

/* ---- pairs ---- */

/* Seeded, so that nobody can choose records whose pairs collide (finalizer of MurmurHash3). */
static uint64_t
scatter(const struct pairs *p, uint64_t x)
{
	x ^= p->seed;
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

/* The upper bits of the hash choose the slot: a larger table keeps the order, so that growing is two walks
 * side by side. */
static void
grow(struct pairs *p, uint64_t more)
{
	if (p->slot && (p->n + more) * 8 <= (p->mask + 1) * 5)
		return;
	struct pairs old = *p;
	uint64_t slots = p->slot ? p->mask + 1 : 1024;
	if (!p->slot && getrandom(&p->seed, sizeof p->seed, GRND_NONBLOCK) < 0)
		p->seed = (uint64_t)(uintptr_t)p;
	while ((p->n + more) * 8 > slots * 5)
		slots *= 2;
	p->slot = xmalloc_huge(slots * sizeof *p->slot);
	memset(p->slot, 0, slots * sizeof *p->slot);
	p->mask = slots - 1;
	p->shift = __builtin_clzll(p->mask);
	for (uint64_t i = 0; old.slot && i <= old.mask; i++) {
		if (!old.slot[i])
			continue;
		uint64_t at = scatter(p, old.slot[i]) >> p->shift;
		while (p->slot[at])
			at = (at + 1) & p->mask;
		p->slot[at] = old.slot[i];
	}
	free(old.slot);
}

static bool
put(struct pairs *p, uint64_t x, uint64_t at)
{
	for (; p->slot[at]; at = (at + 1) & p->mask)
		if (p->slot[at] == x)
			return false;
	p->slot[at] = x;
	p->n++;
	return true;
}

void
pairs_add(struct pairs *p, const uint32_t *a, const uint32_t *b, const uint16_t *row, size_t n,
	uint8_t *fresh)
{
	uint64_t x[REC_BATCH_MAX], at[REC_BATCH_MAX];
	const size_t ahead = 16; /* misses in flight */
	grow(p, n);
	for (size_t i = 0; i < n; i++) {
		x[i] = ((uint64_t)a[row[i]] << 32 | b[row[i]]) + 1;
		at[i] = scatter(p, x[i]) >> p->shift;
	}
	for (size_t i = 0; i < n && i < ahead; i++)
		__builtin_prefetch(&p->slot[at[i]], 1);
	for (size_t i = 0; i < n; i++) {
		if (i + ahead < n)
			__builtin_prefetch(&p->slot[at[i + ahead]], 1);
		fresh[i] = put(p, x[i], at[i]);
	}
}

bool
pairs_add1(struct pairs *p, uint32_t a, uint32_t b)
{
	uint64_t x = ((uint64_t)a << 32 | b) + 1;
	grow(p, 1);
	return put(p, x, scatter(p, x) >> p->shift);
}

uint64_t *
pairs_list(const struct pairs *p, size_t *n)
{
	uint64_t *list = xmalloc((p->n + 1) * sizeof *list);
	*n = 0;
	for (uint64_t i = 0; p->slot && i <= p->mask; i++)
		if (p->slot[i])
			list[(*n)++] = p->slot[i] - 1;
	return list;
}

void
pairs_free(struct pairs *p)
{
	free(p->slot);
}
