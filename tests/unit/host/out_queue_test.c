#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "core/storage/block_pool.h"
#include "host/out_queue.h"

#define SEED UINT64_C(77)

static void joins_small_messages_into_one_part(void **state)
{
	struct out_queue q = {0};
	struct iovec v[4];

	(void)state;
	out_queue_add(&q, span_str("one "));
	out_queue_add(&q, span_str("two"));
	out_queue_add(&q, span_of(NULL, 0));
	assert_int_equal(q.total, 7);
	assert_int_equal(out_queue_peek(&q, v, 4), 1);
	assert_int_equal(v[0].iov_len, 7);
	assert_memory_equal(v[0].iov_base, "one two", 7);
	out_queue_consume(&q, 4);
	assert_int_equal(out_queue_peek(&q, v, 4), 1);
	assert_memory_equal(v[0].iov_base, "two", 3);
	out_queue_consume(&q, 3);
	assert_int_equal(out_queue_peek(&q, v, 4), 0);
	out_queue_free(&q);
}

static void holds_a_block_until_its_last_byte_left(void **state)
{
	struct block_pool *pool = block_pool_new(1 << 20);
	struct block *b = block_new(pool);
	struct out_queue q = {0};
	struct iovec v[4];

	(void)state;
	out_queue_add(&q, span_str("head"));
	out_queue_add_block(&q, b, 1000);
	out_queue_add(&q, span_str("tail"));
	block_drop(b);
	assert_int_equal(out_queue_peek(&q, v, 2), 2);
	assert_ptr_equal(v[1].iov_base, b->p);
	assert_int_equal(v[1].iov_len, 1000);
	out_queue_consume(&q, 4 + 999);
	assert_int_equal(block_pool_used(pool), BLOCK_BYTES);
	assert_int_equal(out_queue_peek(&q, v, 4), 2);
	assert_ptr_equal(v[0].iov_base, b->p + 999);
	assert_memory_equal(v[1].iov_base, "tail", 4);
	out_queue_consume(&q, 1);
	assert_int_equal(block_pool_used(pool), 0);
	out_queue_free(&q);
	block_pool_free(pool);
}

static void drops_its_blocks_when_freed(void **state)
{
	struct block_pool *pool = block_pool_new(1 << 20);
	struct block *b = block_new(pool);
	struct out_queue q = {0};

	(void)state;
	for (int i = 0; i < 10; i++)
		out_queue_add_block(&q, b, 1);
	block_drop(b);
	assert_int_equal(block_pool_used(pool), BLOCK_BYTES);
	out_queue_free(&q);
	assert_int_equal(q.total, 0);
	assert_int_equal(block_pool_used(pool), 0);
	block_pool_free(pool);
}

static void gives_large_buffers_back_when_empty(void **state)
{
	struct out_queue q = {0};
	uint8_t *big = mem_zero(1 << 20);

	(void)state;
	out_queue_add(&q, span_of(big, 1 << 20));
	out_queue_consume(&q, 1 << 20);
	assert_int_equal(q.bytes_cap, 0);
	out_queue_free(&q);
	mem_free(big);
}

/* Against a plain array: the same bytes in the same order, always. */
static void any_mix_leaves_in_order(void **state)
{
	struct block_pool *pool = block_pool_new(64 << 20);
	struct out_queue q = {0};
	struct rng r;
	uint8_t wrote = 0, sent = 0;
	struct iovec v[8];

	(void)state;
	rng_seed(&r, SEED);
	for (int turn = 0; turn < 20000; turn++) {
		uint8_t small[64];
		size_t n = (size_t)rng_below(&r, sizeof small) + 1;
		size_t parts, take, all = 0;

		if (rng_below(&r, 2)) {
			for (size_t i = 0; i < n; i++)
				small[i] = wrote++;
			out_queue_add(&q, span_of(small, n));
		} else {
			struct block *b = block_new(pool);

			for (size_t i = 0; i < n; i++)
				b->p[i] = wrote++;
			out_queue_add_block(&q, b, n);
			block_drop(b);
		}
		if (rng_below(&r, 3) == 0)
			continue;
		parts = out_queue_peek(&q, v, 8);
		for (size_t i = 0; i < parts; i++)
			all += v[i].iov_len;
		take = (size_t)rng_below(&r, all + 1);
		for (size_t i = 0, left = take; i < parts && left > 0; i++)
			for (size_t k = 0; k < v[i].iov_len && left;
				k++, left--)
				assert_int_equal(((uint8_t *)v[i].iov_base)[k],
					sent++);
		out_queue_consume(&q, take);
	}
	out_queue_free(&q);
	assert_int_equal(block_pool_used(pool), 0);
	block_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_small_messages_into_one_part),
		cmocka_unit_test(holds_a_block_until_its_last_byte_left),
		cmocka_unit_test(drops_its_blocks_when_freed),
		cmocka_unit_test(gives_large_buffers_back_when_empty),
		cmocka_unit_test(any_mix_leaves_in_order),
	};

	return cmocka_run_group_tests_name("out_queue", tests, NULL, NULL);
}
