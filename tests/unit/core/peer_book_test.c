/*
 * peer_book_test.c - addresses known, tried, banned.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/heap.h"
#include "core/snapshot.h"
#include "core/swarm/peer_book.h"

static const uint8_t key[16] = {1, 2, 3};
static const struct addr nobody;

static struct peer_book *make(void)
{
	return peer_book_new(key, 1);
}

/* Address number i: 20.i.i.7, port 6881. */
static struct addr nth(uint32_t i)
{
	return addr_v4(20, (uint8_t)(i >> 8), (uint8_t)i, 7, 6881);
}

static bool next(struct peer_book *b, uint64_t now, struct addr *out)
{
	return peer_book_next(b, &nobody, false, now, out);
}

static void gives_each_address_once(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	assert_false(peer_book_add(b, &a, SOURCE_PEX, 0));
	assert_int_equal(peer_book_sources(b, &a), SOURCE_TRACKER | SOURCE_PEX);
	assert_true(next(b, 0, &got));
	assert_true(addr_equal(&a, &got));
	assert_false(next(b, 0, &got));
	peer_book_free(b);
}

static void takes_only_what_can_be_dialled(void **state)
{
	struct peer_book *b = make();
	struct addr port0 = addr_v4(20, 1, 1, 1, 0);
	struct addr multicast = addr_v4(239, 1, 1, 1, 80);

	(void)state;
	assert_false(peer_book_add(b, &port0, SOURCE_PEX, 0));
	assert_false(peer_book_add(b, &multicast, SOURCE_PEX, 0));
	assert_false(peer_book_add(b, &nobody, SOURCE_PEX, 0));
	assert_int_equal(peer_book_counts(b, 0).known, 0);
	peer_book_free(b);
}

static void a_failed_address_rests_longer_each_time(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;
	uint64_t now = 1000;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, now));
	for (uint32_t fails = 0; fails < PEER_BOOK_FAILS_MAX - 1; fails++) {
		uint64_t rest = UINT64_C(5000) << (2 * fails);

		assert_true(next(b, now, &got));
		peer_book_disconnected(b, &a, false, now);
		assert_int_equal(peer_book_counts(b, now).failed, 1);
		assert_int_equal(peer_book_deadline(b, now), now + rest);
		assert_false(next(b, now + rest - 1, &got));
		now += rest;
	}
	assert_true(next(b, now, &got));
	peer_book_disconnected(b, &a, false, now);
	/* Given up, unless the user insists. */
	assert_false(next(b, UINT64_MAX - 1, &got));
	assert_true(peer_book_deadline(b, now) == NEVER);
	peer_book_clear_failures(b);
	assert_true(next(b, now, &got));
	peer_book_free(b);
}

static void a_useful_peer_is_tried_again_soon(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	assert_true(next(b, 0, &got));
	peer_book_connected(b, &a);
	assert_int_equal(peer_book_counts(b, 0).connected, 1);
	peer_book_disconnected(b, &a, true, 5000);
	assert_int_equal(peer_book_deadline(b, 5000),
		5000 + PEER_BOOK_REST_USEFUL_MS);
	assert_true(next(b, 5000 + PEER_BOOK_REST_USEFUL_MS, &got));
	peer_book_free(b);
}

static void prefers_few_failures_then_the_untried_then_the_source(void **state)
{
	struct peer_book *b = make();
	struct addr a[4], got;
	const size_t order[] = {3, 2, 1, 0};
	const uint8_t source[] = {
		SOURCE_USER, SOURCE_USER, SOURCE_PEX, SOURCE_DHT};

	(void)state;
	for (uint32_t i = 0; i < 4; i++) {
		a[i] = nth(i + 1);
		if (i < 2)
			assert_true(peer_book_add(b, &a[i], source[i], 0));
	}
	/* 0 failed, 1 was useful, 2 and 3 are new. */
	assert_true(next(b, 0, &got));
	assert_true(next(b, 0, &got));
	peer_book_disconnected(b, &a[0], false, 10);
	peer_book_disconnected(b, &a[1], true, 20);
	for (uint32_t i = 2; i < 4; i++)
		assert_true(peer_book_add(b, &a[i], source[i], 0));
	for (size_t i = 0; i < 4; i++) {
		assert_true(next(b, 1000000, &got));
		assert_true(addr_equal(&got, &a[order[i]]));
	}
	peer_book_free(b);
}

