/* L4 rules_partial - aggregate states as records, and back.
 *
 * A partial has a row for each state: cut, the grouping columns, then a column whose name is a fingerprint
 * of all that the states depend on (aggregates, grouping sets, zone), value and by. In the fingerprint's
 * column stands the aggregate's number; with ":key" behind it the value is one key of a distinct count, or one
 * value of a mode, quantile or list with the number of its records in `by`; else a state whole; "-" is a group of
 * which nothing else is known. */
#include <stdio.h>
#include <stdlib.h>

#include "rules_group.h"

static uint64_t
mix(uint64_t h, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3ULL;
	return (h ^ 0xff) * 0x100000001b3ULL;
}

static uint64_t
mix_node(uint64_t h, const struct node *n)
{
	char digits[24];
	int len = snprintf(digits, sizeof digits, "%016jx", (uintmax_t)n->print);
	return mix(h, digits, (size_t)len);
}

void
partial_names(struct rules_groups *g)
{
	uint64_t h = 0xcbf29ce484222325ULL;
	h = mix(h, "limn partial 1", 14);
	h = mix(h, zone_name(g->r->env.zone), strlen(zone_name(g->r->env.zone)));
	for (size_t i = 0; i < g->nset; i++)
		h = mix(h, g->set[i].cut, strlen(g->set[i].cut));
	for (size_t i = 0; i < g->nagg; i++)
		h = mix_node(h, &g->r->node[g->agg[i].node]);
	for (size_t i = 0; i < g->ncol; i++) {
		const struct def *d = rules_find(g->r, span_str(g->col[i].name));
		if (d && d->kind == DEF_TAG)
			h = mix_node(h, &g->r->node[d->node]);
	}
	snprintf(g->print, sizeof g->print, "state_%016jx", (uintmax_t)h);
	if (!g->partial)
		return;
	g->nname = 1 + g->ncol;
	g->name[g->nname++] = (struct rec_name){g->print, REC_TEXT};
	g->name[g->nname++] = (struct rec_name){"value", REC_TEXT};
	g->name[g->nname++] = (struct rec_name){"by", REC_TEXT};
}

/* ---- writing ---- */

struct writer {
	struct rules_groups *g;
	const struct gset *s;
	void (*row)(void *ctx, const struct span *values);
	void *ctx;
	struct span *value;
	struct buf scratch;
};

static void
write_row(struct writer *w, struct span what, struct span value, struct span by)
{
	size_t at = 1 + w->g->ncol;
	w->value[at] = what;
	w->value[at + 1] = value;
	w->value[at + 2] = by;
	w->row(w->ctx, w->value);
}

static struct span
val_text(struct writer *w, uint8_t type, const struct val *v)
{
	struct dec num;
	struct span text;
	int64_t time;
	int32_t day;
	uint8_t missing;
	struct rules_vec vec = {.type = (enum rules_vtype)type,
		.missing = &missing,
		.num = &num,
		.text = &text,
		.time = &time,
		.day = &day};
	val_to_vec(type, v, true, &vec, 0);
	return rules_text(&vec, 0, &w->scratch);
}

/* One whole state; false when there is nothing to say. */
static bool
write_state(struct writer *w, size_t k, uint32_t group)
{
	const struct agg *a = &w->g->agg[k];
	const struct state *s = &w->s->state[k];
	char number[24];
	struct span what = {number, (size_t)snprintf(number, sizeof number, "%zu", k)};
	struct span by = SPAN_MISSING;
	struct val v = {.n = 0};
	w->scratch.len = 0;
	buf_room(&w->scratch, (size_t)2 * RULES_TEXT_MAX);
	if (a->kind == AGG_COUNT || a->kind == AGG_DISTINCT) {
		if (a->kind == AGG_DISTINCT && !a->additive)
			return false;
		v.num = dec_int((int64_t)s->count[group]);
	} else if (agg_tallies(a)) {
		return false;
	} else if (a->kind == AGG_SUM) {
		v.num = s->sum[group];
		dec_add(v.num, dec_int(0), &v.num);
	} else {
		if (!s->value.has[group])
			return false;
		v = cells_get(&s->value, group);
		if (a->by != RULES_NONE) {
			struct val b = cells_get(&s->by, group);
			by = val_text(w, s->by.type, &b);
		}
		write_row(w, what, val_text(w, s->value.type, &v), by);
		return true;
	}
	write_row(w, what, val_text(w, RULES_NUM, &v), by);
	return true;
}

/* A distinct count's pairs in the order in which they are written: by group, then by key. */
struct key {
	uint32_t place; /* of the group */
	uint32_t group, id;
	struct span text;
};

static int
by_key(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return span_cmp(x->text, y->text);
}

