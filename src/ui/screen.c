/*
 * screen.c - see screen.h.
 */
#include "ui/screen.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/pasted.h"
#include "ui/views.h"

#define INSIST_MS 2000 /* a second Ctrl-C within this quits at once */

static const struct snapshot no_snapshot;
static const struct torrent_detail no_detail;

struct view *view_push(struct screen *s, const struct view_class *class,
	const void *arg)
{
	struct view *v = mem_zero(class->size);

	v->class = class;
	v->screen = s;
	v->below = s->top;
	s->top = v;
	if (class->init)
		class->init(v, arg);
	return v;
}

const struct view *view_ground(const struct view *v)
{
	while (v->below && !v->class->covers)
		v = v->below;
	return v;
}

unsigned view_contexts(const struct view *v)
{
	return v->class->contexts ? v->class->contexts(v) : 0;
}

bool view_can(const struct view *v, enum action action)
{
	return !v->class->can || v->class->can(v, action);
}

static void view_free(struct view *v)
{
	if (v->class->fini)
		v->class->fini(v);
	mem_free(v);
}

void screen_close_view(struct screen *s, struct view *v)
{
	for (struct view **at = &s->top; *at; at = &(*at)->below)
		if (*at == v) {
			*at = v->below;
			view_free(v);
			return;
		}
}

struct screen *screen_new(const struct ui_ops *ops, void *user,
	const struct ui_options *opt)
{
	struct screen *s = mem_zero(sizeof *s);

	s->ops = ops;
	s->user = user;
	s->opt = *opt;
	s->snap = &no_snapshot;
	s->detail = &no_detail;
	list_start(&s->list);
	list_set_sort(&s->list, opt->sort, opt->sort_descending);
	columns_default(&s->columns);
	view_push(s, &view_dash, NULL);
	return s;
}

void screen_free(struct screen *s)
{
	if (!s)
		return;
	while (s->top)
		screen_close_view(s, s->top);
	list_stop(&s->list);
	prompt_history_stop(&s->commands);
	saved_stop(&s->views);
	mem_free(s->dht.detail);
	grid_fini(&s->grid);
	mem_free(s->message_title);
	mem_free(s->message_lines);
	mem_free(s);
}

void screen_set_options(struct screen *s, const struct ui_options *opt)
{
	if (opt->sort != s->opt.sort ||
		opt->sort_descending != s->opt.sort_descending)
		list_set_sort(&s->list, opt->sort, opt->sort_descending);
	s->opt = *opt;
}

void screen_resize(struct screen *s, int cols, int rows, enum glyph_tier tier)
{
	s->grid.tier = tier;
	grid_resize(&s->grid, cols, rows);
}

/* --- news
 * ------------------------------------------------------------------------ */

