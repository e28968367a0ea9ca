/*
 * picker_partial.c - see picker_partial.h.
 */
#include "core/swarm/picker_partial.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

_Static_assert(sizeof(struct partial_block) <= 16, "there are many of them");

static struct partial *partial_of(struct partial_set *ps, uint32_t piece)
{
	assert(ps->at[piece] < ps->n && ps->p[ps->at[piece]].piece == piece);
	return &ps->p[ps->at[piece]];
}

static void swap_partials(struct partial_set *ps, size_t a, size_t b)
{
	struct partial t = ps->p[a];

	ps->p[a] = ps->p[b];
	ps->p[b] = t;
	ps->at[ps->p[a].piece] = (uint32_t)a;
	ps->at[ps->p[b].piece] = (uint32_t)b;
}

/* Move it to the side of the array that its free blocks demand. */
static void settle(struct partial_set *ps, uint32_t piece)
{
	size_t at = ps->at[piece];

	if (ps->p[at].nfree && at >= ps->nopen)
		swap_partials(ps, at, ps->nopen++);
	else if (!ps->p[at].nfree && at < ps->nopen)
		swap_partials(ps, at, --ps->nopen);
}

static size_t find_asker(const struct partial_block *b, uint32_t peer)
{
	size_t i = 0;

	while (i < b->nwho && b->who[i] != peer)
		i++;
	return i;
}

static bool is_asked_from(const struct partial_block *b, uint32_t peer)
{
	return !b->stored && find_asker(b, peer) < b->nwho;
}

bool partial_was_asked_from(const struct partial *p, uint32_t block,
	uint32_t peer)
{
	return is_asked_from(&p->block[block], peer);
}

void partial_set_fini(struct partial_set *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		mem_free(ps->p[i].block);
	mem_free(ps->p);
	*ps = (struct partial_set){.at = ps->at};
}

void partial_begin(struct partial_set *ps, uint32_t piece, uint32_t nblocks)
{
	struct partial *p;

	ps->p = (struct partial *)mem_grow(ps->p, &ps->cap, ps->n + 1,
		sizeof *ps->p);
	p = &ps->p[ps->n];
	*p = (struct partial){.piece = piece,
		.nblocks = nblocks,
		.nfree = nblocks,
		.owner = PICKER_NOBODY,
		.alone = PICKER_NOBODY,
		.shunned = PICKER_NOBODY};
	p->block = (struct partial_block *)mem_zero_array(nblocks,
		sizeof *p->block);
	ps->at[piece] = (uint32_t)ps->n++;
	settle(ps, piece);
}

void partial_end(struct partial_set *ps, uint32_t piece)
{
	struct partial *p = partial_of(ps, piece);

	ps->asked -= p->nasked;
	ps->ncomplete -= partial_is_complete(p);
	mem_free(p->block);
	p->nfree = 0;
	settle(ps, piece);
	swap_partials(ps, ps->at[piece], ps->n - 1);
	ps->n--;
}

static void note_asker(struct partial *p, uint32_t peer)
{
	if (p->owner == PICKER_NOBODY)
		p->owner = peer;
	p->mixed |= p->owner != peer;
	if (p->shunned != peer)
		p->shunned = PICKER_NOBODY;
}

size_t partial_ask_free(struct partial_set *ps, uint32_t piece, uint32_t peer,
	struct block_ref *out, size_t max)
{
	struct partial *p = partial_of(ps, piece);
	uint32_t i = p->first_free;
	size_t n = 0;

	for (; n < max && p->nfree; i++) {
		struct partial_block *b = &p->block[i];

		if (b->nwho || b->stored)
			continue;
		b->who[b->nwho++] = peer;
		p->nfree--;
		p->nasked++;
		out[n++] = (struct block_ref){.piece = piece, .block = i};
	}
	p->first_free = i;
	ps->asked += n;
	note_asker(p, peer);
	settle(ps, piece);
	return n;
}

void partial_ask_again(struct partial_set *ps, struct block_ref ref,
	uint32_t peer)
{
	struct partial *p = partial_of(ps, ref.piece);
	struct partial_block *b = &p->block[ref.block];

	assert(!b->stored && b->nwho && b->nwho < PICKER_ENDGAME_COPIES);
	b->who[b->nwho++] = peer;
	p->mixed = true;
}

