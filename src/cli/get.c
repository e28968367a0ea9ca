/*
 * get.c - `bttui get`: download, and seed, without a screen.
 *
 * The engine keeps no session here, so every torrent it has is one that was
 * named.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/paths.h"
#include "base/mem.h"
#include "cli/adding.h"
#include "cli/cli.h"
#include "cli/dirs.h"
#include "cli/report.h"
#include "cli/runtime.h"
#include "cli/session_opts.h"
#include "cli/torrent_file.h"
#include "cli/values.h"

#define STATE_FOLDER ".bttui"
#define SECONDS_MAX 1000000000u
#define MINUTE_MS 60000u
/* Once everything is loaded only the numbers change. */
#define PULSE_RUNNING_MS 250u

enum {
	OPTION_SEED = OPTION_AFTER_SESSION,
	OPTION_SEED_RATIO,
	OPTION_SEED_TIME,
	OPTION_TIMEOUT,
	OPTION_JSON,
	OPTION_QUIET,
	OPTION_TRUST_DATA,
};

static const struct option_def defs[] = {
	{OPTION_SEED, 0, "seed", NULL,
		"go on after completion until SIGINT or SIGTERM"},
	{OPTION_SEED_RATIO, 0, "seed-ratio", "R",
		"seed until R times the size was uploaded"},
	{OPTION_SEED_TIME, 0, "seed-time", "MINUTES",
		"seed for so long after completion"},
	{OPTION_TIMEOUT, 0, "timeout", "SECONDS",
		"give up when it is not complete by then: exit status 3"},
	{OPTION_JSON, 0, "json", NULL,
		"one JSON object a line: progress once a second, events at "
		"once"},
	{OPTION_QUIET, 0, "quiet", NULL, "print errors only"},
	/* For the demo's liar, who does not know what he has. */
	{OPTION_TRUST_DATA, 0, "trust-data", NULL, NULL},
};

static const struct option_set own_options = OPTION_SET("options of get", defs);
static const struct option_set *const sets[] = {
	&session_option_set, &own_options};

struct get {
	struct session_opts opts;
	bool seed, has_ratio, has_seed_time, has_timeout, json, quiet;
	uint64_t ratio_milli, seed_ms, timeout_ms;

	struct runtime *rt;
	struct adding_peers *peers;
	struct report report;
	size_t nfetching;     /* URLs that were not answered yet */
	uint64_t notice_base; /* the last notice of what was added at once */
	size_t nfailed;       /* things named that came to nothing */
	bool is_ready, is_done;
	uint64_t begin_ms, done_ms; /* of the loop's clock */
	int status;
};

/* ---- options ---- */

static enum err take_limit(bool *has, uint64_t *to, const char *value,
	uint64_t unit, struct fault *fault)
{
	uint64_t milli;
	enum err e = values_milli(value, &milli, fault);

	if (e == ERR_OK && milli / 1000 > SECONDS_MAX)
		e = fault_set(fault, ERR_RANGE, 0, "that is too much");
	if (e != ERR_OK)
		return e;
	*has = true;
	*to = milli * unit / 1000;
	return ERR_OK;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	struct get *g = user;

	switch (id) {
	case OPTION_SEED:
		g->seed = true;
		return ERR_OK;
	case OPTION_SEED_RATIO:
		return take_limit(&g->has_ratio, &g->ratio_milli, value, 1000,
			fault);
	case OPTION_SEED_TIME:
		return take_limit(&g->has_seed_time, &g->seed_ms, value,
			MINUTE_MS, fault);
	case OPTION_TIMEOUT:
		return take_limit(&g->has_timeout, &g->timeout_ms, value, 1000,
			fault);
	case OPTION_JSON:
		g->json = true;
		return ERR_OK;
	case OPTION_QUIET:
		g->quiet = true;
		return ERR_OK;
	case OPTION_TRUST_DATA:
		g->opts.trust_data = true;
		return ERR_OK;
	default:
		return session_opts_take(&g->opts, id, value, fault);
	}
}

/* ---- when it is over ---- */

static void stop(struct get *g, int status)
{
	if (runtime_is_stopping(g->rt))
		return;
	report_clear(&g->report);
	g->status = status;
	runtime_stop(g->rt, false);
}

