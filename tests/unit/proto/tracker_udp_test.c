#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/bytes.h"
#include "proto/tracker_udp.h"

#define ID UINT64_C(0x0123456789abcdef)

static const struct tracker_ask ask = {
	.info_hash = "aaaaaaaaaaaaaaaaaaa",
	.peer_id = "-TU0100-abcdefghijk",
	.uploaded = 1,
	.downloaded = 2,
	.left = 3,
	.event = TRACKER_EVENT_STARTED,
	.key = 0xBEEF,
	.numwant = 200,
	.port = 6881,
};

/* One request and what it last sent. */
struct fixture {
	struct udp_request *r;
	struct udp_connection c;
	uint8_t sent[UDP_TRACKER_PACKET_MAX];
	size_t sent_len;
	uint8_t reply[UDP_TRACKER_PACKET_MAX];
	struct writer out;
	struct tracker_answer answer;
	struct tracker_scrape scrape[2];
};

static void begin(struct fixture *f, const char *path)
{
	memset(f, 0, sizeof *f);
	f->r = udp_announce_new(&ask, path, 42);
	f->out = writer_of(f->reply, sizeof f->reply);
}

static bool next(struct fixture *f, uint64_t now)
{
	struct writer out = writer_of(f->sent, sizeof f->sent);
	bool due = udp_request_next(f->r, &f->c, now, &out);

	assert_int_equal(due, out.len > 0);
	if (due)
		f->sent_len = out.len;
	return due;
}

/* A field of the datagram that was sent. */
static uint64_t field(const struct fixture *f, size_t at, size_t len)
{
	struct reader r = reader_of(f->sent, f->sent_len);

	read_span(&r, at);
	return len == 8 ? read_u64(&r) : read_u32(&r);
}

static uint32_t transaction(const struct fixture *f)
{
	return (uint32_t)field(f, 12, 4);
}

static enum udp_verdict receive(struct fixture *f, uint64_t now)
{
	enum udp_verdict v = udp_request_receive(f->r, &f->c,
		writer_span(&f->out), ADDR_V4, now, &f->answer, f->scrape);

	f->out.len = 0;
	return v;
}

static void connect(struct fixture *f, uint64_t now)
{
	assert_true(next(f, now));
	udp_reply_connect(&f->out, transaction(f), ID);
	assert_int_equal(receive(f, now), UDP_PROGRESS);
	assert_true(next(f, now));
}

static void end(struct fixture *f)
{
	udp_request_free(f->r);
	tracker_answer_fini(&f->answer);
}

static void connects_then_announces(void **state)
{
	struct addr peers[3];
	struct fixture f;

	(void)state;
	begin(&f, "");
	assert_int_equal(udp_request_deadline(f.r), 0);
	assert_true(next(&f, 1000));
	assert_int_equal(f.sent_len, 16);
	assert_true(field(&f, 0, 8) == UDP_PROTOCOL_ID);
	assert_int_equal(field(&f, 8, 4), 0);
	assert_int_equal(udp_request_deadline(f.r), 1000 + UDP_TRY_MS);
	assert_false(next(&f, 1001));

	udp_reply_connect(&f.out, transaction(&f), ID);
	assert_int_equal(receive(&f, 1100), UDP_PROGRESS);
	assert_true(f.c.id == ID);
	assert_int_equal(f.c.expires, 1100 + UDP_CONNECTION_MS);
	assert_int_equal(udp_request_deadline(f.r), 0);

	assert_true(next(&f, 1100));
	assert_int_equal(f.sent_len, 98);
	assert_true(field(&f, 0, 8) == ID);
	assert_int_equal(field(&f, 8, 4), 1);
	assert_memory_equal(f.sent + 16, ask.info_hash, 20);
	assert_memory_equal(f.sent + 36, ask.peer_id, 20);
	assert_int_equal(field(&f, 56, 8), 2);
	assert_int_equal(field(&f, 64, 8), 3);
	assert_int_equal(field(&f, 72, 8), 1);
	assert_int_equal(field(&f, 80, 4), TRACKER_EVENT_STARTED);
	assert_int_equal(field(&f, 84, 4), 0);
	assert_int_equal(field(&f, 88, 4), 0xBEEF);
	assert_int_equal(field(&f, 92, 4), 200);
	assert_memory_equal(f.sent + 96, "\x1a\xe1", 2);

	peers[0] = peers[2] = addr_v4(127, 0, 0, 1, 6881);
	peers[1] = addr_v4(127, 0, 0, 2, 6881);
	udp_reply_announce(&f.out, transaction(&f), 1800, 3, 5, peers, 3);
	assert_int_equal(receive(&f, 1200), UDP_DONE);
	assert_string_equal(f.answer.failure, "");
	assert_int_equal(f.answer.interval_s, 1800);
	assert_int_equal(f.answer.leeches, 3);
	assert_int_equal(f.answer.seeds, 5);
	assert_int_equal(f.answer.npeers, 2);
	assert_true(udp_request_deadline(f.r) == UDP_NEVER);
	assert_false(udp_request_failed(f.r, UINT64_MAX));
	assert_false(next(&f, 100000));
	end(&f);
}

