#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/piecemap.h"

#define N 1000u

struct model {
	struct torrent_detail d;
	struct bitfield have, wanted, checking;
	uint16_t avail[N];
	struct piece_flight flights[4];
	struct piece_done done[PIECES_DONE_MAX];
	struct piecemap m;
};

static struct model *model_new(uint32_t npieces)
{
	struct model *x = mem_zero(sizeof *x);

	bitfield_init(&x->have, npieces);
	bitfield_init(&x->wanted, npieces);
	bitfield_set_all(&x->wanted);
	bitfield_init(&x->checking, npieces);
	for (uint32_t i = 0; i < N; i++)
		x->avail[i] = 5;
	x->d = (struct torrent_detail){.what = WATCH_PIECES,
		.npieces = npieces,
		.have = &x->have,
		.wanted = &x->wanted,
		.checking = &x->checking,
		.avail = x->avail,
		.flights = x->flights,
		.done = x->done};
	x->m = (struct piecemap){&x->d, 100000, true, false};
	return x;
}

static void model_free(struct model *x)
{
	bitfield_fini(&x->have);
	bitfield_fini(&x->wanted);
	bitfield_fini(&x->checking);
	mem_free(x);
}

static void fly(struct model *x, uint32_t piece, uint32_t got, uint32_t asked)
{
	x->flights[x->d.nflights++] = (struct piece_flight){.piece = piece,
		.blocks = 16,
		.received = got,
		.asked = asked,
		.cells = 16};
}

static enum piece_look look_at(struct model *x, uint32_t cell, uint32_t ncells)
{
	struct piece_cell cells[N];

	piecemap_cells(&x->m, 0, x->d.npieces, cells, ncells);
	return (enum piece_look)cells[cell].look;
}

static void a_cell_is_full_only_when_all_of_it_is_there(void **state)
{
	struct model *x = model_new(N);
	struct piece_cell cells[2];

	(void)state;
	bitfield_set_all(&x->have);
	bitfield_remove(&x->have, 250);
	piecemap_cells(&x->m, 0, N, cells, 2);
	assert_int_equal(cells[0].look, LOOK_PART);
	assert_int_equal(cells[0].level, 7);
	assert_int_equal(cells[1].look, LOOK_HAVE);
	model_free(x);
}

static void a_single_piece_in_a_cell_is_never_invisible(void **state)
{
	struct model *x = model_new(N);
	struct piece_cell cell;

	(void)state;
	bitfield_add(&x->have, 999);
	piecemap_cells(&x->m, 0, N, &cell, 1);
	assert_int_equal(cell.look, LOOK_PART);
	assert_int_equal(cell.level, 1);
	model_free(x);
}

static void the_strongest_state_wins(void **state)
{
	struct model *x = model_new(N);

	(void)state;
	assert_int_equal(look_at(x, 0, 10), LOOK_MISSING);
	x->avail[50] = 0;
	assert_int_equal(look_at(x, 0, 10), LOOK_NOBODY);
	bitfield_add(&x->have, 10);
	assert_int_equal(look_at(x, 0, 10), LOOK_PART);
	bitfield_add(&x->checking, 60);
	assert_int_equal(look_at(x, 0, 10), LOOK_CHECKING);
	fly(x, 20, 0, 3);
	assert_int_equal(look_at(x, 0, 10), LOOK_ASKED);
	fly(x, 30, 4, 3);
	assert_int_equal(look_at(x, 0, 10), LOOK_ACTIVE);
	x->done[x->d.ndone++] = (struct piece_done){10, 99500, false};
	assert_int_equal(look_at(x, 0, 10), LOOK_FRESH);
	x->done[x->d.ndone++] = (struct piece_done){11, 98000, true};
	assert_int_equal(look_at(x, 0, 10), LOOK_BAD);
	assert_int_equal(look_at(x, 1, 10), LOOK_MISSING);
	model_free(x);
}

static void sparkles_go_out_after_a_second(void **state)
{
	struct model *x = model_new(N);

	(void)state;
	bitfield_set_all(&x->have);
	x->done[x->d.ndone++] = (struct piece_done){10, 100000, false};
	assert_int_equal(look_at(x, 10, N), LOOK_FRESH);
	x->m.now_ms = 100999;
	assert_int_equal(look_at(x, 10, N), LOOK_FRESH);
	x->m.now_ms = 101000;
	assert_int_equal(look_at(x, 10, N), LOOK_HAVE);
	x->m.now_ms = 100000;
	x->m.animations = false;
	assert_int_equal(look_at(x, 10, N), LOOK_HAVE);
	model_free(x);
}

