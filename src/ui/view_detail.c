/*
 * view_detail.c - one torrent alone, in six tabs.  See tabs.h.
 */
#include "ui/view_detail.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/columns.h"
#include "ui/tabs.h"
#include "ui/why.h"

#define NARROW_COLS 60 /* below: short forms */
#define BAR_MIN 8
#define BAR_MAX 50

struct detail {
	struct view v;
	enum tab_id at;
	struct tab *tabs[TAB_COUNT];
	/* Of the last drawing. */
	struct rect content;
	int tabs_row; /* -1: not shown */
	struct {
		int x, w;
	} head[TAB_COUNT];
};

static const struct tab_class *const classes[TAB_COUNT] = {
	[TAB_OVERVIEW] = &tab_overview,
	[TAB_FILES] = &tab_files,
	[TAB_PEERS] = &tab_peers,
	[TAB_TRACKERS] = &tab_trackers,
	[TAB_PIECES] = &tab_pieces,
	[TAB_LOG] = &tab_log,
};

static struct detail *detail_of(struct view *v)
{
	return (struct detail *)(void *)v;
}

static const struct detail *const_detail(const struct view *v)
{
	return (const struct detail *)(const void *)v;
}

static struct tab *open_tab(const struct detail *d)
{
	return d->tabs[d->at];
}

static void reset_tabs(struct detail *d)
{
	for (int i = 0; i < TAB_COUNT; i++)
		if (classes[i]->reset)
			classes[i]->reset(d->tabs[i]);
}

static void init(struct view *v, const void *arg)
{
	struct detail *d = detail_of(v);
	const struct torrent_row *row = screen_chosen(v->screen);

	(void)arg;
	d->tabs_row = -1;
	for (int i = 0; i < TAB_COUNT; i++) {
		d->tabs[i] = mem_zero(classes[i]->size);
		d->tabs[i]->class = classes[i];
		d->tabs[i]->screen = v->screen;
		if (classes[i]->init)
			classes[i]->init(d->tabs[i]);
	}
	if (row)
		list_open(&v->screen->list, row->id);
}

static void fini(struct view *v)
{
	struct detail *d = detail_of(v);

	for (int i = 0; i < TAB_COUNT; i++) {
		if (classes[i]->fini)
			classes[i]->fini(d->tabs[i]);
		mem_free(d->tabs[i]);
	}
	list_close(&v->screen->list);
}

static void update(struct view *v)
{
	struct detail *d = detail_of(v);
	struct tab *t = open_tab(d);

	/* It was removed: nothing is left to show. */
	if (!screen_chosen(v->screen)) {
		screen_close_view(v->screen, v);
		return;
	}
	for (int i = 0; i < TAB_COUNT; i++)
		if (d->tabs[i] != t && classes[i]->record)
			classes[i]->record(d->tabs[i]);
	if (t->class->update)
		t->class->update(t);
}

static uint32_t watch(const struct view *v, struct torrent_id *id)
{
	const struct tab *t = open_tab(const_detail(v));

	(void)id;
	return t->class->watch ? t->class->watch(t) : 0;
}

/* --- the rows above the tab
 * -------------------------------------------------------------- */

static void draw_title(const struct screen *s, const struct area *a,
	const struct torrent_row *row)
{
	enum state_sign sign = why_sign(row);
	struct pen rule = pen_of(ROLE_FOCUS);
	char name[512], fitted[512], right[64] = "";
	size_t at;
	int room, w = 0;

	draw_hline(a, 0, 0, a->w, rule, 0x2501);
	if (list_place(&s->list, &at) && a->w >= NARROW_COLS)
		snprintf(right, sizeof right, "torrent %zu of %zu%s", at + 1,
			s->list.n, a->w >= 100 ? " · J/K next/prev" : "");
	else if (list_place(&s->list, &at))
		snprintf(right, sizeof right, "%zu/%zu", at + 1, s->list.n);
	if (*right)
		w = draw_width(a, right) + 2;
	room = a->w - w - 7;
	column_name(row, name, sizeof name);
	text_fit(a->grid->tier, name, room > 0 ? room : 0, FIT_MIDDLE, fitted,
		sizeof fitted);
	draw_char(a, 1, 0, pen_of(ROLE_TEXT), ' ');
	draw_char(a, 2, 0, pen_of(why_role(sign)),
		glyph_state(a->grid->tier, sign));
	draw_textf(a, 3, 0, pen_bold(ROLE_STRONG), " %s ", fitted);
	if (w)
		draw_textf(a, a->w - w - 1, 0, pen_of(ROLE_DIM), " %s ", right);
}

