/*
 * glyphs.c - see glyphs.h.
 */
#include "ui/glyphs.h"

#include <stddef.h>

struct stand_in {
	uint32_t full;
	uint32_t console;
	char ascii;
};

/* Sorted by the first member. */
static const struct stand_in table[] = {
	{0xb7, 0xb7, '.'},     /* middle dot */
	{0xd7, 'x', 'x'},      /* times */
	{0x2016, 0x2551, 'P'}, /* double bar */
	{0x2026, '~', '~'},    /* ellipsis */
	{0x2190, 0x2190, '<'}, /* arrows */
	{0x2191, 0x2191, '^'},
	{0x2192, 0x2192, '>'},
	{0x2193, 0x2193, 'v'},
	{0x21bb, 'C', 'C'},    /* circle arrow */
	{0x221e, 0x221e, '-'}, /* infinity */
	{0x2248, 0x2248, '~'}, /* almost equal */
	{0x2500, 0x2500, '-'}, /* light and heavy rules, corners */
	{0x2501, 0x2550, '='},
	{0x2502, 0x2502, '|'},
	{0x252c, 0x252c, '+'},
	{0x2534, 0x2534, '+'},
	{0x253c, 0x253c, '+'},
	{0x256d, 0x250c, '+'},
	{0x256e, 0x2510, '+'},
	{0x256f, 0x2518, '+'},
	{0x2570, 0x2514, '+'},
	{0x2578, 0x2550, '>'},
	{0x2580, 0x2580, '"'},
	{0x2581, 0x2591, '='}, /* upward fills */
	{0x2582, 0x2591, '='},
	{0x2583, 0x2591, '='},
	{0x2584, 0x2592, '%'},
	{0x2585, 0x2592, '%'},
	{0x2586, 0x2593, '%'},
	{0x2587, 0x2593, '%'},
	{0x2588, 0x2588, '#'},
	{0x2589, 0x258c, '9'}, /* sideways fills */
	{0x258a, 0x258c, '8'},
	{0x258b, 0x258c, '6'},
	{0x258c, 0x258c, '5'},
	{0x258d, 0x258c, '4'},
	{0x258e, 0x258c, '3'},
	{0x258f, 0x258c, '1'},
	{0x2593, 0x2261, 'v'}, /* being checked */
	{0x25a0, 0x25a0, '#'}, /* blocks of a piece */
	{0x25a1, 'o', '0'},
	{0x25b2, 0x25b2, 'S'}, /* torrent states */
	{0x25b3, '^', 's'},
	{0x25b4, 0x25b2, '^'}, /* sort marks */
	{0x25b8, 0x25ba, '>'}, /* chosen row */
	{0x25bc, 0x25bc, 'D'},
	{0x25bd, 'v', 'd'},
	{0x25be, 0x25bc, 'v'},
	{0x25c6, 0x2666, '@'}, /* just done */
	{0x25c7, 0x2666, 'M'},
	{0x25cb, 0x25cb, 'Q'},
	{0x25cf, 0x25cf, '*'}, /* marked row */
	{0x2713, 0x221a, '+'},
};

static const struct stand_in *find(uint32_t c)
{
	size_t low = 0, high = sizeof table / sizeof table[0];

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (table[mid].full == c)
			return &table[mid];
		if (table[mid].full < c)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

uint32_t glyph_in_tier(enum glyph_tier tier, uint32_t c)
{
	const struct stand_in *s;

	if (tier == TIER_UTF8 || c < 0x80)
		return c;
	s = find(c);
	if (s)
		return tier == TIER_ASCII ? (uint32_t)s->ascii : s->console;
	/* Console fonts have the Latin letters of western Europe. */
	if (tier == TIER_CONSOLE && c > 0xa0 && c <= 0xff && c != 0xad)
		return c;
	return '?';
}

uint32_t glyph_state(enum glyph_tier tier, enum state_sign s)
{
	static const struct stand_in signs[SIGN_COUNT] = {
		[SIGN_DOWN] = {0x25bc, 0x25bc, 'D'},
		[SIGN_STALLED] = {0x25bd, 'v', 'd'},
		[SIGN_SEED] = {0x25b2, 0x25b2, 'S'},
		[SIGN_IDLE] = {0x25b3, '^', 's'},
		[SIGN_META] = {0x25c7, 0x2666, 'M'},
		[SIGN_CHECK] = {0x21bb, 'C', 'C'},
		[SIGN_QUEUED] = {0x25cb, 0x25cb, 'Q'},
		[SIGN_PAUSED] = {0x2016, 0x2551, 'P'},
		[SIGN_ERROR] = {'!', '!', 'E'},
		[SIGN_FINISHED] = {0x2713, 0x221a, 'F'},
	};

	if (tier == TIER_ASCII)
		return (uint32_t)signs[s].ascii;
	return tier == TIER_CONSOLE ? signs[s].console : signs[s].full;
}
