/*
 * tab_files.c - the files of one torrent.  See tabs.h.
 *
 * What is done to files is worked out in file_plan.c; here are the rows and
 * the keys.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/file_plan.h"
#include "ui/file_tree.h"
#include "ui/piecemap.h"
#include "ui/tabs.h"

#define SUM_MS 1000 /* sums of folders are made so often at most */
#define STRIP_MAX 12
#define TEXT_MAX 256

struct files_tab {
	struct tab t;
	struct tab_rows rows;
	struct file_tree *tree; /* NULL: the files are not known */
	uint64_t summed_ms;
	bool stale; /* sums are due, whatever the time */
	int head;   /* rows above the files in the last drawing */
	bool ranging;
	size_t range_from;
	char filter[FILE_FILTER_TEXT_MAX];
};

static struct files_tab *files_of(struct tab *t)
{
	return (struct files_tab *)(void *)t;
}

static const struct files_tab *const_files(const struct tab *t)
{
	return (const struct files_tab *)(const void *)t;
}

static void forget_tree(struct files_tab *d)
{
	file_tree_free(d->tree);
	d->tree = NULL;
	d->rows = (struct tab_rows){0};
	d->ranging = false;
}

static void reset(struct tab *t)
{
	forget_tree(files_of(t));
	files_of(t)->filter[0] = '\0';
}

static void fini(struct tab *t)
{
	forget_tree(files_of(t));
}

/* The files as they are now, with a tree over them; NULL: not here. */
static const struct torrent_detail *follow(struct files_tab *d)
{
	const struct torrent_detail *now = tab_detail(&d->t, WATCH_FILES);
	uint64_t ms = d->t.screen->now_ms;

	if (!now || now->nfiles == 0)
		return NULL;
	if (d->tree && file_tree_files(d->tree) != now->nfiles)
		forget_tree(d);
	if (!d->tree)
		d->tree = file_tree_new(now->files, now->nfiles);
	else if (d->stale || ms - d->summed_ms >= SUM_MS)
		file_tree_sum(d->tree, now->files);
	else
		return now;
	d->summed_ms = ms;
	d->stale = false;
	return now;
}

static void update(struct tab *t)
{
	follow(files_of(t));
}

static uint32_t watch(const struct tab *t)
{
	(void)t;
	return WATCH_FILES | WATCH_PIECES;
}

/* --- one row
 * ---------------------------------------------------------------------- */

/* Where the columns are; width 0: left out. */
struct file_columns {
	int word, size, done, strip, strip_w, name;
};

static struct file_columns fit_columns(int w)
{
	struct file_columns c = {.size = 3, .name = 10};

	if (w >= 70) {
		c.word = 3;
		c.size = 9;
	}
	c.name = c.size + 7;
	if (w >= 34) {
		c.done = c.name;
		c.name += 7;
	}
	if (w >= 56) {
		c.strip_w = w >= 100 ? STRIP_MAX : 8;
		c.strip = c.name;
		c.name += c.strip_w + 2;
	}
	return c;
}

/* All that one drawing of rows needs. */
struct files_draw {
	const struct torrent_detail *d;
	const struct file_tree *tree;
	struct file_columns cols;
	struct piecemap map;
	uint64_t pieces; /* that may still be looked at */
	bool mono;
	enum units units;
};

static struct files_draw begin(const struct files_tab *t,
	const struct torrent_detail *d, const struct area *a)
{
	const struct screen *s = t->t.screen;
	const struct torrent_row *row = tab_row(&t->t);
	struct files_draw f = {.d = d,
		.tree = t->tree,
		.cols = fit_columns(a->w),
		.mono = s->opt.mono,
		.units = s->opt.units};

	f.map = (struct piecemap){d, s->snap->now_ms, s->opt.animations,
		row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED ||
			row->state == TORRENT_FAULTY};
	/* Files together are one map; folders in folders could be many. */
	f.pieces = d->what & WATCH_PIECES ? 3ull * d->npieces + 4096 : 0;
	return f;
}

static const char *priority_word(uint8_t priority)
{
	switch (priority) {
	case 0:
		return "skip";
	case 1:
		return "low";
	case 7:
		return "high";
	case FILE_MIXED:
		return "";
	default:
		return "norm";
	}
}

