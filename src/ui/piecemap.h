/*
 * piecemap.h - the pieces of a torrent as a map of cells.  Pure.
 *
 * Fill shape and colour tell two things apart: upward fill is what is there,
 * sideways fill is what is coming now.  A cell of several pieces shows the
 * strongest state among them (the order of enum piece_look), and is full only
 * when every wanted piece of it is verified.
 */
#ifndef UI_PIECEMAP_H
#define UI_PIECEMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "ui/draw.h"

enum piece_look {
	LOOK_BAD,      /* failed its hash within 3 s */
	LOOK_FRESH,    /* verified within 1 s; level: 0 to 4, fifths of it */
	LOOK_ACTIVE,   /* level: 1 to 7 eighths received */
	LOOK_ASKED,    /* requested, nothing here yet */
	LOOK_CHECKING, /* being hashed or written */
	LOOK_PART,     /* level: 1 to 7 eighths of its pieces are there */
	LOOK_HAVE,
	LOOK_NOBODY, /* missing, and no connected peer has it */
	LOOK_MISSING,
	LOOK_SKIPPED,
	LOOK_COUNT,
};

struct piece_cell {
	uint8_t look;
	uint8_t level;
	uint8_t avail; /* fewest peers that have one of its missing pieces */
	bool gone;     /* one of its missing pieces nobody has */
};

/* Every piece is counted once. */
struct piece_counts {
	uint32_t have, active, asked, checking, left, gone, skipped;
};

struct piecemap {
	const struct torrent_detail *d; /* with WATCH_PIECES */
	uint64_t now_ms;                /* the engine's clock */
	bool animations;
	bool asleep; /* no peers are wanted: "nobody has it" means nothing */
};

void piecemap_count(const struct piecemap *m, struct piece_counts *out);

/* What one piece is by itself; never LOOK_BAD, LOOK_FRESH or LOOK_PART. */
enum piece_look piecemap_look(const struct piecemap *m, uint32_t piece);
const struct piece_flight *piecemap_flight(const struct torrent_detail *d,
	uint32_t piece);
/* Those on which something is asked or received, furthest first; the caller
 * frees the array. */
const struct piece_flight **piecemap_flights(const struct torrent_detail *d,
	size_t *n);

/*
 * Pieces [from, end) onto ncells <= end - from cells: cell i holds the
 * pieces [from + i*n/ncells, from + (i+1)*n/ncells).
 */
void piecemap_cells(const struct piecemap *m, uint32_t from, uint32_t end,
	struct piece_cell *cells, uint32_t ncells);

/* The cell in which a piece of [from, from + n) lies. */
uint32_t piecemap_cell_at(uint32_t piece, uint32_t from, uint32_t n,
	uint32_t ncells);

struct piece_glyph {
	uint32_t c;
	struct pen pen;
};
/* How a cell is drawn; mono says that colours cannot help. */
struct piece_glyph piecemap_glyph(const struct piece_cell *cell,
	enum glyph_tier tier, bool mono, bool availability);

/*
 * Fill a whole area with the map: labelled bars while there is plenty of room
 * (at most one piece for four cells), one cell a piece, or several pieces a
 * cell.  Returns pieces per cell in tenths, 0 for bars and single pieces.
 */
struct map_style {
	bool mono;
	bool availability;
};
uint32_t piecemap_draw(const struct piecemap *m, const struct area *a,
	const struct map_style *style);

/* One piece under way as w cells: received, asked for, nothing. */
void piecemap_draw_blocks(const struct area *a, int x, int y, int w,
	const struct piece_flight *f);
/* Digits of a number. */
int piecemap_digits(uint32_t n);

/* Rows of pieces under way, furthest first: " 3357 ■■■■□□····". */
void piecemap_draw_flights(const struct piecemap *m, const struct area *a);

/* "█ 2,381 have  ▍ 12 active  · 1,317 left", as much as fits. */
void piecemap_draw_legend(const struct piecemap *m, const struct area *a,
	int y);

#endif
