/* L4 rules_eval - one node over one batch: a loop for each operation and type.
 *
 * A constant operand has one row: row i of x is x[i & mask]. Where a value is missing, a flag is 0, a text
 * NULL, a time or day the missing one, so that loops over flags need no second look. */
#include "rules_int.h"

#define X(node, array, i) ((node)->v.array[(i) & (node)->mask])

static bool
overflow(struct rules *r, const struct node *n, size_t row)
{
	r->bad_node = (uint32_t)(n - r->node);
	r->bad_row = row;
	return false;
}

/* ---- predicates: never missing ---- */

static int
sign(int c)
{
	return (c > 0) - (c < 0);
}

/* Sets flag where both sides are there and their order is among those of aux (bits: 1 < 2 = 4 >). */
#define COMPARE(ORDER)                    \
	for (size_t i = 0; i < rows; i++) \
	flag[i] = !X(a, missing, i) && !X(b, missing, i) && (accept >> ((ORDER) + 1) & 1u)

static void
eval_cmp(const struct node *n, const struct node *a, const struct node *b, size_t rows)
{
	uint8_t *flag = n->v.flag;
	unsigned accept = (unsigned)n->aux;
	switch (a->type) {
	case RULES_NUM:
		COMPARE(sign(dec_order(&X(a, num, i), &X(b, num, i))));
		break;
	case RULES_TEXT:
		if (accept == 2) { /* = is the common one: lengths first */
			for (size_t i = 0; i < rows; i++)
				flag[i] = span_same(X(a, text, i), X(b, text, i));
		} else {
			COMPARE(sign(span_cmp(X(a, text, i), X(b, text, i))));
		}
		break;
	case RULES_TIME:
		COMPARE((X(a, time, i) > X(b, time, i)) - (X(a, time, i) < X(b, time, i)));
		break;
	case RULES_DAY:
		COMPARE((X(a, day, i) > X(b, day, i)) - (X(a, day, i) < X(b, day, i)));
		break;
	default:
		COMPARE((X(a, flag, i) > X(b, flag, i)) - (X(a, flag, i) < X(b, flag, i)));
	}
}

/* Whether row i of x is the constant k. */
static bool
same(const struct node *x, size_t i, const struct node *k)
{
	switch (x->type) {
	case RULES_NUM:
		return !X(x, missing, i) && dec_order(&X(x, num, i), &k->v.num[0]) == 0;
	case RULES_TEXT:
		return span_same(X(x, text, i), k->v.text[0]);
	case RULES_TIME:
		return !X(x, missing, i) && X(x, time, i) == k->v.time[0];
	case RULES_DAY:
		return !X(x, missing, i) && X(x, day, i) == k->v.day[0];
	default:
		return !X(x, missing, i) && X(x, flag, i) == k->v.flag[0];
	}
}

static void
eval_in(const struct rules *r, const struct node *n, const struct node *x, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		bool found = false;
		if (n->set)
			found = X(x, text, i).ptr &&
				keyset_find(n->set, X(x, text, i)) != KEYSET_NONE;
		for (uint32_t k = 0; !n->set && !found && k < n->nlist; k++)
			found = !r->node[n->list[k]].v.missing[0] &&
				same(x, i, &r->node[n->list[k]]);
		n->v.flag[i] = found;
	}
}

static void
eval_affix(struct node *n, const struct node *a, const struct node *b, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		struct span x = X(a, text, i), y = X(b, text, i);
		bool yes = x.ptr && y.ptr;
		if (yes && n->op == OP_CONTAINS)
			yes = rules_list_contains(x, y, &n->bytes);
		else
			yes = yes && x.len >= y.len &&
			      memcmp(x.ptr + (n->op == OP_ENDS ? x.len - y.len : 0), y.ptr,
				      y.len) == 0;
		n->v.flag[i] = yes;
	}
}

static void
eval_logic(const struct rules *r, const struct node *n, size_t rows)
{
	uint8_t *flag = n->v.flag;
	bool and = n->op == OP_AND;
	memset(flag, and, rows);
	for (uint32_t k = 0; k < n->nlist; k++) {
		const struct node *x = &r->node[n->list[k]];
		for (size_t i = 0; i < rows; i++)
			flag[i] = and? flag[i] & X(x, flag, i) : flag[i] | X(x, flag, i);
	}
}

/* ---- choices ---- */

/* Row i of n is row i of node pick[i] (RULES_NONE: missing). */
static void
eval_pick(const struct rules *r, const struct node *n, const uint32_t *pick, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		const struct node *x = pick[i] == RULES_NONE ? NULL : &r->node[pick[i]];
		n->v.missing[i] = x ? X(x, missing, i) : 1;
		switch (n->type) {
		case RULES_NUM:
			n->v.num[i] = x ? X(x, num, i) : dec_int(0);
			break;
		case RULES_TEXT:
			n->v.text[i] = x ? X(x, text, i) : SPAN_MISSING;
			break;
		case RULES_TIME:
			n->v.time[i] = x ? X(x, time, i) : WHEN_MISSING;
			break;
		case RULES_DAY:
			n->v.day[i] = x ? X(x, day, i) : WHEN_DAY_MISSING;
			break;
		default:
			n->v.flag[i] = x ? X(x, flag, i) : 0;
		}
	}
}

