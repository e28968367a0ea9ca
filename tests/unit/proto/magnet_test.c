#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "base/codec.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/magnet.h"

#define HEX1 "a1671e5351b466ae181219bb82f84fc19dcdd50f"
#define HEX2 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define LINK "magnet:?xt=urn:btih:" HEX1

static struct magnet *parse(const char *text)
{
	struct magnet *m = NULL;

	assert_int_equal(magnet_parse(span_str(text), &m, NULL), ERR_OK);
	return m;
}

static void assert_refused(const char *text, enum err want)
{
	struct magnet *m = NULL;
	struct fault fault = {0};

	assert_int_equal(magnet_parse(span_str(text), &m, &fault), want);
	assert_null(m);
	assert_int_equal(fault.code, want);
	assert_true(fault.what[0]);
}

static void reads_a_hash_in_hex_and_base32(void **state)
{
	static const char *const links[] = {LINK,
		"magnet:?xt=urn:btih:A1671E5351B466AE181219BB82F84FC19DCDD50F",
		"magnet:?xt=urn:btih:UFTR4U2RWRTK4GASDG5YF6CPYGO43VIP",
		"magnet:?xt=urn:btih:uftr4u2rwrtk4gasdg5yf6cpygo43vip",
		"MAGNET:?XT=URN:BTIH:" HEX1, "magnet:?xt.1=urn:btih:" HEX1,
		"  " LINK "\r\n", "magnet:?xt=urn%3abtih%3A" HEX1,
		"magnet:?dn=x&amp;xt=urn:btih:" HEX1};
	char hex[INFOHASH_HEX_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct magnet *m = parse(links[i]);

		assert_true(m->hash.has_v1 && !m->hash.has_v2);
		infohash_hex(&m->hash, hex);
		assert_string_equal(hex, HEX1);
		magnet_free(m);
	}
}

static void reads_v2_and_hybrid_hashes(void **state)
{
	struct magnet *m = parse("magnet:?xt=urn:btmh:1220" HEX2);

	(void)state;
	assert_true(m->hash.has_v2 && !m->hash.has_v1);
	magnet_free(m);
	m = parse(LINK "&xt=urn:btmh:1220" HEX2);
	assert_true(m->hash.has_v2 && m->hash.has_v1);
	assert_int_equal(m->hash.v2[1], 0x11);
	magnet_free(m);
}

static void the_first_hash_of_a_kind_counts(void **state)
{
	struct magnet *m =
		parse("magnet:?xt=urn:btih:bad&xt=urn:btih:" HEX1
		      "&xt=urn:btih:0000000000000000000000000000000000000000");
	char hex[INFOHASH_HEX_MAX];

	(void)state;
	infohash_hex(&m->hash, hex);
	assert_string_equal(hex, HEX1);
	magnet_free(m);
}

static void refuses_links_without_a_usable_hash(void **state)
{
	static const char *const bad[] = {"", "magnet:", "magnet:?",
		"magnet:?dn=x", "magnet:?xt=", "magnet:?xt=urn:btih:",
		"magnet:?xt=urn:btih:a1671e", LINK "0",
		"magnet:?xt=urn:sha1:UFTR4U2RWRTK4GASDG5YF6CPYGO43VIP",
		"magnet:?xt=urn:btmh:1220ab", "magnet:?xt=urn:btmh:1114" HEX1,
		"magnet:?xt=urn:btih:" HEX2, "magnet:?xt=urn:btmh:1220" HEX1,
		"magnet:?xtt=urn:btih:" HEX1, "magnet:?xt.=urn:btih:" HEX1,
		"magnet:?xt.a=urn:btih:" HEX1, "http://a/?xt=urn:btih:" HEX1,
		HEX1};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_refused(bad[i], ERR_SYNTAX);
}

static void refuses_a_link_that_is_too_long(void **state)
{
	char *text = mem_alloc(MAGNET_MAX + 2);

	(void)state;
	memset(text, '&', MAGNET_MAX + 1);
	memcpy(text, LINK, strlen(LINK));
	text[MAGNET_MAX + 1] = '\0';
	assert_refused(text, ERR_LIMIT);
	text[MAGNET_MAX] = '\0';
	magnet_free(parse(text));
	mem_free(text);
}

