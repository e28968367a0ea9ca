/*
 * layout.h - where the panes of the dashboard lie at any size.  Pure.
 *
 * No size is refused: with little room panes leave one after the other, then
 * the list becomes a ticker, and at no rows nothing is drawn.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/draw.h"

enum pane {
	PANE_TORRENTS,
	PANE_PIECES,
	PANE_PEERS,
	PANE_SPEED,
	PANE_DHT,
	PANE_LOG,
	PANE_COUNT,
	PANE_NONE = PANE_COUNT,
};

enum layout_class {
	LAYOUT_NOTHING, /* no cell at all */
	LAYOUT_TICKER,  /* rates and names */
	LAYOUT_COMPACT, /* one column: short rows, no pane rule above them */
	LAYOUT_PANES,
};

struct layout {
	enum layout_class class;
	/* Width 0: not shown.  A pane's first row is its title rule, but for
	 * the torrents of LAYOUT_TICKER and LAYOUT_COMPACT. */
	struct rect header, keybar;
	struct rect pane[PANE_COUNT];
	bool strip; /* Pieces is a strip: the map alone */
};

/* zoom: the one pane to show, or PANE_NONE. */
struct layout layout_compute(int cols, int rows, size_t ntorrents,
	enum pane zoom);

static inline bool layout_shows(const struct layout *l, enum pane p)
{
	return l->pane[p].w > 0 && l->pane[p].h > 0;
}

#endif
