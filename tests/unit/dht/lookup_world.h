/*
 * lookup_world.h - some thousand nodes with routing tables, in which lookups
 * run on a clock of their own: some nodes are dead, answers are lost, and some
 * nodes lie.
 */
#ifndef TESTS_LOOKUP_WORLD_H
#define TESTS_LOOKUP_WORLD_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "dht/lookup.h"

#define WORLD_BUCKETS 20u
#define WORLD_BUCKET 8u
#define WORLD_FIRST_BUCKETS 32u /* contacts in the first two */
#define WORLD_TABLE (WORLD_BUCKETS * WORLD_BUCKET + 2 * WORLD_FIRST_BUCKETS)
#define WORLD_STARTS 16u
#define WORLD_SHORT_MS 500u
#define WORLD_LONG_MS 8000u
#define WORLD_EVENTS (2 * LOOKUP_ASKED_MAX)

enum world_lie {
	WORLD_HONEST,   /* all answer the truth */
	WORLD_SPOOF,    /* liars name each other with ids near the target */
	WORLD_INVENT,   /* they name addresses that do not exist */
	WORLD_ONE_HOST, /* they name many nodes at their own address */
	WORLD_FRIENDS,  /* they have fitting ids, and name only each other */
};

struct world_plan {
	uint32_t nodes;
	uint32_t dead_of_100, lost_of_100; /* lost: of datagrams */
	uint32_t unfit_of_100;             /* ids that do not fit */
	uint32_t liars_of_100;
	enum world_lie lie;
	uint32_t liar_ms; /* their time to answer; 0: as others */
};

struct world_node {
	struct node_id id;
	struct addr addr;
	bool is_dead, is_liar;
	uint32_t ncontacts;
	uint32_t contacts[WORLD_TABLE];
};

enum world_event_kind {
	WORLD_REPLY,
	WORLD_LATE,
	WORLD_FAIL,
};

struct world_event {
	uint64_t at_ms;
	enum world_event_kind kind;
	struct addr addr;
	struct node_id id;
};

struct world {
	struct world_plan plan;
	struct rng rng;
	struct world_node *nodes; /* sorted by id */
	uint32_t *liars, nliars;
	struct node_id target;
	uint32_t truth[LOOKUP_K]; /* the closest that are there */
	struct world_event events[WORLD_EVENTS];
	size_t nevents;
	uint64_t now_ms;
};

struct world_outcome {
	uint32_t asked, found; /* found: of the true closest, in the result */
	uint64_t ms;
};

static inline uint32_t world_below(struct world *w, uint32_t n)
{
	return (uint32_t)rng_below(&w->rng, n);
}

static inline bool world_chance(struct world *w, uint32_t of_100)
{
	return world_below(w, 100) < of_100;
}

static inline struct addr world_addr(struct world *w)
{
	for (;;) {
		uint32_t ip = (uint32_t)rng_u64(&w->rng);
		struct addr a = addr_v4((uint8_t)(ip >> 24),
			(uint8_t)(ip >> 16), (uint8_t)(ip >> 8), (uint8_t)ip,
			(uint16_t)(1024 + world_below(w, 60000)));

		if (addr_is_dialable(&a) && !addr_is_local(&a))
			return a;
	}
}

static inline int world_by_id(const void *a, const void *b)
{
	return memcmp(((const struct world_node *)a)->id.b,
		((const struct world_node *)b)->id.b, NODE_ID_LEN);
}

/* The first node whose id is not below one that starts with `bits` of id and
 * goes on with zeros (or, for the end of that range, with ones). */
