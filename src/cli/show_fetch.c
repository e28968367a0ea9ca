/*
 * show_fetch.c - see show_fetch.h.
 */
#include "cli/show_fetch.h"

#include <errno.h>
#include <inttypes.h>

#include "base/mem.h"
#include "cli/adding.h"
#include "cli/cli.h"
#include "cli/dirs.h"
#include "cli/progress.h"
#include "cli/runtime.h"
#include "cli/torrent_file.h"
#include "cli/tty_line.h"
#include "core/command.h"
#include "core/host.h"
#include "host/errmap.h"

#define HTTP_OK 200
#define WEB_MS 60000u

struct fetch {
	const struct show_fetch *cfg;
	const char *what;
	struct runtime *rt;
	struct adding_peers *peers;
	bool line_shown;
	uint64_t begin_ms;
	int status;
};

/* ---- the line ---- */

static void clear_line(struct fetch *f)
{
	if (f->line_shown)
		tty_line_clear();
	f->line_shown = false;
}

/* The only torrent there is; NULL: none yet. */
static const struct torrent_row *row_of(const struct snapshot *s)
{
	return s->nrows ? &s->rows[0] : NULL;
}

static void draw_line(struct fetch *f, const struct torrent_row *t)
{
	struct progress_asking p = {.name = f->what};
	struct buf line = {0};

	if (t) {
		p.name = t->name;
		p.peers = t->peers;
		p.known = t->known;
		p.has_dht = t->dht_asked > 0;
		p.dht_asked = t->dht_asked;
	}
	if (t && t->why.kind == WHY_METADATA) {
		p.parts = t->why.a;
		p.all_parts = t->why.b;
	}
	progress_asking(&p, tty_line_columns(), &line);
	tty_line_draw(buf_span(&line));
	f->line_shown = true;
	buf_free(&line);
}

/* ---- the end ---- */

static void stop(struct fetch *f, int status)
{
	clear_line(f);
	f->status = status;
	runtime_stop(f->rt, false);
}

static void fail(struct fetch *f, const struct fault *fault)
{
	clear_line(f);
	stop(f, cli_fail(f->what, fault));
}

static void hand_over(struct fetch *f, struct span torrent)
{
	struct fault fault = {0};

	clear_line(f);
	if (f->cfg->found(f->cfg->user, torrent, &fault) == ERR_OK)
		stop(f, cli_flush(CLI_OK));
	else
		fail(f, &fault);
}

static void look(struct fetch *f, const struct snapshot *s)
{
	const struct torrent_row *t = row_of(s);
	struct buf torrent = {0};

	if (runtime_is_stopping(f->rt) || !t)
		return;
	/* A list that is here is shown, whatever is wrong with the rest. */
	if (engine_export(runtime_engine(f->rt), t->id, &torrent))
		hand_over(f, buf_span(&torrent));
	else if (t->state == TORRENT_FAULTY)
		fail(f, &t->fault);
	buf_free(&torrent);
}

static void give_up(struct fetch *f, const struct torrent_row *t)
{
	struct fault fault = {0};
	uint64_t seconds = f->cfg->timeout_ms / 1000;

	if (t)
		fault_set(&fault, ERR_TIMEOUT, 0,
			"no file list after %" PRIu64 " seconds: %" PRIu32
			" address%s known, %" PRIu32 " connected",
			seconds, t->known, t->known == 1 ? "" : "es", t->peers);
	else
		fault_set(&fault, ERR_TIMEOUT, 0,
			"no answer after %" PRIu64 " seconds", seconds);
	fail(f, &fault);
	f->status = CLI_TIMEOUT;
}

/* ---- events ---- */

static void on_changed(void *user, const struct snapshot *s)
{
	look(user, s);
}

static void on_notice(void *user, const struct notice *n)
{
	struct fetch *f = user;

	if (n->kind == NOTICE_ADDED)
		adding_peers_tell(f->peers, n->torrent);
	look(f, engine_refresh(runtime_engine(f->rt)));
}

static void on_second(void *user, const struct snapshot *s)
{
	struct fetch *f = user;
	uint64_t now = uv_now(runtime_loop(f->rt));

	look(f, s);
	if (runtime_is_stopping(f->rt))
		return;
	if (f->cfg->has_timeout && now - f->begin_ms >= f->cfg->timeout_ms)
		give_up(f, row_of(s));
	else if (!f->cfg->quiet && tty_line_on())
		draw_line(f, row_of(s));
}

