/*
 * pipeline.h - how many requests one peer deserves, and when it is late.
 *
 * Pure; embedded in each connection.  Slow start adds one request per block
 * until the rate stops growing, then depth = rate * (base latency + reserve).
 * The base is the shortest request-to-block time seen: the mean contains our
 * own queue, and following it the depth would grow without end.
 *
 * Blocks are timed individually.  A peer is late when no block came for mean +
 * 4 deviations (2 s to 60 s; 60 s before the first) while its oldest request
 * waits, or when that one waits for 60 s whatever else came.  20 s without any
 * block while requests are open, or were open and taken back because they were
 * late, is a snub: one request at a time until a block comes.
 *
 * Requests are kept in a ring, oldest first: O(1) when blocks come in order,
 * O(requests passed over) when not.
 */
#ifndef CORE_SWARM_PIPELINE_H
#define CORE_SWARM_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/swarm/piece_picker.h"

#define PIPELINE_MIN 2u
#define PIPELINE_START 8u
#define PIPELINE_MAX 1024u       /* 16 MiB under way to one peer */
#define PIPELINE_PEER_LIMIT 250u /* of a peer that does not say its reqq */
#define PIPELINE_RESERVE_MS 1000u
#define PIPELINE_WINDOW_MS 1000u
#define PIPELINE_SNUB_MS 20000u
#define PIPELINE_FIRST_MS 5000u /* without a first block: overdue */
#define PIPELINE_TIMEOUT_MIN_MS 2000u
#define PIPELINE_TIMEOUT_MAX_MS 60000u

struct pipeline_slot {
	struct block_ref block;
	uint64_t sent_ms;
};

struct pipeline {
	struct pipeline_slot *slot; /* ring; cap is 0 or a power of two */
	size_t head;                /* the oldest */
	size_t n, cap;              /* open requests, room */
	uint32_t depth;             /* wanted number of open requests */
	uint32_t peer_limit;        /* the peer's reqq; never exceeded */
	bool slow_start;
	bool snubbed;
	bool overdue; /* was late, or never answered; no block came since */
	uint32_t mean_ms, dev_ms; /* request to block; 0: no samples */
	uint32_t base_ms;         /* the shortest ever; 0: no samples */
	uint64_t last_block_ms;
	uint64_t waiting_ms; /* for a block since then, if n or overdue */
	/* Rate measurement of the depth controller. */
	uint64_t window_start_ms;
	uint64_t window_bytes;
	uint32_t last_bps;
	bool drained; /* n was 0 in this window: the rate says too little */
};

void pipeline_init(struct pipeline *p, uint64_t now);
void pipeline_fini(struct pipeline *p);
/* 0: it does not say. */
void pipeline_set_peer_limit(struct pipeline *p, uint32_t reqq);

/* How many more requests may be sent now.  0 until the open ones fell to three
 * quarters of the depth, so that requests leave in batches; not to a half, for
 * with a peer whose reqq is small that would let the line run dry. */
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
/* Call at the deadline, before asking pipeline_late(): updates snubbed and the
 * depth, which pipeline_received() does as well, once a second. */
void pipeline_tick(struct pipeline *p, uint64_t now);

#endif
