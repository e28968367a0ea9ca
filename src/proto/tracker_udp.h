/*
 * tracker_udp.h - the UDP tracker protocol (BEP 15, BEP 41) as a sans-I/O
 * machine for one request: connect, announce or scrape, retransmission.
 *
 * The owner sends what udp_request_next() gives to the tracker's address, and
 * hands every datagram from exactly that address to udp_request_receive().
 * Time-outs follow BEP 15 (15 * 2^n seconds) with UDP_TRACKER_TRIES tries.
 * A connection id lives 60 s and is shared by all requests to one tracker:
 * the owner keeps a struct udp_connection for each address.
 */
#ifndef PROTO_TRACKER_UDP_H
#define PROTO_TRACKER_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/tracker_http.h"

#define UDP_TRACKER_TRIES 4u
#define UDP_TRACKER_PACKET_MAX 1400u
#define UDP_CONNECTION_MS 60000u

struct udp_connection {
	uint64_t id;
	uint64_t expires; /* ms; 0: none */
};

struct udp_request; /* one announce or scrape */

/* path_query is the URL's path and query for BEP 41, or "".  tid_seed must be
 * unpredictable: transaction ids are drawn from it. */
struct udp_request *udp_announce_new(const struct tracker_ask *ask,
	const char *path_query, uint64_t tid_seed);
struct udp_request *udp_scrape_new(const uint8_t (*hashes)[20], size_t n,
	uint64_t tid_seed);
void udp_request_free(struct udp_request *r);

/*
 * The datagram to send now, if one is due at `now`: true, and written to out
 * (cap >= UDP_TRACKER_PACKET_MAX).  Call at start, after every receive and at
 * udp_request_deadline().
 */
bool udp_request_next(struct udp_request *r, struct udp_connection *c,
	uint64_t now, struct writer *out);
uint64_t udp_request_deadline(const struct udp_request *r);

enum udp_verdict {
	UDP_IGNORED,  /* not for this request */
	UDP_PROGRESS, /* call udp_request_next() */
	UDP_DONE,     /* *answer (or the scrape) is filled */
};
/* family tells the width of peer addresses: that of the tracker's address. */
enum udp_verdict udp_request_receive(struct udp_request *r,
	struct udp_connection *c, struct span datagram, enum addr_family family,
	uint64_t now, struct tracker_answer *answer,
	struct tracker_scrape *scrape);
/* All tries were used up. */
bool udp_request_failed(const struct udp_request *r, uint64_t now);

/* Whether a datagram can be a tracker's answer at all (the UDP port is shared
 * with other protocols): action 0..3 and a sensible length. */
bool udp_tracker_looks_like(struct span datagram);

/* Split "udp://host:port/path?query".  ERR_SYNTAX; host is NUL-terminated. */
MUST_CHECK enum err udp_tracker_split_url(const char *url, char host[256],
	uint16_t *port, const char **path_query);

/* Server side, for `bttui tracker`: plain codecs of one datagram. */
struct udp_query {
	uint32_t action; /* 0 connect, 1 announce, 2 scrape */
	uint32_t transaction;
	uint64_t connection;
	struct tracker_ask ask;      /* announce */
	struct addr ip;              /* announce; ADDR_NONE unless given */
	const uint8_t (*hashes)[20]; /* scrape; into the datagram */
	size_t nhashes;
};
MUST_CHECK enum err udp_query_parse(struct span datagram, struct udp_query *q);
void udp_reply_connect(struct writer *out, uint32_t transaction,
	uint64_t connection);
void udp_reply_announce(struct writer *out, uint32_t transaction,
	uint32_t interval_s, uint32_t leeches, uint32_t seeds,
	const struct addr *peers, size_t npeers);
void udp_reply_scrape(struct writer *out, uint32_t transaction,
	const struct tracker_scrape *s, size_t n);
void udp_reply_error(struct writer *out, uint32_t transaction,
	const char *text);

#endif
