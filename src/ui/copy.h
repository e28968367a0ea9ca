/*
 * copy.h - what of torrents can be put into the terminal's clipboard.
 */
#ifndef UI_COPY_H
#define UI_COPY_H

#include <stddef.h>

#include "base/err.h"

struct screen;

enum copy_what {
	COPY_MAGNET,
	COPY_HASH,
	COPY_NAME,
	COPY_PATH,
	COPY_TRACKER,
	COPY_COUNT,
};

char copy_letter(enum copy_what what);
const char *copy_word(enum copy_what what);  /* "magnet" */
const char *copy_label(enum copy_what what); /* "Magnet link" */
/* COPY_COUNT: there is none of that word. */
enum copy_what copy_find(const char *word);

/* Of the marked torrents, else of the chosen one, a line for each; a toast
 * tells what was copied. */
void copy_targets(struct screen *s, enum copy_what what);

#endif
