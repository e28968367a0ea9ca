/*
 * grid.c - see grid.h.
 */
#include "ui/grid.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const struct cell blank = {
	.ch = {' '},
	.role = ROLE_TEXT,
	.ground = GROUND_NONE,
	.width = 1,
};

void grid_resize(struct grid *g, int cols, int rows)
{
	size_t need;

	g->cols = cols > 0 ? cols : 0;
	g->rows = rows > 0 ? rows : 0;
	need = (size_t)g->cols * (size_t)g->rows;
	g->cells = mem_grow(g->cells, &g->cap, need, sizeof *g->cells);
	grid_clear(g);
}

void grid_fini(struct grid *g)
{
	mem_free(g->cells);
	*g = (struct grid){.tier = g->tier};
}

void grid_clear(struct grid *g)
{
	size_t n = (size_t)g->cols * (size_t)g->rows;

	for (size_t i = 0; i < n; i++)
		g->cells[i] = blank;
	g->cursor_x = g->cursor_y = -1;
	g->cursor_shown = false;
}

void grid_copy(struct grid *to, const struct grid *from)
{
	size_t n = (size_t)from->cols * (size_t)from->rows;

	to->cells = mem_grow(to->cells, &to->cap, n, sizeof *to->cells);
	if (n)
		memcpy(to->cells, from->cells, n * sizeof *to->cells);
	to->cols = from->cols;
	to->rows = from->rows;
	to->tier = from->tier;
	to->cursor_x = from->cursor_x;
	to->cursor_y = from->cursor_y;
	to->cursor_shown = from->cursor_shown;
}

static struct cell *cell_at(const struct grid *g, int x, int y)
{
	return &g->cells[(size_t)y * (size_t)g->cols + (size_t)x];
}

const struct cell *grid_cell(const struct grid *g, int x, int y)
{
	assert(x >= 0 && y >= 0 && x < g->cols && y < g->rows);
	return cell_at(g, x, y);
}

static void blank_text(struct cell *c)
{
	c->ch[0] = ' ';
	c->ch[1] = c->ch[2] = 0;
	c->width = 1;
}

/* Before cell x is written: its other half, if it has one, becomes blank. */
static void part_halves(struct grid *g, int x, int y)
{
	struct cell *c = cell_at(g, x, y);

	if (c->width == 0 && x > 0)
		blank_text(cell_at(g, x - 1, y));
	if (c->width == 2 && x + 1 < g->cols)
		blank_text(cell_at(g, x + 1, y));
}

static void apply_pen(struct cell *c, struct pen pen)
{
	c->role = pen.role;
	c->attrs = pen.attrs;
	if (pen.ground != GROUND_KEEP)
		c->ground = pen.ground;
}

int grid_char_width(enum glyph_tier tier, uint32_t c)
{
	int width;

	if (c < 0x80)
		return 1;
	width = utf8_width(c);
	/* In a poorer tier a wide character becomes as many signs. */
	if (tier != TIER_UTF8 && width == 0)
		return 0;
	return width < 0 ? 1 : width;
}

static void put_mark(struct grid *g, int x, int y, uint32_t c)
{
	struct cell *to;

	if (x > g->cols || x < 1 || g->tier != TIER_UTF8)
		return;
	to = cell_at(g, x - 1, y);
	if (to->width == 0 && x > 1)
		to = cell_at(g, x - 2, y);
	for (int i = 1; i < CELL_CHARS; i++)
		if (!to->ch[i]) {
			to->ch[i] = c;
			return;
		}
}

static void put_one(struct grid *g, int x, int y, uint32_t c, struct pen pen)
{
	struct cell *to;

	if (x < 0 || x >= g->cols)
		return;
	part_halves(g, x, y);
	to = cell_at(g, x, y);
	blank_text(to);
	to->ch[0] = c;
	apply_pen(to, pen);
}

static void put_wide(struct grid *g, int x, int y, uint32_t c, struct pen pen)
{
	bool fits = x >= 0 && x + 1 < g->cols;

	put_one(g, x, y, fits ? c : ' ', pen);
	put_one(g, x + 1, y, ' ', pen);
	if (fits) {
		cell_at(g, x, y)->width = 2;
		cell_at(g, x + 1, y)->width = 0;
	}
}

int grid_put(struct grid *g, int x, int y, uint32_t c, struct pen pen)
{
	int width = grid_char_width(g->tier, c);

	if (y < 0 || y >= g->rows)
		return width;
	/* The last fence: no control ever reaches a terminal. */
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		c = glyph_in_tier(g->tier, 0xb7);
	else if (c >= 0x80 && g->tier == TIER_UTF8 && utf8_width(c) < 0)
		c = 0xb7;
	else
		c = glyph_in_tier(g->tier, c);
	if (width == 0)
		put_mark(g, x, y, c);
	else if (width == 1)
		put_one(g, x, y, c, pen);
	else if (g->tier == TIER_UTF8)
		put_wide(g, x, y, c, pen);
	else {
		put_one(g, x, y, c, pen);
		put_one(g, x + 1, y, c, pen);
	}
	return width;
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
	return a->ch[0] == b->ch[0] && a->ch[1] == b->ch[1] &&
	       a->ch[2] == b->ch[2] && a->role == b->role &&
	       a->ground == b->ground && a->attrs == b->attrs &&
	       a->width == b->width;
}

void grid_shade(struct grid *g)
{
	size_t n = (size_t)g->cols * (size_t)g->rows;

	for (size_t i = 0; i < n; i++) {
		struct cell *c = &g->cells[i];

		c->role = c->role == ROLE_RULE ? ROLE_RULE : ROLE_FAINT;
		c->ground = GROUND_NONE;
		c->attrs = 0;
	}
	g->cursor_x = g->cursor_y = -1;
	g->cursor_shown = false;
}
