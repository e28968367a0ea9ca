/*
 * lookup_priv.h - the parts of a lookup and what its files share.
 *
 * Candidates lie sorted by their distance to the target.  A query that failed
 * leaves them; that it was made stays in the list of queries, which counts
 * for the caps as well and lives as long as the lookup.
 */
#ifndef DHT_LOOKUP_PRIV_H
#define DHT_LOOKUP_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dht/lookup.h"
#include "dht/node_id.h"

#define LOOKUP_STARTS_MAX 16u /* addresses to start from without an id */
#define LOOKUP_IP_MAX 1u

/* So many verified ones more than K have to answer ... */
#define LOOKUP_MIXED_MORE 1u   /* where unverified ones are among them */
#define LOOKUP_PLANTED_MORE 4u /* where these seem to be planted */
#define LOOKUP_NEED_MAX (LOOKUP_K + LOOKUP_MIXED_MORE + LOOKUP_PLANTED_MORE)

/* A datagram may be lost: silent ones among the closest are asked twice. */
#define LOOKUP_TRIES 2u
#define LOOKUP_AGAIN_MAX 6u /* such queries of one lookup */

#define LOOKUP_NAMERS 2u
/* Places in the list of queries are names of who was asked. */
#define LOOKUP_NOBODY UINT16_MAX
#define LOOKUP_OURSELVES (UINT16_MAX - 1)

enum query_state {
	QUERY_NONE, /* a candidate that was not asked */
	QUERY_OPEN,
	QUERY_LATE, /* open as well, but not counted on */
	QUERY_REPLIED,
	QUERY_FAILED,
};

struct query {
	struct addr addr;
	uint16_t namer[LOOKUP_NAMERS];
	uint8_t state;
	uint8_t answered, silent; /* of those that it named */
	uint8_t tries, flying;    /* sent in all, and not given up yet */
};

struct candidate {
	struct node_id id;
	struct addr addr;
	uint16_t namer[LOOKUP_NAMERS];
	uint16_t query;   /* LOOKUP_NOBODY: not asked yet */
	bool is_verified; /* the id fits the address */
	uint8_t token_len;
	uint8_t token[KRPC_TOKEN_MAX];
};

struct lookup {
	struct node_id target;
	enum addr_family family;
	struct addr starts[LOOKUP_STARTS_MAX];
	uint32_t nstarts;
	uint32_t open, late, replied, failed;
	/* Asked as candidates: verified ones, others, and those of these that
	 * were asked when all verified ones had answered. */
	uint32_t verified, unverified, chain;
	uint32_t again; /* asked once more */
	bool is_hasty;  /* see lookup_front.c */
	uint32_t nqueries, ncandidates;
	struct query queries[LOOKUP_ASKED_MAX];
	/* One more, so that the one too many is found in its place. */
	struct candidate candidates[LOOKUP_CANDIDATES_MAX + 1];
};

/* --- lookup_names.c: who is known, and from whom ---------------------- */

enum query_state lookup_state(const struct lookup *l,
	const struct candidate *c);
struct query *lookup_query_to(struct lookup *l, const struct addr *a);
struct candidate *lookup_candidate_at(struct lookup *l, const struct addr *a);
uint16_t lookup_query_name(const struct lookup *l, const struct query *q);

/* A namer, or LOOKUP_OURSELVES, says that this node is there. */
void lookup_name(struct lookup *l, const struct node_id *id,
	const struct addr *a, uint16_t namer);
/* Up to LOOKUP_NAMED_MAX of a reply's nodes, the closest ones. */
void lookup_take_nodes(struct lookup *l, const struct query *q,
	const struct krpc_node *nodes, size_t n);
/* Somebody who was asked; NULL: too far away to be kept. */
struct candidate *lookup_found_out(struct lookup *l, const struct query *q,
	const struct node_id *id);
void lookup_remove(struct lookup *l, struct candidate *c);

bool lookup_is_usable(const struct lookup *l, const struct addr *a);
/* Whether its IP or net has as many queries as it may. */
bool lookup_is_crowded(const struct lookup *l, const struct addr *a);
/* Whether one of its namers has a say. */
bool lookup_is_believed(const struct lookup *l, uint16_t namer);
bool lookup_has_believed_namer(const struct lookup *l,
	const struct candidate *c);

/* --- lookup_front.c: who has to answer before it is over -------------- */

#define LOOKUP_FRONT_MAX ((size_t)LOOKUP_NEED_MAX + LOOKUP_K)

struct front {
	const struct candidate *at[LOOKUP_FRONT_MAX]; /* closest first */
	size_t n;
	bool all_replied;
	bool verified_replied; /* as many of them as are needed */
};

void lookup_find_front(const struct lookup *l, struct front *f);
/* Whether too few of those that we know ourselves had the time to answer. */
bool lookup_waits_for_starts(const struct lookup *l);
/* Whom of them to ask now; NULL: nobody. */
const struct candidate *lookup_choose(const struct lookup *l,
	const struct front *f);
/* A silent one among them to ask once more, as it is all that is left to do;
 * NULL: there is none. */
const struct candidate *lookup_choose_again(const struct lookup *l,
	const struct front *f);

#endif
