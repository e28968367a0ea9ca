/*
 * screen.h - the interface without its terminal: what is shown, which views
 * are open, what input does.  Pure: the engine and the system are reached
 * through struct ui_ops.
 *
 * Its owner brings a fresh snapshot before every input and every drawing, so
 * no view ever sees a pointer into an old one.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/command.h"
#include "core/snapshot.h"
#include "ui/complete.h"
#include "ui/draw.h"
#include "ui/format.h"
#include "ui/history.h"
#include "ui/input.h"
#include "ui/keymap.h"
#include "ui/keys.h"
#include "ui/layout.h"
#include "ui/list.h"
#include "ui/prompt.h"
#include "ui/saved.h"
#include "ui/toasts.h"

#define COPY_TEXT_MAX 65536u /* bytes for the clipboard */

struct screen;
struct view;

/* The world outside.  Every member may be NULL: then nothing happens. */
struct ui_ops {
	enum err (*command)(void *user, const struct command *c,
		struct torrent_id *id, struct fault *fault);
	void (*watch)(void *user, struct torrent_id id, uint32_t what);
	/* See engine_dht(); false: nothing was filled in. */
	bool (*dht)(void *user, enum addr_family family, unsigned bucket,
		struct dht_detail *out);
	const struct notice *(*notice_after)(void *user, uint64_t after);
	/* Answered later by screen_folder_read(), screen_torrent_read(). */
	void (*read_folder)(void *user, const char *path);
	void (*read_torrent)(void *user, const char *path);
	void (*quit)(void *user, bool at_once);
	void (*suspend)(void *user);
	void (*repaint)(void *user); /* the terminal may show nonsense */
	/* ":set NAME" without a value; NULL when there is no such setting. */
	const char *(*setting)(void *user, const char *name);
	/* Room on the disk of a folder; 0: not known. */
	uint64_t (*free_bytes)(void *user, const char *dir);
	/* A line of the user's config file, as in core/settings.h; value NULL
	 * takes it out.  False: nothing is kept here. */
	bool (*keep)(void *user, const char *key, const char *value);
	/* Whether there is a file for that theme; and the i-th of their names,
	 * NULL behind the last. */
	bool (*has_theme)(void *user, const char *name);
	const char *(*theme_at)(void *user, size_t i);
	/* See engine_magnet_link(). */
	char *(*magnet)(void *user, struct torrent_id id);
	/* At most COPY_TEXT_MAX bytes into the terminal's clipboard; false: it
	 * has none. */
	bool (*copy)(void *user, const char *text);
};

/* From the settings; see core/settings.h. */
struct ui_options {
	enum units units;
	bool animations;
	bool mono; /* no colours: shapes must do */
	enum graph_style graph;
	bool confirm_remove;
	enum sort_key sort;
	bool sort_descending;
	const char *home; /* for "~"; NULL: none */
	bool can_quit;    /* there is somebody to quit */
	bool can_keep;    /* what is set is kept in a file */
	bool slow_mode;
};

/* The DHT as it was when something that shows it was drawn. */
struct dht_watch {
	struct dht_detail *detail; /* NULL: never asked */
	uint64_t asked_ms;
	enum addr_family family; /* whose contacts are listed */
	unsigned bucket;
	bool stale;      /* ask again, whatever the time */
	bool shown;      /* in the last drawing */
	bool large;      /* ... and with a countdown or two */
	bool has_joined; /* for the header, which asks no more then */
};

struct screen {
	const struct ui_ops *ops;
	void *user;
	struct ui_options opt;
	struct grid grid;
	const struct snapshot *snap;         /* never NULL */
	const struct torrent_detail *detail; /* never NULL */
	uint64_t now_ms;
	struct torrent_list list;
	struct history down, up;
	struct newsroom news;
	uint64_t notice_seq; /* last one seen */
	struct prompt_history commands;
	struct keymap keys;
	struct saved_views views;
	struct column_choice columns;
	bool takes_all; /* nobody wants to choose files when adding */
	struct view *top;
	struct torrent_id watched;
	uint32_t watching;
	struct dht_watch dht;
	uint64_t interrupted_ms; /* Ctrl-C; 0: not */
	bool is_slow;            /* the terminal lags behind */
	bool quitting;
	char *message_title; /* replaces everything when set */
	char *message_lines;
};

/* Both structs of pointers are borrowed for the screen's life. */
struct screen *screen_new(const struct ui_ops *ops, void *user,
	const struct ui_options *opt);
void screen_free(struct screen *s);
void screen_set_options(struct screen *s, const struct ui_options *opt);
void screen_resize(struct screen *s, int cols, int rows, enum glyph_tier tier);

/* Fresh values; both are borrowed until the next call. */
void screen_update(struct screen *s, const struct snapshot *snap,
	const struct torrent_detail *detail);
/* The engine is going: nothing of it is touched from here on. */
void screen_message(struct screen *s, const char *title, const char *lines);

void screen_input(struct screen *s, const struct input *in);
/* Draw everything; the grid is the screen's own. */
const struct grid *screen_draw(struct screen *s);
/* Only what moves between two seconds, the piece map, in the grid of the last
 * drawing.  False: it is not to be seen, nothing was drawn. */
bool screen_draw_motion(struct screen *s);
/* Whether something moves by itself. */
bool screen_has_motion(const struct screen *s);
/* When the picture changes by time alone, on the engine's clock. */
uint64_t screen_deadline(const struct screen *s);

void screen_folder_read(struct screen *s, const char *path,
	const struct dir_entry *entries, size_t n);
/* fault is NULL when bytes are those of the file. */
void screen_torrent_read(struct screen *s, const char *path, struct span bytes,
	const struct fault *fault);

/* A line of the config file that is no setting; see settings_lines(). */
bool screen_take_line(struct screen *s, const char *key, const char *value,
	struct fault *fault);

/* --- for views
 * ----------------------------------------------------------------- */

void screen_say(struct screen *s, enum news_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void screen_close_view(struct screen *s, struct view *v);
void screen_quit(struct screen *s, bool at_once);
/*
 * The DHT, asked for anew once a second at most and only by those who show
 * it: for drawing, not for input.  Never NULL.
 */
const struct dht_detail *screen_dht(struct screen *s);
/* Whose contacts it lists; ADDR_NONE: nobody's. */
void screen_watch_bucket(struct screen *s, enum addr_family family,
	unsigned bucket);
/* Run what a key does on the dashboard, or what covers it. */
void screen_act(struct screen *s, enum action action, const struct input *in);
/*
 * Change a setting, and keep it.  False: it is as it was, the fault says why.
 */
bool screen_set(struct screen *s, const char *name, const char *value,
	struct fault *fault);
bool screen_reset(struct screen *s, const char *name, struct fault *fault);
/* Its value as text; NULL: there is none of that name, or nobody to ask. */
const char *screen_setting(const struct screen *s, const char *name);
bool screen_keep(struct screen *s, const char *key, const char *value);
void screen_sort(struct screen *s, enum sort_key key, bool descending);
bool screen_knows_theme(const struct screen *s, const char *name);
void draw_key_bar(const struct screen *s, const struct area *a, int y,
	const struct view *v);

static inline const struct torrent_row *screen_chosen(const struct screen *s)
{
	return list_chosen_row(&s->list, s->snap);
}

#endif
