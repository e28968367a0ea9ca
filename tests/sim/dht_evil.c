/*
 * dht_evil.c - see dht_evil.h.
 */
#include "dht_evil.h"

#include <string.h>

#include "base/mem.h"
#include "dht/krpc.h"

#define NAMED 8u
#define NEAR_BITS 48u /* that made-up ids share with the hash */
#define FIT_DRAWS 64u /* of addresses and ids, to come close to the hash */
#define STEP_MS 250u
#define CLOSEST 32u
#define PORT_FIRST 2000u

struct sybil {
	struct sybils *all;
	struct node_id id;
	struct addr addr;
};

struct sybils {
	struct dht_net *net;
	struct sybils_plan plan;
	struct sybil *one;
	struct addr *victims;
	uint64_t hits;
	bool is_over;
};

/* --- identities ----------------------------------------------------------- */

static void near_id(struct sybils *s, struct node_id *id)
{
	rng_fill(dht_net_rng(s->net), id->b, sizeof id->b);
	memcpy(id->b, s->plan.hash.b, NEAR_BITS / 8);
}

static void fit_id(struct sybils *s, const struct addr *a, struct node_id *id)
{
	rng_fill(dht_net_rng(s->net), id->b, sizeof id->b);
	node_id_for_addr(id, a);
}

/* An attacker draws until it is close; what the address leaves free is as the
 * hash has it. */
static void near_fit_id(struct sybils *s, struct addr *a, struct node_id *id)
{
	struct addr net = *a;

	fit_id(s, a, id);
	for (unsigned i = 0; i < FIT_DRAWS; i++) {
		struct addr other = dht_net_new_addr(s->net, &net);
		struct node_id draw;

		memcpy(draw.b, s->plan.hash.b, sizeof draw.b);
		draw.b[NODE_ID_LEN - 1] =
			(uint8_t)rng_below(dht_net_rng(s->net), 256);
		node_id_for_addr(&draw, &other);
		if (node_id_compare(&s->plan.hash, &draw, id) >= 0)
			continue;
		*id = draw;
		*a = other;
	}
}

static void make_identity(struct sybils *s, uint32_t i)
{
	const struct sybils_plan *p = &s->plan;
	struct sybil *me = &s->one[i];
	const struct addr *near = NULL;

	me->all = s;
	if (p->nets > 0 && i >= p->nets)
		near = &s->one[i % p->nets].addr;
	if (p->one_host && i > 0) {
		me->addr = s->one[0].addr;
		me->addr.port = (uint16_t)(PORT_FIRST + i);
	} else {
		me->addr = dht_net_new_addr(s->net, near);
	}
	if (p->ids == SYBIL_NEAR)
		near_id(s, &me->id);
	else if (p->ids == SYBIL_FIT || p->one_host)
		fit_id(s, &me->addr, &me->id);
	else
		near_fit_id(s, &me->addr, &me->id);
}

uint32_t sybils_count(const struct sybils *s)
{
	return s->plan.count;
}

const struct node_id *sybils_id(const struct sybils *s, uint32_t i)
{
	return &s->one[i].id;
}

const struct addr *sybils_addr(const struct sybils *s, uint32_t i)
{
	return &s->one[i].addr;
}

/* --- what they say -------------------------------------------------------- */

static void name_friends(struct sybils *s, const struct node_id *target,
	struct writer *w)
{
	const struct sybil *near[NAMED];
	size_t have = 0;

	for (uint32_t i = 0; i < s->plan.count; i++) {
		size_t at = have;

		while (at > 0 && node_id_compare(target, &s->one[i].id,
					 &near[at - 1]->id) < 0)
			at--;
		if (at == NAMED)
			continue;
		if (have < NAMED)
			have++;
		memmove(&near[at + 1], &near[at],
			(have - at - 1) * sizeof(void *));
		near[at] = &s->one[i];
	}
	for (size_t i = 0; i < have; i++)
		krpc_write_node(w, &near[i]->id, &near[i]->addr);
}

