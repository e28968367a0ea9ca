/*
 * saved_test.c - filters with names, steps of values, lists of columns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "core/settings.h"
#include "ui/columns.h"
#include "ui/saved.h"
#include "ui/screen.h"
#include "ui/stepping.h"

static void a_view_is_found_replaced_and_removed(void **state)
{
	struct saved_views v = {0};
	struct fault fault = {0};

	(void)state;
	assert_int_equal(saved_put(&v, "one", "a b", &fault), ERR_OK);
	assert_int_equal(saved_put(&v, "two", "c", &fault), ERR_OK);
	assert_int_equal(saved_put(&v, "one", "d", &fault), ERR_OK);
	assert_int_equal(v.n, 2);
	assert_string_equal(saved_terms(&v, "one"), "d");
	assert_true(saved_remove(&v, "one"));
	assert_false(saved_remove(&v, "one"));
	assert_null(saved_terms(&v, "one"));
	assert_string_equal(saved_terms(&v, "two"), "c");
	assert_int_equal(saved_put(&v, "", "c", &fault), ERR_SYNTAX);
	assert_int_equal(saved_put(&v, "a b", "c", &fault), ERR_SYNTAX);
	assert_int_equal(saved_put(&v, "a", "", &fault), ERR_SYNTAX);
	assert_int_equal(saved_put(&v, "a-name-of-more-than-thirty-one-bytes",
				 "c", &fault),
		ERR_LIMIT);
	saved_stop(&v);
}

static void rates_step_through_round_ones_to_no_limit(void **state)
{
	uint64_t rate = 1;

	(void)state;
	for (int i = 0; i < 13; i++) {
		uint64_t next = stepping_rate(rate, 1);

		assert_true(next > rate);
		rate = next;
	}
	assert_int_equal(rate, 100 << 20);
	assert_int_equal(stepping_rate(rate, 1), 0);
	assert_int_equal(stepping_rate(0, 1), 0);
	assert_int_equal(stepping_rate(0, -1), rate);
	assert_int_equal(stepping_rate(10 << 10, -1), 10 << 10);
	assert_int_equal(stepping_rate(3 << 20, -1), 2 << 20);
}

static void ratios_and_times_are_read(void **state)
{
	uint64_t n;

	(void)state;
	assert_true(stepping_parse_ratio("1.5", &n));
	assert_int_equal(n, 1500);
	assert_true(stepping_parse_ratio("0", &n));
	assert_false(stepping_parse_ratio("", &n));
	assert_false(stepping_parse_ratio("nan", &n));
	assert_false(stepping_parse_ratio("-1", &n));
	assert_false(stepping_parse_ratio("1e9", &n));
	assert_true(stepping_parse_minutes("90", &n));
	assert_int_equal(n, 90);
	assert_true(stepping_parse_minutes("1.5h", &n));
	assert_int_equal(n, 90);
	assert_true(stepping_parse_minutes("2w", &n));
	assert_int_equal(n, 2 * 7 * 1440);
	assert_false(stepping_parse_minutes("3y", &n));
	assert_false(stepping_parse_minutes("3dd", &n));
	assert_false(stepping_parse_minutes("d", &n));
}

static void values_step_as_their_type_says(void **state)
{
	static const struct ui_ops ops = {.command = NULL};
	const struct screen s = {.ops = &ops};
	char next[STEPPING_TEXT_MAX];

	(void)state;
	assert_true(stepping_next(&s, settings_find("units"), "bits", 1, next));
	assert_string_equal(next, "binary");
	assert_true(stepping_next(&s, settings_find("theme"), "aurora", -1,
		next));
	assert_string_equal(next, "contrast");
	assert_true(stepping_next(&s, settings_find("dht"), "on", 1, next));
	assert_string_equal(next, "off");
	assert_true(stepping_next(&s, settings_find("fps"), "5", -1, next));
	assert_string_equal(next, "4");
	assert_false(stepping_next(&s, settings_find("fps"), "10", 1, next));
	assert_true(stepping_next(&s, settings_find("block_memory"), "64M", 1,
		next));
	assert_string_equal(next, "134217728");
	assert_false(stepping_next(&s, settings_find("download_dir"), "", 1,
		next));
}

static void columns_are_read_and_printed(void **state)
{
	struct column_choice c;
	struct columns at;
	struct fault fault = {0};
	char text[COLUMNS_TEXT_MAX];

	(void)state;
	assert_int_equal(columns_parse("size, ETA,size,name", &c, &fault),
		ERR_OK);
	columns_print(&c, text);
	assert_string_equal(text, "size,eta,name");
	columns_fit(80, &c, &at);
	assert_true(at.at[COLUMN_SIZE].x < at.at[COLUMN_ETA].x);
	assert_true(at.at[COLUMN_ETA].x < at.at[COLUMN_NAME].x);
	assert_int_equal(at.at[COLUMN_RATIO].w, 0);
	assert_int_equal(columns_parse("ratio", &c, &fault), ERR_OK);
	columns_print(&c, text);
	assert_string_equal(text, "name,ratio");
	assert_int_equal(columns_parse("ratio,nosuch", &c, &fault), ERR_SYNTAX);
	columns_print(&c, text);
	assert_string_equal(text, "name,ratio");
	assert_int_equal(columns_parse("default", &c, &fault), ERR_OK);
	assert_false(c.is_own);
	/* All of them, in the longest list there is. */
	c.n = COLUMN_COUNT;
	for (int i = 0; i < COLUMN_COUNT; i++)
		c.list[i] = (uint8_t)i;
	columns_print(&c, text);
	assert_int_equal(columns_parse(text, &c, &fault), ERR_OK);
	assert_int_equal(c.n, COLUMN_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_view_is_found_replaced_and_removed),
		cmocka_unit_test(rates_step_through_round_ones_to_no_limit),
		cmocka_unit_test(ratios_and_times_are_read),
		cmocka_unit_test(values_step_as_their_type_says),
		cmocka_unit_test(columns_are_read_and_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