static void cleans_the_name_for_screens(void **state)
{
	static const struct {
		const char *dn, *want;
	} cases[] = {
		{"&dn=plain", "plain"},
		{"&dn=a+b%20c%2Bd", "a b c+d"},
		{"&dn=..%2f..%2fetc", "../../etc"},
		{"&dn=%1b%5bmx", "\xc2\xb7[mx"},
		{"&dn=%00%ff%fe", "\xc2\xb7\xc2\xb7\xc2\xb7"},
		{"&dn=first&dn=second", "first"},
		{"&dn=%zz%", "%zz%"},
		{"&dn=", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *link = mem_printf(LINK "%s", cases[i].dn);
		struct magnet *m = parse(link);

		if (cases[i].want)
			assert_string_equal(m->name, cases[i].want);
		else
			assert_null(m->name);
		magnet_free(m);
		mem_free(link);
	}
}

static void keeps_good_trackers_once_each(void **state)
{
	struct magnet *m = parse(LINK
		"&tr=http%3A%2F%2Fa.example%2Fannounce&tr=udp://b.example:80"
		"&tr=http://a.example/announce&tr.2=https://c.example/x?k=1"
		"&tr=file%3A%2F%2F%2Fetc%2Fpasswd&tr=%&tr=&tr=udp://b.example"
		"&tr=http://d.example/%0d%0aX&tr=http://e.example/%25zz");

	(void)state;
	assert_int_equal(m->ntrackers, 3);
	assert_string_equal(m->trackers[0], "http://a.example/announce");
	assert_string_equal(m->trackers[1], "udp://b.example:80");
	assert_string_equal(m->trackers[2], "https://c.example/x?k=1");
	magnet_free(m);
}

static void keeps_web_seeds_over_http_alone(void **state)
{
	struct magnet *m = parse(LINK
		"&ws=http://a.example/f&ws=udp://a.example:1&ws=ftp://a/f"
		"&ws=https://b.example/g h&xs=http://x.example/t&as=http://y/");

	(void)state;
	assert_int_equal(m->nwebseeds, 2);
	assert_string_equal(m->webseeds[0], "http://a.example/f");
	assert_string_equal(m->webseeds[1], "https://b.example/g%20h");
	magnet_free(m);
}

static void keeps_peers_with_a_host_and_a_port(void **state)
{
	struct magnet *m = parse(LINK
		"&x.pe=127.0.0.1:6881&x.pe=[::1]:6882&x.pe=host.example:1"
		"&x.pe=127.0.0.1:6881&x.pe=127.0.0.1&x.pe=:1&x.pe=1.2.3.4:99999"
		"&x.pe=[::1&x.pe=::1:5&x.pe=1.2.3.4:0&x.pe=a%20b:1&x.pe=[a]:1"
		"&x.pe=[::1%00x]:6882");

	(void)state;
	assert_int_equal(m->npeers, 3);
	assert_string_equal(m->peers[0].host, "127.0.0.1");
	assert_int_equal(m->peers[0].port, 6881);
	assert_string_equal(m->peers[1].host, "::1");
	assert_int_equal(m->peers[1].port, 6882);
	assert_string_equal(m->peers[2].host, "host.example");
	magnet_free(m);
}

static void caps_its_lists(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_add_str(&b, LINK);
	for (unsigned i = 1; i <= 300; i++)
		buf_printf(&b, "&tr=udp://t:%u&ws=http://w/%u&x.pe=h:%u", i, i,
			i);
	buf_add_byte(&b, 0);
	struct magnet *m = parse((const char *)b.p);
	assert_int_equal(m->ntrackers, MAGNET_TRACKERS_MAX);
	assert_int_equal(m->nwebseeds, MAGNET_WEBSEEDS_MAX);
	assert_int_equal(m->npeers, MAGNET_PEERS_MAX);
	magnet_free(m);
	buf_free(&b);
}

static void reads_the_length(void **state)
{
	static const struct {
		const char *xl;
		uint64_t want;
	} cases[] = {
		{"&xl=12345", 12345},
		{"&xl=9223372036854775807", INT64_MAX},
		{"&xl=9223372036854775808", 0},
		{"&xl=-1", 0},
		{"&xl=1x", 0},
		{"&xl=", 0},
		{"&xl=7&xl=8", 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *link = mem_printf(LINK "%s", cases[i].xl);
		struct magnet *m = parse(link);

		assert_true(m->length == cases[i].want);
		magnet_free(m);
		mem_free(link);
	}
}

static void selects_files_and_leaves_out_bad_ranges(void **state)
{
	struct magnet *m = parse(LINK "&so=7,0-4,-1,3-5,99999999999999999999,9-"
				      "8,x,&so=20-4294967295");

	(void)state;
	assert_int_equal(m->nselect, 3);
	assert_int_equal(m->select[0].first, 0);
	assert_int_equal(m->select[0].last, 5);
	assert_int_equal(m->select[1].first, 7);
	assert_int_equal(m->select[1].last, 7);
	assert_int_equal(m->select[2].first, 20);
	assert_true(m->select[2].last == UINT32_MAX);
	magnet_free(m);
}

static void parses_ranges_strictly(void **state)
{
	static const struct {
		const char *text;
		uint32_t base;
		enum err want;
	} cases[] = {
		{"0", 0, ERR_OK},
		{"1-3,2", 1, ERR_OK},
		{"0", 1, ERR_RANGE},
		{"3-1", 0, ERR_RANGE},
		{"4294967296", 0, ERR_RANGE},
		{"", 0, ERR_SYNTAX},
		{",", 0, ERR_SYNTAX},
		{"1,", 0, ERR_SYNTAX},
		{"1,,2", 0, ERR_SYNTAX},
		{"-1", 0, ERR_SYNTAX},
		{"1-", 0, ERR_SYNTAX},
		{"1-2-3", 0, ERR_SYNTAX},
		{"a", 0, ERR_SYNTAX},
		{"1 ,2", 0, ERR_SYNTAX},
		{"1,2,3,4,5", 0, ERR_LIMIT},
	};
	struct magnet_range r[4];
	size_t n = 99;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(magnet_parse_ranges(span_str(cases[i].text),
					 cases[i].base, r, 4, &n),
			cases[i].want);
	assert_int_equal(magnet_parse_ranges(span_str("9,1-3,4"), 1, r, 4, &n),
		ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(r[0].first, 0);
	assert_int_equal(r[0].last, 3);
	assert_int_equal(r[1].first, 8);
}

static void merges_ranges_at_the_end_of_the_numbers(void **state)
{
	struct magnet_range r[4];
	size_t n = 0;

	(void)state;
	assert_int_equal(magnet_parse_ranges(span_str("4294967295,0-4294967294,"
						      "5"),
				 0, r, 4, &n),
		ERR_OK);
	assert_int_equal(n, 1);
	assert_true(r[0].first == 0 && r[0].last == UINT32_MAX);
}

static void writes_what_it_read(void **state)
{
	static const char link[] = LINK
		"&xt=urn:btmh:1220" HEX2
		"&dn=a%20b%2Bc&xl=5&tr=http%3A%2F%2Fa.example%2Fx"
		"&ws=http%3A%2F%2Fw.example%2Ff&x.pe=1.2.3.4:5&x.pe=[::1]:6"
		"&so=0,2-4";
	struct magnet *m = parse(link);
	struct buf out = {0};

	(void)state;
	magnet_write(m, &out);
	buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.p, link);
	buf_free(&out);
	magnet_free(m);
}

/* Written, every colon and slash takes three bytes: not all would fit. */
static void keeps_no_more_than_it_could_write(void **state)
{
	struct buf b = {0}, out = {0};
	struct magnet *again;

	(void)state;
	buf_add_str(&b, LINK);
	for (unsigned i = 0; i < 50; i++) {
		buf_printf(&b, "&tr=http://t/%u", i);
		for (unsigned k = 0; k < 1200; k++)
			buf_add_byte(&b, '/');
	}
	buf_add_byte(&b, 0);
	struct magnet *m = parse((const char *)b.p);
	assert_in_range(m->ntrackers, 10, 20);
	magnet_write(m, &out);
	assert_true(out.len <= MAGNET_MAX);
	assert_int_equal(magnet_parse(buf_span(&out), &again, NULL), ERR_OK);
	assert_int_equal(again->ntrackers, m->ntrackers);
	magnet_free(again);
	magnet_free(m);
	buf_free(&b);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_hash_in_hex_and_base32),
		cmocka_unit_test(reads_v2_and_hybrid_hashes),
		cmocka_unit_test(the_first_hash_of_a_kind_counts),
		cmocka_unit_test(refuses_links_without_a_usable_hash),
		cmocka_unit_test(refuses_a_link_that_is_too_long),
		cmocka_unit_test(cleans_the_name_for_screens),
		cmocka_unit_test(keeps_good_trackers_once_each),
		cmocka_unit_test(keeps_web_seeds_over_http_alone),
		cmocka_unit_test(keeps_peers_with_a_host_and_a_port),
		cmocka_unit_test(caps_its_lists),
		cmocka_unit_test(reads_the_length),
		cmocka_unit_test(selects_files_and_leaves_out_bad_ranges),
		cmocka_unit_test(parses_ranges_strictly),
		cmocka_unit_test(merges_ranges_at_the_end_of_the_numbers),
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(keeps_no_more_than_it_could_write),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	text_set_utf8(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
