/* L3 cli - one option table: getopt_long, --help and the man pages' order all come from it.
 *
 * A filter lists its own options, then CLI_COMMON, then CLI_END. cli_next handles the common ones itself
 * and returns the id of the filter's own; bad usage ends the program with exit 2 and a hint. */
#ifndef LIMN_CLI_H
#define LIMN_CLI_H

#include "rec.h"

struct cli_opt {
	int id;           /* short option letter, or a number above 255 for a long option only */
	const char *name; /* long name */
	const char *arg;  /* what the argument is called, or NULL */
	const char *help;
};

enum {
	CLI_FROM = 1000,
	CLI_TO,
	CLI_COLUMNS,
	CLI_NO_HEADER,
	CLI_STREAM,
	CLI_AS,
	CLI_WHERE,
	CLI_SELECT,
	CLI_TZ,
	CLI_TIME_FORMAT,
	CLI_REJECTS,
	CLI_MAX_REJECTS,
	CLI_MAX_RECORD,
	CLI_LEDGER,
	CLI_MEMORY,
	CLI_PROGRESS,
	CLI_BLOCK, /* hidden: bytes read at a time, for tests */
	CLI_HELP,
	CLI_VERSION
};

/* clang-format off */
#define CLI_COMMON                                                                                 \
	{'o', "output", "FILE", "write to FILE, complete or not at all (default standard output)"},            \
	        {CLI_FROM, "from", "ENC", "input encoding: tsv csv ndjson (default: by name, else content)"},   \
	        {CLI_TO, "to", "ENC", "output encoding (default: by name, else the input's)"},                  \
	        {CLI_COLUMNS, "columns", "COLS", "names of the columns of input without a header"},             \
	        {CLI_NO_HEADER, "no-header", NULL, "write no header line"},                                     \
	        {CLI_STREAM, "stream", "NAME", "the input is this stream of schemas/records (or a schema file)"}, \
	        {CLI_AS, "as", "NEW=OLD", "use column OLD as NEW; NEW=A|B first present, NEW=A+B joined"},      \
	        {CLI_WHERE, "where", "EXPR", "read only records for which the rule expression holds"},          \
	        {CLI_SELECT, "select", "COLS", "write only these columns, in this order"},                      \
	        {CLI_TZ, "tz", "ZONE", "zone of days and of times without offset (default UTC)"},               \
	        {CLI_TIME_FORMAT, "time-format", "FMT", "strptime(3) format of times"},                         \
	        {CLI_REJECTS, "rejects", "FILE", "put bad records into FILE and go on"},                        \
	        {CLI_MAX_REJECTS, "max-rejects", "N|P%", "stop when more than this are bad (default 0.1%)"},    \
	        {CLI_MAX_RECORD, "max-record", "SIZE", "longest record believed in (default 16M)"},             \
	        {CLI_LEDGER, "ledger", "FILE", "append one JSON line: what was read, written, rejected"},       \
	        {CLI_MEMORY, "memory", "SIZE", "memory to use before going to disk (default: a quarter)"},      \
	        {CLI_PROGRESS, "progress", NULL, "show progress on standard error"},                            \
	        {CLI_BLOCK, "block-size", "SIZE", NULL},                                                        \
	        {CLI_HELP, "help", NULL, "print this help"},                                                    \
	        {CLI_VERSION, "version", NULL, "print the version"}
/* clang-format on */
#define CLI_END                     \
	{                           \
		0, NULL, NULL, NULL \
	}

/* What the common options say. Borrowed from argv. */
struct cli_common {
	const char *const *files;
	size_t nfiles;
	enum rec_enc from, to;
	const char *output, *columns, *stream, *as, *where, *select, *tz, *time_format;
	const char *rejects, *ledger;
	struct rec_limit max_rejects;
	uint64_t max_record, memory, block;
	bool no_header, progress;
	bool keep;               /* set by a filter that keeps records (rec.h) */
	const char *const *maps; /* set by those with --maps (ruleopt.h) */
	size_t nmaps;
	int argc; /* the whole command line, for the ledger */
	char *const *argv;
	struct arena text; /* what some of the above had to be made of; flow_close frees it */
};

struct cli {
	const char *synopsis; /* "[OPTION]... [FILE]..." */
	const char *purpose;  /* one line */
	const struct cli_opt *options;
	struct cli_common *common;
	const char *arg;      /* the argument of the option just returned, or NULL */
	struct option *longs; /* made by cli_next */
	char shorts[128];
};

/* The id of the next option of the filter's own; -1 when all are read (then common->files is set). */
int cli_next(struct cli *c, int argc, char **argv);
/* Ends with exit 2: "prog: --name: what: 'arg'" and a hint at --help. */
_Noreturn void cli_bad(const struct cli *c, const char *name, const char *what);

/* Checked arguments of own options; each ends with exit 2 when it is not one. */
uint64_t cli_count(const struct cli *c, const char *name, uint64_t min, uint64_t max);
int64_t cli_duration(const struct cli *c, const char *name);
int32_t cli_day(const struct cli *c, const char *name);

/* A list of names, "a,b,c"; a backslash escapes the next byte. Copies. */
struct cli_names {
	char **name;
	size_t n;
};
struct cli_names cli_names_parse(const char *list);
void cli_names_free(struct cli_names *names);

/* The directory that holds schemas/ (records, rules, maps): LIMN_SHARE, else the installed place, else the source tree. */
const char *cli_share(void);

#endif
