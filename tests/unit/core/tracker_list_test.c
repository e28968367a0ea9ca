/*
 * tracker_list_test.c - whom to announce to, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/heap.h"
#include "core/swarm/tracker_list.h"

static struct tracker_list *make(size_t n, uint32_t step)
{
	struct tracker_list *l = tracker_list_new(1);

	for (uint32_t i = 0; i < n; i++) {
		char url[64];

		snprintf(url, sizeof url, "http://t%u.example:80/announce", i);
		assert_int_equal(tracker_list_add(l, url, i * step), ERR_OK);
	}
	return l;
}

static void ok(struct tracker_list *l, size_t index, uint32_t interval_s,
	uint64_t now)
{
	struct tracker_answer a = {.interval_s = interval_s,
		.has_seeds = true,
		.has_leeches = true,
		.seeds = 10,
		.leeches = 20};

	tracker_list_report(l, index, &a, NULL, now);
}

static void bad(struct tracker_list *l, size_t index, uint64_t now)
{
	struct fault f = {.code = ERR_NET, .what = "refused"};

	tracker_list_report(l, index, NULL, &f, now);
}

/* The next thing to do is an announce of this kind. */
static size_t expect(struct tracker_list *l, enum tracker_event event,
	uint64_t now)
{
	struct tracker_action act;

	assert_true(tracker_list_deadline(l) <= now);
	assert_true(tracker_list_next(l, now, &act));
	assert_int_equal(act.event, event);
	assert_false(act.scrape);
	assert_string_equal(act.url, tracker_list_url(l, act.index));
	return act.index;
}

static void nothing(struct tracker_list *l, uint64_t now)
{
	struct tracker_action act;

	assert_false(tracker_list_next(l, now, &act));
}

static void takes_urls_once_and_up_to_a_limit(void **state)
{
	struct tracker_list *l = make(TRACKER_LIST_MAX, 0);

	(void)state;
	assert_int_equal(tracker_list_add(l, "http://t7.example:80/announce",
				 3),
		ERR_OK);
	assert_int_equal(tracker_list_count(l), TRACKER_LIST_MAX);
	assert_int_equal(tracker_list_add(l, "http://more.example/announce", 0),
		ERR_LIMIT);
	assert_int_equal(tracker_list_add(l, "gopher://x/announce", 0),
		ERR_SYNTAX);
	assert_null(tracker_list_url(l, TRACKER_LIST_MAX));
	tracker_list_free(l);
}

static void an_empty_list_has_nothing_to_do(void **state)
{
	struct tracker_list *l = tracker_list_new(1);

	(void)state;
	tracker_list_start(l, 0);
	nothing(l, 0);
	assert_true(tracker_list_deadline(l) == NEVER);
	assert_false(tracker_list_all_down(l));
	assert_true(tracker_list_next_announce(l, 0) == NEVER);
	tracker_list_free(l);
}

static void announces_started_at_once_then_at_the_interval(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	assert_true(tracker_list_deadline(l) == NEVER);
	tracker_list_start(l, 1000);
	assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 1000), 0);
	nothing(l, 1000);
	assert_true(tracker_list_deadline(l) == NEVER);
	ok(l, 0, 1800, 2000);
	assert_in_range(tracker_list_deadline(l), 1802000, 1802000 + 90000);
	nothing(l, 1801999);
	assert_int_equal(expect(l, TRACKER_EVENT_NONE, 1900000), 0);
	tracker_list_free(l);
}

static void starting_twice_is_starting_once(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1800, 10);
	tracker_list_start(l, 20);
	nothing(l, 20);
	tracker_list_free(l);
}

static void tries_tiers_in_order(void **state)
{
	struct tracker_list *l = make(4, 1);

	(void)state;
	tracker_list_start(l, 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 0), i);
		bad(l, i, 0);
	}
	assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 0), 3);
	ok(l, 3, 60, 0);
	/* It answered: it is asked again, not those before it. */
	assert_int_equal(expect(l, TRACKER_EVENT_NONE, 70000), 3);
	/* It fails: the walk begins at the top. */
	bad(l, 3, 70000);
	assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 70000), 0);
	tracker_list_free(l);
}

static void shuffles_inside_a_tier(void **state)
{
	uint32_t first[5] = {0};

	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		struct tracker_list *l = tracker_list_new(seed);
		char url[64];

		for (uint32_t i = 0; i < 5; i++) {
			snprintf(url, sizeof url, "udp://t%u.example:1", i);
			assert_int_equal(tracker_list_add(l, url, 7), ERR_OK);
		}
		tracker_list_start(l, 0);
		first[expect(l, TRACKER_EVENT_STARTED, 0)]++;
		tracker_list_free(l);
	}
	for (int i = 0; i < 5; i++)
		assert_in_range(first[i], 140, 260);
}

