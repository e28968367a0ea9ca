/*
 * dht_net.h - a tiny network of DHT nodes in one process: a queue of datagrams
 * and a virtual clock.  Datagrams for an address without a node are kept, so
 * that a test can play any stranger.  Include after cmocka.h.
 */
#ifndef TESTS_DHT_NET_H
#define TESTS_DHT_NET_H

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "dht/dht.h"
#include "dht/dht_priv.h"
#include "dht/krpc.h"

#define NET_NODES 64u
#define NET_STRAYS 512u
#define NET_EVENTS 256u
#define NET_DELAY_MS 20u

struct net;

struct net_event {
	struct dht_event ev;
	struct addr peers[KRPC_VALUES_MAX];
};

struct net_node {
	struct net *net;
	struct dht *d;
	struct addr addr[2]; /* IPv4, IPv6; ADDR_NONE: none */
	bool is_off;         /* gets nothing, and its clock stands */
	struct net_event *events;
	size_t nevents;
	uint64_t sent, ticks;
};

struct net_packet {
	uint64_t at;
	struct addr from, to;
	size_t n;
	uint8_t bytes[KRPC_PACKET_MAX];
};

struct net {
	uint64_t now;
	struct rng rng;
	struct net_node nodes[NET_NODES];
	size_t nnodes;
	struct net_packet *queue; /* by arrival; from head on */
	size_t head, nqueue, queue_cap;
	struct net_packet *strays;
	size_t nstrays;
	uint32_t loss_percent;
	/* True: this datagram is lost. */
	bool (*lose)(const struct net_packet *p);
	size_t longest; /* datagram so far */
};

/* --- addresses ------------------------------------------------------------ */

/* Public, each in a net of its own. */
static inline struct addr net_v4(unsigned i)
{
	return addr_v4(50, (uint8_t)(i >> 8), (uint8_t)i, 7, 6881);
}

static inline struct addr net_v6(unsigned i)
{
	uint8_t ip[16] = {
		0x2a, 0, [5] = (uint8_t)(i >> 8), [6] = (uint8_t)i, [15] = 7};

	return addr_from_ip(span_of(ip, 16), 6881);
}

static inline struct net_node *net_node_at(struct net *net,
	const struct addr *a)
{
	for (size_t i = 0; i < net->nnodes; i++)
		for (size_t j = 0; j < 2; j++)
			if (addr_equal(&net->nodes[i].addr[j], a))
				return &net->nodes[i];
	return NULL;
}

/* --- datagrams ------------------------------------------------------------ */

static inline void net_post(struct net *net, const struct addr *from,
	const struct addr *to, struct span packet)
{
	struct net_packet p = {.at = net->now + NET_DELAY_MS,
		.from = *from,
		.to = *to,
		.n = packet.n};

	assert_true(packet.n <= sizeof p.bytes);
	memcpy(p.bytes, packet.p, packet.n);
	if (p.n > net->longest)
		net->longest = p.n;
	if ((net->lose && net->lose(&p)) ||
		rng_below(&net->rng, 100) < net->loss_percent)
		return;
	if (net->head == net->nqueue)
		net->head = net->nqueue = 0;
	net->queue = (struct net_packet *)mem_grow(net->queue, &net->queue_cap,
		net->nqueue + 1, sizeof *net->queue);
	net->queue[net->nqueue++] = p;
}

static inline void net_node_send(void *user, const struct addr *to,
	struct span packet)
{
	struct net_node *n = (struct net_node *)user;
	const struct addr *from = &n->addr[to->family == ADDR_V6];

	n->sent++;
	if (from->family == to->family)
		net_post(n->net, from, to, packet);
}

static inline void net_node_random(void *user, void *p, size_t n)
{
	rng_fill(&((struct net_node *)user)->net->rng, p, n);
}

/* --- nodes ---------------------------------------------------------------- */

static inline void net_init(struct net *net, uint64_t seed)
{
	hash_setup();
	memset(net, 0, sizeof *net);
	net->now = 5000;
	rng_seed(&net->rng, seed);
	net->strays =
		(struct net_packet *)mem_array(NET_STRAYS, sizeof *net->strays);
}

static inline void net_fini(struct net *net)
{
	for (size_t i = 0; i < net->nnodes; i++) {
		dht_free(net->nodes[i].d);
		mem_free(net->nodes[i].events);
	}
	mem_free(net->queue);
	mem_free(net->strays);
}

