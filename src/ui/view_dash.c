/*
 * view_dash.c - the dashboard: one screen with everything.  See panes.h.
 */
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/panes.h"
#include "ui/screen.h"
#include "ui/views.h"

#define DOUBLE_CLICK_MS 400

static struct dash *dash_of(struct view *v)
{
	return (struct dash *)(void *)v;
}

static const struct dash *const_dash(const struct view *v)
{
	return (const struct dash *)(const void *)v;
}

struct dash *dash_below(struct view *v)
{
	while (v->below)
		v = v->below;
	return dash_of(v);
}

static void init(struct view *v, const void *arg)
{
	(void)arg;
	dash_of(v)->focus = PANE_TORRENTS;
}

static struct layout layout_of(const struct dash *d)
{
	const struct screen *s = d->v.screen;

	return layout_compute(s->grid.cols, s->grid.rows, s->snap->nrows,
		d->zoomed ? d->focus : PANE_NONE);
}

/* --- drawing
 * -------------------------------------------------------------------------- */

/* The column between two panes, with its joints in the title rules. */
static void draw_joint(const struct dash *d, const struct area *a,
	enum pane right, bool first)
{
	struct rect r = d->layout.pane[right];
	struct pen pen = pen_of(ROLE_RULE);

	for (int y = 1; y < r.h; y++)
		draw_char(a, r.x, r.y + y, pen, 0x2502);
	draw_char(a, r.x, r.y, pen, first ? 0x252c : 0x253c);
}

static struct area inside(const struct dash *d, const struct area *a,
	enum pane p)
{
	struct rect r = d->layout.pane[p];

	/* A pane that does not begin at the left edge shares a column. */
	if (r.x > 0) {
		r.x++;
		r.w--;
	}
	return area_rect(a, r);
}

static void draw_torrents(struct dash *d, const struct area *a)
{
	struct area in = inside(d, a, PANE_TORRENTS);

	if (d->layout.class == LAYOUT_TICKER)
		pane_torrents_ticker(d, &in);
	else if (d->layout.class == LAYOUT_COMPACT)
		pane_torrents_compact(d, &in);
	else
		pane_torrents(d, &in);
}

static void draw_pane(struct dash *d, const struct area *a, enum pane p)
{
	struct area in = inside(d, a, p);

	switch (p) {
	case PANE_TORRENTS:
		draw_torrents(d, a);
		break;
	case PANE_PIECES:
		pane_pieces(d, &in, d->layout.strip);
		break;
	case PANE_PEERS:
		pane_peers(d, &in);
		break;
	case PANE_SPEED:
		pane_speed(d, &in);
		break;
	case PANE_DHT:
		pane_dht(d, &in);
		break;
	default:
		pane_log(d, &in);
		break;
	}
}

static void draw(struct view *v, const struct area *a)
{
	struct dash *d = dash_of(v);
	struct area header;

	d->layout = layout_of(d);
	if (d->layout.class == LAYOUT_NOTHING)
		return;
	header = area_rect(a, d->layout.header);
	if (a->w < 60)
		pane_ticker_header(v->screen, &header);
	else
		pane_header(v->screen, &header);
	for (int p = 0; p < PANE_COUNT; p++)
		if (layout_shows(&d->layout, (enum pane)p))
			draw_pane(d, a, (enum pane)p);
	for (int p = PANE_PEERS; p < PANE_COUNT; p++)
		if (layout_shows(&d->layout, (enum pane)p) &&
			d->layout.pane[p].x > 0)
			draw_joint(d, a, (enum pane)p,
				p == PANE_PEERS || p == PANE_LOG ||
					d->layout.pane[PANE_PEERS].x !=
						d->layout.pane[p].x);
	if (d->layout.keybar.h)
		draw_key_bar(v->screen, a, d->layout.keybar.y, v);
}

static bool draw_motion(struct view *v, const struct area *a)
{
	struct dash *d = dash_of(v);
	struct area in;

	if (!layout_shows(&d->layout, PANE_PIECES))
		return false;
	in = inside(d, a, PANE_PIECES);
	draw_fill(&in, pen_on(ROLE_TEXT, GROUND_NONE));
	pane_pieces(d, &in, d->layout.strip);
	return true;
}

/* --- what keys may do
 * ------------------------------------------------------------------ */

/* How far the DHT may be scrolled. */
static int dht_last(const struct dash *d)
{
	int rows = d->layout.pane[PANE_DHT].h - 1;

	return d->dht_rows > rows ? d->dht_rows - rows : 0;
}

