/*
 * runtime.h - the loop, the signals and the engine of one front end.
 *
 * It tells its front end when the engine may have changed: soon after the
 * loop did anything, at most so often, and never while nothing happens, so
 * that an idle program sleeps.  Loop thread only.
 */
#ifndef CLI_RUNTIME_H
#define CLI_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "app/app.h"
#include "base/err.h"
#include "core/snapshot.h"

struct runtime;

struct runtime_events {
	/* News: called for each, in order. */
	void (*notice)(void *user, const struct notice *n);
	/* The snapshot was brought up to date and differs. */
	void (*changed)(void *user, const struct snapshot *s);
	/* Once a second; NULL: no such clock is needed. */
	void (*second)(void *user, const struct snapshot *s);
	/* SIGINT, SIGTERM, SIGHUP; `again` from the second one on. */
	void (*stop)(void *user, bool again);
	/* The engine is gone; what else lives in the loop may close now.  May
	 * be NULL. */
	void (*closed)(void *user);
	void *user;
};

/* How soon after something happened `changed` is called, at first. */
#define RUNTIME_PULSE_MS 20u

/*
 * Opens the engine; nothing runs yet.  Errors are those of app_open(); then
 * nothing is left to close.
 */
MUST_CHECK enum err runtime_open(const struct app_config *cfg,
	const struct runtime_events *ev, struct runtime **out,
	struct fault *fault);

struct app *runtime_app(struct runtime *r);
struct engine *runtime_engine(struct runtime *r);
uv_loop_t *runtime_loop(struct runtime *r);

/* From now on wait this long; news are told at once all the same. */
void runtime_set_pulse(struct runtime *r, uint32_t ms);

/* The signals are somebody else's from here on (the screen's). */
void runtime_leave_signals(struct runtime *r);

/* Open the doors and run until everything is closed. */
void runtime_run(struct runtime *r);

/* Begin to close; again with fast to hurry.  No event comes any more. */
void runtime_stop(struct runtime *r, bool fast);
bool runtime_is_stopping(const struct runtime *r);

/* After runtime_run(), or instead of it. */
void runtime_free(struct runtime *r);

#endif
