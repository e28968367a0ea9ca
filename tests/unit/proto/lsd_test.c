/*
 * lsd_test.c - datagrams of local service discovery.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/codec.h"
#include "base/mem.h"
#include "proto/lsd.h"

#define HASH "a1671e5351b466ae181219bb82f84fc19dcdd50f"
#define START "BT-SEARCH * HTTP/1.1\r\n"
#define END "\r\n\r\n"

static enum err parse(const char *text, struct lsd_message *m)
{
	return lsd_parse(span_str(text), m);
}

static void reads_a_datagram(void **state)
{
	struct lsd_message m;
	uint8_t hash[20];

	(void)state;
	assert_int_equal(parse(START "Host: 239.192.152.143:6771\r\n"
				     "Port: 6881\r\nInfohash: " HASH
				     "\r\ncookie: 12ab\r\n" END,
				 &m),
		ERR_OK);
	assert_int_equal(m.port, 6881);
	assert_int_equal(m.nhashes, 1);
	assert_int_equal(hex_decode(span_str(HASH), hash, 20), ERR_OK);
	assert_memory_equal(m.hash[0], hash, 20);
	assert_true(span_is(m.cookie, "12ab"));
}

static void header_names_are_of_either_case_in_any_order(void **state)
{
	struct lsd_message m;

	(void)state;
	assert_int_equal(parse("bt-search * http/1.0\r\nINFOHASH:" HASH
			       "\r\nX-Other: 5\r\npORT:   1  \r\n" END,
				 &m),
		ERR_OK);
	assert_int_equal(m.port, 1);
	assert_int_equal(m.nhashes, 1);
	assert_int_equal(m.cookie.n, 0);
}

static void lines_may_end_in_a_line_feed_alone(void **state)
{
	struct lsd_message m;

	(void)state;
	assert_int_equal(parse("BT-SEARCH * HTTP/1.1\nPort: "
			       "6881\nInfohash: " HASH "\n\n",
				 &m),
		ERR_OK);
	assert_int_equal(m.port, 6881);
}

static void what_comes_after_the_empty_line_is_not_read(void **state)
{
	struct lsd_message m;

	(void)state;
	assert_int_equal(parse(START "Port: 6881\r\nInfohash: " HASH END
				     "Infohash: " HASH "\r\nPort: 0\r\n",
				 &m),
		ERR_OK);
	assert_int_equal(m.nhashes, 1);
	/* And it may be missing. */
	assert_int_equal(parse(START "Port: 6881\r\nInfohash: " HASH, &m),
		ERR_OK);
}

static void takes_several_hashes_and_leaves_bad_ones_out(void **state)
{
	struct lsd_message m;

	(void)state;
	assert_int_equal(parse(START "Port: 5\r\nInfohash: " HASH
				     "\r\nInfohash: zzz\r\nInfohash: " HASH
				     "0\r\nInfohash: "
				     "1111111111111111111111111111111111111111"
				     "\r\n" END,
				 &m),
		ERR_OK);
	assert_int_equal(m.nhashes, 2);
	assert_int_equal(m.hash[1][0], 0x11);
}

static void ports_outside_their_range_are_refused_not_cut(void **state)
{
	static const char *const bad[] = {
		"0", "65536", "99999", "4294973177", "18446744073709558497"};
	static const char *const none[] = {
		"", "-1", "+5", "6881x", "0x10", "6 8"};
	struct lsd_message m;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *text = mem_printf(START "Port: %s\r\nInfohash: " HASH END,
			bad[i]);

		assert_int_equal(parse(text, &m), ERR_RANGE);
		mem_free(text);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		char *text = mem_printf(START "Port: %s\r\nInfohash: " HASH END,
			none[i]);

		assert_int_equal(parse(text, &m), ERR_SYNTAX);
		mem_free(text);
	}
}

static void refuses_what_is_no_such_datagram(void **state)
{
	static const char *const bad[] = {
		"",
		"\r\n",
		START,
		START END,
		START "Port: 6881\r\n" END,
		START "Infohash: " HASH "\r\n" END,
		"GET / HTTP/1.1\r\nPort: 6881\r\nInfohash: " HASH END,
		" " START "Port: 6881\r\nInfohash: " HASH END,
		START "Port 6881\r\nInfohash " HASH END,
		START "\r\nPort: 6881\r\nInfohash: " HASH END,
	};
	struct lsd_message m;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(parse(bad[i], &m), ERR_SYNTAX);
	assert_int_equal(lsd_parse(span_of(NULL, 0), &m), ERR_SYNTAX);
}

