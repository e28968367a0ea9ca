/*
 * layout_test.c - conversions between pieces, blocks and files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/storage/layout.h"

#define KIB 1024u

/* Offsets and the rest follow from the lengths. */
static void make(struct metainfo *m, struct meta_file *files, size_t nfiles,
	uint32_t piece_length)
{
	memset(m, 0, sizeof *m);
	m->files = files;
	m->nfiles = nfiles;
	for (size_t i = 0; i < nfiles; i++) {
		files[i].offset = m->total;
		m->total += files[i].length;
	}
	m->piece_length = piece_length;
	m->npieces = (uint32_t)((m->total + piece_length - 1) / piece_length);
}

static void cuts_pieces_and_blocks_with_a_short_end(void **state)
{
	struct meta_file f[] = {{.length = 100 * KIB + 5}};
	struct metainfo m;
	struct layout l;

	(void)state;
	make(&m, f, 1, 40 * KIB);
	layout_init(&l, &m);
	assert_int_equal(l.npieces, 3);
	assert_int_equal(l.blocks_per_piece, 3);
	assert_int_equal(layout_piece_size(&l, 0), 40 * KIB);
	assert_int_equal(layout_piece_size(&l, 2), 20 * KIB + 5);
	assert_int_equal(layout_piece_size(&l, 3), 0);
	assert_int_equal(layout_piece_blocks(&l, 0), 3);
	assert_int_equal(layout_piece_blocks(&l, 2), 2);
	assert_int_equal(layout_block_size(&l, 0, 1), 16 * KIB);
	assert_int_equal(layout_block_size(&l, 0, 2), 8 * KIB);
	assert_int_equal(layout_block_size(&l, 0, 3), 0);
	assert_int_equal(layout_block_size(&l, 2, 1), 4 * KIB + 5);
	assert_int_equal(layout_block_size(&l, 2, UINT32_MAX), 0);
	assert_int_equal(layout_block_size(&l, 9, 0), 0);
}

static void handles_the_largest_piece_length(void **state)
{
	struct meta_file f[] = {{.length = 5ull << 30}};
	struct metainfo m;
	struct layout l;

	(void)state;
	make(&m, f, 1, METAINFO_PIECE_LENGTH_MAX);
	layout_init(&l, &m);
	assert_int_equal(l.npieces, 3);
	assert_int_equal(l.blocks_per_piece, 131072);
	assert_int_equal(layout_piece_size(&l, 1), METAINFO_PIECE_LENGTH_MAX);
	assert_int_equal(layout_block_size(&l, 1, 131071), 16 * KIB - 1);
	assert_true(layout_range_ok(&l, 1, INT32_MAX - 1u, 1));
	assert_false(layout_range_ok(&l, 1, INT32_MAX - 1u, 2));
}

static void refuses_ranges_that_leave_their_piece(void **state)
{
	struct meta_file f[] = {{.length = 100 * KIB}};
	struct metainfo m;
	struct layout l;

	(void)state;
	make(&m, f, 1, 64 * KIB);
	layout_init(&l, &m);
	assert_true(layout_range_ok(&l, 0, 0, 64 * KIB));
	assert_true(layout_range_ok(&l, 1, 0, 36 * KIB));
	assert_false(layout_range_ok(&l, 1, 0, 36 * KIB + 1));
	assert_false(layout_range_ok(&l, 1, 36 * KIB, 1));
	assert_false(layout_range_ok(&l, 2, 0, 1));
	assert_false(layout_range_ok(&l, 0, 0, 0));
	assert_false(layout_range_ok(&l, 0, UINT32_MAX, 2));
	assert_false(layout_range_ok(&l, 0, 2, UINT32_MAX));
	assert_false(layout_range_ok(&l, UINT32_MAX, 0, 1));
}

static void never_finds_an_empty_file_at_an_offset(void **state)
{
	struct meta_file f[] = {{.length = 0}, {.length = 10}, {.length = 0},
		{.length = 0}, {.length = 5}, {.length = 0}};
	struct metainfo m;
	struct layout l;

	(void)state;
	make(&m, f, 6, 8);
	layout_init(&l, &m);
	assert_int_equal(layout_file_at(&l, 0), 1);
	assert_int_equal(layout_file_at(&l, 9), 1);
	assert_int_equal(layout_file_at(&l, 10), 4);
	assert_int_equal(layout_file_at(&l, 14), 4);
	assert_int_equal(layout_file_at(&l, 15), 6);
	assert_int_equal(layout_file_at(&l, UINT64_MAX), 6);
}