static void repeats_at_growing_intervals_and_then_fails(void **state)
{
	static const uint64_t at[UDP_TRACKER_TRIES] = {0, 15000, 45000, 105000};
	struct fixture f;
	size_t i;

	(void)state;
	begin(&f, "");
	for (i = 0; i < UDP_TRACKER_TRIES; i++) {
		if (i > 0) {
			assert_int_equal(udp_request_deadline(f.r), at[i]);
			assert_false(next(&f, at[i] - 1));
		}
		assert_false(udp_request_failed(f.r, at[i]));
		assert_true(next(&f, at[i]));
	}
	assert_int_equal(udp_request_deadline(f.r), 225000);
	assert_false(udp_request_failed(f.r, 224999));
	assert_true(udp_request_failed(f.r, 225000));
	assert_false(next(&f, 225000));
	assert_true(udp_request_failed(f.r, 225000));
	assert_true(udp_request_deadline(f.r) == UDP_NEVER);
	end(&f);
}

static void fails_after_fewer_tries_where_that_was_asked(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	udp_request_limit_tries(f.r, 1);
	assert_true(next(&f, 0));
	assert_false(udp_request_failed(f.r, 14999));
	assert_true(udp_request_failed(f.r, 15000));
	assert_false(next(&f, 15000));
	assert_true(udp_request_deadline(f.r) == UDP_NEVER);
	end(&f);
}

static void an_answer_to_the_first_of_two_datagrams_counts(void **state)
{
	struct fixture f;
	uint32_t first;

	(void)state;
	begin(&f, "");
	assert_true(next(&f, 0));
	first = transaction(&f);
	assert_true(next(&f, 15000));
	assert_int_equal(transaction(&f), first);
	udp_reply_connect(&f.out, first, ID);
	assert_int_equal(receive(&f, 15001), UDP_PROGRESS);
	assert_true(next(&f, 15001));
	assert_int_not_equal(transaction(&f), first);
	end(&f);
}

static void connects_do_not_reset_the_count_of_tries(void **state)
{
	struct fixture f;
	uint64_t now = 0;
	int datagrams = 0;

	(void)state;
	begin(&f, "");
	while (!udp_request_failed(f.r, now)) {
		while (next(&f, now)) {
			datagrams++;
			if (field(&f, 8, 4) != 0)
				continue;
			udp_reply_connect(&f.out, transaction(&f), ID);
			assert_int_equal(receive(&f, now), UDP_PROGRESS);
		}
		now = udp_request_deadline(f.r);
	}
	assert_true(datagrams <= 2 * (int)UDP_TRACKER_TRIES);
	assert_true(now <= 225000);
	end(&f);
}

static void shares_a_live_connection_id(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	f.c = (struct udp_connection){.id = ID, .expires = 5000};
	assert_true(next(&f, 4999));
	assert_int_equal(field(&f, 8, 4), 1);
	end(&f);

	begin(&f, "");
	f.c = (struct udp_connection){.id = ID, .expires = 5000};
	assert_true(next(&f, 5000));
	assert_int_equal(field(&f, 8, 4), 0);
	end(&f);
}

