/*
 * store_model.h - the store of peers beside a slow model of it: driven by
 * chance in store_random_test.c, by libFuzzer in dht_store_fuzz.c.
 *
 * The model is a table of all hashes by all peers.  Every step has a time of
 * its own, so there is always exactly one that has to go.
 */
#ifndef TESTS_STORE_MODEL_H
#define TESTS_STORE_MODEL_H

#include <assert.h>
#include <string.h>

#include "dht/store.h"

#define MODEL_HASHES 7u
#define MODEL_HASHES_MAX 5u /* of the store */
#define MODEL_PEERS 28u
/* Peers by number: IPv4, one local IP at two ports, two that cannot be
 * dialled, and one network of IPv6 that will meet STORE_PER_IP. */
#define MODEL_LOCAL 4u
#define MODEL_BAD 6u
#define MODEL_V6 8u
#define MODEL_PORTS 3u

struct store_model {
	struct store_peers *s;
	struct rng rng;
	uint64_t now;
	uint32_t max_peers;
	uint64_t asked[MODEL_HASHES];
	uint64_t until[MODEL_HASHES][MODEL_PEERS]; /* 0: absent */
	uint16_t port[MODEL_HASHES][MODEL_PEERS];
	bool is_seed[MODEL_HASHES][MODEL_PEERS];
	uint32_t (*draw)(void *source, uint32_t n); /* below n */
	void *source;
};

static inline struct node_id model_hash(uint32_t h)
{
	return (struct node_id){.b = {[0] = 1, [19] = (uint8_t)h}};
}

static inline struct addr model_peer(uint32_t p, uint16_t port)
{
	uint8_t ip[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)p};

	if (p < MODEL_LOCAL)
		return addr_v4(20, 0, 0, (uint8_t)p, port);
	if (p < MODEL_BAD)
		return addr_v4(127, 0, 0, 1, (uint16_t)(100 + p));
	if (p == MODEL_BAD)
		return addr_v4(20, 0, 0, 9, 0);
	if (p < MODEL_V6) {
		ip[0] = 0xfe;
		ip[1] = 0x80;
	}
	return addr_from_ip(span_of(ip, sizeof ip), port);
}

static inline void model_init(struct store_model *m,
	uint32_t (*draw)(void *source, uint32_t n), void *source)
{
	static const uint8_t key[16] = {4, 4, 4};

	memset(m, 0, sizeof *m);
	m->draw = draw;
	m->source = source;
	m->now = 1000;
	m->max_peers = 1 + draw(source, MODEL_PEERS);
	m->s = store_peers_new(MODEL_HASHES_MAX, m->max_peers, key);
	rng_seed(&m->rng, 1);
}

static inline void model_fini(struct store_model *m)
{
	store_peers_free(m->s);
}

/* --- what the model knows ---------------------------------------------- */

static inline bool model_has(const struct store_model *m, uint32_t h,
	uint32_t p)
{
	return m->until[h][p] > m->now;
}

static inline uint32_t model_count(const struct store_model *m, uint32_t h)
{
	uint32_t n = 0;

	for (uint32_t p = 0; p < MODEL_PEERS; p++)
		n += model_has(m, h, p);
	return n;
}

static inline uint32_t model_hashes(const struct store_model *m)
{
	uint32_t n = 0;

	for (uint32_t h = 0; h < MODEL_HASHES; h++)
		n += model_count(m, h) > 0;
	return n;
}

/* Whether two peers share a limit of entries. */
static inline bool model_same_ip(uint32_t p, uint32_t q)
{
	return p == q || (p >= MODEL_V6 && q >= MODEL_V6);
}

static inline bool model_ip_is_full(const struct store_model *m, uint32_t p)
{
	uint32_t n = 0;

	if (p >= MODEL_LOCAL && p < MODEL_BAD)
		return false;
	for (uint32_t h = 0; h < MODEL_HASHES; h++)
		for (uint32_t q = 0; q < MODEL_PEERS; q++)
			n += model_same_ip(p, q) && model_has(m, h, q);
	return n >= STORE_PER_IP;
}

/* The hash with the fewest peers that was not asked for longest. */
static inline uint32_t model_worst(const struct store_model *m)
{
	uint32_t worst = MODEL_HASHES;

	for (uint32_t h = 0; h < MODEL_HASHES; h++) {
		uint32_t n = model_count(m, h), least;

		if (n == 0)
			continue;
		least = worst < MODEL_HASHES ? model_count(m, worst)
		                             : UINT32_MAX;
		if (n < least || (n == least && m->asked[h] < m->asked[worst]))
			worst = h;
	}
	return worst;
}

static inline uint32_t model_oldest(const struct store_model *m, uint32_t h)
{
	uint32_t oldest = MODEL_PEERS;

	for (uint32_t p = 0; p < MODEL_PEERS; p++)
		if (model_has(m, h, p) &&
			(oldest == MODEL_PEERS ||
				m->until[h][p] < m->until[h][oldest]))
			oldest = p;
	return oldest;
}

/* --- steps ------------------------------------------------------------- */

/* Room for one more peer of a hash. */
static inline void model_make_room(struct store_model *m, uint32_t h)
{
	uint32_t n = model_count(m, h);

	if (n == 0 && model_hashes(m) == MODEL_HASHES_MAX)
		memset(m->until[model_worst(m)], 0, sizeof m->until[0]);
	else if (n == m->max_peers)
		m->until[h][model_oldest(m, h)] = 0;
}

static inline bool model_takes(const struct store_model *m, uint32_t h,
	uint32_t p)
{
	if (p >= MODEL_BAD && p < MODEL_V6)
		return false;
	return model_has(m, h, p) || !model_ip_is_full(m, p);
}