static void walks_a_range_as_runs_of_single_files(void **state)
{
	struct meta_file f[] = {
		{.length = 10}, {.length = 0}, {.length = 5}, {.length = 20}};
	struct metainfo m;
	struct layout l;
	struct layout_run r = {0};

	(void)state;
	make(&m, f, 4, 16);
	layout_init(&l, &m);
	assert_true(layout_run(&l, 8, 10, &r));
	assert_int_equal(r.file, 0);
	assert_int_equal(r.file_offset, 8);
	assert_int_equal(r.n, 2);
	assert_true(layout_run(&l, 10, 8, &r));
	assert_int_equal(r.file, 2);
	assert_int_equal(r.file_offset, 0);
	assert_int_equal(r.n, 5);
	assert_true(layout_run(&l, 15, 3, &r));
	assert_int_equal(r.file, 3);
	assert_int_equal(r.n, 3);
	assert_false(layout_run(&l, 15, 0, &r));
	assert_false(layout_run(&l, 34, 2, &r));
	assert_false(layout_run(&l, UINT64_MAX, 2, &r));
}

static void finds_no_file_in_a_gap_of_the_stream(void **state)
{
	struct meta_file f[] = {
		{.offset = 0, .length = 10}, {.offset = 16, .length = 4}};
	struct metainfo m = {.files = f,
		.nfiles = 2,
		.total = 20,
		.piece_length = 16,
		.npieces = 2};
	struct layout l;
	struct layout_run r;

	(void)state;
	layout_init(&l, &m);
	assert_int_equal(layout_file_at(&l, 12), 2);
	assert_false(layout_run(&l, 12, 8, &r));
}

static void tells_the_pieces_of_a_file(void **state)
{
	struct meta_file f[] = {
		{.length = 10}, {.length = 0}, {.length = 6}, {.length = 30}};
	struct metainfo m;
	struct layout l;
	uint32_t first, end;

	(void)state;
	make(&m, f, 4, 8);
	layout_init(&l, &m);
	layout_file_pieces(&l, 0, &first, &end);
	assert_int_equal(first, 0);
	assert_int_equal(end, 2);
	layout_file_pieces(&l, 1, &first, &end);
	assert_int_equal(first, end);
	layout_file_pieces(&l, 2, &first, &end);
	assert_int_equal(first, 1);
	assert_int_equal(end, 2);
	layout_file_pieces(&l, 3, &first, &end);
	assert_int_equal(first, 2);
	assert_int_equal(end, 6);
	layout_file_pieces(&l, 4, &first, &end);
	assert_int_equal(first, end);
}

static void counts_the_verified_bytes_of_a_file(void **state)
{
	struct meta_file f[] = {{.length = 10}, {.length = 0}, {.length = 30}};
	struct metainfo m;
	struct layout l;
	struct bitfield have;

	(void)state;
	make(&m, f, 3, 8);
	layout_init(&l, &m);
	bitfield_init(&have, l.npieces);
	assert_int_equal(layout_file_have(&l, 0, &have), 0);
	bitfield_add(&have, 1); /* bytes 8 to 15 */
	assert_int_equal(layout_file_have(&l, 0, &have), 2);
	assert_int_equal(layout_file_have(&l, 1, &have), 0);
	assert_int_equal(layout_file_have(&l, 2, &have), 6);
	bitfield_add(&have, 3);
	assert_int_equal(layout_file_have(&l, 2, &have), 14);
	bitfield_set_all(&have);
	assert_int_equal(layout_file_have(&l, 0, &have), 10);
	assert_int_equal(layout_file_have(&l, 2, &have), 30);
	bitfield_fini(&have);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_pieces_and_blocks_with_a_short_end),
		cmocka_unit_test(handles_the_largest_piece_length),
		cmocka_unit_test(refuses_ranges_that_leave_their_piece),
		cmocka_unit_test(never_finds_an_empty_file_at_an_offset),
		cmocka_unit_test(walks_a_range_as_runs_of_single_files),
		cmocka_unit_test(finds_no_file_in_a_gap_of_the_stream),
		cmocka_unit_test(tells_the_pieces_of_a_file),
		cmocka_unit_test(counts_the_verified_bytes_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
