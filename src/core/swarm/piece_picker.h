/*
 * piece_picker.h - which block to ask which peer for (BEP 3's rarest first).
 *
 * Pure.  One picker per torrent that downloads.  It knows what we have, what
 * we want, how many peers have each piece, and which blocks are asked from
 * whom; it never sees a peer, only a number the owner gives it (a slot that
 * may be reused after picker_peer_gone()).
 *
 * Order of choice for one peer:
 *   1. pieces under way that this peer has: first those it began itself (fast
 *      peers begin new ones before they help others), then the highest
 *      priority, then the fullest; in sequential mode the lowest;
 *   2. a suggested piece;
 *   3. sequential mode: the lowest wanted piece;
 *   4. until RANDOM_FIRST pieces are complete: a random piece;
 *   5. the highest priority, then the rarest, ties at random;
 *   6. copies of blocks that others were asked for, fewest copies first, at
 *      most ENDGAME_COPIES each.
 *
 * Copies are given out only when nothing unasked is left for this peer, and
 * only in endgame (every wanted block that somebody has is asked for), when
 * no further piece may begin (max_partial), or of blocks that were asked from
 * slow peers alone: so a slow peer cannot hold back the end of a piece for
 * long.  A peer takes them from the end of the others' queues, and no more
 * than brings its share up to theirs, so that little is sent twice.
 *
 * Choosing costs O(pieces under way with a free block + buckets looked at),
 * not O(pieces): pieces that may be started lie in arrays ordered by
 * availability, in which a change swaps one pair.  Giving out copies, and
 * picker_peer_gone(), cost O(blocks under way).  A peer that has everything
 * joins or leaves for one pass over an array of counters; one with more than
 * a sixteenth of the pieces makes the next pick sort anew, O(pieces), once
 * however many came.  Memory: 12 bytes and 2 bits a piece, 16 bytes a block
 * of pieces under way.
 */
#ifndef CORE_SWARM_PIECE_PICKER_H
#define CORE_SWARM_PIECE_PICKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitfield.h"
#include "core/storage/layout.h"

#define PICKER_RANDOM_FIRST 4u
#define PICKER_ENDGAME_COPIES 3u
#define PICKER_NOBODY UINT32_MAX

struct picker;

enum piece_priority {
	PRIO_SKIP = 0,
	PRIO_LOW = 1,
	PRIO_NORMAL = 4,
	PRIO_HIGH = 7,
};

struct picker_config {
	const struct layout *layout; /* borrowed for life */
	uint64_t seed;               /* breaks ties */
	/* Once so many pieces are begun and incomplete, those are finished
	 * before new ones begin; while nothing at all is asked, one more may
	 * (their owners may be gone).  0: no limit. */
	uint32_t max_partial;
};

struct block_ref {
	uint32_t piece;
	uint32_t block; /* index inside the piece, in 16 KiB units */
};

struct picker *picker_new(const struct picker_config *cfg);
void picker_free(struct picker *pk);

/* What we already have, at start or after a re-check; forgets everything
 * that was under way. */
void picker_set_have(struct picker *pk, const struct bitfield *have);
/* Any of 0 to 7.  A skipped piece that is under way is asked for no more, but
 * what was asked is still taken; picker_failed() gives it up. */
void picker_set_priority(struct picker *pk, uint32_t piece,
	enum piece_priority prio);
void picker_set_sequential(struct picker *pk, bool on);
void picker_set_max_partial(struct picker *pk, uint32_t n);

/* Availability.  Every peer_joined() is undone by one peer_left() with what
 * the peer has by then: the same set with all changes that peer_has() and
 * peer_lost() reported (each of them for a bit that really changed). */
void picker_peer_joined(struct picker *pk, const struct bitfield *has);
void picker_peer_left(struct picker *pk, const struct bitfield *has);
void picker_peer_has(struct picker *pk, uint32_t piece);
void picker_peer_lost(struct picker *pk, uint32_t piece);
const uint16_t *picker_availability(const struct picker *pk);
/* Copies in the swarm, thousandths: whole copies + share of pieces that have
 * more, over wanted pieces; our own pieces are not counted.  O(pieces). */
uint32_t picker_copies_milli(const struct picker *pk);

