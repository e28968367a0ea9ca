/*
 * table_test.c - who enters a routing table, and who leaves it.
 */
#include "table_nodes.h"

/* --- entering ------------------------------------------------------------- */

static void only_those_that_answered_enter(void **state)
{
	struct table *t = make();

	(void)state;
	assert_true(queried(t, nth(0, 1), T0));
	asked(t, nth(0, 1), T0);
	assert_false(failed(t, nth(0, 1), T0));
	assert_null(found(t, nth(0, 1)));
	replied(t, nth(0, 1), T0);
	assert_non_null(found(t, nth(0, 1)));
	assert_int_equal(table_counts(t, T0).good, 1);
	table_free(t);
	table_free(NULL);
}

static void what_cannot_be_a_contact_stays_out(void **state)
{
	struct table *t = make();
	struct node ourselves = nth(0, 1), six = nth(0, 2), no_port = nth(0, 3);

	(void)state;
	ourselves.id = self;
	six.addr.family = ADDR_V6;
	no_port.addr.port = 0;
	assert_false(queried(t, ourselves, T0));
	assert_false(queried(t, six, T0));
	assert_false(queried(t, no_port, T0));
	replied(t, ourselves, T0);
	replied(t, six, T0);
	replied(t, no_port, T0);
	assert_int_equal(total(t, T0), 0);
	table_free(t);
}

static void an_answer_is_noted(void **state)
{
	struct table *t = make();
	struct node n = nth(0, 1);
	const struct contact *c;

	(void)state;
	table_replied(t, &n.id, &n.addr, 0, T0);
	c = found(t, n);
	assert_int_equal(c->rtt_ms, 1);
	assert_int_equal(c->asked_ms, 0);
	table_replied(t, &n.id, &n.addr, 41, T0);
	assert_int_equal(c->rtt_ms, 11);
	table_asked(t, &n.addr, T0 + 5);
	assert_false(failed(t, n, T0 + 6));
	assert_int_equal(c->asked_ms, T0 + 5);
	assert_int_equal(c->fails, 1);
	table_replied(t, &n.id, &n.addr, 11, T0 + 7);
	assert_int_equal(c->replied_ms, T0 + 7);
	assert_int_equal(c->heard_ms, T0 + 7);
	assert_int_equal(c->fails, 0);
	assert_false(c->verified);
	table_free(t);
}

static void time_may_begin_at_zero(void **state)
{
	struct table *t = make();

	(void)state;
	replied(t, nth(0, 1), 0);
	assert_int_equal(contact_state(found(t, nth(0, 1)), 0), CONTACT_GOOD);
	table_free(t);
}

static void a_contact_ages_and_fails(void **state)
{
	struct contact c = {.replied_ms = T0, .heard_ms = T0};

	(void)state;
	assert_int_equal(contact_state(&c, T0), CONTACT_GOOD);
	assert_int_equal(contact_state(&c, T0 + TABLE_GOOD_MS - 1),
		CONTACT_GOOD);
	assert_int_equal(contact_state(&c, T0 + TABLE_GOOD_MS), CONTACT_UNSURE);
	c.fails = TABLE_FAILS_MAX - 1;
	assert_int_equal(contact_state(&c, T0), CONTACT_GOOD);
	c.fails = TABLE_FAILS_MAX;
	assert_int_equal(contact_state(&c, T0), CONTACT_BAD);
}

static void a_query_keeps_a_contact_good(void **state)
{
	struct table *t = make();
	struct node n = nth(0, 1);

	(void)state;
	replied(t, n, T0);
	assert_false(queried(t, n, T0 + 10 * MINUTE));
	assert_int_equal(table_counts(t, T0 + 20 * MINUTE).good, 1);
	assert_int_equal(table_counts(t, T0 + 26 * MINUTE).unsure, 1);
	table_free(t);
}

