/*
 * view_menu.c - small menus in which a letter chooses: sort by, show only.
 */
#include <stdio.h>
#include <string.h>

#include "ui/copy.h"
#include "ui/screen.h"
#include "ui/views.h"

#define ITEMS_MAX 21

struct menu_item {
	char letter;
	const char *label;
	int value;
};

struct menu_view {
	struct view v;
	enum menu_kind kind;
	struct menu_item items[ITEMS_MAX];
	int n;
	int at;
};

static const struct {
	char letter;
	const char *label, *filter;
} shows[] = {
	{'*', "All", ""},
	{'a', "Active", "is:active"},
	{'d', "Downloading", "is:down"},
	{'w', "Stalled", "is:stalled"},
	{'s', "Seeding", "is:seed"},
	{'i', "Idle seeds", "is:idle"},
	{'m', "Metadata", "is:meta"},
	{'c', "Checking", "is:check"},
	{'q', "Queued", "is:queue"},
	{'p', "Paused", "is:pause"},
	{'e', "In error", "is:error"},
	{'o', "Done", "is:done"},
};

#define NSHOWS (sizeof shows / sizeof shows[0])

static struct menu_view *menu_of(struct view *v)
{
	return (struct menu_view *)(void *)v;
}

static void init_sort(struct menu_view *d)
{
	for (int i = 0; i < SORT_COUNT; i++) {
		enum sort_key key = (enum sort_key)i;

		d->items[d->n] = (struct menu_item){
			sort_letter(key), sort_label(key), i};
		if (key == d->v.screen->list.sort)
			d->at = d->n;
		d->n++;
	}
}

/* What that line filters by: a state, or a view the user saved. */
static const char *filter_of(const struct menu_view *d, size_t value)
{
	const struct saved_views *v = &d->v.screen->views;

	return value < NSHOWS ? shows[value].filter
	                      : v->at[value - NSHOWS].terms;
}

static void put_show(struct menu_view *d, char letter, const char *label,
	size_t value)
{
	d->items[d->n] = (struct menu_item){letter, label, (int)value};
	if (strcmp(d->v.screen->list.filter, filter_of(d, value)) == 0)
		d->at = d->n;
	d->n++;
}

static void init_show(struct menu_view *d)
{
	const struct saved_views *v = &d->v.screen->views;

	for (size_t i = 0; i < NSHOWS; i++)
		put_show(d, shows[i].letter, shows[i].label, i);
	/* The first nine have a digit, the others their names only. */
	for (size_t i = 0; i < v->n && i < 9 && d->n < ITEMS_MAX; i++)
		put_show(d, (char)('1' + i), v->at[i].name, NSHOWS + i);
}

static void init_copy(struct menu_view *d)
{
	for (int i = 0; i < COPY_COUNT; i++)
		d->items[d->n++] =
			(struct menu_item){copy_letter((enum copy_what)i),
				copy_label((enum copy_what)i), i};
}

static void init(struct view *v, const void *arg)
{
	struct menu_view *d = menu_of(v);

	d->kind = *(const enum menu_kind *)arg;
	if (d->kind == MENU_SORT)
		init_sort(d);
	else if (d->kind == MENU_COPY)
		init_copy(d);
	else
		init_show(d);
}

static void draw_item(const struct menu_view *d, const struct area *box, int y,
	int i)
{
	const struct torrent_list *l = &d->v.screen->list;
	struct pen pen = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct pen key = pen_on(ROLE_KEY, GROUND_PANEL);
	const char *mark = "";

	if (i == d->at) {
		pen = key = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		box->grid->cursor_x = box->x + 1;
		box->grid->cursor_y = box->y + y;
	}
	key.attrs |= ATTR_BOLD;
	if (d->kind == MENU_SORT && d->items[i].value == (int)l->sort)
		mark = l->descending ? "▾" : "▴";
	draw_field(box, (struct rect){1, y, box->w - 2, 1}, pen, FIT_END,
		i == d->at ? "▸" : "");
	draw_char(box, 3, y, key, (uint32_t)d->items[i].letter);
	draw_field(box, (struct rect){6, y, box->w - 8, 1}, pen, FIT_END,
		d->items[i].label);
	draw_text(box, 22, y, pen, mark);
}

static void draw(struct view *v, const struct area *a)
{
	static const char *const titles[] = {[MENU_SORT] = "Sort by",
		[MENU_SHOW] = "Show",
		[MENU_COPY] = "Copy"};
	struct menu_view *d = menu_of(v);
	int w = a->w < 30 ? a->w : 30;
	int h = d->n + 2 < a->h - 1 ? d->n + 2 : a->h - 1;
	int rows = h - 2;
	int top = d->at >= rows ? d->at - rows + 1 : 0;
	int x = a->w > 70 ? a->w * 55 / 100 : a->w - w;
	struct area box;

	if (h < 3) {
		draw_textf(a, 0, 0, pen_bold(ROLE_STRONG), "%c %s",
			d->items[d->at].letter, d->items[d->at].label);
		return;
	}
	box = area_sub(a, x, a->h > h + 4 ? 3 : 0, w, h);
	draw_box(&box, titles[d->kind], NULL);
	for (int i = 0; i < rows && top + i < d->n; i++)
		draw_item(d, &box, 1 + i, top + i);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

static void sort_by(struct screen *s, enum sort_key key)
{
	bool descending = sort_starts_descending(key);

	/* The same again reverses. */
	if (s->list.sort == key)
		descending = !s->list.descending;
	screen_sort(s, key, descending);
}

static enum view_answer choose(struct menu_view *d)
{
	int value = d->items[d->at].value;

	if (d->kind == MENU_SORT)
		sort_by(d->v.screen, (enum sort_key)value);
	else if (d->kind == MENU_COPY)
		copy_targets(d->v.screen, (enum copy_what)value);
	else
		list_set_filter(&d->v.screen->list,
			filter_of(d, (size_t)value));
	return VIEW_CLOSE;
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct menu_view *d = menu_of(v);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (in->kind != INPUT_KEY || in->mods)
		return VIEW_UNUSED;
	for (int i = 0; i < d->n; i++)
		if (d->items[i].letter == in->key) {
			d->at = i;
			return choose(d);
		}
	return VIEW_UNUSED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct menu_view *d = menu_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return choose(d);
	case ACTION_UP:
		d->at = d->at ? d->at - 1 : d->n - 1;
		return VIEW_USED;
	case ACTION_DOWN:
		d->at = d->at + 1 < d->n ? d->at + 1 : 0;
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

const struct view_class view_menu = {
	.size = sizeof(struct menu_view),
	.init = init,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
