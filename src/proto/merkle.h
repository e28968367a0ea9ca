/*
 * merkle.h - the hash trees of BEP 52.  Pure.
 *
 * Level 0 are the SHA-256 hashes of 16 KiB blocks; each level above has half
 * as many nodes.  A tree is padded to a power of two with leaves of 32 zero
 * bytes, so what is missing at level k is the root over 2^k zero leaves.
 */
#ifndef PROTO_MERKLE_H
#define PROTO_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#define MERKLE_BLOCK 16384u /* bytes under one leaf */
#define MERKLE_LEVELS 64u   /* no tree is higher */

/* The root over 2^level zero leaves; level < MERKLE_LEVELS. */
void merkle_pad(unsigned level, uint8_t out[32]);

/*
 * The root over n >= 1 nodes (32 bytes each, in order) of the given level,
 * padded to `width` nodes, a power of two >= n, or for 0 to the next power of
 * two.  O(n) time, no memory.
 */
void merkle_root(const uint8_t *nodes, size_t n, unsigned level, size_t width,
	uint8_t out[32]);

/* The level whose nodes each cover `bytes`, MERKLE_BLOCK times a power of 2. */
unsigned merkle_level(uint64_t bytes);

#endif
