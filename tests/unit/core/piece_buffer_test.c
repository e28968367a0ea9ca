/*
 * piece_buffer_test.c - blocks on their way to disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/storage/piece_buffer.h"

#define KIB 1024u

struct rig {
	struct meta_file file;
	struct metainfo meta;
	struct layout layout;
	struct block_pool *pool;
	struct piece_buffer *pb;
};

static void rig_init(struct rig *r, uint64_t total, uint32_t piece_length)
{
	memset(r, 0, sizeof *r);
	r->file.length = total;
	r->meta.files = &r->file;
	r->meta.nfiles = 1;
	r->meta.total = total;
	r->meta.piece_length = piece_length;
	r->meta.npieces = (uint32_t)((total + piece_length - 1) / piece_length);
	layout_init(&r->layout, &r->meta);
	r->pool = block_pool_new(64 << 20);
	r->pb = piece_buffer_new(&r->layout);
}

static void rig_fini(struct rig *r)
{
	piece_buffer_free(r->pb);
	assert_int_equal(block_pool_used(r->pool), 0);
	block_pool_free(r->pool);
}

static void put(struct rig *r, uint32_t piece, uint32_t block)
{
	struct block *b = block_new(r->pool);

	memset(b->p, (int)(piece * 16 + block), BLOCK_BYTES);
	piece_buffer_put(r->pb, piece, block, b);
}

static void gives_a_full_piece_as_vectors_with_a_short_end(void **state)
{
	struct rig r;
	struct iovec v[8];
	uint32_t from = 0;

	(void)state;
	rig_init(&r, 104 * KIB, 64 * KIB);
	put(&r, 1, 2);
	put(&r, 1, 0);
	assert_false(piece_buffer_is_full(r.pb, 1));
	put(&r, 1, 1);
	assert_true(piece_buffer_is_full(r.pb, 1));
	assert_false(piece_buffer_is_spilled(r.pb, 1));
	assert_int_equal(piece_buffer_run(r.pb, 1, &from, v, 8), 3);
	assert_int_equal(from, 0);
	assert_int_equal(v[0].iov_len, 16 * KIB);
	assert_int_equal(v[2].iov_len, 8 * KIB);
	assert_int_equal(*(uint8_t *)v[1].iov_base, 17);
	assert_int_equal(piece_buffer_count(r.pb), 1);
	assert_int_equal(piece_buffer_resident(r.pb), 3);
	piece_buffer_drop(r.pb, 1);
	assert_int_equal(piece_buffer_count(r.pb), 0);
	assert_int_equal(piece_buffer_resident(r.pb), 0);
	rig_fini(&r);
}

static void drops_blocks_it_has_and_blocks_outside(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 104 * KIB, 64 * KIB);
	put(&r, 0, 1);
	put(&r, 0, 1);
	put(&r, 1, 3);
	put(&r, 2, 0);
	put(&r, UINT32_MAX, UINT32_MAX);
	assert_int_equal(piece_buffer_resident(r.pb), 1);
	assert_int_equal(block_pool_used(r.pool), BLOCK_BYTES);
	piece_buffer_spilled(r.pb, 0, 1, 1);
	put(&r, 0, 1);
	assert_int_equal(block_pool_used(r.pool), 0);
	rig_fini(&r);
}

static void walks_runs_between_gaps(void **state)
{
	struct rig r;
	struct iovec v[64];
	uint32_t from = 0;

	(void)state;
	rig_init(&r, 1 << 20, 1 << 20);
	put(&r, 0, 3);
	put(&r, 0, 4);
	put(&r, 0, 5);
	put(&r, 0, 63);
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 64), 3);
	assert_int_equal(from, 3);
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 2), 2);
	from = 6;
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 64), 1);
	assert_int_equal(from, 63);
	from = 64;
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 64), 0);
	assert_int_equal(from, 64);
	from = 0;
	assert_int_equal(piece_buffer_run(r.pb, 1, &from, v, 64), 0);
	rig_fini(&r);
}

static void is_full_when_the_rest_of_a_spilled_piece_came(void **state)
{
	struct rig r;
	struct iovec v[4];
	uint32_t from = 0;

	(void)state;
	rig_init(&r, 64 * KIB, 64 * KIB);
	put(&r, 0, 1);
	put(&r, 0, 2);
	piece_buffer_spilled(r.pb, 0, 1, 2);
	assert_true(piece_buffer_is_spilled(r.pb, 0));
	assert_int_equal(piece_buffer_resident(r.pb), 0);
	assert_null(piece_buffer_block(r.pb, 0, 1));
	put(&r, 0, 0);
	assert_false(piece_buffer_is_full(r.pb, 0));
	put(&r, 0, 3);
	assert_true(piece_buffer_is_full(r.pb, 0));
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 4), 1);
	from = 1;
	assert_int_equal(piece_buffer_run(r.pb, 0, &from, v, 4), 1);
	assert_int_equal(from, 3);
	piece_buffer_spilled(r.pb, 0, 0, UINT32_MAX);
	assert_true(piece_buffer_is_full(r.pb, 0));
	assert_int_equal(piece_buffer_resident(r.pb), 0);
	rig_fini(&r);
}

static void spills_the_partial_piece_with_the_most_in_memory(void **state)
{
	struct rig r;
	uint32_t piece = 99;

	(void)state;
	rig_init(&r, 256 * KIB, 64 * KIB);
	assert_false(piece_buffer_victim(r.pb, &piece));
	put(&r, 0, 0);
	put(&r, 1, 0);
	put(&r, 1, 1);
	for (uint32_t i = 0; i < 4; i++)
		put(&r, 2, i); /* full: it leaves by itself */
	assert_true(piece_buffer_victim(r.pb, &piece));
	assert_int_equal(piece, 1);
	piece_buffer_pin(r.pb, 1, true);
	piece_buffer_pin(r.pb, 1, true);
	piece_buffer_pin(r.pb, 1, false);
	assert_true(piece_buffer_victim(r.pb, &piece));
	assert_int_equal(piece, 0);
	piece_buffer_spilled(r.pb, 0, 0, 1);
	assert_false(piece_buffer_victim(r.pb, &piece));
	piece_buffer_pin(r.pb, 1, false);
	assert_true(piece_buffer_victim(r.pb, &piece));
	assert_int_equal(piece, 1);
	rig_fini(&r);
}

