/*
 * limiter.h - token buckets in a tree: engine, torrent, peer.  Pure.
 *
 * A bucket holds at most one second of its rate (at least one block).  Taking
 * from a bucket takes from all above it, as much as the poorest has.  A rate
 * of 0 is no limit.  Time enters through limiter_refill(), once per wake-up
 * and bucket.  A changed rate starts with at most a block, and with no more
 * than a second's debt.
 */
#ifndef CORE_LIMITER_H
#define CORE_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limiter {
	struct limiter *above; /* NULL: the root */
	uint64_t rate_bps;     /* 0: none */
	int64_t tokens;        /* may be negative: debt */
	uint64_t refilled_ms;
	uint64_t thousandths; /* of a token, not yet in tokens */
};

void limiter_init(struct limiter *l, struct limiter *above, uint64_t now);
void limiter_set_rate(struct limiter *l, uint64_t rate_bps, uint64_t now);
void limiter_refill(struct limiter *l, uint64_t now);

/* Bytes that may pass now through l and all above; SIZE_MAX: no limit. */
size_t limiter_room(const struct limiter *l);
/* They passed (more than the room is allowed: it becomes debt). */
void limiter_take(struct limiter *l, size_t bytes);
/* When at least `bytes` (or a full bucket, if that is less) could pass, if
 * nothing is taken until then and limiter_refill() is called for l and all
 * above; 0: at `now` or before. */
uint64_t limiter_ready_at(const struct limiter *l, size_t bytes, uint64_t now);
/* Whether l's own bucket, whatever those above have, lacks `bytes` (or is not
 * full, if that is less). */
bool limiter_is_dry(const struct limiter *l, size_t bytes);
/* When it is not dry any more, after a limiter_refill(). */
uint64_t limiter_wet_at(const struct limiter *l, size_t bytes);
bool limiter_is_limited(const struct limiter *l);

#endif
