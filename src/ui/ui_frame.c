/*
 * ui_frame.c - when what is drawn.  See ui_priv.h.
 *
 * Two lanes: numbers once a second on the second, motion (the piece map) up
 * to `fps` times a second.  Keys are answered within 16 ms.  All timers are
 * one-shot; none runs when nothing is to come.
 */
#include "ui/ui_priv.h"

#define FIRST_FRAME_MS 30 /* the list of torrents is awaited for so long */
#define IDLE_LOOK_MS 5000 /* how long a change nobody told us of may hide */
#define SLOW_MS 3000      /* a frame on its way for this long */
#define REFRESHES_MAX 3   /* for one frame */
/* Motion may cost so many bytes a second: 3.5 kB at 120x36, 8 at 200x55.  What
 * is typed and the numbers are always shown. */
#define MOTION_BYTES(cells) (500 + (int64_t)(cells)*7 / 10)

static void on_frame(uv_timer_t *t);
static void on_numbers(uv_timer_t *t);

bool ui_can_draw(const struct ui *ui)
{
	return !ui->closing && !ui->dead && !ui->suspended;
}

void ui_want_frame(struct ui *ui, uint64_t wait)
{
	if (!ui_can_draw(ui))
		return;
	if (uv_is_active((uv_handle_t *)&ui->frame) &&
		uv_timer_get_due_in(&ui->frame) <= wait)
		return;
	uv_timer_start(&ui->frame, on_frame, wait, 0);
}

void ui_want_full_frame(struct ui *ui)
{
	uint64_t since = ui_now(ui) - ui->last_frame_ms;

	ui->full = true;
	ui_want_frame(ui,
		since >= UI_KEY_FRAME_MS ? 0 : UI_KEY_FRAME_MS - since);
}

static bool is_busy(const struct snapshot *s)
{
	const struct engine_totals *t = &s->totals;

	return t->down_bps || t->up_bps || t->nstate[TORRENT_LEECHING] ||
	       t->nstate[TORRENT_FETCHING] || t->nstate[TORRENT_CHECKING] ||
	       t->nstate[TORRENT_LOADING];
}

/* When the numbers are to be looked at again. */
static void plan_numbers(struct ui *ui)
{
	const struct snapshot *s = ui->screen->snap;
	uint64_t wait = IDLE_LOOK_MS;
	uint64_t deadline = screen_deadline(ui->screen);

	if (!ui_can_draw(ui) || ui->engine_gone)
		return;
	if (ui->dirty || is_busy(s))
		wait = 1000 - s->now_ms % 1000;
	else if (deadline != UINT64_MAX && deadline > s->now_ms &&
		 deadline - s->now_ms < wait)
		wait = deadline - s->now_ms;
	uv_timer_start(&ui->numbers, on_numbers, wait, 0);
}

void ui_refresh(struct ui *ui)
{
	if (ui->engine_gone)
		return;
	/* What is brought may change what is watched, and what was not watched
	 * until now is not to be missing on the screen, not for one frame. */
	for (int i = 0; i < REFRESHES_MAX; i++) {
		const struct snapshot *s = engine_refresh(ui->cfg.engine);

		ui->rewatched = false;
		screen_update(ui->screen, s, engine_detail(ui->cfg.engine));
		if (!ui->rewatched)
			return;
	}
}

/* Bytes of the last frame go first; a new one is drawn when they are gone. */
bool ui_drain(struct ui *ui)
{
	if (!term_flush(ui->term)) {
		ui_hang_up(ui);
		return false;
	}
	ui_watch_terminal(ui);
	if (!term_pending(ui->term)) {
		ui->blocked_ms = 0;
		ui->screen->is_slow = false;
		return true;
	}
	if (!ui->blocked_ms)
		ui->blocked_ms = ui_now(ui);
	if (ui_now(ui) - ui->blocked_ms > SLOW_MS)
		ui->screen->is_slow = true;
	return false;
}

/* Bytes earned by time since the last look, less those put out. */
static bool can_afford_motion(struct ui *ui)
{
	const struct grid *g = &ui->screen->grid;
	int64_t rate = MOTION_BYTES((int64_t)g->cols * g->rows);
	uint64_t now = ui_now(ui), bytes = term_bytes(ui->term);
	uint64_t ms = now - ui->earned_ms < 1000 ? now - ui->earned_ms : 1000;

	ui->motion_bytes +=
		rate * (int64_t)ms / 1000 - (int64_t)(bytes - ui->spent_bytes);
	/* A full repaint is not paid for by seconds of stillness. */
	if (ui->motion_bytes > rate)
		ui->motion_bytes = rate;
	if (ui->motion_bytes < -rate / 2)
		ui->motion_bytes = -rate / 2;
	ui->earned_ms = now;
	ui->spent_bytes = bytes;
	return ui->motion_bytes > 0;
}

/* An empty first screen would only flicker: the list of torrents is near. */
static bool is_too_early(struct ui *ui)
{
	uint64_t since = ui_now(ui) - ui->opened_ms;

	if (ui->last_frame_ms || !ui->screen->snap->list_loading ||
		since >= FIRST_FRAME_MS)
		return false;
	ui->full = true;
	ui_want_frame(ui, FIRST_FRAME_MS - since);
	return true;
}

static void draw(struct ui *ui)
{
	bool full = ui->full;

	if (!ui_can_draw(ui) || !ui_drain(ui))
		return;
	ui_take_settings(ui);
	/* What is drawn may ask for one more: the details of a torrent that
	 * was just chosen come with the next refresh. */
	ui->full = false;
	ui_refresh(ui);
	if (is_too_early(ui))
		return;
	if (full) {
		ui->dirty = false;
		term_present(ui->term, screen_draw(ui->screen));
		plan_numbers(ui);
	} else if (can_afford_motion(ui) && screen_draw_motion(ui->screen)) {
		term_present(ui->term, &ui->screen->grid);
	}
	ui->last_frame_ms = ui_now(ui);
	ui_drain(ui);
	if (screen_has_motion(ui->screen))
		ui_want_frame(ui, 1000 / ui->fps);
}

static void on_frame(uv_timer_t *t)
{
	draw(t->data);
}

static void on_numbers(uv_timer_t *t)
{
	ui_want_full_frame(t->data);
}

void ui_dirty(struct ui *ui)
{
	uint64_t since, step;

	if (!ui || !ui_can_draw(ui) || ui->engine_gone)
		return;
	since = ui_now(ui) - ui->last_frame_ms;
	step = 1000 / ui->fps;
	if (!ui->dirty) {
		ui->dirty = true;
		plan_numbers(ui);
	}
	ui_want_frame(ui, since >= step ? 0 : step - since);
}