static struct key *
sorted_keys(const struct rules_groups *g, const struct agg *a, const struct state *s,
	const uint32_t *place, size_t *n)
{
	uint64_t *pair = pairs_list(&s->pairs, n);
	struct key *key = xmalloc((*n + 1) * sizeof *key);
	for (size_t i = 0; i < *n; i++) {
		uint32_t group = (uint32_t)(pair[i] >> 32), id = (uint32_t)pair[i];
		key[i] = (struct key){
			place[group], group, id, keyset_key(g->seen[a->seen].look.keys, id)};
	}
	free(pair);
	qsort(key, *n, sizeof *key, by_key);
	return key;
}

static void
set_key(struct writer *w, uint32_t group)
{
	for (size_t k = 0; k < w->g->ncol; k++)
		w->value[1 + k] = SPAN_MISSING;
	for (size_t k = 0; k < w->s->ncol; k++)
		w->value[1 + w->s->col[k]] = groups_key(w->g, w->s, group, k);
}

static void
write_keys(struct writer *w, size_t k, const uint32_t *place)
{
	size_t n;
	struct key *key = sorted_keys(w->g, &w->g->agg[k], &w->s->state[k], place, &n);
	char what[32];
	int len = snprintf(what, sizeof what, "%zu:key", k);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || key[i].group != key[i - 1].group)
			set_key(w, key[i].group);
		write_row(w, (struct span){what, (size_t)len}, key[i].text, SPAN_MISSING);
	}
	free(key);
}

static void
write_tally(struct writer *w, size_t k, const uint32_t *group, size_t n)
{
	const struct tally *t = &w->s->state[k].tally;
	const struct keyset *keys = w->g->seen[w->g->agg[k].seen].look.keys;
	char what[32], times[24];
	int len = snprintf(what, sizeof what, "%zu:key", k);
	for (size_t i = 0; i < n; i++) {
		set_key(w, group[i]);
		for (size_t j = t->start[group[i]]; j < t->start[group[i] + 1]; j++) {
			int digits =
				snprintf(times, sizeof times, "%ju", (uintmax_t)t->run[j].times);
			write_row(w, (struct span){what, (size_t)len},
				keyset_key(keys, t->run[j].id),
				(struct span){times, (size_t)digits});
		}
	}
}

/* All states of a set, group by group; then the keys, aggregate by aggregate. */
static void
write_set(struct writer *w)
{
	struct rules_groups *g = w->g;
	size_t n;
	uint32_t *group = groups_sorted(g, w->s, &n);
	uint32_t *place = xcalloc(w->s->ngroups + 1, sizeof *place);
	w->value[0] = span_str(w->s->cut);
	for (size_t i = 0; i < n; i++) {
		bool said = false;
		place[group[i]] = (uint32_t)i;
		set_key(w, group[i]);
		for (size_t k = 0; k < g->nagg; k++)
			said = write_state(w, k, group[i]) || said;
		if (!said)
			write_row(w, SPAN_LIT("-"), SPAN_MISSING, SPAN_MISSING);
	}
	for (size_t k = 0; k < g->nagg; k++) {
		if (g->agg[k].kind == AGG_DISTINCT && !g->agg[k].additive)
			write_keys(w, k, place);
		else if (agg_tallies(&g->agg[k]) && g->agg[k].tally == k)
			write_tally(w, k, group, n);
	}
	free(place);
	free(group);
}

void
partial_write(struct rules_groups *g, void (*row)(void *ctx, const struct span *values), void *ctx)
{
	struct writer w = {.g = g, .row = row, .ctx = ctx};
	w.value = xmalloc((g->nname + 1) * sizeof *w.value);
	for (size_t i = 0; i < g->nset; i++) {
		w.s = &g->set[i];
		write_set(&w);
	}
	free(w.value);
	buf_free(&w.scratch);
}

/* ---- reading ---- */

bool
partial_bind(struct rules_groups *g, struct err *e)
{
	bool other = false;
	for (size_t i = 0; i < rec_in_ncols(g->in); i++)
		other = other || strncmp(rec_in_name(g->in, i), "state_", 6) == 0;
	g->slot_state = rec_in_want(g->in, g->print, REC_TEXT);
	if (g->slot_state < 0) {
		err_set(e, LIMN_USAGE, "--merge: %s",
			other ? "these partials were made with other metrics, --by, --as-of, --set "
				"or --tz"
			      : "the input holds no partials; summarize --partial makes them");
		return false;
	}
	g->slot_cut = rec_in_need(g->in, "cut", REC_TEXT, e);
	g->slot_value = rec_in_need(g->in, "value", REC_TEXT, e);
	g->slot_by = rec_in_need(g->in, "by", REC_TEXT, e);
	for (size_t i = 0; i < g->ncol; i++)
		g->col[i].slot = rec_in_need(g->in, g->col[i].name, REC_TEXT, e);
	return !e->code;
}

static struct gset *
find_set(struct rules_groups *g, struct span cut)
{
	for (size_t i = 0; i < g->nset; i++)
		if (span_eq(span_str(g->set[i].cut), cut))
			return &g->set[i];
	return NULL;
}

