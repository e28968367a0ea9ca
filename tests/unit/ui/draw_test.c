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
#include "ui/draw.h"

/* One row of a grid as text. */
static const char *row_text(const struct grid *g, int y)
{
	static char text[1024];
	size_t n = 0;

	for (int x = 0; x < g->cols; x++) {
		const struct cell *c = grid_cell(g, x, y);

		for (int i = 0; c->width && i < CELL_CHARS && c->ch[i]; i++)
			n += utf8_encode(c->ch[i], text + n);
	}
	text[n] = '\0';
	return text;
}

static struct grid grid_of(int cols, int rows, enum glyph_tier tier)
{
	struct grid g = {.tier = tier};

	grid_resize(&g, cols, rows);
	return g;
}

static void text_stays_inside_its_area(void **state)
{
	struct grid g = grid_of(10, 3, TIER_UTF8);
	struct area all = area_of(&g);
	struct area a = area_sub(&all, 2, 1, 5, 1);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "abcdefghij");
	draw_text(&a, -2, 0, pen_of(ROLE_TEXT), "xyz");
	draw_text(&a, 0, 1, pen_of(ROLE_TEXT), "below");
	draw_text(&a, 0, -1, pen_of(ROLE_TEXT), "above");
	assert_string_equal(row_text(&g, 0), "          ");
	assert_string_equal(row_text(&g, 1), "  zbcde   ");
	assert_string_equal(row_text(&g, 2), "          ");
	grid_fini(&g);
}

static void a_wide_character_owns_two_cells(void **state)
{
	struct grid g = grid_of(6, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	assert_int_equal(draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "日本"), 4);
	assert_int_equal(grid_cell(&g, 0, 0)->width, 2);
	assert_int_equal(grid_cell(&g, 1, 0)->width, 0);
	assert_string_equal(row_text(&g, 0), "日本  ");
	grid_fini(&g);
}

static void writing_over_half_of_it_blanks_the_other_half(void **state)
{
	struct grid g = grid_of(6, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "日本");
	draw_text(&a, 1, 0, pen_of(ROLE_TEXT), "x");
	assert_string_equal(row_text(&g, 0), " x本  ");
	draw_text(&a, 2, 0, pen_of(ROLE_TEXT), "y");
	assert_string_equal(row_text(&g, 0), " xy   ");
	/* Two wide ones that overlap by half. */
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "日本");
	draw_text(&a, 1, 0, pen_of(ROLE_TEXT), "語");
	assert_string_equal(row_text(&g, 0), " 語   ");
	grid_fini(&g);
}

static void half_a_wide_character_at_the_edge_is_a_blank(void **state)
{
	struct grid g = grid_of(3, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "日本");
	assert_string_equal(row_text(&g, 0), "日 ");
	grid_fini(&g);
}

static void two_marks_join_their_base_and_no_more(void **state)
{
	struct grid g = grid_of(4, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "e\u0301\u0302\u0303x");
	assert_string_equal(row_text(&g, 0), "e\u0301\u0302x  ");
	grid_fini(&g);
}

static void controls_never_reach_a_cell(void **state)
{
	struct grid g = grid_of(8, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT),
		"a\033\n\x7f\xc2\x85\xe2\x80\xaez");
	for (int x = 0; x < 8; x++) {
		uint32_t c = grid_cell(&g, x, 0)->ch[0];

		assert_true(c >= 0x20 && c != 0x7f && c != 0x85 && c != 0x202e);
	}
	grid_fini(&g);
}

static void poorer_tiers_get_what_they_have(void **state)
{
	struct grid g = grid_of(12, 1, TIER_ASCII);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "━╸─ · 日é…");
	assert_string_equal(row_text(&g, 0), "=>- . ???~  ");
	grid_fini(&g);
	g = grid_of(12, 1, TIER_CONSOLE);
	a = area_of(&g);
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "━╭ é日▂□");
	assert_string_equal(row_text(&g, 0), "═┌ é??░o    ");
	grid_fini(&g);
}

static void cut_names_keep_a_tail(void **state)
{
	char out[128];

	(void)state;
	text_fit(TIER_UTF8, "Cosmos Laundromat (2015) 4K HDR + extras", 34,
		FIT_MIDDLE, out, sizeof out);
	assert_string_equal(out, "Cosmos Laundromat (201…DR + extras");
	text_fit(TIER_UTF8, "short", 34, FIT_MIDDLE, out, sizeof out);
	assert_string_equal(out, "short");
	text_fit(TIER_UTF8, "abcdef", 4, FIT_END, out, sizeof out);
	assert_string_equal(out, "abc…");
	text_fit(TIER_UTF8, "abcdef", 0, FIT_END, out, sizeof out);
	assert_string_equal(out, "");
	/* A wide character is never cut in two. */
	text_fit(TIER_UTF8, "日本語日本語", 4, FIT_END, out, sizeof out);
	assert_string_equal(out, "日…");
}

