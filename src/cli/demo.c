/*
 * demo.c - `bttui demo`: a private swarm on loopback, and the full screen on
 * it.
 *
 * The others are processes of this program, each with an address of its own
 * in 127.0.0.0/8, so that a ban meets the liar alone.  Everything lies in one
 * temporary folder, which is removed at the end.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/demo_data.h"
#include "cli/dirs.h"
#include "cli/kids.h"
#include "cli/session.h"
#include "cli/torrent_file.h"
#include "proto/magnet.h"

#define YOU "127.0.0.10"
#define TRACKER "127.0.0.1"
/* All are DHT nodes, joined by these two.  Each has an address of its own, so
 * they can share a port. */
#define PORT "6881"
#define DHT_NODE_1 "127.0.0.21:" PORT
#define DHT_NODE_2 "127.0.0.22:" PORT

enum demo_torrent {
	FILM,
	ISO,
	ALBUM,
	MAPS,
	TORRENTS,
};

static const char *const names[TORRENTS] = {
	[FILM] = DEMO_FILM,
	[ISO] = DEMO_ISO,
	[ALBUM] = DEMO_ALBUM,
	[MAPS] = DEMO_MAPS,
};

struct demo {
	char *root; /* the temporary folder */
	char *torrents[TORRENTS];
	char *magnet; /* of the maps */
	char tracker_url[KIDS_LINE_MAX];
	struct kids kids;
};

/* One of the others. */
struct demo_peer {
	const char *name, *addr;
	const char *dir; /* below the root; several may seed from one */
	const char *up, *down;
	const char *select; /* NULL: all files */
	bool trusts;        /* it never looks at what it has */
	enum demo_torrent first, last;
};

static const struct demo_peer peers[] = {
	{"seed", "127.0.0.21", "full", "420k", "0", NULL, false, FILM, FILM},
	{"seed2", "127.0.0.22", "full", "300k", "0", NULL, false, FILM, FILM},
	{"slow", "127.0.0.23", "full", "24k", "0", NULL, false, FILM, FILM},
	{"partial", "127.0.0.24", "extras", "200k", "0", "*/Extras/*", false,
		FILM, FILM},
	{"liar", "127.0.0.25", "lies", "300k", "0", NULL, true, FILM, FILM},
	{"leech", "127.0.0.31", "leech", "260k", "0", NULL, false, FILM, FILM},
	{"leech2", "127.0.0.32", "leech2", "180k", "0", NULL, false, FILM,
		FILM},
	{"mirror", "127.0.0.33", "mirror", "0", "220k", NULL, false, ISO, ISO},
	{"library", "127.0.0.41", "full", "240k", "0", NULL, false, ALBUM,
		MAPS},
};
#define PEERS (sizeof peers / sizeof peers[0])

static char *below(const struct demo *d, const char *name)
{
	return mem_printf("%s/%s", d->root, name);
}

/* ---- data ---- */

static enum err make_data(const struct demo *d, struct fault *fault)
{
	char *full = below(d, "full"), *you = below(d, "you");
	char *lies = below(d, "lies"), *extras = below(d, "extras");
	enum err e = demo_data_film(full, fault);

	if (e == ERR_OK)
		e = demo_data_album(full, fault);
	if (e == ERR_OK)
		e = demo_data_maps(full, fault);
	if (e == ERR_OK)
		e = demo_data_lies(lies, fault);
	if (e == ERR_OK)
		e = demo_data_extras(extras, fault);
	if (e == ERR_OK)
		e = demo_data_iso(you, fault);
	mem_free(full);
	mem_free(you);
	mem_free(lies);
	mem_free(extras);
	return e;
}

static enum err make_torrent(struct demo *d, enum demo_torrent t,
	struct fault *fault)
{
	char *data = mem_printf("%s/%s/%s", d->root, t == ISO ? "you" : "full",
		names[t]);
	char *log = below(d, "create.log");
	const char *args[] = {"create", "--no-date", "--piece-size",
		t == FILM ? "256K" : "64K", "-t", d->tracker_url, "-o",
		d->torrents[t], data, NULL};
	enum err e = kids_run(args, log, fault);

	mem_free(data);
	mem_free(log);
	return e;
}

static enum err make_torrents(struct demo *d, struct fault *fault)
{
	enum err e = ERR_OK;

	for (int t = 0; t < TORRENTS && e == ERR_OK; t++) {
		d->torrents[t] = mem_printf("%s/%s.torrent", d->root, names[t]);
		e = make_torrent(d, (enum demo_torrent)t, fault);
	}
	return e;
}

/* The link of the maps, whose torrent file the screen never sees. */
static enum err make_magnet(struct demo *d, struct fault *fault)
{
	const char *trackers[] = {d->tracker_url};
	struct metainfo *m;
	struct magnet link = {0};
	struct buf text = {0};
	enum err e = torrent_file_load(d->torrents[MAPS], &m, fault);

	if (e != ERR_OK)
		return e;
	link.hash = m->hash;
	link.name = m->raw_name;
	link.trackers = trackers;
	link.ntrackers = 1;
	magnet_write(&link, &text);
	d->magnet = mem_strndup((const char *)text.p, text.len);
	buf_free(&text);
	metainfo_free(m);
	return ERR_OK;
}

/* ---- the others ---- */

