/*
 * view_pick.c - a few lines of which one is chosen, by its letter or with the
 * cursor, for the view below: see views.h.
 */
#include <stdio.h>
#include <string.h>

#include "ui/screen.h"
#include "ui/views.h"

struct pick_view {
	struct view v;
	struct pick pick;
};

static struct pick_view *pick_of(struct view *v)
{
	return (struct pick_view *)(void *)v;
}

static void init(struct view *v, const void *arg)
{
	pick_of(v)->pick = *(const struct pick *)arg;
}

static void draw_line(const struct pick *p, const struct area *box, int y,
	size_t i)
{
	const struct pick_line *line = &p->lines[i];
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct pen key = pen_on(ROLE_KEY, GROUND_PANEL);

	if (i == p->at) {
		pen = key = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		box->grid->cursor_x = box->x + 1;
		box->grid->cursor_y = box->y + y;
	}
	key.attrs |= ATTR_BOLD;
	draw_field(box, (struct rect){1, y, box->w - 2, 1}, pen, FIT_END,
		i == p->at ? "▸" : "");
	draw_char(box, 3, y, key, (uint32_t)line->letter);
	draw_field(box, (struct rect){6, y, box->w - 9, 1}, pen, FIT_END,
		line->label);
	draw_text(box, box->w - 3, y, pen, line->mark ? line->mark : "");
}

static int wanted_width(const struct pick *p, const struct area *a)
{
	int w = draw_width(a, p->title) + 6;

	for (size_t i = 0; i < p->n; i++)
		if (draw_width(a, p->lines[i].label) + 12 > w)
			w = draw_width(a, p->lines[i].label) + 12;
	return w < a->w ? w : a->w;
}

static void draw(struct view *v, const struct area *a)
{
	const struct pick *p = &pick_of(v)->pick;
	int w = wanted_width(p, a);
	int h = (int)p->n + 2 < a->h - 1 ? (int)p->n + 2 : a->h - 1;
	int rows = h - 2;
	int top = (int)p->at >= rows ? (int)p->at - rows + 1 : 0;
	struct area box;

	if (h < 3) {
		draw_textf(a, 0, 0, pen_bold(ROLE_STRONG), "%c %s",
			p->lines[p->at].letter, p->lines[p->at].label);
		return;
	}
	box = area_sub(a, (a->w - w) / 2, a->h > h + 8 ? 6 : 0, w, h);
	draw_box(&box, p->title, NULL);
	for (int i = 0; i < rows && top + i < (int)p->n; i++)
		draw_line(p, &box, 1 + i, (size_t)(top + i));
	draw_key_bar(v->screen, a, a->h - 1, v);
}

static enum view_answer choose(struct pick_view *d)
{
	struct view *below = d->v.below;
	struct fault fault = {0};

	if (below && below->class->answer &&
		!below->class->answer(below, d->pick.action,
			d->pick.lines[d->pick.at].word, &fault))
		screen_say(d->v.screen, NEWS_BAD, "%s",
			fault.what[0] ? fault.what : err_str(fault.code));
	return VIEW_CLOSE;
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct pick_view *d = pick_of(v);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (in->kind != INPUT_KEY || in->mods)
		return VIEW_UNUSED;
	for (size_t i = 0; i < d->pick.n; i++)
		if (d->pick.lines[i].letter == in->key) {
			d->pick.at = i;
			return choose(d);
		}
	return VIEW_UNUSED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct pick_view *d = pick_of(v);
	size_t n = d->pick.n;

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return choose(d);
	case ACTION_UP:
		d->pick.at = (d->pick.at + n - 1) % n;
		return VIEW_USED;
	case ACTION_DOWN:
		d->pick.at = (d->pick.at + 1) % n;
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_MENU | CTX_DIALOG;
}

const struct view_class view_pick = {
	.size = sizeof(struct pick_view),
	.init = init,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
