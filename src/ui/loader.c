/*
 * loader.c - see loader.h.
 */
#include "ui/loader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

struct loader {
	uv_loop_t *loop;
	struct loader_events ev;
	void *user;
	unsigned jobs;
	bool closing;
};

struct job {
	uv_work_t work;
	struct loader *loader;
	bool folder;
	char *path;
	struct buf bytes;
	struct fault fault;
	struct dir_entry *entries;
	size_t n, cap;
};

struct loader *loader_new(uv_loop_t *loop, const struct loader_events *ev,
	void *user)
{
	struct loader *l = mem_zero(sizeof *l);

	l->loop = loop;
	l->ev = *ev;
	l->user = user;
	return l;
}

static void release(struct loader *l)
{
	if (l->closing && l->jobs == 0)
		mem_free(l);
}

void loader_close(struct loader *l)
{
	l->closing = true;
	release(l);
}

/* --- on a worker thread: touches nothing but its job
 * ---------------------------------- */

static enum err read_all(struct job *j, int fd, size_t size)
{
	uint8_t *to = buf_reserve(&j->bytes, size + 1);
	size_t at = 0;
	char why[80];

	while (at < size) {
		ssize_t n = read(fd, to + at, size - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_set(&j->fault, ERR_DISK, errno,
				"cannot read the file: %s",
				strerror_r(errno, why, sizeof why));
		if (n == 0)
			break;
		at += (size_t)n;
	}
	buf_commit(&j->bytes, at);
	return ERR_OK;
}

static void read_file(struct job *j)
{
	/* Without O_NONBLOCK a named pipe would hold the thread for ever. */
	int fd = open(j->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	char why[80];

	if (fd < 0 || fstat(fd, &st) < 0) {
		fault_set(&j->fault, ERR_DISK, errno,
			"cannot open the file: %s",
			strerror_r(errno, why, sizeof why));
		if (fd >= 0)
			close(fd);
		return;
	}
	if (S_ISDIR(st.st_mode))
		fault_set(&j->fault, ERR_STATE, 0, "that is a folder");
	else if (!S_ISREG(st.st_mode))
		fault_set(&j->fault, ERR_STATE, 0, "that is no regular file");
	else if (st.st_size > (off_t)LOADER_FILE_MAX)
		fault_set(&j->fault, ERR_LIMIT, 0,
			"the file is too large for a .torrent");
	else
		(void)(read_all(j, fd, (size_t)st.st_size) != ERR_OK);
	close(fd);
}

static bool entry_is_dir(const char *folder, const struct dirent *e)
{
	struct stat st;
	char *path;
	bool is_dir;

	if (e->d_type == DT_DIR || e->d_type == DT_REG)
		return e->d_type == DT_DIR;
	path = mem_printf("%s/%s", folder, e->d_name);
	is_dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	mem_free(path);
	return is_dir;
}

static void read_folder(struct job *j)
{
	DIR *dir = opendir(j->path);
	struct dirent *e;

	if (!dir)
		return;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone */
	while (j->n < COMPLETE_ENTRIES_MAX && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		j->entries = mem_grow(j->entries, &j->cap, j->n + 1,
			sizeof *j->entries);
		j->entries[j->n].name = mem_strdup(e->d_name);
		j->entries[j->n++].is_dir = entry_is_dir(j->path, e);
	}
	closedir(dir);
}

static void run(uv_work_t *work)
{
	struct job *j = work->data;

	if (j->folder)
		read_folder(j);
	else
		read_file(j);
}

/* --- back on the loop
 * --------------------------------------------------------------------- */

static void done(uv_work_t *work, int status)
{
	struct job *j = work->data;
	struct loader *l = j->loader;

	(void)status;
	l->jobs--;
	if (!l->closing && j->folder)
		l->ev.folder(l->user, j->path, j->entries, j->n);
	else if (!l->closing)
		l->ev.torrent(l->user, j->path, buf_span(&j->bytes),
			j->fault.code == ERR_OK ? NULL : &j->fault);
	for (size_t i = 0; i < j->n; i++)
		mem_free(j->entries[i].name);
	mem_free(j->entries);
	buf_free(&j->bytes);
	mem_free(j->path);
	mem_free(j);
	release(l);
}

static void start(struct loader *l, const char *path, bool folder)
{
	struct job *j = mem_zero(sizeof *j);

	j->loader = l;
	j->folder = folder;
	j->path = mem_strdup(path);
	j->work.data = j;
	l->jobs++;
	/* It fails only without a callback to run. */
	if (uv_queue_work(l->loop, &j->work, run, done) != 0)
		done(&j->work, 0);
}

void loader_read_torrent(struct loader *l, const char *path)
{
	start(l, path, false);
}

void loader_read_folder(struct loader *l, const char *path)
{
	start(l, path, true);
}
