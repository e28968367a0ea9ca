/*
 * throttle_test.c - how much work strangers may make us do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/rng.h"
#include "dht/throttle.h"

#define START 1000000u
#define WINDOW_QUERIES (THROTTLE_SOURCE_PER_S * THROTTLE_WINDOW_MS / 1000)

static const uint8_t key[16] = {7};

static struct throttle *make(uint32_t answers_per_s)
{
	return throttle_new(answers_per_s, key, START);
}

/* The nth of many sources, each of its own IP. */
static struct addr nth(uint32_t n)
{
	return addr_v4(20, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n,
		6881);
}

static struct addr text(const char *s)
{
	struct addr a = {0};

	assert_int_equal(addr_parse(s, &a), ERR_OK);
	return a;
}

/* How many of n queries at once are admitted. */
static uint32_t burst(struct throttle *t, const struct addr *a, uint32_t n,
	uint64_t now)
{
	uint32_t admitted = 0;

	for (uint32_t i = 0; i < n; i++)
		admitted += throttle_admits(t, a, now);
	return admitted;
}

static void a_source_may_use_its_window_at_once(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1), b = nth(2);

	(void)state;
	assert_int_equal(burst(t, &a, WINDOW_QUERIES, START), WINDOW_QUERIES);
	assert_false(throttle_is_banned(t, &a, START));
	assert_false(throttle_admits(t, &a, START));
	assert_true(throttle_is_banned(t, &a, START));
	assert_true(throttle_admits(t, &b, START));
	throttle_free(t);
}

static void who_keeps_to_the_rate_is_always_heard(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1);

	(void)state;
	for (uint32_t i = 0; i < 10000; i++)
		assert_true(throttle_admits(t, &a,
			START + i * (1000 / THROTTLE_SOURCE_PER_S)));
	throttle_free(t);
}

static void who_sends_a_little_more_is_found_out(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1);
	uint32_t n = 0;

	(void)state;
	/* 6 a second gain 10 in 10 s on a window of 50. */
	while (n < 10000 && throttle_admits(t, &a, START + n * 1000 / 6))
		n++;
	assert_in_range(n, 6 * 40, 6 * 60);
	throttle_free(t);
}

static void a_ban_ends_in_time_though_the_source_goes_on(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1);
	uint64_t end = START + THROTTLE_IGNORE_MS;

	(void)state;
	burst(t, &a, WINDOW_QUERIES + 1, START);
	for (uint64_t now = START; now < end; now += 1000) {
		assert_true(throttle_is_banned(t, &a, now));
		assert_false(throttle_admits(t, &a, now));
	}
	assert_true(throttle_is_banned(t, &a, end - 1));
	assert_false(throttle_is_banned(t, &a, end));
	/* It has its old rate, but no burst yet. */
	assert_true(throttle_admits(t, &a, end + 1000));
	throttle_free(t);
}

static void who_floods_on_after_a_ban_is_banned_at_once(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1);
	uint64_t end = START + THROTTLE_IGNORE_MS;

	(void)state;
	burst(t, &a, WINDOW_QUERIES + 1, START);
	assert_int_equal(burst(t, &a, 10, end + 1000), 5);
	assert_true(throttle_is_banned(t, &a, end + 1000));
	throttle_free(t);
}

static void all_ports_of_an_address_are_one_source(void **state)
{
	struct throttle *t = make(0);
	uint32_t admitted = 0;

	(void)state;
	for (uint16_t port = 1; port <= 100; port++) {
		struct addr a = addr_v4(20, 0, 0, 1, port);

		admitted += throttle_admits(t, &a, START);
	}
	assert_int_equal(admitted, WINDOW_QUERIES);
	throttle_free(t);
}

static void a_net_of_64_bits_is_one_source_in_ipv6(void **state)
{
	struct throttle *t = make(0);
	struct addr a = text("[2001:db8:1:2::1]:1000");
	struct addr same = text("[2001:db8:1:2:ffff::2]:2000");
	struct addr other = text("[2001:db8:1:3::1]:1000");

	(void)state;
	throttle_ban(t, &a, START);
	assert_true(throttle_is_banned(t, &same, START));
	assert_false(throttle_admits(t, &same, START));
	assert_false(throttle_is_banned(t, &other, START));
	assert_true(throttle_admits(t, &other, START));
	throttle_free(t);
}

static void local_sources_are_neither_counted_nor_banned(void **state)
{
	static const char *const local[] = {
		"127.0.0.1:1", "10.1.2.3:1", "[::1]:1", "[fe80::1]:1"};
	struct throttle *t = make(0);

	(void)state;
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
		struct addr a = text(local[i]);

		assert_int_equal(burst(t, &a, 1000, START), 1000);
		throttle_ban(t, &a, START);
		assert_false(throttle_is_banned(t, &a, START));
	}
	throttle_free(t);
}

