/*
 * choker.h - who may download from us (BEP 3's tit-for-tat).
 *
 * Pure: a function from a table of candidates to a set of unchoked ones; only
 * interested peers get slots.  While leeching, the peers that send us most
 * keep their slots, and those that snub us come last; while seeding, slots go
 * round: a peer keeps its slot for a quantum of bytes and time (five times
 * that time at most, and not beyond it when it takes nothing), then those that
 * waited longest.  One slot in each five (at least one, so a single slot is
 * optimistic) moves at random every 30 s, new peers three times as likely;
 * one that earned a regular slot frees it at once.
 */
#ifndef CORE_SWARM_CHOKER_H
#define CORE_SWARM_CHOKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

#define CHOKER_ROUND_MS 10000u
#define CHOKER_OPTIMISTIC_MS 30000u
#define CHOKER_SEED_QUANTUM_MS 60000u
#define CHOKER_SEED_QUANTUM_BYTES (8u << 20)

struct choker_peer {
	uint32_t slot; /* the caller's name for it */
	bool interested;
	bool unchoked;           /* now */
	bool optimistic;         /* holds an optimistic slot now */
	bool snubbing;           /* it sends us nothing although asked */
	bool upload_only;        /* wants nothing, ever */
	bool fresh;              /* connected less than a minute ago */
	uint32_t down_bps;       /* from it, recent */
	uint32_t up_bps;         /* to it, recent */
	uint64_t unchoked_at_ms; /* when its present slot began */
	uint64_t sent_since;     /* bytes sent to it since then */
	uint64_t choked_at_ms;   /* when it lost its last slot; 0: never had */
	/* Results. */
	bool unchoke;
	bool make_optimistic;
};

struct choker_turn {
	bool seeding;
	bool rotate_optimistic; /* CHOKER_OPTIMISTIC_MS have passed */
	uint32_t slots;         /* to give, optimistic ones included */
	uint64_t now;
};

/* Fills the result fields; reorders the array. */
void choker_decide(struct choker_peer *peers, size_t n,
	const struct choker_turn *turn, struct rng *rng);

/* A free slot may be given at once, between rounds: whether a newly interested
 * peer gets one. */
bool choker_admit(const struct choker_peer *peers, size_t n, uint32_t slots);

#endif
