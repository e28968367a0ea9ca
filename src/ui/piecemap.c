/*
 * piecemap.c - see piecemap.h.
 */
#include "ui/piecemap.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ui/format.h"

#define FRESH_MS 1000
#define FRESH_STEP_MS 200
/* In a fast swarm they do not fade: that would be five writes for each. */
#define FRESH_MANY_STEP 1
#define BAD_MS 3000
#define SPARKLES_MAX 20 /* newest completions that glitter */
#define FLIGHT_CELLS 10
#define CELLS_MAX 65536u /* of one map; more is no screen */

static bool is_checking(const struct torrent_detail *d, uint32_t piece)
{
	return d->checking && bitfield_has(d->checking, piece);
}

/* A stopped torrent may not have worked out yet what it wants. */
static bool is_wanted(const struct piecemap *m, uint32_t piece)
{
	const struct bitfield *wanted = m->d->wanted;

	if (!wanted || (m->asleep && bitfield_none(wanted)))
		return true;
	return bitfield_has(wanted, piece);
}

static uint32_t avail_of(const struct piecemap *m, uint32_t piece)
{
	if (!m->d->avail)
		return m->asleep ? 1 : 0;
	if (m->d->avail[piece] == 0 && m->asleep)
		return 1;
	return m->d->avail[piece];
}

static bool have_piece(const struct torrent_detail *d, uint32_t piece)
{
	return d->have && bitfield_has(d->have, piece);
}

static uint32_t next_missing(const struct torrent_detail *d, uint32_t from)
{
	return d->have ? bitfield_next_clear(d->have, from) : from;
}

/* What an unfinished piece is, leaving flights aside. */
static enum piece_look missing_look(const struct piecemap *m, uint32_t piece)
{
	if (is_checking(m->d, piece))
		return LOOK_CHECKING;
	if (!is_wanted(m, piece))
		return LOOK_SKIPPED;
	return avail_of(m, piece) ? LOOK_MISSING : LOOK_NOBODY;
}

static enum piece_look flight_look(const struct piece_flight *f)
{
	if (f->checking)
		return LOOK_CHECKING;
	if (f->received)
		return LOOK_ACTIVE;
	return f->asked ? LOOK_ASKED : LOOK_MISSING;
}

static uint32_t *counter_of(struct piece_counts *c, enum piece_look look)
{
	switch (look) {
	case LOOK_ACTIVE:
		return &c->active;
	case LOOK_ASKED:
		return &c->asked;
	case LOOK_CHECKING:
		return &c->checking;
	case LOOK_NOBODY:
		return &c->gone;
	case LOOK_SKIPPED:
		return &c->skipped;
	case LOOK_HAVE:
		return &c->have;
	default:
		return &c->left;
	}
}

void piecemap_count(const struct piecemap *m, struct piece_counts *out)
{
	const struct torrent_detail *d = m->d;
	struct piece_counts c = {.have = d->have ? bitfield_count(d->have) : 0};

	for (uint32_t i = next_missing(d, 0); i < d->npieces;
		i = next_missing(d, i + 1))
		++*counter_of(&c, missing_look(m, i));
	/* A re-check doubts what is there. */
	for (uint32_t i = d->checking ? bitfield_next_set(d->checking, 0)
	                              : d->npieces;
		i < d->npieces; i = bitfield_next_set(d->checking, i + 1))
		if (have_piece(d, i)) {
			c.have--;
			c.checking++;
		}
	for (size_t i = 0; i < d->nflights; i++) {
		uint32_t piece = d->flights[i].piece;
		enum piece_look look = flight_look(&d->flights[i]);

		if (piece >= d->npieces || have_piece(d, piece) ||
			look == LOOK_MISSING)
			continue;
		--*counter_of(&c, missing_look(m, piece));
		++*counter_of(&c, look);
	}
	*out = c;
}

const struct piece_flight *piecemap_flight(const struct torrent_detail *d,
	uint32_t piece)
{
	for (size_t i = 0; i < d->nflights; i++)
		if (d->flights[i].piece == piece)
			return &d->flights[i];
	return NULL;
}

enum piece_look piecemap_look(const struct piecemap *m, uint32_t piece)
{
	const struct piece_flight *f = piecemap_flight(m->d, piece);
	bool have = have_piece(m->d, piece);

	/* A re-check doubts what is there. */
	if (have && !is_checking(m->d, piece))
		return LOOK_HAVE;
	if (!have && f && flight_look(f) != LOOK_MISSING)
		return flight_look(f);
	return missing_look(m, piece);
}

