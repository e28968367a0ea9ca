#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "proto/tracker_http.h"

#define PEER "\x7f\x00\x00\x01\x1a\xe1"

static const struct tracker_ask ask = {
	.info_hash = {0x12, 0x34, 'a', '-', '~', 0xff},
	.peer_id = "-TU0100-abcdefghijkl",
	.uploaded = 1,
	.downloaded = 2,
	.left = UINT64_MAX,
	.key = 0xBEEF,
	.numwant = 200,
	.port = 6881,
};

#define QUERY                                                                  \
	"info_hash=%124a-~%FF%00%00%00%00%00%00%00%00%00%00%00%00%00%00"       \
	"&peer_id=-TU0100-abcdefghijkl&port=6881&uploaded=1&downloaded=2"      \
	"&left=18446744073709551615&key=0000BEEF&numwant=200&compact=1"        \
	"&no_peer_id=1"

static void check_url(const char *base, const char *id, const char *want)
{
	struct buf out = {0};

	tracker_http_announce_url(base, &ask, id, &out);
	buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.p, want);
	buf_free(&out);
}

static void escapes_every_byte_that_is_not_unreserved(void **state)
{
	(void)state;
	check_url("http://t/announce", NULL, "http://t/announce?" QUERY);
	check_url("http://t/announce", "", "http://t/announce?" QUERY);
}

static void joins_the_query_to_one_that_is_there(void **state)
{
	(void)state;
	check_url("http://t/a?key=1", NULL, "http://t/a?key=1&" QUERY);
	check_url("http://t/a?", NULL, "http://t/a?" QUERY);
	check_url("http://t/a?x&", NULL, "http://t/a?x&" QUERY);
	check_url("http://t/a#frag?x", NULL, "http://t/a?" QUERY);
	check_url("", NULL, "?" QUERY);
}

static void no_byte_of_the_base_can_end_the_request_line(void **state)
{
	(void)state;
	check_url("http://t/a b\r\nX: y\x7f\xc3\xa4", NULL,
		"http://t/a%20b%0D%0AX:%20y%7F%C3%A4?" QUERY);
}

static void names_the_event_and_returns_the_tracker_id(void **state)
{
	static const char *const want[] = {
		"", "&event=completed", "&event=started", "&event=stopped"};
	struct tracker_ask a = ask;
	struct buf out = {0};
	int e;

	(void)state;
	for (e = TRACKER_EVENT_NONE; e <= TRACKER_EVENT_STOPPED; e++) {
		a.event = (enum tracker_event)e;
		out.len = 0;
		tracker_http_announce_url("http://t/", &a, NULL, &out);
		buf_add_byte(&out, 0);
		assert_string_equal((const char *)out.p +
					    strlen("http://t/?" QUERY),
			want[e]);
	}
	buf_free(&out);
	check_url("http://t/", "a%20b", "http://t/?" QUERY "&trackerid=a%20b");
}

static void appends_to_what_is_in_the_buffer(void **state)
{
	struct buf out = {0};

	(void)state;
	buf_add_str(&out, "?GET ");
	tracker_http_announce_url("http://t/a", &ask, NULL, &out);
	assert_memory_equal(out.p, "?GET http://t/a?info", 20);
	buf_free(&out);
}

static void check_scrape(const char *base, const char *want)
{
	static const uint8_t hashes[2][20] = {"aaaaaaaaaaaaaaaaaaa", "b"};
	struct buf out = {0};

	if (!want) {
		assert_int_equal(tracker_http_scrape_url(base, hashes, 1, &out),
			ERR_UNSUPPORTED);
		assert_int_equal(out.len, 0);
		return;
	}
	assert_int_equal(tracker_http_scrape_url(base, hashes, 1, &out),
		ERR_OK);
	buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.p, want);
	buf_free(&out);
}