static void asks_at_once_when_another_request_has_connected(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	assert_true(next(&f, 0));
	assert_int_equal(field(&f, 8, 4), 0);
	f.c = (struct udp_connection){.id = ID, .expires = 60000};
	assert_true(next(&f, 1));
	assert_int_equal(field(&f, 8, 4), 1);
	assert_false(next(&f, 2));
	end(&f);
}

static void an_error_to_a_shared_id_costs_one_more_connect(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	f.c = (struct udp_connection){.id = 7, .expires = 60000};
	assert_true(next(&f, 0));
	udp_reply_error(&f.out, transaction(&f), "connection id mismatch");
	assert_int_equal(receive(&f, 1), UDP_PROGRESS);
	assert_int_equal(f.c.expires, 0);
	connect(&f, 1);
	udp_reply_error(&f.out, transaction(&f), "not\x1b[2J allowed");
	assert_int_equal(receive(&f, 2), UDP_DONE);
	assert_memory_equal(f.answer.failure, "not", 3);
	assert_null(strchr(f.answer.failure, 0x1b));
	assert_false(udp_request_failed(f.r, 3));
	end(&f);
}

static void an_error_without_words_is_still_one(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	connect(&f, 0);
	udp_reply_error(&f.out, transaction(&f), "");
	assert_int_equal(receive(&f, 0), UDP_DONE);
	assert_true(strlen(f.answer.failure) > 0);
	end(&f);
}

static void only_the_right_transaction_and_action_change_anything(void **state)
{
	struct fixture f;
	uint32_t tid;

	(void)state;
	begin(&f, "");
	udp_reply_connect(&f.out, 0, ID); /* before anything was sent */
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	assert_true(next(&f, 0));
	tid = transaction(&f);
	udp_reply_connect(&f.out, tid ^ 1, ID);
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	udp_reply_error(&f.out, tid ^ 1, "no");
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	udp_reply_announce(&f.out, tid, 1, 2, 3, NULL, 0);
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	udp_reply_connect(&f.out, tid, ID);
	f.out.len = 15;
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	assert_int_equal(receive(&f, 0), UDP_IGNORED); /* empty */
	assert_int_equal(f.c.expires, 0);
	assert_int_equal(udp_request_deadline(f.r), UDP_TRY_MS);

	udp_reply_connect(&f.out, tid, ID);
	assert_int_equal(receive(&f, 0), UDP_PROGRESS);
	udp_reply_connect(&f.out, tid, 99); /* twice */
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	assert_true(f.c.id == ID);
	assert_true(next(&f, 0));
	udp_reply_announce(&f.out, transaction(&f), 1, 2, 3, NULL, 0);
	f.out.len = 19;
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	udp_reply_announce(&f.out, transaction(&f), 1, 2, 3, NULL, 0);
	f.reply[3] = 77;
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	end(&f);
}

static void numbers_below_zero_are_not_believed(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "");
	connect(&f, 0);
	udp_reply_announce(&f.out, transaction(&f), UINT32_MAX, UINT32_MAX,
		0x80000000u, NULL, 0);
	assert_int_equal(receive(&f, 0), UDP_DONE);
	assert_int_equal(f.answer.interval_s, TRACKER_INTERVAL_MIN);
	assert_false(f.answer.has_seeds);
	assert_false(f.answer.has_leeches);
	end(&f);
}

static void an_ipv6_tracker_answers_with_ipv6_peers(void **state)
{
	static const uint8_t ip[16] = {0xfd, 0x77, [15] = 9};
	struct addr peer = addr_from_ip(span_of(ip, 16), 6881);
	struct fixture f;

	(void)state;
	begin(&f, "");
	connect(&f, 0);
	udp_reply_announce(&f.out, transaction(&f), 60, 0, 0, &peer, 1);
	assert_int_equal(udp_request_receive(f.r, &f.c, writer_span(&f.out),
				 ADDR_V6, 0, &f.answer, NULL),
		UDP_DONE);
	assert_int_equal(f.answer.npeers, 1);
	assert_true(addr_equal(&f.answer.peers[0], &peer));
	end(&f);
}

