/*
 * announcer_test.c - one torrent's talk with its trackers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/heap.h"
#include "core/announcer.h"
#include "fake_host.c"

#define HTTP_ONE "http://one.example/announce"
#define HTTP_TWO "http://two.example/announce"
#define UDP_ONE "udp://three.example:6969"
#define ANSWER                                                                 \
	"d8:completei3e10:incompletei4e8:intervali1800e5:peers6:"              \
	"\x0a\x01\x02\x03\x1a\xe1"                                             \
	"e"

struct talk {
	struct fake_host h;
	struct announce_pool pool;
	struct rng rng;
	struct announcer *a;
	unsigned peers, changes;
	struct addr peer;
};

static void describe_torrent(void *user, struct tracker_ask *ask)
{
	(void)user;
	memset(ask, 0, sizeof *ask);
	memset(ask->info_hash, 'h', 20);
	memset(ask->peer_id, 'p', 20);
	ask->left = 99;
}

static void take_peers(void *user, const struct addr *a, size_t n)
{
	struct talk *t = user;

	t->peers += (unsigned)n;
	t->peer = a[0];
}

static void note_change(void *user)
{
	((struct talk *)user)->changes++;
}

static const struct announcer_owner owner = {
	.describe = describe_torrent,
	.peers = take_peers,
	.changed = note_change,
};

static int begin(void **state)
{
	struct talk *t = mem_zero(sizeof *t);

	fake_init(&t->h);
	assert_int_equal(addr_parse_ip("10.9.9.9", 6969, &t->h.named), ERR_OK);
	rng_seed(&t->rng, 1);
	announce_pool_init(&t->pool, &t->h.base, &t->rng);
	t->a = announcer_new(&t->pool, &owner, t);
	*state = t;
	return 0;
}

static int end(void **state)
{
	struct talk *t = *state;

	announcer_free(t->a);
	assert_int_equal(t->pool.active, 0);
	fake_fini(&t->h);
	mem_free(t);
	return 0;
}

static void start_with(struct talk *t, const char *url, const char *url2)
{
	struct tracker_list *l = announcer_list(t->a);

	assert_int_equal(tracker_list_add(l, url, 0), ERR_OK);
	if (url2)
		assert_int_equal(tracker_list_add(l, url2, 1), ERR_OK);
	tracker_list_start(l, t->h.now);
	announcer_tick(t->a, t->h.now);
}

static bool asked(struct talk *t, const char *part)
{
	assert_int_equal(t->h.nhttp, 1);
	return strstr(t->h.http[0].url, part) != NULL;
}

static void announces_over_http_and_passes_peers_on(void **state)
{
	struct talk *t = *state;

	start_with(t, HTTP_ONE, NULL);
	assert_true(asked(t, "event=started"));
	assert_true(asked(t, "left=99"));
	assert_true(asked(t, "port=6881"));
	assert_true(announcer_busy(t->a));
	fake_answer(&t->h, ERR_OK, 200, span_of(ANSWER, sizeof ANSWER - 1));
	assert_false(announcer_busy(t->a));
	assert_int_equal(t->peers, 1);
	assert_int_equal(t->peer.port, 6881);
	assert_true(t->changes > 0);
	assert_true(announcer_deadline(t->a, t->h.now) >=
		    t->h.now + 1800 * 1000);
}

static void another_tier_is_asked_when_one_fails(void **state)
{
	struct talk *t = *state;

	start_with(t, HTTP_ONE, HTTP_TWO);
	assert_true(asked(t, "one.example"));
	fake_answer(&t->h, ERR_TIMEOUT, 0, (struct span){0});
	announcer_tick(t->a, t->h.now);
	assert_true(asked(t, "two.example"));
	assert_int_equal(t->peers, 0);
}

static void an_error_page_is_a_failure(void **state)
{
	struct talk *t = *state;
	struct tracker_row row;

	start_with(t, HTTP_ONE, NULL);
	fake_answer(&t->h, ERR_OK, 404, span_str("<html>"));
	tracker_list_row(announcer_list(t->a), 0, t->h.now, &row);
	assert_int_equal(row.status, TRACKER_FAILED);
	assert_non_null(strstr(row.text, "404"));
}

static void says_stopped_to_who_was_told(void **state)
{
	struct talk *t = *state;

	start_with(t, HTTP_ONE, NULL);
	fake_answer(&t->h, ERR_OK, 200, span_of(ANSWER, sizeof ANSWER - 1));
	tracker_list_stop(announcer_list(t->a), t->h.now);
	announcer_tick(t->a, t->h.now);
	assert_true(asked(t, "event=stopped"));
	assert_true(asked(t, "numwant=0"));
	fake_answer(&t->h, ERR_OK, 200, span_of(ANSWER, sizeof ANSWER - 1));
	assert_false(announcer_busy(t->a));
	assert_true(tracker_list_deadline(announcer_list(t->a)) == NEVER);
}

static void ending_cancels_what_is_under_way(void **state)
{
	struct talk *t = *state;

	start_with(t, HTTP_ONE, NULL);
	announcer_free(t->a);
	assert_int_equal(t->h.cancelled, 1);
	assert_int_equal(t->h.nhttp, 0);
	t->a = announcer_new(&t->pool, &owner, t);
	start_with(t, UDP_ONE, NULL);
	announcer_free(t->a);
	assert_int_equal(t->h.cancelled, 2);
	fake_turn(&t->h, NULL); /* the name's answer finds nobody */
	t->a = announcer_new(&t->pool, &owner, t);
}

