/*
 * The names of a torrent's files: lines of the input are paths, a byte of 1
 * parts their elements, so that these may hold slashes.  However hostile, the
 * paths lie below the torrent's folder, are distinct, none is a folder of
 * another, they fit a file system, and they are the same the next time and
 * under any key.
 */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/metainfo_priv.h"

#define TOP "top"
#define FILES_MAX 4096u
#define SEPARATOR 1

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct listing {
	struct arena *arena;
	const char *path[FILES_MAX];
	size_t n;
};

static enum err add_path(struct paths *p, struct span line, const char **out)
{
	uint32_t folder = PATHS_TOP;

	for (;;) {
		const uint8_t *end =
			line.n ? memchr(line.p, SEPARATOR, line.n) : NULL;

		if (!end)
			return paths_file(p, folder, line, out);
		size_t n = (size_t)(end - line.p);
		enum err e =
			paths_folder(p, folder, span_of(line.p, n), &folder);
		if (e)
			return e;
		line = span_of(end + 1, line.n - n - 1);
	}
}

static struct listing *list_paths(struct span in, const char *top, uint8_t key)
{
	struct listing *l = mem_zero(sizeof *l);
	uint8_t sip[16];

	memset(sip, key, sizeof sip);
	l->arena = arena_new();
	struct paths *p = paths_new(l->arena, top, sip, SIZE_MAX / 2, key);
	while (in.n > 0 && l->n < FILES_MAX) {
		const uint8_t *end = memchr(in.p, '\n', in.n);
		size_t n = end ? (size_t)(end - in.p) : in.n;

		if (add_path(p, span_of(in.p, n), &l->path[l->n]))
			break;
		l->n++;
		in = span_of(in.p + n + (end ? 1 : 0),
			in.n - n - (end ? 1 : 0));
	}
	paths_free(p);
	return l;
}

static void listing_free(struct listing *l)
{
	arena_free(l->arena);
	mem_free(l);
}

static void check_path(const char *path, const char *top)
{
	unsigned depth = 0;

	assert(strlen(path) <= METAINFO_PATH_MAX);
	assert(METAINFO_PATH_MAX + 64 <= PATH_MAX);
	if (top)
		assert(strncmp(path, TOP "/", strlen(TOP "/")) == 0);
	for (;;) {
		size_t n = strcspn(path, "/");

		assert(n > 0 && n <= NAME_BYTES_MAX);
		assert(!(n == 1 && path[0] == '.'));
		assert(!(n == 2 && path[0] == '.' && path[1] == '.'));
		assert(utf8_valid(span_of(path, n)));
		for (size_t i = 0; i < n; i++)
			assert((uint8_t)path[i] >= ' ' && path[i] != 0x7f);
		depth++;
		if (!path[n])
			break;
		path += n + 1;
	}
	assert(depth <= METAINFO_DEPTH_MAX);
}

/* A slash sorts before everything: what a folder holds follows it. */
static int compare(const void *x, const void *y)
{
	const char *a = *(char *const *)x, *b = *(char *const *)y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	int ca = *a == '/' ? 1 : *a ? (uint8_t)*a + 1 : 0;
	int cb = *b == '/' ? 1 : *b ? (uint8_t)*b + 1 : 0;
	return ca - cb;
}

static void check_distinct(struct listing *l)
{
	qsort(l->path, l->n, sizeof *l->path, compare);
	for (size_t i = 1; i < l->n; i++) {
		size_t n = strlen(l->path[i - 1]);

		if (strncmp(l->path[i - 1], l->path[i], n) == 0)
			assert(l->path[i][n] != '\0' && l->path[i][n] != '/');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The first byte chooses whether there is a folder of the torrent. */
	const char *top = size && (data[0] & 1) ? TOP : NULL;

	if (size == 0)
		return 0;
	struct span in = span_of(data + 1, size - 1);
	struct listing *a = list_paths(in, top, 1);
	struct listing *b = list_paths(in, top, 2);
	assert(a->n == b->n);
	for (size_t i = 0; i < a->n; i++) {
		assert(strcmp(a->path[i], b->path[i]) == 0);
		check_path(a->path[i], top);
	}
	check_distinct(a);
	listing_free(a);
	listing_free(b);
	return 0;
}
