/*
 * table_upkeep.c - see table.h: whom to ping and what to refresh, and when.
 *
 * The next ping is known as a lower bound only: what makes one due earlier
 * lowers it (table_expect_ping()), what makes one due later leaves it, and
 * asking for a ping too early finds the exact time anew.  So answering a
 * packet costs no walk over the contacts.
 */
#include "dht/table.h"
#include "dht/table_priv.h"

/* The most urgent contact of a walk. */
struct search {
	uint64_t now;
	struct contact *best;
	unsigned best_rank;
	uint64_t earliest; /* of those that are not due yet */
	uint32_t good;
};

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* --- pings ---------------------------------------------------------------- */

uint64_t table_ping_due(const struct bucket *b, const struct contact *c)
{
	uint64_t again = TABLE_AGAIN_MS;

	if (c->fails >= TABLE_FAILS_MAX)
		return c->asked_ms + TABLE_REFRESH_MS;
	if (c->fails > 0) {
		if (b->spare.n == 0)
			again <<= 2u * c->fails;
		return c->asked_ms + again;
	}
	if (c->heard_ms)
		return later(c->heard_ms + TABLE_PING_MS, c->asked_ms + again);
	return c->asked_ms + again;
}

void table_expect_ping(struct table *t, uint64_t at)
{
	at = later(at, t->pinged_ms + t->ping_pace_ms);
	t->ping_ms = earlier(t->ping_ms, at);
}

/* Higher is more urgent. */
static unsigned rank_of(const struct bucket *b, const struct contact *c,
	uint64_t now)
{
	if (!c->heard_ms)
		return 2;
	return b->spare.n > 0 &&
	       (c->fails > 0 || contact_state(c, now) != CONTACT_GOOD);
}

static void consider(struct search *s, const struct bucket *b,
	struct contact *c)
{
	uint64_t due = table_ping_due(b, c);
	unsigned rank = rank_of(b, c, s->now);

	s->good += contact_state(c, s->now) == CONTACT_GOOD;
	if (due > s->now) {
		s->earliest = earlier(s->earliest, due);
		return;
	}
	if (s->best && (rank < s->best_rank ||
			       (rank == s->best_rank &&
				       c->heard_ms >= s->best->heard_ms)))
		return;
	s->best = c;
	s->best_rank = rank;
}

bool table_next_ping(struct table *t, uint64_t now, struct contact *out)
{
	struct search s = {.now = now, .earliest = TABLE_NEVER};

	if (now < t->ping_ms)
		return false;
	for (unsigned i = 0; i < t->nbuckets; i++) {
		struct bucket *b = &t->buckets[i];

		for (unsigned j = 0; j < b->live.n; j++)
			consider(&s, b, &b->live.c[j]);
	}
	t->ping_pace_ms = 2 * s.good < t->nlive ? TABLE_PING_YOUNG_MS
	                                        : TABLE_PING_PACE_MS;
	t->ping_ms = s.earliest;
	if (!s.best)
		return false;
	s.best->asked_ms = later(now, 1);
	t->pinged_ms = now;
	t->ping_ms = now + t->ping_pace_ms;
	*out = *s.best;
	return true;
}

/* --- refreshes ------------------------------------------------------------ */

static uint64_t refresh_due(const struct table *t, unsigned bucket)
{
	const struct bucket *b = &t->buckets[bucket];
	bool is_full = b->live.n >= table_bucket_size(t, bucket);
	bool hurry = b->is_forced || (b->is_new && !is_full);
	uint64_t due = b->refresh_ms;

	if (b->is_forced)
		due = 0;
	else if (is_full)
		due = later(due, b->touched_ms + TABLE_REFRESH_MS);
	return later(due, t->refreshed_ms + (hurry ? TABLE_REFRESH_YOUNG_MS
						   : TABLE_REFRESH_PACE_MS));
}

/* NULL when the table is empty: there is nobody to ask. */
static struct bucket *first_due(const struct table *t, uint64_t *due)
{
	struct bucket *first = NULL;

	for (unsigned i = 0; t->nlive > 0 && i < t->nbuckets; i++) {
		uint64_t at = refresh_due(t, i);

		if (first && at >= *due)
			continue;
		first = &t->buckets[i];
		*due = at;
	}
	return first;
}

bool table_next_refresh(struct table *t, uint64_t now, unsigned *bits)
{
	uint64_t due = 0;
	struct bucket *b = first_due(t, &due);

	if (!b || due > now)
		return false;
	b->is_new = b->is_forced = false;
	b->refresh_ms = now + TABLE_REFRESH_MS;
	t->refreshed_ms = now;
	*bits = (unsigned)(b - t->buckets);
	return true;
}

void table_refresh_all(struct table *t)
{
	for (unsigned i = 0; i < t->nbuckets; i++)
		t->buckets[i].is_forced = true;
}

uint64_t table_deadline(const struct table *t, uint64_t now)
{
	uint64_t refresh = TABLE_NEVER;

	if (!first_due(t, &refresh))
		return TABLE_NEVER;
	return later(now, earlier(refresh, t->ping_ms));
}
