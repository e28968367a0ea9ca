/*
 * app.h - an engine wired to this machine: what main and the command line
 * open, use and close.
 *
 * Owns the settings, the lock of the state folder, the log file, the host and
 * the engine.  The loop is the caller's, and so are the signals.  Set
 * UV_THREADPOOL_SIZE before the first call.  Loop thread only.
 *
 *	app_open(&loop, &cfg, &app, &fault);
 *	... app_engine(app), app_start(app), uv_run(&loop, UV_RUN_DEFAULT)
 *	app_close(app, false, on_closed, NULL);     from a callback
 *	... uv_run() returns; app_loop_close(&loop)
 */
#ifndef APP_APP_H
#define APP_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"

struct app;
struct engine;
struct host;
struct settings;

#define APP_PORT_FROM_SETTINGS (-1)

/* A setting given on the command line: it wins over the config file. */
struct app_setting {
	const char *name, *value;
};

/* Strings are borrowed for the call. */
struct app_config {
	const char *state_dir;    /* NULL: paths_state() */
	const char *config_path;  /* NULL: paths_config(); need not exist */
	const char *download_dir; /* NULL: the setting, else XDG, else "." */
	const struct app_setting *settings;
	size_t nsettings;
	struct addr bind[2]; /* as in struct host_config */
	int port;            /* APP_PORT_FROM_SETTINGS, 0: any, or a port */
	/* "HOST:PORT" of nodes to join the DHT by; borrowed until the app is
	 * closed.  None: the well-known ones. */
	const char *const *dht_nodes;
	size_t ndht_nodes;
	bool keep_session;    /* as in struct engine_config */
	bool no_config;       /* do not read a config file at all */
	const char *log_file; /* NULL: none; appended to */
	enum log_level log_level;
};

/*
 *   ERR_STATE  another session uses the state folder
 *   ERR_NOENT, ERR_SYNTAX, ERR_RANGE  a setting of cfg->settings is wrong
 *   ERR_NET, ERR_DISK, ERR_LIMIT ...  see the fault, a sentence for the user
 * After a failure the loop may still have handles to close: run it once more
 * before app_loop_close().
 */
MUST_CHECK enum err app_open(uv_loop_t *loop, const struct app_config *cfg,
	struct app **out, struct fault *fault);

/* Lines of the config file that were not understood, and the first of them;
 * 0 and an empty fault when all is well. */
size_t app_config_errors(const struct app *a, struct fault *first);

/* Open the doors: the session is restored, peers may come. */
void app_start(struct app *a);

struct engine *app_engine(struct app *a);
struct host *app_host(struct app *a);
struct settings *app_settings(struct app *a);
const char *app_state_dir(const struct app *a);
const char *app_config_path(const struct app *a);
const char *app_download_dir(const struct app *a);

/*
 * Stop everything in order; done runs once, when app is gone.  fast: tell no
 * tracker.  A second call, only useful with fast, hurries the first one and
 * its done is ignored.
 */
void app_close(struct app *a, bool fast, void (*done)(void *user), void *user);

/* Asserts that nothing was left open in the loop, after printing what. */
void app_loop_close(uv_loop_t *loop);

#endif
