/*
 * pipeline_test.c - how many requests, and when they are late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/heap.h"
#include "base/rng.h"
#include "core/storage/layout.h"
#include "core/swarm/pipeline.h"

static struct block_ref nth(uint32_t i)
{
	return (struct block_ref){.piece = i / 8, .block = i % 8};
}

static void starts_with_a_few_requests(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	assert_int_equal(pipeline_room(&p), PIPELINE_START);
	assert_true(pipeline_deadline(&p) == NEVER);
	pipeline_fini(&p);
}

static void refills_in_batches_at_three_quarters(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	p.slow_start = false;
	for (uint32_t i = 0; i < PIPELINE_START; i++)
		pipeline_sent(&p, nth(i), 0);
	for (uint32_t i = 0; i < PIPELINE_START / 4; i++) {
		assert_int_equal(pipeline_room(&p), 0);
		assert_true(pipeline_received(&p, nth(i), LAYOUT_BLOCK, 10));
	}
	assert_int_equal(pipeline_room(&p), PIPELINE_START / 4);
	pipeline_fini(&p);
}

static void grows_by_one_for_each_block_in_slow_start(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	for (uint32_t i = 0; i < 5; i++) {
		pipeline_sent(&p, nth(i), 0);
		assert_true(pipeline_received(&p, nth(i), LAYOUT_BLOCK, 10));
	}
	assert_int_equal(p.depth, PIPELINE_START + 5);
	pipeline_fini(&p);
}

static void finds_blocks_in_any_order(void **state)
{
	struct pipeline p;
	struct rng rng;
	uint8_t open[1000] = {0};
	uint32_t n = 0;

	(void)state;
	rng_seed(&rng, 11);
	pipeline_init(&p, 0);
	for (int step = 0; step < 20000; step++) {
		uint32_t i = (uint32_t)rng_below(&rng, 1000);

		assert_int_equal(pipeline_has(&p, nth(i)), open[i]);
		if (!open[i] && n < 300) {
			pipeline_sent(&p, nth(i), 0);
			open[i] = 1;
			n++;
		} else if (rng_below(&rng, 2)) {
			assert_int_equal(pipeline_dropped(&p, nth(i)), open[i]);
			n -= open[i];
			open[i] = 0;
		} else {
			assert_int_equal(pipeline_received(&p, nth(i), 1, 0),
				open[i]);
			n -= open[i];
			open[i] = 0;
		}
		assert_int_equal(p.n, n);
	}
	pipeline_fini(&p);
}

static void keeps_the_oldest_first(void **state)
{
	struct pipeline p;
	struct block_ref late;

	(void)state;
	pipeline_init(&p, 0);
	for (uint32_t i = 0; i < 40; i++)
		pipeline_sent(&p, nth(i), i);
	assert_true(pipeline_dropped(&p, nth(0)));
	assert_true(pipeline_dropped(&p, nth(20)));
	for (uint32_t i = 1; i < 40; i++) {
		if (i == 20)
			continue;
		assert_true(pipeline_late(&p, 1000000, &late));
		assert_int_equal(late.piece, nth(i).piece);
		assert_int_equal(late.block, nth(i).block);
		assert_true(pipeline_dropped(&p, late));
	}
	assert_false(pipeline_late(&p, 1000000, &late));
	pipeline_fini(&p);
}

/*
 * A peer with a base latency and a rate, asked as the pipeline wants.  Times
 * are ms, the rate is blocks a second.
 */
static uint64_t simulate(struct pipeline *p, uint64_t from, uint64_t until,
	uint64_t latency, uint64_t rate)
{
	uint64_t due[4 * PIPELINE_MAX];
	uint64_t head = 0, tail = 0, free_at = from * 1000, blocks = 0;
	const uint64_t cap = sizeof due / sizeof due[0];

	pipeline_clear(p);
	for (uint64_t now = from; now < until; now++) {
		for (uint32_t room = pipeline_room(p); room > 0; room--) {
			uint64_t ready = (now + latency) * 1000;

			if (free_at < ready)
				free_at = ready;
			free_at += 1000000 / rate;
			due[tail % cap] = free_at;
			pipeline_sent(p, nth((uint32_t)tail++), now);
		}
		for (; head < tail && due[head % cap] <= now * 1000; blocks++)
			assert_true(pipeline_received(p, nth((uint32_t)head++),
				LAYOUT_BLOCK, now));
		if (now >= pipeline_deadline(p))
			pipeline_tick(p, now);
		assert_false(p->snubbed);
	}
	return blocks;
}

