/*
 * dht_evil.h - those who mean harm in a network of dht_net.h.
 *
 * Sybils are many identities of one attacker.  They answer at once, never give
 * peers, hand out tokens and thank for announces that they forget.  They know
 * the whole network, and ask nodes so that these ask them back.
 */
#ifndef DHT_EVIL_H
#define DHT_EVIL_H

#include "dht_net.h"

enum sybil_ids {
	SYBIL_FIT,  /* each id fits its address, and is where chance wants */
	SYBIL_NEAR, /* made up, next to the hash */
	SYBIL_NEAR_FIT, /* as close to the hash as the address allows */
};

enum sybil_words {
	SYBIL_NAMES_FRIENDS, /* the 8 of them closest to what is asked for */
	SYBIL_NAMES_VICTIMS, /* hosts that are no nodes, with ids that lure */
	SYBIL_NAMES_NOBODY,  /* addresses at which nobody is */
};

struct sybils_plan {
	uint32_t count;
	uint32_t nets; /* /24s that they share; 0: none of them */
	bool one_host; /* all at one address, behind other ports */
	enum sybil_ids ids;
	enum sybil_words words;
	struct node_id hash;
	/* Of SYBIL_NAMES_VICTIMS: so many hosts. */
	uint32_t victims;
};

struct sybils;

struct sybils *sybils_new(struct dht_net *n, const struct sybils_plan *plan);
/* They are not heard of any more. */
void sybils_free(struct sybils *s);

/* Let time pass; each of them asks somebody every `each_ms`, half of them
 * those closest to the hash. */
void sybils_run(struct sybils *s, uint64_t ms, uint64_t each_ms);

uint32_t sybils_count(const struct sybils *s);
const struct node_id *sybils_id(const struct sybils *s, uint32_t i);
const struct addr *sybils_addr(const struct sybils *s, uint32_t i);
/* Datagrams that reached victims. */
uint64_t sybils_hits(const struct sybils *s);

/* --- one attacker at one node --------------------------------------------- */

struct flood {
	uint64_t queries, bytes; /* that were sent */
	uint64_t answers, answered_bytes;
};
/* get_peers from `sources` forged addresses, all over a time.  0: from one
 * real host. */
struct flood evil_flood(struct dht_net *n, uint32_t node, uint32_t sources,
	uint32_t per_s, uint64_t ms);

/* Announces with tokens that were guessed, given to another address or for
 * another hash, or too old; returns how many got through, of *tries. */
uint32_t evil_forge_tokens(struct dht_net *n, uint32_t node, uint32_t *tries);

#endif
