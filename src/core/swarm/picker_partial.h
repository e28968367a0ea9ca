/*
 * picker_partial.h - the pieces under way and their blocks.  Pure; private to
 * piece_picker.c.
 *
 * Those with a free block come first in the array, so that choosing never
 * looks at the many that only wait.  A block's record is 16 bytes, allocated
 * when its piece begins and freed when it ends.
 */
#ifndef CORE_SWARM_PICKER_PARTIAL_H
#define CORE_SWARM_PICKER_PARTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/swarm/piece_picker.h"

struct partial_block {
	uint32_t who[PICKER_ENDGAME_COPIES]; /* asked; who[0]: the sender */
	uint8_t nwho;
	bool stored;
};

struct partial {
	uint32_t piece;
	uint32_t nblocks;
	uint32_t nfree;      /* neither asked nor stored */
	uint32_t nasked;     /* asked and not stored */
	uint32_t first_free; /* no block before this one is free */
	uint32_t owner;      /* began it, or took it over; PICKER_NOBODY */
	uint32_t alone;      /* keeps it to itself; PICKER_NOBODY */
	uint32_t shunned;    /* let a block lie, nobody else was asked since */
	bool mixed;          /* blocks were asked from others than the owner */
	struct partial_block *block;
};

struct partial_set {
	struct partial *p;
	size_t n, cap;
	size_t nopen;     /* the first so many have a free block */
	size_t ncomplete; /* every block stored */
	uint64_t asked;   /* blocks asked, of all of them */
	uint32_t *at;     /* borrowed: index of a piece under way */
};

static inline bool partial_is_complete(const struct partial *p)
{
	return p->nfree == 0 && p->nasked == 0;
}

static inline uint32_t partial_stored_count(const struct partial *p)
{
	return p->nblocks - p->nfree - p->nasked;
}

bool partial_was_asked_from(const struct partial *p, uint32_t block,
	uint32_t peer);

void partial_set_fini(struct partial_set *ps);
/* All blocks free; its index is ps->at[piece]. */
void partial_begin(struct partial_set *ps, uint32_t piece, uint32_t nblocks);
void partial_end(struct partial_set *ps, uint32_t piece);

/* The functions below may reorder ps->p, so they take pieces. */

/* Ask the peer for free blocks of it, in order, at most max. */
size_t partial_ask_free(struct partial_set *ps, uint32_t piece, uint32_t peer,
	struct block_ref *out, size_t max);
/* One more copy of a block that others were asked for. */
void partial_ask_again(struct partial_set *ps, struct block_ref ref,
	uint32_t peer);
/* False when it was not asked from this peer. */
bool partial_unask(struct partial_set *ps, struct block_ref b, uint32_t peer);
/* Nothing of the piece is asked from this peer any more. */
void partial_unask_all(struct partial_set *ps, uint32_t piece, uint32_t peer);
/* Nor was anything stored by it, as far as is known. */
void partial_forget_peer(struct partial_set *ps, uint32_t piece, uint32_t peer);
/* The block is here; the others that were asked are written out. */
void partial_store(struct partial_set *ps, struct block_ref ref, uint32_t peer,
	uint32_t *others, size_t *nothers, size_t max);

void partial_set_check(const struct partial_set *ps);

#endif
