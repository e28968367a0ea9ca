/*
 * view_add.c - the Add dialog: one field that takes a magnet link, an info
 * hash, a web address or the path of a .torrent file.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/infohash.h"
#include "proto/magnet.h"
#include "proto/metainfo.h"
#include "ui/actions.h"
#include "ui/screen.h"
#include "ui/views.h"

#define CANDIDATES_MAX 5 /* shown at once */
#define BOX_COLS 84
#define BOX_ROWS 15
#define FOUND_TEXT_MAX 400
#define FREE_COLS 26 /* "999 GiB free, does not fit" */

enum add_field {
	FIELD_SOURCE,
	FIELD_FOLDER,
	FIELD_NOW,
	FIELD_ORDER,
	FIELD_COUNT,
};

struct add_view {
	struct view v;
	enum add_field focus;
	struct prompt source, folder;
	bool now, in_order;
	struct completion files, folders;
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

static void look(struct add_view *d)
{
	struct screen *s = d->v.screen;
	bool folder = d->focus == FIELD_FOLDER;
	struct completion *c = folder ? &d->folders : &d->files;
	const char *text = prompt_text(folder ? &d->folder : &d->source);
	const char *read = NULL;

	d->choosing = false;
	d->chosen = 0;
	if (!folder)
		look_into(d);
	if (!folder && source_classify(text) != SOURCE_PATH) {
		complete_stop(c);
		return;
	}
	complete_type(c, text, s->opt.home, folder, &read);
	if (read && s->ops->read_folder)
		s->ops->read_folder(s->user, read);
}

static void init(struct view *v, const void *arg)
{
	struct add_view *d = add_of(v);
	const char *dir = v->screen->snap->default_dir;

	d->now = true;
	prompt_set(&d->folder, dir ? dir : "");
	prompt_set(&d->source, arg ? arg : "");
	look(d);
}

static void fini(struct view *v)
{
	struct add_view *d = add_of(v);

	prompt_stop(&d->source);
	prompt_stop(&d->folder);
	complete_stop(&d->files);
	complete_stop(&d->folders);
	mem_free(d->reading);
	mem_free(d->looked);
}

void view_add_folder(struct view *v, const char *path,
	const struct dir_entry *entries, size_t n)
{
	complete_answer(&add_of(v)->files, path, entries, n);
	complete_answer(&add_of(v)->folders, path, entries, n);
}

/* --- what it understood
 * ------------------------------------------------------------ */

static const struct torrent_row *known_row(const struct screen *s,
	const struct infohash *h)
{
	uint8_t wire[20];

	infohash_wire(h, wire);
	for (size_t i = 0; i < s->snap->nrows; i++)
		if (memcmp(s->snap->rows[i].wire_hash, wire, 20) == 0)
			return &s->snap->rows[i];
	return NULL;
}

static void explain_hash(const struct screen *s, const struct infohash *h,
	const char *what, char *out, size_t cap)
{
	const struct torrent_row *row = known_row(s, h);

	if (row)
		snprintf(out, cap,
			"already in the list: Enter adds what is new in it");
	else
		snprintf(out, cap, "%s", what);
}

static void explain_magnet(const struct screen *s, const char *text, char *out,
	size_t cap)
{
	struct magnet *m = NULL;
	struct fault fault = {0};
	char what[200];

	if (magnet_parse(span_str(text), &m, &fault) != ERR_OK) {
		snprintf(out, cap, "%s", fault.what);
		return;
	}
	snprintf(what, sizeof what, "magnet link: %.100s%s%zu tracker%s",
		m->name ? m->name : "", m->name ? ", " : "", m->ntrackers,
		format_s(m->ntrackers));
	explain_hash(s, &m->hash, what, out, cap);
	magnet_free(m);
}

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
	explain_hash(s, &m->hash, what, d->found, sizeof d->found);
	metainfo_free(m);
}

/* One line under the field: what the text is taken for. */
static void explain(const struct add_view *d, const char *text, char *out,
	size_t cap)
{
	const struct screen *s = d->v.screen;
	struct infohash hash = {0};

	out[0] = '\0';
	switch (source_classify(text)) {
	case SOURCE_LINK:
		if (infohash_parse(span_str(text), &hash) == ERR_OK)
			explain_hash(s, &hash, "info hash", out, cap);
		else
			explain_magnet(s, text, out, cap);
		break;
	case SOURCE_URL:
		snprintf(out, cap, "web address of a .torrent file");
		break;
	case SOURCE_PATH:
		if (!d->choosing)
			snprintf(out, cap, "%s", d->found);
		break;
	case SOURCE_NOTHING:
		break;
	}
}

