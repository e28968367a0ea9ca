/*
 * view_add_choose.c - the Add dialog when the files are known: which of them,
 * where to, now or later.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/choose_tree.h"
#include "ui/dialog.h"
#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 88
#define BOX_MARGIN 3  /* rows above and below it, where there is room */
#define SMALL_COLS 60 /* narrower: no box, short words */
#define SMALL_ROWS 16 /* lower: likewise */

enum choose_field {
	FIELD_TREE,
	FIELD_FILTER,
	FIELD_FOLDER,
	FIELD_BUTTONS,
};

enum {
	BUTTON_START,
	BUTTON_PAUSED,
	BUTTON_CANCEL,
};

struct choose_view {
	struct view v;
	struct torrent_id id;
	bool fresh; /* it was added to this end: leaving takes it back */
	uint64_t waited_ms;
	struct choose_tree *tree; /* NULL: the files have not come yet */
	enum choose_field focus;
	struct prompt filter;
	struct folder_field folder;
	struct dialog_buttons buttons;
	bool touched; /* something was chosen */
	bool sure;    /* it does not fit, and the user was told */
	char problem[FAULT_TEXT_MAX];
};

static struct choose_view *choose_of(struct view *v)
{
	return (struct choose_view *)(void *)v;
}

static const struct choose_view *const_choose(const struct view *v)
{
	return (const struct choose_view *)(const void *)v;
}

static const struct torrent_row *row_of(const struct choose_view *d)
{
	return list_row(d->v.screen->snap, d->id);
}

static void init(struct view *v, const void *arg)
{
	const struct choose_arg *a = arg;
	struct choose_view *d = choose_of(v);
	const struct torrent_row *row;

	d->id = a->id;
	d->fresh = a->fresh;
	d->waited_ms = a->waited_ms;
	d->buttons.chosen = a->paused ? BUTTON_PAUSED : BUTTON_START;
	d->buttons.n = 3;
	row = row_of(d);
	if (row && row->dir)
		folder_field_set(&d->folder, v->screen, row->dir);
}

static void fini(struct view *v)
{
	struct choose_view *d = choose_of(v);

	choose_tree_free(d->tree);
	prompt_stop(&d->filter);
	folder_field_stop(&d->folder);
}

static uint32_t watch(const struct view *v, struct torrent_id *id)
{
	const struct choose_view *d = const_choose(v);

	*id = d->id;
	return WATCH_PEERS | WATCH_PIECES | (d->tree ? 0 : WATCH_FILES);
}

static void folder_read(struct view *v, const char *path,
	const struct dir_entry *entries, size_t n)
{
	folder_field_read(&choose_of(v)->folder, path, entries, n);
}

static void update(struct view *v)
{
	struct choose_view *d = choose_of(v);
	const struct torrent_detail *t = v->screen->detail;
	const struct torrent_row *row = row_of(d);

	if (!row || !row->waits_for_choice) {
		screen_close_view(v->screen, v);
		return;
	}
	/* The row was not known when the dialog opened. */
	if (!*prompt_text(&d->folder.prompt) && !d->tree && row->dir)
		folder_field_set(&d->folder, v->screen, row->dir);
	if (!d->tree && torrent_id_equal(t->id, d->id) && t->files)
		d->tree = choose_tree_new(t->files, t->nfiles);
}

/* --- drawing ---------------------------------------------------------------
 */

static void draw_tree(struct choose_view *d, const struct area *a)
{
	if (d->tree)
		choose_tree_draw(d->tree, a, d->focus == FIELD_TREE,
			d->v.screen->opt.units);
	else
		draw_text(a, 1, 0, pen_on(ROLE_DIM, GROUND_PANEL),
			"its files are being listed");
}

static bool fits(struct choose_view *d)
{
	uint64_t left = folder_field_free_bytes(&d->folder, d->v.screen);

	return !left || !d->tree || choose_tree_totals(d->tree)->wanted <= left;
}