/* What stands right of the bar, from the left; what leaves first has the
 * highest rank. */
struct fact {
	char text[2 * FORMAT_MAX + 8];
	enum role role;
	int rank;
};
#define FACTS_MAX 4

static void rate_fact(const struct screen *s, bool narrow, bool up,
	uint32_t bps, struct fact *f)
{
	char rate[FORMAT_MAX];

	f->role = up ? ROLE_UP : ROLE_DOWN;
	f->rank = up ? 2 : 1;
	if (!bps)
		return;
	if (narrow)
		format_rate_short(rate, bps, s->opt.units);
	else
		format_rate(rate, bps, s->opt.units);
	snprintf(f->text, sizeof f->text, "%s %s", up ? "↑" : "↓", rate);
}

static void collect_facts(const struct screen *s, const struct torrent_row *row,
	bool narrow, struct fact f[FACTS_MAX])
{
	char have[FORMAT_MAX], size[FORMAT_MAX];

	memset(f, 0, FACTS_MAX * sizeof *f);
	f[0].role = ROLE_DIM;
	f[0].rank = 4;
	if (row->size_bytes) {
		format_size_short(have, row->have_bytes, s->opt.units);
		format_size(size, row->size_bytes, s->opt.units);
		if (row->is_complete)
			snprintf(f[0].text, sizeof f[0].text, "%s", size);
		else
			snprintf(f[0].text, sizeof f[0].text, "%s of %s", have,
				size);
	}
	rate_fact(s, narrow, false, row->down_bps, &f[1]);
	rate_fact(s, narrow, true, row->up_bps, &f[2]);
	f[3].role = ROLE_TEXT;
	f[3].rank = 3;
	if (row->down_bps && row->eta_s && row->eta_s != UINT32_MAX) {
		format_duration(size, row->eta_s);
		snprintf(f[3].text, sizeof f[3].text, "%s%s", size,
			narrow ? "" : " left");
	}
}

static int facts_width(const struct area *a, const struct fact f[FACTS_MAX],
	int rank)
{
	int w = 0;

	for (int i = 0; i < FACTS_MAX; i++)
		if (f[i].text[0] && f[i].rank <= rank)
			w += draw_width(a, f[i].text) + 3;
	return w;
}

static void draw_progress(const struct screen *s, const struct area *a,
	const struct torrent_row *row)
{
	struct fact facts[FACTS_MAX];
	struct column_text done;
	int x = 9, rank = FACTS_MAX, bar;

	column_value(COLUMN_DONE, row, s->snap->wall_s, s->opt.units, &done);
	draw_text(a, 1, 0, pen_bold(ROLE_STRONG), done.text);
	collect_facts(s, row, a->w < NARROW_COLS, facts);
	while (rank && facts_width(a, facts, rank) + x + BAR_MIN > a->w)
		rank--;
	bar = a->w - x - facts_width(a, facts, rank) - 1;
	if (bar > BAR_MAX)
		bar = BAR_MAX;
	draw_bar(a, (struct rect){x, 0, bar, 1}, column_bar(row),
		pen_of(why_role(why_sign(row))), pen_of(ROLE_RULE));
	x = a->w - facts_width(a, facts, rank) - 1 + 3;
	for (int i = 0; i < FACTS_MAX; i++)
		if (facts[i].text[0] && facts[i].rank <= rank)
			x += draw_text(a, x, 0, pen_of(facts[i].role),
				     facts[i].text) +
			     3;
}

