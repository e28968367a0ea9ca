/*
 * view_add_paste.c - several links in one paste: which of them to add.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/infohash.h"
#include "proto/magnet.h"
#include "ui/actions.h"
#include "ui/add_words.h"
#include "ui/dialog.h"
#include "ui/pasted.h"
#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 68
#define SMALL_ROWS 10

struct pasted {
	char *text;
	enum source_kind kind;
	char name[200];
	char about[60];
	bool on, known;
	bool reading; /* a file on its way to be added */
};

enum paste_field {
	FIELD_LINKS,
	FIELD_CHOOSE,
	FIELD_BUTTONS,
	FIELD_COUNT,
};

struct paste_view {
	struct view v;
	struct pasted *link;
	size_t n, at, top;
	enum paste_field focus;
	bool choose;
	size_t nreading, nadded;
	struct dialog_buttons buttons;
	char add[32];
};

static struct paste_view *paste_of(struct view *v)
{
	return (struct paste_view *)(void *)v;
}

static void describe_link(const struct screen *s, struct pasted *p)
{
	struct infohash hash = {0};
	struct magnet *m = NULL;
	struct fault fault = {0};

	if (infohash_parse(span_str(p->text), &hash) == ERR_OK) {
		snprintf(p->about, sizeof p->about, "info hash");
	} else if (magnet_parse(span_str(p->text), &m, &fault) == ERR_OK) {
		hash = m->hash;
		if (m->name)
			text_clean_to(p->name, sizeof p->name,
				span_str(m->name));
		snprintf(p->about, sizeof p->about, "magnet, %zu tracker%s",
			m->ntrackers, format_s(m->ntrackers));
		magnet_free(m);
	} else {
		snprintf(p->about, sizeof p->about, "%.50s", fault.what);
		p->known = true; /* there is nothing to add */
		return;
	}
	p->known = add_words_known(s, &hash);
	if (p->known)
		snprintf(p->about, sizeof p->about, "already in the list");
}

static void describe(const struct screen *s, struct pasted *p)
{
	text_clean_to(p->name, sizeof p->name, span_str(p->text));
	p->kind = source_classify(p->text);
	if (p->kind == SOURCE_URL)
		snprintf(p->about, sizeof p->about, "web address");
	else if (p->kind == SOURCE_PATH)
		snprintf(p->about, sizeof p->about, "torrent file");
	else
		describe_link(s, p);
	p->on = !p->known;
}

static void init(struct view *v, const void *arg)
{
	struct paste_view *d = paste_of(v);
	const struct paste_list *list = arg;

	d->choose = !v->screen->takes_all;
	d->link = mem_zero_array(list->n, sizeof *d->link);
	for (; d->n < list->n; d->n++) {
		d->link[d->n].text = mem_strdup(list->at[d->n]);
		describe(v->screen, &d->link[d->n]);
	}
}

static void fini(struct view *v)
{
	struct paste_view *d = paste_of(v);

	for (size_t i = 0; i < d->n; i++)
		mem_free(d->link[i].text);
	mem_free(d->link);
}

static size_t count_on(const struct paste_view *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->link[i].on;
	return n;
}

/* --- drawing ---------------------------------------------------------------
 */

static void draw_link(const struct paste_view *d, const struct area *a, int y,
	size_t i)
{
	const struct pasted *p = &d->link[i];
	bool here = i == d->at && d->focus == FIELD_LINKS;
	struct pen pen = here    ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
	                 : p->on ? pen_on(ROLE_TEXT, GROUND_PANEL)
	                         : pen_on(ROLE_DIM, GROUND_PANEL);
	struct area row = area_sub(a, 0, y, a->w, 1);
	int about = row.w < 50 ? 0 : 24;

	draw_fill(&row, pen);
	draw_textf(&row, 0, 0, pen, "%s[%c]", here ? "▸" : " ",
		p->on ? 'x' : ' ');
	draw_field(&row, (struct rect){5, 0, row.w - 6 - about, 1}, pen,
		FIT_MIDDLE, p->name);
	if (about)
		draw_field(&row, (struct rect){row.w - about, 0, about - 1, 1},
			pen, FIT_END, p->about);
	if (here) {
		row.grid->cursor_x = row.x + 2;
		row.grid->cursor_y = row.y;
	}
}

static void draw_links(struct paste_view *d, const struct area *a)
{
	size_t rows = a->h > 0 ? (size_t)a->h : 0;

	if (rows && d->at >= d->top + rows)
		d->top = d->at - rows + 1;
	if (d->at < d->top)
		d->top = d->at;
	for (size_t i = 0; i < rows && d->top + i < d->n; i++)
		draw_link(d, a, (int)i, d->top + i);
}

