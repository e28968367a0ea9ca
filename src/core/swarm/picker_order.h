/*
 * picker_order.h - pieces that may be started, by priority and rarity.  Pure;
 * private to piece_picker.c.
 *
 * One shelf for each priority: an array of pieces, cut into buckets of equal
 * availability, rare ones first.  A step of one piece to the next bucket swaps
 * it with a piece at the border; entering and leaving moves one piece for each
 * bucket passed.  Buckets count from `base`, so that a peer that has
 * everything changes nothing but the base.
 *
 * After changes to a large share of the pieces it is cheaper to sort anew:
 * the owner sets `stale`, all changes are ignored until order_rebuild().
 */
#ifndef CORE_SWARM_PICKER_ORDER_H
#define CORE_SWARM_PICKER_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitfield.h"
#include "base/rng.h"

#define ORDER_PRIOS 8u
#define ORDER_BUCKETS_MAX 1024u /* more copies than this are all alike */
#define ORDER_SLACK 16          /* empty buckets kept below the rarest */
#define ORDER_SCAN_MAX 4096u    /* pieces looked at by one order_find() */
#define ORDER_NONE UINT32_MAX

/* What is known of a piece, in one byte: its priority and two flags. */
#define PIECE_PRIO 7u
#define PIECE_HAVE 8u
#define PIECE_UNDER_WAY 16u

struct order_shelf {
	uint32_t *piece;
	size_t n, cap;
	uint32_t *end; /* of each bucket; the last one's is n */
	size_t nend, end_cap;
};

struct picker_order {
	struct order_shelf shelf[ORDER_PRIOS];
	const uint8_t *flags;  /* all three borrowed, one for each piece */
	const uint16_t *avail; /* copies among the peers */
	uint32_t *at;          /* a piece's place in its shelf */
	uint32_t npieces;
	int32_t base; /* copies of bucket 0; may be negative */
	bool stale;
};

static inline bool piece_is_startable(uint8_t flags)
{
	return flags && flags <= PIECE_PRIO;
}

void order_fini(struct picker_order *o);
void order_rebuild(struct picker_order *o);

/* The piece became startable, or stops being it; avail[] is up to date. */
void order_add(struct picker_order *o, uint32_t piece, uint32_t prio);
void order_remove(struct picker_order *o, uint32_t piece, uint32_t prio);
/* avail[piece] has just grown (shrunk) by one. */
void order_step_up(struct picker_order *o, uint32_t piece);
void order_step_down(struct picker_order *o, uint32_t piece);

/*
 * The first piece that is in `has`, from the rarest or from the commonest of
 * each shelf, ties at random.  ORDER_NONE also when none was found among the
 * first ORDER_SCAN_MAX.
 */
uint32_t order_find(const struct picker_order *o, const struct bitfield *has,
	bool common_first, struct rng *rng);

void order_check(const struct picker_order *o);

#endif
