/*
 * session.c - `bttui` without a subcommand: the full screen.
 */
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_file.h"
#include "app/signals.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/adding.h"
#include "cli/cli.h"
#include "cli/picture.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/session_opts.h"
#include "ui/format.h"
#include "ui/ui.h"

/* The screen draws five times a second at most. */
#define PULSE_MS 200u

struct session {
	const struct session_opts *opts;
	struct runtime *rt;
	struct adding_peers *peers;
	struct ui *ui;
	/* There is no terminal that could show a screen: lines instead. */
	bool lines;
	struct report report;
	struct config_file *config; /* NULL: nothing set is kept */
};

/* ---- the end ---- */

static void on_ui_closed(void *user)
{
	struct session *s = user;

	s->ui = NULL;
}

static void say_goodbye(struct session *s)
{
	const struct snapshot *snap = engine_refresh(runtime_engine(s->rt));
	char text[120];

	snprintf(text, sizeof text,
		"Saving %zu torrent%s and telling trackers.\n"
		"Ctrl-C again: without the trackers.",
		snap->nrows, format_s(snap->nrows));
	ui_show_message(s->ui, "Leaving", text);
}

static void on_quit(void *user, bool at_once)
{
	struct session *s = user;

	if (!runtime_is_stopping(s->rt) && s->ui)
		say_goodbye(s);
	runtime_stop(s->rt, at_once);
}

/* Before the screen is there, and if it hands signals on. */
static void on_stop(void *user, bool again)
{
	on_quit(user, again);
}

/* ---- what is set is kept ---- */

static void on_keep(void *user, const char *key, const char *value)
{
	struct session *s = user;

	if (s->config)
		config_file_set(s->config, key, value);
}

static void on_keep_failed(void *user, const struct fault *f)
{
	struct session *s = user;

	if (s->ui)
		ui_complain(s->ui, f->what);
}

/* Not where there is something that is no file, like /dev/null. */
static struct config_file *open_config(struct session *s)
{
	const char *path = app_config_path(runtime_app(s->rt));
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return NULL;
	return config_file_new(runtime_loop(s->rt), path, on_keep_failed, s);
}

/* ---- events ---- */

static void on_notice(void *user, const struct notice *n)
{
	struct session *s = user;

	if (n->kind == NOTICE_ADDED && s->peers)
		adding_peers_tell(s->peers, n->torrent);
	if (s->lines)
		report_notice(&s->report, n,
			engine_refresh(runtime_engine(s->rt)));
	ui_dirty(s->ui);
}

static void on_second(void *user, const struct snapshot *snap)
{
	struct session *s = user;

	if (s->lines && snap->nrows > 0)
		report_progress(&s->report, snap);
}

static void on_changed(void *user, const struct snapshot *snap)
{
	struct session *s = user;

	(void)snap;
	ui_dirty(s->ui);
}

/* ---- the beginning ---- */

/* What was named and cannot be had is told once the screen is gone again: a
 * line now would only be painted over. */
static void add_all(struct session *s, const struct operands *ops,
	struct buf *trouble)
{
	struct torrent_id id;

	for (size_t i = 0; i < ops->n; i++) {
		struct fault fault = {0};
		enum err err = adding_one(runtime_engine(s->rt), s->opts,
			ops->at[i], &id, &fault);
		char clean[160];

		if (err == ERR_OK || err == ERR_EXISTS)
			continue;
		text_clean_to(clean, sizeof clean, span_str(ops->at[i]));
		buf_printf(trouble, "bttui: %s: %s\n", clean, fault.what);
	}
}

/* Beside the config file; heap memory, NULL when there is none. */
static char *themes_folder(struct session *s)
{
	const char *path = app_config_path(runtime_app(s->rt));
	const char *slash = strrchr(path, '/');

	return s->config && slash
	               ? mem_printf("%.*s/themes", (int)(slash - path), path)
	               : NULL;
}

static enum err open_screen(struct session *s, struct fault *fault)
{
	char *themes = themes_folder(s);
	const struct ui_config cfg = {.loop = runtime_loop(s->rt),
		.engine = runtime_engine(s->rt),
		.settings = app_settings(runtime_app(s->rt)),
		.quit = on_quit,
		.keep = s->config ? on_keep : NULL,
		.themes_dir = themes,
		.user = s};
	enum err e = ui_open(&cfg, &s->ui, fault);

