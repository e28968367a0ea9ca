/*
 * render.h - one screen of the interface as text, without a terminal.
 *
 * Draws a built-in scene (scene.h) into a grid of cells and writes it out, for
 * tests and for pictures in the manual.  Pure but for memory.
 */
#ifndef UI_RENDER_H
#define UI_RENDER_H

#include "base/bytes.h"
#include "base/err.h"

enum render_style {
	RENDER_TEXT,  /* characters only, trailing blanks cut */
	RENDER_ANSI,  /* with truecolour escape sequences */
	RENDER_MONO,  /* with bold, dim, underline and reverse only */
	RENDER_ASCII, /* text in the ASCII glyph tier */
};

struct ui_render_opts {
	int cols, rows; /* 1..1000 */
	const char *scene;
	enum render_style style;
	const char *theme; /* NULL: aurora */
};

/*
 * Append the screen to *out, one line per row.
 *   ERR_NOENT  no scene or theme of that name (the fault lists them)
 *   ERR_RANGE  the size
 */
MUST_CHECK enum err ui_render(const struct ui_render_opts *opts,
	struct buf *out, struct fault *fault);

/* "120x36" into *cols and *rows; "text", "ansi", "mono", "ascii". */
MUST_CHECK enum err ui_render_parse_size(const char *text, int *cols,
	int *rows);
MUST_CHECK enum err ui_render_parse_style(const char *text,
	enum render_style *out);

#endif
