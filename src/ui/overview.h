/*
 * overview.h - what is known of a torrent, as lines of words.  Pure.
 */
#ifndef UI_OVERVIEW_H
#define UI_OVERVIEW_H

#include "ui/tabs.h"

#define OVERVIEW_LINES 48
#define OVERVIEW_TEXT 128

struct overview_line {
	const char *label;        /* NULL: a head, or a blank when empty */
	char text[OVERVIEW_TEXT]; /* the answer */
	char more[OVERVIEW_TEXT]; /* and what belongs to it */
	enum role role;           /* of text */
};

struct overview {
	struct overview_line line[OVERVIEW_LINES];
	int n;
};

/* Nothing that is not known or would be zero is among them. */
void overview_fill(struct overview *o, const struct tab *t);

/* One line in row y. */
void overview_draw_line(const struct area *a, int y,
	const struct overview_line *l);

/* Pieces by the number of connected peers that have them, as a graph over an
 * axis. */
void overview_draw_avail(const struct torrent_detail *d, const struct area *a);

#endif
