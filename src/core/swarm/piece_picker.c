/*
 * piece_picker.c - see piece_picker.h and picker_priv.h.
 */
#include "core/swarm/piece_picker.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "core/swarm/picker_priv.h"

/* Changes of more than this share of the pieces: sort anew. */
#define BULK_SHARE 16u

static bool is_needed(uint8_t flags)
{
	return !(flags & PIECE_HAVE) && (flags & PIECE_PRIO);
}

static bool is_under_way(const struct picker *pk, uint32_t piece)
{
	return pk->flags[piece] & PIECE_UNDER_WAY;
}

static void put_bit(struct bitfield *b, uint32_t i, bool on)
{
	if (on)
		bitfield_add(b, i);
	else
		bitfield_remove(b, i);
}

/* The only way a piece changes its state. */
static void set_flags(struct picker *pk, uint32_t piece, uint8_t to)
{
	uint8_t from = pk->flags[piece];

	if (piece_is_startable(from))
		order_remove(&pk->order, piece, from);
	pk->flags[piece] = to;
	if (piece_is_startable(to))
		order_add(&pk->order, piece, to);
	put_bit(&pk->closed, piece, !piece_is_startable(to));
	put_bit(&pk->unneeded, piece, !is_needed(to));
	pk->nhave += (to & PIECE_HAVE) != 0;
	pk->nhave -= (from & PIECE_HAVE) != 0;
	if (pk->avail[piece])
		return;
	pk->needed_nowhere += is_needed(to);
	pk->needed_nowhere -= is_needed(from);
	pk->startable_nowhere += piece_is_startable(to);
	pk->startable_nowhere -= piece_is_startable(from);
}

void picker_begin_piece(struct picker *pk, uint32_t piece)
{
	set_flags(pk, piece, pk->flags[piece] | PIECE_UNDER_WAY);
	partial_begin(&pk->partials, piece,
		layout_piece_blocks(pk->layout, piece));
}

/* have: what the piece is afterwards. */
static void end_piece(struct picker *pk, uint32_t piece, bool have)
{
	uint8_t prio = pk->flags[piece] & PIECE_PRIO;

	if (is_under_way(pk, piece))
		partial_end(&pk->partials, piece);
	set_flags(pk, piece, have ? prio | PIECE_HAVE : prio);
}

/* One of which nothing is asked or stored is not under way. */
static void end_if_idle(struct picker *pk, uint32_t piece)
{
	const struct partial *p = picker_partial_at(pk, piece);

	if (p->nfree == p->nblocks)
		end_piece(pk, piece, false);
}

bool picker_may_begin(const struct picker *pk)
{
	const struct partial_set *ps = &pk->partials;

	return ps->n - ps->ncomplete < pk->max_partial || ps->asked == 0;
}

static void recount_nowhere(struct picker *pk)
{
	pk->needed_nowhere = pk->startable_nowhere = 0;
	for (uint32_t i = 0; i < pk->n; i++) {
		if (pk->avail[i])
			continue;
		pk->needed_nowhere += is_needed(pk->flags[i]);
		pk->startable_nowhere += piece_is_startable(pk->flags[i]);
	}
}

struct picker *picker_new(const struct picker_config *cfg)
{
	struct picker *pk = (struct picker *)mem_zero(sizeof *pk);
	/* One more, so that an empty torrent needs no second path. */
	size_t room = (size_t)cfg->layout->npieces + 1;

	pk->layout = cfg->layout;
	pk->n = cfg->layout->npieces;
	picker_set_max_partial(pk, cfg->max_partial);
	rng_seed(&pk->rng, cfg->seed);
	pk->flags = (uint8_t *)mem_array(room, sizeof *pk->flags);
	memset(pk->flags, PRIO_NORMAL, room);
	pk->avail = (uint16_t *)mem_zero_array(room, sizeof *pk->avail);
	pk->at = (uint32_t *)mem_zero_array(room, sizeof *pk->at);
	pk->order = (struct picker_order){.flags = pk->flags,
		.avail = pk->avail,
		.at = pk->at,
		.npieces = pk->n,
		.stale = true};
	pk->partials.at = pk->at;
	bitfield_init(&pk->unneeded, pk->n);
	bitfield_init(&pk->closed, pk->n);
	recount_nowhere(pk);
	return pk;
}

