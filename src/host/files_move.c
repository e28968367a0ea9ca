/*
 * files_move.c - the files of a torrent to another folder, or away.
 *
 * A move has two phases.  In the first nothing is lost: each file is renamed,
 * or, if the folder is on another file system, copied to a temporary name
 * there.  A failure or a cancel undoes it.  In the second, which cannot be
 * cancelled, copies get their names and the originals go.
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

enum step {
	STEP_NONE = 0, /* was not there */
	STEP_RENAMED,
	STEP_COPIED, /* under its temporary name */
	STEP_PLACED, /* the copy has its name; the original is still there */
};

struct move {
	struct files *f;
	struct file_worker *w;
	int from, to;
	uint8_t *step; /* by file; [nfiles] is the part file */
};

static size_t entries(const struct files *f)
{
	return f->layout->meta->nfiles + 1;
}

static const char *entry_name(const struct files *f, size_t i)
{
	return i == entries(f) - 1 ? f->parts : files_meta(f, i)->path;
}

static bool entry_is_real(const struct files *f, size_t i)
{
	return i == entries(f) - 1 || files_is_real(f, i);
}

/* Beside the file it becomes, so that the last rename stays inside one file
 * system whatever is mounted below. */
static char *temp_name(const struct files *f, size_t i)
{
	const char *name = entry_name(f, i);
	const char *slash = strrchr(name, '/');
	int n = slash ? (int)(slash + 1 - name) : 0;

	return mem_printf("%.*s%s%zu", n, name, f->temp, i);
}

static int copy_fd(const struct move *m, int from, int to)
{
	struct copy_range c = {.from = from, .to = to};
	struct stat st;

	if (fstat(from, &st) != 0)
		return -errno;
	if (ftruncate(to, 0) != 0 || ftruncate(to, st.st_size) != 0)
		return -errno;
	c.n = (uint64_t)st.st_size;
	return files_copy_range(m->f, m->w, &c);
}

static int keep_times(int from, int to)
{
	struct stat st;

	if (fstat(from, &st) != 0)
		return -errno;
	/* So that a saved time of change still tells the file unchanged. */
	return futimens(to, (struct timespec[2]){st.st_atim, st.st_mtim})
	               ? -errno
	               : 0;
}

static int copy_entry(const struct move *m, size_t i)
{
	char *temp = temp_name(m->f, i);
	int from = below_open_file(m->from, entry_name(m->f, i), false);
	int to = -1, err = from < 0 ? from : 0;
	bool created;

	if (!err) {
		to = below_create_file(m->to, temp, FILE_MODE, &created);
		err = to < 0 ? to : copy_fd(m, from, to);
	}
	if (!err)
		err = keep_times(from, to);
	if (!err && fsync(to) != 0)
		err = -errno;
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	if (err && to >= 0)
		below_unlink(m->to, temp, 0);
	mem_free(temp);
	return err;
}

/* A regular file of ours: 1; nothing there: 0; else a negated errno. */
static int look(const struct move *m, size_t i)
{
	struct stat st;
	int err = below_stat(m->from, entry_name(m->f, i), &st);

	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err)
		return err;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	if (!S_ISREG(st.st_mode))
		return -ENXIO;
	if (below_stat(m->to, entry_name(m->f, i), &st) == 0)
		return -EEXIST;
	return 1;
}

static int move_entry(const struct move *m, size_t i)
{
	const char *name = entry_name(m->f, i);
	int err = look(m, i);

	if (err <= 0)
		return err;
	if (atomic_load(&m->f->cancel))
		return -ECANCELED;
	err = below_rename(m->from, name, m->to, name, false);
	if (err == 0)
		m->step[i] = STEP_RENAMED;
	if (err != -EXDEV)
		return err;
	err = copy_entry(m, i);
	if (err == 0)
		m->step[i] = STEP_COPIED;
	return err;
}

static int place_copies(const struct move *m, size_t *at)
{
	for (size_t i = 0; i < entries(m->f); i++) {
		const char *name = entry_name(m->f, i);
		char *temp;
		int err;

		if (m->step[i] != STEP_COPIED)
			continue;
		temp = temp_name(m->f, i);
		err = below_rename(m->to, temp, m->to, name, false);
		mem_free(temp);
		*at = i;
		if (err)
			return err;
		m->step[i] = STEP_PLACED;
	}
	return 0;
}

