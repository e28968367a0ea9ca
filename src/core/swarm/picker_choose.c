/*
 * picker_choose.c - picker_pick(): the order of choice in piece_picker.h.
 */
#include <assert.h>

#include "core/swarm/picker_priv.h"

/* A set of at most so many pieces is searched itself, not the order. */
#define SPARSE_MAX 512u
/* Candidates compared when the order did not show one soon enough. */
#define SAMPLE_MAX 1024u
/* So few copies may be taken at once whatever the peer's share is. */
#define COPIES_MIN 8u

/* One call of picker_pick(). */
struct pick {
	struct picker *pk;
	uint32_t peer;
	const struct bitfield *has;
	const struct pick_options *opt;
	struct block_ref *out;
	size_t n, max;
	bool again; /* also what it let lie before */
};

static bool may_work_on(const struct pick *k, const struct partial *p)
{
	if (p->alone != PICKER_NOBODY && p->alone != k->peer)
		return false;
	if (p->shunned == k->peer && !k->again)
		return false;
	if (!(k->pk->flags[p->piece] & PIECE_PRIO))
		return false;
	if (k->opt->only && !bitfield_has(k->opt->only, p->piece))
		return false;
	return bitfield_has(k->has, p->piece);
}

static bool is_own(const struct pick *k, const struct partial *p)
{
	return p->owner == k->peer && !(k->opt->alone && p->mixed);
}

static bool is_better(const struct picker *pk, const struct partial *a,
	const struct partial *b)
{
	uint32_t prio_a = pk->flags[a->piece] & PIECE_PRIO;
	uint32_t prio_b = pk->flags[b->piece] & PIECE_PRIO;

	if (pk->sequential)
		return a->piece < b->piece;
	if (prio_a != prio_b)
		return prio_a > prio_b;
	return a->nfree < b->nfree;
}

static const struct partial *best_partial(const struct pick *k, bool own)
{
	const struct partial_set *ps = &k->pk->partials;
	const struct partial *best = NULL;

	for (size_t i = 0; i < ps->nopen; i++) {
		const struct partial *p = &ps->p[i];

		if (own && !is_own(k, p))
			continue;
		if (!may_work_on(k, p))
			continue;
		if (!best || is_better(k->pk, p, best))
			best = p;
	}
	return best;
}

static void take_blocks(struct pick *k, uint32_t piece)
{
	k->n += partial_ask_free(&k->pk->partials, piece, k->peer,
		k->out + k->n, k->max - k->n);
}

static void take_under_way(struct pick *k, bool own)
{
	while (k->n < k->max) {
		const struct partial *p = best_partial(k, own);

		if (!p)
			return;
		take_blocks(k, p->piece);
	}
}

static bool may_begin(const struct pick *k, uint32_t piece)
{
	if (piece >= k->pk->n || !piece_is_startable(k->pk->flags[piece]))
		return false;
	if (k->opt->only && !bitfield_has(k->opt->only, piece))
		return false;
	return bitfield_has(k->has, piece);
}

/* The pieces to look through: the smaller of the two sets. */
static const struct bitfield *candidates(const struct pick *k)
{
	return k->opt->only ? k->opt->only : k->has;
}

static uint32_t next_candidate(const struct pick *k, uint32_t from)
{
	const struct bitfield *set = candidates(k);
	uint32_t i = bitfield_next_not_in(set, &k->pk->closed, from);

	while (i < k->pk->n && !may_begin(k, i))
		i = bitfield_next_not_in(set, &k->pk->closed, i + 1);
	return i;
}

/* The one after a random place, around the end if need be. */
static uint32_t random_candidate(const struct pick *k)
{
	struct picker *pk = k->pk;
	uint32_t from = (uint32_t)rng_below(&pk->rng, pk->n);
	uint32_t piece = next_candidate(k, from);

	return piece < pk->n ? piece : next_candidate(k, 0);
}

static uint32_t suggested_candidate(const struct pick *k)
{
	for (size_t i = 0; i < k->opt->nsuggested; i++)
		if (may_begin(k, k->opt->suggested[i]))
			return k->opt->suggested[i];
	return k->pk->n;
}

/* How much b is to be preferred to a: positive, zero, negative. */
static int compare_candidates(const struct pick *k, uint32_t a, uint32_t b)
{
	const struct picker *pk = k->pk;

	if (pk->flags[a] != pk->flags[b])
		return pk->flags[b] - pk->flags[a];
	return k->opt->snubbed ? pk->avail[b] - pk->avail[a]
	                       : pk->avail[a] - pk->avail[b];
}

/* The best of all candidates, or of SAMPLE_MAX from a random place on. */
static uint32_t sampled_candidate(const struct pick *k)
{
	struct picker *pk = k->pk;
	uint32_t first = random_candidate(k);
	uint32_t best = first, i = first;
	uint32_t ties = 1;

	for (size_t n = 1; n < SAMPLE_MAX; n++) {
		int order;

		i = next_candidate(k, i + 1);
		if (i == pk->n)
			i = next_candidate(k, 0);
		if (i == first)
			break;
		order = compare_candidates(k, best, i);
		if (order > 0)
			ties = 0;
		if (order < 0 || rng_below(&pk->rng, ++ties))
			continue;
		best = i;
	}
	return best;
}