static void only_the_newest_twenty_glitter(void **state)
{
	struct model *x = model_new(N);
	struct piece_cell cells[N];
	unsigned fresh = 0;

	(void)state;
	bitfield_set_all(&x->have);
	for (uint32_t i = 0; i < 50; i++)
		x->done[x->d.ndone++] = (struct piece_done){i, 99900, false};
	piecemap_cells(&x->m, 0, N, cells, N);
	for (uint32_t i = 0; i < N; i++)
		fresh += cells[i].look == LOOK_FRESH;
	assert_int_equal(fresh, 20);
	assert_int_equal(cells[49].look, LOOK_FRESH);
	assert_int_equal(cells[0].look, LOOK_HAVE);
	model_free(x);
}

static void skipped_pieces_do_not_hold_a_cell_back(void **state)
{
	struct model *x = model_new(N);
	struct piece_cell cells[2];

	(void)state;
	bitfield_clear_all(&x->wanted);
	for (uint32_t i = 0; i < 300; i++) {
		bitfield_add(&x->wanted, i);
		bitfield_add(&x->have, i);
	}
	piecemap_cells(&x->m, 0, N, cells, 2);
	assert_int_equal(cells[0].look, LOOK_HAVE);
	assert_int_equal(cells[1].look, LOOK_SKIPPED);
	model_free(x);
}

static void every_piece_lies_in_exactly_one_cell(void **state)
{
	(void)state;
	for (uint32_t n = 1; n <= 257; n += 8) {
		struct model *x = model_new(n);

		for (uint32_t ncells = 1; ncells <= n; ncells += 7)
			for (uint32_t piece = 0; piece < n; piece++) {
				struct piece_cell cells[300] = {0};
				unsigned hits = 0;

				x->d.nflights = 0;
				fly(x, piece, 8, 8);
				piecemap_cells(&x->m, 0, n, cells, ncells);
				for (uint32_t i = 0; i < ncells; i++)
					hits += cells[i].look == LOOK_ACTIVE;
				assert_int_equal(hits, 1);
			}
		model_free(x);
	}
}

static void counts_add_up_to_the_pieces(void **state)
{
	struct model *x = model_new(N);
	struct piece_counts c;

	(void)state;
	for (uint32_t i = 0; i < 400; i++)
		bitfield_add(&x->have, i);
	for (uint32_t i = 900; i < N; i++)
		bitfield_remove(&x->wanted, i);
	for (uint32_t i = 380; i < 420; i++)
		bitfield_add(&x->checking, i);
	x->avail[500] = x->avail[501] = 0;
	fly(x, 500, 1, 1);
	fly(x, 600, 0, 1);
	fly(x, 610, 16, 0);
	x->flights[2].checking = true;
	fly(x, 620, 0, 0);
	piecemap_count(&x->m, &c);
	assert_int_equal(c.have, 380);
	assert_int_equal(c.active, 1);
	assert_int_equal(c.asked, 1);
	assert_int_equal(c.checking, 41);
	assert_int_equal(c.gone, 1);
	assert_int_equal(c.skipped, 100);
	assert_int_equal(c.have + c.active + c.asked + c.checking + c.left +
				 c.gone + c.skipped,
		N);
	model_free(x);
}

static void a_sleeping_torrent_calls_nothing_gone(void **state)
{
	struct model *x = model_new(N);
	struct piece_counts c;

	(void)state;
	memset(x->avail, 0, sizeof x->avail);
	piecemap_count(&x->m, &c);
	assert_int_equal(c.gone, N);
	x->m.asleep = true;
	piecemap_count(&x->m, &c);
	assert_int_equal(c.gone, 0);
	assert_int_equal(look_at(x, 0, 10), LOOK_MISSING);
	model_free(x);
}

static void looks_differ_by_their_signs_alone(void **state)
{
	static const struct piece_cell cells[] = {{.look = LOOK_BAD},
		{.look = LOOK_FRESH}, {.look = LOOK_ACTIVE, .level = 4},
		{.look = LOOK_ASKED}, {.look = LOOK_CHECKING},
		{.look = LOOK_PART, .level = 4}, {.look = LOOK_HAVE},
		{.look = LOOK_NOBODY}, {.look = LOOK_MISSING, .avail = 9},
		{.look = LOOK_SKIPPED}};
	size_t n = sizeof cells / sizeof cells[0];

	(void)state;
	for (int tier = TIER_UTF8; tier <= TIER_ASCII; tier++)
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < i; k++) {
				enum glyph_tier t = (enum glyph_tier)tier;
				uint32_t a = piecemap_glyph(&cells[i], t, true,
					false)
				                     .c;
				uint32_t b = piecemap_glyph(&cells[k], t, true,
					false)
				                     .c;

				assert_int_not_equal(glyph_in_tier(t, a),
					glyph_in_tier(t, b));
			}
}