static void leaves_seeds_alone_when_complete(void **state)
{
	struct peer_book *b = make();
	struct addr seed = nth(1), other = nth(2), got;

	(void)state;
	assert_true(peer_book_add(b, &seed, SOURCE_USER, 0));
	assert_true(peer_book_add(b, &other, SOURCE_PEX, 0));
	peer_book_set_seed(b, &seed);
	assert_true(peer_book_next(b, &nobody, true, 0, &got));
	assert_true(addr_equal(&got, &other));
	assert_false(peer_book_next(b, &nobody, true, 0, &got));
	assert_true(peer_book_next(b, &nobody, false, 0, &got));
	peer_book_free(b);
}

static void breaks_ties_by_canonical_priority(void **state)
{
	struct peer_book *b = make();
	struct addr self = addr_v4(123, 213, 32, 10, 6881), got;
	uint32_t last = UINT32_MAX;

	(void)state;
	for (uint32_t i = 0; i < 50; i++) {
		struct addr a = nth(i);

		assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	}
	for (uint32_t i = 0; i < 50; i++) {
		uint32_t prio;

		assert_true(peer_book_next(b, &self, false, 0, &got));
		prio = addr_priority(&self, &got);
		assert_true(prio <= last);
		last = prio;
	}
	peer_book_free(b);
}

static void a_ban_holds_for_all_ports_of_the_address(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), other_port = nth(1), got;

	(void)state;
	other_port.port = 2000;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	assert_true(peer_book_add(b, &other_port, SOURCE_TRACKER, 0));
	peer_book_ban(b, &a);
	peer_book_ban(b, &other_port);
	assert_true(peer_book_banned(b, &other_port));
	assert_false(next(b, 0, &got));
	assert_false(peer_book_add(b, &a, SOURCE_USER, 0));
	assert_int_equal(peer_book_counts(b, 0).known, 0);
	assert_int_equal(peer_book_counts(b, 0).banned, 1);
	peer_book_free(b);
}

static void a_banned_peer_goes_when_it_disconnects(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	assert_true(next(b, 0, &got));
	peer_book_connected(b, &a);
	peer_book_ban(b, &a);
	assert_int_equal(peer_book_counts(b, 0).known, 1);
	peer_book_disconnected(b, &a, true, 5);
	assert_int_equal(peer_book_counts(b, 0).known, 0);
	assert_false(next(b, UINT64_MAX - 1, &got));
	peer_book_free(b);
}

static void forgets_the_oldest_of_too_many_bans(void **state)
{
	struct peer_book *b = make();
	struct addr first = nth(0), second = nth(1);

	(void)state;
	for (uint32_t i = 0; i <= PEER_BOOK_BANS_MAX; i++) {
		struct addr a = nth(i);

		peer_book_ban(b, &a);
		assert_true(peer_book_banned(b, &a));
	}
	assert_false(peer_book_banned(b, &first));
	assert_true(peer_book_banned(b, &second));
	assert_int_equal(peer_book_counts(b, 0).banned, PEER_BOOK_BANS_MAX);
	peer_book_free(b);
}

static void never_dials_itself(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	assert_true(next(b, 0, &got));
	peer_book_forget(b, &a);
	peer_book_disconnected(b, &a, false, 0);
	assert_false(peer_book_add(b, &a, SOURCE_DHT, 1));
	peer_book_clear_failures(b);
	assert_false(next(b, UINT64_MAX - 1, &got));
	peer_book_free(b);
}

static void fill(struct peer_book *b, uint8_t source)
{
	for (uint32_t i = 0; i < PEER_BOOK_MAX; i++) {
		struct addr a = nth(i);

		assert_true(peer_book_add(b, &a, source, 0));
	}
}

