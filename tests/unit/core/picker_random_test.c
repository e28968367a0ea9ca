/*
 * picker_random_test.c - long random lives of a picker against a model.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
/* cmocka.h needs the first four. */
#include <cmocka.h>

#include "base/rng.h"
#include "picker_model.h"

#define LIVES 150u
#define STEPS 400u

static uint32_t from_rng(void *source, uint32_t n)
{
	return (uint32_t)rng_below((struct rng *)source, n);
}

static void agrees_with_a_model_in_random_lives(void **state)
{
	static struct model m;

	(void)state;
	for (uint64_t seed = 0; seed < LIVES; seed++) {
		struct rng rng;

		rng_seed(&rng, seed);
		model_init(&m, from_rng, &rng);
		for (uint32_t i = 0; i < STEPS; i++) {
			model_step(&m);
			picker_check(m.pk);
			if (i % 8 == 0)
				model_compare(&m);
		}
		model_compare(&m);
		model_fini(&m);
	}
}

static void can_finish_from_wherever_it_is(void **state)
{
	static struct model m;

	(void)state;
	for (uint64_t seed = 1000; seed < 1000 + LIVES; seed++) {
		struct rng rng;

		rng_seed(&rng, seed);
		model_init(&m, from_rng, &rng);
		for (uint32_t i = 0; i < STEPS / 2; i++)
			model_step(&m);
		model_finish(&m);
		model_compare(&m);
		model_fini(&m);
	}
}

static void makes_the_same_choices_from_the_same_seed(void **state)
{
	static struct model a, b;
	struct rng rng_a, rng_b;

	(void)state;
	rng_seed(&rng_a, 5);
	rng_seed(&rng_b, 5);
	model_init(&a, from_rng, &rng_a);
	model_init(&b, from_rng, &rng_b);
	for (uint32_t i = 0; i < 2000; i++) {
		model_step(&a);
		model_step(&b);
	}
	assert_memory_equal(a.asked, b.asked, sizeof a.asked);
	assert_memory_equal(a.stored, b.stored, sizeof a.stored);
	model_fini(&a);
	model_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_model_in_random_lives),
		cmocka_unit_test(can_finish_from_wherever_it_is),
		cmocka_unit_test(makes_the_same_choices_from_the_same_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
