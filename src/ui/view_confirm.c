/*
 * view_confirm.c - the two questions: remove these torrents, leave bttui.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 66
#define NAMES_MAX 5 /* named one by one; the rest is counted */

/* --- remove
 * -------------------------------------------------------------------------- */

struct remove_view {
	struct view v;
	struct torrent_id *ids;
	size_t n;
	bool delete; /* the second line is chosen */
	bool sure;   /* deleting was asked for once: ask again */
};

static struct remove_view *remove_of(struct view *v)
{
	return (struct remove_view *)(void *)v;
}

static void remove_init(struct view *v, const void *arg)
{
	struct remove_view *d = remove_of(v);

	d->ids = list_targets(&v->screen->list, &d->n);
	d->delete = *(const bool *)arg;
}

static void remove_fini(struct view *v)
{
	mem_free(remove_of(v)->ids);
}

/* Torrents that are still there, and their bytes on disk. */
static size_t count_left(const struct remove_view *d, uint64_t *bytes)
{
	size_t n = 0;

	*bytes = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct torrent_row *row =
			list_row(d->v.screen->snap, d->ids[i]);

		if (!row)
			continue;
		n++;
		*bytes += row->have_bytes;
	}
	return n;
}

static int draw_names(const struct remove_view *d, const struct area *a, int y,
	size_t limit)
{
	const struct screen *s = d->v.screen;
	size_t shown = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct torrent_row *row = list_row(s->snap, d->ids[i]);
		char size[FORMAT_MAX];

		if (!row)
			continue;
		if (shown == limit) {
			draw_textf(a, 3, y++, pen_on(ROLE_DIM, GROUND_PANEL),
				"… and %zu more", d->n - shown);
			break;
		}
		format_size(size, row->have_bytes, s->opt.units);
		draw_field(a, (struct rect){3, y, a->w - 25, 1},
			pen_on(ROLE_TEXT, GROUND_PANEL), FIT_MIDDLE, row->name);
		draw_textf(a, a->w - 21, y, pen_on(ROLE_DIM, GROUND_PANEL),
			"%10s on disk", size);
		y++;
		shown++;
	}
	return y;
}

static void draw_choice(const struct area *a, int y, bool chosen, bool bad,
	const char *text)
{
	struct pen pen =
		chosen ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
		       : pen_on(bad ? ROLE_ERR : ROLE_TEXT, GROUND_PANEL);
	char line[128];

	snprintf(line, sizeof line, "%s %s", chosen ? "▸" : " ", text);
	draw_field(a, (struct rect){3, y, a->w - 6, 1}, pen, FIT_END, line);
	if (chosen) {
		a->grid->cursor_x = a->x + 3;
		a->grid->cursor_y = a->y + y;
	}
}

static void remove_draw(struct view *v, const struct area *a)
{
	struct remove_view *d = remove_of(v);
	uint64_t bytes;
	size_t n = count_left(d, &bytes);
	size_t names = n < NAMES_MAX ? n : NAMES_MAX;
	int w = a->w < BOX_COLS ? a->w : BOX_COLS;
	int h = (int)names + (n > names) + 9;
	char title[64], size[FORMAT_MAX], line[96];
	struct area box;
	int y;

	if (h > a->h - 1) {
		names = 1;
		h = a->h - 1 < 9 + (n > 1) ? a->h - 1 : 9 + 1 + (n > 1);
	}
	box = area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 2, w, h);
	snprintf(title, sizeof title, "Remove %zu torrent%s?", n, format_s(n));
	format_size(size, bytes, v->screen->opt.units);
	draw_box(&box, d->sure ? "Really delete the files?" : title,
		"Esc cancel");
	y = h >= 9 ? draw_names(d, &box, 2, names) + 1 : 1;
	draw_choice(&box, y++, !d->delete, false,
		"k  Keep the files, only remove from the list");
	snprintf(line, sizeof line, "x  Remove and delete %s of files", size);
	draw_choice(&box, y++, d->delete, true, line);
	draw_field(&box, (struct rect){3, y + 1, w - 6, 1},
		pen_on(d->sure ? ROLE_WARN : ROLE_DIM, GROUND_PANEL), FIT_END,
		d->sure ? "Press x once more to delete the files for good"
			: "Deleting files asks once more before it does "
			  "anything");
	draw_key_bar(v->screen, a, a->h - 1, v);
}

