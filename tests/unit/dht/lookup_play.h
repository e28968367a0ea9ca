/*
 * lookup_play.h - plays any sequence of replies, failures and delays with
 * arbitrary nodes to a lookup, and checks after every step what holds always.
 * Used with random numbers by a unit test and with raw bytes by a fuzz target.
 */
#ifndef TESTS_LOOKUP_PLAY_H
#define TESTS_LOOKUP_PLAY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "dht/lookup.h"

#define PLAY_NODES_MAX (KRPC_NODES_MAX + 4u)
#define PLAY_LOCAL_MAX 64u

enum play_state {
	PLAY_OPEN,
	PLAY_LATE,
	PLAY_REPLIED,
	PLAY_FAILED,
};

struct play_query {
	struct addr addr;
	struct node_id id; /* zero: not known yet */
	enum play_state state;
	unsigned tries, flying;
	uint8_t token_byte;
	size_t token_len;
};

struct play {
	struct lookup *l;
	struct node_id target;
	enum addr_family family;
	uint32_t (*number)(void *source, uint32_t n); /* below n */
	void *source;
	struct play_query asked[LOOKUP_ASKED_MAX];
	size_t nasked;
	/* Addresses that may be asked although strangers may not name them. */
	struct addr routers[PLAY_LOCAL_MAX], locals[PLAY_LOCAL_MAX];
	size_t nrouters, nlocals;
};

static inline uint32_t play_below(struct play *p, uint32_t n)
{
	return p->number(p->source, n);
}

static inline uint8_t play_byte(struct play *p)
{
	return (uint8_t)play_below(p, 256);
}

/* Few IPs and nets, so that they meet; some that may never be asked. */
static inline struct addr play_addr(struct play *p)
{
	static const uint16_t ports[] = {
		6881, 6881, 6882, 51413, 1024, 1023, 80, 0};
	static const uint8_t first[] = {20, 20, 20, 20, 21, 10, 127, 0, 224};
	uint16_t port = ports[play_below(p, sizeof ports / sizeof ports[0])];
	uint8_t net = play_byte(p), host = (uint8_t)play_below(p, 4);
	uint8_t ip[16] = {0x20, 1, 0x0d, 0xb8, [7] = net, [15] = host};
	bool is_other = play_below(p, 16) == 0;

	if ((p->family == ADDR_V6) != is_other)
		return addr_from_ip(span_of(ip, sizeof ip), port);
	return addr_v4(first[play_below(p, sizeof first)], 1, net, host, port);
}

/* Near the target or anywhere, made for the address or not. */
static inline struct node_id play_id(struct play *p, const struct addr *a)
{
	struct node_id id = p->target;
	uint32_t kind = play_below(p, 16);

	if (kind == 0)
		return (struct node_id){{0}};
	if (kind == 1)
		return id;
	for (size_t i = play_below(p, 6); i < 6; i++)
		id.b[i] = play_byte(p);
	id.b[NODE_ID_LEN - 1] = play_byte(p);
	if (kind < 10)
		node_id_for_addr(&id, a);
	return id;
}

static inline struct play_query *play_find(struct play *p, const struct addr *a)
{
	for (size_t i = 0; i < p->nasked; i++)
		if (addr_equal(&p->asked[i].addr, a))
			return &p->asked[i];
	return NULL;
}

static inline bool play_knows(const struct addr *list, size_t n,
	const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_equal(&list[i], a))
			return true;
	return false;
}

static inline size_t play_count(const struct play *p, enum play_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nasked; i++)
		n += p->asked[i].state == state;
	return n;
}

/* What was asked of an IP and a net before a is. */
static inline void play_check_crowd(const struct play *p, const struct addr *a)
{
	size_t ip = 0, net = 0, ips = 0, nets = 0;

	if (addr_is_local(a))
		return;
	for (size_t i = 0; i < p->nasked; i++) {
		const struct play_query *q = &p->asked[i];
		bool is_here =
			q->state == PLAY_OPEN || q->state == PLAY_REPLIED;

		ips += addr_same_ip(&q->addr, a);
		nets += addr_same_net(&q->addr, a);
		ip += is_here && addr_same_ip(&q->addr, a);
		net += is_here && addr_same_net(&q->addr, a);
	}
	assert(ip == 0 && ips < 2);
	assert(net < LOOKUP_NET_MAX && nets < LOOKUP_NET_ASKED_MAX);
}