static inline void net_start(struct net_node *n, const struct dht_config *cfg)
{
	struct dht_ops ops = {net_node_send, net_node_random, n};

	n->d = dht_new(cfg, &ops, n->net->now);
}

static inline struct net_node *net_add_with(struct net *net,
	const struct addr *v4, const struct addr *v6, struct dht_config cfg)
{
	struct net_node *n = &net->nodes[net->nnodes++];

	assert_true(net->nnodes <= NET_NODES);
	n->net = net;
	if (v4)
		n->addr[0] = *v4;
	if (v6)
		n->addr[1] = *v6;
	cfg.ipv4 = v4 != NULL;
	cfg.ipv6 = v6 != NULL;
	n->events =
		(struct net_event *)mem_array(NET_EVENTS, sizeof *n->events);
	net_start(n, &cfg);
	return n;
}

static inline struct net_node *net_add(struct net *net, bool v4, bool v6)
{
	struct addr a4 = net_v4((unsigned)net->nnodes + 1);
	struct addr a6 = net_v6((unsigned)net->nnodes + 1);
	struct dht_config cfg = {.version = "TU01"};

	return net_add_with(net, v4 ? &a4 : NULL, v6 ? &a6 : NULL, cfg);
}

/* Keeps what happened. */
static inline void net_drain(struct net_node *n)
{
	struct dht_event ev;

	while (dht_next_event(n->d, &ev)) {
		struct net_event *e = &n->events[n->nevents++];

		assert_true(n->nevents <= NET_EVENTS);
		assert_true(ev.npeers <= KRPC_VALUES_MAX);
		e->ev = ev;
		for (size_t i = 0; i < ev.npeers; i++)
			e->peers[i] = ev.peers[i];
		e->ev.peers = NULL;
	}
}

/* --- time ----------------------------------------------------------------- */

static inline void net_deliver(struct net *net)
{
	struct net_packet p = net->queue[net->head++];
	struct net_node *n = net_node_at(net, &p.to);

	if (n && !n->is_off) {
		dht_receive(n->d, span_of(p.bytes, p.n), &p.from, net->now);
		net_drain(n);
	} else if (!n && net->nstrays < NET_STRAYS) {
		net->strays[net->nstrays++] = p;
	}
}

/* The earliest of what is to come; DHT_NEVER: nothing. */
static inline uint64_t net_next(struct net *net, struct net_node **who)
{
	uint64_t at =
		net->head < net->nqueue ? net->queue[net->head].at : DHT_NEVER;

	*who = NULL;
	for (size_t i = 0; i < net->nnodes; i++) {
		struct net_node *n = &net->nodes[i];
		uint64_t due = n->is_off ? DHT_NEVER : dht_deadline(n->d);

		if (due >= at)
			continue;
		at = due;
		*who = n;
	}
	return at;
}

static inline void net_run(struct net *net, uint64_t ms)
{
	uint64_t end = net->now + ms, at;
	struct net_node *who;
	unsigned same = 0;

	while ((at = net_next(net, &who)) <= end) {
		same = at > net->now ? 0 : same + 1;
		/* A node that is due again and again makes no way. */
		assert_true(same < 100000);
		if (at > net->now)
			net->now = at;
		if (who) {
			dht_tick(who->d, net->now);
			who->ticks++;
			net_drain(who);
		} else {
			net_deliver(net);
		}
	}
	net->now = end;
}

/* --- strangers ------------------------------------------------------------ */

/* The first datagram kept for this address, taken out; false: none. */
static inline bool net_take(struct net *net, const struct addr *to,
	struct net_packet *out)
{
	for (size_t i = 0; i < net->nstrays; i++) {
		if (!addr_equal(&net->strays[i].to, to))
			continue;
		*out = net->strays[i];
		net->nstrays--;
		memmove(&net->strays[i], &net->strays[i + 1],
			(net->nstrays - i) * sizeof *net->strays);
		return true;
	}
	return false;
}

static inline size_t net_strays_to(struct net *net, const struct addr *to)
{
	size_t n = 0;

	for (size_t i = 0; i < net->nstrays; i++)
		n += addr_equal(&net->strays[i].to, to);
	return n;
}

/* Of a packet that was taken; its spans point into it. */
static inline struct krpc net_parse(const struct net_packet *p)
{
	enum krpc_code complaint;
	struct krpc m;

	assert_int_equal(krpc_parse(span_of(p->bytes, p->n), &m, &complaint),
		ERR_OK);
	return m;
}

