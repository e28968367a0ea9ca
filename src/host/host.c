/*
 * host.c - opening, the end of each turn, and closing of the libuv host.
 */
#include "host/host.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/mem.h"
#include "base/rng.h"
#include "host/disk.h"
#include "host/errmap.h"
#include "host/multicast.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

/* Descriptors of one try for a port: TCP and UDP of each family. */
struct port_set {
	int tcp[HOST_FAMILIES];
	int udp[HOST_FAMILIES];
};

const struct addr *uv_host_local(const struct uv_host *h, uint8_t family)
{
	const struct addr *a = &h->local[uv_host_family_index(family)];

	return a->family == ADDR_NONE ? NULL : a;
}

static void on_idle(uv_idle_t *idle)
{
	(void)idle; /* its existence is what keeps the loop from waiting */
}

void uv_host_hurry(struct uv_host *h)
{
	if (!h->closer.closing)
		uv_idle_start(&h->idle, on_idle);
}

/* ---- the engine's view ---- */

static uint64_t op_now(struct host *h)
{
	return uv_now(uv_host_of(h)->loop);
}

static int64_t op_wall_s(struct host *h)
{
	(void)h;
	return (int64_t)time(NULL);
}

static void on_timer(uv_timer_t *timer)
{
	(void)timer; /* the end of the turn sees that the time has come */
}

static void op_wake_at(struct host *host, uint64_t deadline)
{
	struct uv_host *h = uv_host_of(host);
	uint64_t now = uv_now(h->loop);

	if (h->closer.closing || deadline == h->wake_at)
		return;
	h->wake_at = deadline;
	if (deadline == NEVER)
		uv_timer_stop(&h->timer);
	else if (deadline > now)
		uv_timer_start(&h->timer, on_timer, deadline - now, 0);
	else
		uv_host_hurry(h);
}

static void op_random(struct host *h, void *p, size_t n)
{
	(void)h;
	rng_secret(p, n);
}

static void op_send_udp(struct host *host, const struct addr *to, struct span s)
{
	struct uv_host *h = uv_host_of(host);
	struct udp *u = h->udp[uv_host_family_index(to->family)];

	if (u && to->family != ADDR_NONE)
		udp_send(u, to, s);
}

static void op_multicast_join(struct host *h, bool on)
{
	multicast_join(uv_host_of(h)->multicast, on);
}

static void op_multicast(struct host *h, enum addr_family family, struct span s)
{
	multicast_send(uv_host_of(h)->multicast, family, s);
}

static struct http_req *op_http_get(struct host *h, const struct http_ask *ask,
	http_done *done, void *user)
{
	return http_get(uv_host_of(h)->http, ask, done, user);
}

static void op_http_cancel(struct host *h, struct http_req *r)
{
	http_cancel(uv_host_of(h)->http, r);
}

static struct resolve *op_resolve(struct host *h, const char *name,
	uint16_t port, resolve_done *done, void *user)
{
	return resolver_ask(uv_host_of(h)->resolver, name, port, done, user);
}

static void op_resolve_cancel(struct host *h, struct resolve *r)
{
	resolver_cancel(uv_host_of(h)->resolver, r);
}

static uint16_t op_port(struct host *h)
{
	return uv_host_of(h)->port;
}

static bool op_has_family(struct host *h, enum addr_family family)
{
	return uv_host_of(h)->udp[uv_host_family_index((uint8_t)family)] !=
	       NULL;
}

static const struct host_ops uv_host_ops = {
	.now = op_now,
	.wall_s = op_wall_s,
	.wake_at = op_wake_at,
	.random = op_random,
	.dial = tcp_dial,
	.send_udp = op_send_udp,
	.multicast_join = op_multicast_join,
	.multicast = op_multicast,
	.http_get = op_http_get,
	.http_cancel = op_http_cancel,
	.resolve = op_resolve,
	.resolve_cancel = op_resolve_cancel,
	.port = op_port,
	.has_family = op_has_family,
};

/* ---- one turn of the loop ---- */

static void on_turn_begins(uv_check_t *check)
{
	struct uv_host *h = check->data;

	h->turn_began_ns = uv_hrtime();
}

static void wake_if_due(struct uv_host *h)
{
	uint64_t now = uv_now(h->loop);

	if (h->wake_at > now || !h->up.wake)
		return;
	h->wake_at = NEVER;
	h->up.wake(h->up.user, now);
}

static bool must_not_wait(const struct uv_host *h)
{
	return (h->wake_at <= uv_now(h->loop) && h->up.wake) ||
	       !list_empty(&h->dirty);
}

