/*
 * ui.c - see ui.h.
 *
 * Two lanes: numbers once a second on the second, motion (the piece map) up
 * to `fps` times a second.  Keys are answered within 16 ms.  All timers are
 * one-shot; none runs when nothing is to come.
 */
#include "ui/ui.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/command.h"
#include "core/settings.h"
#include "core/snapshot.h"
#include "ui/decoder.h"
#include "ui/loader.h"
#include "ui/screen.h"
#include "ui/term.h"

#define KEY_FRAME_MS 16   /* shortest time between two frames */
#define FIRST_FRAME_MS 30 /* the list of torrents is awaited for so long */
#define RESIZE_MS 50      /* a burst of size changes is one */
#define IDLE_LOOK_MS 5000 /* how long a change nobody told us of may hide */
#define SLOW_MS 3000      /* a frame on its way for this long */
/* Motion may cost so many bytes a second: 3.5 kB at 120x36, 8 at 200x55.  What
 * is typed and the numbers are always shown. */
#define MOTION_BYTES(cells) (500 + (int64_t)(cells)*7 / 10)
#define ESC_SSH_MS 100
#define READ_BYTES 4096
#define READS_MAX 16 /* in one wake-up */
#define SIGNALS 7

struct ui {
	struct ui_config cfg;
	struct term *term;
	struct screen *screen;
	struct decoder *decoder;
	struct loader *loader;
	uv_poll_t poll;
	uv_timer_t frame;   /* the next drawing */
	uv_timer_t numbers; /* the next look at the numbers */
	uv_timer_t esc;
	uv_timer_t resize;
	uv_timer_t leave; /* tells the owner, from the loop, to shut down */
	uv_signal_t signals[SIGNALS];
	unsigned handles; /* still to be closed */
	bool closing, dead, suspended;
	bool engine_gone; /* ui_show_message(): its snapshot is not read */
	bool full;    /* the next frame draws everything, not the map only */
	bool dirty;   /* the engine changed since the last full frame */
	bool asked;   /* the user wants to leave */
	bool at_once; /* and has no patience */
	uint64_t opened_ms;
	uint64_t last_frame_ms; /* 0: none yet */
	int64_t motion_bytes;   /* that may be spent now */
	uint64_t earned_ms, spent_bytes;
	uint64_t blocked_ms; /* since when bytes are pending; 0: not */
	uint64_t settings_seen;
	unsigned fps;
	char theme[32], colors[16], glyphs[16];
	void (*done)(void *user);
	void *done_user;
};

static uint64_t now_ms(const struct ui *ui)
{
	return uv_now(ui->cfg.loop);
}

/* --- settings
 * ------------------------------------------------------------------------ */

static struct term_look look_of(struct ui *ui)
{
	const struct settings *s = ui->cfg.settings;
	struct term_look look = {theme_find("aurora"), NULL, NULL};

	if (!s)
		return look;
	/* Copied: the settings' own texts live only until they change. */
	snprintf(ui->theme, sizeof ui->theme, "%s",
		settings_text(s, SET_THEME));
	snprintf(ui->colors, sizeof ui->colors, "%s",
		settings_text(s, SET_COLORS));
	snprintf(ui->glyphs, sizeof ui->glyphs, "%s",
		settings_text(s, SET_GLYPHS));
	if (theme_find(ui->theme))
		look.theme = theme_find(ui->theme);
	look.colors = ui->colors;
	look.glyphs = ui->glyphs;
	return look;
}

static struct ui_options options_of(const struct ui *ui)
{
	const struct settings *s = ui->cfg.settings;
	struct ui_options o = {
		.animations = true,
		.mono = ui->term && term_depth(ui->term) == DEPTH_MONO,
		.confirm_remove = true,
		.sort = SORT_DEFAULT,
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it */
		.home = getenv("HOME"),
		.can_quit = true,
	};
	const char *units = s ? settings_text(s, SET_UNITS) : "binary";

	if (strcmp(units, "si") == 0)
		o.units = UNITS_SI;
	else if (strcmp(units, "bits") == 0)
		o.units = UNITS_BITS;
	if (s) {
		o.animations = settings_bool(s, SET_ANIMATIONS) &&
		               settings_int(s, SET_FPS) > 1;
		o.confirm_remove = settings_bool(s, SET_CONFIRM_REMOVE);
		if (!sort_parse(settings_text(s, SET_SORT), &o.sort))
			o.sort = SORT_DEFAULT;
	}
	o.sort_descending = sort_starts_descending(o.sort);
	return o;
}

