/*
 * walk.h - the numbers below n, each once, in an order of chance.  Pure.
 *
 * It starts anywhere and goes on by a step that has no divisor in common with
 * n.  Each number is equally likely to be among the first few; which come
 * together changes from walk to walk.  So a part of a large array is drawn at
 * the cost of that part, and nothing has to be remembered or allocated.
 */
#ifndef DHT_WALK_H
#define DHT_WALK_H

#include <stdint.h>

#include "base/rng.h"

struct walk {
	uint32_t n, at, step;
};

/* n: 1 to INT32_MAX. */
struct walk walk_begin(struct rng *rng, uint32_t n);

/* After n calls it begins again. */
static inline uint32_t walk_next(struct walk *w)
{
	uint32_t at = w->at;

	w->at += w->step;
	if (w->at >= w->n)
		w->at -= w->n;
	return at;
}

#endif
