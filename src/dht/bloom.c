/*
 * bloom.c - see bloom.h.
 */
#include "dht/bloom.h"

#include "base/hash.h"

#define BITS (KRPC_BLOOM_LEN * 8u) /* m of BEP 33 */
#define LOG_FRACTION 32u           /* bits behind the point */
/* -2 * log2(1 - 1/BITS): by what one IP makes the logarithm of the share of
 * bits that are still clear smaller. */
#define LOG_PER_IP UINT64_C(6052579)

struct bloom_bits bloom_bits_of(const struct addr *a)
{
	struct bloom_bits bits;
	uint8_t digest[SHA1_LEN];

	sha1(span_of(a->ip, a->family == ADDR_V4 ? 4 : 16), digest);
	for (size_t i = 0; i < 2; i++) {
		const uint8_t *p = digest + 2 * i;

		bits.at[i] = (uint16_t)((p[0] | (unsigned)p[1] << 8) % BITS);
	}
	return bits;
}

void bloom_set(uint8_t bloom[KRPC_BLOOM_LEN], struct bloom_bits bits)
{
	for (unsigned i = 0; i < 2; i++)
		bloom[bits.at[i] / 8] |= (uint8_t)(1u << bits.at[i] % 8);
}

void bloom_add(uint8_t bloom[KRPC_BLOOM_LEN], const struct addr *a)
{
	bloom_set(bloom, bloom_bits_of(a));
}

/*
 * The logarithm to base 2 in fixed point, n > 0.  Squaring the mantissa
 * doubles its logarithm, so each square tells one more bit.
 */
static uint64_t log2_fixed(uint32_t n)
{
	unsigned whole = 31u - (unsigned)__builtin_clz(n);
	uint64_t mantissa = (uint64_t)n << (31 - whole); /* 1 is at bit 31 */
	uint64_t log = whole;

	for (unsigned i = 0; i < LOG_FRACTION; i++) {
		mantissa = mantissa * mantissa >> 31;
		log = log << 1 | mantissa >> 32;
		mantissa >>= mantissa >> 32;
	}
	return log;
}

static uint32_t clear_bits(const uint8_t bloom[KRPC_BLOOM_LEN])
{
	uint32_t n = BITS;

	for (unsigned i = 0; i < KRPC_BLOOM_LEN; i++)
		n -= (uint32_t)__builtin_popcount(bloom[i]);
	return n;
}

/* BEP 33: log(c / m) / (2 * log(1 - 1/m)) for c clear bits of m. */
uint32_t bloom_estimate(const uint8_t bloom[KRPC_BLOOM_LEN])
{
	uint32_t clear = clear_bits(bloom);
	uint64_t log;

	if (clear == BITS)
		return 0;
	/* One bit: an IP whose two bits are the same. */
	if (clear == BITS - 1)
		return 1;
	log = log2_fixed(BITS) - log2_fixed(clear ? clear : 1);
	return (uint32_t)((log + LOG_PER_IP / 2) / LOG_PER_IP);
}