static enum view_answer remove_now(struct remove_view *d, bool with_data)
{
	struct screen *s = d->v.screen;
	size_t n = d->n;

	if (action_remove(s, d->ids, n, with_data))
		list_targets_done(&s->list);
	return VIEW_CLOSE;
}

static enum view_answer ask_again(struct remove_view *d)
{
	d->delete = true;
	if (d->sure)
		return remove_now(d, true);
	d->sure = true;
	return VIEW_USED;
}

static enum view_answer remove_act(struct view *v, enum action action,
	const struct input *in)
{
	struct remove_view *d = remove_of(v);

	(void)in;
	switch (action) {
	case ACTION_KEEP_FILES:
		return remove_now(d, false);
	case ACTION_DELETE_FILES:
		return ask_again(d);
	case ACTION_ACCEPT:
		return d->delete ? ask_again(d) : remove_now(d, false);
	case ACTION_UP:
	case ACTION_DOWN:
		d->delete = action == ACTION_DOWN;
		d->sure = false;
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned remove_contexts(const struct view *v)
{
	(void)v;
	return CTX_REMOVE | CTX_DIALOG;
}

const struct view_class view_remove = {
	.size = sizeof(struct remove_view),
	.shades = true,
	.init = remove_init,
	.fini = remove_fini,
	.draw = remove_draw,
	.contexts = remove_contexts,
	.act = remove_act,
};

/* --- quit
 * -----------------------------------------------------------------------------
 */

static void draw_running(const struct screen *s, const struct area *box)
{
	unsigned down = s->snap->totals.nstate[TORRENT_LEECHING];
	unsigned meta = s->snap->totals.nstate[TORRENT_FETCHING];
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	int x = 3;

	if (!down && !meta) {
		draw_text(box, x, 2, pen, "No download is running.");
		return;
	}
	if (down)
		x += draw_textf(box, x, 2, pen, "%u download%s running", down,
			down == 1 ? " is" : "s are");
	if (down && meta)
		x += draw_text(box, x, 2, pen, ", ");
	if (meta)
		x += draw_textf(box, x, 2, pen, "%u magnet%s being fetched",
			meta, meta == 1 ? " is" : "s are");
	draw_text(box, x, 2, pen, ".");
	draw_text(box, 3, 3, pen,
		"They continue where they stopped next time.");
}

static void quit_draw(struct view *v, const struct area *a)
{
	int w = a->w < 56 ? a->w : 56;
	int h = a->h - 1 < 10 ? a->h - 1 : 10;
	struct area box = area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 2, w, h);

	if (h < 4) {
		draw_text(a, 0, 0, pen_bold(ROLE_STRONG), "Quit? y n");
		return;
	}
	draw_box(&box, "Quit bttui?", "Esc stay");
	if (h >= 10) {
		draw_running(v->screen, &box);
		draw_field(&box, (struct rect){3, 8, w - 6, 1},
			pen_on(ROLE_DIM, GROUND_PANEL), FIT_END,
			"Press Ctrl-C again to quit at once");
	}
	draw_choice(&box, h >= 10 ? 5 : 1, true, false, "y  Quit");
	draw_choice(&box, h >= 10 ? 6 : 2, false, false, "n  Stay");
	draw_key_bar(v->screen, a, a->h - 1, v);
}

static enum view_answer quit_act(struct view *v, enum action action,
	const struct input *in)
{
	(void)in;
	if (action == ACTION_CLOSE)
		return VIEW_CLOSE;
	if (action == ACTION_YES) {
		screen_quit(v->screen, false);
		return VIEW_CLOSE;
	}
	return VIEW_UNUSED;
}

static unsigned quit_contexts(const struct view *v)
{
	(void)v;
	return CTX_QUIT;
}

const struct view_class view_quit = {
	.size = sizeof(struct view),
	.shades = true,
	.draw = quit_draw,
	.contexts = quit_contexts,
	.act = quit_act,
};