static void turns_announce_into_scrape(void **state)
{
	(void)state;
#define HASH "info_hash=aaaaaaaaaaaaaaaaaaa%00"
	check_scrape("http://t/announce", "http://t/scrape?" HASH);
	check_scrape("http://t/x/announce", "http://t/x/scrape?" HASH);
	check_scrape("http://t/announce.php", "http://t/scrape.php?" HASH);
	check_scrape("http://t/announce?x=/2", "http://t/scrape?x=/2&" HASH);
	check_scrape("http://t/announce#f", "http://t/scrape?" HASH);
#undef HASH
}

static void asks_for_no_scrape_where_none_is_defined(void **state)
{
	(void)state;
	check_scrape("http://t/a", NULL);
	check_scrape("http://announce", NULL);
	check_scrape("http://t/x?/announce", NULL);
	check_scrape("http://t/announce/", NULL);
	check_scrape("http://t/announc", NULL);
	check_scrape("/announce", NULL);
	check_scrape("", NULL);
}

static void scrapes_several_torrents_at_once(void **state)
{
	static const uint8_t hashes[2][20] = {"a", "b"};
	struct buf out = {0};

	(void)state;
	assert_int_equal(tracker_http_scrape_url("http://t/announce", hashes, 2,
				 &out),
		ERR_OK);
	buf_add_byte(&out, 0);
	assert_non_null(strstr((const char *)out.p, "?info_hash=a%00"));
	assert_non_null(strstr((const char *)out.p, "&info_hash=b%00"));
	buf_free(&out);
}

/* For bodies with NUL bytes inside; the literal's own NUL is not counted. */
#define BODY(s) span_of(s, sizeof(s) - 1)

static struct tracker_answer parse(struct span body)
{
	struct tracker_answer a;

	assert_int_equal(tracker_http_parse(body, &a), ERR_OK);
	return a;
}

static void reads_compact_peers_once_each(void **state)
{
	struct addr want = addr_v4(127, 0, 0, 1, 6881);
	struct tracker_answer a =
		parse(BODY("d8:completei5e10:incompletei7e8:intervali1800e"
			   "12:min intervali90e5:peers18:" PEER PEER PEER "e"));

	(void)state;
	assert_string_equal(a.failure, "");
	assert_string_equal(a.warning, "");
	assert_int_equal(a.interval_s, 1800);
	assert_int_equal(a.min_interval_s, 90);
	assert_int_equal(a.npeers, 1);
	assert_true(addr_equal(&a.peers[0], &want));
	assert_true(a.has_seeds && a.has_leeches);
	assert_int_equal(a.seeds, 5);
	assert_int_equal(a.leeches, 7);
	assert_int_equal(a.retry_in_s, 0);
	assert_int_equal(a.external.family, ADDR_NONE);
	tracker_answer_fini(&a);
	assert_null(a.peers);
}

static void reads_plain_and_ipv6_peers(void **state)
{
	struct tracker_answer a =
		parse(BODY("d5:peersld2:ip3:::14:porti1eed2:ip9:127.0.0.17:"
			   "peer id"
			   "20:xxxxxxxxxxxxxxxxxxxx4:porti6881eee6:peers618:"
			   "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x1a\xe1"
			   "e"));

	(void)state;
	assert_int_equal(a.npeers, 3);
	assert_int_equal(a.peers[0].family, ADDR_V6);
	assert_int_equal(a.peers[0].port, 1);
	assert_int_equal(a.peers[1].family, ADDR_V4);
	assert_int_equal(a.peers[2].family, ADDR_V6);
	assert_int_equal(a.peers[2].port, 6881);
	assert_int_equal(a.interval_s, TRACKER_INTERVAL_DEFAULT);
	tracker_answer_fini(&a);
}

static void skips_names_and_broken_plain_peers(void **state)
{
	struct tracker_answer a =
		parse(BODY("d5:peersl"
			   "d2:ip9:localhost4:porti1ee"
			   "d2:ip10:127.0.0.1\0"
			   "4:porti1ee"
			   "d2:ip0:4:porti1ee"
			   "d2:ip9:127.0.0.14:porti0ee"
			   "d2:ip9:127.0.0.14:porti-1ee"
			   "d2:ip9:127.0.0.14:porti65616ee"
			   "d2:ip9:127.0.0.1e"
			   "d2:ip46:"
			   "1111111111111111111111111111111111111111111111"
			   "4:porti1ee"
			   "d2:ipi5e4:porti1ee1:xi3eleee"));

	(void)state;
	assert_int_equal(a.npeers, 0);
	tracker_answer_fini(&a);
}

