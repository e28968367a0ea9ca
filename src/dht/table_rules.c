/*
 * table_rules.c - see table.h: who makes room for whom.
 */
#include <assert.h>

#include "dht/table.h"
#include "dht/table_priv.h"

enum contact_state contact_state(const struct contact *c, uint64_t now)
{
	if (c->fails >= TABLE_FAILS_MAX)
		return CONTACT_BAD;
	if (c->heard_ms && c->heard_ms + TABLE_GOOD_MS > now)
		return CONTACT_GOOD;
	return CONTACT_UNSURE;
}

/* The order in which contacts lose their places. */
static bool is_weaker(const struct contact *a, const struct contact *b,
	uint64_t now)
{
	enum contact_state of_a = contact_state(a, now);
	enum contact_state of_b = contact_state(b, now);

	if ((of_a == CONTACT_BAD) != (of_b == CONTACT_BAD))
		return of_a == CONTACT_BAD;
	if (a->verified != b->verified)
		return b->verified;
	if (of_a != of_b)
		return of_a == CONTACT_UNSURE;
	return a->heard_ms < b->heard_ms;
}

struct contact *table_weakest(const struct contact_list *l, uint64_t now)
{
	struct contact *w = NULL;

	for (unsigned i = 0; i < l->n; i++)
		if (!w || is_weaker(&l->c[i], w, now))
			w = &l->c[i];
	return w;
}

bool table_yields(const struct contact *have, const struct contact *c,
	uint64_t now)
{
	return contact_state(have, now) == CONTACT_BAD ||
	       (c->verified && !have->verified);
}

bool table_gives_way(const struct contact *have, const struct contact *c,
	uint64_t now)
{
	return table_yields(have, c, now) ||
	       (c->verified == have->verified &&
		       contact_state(have, now) == CONTACT_UNSURE);
}

bool table_can_split(const struct table *t, unsigned bucket)
{
	return bucket + 1 == t->nbuckets && t->nbuckets < TABLE_BUCKETS_MAX;
}

/* Contacts of a full bucket that would yield leave a place among the spares,
 * or have spares that give way as well. */
bool table_has_room(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now)
{
	const struct bucket *b = &t->buckets[bucket];

	return b->live.n < table_bucket_size(t, bucket) ||
	       table_can_split(t, bucket) || b->spare.n < TABLE_K ||
	       table_gives_way(table_weakest(&b->spare, now), c, now);
}

static bool add_rival(struct table_rivals *r, const struct contact *have,
	const struct contact *c, uint64_t now)
{
	if (!table_gives_way(have, c, now))
		return false;
	assert(r->n < TABLE_RIVALS_MAX);
	r->addr[r->n++] = have->addr;
	return true;
}

static bool is_rival(const struct contact *have, const struct contact *c,
	bool is_local)
{
	if (!is_local && addr_same_ip(&have->addr, &c->addr))
		return true;
	return addr_equal(&have->addr, &c->addr) ||
	       node_id_equal(&have->id, &c->id);
}

/* False when one of them stays. */
static bool add_rivals(struct table_rivals *r, const struct contact_list *l,
	const struct contact *c, uint64_t now)
{
	for (unsigned i = 0; i < l->n; i++)
		if (is_rival(&l->c[i], c, r->is_local) &&
			!add_rival(r, &l->c[i], c, now))
			return false;
	return true;
}

/* Those of c's net in one list, and the weakest of all seen so far. */
static void count_net(const struct contact_list *l, const struct contact *c,
	uint64_t now, unsigned *n, const struct contact **weak)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct contact *have = &l->c[i];

		if (!addr_same_net(&have->addr, &c->addr) ||
			is_rival(have, c, false))
			continue;
		++*n;
		if (!*weak || is_weaker(have, *weak, now))
			*weak = have;
	}
}

static bool add_net_rival(struct table_rivals *r, const struct bucket *b,
	const struct contact *c, uint64_t now)
{
	const struct contact *weak = NULL;
	unsigned n = 0;

	if (r->is_local)
		return true;
	count_net(&b->live, c, now, &n, &weak);
	count_net(&b->spare, c, now, &n, &weak);
	if (n < TABLE_PER_NET)
		return true;
	r->in_bucket = true;
	return add_rival(r, weak, c, now);
}

bool table_find_rivals(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now, struct table_rivals *r)
{
	*r = (struct table_rivals){.is_local = addr_is_local(&c->addr)};
	for (unsigned i = 0; i < t->nbuckets; i++) {
		const struct bucket *b = &t->buckets[i];
		unsigned before = r->n;

		if (!add_rivals(r, &b->live, c, now) ||
			!add_rivals(r, &b->spare, c, now))
			return false;
		if (i == bucket && r->n > before)
			r->in_bucket = true;
	}
	return add_net_rival(r, &t->buckets[bucket], c, now);
}