static void each_bucket_has_ids_that_share_its_bits(void **state)
{
	struct table *t = make();
	const struct contact *in[LAST_MAX];
	unsigned buckets;
	size_t sum = 0;

	(void)state;
	for (unsigned bits = 0; bits < 12; bits++)
		for (unsigned i = 0; i < 6; i++)
			replied(t, nth(bits, i), T0);
	buckets = table_counts(t, T0).buckets;
	assert_int_equal(buckets, 12);
	for (unsigned b = 0; b < buckets; b++) {
		size_t k = table_bucket(t, b, in, LAST_MAX);

		sum += k;
		for (size_t i = 0; i < k; i++)
			assert_int_equal(node_id_shared_bits(&self, &in[i]->id),
				b);
	}
	assert_int_equal(sum, 12 * 6);
	table_free(t);
}

static void the_first_buckets_are_larger(void **state)
{
	static const unsigned sizes[] = {32, 16, TABLE_K, TABLE_K};
	struct table *t = make();

	(void)state;
	/* The last bucket, which is to be split, is not. */
	assert_int_equal(table_bucket_size(t, 0), TABLE_K);
	for (unsigned i = 0; i < TABLE_K + 1; i++)
		replied(t, nth(4, i), T0);
	for (unsigned b = 0; b < 4; b++) {
		const struct contact *in[LAST_MAX];

		for (unsigned i = 0; i < 60; i++)
			replied(t, nth(b, i), T0);
		assert_int_equal(table_bucket_size(t, b), sizes[b]);
		assert_int_equal(table_bucket(t, b, in, LAST_MAX), sizes[b]);
		assert_int_equal(spares_of(t, b), TABLE_K);
	}
	assert_int_equal(table_bucket_size(t, 4), TABLE_K);
	table_free(t);
}

static void planted_ids_do_not_split_the_table_for_ever(void **state)
{
	struct table *t = make();

	(void)state;
	for (unsigned bits = 0; bits < 150; bits++)
		for (unsigned i = 0; i < 20; i++)
			replied(t, nth(bits, i), T0);
	assert_int_equal(table_counts(t, T0).buckets, TABLE_BUCKETS_MAX);
	assert_int_equal(spares_of(t, TABLE_BUCKETS_MAX - 1), TABLE_K);
	table_free(t);
}

static void a_full_bucket_keeps_its_good_contacts(void **state)
{
	struct table *t = with_bucket(TABLE_K);

	(void)state;
	for (unsigned i = 100; i < 100 + TABLE_K; i++) {
		assert_true(queried(t, nth(3, i), T0));
		replied(t, nth(3, i), T0);
		assert_false(is_live(t, nth(3, i)));
	}
	assert_int_equal(spares_of(t, 3), TABLE_K);
	assert_false(queried(t, nth(3, 200), T0));
	replied(t, nth(3, 200), T0);
	assert_null(found(t, nth(3, 200)));
	for (unsigned i = 0; i < TABLE_K; i++)
		assert_true(is_live(t, nth(3, i)));
	table_free(t);
}

static void a_spare_unheard_of_makes_room_for_a_live_one(void **state)
{
	struct table *t = with_bucket(2 * TABLE_K);
	uint64_t now = T0 + 20 * MINUTE;

	(void)state;
	for (unsigned i = 0; i < TABLE_K; i++)
		replied(t, nth(3, i), now);
	assert_false(queried(t, nth(3, TABLE_K), now));
	assert_true(queried(t, nth(3, 100), now));
	replied(t, nth(3, 100), now);
	assert_non_null(found(t, nth(3, 100)));
	assert_null(found(t, nth(3, TABLE_K + 1)));
	assert_non_null(found(t, nth(3, TABLE_K)));
	assert_int_equal(spares_of(t, 3), TABLE_K);
	table_free(t);
}

/* --- leaving -------------------------------------------------------------- */

