/* fuzz_rules - rules from any bytes: a program or a message with a place, a value for every record or a message.
 *
 * The bytes are taken as a source and as what --where would say. What loads is run over two records, facts over
 * the rows of a stream, and explained. */
#include <stdlib.h>
#include <unistd.h>

#include "rules.h"
#include "tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct zone *zone;
static char path[] = "/tmp/fuzz-rules-XXXXXX", stream[] = "/tmp/fuzz-facts-XXXXXX";

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
	unlink(stream);
}

static void
write_records(char *name, const char *records)
{
	int fd = mkstemp(name);
	must(fd >= 0);
	must(write(fd, records, strlen(records)) == (ssize_t)strlen(records));
	close(fd);
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
				      "-2.5\t[\"x\\\\u00e4\"]\t\t2026-11-23\tw\n";
	static const char facts[] = "visitor_id\ta\tb\tdate\n"
				    "t\t1\tx\t2026-11-22\nv\t\\N\ty\t2026-01-02\n"
				    "v\t2.25\tx, z\t\\N\nx\t9\t\t2026-11-21\n";
	struct err e = {0};
	zone = zone_open("Europe/Berlin", &e);
	must(zone != NULL);
	write_records(path, records);
	write_records(stream, facts);
	atexit(remove_records);
}

static struct rec_in *
open_file(const char *const *files)
{
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

static struct rec_in *
open_records(void)
{
	static const char *const files[] = {path};
	return open_file(files);
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
	static const char *const files[] = {stream};
	struct err e = {0};
	const struct rec_batch *b;
	struct rec_in *in = open_records(), *rows[8] = {NULL};
	if (facts)
		rules_will_explain(r);
	bool ok = rules_bind(r, in, &e) == LIMN_OK;
	if (facts)
		rules_bind_key(r, rec_in_want(in, "visitor_id", REC_TEXT));
	for (size_t i = 0; ok && facts && i < 8 && i < rules_nstreams(r); i++)
		if (rules_stream_needed(r, i)) {
			rows[i] = open_file(files);
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
	for (int what = 0; what < 4; what++) {
		struct err e = {0};
		struct rules *r = rules_load(&source, 1, &env, &e);
		must((r == NULL) == (e.code == LIMN_USAGE));
		if (r && what < 2)
			run_tags(r, what == 1);
		else if (r)
			run_metrics(r, what == 3);
		rules_free(r);
	}
	rules_free(tags);
	struct err e = {0};
	struct rules *r = rules_expr(text, "--where", &env, &e);
	must((r == NULL) == (e.code == LIMN_USAGE));
	if (r)
		run_tags(r, false);
	rules_free(r);
	free(text);
	return 0;
}
