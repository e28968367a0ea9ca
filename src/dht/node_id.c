/*
 * node_id.c - see node_id.h.
 */
#include "dht/node_id.h"

#include <assert.h>
#include <string.h>

#include "base/crc32c.h"

#define R_MASK 0x07u         /* bits of the last byte that enter the hash */
#define R_SHIFT 5u           /* to the top of the masked IP's first byte */
#define CRC_TAIL_MASK 0xf8u  /* the last 5 of the 21 bits from the CRC */
#define FREE_TAIL_MASK 0x07u /* the other 3 of their byte */

bool node_id_equal(const struct node_id *a, const struct node_id *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool node_id_is_zero(const struct node_id *a)
{
	static const struct node_id zero;

	return node_id_equal(a, &zero);
}

int node_id_compare(const struct node_id *target, const struct node_id *a,
	const struct node_id *b)
{
	for (size_t i = 0; i < NODE_ID_LEN; i++) {
		uint8_t da = a->b[i] ^ target->b[i];
		uint8_t db = b->b[i] ^ target->b[i];

		if (da != db)
			return da < db ? -1 : 1;
	}
	return 0;
}

unsigned node_id_shared_bits(const struct node_id *a, const struct node_id *b)
{
	for (unsigned i = 0; i < NODE_ID_LEN; i++) {
		unsigned x = a->b[i] ^ b->b[i];

		/* __builtin_clz() counts in 32 bits, of which x has 8. */
		if (x != 0)
			return i * 8 + (unsigned)__builtin_clz(x) - 24;
	}
	return NODE_ID_BITS;
}

void node_id_in_bucket(struct node_id *random, const struct node_id *base,
	unsigned bits)
{
	unsigned whole = bits / 8;
	uint8_t differs = (uint8_t)(0x80u >> bits % 8);
	uint8_t rest = (uint8_t)(differs - 1u);

	assert(bits < NODE_ID_BITS);
	memcpy(random->b, base->b, whole);
	random->b[whole] = (uint8_t)((base->b[whole] & ~rest) ^ differs) |
	                   (random->b[whole] & rest);
}

/* What BEP 42 hashes: the IP where it is hard to choose, and r. */
static uint32_t hash_of(const struct addr *a, uint8_t last_byte)
{
	static const uint8_t mask4[4] = {0x03, 0x0f, 0x3f, 0xff};
	static const uint8_t mask6[8] = {
		0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff};
	bool is_v4 = a->family == ADDR_V4;
	const uint8_t *mask = is_v4 ? mask4 : mask6;
	size_t n = is_v4 ? sizeof mask4 : sizeof mask6;
	uint8_t masked[sizeof mask6];

	for (size_t i = 0; i < n; i++)
		masked[i] = a->ip[i] & mask[i];
	masked[0] |= (uint8_t)((last_byte & R_MASK) << R_SHIFT);
	return crc32c(span_of(masked, n));
}

void node_id_for_addr(struct node_id *random, const struct addr *a)
{
	uint32_t crc;

	if (a->family == ADDR_NONE || addr_is_local(a))
		return;
	crc = hash_of(a, random->b[NODE_ID_LEN - 1]);
	random->b[0] = (uint8_t)(crc >> 24);
	random->b[1] = (uint8_t)(crc >> 16);
	random->b[2] = (uint8_t)((crc >> 8 & CRC_TAIL_MASK) |
				 (random->b[2] & FREE_TAIL_MASK));
}

bool node_id_fits_addr(const struct node_id *id, const struct addr *a)
{
	uint32_t crc;

	if (a->family == ADDR_NONE)
		return false;
	if (addr_is_local(a))
		return true;
	crc = hash_of(a, id->b[NODE_ID_LEN - 1]);
	return id->b[0] == (uint8_t)(crc >> 24) &&
	       id->b[1] == (uint8_t)(crc >> 16) &&
	       ((id->b[2] ^ crc >> 8) & CRC_TAIL_MASK) == 0;
}