/* Ids next to the target that fit the address, as far as that goes. */
static void name_others(struct sybils *s, const struct node_id *target,
	struct writer *w)
{
	struct rng *r = dht_net_rng(s->net);

	for (unsigned i = 0; i < NAMED; i++) {
		struct node_id id = *target;
		struct addr a;

		if (s->plan.words == SYBIL_NAMES_VICTIMS) {
			a = s->victims[rng_below(r, s->plan.victims)];
			a.port = (uint16_t)(1024 + rng_below(r, 60000));
		} else {
			a = dht_net_new_addr(s->net, NULL);
		}
		id.b[NODE_ID_LEN - 1] = (uint8_t)rng_below(r, 256);
		if (rng_below(r, 2))
			node_id_for_addr(&id, &a);
		krpc_write_node(w, &id, &a);
	}
}

static void answer(struct sybil *me, const struct addr *from,
	const struct krpc *q)
{
	uint8_t packet[KRPC_PACKET_MAX], nodes[NAMED * KRPC_NODE_V4];
	struct writer w = writer_of(packet, sizeof packet);
	struct writer named = writer_of(nodes, sizeof nodes);
	struct krpc m = {.kind = KRPC_REPLY,
		.tid = q->tid,
		.external = *from,
		.has_id = true,
		.id = me->id};

	if (q->method == KRPC_FIND_NODE || q->method == KRPC_GET_PEERS) {
		if (me->all->plan.words == SYBIL_NAMES_FRIENDS)
			name_friends(me->all, &q->target, &named);
		else
			name_others(me->all, &q->target, &named);
		m.nodes = writer_span(&named);
	}
	if (q->method == KRPC_GET_PEERS)
		m.token = span_str("sesame");
	krpc_write(&m, &w);
	dht_net_send(me->all->net, &me->addr, from, writer_span(&w));
}

static struct sybil *behind(struct sybil *me, const struct addr *to)
{
	struct sybils *s = me->all;
	uint32_t i = (uint32_t)to->port - PORT_FIRST;

	if (me->addr.port == to->port || !s->plan.one_host)
		return me;
	return i > 0 && i < s->plan.count ? &s->one[i] : NULL;
}

static void receive(void *user, const struct addr *from, const struct addr *to,
	struct span packet)
{
	struct sybil *me = behind((struct sybil *)user, to);
	enum krpc_code complaint;
	struct krpc q;

	if (!me || !addr_equal(&me->addr, to))
		return;
	if (krpc_parse(packet, &q, &complaint) == ERR_OK &&
		q.kind == KRPC_QUERY)
		answer(me, from, &q);
}

static void be_hit(void *user, const struct addr *from, const struct addr *to,
	struct span packet)
{
	(void)from;
	(void)to;
	(void)packet;
	((struct sybils *)user)->hits++;
}

static void be_gone(void *user, const struct addr *from, const struct addr *to,
	struct span packet)
{
	(void)user;
	(void)from;
	(void)to;
	(void)packet;
}

uint64_t sybils_hits(const struct sybils *s)
{
	return s->hits;
}

/* --- what they do --------------------------------------------------------- */

static void ask(struct dht_net *n, const struct addr *from,
	const struct node_id *id, const struct addr *to, struct krpc *q)
{
	uint8_t packet[KRPC_PACKET_MAX];
	struct writer w = writer_of(packet, sizeof packet);

	q->kind = KRPC_QUERY;
	q->tid = span_str("evil");
	q->has_id = true;
	q->id = *id;
	krpc_write(q, &w);
	dht_net_send(n, from, to, writer_span(&w));
}

