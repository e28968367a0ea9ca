/*
 * dht_random_test.c - a node under random events, checked after each of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/hash.h"
#include "dht_model.h"

#define SEEDS 30u
#define STEPS 3000u

static uint32_t from_rng(void *source, uint32_t n)
{
	return (uint32_t)rng_below((struct rng *)source, n);
}

static void any_sequence_of_events_keeps_what_is_promised(void **state)
{
	uint64_t answered = 0, stored = 0, items = 0, contacts = 0;

	(void)state;
	hash_setup();
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		static struct dht_model m;
		struct dht_view v;
		struct rng rng;

		print_message("seed %u\n", (unsigned)seed);
		rng_seed(&rng, seed);
		dht_model_init(&m, from_rng, &rng);
		for (unsigned i = 0; i < STEPS; i++) {
			dht_model_step(&m);
			contacts += i % 100 == 0 ? dht_model_contacts(&m) : 0;
		}
		dht_view(m.d, m.now, &v);
		for (unsigned i = 0; i < KRPC_METHODS; i++)
			answered += v.traffic[i].answered;
		stored += v.traffic[KRPC_ANNOUNCE].in -
		          v.traffic[KRPC_ANNOUNCE].refused;
		items += v.traffic[KRPC_PUT].in - v.traffic[KRPC_PUT].refused;
		dht_model_fini(&m);
	}
	/* It got somewhere. */
	assert_true(answered > SEEDS * 10);
	assert_true(stored > SEEDS && items > SEEDS && contacts > SEEDS);
	print_message("%u answers, %u and %u things stored, %u contacts\n",
		(unsigned)answered, (unsigned)stored, (unsigned)items,
		(unsigned)contacts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sequence_of_events_keeps_what_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
