/*
 * sim.c - see sim.h.
 *
 * The key of an event is its millisecond and, below that, a running number,
 * so that events of one moment keep their order in a heap that promises none.
 */
#include "sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

#define NUMBER_BITS 32
#define NUMBER_MASK UINT32_MAX

struct sim {
	uint64_t seed, now;
	struct heap heap;
	struct rng rng;
	struct list calls; /* of sim_call(), not yet made */
	uint64_t number;   /* of the event planned last */
	uint64_t events, events_max, events_now;
	uint64_t digest;
};

struct call {
	struct sim_event ev;
	struct list link;
	void (*fn)(void *user);
	void *user;
};

struct sim *sim_new(uint64_t seed)
{
	struct sim *s = mem_zero(sizeof *s);

	s->seed = seed;
	s->now = SIM_BEGIN_MS;
	s->events_max = SIM_EVENTS_MAX;
	s->digest = UINT64_C(0xcbf29ce484222325);
	rng_seed(&s->rng, seed);
	list_init(&s->calls);
	return s;
}

void sim_free(struct sim *s)
{
	list_for_each_safe (it, &s->calls) {
		struct call *c = container_of(it, struct call, link);

		heap_remove(&s->heap, &c->ev.node);
		mem_free(c);
	}
	heap_fini(&s->heap);
	mem_free(s);
}

uint64_t sim_now(const struct sim *s)
{
	return s->now;
}

uint64_t sim_seed(const struct sim *s)
{
	return s->seed;
}

struct rng *sim_rng(struct sim *s)
{
	return &s->rng;
}

bool sim_chance(struct sim *s, uint32_t permille)
{
	return permille && rng_below(&s->rng, 1000) < permille;
}

uint64_t sim_between(struct sim *s, uint64_t lo, uint64_t hi)
{
	return hi > lo ? lo + rng_below(&s->rng, hi - lo + 1) : lo;
}

void sim_at(struct sim *s, struct sim_event *ev, uint64_t at)
{
	if (at == NEVER) {
		heap_remove(&s->heap, &ev->node);
		return;
	}
	if (at < s->now)
		at = s->now;
	s->number++;
	heap_set(&s->heap, &ev->node,
		at << NUMBER_BITS | (s->number & NUMBER_MASK));
}

void sim_in(struct sim *s, struct sim_event *ev, uint64_t delay_ms)
{
	sim_at(s, ev, s->now + delay_ms);
}

void sim_cancel(struct sim *s, struct sim_event *ev)
{
	heap_remove(&s->heap, &ev->node);
}

bool sim_planned(const struct sim_event *ev)
{
	return ev->node.at != 0;
}

static void make_call(struct sim_event *ev)
{
	struct call *c = container_of(ev, struct call, ev);
	void (*fn)(void *user) = c->fn;
	void *user = c->user;

	list_remove(&c->link);
	mem_free(c);
	fn(user);
}

void sim_call(struct sim *s, uint64_t delay_ms, void (*fn)(void *user),
	void *user)
{
	struct call *c = mem_zero(sizeof *c);

	c->ev.fire = make_call;
	c->fn = fn;
	c->user = user;
	list_push_back(&s->calls, &c->link);
	sim_in(s, &c->ev, delay_ms);
}

void sim_set_budget(struct sim *s, uint64_t events)
{
	s->events_max = events;
}

static void count_event(struct sim *s)
{
	if (++s->events > s->events_max)
		sim_fail(s, "more than %llu events: too much work",
			(unsigned long long)s->events_max);
	if (++s->events_now > SIM_EVENTS_PER_MS)
		sim_fail(s, "the clock stands still: a live-lock");
}

/* The next event, if it is not after `end`. */
static bool step(struct sim *s, uint64_t end)
{
	struct heap_node *n = heap_min(&s->heap);
	struct sim_event *ev;
	uint64_t at;

	if (!n || n->key >> NUMBER_BITS > end)
		return false;
	at = n->key >> NUMBER_BITS;
	if (at > s->now) {
		s->now = at;
		s->events_now = 0;
	}
	count_event(s);
	heap_remove(&s->heap, n);
	ev = container_of(n, struct sim_event, node);
	ev->fire(ev);
	return true;
}

void sim_run_for(struct sim *s, uint64_t ms)
{
	uint64_t end = s->now + ms;

	while (step(s, end))
		;
	s->now = end;
	s->events_now = 0;
}

bool sim_run_until(struct sim *s, bool (*done)(void *user), void *user,
	uint64_t max_ms)
{
	uint64_t end = s->now + max_ms;

	while (!done(user)) {
		if (s->now >= end)
			return false;
		sim_run_for(s, end - s->now < SIM_LOOK_MS ? end - s->now
							  : SIM_LOOK_MS);
	}
	return true;
}

void sim_mix(struct sim *s, uint64_t value)
{
	s->digest = (s->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	s->digest ^= s->digest >> 29;
}

void sim_mix_bytes(struct sim *s, const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t h = n, word;

	for (; n >= sizeof word; n -= sizeof word, b += sizeof word) {
		memcpy(&word, b, sizeof word);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	for (; n > 0; n--)
		h = (h ^ *b++) * UINT64_C(0x100000001b3);
	sim_mix(s, h);
}

uint64_t sim_digest(const struct sim *s)
{
	return s->digest;
}

uint64_t sim_events(const struct sim *s)
{
	return s->events;
}

void sim_fail(const struct sim *s, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "SIM_SEED=%llu, %.3f s after the beginning: %s\n",
		(unsigned long long)s->seed,
		(double)(s->now - SIM_BEGIN_MS) / 1000, text);
	fail();
	abort();
}

/* Before main(), so that no program has to ask for it. */
__attribute__((constructor)) static void choose_tests(void)
{
	if (getenv("SIM_TEST"))
		cmocka_set_test_filter(getenv("SIM_TEST"));
}

static unsigned long long number_of(const char *name, unsigned long long none)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : none;
}

void sim_for_seeds(unsigned seeds, void (*scenario)(uint64_t seed))
{
	unsigned long long only = number_of("SIM_SEED", 0);
	unsigned long long n = number_of("SIM_SEEDS", seeds);

	if (only) {
		scenario(only);
		return;
	}
	for (unsigned long long i = 1; i <= n; i++)
		scenario(i);
}
