/*
 * lsd_test.c - local service discovery on a host that only takes notes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/rng.h"
#include "core/lsd.h"
#include "proto/lsd.h"

#define SENT_MAX 2000u
#define WANTS 100u

struct sent {
	enum addr_family family;
	uint64_t at;
	struct lsd_message m; /* its cookie is not kept */
	char cookie[LSD_COOKIE_MAX + 1];
	struct buf bytes;
};

struct world {
	struct host host;
	uint64_t now;
	uint64_t seed;
	uint16_t port;
	bool joined;
	unsigned joins;
	struct sent *sent;
	size_t nsent;
	struct lsd *lsd;
	struct torrent {
		struct lsd_want want;
		struct addr found; /* the last */
		size_t nfound;
	} t[WANTS];
};

static struct world *world_of(struct host *h)
{
	return container_of(h, struct world, host);
}

static uint64_t op_now(struct host *h)
{
	return world_of(h)->now;
}

static void op_random(struct host *h, void *p, size_t n)
{
	struct rng r;

	rng_seed(&r, ++world_of(h)->seed);
	rng_fill(&r, p, n);
}

static uint16_t op_port(struct host *h)
{
	return world_of(h)->port;
}

static void op_join(struct host *h, bool on)
{
	world_of(h)->joined = on;
	world_of(h)->joins++;
}

static void op_multicast(struct host *h, enum addr_family family, struct span s)
{
	struct world *w = world_of(h);
	struct sent *d = &w->sent[w->nsent++];

	assert_true(w->nsent <= SENT_MAX);
	assert_true(w->joined);
	assert_true(s.n <= LSD_WRITE_MAX);
	d->family = family;
	d->at = w->now;
	buf_add(&d->bytes, s);
	assert_int_equal(lsd_parse(buf_span(&d->bytes), &d->m), ERR_OK);
	memcpy(d->cookie, d->m.cookie.p, d->m.cookie.n);
}

static const struct host_ops ops = {
	.now = op_now,
	.random = op_random,
	.port = op_port,
	.multicast_join = op_join,
	.multicast = op_multicast,
};

static void found(void *user, const struct addr *a, size_t n)
{
	struct torrent *t = user;

	assert_int_equal(n, 1);
	t->found = *a;
	t->nfound++;
}

static int set_up(void **state)
{
	struct world *w = mem_zero(sizeof *w);

	w->host.ops = &ops;
	w->now = 1000000;
	w->port = 6881;
	w->sent = mem_zero_array(SENT_MAX, sizeof *w->sent);
	w->lsd = lsd_new(&w->host);
	for (size_t i = 0; i < WANTS; i++) {
		memset(w->t[i].want.hash, (int)i + 1, 20);
		w->t[i].want.found = found;
		w->t[i].want.user = &w->t[i];
	}
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	lsd_free(w->lsd);
	for (size_t i = 0; i < w->nsent; i++)
		buf_free(&w->sent[i].bytes);
	mem_free(w->sent);
	mem_free(w);
	return 0;
}

/* Time passes as the engine would let it: from deadline to deadline. */
static void run(struct world *w, uint64_t ms)
{
	uint64_t end = w->now + ms;

	while (lsd_deadline(w->lsd) <= end) {
		uint64_t at = lsd_deadline(w->lsd);

		w->now = at > w->now ? at : w->now;
		lsd_tick(w->lsd, w->now);
		assert_true(lsd_deadline(w->lsd) > w->now);
	}
	w->now = end;
}

static void join(struct world *w, size_t i)
{
	lsd_join(w->lsd, &w->t[i].want);
}

/* Datagrams of one family that name torrent i. */
static size_t told(const struct world *w, size_t i, enum addr_family family)
{
	size_t n = 0;

	for (size_t k = 0; k < w->nsent; k++)
		for (size_t h = 0; h < w->sent[k].m.nhashes; h++)
			n += w->sent[k].family == family &&
			     w->sent[k].m.hash[h][0] == i + 1;
	return n;
}

static void hear(struct world *w, const char *from, const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(from, &a), ERR_OK);
	lsd_receive(w->lsd, span_str(text), &a);
}

/* As another would announce torrent i. */
static void hear_of(struct world *w, const char *from, size_t i)
{
	struct lsd_message m = {
		.port = 7000, .nhashes = 1, .cookie = span_str("other")};
	uint8_t b[LSD_WRITE_MAX];
	struct writer out = writer_of(b, sizeof b);
	struct addr a;

	memset(m.hash[0], (int)i + 1, 20);
	lsd_write(&m, ADDR_V4, &out);
	assert_int_equal(addr_parse(from, &a), ERR_OK);
	lsd_receive(w->lsd, writer_span(&out), &a);
}

