/* sessionize - cut each visitor's events into sessions.
 *
 * Reads all events, groups them by visitor, orders each visitor's events by time, and walks them: an event
 * further than the gap from the one before starts a session. What a session looks like depends on its visitor's
 * events alone, so shards, order of input and day-by-day runs with --state all give the same. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "flow.h"
#include "sessions.h"

enum {
	OPT_GAP = 256,
	OPT_INCLUSIVE,
	OPT_PRESET,
	OPT_NEW_ON,
	OPT_SPLIT_DAY,
	OPT_MAX_SESSION,
	OPT_MAX_EVENTS,
	OPT_STATE,
	OPT_FLUSH
};

static const struct cli_opt options[] = {
	{OPT_GAP, "gap", "TIME", "a longer pause starts a session (default 30m)"},
	{OPT_INCLUSIVE, "gap-inclusive", NULL, "a pause of just the gap starts one too"},
	{OPT_PRESET, "preset", "NAME", "the rules of ga4, ua or matomo; later options change them"},
	{OPT_NEW_ON, "new-on", "COLS", "a new value in one of these columns starts a session"},
	{OPT_SPLIT_DAY, "split-day", NULL, "a new local day starts a session"},
	{OPT_MAX_SESSION, "max-session", "TIME", "no session lasts longer than this"},
	{OPT_MAX_EVENTS, "max-events", "N", "no session has more events than this"},
	{OPT_STATE, "state", "FILE", "carry sessions that may still go on from run to run"},
	{OPT_FLUSH, "flush", NULL, "with --state: carry none, write all"},
	CLI_COMMON,
	CLI_END,
};

struct opts {
	struct cli_common common;
	struct session_rules rules;
	const char *new_on;
	bool new_on_optional; /* a preset's columns need not be there */
	const char *state;
	bool flush;
};

struct work {
	struct flow *flow;
	const struct opts *o;
	struct events events;
	struct rec_out *state_out;
	int64_t watermark, old_watermark;
	bool have_watermark;
	struct buf text, patched, hit;
};

static const struct {
	const char *name;
	struct session_rules rules;
	const char *new_on;
} presets[] = {
	/* support.google.com/analytics/answer/9191807: 30 minutes, no midnight, no campaign. */
	{"ga4", {.gap = 1800 * WHEN_SECOND}, NULL},
	/* Universal Analytics: "30 minutes or more", midnight, a new campaign source. */
	{"ua", {.gap = 1800 * WHEN_SECOND, .inclusive = true, .split_day = true},
		"source,medium,campaign"},
	/* Matomo's config/global.ini.php: visit_standard_length, midnight, campaign, 10 000 actions. */
	{"matomo", {.gap = 1800 * WHEN_SECOND, .split_day = true, .max_events = 10000}, "campaign"},
};

static void
set_preset(struct cli *c, struct opts *o)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++)
		if (strcmp(c->arg, presets[i].name) == 0) {
			o->rules = presets[i].rules;
			o->new_on = presets[i].new_on;
			o->new_on_optional = true;
			return;
		}
	cli_bad(c, "preset", "not one of ga4, ua, matomo");
}

/* ---- state: the events of sessions that may still go on, with the time up to which input has come ---- */

#define WATERMARK "limn_watermark"

/* What rec_out_emit adds to a packed record for the last column: cut off again when the state is read. */
static void
watermark_suffix(enum rec_enc enc, struct span text, struct buf *b)
{
	b->len = 0;
	if (enc == REC_NDJSON) {
		buf_str(b, ",\"" WATERMARK "\":");
		buf_json(b, text);
		buf_byte(b, '}');
	} else {
		buf_byte(b, enc == REC_CSV ? ',' : '\t');
		buf_span(b, text);
	}
}

/* The input's columns as a list for --columns: an object of a state need not have all of them. */
static void
list_columns(const struct rec_in *in, struct buf *b)
{
	for (size_t i = 0; i < rec_in_ncols(in); i++) {
		for (const char *p = rec_in_name(in, i); *p; p++) {
			if (*p == ',' || *p == '\\')
				buf_byte(b, '\\');
			buf_byte(b, *p);
		}
		buf_byte(b, ',');
	}
	buf_str(b, WATERMARK);
}

