/*
 * tab_overview.c - one torrent at a glance.  See tabs.h, overview.h.
 *
 * With room, words stand on the left and pictures on the right; without it
 * the pictures follow the words and all of it scrolls.
 */
#include <string.h>

#include "ui/overview.h"
#include "ui/piece_lines.h"
#include "ui/piecemap.h"
#include "ui/why.h"

#define TWO_COLUMNS 100

struct overview_tab {
	struct tab t;
	int why;                  /* rows of the sentence, and a blank */
	int top;                  /* rows scrolled */
	int rows, page;           /* there are, and fit; of the last drawing */
	struct history down, up;  /* since it was opened */
	struct rect map, flights; /* w 0: not to be seen */
	struct overview words;
};

static struct overview_tab *overview_of(struct tab *t)
{
	return (struct overview_tab *)(void *)t;
}

static void reset(struct tab *t)
{
	struct overview_tab *o = overview_of(t);

	o->top = 0;
	memset(&o->down, 0, sizeof o->down);
	memset(&o->up, 0, sizeof o->up);
}

static void record(struct tab *t)
{
	struct overview_tab *o = overview_of(t);

	history_add(&o->down, t->screen->now_ms, tab_row(t)->down_bps);
	history_add(&o->up, t->screen->now_ms, tab_row(t)->up_bps);
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_PEERS | WATCH_PIECES;
}

/* --- pictures
 * ----------------------------------------------------------------- */

static struct piecemap map_of(const struct tab *t)
{
	const struct torrent_row *row = tab_row(t);

	return (struct piecemap){tab_detail(t, WATCH_PIECES),
		t->screen->snap->now_ms, t->screen->opt.animations,
		row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED ||
			row->state == TORRENT_FAULTY};
}

static void draw_map(const struct tab *t, const struct area *a, struct rect at)
{
	struct piecemap m = map_of(t);
	struct map_style style = {t->screen->opt.mono, false};
	struct area part = area_rect(a, at), map, legend;

	if (!m.d || !m.d->npieces) {
		tab_draw_nothing(&part, tab_no_metadata(tab_row(t)));
		return;
	}
	map = area_sub(&part, 1, 0, part.w - 2, part.h - (part.h > 2));
	legend = area_sub(&part, 1, map.h, part.w - 2, part.h - map.h);
	piecemap_draw(&m, &map, &style);
	if (legend.h > 0)
		piecemap_draw_legend(&m, &legend, 0);
}

static void draw_flights(const struct tab *t, const struct area *a,
	struct rect at)
{
	struct piecemap m = map_of(t);
	struct area part = area_rect(a, at);

	if (m.d && m.d->npieces && part.h > 0)
		piece_lines_flights(&m, &part);
}

static void draw_history(const struct overview_tab *o, const struct area *a)
{
	struct speed speed = {&o->down, &o->up, SPAN_2M};

	draw_speed(o->t.screen, a, &speed);
}

/* A part of the pictures; rows without its head. */
enum picture {
	PICTURE_MAP,
	PICTURE_SPEED,
	PICTURE_AVAIL,
	PICTURE_FLIGHTS,
	PICTURES,
};

static const char *picture_head(enum picture p)
{
	switch (p) {
	case PICTURE_MAP:
		return "Pieces";
	case PICTURE_SPEED:
		return "Speed, last 2 min";
	case PICTURE_AVAIL:
		return "Pieces by the number of peers that have them";
	default:
		return "";
	}
}

/* Whether there can be anything in it. */
static bool has_picture(const struct tab *t, enum picture p)
{
	const struct torrent_row *row = tab_row(t);

	if (p == PICTURE_AVAIL)
		return row->peers > 0 && row->npieces > 0;
	if (p == PICTURE_FLIGHTS)
		return !row->is_complete && row->npieces > 0;
	return true;
}

