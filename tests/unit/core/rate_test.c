/*
 * rate_test.c - bytes per second.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "core/rate.h"

static void is_zero_before_the_first_byte(void **state)
{
	struct rate r = {0};

	(void)state;
	assert_int_equal(rate_bps(&r, 0), 0);
	assert_int_equal(rate_bps(&r, 1u << 30), 0);
}

static void is_the_mean_of_three_seconds(void **state)
{
	struct rate r = {0};
	uint64_t now;

	(void)state;
	for (now = 100000; now < 110000; now += 10)
		rate_add(&r, 1000, now);
	assert_in_range(rate_bps(&r, now), 99000, 101000);
	assert_int_equal(r.total, 1000 * 1000);
}

static void follows_a_change_within_three_seconds(void **state)
{
	struct rate r = {0};
	uint64_t now;

	(void)state;
	for (now = 0; now < 10000; now += 10)
		rate_add(&r, 1000, now);
	for (; now < 13000; now += 10)
		rate_add(&r, 100, now);
	assert_in_range(rate_bps(&r, now), 9900, 10100);
}

static void falls_to_zero_three_seconds_after_the_last_byte(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 30000, 5000);
	assert_true(rate_bps(&r, 7999) > 0);
	assert_int_equal(rate_bps(&r, 8000), 0);
}

static void counts_only_the_time_since_the_first_byte(void **state)
{
	struct rate r = {0};

	(void)state;
	for (uint64_t now = 60000; now < 61000; now += 10)
		rate_add(&r, 1000, now);
	assert_int_equal(rate_bps(&r, 61000), 100000);
}

static void one_byte_is_no_flood(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 100, 250);
	assert_int_equal(rate_bps(&r, 250), 400);
}

static void works_at_time_zero_and_after_a_long_sleep(void **state)
{
	struct rate r = {0};

	(void)state;
	rate_add(&r, 1000, 0);
	assert_int_equal(rate_bps(&r, 1000), 1000);
	rate_add(&r, 3000, UINT64_C(1) << 40);
	assert_in_range(rate_bps(&r, (UINT64_C(1) << 40) + 200), 1000, 1100);
}

static void does_not_wrap_at_the_largest_rates(void **state)
{
	struct rate r = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		rate_add(&r, UINT32_MAX, 1000);
	assert_int_equal(rate_bps(&r, 1000), UINT32_MAX);
	assert_int_equal(r.total, UINT64_C(100) * UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_zero_before_the_first_byte),
		cmocka_unit_test(is_the_mean_of_three_seconds),
		cmocka_unit_test(follows_a_change_within_three_seconds),
		cmocka_unit_test(
			falls_to_zero_three_seconds_after_the_last_byte),
		cmocka_unit_test(counts_only_the_time_since_the_first_byte),
		cmocka_unit_test(one_byte_is_no_flood),
		cmocka_unit_test(works_at_time_zero_and_after_a_long_sleep),
		cmocka_unit_test(does_not_wrap_at_the_largest_rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