static void carries_the_path_as_options(void **state)
{
	char path[UDP_PATH_MAX + 2];
	struct fixture f;

	(void)state;
	begin(&f, "/announce?k=1#frag");
	connect(&f, 0);
	assert_int_equal(f.sent_len, 98 + 2 + 13);
	assert_memory_equal(f.sent + 98, "\x02\x0d/announce?k=1", 15);
	end(&f);

	memset(path, 'p', sizeof path);
	path[300] = '\0';
	begin(&f, path);
	connect(&f, 0);
	assert_int_equal(f.sent_len, 98 + 2 + 255 + 2 + 45);
	assert_int_equal(f.sent[99], 255);
	assert_int_equal(f.sent[98 + 2 + 255], 2);
	assert_int_equal(f.sent[98 + 2 + 255 + 1], 45);
	end(&f);

	path[300] = 'p';
	path[UDP_PATH_MAX + 1] = '\0'; /* too long: left out whole */
	begin(&f, path);
	connect(&f, 0);
	assert_int_equal(f.sent_len, 98);
	end(&f);

	path[UDP_PATH_MAX] = '\0'; /* the longest */
	begin(&f, path);
	connect(&f, 0);
	assert_int_equal(f.sent_len, 98 + UDP_PATH_MAX + 2 * 5);
	end(&f);
}

static void scrapes_several_torrents(void **state)
{
	static const uint8_t hashes[2][20] = {"a", "b"};
	const struct tracker_scrape s[2] = {
		{5, 10, 50, true}, {6, UINT32_MAX, 60, true}};
	struct fixture f;

	(void)state;
	memset(&f, 0, sizeof f);
	f.out = writer_of(f.reply, sizeof f.reply);
	f.r = udp_scrape_new(hashes, 2, 1);
	connect(&f, 0);
	assert_int_equal(f.sent_len, 16 + 40);
	assert_int_equal(field(&f, 8, 4), 2);
	assert_memory_equal(f.sent + 16, hashes, 40);

	udp_reply_scrape(&f.out, transaction(&f), s, 1); /* one is missing */
	assert_int_equal(receive(&f, 0), UDP_IGNORED);
	udp_reply_scrape(&f.out, transaction(&f), s, 2);
	assert_int_equal(receive(&f, 0), UDP_DONE);
	assert_string_equal(f.answer.failure, "");
	assert_true(f.scrape[0].known);
	assert_int_equal(f.scrape[0].seeds, 5);
	assert_int_equal(f.scrape[0].leeches, 10);
	assert_int_equal(f.scrape[0].downloaded, 50);
	assert_false(f.scrape[1].known);
	end(&f);
}

static void the_longest_scrape_fits_a_datagram(void **state)
{
	static const uint8_t hashes[UDP_SCRAPE_MAX][20];
	struct fixture f;

	(void)state;
	memset(&f, 0, sizeof f);
	f.out = writer_of(f.reply, sizeof f.reply);
	f.r = udp_scrape_new(hashes, UDP_SCRAPE_MAX, 1);
	connect(&f, 0);
	assert_int_equal(f.sent_len, 16 + 20 * UDP_SCRAPE_MAX);
	end(&f);
}

static void tells_tracker_answers_from_other_datagrams(void **state)
{
	uint8_t b[30] = {0};

	(void)state;
	assert_true(udp_tracker_looks_like(span_of(b, 16)));
	assert_false(udp_tracker_looks_like(span_of(b, 15)));
	b[3] = 1;
	assert_true(udp_tracker_looks_like(span_of(b, 20)));
	assert_false(udp_tracker_looks_like(span_of(b, 19)));
	b[3] = 2;
	assert_true(udp_tracker_looks_like(span_of(b, 20)));
	assert_false(udp_tracker_looks_like(span_of(b, 19)));
	b[3] = 3;
	assert_true(udp_tracker_looks_like(span_of(b, 8)));
	assert_false(udp_tracker_looks_like(span_of(b, 7)));
	b[3] = 4;
	assert_false(udp_tracker_looks_like(span_of(b, 30)));
	assert_false(udp_tracker_looks_like(span_of(NULL, 0)));
	assert_false(udp_tracker_looks_like(span_str("d1:ad2:id20:"
						     "abcdefghij0123456789e")));
	b[0] = 0x21, b[3] = 0; /* uTP */
	assert_false(udp_tracker_looks_like(span_of(b, 20)));
}

