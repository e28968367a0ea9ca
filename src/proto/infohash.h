/*
 * infohash.h - a torrent's name on the network: v1, v2 or both.  Pure.
 *
 * v1 is the SHA-1 and v2 the SHA-256 of the info dictionary's raw bytes
 * (BEP 3, BEP 52).  On wires, trackers and the DHT both are 20 bytes: the v2
 * hash is truncated.
 */
#ifndef PROTO_INFOHASH_H
#define PROTO_INFOHASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#define INFOHASH_HEX_MAX 65

struct infohash {
	bool has_v1, has_v2;
	uint8_t v1[20];
	uint8_t v2[32];
};

/* The 20 bytes by which this torrent is known on wires: v1 when it has one. */
void infohash_wire(const struct infohash *h, uint8_t out[20]);
/* Whether the two name the same torrent by a hash both have. */
bool infohash_same(const struct infohash *a, const struct infohash *b);
/* Hex of v1 (40 digits), or of v2 (64) when there is no v1. */
void infohash_hex(const struct infohash *h, char out[INFOHASH_HEX_MAX]);
/* 40 hex digits or 32 base32 characters: v1; 64 hex digits: v2. */
MUST_CHECK enum err infohash_parse(struct span text, struct infohash *out);

#endif
