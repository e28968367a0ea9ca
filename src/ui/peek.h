/*
 * peek.h - what is in files and folders that are named while somebody types:
 * "8.2 GiB, 214 files", "41 .torrent files".  Pure: who reads them is told
 * which, one at a time, and brings what is in them.
 */
#ifndef UI_PEEK_H
#define UI_PEEK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ui/complete.h"
#include "ui/format.h"

#define PEEK_KEPT 64u
#define PEEK_TEXT_MAX 120

struct peek_entry {
	char *path;
	bool is_dir;
	char text[PEEK_TEXT_MAX];
};

struct peek {
	struct peek_entry entry[PEEK_KEPT]; /* a ring */
	size_t next, n;
	char *asked; /* on its way; NULL: nothing is */
	bool asked_dir;
};

void peek_stop(struct peek *p);
/* NULL: not known yet. */
const char *peek_known(const struct peek *p, const char *path, bool is_dir);
/* Whether it is to be read now: it is not known, and nothing else is asked. */
bool peek_ask(struct peek *p, const char *path, bool is_dir);
/* fault is NULL when bytes are those of the file. */
void peek_torrent(struct peek *p, const char *path, struct span bytes,
	const struct fault *fault, enum units units);
void peek_folder(struct peek *p, const char *path,
	const struct dir_entry *entries, size_t n);

#endif
