/*
 * rng.c - see rng.h.  The generator is xoshiro256**, its state spread from
 * the seed by splitmix64, as its authors advise.
 */
#include "base/rng.h"

#include <limits.h>
#include <openssl/rand.h>

#include "base/mem.h"

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix(&seed);
}

static uint64_t rotl(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

uint64_t rng_u64(struct rng *r)
{
	uint64_t *s = r->s;
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
	uint64_t uneven, v;

	if (n == 0)
		return 0;
	/* 2^64 mod n: that many values would favour the small results. */
	uneven = (UINT64_MAX - n + 1) % n;
	do {
		v = rng_u64(r);
	} while (v < uneven);
	return v % n;
}

void rng_fill(struct rng *r, void *p, size_t n)
{
	uint8_t *out = (uint8_t *)p;
	uint64_t v = 0;

	/* Byte by byte, so that a seed means the same on every machine. */
	for (size_t i = 0; i < n; i++) {
		v = i % 8 ? v >> 8 : rng_u64(r);
		out[i] = (uint8_t)v;
	}
}

void rng_secret(void *p, size_t n)
{
	uint8_t *out = (uint8_t *)p;

	while (n > 0) {
		int part = n > INT_MAX ? INT_MAX : (int)n;

		if (RAND_bytes(out, part) != 1)
			mem_fatal("libcrypto has no random bytes");
		out += part;
		n -= (size_t)part;
	}
}
