/*
 * Tests of a lookup whose datagrams get lost: silent ones among the closest
 * are asked once more.
 */
#include "lookup_steps.h"

#define COUNT 12u

/* The K closest answer, save that `silent` ones before them are late. */
static void play(struct lookup *l, struct krpc_node *nodes, unsigned silent)
{
	struct krpc_node n;

	for (unsigned i = 0; i < COUNT; i++) {
		nodes[i] = near(60 - i);
		add(l, &nodes[i]);
	}
	for (unsigned i = 0; i < LOOKUP_K + silent; i++) {
		assert_true(next(l, &n));
		if (i < silent)
			lookup_late(l, &n.addr);
		else
			reply(l, &n, NULL, 0);
	}
}

static void a_silent_one_among_the_closest_is_asked_again(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT];
	struct lookup_node r[LOOKUP_K];

	(void)state;
	play(l, nodes, 1);
	assert_next(l, &nodes[0]);
	assert_false(lookup_is_done(l));
	reply(l, &nodes[0], NULL, 0);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_K), LOOKUP_K);
	assert_is(&r[0], nodes[0]);
	lookup_free(l);
}

static void who_is_silent_again_is_not_waited_for(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT];

	(void)state;
	play(l, nodes, 1);
	assert_next(l, &nodes[0]);
	lookup_late(l, &nodes[0].addr);
	assert_nobody(l);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void those_farther_away_are_not_asked_again(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT], n;

	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		nodes[i] = near(60 - i);
		add(l, &nodes[i]);
	}
	/* Nearer ones turn up, and the first is too far away then. */
	for (unsigned i = 0; i < 4; i++)
		assert_next(l, &nodes[i]);
	for (unsigned i = 0; i < LOOKUP_K; i++) {
		n = near(100 - i);
		add(l, &n);
	}
	lookup_late(l, &nodes[0].addr);
	for (unsigned i = 1; i < 4; i++)
		reply(l, &nodes[i], NULL, 0);
	while (next(l, &n)) {
		assert_false(addr_equal(&n.addr, &nodes[0].addr));
		reply(l, &n, NULL, 0);
	}
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void the_end_of_one_query_leaves_the_other(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT];

	(void)state;
	play(l, nodes, 1);
	assert_next(l, &nodes[0]);
	lookup_failed(l, &nodes[0].addr);
	assert_int_equal(lookup_counts(l).failed, 0);
	reply(l, &nodes[0], NULL, 0);
	assert_int_equal(lookup_counts(l).open, 0);
	assert_int_equal(lookup_counts(l).failed, 0);
	lookup_failed(l, &nodes[0].addr);
	assert_int_equal(lookup_counts(l).failed, 0);
	lookup_free(l);
}

static void when_both_end_it_has_failed(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT];
	struct lookup_counts n;

	(void)state;
	play(l, nodes, 1);
	assert_next(l, &nodes[0]);
	lookup_failed(l, &nodes[0].addr);
	lookup_failed(l, &nodes[0].addr);
	n = lookup_counts(l);
	assert_int_equal(n.failed, 1);
	assert_int_equal(n.open, 0);
	assert_int_equal(n.asked, n.replied + n.failed);
	lookup_free(l);
}

static void all_are_asked_again_at_the_same_time(void **state)
{
	struct lookup *l = make();
	struct krpc_node nodes[COUNT];

	(void)state;
	play(l, nodes, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_next(l, &nodes[i]);
	assert_nobody(l);
	assert_int_equal(lookup_counts(l).open, 3);
	lookup_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_silent_one_among_the_closest_is_asked_again),
		cmocka_unit_test(who_is_silent_again_is_not_waited_for),
		cmocka_unit_test(those_farther_away_are_not_asked_again),
		cmocka_unit_test(the_end_of_one_query_leaves_the_other),
		cmocka_unit_test(when_both_end_it_has_failed),
		cmocka_unit_test(all_are_asked_again_at_the_same_time),
	};

	return cmocka_run_group_tests_name("lookup again", tests, NULL, NULL);
}