static void a_full_book_drops_the_least_useful(void **state)
{
	struct peer_book *b = make();
	struct addr bad = nth(77), fresh = nth(60000), got;

	(void)state;
	fill(b, SOURCE_TRACKER);
	while (next(b, 0, &got) && !addr_equal(&got, &bad))
		peer_book_disconnected(b, &got, true, 0);
	peer_book_disconnected(b, &bad, false, 0);
	assert_true(peer_book_add(b, &fresh, SOURCE_PEX, 0));
	assert_int_equal(peer_book_counts(b, 0).known, PEER_BOOK_MAX);
	assert_int_equal(peer_book_sources(b, &bad), 0);
	peer_book_free(b);
}

static void a_flood_of_worse_sources_changes_nothing(void **state)
{
	struct peer_book *b = make();
	struct addr better = nth(60000);

	(void)state;
	fill(b, SOURCE_TRACKER);
	for (uint32_t i = 0; i < 500; i++) {
		struct addr a = nth(10000 + i);

		assert_false(peer_book_add(b, &a, SOURCE_PEX, 0));
	}
	assert_true(peer_book_add(b, &better, SOURCE_USER, 0));
	peer_book_free(b);
}

static void equals_replace_each_other_by_chance(void **state)
{
	struct peer_book *b = make();
	uint32_t taken = 0;

	(void)state;
	fill(b, SOURCE_DHT);
	for (uint32_t i = 0; i < 400; i++) {
		struct addr a = nth(10000 + i);

		taken += peer_book_add(b, &a, SOURCE_DHT, 0);
	}
	assert_in_range(taken, 150, 250);
	assert_int_equal(peer_book_counts(b, 0).known, PEER_BOOK_MAX);
	peer_book_free(b);
}

static void connected_entries_do_not_make_room(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(60000), got;
	uint32_t n = 0;

	(void)state;
	fill(b, SOURCE_DHT);
	while (next(b, 0, &got)) {
		peer_book_connected(b, &got);
		n++;
	}
	assert_int_equal(n, PEER_BOOK_MAX);
	assert_false(peer_book_add(b, &a, SOURCE_USER, 0));
	peer_book_free(b);
}

static void keeps_the_good_ones_for_next_time(void **state)
{
	struct peer_book *b = make();
	struct addr a[4], got, good[4];

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		a[i] = nth(i);
		assert_true(peer_book_add(b, &a[i], SOURCE_DHT, 0));
	}
	while (next(b, 0, &got))
		;
	peer_book_disconnected(b, &a[0], false, 0);
	peer_book_disconnected(b, &a[1], true, 0);
	peer_book_connected(b, &a[2]);
	a[3] = nth(3);
	assert_true(peer_book_add(b, &a[3], SOURCE_DHT, 0));
	assert_int_equal(peer_book_good(b, good, 4), 3);
	assert_true(addr_equal(&good[0], &a[2]));
	assert_true(addr_equal(&good[1], &a[1]));
	assert_true(addr_equal(&good[2], &a[3]));
	assert_int_equal(peer_book_good(b, good, 1), 1);
	peer_book_free(b);
}

static void ignores_strangers_in_reports(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1);

	(void)state;
	peer_book_connected(b, &a);
	peer_book_disconnected(b, &a, true, 0);
	peer_book_set_seed(b, &a);
	peer_book_forget(b, &a);
	assert_int_equal(peer_book_sources(b, &a), 0);
	assert_int_equal(peer_book_counts(b, 0).known, 0);
	peer_book_free(b);
}

/* --- hearsay ---------------------------------------------------------- */

static uint32_t add_hearsay(struct peer_book *b, uint32_t from, uint32_t n,
	uint64_t now)
{
	uint32_t taken = 0;

	for (uint32_t i = from; i < from + n; i++) {
		struct addr a = nth(i);

		taken += peer_book_add(b, &a, SOURCE_PEX, now);
	}
	return taken;
}

/* Dials all that may be dialled, in vain. */
static uint32_t dial_in_vain(struct peer_book *b, uint64_t now)
{
	struct addr a;
	uint32_t n = 0;

	while (next(b, now, &a)) {
		peer_book_disconnected(b, &a, false, now);
		n++;
	}
	return n;
}

