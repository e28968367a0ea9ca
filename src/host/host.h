/*
 * host.h - the real `struct host`: sockets, timer, names, HTTP and files on
 * one libuv loop.
 *
 * Made in the order host_open(), engine, host_attach(); taken down in the
 * order engine, host_close(), uv_loop_close().  Loop thread only.  Work is
 * bounded per turn of the loop: so many reads a stream, so many datagrams, so
 * many new connections; what is left waits for the next turn.
 *
 * All sockets of one host use one port: TCP and UDP, IPv4 and IPv6.
 */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include <uv.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "core/host.h"

/* Ports tried one after the other from the one asked for. */
#define HOST_PORT_TRIES 21u

/* What the host calls upwards; all of it from the loop, never from inside a
 * call into the host. */
struct host_up {
	/* s belongs to the callee: it sets a user or closes it, at once. */
	void (*accept)(void *user, struct stream *s, const struct addr *from);
	/* Borrowed for the call. */
	void (*datagram)(void *user, struct span bytes,
		const struct addr *from);
	/* To a group that was joined; borrowed for the call. */
	void (*multicast)(void *user, struct span bytes,
		const struct addr *from);
	/* The time asked for with wake_at() has come. */
	void (*wake)(void *user, uint64_t now);
	void *user;
};

struct host_config {
	/*
	 * Listen on and connect from these addresses only: at most one of
	 * each family, ports ignored.  A family without an address is then
	 * not used at all.  Both ADDR_NONE: all addresses; IPv6 is left out
	 * where the system has none.
	 */
	struct addr bind[2];
	uint16_t port;         /* 0: any free one */
	const char *state_dir; /* absolute; where small state files live */
};

/*
 *   ERR_NET    no usable port, or the bind address is not ours
 *   ERR_LIMIT  too many open files
 *   ERR_DISK   the state folder cannot be opened
 * The fault is a sentence for the user.
 */
MUST_CHECK enum err host_open(uv_loop_t *loop, const struct host_config *cfg,
	struct host **out, struct fault *fault);

/* Begin to accept, receive and wake.  *up is copied. */
void host_attach(struct host *h, const struct host_up *up);

/*
 * All streams have been closed.  HTTP and name requests still open end with
 * ERR_CANCELED.  From here on nothing is called upwards; done runs once, when
 * the host and all its handles are gone.
 */
void host_close(struct host *h, void (*done)(void *user), void *user);

/*
 * The longest turn of the loop since the last call, in microseconds, from the
 * wake-up to the next wait: how late any other event may have been.
 */
uint64_t host_longest_turn_us(struct host *h);

#endif
