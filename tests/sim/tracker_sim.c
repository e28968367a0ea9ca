/*
 * tracker_sim.c - trackers that work, fail and come back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "sim_swarm.h"

#define HOUR_MS 3600000u

static size_t told(struct sim_tracker *t, struct sim_peer *p,
	enum tracker_event e)
{
	struct addr a = sim_peer_addr(p);

	return sim_tracker_count(t, &a, e);
}

/* Each event reaches the tracker exactly once. */
static void events_of(uint64_t seed, bool udp)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.udp_tracker = udp});
	struct sim_peer *s = sim_peer_new(w, &sim_home, SIM_SEED);
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	struct sim_link bad = sim_lan;

	if (udp)
		bad.duplicate_permille = 50;
	*sim_node_link(sim_tracker_node(w->tracker)) = bad;
	sim_world_start(w);
	sim_world_complete(w, 120000);
	sim_run_for(w->sim, 60000);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_STARTED) == 1);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_COMPLETED) == 1);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_STOPPED) == 0);
	sim_peer_stop(p);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_STOPPED) == 1);
	/* Who was complete from the start never completed. */
	sim_require(w->sim, told(w->tracker, s, TRACKER_EVENT_COMPLETED) == 0);
	sim_peer_start(p);
	sim_run_for(w->sim, 10000);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_STARTED) == 2);
	sim_require(w->sim, told(w->tracker, p, TRACKER_EVENT_COMPLETED) == 1);
	sim_world_free(w);
}

static void events_over_http(uint64_t seed)
{
	events_of(seed, false);
}

static void events_over_udp(uint64_t seed)
{
	events_of(seed, true);
}

static void events_are_sent_exactly_once_over_http(void **state)
{
	(void)state;
	sim_for_seeds(20, events_over_http);
}

static void events_are_sent_exactly_once_over_udp(void **state)
{
	(void)state;
	sim_for_seeds(20, events_over_udp);
}

static void pausing(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);

	sim_world_start(w);
	for (size_t i = 1; i <= 3; i++) {
		sim_run_for(w->sim, 5000);
		sim_peer_command(p, CMD_PAUSE, 0);
		sim_run_for(w->sim, 5000);
		sim_require(w->sim,
			told(w->tracker, p, TRACKER_EVENT_STARTED) == i);
		sim_require(w->sim,
			told(w->tracker, p, TRACKER_EVENT_STOPPED) == i);
		sim_peer_command(p, CMD_RESUME, 0);
	}
	sim_world_free(w);
}

static void a_pause_is_told(void **state)
{
	(void)state;
	sim_for_seeds(10, pausing);
}

/* The counters of the last announce are true. */
static void totals(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *s = sim_peer_new(w, &sim_home, SIM_SEED);
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	const struct sim_announce *log;
	uint64_t total = w->torrent.meta->total;
	size_t n;

	sim_world_start(w);
	sim_world_complete(w, 120000);
	sim_peer_stop(p);
	sim_peer_stop(s);
	n = sim_tracker_log(w->tracker, &log);
	for (size_t i = 0; i < n; i++) {
		struct addr a = sim_peer_addr(p);
		bool mine = addr_equal(&log[i].from, &a);

		if (log[i].ask.event != TRACKER_EVENT_STOPPED)
			continue;
		sim_require(w->sim, log[i].ask.left == 0);
		sim_require(w->sim, (mine ? log[i].ask.downloaded
					  : log[i].ask.uploaded) == total);
	}
	sim_world_free(w);
}

static void totals_are_told_truly(void **state)
{
	(void)state;
	sim_for_seeds(10, totals);
}

static void failover(uint64_t seed)
{
	const char *tiers[] = {"http://first.sim/announce",
		"udp://second.sim:6969/announce", "http://unknown.sim/announce",
		"http://tracker.sim/announce", NULL};
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.tiers = tiers});
	struct sim_tracker *first, *second;

	first = sim_tracker_new(w->web, "first.sim", &sim_home);
	second = sim_tracker_new(w->web, "second.sim", &sim_home);
	sim_tracker_set_mode(first,
		(enum sim_tracker_mode)(1 + seed % (SIM_TRACKER_MODES - 1)));
	sim_tracker_set_mode(second,
		(enum sim_tracker_mode)(1 +
					(seed / 5) % (SIM_TRACKER_MODES - 1)));
	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 600000);
	sim_world_free(w);
}

