/*
 * dht_model.h - a node under any sequence of datagrams, moments and wishes,
 * driven by any source of numbers: a seeded generator in dht_random_test.c,
 * hostile bytes in dht_node_fuzz.c.  After each step is checked:
 *
 *   - every datagram of ours is well-formed and in its bounds, an answer goes
 *     to the asker and is no longer than DHT_ANSWER_FACTOR allows;
 *   - whom we ask can be asked: a port that is not a service's, nobody local
 *     unless somebody local spoke, not ourselves;
 *   - contacts and peers come only from answers to queries of ours;
 *   - a node that is not due is left alone, one that was ticked is not due.
 */
#ifndef TESTS_DHT_MODEL_H
#define TESTS_DHT_MODEL_H

#include <assert.h>
#include <string.h>

#include "base/rng.h"
#include "dht/dht.h"
#include "dht/dht_priv.h"

#define MODEL_ADDRS 24u
#define MODEL_PENDING 64u
#define MODEL_TICKS_MAX 2000u /* at one moment */

/* A number below n; n > 0. */
typedef uint32_t dht_model_choose(void *source, uint32_t n);

struct dht_model_query {
	uint8_t tid[TXN_ID_LEN];
	struct addr to;
};

struct dht_model {
	dht_model_choose *choose;
	void *source;
	struct dht *d;
	struct rng rng;
	uint64_t now;
	bool is_public; /* nobody local is here */

	/* Queries of ours, the last ones; a ring. */
	struct dht_model_query pending[MODEL_PENDING];
	uint32_t npending;
	/* The token that an address was given last. */
	uint8_t token[MODEL_ADDRS][TOKEN_LEN];
	dht_search_id search;

	/* Of the step that is under way. */
	const struct addr *asker; /* it is a datagram's */
	size_t asked_bytes;
	bool asks_item;
	uint32_t answers;
};

/* --- addresses --------------------------------------------------------------
 */

static inline struct addr dht_model_addr(const struct dht_model *m, uint32_t i)
{
	uint8_t ip[16] = {0x2a, 1, [5] = (uint8_t)i, [15] = 1};

	if (m->is_public && i >= 18)
		i -= 8;
	if (i < 10)
		return addr_v4(60, 0, (uint8_t)i, 1, 6881);
	if (i < 16)
		return addr_from_ip(span_of(ip, 16), 6881);
	switch (i) {
	case 16: /* another node behind the same address */
		return addr_v4(60, 0, 1, 1, 6882);
	case 17:
		return addr_v4(60, 0, 77, 1, 53);
	case 18:
	case 19:
		return addr_v4(127, 0, 0, 1, (uint16_t)(7000 + i));
	case 20:
		return addr_v4(192, 168, 0, 1, 6881);
	case 21:
		ip[0] = 0xfd;
		break;
	case 22: /* link-local */
		ip[0] = 0xfe;
		ip[1] = 0x80;
		break;
	default:
		ip[0] = 0xfc;
		break;
	}
	return addr_from_ip(span_of(ip, 16), 6881);
}

static inline uint32_t dht_model_index(const struct dht_model *m,
	const struct addr *a)
{
	for (uint32_t i = 0; i < MODEL_ADDRS; i++) {
		struct addr b = dht_model_addr(m, i);

		if (addr_equal(&b, a))
			return i;
	}
	return MODEL_ADDRS;
}

/* --- what leaves the node ---------------------------------------------------
 */

static inline void dht_model_sent_answer(struct dht_model *m,
	const struct addr *to, const struct krpc *r, size_t bytes)
{
	const struct family *f = &m->d->fam[to->family == ADDR_V6];
	uint32_t i = dht_model_index(m, to);

	assert(m->asker && addr_equal(to, m->asker));
	m->answers++;
	assert(m->answers == 1);
	if (!m->asks_item && !table_find(f->table, to))
		assert(bytes <= DHT_ANSWER_FACTOR * m->asked_bytes);
	if (r->token.n == TOKEN_LEN && i < MODEL_ADDRS)
		memcpy(m->token[i], r->token.p, TOKEN_LEN);
	for (size_t k = 0; k < r->nvalues; k++)
		assert(dht_may_name(to, &r->values[k]));
}