/* The next message for this address; it has to be there. */
static inline struct krpc net_expect(struct net *net, const struct addr *to,
	struct net_packet *p)
{
	assert_true(net_take(net, to, p));
	return net_parse(p);
}

static inline void net_write(struct net *net, const struct addr *from,
	const struct addr *to, const struct krpc *m)
{
	uint8_t bytes[KRPC_PACKET_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	krpc_write(m, &w);
	assert_false(w.full);
	net_post(net, from, to, writer_span(&w));
}

static inline struct krpc net_query(enum krpc_method method,
	const struct node_id *id)
{
	return (struct krpc){.kind = KRPC_QUERY,
		.method = method,
		.tid = span_str("tt"),
		.has_id = true,
		.id = *id};
}

/* Answers a query of a node that was sent to a stranger's address. */
static inline void net_reply(struct net *net, const struct net_packet *query,
	struct krpc m, const struct node_id *id)
{
	struct krpc q = net_parse(query);

	m.kind = KRPC_REPLY;
	m.tid = q.tid;
	m.has_id = true;
	m.id = *id;
	net_write(net, &query->to, &query->from, &m);
}

static inline struct node_id net_id(struct net *net, const struct addr *a)
{
	struct node_id id;

	rng_fill(&net->rng, id.b, sizeof id.b);
	if (a)
		node_id_for_addr(&id, a);
	return id;
}

/* Makes a stranger a contact of the node; ip: what it says of our address. */
static inline void net_meet(struct net *net, struct net_node *n,
	const struct addr *a, const struct node_id *id, const struct addr *ip)
{
	struct krpc m = {.kind = KRPC_REPLY};
	struct net_packet p;

	dht_add_contact(n->d, a, net->now);
	net_run(net, 500);
	assert_int_equal(net_expect(net, a, &p).method, KRPC_PING);
	if (ip)
		m.external = *ip;
	net_reply(net, &p, m, id);
	net_run(net, NET_DELAY_MS);
}

/* Asks as a stranger; the answer is in *p, which r points into. */
static inline bool net_ask(struct net *net, const struct net_node *n,
	const struct addr *from, const struct krpc *q, struct net_packet *p,
	struct krpc *r)
{
	net_write(net, from, &n->addr[from->family == ADDR_V6], q);
	net_run(net, 2 * NET_DELAY_MS);
	while (net_take(net, from, p)) {
		*r = net_parse(p);
		if (r->kind != KRPC_QUERY)
			return true;
	}
	return false;
}

/* --- rings ---------------------------------------------------------------- */

/* n more nodes that join through the first of the network. */
static inline void net_grow(struct net *net, size_t n, bool v4, bool v6)
{
	for (size_t i = 0; i < n; i++) {
		struct net_node *node = net_add(net, v4, v6);
		const struct net_node *first = &net->nodes[0];

		for (size_t j = 0; j < 2; j++)
			if (node != first && node->addr[j].family &&
				first->addr[j].family)
				dht_add_router(node->d, &first->addr[j],
					net->now);
		net_run(net, 100);
	}
}

static inline struct dht_query net_hash(const char *name)
{
	struct dht_query q = {.announce_port = 0};

	sha1(span_str(name), q.hash);
	return q;
}

/* Searches and waits for the end; returns the last event. */
static inline struct dht_event net_search(struct net_node *n,
	const struct dht_query *q)
{
	dht_search_id id = 0;

	n->nevents = 0;
	assert_int_equal(dht_search(n->d, q, n->net->now, &id), ERR_OK);
	assert_true(id != 0);
	for (unsigned s = 0; s < 60; s++) {
		net_run(n->net, 1000);
		for (size_t i = 0; i < n->nevents; i++)
			if (n->events[i].ev.kind == DHT_SEARCH_DONE &&
				n->events[i].ev.search == id)
				return n->events[i].ev;
	}
	fail_msg("the search does not end");
	return n->events[0].ev;
}

/* Whether it was told of this peer. */
static inline bool net_was_told(const struct net_node *n, const struct addr *a)
{
	for (size_t i = 0; i < n->nevents; i++)
		for (size_t j = 0; j < n->events[i].ev.npeers; j++)
			if (addr_equal(&n->events[i].peers[j], a))
				return true;
	return false;
}

#endif
