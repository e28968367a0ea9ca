/*
 * ui.h - the full-screen interface: the terminal on one side, the engine on
 * the other.
 *
 * It reads the engine through core/snapshot.h and changes it through
 * core/command.h only.  Everything runs on the loop thread; the terminal can
 * never make the loop wait: what it does not take at once is queued, and
 * frames are left out while the queue is not empty.
 *
 * Nothing is drawn, and no timer runs, while nothing changes: whoever changes
 * the engine (its host, after a wake-up that did something) says so with
 * ui_dirty(), which is cheap and may be called as often as one likes.
 *
 * One interface per process, because a process has one terminal.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <uv.h>

#include "base/err.h"

struct engine;
struct settings;
struct ui;

struct ui_config {
	uv_loop_t *loop;
	struct engine *engine;
	struct settings *settings; /* changed through the engine only */
	const char *term;          /* NULL: $TERM */
	const char *tty;           /* NULL: /dev/tty */
	/* The user wants to leave (or SIGTERM, SIGHUP, a hang-up came): begin
	 * the shutdown.  Called once for a polite request; a second time with
	 * at_once when the user insists.  Never from inside ui_open(). */
	void (*quit)(void *user, bool at_once);
	/* Something was set on the screen that is to last: see
	 * settings_rewrite() for key and value.  NULL: nothing lasts. */
	void (*keep)(void *user, const char *key, const char *value);
	void *user;
	/* A folder with files that are themes; NULL: none.  Copied. */
	const char *themes_dir;
};

/*
 * Take over the terminal.  The strings are not kept.  Signals WINCH, TSTP,
 * CONT, HUP, INT, TERM and QUIT are the interface's from here on.
 *   ERR_UNSUPPORTED  TERM is unknown or "dumb", or there is no terminal
 *   ERR_NET, ERR_DISK  the system refused; the fault says what
 * The fault's text is a sentence for stderr.
 */
MUST_CHECK enum err ui_open(const struct ui_config *config, struct ui **out,
	struct fault *fault);

/*
 * Give the terminal back, at once.  done (may be NULL) is called later from
 * the loop, when all handles are closed and *ui is gone.
 */
void ui_close(struct ui *ui, void (*done)(void *user), void *user);

/* Something in the engine may have changed.  NULL is allowed. */
void ui_dirty(struct ui *ui);

/*
 * The engine is closing: leave its snapshot alone from now on and show these
 * lines ("saving 12 torrents") in a box instead, one per '\n'.
 */
void ui_show_message(struct ui *ui, const char *title, const char *lines);

/* One line for the user about something that went wrong. */
void ui_complain(struct ui *ui, const char *text);

/*
 * Put the terminal back as it was found, from a signal handler or before
 * abort(); harmless when nothing was taken over.  Async-signal-safe.
 */
void ui_emergency_restore(void);

#endif