static void three_failures_bring_a_spare_that_must_prove_itself(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	struct node old = nth(3, 0), spare = nth(3, TABLE_K);
	struct contact c;

	(void)state;
	assert_false(failed(t, old, T0));
	assert_false(failed(t, old, T0));
	assert_false(is_live(t, spare));
	assert_true(failed(t, old, T0));
	assert_null(found(t, old));
	assert_true(is_live(t, spare));
	assert_int_equal(contact_state(found(t, spare), T0), CONTACT_UNSURE);
	/* A query may come from anybody. */
	assert_false(queried(t, spare, T0));
	assert_int_equal(contact_state(found(t, spare), T0), CONTACT_UNSURE);
	assert_true(table_next_ping(t, T0, &c));
	assert_true(is_node(&c, spare));
	replied(t, spare, T0 + 50);
	assert_int_equal(contact_state(found(t, spare), T0 + 50), CONTACT_GOOD);
	table_free(t);
}

static void an_answer_ends_a_row_of_failures(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		assert_false(failed(t, nth(3, 0), T0));
		assert_false(failed(t, nth(3, 0), T0));
		replied(t, nth(3, 0), T0);
	}
	assert_true(is_live(t, nth(3, 0)));
	table_free(t);
}

static void a_spare_that_fails_leaves(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);

	(void)state;
	assert_false(failed(t, nth(3, TABLE_K), T0));
	assert_false(failed(t, nth(3, TABLE_K), T0));
	assert_true(failed(t, nth(3, TABLE_K), T0));
	assert_int_equal(spares_of(t, 3), 0);
	table_free(t);
}

static void the_best_spare_goes_first(void **state)
{
	struct table *t = with_bucket(TABLE_K + 3);

	(void)state;
	/* The last heard of fails; the next to last is then the best. */
	assert_false(queried(t, nth(3, TABLE_K), T0 + 1));
	assert_false(queried(t, nth(3, TABLE_K + 1), T0 + 2));
	assert_false(queried(t, nth(3, TABLE_K + 2), T0 + 3));
	assert_false(failed(t, nth(3, TABLE_K + 2), T0 + 4));
	drop(t, nth(3, 0));
	assert_true(is_live(t, nth(3, TABLE_K + 1)));
	drop(t, nth(3, 1));
	assert_true(is_live(t, nth(3, TABLE_K)));
	drop(t, nth(3, 2));
	assert_true(is_live(t, nth(3, TABLE_K + 2)));
	table_free(t);
}

static void without_a_spare_a_bad_contact_waits_for_a_newcomer(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	const struct contact *near[TABLE_K];
	size_t n;

	(void)state;
	fail_thrice(t, nth(3, 2), T0);
	assert_int_equal(contact_state(found(t, nth(3, 2)), T0), CONTACT_BAD);
	n = table_closest(t, &found(t, nth(3, 2))->id, false, T0, near,
		TABLE_K);
	for (size_t i = 0; i < n; i++)
		assert_false(is_node(near[i], nth(3, 2)));
	assert_true(queried(t, nth(3, 50), T0));
	replied(t, nth(3, 50), T0);
	assert_null(found(t, nth(3, 2)));
	assert_true(is_live(t, nth(3, 50)));
	assert_int_equal(spares_of(t, 3), 0);
	table_free(t);
}

static void a_bad_contact_leaves_in_the_end(void **state)
{
	struct table *t = with_bucket(TABLE_K);

	(void)state;
	for (unsigned i = 0; i < TABLE_FAILS_DROP - 1; i++)
		assert_false(failed(t, nth(3, 2), T0));
	assert_true(failed(t, nth(3, 2), T0));
	assert_null(found(t, nth(3, 2)));
	table_free(t);
}

static void a_lost_network_empties_no_table(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	uint64_t now = T0 + 60 * MINUTE; /* nobody is good any more */

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		assert_false(failed(t, nth(3, 2), now));
	assert_int_equal(contact_state(found(t, nth(3, 2)), now), CONTACT_BAD);
	table_free(t);
}

