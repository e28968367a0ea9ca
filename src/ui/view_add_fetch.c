/*
 * view_add_fetch.c - the Add dialog while the file list is on its way: who was
 * asked, who has it, how much of it is here.  When it has come, the choice of
 * files takes this view's place.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/actions.h"
#include "ui/dialog.h"
#include "ui/screen.h"
#include "ui/views.h"

#define BOX_COLS 84
#define BOX_ROWS 15
#define SMALL_COLS 62
#define SMALL_ROWS 14
#define LABEL_COLS 12

enum {
	BUTTON_LATER,
	BUTTON_ALL,
	BUTTON_REMOVE,
};

struct fetch_view {
	struct view v;
	struct torrent_id id; /* {0, 0}: not known yet */
	uint32_t fetch;       /* of a URL: the number of its CMD_ADD */
	uint64_t seq;         /* notices seen */
	bool paused;          /* as the form said */
	uint64_t since_ms;
	char *what; /* what was added, as typed */
	char problem[sizeof(((struct notice *)0)->text)];
	struct dialog_buttons buttons;
};

static struct fetch_view *fetch_of(struct view *v)
{
	return (struct fetch_view *)(void *)v;
}

static const struct fetch_view *const_fetch(const struct view *v)
{
	return (const struct fetch_view *)(const void *)v;
}

static const struct torrent_row *row_of(const struct fetch_view *d)
{
	return list_row(d->v.screen->snap, d->id);
}

static void init(struct view *v, const void *arg)
{
	const struct fetch_arg *a = arg;
	struct fetch_view *d = fetch_of(v);

	d->id = a->id;
	d->fetch = a->fetch;
	d->paused = a->paused;
	d->seq = v->screen->notice_seq;
	d->since_ms = v->screen->now_ms;
	d->what = mem_strdup(a->what ? a->what : "");
}

static void fini(struct view *v)
{
	mem_free(fetch_of(v)->what);
}

static void label_buttons(struct fetch_view *d, const struct torrent_row *row,
	int cols)
{
	struct dialog_buttons *b = &d->buttons;
	bool narrow = cols < SMALL_COLS;

	b->n = row ? 3 : 1;
	b->label[BUTTON_LATER] = d->problem[0] ? "Close"
	                         : narrow      ? "Later"
	                                       : "Continue in background";
	b->label[BUTTON_ALL] = narrow ? "All" : "Download everything";
	b->label[BUTTON_REMOVE] = narrow ? "Remove" : "Cancel and remove";
	if (row && row->state == TORRENT_FAULTY) {
		b->label[BUTTON_LATER] = "Close";
		b->label[BUTTON_ALL] = "Try again";
	}
	if (b->chosen >= b->n)
		b->chosen = 0;
}

static uint32_t watch(const struct view *v, struct torrent_id *id)
{
	/* Else what lies behind it is watched. */
	if (const_fetch(v)->id.slot)
		*id = const_fetch(v)->id;
	return WATCH_PEERS | WATCH_PIECES | WATCH_TRACKERS;
}

/* What became of the URL. */
static void take_notices(struct fetch_view *d)
{
	struct screen *s = d->v.screen;
	const struct notice *n;

	if (!d->fetch || !s->ops->notice_after)
		return;
	while ((n = s->ops->notice_after(s->user, d->seq))) {
		d->seq = n->seq;
		if (n->fetch != d->fetch)
			continue;
		d->fetch = 0;
		d->id = n->torrent;
		if (!n->torrent.slot)
			snprintf(d->problem, sizeof d->problem, "%s", n->text);
		else
			list_choose(&s->list, d->id);
	}
}

