/*
 * rate.h - bytes per second as they really were.  Pure, embedded.
 *
 * Sums over the last RATE_SLOTS slots of 250 ms; rate_bps() is the mean of
 * the last three seconds (or of the time since the first byte, if shorter, but
 * never of less than one slot).  A zeroed rate is a new one.  `now` never goes
 * back.
 */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include <stdint.h>

#define RATE_SLOT_MS 250u
#define RATE_SLOTS 12u

struct rate {
	uint64_t slot;  /* number of the newest slot */
	uint64_t first; /* slot of the first byte; 0: none yet */
	uint64_t total; /* bytes ever */
	uint32_t bytes[RATE_SLOTS];
};

void rate_add(struct rate *r, uint32_t bytes, uint64_t now);
uint32_t rate_bps(const struct rate *r, uint64_t now);

#endif