static void fills_a_long_fat_pipe(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	/* 100 Mbit/s, 200 ms: 152 blocks are under way at least. */
	(void)simulate(&p, 0, 5000, 200, 763);
	assert_in_range(simulate(&p, 5000, 15000, 200, 763), 7300, 7700);
	assert_false(p.slow_start);
	assert_int_equal(p.depth, PIPELINE_PEER_LIMIT);
	pipeline_fini(&p);
}

static void asks_a_slow_peer_for_little(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	(void)simulate(&p, 0, 60000, 50, 3);
	assert_in_range(p.depth, 2, 6);
	pipeline_fini(&p);
}

static void depth_does_not_feed_on_its_own_queue(void **state)
{
	struct pipeline p;
	uint32_t depth;

	(void)state;
	pipeline_init(&p, 0);
	(void)simulate(&p, 0, 20000, 30, 100);
	depth = p.depth;
	(void)simulate(&p, 20000, 120000, 30, 100);
	assert_in_range(p.depth, depth * 8 / 10, depth * 12 / 10);
	pipeline_fini(&p);
}

static void follows_a_rate_that_grows(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	(void)simulate(&p, 0, 10000, 20, 10);
	(void)simulate(&p, 10000, 20000, 20, 500);
	assert_in_range(simulate(&p, 20000, 30000, 20, 500), 4700, 5100);
	pipeline_fini(&p);
}

static void never_asks_for_more_than_the_peer_takes(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	pipeline_set_peer_limit(&p, 5);
	assert_int_equal(pipeline_room(&p), 5);
	(void)simulate(&p, 0, 5000, 20, 5000);
	assert_int_equal(p.depth, 5);
	pipeline_set_peer_limit(&p, 1);
	assert_int_equal(p.depth, 1);
	pipeline_set_peer_limit(&p, 0);
	assert_int_equal(p.peer_limit, PIPELINE_PEER_LIMIT);
	pipeline_fini(&p);
}

static void a_quiet_second_does_not_shrink_an_idle_pipeline(void **state)
{
	struct pipeline p;
	uint32_t depth;

	(void)state;
	pipeline_init(&p, 0);
	(void)simulate(&p, 0, 10000, 20, 500);
	depth = p.depth;
	pipeline_clear(&p);
	pipeline_tick(&p, 20000);
	pipeline_tick(&p, 30000);
	assert_int_equal(p.depth, depth);
	pipeline_fini(&p);
}

static void is_late_after_mean_and_four_deviations(void **state)
{
	struct pipeline p;
	struct block_ref late;
	uint64_t due;

	(void)state;
	pipeline_init(&p, 0);
	for (uint32_t i = 0; i < 200; i++) {
		pipeline_sent(&p, nth(i), i * 3000);
		assert_true(pipeline_received(&p, nth(i), LAYOUT_BLOCK,
			i * 3000 + 2600 + (i % 2) * 800));
	}
	pipeline_sent(&p, nth(900), 1000000);
	due = pipeline_deadline(&p);
	assert_in_range(due, 1000000 + 3000 + 1000, 1000000 + 3000 + 2500);
	assert_false(pipeline_late(&p, due - 1, &late));
	assert_true(pipeline_late(&p, due, &late));
	assert_int_equal(late.piece, nth(900).piece);
	pipeline_fini(&p);
}

static void nothing_is_late_before_a_minute_without_samples(void **state)
{
	struct pipeline p;
	struct block_ref late;

	(void)state;
	pipeline_init(&p, 0);
	pipeline_sent(&p, nth(0), 500);
	assert_false(pipeline_late(&p, 60499, &late));
	assert_true(pipeline_late(&p, 60500, &late));
	pipeline_fini(&p);
}

