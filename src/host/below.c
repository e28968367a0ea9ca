/*
 * below.c - reach files below a folder and nowhere else.
 */
#include "host/below.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"

#define DIR_MODE 0777
#define RETRIES 16 /* of openat2() when somebody renames folders meanwhile */

#define OPEN_DIR (O_PATH | O_DIRECTORY | O_CLOEXEC)

static bool element_ok(const char *p, size_t n)
{
	return n > 0 && n <= NAME_BYTES_MAX && !(n == 1 && p[0] == '.') &&
	       !(n == 2 && p[0] == '.' && p[1] == '.');
}

static bool path_ok(const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "/");

		if (!element_ok(path, n))
			return false;
		if (!path[n])
			return true;
		path += n + 1;
	}
}

static bool is_link(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode);
}

/* Open folder `name` of folder `dir`, making it first if it is not there. */
static int step(int dir, const char *name, bool make)
{
	int fd;

	if (make && mkdirat(dir, name, DIR_MODE) != 0 && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, OPEN_DIR | O_NOFOLLOW);
	if (fd >= 0)
		return fd;
	if (errno == ENOTDIR && is_link(dir, name))
		return -ELOOP;
	return -errno;
}

/*
 * Walk to the folder that holds the last element of path.  The descriptor is
 * a new one, also when that folder is the root.
 */
static int walk(int root, const char *path, bool make, const char **name)
{
	int dir = openat(root, ".", OPEN_DIR);
	const char *slash;

	if (dir < 0)
		return -errno;
	while ((slash = strchr(path, '/'))) {
		char element[NAME_BYTES_MAX + 1];
		size_t n = (size_t)(slash - path);
		int next;

		memcpy(element, path, n);
		element[n] = '\0';
		next = step(dir, element, make);
		close(dir);
		if (next < 0)
			return next;
		dir = next;
		path = slash + 1;
	}
	*name = path;
	return dir;
}

int below_open_stepwise(int root, const char *path, int flags)
{
	const char *name;
	int dir, fd, err;
	struct stat st;

	if (!path_ok(path))
		return -EINVAL;
	dir = walk(root, path, false, &name);
	if (dir < 0)
		return dir;
	fd = openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
	err = errno;
	if (fd < 0 && err == ENOTDIR && is_link(dir, name))
		err = ELOOP;
	close(dir);
	if (fd < 0)
		return -err;
	/* With O_PATH the link itself would have been opened. */
	if ((flags & O_PATH) && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode)) {
		close(fd);
		return -ELOOP;
	}
	return fd;
}

int below_open(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};

	if (!path_ok(path))
		return -EINVAL;
	for (int i = 0; i < RETRIES; i++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof how);

		if (fd >= 0)
			return (int)fd;
		/* EPERM is what sandboxes answer that do not know the call;
		 * if it was meant, the other way says so again. */
		if (errno == ENOSYS || errno == EPERM)
			return below_open_stepwise(root, path, flags);
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return below_open_stepwise(root, path, flags);
}

static int close_with(int fd, int err)
{
	close(fd);
	return err;
}

static int want_regular(int fd)
{
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) != 0)
		return close_with(fd, -errno);
	if (S_ISDIR(st.st_mode))
		return close_with(fd, -EISDIR);
	if (!S_ISREG(st.st_mode))
		return close_with(fd, -ENXIO);
	return fd;
}

