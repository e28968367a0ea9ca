#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "ui/bigmap.h"

static const struct {
	int w, h;
} sizes[] = {{120, 22}, {80, 13}, {40, 5}, {200, 40}, {24, 2}, {12, 1}};
static const uint32_t counts[] = {
	1, 2, 7, 20, 99, 100, 1000, 3711, 65535, 200000, 4000000};
#define NSIZES (sizeof sizes / sizeof sizes[0])
#define NCOUNTS (sizeof counts / sizeof counts[0])

/* Every way to look at a torrent: check() is called with the map fitted. */
static void at_every_level(void (*check)(struct bigmap *b,
	const struct bigmap_shape *s))
{
	for (size_t i = 0; i < NSIZES; i++)
		for (size_t k = 0; k < NCOUNTS; k++)
			for (int edges = 0; edges < 2; edges++) {
				struct bigmap b = {.cursor = counts[k] / 3};
				struct bigmap_shape s;
				unsigned level = 0;

				do {
					s = bigmap_fit(&b, counts[k],
						sizes[i].w, sizes[i].h, edges);
					check(&b, &s);
					bigmap_zoom(&b, &s, 1);
				} while (level++ < s.levels);
			}
}

static void check_cells(struct bigmap *b, const struct bigmap_shape *s)
{
	uint32_t at = s->from, from, end;

	(void)b;
	for (uint32_t i = 0; i < s->ncells; i++) {
		bigmap_range(s, i, &from, &end);
		assert_int_equal(from, at);
		assert_true(end > from);
		at = end;
	}
	if (s->ncells)
		assert_int_equal(at, s->from + s->n);
	assert_true(s->from + s->n <= s->npieces);
}

static void every_piece_of_the_window_lies_in_one_cell(void **state)
{
	(void)state;
	at_every_level(check_cells);
}

static void check_cursor(struct bigmap *b, const struct bigmap_shape *s)
{
	uint32_t from, end;

	assert_true(b->cursor < s->npieces);
	if (!s->ncells)
		return;
	bigmap_range(s, bigmap_cell(b, s), &from, &end);
	assert_true(b->cursor >= from && b->cursor < end);
}

static void the_cursor_is_always_to_be_seen(void **state)
{
	(void)state;
	at_every_level(check_cursor);
}

static void check_inside(struct bigmap *b, const struct bigmap_shape *s)
{
	(void)b;
	if (!s->ncells)
		return;
	assert_true((s->ncells + (uint32_t)s->per_row - 1) /
			    (uint32_t)s->per_row <=
		    (uint32_t)s->rows);
	assert_true(s->per_row > 0);
}

static void no_row_lies_outside(void **state)
{
	(void)state;
	at_every_level(check_inside);
}

/* Closer and closer, until a cell is a piece, then until it is a bar. */
static void zooming_ends_at_bars_and_fits_again(void **state)
{
	struct bigmap b = {.cursor = 120000};
	struct bigmap_shape s = bigmap_fit(&b, 200000, 120, 22, false);
	uint32_t n = s.n;
	bool seen_single = false;

	(void)state;
	assert_int_equal(s.n, 200000);
	assert_int_equal(s.from, 0);
	for (unsigned i = 1; i < s.levels; i++) {
		bigmap_zoom(&b, &s, 1);
		s = bigmap_fit(&b, 200000, 120, 22, false);
		assert_true(s.n < n);
		n = s.n;
		assert_int_equal(b.cursor, 120000);
		seen_single |= !s.bar && s.n == s.ncells;
	}
	assert_true(seen_single);
	assert_int_equal(s.bar, 16);
	bigmap_zoom(&b, &s, 1);
	assert_int_equal(b.level + 1, s.levels);
	while (b.level) {
		bigmap_zoom(&b, &s, -1);
		s = bigmap_fit(&b, 200000, 120, 22, false);
		assert_true(s.n > n);
		n = s.n;
	}
	assert_int_equal(s.n, 200000);
	assert_int_equal(b.cursor, 120000);
}

static void twenty_pieces_are_bars_at_once(void **state)
{
	struct bigmap b = {0};
	struct bigmap_shape s = bigmap_fit(&b, 20, 66, 8, false);

	(void)state;
	assert_int_equal(s.bar, 16);
	assert_int_equal(s.ncells, 20);
	assert_int_equal(s.levels, 1);
}

