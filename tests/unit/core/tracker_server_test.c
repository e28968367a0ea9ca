#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/tracker_server.h"
#include "proto/tracker_udp.h"

#define HASH "AAAAAAAAAAAAAAAAAAAA"
#define OTHER "BBBBBBBBBBBBBBBBBBBB"
#define MINUTE 60000u

static struct tracker_server *new_server(void)
{
	const struct tracker_server_config cfg = {
		.interval_s = 100, .secret = {1, 2, 3}};

	return tracker_server_new(&cfg);
}

static struct addr host(uint8_t last)
{
	return addr_v4(10, 0, 0, last, 0);
}

/* The body of an announce as text; peer ids are made from the port. */
static struct buf ask(struct tracker_server *t, struct addr from, uint64_t now,
	const char *hash, unsigned port, const char *more)
{
	struct buf body = {0};
	char target[512];

	snprintf(target, sizeof target,
		"/announce?info_hash=%s&peer_id=-XX0001-%012u&port=%u%s", hash,
		port, port, more);
	assert_int_equal(tracker_server_http(t, span_str(target), &from, now,
				 &body),
		200);
	return body;
}

static void expect(struct buf *body, const char *want)
{
	assert_int_equal(body->len, strlen(want));
	assert_memory_equal(body->p, want, body->len);
	buf_free(body);
}

static void announce(struct tracker_server *t, struct addr from, uint64_t now,
	unsigned port, const char *more)
{
	struct buf body = ask(t, from, now, HASH, port, more);

	buf_free(&body);
}

static struct tracker_server_counts count(const struct tracker_server *t)
{
	struct tracker_server_counts c;

	tracker_server_count(t, &c);
	return c;
}

/* ---- HTTP ---- */

static void answers_the_first_peer_with_nobody(void **state)
{
	struct tracker_server *t = new_server();
	struct buf b = ask(t, host(1), 0, HASH, 1000, "&left=5");

	(void)state;
	assert_int_equal(b.len, strlen("d8:completei0e11:external ip4:") + 4 +
					strlen("10:incompletei1e8:intervali100"
					       "e5:peers0:e"));
	assert_memory_equal(b.p,
		"d8:completei0e11:external ip4:\x0a\0\0\x01"
		"10:incompletei1e8:intervali100e5:peers0:e",
		b.len);
	buf_free(&b);
	tracker_server_free(t);
}

static void tells_peers_of_each_other(void **state)
{
	struct tracker_server *t = new_server();
	struct tracker_answer a = {0};
	struct addr want = addr_v4(10, 0, 0, 1, 1000);
	struct buf b;

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0");
	b = ask(t, host(2), 0, HASH, 2000, "&left=5&event=started");
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.seeds, 1);
	assert_int_equal(a.leeches, 1);
	assert_int_equal(a.npeers, 1);
	assert_true(addr_equal(&a.peers[0], &want));
	tracker_answer_fini(&a);
	buf_free(&b);
	tracker_server_free(t);
}

static void a_seed_is_told_of_seeds_only_when_there_is_no_leech(void **state)
{
	struct tracker_server *t = new_server();
	struct tracker_answer a = {0};
	struct buf b;

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0");
	b = ask(t, host(2), 0, HASH, 2000, "&left=0");
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.seeds, 2);
	assert_int_equal(a.npeers, 1);
	tracker_answer_fini(&a);
	buf_free(&b);
	announce(t, host(3), 0, 3000, "&left=1");
	b = ask(t, host(2), 0, HASH, 2000, "&left=0");
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.npeers, 1);
	assert_int_equal(a.peers[0].port, 3000);
	tracker_answer_fini(&a);
	buf_free(&b);
	tracker_server_free(t);
}

static void answers_plainly_with_and_without_ids(void **state)
{
	struct tracker_server *t = new_server();
	struct buf b;

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0");
	b = ask(t, host(1), 0, HASH, 2000, "&compact=0&no_peer_id=1");
	buf_drop_front(&b, strlen("d8:completei1e11:external ip4:XXXX"));
	expect(&b, "10:incompletei1e8:intervali100e5:peersld2:ip8:10.0.0.14:"
		   "porti1000eeee");
	b = ask(t, host(1), 0, HASH, 2000, "&compact=0");
	buf_drop_front(&b, strlen("d8:completei1e11:external ip4:XXXX"));
	expect(&b, "10:incompletei1e8:intervali100e5:peersld2:ip8:10.0.0.17:"
		   "peer id20:-XX0001-0000000010004:porti1000eeee");
	tracker_server_free(t);
}

