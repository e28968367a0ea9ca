/*
 * peer_cells.c - see peer_cells.h.
 */
#include "ui/peer_cells.h"

#include <stdio.h>
#include <string.h>

void peer_draw_marks(const struct area *a, int x, int y,
	const struct peer_row *p)
{
	if (p->connecting)
		return;
	if (p->down_bps)
		draw_char(a, x, y, pen_of(ROLE_DOWN), 0x25bc);
	else if (p->we_want)
		draw_char(a, x, y, pen_of(ROLE_DIM), 0x25bd);
	if (p->up_bps)
		draw_char(a, x + 1, y, pen_of(ROLE_UP), 0x25b2);
	else if (p->they_want)
		draw_char(a, x + 1, y, pen_of(ROLE_DIM), 0x25b3);
}

void peer_address(const struct area *a, const struct peer_row *p, int room,
	char *out, size_t cap)
{
	char full[ADDR_TEXT_MAX], ip[ADDR_TEXT_MAX];

	addr_text(&p->addr, full);
	addr_ip_text(&p->addr, ip);
	text_fit(a->grid->tier, (int)strlen(full) <= room ? full : ip, room,
		FIT_MIDDLE, out, cap);
}

void peer_done(const struct peer_row *p, uint32_t npieces, char *out,
	size_t cap)
{
	*out = '\0';
	if (p->connecting || !npieces)
		return;
	if (p->is_seed || p->pieces_have >= npieces)
		snprintf(out, cap, "seed");
	else
		snprintf(out, cap, "%u%%",
			(uint32_t)((uint64_t)p->pieces_have * 100 / npieces));
}

static const struct {
	enum peer_source bit;
	char letter;
	const char *words;
} sources_of[PEER_SOURCES] = {
	{SOURCE_TRACKER, 'T', "a tracker"},
	{SOURCE_DHT, 'D', "the DHT"},
	{SOURCE_PEX, 'P', "peer exchange"},
	{SOURCE_LSD, 'L', "the local network"},
	{SOURCE_INCOMING, 'I', "itself"},
	{SOURCE_USER, 'U', "you"},
	{SOURCE_RESUME, 'R', "the last session"},
};

void peer_sources(uint8_t sources, int room, char out[PEER_SOURCES + 1])
{
	int n = 0;

	for (size_t i = 0; i < PEER_SOURCES; i++)
		if (sources & sources_of[i].bit)
			out[n++] = sources_of[i].letter;
	out[n] = '\0';
	/* More than there is room for: the first ones, and that it is so. */
	if (n > room)
		memcpy(out + room - 1, "+", 2);
}

void peer_source_words(uint8_t sources, char *out, size_t cap)
{
	size_t left = 0, len = 0;

	*out = '\0';
	for (size_t i = 0; i < PEER_SOURCES; i++)
		left += (sources & sources_of[i].bit) != 0;
	for (size_t i = 0; i < PEER_SOURCES && len < cap; i++) {
		if (!(sources & sources_of[i].bit))
			continue;
		left--;
		len += (size_t)snprintf(out + len, cap - len, "%s%s",
			sources_of[i].words,
			left > 1    ? ", "
			: left == 1 ? " and "
				    : "");
	}
}