static void forgiving_makes_bad_contacts_unsure(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	uint64_t now = T0 + 60 * MINUTE;

	(void)state;
	assert_false(failed(t, nth(3, TABLE_K), now));
	for (unsigned i = 0; i < TABLE_K; i++)
		fail_thrice(t, nth(5, i), now);
	assert_int_equal(table_counts(t, now).unsure, TABLE_K);
	table_forgive(t);
	assert_int_equal(table_counts(t, now).unsure, 2 * TABLE_K);
	assert_int_equal(found(t, nth(3, TABLE_K))->fails, 0);
	table_free(t);
}

static void forgiving_an_empty_table_asks_nobody(void **state)
{
	struct table *t = make();

	(void)state;
	table_forgive(t);
	assert_true(table_deadline(t, T0) == TABLE_NEVER);
	table_free(t);
}

static void a_liar_is_dropped_at_once(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);

	(void)state;
	drop(t, nth(3, 0));
	assert_null(found(t, nth(3, 0)));
	assert_true(is_live(t, nth(3, TABLE_K)));
	drop(t, nth(3, 0));
	assert_int_equal(total(t, T0), 2 * TABLE_K);
	table_free(t);
}

/* --- many ids from few hosts ---------------------------------------------- */

static void one_contact_for_each_ip(void **state)
{
	struct table *t = make();
	struct node a = nth(0, 1), b = nth(1, 1);

	(void)state;
	b.addr = a.addr;
	b.addr.port++;
	replied(t, a, T0);
	assert_false(queried(t, b, T0));
	replied(t, b, T0);
	assert_null(found(t, b));
	/* Once it is unsure it gives way to one that lives. */
	assert_true(queried(t, b, T0 + 16 * MINUTE));
	replied(t, b, T0 + 16 * MINUTE);
	assert_non_null(found(t, b));
	assert_null(found(t, a));
	table_free(t);
}

static void a_rival_leaves_its_place_to_a_spare(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	struct node elsewhere = nth(1, 1);
	uint64_t now = T0 + 16 * MINUTE;

	(void)state;
	elsewhere.addr = nth(3, 4).addr;
	elsewhere.addr.port++;
	replied(t, elsewhere, now);
	assert_true(is_live(t, elsewhere));
	assert_null(found(t, nth(3, 4)));
	assert_true(is_live(t, nth(3, TABLE_K)));
	table_free(t);
}

static void two_contacts_for_each_net_in_a_bucket(void **state)
{
	struct table *t = with_bucket(0);
	struct node in_net[3];
	struct node elsewhere = nth(1, 9);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		in_net[i] = nth(3, i);
		in_net[i].addr = addr_v4(40, 1, 1, (uint8_t)i, 6881);
		assert_int_equal(queried(t, in_net[i], T0), i < 2);
		replied(t, in_net[i], T0 + i);
		assert_int_equal(found(t, in_net[i]) != NULL, i < 2);
	}
	elsewhere.addr = in_net[2].addr;
	replied(t, elsewhere, T0);
	assert_non_null(found(t, elsewhere));
	/* The weaker one of them gives way when it is unsure. */
	table_drop(t, &elsewhere.addr);
	replied(t, in_net[0], T0 + 10 * MINUTE);
	replied(t, in_net[2], T0 + 16 * MINUTE);
	assert_null(found(t, in_net[1]));
	assert_non_null(found(t, in_net[0]));
	assert_non_null(found(t, in_net[2]));
	table_free(t);
}

static void spares_count_in_a_net_too(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	struct node in_net[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		in_net[i] = nth(3, 100 + i);
		in_net[i].addr = addr_v4(40, 1, 1, (uint8_t)i, 6881);
		replied(t, in_net[i], T0);
	}
	assert_int_equal(spares_of(t, 3), 2);
	table_free(t);
}

