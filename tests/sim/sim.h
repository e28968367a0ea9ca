/*
 * sim.h - a world for tests: one virtual clock, one heap of events, one
 * seeded generator.
 *
 * Everything that happens in a simulation is an event of this heap, and all
 * chance comes from its generator, so a seed gives the same run every time.
 * sim_digest() is a fingerprint of what was delivered so far: two runs of one
 * seed must agree on it.
 *
 * Times are milliseconds of the virtual clock, which begins at SIM_BEGIN_MS
 * and stands still while an event runs.  Events of one millisecond run in the
 * order in which they were planned.  Nothing here sleeps.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/heap.h"
#include "base/rng.h"

#define SIM_BEGIN_MS 1000000u
/* Wall clock at the beginning, Unix seconds. */
#define SIM_BEGIN_WALL_S 1700000000
/* More events than this without the clock moving are a live-lock. */
#define SIM_EVENTS_PER_MS 400000u
#define SIM_EVENTS_MAX 200000000u

struct sim;

/* Part of the object that waits.  Zeroed and given a `fire` it is ready. */
struct sim_event {
	struct heap_node node;
	void (*fire)(struct sim_event *ev);
};

struct sim *sim_new(uint64_t seed);
/* Events that are still planned are forgotten. */
void sim_free(struct sim *s);

uint64_t sim_now(const struct sim *s);
uint64_t sim_seed(const struct sim *s);
struct rng *sim_rng(struct sim *s);
/* True in `permille` of a thousand cases. */
bool sim_chance(struct sim *s, uint32_t permille);
/* Uniform in [lo, hi]. */
uint64_t sim_between(struct sim *s, uint64_t lo, uint64_t hi);

/* Plan, or move, an event; a time that is past means now. */
void sim_at(struct sim *s, struct sim_event *ev, uint64_t at);
void sim_in(struct sim *s, struct sim_event *ev, uint64_t delay_ms);
void sim_cancel(struct sim *s, struct sim_event *ev);
bool sim_planned(const struct sim_event *ev);
/* Call fn once, delay_ms from now; cannot be cancelled. */
void sim_call(struct sim *s, uint64_t delay_ms, void (*fn)(void *user),
	void *user);

/* Fails the test when more events than this happen in all. */
void sim_set_budget(struct sim *s, uint64_t events);
void sim_run_for(struct sim *s, uint64_t ms);
/*
 * Run until done() says so, at most for max_ms; false when time ran out.
 * done() is asked every SIM_LOOK_MS of virtual time.
 */
#define SIM_LOOK_MS 50u
bool sim_run_until(struct sim *s, bool (*done)(void *user), void *user,
	uint64_t max_ms);

void sim_mix(struct sim *s, uint64_t value);
void sim_mix_bytes(struct sim *s, const void *p, size_t n);
uint64_t sim_digest(const struct sim *s);
uint64_t sim_events(const struct sim *s); /* that have run */

/* Prints the seed and the virtual time, and fails the test. */
_Noreturn void sim_fail(const struct sim *s, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
#define sim_require(s, cond)                                                   \
	do {                                                                   \
		if (!(cond))                                                   \
			sim_fail(s, "%s:%d: %s", __FILE__, __LINE__, #cond);   \
	} while (0)

/*
 * Runs `scenario` with seeds first .. first + n - 1, where n is SIM_SEEDS of
 * the environment if that is set, else `seeds`.  SIM_SEED=x: only that one.
 * SIM_TEST=pattern ('*' and '?') chooses the tests of a program.
 */
void sim_for_seeds(unsigned seeds, void (*scenario)(uint64_t seed));

#endif