static uint32_t rarest_candidate(const struct pick *k)
{
	struct picker *pk = k->pk;
	uint32_t piece;

	if (bitfield_count(candidates(k)) <= SPARSE_MAX || k->opt->only)
		return sampled_candidate(k);
	if (pk->order.stale)
		order_rebuild(&pk->order);
	piece = order_find(&pk->order, k->has, k->opt->snubbed, &pk->rng);
	return piece == ORDER_NONE ? sampled_candidate(k) : piece;
}

/* The piece to begin, or a number past the last when there is none. */
static uint32_t choose_new(const struct pick *k)
{
	const struct picker *pk = k->pk;
	uint32_t first = next_candidate(k, 0);
	uint32_t piece;

	if (first == pk->n)
		return first;
	piece = suggested_candidate(k);
	if (piece < pk->n)
		return piece;
	if (pk->sequential)
		return first;
	if (pk->nhave < PICKER_RANDOM_FIRST)
		return random_candidate(k);
	return rarest_candidate(k);
}

static void take_new(struct pick *k)
{
	struct picker *pk = k->pk;

	while (k->n < k->max && picker_may_begin(pk)) {
		uint32_t piece = choose_new(k);

		if (piece >= pk->n)
			return;
		picker_begin_piece(pk, piece);
		take_blocks(k, piece);
		if (k->opt->alone)
			picker_partial_at(pk, piece)->alone = k->peer;
	}
}

/* A round of giving out blocks that `copies` others were asked for. */
struct copying {
	uint32_t copies;
	bool slow_only; /* only those that nobody but slow peers was asked for
	                 */
	size_t mine;    /* asked from this peer already */
	size_t theirs;  /* could be copied */
};

static bool all_slow(const struct picker *pk, const struct partial_block *b)
{
	for (size_t i = 0; i < b->nwho; i++)
		if (!picker_is_slow(pk, b->who[i]))
			return false;
	return true;
}

static bool may_copy(const struct pick *k, const struct copying *c,
	const struct partial *p, uint32_t block)
{
	const struct partial_block *b = &p->block[block];

	if (b->nwho != c->copies || partial_was_asked_from(p, block, k->peer))
		return false;
	return !c->slow_only || all_slow(k->pk, b);
}

/*
 * Look at the asked blocks of p from the last to the first: count them, or
 * (take) ask for as many as there is room for.
 */
static void copy_blocks(struct pick *k, struct copying *c,
	const struct partial *p, bool take)
{
	uint32_t left = p->nasked;

	for (uint32_t i = p->nblocks; left && k->n < k->max; i--) {
		struct block_ref b = {.piece = p->piece, .block = i - 1};

		if (p->block[b.block].stored || !p->block[b.block].nwho)
			continue;
		left--;
		if (!may_copy(k, c, p, b.block)) {
			c->mine += partial_was_asked_from(p, b.block, k->peer);
			continue;
		}
		c->theirs++;
		if (!take)
			continue;
		partial_ask_again(&k->pk->partials, b, k->peer);
		k->out[k->n++] = b;
	}
}

static void copy_round(struct pick *k, struct copying *c, bool take)
{
	const struct partial_set *ps = &k->pk->partials;

	c->mine = c->theirs = 0;
	for (size_t i = ps->n; i-- > 0;)
		if (ps->p[i].nasked && may_work_on(k, &ps->p[i]))
			copy_blocks(k, c, &ps->p[i], take);
}

/* How many copies make the peer's share equal to that of the others. */
static size_t fair_share(const struct copying *c)
{
	size_t few = c->theirs < COPIES_MIN ? c->theirs : COPIES_MIN;
	size_t half = 0;

	if (c->theirs > c->mine)
		half = (c->theirs - c->mine + 1) / 2;
	few = few > c->mine ? few - c->mine : 0;
	return half > few ? half : few;
}

static void reverse(struct block_ref *b, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct block_ref t = b[i];

		b[i] = b[n - 1 - i];
		b[n - 1 - i] = t;
	}
}

static void take_copies(struct pick *k)
{
	const struct picker *pk = k->pk;
	struct copying c = {0};
	size_t max = k->max;

	c.slow_only = !picker_in_endgame(pk) && picker_may_begin(pk);
	if (c.slow_only && !pk->nslow)
		return;
	for (c.copies = 1; c.copies < PICKER_ENDGAME_COPIES && !k->n;
		c.copies++) {
		size_t share;

		copy_round(k, &c, false);
		share = fair_share(&c);
		k->max = share < max ? share : max;
		copy_round(k, &c, true);
		k->max = max;
	}
	reverse(k->out, k->n);
}

size_t picker_pick(struct picker *pk, uint32_t peer, const struct bitfield *has,
	const struct pick_options *opt, struct block_ref *out, size_t max)
{
	static const struct pick_options none;
	struct pick k = {.pk = pk,
		.peer = peer,
		.has = has,
		.opt = opt ? opt : &none,
		.out = out,
		.max = max};
	bool apart = k.opt->alone || k.opt->snubbed;

	assert(peer != PICKER_NOBODY && bitfield_size(has) == pk->n);
	picker_set_slow(pk, peer, k.opt->snubbed);
	if (apart || !pk->sequential)
		take_under_way(&k, true);
	if (k.opt->fast && !pk->sequential)
		take_new(&k);
	if (!apart)
		take_under_way(&k, false);
	take_new(&k);
	k.again = k.n == 0;
	if (k.again && (!apart || picker_may_begin(pk)))
		take_under_way(&k, false);
	if (!apart && k.n == 0)
		take_copies(&k);
	return k.n;
}