static void ask_somebody(struct sybils *s, const uint32_t *near, size_t nnear)
{
	struct rng *r = dht_net_rng(s->net);
	struct sybil *me = &s->one[rng_below(r, s->plan.count)];
	uint32_t whom = near[rng_below(r, nnear)];
	struct krpc q = {
		.method = KRPC_FIND_NODE, .has_target = true, .target = me->id};

	if (rng_below(r, 2))
		whom = dht_net_pick(s->net, 0);
	ask(s->net, &me->addr, &me->id, &dht_net_node(s->net, whom)->addr, &q);
}

void sybils_run(struct sybils *s, uint64_t ms, uint64_t each_ms)
{
	uint64_t owed = 0;

	for (uint64_t at = 0; at < ms; at += STEP_MS) {
		uint32_t near[CLOSEST];
		size_t n =
			dht_net_closest(s->net, &s->plan.hash, near, CLOSEST);

		owed += (uint64_t)s->plan.count * STEP_MS;
		for (; owed >= each_ms; owed -= each_ms)
			ask_somebody(s, near, n);
		dht_net_run(s->net, STEP_MS);
	}
}

struct sybils *sybils_new(struct dht_net *n, const struct sybils_plan *plan)
{
	struct sybils *s = (struct sybils *)mem_zero(sizeof *s);

	s->net = n;
	s->plan = *plan;
	s->one = (struct sybil *)mem_zero_array(plan->count, sizeof *s->one);
	for (uint32_t i = 0; i < plan->count; i++) {
		make_identity(s, i);
		if (i == 0 || !plan->one_host)
			dht_net_host(n, &s->one[i].addr, receive, &s->one[i]);
	}
	s->victims = (struct addr *)mem_zero_array(plan->victims + 1,
		sizeof *s->victims);
	for (uint32_t i = 0; i < plan->victims; i++) {
		s->victims[i] = dht_net_new_addr(n, NULL);
		dht_net_host(n, &s->victims[i], be_hit, s);
	}
	return s;
}

void sybils_free(struct sybils *s)
{
	for (uint32_t i = 0; i < s->plan.count; i++)
		if (i == 0 || !s->plan.one_host)
			dht_net_host(s->net, &s->one[i].addr, be_gone, NULL);
	for (uint32_t i = 0; i < s->plan.victims; i++)
		dht_net_host(s->net, &s->victims[i], be_gone, NULL);
	mem_free(s->victims);
	mem_free(s->one);
	mem_free(s);
}

/* --- one attacker at one node --------------------------------------------- */

static void count_answer(void *user, const struct addr *from,
	const struct addr *to, struct span packet)
{
	struct flood *f = (struct flood *)user;

	(void)from;
	(void)to;
	f->answers++;
	f->answered_bytes += packet.n;
}

/* The smallest there is, for the largest answer. */
static size_t flood_query(struct dht_net *n, uint8_t *packet, size_t max)
{
	struct rng *r = dht_net_rng(n);
	struct writer w = writer_of(packet, max);
	struct krpc q = {.kind = KRPC_QUERY,
		.method = KRPC_GET_PEERS,
		.tid = span_str("x"),
		.has_id = true,
		.has_target = true};

	rng_fill(r, q.id.b, sizeof q.id.b);
	rng_fill(r, q.target.b, sizeof q.target.b);
	krpc_write(&q, &w);
	return w.len;
}

struct flood evil_flood(struct dht_net *n, uint32_t node, uint32_t sources,
	uint32_t per_s, uint64_t ms)
{
	uint32_t hosts = sources ? sources : 1;
	struct addr *from = (struct addr *)mem_zero_array(hosts, sizeof *from);
	struct addr to = dht_net_node(n, node)->addr;
	uint8_t packet[KRPC_PACKET_MAX];
	struct flood f = {0};
	uint64_t owed = 0;

	for (uint32_t i = 0; i < hosts; i++) {
		from[i] = dht_net_new_addr(n, NULL);
		dht_net_host(n, &from[i], count_answer, &f);
	}
	for (uint64_t at = 0; at < ms; at++) {
		for (owed += per_s; owed >= 1000; owed -= 1000) {
			size_t len = flood_query(n, packet, sizeof packet);
			uint64_t i = rng_below(dht_net_rng(n), hosts);

			f.queries++;
			f.bytes += len;
			dht_net_send(n, &from[i], &to, span_of(packet, len));
		}
		dht_net_run(n, 1);
	}
	dht_net_run(n, 1000);
	for (uint32_t i = 0; i < hosts; i++)
		dht_net_host(n, &from[i], be_gone, NULL);
	mem_free(from);
	return f;
}