static void leaves_out_addresses_nobody_can_dial(void **state)
{
	struct tracker_answer a =
		parse(BODY("d5:peers30:\0\0\0\0\x1a\xe1\xff\xff\xff\xff\x1a\xe1"
			   "\xe0\0\0\1\x1a\xe1\x7f\0\0\1\0\0"
			   "\xf0\0\0\1\x1a\xe1"
			   "e"));

	(void)state;
	assert_int_equal(a.npeers, 0);
	tracker_answer_fini(&a);
}

static void ignores_half_a_compact_peer(void **state)
{
	struct tracker_answer a = parse(BODY("d5:peers7:" PEER "xe"));

	(void)state;
	assert_int_equal(a.npeers, 1);
	tracker_answer_fini(&a);
	a = parse(BODY("d6:peers617:aaaaaaaaaaaaaaaaae"));
	assert_int_equal(a.npeers, 0);
	tracker_answer_fini(&a);
}

static void keeps_1000_peers_of_one_answer(void **state)
{
	struct tracker_answer a;
	struct buf body = {0};
	uint8_t peer[6] = {127, 1, 0, 0, 0x1a, 0xe1};
	int i;

	(void)state;
	buf_add_str(&body, "d5:peers12000:");
	for (i = 0; i < 2000; i++) {
		peer[2] = (uint8_t)(i >> 8);
		peer[3] = (uint8_t)i;
		buf_add(&body, span_of(peer, sizeof peer));
	}
	buf_add_str(&body, "e");
	a = parse(buf_span(&body));
	assert_int_equal(a.npeers, TRACKER_PEERS_MAX);
	assert_int_equal(a.peers[999].ip[3], 999 & 0xff);
	tracker_answer_fini(&a);
	buf_free(&body);
}

static uint32_t interval_of(const char *body)
{
	struct tracker_answer a = parse(span_str(body));

	tracker_answer_fini(&a);
	return a.interval_s;
}

static void clamps_the_interval(void **state)
{
	(void)state;
	assert_int_equal(interval_of("d8:intervali0ee"), 60);
	assert_int_equal(interval_of("d8:intervali-1ee"), 60);
	assert_int_equal(interval_of("d8:intervali59ee"), 60);
	assert_int_equal(interval_of("d8:intervali61ee"), 61);
	assert_int_equal(interval_of("d8:intervali9223372036854775807ee"),
		86400);
	assert_int_equal(interval_of("d8:interval4:1800e"), 1800);
	assert_int_equal(interval_of("d5:peers0:e"), 1800);
}

static void counts_nobody_can_have_are_not_said(void **state)
{
	struct tracker_answer a =
		parse(span_str("d8:completei-5e10:incompletei922337203685477"
			       "5807e8:intervali1800e12:min intervali-1ee"));

	(void)state;
	assert_false(a.has_seeds);
	assert_false(a.has_leeches);
	assert_int_equal(a.min_interval_s, 0);
	tracker_answer_fini(&a);
}

static void a_failure_is_an_answer(void **state)
{
	struct tracker_answer a =
		parse(BODY("d14:failure reason14:not authorized5:peers6:" PEER
			   "e"));

	(void)state;
	assert_string_equal(a.failure, "not authorized");
	assert_int_equal(a.npeers, 0);
	a = parse(span_str("d14:failure reason0:e"));
	assert_true(strlen(a.failure) > 0);
}

