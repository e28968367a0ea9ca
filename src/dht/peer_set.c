/*
 * peer_set.c - see peer_set.h.
 *
 * An entry is taken out of the list and its place filled, twice at most: a
 * seed may have to make room for the last of the others.
 */
#include "dht/peer_set.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dht/walk.h"

#define CAP_MIN 2u
#define SHRINK_ABOVE 8u

void peer_set_init(struct peer_set *s, enum addr_family family)
{
	*s = (struct peer_set){.family = (uint8_t)family,
		.oldest = PEER_SET_NONE,
		.newest = PEER_SET_NONE};
}

void peer_set_fini(struct peer_set *s)
{
	mem_free(s->e);
	peer_set_init(s, (enum addr_family)s->family);
}

uint32_t peer_set_find(const struct peer_set *s, const struct addr *a)
{
	bool any_port = !addr_is_local(a);

	for (uint32_t i = 0; i < s->n; i++)
		if (!memcmp(s->e[i].ip, a->ip, sizeof a->ip) &&
			(any_port || s->e[i].port == a->port))
			return i;
	return PEER_SET_NONE;
}

struct addr peer_set_at(const struct peer_set *s, uint32_t at)
{
	struct addr a = {.family = s->family, .port = s->e[at].port};

	memcpy(a.ip, s->e[at].ip, sizeof a.ip);
	return a;
}

/* Tell the neighbours in the list of the entry at `at` where it is now. */
static void link_neighbours(struct peer_set *s, uint32_t at)
{
	const struct peer_entry *e = &s->e[at];

	if (e->older == PEER_SET_NONE)
		s->oldest = at;
	else
		s->e[e->older].newer = at;
	if (e->newer == PEER_SET_NONE)
		s->newest = at;
	else
		s->e[e->newer].older = at;
}

static void unlink_entry(struct peer_set *s, const struct peer_entry *e)
{
	if (e->older == PEER_SET_NONE)
		s->oldest = e->newer;
	else
		s->e[e->older].newer = e->newer;
	if (e->newer == PEER_SET_NONE)
		s->newest = e->older;
	else
		s->e[e->newer].older = e->older;
}

/* The place `to` is free, or is the same. */
static void move(struct peer_set *s, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	s->e[to] = s->e[from];
	link_neighbours(s, to);
}

/* Places for n entries and for some more to come. */
static uint32_t roomy(uint32_t n)
{
	return n + n / 4 + CAP_MIN;
}

static void set_cap(struct peer_set *s, uint32_t cap)
{
	s->e = (struct peer_entry *)mem_resize(s->e, cap, sizeof *s->e);
	s->cap = cap;
}

/* As the newest. */
static void insert(struct peer_set *s, const struct peer_entry *e, bool is_seed)
{
	uint32_t at = is_seed ? s->n : s->nothers;

	if (s->n == s->cap)
		set_cap(s, roomy(s->n));
	if (!is_seed)
		move(s, s->nothers++, s->n);
	s->n++;
	s->e[at] = *e;
	s->e[at].older = s->newest;
	s->e[at].newer = PEER_SET_NONE;
	link_neighbours(s, at);
}

static void take_out(struct peer_set *s, uint32_t at)
{
	unlink_entry(s, &s->e[at]);
	if (at < s->nothers) {
		move(s, --s->nothers, at);
		at = s->nothers;
	}
	move(s, --s->n, at);
}

void peer_set_add(struct peer_set *s, const struct addr *a, bool is_seed,
	uint64_t until)
{
	struct peer_entry e = {
		.until = until, .port = a->port, .bits = bloom_bits_of(a)};

	assert(a->family == s->family && peer_set_last(s) <= until);
	memcpy(e.ip, a->ip, sizeof e.ip);
	insert(s, &e, is_seed);
}

void peer_set_renew(struct peer_set *s, uint32_t at, uint16_t port,
	bool is_seed, uint64_t until)
{
	struct peer_entry e = s->e[at];

	assert(peer_set_last(s) <= until);
	take_out(s, at);
	e.port = port;
	e.until = until;
	insert(s, &e, is_seed);
}

void peer_set_remove(struct peer_set *s, uint32_t at)
{
	take_out(s, at);
	if (s->n == 0)
		peer_set_fini(s);
	else if (s->cap > SHRINK_ABOVE && s->n < s->cap / 2)
		set_cap(s, roomy(s->n));
}

size_t peer_set_pick(const struct peer_set *s, bool no_seeds, struct rng *rng,
	struct addr *out, size_t max)
{
	uint32_t n = no_seeds ? s->nothers : s->n;
	size_t count = n < max ? n : max;
	struct walk w;

	if (count == 0)
		return 0;
	w = walk_begin(rng, n);
	for (size_t i = 0; i < count; i++)
		out[i] = peer_set_at(s, walk_next(&w));
	return count;
}

void peer_set_bloom(const struct peer_set *s, uint64_t now,
	uint8_t seeds[KRPC_BLOOM_LEN], uint8_t others[KRPC_BLOOM_LEN])
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->e[i].until > now)
			bloom_set(i < s->nothers ? others : seeds,
				s->e[i].bits);
}
