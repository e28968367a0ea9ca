/*
 * lookup.h - one iterative search in one address family: nearer and nearer to
 * a target until the closest nodes have answered (BEP 5).  Pure.
 *
 * The owner asks lookup_next() whom to query and reports what became of it.
 * The LOOKUP_ALPHA closest ones that may be asked are in flight, and no more
 * than LOOKUP_OPEN_MAX with those that closer ones came before meanwhile; one
 * that is late (txn.h) does not count any more.  A lookup is over when the
 * LOOKUP_K closest candidates that are neither late nor failed have all
 * answered, or when nobody is left to ask and nothing is in flight.  Before
 * that, silent ones among the closest are asked once more, as a datagram may
 * have been lost; in the counts these are one.  An answer that comes late still
 * counts.
 *
 * Against nodes that were planted near a target:
 *   - a candidate whose id does not fit its address (BEP 42) never takes the
 *     place of one whose does: the LOOKUP_K closest that fit have to answer,
 *     and besides them LOOKUP_UNVERIFIED closer ones that do not;
 *   - one node for each IP, LOOKUP_NET_MAX for each /24 (IPv4) or /64 (IPv6)
 *     among those that are in flight or answered, and in the result;
 *     LOOKUP_NET_ASKED_MAX of it (twice for an IP) when some did not answer;
 *   - LOOKUP_NAMED_MAX nodes are taken from one reply, a few of them have
 *     their turn before one has answered, and a node that named only silent
 *     ones has no say; one named by many counts no more than one named once;
 *   - nor is it over before some of those that the owner added have answered
 *     or are late;
 *   - nobody is asked more than twice, and no port below 1024 at all, save
 *     that of a bootstrap host.
 * Local addresses are exempt from the caps, and taken only from local nodes.
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
#define LOOKUP_ALPHA 6u
#define LOOKUP_OPEN_MAX 12u
#define LOOKUP_CANDIDATES_MAX 128u /* the farthest ones are dropped */
#define LOOKUP_ASKED_MAX 300u      /* then it is over */
#define LOOKUP_NET_MAX 1u
#define LOOKUP_NET_ASKED_MAX 4u
#define LOOKUP_NAMED_MAX 8u
#define LOOKUP_UNVERIFIED 4u
/* What lookup_result() gives where not all ids fit their addresses. */
#define LOOKUP_RESULT_MAX (LOOKUP_K + LOOKUP_UNVERIFIED)

struct lookup;

struct lookup *lookup_new(const struct node_id *target,
	enum addr_family family);
void lookup_free(struct lookup *l);

const struct node_id *lookup_target(const struct lookup *l);

/* A place to start from; id NULL: not known (a bootstrap host), it is asked
 * first and found out.  Ignored when it cannot be asked. */
void lookup_add(struct lookup *l, const struct node_id *id,
	const struct addr *a);
/* The next one to ask; it counts as asked.  False: none now.  *id is zero
 * when it is not known. */
bool lookup_next(struct lookup *l, struct node_id *id, struct addr *a);
/* Nodes of the reply are candidates; the token is kept (empty: none).  An
 * answer of another node than the one that was meant is a failure.  Of our
 * own address and id a lookup knows nothing: the owner leaves them out. */
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
/*
 * What an announce goes to: those that answered, closest first, at most max;
 * returns how many.  These are the LOOKUP_K closest whose ids fit their
 * addresses and, as far as max (LOOKUP_RESULT_MAX) has room for them, up to
 * LOOKUP_UNVERIFIED others closer than the farthest of these; others fill up
 * when there are fewer than LOOKUP_K that fit.
 */
size_t lookup_result(const struct lookup *l, struct lookup_node *out,
	size_t max);

struct lookup_counts {
	uint32_t asked; /* = open + replied + failed */
	uint32_t open;  /* in flight, late ones included */
	uint32_t replied, failed;
	uint32_t depth_bits; /* shared by the target and the closest answer */
};
struct lookup_counts lookup_counts(const struct lookup *l);

#endif
