/*
 * peer_cells.h - what is said of a peer wherever peers are listed.  Pure.
 */
#ifndef UI_PEER_CELLS_H
#define UI_PEER_CELLS_H

#include <stddef.h>

#include "core/snapshot.h"
#include "ui/draw.h"

/* "▼△": it sends to us, or we want; we send to it, or it wants. */
void peer_draw_marks(const struct area *a, int x, int y,
	const struct peer_row *p);

/* With its port while that fits, then the middle is left out. */
void peer_address(const struct area *a, const struct peer_row *p, int room,
	char *out, size_t cap);

/* "seed", "81%", "". */
void peer_done(const struct peer_row *p, uint32_t npieces, char *out,
	size_t cap);

#define PEER_SOURCES 7 /* letters, one for each */
/* Who told us of it; "+" when there are more than fit. */
void peer_sources(uint8_t sources, int room, char out[PEER_SOURCES + 1]);
/* "a tracker, the DHT and peer exchange"; "": nobody said. */
void peer_source_words(uint8_t sources, char *out, size_t cap);

#endif