static void splits_urls(void **state)
{
	char host[256];
	uint16_t port;
	const char *path;

	(void)state;
	assert_int_equal(udp_tracker_split_url("udp://t.example:80/announce?x",
				 host, &port, &path),
		ERR_OK);
	assert_string_equal(host, "t.example");
	assert_int_equal(port, 80);
	assert_string_equal(path, "/announce?x");
	assert_int_equal(udp_tracker_split_url("UDP://[::1]:65535", host, &port,
				 &path),
		ERR_OK);
	assert_string_equal(host, "::1");
	assert_int_equal(port, 65535);
	assert_string_equal(path, "");
	assert_int_equal(udp_tracker_split_url("udp://1.2.3.4:1?x#y", host,
				 &port, &path),
		ERR_OK);
	assert_string_equal(path, "?x#y");
}

static void refuses_urls_without_host_or_port(void **state)
{
	static const char *const bad[] = {"", "udp://", "http://t:80/",
		"udp://t/announce", "udp://t:/", "udp://t:0/", "udp://t:65536",
		"udp://t:99999999999999999999/", "udp://:80/", "udp://t:80x/",
		"udp://u@t:80/", "udp://u:p@t:80/", "udp://t\r\n:80/",
		"udp://t x:80/", "udp://[::1/", "udp://[]:80/", "udp://[t]:80/",
		"udp://\xc3\xa4:80/", "udp://t:-1/", "udp://t:+1/"};
	char longest[400] = "udp://";
	char host[256] = "same";
	uint16_t port = 7;
	const char *path = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(udp_tracker_split_url(bad[i], host, &port,
					 &path),
			ERR_SYNTAX);
	memset(longest + 6, 'a', 256);
	memcpy(longest + 6 + 256, ":80", 4);
	assert_int_equal(udp_tracker_split_url(longest, host, &port, &path),
		ERR_SYNTAX);
	assert_string_equal(host, "same");
	assert_int_equal(port, 7);
	assert_int_equal(udp_tracker_split_url("udp://t:1/", host, &port,
				 &path),
		ERR_OK);
}

static void the_tracker_reads_what_the_client_sends(void **state)
{
	static const uint8_t hashes[2][20] = {"a", "b"};
	struct udp_query q;
	struct fixture f;

	(void)state;
	begin(&f, "/announce");
	assert_true(next(&f, 0));
	assert_int_equal(udp_query_parse(span_of(f.sent, f.sent_len), &q),
		ERR_OK);
	assert_int_equal(q.action, 0);
	assert_int_equal(q.transaction, transaction(&f));
	udp_reply_connect(&f.out, q.transaction, ID);
	assert_int_equal(receive(&f, 0), UDP_PROGRESS);
	assert_true(next(&f, 0));
	assert_int_equal(udp_query_parse(span_of(f.sent, f.sent_len), &q),
		ERR_OK);
	assert_int_equal(q.action, 1);
	assert_true(q.connection == ID);
	assert_int_equal(q.ip.family, ADDR_NONE);
	assert_memory_equal(q.ask.info_hash, ask.info_hash, 20);
	assert_memory_equal(q.ask.peer_id, ask.peer_id, 20);
	assert_int_equal(q.ask.uploaded, 1);
	assert_int_equal(q.ask.downloaded, 2);
	assert_int_equal(q.ask.left, 3);
	assert_int_equal(q.ask.event, TRACKER_EVENT_STARTED);
	assert_int_equal(q.ask.key, 0xBEEF);
	assert_int_equal(q.ask.numwant, 200);
	assert_int_equal(q.ask.port, 6881);
	f.sent[84] = 10; /* a client may name its address */
	f.sent[83] = 9;  /* an event nobody defined */
	assert_int_equal(udp_query_parse(span_of(f.sent, f.sent_len), &q),
		ERR_OK);
	assert_int_equal(q.ip.family, ADDR_V4);
	assert_int_equal(q.ip.port, 6881);
	assert_int_equal(q.ask.event, TRACKER_EVENT_NONE);
	end(&f);

	memset(&f, 0, sizeof f);
	f.r = udp_scrape_new(hashes, 2, 1);
	f.c = (struct udp_connection){.id = ID, .expires = 9};
	assert_true(next(&f, 0));
	assert_int_equal(udp_query_parse(span_of(f.sent, f.sent_len), &q),
		ERR_OK);
	assert_int_equal(q.action, 2);
	assert_int_equal(q.nhashes, 2);
	assert_memory_equal(q.hashes[1], hashes[1], 20);
	end(&f);
}

