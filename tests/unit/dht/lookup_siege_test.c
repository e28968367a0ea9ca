/*
 * lookup_siege_test.c - a search among nodes that mean to mislead it.
 */
#include "dht/lookup_priv.h"
#include "lookup_steps.h"

static void local_addresses_come_from_local_nodes_only(void **state)
{
	struct lookup *l = make();
	struct krpc_node stranger = made_up(1), home = near(2);
	struct krpc_node named = near(30), named_too = near(31);

	(void)state;
	add(l, &stranger);
	add(l, &home);
	assert_int_equal(ask_all(l), 2);
	reply(l, &stranger, &named, 1);
	assert_nobody(l);
	reply(l, &home, &named_too, 1);
	assert_next(l, &named_too);
	assert_nobody(l);
	lookup_free(l);
}

static void one_of_each_ip_and_net_is_asked(void **state)
{
	struct lookup *l = make();
	struct krpc_node start = near(0),
			 same[] = {
				 at(addr_v4(20, 0, 0, 1, 6881), 10),
				 at(addr_v4(20, 0, 0, 1, 6882), 11),
				 at(addr_v4(20, 0, 0, 2, 6881), 12),
				 at(addr_v4(20, 0, 0, 3, 6881), 13),
				 at(addr_v4(20, 0, 1, 1, 6881), 1),
			 };

	(void)state;
	add(l, &start);
	assert_next(l, &start);
	reply(l, &start, same, 5);
	assert_next(l, &same[3]);
	assert_next(l, &same[4]);
	assert_nobody(l);
	reply(l, &same[3], NULL, 0);
	reply(l, &same[4], NULL, 0);
	assert_nobody(l);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void a_silent_one_frees_the_place_of_its_ip_once(void **state)
{
	struct lookup *l = make();
	struct krpc_node start = near(0), same[3];

	(void)state;
	for (uint16_t i = 0; i < 3; i++)
		same[i] = at(addr_v4(20, 0, 0, 1, 6881 + i), 12u - i);
	add(l, &start);
	assert_next(l, &start);
	reply(l, &start, same, 2);
	assert_next(l, &same[0]);
	assert_nobody(l);
	lookup_late(l, &same[0].addr);
	assert_next(l, &same[1]);
	add(l, &same[2]);
	lookup_failed(l, &same[0].addr);
	lookup_failed(l, &same[1].addr);
	assert_nobody(l);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void late_answers_of_one_ip_are_one_in_the_result(void **state)
{
	struct lookup *l = make();
	struct krpc_node a = at(addr_v4(20, 0, 0, 1, 6881), 12);
	struct krpc_node b = at(addr_v4(20, 0, 0, 1, 6882), 11);
	struct lookup_node r[4];

	(void)state;
	add(l, &a);
	add(l, &b);
	assert_next(l, &a);
	lookup_late(l, &a.addr);
	assert_next(l, &b);
	reply(l, &b, NULL, 0);
	reply(l, &a, NULL, 0);
	assert_int_equal(lookup_counts(l).replied, 2);
	assert_int_equal(lookup_result(l, r, 4), 1);
	assert_true(addr_equal(&r[0].addr, &a.addr));
	lookup_free(l);
}

static void late_answers_of_one_net_are_one_in_the_result(void **state)
{
	struct lookup *l = make();
	struct krpc_node same[4];
	struct lookup_node r[4];

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		same[i] = at(addr_v4(20, 0, 0, i, 6881), 12u - i);
		add(l, &same[i]);
	}
	for (size_t i = 0; i < 4; i++) {
		assert_next(l, &same[i]);
		lookup_late(l, &same[i].addr);
	}
	for (size_t i = 0; i < 4; i++)
		reply(l, &same[i], NULL, 0);
	assert_int_equal(lookup_counts(l).replied, 4);
	assert_int_equal(lookup_result(l, r, 4), LOOKUP_NET_MAX);
	lookup_free(l);
}

static void silent_ones_free_the_places_of_their_net_once(void **state)
{
	struct lookup *l = make();
	struct krpc_node n;
	size_t asked = 0;

	(void)state;
	for (uint8_t i = 0; i < 8; i++) {
		n = at(addr_v4(20, 0, 0, i, 6881), i);
		add(l, &n);
		for (; next(l, &n); asked++)
			lookup_failed(l, &n.addr);
	}
	assert_int_equal(asked, LOOKUP_NET_ASKED_MAX);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

/* Twenty liars name nodes of one IP, or net, that are all closer. */
static void flood(struct lookup *l, bool same_ip)
{
	struct krpc_node named[LOOKUP_NAMED_MAX];

	for (uint8_t i = 0; i < 20; i++) {
		struct krpc_node liar = nth(i, 10);

		add(l, &liar);
		while (next(l, &liar)) {
			for (uint8_t j = 0; j < LOOKUP_NAMED_MAX; j++) {
				uint8_t k = (uint8_t)(i * LOOKUP_NAMED_MAX + j);
				struct addr a = addr_v4(20, 0, 0,
					same_ip ? 1 : k, (uint16_t)(2000 + k));

				named[j] = at(a, 100);
			}
			reply(l, &liar, named, LOOKUP_NAMED_MAX);
		}
	}
}

static void one_host_or_net_does_not_crowd_others_out(void **state)
{
	(void)state;
	for (int same_ip = 0; same_ip < 2; same_ip++) {
		struct lookup *l = make();
		struct krpc_node far = near(0), n;
		size_t named = 0;

		for (unsigned i = 0; i < 60; i++) {
			n = nth(1000 + i, 1);
			add(l, &n);
		}
		add(l, &far);
		flood(l, same_ip);
		assert_non_null(lookup_candidate_at(l, &far.addr));
		for (uint32_t j = 0; j < l->ncandidates; j++)
			named += !addr_is_local(&l->candidates[j].addr);
		/* Those that wait, and those that were asked before. */
		assert_in_range(named, 1,
			same_ip ? 3 * LOOKUP_IP_MAX
				: LOOKUP_NET_MAX + LOOKUP_NET_ASKED_MAX);
		lookup_free(l);
	}
}

static void a_net_of_64_bits_counts_in_ipv6(void **state)
{
	struct lookup *l = lookup_new(&target, ADDR_V6);
	size_t asked = 0;

	(void)state;
	for (uint8_t i = 1; i <= 4; i++) {
		uint8_t ip[16] = {0x20, 1, 0x0d, 0xb8, [15] = i};
		struct krpc_node n = at(addr_from_ip(span_of(ip, 16), 6881), i);

		add(l, &n);
	}
	asked = ask_all(l);
	assert_int_equal(asked, LOOKUP_NET_MAX);
	lookup_free(l);
}

/* K verified nodes and as many unverified ones that claim to be closer. */
static struct lookup *besieged(void)
{
	struct lookup *l = make();

	for (unsigned i = 0; i < 24; i++) {
		struct krpc_node n = near(i), fake = made_up(100 + i);

		add(l, &n);
		add(l, &fake);
	}
	return l;
}

static void made_up_ids_push_no_verified_one_out(void **state)
{
	struct lookup *l = besieged();
	struct lookup_node r[LOOKUP_RESULT_MAX];
	size_t verified = 0;

	(void)state;
	assert_in_range(answer_all(l, 200), LOOKUP_K + LOOKUP_UNVERIFIED, 20);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_K), LOOKUP_K);
	for (unsigned i = 0; i < LOOKUP_K; i++)
		assert_is(&r[i], near(23 - i));
	assert_int_equal(lookup_result(l, r, LOOKUP_RESULT_MAX),
		LOOKUP_RESULT_MAX);
	for (unsigned i = 0; i < LOOKUP_RESULT_MAX; i++)
		verified += node_id_fits_addr(&r[i].id, &r[i].addr);
	assert_int_equal(verified, LOOKUP_K);
	/* The made-up ones are closer, so they come first. */
	assert_is(&r[0], made_up(123));
	lookup_free(l);
}

