/*
 * filter.h - which torrents a line of words lets through.  Pure.
 *
 * All terms must match, and "-" before one turns it round:
 *
 *	linux                 in the name, in either case of ASCII letters
 *	"two words"           likewise; also name:"two words"
 *	is:stalled            its state; state:stalled is the same
 *	label:film            its label; label:none has none
 *	tracker:x path:x      in its tracker's host, in its folder
 *	size>1G done<50 ratio>2 peers>0 seeds=0 down>1M up>0 left<1G
 *	added<3d              m, h, d, w: how long it has been here
 *
 * The text is what the user typed, so half a term is normal: it hides
 * nothing.
 */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include <stdbool.h>

#include "core/snapshot.h"

#define FILTER_TEXT_MAX 128
#define FILTER_HINT                                                             \
	"words narrow · -word hides · is:stalled label:film size>1G ratio<1 " \
	"added<3d"

/* text may be empty: then everything matches. */
bool filter_matches(const char *text, const struct torrent_row *row,
	int64_t wall_s);

/* Where the first word for the name stands in it: offset and length in bytes;
 * false when there is none. */
bool filter_find_mark(const char *text, const char *name, size_t *at,
	size_t *len);

#endif
