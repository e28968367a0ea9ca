/*
 * limiter_test.c - token buckets in a tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/rng.h"
#include "core/limiter.h"

#define BLOCK 16384u

static void no_rate_is_no_limit(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_take(&l, 1u << 30);
	assert_true(limiter_room(&l) == SIZE_MAX);
	assert_int_equal(limiter_ready_at(&l, 1u << 30, 0), 0);
	assert_false(limiter_is_limited(&l));
}

static void lets_pass_what_the_rate_allows(void **state)
{
	struct limiter l;
	uint64_t passed = 0;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 100000, 0);
	for (uint64_t now = 0; now <= 60000; now += 7) {
		size_t room;

		limiter_refill(&l, now);
		room = limiter_room(&l);
		limiter_take(&l, room);
		passed += room;
	}
	assert_in_range(passed, 5990000, 6010000);
}

static void loses_no_part_of_a_token_however_often_it_is_filled(void **state)
{
	struct limiter l;
	uint64_t passed = 0;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 333, 0);
	for (uint64_t now = 0; now <= 300000; now++) {
		size_t room;

		limiter_refill(&l, now);
		limiter_refill(&l, now);
		room = limiter_room(&l);
		limiter_take(&l, room);
		passed += room;
	}
	assert_in_range(passed, 333 * 300 - 1, 333 * 300);
}

static void saves_no_more_than_a_second(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 100000, 0);
	limiter_refill(&l, 3600000);
	assert_int_equal(limiter_room(&l), 100000);
}

static void saves_at_least_a_block(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 100, 0);
	assert_int_equal(limiter_ready_at(&l, BLOCK, 0), 163840);
	limiter_refill(&l, 163839);
	assert_in_range(limiter_room(&l), BLOCK - 1, BLOCK - 1);
	limiter_refill(&l, 163840);
	assert_int_equal(limiter_room(&l), BLOCK);
	/* More than a full bucket never comes together. */
	assert_int_equal(limiter_ready_at(&l, 10 * BLOCK, 163840), 0);
}

static void debt_is_paid_before_anything_passes(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 1000000, 0);
	limiter_take(&l, 500000);
	assert_int_equal(limiter_room(&l), 0);
	assert_int_equal(limiter_ready_at(&l, BLOCK, 0), 517);
	limiter_refill(&l, 499);
	assert_int_equal(limiter_room(&l), 0);
	limiter_refill(&l, 517);
	assert_true(limiter_room(&l) >= BLOCK);
}

static void the_poorest_above_decides(void **state)
{
	struct limiter root, torrent, peer;

	(void)state;
	limiter_init(&root, NULL, 0);
	limiter_init(&torrent, &root, 0);
	limiter_init(&peer, &torrent, 0);
	limiter_set_rate(&root, 50000, 0);
	limiter_set_rate(&peer, 90000, 0);
	limiter_refill(&root, 1000);
	limiter_refill(&peer, 1000);
	assert_int_equal(limiter_room(&peer), 50000);
	limiter_take(&peer, 50000);
	assert_int_equal(limiter_room(&peer), 0);
	assert_int_equal(limiter_room(&torrent), 0);
	assert_int_equal(limiter_ready_at(&peer, 25000, 1000), 1500);
	assert_true(limiter_is_limited(&torrent));
	assert_int_equal(peer.tokens, 40000);
}

static void a_new_rate_takes_over_neither_burst_nor_debt(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, 10000000, 0);
	limiter_refill(&l, 5000);
	limiter_set_rate(&l, 20000, 5000);
	assert_int_equal(limiter_room(&l), BLOCK);
	limiter_set_rate(&l, 10000000, 5000);
	limiter_take(&l, 9000000);
	limiter_set_rate(&l, 20000, 5000);
	assert_in_range(limiter_ready_at(&l, 1, 5000), 5001, 6001);
	limiter_set_rate(&l, 0, 5000);
	assert_true(limiter_room(&l) == SIZE_MAX);
}

static void is_ready_when_it_says_so(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	for (int i = 0; i < 2000; i++) {
		struct limiter l;
		uint64_t now = rng_below(&rng, 100000), at;
		size_t want = (size_t)rng_below(&rng, BLOCK) + 1;

		limiter_init(&l, NULL, now);
		limiter_set_rate(&l, rng_below(&rng, 1u << 20) + 1, now);
		limiter_take(&l, (size_t)rng_below(&rng, 1u << 20));
		now += rng_below(&rng, 300);
		limiter_refill(&l, now);
		at = limiter_ready_at(&l, want, now);
		limiter_refill(&l, at ? at : now);
		assert_true(limiter_room(&l) >= want);
	}
}

static void takes_rates_beyond_all_reason(void **state)
{
	struct limiter l;

	(void)state;
	limiter_init(&l, NULL, 0);
	limiter_set_rate(&l, UINT64_MAX, 0);
	limiter_take(&l, (size_t)1 << 45);
	limiter_refill(&l, 1000);
	assert_int_equal(limiter_room(&l), 0);
	limiter_refill(&l, UINT64_MAX / 2);
	assert_true(limiter_room(&l) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_rate_is_no_limit),
		cmocka_unit_test(lets_pass_what_the_rate_allows),
		cmocka_unit_test(
			loses_no_part_of_a_token_however_often_it_is_filled),
		cmocka_unit_test(saves_no_more_than_a_second),
		cmocka_unit_test(saves_at_least_a_block),
		cmocka_unit_test(debt_is_paid_before_anything_passes),
		cmocka_unit_test(the_poorest_above_decides),
		cmocka_unit_test(a_new_rate_takes_over_neither_burst_nor_debt),
		cmocka_unit_test(is_ready_when_it_says_so),
		cmocka_unit_test(takes_rates_beyond_all_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
