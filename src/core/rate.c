/*
 * rate.c - see rate.h.  Slots are numbered from 1, so that 0 means none.
 */
#include "core/rate.h"

#include <string.h>

static uint64_t slot_of(uint64_t now)
{
	return now / RATE_SLOT_MS + 1;
}

/* Empty the slots that began since the newest one. */
static void advance(struct rate *r, uint64_t slot)
{
	if (slot - r->slot >= RATE_SLOTS) {
		memset(r->bytes, 0, sizeof r->bytes);
		r->slot = slot;
	}
	while (r->slot < slot)
		r->bytes[++r->slot % RATE_SLOTS] = 0;
}

void rate_add(struct rate *r, uint32_t bytes, uint64_t now)
{
	uint64_t slot = slot_of(now);
	uint32_t *sum;

	if (!r->first)
		r->first = r->slot = slot;
	if (slot > r->slot)
		advance(r, slot);
	sum = &r->bytes[r->slot % RATE_SLOTS];
	*sum = bytes < UINT32_MAX - *sum ? *sum + bytes : UINT32_MAX;
	r->total += bytes;
}

uint32_t rate_bps(const struct rate *r, uint64_t now)
{
	uint64_t slot = slot_of(now), oldest = r->first;
	uint64_t sum = 0, ms, bps;

	if (!r->first || slot < r->slot || slot - r->slot >= RATE_SLOTS)
		return 0;
	if (slot - oldest >= RATE_SLOTS)
		oldest = slot - RATE_SLOTS + 1;
	for (uint64_t s = oldest; s <= r->slot; s++)
		sum += r->bytes[s % RATE_SLOTS];
	ms = now - (oldest - 1) * RATE_SLOT_MS;
	if (ms < RATE_SLOT_MS)
		ms = RATE_SLOT_MS;
	bps = sum * 1000 / ms;
	return bps < UINT32_MAX ? (uint32_t)bps : UINT32_MAX;
}
