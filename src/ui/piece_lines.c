/*
 * piece_lines.c - see piece_lines.h.
 */
#include "ui/piece_lines.h"

#include <stdio.h>

#include "base/mem.h"
#include "ui/format.h"
#include "ui/tabs.h"

#define PIECES_SAID 2 /* so many are told of one by one */
#define FLIGHT_BAR 24 /* columns */

/* --- some pieces
 * ------------------------------------------------------ */

static enum role look_role(enum piece_look look)
{
	switch (look) {
	case LOOK_HAVE:
		return ROLE_HAVE;
	case LOOK_ACTIVE:
		return ROLE_ACTIVE;
	case LOOK_ASKED:
		return ROLE_ASKED;
	case LOOK_CHECKING:
		return ROLE_CHECKING;
	case LOOK_NOBODY:
		return ROLE_NOBODY;
	default:
		return ROLE_DIM;
	}
}

static void word_look(const struct piecemap *m, uint32_t piece, char *out,
	size_t cap)
{
	const struct piece_flight *f = piecemap_flight(m->d, piece);

	switch (piecemap_look(m, piece)) {
	case LOOK_HAVE:
		snprintf(out, cap, "have");
		break;
	case LOOK_ACTIVE:
		snprintf(out, cap, "downloading, %u of %u blocks, %u asked for",
			f->received, f->blocks, f->asked);
		break;
	case LOOK_ASKED:
		snprintf(out, cap, "asked for");
		break;
	case LOOK_CHECKING:
		snprintf(out, cap, "being checked");
		break;
	case LOOK_NOBODY:
		snprintf(out, cap, "missing, nobody has it");
		break;
	case LOOK_SKIPPED:
		snprintf(out, cap, "not wanted");
		break;
	default:
		snprintf(out, cap, "missing");
		break;
	}
}

static void word_avail(const struct piecemap *m, uint32_t piece, char *out,
	size_t cap)
{
	uint32_t n = m->d->avail ? m->d->avail[piece] : 0;

	*out = '\0';
	if (n)
		snprintf(out, cap, " · %u peer%s ha%s it", n, format_s(n),
			n == 1 ? "s" : "ve");
}

/* "#1574 downloading, 41 of 64 blocks, 3 asked for · 11 peers have it". */
static int draw_piece(const struct piecemap *m, const struct area *a, int x,
	int y, uint32_t piece)
{
	char text[96];

	x += draw_textf(a, x, y, pen_bold(ROLE_STRONG), "#%u ", piece);
	word_look(m, piece, text, sizeof text);
	x += draw_text(a, x, y, pen_of(look_role(piecemap_look(m, piece))),
		text);
	word_avail(m, piece, text, sizeof text);
	return x + draw_text(a, x, y, pen_of(ROLE_DIM), text) + 3;
}

/* Many pieces in one cell: so many of each state. */
static void draw_sums(const struct piecemap *m, const struct area *a, int y,
	uint32_t from, uint32_t end)
{
	static const struct {
		enum piece_look look;
		const char *word;
	} words[] = {
		{LOOK_HAVE, "have"},
		{LOOK_ACTIVE, "active"},
		{LOOK_ASKED, "asked for"},
		{LOOK_CHECKING, "being checked"},
		{LOOK_MISSING, "missing"},
		{LOOK_NOBODY, "with nobody"},
		{LOOK_SKIPPED, "not wanted"},
	};
	uint32_t counts[LOOK_COUNT] = {0}, rarest = UINT32_MAX;
	char n[FORMAT_MAX];
	int x = 1;

	for (uint32_t i = from; i < end; i++) {
		enum piece_look look = piecemap_look(m, i);

		counts[look]++;
		if (look != LOOK_HAVE && look != LOOK_SKIPPED && m->d->avail &&
			m->d->avail[i] < rarest)
			rarest = m->d->avail[i];
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!counts[words[i].look])
			continue;
		format_count(n, counts[words[i].look]);
		x += draw_textf(a, x, y, pen_of(look_role(words[i].look)),
			     "%s %s", n, words[i].word) +
		     3;
	}
	if (rarest != UINT32_MAX && rarest > 0 && x + 30 < a->w)
		draw_textf(a, x, y, pen_of(ROLE_DIM),
			"· the rarest is on %u peer%s", rarest,
			format_s(rarest));
}

void piece_lines_range(const struct piecemap *m, const struct area *a, int y,
	uint32_t from, uint32_t end)
{
	int x = 1;

	if (end - from > PIECES_SAID)
		draw_sums(m, a, y, from, end);
	else
		for (uint32_t i = from; i < end; i++)
			x = draw_piece(m, a, x, y, i);
}

/* --- pieces under way
 * ---------------------------------------------------------- */

void piece_lines_flights(const struct piecemap *m, const struct area *a)
{
	size_t n;
	const struct piece_flight **f = piecemap_flights(m->d, &n);
	int digits = piecemap_digits(m->d->npieces - 1);
	int item = digits + 2 + FLIGHT_BAR + 1 + 13 + 2;
	int per_row = a->w - 2 >= item ? (a->w - 2) / item : 1;
	uint32_t asked = 0;
	char title[96];

	for (size_t i = 0; i < n; i++)
		asked += f[i]->asked;
	snprintf(title, sizeof title, "In flight: %zu piece%s, %u request%s", n,
		format_s(n), asked, format_s(asked));
	tab_draw_head(a, 0, title);
	for (size_t i = 0; i < n && (int)i < per_row * (a->h - 1); i++) {
		int x = 1 + (int)i % per_row * item, y = 1 + (int)i / per_row;

		x += draw_textf(a, x, y, pen_of(ROLE_TEXT), "#%-*u ", digits,
			f[i]->piece);
		piecemap_draw_blocks(a, x, y, FLIGHT_BAR, f[i]);
		draw_textf(a, x + FLIGHT_BAR + 1, y, pen_of(ROLE_DIM),
			"%4u/%u blk", f[i]->received, f[i]->blocks);
	}
	mem_free(f);
}
