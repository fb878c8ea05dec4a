/* shard - split records over N files by the hash of a key: the same key in the same file everywhere.
 *
 * The file is XXH3_64bits(key) mod N, unseeded, on every machine and in every version. Files are written
 * under temporary names and get their own only when all of them are complete. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "flow.h"
#include "ledger.h"

#define SHARDS_MAX 4096
#define OTHER_FILES 64 /* input, rejects, ledger, what the parent left open */

struct opts {
	struct cli_common common;
	const char *key;
	uint64_t shards;
};

static const struct cli_opt options[] = {
	{'k', "key", "COLS", "columns whose values say which file a record goes to"},
	{'n', "shards", "N", "how many files, from 1 to 4096"},
	CLI_COMMON,
	CLI_END,
};

struct shard {
	struct rec_out *out;
	char *path,
		*temporary; /* temporary: NULL for a pipe or device, which is written, not replaced */
	bool closed, renamed;
};

struct run {
	struct flow flow;
	struct shard *shard;
	size_t n;
	int *slot; /* of the key's columns */
	size_t nslots;
	const char *ledger;
	uint64_t records, bytes; /* written */
};

/* ---- names ---- */

/* The template with {} replaced by the shard's number, padded to the width of the last one's. */
static char *
shard_path(const char *template, size_t i, size_t n)
{
	struct buf path = {0};
	char number[24], width[24];
	int digits = snprintf(width, sizeof(width), "%zu", n - 1);
	snprintf(number, sizeof(number), "%0*zu", digits, i);
	for (const char *at; (at = strstr(template, "{}")); template = at + 2) {
		buf_put(&path, template, (size_t)(at - template));
		buf_str(&path, number);
	}
	buf_str(&path, template);
	buf_byte(&path, '\0');
	return path.ptr;
}

/* A name beside path, for the complete file until all are complete. */
static char *
beside(const char *path)
{
	struct buf name = {0};
	const char *slash = strrchr(path, '/');
	size_t dir = slash ? (size_t)(slash - path) + 1 : 0;
	buf_put(&name, path, dir);
	buf_printf(&name, ".%s.%ld.whole", path + dir, (long)getpid());
	buf_byte(&name, '\0');
	return name.ptr;
}

/* The encoding that the template's name tells, else the input's. */
static enum rec_enc
encoding(const struct opts *o, const struct flow *f)
{
	const char *dot = strrchr(o->common.output, '.');
	enum rec_enc enc = o->common.to;
	if (enc != REC_AUTO || (dot && rec_enc_name(dot + 1, &enc)))
		return enc;
	return rec_in_enc(f->in);
}

/* ---- files ---- */

/* Each file is open until the end. Ends the program when the system does not allow that many. */
static void
allow_files(uint64_t shards)
{
	struct rlimit limit;
	rlim_t want = shards + OTHER_FILES;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
		return;
	if (limit.rlim_max < want)
		msg_die(LIMN_SYSTEM,
			"-n %llu: the limit of open files is %llu: raise it (ulimit -Hn)",
			(unsigned long long)shards, (unsigned long long)limit.rlim_max);
	limit.rlim_cur = want;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		msg_die(LIMN_SYSTEM, "-n %llu: %s", (unsigned long long)shards, strerror(errno));
}

/* The directory that path is to be in; allocated. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
}

static void
open_shards(struct run *r, const struct opts *o)
{
	struct rec_out_opts out = {.enc = encoding(o, &r->flow),
		.no_header = o->common.no_header,
		.select = o->common.select};
	r->n = o->shards;
	r->shard = xcalloc(r->n, sizeof(*r->shard));
	for (size_t i = 0; i < r->n && !r->flow.err.code; i++) {
		struct shard *s = &r->shard[i];
		struct stat st;
		char *dir;
		s->path = shard_path(o->common.output, i, r->n);
		if (stat(s->path, &st) || S_ISREG(st.st_mode))
			s->temporary = beside(s->path);
		dir = directory_of(s->path);
		if (stat(dir, &st))
			err_errno(&r->flow.err, dir);
		free(dir);
		if (r->flow.err.code)
			break;
		out.path = s->temporary ? s->temporary : s->path;
		s->out = rec_out_open(&out, r->flow.in, NULL, 0, &r->flow.err);
	}
}

/* So that the new names, too, outlive a power cut: each directory once, if they come in a row. */
static void
sync_directories(const struct run *r)
{
	char *last = NULL;
	for (size_t i = 0; i < r->n; i++) {
		char *dir = directory_of(r->shard[i].path);
		int fd = last && strcmp(dir, last) == 0
				 ? -1
				 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0) {
			fsync(fd);
			close(fd);
		}
		free(last);
		last = dir;
	}
	free(last);
}

