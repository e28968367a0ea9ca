/*
 * tracker.c - `bttui tracker`: a small tracker, HTTP and UDP on one port.
 */
#include <netdb.h>
#include <stdio.h>
#include <uv.h>

#include "app/app.h"
#include "app/signals.h"
#include "base/mem.h"
#include "base/rng.h"
#include "cli/cli.h"
#include "cli/torrent_file.h"
#include "cli/tracker_net.h"
#include "cli/values.h"
#include "core/tracker_server.h"
#include "host/errmap.h"
#include "host/sockaddr.h"
#include "proto/tracker_http.h"
#include "proto/url.h"

#define PORT_DEFAULT 6969u
#define INTERVAL_MAX 86400u

enum {
	OPTION_PORT = OPTION_OWN,
	OPTION_BIND,
	OPTION_ALLOW,
	OPTION_INTERVAL,
	OPTION_PEER,
};

static const struct option_def defs[] = {
	{OPTION_PORT, 'p', "port", "PORT",
		"TCP and UDP port; 0 is any free one (default: 6969)"},
	{OPTION_BIND, 0, "bind", "ADDR",
		"listen on this address only (repeatable: one IPv4, one "
		"IPv6)"},
	{OPTION_ALLOW, 0, "allow", "TORRENT|INFOHASH",
		"serve this torrent only (repeatable; default: any)"},
	{OPTION_INTERVAL, 0, "interval", "SECONDS",
		"between two announces of a peer (default: 1800)"},
	{OPTION_PEER, 0, "peer", "HOST:PORT",
		"an address handed out for every torrent (repeatable)"},
};
static const struct option_set options = OPTION_SET("options", defs);
static const struct option_set *const sets[] = {&options};

struct tracker {
	uint16_t port;
	struct addr bind[2];
	uint32_t interval_s;
	const char **allow, **peers;
	size_t nallow, npeers;
	struct tracker_server *server;
	struct tracker_net *net;
	struct signals *signals;
};

static void append(const char ***list, size_t *n, const char *value)
{
	*list = mem_resize(*list, *n + 1, sizeof **list);
	(*list)[(*n)++] = value;
}

static enum err take(void *user, int id, const char *value, struct fault *fault)
{
	struct tracker *t = user;
	enum err e = ERR_OK;
	uint64_t v;

	switch (id) {
	case OPTION_PORT:
		return values_port(value, &t->port, fault);
	case OPTION_BIND:
		return values_bind(value, t->bind, fault);
	case OPTION_ALLOW:
		append(&t->allow, &t->nallow, value);
		break;
	case OPTION_INTERVAL:
		e = values_uint(value, 1, INTERVAL_MAX, &v, fault);
		if (e == ERR_OK)
			t->interval_s = (uint32_t)v;
		break;
	default:
		e = values_host_port(value, fault);
		if (e == ERR_OK && t->npeers >= TRACKER_SERVER_STATIC_MAX)
			e = fault_set(fault, ERR_LIMIT, 0, "too many peers");
		if (e == ERR_OK)
			append(&t->peers, &t->npeers, value);
	}
	return e;
}

/* ---- what is served ---- */

/* The first address of "name:port"; before the loop runs, so it may block. */
static enum err resolve_peer(const char *text, struct addr *out,
	struct fault *fault)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	struct sockaddr_storage ss = {0};
	struct span host;
	uint16_t port;
	char *name;
	int eai;

	if (!host_port_split(span_str(text), &host, &port))
		return fault_set(fault, ERR_SYNTAX, 0, "HOST:PORT is needed");
	name = mem_strndup((const char *)host.p, host.n);
	eai = getaddrinfo(name, NULL, &hints, &all);
	mem_free(name);
	if (eai != 0)
		return fault_set(fault, errmap_name(eai, 0), 0, "%s",
			errmap_name_text(eai, 0));
	if (all->ai_addrlen <= sizeof ss)
		memcpy(&ss, all->ai_addr, all->ai_addrlen);
	freeaddrinfo(all);
	*out = sockaddr_read(&ss);
	out->port = port;
	if (!addr_is_dialable(out))
		return fault_set(fault, ERR_RANGE, 0,
			"nobody can be reached there");
	return ERR_OK;
}

static enum err allow_one(struct tracker *t, const char *what,
	struct fault *fault)
{
	struct infohash hash;
	struct metainfo *m;
	uint8_t wire[20];
	enum err e;

