/*
 * filter.h - which torrents a line of words lets through.  Pure.
 *
 * All words must match.  A plain word is searched in the name, without regard
 * to the case of ASCII letters; -word hides what has it; is:WORD asks for a
 * state.  The text is what the user typed, so half a word is normal.
 */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include <stdbool.h>

#include "core/snapshot.h"

#define FILTER_TEXT_MAX 128
#define FILTER_HINT                                                            \
	"words narrow · -word hides · is:down stalled seed idle meta check " \
	"queue pause error done active"

/* text may be empty: then everything matches. */
bool filter_matches(const char *text, const struct torrent_row *row);

/* Where the first plain word stands in the name: offset and length in bytes;
 * false when there is none. */
bool filter_find_mark(const char *text, const char *name, size_t *at,
	size_t *len);

#endif