static void tells_of_both_families(void **state)
{
	struct tracker_server *t = new_server();
	struct tracker_answer a = {0};
	struct addr v6;
	struct buf b;

	(void)state;
	assert_int_equal(addr_parse_ip("2001:db8::1", 0, &v6), ERR_OK);
	announce(t, host(1), 0, 1000, "&left=1");
	announce(t, v6, 0, 1001, "&left=1");
	b = ask(t, host(3), 0, HASH, 1002, "&left=1");
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.npeers, 2);
	tracker_answer_fini(&a);
	buf_free(&b);
	tracker_server_free(t);
}

static void forgets_a_peer_that_stops(void **state)
{
	struct tracker_server *t = new_server();

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0");
	assert_int_equal(count(t).peers, 1);
	assert_int_equal(count(t).seeds, 1);
	announce(t, host(1), 0, 1000, "&left=0&event=stopped");
	assert_int_equal(count(t).peers, 0);
	assert_int_equal(count(t).seeds, 0);
	assert_int_equal(count(t).torrents, 0);
	/* One that nobody knew is no trouble. */
	announce(t, host(9), 0, 1000, "&event=stopped");
	assert_int_equal(count(t).torrents, 0);
	tracker_server_free(t);
}

static void forgets_who_is_not_heard_of(void **state)
{
	struct tracker_server *t = new_server();

	(void)state;
	announce(t, host(1), 0, 1000, "&left=1");
	announce(t, host(2), 200000, 1000, "&left=1");
	assert_int_equal(count(t).peers, 2);
	announce(t, host(2), 260000, 1000, "&left=1");
	assert_int_equal(count(t).peers, 2);
	announce(t, host(2), 260001, 1000, "&left=1");
	assert_int_equal(count(t).peers, 1);
	tracker_server_free(t);
}

static void the_oldest_makes_room_at_the_cap(void **state)
{
	const struct tracker_server_config cfg = {.peers_max = 3};
	struct tracker_server *t = tracker_server_new(&cfg);
	struct tracker_answer a = {0};
	struct buf b;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		announce(t, host(1), i, 1000 + i, "&left=1");
	assert_int_equal(count(t).peers, 3);
	b = ask(t, host(1), 10, HASH, 1009, "&left=1");
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.npeers, 2);
	for (size_t i = 0; i < a.npeers; i++)
		assert_true(a.peers[i].port >= 1007);
	tracker_answer_fini(&a);
	buf_free(&b);
	tracker_server_free(t);
}

static void hands_out_no_more_than_asked_or_allowed(void **state)
{
	struct tracker_server *t = new_server();
	static const struct {
		const char *more;
		size_t want;
	} cases[] = {{"", TRACKER_SERVER_WANT}, {"&numwant=0", 0},
		{"&numwant=7", 7}, {"&numwant=100000", TRACKER_SERVER_WANT_MAX},
		{"&numwant=-1", TRACKER_SERVER_WANT}};

	(void)state;
	for (unsigned i = 0; i < 400; i++)
		announce(t, host(1), 0, 1000 + i, "&left=1");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct tracker_answer a = {0};
		struct buf b = ask(t, host(1), 0, HASH, 1000, cases[i].more);

		assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
		assert_int_equal(a.npeers, cases[i].want);
		tracker_answer_fini(&a);
		buf_free(&b);
	}
	tracker_server_free(t);
}

static void says_what_is_wrong_with_a_request(void **state)
{
	static const char *const bad[][2] = {
		{"/announce", "info_hash is missing"},
		{"/announce?info_hash=short", "info_hash is not 20 bytes"},
		{"/announce?info_hash=" HASH, "peer_id is not 20 bytes"},
		{"/announce?info_hash=" HASH "&peer_id=" OTHER,
			"port is missing"},
		{"/announce?info_hash=" HASH "&peer_id=" OTHER "&port=99999",
			"port is missing"},
		{"/announce?info_hash=" HASH "&peer_id=" OTHER "&port=0",
			"no peer can have this address or port"},
		{"/announce?info_hash=" HASH "&peer_id=" OTHER
		 "&port=1&left=many",
			"a count is not a number"},
		{"/scrape", "a scrape must name its torrents"},
	};
	struct tracker_server *t = new_server();
	struct addr from = host(1);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct buf b = {0};
		char want[128];

		assert_int_equal(tracker_server_http(t, span_str(bad[i][0]),
					 &from, 0, &b),
			200);
		snprintf(want, sizeof want, "d14:failure reason%zu:%se",
			strlen(bad[i][1]), bad[i][1]);
		expect(&b, want);
	}
	assert_int_equal(count(t).peers, 0);
	tracker_server_free(t);
}