static void one_that_answers_moves_to_the_front_of_its_tier(void **state)
{
	struct tracker_list *l = make(5, 0);
	size_t i, good;

	(void)state;
	tracker_list_start(l, 0);
	for (i = 0; i < 3; i++)
		bad(l, expect(l, TRACKER_EVENT_STARTED, 0), 0);
	good = expect(l, TRACKER_EVENT_STARTED, 0);
	ok(l, good, 60, 0);
	tracker_list_stop(l, 100);
	tracker_list_report(l, expect(l, TRACKER_EVENT_STOPPED, 100), NULL,
		NULL, 100);
	tracker_list_start(l, 200);
	assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 200), good);
	tracker_list_free(l);
}

static void backs_off_when_the_whole_list_failed(void **state)
{
	struct tracker_list *l = make(2, 1);
	uint64_t now = 0, wait = 15000;

	(void)state;
	tracker_list_start(l, now);
	for (int round = 0; round < 12; round++) {
		uint64_t due;

		bad(l, expect(l, TRACKER_EVENT_STARTED, now), now);
		bad(l, expect(l, TRACKER_EVENT_STARTED, now), now);
		assert_true(tracker_list_all_down(l));
		due = tracker_list_deadline(l);
		assert_in_range(due - now, wait, wait + wait / 20);
		nothing(l, due - 1);
		now = due;
		wait = wait * 2 < 1800000 ? wait * 2 : 1800000;
	}
	tracker_list_free(l);
}

static void a_new_tracker_does_not_wait_for_the_back_off(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	bad(l, expect(l, TRACKER_EVENT_STARTED, 0), 0);
	nothing(l, 1000);
	assert_int_equal(tracker_list_add(l, "udp://new.example:5", 9), ERR_OK);
	(void)expect(l, TRACKER_EVENT_STARTED, 1000);
	tracker_list_free(l);
}

static void tells_of_completion_at_once_and_once(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1800, 0);
	tracker_list_completed(l, 5000);
	ok(l, expect(l, TRACKER_EVENT_COMPLETED, 5000), 1800, 5000);
	nothing(l, 6000);
	assert_int_equal(expect(l, TRACKER_EVENT_NONE, 1900000), 0);
	tracker_list_free(l);
}

static void completion_during_an_announce_waits_for_it(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	(void)expect(l, TRACKER_EVENT_STARTED, 0);
	tracker_list_completed(l, 100);
	nothing(l, 100);
	ok(l, 0, 1800, 200);
	(void)expect(l, TRACKER_EVENT_COMPLETED, 200);
	tracker_list_free(l);
}

static void tells_stopped_to_those_who_know_us_only(void **state)
{
	struct tracker_list *l = make(3, 1);

	(void)state;
	tracker_list_start(l, 0);
	bad(l, expect(l, TRACKER_EVENT_STARTED, 0), 0);
	ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1800, 0);
	tracker_list_stop(l, 50);
	tracker_list_stop(l, 50);
	assert_int_equal(expect(l, TRACKER_EVENT_STOPPED, 50), 1);
	nothing(l, 50);
	ok(l, 1, 1800, 60);
	assert_true(tracker_list_deadline(l) == NEVER);
	nothing(l, 10000000);
	tracker_list_free(l);
}

static void stopping_during_an_announce_tells_it_afterwards(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	(void)expect(l, TRACKER_EVENT_STARTED, 0);
	tracker_list_stop(l, 10);
	assert_true(tracker_list_deadline(l) == NEVER);
	ok(l, 0, 1800, 20);
	(void)expect(l, TRACKER_EVENT_STOPPED, 20);
	tracker_list_free(l);
}

static void a_quick_restart_waits_for_stopped_to_arrive(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1800, 0);
	tracker_list_stop(l, 10);
	(void)expect(l, TRACKER_EVENT_STOPPED, 10);
	tracker_list_start(l, 20);
	nothing(l, 20);
	assert_true(tracker_list_deadline(l) == NEVER);
	ok(l, 0, 1800, 30);
	(void)expect(l, TRACKER_EVENT_STARTED, 30);
	tracker_list_free(l);
}

static void a_restart_takes_back_what_was_not_yet_told(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	tracker_list_start(l, 0);
	ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1800, 0);
	tracker_list_stop(l, 10);
	tracker_list_start(l, 20);
	(void)expect(l, TRACKER_EVENT_NONE, 20);
	tracker_list_free(l);
}

static void hurry_respects_the_minimum_interval(void **state)
{
	struct tracker_list *l = make(1, 0);
	struct tracker_answer a = {.interval_s = 1800, .min_interval_s = 300};

	(void)state;
	tracker_list_start(l, 0);
	(void)expect(l, TRACKER_EVENT_STARTED, 0);
	tracker_list_report(l, 0, &a, NULL, 1000);
	tracker_list_hurry(l, 2000);
	assert_int_equal(tracker_list_next_announce(l, 2000), 299000);
	(void)expect(l, TRACKER_EVENT_NONE, 301000);
	ok(l, 0, 1800, 301000);
	tracker_list_hurry(l, 500000);
	(void)expect(l, TRACKER_EVENT_NONE, 500000);
	tracker_list_free(l);
}