static void undo(const struct move *m)
{
	for (size_t i = entries(m->f); i-- > 0;) {
		const char *name = entry_name(m->f, i);
		char *temp;

		if (m->step[i] == STEP_NONE)
			continue;
		temp = temp_name(m->f, i);
		if (m->step[i] == STEP_RENAMED)
			below_rename(m->to, name, m->from, name, false);
		else
			below_unlink(m->to,
				m->step[i] == STEP_COPIED ? temp : name, 0);
		below_prune(m->to, name);
		mem_free(temp);
	}
}

static void finish_move(const struct move *m)
{
	for (size_t i = entries(m->f); i-- > 0;) {
		const char *name = entry_name(m->f, i);

		if (m->step[i] == STEP_NONE)
			continue;
		below_sync_parent(m->to, name);
		if (m->step[i] == STEP_PLACED)
			below_unlink(m->from, name, 0);
		below_prune(m->from, name);
	}
}

static int run_move(const struct move *m, size_t *at)
{
	for (size_t i = 0; i < entries(m->f); i++) {
		int err = entry_is_real(m->f, i) ? move_entry(m, i) : 0;

		*at = i;
		if (err)
			return err;
	}
	return place_copies(m, at);
}

static enum err move_fault(const struct files *f, size_t at, int err,
	struct fault *fault)
{
	enum err e = files_fault(fault, "move", entry_name(f, at), err);

	if (err != -EEXIST)
		return e;
	if (fault)
		fault->code = ERR_EXISTS;
	return ERR_EXISTS;
}

static bool same_folder(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

static void set_dir(struct files *f, const char *dir)
{
	fd_cache_forget(f->cache, f, FD_CACHE_ALL);
	mem_free(f->dir);
	f->dir = mem_strdup(dir);
}

static enum err move_between(struct move *m, struct fault *fault)
{
	size_t at = 0;
	int err;

	if (same_folder(m->from, m->to))
		return ERR_OK;
	m->step = mem_zero_array(entries(m->f), 1);
	err = run_move(m, &at);
	if (err)
		undo(m);
	else
		finish_move(m);
	mem_free(m->step);
	return err ? move_fault(m->f, at, err, fault) : ERR_OK;
}

enum err files_move(struct files *f, struct file_worker *w, const char *dir,
	struct fault *fault)
{
	int err = 0;
	struct fd_ref *from = files_root(f, false, &err);
	struct move m = {.f = f, .w = w, .to = -1};
	enum err result = ERR_OK;

	/* No folder yet: nothing to move, only another name to use. */
	if (!from && err != -ENOENT)
		return files_fault(fault, "open", f->dir, err);
	if (from) {
		m.from = from->fd;
		m.to = below_root(dir, true);
		result = m.to < 0 ? files_fault(fault, "open", dir, m.to)
		                  : move_between(&m, fault);
		fd_cache_drop(f->cache, from);
	}
	if (m.to >= 0)
		close(m.to);
	if (!result)
		set_dir(f, dir);
	return result;
}

static int remove_entry(int root, const char *name)
{
	struct stat st;
	int err = below_stat(root, name, &st);

	/* What is not a regular file is not one of ours. */
	if (!err && !S_ISREG(st.st_mode))
		return 0;
	if (!err)
		err = below_unlink(root, name, 0);
	return err == -ENOENT || err == -ENOTDIR || err == -ELOOP ? 0 : err;
}

/* Files come in the order of folders mostly, so one try for a run of them. */
static void prune_all(const struct files *f, int root)
{
	const char *last = "";
	size_t last_n = 0;

	for (size_t i = f->layout->meta->nfiles; i-- > 0;) {
		const char *path = files_meta(f, i)->path;
		const char *slash = strrchr(path, '/');
		size_t n = slash ? (size_t)(slash - path) : 0;

		if (n == last_n && memcmp(path, last, n) == 0)
			continue;
		below_prune(root, path);
		last = path;
		last_n = n;
	}
}

enum err files_remove(struct files *f, struct fault *fault)
{
	int err = 0;
	struct fd_ref *root = files_root(f, false, &err);
	enum err result = ERR_OK;

	if (!root && err == -ENOENT)
		return ERR_OK;
	if (!root)
		return files_fault(fault, "open", f->dir, err);
	for (size_t i = 0; i < entries(f); i++) {
		if (!entry_is_real(f, i))
			continue;
		err = remove_entry(root->fd, entry_name(f, i));
		if (err && !result)
			result = files_fault(fault, "remove", entry_name(f, i),
				err);
	}
	prune_all(f, root->fd);
	fd_cache_drop(f->cache, root);
	fd_cache_forget(f->cache, f, FD_CACHE_ALL);
	return result;
}
