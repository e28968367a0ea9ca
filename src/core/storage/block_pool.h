/*
 * block_pool.h - 16 KiB buffers, counted, one cap for all of them.
 *
 * Everything that holds payload holds blocks of this pool: blocks arriving,
 * waiting for the disk, read for uploading, being sent.  Free buffers are
 * reused last-in first-out, so that they stay in the cache.  The cap is soft
 * by one turn of the loop: block_pool_tight() tells users to stop asking.
 *
 * A block is counted: block_hold() and block_drop().  Loop thread only; a
 * worker may read or fill the bytes of a block while the loop thread keeps a
 * reference for it.
 */
#ifndef CORE_STORAGE_BLOCK_POOL_H
#define CORE_STORAGE_BLOCK_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define BLOCK_BYTES 16384u

struct block_pool;

struct block {
	uint8_t *p;       /* BLOCK_BYTES */
	struct addr from; /* who sent it; ADDR_NONE: read from disk */
	/* Private. */
	uint32_t holds;
	struct block *next;
	struct block_pool *pool;
};

struct block_pool *block_pool_new(size_t cap_bytes);
/* All blocks have been dropped. */
void block_pool_free(struct block_pool *bp);

struct block *block_new(struct block_pool *bp); /* one hold; never NULL */
void block_hold(struct block *b);
void block_drop(struct block *b);

/* Bytes in use, the cap, and whether use is above the cap. */
size_t block_pool_used(const struct block_pool *bp);
size_t block_pool_cap(const struct block_pool *bp);
bool block_pool_tight(const struct block_pool *bp);
/* Give unused buffers beyond `keep` bytes back to the system. */
void block_pool_trim(struct block_pool *bp, size_t keep);

#endif
