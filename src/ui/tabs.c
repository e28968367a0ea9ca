/*
 * tabs.c - what tabs have in common.  See tabs.h.
 */
#include "ui/tabs.h"

#include "ui/actions.h"

const struct torrent_row *tab_row(const struct tab *t)
{
	return screen_chosen(t->screen);
}

const struct torrent_detail *tab_detail(const struct tab *t, uint32_t what)
{
	const struct torrent_detail *d = t->screen->detail;

	if (!torrent_id_equal(d->id, t->screen->list.alone) ||
		(d->what & what) != what)
		return NULL;
	return d;
}

void tab_draw_nothing(const struct area *a, const char *words)
{
	draw_field(a, (struct rect){1, a->h > 2, a->w - 2, 1}, pen_of(ROLE_DIM),
		FIT_END, words);
}

const char *tab_no_metadata(const struct torrent_row *row)
{
	if (!row->has_metadata)
		return "known when the metadata is here";
	if (row->state == TORRENT_LOADING)
		return "its state is being read";
	return "";
}

void tab_draw_head(const struct area *a, int y, const char *words)
{
	int x = 1 + draw_text(a, 1, y, pen_of(ROLE_FOCUS), words) + 1;

	draw_hline(a, x, y, a->w - x - 1, pen_of(ROLE_RULE), 0x2500);
}

void tab_ask(struct tab *t, const struct ask *ask)
{
	view_push(t->screen, &view_ask, ask);
}

bool tab_command(struct tab *t, struct command c)
{
	c.torrent = t->screen->list.alone;
	return action_command(t->screen, &c, NULL);
}

/* --- rows with a cursor
 * ------------------------------------------------------------------ */

static void keep_within(struct tab_rows *r)
{
	size_t last = r->n > r->page ? r->n - r->page : 0;

	if (r->at >= r->n)
		r->at = r->n ? r->n - 1 : 0;
	if (r->page == 0)
		return;
	if (r->at < r->top)
		r->top = r->at;
	if (r->at >= r->top + r->page)
		r->top = r->at - r->page + 1;
	if (r->top > last)
		r->top = last;
}

void tab_rows_fit(struct tab_rows *r, size_t n, int page)
{
	r->n = n;
	r->page = page > 0 ? (size_t)page : 0;
	keep_within(r);
}

void tab_rows_move(struct tab_rows *r, long by)
{
	if (by < 0)
		r->at = (size_t)-by > r->at ? 0 : r->at - (size_t)-by;
	else
		r->at += (size_t)by;
	keep_within(r);
}

bool tab_rows_act(struct tab_rows *r, enum action action)
{
	long page = r->page > 1 ? (long)r->page : 1;
	long half = page > 1 ? page / 2 : 1;
	long all = 1L << 30;

	switch (action) {
	case ACTION_UP:
		tab_rows_move(r, -1);
		return true;
	case ACTION_DOWN:
		tab_rows_move(r, 1);
		return true;
	case ACTION_FIRST:
		tab_rows_move(r, -all);
		return true;
	case ACTION_LAST:
		tab_rows_move(r, all);
		return true;
	case ACTION_HALF_UP:
		tab_rows_move(r, -half);
		return true;
	case ACTION_HALF_DOWN:
		tab_rows_move(r, half);
		return true;
	case ACTION_PAGE_UP:
		tab_rows_move(r, -page);
		return true;
	case ACTION_PAGE_DOWN:
		tab_rows_move(r, page);
		return true;
	default:
		return false;
	}
}

bool tab_rows_mouse(struct tab_rows *r, const struct input *in, int y)
{
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		tab_rows_move(r, in->button == MOUSE_WHEEL_UP ? -3 : 3);
		return true;
	}
	if (in->button != MOUSE_LEFT || y < 0 || (size_t)y >= r->page ||
		r->top + (size_t)y >= r->n)
		return false;
	r->at = r->top + (size_t)y;
	return true;
}

void tab_rows_mark(const struct area *a, int y)
{
	draw_ground(a, y, GROUND_SELECT);
	draw_char(a, 0, y, pen_bold(ROLE_FOCUS), 0x25b8);
	a->grid->cursor_x = a->x;
	a->grid->cursor_y = a->y + y;
}
