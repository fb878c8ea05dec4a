/* L4 rules_plan - what summarize will do: metrics, grouping sets, aggregates, bound to the input. */
#include <stdlib.h>

#include "cli.h"
#include "rules_group.h"

/* ---- metrics ---- */

static bool
unknown_metric(struct rules *r, const char *name, struct err *e)
{
	size_t n;
	const char **names = rules_def_names(r, DEF_METRIC, &n);
	const char *hint = rules_nearest(r, name, names, n);
	err_set(e, LIMN_USAGE, "--metrics: there is no metric '%.100s'%s%s", name, hint ? "\n" : "",
		hint ? hint : "");
	free(names);
	return false;
}

static bool
plan_metrics(struct rules_groups *g, const char *wanted, struct err *e)
{
	struct rules *r = g->r;
	struct cli_names list = {0};
	size_t n = r->of[DEF_METRIC].n;
	if (wanted)
		list = cli_names_parse(wanted);
	g->metric = xmalloc((n + list.n + 1) * sizeof *g->metric);
	for (size_t i = 0; i < (wanted ? list.n : n); i++) {
		uint32_t index = wanted ? keyset_find(r->names, span_str(list.name[i]))
					: r->of[DEF_METRIC].index[i];
		if (index == KEYSET_NONE || r->def[index].kind != DEF_METRIC) {
			unknown_metric(r, list.name[i], e);
			break;
		}
		g->metric[g->nmetric++] = index;
	}
	if (!g->nmetric)
		err_set(e, LIMN_USAGE, "there is no metric to compute: metric pv = count();");
	cli_names_free(&list);
	return !e->code;
}

/* ---- grouping sets ---- */

static size_t
column_index(struct rules_groups *g, const char *name)
{
	size_t i = 0;
	while (i < g->ncol && strcmp(g->col[i].name, name) != 0)
		i++;
	return i;
}

static bool
plan_set(struct rules_groups *g, const char *by, struct err *e)
{
	struct gset *s = &g->set[g->nset++];
	bool total = *by == '\0';
	*s = (struct gset){.cut = xstrdup(total ? "total" : by), .ngroups = total};
	struct cli_names list = {0};
	if (!total)
		list = cli_names_parse(by);
	s->col = xcalloc(list.n + 1, sizeof *s->col);
	for (size_t i = 0; i < list.n; i++) {
		size_t k = column_index(g, list.name[i]);
		if (k == g->ncol)
			g->col[g->ncol++] = (struct gcol){.name = xstrdup(list.name[i]),
				.slot = -1,
				.node = RULES_NONE,
				.look = {.keys = keyset_new()}};
		for (size_t j = 0; j < i; j++)
			if (s->col[j] == k)
				err_set(e, LIMN_USAGE, "--by %.100s: '%.100s' is named twice", by,
					list.name[i]);
		s->col[s->ncol++] = k;
	}
	cli_names_free(&list);
	for (size_t i = 0; i + 1 < g->nset; i++)
		if (strcmp(g->set[i].cut, s->cut) == 0)
			err_set(e, LIMN_USAGE, "--by %.100s: given twice", s->cut);
	s->direct = s->ncol == 1 && !g->merge;
	if (s->ncol && !s->direct)
		s->tuples.keys = keyset_new();
	size_t len = strlen(s->cut);
	if (g->top && len >= 6 && strcmp(s->cut + len - 6, ":other") == 0)
		err_set(e, LIMN_USAGE, "--by %.100s: means the rest of a --top", s->cut);
	return !e->code;
}

static bool
plan_sets(struct rules_groups *g, const char *const *by, size_t nby, struct err *e)
{
	static const char *const total[] = {""};
	size_t ncol = 0;
	if (!nby) {
		by = total;
		nby = 1;
	}
	for (size_t i = 0; i < nby; i++) {
		ncol++;
		for (const char *p = by[i]; *p; p++)
			ncol += *p == ',';
	}
	g->col = xcalloc(ncol, sizeof *g->col);
	g->set = xcalloc(nby, sizeof *g->set);
	for (size_t i = 0; i < nby; i++)
		if (!plan_set(g, by[i], e))
			return false;
	return true;
}

