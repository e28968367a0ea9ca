/*
 * lookup_steps.h - nodes for a lookup, and its steps one by one.
 */
#ifndef TESTS_LOOKUP_STEPS_H
#define TESTS_LOOKUP_STEPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/rng.h"
#include "dht/lookup.h"

static const struct node_id target = {{0xab, 0xcd, 0xef, 0x12, 0x34}};
static const struct span no_token = {NULL, 0};

/* A node whose id fits its address; more bits are closer. */
static inline struct krpc_node at(struct addr a, unsigned bits)
{
	struct krpc_node n = {.addr = a};

	rng_fill(&(struct rng){{bits, 2, 3, 4}}, n.id.b, NODE_ID_LEN);
	node_id_in_bucket(&n.id, &target, bits);
	return n;
}

/* Local ones fit whatever their id; each is of an IP of its own. */
static inline struct krpc_node near(unsigned bits)
{
	return at(addr_v4(10, 0, 0, (uint8_t)(bits + 1), 6881), bits);
}

/* Of the open internet, with an id that was made up. */
static inline struct krpc_node made_up(unsigned bits)
{
	return at(addr_v4(20, 0, (uint8_t)(bits + 1), 1, 6881), bits);
}

static inline struct lookup *make(void)
{
	return lookup_new(&target, ADDR_V4);
}

static inline void add(struct lookup *l, const struct krpc_node *n)
{
	lookup_add(l, &n->id, &n->addr);
}

static inline bool next(struct lookup *l, struct krpc_node *n)
{
	return lookup_next(l, &n->id, &n->addr);
}

static inline void reply(struct lookup *l, const struct krpc_node *from,
	const struct krpc_node *nodes, size_t n)
{
	lookup_replied(l, &from->addr, &from->id, no_token, nodes, n);
}

static inline void assert_next(struct lookup *l, const struct krpc_node *want)
{
	struct krpc_node n;

	assert_true(next(l, &n));
	assert_true(addr_equal(&n.addr, &want->addr));
	assert_true(node_id_equal(&n.id, &want->id));
}

static inline void assert_is(const struct lookup_node *n, struct krpc_node want)
{
	assert_true(node_id_equal(&n->id, &want.id));
	assert_true(addr_equal(&n->addr, &want.addr));
}

static inline void assert_nobody(struct lookup *l)
{
	struct krpc_node n;

	assert_false(next(l, &n));
}

/* How many can be asked now. */
static inline size_t ask_all(struct lookup *l)
{
	struct krpc_node n;
	size_t asked = 0;

	while (next(l, &n))
		asked++;
	return asked;
}

/* Asks and answers with nothing new, n times at most. */
static inline size_t answer_all(struct lookup *l, size_t most)
{
	struct krpc_node n;
	size_t asked = 0;

	for (; asked < most && next(l, &n); asked++)
		reply(l, &n, NULL, 0);
	return asked;
}

/* The nth of many candidates, all at about the same distance. */
static inline struct krpc_node nth(unsigned n, unsigned bits)
{
	return at(addr_v4(10, 1, (uint8_t)(n >> 8), (uint8_t)n, 6881), bits);
}

#endif