static void the_tracker_refuses_broken_queries(void **state)
{
	uint8_t b[98] = {0};
	struct udp_query q = {.transaction = 5};

	(void)state;
	assert_int_equal(udp_query_parse(span_of(b, 0), &q), ERR_SYNTAX);
	assert_int_equal(udp_query_parse(span_of(b, 15), &q), ERR_SYNTAX);
	assert_int_equal(udp_query_parse(span_of(b, 16), &q), ERR_SYNTAX);
	b[11] = 1;
	assert_int_equal(udp_query_parse(span_of(b, 97), &q), ERR_SYNTAX);
	b[11] = 2;
	assert_int_equal(udp_query_parse(span_of(b, 35), &q), ERR_SYNTAX);
	b[11] = 3;
	assert_int_equal(udp_query_parse(span_of(b, 98), &q), ERR_UNSUPPORTED);
	assert_int_equal(q.transaction, 5);
}

static void replies_leave_out_what_does_not_fit(void **state)
{
	struct addr peers[2] = {addr_v4(1, 2, 3, 4, 5), addr_v4(1, 2, 3, 5, 5)};
	struct tracker_scrape s[2] = {{0}, {0}};
	uint8_t b[26];
	struct writer out = writer_of(b, sizeof b);

	(void)state;
	udp_reply_announce(&out, 1, 60, 0, 0, peers, 2);
	assert_int_equal(out.len, 26);
	assert_false(out.full);
	out = writer_of(b, 15);
	udp_reply_connect(&out, 1, 2);
	assert_int_equal(out.len, 0);
	assert_true(out.full);
	out = writer_of(b, 26);
	udp_reply_scrape(&out, 1, s, 2);
	assert_int_equal(out.len, 0);
	out = writer_of(b, 10);
	udp_reply_error(&out, 1, "long");
	assert_int_equal(out.len, 0);
	out = writer_of(b, 19);
	udp_reply_announce(&out, 1, 60, 0, 0, peers, 2);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connects_then_announces),
		cmocka_unit_test(repeats_at_growing_intervals_and_then_fails),
		cmocka_unit_test(fails_after_fewer_tries_where_that_was_asked),
		cmocka_unit_test(
			an_answer_to_the_first_of_two_datagrams_counts),
		cmocka_unit_test(connects_do_not_reset_the_count_of_tries),
		cmocka_unit_test(shares_a_live_connection_id),
		cmocka_unit_test(
			asks_at_once_when_another_request_has_connected),
		cmocka_unit_test(
			an_error_to_a_shared_id_costs_one_more_connect),
		cmocka_unit_test(an_error_without_words_is_still_one),
		cmocka_unit_test(
			only_the_right_transaction_and_action_change_anything),
		cmocka_unit_test(numbers_below_zero_are_not_believed),
		cmocka_unit_test(an_ipv6_tracker_answers_with_ipv6_peers),
		cmocka_unit_test(carries_the_path_as_options),
		cmocka_unit_test(scrapes_several_torrents),
		cmocka_unit_test(the_longest_scrape_fits_a_datagram),
		cmocka_unit_test(tells_tracker_answers_from_other_datagrams),
		cmocka_unit_test(splits_urls),
		cmocka_unit_test(refuses_urls_without_host_or_port),
		cmocka_unit_test(the_tracker_reads_what_the_client_sends),
		cmocka_unit_test(the_tracker_refuses_broken_queries),
		cmocka_unit_test(replies_leave_out_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
