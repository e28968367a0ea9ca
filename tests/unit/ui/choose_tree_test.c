/*
 * choose_tree_test.c - which files of a torrent are wanted, by folder, by
 * filter, by priority.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "ui/choose_tree.h"

static const struct file_row files[] = {
	{.path = "Film/film.mkv", .size = 1000, .priority = 4},
	{.path = "Film/Extras/one.mp4", .size = 200, .priority = 4},
	{.path = "Film/.pad/1", .size = 24, .priority = 4, .is_pad = true},
	{.path = "Film/Extras/two.mp4", .size = 300, .priority = 4},
	{.path = "Film/Subs/de.srt", .size = 1, .priority = 7},
	{.path = "Film/read.me", .size = 5, .priority = 4},
};
#define NFILES (sizeof files / sizeof files[0])

/* Rows: Film/ film.mkv Extras/ one two Subs/ de.srt read.me */
enum {
	ROW_FILM,
	ROW_MKV,
	ROW_EXTRAS,
	ROW_ONE,
	ROW_TWO,
	ROW_SUBS,
	ROW_SRT,
	ROW_README,
};

static struct choose_tree *tree(void)
{
	/* What it was made of may go. */
	struct file_row *copy = mem_dup(files, sizeof files);
	struct choose_tree *t;

	t = choose_tree_new(copy, NFILES);
	mem_free(copy);
	return t;
}

static void act_on(struct choose_tree *t, int row, enum action action)
{
	choose_tree_move(t, -100);
	choose_tree_move(t, row);
	assert_true(choose_tree_act(t, action));
}

/* Priorities as digits, in the torrent's order. */
static void expect(struct choose_tree *t, const char *want)
{
	char got[NFILES + 1] = "";
	size_t n;
	const uint8_t *p = choose_tree_priorities(t, &n);

	assert_int_equal(n, NFILES);
	for (size_t i = 0; i < n; i++)
		got[i] = (char)('0' + p[i]);
	assert_string_equal(got, want);
}

static void begins_with_the_priorities_there_are(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	expect(t, "444474");
	assert_int_equal(choose_tree_totals(t)->wanted, 1506);
	assert_int_equal(choose_tree_totals(t)->nfiles, 5);
	choose_tree_free(t);
}

static void nothing_is_a_tree_too(void **state)
{
	struct choose_tree *t = choose_tree_new(NULL, 0);
	size_t n;

	(void)state;
	choose_tree_move(t, 5);
	assert_false(choose_tree_act(t, ACTION_TOGGLE));
	assert_false(choose_tree_act(t, ACTION_MARK_ALL));
	choose_tree_filter(t, "x");
	choose_tree_priorities(t, &n);
	assert_int_equal(n, 0);
	assert_false(choose_tree_click(t, 0, 0));
	choose_tree_free(t);
}

static void a_folder_is_taken_with_all_in_it(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	act_on(t, ROW_ONE, ACTION_TOGGLE);
	expect(t, "404474");
	/* One of it is off: then all are on. */
	act_on(t, ROW_EXTRAS, ACTION_TOGGLE);
	expect(t, "444474");
	act_on(t, ROW_EXTRAS, ACTION_TOGGLE);
	assert_int_equal(choose_tree_totals(t)->wanted, 1006);
	assert_int_equal(choose_tree_totals(t)->nskipped, 2);
	choose_tree_free(t);
}

static void the_star_takes_all_and_keeps_what_is_high(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	act_on(t, ROW_MKV, ACTION_TOGGLE);
	act_on(t, ROW_MKV, ACTION_MARK_ALL);
	assert_int_equal(choose_tree_totals(t)->nskipped, 0);
	expect(t, "444474");
	act_on(t, ROW_MKV, ACTION_MARK_ALL);
	assert_int_equal(choose_tree_totals(t)->wanted, 0);
	choose_tree_free(t);
}

