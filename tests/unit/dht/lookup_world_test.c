/*
 * lookup_world_test.c - lookups in a network of some thousand nodes find whom
 * they should, at a price that is known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>

#include "lookup_world.h"

#define NODES 3000u
#define LOOKUPS 300u

/* Of LOOKUPS lookups. */
struct summary {
	uint32_t asked_median, asked_p95;
	uint64_t ms_median, ms_p95;
	uint32_t found_7;    /* at least 7 of the 8 true closest */
	uint32_t found_none; /* not one of them */
	uint32_t found;      /* all together */
};

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static struct summary run(const struct world_plan *plan)
{
	struct world *w = world_new(plan, 11);
	uint64_t asked[LOOKUPS], ms[LOOKUPS];
	struct summary s = {0};

	for (size_t i = 0; i < LOOKUPS; i++) {
		struct world_outcome o = world_look(w);

		asked[i] = o.asked;
		ms[i] = o.ms;
		s.found += o.found;
		s.found_7 += o.found >= 7;
		s.found_none += o.found == 0;
	}
	qsort(asked, LOOKUPS, sizeof asked[0], by_value);
	qsort(ms, LOOKUPS, sizeof ms[0], by_value);
	s.asked_median = (uint32_t)asked[LOOKUPS / 2];
	s.asked_p95 = (uint32_t)asked[LOOKUPS * 95 / 100];
	s.ms_median = ms[LOOKUPS / 2];
	s.ms_p95 = ms[LOOKUPS * 95 / 100];
	world_free(w);
	print_message("asked %u, p95 %u; ms %u, p95 %u; found %.2f, "
		      "7 or more: %.1f %%, none: %u\n",
		s.asked_median, s.asked_p95, (unsigned)s.ms_median,
		(unsigned)s.ms_p95, s.found / (double)LOOKUPS,
		100.0 * s.found_7 / LOOKUPS, s.found_none);
	return s;
}

static void finds_all_where_all_answer(void **state)
{
	struct world_plan plan = {.nodes = NODES};
	struct summary s = run(&plan);

	(void)state;
	assert_true(s.found_7 >= LOOKUPS * 99 / 100);
	assert_true(s.asked_median <= 20 && s.asked_p95 <= 25);
}

static void finds_enough_though_many_are_dead_and_answers_lost(void **state)
{
	struct world_plan plan = {
		.nodes = NODES * 10 / 7, .dead_of_100 = 30, .lost_of_100 = 5};
	struct summary s = run(&plan);

	(void)state;
	/* A tenth of the true ones cannot be found: nobody is asked twice. */
	assert_true(s.found >= LOOKUPS * 13 / 2);
	assert_int_equal(s.found_none, 0);
	assert_true(s.asked_median <= 26 && s.asked_p95 <= 34);
	assert_true(s.ms_p95 < 4000);
}

static void finds_nodes_of_both_kinds(void **state)
{
	struct world_plan plan = {.nodes = NODES, .unfit_of_100 = 30};
	struct summary s = run(&plan);

	(void)state;
	assert_true(s.found_7 >= LOOKUPS * 95 / 100);
	assert_true(s.asked_median <= 25);
}

static void finds_all_where_no_id_fits(void **state)
{
	struct world_plan plan = {.nodes = NODES, .unfit_of_100 = 100};
	struct summary s = run(&plan);

	(void)state;
	assert_true(s.found_7 >= LOOKUPS * 99 / 100);
	assert_true(s.asked_median <= 20);
}

static struct summary besiege(enum world_lie lie, uint32_t liar_ms)
{
	struct world_plan plan = {
		.nodes = NODES,
		.liars_of_100 = 30,
		.lie = lie,
		.liar_ms = liar_ms,
	};

	return run(&plan);
}

static void withstands(enum world_lie lie, uint32_t liar_ms)
{
	struct summary s = besiege(lie, liar_ms);

	assert_true(s.found_7 >= LOOKUPS * 95 / 100);
	assert_int_equal(s.found_none, 0);
	assert_true(s.asked_p95 <= 60);
}

static void withstands_liars_with_ids_near_the_target(void **state)
{
	(void)state;
	withstands(WORLD_SPOOF, 0);
}

static void withstands_them_when_they_are_quick(void **state)
{
	(void)state;
	withstands(WORLD_SPOOF, 1);
}

static void withstands_addresses_that_do_not_exist(void **state)
{
	(void)state;
	withstands(WORLD_INVENT, 0);
}

static void withstands_hosts_with_many_ids(void **state)
{
	(void)state;
	withstands(WORLD_ONE_HOST, 0);
}

static void withstands_nodes_that_name_each_other(void **state)
{
	(void)state;
	withstands(WORLD_FRIENDS, 0);
}

static void most_friends_that_are_quick_do_not_end_a_lookup(void **state)
{
	struct summary s = besiege(WORLD_FRIENDS, 1);

	(void)state;
	assert_true(s.found_7 >= LOOKUPS * 9 / 10);
}

static void ends_in_a_network_of_any_size(void **state)
{
	(void)state;
	for (uint32_t nodes = 9; nodes < 60; nodes += 10) {
		struct world_plan plan = {.nodes = nodes};
		struct summary s = run(&plan);

		/* The node that looks is one of the closest at times. */
		assert_true(s.found >= LOOKUPS * 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_all_where_all_answer),
		cmocka_unit_test(
			finds_enough_though_many_are_dead_and_answers_lost),
		cmocka_unit_test(finds_nodes_of_both_kinds),
		cmocka_unit_test(finds_all_where_no_id_fits),
		cmocka_unit_test(withstands_liars_with_ids_near_the_target),
		cmocka_unit_test(withstands_them_when_they_are_quick),
		cmocka_unit_test(withstands_addresses_that_do_not_exist),
		cmocka_unit_test(withstands_hosts_with_many_ids),
		cmocka_unit_test(withstands_nodes_that_name_each_other),
		cmocka_unit_test(
			most_friends_that_are_quick_do_not_end_a_lookup),
		cmocka_unit_test(ends_in_a_network_of_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
