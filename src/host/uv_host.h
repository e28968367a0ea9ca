/*
 * uv_host.h - what the parts of the libuv host share.  Private to src/host.
 *
 * A turn of the loop ends in one place, the prepare handle of host.c: the
 * engine is woken if its time has come, names that were looked up are handed
 * out, and then everything queued on sockets leaves in as few system calls as
 * possible.  That is why stream_send() costs a copy and no system call.
 */
#ifndef HOST_UV_HOST_H
#define HOST_UV_HOST_H

#include <uv.h>

#include "base/list.h"
#include "host/closer.h"
#include "host/host.h"

/* One buffer for all receiving: data is used up inside the callback. */
#define HOST_READ_BYTES (256u * 1024)
#define HOST_FAMILIES 2u /* index 0: IPv4, 1: IPv6 */

struct http;
struct listener;
struct multicast;
struct resolver;
struct udp;

struct uv_host {
	struct host base; /* first: the engine's view of it */
	uv_loop_t *loop;
	struct host_up up; /* zeroed until host_attach() */
	struct closer closer;
	void (*closed)(void *user);
	void *closed_user;

	uv_timer_t timer;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle; /* runs while the next turn must not wait */
	uint64_t wake_at;
	uint64_t turn_began_ns;
	uint64_t longest_turn_ns;

	struct addr local[HOST_FAMILIES]; /* port 0; ADDR_NONE: not used */
	bool bound; /* to the addresses of the configuration */
	uint16_t port;
	struct listener *listeners[HOST_FAMILIES];
	struct udp *udp[HOST_FAMILIES];
	struct multicast *multicast;
	struct resolver *resolver;
	struct http *http;

	struct list dirty; /* streams with bytes to send or news to tell */
	uint8_t *read_buf; /* HOST_READ_BYTES */
};

static inline struct uv_host *uv_host_of(struct host *h)
{
	return (struct uv_host *)(void *)h;
}

static inline size_t uv_host_family_index(uint8_t family)
{
	return family == ADDR_V6;
}

/* host.c: the address to bind an outgoing socket to; NULL if this family may
 * not be used. */
const struct addr *uv_host_local(const struct uv_host *h, uint8_t family);

/* host.c: there is work for the end of a turn, so the loop must not wait
 * before that. */
void uv_host_hurry(struct uv_host *h);

/* tcp.c */
struct stream *tcp_dial(struct host *h, const struct addr *to,
	const struct stream_events *ev, void *user);
/* Takes over fd, also on failure. */
void tcp_accepted(struct uv_host *h, int fd, const struct addr *from);
void tcp_flush_all(struct uv_host *h);

/* listen.c: fd is bound, not yet listening, and taken over. */
struct listener *listener_open(struct uv_host *h, int fd);
void listener_start(struct listener *l);
void listener_close(struct listener *l); /* NULL is allowed */

/* udp.c: fd is bound and taken over. */
struct udp *udp_open(struct uv_host *h, int fd);
void udp_start(struct udp *u);
void udp_send(struct udp *u, const struct addr *to, struct span s);
void udp_flush(struct udp *u);
void udp_close(struct udp *u); /* NULL is allowed */

/* resolve.c */
struct resolver *resolver_open(struct uv_host *h);
struct resolve *resolver_ask(struct resolver *r, const char *name,
	uint16_t port, resolve_done *done, void *user);
void resolver_cancel(struct resolver *r, struct resolve *ask);
/* Answers what was ready when called; true if more is ready by now. */
bool resolver_deliver(struct resolver *r);
void resolver_close(struct resolver *r); /* NULL is allowed */

/* http.c */
struct http *http_open(struct uv_host *h);
struct http_req *http_get(struct http *c, const struct http_ask *ask,
	http_done *done, void *user);
void http_cancel(struct http *c, struct http_req *r);
void http_close(struct http *c); /* NULL is allowed */

#endif