static void knows_two_paths_only(void **state)
{
	struct tracker_server *t = new_server();
	struct addr from = host(1);
	struct buf b = {0};

	(void)state;
	assert_int_equal(tracker_server_http(t, span_str("/"), &from, 0, &b),
		404);
	assert_int_equal(tracker_server_http(t, span_str("/announcer"), &from,
				 0, &b),
		404);
	buf_free(&b);
	tracker_server_free(t);
}

static void scrapes_what_it_knows_each_once(void **state)
{
	struct tracker_server *t = new_server();
	struct addr from = host(1);
	struct buf b = {0};

	(void)state;
	announce(t, host(1), 0, 1000, "&left=9&event=started");
	announce(t, host(1), 0, 1000, "&left=0&event=completed");
	announce(t, host(1), 0, 1000, "&left=0&event=completed");
	announce(t, host(2), 0, 1000, "&left=9");
	tracker_server_http(t,
		span_str("/scrape?info_hash=" OTHER "&info_hash=" HASH
			 "&info_hash=" HASH),
		&from, 0, &b);
	expect(&b, "d5:filesd20:" HASH "d8:completei1e10:downloadedi1e10:"
		   "incompletei1eeee");
	tracker_server_free(t);
}

static void serves_allowed_torrents_only(void **state)
{
	struct tracker_server *t = new_server();
	struct buf b;

	(void)state;
	tracker_server_allow(t, (const uint8_t *)OTHER);
	b = ask(t, host(1), 0, HASH, 1000, "");
	expect(&b, "d14:failure reason31:this torrent is not served heree");
	b = ask(t, host(1), 0, OTHER, 1000, "");
	assert_true(b.p[1] == '8');
	buf_free(&b);
	/* It stays when its last peer leaves. */
	b = ask(t, host(1), 0, OTHER, 1000, "&event=stopped");
	buf_free(&b);
	assert_int_equal(count(t).torrents, 1);
	tracker_server_free(t);
}

static void hands_out_static_peers_but_not_to_themselves(void **state)
{
	const struct addr fixed[] = {
		addr_v4(10, 0, 0, 7, 7000), addr_v4(10, 0, 0, 8, 8000)};
	const struct tracker_server_config cfg = {.peers = fixed, .npeers = 2};
	struct tracker_server *t = tracker_server_new(&cfg);
	struct tracker_answer a = {0};
	struct buf b = ask(t, host(7), 0, HASH, 7000, "&left=1");

	(void)state;
	assert_int_equal(tracker_http_parse(buf_span(&b), &a), ERR_OK);
	assert_int_equal(a.npeers, 1);
	assert_int_equal(a.peers[0].port, 8000);
	tracker_answer_fini(&a);
	buf_free(&b);
	tracker_server_free(t);
}

/* ---- UDP ---- */

static struct span send(struct tracker_server *t, struct span in,
	struct addr from, uint64_t now, uint8_t *out)
{
	struct writer w = writer_of(out, TRACKER_SERVER_DATAGRAM_MAX);

	tracker_server_udp(t, in, &from, now, &w);
	return writer_span(&w);
}

static uint64_t connect_udp(struct tracker_server *t, struct addr from,
	uint64_t now)
{
	uint8_t in[16], out[TRACKER_SERVER_DATAGRAM_MAX];
	struct writer w = writer_of(in, sizeof in);
	struct span s;
	struct reader r;
	uint64_t id;

	write_u64(&w, UDP_PROTOCOL_ID);
	write_u32(&w, 0);
	write_u32(&w, 77);
	s = send(t, writer_span(&w), from, now, out);
	r = reader_of_span(s);
	assert_int_equal(read_u32(&r), 0);
	assert_int_equal(read_u32(&r), 77);
	id = read_u64(&r);
	assert_true(read_complete(&r));
	return id;
}

static struct span announce_udp(struct tracker_server *t, struct addr from,
	uint64_t now, uint64_t id, uint16_t port, uint8_t *out)
{
	uint8_t in[98];
	struct writer w = writer_of(in, sizeof in);

	write_u64(&w, id);
	write_u32(&w, 1);
	write_u32(&w, 88);
	write_str(&w, HASH);
	write_str(&w, OTHER);
	write_u64(&w, 0);
	write_u64(&w, 9);
	write_u64(&w, 0);
	write_u32(&w, 0);
	write_u32(&w, 0);
	write_u32(&w, 0);
	write_u32(&w, UINT32_MAX);
	write_u16(&w, port);
	return send(t, writer_span(&w), from, now, out);
}

