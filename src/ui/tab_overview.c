/*
 * tab_overview.c - one torrent at a glance.  See tabs.h.
 */
#include "ui/tabs.h"
#include "ui/why.h"

static void draw(struct tab *t, const struct area *a)
{
	const struct screen *s = t->screen;
	char text[400];

	why_text(text, sizeof text, tab_row(t), s->snap->wall_s, s->opt.units);
	draw_field(a, (struct rect){1, 0, a->w - 2, 1}, pen_of(ROLE_TEXT),
		FIT_END, text);
}

const struct tab_class tab_overview = {
	.name = "Overview",
	.size = sizeof(struct tab),
	.draw = draw,
};
