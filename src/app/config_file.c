/*
 * config_file.c - see config_file.h.
 */
#include "app/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "core/settings_rewrite.h"
#include "host/errmap.h"

struct change {
	struct list link;
	char *key, *value; /* value NULL: out */
};

struct config_file {
	uv_work_t work;
	uv_loop_t *loop;
	char *path;
	struct list changes; /* not yet begun */
	struct list writing; /* the worker's */
	struct fault fault;
	bool busy, closing;
	void (*failed)(void *user, const struct fault *f);
	void (*done)(void *user);
	void *user, *done_user;
};

/* --- the worker ----------------------------------------------------------- */

static int read_all(const char *path, struct buf *out, mode_t *mode)
{
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : errno;
	if (fstat(fd, &st) == 0)
		*mode = st.st_mode & 0777;
	do {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n > 0)
			buf_commit(out, (size_t)n);
	} while ((n > 0 || (n < 0 && errno == EINTR)) &&
		 out->len <= CONFIG_FILE_MAX);
	close(fd);
	if (n < 0)
		return errno;
	return out->len > CONFIG_FILE_MAX ? EFBIG : 0;
}

static int write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		s = span_of(s.p + n, s.n - (size_t)n);
	}
	return fsync(fd) < 0 ? errno : 0;
}

static int replace(const char *path, struct span bytes, mode_t mode)
{
	char *temp = mem_printf("%s.tmp", path);
	int fd = open(temp,
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	int os = fd < 0 ? errno : write_all(fd, bytes);

	if (fd >= 0 && close(fd) < 0 && os == 0)
		os = errno;
	if (os == 0 && rename(temp, path) < 0)
		os = errno;
	if (os != 0 && fd >= 0)
		unlink(temp);
	mem_free(temp);
	return os;
}

static enum err make_folder(const char *path, struct fault *fault)
{
	char *copy = mem_strdup(path);
	enum err e = paths_make_dir(dirname(copy), 0700, fault);

	mem_free(copy);
	return e;
}

static void change_all(const struct list *changes, struct buf *text)
{
	list_for_each (it, changes) {
		const struct change *c = container_of(it, struct change, link);
		struct buf next = {0};

		settings_rewrite(buf_span(text), c->key, c->value, &next);
		buf_free(text);
		*text = next;
	}
}

static void work(uv_work_t *req)
{
	struct config_file *c = container_of(req, struct config_file, work);
	char *real = realpath(c->path, NULL); /* NULL: there is none yet */
	const char *path = real ? real : c->path;
	struct buf text = {0};
	mode_t mode = 0600;
	char clean[120];
	int os;

	memset(&c->fault, 0, sizeof c->fault);
	if (real || make_folder(path, &c->fault) == ERR_OK) {
		os = read_all(path, &text, &mode);
		change_all(&c->writing, &text);
		if (os == 0)
			os = replace(path, buf_span(&text), mode);
		text_clean_to(clean, sizeof clean, span_str(path));
		if (os != 0)
			fault_set(&c->fault, errmap_code(os), os,
				"cannot write the settings to %s: %s", clean,
				errmap_text(os));
	}
	buf_free(&text);
	free(real); /* NOLINT: realpath() made it */
}

/* --- the loop ------------------------------------------------------------- */

static void drop_changes(struct list *l)
{
	list_for_each_safe (it, l) {
		struct change *c = container_of(it, struct change, link);

		list_remove(&c->link);
		mem_free(c->key);
		mem_free(c->value);
		mem_free(c);
	}
}

static void finish(struct config_file *c)
{
	void (*done)(void *) = c->done;
	void *user = c->done_user;

	mem_free(c->path);
	mem_free(c);
	if (done)
		done(user);
}

static void begin(struct config_file *c);

static void after(uv_work_t *req, int status)
{
	struct config_file *c = container_of(req, struct config_file, work);

	(void)status; /* nobody cancels it */
	drop_changes(&c->writing);
	c->busy = false;
	if (c->fault.code != ERR_OK && c->failed && !c->closing)
		c->failed(c->user, &c->fault);
	if (!list_empty(&c->changes))
		begin(c);
	else if (c->closing)
		finish(c);
}

static void begin(struct config_file *c)
{
	struct list *n;

	while ((n = list_front(&c->changes))) {
		list_remove(n);
		list_push_back(&c->writing, n);
	}
	c->busy = true;
	uv_queue_work(c->loop, &c->work, work, after);
}

struct config_file *config_file_new(uv_loop_t *loop, const char *path,
	void (*failed)(void *user, const struct fault *f), void *user)
{
	struct config_file *c = mem_zero(sizeof *c);

	c->loop = loop;
	c->path = mem_strdup(path);
	c->failed = failed;
	c->user = user;
	list_init(&c->changes);
	list_init(&c->writing);
	return c;
}

void config_file_set(struct config_file *c, const char *key, const char *value)
{
	struct change *n = mem_zero(sizeof *n);

	n->key = mem_strdup(key);
	n->value = value ? mem_strdup(value) : NULL;
	list_push_back(&c->changes, &n->link);
	if (!c->busy)
		begin(c);
}

void config_file_close(struct config_file *c, void (*done)(void *user),
	void *user)
{
	c->closing = true;
	c->done = done;
	c->done_user = user;
	if (!c->busy) /* finish() must come from the loop */
		begin(c);
}
