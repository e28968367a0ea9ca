/*
 * prompt.h - one line of text under the user's hands.  Pure.
 *
 * Readline keys: arrows, Home End, Ctrl-A E B F, Ctrl-U K W, Alt-B F D,
 * Delete, Backspace.  The text is valid UTF-8 without controls.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "ui/draw.h"
#include "ui/input.h"

#define PROMPT_TEXT_MAX                                                        \
	65536u /* bytes; a magnet link with all its trackers                   \
	        */

struct prompt {
	struct buf text; /* not NUL-terminated */
	size_t at;       /* byte offset of the cursor, at a character */
	size_t left;     /* first byte shown */
};

enum prompt_answer {
	PROMPT_UNUSED,
	PROMPT_MOVED,
	PROMPT_CHANGED,
};

void prompt_stop(struct prompt *p);
void prompt_set(struct prompt *p, const char *text); /* cursor at the end */
/* NUL-terminated; valid until the prompt changes. */
const char *prompt_text(struct prompt *p);
enum prompt_answer prompt_input(struct prompt *p, const struct input *in);
void prompt_insert(struct prompt *p, struct span s);

/* In w columns, scrolled so that the cursor is seen; `focus` puts the
 * terminal's cursor there. */
void prompt_draw(struct prompt *p, const struct area *a, struct rect at,
	struct pen pen, bool focus);

/* Lines entered before, oldest first. */
#define PROMPT_HISTORY_MAX 100
struct prompt_history {
	char *lines[PROMPT_HISTORY_MAX];
	size_t n;
};
void prompt_history_add(struct prompt_history *h, const char *line);
void prompt_history_stop(struct prompt_history *h);

#endif
