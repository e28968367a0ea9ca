#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/bytes.h"

static void reads_big_endian_integers(void **state)
{
	static const uint8_t in[] = {0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
		0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff};
	struct reader r = reader_of(in, sizeof in);

	(void)state;
	assert_int_equal(read_u8(&r), 0xf1);
	assert_int_equal(read_u16(&r), 0xf2f3);
	assert_int_equal(read_u32(&r), 0xf4f5f6f7);
	assert_true(read_u64(&r) == UINT64_C(0xf8f9fafbfcfdfeff));
	assert_true(read_complete(&r));
}

static void a_short_read_gives_zero_and_stays_bad(void **state)
{
	static const uint8_t in[] = {1, 2, 3};
	struct reader r = reader_of(in, sizeof in);

	(void)state;
	assert_int_equal(read_u32(&r), 0);
	assert_true(r.bad);
	assert_int_equal(read_u8(&r), 0);
	assert_int_equal(read_u16(&r), 0);
	assert_true(read_u64(&r) == 0);
	assert_int_equal(read_span(&r, 1).n, 0);
	assert_int_equal(read_rest(&r).n, 0);
	assert_true(r.bad);
	assert_false(read_complete(&r));
}

static void reads_spans_up_to_the_end(void **state)
{
	struct reader r = reader_of_span(span_str("abcdef"));

	(void)state;
	assert_true(span_is(read_span(&r, 4), "abcd"));
	assert_true(span_is(read_span(&r, 0), ""));
	assert_false(read_complete(&r));
	assert_int_equal(read_left(&r), 2);
	assert_true(span_is(read_rest(&r), "ef"));
	assert_true(span_is(read_rest(&r), ""));
	assert_true(read_complete(&r));
	assert_int_equal(read_span(&r, SIZE_MAX).n, 0);
	assert_true(r.bad);
}

static void reads_nothing_from_nothing(void **state)
{
	struct reader r = reader_of(NULL, 0);

	(void)state;
	assert_int_equal(read_span(&r, 0).n, 0);
	assert_true(read_complete(&r));
	assert_int_equal(read_u8(&r), 0);
	assert_true(r.bad);
}

static void compares_spans_by_their_bytes(void **state)
{
	(void)state;
	assert_true(span_equal(span_of(NULL, 0), span_str("")));
	assert_true(span_equal(span_str("ab"), span_of("abc", 2)));
	assert_false(span_is(span_str("ab"), "abc"));
	assert_false(span_is(span_str("ab"), "ac"));
}

static void writes_what_readers_read(void **state)
{
	static const uint8_t want[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
		13, 14, 15, 'x', 'y', 'z'};
	uint8_t out[sizeof want];
	struct writer w = writer_of(out, sizeof out);

	(void)state;
	write_u8(&w, 1);
	write_u16(&w, 0x0203);
	write_u32(&w, 0x04050607);
	write_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	write_span(&w, span_of(NULL, 0));
	write_span(&w, span_str("x"));
	write_str(&w, "yz");
	assert_false(w.full);
	assert_int_equal(w.len, sizeof want);
	assert_memory_equal(out, want, sizeof want);
}

static void drops_whole_what_does_not_fit(void **state)
{
	uint8_t out[4] = {0, 0, 0, 0xee};
	struct writer w = writer_of(out, 3);

	(void)state;
	write_u16(&w, 0x0102);
	write_u16(&w, 0x0304);
	assert_true(w.full);
	assert_int_equal(w.len, 2);
	assert_int_equal(out[2], 0);
	assert_int_equal(out[3], 0xee);
}

static void a_full_writer_leaves_no_holes(void **state)
{
	uint8_t out[4];
	struct writer w = writer_of(out, sizeof out);

	(void)state;
	write_u8(&w, 1);
	write_u64(&w, 2);
	write_u8(&w, 3);
	write_u16(&w, 3);
	write_u32(&w, 3);
	write_str(&w, "3");
	assert_true(w.full);
	assert_int_equal(w.len, 1);
}

static void a_writer_without_a_buffer_is_full_at_once(void **state)
{
	struct writer w = writer_of(NULL, 0);

	(void)state;
	write_span(&w, span_of(NULL, 0));
	assert_false(w.full);
	write_u8(&w, 1);
	assert_true(w.full);
}

static void a_buffer_grows_with_what_is_added(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_add(&b, span_of(NULL, 0));
	assert_int_equal(b.len, 0);
	for (int i = 0; i < 1000; i++) {
		buf_add_str(&b, "ab");
		buf_add_byte(&b, 'c');
		buf_add(&b, span_of("def", 3));
	}
	assert_int_equal(b.len, 6000);
	for (size_t i = 0; i < 1000; i++)
		assert_memory_equal(b.p + i * 6, "abcdef", 6);
	buf_free(&b);
	assert_null(b.p);
	assert_int_equal(b.len + b.cap, 0);
}

static void a_buffer_formats_at_its_end(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, "n=");
	buf_printf(&b, "%d,%s", 12, "long enough to need another block");
	buf_printf(&b, "%s", "");
	assert_true(span_is(buf_span(&b),
		"n=12,long enough to need another block"));
	buf_free(&b);
}

static void reserved_bytes_count_when_committed(void **state)
{
	struct buf b = {0};
	uint8_t *p = buf_reserve(&b, 100);

	(void)state;
	memset(p, 'x', 100);
	assert_int_equal(b.len, 0);
	buf_commit(&b, 3);
	assert_true(span_is(buf_span(&b), "xxx"));
	buf_free(&b);
	assert_non_null(buf_reserve(&b, 0));
	buf_free(&b);
}

static void drops_from_the_front(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_drop_front(&b, 0);
	buf_add_str(&b, "abcdef");
	buf_drop_front(&b, 2);
	assert_true(span_is(buf_span(&b), "cdef"));
	buf_drop_front(&b, 0);
	assert_true(span_is(buf_span(&b), "cdef"));
	buf_drop_front(&b, 99);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void checks_ranges_without_overflow(void **state)
{
	(void)state;
	assert_true(range_ok(0, 0, 0));
	assert_true(range_ok(5, 5, 10));
	assert_true(range_ok(10, 0, 10));
	assert_false(range_ok(10, 1, 10));
	assert_false(range_ok(11, 0, 10));
	assert_false(range_ok(UINT64_MAX, 2, 10));
	assert_false(range_ok(2, UINT64_MAX, UINT64_MAX));
	assert_true(range_ok(1, UINT64_MAX - 1, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_big_endian_integers),
		cmocka_unit_test(a_short_read_gives_zero_and_stays_bad),
		cmocka_unit_test(reads_spans_up_to_the_end),
		cmocka_unit_test(reads_nothing_from_nothing),
		cmocka_unit_test(compares_spans_by_their_bytes),
		cmocka_unit_test(writes_what_readers_read),
		cmocka_unit_test(drops_whole_what_does_not_fit),
		cmocka_unit_test(a_full_writer_leaves_no_holes),
		cmocka_unit_test(a_writer_without_a_buffer_is_full_at_once),
		cmocka_unit_test(a_buffer_grows_with_what_is_added),
		cmocka_unit_test(a_buffer_formats_at_its_end),
		cmocka_unit_test(reserved_bytes_count_when_committed),
		cmocka_unit_test(drops_from_the_front),
		cmocka_unit_test(checks_ranges_without_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