static void on_stop(void *user, bool again)
{
	struct fetch *f = user;

	if (again || runtime_is_stopping(f->rt)) {
		runtime_stop(f->rt, true);
		return;
	}
	clear_line(f);
	cli_complain("stopped before the file list was here");
	stop(f, CLI_FAILED);
}

/* ---- the beginning ---- */

static void on_answer(void *user, const struct http_answer *h)
{
	struct fetch *f = user;
	struct fault fault = h->fault;

	if (runtime_is_stopping(f->rt))
		return;
	if (fault.code == ERR_OK && h->status != HTTP_OK)
		fault_set(&fault, ERR_NET, 0, "the server answers HTTP %d",
			h->status);
	if (fault.code == ERR_OK)
		hand_over(f, h->body);
	else
		fail(f, &fault);
}

static enum err ask_web(struct fetch *f, struct fault *fault)
{
	const struct http_ask ask = {.url = f->what,
		.timeout_ms = WEB_MS,
		.body_max = METAINFO_FILE_MAX};
	struct host *h = app_host(runtime_app(f->rt));

	if (!webseed_url_ok(span_str(f->what)))
		return fault_set(fault, ERR_SYNTAX, 0,
			"not an http or https address");
	/* Closing ends what is not answered. */
	(void)h->ops->http_get(h, &ask, on_answer, f);
	return ERR_OK;
}

/* Is there anybody who could be asked for the file list of a link? */
static enum err has_somebody(const struct fetch *f, const struct magnet *m,
	struct fault *fault)
{
	const struct settings *s = app_settings(runtime_app(f->rt));

	if (m->ntrackers || m->npeers || f->cfg->opts.npeers ||
		settings_bool(s, SET_DHT) || settings_bool(s, SET_LSD))
		return ERR_OK;
	return fault_set(fault, ERR_NOENT, 0,
		"nobody can be asked for its file list: it names no tracker "
		"and no peer, and DHT and LSD are off");
}

static enum err add(struct fetch *f, struct fault *fault)
{
	struct add_source source = {.choose = true};
	const struct command c = {.kind = CMD_ADD, .add = &source};
	struct magnet *m;
	enum err e =
		session_opts_check(app_settings(runtime_app(f->rt)), fault);

	if (e != ERR_OK)
		return e;
	if (named_kind_of(f->what) == NAMED_URL)
		return ask_web(f, fault);
	e = named_link_parse(f->what, &m, fault);
	if (e != ERR_OK)
		return e;
	source.link = f->what;
	e = has_somebody(f, m, fault);
	if (e == ERR_OK)
		e = engine_command(runtime_engine(f->rt), &c, NULL, fault);
	magnet_free(m);
	return e;
}

static void run_opened(struct fetch *f)
{
	struct fault fault = {0};

	if (app_config_errors(runtime_app(f->rt), &fault))
		cli_complain("warning: config: %s", fault.what);
	if (add(f, &fault) == ERR_OK) {
		f->peers =
			adding_peers_begin(runtime_app(f->rt), &f->cfg->opts);
		f->begin_ms = uv_now(runtime_loop(f->rt));
		runtime_run(f->rt);
	} else {
		f->status = cli_fail(f->what, &fault);
	}
	runtime_free(f->rt);
	if (f->peers)
		adding_peers_free(f->peers);
}

static void run_in(struct fetch *f, const char *dir)
{
	const struct runtime_events ev = {.notice = on_notice,
		.changed = on_changed,
		.second = on_second,
		.stop = on_stop,
		.user = f};
	struct app_config app;
	struct fault fault = {0};

	session_opts_config(&f->cfg->opts, &app);
	app.state_dir = dir;
	app.download_dir = dir;
	session_opts_log_begin(&f->cfg->opts, &app);
	if (runtime_open(&app, &ev, &f->rt, &fault) == ERR_OK)
		run_opened(f);
	else
		cli_complain("%s", fault.what);
	session_opts_log_end();
}

int show_fetch(const struct show_fetch *cfg, const char *what)
{
	struct fetch f = {.cfg = cfg, .what = what, .status = CLI_FAILED};
	char *dir = dirs_temporary("show");

	if (!dir) {
		cli_complain("cannot make a temporary folder: %s",
			errmap_text(errno));
		return CLI_FAILED;
	}
	run_in(&f, dir);
	dirs_remove(dir);
	mem_free(dir);
	return f.status;
}
