/*
 * pane_bottom.c - speed graph and log.  See panes.h.
 */
#include <stdio.h>

#include "ui/panes.h"

#define AXIS_COLS 6

/* --- speed
 * -------------------------------------------------------------------------- */

/* A round number at or above v for the end of an axis: 1, 2, 4, 8 ... */
static uint32_t axis_max(uint32_t v)
{
	uint64_t max = 1024;

	while (max < v)
		max *= 2;
	return max > UINT32_MAX ? UINT32_MAX : (uint32_t)max;
}

static void axis_text(const struct screen *s, uint32_t v, char *out, size_t cap)
{
	char text[FORMAT_MAX];

	/* Powers of two need no decimals. */
	if (s->opt.units == UNITS_BINARY && v >= 1u << 30)
		snprintf(out, cap, "%uG", v >> 30);
	else if (s->opt.units == UNITS_BINARY && v >= 1u << 20)
		snprintf(out, cap, "%uM", v >> 20);
	else if (s->opt.units == UNITS_BINARY && v >= 1u << 10)
		snprintf(out, cap, "%uK", v >> 10);
	else {
		format_rate_short(text, v, s->opt.units);
		snprintf(out, cap, "%s", text);
	}
}

static void draw_axis(const struct screen *s, const struct area *a, int y,
	enum role role, uint32_t v)
{
	char text[FORMAT_MAX];

	axis_text(s, v, text, sizeof text);
	draw_field(a, (struct rect){0, y, AXIS_COLS - 1, 1}, pen_of(role),
		FIT_RIGHT, text);
}

enum graph_style pane_graph_style(const struct screen *s)
{
	if (s->grid.tier == TIER_ASCII)
		return GRAPH_ASCII;
	if (s->grid.tier == TIER_CONSOLE)
		return GRAPH_BLOCKS;
	return s->opt.graph;
}

static void draw_half(const struct screen *s, const struct area *a,
	struct rect at, const struct speed *speed, bool up_rate)
{
	const struct history *h = up_rate ? speed->up : speed->down;
	uint32_t samples[HISTORY_SAMPLES];
	struct graph g = {
		.samples = samples,
		.max = axis_max(history_peak(h, speed->span)),
		.up = !up_rate,
		.style = pane_graph_style(s),
		.first_role = up_rate ? ROLE_GRAPH_UP0 : ROLE_GRAPH_DOWN0,
	};
	size_t want = (size_t)at.w * (g.style == GRAPH_BRAILLE ? 2 : 1);

	if (at.h <= 0 || at.w <= 0 || !history_peak(h, speed->span))
		return;
	g.n = history_samples(h, speed->span, want, samples);
	draw_graph(a, at, &g);
	draw_axis(s, a, up_rate ? at.y + at.h - 1 : at.y, ROLE_DIM, g.max);
}

void draw_speed(const struct screen *s, const struct area *a,
	const struct speed *speed)
{
	/* Downloads get the larger half. */
	int down = a->h >= 7 ? a->h / 2 + 1 : a->h - (a->h > 1);
	struct rect upper = {AXIS_COLS + 1, 0, a->w - AXIS_COLS - 2, down};
	struct rect lower = {
		AXIS_COLS + 1, down, a->w - AXIS_COLS - 2, a->h - down};

	draw_half(s, a, upper, speed, false);
	draw_half(s, a, lower, speed, true);
	if (!history_peak(speed->down, speed->span) &&
		!history_peak(speed->up, speed->span))
		draw_hline(a, upper.x, down - 1, upper.w, pen_of(ROLE_RULE),
			0x2500);
	if (down > 1)
		draw_field(a, (struct rect){0, down - 1, AXIS_COLS, 1},
			pen_of(ROLE_FAINT), FIT_RIGHT, "↓ 0");
}

static void draw_speed_words(const struct dash *d, const struct area *a, int y)
{
	const struct screen *s = d->v.screen;
	const struct engine_totals *t = &s->snap->totals;
	char rate[FORMAT_MAX], peak[FORMAT_MAX];
	int x = 1;

	format_rate(rate, t->down_bps, s->opt.units);
	format_rate_short(peak, history_peak(&s->down, d->span), s->opt.units);
	x += draw_textf(a, x, y, pen_of(ROLE_DOWN), "↓ %s", rate);
	x += draw_textf(a, x, y, pen_of(ROLE_DIM), "  peak %s · ", peak);
	format_rate(rate, t->up_bps, s->opt.units);
	format_rate_short(peak, history_peak(&s->up, d->span), s->opt.units);
	x += draw_textf(a, x, y, pen_of(ROLE_UP), "↑ %s", rate);
	draw_textf(a, x, y, pen_of(ROLE_DIM), "  peak %s", peak);
}

void pane_speed(const struct dash *d, const struct area *a)
{
	const struct screen *s = d->v.screen;
	char right[32];
	struct title t = {PANE_SPEED, d->focus == PANE_SPEED, NULL, right};
	struct speed speed = {&s->down, &s->up, d->span};
	int words = a->h >= 8;
	struct area graph = area_sub(a, 0, 1, a->w, a->h - 1 - words);

	snprintf(right, sizeof right, "%s  < >", span_name(d->span));
	pane_title(a, &t);
	draw_speed(s, &graph, &speed);
	if (words)
		draw_speed_words(d, a, a->h - 1);
}

/* --- log
 * ------------------------------------------------------------------------------
 */

void draw_news(const struct area *a, int y, const struct news *news,
	size_t lead)
{
	char clock[FORMAT_MAX], text[NEWS_TEXT_MAX + 24];

	format_clock_seconds(clock, news->wall_s);
	draw_text(a, 0, y, pen_of(ROLE_FAINT), clock);
	draw_char(a, 9, y, pen_bold(news_role(news->kind)),
		(uint32_t)news_sign(news->kind));
	if (news->count > 1)
		snprintf(text, sizeof text, "%s (%u times)", news->text + lead,
			news->count);
	else
		snprintf(text, sizeof text, "%s", news->text + lead);
	draw_field(a, (struct rect){11, y, a->w - 11, 1},
		pen_of(news->kind >= NEWS_WARN ? news_role(news->kind)
					       : ROLE_TEXT),
		FIT_END, text);
}

void draw_log_lines(const struct screen *s, const struct area *a, size_t up)
{
	size_t n = s->news.n;
	size_t rows = a->h > 0 ? (size_t)a->h : 0;
	size_t end, first;

	if (up + rows > n)
		up = n > rows ? n - rows : 0;
	end = n - up;
	first = end > rows ? end - rows : 0;
	for (size_t i = first; i < end; i++)
		draw_news(a, (int)(i - first), news_at(&s->news, i), 0);
}

void pane_log(const struct dash *d, const struct area *a)
{
	const struct newsroom *r = &d->v.screen->news;
	char right[64] = "";
	struct title t = {PANE_LOG, d->focus == PANE_LOG, NULL, right};
	struct area lines = area_sub(a, 2, 1, a->w - 3, a->h - 1);

	if (r->warned || r->bad)
		snprintf(right, sizeof right, "%zu warning%s · %zu error%s",
			r->warned, format_s(r->warned), r->bad,
			format_s(r->bad));
	pane_title(a, &t);
	draw_log_lines(d->v.screen, &lines, d->log_top);
}