static void says_nothing_until_it_is_switched_on(void **state)
{
	struct world *w = *state;

	join(w, 0);
	assert_true(lsd_deadline(w->lsd) == NEVER);
	run(w, LSD_ANNOUNCE_MS);
	assert_int_equal(w->nsent, 0);
	assert_int_equal(w->joins, 0);
	hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, 0);
	lsd_switch(w->lsd, true);
	assert_true(w->joined);
	run(w, 1);
	assert_int_equal(w->nsent, 2);
}

static void announces_to_both_families_where_it_listens(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 4);
	run(w, 1);
	assert_int_equal(told(w, 4, ADDR_V4), 1);
	assert_int_equal(told(w, 4, ADDR_V6), 1);
	assert_int_equal(w->sent[0].m.port, 6881);
	assert_true(strlen(w->sent[0].cookie) >= 8);
	assert_string_equal(w->sent[0].cookie, w->sent[1].cookie);
}

static void a_new_torrent_is_announced_three_times_then_seldom(void **state)
{
	struct world *w = *state;
	uint64_t begun = w->now;

	lsd_switch(w->lsd, true);
	join(w, 0);
	run(w, 10000);
	assert_int_equal(w->nsent, 6);
	assert_int_equal(w->sent[0].at, begun);
	assert_int_equal(w->sent[2].at, begun + LSD_AGAIN_MS);
	assert_int_equal(w->sent[4].at, begun + 3 * LSD_AGAIN_MS);
	run(w, LSD_ANNOUNCE_MS - 10000);
	assert_int_equal(w->nsent, 6);
	run(w, 10000);
	assert_int_equal(w->nsent, 8);
	run(w, 2 * LSD_ANNOUNCE_MS);
	assert_int_equal(w->nsent, 12);
}

static void at_most_one_datagram_leaves_a_second(void **state)
{
	struct world *w = *state;
	uint64_t last = 0;

	lsd_switch(w->lsd, true);
	for (size_t i = 0; i < LSD_ALONE_MAX; i++)
		join(w, i);
	run(w, 200000);
	for (size_t i = 0; i < w->nsent; i++) {
		if (w->sent[i].family != ADDR_V4)
			continue;
		assert_true(w->sent[i].at >= last + LSD_SEND_MS);
		last = w->sent[i].at;
		/* Few enough that each has one of its own. */
		assert_int_equal(w->sent[i].m.nhashes, 1);
	}
	for (size_t i = 0; i < LSD_ALONE_MAX; i++) {
		assert_int_equal(told(w, i, ADDR_V4), LSD_TIMES);
		assert_int_equal(told(w, i, ADDR_V6), LSD_TIMES);
	}
}

static void many_torrents_share_datagrams(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	for (size_t i = 0; i < WANTS; i++)
		join(w, i);
	run(w, 20000);
	for (size_t i = 0; i < WANTS; i++)
		assert_int_equal(told(w, i, ADDR_V4), LSD_TIMES);
	assert_true(w->nsent <= 2 * 20);
}

static void finds_who_announces_a_torrent_of_ours(void **state)
{
	struct world *w = *state;
	struct addr want = addr_v4(10, 0, 0, 2, 7000);

	lsd_switch(w->lsd, true);
	join(w, 0);
	join(w, 1);
	hear_of(w, "10.0.0.2:6771", 1);
	assert_int_equal(w->t[0].nfound, 0);
	assert_int_equal(w->t[1].nfound, 1);
	/* At the port it names, not the one it sends from. */
	assert_true(addr_equal(&w->t[1].found, &want));
	hear_of(w, "10.0.0.2:6771", 50);
	lsd_leave(w->lsd, &w->t[1].want);
	hear_of(w, "10.0.0.2:6771", 1);
	assert_int_equal(w->t[1].nfound, 1);
}

static void one_datagram_may_name_several(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	join(w, 1);
	hear(w, "[fd00::7]:6771",
		"BT-SEARCH * HTTP/1.1\r\nPort: 9\r\n"
		"Infohash: 0101010101010101010101010101010101010101\r\n"
		"Infohash: 0202020202020202020202020202020202020202\r\n"
		"\r\n\r\n");
	assert_int_equal(w->t[0].nfound, 1);
	assert_int_equal(w->t[1].nfound, 1);
	assert_int_equal(w->t[0].found.family, ADDR_V6);
	assert_int_equal(w->t[0].found.port, 9);
}

static void its_own_datagrams_are_nobodys(void **state)
{
	struct world *w = *state;
	struct addr self = addr_v4(10, 0, 0, 1, 6771);

	lsd_switch(w->lsd, true);
	join(w, 0);
	run(w, 1);
	for (int i = 0; i < 50; i++)
		lsd_receive(w->lsd, buf_span(&w->sent[0].bytes), &self);
	assert_int_equal(w->t[0].nfound, 0);
	/* And they take nobody's place. */
	hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, 1);
}