static uint32_t watch(const struct view *v, struct torrent_id *id)
{
	(void)v;
	(void)id;
	return WATCH_PEERS | WATCH_PIECES;
}

static unsigned contexts(const struct view *v)
{
	const struct dash *d = const_dash(v);
	unsigned c = CTX_DASH;

	if (d->focus == PANE_TORRENTS)
		c |= CTX_LIST | CTX_SCROLL;
	if (d->focus == PANE_PEERS || d->focus == PANE_LOG)
		c |= CTX_SCROLL;
	if (d->focus == PANE_DHT) {
		c |= CTX_DHT;
		if (d->zoomed)
			c |= CTX_BUCKETS;
		if (d->zoomed && dht_last(d))
			c |= CTX_SCROLL;
	}
	if (d->zoomed)
		c |= CTX_ZOOM;
	return c;
}

static bool any_pane_but(const struct dash *d)
{
	struct layout l = layout_compute(d->v.screen->grid.cols,
		d->v.screen->grid.rows, d->v.screen->snap->nrows, PANE_NONE);
	int shown = 0;

	for (int p = 0; p < PANE_COUNT; p++)
		shown += layout_shows(&l, (enum pane)p);
	return shown > 1;
}

static bool can(const struct view *v, enum action action)
{
	const struct dash *d = const_dash(v);
	const struct screen *s = v->screen;
	bool some = s->list.n > 0;
	unsigned bucket;

	switch (action) {
	case ACTION_BUCKET_PREV:
	case ACTION_BUCKET_NEXT:
	case ACTION_BUCKET_NODES:
		return dht_cursor(d, &bucket) != ADDR_NONE;
	case ACTION_DHT_REFRESH:
	case ACTION_DHT_ADD:
	case ACTION_DHT_SAVE:
		return s->snap->totals.has_dht;
	case ACTION_PAUSE:
	case ACTION_RESUME:
	case ACTION_REMOVE:
	case ACTION_REMOVE_DATA:
	case ACTION_VERIFY:
	case ACTION_REANNOUNCE:
	case ACTION_LABEL:
	case ACTION_COPY:
	case ACTION_QUEUE_UP:
	case ACTION_QUEUE_DOWN:
	case ACTION_FORCE:
	case ACTION_MARK:
	case ACTION_OPEN:
	case ACTION_NEXT_TORRENT:
	case ACTION_PREV_TORRENT:
	case ACTION_AVAILABILITY:
		return some;
	case ACTION_MARK_ALL:
		return some || s->list.nmarked;
	case ACTION_UNMARK:
		return s->list.nmarked > 0;
	case ACTION_PAUSE_ALL:
	case ACTION_FILTER:
	case ACTION_SHOW:
	case ACTION_SORT:
	case ACTION_REVERSE:
	case ACTION_COLUMNS:
		return s->snap->nrows > 0;
	case ACTION_NEXT_PANE:
	case ACTION_PREV_PANE:
		return any_pane_but(d);
	case ACTION_ESCAPE:
		return d->zoomed || d->focus != PANE_TORRENTS ||
		       s->list.filter[0] || s->list.nmarked;
	default:
		return true;
	}
}

/* --- movement
 * -------------------------------------------------------------------------- */

static void scroll(size_t *top, long by, size_t n)
{
	if (by < 0)
		*top = (size_t)-by > *top ? 0 : *top - (size_t)-by;
	else
		*top += (size_t)by;
	if (*top >= n)
		*top = n ? n - 1 : 0;
}

static void scroll_dht(struct dash *d, long by)
{
	long top = d->dht_top + by, last = dht_last(d);

	d->dht_top = (int)(top < 0 ? 0 : top > last ? last : top);
}

static void move(struct dash *d, enum pane p, long by)
{
	struct screen *s = d->v.screen;

	if (p == PANE_PEERS)
		scroll(&d->peers_top, by, s->detail->npeers);
	else if (p == PANE_LOG)
		scroll(&d->log_top, -by, s->news.n);
	else if (p == PANE_DHT)
		scroll_dht(d, by);
	else
		list_move(&s->list, by, s->now_ms);
}

static long page_of(const struct dash *d, enum pane p)
{
	int h = p == PANE_TORRENTS ? pane_torrents_page(d)
	                           : d->layout.pane[p].h - 2;

	return h > 1 ? h : 1;
}