static void fit_screen(struct ui *ui)
{
	int cols, rows;

	term_size(ui->term, &cols, &rows);
	term_resize(ui->term, cols, rows);
	screen_resize(ui->screen, cols, rows, term_tier(ui->term));
}

static void take_settings(struct ui *ui)
{
	const struct settings *s = ui->cfg.settings;
	struct term_look look;
	struct ui_options opt;

	if (!s || settings_version(s) == ui->settings_seen)
		return;
	ui->settings_seen = settings_version(s);
	look = look_of(ui);
	ui->fps = (unsigned)settings_int(s, SET_FPS);
	if (ui->fps < 1 || ui->fps > 60)
		ui->fps = 5;
	term_set_look(ui->term, &look);
	opt = options_of(ui);
	screen_set_options(ui->screen, &opt);
	fit_screen(ui);
}

/* --- frames
 * ----------------------------------------------------------------------------
 */

static void on_frame(uv_timer_t *t);
static void on_numbers(uv_timer_t *t);

static bool can_draw(const struct ui *ui)
{
	return !ui->closing && !ui->dead && !ui->suspended;
}

/* Draw within `wait` ms, but not sooner than the lane allows. */
static void want_frame(struct ui *ui, uint64_t wait)
{
	if (!can_draw(ui))
		return;
	if (uv_is_active((uv_handle_t *)&ui->frame) &&
		uv_timer_get_due_in(&ui->frame) <= wait)
		return;
	uv_timer_start(&ui->frame, on_frame, wait, 0);
}

static void want_full_frame(struct ui *ui)
{
	uint64_t since = now_ms(ui) - ui->last_frame_ms;

	ui->full = true;
	want_frame(ui, since >= KEY_FRAME_MS ? 0 : KEY_FRAME_MS - since);
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

	if (!can_draw(ui) || ui->engine_gone)
		return;
	if (ui->dirty || is_busy(s))
		wait = 1000 - s->now_ms % 1000;
	else if (deadline != UINT64_MAX && deadline > s->now_ms &&
		 deadline - s->now_ms < wait)
		wait = deadline - s->now_ms;
	uv_timer_start(&ui->numbers, on_numbers, wait, 0);
}

static void refresh(struct ui *ui)
{
	const struct snapshot *s;

	if (ui->engine_gone)
		return;
	s = engine_refresh(ui->cfg.engine);
	screen_update(ui->screen, s, engine_detail(ui->cfg.engine));
}

static void hang_up(struct ui *ui);

static void watch_terminal(struct ui *ui);

static void on_terminal(uv_poll_t *p, int status, int events);

static void watch_terminal(struct ui *ui)
{
	int events = UV_READABLE | UV_DISCONNECT;

	if (ui->dead || ui->closing)
		return;
	if (term_pending(ui->term))
		events |= UV_WRITABLE;
	if (ui->suspended)
		uv_poll_stop(&ui->poll);
	else
		uv_poll_start(&ui->poll, events, on_terminal);
}

/* Bytes of the last frame go first; a new one is drawn when they are gone. */
static bool drain(struct ui *ui)
{
	if (!term_flush(ui->term)) {
		hang_up(ui);
		return false;
	}
	watch_terminal(ui);
	if (!term_pending(ui->term)) {
		ui->blocked_ms = 0;
		ui->screen->is_slow = false;
		return true;
	}
	if (!ui->blocked_ms)
		ui->blocked_ms = now_ms(ui);
	if (now_ms(ui) - ui->blocked_ms > SLOW_MS)
		ui->screen->is_slow = true;
	return false;
}

/* Bytes earned by time since the last look, less those put out. */
static bool can_afford_motion(struct ui *ui)
{
	const struct grid *g = &ui->screen->grid;
	int64_t rate = MOTION_BYTES((int64_t)g->cols * g->rows);
	uint64_t now = now_ms(ui), bytes = term_bytes(ui->term);
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
	uint64_t since = now_ms(ui) - ui->opened_ms;

	if (ui->last_frame_ms || !ui->screen->snap->list_loading ||
		since >= FIRST_FRAME_MS)
		return false;
	ui->full = true;
	want_frame(ui, FIRST_FRAME_MS - since);
	return true;
}