static void planted_ids_make_it_ask_more_verified_ones(void **state)
{
	struct lookup *l = besieged();
	size_t verified = 0;
	struct krpc_node n;

	(void)state;
	while (next(l, &n)) {
		verified += node_id_fits_addr(&n.id, &n.addr);
		reply(l, &n, NULL, 0);
	}
	assert_int_equal(verified,
		LOOKUP_K + LOOKUP_MIXED_MORE + LOOKUP_PLANTED_MORE);
	lookup_free(l);
}

static void made_up_ids_do_not_keep_verified_ones_waiting(void **state)
{
	struct lookup *l = besieged();
	size_t verified = 0;
	struct krpc_node n;

	(void)state;
	while (next(l, &n))
		verified += node_id_fits_addr(&n.id, &n.addr);
	assert_in_range(verified, 2, LOOKUP_ALPHA);
	lookup_free(l);
}

static void few_verified_ones_are_asked_beside_many_others(void **state)
{
	struct lookup *l = make();
	size_t verified = 0;
	struct krpc_node n;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		n = i < 3 ? near(i) : made_up(i);
		add(l, &n);
	}
	while (next(l, &n))
		verified += node_id_fits_addr(&n.id, &n.addr);
	assert_int_equal(verified, 2);
	lookup_free(l);
}