static void hurry_shortens_a_back_off(void **state)
{
	struct tracker_list *l = make(1, 0);
	uint64_t now = 0;

	(void)state;
	tracker_list_start(l, 0);
	for (int i = 0; i < 6; i++) {
		bad(l, expect(l, TRACKER_EVENT_STARTED, now), now);
		now = tracker_list_deadline(l);
	}
	bad(l, expect(l, TRACKER_EVENT_STARTED, now), now);
	tracker_list_hurry(l, now + 1);
	nothing(l, now + 14999);
	(void)expect(l, TRACKER_EVENT_STARTED, now + 15000);
	tracker_list_free(l);
}

static void obeys_a_refusal(void **state)
{
	struct tracker_list *l = make(2, 1);
	struct tracker_answer never = {
		.failure = "go away", .retry_in_s = UINT32_MAX};
	struct tracker_answer later = {.failure = "busy", .retry_in_s = 600};
	struct tracker_row row;

	(void)state;
	tracker_list_start(l, 0);
	tracker_list_report(l, expect(l, TRACKER_EVENT_STARTED, 0), &never,
		NULL, 0);
	tracker_list_report(l, expect(l, TRACKER_EVENT_STARTED, 0), &later,
		NULL, 0);
	tracker_list_row(l, 0, 0, &row);
	assert_int_equal(row.status, TRACKER_DISABLED);
	assert_string_equal(row.text, "go away");
	for (uint64_t now = 0; now < 600000; now += 1000)
		nothing(l, now);
	assert_int_equal(expect(l, TRACKER_EVENT_STARTED, 1900000), 1);
	tracker_list_free(l);
}

static void sends_the_tracker_id_back(void **state)
{
	struct tracker_list *l = make(1, 0);
	struct tracker_answer a = {.interval_s = 60, .tracker_id = "abc"};
	struct tracker_action act;

	(void)state;
	tracker_list_start(l, 0);
	assert_true(tracker_list_next(l, 0, &act));
	assert_null(act.tracker_id);
	tracker_list_report(l, 0, &a, NULL, 0);
	/* The answer has no numbers: a scrape comes first. */
	assert_true(tracker_list_next(l, 0, &act));
	assert_true(act.scrape);
	a.tracker_id[0] = '\0';
	tracker_list_hurry(l, 100000);
	assert_true(tracker_list_next(l, 100000, &act));
	assert_string_equal(act.tracker_id, "abc");
	tracker_list_report(l, 0, &a, NULL, 100000);
	tracker_list_hurry(l, 200000);
	assert_true(tracker_list_next(l, 200000, &act));
	assert_string_equal(act.tracker_id, "abc");
	tracker_list_free(l);
}

static void scrapes_who_does_not_tell_numbers(void **state)
{
	struct tracker_list *l = make(1, 0);
	struct tracker_answer a = {.interval_s = 36000};
	struct tracker_scrape s = {
		.known = true, .seeds = 3, .leeches = 4, .downloaded = 5};
	struct tracker_action act;
	struct tracker_row row;
	uint32_t seeds, leeches;

	(void)state;
	tracker_list_start(l, 0);
	(void)expect(l, TRACKER_EVENT_STARTED, 0);
	tracker_list_report(l, 0, &a, NULL, 0);
	assert_int_equal(tracker_list_deadline(l), 0);
	assert_true(tracker_list_next(l, 0, &act));
	assert_true(act.scrape);
	nothing(l, 0);
	tracker_list_report_scrape(l, 0, &s, 0);
	tracker_list_swarm(l, &seeds, &leeches);
	assert_int_equal(seeds, 3);
	assert_int_equal(leeches, 4);
	tracker_list_row(l, 0, 0, &row);
	assert_int_equal(row.downloaded, 5);
	nothing(l, 1799999);
	for (int fails = 0; fails < 2; fails++) {
		uint64_t now = tracker_list_deadline(l);

		assert_in_range(now, 1800000, 4000000);
		assert_true(tracker_list_next(l, now, &act));
		assert_true(act.scrape);
		tracker_list_report_scrape(l, 0, NULL, now);
	}
	assert_true(tracker_list_deadline(l) > 30000000);
	tracker_list_free(l);
}

