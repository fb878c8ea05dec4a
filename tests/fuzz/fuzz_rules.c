/* fuzz_rules - rules from any bytes: a program or a message with a place, a value for every record or a message.
 *
 * The first line is what --where would say, the rest a source. What loads is run over two records. */
#include <stdlib.h>
#include <unistd.h>

#include "rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct zone *zone;
static char path[] = "/tmp/fuzz-rules-XXXXXX";

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
remove_records(void)
{
	unlink(path);
}

/* Two records in a file; their columns are named in the corpus. */
static void
set_up(void)
{
	static const char records[] = "a\tb\tc\tts\tvisitor_id\n"
				      "1\tx, y\t\\N\t2026-11-22T23:30:00Z\tv\n"
				      "-2.5\t[\"x\\\\u00e4\"]\t\t2026-11-23\tw\n";
	struct err e = {0};
	zone = zone_open("Europe/Berlin", &e);
	int fd = mkstemp(path);
	must(zone && fd >= 0);
	must(write(fd, records, sizeof records - 1) == sizeof records - 1);
	close(fd);
	atexit(remove_records);
}

static struct rec_in *
open_records(void)
{
	static const char *const files[] = {path};
	struct rec_in_opts o = REC_IN_DEFAULTS;
	struct err e = {0};
	o.files = files;
	o.nfiles = 1;
	o.enc = REC_TSV;
	o.zone = zone;
	struct rec_in *in = rec_in_open(&o, &e);
	must(in != NULL);
	return in;
}

static void
check_values(const struct rules *r, const struct rec_batch *b)
{
	struct buf scratch = {0};
	for (size_t i = 0; i < b->n; i++) {
		for (size_t k = 0; k < rules_count(r, RULES_TAG); k++) {
			const struct rules_vec *v = rules_tag(r, k);
			struct span s = rules_text(v, i, &scratch);
			must(span_missing(s) == (v->missing[i] != 0));
		}
		for (size_t k = 0; k < rules_count(r, RULES_SEGMENT); k++)
			must(rules_segment(r, k)->flag[i] <= 1);
	}
	buf_free(&scratch);
}

static void
count_row(void *ctx, const struct span *values)
{
	must(values[0].ptr != NULL);
	++*(size_t *)ctx;
}

static void
run_tags(struct rules *r)
{
	struct err e = {0};
	const struct rec_batch *b;
	struct rec_in *in = open_records();
	if (rules_bind(r, in, &e) == LIMN_OK)
		while (rec_in_next(in, &b, &e) > 0 && rules_eval(r, b, &e) == 0)
			check_values(r, b);
	must(e.code == 0 || e.text[0]);
	rec_in_free(in);
}

static void
run_metrics(struct rules *r, bool partial)
{
	static const char *const by[] = {"", "a", "a,day"};
	struct rules_groups_opts o = {.by = by, .nby = 3, .top = 1, .partial = partial};
	struct err e = {0};
	const struct rec_batch *b;
	size_t rows = 0;
	struct rec_in *in = open_records();
	struct rules_groups *g = rules_groups_new(r, in, &o, &e);
	if (g) {
		while (rec_in_next(in, &b, &e) > 0 && rules_groups_add(g, b, &e) == 0)
			;
		if (!e.code && rules_groups_finish(g, count_row, &rows, &e) == 0)
			must(rows >= 3);
	}
	must(g || e.code);
	rules_groups_free(g);
	rec_in_free(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!zone)
		set_up();
	char *text = xstrndup((const char *)data, size);
	struct rules_env env = {.zone = zone, .as_of = when_from_civil(2026, 11, 22)};
	struct rules_source source = {"x", text};
	for (int what = 0; what < 3; what++) {
		struct err e = {0};
		struct rules *r = rules_load(&source, 1, &env, &e);
		must((r == NULL) == (e.code == LIMN_USAGE));
		if (r && what == 0)
			run_tags(r);
		else if (r)
			run_metrics(r, what == 2);
		rules_free(r);
	}
	struct err e = {0};
	struct rules *r = rules_expr(text, "--where", &env, &e);
	must((r == NULL) == (e.code == LIMN_USAGE));
	if (r)
		run_tags(r);
	rules_free(r);
	free(text);
	return 0;
}