static void draw_priority(const struct files_draw *f, const struct area *a,
	int y, const struct file_node *node)
{
	bool ascii = a->grid->tier == TIER_ASCII;
	struct pen pen = pen_of(node->priority == 7   ? ROLE_OK
				: node->priority == 1 ? ROLE_META
						      : ROLE_DIM);

	if (node->priority == 0)
		draw_char(a, 1, y, pen, '-');
	else if (node->priority == 1)
		draw_char(a, 1, y, pen, ascii ? 'v' : 0x25bd);
	else if (node->priority == 7)
		draw_char(a, 1, y, pen, ascii ? '^' : 0x25b2);
	if (!f->cols.word || (node->is_folder && node->priority == 4))
		return;
	draw_field(a, (struct rect){f->cols.word, y, 5, 1}, pen, FIT_END,
		priority_word(node->priority));
}

static uint32_t done_milli(const struct file_node *node)
{
	if (node->have >= node->size)
		return 1000;
	return (uint32_t)((double)node->have * 1000 / (double)node->size);
}

/* Pieces of a file or a folder, fewer or more than there are cells. */
static void draw_pieces(struct files_draw *f, const struct area *a, int y,
	const struct file_node *node)
{
	struct piece_cell cells[STRIP_MAX] = {0};
	uint32_t n = node->end_piece - node->first_piece;
	uint32_t w = (uint32_t)f->cols.strip_w;
	uint32_t ncells = n < w ? n : w;

	f->pieces -= n;
	piecemap_cells(&f->map, node->first_piece, node->end_piece, cells,
		ncells);
	for (uint32_t x = 0; x < w; x++) {
		struct piece_glyph g = piecemap_glyph(&cells[x * ncells / w],
			a->grid->tier, f->mono, false);

		draw_char(a, f->cols.strip + (int)x, y, g.pen, g.c);
	}
}

static void draw_strip(struct files_draw *f, const struct area *a, int y,
	const struct file_node *node)
{
	bool whole = !node->is_folder || node->whole;

	if (!f->cols.strip_w || node->priority == 0)
		return;
	if (whole && node->end_piece > node->first_piece &&
		node->end_piece <= f->d->npieces &&
		node->end_piece - node->first_piece <= f->pieces)
		draw_pieces(f, a, y, node);
	else
		draw_bar(a, (struct rect){f->cols.strip, y, f->cols.strip_w, 1},
			done_milli(node), pen_of(ROLE_HAVE), pen_of(ROLE_RULE));
}

static void draw_numbers(const struct files_draw *f, const struct area *a,
	int y, const struct file_node *node)
{
	struct pen pen = pen_of(node->priority ? ROLE_TEXT : ROLE_FAINT);
	char text[FORMAT_MAX];

	format_size_short(text, node->size, f->units);
	draw_field(a, (struct rect){f->cols.size, y, 6, 1}, pen, FIT_RIGHT,
		text);
	if (!f->cols.done || (node->priority == 0 && node->have == 0))
		return;
	format_percent(text, node->have, node->size);
	if (node->size == 0)
		snprintf(text, sizeof text, "100%%");
	draw_field(a, (struct rect){f->cols.done, y, 6, 1},
		node->priority && *text == '1' && text[3] == '%'
			? pen_of(ROLE_OK)
			: pen,
		FIT_RIGHT, text);
}

static struct pen name_pen(const struct file_node *node)
{
	if (node->priority == 0)
		return pen_of(ROLE_FAINT);
	return node->is_folder ? pen_bold(ROLE_TEXT) : pen_of(ROLE_TEXT);
}