static void draw(struct ui *ui)
{
	bool full = ui->full;

	if (!can_draw(ui) || !drain(ui))
		return;
	take_settings(ui);
	/* What is drawn may ask for one more: the details of a torrent that
	 * was just chosen come with the next refresh. */
	ui->full = false;
	refresh(ui);
	if (is_too_early(ui))
		return;
	if (full) {
		ui->dirty = false;
		term_present(ui->term, screen_draw(ui->screen));
		plan_numbers(ui);
	} else if (can_afford_motion(ui) && screen_draw_motion(ui->screen)) {
		term_present(ui->term, &ui->screen->grid);
	}
	ui->last_frame_ms = now_ms(ui);
	drain(ui);
	if (screen_has_motion(ui->screen))
		want_frame(ui, 1000 / ui->fps);
}

static void on_frame(uv_timer_t *t)
{
	draw(t->data);
}

static void on_numbers(uv_timer_t *t)
{
	want_full_frame(t->data);
}

void ui_dirty(struct ui *ui)
{
	uint64_t since, step;

	if (!ui || !can_draw(ui) || ui->engine_gone)
		return;
	since = now_ms(ui) - ui->last_frame_ms;
	step = 1000 / ui->fps;
	if (!ui->dirty) {
		ui->dirty = true;
		plan_numbers(ui);
	}
	want_frame(ui, since >= step ? 0 : step - since);
}

/* --- leaving
 * -----------------------------------------------------------------------------
 */

static void on_leave(uv_timer_t *t)
{
	struct ui *ui = t->data;

	if (ui->cfg.quit)
		ui->cfg.quit(ui->cfg.user, ui->at_once);
}

/* The owner may close us while it is told: so no view may be on the stack. */
static void ask_quit(struct ui *ui, bool at_once)
{
	if (ui->closing || (ui->asked && !at_once))
		return;
	ui->asked = true;
	ui->at_once |= at_once;
	uv_timer_start(&ui->leave, on_leave, 0, 0);
}

/* The terminal went away: never look at it again, save and leave. */
static void hang_up(struct ui *ui)
{
	if (ui->dead)
		return;
	ui->dead = true;
	uv_poll_stop(&ui->poll);
	uv_timer_stop(&ui->frame);
	uv_timer_stop(&ui->numbers);
	uv_timer_stop(&ui->esc);
	ask_quit(ui, false);
}

/* --- input
 * ---------------------------------------------------------------------------------
 */

static void on_esc(uv_timer_t *t);

static void plan_esc(struct ui *ui)
{
	uint64_t deadline = decoder_deadline(ui->decoder);

	if (deadline == DECODER_NEVER)
		uv_timer_stop(&ui->esc);
	else
		uv_timer_start(&ui->esc, on_esc,
			deadline > now_ms(ui) ? deadline - now_ms(ui) : 0, 0);
}

static void take_events(struct ui *ui)
{
	struct input in;
	bool any = false;

	while (decoder_next(ui->decoder, &in) && !ui->closing) {
		/* What an earlier key did may have changed everything. */
		refresh(ui);
		screen_input(ui->screen, &in);
		any = true;
	}
	if (any)
		want_full_frame(ui);
	if (!ui->closing)
		plan_esc(ui);
}

static void on_esc(uv_timer_t *t)
{
	struct ui *ui = t->data;

	decoder_tick(ui->decoder, now_ms(ui));
	take_events(ui);
}

static void read_terminal(struct ui *ui)
{
	uint8_t bytes[READ_BYTES];

	for (int i = 0; i < READS_MAX; i++) {
		long n = term_read(ui->term, bytes, sizeof bytes);

		if (n < 0) {
			hang_up(ui);
			return;
		}
		if (n == 0)
			break;
		decoder_feed(ui->decoder, span_of(bytes, (size_t)n),
			now_ms(ui));
	}
	take_events(ui);
}

static void on_terminal(uv_poll_t *p, int status, int events)
{
	struct ui *ui = p->data;

	if (status < 0) {
		hang_up(ui);
		return;
	}
	if (events & UV_READABLE)
		read_terminal(ui);
	else if (events & UV_DISCONNECT)
		hang_up(ui);
	if (!ui->dead && !ui->closing && (events & UV_WRITABLE) && drain(ui))
		want_full_frame(ui);
}

/* --- signals
 * --------------------------------------------------------------------------------
 */

static void on_resize(uv_timer_t *t)
{
	struct ui *ui = t->data;

	if (!can_draw(ui))
		return;
	fit_screen(ui);
	want_full_frame(ui);
}