static void forgets_the_pins_of_a_dropped_piece(void **state)
{
	struct rig r;
	uint32_t piece;

	(void)state;
	rig_init(&r, 256 * KIB, 64 * KIB);
	put(&r, 3, 0);
	piece_buffer_pin(r.pb, 3, true);
	piece_buffer_drop(r.pb, 3);
	piece_buffer_pin(r.pb, 3, false);
	put(&r, 3, 1);
	piece_buffer_pin(r.pb, 3, false);
	assert_true(piece_buffer_victim(r.pb, &piece));
	rig_fini(&r);
}

static void takes_pieces_of_two_gibibytes(void **state)
{
	struct rig r;
	struct iovec v[4];
	uint32_t from = 0;

	(void)state;
	rig_init(&r, 5ull << 30, METAINFO_PIECE_LENGTH_MAX);
	put(&r, 1, 131071);
	put(&r, 1, 131070);
	put(&r, 1, 255);
	put(&r, 1, 256);
	assert_int_equal(piece_buffer_run(r.pb, 1, &from, v, 4), 2);
	assert_int_equal(from, 255);
	from = 257;
	assert_int_equal(piece_buffer_run(r.pb, 1, &from, v, 4), 2);
	assert_int_equal(from, 131070);
	assert_int_equal(v[1].iov_len, 16 * KIB - 1);
	rig_fini(&r);
}

static void keeps_pieces_apart_whatever_their_order(void **state)
{
	struct rig r;

	(void)state;
	rig_init(&r, 64 << 20, 64 * KIB);
	for (uint32_t i = 0; i < 1024; i++)
		put(&r, i * 389 % 1024, i % 4);
	assert_int_equal(piece_buffer_count(r.pb), 1024);
	for (uint32_t i = 0; i < 1024; i += 2)
		piece_buffer_drop(r.pb, i * 389 % 1024);
	assert_int_equal(piece_buffer_count(r.pb), 512);
	for (uint32_t i = 0; i < 1024; i++) {
		const uint8_t *p =
			piece_buffer_block(r.pb, i * 389 % 1024, i % 4);

		assert_true((p != NULL) == (i % 2 == 1));
	}
	rig_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			gives_a_full_piece_as_vectors_with_a_short_end),
		cmocka_unit_test(drops_blocks_it_has_and_blocks_outside),
		cmocka_unit_test(walks_runs_between_gaps),
		cmocka_unit_test(is_full_when_the_rest_of_a_spilled_piece_came),
		cmocka_unit_test(
			spills_the_partial_piece_with_the_most_in_memory),
		cmocka_unit_test(forgets_the_pins_of_a_dropped_piece),
		cmocka_unit_test(takes_pieces_of_two_gibibytes),
		cmocka_unit_test(keeps_pieces_apart_whatever_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
