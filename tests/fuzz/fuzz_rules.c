/* fuzz_rules - rules from any bytes: a program or a message with a place, a value for every record or a message.
 *
 * The bytes are taken as a source and as what --where would say. What loads is run over a few records: as tags,
 * then with facts from the rows of a stream, and explained; and as metrics, whose partials must merge to the same
 * rows. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rules.h"
#include "tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct zone *zone;
static char place[] = "/tmp/fuzz-rules-XXXXXX", path[64], partial_path[64], map_path[64],
	    people_path[64], facts_path[64];

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
	unlink(partial_path);
	unlink(map_path);
	unlink(people_path);
	unlink(facts_path);
	rmdir(place);
}

static void
write_file(const char *name, const void *text, size_t len)
{
	FILE *f = fopen(name, "wb");
	must(f && fwrite(text, 1, len, f) == len && fclose(f) == 0);
}

/* Records and a lookup table m; their columns are named in the corpus. */
static void
set_up(void)
{
	static const char records[] = "a\tb\tc\tts\tvisitor_id\n"
				      "1\tx, y\t\\N\t2026-11-22T23:30:00Z\tv\n"
				      "-2.5\t[\"x\\\\u00e4\"]\t\t2026-11-23\tw\n"
				      "1.0\tx\tk\t2026-11-23\tv\n"
				      "7\t\\N\tk\t2026-11-22\tv\n";
	static const char people[] = "a\tb\tc\tts\tvisitor_id\n"
				     "1\tx, y\t\\N\t2026-11-22T23:30:00Z\tv\n"
				     "-2.5\t[\"x\\\\u00e4\"]\t\t2026-11-23\tw\n";
	static const char facts[] = "visitor_id\ta\tb\tdate\n"
				    "t\t1\tx\t2026-11-22\nv\t\\N\ty\t2026-01-02\n"
				    "v\t2.25\tx, z\t\\N\nx\t9\t\t2026-11-21\n";
	static const char map[] = "k\tv\tw\nk\t1\t\\N\nx\t2\ty\n";
	struct err e = {0};
	zone = zone_open("Europe/Berlin", &e);
	must(zone && mkdtemp(place));
	snprintf(path, sizeof path, "%s/in.tsv", place);
	snprintf(partial_path, sizeof partial_path, "%s/partial.tsv", place);
	snprintf(map_path, sizeof map_path, "%s/m.tsv", place);
	write_file(path, records, sizeof records - 1);
	snprintf(people_path, sizeof people_path, "%s/people.tsv", place);
	snprintf(facts_path, sizeof facts_path, "%s/facts.tsv", place);
	write_file(map_path, map, sizeof map - 1);
	write_file(people_path, people, sizeof people - 1);
	write_file(facts_path, facts, sizeof facts - 1);
	atexit(remove_records);
}

