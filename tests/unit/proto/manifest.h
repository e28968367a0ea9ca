/*
 * manifest.h - walks a folder of test input and its MANIFEST.tsv.
 *
 * Columns are found by their name in the header line.  A missing environment
 * variable skips the test and says so; a row that ends otherwise than it says
 * is printed, and the test fails after the last one.  Include after cmocka.h.
 */
#ifndef TESTS_MANIFEST_H
#define TESTS_MANIFEST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

#define MANIFEST_COLUMNS 32

struct manifest {
	char dir[512];
	struct buf text; /* cut into cells in place */
	char *next;      /* line not yet read */
	char *head[MANIFEST_COLUMNS];
	char *cell[MANIFEST_COLUMNS];
	size_t columns;
	unsigned rows, bad;
};

static inline bool manifest_load(const char *dir, const char *file,
	struct buf *out)
{
	char path[1024];
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s", dir, file);
	f = fopen(path, "rb");
	if (!f)
		return false;
	do {
		n = fread(buf_reserve(out, 65536), 1, 65536, f);
		buf_commit(out, n);
	} while (n > 0);
	fclose(f);
	return true;
}

static inline size_t manifest_cut(struct manifest *m, char **cells)
{
	size_t n = 0;
	char *line;

	if (!m->next || *m->next == '\0')
		return 0;
	line = strsep(&m->next, "\n");
	while (line && n < MANIFEST_COLUMNS)
		cells[n++] = strsep(&line, "\t");
	return n;
}

static inline void manifest_open(struct manifest *m, const char *variable,
	const char *folder)
{
	const char *root = getenv(variable);

	memset(m, 0, sizeof *m);
	if (!root || !*root) {
		print_message("skipped: %s is not set\n", variable);
		skip();
	}
	snprintf(m->dir, sizeof m->dir, "%s/%s", root, folder);
	if (!manifest_load(m->dir, "MANIFEST.tsv", &m->text))
		fail_msg("no manifest in %s", m->dir);
	buf_add_byte(&m->text, 0);
	m->next = (char *)m->text.p;
	m->columns = manifest_cut(m, m->head);
	assert_true(m->columns >= 3);
}

static inline bool manifest_row(struct manifest *m)
{
	memset(m->cell, 0, sizeof m->cell);
	if (manifest_cut(m, m->cell) == 0)
		return false;
	m->rows++;
	return true;
}

/* A cell of this row; "-" when the manifest has no such column. */
static inline const char *manifest_cell(const struct manifest *m,
	const char *column)
{
	size_t i;

	for (i = 0; i < m->columns; i++)
		if (strcmp(m->head[i], column) == 0)
			return m->cell[i] ? m->cell[i] : "-";
	return "-";
}

static inline bool manifest_is(const struct manifest *m, const char *column,
	const char *value)
{
	return strcmp(manifest_cell(m, column), value) == 0;
}

/* Whether the cell holds a number; only then is *out set. */
static inline bool manifest_number(const struct manifest *m, const char *column,
	long long *out)
{
	const char *text = manifest_cell(m, column);
	char *end;
	long long v = strtoll(text, &end, 10);

	if (end == text || *end != '\0')
		return false;
	*out = v;
	return true;
}

static inline void manifest_bad(struct manifest *m, const char *what)
{
	print_error("%s/%s: %s\n", m->dir, m->cell[0], what);
	m->bad++;
}

#define MANIFEST_CHECK(m, what)                                                \
	do {                                                                   \
		if (!(what))                                                   \
			manifest_bad(m, #what);                                \
	} while (0)

/* The file of this row; freed by the caller. */
static inline struct buf manifest_file(struct manifest *m)
{
	struct buf b = {0};
	long long size = -1;

	if (!manifest_load(m->dir, m->cell[0], &b))
		manifest_bad(m, "no such file");
	if (manifest_number(m, "size", &size))
		MANIFEST_CHECK(m, (long long)b.len == size);
	return b;
}

static inline void manifest_close(struct manifest *m, unsigned at_least)
{
	print_message("%s: %u rows, %u bad\n", m->dir, m->rows, m->bad);
	buf_free(&m->text);
	assert_int_equal(m->bad, 0);
	assert_true(m->rows >= at_least);
}

/* No byte that could move a cursor; m may then show it. */
static inline bool manifest_is_clean(const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
			return false;
		if ((uint8_t)text[i] == 0xc2 && (uint8_t)text[i + 1] < 0xa0)
			return false; /* C1 as UTF-8 */
	}
	return true;
}

#endif