static void late_verified_ones_leave_their_places_to_others(void **state)
{
	struct lookup *l = make();
	struct krpc_node n;

	(void)state;
	for (unsigned i = 0; i < LOOKUP_K; i++) {
		n = near(i);
		add(l, &n);
	}
	while (next(l, &n))
		lookup_late(l, &n.addr);
	for (unsigned i = 0; i < LOOKUP_K; i++) {
		n = made_up(20 + i);
		add(l, &n);
	}
	assert_int_equal(answer_all(l, 100), LOOKUP_K);
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

static void a_chain_of_made_up_ids_is_cut(void **state)
{
	struct lookup *l = make();
	unsigned bits = 40;
	size_t asked = 0;
	struct krpc_node n;

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	n = made_up(bits++);
	add(l, &n);
	/* Each of them knows a closer one. */
	for (; next(l, &n); asked++) {
		struct krpc_node closer = made_up(bits);

		if (addr_is_local(&n.addr)) {
			reply(l, &n, NULL, 0);
			continue;
		}
		bits++;
		reply(l, &n, &closer, 1);
	}
	assert_true(lookup_is_done(l));
	assert_in_range(asked, LOOKUP_K, 40);
	lookup_free(l);
}

static void nodes_without_fitting_ids_are_as_good_among_themselves(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[LOOKUP_RESULT_MAX];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct krpc_node n = made_up(i);

		add(l, &n);
	}
	assert_int_equal(answer_all(l, 100), LOOKUP_K);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_K), LOOKUP_K);
	for (unsigned i = 0; i < LOOKUP_K; i++)
		assert_is(&r[i], made_up(19 - i));
	assert_int_equal(lookup_result(l, r, LOOKUP_RESULT_MAX), LOOKUP_K);
	assert_int_equal(lookup_result(l, r, 3), 3);
	assert_int_equal(lookup_result(l, r, 0), 0);
	lookup_free(l);
}

static void others_that_are_farther_are_not_in_the_result(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[LOOKUP_RESULT_MAX];

	(void)state;
	for (unsigned i = 0; i < LOOKUP_UNVERIFIED; i++) {
		struct krpc_node n = made_up(i);

		add(l, &n);
	}
	assert_int_equal(answer_all(l, 100), LOOKUP_UNVERIFIED);
	for (unsigned i = 0; i < LOOKUP_K; i++) {
		struct krpc_node n = near(20 + i);

		add(l, &n);
	}
	assert_int_equal(answer_all(l, 100), LOOKUP_K);
	assert_int_equal(lookup_result(l, r, LOOKUP_RESULT_MAX), LOOKUP_K);
	lookup_free(l);
}

