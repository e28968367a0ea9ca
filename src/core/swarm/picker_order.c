/*
 * picker_order.c - see picker_order.h.
 */
#include "core/swarm/picker_order.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

void order_fini(struct picker_order *o)
{
	for (size_t i = 0; i < ORDER_PRIOS; i++) {
		mem_free(o->shelf[i].piece);
		mem_free(o->shelf[i].end);
	}
	memset(o->shelf, 0, sizeof o->shelf);
}

/* Negative when the base is too high for so rare a piece. */
static int32_t bucket_of(const struct picker_order *o, uint32_t copies)
{
	int32_t k = (int32_t)copies - o->base;

	if (k >= (int32_t)ORDER_BUCKETS_MAX)
		return (int32_t)ORDER_BUCKETS_MAX - 1;
	return k;
}

static size_t bucket_start(const struct order_shelf *s, size_t k)
{
	return k ? s->end[k - 1] : 0;
}

static void shelf_put(struct picker_order *o, struct order_shelf *s, size_t at,
	uint32_t piece)
{
	s->piece[at] = piece;
	o->at[piece] = (uint32_t)at;
}

static void shelf_swap(struct picker_order *o, struct order_shelf *s, size_t a,
	size_t b)
{
	uint32_t piece = s->piece[a];

	shelf_put(o, s, a, s->piece[b]);
	shelf_put(o, s, b, piece);
}

/* Make sure that buckets 0 to k exist. */
static void shelf_reach(struct order_shelf *s, size_t k)
{
	if (k < s->nend)
		return;
	s->end = (uint32_t *)mem_grow(s->end, &s->end_cap, k + 1,
		sizeof *s->end);
	while (s->nend <= k)
		s->end[s->nend++] = (uint32_t)s->n;
}

void order_add(struct picker_order *o, uint32_t piece, uint32_t prio)
{
	struct order_shelf *s = &o->shelf[prio];
	int32_t bucket = bucket_of(o, o->avail[piece]);
	size_t k = (size_t)bucket;
	size_t hole = s->n;

	o->stale |= bucket < 0;
	if (o->stale)
		return;
	shelf_reach(s, k);
	s->piece = (uint32_t *)mem_grow(s->piece, &s->cap, s->n + 1,
		sizeof *s->piece);
	s->n++;
	for (size_t j = s->nend - 1; j > k; j--) {
		size_t first = bucket_start(s, j);

		if (first != hole)
			shelf_put(o, s, hole, s->piece[first]);
		hole = first;
		s->end[j]++;
	}
	s->end[k]++;
	shelf_put(o, s, hole, piece);
}

void order_remove(struct picker_order *o, uint32_t piece, uint32_t prio)
{
	struct order_shelf *s = &o->shelf[prio];
	size_t hole = o->at[piece];

	if (o->stale)
		return;
	assert(hole < s->n && s->piece[hole] == piece);
	for (size_t k = (size_t)bucket_of(o, o->avail[piece]); k < s->nend;
		k++) {
		size_t last = --s->end[k];

		if (last != hole)
			shelf_put(o, s, hole, s->piece[last]);
		hole = last;
	}
	s->n--;
}

void order_step_up(struct picker_order *o, uint32_t piece)
{
	struct order_shelf *s = &o->shelf[o->flags[piece] & PIECE_PRIO];
	int32_t to = bucket_of(o, o->avail[piece]);
	size_t from = (size_t)to - 1;

	if (o->stale || bucket_of(o, o->avail[piece] - 1u) == to)
		return;
	shelf_reach(s, (size_t)to);
	shelf_swap(o, s, o->at[piece], --s->end[from]);
}

void order_step_down(struct picker_order *o, uint32_t piece)
{
	struct order_shelf *s = &o->shelf[o->flags[piece] & PIECE_PRIO];
	int32_t to = bucket_of(o, o->avail[piece]);

	o->stale |= to < 0;
	if (o->stale || bucket_of(o, o->avail[piece] + 1u) == to)
		return;
	shelf_swap(o, s, o->at[piece], s->end[to]++);
}

/* Count the pieces of each bucket into end[]. */
static void count_buckets(struct picker_order *o)
{
	for (uint32_t i = 0; i < o->npieces; i++) {
		struct order_shelf *s = &o->shelf[o->flags[i] & PIECE_PRIO];
		size_t k;

		if (!piece_is_startable(o->flags[i]))
			continue;
		k = (size_t)bucket_of(o, o->avail[i]);
		if (k >= s->nend) {
			s->end = (uint32_t *)mem_grow(s->end, &s->end_cap,
				k + 1, sizeof *s->end);
			while (s->nend <= k)
				s->end[s->nend++] = 0;
		}
		s->end[k]++;
		s->n++;
	}
}

