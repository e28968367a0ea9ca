/*
 * table_upkeep_test.c - whom a routing table asks, and when.
 */
#include "table_nodes.h"

struct rest {
	unsigned pings, refreshes;
	unsigned wakes;    /* calls at a deadline */
	uint64_t shortest; /* between two pings */
	unsigned most_unsure;
};

/* Everybody answers; nothing else happens. */
static struct rest at_rest(struct table *t, uint64_t from, uint64_t until)
{
	struct rest r = {.shortest = UINT64_MAX};
	uint64_t last = 0, now = from;
	struct contact c;
	unsigned bits;

	for (; now < until; now = table_deadline(t, now)) {
		uint32_t unsure = table_counts(t, now).unsure;

		r.wakes++;
		while (table_next_ping(t, now, &c)) {
			if (last && now - last < r.shortest)
				r.shortest = now - last;
			last = now;
			r.pings++;
			table_replied(t, &c.id, &c.addr, 30, now);
		}
		while (table_next_refresh(t, now, &bits))
			r.refreshes++;
		if (unsure > r.most_unsure)
			r.most_unsure = unsure;
	}
	return r;
}

/* 32 + 16 + 18 * 8 = 192 contacts, which is what a network of some million
 * nodes gives. */
static struct table *full_table(uint64_t now)
{
	struct table *t = make();

	for (unsigned bits = 20; bits-- > 0;)
		for (unsigned i = 0; i < 50; i++)
			replied(t, nth(bits, i), now);
	return t;
}

/* As that of a node which has just joined: all are due at the same time. */
static void a_table_that_filled_at_once_stays_good(void **state)
{
	struct table *t = full_table(T0);
	struct rest r = at_rest(t, T0, T0 + 60 * MINUTE);

	(void)state;
	assert_int_equal(r.most_unsure, 0);
	table_free(t);
}

static void a_table_at_rest_stays_good_with_few_messages(void **state)
{
	struct table *t = full_table(T0);
	struct rest r;

	(void)state;
	assert_int_equal(table_counts(t, T0).good, 192);
	assert_int_equal(table_counts(t, T0).spare, 20 * TABLE_K);
	at_rest(t, T0, T0 + 60 * MINUTE);
	r = at_rest(t, T0 + 60 * MINUTE, T0 + 180 * MINUTE);
	assert_in_range(r.pings, 1000, 2 * 3600 / 4);
	assert_int_equal(r.shortest, TABLE_PING_PACE_MS);
	assert_int_equal(r.most_unsure, 0);
	/* The last bucket has room. */
	assert_in_range(r.refreshes, 7, 9);
	assert_in_range(r.wakes, r.pings, 2 * r.pings);
	table_free(t);
}

static void a_small_table_costs_less(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	struct rest r;

	(void)state;
	at_rest(t, T0, T0 + 60 * MINUTE);
	r = at_rest(t, T0 + 60 * MINUTE, T0 + 120 * MINUTE);
	assert_in_range(r.pings, 16 * 4, 16 * 5);
	assert_in_range(r.wakes, r.pings, 2 * r.pings);
	assert_int_equal(r.most_unsure, 0);
	table_free(t);
}

static void after_a_sleep_it_asks_faster(void **state)
{
	struct table *t = full_table(T0);
	uint64_t woke = T0 + 600 * MINUTE;

	(void)state;
	at_rest(t, T0, T0 + 5 * MINUTE);
	table_forgive(t);
	assert_int_equal(table_counts(t, woke).good, 0);
	at_rest(t, woke, woke + MINUTE);
	assert_in_range(table_counts(t, woke + MINUTE).good, 96, 120);
	table_free(t);
}

static void the_longest_unheard_of_is_asked_first(void **state)
{
	struct table *t = make();
	uint64_t now = T0 + 14 * MINUTE;
	struct contact c;

	(void)state;
	replied(t, nth(0, 1), T0 + 5);
	replied(t, nth(0, 2), T0);
	replied(t, nth(0, 3), T0 + 9);
	assert_true(table_next_ping(t, now, &c));
	assert_true(is_node(&c, nth(0, 2)));
	assert_int_equal(found(t, nth(0, 2))->asked_ms, now);
	assert_false(table_next_ping(t, now, &c));
	now += TABLE_PING_PACE_MS;
	assert_true(table_next_ping(t, now, &c));
	assert_true(is_node(&c, nth(0, 1)));
	table_free(t);
}

