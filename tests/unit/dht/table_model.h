/*
 * table_model.h - a routing table under any sequence of events, driven by any
 * source of numbers: a seeded generator in table_random_test.c, hostile bytes
 * in dht_table_fuzz.c.  After each step everything that table.h and
 * table_priv.h promise is checked the slow way.
 */
#ifndef TESTS_TABLE_MODEL_H
#define TESTS_TABLE_MODEL_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dht/table.h"
#include "dht/table_priv.h"

#define TABLE_MODEL_KNOWN 64u
#define TABLE_MODEL_ALL (TABLE_BUCKETS_MAX * (TABLE_SIZE_MAX + TABLE_K))

/* A number below n; n > 0. */
typedef uint32_t table_model_choose(void *source, uint32_t n);

struct table_model_node {
	struct node_id id;
	struct addr addr;
};

struct table_model {
	table_model_choose *choose;
	void *source;
	struct table *t;
	uint64_t now;
	uint64_t pinged; /* 0: not yet */
	/* Nodes that were named in a step, to be named again. */
	struct table_model_node known[TABLE_MODEL_KNOWN];
	uint32_t nknown;
};

/* --- nodes ---------------------------------------------------------------- */

static inline struct addr table_model_addr(struct table_model *m)
{
	uint32_t kind = m->choose(m->source, 8);
	uint8_t net = (uint8_t)m->choose(m->source, 60);
	uint8_t host = (uint8_t)m->choose(m->source, 4);
	uint16_t port = (uint16_t)(host % 2 + 1000);
	uint8_t ip[16] = {0x20, 1, 0x0d, 0xb8, [7] = net, [15] = host};

	if (kind == 0) /* now and then none that is usable */
		port = net == 0 ? 0 : port;
	if (m->t->family == ADDR_V4 && kind < 2)
		return addr_v4(127, 0, 0, 1, (uint16_t)(1000 + net));
	if (m->t->family == ADDR_V4)
		return addr_v4(20, 0, net, host, port);
	if (kind < 2)
		ip[0] = 0xfc;
	return addr_from_ip(span_of(ip, 16), port);
}

static inline void table_model_id(struct table_model *m, const struct addr *a,
	struct node_id *id)
{
	uint32_t kind = m->choose(m->source, 4);
	uint32_t depth = m->choose(m->source, kind ? 6 : 60);

	memset(id, 0, sizeof *id);
	id->b[NODE_ID_LEN - 1] = (uint8_t)m->choose(m->source, 16);
	id->b[NODE_ID_LEN - 2] = (uint8_t)m->choose(m->source, 4);
	if (kind == 1)
		node_id_for_addr(id, a);
	else
		node_id_in_bucket(id, table_self(m->t), depth);
}

/* A new node or one of before. */
static inline struct table_model_node table_model_node(struct table_model *m)
{
	struct table_model_node node;
	uint32_t i = m->choose(m->source, 2 * TABLE_MODEL_KNOWN);

	if (i < m->nknown)
		return m->known[i];
	node.addr = table_model_addr(m);
	table_model_id(m, &node.addr, &node.id);
	i = m->nknown;
	if (i < TABLE_MODEL_KNOWN)
		m->nknown++;
	else
		i = m->choose(m->source, TABLE_MODEL_KNOWN);
	m->known[i] = node;
	return node;
}

/* --- what must hold ------------------------------------------------------- */

struct table_model_all {
	const struct contact *c[TABLE_MODEL_ALL];
	unsigned bucket[TABLE_MODEL_ALL];
	size_t n;
};

static inline void table_model_list(struct table_model_all *all,
	const struct contact_list *l, unsigned bucket)
{
	for (unsigned i = 0; i < l->n; i++) {
		assert(all->n < TABLE_MODEL_ALL);
		all->c[all->n] = &l->c[i];
		all->bucket[all->n++] = bucket;
	}
}

/* Ids of different buckets differ.  The last bytes first, for speed. */
static inline void table_model_check_pair(const struct contact *a,
	const struct contact *b, bool same_bucket)
{
	size_t last = a->addr.family == ADDR_V4 ? 3 : 15;

	assert(!same_bucket || !node_id_equal(&a->id, &b->id));
	if (a->addr.ip[last] != b->addr.ip[last] ||
		!addr_same_ip(&a->addr, &b->addr))
		return;
	assert(a->addr.port != b->addr.port);
	assert(addr_is_local(&a->addr));
}