void screen_say(struct screen *s, enum news_kind kind, const char *fmt, ...)
{
	char text[NEWS_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	news_add(&s->news, kind, true, s->now_ms, s->snap->wall_s, text);
}

static enum news_kind kind_of(enum notice_kind k)
{
	switch (k) {
	case NOTICE_FAULT:
		return NEWS_BAD;
	case NOTICE_WARNING:
	case NOTICE_BANNED:
		return NEWS_WARN;
	case NOTICE_INFO:
		return NEWS_INFO;
	default:
		return NEWS_GOOD;
	}
}

/* Notices of a torrent's life carry its name, the others what happened. */
static void word_notice(const struct screen *s, const struct notice *n,
	struct news *out)
{
	const struct torrent_row *row = list_row(s->snap, n->torrent);
	size_t cap = sizeof out->text;
	char name[160];

	switch (n->kind) {
	case NOTICE_ADDED:
		snprintf(out->text, cap, "added %s", n->text);
		break;
	case NOTICE_METADATA:
		snprintf(out->text, cap, "%s: file list is here%s", n->text,
			row && row->waits_for_choice ? ", Enter to choose"
						     : "");
		break;
	case NOTICE_COMPLETE:
		snprintf(out->text, cap, "%s is complete", n->text);
		break;
	case NOTICE_REMOVED:
		snprintf(out->text, cap, "removed %s", n->text);
		break;
	default:
		if (!row) {
			snprintf(out->text, cap, "%s", n->text);
			break;
		}
		text_fit(s->grid.tier, row->name, 40, FIT_MIDDLE, name,
			sizeof name);
		snprintf(out->text, cap, "%s: %s", name, n->text);
		out->lead = strlen(name) + 2;
		break;
	}
}

static bool is_for_toast(const struct screen *s, const struct notice *n)
{
	/* Whoever waits for it sees it come. */
	if (n->kind == NOTICE_METADATA && s->top->class == &view_fetch)
		return false;
	return n->kind != NOTICE_INFO && n->kind != NOTICE_BANNED;
}

static void take_notices(struct screen *s)
{
	const struct notice *n;

	if (!s->ops->notice_after)
		return;
	while ((n = s->ops->notice_after(s->user, s->notice_seq))) {
		enum news_kind kind = kind_of(n->kind);
		struct news news = {.kind = kind,
			.toast = is_for_toast(s, n),
			.at_ms = n->at_ms,
			.wall_s = n->wall_s,
			.torrent = n->torrent};

		word_notice(s, n, &news);
		s->notice_seq = n->seq;
		news_add_of(&s->news, &news);
	}
}

/* --- values
 * ---------------------------------------------------------------------- */

static void watch_shown(struct screen *s)
{
	const struct torrent_row *row = screen_chosen(s);
	struct torrent_id id = row ? row->id : (struct torrent_id){0, 0};
	const struct view *v = s->top;
	uint32_t what;

	while (v->below && !v->class->watch)
		v = v->below;
	what = v->class->watch ? v->class->watch(v, &id) : 0;
	if (torrent_id_equal(id, (struct torrent_id){0, 0}))
		what = 0;
	if (torrent_id_equal(id, s->watched) && what == s->watching)
		return;
	s->watched = id;
	s->watching = what;
	if (s->ops->watch)
		s->ops->watch(s->user, id, what);
}

void screen_update(struct screen *s, const struct snapshot *snap,
	const struct torrent_detail *detail)
{
	s->snap = snap;
	s->detail = detail ? detail : &no_detail;
	s->now_ms = snap->now_ms;
	history_add(&s->down, s->now_ms, snap->totals.down_bps);
	history_add(&s->up, s->now_ms, snap->totals.up_bps);
	take_notices(s);
	list_update(&s->list, snap, s->now_ms);
	for (struct view *v = s->top, *below; v; v = below) {
		below = v->below; /* an update may close its view */
		if (v->class->update)
			v->class->update(v);
	}
	watch_shown(s);
}

static bool is_dht_fresh(const struct screen *s)
{
	const struct dht_watch *w = &s->dht;

	return w->detail && !w->stale &&
	       w->detail->on == s->snap->totals.has_dht &&
	       w->asked_ms / 1000 == s->now_ms / 1000;
}

const struct dht_detail *screen_dht(struct screen *s)
{
	struct dht_watch *w = &s->dht;
	bool on = s->snap->totals.has_dht;

	w->shown = true;
	if (is_dht_fresh(s))
		return w->detail;
	if (!w->detail)
		w->detail = mem_zero(sizeof *w->detail);
	w->asked_ms = s->now_ms;
	w->stale = false;
	if (!on || !s->ops->dht ||
		!s->ops->dht(s->user, w->family, w->bucket, w->detail))
		memset(w->detail, 0, sizeof *w->detail);
	w->detail->on = on;
	w->has_joined = w->detail->view.joined;
	return w->detail;
}

void screen_watch_bucket(struct screen *s, enum addr_family family,
	unsigned bucket)
{
	if (family == s->dht.family && bucket == s->dht.bucket)
		return;
	s->dht.family = family;
	s->dht.bucket = bucket;
	s->dht.stale = true;
}

void screen_message(struct screen *s, const char *title, const char *lines)
{
	s->snap = &no_snapshot;
	s->detail = &no_detail;
	s->quitting = true;
	mem_free(s->message_title);
	mem_free(s->message_lines);
	s->message_title = mem_strdup(title);
	s->message_lines = mem_strdup(lines);
}

/* An answer is for all views: each knows what it asked for.  One that closes
 * itself with it may not be looked at any more. */
void screen_folder_read(struct screen *s, const char *path,
	const struct dir_entry *entries, size_t n)
{
	for (struct view *v = s->top, *below; v; v = below) {
		below = v->below;
		if (v->class->folder_read)
			v->class->folder_read(v, path, entries, n);
	}
}

void screen_torrent_read(struct screen *s, const char *path, struct span bytes,
	const struct fault *fault)
{
	for (struct view *v = s->top, *below; v; v = below) {
		below = v->below;
		if (v->class->torrent_read)
			v->class->torrent_read(v, path, bytes, fault);
	}
}

/* --- input
 * ----------------------------------------------------------------------- */

void screen_quit(struct screen *s, bool at_once)
{
	s->quitting = true;
	if (s->ops->quit)
		s->ops->quit(s->user, at_once);
}

static void interrupt(struct screen *s)
{
	uint64_t since = s->now_ms - s->interrupted_ms;

	if (s->message_title || (s->interrupted_ms && since < INSIST_MS)) {
		screen_quit(s, true);
		return;
	}
	s->interrupted_ms = s->now_ms ? s->now_ms : 1;
	if (s->top->class != &view_quit)
		view_push(s, &view_quit, NULL);
}

/* Keys that mean the same in every view. */
static bool act_everywhere(struct screen *s, enum action action)
{
	switch (action) {
	case ACTION_INTERRUPT:
		interrupt(s);
		return true;
	case ACTION_SUSPEND:
		if (s->ops->suspend)
			s->ops->suspend(s->user);
		return true;
	case ACTION_REDRAW:
		if (s->ops->repaint)
			s->ops->repaint(s->user);
		return true;
	default:
		return false;
	}
}

static void paste(struct screen *s, const struct input *in)
{
	struct paste_list links = {.at = NULL};

	if (s->top->class->input &&
		s->top->class->input(s->top, in) != VIEW_UNUSED)
		return;
	pasted_take(&links, in->text);
	if (links.n > 1)
		view_push(s, &view_paste, &links);
	else if (links.n)
		view_push(s, &view_add, links.at[0]);
	else
		screen_say(s, NEWS_WARN, "nothing to add in that paste");
	pasted_stop(&links);
}

static void apply_answer(struct screen *s, struct view *v,
	enum view_answer answer)
{
	if (answer == VIEW_CLOSE)
		screen_close_view(s, v);
}

void screen_act(struct screen *s, enum action action, const struct input *in)
{
	const struct view *ground = view_ground(s->top);
	struct view *v = s->top;

	while (v != ground)
		v = v->below;
	if (act_everywhere(s, action))
		return;
	if (v->class->act && view_can(v, action))
		apply_answer(s, v, v->class->act(v, action, in));
}

void screen_input(struct screen *s, const struct input *in)
{
	struct view *v = s->top;
	enum view_answer answer = VIEW_UNUSED;
	enum action action;

	if (in->kind == INPUT_FOCUS)
		return;
	list_pin(&s->list);
	if (s->message_title) {
		if (keymap_lookup(&s->keys, CTX_ALL, in) == ACTION_INTERRUPT)
			interrupt(s);
		return;
	}
	if (in->kind == INPUT_PASTE) {
		paste(s, in);
		return;
	}
	action = keymap_lookup(&s->keys, CTX_ALL, in);
	if (act_everywhere(s, action))
		return;
	if (v->class->input)
		answer = v->class->input(v, in);
	if (answer == VIEW_UNUSED && v->class->act) {
		action = keymap_lookup(&s->keys, view_contexts(v), in);
		if (action != ACTION_NONE && view_can(v, action))
			answer = v->class->act(v, action, in);
	}
	apply_answer(s, v, answer);
}

/* --- drawing
 * ---------------------------------------------------------------------- */

static void draw_message(struct screen *s, const struct area *a)
{
	int lines = 1, w = 56, y = 2;
	struct area box;

	for (const char *p = s->message_lines; *p; p++)
		lines += *p == '\n';
	if (w > a->w)
		w = a->w;
	box = area_sub(a, (a->w - w) / 2, (a->h - lines - 4) / 2, w, lines + 4);
	if (a->h < lines + 4 || a->w < 20) {
		draw_text(a, 0, 0, pen_of(ROLE_TEXT), s->message_title);
		return;
	}
	draw_box(&box, s->message_title, "Ctrl-C quit now");
	for (const char *p = s->message_lines; *p;) {
		size_t len = strcspn(p, "\n");
		char *line = mem_strndup(p, len);

		draw_field(&box, (struct rect){3, y++, w - 6, 1},
			pen_on(ROLE_TEXT, GROUND_PANEL), FIT_END, line);
		mem_free(line);
		p += len + (p[len] == '\n');
	}
}

static void draw_views(struct screen *s, struct view *v, const struct area *a)
{
	if (!v)
		return;
	if (!v->class->covers)
		draw_views(s, v->below, a);
	if (v->class->shades)
		grid_shade(&s->grid);
	v->class->draw(v, a);
}

const struct grid *screen_draw(struct screen *s)
{
	struct area a = area_of(&s->grid);

	grid_clear(&s->grid);
	if (s->message_title) {
		draw_message(s, &a);
		return &s->grid;
	}
	list_update(&s->list, s->snap, s->now_ms);
	watch_shown(s);
	/* The header says when it is still joining. */
	s->dht.has_joined &= s->snap->totals.has_dht;
	if (s->snap->totals.has_dht && !s->dht.has_joined)
		screen_dht(s);
	s->dht.shown = s->dht.large = false;
	draw_views(s, s->top, &a);
	/* Never over a prompt, which stands in the last rows. */
	if (!(view_contexts(s->top) & CTX_PROMPT))
		toasts_draw(&s->news, &a, s->now_ms);
	return &s->grid;
}

bool screen_draw_motion(struct screen *s)
{
	struct area a = area_of(&s->grid);

	if (s->message_title || !s->top->class->draw_motion)
		return false;
	return s->top->class->draw_motion(s->top, &a);
}

/* While something of the DHT is under way its pane lives, else it may wait for
 * what else there is to draw. */
static bool is_dht_moving(const struct screen *s)
{
	const struct dht_watch *w = &s->dht;

	return s->snap->totals.has_dht && w->detail &&
	       (!w->has_joined || w->large ||
		       (w->shown && w->detail->view.nlookups));
}

uint64_t screen_deadline(const struct screen *s)
{
	uint64_t toasts = toasts_deadline(&s->news, s->now_ms);
	uint64_t second = s->now_ms - s->now_ms % 1000 + 1000;

	return is_dht_moving(s) && second < toasts ? second : toasts;
}

bool screen_has_motion(const struct screen *s)
{
	if (s->message_title || !s->opt.animations)
		return false;
	for (size_t i = 0; i < s->detail->ndone; i++)
		if (s->now_ms < s->detail->done[i].at_ms + 1200)
			return true;
	return false;
}
