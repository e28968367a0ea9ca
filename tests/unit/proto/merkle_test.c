#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "proto/merkle.h"

#define NODES_MAX 64

/* The plain way: pad the whole layer, then halve it until one is left. */
static void slow_root(const uint8_t *nodes, size_t n, unsigned level,
	size_t width, uint8_t out[32])
{
	uint8_t row[2 * NODES_MAX][32];
	uint8_t pad[32] = {0};

	for (unsigned i = 0; i < level; i++) {
		uint8_t two[64];

		memcpy(two, pad, 32);
		memcpy(two + 32, pad, 32);
		sha256(span_of(two, 64), pad);
	}
	for (size_t i = 0; i < width; i++)
		memcpy(row[i], i < n ? nodes + 32 * i : pad, 32);
	for (; width > 1; width /= 2) {
		for (size_t i = 0; i < width / 2; i++) {
			uint8_t two[64];

			memcpy(two, row[2 * i], 64);
			sha256(span_of(two, 64), row[i]);
		}
	}
	memcpy(out, row[0], 32);
}

static void fill(uint8_t nodes[NODES_MAX][32])
{
	for (size_t i = 0; i < NODES_MAX; i++)
		memset(nodes[i], (int)(i + 1), 32);
}

static void one_node_is_its_own_root(void **state)
{
	uint8_t nodes[NODES_MAX][32], root[32];

	(void)state;
	fill(nodes);
	merkle_root(nodes[0], 1, 0, 0, root);
	assert_memory_equal(root, nodes[0], 32);
	merkle_root(nodes[0], 1, 7, 0, root);
	assert_memory_equal(root, nodes[0], 32);
}

static void agrees_with_the_plain_way(void **state)
{
	uint8_t nodes[NODES_MAX][32], root[32], want[32];

	(void)state;
	fill(nodes);
	for (unsigned level = 0; level < 4; level++) {
		for (size_t n = 1; n <= NODES_MAX; n++) {
			size_t width = 1;

			while (width < n)
				width *= 2;
			slow_root(nodes[0], n, level, width, want);
			merkle_root(nodes[0], n, level, 0, root);
			assert_memory_equal(root, want, 32);
		}
	}
}

static void pads_to_the_width_it_is_given(void **state)
{
	uint8_t nodes[NODES_MAX][32], root[32], want[32];

	(void)state;
	fill(nodes);
	for (size_t width = 1; width <= NODES_MAX; width *= 2) {
		for (size_t n = 1; n <= width; n++) {
			slow_root(nodes[0], n, 2, width, want);
			merkle_root(nodes[0], n, 2, width, root);
			assert_memory_equal(root, want, 32);
		}
	}
}

static void missing_leaves_are_zero(void **state)
{
	uint8_t zero[2][32] = {{0}}, pad[32], want[32];

	(void)state;
	merkle_pad(0, pad);
	assert_memory_equal(pad, zero[0], 32);
	sha256(span_of(zero, 64), want);
	merkle_pad(1, pad);
	assert_memory_equal(pad, want, 32);
}

/* A layer above holds the roots of its halves, whatever the padding. */
static void layers_of_one_tree_have_one_root(void **state)
{
	uint8_t nodes[NODES_MAX][32], upper[NODES_MAX / 4][32];
	uint8_t root[32], want[32];
	size_t n = 37;

	(void)state;
	fill(nodes);
	merkle_root(nodes[0], n, 0, 0, want);
	for (size_t i = 0; i < (n + 3) / 4; i++) {
		size_t left = n - 4 * i;

		merkle_root(nodes[4 * i], left < 4 ? left : 4, 0, 4, upper[i]);
	}
	merkle_root(upper[0], (n + 3) / 4, 2, 0, root);
	assert_memory_equal(root, want, 32);
}

static void knows_the_level_of_a_piece_length(void **state)
{
	(void)state;
	assert_int_equal(merkle_level(MERKLE_BLOCK), 0);
	assert_int_equal(merkle_level(2 * MERKLE_BLOCK), 1);
	assert_int_equal(merkle_level(1 << 20), 6);
	assert_int_equal(merkle_level(1 << 30), 16);
	assert_int_equal(merkle_level(1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node_is_its_own_root),
		cmocka_unit_test(agrees_with_the_plain_way),
		cmocka_unit_test(pads_to_the_width_it_is_given),
		cmocka_unit_test(missing_leaves_are_zero),
		cmocka_unit_test(layers_of_one_tree_have_one_root),
		cmocka_unit_test(knows_the_level_of_a_piece_length),
	};

	hash_setup();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	hash_teardown();
	return failed;
}