static void a_net_of_ipv6_is_a_64(void **state)
{
	struct table *t = table_new(ADDR_V6, &self);

	(void)state;
	for (unsigned i = 0; i < 6; i++) {
		struct node n = nth(0, i);
		uint8_t ip[16] = {0x20,
			1, [7] = (uint8_t)(i / 3), [8] = (uint8_t)(i + 1)};

		n.addr = addr_from_ip(span_of(ip, 16), 6881);
		replied(t, n, T0);
	}
	assert_int_equal(total(t, T0), 4);
	table_free(t);
}

static void a_ring_on_one_machine_works(void **state)
{
	struct table *t = with_bucket(0);

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct node n = nth(3, i);

		n.addr = addr_v4(127, 0, 0, 1, (uint16_t)(2000 + i));
		assert_true(queried(t, n, T0));
		replied(t, n, T0);
		assert_non_null(found(t, n));
	}
	table_free(t);
}

static void an_id_is_there_once(void **state)
{
	struct table *t = make();
	struct node a = nth(0, 1), thief = nth(0, 2);

	(void)state;
	thief.id = a.id;
	replied(t, a, T0);
	assert_false(queried(t, thief, T0));
	replied(t, thief, T0);
	assert_null(found(t, thief));
	replied(t, thief, T0 + 16 * MINUTE);
	assert_non_null(found(t, thief));
	assert_null(found(t, a));
	table_free(t);
}

static void an_address_that_changes_its_id_is_dropped(void **state)
{
	struct table *t = make();
	struct node a = nth(0, 1), b = nth(2, 1);

	(void)state;
	b.addr = a.addr;
	replied(t, a, T0);
	assert_false(queried(t, b, T0));
	replied(t, b, T0);
	assert_null(found(t, a));
	/* It may be a new node there, which may answer again. */
	replied(t, b, T0);
	assert_true(node_id_equal(&found(t, b)->id, &b.id));
	table_free(t);
}

/* --- ids that fit --------------------------------------------------------- */

/* The bucket of verified(0), full of others, all unverified. */
static struct table *full_of_unverified(struct node others[TABLE_K],
	uint64_t now)
{
	struct node_id near = verified(0).id;
	struct table *t;

	near.b[0] ^= 0x10; /* so that it is in bucket 3 */
	t = table_new(ADDR_V4, &near);
	for (unsigned i = 0; i < TABLE_K; i++) {
		struct node deep = nth(0, i);

		memset(&deep.id, (int)i, sizeof deep.id);
		node_id_in_bucket(&deep.id, &near, 8);
		replied(t, deep, now);
		others[i] = nth(1, i);
		node_id_in_bucket(&others[i].id, &near, 3);
		replied(t, others[i], now);
	}
	assert_int_equal(table_counts(t, now).verified, 0);
	return t;
}

static void an_id_that_fits_takes_the_place_of_one_that_does_not(void **state)
{
	struct node others[TABLE_K], fits = verified(0);
	struct table *t = full_of_unverified(others, T0);

	(void)state;
	replied(t, others[5], T0 + 2);
	for (unsigned i = 0; i < TABLE_K; i++)
		if (i != 4)
			replied(t, others[i], T0 + 1);
	assert_true(queried(t, fits, T0 + 3));
	replied(t, fits, T0 + 3);
	assert_true(is_live(t, fits));
	assert_true(found(t, fits)->verified);
	assert_int_equal(table_counts(t, T0 + 3).verified, 1);
	/* The one longest unheard of waits as a spare. */
	assert_false(is_live(t, others[4]));
	assert_non_null(found(t, others[4]));
	table_free(t);
}

