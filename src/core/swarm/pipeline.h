/*
 * pipeline.h - how many requests one peer deserves, and when it is late.
 *
 * Pure; embedded in each connection.  The depth follows measured rate times
 * latency: slow start adds one request per block until the rate stops
 * growing, then depth = rate * (smoothed request-to-block time + reserve).
 * Blocks are timed individually; a request is late after mean + 4 deviations
 * (2 s to 60 s).  20 s without any block while requests are open is a snub.
 */
#ifndef CORE_SWARM_PIPELINE_H
#define CORE_SWARM_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/swarm/piece_picker.h"

#define PIPELINE_MIN 2u
#define PIPELINE_START 8u
#define PIPELINE_MAX 1024u /* 16 MiB under way to one peer */
#define PIPELINE_SNUB_MS 20000u
#define PIPELINE_TIMEOUT_MIN_MS 2000u
#define PIPELINE_TIMEOUT_MAX_MS 60000u

struct pipeline_slot {
	struct block_ref block;
	uint64_t sent_ms;
};

struct pipeline {
	struct pipeline_slot *slot; /* open requests, oldest first */
	size_t n, cap;
	uint32_t depth;      /* wanted number of open requests */
	uint32_t peer_limit; /* the peer's reqq; never exceeded */
	bool slow_start;
	bool snubbed;
	uint32_t mean_ms, dev_ms; /* request to block; 0: no samples */
	uint64_t last_block_ms;
	/* Rate measurement of the depth controller. */
	uint64_t window_start_ms;
	uint64_t window_bytes;
	uint32_t last_bps;
};

void pipeline_init(struct pipeline *p, uint64_t now);
void pipeline_fini(struct pipeline *p);
void pipeline_set_peer_limit(struct pipeline *p, uint32_t reqq);

/* How many more requests may be sent now.  Refill at half depth: 0 until the
 * open ones fell to half of it, so requests leave in batches. */
uint32_t pipeline_room(const struct pipeline *p);
void pipeline_sent(struct pipeline *p, struct block_ref b, uint64_t now);
/* False when it was not open. */
bool pipeline_received(struct pipeline *p, struct block_ref b, uint32_t bytes,
	uint64_t now);
/* Rejected or cancelled.  False when it was not open. */
bool pipeline_dropped(struct pipeline *p, struct block_ref b);
bool pipeline_has(const struct pipeline *p, struct block_ref b);
/* Choked: forget all; the caller gave the blocks back to the picker. */
void pipeline_clear(struct pipeline *p);

/* The oldest request that is late at `now`; false when none is. */
bool pipeline_late(const struct pipeline *p, uint64_t now,
	struct block_ref *out);
/* When pipeline_late() or the snub is next due; NEVER when nothing is open. */
uint64_t pipeline_deadline(const struct pipeline *p);
/* Call at the deadline: updates snubbed and, once a second, the depth. */
void pipeline_tick(struct pipeline *p, uint64_t now);

#endif