static void
eval_case(const struct rules *r, const struct node *n, size_t rows)
{
	uint32_t pick[REC_BATCH_MAX], pairs = n->nlist / 2;
	uint32_t otherwise = n->nlist % 2 ? n->list[n->nlist - 1] : RULES_NONE;
	for (size_t i = 0; i < rows; i++)
		pick[i] = otherwise;
	for (uint32_t k = pairs; k-- > 0;) {
		const struct node *when = &r->node[n->list[2 * k]];
		uint32_t then = n->list[2 * k + 1];
		for (size_t i = 0; i < rows; i++)
			pick[i] = X(when, flag, i) ? then : pick[i];
	}
	eval_pick(r, n, pick, rows);
}

static void
eval_coalesce(const struct rules *r, const struct node *n, size_t rows)
{
	uint32_t pick[REC_BATCH_MAX];
	for (size_t i = 0; i < rows; i++)
		pick[i] = RULES_NONE;
	for (uint32_t k = n->nlist; k-- > 0;) {
		const struct node *x = &r->node[n->list[k]];
		for (size_t i = 0; i < rows; i++)
			pick[i] = X(x, missing, i) ? pick[i] : n->list[k];
	}
	eval_pick(r, n, pick, rows);
}

/* ---- arithmetic ---- */

static bool
small(const struct dec *a, const struct dec *b)
{
	const __int128 limit = (__int128)1 << 62;
	return a->scale == 0 && b->scale == 0 && a->v < limit && a->v > -limit && b->v < limit &&
	       b->v > -limit;
}

static bool
arith(uint8_t op, struct dec a, struct dec b, struct dec *out)
{
	if (small(&a, &b) && op != OP_DIV) { /* products of 62 bits fit into 128 */
		out->scale = 0;
		out->v = op == OP_ADD ? a.v + b.v : op == OP_SUB ? a.v - b.v : a.v * b.v;
		return true;
	}
	return op == OP_ADD   ? dec_add(a, b, out)
	       : op == OP_SUB ? dec_sub(a, b, out)
	       : op == OP_MUL ? dec_mul(a, b, out)
			      : dec_div(a, b, out);
}

static bool
eval_arith(struct rules *r, const struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a], *b = &r->node[n->b];
	for (size_t i = 0; i < rows; i++) {
		bool missing = X(a, missing, i) || X(b, missing, i) ||
			       (n->op == OP_DIV && X(b, num, i).v == 0);
		n->v.missing[i] = missing;
		n->v.num[i] = dec_int(0);
		if (!missing && !arith(n->op, X(a, num, i), X(b, num, i), &n->v.num[i]))
			return overflow(r, n, i);
	}
	return true;
}

/* ---- the rest ---- */

/* What others refer to: the body's own vector, or a constant spread over the rows. */
static void
eval_root(const struct rules *r, struct node *n, size_t rows)
{
	const struct node *a = &r->node[n->a];
	if (!a->constant) {
		n->v = a->v;
		return;
	}
	uint32_t pick[REC_BATCH_MAX];
	for (size_t i = 0; i < rows; i++)
		pick[i] = n->a;
	eval_pick(r, n, pick, rows);
}

bool
rules_eval_node(struct rules *r, uint32_t id, size_t rows)
{
	struct node *n = &r->node[id];
	const struct node *a = n->a == RULES_NONE ? NULL : &r->node[n->a];
	const struct node *b = n->b == RULES_NONE ? NULL : &r->node[n->b];
	switch (n->op) {
	case OP_CONST:
	case OP_COL:
	case OP_AGG:
		return true;
	case OP_ROOT:
		eval_root(r, n, rows);
		return true;
	case OP_CMP:
		eval_cmp(n, a, b, rows);
		return true;
	case OP_IN:
		eval_in(r, n, a, rows);
		return true;
	case OP_CONTAINS:
	case OP_STARTS:
	case OP_ENDS:
		eval_affix(n, a, b, rows);
		return true;
	case OP_ISNULL:
		for (size_t i = 0; i < rows; i++)
			n->v.flag[i] = X(a, missing, i);
		return true;
	case OP_NOT:
		for (size_t i = 0; i < rows; i++)
			n->v.flag[i] = !X(a, flag, i);
		return true;
	case OP_AND:
	case OP_OR:
		eval_logic(r, n, rows);
		return true;
	case OP_CASE:
		eval_case(r, n, rows);
		return true;
	case OP_COALESCE:
		eval_coalesce(r, n, rows);
		return true;
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
		return eval_arith(r, n, rows);
	default:
		return rules_eval_func(r, n, rows);
	}
}