/* The slot of the watermark; -1 when the state is empty, or (then with an error) not one of this input. */
static int
check_state(struct work *w, struct rec_in *in)
{
	struct flow *f = w->flow;
	size_t n = rec_in_ncols(f->in);
	if (rec_in_is_empty(in))
		return -1;
	int mark = rec_in_want(in, WATERMARK, REC_TEXT);
	if (mark < 0)
		err_set(&f->err, LIMN_DATA, "%s: not a state of sessionize", w->o->state);
	bool same = rec_in_ncols(in) == n + 1;
	for (size_t i = 0; same && i < n; i++)
		same = strcmp(rec_in_name(in, i), rec_in_name(f->in, i)) == 0;
	if (!same)
		err_set(&f->err, LIMN_DATA, "%s: its columns are not those of the input",
			w->o->state);
	return f->err.code ? -1 : mark;
}

static void
read_state(struct work *w)
{
	struct flow *f = w->flow;
	struct rec_in_opts o = {.files = &w->o->state,
		.nfiles = 1,
		.enc = rec_out_enc(f->out),
		.zone = f->zone,
		.time_format = f->common->time_format,
		.max_record = f->common->max_record};
	const struct rec_batch *b;
	struct buf suffix = {0}, record = {0}, columns = {0};
	list_columns(f->in, &columns);
	if (o.enc == REC_NDJSON)
		o.columns = buf_cstr(&columns);
	struct rec_in *in = rec_in_open(&o, &f->err);
	struct event_columns cols;
	if (!in)
		goto out;
	int mark = check_state(w, in);
	if (mark >= 0 && events_columns(&w->events, in, &cols, &f->err) == LIMN_OK)
		while (!f->err.code && rec_in_next(in, &b, &f->err) > 0) {
			events_begin(&w->events, &cols, b);
			for (size_t i = 0; i < b->n; i++) {
				struct span raw = b->raw[i], text = b->col[mark].text[i];
				watermark_suffix(o.enc, text, &suffix);
				if (span_missing(text) ||
					!when_parse(text, f->zone, NULL, &w->old_watermark) ||
					raw.len < suffix.len ||
					memcmp(raw.ptr + raw.len - suffix.len, suffix.ptr,
						suffix.len) != 0) {
					err_set(&f->err, LIMN_DATA, "%s: not a state of sessionize",
						w->o->state);
					break;
				}
				record.len = 0;
				buf_put(&record, raw.ptr, raw.len - suffix.len);
				if (o.enc == REC_NDJSON)
					buf_byte(&record, '}');
				events_add(
					&w->events, &cols, b, i, buf_as_span(&record), EVENT_OTHER);
				w->have_watermark = true;
				f->count.state_in++;
			}
		}
	w->watermark = w->have_watermark ? w->old_watermark : INT64_MIN;
out:
	buf_free(&suffix);
	buf_free(&record);
	buf_free(&columns);
	rec_in_free(in);
}

/* ---- reading ---- */

static void
read_events(struct work *w, const struct event_columns *cols)
{
	struct flow *f = w->flow;
	const struct rec_batch *b;
	bool copies = rec_out_copies(f->out);
	while (flow_next(f, &b)) {
		enum event_bytes bytes = !copies              ? EVENT_OTHER
					 : rec_in_kept(f->in) ? EVENT_KEPT
							      : EVENT_RAW;
		events_begin(&w->events, cols, b);
		for (size_t i = 0; i < b->n; i++) {
			int64_t at = b->col[cols->ts].time[i];
			if (at == WHEN_MISSING) {
				if (rec_in_bad(f->in, b, i, cols->ts, "no time", &f->err))
					return;
				continue;
			}
			struct span packed = b->raw[i];
			if (!copies) {
				w->text.len = 0;
				rec_out_pack(f->out, b, i, &w->text);
				packed = buf_as_span(&w->text);
			}
			events_add(&w->events, cols, b, i, packed, bytes);
			f->count.no_key += span_missing(b->col[cols->visitor].text[i]);
			f->count.late += w->have_watermark && at < w->old_watermark;
			if (at > w->watermark)
				w->watermark = at;
		}
	}
}

/* ---- writing ---- */