static void on_turn_ends(uv_prepare_t *prepare)
{
	struct uv_host *h = prepare->data;
	uint64_t took;
	bool more;

	wake_if_due(h);
	more = h->resolver && resolver_deliver(h->resolver);
	tcp_flush_all(h);
	for (size_t i = 0; i < HOST_FAMILIES; i++)
		if (h->udp[i])
			udp_flush(h->udp[i]);
	if (h->closer.closing)
		return;
	if (more || must_not_wait(h))
		uv_host_hurry(h);
	else
		uv_idle_stop(&h->idle);
	took = uv_hrtime() - h->turn_began_ns;
	if (took > h->longest_turn_ns)
		h->longest_turn_ns = took;
}

uint64_t host_longest_turn_us(struct host *host)
{
	struct uv_host *h = uv_host_of(host);
	uint64_t us = h->longest_turn_ns / 1000;

	h->longest_turn_ns = 0;
	return us;
}

/* ---- finding a port ---- */

static void port_set_close(struct port_set *s)
{
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (s->tcp[i] >= 0)
			close(s->tcp[i]);
		if (s->udp[i] >= 0)
			close(s->udp[i]);
	}
}

/* One family on *port, which becomes the real one if it was 0. */
static int open_family(struct port_set *s, size_t family,
	const struct addr *local, uint16_t *port)
{
	struct addr a = *local;

	a.port = *port;
	s->tcp[family] = sockaddr_open_bound(&a, SOCK_STREAM);
	if (s->tcp[family] < 0)
		return s->tcp[family];
	if (*port == 0)
		*port = a.port = sockaddr_local(s->tcp[family]).port;
	s->udp[family] = sockaddr_open_bound(&a, SOCK_DGRAM);
	if (s->udp[family] >= 0)
		return 0;
	close(s->tcp[family]);
	s->tcp[family] = -1;
	return s->udp[family];
}

/* Whether the system simply has no such family. */
static bool is_absent(int e)
{
	return e == -EAFNOSUPPORT || e == -EADDRNOTAVAIL;
}

/* All sockets on one port, or none and a negated errno. */
static int open_port(struct uv_host *h, struct port_set *s, uint16_t *port)
{
	size_t opened = 0;
	int e = 0;

	*s = (struct port_set){.tcp = {-1, -1}, .udp = {-1, -1}};
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (h->local[i].family == ADDR_NONE)
			continue;
		e = open_family(s, i, &h->local[i], port);
		if (e == 0)
			opened++;
		else if (h->bound || !is_absent(e))
			break;
		else
			h->local[i].family = ADDR_NONE;
	}
	if (e == 0 || (is_absent(e) && !h->bound && opened > 0))
		return 0;
	port_set_close(s);
	return e;
}

/* listen() is part of it: two sockets may be bound to one port as long as
 * neither listens. */
static int take_port(struct uv_host *h, struct port_set *s, uint16_t port)
{
	int e = open_port(h, s, &port);

	if (e < 0)
		return e;
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (s->tcp[i] < 0 || listen(s->tcp[i], 1) == 0)
			continue;
		e = -errno;
		port_set_close(s);
		return e;
	}
	h->port = port;
	return 0;
}

static enum err find_port(struct uv_host *h, uint16_t wanted,
	struct port_set *s, struct fault *fault)
{
	char where[ADDR_TEXT_MAX];
	unsigned last = wanted;
	int e = 0;

	for (unsigned i = 0; i < HOST_PORT_TRIES; i++) {
		if (wanted != 0 && wanted + i > UINT16_MAX)
			break;
		last = wanted == 0 ? 0 : wanted + i;
		e = take_port(h, s, (uint16_t)last);
		if (e == 0)
			return ERR_OK;
		if (e != -EADDRINUSE)
			break;
	}
	if (e == -EADDRINUSE && wanted != 0)
		return fault_set(fault, ERR_NET, -e,
			"ports %u to %u are all in use", (unsigned)wanted,
			last);
	addr_ip_text(&h->local[h->local[0].family == ADDR_NONE], where);
	return fault_set(fault, errmap_code(e), -e,
		"cannot listen on %s port %u: %s", where, last, errmap_text(e));
}

/* ---- opening and closing ---- */

static enum err set_local(struct uv_host *h, const struct host_config *cfg,
	struct fault *fault)
{
	static const struct addr any[HOST_FAMILIES] = {
		{.family = ADDR_V4}, {.family = ADDR_V6}};

	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		const struct addr *a = &cfg->bind[i];
		size_t at = uv_host_family_index(a->family);

