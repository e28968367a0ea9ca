/*
 * ui_priv.h - what the files ui*.c share; see ui.h.
 *
 *   ui.c        settings, opening and closing
 *   ui_frame.c  when what is drawn, and how its bytes leave
 *   ui_input.c  the terminal's bytes and the signals
 *   ui_ops.c    what views ask of the world outside
 *   ui_themes.c themes that are files
 */
#ifndef UI_UI_PRIV_H
#define UI_UI_PRIV_H

#include "core/settings.h"
#include "core/snapshot.h"
#include "ui/decoder.h"
#include "ui/loader.h"
#include "ui/screen.h"
#include "ui/term.h"
#include "ui/ui.h"

#define UI_KEY_FRAME_MS 16 /* shortest time between two frames */
#define UI_SIGNALS 7
#define UI_THEME_NAME_MAX 32

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
	uv_signal_t signals[UI_SIGNALS];
	unsigned handles; /* still to be closed */
	bool closing, dead, suspended;
	bool engine_gone; /* ui_show_message(): its snapshot is not read */
	bool full;      /* the next frame draws everything, not the map only */
	bool rewatched; /* other details were asked for in this refresh */
	bool dirty;     /* the engine changed since the last full frame */
	bool asked;     /* the user wants to leave */
	bool at_once;   /* and has no patience */
	uint64_t opened_ms;
	uint64_t last_frame_ms; /* 0: none yet */
	int64_t motion_bytes;   /* that may be spent now */
	uint64_t earned_ms, spent_bytes;
	uint64_t blocked_ms; /* since when bytes are pending; 0: not */
	uint64_t settings_seen;
	unsigned fps;
	char theme[UI_THEME_NAME_MAX], colors[16], glyphs[16];
	char *themes_dir; /* NULL: none */
	char **themes;    /* names of the files in it */
	size_t nthemes, themes_cap;
	struct theme *own_theme; /* the last that was read; NULL: none */
	char own_name[UI_THEME_NAME_MAX];
	char theme_asked[UI_THEME_NAME_MAX];
	void (*done)(void *user);
	void *done_user;
};

static inline uint64_t ui_now(const struct ui *ui)
{
	return uv_now(ui->cfg.loop);
}

/* ui.c */
void ui_fit_screen(struct ui *ui);
void ui_take_settings(struct ui *ui);

/* ui_frame.c */
bool ui_can_draw(const struct ui *ui);
/* Draw within `wait` ms, but not sooner than the lane allows. */
void ui_want_frame(struct ui *ui, uint64_t wait);
void ui_want_full_frame(struct ui *ui);
/* Fresh values of the engine to the screen. */
void ui_refresh(struct ui *ui);
/* Send what is pending; true when all of it is gone. */
bool ui_drain(struct ui *ui);

/* ui_input.c */
void ui_watch_terminal(struct ui *ui);
void ui_hang_up(struct ui *ui);
void ui_ask_quit(struct ui *ui, bool at_once);
void ui_suspend(struct ui *ui);
void ui_on_signal(uv_signal_t *h, int signum);

/* ui_themes.c */
void ui_list_themes(struct ui *ui);
/* Of what the setting names; bttui's own until its file is here. */
const struct theme *ui_theme(struct ui *ui);
bool ui_has_theme(struct ui *ui, const char *name);
const char *ui_theme_at(const struct ui *ui, size_t i);
/* False: that was none of theirs. */
bool ui_themes_listed(struct ui *ui, const char *path,
	const struct dir_entry *entries, size_t n);
bool ui_theme_loaded(struct ui *ui, const char *path, struct span bytes,
	const struct fault *fault);
void ui_themes_stop(struct ui *ui);

/* ui_ops.c; the user of both is the struct ui. */
extern const struct ui_ops ui_engine_ops;
extern const struct loader_events ui_loader_events;

#endif
