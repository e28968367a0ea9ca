#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "dht/peer_set.h"

#define IPS 60u

static struct addr nth(uint32_t i)
{
	return addr_v4(20, 0, 0, (uint8_t)i, (uint16_t)(1000 + i));
}

static void add(struct peer_set *s, uint32_t i, bool is_seed, uint64_t until)
{
	struct addr a = nth(i);

	peer_set_add(s, &a, is_seed, until);
}

static uint32_t place_of(const struct peer_set *s, uint32_t i)
{
	struct addr a = nth(i);

	return peer_set_find(s, &a);
}

static void an_empty_set_has_nothing_and_costs_nothing(void **state)
{
	struct peer_set s;
	struct addr out;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	peer_set_init(&s, ADDR_V4);
	assert_int_equal(place_of(&s, 1), PEER_SET_NONE);
	assert_true(peer_set_first(&s) == NEVER);
	assert_true(peer_set_last(&s) == 0);
	assert_int_equal(peer_set_pick(&s, false, &rng, &out, 1), 0);
	assert_null(s.e);
	peer_set_fini(&s);
}

static void an_entry_is_forty_bytes(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct peer_entry), 40);
}

static void an_ip_is_found_at_any_port(void **state)
{
	struct peer_set s;
	struct addr a = nth(1);

	(void)state;
	peer_set_init(&s, ADDR_V4);
	add(&s, 1, false, 10);
	a.port = 9;
	assert_int_equal(peer_set_find(&s, &a), 0);
	a = peer_set_at(&s, 0);
	assert_int_equal(a.port, 1001);
	assert_int_equal(a.family, ADDR_V4);
	peer_set_fini(&s);
}

static void a_local_ip_is_found_at_its_own_port_only(void **state)
{
	struct peer_set s;
	struct addr a = addr_v4(127, 0, 0, 1, 5), b = addr_v4(127, 0, 0, 1, 6);

	(void)state;
	peer_set_init(&s, ADDR_V4);
	peer_set_add(&s, &a, false, 10);
	assert_int_equal(peer_set_find(&s, &a), 0);
	assert_int_equal(peer_set_find(&s, &b), PEER_SET_NONE);
	peer_set_fini(&s);
}

static void seeds_stand_behind_the_others(void **state)
{
	struct peer_set s;

	(void)state;
	peer_set_init(&s, ADDR_V4);
	add(&s, 1, true, 10);
	add(&s, 2, false, 11);
	add(&s, 3, true, 12);
	add(&s, 4, false, 13);
	assert_int_equal(s.nothers, 2);
	assert_true(place_of(&s, 2) < 2 && place_of(&s, 4) < 2);
	peer_set_renew(&s, place_of(&s, 3), 77, false, 14);
	assert_int_equal(s.nothers, 3);
	assert_true(place_of(&s, 3) < 3);
	assert_int_equal(s.e[place_of(&s, 3)].port, 77);
	peer_set_renew(&s, place_of(&s, 2), 78, true, 15);
	assert_int_equal(s.nothers, 2);
	assert_true(place_of(&s, 2) >= 2);
	peer_set_fini(&s);
}

static void the_renewed_expire_last(void **state)
{
	struct peer_set s;

	(void)state;
	peer_set_init(&s, ADDR_V4);
	add(&s, 1, false, 10);
	add(&s, 2, true, 11);
	add(&s, 3, false, 12);
	assert_true(peer_set_first(&s) == 10);
	peer_set_renew(&s, place_of(&s, 1), 1, false, 13);
	assert_int_equal(s.oldest, place_of(&s, 2));
	assert_int_equal(s.newest, place_of(&s, 1));
	assert_true(peer_set_first(&s) == 11);
	assert_true(peer_set_last(&s) == 13);
	peer_set_remove(&s, s.oldest);
	assert_int_equal(s.oldest, place_of(&s, 3));
	peer_set_fini(&s);
}

static void the_memory_of_a_crowd_that_left_is_given_back(void **state)
{
	struct peer_set s;

	(void)state;
	peer_set_init(&s, ADDR_V4);
	for (uint32_t i = 0; i < 250; i++)
		add(&s, i, i % 2, i);
	assert_true(s.cap <= 320);
	while (s.n > 2)
		peer_set_remove(&s, s.oldest);
	assert_true(s.cap <= 8);
	peer_set_remove(&s, s.oldest);
	peer_set_remove(&s, s.oldest);
	assert_null(s.e);
	peer_set_fini(&s);
}

static void assert_different(const struct addr *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(addr_equal(&a[i], &a[k]));
}

static void picks_no_more_than_wanted_and_none_twice(void **state)
{
	struct peer_set s;
	struct addr out[50];
	struct rng rng;

	(void)state;
	rng_seed(&rng, 5);
	peer_set_init(&s, ADDR_V4);
	for (uint32_t i = 0; i < 50; i++)
		add(&s, i, i % 5 == 0, i);
	for (size_t max = 0; max <= 50; max++) {
		size_t n = peer_set_pick(&s, false, &rng, out, max);

		assert_int_equal(n, max);
		assert_different(out, n);
		n = peer_set_pick(&s, true, &rng, out, max);
		assert_int_equal(n, max < 40 ? max : 40);
		assert_different(out, n);
		for (size_t i = 0; i < n; i++)
			assert_int_not_equal(out[i].port % 5, 0);
	}
	peer_set_fini(&s);
}