/* Names of all tabs, of the open one only, or without rules between them. */
static int head_width(const struct detail *d, int i, int level)
{
	bool named = (int)d->at == i || level == 0;

	return (named ? (int)strlen(classes[i]->name) + 1 : 0) + 3;
}

static void draw_tabs(struct detail *d, const struct area *a)
{
	int level = 0, w = 0;
	int x;

	for (; level < 2; level++) {
		w = TAB_COUNT + 1;
		for (int i = 0; i < TAB_COUNT; i++)
			w += head_width(d, i, level);
		if (w <= a->w)
			break;
	}
	draw_hline(a, 0, 0, a->w, pen_of(ROLE_RULE), 0x2500);
	x = level < 2;
	for (int i = 0; i < TAB_COUNT; i++) {
		bool here = (int)d->at == i;
		struct pen pen = here ? pen_on(ROLE_INVERSE, GROUND_CHOICE)
		                      : pen_of(ROLE_DIM);
		struct pen key = here ? pen : pen_bold(ROLE_KEY);

		d->head[i].x = x;
		d->head[i].w = head_width(d, i, level);
		x += draw_text(a, x, 0, pen, here ? "[" : " ");
		x += draw_textf(a, x, 0, key, "%d", i + 1);
		if (here || level == 0)
			x += draw_textf(a, x, 0, pen, " %s", classes[i]->name);
		x += draw_text(a, x, 0, pen, here ? "]" : " ");
		x += level < 2;
	}
}

/* --- drawing
 * ------------------------------------------------------------------ */

/* Which rows there are at this height; the tab gets the rest. */
struct detail_rows {
	bool header, title, progress, tabs, keybar;
};

static struct detail_rows rows_for(int w, int h)
{
	struct detail_rows r = {.title = true};

	if (w < 30 || h < 6) {
		r.header = h >= 4;
		return r;
	}
	r.tabs = r.keybar = true;
	r.header = h >= 8;
	r.progress = h >= 9;
	return r;
}

static void draw(struct view *v, const struct area *a)
{
	struct detail *d = detail_of(v);
	const struct torrent_row *row = screen_chosen(v->screen);
	struct detail_rows rows = rows_for(a->w, a->h);
	struct area content, line;
	int y = 0;

	if (!row || a->w <= 0 || a->h <= 0)
		return;
	line = area_sub(a, 0, y, a->w, 1);
	if (rows.header && a->w < NARROW_COLS)
		pane_ticker_header(v->screen, &line);
	else if (rows.header)
		pane_header(v->screen, &line);
	y += rows.header;
	line = area_sub(a, 0, y++, a->w, 1);
	draw_title(v->screen, &line, row);
	line = area_sub(a, 0, y, a->w, 1);
	if (rows.progress)
		draw_progress(v->screen, &line, row);
	y += rows.progress;
	line = area_sub(a, 0, y, a->w, 1);
	d->tabs_row = rows.tabs ? y : -1;
	if (rows.tabs)
		draw_tabs(d, &line);
	y += rows.tabs;
	d->content = (struct rect){0, y, a->w, a->h - y - rows.keybar};
	content = area_rect(a, d->content);
	open_tab(d)->class->draw(open_tab(d), &content);
	if (rows.keybar)
		draw_key_bar(v->screen, a, a->h - 1, v);
}

static bool draw_motion(struct view *v, const struct area *a)
{
	struct detail *d = detail_of(v);
	struct tab *t = open_tab(d);
	struct area content = area_rect(a, d->content);

	if (!screen_chosen(v->screen) || !t->class->draw_motion)
		return false;
	return t->class->draw_motion(t, &content);
}

