/*
 * pex_test.c - who is told of whom, and what is believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "core/swarm/pex.h"

#define CROWD 130u

struct room {
	struct pex *x;
	struct rng rng;
	uint64_t now;
	struct pex_partner p;
	struct pex_listener to; /* the partner; global, no member, no seed */
	struct pex_message m;
};

static int open_room(void **state)
{
	struct room *r = mem_zero(sizeof *r);

	r->x = pex_new();
	rng_seed(&r->rng, 1);
	r->now = 1000000;
	r->to.addr = addr_v4(80, 1, 1, 1, 50000);
	r->to.place = PEX_NOBODY;
	pex_partner_begin(&r->p, r->now);
	*state = r;
	return 0;
}

static int close_room(void **state)
{
	struct room *r = *state;

	pex_free(r->x);
	mem_free(r);
	return 0;
}

static struct addr nth(uint32_t i)
{
	return addr_v4(20, (uint8_t)(i >> 8), (uint8_t)i, 7, 6881);
}

static uint32_t join(struct room *r, uint32_t i)
{
	struct addr a = nth(i);

	return pex_join(r->x, &a, 0);
}

static bool tell(struct room *r, uint64_t after_ms)
{
	r->now += after_ms;
	return pex_tell(r->x, &r->p, &r->to, r->now, &r->rng, &r->m);
}

static bool names(const struct pex_message *m, const struct addr *a)
{
	for (size_t i = 0; i < m->nadded; i++)
		if (addr_equal(&m->added[i].addr, a))
			return true;
	return false;
}

static void the_first_message_comes_soon_and_names_who_is_here(void **state)
{
	struct room *r = *state;
	struct addr a = nth(1), b = nth(2);

	join(r, 1);
	join(r, 2);
	assert_false(tell(r, PEX_FIRST_MS - 1));
	assert_true(tell(r, 1));
	assert_int_equal(r->m.nadded, 2);
	assert_int_equal(r->m.ndropped, 0);
	assert_true(names(&r->m, &a) && names(&r->m, &b));
}

static void after_that_only_differences_once_a_minute(void **state)
{
	struct room *r = *state;
	uint32_t one = join(r, 1);
	struct addr a = nth(1), b = nth(2);

	assert_true(tell(r, PEX_FIRST_MS));
	join(r, 2);
	pex_leave(r->x, one);
	assert_false(tell(r, PEX_EVERY_MS - 1));
	assert_true(tell(r, 1));
	assert_int_equal(r->m.nadded, 1);
	assert_true(names(&r->m, &b));
	assert_int_equal(r->m.ndropped, 1);
	assert_true(addr_equal(&r->m.dropped[0], &a));
	assert_false(tell(r, PEX_EVERY_MS));
	assert_false(tell(r, PEX_EVERY_MS));
}

static void with_nothing_to_say_the_first_news_leaves_at_once(void **state)
{
	struct room *r = *state;

	assert_false(tell(r, 10 * PEX_EVERY_MS));
	join(r, 1);
	assert_true(tell(r, 0));
}

static void who_comes_back_within_a_minute_is_no_news(void **state)
{
	struct room *r = *state;
	uint32_t one = join(r, 1);

	assert_true(tell(r, PEX_FIRST_MS));
	pex_leave(r->x, one);
	assert_int_equal(join(r, 1), one);
	assert_false(tell(r, PEX_EVERY_MS));
}

static void who_came_and_left_in_between_is_never_named(void **state)
{
	struct room *r = *state;

	pex_leave(r->x, join(r, 1));
	assert_false(tell(r, PEX_EVERY_MS));
}

/* Two connections to one address: it has left with the second. */
static void a_member_stays_until_its_last_connection_ends(void **state)
{
	struct room *r = *state;
	uint32_t one = join(r, 1);

	assert_int_equal(join(r, 1), one);
	assert_true(tell(r, PEX_FIRST_MS));
	assert_int_equal(r->m.nadded, 1);
	pex_leave(r->x, one);
	assert_false(tell(r, PEX_EVERY_MS));
	pex_leave(r->x, one);
	assert_true(tell(r, 0));
	assert_int_equal(r->m.ndropped, 1);
}