static void a_failure_is_cleaned_and_cut(void **state)
{
	struct tracker_answer a;
	struct buf body = {0};
	int i;

	(void)state;
	a = parse(span_str("d14:failure reason13:a\x1b[2J\r\nb\x7f\xff%n!e"));
	for (i = 0; a.failure[i]; i++)
		assert_true((uint8_t)a.failure[i] >= ' ' &&
			    a.failure[i] != 0x7f);
	assert_null(strchr(a.failure, '\xff'));

	buf_add_str(&body, "d14:failure reason6000:");
	for (i = 0; i < 6000; i++)
		buf_add_byte(&body, 'A');
	buf_add_str(&body, "e");
	a = parse(buf_span(&body));
	assert_true(strlen(a.failure) <= TRACKER_REASON_MAX);
	assert_true(strlen(a.failure) > TRACKER_REASON_MAX - 10);
	buf_free(&body);
}

static uint32_t retry_of(const char *retry)
{
	char body[100];
	struct tracker_answer a;

	snprintf(body, sizeof body, "d14:failure reason1:x8:retry in%se",
		retry);
	a = parse(span_str(body));
	return a.retry_in_s;
}

static void reads_when_to_retry(void **state)
{
	(void)state;
	assert_int_equal(retry_of("i5e"), 300);
	assert_int_equal(retry_of("5:never"), UINT32_MAX);
	assert_int_equal(retry_of("i-5e"), 0);
	assert_int_equal(retry_of("i0e"), 0);
	assert_int_equal(retry_of("4:soon"), 0);
	assert_int_equal(retry_of("i9223372036854775807e"), 7 * 86400);
}

static void a_warning_is_cleaned_and_the_peers_are_used(void **state)
{
	struct tracker_answer a =
		parse(BODY("d5:peers6:" PEER "15:warning message6:hi\x1b[2Je"));

	(void)state;
	assert_memory_equal(a.warning, "hi", 2);
	assert_null(strchr(a.warning, 0x1b));
	assert_int_equal(a.npeers, 1);
	tracker_answer_fini(&a);
}

static void the_external_address_is_4_or_16_bytes(void **state)
{
	struct tracker_answer a;

	(void)state;
	a = parse(BODY("d11:external ip4:\x7f\0\0\1"
		       "5:peers0:e"));
	assert_int_equal(a.external.family, ADDR_V4);
	a = parse(BODY("d11:external ip16:abcdefghijklmnop5:peers0:e"));
	assert_int_equal(a.external.family, ADDR_V6);
	a = parse(BODY("d11:external ip5:abcde5:peers0:e"));
	assert_int_equal(a.external.family, ADDR_NONE);
}

static void the_tracker_id_is_kept_ready_for_the_next_announce(void **state)
{
	struct tracker_answer a;
	char body[300];

	(void)state;
	a = parse(BODY("d5:peers0:10:tracker id8:a b&c=d\x1b"
		       "e"));
	assert_string_equal(a.tracker_id, "a%20b%26c%3Dd%1B");
	a = parse(BODY("d5:peers0:10:tracker id2:\0x"
		       "e"));
	assert_string_equal(a.tracker_id, "%00x");
	/* One that is too long would come back wrong: better not at all. */
	snprintf(body, sizeof body, "d5:peers0:10:tracker id127:%0127de", 7);
	a = parse(span_str(body));
	assert_int_equal(strlen(a.tracker_id), 127);
	snprintf(body, sizeof body, "d5:peers0:10:tracker id128:%0128de", 7);
	a = parse(span_str(body));
	assert_string_equal(a.tracker_id, "");
}

static void refuses_what_is_no_answer(void **state)
{
	static const char *const bad[] = {"", "i5e", "le", "de",
		"d14:failure reasoni5ee", "<html>", "d5:peersi7ee",
		"d5:peersdee", "d8:intervali1800e5:peers2097152:abc"};
	struct tracker_answer a = {.seeds = 77};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(tracker_http_parse(span_str(bad[i]), &a),
			ERR_SYNTAX);
	assert_int_equal(a.seeds, 77);
}

static void refuses_a_body_over_1_mib_or_nested_too_deep(void **state)
{
	struct tracker_answer a;
	char *body = mem_zero(TRACKER_BODY_MAX + 1);

	(void)state;
	memset(body, 'l', TRACKER_BODY_MAX + 1);
	assert_int_equal(tracker_http_parse(span_of(body, TRACKER_BODY_MAX + 1),
				 &a),
		ERR_LIMIT);
	assert_int_equal(tracker_http_parse(span_of(body, 20000), &a),
		ERR_LIMIT);
	mem_free(body);
}