/* Turn counts into the buckets' starts; filling moves them to the ends. */
static void counts_to_starts(struct order_shelf *s)
{
	uint32_t sum = 0;

	for (size_t k = 0; k < s->nend; k++) {
		uint32_t count = s->end[k];

		s->end[k] = sum;
		sum += count;
	}
	s->piece =
		(uint32_t *)mem_grow(s->piece, &s->cap, s->n, sizeof *s->piece);
}

static int32_t base_for(const struct picker_order *o)
{
	int32_t rarest = INT32_MAX;

	for (uint32_t i = 0; i < o->npieces; i++)
		if (piece_is_startable(o->flags[i]) && o->avail[i] < rarest)
			rarest = o->avail[i];
	return rarest == INT32_MAX ? -ORDER_SLACK : rarest - ORDER_SLACK;
}

void order_rebuild(struct picker_order *o)
{
	o->base = base_for(o);
	o->stale = false;
	for (size_t i = 0; i < ORDER_PRIOS; i++)
		o->shelf[i].n = o->shelf[i].nend = 0;
	count_buckets(o);
	for (size_t i = 0; i < ORDER_PRIOS; i++)
		counts_to_starts(&o->shelf[i]);
	for (uint32_t i = 0; i < o->npieces; i++) {
		struct order_shelf *s = &o->shelf[o->flags[i] & PIECE_PRIO];

		if (piece_is_startable(o->flags[i]))
			shelf_put(o, s, s->end[bucket_of(o, o->avail[i])]++, i);
	}
}

/* A piece of [lo, hi) that is in `has`, searching from a random place on. */
static uint32_t find_in_bucket(const uint32_t *piece, size_t n,
	const struct bitfield *has, struct rng *rng, size_t *budget)
{
	size_t start = (size_t)rng_below(rng, n);

	for (size_t i = 0; i < n && *budget; i++, --*budget) {
		size_t at = start + i < n ? start + i : start + i - n;

		if (bitfield_has(has, piece[at]))
			return piece[at];
	}
	return ORDER_NONE;
}

static uint32_t find_in_shelf(const struct picker_order *o,
	const struct order_shelf *s, const struct bitfield *has,
	bool common_first, struct rng *rng, size_t *budget)
{
	for (size_t i = 0; i < s->nend && *budget; i++) {
		size_t k = common_first ? s->nend - 1 - i : i;
		size_t lo = bucket_start(s, k);
		uint32_t piece;

		/* What has no copies at all is in nobody's set. */
		if (lo == s->end[k] || (int32_t)k + o->base <= 0)
			continue;
		piece = find_in_bucket(s->piece + lo, s->end[k] - lo, has, rng,
			budget);
		if (piece != ORDER_NONE)
			return piece;
	}
	return ORDER_NONE;
}

uint32_t order_find(const struct picker_order *o, const struct bitfield *has,
	bool common_first, struct rng *rng)
{
	size_t budget = ORDER_SCAN_MAX;

	assert(!o->stale);
	for (size_t prio = ORDER_PRIOS; prio-- > 0 && budget;) {
		const struct order_shelf *s = &o->shelf[prio];
		uint32_t piece;

		if (!s->n)
			continue;
		piece = find_in_shelf(o, s, has, common_first, rng, &budget);
		if (piece != ORDER_NONE)
			return piece;
	}
	return ORDER_NONE;
}

static void check_shelf(const struct picker_order *o, size_t prio)
{
	const struct order_shelf *s = &o->shelf[prio];

	assert(s->n == (s->nend ? s->end[s->nend - 1] : 0));
	for (size_t k = 0; k < s->nend; k++) {
		assert(bucket_start(s, k) <= s->end[k]);
		for (size_t i = bucket_start(s, k); i < s->end[k]; i++) {
			uint32_t piece = s->piece[i];

			assert(o->flags[piece] == prio);
			assert(o->at[piece] == i);
			assert(bucket_of(o, o->avail[piece]) == (int32_t)k);
		}
	}
}

void order_check(const struct picker_order *o)
{
	size_t startable = 0, shelved = 0;

	if (o->stale)
		return;
	for (uint32_t i = 0; i < o->npieces; i++)
		startable += piece_is_startable(o->flags[i]);
	for (size_t i = 0; i < ORDER_PRIOS; i++) {
		check_shelf(o, i);
		shelved += o->shelf[i].n;
	}
	assert(startable == shelved);
}
