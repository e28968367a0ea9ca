/*
 * choose_tree.c - see choose_tree.h.
 */
#include "ui/choose_tree.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define NARROW_COLS 56 /* short words below */
#define PRIORITY_COLS 6
#define CHECK_COLS 5 /* "▸[x] " */

/* As the engine counts. */
enum {
	PRIORITY_OFF = 0,
	PRIORITY_LOW = 1,
	PRIORITY_NORMAL = 4,
	PRIORITY_HIGH = 7,
};

struct choose_tree {
	struct file_tree *tree;
	struct file_row *files; /* copies, with priorities of our own */
	char **names;           /* of them */
	size_t nfiles;
	uint8_t *set;     /* scratch: a byte for each file */
	size_t at, top;   /* row under the cursor, first row shown */
	int page;         /* rows in the last drawing */
	struct rect rows; /* of the grid, in the last drawing */
};

struct choose_tree *choose_tree_new(const struct file_row *files, size_t n)
{
	struct choose_tree *t = mem_zero(sizeof *t);

	t->nfiles = n;
	t->files = mem_array(n ? n : 1, sizeof *t->files);
	t->names = mem_array(n ? n : 1, sizeof(char *));
	t->set = mem_alloc(n ? n : 1);
	for (size_t f = 0; f < n; f++) {
		t->files[f] = files[f];
		t->names[f] = mem_strdup(files[f].path);
		t->files[f].path = t->names[f];
	}
	t->tree = file_tree_new(t->files, n);
	file_tree_sum(t->tree, t->files);
	return t;
}

void choose_tree_free(struct choose_tree *t)
{
	if (!t)
		return;
	file_tree_free(t->tree);
	for (size_t f = 0; f < t->nfiles; f++)
		mem_free(t->names[f]);
	mem_free(t->names);
	mem_free(t->files);
	mem_free(t->set);
	mem_free(t);
}

const struct file_totals *choose_tree_totals(const struct choose_tree *t)
{
	return file_tree_totals(t->tree);
}

const uint8_t *choose_tree_priorities(struct choose_tree *t, size_t *n)
{
	for (size_t f = 0; f < t->nfiles; f++)
		t->set[f] = t->files[f].priority;
	*n = t->nfiles;
	return t->set;
}

/* --- drawing ---------------------------------------------------------------
 */

/* How many files of a row are off. */
static size_t count_off(const struct choose_tree *t, size_t row, size_t *n)
{
	size_t off = 0;

	*n = file_tree_targets(t->tree, row, t->set);
	for (size_t f = 0; f < t->nfiles; f++)
		off += t->set[f] && t->files[f].priority == PRIORITY_OFF;
	return off;
}

static char sign_of(const struct choose_tree *t, size_t row)
{
	const struct file_node *n = file_tree_at(t->tree, row);
	size_t all, off;

	if (n->priority != FILE_MIXED)
		return n->priority == PRIORITY_OFF ? ' ' : 'x';
	off = count_off(t, row, &all);
	return off == 0 ? 'x' : off == all ? ' ' : '-';
}

static const char *priority_word(const struct file_node *n, bool narrow)
{
	switch (n->priority) {
	case PRIORITY_LOW:
		return narrow ? "-" : "low";
	case PRIORITY_HIGH:
		return narrow ? "+" : "high";
	case PRIORITY_NORMAL:
		return n->is_folder || narrow ? "" : "norm";
	default:
		return "";
	}
}

static void draw_name(const struct choose_tree *t, const struct area *a, int x,
	struct pen pen, const struct file_node *n)
{
	char name[1024], cut[1024], tail[48] = "";
	const char *text;
	size_t len;
	int room;