static void picks_each_as_often_as_any(void **state)
{
	uint32_t seen[40] = {0};
	struct peer_set s;
	struct addr out[8];
	struct rng rng;

	(void)state;
	rng_seed(&rng, 6);
	peer_set_init(&s, ADDR_V4);
	for (uint32_t i = 0; i < 40; i++)
		add(&s, i, i % 2, i);
	for (int round = 0; round < 10000; round++) {
		assert_int_equal(peer_set_pick(&s, false, &rng, out, 8), 8);
		for (int i = 0; i < 8; i++)
			seen[out[i].port - 1000]++;
	}
	for (uint32_t i = 0; i < 40; i++)
		assert_in_range(seen[i], 1800, 2200);
	peer_set_fini(&s);
}

static void a_filter_has_the_unexpired_ones(void **state)
{
	uint8_t seeds[KRPC_BLOOM_LEN] = {0}, others[KRPC_BLOOM_LEN] = {0};
	uint8_t want_seeds[KRPC_BLOOM_LEN] = {0};
	uint8_t want_others[KRPC_BLOOM_LEN] = {0};
	struct peer_set s;

	(void)state;
	peer_set_init(&s, ADDR_V4);
	for (uint32_t i = 0; i < 100; i++) {
		struct addr a = nth(i);

		add(&s, i, i % 3 == 0, i);
		if (i > 30)
			bloom_add(i % 3 == 0 ? want_seeds : want_others, &a);
	}
	peer_set_bloom(&s, 30, seeds, others);
	assert_memory_equal(seeds, want_seeds, sizeof seeds);
	assert_memory_equal(others, want_others, sizeof others);
	peer_set_fini(&s);
}

/* --- any sequence of changes ------------------------------------------- */

struct model {
	struct peer_set s;
	uint64_t until[IPS]; /* 0: absent */
	bool is_seed[IPS];
	uint32_t n, nothers;
};

static void step(struct model *m, struct rng *rng, uint64_t now)
{
	uint32_t i = (uint32_t)rng_below(rng, IPS);
	bool is_seed = rng_below(rng, 2);
	uint32_t at = place_of(&m->s, i);

	assert_int_equal(at != PEER_SET_NONE, m->until[i] != 0);
	if (at != PEER_SET_NONE && rng_below(rng, 3) == 0) {
		peer_set_remove(&m->s, at);
		m->until[i] = 0;
		return;
	}
	if (at == PEER_SET_NONE)
		add(&m->s, i, is_seed, now);
	else
		peer_set_renew(&m->s, at, (uint16_t)(1000 + i), is_seed, now);
	m->until[i] = now;
	m->is_seed[i] = is_seed;
}

static void compare(const struct model *m)
{
	uint32_t n = 0, nothers = 0, at = m->s.oldest;
	uint32_t before = PEER_SET_NONE;

	for (uint32_t i = 0; i < IPS; i++) {
		uint32_t place = place_of(&m->s, i);

		if (!m->until[i])
			continue;
		n++;
		nothers += !m->is_seed[i];
		assert_true(place < m->s.n);
		assert_int_equal(place >= m->s.nothers, m->is_seed[i]);
		assert_true(m->s.e[place].until == m->until[i]);
	}
	assert_int_equal(m->s.n, n);
	assert_int_equal(m->s.nothers, nothers);
	for (uint32_t i = 0; i < n; i++) {
		const struct peer_entry *e = &m->s.e[at];

		assert_int_equal(e->older, before);
		if (before != PEER_SET_NONE)
			assert_true(m->s.e[before].until < e->until);
		before = at;
		at = e->newer;
	}
	assert_int_equal(at, PEER_SET_NONE);
	assert_int_equal(m->s.newest, before);
}

static void its_order_survives_any_changes(void **state)
{
	static struct model m;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 12);
	peer_set_init(&m.s, ADDR_V4);
	for (uint64_t now = 1; now < 5000; now++) {
		step(&m, &rng, now);
		compare(&m);
	}
	peer_set_fini(&m.s);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_set_has_nothing_and_costs_nothing),
		cmocka_unit_test(an_entry_is_forty_bytes),
		cmocka_unit_test(an_ip_is_found_at_any_port),
		cmocka_unit_test(a_local_ip_is_found_at_its_own_port_only),
		cmocka_unit_test(seeds_stand_behind_the_others),
		cmocka_unit_test(the_renewed_expire_last),
		cmocka_unit_test(the_memory_of_a_crowd_that_left_is_given_back),
		cmocka_unit_test(picks_no_more_than_wanted_and_none_twice),
		cmocka_unit_test(picks_each_as_often_as_any),
		cmocka_unit_test(a_filter_has_the_unexpired_ones),
		cmocka_unit_test(its_order_survives_any_changes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
