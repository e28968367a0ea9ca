/*
 * blame.h - finding the peer that lied after a piece failed its hash.
 *
 * Pure.  When a piece fails, the digest of each of its blocks and its sender
 * are remembered (bounded: the oldest pieces are forgotten).  When the same
 * piece passes later, senders whose block differs from the good one are liars.
 * A piece that came whole from one peer convicts it at once.  Peers that took
 * part in a failed piece are on parole until they delivered a good one: they
 * get pieces alone.  Peers are told apart by IP, as bans are.
 */
#ifndef CORE_SWARM_BLAME_H
#define CORE_SWARM_BLAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define BLAME_BLOCKS_MAX 16384u /* remembered block digests, all pieces */

struct blame;

struct blame_block {
	struct addr sender; /* ADDR_NONE: unknown */
	/* First bytes of the block's SHA-1; all zero: unknown, no evidence. */
	uint8_t digest[8];
};

struct blame *blame_new(const uint8_t key[16]);
void blame_free(struct blame *b);

/*
 * The piece failed.  Convicted addresses are written to liars[] (at most
 * max; returns how many); the others that took part go on parole.
 */
size_t blame_failed(struct blame *b, uint32_t piece,
	const struct blame_block *blocks, size_t n, struct addr *liars,
	size_t max);

/* Whether digests of this piece's blocks are wanted when it passes. */
bool blame_watches(const struct blame *b, uint32_t piece);
/* It passed, with these blocks: likewise.  Its senders, and those who had sent
 * good blocks of it when it failed, are off parole. */
size_t blame_passed(struct blame *b, uint32_t piece,
	const struct blame_block *blocks, size_t n, struct addr *liars,
	size_t max);

bool blame_on_parole(const struct blame *b, const struct addr *a);
/* Whether anybody is: then blame_cleared() is worth calling. */
bool blame_has_parole(const struct blame *b);
/* A piece that came whole from this address passed: it is off parole. */
void blame_cleared(struct blame *b, const struct addr *a);

#endif