static void draw_sum(struct choose_view *d, const struct area *a, int x, int y)
{
	enum units u = d->v.screen->opt.units;
	bool narrow = a->w < SMALL_COLS, ok = fits(d);
	uint64_t left = folder_field_free_bytes(&d->folder, d->v.screen);
	const struct file_totals *t;
	char some[FORMAT_MAX], all[FORMAT_MAX], room[FORMAT_MAX];

	if (!d->tree)
		return;
	t = choose_tree_totals(d->tree);
	if (narrow) {
		format_size_short(some, t->wanted, u);
		format_size_short(all, t->size, u);
		format_size_short(room, left, u);
		x += draw_textf(a, x, y, pen_on(ROLE_TEXT, GROUND_PANEL),
			"%s of %s, %zu of %zu", some, all,
			t->nfiles - t->nskipped, t->nfiles);
	} else {
		format_size(some, t->wanted, u);
		format_size(all, t->size, u);
		format_size(room, left, u);
		x += draw_textf(a, x, y, pen_on(ROLE_TEXT, GROUND_PANEL),
			"%s of %s chosen, %zu of %zu file%s", some, all,
			t->nfiles - t->nskipped, t->nfiles,
			format_s(t->nfiles));
	}
	if (!left)
		return;
	x += draw_textf(a, x, y, pen_on(ROLE_DIM, GROUND_PANEL),
		narrow ? "  %s free" : "   %s free", room);
	draw_text(a, x + 2, y, pen_on(ok ? ROLE_OK : ROLE_WARN, GROUND_PANEL),
		ok ? narrow ? "✓" : "✓ fits" : "does not fit");
}

static void draw_filter(struct choose_view *d, const struct area *a, int x,
	int y, int w)
{
	x += draw_text(a, x, y, pen_on(ROLE_KEY, GROUND_PANEL), "/ ");
	prompt_draw(&d->filter, a, (struct rect){x, y, w - 2, 1},
		pen_on(ROLE_TEXT, GROUND_FIELD), d->focus == FIELD_FILTER);
}

static bool shows_filter(struct choose_view *d)
{
	return d->focus == FIELD_FILTER || *prompt_text(&d->filter);
}

/* What is wrong, where the sum of it stands otherwise. */
static void draw_status(struct choose_view *d, const struct area *a, int x,
	int y)
{
	const struct torrent_row *row = row_of(d);
	const char *wrong = d->problem;

	if (!*wrong && !d->touched && row && row->state == TORRENT_FAULTY)
		wrong = row->fault.what;
	if (*wrong)
		draw_field(a, (struct rect){x, y, a->w - 2 * x, 1},
			pen_on(ROLE_ERR, GROUND_PANEL), FIT_END, wrong);
	else
		draw_sum(d, a, x, y);
}

static void draw_folder(struct choose_view *d, const struct area *a, int x,
	int y, const struct area *over)
{
	bool focus = d->focus == FIELD_FOLDER;
	int rows = over->h < 6 ? over->h : 6;
	struct area top = area_sub(over, 0, over->h - rows, over->w, rows);

	draw_text(a, x, y, pen_on(ROLE_DIM, GROUND_PANEL), "Save to");
	folder_field_draw(&d->folder, a,
		(struct rect){x + 9, y, a->w - 2 * x - 9, 1}, focus);
	if (!focus || complete_count(&d->folder.found) == 0)
		return;
	draw_fill(&top, pen_on(ROLE_TEXT, GROUND_PANEL));
	folder_field_draw_candidates(&d->folder, &top,
		(struct rect){0, 0, top.w, top.h});
}

static void draw_box_form(struct choose_view *d, const struct area *a,
	const char *name)
{
	struct area tree = area_sub(a, 2, 2, a->w - 4, a->h - 9);
	const char *leave = d->fresh ? "Esc cancel" : "Esc choose later";
	char shown[180], title[200], hint[80];
	int y = a->h - 7;

	text_fit(a->grid->tier, name, a->w - 22, FIT_MIDDLE, shown,
		sizeof shown);
	snprintf(title, sizeof title, "%s: choose files", shown);
	if (d->waited_ms >= 100)
		snprintf(hint, sizeof hint, "file list arrived in %u.%u s · %s",
			(unsigned)(d->waited_ms / 1000),
			(unsigned)(d->waited_ms / 100 % 10), leave);
	else
		snprintf(hint, sizeof hint, "%s", leave);
	draw_box(a, title, hint);
	if (shows_filter(d))
		draw_filter(d, a, 3, 1, a->w - 6);
	else
		draw_text(a, 2, 1, pen_on(ROLE_FAINT, GROUND_PANEL),
			a->w < SMALL_COLS ? "       Size  Name"
					  : "       Size  Prio    Name");
	draw_tree(d, &tree);
	draw_hline(a, 1, y, a->w - 2, pen_on(ROLE_RULE, GROUND_PANEL), 0x2500);
	draw_status(d, a, 3, y + 1);
	draw_folder(d, a, 3, y + 2, &tree);
	dialog_buttons_draw(&d->buttons, a, 2, y + 4,
		d->focus == FIELD_BUTTONS);
}