static void few_pieces_are_labelled_bars(void **state)
{
	struct model *x = model_new(20);
	struct grid g = {.tier = TIER_ASCII};
	struct area a;
	struct map_style style = {false, false};
	int labels = 0;

	(void)state;
	grid_resize(&g, 66, 6);
	a = area_of(&g);
	bitfield_add(&x->have, 0);
	assert_int_equal(piecemap_draw(&x->m, &a, &style), 0);
	for (int y = 0; y < 6; y++)
		for (int i = 0; i < 5; i++)
			labels += grid_cell(&g, i * 13 + 1, y)->ch[0] >= '0' &&
			          grid_cell(&g, i * 13 + 1, y)->ch[0] <= '9';
	assert_int_equal(labels, 20);
	assert_int_equal(grid_cell(&g, 3, 0)->ch[0], '#');
	assert_int_equal(grid_cell(&g, 10, 0)->ch[0], '#');
	assert_int_equal(grid_cell(&g, 11, 0)->ch[0], ' ');
	grid_fini(&g);
	model_free(x);
}

static void many_pieces_say_how_many_a_cell_is(void **state)
{
	struct model *x = model_new(N);
	struct grid g = {.tier = TIER_UTF8};
	struct area a;
	struct map_style style = {false, false};

	(void)state;
	grid_resize(&g, 20, 5);
	a = area_of(&g);
	assert_int_equal(piecemap_draw(&x->m, &a, &style), 100);
	for (int i = 0; i < 100; i++)
		assert_int_not_equal(g.cells[i].ch[0], ' ');
	grid_fini(&g);
	model_free(x);
}

static void strange_flights_do_no_harm(void **state)
{
	struct model *x = model_new(10);
	struct grid g = {.tier = TIER_UTF8};
	struct area a;
	struct piece_counts c;
	struct map_style style = {false, false};

	(void)state;
	grid_resize(&g, 66, 8);
	a = area_of(&g);
	fly(x, 4000000000u, 1, 1);
	fly(x, 3, 0, 1);
	x->flights[1].blocks = 0;
	x->flights[1].cells = 0;
	fly(x, 4, 7, 1);
	x->flights[2].cells = 100000;
	x->done[x->d.ndone++] = (struct piece_done){77777, 100000, true};
	piecemap_draw(&x->m, &a, &style);
	piecemap_draw_flights(&x->m, &a);
	piecemap_draw_legend(&x->m, &a, 0);
	piecemap_count(&x->m, &c);
	assert_int_equal(c.active, 1);
	grid_fini(&g);
	model_free(x);
}

static int set_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

static void a_piece_by_itself_is_one_thing(void **state)
{
	struct model *x = model_new(8);

	(void)state;
	bitfield_add(&x->have, 0);
	bitfield_add(&x->have, 6);
	bitfield_remove(&x->wanted, 1);
	x->avail[2] = 0;
	fly(x, 3, 4, 2);
	fly(x, 4, 0, 2);
	bitfield_add(&x->checking, 6);
	assert_int_equal(piecemap_look(&x->m, 0), LOOK_HAVE);
	assert_int_equal(piecemap_look(&x->m, 1), LOOK_SKIPPED);
	assert_int_equal(piecemap_look(&x->m, 2), LOOK_NOBODY);
	assert_int_equal(piecemap_look(&x->m, 3), LOOK_ACTIVE);
	assert_int_equal(piecemap_look(&x->m, 4), LOOK_ASKED);
	assert_int_equal(piecemap_look(&x->m, 5), LOOK_MISSING);
	assert_int_equal(piecemap_look(&x->m, 6), LOOK_CHECKING);
	assert_ptr_equal(piecemap_flight(&x->d, 4), &x->flights[1]);
	assert_null(piecemap_flight(&x->d, 5));
	model_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_full_only_when_all_of_it_is_there),
		cmocka_unit_test(a_single_piece_in_a_cell_is_never_invisible),
		cmocka_unit_test(the_strongest_state_wins),
		cmocka_unit_test(sparkles_go_out_after_a_second),
		cmocka_unit_test(only_the_newest_twenty_glitter),
		cmocka_unit_test(skipped_pieces_do_not_hold_a_cell_back),
		cmocka_unit_test(every_piece_lies_in_exactly_one_cell),
		cmocka_unit_test(counts_add_up_to_the_pieces),
		cmocka_unit_test(a_sleeping_torrent_calls_nothing_gone),
		cmocka_unit_test(looks_differ_by_their_signs_alone),
		cmocka_unit_test(few_pieces_are_labelled_bars),
		cmocka_unit_test(many_pieces_say_how_many_a_cell_is),
		cmocka_unit_test(strange_flights_do_no_harm),
		cmocka_unit_test(a_piece_by_itself_is_one_thing),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
