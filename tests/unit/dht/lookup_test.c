/*
 * lookup_test.c - one search towards a target, step by step.
 */
#include "dht/lookup_priv.h"
#include "lookup_play.h"
#include "lookup_steps.h"

static void asks_the_closest_first_and_a_few_at_a_time(void **state)
{
	struct lookup *l = make();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct krpc_node n = near(i);

		add(l, &n);
	}
	for (unsigned i = 0; i < LOOKUP_ALPHA; i++) {
		struct krpc_node n = near(19 - i);

		assert_next(l, &n);
	}
	assert_nobody(l);
	assert_int_equal(lookup_counts(l).open, LOOKUP_ALPHA);
	assert_memory_equal(lookup_target(l), &target, sizeof target);
	lookup_free(l);
	lookup_free(NULL);
}

static void is_over_when_the_closest_have_answered(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[LOOKUP_RESULT_MAX];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct krpc_node n = near(i);

		add(l, &n);
	}
	assert_int_equal(answer_all(l, LOOKUP_K - 1), LOOKUP_K - 1);
	assert_false(lookup_is_done(l));
	assert_int_equal(answer_all(l, 100), 1);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_RESULT_MAX), LOOKUP_K);
	for (unsigned i = 0; i < LOOKUP_K; i++)
		assert_is(&r[i], near(19 - i));
	assert_int_equal(lookup_counts(l).depth_bits, 19);
	lookup_free(l);
}

static void nothing_to_start_from_is_the_end(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[1];

	(void)state;
	assert_true(lookup_is_done(l));
	assert_nobody(l);
	assert_int_equal(lookup_result(l, r, 1), 0);
	assert_int_equal(lookup_counts(l).depth_bits, 0);
	lookup_free(l);
}

static void follows_the_nodes_of_replies(void **state)
{
	struct lookup *l = make();
	struct krpc_node start = near(0), named[] = {near(5), near(9), near(7)};

	(void)state;
	add(l, &start);
	assert_next(l, &start);
	assert_nobody(l);
	reply(l, &start, named, 3);
	assert_next(l, &named[1]);
	assert_next(l, &named[2]);
	assert_next(l, &named[0]);
	assert_nobody(l);
	lookup_free(l);
}

static void a_closer_node_is_asked_though_others_are_in_flight(void **state)
{
	struct lookup *l = make();
	struct krpc_node closer[LOOKUP_OPEN_MAX];

	(void)state;
	for (unsigned i = 0; i < LOOKUP_ALPHA; i++) {
		struct krpc_node n = near(i);

		add(l, &n);
	}
	assert_int_equal(ask_all(l), LOOKUP_ALPHA);
	for (unsigned i = 0; i < LOOKUP_OPEN_MAX; i++) {
		closer[i] = near(20 + i);
		add(l, &closer[i]);
	}
	assert_int_equal(ask_all(l), LOOKUP_ALPHA);
	assert_int_equal(lookup_counts(l).open, 2 * LOOKUP_ALPHA);
	lookup_free(l);
}

static void never_has_more_in_flight_than_the_cap(void **state)
{
	struct lookup *l = make();
	size_t asked = 0;

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct krpc_node n = near(i);

		add(l, &n);
		asked += ask_all(l);
	}
	assert_int_equal(asked, LOOKUP_OPEN_MAX);
	lookup_free(l);
}

static void a_late_one_frees_its_place_and_still_counts(void **state)
{
	struct lookup *l = make();
	struct krpc_node late = near(19), n;
	struct lookup_node r[1];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_int_equal(ask_all(l), LOOKUP_ALPHA);
	lookup_late(l, &late.addr);
	lookup_late(l, &late.addr);
	assert_int_equal(ask_all(l), 1);
	assert_int_equal(lookup_counts(l).open, LOOKUP_ALPHA + 1);
	reply(l, &late, NULL, 0);
	assert_int_equal(lookup_counts(l).open, LOOKUP_ALPHA);
	assert_int_equal(lookup_result(l, r, 1), 1);
	assert_true(node_id_equal(&r[0].id, &late.id));
	lookup_free(l);
}

static void does_not_wait_for_late_ones_when_others_do(void **state)
{
	struct lookup *l = make();
	struct krpc_node late = near(19), n;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &late);
	assert_int_equal(answer_all(l, LOOKUP_K), LOOKUP_K - 1);
	assert_false(lookup_is_done(l));
	lookup_late(l, &late.addr);
	assert_int_equal(answer_all(l, 1), 1);
	/* It is asked once more. */
	assert_next(l, &late);
	lookup_late(l, &late.addr);
	assert_nobody(l);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void waits_for_late_ones_when_there_is_nobody_else(void **state)
{
	struct lookup *l = make();
	struct krpc_node one = near(1), two = near(2);

	(void)state;
	add(l, &one);
	add(l, &two);
	assert_int_equal(ask_all(l), 2);
	reply(l, &one, NULL, 0);
	lookup_late(l, &two.addr);
	assert_false(lookup_is_done(l));
	lookup_failed(l, &two.addr);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_counts(l).failed, 1);
	lookup_free(l);
}