/* --- tokens --------------------------------------------------------------- */

struct forger {
	uint8_t token[KRPC_TOKEN_MAX];
	size_t len;
	uint32_t thanks; /* replies other than errors */
};

static void hear(void *user, const struct addr *from, const struct addr *to,
	struct span packet)
{
	struct forger *f = (struct forger *)user;
	enum krpc_code complaint;
	struct krpc m;

	(void)from;
	(void)to;
	if (krpc_parse(packet, &m, &complaint) != ERR_OK ||
		m.kind != KRPC_REPLY)
		return;
	f->thanks++;
	if (m.token.n > 0) {
		memcpy(f->token, m.token.p, m.token.n);
		f->len = m.token.n;
	}
}

struct forgery {
	struct dht_net *n;
	struct forger f;
	struct addr victim;
	struct node_id id, hash;
	uint32_t tries;
};

/* Slowly enough to be listened to. */
static void announce(struct forgery *g, const struct addr *from,
	const struct node_id *hash, struct span token)
{
	struct krpc q = {.method = KRPC_ANNOUNCE,
		.has_target = true,
		.target = *hash,
		.has_port = true,
		.port = 6881,
		.token = token};

	g->tries++;
	ask(g->n, from, &g->id, &g->victim, &q);
	dht_net_run(g->n, 1000);
}

static void get_token(struct forgery *g, const struct addr *from)
{
	struct krpc q = {.method = KRPC_GET_PEERS,
		.has_target = true,
		.target = g->hash};

	for (unsigned i = 0; i < 8 && g->f.len == 0; i++) {
		ask(g->n, from, &g->id, &g->victim, &q);
		dht_net_run(g->n, 1000);
	}
}

uint32_t evil_forge_tokens(struct dht_net *n, uint32_t node, uint32_t *tries)
{
	struct forgery g = {.n = n, .victim = dht_net_node(n, node)->addr};
	struct addr here = dht_net_new_addr(n, NULL);
	struct addr there = dht_net_new_addr(n, &here);
	struct node_id other;
	uint8_t guess[8];

	rng_fill(dht_net_rng(n), g.id.b, sizeof g.id.b);
	rng_fill(dht_net_rng(n), g.hash.b, sizeof g.hash.b);
	rng_fill(dht_net_rng(n), other.b, sizeof other.b);
	dht_net_host(n, &here, hear, &g.f);
	dht_net_host(n, &there, hear, &g.f);
	get_token(&g, &here);
	g.f.thanks = 0;
	for (unsigned i = 0; i < 40; i++) {
		rng_fill(dht_net_rng(n), guess, sizeof guess);
		announce(&g, &here, &g.hash,
			span_of(guess, i % 8 ? sizeof guess : i / 8));
	}
	for (unsigned i = 0; i < 10; i++) {
		announce(&g, &there, &g.hash, span_of(g.f.token, g.f.len));
		announce(&g, &here, &other, span_of(g.f.token, g.f.len));
	}
	dht_net_run(n, 600000);
	for (unsigned i = 0; i < 10; i++)
		announce(&g, &here, &g.hash, span_of(g.f.token, g.f.len));
	dht_net_host(n, &here, be_gone, NULL);
	dht_net_host(n, &there, be_gone, NULL);
	*tries = g.tries;
	return g.f.thanks;
}