/* --- cells ------------------------------------------------------------------
 */

/* Numbers of one cell while it is put together. */
struct tally {
	uint32_t wanted, have;
	uint32_t checking;
	uint32_t avail; /* minimum over missing, wanted pieces */
	bool gone;
};

static void tally_missing(const struct piecemap *m, uint32_t piece,
	struct tally *t)
{
	uint32_t avail;

	if (is_checking(m->d, piece))
		t->checking++;
	if (!is_wanted(m, piece))
		return;
	avail = avail_of(m, piece);
	t->wanted++;
	if (avail < t->avail)
		t->avail = avail;
	if (avail == 0)
		t->gone = true;
}

static struct tally tally_range(const struct piecemap *m, uint32_t from,
	uint32_t end)
{
	const struct torrent_detail *d = m->d;
	struct tally t = {.avail = UINT32_MAX};

	for (uint32_t i = next_missing(d, from); i < end;
		i = next_missing(d, i + 1))
		tally_missing(m, i, &t);
	/* Pieces that are there count as wanted: they fill the cell. */
	t.have = d->have ? bitfield_count_range(d->have, from, end) : 0;
	t.wanted += t.have;
	if (d->checking)
		t.checking += bitfield_count_range(d->checking, from, end) > 0;
	return t;
}

static struct piece_cell cell_of(const struct tally *t)
{
	struct piece_cell c = {.gone = t->gone};
	uint32_t level;

	c.avail = (uint8_t)(t->avail < 255 ? t->avail : 255);
	if (t->checking) {
		c.look = LOOK_CHECKING;
	} else if (t->wanted == 0) {
		c.look = LOOK_SKIPPED;
	} else if (t->have == t->wanted) {
		c.look = LOOK_HAVE;
	} else if (t->have == 0) {
		c.look = t->gone ? LOOK_NOBODY : LOOK_MISSING;
	} else {
		c.look = LOOK_PART;
		level = (uint32_t)((uint64_t)t->have * 8 / t->wanted);
		c.level = (uint8_t)(level < 1 ? 1 : level > 7 ? 7 : level);
	}
	return c;
}

static void raise(struct piece_cell *c, enum piece_look look, uint8_t level)
{
	if (look < c->look) {
		c->look = (uint8_t)look;
		c->level = level;
	} else if (look == c->look && look == LOOK_ACTIVE && level > c->level) {
		c->level = level;
	}
}

uint32_t piecemap_cell_at(uint32_t piece, uint32_t from, uint32_t n,
	uint32_t ncells)
{
	return (uint32_t)((((uint64_t)(piece - from) + 1) * ncells - 1) / n);
}

static void overlay_flights(const struct piecemap *m, uint32_t from,
	uint32_t end, struct piece_cell *cells, uint32_t ncells)
{
	for (size_t i = 0; i < m->d->nflights; i++) {
		const struct piece_flight *f = &m->d->flights[i];
		enum piece_look look = flight_look(f);
		uint32_t eighths = 1;

		if (f->piece < from || f->piece >= end || look == LOOK_MISSING)
			continue;
		if (f->blocks)
			eighths = (uint32_t)((uint64_t)f->received * 8 /
					     f->blocks);
		if (eighths < 1)
			eighths = 1;
		raise(&cells[piecemap_cell_at(f->piece, from, end - from,
			      ncells)],
			look, (uint8_t)(eighths > 7 ? 7 : eighths));
	}
}

static bool is_fresh(const struct piecemap *m, const struct piece_done *p)
{
	uint64_t age = m->now_ms > p->at_ms ? m->now_ms - p->at_ms : 0;

	return m->animations && !p->bad && age < FRESH_MS;
}

static size_t count_fresh(const struct piecemap *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->d->ndone; i++)
		n += is_fresh(m, &m->d->done[i]);
	return n;
}

static void overlay_done(const struct piecemap *m, uint32_t from, uint32_t end,
	struct piece_cell *cells, uint32_t ncells)
{
	size_t sparkles = 0;
	bool many = count_fresh(m) > SPARKLES_MAX;