static void update(struct view *v)
{
	struct fetch_view *d = fetch_of(v);
	const struct torrent_row *row;

	take_notices(d);
	row = row_of(d);
	label_buttons(d, row, v->screen->grid.cols);
	if (d->fetch || d->problem[0])
		return;
	if (row && row->state == TORRENT_FETCHING)
		return;
	if (row && !row->has_metadata && row->state != TORRENT_LOADING)
		return; /* a fault, or somebody paused it */
	if (row && row->waits_for_choice && v->screen->top == v)
		view_push(v->screen, &view_choose,
			&(struct choose_arg){.id = d->id,
				.paused = d->paused,
				.waited_ms = v->screen->now_ms - d->since_ms});
	screen_close_view(v->screen, v);
}

/* --- drawing ---------------------------------------------------------------
 */

static const struct torrent_detail *detail_of(const struct fetch_view *d,
	uint32_t what)
{
	const struct torrent_detail *t = d->v.screen->detail;

	return torrent_id_equal(t->id, d->id) && (t->what & what) ? t : NULL;
}

struct line {
	const char *label;
	bool narrow;
	bool done, idle; /* idle: it gives nothing */
	char text[160];
};

static void say_dht(const struct fetch_view *d, const struct torrent_row *row,
	struct line *l)
{
	const struct engine_totals *t = &d->v.screen->snap->totals;

	l->label = "DHT";
	if (!t->has_dht) {
		l->idle = true;
		snprintf(l->text, sizeof l->text, "off");
		return;
	}
	l->done = row->dht_found > 0;
	if (l->narrow)
		snprintf(l->text, sizeof l->text, "%u asked, %u found",
			row->dht_asked, row->dht_found);
	else
		snprintf(l->text, sizeof l->text,
			"%u node%s asked, %u peer%s found", row->dht_asked,
			format_s(row->dht_asked), row->dht_found,
			format_s(row->dht_found));
}

static void say_trackers(const struct fetch_view *d,
	const struct torrent_row *row, struct line *l)
{
	const struct torrent_detail *t = detail_of(d, WATCH_TRACKERS);
	size_t n = t ? t->ntrackers : 0, good = 0, bad = 0;

	l->label = "Trackers";
	for (size_t i = 0; i < n; i++) {
		good += t->trackers[i].status == TRACKER_OK;
		bad += t->trackers[i].status == TRACKER_FAILED;
	}
	l->done = good > 0;
	l->idle = n == bad;
	if (n == 0)
		snprintf(l->text, sizeof l->text, "the link names none");
	else if (good == 0 && bad)
		snprintf(l->text, sizeof l->text, "%zu of %zu failed: %.90s",
			bad, n, t->trackers[0].text);
	else if (!l->narrow && (row->swarm_seeds || row->swarm_peers))
		snprintf(l->text, sizeof l->text,
			"%zu of %zu answered: %u seed%s, %u peer%s", good, n,
			row->swarm_seeds, format_s(row->swarm_seeds),
			row->swarm_peers, format_s(row->swarm_peers));
	else
		snprintf(l->text, sizeof l->text, "%zu of %zu answered", good,
			n);
}

static void say_peers(const struct fetch_view *d, const struct torrent_row *row,
	struct line *l)
{
	const struct torrent_detail *t = detail_of(d, WATCH_PEERS);
	uint64_t have = row->why.kind == WHY_METADATA ? row->why.c : 0;
	size_t connecting = 0;

	for (size_t i = 0; t && i < t->npeers; i++)
		connecting += t->peers[i].connecting;
	l->label = "Peers";
	l->done = have > 0;
	snprintf(l->text, sizeof l->text,
		l->narrow ? "%u, %llu %s it, %zu dialled"
			  : "%u connected, %llu %s the file list, %zu "
			    "connecting",
		row->peers, (unsigned long long)have,
		have == 1 ? "has" : "have", connecting);
}

static int margin(const struct area *a)
{
	return a->w < SMALL_COLS ? 0 : 3;
}

