/*
 * store.h - peers kept for others (BEP 5), their Bloom filters (BEP 33) and
 * samples of the hashes (BEP 51).  Pure.
 *
 * Capped in hashes and in peers of each; a peer expires STORE_KEEP_MS after
 * its last announce.  When full, a new hash takes the place of the one with
 * the fewest peers that has not been asked for longest; a new peer that of
 * the one expiring first.  One address has at most STORE_PER_IP entries in
 * the whole store, so that one host cannot fill it.
 */
#ifndef DHT_STORE_H
#define DHT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "dht/krpc.h"
#include "dht/node_id.h"

#define STORE_KEEP_MS 2700000u /* 45 min: three announces may be lost */
#define STORE_PER_IP 64u       /* local addresses: no limit */

struct store_peers;

struct store_peers *store_peers_new(uint32_t max_hashes, uint32_t max_peers,
	const uint8_t map_key[16]);
void store_peers_free(struct store_peers *s);

/* True when it is kept (also when it was known). */
bool store_peers_add(struct store_peers *s, const struct node_id *hash,
	const struct addr *peer, bool is_seed, uint64_t now);
/*
 * Peers of the family, up to max, another random part each time; seeds left
 * out when no_seeds.  Returns how many.
 */
size_t store_peers_get(struct store_peers *s, const struct node_id *hash,
	enum addr_family family, bool no_seeds, struct rng *rng, uint64_t now,
	struct addr *out, size_t max);
/* BEP 33, both families; false: nothing is kept for this hash. */
bool store_peers_bloom(const struct store_peers *s, const struct node_id *hash,
	uint64_t now, uint8_t seeds[KRPC_BLOOM_LEN],
	uint8_t peers[KRPC_BLOOM_LEN]);
/* Up to max hashes at random; returns how many. */
size_t store_peers_sample(struct store_peers *s, struct rng *rng, uint64_t now,
	struct node_id *out, size_t max);

/* Drops what has expired, some of it in each call. */
void store_peers_tick(struct store_peers *s, uint64_t now);
uint64_t store_peers_deadline(const struct store_peers *s);
uint32_t store_peers_hashes(const struct store_peers *s);
uint32_t store_peers_count(const struct store_peers *s);

/* BEP 33: put an IP into a filter; estimate what a filter holds. */
void bloom_add(uint8_t bloom[KRPC_BLOOM_LEN], const struct addr *a);
uint32_t bloom_estimate(const uint8_t bloom[KRPC_BLOOM_LEN]);

#endif
