/*
 * piece_lines.h - pieces in words.  Pure.
 */
#ifndef UI_PIECE_LINES_H
#define UI_PIECE_LINES_H

#include "ui/piecemap.h"

/* One row about pieces [from, end): one or two by themselves, more by their
 * states. */
void piece_lines_range(const struct piecemap *m, const struct area *a, int y,
	uint32_t from, uint32_t end);

/* "In flight: 4 pieces, 54 requests", and under it one of them after the other
 * as far as there is room, the furthest first. */
void piece_lines_flights(const struct piecemap *m, const struct area *a);

#endif