static bool act_move(struct dash *d, enum action action)
{
	enum pane p = d->focus;
	long page = page_of(d, p);
	long half = page > 1 ? page / 2 : 1;
	long all = 1L << 30;

	switch (action) {
	case ACTION_UP:
		move(d, p, -1);
		return true;
	case ACTION_DOWN:
		move(d, p, 1);
		return true;
	case ACTION_FIRST:
		move(d, p, -all);
		return true;
	case ACTION_LAST:
		move(d, p, all);
		return true;
	case ACTION_HALF_UP:
		move(d, p, -half);
		return true;
	case ACTION_HALF_DOWN:
		move(d, p, half);
		return true;
	case ACTION_PAGE_UP:
		move(d, p, -page);
		return true;
	case ACTION_PAGE_DOWN:
		move(d, p, page);
		return true;
	case ACTION_NEXT_TORRENT:
		move(d, PANE_TORRENTS, 1);
		return true;
	case ACTION_PREV_TORRENT:
		move(d, PANE_TORRENTS, -1);
		return true;
	default:
		return false;
	}
}

/* --- panes
 * -----------------------------------------------------------------------------
 */

static void step_pane(struct dash *d, int by)
{
	struct layout l = layout_compute(d->v.screen->grid.cols,
		d->v.screen->grid.rows, d->v.screen->snap->nrows, PANE_NONE);

	for (int i = 0; i < PANE_COUNT; i++) {
		d->focus = (enum pane)(((int)d->focus + by + PANE_COUNT) %
				       PANE_COUNT);
		if (d->zoomed || layout_shows(&l, d->focus))
			return;
	}
}

static void go_to_pane(struct dash *d, int digit)
{
	enum pane p = (enum pane)(digit - 1);
	struct layout l = layout_compute(d->v.screen->grid.cols,
		d->v.screen->grid.rows, d->v.screen->snap->nrows, PANE_NONE);

	if (digit < 1 || digit > PANE_COUNT)
		return;
	if (d->focus == p)
		d->zoomed = !d->zoomed;
	else if (!layout_shows(&l, p))
		d->zoomed = true; /* there is no room for it but all */
	d->focus = p;
	if (!d->zoomed && !layout_shows(&l, p))
		d->focus = PANE_TORRENTS;
}

/* One that is being added, still. */
static bool open_dialog(struct screen *s)
{
	const struct torrent_row *row = screen_chosen(s);

	if (row && row->waits_for_choice)
		view_push(s, &view_choose, &(struct choose_arg){.id = row->id});
	else if (row && row->state == TORRENT_FETCHING)
		view_push(s, &view_fetch, &(struct fetch_arg){.id = row->id});
	else
		return false;
	return true;
}

static bool act_pane(struct dash *d, enum action action, int key)
{
	switch (action) {
	case ACTION_NEXT_PANE:
		step_pane(d, 1);
		return true;
	case ACTION_PREV_PANE:
		step_pane(d, -1);
		return true;
	case ACTION_PANE:
		go_to_pane(d, key - '0');
		return true;
	case ACTION_ZOOM:
		d->zoomed = !d->zoomed;
		return true;
	case ACTION_AVAILABILITY:
		d->availability = !d->availability;
		return true;
	case ACTION_SPAN_LESS:
		if (d->span > 0)
			d->span--;
		return true;
	case ACTION_SPAN_MORE:
		if (d->span + 1 < SPAN_COUNT)
			d->span++;
		return true;
	default:
		return false;
	}
}

/* One level up; false at the root. */
static bool go_back(struct dash *d)
{
	struct torrent_list *l = &d->v.screen->list;

	if (d->zoomed)
		d->zoomed = false;
	else if (d->focus != PANE_TORRENTS)
		d->focus = PANE_TORRENTS;
	else if (l->filter[0])
		list_set_filter(l, "");
	else if (l->nmarked)
		list_unmark(l);
	else
		return false;
	return true;
}

static void ask_to_quit(struct screen *s)
{
	const struct engine_totals *t = &s->snap->totals;

	if (t->nstate[TORRENT_LEECHING] || t->nstate[TORRENT_FETCHING])
		view_push(s, &view_quit, NULL);
	else
		screen_quit(s, false);
}

/* --- torrents
 * ---------------------------------------------------------------------------
 */

static void toggle_mark(struct screen *s)
{
	list_toggle_mark(&s->list, s->list.chosen);
	list_move(&s->list, 1, s->now_ms);
}

static void act_list(struct dash *d, enum action action)
{
	struct screen *s = d->v.screen;

	switch (action) {
	case ACTION_MARK:
		toggle_mark(s);
		break;
	case ACTION_MARK_ALL:
		list_mark_shown(&s->list);
		break;
	case ACTION_UNMARK:
		list_unmark(&s->list);
		break;
	case ACTION_REVERSE:
		screen_sort(s, s->list.sort, !s->list.descending);
		break;
	default:
		action_run(s, action);
		break;
	}
}

