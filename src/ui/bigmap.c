/*
 * bigmap.c - see bigmap.h.
 */
#include "ui/bigmap.h"

#include "base/mem.h"

#define LEVELS_MAX 48u
#define CELLS_MAX 65536u /* more is no screen */
#define GAP 2            /* between bars */

static const int bars[] = {16, 8, 4, 2};
static const int closest[] = {8, 16}; /* bars one can step to */

/* What fits into the area, for all levels alike. */
struct room {
	int w, h;        /* of the area */
	int label;       /* columns of a label in front of bars and rows */
	int columns;     /* of cells in a row */
	int item;        /* columns of a cell */
	uint32_t most;   /* cells in all */
	uint32_t single; /* pieces of one cell each, in even rows */
	int even;        /* columns then */
};

static struct room measure(uint32_t npieces, int w, int h, bool edges)
{
	struct room r = {.w = w, .h = h, .item = edges ? 2 : 1};

	r.label = piecemap_digits(npieces - 1);
	if (r.label < 3)
		r.label = 3;
	r.columns = (w - r.label - 4) / r.item;
	if (r.columns <= 0 || h <= 0) {
		r.columns = 0;
		return r;
	}
	r.even = r.columns >= 16 ? r.columns / 8 * 8 : r.columns;
	r.most = (uint32_t)r.columns * (uint32_t)h;
	r.single = (uint32_t)r.even * (uint32_t)h;
	return r;
}

static int bars_in_row(const struct room *r, int bar)
{
	return (r->w - 2 + GAP) / (r->label + 1 + bar + GAP);
}

static uint32_t bars_in_all(const struct room *r, int bar)
{
	int per_row = bars_in_row(r, bar);

	return per_row > 0 ? (uint32_t)per_row * (uint32_t)r->h : 0;
}

/* How many pieces each level shows; returns the number of levels. */
static unsigned plan_levels(const struct room *r, uint32_t npieces,
	uint32_t sizes[LEVELS_MAX])
{
	unsigned n = 0;
	uint32_t size = npieces;

	sizes[n++] = size;
	while (size > r->single && n < LEVELS_MAX - 2) {
		size = size / 2 + (size & 1);
		if (size < r->single)
			size = r->single;
		sizes[n++] = size;
	}
	for (size_t i = 0; i < sizeof closest / sizeof closest[0]; i++) {
		uint32_t fits = bars_in_all(r, closest[i]);

		if (fits && fits < size) {
			size = fits;
			sizes[n++] = size;
		}
	}
	return n;
}

/* The roomiest way to show n pieces. */
static void choose_style(const struct room *r, uint32_t n,
	struct bigmap_shape *s)
{
	for (size_t i = 0; n <= r->most / 4 && i < sizeof bars / sizeof bars[0];
		i++)
		if (bars_in_all(r, bars[i]) >= n) {
			s->bar = bars[i];
			s->x = 2;
			s->item = r->label + 1 + s->bar + GAP;
			s->per_row = bars_in_row(r, s->bar);
			return;
		}
	s->x = r->label + 3;
	s->item = r->item;
	s->per_row = n <= r->single ? r->even : r->columns;
}

/* Pieces in a row of the map, about. */
static uint32_t row_pieces(const struct bigmap_shape *s)
{
	uint64_t n = (uint64_t)s->n * (uint64_t)s->per_row /
	             (s->ncells ? s->ncells : 1);

	return n ? (uint32_t)n : 1;
}

static bool is_single(const struct bigmap_shape *s)
{
	return s->ncells == s->n;
}