static void takes_so_much_hearsay_untested(void **state)
{
	struct peer_book *b = make();

	(void)state;
	assert_int_equal(add_hearsay(b, 0, 1000, 0), PEER_BOOK_UNTESTED_MAX);
	assert_int_equal(add_hearsay(b, 2000, 100, 0), 0);
	assert_int_equal(dial_in_vain(b, 0), PEER_BOOK_UNTESTED_MAX);
	assert_int_equal(add_hearsay(b, 2000, 1000, 0), PEER_BOOK_UNTESTED_MAX);
	peer_book_free(b);
}

static void hearsay_is_never_more_than_its_share(void **state)
{
	struct peer_book *b = make();
	uint64_t now = 0;

	(void)state;
	for (uint32_t i = 0; i < 20; i++) {
		add_hearsay(b, i * 300, 300, now);
		dial_in_vain(b, now);
		now += 60000;
	}
	assert_int_equal(peer_book_counts(b, now).known, PEER_BOOK_HEARSAY_MAX);
	/* What failed long ago makes room. */
	now += PEER_BOOK_REST_MAX_MS;
	assert_int_equal(add_hearsay(b, 7000, 300, now),
		PEER_BOOK_UNTESTED_MAX);
	assert_int_equal(peer_book_counts(b, now).known, PEER_BOOK_HEARSAY_MAX);
	peer_book_free(b);
}

static void hearsay_is_tried_once_and_again_when_told_an_hour_later(void *
		*state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;
	uint64_t now = 1000;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_PEX, now));
	assert_int_equal(dial_in_vain(b, now), 1);
	assert_true(peer_book_deadline(b, now) == NEVER);
	for (int i = 0; i < 59; i++) {
		now += 60000;
		assert_false(peer_book_add(b, &a, SOURCE_PEX, now));
		assert_false(next(b, now, &got));
	}
	now += 60000;
	assert_false(next(b, now, &got));
	assert_false(peer_book_add(b, &a, SOURCE_PEX, now));
	assert_int_equal(dial_in_vain(b, now), 1);
	peer_book_free(b);
}

static void another_source_makes_it_more_than_hearsay(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_PEX, 0));
	assert_int_equal(dial_in_vain(b, 0), 1);
	peer_book_add(b, &a, SOURCE_TRACKER, 1);
	assert_int_equal(peer_book_deadline(b, 1), PEER_BOOK_REST_MAX_MS);
	assert_true(next(b, PEER_BOOK_REST_MAX_MS, &got));
	peer_book_free(b);
}

static void hearsay_that_proved_true_is_dialled_as_any_other(void **state)
{
	struct peer_book *b = make();
	struct addr a = nth(1), got;

	(void)state;
	assert_true(peer_book_add(b, &a, SOURCE_PEX, 0));
	assert_true(next(b, 0, &got));
	peer_book_connected(b, &a);
	/* It takes no place of the untested any more. */
	assert_int_equal(add_hearsay(b, 100, 300, 0), PEER_BOOK_UNTESTED_MAX);
	dial_in_vain(b, 0);
	peer_book_disconnected(b, &a, true, 1000);
	assert_true(next(b, 1000 + PEER_BOOK_REST_USEFUL_MS, &got));
	peer_book_disconnected(b, &a, false, 20000);
	assert_true(next(b, 20000 + PEER_BOOK_REST_MS, &got));
	assert_true(addr_equal(&got, &a));
	peer_book_free(b);
}

static void of_one_ip_hearsay_names_few_ports(void **state)
{
	struct peer_book *b = make();
	uint32_t taken = 0;

	(void)state;
	for (uint16_t port = 5000; port < 5100; port++) {
		struct addr a = addr_v4(20, 1, 1, 1, port);

		taken += peer_book_add(b, &a, SOURCE_PEX, 0);
		dial_in_vain(b, 0);
	}
	assert_int_equal(taken, PEER_BOOK_HEARSAY_IP_MAX);
	for (uint16_t port = 6000; port < 6100; port++) {
		struct addr a = addr_v4(20, 1, 1, 1, port);

		assert_true(peer_book_add(b, &a, SOURCE_TRACKER, 0));
	}
	peer_book_free(b);
}