static void any_failure_leads_to_the_next_tier(void **state)
{
	(void)state;
	sim_for_seeds(25, failover);
}

/* Everything is down: few announces, further and further apart; and when the
 * tracker is back, it is found again within its longest wait. */
static void backing_off(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	const struct sim_announce *log;
	size_t n;

	sim_tracker_set_mode(w->tracker,
		(enum sim_tracker_mode)(2 + seed % (SIM_TRACKER_MODES - 2)));
	sim_world_start(w);
	sim_run_for(w->sim, HOUR_MS);
	n = sim_tracker_log(w->tracker, &log);
	if (seed % (SIM_TRACKER_MODES - 2) == 0) {
		assert_int_equal(n, 0); /* nobody listened */
	} else {
		assert_in_range(n, 3, 12);
		for (size_t i = 2; i < n; i++)
			assert_true(log[i].at_ms - log[i - 1].at_ms >=
				    log[i - 1].at_ms - log[i - 2].at_ms);
	}
	sim_tracker_set_mode(w->tracker, SIM_TRACKER_WORKS);
	sim_peer_start(sim_peer_new(w, &sim_home, SIM_SEED));
	sim_world_complete(w, 2 * HOUR_MS);
	assert_true(sim_peer_is_complete(p));
	sim_world_free(w);
}

static void dead_trackers_are_asked_seldom_and_found_again(void **state)
{
	(void)state;
	sim_for_seeds(12, backing_off);
}

static void hanging_at_exit(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	uint64_t from;

	sim_world_start(w);
	sim_run_for(w->sim, 5000);
	sim_tracker_set_mode(w->tracker, SIM_TRACKER_HANGS);
	from = sim_now(w->sim);
	sim_peer_stop(p);
	sim_require(w->sim, sim_now(w->sim) - from <= 3500);
	sim_world_free(w);
}

static void a_hanging_tracker_delays_the_exit_by_three_seconds(void **state)
{
	(void)state;
	sim_for_seeds(10, hanging_at_exit);
}

static void lossy_udp(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.udp_tracker = true});
	struct sim_link *l = sim_node_link(sim_tracker_node(w->tracker));

	l->loss_permille = 250;
	l->duplicate_permille = 100;
	l->reorder_permille = 200;
	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 1200000);
	sim_world_free(w);
}

static void a_lossy_path_to_a_udp_tracker_is_enough(void **state)
{
	(void)state;
	sim_for_seeds(20, lossy_udp);
}

/* Answers nobody asked for, from the right address and port. */
static void spoofed(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.udp_tracker = true});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);
	struct addr to = sim_peer_addr(p);

	sim_tracker_set_mode(w->tracker, SIM_TRACKER_HANGS);
	sim_world_start(w);
	for (int i = 0; i < 2000; i++) {
		uint8_t b[98];
		size_t n = (size_t)sim_between(w->sim, 8, sizeof b);

		rng_fill(sim_rng(w->sim), b, n);
		memset(b, 0, 3);
		b[3] = (uint8_t)sim_between(w->sim, 0, 3);
		sim_send_udp(sim_tracker_node(w->tracker), &to, span_of(b, n));
		sim_run_for(w->sim, 20);
	}
	assert_int_equal(sim_peer_row(p)->known, 0);
	sim_world_free(w);
}

static void spoofed_answers_are_not_believed(void **state)
{
	(void)state;
	sim_for_seeds(3, spoofed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_sent_exactly_once_over_http),
		cmocka_unit_test(events_are_sent_exactly_once_over_udp),
		cmocka_unit_test(a_pause_is_told),
		cmocka_unit_test(totals_are_told_truly),
		cmocka_unit_test(any_failure_leads_to_the_next_tier),
		cmocka_unit_test(
			dead_trackers_are_asked_seldom_and_found_again),
		cmocka_unit_test(
			a_hanging_tracker_delays_the_exit_by_three_seconds),
		cmocka_unit_test(a_lossy_path_to_a_udp_tracker_is_enough),
		cmocka_unit_test(spoofed_answers_are_not_believed),
	};

	return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
