#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <limits.h>
#include <locale.h>
#include <string.h>

#include "base/utf8.h"
#include "ui/dht_buckets.h"

static struct grid grid_of(int cols, int rows, enum glyph_tier tier)
{
	struct grid g = {.tier = tier};

	grid_resize(&g, cols, rows);
	grid_clear(&g);
	return g;
}

static struct dht_view_family family_of(const uint8_t *sizes, unsigned n)
{
	struct dht_view_family f = {.on = true, .nbuckets = n};

	for (unsigned i = 0; i < n; i++)
		f.bucket[i].good = sizes[i];
	return f;
}

static uint32_t at(const struct grid *g, int x, int y)
{
	return grid_cell(g, x, y)->ch[0];
}

static void a_row_has_one_character_a_bucket_as_high_as_it_is_full(void **state)
{
	static const uint8_t sizes[] = {9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
	static const char digits[] = "+87654321.";
	struct dht_view_family f = family_of(sizes, sizeof sizes);

	(void)state;
	for (int tier = TIER_UTF8; tier <= TIER_ASCII; tier++) {
		struct grid g = grid_of(20, 1, (enum glyph_tier)tier);
		struct area a = area_of(&g);

		buckets_draw_row(&a, (struct rect){1, 0, 18, 1}, &f);
		assert_int_equal(at(&g, 0, 0), ' ');
		for (int i = 0; i < 10; i++) {
			uint32_t want = (uint32_t)digits[i];

			if (tier != TIER_ASCII && i == 9)
				want = 0xb7;
			else if (tier == TIER_UTF8)
				want = 0x2580 + (sizes[i] < 8 ? sizes[i] : 8u);
			assert_int_equal(at(&g, 1 + i, 0), want);
		}
		assert_int_equal(at(&g, 11, 0), ' ');
		grid_fini(&g);
	}
}

static void a_row_without_room_says_that_it_goes_on(void **state)
{
	static const uint8_t sizes[] = {8, 8, 8, 8};
	struct dht_view_family f = family_of(sizes, 4);
	struct grid g = grid_of(10, 1, TIER_UTF8);
	struct area a = area_of(&g);

	(void)state;
	buckets_draw_row(&a, (struct rect){0, 0, 3, 1}, &f);
	assert_int_equal(at(&g, 1, 0), 0x2588);
	assert_int_equal(at(&g, 2, 0), 0x2026);
	assert_int_equal(at(&g, 3, 0), ' ');
	buckets_draw_row(&a, (struct rect){5, 0, 0, 1}, &f);
	assert_int_equal(at(&g, 5, 0), ' ');
	grid_fini(&g);
}

static void a_matrix_has_one_sign_a_contact(void **state)
{
	static const uint8_t sizes[] = {3, 0};
	struct dht_view_family f = family_of(sizes, 2);
	struct bucket_matrix m = {&f, 0, 2, 1, 2};
	struct grid g = grid_of(10, 10, TIER_ASCII);
	struct area a = area_of(&g);

	(void)state;
	f.bucket[0].unsure = 2;
	buckets_draw_matrix(&a, 1, 1, &m);
	for (int y = 1; y <= 8; y++) {
		assert_int_equal(at(&g, 1, y), y >= 6   ? 'o'
					       : y >= 4 ? '?'
							: '.');
		assert_int_equal(at(&g, 3, y), '.');
		assert_int_equal(grid_cell(&g, 3, y)->ground, GROUND_SELECT);
		assert_int_equal(grid_cell(&g, 1, y)->ground, GROUND_NONE);
	}
	assert_int_equal(at(&g, 1, 0), ' ');
	assert_int_equal(at(&g, 1, 9), ' ');
	grid_fini(&g);
}

static void a_scrolled_matrix_stays_inside(void **state)
{
	static const uint8_t sizes[] = {8};
	struct dht_view_family f = family_of(sizes, 1);
	struct bucket_matrix m = {&f, 0, 1, 0, 1};
	struct grid g = grid_of(3, 6, TIER_ASCII);
	struct area whole = area_of(&g);
	struct area a = area_sub(&whole, 0, 2, 3, 2);

	(void)state;
	buckets_draw_matrix(&a, 0, -3, &m);
	assert_int_equal(at(&g, 0, 1), ' ');
	assert_int_equal(at(&g, 0, 2), 'o');
	assert_int_equal(at(&g, 0, 3), 'o');
	assert_int_equal(at(&g, 0, 4), ' ');
	assert_int_equal(grid_cell(&g, 0, 1)->ground, GROUND_NONE);
	assert_int_equal(grid_cell(&g, 0, 4)->ground, GROUND_NONE);
	grid_fini(&g);
}

static void few_of_a_kind_are_still_seen_among_many(void **state)
{
	struct dht_view_family f = {.on = true, .nbuckets = 1};
	unsigned good, unsure;

	(void)state;
	for (unsigned g = 0; g <= 127; g++)
		for (unsigned u = 0; g + u <= 128; u++) {
			f.bucket[0].good = (uint8_t)g;
			f.bucket[0].unsure = (uint8_t)u;
			bucket_cells(&f, 0, &good, &unsure);
			assert_int_equal(good + unsure, g + u < 8 ? g + u : 8);
			assert_int_equal(good > 0, g > 0);
			assert_int_equal(unsure > 0, u > 0);
		}
	assert_int_equal(bucket_size(&f, 1), 0);
	assert_int_equal(bucket_size(&f, UINT_MAX), 0);
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
		cmocka_unit_test(
			a_row_has_one_character_a_bucket_as_high_as_it_is_full),
		cmocka_unit_test(a_row_without_room_says_that_it_goes_on),
		cmocka_unit_test(a_matrix_has_one_sign_a_contact),
		cmocka_unit_test(a_scrolled_matrix_stays_inside),
		cmocka_unit_test(few_of_a_kind_are_still_seen_among_many),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