static void two_have_different_cookies(void **state)
{
	struct world *w = *state;
	struct lsd *other = lsd_new(&w->host);
	struct lsd_want want = {.hash = {9}};

	lsd_switch(w->lsd, true);
	join(w, 0);
	run(w, 1);
	lsd_switch(other, true);
	lsd_join(other, &want);
	w->now += LSD_SEND_MS;
	lsd_tick(other, w->now);
	assert_int_equal(w->nsent, 4);
	assert_string_not_equal(w->sent[0].cookie, w->sent[2].cookie);
	lsd_free(other);
}

static void a_flood_is_looked_at_ten_times_a_second(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	for (int i = 0; i < 1000; i++)
		hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, LSD_READ_PER_S);
	w->now += 1000;
	hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, LSD_READ_PER_S + 1);
}

static void noise_and_addresses_without_a_network_are_ignored(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	hear(w, "10.0.0.2:6771", "");
	hear(w, "10.0.0.2:6771", "GET / HTTP/1.1\r\n\r\n");
	hear_of(w, "[fe80::1]:6771", 0);
	assert_int_equal(w->t[0].nfound, 0);
}

static void who_left_is_announced_no_more(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	join(w, 0);
	run(w, 1);
	lsd_leave(w->lsd, &w->t[0].want);
	lsd_leave(w->lsd, &w->t[0].want);
	assert_true(lsd_deadline(w->lsd) == NEVER);
	run(w, LSD_ANNOUNCE_MS);
	assert_int_equal(w->nsent, 2);
	/* It may come back. */
	join(w, 0);
	run(w, 1);
	assert_int_equal(w->nsent, 4);
}

/* A torrent was removed and is added again before the old one has gone. */
static void of_two_with_one_hash_the_newer_is_found(void **state)
{
	struct world *w = *state;

	memcpy(w->t[1].want.hash, w->t[0].want.hash, 20);
	lsd_switch(w->lsd, true);
	join(w, 0);
	join(w, 1);
	lsd_leave(w->lsd, &w->t[0].want);
	hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, 0);
	assert_int_equal(w->t[1].nfound, 1);
}

static void the_user_may_ask_for_it_at_once(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	run(w, 60000);
	assert_int_equal(w->nsent, 6);
	lsd_now(w->lsd, &w->t[0].want);
	lsd_now(w->lsd, &w->t[1].want); /* not joined: nothing */
	run(w, 1);
	assert_int_equal(w->nsent, 8);
	assert_int_equal(told(w, 1, ADDR_V4), 0);
}

static void switching_it_off_and_on_begins_anew(void **state)
{
	struct world *w = *state;

	lsd_switch(w->lsd, true);
	join(w, 0);
	join(w, 1);
	run(w, 60000);
	lsd_switch(w->lsd, false);
	assert_false(w->joined);
	assert_true(lsd_deadline(w->lsd) == NEVER);
	w->nsent = 0;
	run(w, 60000);
	assert_int_equal(w->nsent, 0);
	lsd_switch(w->lsd, true);
	lsd_switch(w->lsd, true);
	assert_int_equal(w->joins, 3);
	run(w, 20000);
	assert_int_equal(told(w, 0, ADDR_V4), LSD_TIMES);
	assert_int_equal(told(w, 1, ADDR_V4), LSD_TIMES);
}

static void who_cannot_be_connected_to_says_nothing_but_listens(void **state)
{
	struct world *w = *state;

	w->port = 0;
	lsd_switch(w->lsd, true);
	join(w, 0);
	run(w, 60000);
	assert_int_equal(w->nsent, 0);
	hear_of(w, "10.0.0.2:6771", 0);
	assert_int_equal(w->t[0].nfound, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(says_nothing_until_it_is_switched_on),
		TEST(announces_to_both_families_where_it_listens),
		TEST(a_new_torrent_is_announced_three_times_then_seldom),
		TEST(at_most_one_datagram_leaves_a_second),
		TEST(many_torrents_share_datagrams),
		TEST(finds_who_announces_a_torrent_of_ours),
		TEST(one_datagram_may_name_several),
		TEST(its_own_datagrams_are_nobodys),
		TEST(two_have_different_cookies),
		TEST(a_flood_is_looked_at_ten_times_a_second),
		TEST(noise_and_addresses_without_a_network_are_ignored),
		TEST(who_left_is_announced_no_more),
		TEST(of_two_with_one_hash_the_newer_is_found),
		TEST(the_user_may_ask_for_it_at_once),
		TEST(switching_it_off_and_on_begins_anew),
		TEST(who_cannot_be_connected_to_says_nothing_but_listens),
	};

	return cmocka_run_group_tests_name("lsd", tests, NULL, NULL);
}
