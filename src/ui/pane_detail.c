/*
 * pane_detail.c - pieces and peers of the chosen torrent.  See panes.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/panes.h"
#include "ui/peer_cells.h"
#include "ui/peer_list.h"
#include "ui/piecemap.h"
#include "ui/why.h"

/* Details are of the chosen torrent only; they come one refresh late. */
static const struct torrent_detail *detail_of(const struct screen *s,
	const struct torrent_row *row, uint32_t what)
{
	if (!row || !torrent_id_equal(s->detail->id, row->id) ||
		!(s->detail->what & what))
		return NULL;
	return s->detail;
}

/* --- pieces
 * ------------------------------------------------------------------------ */

static void pieces_right(const struct screen *s, const struct torrent_row *row,
	bool strip, char *out, size_t cap)
{
	char count[FORMAT_MAX], size[FORMAT_MAX], copies[FORMAT_MAX];

	*out = '\0';
	if (!row || !row->npieces)
		return;
	format_count(count, row->npieces);
	if (strip) {
		format_copies(copies, row->avail_milli);
		snprintf(out, cap, "%s%s%s", count, *copies ? " · avail " : "",
			copies);
		return;
	}
	/* Piece lengths are powers of two: 1 MiB reads better than 1.00. */
	if (row->piece_length % (1u << 20) == 0)
		snprintf(size, sizeof size, "%u MiB", row->piece_length >> 20);
	else if (row->piece_length % 1024 == 0)
		snprintf(size, sizeof size, "%u KiB", row->piece_length >> 10);
	else
		format_size(size, row->piece_length, s->opt.units);
	snprintf(out, cap, "%s%s × %s", row->is_complete ? "✓ complete · " : "",
		count, size);
}

static void draw_summary(const struct screen *s, const struct area *a,
	const struct torrent_row *row, uint32_t per_cell)
{
	char percent[FORMAT_MAX], copies[FORMAT_MAX], right[FORMAT_MAX] = "";
	char tail[96];
	int tail_width, right_width;

	format_percent(percent, row->pieces_have, row->npieces);
	format_copies(copies, row->peers ? row->avail_milli : UINT32_MAX);
	snprintf(tail, sizeof tail, "  %s%s%s", percent,
		*copies ? "   avail " : "", copies);
	if (per_cell)
		snprintf(right, sizeof right, "1 cell ≈ %u.%u", per_cell / 10,
			per_cell % 10);
	tail_width = draw_width(a, tail);
	right_width = draw_width(a, right);
	if (a->w < tail_width + right_width + 20)
		right_width = 0;
	else
		draw_text(a, a->w - right_width, 0, pen_of(ROLE_DIM), right);
	{
		char name[512];
		int room = a->w - tail_width - right_width - 2;

		text_fit(a->grid->tier, row->name, room > 0 ? room : 0,
			FIT_MIDDLE, name, sizeof name);
		room = draw_text(a, 0, 0, pen_bold(ROLE_STRONG), name);
		draw_text(a, room, 0, pen_of(ROLE_DIM), tail);
	}
	(void)s;
}

static void draw_no_pieces(const struct area *a, const struct torrent_row *row)
{
	const char *text = "";

	if (row && !row->has_metadata)
		text = "the pieces are known when the metadata is here";
	else if (row && row->state == TORRENT_LOADING)
		text = "its state is being read";
	draw_field(a, (struct rect){1, 1, a->w - 2, 1}, pen_of(ROLE_DIM),
		FIT_END, text);
}

/* How the rows of the pane are shared out. */
struct piece_rows {
	int summary, flights, legend;
};

static struct piece_rows share_rows(int h, bool strip, bool complete)
{
	struct piece_rows r = {0};

	if (strip)
		return r;
	r.summary = h >= 8;
	r.legend = h >= 3;
	if (!complete)
		r.flights = h >= 18 ? 2 : h >= 9 ? 1 : 0;
	return r;
}