static struct rec_in *
open_records(const char *name)
{
	static const char *files[1];
	struct rec_in_opts o = REC_IN_DEFAULTS;
	struct err e = {0};
	files[0] = name;
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
explain(struct rules *r, const struct rec_batch *b)
{
	struct buf text = {0};
	for (size_t i = 0; i < b->n; i++)
		rules_explain(r, i, &text);
	buf_free(&text);
}

static void
run_tags(struct rules *r, bool facts)
{
	struct err e = {0};
	const struct rec_batch *b;
	struct rec_in *in = open_records(people_path), *rows[8] = {NULL};
	if (facts)
		rules_will_explain(r);
	bool ok = rules_bind(r, in, &e) == LIMN_OK;
	if (facts)
		rules_bind_key(r, rec_in_want(in, "visitor_id", REC_TEXT));
	for (size_t i = 0; ok && facts && i < 8 && i < rules_nstreams(r); i++)
		if (rules_stream_needed(r, i)) {
			rows[i] = open_records(facts_path);
			ok = rules_bind_stream(r, i, rows[i], "visitor_id", &e) == LIMN_OK;
		}
	while (ok && rec_in_next(in, &b, &e) > 0 && rules_eval(r, b, &e) == 0) {
		check_values(r, b);
		if (facts)
			explain(r, b);
	}
	if (ok && !e.code)
		rules_end_streams(r, &e);
	must(e.code == 0 || e.text[0]);
	for (size_t i = 0; i < 8; i++)
		rec_in_free(rows[i]);
	rec_in_free(in);
}

struct rows {
	struct buf text; /* tsv */
	size_t ncols, n;
};

static void
add_row(void *ctx, const struct span *values)
{
	struct rows *r = ctx;
	must(values[0].ptr != NULL);
	for (size_t i = 0; i < r->ncols; i++) {
		tsv_escape(&r->text, values[i]);
		buf_byte(&r->text, i + 1 < r->ncols ? '\t' : '\n');
	}
	r->n++;
}

/* The rows of summarize over a file; false when something was wrong. */
static bool
run_metrics(const struct rules_source *source, const struct rules_env *env, const char *file,
	const struct rules_groups_opts *o, struct rows *rows)
{
	struct err e = {0};
	const struct rec_batch *b;
	struct rules *r = rules_load(source, 1, env, &e);
	if (!r)
		return false;
	struct rec_in *in = open_records(file);
	struct rules_groups *g = rules_groups_new(r, in, o, &e);
	if (g) {
		const struct rec_name *name = rules_groups_names(g, &rows->ncols);
		struct span *head = xcalloc(rows->ncols, sizeof *head);
		for (size_t i = 0; i < rows->ncols; i++)
			head[i] = span_str(name[i].name);
		add_row(rows, head);
		free(head);
		while (rec_in_next(in, &b, &e) > 0 && rules_groups_add(g, b, &e) == 0)
			;
		if (!e.code && rules_groups_finish(g, add_row, rows, &e) == 0)
			must(rows->n >= 3);
	}
	must(g || e.code);
	must(e.code == 0 || e.text[0]);
	rules_groups_free(g);
	rec_in_free(in);
	rules_free(r);
	return e.code == 0;
}

static void
merge_is_whole(const struct rules_source *source, const struct rules_env *env)
{
	static const char *const by[] = {"", "a", "a,day"};
	struct rules_groups_opts o = {.by = by, .nby = 3, .top = 1};
	struct rows whole = {.n = 0}, parts = {.n = 0}, merged = {.n = 0};
	bool ok = run_metrics(source, env, path, &o, &whole);
	if (ok) {
		o.partial = true;
		must(run_metrics(source, env, path, &o, &parts));
		write_file(partial_path, parts.text.ptr, parts.text.len);
		o.partial = false;
		o.merge = true;
		must(run_metrics(source, env, partial_path, &o, &merged));
		must(span_eq(buf_as_span(&whole.text), buf_as_span(&merged.text)));
	}
	buf_free(&whole.text);
	buf_free(&parts.text);
	buf_free(&merged.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!zone)
		set_up();
	char *text = xstrndup((const char *)data, size);
	const char *maps[] = {place};
	struct rules_env env = {
		.zone = zone, .as_of = when_from_civil(2026, 11, 22), .maps = maps, .nmaps = 1};
	struct rules_source source = {"x", text};
	for (int facts = 0; facts < 2; facts++) {
		struct err wrong = {0};
		struct rules *r = rules_load(&source, 1, &env, &wrong);
		must((r == NULL) == (wrong.code == LIMN_USAGE));
		if (r)
			run_tags(r, facts);
		if (r && !facts)
			merge_is_whole(&source, &env);
		rules_free(r);
	}
	struct err e = {0};
	struct rules *r = rules_expr(text, "--where", &env, &e);
	must((r == NULL) == (e.code == LIMN_USAGE));
	if (r)
		run_tags(r, false);
	rules_free(r);
	free(text);
	return 0;
}
