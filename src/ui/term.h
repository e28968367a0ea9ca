/*
 * term.h - the terminal: a grid out, bytes in.  The only file that knows
 * curses.
 *
 * curses draws into a memory file, which can never block.  Its bytes go to
 * the terminal through a descriptor of our own that is non-blocking (the one
 * the shell shares with us stays as it was).  What the terminal does not take
 * is kept, and nothing more is drawn until it is gone.
 *
 * One terminal per process.  Not thread-safe.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ui/grid.h"
#include "ui/theme.h"

struct term;

struct term_look {
	const struct theme *theme;
	const char *colors; /* the setting: auto|mono|8|16|256|truecolor */
	const char *glyphs; /* auto|utf8|console|ascii */
};

/*
 * Take over the terminal.  name NULL: $TERM; tty NULL: the one on stdout.
 *   ERR_UNSUPPORTED  no terminal, or one that cannot show a screen
 *   ERR_DISK         the system refused; the fault says what
 */
MUST_CHECK enum err term_open(const char *name, const char *tty,
	const struct term_look *look, struct term **out, struct fault *fault);
/* Everything as it was found.  Waits at most 200 ms for a slow terminal. */
void term_close(struct term *t);

/* Theme, colours or glyphs changed; the next frame draws everything anew. */
void term_set_look(struct term *t, const struct term_look *look);
/* Whether the mouse is ours; at first it is. */
void term_set_mouse(struct term *t, bool on);
enum depth term_depth(const struct term *t);
enum glyph_tier term_tier(const struct term *t);

int term_fd(const struct term *t);
void term_size(const struct term *t, int *cols, int *rows);
void term_resize(struct term *t, int cols, int rows);
/* The screen may show anything: draw every cell in the next frame. */
void term_repaint(struct term *t);

/* Send what differs from the last grid.  Only when nothing is pending. */
void term_present(struct term *t, const struct grid *g);
bool term_pending(const struct term *t);
/* Bytes put out since the beginning. */
uint64_t term_bytes(const struct term *t);
/* Put text into the clipboard, with what is put out next; false: this terminal
 * is not known to have one, or so much is on its way already. */
bool term_copy(struct term *t, const char *text);
/* Write what is pending; false when the terminal is gone. */
bool term_flush(struct term *t);

/* Bytes typed: > 0; 0: none now; < 0: the terminal is gone. */
long term_read(struct term *t, void *buf, size_t cap);

/* Give the terminal to the shell and take it back. */
void term_suspend(struct term *t);
void term_resume(struct term *t);
/* Whether we are the foreground job of this terminal. */
bool term_is_foreground(const struct term *t);

/* From a signal handler; harmless when no terminal is taken. */
void term_emergency_restore(void);

#endif
