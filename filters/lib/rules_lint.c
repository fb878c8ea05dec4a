/* L4 rules_lint - what is legal and surely not meant: for --check. */
#include "rules_int.h"

static void
warn(struct rules *r, const struct def *d, const char *hint, const char *what)
{
	struct err e = {0};
	rules_fail(r, &e, d->pos, hint, "%s", what);
	msg_warn("%s", e.text);
}

void
rules_lint(struct rules *r)
{
	for (size_t i = 0; i < r->ndef; i++) {
		const struct def *d = &r->def[i];
		if (d->kind == DEF_PARAM && !d->used)
			warn(r, d, NULL, "nothing uses this param");
		else if (d->kind == DEF_FACT && !d->used)
			warn(r, d, NULL, "nothing uses this fact");
		else if (d->kind == DEF_SEGMENT && r->node[r->node[d->node].a].constant)
			warn(r, d, "its condition names nothing of a person",
				"this segment holds everybody or nobody");
	}
}
