/*
 * tracker_udp.h - the UDP tracker protocol (BEP 15, BEP 41) as a sans-I/O
 * machine for one request: connect, announce or scrape, retransmission.
 *
 * The owner sends what udp_request_next() gives to the tracker's address, and
 * hands every datagram from exactly that address to udp_request_receive().
 * Time-outs follow BEP 15 (15 * 2^n seconds) with UDP_TRACKER_TRIES tries; a
 * try sends at most two datagrams, and n is never set back within a request,
 * so a tracker that answers only half of them cannot keep it alive.
 * A connection id lives 60 s and is shared by all requests to one tracker:
 * the owner keeps a struct udp_connection for each address.  When a tracker
 * has forgotten a shared id, the request asks once for a new one.
 */
#ifndef PROTO_TRACKER_UDP_H
#define PROTO_TRACKER_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/tracker_http.h"

#define UDP_TRACKER_TRIES 4u
#define UDP_TRACKER_PACKET_MAX 1400u
#define UDP_CONNECTION_MS 60000u
#define UDP_TRY_MS 15000u              /* until the first repetition */
#define UDP_SCRAPE_MAX 69u             /* hashes in one datagram */
#define UDP_PATH_MAX 1200u             /* of BEP 41; a longer one is left out */
#define UDP_NEVER UINT64_MAX           /* no deadline */
#define UDP_PROTOCOL_ID 0x41727101980u /* "connection id" of a connect */

struct udp_connection {
	uint64_t id;
	uint64_t expires; /* ms; 0: none */
};

struct udp_request; /* one announce or scrape */

/*
 * path_query is the URL's path and query for BEP 41, or ""; a fragment at its
 * end is cut off.  tid_seed must be unpredictable: transaction ids are drawn
 * from it.  n is 1 to UDP_SCRAPE_MAX.  Everything is copied.
 */
struct udp_request *udp_announce_new(const struct tracker_ask *ask,
	const char *path_query, uint64_t tid_seed);
struct udp_request *udp_scrape_new(const uint8_t (*hashes)[20], size_t n,
	uint64_t tid_seed);
void udp_request_free(struct udp_request *r);

/* Fail after n tries, 1 to UDP_TRACKER_TRIES, instead of that many: for who
 * has another tracker to ask.  Before the first udp_request_next(). */
void udp_request_limit_tries(struct udp_request *r, unsigned n);

/*
 * The datagram to send now, if one is due at `now`: true, and written to out
 * (cap >= UDP_TRACKER_PACKET_MAX).  Call at start, after every receive and at
 * udp_request_deadline().
 */
bool udp_request_next(struct udp_request *r, struct udp_connection *c,
	uint64_t now, struct writer *out);
/* ms; 0: something is due now.  UDP_NEVER once it is done or has failed. */
uint64_t udp_request_deadline(const struct udp_request *r);

enum udp_verdict {
	UDP_IGNORED,  /* not for this request */
	UDP_PROGRESS, /* call udp_request_next() */
	UDP_DONE,     /* *answer (or the scrape) is filled */
};
/*
 * family tells the width of peer addresses: that of the tracker's address.
 * At UDP_DONE *answer is filled in any case, and ended by the caller with
 * tracker_answer_fini(): an error is a->failure, for a scrape too.  Else
 * scrape (as many elements as hashes were asked for; NULL for an announce)
 * is filled.  Nothing is touched before UDP_DONE.
 */
enum udp_verdict udp_request_receive(struct udp_request *r,
	struct udp_connection *c, struct span datagram, enum addr_family family,
	uint64_t now, struct tracker_answer *answer,
	struct tracker_scrape *scrape);
/* All tries were used up. */
bool udp_request_failed(const struct udp_request *r, uint64_t now);

/* Whether a datagram can be a tracker's answer at all (the UDP port is shared
 * with other protocols): action 0..3 and a sensible length. */
bool udp_tracker_looks_like(struct span datagram);

/*
 * Split "udp://host:port/path?query".  host is NUL-terminated, without the
 * brackets of an IPv6 address; *path_query points into url.
 *   ERR_SYNTAX  another scheme, user names, no port, characters that are in
 *               no host name
 */
MUST_CHECK enum err udp_tracker_split_url(const char *url, char host[256],
	uint16_t *port, const char **path_query);

/*
 * Server side, for `bttui tracker`: plain codecs of one datagram.
 *   ERR_SYNTAX       too short, or a connect without UDP_PROTOCOL_ID
 *   ERR_UNSUPPORTED  another action
 * An unknown event is none; options after the 98 bytes are not looked at.
 */
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
/* Replies are appended whole or, as out->full says, not at all. */
void udp_reply_connect(struct writer *out, uint32_t transaction,
	uint64_t connection);
/* Peers are of one family; those that do not fit are left out. */
void udp_reply_announce(struct writer *out, uint32_t transaction,
	uint32_t interval_s, uint32_t leeches, uint32_t seeds,
	const struct addr *peers, size_t npeers);
void udp_reply_scrape(struct writer *out, uint32_t transaction,
	const struct tracker_scrape *s, size_t n);
void udp_reply_error(struct writer *out, uint32_t transaction,
	const char *text);

#endif