/* Bring the window to the cursor, and both into the torrent. */
static void follow_cursor(struct bigmap *b, struct bigmap_shape *s)
{
	uint32_t row = is_single(s) ? row_pieces(s) : 1;
	uint32_t last = (s->npieces - s->n + row - 1) / row * row;

	/* Rows of single pieces begin with a multiple of their length, and
	 * the last one may be short. */
	b->from -= b->from % row;
	if (b->cursor < b->from)
		b->from = b->cursor - b->cursor % row;
	else if (b->cursor - b->from >= s->n)
		b->from = (b->cursor - s->n + row) / row * row;
	if (b->from > last)
		b->from = last;
	s->from = b->from;
	if (s->n > s->npieces - s->from) {
		s->n = s->npieces - s->from;
		if (s->ncells > s->n)
			s->ncells = s->n;
	}
}

struct bigmap_shape bigmap_fit(struct bigmap *b, uint32_t npieces, int w, int h,
	bool edges)
{
	struct bigmap_shape s = {.npieces = npieces, .rows = h};
	struct room r = measure(npieces, w, h, edges);
	uint32_t sizes[LEVELS_MAX];

	if (b->cursor >= npieces)
		b->cursor = npieces - 1;
	if (r.most == 0 || r.most > CELLS_MAX)
		return s;
	s.levels = plan_levels(&r, npieces, sizes);
	if (b->level >= s.levels)
		b->level = s.levels - 1;
	s.n = sizes[b->level];
	choose_style(&r, s.n, &s);
	s.ncells = s.n < r.most ? s.n : r.most;
	if (b->level == 0)
		b->from = 0;
	else
		follow_cursor(b, &s);
	return s;
}

void bigmap_zoom(struct bigmap *b, const struct bigmap_shape *s, int by)
{
	uint32_t before = s->n, half;

	if (by > 0 && b->level + 1 < s->levels)
		b->level++;
	else if (by < 0 && b->level > 0)
		b->level--;
	else
		return;
	/* The cursor in the middle of what will be there; the next fit does
	 * the rest. */
	half = by > 0 ? before / 4 : before;
	b->from = b->cursor > half ? b->cursor - half : 0;
}

uint32_t bigmap_cell(const struct bigmap *b, const struct bigmap_shape *s)
{
	if (s->ncells == 0 || b->cursor < s->from ||
		b->cursor - s->from >= s->n)
		return 0;
	return piecemap_cell_at(b->cursor, s->from, s->n, s->ncells);
}

void bigmap_range(const struct bigmap_shape *s, uint32_t cell, uint32_t *from,
	uint32_t *end)
{
	uint64_t n = s->n;

	*from = s->from;
	*end = s->from;
	if (s->ncells == 0)
		return;
	*from += (uint32_t)(cell * n / s->ncells);
	*end += (uint32_t)((cell + 1) * n / s->ncells);
}

void bigmap_move(struct bigmap *b, const struct bigmap_shape *s, int cells,
	int rows)
{
	int64_t by = (int64_t)rows * s->per_row + cells;
	int64_t cell = bigmap_cell(b, s), at;
	uint32_t from, end;

	if (s->ncells == 0 || by == 0)
		return;
	if (cell + by >= 0 && cell + by < s->ncells) {
		bigmap_range(s, (uint32_t)(cell + by), &from, &end);
		b->cursor = from;
		return;
	}
	/* Out of the window: by pieces. */
	at = b->cursor + by * s->n / s->ncells;
	if (at >= 0 && at < s->npieces)
		b->cursor = (uint32_t)at;
	else if (rows == 0 || rows > 1 || rows < -1 ||
		 s->from + s->n < s->npieces)
		b->cursor = by < 0 ? 0 : s->npieces - 1;
}

bool bigmap_hit(const struct bigmap_shape *s, int x, int y, uint32_t *piece)
{
	int left = s->bar ? 1 : s->x;
	uint32_t cell, end;

	if (s->ncells == 0 || x < left || y < 0 || y >= s->rows ||
		(x - left) / s->item >= s->per_row)
		return false;
	cell = (uint32_t)y * (uint32_t)s->per_row +
	       (uint32_t)((x - left) / s->item);
	if (cell >= s->ncells)
		return false;
	bigmap_range(s, cell, piece, &end);
	return true;
}

