/* L0 ledger - one JSON line a process: what went in, what came out, what it cost. */
#include "ledger.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

int64_t
ledger_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
member(struct buf *b, const char *name, uint64_t n)
{
	buf_printf(b, ",\"%s\":%llu", name, (unsigned long long)n);
}

static int64_t
cpu_us(const struct rusage *u)
{
	return (int64_t)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) * 1000000 + u->ru_utime.tv_usec +
	       u->ru_stime.tv_usec;
}

static void
render(struct buf *b, const struct ledger *l)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	buf_str(b, "{\"program\":");
	buf_json(b, span_str(msg_name()));
	buf_str(b, ",\"version\":\"" LIMN_VERSION "\"");
	member(b, "records_in", l->records_in);
	member(b, "bytes_in", l->bytes_in);
	member(b, "records_out", l->records_out);
	member(b, "bytes_out", l->bytes_out);
	member(b, "duplicate", l->duplicate);
	member(b, "rejected", l->rejected);
	member(b, "filtered", l->filtered);
	member(b, "late", l->late);
	member(b, "state_in", l->state_in);
	member(b, "state_out", l->state_out);
	member(b, "no_key", l->no_key);
	member(b, "unknown_members", l->unknown);
	buf_span(b, l->more);
	member(b, "wall_us", (uint64_t)(ledger_now() - l->started));
	member(b, "cpu_us", (uint64_t)cpu_us(&u));
	member(b, "peak_kb", (uint64_t)u.ru_maxrss);
	buf_printf(b, ",\"exit\":%d,\"args\":[", l->status);
	for (int i = 1; i < l->argc; i++) {
		if (i > 1)
			buf_byte(b, ',');
		buf_json(b, span_str(l->argv[i]));
	}
	buf_str(b, "]}\n");
}

int
ledger_append(const char *path, const struct ledger *l, struct err *e)
{
	struct buf b = {0};
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, path);
	render(&b, l);
	int code = LIMN_OK;
	if (write(fd, b.ptr, b.len) != (ssize_t)b.len)
		code = err_errno(e, path);
	if (close(fd) && !code)
		code = err_errno(e, path);
	buf_free(&b);
	return code;
}
