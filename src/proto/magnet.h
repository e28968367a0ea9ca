/*
 * magnet.h - magnet links (BEP 9, BEP 52's btmh, BEP 53).  Pure.
 */
#ifndef PROTO_MAGNET_H
#define PROTO_MAGNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "proto/infohash.h"

#define MAGNET_MAX 65536u /* bytes of a link */
#define MAGNET_TRACKERS_MAX 100u
#define MAGNET_PEERS_MAX 50u
#define MAGNET_WEBSEEDS_MAX 20u
#define MAGNET_RANGES_MAX 1000u

/* A peer as written: a name still to be resolved, or a literal address. */
struct magnet_peer {
	const char *host; /* printable ASCII */
	uint16_t port;
};

struct magnet_range {
	uint32_t first, last; /* file indexes, inclusive */
};

struct magnet {
	struct infohash hash;
	const char *name; /* dn, cleaned for screens; NULL: none */
	uint64_t length;  /* xl; 0: none */
	const char **trackers;
	size_t ntrackers;
	const char **webseeds;
	size_t nwebseeds;
	struct magnet_peer *peers; /* x.pe */
	size_t npeers;
	struct magnet_range *select; /* so=; sorted, merged; none: all files */
	size_t nselect;
	void *arena; /* private */
};

/*
 *   ERR_SYNTAX  no magnet link, or no usable xt
 *   ERR_LIMIT   longer than MAGNET_MAX
 * Trackers, peers, web seeds and ranges that are bad, repeated or too many
 * are left out.
 */
MUST_CHECK enum err magnet_parse(struct span text, struct magnet **out,
	struct fault *fault);
void magnet_free(struct magnet *m);

/* The link again; magnet_parse() of it gives the same value.  Appends. */
void magnet_write(const struct magnet *m, struct buf *out);

/* BEP 53 list "0,2,4-7" into ranges (also used by --select, 1-based there). */
MUST_CHECK enum err magnet_parse_ranges(struct span text, uint32_t base,
	struct magnet_range *out, size_t cap, size_t *n);

#endif