static inline void play_check_result(struct play *p, size_t max)
{
	struct lookup_node r[LOOKUP_RESULT_MAX + 2];
	size_t n = lookup_result(p->l, r, max), verified = 0;

	assert(n <= max && n <= LOOKUP_RESULT_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct play_query *q = play_find(p, &r[i].addr);
		size_t ip = 0, net = 0;

		assert(q && q->state == PLAY_REPLIED);
		assert(node_id_equal(&q->id, &r[i].id));
		assert(q->token_len == r[i].token_len);
		for (size_t j = 0; j < r[i].token_len; j++)
			assert(r[i].token[j] == q->token_byte);
		assert(i == 0 || node_id_compare(&p->target, &r[i - 1].id,
					 &r[i].id) <= 0);
		verified += node_id_fits_addr(&r[i].id, &r[i].addr);
		for (size_t j = 0; j < i; j++) {
			ip += addr_same_ip(&r[j].addr, &r[i].addr);
			net += addr_same_net(&r[j].addr, &r[i].addr);
		}
		assert(addr_is_local(&r[i].addr) ||
			(ip == 0 && net < LOOKUP_NET_MAX));
	}
	assert(verified <= LOOKUP_K);
	assert(verified < LOOKUP_K || n - verified <= LOOKUP_UNVERIFIED);
	assert(n <= LOOKUP_K || n - verified <= LOOKUP_K);
}

static inline void play_check(const struct play *p)
{
	struct lookup_counts n = lookup_counts(p->l);

	assert(n.asked == p->nasked && n.asked <= LOOKUP_ASKED_MAX);
	assert(n.asked == n.open + n.replied + n.failed);
	assert(n.replied == play_count(p, PLAY_REPLIED));
	assert(n.failed == play_count(p, PLAY_FAILED));
	assert(n.depth_bits <= NODE_ID_BITS);
}

static inline bool play_ask(struct play *p)
{
	bool was_done = lookup_is_done(p->l);
	size_t open = play_count(p, PLAY_OPEN);
	struct play_query *q;
	struct node_id id;
	struct addr a;

	if (!lookup_next(p->l, &id, &a)) {
		/* It never waits for nothing. */
		assert(lookup_is_done(p->l) || open > 0 ||
			play_count(p, PLAY_LATE) > 0);
		return false;
	}
	assert(!was_done && open < LOOKUP_OPEN_MAX);
	assert(a.family == p->family && addr_is_dialable(&a));
	assert(a.port >= 1024 ||
		(node_id_is_zero(&id) &&
			play_knows(p->routers, p->nrouters, &a)));
	assert(!addr_is_local(&a) || play_knows(p->routers, p->nrouters, &a) ||
		play_knows(p->locals, p->nlocals, &a));
	play_check_crowd(p, &a);
	q = play_find(p, &a);
	if (q) {
		/* Once more, as it was silent. */
		assert(q->state == PLAY_LATE && q->tries == 1);
		assert(node_id_equal(&q->id, &id));
		q->state = PLAY_OPEN;
	} else {
		q = &p->asked[p->nasked++];
		*q = (struct play_query){
			.addr = a, .id = id, .state = PLAY_OPEN};
	}
	q->tries++;
	q->flying++;
	return true;
}

/* Remembers that a may be asked, as far as there is room for that. */
static inline bool play_allow(struct addr *list, size_t *n,
	const struct addr *a)
{
	if (play_knows(list, *n, a))
		return true;
	if (*n == PLAY_LOCAL_MAX)
		return false;
	list[(*n)++] = *a;
	return true;
}

static inline void play_add(struct play *p)
{
	struct addr a = play_addr(p);
	struct node_id id = play_id(p, &a);

	if (play_below(p, 8) == 0) {
		if (play_allow(p->routers, &p->nrouters, &a))
			lookup_add(p->l, NULL, &a);
	} else if (!addr_is_local(&a) ||
		   play_allow(p->locals, &p->nlocals, &a)) {
		lookup_add(p->l, &id, &a);
	}
}

/* Nodes of a reply, of which local ones count when it is local itself. */
static inline size_t play_nodes(struct play *p, const struct addr *from,
	struct krpc_node out[PLAY_NODES_MAX])
{
	size_t n = play_below(p, PLAY_NODES_MAX + 1);

