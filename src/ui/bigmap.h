/*
 * bigmap.h - a piece map that can be walked through and looked at closely.
 * Pure.
 *
 * A window of pieces lies on rows of cells: at first the whole torrent, then,
 * with each step closer, half of it around the cursor, until a cell is one
 * piece; after that pieces are bars that fill block by block.  The cursor is a
 * piece, so it stays where it is when the shape of the map changes.
 */
#ifndef UI_BIGMAP_H
#define UI_BIGMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/piecemap.h"

/* Zeroed: the whole torrent, the cursor on its first piece. */
struct bigmap {
	uint32_t cursor;
	uint32_t from;  /* first piece of the window */
	unsigned level; /* steps closer; 0: the whole torrent */
};

/* How it lies in an area: a function of the area, the torrent and the map. */
struct bigmap_shape {
	uint32_t npieces;
	uint32_t from, n; /* pieces [from, from + n) are shown */
	uint32_t ncells;  /* of n pieces; 0: there is no room */
	int x;            /* first column of the cells, right of the labels */
	int item;         /* columns of a cell and what stands between */
	int bar;          /* columns of a bar; 0: cells */
	int per_row, rows;
	unsigned levels; /* how many there are */
};

/* For a torrent of npieces > 0; brings level, window and cursor within.
 * edges: room is left between cells. */
struct bigmap_shape bigmap_fit(struct bigmap *b, uint32_t npieces, int w, int h,
	bool edges);

/* One level closer or back; the cursor keeps its piece. */
void bigmap_zoom(struct bigmap *b, const struct bigmap_shape *s, int by);
/* The cursor, by cells and rows; the window follows with the next fit. */
void bigmap_move(struct bigmap *b, const struct bigmap_shape *s, int cells,
	int rows);

/* The cell under the cursor, and the pieces in it. */
uint32_t bigmap_cell(const struct bigmap *b, const struct bigmap_shape *s);
void bigmap_range(const struct bigmap_shape *s, uint32_t cell, uint32_t *from,
	uint32_t *end);
/* Which piece lies at a place of the area; false: none. */
bool bigmap_hit(const struct bigmap_shape *s, int x, int y, uint32_t *piece);

/* edges: bit set where a file begins; NULL: not shown. */
void bigmap_draw(const struct bigmap *b, const struct bigmap_shape *s,
	const struct piecemap *m, const struct area *a,
	const struct map_style *style, const struct bitfield *edges);

#endif
