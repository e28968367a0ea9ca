/*
 * lookup.h - one iterative search in one address family: nearer and nearer to
 * a target until the closest nodes have answered (BEP 5).  Pure.
 *
 * The owner asks lookup_next() whom to query and reports what became of it.
 * LOOKUP_ALPHA queries are in flight; one that is late (txn.h) does not count
 * any more.  A lookup is over when the LOOKUP_K closest candidates that have
 * not failed have all answered, or nobody is left to ask.
 *
 * Against nodes that were planted near a target: one candidate for each IP,
 * LOOKUP_NET_MAX for each /24 (IPv4) or /64 (IPv6) among those asked and in
 * the result; contacts whose id fits their address (BEP 42) go before others
 * at the same distance class (see lookup.c for the measure); a reply's nodes
 * are capped (KRPC_NODES_MAX); a node named by many counts no more than one
 * named once.  Local addresses are exempt, and taken only from local nodes.
 */
#ifndef DHT_LOOKUP_H
#define DHT_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "dht/krpc.h"
#include "dht/node_id.h"

#define LOOKUP_K 8u
#define LOOKUP_ALPHA 4u
#define LOOKUP_CANDIDATES_MAX 128u /* the farthest ones are dropped */
#define LOOKUP_ASKED_MAX 300u      /* then it is over */
#define LOOKUP_NET_MAX 2u

struct lookup;

struct lookup *lookup_new(const struct node_id *target,
	enum addr_family family);
void lookup_free(struct lookup *l);

const struct node_id *lookup_target(const struct lookup *l);

/* A place to start from; id NULL: not known (a bootstrap host). */
void lookup_add(struct lookup *l, const struct node_id *id,
	const struct addr *a);
/* The next one to ask; it counts as asked.  False: none now.  *id is zero
 * when it is not known. */
bool lookup_next(struct lookup *l, struct node_id *id, struct addr *a);
/* Nodes of the reply are candidates; the token is kept (empty: none). */
void lookup_replied(struct lookup *l, const struct addr *from,
	const struct node_id *id, struct span token,
	const struct krpc_node *nodes, size_t n);
void lookup_late(struct lookup *l, const struct addr *a);
void lookup_failed(struct lookup *l, const struct addr *a);
bool lookup_is_done(const struct lookup *l);

struct lookup_node {
	struct node_id id;
	struct addr addr;
	uint8_t token[KRPC_TOKEN_MAX];
	size_t token_len; /* 0: it gave none */
};
/* The closest that answered, closest first, at most max; returns how many.
 * What an announce goes to. */
size_t lookup_result(const struct lookup *l, struct lookup_node *out,
	size_t max);

struct lookup_counts {
	uint32_t asked, open, replied, failed;
	uint32_t depth_bits; /* shared by the target and the closest answer */
};
struct lookup_counts lookup_counts(const struct lookup *l);

#endif