static void an_id_that_fits_wins_against_its_double(void **state)
{
	struct table *t = make();
	struct node a = verified(1), b = a;

	(void)state;
	b.addr = nth(0, 1).addr;
	replied(t, b, T0);
	assert_true(queried(t, a, T0));
	replied(t, a, T0);
	assert_null(found(t, b));
	/* And never loses against it, not even when unsure. */
	replied(t, b, T0 + 20 * MINUTE);
	assert_null(found(t, b));
	assert_non_null(found(t, a));
	table_free(t);
}

static void a_bad_contact_wins_against_nobody(void **state)
{
	struct table *t = make();
	struct node a = verified(1), b = a;

	(void)state;
	b.addr = nth(0, 1).addr;
	replied(t, a, T0);
	fail_thrice(t, a, T0);
	replied(t, b, T0);
	assert_non_null(found(t, b));
	table_free(t);
}

/* --- a new id ------------------------------------------------------------- */

static void a_new_id_sorts_all_anew(void **state)
{
	struct table *t = with_bucket(TABLE_K + 2);
	struct node_id other = nth(3, 0).id;
	uint32_t before = total(t, T0);

	(void)state;
	table_set_self(t, &self);
	assert_int_equal(spares_of(t, 3), 2);
	fail_thrice(t, nth(5, 0), T0);
	table_set_self(t, &other);
	assert_true(node_id_equal(table_self(t), &other));
	/* Lost are a bad one and the one that has our id now. */
	assert_int_equal(total(t, T0), before - 2);
	assert_null(found(t, nth(5, 0)));
	assert_null(found(t, nth(3, 0)));
	assert_int_equal(found(t, nth(3, 1))->replied_ms, T0);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_those_that_answered_enter),
		cmocka_unit_test(what_cannot_be_a_contact_stays_out),
		cmocka_unit_test(an_answer_is_noted),
		cmocka_unit_test(time_may_begin_at_zero),
		cmocka_unit_test(a_contact_ages_and_fails),
		cmocka_unit_test(a_query_keeps_a_contact_good),
		cmocka_unit_test(each_bucket_has_ids_that_share_its_bits),
		cmocka_unit_test(the_first_buckets_are_larger),
		cmocka_unit_test(planted_ids_do_not_split_the_table_for_ever),
		cmocka_unit_test(a_full_bucket_keeps_its_good_contacts),
		cmocka_unit_test(a_spare_unheard_of_makes_room_for_a_live_one),
		cmocka_unit_test(
			three_failures_bring_a_spare_that_must_prove_itself),
		cmocka_unit_test(an_answer_ends_a_row_of_failures),
		cmocka_unit_test(a_spare_that_fails_leaves),
		cmocka_unit_test(the_best_spare_goes_first),
		cmocka_unit_test(
			without_a_spare_a_bad_contact_waits_for_a_newcomer),
		cmocka_unit_test(a_bad_contact_leaves_in_the_end),
		cmocka_unit_test(a_lost_network_empties_no_table),
		cmocka_unit_test(forgiving_makes_bad_contacts_unsure),
		cmocka_unit_test(forgiving_an_empty_table_asks_nobody),
		cmocka_unit_test(a_liar_is_dropped_at_once),
		cmocka_unit_test(one_contact_for_each_ip),
		cmocka_unit_test(a_rival_leaves_its_place_to_a_spare),
		cmocka_unit_test(two_contacts_for_each_net_in_a_bucket),
		cmocka_unit_test(spares_count_in_a_net_too),
		cmocka_unit_test(a_net_of_ipv6_is_a_64),
		cmocka_unit_test(a_ring_on_one_machine_works),
		cmocka_unit_test(an_id_is_there_once),
		cmocka_unit_test(an_address_that_changes_its_id_is_dropped),
		cmocka_unit_test(
			an_id_that_fits_takes_the_place_of_one_that_does_not),
		cmocka_unit_test(an_id_that_fits_wins_against_its_double),
		cmocka_unit_test(a_bad_contact_wins_against_nobody),
		cmocka_unit_test(a_new_id_sorts_all_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
