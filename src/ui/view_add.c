/*
 * view_add.c - the Add dialog: one field that takes a magnet link, an info
 * hash, a web address or the path of a .torrent file.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/metainfo.h"
#include "ui/actions.h"
#include "ui/add_words.h"
#include "ui/dialog.h"
#include "ui/peek.h"
#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 84
#define BOX_ROWS 15
#define FOUND_TEXT_MAX 400
#define FREE_COLS 26 /* "999 GiB free, does not fit" */
#define PEEKED 8     /* candidates that are looked into */

enum add_field {
	FIELD_SOURCE,
	FIELD_FOLDER,
	FIELD_NOW,
	FIELD_ORDER,
	FIELD_CHOOSE,
	FIELD_LABEL,
	FIELD_COUNT,
};

struct add_view {
	struct view v;
	enum add_field focus;
	struct prompt source, label;
	struct folder_field folder;
	bool now, in_order, choose; /* choose: files first */
	struct completion files;
	struct peek peek;
	bool choosing; /* a candidate is chosen */
	size_t chosen;
	char *reading; /* the file to be added when it is here; NULL: none */
	char *looked;  /* the file that `found` tells about; NULL: none */
	char found[FOUND_TEXT_MAX];
	bool is_bad;    /* it is no torrent */
	uint64_t bytes; /* that it needs; 0: unknown */
	char problem[FAULT_TEXT_MAX];
};

static struct add_view *add_of(struct view *v)
{
	return (struct add_view *)(void *)v;
}

static const struct add_view *const_add(const struct view *v)
{
	return (const struct add_view *)(const void *)v;
}

static bool is_torrent_path(const char *text)
{
	size_t len = strlen(text);

	return source_classify(text) == SOURCE_PATH && len > 8 &&
	       strcmp(text + len - 8, ".torrent") == 0;
}

/* A file that is named in full is looked into before it is added. */
static void look_into(struct add_view *d)
{
	struct screen *s = d->v.screen;
	const char *text = prompt_text(&d->source);
	char *path = NULL;

	if (is_torrent_path(text))
		path = complete_expand(text, s->opt.home);
	if (path && d->looked && strcmp(path, d->looked) == 0) {
		mem_free(path);
		return;
	}
	mem_free(d->looked);
	d->looked = path;
	d->found[0] = '\0';
	d->is_bad = false;
	d->bytes = 0;
	if (path && s->ops->read_torrent)
		s->ops->read_torrent(s->user, path);
}

/* The path of a candidate; heap memory. */
static char *candidate_path(const struct add_view *d, const struct dir_entry *e)
{
	return mem_printf("%s%s%s", d->files.path ? d->files.path : "", e->name,
		e->is_dir ? "/" : "");
}

/* The next of those that are shown and not known yet. */
static void peek_on(struct add_view *d)
{
	struct screen *s = d->v.screen;
	size_t n = complete_count(&d->files);
	size_t first =
		d->choosing && d->chosen >= PEEKED ? d->chosen - PEEKED + 1 : 0;

	for (size_t i = first; i < n && i < first + PEEKED; i++) {
		const struct dir_entry *e = complete_at(&d->files, i);
		char *path = candidate_path(d, e);
		bool ask = peek_ask(&d->peek, path, e->is_dir);

		if (ask && e->is_dir && s->ops->read_folder)
			s->ops->read_folder(s->user, path);
		else if (ask && !e->is_dir && s->ops->read_torrent)
			s->ops->read_torrent(s->user, path);
		mem_free(path);
		if (ask)
			return;
	}
}

static void look(struct add_view *d)
{
	struct screen *s = d->v.screen;
	const char *text = prompt_text(&d->source), *read = NULL;

	d->choosing = false;
	d->chosen = 0;
	look_into(d);
	if (source_classify(text) != SOURCE_PATH) {
		complete_stop(&d->files);
		return;
	}
	complete_type(&d->files, text, s->opt.home, false, &read);
	if (read && s->ops->read_folder)
		s->ops->read_folder(s->user, read);
	peek_on(d);
}