void pane_pieces(const struct dash *d, const struct area *a, bool strip)
{
	const struct screen *s = d->v.screen;
	const struct torrent_row *row = screen_chosen(s);
	const struct torrent_detail *detail = detail_of(s, row, WATCH_PIECES);
	struct area in = area_sub(a, 1, 1, a->w - 2, a->h - 1);
	struct piece_rows rows;
	char right[128];
	struct title t = {PANE_PIECES, d->focus == PANE_PIECES,
		d->availability ? "availability" : NULL, right};
	struct map_style style = {s->opt.mono, d->availability};
	uint32_t per_cell;

	pieces_right(s, row, strip, right, sizeof right);
	pane_title(a, &t);
	if (!detail || !detail->npieces) {
		draw_no_pieces(a, row);
		return;
	}
	struct piecemap m = {detail, s->snap->now_ms, s->opt.animations,
		row->state == TORRENT_PAUSED || row->state == TORRENT_QUEUED ||
			row->state == TORRENT_FAULTY};

	rows = share_rows(in.h, strip, row->is_complete);
	struct area map = area_sub(&in, 0, rows.summary, in.w,
		in.h - rows.summary - rows.flights - rows.legend);
	struct area flights =
		area_sub(&in, 0, rows.summary + map.h, in.w, rows.flights);

	per_cell = piecemap_draw(&m, &map, &style);
	if (rows.summary)
		draw_summary(s, &in, row, per_cell);
	if (rows.flights)
		piecemap_draw_flights(&m, &flights);
	if (rows.legend)
		piecemap_draw_legend(&m, &in, in.h - 1);
}

/* --- peers
 * -------------------------------------------------------------------------- */

static int by_speed(const void *pa, const void *pb)
{
	return peer_compare(PEERS_DOWN, false,
		*(const struct peer_row *const *)pa,
		*(const struct peer_row *const *)pb);
}

/* Columns right of the address, from the right edge; 0: left out. */
struct peer_columns {
	int address, client, from, done, up, asked;
};

static struct peer_columns fit_peers(int w)
{
	struct peer_columns c = {.up = 0};
	int left = w - 4 - 7 - 1;

	if (left >= 21) {
		c.up = 7;
		left -= c.up;
	}
	if (left >= 24) {
		c.done = 6;
		left -= c.done;
	}
	if (left >= 58) {
		c.asked = 5;
		left -= c.asked;
	}
	if (left >= 33) {
		c.from = 5;
		left -= c.from;
	}
	if (left >= 48) {
		c.client = 22;
		left -= c.client;
	}
	c.address = left > 0 ? left : 0;
	return c;
}

static void draw_peer(const struct screen *s, const struct area *a, int y,
	const struct peer_columns *c, const struct peer_row *p)
{
	char text[96];
	struct pen dim = pen_of(p->connecting ? ROLE_FAINT : ROLE_TEXT);
	int x = 4;

	peer_draw_marks(a, 1, y, p);
	peer_address(a, p, c->address - 1, text, sizeof text);
	draw_field(a, (struct rect){x, y, c->address - 1, 1}, dim, FIT_END,
		text);
	x += c->address;
	if (c->client) {
		snprintf(text, sizeof text, "%s",
			p->connecting ? "(connecting)" : p->client);
		draw_field(a, (struct rect){x, y, c->client - 1, 1},
			pen_of(ROLE_DIM), FIT_END, text);
		x += c->client;
	}
	if (c->from) {
		peer_sources(p->sources, c->from - 1, text);
		draw_text(a, x, y, pen_of(ROLE_DIM), text);
		x += c->from;
	}
	if (c->done) {
		peer_done(p, s->detail->npieces, text, sizeof text);
		draw_field(a, (struct rect){x, y, c->done - 1, 1},
			pen_of(*text == 's' ? ROLE_OK : ROLE_DIM), FIT_RIGHT,
			text);
		x += c->done;
	}
	text[0] = '\0';
	if (p->down_bps)
		format_rate_short(text, p->down_bps, s->opt.units);
	draw_field(a, (struct rect){x, y, 6, 1}, pen_of(ROLE_DOWN), FIT_RIGHT,
		text);
	text[0] = '\0';
	if (p->up_bps)
		format_rate_short(text, p->up_bps, s->opt.units);
	if (c->up)
		draw_field(a, (struct rect){x + 7, y, 6, 1}, pen_of(ROLE_UP),
			FIT_RIGHT, text);
	if (c->asked && p->asked)
		draw_textf(a, x + 14, y, pen_of(ROLE_DIM), "%4u", p->asked);
}

