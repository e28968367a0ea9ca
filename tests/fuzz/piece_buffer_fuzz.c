/*
 * Any order of puts, spills, pins and drops against a plain table of what
 * should be where.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/storage/piece_buffer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PIECES 5u
#define BLOCKS 300u /* of a piece: more than one chunk */
#define LAST 7u     /* of the last piece */

enum where {
	NOWHERE = 0,
	MEMORY,
	DISK,
};

struct model {
	uint8_t at[PIECES][BLOCKS];
	unsigned pins[PIECES];
};

static uint32_t blocks_of(uint32_t piece)
{
	return piece == PIECES - 1 ? LAST : BLOCKS;
}

static uint32_t count(const struct model *m, uint32_t piece, uint8_t where)
{
	uint32_t n = 0;

	for (uint32_t b = 0; b < blocks_of(piece); b++)
		n += m->at[piece][b] == where;
	return n;
}

static void check_runs(const struct model *m, const struct piece_buffer *pb,
	uint32_t piece)
{
	struct iovec vec[BLOCKS];
	uint32_t from = 0, sum = 0;
	int n;

	while ((n = piece_buffer_run(pb, piece, &from, vec, BLOCKS)) > 0) {
		for (int i = 0; i < n; i++) {
			const uint8_t *p = vec[i].iov_base;

			assert(m->at[piece][from + (uint32_t)i] == MEMORY);
			assert(p[0] == piece);
			assert(p[1] == (uint8_t)(from + (uint32_t)i));
		}
		sum += (uint32_t)n;
		from += (uint32_t)n;
		assert(from >= blocks_of(piece) ||
			m->at[piece][from] != MEMORY);
	}
	assert(sum == count(m, piece, MEMORY));
}

static void check_victim(const struct model *m, const struct piece_buffer *pb)
{
	uint32_t most = 0, piece = UINT32_MAX;

	for (uint32_t i = 0; i < PIECES; i++) {
		uint32_t n = count(m, i, MEMORY);

		if (!m->pins[i] && n + count(m, i, DISK) < blocks_of(i))
			most = n > most ? n : most;
	}
	assert(piece_buffer_victim(pb, &piece) == (most > 0));
	assert(most == 0 || count(m, piece, MEMORY) == most);
}

static void check(const struct model *m, const struct piece_buffer *pb)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < PIECES; i++) {
		uint32_t memory = count(m, i, MEMORY);
		uint32_t disk = count(m, i, DISK);

		sum += memory;
		assert(piece_buffer_is_full(pb, i) ==
			(memory + disk == blocks_of(i)));
		assert(piece_buffer_is_spilled(pb, i) == (disk > 0));
		check_runs(m, pb, i);
	}
	assert(piece_buffer_resident(pb) == sum);
	check_victim(m, pb);
}

static void put(struct model *m, struct piece_buffer *pb,
	struct block_pool *pool, uint32_t piece, uint32_t block)
{
	struct block *b = block_new(pool);

	b->p[0] = (uint8_t)piece;
	b->p[1] = (uint8_t)block;
	piece_buffer_put(pb, piece, block, b);
	if (piece < PIECES && block < blocks_of(piece) &&
		m->at[piece][block] == NOWHERE)
		m->at[piece][block] = MEMORY;
}

static void spill(struct model *m, struct piece_buffer *pb, uint32_t piece,
	uint32_t block, uint32_t n)
{
	piece_buffer_spilled(pb, piece, block, n);
	if (piece >= PIECES)
		return;
	for (uint32_t b = block; b < blocks_of(piece) && b - block < n; b++)
		if (m->at[piece][b] == MEMORY)
			m->at[piece][b] = DISK;
}

static bool exists(const struct model *m, uint32_t piece)
{
	return count(m, piece, MEMORY) + count(m, piece, DISK) > 0;
}

static void one(struct model *m, struct piece_buffer *pb,
	struct block_pool *pool, const uint8_t op[4])
{
	uint32_t piece = op[1] % (PIECES + 1);
	uint32_t block = (uint32_t)(op[2] * 256 + op[3]) % (BLOCKS + 4);

	switch (op[0] % 8) {
	case 0:
		spill(m, pb, piece, block, op[0]);
		break;
	case 1:
		piece_buffer_drop(pb, piece);
		if (piece < PIECES) {
			memset(m->at[piece], 0, sizeof m->at[piece]);
			m->pins[piece] = 0;
		}
		break;
	case 2:
		piece_buffer_pin(pb, piece, op[2] & 1);
		if (piece >= PIECES || !exists(m, piece))
			break;
		if (op[2] & 1)
			m->pins[piece]++;
		else if (m->pins[piece] > 0)
			m->pins[piece]--;
		break;
	case 3:
		for (uint32_t b = block; b < block + op[0]; b++)
			put(m, pb, pool, piece, b);
		break;
	default:
		put(m, pb, pool, piece, block);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t total = ((PIECES - 1) * BLOCKS + LAST) * (uint64_t)BLOCK_BYTES;
	struct meta_file file = {.length = total};
	struct metainfo meta = {.files = &file,
		.nfiles = 1,
		.total = total,
		.piece_length = BLOCKS * BLOCK_BYTES,
		.npieces = PIECES};
	struct layout layout;
	struct block_pool *pool = block_pool_new(1 << 20);
	struct piece_buffer *pb;
	struct model m;

	memset(&m, 0, sizeof m);
	layout_init(&layout, &meta);
	pb = piece_buffer_new(&layout);
	for (size_t i = 0; size - i >= 4 && i < 400; i += 4) {
		one(&m, pb, pool, data + i);
		check(&m, pb);
	}
	piece_buffer_free(pb);
	assert(block_pool_used(pool) == 0);
	block_pool_free(pool);
	return 0;
}
