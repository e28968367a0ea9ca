/*
 * announcer.h - one torrent's talk with its trackers, HTTP and UDP.
 *
 * tracker_list.h says whom to ask and when; the announcer asks, through the
 * host's HTTP client or the shared UDP port, and reports back.  Pure behind
 * core/host.h.  What all announcers of an engine share (how many may talk at
 * once, UDP connection ids, who waits for which datagram) is the pool.
 */
#ifndef CORE_ANNOUNCER_H
#define CORE_ANNOUNCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/rng.h"
#include "core/host.h"
#include "core/swarm/tracker_list.h"
#include "proto/tracker_udp.h"

#define ANNOUNCES_AT_ONCE 50u
#define ANNOUNCE_HTTP_MS 30000u
#define UDP_CONNECTIONS 64u

struct announce_pool {
	struct host *host;
	struct rng *rng;
	uint32_t active;
	struct list udp_asks; /* who waits for a datagram */
	struct {
		struct addr addr;
		struct udp_connection c;
	} conn[UDP_CONNECTIONS];
	uint32_t next_conn;
};

void announce_pool_init(struct announce_pool *p, struct host *h,
	struct rng *rng);
/* True when the datagram was an answer somebody waited for. */
bool announce_pool_receive(struct announce_pool *p, struct span bytes,
	const struct addr *from);

struct announcer_owner {
	/* Fill in totals and hash; the event and port are the announcer's. */
	void (*describe)(void *user, struct tracker_ask *ask);
	void (*peers)(void *user, const struct addr *a, size_t n);
	/* A row or a deadline changed. */
	void (*changed)(void *user);
};

struct announcer;

struct announcer *announcer_new(struct announce_pool *pool,
	const struct announcer_owner *owner, void *user);
/* Cancels what is under way. */
void announcer_free(struct announcer *a);

struct tracker_list *announcer_list(struct announcer *a);
void announcer_tick(struct announcer *a, uint64_t now);
uint64_t announcer_deadline(const struct announcer *a, uint64_t now);
/* Requests under way: after tracker_list_stop(), those who are told. */
bool announcer_busy(const struct announcer *a);

#endif
