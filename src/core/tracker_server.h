/*
 * tracker_server.h - what a small tracker knows, and what it answers over
 * HTTP and UDP (BEP 3, 7, 15, 23, 24, 48).  Pure: time, sender and bytes come
 * in, bytes go out.
 *
 * A peer is known by the address it announced from and the port it named; an
 * address written in the request is not believed.  Everything has a cap: at
 * the cap, what was heard of longest ago makes room.  A peer that does not
 * announce for two intervals is forgotten, and a torrent without peers takes
 * no memory unless it was allowed by name.
 *
 * UDP connection ids are not stored: they are a keyed hash of the sender and
 * the time, good for two to four minutes, so that nobody can have answers
 * sent to an address that is not his.
 */
#ifndef CORE_TRACKER_SERVER_H
#define CORE_TRACKER_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"

#define TRACKER_SERVER_PEERS_MAX 200000u  /* of all torrents */
#define TRACKER_SERVER_ALLOWED_MAX 10000u /* torrents allowed by name */
#define TRACKER_SERVER_STATIC_MAX 50u
#define TRACKER_SERVER_WANT 50u      /* peers in an answer, unless said */
#define TRACKER_SERVER_WANT_MAX 200u /* and at most */
#define TRACKER_SERVER_SCRAPE_MAX 100u
#define TRACKER_SERVER_DATAGRAM_MAX 1400u /* of an answer */

struct tracker_server;

struct tracker_server_config {
	uint32_t interval_s;      /* what peers are told; 0: the default */
	const struct addr *peers; /* handed out for every torrent; copied */
	size_t npeers;            /* at most TRACKER_SERVER_STATIC_MAX */
	size_t peers_max;         /* 0: TRACKER_SERVER_PEERS_MAX */
	uint8_t secret[32];       /* unpredictable */
};

struct tracker_server *tracker_server_new(const struct tracker_server_config
		*cfg);
void tracker_server_free(struct tracker_server *t);

/* After the first call only allowed torrents are served.  Beyond
 * TRACKER_SERVER_ALLOWED_MAX nothing more is allowed. */
void tracker_server_allow(struct tracker_server *t, const uint8_t hash[20]);

/*
 * `target` is that of the request line: "/announce?info_hash=...".  The
 * status to answer with (200, or 404 for another path), and the body,
 * appended.  A request that makes no sense is a "failure reason" with 200, as
 * every client expects.  now is in ms and never goes back.
 */
int tracker_server_http(struct tracker_server *t, struct span target,
	const struct addr *from, uint64_t now, struct buf *body);

/* An empty answer (out->len unchanged) means: say nothing.  out has room for
 * TRACKER_SERVER_DATAGRAM_MAX. */
void tracker_server_udp(struct tracker_server *t, struct span datagram,
	const struct addr *from, uint64_t now, struct writer *out);

struct tracker_server_counts {
	size_t torrents, peers, seeds;
};
void tracker_server_count(const struct tracker_server *t,
	struct tracker_server_counts *out);

#endif
