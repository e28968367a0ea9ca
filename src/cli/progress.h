/*
 * progress.h - the one line that tells how far things are.  Pure.
 *
 * A line never is wider than the columns given: parts are left out from the
 * right, and the name is shortened.  All text is cleaned already.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* What a download, or several taken together, look like. */
struct progress {
	const char *name;  /* of the torrent, or "3 torrents" */
	const char *state; /* "downloading", "checking" */
	uint64_t have_bytes, size_bytes;
	uint32_t down_bps, up_bps;
	uint32_t peers;
	uint32_t eta_s; /* UINT32_MAX: unknown */
};

/* "name [####----]  64.2%  1.2 MiB/s down  0 B/s up  3 peers  4m05s left".
 * Appends, without a newline. */
void progress_redrawn(const struct progress *p, size_t columns,
	struct buf *out);
/* The same facts for a log: no bar, no width. */
void progress_plain(const struct progress *p, struct buf *out);

/* A file list that is asked for. */
struct progress_asking {
	const char *name;          /* or what was named */
	uint64_t parts, all_parts; /* 0: it is not known how many */
	uint32_t peers, known;     /* connected; addresses */
	bool has_dht;
	uint32_t dht_asked; /* nodes */
};

/* "name [###-----]  2 of 5 parts  3 peers  17 known  DHT: 55 asked". */
void progress_asking(const struct progress_asking *p, size_t columns,
	struct buf *out);

/* "name [####----] 64.2%", for work on files. */
void progress_work(const char *name, uint64_t done, uint64_t total,
	size_t columns, struct buf *out);

/* Exactly `width` columns: how much of it is filled. */
void progress_bar(uint64_t part, uint64_t whole, size_t width, struct buf *out);

#endif