/* In `at`, which may be what is left of it when the rest is scrolled away. */
static void draw_picture(struct overview_tab *o, const struct area *a,
	enum picture p, struct rect at)
{
	const struct torrent_detail *d = tab_detail(&o->t, WATCH_PIECES);
	struct area part = area_rect(a, at);

	if (at.h <= 0)
		return;
	switch (p) {
	case PICTURE_MAP:
		o->map = at;
		draw_map(&o->t, a, at);
		break;
	case PICTURE_SPEED:
		draw_history(o, &part);
		break;
	case PICTURE_AVAIL:
		if (d && d->npieces)
			overview_draw_avail(d, &part);
		break;
	default:
		o->flights = at;
		draw_flights(&o->t, a, at);
		break;
	}
}

/* Rows of each picture and of what stands under it, in a column of h rows; 0:
 * left out. */
static void share_column(const struct tab *t, int h, int rows[PICTURES])
{
	int left = h;

	memset(rows, 0, PICTURES * sizeof *rows);
	rows[PICTURE_MAP] = left < 6 ? left - 1 : left / 4 + 1;
	left -= rows[PICTURE_MAP] + 2;
	if (left >= 5) {
		rows[PICTURE_SPEED] = left < 12 ? left - 1 : left / 3 + 1;
		left -= rows[PICTURE_SPEED] + 2;
	}
	if (left >= 4 && has_picture(t, PICTURE_AVAIL)) {
		rows[PICTURE_AVAIL] = left < 9 ? left - 1 : left / 2 - 1;
		left -= rows[PICTURE_AVAIL] + 2;
	}
	if (left >= 2 && has_picture(t, PICTURE_FLIGHTS))
		rows[PICTURE_FLIGHTS] = left;
}

static void draw_column(struct overview_tab *o, const struct area *a, int x)
{
	int rows[PICTURES], y = o->why, w = a->w - x;

	share_column(&o->t, a->h - o->why, rows);
	for (int y1 = o->why; y1 < a->h; y1++)
		draw_char(a, x - 1, y1, pen_of(ROLE_RULE), 0x2502);
	for (int p = 0; p < PICTURES; p++) {
		struct area line = area_sub(a, x, y, w, 1);

		if (!rows[p])
			continue;
		if (p != PICTURE_FLIGHTS)
			tab_draw_head(&line, 0, picture_head((enum picture)p));
		y += p != PICTURE_FLIGHTS;
		draw_picture(o, a, (enum picture)p,
			(struct rect){x, y, w, rows[p]});
		y += rows[p] + 1;
	}
}

/* --- words
 * -------------------------------------------------------------------- */

static void draw_words_from(const struct overview_tab *o, const struct area *a,
	int y)
{
	for (int i = 0; i < o->words.n; i++)
		if (y + i >= 0 && y + i < a->h)
			overview_draw_line(a, y + i, &o->words.line[i]);
}

/* All of it in one column; y is where the first line would be. */
static int draw_stack(struct overview_tab *o, const struct area *a, int y)
{
	static const int rows[PICTURES] = {6, 7, 5, 4};
	int top = y;

	draw_words_from(o, a, y);
	y += o->words.n + 1;
	for (int p = 0; p < PICTURES; p++) {
		bool headed = p != PICTURE_FLIGHTS;
		struct rect at = {0, y + headed, a->w, rows[p]};

		if (!has_picture(&o->t, (enum picture)p))
			continue;
		if (headed && y >= 0 && y < a->h)
			tab_draw_head(a, y, picture_head((enum picture)p));
		if (at.y < 0) {
			at.h += at.y;
			at.y = 0;
		}
		if (at.y + at.h > a->h)
			at.h = a->h - at.y;
		draw_picture(o, a, (enum picture)p, at);
		y += rows[p] + headed + 1;
	}
	return y - 1 - top;
}

