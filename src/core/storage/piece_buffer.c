/*
 * piece_buffer.c - blocks on their way to disk.
 *
 * Pieces under way stand in an array sorted by index.  The blocks of a piece
 * are kept in chunks of 256 that are allocated when the first of them comes:
 * a stranger's torrent with pieces of 2 GiB costs memory for blocks that
 * arrived and not for those that might.
 */
#include "core/storage/piece_buffer.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK 256u

struct chunk {
	uint64_t spilled[CHUNK / 64];
	struct block *block[]; /* CHUNK, or fewer at the end of a piece */
};

struct partial {
	uint32_t nblocks;
	uint32_t nresident;
	uint32_t nspilled;
	unsigned pins;
	struct chunk *chunk[]; /* NULL: no block of it came yet */
};

struct entry {
	uint32_t piece;
	struct partial *p;
};

struct piece_buffer {
	const struct layout *layout;
	struct entry *part; /* sorted by piece */
	size_t n, cap;
	size_t nresident;
};

struct piece_buffer *piece_buffer_new(const struct layout *layout)
{
	struct piece_buffer *pb = mem_zero(sizeof *pb);

	pb->layout = layout;
	return pb;
}

static uint32_t chunk_count(uint32_t nblocks)
{
	return (nblocks + CHUNK - 1) / CHUNK;
}

static uint32_t chunk_size(const struct partial *p, uint32_t c)
{
	uint32_t left = p->nblocks - c * CHUNK;

	return left < CHUNK ? left : CHUNK;
}

static void free_partial(struct partial *p)
{
	for (uint32_t c = 0; c < chunk_count(p->nblocks); c++) {
		if (!p->chunk[c])
			continue;
		for (uint32_t i = 0; i < chunk_size(p, c); i++)
			if (p->chunk[c]->block[i])
				block_drop(p->chunk[c]->block[i]);
		mem_free(p->chunk[c]);
	}
	mem_free(p);
}

void piece_buffer_free(struct piece_buffer *pb)
{
	if (!pb)
		return;
	for (size_t i = 0; i < pb->n; i++)
		free_partial(pb->part[i].p);
	mem_free(pb->part);
	mem_free(pb);
}

/* Where the piece is, or would have to be put in. */
static size_t place_of(const struct piece_buffer *pb, uint32_t piece)
{
	size_t low = 0, high = pb->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pb->part[mid].piece < piece)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct partial *find(const struct piece_buffer *pb, uint32_t piece)
{
	size_t i = place_of(pb, piece);

	return i < pb->n && pb->part[i].piece == piece ? pb->part[i].p : NULL;
}

static struct partial *add_partial(struct piece_buffer *pb, uint32_t piece,
	uint32_t nblocks)
{
	size_t at = place_of(pb, piece);
	size_t chunks = chunk_count(nblocks);
	struct partial *p =
		mem_zero(sizeof *p + chunks * sizeof(struct chunk *));

	p->nblocks = nblocks;
	pb->part = mem_grow(pb->part, &pb->cap, pb->n + 1, sizeof *pb->part);
	memmove(pb->part + at + 1, pb->part + at,
		(pb->n - at) * sizeof *pb->part);
	pb->part[at] = (struct entry){piece, p};
	pb->n++;
	return p;
}

static struct block *resident(const struct partial *p, uint32_t block)
{
	const struct chunk *c;

	if (!p || block >= p->nblocks)
		return NULL;
	c = p->chunk[block / CHUNK];
	return c ? c->block[block % CHUNK] : NULL;
}

static bool was_spilled(const struct partial *p, uint32_t block)
{
	const struct chunk *c = p->chunk[block / CHUNK];

	return c && (c->spilled[block % CHUNK / 64] >> block % 64 & 1);
}

void piece_buffer_put(struct piece_buffer *pb, uint32_t piece, uint32_t block,
	struct block *b)
{
	uint32_t nblocks = layout_piece_blocks(pb->layout, piece);
	struct partial *p;
	struct chunk **c;

	if (block >= nblocks) {
		block_drop(b);
		return;
	}
	p = find(pb, piece);
	if (!p)
		p = add_partial(pb, piece, nblocks);
	if (resident(p, block) || was_spilled(p, block)) {
		block_drop(b);
		return;
	}
	c = &p->chunk[block / CHUNK];
	if (!*c)
		*c = mem_zero(sizeof **c + chunk_size(p, block / CHUNK) *
						   sizeof(struct block *));
	(*c)->block[block % CHUNK] = b;
	p->nresident++;
	pb->nresident++;
}