static uint64_t now_ms(const struct get *g)
{
	return uv_now(runtime_loop(g->rt));
}

static bool wants_seeding(const struct get *g)
{
	return g->seed || g->has_ratio || g->has_seed_time;
}

/* How the torrents stand, taken together. */
struct standing {
	size_t settled; /* loaded and checked, or given up */
	size_t faulty, complete, seeded_enough;
};

static bool seeded_enough(const struct get *g, const struct torrent_row *t)
{
	return g->has_ratio &&
	       (double)t->up_bytes * 1000 >=
	               (double)t->size_bytes * (double)g->ratio_milli;
}

static void look(const struct get *g, const struct snapshot *s,
	struct standing *out)
{
	*out = (struct standing){0};
	for (size_t i = 0; i < s->nrows; i++) {
		const struct torrent_row *t = &s->rows[i];

		if (t->state == TORRENT_FAULTY) {
			out->faulty++;
			out->settled++;
			continue;
		}
		if (t->state != TORRENT_LOADING &&
			t->state != TORRENT_FETCHING &&
			t->state != TORRENT_CHECKING)
			out->settled++;
		if (t->is_complete) {
			out->complete++;
			out->seeded_enough += seeded_enough(g, t);
		}
	}
}

static void tell_ready(struct get *g, const struct snapshot *s,
	const struct standing *st)
{
	if (g->is_ready || g->nfetching || st->settled < s->nrows)
		return;
	g->is_ready = true;
	runtime_set_pulse(g->rt, PULSE_RUNNING_MS);
	if (s->nrows > st->faulty)
		report_ready(&g->report, s->nrows - st->faulty);
}

/* Is there still something to wait for? */
static void decide(struct get *g, const struct snapshot *s,
	const struct standing *st)
{
	if (g->nfetching || st->complete + st->faulty < s->nrows)
		return;
	if (!g->is_done)
		g->done_ms = now_ms(g);
	g->is_done = true;
	g->status = g->nfailed + st->faulty ? CLI_FAILED : CLI_OK;
	if (st->complete == 0 || !wants_seeding(g))
		stop(g, g->status);
}

static void on_changed(void *user, const struct snapshot *s)
{
	struct get *g = user;
	struct standing st;

	look(g, s, &st);
	tell_ready(g, s, &st);
	decide(g, s, &st);
}

static bool seeding_is_over(const struct get *g, const struct snapshot *s)
{
	struct standing st;

	if (g->has_seed_time && now_ms(g) - g->done_ms >= g->seed_ms)
		return true;
	look(g, s, &st);
	return g->has_ratio && st.seeded_enough == st.complete;
}

static void on_second(void *user, const struct snapshot *s)
{
	struct get *g = user;

	report_progress(&g->report, s);
	if (g->is_done) {
		if (seeding_is_over(g, s))
			stop(g, g->status);
	} else if (g->has_timeout && now_ms(g) - g->begin_ms >= g->timeout_ms) {
		report_clear(&g->report);
		cli_complain("not complete after %" PRIu64 " seconds",
			g->timeout_ms / 1000);
		stop(g, CLI_TIMEOUT);
	}
}

static void on_notice(void *user, const struct notice *n)
{
	struct get *g = user;
	bool about_none = n->torrent.generation == 0 && n->torrent.slot == 0;
	const struct snapshot *s;
	struct standing st;

	/* The end of a URL that was named: a torrent, or nothing. */
	if (n->seq > g->notice_base && g->nfetching &&
		(n->kind == NOTICE_ADDED || n->kind == NOTICE_INFO ||
			(n->kind == NOTICE_FAULT && about_none)))
		g->nfetching--;
	if (n->kind == NOTICE_FAULT && about_none)
		g->nfailed++;
	if (n->kind == NOTICE_ADDED)
		adding_peers_tell(g->peers, n->torrent);
	/* A small torrent may be complete before anybody looked. */
	s = engine_refresh(runtime_engine(g->rt));
	look(g, s, &st);
	tell_ready(g, s, &st);
	report_notice(&g->report, n, s);
	/* The next one may say why it is over. */
	if (!engine_notice_after(runtime_engine(g->rt), n->seq))
		decide(g, s, &st);
}