/* Writes the session's events. A customer_id that is missing is that of the last event before in the session that
 * has one, else of the first one after. */
static void
write_session(struct work *w, struct event *e, size_t n, struct span id)
{
	struct span known = SPAN_MISSING;
	for (size_t i = 0; i < n && span_missing(known); i++)
		known = e[i].customer;
	for (size_t i = 0; i < n; i++) {
		struct span own = e[i].customer, packed = e[i].packed;
		if (!span_missing(own)) {
			known = own;
		} else if (!span_missing(known)) {
			w->patched.len = 0;
			rec_out_patch(
				w->flow->out, packed, w->events.customer_col, known, &w->patched);
			packed = buf_as_span(&w->patched);
		}
		struct span extra[2] = {id, SPAN_MISSING};
		w->hit.len = 0;
		buf_uint(&w->hit, i + 1);
		if (!span_missing(id))
			extra[1] = buf_as_span(&w->hit);
		rec_out_emit(w->flow->out, packed, extra);
	}
}

/* visitor:start in seconds, with the fraction if there is one; `nth` tells sessions apart that start at the same
 * instant (--new-on), the first having no number. */
static struct span
session_id(struct buf *b, struct span visitor, int64_t start, unsigned nth)
{
	b->len = 0;
	buf_span(b, visitor);
	int64_t second = start / WHEN_SECOND, fraction = start % WHEN_SECOND;
	if (fraction < 0) {
		second--;
		fraction += WHEN_SECOND;
	}
	buf_str(b, second < 0 ? ":-" : ":");
	buf_uint(b, second < 0 ? (uint64_t)-second : (uint64_t)second);
	if (fraction)
		buf_printf(b, ".%06lld", (long long)fraction);
	if (nth > 1)
		buf_printf(b, ".%u", nth);
	return buf_as_span(b);
}

static void
carry(struct work *w, struct event *e, size_t n)
{
	char text[WHEN_TEXT_MAX];
	struct span mark = {text, when_format(w->watermark, text)};
	for (size_t i = 0; i < n; i++)
		rec_out_emit(w->state_out, e[i].packed, &mark);
	w->flow->count.state_out += n;
}

/* Where the sessions begin that may still go on: the last one, and those that start at its instant. */
static size_t
first_open(const struct work *w, struct event *e, size_t n)
{
	const struct session_rules *r = &w->o->rules;
	int64_t pause = w->watermark - e[n - 1].ts;
	if (!w->state_out || w->o->flush || pause > r->gap || (r->inclusive && pause == r->gap))
		return n;
	size_t start = 0, end;
	for (size_t at = 0; at < n; at = end) {
		end = session_end(&w->events, r, e, at, n);
		if (e[at].ts != e[start].ts)
			start = at;
	}
	return start;
}

static void
write_visitor(struct work *w, struct span visitor, struct event *e, size_t n)
{
	if (span_missing(
		    visitor)) { /* whose events these are nobody knows: they are in no session */
		write_session(w, e, n, SPAN_MISSING);
		return;
	}
	size_t open = first_open(w, e, n), end;
	unsigned nth = 0;
	int64_t start = INT64_MIN;
	for (size_t at = 0; at < open; at = end) {
		end = session_end(&w->events, &w->o->rules, e, at, n);
		nth = e[at].ts == start ? nth + 1 : 1;
		start = e[at].ts;
		write_session(w, e + at, end - at, session_id(&w->text, visitor, e[at].ts, nth));
	}
	if (open < n)
		carry(w, e + open, n - open);
}

static void
sessionize(struct work *w)
{
	struct flow *f = w->flow;
	struct event_columns cols;
	if (w->state_out && access(w->o->state, F_OK) == 0)
		read_state(w);
	if (!f->err.code && events_columns(&w->events, f->in, &cols, &f->err) == LIMN_OK)
		read_events(w, &cols);
	if (f->err.code)
		return;
	struct event *e;
	struct span visitor;
	size_t n;
	events_order(&w->events);
	while (!rec_out_failed(f->out) && events_next_visitor(&w->events, &visitor, &e, &n))
		write_visitor(w, visitor, e, n);
}