	for (size_t i = m->d->ndone; i-- > 0;) {
		const struct piece_done *p = &m->d->done[i];
		uint64_t age = m->now_ms > p->at_ms ? m->now_ms - p->at_ms : 0;
		struct piece_cell *c;

		if (p->piece < from || p->piece >= end)
			continue;
		c = &cells[piecemap_cell_at(p->piece, from, end - from,
			ncells)];
		if (p->bad && age < BAD_MS)
			raise(c, LOOK_BAD, 0);
		else if (is_fresh(m, p) && sparkles++ < SPARKLES_MAX)
			raise(c, LOOK_FRESH,
				many ? FRESH_MANY_STEP
				     : (uint8_t)(age / FRESH_STEP_MS));
	}
}

void piecemap_cells(const struct piecemap *m, uint32_t from, uint32_t end,
	struct piece_cell *cells, uint32_t ncells)
{
	uint64_t n;

	if (end > m->d->npieces)
		end = m->d->npieces;
	if (from >= end || ncells == 0)
		return;
	n = end - from;
	for (uint32_t i = 0; i < ncells; i++) {
		struct tally t =
			tally_range(m, from + (uint32_t)(i * n / ncells),
				from + (uint32_t)((i + 1) * n / ncells));

		cells[i] = cell_of(&t);
	}
	overlay_flights(m, from, end, cells, ncells);
	overlay_done(m, from, end, cells, ncells);
}

/* --- glyphs ------------------------------------------------------------------
 */

static enum role missing_role(uint8_t avail)
{
	if (avail <= 1)
		return ROLE_MISSING1;
	if (avail <= 3)
		return ROLE_MISSING2;
	return avail <= 9 ? ROLE_MISSING4 : ROLE_MISSING10;
}

static struct piece_glyph part_glyph(const struct piece_cell *c, bool mono)
{
	struct piece_glyph g = {0x2580u + c->level,
		pen_on(c->gone ? ROLE_NOBODY : ROLE_PART, GROUND_PART)};

	if (mono && c->gone && c->level < 4)
		g.c = 0xd7;
	return g;
}

static struct piece_glyph avail_glyph(const struct piece_cell *c)
{
	struct piece_glyph g = {
		(uint32_t)('0' + c->avail), pen_of(missing_role(c->avail))};

	if (c->avail == 0)
		g = (struct piece_glyph){0xd7, pen_of(ROLE_NOBODY)};
	else if (c->avail > 9)
		g.c = '+';
	return g;
}

struct piece_glyph piecemap_glyph(const struct piece_cell *c,
	enum glyph_tier tier, bool mono, bool availability)
{
	bool missing = c->look == LOOK_PART || c->look == LOOK_NOBODY ||
	               c->look == LOOK_MISSING;

	if (availability && missing)
		return avail_glyph(c);
	switch ((enum piece_look)c->look) {
	case LOOK_BAD:
		return (struct piece_glyph){'!', pen_on(ROLE_BAD, GROUND_BAD)};
	case LOOK_FRESH:
		return (struct piece_glyph){0x25c6,
			pen_of(ROLE_FRESH0 + (c->level < 4 ? c->level : 4u))};
	case LOOK_ACTIVE:
		return (struct piece_glyph){
			0x2590u - c->level, pen_on(ROLE_ACTIVE, GROUND_ACTIVE)};
	case LOOK_ASKED:
		return (struct piece_glyph){0x25a1, pen_of(ROLE_ASKED)};
	case LOOK_CHECKING:
		return (struct piece_glyph){0x2593, pen_of(ROLE_CHECKING)};
	case LOOK_PART:
		return part_glyph(c, mono);
	case LOOK_HAVE:
		return (struct piece_glyph){
			0x2588, pen_of(availability ? ROLE_PART : ROLE_HAVE)};
	case LOOK_NOBODY:
		return (struct piece_glyph){0xd7, pen_of(ROLE_NOBODY)};
	case LOOK_SKIPPED:
		return (struct piece_glyph){'-', pen_of(ROLE_SKIPPED)};
	default:
		return (struct piece_glyph){
			tier == TIER_ASCII && c->avail > 1 ? ':' : 0xb7u,
			pen_of(missing_role(c->avail))};
	}
}

/* --- drawing
 * ------------------------------------------------------------------- */

int piecemap_digits(uint32_t n)
{
	int digits = 1;

	while (n >= 10) {
		n /= 10;
		digits++;
	}
	return digits;
}

