/*
 * torrent_fixture.h - a temporary folder and a small torrent to put there.
 *
 * Included by one test program each, so everything is static.
 */
#ifndef TORRENT_FIXTURE_H
#define TORRENT_FIXTURE_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/storage/layout.h"

#define FIXTURE_FILES 8
#define FIXTURE_TAG "0123456789abcdef0123456789abcdef01234567"

struct fixture {
	char root[64]; /* the temporary folder */
	char dir[96];  /* the download folder in it, not made yet */
	struct meta_file file[FIXTURE_FILES];
	struct metainfo meta;
	struct layout layout;
	uint8_t *data; /* meta.total bytes, zero in pad files */
};

static inline int fixture_remove_one(const char *path, const struct stat *st,
	int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void fixture_remove(const struct fixture *fx)
{
	nftw(fx->root, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	mem_free(fx->data);
}

static inline void fixture_init(struct fixture *fx)
{
	const char *tmp = getenv("TMPDIR");

	memset(fx, 0, sizeof *fx);
	snprintf(fx->root, sizeof fx->root, "%.40s/bttui-test-XXXXXX",
		tmp ? tmp : "/tmp");
	if (!mkdtemp(fx->root))
		abort();
	snprintf(fx->dir, sizeof fx->dir, "%s/down", fx->root);
}

static inline struct meta_file *fixture_add(struct fixture *fx,
	const char *path, uint64_t length)
{
	struct meta_file *f = &fx->file[fx->meta.nfiles++];

	f->path = path;
	f->offset = fx->meta.total;
	f->length = length;
	fx->meta.total += length;
	return f;
}

static inline void fixture_ready(struct fixture *fx, uint32_t piece_length)
{
	uint32_t x = 12345;

	fx->meta.files = fx->file;
	fx->meta.piece_length = piece_length;
	fx->meta.npieces =
		(uint32_t)((fx->meta.total + piece_length - 1) / piece_length);
	layout_init(&fx->layout, &fx->meta);
	fx->data = mem_zero(fx->meta.total + 1);
	for (uint64_t i = 0; i < fx->meta.total; i++) {
		x = x * 1664525 + 1013904223;
		fx->data[i] = (uint8_t)(x >> 24);
	}
	for (size_t i = 0; i < fx->meta.nfiles; i++)
		if (fx->file[i].is_pad)
			memset(fx->data + fx->file[i].offset, 0,
				fx->file[i].length);
}

__attribute__((format(printf, 1, 2))) static inline char *fixture_path(
	const char *fmt, ...)
{
	static char buf[32][PATH_MAX]; /* the last 32 live */
	static int turn;
	char *p = buf[turn++ & 31];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p, PATH_MAX, fmt, ap);
	va_end(ap);
	return p;
}

/* Whole contents of a file; NULL if there is none.  The caller frees. */
static inline uint8_t *fixture_slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p;
	long size;

	if (!f)
		return NULL;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	p = mem_alloc((size_t)size + 1);
	*n = fread(p, 1, (size_t)size, f);
	fclose(f);
	return p;
}

static inline bool fixture_file_is(const char *path, const void *bytes,
	size_t n)
{
	size_t got = 0;
	uint8_t *p = fixture_slurp(path, &got);
	bool same = p && got == n && memcmp(p, bytes, n) == 0;

	mem_free(p);
	return same;
}

/* Whether file i of the torrent lies in dir with the right bytes. */
static inline bool fixture_has(const struct fixture *fx, const char *dir,
	size_t i)
{
	return fixture_file_is(fixture_path("%s/%s", dir, fx->file[i].path),
		fx->data + fx->file[i].offset, fx->file[i].length);
}

static inline bool fixture_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static inline void fixture_put(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes, 1, n, f) != n)
		abort();
	fclose(f);
}

static inline size_t fixture_open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

#endif