static void cut_texts_fit_at_every_width(void **state)
{
	static const char *const texts[] = {"", "a", "日本語 e\u0301\u0301 xyz",
		"plain ascii that is long enough",
		"\xff\xfe\xfd broken \xe6\x97", "\u0301\u0301\u0301"};
	struct grid g = grid_of(1, 1, TIER_UTF8);
	struct area a = area_of(&g);
	char out[256];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (int w = 0; w < 40; w++)
			for (int fit = FIT_END; fit <= FIT_RIGHT; fit++) {
				text_fit(TIER_UTF8, texts[i], w, (enum fit)fit,
					out, sizeof out);
				assert_true(draw_width(&a, out) <= w);
			}
	grid_fini(&g);
}

static void fields_are_padded_to_their_width(void **state)
{
	struct grid g = grid_of(8, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_text(&a, 0, 0, pen_of(ROLE_TEXT), "xxxxxxxx");
	draw_field(&a, (struct rect){1, 0, 5, 1}, pen_of(ROLE_TEXT), FIT_RIGHT,
		"12");
	assert_string_equal(row_text(&g, 0), "x   12xx");
	draw_field(&a, (struct rect){1, 0, 5, 1}, pen_of(ROLE_TEXT), FIT_END,
		"12");
	assert_string_equal(row_text(&g, 0), "x12   xx");
	grid_fini(&g);
}

static void bars_are_full_only_at_the_end(void **state)
{
	struct grid g = grid_of(4, 1, TIER_ASCII);
	struct area a = area_of(&g);
	struct rect at = {0, 0, 4, 1};
	struct pen pen = pen_of(ROLE_TEXT);

	(void)state;
	draw_bar(&a, at, 0, pen, pen);
	assert_string_equal(row_text(&g, 0), "----");
	draw_bar(&a, at, 999, pen, pen);
	assert_string_equal(row_text(&g, 0), "===>");
	draw_bar(&a, at, 1000, pen, pen);
	assert_string_equal(row_text(&g, 0), "====");
	draw_bar(&a, at, 5000, pen, pen);
	assert_string_equal(row_text(&g, 0), "====");
	grid_fini(&g);
}

static void graphs_grow_from_their_axis(void **state)
{
	uint32_t samples[] = {0, 1, 50, 100};
	struct graph up = {
		samples, 4, 100, true, GRAPH_ASCII, ROLE_GRAPH_DOWN0};
	struct graph down = {
		samples, 4, 100, false, GRAPH_ASCII, ROLE_GRAPH_UP0};
	struct grid g = grid_of(4, 2, TIER_ASCII);
	struct area a = area_of(&g);

	(void)state;
	draw_graph(&a, (struct rect){0, 0, 4, 2}, &up);
	assert_string_equal(row_text(&g, 0), "   #");
	assert_string_equal(row_text(&g, 1), " .##");
	grid_clear(&g);
	draw_graph(&a, (struct rect){0, 0, 4, 2}, &down);
	assert_string_equal(row_text(&g, 0), " '##");
	assert_string_equal(row_text(&g, 1), "   #");
	grid_fini(&g);
}

static void words_wrap_at_blanks(void **state)
{
	struct grid g = grid_of(8, 3, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	draw_words(&a, pen_of(ROLE_TEXT), "one two three four five");
	assert_string_equal(row_text(&g, 0), "one two ");
	assert_string_equal(row_text(&g, 1), "three   ");
	assert_string_equal(row_text(&g, 2), "four    ");
	grid_fini(&g);
}

static int set_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_inside_its_area),
		cmocka_unit_test(a_wide_character_owns_two_cells),
		cmocka_unit_test(writing_over_half_of_it_blanks_the_other_half),
		cmocka_unit_test(half_a_wide_character_at_the_edge_is_a_blank),
		cmocka_unit_test(two_marks_join_their_base_and_no_more),
		cmocka_unit_test(controls_never_reach_a_cell),
		cmocka_unit_test(poorer_tiers_get_what_they_have),
		cmocka_unit_test(cut_names_keep_a_tail),
		cmocka_unit_test(cut_texts_fit_at_every_width),
		cmocka_unit_test(fields_are_padded_to_their_width),
		cmocka_unit_test(bars_are_full_only_at_the_end),
		cmocka_unit_test(graphs_grow_from_their_axis),
		cmocka_unit_test(words_wrap_at_blanks),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