		if (a->family == ADDR_NONE)
			continue;
		if (h->local[at].family != ADDR_NONE)
			return fault_set(fault, ERR_RANGE, 0,
				"two addresses of one family to bind to");
		h->local[at] = *a;
		h->local[at].port = 0;
		h->bound = true;
	}
	if (!h->bound)
		for (size_t i = 0; i < HOST_FAMILIES; i++)
			h->local[i] = any[i];
	return ERR_OK;
}

static void host_free(void *user)
{
	struct uv_host *h = user;
	void (*closed)(void *) = h->closed;
	void *closed_user = h->closed_user;

	mem_free(h->read_buf);
	mem_free(h);
	closed(closed_user);
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct uv_host *h = handle->data;

	closer_drop(&h->closer);
}

static void on_disk_closed(void *user)
{
	struct uv_host *h = user;

	closer_drop(&h->closer);
}

static void add_handles(struct uv_host *h)
{
	uv_timer_init(h->loop, &h->timer);
	uv_prepare_init(h->loop, &h->prepare);
	uv_check_init(h->loop, &h->check);
	uv_idle_init(h->loop, &h->idle);
	h->timer.data = h->prepare.data = h->check.data = h->idle.data = h;
	for (int i = 0; i < 4; i++)
		closer_hold(&h->closer);
	h->turn_began_ns = uv_hrtime();
	uv_prepare_start(&h->prepare, on_turn_ends);
	uv_check_start(&h->check, on_turn_begins);
}

/* False if the loop would not take a socket; what was opened is closed with
 * the host. */
static bool add_sockets(struct uv_host *h, const struct port_set *s)
{
	bool ok = true;

	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (s->tcp[i] < 0)
			continue;
		h->listeners[i] = listener_open(h, s->tcp[i]);
		h->udp[i] = udp_open(h, s->udp[i]);
		ok = ok && h->listeners[i] && h->udp[i];
	}
	return ok;
}

static void on_abandoned(void *user)
{
	(void)user;
}

enum err host_open(uv_loop_t *loop, const struct host_config *cfg,
	struct host **out, struct fault *fault)
{
	const struct host_disk_config disk = {.state_dir = cfg->state_dir};
	struct uv_host *h = mem_zero(sizeof *h);
	struct port_set sockets;
	enum err e;

	h->base.ops = &uv_host_ops;
	h->loop = loop;
	h->wake_at = NEVER;
	list_init(&h->dirty);
	e = set_local(h, cfg, fault);
	if (e == ERR_OK)
		e = find_port(h, cfg->port, &sockets, fault);
	if (e != ERR_OK) {
		mem_free(h);
		return e;
	}
	closer_init(&h->closer, host_free, h);
	h->read_buf = mem_alloc(HOST_READ_BYTES);
	add_handles(h);
	h->resolver = resolver_open(h);
	h->http = http_open(h);
	h->multicast = multicast_open(h);
	h->base.disk = host_disk_open(loop, &disk);
	closer_hold(&h->closer);
	if (!add_sockets(h, &sockets)) {
		host_close(&h->base, on_abandoned, NULL);
		return fault_set(fault, ERR_LIMIT, 0,
			"cannot watch the sockets");
	}
	*out = &h->base;
	return ERR_OK;
}

void host_attach(struct host *host, const struct host_up *up)
{
	struct uv_host *h = uv_host_of(host);

	h->up = *up;
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (h->listeners[i])
			listener_start(h->listeners[i]);
		if (h->udp[i])
			udp_start(h->udp[i]);
	}
}

void host_close(struct host *host, void (*done)(void *user), void *user)
{
	struct uv_host *h = uv_host_of(host);

	h->closed = done;
	h->closed_user = user;
	h->up = (struct host_up){0};
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		listener_close(h->listeners[i]);
		udp_close(h->udp[i]);
		h->listeners[i] = NULL;
		h->udp[i] = NULL;
	}
	multicast_close(h->multicast);
	http_close(h->http);
	resolver_close(h->resolver);
	h->resolver = NULL;
	host_disk_close(h->base.disk, on_disk_closed, h);
	uv_close((uv_handle_t *)&h->timer, on_handle_closed);
	uv_close((uv_handle_t *)&h->prepare, on_handle_closed);
	uv_close((uv_handle_t *)&h->check, on_handle_closed);
	uv_close((uv_handle_t *)&h->idle, on_handle_closed);
	closer_close(&h->closer);
}