static void init(struct view *v, const void *arg)
{
	struct add_view *d = add_of(v);
	const char *dir = v->screen->snap->default_dir;

	d->now = true;
	d->choose = !v->screen->takes_all;
	folder_field_set(&d->folder, v->screen, dir ? dir : "");
	prompt_set(&d->source, arg ? arg : "");
	look(d);
}

static void fini(struct view *v)
{
	struct add_view *d = add_of(v);

	prompt_stop(&d->source);
	prompt_stop(&d->label);
	folder_field_stop(&d->folder);
	complete_stop(&d->files);
	peek_stop(&d->peek);
	mem_free(d->reading);
	mem_free(d->looked);
}

static void folder_read(struct view *v, const char *path,
	const struct dir_entry *entries, size_t n)
{
	struct add_view *d = add_of(v);

	complete_answer(&d->files, path, entries, n);
	folder_field_read(&d->folder, path, entries, n);
	peek_folder(&d->peek, path, entries, n);
	peek_on(d);
}

/* --- what it understood
 * ------------------------------------------------------------ */

static void explain_file(struct add_view *d, struct span bytes,
	const struct fault *fault)
{
	const struct screen *s = d->v.screen;
	struct metainfo *m = NULL;
	struct fault wrong = {0};
	char what[FOUND_TEXT_MAX - 20], size[FORMAT_MAX];

	d->is_bad = true;
	if (fault) {
		snprintf(d->found, sizeof d->found, "%s", fault->what);
		return;
	}
	if (metainfo_parse(bytes, &m, &wrong) != ERR_OK) {
		snprintf(d->found, sizeof d->found, "no torrent: %s",
			wrong.what);
		return;
	}
	d->is_bad = false;
	d->bytes = m->content;
	format_size(size, m->content, s->opt.units);
	snprintf(what, sizeof what, "%s, %zu file%s: %.300s", size, m->nfiles,
		format_s(m->nfiles), m->raw_name);
	add_words_hash(s, &m->hash, m->ntrackers, what, d->found,
		sizeof d->found);
	metainfo_free(m);
}

/* One line under the field: what the text is taken for. */
static void explain(const struct add_view *d, const char *text, char *out,
	size_t cap)
{
	const struct screen *s = d->v.screen;

	out[0] = '\0';
	if (source_classify(text) != SOURCE_PATH)
		add_words_link(s, text, out, cap);
	else if (!d->choosing)
		snprintf(out, cap, "%s", d->found);
}

/* --- drawing
 * -------------------------------------------------------------------------- */

static const char *about(void *user, const struct dir_entry *e)
{
	struct add_view *d = user;
	char *path = candidate_path(d, e);
	const char *text = peek_known(&d->peek, path, e->is_dir);

	mem_free(path);
	return text ? text : e->is_dir ? "folder" : "torrent file";
}

/* Right of the folder; the columns that it takes. */
static int draw_free(struct add_view *d, const struct area *a, int y)
{
	uint64_t left = folder_field_free_bytes(&d->folder, d->v.screen);
	bool fits = d->bytes <= left;
	char size[FORMAT_MAX], text[FORMAT_MAX + 32];

	if (!left || a->w < 60)
		return 0;
	format_size(size, left, d->v.screen->opt.units);
	snprintf(text, sizeof text, "%s free%s", size,
		fits ? "" : ", does not fit");
	draw_field(a, (struct rect){a->w - 3 - FREE_COLS, y, FREE_COLS, 1},
		pen_on(fits ? ROLE_DIM : ROLE_WARN, GROUND_PANEL), FIT_RIGHT,
		text);
	return FREE_COLS + 2;
}