static void the_doubtful_are_asked_first_while_a_spare_waits(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	uint64_t now = T0 + 16 * MINUTE;
	struct contact c;

	(void)state;
	/* Bucket 4, without a spare, is older still. */
	for (unsigned i = 0; i < TABLE_K; i++)
		replied(t, nth(3, i), i == 6 ? T0 + 500 : T0 + 5 * MINUTE);
	assert_true(table_next_ping(t, now, &c));
	assert_true(is_node(&c, nth(3, 6)));
	/* It fails: asked again, and again, until the spare has its place. */
	for (unsigned i = 1; i < TABLE_FAILS_MAX; i++) {
		assert_false(failed(t, nth(3, 6), now + 8000));
		now += TABLE_AGAIN_MS;
		assert_true(table_next_ping(t, now, &c));
		assert_true(is_node(&c, nth(3, 6)));
	}
	assert_true(failed(t, nth(3, 6), now + 8000));
	assert_true(is_live(t, nth(3, TABLE_K)));
	table_free(t);
}

/* Until nothing is left to ask for a while; all answer. */
static void drain(struct table *t, uint64_t now)
{
	struct contact c;
	unsigned bits;

	while (table_next_ping(t, now, &c))
		table_replied(t, &c.id, &c.addr, 30, now);
	while (table_next_refresh(t, now, &bits))
		continue;
	assert_true(table_deadline(t, now) > now);
}

static void a_promoted_spare_is_asked_at_once(void **state)
{
	struct table *t = with_bucket(TABLE_K + 1);
	struct contact c;

	(void)state;
	drain(t, T0);
	drop(t, nth(3, 0));
	assert_int_equal(table_deadline(t, T0), T0);
	assert_true(table_next_ping(t, T0, &c));
	assert_true(is_node(&c, nth(3, TABLE_K)));
	table_free(t);
}

static void a_promoted_spare_is_asked_before_the_doubtful(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	uint64_t now = T0 + 16 * MINUTE;
	struct contact c;

	(void)state;
	/* Two spares for bucket 2, one of them needed; one for bucket 3. */
	for (unsigned i = 0; i < TABLE_K + 1; i++)
		replied(t, nth(2, i), T0);
	replied(t, nth(3, TABLE_K), T0);
	drop(t, nth(2, 1));
	for (unsigned i = 0; i < TABLE_K; i++)
		assert_false(failed(t, nth(3, i), T0));
	assert_true(table_next_ping(t, now, &c));
	assert_true(is_node(&c, nth(2, TABLE_K)));
	table_free(t);
}

static void a_new_spare_hastens_the_end_of_those_that_fail(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	uint64_t now = T0 + 14 * MINUTE;
	struct contact c;

	(void)state;
	at_rest(t, T0, now);
	asked(t, nth(3, 2), now);
	assert_false(failed(t, nth(3, 2), now));
	drain(t, now);
	now += TABLE_AGAIN_MS;
	assert_false(table_next_ping(t, now, &c));
	replied(t, nth(3, TABLE_K), now);
	assert_true(table_next_ping(t, now, &c));
	assert_true(is_node(&c, nth(3, 2)));
	table_free(t);
}

static void one_that_does_not_answer_is_asked_less_and_less(void **state)
{
	static const uint64_t waits[] = {TABLE_PING_MS, 4 * TABLE_AGAIN_MS,
		16 * TABLE_AGAIN_MS, TABLE_REFRESH_MS, TABLE_REFRESH_MS};
	struct table *t = make();
	uint64_t now = T0;
	struct contact c;
	unsigned bits;

	(void)state;
	replied(t, nth(0, 1), T0);
	for (unsigned i = 0; i < 5; i++) {
		assert_false(table_next_ping(t, now + waits[i] - 1, &c));
		now += waits[i];
		while (table_next_refresh(t, now - 1, &bits)) {
		}
		assert_in_range(table_deadline(t, now - 1), now - 1, now);
		assert_true(table_next_ping(t, now, &c));
		failed(t, nth(0, 1), now);
	}
	table_free(t);
}

static void asking_is_put_off_while_a_query_is_out(void **state)
{
	struct table *t = make();
	uint64_t now = T0 + 14 * MINUTE;
	struct contact c;

	(void)state;
	replied(t, nth(0, 1), T0);
	asked(t, nth(0, 1), now);
	assert_false(table_next_ping(t, now, &c));
	assert_true(table_next_ping(t, now + TABLE_AGAIN_MS, &c));
	table_free(t);
}

static void an_empty_table_has_nothing_to_do(void **state)
{
	struct table *t = make();
	struct contact c;
	unsigned bits;

	(void)state;
	table_refresh_all(t);
	assert_true(table_deadline(t, T0) == TABLE_NEVER);
	assert_false(table_next_ping(t, T0, &c));
	assert_false(table_next_refresh(t, T0, &bits));
	table_free(t);
}

