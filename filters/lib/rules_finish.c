/* L4 rules_finish - groups into rows: order, metrics, --top and its rest. */
#include <stdlib.h>

#include "rules_group.h"

typedef void row_fn(void *ctx, const struct span *values);

/* Fills the aggregates' nodes for at most REC_BATCH_MAX groups and evaluates what stands above them. */
static int
eval_groups(struct rules_groups *g, const struct gset *s, const uint32_t *group, size_t n,
	struct err *e)
{
	struct rules *r = g->r;
	size_t bad;
	for (size_t i = 0; i < g->nagg; i++) {
		const struct agg *a = &g->agg[i];
		bool tally = agg_tallies(a);
		const struct state *of = &s->state[a->tally];
		if (tally ? !tally_fill(g, a, &of->tally, group, n, &bad)
			  : !state_fill(r, a, of, group, n, &bad)) {
			err_set(e, LIMN_DATA, "%s: a %s does not fit",
				rules_place(r, r->node[a->node].pos), tally ? "quantile" : "sum");
			return -1;
		}
	}
	for (size_t i = 0; i < r->ngroup_order; i++)
		if (!rules_eval_node(r, r->group_order[i], n)) {
			err_set(e, LIMN_DATA, "%s: the result does not fit",
				rules_place(r, r->node[r->bad_node].pos));
			return -1;
		}
	return 0;
}

/* Writes the rows of some groups; `other`: they are the rest of a --top. */
static int
write_groups(struct rules_groups *g, const struct gset *s, const uint32_t *group, size_t n,
	bool other, row_fn *row, void *ctx, struct err *e)
{
	struct span *value = xmalloc((g->nname + 1) * sizeof *value);
	struct buf scratch = {0}, cut = {0};
	buf_printf(&cut, "%s%s", s->cut, other ? ":other" : "");
	int status = 0;
	for (size_t from = 0; from < n && status == 0; from += REC_BATCH_MAX) {
		size_t m = n - from < REC_BATCH_MAX ? n - from : REC_BATCH_MAX;
		status = eval_groups(g, s, group + from, m, e);
		for (size_t i = 0; i < m && status == 0; i++) {
			scratch.len = 0;
			buf_room(&scratch, (g->nmetric + 1) * RULES_TEXT_MAX);
			value[0] = buf_as_span(&cut);
			for (size_t k = 0; k < g->ncol; k++)
				value[1 + k] = SPAN_MISSING;
			for (size_t k = 0; k < s->ncol && !other; k++)
				value[1 + s->col[k]] = groups_key(g, s, group[from + i], k);
			if (other)
				value[1 + s->col[s->ncol - 1]] = SPAN_LIT("Other");
			for (size_t k = 0; k < g->nmetric; k++)
				value[1 + g->ncol + k] =
					rules_text(&g->r->node[g->metric[k]].v, i, &scratch);
			row(ctx, value);
		}
	}
	free(value);
	buf_free(&scratch);
	buf_free(&cut);
	return status;
}

/* ---- --top ---- */

struct ranked {
	struct dec value;
	bool missing;
	uint32_t place; /* in key order */
};

static int
by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->missing != y->missing)
		return x->missing - y->missing;
	int d = x->missing ? 0 : dec_order(&y->value, &x->value);
	return d ? d : (x->place > y->place) - (x->place < y->place);
}

/* Distinct counts of the rest: how many different values its groups have among them. */
static void
count_rest(const struct rules_groups *g, const struct agg *a, struct state *s, const uint8_t *rest,
	size_t to)
{
	size_t n, values = keyset_size(g->seen[a->seen].look.keys);
	uint64_t *pair = pairs_list(&s->pairs, &n);
	uint8_t *met = xcalloc(values + 1, 1);
	for (size_t i = 0; i < n; i++)
		if (rest[pair[i] >> 32] && !met[pair[i] & UINT32_MAX]) {
			met[pair[i] & UINT32_MAX] = 1;
			s->count[to]++;
		}
	free(met);
	free(pair);
}

/* Makes a group of the rest, behind all others. */
static int
join_rest(struct rules_groups *g, struct gset *s, const uint32_t *group, const uint8_t *rest,
	size_t n, struct err *e)
{
	size_t to = s->ngroups;
	for (size_t k = 0; k < g->nagg; k++) {
		const struct agg *a = &g->agg[k];
		state_reserve(a, &s->state[k], to + 1);
		for (size_t i = 0; i < n; i++)
			if (rest[group[i]] && !state_join(a, &s->state[k], to, group[i])) {
				err_set(e, LIMN_DATA, "%s: a sum does not fit",
					rules_place(g->r, g->r->node[a->node].pos));
				return -1;
			}
		if (a->kind == AGG_DISTINCT)
			count_rest(g, a, &s->state[k], rest, to);
		if (agg_tallies(a) && a->tally == k)
			tally_rest(g, a, &s->state[k].tally, rest, to);
	}
	return 0;
}

/* Keeps the groups with the largest first metric, in key order; *other: there is a rest, made a group. */
static int
take_top(struct rules_groups *g, struct gset *s, uint32_t *group, size_t *n, bool *other,
	struct err *e)
{
	*other = s->ncol > 0 && *n > g->top;
	if (!*other)
		return 0;
	struct ranked *rank = xmalloc(*n * sizeof *rank);
	uint8_t *rest = xcalloc(s->ngroups, 1);
	int status = 0;
	for (size_t from = 0; from < *n && status == 0; from += REC_BATCH_MAX) {
		size_t m = *n - from < REC_BATCH_MAX ? *n - from : REC_BATCH_MAX;
		status = eval_groups(g, s, group + from, m, e);
		const struct rules_vec *v = &g->r->node[g->metric[0]].v;
		for (size_t i = 0; i < m && status == 0; i++)
			rank[from + i] =
				(struct ranked){v->num[i], v->missing[i], (uint32_t)(from + i)};
	}
	if (status == 0) {
		qsort(rank, *n, sizeof *rank, by_value);
		for (size_t i = g->top; i < *n; i++)
			rest[group[rank[i].place]] = 1;
		status = join_rest(g, s, group, rest, *n, e);
		size_t kept = 0;
		for (size_t i = 0; i < *n; i++)
			if (!rest[group[i]])
				group[kept++] = group[i];
		*n = kept;
	}
	free(rank);
	free(rest);
	return status;
}

static void
finish_state(struct rules_groups *g, struct gset *s, size_t i)
{
	struct agg *a = &g->agg[i];
	state_reserve(a, &s->state[i], s->ngroups);
	if (agg_tallies(a) && a->tally == i)
		tally_seal(g, a, &s->state[i]);
}

int
rules_groups_finish(struct rules_groups *g, row_fn *row, void *ctx, struct err *e)
{
	int status = 0;
	for (size_t k = 0; k < g->nset; k++)
		for (size_t i = 0; i < g->nagg; i++)
			finish_state(g, &g->set[k], i);
	if (g->partial) {
		partial_write(g, row, ctx);
		return 0;
	}
	for (size_t k = 0; k < g->nset && status == 0; k++) {
		struct gset *s = &g->set[k];
		size_t n;
		uint32_t *group = groups_sorted(g, s, &n), rest = (uint32_t)s->ngroups;
		bool other = false;
		if (g->top)
			status = take_top(g, s, group, &n, &other, e);
		if (status == 0)
			status = write_groups(g, s, group, n, false, row, ctx, e);
		if (status == 0 && other)
			status = write_groups(g, s, &rest, 1, true, row, ctx, e);
		free(group);
	}
	return status;
}
