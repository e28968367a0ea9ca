/*
 * ui.c - settings, opening and closing.  See ui.h and ui_priv.h.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/ui_priv.h"

#define ESC_SSH_MS 100

/* --- settings --- */

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
	look.theme = ui_theme(ui);
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
	o.sort_descending = sort_starts_descending(o.sort) !=
	                    (s && settings_bool(s, SET_SORT_REVERSE));
	o.can_keep = ui->cfg.keep != NULL;
	o.slow_mode = s && settings_bool(s, SET_SLOW_MODE);
	if (s && strcmp(settings_text(s, SET_GRAPH), "blocks") == 0)
		o.graph = GRAPH_BLOCKS;
	else if (s && strcmp(settings_text(s, SET_GRAPH), "ascii") == 0)
		o.graph = GRAPH_ASCII;
	return o;
}

void ui_fit_screen(struct ui *ui)
{
	int cols, rows;

	term_size(ui->term, &cols, &rows);
	term_resize(ui->term, cols, rows);
	screen_resize(ui->screen, cols, rows, term_tier(ui->term));
}

void ui_take_settings(struct ui *ui)
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
	term_set_mouse(ui->term, settings_bool(s, SET_MOUSE));
	opt = options_of(ui);
	screen_set_options(ui->screen, &opt);
	ui_fit_screen(ui);
}

/* What the config file says beside the settings. */
static void take_lines(struct ui *ui)
{
	size_t n = 0;
	const struct setting_line *l =
		ui->cfg.settings ? settings_lines(ui->cfg.settings, &n) : NULL;

	for (size_t i = 0; i < n; i++) {
		struct fault fault = {0};

		if (!screen_take_line(ui->screen, l[i].key, l[i].value, &fault))
			screen_say(ui->screen, NEWS_BAD, "config: %s",
				fault.what);
	}
}

void ui_complain(struct ui *ui, const char *text)
{
	screen_say(ui->screen, NEWS_BAD, "%s", text);
	ui_want_full_frame(ui);
}

/* --- opening and closing --- */

static void start_handles(struct ui *ui)
{
	static const int signums[UI_SIGNALS] = {
		SIGWINCH, SIGTSTP, SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGQUIT};
	uv_timer_t *timers[] = {
		&ui->frame, &ui->numbers, &ui->esc, &ui->resize, &ui->leave};

	/* Before curses looks: it takes the signals nobody has. */
	for (int i = 0; i < UI_SIGNALS; i++) {
		uv_signal_init(ui->cfg.loop, &ui->signals[i]);
		ui->signals[i].data = ui;
		uv_signal_start(&ui->signals[i], ui_on_signal, signums[i]);
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
	for (int i = 0; i < UI_SIGNALS; i++)
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
	ui->themes_dir =
		config->themes_dir ? mem_strdup(config->themes_dir) : NULL;
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
		ui_themes_stop(ui);
		close_handles(ui);
		return e;
	}
	opt = options_of(ui);
	ui->screen = screen_new(&ui_engine_ops, ui, &opt);
	take_lines(ui);
	ui->decoder = decoder_new(esc_ms());
	ui->loader = loader_new(config->loop, &ui_loader_events, ui);
	ui_list_themes(ui);
	mem_on_abort(ui_emergency_restore);
	ui_fit_screen(ui);
	ui_watch_terminal(ui);
	ui->opened_ms = ui_now(ui);
	ui_want_full_frame(ui);
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
	ui_themes_stop(ui);
}

void ui_show_message(struct ui *ui, const char *title, const char *lines)
{
	ui->engine_gone = true;
	screen_message(ui->screen, title, lines);
	uv_timer_stop(&ui->numbers);
	ui_want_full_frame(ui);
}

void ui_emergency_restore(void)
{
	term_emergency_restore();
}
