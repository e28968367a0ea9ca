/*
 * tabs.h - the tabs of one torrent shown alone.  Pure.
 *
 * view_detail.c draws what all tabs share (header, name, progress, the row of
 * tabs, key bar) and does what means the same in all of them: back, choose a
 * tab, next torrent, pause, remove.  A tab is one file, tab_NAME.c: a value
 * plus a constant table of functions, like a view.
 *
 * All tabs are made when the view opens and live as long as it, so what one
 * remembers (a sort order, a scroll position) is there when the user comes
 * back to it.  Only the open one is asked and drawn, and the engine is asked
 * only for what that one shows (watch).  While any function but init and fini
 * runs there is a torrent: tab_row() is never NULL.
 *
 * A key of a tab is a row of the key table (keys.c) in its own context
 * (CTX_FILES, ...), which its contexts() names; ranks 2 to 19 of the key bar
 * are free for it.  Text is asked for with tab_ask().
 */
#ifndef UI_TABS_H
#define UI_TABS_H

#include "ui/panes.h"
#include "ui/screen.h"
#include "ui/views.h"

enum tab_id {
	TAB_OVERVIEW,
	TAB_FILES,
	TAB_PEERS,
	TAB_TRACKERS,
	TAB_PIECES,
	TAB_LOG,
	TAB_COUNT,
};

struct tab;

struct tab_class {
	const char *name;
	size_t size; /* of the tab's own struct */

	/* All but draw may be NULL. */
	void (*init)(struct tab *t); /* zeroed before; no torrent yet */
	void (*fini)(struct tab *t);
	/* Another torrent is shown from now on: forget the last one's rows. */
	void (*reset)(struct tab *t);
	/* A fresh snapshot; pointers into the last one are gone. */
	void (*update)(struct tab *t);
	/* The same for a tab that is not open: what is recorded meanwhile. */
	void (*record)(struct tab *t);
	/* enum watch_what bits that the next drawing needs. */
	uint32_t (*watch)(const struct tab *t);
	/* Its area is what is left between the row of tabs and the key bar;
	 * any size, 0 included. */
	void (*draw)(struct tab *t, const struct area *a);
	/* Only what moves between two seconds, over the last drawing; false:
	 * nothing does. */
	bool (*draw_motion)(struct tab *t, const struct area *a);
	/* enum key_context bits beside CTX_DETAIL: its own, CTX_SCROLL. */
	unsigned (*contexts)(const struct tab *t);
	/* Whether an action of its own would do something now. */
	bool (*can)(const struct tab *t, enum action action);
	/* Asked before the view; false: not mine. */
	bool (*act)(struct tab *t, enum action action, const struct input *in);
	/* The mouse, x and y from the corner of its area; false: not used. */
	bool (*mouse)(struct tab *t, const struct input *in);
	/* What was typed after tab_ask(); see view.h. */
	bool (*answer)(struct tab *t, enum action action, const char *text,
		struct fault *fault);
};

/* First member of every tab's own struct. */
struct tab {
	const struct tab_class *class;
	struct screen *screen;
};

extern const struct tab_class tab_overview, tab_files, tab_peers, tab_trackers,
	tab_pieces, tab_log;

/* The torrent shown; never NULL (see above). */
const struct torrent_row *tab_row(const struct tab *t);
/* Its details with all of these parts; NULL while they are not here: they come
 * with the refresh after the first drawing. */
const struct torrent_detail *tab_detail(const struct tab *t, uint32_t what);
/* Said in the middle of nothing: " its files are known when …". */
void tab_draw_nothing(const struct area *a, const char *words);
/* Why there are no pieces and files (yet). */
const char *tab_no_metadata(const struct torrent_row *row);
/* " Transfer ────────": the head of a part of a tab. */
void tab_draw_head(const struct area *a, int y, const char *words);

/* A line for text in the place of the key bar; answer() is told. */
void tab_ask(struct tab *t, const struct ask *ask);

/* A command about the torrent shown; torrent is filled in.  A fault becomes a
 * toast. */
bool tab_command(struct tab *t, struct command c);

/* --- rows with a cursor ------------------------------------------------- */

/* Zeroed is at the first row. */
struct tab_rows {
	size_t at;  /* the chosen row */
	size_t top; /* first one on the screen */
	size_t n;   /* as of the last tab_rows_fit() */
	size_t page;
};

/* Before drawing: so many rows there are, and so many fit.  at and top are
 * brought within. */
void tab_rows_fit(struct tab_rows *r, size_t n, int page);
/* The movements of CTX_SCROLL; false: action is none. */
bool tab_rows_act(struct tab_rows *r, enum action action);
void tab_rows_move(struct tab_rows *r, long by);
/* The wheel; a click on row y of the list chooses it.  False: not used. */
bool tab_rows_mouse(struct tab_rows *r, const struct input *in, int y);
/* Ground and sign of the chosen row, and where the terminal's cursor rests. */
void tab_rows_mark(const struct area *a, int y);

#endif
