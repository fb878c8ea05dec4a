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

/* Which orders make a comparison true: a bit each. */
struct accept {
	uint8_t lt, eq, gt;
};

static uint8_t
accepted(struct accept t, int lt, int eq, int gt)
{
	return (uint8_t)((t.lt & lt) | (t.eq & eq) | (t.gt & gt));
}

/* Sets flag where both sides are there and T(x, y) is so. The common case, a column and a constant, is a
 * loop without indices that change. */
#define COMPARE(TYPE, ARRAY, T)                                                               \
	do {                                                                                  \
		const TYPE *x = a->v.ARRAY, *y = b->v.ARRAY;                                  \
		if (b->constant && !a->constant) {                                            \
			const TYPE k = y[0];                                                  \
			const uint8_t there = !mb[0];                                         \
			for (size_t i = 0; i < rows; i++)                                     \
				flag[i] = (uint8_t)((T(x[i], k)) & !ma[i] & there);           \
		} else {                                                                      \
			for (size_t i = 0; i < rows; i++)                                     \
				flag[i] = (uint8_t)((T(x[i & am], y[i & bm])) & !ma[i & am] & \
						    !mb[i & bm]);                             \
		}                                                                             \
	} while (0)

#define BY_VALUE(x, y) accepted(t, (x) < (y), (x) == (y), (x) > (y))
#define BY_SIGN(c) accepted(t, (c) < 0, (c) == 0, (c) > 0)
#define BY_DEC(x, y) BY_SIGN(dec_order(&(x), &(y)))
#define BY_TEXT(x, y) BY_SIGN(span_cmp(x, y))
#define BY_SAME(x, y) span_same(x, y)

static void
eval_cmp(const struct node *n, const struct node *a, const struct node *b, size_t rows)
{
	uint8_t *restrict flag = n->v.flag;
	const uint8_t *ma = a->v.missing, *mb = b->v.missing;
	const size_t am = a->mask, bm = b->mask;
	const struct accept t = {n->aux & 1, n->aux >> 1 & 1, n->aux >> 2 & 1};
	switch (a->type) {
	case RULES_NUM:
		COMPARE(struct dec, num, BY_DEC);
		break;
	case RULES_TEXT:
		if (n->aux == 2) /* = is the common one */
			COMPARE(struct span, text, BY_SAME);
		else
			COMPARE(struct span, text, BY_TEXT);
		break;
	case RULES_TIME:
		COMPARE(int64_t, time, BY_VALUE);
		break;
	case RULES_DAY:
		COMPARE(int32_t, day, BY_VALUE);
		break;
	default:
		COMPARE(uint8_t, flag, BY_VALUE);
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
	uint8_t *restrict flag = n->v.flag;
	bool and = n->op == OP_AND;
	memset(flag, and, rows);
	for (uint32_t k = 0; k < n->nlist; k++) {
		const struct node *x = &r->node[n->list[k]];
		const uint8_t *f = x->v.flag;
		if (x->constant) {
			if (f[0] != and)
				memset(flag, f[0], rows);
		} else if (and) {
			for (size_t i = 0; i < rows; i++)
				flag[i] &= f[i];
		} else {
			for (size_t i = 0; i < rows; i++)
				flag[i] |= f[i];
		}
	}
}

/* Operands are not constant here unless rows is 1: what is made of constants alone is folded. */
static void
copy_flags(uint8_t *restrict to, const uint8_t *from, uint8_t flip, size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		to[i] = from[i] ^ flip;
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

static int
order(const struct node *x, const struct node *y, size_t i)
{
	switch (x->type) {
	case RULES_NUM:
		return dec_order(&X(x, num, i), &X(y, num, i));
	case RULES_TEXT:
		return span_cmp(X(x, text, i), X(y, text, i));
	case RULES_TIME:
		return (X(x, time, i) > X(y, time, i)) - (X(x, time, i) < X(y, time, i));
	default:
		return (X(x, day, i) > X(y, day, i)) - (X(x, day, i) < X(y, day, i));
	}
}

void
rules_eval_choice(const struct rules *r, struct node *n, size_t rows)
{
	uint32_t pick[REC_BATCH_MAX];
	int better = n->op == OP_LEAST ? -1 : 1;
	for (size_t i = 0; i < rows; i++) {
		pick[i] = RULES_NONE;
		for (uint32_t k = 0; k < n->nlist; k++) {
			const struct node *x = &r->node[n->list[k]];
			if (X(x, missing, i))
				continue;
			int d = pick[i] == RULES_NONE ? better : order(x, &r->node[pick[i]], i);
			pick[i] = d * better > 0 ? n->list[k] : pick[i];
		}
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
	case OP_FACT:
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
		copy_flags(n->v.flag, a->v.missing, 0, rows);
		return true;
	case OP_NOT:
		copy_flags(n->v.flag, a->v.flag, 1, rows);
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
