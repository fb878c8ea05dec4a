/* L3 cli - one option table: getopt_long, --help and the man pages' order all come from it. */
#include "cli.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void
cli_bad(const struct cli *c, const char *name, const char *what)
{
	struct buf b = {0};
	if (c->arg) {
		buf_str(&b, ": ");
		buf_quote(&b, span_str(c->arg));
	}
	msg_die(LIMN_USAGE, "--%s: %s%s; try %s --help", name, what, b.len ? buf_cstr(&b) : "",
		msg_name());
}

static _Noreturn void
print_help(const struct cli *c)
{
	printf("usage: %s %s\n%s\n\n", msg_name(), c->synopsis, c->purpose);
	for (const struct cli_opt *o = c->options; o->name; o++) {
		char left[64];
		if (!o->help)
			continue;
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", o->id < 256 ? '-' : ' ',
			o->id < 256 ? o->id : ' ', o->id < 256 ? ", " : "  ", o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");
		if (strlen(left) > 26)
			printf("  %s\n  %-26s  %s\n", left, "", o->help);
		else
			printf("  %-26s  %s\n", left, o->help);
	}
	printf("\nWithout FILE, or when FILE is -, standard input is read. See %s(1), "
	       "limn-options(7).\n",
		msg_name());
	exit(fflush(stdout) ? LIMN_SYSTEM : LIMN_OK);
}

static void
build_tables(struct cli *c)
{
	size_t n = 0, s = 0;
	while (c->options[n].name)
		n++;
	c->longs = xcalloc(n + 1, sizeof(*c->longs));
	c->shorts[s++] = ':'; /* getopt tells a missing argument from an unknown option */
	for (size_t i = 0; i < n; i++) {
		const struct cli_opt *o = &c->options[i];
		c->longs[i] = (struct option){
			o->name, o->arg ? required_argument : no_argument, NULL, o->id};
		if (o->id < 256) {
			c->shorts[s++] = (char)o->id;
			if (o->arg)
				c->shorts[s++] = ':';
		}
	}
	c->shorts[s] = '\0';
}

/* What getopt did not know, with the nearest option. */
static _Noreturn void
unknown_option(const struct cli *c, char **argv, bool missing)
{
	const char *given = argv[optind - 1];
	if (missing)
		msg_die(LIMN_USAGE, "%s: needs an argument; try %s --help", given, msg_name());
	if (given[0] == '-' && given[1] == '-') {
		const char *names[128];
		size_t n = 0;
		for (const struct cli_opt *o = c->options; o->name && n < 128; o++)
			names[n++] = o->name;
		char word[64];
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(given + 2, "="), given + 2);
		const char *near = msg_nearest(word, names, n);
		if (near)
			msg_die(LIMN_USAGE, "--%s: no such option; did you mean --%s?", word, near);
		msg_die(LIMN_USAGE, "--%s: no such option; try %s --help", word, msg_name());
	}
	msg_die(LIMN_USAGE, "-%c: no such option; try %s --help", optopt, msg_name());
}

static uint64_t
size_of(const struct cli *c, const char *name)
{
	uint64_t n;
	if (!num_size(span_str(c->arg), &n) || n == 0)
		cli_bad(c, name, "not a size (like 512M)");
	return n;
}

static void
append_list(struct arena *a, const char **list, const char *more)
{
	struct buf b = {0};
	if (!*list) {
		*list = more;
		return;
	}
	buf_printf(&b, "%s,%s", *list, more);
	*list = arena_strdup(a, buf_cstr(&b));
	buf_free(&b);
}

/* The path of a schema: a file as it is, else a stream of schemas/records. */
static const char *
schema_path(struct arena *a, const char *stream)
{
	struct buf b = {0};
	if (strchr(stream, '/') || strstr(stream, ".json"))
		return stream;
	buf_printf(&b, "%s/schemas/records/%s.json", cli_share(), stream);
	const char *path = arena_strdup(a, buf_cstr(&b));
	buf_free(&b);
	return path;
}

static void
set_encoding(const struct cli *c, const char *name, enum rec_enc *enc)
{
	if (!rec_enc_name(c->arg, enc))
		cli_bad(c, name, "not one of tsv, csv, ndjson");
}

