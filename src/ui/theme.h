/*
 * theme.h - what a role looks like: three palettes, five colour depths.  Pure.
 *
 * Views never name a colour.  A cell carries a role (what its text means), a
 * ground (what lies behind it) and attributes; this module turns them into
 * palette numbers for one terminal.  Foregrounds are put over the terminal's
 * own background except on the few grounds that have a colour.
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum role {
	ROLE_TEXT,
	ROLE_STRONG,
	ROLE_DIM,
	ROLE_FAINT,
	ROLE_RULE,
	ROLE_FOCUS,
	ROLE_KEY,
	ROLE_DOWN,
	ROLE_UP,
	ROLE_OK,
	ROLE_WARN,
	ROLE_ERR,
	ROLE_META,
	ROLE_HAVE,
	ROLE_PART,
	ROLE_ACTIVE,
	ROLE_ASKED,
	ROLE_CHECKING,
	ROLE_FRESH0, /* a piece that just finished, five steps of 200 ms */
	ROLE_FRESH1,
	ROLE_FRESH2,
	ROLE_FRESH3,
	ROLE_FRESH4,
	ROLE_NOBODY,
	ROLE_BAD,
	ROLE_SKIPPED,
	ROLE_MISSING1, /* missing: one peer has it, 2 to 3, 4 to 9, more */
	ROLE_MISSING2,
	ROLE_MISSING4,
	ROLE_MISSING10,
	ROLE_GRAPH_DOWN0, /* from the axis outwards */
	ROLE_GRAPH_DOWN1,
	ROLE_GRAPH_DOWN2,
	ROLE_GRAPH_DOWN3,
	ROLE_GRAPH_UP0,
	ROLE_GRAPH_UP1,
	ROLE_GRAPH_UP2,
	ROLE_GRAPH_UP3,
	ROLE_INVERSE, /* text on a bright ground */
	ROLE_COUNT,
};

enum ground {
	GROUND_KEEP, /* in pens only: leave what is there */
	GROUND_NONE, /* the terminal's own */
	GROUND_BAR,
	GROUND_SELECT,
	GROUND_PANEL,
	GROUND_FIELD,
	GROUND_CHOICE, /* bright: the chosen line of a dialog */
	GROUND_PART,
	GROUND_ACTIVE,
	GROUND_BAD,
	GROUND_GOOD_TOAST,
	GROUND_WARN_TOAST,
	GROUND_BAD_TOAST,
	GROUND_COUNT,
};

enum attr {
	ATTR_BOLD = 1,
	ATTR_DIM = 2,
	ATTR_UNDERLINE = 4,
	ATTR_REVERSE = 8,
};

enum depth {
	DEPTH_MONO,
	DEPTH_8,
	DEPTH_16,
	DEPTH_256,
	DEPTH_TRUE,
};

#define COLOR_DEFAULT (-1)

struct style {
	int32_t fg, bg; /* 0..255, 0xRRGGBB at DEPTH_TRUE; COLOR_DEFAULT */
	uint8_t attrs;
};

struct theme; /* bttui's own are constant, never freed */

/* NULL: no theme of that name.  "aurora", "paper", "contrast". */
const struct theme *theme_find(const char *name);
const char *theme_names(void); /* "aurora|paper|contrast" */

/*
 * A theme of the user's, from a file of lines
 *
 *	base = paper                  what is not named is as there
 *	down = 58b8ff bold            a role: colour, bold dim underline reverse
 *	panel = on 1f242d             a ground
 *
 * with '#' before a comment.  Poorer terminals get the nearest of 256 colours,
 * or what the base has.  NULL: the fault names the line.
 */
struct theme *theme_read(struct span file, struct fault *fault);
void theme_free(struct theme *t); /* of theme_read(); NULL is allowed */
#define THEME_FILE_MAX 65536u

struct style theme_style(const struct theme *t, enum depth depth,
	enum role role, enum ground ground, uint8_t attrs);

#endif