static void draw_line(const struct area *a, int y, const struct line *l)
{
	enum role role = l->done ? ROLE_OK : l->idle ? ROLE_DIM : ROLE_META;
	int x = margin(a);

	draw_text(a, x, y, pen_on(ROLE_DIM, GROUND_PANEL), l->label);
	x += LABEL_COLS;
	draw_text(a, x - 1, y, pen_on(role, GROUND_PANEL),
		l->done   ? "✓"
		: l->idle ? "·"
			  : "▸");
	draw_field(a, (struct rect){x + 1, y, a->w - x - 1 - margin(a), 1},
		pen_on(ROLE_TEXT, GROUND_PANEL), FIT_END, l->text);
}

static void draw_parts(const struct area *a, int y,
	const struct torrent_row *row)
{
	const struct why *w = &row->why;
	uint64_t got = w->kind == WHY_METADATA ? w->a : 0;
	uint64_t all = w->kind == WHY_METADATA ? w->b : 0;
	int x = margin(a) + LABEL_COLS + 1, room = a->w - x - margin(a), bar;
	struct line l = {.label = "Metadata"};
	char text[64];

	if (!all)
		snprintf(l.text, sizeof l.text, "its size is not known yet");
	draw_line(a, y, &l);
	if (!all)
		return;
	snprintf(text, sizeof text, "%llu of %llu part%s",
		(unsigned long long)got, (unsigned long long)all,
		format_s(all));
	bar = room - draw_width(a, text) - 2;
	if (bar > 36)
		bar = 36;
	if (bar >= 8) {
		draw_bar(a, (struct rect){x, y, bar, 1},
			(uint32_t)(got * 1000 / all),
			pen_on(ROLE_META, GROUND_PANEL),
			pen_on(ROLE_FAINT, GROUND_PANEL));
		x += bar + 2;
	}
	draw_text(a, x, y, pen_on(ROLE_TEXT, GROUND_PANEL), text);
}

static void draw_torrent(const struct fetch_view *d, const struct area *a,
	int y, const struct torrent_row *row)
{
	struct line l, fresh = {.narrow = a->w < SMALL_COLS};
	bool roomy = a->h >= SMALL_ROWS;
	int x = margin(a);

	draw_field(a, (struct rect){x, y++, a->w - 2 * x, 1},
		pen_on(ROLE_STRONG, GROUND_PANEL), FIT_MIDDLE, row->name);
	if (roomy && strcmp(row->name, row->hash_hex) != 0)
		draw_field(a, (struct rect){x, y++, a->w - 2 * x, 1},
			pen_on(ROLE_DIM, GROUND_PANEL), FIT_MIDDLE,
			row->hash_hex);
	y += roomy;
	if (row->state == TORRENT_FAULTY) {
		struct area words = area_sub(a, x, y, a->w - 2 * x, 4);

		draw_words(&words, pen_on(ROLE_ERR, GROUND_PANEL),
			row->fault.what);
		return;
	}
	l = fresh;
	say_dht(d, row, &l);
	draw_line(a, y++, &l);
	l = fresh;
	say_trackers(d, row, &l);
	draw_line(a, y++, &l);
	l = fresh;
	say_peers(d, row, &l);
	draw_line(a, y++, &l);
	draw_parts(a, y, row);
}

static void draw_url(const struct fetch_view *d, const struct area *a, int y)
{
	char *what = text_clean(span_str(d->what), 0);
	int x = margin(a);
	struct area words = area_sub(a, x, y + 2, a->w - 2 * x, 4);

	draw_field(a, (struct rect){x, y, a->w - 2 * x, 1},
		pen_on(ROLE_STRONG, GROUND_PANEL), FIT_MIDDLE, what);
	mem_free(what);
	if (d->problem[0])
		draw_words(&words, pen_on(ROLE_ERR, GROUND_PANEL), d->problem);
	else
		draw_words(&words, pen_on(ROLE_TEXT, GROUND_PANEL),
			"asking the server for the .torrent file");
}

