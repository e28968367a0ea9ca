/*
 * dht_large.c - the DHT alone on the screen.  See panes.h.
 *
 * Sections in two columns, or under each other where there is no room for
 * two; what is higher than the screen scrolls.  A section draws at a row that
 * may lie outside of its area, and returns the row after it.
 */
#include <stdio.h>
#include <string.h>

#include "ui/actions.h"
#include "ui/dht_buckets.h"
#include "ui/dht_sections.h"
#include "ui/dht_words.h"
#include "ui/views.h"

#define TWO_COLUMNS 100
#define MATRIX_H (BUCKET_ROWS + 4) /* heading, ruler, the chosen bucket */

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

enum addr_family dht_cursor(const struct dash *d, unsigned *bucket)
{
	const struct dht_detail *t = d->v.screen->dht.detail;
	unsigned n4, n6, at = d->dht_bucket;

	*bucket = 0;
	if (!t || !t->on)
		return ADDR_NONE;
	n4 = dht_has_nodes(&t->view.v4) ? t->view.v4.nbuckets : 0;
	n6 = dht_has_nodes(&t->view.v6) ? t->view.v6.nbuckets : 0;
	if (n4 + n6 == 0)
		return ADDR_NONE;
	if (at >= n4 + n6)
		at = n4 + n6 - 1;
	*bucket = at < n4 ? at : at - n4;
	return at < n4 ? ADDR_V4 : ADDR_V6;
}

/* --- the page --- */

/* Take from *rows, down to `least`, what `over` says is too much. */
static int shrink(int *rows, int least, int over)
{
	int take = min(max(over, 0), max(*rows - least, 0));

	*rows -= take;
	return over - take;
}

/* Two columns of h rows: what is to spare goes to the graphs and events. */
static void share_columns(struct dht_page *p, int h)
{
	struct dht_rows *r = &p->rows;
	const struct dht_view *v = &p->t->view;
	int left = (dht_has_nodes(&v->v4) ? MATRIX_H : 2) + 2 + 2 + 2;
	int right = (dht_has_nodes(&v->v6) ? MATRIX_H : 2) + 4 +
	            section_methods(p->t) + 3 + 1;
	int over = left + r->lookups + r->announces + r->graph - h;

	over = shrink(&r->graph, 4, over);
	over = shrink(&r->announces, 4, over);
	over = shrink(&r->graph, 3, over);
	over = shrink(&r->lookups, 3, over);
	shrink(&r->announces, 2, over);
	if (r->graph > 0)
		r->graph += max(min(-over, 4), 0);
	over = right + r->rtts + r->events - h;
	over = shrink(&r->events, 4, over);
	over = shrink(&r->rtts, 3, over);
	shrink(&r->events, 3, over);
}

static struct dht_rows wanted_rows(const struct dht_detail *t)
{
	int announces = (int)(t->nwants > t->nannounces ? t->nannounces + 1
							: t->nannounces);

	return (struct dht_rows){
		.lookups = max(min((int)t->view.nlookups, 8), 1),
		.announces = max(min(announces, 12), 1),
		.graph = t->view.nhistory && t->view.network ? 5 : 0,
		.rtts = 5,
		.events = max((int)t->view.nevents, 1),
	};
}

/* Returns the row after the last one. */
static int draw_left(const struct dht_page *p, const struct area *a, int y)
{
	y = section_buckets(p, a, y, ADDR_V4);
	y = section_lookups(p, a, y);
	y = section_announces(p, a, y);
	return section_network(p, a, y);
}

static int draw_right(const struct dht_page *p, const struct area *a, int y)
{
	y = section_buckets(p, a, y, ADDR_V6);
	y = section_messages(p, a, y);
	y = section_rtts(p, a, y);
	return section_events(p, a, y);
}

