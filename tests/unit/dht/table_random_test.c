/*
 * table_random_test.c - the routing table under random events, checked after
 * each of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/rng.h"
#include "table_model.h"

#define SEEDS 24u
#define STEPS 1200u

static uint32_t from_rng(void *source, uint32_t n)
{
	return (uint32_t)rng_below((struct rng *)source, n);
}

static void any_sequence_of_events_keeps_what_is_promised(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		static struct table_model m;
		struct rng rng;

		print_message("seed %u\n", (unsigned)seed);
		rng_seed(&rng, seed);
		table_model_init(&m, from_rng, &rng);
		for (unsigned i = 0; i < STEPS; i++)
			table_model_step(&m);
		table_model_fini(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_sequence_of_events_keeps_what_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
