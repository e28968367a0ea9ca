/*
 * draw.h - text, rules, bars, boxes and graphs in a grid of cells.  Pure.
 *
 * Everything is drawn into an area, a clipped window of a grid: coordinates
 * are relative to it and what lies outside is dropped, so no string, however
 * long or strange, leaves the place it was given.  All widths are columns.
 */
#ifndef UI_DRAW_H
#define UI_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "ui/grid.h"

struct area {
	struct grid *grid;
	int x, y, w, h;
};

struct rect {
	int x, y, w, h;
};

struct area area_of(struct grid *g);
/* The part of `a` that the rectangle (in a's coordinates) covers. */
struct area area_sub(const struct area *a, int x, int y, int w, int h);
struct area area_rect(const struct area *a, struct rect r);

static inline struct pen pen_of(enum role role)
{
	return (struct pen){.role = (uint8_t)role};
}

static inline struct pen pen_bold(enum role role)
{
	return (struct pen){.role = (uint8_t)role, .attrs = ATTR_BOLD};
}

static inline struct pen pen_on(enum role role, enum ground ground)
{
	return (struct pen){.role = (uint8_t)role, .ground = (uint8_t)ground};
}

/* Columns of a text in this area's glyph tier. */
int draw_width(const struct area *a, const char *text);

/* Columns drawn (or that would have been, outside the area). */
int draw_text(const struct area *a, int x, int y, struct pen pen,
	const char *text);
int draw_textf(const struct area *a, int x, int y, struct pen pen,
	const char *fmt, ...) PRINTF_LIKE(5, 6);
void draw_char(const struct area *a, int x, int y, struct pen pen, uint32_t c);

enum fit {
	FIT_END,    /* cut the end: "debian-12…" */
	FIT_MIDDLE, /* cut the middle, a third of it is the tail */
	FIT_RIGHT,  /* like FIT_END, at the right edge of the field */
};

/* Text in exactly w columns: cut with an ellipsis or padded with blanks. */
void draw_field(const struct area *a, struct rect at, struct pen pen,
	enum fit fit, const char *text);

/* What draw_field() would show, without padding; out has cap bytes. */
void text_fit(enum glyph_tier tier, const char *text, int cols, enum fit fit,
	char *out, size_t cap);

/* Words over as many rows as the area has; the rest is left out. */
void draw_words(const struct area *a, struct pen pen, const char *text);

/* Blank the area with this pen. */
void draw_fill(const struct area *a, struct pen pen);
/* Change only the ground of a row. */
void draw_ground(const struct area *a, int y, enum ground ground);
void draw_hline(const struct area *a, int x, int y, int w, struct pen pen,
	uint32_t c);

/* A progress bar, heavy for what is done: thousandths of w columns. */
void draw_bar(const struct area *a, struct rect at, uint32_t milli,
	struct pen full, struct pen rest);

/* A rounded box around the whole area with title above and hint below. */
void draw_box(const struct area *a, const char *title, const char *hint);

enum graph_style {
	GRAPH_BRAILLE, /* two samples and four dots a cell */
	GRAPH_BLOCKS,  /* one sample, eighths */
	GRAPH_ASCII,
};

/*
 * One half of the mirrored speed graph: samples[n-1] is the newest and stands
 * at the right edge; `up` grows upwards from the bottom row of the rectangle,
 * else downwards from its top row.  first_role begins four steps of colour.
 */
struct graph {
	const uint32_t *samples;
	size_t n;
	uint32_t max; /* at full height; > 0 */
	bool up;
	enum graph_style style;
	enum role first_role;
};
void draw_graph(const struct area *a, struct rect at, const struct graph *g);

#endif