	for (size_t i = 0; i < n; i++) {
		out[i].addr = play_addr(p);
		out[i].id = play_id(p, &out[i].addr);
		if (addr_is_local(from) && addr_is_local(&out[i].addr) &&
			!play_allow(p->locals, &p->nlocals, &out[i].addr))
			return i;
	}
	return n;
}

static inline bool play_is_in_flight(const struct play_query *q)
{
	return q && (q->state == PLAY_OPEN || q->state == PLAY_LATE);
}

/* One that was asked, mostly; else anybody. */
static inline struct addr play_somebody(struct play *p)
{
	if (p->nasked == 0 || play_below(p, 32) == 0)
		return play_addr(p);
	if (play_below(p, 4) == 0)
		return p->asked[play_below(p, (uint32_t)p->nasked)].addr;
	for (size_t i = p->nasked; i-- > 0;)
		if (play_is_in_flight(&p->asked[i]) && play_below(p, 3) > 0)
			return p->asked[i].addr;
	return p->asked[p->nasked - 1].addr;
}

static inline void play_reply(struct play *p)
{
	struct addr from = play_somebody(p);
	struct play_query *q = play_find(p, &from);
	struct node_id id = play_id(p, &from);
	struct krpc_node nodes[PLAY_NODES_MAX];
	size_t len = play_below(p, KRPC_TOKEN_MAX + 8);
	uint8_t token[KRPC_TOKEN_MAX + 8];
	bool is_new = play_is_in_flight(q);
	size_t n = play_nodes(p, &from, nodes);

	memset(token, play_byte(p), sizeof token);
	if (q && !node_id_is_zero(&q->id) && play_below(p, 16) > 0)
		id = q->id;
	lookup_replied(p->l, &from, &id, span_of(token, len), nodes, n);
	if (!is_new)
		return;
	/* One who was not kept and is another now was not found out. */
	if (lookup_counts(p->l).failed > play_count(p, PLAY_FAILED)) {
		assert(!node_id_equal(&q->id, &id));
		q->state = PLAY_FAILED;
		return;
	}
	q->state = PLAY_REPLIED;
	q->id = id;
	q->token_byte = token[0];
	q->token_len = len <= KRPC_TOKEN_MAX ? len : 0;
}

/* Of two queries to it, one. */
static inline void play_fail_one(struct play *p, const struct addr *a)
{
	struct play_query *q = play_find(p, a);

	lookup_failed(p->l, a);
	if (play_is_in_flight(q))
		q->state = --q->flying > 0 ? PLAY_LATE : PLAY_FAILED;
}

static inline void play_fail(struct play *p)
{
	struct addr a = play_somebody(p);

	play_fail_one(p, &a);
}

static inline void play_delay(struct play *p)
{
	struct addr a = play_somebody(p);
	struct play_query *q = play_find(p, &a);

	lookup_late(p->l, &a);
	if (q && q->state == PLAY_OPEN)
		q->state = PLAY_LATE;
}

static inline void play_step(struct play *p)
{
	uint32_t what = play_below(p, 16);

	if (what < 5)
		play_ask(p);
	else if (what < 11)
		play_reply(p);
	else if (what < 13)
		play_fail(p);
	else if (what < 15)
		play_delay(p);
	else
		play_add(p);
	play_check(p);
}

static inline void play_init(struct play *p,
	uint32_t (*number)(void *source, uint32_t n), void *source)
{
	*p = (struct play){.number = number, .source = source};
	for (size_t i = 0; i < NODE_ID_LEN; i++)
		p->target.b[i] = play_byte(p);
	p->family = play_below(p, 4) == 0 ? ADDR_V6 : ADDR_V4;
	p->l = lookup_new(&p->target, p->family);
	for (uint32_t n = 1 + play_below(p, 12); n > 0; n--)
		play_add(p);
}

/* Whatever was played, it ends. */
static inline void play_finish(struct play *p)
{
	while (!lookup_is_done(p->l)) {
		if (play_ask(p))
			continue;
		for (size_t i = 0; i < p->nasked; i++) {
			if (!play_is_in_flight(&p->asked[i]))
				continue;
			play_fail_one(p, &p->asked[i].addr);
			break;
		}
		play_check(p);
	}
	assert(!play_ask(p));
	for (size_t max = 0; max <= LOOKUP_RESULT_MAX + 2; max++)
		play_check_result(p, max);
	lookup_free(p->l);
}

#endif
