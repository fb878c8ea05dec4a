/* L3 rfmin - reads orders, or rows of customer facts, into a set of buyers. */
#include <stdlib.h>

#include "rfmin.h"

struct rfm_order {
	int64_t at;
	uint64_t low, high; /* the amount, times 10^scale */
	uint32_t who;
	int32_t scale;
};

int
rfm_in_large(const struct rfm_in *r, uint32_t who, struct err *e)
{
	struct buf id = {0};
	buf_quote(&id, keyset_key(r->keys, who));
	err_set(e, LIMN_DATA, "column 'amount': the sum of a customer does not fit: %s",
		buf_cstr(&id));
	buf_free(&id);
	return e->code;
}

/* All amounts are of one currency; a missing one is of that currency too. */
static bool
same_currency(struct rfm_in *r, const struct rec_batch *b, size_t i, struct err *e)
{
	struct span now = r->money < 0 ? SPAN_MISSING : b->col[r->money].text[i];
	if (!now.len)
		return true;
	if (!r->currency)
		r->currency = xstrndup(now.ptr, now.len);
	if (span_eq(now, span_str(r->currency)))
		return true;
	struct buf why = {0}, first = {0};
	buf_quote(&first, span_str(r->currency));
	buf_printf(&why, "a second currency beside %s (convert amounts to one first)",
		buf_cstr(&first));
	rec_in_fail(r->in, b, i, r->money, e, buf_cstr(&why));
	buf_free(&why);
	buf_free(&first);
	return false;
}

/* Whether record i is to be counted; says why not, by a count, as a bad record or in e. */
static bool
usable(struct rfm_in *r, const struct rec_batch *b, size_t i, int32_t *day, struct err *e)
{
	int64_t at = b->col[r->at].time[i];
	if (at == WHEN_MISSING) {
		r->unpaid++;
		return false;
	}
	*day = when_day(r->set.zone, at);
	bool future = r->as_of_known && *day > r->set.as_of;
	if (!future && *day > r->last_day)
		r->last_day = *day;
	if (!b->col[r->id].text[i].len)
		r->no_key++;
	else if (!b->col[r->amount].text[i].len)
		rec_in_bad(r->in, b, i, r->amount, "missing where there is a payment", e);
	else if (future && r->facts)
		rec_in_bad(r->in, b, i, r->at, "after the as-of day: facts of a later day", e);
	else if (future)
		r->future++;
	else
		return same_currency(r, b, i, e);
	return false;
}

static void
keep_order(struct rfm_in *r, uint32_t who, int64_t at, struct dec amount)
{
	r->order = xgrow(r->order, &r->cap, r->norders + 1, sizeof(*r->order));
	r->order[r->norders++] = (struct rfm_order){at, (uint64_t)amount.v,
		(uint64_t)((unsigned __int128)amount.v >> 64), who, amount.scale};
}

static void
add_orders(struct rfm_in *r, const struct rec_batch *b, struct err *e)
{
	struct span keys[REC_BATCH_MAX];
	uint32_t ids[REC_BATCH_MAX], row[REC_BATCH_MAX];
	int32_t day[REC_BATCH_MAX];
	size_t n = 0;
	for (size_t i = 0; i < b->n && !e->code; i++)
		if (usable(r, b, i, &day[n], e)) {
			keys[n] = b->col[r->id].text[i];
			row[n++] = (uint32_t)i;
		}
	if (!n)
		return;
	keyset_add(r->keys, keys, n, ids);
	rfm_grow(&r->set, keyset_size(r->keys));
	r->used += n;
	for (size_t k = 0; k < n; k++) {
		int64_t at = b->col[r->at].time[row[k]];
		struct dec amount = b->col[r->amount].num[row[k]];
		if (k + 8 < n)
			__builtin_prefetch(&r->set.of[ids[k + 8]], 1);
		if (!r->as_of_known)
			keep_order(r, ids[k], at, amount);
		else if (!rfm_add(&r->set, ids[k], at, day[k], amount)) {
			rec_in_fail(
				r->in, b, row[k], r->amount, e, "the customer's sum does not fit");
			return;
		}
	}
}

/* A whole number from 0 to max. */
static bool
is_count(const struct rec_batch *b, int slot, size_t i, int64_t max, int64_t *n)
{
	return b->col[slot].text[i].len && dec_to_int(b->col[slot].num[i], n) && *n >= 0 &&
	       *n <= max;
}

static void
add_facts(struct rfm_in *r, const struct rec_batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n && !e->code; i++) {
		int32_t day;
		int64_t orders, days;
		if (!usable(r, b, i, &day, e))
			continue;
		if (!is_count(b, r->orders, i, INT64_MAX, &orders)) {
			rec_in_bad(r->in, b, i, r->orders, "not a count", e);
			continue;
		}
		if (!is_count(b, r->days, i, orders, &days)) {
			rec_in_bad(r->in, b, i, r->days, "not a count up to orders", e);
			continue;
		}
		uint32_t known = keyset_size(r->keys),
			 id = keyset_add1(r->keys, b->col[r->id].text[i]);
		if (id < known) {
			rec_in_bad(r->in, b, i, r->id, "a second row of a customer", e);
			continue;
		}
		struct dec amount = b->col[r->amount].num[i];
		rfm_grow(&r->set, keyset_size(r->keys));
		r->set.of[id] = (struct rfm_buyer){.amount = amount.v,
			.scale = (uint8_t)amount.scale,
			.last = b->col[r->at].time[i],
			.orders = (uint64_t)orders,
			.days2 = days >= 2};
		r->used++;
	}
}

int
rfm_in_add(struct rfm_in *r, const struct rec_batch *b, struct err *e)
{
	if (r->facts)
		add_facts(r, b, e);
	else
		add_orders(r, b, e);
	return e->code;
}

int
rfm_in_end(struct rfm_in *r, struct err *e)
{
	struct rfm_set *s = &r->set;
	if (!r->as_of_known && r->last_day != WHEN_DAY_MISSING)
		rfm_as_of(s, r->last_day);
	for (size_t k = 0; k < r->norders; k++) {
		const struct rfm_order *o = &r->order[k];
		struct dec amount = {
			(__int128)((unsigned __int128)o->high << 64 | o->low), o->scale};
		if (!rfm_add(s, o->who, o->at, when_day(s->zone, o->at), amount))
			return rfm_in_large(r, o->who, e);
	}
	for (size_t i = 0; r->facts && i < s->n; i++)
		if (rfm_recency(s, &s->of[i]) >= s->window)
			s->of[i].orders = 0;
	return LIMN_OK;
}

void
rfm_in_free(struct rfm_in *r)
{
	keyset_free(r->keys);
	rfm_free(&r->set);
	free(r->order);
	free(r->currency);
}
