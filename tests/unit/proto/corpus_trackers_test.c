/*
 * Every reply of the manifest of tracker/ (made by tests/corpus/generate.py;
 * BTTUI_CORPUS names its folder) is taken as its row says.  Compressed bodies
 * are not looked at here: they are unpacked where HTTP is spoken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>

#include "base/codec.h"
#include "base/utf8.h"
#include "manifest.h"
#include "proto/tracker_udp.h"

/* The info hash of wire/target.torrent, which the scrapes are about. */
#define TARGET_HASH "a1671e5351b466ae181219bb82f84fc19dcdd50f"

static const uint8_t (*target(void))[20]
{
	static uint8_t hash[20];
	union {
		uint8_t (*writable)[20];
		const uint8_t (*readable)[20];
	} p = {.writable = &hash};

	assert_int_equal(hex_decode(span_str(TARGET_HASH), hash, 20), ERR_OK);
	return p.readable;
}

static void check_peers(struct manifest *m, const struct tracker_answer *a)
{
	long long want;
	size_t i, j;

	MANIFEST_CHECK(m, a->npeers <= TRACKER_PEERS_MAX);
	for (i = 0; i < a->npeers; i++) {
		MANIFEST_CHECK(m, addr_is_dialable(&a->peers[i]));
		for (j = 0; j < i; j++)
			if (addr_equal(&a->peers[i], &a->peers[j]))
				manifest_bad(m, "a peer twice");
	}
	if (!manifest_number(m, "peers", &want))
		return;
	if (want > (long long)TRACKER_PEERS_MAX)
		want = TRACKER_PEERS_MAX;
	MANIFEST_CHECK(m, (long long)a->npeers == want);
}

static void check_counts(struct manifest *m, bool known, uint32_t seeds,
	uint32_t leeches)
{
	long long v;

	if (manifest_number(m, "seeds", &v))
		MANIFEST_CHECK(m, known && seeds == v);
	if (manifest_number(m, "leechers", &v))
		MANIFEST_CHECK(m, known && leeches == v);
}

/* The columns of an accepted announce, and the limits of any. */
static void check_answer(struct manifest *m, const struct tracker_answer *a)
{
	long long want;

	MANIFEST_CHECK(m, manifest_is_clean(a->failure));
	MANIFEST_CHECK(m, manifest_is_clean(a->warning));
	MANIFEST_CHECK(m, manifest_is_clean(a->tracker_id));
	MANIFEST_CHECK(m, a->interval_s >= TRACKER_INTERVAL_MIN);
	MANIFEST_CHECK(m, a->interval_s <= TRACKER_INTERVAL_MAX);
	check_peers(m, a);
	check_counts(m, a->has_seeds && a->has_leeches, a->seeds, a->leeches);
	if (manifest_number(m, "interval", &want)) {
		if (want < (long long)TRACKER_INTERVAL_MIN)
			want = TRACKER_INTERVAL_MIN;
		if (want > (long long)TRACKER_INTERVAL_MAX)
			want = TRACKER_INTERVAL_MAX;
		MANIFEST_CHECK(m, a->interval_s == want);
	}
}

static void check_body(struct manifest *m, struct span body)
{
	struct tracker_answer a = {0};
	bool parsed = tracker_http_parse(body, &a) == ERR_OK;
	bool refused = !parsed || a.failure[0];

	if (manifest_is(m, "expect", "ok"))
		MANIFEST_CHECK(m, !refused);
	if (manifest_is(m, "expect", "error"))
		MANIFEST_CHECK(m, refused && a.npeers == 0);
	if (!refused)
		check_answer(m, &a);
	MANIFEST_CHECK(m, manifest_is_clean(a.failure));
	if (manifest_is(m, "file", "failure-retry-never"))
		MANIFEST_CHECK(m, a.retry_in_s == UINT32_MAX);
	if (manifest_is(m, "file", "failure-retry-neg"))
		MANIFEST_CHECK(m, a.retry_in_s == 0);
	if (manifest_is(m, "file", "ok-trackerid"))
		MANIFEST_CHECK(m,
			strcmp(a.tracker_id, "a%20b%26c%3Dd%1B") == 0);
	if (manifest_is(m, "file", "ok-external-ip"))
		MANIFEST_CHECK(m, a.external.family == ADDR_V4);
	if (manifest_is(m, "file", "ok-warning"))
		MANIFEST_CHECK(m, a.warning[0] != '\0' && a.npeers == 1);
	if (manifest_is(m, "file", "counts-negative"))
		MANIFEST_CHECK(m, !a.has_seeds && !a.has_leeches);
	tracker_answer_fini(&a);
}

static void check_scrape(struct manifest *m, struct span body)
{
	struct tracker_scrape s = {0};
	enum err e = tracker_http_parse_scrape(body, target(), 1, &s);

	if (manifest_is(m, "expect", "ok"))
		MANIFEST_CHECK(m, e == ERR_OK);
	if (manifest_is(m, "expect", "ignore") ||
		manifest_is(m, "file", "scrape-negative"))
		MANIFEST_CHECK(m, !s.known);
	if (manifest_is(m, "file", "scrape-ok"))
		MANIFEST_CHECK(m, s.known && s.seeds == 5 && s.leeches == 10);
	check_counts(m, s.known, s.seeds, s.leeches);
}

