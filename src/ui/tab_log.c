/*
 * tab_log.c - the messages about one torrent, newest last.  See tabs.h.
 */
#include <stdio.h>

#include "ui/tabs.h"

struct log_tab {
	struct tab t;
	struct tab_rows rows;
	bool held;            /* the cursor is not on the newest one */
	enum news_kind level; /* what is below is left out */
};

static struct log_tab *log_of(struct tab *t)
{
	return (struct log_tab *)(void *)t;
}

static void reset(struct tab *t)
{
	log_of(t)->rows = (struct tab_rows){0};
	log_of(t)->held = false;
}

struct lines {
	const struct news *line[NEWS_KEPT];
	size_t n, warned, bad;
};

static void collect(const struct log_tab *l, struct lines *out)
{
	const struct newsroom *r = &l->t.screen->news;
	struct torrent_id id = tab_row(&l->t)->id;

	out->n = out->warned = out->bad = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct news *news = news_at(r, i);

		if (!torrent_id_equal(news->torrent, id))
			continue;
		out->warned += news->kind == NEWS_WARN;
		out->bad += news->kind == NEWS_BAD;
		if (news->kind >= l->level)
			out->line[out->n++] = news;
	}
}

static void draw_foot(const struct log_tab *l, const struct lines *lines,
	const struct area *a)
{
	static const char *const levels[] = {[NEWS_INFO] = "all messages",
		[NEWS_GOOD] = "all messages",
		[NEWS_WARN] = "warnings and errors",
		[NEWS_BAD] = "errors"};

	draw_hline(a, 0, 0, a->w, pen_of(ROLE_RULE), 0x2500);
	draw_textf(a, 2, 0, pen_of(ROLE_DIM),
		" %s · %s · %zu line%s, %zu warning%s, %zu error%s ",
		levels[l->level], l->held ? "held" : "following", lines->n,
		format_s(lines->n), lines->warned, format_s(lines->warned),
		lines->bad, format_s(lines->bad));
}

static void draw(struct tab *t, const struct area *a)
{
	struct log_tab *l = log_of(t);
	struct tab_rows *r = &l->rows;
	struct lines lines;
	int foot = a->h >= 6 ? 3 : 0;
	struct area rows = area_sub(a, 1, 0, a->w - 2, a->h - foot);
	struct area rule = area_sub(a, 0, a->h - foot, a->w, foot > 0);
	struct area whole = area_sub(a, 2, a->h - 2, a->w - 4, 2);

	collect(l, &lines);
	if (!l->held && lines.n)
		r->at = lines.n - 1;
	tab_rows_fit(r, lines.n, rows.h);
	if (foot)
		draw_foot(l, &lines, &rule);
	if (lines.n == 0) {
		tab_draw_nothing(a, "nothing was said of it since the start");
		return;
	}
	for (size_t i = r->top; i < r->n && i - r->top < r->page; i++) {
		int y = (int)(i - r->top);

		if (i == r->at)
			tab_rows_mark(a, y);
		draw_news(&rows, y, lines.line[i], lines.line[i]->lead);
	}
	/* What may have been cut above. */
	if (foot)
		draw_words(&whole, pen_of(ROLE_DIM),
			lines.line[r->at]->text + lines.line[r->at]->lead);
}

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_EVENTS | CTX_SCROLL;
}

static void next_level(struct log_tab *l)
{
	l->level = l->level < NEWS_WARN    ? NEWS_WARN
	           : l->level == NEWS_WARN ? NEWS_BAD
	                                   : NEWS_INFO;
	l->held = false;
}

/* On the newest line it goes on with what comes. */
static void hold(struct log_tab *l)
{
	l->held = l->rows.n && l->rows.at + 1 < l->rows.n;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	struct log_tab *l = log_of(t);

	(void)in;
	if (action == ACTION_LEVEL) {
		next_level(l);
		return true;
	}
	if (!tab_rows_act(&l->rows, action))
		return false;
	hold(l);
	return true;
}

static bool mouse(struct tab *t, const struct input *in)
{
	struct log_tab *l = log_of(t);
	bool used = tab_rows_mouse(&l->rows, in, in->y);

	hold(l);
	return used;
}

const struct tab_class tab_log = {
	.name = "Log",
	.size = sizeof(struct log_tab),
	.reset = reset,
	.draw = draw,
	.contexts = contexts,
	.act = act,
	.mouse = mouse,
};
