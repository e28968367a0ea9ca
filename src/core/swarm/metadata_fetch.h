/*
 * metadata_fetch.h - the info dictionary from peers (BEP 9).
 *
 * Pure.  16 KiB parts are asked from several peers at once, four from each;
 * memory grows by parts received, never by the size a peer claims (but for 48
 * bytes a part of at most 32 MiB); the size is the one most peers name, and
 * only those who name it are asked.  The whole is checked against the
 * info-hash; when it is wrong everything is thrown away, a peer that sent all
 * of it is convicted, and after that one peer at a time is asked for the
 * whole.  Peers that reject rest for 60 s, those that are late for 10 s; once
 * peers are asked alone, either makes way for the next.
 */
#ifndef CORE_SWARM_METADATA_FETCH_H
#define CORE_SWARM_METADATA_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "proto/infohash.h"

struct metadata_fetch;

struct metadata_fetch *metadata_fetch_new(const struct infohash *hash);
void metadata_fetch_free(struct metadata_fetch *m);

/* A peer that has ut_metadata; size 0: it does not say (not asked).  Again:
 * its size changed. */
void metadata_fetch_join(struct metadata_fetch *m, uint32_t peer,
	uint32_t size);
void metadata_fetch_leave(struct metadata_fetch *m, uint32_t peer);

/* The next part to ask this peer for; false: none now. */
bool metadata_fetch_next(struct metadata_fetch *m, uint32_t peer, uint64_t now,
	uint32_t *part);
uint64_t metadata_fetch_deadline(const struct metadata_fetch *m);
/* Requests older than 10 s are free again. */
void metadata_fetch_tick(struct metadata_fetch *m, uint64_t now);

void metadata_fetch_reject(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint64_t now);

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
/* Parts, parts of the believed size (0: unknown), peers that name it. */
void metadata_fetch_progress(const struct metadata_fetch *m, uint32_t *got,
	uint32_t *total, uint32_t *peers);

#endif