static int draw_page(struct dht_page *p, const struct area *a, int y)
{
	struct area in = area_sub(a, 1, 0, a->w - 2, a->h);
	int half = a->w / 2, left_end, right_end;
	struct area left = area_sub(a, 1, 0, half - 2, a->h);
	struct area right = area_sub(a, half + 1, 0, a->w - half - 2, a->h);

	y = section_ids(p, &in, y);
	if (a->w < TWO_COLUMNS) {
		y = draw_left(p, &in, y);
		return draw_right(p, &in, y) - 1;
	}
	share_columns(p, a->h - (y + p->d->dht_top));
	for (int line = y; line < a->h; line++)
		draw_char(a, half - 1, line, pen_of(ROLE_RULE), 0x2502);
	left_end = draw_left(p, &left, y);
	right_end = draw_right(p, &right, y);
	return max(left_end, right_end) - 1;
}

static void draw_excuse(const struct area *a, const char *text)
{
	int width = draw_width(a, text);
	int w = min(width, a->w - 4);
	struct area words = area_sub(a, (a->w - w) / 2, a->h / 2, w + 1, 4);

	draw_words(&words, pen_of(ROLE_DIM), text);
}

/* Drawn again from further up when there is less of it than there was. */
static void draw_scrolled(struct dht_page *p, const struct area *a)
{
	struct dash *d = p->d;
	int last;

	p->rows = wanted_rows(p->t);
	d->dht_rows = draw_page(p, a, -d->dht_top) + d->dht_top;
	last = max(d->dht_rows - a->h, 0);
	if (d->dht_top <= last)
		return;
	d->dht_top = last;
	draw_fill(a, pen_on(ROLE_TEXT, GROUND_NONE));
	p->rows = wanted_rows(p->t);
	draw_page(p, a, -last);
}

void pane_dht_large(struct dash *d, const struct area *a)
{
	struct dht_page p = {d, d->v.screen, screen_dht(d->v.screen), {0}};
	char right[DHT_WORDS_MAX], excuse[DHT_WORDS_MAX];
	struct title title = {PANE_DHT, true, NULL, right};
	struct area in = area_sub(a, 0, 1, a->w, a->h - 1);

	p.s->dht.large = true;
	dht_headline(p.t, a->w - 14, right);
	pane_title(a, &title);
	if (dht_excuse(p.t, excuse)) {
		draw_excuse(&in, excuse);
		d->dht_top = d->dht_rows = 0;
		return;
	}
	draw_scrolled(&p, &in);
}

/* --- keys --- */

static void step_bucket(struct dash *d, int by)
{
	const struct dht_detail *t = d->v.screen->dht.detail;
	unsigned n = dht_has_nodes(&t->view.v4) ? t->view.v4.nbuckets : 0;

	n += dht_has_nodes(&t->view.v6) ? t->view.v6.nbuckets : 0;
	if (d->dht_bucket >= n)
		d->dht_bucket = n ? n - 1 : 0;
	if (by < 0 && d->dht_bucket > 0)
		d->dht_bucket--;
	else if (by > 0 && d->dht_bucket + 1 < n)
		d->dht_bucket++;
}

static void send(struct screen *s, enum command_kind kind, const char *done)
{
	struct command c = {.kind = kind};

	if (action_command(s, &c, NULL))
		screen_say(s, NEWS_GOOD, "%s", done);
	s->dht.stale = true;
}

bool dht_act(struct dash *d, enum action action)
{
	struct screen *s = d->v.screen;
	unsigned bucket;

	switch (action) {
	case ACTION_BUCKET_PREV:
		step_bucket(d, -1);
		return true;
	case ACTION_BUCKET_NEXT:
		step_bucket(d, 1);
		return true;
	case ACTION_BUCKET_NODES:
		if (dht_cursor(d, &bucket) != ADDR_NONE)
			view_push(s, &view_nodes, NULL);
		return true;
	case ACTION_DHT_REFRESH:
		send(s, CMD_DHT_REFRESH, "refreshing all buckets");
		return true;
	case ACTION_DHT_SAVE:
		send(s, CMD_DHT_SAVE, "saving the DHT's nodes");
		return true;
	case ACTION_DHT_ADD:
		view_push(s, &view_command, "dht add ");
		return true;
	default:
		return false;
	}
}