static inline void table_model_check_contacts(const struct table *t,
	const struct table_model_all *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct contact *c = all->c[i];
		unsigned net = 0;

		assert(table_index(t, &c->id) == all->bucket[i]);
		assert(table_find(t, &c->addr) == c);
		assert(c->addr.family == t->family);
		assert(addr_is_dialable(&c->addr));
		assert(!node_id_equal(&c->id, &t->self));
		assert(c->verified == node_id_fits_addr(&c->id, &c->addr));
		assert(c->replied_ms > 0 && c->rtt_ms > 0);
		for (size_t j = 0; j < all->n; j++) {
			bool same_bucket = all->bucket[i] == all->bucket[j];

			if (i < j)
				table_model_check_pair(c, all->c[j],
					same_bucket);
			net += same_bucket &&
			       addr_same_net(&c->addr, &all->c[j]->addr);
		}
		assert(net <= TABLE_PER_NET || addr_is_local(&c->addr));
	}
}

static inline void table_model_check_bucket(const struct table *t, unsigned i,
	uint64_t now)
{
	const struct bucket *b = &t->buckets[i];
	bool all_verified = true, any_bad = false;

	assert(b->live.n <= table_bucket_size(t, i) && b->spare.n <= TABLE_K);
	if (b->spare.n == 0)
		return;
	assert(b->live.n == table_bucket_size(t, i));
	assert(i + 1 < t->nbuckets || t->nbuckets == TABLE_BUCKETS_MAX);
	for (unsigned j = 0; j < b->live.n; j++) {
		all_verified &= b->live.c[j].verified;
		any_bad |= contact_state(&b->live.c[j], now) == CONTACT_BAD;
	}
	assert(!any_bad);
	for (unsigned j = 0; j < b->spare.n; j++)
		assert(all_verified || !b->spare.c[j].verified);
}

static inline size_t table_model_check_table(const struct table_model *m)
{
	struct table_model_all all = {.n = 0};
	struct table_counts sum = table_counts(m->t, m->now);
	size_t nlive;

	assert(sum.buckets == m->t->nbuckets);
	assert(sum.buckets >= 1 && sum.buckets <= TABLE_BUCKETS_MAX);
	for (unsigned i = 0; i < m->t->nbuckets; i++) {
		table_model_check_bucket(m->t, i, m->now);
		table_model_list(&all, &m->t->buckets[i].live, i);
	}
	nlive = all.n;
	assert(nlive == m->t->nlive);
	assert(sum.good + sum.unsure <= nlive);
	for (unsigned i = 0; i < m->t->nbuckets; i++)
		table_model_list(&all, &m->t->buckets[i].spare, i);
	assert(sum.spare == all.n - nlive);
	table_model_check_contacts(m->t, &all);
	return all.n;
}

/* A naive closest(): all of them, sorted by insertion. */
static inline size_t table_model_sorted(const struct table_model *m,
	const struct node_id *target, bool good_only,
	const struct contact **sorted)
{
	size_t n = 0;

	for (unsigned i = 0; i < m->t->nbuckets; i++) {
		const struct contact *in[TABLE_SIZE_MAX];
		size_t k = table_bucket(m->t, i, in, TABLE_SIZE_MAX);

		for (size_t j = 0; j < k; j++) {
			enum contact_state s = contact_state(in[j], m->now);
			size_t at = n;

			if (s == CONTACT_BAD ||
				(good_only && s != CONTACT_GOOD))
				continue;
			for (n++; at > 0 && node_id_compare(target, &in[j]->id,
						    &sorted[at - 1]->id) < 0;
				at--)
				sorted[at] = sorted[at - 1];
			sorted[at] = in[j];
		}
	}
	return n;
}

static inline void table_model_check_closest(struct table_model *m)
{
	const struct contact *sorted[TABLE_MODEL_ALL];
	const struct contact *got[TABLE_CLOSEST_MAX];
	struct addr none = {0};
	struct node_id target;
	size_t max = m->choose(m->source, TABLE_CLOSEST_MAX + 1);
	bool good_only = m->choose(m->source, 2);
	size_t want, n;

	table_model_id(m, &none, &target);
	want = table_model_sorted(m, &target, good_only, sorted);
	n = table_closest(m->t, &target, good_only, m->now, got, max);
	assert(n == (want < max ? want : max));
	for (size_t i = 0; i < n; i++)
		assert(got[i] == sorted[i]);
}

/* Nothing is due before the deadline, and it is not behind the first ping. */
static inline void table_model_check_deadline(struct table_model *m)
{
	uint64_t deadline = table_deadline(m->t, m->now);
	uint64_t pace = m->t->pinged_ms + m->t->ping_pace_ms;
	uint64_t due = TABLE_NEVER;
	struct contact c;
	unsigned bits;

	assert(deadline >= m->now);
	assert((deadline == TABLE_NEVER) == (m->t->nlive == 0));
	for (unsigned i = 0; i < m->t->nbuckets; i++) {
		const struct bucket *b = &m->t->buckets[i];

		for (unsigned j = 0; j < b->live.n; j++) {
			uint64_t at = table_ping_due(b, &b->live.c[j]);

			due = at < due ? at : due;
		}
	}
	due = due < pace ? pace : due;
	assert(deadline <= (due < m->now ? m->now : due));
	if (deadline > m->now) {
		assert(!table_next_ping(m->t, m->now, &c));
		assert(!table_next_refresh(m->t, m->now, &bits));
	}
}