static void draw_peer_heads(const struct area *a, const struct peer_columns *c)
{
	bool ascii = a->grid->tier == TIER_ASCII;
	struct pen pen = pen_of(ROLE_FAINT);
	int x = 4 + c->address;

	draw_text(a, 4, 0, pen, "Address");
	if (c->client)
		draw_text(a, x, 0, pen, "Client");
	x += c->client;
	if (c->from)
		draw_text(a, x, 0, pen, "From");
	x += c->from;
	if (c->done)
		draw_text(a, x + c->done - 5, 0, pen, "Done");
	x += c->done;
	draw_field(a, (struct rect){x, 0, 6, 1}, pen_bold(ROLE_TEXT), FIT_RIGHT,
		ascii ? "vDown" : "▾↓/s");
	draw_field(a, (struct rect){x + 7, 0, 6, 1}, pen, FIT_RIGHT,
		ascii ? "Up" : "↑/s");
	if (c->asked)
		draw_text(a, x + 16, 0, pen, "Rq");
}

static void peers_right(const struct torrent_row *row, int w, char *out,
	size_t cap)
{
	if (!row)
		*out = '\0';
	else if (w < 45)
		snprintf(out, cap, "%u", row->peers);
	else if (row->known > row->peers)
		snprintf(out, cap, "%u connected · %u known", row->peers,
			row->known);
	else
		snprintf(out, cap, "%u connected", row->peers);
}

void draw_peers(const struct screen *s, const struct area *a, size_t top)
{
	const struct torrent_detail *d = s->detail;
	struct peer_columns c = fit_peers(a->w);
	const struct peer_row **order;
	size_t first = top < d->npeers ? top : 0;

	draw_peer_heads(a, &c);
	order = mem_array(d->npeers + 1, sizeof(const struct peer_row *));
	for (size_t i = 0; i < d->npeers; i++)
		order[i] = &d->peers[i];
	qsort(order, d->npeers, sizeof(const struct peer_row *), by_speed);
	for (size_t i = first; i < d->npeers && 1 + (int)(i - first) < a->h;
		i++)
		draw_peer(s, a, 1 + (int)(i - first), &c, order[i]);
	mem_free(order);
}

void pane_peers(const struct dash *d, const struct area *a)
{
	const struct screen *s = d->v.screen;
	const struct torrent_row *row = screen_chosen(s);
	const struct torrent_detail *detail = detail_of(s, row, WATCH_PEERS);
	bool legend = d->zoomed && a->h >= 12 && fit_peers(a->w).from;
	struct area list = area_sub(a, 0, 1, a->w, a->h - 1 - legend);
	char right[64];
	struct title t = {PANE_PEERS, d->focus == PANE_PEERS, NULL, right};

	peers_right(row, a->w, right, sizeof right);
	pane_title(a, &t);
	if (!detail || detail->npeers == 0) {
		draw_text(a, 2, 1, pen_of(ROLE_DIM),
			row ? "no peers connected" : "");
		return;
	}
	draw_peers(s, &list, d->peers_top);
	if (legend)
		draw_field(a, (struct rect){1, a->h - 1, a->w - 2, 1},
			pen_of(ROLE_FAINT), FIT_END,
			"From: T tracker  D DHT  P exchange  L local  "
			"I incoming  U you  R earlier");
}