/* The group of row i: its ids are made one by one, as rows of several sets stand in one batch. */
static uint32_t
find_group(struct rules_groups *g, struct gset *s, const struct rec_batch *b, size_t i)
{
	if (!s->ncol)
		return 0;
	g->key.len = 0;
	for (size_t k = 0; k < s->ncol; k++) {
		struct gcol *c = &g->col[s->col[k]];
		struct span text = b->col[c->slot].text[i];
		uint32_t id = text.ptr ? keyset_add1(c->look.keys, text) + 1 : 0;
		buf_put(&g->key, &id, sizeof id);
	}
	uint32_t group = keyset_add1(s->tuples.keys, buf_as_span(&g->key));
	if (group >= s->ngroups)
		s->ngroups = (size_t)group + 1;
	return group;
}

/* How often a value occurs in a group. */
static bool
take_times(struct rules_groups *g, const struct agg *a, struct state *s, uint32_t group,
	struct span value, struct span times)
{
	struct val v;
	int64_t n;
	if (!times.ptr || !num_i64(times, &n) || n < 1 ||
		!val_read(a->vtype, g->r->env.zone, value, &v))
		return false;
	tally_add1(&s->tally, group, keyset_add1(g->seen[a->seen].look.keys, value), (uint64_t)n);
	return true;
}

/* Takes one state. False when it is none. */
static bool
take_state(struct rules_groups *g, struct gset *set, size_t k, uint32_t group, bool key,
	struct span value, struct span by_text)
{
	const struct zone *z = g->r->env.zone;
	struct agg *a = &g->agg[k];
	struct state *s = &set->state[k];
	struct val v = {.n = 0}, by = {.n = 0};
	int64_t n;
	state_reserve(a, s, set->ngroups);
	if (agg_tallies(a) && (!key || a->tally != k))
		return false;
	if (!value.ptr || (key && a->kind != AGG_DISTINCT && !agg_tallies(a)))
		return false;
	if (agg_tallies(a))
		return take_times(g, a, s, group, value, by_text);
	if (key) {
		a->got_keys = true;
		uint32_t id = keyset_add1(g->seen[a->seen].look.keys, value);
		s->count[group] += pairs_add1(&s->pairs, group, id);
		return true;
	}
	switch (a->kind) {
	case AGG_COUNT:
	case AGG_DISTINCT:
		if (!num_i64(value, &n) || n < 0)
			return false;
		a->got_counts = a->got_counts || a->kind == AGG_DISTINCT;
		s->count[group] += (uint64_t)n;
		return true;
	case AGG_SUM:
		return val_read(RULES_NUM, z, value, &v) && state_add_sum(s, group, v.num);
	default:
		if (!val_read(s->value.type, z, value, &v) ||
			(a->by != RULES_NONE &&
				(!by_text.ptr || !val_read(s->by.type, z, by_text, &by))))
			return false;
		state_offer(a, s, group, &v, a->by != RULES_NONE ? &by : NULL);
		return true;
	}
}

/* The aggregate's number and whether ":key" follows; false when it is none. */
static bool
read_what(const struct rules_groups *g, struct span what, size_t *k, bool *key)
{
	uint64_t n;
	*key = what.len > 4 && memcmp(what.ptr + what.len - 4, ":key", 4) == 0;
	if (*key)
		what.len -= 4;
	if (!num_u64(what, &n) || n >= g->nagg)
		return false;
	*k = (size_t)n;
	return true;
}

/* What the partials of a distinct count carry must be the same in all, and keys where a rest is counted. */
static int
check_kinds(const struct rules_groups *g, const struct rec_batch *b, size_t i, struct err *e)
{
	for (size_t k = 0; k < g->nagg; k++) {
		if (g->agg[k].got_keys && g->agg[k].got_counts) {
			rec_in_fail(g->in, b, i, -1, e,
				"partials with and without --shard-key do not mix");
			return -1;
		}
		if (g->agg[k].got_counts && g->top) {
			err_set(e, LIMN_USAGE,
				"--top counts its rest anew: make the partials with --top as well");
			return -1;
		}
	}
	return 0;
}

int
partial_add(struct rules_groups *g, const struct rec_batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		struct gset *s = find_set(g, b->col[g->slot_cut].text[i]);
		struct span what = b->col[g->slot_state].text[i];
		size_t k;
		bool key;
		if (!s) {
			rec_in_fail(g->in, b, i, g->slot_cut, e, "not one of the --by");
			return -1;
		}
		uint32_t group = find_group(g, s, b, i);
		if (what.ptr && span_eq(what, SPAN_LIT("-")))
			continue;
		if (!what.ptr || !read_what(g, what, &k, &key)) {
			rec_in_fail(
				g->in, b, i, g->slot_state, e, "not an aggregate of these rules");
			return -1;
		}
		if (!take_state(g, s, k, group, key, b->col[g->slot_value].text[i],
			    b->col[g->slot_by].text[i])) {
			rec_in_fail(g->in, b, i, g->slot_value, e, "not a state of this aggregate");
			return -1;
		}
		if ((g->agg[k].kind == AGG_DISTINCT) && check_kinds(g, b, i, e))
			return -1;
	}
	return 0;
}
