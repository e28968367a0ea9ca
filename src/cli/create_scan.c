/*
 * create_scan.c - see create_scan.h.
 */
#include "cli/create_scan.h"

#include <assert.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "host/errmap.h"
#include "proto/metainfo.h"

static enum err path_fault(struct fault *fault, enum err code, int os,
	const char *path, const char *why)
{
	char clean[120];

	text_clean_to(clean, sizeof clean, span_str(path));
	return fault_set(fault, code, os, "%s: %s", clean, why);
}

void scan_fini(struct scan *s)
{
	for (size_t i = 0; i < s->nfiles; i++)
		mem_free(s->files[i].path);
	mem_free(s->files);
	mem_free(s->name);
	mem_free(s->base);
	*s = (struct scan){0};
}

static enum err add_file(struct scan *s, const char *path,
	const struct stat *st, struct fault *fault)
{
	uint64_t size = st->st_size > 0 ? (uint64_t)st->st_size : 0;

	assert(path);
	if (!utf8_valid(span_str(path)))
		return path_fault(fault, ERR_SYNTAX, 0, path,
			"a torrent can only name files whose name is UTF-8");
	if (s->nfiles >= METAINFO_FILES_MAX)
		return path_fault(fault, ERR_LIMIT, 0, path,
			"one file more than a torrent may have");
	s->files = mem_grow(s->files, &s->cap, s->nfiles + 1, sizeof *s->files);
	s->files[s->nfiles++] = (struct scan_file){.path = mem_strdup(path),
		.length = size,
		.is_executable = (st->st_mode & S_IXUSR) != 0};
	s->total += size;
	return ERR_OK;
}

/* One thing that was met on the walk; `skip` bytes of its path are those of
 * the folder itself. */
static enum err take_entry(struct scan *s, const FTSENT *entry, size_t skip,
	struct fault *fault)
{
	switch (entry->fts_info) {
	case FTS_F:
		return add_file(s, entry->fts_path + skip, entry->fts_statp,
			fault);
	case FTS_D:
	case FTS_DP:
	case FTS_DOT:
		return ERR_OK;
	case FTS_DC:
		return path_fault(fault, ERR_DISK, ELOOP, entry->fts_path,
			"a link leads back into its own folder");
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return path_fault(fault, ERR_DISK, entry->fts_errno,
			entry->fts_path, errmap_text(entry->fts_errno));
	default:
		s->nskipped++;
		return ERR_OK;
	}
}

static enum err walk(struct scan *s, char *folder, struct fault *fault)
{
	char *roots[] = {folder, NULL};
	FTS *fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	size_t skip;
	FTSENT *entry;
	enum err e = ERR_OK;

	assert(folder);
	if (!fts)
		return path_fault(fault, ERR_DISK, errno, folder,
			errmap_text(errno));
	skip = strlen(folder);
	errno = 0;
	while (e == ERR_OK && (entry = fts_read(fts)) != NULL) {
		e = take_entry(s, entry, skip, fault);
		errno = 0;
	}
	if (e == ERR_OK && errno != 0)
		e = path_fault(fault, ERR_DISK, errno, folder,
			errmap_text(errno));
	fts_close(fts);
	return e;
}

static int compare_paths(const void *a, const void *b)
{
	const struct scan_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* "a/b/" and "." are good names of a folder, but not of a torrent. */
static enum err split_name(const char *path, struct scan *s,
	struct fault *fault)
{
	char *real = realpath(path, NULL);
	char *slash = real ? strrchr(real, '/') : NULL;

	if (!real)
		return path_fault(fault, ERR_DISK, errno, path,
			errmap_text(errno));
	if (!slash || !slash[1]) {
		free(real);
		return path_fault(fault, ERR_SYNTAX, 0, path,
			"this folder has no name");
	}
	s->name = mem_strdup(slash + 1);
	s->base = s->is_multi ? mem_printf("%s/", real)
	                      : mem_strndup(real, (size_t)(slash - real) + 1);
	free(real);
	return ERR_OK;
}

/* The name as given, where it is one: a link is called what it is called. */
static void prefer_given_name(const char *path, struct scan *s)
{
	size_t n = strlen(path);
	const char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	slash = memrchr(path, '/', n);
	if (slash) {
		n -= (size_t)(slash - path) + 1;
		path = slash + 1;
	}
	if (n == 0 || (n == 1 && path[0] == '.') ||
		(n == 2 && path[0] == '.' && path[1] == '.'))
		return;
	mem_free(s->name);
	s->name = mem_strndup(path, n);
}

static enum err scan_any(const char *path, struct scan *s, struct fault *fault)
{
	struct stat st;
	enum err e;

	if (stat(path, &st) != 0)
		return path_fault(fault, ERR_DISK, errno, path,
			errmap_text(errno));
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return path_fault(fault, ERR_DISK, 0, path,
			"is neither a file nor a folder");
	s->is_multi = S_ISDIR(st.st_mode);
	e = split_name(path, s, fault);
	if (e != ERR_OK)
		return e;
	if (s->is_multi) {
		e = walk(s, s->base, fault);
	} else {
		/* Opened by its real name, called by the given one. */
		char *real = realpath(path, NULL);

		mem_free(s->base);
		s->base = mem_strdup(real ? real : path);
		free(real);
		e = add_file(s, s->name, &st, fault);
	}
	prefer_given_name(path, s);
	assert(s->name);
	if (e == ERR_OK && !utf8_valid(span_str(s->name)))
		return path_fault(fault, ERR_SYNTAX, 0, path,
			"a torrent can only have a name that is UTF-8");
	if (e == ERR_OK && s->total == 0)
		return path_fault(fault, ERR_NOENT, 0, path,
			"there is not one byte in it");
	return e;
}

enum err scan_path(const char *path, struct scan *out, struct fault *fault)
{
	struct scan s = {0};
	enum err e = scan_any(path, &s, fault);

	if (e != ERR_OK) {
		scan_fini(&s);
		return e;
	}
	assert(s.files); /* it has a byte, so it has a file */
	qsort(s.files, s.nfiles, sizeof *s.files, compare_paths);
	*out = s;
	return ERR_OK;
}