static void others_fill_up_a_short_result(void **state)
{
	struct lookup *l = make();
	struct lookup_node r[LOOKUP_RESULT_MAX];

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		struct krpc_node n = i < 3 ? near(i) : made_up(i);

		add(l, &n);
	}
	answer_all(l, 100);
	assert_true(lookup_is_done(l));
	assert_int_equal(lookup_result(l, r, LOOKUP_K), LOOKUP_K);
	assert_int_equal(lookup_result(l, r, LOOKUP_RESULT_MAX), 3 + LOOKUP_K);
	lookup_free(l);
}

/* Inventions of one namer, closer than anything true. */
static void junk_of(struct krpc_node out[LOOKUP_NAMED_MAX], uint8_t net)
{
	for (uint8_t i = 0; i < LOOKUP_NAMED_MAX; i++)
		out[i] = at(addr_v4(10, net, i, 1, 6881), 100u + net + i);
}

static void one_namer_does_not_fill_the_front_by_itself(void **state)
{
	struct lookup *l = make();
	struct krpc_node junk[LOOKUP_NAMED_MAX], liar = near(23), n;
	size_t invented = 0, asked = 0;

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	junk_of(junk, 50);
	reply(l, &liar, junk, LOOKUP_NAMED_MAX);
	for (; next(l, &n); asked++)
		invented += n.addr.ip[1] == 50;
	assert_int_equal(asked, LOOKUP_ALPHA);
	assert_in_range(invented, 1, LOOKUP_ALPHA - 1);
	lookup_free(l);
}

static void a_namer_of_silent_nodes_loses_its_say(void **state)
{
	struct lookup *l = make();
	struct krpc_node junk[LOOKUP_NAMED_MAX], liar = near(23), n;
	size_t invented = 0;

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	junk_of(junk, 50);
	reply(l, &liar, junk, LOOKUP_NAMED_MAX);
	while (next(l, &n)) {
		if (n.addr.ip[1] == 50) {
			invented++;
			lookup_late(l, &n.addr);
			lookup_failed(l, &n.addr);
		} else {
			reply(l, &n, NULL, 0);
		}
	}
	assert_true(lookup_is_done(l));
	assert_in_range(invented, 4, 6);
	lookup_free(l);
}

static void a_namer_of_some_that_answer_keeps_its_say(void **state)
{
	struct lookup *l = make();
	struct krpc_node named[LOOKUP_NAMED_MAX], friend = near(23), n;
	size_t asked = 0;

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &friend);
	junk_of(named, 50);
	reply(l, &friend, named, LOOKUP_NAMED_MAX);
	/* Of every three two are silent. */
	while (next(l, &n)) {
		if (n.addr.ip[1] == 50 && asked++ % 3 != 0)
			lookup_failed(l, &n.addr);
		else
			reply(l, &n, NULL, 0);
	}
	assert_int_equal(asked, LOOKUP_NAMED_MAX);
	lookup_free(l);
}

static void who_has_no_say_is_heard_when_nobody_else_is_left(void **state)
{
	struct lookup *l = make();
	struct krpc_node junk[LOOKUP_NAMED_MAX], liar = near(23), n;
	size_t invented = 0;

	(void)state;
	add(l, &liar);
	assert_next(l, &liar);
	junk_of(junk, 50);
	reply(l, &liar, junk, LOOKUP_NAMED_MAX);
	for (; next(l, &n); invented++)
		lookup_failed(l, &n.addr);
	assert_true(lookup_is_done(l));
	assert_int_equal(invented, LOOKUP_NAMED_MAX);
	lookup_free(l);
}