/* ---- columns of the input ---- */

/* A name that means a tag or param here and a column there would be read wrongly by somebody. */
static bool
clash(struct rules_groups *g, const struct def *d, struct err *e)
{
	if (rec_in_is_empty(g->in) || !rules_is_column(g->in, d->name))
		return false;
	rules_fail(g->r, e, d->pos, "give it another name, or leave the column out",
		"'%.100s' is a column of the input as well", d->name);
	return true;
}

/* Of the tags only those that are needed count. */
static bool
check_clashes(struct rules_groups *g, struct err *e)
{
	struct rules *r = g->r;
	for (size_t i = 0; i < r->ndef; i++)
		if (r->def[i].kind == DEF_PARAM && clash(g, &r->def[i], e))
			return false;
	for (size_t i = 0; i < r->norder; i++) {
		const struct node *n = &r->node[r->order[i]];
		if (n->op == OP_ROOT && r->def[n->aux].kind == DEF_TAG &&
			clash(g, &r->def[n->aux], e))
			return false;
	}
	return true;
}

static bool
no_column(const struct rules_groups *g, const char *name, struct err *e)
{
	static const char *const parts[] = {"day", "week", "month", "hour"};
	size_t n = rec_in_ncols(g->in), count = 0;
	const char **names = xmalloc((n + g->r->ndef + 1) * sizeof *names);
	for (size_t i = 0; i < n; i++)
		names[count++] = rec_in_name(g->in, i);
	for (size_t i = 0; i < g->r->ndef; i++)
		if (g->r->def[i].kind == DEF_TAG)
			names[count++] = g->r->def[i].name;
	const char *hint = rules_nearest(g->r, name, names, count);
	for (size_t i = 0; i < 4; i++)
		if (strcmp(name, parts[i]) == 0)
			hint = "day, week, month and hour are parts of a column ts: --as ts=COLUMN";
	err_set(e, LIMN_USAGE, "--by: there is no column '%.100s'%s%s", name, hint ? "\n" : "",
		hint ? hint : "");
	free(names);
	return false;
}

static bool
plan_column(struct rules_groups *g, struct gcol *c, struct err *e)
{
	struct rules *r = g->r;
	struct def *d = rules_find(r, span_str(c->name));
	if (!d || d->kind != DEF_TAG) {
		c->slot = rec_in_want(g->in, c->name, REC_TEXT);
		return c->slot >= 0 || no_column(g, c->name, e);
	}
	c->node = d->node;
	if (d->type == RULES_TEXT)
		return true;
	c->node = rules_node(r,
		&(struct node){.op = OP_TO_TEXT,
			.type = RULES_TEXT,
			.a = d->node,
			.b = RULES_NONE,
			.c = RULES_NONE,
			.pos = d->pos},
		e);
	return c->node != RULES_NONE;
}

/* ---- aggregates ---- */

static bool
is_column(const struct rules *r, uint32_t id, const char *name)
{
	const struct node *n = &r->node[id];
	return name && n->op == OP_COL && n->type == RULES_TEXT && span_eq(n->text, span_str(name));
}

static size_t
plan_seen(struct rules_groups *g, const struct node *n)
{
	size_t i = 0;
	while (i < g->nseen && (g->seen[i].narg != n->nlist ||
				       memcmp(g->seen[i].arg, n->list, n->nlist * sizeof *n->list)))
		i++;
	if (i == g->nseen) {
		g->seen[g->nseen].arg = n->list;
		g->seen[g->nseen].narg = n->nlist;
		g->seen[g->nseen++].look.keys = keyset_new();
	}
	return i;
}