/* What is wrong, else what the text is taken for; false: nothing to say. */
static bool draw_note(struct add_view *d, const struct area *a, struct rect at)
{
	enum role role = d->is_bad ? ROLE_WARN : ROLE_OK;
	char note[FOUND_TEXT_MAX];

	explain(d, prompt_text(&d->source), note, sizeof note);
	if (d->problem[0]) {
		snprintf(note, sizeof note, "%s", d->problem);
		role = ROLE_ERR;
	}
	draw_field(a, at, pen_on(role, GROUND_PANEL), FIT_END, note);
	return note[0];
}

static void draw_candidates(struct add_view *d, const struct area *a,
	struct rect at)
{
	if (d->focus == FIELD_FOLDER)
		folder_field_draw_candidates(&d->folder, a, at);
	else if (d->focus == FIELD_SOURCE)
		dialog_candidates(a, at, &d->files, d->choosing, d->chosen,
			about, d);
}

static void draw_checks(struct add_view *d, const struct area *a, int x, int y,
	int gap)
{
	x += dialog_check(a, x, y, d->now, d->focus == FIELD_NOW, "now") + gap;
	x += dialog_check(a, x, y, d->in_order, d->focus == FIELD_ORDER,
		     "in order") +
	     gap;
	dialog_check(a, x, y, d->choose, d->focus == FIELD_CHOOSE,
		a->w < 60 ? "choose" : "choose files first");
}

static void draw_form(struct add_view *d, const struct area *a)
{
	struct pen label = pen_on(ROLE_DIM, GROUND_PANEL);
	int rows = a->h - 10;
	int y = 2;

	draw_text(a, 3, y++, label,
		"Magnet link, web address, info hash or file");
	prompt_draw(&d->source, a, (struct rect){3, y++, a->w - 6, 1},
		pen_on(ROLE_TEXT, GROUND_FIELD), d->focus == FIELD_SOURCE);
	if (!draw_note(d, a, (struct rect){3, y, a->w - 6, 1}) ||
		d->focus == FIELD_FOLDER)
		draw_candidates(d, a, (struct rect){3, y, a->w - 6, rows});
	y += rows + 1;
	draw_text(a, 3, y, label, "Save to");
	folder_field_draw(&d->folder, a,
		(struct rect){12, y, a->w - 15 - draw_free(d, a, y), 1},
		d->focus == FIELD_FOLDER);
	y += 1;
	draw_text(a, 5, y, label, "Start");
	draw_checks(d, a, 11, y, 2);
	y += 1;
	draw_text(a, 5, y, label, "Label");
	prompt_draw(&d->label, a, (struct rect){12, y, 24, 1},
		pen_on(ROLE_TEXT, GROUND_FIELD), d->focus == FIELD_LABEL);
	draw_field(a, (struct rect){3, a->h - 2, a->w - 6, 1}, label, FIT_END,
		"Tab complete or next field · ↑↓ choose · Enter add");
}

/* No room for a box: the field that is being filled in, and no other. */
static void draw_small(struct add_view *d, const struct area *a)
{
	struct area top = area_sub(a, 0, 0, a->w, a->h > 3 ? 3 : a->h - 1);
	struct pen text = pen_on(ROLE_TEXT, GROUND_PANEL);
	struct rect line = {0, 1, a->w, 1};

	draw_fill(&top, text);
	draw_text(&top, 0, 0, text,
		d->focus == FIELD_FOLDER  ? "Add torrent: save to"
		: d->focus == FIELD_LABEL ? "Add torrent: label"
					  : "Add torrent");
	if (d->focus == FIELD_SOURCE)
		prompt_draw(&d->source, &top, line,
			pen_on(ROLE_TEXT, GROUND_FIELD), true);
	else if (d->focus == FIELD_FOLDER)
		folder_field_draw(&d->folder, &top, line, true);
	else if (d->focus == FIELD_LABEL)
		prompt_draw(&d->label, &top, line,
			pen_on(ROLE_TEXT, GROUND_FIELD), true);
	else
		draw_checks(d, &top, 0, 1, 0);
	draw_note(d, &top, (struct rect){0, 2, a->w, 1});
}

