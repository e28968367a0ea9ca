/*
 * tab_log.c - the messages about one torrent.  See tabs.h.
 */
#include "ui/tabs.h"

static void draw(struct tab *t, const struct area *a)
{
	draw_log_lines(t->screen, a, 0);
}

const struct tab_class tab_log = {
	.name = "Log",
	.size = sizeof(struct tab),
	.draw = draw,
};
