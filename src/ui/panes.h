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
	struct torrent_id clicked; /* the last click, for a second one */
	uint64_t clicked_ms;
	bool availability; /* numbers in the map */
	enum span_id span;
	size_t peers_top, log_top; /* rows scrolled; the log's from the end */
	unsigned dht_bucket;       /* the IPv6 ones stand after the IPv4 ones */
	int dht_top;               /* rows scrolled of the DHT alone */
	int dht_rows;              /* ... of so many in its last drawing */
	struct layout layout;      /* of the last drawing */
};

/* The dashboard on which this view stands. */
struct dash *dash_below(struct view *v);

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
void pane_dht(struct dash *d, const struct area *a);
void pane_log(const struct dash *d, const struct area *a);
/* The peers of the detail, under a row of heads, the fastest first. */
void draw_peers(const struct screen *s, const struct area *a, size_t top);
/* The DHT alone on the screen; its title included. */
void pane_dht_large(struct dash *d, const struct area *a);
/* The bucket under the cursor; ADDR_NONE: there is none. */
enum addr_family dht_cursor(const struct dash *d, unsigned *bucket);
/* What keys do while the DHT has the focus; false: nothing. */
bool dht_act(struct dash *d, enum action action);
/* Both rates over some time: download upwards, upload downwards. */
struct speed {
	const struct history *down, *up;
	enum span_id span;
};
void draw_speed(const struct screen *s, const struct area *a,
	const struct speed *speed);
/* How graphs are to be drawn here. */
enum graph_style pane_graph_style(const struct screen *s);
/* One line: when, how grave, what; without the first `lead` bytes. */
void draw_news(const struct area *a, int y, const struct news *news,
	size_t lead);
/* Lines of the log, newest last, `up` lines above the end. */
void draw_log_lines(const struct screen *s, const struct area *a, size_t up);

#endif