/* Whether all (some) map entries that cell x of w covers are set. */
static bool map_covers(const uint8_t *map, const struct piece_flight *f, int x,
	int w, bool all)
{
	uint32_t cells = f->cells < FLIGHT_MAP_BYTES * 8 ? f->cells
	                                                 : FLIGHT_MAP_BYTES * 8;
	uint32_t from = (uint32_t)x * cells / (uint32_t)w;
	uint32_t end = ((uint32_t)x + 1) * cells / (uint32_t)w;

	if (end <= from)
		end = from + 1;
	for (uint32_t i = from; i < end && i < cells; i++)
		if ((map[i / 8] >> (i % 8) & 1) != all)
			return !all;
	return all && cells > 0;
}

void piecemap_draw_blocks(const struct area *a, int x, int y, int w,
	const struct piece_flight *f)
{
	for (int i = 0; i < w; i++) {
		if (f->checking)
			draw_char(a, x + i, y, pen_of(ROLE_CHECKING), 0x2593);
		else if (map_covers(f->got_map, f, i, w, true))
			draw_char(a, x + i, y, pen_of(ROLE_ACTIVE), 0x25a0);
		else if (map_covers(f->asked_map, f, i, w, false))
			draw_char(a, x + i, y, pen_of(ROLE_ASKED), 0x25a1);
		else
			draw_char(a, x + i, y, pen_of(ROLE_FAINT), 0xb7);
	}
}

/* Columns of a bar that let all pieces fit with their labels; 0: none. */
static int bar_width(uint32_t npieces, const struct area *a, int label)
{
	for (int k = 16; k >= 2; k /= 2) {
		int per_row = (a->w + 2) / (label + 1 + k + 2);

		if (per_row > 0 &&
			(npieces + (uint32_t)per_row - 1) / (uint32_t)per_row <=
				(uint32_t)a->h)
			return k;
	}
	return 0;
}

static void draw_bars(const struct piecemap *m, const struct area *a, int k,
	const struct map_style *style, const struct piece_cell *cells)
{
	int label = piecemap_digits(m->d->npieces - 1);
	int item = label + 1 + k + 2;
	int per_row = (a->w + 2) / item;

	for (uint32_t i = 0; i < m->d->npieces; i++) {
		int x = (int)(i % (uint32_t)per_row) * item;
		int y = (int)(i / (uint32_t)per_row);
		const struct piece_flight *f = NULL;
		struct piece_glyph g = piecemap_glyph(&cells[i], a->grid->tier,
			style->mono, style->availability);

		draw_textf(a, x, y, pen_of(ROLE_DIM), "%*u", label, i);
		if (cells[i].look == LOOK_ACTIVE)
			f = piecemap_flight(m->d, i);
		if (f)
			piecemap_draw_blocks(a, x + label + 1, y, k, f);
		else
			draw_hline(a, x + label + 1, y, k, g.pen, g.c);
	}
}

static void draw_cells(const struct area *a, const struct map_style *style,
	const struct piece_cell *cells, uint32_t ncells, int width)
{
	for (uint32_t i = 0; i < ncells; i++) {
		struct piece_glyph g = piecemap_glyph(&cells[i], a->grid->tier,
			style->mono, style->availability);

		draw_char(a, (int)(i % (uint32_t)width),
			(int)(i / (uint32_t)width), g.pen, g.c);
	}
}

uint32_t piecemap_draw(const struct piecemap *m, const struct area *a,
	const struct map_style *style)
{
	uint32_t room =
		a->w > 0 && a->h > 0 ? (uint32_t)a->w * (uint32_t)a->h : 0;
	uint32_t n = m->d->npieces;
	int round_width = a->w >= 10 ? a->w / 10 * 10 : a->w;
	uint32_t ncells = n < room ? n : room;
	struct piece_cell *cells;
	int bar = 0;

	if (ncells == 0 || ncells > CELLS_MAX)
		return 0;
	cells = mem_zero_array(ncells, sizeof *cells);
	piecemap_cells(m, 0, n, cells, ncells);
	if (n <= room / 4)
		bar = bar_width(n, a, piecemap_digits(n - 1));
	if (bar)
		draw_bars(m, a, bar, style, cells);
	else if (n <= (uint32_t)round_width * (uint32_t)a->h)
		draw_cells(a, style, cells, ncells, round_width);
	else
		draw_cells(a, style, cells, ncells, a->w);
	mem_free(cells);
	return n > ncells ? (uint32_t)((uint64_t)n * 10 / ncells) : 0;
}

