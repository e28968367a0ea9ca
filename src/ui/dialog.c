/*
 * dialog.c - see dialog.h.
 */
#include "ui/dialog.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/screen.h"

#define ABOUT_COLS 30

static void put_cursor(const struct area *a, int x, int y)
{
	a->grid->cursor_x = a->x + x;
	a->grid->cursor_y = a->y + y;
}

int dialog_check(const struct area *a, int x, int y, bool on, bool focus,
	const char *word)
{
	struct pen pen = focus ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
	                       : pen_on(ROLE_TEXT, GROUND_PANEL);

	if (focus)
		put_cursor(a, x + 2, y);
	return draw_textf(a, x, y, pen, "%s[%c] %s", focus ? "▸" : " ",
		on ? 'x' : ' ', word);
}

/* --- buttons ----------------------------------------------------------------
 */

void dialog_buttons_draw(struct dialog_buttons *b, const struct area *a, int x,
	int y, bool focus)
{
	b->y = a->y + y;
	for (int i = 0; i < b->n; i++) {
		bool here = i == b->chosen;
		struct pen pen = here && focus
		                         ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
		                         : pen_on(ROLE_TEXT, GROUND_PANEL);

		b->x[i] = a->x + x;
		if (here && focus)
			put_cursor(a, x + 3, y);
		x += draw_text(a, x, y,
			pen_on(here ? ROLE_FOCUS : ROLE_TEXT, GROUND_PANEL),
			here ? "▸" : " ");
		x += draw_textf(a, x, y, pen, "[ %s ]", b->label[i]) + 1;
	}
	b->x[b->n] = a->x + x;
}

void dialog_buttons_step(struct dialog_buttons *b, int by)
{
	if (b->n > 0)
		b->chosen = (b->chosen + by + b->n) % b->n;
}

int dialog_buttons_at(const struct dialog_buttons *b, int x, int y)
{
	for (int i = 0; i < b->n && y == b->y; i++)
		if (x >= b->x[i] && x < b->x[i + 1])
			return i;
	return -1;
}

/* --- the folder
 * --------------------------------------------------------------- */

static void look(struct folder_field *f, struct screen *s)
{
	const char *read = NULL;

	f->choosing = false;
	f->chosen = 0;
	complete_type(&f->found, prompt_text(&f->prompt), s->opt.home, true,
		&read);
	if (read && s->ops->read_folder)
		s->ops->read_folder(s->user, read);
}

void folder_field_set(struct folder_field *f, struct screen *s,
	const char *text)
{
	prompt_set(&f->prompt, text);
	look(f, s);
}

void folder_field_stop(struct folder_field *f)
{
	prompt_stop(&f->prompt);
	complete_stop(&f->found);
}

void folder_field_read(struct folder_field *f, const char *path,
	const struct dir_entry *entries, size_t n)
{
	complete_answer(&f->found, path, entries, n);
}

bool folder_field_input(struct folder_field *f, struct screen *s,
	const struct input *in)
{
	switch (prompt_input(&f->prompt, in)) {
	case PROMPT_CHANGED:
		look(f, s);
		return true;
	case PROMPT_MOVED:
		return true;
	case PROMPT_UNUSED:
		break;
	}
	return false;
}

static bool take(struct folder_field *f, struct screen *s, char *text)
{
	bool news = text && strcmp(text, prompt_text(&f->prompt)) != 0;

	if (news)
		folder_field_set(f, s, text);
	mem_free(text);
	return news;
}

bool folder_field_complete(struct folder_field *f, struct screen *s)
{
	return take(f, s,
		f->choosing ? complete_with(&f->found, f->chosen)
			    : complete_common(&f->found));
}

bool folder_field_choose(struct folder_field *f, int by)
{
	size_t n = complete_count(&f->found);

	if (n == 0)
		return false;
	if (f->choosing)
		f->chosen = (f->chosen + n + (by > 0 ? 1 : n - 1)) % n;
	else
		f->chosen = by > 0 ? 0 : n - 1;
	f->choosing = true;
	return true;
}

bool folder_field_accept(struct folder_field *f, struct screen *s)
{
	if (!f->choosing)
		return false;
	take(f, s, complete_with(&f->found, f->chosen));
	return true;
}

char *folder_field_path(struct folder_field *f, const struct screen *s)
{
	char *path = complete_expand(prompt_text(&f->prompt), s->opt.home);

	if (*path)
		return path;
	mem_free(path);
	return NULL;
}

uint64_t folder_field_free_bytes(struct folder_field *f, struct screen *s)
{
	char *path = folder_field_path(f, s);
	uint64_t n = 0;

	if (path && s->snap->default_dir &&
		strcmp(path, s->snap->default_dir) == 0)
		n = s->snap->totals.free_bytes;
	else if (path && path[0] == '/' && s->ops->free_bytes)
		n = s->ops->free_bytes(s->user, path);
	mem_free(path);
	return n;
}

void folder_field_draw(struct folder_field *f, const struct area *a,
	struct rect at, bool focus)
{
	prompt_draw(&f->prompt, a, at, pen_on(ROLE_TEXT, GROUND_FIELD), focus);
}

static const char *is_folder(void *user, const struct dir_entry *e)
{
	(void)user;
	(void)e;
	return "folder";
}

void folder_field_draw_candidates(const struct folder_field *f,
	const struct area *a, struct rect at)
{
	dialog_candidates(a, at, &f->found, f->choosing, f->chosen, is_folder,
		NULL);
}

static void draw_candidate(const struct area *row, const struct dir_entry *e,
	bool here, const char *about)
{
	struct pen pen = here ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
	                      : pen_on(ROLE_TEXT, GROUND_FIELD);
	char *name = text_clean(span_str(e->name), 0);
	int room = row->w - 3;
	int cols = draw_width(row, about);

	if (cols > ABOUT_COLS)
		cols = ABOUT_COLS;
	if (room - cols - 2 < 12)
		cols = 0;
	draw_fill(row, pen);
	if (here)
		draw_char(row, 0, 0, pen, 0x25b8);
	if (cols)
		room -= cols + 2;
	draw_field(row, (struct rect){2, 0, room, 1}, pen, FIT_MIDDLE, name);
	if (e->is_dir && draw_width(row, name) < room)
		draw_char(row, 2 + draw_width(row, name), 0, pen, '/');
	if (cols)
		draw_field(row, (struct rect){row->w - cols - 1, 0, cols, 1},
			pen, FIT_END, about);
	mem_free(name);
}

void dialog_candidates(const struct area *a, struct rect at,
	const struct completion *c, bool choosing, size_t chosen,
	const char *(*about)(void *user, const struct dir_entry *e), void *user)
{
	size_t n = complete_count(c), rows = at.h > 0 ? (size_t)at.h : 0;
	size_t top = choosing && chosen >= rows ? chosen - rows + 1 : 0;

	for (size_t i = 0; i < rows && top + i < n; i++) {
		const struct dir_entry *e = complete_at(c, top + i);
		bool here = choosing && chosen == top + i;
		struct area row = area_sub(a, at.x, at.y + (int)i, at.w, 1);

		if (i == rows - 1 && top + rows < n && !here) {
			draw_textf(&row, 2, 0, pen_on(ROLE_DIM, GROUND_PANEL),
				"… %zu more", n - top - rows + 1);
			break;
		}
		draw_candidate(&row, e, here, about(user, e));
	}
}
