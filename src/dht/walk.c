/*
 * walk.c - see walk.h.
 */
#include "dht/walk.h"

#include <assert.h>

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

struct walk walk_begin(struct rng *rng, uint32_t n)
{
	struct walk w = {.n = n, .at = (uint32_t)rng_below(rng, n)};

	assert(n > 0 && n <= INT32_MAX);
	/* Of the numbers below n at least every seventh or so will do. */
	do {
		w.step = 1 + (uint32_t)rng_below(rng, n - 1);
	} while (common_divisor(n, w.step) != 1);
	return w;
}