static void http_bodies_are_taken_as_the_manifest_says(void **state)
{
	struct manifest m;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "tracker");
	while (manifest_row(&m)) {
		struct buf body = manifest_file(&m);

		if (manifest_is(&m, "protocol", "http-body"))
			check_body(&m, buf_span(&body));
		if (manifest_is(&m, "protocol", "http-scrape"))
			check_scrape(&m, buf_span(&body));
		buf_free(&body);
	}
	manifest_close(&m, 60);
}

/* A request that waits for an answer of the kind a row is about. */
struct asked {
	struct udp_request *r;
	struct udp_connection c;
	uint8_t transaction[4];
	bool is_connect, is_scrape;
};

static void send_next(struct asked *a)
{
	uint8_t bytes[UDP_TRACKER_PACKET_MAX];
	struct writer out = writer_of(bytes, sizeof bytes);

	assert_true(udp_request_next(a->r, &a->c, 1000, &out));
	memcpy(a->transaction, bytes + 12, 4);
}

static struct asked begin_request(const struct manifest *m)
{
	static const struct tracker_ask ask = {.port = 6881};
	struct asked a = {0};
	struct tracker_answer answer = {0};
	uint8_t bytes[16];
	struct writer out = writer_of(bytes, sizeof bytes);

	a.is_connect = strstr(m->cell[0], "connect") ||
	               manifest_is(m, "request", "connect");
	a.is_scrape = strstr(m->cell[0], "scrape") != NULL;
	a.r = a.is_scrape ? udp_scrape_new(target(), 1, 7)
	                  : udp_announce_new(&ask, "", 7);
	send_next(&a);
	if (a.is_connect)
		return a;
	write_u32(&out, 0);
	write_span(&out, span_of(a.transaction, 4));
	write_u64(&out, 99);
	assert_int_equal(udp_request_receive(a.r, &a.c, writer_span(&out),
				 ADDR_V4, 1000, &answer, NULL),
		UDP_PROGRESS);
	send_next(&a);
	return a;
}

static void check_udp(struct manifest *m, struct buf *reply)
{
	enum addr_family family =
		manifest_is(m, "protocol", "udp6") ? ADDR_V6 : ADDR_V4;
	struct asked a = begin_request(m);
	struct tracker_answer answer = {0};
	struct tracker_scrape scrape = {0};
	enum udp_verdict v;

	if (!manifest_is(m, "protocol", "udp-raw") && reply->len >= 8)
		memcpy(reply->p + 4, a.transaction, 4);
	v = udp_request_receive(a.r, &a.c, buf_span(reply), family, 1001,
		&answer, &scrape);
	if (v != UDP_IGNORED)
		MANIFEST_CHECK(m, udp_tracker_looks_like(buf_span(reply)));
	if (manifest_is(m, "expect", "ignore")) {
		MANIFEST_CHECK(m, v == UDP_IGNORED);
		MANIFEST_CHECK(m,
			udp_request_deadline(a.r) == 1000 + UDP_TRY_MS);
	} else if (manifest_is(m, "expect", "error")) {
		MANIFEST_CHECK(m, v == UDP_DONE && answer.failure[0]);
		MANIFEST_CHECK(m, manifest_is_clean(answer.failure));
	} else if (a.is_connect) {
		MANIFEST_CHECK(m, v == UDP_PROGRESS);
	} else if (a.is_scrape) {
		MANIFEST_CHECK(m, v == UDP_DONE);
		check_counts(m, scrape.known, scrape.seeds, scrape.leeches);
	} else {
		MANIFEST_CHECK(m, v == UDP_DONE && !answer.failure[0]);
		check_answer(m, &answer);
	}
	tracker_answer_fini(&answer);
	udp_request_free(a.r);
}

static void udp_replies_are_taken_as_the_manifest_says(void **state)
{
	struct manifest m;
	unsigned replies = 0;

	(void)state;
	manifest_open(&m, "BTTUI_CORPUS", "tracker");
	while (manifest_row(&m)) {
		struct buf reply = manifest_file(&m);

		if (strncmp(manifest_cell(&m, "protocol"), "udp", 3) == 0) {
			check_udp(&m, &reply);
			replies++;
		}
		buf_free(&reply);
	}
	manifest_close(&m, 60);
	assert_true(replies >= 15);
}

static void reads_a_real_announce_reply(void **state)
{
	struct tracker_answer answer = {0};
	struct buf reply = {0};
	struct manifest m;
	struct asked a;

	(void)state;
	manifest_open(&m, "BTTUI_COLLECTED", "captured");
	m.cell[0] = m.head[0]; /* no row: any name without "connect" */
	assert_true(manifest_load(m.dir, "udp-tracker-announce-response.bin",
		&reply));
	a = begin_request(&m);
	memcpy(reply.p + 4, a.transaction, 4);
	assert_int_equal(udp_request_receive(a.r, &a.c, buf_span(&reply),
				 ADDR_V4, 1001, &answer, NULL),
		UDP_DONE);
	assert_int_equal(answer.interval_s, 1652);
	assert_int_equal(answer.npeers, 200);
	tracker_answer_fini(&answer);
	udp_request_free(a.r);
	buf_free(&reply);
	manifest_close(&m, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_bodies_are_taken_as_the_manifest_says),
		cmocka_unit_test(udp_replies_are_taken_as_the_manifest_says),
		cmocka_unit_test(reads_a_real_announce_reply),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
