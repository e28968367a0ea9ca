/*
 * block_pool_test.c - counting of 16 KiB buffers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/storage/block_pool.h"

static void counts_blocks_while_they_are_held(void **state)
{
	struct block_pool *bp = block_pool_new(1 << 20);
	struct block *a = block_new(bp);
	struct block *b = block_new(bp);

	(void)state;
	memset(a->p, 1, BLOCK_BYTES);
	memset(b->p, 2, BLOCK_BYTES);
	assert_int_equal(a->p[BLOCK_BYTES - 1], 1);
	assert_int_equal(block_pool_used(bp), 2 * BLOCK_BYTES);
	block_drop(a);
	assert_int_equal(block_pool_used(bp), BLOCK_BYTES);
	block_drop(b);
	assert_int_equal(block_pool_used(bp), 0);
	block_pool_free(bp);
}

static void keeps_a_block_until_its_last_holder_drops_it(void **state)
{
	struct block_pool *bp = block_pool_new(1 << 20);
	struct block *a = block_new(bp);

	(void)state;
	block_hold(a);
	block_drop(a);
	assert_int_equal(block_pool_used(bp), BLOCK_BYTES);
	a->p[0] = 7;
	block_drop(a);
	assert_int_equal(block_pool_used(bp), 0);
	block_pool_free(bp);
}

static void hands_out_the_last_buffer_that_came_back(void **state)
{
	struct block_pool *bp = block_pool_new(1 << 20);
	struct block *a = block_new(bp);
	struct block *b = block_new(bp);
	uint8_t *last = a->p;

	(void)state;
	block_drop(b);
	block_drop(a);
	a = block_new(bp);
	assert_ptr_equal(a->p, last);
	block_drop(a);
	block_pool_free(bp);
}

static void is_tight_only_above_its_cap(void **state)
{
	struct block_pool *bp = block_pool_new(2 * BLOCK_BYTES);
	struct block *b[3];

	(void)state;
	assert_int_equal(block_pool_cap(bp), 2 * BLOCK_BYTES);
	b[0] = block_new(bp);
	b[1] = block_new(bp);
	assert_false(block_pool_tight(bp));
	b[2] = block_new(bp);
	assert_true(block_pool_tight(bp));
	block_drop(b[2]);
	assert_false(block_pool_tight(bp));
	block_drop(b[1]);
	block_drop(b[0]);
	block_pool_free(bp);
}

static void trims_free_buffers_and_leaves_held_ones(void **state)
{
	struct block_pool *bp = block_pool_new(1 << 20);
	struct block *held = block_new(bp);
	struct block *b[8];

	(void)state;
	memset(held->p, 9, BLOCK_BYTES);
	for (int i = 0; i < 8; i++)
		b[i] = block_new(bp);
	for (int i = 0; i < 8; i++)
		block_drop(b[i]);
	block_pool_trim(bp, 2 * BLOCK_BYTES);
	block_pool_trim(bp, 0);
	assert_int_equal(block_pool_used(bp), BLOCK_BYTES);
	assert_int_equal(held->p[BLOCK_BYTES - 1], 9);
	block_drop(held);
	block_pool_free(bp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_blocks_while_they_are_held),
		cmocka_unit_test(keeps_a_block_until_its_last_holder_drops_it),
		cmocka_unit_test(hands_out_the_last_buffer_that_came_back),
		cmocka_unit_test(is_tight_only_above_its_cap),
		cmocka_unit_test(trims_free_buffers_and_leaves_held_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
