/*
 * panes.h - the parts of the dashboard.  Pure.
 *
 * Each pane draws its title rule in the first row of its area and its content
 * below it.
 */
#ifndef UI_PANES_H
#define UI_PANES_H

#include "ui/history.h"
#include "ui/layout.h"
#include "ui/screen.h"
#include "ui/view.h"

/* The dashboard's own state. */
struct dash {
	struct view v;
	enum pane focus;
	bool zoomed;
	bool opened;       /* zoomed from the list, to which "back" returns */
	bool availability; /* numbers in the map */
	enum span_id span;
	size_t peers_top, log_top; /* rows scrolled; the log's from the end */
	struct layout layout;      /* of the last drawing */
};

/* One title rule: "━ 1 Torrents ━ chip ━━━━ right ━".  chip, right: NULL. */
struct title {
	enum pane pane;
	bool focus;
	const char *chip;
	const char *right;
};
void pane_title(const struct area *a, const struct title *t);

void pane_header(const struct screen *s, const struct area *a);
/* The shortest form: rates and states. */
void pane_ticker_header(const struct screen *s, const struct area *a);

void pane_torrents(struct dash *d, const struct area *a);
void pane_torrents_compact(struct dash *d, const struct area *a);
void pane_torrents_ticker(struct dash *d, const struct area *a);
/* Rows of torrents that pane_torrents() shows in h rows. */
int pane_torrents_page(const struct dash *d);

void pane_pieces(const struct dash *d, const struct area *a, bool strip);
void pane_peers(const struct dash *d, const struct area *a);
void pane_speed(const struct dash *d, const struct area *a);
void pane_dht(const struct dash *d, const struct area *a);
void pane_log(const struct dash *d, const struct area *a);
/* Lines of the log, newest last, `up` lines above the end. */
void draw_log_lines(const struct screen *s, const struct area *a, size_t up);

#endif