/* --- steps ---------------------------------------------------------------- */

/* What a query promised is what an answer brings. */
static inline void table_model_ask_and_answer(struct table_model *m,
	const struct table_model_node *node)
{
	bool promised = table_queried(m->t, &node->id, &node->addr, m->now);
	const struct contact *c = table_find(m->t, &node->addr);
	bool was_other = c && !node_id_equal(&c->id, &node->id);
	bool was_there = c && !was_other;

	assert(!promised || !was_there);
	if (!m->choose(m->source, 2))
		return;
	table_replied(m->t, &node->id, &node->addr, 20, m->now);
	c = table_find(m->t, &node->addr);
	if (was_other)
		assert(!c || !addr_is_dialable(&node->addr) ||
			node_id_equal(&node->id, &m->t->self));
	else
		assert((c != NULL) == (promised || was_there));
}

static inline void table_model_upkeep(struct table_model *m)
{
	uint32_t fate = m->choose(m->source, 4);
	struct contact c;
	unsigned bits;

	while (table_next_ping(m->t, m->now, &c)) {
		const struct contact *same = table_find(m->t, &c.addr);

		assert(same && same->asked_ms >= m->now);
		assert(!m->pinged || m->now >= m->pinged + TABLE_PING_YOUNG_MS);
		m->pinged = m->now;
		if (fate == 0)
			table_failed(m->t, &c.addr, m->now);
		else if (fate < 3)
			table_replied(m->t, &c.id, &c.addr, 30, m->now);
	}
	while (table_next_refresh(m->t, m->now, &bits))
		assert(bits < m->t->nbuckets);
	assert(table_deadline(m->t, m->now) > m->now);
}

static inline void table_model_set_self(struct table_model *m)
{
	struct node_id self = *table_self(m->t);

	self.b[m->choose(m->source, 3)] ^= (uint8_t)m->choose(m->source, 256);
	table_set_self(m->t, &self);
	assert(node_id_equal(table_self(m->t), &self));
}

static inline void table_model_event(struct table_model *m,
	const struct table_model_node *node)
{
	const struct table_model_node *other = &m->known[0];

	switch (m->choose(m->source, 12)) {
	case 0:
		table_model_ask_and_answer(m, node);
		break;
	case 1:
		table_failed(m->t, &node->addr, m->now);
		break;
	case 2:
		table_asked(m->t, &node->addr, m->now);
		break;
	case 3:
		table_drop(m->t, &node->addr);
		assert(!table_find(m->t, &node->addr));
		break;
	case 4:
		table_replied(m->t, &other->id, &node->addr, 10, m->now);
		break;
	case 5:
		if (!m->choose(m->source, 16))
			table_forgive(m->t);
		else if (!m->choose(m->source, 16))
			table_refresh_all(m->t);
		break;
	default:
		table_replied(m->t, &node->id, &node->addr,
			m->choose(m->source, 500), m->now);
		break;
	}
}

static inline void table_model_step(struct table_model *m)
{
	struct table_model_node node = table_model_node(m);
	size_t before = m->t->nlive + table_counts(m->t, m->now).spare;
	bool may_grow = false;

	switch (m->choose(m->source, 24)) {
	case 0:
		m->now += m->choose(m->source, 1200) * 1000;
		break;
	case 1:
	case 2:
		m->now += m->choose(m->source, 30000);
		break;
	case 3:
		if (!m->choose(m->source, 8))
			table_model_set_self(m);
		break;
	case 4:
		table_failed(m->t, &node.addr, m->now);
		table_failed(m->t, &node.addr, m->now);
		table_failed(m->t, &node.addr, m->now);
		break;
	case 5:
	case 6:
		table_model_upkeep(m);
		break;
	default:
		table_model_event(m, &node);
		may_grow = true;
		break;
	}
	assert(table_model_check_table(m) <= before + may_grow);
	if (m->choose(m->source, 3) == 0)
		table_model_check_closest(m);
	table_model_check_deadline(m);
}

static inline void table_model_init(struct table_model *m,
	table_model_choose *choose, void *source)
{
	struct node_id self = {{0x5a, 0xa5, 0x33}};

	*m = (struct table_model){.choose = choose, .source = source};
	m->t = table_new(choose(source, 2) ? ADDR_V6 : ADDR_V4, &self);
	m->now = choose(source, 2) ? 0 : 3000000;
}

static inline void table_model_fini(struct table_model *m)
{
	table_free(m->t);
}

#endif