static void draw_name(const struct files_draw *f, const struct area *a, int y,
	const struct file_node *node)
{
	bool flat = file_tree_is_flat(f->tree);
	bool folded = node->folded && !file_tree_is_filtered(f->tree);
	int room = a->w - f->cols.name - 1;
	int indent = flat ? 0 : 2 * node->depth;
	struct pen pen = name_pen(node);
	size_t len;
	const char *name = file_tree_name(f->tree, node, f->d->files, &len);
	char *text;

	/* However deep, something of the name is seen. */
	if (indent > room / 3)
		indent = room > 0 ? room / 3 : 0;
	if (node->is_folder)
		draw_char(a, f->cols.name + indent, y, pen_of(ROLE_DIM),
			folded ? 0x25b8 : 0x25be);
	if (flat)
		text = mem_printf("%5u  %.*s", node->file + 1, (int)len, name);
	else if (folded)
		text = mem_printf("%.*s/  (%u file%s)", (int)len, name,
			node->nfiles, format_s(node->nfiles));
	else
		text = mem_printf("%.*s%s", (int)len, name,
			node->is_folder ? "/" : "");
	indent += flat ? 0 : 2;
	draw_field(a, (struct rect){f->cols.name + indent, y, room - indent, 1},
		pen, flat ? FIT_END : FIT_MIDDLE, text);
	mem_free(text);
}

static bool in_range(const struct files_tab *t, size_t row)
{
	size_t a = t->range_from, b = t->rows.at;

	return t->ranging && row >= (a < b ? a : b) && row <= (a < b ? b : a);
}

static void draw_row(struct files_draw *f, const struct files_tab *t,
	const struct area *a, int y, size_t row)
{
	/* With today's numbers: a file's are not a second old. */
	struct file_node node = *file_tree_at(f->tree, row);
	bool marked = file_tree_is_marked(f->tree, &node) || in_range(t, row);

	if (!node.is_folder) {
		node.have = f->d->files[node.file].have;
		node.priority = f->d->files[node.file].priority;
	}
	if (row == t->rows.at)
		tab_rows_mark(a, y);
	if (marked)
		draw_char(a, row == t->rows.at ? 2 : 0, y, pen_bold(ROLE_KEY),
			0x25cf);
	draw_priority(f, a, y, &node);
	draw_numbers(f, a, y, &node);
	draw_strip(f, a, y, &node);
	draw_name(f, a, y, &node);
}

/* --- the tab
 * ---------------------------------------------------------------------- */

/* "/ *.mkv · 3 marked · 41-60 of 340". */
static void head_right(const struct files_tab *t, char *out, size_t cap)
{
	size_t marked = file_tree_marked(t->tree), n = 0;
	const struct tab_rows *r = &t->rows;
	char part[3][TEXT_MAX] = {"", "", ""};

	if (t->filter[0])
		snprintf(part[n++], TEXT_MAX, "/ %s", t->filter);
	if (t->ranging)
		snprintf(part[n++], TEXT_MAX, "V to end the range");
	else if (marked)
		snprintf(part[n++], TEXT_MAX, "%zu marked", marked);
	if (r->n > r->page && r->page)
		snprintf(part[n++], TEXT_MAX, "%zu-%zu of %zu", r->top + 1,
			r->top + r->page, r->n);
	snprintf(out, cap, "%s%s%s%s%s", part[0], *part[1] ? " · " : "",
		part[1], *part[2] ? " · " : "", part[2]);
}

static void draw_head(const struct files_tab *t, const struct files_draw *f,
	const struct area *a)
{
	struct pen pen = pen_of(ROLE_FAINT);
	char right[4 * TEXT_MAX];
	int w;

	if (f->cols.word)
		draw_text(a, 1, 0, pen, "Prio");
	draw_field(a, (struct rect){f->cols.size, 0, 6, 1}, pen, FIT_RIGHT,
		"Size");
	if (f->cols.done)
		draw_field(a, (struct rect){f->cols.done, 0, 6, 1}, pen,
			FIT_RIGHT, "Done");
	if (f->cols.strip_w)
		draw_text(a, f->cols.strip, 0, pen, "Pieces");
	draw_text(a, f->cols.name, 0, pen,
		file_tree_is_flat(t->tree) ? "    #  Path" : "Name");
	head_right(t, right, sizeof right);
	w = draw_width(a, right);
	if (w > a->w - f->cols.name - 14)
		w = a->w - f->cols.name - 14;
	if (w > 0)
		draw_field(a, (struct rect){a->w - w - 1, 0, w, 1},
			pen_of(ROLE_KEY), FIT_END, right);
}

static uint64_t free_bytes(const struct screen *s,
	const struct torrent_row *row)
{
	if (s->ops->free_bytes && row->dir)
		return s->ops->free_bytes(s->user, row->dir);
	return s->snap->totals.free_bytes;
}

