/*
 * tab_files.c - the files of one torrent.  See tabs.h.
 */
#include "ui/tabs.h"

struct files_tab {
	struct tab t;
	struct tab_rows rows;
};

static struct files_tab *files_of(struct tab *t)
{
	return (struct files_tab *)(void *)t;
}

static void reset(struct tab *t)
{
	files_of(t)->rows = (struct tab_rows){0};
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_FILES;
}

static void draw_file(const struct tab *t, const struct area *a, int y,
	const struct file_row *f)
{
	char size[FORMAT_MAX], done[FORMAT_MAX];

	format_size_short(size, f->size, t->screen->opt.units);
	format_percent(done, f->have, f->size);
	draw_field(a, (struct rect){2, y, 6, 1}, pen_of(ROLE_TEXT), FIT_RIGHT,
		size);
	draw_field(a, (struct rect){9, y, 6, 1}, pen_of(ROLE_TEXT), FIT_RIGHT,
		done);
	draw_field(a, (struct rect){17, y, a->w - 18, 1},
		pen_of(f->priority ? ROLE_TEXT : ROLE_FAINT), FIT_MIDDLE,
		f->path);
}

static void draw(struct tab *t, const struct area *a)
{
	const struct torrent_detail *d = tab_detail(t, WATCH_FILES);
	struct tab_rows *r = &files_of(t)->rows;

	if (!d || d->nfiles == 0) {
		tab_draw_nothing(a, tab_no_metadata(tab_row(t)));
		return;
	}
	tab_rows_fit(r, d->nfiles, a->h);
	for (size_t i = r->top; i < r->n && i - r->top < r->page; i++) {
		int y = (int)(i - r->top);

		if (i == r->at)
			tab_rows_mark(a, y);
		draw_file(t, a, y, &d->files[i]);
	}
}

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_FILES | CTX_SCROLL;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	(void)in;
	return tab_rows_act(&files_of(t)->rows, action);
}

static bool mouse(struct tab *t, const struct input *in)
{
	return tab_rows_mouse(&files_of(t)->rows, in, in->y);
}

const struct tab_class tab_files = {
	.name = "Files",
	.size = sizeof(struct files_tab),
	.reset = reset,
	.watch = watch,
	.draw = draw,
	.contexts = contexts,
	.act = act,
	.mouse = mouse,
};
