/*
 * view_columns.c - which columns the list has, and in which order.
 */
#include <stdio.h>
#include <string.h>

#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 48

struct columns_view {
	struct view v;
	uint8_t list[COLUMN_COUNT]; /* wanted ones first, in their order */
	int wanted;
	int at, top;
};

static struct columns_view *columns_of(struct view *v)
{
	return (struct columns_view *)(void *)v;
}

static void fill(struct columns_view *d)
{
	const struct column_choice *c = &d->v.screen->columns;
	int n = (int)c->n;

	d->wanted = n;
	memcpy(d->list, c->list, c->n);
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (!memchr(c->list, i, c->n))
			d->list[n++] = (uint8_t)i;
}

static void init(struct view *v, const void *arg)
{
	(void)arg;
	fill(columns_of(v));
}

static void draw_row(const struct columns_view *d, const struct area *a, int y,
	int i)
{
	struct area row = area_sub(a, 0, y, a->w, 1);
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct pen dim = pen_on(ROLE_DIM, GROUND_PANEL);
	enum column c = (enum column)d->list[i];

	if (i == d->at) {
		pen = dim = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		draw_fill(&row, pen);
		a->grid->cursor_x = a->x;
		a->grid->cursor_y = a->y + y;
	}
	draw_text(&row, 1, 0, pen, i < d->wanted ? "[x]" : "[ ]");
	draw_field(&row, (struct rect){5, 0, 9, 1}, pen, FIT_END,
		column_title(c, a->grid->tier));
	draw_field(&row, (struct rect){15, 0, a->w - 16, 1}, dim, FIT_END,
		column_help(c));
}

static void draw(struct view *v, const struct area *a)
{
	struct columns_view *d = columns_of(v);
	int w = a->w < BOX_COLS ? a->w : BOX_COLS;
	int h = a->h - 1 < COLUMN_COUNT + 2 ? a->h - 1 : COLUMN_COUNT + 2;
	struct area box = area_sub(a, a->w - w, a->h > h + 4 ? 2 : 0, w, h);
	struct area rows = area_sub(&box, 1, 1, w - 2, h - 2);

	if (h < 3) {
		box = area_sub(a, 0, 0, a->w, 1);
		draw_fill(&box, pen_on(ROLE_TEXT, GROUND_PANEL));
		draw_row(d, &box, 0, d->at);
		return;
	}
	draw_box(&box, "Columns", NULL);
	if (d->at < d->top)
		d->top = d->at;
	if (d->at >= d->top + rows.h)
		d->top = d->at - rows.h + 1;
	for (int i = 0; i < rows.h && d->top + i < COLUMN_COUNT; i++)
		draw_row(d, &rows, i, d->top + i);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

static void apply(struct columns_view *d)
{
	struct column_choice *c = &d->v.screen->columns;
	char text[COLUMNS_TEXT_MAX];

	c->is_own = true;
	c->n = (size_t)d->wanted;
	memcpy(c->list, d->list, c->n);
	columns_print(c, text);
	screen_keep(d->v.screen, "columns torrents", text);
}

static void shift(struct columns_view *d, int to)
{
	uint8_t moved = d->list[d->at];

	if (to < d->at)
		memmove(d->list + to + 1, d->list + to, (size_t)(d->at - to));
	else
		memmove(d->list + d->at, d->list + d->at + 1,
			(size_t)(to - d->at));
	d->list[to] = moved;
}

/* The cursor stays where it is, so that several are switched in a row. */
static void toggle(struct columns_view *d)
{
	if (d->list[d->at] == COLUMN_NAME)
		return;
	if (d->at < d->wanted)
		shift(d, --d->wanted);
	else
		shift(d, d->wanted++);
	apply(d);
}

static void move(struct columns_view *d, int by)
{
	int to = d->at + by;

	if (d->at >= d->wanted || to < 0 || to >= d->wanted)
		return;
	shift(d, to);
	d->at = to;
	apply(d);
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct columns_view *d = columns_of(v);

	(void)in;
	switch (action) {
	case ACTION_UP:
		d->at = d->at ? d->at - 1 : 0;
		return VIEW_USED;
	case ACTION_DOWN:
		d->at = d->at + 1 < COLUMN_COUNT ? d->at + 1 : d->at;
		return VIEW_USED;
	case ACTION_FIRST:
		d->at = 0;
		return VIEW_USED;
	case ACTION_LAST:
		d->at = COLUMN_COUNT - 1;
		return VIEW_USED;
	case ACTION_TOGGLE:
		toggle(d);
		return VIEW_USED;
	case ACTION_MOVE_UP:
		move(d, -1);
		return VIEW_USED;
	case ACTION_MOVE_DOWN:
		move(d, 1);
		return VIEW_USED;
	case ACTION_RESET:
		columns_default(&v->screen->columns);
		screen_keep(v->screen, "columns torrents", NULL);
		fill(d);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	(void)v;
	return in->kind == INPUT_MOUSE ? VIEW_USED : VIEW_UNUSED;
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_COLUMNS | CTX_SCROLL | CTX_DIALOG;
}

const struct view_class view_columns = {
	.size = sizeof(struct columns_view),
	.init = init,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