/* "12 files, 2 skipped · 2.10 of 2.15 GiB wanted · space on disk 78.2 GiB" */
static void draw_foot(const struct files_tab *t, const struct area *a, int y)
{
	const struct file_totals *all = file_tree_totals(t->tree);
	const struct screen *s = t->t.screen;
	uint64_t room = free_bytes(s, tab_row(&t->t));
	char count[FORMAT_MAX], wanted[FORMAT_MAX], size[FORMAT_MAX];
	char skipped[FORMAT_MAX] = "";
	int x = 1;

	format_count(count, all->nfiles);
	format_size(wanted, all->wanted, s->opt.units);
	format_size(size, all->size, s->opt.units);
	if (all->nskipped)
		format_count(skipped, all->nskipped);
	x += draw_textf(a, x, y, pen_of(ROLE_DIM), "%s file%s%s%s%s · ", count,
		format_s(all->nfiles), *skipped ? ", " : "", skipped,
		*skipped ? " skipped" : "");
	if (all->wanted == all->size)
		x += draw_textf(a, x, y, pen_of(ROLE_DIM), "%s", size);
	else
		x += draw_textf(a, x, y, pen_of(ROLE_DIM), "%s of %s wanted",
			wanted, size);
	if (!room)
		return;
	format_size(size, room, s->opt.units);
	x += draw_textf(a, x, y, pen_of(ROLE_DIM), " · space on disk %s", size);
	if (all->missing > room) {
		format_size(size, all->missing, s->opt.units);
		draw_textf(a, x, y, pen_of(ROLE_ERR),
			" · does not fit: %s to come", size);
	}
}

/* Rows above and below those of files. */
static int has_head(const struct area *a)
{
	return a->h >= 4;
}

static int has_foot(const struct area *a)
{
	return a->h >= 5 && a->w >= 30;
}

static void draw_rows(struct files_draw *f, const struct files_tab *t,
	const struct area *list, bool strips_only)
{
	const struct tab_rows *r = &t->rows;

	for (size_t row = r->top; row < r->n && row - r->top < r->page; row++) {
		int y = (int)(row - r->top);

		if (strips_only)
			draw_strip(f, list, y, file_tree_at(t->tree, row));
		else
			draw_row(f, t, list, y, row);
	}
}

static void draw(struct tab *t, const struct area *a)
{
	struct files_tab *d = files_of(t);
	const struct torrent_detail *now = follow(d);
	struct files_draw f;
	int head = has_head(a), foot = has_foot(a);
	struct area list = area_sub(a, 0, head, a->w, a->h - head - foot);

	if (!now) {
		tab_draw_nothing(a, tab_no_metadata(tab_row(t)));
		return;
	}
	d->head = head;
	f = begin(d, now, a);
	tab_rows_fit(&d->rows, file_tree_rows(d->tree), list.h);
	if (d->rows.n == 0)
		draw_field(&list, (struct rect){1, 0, a->w - 2, 1},
			pen_of(ROLE_DIM), FIT_END, "no file matches");
	draw_rows(&f, d, &list, false);
	if (head)
		draw_head(d, &f, a);
	if (foot)
		draw_foot(d, a, a->h - 1);
}

static bool draw_motion(struct tab *t, const struct area *a)
{
	struct files_tab *d = files_of(t);
	const struct torrent_detail *now = follow(d);
	int head = has_head(a);
	struct area list =
		area_sub(a, 0, head, a->w, a->h - head - has_foot(a));
	struct files_draw f;

	/* As of the last drawing; when that no longer holds, the next comes. */
	if (!now || !fit_columns(a->w).strip_w ||
		d->rows.n != file_tree_rows(d->tree) ||
		(int)d->rows.page != list.h)
		return false;
	f = begin(d, now, a);
	draw_rows(&f, d, &list, true);
	return true;
}

/* --- keys
 * ---------------------------------------------------------------------- */

static unsigned contexts(const struct tab *t)
{
	(void)t;
	return CTX_FILES | CTX_SCROLL;
}