static void draw(struct view *v, const struct area *a)
{
	struct paste_view *d = paste_of(v);
	int w = a->w < BOX_COLS + 4 ? a->w : BOX_COLS;
	int h = (int)(d->n < 100 ? d->n : 100) + 7;
	bool boxed = a->h > SMALL_ROWS;
	const char *dir = v->screen->snap->default_dir;
	struct area box, links;
	char title[40];
	int x, y;

	if (h > a->h - 1)
		h = a->h - 1;
	box = boxed ? area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 4, w, h)
	            : area_sub(a, 0, 0, a->w, a->h - 1);
	snprintf(title, sizeof title, "Pasted: %zu link%s", d->n,
		format_s(d->n));
	snprintf(d->add, sizeof d->add, "Add %zu", count_on(d));
	d->buttons.n = 2;
	d->buttons.label[0] = d->add;
	d->buttons.label[1] = "Cancel";
	if (boxed) {
		draw_box(&box, title, "Esc cancel");
		links = area_sub(&box, 2, 2, box.w - 4, box.h - 6);
		x = 3;
		y = box.h - 3;
	} else {
		draw_fill(&box, pen_on(ROLE_TEXT, GROUND_PANEL));
		draw_text(&box, 0, 0, pen_on(ROLE_STRONG, GROUND_PANEL), title);
		links = area_sub(&box, 0, 1, box.w, box.h - 3);
		x = 0;
		y = box.h - 2;
	}
	draw_links(d, &links);
	draw_field(&box, (struct rect){x, y, box.w - 2 * x - 24, 1},
		pen_on(ROLE_DIM, GROUND_PANEL), FIT_MIDDLE, dir ? dir : "");
	dialog_check(&box, box.w - x - 23, y, d->choose,
		d->focus == FIELD_CHOOSE, "choose files first");
	dialog_buttons_draw(&d->buttons, &box, x - boxed, y + 1,
		d->focus == FIELD_BUTTONS);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- adding ----------------------------------------------------------------
 */

static void add_one(struct paste_view *d, struct add_source *src)
{
	struct screen *s = d->v.screen;
	struct command c = {.kind = CMD_ADD, .add = src};
	struct torrent_id id = {0, 0};

	src->choose = d->choose;
	if (!action_command(s, &c, &id))
		return;
	d->nadded++;
	if (id.slot)
		list_choose(&s->list, id);
}

static void add_link(struct paste_view *d, struct pasted *p)
{
	struct screen *s = d->v.screen;
	struct add_source src = {0};
	char *path;

	switch (p->kind) {
	case SOURCE_LINK:
		src.link = p->text;
		add_one(d, &src);
		break;
	case SOURCE_URL:
		src.url = p->text;
		add_one(d, &src);
		break;
	default:
		if (!s->ops->read_torrent)
			break;
		path = complete_expand(p->text, s->opt.home);
		mem_free(p->text);
		p->text = path;
		p->reading = true;
		d->nreading++;
		s->ops->read_torrent(s->user, path);
		break;
	}
}

static enum view_answer add(struct paste_view *d)
{
	struct screen *s = d->v.screen;

	if (d->nreading)
		return VIEW_USED;
	s->takes_all = !d->choose;
	for (size_t i = 0; i < d->n; i++)
		if (d->link[i].on)
			add_link(d, &d->link[i]);
	s->list.stale = true;
	return d->nreading ? VIEW_USED : VIEW_CLOSE;
}

static void torrent_read(struct view *v, const char *path, struct span bytes,
	const struct fault *fault)
{
	struct paste_view *d = paste_of(v);
	struct add_source src = {.metainfo = bytes};

	for (size_t i = 0; i < d->n; i++) {
		struct pasted *p = &d->link[i];

		if (!p->reading || strcmp(p->text, path) != 0)
			continue;
		p->reading = false;
		d->nreading--;
		if (fault)
			screen_say(v->screen, NEWS_BAD, "%s: %s", p->name,
				fault->what);
		else
			add_one(d, &src);
		if (!d->nreading) {
			screen_close_view(v->screen, v);
			return;
		}
	}
}

/* --- keys ------------------------------------------------------------------
 */

static void move(struct paste_view *d, int by)
{
	if (d->focus == FIELD_LINKS && (by > 0 ? d->at + 1 < d->n : d->at > 0))
		d->at = by > 0 ? d->at + 1 : d->at - 1;
	else
		d->focus =
			(enum paste_field)(((int)d->focus + by + FIELD_COUNT) %
					   FIELD_COUNT);
}

static void toggle(struct paste_view *d)
{
	if (d->focus == FIELD_CHOOSE)
		d->choose = !d->choose;
	else if (d->focus == FIELD_LINKS && d->n)
		d->link[d->at].on ^= !d->link[d->at].known;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct paste_view *d = paste_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		if (d->focus == FIELD_BUTTONS && d->buttons.chosen == 1)
			return VIEW_CLOSE;
		return add(d);
	case ACTION_TOGGLE:
		toggle(d);
		return VIEW_USED;
	case ACTION_UP:
	case ACTION_DOWN:
		move(d, action == ACTION_UP ? -1 : 1);
		return VIEW_USED;
	case ACTION_COMPLETE:
	case ACTION_COMPLETE_BACK:
		d->focus = (enum paste_field)(((int)d->focus +
						      (action == ACTION_COMPLETE
								      ? 1
								      : -1) +
						      FIELD_COUNT) %
					      FIELD_COUNT);
		return VIEW_USED;
	case ACTION_FOLD:
	case ACTION_UNFOLD:
		dialog_buttons_step(&d->buttons, 1);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct paste_view *d = paste_of(v);
	int button;

	if (in->kind == INPUT_PASTE)
		return VIEW_USED;
	if (in->kind != INPUT_MOUSE)
		return VIEW_UNUSED;
	button = in->button == MOUSE_LEFT
	                 ? dialog_buttons_at(&d->buttons, in->x, in->y)
	                 : -1;
	if (button == 0)
		return add(d);
	return button == 1 ? VIEW_CLOSE : VIEW_USED;
}

static unsigned contexts(const struct view *v)
{
	const struct paste_view *d = (const struct paste_view *)(const void *)v;

	return CTX_PASTE | CTX_DIALOG |
	       (d->focus == FIELD_BUTTONS ? CTX_BUTTONS : 0);
}

const struct view_class view_paste = {
	.size = sizeof(struct paste_view),
	.shades = true,
	.init = init,
	.fini = fini,
	.torrent_read = torrent_read,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