/* --- keys and mouse
 * ----------------------------------------------------------- */

static unsigned contexts(const struct view *v)
{
	const struct tab *t = open_tab(const_detail(v));

	return CTX_DETAIL | (t->class->contexts ? t->class->contexts(t) : 0);
}

static bool can(const struct view *v, enum action action)
{
	const struct tab *t = open_tab(const_detail(v));
	const struct torrent_list *l = &v->screen->list;
	size_t at;

	if (!screen_chosen(v->screen))
		return false;
	switch (action) {
	case ACTION_NEXT_TORRENT:
		return l->n > 0 && (!list_place(l, &at) || at + 1 < l->n);
	case ACTION_PREV_TORRENT:
		return l->n > 0 && (!list_place(l, &at) || at > 0);
	default:
		return !t->class->can || t->class->can(t, action);
	}
}

static void go_to_torrent(struct detail *d, long by)
{
	struct screen *s = d->v.screen;

	list_move(&s->list, by, s->now_ms);
	list_open(&s->list, s->list.chosen);
	reset_tabs(d);
}

void detail_show(struct view *v, enum tab_id tab)
{
	struct detail *d = detail_of(v);

	d->at = tab;
	if (open_tab(d)->class->update)
		open_tab(d)->class->update(open_tab(d));
}

static void show_digit(struct detail *d, int digit)
{
	if (digit >= 1 && digit <= TAB_COUNT)
		detail_show(&d->v, (enum tab_id)(digit - 1));
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct detail *d = detail_of(v);
	struct tab *t = open_tab(d);

	if (t->class->act && t->class->act(t, action, in))
		return VIEW_USED;
	switch (action) {
	case ACTION_TAB:
		show_digit(d, in->key - '0');
		return VIEW_USED;
	case ACTION_NEXT_TAB:
		detail_show(v, (enum tab_id)((d->at + 1) % TAB_COUNT));
		return VIEW_USED;
	case ACTION_PREV_TAB:
		detail_show(v,
			(enum tab_id)((d->at + TAB_COUNT - 1) % TAB_COUNT));
		return VIEW_USED;
	case ACTION_NEXT_TORRENT:
		go_to_torrent(d, 1);
		return VIEW_USED;
	case ACTION_PREV_TORRENT:
		go_to_torrent(d, -1);
		return VIEW_USED;
	case ACTION_ESCAPE:
		return VIEW_CLOSE;
	default:
		return action_run(v->screen, action) ? VIEW_USED : VIEW_UNUSED;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct detail *d = detail_of(v);
	struct tab *t = open_tab(d);
	struct input inside = *in;

	if (in->kind != INPUT_MOUSE)
		return VIEW_UNUSED;
	if (in->y == d->tabs_row && in->button == MOUSE_LEFT) {
		for (int i = 0; i < TAB_COUNT; i++)
			if (in->x >= d->head[i].x &&
				in->x < d->head[i].x + d->head[i].w)
				detail_show(v, (enum tab_id)i);
		return VIEW_USED;
	}
	inside.x -= d->content.x;
	inside.y -= d->content.y;
	if (inside.y >= 0 && inside.y < d->content.h && t->class->mouse)
		t->class->mouse(t, &inside);
	return VIEW_USED;
}

static bool answer(struct view *v, enum action action, const char *text,
	struct fault *fault)
{
	struct tab *t = open_tab(detail_of(v));

	if (!screen_chosen(v->screen) || !t->class->answer)
		return true;
	return t->class->answer(t, action, text, fault);
}

const struct view_class view_detail = {
	.size = sizeof(struct detail),
	.covers = true,
	.init = init,
	.fini = fini,
	.update = update,
	.draw = draw,
	.draw_motion = draw_motion,
	.contexts = contexts,
	.watch = watch,
	.answer = answer,
	.can = can,
	.input = input,
	.act = act,
};
