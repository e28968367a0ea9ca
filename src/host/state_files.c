/*
 * state_files.c - small files that are replaced whole or not at all.
 */
#include "host/state_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "host/below.h"

#define STATE_MODE 0600
#define NAME_SHOWN 120

static enum err fail(struct fault *fault, const char *verb, const char *path,
	int err)
{
	char clean[NAME_SHOWN], buf[64];

	text_clean_to(clean, sizeof clean, span_str(path));
	return fault_set(fault, ERR_DISK, -err, "cannot %s \"%s\": %s", verb,
		clean, below_reason(err, buf, sizeof buf));
}

static int write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t did = write(fd, s.p, s.n);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return did < 0 ? -errno : -EIO;
		s.p += did;
		s.n -= (size_t)did;
	}
	return 0;
}

static int write_temp(int root, const char *temp, struct span bytes)
{
	bool created;
	int fd = below_create_file(root, temp, STATE_MODE, &created);
	int err;

	if (fd < 0)
		return fd;
	err = created || ftruncate(fd, 0) == 0 ? 0 : -errno;
	if (!err)
		err = write_all(fd, bytes);
	if (!err && fsync(fd) != 0)
		err = -errno;
	if (close(fd) != 0 && !err)
		err = -errno;
	return err;
}

/*
 * Keep the present generation under the name of the one before.  With a hard
 * link there is no moment without a NAME; on a file system that has none, a
 * rename leaves a short one, in which NAME.1 is still found.
 */
static void keep_previous(int root, const char *path, const char *previous)
{
	const char *from, *to;
	int dir = below_parent(root, path, false, &from);
	int to_dir = below_parent(root, previous, false, &to);

	if (dir >= 0 && to_dir >= 0) {
		unlinkat(to_dir, to, 0);
		if (linkat(dir, from, to_dir, to, 0) != 0 && errno != ENOENT)
			renameat(dir, from, to_dir, to);
	}
	if (dir >= 0)
		close(dir);
	if (to_dir >= 0)
		close(to_dir);
}

static int save(int root, const char *path, struct span bytes)
{
	char *temp = mem_printf("%s.tmp", path);
	char *previous = mem_printf("%s.1", path);
	int err = write_temp(root, temp, bytes);

	if (err) {
		/* A half-written one would only take space on a full disk. */
		below_unlink(root, temp, 0);
	} else {
		keep_previous(root, path, previous);
		err = below_rename(root, temp, root, path, true);
	}
	if (!err)
		err = below_sync_parent(root, path);
	mem_free(temp);
	mem_free(previous);
	return err;
}

enum err state_file_save(const char *dir, const char *path, struct span bytes,
	struct fault *fault)
{
	int root = below_root(dir, true);
	int err;

	if (root < 0)
		return fail(fault, "open", dir, root);
	err = save(root, path, bytes);
	close(root);
	return err ? fail(fault, "save", path, err) : ERR_OK;
}

static int read_all(int fd, size_t size, struct buf *out)
{
	/* One byte more, to see whether it grew meanwhile. */
	uint8_t *p = buf_reserve(out, size + 1);
	size_t got = 0;

	while (got <= size) {
		ssize_t did = read(fd, p + got, size + 1 - got);

		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return -errno;
		if (did == 0)
			break;
		got += (size_t)did;
	}
	if (got > size)
		return -EAGAIN;
	buf_commit(out, got);
	return 0;
}

enum err state_file_load(const char *dir, const char *path, size_t max,
	struct buf *out, struct fault *fault)
{
	int root = below_root(dir, false);
	int fd = root < 0 ? root : below_open_file(root, path, false);
	struct stat st;
	int err;

	if (root >= 0)
		close(root);
	if (fd == -ENOENT)
		return fault_set(fault, ERR_NOENT, ENOENT, "no state file");
	if (fd < 0)
		return fail(fault, "read", path, fd);
	err = fstat(fd, &st) == 0 ? 0 : -errno;
	if (!err && (uint64_t)st.st_size > max) {
		close(fd);
		return fault_set(fault, ERR_LIMIT, 0,
			"a state file is longer than %zu bytes", max);
	}
	if (!err)
		err = read_all(fd, (size_t)st.st_size, out);
	close(fd);
	return err ? fail(fault, "read", path, err) : ERR_OK;
}

enum err state_file_remove(const char *dir, const char *path,
	struct fault *fault)
{
	int root = below_root(dir, false);
	char *previous;
	int err;

	if (root == -ENOENT)
		return ERR_OK;
	if (root < 0)
		return fail(fault, "open", dir, root);
	previous = mem_printf("%s.1", path);
	err = below_unlink(root, path, 0);
	if (!err || err == -ENOENT)
		err = below_unlink(root, previous, 0);
	if (!err)
		err = below_sync_parent(root, path);
	mem_free(previous);
	close(root);
	if (err && err != -ENOENT)
		return fail(fault, "remove", path, err);
	return ERR_OK;
}