void picker_free(struct picker *pk)
{
	if (!pk)
		return;
	order_fini(&pk->order);
	partial_set_fini(&pk->partials);
	bitfield_fini(&pk->unneeded);
	bitfield_fini(&pk->closed);
	mem_free(pk->flags);
	mem_free(pk->avail);
	mem_free(pk->at);
	mem_free(pk->slow);
	mem_free(pk);
}

void picker_set_have(struct picker *pk, const struct bitfield *have)
{
	assert(bitfield_size(have) == pk->n);
	partial_set_fini(&pk->partials);
	pk->order.stale = true;
	pk->nhave = bitfield_count(have);
	for (uint32_t i = 0; i < pk->n; i++) {
		uint8_t flags = pk->flags[i] & PIECE_PRIO;

		if (bitfield_has(have, i))
			flags |= PIECE_HAVE;
		pk->flags[i] = flags;
		put_bit(&pk->closed, i, !piece_is_startable(flags));
		put_bit(&pk->unneeded, i, !is_needed(flags));
	}
	recount_nowhere(pk);
}

void picker_set_priority(struct picker *pk, uint32_t piece,
	enum piece_priority prio)
{
	uint8_t rest;

	assert(piece < pk->n && (unsigned int)prio <= PIECE_PRIO);
	rest = pk->flags[piece] & (uint8_t)~PIECE_PRIO;
	set_flags(pk, piece, rest | (uint8_t)prio);
}

void picker_set_sequential(struct picker *pk, bool on)
{
	pk->sequential = on;
}

void picker_set_max_partial(struct picker *pk, uint32_t n)
{
	pk->max_partial = n ? n : UINT32_MAX;
}

/* The first copy came (by = -1) or the last one went (by = 1). */
static void shift_nowhere(struct picker *pk, uint32_t piece, int by)
{
	uint8_t flags = pk->flags[piece];

	if (is_needed(flags))
		pk->needed_nowhere += (uint32_t)by;
	if (piece_is_startable(flags))
		pk->startable_nowhere += (uint32_t)by;
}

static void add_copy(struct picker *pk, uint32_t piece)
{
	assert(pk->avail[piece] < UINT16_MAX);
	if (pk->avail[piece]++ == 0)
		shift_nowhere(pk, piece, -1);
	if (piece_is_startable(pk->flags[piece]))
		order_step_up(&pk->order, piece);
}

static void drop_copy(struct picker *pk, uint32_t piece)
{
	assert(pk->avail[piece] > 0);
	if (--pk->avail[piece] == 0)
		shift_nowhere(pk, piece, 1);
	if (piece_is_startable(pk->flags[piece]))
		order_step_down(&pk->order, piece);
}

/* All counters move by one, so the order stays as it is. */
static void shift_all(struct picker *pk, int by)
{
	for (uint32_t i = 0; i < pk->n; i++) {
		assert(by > 0 ? pk->avail[i] < UINT16_MAX : pk->avail[i] > 0);
		pk->avail[i] = (uint16_t)(pk->avail[i] + by);
	}
	pk->order.base += by;
	recount_nowhere(pk);
}

static void note_bulk(struct picker *pk, const struct bitfield *has)
{
	if (bitfield_count(has) > pk->n / BULK_SHARE)
		pk->order.stale = true;
}

void picker_peer_joined(struct picker *pk, const struct bitfield *has)
{
	assert(bitfield_size(has) == pk->n);
	if (bitfield_all(has)) {
		shift_all(pk, 1);
		return;
	}
	note_bulk(pk, has);
	for (uint32_t i = bitfield_next_set(has, 0); i < pk->n;
		i = bitfield_next_set(has, i + 1))
		add_copy(pk, i);
}

void picker_peer_left(struct picker *pk, const struct bitfield *has)
{
	assert(bitfield_size(has) == pk->n);
	if (bitfield_all(has)) {
		shift_all(pk, -1);
		return;
	}
	note_bulk(pk, has);
	for (uint32_t i = bitfield_next_set(has, 0); i < pk->n;
		i = bitfield_next_set(has, i + 1))
		drop_copy(pk, i);
}

void picker_peer_has(struct picker *pk, uint32_t piece)
{
	assert(piece < pk->n);
	add_copy(pk, piece);
}

void picker_peer_lost(struct picker *pk, uint32_t piece)
{
	assert(piece < pk->n);
	drop_copy(pk, piece);
}