static void draw(struct view *v, const struct area *a)
{
	struct add_view *d = add_of(v);
	int w = a->w < BOX_COLS + 4 ? a->w : BOX_COLS;
	int h = a->h < BOX_ROWS + 1 ? a->h - 1 : BOX_ROWS;
	struct area box = area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 4, w, h);

	if (h >= 12) {
		draw_box(&box, "Add torrent", "Esc cancel");
		draw_form(d, &box);
	} else {
		draw_small(d, a);
	}
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- adding
 * -----------------------------------------------------------------------------
 */

/* It is in the list now: its files may be chosen, or there is nothing more to
 * say. */
static void go_on(struct add_view *d, const struct add_source *src,
	struct torrent_id id)
{
	struct screen *s = d->v.screen;

	if (id.slot) {
		list_choose(&s->list, id);
		s->list.stale = true;
	}
	if (!src->choose)
		return;
	if (src->metainfo.n)
		view_push(s, &view_choose,
			&(struct choose_arg){
				.id = id, .fresh = true, .paused = !d->now});
	else
		view_push(s, &view_fetch,
			&(struct fetch_arg){.id = id,
				.fetch = id.slot ? 0 : id.generation,
				.what = src->url,
				.paused = !d->now});
}

static enum view_answer finish(struct add_view *d, struct add_source *src)
{
	struct screen *s = d->v.screen;
	char *folder = folder_field_path(&d->folder, s);
	struct command c = {.kind = CMD_ADD, .add = src};
	struct torrent_id id = {0, 0};
	struct fault fault = {0};
	enum err e = ERR_UNSUPPORTED;

	src->dir = folder;
	src->label = *prompt_text(&d->label) ? prompt_text(&d->label) : NULL;
	src->choose = d->choose;
	src->paused = !d->now && !d->choose;
	src->sequential = d->in_order;
	s->takes_all = !d->choose;
	if (s->ops->command)
		e = s->ops->command(s->user, &c, &id, &fault);
	mem_free(folder);
	if (e != ERR_OK && e != ERR_EXISTS) {
		snprintf(d->problem, sizeof d->problem, "%s",
			fault.what[0] ? fault.what : err_str(e));
		return VIEW_USED;
	}
	if (e == ERR_EXISTS) {
		screen_say(s, NEWS_WARN, "already in the list");
		src->choose = false;
	}
	go_on(d, src, id);
	return VIEW_CLOSE;
}

static void torrent_read(struct view *v, const char *path, struct span bytes,
	const struct fault *fault)
{
	struct add_view *d = add_of(v);
	struct add_source src = {.metainfo = bytes};

	peek_torrent(&d->peek, path, bytes, fault, v->screen->opt.units);
	if (!d->reading || strcmp(d->reading, path) != 0) {
		if (d->looked && strcmp(d->looked, path) == 0)
			explain_file(d, bytes, fault);
		peek_on(d);
		return;
	}
	mem_free(d->reading);
	d->reading = NULL;
	if (fault)
		snprintf(d->problem, sizeof d->problem, "%s", fault->what);
	else if (finish(d, &src) == VIEW_CLOSE)
		screen_close_view(v->screen, v);
}

static enum view_answer read_file(struct add_view *d, const char *text)
{
	struct screen *s = d->v.screen;
	char *path = complete_expand(text, s->opt.home);

	if (!s->ops->read_torrent) {
		mem_free(path);
		return VIEW_USED;
	}
	mem_free(d->reading);
	d->reading = path;
	s->ops->read_torrent(s->user, path);
	return VIEW_USED;
}

static enum view_answer add(struct add_view *d)
{
	const char *text = prompt_text(&d->source);
	struct add_source src = {.dir = NULL};

	switch (source_classify(text)) {
	case SOURCE_LINK:
		src.link = text;
		return finish(d, &src);
	case SOURCE_URL:
		src.url = text;
		return finish(d, &src);
	case SOURCE_PATH:
		return read_file(d, text);
	case SOURCE_NOTHING:
		break;
	}
	snprintf(d->problem, sizeof d->problem,
		"type or paste something first");
	return VIEW_USED;
}

