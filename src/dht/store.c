/*
 * store.c - see store.h.
 *
 * A swarm is what is kept for one hash: a set of peers for each address
 * family.  Swarms lie in a map by hash, in an array to draw samples from, and
 * in two heaps: by the time their next peer expires, and by what they are
 * worth when one has to go.  Nothing walks over all swarms.
 */
#include "dht/store.h"

#include <string.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "dht/ip_counts.h"
#include "dht/peer_set.h"
#include "dht/walk.h"

#define FAMILIES 2u
/* The worth of a swarm: peers in the upper bits, below them the time when it
 * was last asked for (in ms, which are enough for 8,000 years). */
#define ASKED_BITS 48u
#define ASKED_MASK ((UINT64_C(1) << ASKED_BITS) - 1)

struct swarm {
	struct node_id hash;
	uint32_t at; /* place in list */
	struct peer_set set[FAMILIES];
	struct heap_node expiry;
	struct heap_node worth;
};

struct store_peers {
	uint32_t max_hashes, max_peers;
	struct map *by_hash;
	struct swarm **list;
	size_t list_cap;
	uint32_t n;
	uint32_t npeers;
	struct heap by_expiry;
	struct heap by_worth;
	struct ip_counts ips;
};

struct store_peers *store_peers_new(uint32_t max_hashes, uint32_t max_peers,
	const uint8_t map_key[16])
{
	struct store_peers *s = (struct store_peers *)mem_zero(sizeof *s);

	s->max_hashes = max_hashes;
	s->max_peers =
		max_peers < STORE_PEERS_LIMIT ? max_peers : STORE_PEERS_LIMIT;
	s->by_hash = map_new(NODE_ID_LEN, map_key);
	ip_counts_init(&s->ips, map_key);
	return s;
}

void store_peers_free(struct store_peers *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n; i++) {
		for (unsigned f = 0; f < FAMILIES; f++)
			peer_set_fini(&s->list[i]->set[f]);
		mem_free(s->list[i]);
	}
	mem_free(s->list);
	map_free(s->by_hash);
	heap_fini(&s->by_expiry);
	heap_fini(&s->by_worth);
	ip_counts_fini(&s->ips);
	mem_free(s);
}

/* --- swarms ------------------------------------------------------------ */

static struct swarm *swarm_find(const struct store_peers *s,
	const struct node_id *hash)
{
	return (struct swarm *)map_get(s->by_hash, hash->b);
}

static struct peer_set *set_of(struct swarm *w, unsigned family)
{
	return &w->set[family == ADDR_V6];
}

static uint32_t swarm_count(const struct swarm *w)
{
	return w->set[0].n + w->set[1].n;
}

static struct swarm *swarm_make(struct store_peers *s,
	const struct node_id *hash)
{
	struct swarm *w = (struct swarm *)mem_zero(sizeof *w);

	w->hash = *hash;
	w->at = s->n;
	peer_set_init(&w->set[0], ADDR_V4);
	peer_set_init(&w->set[1], ADDR_V6);
	s->list = (struct swarm **)mem_grow(s->list, &s->list_cap,
		(size_t)s->n + 1, sizeof(struct swarm *));
	s->list[s->n++] = w;
	map_put(s->by_hash, w->hash.b, w);
	return w;
}

/* It has no peers any more. */
static void swarm_drop(struct store_peers *s, struct swarm *w)
{
	struct swarm *last = s->list[--s->n];

	s->list[w->at] = last;
	last->at = w->at;
	map_remove(s->by_hash, w->hash.b);
	heap_remove(&s->by_expiry, &w->expiry);
	heap_remove(&s->by_worth, &w->worth);
	mem_free(w);
}

static void swarm_asked(struct store_peers *s, struct swarm *w, uint64_t now)
{
	heap_set(&s->by_worth, &w->worth,
		(uint64_t)swarm_count(w) << ASKED_BITS | (now & ASKED_MASK));
}

/* The set whose peer expires first. */
static struct peer_set *first_set(struct swarm *w)
{
	bool is_v6 = peer_set_first(&w->set[1]) < peer_set_first(&w->set[0]);

	return &w->set[is_v6];
}

/* Its peers have changed.  False: none is left, and it is gone. */
static bool swarm_settle(struct store_peers *s, struct swarm *w)
{
	if (swarm_count(w) == 0) {
		swarm_drop(s, w);
		return false;
	}
	heap_set(&s->by_expiry, &w->expiry, peer_set_first(first_set(w)));
	swarm_asked(s, w, w->worth.key);
	return true;
}

/* --- peers ------------------------------------------------------------- */

/* The owner of the swarm settles it afterwards. */
static void drop_first(struct store_peers *s, struct swarm *w)
{
	struct peer_set *set = first_set(w);
	struct addr a = peer_set_at(set, set->oldest);

	peer_set_remove(set, set->oldest);
	s->npeers--;
	if (!addr_is_local(&a))
		ip_counts_remove(&s->ips, &a);
}