const uint16_t *picker_availability(const struct picker *pk)
{
	return pk->avail;
}

uint32_t picker_copies_milli(const struct picker *pk)
{
	uint32_t wanted = 0, above = 0;
	uint16_t least = UINT16_MAX;

	for (uint32_t i = 0; i < pk->n; i++)
		if ((pk->flags[i] & PIECE_PRIO) && pk->avail[i] < least)
			least = pk->avail[i];
	for (uint32_t i = 0; i < pk->n; i++) {
		if (!(pk->flags[i] & PIECE_PRIO))
			continue;
		wanted++;
		above += pk->avail[i] > least;
	}
	if (!wanted)
		return 0;
	return least * 1000u + (uint32_t)(UINT64_C(1000) * above / wanted);
}

static size_t find_slow(const struct picker *pk, uint32_t peer)
{
	size_t i = 0;

	while (i < pk->nslow && pk->slow[i] != peer)
		i++;
	return i;
}

bool picker_is_slow(const struct picker *pk, uint32_t peer)
{
	return find_slow(pk, peer) < pk->nslow;
}

void picker_set_slow(struct picker *pk, uint32_t peer, bool slow)
{
	size_t i = find_slow(pk, peer);

	if (slow == (i < pk->nslow))
		return;
	if (!slow) {
		pk->slow[i] = pk->slow[--pk->nslow];
		return;
	}
	pk->slow = (uint32_t *)mem_grow(pk->slow, &pk->slow_cap, pk->nslow + 1,
		sizeof *pk->slow);
	pk->slow[pk->nslow++] = peer;
}

static bool block_exists(const struct picker *pk, struct block_ref b)
{
	return b.piece < pk->n &&
	       b.block < layout_piece_blocks(pk->layout, b.piece);
}

void picker_lost(struct picker *pk, uint32_t peer, struct block_ref b)
{
	if (!block_exists(pk, b) || !is_under_way(pk, b.piece))
		return;
	if (!partial_unask(&pk->partials, b, peer))
		return;
	picker_partial_at(pk, b.piece)->alone = PICKER_NOBODY;
	picker_partial_at(pk, b.piece)->shunned = peer;
	end_if_idle(pk, b.piece);
}

/* A piece that gets a free block changes places with one before it, and one
 * that ends with one behind it: hence up in one, down in the other. */
static void for_each_partial(struct picker *pk, uint32_t peer,
	void (*each)(struct partial_set *ps, uint32_t piece, uint32_t peer))
{
	struct partial_set *ps = &pk->partials;

	for (size_t i = 0; i < ps->n; i++)
		each(ps, ps->p[i].piece, peer);
	for (size_t i = ps->n; i-- > 0;)
		end_if_idle(pk, ps->p[i].piece);
}

void picker_lost_all(struct picker *pk, uint32_t peer)
{
	for_each_partial(pk, peer, partial_unask_all);
}

void picker_peer_gone(struct picker *pk, uint32_t peer)
{
	picker_set_slow(pk, peer, false);
	for_each_partial(pk, peer, partial_forget_peer);
}

/* What is known of a block that arrives, before asking who was asked. */
static enum picker_stored judge(const struct picker *pk, struct block_ref b)
{
	if (!block_exists(pk, b))
		return STORED_UNASKED;
	if (pk->flags[b.piece] & PIECE_HAVE)
		return STORED_DUPLICATE;
	if (is_under_way(pk, b.piece) &&
		picker_partial_at(pk, b.piece)->block[b.block].stored)
		return STORED_DUPLICATE;
	return STORED_NEW;
}

enum picker_stored picker_stored(struct picker *pk, uint32_t peer,
	struct block_ref b, uint32_t *others, size_t *nothers, size_t max)
{
	enum picker_stored verdict = judge(pk, b);

	*nothers = 0;
	if (verdict != STORED_NEW)
		return verdict;
	if (!is_under_way(pk, b.piece) ||
		!partial_was_asked_from(picker_partial_at(pk, b.piece), b.block,
			peer))
		return STORED_UNASKED;
	partial_store(&pk->partials, b, peer, others, nothers, max);
	return STORED_NEW;
}

enum picker_stored picker_store_unasked(struct picker *pk, uint32_t peer,
	struct block_ref b, uint32_t *others, size_t *nothers, size_t max)
{
	enum picker_stored verdict = judge(pk, b);