static void a_datagram_too_long_is_not_looked_at(void **state)
{
	struct lsd_message m;
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, START "Port: 6881\r\nInfohash: " HASH END);
	memset(buf_reserve(&b, LSD_READ_MAX - b.len), 'x',
		LSD_READ_MAX - b.len);
	buf_commit(&b, LSD_READ_MAX - b.len);
	assert_int_equal(lsd_parse(buf_span(&b), &m), ERR_OK);
	buf_add_byte(&b, 'x');
	assert_int_equal(lsd_parse(buf_span(&b), &m), ERR_LIMIT);
	buf_free(&b);
}

static void no_more_hashes_than_there_is_room_for(void **state)
{
	struct lsd_message m;
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, "BT-SEARCH * HTTP/1.1\nPort:1\n");
	while (b.len + 50 <= LSD_READ_MAX)
		buf_add_str(&b, "infohash:" HASH "\n");
	assert_int_equal(lsd_parse(buf_span(&b), &m), ERR_OK);
	assert_true(m.nhashes <= LSD_HASHES_MAX);
	assert_true(m.nhashes >= 39);
	buf_free(&b);
}

static void what_is_written_reads_the_same(void **state)
{
	static const enum addr_family families[] = {ADDR_V4, ADDR_V6};
	struct lsd_message m = {.port = 51413,
		.nhashes = LSD_WRITE_HASHES,
		.cookie = span_str("0123456789abcdef0123456789abcdef")};
	uint8_t bytes[LSD_WRITE_MAX];

	(void)state;
	for (size_t i = 0; i < m.nhashes; i++)
		memset(m.hash[i], (int)i, 20);
	for (size_t i = 0; i < 2; i++) {
		struct writer w = writer_of(bytes, sizeof bytes);
		struct lsd_message again;

		lsd_write(&m, families[i], &w);
		assert_false(w.full);
		assert_int_equal(lsd_parse(writer_span(&w), &again), ERR_OK);
		assert_int_equal(again.port, m.port);
		assert_int_equal(again.nhashes, m.nhashes);
		assert_memory_equal(again.hash, m.hash, 20 * m.nhashes);
		assert_true(span_equal(again.cookie, m.cookie));
	}
}

/* Byte for byte: others look for exactly these names and line ends. */
static void writes_what_others_expect(void **state)
{
	struct lsd_message m = {
		.port = 6881, .nhashes = 1, .cookie = span_str("c0")};
	uint8_t bytes[LSD_WRITE_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	lsd_write(&m, ADDR_V4, &w);
	assert_true(span_is(writer_span(&w),
		"BT-SEARCH * HTTP/1.1\r\n"
		"Host: 239.192.152.143:6771\r\n"
		"Port: 6881\r\n"
		"Infohash: 0000000000000000000000000000000000000000\r\n"
		"cookie: c0\r\n"
		"\r\n"
		"\r\n"));
	/* Some read no more than 200 bytes. */
	assert_true(w.len < 200);
	w = writer_of(bytes, sizeof bytes);
	m.cookie.n = 0;
	lsd_write(&m, ADDR_V6, &w);
	assert_true(span_is(writer_span(&w),
		"BT-SEARCH * HTTP/1.1\r\n"
		"Host: [ff15::efc0:988f]:6771\r\n"
		"Port: 6881\r\n"
		"Infohash: 0000000000000000000000000000000000000000\r\n"
		"\r\n"
		"\r\n"));
}

static void each_family_has_its_group(void **state)
{
	struct addr v4 = lsd_group(ADDR_V4), v6 = lsd_group(ADDR_V6);
	char text[ADDR_TEXT_MAX];

	(void)state;
	addr_text(&v4, text);
	assert_string_equal(text, "239.192.152.143:6771");
	addr_text(&v6, text);
	assert_string_equal(text, "[ff15::efc0:988f]:6771");
	assert_int_equal(lsd_group(ADDR_NONE).family, ADDR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_datagram),
		cmocka_unit_test(header_names_are_of_either_case_in_any_order),
		cmocka_unit_test(lines_may_end_in_a_line_feed_alone),
		cmocka_unit_test(what_comes_after_the_empty_line_is_not_read),
		cmocka_unit_test(takes_several_hashes_and_leaves_bad_ones_out),
		cmocka_unit_test(ports_outside_their_range_are_refused_not_cut),
		cmocka_unit_test(refuses_what_is_no_such_datagram),
		cmocka_unit_test(a_datagram_too_long_is_not_looked_at),
		cmocka_unit_test(no_more_hashes_than_there_is_room_for),
		cmocka_unit_test(what_is_written_reads_the_same),
		cmocka_unit_test(writes_what_others_expect),
		cmocka_unit_test(each_family_has_its_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
