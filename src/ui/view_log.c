/*
 * view_log.c - all messages of this session, newest last.
 */
#include "ui/panes.h"
#include "ui/screen.h"
#include "ui/views.h"

struct log_view {
	struct view v;
	size_t up; /* lines above the end */
};

static struct log_view *log_of(struct view *v)
{
	return (struct log_view *)(void *)v;
}

static void draw(struct view *v, const struct area *a)
{
	struct area box =
		area_sub(a, 0, a->h > 6, a->w, a->h > 6 ? a->h - 2 : a->h);
	struct area lines = area_sub(&box, 2, 1, box.w - 4, box.h - 2);

	draw_box(&box, "Messages", "Esc close");
	if (v->screen->news.n == 0)
		draw_text(&lines, 0, 0, pen_of(ROLE_DIM), "none yet");
	draw_log_lines(v->screen, &lines, log_of(v)->up);
	if (a->h > 6)
		draw_key_bar(v->screen, a, a->h - 1, v);
}

static void scroll(struct log_view *d, long up)
{
	size_t n = d->v.screen->news.n;

	if (up < 0)
		d->up = (size_t)-up > d->up ? 0 : d->up - (size_t)-up;
	else
		d->up += (size_t)up;
	if (d->up >= n)
		d->up = n ? n - 1 : 0;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct log_view *d = log_of(v);
	long page = v->screen->grid.rows > 8 ? v->screen->grid.rows - 5 : 1;

	(void)in;
	switch (action) {
	case ACTION_UP:
		scroll(d, 1);
		return VIEW_USED;
	case ACTION_DOWN:
		scroll(d, -1);
		return VIEW_USED;
	case ACTION_FIRST:
		scroll(d, NEWS_KEPT);
		return VIEW_USED;
	case ACTION_LAST:
		d->up = 0;
		return VIEW_USED;
	case ACTION_PAGE_UP:
	case ACTION_HALF_UP:
		scroll(d, action == ACTION_PAGE_UP ? page : page / 2);
		return VIEW_USED;
	case ACTION_PAGE_DOWN:
	case ACTION_HALF_DOWN:
		scroll(d, action == ACTION_PAGE_DOWN ? -page : -page / 2);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	if (in->kind == INPUT_MOUSE && in->button == MOUSE_WHEEL_UP)
		scroll(log_of(v), 3);
	else if (in->kind == INPUT_MOUSE && in->button == MOUSE_WHEEL_DOWN)
		scroll(log_of(v), -3);
	else
		return in->kind == INPUT_KEY ? VIEW_UNUSED : VIEW_USED;
	return VIEW_USED;
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_SCROLL | CTX_DIALOG | CTX_HELP;
}

static bool can(const struct view *v, enum action action)
{
	(void)v;
	return action != ACTION_ACCEPT && action != ACTION_FILTER;
}

const struct view_class view_log = {
	.size = sizeof(struct log_view),
	.draw = draw,
	.contexts = contexts,
	.can = can,
	.input = input,
	.act = act,
};