/* --- drawing
 * -------------------------------------------------------------------------- */

static struct prompt *field_prompt(struct add_view *d)
{
	return d->focus == FIELD_SOURCE   ? &d->source
	       : d->focus == FIELD_FOLDER ? &d->folder
	                                  : NULL;
}

static const struct completion *completion_of(const struct add_view *d)
{
	return d->focus == FIELD_FOLDER ? &d->folders : &d->files;
}

static void draw_candidates(const struct add_view *d, const struct area *a,
	int y, int rows)
{
	const struct completion *c = completion_of(d);
	size_t n = complete_count(c);
	size_t top = d->choosing && d->chosen >= (size_t)rows
	                     ? d->chosen - (size_t)rows + 1
	                     : 0;

	for (int i = 0; i < rows && top + (size_t)i < n; i++) {
		const struct dir_entry *e = complete_at(c, top + (size_t)i);
		bool here = d->choosing && d->chosen == top + (size_t)i;
		struct pen pen = here ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
		                      : pen_on(ROLE_TEXT, GROUND_FIELD);
		struct area row = area_sub(a, 3, y + i, a->w - 6, 1);
		char *name = text_clean(span_str(e->name), 0);

		if (i == rows - 1 && top + (size_t)rows < n && !here) {
			mem_free(name);
			draw_textf(&row, 2, 0, pen_on(ROLE_DIM, GROUND_PANEL),
				"… %zu more", n - top - (size_t)rows + 1);
			break;
		}
		draw_fill(&row, pen);
		if (here)
			draw_char(&row, 0, 0, pen, 0x25b8);
		draw_textf(&row, 2, 0, pen, "%s%s", name, e->is_dir ? "/" : "");
		draw_field(&row, (struct rect){row.w - 16, 0, 15, 1}, pen,
			FIT_RIGHT, e->is_dir ? "folder" : "torrent file");
		mem_free(name);
	}
}

static void draw_check(const struct area *a, int x, int y, bool on, bool focus,
	const char *word)
{
	struct pen pen = focus ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
	                       : pen_on(ROLE_TEXT, GROUND_PANEL);

	draw_textf(a, x, y, pen, "%s[%c] %s", focus ? "▸" : " ", on ? 'x' : ' ',
		word);
	if (focus) {
		a->grid->cursor_x = a->x + x + 2;
		a->grid->cursor_y = a->y + y;
	}
}

/* Right of the folder, when it is the one whose disk is known; the columns
 * that it takes. */