static void ports_of_servers_come_last(void **state)
{
	struct peer_book *b = make();
	struct addr web = addr_v4(20, 1, 1, 1, 443), plain = nth(1);
	struct addr named = addr_v4(20, 1, 1, 2, 443), got;

	(void)state;
	assert_true(peer_book_add(b, &web, SOURCE_PEX, 0));
	assert_true(peer_book_add(b, &plain, SOURCE_PEX, 0));
	assert_true(peer_book_add(b, &named, SOURCE_TRACKER, 0));
	assert_true(next(b, 0, &got));
	assert_true(addr_equal(&got, &named));
	peer_book_disconnected(b, &got, true, 0);
	assert_true(next(b, 20000, &got));
	assert_true(addr_equal(&got, &plain));
	assert_true(next(b, 20000, &got));
	assert_true(addr_equal(&got, &named));
	assert_true(next(b, 20000, &got));
	assert_true(addr_equal(&got, &web));
	peer_book_free(b);
}

static void hearsay_is_not_kept_in_resume_data(void **state)
{
	struct peer_book *b = make();
	struct addr out[4];

	(void)state;
	assert_int_equal(add_hearsay(b, 0, 3, 0), 3);
	assert_int_equal(peer_book_good(b, out, 4), 0);
	peer_book_free(b);
}

static void drops_what_only_some_sources_named(void **state)
{
	struct peer_book *b = make();
	struct addr a[4] = {nth(0), nth(1), nth(2), nth(3)};
	struct addr got;

	(void)state;
	peer_book_add(b, &a[0], SOURCE_PEX, 0);
	peer_book_add(b, &a[1], SOURCE_DHT, 0);
	peer_book_add(b, &a[2], SOURCE_DHT, 0);
	peer_book_add(b, &a[2], SOURCE_TRACKER, 0);
	peer_book_add(b, &a[3], SOURCE_USER, 0);
	peer_book_drop(b, SOURCE_PEX | SOURCE_DHT | SOURCE_LSD);
	assert_int_equal(peer_book_counts(b, 0).known, 2);
	assert_true(next(b, 0, &got) && addr_equal(&got, &a[3]));
	assert_true(next(b, 0, &got) && addr_equal(&got, &a[2]));
	assert_false(next(b, 0, &got));
	peer_book_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_address_once),
		cmocka_unit_test(takes_only_what_can_be_dialled),
		cmocka_unit_test(a_failed_address_rests_longer_each_time),
		cmocka_unit_test(a_useful_peer_is_tried_again_soon),
		cmocka_unit_test(
			prefers_few_failures_then_the_untried_then_the_source),
		cmocka_unit_test(leaves_seeds_alone_when_complete),
		cmocka_unit_test(breaks_ties_by_canonical_priority),
		cmocka_unit_test(a_ban_holds_for_all_ports_of_the_address),
		cmocka_unit_test(a_banned_peer_goes_when_it_disconnects),
		cmocka_unit_test(forgets_the_oldest_of_too_many_bans),
		cmocka_unit_test(never_dials_itself),
		cmocka_unit_test(a_full_book_drops_the_least_useful),
		cmocka_unit_test(a_flood_of_worse_sources_changes_nothing),
		cmocka_unit_test(equals_replace_each_other_by_chance),
		cmocka_unit_test(connected_entries_do_not_make_room),
		cmocka_unit_test(keeps_the_good_ones_for_next_time),
		cmocka_unit_test(ignores_strangers_in_reports),
		cmocka_unit_test(takes_so_much_hearsay_untested),
		cmocka_unit_test(hearsay_is_never_more_than_its_share),
		cmocka_unit_test(
			hearsay_is_tried_once_and_again_when_told_an_hour_later),
		cmocka_unit_test(another_source_makes_it_more_than_hearsay),
		cmocka_unit_test(
			hearsay_that_proved_true_is_dialled_as_any_other),
		cmocka_unit_test(of_one_ip_hearsay_names_few_ports),
		cmocka_unit_test(ports_of_servers_come_last),
		cmocka_unit_test(hearsay_is_not_kept_in_resume_data),
		cmocka_unit_test(drops_what_only_some_sources_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