static void a_late_answer_clears_who_named_it(void **state)
{
	struct lookup *l = make();
	struct krpc_node junk[LOOKUP_NAMED_MAX], friend = near(23), n;
	size_t named = 0;

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &friend);
	junk_of(junk, 50);
	reply(l, &friend, junk, LOOKUP_NAMED_MAX);
	while (next(l, &n)) {
		named += n.addr.ip[1] == 50;
		lookup_late(l, &n.addr);
		reply(l, &n, NULL, 0);
	}
	assert_int_equal(named, LOOKUP_NAMED_MAX);
	lookup_free(l);
}

static void another_namer_can_vouch_for_a_node(void **state)
{
	struct lookup *l = make();
	struct krpc_node named[LOOKUP_NAMED_MAX], n;
	struct krpc_node liar = near(23), honest = near(22);

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	assert_next(l, &honest);
	junk_of(named, 50);
	reply(l, &liar, named, LOOKUP_NAMED_MAX);
	for (unsigned i = 0; i < 4; i++) {
		n = named[LOOKUP_NAMED_MAX - 1 - i];
		assert_next(l, &n);
		lookup_failed(l, &n.addr);
	}
	/* The true ones have their turn, and then those vouched for. */
	n = near(21);
	assert_next(l, &n);
	reply(l, &honest, named, 2);
	assert_next(l, &named[1]);
	assert_next(l, &named[0]);
	lookup_free(l);
}

static void our_own_word_counts_for_a_node(void **state)
{
	struct lookup *l = make();
	struct krpc_node named[LOOKUP_NAMED_MAX], n, liar = near(23);

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	junk_of(named, 50);
	reply(l, &liar, named, LOOKUP_NAMED_MAX);
	for (unsigned i = 0; i < 4; i++) {
		n = named[LOOKUP_NAMED_MAX - 1 - i];
		assert_next(l, &n);
		lookup_failed(l, &n.addr);
	}
	add(l, &named[0]);
	assert_next(l, &named[0]);
	lookup_free(l);
}

static void our_own_word_outlasts_that_of_others(void **state)
{
	struct lookup *l = make();
	struct krpc_node named[LOOKUP_NAMED_MAX], n;
	struct krpc_node liar = near(23), other = near(22);

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	assert_next(l, &other);
	junk_of(named, 50);
	reply(l, &liar, named, LOOKUP_NAMED_MAX);
	reply(l, &other, named, LOOKUP_NAMED_MAX);
	add(l, &named[0]);
	for (unsigned i = 0; i < 4; i++) {
		n = named[LOOKUP_NAMED_MAX - 1 - i];
		assert_next(l, &n);
		lookup_failed(l, &n.addr);
	}
	assert_next(l, &named[0]);
	lookup_free(l);
}

static void another_id_for_a_known_address_is_not_believed(void **state)
{
	struct lookup *l = make();
	struct krpc_node start = near(0), one = near(1), lie = near(90);

	(void)state;
	lie.addr = one.addr;
	add(l, &start);
	add(l, &one);
	assert_next(l, &one);
	reply(l, &one, NULL, 0);
	assert_next(l, &start);
	reply(l, &start, &lie, 1);
	assert_nobody(l);
	lookup_free(l);

	l = make();
	add(l, &start);
	add(l, &one);
	add(l, &lie);
	assert_next(l, &one);
	lookup_free(l);
}

static void another_id_vouches_for_nobody(void **state)
{
	struct lookup *l = make();
	struct krpc_node named[LOOKUP_NAMED_MAX], n;
	struct krpc_node liar = near(23), honest = near(22);

	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		n = near(i);
		add(l, &n);
	}
	assert_next(l, &liar);
	assert_next(l, &honest);
	junk_of(named, 50);
	reply(l, &liar, named, LOOKUP_NAMED_MAX);
	for (unsigned i = 0; i < 4; i++) {
		n = named[LOOKUP_NAMED_MAX - 1 - i];
		assert_next(l, &n);
		lookup_failed(l, &n.addr);
	}
	n = named[0];
	n.id.b[19] ^= 1;
	reply(l, &honest, &n, 1);
	n = near(21);
	assert_next(l, &n);
	lookup_free(l);
}