static void a_young_table_fills_its_buckets(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	uint64_t now = T0;
	unsigned seen = 0, bits;

	(void)state;
	assert_false(table_next_refresh(t, T0 + TABLE_SETTLE_MS - 1, &bits));
	for (; now < T0 + MINUTE; now += TABLE_REFRESH_YOUNG_MS)
		if (table_next_refresh(t, now, &bits)) {
			assert_false(table_next_refresh(t, now, &bits));
			assert_false(seen & 1u << bits);
			seen |= 1u << bits;
		}
	/* The last two are full. */
	assert_int_equal(seen, 0x07);
	table_free(t);
}

static void a_quiet_full_bucket_is_refreshed(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	unsigned n = 0, bits;
	uint64_t now;

	(void)state;
	for (now = T0; now < T0 + 10 * MINUTE; now += 1000)
		while (table_next_refresh(t, now, &bits))
			assert_int_not_equal(bits, 3);
	/* An answer puts it off, a query does not. */
	replied(t, nth(3, 1), now);
	queried(t, nth(3, 1), now + 9 * MINUTE);
	for (uint64_t at = now; at < now + TABLE_REFRESH_MS; at += 1000)
		while (table_next_refresh(t, at, &bits))
			assert_int_not_equal(bits, 3);
	now += TABLE_REFRESH_MS;
	for (uint64_t at = now; at < now + 5 * MINUTE; at += 1000)
		while (table_next_refresh(t, at, &bits))
			n += bits == 3;
	assert_int_equal(n, 1);
	table_free(t);
}

static void a_newcomer_puts_off_a_refresh(void **state)
{
	struct table *t = with_bucket(TABLE_K);
	uint64_t entered = T0 + 10 * MINUTE;
	unsigned bits;

	(void)state;
	drain(t, T0);
	fail_thrice(t, nth(3, 0), entered);
	replied(t, nth(3, 50), entered);
	for (uint64_t at = T0; at < entered + TABLE_REFRESH_MS; at += 1000)
		while (table_next_refresh(t, at, &bits))
			assert_int_not_equal(bits, 3);
	table_free(t);
}

static void refreshing_all_does_it_soon(void **state)
{
	struct table *t = full_table(T0);
	uint64_t now = T0 + 20 * MINUTE;
	unsigned n = 0, bits;

	(void)state;
	at_rest(t, T0, now);
	table_refresh_all(t);
	for (uint64_t at = now; at <= now + 21 * TABLE_REFRESH_YOUNG_MS;
		at += 100)
		while (table_next_refresh(t, at, &bits))
			n++;
	assert_int_equal(n, 21);
	table_free(t);
}

static void a_long_silence_brings_no_burst_of_refreshes(void **state)
{
	struct table *t = full_table(T0);
	uint64_t now = T0 + 60 * MINUTE;
	unsigned n = 0, bits;

	(void)state;
	drain(t, T0 + MINUTE);
	for (uint64_t at = now; at < now + 5 * MINUTE; at += 100)
		while (table_next_refresh(t, at, &bits))
			n++;
	assert_in_range(n, 5 * MINUTE / TABLE_REFRESH_PACE_MS,
		5 * MINUTE / TABLE_REFRESH_PACE_MS + 1);
	table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_that_filled_at_once_stays_good),
		cmocka_unit_test(a_table_at_rest_stays_good_with_few_messages),
		cmocka_unit_test(a_small_table_costs_less),
		cmocka_unit_test(after_a_sleep_it_asks_faster),
		cmocka_unit_test(the_longest_unheard_of_is_asked_first),
		cmocka_unit_test(
			the_doubtful_are_asked_first_while_a_spare_waits),
		cmocka_unit_test(a_promoted_spare_is_asked_at_once),
		cmocka_unit_test(a_promoted_spare_is_asked_before_the_doubtful),
		cmocka_unit_test(
			a_new_spare_hastens_the_end_of_those_that_fail),
		cmocka_unit_test(a_long_silence_brings_no_burst_of_refreshes),
		cmocka_unit_test(
			one_that_does_not_answer_is_asked_less_and_less),
		cmocka_unit_test(asking_is_put_off_while_a_query_is_out),
		cmocka_unit_test(an_empty_table_has_nothing_to_do),
		cmocka_unit_test(a_young_table_fills_its_buckets),
		cmocka_unit_test(a_quiet_full_bucket_is_refreshed),
		cmocka_unit_test(a_newcomer_puts_off_a_refresh),
		cmocka_unit_test(refreshing_all_does_it_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
