#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "dht/walk.h"

#define SEED UINT64_C(7)
#define N_MAX 400u

static void every_number_comes_once(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, SEED);
	for (uint32_t n = 1; n <= N_MAX; n++) {
		struct walk w = walk_begin(&rng, n);
		uint8_t seen[N_MAX] = {0};

		for (uint32_t i = 0; i < n; i++) {
			uint32_t at = walk_next(&w);

			assert_true(at < n);
			assert_false(seen[at]);
			seen[at] = 1;
		}
	}
}

static void after_all_of_them_it_begins_again(void **state)
{
	struct rng rng;
	struct walk w;
	uint32_t first;

	(void)state;
	rng_seed(&rng, SEED);
	w = walk_begin(&rng, 30);
	first = walk_next(&w);
	for (int i = 1; i < 30; i++)
		assert_int_not_equal(walk_next(&w), first);
	assert_int_equal(walk_next(&w), first);
}

static void the_largest_number_does_not_overflow(void **state)
{
	struct rng rng;
	struct walk w;

	(void)state;
	rng_seed(&rng, SEED);
	w = walk_begin(&rng, INT32_MAX);
	for (int i = 0; i < 100; i++)
		assert_true(walk_next(&w) < INT32_MAX);
}

/* Of 30 numbers the first 6: each a fifth of the time. */
static void all_are_equally_likely_to_be_among_the_first(void **state)
{
	uint32_t seen[30] = {0};
	struct rng rng;

	(void)state;
	rng_seed(&rng, SEED);
	for (int round = 0; round < 10000; round++) {
		struct walk w = walk_begin(&rng, 30);

		for (int i = 0; i < 6; i++)
			seen[walk_next(&w)]++;
	}
	for (uint32_t i = 0; i < 30; i++)
		assert_in_range(seen[i], 1800, 2200);
}

static void neighbours_do_not_always_come_together(void **state)
{
	struct rng rng;
	uint32_t together = 0;

	(void)state;
	rng_seed(&rng, SEED);
	for (int round = 0; round < 1000; round++) {
		struct walk w = walk_begin(&rng, 101);
		uint32_t first = walk_next(&w);

		together += walk_next(&w) == first + 1;
	}
	/* One step in a hundred is 1. */
	assert_in_range(together, 1, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_comes_once),
		cmocka_unit_test(after_all_of_them_it_begins_again),
		cmocka_unit_test(the_largest_number_does_not_overflow),
		cmocka_unit_test(all_are_equally_likely_to_be_among_the_first),
		cmocka_unit_test(neighbours_do_not_always_come_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