static bool can_fold(const struct files_tab *d, enum action action)
{
	const struct file_node *node;
	size_t parent;

	if (d->rows.at >= file_tree_rows(d->tree) ||
		file_tree_is_filtered(d->tree) || file_tree_is_flat(d->tree))
		return false;
	node = file_tree_at(d->tree, d->rows.at);
	if (action == ACTION_FOLD)
		return (node->is_folder && !node->folded) ||
		       file_tree_parent(d->tree, d->rows.at, &parent);
	return node->is_folder &&
	       (action == ACTION_FOLD_TOGGLE || node->folded);
}

static bool can(const struct tab *t, enum action action)
{
	const struct files_tab *d = const_files(t);
	bool known = d->tree && tab_detail(t, WATCH_FILES);

	switch (action) {
	case ACTION_WANT:
	case ACTION_PRIORITY_UP:
	case ACTION_PRIORITY_DOWN:
	case ACTION_MARK_RANGE:
	case ACTION_MARK_ALL:
		return known && file_tree_rows(d->tree) > 0;
	case ACTION_FLAT:
	case ACTION_FILTER:
		return known;
	case ACTION_UNMARK:
		return known && (file_tree_marked(d->tree) || d->ranging);
	case ACTION_FOLD:
	case ACTION_UNFOLD:
	case ACTION_FOLD_TOGGLE:
		return known && can_fold(d, action);
	default:
		return true;
	}
}

/* A command for each range of files, or one for all when they are many. */
static void send_plan(struct files_tab *d, const struct file_row *files,
	size_t n, uint8_t *plan)
{
	struct start_choice all = {.priority = plan, .nfiles = n};
	struct command c = {.kind = CMD_FILE_PRIORITY};
	struct file_range r = {0};

	d->stale = true;
	if (file_plan_ranges(plan, files, n, FILE_RANGES_MAX + 1) >
		FILE_RANGES_MAX) {
		file_plan_fill(plan, files, n);
		c.start = &all;
		tab_command(&d->t, c);
		return;
	}
	while (file_plan_next(plan, files, n, &r)) {
		c.file = r.from;
		c.file_end = r.end;
		c.value = r.priority;
		if (!tab_command(&d->t, c))
			break;
	}
}

static void change(struct files_tab *d, const struct torrent_detail *now,
	enum file_change what)
{
	uint8_t *set = mem_array(now->nfiles, 1);

	if (file_tree_targets(d->tree, d->rows.at, set)) {
		file_plan(set, now->files, now->nfiles, what);
		send_plan(d, now->files, now->nfiles, set);
	}
	mem_free(set);
}

/* The rows are about to change: the cursor stays on its file. */
static uint32_t chosen_file(const struct files_tab *d)
{
	if (d->rows.at >= file_tree_rows(d->tree))
		return FILE_NONE;
	return file_tree_at(d->tree, d->rows.at)->file;
}

static void rows_changed(struct files_tab *d, uint32_t file)
{
	d->ranging = false;
	if (file != FILE_NONE)
		d->rows.at = file_tree_row_of(d->tree, file);
	d->rows.n = file_tree_rows(d->tree);
	tab_rows_move(&d->rows, 0);
}

/* Fold this folder; of a file, or one that is folded, go to that around. */
static void fold(struct files_tab *d)
{
	size_t parent;

	if (file_tree_fold(d->tree, d->rows.at, true))
		rows_changed(d, FILE_NONE);
	else if (file_tree_parent(d->tree, d->rows.at, &parent))
		tab_rows_move(&d->rows, (long)parent - (long)d->rows.at);
}

static void unfold(struct files_tab *d)
{
	if (file_tree_fold(d->tree, d->rows.at, false))
		rows_changed(d, FILE_NONE);
}

static void toggle_fold(struct files_tab *d)
{
	if (!file_tree_fold(d->tree, d->rows.at, true))
		file_tree_fold(d->tree, d->rows.at, false);
	rows_changed(d, FILE_NONE);
}

static void filter_by(struct files_tab *d, const struct torrent_detail *now,
	const char *text)
{
	uint32_t file = chosen_file(d);
	struct file_filter f;

	snprintf(d->filter, sizeof d->filter, "%s", text);
	file_filter_parse(&f, d->filter);
	file_tree_set_filter(d->tree, now->files, &f);
	rows_changed(d, file);
}