static void nobody_is_banned_before_anything_came(void **state)
{
	struct throttle *t = make(0);
	struct addr a = nth(1);

	(void)state;
	assert_false(throttle_is_banned(t, &a, START));
	throttle_free(t);
	throttle_free(NULL);
}

static void all_strangers_together_have_one_budget(void **state)
{
	struct throttle *t = make(100);
	struct addr home = text("127.0.0.1:1");
	uint32_t admitted = 0;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		struct addr a = nth(i);

		admitted += throttle_admits(t, &a, START);
	}
	assert_int_equal(admitted, 100);
	assert_false(throttle_admits(t, &home, START));
	/* Half of it is back after half a second, and never more than all. */
	assert_int_equal(burst(t, &home, 300, START + 500), 50);
	assert_int_equal(burst(t, &home, 300, START + 3600000), 100);
	throttle_free(t);

	t = make(2000);
	assert_int_equal(burst(t, &home, 3000, START), 2000);
	assert_int_equal(burst(t, &home, 3000, START + 1001), 2000);
	throttle_free(t);
}

static void a_budget_loses_no_part_of_a_token(void **state)
{
	struct throttle *t = make(3);
	struct addr home = text("127.0.0.1:1");
	uint32_t admitted = 0;

	(void)state;
	for (uint64_t now = START; now < START + 60000; now++)
		admitted += throttle_admits(t, &home, now);
	assert_in_range(admitted, 3 * 60, 3 * 61);
	throttle_free(t);
}

static void answers_have_a_budget_of_bytes(void **state)
{
	struct throttle *t = make(1000);
	size_t sent = 0;

	(void)state;
	while (throttle_answer(t, 1400, START))
		sent += 1400;
	assert_in_range(sent, THROTTLE_ANSWER_BYTES_PER_S - 1400,
		THROTTLE_ANSWER_BYTES_PER_S);
	/* A smaller one may still fit. */
	assert_true(throttle_answer(t, THROTTLE_ANSWER_BYTES_PER_S - sent,
		START));
	assert_false(throttle_answer(t, 1, START));
	assert_true(throttle_answer(t, 1400, START + 100));
	throttle_free(t);
}

static void no_limit_is_none_of_bytes_either(void **state)
{
	struct throttle *t = make(0);
	struct addr home = text("127.0.0.1:1");

	(void)state;
	assert_int_equal(burst(t, &home, 100000, START), 100000);
	for (int i = 0; i < 100000; i++)
		assert_true(throttle_answer(t, 1400, START));
	throttle_free(t);
}

static void a_limit_beyond_all_measure_works(void **state)
{
	struct throttle *t = make(UINT32_MAX);
	struct addr home = text("127.0.0.1:1");

	(void)state;
	assert_int_equal(burst(t, &home, 100000, START), 100000);
	assert_true(throttle_admits(t, &home, UINT64_MAX / 2));
	throttle_free(t);
}

static void our_own_queries_have_twice_a_second_as_burst(void **state)
{
	struct throttle *t = make(100);
	uint32_t n = 0;

	(void)state;
	assert_int_equal(throttle_query_at(t, START), 0);
	while (throttle_query(t, START))
		n++;
	assert_int_equal(n, 2 * THROTTLE_QUERIES_PER_S);
	throttle_free(t);
}

static void says_when_the_next_query_may_go_out(void **state)
{
	struct throttle *t = make(100);
	uint64_t now = START;

	(void)state;
	while (throttle_query(t, now))
		;
	for (int i = 0; i < 1000; i++) {
		uint64_t at = throttle_query_at(t, now);

		assert_true(at > now);
		assert_false(throttle_query(t, at - 1));
		assert_int_equal(throttle_query_at(t, at), 0);
		assert_true(throttle_query(t, at));
		now = at;
	}
	assert_in_range(now, START + 1000 * 1000 / THROTTLE_QUERIES_PER_S,
		START + 1000 * 1000 / THROTTLE_QUERIES_PER_S + 1);
	throttle_free(t);
}

static void a_flood_does_not_touch_our_own_queries(void **state)
{
	struct throttle *t = make(10);

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct addr a = nth(i);

		throttle_admits(t, &a, START);
	}
	while (throttle_answer(t, 1400, START))
		;
	assert_true(throttle_query(t, START));
	throttle_free(t);
}

static void time_that_stands_or_goes_back_gains_nothing(void **state)
{
	struct throttle *t = make(10);
	struct addr home = text("127.0.0.1:1");

	(void)state;
	assert_int_equal(burst(t, &home, 5, START), 5);
	assert_int_equal(burst(t, &home, 20, START - 5000), 5);
	assert_int_equal(burst(t, &home, 20, START), 0);
	assert_int_equal(burst(t, &home, 20, START + 100), 1);
	throttle_free(t);
}