static void resume(struct ui *ui)
{
	if (!ui->suspended || !term_is_foreground(ui->term))
		return;
	ui->suspended = false;
	term_resume(ui->term);
	fit_screen(ui);
	watch_terminal(ui);
	want_full_frame(ui);
}

static void on_signal(uv_signal_t *h, int signum);

static uv_signal_t *signal_handle(struct ui *ui, int signum)
{
	for (int i = 0; i < SIGNALS; i++)
		if (ui->signals[i].signum == signum)
			return &ui->signals[i];
	return NULL;
}

static void suspend(struct ui *ui)
{
	static const char words[] =
		"bttui: suspended, transfers stop until fg\r\n";
	uv_signal_t *stop = signal_handle(ui, SIGTSTP);

	if (!can_draw(ui) || !stop)
		return;
	ui->suspended = true;
	uv_timer_stop(&ui->frame);
	uv_timer_stop(&ui->numbers);
	term_suspend(ui->term);
	watch_terminal(ui);
	if (write(STDOUT_FILENO, words, sizeof words - 1) < 0)
		hang_up(ui);
	/* With the default action back, the signal stops the whole job. */
	uv_signal_stop(stop);
	kill(0, SIGTSTP);
	/* Here again after SIGCONT. */
	uv_signal_start(stop, on_signal, SIGTSTP);
	uv_update_time(ui->cfg.loop);
	resume(ui);
}

static void interrupted(struct ui *ui)
{
	struct input in = {.kind = INPUT_KEY, .key = KEY_CTRL_('C')};

	refresh(ui);
	screen_input(ui->screen, &in);
	want_full_frame(ui);
}

static void on_signal(uv_signal_t *h, int signum)
{
	struct ui *ui = h->data;

	if (ui->closing)
		return;
	switch (signum) {
	case SIGWINCH:
		if (!uv_is_active((uv_handle_t *)&ui->resize))
			uv_timer_start(&ui->resize, on_resize, RESIZE_MS, 0);
		break;
	case SIGTSTP:
		suspend(ui);
		break;
	case SIGCONT:
		resume(ui);
		break;
	case SIGHUP:
		hang_up(ui);
		break;
	case SIGINT:
		interrupted(ui);
		break;
	default:
		/* Asked twice to end, it ends at once. */
		ask_quit(ui, ui->asked);
		break;
	}
}

/* --- what views ask for
 * ----------------------------------------------------------------------- */

static enum err op_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct ui *ui = user;

	if (ui->engine_gone)
		return fault_set(fault, ERR_CANCELED, 0, "bttui is closing");
	return engine_command(ui->cfg.engine, c, id, fault);
}

static void op_watch(void *user, struct torrent_id id, uint32_t what)
{
	struct ui *ui = user;

	if (ui->engine_gone)
		return;
	engine_watch(ui->cfg.engine, id, what);
	/* The details come with the next refresh: do not wait a second. */
	ui->full = true;
	want_frame(ui, KEY_FRAME_MS);
}

static const struct notice *op_notice(void *user, uint64_t after)
{
	struct ui *ui = user;

	return ui->engine_gone ? NULL
	                       : engine_notice_after(ui->cfg.engine, after);
}

static void op_read_folder(void *user, const char *path)
{
	loader_read_folder(((struct ui *)user)->loader, path);
}

static void op_read_torrent(void *user, const char *path)
{
	loader_read_torrent(((struct ui *)user)->loader, path);
}

static void op_quit(void *user, bool at_once)
{
	ask_quit(user, at_once);
}

static void op_suspend(void *user)
{
	suspend(user);
}

static void op_repaint(void *user)
{
	struct ui *ui = user;

	term_repaint(ui->term);
	want_full_frame(ui);
}

static const char *op_setting(void *user, const char *name)
{
	struct ui *ui = user;
	const struct setting_info *t = settings_table();

	for (int i = 0; ui->cfg.settings && i < SETTINGS_COUNT; i++)
		if (strcmp(t[i].name, name) == 0)
			return settings_text(ui->cfg.settings,
				(enum setting_id)i);
	return NULL;
}

static const struct ui_ops ops = {
	.command = op_command,
	.watch = op_watch,
	.notice_after = op_notice,
	.read_folder = op_read_folder,
	.read_torrent = op_read_torrent,
	.quit = op_quit,
	.suspend = op_suspend,
	.repaint = op_repaint,
	.setting = op_setting,
};

