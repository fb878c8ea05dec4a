/* L2 rec_block - the bytes of the input: files opened one after the other, read or mapped a block at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rec_int.h"

#define BLOCK (256u << 10) /* bytes read at a time: block, index and slices stay in L2 */

const char *
block_file(const struct rec_in *in)
{
	return in->o.nfiles ? in->o.files[in->file] : "-";
}

static void
end_last_line(struct rec_in *in)
{
	if (in->len > in->pos && in->text[in->len - 1] != '\n') {
		in->text[in->len++] = '\n';
		in->cut.newline_added = true;
	}
}

/* Maps the file where records are to be kept: then they need not be copied, and reading costs no memory of its
 * own. The last bytes are left to reading, which adds the final line end and the padding. A file that is cut
 * short while it is mapped ends the process (SIGBUS); one that grows is read to where it ends then. */
static void
map_file(struct rec_in *in, const struct stat *st)
{
	size_t size = (size_t)st->st_size;
	if (!in->o.keep || in->o.block || !S_ISREG(st->st_mode) || size <= CUT_PAD ||
		lseek(in->fd, 0, SEEK_CUR) != 0)
		return;
	void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, in->fd, 0);
	if (p == MAP_FAILED)
		return; /* reading does as well */
	in->map = xgrow(in->map, &in->map_cap, in->nmap + 1, sizeof(*in->map));
	in->map[in->nmap++] = (struct mapping){p, size};
	in->text = p;
}

int
block_open(struct rec_in *in, struct err *e)
{
	const char *name = block_file(in);
	struct stat st;
	in->batch.file = name;
	in->fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &st))
		return err_errno(e, name);
	if (S_ISDIR(st.st_mode))
		return err_set(e, LIMN_SYSTEM, "%s: is a directory", name);
#ifdef POSIX_FADV_SEQUENTIAL
	posix_fadvise(in->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	in->eof = false;
	in->pos = in->len = 0;
	in->cut.base = 0;
	in->cut.next_line = 1;
	in->cut.newline_added = false;
	in->text = in->buffer;
	map_file(in, &st);
	return LIMN_OK;
}

void
block_close(struct rec_in *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
}

bool
block_is_mapped(const struct rec_in *in)
{
	return in->nmap && in->text == in->map[in->nmap - 1].text;
}

/* Shows one block more of the mapped file; false when it is used up and reading goes on where it left. */
static bool
show_more(struct rec_in *in, size_t block, struct err *e)
{
	size_t end = in->map[in->nmap - 1].size - CUT_PAD;
	if (in->len < end) {
		size_t more = end - in->len < block ? end - in->len : block;
		in->len += more;
		in->stats.bytes += more;
		return true;
	}
	in->stats.bytes -= in->len - in->pos;
	in->cut.base = in->pos;
	if (lseek(in->fd, (off_t)in->pos, SEEK_SET) < 0)
		err_errno(e, block_file(in));
	in->text = in->buffer;
	in->len = in->pos = 0;
	return false;
}

/* Moves what is left to the front and reads more behind it; a record longer than a block at least doubles
 * what is there, so that looking at its start again stays cheap. */
int
block_fill(struct rec_in *in, struct err *e)
{
	size_t block = in->o.block ? in->o.block : BLOCK, left = in->len - in->pos;
	size_t want = left > block ? left : block;
	if (block_is_mapped(in)) {
		if (show_more(in, want, e) || e->code)
			return e->code;
		left = 0;
	}
	if (left)
		memmove(in->text, in->text + in->pos, left);
	in->cut.base += in->pos;
	in->pos = 0;
	in->len = left;
	in->text = in->buffer = xgrow(in->buffer, &in->cap, left + want + CUT_PAD + 1, 1);
	while (in->len < left + want) {
		ssize_t n = read(in->fd, in->text + in->len, left + want - in->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, block_file(in));
		if (n == 0) {
			in->eof = true;
			end_last_line(in);
			break;
		}
		in->len += (size_t)n;
		in->stats.bytes += (uint64_t)n;
		if (left <= block) /* a pipe gives what it has: go on with that */
			break;
	}
	memset(in->text + in->len, 0, CUT_PAD);
	return LIMN_OK;
}

char *
read_file(const char *path, size_t *len, struct err *e)
{
	struct buf b = {0};
	ssize_t n = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (n = read(fd, buf_room(&b, BLOCK), BLOCK)) < 0)
		err_errno(e, path);
	while (n > 0) {
		b.len += (size_t)n;
		if ((n = read(fd, buf_room(&b, BLOCK), BLOCK)) < 0)
			err_errno(e, path);
	}
	if (fd >= 0)
		close(fd);
	if (e->code) {
		buf_free(&b);
		return NULL;
	}
	memset(buf_room(&b, CUT_PAD), 0, CUT_PAD);
	*len = b.len;
	return b.ptr;
}

void
block_free(struct rec_in *in)
{
	block_close(in);
	free(in->buffer);
	for (size_t i = 0; i < in->nmap; i++)
		munmap(in->map[i].text, in->map[i].size);
	free(in->map);
}
