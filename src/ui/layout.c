/*
 * layout.c - see layout.h.
 */
#include "ui/layout.h"

#define TICKER_COLS 30
#define TWO_COLUMNS 60
#define THREE_COLUMNS 160
#define TICKER_ROWS 6
#define MIDDLE_ROWS 16
#define ALL_ROWS 22
#define TORRENTS_MIN 7

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* Rows of the torrents pane when others stand below it. */
static int torrent_rows(int rows, size_t n)
{
	int room = rows - 2;
	int share = rows < 30 ? 46 : rows < 50 ? 40 : 33;
	int wanted = n < 1000 ? (int)n + 3 : 1003;

	return max(TORRENTS_MIN, min(wanted, room * share / 100));
}

static int bottom_rows(int rows)
{
	int share = rows < 30 ? 230 : rows < 50 ? 265 : 340;

	return (rows - 2) * share / 1000;
}

static void place_strip(struct layout *l, int cols, int rows, size_t n)
{
	int room = rows - 2;
	int strip = n == 0 ? 0 : room >= 9 ? 3 : room >= 6 ? 2 : 0;

	l->strip = true;
	l->pane[PANE_TORRENTS] = (struct rect){0, 1, cols, room - strip};
	if (strip)
		l->pane[PANE_PIECES] =
			(struct rect){0, rows - 1 - strip, cols, strip};
}

/* One column between panes belongs to the right one. */
static void place_middle(struct layout *l, int cols, int y, int h)
{
	int left = cols * 55 / 100;

	if (cols < TWO_COLUMNS) {
		l->pane[PANE_PIECES] = (struct rect){0, y, cols, h};
		return;
	}
	l->pane[PANE_PIECES] = (struct rect){0, y, left, h};
	l->pane[PANE_PEERS] = (struct rect){left, y, cols - left, h};
}

static void place_bottom(struct layout *l, int cols, int y, int h)
{
	int third = cols * 33 / 100;
	int left = cols * 55 / 100;

	if (cols < TWO_COLUMNS) {
		l->pane[PANE_SPEED] = (struct rect){0, y, cols, h};
	} else if (cols < THREE_COLUMNS) {
		l->pane[PANE_SPEED] = (struct rect){0, y, left, h};
		l->pane[PANE_DHT] = (struct rect){left, y, cols - left, h};
	} else {
		l->pane[PANE_SPEED] = (struct rect){0, y, third, h};
		l->pane[PANE_DHT] = (struct rect){third, y, third + 1, h};
		l->pane[PANE_LOG] = (struct rect){
			2 * third + 1, y, cols - 2 * third - 1, h};
	}
}

static void place_panes(struct layout *l, int cols, int rows, size_t n)
{
	int top = torrent_rows(rows, n);
	int bottom = rows >= ALL_ROWS ? bottom_rows(rows) : 0;
	int middle = rows - 2 - top - bottom;

	l->pane[PANE_TORRENTS] = (struct rect){0, 1, cols, top};
	if (n == 0) {
		/* Nothing to show pieces and peers of. */
		l->pane[PANE_TORRENTS].h = top + middle;
		middle = 0;
	}
	if (middle > 0)
		place_middle(l, cols, 1 + top, middle);
	if (bottom > 0)
		place_bottom(l, cols, rows - 1 - bottom, bottom);
}

struct layout layout_compute(int cols, int rows, size_t ntorrents,
	enum pane zoom)
{
	struct layout l = {.class = LAYOUT_PANES};

	if (cols <= 0 || rows <= 0) {
		l.class = LAYOUT_NOTHING;
		return l;
	}
	l.header = (struct rect){0, 0, cols, 1};
	if (cols < TICKER_COLS || rows < TICKER_ROWS) {
		l.class = LAYOUT_TICKER;
		l.pane[PANE_TORRENTS] = (struct rect){0, 1, cols, rows - 1};
		return l;
	}
	l.keybar = (struct rect){0, rows - 1, cols, 1};
	if (zoom != PANE_NONE) {
		l.pane[zoom] = (struct rect){0, 1, cols, rows - 2};
		return l;
	}
	if (cols < TWO_COLUMNS)
		l.class = LAYOUT_COMPACT;
	if (rows < MIDDLE_ROWS)
		place_strip(&l, cols, rows, ntorrents);
	else
		place_panes(&l, cols, rows, ntorrents);
	return l;
}