static inline void dht_model_sent_query(struct dht_model *m,
	const struct addr *to, const struct krpc *q)
{
	struct dht_model_query *p = &m->pending[m->npending++ % MODEL_PENDING];

	assert(q->tid.n == TXN_ID_LEN && q->has_id);
	assert(to->port >= KRPC_PORT_MIN || dht_is_router(m->d, to));
	assert(!addr_needs_scope(to));
	if (m->is_public)
		assert(!addr_is_local(to));
	memcpy(p->tid, q->tid.p, TXN_ID_LEN);
	p->to = *to;
}

static inline void dht_model_send(void *user, const struct addr *to,
	struct span packet)
{
	struct dht_model *m = (struct dht_model *)user;
	enum krpc_code complaint;
	struct krpc k;

	assert(packet.n <= KRPC_PACKET_MAX);
	assert(addr_is_dialable(to));
	assert(krpc_parse(packet, &k, &complaint) == ERR_OK);
	if (k.kind == KRPC_QUERY) {
		assert(complaint == 0);
		dht_model_sent_query(m, to, &k);
	} else {
		dht_model_sent_answer(m, to, &k, packet.n);
	}
}

static inline void dht_model_random(void *user, void *p, size_t n)
{
	rng_fill(&((struct dht_model *)user)->rng, p, n);
}

static inline void dht_model_init(struct dht_model *m, dht_model_choose *choose,
	void *source)
{
	struct dht_ops ops = {dht_model_send, dht_model_random, m};
	struct dht_config cfg = {.ipv4 = true,
		.ipv6 = true,
		.max_hashes = 8,
		.max_peers = 8,
		.answers_per_s = 1000,
		.version = "TU01"};

	memset(m, 0, sizeof *m);
	m->choose = choose;
	m->source = source;
	m->now = 1000;
	rng_seed(&m->rng, 7);
	m->is_public = choose(source, 2);
	m->d = dht_new(&cfg, &ops, m->now);
}

static inline void dht_model_fini(struct dht_model *m)
{
	dht_free(m->d);
}

/* --- datagrams ---------------------------------------------------------------
 */

static inline struct addr dht_model_any_addr(struct dht_model *m)
{
	return dht_model_addr(m, m->choose(m->source, MODEL_ADDRS));
}

static inline struct node_id dht_model_id(struct dht_model *m,
	const struct addr *a)
{
	struct node_id id = {{(uint8_t)m->choose(m->source, 8),
		[19] = (uint8_t)m->choose(m->source, 4)}};

	switch (m->choose(m->source, 16)) {
	case 0:
		return m->d->fam[a->family == ADDR_V6].id;
	case 1:
		node_id_for_addr(&id, a);
		break;
	default:
		/* The same one each time. */
		id.b[1] = (uint8_t)dht_model_index(m, a);
		id.b[0] = (uint8_t)(id.b[1] * 37u);
		id.b[19] = 1;
		break;
	}
	return id;
}

static inline struct node_id dht_model_hash(struct dht_model *m)
{
	return (struct node_id){{(uint8_t)m->choose(m->source, 3), 0xaa}};
}

static inline void dht_model_write_nodes(struct dht_model *m,
	enum addr_family family, struct writer *w)
{
	uint32_t n = m->choose(m->source, 10);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = m->choose(m->source, MODEL_ADDRS + 8);
		struct addr a = dht_model_addr(m, at % MODEL_ADDRS);
		struct node_id id;

		/* Local ones are named whoever is here. */
		if (at >= MODEL_ADDRS && family == ADDR_V4)
			a = addr_v4(127, 0, (uint8_t)at, 1, 7000);
		if (a.family != family)
			continue;
		id = dht_model_id(m, &a);
		krpc_write_node(w, &id, &a);
	}
}

struct dht_model_parts {
	uint8_t nodes4[10 * KRPC_NODE_V4], nodes6[10 * KRPC_NODE_V6];
	uint8_t bloom[KRPC_BLOOM_LEN];
	char v[24];
};

static inline void dht_model_fill_query(struct dht_model *m, struct krpc *k,
	struct dht_model_parts *parts, uint32_t from)
{
	uint32_t flags = m->choose(m->source, 256);

