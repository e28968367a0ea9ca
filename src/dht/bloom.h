/*
 * bloom.h - the Bloom filters of BEP 33: sets of IPs in 256 bytes, of which
 * only the size can be told.  Pure; needs hash_setup().
 *
 * The union of two sets is the OR of their filters.
 */
#ifndef DHT_BLOOM_H
#define DHT_BLOOM_H

#include <stdint.h>

#include "base/addr.h"
#include "dht/krpc.h"

/* What one IP sets; finding it out costs a SHA-1. */
struct bloom_bits {
	uint16_t at[2]; /* below 8 * KRPC_BLOOM_LEN */
};

struct bloom_bits bloom_bits_of(const struct addr *a);
void bloom_set(uint8_t bloom[KRPC_BLOOM_LEN], struct bloom_bits bits);

/* Put an IP into a filter; the port is of no matter. */
void bloom_add(uint8_t bloom[KRPC_BLOOM_LEN], const struct addr *a);
/* How many IPs a filter holds, about: a few per cent are wrong at 4,000, and
 * above 6,000 it is a guess.  At most 7,806, which is what a full one gives. */
uint32_t bloom_estimate(const uint8_t bloom[KRPC_BLOOM_LEN]);

#endif
