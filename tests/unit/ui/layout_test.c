#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "ui/columns.h"
#include "ui/layout.h"

/* Panes lie inside the screen and on top of no other. */
static void check(int cols, int rows, size_t n, enum pane zoom)
{
	struct layout l = layout_compute(cols, rows, n, zoom);
	int area = 0;

	for (int p = 0; p < PANE_COUNT; p++) {
		struct rect r = l.pane[p];

		if (!layout_shows(&l, (enum pane)p))
			continue;
		assert_true(r.x >= 0 && r.y >= 1);
		assert_true(r.x + r.w <= cols && r.y + r.h <= rows);
		area += r.w * r.h;
		for (int q = 0; q < p; q++) {
			struct rect o = l.pane[q];

			if (layout_shows(&l, (enum pane)q))
				assert_true(r.x >= o.x + o.w ||
					    o.x >= r.x + r.w ||
					    r.y >= o.y + o.h ||
					    o.y >= r.y + r.h);
		}
	}
	if (cols > 0 && rows > 1)
		assert_int_equal(area, cols * (rows - 1 - l.keybar.h));
}

static void panes_tile_the_screen_at_every_size(void **state)
{
	(void)state;
	for (int w = 0; w <= 250; w++)
		for (int h = 0; h <= 70; h++) {
			check(w, h, 0, PANE_NONE);
			check(w, h, 12, PANE_NONE);
			check(w, h, 10000, PANE_NONE);
			check(w, h, 12, PANE_PIECES);
		}
}

static void all_five_panes_are_there_at_80x24(void **state)
{
	struct layout l = layout_compute(80, 24, 12, PANE_NONE);

	(void)state;
	for (int p = PANE_TORRENTS; p <= PANE_DHT; p++)
		assert_true(layout_shows(&l, (enum pane)p));
	assert_false(layout_shows(&l, PANE_LOG));
	l = layout_compute(200, 55, 12, PANE_NONE);
	assert_true(layout_shows(&l, PANE_LOG));
}

static void small_screens_keep_seven_torrents(void **state)
{
	struct layout l = layout_compute(40, 12, 12, PANE_NONE);

	(void)state;
	assert_int_equal(l.class, LAYOUT_COMPACT);
	assert_int_equal(l.pane[PANE_TORRENTS].h, 7);
	assert_true(layout_shows(&l, PANE_PIECES));
	l = layout_compute(24, 4, 12, PANE_NONE);
	assert_int_equal(l.class, LAYOUT_TICKER);
	l = layout_compute(24, 1, 12, PANE_NONE);
	assert_int_equal(l.class, LAYOUT_TICKER);
	l = layout_compute(0, 24, 12, PANE_NONE);
	assert_int_equal(l.class, LAYOUT_NOTHING);
}

static void names_keep_their_columns(void **state)
{
	struct column_choice all;
	struct columns c;

	(void)state;
	columns_default(&all);
	for (int w = 30; w <= 250; w++) {
		int end = 0;

		columns_fit(w, &all, &c);
		assert_true(c.at[COLUMN_NAME].w >= 14);
		if (w >= 70)
			assert_true(c.at[COLUMN_NAME].w >= 24);
		if (w >= 100)
			assert_true(c.at[COLUMN_NAME].w >= 30);
		for (int i = 0; i < COLUMN_COUNT; i++) {
			if (!c.at[i].w)
				continue;
			assert_true(c.at[i].x > end);
			end = c.at[i].x + c.at[i].w;
		}
		assert_true(end < w);
	}
	columns_fit(200, &all, &c);
	assert_int_equal(c.at[COLUMN_BAR].w, 40);
	assert_int_equal(c.at[COLUMN_TRACKER].w, 24);
	columns_fit(80, &all, &c);
	assert_int_equal(c.at[COLUMN_SIZE].w, 0);
	assert_int_equal(c.at[COLUMN_RATIO].w, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panes_tile_the_screen_at_every_size),
		cmocka_unit_test(all_five_panes_are_there_at_80x24),
		cmocka_unit_test(small_screens_keep_seven_torrents),
		cmocka_unit_test(names_keep_their_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