	k->method = (enum krpc_method)m->choose(m->source, KRPC_METHODS);
	k->has_target = true;
	k->target = dht_model_hash(m);
	k->want4 = flags & 1;
	k->want6 = flags & 2;
	k->scrape = flags & 4;
	k->no_seed = k->seed = flags & 8;
	k->read_only = flags & 16;
	k->implied_port = flags & 32;
	k->has_port = true;
	k->port = (uint16_t)(flags & 64 ? 7000 : 1 + flags);
	k->token = span_of(m->token[from], TOKEN_LEN);
	if (k->method != KRPC_PUT && k->method != KRPC_GET)
		return;
	memcpy(parts->v, "5:value", 7);
	parts->v[6] = (char)('a' + flags % 2);
	k->v = span_of(parts->v, 7);
	items_target(k, &k->target);
}

static inline void dht_model_fill_reply(struct dht_model *m, struct krpc *k,
	struct dht_model_parts *parts)
{
	struct writer w4 = writer_of(parts->nodes4, sizeof parts->nodes4);
	struct writer w6 = writer_of(parts->nodes6, sizeof parts->nodes6);

	dht_model_write_nodes(m, ADDR_V4, &w4);
	dht_model_write_nodes(m, ADDR_V6, &w6);
	k->nodes = writer_span(&w4);
	k->nodes6 = writer_span(&w6);
	k->external = dht_model_any_addr(m);
	if (m->choose(m->source, 2))
		k->token = span_str("a token");
	k->nvalues = m->choose(m->source, 4);
	for (size_t i = 0; i < k->nvalues; i++)
		k->values[i] = dht_model_any_addr(m);
	if (m->choose(m->source, 4) == 0)
		k->bloom_seeds = k->bloom_peers =
			span_of(parts->bloom, KRPC_BLOOM_LEN);
}

/* The transaction of a query to this address, if there was one of late. */
static inline bool dht_model_tid(struct dht_model *m, const struct addr *from,
	struct span *tid)
{
	uint32_t n = m->npending < MODEL_PENDING ? m->npending : MODEL_PENDING;
	uint32_t skip = m->choose(m->source, 8) == 0;

	for (uint32_t i = 0; i < n; i++) {
		struct dht_model_query *q =
			&m->pending[(m->npending - 1 - i) % MODEL_PENDING];

		if (!addr_equal(&q->to, from) || skip-- > 0)
			continue;
		*tid = span_of(q->tid, TXN_ID_LEN);
		return true;
	}
	return false;
}

/* A message, perhaps with some bytes changed; returns its length. */
static inline size_t dht_model_make(struct dht_model *m,
	const struct addr *from, uint8_t *out)
{
	struct krpc k = {.tid = span_str("tid?"), .has_id = true};
	uint32_t i = dht_model_index(m, from), changes;
	struct writer w = writer_of(out, KRPC_PACKET_MAX);
	struct dht_model_parts parts = {.v = ""};

	k.kind = (enum krpc_kind)m->choose(m->source, 3);
	k.id = dht_model_id(m, from);
	if (k.kind == KRPC_QUERY)
		dht_model_fill_query(m, &k, &parts, i);
	else
		dht_model_tid(m, from, &k.tid);
	if (k.kind == KRPC_REPLY)
		dht_model_fill_reply(m, &k, &parts);
	if (k.kind == KRPC_ERROR)
		k.code = 201;
	krpc_write(&k, &w);
	changes = m->choose(m->source, 8) == 0 ? m->choose(m->source, 4) : 0;
	for (uint32_t c = 0; c < changes && w.len > 0; c++)
		out[m->choose(m->source, (uint32_t)w.len)] =
			(uint8_t)m->choose(m->source, 256);
	return w.len;
}

static inline uint32_t dht_model_contacts(const struct dht_model *m)
{
	uint32_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		struct table_counts c =
			table_counts(m->d->fam[i].table, m->now);

		n += c.good + c.unsure + c.spare;
	}
	return n;
}

/* Whether this is an answer to a query that waits. */
static inline bool dht_model_is_answer(struct dht_model *m,
	const struct krpc *k, const struct addr *from)
{
	uint32_t n = m->npending < MODEL_PENDING ? m->npending : MODEL_PENDING;

	for (uint32_t i = 0; i < n; i++)
		if (addr_equal(&m->pending[i].to, from) &&
			span_equal(k->tid,
				span_of(m->pending[i].tid, TXN_ID_LEN)))
			return true;
	return false;
}