static size_t
plan_chosen(struct rules_groups *g, uint32_t where)
{
	size_t i = 0;
	while (i < g->nchosen && g->chosen[i].where != where)
		i++;
	if (i == g->nchosen)
		g->chosen[g->nchosen++].where = where;
	return i;
}

static void
plan_agg(struct rules_groups *g, uint32_t id, const struct rules_groups_opts *o)
{
	const struct rules *r = g->r;
	const struct node *n = &r->node[id];
	struct agg *a = &g->agg[g->nagg++];
	*a = (struct agg){.node = id,
		.kind = (uint8_t)n->aux,
		.where = n->b,
		.by = n->a,
		.arg = n->nlist ? n->list[0] : RULES_NONE};
	a->chosen = plan_chosen(g, n->b);
	if (a->kind != AGG_DISTINCT)
		return;
	a->seen = plan_seen(g, n);
	for (uint32_t i = 0; i < n->nlist; i++)
		if (is_column(r, n->list[i], o->shard_key) ||
			(o->shard_key && strcmp(o->shard_key, "visitor_id") == 0 &&
				is_column(r, n->list[i], "session_id")))
			a->additive = !g->top;
	a->inner = o->clustered && strcmp(o->clustered, "visitor_id") == 0 && n->nlist == 1 &&
		   is_column(r, a->arg, "session_id");
	a->runs = n->nlist == 1 && (a->inner || is_column(r, a->arg, o->clustered)) && !g->top &&
		  (!g->partial || a->additive);
}

static void
plan_aggs(struct rules_groups *g, const struct rules_groups_opts *o)
{
	struct rules *r = g->r;
	for (size_t i = 0; i < g->nmetric; i++)
		g->metric[i] = r->def[g->metric[i]].node;
	free(r->group_order);
	r->group_order = rules_order(r, g->metric, g->nmetric, true, &r->ngroup_order);
	size_t n = r->ngroup_order;
	g->agg = xcalloc(n + 1, sizeof *g->agg);
	g->seen = xcalloc(n + 1, sizeof *g->seen);
	g->chosen = xcalloc(n + 1, sizeof *g->chosen);
	for (size_t i = 0; i < n; i++)
		if (r->node[r->group_order[i]].op == OP_AGG)
			plan_agg(g, r->group_order[i], o);
	for (size_t i = 0; i < g->nset; i++) {
		g->set[i].state = xcalloc(g->nagg + 1, sizeof *g->set[i].state);
		for (size_t k = 0; k < g->nagg; k++)
			state_init(r, &g->agg[k], &g->set[i].state[k]);
	}
}

/* Everything that is evaluated over records. */
static bool
plan_records(struct rules_groups *g, const char *clustered, struct err *e)
{
	struct rules *r = g->r;
	for (size_t i = 0; i < g->ncol; i++)
		if (!plan_column(g, &g->col[i], e))
			return false;
	size_t n = 0, most = g->ncol;
	for (size_t i = 0; i < g->nagg; i++)
		most += r->node[g->agg[i].node].nlist + 2;
	uint32_t *roots = xmalloc((most + 1) * sizeof *roots);
	for (size_t i = 0; i < g->nagg; i++) {
		const struct node *x = &r->node[g->agg[i].node];
		if (x->a != RULES_NONE)
			roots[n++] = x->a;
		if (x->b != RULES_NONE)
			roots[n++] = x->b;
		for (uint32_t k = 0; k < x->nlist; k++)
			roots[n++] = x->list[k];
	}
	for (size_t i = 0; i < g->ncol; i++)
		if (g->col[i].slot < 0)
			roots[n++] = g->col[i].node;
	free(r->order);
	r->order = rules_order(r, roots, n, false, &r->norder);
	free(roots);
	if (!rules_no_streams(r, "summarize", e) || !check_clashes(g, e) ||
		!rules_bind_columns(r, g->in, NULL, r->order, r->norder, e))
		return false;
	if (clustered) {
		g->sorted.slot = rec_in_need(g->in, clustered, REC_TEXT, e);
		g->sorted.name = clustered;
		g->sorted.hint = ", or leave --clustered out";
		for (size_t i = 0; i < g->nagg; i++)
			if (g->agg[i].inner && g->agg[i].runs)
				g->inner.slot = r->node[g->agg[i].arg].slot;
	}
	return !e->code;
}

