/* L0 outfile - a file that has its name only when it is complete. */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"

#define PIPE_SIZE (1 << 20) /* a pipe of 64 KB costs as much as parsing what goes through it */

static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return xstrdup(".");
	return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

static char *
hidden_name(const char *dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf b = {0};
	buf_printf(&b, "%s/.%s.%ld.tmp", dir, slash ? slash + 1 : path, (long)getpid());
	char *name = xstrdup(buf_cstr(&b));
	buf_free(&b);
	return name;
}

static int
open_temporary(struct outfile *f, struct err *e)
{
	char *dir = directory_of(f->path);
	f->replaces = true;
	f->fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	if (f->fd < 0 && errno != ENOENT &&
		errno != EACCES) { /* the file system knows no such files */
		f->temp = hidden_name(dir, f->path);
		f->fd = open(f->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	if (f->fd < 0)
		err_errno(e, f->name);
	free(dir);
	return e->code;
}

int
outfile_open(struct outfile *f, const char *path, struct err *e)
{
	struct stat st;
	*f = (struct outfile){.fd = -1, .name = path};
	if (!path) {
		f->fd = STDOUT_FILENO;
		fcntl(f->fd, F_SETPIPE_SZ, PIPE_SIZE); /* not a pipe, or not allowed: as well */
		return LIMN_OK;
	}
	f->path = realpath(path, NULL); /* a link keeps its place: what it leads to is replaced */
	if (!f->path)
		f->path = xstrdup(path);
	if (stat(f->path, &st) || S_ISREG(st.st_mode))
		return open_temporary(f, e);
	f->fd = open(f->path, O_WRONLY | O_CLOEXEC);
	return f->fd < 0 ? err_errno(e, f->name) : LIMN_OK;
}

void
outfile_write(struct outfile *f, const char *p, size_t len)
{
	f->bytes += len;
	while (len && !f->failed) {
		ssize_t n = write(f->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			f->failed = errno;
			return;
		}
		p += n;
		len -= (size_t)n;
	}
}

/* Gives the finished file its name, and the name to the disk. Returns 0 or errno. */
static int
publish(struct outfile *f)
{
	char *dir = directory_of(f->path), proc[64];
	int failed = 0;
	if (!f->temp) {
		f->temp = hidden_name(dir, f->path);
		snprintf(proc, sizeof(proc), "/proc/self/fd/%d", f->fd);
		unlink(f->temp);
		if (linkat(AT_FDCWD, proc, AT_FDCWD, f->temp, AT_SYMLINK_FOLLOW))
			failed = errno;
	}
	if (!failed && rename(f->temp, f->path))
		failed = errno;
	int fd = failed ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
	return failed;
}

static void
release(struct outfile *f)
{
	if (f->fd > STDOUT_FILENO)
		close(f->fd);
	free(f->path);
	free(f->temp);
	*f = (struct outfile){.fd = -1};
}

int
outfile_close(struct outfile *f, struct err *e)
{
	if (!f->failed && f->replaces && fsync(f->fd))
		f->failed = errno;
	if (!f->failed && f->replaces)
		f->failed = publish(f);
	if (!f->failed && !f->replaces && f->fd > STDOUT_FILENO) {
		if (close(f->fd))
			f->failed = errno;
		f->fd = -1;
	}
	if (f->failed) {
		errno = f->failed;
		err_errno(e, f->name ? f->name : "standard output");
		if (f->temp)
			unlink(f->temp);
	}
	release(f);
	return e->code;
}

void
outfile_abort(struct outfile *f)
{
	if (f->temp)
		unlink(f->temp);
	release(f);
}