static inline void model_add(struct store_model *m)
{
	uint32_t h = m->draw(m->source, MODEL_HASHES);
	uint32_t p = m->draw(m->source, MODEL_PEERS);
	uint32_t how = m->draw(m->source, 2 * MODEL_PORTS);
	uint16_t port = (uint16_t)(1 + how / 2);
	struct node_id hash = model_hash(h);
	struct addr a = model_peer(p, port);
	bool takes = model_takes(m, h, p);

	assert(store_peers_add(m->s, &hash, &a, how % 2, m->now) == takes);
	if (!takes)
		return;
	if (model_count(m, h) == 0)
		m->asked[h] = m->now;
	if (!model_has(m, h, p))
		model_make_room(m, h);
	m->until[h][p] = m->now + STORE_KEEP_MS;
	m->port[h][p] = a.port;
	m->is_seed[h][p] = how % 2;
}

static inline bool model_fits(const struct store_model *m, uint32_t h,
	uint32_t p, enum addr_family family, bool no_seeds)
{
	return model_has(m, h, p) && (p >= MODEL_V6) == (family == ADDR_V6) &&
	       !(no_seeds && m->is_seed[h][p]);
}

static inline void model_check_peers(const struct store_model *m, uint32_t h,
	enum addr_family family, bool no_seeds, const struct addr *got,
	size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool known = false;

		for (uint32_t p = 0; p < MODEL_PEERS; p++) {
			struct addr a = model_peer(p, m->port[h][p]);

			known |= addr_equal(&a, &got[i]) &&
			         model_fits(m, h, p, family, no_seeds);
		}
		assert(known);
		for (size_t k = 0; k < i; k++)
			assert(!addr_equal(&got[i], &got[k]));
	}
}

static inline void model_get(struct store_model *m)
{
	uint32_t h = m->draw(m->source, MODEL_HASHES);
	uint32_t how = m->draw(m->source, 4);
	size_t max = m->draw(m->source, MODEL_PEERS), want = 0, n;
	enum addr_family family = how & 1 ? ADDR_V6 : ADDR_V4;
	bool no_seeds = how & 2;
	struct node_id hash = model_hash(h);
	struct addr got[MODEL_PEERS];

	n = store_peers_get(m->s, &hash, family, no_seeds, &m->rng, m->now, got,
		max);
	for (uint32_t p = 0; p < MODEL_PEERS; p++)
		want += model_fits(m, h, p, family, no_seeds);
	assert(n == (want < max ? want : max));
	model_check_peers(m, h, family, no_seeds, got, n);
	m->asked[h] = m->now;
}

static inline void model_bloom(struct store_model *m)
{
	uint32_t h = m->draw(m->source, MODEL_HASHES);
	struct node_id hash = model_hash(h);
	uint8_t want[2][KRPC_BLOOM_LEN] = {{0}}, got[2][KRPC_BLOOM_LEN];
	bool kept = store_peers_bloom(m->s, &hash, m->now, got[1], got[0]);

	for (uint32_t p = 0; p < MODEL_PEERS; p++) {
		struct addr a = model_peer(p, 1);

		if (model_has(m, h, p))
			bloom_add(want[m->is_seed[h][p]], &a);
	}
	assert(kept == (model_count(m, h) > 0));
	assert(memcmp(want, got, sizeof want) == 0);
}

static inline void model_sample(struct store_model *m)
{
	struct node_id got[MODEL_HASHES];
	size_t max = m->draw(m->source, MODEL_HASHES + 1);
	size_t n = store_peers_sample(m->s, &m->rng, m->now, got, max);
	size_t want = model_hashes(m);
	bool seen[MODEL_HASHES] = {false};

	assert(n == (want < max ? want : max));
	for (size_t i = 0; i < n; i++) {
		uint32_t h = got[i].b[19];
		struct node_id hash;

		assert(h < MODEL_HASHES && model_count(m, h) > 0 && !seen[h]);
		hash = model_hash(h);
		assert(node_id_equal(&hash, &got[i]));
		seen[h] = true;
	}
}

/* Drop all that has expired, in as many ticks as it takes. */
static inline void model_settle(struct store_model *m)
{
	uint64_t deadline = UINT64_MAX;
	uint32_t n = 0;

	while (store_peers_deadline(m->s) <= m->now)
		store_peers_tick(m->s, m->now);
	for (uint32_t h = 0; h < MODEL_HASHES; h++) {
		for (uint32_t p = 0; p < MODEL_PEERS; p++)
			if (model_has(m, h, p) && m->until[h][p] < deadline)
				deadline = m->until[h][p];
		n += model_count(m, h);
		assert(model_count(m, h) <= m->max_peers);
	}
	assert(store_peers_count(m->s) == n);
	assert(store_peers_hashes(m->s) == model_hashes(m));
	assert(store_peers_hashes(m->s) <= MODEL_HASHES_MAX);
	assert(store_peers_deadline(m->s) == deadline);
}

/* Time goes by, and somebody asks before anything was dropped. */
static inline void model_leap(struct store_model *m)
{
	m->now += (uint64_t)m->draw(m->source, 16) * (STORE_KEEP_MS / 12);
	model_bloom(m);
	model_sample(m);
	model_get(m);
}

static inline void model_step(struct store_model *m)
{
	m->now++;
	model_settle(m);
	switch (m->draw(m->source, 16)) {
	case 0:
		model_leap(m);
		break;
	case 1:
		model_bloom(m);
		break;
	case 2:
		model_sample(m);
		break;
	case 3:
	case 4:
	case 5:
		model_get(m);
		break;
	default:
		model_add(m);
	}
	model_settle(m);
}

#endif
