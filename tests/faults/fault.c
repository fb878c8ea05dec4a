/* fault - LD_PRELOAD: makes one call fail that is to put data on a disk: a rename, an fsync or a write.
 *
 * LIMN_FAULT=KIND:N makes the N-th call of that kind (from 1) fail, counted over all processes that share the file
 * LIMN_FAULT_COUNTS, which has room for three 64-bit counts; N of 0 only counts. A write is a write(2) to a file, or the
 * closing of a stdio stream that has something left to write to one, which is when such programs learn that their disk
 * is full. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { RENAME, FSYNC, WRITE, KINDS };

static const char *const names[KINDS] = {"rename", "fsync", "write"};
static uint64_t *counts, failing[KINDS];

__attribute__((constructor)) static void
begin(void)
{
	const char *file = getenv("LIMN_FAULT_COUNTS"), *what = getenv("LIMN_FAULT");
	int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0 || !what)
		return;
	void *map = mmap(NULL, KINDS * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return;
	counts = map;
	for (int k = 0; k < KINDS; k++) {
		size_t n = strlen(names[k]);
		if (strncmp(what, names[k], n) == 0 && what[n] == ':')
			failing[k] = strtoull(what + n + 1, NULL, 10);
	}
}

/* Whether this call is the one that fails. */
static int
fails(enum kind k)
{
	if (!counts || __atomic_add_fetch(&counts[k], 1, __ATOMIC_SEQ_CST) != failing[k])
		return 0;
	errno = k == WRITE ? ENOSPC : EIO;
	return 1;
}

/* Whether fd writes a file (and not a pipe, a terminal or what is only read). Messages are no data. */
static int
writes_file(int fd)
{
	struct stat st;
	int saved = errno, flags = fcntl(fd, F_GETFL);
	int is = fd != STDERR_FILENO && flags >= 0 && (flags & O_ACCMODE) != O_RDONLY &&
		 fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	errno = saved;
	return is;
}

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

int
rename(const char *from, const char *to)
{
	return fails(RENAME) ? -1 : REAL(rename)(from, to);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return fails(RENAME) ? -1 : REAL(renameat)(from_dir, from, to_dir, to);
}

int
renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
	return fails(RENAME) ? -1 : REAL(renameat2)(from_dir, from, to_dir, to, flags);
}

int
fsync(int fd)
{
	return fails(FSYNC) ? -1 : REAL(fsync)(fd);
}

int
fdatasync(int fd)
{
	return fails(FSYNC) ? -1 : REAL(fdatasync)(fd);
}

ssize_t
write(int fd, const void *data, size_t len)
{
	return writes_file(fd) && fails(WRITE) ? -1 : REAL(write)(fd, data, len);
}

int
fclose(FILE *stream)
{
	int bad = __fpending(stream) && writes_file(fileno(stream)) && fails(WRITE), saved = errno;
	int code = REAL(fclose)(stream);
	if (bad)
		errno = saved;
	return bad ? EOF : code;
}
