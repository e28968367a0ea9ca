/*
 * piece_buffer.h - blocks of one torrent on their way from peers to disk.
 *
 * Pure.  For each piece under way there is an array of the blocks that are in
 * memory and a bit for each block that was spilled: written to disk early,
 * unverified, because memory was tight.  A piece whose blocks are all in
 * memory is hashed and written by one job; one that was spilled is completed
 * by writing the rest and hashing it from disk.
 *
 * Owned by a torrent, which submits the jobs.  Loop thread only.
 */
#ifndef CORE_STORAGE_PIECE_BUFFER_H
#define CORE_STORAGE_PIECE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/storage/block_pool.h"
#include "core/storage/layout.h"

struct piece_buffer;

/* The layout is borrowed for life. */
struct piece_buffer *piece_buffer_new(const struct layout *layout);
void piece_buffer_free(struct piece_buffer *pb); /* NULL is allowed */

/* Takes the hold over.  A block that is here already, or was spilled, or is
 * outside the torrent is dropped. */
void piece_buffer_put(struct piece_buffer *pb, uint32_t piece, uint32_t block,
	struct block *b);

/* All blocks in memory, or on disk by spilling. */
bool piece_buffer_is_full(const struct piece_buffer *pb, uint32_t piece);
/* Whether any block of the piece was spilled. */
bool piece_buffer_is_spilled(const struct piece_buffer *pb, uint32_t piece);

/*
 * The first resident block at or after *block and those that follow it
 * without a gap, as vectors (at most max); *block becomes the first of them.
 * Returns the number of vectors; 0, with *block as it was, when nothing is
 * resident there.
 */
int piece_buffer_run(const struct piece_buffer *pb, uint32_t piece,
	uint32_t *block, struct iovec *vec, int max);
/* Bytes of a resident block; NULL when it is not in memory. */
const uint8_t *piece_buffer_block(const struct piece_buffer *pb, uint32_t piece,
	uint32_t block);

/* Who sent a resident block; ADDR_NONE when it is not in memory. */
struct addr piece_buffer_sender(const struct piece_buffer *pb, uint32_t piece,
	uint32_t block);

/* These blocks are on disk now: dropped from memory. */
void piece_buffer_spilled(struct piece_buffer *pb, uint32_t piece,
	uint32_t block, uint32_t n);
/* The piece is done with, good or bad. */
void piece_buffer_drop(struct piece_buffer *pb, uint32_t piece);

/*
 * The piece to spill when memory is tight: not full, not pinned, most
 * resident blocks; false when there is none.
 */
bool piece_buffer_victim(const struct piece_buffer *pb, uint32_t *piece);
/* A job works on its blocks: no victim meanwhile.  Pins are counted; a piece
 * that is dropped takes its pins along. */
void piece_buffer_pin(struct piece_buffer *pb, uint32_t piece, bool on);

size_t piece_buffer_count(const struct piece_buffer *pb);    /* pieces */
size_t piece_buffer_resident(const struct piece_buffer *pb); /* blocks */

#endif
