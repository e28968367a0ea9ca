/*
 * view_help.c - the keys that work here, made from the key table; and the log
 * of messages.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ui/screen.h"
#include "ui/views.h"
#include "ui/why.h"

/* --- help
 * ------------------------------------------------------------------------------
 */

#define LINES_MAX 96
#define KEYS_COLS 13

struct help_line {
	const struct key_binding *key; /* NULL: a title */
	const char *title;
};

struct help_view {
	struct view v;
	struct help_line lines[LINES_MAX];
	int n;
	int at, top;
	bool searching;
	char words[64];
};

static struct help_view *help_of(struct view *v)
{
	return (struct help_view *)(void *)v;
}

/* The keys that work in what the help was opened over. */
static unsigned contexts_below(const struct help_view *d)
{
	return view_contexts(view_ground(&d->v)) | CTX_ALL;
}

static bool has_words(const struct help_view *d, const struct key_binding *b)
{
	char keys[64];

	keymap_names(&d->v.screen->keys, b, contexts_below(d), keys,
		sizeof keys);
	return !d->words[0] || strcasestr(b->help, d->words) ||
	       strcasestr(keys, d->words);
}

static void collect(struct help_view *d)
{
	const struct view *under = view_ground(&d->v);
	unsigned contexts = contexts_below(d);
	size_t n;
	const struct key_binding *t = keys_table(&n);

	d->n = 0;
	for (int g = GROUP_MOVE; g < GROUP_DIALOG; g++) {
		int title = d->n;

		if (d->n + 2 >= LINES_MAX)
			break;
		d->lines[d->n++] = (struct help_line){
			NULL, key_group_title((enum key_group)g)};
		for (size_t i = 0; i < n && d->n < LINES_MAX; i++)
			if (t[i].group == (enum key_group)g &&
				(t[i].contexts & contexts) &&
				keymap_first(&d->v.screen->keys, &t[i],
					contexts) &&
				view_can(under, t[i].action) &&
				has_words(d, &t[i]))
				d->lines[d->n++].key = &t[i];
		if (d->n == title + 1)
			d->n = title; /* nothing under it */
	}
	if (d->at >= d->n)
		d->at = d->n ? d->n - 1 : 0;
	if (d->n && !d->lines[d->at].key && d->at + 1 < d->n)
		d->at++;
}

static void help_init(struct view *v, const void *arg)
{
	(void)arg;
	collect(help_of(v));
}

static void draw_line(const struct help_view *d, const struct area *a, int y,
	int i)
{
	const struct help_line *l = &d->lines[i];
	struct pen key = pen_on(ROLE_KEY, GROUND_PANEL);
	struct pen text = pen_on(ROLE_TEXT, GROUND_PANEL);
	char keys[64];

	if (!l->key) {
		draw_text(a, 0, y, pen_on(ROLE_FOCUS, GROUND_PANEL), l->title);
		return;
	}
	if (i == d->at) {
		struct area row = area_sub(a, 0, y, a->w, 1);

		key = text = pen_on(ROLE_INVERSE, GROUND_CHOICE);
		draw_fill(&row, text);
		a->grid->cursor_x = a->x;
		a->grid->cursor_y = a->y + y;
	}
	key.attrs |= ATTR_BOLD;
	keymap_names(&d->v.screen->keys, l->key, contexts_below(d), keys,
		sizeof keys);
	draw_field(a, (struct rect){1, y, KEYS_COLS, 1}, key, FIT_END, keys);
	draw_field(a, (struct rect){KEYS_COLS + 2, y, a->w - KEYS_COLS - 2, 1},
		text, FIT_END, l->key->help);
}

/* The signs of the states, as far as they fit. */
static void draw_signs(const struct area *a, int y)
{
	int x = 0;

	for (int i = 0; i < SIGN_COUNT; i++) {
		enum state_sign sign = (enum state_sign)i;
		struct pen pen = pen_on(why_role(sign), GROUND_PANEL);

		if (x + 2 + draw_width(a, why_word(sign)) > a->w)
			break;
		draw_char(a, x, y, pen, glyph_state(a->grid->tier, sign));
		x += 2 +
		     draw_text(a, x + 2, y, pen_on(ROLE_DIM, GROUND_PANEL),
			     why_word(sign)) +
		     1;
	}
}

static void draw_lines(struct help_view *d, const struct area *a)
{
	int columns = a->w >= 84 ? 2 : 1;
	int w = a->w / columns;
	int room = a->h * columns;

	if (d->at < d->top)
		d->top = d->at;
	if (d->at >= d->top + room)
		d->top = d->at - room + 1;
	for (int i = 0; i < room && d->top + i < d->n; i++) {
		struct area column =
			area_sub(a, i / a->h * w, 0, w - (columns > 1), a->h);

		draw_line(d, &column, i % a->h, d->top + i);
	}
}