static int draw_free(struct add_view *d, const struct area *a, int y)
{
	const struct snapshot *snap = d->v.screen->snap;
	const char *folder = prompt_text(&d->folder);
	uint64_t left = snap->totals.free_bytes;
	bool fits = d->bytes <= left;
	char size[FORMAT_MAX], text[FORMAT_MAX + 32];

	if (!left || a->w < 60 || !snap->default_dir ||
		strcmp(folder, snap->default_dir) != 0)
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

static void draw_form(struct add_view *d, const struct area *a)
{
	struct pen label = pen_on(ROLE_DIM, GROUND_PANEL);
	struct pen field = pen_on(ROLE_TEXT, GROUND_FIELD);
	int rows = a->h - 10;
	int y = 2;

	draw_text(a, 3, y++, label,
		"Magnet link, web address, info hash or file");
	prompt_draw(&d->source, a, (struct rect){3, y++, a->w - 6, 1}, field,
		d->focus == FIELD_SOURCE);
	if (!draw_note(d, a, (struct rect){3, y, a->w - 6, 1}) &&
		d->focus == FIELD_SOURCE)
		draw_candidates(d, a, y, rows);
	y += rows + 1;
	draw_text(a, 3, y, label, "Save to");
	prompt_draw(&d->folder, a,
		(struct rect){12, y, a->w - 15 - draw_free(d, a, y), 1}, field,
		d->focus == FIELD_FOLDER);
	if (d->focus == FIELD_FOLDER)
		draw_candidates(d, a, y - rows - 1, rows);
	y += 1;
	draw_text(a, 5, y, label, "Start");
	draw_check(a, 11, y, d->now, d->focus == FIELD_NOW, "now");
	draw_check(a, 21, y, d->in_order, d->focus == FIELD_ORDER,
		"pieces in order");
	draw_field(a, (struct rect){3, a->h - 2, a->w - 6, 1}, label, FIT_END,
		"Tab complete or next field · ↑↓ choose · Enter add");
}

/* No room for a box: the field that is being filled in, and no other. */
static void draw_small(struct add_view *d, const struct area *a)
{
	struct area top = area_sub(a, 0, 0, a->w, a->h > 3 ? 3 : a->h - 1);
	struct pen text = pen_on(ROLE_TEXT, GROUND_PANEL);

	draw_fill(&top, text);
	draw_text(&top, 0, 0, text,
		d->focus == FIELD_FOLDER ? "Add torrent: save to"
					 : "Add torrent");
	if (d->focus == FIELD_NOW || d->focus == FIELD_ORDER) {
		draw_check(&top, 0, 1, d->now, d->focus == FIELD_NOW, "now");
		draw_check(&top, 10, 1, d->in_order, d->focus == FIELD_ORDER,
			"pieces in order");
	} else {
		prompt_draw(field_prompt(d), &top, (struct rect){0, 1, a->w, 1},
			pen_on(ROLE_TEXT, GROUND_FIELD), true);
	}
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

static enum view_answer finish(struct add_view *d, struct add_source *src)
{
	struct screen *s = d->v.screen;
	char *folder = complete_expand(prompt_text(&d->folder), s->opt.home);
	struct command c = {.kind = CMD_ADD, .add = src};
	struct torrent_id id = {0, 0};
	struct fault fault = {0};
	enum err e = ERR_UNSUPPORTED;

	src->dir = *folder ? folder : NULL;
	src->paused = !d->now;
	src->sequential = d->in_order;
	if (s->ops->command)
		e = s->ops->command(s->user, &c, &id, &fault);
	mem_free(folder);
	if (e != ERR_OK && e != ERR_EXISTS) {
		snprintf(d->problem, sizeof d->problem, "%s",
			fault.what[0] ? fault.what : err_str(e));
		return VIEW_USED;
	}
	if (e == ERR_EXISTS)
		screen_say(s, NEWS_WARN, "already in the list");
	if (id.slot || id.generation) {
		list_choose(&s->list, id);
		s->list.stale = true;
	}
	return VIEW_CLOSE;
}

void view_add_torrent(struct view *v, const char *path, struct span bytes,
	const struct fault *fault)
{
	struct add_view *d = add_of(v);
	struct add_source src = {.metainfo = bytes};

	if (!d->reading || strcmp(d->reading, path) != 0) {
		if (d->looked && strcmp(d->looked, path) == 0)
			explain_file(d, bytes, fault);
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

static void replace(struct add_view *d, char *text)
{
	prompt_set(field_prompt(d), text);
	mem_free(text);
	look(d);
}

static void step_field(struct add_view *d, int by)
{
	d->focus = (enum add_field)(((int)d->focus + by + FIELD_COUNT) %
				    FIELD_COUNT);
	look(d);
}

static void complete(struct add_view *d)
{
	const struct completion *c = completion_of(d);
	char *text = NULL;

	if (field_prompt(d))
		text = d->choosing ? complete_with(c, d->chosen)
		                   : complete_common(c);
	/* What would change nothing moves on. */
	if (text && strcmp(text, prompt_text(field_prompt(d))) != 0) {
		replace(d, text);
		return;
	}
	mem_free(text);
	step_field(d, 1);
}

static void choose(struct add_view *d, int by)
{
	size_t n = field_prompt(d) ? complete_count(completion_of(d)) : 0;

	if (n == 0) {
		step_field(d, by);
	} else if (!d->choosing) {
		d->choosing = true;
		d->chosen = by > 0 ? 0 : n - 1;
	} else {
		d->chosen = (d->chosen + n + (size_t)(by + (int)n) - n) % n;
	}
}

static enum view_answer accept(struct add_view *d)
{
	if (d->choosing && field_prompt(d)) {
		char *text = complete_with(completion_of(d), d->chosen);
		bool folder = text && text[strlen(text) - 1] == '/';

		if (text)
			replace(d, text);
		if (!text || folder || d->focus == FIELD_FOLDER)
			return VIEW_USED;
	}
	return add(d);
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct add_view *d = add_of(v);
	struct prompt *p = field_prompt(d);

	if (in->kind == INPUT_MOUSE)
		return VIEW_USED;
	if (!p && in->kind == INPUT_PASTE)
		return VIEW_USED;
	if (!p)
		return VIEW_UNUSED;
	switch (prompt_input(p, in)) {
	case PROMPT_CHANGED:
		d->problem[0] = '\0';
		look(d);
		return VIEW_USED;
	case PROMPT_MOVED:
		return VIEW_USED;
	case PROMPT_UNUSED:
		break;
	}
	return VIEW_UNUSED;
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
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