/* Handles a common option; false for one of the filter's own. */
static bool
common_option(struct cli *c, int id)
{
	struct cli_common *o = c->common;
	switch (id) {
	case 'o':
		o->output = c->arg;
		return true;
	case CLI_FROM:
		set_encoding(c, "from", &o->from);
		return true;
	case CLI_TO:
		set_encoding(c, "to", &o->to);
		return true;
	case CLI_COLUMNS:
		o->columns = c->arg;
		return true;
	case CLI_NO_HEADER:
		o->no_header = true;
		return true;
	case CLI_STREAM:
		o->stream = schema_path(&o->text, c->arg);
		return true;
	case CLI_AS:
		append_list(&o->text, &o->as, c->arg);
		return true;
	case CLI_WHERE:
		o->where = c->arg;
		return true;
	case CLI_SELECT:
		o->select = c->arg;
		return true;
	case CLI_TZ:
		o->tz = c->arg;
		return true;
	case CLI_TIME_FORMAT:
		o->time_format = c->arg;
		return true;
	default:
		return false;
	}
}

/* The rest of them: how to run. */
static bool
running_option(struct cli *c, int id)
{
	struct cli_common *o = c->common;
	switch (id) {
	case CLI_REJECTS:
		o->rejects = c->arg;
		return true;
	case CLI_MAX_REJECTS:
		if (!rec_limit_parse(span_str(c->arg), &o->max_rejects))
			cli_bad(c, "max-rejects", "not a number or a percentage");
		return true;
	case CLI_MAX_RECORD:
		o->max_record = size_of(c, "max-record");
		return true;
	case CLI_LEDGER:
		o->ledger = c->arg;
		return true;
	case CLI_MEMORY:
		o->memory = size_of(c, "memory");
		return true;
	case CLI_PROGRESS:
		o->progress = true;
		return true;
	case CLI_BLOCK:
		o->block = size_of(c, "block-size");
		return true;
	case CLI_HELP:
		print_help(c);
	case CLI_VERSION:
		printf("%s (limn) %s\n", msg_name(), LIMN_VERSION);
		exit(fflush(stdout) ? LIMN_SYSTEM : LIMN_OK);
	default:
		return false;
	}
}

int
cli_next(struct cli *c, int argc, char **argv)
{
	if (!c->longs) {
		msg_program(argv[0]);
		build_tables(c);
		c->common->argc = argc;
		c->common->argv = argv;
		c->common->max_rejects = (struct rec_limit){true, 1000};
		c->common->max_record = 16u << 20;
		opterr = 0;
	}
	for (;;) {
		int id = getopt_long(argc, argv, c->shorts, c->longs, NULL);
		if (id == -1)
			break;
		if (id == '?' || id == ':')
			unknown_option(c, argv, id == ':');
		c->arg = optarg;
		if (!common_option(c, id) && !running_option(c, id))
			return id;
	}
	c->arg = NULL;
	c->common->files = (const char *const *)argv + optind;
	c->common->nfiles = (size_t)(argc - optind);
	free(c->longs);
	c->longs = NULL;
	return -1;
}

uint64_t
cli_count(const struct cli *c, const char *name, uint64_t min, uint64_t max)
{
	uint64_t n;
	char what[80];
	if (num_u64(span_str(c->arg), &n) && n >= min && n <= max)
		return n;
	if (max == UINT64_MAX)
		snprintf(what, sizeof(what), "not a whole number of at least %llu",
			(unsigned long long)min);
	else
		snprintf(what, sizeof(what), "not a whole number from %llu to %llu",
			(unsigned long long)min, (unsigned long long)max);
	cli_bad(c, name, what);
}

int64_t
cli_duration(const struct cli *c, const char *name)
{
	int64_t us;
	if (!when_parse_duration(span_str(c->arg), &us))
		cli_bad(c, name, "not a length of time (like 30m, 36h, 365d)");
	return us;
}

int32_t
cli_day(const struct cli *c, const char *name)
{
	int32_t day;
	if (!when_parse_day(span_str(c->arg), &day))
		cli_bad(c, name, "not a day (like 2026-11-22)");
	return day;
}

struct cli_names
cli_names_parse(const char *list)
{
	struct cli_names names = {0};
	size_t cap = 0;
	struct buf b = {0};
	const char *p = list;
	do {
		p = buf_name(&b, p, ",");
		names.name = xgrow(names.name, &cap, names.n + 1, sizeof(*names.name));
		names.name[names.n++] = xstrdup(buf_cstr(&b));
	} while (*p++ == ',');
	buf_free(&b);
	return names;
}

void
cli_names_free(struct cli_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->name[i]);
	free(names->name);
	*names = (struct cli_names){0};
}

const char *
cli_share(void)
{
	const char *share = getenv("LIMN_SHARE");
	if (share && *share)
		return share;
	return access(LIMN_INSTALLED "/schemas", R_OK) == 0 ? LIMN_INSTALLED : LIMN_SOURCE;
}