	assert(peer != PICKER_NOBODY);
	*nothers = 0;
	if (verdict != STORED_NEW)
		return verdict;
	if (!is_needed(pk->flags[b.piece]))
		return STORED_UNASKED;
	if (!is_under_way(pk, b.piece)) {
		if (!picker_may_begin(pk))
			return STORED_UNASKED;
		picker_begin_piece(pk, b.piece);
	}
	/* Another sender spoils the evidence that keeping it alone gives. */
	if (picker_partial_at(pk, b.piece)->alone != peer)
		picker_partial_at(pk, b.piece)->alone = PICKER_NOBODY;
	partial_store(&pk->partials, b, peer, others, nothers, max);
	return STORED_NEW;
}

bool picker_complete(const struct picker *pk, uint32_t piece)
{
	return piece < pk->n && is_under_way(pk, piece) &&
	       partial_is_complete(picker_partial_at(pk, piece));
}

void picker_passed(struct picker *pk, uint32_t piece)
{
	assert(piece < pk->n);
	end_piece(pk, piece, true);
}

void picker_failed(struct picker *pk, uint32_t piece)
{
	assert(piece < pk->n);
	end_piece(pk, piece, false);
}

uint32_t picker_sender(const struct picker *pk, struct block_ref b)
{
	const struct partial_block *block;

	if (!block_exists(pk, b) || !is_under_way(pk, b.piece))
		return PICKER_NOBODY;
	block = &picker_partial_at(pk, b.piece)->block[b.block];
	return block->stored ? block->who[0] : PICKER_NOBODY;
}

bool picker_wants(const struct picker *pk, const struct bitfield *has)
{
	return bitfield_any_not_in(has, &pk->unneeded);
}

bool picker_wants_piece(const struct picker *pk, uint32_t piece)
{
	return piece < pk->n && is_needed(pk->flags[piece]);
}

bool picker_in_endgame(const struct picker *pk)
{
	const struct partial_set *ps = &pk->partials;
	uint32_t startable = pk->n - bitfield_count(&pk->closed);

	if (startable > pk->startable_nowhere || ps->asked == 0)
		return false;
	for (size_t i = 0; i < ps->nopen; i++)
		if (is_needed(pk->flags[ps->p[i].piece]) &&
			pk->avail[ps->p[i].piece])
			return false;
	return true;
}

bool picker_finished(const struct picker *pk)
{
	return picker_missing(pk) == 0;
}

uint32_t picker_missing(const struct picker *pk)
{
	return pk->n - bitfield_count(&pk->unneeded);
}

uint32_t picker_unavailable(const struct picker *pk)
{
	return pk->needed_nowhere;
}

size_t picker_partial_count(const struct picker *pk)
{
	return pk->partials.n;
}

uint32_t picker_partial_piece(const struct picker *pk, size_t i)
{
	assert(i < pk->partials.n);
	return pk->partials.p[i].piece;
}

int picker_block_state(const struct picker *pk, struct block_ref b)
{
	const struct partial_block *block;

	if (!block_exists(pk, b))
		return 0;
	if (pk->flags[b.piece] & PIECE_HAVE)
		return 2;
	if (!is_under_way(pk, b.piece))
		return 0;
	block = &picker_partial_at(pk, b.piece)->block[b.block];
	return block->stored ? 2 : block->nwho != 0;
}

void picker_check(const struct picker *pk)
{
	uint32_t nhave = 0, needed = 0, startable = 0, under_way = 0;

	order_check(&pk->order);
	partial_set_check(&pk->partials);
	for (uint32_t i = 0; i < pk->n; i++) {
		uint8_t f = pk->flags[i];
		bool nowhere = pk->avail[i] == 0;

		assert(!(f & PIECE_HAVE) || !(f & PIECE_UNDER_WAY));
		assert(bitfield_has(&pk->unneeded, i) == !is_needed(f));
		assert(bitfield_has(&pk->closed, i) == !piece_is_startable(f));
		nhave += (f & PIECE_HAVE) != 0;
		under_way += (f & PIECE_UNDER_WAY) != 0;
		needed += nowhere && is_needed(f);
		startable += nowhere && piece_is_startable(f);
	}
	assert(nhave == pk->nhave && under_way == pk->partials.n);
	assert(needed == pk->needed_nowhere);
	assert(startable == pk->startable_nowhere);
}
