/*
 * why.h - one plain sentence about a torrent: what it does, why it does not,
 * what comes next, and the key that helps if there is one.  Pure.
 */
#ifndef UI_WHY_H
#define UI_WHY_H

#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "ui/format.h"
#include "ui/glyphs.h"
#include "ui/theme.h"

/* The sign in the first column of the list, and its colour. */
enum state_sign why_sign(const struct torrent_row *row);
enum role why_role(enum state_sign sign);
/* "downloading", "stalled", "seeding", ... */
const char *why_word(enum state_sign sign);

/* wall_s: now, for "done at 15:01". */
void why_text(char *out, size_t cap, const struct torrent_row *row,
	int64_t wall_s, enum units units);

/* A few words for the place of the progress bar: "disk full"; "" if the
 * torrent is not faulty. */
void why_short(char *out, size_t cap, const struct torrent_row *row);

#endif