/* Closes all, then gives all their names; with a failure, none of the files is left. */
static void
close_shards(struct run *r)
{
	struct err *e = &r->flow.err;
	for (size_t i = 0; i < r->n; i++) {
		struct shard *s = &r->shard[i];
		uint64_t records = 0, bytes = 0;
		if (e->code)
			rec_out_abort(s->out);
		else
			s->closed = rec_out_close(s->out, &records, &bytes, e) == LIMN_OK;
		r->records += records;
		r->bytes += bytes;
	}
	for (size_t i = 0; i < r->n && !e->code; i++) {
		struct shard *s = &r->shard[i];
		if (s->temporary && rename(s->temporary, s->path))
			err_errno(e, s->path);
		else
			s->renamed = true;
	}
	if (!e->code)
		sync_directories(r);
	for (size_t i = 0; i < r->n; i++) {
		struct shard *s = &r->shard[i];
		if (e->code && s->closed && s->temporary)
			unlink(s->renamed ? s->path : s->temporary);
		free(s->path);
		free(s->temporary);
	}
	free(r->shard);
}

/* ---- records ---- */

/* The shard of record i; 0 when a part of the key is missing. */
static size_t
shard_of(struct run *r, const struct rec_batch *b, size_t i, struct buf *key)
{
	struct span whole = b->col[r->slot[0]].text[i];
	key->len = 0;
	for (size_t k = 0; k < r->nslots; k++) {
		struct span part = b->col[r->slot[k]].text[i];
		if (span_missing(part)) {
			r->flow.count.no_key++;
			return 0;
		}
		uint64_t len = htole64(part.len); /* ("ab","c") is not ("a","bc") */
		if (r->nslots > 1) {
			buf_put(key, &len, sizeof(len));
			buf_span(key, part);
		}
	}
	if (r->nslots > 1)
		whole = buf_as_span(key);
	return XXH3_64bits(whole.ptr, whole.len) % r->n;
}

/* Splits all records; the first failure is kept in r->flow.err. */
static void
split(struct run *r)
{
	struct buf key = {0};
	const struct rec_batch *b;
	while (!r->flow.err.code && flow_next(&r->flow, &b))
		for (size_t i = 0; i < b->n; i++)
			rec_out_pass(r->shard[shard_of(r, b, i, &key)].out, b, i, NULL);
	buf_free(&key);
}

/* ---- set-up ---- */

static void
parse_options(struct opts *o, int argc, char **argv)
{
	struct cli c = {.synopsis = "-k COLS -n N -o 'DIR/{}.tsv' [OPTION]... [FILE]...",
		.purpose = "Split records over N files: the same key in the same file everywhere.",
		.options = options,
		.common = &o->common};
	for (int id; (id = cli_next(&c, argc, argv)) != -1;)
		if (id == 'k')
			o->key = c.arg;
		else if (id == 'n')
			o->shards = cli_count(&c, "shards", 1, SHARDS_MAX);
	if (!o->key || !o->shards || !o->common.output)
		msg_die(LIMN_USAGE,
			"-k COLS, -n N and -o 'DIR/{}.tsv' are all needed (see --help)");
	if (!strstr(o->common.output, "{}"))
		msg_die(LIMN_USAGE, "--output: no {} where the number of the file goes: '%s'",
			o->common.output);
}

/* The line that flow_close would write, were there one output. */
static void
write_ledger(struct run *r, const struct cli_common *common)
{
	struct rec_in_stats in = rec_in_stats(r->flow.in);
	struct ledger l = {.records_in = in.records,
		.bytes_in = in.bytes,
		.records_out = r->records,
		.bytes_out = r->bytes,
		.rejected = in.rejected,
		.filtered = in.filtered,
		.unknown = in.unknown,
		.no_key = r->flow.count.no_key,
		.status = r->flow.err.code,
		.started = r->flow.started,
		.argc = common->argc,
		.argv = common->argv};
	if (r->ledger)
		ledger_append(r->ledger, &l, &r->flow.err);
}

static void
open_key(struct run *r, const char *list)
{
	struct cli_names names = cli_names_parse(list);
	r->nslots = names.n;
	r->slot = xcalloc(names.n, sizeof(*r->slot));
	for (size_t i = 0; i < names.n; i++)
		r->slot[i] = flow_need(&r->flow, names.name[i], REC_TEXT);
	cli_names_free(&names);
}

int
main(int argc, char **argv)
{
	struct opts o = {.key = NULL};
	struct run r = {.n = 0};
	sigset_t ends, before;
	sigemptyset(&ends);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	parse_options(&o, argc, argv);
	allow_files(o.shards);
	r.ledger = o.common.ledger;
	o.common.ledger = NULL;
	flow_open(&r.flow, &o.common);
	open_key(&r, o.key);
	open_shards(&r, &o);
	split(&r);
	sigprocmask(SIG_BLOCK, &ends, &before); /* all files or none */
	close_shards(&r);
	sigprocmask(SIG_SETMASK, &before, NULL);
	write_ledger(&r, &o.common);
	free(r.slot);
	return flow_close(&r.flow);
}