static void torrent_loaded(void *user, const char *path, struct span bytes,
	const struct fault *fault)
{
	struct ui *ui = user;

	refresh(ui);
	screen_torrent_read(ui->screen, path, bytes, fault);
	want_full_frame(ui);
}

static void folder_loaded(void *user, const char *path,
	const struct dir_entry *entries, size_t n)
{
	struct ui *ui = user;

	refresh(ui);
	screen_folder_read(ui->screen, path, entries, n);
	want_full_frame(ui);
}

static const struct loader_events loader_events = {
	torrent_loaded, folder_loaded};

/* --- opening and closing
 * ------------------------------------------------------------------------ */

static void start_handles(struct ui *ui)
{
	static const int signums[SIGNALS] = {
		SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGQUIT};
	uv_timer_t *timers[] = {
		&ui->frame, &ui->numbers, &ui->esc, &ui->resize, &ui->leave};

	/* Before curses looks: it takes the signals nobody has. */
	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(ui->cfg.loop, &ui->signals[i]);
		ui->signals[i].data = ui;
		uv_signal_start(&ui->signals[i], on_signal, signums[i]);
		ui->handles++;
	}
	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		uv_timer_init(ui->cfg.loop, timers[i]);
		timers[i]->data = ui;
		ui->handles++;
	}
}

static void closed(uv_handle_t *h)
{
	struct ui *ui = h->data;
	void (*done)(void *user) = ui->done;
	void *user = ui->done_user;

	if (--ui->handles > 0)
		return;
	mem_free(ui);
	if (done)
		done(user);
}

static void close_handles(struct ui *ui)
{
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&ui->signals[i], closed);
	uv_close((uv_handle_t *)&ui->frame, closed);
	uv_close((uv_handle_t *)&ui->numbers, closed);
	uv_close((uv_handle_t *)&ui->esc, closed);
	uv_close((uv_handle_t *)&ui->resize, closed);
	uv_close((uv_handle_t *)&ui->leave, closed);
}

static uint32_t esc_ms(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it */
	return getenv("SSH_CONNECTION") ? ESC_SSH_MS : DECODER_ESC_MS;
}

static enum err open_poll(struct ui *ui, struct fault *fault)
{
	int status = uv_poll_init(ui->cfg.loop, &ui->poll, term_fd(ui->term));

	if (status < 0)
		return fault_set(fault, ERR_NET, -status,
			"there is no screen: the terminal cannot be waited "
			"for (%s)",
			uv_strerror(status));
	ui->poll.data = ui;
	ui->handles++;
	return ERR_OK;
}

enum err ui_open(const struct ui_config *config, struct ui **out,
	struct fault *fault)
{
	struct ui *ui = mem_zero(sizeof *ui);
	struct term_look look;
	struct ui_options opt;
	enum err e;

	ui->cfg = *config;
	ui->fps = 5;
	start_handles(ui);
	look = look_of(ui);
	e = term_open(config->term, config->tty, &look, &ui->term, fault);
	if (e == ERR_OK) {
		e = open_poll(ui, fault);
		if (e != ERR_OK)
			term_close(ui->term);
	}
	if (e != ERR_OK) {
		ui->closing = true;
		close_handles(ui);
		return e;
	}
	opt = options_of(ui);
	ui->screen = screen_new(&ops, ui, &opt);
	ui->decoder = decoder_new(esc_ms());
	ui->loader = loader_new(config->loop, &loader_events, ui);
	mem_on_abort(ui_emergency_restore);
	fit_screen(ui);
	watch_terminal(ui);
	ui->opened_ms = now_ms(ui);
	want_full_frame(ui);
	*out = ui;
	return ERR_OK;
}

void ui_close(struct ui *ui, void (*done)(void *user), void *user)
{
	ui->closing = true;
	ui->done = done;
	ui->done_user = user;
	uv_close((uv_handle_t *)&ui->poll, closed);
	close_handles(ui);
	mem_on_abort(NULL);
	term_close(ui->term);
	loader_close(ui->loader);
	screen_free(ui->screen);
	decoder_free(ui->decoder);
}

void ui_show_message(struct ui *ui, const char *title, const char *lines)
{
	ui->engine_gone = true;
	screen_message(ui->screen, title, lines);
	uv_timer_stop(&ui->numbers);
	want_full_frame(ui);
}

void ui_emergency_restore(void)
{
	term_emergency_restore();
}