	if (named_kind_of(what) == NAMED_LINK &&
		infohash_parse(span_str(what), &hash) == ERR_OK) {
		infohash_wire(&hash, wire);
		tracker_server_allow(t->server, wire);
		return ERR_OK;
	}
	e = torrent_file_load(what, &m, fault);
	if (e != ERR_OK)
		return e;
	infohash_wire(&m->hash, wire);
	tracker_server_allow(t->server, wire);
	/* A hybrid is announced under both of its hashes. */
	if (m->hash.has_v1 && m->hash.has_v2)
		tracker_server_allow(t->server, m->hash.v2);
	metainfo_free(m);
	return ERR_OK;
}

static enum err allow_all(struct tracker *t)
{
	struct fault fault = {0};

	for (size_t i = 0; i < t->nallow; i++)
		if (allow_one(t, t->allow[i], &fault) != ERR_OK) {
			cli_fail(t->allow[i], &fault);
			return fault.code;
		}
	return ERR_OK;
}

static enum err make_server(struct tracker *t)
{
	struct addr peers[TRACKER_SERVER_STATIC_MAX];
	struct tracker_server_config cfg = {
		.interval_s = t->interval_s, .peers = peers};
	struct fault fault = {0};

	for (size_t i = 0; i < t->npeers; i++)
		if (resolve_peer(t->peers[i], &peers[cfg.npeers++], &fault) !=
			ERR_OK) {
			cli_fail(t->peers[i], &fault);
			return fault.code;
		}
	rng_secret(cfg.secret, sizeof cfg.secret);
	t->server = tracker_server_new(&cfg);
	return allow_all(t);
}

/* ---- running ---- */

static void on_stop(void *user, int signum)
{
	struct tracker *t = user;

	(void)signum;
	if (t->net)
		tracker_net_close(t->net);
	t->net = NULL;
}

static void print_urls(const struct tracker *t)
{
	const struct addr *a = &t->bind[t->bind[0].family == ADDR_NONE];
	char host[ADDR_TEXT_MAX] = "0.0.0.0";
	uint16_t port = tracker_net_port(t->net);

	if (a->family != ADDR_NONE)
		addr_ip_text(a, host);
	if (a->family == ADDR_V6)
		printf("http://[%s]:%u/announce udp://[%s]:%u/announce\n", host,
			port, host, port);
	else
		printf("http://%s:%u/announce udp://%s:%u/announce\n", host,
			port, host, port);
	fflush(stdout);
}

static int serve(struct tracker *t)
{
	struct tracker_net_config cfg = {.server = t->server,
		.bind = {t->bind[0], t->bind[1]},
		.port = t->port};
	struct fault fault = {0};
	uv_loop_t loop;
	enum err e;

	uv_loop_init(&loop);
	t->signals = signals_open(&loop, on_stop, t);
	e = tracker_net_open(&loop, &cfg, &t->net, &fault);
	if (e == ERR_OK) {
		print_urls(t);
		uv_run(&loop, UV_RUN_DEFAULT);
	} else {
		cli_complain("%s", fault.what);
	}
	signals_close(t->signals);
	uv_run(&loop, UV_RUN_DEFAULT);
	app_loop_close(&loop);
	return e == ERR_OK ? CLI_OK : CLI_FAILED;
}

static int run(int argc, char **argv)
{
	struct tracker t = {
		.port = PORT_DEFAULT, .interval_s = TRACKER_INTERVAL_DEFAULT};
	struct operands ops;
	int status = cli_parse(&tracker_command, argc, argv, take, &t, &ops);

	if (status == CLI_GO_ON) {
		if (ops.n > 0)
			status = cli_usage(&tracker_command,
				"a tracker takes options only");
		else if (make_server(&t) == ERR_OK)
			status = serve(&t);
		else
			status = CLI_FAILED;
		mem_free(ops.at);
	}
	tracker_server_free(t.server);
	mem_free(t.allow);
	mem_free(t.peers);
	return status;
}

const struct cli_command tracker_command = {
	.name = "tracker",
	.operands = "[OPTIONS]",
	.about = "a small HTTP and UDP tracker",
	.more = "\nPrints its addresses and serves until it is stopped with "
		"SIGINT or SIGTERM.",
	.sets = sets,
	.nsets = 1,
	.run = run,
};
