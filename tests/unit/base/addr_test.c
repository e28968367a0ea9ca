#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/addr.h"

/* The address that text names; a text without a port gets port 1. */
static struct addr of(const char *text)
{
	struct addr a = {0};

	if (addr_parse(text, &a) != ERR_OK)
		assert_int_equal(addr_parse_ip(text, 1, &a), ERR_OK);
	return a;
}

static void writes_what_it_reads(void **state)
{
	static const char *const texts[] = {"1.2.3.4:5", "[::1]:65535",
		"255.255.255.255:1", "[2001:db8::ff00:42:8329]:6881"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		char text[ADDR_TEXT_MAX];
		struct addr a = of(texts[i]);

		addr_text(&a, text);
		assert_string_equal(text, texts[i]);
	}
}

static void writes_the_longest_address(void **state)
{
	char text[ADDR_TEXT_MAX];
	struct addr a = {.family = ADDR_V6, .port = 65535};

	(void)state;
	memset(a.ip, 0xff, sizeof a.ip);
	addr_text(&a, text);
	assert_string_equal(text,
		"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	addr_ip_text(&a, text);
	assert_string_equal(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

static void writes_an_address_without_its_port(void **state)
{
	char text[ADDR_TEXT_MAX];
	struct addr a = addr_v4(10, 0, 0, 1, 80);
	struct addr none = {0};

	(void)state;
	addr_ip_text(&a, text);
	assert_string_equal(text, "10.0.0.1");
	addr_ip_text(&none, text);
	assert_string_equal(text, "none");
	addr_text(&none, text);
	assert_string_equal(text, "none");
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const bad[] = {"", ":", "1.2.3.4", "1.2.3.4:", ":80",
		"1.2.3:80", "1.2.3.4.5:80", "256.1.1.1:80", "host:80", "::1:80",
		"::1", "[::1]", "[::1]:", "[::1:80", "::1]:80", "[1.2.3.4]:80",
		"[]:80", "[::1]x:80", "[[::1]]:80", "1.2.3.4:+80", "1.2.3.4:-1",
		"1.2.3.4: 80", "1.2.3.4:80 ", " 1.2.3.4:80", "1.2.3.4:0x50",
		"1.2.3.4:000080", "1.2.3.4:123456", "[fe80::1%eth0]:80",
		"01.2.3.4:80",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:80"};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct addr a = {.port = 77};

		assert_int_equal(addr_parse(bad[i], &a), ERR_SYNTAX);
		assert_int_equal(a.port, 77);
	}
}

static void refuses_ports_out_of_range(void **state)
{
	struct addr a = {0};

	(void)state;
	assert_int_equal(addr_parse("1.2.3.4:0", &a), ERR_RANGE);
	assert_int_equal(addr_parse("1.2.3.4:65536", &a), ERR_RANGE);
	assert_int_equal(addr_parse("[::1]:99999", &a), ERR_RANGE);
	assert_int_equal(a.family, ADDR_NONE);
	assert_int_equal(addr_parse("1.2.3.4:65535", &a), ERR_OK);
}

static void reads_an_address_without_a_port(void **state)
{
	static const char *const bad[] = {
		"", "[]", "[1.2.3.4]", "1.2.3.4:5", "[::1]:5", "::g", "x"};
	struct addr a = {0};

	(void)state;
	assert_int_equal(addr_parse_ip("1.2.3.4", 9, &a), ERR_OK);
	assert_true(addr_equal(&a,
		&(struct addr){
			.family = ADDR_V4, .port = 9, .ip = {1, 2, 3, 4}}));
	assert_int_equal(addr_parse_ip("::1", 0, &a), ERR_OK);
	assert_true(addr_is_loopback(&a));
	assert_int_equal(addr_parse_ip("[::1]", 7, &a), ERR_OK);
	assert_int_equal(a.port, 7);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(addr_parse_ip(bad[i], 1, &a), ERR_SYNTAX);
}

static void v4_mapped_addresses_become_ipv4(void **state)
{
	static const uint8_t mapped[18] = {[10] = 0xff, 0xff, 1, 2, 3, 4, 0, 5};
	struct addr want = addr_v4(1, 2, 3, 4, 5);
	struct addr a = addr_from_ip(span_of(mapped, 16), 5);
	struct reader r = reader_of(mapped, sizeof mapped);

	(void)state;
	assert_true(addr_equal(&a, &want));
	a = addr_read_compact(&r, ADDR_V6);
	assert_true(addr_equal(&a, &want));
	a = of("[::ffff:1.2.3.4]:5");
	assert_true(addr_equal(&a, &want));
}

static void an_ip_of_no_known_length_is_none(void **state)
{
	static const uint8_t ip[17];
	static const size_t lengths[] = {0, 3, 5, 15, 17};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct addr a = addr_from_ip(span_of(ip, lengths[i]), 1);

		assert_int_equal(a.family, ADDR_NONE);
		assert_int_equal(a.port, 0);
	}
}

static void compares_family_then_ip_then_port(void **state)
{
	static const char *const ordered[] = {"0.0.0.1:9", "9.255.0.0:2",
		"10.0.0.0:1", "10.0.0.0:2", "10.0.0.0:256", "[::1]:1",
		"[ff::]:1"};
	size_t n = sizeof ordered / sizeof ordered[0];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++) {
			struct addr a = of(ordered[i]);
			struct addr b = of(ordered[k]);
			int want = (i > k) - (i < k);
			uint8_t key_a[ADDR_KEY_LEN], key_b[ADDR_KEY_LEN];

			assert_int_equal(addr_compare(&a, &b), want);
			assert_int_equal(addr_equal(&a, &b), want == 0);
			addr_key(&a, key_a);
			addr_key(&b, key_b);
			assert_int_equal(!memcmp(key_a, key_b, sizeof key_a),
				want == 0);
		}
	}
}