static inline uint32_t world_bound(const struct world *w,
	const struct node_id *id, unsigned bits, bool end)
{
	struct node_id edge = *id;
	uint32_t low = 0, high = w->plan.nodes;

	for (unsigned i = bits; i < NODE_ID_BITS; i++)
		if (end)
			edge.b[i / 8] |= (uint8_t)(0x80u >> i % 8);
		else
			edge.b[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (memcmp(w->nodes[mid].id.b, edge.b, NODE_ID_LEN) <
			(end ? 1 : 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Some of the nodes in [from, to), in a row from a random place. */
static inline void world_know(struct world *w, struct world_node *n,
	uint32_t from, uint32_t to, uint32_t most)
{
	uint32_t count = to - from, step = 1;
	uint32_t at = count ? world_below(w, count) : 0;

	if (count > most)
		step = count / most;
	for (uint32_t i = 0; i < count && i < most; i++) {
		const struct world_node *c =
			&w->nodes[from + (at + i * step) % count];

		if (c != n && n->ncontacts < WORLD_TABLE)
			n->contacts[n->ncontacts++] = (uint32_t)(c - w->nodes);
	}
}

static inline void world_fill_table(struct world *w, struct world_node *n)
{
	uint32_t from = 0, to = w->plan.nodes;

	for (unsigned bits = 0; bits < WORLD_BUCKETS; bits++) {
		uint32_t size = bits < 2 ? WORLD_FIRST_BUCKETS : WORLD_BUCKET;
		uint32_t low = world_bound(w, &n->id, bits + 1, false);
		uint32_t high = world_bound(w, &n->id, bits + 1, true);

		if (to - from <= size) {
			world_know(w, n, from, to, size);
			return;
		}
		/* The half that does not share the next bit. */
		if (low == from)
			world_know(w, n, high, to, size);
		else
			world_know(w, n, from, low, size);
		from = low;
		to = high;
	}
}

static inline struct world *world_new(const struct world_plan *plan,
	uint64_t seed)
{
	struct world *w = (struct world *)mem_zero(sizeof *w);

	w->plan = *plan;
	rng_seed(&w->rng, seed);
	w->nodes = (struct world_node *)mem_zero_array(plan->nodes,
		sizeof *w->nodes);
	w->liars = (uint32_t *)mem_array(plan->nodes, sizeof *w->liars);
	for (uint32_t i = 0; i < plan->nodes; i++) {
		struct world_node *n = &w->nodes[i];
		bool fits = !world_chance(w, plan->unfit_of_100);

		n->addr = world_addr(w);
		n->is_liar = world_chance(w, plan->liars_of_100);
		n->is_dead = !n->is_liar && world_chance(w, plan->dead_of_100);
		rng_fill(&w->rng, n->id.b, NODE_ID_LEN);
		if (n->is_liar ? plan->lie == WORLD_FRIENDS : fits)
			node_id_for_addr(&n->id, &n->addr);
	}
	qsort(w->nodes, plan->nodes, sizeof *w->nodes, world_by_id);
	for (uint32_t i = 0; i < plan->nodes; i++) {
		if (w->nodes[i].is_liar)
			w->liars[w->nliars++] = i;
		world_fill_table(w, &w->nodes[i]);
	}
	return w;
}

static inline void world_free(struct world *w)
{
	mem_free(w->nodes);
	mem_free(w->liars);
	mem_free(w);
}

/* Keeps the closest of those offered, closest first; returns how many. */
static inline size_t world_rank(const struct world *w, uint32_t node,
	uint32_t *best, size_t n, size_t max)
{
	const struct node_id *id = &w->nodes[node].id;
	size_t at = n;

	for (; at > 0; at--)
		if (node_id_compare(&w->target, &w->nodes[best[at - 1]].id,
			    id) <= 0)
			break;
	if (at == max)
		return n;
	if (n == max)
		n--;
	memmove(&best[at + 1], &best[at], (n - at) * sizeof *best);
	best[at] = node;
	return n + 1;
}

static inline struct world_node *world_find(struct world *w,
	const struct addr *a)
{
	for (uint32_t i = 0; i < w->plan.nodes; i++)
		if (addr_equal(&w->nodes[i].addr, a))
			return &w->nodes[i];
	return NULL;
}

static inline struct krpc_node world_invent(struct world *w)
{
	struct krpc_node n = {.addr = world_addr(w)};

	rng_fill(&w->rng, n.id.b, NODE_ID_LEN);
	node_id_in_bucket(&n.id, &w->target, 14 + world_below(w, 60));
	return n;
}

static inline size_t world_lie(struct world *w, const struct world_node *from,
	struct krpc_node out[LOOKUP_K])
{
	uint32_t best[LOOKUP_K];
	size_t n = 0;

	if (w->plan.lie == WORLD_FRIENDS) {
		for (uint32_t i = 0; i < w->nliars; i++)
			n = world_rank(w, w->liars[i], best, n, LOOKUP_K);
		for (size_t i = 0; i < n; i++)
			out[i] = (struct krpc_node){.id = w->nodes[best[i]].id,
				.addr = w->nodes[best[i]].addr};
		return n;
	}
	for (size_t i = 0; i < LOOKUP_K; i++) {
		out[i] = world_invent(w);
		if (w->plan.lie == WORLD_SPOOF)
			out[i].addr =
				w->nodes[w->liars[world_below(w, w->nliars)]]
					.addr;
		else if (w->plan.lie == WORLD_ONE_HOST)
			memcpy(out[i].addr.ip, from->addr.ip,
				sizeof from->addr.ip);
	}
	return LOOKUP_K;
}

static inline size_t world_answer(struct world *w,
	const struct world_node *from, struct krpc_node out[LOOKUP_K])
{
	uint32_t best[LOOKUP_K];
	size_t n = 0;

	if (from->is_liar)
		return world_lie(w, from, out);
	for (uint32_t i = 0; i < from->ncontacts; i++)
		n = world_rank(w, from->contacts[i], best, n, LOOKUP_K);
	for (size_t i = 0; i < n; i++)
		out[i] = (struct krpc_node){.id = w->nodes[best[i]].id,
			.addr = w->nodes[best[i]].addr};
	return n;
}

static inline void world_plan_event(struct world *w, uint64_t in_ms,
	enum world_event_kind kind, const struct krpc_node *n)
{
	assert(w->nevents < WORLD_EVENTS);
	w->events[w->nevents++] = (struct world_event){
		.at_ms = w->now_ms + in_ms,
		.kind = kind,
		.addr = n->addr,
		.id = n->id,
	};
}

static inline void world_ask(struct world *w, const struct krpc_node *to)
{
	const struct world_node *n = world_find(w, &to->addr);
	/* Most are quick, few are slow. */
	uint32_t ms = 20 + world_below(w, 60) +
	              world_below(w, 1 + world_below(w, 300));

	if (n && n->is_liar && w->plan.liar_ms)
		ms = w->plan.liar_ms;
	if (n && !n->is_dead && !world_chance(w, w->plan.lost_of_100) &&
		!world_chance(w, w->plan.lost_of_100)) {
		world_plan_event(w, ms, WORLD_REPLY, to);
		return;
	}
	world_plan_event(w, WORLD_SHORT_MS, WORLD_LATE, to);
	world_plan_event(w, WORLD_LONG_MS, WORLD_FAIL, to);
}

static inline struct world_event world_next_event(struct world *w)
{
	size_t first = 0;
	struct world_event e;

	assert(w->nevents > 0);
	for (size_t i = 1; i < w->nevents; i++)
		if (w->events[i].at_ms < w->events[first].at_ms)
			first = i;
	e = w->events[first];
	w->events[first] = w->events[--w->nevents];
	w->now_ms = e.at_ms;
	return e;
}

static inline void world_step(struct world *w, struct lookup *l)
{
	struct world_event e = world_next_event(w);
	struct krpc_node nodes[LOOKUP_K];
	size_t n;

	if (e.kind == WORLD_LATE) {
		lookup_late(l, &e.addr);
	} else if (e.kind == WORLD_FAIL) {
		lookup_failed(l, &e.addr);
	} else {
		n = world_answer(w, world_find(w, &e.addr), nodes);
		lookup_replied(l, &e.addr, &e.id, span_of(NULL, 0), nodes, n);
	}
}

/* The true closest: of those that live, and without liars whose ids are made
 * up. */
static inline void world_find_truth(struct world *w)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w->plan.nodes; i++)
		if (!w->nodes[i].is_dead &&
			(!w->nodes[i].is_liar || w->plan.lie == WORLD_FRIENDS))
			n = world_rank(w, i, w->truth, n, LOOKUP_K);
}

static inline void world_start(struct world *w, struct lookup *l)
{
	uint32_t self = world_below(w, w->plan.nodes), best[WORLD_STARTS];
	const struct world_node *me = &w->nodes[self];
	size_t n = 0;

	for (uint32_t i = 0; i < me->ncontacts; i++)
		n = world_rank(w, me->contacts[i], best, n, WORLD_STARTS);
	for (size_t i = 0; i < n; i++)
		lookup_add(l, &w->nodes[best[i]].id, &w->nodes[best[i]].addr);
}

static inline struct world_outcome world_look(struct world *w)
{
	struct lookup_node r[LOOKUP_RESULT_MAX];
	struct world_outcome o = {0};
	struct krpc_node n;
	struct lookup *l;
	size_t nr;

	rng_fill(&w->rng, w->target.b, NODE_ID_LEN);
	world_find_truth(w);
	w->nevents = 0;
	w->now_ms = 0;
	l = lookup_new(&w->target, ADDR_V4);
	world_start(w, l);
	for (;;) {
		while (lookup_next(l, &n.id, &n.addr))
			world_ask(w, &n);
		if (lookup_is_done(l))
			break;
		world_step(w, l);
	}
	o.ms = w->now_ms;
	o.asked = lookup_counts(l).asked;
	nr = lookup_result(l, r, LOOKUP_RESULT_MAX);
	for (size_t i = 0; i < nr; i++)
		for (size_t j = 0; j < LOOKUP_K; j++)
			o.found += addr_equal(&r[i].addr,
				&w->nodes[w->truth[j]].addr);
	lookup_free(l);
	return o;
}

#endif