static enum err start_tracker(struct demo *d, struct fault *fault)
{
	static const char *const args[] = {"tracker", "--bind", TRACKER, "-p",
		"0", "--interval", "60", NULL};
	enum err e = kids_start_told(&d->kids, args, d->tracker_url, fault);

	/* "http://.../announce udp://.../announce": one of them will do. */
	if (e == ERR_OK)
		d->tracker_url[strcspn(d->tracker_url, " ")] = '\0';
	return e;
}

static enum err start_peer(struct demo *d, const struct demo_peer *p,
	struct fault *fault)
{
	char *dir = below(d, p->dir);
	char *state = mem_printf("%s/state-%s", d->root, p->name);
	char *log = mem_printf("%s/%s.log", d->root, p->name);
	char *config = below(d, "no-config");
	const char *args[KIDS_ARGS_MAX] = {"get", "--seed", "-d", dir,
		"--state", state, "--config", config, "-p", PORT, "--bind",
		p->addr, "--dht-node", DHT_NODE_1, "--dht-node", DHT_NODE_2,
		"--no-lsd", "--up-limit", p->up, "--down-limit", p->down};
	size_t n = 0;
	enum err e;

	while (args[n])
		n++;
	if (p->select) {
		args[n++] = "--select";
		args[n++] = p->select;
	}
	if (p->trusts)
		args[n++] = "--trust-data";
	for (int t = (int)p->first; t <= (int)p->last; t++)
		args[n++] = d->torrents[t];
	e = kids_start(&d->kids, args, log, fault);
	mem_free(dir);
	mem_free(state);
	mem_free(log);
	mem_free(config);
	return e;
}

static enum err start_peers(struct demo *d, struct fault *fault)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < PEERS && e == ERR_OK; i++)
		e = start_peer(d, &peers[i], fault);
	return e;
}

/* ---- you ---- */

static int run_screen(struct demo *d)
{
	const char *what[] = {d->torrents[ISO], d->torrents[ALBUM], d->magnet,
		d->torrents[FILM]};
	const struct operands ops = {
		.at = what, .n = sizeof what / sizeof what[0]};
	char *dir = below(d, "you"), *state = below(d, "state-you");
	char *config = below(d, "config");
	struct session_opts opts;
	int status;

	session_opts_init(&opts);
	opts.dir = dir;
	opts.state = state;
	opts.config = config;
	opts.port = 6881;
	opts.dht_nodes[opts.ndht_nodes++] = DHT_NODE_1;
	opts.dht_nodes[opts.ndht_nodes++] = DHT_NODE_2;
	session_opts_set(&opts, SET_LSD, "off");
	(void)!addr_parse_ip(YOU, 0, &opts.bind[0]);
	status = session_run(&opts, &ops);
	mem_free(dir);
	mem_free(state);
	mem_free(config);
	return status;
}

static bool is_interrupted(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) ||
		       sigismember(&pending, SIGTERM) ||
		       sigismember(&pending, SIGHUP));
}

/* While the swarm is set up, a signal waits: what was made must be removed
 * again, and the setting up takes a second. */
static enum err prepare(struct demo *d, struct fault *fault)
{
	enum err e = make_data(d, fault);

	if (e == ERR_OK)
		e = start_tracker(d, fault);
	if (e == ERR_OK)
		e = make_torrents(d, fault);
	if (e == ERR_OK)
		e = make_magnet(d, fault);
	if (e == ERR_OK)
		e = start_peers(d, fault);
	if (e == ERR_OK && is_interrupted())
		e = fault_set(fault, ERR_CANCELED, 0, "interrupted");
	return e;
}

static void hold_signals(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, old);
}

static void clean_up(struct demo *d)
{
	kids_stop(&d->kids);
	dirs_remove(d->root);
	for (int t = 0; t < TORRENTS; t++)
		mem_free(d->torrents[t]);
	mem_free(d->magnet);
	mem_free(d->root);
}

static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int run_demo(void)
{
	struct demo d = {0};
	struct fault fault = {0};
	int status = CLI_FAILED;
	sigset_t old;

	if (!has_terminal()) {
		cli_complain("the demo needs a terminal");
		return CLI_FAILED;
	}
	hold_signals(&old);
	d.root = dirs_temporary("demo");
	if (!d.root) {
		cli_complain("cannot make a temporary folder");
	} else {
		printf("making a private swarm in %s ...\n", d.root);
		fflush(stdout);
		if (prepare(&d, &fault) == ERR_OK) {
			pthread_sigmask(SIG_SETMASK, &old, NULL);
			status = run_screen(&d);
			hold_signals(&old);
		} else {
			cli_complain("demo: %s", fault.what);
		}
		clean_up(&d);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return status;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	(void)user;
	(void)id;
	(void)value;
	(void)fault;
	return ERR_OK;
}

static int run(int argc, char **argv)
{
	struct operands ops;
	int status = cli_parse(&demo_command, argc, argv, take, NULL, &ops);

	if (status != CLI_GO_ON)
		return status;
	status = ops.n ? cli_usage(&demo_command, "the demo takes no arguments")
	               : run_demo();
	mem_free(ops.at);
	return status;
}

const struct cli_command demo_command = {
	.name = "demo",
	.operands = "",
	.about = "a private swarm on loopback, full screen",
	.more = "\nMakes its own data in a temporary folder, needs no network, "
		"and "
		"removes\neverything when you leave.",
	.run = run,
};