static void draw(struct view *v, const struct area *a)
{
	struct fetch_view *d = fetch_of(v);
	const struct torrent_row *row = row_of(d);
	const char *title = row ? "Add torrent: fetching the file list"
	                        : "Add torrent: fetching the file";
	bool boxed = a->h > SMALL_ROWS && a->w >= SMALL_COLS;
	int w = a->w < BOX_COLS + 4 ? a->w : BOX_COLS;
	int h = a->h - 1 < BOX_ROWS ? a->h - 1 : BOX_ROWS;
	struct area box =
		boxed ? area_sub(a, (a->w - w) / 2, (a->h - 1 - h) / 4, w, h)
		      : area_sub(a, 0, 0, a->w, a->h - 1);
	int y = boxed ? 2 : 1;

	if (d->problem[0])
		title = "Add torrent";
	label_buttons(d, row, a->w);
	if (boxed) {
		draw_box(&box, title,
			d->problem[0] ? "Esc close"
				      : "Esc keeps it running in the "
					"background");
	} else {
		draw_fill(&box, pen_on(ROLE_TEXT, GROUND_PANEL));
		draw_text(&box, 0, 0, pen_on(ROLE_STRONG, GROUND_PANEL), title);
	}
	if (row)
		draw_torrent(d, &box, y, row);
	else
		draw_url(d, &box, y);
	if (box.h > 2)
		dialog_buttons_draw(&d->buttons, &box, boxed ? 3 : 0,
			box.h - (boxed ? 3 : 1), true);
	draw_key_bar(v->screen, a, a->h - 1, v);
}

/* --- keys ------------------------------------------------------------------
 */

static enum view_answer start_all(struct fetch_view *d)
{
	const struct start_choice choice = {.paused = d->paused};
	const struct torrent_row *row = row_of(d);
	struct command c = {
		.kind = CMD_START, .torrent = d->id, .start = &choice};

	if (row && row->state == TORRENT_FAULTY) {
		c.kind = CMD_RESUME;
		action_command(d->v.screen, &c, NULL);
		return VIEW_USED;
	}
	return action_command(d->v.screen, &c, NULL) ? VIEW_CLOSE : VIEW_USED;
}

static enum view_answer press(struct fetch_view *d, int button)
{
	switch (button) {
	case BUTTON_ALL:
		return start_all(d);
	case BUTTON_REMOVE:
		action_remove(d->v.screen, &d->id, 1, false);
		return VIEW_CLOSE;
	default:
		return VIEW_CLOSE;
	}
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct fetch_view *d = fetch_of(v);
	int button;

	if (in->kind != INPUT_MOUSE)
		return VIEW_UNUSED;
	button = in->button == MOUSE_LEFT
	                 ? dialog_buttons_at(&d->buttons, in->x, in->y)
	                 : -1;
	return button >= 0 ? press(d, button) : VIEW_USED;
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct fetch_view *d = fetch_of(v);

	(void)in;
	switch (action) {
	case ACTION_ACCEPT:
		return press(d, d->buttons.chosen);
	case ACTION_COMPLETE:
	case ACTION_UNFOLD:
	case ACTION_DOWN:
		dialog_buttons_step(&d->buttons, 1);
		return VIEW_USED;
	case ACTION_COMPLETE_BACK:
	case ACTION_FOLD:
	case ACTION_UP:
		dialog_buttons_step(&d->buttons, -1);
		return VIEW_USED;
	case ACTION_CLOSE:
		return VIEW_CLOSE;
	default:
		return VIEW_UNUSED;
	}
}

static unsigned contexts(const struct view *v)
{
	(void)v;
	return CTX_BUTTONS | CTX_DIALOG;
}

const struct view_class view_fetch = {
	.size = sizeof(struct fetch_view),
	.shades = true,
	.init = init,
	.fini = fini,
	.update = update,
	.watch = watch,
	.draw = draw,
	.contexts = contexts,
	.input = input,
	.act = act,
};
