/* L3 sorted - checks that records come in the order of a column's tsv bytes. */
#include "sorted.h"

static int
out_of_order(const struct sorted *s, const struct rec_batch *b, size_t i, struct err *e)
{
	struct buf m = {0};
	struct span file = span_str(b->file);
	buf_printf(&m, "%s:%ju: column '%.100s' is out of order: ", b->file, (uintmax_t)b->line[i],
		s->name);
	buf_quote(&m, b->col[s->slot].text[i]);
	buf_str(&m, " after ");
	buf_quote(&m, s->missing ? SPAN_MISSING : buf_as_span(&s->last));
	buf_printf(&m, " of line %ju", (uintmax_t)s->line);
	if (!span_eq(file, buf_as_span(&s->file))) {
		buf_str(&m, " in ");
		buf_span(&m, buf_as_span(&s->file));
	}
	buf_str(&m, "; sort the records by this column (LC_ALL=C sort, tsv)");
	if (s->hint)
		buf_str(&m, s->hint);
	err_set(e, LIMN_DATA, "%s", buf_cstr(&m));
	buf_free(&m);
	return -1;
}

int
sorted_next(struct sorted *s, const struct rec_batch *b, size_t i, struct err *e)
{
	struct span text = b->col[s->slot].text[i];
	struct span last = s->missing ? SPAN_MISSING : buf_as_span(&s->last);
	int d = !s->any ? 1 : span_eq(text, last) ? 0 : tsv_cmp(text, last);
	if (d < 0)
		return out_of_order(s, b, i, e);
	s->line = b->line[i];
	struct span file = span_str(b->file);
	if (!span_eq(file, buf_as_span(&s->file))) {
		s->file.len = 0;
		buf_span(&s->file, file);
	}
	if (d == 0)
		return 0;
	s->any = true;
	s->missing = span_missing(text);
	s->last.len = 0;
	buf_span(&s->last, text);
	return 1;
}

void
sorted_free(struct sorted *s)
{
	buf_free(&s->last);
	buf_free(&s->file);
}
