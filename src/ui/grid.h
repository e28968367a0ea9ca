/*
 * grid.h - a rectangle of character cells: what a screen should look like.
 * Pure.
 *
 * Drawing never fails and never leaves the grid: what lies outside is
 * dropped.  A wide character owns two cells; writing over one half of it
 * blanks the other, so no half is ever left.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/glyphs.h"
#include "ui/theme.h"

#define CELL_CHARS 3 /* a base and two combining marks */

struct cell {
	uint32_t ch[CELL_CHARS]; /* 0 ends it; ch[0] is never 0 */
	uint8_t role;            /* enum role */
	uint8_t ground;          /* enum ground, not GROUND_KEEP */
	uint8_t attrs;           /* enum attr bits */
	uint8_t width; /* 1, 2; 0: the second half of the cell before */
};

/* How to write.  Zeroed: plain text on what lies there. */
struct pen {
	uint8_t role;
	uint8_t ground;
	uint8_t attrs;
};

struct grid {
	int cols, rows;
	enum glyph_tier tier;
	struct cell *cells;
	size_t cap;
	int cursor_x, cursor_y; /* -1: hidden */
	bool cursor_shown;      /* else parked there but not to be seen */
};

/* Zeroed is an empty grid.  Negative sizes count as 0; the content is lost. */
void grid_resize(struct grid *g, int cols, int rows);
void grid_fini(struct grid *g);
void grid_clear(struct grid *g); /* blanks, no cursor */
void grid_copy(struct grid *to, const struct grid *from);

/*
 * Put one character, replaced by what the tier has for it.  Returns the
 * columns it takes (1 or 2), or 0 for a combining mark, which joins the cell
 * before x.  A wide one whose second half lies outside becomes a blank.
 */
int grid_put(struct grid *g, int x, int y, uint32_t c, struct pen pen);
/* Columns that grid_put() would say. */
int grid_char_width(enum glyph_tier tier, uint32_t c);

const struct cell *grid_cell(const struct grid *g, int x, int y);
bool cell_equal(const struct cell *a, const struct cell *b);

/* Make everything recede: what lies behind a dialog. */
void grid_shade(struct grid *g);

#endif