/*
 * Drop what has expired of one swarm: each peer only once, so it costs the one
 * who asks no more than it cost to add them.  NULL: nothing is left.
 */
static struct swarm *swarm_fresh(struct store_peers *s, struct swarm *w,
	uint64_t now)
{
	if (!w || w->expiry.key > now)
		return w;
	while (peer_set_first(first_set(w)) <= now)
		drop_first(s, w);
	return swarm_settle(s, w) ? w : NULL;
}

static void evict_swarm(struct store_peers *s)
{
	struct swarm *w =
		container_of(heap_min(&s->by_worth), struct swarm, worth);

	while (swarm_count(w) > 0)
		drop_first(s, w);
	swarm_drop(s, w);
}

static bool renew(struct store_peers *s, struct swarm *w,
	const struct addr *peer, bool is_seed, uint64_t until)
{
	struct peer_set *set = set_of(w, peer->family);
	uint32_t at = peer_set_find(set, peer);

	if (at == PEER_SET_NONE)
		return false;
	peer_set_renew(set, at, peer->port, is_seed, until);
	swarm_settle(s, w);
	return true;
}

static bool takes_this_ip(struct store_peers *s, const struct addr *peer)
{
	return addr_is_local(peer) ||
	       ip_counts_add(&s->ips, peer, STORE_PER_IP);
}

bool store_peers_add(struct store_peers *s, const struct node_id *hash,
	const struct addr *peer, bool is_seed, uint64_t now)
{
	struct swarm *w = swarm_fresh(s, swarm_find(s, hash), now);
	uint64_t until = now + STORE_KEEP_MS;

	if (!addr_is_dialable(peer) || addr_needs_scope(peer))
		return false;
	if (s->max_hashes == 0 || s->max_peers == 0)
		return false;
	if (w && renew(s, w, peer, is_seed, until))
		return true;
	if (!takes_this_ip(s, peer))
		return false;
	if (!w) {
		if (s->n >= s->max_hashes)
			evict_swarm(s);
		w = swarm_make(s, hash);
		w->worth.key = now;
	} else if (swarm_count(w) >= s->max_peers) {
		drop_first(s, w);
	}
	peer_set_add(set_of(w, peer->family), peer, is_seed, until);
	s->npeers++;
	swarm_settle(s, w);
	return true;
}

/* One parameter more than is allowed elsewhere: together they are what one
 * query asks.  NOLINTNEXTLINE(readability-function-size) */
size_t store_peers_get(struct store_peers *s, const struct node_id *hash,
	enum addr_family family, bool no_seeds, struct rng *rng, uint64_t now,
	struct addr *out, size_t max)
{
	struct swarm *w = swarm_fresh(s, swarm_find(s, hash), now);

	if (!w)
		return 0;
	swarm_asked(s, w, now);
	return peer_set_pick(set_of(w, family), no_seeds, rng, out, max);
}

/* --- the rest of the contract ------------------------------------------ */

/* Whether any of its peers has not expired; the last one to do so tells. */
static bool is_alive(const struct swarm *w, uint64_t now)
{
	return peer_set_last(&w->set[0]) > now ||
	       peer_set_last(&w->set[1]) > now;
}

bool store_peers_bloom(const struct store_peers *s, const struct node_id *hash,
	uint64_t now, uint8_t seeds[KRPC_BLOOM_LEN],
	uint8_t peers[KRPC_BLOOM_LEN])
{
	const struct swarm *w = swarm_find(s, hash);

	memset(seeds, 0, KRPC_BLOOM_LEN);
	memset(peers, 0, KRPC_BLOOM_LEN);
	if (!w || !is_alive(w, now))
		return false;
	for (unsigned f = 0; f < FAMILIES; f++)
		peer_set_bloom(&w->set[f], now, seeds, peers);
	return true;
}

size_t store_peers_sample(struct store_peers *s, struct rng *rng, uint64_t now,
	struct node_id *out, size_t max)
{
	size_t count = 0;
	struct walk walk;

	if (s->n == 0)
		return 0;
	walk = walk_begin(rng, s->n);
	for (uint32_t i = 0; i < s->n && count < max; i++) {
		const struct swarm *w = s->list[walk_next(&walk)];

		if (is_alive(w, now))
			out[count++] = w->hash;
	}
	return count;
}

void store_peers_tick(struct store_peers *s, uint64_t now)
{
	for (unsigned i = 0; i < STORE_TICK_PEERS; i++) {
		struct heap_node *first = heap_min(&s->by_expiry);
		struct swarm *w;

		if (!first || first->key > now)
			return;
		w = container_of(first, struct swarm, expiry);
		drop_first(s, w);
		swarm_settle(s, w);
	}
}

uint64_t store_peers_deadline(const struct store_peers *s)
{
	return heap_next(&s->by_expiry);
}

uint32_t store_peers_hashes(const struct store_peers *s)
{
	return s->n;
}

uint32_t store_peers_count(const struct store_peers *s)
{
	return s->npeers;
}
