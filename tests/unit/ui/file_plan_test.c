#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "ui/file_plan.h"

#define N 8
#define K FILE_KEEP

/* Priorities as digits, '*' for padding. */
static void files_of(const char *priorities, struct file_row files[N])
{
	memset(files, 0, N * sizeof *files);
	for (size_t i = 0; i < N; i++) {
		files[i].path = "f";
		files[i].is_pad = priorities[i] == '*';
		files[i].priority =
			files[i].is_pad ? 4 : (uint8_t)(priorities[i] - '0');
	}
}

static void expect(const char *priorities, const char *chosen,
	enum file_change what, const uint8_t *plan)
{
	struct file_row files[N];
	uint8_t set[N];

	files_of(priorities, files);
	for (size_t i = 0; i < N; i++)
		set[i] = chosen[i] == 'x';
	file_plan(set, files, N, what);
	assert_memory_equal(set, plan, N);
}

static void space_fetches_what_is_skipped_and_then_skips_all(void **state)
{
	(void)state;
	expect("00471100", "xxxx....", FILES_TOGGLE,
		(uint8_t[]){4, 4, 4, 7, K, K, K, K});
	expect("44471100", "xxxx....", FILES_TOGGLE,
		(uint8_t[]){0, 0, 0, 0, K, K, K, K});
}

static void plus_raises_and_leaves_skipped_ones_alone(void **state)
{
	(void)state;
	expect("01470000", "xxxx....", FILES_UP,
		(uint8_t[]){0, 4, 7, 7, K, K, K, K});
	expect("00000000", "xx......", FILES_UP,
		(uint8_t[]){1, 1, K, K, K, K, K, K});
}

static void minus_lowers_and_skips_at_last(void **state)
{
	(void)state;
	expect("01470000", "xxxx....", FILES_DOWN,
		(uint8_t[]){0, 1, 1, 4, K, K, K, K});
	expect("01100000", "xxx.....", FILES_DOWN,
		(uint8_t[]){0, 0, 0, K, K, K, K, K});
}

static void neighbours_are_one_range(void **state)
{
	static const uint8_t plan[N] = {0, 0, K, 7, K, 0, 4, 7};
	struct file_row files[N];
	struct file_range r = {0};

	(void)state;
	/* Padding at 2 lies between files that differ, that at 4 likewise. */
	files_of("44*4*444", files);
	assert_true(file_plan_next(plan, files, N, &r));
	assert_int_equal(r.from, 0);
	assert_int_equal(r.end, 2);
	assert_int_equal(r.priority, 0);
	assert_true(file_plan_next(plan, files, N, &r));
	assert_int_equal(r.from, 3);
	assert_int_equal(r.end, 4);
	assert_int_equal(r.priority, 7);
	assert_true(file_plan_next(plan, files, N, &r));
	assert_int_equal(r.from, 5);
	assert_int_equal(r.end, 6);
	/* What is normal already is not sent. */
	assert_true(file_plan_next(plan, files, N, &r));
	assert_int_equal(r.from, 7);
	assert_int_equal(r.end, 8);
	assert_false(file_plan_next(plan, files, N, &r));
}

static void padding_and_what_is_so_already_part_no_range(void **state)
{
	static const uint8_t plan[N] = {K, 1, K, 1, 1, K, 1, K};
	struct file_row files[N];
	struct file_range r = {0};

	(void)state;
	files_of("44*14*44", files);
	assert_true(file_plan_next(plan, files, N, &r));
	assert_int_equal(r.from, 1);
	assert_int_equal(r.end, 7);
	assert_false(file_plan_next(plan, files, N, &r));
}

static void many_ranges_become_a_table(void **state)
{
	uint8_t plan[N] = {0, K, 0, K, 7, K, 0, K};
	struct file_row files[N];

	(void)state;
	files_of("44417440", files);
	assert_int_equal(file_plan_ranges(plan, files, N, 99), 3);
	assert_int_equal(file_plan_ranges(plan, files, N, 2), 2);
	file_plan_fill(plan, files, N);
	assert_memory_equal(plan, ((uint8_t[]){0, 4, 0, 1, 7, 4, 0, 0}), N);
}

static void one_value_for_all(void **state)
{
	struct file_row files[N];
	uint8_t set[N] = {1, 0, 1, 0, 0, 0, 0, 1};

	(void)state;
	files_of("44444444", files);
	file_plan_value(set, N, 7);
	assert_memory_equal(set, ((uint8_t[]){7, K, 7, K, K, K, K, 7}), N);
}

static void priorities_have_names(void **state)
{
	uint8_t p = 99;

	(void)state;
	assert_true(file_priority_parse("skip", &p));
	assert_int_equal(p, 0);
	assert_true(file_priority_parse("want", &p));
	assert_int_equal(p, 4);
	assert_true(file_priority_parse("high", &p));
	assert_int_equal(p, 7);
	assert_false(file_priority_parse("hig", &p));
	assert_int_equal(p, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			space_fetches_what_is_skipped_and_then_skips_all),
		cmocka_unit_test(plus_raises_and_leaves_skipped_ones_alone),
		cmocka_unit_test(minus_lowers_and_skips_at_last),
		cmocka_unit_test(neighbours_are_one_range),
		cmocka_unit_test(padding_and_what_is_so_already_part_no_range),
		cmocka_unit_test(many_ranges_become_a_table),
		cmocka_unit_test(one_value_for_all),
		cmocka_unit_test(priorities_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
