/* L0 msg - what a program says when it fails, and the four ways in which it ends.
 *
 * A message is `prog: file:line: column 'x': what is wrong: 'value'`, then what to do. What runs per
 * record never prints and never exits: it fills a struct err and returns its code, so that tests and
 * fuzzers can drive it. Only set-up code calls msg_die. */
#ifndef LIMN_MSG_H
#define LIMN_MSG_H

enum {
	LIMN_OK =
		0, /* done: every byte read, understood or counted as rejected, written, flushed */
	LIMN_DATA = 1,  /* bad data */
	LIMN_USAGE = 2, /* bad usage or rules */
	LIMN_SYSTEM = 3 /* I/O or system */
};

struct err {
	int code;        /* LIMN_OK while nothing failed; the first failure stays */
	char text[1024]; /* one message, no program name, no line end */
};

/* Fills e unless it holds a failure already. Returns the code that e holds then. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int err_errno(struct err *e, const char *what); /* LIMN_SYSTEM: "what: strerror(errno)" */

void msg_program(const char *argv0); /* remembers the last part of the path */
const char *msg_name(void);
void msg_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void msg_die(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The name nearest to `want` by edits among n names, or NULL when none is near enough to be meant. */
const char *msg_nearest(const char *want, const char *const *names, unsigned long n);

#endif