static void lets_a_new_line_after_the_answer_pass(void **state)
{
	(void)state;
	assert_int_equal(interval_of("d8:intervali100ee\r\n"), 100);
}

static void reads_a_scrape_in_the_order_that_was_asked(void **state)
{
	static const uint8_t hashes[3][20] = {
		"1234567890123456789z", "missing", "aaaaaaaaaaaaaaaaaaaa"};
	struct tracker_scrape s[3] = {{.seeds = 9, .known = true}, {0}, {0}};

	(void)state;
	assert_int_equal(
		tracker_http_parse_scrape(
			span_str("d5:filesd"
				 "20:aaaaaaaaaaaaaaaaaaaad8:completei5e"
				 "10:downloadedi50e10:incompletei10ee"
				 "20:1234567890123456789zd8:completei-1e"
				 "10:incompletei10ee"
				 "1:yd8:complete1:xee5:flagsdee"),
			hashes, 3, s),
		ERR_OK);
	assert_false(s[0].known); /* -1 seeds */
	assert_int_equal(s[0].seeds, 0);
	assert_false(s[1].known);
	assert_true(s[2].known);
	assert_int_equal(s[2].seeds, 5);
	assert_int_equal(s[2].downloaded, 50);
	assert_int_equal(s[2].leeches, 10);
}

static void refuses_what_is_no_scrape(void **state)
{
	static const uint8_t hash[1][20] = {"a"};
	struct tracker_scrape s = {.seeds = 3};

	(void)state;
	assert_int_equal(tracker_http_parse_scrape(span_str("de"), hash, 1, &s),
		ERR_SYNTAX);
	assert_int_equal(tracker_http_parse_scrape(span_str("d5:filesle"), hash,
				 1, &s),
		ERR_SYNTAX);
	assert_int_equal(tracker_http_parse_scrape(span_str("d14:failure "
							    "reason2:noe"),
				 hash, 1, &s),
		ERR_SYNTAX);
	assert_int_equal(s.seeds, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_every_byte_that_is_not_unreserved),
		cmocka_unit_test(joins_the_query_to_one_that_is_there),
		cmocka_unit_test(no_byte_of_the_base_can_end_the_request_line),
		cmocka_unit_test(names_the_event_and_returns_the_tracker_id),
		cmocka_unit_test(appends_to_what_is_in_the_buffer),
		cmocka_unit_test(turns_announce_into_scrape),
		cmocka_unit_test(asks_for_no_scrape_where_none_is_defined),
		cmocka_unit_test(scrapes_several_torrents_at_once),
		cmocka_unit_test(reads_compact_peers_once_each),
		cmocka_unit_test(reads_plain_and_ipv6_peers),
		cmocka_unit_test(skips_names_and_broken_plain_peers),
		cmocka_unit_test(leaves_out_addresses_nobody_can_dial),
		cmocka_unit_test(ignores_half_a_compact_peer),
		cmocka_unit_test(keeps_1000_peers_of_one_answer),
		cmocka_unit_test(clamps_the_interval),
		cmocka_unit_test(counts_nobody_can_have_are_not_said),
		cmocka_unit_test(a_failure_is_an_answer),
		cmocka_unit_test(a_failure_is_cleaned_and_cut),
		cmocka_unit_test(reads_when_to_retry),
		cmocka_unit_test(a_warning_is_cleaned_and_the_peers_are_used),
		cmocka_unit_test(the_external_address_is_4_or_16_bytes),
		cmocka_unit_test(
			the_tracker_id_is_kept_ready_for_the_next_announce),
		cmocka_unit_test(refuses_what_is_no_answer),
		cmocka_unit_test(refuses_a_body_over_1_mib_or_nested_too_deep),
		cmocka_unit_test(lets_a_new_line_after_the_answer_pass),
		cmocka_unit_test(reads_a_scrape_in_the_order_that_was_asked),
		cmocka_unit_test(refuses_what_is_no_scrape),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
