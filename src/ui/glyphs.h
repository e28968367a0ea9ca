/*
 * glyphs.h - which characters a terminal can be trusted to show.  Pure.
 *
 * The interface is written in full Unicode; what a terminal's font lacks is
 * replaced on the way into the grid, in this one place.  Three tiers: full
 * UTF-8, the repertoire of a text console (code page 437), and ASCII.
 */
#ifndef UI_GLYPHS_H
#define UI_GLYPHS_H

#include <stdint.h>

enum glyph_tier {
	TIER_UTF8,
	TIER_CONSOLE,
	TIER_ASCII,
};

/* The character that stands for c; '?' when there is none. */
uint32_t glyph_in_tier(enum glyph_tier tier, uint32_t c);

/* States of a torrent as the list shows them; finer than torrent_state. */
enum state_sign {
	SIGN_DOWN,
	SIGN_STALLED,
	SIGN_SEED,
	SIGN_IDLE,
	SIGN_META,
	SIGN_CHECK,
	SIGN_QUEUED,
	SIGN_PAUSED,
	SIGN_ERROR,
	SIGN_FINISHED,
	SIGN_COUNT,
};
uint32_t glyph_state(enum glyph_tier tier, enum state_sign s);

#endif
