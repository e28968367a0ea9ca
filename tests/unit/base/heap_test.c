#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/heap.h"
#include "base/rng.h"

#define NODES 200u
#define SEED UINT64_C(20240607)

static void an_empty_heap_never_fires(void **state)
{
	struct heap h = {0};

	(void)state;
	assert_null(heap_min(&h));
	assert_true(heap_next(&h) == NEVER);
	heap_fini(&h);
}

static void the_least_key_is_first(void **state)
{
	static const uint64_t keys[] = {5, 3, 9, 3, 0, 7, UINT64_MAX - 1};
	static const uint64_t sorted[] = {0, 3, 3, 5, 7, 9, UINT64_MAX - 1};
	struct heap_node nodes[7] = {0};
	struct heap h = {0};

	(void)state;
	for (size_t i = 0; i < 7; i++)
		heap_set(&h, &nodes[i], keys[i]);
	for (size_t i = 0; i < 7; i++) {
		assert_true(heap_next(&h) == sorted[i]);
		heap_remove(&h, heap_min(&h));
	}
	assert_null(heap_min(&h));
	heap_fini(&h);
}

static void moves_a_node_both_ways(void **state)
{
	struct heap_node nodes[9] = {0};
	struct heap h = {0};

	(void)state;
	for (size_t i = 0; i < 9; i++)
		heap_set(&h, &nodes[i], 10 * (i + 1));
	heap_set(&h, &nodes[8], 1);
	assert_ptr_equal(heap_min(&h), &nodes[8]);
	heap_set(&h, &nodes[8], 1000);
	assert_ptr_equal(heap_min(&h), &nodes[0]);
	heap_set(&h, &nodes[0], 25);
	assert_ptr_equal(heap_min(&h), &nodes[1]);
	assert_int_equal(h.n, 9);
	heap_fini(&h);
}

static void never_takes_a_node_out(void **state)
{
	struct heap_node a = {0}, b = {0};
	struct heap h = {0};

	(void)state;
	heap_set(&h, &a, NEVER);
	assert_int_equal(h.n, 0);
	heap_set(&h, &a, 5);
	heap_set(&h, &b, 6);
	heap_set(&h, &a, NEVER);
	assert_int_equal(a.at, 0);
	assert_true(a.key == NEVER);
	assert_ptr_equal(heap_min(&h), &b);
	heap_set(&h, &a, 4);
	assert_ptr_equal(heap_min(&h), &a);
	heap_fini(&h);
}

static void removing_an_absent_node_does_nothing(void **state)
{
	struct heap_node a = {0}, b = {0};
	struct heap h = {0};

	(void)state;
	heap_set(&h, &a, 5);
	heap_remove(&h, &b);
	heap_remove(&h, &a);
	heap_remove(&h, &a);
	assert_int_equal(h.n, 0);
	heap_fini(&h);
}

/* Order and places of the whole array. */
static void assert_sound(const struct heap *h)
{
	for (size_t at = 1; at <= h->n; at++) {
		assert_int_equal(h->a[at - 1]->at, at);
		if (at > 1)
			assert_true(h->a[at / 2 - 1]->key <= h->a[at - 1]->key);
	}
}

static void stays_sound_through_random_changes(void **state)
{
	struct heap_node nodes[NODES] = {0};
	struct heap h = {0};
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	for (int step = 0; step < 5000; step++) {
		size_t i = (size_t)rng_below(&r, NODES);
		uint64_t key = rng_below(&r, 1000);
		size_t present = 0;
		uint64_t least = NEVER;

		if (rng_below(&r, 3) == 0)
			heap_remove(&h, &nodes[i]);
		else
			heap_set(&h, &nodes[i], key);
		for (size_t k = 0; k < NODES; k++) {
			if (!nodes[k].at)
				continue;
			present++;
			least = nodes[k].key < least ? nodes[k].key : least;
		}
		assert_int_equal(h.n, present);
		assert_true(heap_next(&h) == least);
		assert_sound(&h);
	}
	heap_fini(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_never_fires),
		cmocka_unit_test(the_least_key_is_first),
		cmocka_unit_test(moves_a_node_both_ways),
		cmocka_unit_test(never_takes_a_node_out),
		cmocka_unit_test(removing_an_absent_node_does_nothing),
		cmocka_unit_test(stays_sound_through_random_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
