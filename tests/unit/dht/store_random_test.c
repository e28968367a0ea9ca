#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/hash.h"
#include "store_model.h"

#define SEEDS 100u
#define STEPS 600u

static uint32_t by_chance(void *source, uint32_t n)
{
	return (uint32_t)rng_below((struct rng *)source, n);
}

static void any_sequence_of_calls_agrees_with_a_slow_model(void **state)
{
	static struct store_model m;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct rng rng;

		rng_seed(&rng, seed);
		model_init(&m, by_chance, &rng);
		for (uint32_t i = 0; i < STEPS; i++)
			model_step(&m);
		model_fini(&m);
	}
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			any_sequence_of_calls_agrees_with_a_slow_model),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
