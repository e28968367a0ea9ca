/*
 * files_select.c - which files are wanted, and the part file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/below.h"
#include "host/files.h"
#include "host/files_priv.h"

static int write_fully(struct files *f, int fd, const uint8_t *p, size_t n,
	uint64_t at)
{
	while (n > 0) {
		struct iovec v = {NULL, n};
		ssize_t did;

		memcpy(&v.iov_base, &p, sizeof p);
		did = f->io.pwritev(fd, &v, 1, (off_t)at);
		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return did < 0 ? -errno : -EIO;
		p += did;
		n -= (size_t)did;
		at += (uint64_t)did;
	}
	return 0;
}

/* Copy n bytes of data; stops without complaint at the end of the source. */
static int copy_data(struct files *f, struct file_worker *w,
	const struct copy_range *c)
{
	uint64_t done = 0;

	while (done < c->n) {
		size_t want = FILES_BUFFER;
		struct iovec v = {w->buffer, want};
		ssize_t got;
		int err;

		if (c->n - done < want)
			v.iov_len = (size_t)(c->n - done);
		if (atomic_load(&f->cancel))
			return -ECANCELED;
		got = f->io.preadv(c->from, &v, 1,
			(off_t)(c->from_offset + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : 0;
		err = write_fully(f, c->to, w->buffer, (size_t)got,
			c->to_offset + done);
		if (err)
			return err;
		done += (uint64_t)got;
	}
	return 0;
}

/*
 * The next run of data at or after *at and before end, as [*at, *stop).
 * False when there is none.  On a file system without holes all is data.
 */
static bool next_data(int fd, uint64_t *at, uint64_t end, uint64_t *stop)
{
	off_t data = lseek(fd, (off_t)*at, SEEK_DATA);
	off_t hole;

	if (data < 0 && errno == ENXIO)
		return false;
	if (data >= 0)
		*at = (uint64_t)data;
	if (*at >= end)
		return false;
	hole = lseek(fd, (off_t)*at, SEEK_HOLE);
	*stop = hole < 0 || (uint64_t)hole > end ? end : (uint64_t)hole;
	return *stop > *at;
}

int files_copy_range(struct files *f, struct file_worker *w,
	const struct copy_range *c)
{
	uint64_t at = c->from_offset, end = c->from_offset + c->n, stop;

	while (next_data(c->from, &at, end, &stop)) {
		struct copy_range part = {
			.from = c->from,
			.to = c->to,
			.from_offset = at,
			.to_offset = c->to_offset + (at - c->from_offset),
			.n = stop - at,
		};
		int err = copy_data(f, w, &part);

		if (err)
			return err;
		at = stop;
	}
	return 0;
}

static int create_empty(int root, const char *path)
{
	bool created;
	int fd = below_create_file(root, path, FILE_MODE, &created);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* Fill a temporary file with what the part file has of file i. */
static int fill_temp(struct files *f, struct file_worker *w, int root,
	int parts, const struct meta_file *m)
{
	struct copy_range c = {
		.from = parts,
		.from_offset = m->offset,
		.n = m->length,
	};
	bool created;
	int err;

	c.to = below_create_file(root, f->temp, FILE_MODE, &created);
	if (c.to < 0)
		return c.to;
	err = ftruncate(c.to, 0) || ftruncate(c.to, (off_t)m->length) ? -errno
	                                                              : 0;
	if (!err)
		err = files_copy_range(f, w, &c);
	if (!err && fsync(c.to) != 0)
		err = -errno;
	close(c.to);
	return err;
}

/*
 * Bring the bytes of file i out of the part file.  The file appears under its
 * name only when it is complete, so that a crash in between loses nothing.
 */
static int bring_in(struct files *f, struct file_worker *w, int root, int parts,
	size_t i)
{
	const struct meta_file *m = files_meta(f, i);
	uint64_t at = m->offset, stop;
	struct stat st;
	int err;

	/* One that exists has been in use all the time. */
	if (below_stat(root, m->path, &st) == 0)
		return 0;
	if (!next_data(parts, &at, m->offset + m->length, &stop))
		return 0;
	err = fill_temp(f, w, root, parts, m);
	if (!err)
		err = below_rename(root, f->temp, root, m->path, false);
	if (err) {
		below_unlink(root, f->temp, 0);
		return err;
	}
	files_note_written(f, i, true);
	/* The room it took; not every file system can give it back. */
	(void)fallocate(parts, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		(off_t)m->offset, (off_t)m->length);
	return 0;
}

struct selecting {
	struct files *f;
	struct file_worker *w;
	int root;
	int parts; /* the part file, or -1 */
};

static int select_one(const struct selecting *s, size_t i)
{
	struct files *f = s->f;
	const struct meta_file *m = files_meta(f, i);
	bool was = f->selected && bitfield_has(&f->wanted, (uint32_t)i);

	if (was || !files_is_real(f, i))
		return 0;
	if (m->length == 0)
		return create_empty(s->root, m->path);
	if (s->parts < 0)
		return 0;
	return bring_in(f, s->w, s->root, s->parts, i);
}

static enum err select_all(const struct selecting *s,
	const struct bitfield *wanted, struct fault *fault)
{
	struct files *f = s->f;
	uint32_t n = bitfield_size(&f->wanted);

	for (uint32_t i = 0; i < n; i++) {
		int err = 0;

		if (bitfield_has(wanted, i))
			err = select_one(s, i);
		if (err)
			return files_fault(fault, "create",
				files_meta(f, i)->path, err);
		if (bitfield_has(wanted, i))
			bitfield_add(&f->wanted, i);
	}
	/* Only now, so that after a failure every file that has its bytes in
	 * place stays wanted. */
	for (uint32_t i = 0; i < n; i++)
		if (!bitfield_has(wanted, i))
			bitfield_remove(&f->wanted, i);
	return ERR_OK;
}

static bool creates_something(const struct files *f,
	const struct bitfield *wanted)
{
	for (size_t i = 0; i < f->layout->meta->nfiles; i++)
		if (files_is_real(f, i) && files_meta(f, i)->length == 0 &&
			bitfield_has(wanted, (uint32_t)i))
			return true;
	return false;
}

static bool all_real_wanted(const struct files *f)
{
	uint32_t n = bitfield_size(&f->wanted);

	for (uint32_t i = bitfield_next_clear(&f->wanted, 0); i < n;
		i = bitfield_next_clear(&f->wanted, i + 1))
		if (files_is_real(f, i))
			return false;
	return true;
}

enum err files_select(struct files *f, struct file_worker *w,
	const struct bitfield *wanted, struct fault *fault)
{
	int err = 0;
	struct fd_ref *root = files_root(f, creates_something(f, wanted), &err);
	struct selecting s = {.f = f, .w = w, .root = -1, .parts = -1};
	enum err result;

	/* Nothing to create and no folder: nothing to bring in, either. */
	if (!root && err != -ENOENT)
		return files_fault(fault, "open", f->dir, err);
	if (root) {
		s.root = root->fd;
		s.parts = below_open_file(root->fd, f->parts, true);
	}
	if (root && s.parts < 0 && s.parts != -ENOENT) {
		fd_cache_drop(f->cache, root);
		return files_fault(fault, "open", f->parts, s.parts);
	}
	result = select_all(&s, wanted, fault);
	if (!result)
		f->selected = true;
	if (s.parts >= 0) {
		close(s.parts);
		if (!result && all_real_wanted(f)) {
			fd_cache_forget(f->cache, f, SLOT_PARTS);
			below_unlink(s.root, f->parts, 0);
		}
	}
	if (root)
		fd_cache_drop(f->cache, root);
	return result;
}