static void a_message_names_fifty_at_most_and_the_rest_follows(void **state)
{
	struct room *r = *state;
	uint8_t seen[CROWD] = {0};
	uint32_t place[CROWD];

	for (uint32_t i = 0; i < CROWD; i++)
		place[i] = join(r, i);
	for (size_t k = 0, left = CROWD; left > 0; k++) {
		assert_true(tell(r, PEX_EVERY_MS));
		assert_int_equal(r->m.nadded,
			left < PEX_TELL_MAX ? left : PEX_TELL_MAX);
		for (size_t i = 0; i < r->m.nadded; i++)
			seen[r->m.added[i].addr.ip[2]]++;
		left -= r->m.nadded;
	}
	for (uint32_t i = 0; i < CROWD; i++) {
		assert_int_equal(seen[i], 1);
		pex_leave(r->x, place[i]);
	}
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.ndropped, PEX_TELL_MAX);
	assert_true(tell(r, PEX_EVERY_MS));
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.ndropped, CROWD - 2 * PEX_TELL_MAX);
	assert_false(tell(r, PEX_EVERY_MS));
}

/* Of many, each partner is told of others first. */
static void partners_are_told_of_different_ones_first(void **state)
{
	struct room *r = *state;
	struct pex_message first;

	for (uint32_t i = 0; i < CROWD; i++)
		join(r, i);
	assert_true(tell(r, PEX_EVERY_MS));
	first = r->m;
	for (int k = 0; k < 5; k++) {
		pex_partner_begin(&r->p, r->now);
		assert_true(tell(r, PEX_EVERY_MS));
		if (!addr_equal(&first.added[0].addr, &r->m.added[0].addr))
			return;
	}
	fail();
}

static void nobody_is_told_of_himself(void **state)
{
	struct room *r = *state;

	r->to.place = join(r, 1);
	assert_false(tell(r, PEX_EVERY_MS));
}

static void flags_are_those_of_now(void **state)
{
	struct room *r = *state;
	uint32_t one = join(r, 1);

	pex_set_flags(r->x, one, PEX_SEED | PEX_REACHABLE);
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.added[0].flags, PEX_SEED | PEX_REACHABLE);
}

static void seeds_are_not_told_of_seeds(void **state)
{
	struct room *r = *state;
	struct addr seed = nth(1), leech = nth(2);

	pex_join(r->x, &seed, PEX_SEED);
	pex_join(r->x, &leech, 0);
	r->to.is_seed = true;
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.nadded, 1);
	assert_true(names(&r->m, &leech));
	r->to.is_seed = false;
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.nadded, 1);
	assert_true(names(&r->m, &seed));
}

static void local_addresses_stay_in_local_networks(void **state)
{
	struct room *r = *state;
	struct addr home = addr_v4(192, 168, 1, 5, 6881);
	struct addr self = addr_v4(127, 0, 0, 1, 6881);

	pex_join(r->x, &home, 0);
	pex_join(r->x, &self, 0);
	assert_false(tell(r, PEX_EVERY_MS));
	r->to.addr = addr_v4(192, 168, 1, 9, 50000);
	assert_true(tell(r, 0));
	assert_int_equal(r->m.nadded, 1);
	assert_true(names(&r->m, &home));
	r->to.addr = addr_v4(127, 0, 0, 2, 50000);
	assert_true(tell(r, PEX_EVERY_MS));
	assert_true(names(&r->m, &self));
}

static bool may_name(const char *a, const char *other)
{
	struct addr x, y;

	assert_int_equal(addr_parse(a, &x), ERR_OK);
	assert_int_equal(addr_parse(other, &y), ERR_OK);
	return pex_may_name(&x, &y);
}

static void what_may_be_named_to_whom(void **state)
{
	(void)state;
	assert_true(may_name("8.8.8.8:1", "9.9.9.9:1"));
	assert_true(may_name("8.8.8.8:1", "10.0.0.1:1"));
	assert_true(may_name("[2001:db8::1]:1", "9.9.9.9:1"));
	assert_true(may_name("10.0.0.1:1", "192.168.0.1:1"));
	assert_true(may_name("127.0.0.1:1", "127.0.0.2:1"));
	assert_true(may_name("[fd00::1]:1", "10.0.0.1:1"));
	assert_false(may_name("10.0.0.1:1", "9.9.9.9:1"));
	assert_false(may_name("100.64.0.1:1", "9.9.9.9:1"));
	assert_false(may_name("169.254.1.1:1", "9.9.9.9:1"));
	assert_false(may_name("[fd00::1]:1", "[2001:db8::1]:1"));
	assert_false(may_name("127.0.0.1:1", "9.9.9.9:1"));
	assert_false(may_name("127.0.0.1:1", "192.168.0.1:1"));
	assert_false(may_name("[::1]:1", "192.168.0.1:1"));
	assert_false(may_name("[fe80::1]:1", "[fe80::2]:1"));
}

