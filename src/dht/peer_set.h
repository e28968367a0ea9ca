/*
 * peer_set.h - the peers of one hash in one address family, as in store.h.
 * Pure; needs hash_setup().
 *
 * An array in which seeds stand behind the others, so that those who may be
 * given out are one run of it, and a list through it in order of expiry.  A
 * peer's place changes when another one is added, renewed or removed.
 *
 * An IP has one entry (BEP 33), on a local address one for each port: there
 * several nodes may run on one machine.  A peer takes 40 bytes; a quarter
 * of that is kept in reserve, or as much again after many have left.
 */
#ifndef DHT_PEER_SET_H
#define DHT_PEER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/heap.h"
#include "base/rng.h"
#include "dht/bloom.h"

#define PEER_SET_NONE UINT32_MAX

struct peer_entry {
	uint64_t until; /* it expires */
	uint8_t ip[16];
	uint32_t older, newer; /* neighbours in order of expiry */
	struct bloom_bits bits;
	uint16_t port;
};

struct peer_set {
	struct peer_entry *e;
	uint32_t n, cap;
	uint32_t nothers; /* e[0] to e[nothers - 1] are no seeds */
	uint32_t oldest, newest;
	uint8_t family;
};

void peer_set_init(struct peer_set *s, enum addr_family family);
void peer_set_fini(struct peer_set *s);

/* Its place, or PEER_SET_NONE. */
uint32_t peer_set_find(const struct peer_set *s, const struct addr *a);
struct addr peer_set_at(const struct peer_set *s, uint32_t at);

/* until is not before that of any other peer.  It was not found. */
void peer_set_add(struct peer_set *s, const struct addr *a, bool is_seed,
	uint64_t until);
void peer_set_renew(struct peer_set *s, uint32_t at, uint16_t port,
	bool is_seed, uint64_t until);
void peer_set_remove(struct peer_set *s, uint32_t at);

/* When the first one expires, and the last; NEVER and 0 when empty. */
static inline uint64_t peer_set_first(const struct peer_set *s)
{
	return s->n ? s->e[s->oldest].until : NEVER;
}

static inline uint64_t peer_set_last(const struct peer_set *s)
{
	return s->n ? s->e[s->newest].until : 0;
}

/* Up to max of them by chance, the expired as well; returns how many. */
size_t peer_set_pick(const struct peer_set *s, bool no_seeds, struct rng *rng,
	struct addr *out, size_t max);
/* Puts those that have not expired into the filters. */
void peer_set_bloom(const struct peer_set *s, uint64_t now,
	uint8_t seeds[KRPC_BLOOM_LEN], uint8_t others[KRPC_BLOOM_LEN]);

#endif
