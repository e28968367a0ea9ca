/*
 * picker_priv.h - the inside of a picker, shared by piece_picker.c (what
 * happened) and picker_choose.c (what to ask for).  Pure.
 *
 * The order of pieces to be started is in picker_order.c, the blocks of those
 * under way in picker_partial.c; both share the array `at`, for a piece is
 * never in the two at once.
 */
#ifndef CORE_SWARM_PICKER_PRIV_H
#define CORE_SWARM_PICKER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitfield.h"
#include "base/rng.h"
#include "core/swarm/picker_order.h"
#include "core/swarm/picker_partial.h"
#include "core/swarm/piece_picker.h"

struct picker {
	const struct layout *layout;
	uint32_t n; /* pieces */
	uint32_t max_partial;
	bool sequential;
	struct rng rng;

	uint8_t *flags;  /* PIECE_... */
	uint16_t *avail; /* copies among the peers */
	uint32_t *at;    /* place in the order, or in the set of partials */
	struct picker_order order;
	struct partial_set partials;

	struct bitfield unneeded; /* had or skipped */
	struct bitfield closed;   /* may not be started: also those under way */
	uint32_t nhave;
	/* Needed (startable) pieces without a copy. */
	uint32_t needed_nowhere, startable_nowhere;

	uint32_t *slow; /* peers */
	size_t nslow, slow_cap;
};

static inline struct partial *picker_partial_at(const struct picker *pk,
	uint32_t piece)
{
	return &pk->partials.p[pk->at[piece]];
}

/* A startable piece is now under way, all its blocks free; the caller asks for
 * one or stores one before anything else happens. */
void picker_begin_piece(struct picker *pk, uint32_t piece);
/* Whether another piece may begin: see max_partial. */
bool picker_may_begin(const struct picker *pk);
bool picker_is_slow(const struct picker *pk, uint32_t peer);

#endif