/* The last asker has gone. */
static void free_block(struct partial_set *ps, struct partial *p, uint32_t i)
{
	p->nasked--;
	p->nfree++;
	ps->asked--;
	if (i < p->first_free)
		p->first_free = i;
}

static bool unask(struct partial_set *ps, struct partial *p, uint32_t i,
	uint32_t peer)
{
	struct partial_block *b = &p->block[i];
	size_t k = find_asker(b, peer);

	if (b->stored || k == b->nwho)
		return false;
	b->who[k] = b->who[--b->nwho];
	if (!b->nwho)
		free_block(ps, p, i);
	return true;
}

bool partial_unask(struct partial_set *ps, struct block_ref b, uint32_t peer)
{
	bool was = unask(ps, partial_of(ps, b.piece), b.block, peer);

	settle(ps, b.piece);
	return was;
}

void partial_unask_all(struct partial_set *ps, uint32_t piece, uint32_t peer)
{
	struct partial *p = partial_of(ps, piece);

	if (p->alone == peer)
		p->alone = PICKER_NOBODY;
	for (uint32_t i = 0; i < p->nblocks && p->nasked; i++)
		if (unask(ps, p, i, peer))
			p->mixed = true;
	settle(ps, piece);
}

void partial_forget_peer(struct partial_set *ps, uint32_t piece, uint32_t peer)
{
	struct partial *p;

	partial_unask_all(ps, piece, peer);
	p = partial_of(ps, piece);
	if (p->owner == peer)
		p->owner = PICKER_NOBODY;
	if (p->shunned == peer)
		p->shunned = PICKER_NOBODY;
	for (uint32_t i = 0; i < p->nblocks; i++) {
		struct partial_block *b = &p->block[i];

		if (!b->stored || b->who[0] != peer)
			continue;
		b->who[0] = PICKER_NOBODY;
		p->mixed = true;
	}
}

static void list_others(const struct partial_block *b, uint32_t peer,
	uint32_t *others, size_t *nothers, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < b->nwho; i++)
		if (b->who[i] != peer && n < max)
			others[n++] = b->who[i];
	*nothers = n;
}

void partial_store(struct partial_set *ps, struct block_ref ref, uint32_t peer,
	uint32_t *others, size_t *nothers, size_t max)
{
	struct partial *p = partial_of(ps, ref.piece);
	struct partial_block *b = &p->block[ref.block];

	assert(!b->stored);
	list_others(b, peer, others, nothers, max);
	if (b->nwho) {
		p->nasked--;
		ps->asked--;
	} else {
		p->nfree--;
	}
	*b = (struct partial_block){.who = {peer}, .nwho = 1, .stored = true};
	note_asker(p, peer);
	ps->ncomplete += partial_is_complete(p);
	settle(ps, ref.piece);
}

static void check_blocks(const struct partial *p)
{
	uint32_t nfree = 0, nasked = 0;

	for (uint32_t i = 0; i < p->nblocks; i++) {
		const struct partial_block *b = &p->block[i];

		assert(b->nwho <= PICKER_ENDGAME_COPIES);
		assert(!b->stored || b->nwho == 1);
		for (size_t k = 0; k < b->nwho; k++)
			assert(find_asker(b, b->who[k]) == k);
		nasked += !b->stored && b->nwho;
		if (b->stored || b->nwho)
			continue;
		assert(i >= p->first_free);
		nfree++;
	}
	assert(nfree == p->nfree && nasked == p->nasked);
	assert(p->alone == PICKER_NOBODY || p->alone == p->owner);
}

void partial_set_check(const struct partial_set *ps)
{
	uint64_t asked = 0;
	size_t ncomplete = 0;

	assert(ps->nopen <= ps->n);
	for (size_t i = 0; i < ps->n; i++) {
		const struct partial *p = &ps->p[i];

		check_blocks(p);
		assert(ps->at[p->piece] == i);
		assert((i < ps->nopen) == (p->nfree > 0));
		/* One with nothing asked or stored is not under way. */
		assert(p->nfree < p->nblocks);
		asked += p->nasked;
		ncomplete += partial_is_complete(p);
	}
	assert(asked == ps->asked && ncomplete == ps->ncomplete);
}