static void the_next_one_takes_the_place_of_a_failure(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[LOOKUP_K];

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct krpc_node n = near(i);

		add(l, &n);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct krpc_node n = near(11 - i);

		assert_next(l, &n);
		lookup_failed(l, &n.addr);
	}
	assert_int_equal(answer_all(l, 100), LOOKUP_K);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_K), LOOKUP_K);
	assert_is(&r[0], near(9));
	lookup_free(l);
}

static void reports_of_strangers_change_nothing(void **state)
{
	struct lookup *l = make();
	struct krpc_node one = near(1), two = near(2), named = near(9);

	(void)state;
	add(l, &one);
	lookup_late(l, &one.addr);
	lookup_failed(l, &one.addr);
	reply(l, &one, &named, 1);
	reply(l, &two, &named, 1);
	assert_next(l, &one);
	assert_nobody(l);
	reply(l, &one, NULL, 0);
	/* It has its answer. */
	lookup_late(l, &one.addr);
	lookup_failed(l, &one.addr);
	reply(l, &one, &named, 1);
	assert_nobody(l);
	assert_int_equal(lookup_counts(l).asked, 1);
	assert_int_equal(lookup_counts(l).replied, 1);
	assert_int_equal(lookup_counts(l).failed, 0);
	lookup_free(l);
}

static void an_answer_of_somebody_else_is_a_failure(void **state)
{
	struct lookup *l = make();
	struct krpc_node meant = near(5), other = near(6), named = near(9);

	(void)state;
	add(l, &meant);
	assert_next(l, &meant);
	lookup_replied(l, &meant.addr, &other.id, no_token, &named, 1);
	assert_int_equal(lookup_counts(l).failed, 1);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void a_bootstrap_host_is_asked_first_and_found_out(void **state)
{
	struct lookup *l = make();
	struct addr router = addr_v4(30, 0, 0, 1, 53);
	struct krpc_node close = near(30), host = {.addr = router}, n;
	struct lookup_node r[2];

	(void)state;
	add(l, &close);
	lookup_add(l, NULL, &router);
	lookup_add(l, NULL, &router);
	assert_false(lookup_is_done(l));
	assert_true(next(l, &n));
	assert_true(node_id_is_zero(&n.id));
	assert_true(addr_equal(&n.addr, &router));
	assert_next(l, &close);
	assert_nobody(l);
	host.id = near(3).id;
	reply(l, &host, NULL, 0);
	reply(l, &close, NULL, 0);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, 2), 2);
	assert_true(addr_equal(&r[1].addr, &router));
	lookup_free(l);
}

