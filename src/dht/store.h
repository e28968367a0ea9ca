/*
 * store.h - peers kept for others (BEP 5), their Bloom filters (BEP 33) and
 * samples of the hashes (BEP 51).  Pure; needs hash_setup().
 *
 * Capped in hashes and in peers of each; a peer expires STORE_KEEP_MS after
 * its last announce.  When full, a new hash takes the place of the one with
 * the fewest peers that has not been asked for longest; a new peer that of
 * the one expiring first.  One address (IPv6: one /64) has at most
 * STORE_PER_IP entries in the whole store, so that one host cannot fill it.
 *
 * For each hash an IP counts once (BEP 33): it announces another port or that
 * it is a seed now, and its entry is changed.  On a local address each port
 * is a peer, since a ring may run on one machine.
 *
 * An empty store takes 208 bytes, a peer about 64 with all that leads to it.
 * What is asked for most, store_peers_get(), costs its result and allocates
 * nothing, however many peers there are.
 */
#ifndef DHT_STORE_H
#define DHT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "dht/bloom.h"
#include "dht/krpc.h"
#include "dht/node_id.h"

#define STORE_KEEP_MS 2700000u  /* 45 min: three announces may be lost */
#define STORE_PER_IP 64u        /* local addresses: no limit */
#define STORE_PEERS_LIMIT 6000u /* of one hash: more a filter cannot tell */
#define STORE_TICK_PEERS 256u   /* dropped by one tick at most */

struct store_peers;

/* max_peers: of each hash, STORE_PEERS_LIMIT at most.  0: nothing is kept. */
struct store_peers *store_peers_new(uint32_t max_hashes, uint32_t max_peers,
	const uint8_t map_key[16]);
void store_peers_free(struct store_peers *s);

/* True when it is kept (also when it was known); false when it cannot be
 * dialled, or its IP has enough entries. */
bool store_peers_add(struct store_peers *s, const struct node_id *hash,
	const struct addr *peer, bool is_seed, uint64_t now);
/*
 * Peers of the family, up to max, another random part each time; seeds left
 * out when no_seeds.  Returns how many.
 */
size_t store_peers_get(struct store_peers *s, const struct node_id *hash,
	enum addr_family family, bool no_seeds, struct rng *rng, uint64_t now,
	struct addr *out, size_t max);
/* BEP 33, both families, a seed in the first one only; false: nothing is
 * kept for this hash. */
bool store_peers_bloom(const struct store_peers *s, const struct node_id *hash,
	uint64_t now, uint8_t seeds[KRPC_BLOOM_LEN],
	uint8_t peers[KRPC_BLOOM_LEN]);
/* Up to max hashes at random; returns how many. */
size_t store_peers_sample(struct store_peers *s, struct rng *rng, uint64_t now,
	struct node_id *out, size_t max);

/*
 * Drops what has expired, STORE_TICK_PEERS in each call: the deadline is not
 * in the future while more is left.  Until then it is counted, but never given
 * out.
 */
void store_peers_tick(struct store_peers *s, uint64_t now);
/* When the next peer expires; UINT64_MAX: there is none. */
uint64_t store_peers_deadline(const struct store_peers *s);
uint32_t store_peers_hashes(const struct store_peers *s);
uint32_t store_peers_count(const struct store_peers *s);

#endif