static void a_peer_that_slows_down_is_not_late_while_blocks_come(void **state)
{
	struct pipeline p;
	struct block_ref late;

	(void)state;
	pipeline_init(&p, 0);
	(void)simulate(&p, 0, 10000, 20, 500);
	pipeline_clear(&p);
	for (uint32_t i = 0; i < 100; i++)
		pipeline_sent(&p, nth(i), 10000);
	/* A block a second now: the last waits for 100 s. */
	for (uint32_t i = 0; i < 49; i++) {
		uint64_t now = 11000 + i * 1000;

		assert_false(pipeline_late(&p, now, &late));
		assert_true(pipeline_received(&p, nth(i), 1, now));
	}
	/* But nobody waits for more than a minute. */
	assert_true(pipeline_late(&p, 70000, &late));
	pipeline_fini(&p);
}

static void twenty_silent_seconds_are_a_snub(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	for (uint32_t i = 0; i < 4; i++)
		pipeline_sent(&p, nth(i), 1000);
	assert_int_equal(pipeline_deadline(&p), 21000);
	pipeline_tick(&p, 20999);
	assert_false(p.snubbed);
	pipeline_tick(&p, 21000);
	assert_true(p.snubbed);
	assert_int_equal(pipeline_room(&p), 0);
	assert_true(pipeline_deadline(&p) > 21000);
	for (uint32_t i = 0; i < 4; i++)
		assert_true(pipeline_dropped(&p, nth(i)));
	assert_int_equal(pipeline_room(&p), 1);
	pipeline_sent(&p, nth(9), 22000);
	assert_true(pipeline_received(&p, nth(9), LAYOUT_BLOCK, 30000));
	assert_false(p.snubbed);
	assert_true(pipeline_room(&p) > 1);
	pipeline_fini(&p);
}

static void taking_late_requests_back_does_not_prevent_a_snub(void **state)
{
	struct pipeline p;
	struct block_ref late;
	uint64_t now;

	(void)state;
	pipeline_init(&p, 0);
	pipeline_sent(&p, nth(0), 0);
	assert_true(pipeline_received(&p, nth(0), LAYOUT_BLOCK, 50));
	pipeline_sent(&p, nth(1), 100);
	for (now = 100; now < 25000 && !p.snubbed; now += 100) {
		pipeline_tick(&p, now);
		while (pipeline_late(&p, now, &late)) {
			assert_true(pipeline_dropped(&p, late));
			pipeline_sent(&p, nth((uint32_t)now), now);
		}
	}
	assert_in_range(now, 20000, 20300);
	pipeline_fini(&p);
}

static void a_choke_is_no_snub(void **state)
{
	struct pipeline p;

	(void)state;
	pipeline_init(&p, 0);
	pipeline_sent(&p, nth(0), 0);
	pipeline_clear(&p);
	assert_int_equal(p.n, 0);
	pipeline_tick(&p, 60000);
	pipeline_sent(&p, nth(1), 60000);
	pipeline_tick(&p, 79999);
	assert_false(p.snubbed);
	pipeline_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_with_a_few_requests),
		cmocka_unit_test(refills_in_batches_at_three_quarters),
		cmocka_unit_test(grows_by_one_for_each_block_in_slow_start),
		cmocka_unit_test(finds_blocks_in_any_order),
		cmocka_unit_test(keeps_the_oldest_first),
		cmocka_unit_test(fills_a_long_fat_pipe),
		cmocka_unit_test(asks_a_slow_peer_for_little),
		cmocka_unit_test(depth_does_not_feed_on_its_own_queue),
		cmocka_unit_test(follows_a_rate_that_grows),
		cmocka_unit_test(never_asks_for_more_than_the_peer_takes),
		cmocka_unit_test(
			a_quiet_second_does_not_shrink_an_idle_pipeline),
		cmocka_unit_test(is_late_after_mean_and_four_deviations),
		cmocka_unit_test(
			nothing_is_late_before_a_minute_without_samples),
		cmocka_unit_test(
			a_peer_that_slows_down_is_not_late_while_blocks_come),
		cmocka_unit_test(twenty_silent_seconds_are_a_snub),
		cmocka_unit_test(
			taking_late_requests_back_does_not_prevent_a_snub),
		cmocka_unit_test(a_choke_is_no_snub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