static void the_same_ip_may_have_two_ports(void **state)
{
	struct addr a = of("1.2.3.4:5");
	struct addr b = of("1.2.3.4:6");
	struct addr c = {.family = ADDR_V6, .ip = {1, 2, 3, 4}, .port = 5};

	(void)state;
	assert_true(addr_same_ip(&a, &b));
	assert_false(addr_equal(&a, &b));
	assert_false(addr_same_ip(&a, &c));
}

static void writes_and_reads_compact_forms(void **state)
{
	static const uint8_t want[] = {1, 2, 3, 4, 0x1a, 0xe1, 0x20, 1, 0xd,
		0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0x1a, 0xe2};
	struct addr v4 = of("1.2.3.4:6881");
	struct addr v6 = of("[2001:db8::9]:6882");
	struct addr none = {0};
	uint8_t out[sizeof want];
	struct writer w = writer_of(out, sizeof out);
	struct reader r = reader_of(want, sizeof want);
	struct addr a;

	(void)state;
	addr_write_compact(&w, &v4);
	addr_write_compact(&w, &none);
	addr_write_compact(&w, &v6);
	assert_int_equal(w.len, sizeof want);
	assert_memory_equal(out, want, sizeof want);
	a = addr_read_compact(&r, ADDR_V4);
	assert_true(addr_equal(&a, &v4));
	a = addr_read_compact(&r, ADDR_V6);
	assert_true(addr_equal(&a, &v6));
	assert_true(read_complete(&r));
}

static void half_an_address_is_none(void **state)
{
	static const uint8_t in[17] = {1};
	struct reader r4 = reader_of(in, 5);
	struct reader r6 = reader_of(in, 17);
	struct addr full = of("1.2.3.4:5");
	struct writer w = writer_of((uint8_t[5]){0}, 5);

	(void)state;
	assert_int_equal(addr_read_compact(&r4, ADDR_V4).family, ADDR_NONE);
	assert_true(r4.bad);
	assert_int_equal(addr_read_compact(&r6, ADDR_V6).family, ADDR_NONE);
	assert_true(r6.bad);
	addr_write_compact(&w, &full);
	assert_true(w.full);
	assert_int_equal(w.len, 0);
}

static void knows_whom_it_can_dial(void **state)
{
	static const char *const good[] = {"1.2.3.4:1", "127.0.0.1:1",
		"192.168.0.9:1", "223.255.255.255:1", "1.0.0.0:1", "[::1]:1",
		"[2001:db8::1]:1", "[fe80::1]:1", "[::2]:1"};
	static const char *const bad[] = {"0.0.0.0:1", "0.1.2.3:1",
		"224.0.0.1:1", "239.192.152.143:1", "240.0.0.1:1",
		"255.255.255.255:1", "[::]:1", "[ff02::1]:1", "[ff15::efc0]:1",
		"[::ffff:0.0.0.0]:1", "[::ffff:224.0.0.1]:1"};
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		a = of(good[i]);
		assert_true(addr_is_dialable(&a));
		a.port = 0;
		assert_false(addr_is_dialable(&a));
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		a = of(bad[i]);
		assert_false(addr_is_dialable(&a));
	}
	a = (struct addr){.port = 1};
	assert_false(addr_is_dialable(&a));
}

static void knows_what_is_local(void **state)
{
	static const char *const local[] = {"10.0.0.0", "10.255.255.255",
		"172.16.0.0", "172.31.255.255", "192.168.0.0",
		"192.168.255.255", "169.254.1.1", "127.0.0.1", "127.255.0.1",
		"100.64.0.0", "100.127.255.255", "0.0.0.0", "0.1.2.3",
		"::", "::1", "fe80::1", "febf::1", "fc00::1", "fdff::1",
		"::ffff:127.0.0.1"};
	static const char *const wide[] = {"9.255.255.255", "11.0.0.0",
		"172.15.255.255", "172.32.0.0", "192.167.255.255",
		"192.169.0.0", "169.253.0.0", "126.0.0.1", "128.0.0.1",
		"100.63.255.255", "100.128.0.0", "1.0.0.0", "::2", "fec0::1",
		"fe7f::1", "fbff::1", "fe00::1", "2001:db8::1"};
	struct addr none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof local / sizeof local[0]; i++) {
		struct addr a = of(local[i]);

		assert_true(addr_is_local(&a));
	}
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
		struct addr a = of(wide[i]);

		assert_false(addr_is_local(&a));
	}
	assert_false(addr_is_local(&none));
}

