/*
 * dht_link_test.c - when a torrent's wish is searched for: at once, again
 * while nobody is there, and before its announces expire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"
#include "core/dht_link.h"
#include "fake_host.c"

/* A link that knows one other node, which takes all that is sent. */
struct pair {
	struct fake_host h;
	struct dht_link *link;
	struct dht *other;
	struct addr link_addr, other_addr;
	struct rng rng;
	struct dht_want want;
	bool is_served;
	uint32_t found;
};

static void other_send(void *user, const struct addr *to, struct span packet)
{
	struct pair *p = user;

	if (addr_equal(to, &p->link_addr))
		dht_link_receive(p->link, packet, &p->other_addr);
}

static void other_random(void *user, void *b, size_t n)
{
	rng_fill(&((struct pair *)user)->rng, b, n);
}

static void nothing(void *user)
{
	(void)user;
}

static void no_address(void *user, const struct addr *a)
{
	(void)user;
	(void)a;
}

static void on_found(void *user, const struct addr *a, size_t n)
{
	(void)a;
	((struct pair *)user)->found += (uint32_t)n;
}

static bool is_served(void *user)
{
	return ((struct pair *)user)->is_served;
}

static void carry(struct pair *p)
{
	struct buf packet;

	while (p->h.npackets > 0) {
		packet = p->h.packet[--p->h.npackets].bytes;
		p->h.packet[p->h.npackets].bytes = (struct buf){0};
		dht_receive(p->other, buf_span(&packet), &p->link_addr,
			p->h.now);
		buf_free(&packet);
	}
}

static void run(struct pair *p, uint64_t ms)
{
	struct dht_event ev;

	for (uint64_t t = 0; t < ms; t += 10) {
		p->h.now += 10;
		if (dht_link_deadline(p->link) <= p->h.now)
			dht_link_tick(p->link, p->h.now);
		carry(p);
		if (dht_deadline(p->other) <= p->h.now)
			dht_tick(p->other, p->h.now);
		while (dht_next_event(p->other, &ev))
			;
	}
}

static int open_pair(void **state)
{
	struct pair *p = mem_zero(sizeof *p);
	struct dht_config cfg = {.ipv4 = true};
	struct dht_ops ops = {other_send, other_random, p};
	struct dht_link_config link = {
		.external = no_address, .wanted = nothing};
	struct fault f = {0};

	fake_init(&p->h);
	rng_seed(&p->rng, 7);
	p->link_addr = addr_v4(127, 0, 0, 1, 6881);
	p->other_addr = addr_v4(127, 0, 0, 2, 7000);
	p->other = dht_new(&cfg, &ops, p->h.now);
	p->link = dht_link_new(&p->h.base, &link);
	p->want.found = on_found;
	p->want.changed = nothing;
	p->want.is_served = is_served;
	p->want.user = p;
	memset(p->want.hash, 0x5a, sizeof p->want.hash);
	dht_link_switch(p->link, true);
	assert_int_equal(dht_link_add_host(p->link, "127.0.0.2:7000", &f),
		ERR_OK);
	run(p, 2000);
	assert_int_equal(dht_link_nodes(p->link), 1);
	*state = p;
	return 0;
}

static int close_pair(void **state)
{
	struct pair *p = *state;

	dht_link_leave(p->link, &p->want);
	dht_link_free(p->link);
	dht_free(p->other);
	fake_fini(&p->h);
	mem_free(p);
	return 0;
}

/* Of which the other has heard. */
static uint64_t searches(struct pair *p)
{
	struct dht_view v;

	dht_view(p->other, p->h.now, &v);
	return v.traffic[KRPC_GET_PEERS].in;
}

static void it_is_searched_for_at_once(void **state)
{
	struct pair *p = *state;

	dht_link_join(p->link, &p->want);
	run(p, 1000);
	assert_int_equal(searches(p), 1);
	assert_int_equal(p->want.row.stored, 1);
	assert_int_equal(p->found, 0);
}

/* The other names us ourselves, from the first announce on. */
static void who_finds_only_himself_looks_again(void **state)
{
	struct pair *p = *state;

	dht_link_join(p->link, &p->want);
	run(p, 20000);
	assert_int_equal(p->found, 1);
	run(p, 60000);
	assert_true(p->found >= 2);
	/* Less and less often. */
	p->found = 0;
	run(p, 600000);
	assert_in_range(p->found, 1, 5);
}

static void who_is_served_waits_until_it_expires(void **state)
{
	struct pair *p = *state;

	p->is_served = true;
	dht_link_join(p->link, &p->want);
	run(p, DHT_ANNOUNCE_MS - 10000);
	assert_int_equal(searches(p), 1);
	run(p, DHT_ANNOUNCE_MS / 10 + 20000);
	assert_int_equal(searches(p), 2);
}

static void who_is_served_since_waits_as_well(void **state)
{
	struct pair *p = *state;

	dht_link_join(p->link, &p->want);
	run(p, 5000);
	p->is_served = true;
	run(p, DHT_ANNOUNCE_MS - 10000);
	assert_int_equal(searches(p), 1);
	run(p, DHT_ANNOUNCE_MS / 10 + 20000);
	assert_int_equal(searches(p), 2);
}

static void a_seed_waits_without_peers_too(void **state)
{
	struct pair *p = *state;

	p->want.is_seed = true;
	dht_link_join(p->link, &p->want);
	run(p, DHT_ANNOUNCE_MS - 10000);
	assert_int_equal(searches(p), 1);
	run(p, DHT_ANNOUNCE_MS / 10 + 20000);
	assert_int_equal(searches(p), 2);
}

static void an_answer_that_is_wanted_now_is_sought_now(void **state)
{
	struct pair *p = *state;

	dht_link_join(p->link, &p->want);
	run(p, 5000);
	p->is_served = true;
	dht_link_update(p->link, &p->want, true);
	run(p, 1000);
	assert_int_equal(searches(p), 2);
}

int main(void)
{
#define PAIR(f) cmocka_unit_test_setup_teardown(f, open_pair, close_pair)
	const struct CMUnitTest tests[] = {
		PAIR(it_is_searched_for_at_once),
		PAIR(who_finds_only_himself_looks_again),
		PAIR(who_is_served_waits_until_it_expires),
		PAIR(who_is_served_since_waits_as_well),
		PAIR(a_seed_waits_without_peers_too),
		PAIR(an_answer_that_is_wanted_now_is_sought_now),
	};

	return cmocka_run_group_tests_name("dht_link", tests, NULL, NULL);
}