/* --- keys
 * ----------------------------------------------------------------------------------
 */

static void step_field(struct add_view *d, int by)
{
	d->focus = (enum add_field)(((int)d->focus + by + FIELD_COUNT) %
				    FIELD_COUNT);
	d->choosing = d->folder.choosing = false;
}

/* False: what would change nothing. */
static bool replace(struct add_view *d, char *text)
{
	bool news = text && strcmp(text, prompt_text(&d->source)) != 0;

	if (news) {
		prompt_set(&d->source, text);
		look(d);
	}
	mem_free(text);
	return news;
}

static void complete(struct add_view *d)
{
	bool done = false;

	if (d->focus == FIELD_SOURCE)
		done = replace(d, d->choosing
					  ? complete_with(&d->files, d->chosen)
					  : complete_common(&d->files));
	else if (d->focus == FIELD_FOLDER)
		done = folder_field_complete(&d->folder, d->v.screen);
	if (!done)
		step_field(d, 1);
}

static void choose(struct add_view *d, int by)
{
	size_t n = complete_count(&d->files);

	if (d->focus == FIELD_FOLDER && folder_field_choose(&d->folder, by))
		return;
	if (d->focus != FIELD_SOURCE || n == 0) {
		step_field(d, by);
		return;
	}
	if (d->choosing)
		d->chosen = (d->chosen + n + (by > 0 ? 1 : n - 1)) % n;
	else
		d->chosen = by > 0 ? 0 : n - 1;
	d->choosing = true;
	peek_on(d);
}

static enum view_answer accept(struct add_view *d)
{
	if (d->focus == FIELD_FOLDER &&
		folder_field_accept(&d->folder, d->v.screen))
		return VIEW_USED;
	if (d->focus == FIELD_SOURCE && d->choosing) {
		char *text = complete_with(&d->files, d->chosen);
		bool folder = text && text[strlen(text) - 1] == '/';

		replace(d, text);
		if (folder)
			return VIEW_USED;
	}
	return add(d);
}

static bool type(struct add_view *d, const struct input *in)
{
	if (d->focus == FIELD_FOLDER)
		return folder_field_input(&d->folder, d->v.screen, in);
	if (d->focus == FIELD_LABEL)
		return prompt_input(&d->label, in) != PROMPT_UNUSED;
	if (d->focus != FIELD_SOURCE)
		return false;
	switch (prompt_input(&d->source, in)) {
	case PROMPT_CHANGED:
		look(d);
		return true;
	case PROMPT_MOVED:
		return true;
	case PROMPT_UNUSED:
		break;
	}
	return false;
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct add_view *d = add_of(v);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (type(d, in)) {
		d->problem[0] = '\0';
		return VIEW_USED;
	}
	return in->kind == INPUT_PASTE ? VIEW_USED : VIEW_UNUSED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct add_view *d = add_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return accept(d);
	case ACTION_COMPLETE:
		complete(d);
		return VIEW_USED;
	case ACTION_COMPLETE_BACK:
		step_field(d, -1);
		return VIEW_USED;
	case ACTION_TOGGLE:
		if (d->focus == FIELD_NOW)
			d->now = !d->now;
		if (d->focus == FIELD_ORDER)
			d->in_order = !d->in_order;
		if (d->focus == FIELD_CHOOSE)
			d->choose = !d->choose;
		return VIEW_USED;
	case ACTION_UP:
		choose(d, -1);
		return VIEW_USED;
	case ACTION_DOWN:
		choose(d, 1);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned contexts(const struct view *v)
{
	(void)const_add(v);
	return CTX_ADD | CTX_DIALOG;
}

const struct view_class view_add = {
	.size = sizeof(struct add_view),
	.shades = true,
	.init = init,
	.fini = fini,
	.folder_read = folder_read,
	.torrent_read = torrent_read,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