static void knows_loopback(void **state)
{
	struct addr a = of("127.3.2.1");
	struct addr b = of("::1");
	struct addr c = of("128.0.0.1");
	struct addr d = of("1::1");

	(void)state;
	assert_true(addr_is_loopback(&a));
	assert_true(addr_is_loopback(&b));
	assert_false(addr_is_loopback(&c));
	assert_false(addr_is_loopback(&d));
}

static void neighbours_share_24_or_64_bits(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"1.2.3.4", "1.2.3.255", true},
		{"1.2.3.4", "1.2.2.4", false},
		{"2001:db8::1", "2001:db8::ffff:1:2:3", true},
		{"2001:db8::1", "2001:db8:0:1::1", false},
		{"1.2.3.4", "2001:db8::1", false},
	};
	struct addr none = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct addr a = of(rows[i].a);
		struct addr b = of(rows[i].b);

		assert_int_equal(addr_same_net(&a, &b), rows[i].same);
		assert_int_equal(addr_same_net(&b, &a), rows[i].same);
	}
	assert_false(addr_same_net(&none, &none));
}

/* The first two rows are BEP 40's; the others follow its rules by hand. */
static void ranks_connections_as_bep_40_says(void **state)
{
	static const struct {
		const char *a, *b;
		uint32_t priority;
	} rows[] = {
		{"123.213.32.10", "98.76.54.32", 0xec2d7224},
		{"123.213.32.10", "123.213.32.234", 0x99568189},
		/* crc32c(e60c7b01 e60c7b03): the same /24 */
		{"230.12.123.1:1234", "230.12.123.3:300", 0x99c54d79},
		/* crc32c(e60c1701 e60c7b01): the same /16 */
		{"230.12.23.1:1234", "230.12.123.3:300", 0x21fd5f80},
		/* crc32c(e60c5101 e6781501) */
		{"230.120.23.1:1234", "230.12.123.3:300", 0xfa9a860e},
		/* crc32c(012c 04d2): the same address */
		{"230.12.123.3:1234", "230.12.123.3:300", 0xae8b7034},
		{"[::9]:1234", "[::9]:300", 0xae8b7034},
		{"ffff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0x59d71f38},
		/* the same /48: the seventh byte shows too */
		{"ffff:ffff:ffff:fff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0x27a88382},
		/* the same /56 */
		{"ffff:ffff:ffff:ff0f:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0xfb405bc1},
		/* only the last byte differs */
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff0",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0xc04c735},
		{"1.2.3.4", "::1", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct addr a = of(rows[i].a);
		struct addr b = of(rows[i].b);

		assert_int_equal(addr_priority(&a, &b), rows[i].priority);
		assert_int_equal(addr_priority(&b, &a), rows[i].priority);
	}
}

static void only_link_local_addresses_need_an_interface(void **state)
{
	static const char *const scoped[] = {
		"[fe80::1]:1", "[fe80:1::2]:1", "[febf:ffff::1]:1"};
	static const char *const others[] = {"[fec0::1]:1", "[fe7f::1]:1",
		"[fd00::1]:1", "[::1]:1", "[2001:db8::1]:1", "169.254.0.1:1"};
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof scoped / sizeof scoped[0]; i++) {
		assert_int_equal(addr_parse(scoped[i], &a), ERR_OK);
		assert_true(addr_needs_scope(&a));
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		assert_int_equal(addr_parse(others[i], &a), ERR_OK);
		assert_false(addr_needs_scope(&a));
	}
	a = (struct addr){.family = ADDR_NONE};
	assert_false(addr_needs_scope(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(writes_the_longest_address),
		cmocka_unit_test(writes_an_address_without_its_port),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(refuses_ports_out_of_range),
		cmocka_unit_test(reads_an_address_without_a_port),
		cmocka_unit_test(v4_mapped_addresses_become_ipv4),
		cmocka_unit_test(an_ip_of_no_known_length_is_none),
		cmocka_unit_test(compares_family_then_ip_then_port),
		cmocka_unit_test(the_same_ip_may_have_two_ports),
		cmocka_unit_test(writes_and_reads_compact_forms),
		cmocka_unit_test(half_an_address_is_none),
		cmocka_unit_test(knows_whom_it_can_dial),
		cmocka_unit_test(knows_what_is_local),
		cmocka_unit_test(knows_loopback),
		cmocka_unit_test(neighbours_share_24_or_64_bits),
		cmocka_unit_test(ranks_connections_as_bep_40_says),
		cmocka_unit_test(only_link_local_addresses_need_an_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
