/*
 * block_pool.c - 16 KiB buffers, counted.
 *
 * A buffer is allocated together with nothing else: its header is separate,
 * so that the bytes stay aligned and a free buffer's header is the only
 * memory touched while it waits on the free list.
 */
#include "core/storage/block_pool.h"

#include <assert.h>
#include <malloc.h>

#include "base/mem.h"

struct block_pool {
	size_t cap;   /* bytes */
	size_t nused; /* blocks that somebody holds */
	size_t nfree;
	struct block *free; /* last in, first out */
};

struct block_pool *block_pool_new(size_t cap_bytes)
{
	struct block_pool *bp = mem_zero(sizeof *bp);

	bp->cap = cap_bytes;
	return bp;
}

static void destroy_block(struct block *b)
{
	mem_free(b->p);
	mem_free(b);
}

static size_t drop_free_blocks(struct block_pool *bp, size_t keep)
{
	size_t dropped = 0;

	while (bp->nfree > keep) {
		struct block *b = bp->free;

		bp->free = b->next;
		bp->nfree--;
		destroy_block(b);
		dropped++;
	}
	return dropped;
}

void block_pool_free(struct block_pool *bp)
{
	if (!bp)
		return;
	assert(bp->nused == 0);
	drop_free_blocks(bp, 0);
	mem_free(bp);
}

struct block *block_new(struct block_pool *bp)
{
	struct block *b = bp->free;

	if (b) {
		bp->free = b->next;
		bp->nfree--;
	} else {
		b = mem_zero(sizeof *b);
		b->p = mem_alloc(BLOCK_BYTES);
		b->pool = bp;
	}
	b->next = NULL;
	b->from = (struct addr){0};
	b->holds = 1;
	bp->nused++;
	return b;
}

void block_hold(struct block *b)
{
	assert(b->holds > 0 && b->holds < UINT32_MAX);
	b->holds++;
}

void block_drop(struct block *b)
{
	struct block_pool *bp = b->pool;

	assert(b->holds > 0);
	if (--b->holds > 0)
		return;
	assert(bp->nused > 0);
	bp->nused--;
	b->next = bp->free;
	bp->free = b;
	bp->nfree++;
}

size_t block_pool_used(const struct block_pool *bp)
{
	return bp->nused * BLOCK_BYTES;
}

size_t block_pool_cap(const struct block_pool *bp)
{
	return bp->cap;
}

bool block_pool_tight(const struct block_pool *bp)
{
	return block_pool_used(bp) > bp->cap;
}

void block_pool_trim(struct block_pool *bp, size_t keep)
{
	if (drop_free_blocks(bp, keep / BLOCK_BYTES) == 0)
		return;
		/* The allocator keeps what is freed in the middle of its heap
		 * unless it is told; a trim follows a burst and is rare. */
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}