static int by_share(const void *pa, const void *pb)
{
	const struct piece_flight *a = *(const struct piece_flight *const *)pa;
	const struct piece_flight *b = *(const struct piece_flight *const *)pb;
	uint64_t left = (uint64_t)a->received * (b->blocks ? b->blocks : 1);
	uint64_t right = (uint64_t)b->received * (a->blocks ? a->blocks : 1);

	if (a->checking != b->checking)
		return a->checking ? -1 : 1;
	if (left != right)
		return left > right ? -1 : 1;
	return a->piece < b->piece ? -1 : a->piece > b->piece;
}

const struct piece_flight **piecemap_flights(const struct torrent_detail *d,
	size_t *n)
{
	const struct piece_flight **order =
		mem_array(d->nflights + 1, sizeof(const struct piece_flight *));

	*n = 0;
	for (size_t i = 0; i < d->nflights; i++)
		if (flight_look(&d->flights[i]) != LOOK_MISSING)
			order[(*n)++] = &d->flights[i];
	qsort(order, *n, sizeof(const struct piece_flight *), by_share);
	return order;
}

/* Pieces that finished within the last second, as full bars with a tick. */
static int draw_finished(const struct piecemap *m, const struct area *a,
	int label, int item, int slots)
{
	int used = 0;

	for (size_t i = m->d->ndone; i-- > 0 && used < slots;) {
		const struct piece_done *p = &m->d->done[i];
		int per_row = a->w / item;
		int x = used % per_row * item, y = used / per_row;

		if (!is_fresh(m, p))
			continue;
		draw_textf(a, x, y, pen_of(ROLE_OK), "%*u", label, p->piece);
		draw_hline(a, x + label + 1, y, FLIGHT_CELLS - 1,
			pen_of(ROLE_HAVE), 0x25a0);
		draw_char(a, x + label + FLIGHT_CELLS, y, pen_bold(ROLE_OK),
			0x2713);
		used++;
	}
	return used;
}

void piecemap_draw_flights(const struct piecemap *m, const struct area *a)
{
	int label = piecemap_digits(m->d->npieces ? m->d->npieces - 1 : 0);
	int item = label + 1 + FLIGHT_CELLS + 2;
	int per_row = a->w / item;
	int slots = per_row * a->h;
	const struct piece_flight **order;
	size_t n;
	int used;

	if (slots <= 0)
		return;
	/* Most of the room is for what is still to come. */
	used = draw_finished(m, a, label, item, (slots + 2) / 3);
	order = piecemap_flights(m->d, &n);
	for (size_t i = 0; i < n && used < slots; i++, used++) {
		int x = used % per_row * item, y = used / per_row;

		draw_textf(a, x, y, pen_of(ROLE_DIM), "%*u", label,
			order[i]->piece);
		piecemap_draw_blocks(a, x + label + 1, y, FLIGHT_CELLS,
			order[i]);
	}
	mem_free(order);
}

struct legend {
	struct piece_cell cell;
	uint32_t count;
	const char *word;
	bool always;
};

static int draw_legend_item(const struct area *a, int x, int y,
	const struct legend *item)
{
	char count[FORMAT_MAX];
	struct piece_glyph g =
		piecemap_glyph(&item->cell, a->grid->tier, false, false);
	char text[FORMAT_MAX * 2];

	format_count(count, item->count);
	snprintf(text, sizeof text, " %s %s", count, item->word);
	if (x + 1 + draw_width(a, text) > a->w)
		return 0;
	draw_char(a, x, y, g.pen, g.c);
	return 1 + draw_text(a, x + 1, y, pen_of(ROLE_DIM), text);
}

void piecemap_draw_legend(const struct piecemap *m, const struct area *a, int y)
{
	struct piece_counts c;
	int x = 0;

	piecemap_count(m, &c);
	const struct legend items[] = {
		{{.look = LOOK_HAVE}, c.have, "have", true},
		{{.look = LOOK_ACTIVE, .level = 3}, c.active, "active", false},
		{{.look = LOOK_ASKED}, c.asked, "asked", false},
		{{.look = LOOK_MISSING, .avail = 255}, c.left, "left",
			c.have < m->d->npieces},
		{{.look = LOOK_CHECKING}, c.checking, "check", false},
		{{.look = LOOK_NOBODY}, c.gone, "gone", false},
		{{.look = LOOK_SKIPPED}, c.skipped, "skip", false},
	};

	for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
		int w = 0;

		if (items[i].count || items[i].always)
			w = draw_legend_item(a, x, y, &items[i]);
		x += w ? w + 2 : 0;
	}
}
