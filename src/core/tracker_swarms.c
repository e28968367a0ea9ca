/*
 * tracker_swarms.c - see tracker_swarms.h.
 */
#include "core/tracker_swarms.h"

#include <string.h>

#include "base/mem.h"
#include "core/tracker_server.h"

#define PEER_KEY_LEN (20u + ADDR_KEY_LEN)
/* Peers looked at for each one wanted, when many are of no use. */
#define LOOKS_PER_PEER 8u

static void peer_key(const uint8_t hash[20], const struct addr *a,
	uint8_t out[PEER_KEY_LEN])
{
	memcpy(out, hash, 20);
	addr_key(a, out + 20);
}

void tracker_swarms_init(struct tracker_swarms *s, const uint8_t key[16],
	size_t peers_max, uint64_t expiry_ms)
{
	uint64_t seed;

	memset(s, 0, sizeof *s);
	memcpy(&seed, key, sizeof seed);
	s->swarms = map_new(20, key);
	s->peers = map_new(PEER_KEY_LEN, key);
	list_init(&s->heard);
	s->peers_max = peers_max;
	s->expiry_ms = expiry_ms;
	rng_seed(&s->rng, seed);
}

static void swarm_free(struct tracker_swarm *w)
{
	mem_free(w->peers);
	mem_free(w);
}

/* A swarm without peers is forgotten, unless it was allowed by name. */
static void swarm_release(struct tracker_swarms *s, struct tracker_swarm *w)
{
	if (w->npeers > 0 || w->allowed)
		return;
	map_remove(s->swarms, w->hash);
	swarm_free(w);
}

static void peer_unlink(struct tracker_swarms *s, struct tracker_peer *p)
{
	struct tracker_swarm *w = p->swarm;
	struct tracker_peer *last = w->peers[--w->npeers];
	uint8_t key[PEER_KEY_LEN];

	w->peers[p->index] = last;
	last->index = p->index;
	w->nseeds -= p->is_seed;
	s->nseeds -= p->is_seed;
	peer_key(w->hash, &p->addr, key);
	map_remove(s->peers, key);
	list_remove(&p->link);
	mem_free(p);
}

static void peer_remove(struct tracker_swarms *s, struct tracker_peer *p)
{
	struct tracker_swarm *w = p->swarm;

	peer_unlink(s, p);
	swarm_release(s, w);
}

static struct tracker_peer *oldest(const struct tracker_swarms *s)
{
	struct list *l = list_front(&s->heard);

	return l ? container_of(l, struct tracker_peer, link) : NULL;
}

void tracker_swarms_fini(struct tracker_swarms *s)
{
	const void *key;
	void *value;
	size_t cursor = 0;

	while (oldest(s))
		peer_remove(s, oldest(s));
	while (map_walk(s->swarms, &cursor, &key, &value))
		swarm_free(value);
	map_free(s->swarms);
	map_free(s->peers);
}

void tracker_swarms_expire(struct tracker_swarms *s, uint64_t now)
{
	struct tracker_peer *p;

	while ((p = oldest(s)) != NULL && now - p->heard > s->expiry_ms)
		peer_remove(s, p);
}

struct tracker_swarm *tracker_swarms_find(const struct tracker_swarms *s,
	const uint8_t hash[20])
{
	return map_get(s->swarms, hash);
}

static struct tracker_swarm *swarm_need(struct tracker_swarms *s,
	const uint8_t hash[20])
{
	struct tracker_swarm *w = tracker_swarms_find(s, hash);

	if (w)
		return w;
	w = mem_zero(sizeof *w);
	memcpy(w->hash, hash, sizeof w->hash);
	map_put(s->swarms, hash, w);
	return w;
}

bool tracker_swarms_allow(struct tracker_swarms *s, const uint8_t hash[20])
{
	struct tracker_swarm *w = tracker_swarms_find(s, hash);

	if (w && w->allowed)
		return true;
	if (s->nallowed >= TRACKER_SERVER_ALLOWED_MAX)
		return false;
	w = swarm_need(s, hash);
	w->allowed = true;
	s->nallowed++;
	return true;
}

static struct tracker_peer *peer_add(struct tracker_swarms *s,
	const uint8_t hash[20], const struct addr *addr)
{
	struct tracker_peer *p = mem_zero(sizeof *p);
	struct tracker_swarm *w;
	uint8_t key[PEER_KEY_LEN];

	/* Before the swarm is looked up: its last peer may be the one. */
	if (map_count(s->peers) >= s->peers_max)
		peer_remove(s, oldest(s));
	w = swarm_need(s, hash);
	p->swarm = w;
	p->addr = *addr;
	list_init(&p->link);
	w->peers = mem_grow(w->peers, &w->cap, w->npeers + 1,
		sizeof(struct tracker_peer *));
	p->index = w->npeers;
	w->peers[w->npeers++] = p;
	peer_key(hash, addr, key);
	map_put(s->peers, key, p);
	return p;
}

static void peer_update(struct tracker_swarms *s, struct tracker_peer *p,
	const struct tracker_ask *ask, uint64_t now)
{
	bool is_seed = ask->left == 0;

	if (is_seed != p->is_seed) {
		p->swarm->nseeds += is_seed ? 1 : SIZE_MAX;
		s->nseeds += is_seed ? 1 : SIZE_MAX;
		p->is_seed = is_seed;
	}
	if (ask->event == TRACKER_EVENT_COMPLETED && !p->completed &&
		p->swarm->downloaded < UINT32_MAX) {
		p->swarm->downloaded++;
		p->completed = true;
	}
	memcpy(p->id, ask->peer_id, sizeof p->id);
	p->heard = now;
	list_remove(&p->link);
	list_push_back(&s->heard, &p->link);
}

struct tracker_swarm *tracker_swarms_announce(struct tracker_swarms *s,
	const struct tracker_ask *ask, const struct addr *addr, uint64_t now)
{
	uint8_t key[PEER_KEY_LEN];
	struct tracker_peer *p;

	peer_key(ask->info_hash, addr, key);
	p = map_get(s->peers, key);
	if (ask->event == TRACKER_EVENT_STOPPED) {
		if (p)
			peer_remove(s, p);
		return tracker_swarms_find(s, ask->info_hash);
	}
	if (!p)
		p = peer_add(s, ask->info_hash, addr);
	peer_update(s, p, ask, now);
	return p->swarm;
}

static bool is_wanted(const struct tracker_peer *p,
	const struct tracker_choice *c)
{
	if (c->family != ADDR_NONE && p->addr.family != c->family)
		return false;
	if (c->is_seed && p->is_seed)
		return false;
	return !addr_equal(&p->addr, c->asker);
}

size_t tracker_swarms_choose(struct tracker_swarms *s,
	const struct tracker_swarm *swarm, const struct tracker_choice *choice,
	const struct tracker_peer **out)
{
	size_t looks = choice->max * LOOKS_PER_PEER;
	size_t n = 0, at;

	if (!swarm || swarm->npeers == 0)
		return 0;
	if (looks > swarm->npeers)
		looks = swarm->npeers;
	at = (size_t)rng_below(&s->rng, swarm->npeers);
	for (; looks > 0 && n < choice->max; looks--) {
		const struct tracker_peer *p = swarm->peers[at];

		at = at + 1 < swarm->npeers ? at + 1 : 0;
		if (is_wanted(p, choice))
			out[n++] = p;
	}
	return n;
}