static void open_view(struct dash *d, enum action action)
{
	static const enum menu_kind sort = MENU_SORT, show = MENU_SHOW;
	struct screen *s = d->v.screen;

	switch (action) {
	case ACTION_OPEN:
		if (!open_dialog(s))
			view_push(s, &view_detail, NULL);
		break;
	case ACTION_FILTER:
		d->focus = PANE_TORRENTS;
		view_push(s, &view_filter, NULL);
		break;
	case ACTION_SORT:
		view_push(s, &view_menu, &sort);
		break;
	case ACTION_SHOW:
		view_push(s, &view_menu, &show);
		break;
	case ACTION_BACK:
		if (!go_back(d))
			ask_to_quit(s);
		break;
	case ACTION_ESCAPE:
		go_back(d);
		break;
	default:
		act_list(d, action);
		break;
	}
}

static enum view_answer act(struct view *v, enum action action,
	const struct input *in)
{
	struct dash *d = dash_of(v);

	if (!act_move(d, action) && !act_pane(d, action, in->key) &&
		!dht_act(d, action))
		open_view(d, action);
	return VIEW_USED;
}

/* --- mouse
 * -------------------------------------------------------------------------------
 */

static enum pane pane_at(const struct dash *d, int x, int y)
{
	for (int p = 0; p < PANE_COUNT; p++) {
		struct rect r = d->layout.pane[p];

		if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h)
			return (enum pane)p;
	}
	return PANE_NONE;
}

static void click_head(struct screen *s, int x)
{
	struct columns cols;

	columns_fit(s->grid.cols, &s->columns, &cols);
	for (int key = SORT_NAME; key < SORT_COUNT; key++) {
		enum column c = sort_column((enum sort_key)key);

		if (c == COLUMN_COUNT || !cols.at[c].w || x < cols.at[c].x ||
			x >= cols.at[c].x + cols.at[c].w)
			continue;
		screen_sort(s, (enum sort_key)key,
			s->list.sort == (enum sort_key)key
				? !s->list.descending
				: sort_starts_descending((enum sort_key)key));
		return;
	}
}

/* Twice in a row opens it. */
static void click_torrent(struct dash *d, struct torrent_id id)
{
	struct screen *s = d->v.screen;
	bool again = torrent_id_equal(d->clicked, id) &&
	             s->now_ms - d->clicked_ms <= DOUBLE_CLICK_MS;

	list_choose(&s->list, id);
	d->clicked = again ? (struct torrent_id){0, 0} : id;
	d->clicked_ms = s->now_ms;
	if (again)
		view_push(s, &view_detail, NULL);
}

static void click_torrents(struct dash *d, int x, int y)
{
	struct screen *s = d->v.screen;
	int row = y - d->layout.pane[PANE_TORRENTS].y;
	size_t at;

	if (d->layout.class == LAYOUT_PANES) {
		if (row == 1)
			click_head(s, x);
		row -= 2;
	}
	if (row < 0 || row >= pane_torrents_page(d))
		return;
	at = s->list.top + (size_t)row;
	if (at < s->list.n)
		click_torrent(d, s->list.order[at]);
}

static enum view_answer input(struct view *v, const struct input *in)
{
	struct dash *d = dash_of(v);
	enum pane p;

	if (in->kind != INPUT_MOUSE)
		return VIEW_UNUSED;
	p = pane_at(d, in->x, in->y);
	if (p == PANE_NONE)
		return VIEW_USED;
	if (in->button == MOUSE_WHEEL_UP || in->button == MOUSE_WHEEL_DOWN) {
		if (p == PANE_TORRENTS || p == PANE_PEERS || p == PANE_LOG ||
			(p == PANE_DHT && d->zoomed))
			move(d, p, in->button == MOUSE_WHEEL_UP ? -3 : 3);
		return VIEW_USED;
	}
	if (in->button == MOUSE_LEFT) {
		d->focus = p;
		if (p == PANE_TORRENTS)
			click_torrents(d, in->x, in->y);
	}
	return VIEW_USED;
}

const struct view_class view_dash = {
	.size = sizeof(struct dash),
	.init = init,
	.draw = draw,
	.draw_motion = draw_motion,
	.contexts = contexts,
	.watch = watch,
	.can = can,
	.input = input,
	.act = act,
};
