/*
 * create_write.h - a new .torrent's bytes (BEP 3, 12, 19, 27, 47).  Pure.
 */
#ifndef CLI_CREATE_WRITE_H
#define CLI_CREATE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "cli/create_scan.h"

#define CREATE_PIECE_MIN (UINT32_C(16) << 10)
#define CREATE_PIECE_MAX (UINT32_C(128) << 20)

struct create_spec {
	/* Each a tier: URLs joined by commas. */
	const char *const *tiers;
	size_t ntiers;
	const char *const *webseeds;
	size_t nwebseeds;
	uint32_t piece_length;
	bool is_private;
	const char *comment, *source; /* NULL: none */
	const char *created_by;
	int64_t created_s; /* 0: no date */
};

/* About 1,000 to 2,000 pieces, within the limits above and what a reader
 * takes. */
uint32_t create_piece_length(uint64_t total);

/* pieces: the SHA-1 of every piece, in order.  Appends. */
void create_write(const struct create_spec *spec, const struct scan *files,
	struct span pieces, struct buf *out);

#endif
