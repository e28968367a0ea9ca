/*
 * app.c - see app.h.
 */
#include "app/app.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/lock.h"
#include "app/paths.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "core/engine.h"
#include "core/settings.h"
#include "host/errmap.h"
#include "host/host.h"

#define CONFIG_MAX (1u << 20)
#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

struct app {
	char *state_dir, *config_path, *download_dir;
	struct settings *settings;
	size_t config_errors;
	struct fault config_fault;
	int lock;  /* -1: none */
	FILE *log; /* or NULL */
	struct host *host;
	struct engine *engine;
	bool started, closing;
	void (*done)(void *user);
	void *user;
};

/* ---- the log file ---- */

static void log_line(void *user, enum log_level level, const char *area,
	const char *line)
{
	FILE *f = user;
	time_t now = time(NULL);
	struct tm tm;
	char when[32];

	if (!localtime_r(&now, &tm) ||
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		when[0] = '\0';
	fprintf(f, "%s %s %s: %s\n", when, log_level_name(level), area, line);
}

static enum err open_log(struct app *a, const struct app_config *cfg,
	struct fault *fault)
{
	char clean[120];
	int fd;

	if (!cfg->log_file)
		return ERR_OK;
	fd = open(cfg->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		0600);
	a->log = fd < 0 ? NULL : fdopen(fd, "a");
	if (!a->log) {
		int os = errno;

		if (fd >= 0)
			close(fd);
		text_clean_to(clean, sizeof clean, span_str(cfg->log_file));
		return fault_set(fault, errmap_code(os), os,
			"cannot write the log %s: %s", clean, errmap_text(os));
	}
	setvbuf(a->log, NULL, _IOLBF, 0);
	log_add_sink(log_line, a->log, cfg->log_level);
	return ERR_OK;
}

/* ---- settings and folders ---- */

/* Reads at most max bytes; ERR_NOENT if there is no such file. */
static enum err read_file(const char *path, size_t max, struct buf *out,
	struct fault *fault)
{
	FILE *f = fopen(path, "re");
	char clean[120];
	size_t n = 0;
	int os = errno;

	if (f) {
		do {
			n = fread(buf_reserve(out, 4096), 1, 4096, f);
			buf_commit(out, n);
		} while (n > 0 && out->len < max);
		os = ferror(f) ? EIO : 0;
		fclose(f);
	}
	if (os == 0)
		return ERR_OK;
	text_clean_to(clean, sizeof clean, span_str(path));
	return fault_set(fault, errmap_code(os), os, "cannot read %s: %s",
		clean, errmap_text(os));
}

static enum err read_config(struct app *a, struct fault *fault)
{
	struct buf text = {0};
	enum err e = read_file(a->config_path, CONFIG_MAX, &text, fault);

	if (e == ERR_OK)
		settings_read(a->settings, buf_span(&text), &a->config_errors,
			&a->config_fault);
	buf_free(&text);
	return e == ERR_NOENT ? ERR_OK : e;
}

static enum err load_settings(struct app *a, const struct app_config *cfg,
	struct fault *fault)
{
	enum err e = ERR_OK;

	a->settings = settings_new();
	a->config_path = cfg->config_path ? paths_absolute(cfg->config_path)
	                                  : paths_config();
	if (!cfg->no_config)
		e = read_config(a, fault);
	for (size_t i = 0; i < cfg->nsettings && e == ERR_OK; i++)
		e = settings_set(a->settings, cfg->settings[i].name,
			cfg->settings[i].value, fault);
	return e;
}

static void choose_folders(struct app *a, const struct app_config *cfg)
{
	const char *set = settings_text(a->settings, SET_DOWNLOAD_DIR);

	a->state_dir =
		cfg->state_dir ? paths_absolute(cfg->state_dir) : paths_state();
	if (cfg->download_dir)
		a->download_dir = paths_absolute(cfg->download_dir);
	else if (set && set[0])
		a->download_dir = paths_absolute(set);
	else
		a->download_dir = paths_download();
}

/* ---- opening ---- */

static void up_accept(void *user, struct stream *s, const struct addr *from)
{
	struct app *a = user;

	engine_accept(a->engine, s, from);
}

static void up_datagram(void *user, struct span bytes, const struct addr *from)
{
	struct app *a = user;

	engine_datagram(a->engine, bytes, from);
}

static void up_multicast(void *user, struct span bytes, const struct addr *from)
{
	struct app *a = user;

	engine_multicast(a->engine, bytes, from);
}

static void up_wake(void *user, uint64_t now)
{
	struct app *a = user;

	engine_wake(a->engine, now);
}

static void read_boot_id(char out[40])
{
	FILE *f = fopen(BOOT_ID_PATH, "re");

	out[0] = '\0';
	if (!f)
		return;
	if (!fgets(out, 40, f))
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	fclose(f);
}

static enum err open_host(struct app *a, uv_loop_t *loop,
	const struct app_config *cfg, struct fault *fault)
{
	struct host_config hc = {.bind = {cfg->bind[0], cfg->bind[1]},
		.state_dir = a->state_dir};
	int64_t port = cfg->port == APP_PORT_FROM_SETTINGS
	                       ? settings_int(a->settings, SET_PORT)
	                       : cfg->port;

	if (port < 0 || port > UINT16_MAX)
		return fault_set(fault, ERR_RANGE, 0,
			"a port is a number from 0 to 65535");
	hc.port = (uint16_t)port;
	return host_open(loop, &hc, &a->host, fault);
}

/* Where a node that knows nobody asks first. */
static const char *const dht_nodes[] = {
	"router.bittorrent.com:6881",
	"dht.transmissionbt.com:6881",
	"dht.libtorrent.org:25401",
	"router.utorrent.com:6881",
};

static void open_engine(struct app *a, const struct app_config *cfg)
{
	struct engine_config ec = {.settings = a->settings,
		.download_dir = a->download_dir,
		.keep_session = cfg->keep_session,
		.dht_nodes = dht_nodes,
		.ndht_nodes = sizeof dht_nodes / sizeof dht_nodes[0]};

	if (cfg->ndht_nodes > 0) {
		ec.dht_nodes = cfg->dht_nodes;
		ec.ndht_nodes = cfg->ndht_nodes;
	}
	read_boot_id(ec.boot_id);
	a->engine = engine_new(a->host, &ec);
}

static void app_free(struct app *a)
{
	if (a->log) {
		log_remove_sink(log_line, a->log);
		fclose(a->log);
	}
	if (a->lock >= 0)
		close(a->lock);
	if (a->settings)
		settings_free(a->settings);
	mem_free(a->state_dir);
	mem_free(a->config_path);
	mem_free(a->download_dir);
	mem_free(a);
}

enum err app_open(uv_loop_t *loop, const struct app_config *cfg,
	struct app **out, struct fault *fault)
{
	struct app *a = mem_zero(sizeof *a);
	enum err e;

	a->lock = -1;
	e = load_settings(a, cfg, fault);
	if (e == ERR_OK) {
		choose_folders(a, cfg);
		e = open_log(a, cfg, fault);
	}
	if (e == ERR_OK)
		e = paths_make_dir(a->state_dir, 0700, fault);
	if (e == ERR_OK)
		e = lock_take(a->state_dir, &a->lock, fault);
	if (e == ERR_OK)
		e = open_host(a, loop, cfg, fault);
	if (e != ERR_OK) {
		app_free(a);
		return e;
	}
	open_engine(a, cfg);
	*out = a;
	return ERR_OK;
}

size_t app_config_errors(const struct app *a, struct fault *first)
{
	*first = a->config_fault;
	return a->config_errors;
}

static void attach(struct app *a)
{
	const struct host_up up = {.accept = up_accept,
		.datagram = up_datagram,
		.multicast = up_multicast,
		.wake = up_wake,
		.user = a};

	a->started = true;
	host_attach(a->host, &up);
}

void app_start(struct app *a)
{
	attach(a);
	engine_start(a->engine);
}

struct engine *app_engine(struct app *a)
{
	return a->engine;
}

struct host *app_host(struct app *a)
{
	return a->host;
}

struct settings *app_settings(struct app *a)
{
	return a->settings;
}

const char *app_state_dir(const struct app *a)
{
	return a->state_dir;
}

const char *app_config_path(const struct app *a)
{
	return a->config_path;
}

const char *app_download_dir(const struct app *a)
{
	return a->download_dir;
}

/* ---- closing ---- */

static void on_host_closed(void *user)
{
	struct app *a = user;
	void (*done)(void *) = a->done;
	void *done_user = a->user;

	app_free(a);
	if (done)
		done(done_user);
}

static void on_engine_closed(void *user)
{
	struct app *a = user;

	engine_free(a->engine);
	a->engine = NULL;
	host_close(a->host, on_host_closed, a);
}

void app_close(struct app *a, bool fast, void (*done)(void *user), void *user)
{
	if (!a->engine)
		return; /* past the point where anything could be hurried */
	if (!a->closing) {
		a->closing = true;
		a->done = done;
		a->user = user;
	}
	/* An engine that was never started needs its wake-ups to close. */
	if (!a->started)
		attach(a);
	engine_close(a->engine, fast, on_engine_closed, a);
}

void app_loop_close(uv_loop_t *loop)
{
	int e = uv_loop_close(loop);

	if (e != 0)
		uv_print_all_handles(loop, stderr);
	assert(e == 0);
}