static void a_name_nobody_knows_is_a_failure(void **state)
{
	struct talk *t = *state;
	struct tracker_row row;

	t->h.named = (struct addr){0};
	start_with(t, UDP_ONE, NULL);
	fake_turn(&t->h, NULL);
	assert_false(announcer_busy(t->a));
	tracker_list_row(announcer_list(t->a), 0, t->h.now, &row);
	assert_non_null(strstr(row.text, "no such name"));
}

/* Answers the last datagram with action, the same transaction and a body. */
static bool reply(struct talk *t, const struct addr *from, uint32_t action,
	const void *body, size_t n)
{
	const struct buf *last = &t->h.packet[t->h.npackets - 1].bytes;
	uint8_t b[64];
	struct writer w = writer_of(b, sizeof b);

	write_u32(&w, action);
	write_span(&w, span_of(last->p + 12, 4));
	write_span(&w, span_of(body, n));
	return announce_pool_receive(&t->pool, writer_span(&w), from);
}

static void announces_over_udp_in_two_steps(void **state)
{
	static const uint8_t list[] = {
		0, 0, 7, 8, 0, 0, 0, 4, 0, 0, 0, 3, 10, 1, 2, 3, 0x1a, 0xe1};
	struct talk *t = *state;

	start_with(t, UDP_ONE, NULL);
	assert_int_equal(t->h.npackets, 0);
	fake_turn(&t->h, NULL);
	assert_int_equal(t->h.npackets, 1);
	assert_int_equal(t->h.packet[0].bytes.len, 16);
	assert_true(reply(t, &t->h.named, 0, "\x01\x02\x03\x04\x05\x06\x07\x08",
		8));
	assert_int_equal(t->h.npackets, 2);
	assert_true(t->h.packet[1].bytes.len >= 98);
	assert_true(reply(t, &t->h.named, 1, list, sizeof list));
	assert_int_equal(t->peers, 1);
	assert_int_equal(t->peer.port, 6881);
	assert_false(announcer_busy(t->a));
}

static void only_the_tracker_may_answer(void **state)
{
	struct talk *t = *state;
	struct addr other = t->h.named;

	start_with(t, UDP_ONE, NULL);
	fake_turn(&t->h, NULL);
	other.port++;
	assert_false(reply(t, &other, 0, "\x01\x02\x03\x04\x05\x06\x07\x08",
		8));
	assert_int_equal(t->h.npackets, 1);
	assert_false(announce_pool_receive(&t->pool, span_str("d1:ad2:id"),
		&t->h.named));
}

static void a_silent_udp_tracker_is_given_up(void **state)
{
	struct talk *t = *state;
	struct tracker_row row;
	uint64_t from = t->h.now;

	start_with(t, UDP_ONE, NULL);
	fake_turn(&t->h, NULL);
	while (announcer_busy(t->a) && t->h.now < from + 600000) {
		uint64_t at = announcer_deadline(t->a, t->h.now);

		assert_true(at != NEVER);
		t->h.now = at > t->h.now ? at : t->h.now + 1;
		announcer_tick(t->a, t->h.now);
	}
	tracker_list_row(announcer_list(t->a), 0, t->h.now, &row);
	assert_int_equal(row.status, TRACKER_FAILED);
	assert_true(t->h.npackets > 1 && t->h.npackets < 10);
}

static void the_pool_limits_all_announcers_together(void **state)
{
	struct talk *t = *state;
	struct announcer *more[ANNOUNCES_AT_ONCE];

	for (size_t i = 0; i < ANNOUNCES_AT_ONCE; i++) {
		more[i] = announcer_new(&t->pool, &owner, t);
		assert_int_equal(tracker_list_add(announcer_list(more[i]),
					 HTTP_ONE, 0),
			ERR_OK);
		tracker_list_start(announcer_list(more[i]), t->h.now);
		announcer_tick(more[i], t->h.now);
	}
	assert_int_equal(t->pool.active, ANNOUNCES_AT_ONCE);
	start_with(t, HTTP_TWO, NULL);
	assert_false(announcer_busy(t->a));
	assert_true(announcer_deadline(t->a, t->h.now) > t->h.now);
	announcer_free(more[0]);
	announcer_tick(t->a, t->h.now);
	assert_true(announcer_busy(t->a));
	for (size_t i = 1; i < ANNOUNCES_AT_ONCE; i++)
		announcer_free(more[i]);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(announces_over_http_and_passes_peers_on),
		T(another_tier_is_asked_when_one_fails),
		T(an_error_page_is_a_failure),
		T(says_stopped_to_who_was_told),
		T(ending_cancels_what_is_under_way),
		T(a_name_nobody_knows_is_a_failure),
		T(announces_over_udp_in_two_steps),
		T(only_the_tracker_may_answer),
		T(a_silent_udp_tracker_is_given_up),
		T(the_pool_limits_all_announcers_together),
	};

	return cmocka_run_group_tests_name("announcer", tests, NULL, NULL);
}