	mem_free(themes);
	return e;
}

static void on_closed(void *user)
{
	struct session *s = user;

	if (s->ui)
		ui_close(s->ui, on_ui_closed, s);
	if (s->config)
		config_file_close(s->config, NULL, NULL);
	s->config = NULL;
}

/* From here on a crash gives the terminal back first. */
static void guard_terminal(struct session *s)
{
	char *path =
		mem_printf("%s/crash.log", app_state_dir(runtime_app(s->rt)));

	signals_on_crash(ui_emergency_restore, path);
	mem_free(path);
}

static bool has_screen(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread yet */
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && term && term[0] &&
	       strcmp(term, "dumb") != 0;
}

static void begin_lines(struct session *s)
{
	report_init(&s->report, false, false);
	s->report.on_tty = false; /* one that takes no escape sequence */
	s->report.seconds = REPORT_PLAIN_S - 1; /* the first line soon */
	s->lines = true;
}

static int run_screen(struct session *s, const struct operands *ops)
{
	struct fault fault = {0};
	struct buf trouble = {0};

	if (app_config_errors(runtime_app(s->rt), &fault))
		buf_printf(&trouble, "bttui: warning: config: %s\n",
			fault.what);
	if (!has_screen()) {
		begin_lines(s);
	} else {
		guard_terminal(s);
		s->config = open_config(s);
	}
	if (session_opts_check(app_settings(runtime_app(s->rt)), &fault) !=
			ERR_OK ||
		(!s->lines && open_screen(s, &fault) != ERR_OK)) {
		buf_free(&trouble);
		cli_complain("%s", fault.what);
		return CLI_FAILED;
	}
	if (!s->lines)
		runtime_leave_signals(s->rt);
	runtime_set_pulse(s->rt, PULSE_MS);
	add_all(s, ops, &trouble);
	s->peers = adding_peers_begin(runtime_app(s->rt), s->opts);
	runtime_run(s->rt);
	if (trouble.len) /* of nothing there are no bytes to point at */
		fwrite(trouble.p, 1, trouble.len, stderr);
	buf_free(&trouble);
	return CLI_OK;
}

int session_run(const struct session_opts *opts, const struct operands *ops)
{
	struct session s = {.opts = opts};
	const struct runtime_events ev = {.notice = on_notice,
		.changed = on_changed,
		.second = has_screen() ? NULL : on_second,
		.stop = on_stop,
		.closed = on_closed,
		.user = &s};
	struct app_config cfg;
	struct fault fault = {0};
	int status;

	session_opts_config(opts, &cfg);
	cfg.keep_session = true;
	if (runtime_open(&cfg, &ev, &s.rt, &fault) != ERR_OK) {
		cli_complain("%s", fault.what);
		return CLI_FAILED;
	}
	status = run_screen(&s, ops);
	runtime_free(s.rt);
	if (s.peers)
		adding_peers_free(s.peers);
	return status;
}

struct session_args {
	struct session_opts opts;
	struct picture_opts picture;
};

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	struct session_args *a = user;
	enum err err;

	if (picture_opts_take(&a->picture, id, value, &err, fault))
		return err;
	return session_opts_take(&a->opts, id, value, fault);
}

static int run(int argc, char **argv)
{
	struct session_args a;
	struct operands ops;
	int status;

	session_opts_init(&a.opts);
	picture_opts_init(&a.picture);
	status = cli_parse(&session_command, argc, argv, take, &a, &ops);
	if (status != CLI_GO_ON)
		return status;
	status = a.picture.wanted ? picture_run(&a.picture)
	                          : session_run(&a.opts, &ops);
	mem_free(ops.at);
	return status;
}

static const struct option_set *const sets[] = {
	&session_option_set, &picture_option_set};

const struct cli_command session_command = {
	.operands = "[OPTIONS] [TORRENT | MAGNET | INFOHASH | URL]...",
	.about = "A BitTorrent client for the terminal. Without a command: the "
		 "full screen.",
	.sets = sets,
	.nsets = 2,
	.run = run,
};
