/*
 * node_id.h - ids of DHT nodes: the XOR order, and ids that fit an address
 * (BEP 5, BEP 42).  Pure.
 */
#ifndef DHT_NODE_ID_H
#define DHT_NODE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

#define NODE_ID_LEN 20u
#define NODE_ID_BITS 160u

struct node_id {
	uint8_t b[NODE_ID_LEN];
};

bool node_id_equal(const struct node_id *a, const struct node_id *b);
bool node_id_is_zero(const struct node_id *a);

/* Negative when a is closer to the target than b, 0 when they are equal. */
int node_id_compare(const struct node_id *target, const struct node_id *a,
	const struct node_id *b);
/* Leading bits that both share, 0 to 160. */
unsigned node_id_shared_bits(const struct node_id *a, const struct node_id *b);

/*
 * Turns random bytes into an id that shares exactly `bits` leading bits with
 * base (0 to 159): the next bit differs, the rest stays random.
 */
void node_id_in_bucket(struct node_id *random, const struct node_id *base,
	unsigned bits);

/*
 * Turns random bytes into an id that BEP 42 allows for this IP: the first 21
 * bits are from CRC32-C of the masked IP and r; r is the last byte's low
 * three bits.  For a local address the id stays random.
 */
void node_id_for_addr(struct node_id *random, const struct addr *a);
/* Whether BEP 42 allows it; true for every id of a local address. */
bool node_id_fits_addr(const struct node_id *id, const struct addr *a);

#endif
