/*
 * table_nodes.h - nodes and small helpers for the tests of the routing table.
 */
#ifndef TESTS_TABLE_NODES_H
#define TESTS_TABLE_NODES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "dht/table.h"

#define T0 UINT64_C(5000000) /* when most tests begin */
#define MINUTE UINT64_C(60000)
#define LAST_MAX 32u /* contacts of the largest bucket */

static const struct node_id self = {{0xa0, 1, 2, 3}};

/* A node that no other test node has to do with: id number i sharing `bits`
 * with ours, in a net of its own. */
struct node {
	struct node_id id;
	struct addr addr;
};

static inline struct node nth(unsigned bits, unsigned i)
{
	struct node n = {.id = {{[18] = (uint8_t)(i >> 8), [19] = (uint8_t)i}}};

	node_id_in_bucket(&n.id, &self, bits);
	n.addr =
		addr_v4(20, (uint8_t)bits, (uint8_t)i, (uint8_t)(i >> 8), 6881);
	return n;
}

/* One whose id fits its address. */
static inline struct node verified(unsigned i)
{
	struct node n = {.id = {{[15] = (uint8_t)i}}};

	n.addr = addr_v4(30, (uint8_t)(i >> 8), (uint8_t)i, 1, 6881);
	node_id_for_addr(&n.id, &n.addr);
	return n;
}

static inline struct table *make(void)
{
	return table_new(ADDR_V4, &self);
}

static inline void replied(struct table *t, struct node n, uint64_t now)
{
	table_replied(t, &n.id, &n.addr, 40, now);
}

static inline bool queried(struct table *t, struct node n, uint64_t now)
{
	return table_queried(t, &n.id, &n.addr, now);
}

static inline void asked(struct table *t, struct node n, uint64_t now)
{
	table_asked(t, &n.addr, now);
}

static inline void drop(struct table *t, struct node n)
{
	table_drop(t, &n.addr);
}

static inline bool is_node(const struct contact *c, struct node n)
{
	return addr_equal(&c->addr, &n.addr) && node_id_equal(&c->id, &n.id);
}

static inline bool failed(struct table *t, struct node n, uint64_t now)
{
	return table_failed(t, &n.addr, now);
}

static inline void fail_thrice(struct table *t, struct node n, uint64_t now)
{
	for (unsigned i = 0; i < TABLE_FAILS_MAX; i++)
		table_failed(t, &n.addr, now);
}

static inline const struct contact *found(const struct table *t, struct node n)
{
	return table_find(t, &n.addr);
}

/* Contacts and spares. */
static inline uint32_t total(const struct table *t, uint64_t now)
{
	struct table_counts c = table_counts(t, now);

	return c.good + c.unsure + c.spare;
}

static inline uint32_t spares_of(const struct table *t, unsigned bucket)
{
	uint32_t good, unsure, spare;

	table_bucket_counts(t, bucket, T0, &good, &unsure, &spare);
	return spare;
}

static inline bool is_live(const struct table *t, struct node n)
{
	const struct contact *in[LAST_MAX];
	unsigned buckets = table_counts(t, T0).buckets;

	for (unsigned i = 0; i < buckets; i++) {
		size_t k = table_bucket(t, i, in, LAST_MAX);

		for (size_t j = 0; j < k; j++)
			if (is_node(in[j], n))
				return true;
	}
	return false;
}

/* A table of five buckets in which number 3 has k of the contacts nth(3, i)
 * and the others have room. */
static inline struct table *with_bucket(unsigned k)
{
	struct table *t = make();

	for (unsigned i = 0; i < TABLE_K; i++)
		replied(t, nth(5, i), T0);
	for (unsigned i = 0; i < k; i++)
		replied(t, nth(3, i), T0);
	assert_int_equal(table_bucket_size(t, 3), TABLE_K);
	return t;
}

#endif
