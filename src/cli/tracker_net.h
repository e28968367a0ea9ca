/*
 * tracker_net.h - a tracker's sockets: HTTP/1.x over TCP and datagrams, on one
 * port and one libuv loop.
 *
 * Safe to leave open to strangers: a request's head is at most HTTP_HEAD_MAX
 * bytes, a connection lives for TRACKER_NET_TIMEOUT_MS at most, and of
 * TRACKER_NET_CONNS_MAX connections the oldest makes room for a new one.
 */
#ifndef CLI_TRACKER_NET_H
#define CLI_TRACKER_NET_H

#include <uv.h>

#include "base/addr.h"
#include "base/err.h"

#define TRACKER_NET_CONNS_MAX 1000u
#define TRACKER_NET_TIMEOUT_MS 10000u

struct tracker_net;
struct tracker_server;

struct tracker_net_config {
	struct tracker_server *server; /* borrowed */
	struct addr bind[2];           /* [0] IPv4, [1] IPv6; none: all */
	uint16_t port;                 /* 0: any free one */
};

/*
 *   ERR_NET  no socket; the fault names the address and the reason
 * After a failure the loop may have handles left to close: run it once.
 */
MUST_CHECK enum err tracker_net_open(uv_loop_t *loop,
	const struct tracker_net_config *cfg, struct tracker_net **out,
	struct fault *fault);
uint16_t tracker_net_port(const struct tracker_net *n);
/* Frees itself when the loop ran. */
void tracker_net_close(struct tracker_net *n);

#endif