	x += draw_text(a, x, 0, pen,
		!n->is_folder ? "  "
		: n->folded   ? "▸ "
			      : "▾ ");
	if (n->is_folder && n->folded)
		snprintf(tail, sizeof tail, "  (%u file%s)", n->nfiles,
			format_s(n->nfiles));
	text = file_tree_name(t->tree, n, t->files, &len);
	snprintf(name, sizeof name, "%.*s",
		(int)(len < sizeof name ? len : sizeof name - 1), text);
	room = a->w - x - draw_width(a, tail) - n->is_folder;
	text_fit(a->grid->tier, name, room > 0 ? room : 0, FIT_MIDDLE, cut,
		sizeof cut);
	x += draw_text(a, x, 0, pen, cut);
	if (n->is_folder)
		x += draw_text(a, x, 0, pen, "/");
	draw_text(a, x, 0, pen, tail);
}

static void draw_row(const struct choose_tree *t, const struct area *a, int y,
	size_t row, bool focus, enum units units)
{
	const struct file_node *n = file_tree_at(t->tree, row);
	bool narrow = a->w < NARROW_COLS, cursor = row == t->at;
	bool here = cursor && focus;
	enum ground ground = cursor ? GROUND_CHOICE : GROUND_PANEL;
	char sign = sign_of(t, row), size[FORMAT_MAX];
	struct pen pen = pen_on(here          ? ROLE_INVERSE
				: sign == ' ' ? ROLE_DIM
					      : ROLE_TEXT,
		ground);
	struct area line = area_sub(a, 0, y, a->w, 1);
	int x = narrow ? 13 : 13 + PRIORITY_COLS;

	draw_fill(&line, pen);
	draw_textf(&line, 0, 0, pen, "%s[%c]", cursor ? "▸" : " ", sign);
	if (here) {
		line.grid->cursor_x = line.x + 2;
		line.grid->cursor_y = line.y;
	}
	format_size_short(size, n->size, units);
	draw_field(&line, (struct rect){5, 0, 6, 1}, pen, FIT_RIGHT, size);
	draw_text(&line, narrow ? 11 : 13, 0, pen, priority_word(n, narrow));
	x += n->depth * 2;
	if (x > line.w - 12)
		x = line.w > 24 ? line.w - 12 : 12;
	draw_name(t, &line, x, pen, n);
}

static void scroll_to_cursor(struct choose_tree *t)
{
	size_t n = file_tree_rows(t->tree), page = (size_t)t->page;

	if (t->at >= n)
		t->at = n ? n - 1 : 0;
	if (t->at < t->top)
		t->top = t->at;
	if (page && t->at >= t->top + page)
		t->top = t->at - page + 1;
	if (t->top + page > n)
		t->top = n > page ? n - page : 0;
}

void choose_tree_draw(struct choose_tree *t, const struct area *a, bool focus,
	enum units units)
{
	size_t n = file_tree_rows(t->tree);

	t->page = a->h;
	t->rows = (struct rect){a->x, a->y, a->w, a->h};
	scroll_to_cursor(t);
	if (n == 0)
		draw_text(a, 1, 0, pen_on(ROLE_DIM, GROUND_PANEL),
			"no file matches");
	for (int y = 0; y < a->h && t->top + (size_t)y < n; y++)
		draw_row(t, a, y, t->top + (size_t)y, focus, units);
}

/* --- changing ---------------------------------------------------------------
 */

void choose_tree_move(struct choose_tree *t, long by)
{
	size_t n = file_tree_rows(t->tree);
	long row = (long)t->at + by;

	if (n == 0)
		return;
	if (row < 0)
		row = 0;
	if (row >= (long)n)
		row = (long)n - 1;
	t->at = (size_t)row;
}

static bool act_move(struct choose_tree *t, enum action action)
{
	long page = t->page > 1 ? t->page : 2;

	switch (action) {
	case ACTION_UP:
		choose_tree_move(t, -1);
		return true;
	case ACTION_DOWN:
		choose_tree_move(t, 1);
		return true;
	case ACTION_FIRST:
		choose_tree_move(t, -(1L << 30));
		return true;
	case ACTION_LAST:
		choose_tree_move(t, 1L << 30);
		return true;
	case ACTION_HALF_UP:
		choose_tree_move(t, -page / 2);
		return true;
	case ACTION_HALF_DOWN:
		choose_tree_move(t, page / 2);
		return true;
	case ACTION_PAGE_UP:
		choose_tree_move(t, -page);
		return true;
	case ACTION_PAGE_DOWN:
		choose_tree_move(t, page);
		return true;
	default:
		return false;
	}
}