/* ---- the output ---- */

static bool
plan_names(struct rules_groups *g, struct err *e)
{
	g->name = xcalloc(g->ncol + g->nmetric + 4, sizeof *g->name);
	g->name[g->nname++] = (struct rec_name){"cut", REC_TEXT};
	for (size_t i = 0; i < g->ncol; i++)
		g->name[g->nname++] = (struct rec_name){g->col[i].name, REC_TEXT};
	for (size_t i = 0; i < g->nmetric; i++) {
		const struct def *d = &g->r->def[g->r->node[g->metric[i]].aux];
		g->name[g->nname++] = (struct rec_name){d->name, rules_rec_type(d->type)};
	}
	for (size_t i = 0; i < g->nname; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(g->name[i].name, g->name[k].name) == 0)
				err_set(e, LIMN_USAGE,
					"two columns of the output are called '%.100s'",
					g->name[i].name);
	if (!e->code && g->top && rules_rec_type(g->r->node[g->metric[0]].type) != REC_NUM)
		err_set(e, LIMN_USAGE, "--top goes by the first metric, and '%.100s' is no number",
			g->name[1 + g->ncol].name);
	if (!g->partial && !g->merge)
		return !e->code;
	for (size_t i = 0; i < g->ncol; i++)
		if (strcmp(g->col[i].name, "value") == 0 || strcmp(g->col[i].name, "by") == 0)
			err_set(e, LIMN_USAGE,
				"--by %s: partials have a column of that name; --as x=%s",
				g->col[i].name, g->col[i].name);
	if (!e->code)
		partial_names(g);
	return !e->code;
}

struct rules_groups *
rules_groups_new(
	struct rules *r, struct rec_in *in, const struct rules_groups_opts *o, struct err *e)
{
	struct rules_groups *g = xcalloc(1, sizeof *g);
	g->r = r;
	g->in = in;
	r->in = in;
	g->partial = o->partial;
	g->merge = o->merge;
	g->top = o->top;
	g->inner.slot = -1;
	bool ok = plan_metrics(g, o->metrics, e) && plan_sets(g, o->by, o->nby, e);
	if (ok) {
		plan_aggs(g, o);
		ok = plan_names(g, e) &&
		     (g->merge ? partial_bind(g, e) : plan_records(g, o->clustered, e));
	}
	if (ok)
		return g;
	rules_groups_free(g);
	return NULL;
}

const struct rec_name *
rules_groups_names(const struct rules_groups *g, size_t *n)
{
	*n = g->nname;
	return g->name;
}

void
rules_groups_free(struct rules_groups *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->nset; i++) {
		for (size_t k = 0; g->set[i].state && k < g->nagg; k++)
			state_free(&g->set[i].state[k]);
		free(g->set[i].state);
		free(g->set[i].cut);
		free(g->set[i].col);
		keyset_free(g->set[i].tuples.keys);
	}
	for (size_t i = 0; i < g->ncol; i++) {
		free(g->col[i].name);
		keyset_free(g->col[i].look.keys);
	}
	for (size_t i = 0; i < g->nseen; i++) {
		keyset_free(g->seen[i].look.keys);
		buf_free(&g->seen[i].text);
	}
	free(g->set);
	free(g->col);
	free(g->seen);
	free(g->chosen);
	free(g->agg);
	free(g->metric);
	free(g->name);
	sorted_free(&g->sorted);
	keyset_free(g->inner.many);
	buf_free(&g->inner.text);
	buf_free(&g->inner.last);
	buf_free(&g->key);
	free(g);
}
