/* L0 msg - what a program says when it fails, and the four ways in which it ends. */
#include "msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program = "limn";

void
msg_program(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	program = slash ? slash + 1 : argv0;
}

const char *
msg_name(void)
{
	return program;
}

void
msg_warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

void
msg_die(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "%s: ", program);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(code);
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	if (e->code)
		return e->code;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return e->code = code;
}

int
err_errno(struct err *e, const char *what)
{
	return err_set(e, LIMN_SYSTEM, "%s: %s", what, strerror(errno));
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;
	return m < c ? m : c;
}

/* How many letters have to be changed, put in, left out or swapped with their neighbour to make b of a ("optimal
 * string alignment"); names above 63 bytes are far away. */
static unsigned
distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	unsigned rows[3][64], *old = rows[0], *row = rows[1], *now = rows[2];
	if (na > 63 || nb > 63)
		return 64;
	for (unsigned j = 0; j <= nb; j++)
		row[j] = old[j] = j;
	for (unsigned i = 1; i <= na; i++) {
		now[0] = i;
		for (unsigned j = 1; j <= nb; j++) {
			now[j] = least(
				row[j] + 1, now[j - 1] + 1, row[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				old[j - 2] + 1 < now[j])
				now[j] = old[j - 2] + 1;
		}
		unsigned *spare = old;
		old = row;
		row = now;
		now = spare;
	}
	return row[nb];
}

const char *
msg_nearest(const char *want, const char *const *names, unsigned long n)
{
	unsigned limit = ((unsigned)strlen(want) + 2) / 3, best = limit + 1;
	const char *found = NULL;
	for (unsigned long i = 0; i < n; i++) {
		unsigned d = distance(want, names[i]);
		if (strcasecmp(want, names[i]) == 0)
			d = 0;
		if (d < best) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
