/*
 * merkle.c - a binary counter of subtrees.
 *
 * While nodes arrive, sub[k] holds the root of a finished subtree of height k
 * exactly when bit k of the count is set; two of one height join to one of
 * the next, like a carry.
 */
#include "proto/merkle.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

struct tree {
	struct hasher *hasher;
	uint64_t count;
	uint8_t sub[MERKLE_LEVELS][SHA256_LEN];
};

static void join(struct hasher *h, const uint8_t left[32],
	const uint8_t right[32], uint8_t out[32])
{
	hasher_begin(h, HASH_SHA256);
	hasher_add(h, left, SHA256_LEN);
	hasher_add(h, right, SHA256_LEN);
	hasher_end(h, out);
}

static void pad_of(struct hasher *h, unsigned level, uint8_t out[32])
{
	memset(out, 0, SHA256_LEN);
	for (unsigned i = 0; i < level; i++)
		join(h, out, out, out);
}

/* A finished subtree of the given height, to the right of all before it. */
static void add_subtree(struct tree *t, const uint8_t node[32], unsigned height)
{
	uint8_t carry[SHA256_LEN];
	unsigned k = height;

	memcpy(carry, node, SHA256_LEN);
	for (; t->count >> k & 1; k++)
		join(t->hasher, t->sub[k], carry, carry);
	memcpy(t->sub[k], carry, SHA256_LEN);
	t->count += UINT64_C(1) << height;
}

void merkle_pad(unsigned level, uint8_t out[32])
{
	assert(level < MERKLE_LEVELS);
	struct hasher *h = hasher_new();

	pad_of(h, level, out);
	hasher_free(h);
}

void merkle_root(const uint8_t *nodes, size_t n, unsigned level, size_t width,
	uint8_t out[32])
{
	struct tree t = {.hasher = hasher_new()};
	uint8_t pad[SHA256_LEN];
	unsigned height = 0;

	assert(n > 0 && level < MERKLE_LEVELS / 2);
	for (size_t i = 0; i < n; i++)
		add_subtree(&t, nodes + i * SHA256_LEN, 0);
	if (width == 0) {
		for (width = 1; width < n;)
			width *= 2;
	}
	assert(width >= n && (width & (width - 1)) == 0);
	/* The gap up to width is filled by the largest subtrees that fit. */
	pad_of(t.hasher, level, pad);
	while (t.count < width) {
		for (; !(t.count >> height & 1); height++)
			join(t.hasher, pad, pad, pad);
		add_subtree(&t, pad, height);
	}
	height = 0;
	while (!(t.count >> height & 1))
		height++;
	memcpy(out, t.sub[height], SHA256_LEN);
	hasher_free(t.hasher);
}

unsigned merkle_level(uint64_t bytes)
{
	unsigned level = 0;

	while (level < MERKLE_LEVELS - 1 && bytes >> level > MERKLE_BLOCK)
		level++;
	return level;
}