static int
finish(struct work *w)
{
	struct flow *f = w->flow;
	struct rec_out *state = w->state_out;
	events_free(&w->events);
	buf_free(&w->text);
	buf_free(&w->patched);
	buf_free(&w->hit);
	/* The output first: a run that dies between the two is run again with the old state. */
	if (f->err.code == LIMN_OK) {
		rec_out_close(f->out, &f->count.records_out, &f->count.bytes_out, &f->err);
		f->out = NULL;
	}
	if (state && f->err.code == LIMN_OK)
		rec_out_close(state, NULL, NULL, &f->err);
	else
		rec_out_abort(state);
	return flow_close(f);
}

static void
open_state(struct work *w)
{
	static const struct rec_name mark = {WATERMARK, REC_TEXT};
	struct rec_out_opts o = {.path = w->o->state, .enc = rec_out_enc(w->flow->out)};
	if (w->flow->common->select || w->flow->common->no_header)
		msg_die(LIMN_USAGE, "--state carries whole records: use --select and --no-header "
				    "in the next program");
	w->state_out = rec_out_open(&o, w->flow->in, &mark, 1, &w->flow->err);
	if (!w->state_out)
		msg_die(w->flow->err.code, "%s", w->flow->err.text);
}

/* The --new-on columns; those of a preset only as far as the input has them. */
static struct cli_names
new_on_names(const struct opts *o, struct rec_in *in)
{
	struct cli_names names = {0};
	if (!o->new_on)
		return names;
	names = cli_names_parse(o->new_on);
	size_t kept = 0;
	for (size_t i = 0; i < names.n; i++) {
		if (o->new_on_optional && rec_in_want(in, names.name[i], REC_TEXT) < 0)
			free(names.name[i]);
		else
			names.name[kept++] = names.name[i];
	}
	names.n = kept;
	if (names.n > EVENT_NEW_ON_MAX)
		msg_die(LIMN_USAGE, "--new-on: more than %d columns", EVENT_NEW_ON_MAX);
	return names;
}

static int
run(struct opts *o)
{
	static const struct rec_name extra[] = {{"session_id", REC_TEXT}, {"session_hit", REC_NUM}};
	struct flow f;
	struct work w = {.flow = &f, .o = o, .watermark = INT64_MIN};
	o->common.keep = true;
	flow_open(&f, &o->common);
	struct cli_names new_on = new_on_names(o, f.in);
	flow_output(&f, true, extra, 2);
	if (o->state && rec_in_is_empty(f.in))
		msg_die(LIMN_USAGE, "--state: the input has no header line; give at least that");
	if (o->state)
		open_state(&w);
	events_init(&w.events, f.out, f.zone, (const char *const *)new_on.name, new_on.n);
	sessionize(&w);
	int code = finish(&w);
	cli_names_free(&new_on);
	return code;
}

static void
own_option(struct cli *c, int id, struct opts *o)
{
	switch (id) {
	case OPT_GAP:
		o->rules.gap = cli_duration(c, "gap");
		break;
	case OPT_INCLUSIVE:
		o->rules.inclusive = true;
		break;
	case OPT_PRESET:
		set_preset(c, o);
		break;
	case OPT_NEW_ON:
		o->new_on = c->arg;
		o->new_on_optional = false;
		break;
	case OPT_SPLIT_DAY:
		o->rules.split_day = true;
		break;
	case OPT_MAX_SESSION:
		o->rules.max_length = cli_duration(c, "max-session");
		break;
	case OPT_MAX_EVENTS:
		o->rules.max_events = cli_count(c, "max-events", 1, UINT64_MAX);
		break;
	case OPT_STATE:
		o->state = c->arg;
		break;
	default:
		o->flush = true;
		break;
	}
}

int
main(int argc, char **argv)
{
	struct opts o = {.rules = {.gap = 1800 * WHEN_SECOND}};
	struct cli c = {
		.synopsis = "[--gap 30m] [--preset NAME] [--state FILE] [OPTION]... [FILE]...",
		.purpose =
			"Cut each visitor's events into sessions: adds session_id and session_hit.",
		.options = options,
		.common = &o.common};
	for (int id; (id = cli_next(&c, argc, argv)) != -1;)
		own_option(&c, id, &o);
	return run(&o);
}