/* What it does, over one row or two; returns them and the blank below. */
static int draw_why(const struct tab *t, const struct area *a)
{
	const struct screen *s = t->screen;
	enum state_sign sign = why_sign(tab_row(t));
	struct area words = area_sub(a, 3, 0, a->w - 4, a->h >= 7 ? 2 : 1);
	char text[400];

	why_text(text, sizeof text, tab_row(t), s->snap->wall_s, s->opt.units);
	draw_char(a, 1, 0, pen_of(why_role(sign)),
		glyph_state(a->grid->tier, sign));
	if (draw_width(a, text) <= words.w)
		words.h = 1;
	draw_words(&words, pen_of(ROLE_TEXT), text);
	return words.h + (a->h >= 10);
}

static void limit_scroll(struct overview_tab *o)
{
	int last = o->rows > o->page ? o->rows - o->page : 0;

	o->top = o->top > last ? last : o->top < 0 ? 0 : o->top;
}

static void draw(struct tab *t, const struct area *a)
{
	struct overview_tab *o = overview_of(t);
	int x = a->w / 2;
	struct area words;

	o->map.w = o->flights.w = 0;
	o->why = draw_why(t, a);
	overview_fill(&o->words, t);
	words = area_sub(a, 0, o->why, a->w, a->h - o->why);
	o->page = words.h;
	if (a->w >= TWO_COLUMNS) {
		words.w = x - 1;
		o->rows = o->words.n;
		limit_scroll(o);
		draw_words_from(o, &words, -o->top);
		draw_column(o, a, x);
		return;
	}
	o->rows = draw_stack(o, &words, -o->top);
	limit_scroll(o);
	o->map.y += o->why;
	o->flights.y += o->why;
}

static bool draw_motion(struct tab *t, const struct area *a)
{
	struct overview_tab *o = overview_of(t);
	struct rect parts[2] = {o->map, o->flights};

	if (!tab_detail(t, WATCH_PIECES) || (!o->map.w && !o->flights.w))
		return false;
	for (int i = 0; i < 2; i++) {
		struct area part = area_rect(a, parts[i]);

		draw_fill(&part, pen_on(ROLE_TEXT, GROUND_NONE));
	}
	if (o->map.w)
		draw_map(t, a, o->map);
	if (o->flights.w)
		draw_flights(t, a, o->flights);
	return true;
}

/* --- keys and mouse
 * ----------------------------------------------------------- */

static unsigned contexts(const struct tab *t)
{
	const struct overview_tab *o =
		(const struct overview_tab *)(const void *)t;

	return o->rows > o->page ? CTX_SCROLL : 0;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	struct overview_tab *o = overview_of(t);
	int page = o->page > 1 ? o->page : 1;

	(void)in;
	switch (action) {
	case ACTION_UP:
	case ACTION_DOWN:
		o->top += action == ACTION_UP ? -1 : 1;
		break;
	case ACTION_HALF_UP:
	case ACTION_HALF_DOWN:
		o->top += action == ACTION_HALF_UP ? -page / 2 : page / 2;
		break;
	case ACTION_PAGE_UP:
	case ACTION_PAGE_DOWN:
		o->top += action == ACTION_PAGE_UP ? -page : page;
		break;
	case ACTION_FIRST:
		o->top = 0;
		break;
	case ACTION_LAST:
		o->top = o->rows;
		break;
	default:
		return false;
	}
	limit_scroll(o);
	return true;
}

static bool mouse(struct tab *t, const struct input *in)
{
	struct overview_tab *o = overview_of(t);

	if (in->button != MOUSE_WHEEL_UP && in->button != MOUSE_WHEEL_DOWN)
		return false;
	o->top += in->button == MOUSE_WHEEL_UP ? -3 : 3;
	limit_scroll(o);
	return true;
}

const struct tab_class tab_overview = {
	.name = "Overview",
	.size = sizeof(struct overview_tab),
	.reset = reset,
	.update = record,
	.record = record,
	.watch = watch,
	.draw = draw,
	.draw_motion = draw_motion,
	.contexts = contexts,
	.act = act,
	.mouse = mouse,
};
