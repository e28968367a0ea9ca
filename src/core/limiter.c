/*
 * limiter.c - see limiter.h.
 */
#include "core/limiter.h"

#include "core/storage/layout.h"

/* More is no limit that could be noticed, and keeps products in range. */
#define RATE_MAX_BPS (UINT64_C(1) << 40)

/* Most tokens a bucket holds. */
static int64_t capacity(const struct limiter *l)
{
	return l->rate_bps > LAYOUT_BLOCK ? (int64_t)l->rate_bps
	                                  : (int64_t)LAYOUT_BLOCK;
}

/* Milliseconds in which the bucket gains `tokens` > 0, rounded up. */
static uint64_t time_for(const struct limiter *l, int64_t tokens)
{
	uint64_t n = (uint64_t)tokens;
	uint64_t whole = n / l->rate_bps, rest = n % l->rate_bps;

	return whole * 1000 + (rest * 1000 + l->rate_bps - 1) / l->rate_bps;
}

void limiter_init(struct limiter *l, struct limiter *above, uint64_t now)
{
	*l = (struct limiter){.above = above, .refilled_ms = now};
}

void limiter_refill(struct limiter *l, uint64_t now)
{
	uint64_t elapsed = now - l->refilled_ms;
	uint64_t gain;

	if (now < l->refilled_ms)
		return;
	if (!l->rate_bps || l->tokens >= capacity(l) ||
		elapsed >= time_for(l, capacity(l) - l->tokens)) {
		l->tokens = l->rate_bps ? capacity(l) : 0;
		l->thousandths = 0;
		l->refilled_ms = now;
		return;
	}
	gain = elapsed * l->rate_bps + l->thousandths;
	l->tokens += (int64_t)(gain / 1000);
	l->thousandths = gain % 1000;
	l->refilled_ms = now;
}

void limiter_set_rate(struct limiter *l, uint64_t rate_bps, uint64_t now)
{
	if (rate_bps > RATE_MAX_BPS)
		rate_bps = RATE_MAX_BPS;
	if (rate_bps == l->rate_bps)
		return;
	limiter_refill(l, now);
	l->rate_bps = rate_bps;
	l->refilled_ms = now;
	l->thousandths = 0;
	/* Neither a second's burst nor a debt of the old rate is carried on. */
	if (l->tokens > (int64_t)LAYOUT_BLOCK)
		l->tokens = (int64_t)LAYOUT_BLOCK;
	if (l->tokens < -capacity(l))
		l->tokens = -capacity(l);
}

size_t limiter_room(const struct limiter *l)
{
	size_t room = SIZE_MAX;

	for (; l; l = l->above) {
		size_t here = l->tokens > 0 ? (size_t)l->tokens : 0;

		if (l->rate_bps && here < room)
			room = here;
	}
	return room;
}

void limiter_take(struct limiter *l, size_t bytes)
{
	for (; l; l = l->above)
		if (l->rate_bps)
			l->tokens -= (int64_t)bytes;
}

uint64_t limiter_ready_at(const struct limiter *l, size_t bytes, uint64_t now)
{
	uint64_t ready = 0;

	for (; l; l = l->above) {
		int64_t need = capacity(l);
		uint64_t at;

		if (!l->rate_bps)
			continue;
		if (bytes < (size_t)need)
			need = (int64_t)bytes;
		if (l->tokens >= need)
			continue;
		at = l->refilled_ms + time_for(l, need - l->tokens);
		if (at > ready)
			ready = at;
	}
	return ready > now ? ready : 0;
}

static int64_t needed(const struct limiter *l, size_t bytes)
{
	int64_t need = capacity(l);

	return bytes < (size_t)need ? (int64_t)bytes : need;
}

bool limiter_is_dry(const struct limiter *l, size_t bytes)
{
	return l->rate_bps && l->tokens < needed(l, bytes);
}

uint64_t limiter_wet_at(const struct limiter *l, size_t bytes)
{
	if (!limiter_is_dry(l, bytes))
		return l->refilled_ms;
	return l->refilled_ms + time_for(l, needed(l, bytes) - l->tokens);
}

bool limiter_is_limited(const struct limiter *l)
{
	for (; l; l = l->above)
		if (l->rate_bps)
			return true;
	return false;
}