static void announces_over_udp_reach_the_same_swarm(void **state)
{
	struct tracker_server *t = new_server();
	uint8_t out[TRACKER_SERVER_DATAGRAM_MAX];
	struct addr from = addr_v4(10, 0, 0, 2, 5555);
	struct addr want = addr_v4(10, 0, 0, 1, 1000), got;
	struct reader r;

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0");
	r = reader_of_span(announce_udp(t, from, 0, connect_udp(t, from, 0),
		2000, out));
	assert_int_equal(read_u32(&r), 1);
	assert_int_equal(read_u32(&r), 88);
	assert_int_equal(read_u32(&r), 100);
	assert_int_equal(read_u32(&r), 1);
	assert_int_equal(read_u32(&r), 1);
	got = addr_read_compact(&r, ADDR_V4);
	assert_true(read_complete(&r));
	assert_true(addr_equal(&got, &want));
	assert_int_equal(count(t).peers, 2);
	tracker_server_free(t);
}

static void a_connection_id_is_good_for_its_owner_and_a_while(void **state)
{
	struct tracker_server *t = new_server();
	uint8_t out[TRACKER_SERVER_DATAGRAM_MAX];
	struct addr from = addr_v4(10, 0, 0, 2, 5555);
	struct addr thief = addr_v4(10, 0, 0, 3, 5555);
	uint64_t id = connect_udp(t, from, MINUTE);

	(void)state;
	assert_int_equal(announce_udp(t, from, 3 * MINUTE, id, 1, out).p[3], 1);
	assert_int_equal(announce_udp(t, from, 5 * MINUTE, id, 1, out).p[3], 3);
	assert_int_equal(announce_udp(t, thief, MINUTE, id, 1, out).p[3], 3);
	assert_int_equal(announce_udp(t, from, MINUTE, id + 1, 1, out).p[3], 3);
	tracker_server_free(t);
}

static void scrapes_over_udp(void **state)
{
	struct tracker_server *t = new_server();
	uint8_t in[56], out[TRACKER_SERVER_DATAGRAM_MAX];
	struct writer w = writer_of(in, sizeof in);
	struct addr from = addr_v4(10, 0, 0, 2, 5555);
	struct reader r;

	(void)state;
	announce(t, host(1), 0, 1000, "&left=0&event=completed");
	write_u64(&w, connect_udp(t, from, 0));
	write_u32(&w, 2);
	write_u32(&w, 99);
	write_str(&w, HASH);
	write_str(&w, OTHER);
	r = reader_of_span(send(t, writer_span(&w), from, 0, out));
	assert_int_equal(read_u32(&r), 2);
	assert_int_equal(read_u32(&r), 99);
	assert_int_equal(read_u32(&r), 1);
	assert_int_equal(read_u32(&r), 1);
	assert_int_equal(read_u32(&r), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(read_u32(&r), 0);
	assert_true(read_complete(&r));
	tracker_server_free(t);
}

static void says_nothing_to_noise(void **state)
{
	struct tracker_server *t = new_server();
	uint8_t out[TRACKER_SERVER_DATAGRAM_MAX];

	(void)state;
	assert_int_equal(send(t, span_str("d1:ad2:id20:"), host(1), 0, out).n,
		0);
	assert_int_equal(send(t, span_of("", 0), host(1), 0, out).n, 0);
	tracker_server_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_the_first_peer_with_nobody),
		cmocka_unit_test(tells_peers_of_each_other),
		cmocka_unit_test(
			a_seed_is_told_of_seeds_only_when_there_is_no_leech),
		cmocka_unit_test(answers_plainly_with_and_without_ids),
		cmocka_unit_test(tells_of_both_families),
		cmocka_unit_test(forgets_a_peer_that_stops),
		cmocka_unit_test(forgets_who_is_not_heard_of),
		cmocka_unit_test(the_oldest_makes_room_at_the_cap),
		cmocka_unit_test(hands_out_no_more_than_asked_or_allowed),
		cmocka_unit_test(says_what_is_wrong_with_a_request),
		cmocka_unit_test(knows_two_paths_only),
		cmocka_unit_test(scrapes_what_it_knows_each_once),
		cmocka_unit_test(serves_allowed_torrents_only),
		cmocka_unit_test(hands_out_static_peers_but_not_to_themselves),
		cmocka_unit_test(announces_over_udp_reach_the_same_swarm),
		cmocka_unit_test(
			a_connection_id_is_good_for_its_owner_and_a_while),
		cmocka_unit_test(scrapes_over_udp),
		cmocka_unit_test(says_nothing_to_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