static void draw_small_form(struct choose_view *d, const struct area *a,
	const char *name)
{
	struct area tree = area_sub(a, 0, 1, a->w, a->h - 4);

	draw_fill(a, pen_on(ROLE_TEXT, GROUND_PANEL));
	if (shows_filter(d))
		draw_filter(d, a, 0, 0, a->w);
	else
		draw_field(a, (struct rect){0, 0, a->w, 1},
			pen_on(ROLE_STRONG, GROUND_PANEL), FIT_MIDDLE, name);
	draw_tree(d, &tree);
	draw_status(d, a, 0, a->h - 3);
	draw_folder(d, a, 0, a->h - 2, &tree);
	dialog_buttons_draw(&d->buttons, a, 0, a->h - 1,
		d->focus == FIELD_BUTTONS);
}

static void draw(struct view *v, const struct area *a)
{
	struct choose_view *d = choose_of(v);
	const struct torrent_row *row = row_of(d);
	bool boxed = a->w >= SMALL_COLS && a->h > SMALL_ROWS;
	int w = a->w < BOX_COLS + 4 ? a->w : BOX_COLS;
	int above = a->h > 26 ? BOX_MARGIN : 0;
	struct area box = boxed ? area_sub(a, (a->w - w) / 2, above, w,
					  a->h - 1 - 2 * above)
	                        : area_sub(a, 0, 0, a->w, a->h - 1);

	d->buttons.label[BUTTON_START] = "Start";
	d->buttons.label[BUTTON_PAUSED] = boxed ? "Add paused" : "Paused";
	d->buttons.label[BUTTON_CANCEL] = d->fresh ? "Cancel" : "Remove";
	if (boxed)
		draw_box_form(d, &box, row ? row->name : "");
	else if (box.h >= 5)
		draw_small_form(d, &box, row ? row->name : "");
	else if (box.h > 0)
		dialog_buttons_draw(&d->buttons, &box, 0, 0,
			d->focus == FIELD_BUTTONS);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- starting --------------------------------------------------------------
 */

static enum view_answer start(struct choose_view *d, bool paused)
{
	struct screen *s = d->v.screen;
	struct start_choice choice = {.paused = paused};
	struct command c = {
		.kind = CMD_START, .torrent = d->id, .start = &choice};
	struct fault fault = {0};
	enum err e = ERR_UNSUPPORTED;
	char *folder;

	if (!d->tree)
		return VIEW_USED;
	if (!fits(d) && !d->sure) {
		d->sure = true;
		snprintf(d->problem, sizeof d->problem,
			"it does not fit there: Enter once more to start all "
			"the same");
		return VIEW_USED;
	}
	folder = folder_field_path(&d->folder, s);
	choice.dir = folder;
	choice.priority = choose_tree_priorities(d->tree, &choice.nfiles);
	if (s->ops->command)
		e = s->ops->command(s->user, &c, NULL, &fault);
	mem_free(folder);
	if (e == ERR_OK)
		return VIEW_CLOSE;
	snprintf(d->problem, sizeof d->problem, "%s",
		fault.what[0] ? fault.what : err_str(e));
	return VIEW_USED;
}

static enum view_answer give_up(struct choose_view *d)
{
	action_remove(d->v.screen, &d->id, 1, false);
	return VIEW_CLOSE;
}

static enum view_answer press(struct choose_view *d, int button)
{
	d->buttons.chosen = button;
	if (button == BUTTON_CANCEL)
		return give_up(d);
	return start(d, button == BUTTON_PAUSED);
}

/* --- keys ------------------------------------------------------------------
 */

static void changed(struct choose_view *d)
{
	d->problem[0] = '\0';
	d->sure = false;
	d->touched = true;
}

static enum view_answer act_tree(struct choose_view *d, enum action action)
{
	if (d->tree && choose_tree_act(d->tree, action))
		changed(d);
	return VIEW_USED;
}

static void step_field(struct choose_view *d, int by)
{
	static const enum choose_field order[] = {
		FIELD_TREE, FIELD_FOLDER, FIELD_BUTTONS};
	int at = 0;

	for (int i = 0; i < 3; i++)
		if (order[i] == d->focus)
			at = i;
	d->focus = order[(at + by + 3) % 3];
}

static void set_filter(struct choose_view *d, const char *text)
{
	if (d->tree)
		choose_tree_filter(d->tree, text);
}

static void clear_filter(struct choose_view *d)
{
	prompt_set(&d->filter, "");
	set_filter(d, "");
}

static enum view_answer act_filter(struct choose_view *d, enum action action)
{
	if (action == ACTION_CLOSE) {
		clear_filter(d);
	} else if (action == ACTION_UP || action == ACTION_DOWN) {
		act_tree(d, action);
		return VIEW_USED;
	}
	d->focus = FIELD_TREE;
	return VIEW_USED;
}

static enum view_answer act_folder(struct choose_view *d, enum action action)
{
	struct screen *s = d->v.screen;

	changed(d);
	if (action == ACTION_COMPLETE && folder_field_complete(&d->folder, s))
		return VIEW_USED;
	if ((action == ACTION_UP || action == ACTION_DOWN) &&
		folder_field_choose(&d->folder, action == ACTION_UP ? -1 : 1))
		return VIEW_USED;
	if (action == ACTION_ACCEPT && folder_field_accept(&d->folder, s))
		return VIEW_USED;
	return VIEW_UNUSED;
}

static enum view_answer act_buttons(struct choose_view *d, enum action action)
{
	switch (action) {
	case ACTION_FOLD:
	case ACTION_UNFOLD:
		dialog_buttons_step(&d->buttons,
			action == ACTION_UNFOLD ? 1 : -1);
		return VIEW_USED;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer act_anywhere(struct choose_view *d, enum action action)
{
	switch (action) {
	case ACTION_ACCEPT:
		return press(d, d->buttons.chosen);
	case ACTION_COMPLETE:
	case ACTION_DOWN:
		step_field(d, 1);
		return VIEW_USED;
	case ACTION_COMPLETE_BACK:
	case ACTION_UP:
		step_field(d, -1);
		return VIEW_USED;
	case ACTION_FILTER:
		d->focus = FIELD_FILTER;
		return VIEW_USED;
	case ACTION_CLOSE:
		if (!*prompt_text(&d->filter))
			return d->fresh ? give_up(d) : VIEW_CLOSE;
		clear_filter(d);
		return VIEW_USED;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct choose_view *d = choose_of(v);
	enum view_answer answer = VIEW_UNUSED;

	(void)in;
	if (d->focus == FIELD_FILTER)
		return act_filter(d, action);
	if (d->focus == FIELD_FOLDER)
		answer = act_folder(d, action);
	else if (d->focus == FIELD_BUTTONS)
		answer = act_buttons(d, action);
	else if (action != ACTION_ACCEPT && action != ACTION_COMPLETE &&
		 action != ACTION_COMPLETE_BACK && action != ACTION_FILTER &&
		 action != ACTION_CLOSE)
		answer = act_tree(d, action);
	return answer == VIEW_UNUSED ? act_anywhere(d, action) : answer;
}

static enum view_answer click(struct choose_view *d, const struct input *in)
{
	int button = dialog_buttons_at(&d->buttons, in->x, in->y);

	if (button >= 0)
		return press(d, button);
	if (d->tree && choose_tree_click(d->tree, in->x, in->y)) {
		d->focus = FIELD_TREE;
		changed(d);
	}
	return VIEW_USED;
}

static void wheel(struct choose_view *d, int by)
{
	if (d->tree)
		choose_tree_move(d->tree, by);
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct choose_view *d = choose_of(v);

	if (in->kind == INPUT_MOUSE) {
		if (in->button == MOUSE_WHEEL_UP ||
			in->button == MOUSE_WHEEL_DOWN)
			wheel(d, in->button == MOUSE_WHEEL_UP ? -3 : 3);
		else if (in->button == MOUSE_LEFT)
			return click(d, in);
		return VIEW_USED;
	}
	if (d->focus == FIELD_FILTER) {
		enum prompt_answer p = prompt_input(&d->filter, in);

		if (p == PROMPT_CHANGED)
			set_filter(d, prompt_text(&d->filter));
		return p == PROMPT_UNUSED ? VIEW_UNUSED : VIEW_USED;
	}
	if (d->focus == FIELD_FOLDER &&
		folder_field_input(&d->folder, v->screen, in)) {
		changed(d);
		return VIEW_USED;
	}
	return in->kind == INPUT_PASTE ? VIEW_USED : VIEW_UNUSED;
}

static unsigned contexts(const struct view *v)
{
	const struct choose_view *d = const_choose(v);

	switch (d->focus) {
	case FIELD_TREE:
		return CTX_CHOOSE | CTX_SCROLL | CTX_START | CTX_DIALOG;
	case FIELD_FILTER:
		return CTX_FILTER | CTX_DIALOG;
	case FIELD_FOLDER:
		return CTX_START | CTX_DIALOG;
	case FIELD_BUTTONS:
		break;
	}
	return CTX_BUTTONS | CTX_DIALOG;
}

const struct view_class view_choose = {
	.size = sizeof(struct choose_view),
	.shades = true,
	.init = init,
	.fini = fini,
	.update = update,
	.watch = watch,
	.folder_read = folder_read,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