/* Left folds the folder, or goes up to it; right unfolds it, or goes in. */
static void fold(struct choose_tree *t, bool folded)
{
	bool is_folder = file_tree_at(t->tree, t->at)->is_folder;

	if (file_tree_fold(t->tree, t->at, folded))
		return;
	if (folded)
		file_tree_parent(t->tree, t->at, &t->at);
	else if (is_folder)
		choose_tree_move(t, 1);
}

/* The files of t->set: on if any of them is off, else off.  What is on stays
 * as high as it was. */
static void toggle(struct choose_tree *t, size_t off)
{
	for (size_t f = 0; f < t->nfiles; f++) {
		struct file_row *r = &t->files[f];

		if (t->set[f] && (!off || r->priority == PRIORITY_OFF))
			r->priority = off ? PRIORITY_NORMAL : PRIORITY_OFF;
	}
	file_tree_sum(t->tree, t->files);
}

static void toggle_all(struct choose_tree *t)
{
	size_t off, n;

	file_tree_mark(t->tree, 0, file_tree_rows(t->tree) - 1, true);
	off = count_off(t, 0, &n);
	toggle(t, off);
	file_tree_unmark(t->tree);
}

/* One step: off, low, normal, high.  A mixture becomes normal. */
static void step_priority(struct choose_tree *t, int by)
{
	static const uint8_t steps[] = {
		PRIORITY_OFF, PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH};
	uint8_t now = file_tree_at(t->tree, t->at)->priority;
	int at = 2;

	for (int i = 0; i < 4; i++)
		if (steps[i] == now)
			at = i + by;
	at = at < 0 ? 0 : at > 3 ? 3 : at;
	file_tree_targets(t->tree, t->at, t->set);
	for (size_t f = 0; f < t->nfiles; f++)
		if (t->set[f])
			t->files[f].priority = steps[at];
	file_tree_sum(t->tree, t->files);
}

bool choose_tree_act(struct choose_tree *t, enum action action)
{
	size_t n;

	if (t->at >= file_tree_rows(t->tree))
		return false;
	switch (action) {
	case ACTION_TOGGLE:
		toggle(t, count_off(t, t->at, &n));
		return true;
	case ACTION_MARK_ALL:
		toggle_all(t);
		return true;
	case ACTION_PRIORITY_UP:
		step_priority(t, 1);
		return true;
	case ACTION_PRIORITY_DOWN:
		step_priority(t, -1);
		return true;
	case ACTION_FOLD:
		fold(t, true);
		return true;
	case ACTION_UNFOLD:
		fold(t, false);
		return true;
	default:
		return act_move(t, action);
	}
}

bool choose_tree_click(struct choose_tree *t, int x, int y)
{
	int row = y - t->rows.y;

	if (row < 0 || row >= t->rows.h || x < t->rows.x ||
		x >= t->rows.x + t->rows.w ||
		t->top + (size_t)row >= file_tree_rows(t->tree))
		return false;
	t->at = t->top + (size_t)row;
	if (x - t->rows.x < CHECK_COLS)
		choose_tree_act(t, ACTION_TOGGLE);
	return true;
}

void choose_tree_filter(struct choose_tree *t, const char *text)
{
	struct file_filter f;
	uint32_t file = 0;

	if (t->at < file_tree_rows(t->tree))
		file = file_tree_at(t->tree, t->at)->file;
	file_filter_parse(&f, text);
	file_tree_set_filter(t->tree, t->files, &f);
	t->at = file_tree_row_of(t->tree, file);
}
