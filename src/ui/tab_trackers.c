/*
 * tab_trackers.c - who tells of peers of one torrent.  See tabs.h.
 */
#include "ui/tabs.h"

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_TRACKERS;
}

static void draw(struct tab *t, const struct area *a)
{
	const struct torrent_detail *d = tab_detail(t, WATCH_TRACKERS);

	for (size_t i = 0; d && i < d->ntrackers; i++)
		draw_field(a, (struct rect){2, (int)i, a->w - 3, 1},
			pen_of(ROLE_TEXT), FIT_MIDDLE, d->trackers[i].url);
}

const struct tab_class tab_trackers = {
	.name = "Trackers",
	.size = sizeof(struct tab),
	.watch = watch,
	.draw = draw,
};
