/*
 * layout.h - where the bytes of a torrent lie: pieces, blocks, files.  Pure.
 *
 * The torrent is one stream of bytes; files are runs of it in order, pieces
 * are equal cuts of it, blocks are 16 KiB cuts of a piece.  Every conversion
 * and every range check is here.  Immutable; borrows the metainfo.
 */
#ifndef CORE_STORAGE_LAYOUT_H
#define CORE_STORAGE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bitfield.h"
#include "proto/metainfo.h"

#define LAYOUT_BLOCK 16384u

struct layout {
	const struct metainfo *meta;
	uint64_t total;
	uint32_t piece_length;
	uint32_t npieces;
	uint32_t blocks_per_piece; /* of a full piece */
};

void layout_init(struct layout *l, const struct metainfo *meta);

static inline uint64_t layout_piece_offset(const struct layout *l, uint32_t i)
{
	return (uint64_t)i * l->piece_length;
}
uint32_t layout_piece_size(const struct layout *l, uint32_t i);
uint32_t layout_piece_blocks(const struct layout *l, uint32_t i);
uint32_t layout_block_size(const struct layout *l, uint32_t i, uint32_t block);
/* Whether begin+length lies inside piece i (all from a stranger). */
bool layout_range_ok(const struct layout *l, uint32_t i, uint32_t begin,
	uint32_t length);

/* Index of the file that holds the byte at `offset` (zero-length files are
 * never the answer); nfiles if beyond the end.  O(log files). */
size_t layout_file_at(const struct layout *l, uint64_t offset);

/* One run of [offset, offset+n) that lies in a single file. */
struct layout_run {
	size_t file;
	uint64_t file_offset;
	uint64_t n;
};
/* The first run; false when the range is empty or outside. */
bool layout_run(const struct layout *l, uint64_t offset, uint64_t n,
	struct layout_run *run);

/* Pieces that hold a byte of file i: [first, end); empty for empty files. */
void layout_file_pieces(const struct layout *l, size_t file, uint32_t *first,
	uint32_t *end);

/* Verified bytes of file i, given the pieces we have. */
uint64_t layout_file_have(const struct layout *l, size_t file,
	const struct bitfield *have);

#endif