static void only_the_closest_of_a_long_reply_are_taken(void **state)
{
	struct lookup *l = make();
	struct krpc_node start = near(0), many[KRPC_NODES_MAX + 4], n;
	size_t asked = 0;

	(void)state;
	for (unsigned i = 0; i < KRPC_NODES_MAX + 4; i++)
		many[i] = near(10 + i % KRPC_NODES_MAX);
	add(l, &start);
	assert_next(l, &start);
	reply(l, &start, many, KRPC_NODES_MAX + 4);
	for (; next(l, &n); asked++) {
		assert_in_range(node_id_shared_bits(&n.id, &target),
			10 + KRPC_NODES_MAX - LOOKUP_NAMED_MAX,
			10 + KRPC_NODES_MAX - 1);
		lookup_failed(l, &n.addr);
	}
	assert_int_equal(asked, LOOKUP_NAMED_MAX);
	lookup_free(l);
}

static void the_farthest_candidates_make_room(void **state)
{
	struct lookup *l = make();
	struct krpc_node far = near(0), n;
	size_t asked = 0;

	(void)state;
	add(l, &far);
	for (unsigned i = 0; i < 3 * LOOKUP_CANDIDATES_MAX; i++) {
		n = nth(i, 20);
		add(l, &n);
	}
	for (; next(l, &n); asked++) {
		assert_false(addr_equal(&n.addr, &far.addr));
		lookup_failed(l, &n.addr);
	}
	assert_int_equal(asked, LOOKUP_CANDIDATES_MAX);
	lookup_free(l);
}

static void made_up_ids_take_half_of_the_room(void **state)
{
	struct lookup *l = make();
	struct krpc_node n;
	size_t verified = 0;

	(void)state;
	for (unsigned i = 0; i < LOOKUP_CANDIDATES_MAX / 2; i++) {
		n = nth(i, 2);
		add(l, &n);
	}
	for (unsigned i = 0; i < 200; i++) {
		n = made_up(30);
		n.addr.ip[1] = (uint8_t)i;
		n.id.b[19] = (uint8_t)i;
		add(l, &n);
	}
	while (next(l, &n)) {
		verified += addr_is_local(&n.addr);
		lookup_failed(l, &n.addr);
	}
	assert_int_equal(verified, LOOKUP_CANDIDATES_MAX / 2);
	lookup_free(l);
}

static void inventions_without_a_say_make_room_first(void **state)
{
	struct lookup *l = make();
	struct krpc_node junk[LOOKUP_NAMED_MAX], n, liar = near(60);
	size_t invented = 0, asked = 0;

	(void)state;
	add(l, &liar);
	assert_next(l, &liar);
	junk_of(junk, 50);
	reply(l, &liar, junk, LOOKUP_NAMED_MAX);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(next(l, &n));
		lookup_failed(l, &n.addr);
	}
	for (unsigned i = 0; i < LOOKUP_CANDIDATES_MAX; i++) {
		n = nth(i, 2);
		add(l, &n);
	}
	for (; next(l, &n); asked++) {
		invented += n.addr.ip[1] == 50;
		lookup_failed(l, &n.addr);
	}
	assert_int_equal(invented, 0);
	assert_int_equal(asked, LOOKUP_CANDIDATES_MAX - 1);
	lookup_free(l);
}

/* A start that names friends who answer at once and name each other, and six
 * more starts that take their time; those are near(10) to near(15). */
static struct lookup *befriended(struct krpc_node friends[LOOKUP_NAMED_MAX])
{
	struct krpc_node first = near(20), n;
	struct lookup *l = make();

