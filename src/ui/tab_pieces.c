/*
 * tab_pieces.c - the piece map of one torrent, large.  See tabs.h.
 */
#include "ui/piecemap.h"
#include "ui/tabs.h"

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_PIECES;
}

static void draw(struct tab *t, const struct area *a)
{
	const struct torrent_detail *d = tab_detail(t, WATCH_PIECES);
	struct piecemap m = {
		d, t->screen->snap->now_ms, t->screen->opt.animations, false};
	struct map_style style = {t->screen->opt.mono, false};

	if (d && d->npieces)
		piecemap_draw(&m, a, &style);
	else
		tab_draw_nothing(a, tab_no_metadata(tab_row(t)));
}

const struct tab_class tab_pieces = {
	.name = "Pieces",
	.size = sizeof(struct tab),
	.watch = watch,
	.draw = draw,
};
