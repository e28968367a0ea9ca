/*
 * rng.h - randomness of two kinds.
 *
 * `struct rng` is a small seeded generator for choices that only have to be
 * varied (which piece, which peer): a simulation repeats exactly.  It is no
 * good for secrets; those come from rng_secret().
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_u64(struct rng *r);
/* Uniform in [0, n); 0 for n == 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
void rng_fill(struct rng *r, void *p, size_t n);

/* Unpredictable bytes from libcrypto; aborts if it has none.  Any thread. */
void rng_secret(void *p, size_t n);

#endif