bool piece_buffer_is_full(const struct piece_buffer *pb, uint32_t piece)
{
	const struct partial *p = find(pb, piece);

	return p && p->nresident + p->nspilled == p->nblocks;
}

bool piece_buffer_is_spilled(const struct piece_buffer *pb, uint32_t piece)
{
	const struct partial *p = find(pb, piece);

	return p && p->nspilled > 0;
}

/* The first resident block at or after `block`; nblocks if there is none. */
static uint32_t next_resident(const struct partial *p, uint32_t block)
{
	while (block < p->nblocks && !resident(p, block)) {
		if (p->chunk[block / CHUNK])
			block++;
		else
			block = (block / CHUNK + 1) * CHUNK;
	}
	return block < p->nblocks ? block : p->nblocks;
}

int piece_buffer_run(const struct piece_buffer *pb, uint32_t piece,
	uint32_t *block, struct iovec *vec, int max)
{
	const struct partial *p = find(pb, piece);
	uint32_t at;
	int n = 0;

	if (!p || *block >= p->nblocks || max <= 0)
		return 0;
	at = next_resident(p, *block);
	if (at == p->nblocks)
		return 0;
	*block = at;
	for (; n < max && resident(p, at); n++, at++) {
		vec[n].iov_base = resident(p, at)->p;
		vec[n].iov_len = layout_block_size(pb->layout, piece, at);
	}
	return n;
}

const uint8_t *piece_buffer_block(const struct piece_buffer *pb, uint32_t piece,
	uint32_t block)
{
	const struct block *b = resident(find(pb, piece), block);

	return b ? b->p : NULL;
}

struct addr piece_buffer_sender(const struct piece_buffer *pb, uint32_t piece,
	uint32_t block)
{
	const struct block *b = resident(find(pb, piece), block);

	return b ? b->from : (struct addr){0};
}

static void spill_one(struct piece_buffer *pb, struct partial *p,
	uint32_t block)
{
	struct chunk *c = p->chunk[block / CHUNK];

	block_drop(c->block[block % CHUNK]);
	c->block[block % CHUNK] = NULL;
	c->spilled[block % CHUNK / 64] |= UINT64_C(1) << block % 64;
	assert(p->nresident > 0 && pb->nresident > 0);
	p->nresident--;
	pb->nresident--;
	p->nspilled++;
}

void piece_buffer_spilled(struct piece_buffer *pb, uint32_t piece,
	uint32_t block, uint32_t n)
{
	struct partial *p = find(pb, piece);

	if (!p || block >= p->nblocks)
		return;
	if (n > p->nblocks - block)
		n = p->nblocks - block;
	for (uint32_t i = block; i < block + n; i++)
		if (resident(p, i))
			spill_one(pb, p, i);
}

void piece_buffer_drop(struct piece_buffer *pb, uint32_t piece)
{
	size_t at = place_of(pb, piece);
	struct partial *p = find(pb, piece);

	if (!p)
		return;
	pb->nresident -= p->nresident;
	pb->n--;
	memmove(pb->part + at, pb->part + at + 1,
		(pb->n - at) * sizeof *pb->part);
	free_partial(p);
}

bool piece_buffer_victim(const struct piece_buffer *pb, uint32_t *piece)
{
	uint32_t most = 0;

	for (size_t i = 0; i < pb->n; i++) {
		const struct partial *p = pb->part[i].p;

		if (p->pins || p->nresident + p->nspilled == p->nblocks)
			continue;
		if (p->nresident > most) {
			most = p->nresident;
			*piece = pb->part[i].piece;
		}
	}
	return most > 0;
}

void piece_buffer_pin(struct piece_buffer *pb, uint32_t piece, bool on)
{
	struct partial *p = find(pb, piece);

	/* A job may outlive the piece it was made for: the piece that has the
	 * index now was not pinned by it. */
	if (p && on)
		p->pins++;
	else if (p && p->pins > 0)
		p->pins--;
}

size_t piece_buffer_count(const struct piece_buffer *pb)
{
	return pb->n;
}

size_t piece_buffer_resident(const struct piece_buffer *pb)
{
	return pb->nresident;
}