static inline void dht_model_receive(struct dht_model *m,
	const struct addr *from, struct span packet)
{
	uint32_t before = dht_model_contacts(m);
	bool may_learn = m->npending > MODEL_PENDING; /* forgotten by now */
	enum krpc_code complaint;
	struct dht_event ev;
	struct krpc k = {.kind = KRPC_ERROR};

	while (dht_next_event(m->d, &ev))
		;
	if (krpc_parse(packet, &k, &complaint) == ERR_OK &&
		k.kind == KRPC_REPLY)
		may_learn = may_learn || dht_model_is_answer(m, &k, from);
	else
		may_learn = false;
	m->asker = k.kind == KRPC_QUERY ? from : NULL;
	m->asked_bytes = packet.n;
	m->asks_item = k.kind == KRPC_QUERY && k.method == KRPC_GET;
	m->answers = 0;
	dht_receive(m->d, packet, from, m->now);
	m->asker = NULL;
	if (!may_learn)
		assert(dht_model_contacts(m) <= before);
	while (dht_next_event(m->d, &ev))
		assert(may_learn || ev.kind == DHT_SEARCH_DONE);
}

/* --- time
 * --------------------------------------------------------------------- */

static inline void dht_model_pass(struct dht_model *m, uint64_t ms)
{
	uint64_t end = m->now + ms, due;
	unsigned ticks = 0;

	while ((due = dht_deadline(m->d)) <= end) {
		if (due > m->now) {
			m->now = due;
			ticks = 0;
		}
		dht_tick(m->d, m->now);
		assert(++ticks < MODEL_TICKS_MAX);
	}
	m->now = end;
}

/* --- a step
 * ------------------------------------------------------------------- */

static inline void dht_model_search(struct dht_model *m)
{
	struct dht_query q = {.announce_port = 7000};
	struct node_id hash = dht_model_hash(m);
	uint32_t flags = m->choose(m->source, 16);

	memcpy(q.hash, hash.b, sizeof q.hash);
	q.is_seed = flags & 1;
	q.scrape = flags & 2;
	q.find_node = flags & 4;
	if (flags & 8)
		q.announce_port = 0;
	if (dht_search(m->d, &q, m->now, &m->search) != ERR_OK)
		assert(m->d->nsearches + m->d->ndone >= DHT_MAX_SEARCHES);
}

static inline void dht_model_restart(struct dht_model *m)
{
	struct buf b = {0};
	enum err e;

	dht_save(m->d, m->now, &b);
	assert(b.len <= DHT_STATE_MAX);
	e = dht_restore(m->d, buf_span(&b), m->now);
	assert(e == ERR_OK);
	buf_free(&b);
}

static inline void dht_model_look(struct dht_model *m)
{
	struct dht_view_node nodes[40];
	struct dht_view v;
	uint32_t good = 0;

	dht_view(m->d, m->now, &v);
	for (uint32_t i = 0; i < v.v4.nbuckets; i++) {
		good += v.v4.bucket[i].good;
		assert(dht_view_bucket(m->d, ADDR_V4, i, m->now, nodes, 40) <=
			40);
	}
	assert(good == v.v4.good);
	assert(v.searches <= DHT_SEARCHES_AT_ONCE);
}

static inline void dht_model_step(struct dht_model *m)
{
	static const uint32_t pauses[16] = {1, 1, 5, 20, 20, 20, 100, 300, 300,
		300, 1100, 1100, 9000, 70000, 300000, 800000};
	uint8_t bytes[KRPC_PACKET_MAX];
	struct addr a = dht_model_any_addr(m);

	switch (m->choose(m->source, 16)) {
	case 0:
		dht_model_search(m);
		break;
	case 1:
		dht_cancel(m->d, m->search);
		break;
	case 2:
		if (m->is_public && addr_is_local(&a))
			break;
		dht_add_contact(m->d, &a, m->now);
		break;
	case 3:
		if (m->choose(m->source, 4) == 0)
			dht_add_router(m->d, &a, m->now);
		break;
	case 4:
		dht_model_restart(m);
		break;
	case 5:
		if (m->choose(m->source, 2))
			dht_wake_up(m->d, m->now);
		else
			dht_refresh(m->d, m->now);
		break;
	case 6:
		dht_model_look(m);
		break;
	case 7:
		/* Asleep for a while, perhaps. */
		m->now += m->choose(m->source, 8) == 0 ? 100000 : 0;
		break;
	case 8:
		dht_model_pass(m, pauses[m->choose(m->source, 16)]);
		break;
	default:
		dht_model_receive(m, &a,
			span_of(bytes, dht_model_make(m, &a, bytes)));
		break;
	}
	dht_model_pass(m, 0);
}

#endif
