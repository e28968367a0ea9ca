/*
 * metadata_fetch.h - the info dictionary from peers (BEP 9).
 *
 * Pure.  16 KiB parts are asked from several peers at once, four from each, or
 * one by one from those who cannot take more; a part whose answer is late is
 * asked from somebody else as well.  Memory
 * grows by parts received, never by the size a peer claims (but for 32 bytes
 * a part); what all gather together is at most the size that most peers name,
 * which is at most 32 MiB, and 8 MiB for those who name others.
 *
 * The whole is checked against the info-hash.  When it is wrong, a peer that
 * sent all of it is convicted; a mixture is parted, and from then on each peer
 * fills a copy of its own, beginning with what it has sent.  So a liar costs
 * one copy, and whoever is honest is asked for no part twice.
 *
 * A peer that rejects rests for 60 s, one that is late for 10 s; after three
 * such tries in a row, or when it contradicts itself, it is given up.
 */
#ifndef CORE_SWARM_METADATA_FETCH_H
#define CORE_SWARM_METADATA_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "proto/infohash.h"

#define METADATA_TRIES 3u /* in vain, then a peer is given up */

struct metadata_fetch;

struct metadata_fetch *metadata_fetch_new(const struct infohash *hash);
void metadata_fetch_free(struct metadata_fetch *m);

/* A peer that has ut_metadata; size 0: it does not say (not asked).  Again:
 * its size changed. */
void metadata_fetch_join(struct metadata_fetch *m, uint32_t peer,
	uint32_t size);
/* It takes one request at a time.  Who was late is asked so anyway. */
void metadata_fetch_ask_singly(struct metadata_fetch *m, uint32_t peer);
void metadata_fetch_leave(struct metadata_fetch *m, uint32_t peer);

/* The next part to ask this peer for; false: none now. */
bool metadata_fetch_next(struct metadata_fetch *m, uint32_t peer, uint64_t now,
	uint32_t *part);
uint64_t metadata_fetch_deadline(const struct metadata_fetch *m);
/* Requests older than 10 s are free again. */
void metadata_fetch_tick(struct metadata_fetch *m, uint64_t now);

void metadata_fetch_reject(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint64_t now);
/* It will not be asked again, whatever it says. */
bool metadata_fetch_gave_up(const struct metadata_fetch *m, uint32_t peer);

enum metadata_got {
	METADATA_MORE,
	METADATA_DONE,    /* metadata_fetch_info() has it, verified */
	METADATA_BAD,     /* the whole failed its hash; *liar: who sent it all,
	                     or PICKER_NOBODY */
	METADATA_USELESS, /* unasked, wrong size, out of range */
};
enum metadata_got metadata_fetch_data(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint32_t total_size, struct span data, uint32_t *liar);

/* Empty until METADATA_DONE; owned by m. */
struct span metadata_fetch_info(const struct metadata_fetch *m);
/* Of the copy that is nearest to its end: parts received, parts (0: unknown),
 * peers that name its size. */
void metadata_fetch_progress(const struct metadata_fetch *m, uint32_t *got,
	uint32_t *total, uint32_t *peers);

#endif
