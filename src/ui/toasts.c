/*
 * toasts.c - see toasts.h.
 */
#include "ui/toasts.h"

#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 3
#define GOOD_MS 4000
#define BAD_MS 12000
#define TOAST_COLS 55

static struct news *slot(struct newsroom *r, size_t i)
{
	return &r->ring[(r->first + i) % NEWS_KEPT];
}

const struct news *news_at(const struct newsroom *r, size_t i)
{
	return &r->ring[(r->first + i) % NEWS_KEPT];
}

static void count_kind(struct newsroom *r, enum news_kind kind, bool more)
{
	size_t *counter = kind == NEWS_BAD    ? &r->bad
	                  : kind == NEWS_WARN ? &r->warned
	                                      : NULL;

	if (counter)
		*counter = more ? *counter + 1 : *counter - 1;
}

void news_add_of(struct newsroom *r, const struct news *news)
{
	struct news *last = r->n ? slot(r, r->n - 1) : NULL;

	if (last && last->kind == news->kind &&
		torrent_id_equal(last->torrent, news->torrent) &&
		strcmp(last->text, news->text) == 0) {
		last->count++;
		last->at_ms = news->at_ms;
		last->toast = news->toast;
		return;
	}
	if (r->n == NEWS_KEPT) {
		count_kind(r, slot(r, 0)->kind, false);
		r->first = (r->first + 1) % NEWS_KEPT;
		r->n--;
	}
	last = slot(r, r->n++);
	*last = *news;
	last->count = 1;
	count_kind(r, news->kind, true);
}

void news_add(struct newsroom *r, enum news_kind kind, bool toast,
	uint64_t now_ms, int64_t wall_s, const char *text)
{
	struct news news = {.kind = kind,
		.toast = toast,
		.at_ms = now_ms,
		.wall_s = wall_s};

	snprintf(news.text, sizeof news.text, "%s", text);
	news_add_of(r, &news);
}

void news_dismiss(struct newsroom *r)
{
	for (size_t i = 0; i < r->n; i++)
		slot(r, i)->toast = false;
}

static uint64_t end_of(const struct news *n)
{
	return n->at_ms + (n->kind >= NEWS_WARN ? BAD_MS : GOOD_MS);
}

static bool is_shown(const struct news *n, uint64_t now_ms)
{
	return n->toast && now_ms < end_of(n);
}

uint64_t toasts_deadline(const struct newsroom *r, uint64_t now_ms)
{
	uint64_t first = UINT64_MAX;
	size_t shown = 0;

	for (size_t i = r->n; i-- > 0 && shown < SHOWN_MAX;) {
		const struct news *n = news_at(r, i);

		if (!is_shown(n, now_ms))
			continue;
		shown++;
		if (end_of(n) < first)
			first = end_of(n);
	}
	return first;
}

enum role news_role(enum news_kind k)
{
	return k == NEWS_BAD    ? ROLE_ERR
	       : k == NEWS_WARN ? ROLE_WARN
	       : k == NEWS_GOOD ? ROLE_OK
	                        : ROLE_DIM;
}

char news_sign(enum news_kind k)
{
	if (k == NEWS_BAD)
		return '!';
	return k == NEWS_WARN ? '~' : ' ';
}

static void draw_toast(const struct area *a, int y, const struct news *n)
{
	static const uint8_t grounds[] = {
		[NEWS_INFO] = GROUND_GOOD_TOAST,
		[NEWS_GOOD] = GROUND_GOOD_TOAST,
		[NEWS_WARN] = GROUND_WARN_TOAST,
		[NEWS_BAD] = GROUND_BAD_TOAST,
	};
	struct area row;
	struct pen pen = pen_on(ROLE_INVERSE, (enum ground)grounds[n->kind]);
	const char *sign = n->kind == NEWS_BAD    ? "!"
	                   : n->kind == NEWS_WARN ? "~"
	                                          : "✓";
	char text[NEWS_TEXT_MAX + 24];
	int w;

	if (n->count > 1)
		snprintf(text, sizeof text, "%s (%u times)", n->text, n->count);
	else
		snprintf(text, sizeof text, "%s", n->text);
	w = draw_width(a, text) + 3;
	w = w > a->w * 3 / 4 ? a->w * 3 / 4 : w;
	if (w < TOAST_COLS)
		w = TOAST_COLS;
	if (w > a->w)
		w = a->w;
	row = area_sub(a, a->w - w - (a->w > w), y, w, 1);
	draw_fill(&row, pen);
	draw_text(&row, 0, 0, pen, sign);
	draw_field(&row, (struct rect){2, 0, w - 3, 1}, pen, FIT_END, text);
}

void toasts_draw(const struct newsroom *r, const struct area *a,
	uint64_t now_ms)
{
	int y = a->h - 2;
	size_t shown = 0;

	for (size_t i = r->n; i-- > 0 && shown < SHOWN_MAX && y > 0;) {
		const struct news *n = news_at(r, i);

		if (!is_shown(n, now_ms))
			continue;
		draw_toast(a, y--, n);
		shown++;
	}
}