struct pick_options {
	bool snubbed; /* take from the common end, and no copies */
	bool fast;    /* prefers to start pieces of its own */
	const struct bitfield *only; /* not NULL: only these (allowed fast) */
	const uint32_t *suggested;
	size_t nsuggested;
	/* On parole: only pieces nobody else works on, and nobody else gets
	 * blocks of them until a request for one is lost.  When nothing may be
	 * begun for it any more, it helps as others do. */
	bool alone;
};

/*
 * Choose up to max blocks that `peer` has and nobody, or in endgame somebody
 * else, was asked for; they count as asked from now on.  Returns how many
 * were put in out[].  Contiguous blocks of one piece come in order.  opt may
 * be NULL.  The peer counts as slow from now on if it is snubbed, and if not,
 * not.
 */
size_t picker_pick(struct picker *pk, uint32_t peer, const struct bitfield *has,
	const struct pick_options *opt, struct block_ref *out, size_t max);

/* Between picks: blocks that only slow peers were asked for may be asked from
 * others too. */
void picker_set_slow(struct picker *pk, uint32_t peer, bool slow);

/* The peer rejected it or let it time out: the block is free again, unless
 * others were asked too.  This peer gets blocks of that piece again only when
 * somebody else was asked for one, or when nothing else is left for it.
 * Nothing happens when it was not asked. */
void picker_lost(struct picker *pk, uint32_t peer, struct block_ref b);
/* It choked: whatever was asked from it is free again; what it sent stays known
 * as its own. */
void picker_lost_all(struct picker *pk, uint32_t peer);
/* It disconnected: the same, and it is forgotten as a sender. */
void picker_peer_gone(struct picker *pk, uint32_t peer);

enum picker_stored {
	STORED_NEW,       /* keep the data */
	STORED_DUPLICATE, /* we have it already, or the piece is complete */
	STORED_UNASKED,   /* nobody was asked for it from this peer */
};
/*
 * A block arrived.  For STORED_NEW others asked for the same block are
 * written to others[] (at most max), to be sent CANCEL; they count as not
 * asked any more.  There are at most PICKER_ENDGAME_COPIES of them.
 * STORED_UNASKED changes nothing; the owner may still take the block with
 * picker_store_unasked().  b may be anything.
 */
enum picker_stored picker_stored(struct picker *pk, uint32_t peer,
	struct block_ref b, uint32_t *others, size_t *nothers, size_t max);
/*
 * Take it although it was not asked from this peer (it was once, and a
 * time-out or a reject crossed it).  STORED_UNASKED when the piece is not
 * wanted, or not under way and none may begin now: throw it away.
 */
enum picker_stored picker_store_unasked(struct picker *pk, uint32_t peer,
	struct block_ref b, uint32_t *others, size_t *nothers, size_t max);

/* Whether every block of the piece is stored and it can be verified. */
bool picker_complete(const struct picker *pk, uint32_t piece);
void picker_passed(struct picker *pk, uint32_t piece);
/* All its blocks are missing again, also of a piece we had, or of one that is
 * under way and to be given up. */
void picker_failed(struct picker *pk, uint32_t piece);

/* Who sent a stored block; PICKER_NOBODY if unknown. */
uint32_t picker_sender(const struct picker *pk, struct block_ref b);

/* Whether `has` holds a wanted piece we have not.  O(pieces / 64). */
bool picker_wants(const struct picker *pk, const struct bitfield *has);
bool picker_wants_piece(const struct picker *pk, uint32_t piece);
bool picker_in_endgame(const struct picker *pk);
bool picker_finished(const struct picker *pk); /* nothing wanted is missing */
uint32_t picker_missing(const struct picker *pk); /* wanted pieces */
/* Wanted pieces that no peer has (and we do not). */
uint32_t picker_unavailable(const struct picker *pk);

/* Pieces under way, complete ones that are being verified included, in no
 * order; for the screen.  State of block b: 0 free, 1 asked, 2 stored. */
size_t picker_partial_count(const struct picker *pk);
uint32_t picker_partial_piece(const struct picker *pk, size_t i);
int picker_block_state(const struct picker *pk, struct block_ref b);

/* Abort unless the counters agree with each other.  For tests and fuzzing. */
void picker_check(const struct picker *pk);

#endif