static void the_cursor_moves_by_cells_and_rows(void **state)
{
	struct bigmap b = {0};
	struct bigmap_shape s = bigmap_fit(&b, 1000, 120, 22, false);
	uint32_t row = (uint32_t)s.per_row;

	(void)state;
	assert_int_equal(s.ncells, 1000);
	bigmap_move(&b, &s, -1, 0);
	assert_int_equal(b.cursor, 0);
	bigmap_move(&b, &s, 1, 0);
	assert_int_equal(b.cursor, 1);
	bigmap_move(&b, &s, 0, 2);
	assert_int_equal(b.cursor, 1 + 2 * row);
	bigmap_move(&b, &s, 0, -1);
	assert_int_equal(b.cursor, 1 + row);
	bigmap_move(&b, &s, 0, -2);
	assert_int_equal(b.cursor, 0); /* several rows stop at the end */
	b.cursor = 999;
	bigmap_move(&b, &s, 0, 1); /* one row below there is nothing */
	assert_int_equal(b.cursor, 999);
	bigmap_move(&b, &s, 1, 0);
	assert_int_equal(b.cursor, 999);
}

static void the_window_follows_the_cursor(void **state)
{
	struct bigmap b = {.cursor = 0, .level = 2};
	struct bigmap_shape s = bigmap_fit(&b, 200000, 80, 13, false);
	uint32_t last = 0;

	(void)state;
	assert_int_equal(s.from, 0);
	for (int i = 0; i < 400; i++) {
		bigmap_move(&b, &s, 0, 1);
		s = bigmap_fit(&b, 200000, 80, 13, false);
		assert_true(b.cursor >= last);
		assert_true(b.cursor >= s.from && b.cursor < s.from + s.n);
		last = b.cursor;
	}
	assert_int_equal(s.from + s.n, 200000);
	b.cursor = 0;
	s = bigmap_fit(&b, 200000, 80, 13, false);
	assert_int_equal(s.from, 0);
}

static void a_click_finds_the_piece_under_it(void **state)
{
	struct bigmap b = {.cursor = 500, .level = 1};
	struct bigmap_shape s = bigmap_fit(&b, 1000, 120, 22, true);
	uint32_t piece = 0;

	(void)state;
	for (uint32_t i = 0; i < s.ncells; i++) {
		uint32_t from, end;
		int x = s.x + (int)(i % (uint32_t)s.per_row) * s.item;

		bigmap_range(&s, i, &from, &end);
		assert_true(bigmap_hit(&s, x, (int)(i / (uint32_t)s.per_row),
			&piece));
		assert_int_equal(piece, from);
	}
	assert_false(bigmap_hit(&s, 0, 0, &piece));
	assert_false(bigmap_hit(&s, s.x, 22, &piece));
	assert_false(bigmap_hit(&s, s.x, -1, &piece));
	assert_false(bigmap_hit(&s, 119, 0, &piece));
}

static void without_room_there_are_no_cells(void **state)
{
	struct bigmap b = {.level = 5};
	struct bigmap_shape s;
	uint32_t from, end, piece;

	(void)state;
	for (int w = 0; w < 8; w++)
		for (int h = 0; h < 3; h++) {
			s = bigmap_fit(&b, 10, w, h, true);
			assert_true(s.ncells == 0 || (w > 0 && h > 0));
			bigmap_zoom(&b, &s, 1);
			bigmap_move(&b, &s, 1, 1);
			bigmap_range(&s, bigmap_cell(&b, &s), &from, &end);
			bigmap_hit(&s, 0, 0, &piece);
		}
	s = bigmap_fit(&b, 10, 0, 0, false);
	assert_int_equal(s.ncells, 0);
	assert_false(bigmap_hit(&s, 0, 0, &piece));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_piece_of_the_window_lies_in_one_cell),
		cmocka_unit_test(the_cursor_is_always_to_be_seen),
		cmocka_unit_test(no_row_lies_outside),
		cmocka_unit_test(zooming_ends_at_bars_and_fits_again),
		cmocka_unit_test(twenty_pieces_are_bars_at_once),
		cmocka_unit_test(the_cursor_moves_by_cells_and_rows),
		cmocka_unit_test(the_window_follows_the_cursor),
		cmocka_unit_test(a_click_finds_the_piece_under_it),
		cmocka_unit_test(without_room_there_are_no_cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