static void flat(struct files_tab *d)
{
	uint32_t file = chosen_file(d);

	file_tree_set_flat(d->tree, !file_tree_is_flat(d->tree));
	rows_changed(d, file);
}

static void mark_range(struct files_tab *d)
{
	size_t a = d->range_from, b = d->rows.at;

	d->ranging = !d->ranging;
	if (d->ranging)
		d->range_from = d->rows.at;
	else
		file_tree_mark(d->tree, a < b ? a : b, a < b ? b : a, true);
}

static void unmark(struct files_tab *d)
{
	d->ranging = false;
	file_tree_unmark(d->tree);
}

/* All that the filter lets through, in folded folders too; when they are marked
 * already: none. */
static void mark_all(struct files_tab *d)
{
	size_t before = file_tree_marked(d->tree);

	d->ranging = false;
	file_tree_mark_all(d->tree);
	if (file_tree_marked(d->tree) == before)
		file_tree_unmark(d->tree);
}

static void ask_filter(struct files_tab *d)
{
	struct ask ask = {.action = ACTION_FILTER,
		.label = "Filter",
		.text = d->filter,
		.live = true};

	tab_ask(&d->t, &ask);
}

static bool act_on_rows(struct files_tab *d, enum action action)
{
	switch (action) {
	case ACTION_FOLD:
		fold(d);
		return true;
	case ACTION_UNFOLD:
		unfold(d);
		return true;
	case ACTION_FOLD_TOGGLE:
		toggle_fold(d);
		return true;
	case ACTION_FLAT:
		flat(d);
		return true;
	case ACTION_FILTER:
		ask_filter(d);
		return true;
	case ACTION_MARK_RANGE:
		mark_range(d);
		return true;
	case ACTION_MARK_ALL:
		mark_all(d);
		return true;
	case ACTION_UNMARK:
		unmark(d);
		return true;
	default:
		return false;
	}
}

/* Esc ends what was begun here before it leaves. */
static bool escape(struct files_tab *d, const struct torrent_detail *now)
{
	if (d->ranging)
		d->ranging = false;
	else if (d->filter[0])
		filter_by(d, now, "");
	else
		return false;
	return true;
}

static bool act(struct tab *t, enum action action, const struct input *in)
{
	struct files_tab *d = files_of(t);
	const struct torrent_detail *now = follow(d);

	(void)in;
	if (!now)
		return false;
	switch (action) {
	case ACTION_ESCAPE:
		return escape(d, now);
	case ACTION_WANT:
		change(d, now, FILES_TOGGLE);
		return true;
	case ACTION_PRIORITY_UP:
		change(d, now, FILES_UP);
		return true;
	case ACTION_PRIORITY_DOWN:
		change(d, now, FILES_DOWN);
		return true;
	default:
		if (d->rows.at < file_tree_rows(d->tree) ||
			action == ACTION_FILTER || action == ACTION_FLAT)
			if (act_on_rows(d, action))
				return true;
		return tab_rows_act(&d->rows, action);
	}
}

static bool answer(struct tab *t, enum action action, const char *text,
	struct fault *fault)
{
	struct files_tab *d = files_of(t);
	const struct torrent_detail *now = follow(d);

	(void)fault;
	if (action == ACTION_FILTER && now)
		filter_by(d, now, text);
	return true;
}

/* A click on the chosen folder folds it. */
static bool mouse(struct tab *t, const struct input *in)
{
	struct files_tab *d = files_of(t);
	size_t before = d->rows.at;

	if (!follow(d) || !tab_rows_mouse(&d->rows, in, in->y - d->head))
		return false;
	if (in->button == MOUSE_LEFT && before == d->rows.at &&
		d->rows.at < file_tree_rows(d->tree) &&
		can_fold(d, ACTION_FOLD_TOGGLE))
		toggle_fold(d);
	return true;
}

const struct tab_class tab_files = {
	.name = "Files",
	.size = sizeof(struct files_tab),
	.fini = fini,
	.reset = reset,
	.update = update,
	.watch = watch,
	.draw = draw,
	.draw_motion = draw_motion,
	.contexts = contexts,
	.can = can,
	.act = act,
	.answer = answer,
	.mouse = mouse,
};
