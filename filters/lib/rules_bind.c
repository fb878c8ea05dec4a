/* L4 rules_bind - a checked program meets an input: its columns, its batches. */
#include <stdio.h>
#include <stdlib.h>

#include "rules_int.h"

/* A column that is not there: what else could have been meant. */
static bool
no_column(
	struct rules *r, struct rec_in *in, const char *stream, const struct node *n, struct err *e)
{
	size_t ncols = rec_in_ncols(in), count = 0;
	const char **names = xmalloc((ncols + r->ndef + 1) * sizeof *names);
	for (size_t i = 0; i < ncols; i++)
		names[count++] = rec_in_name(in, i);
	for (size_t i = 0; i < r->ndef; i++)
		if (r->def[i].kind == DEF_PARAM || (r->def[i].kind == DEF_TAG && !stream))
			names[count++] = r->def[i].name;
	char *want = xstrndup(n->text.ptr, n->text.len);
	const char *hint = rules_nearest(r, want, names, count);
	bool lower = false;
	for (const char *p = want; *p; p++)
		lower = lower || (*p >= 'a' && *p <= 'z');
	if (!lower)
		hint = "a text stands in quotes: 'x'";
	if (!hint && !stream)
		hint = "another column stands for it with --as NAME=COLUMN";
	rules_fail(r, e, n->pos, hint, "unknown column '%.100s'%s%.60s", want,
		stream ? " of --facts " : "", stream ? stream : "");
	free(want);
	free(names);
	return false;
}

bool
rules_bind_columns(struct rules *r, struct rec_in *in, const char *stream, const uint32_t *order,
	size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct node *x = &r->node[order[i]];
		if (x->op != OP_COL)
			continue;
		char *name = xstrndup(x->text.ptr, x->text.len);
		x->slot = rec_in_want(in, name, (enum rec_type)x->aux);
		free(name);
		if (x->slot < 0)
			return no_column(r, in, stream, x, e);
	}
	return true;
}

bool
rules_is_column(struct rec_in *in, const char *name)
{
	for (size_t i = 0, n = rec_in_ncols(in); i < n; i++)
		if (strcmp(rec_in_name(in, i), name) == 0)
			return true;
	return false;
}

int
rules_bind(struct rules *r, struct rec_in *in, struct err *e)
{
	uint32_t *roots = xmalloc((r->ndef + 1) * sizeof *roots);
	size_t n = 0;
	if (r->expr != RULES_NONE)
		roots[n++] = r->expr;
	for (size_t i = 0; i < r->ndef && !e->code; i++) {
		const struct def *d = &r->def[i];
		if (d->kind == DEF_TAG || d->kind == DEF_SEGMENT)
			roots[n++] = d->node;
		if ((d->kind == DEF_TAG || d->kind == DEF_PARAM) && rules_is_column(in, d->name))
			rules_fail(r, e, d->pos, "give it another name, or leave the column out",
				"'%.100s' is a column of the input as well", d->name);
	}
	if (!e->code) {
		free(r->order);
		r->in = in;
		r->order = rules_order(r, roots, n, false, &r->norder);
		if (rules_bind_columns(r, in, NULL, r->order, r->norder, e))
			rules_plan_streams(r);
	}
	free(roots);
	return e->code;
}

/* Points a column's node at the batch. */
static void
load_column(struct node *n, const struct rec_batch *b)
{
	const struct rec_col *c = &b->col[n->slot];
	switch (n->type) {
	case RULES_TIME:
		n->v.time = c->time;
		break;
	case RULES_DAY:
		n->v.day = c->day;
		break;
	case RULES_NUM:
		n->v.num = c->num;
		break;
	default:
		n->v.text = c->text;
	}
	for (size_t i = 0; i < b->n; i++)
		n->v.missing[i] = !c->text[i].ptr;
}

int
rules_eval_nodes(struct rules *r, struct rec_in *in, const uint32_t *order, size_t norder,
	const struct rec_batch *b, struct err *e)
{
	for (size_t i = 0; i < norder; i++) {
		struct node *n = &r->node[order[i]];
		if (n->op == OP_COL) {
			load_column(n, b);
		} else if (!rules_eval_node(r, order[i], b->n)) {
			char reason[320];
			snprintf(reason, sizeof reason, "%s: the result does not fit",
				rules_place(r, r->node[r->bad_node].pos));
			rec_in_fail(in, b, r->bad_row, -1, e, reason);
			return -1;
		}
	}
	return 0;
}

int
rules_eval_batch(struct rules *r, const struct rec_batch *b, struct err *e)
{
	return rules_eval_nodes(r, r->in, r->order, r->norder, b, e);
}

int
rules_eval(struct rules *r, const struct rec_batch *b, struct err *e)
{
	return rules_eval_streams(r, b, e) ? -1 : rules_eval_batch(r, b, e);
}

const struct rules_vec *
rules_tag(const struct rules *r, size_t i)
{
	return &r->node[r->def[r->of[DEF_TAG].index[i]].node].v;
}

const struct rules_vec *
rules_segment(const struct rules *r, size_t i)
{
	return &r->node[r->def[r->of[DEF_SEGMENT].index[i]].node].v;
}

const struct rules_vec *
rules_result(const struct rules *r)
{
	return &r->node[r->expr].v;
}

int
rules_filter(void *ctx, const struct rec_batch *b, uint8_t *keep, struct err *e)
{
	struct rules *r = ctx;
	if (rules_eval_batch(r, b, e))
		return e->code;
	memcpy(keep, rules_result(r)->flag, b->n);
	return LIMN_OK;
}