/* --- drawing
 * ------------------------------------------------------------------ */

static bool begins_file(const struct bitfield *edges, uint32_t from,
	uint32_t end)
{
	return edges && bitfield_next_set(edges, from) < end;
}

/* Where a cell lies: x of its label (bars) or glyph. */
static int cell_x(const struct bigmap_shape *s, uint32_t cell)
{
	return s->x + (int)(cell % (uint32_t)s->per_row) * s->item;
}

static void mark_cursor(const struct area *a, int x, int y, struct pen *pen)
{
	pen->attrs |= ATTR_REVERSE;
	a->grid->cursor_x = a->x + x;
	a->grid->cursor_y = a->y + y;
}

static void draw_bar_cell(const struct bigmap_shape *s,
	const struct piecemap *m, const struct area *a, uint32_t cell,
	struct piece_glyph g, bool chosen)
{
	int x = cell_x(s, cell), y = (int)(cell / (uint32_t)s->per_row);
	int label = s->item - GAP - s->bar - 1;
	const struct piece_flight *f = piecemap_flight(m->d, s->from + cell);
	struct pen pen = pen_of(ROLE_DIM);

	if (chosen) {
		pen = pen_bold(ROLE_STRONG);
		draw_char(a, x - 1, y, pen_bold(ROLE_FOCUS), 0x25b8);
		mark_cursor(a, x + label + 1, y, &pen);
	}
	draw_textf(a, x, y, pen, "%*u", label, s->from + cell);
	if (f && piecemap_look(m, s->from + cell) == LOOK_ACTIVE)
		piecemap_draw_blocks(a, x + label + 1, y, s->bar, f);
	else
		draw_hline(a, x + label + 1, y, s->bar, g.pen, g.c);
}

static void draw_labels(const struct bigmap *b, const struct bigmap_shape *s,
	const struct area *a)
{
	uint32_t here = bigmap_cell(b, s) / (uint32_t)s->per_row;
	int label = s->x - 3;

	for (uint32_t row = 0; row * (uint32_t)s->per_row < s->ncells; row++) {
		uint32_t from, end;

		bigmap_range(s, row * (uint32_t)s->per_row, &from, &end);
		draw_textf(a, 1, (int)row,
			row == here ? pen_bold(ROLE_STRONG)
				    : pen_of(ROLE_FAINT),
			"%*u", label, from);
		if (row == here)
			draw_char(a, 0, (int)row, pen_bold(ROLE_FOCUS), 0x25b8);
	}
}

void bigmap_draw(const struct bigmap *b, const struct bigmap_shape *s,
	const struct piecemap *m, const struct area *a,
	const struct map_style *style, const struct bitfield *edges)
{
	struct piece_cell *cells;
	uint32_t here = bigmap_cell(b, s);

	if (s->ncells == 0)
		return;
	cells = mem_zero_array(s->ncells, sizeof *cells);
	piecemap_cells(m, s->from, s->from + s->n, cells, s->ncells);
	if (!s->bar)
		draw_labels(b, s, a);
	for (uint32_t i = 0; i < s->ncells; i++) {
		struct piece_glyph g = piecemap_glyph(&cells[i], a->grid->tier,
			style->mono, style->availability);
		int x = cell_x(s, i), y = (int)(i / (uint32_t)s->per_row);
		uint32_t from, end;

		bigmap_range(s, i, &from, &end);
		if (begins_file(edges, from, end))
			draw_char(a, x - 1 - (s->bar > 0), y,
				pen_of(ROLE_FOCUS), 0x2502);
		if (s->bar) {
			draw_bar_cell(s, m, a, i, g, i == here);
			continue;
		}
		if (i == here)
			mark_cursor(a, x, y, &g.pen);
		draw_char(a, x, y, g.pen, g.c);
	}
	mem_free(cells);
}