static void describes_itself_for_the_screen(void **state)
{
	struct tracker_list *l = make(2, 1);
	struct tracker_row row;

	(void)state;
	assert_null(tracker_list_good_host(l));
	tracker_list_row(l, 0, 0, &row);
	assert_int_equal(row.status, TRACKER_IDLE);
	assert_int_equal(row.seeds, UINT32_MAX);
	assert_int_equal(row.last_announce_s, UINT32_MAX);
	assert_int_equal(row.next_announce_s, UINT32_MAX);
	tracker_list_start(l, 0);
	bad(l, expect(l, TRACKER_EVENT_STARTED, 0), 0);
	(void)expect(l, TRACKER_EVENT_STARTED, 0);
	tracker_list_row(l, 1, 0, &row);
	assert_int_equal(row.status, TRACKER_ASKING);
	ok(l, 1, 1800, 1000);
	assert_string_equal(tracker_list_good_host(l), "t1.example");
	assert_false(tracker_list_all_down(l));
	tracker_list_row(l, 1, 11000, &row);
	assert_string_equal(row.url, "http://t1.example:80/announce");
	assert_int_equal(row.tier, 1);
	assert_int_equal(row.status, TRACKER_OK);
	assert_true(row.is_current);
	assert_int_equal(row.last_announce_s, 10);
	assert_in_range(row.next_announce_s, 1790, 1880);
	assert_int_equal(row.seeds, 10);
	tracker_list_row(l, 0, 11000, &row);
	assert_int_equal(row.status, TRACKER_FAILED);
	assert_string_equal(row.text, "refused");
	assert_int_equal(row.fails, 1);
	assert_int_equal(row.next_announce_s, UINT32_MAX);
	tracker_list_free(l);
}

static void finds_the_host_in_any_url(void **state)
{
	static const char *const urls[][2] = {
		{"http://a.example/announce", "a.example"},
		{"udp://b.example:6969", "b.example"},
		{"http://[2001:db8::1]:80/announce", "[2001:db8::1]"},
		{"https://c.example:443/x?passkey=a@b/announce", "c.example"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
		struct tracker_list *l = tracker_list_new(1);

		assert_int_equal(tracker_list_add(l, urls[i][0], 0), ERR_OK);
		tracker_list_start(l, 0);
		ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 60, 0);
		assert_string_equal(tracker_list_good_host(l), urls[i][1]);
		tracker_list_free(l);
	}
}

static void spreads_announces(void **state)
{
	uint64_t least = UINT64_MAX, most = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct tracker_list *l = tracker_list_new(seed);
		uint64_t due;

		assert_int_equal(tracker_list_add(l, "udp://x.example:1", 0),
			ERR_OK);
		tracker_list_start(l, 0);
		ok(l, expect(l, TRACKER_EVENT_STARTED, 0), 1000, 0);
		due = tracker_list_deadline(l);
		least = due < least ? due : least;
		most = due > most ? due : most;
		tracker_list_free(l);
	}
	assert_in_range(least, 1000000, 1005000);
	assert_in_range(most, 1045000, 1050000);
}

static void ignores_reports_nobody_waits_for(void **state)
{
	struct tracker_list *l = make(1, 0);

	(void)state;
	ok(l, 0, 60, 0);
	ok(l, 99, 60, 0);
	tracker_list_report_scrape(l, 99, NULL, 0);
	assert_null(tracker_list_good_host(l));
	tracker_list_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_urls_once_and_up_to_a_limit),
		cmocka_unit_test(an_empty_list_has_nothing_to_do),
		cmocka_unit_test(
			announces_started_at_once_then_at_the_interval),
		cmocka_unit_test(starting_twice_is_starting_once),
		cmocka_unit_test(tries_tiers_in_order),
		cmocka_unit_test(shuffles_inside_a_tier),
		cmocka_unit_test(
			one_that_answers_moves_to_the_front_of_its_tier),
		cmocka_unit_test(backs_off_when_the_whole_list_failed),
		cmocka_unit_test(a_new_tracker_does_not_wait_for_the_back_off),
		cmocka_unit_test(tells_of_completion_at_once_and_once),
		cmocka_unit_test(completion_during_an_announce_waits_for_it),
		cmocka_unit_test(tells_stopped_to_those_who_know_us_only),
		cmocka_unit_test(
			stopping_during_an_announce_tells_it_afterwards),
		cmocka_unit_test(a_quick_restart_waits_for_stopped_to_arrive),
		cmocka_unit_test(a_restart_takes_back_what_was_not_yet_told),
		cmocka_unit_test(hurry_respects_the_minimum_interval),
		cmocka_unit_test(hurry_shortens_a_back_off),
		cmocka_unit_test(obeys_a_refusal),
		cmocka_unit_test(sends_the_tracker_id_back),
		cmocka_unit_test(scrapes_who_does_not_tell_numbers),
		cmocka_unit_test(describes_itself_for_the_screen),
		cmocka_unit_test(finds_the_host_in_any_url),
		cmocka_unit_test(spreads_announces),
		cmocka_unit_test(ignores_reports_nobody_waits_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