int below_open_file(int root, const char *path, bool write)
{
	/* O_NONBLOCK: opening a FIFO must not wait for its other end. */
	int flags = (write ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY;

	return want_regular(below_open(root, path, flags));
}

static int create_once(int root, const char *path, mode_t mode)
{
	const char *name;
	int dir = below_parent(root, path, true, &name);
	int fd, err;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	err = errno;
	close(dir);
	return fd >= 0 ? fd : -err;
}

int below_create_file(int root, const char *path, mode_t mode, bool *created)
{
	int fd = -EEXIST;

	/* Another worker, or another program, may make or remove it between
	 * the two steps. */
	*created = false;
	for (int i = 0; i < RETRIES && fd == -EEXIST; i++) {
		fd = below_open_file(root, path, true);
		if (fd != -ENOENT)
			return fd;
		fd = create_once(root, path, mode);
		*created = fd >= 0;
	}
	return fd;
}

int below_parent(int root, const char *path, bool make, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int fd;

	*name = path;
	if (!path_ok(path))
		return -EINVAL;
	if (!slash)
		return walk(root, path, false, name);
	parent = mem_strndup(path, (size_t)(slash - path));
	fd = below_open(root, parent, O_PATH | O_DIRECTORY);
	mem_free(parent);
	if (fd == -ENOENT && make)
		return walk(root, path, true, name);
	if (fd >= 0)
		*name = slash + 1;
	return fd;
}

int below_stat(int root, const char *path, struct stat *st)
{
	const char *name;
	int dir = below_parent(root, path, false, &name);
	int err = 0;

	if (dir < 0)
		return dir;
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) != 0)
		err = -errno;
	return close_with(dir, err);
}

int below_unlink(int root, const char *path, int flags)
{
	const char *name;
	int dir = below_parent(root, path, false, &name);
	int err = 0;

	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, flags) != 0)
		err = -errno;
	return close_with(dir, err);
}

static int rename_to(int from, const char *from_name, int to,
	const char *to_name, bool replace)
{
	struct stat st;

	if (replace)
		return renameat(from, from_name, to, to_name) ? -errno : 0;
	if (renameat2(from, from_name, to, to_name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* A file system without that flag: look first. */
	if (fstatat(to, to_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EEXIST;
	return renameat(from, from_name, to, to_name) ? -errno : 0;
}

int below_rename(int from_root, const char *from, int to_root, const char *to,
	bool replace)
{
	const char *from_name, *to_name;
	int from_dir = below_parent(from_root, from, false, &from_name);
	int to_dir, err;

	if (from_dir < 0)
		return from_dir;
	to_dir = below_parent(to_root, to, true, &to_name);
	if (to_dir < 0)
		return close_with(from_dir, to_dir);
	err = rename_to(from_dir, from_name, to_dir, to_name, replace);
	close(to_dir);
	return close_with(from_dir, err);
}

int below_sync_parent(int root, const char *path)
{
	const char *name;
	int dir = below_parent(root, path, false, &name);
	int fd, err = 0;

	if (dir < 0)
		return dir;
	fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return close_with(dir, -errno);
	/* Some file systems cannot sync a folder and need not. */
	if (fsync(fd) != 0 && errno != EINVAL && errno != EROFS)
		err = -errno;
	close(fd);
	return close_with(dir, err);
}

void below_prune(int root, const char *path)
{
	char *dir = mem_strdup(path);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		*slash = '\0';
		if (below_unlink(root, dir, AT_REMOVEDIR) != 0)
			break;
	}
	mem_free(dir);
}

static int make_dirs(const char *dir)
{
	char *path = mem_strdup(dir);
	char *p = path;
	int err = 0;

	do {
		p = strchr(p + 1, '/');
		if (p)
			*p = '\0';
		err = mkdir(path, DIR_MODE) == 0 || errno == EEXIST ? 0
		                                                    : -errno;
		/* Above a folder that exists nothing has to be writable. */
		if (err == -EACCES || err == -EROFS || err == -EPERM)
			err = access(path, F_OK) == 0 ? 0 : err;
		if (p)
			*p = '/';
	} while (p && !err);
	mem_free(path);
	return err;
}

int below_root(const char *dir, bool make)
{
	int fd = open(dir, OPEN_DIR);
	int err;

	if (fd >= 0 || errno != ENOENT || !make || !*dir)
		return fd >= 0 ? fd : -errno;
	err = make_dirs(dir);
	if (err)
		return err;
	fd = open(dir, OPEN_DIR);
	return fd >= 0 ? fd : -errno;
}

const char *below_reason(int err, char *buf, size_t cap)
{
	switch (err) {
	case -ELOOP:
		return "is a symbolic link";
	case -ENXIO:
		return "is not a regular file";
	case -ENODATA:
		return "the file is too short";
	default:
		return strerror_r(-err, buf, cap);
	}
}