/* Its bits must not keep the places of those who left. */
static void a_partner_that_goes_frees_what_it_was_told(void **state)
{
	struct room *r = *state;
	uint32_t place[2];

	place[0] = join(r, 1);
	place[1] = join(r, 2);
	assert_true(tell(r, PEX_EVERY_MS));
	pex_leave(r->x, place[0]);
	pex_leave(r->x, place[1]);
	pex_partner_end(r->x, &r->p);
	assert_int_equal(join(r, 3), place[0]);
	assert_int_equal(join(r, 4), place[1]);
	/* Of these it was not told. */
	assert_true(tell(r, PEX_EVERY_MS));
	assert_int_equal(r->m.nadded, 2);
	assert_int_equal(r->m.ndropped, 0);
}

static void there_is_room_for_so_many_members(void **state)
{
	struct room *r = *state;
	struct addr a;
	uint32_t last = 0;

	for (uint32_t i = 0; i < PEX_MEMBERS_MAX; i++) {
		last = join(r, i);
		assert_int_equal(last, i);
	}
	assert_int_equal(join(r, PEX_MEMBERS_MAX), PEX_NOBODY);
	pex_leave(r->x, last);
	assert_int_equal(join(r, PEX_MEMBERS_MAX), last);
	a = nth(PEX_MEMBERS_MAX);
	for (int i = 0; i < 11; i++) {
		assert_true(tell(r, PEX_EVERY_MS));
		if (names(&r->m, &a))
			return;
	}
	fail();
}

static void a_message_counts_once_in_fifty_seconds(void **state)
{
	struct room *r = *state;

	assert_int_equal(pex_hear(&r->p, r->now), PEX_COUNTS);
	assert_int_equal(pex_hear(&r->p, r->now + 1), PEX_EARLY);
	assert_int_equal(pex_hear(&r->p, r->now + PEX_COUNTS_MS - 1),
		PEX_EARLY);
	assert_int_equal(pex_hear(&r->p, r->now + PEX_COUNTS_MS), PEX_COUNTS);
}

static void six_early_ones_are_a_flood(void **state)
{
	struct room *r = *state;

	assert_int_equal(pex_hear(&r->p, r->now), PEX_COUNTS);
	for (unsigned i = 1; i < PEX_EARLY_MAX; i++)
		assert_int_equal(pex_hear(&r->p, r->now + i), PEX_EARLY);
	assert_int_equal(pex_hear(&r->p, r->now + 10), PEX_FLOOD);
}

/* Every ten seconds is a nuisance, not an attack. */
static void who_keeps_to_some_pace_is_never_a_flood(void **state)
{
	struct room *r = *state;
	unsigned counted = 0;

	for (unsigned i = 0; i < 1000; i++) {
		enum pex_verdict v = pex_hear(&r->p, r->now + i * 10000);

		assert_int_not_equal(v, PEX_FLOOD);
		counted += v == PEX_COUNTS;
	}
	assert_int_equal(counted, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_room, close_room)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_message_comes_soon_and_names_who_is_here),
		TEST(after_that_only_differences_once_a_minute),
		TEST(with_nothing_to_say_the_first_news_leaves_at_once),
		TEST(who_comes_back_within_a_minute_is_no_news),
		TEST(who_came_and_left_in_between_is_never_named),
		TEST(a_member_stays_until_its_last_connection_ends),
		TEST(a_message_names_fifty_at_most_and_the_rest_follows),
		TEST(partners_are_told_of_different_ones_first),
		TEST(nobody_is_told_of_himself),
		TEST(flags_are_those_of_now),
		TEST(seeds_are_not_told_of_seeds),
		TEST(local_addresses_stay_in_local_networks),
		TEST(what_may_be_named_to_whom),
		TEST(a_partner_that_goes_frees_what_it_was_told),
		TEST(there_is_room_for_so_many_members),
		TEST(a_message_counts_once_in_fifty_seconds),
		TEST(six_early_ones_are_a_flood),
		TEST(who_keeps_to_some_pace_is_never_a_flood),
	};

	return cmocka_run_group_tests_name("pex", tests, NULL, NULL);
}