/* Ten times as many sources as there is room for, two queries each. */
static void a_crowd_bans_nobody_who_sends_little(void **state)
{
	struct throttle *t = make(0);

	(void)state;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 10 * THROTTLE_SOURCES; i++) {
			struct addr a = nth(i);

			throttle_admits(t, &a, START + i);
			assert_false(throttle_is_banned(t, &a, START + i));
		}
	throttle_free(t);
}

static void a_newcomer_has_less_patience_to_expect_in_a_crowd(void **state)
{
	struct throttle *t = make(0);
	struct addr late = nth(1u << 20);

	(void)state;
	for (uint32_t i = 0; i < 20 * THROTTLE_SOURCES; i++) {
		struct addr a = nth(i);

		burst(t, &a, 20, START);
	}
	assert_int_equal(burst(t, &late, 60, START), WINDOW_QUERIES / 2);
	throttle_free(t);
}

static void a_few_bans_leave_room_for_others(void **state)
{
	struct throttle *t = make(0);

	(void)state;
	for (uint32_t i = 0; i < 30; i++) {
		struct addr a = nth((1u << 20) + i);

		throttle_ban(t, &a, START);
	}
	for (uint32_t i = 0; i < 2000; i++) {
		struct addr a = nth(i);

		assert_true(throttle_admits(t, &a, START));
	}
	throttle_free(t);
}

static void one_that_floods_is_found_out_in_a_crowd(void **state)
{
	struct throttle *t = make(0);
	struct addr loud = nth(1u << 20);
	struct rng rng;
	uint32_t n = 0;

	(void)state;
	rng_seed(&rng, 4);
	for (; n < 1000 && !throttle_is_banned(t, &loud, START); n++) {
		struct addr a = nth((uint32_t)rng_below(&rng, 100000));

		throttle_admits(t, &a, START);
		throttle_admits(t, &loud, START);
	}
	assert_in_range(n, WINDOW_QUERIES / 2, WINDOW_QUERIES + 1);
	throttle_free(t);
}

static void a_ban_cannot_be_washed_off_by_others(void **state)
{
	struct throttle *t = make(0);
	struct addr bad = nth(0);

	(void)state;
	throttle_ban(t, &bad, START);
	for (uint32_t i = 1; i < 100000; i++) {
		struct addr a = nth(i);

		throttle_admits(t, &a, START + i);
	}
	assert_true(throttle_is_banned(t, &bad, START + 100000));
	throttle_free(t);
}

static void where_all_places_are_banned_new_ones_are_refused(void **state)
{
	struct throttle *t = make(0);
	uint32_t refused = 0;

	(void)state;
	for (uint32_t i = 0; i < 20 * THROTTLE_SOURCES; i++) {
		struct addr a = nth(i);

		throttle_ban(t, &a, START);
		assert_true(throttle_is_banned(t, &a, START));
	}
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = nth((1u << 20) + i);

		refused += !throttle_admits(t, &a, START + 1);
		/* Its answers are still welcome. */
		assert_false(throttle_is_banned(t, &a, START + 1));
	}
	assert_int_equal(refused, 1000);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = nth((1u << 20) + i);

		assert_true(throttle_admits(t, &a,
			START + 1 + THROTTLE_IGNORE_MS));
	}
	throttle_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_may_use_its_window_at_once),
		cmocka_unit_test(who_keeps_to_the_rate_is_always_heard),
		cmocka_unit_test(who_sends_a_little_more_is_found_out),
		cmocka_unit_test(a_ban_ends_in_time_though_the_source_goes_on),
		cmocka_unit_test(who_floods_on_after_a_ban_is_banned_at_once),
		cmocka_unit_test(all_ports_of_an_address_are_one_source),
		cmocka_unit_test(a_net_of_64_bits_is_one_source_in_ipv6),
		cmocka_unit_test(local_sources_are_neither_counted_nor_banned),
		cmocka_unit_test(nobody_is_banned_before_anything_came),
		cmocka_unit_test(all_strangers_together_have_one_budget),
		cmocka_unit_test(a_budget_loses_no_part_of_a_token),
		cmocka_unit_test(answers_have_a_budget_of_bytes),
		cmocka_unit_test(no_limit_is_none_of_bytes_either),
		cmocka_unit_test(a_limit_beyond_all_measure_works),
		cmocka_unit_test(our_own_queries_have_twice_a_second_as_burst),
		cmocka_unit_test(says_when_the_next_query_may_go_out),
		cmocka_unit_test(a_flood_does_not_touch_our_own_queries),
		cmocka_unit_test(time_that_stands_or_goes_back_gains_nothing),
		cmocka_unit_test(a_crowd_bans_nobody_who_sends_little),
		cmocka_unit_test(
			a_newcomer_has_less_patience_to_expect_in_a_crowd),
		cmocka_unit_test(a_few_bans_leave_room_for_others),
		cmocka_unit_test(one_that_floods_is_found_out_in_a_crowd),
		cmocka_unit_test(a_ban_cannot_be_washed_off_by_others),
		cmocka_unit_test(
			where_all_places_are_banned_new_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