static void a_bootstrap_host_that_was_named_is_asked_once(void **state)
{
	struct lookup *l = make();
	struct krpc_node host = near(3), n;

	(void)state;
	add(l, &host);
	lookup_add(l, NULL, &host.addr);
	assert_true(next(l, &n));
	assert_true(node_id_is_zero(&n.id));
	assert_nobody(l);
	/* Asked already, it is no place to start from any more. */
	lookup_add(l, NULL, &host.addr);
	assert_nobody(l);
	lookup_failed(l, &host.addr);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void takes_no_more_bootstrap_hosts_than_it_has_room_for(void **state)
{
	struct lookup *l = make();

	(void)state;
	for (uint8_t i = 0; i < 100; i++) {
		struct addr a = addr_v4(10, 0, 0, i, 6881);

		lookup_add(l, NULL, &a);
	}
	assert_int_equal(ask_all(l), LOOKUP_OPEN_MAX);
	for (uint8_t i = 0; i < LOOKUP_OPEN_MAX; i++) {
		struct addr a = addr_v4(10, 0, 0, i, 6881);

		lookup_failed(l, &a);
	}
	assert_int_equal(ask_all(l), LOOKUP_STARTS_MAX - LOOKUP_OPEN_MAX);
	lookup_free(l);
}

static void nobody_is_asked_twice(void **state)
{
	struct lookup *l = make();
	struct krpc_node one = near(1), two = near(2);

	(void)state;
	add(l, &one);
	add(l, &one);
	add(l, &two);
	assert_int_equal(ask_all(l), 2);
	lookup_failed(l, &one.addr);
	reply(l, &two, &one, 1);
	add(l, &one);
	assert_nobody(l);
	lookup_free(l);
}

static void asks_nobody_who_should_not_be(void **state)
{
	struct lookup *l = make();
	struct krpc_node bad[] = {near(9), near(9), near(9), near(9), near(9)};
	struct krpc_node start = near(1);

	(void)state;
	bad[0].addr.port = 0;
	bad[1].addr.port = 1023;
	bad[2].addr = addr_v4(224, 0, 0, 1, 6881);
	bad[3].id = (struct node_id){{0}};
	assert_int_equal(addr_parse("[2001:db8::1]:6881", &bad[4].addr),
		ERR_OK);
	add(l, &start);
	assert_next(l, &start);
	reply(l, &start, bad, 5);
	for (size_t i = 0; i < 5; i++)
		add(l, &bad[i]);
	lookup_add(l, NULL, &bad[0].addr);
	lookup_add(l, NULL, &bad[2].addr);
	lookup_add(l, NULL, &bad[4].addr);
	assert_nobody(l);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void the_family_of_a_lookup_is_kept(void **state)
{
	struct lookup *l = lookup_new(&target, ADDR_V6);
	struct krpc_node v4 = near(4);

	(void)state;
	add(l, &v4);
	assert_nobody(l);
	lookup_free(l);
}

static void one_that_made_room_is_found_out_by_its_answer(void **state)
{
	struct lookup *l = make();
	struct krpc_node far = near(0), n;
	struct lookup_node r[LOOKUP_K];

	(void)state;
	add(l, &far);
	assert_next(l, &far);
	for (unsigned i = 0; i < LOOKUP_CANDIDATES_MAX; i++) {
		n = nth(i, 20);
		add(l, &n);
	}
	/* Too far away to be kept, it is counted all the same. */
	reply(l, &far, NULL, 0);
	assert_int_equal(lookup_counts(l).replied, 1);
	assert_int_equal(lookup_result(l, r, LOOKUP_K), 0);
	lookup_free(l);
}

static void ends_after_so_many_queries_whatever_comes(void **state)
{
	struct lookup *l = make();
	struct krpc_node n = near(0);
	unsigned i = 0;

	(void)state;
	add(l, &n);
	/* Everybody knows one more, farther or closer, and fails. */
	for (; next(l, &n); i++) {
		struct krpc_node more = nth(i, i % 150);

		add(l, &more);
		if (i + 1 < LOOKUP_ASKED_MAX)
			lookup_failed(l, &n.addr);
	}
	assert_int_equal(i, LOOKUP_ASKED_MAX);
	assert_false(lookup_is_done(l));
	lookup_late(l, &n.addr);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_counts(l).asked, LOOKUP_ASKED_MAX);
	lookup_free(l);
}

static void tokens_are_kept_as_far_as_they_fit(void **state)
{
	static const uint8_t token[KRPC_TOKEN_MAX + 1] = {1, 2, 3};
	static const size_t len[] = {0, 1, KRPC_TOKEN_MAX, KRPC_TOKEN_MAX + 1};
	static const size_t kept[] = {0, 1, KRPC_TOKEN_MAX, 0};
	struct lookup *l = make();
	struct lookup_node r[4];

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct krpc_node n = near(10 - i);

		add(l, &n);
		assert_next(l, &n);
		lookup_replied(l, &n.addr, &n.id, span_of(token, len[i]), NULL,
			0);
	}
	assert_int_equal(lookup_result(l, r, 4), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(r[i].token_len, kept[i]);
		assert_memory_equal(r[i].token, token, kept[i]);
	}
	lookup_free(l);
}

static uint32_t from_rng(void *source, uint32_t n)
{
	return (uint32_t)rng_below((struct rng *)source, n);
}

static void holds_its_caps_whatever_is_played(void **state)
{
	static struct play p;
	struct rng rng;
	size_t asked_most = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		rng_seed(&rng, seed);
		play_init(&p, from_rng, &rng);
		for (int i = 0; i < 1000; i++)
			play_step(&p);
		play_finish(&p);
		if (p.nasked > asked_most)
			asked_most = p.nasked;
	}
	assert_in_range(asked_most, 50, LOOKUP_ASKED_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_the_closest_first_and_a_few_at_a_time),
		cmocka_unit_test(is_over_when_the_closest_have_answered),
		cmocka_unit_test(nothing_to_start_from_is_the_end),
		cmocka_unit_test(follows_the_nodes_of_replies),
		cmocka_unit_test(
			a_closer_node_is_asked_though_others_are_in_flight),
		cmocka_unit_test(never_has_more_in_flight_than_the_cap),
		cmocka_unit_test(a_late_one_frees_its_place_and_still_counts),
		cmocka_unit_test(does_not_wait_for_late_ones_when_others_do),
		cmocka_unit_test(waits_for_late_ones_when_there_is_nobody_else),
		cmocka_unit_test(the_next_one_takes_the_place_of_a_failure),
		cmocka_unit_test(reports_of_strangers_change_nothing),
		cmocka_unit_test(an_answer_of_somebody_else_is_a_failure),
		cmocka_unit_test(a_bootstrap_host_is_asked_first_and_found_out),
		cmocka_unit_test(a_bootstrap_host_that_was_named_is_asked_once),
		cmocka_unit_test(
			takes_no_more_bootstrap_hosts_than_it_has_room_for),
		cmocka_unit_test(nobody_is_asked_twice),
		cmocka_unit_test(asks_nobody_who_should_not_be),
		cmocka_unit_test(the_family_of_a_lookup_is_kept),
		cmocka_unit_test(one_that_made_room_is_found_out_by_its_answer),
		cmocka_unit_test(ends_after_so_many_queries_whatever_comes),
		cmocka_unit_test(tokens_are_kept_as_far_as_they_fit),
		cmocka_unit_test(holds_its_caps_whatever_is_played),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