static void help_draw(struct view *v, const struct area *a)
{
	struct help_view *d = help_of(v);
	int w = a->w > 96 ? 94 : a->w;
	int h = a->h > 8 ? a->h - 3 : a->h;
	struct area box = area_sub(a, (a->w - w) / 2, h < a->h, w, h);
	struct area in = area_sub(&box, 3, 1, w - 6, h - 3);

	if (h < 4)
		return;
	draw_box(&box,
		d->searching ? "Help: / to search"
			     : "Help: keys that work here",
		"/ search · Enter run · Esc close");
	draw_lines(d, &in);
	{
		struct area signs = area_sub(&box, 3, h - 2, w - 6, 1);

		draw_fill(&signs, pen_on(ROLE_TEXT, GROUND_PANEL));
		if (d->searching || d->words[0])
			draw_textf(&signs, 0, 0, pen_on(ROLE_KEY, GROUND_PANEL),
				"/%s", d->words);
		else
			draw_signs(&signs, 0);
	}
	if (h < a->h)
		draw_key_bar(v->screen, a, a->h - 1, v);
}

static void step(struct help_view *d, int by)
{
	int at = d->at;

	do {
		at += by;
	} while (at > 0 && at < d->n && !d->lines[at].key);
	if (at >= 0 && at < d->n && d->lines[at].key)
		d->at = at;
}

static enum view_answer run_line(struct help_view *d)
{
	const struct key_binding *b = d->n ? d->lines[d->at].key : NULL;
	struct screen *s = d->v.screen;
	struct input in = {.kind = INPUT_KEY};

	if (!b)
		return VIEW_USED;
	in.key = keymap_first(&s->keys, b, contexts_below(d));
	/* The help goes first, so that what opens stands on the dashboard. */
	screen_close_view(s, &d->v);
	if (b->action != ACTION_HELP)
		screen_act(s, b->action, &in);
	return VIEW_USED;
}

static void type_word(struct help_view *d, const struct input *in)
{
	size_t len = strlen(d->words);

	if (in->key == KEY_BACKSPACE_CHAR && len)
		d->words[len - 1] = '\0';
	else if (in->key >= ' ' && in->key < 0x7f && len + 1 < sizeof d->words)
		snprintf(d->words + len, sizeof d->words - len, "%c",
			(char)in->key);
	collect(d);
}

static enum view_answer help_input(struct view *v, const struct input *in)
{
	struct help_view *d = help_of(v);

	if (in->kind != INPUT_KEY)
		return VIEW_USED;
	if (!d->searching)
		return VIEW_UNUSED;
	if (in->key == KEY_ENTER_CHAR) {
		d->searching = false;
		return VIEW_USED;
	}
	if (in->key == KEY_ESC_CHAR) {
		d->searching = false;
		d->words[0] = '\0';
		collect(d);
		return VIEW_USED;
	}
	if (in->key != KEY_BACKSPACE_CHAR && (in->key < ' ' || in->key > 126))
		return VIEW_UNUSED;
	type_word(d, in);
	return VIEW_USED;
}

static enum view_answer help_act(struct view *v, enum action action,
	const struct input *in)
{
	struct help_view *d = help_of(v);

	(void)in;
	switch (action) {
	case ACTION_UP:
		step(d, -1);
		return VIEW_USED;
	case ACTION_DOWN:
		step(d, 1);
		return VIEW_USED;
	case ACTION_FIRST:
		d->at = d->n > 1;
		return VIEW_USED;
	case ACTION_LAST:
		d->at = d->n ? d->n - 1 : 0;
		return VIEW_USED;
	case ACTION_HALF_UP:
	case ACTION_PAGE_UP:
		for (int i = 0; i < 8; i++)
			step(d, -1);
		return VIEW_USED;
	case ACTION_HALF_DOWN:
	case ACTION_PAGE_DOWN:
		for (int i = 0; i < 8; i++)
			step(d, 1);
		return VIEW_USED;
	case ACTION_FILTER:
		d->searching = true;
		d->words[0] = '\0';
		return VIEW_USED;
	case ACTION_ACCEPT:
		return run_line(d);
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned help_contexts(const struct view *v)
{
	(void)v;
	return CTX_HELP | CTX_SCROLL | CTX_DIALOG;
}

const struct view_class view_help = {
	.size = sizeof(struct help_view),
	.shades = true,
	.init = help_init,
	.draw = help_draw,
	.contexts = help_contexts,
	.input = help_input,
	.act = help_act,
};