static void on_stop(void *user, bool again)
{
	struct get *g = user;

	if (again || runtime_is_stopping(g->rt)) {
		runtime_stop(g->rt, true);
		return;
	}
	if (!g->is_done) {
		report_clear(&g->report);
		cli_complain("stopped before everything was here");
	}
	stop(g, g->is_done ? g->status : CLI_FAILED);
}

/* ---- the beginning ---- */

/* False when not one thing that was named can be had. */
static bool add_all(struct get *g, const struct operands *ops)
{
	struct engine *e = runtime_engine(g->rt);
	const struct notice *n;
	struct torrent_id id;
	size_t nadded = 0;

	for (size_t i = 0; i < ops->n; i++) {
		struct fault fault = {0};
		enum err err = adding_one(e, &g->opts, ops->at[i], &id, &fault);

		if (err == ERR_EXISTS)
			continue;
		if (err != ERR_OK) {
			cli_fail(ops->at[i], &fault);
			g->nfailed++;
			continue;
		}
		nadded++;
		g->nfetching += named_kind_of(ops->at[i]) == NAMED_URL;
	}
	while ((n = engine_notice_after(e, g->notice_base)) != NULL)
		g->notice_base = n->seq;
	return nadded > 0;
}

static int run_opened(struct get *g, const struct operands *ops)
{
	struct fault fault = {0};

	g->status = CLI_FAILED;
	if (app_config_errors(runtime_app(g->rt), &fault))
		cli_complain("warning: config: %s", fault.what);
	if (session_opts_check(app_settings(runtime_app(g->rt)), &fault) !=
		ERR_OK) {
		cli_complain("%s", fault.what);
	} else if (add_all(g, ops)) {
		g->peers = adding_peers_begin(runtime_app(g->rt), &g->opts);
		g->begin_ms = now_ms(g);
		runtime_run(g->rt);
	}
	runtime_free(g->rt);
	if (g->peers)
		adding_peers_free(g->peers);
	return g->status;
}

static int run_in(struct get *g, const struct operands *ops,
	const char *download_dir)
{
	const struct runtime_events ev = {.notice = on_notice,
		.changed = on_changed,
		.second = on_second,
		.stop = on_stop,
		.user = g};
	char *state = g->opts.state
	                      ? mem_strdup(g->opts.state)
	                      : mem_printf("%s/" STATE_FOLDER, download_dir);
	struct app_config cfg;
	struct fault fault = {0};
	enum err e = paths_make_dir(download_dir, 0777, &fault);
	int status = CLI_FAILED;

	session_opts_config(&g->opts, &cfg);
	cfg.download_dir = download_dir;
	cfg.state_dir = state;
	session_opts_log_begin(&g->opts, &cfg);
	if (e == ERR_OK)
		e = runtime_open(&cfg, &ev, &g->rt, &fault);
	if (e == ERR_OK)
		status = run_opened(g, ops);
	else
		cli_complain("%s", fault.what);
	session_opts_log_end();
	mem_free(state);
	return status;
}

static int run(int argc, char **argv)
{
	struct get g = {0};
	struct operands ops;
	char *dir;
	int status;

	session_opts_init(&g.opts);
	status = cli_parse(&get_command, argc, argv, take, &g, &ops);
	if (status != CLI_GO_ON)
		return status;
	if (ops.n == 0) {
		mem_free(ops.at);
		return cli_usage(&get_command, "get which torrent?");
	}
	report_init(&g.report, g.json, g.quiet);
	dir = g.opts.dir ? paths_absolute(g.opts.dir)
	                 : dirs_download(g.opts.config);
	status = run_in(&g, &ops, dir);
	mem_free(dir);
	mem_free(ops.at);
	return status;
}

const struct cli_command get_command = {
	.name = "get",
	.operands = "[OPTIONS] TORRENT | MAGNET | INFOHASH | URL ...",
	.about = "download without a screen",
	.more = "\nExit status: 0 all complete, 1 could not be done, 3 "
		"--timeout "
		"ran out.",
	.sets = sets,
	.nsets = 2,
	.run = run,
};