	for (unsigned i = 10; i < 16; i++) {
		n = near(i);
		add(l, &n);
	}
	add(l, &first);
	assert_int_equal(ask_all(l), LOOKUP_ALPHA);
	junk_of(friends, 50);
	reply(l, &first, friends, LOOKUP_NAMED_MAX);
	while (next(l, &n))
		if (n.addr.ip[1] == 50)
			reply(l, &n, friends, LOOKUP_NAMED_MAX);
	return l;
}

static void friends_of_one_node_do_not_end_a_lookup(void **state)
{
	struct krpc_node friends[LOOKUP_NAMED_MAX], closer = near(30);
	struct krpc_node start = near(15);
	struct lookup *l = befriended(friends);

	(void)state;
	assert_int_equal(lookup_counts(l).replied, 1 + LOOKUP_NAMED_MAX);
	assert_false(lookup_is_done(l));
	/* Though all friends claim to be closer, others are still heard. */
	reply(l, &start, &closer, 1);
	assert_next(l, &closer);
	lookup_free(l);
}

static void starts_that_are_late_do_not_keep_a_lookup_from_ending(void **state)
{
	struct krpc_node friends[LOOKUP_NAMED_MAX];
	struct lookup *l = befriended(friends);

	(void)state;
	for (unsigned i = 10; i < 16; i++) {
		struct krpc_node n = near(i);

		assert_false(lookup_is_done(l));
		lookup_late(l, &n.addr);
	}
	assert_true(lookup_is_done(l));
	lookup_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_addresses_come_from_local_nodes_only),
		cmocka_unit_test(one_of_each_ip_and_net_is_asked),
		cmocka_unit_test(a_silent_one_frees_the_place_of_its_ip_once),
		cmocka_unit_test(late_answers_of_one_ip_are_one_in_the_result),
		cmocka_unit_test(late_answers_of_one_net_are_one_in_the_result),
		cmocka_unit_test(silent_ones_free_the_places_of_their_net_once),
		cmocka_unit_test(one_host_or_net_does_not_crowd_others_out),
		cmocka_unit_test(a_net_of_64_bits_counts_in_ipv6),
		cmocka_unit_test(made_up_ids_push_no_verified_one_out),
		cmocka_unit_test(planted_ids_make_it_ask_more_verified_ones),
		cmocka_unit_test(made_up_ids_do_not_keep_verified_ones_waiting),
		cmocka_unit_test(
			few_verified_ones_are_asked_beside_many_others),
		cmocka_unit_test(
			late_verified_ones_leave_their_places_to_others),
		cmocka_unit_test(a_chain_of_made_up_ids_is_cut),
		cmocka_unit_test(
			nodes_without_fitting_ids_are_as_good_among_themselves),
		cmocka_unit_test(others_that_are_farther_are_not_in_the_result),
		cmocka_unit_test(others_fill_up_a_short_result),
		cmocka_unit_test(one_namer_does_not_fill_the_front_by_itself),
		cmocka_unit_test(a_namer_of_silent_nodes_loses_its_say),
		cmocka_unit_test(a_namer_of_some_that_answer_keeps_its_say),
		cmocka_unit_test(
			who_has_no_say_is_heard_when_nobody_else_is_left),
		cmocka_unit_test(a_late_answer_clears_who_named_it),
		cmocka_unit_test(another_namer_can_vouch_for_a_node),
		cmocka_unit_test(our_own_word_counts_for_a_node),
		cmocka_unit_test(our_own_word_outlasts_that_of_others),
		cmocka_unit_test(
			another_id_for_a_known_address_is_not_believed),
		cmocka_unit_test(another_id_vouches_for_nobody),
		cmocka_unit_test(only_the_closest_of_a_long_reply_are_taken),
		cmocka_unit_test(the_farthest_candidates_make_room),
		cmocka_unit_test(made_up_ids_take_half_of_the_room),
		cmocka_unit_test(inventions_without_a_say_make_room_first),
		cmocka_unit_test(friends_of_one_node_do_not_end_a_lookup),
		cmocka_unit_test(
			starts_that_are_late_do_not_keep_a_lookup_from_ending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