static void folded_folders_are_taken_as_well(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	act_on(t, ROW_EXTRAS, ACTION_FOLD);
	choose_tree_move(t, 1);
	act_on(t, ROW_FILM, ACTION_MARK_ALL);
	assert_int_equal(choose_tree_totals(t)->wanted, 0);
	/* Subs/ comes after it now. */
	act_on(t, ROW_EXTRAS + 1, ACTION_TOGGLE);
	assert_int_equal(choose_tree_totals(t)->wanted, 1);
	choose_tree_free(t);
}

static void left_and_right_go_through_folders(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	act_on(t, ROW_TWO, ACTION_FOLD); /* up to Extras/ */
	assert_true(choose_tree_act(t, ACTION_TOGGLE));
	assert_int_equal(choose_tree_totals(t)->nskipped, 2);
	assert_true(choose_tree_act(t, ACTION_UNFOLD)); /* into it */
	assert_true(choose_tree_act(t, ACTION_TOGGLE));
	assert_int_equal(choose_tree_totals(t)->wanted, 1206);
	choose_tree_free(t);
}

static void priorities_go_in_steps(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	act_on(t, ROW_ONE, ACTION_PRIORITY_UP);
	act_on(t, ROW_ONE, ACTION_PRIORITY_UP);
	expect(t, "474474");
	/* A mixture becomes normal first. */
	act_on(t, ROW_EXTRAS, ACTION_PRIORITY_DOWN);
	expect(t, "444474");
	act_on(t, ROW_EXTRAS, ACTION_PRIORITY_DOWN);
	expect(t, "414174");
	act_on(t, ROW_EXTRAS, ACTION_PRIORITY_DOWN);
	act_on(t, ROW_EXTRAS, ACTION_PRIORITY_DOWN);
	expect(t, "404074");
	act_on(t, ROW_EXTRAS, ACTION_PRIORITY_UP);
	expect(t, "414174");
	choose_tree_free(t);
}

static void a_filter_narrows_what_is_taken(void **state)
{
	struct choose_tree *t = tree();

	(void)state;
	choose_tree_filter(t, "*.mp4");
	act_on(t, 0, ACTION_MARK_ALL);
	expect(t, "404074");
	choose_tree_filter(t, "nowhere");
	assert_false(choose_tree_act(t, ACTION_MARK_ALL));
	choose_tree_filter(t, "");
	expect(t, "404074");
	choose_tree_free(t);
}

static void the_mouse_finds_rows_and_boxes(void **state)
{
	struct choose_tree *t = tree();
	struct grid g = {0};
	struct area a;

	(void)state;
	grid_resize(&g, 80, 10);
	a = area_of(&g);
	a = area_sub(&a, 4, 2, 60, 5);
	choose_tree_draw(t, &a, true, UNITS_BINARY);
	assert_true(choose_tree_click(t, 30, 2 + ROW_MKV));
	expect(t, "444474");
	assert_true(choose_tree_click(t, 6, 2 + ROW_MKV));
	expect(t, "044474");
	assert_false(choose_tree_click(t, 2, 3));
	assert_false(choose_tree_click(t, 30, 1));
	assert_false(choose_tree_click(t, 30, 7));
	/* Scrolled, the rows are others. */
	choose_tree_move(t, 100);
	choose_tree_draw(t, &a, true, UNITS_BINARY);
	assert_true(choose_tree_click(t, 6, 6));
	expect(t, "044470");
	grid_fini(&g);
	choose_tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_priorities_there_are),
		cmocka_unit_test(nothing_is_a_tree_too),
		cmocka_unit_test(a_folder_is_taken_with_all_in_it),
		cmocka_unit_test(the_star_takes_all_and_keeps_what_is_high),
		cmocka_unit_test(folded_folders_are_taken_as_well),
		cmocka_unit_test(left_and_right_go_through_folders),
		cmocka_unit_test(priorities_go_in_steps),
		cmocka_unit_test(a_filter_narrows_what_is_taken),
		cmocka_unit_test(the_mouse_finds_rows_and_boxes),
	};

	return cmocka_run_group_tests_name("choose_tree", tests, NULL, NULL);
}
