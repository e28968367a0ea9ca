/*
 * store_test.c - what is kept, what is given out and what has to go; any
 * order of calls is in store_random_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "dht/store.h"

#define MAX 100u
#define NOW UINT64_C(5000)

static const uint8_t key[16] = {1, 2, 3};
static struct rng rng;

static struct node_id hash(uint32_t i)
{
	return (struct node_id){
		.b = {1, [18] = (uint8_t)(i >> 8), [19] = (uint8_t)i}};
}

/* Peer number i: 20.i.i.7. */
static struct addr nth(uint32_t i)
{
	return addr_v4(20, (uint8_t)(i >> 8), (uint8_t)i, 7, 1000);
}

/* 2001:db8:0:net::host */
static struct addr v6(uint32_t net, uint32_t host)
{
	const uint8_t ip[16] = {0x20, 0x01, 0x0d,
		0xb8, [7] = (uint8_t)net, [15] = (uint8_t)host};

	return addr_from_ip(span_of(ip, sizeof ip), 1000);
}

static bool add_addr(struct store_peers *s, uint32_t h, struct addr a,
	uint64_t now)
{
	struct node_id id = hash(h);

	return store_peers_add(s, &id, &a, false, now);
}

static void add(struct store_peers *s, uint32_t h, uint32_t i, uint64_t now)
{
	assert_true(add_addr(s, h, nth(i), now));
}

static size_t get(struct store_peers *s, uint32_t h, uint64_t now,
	struct addr *out, size_t max)
{
	struct node_id id = hash(h);

	return store_peers_get(s, &id, ADDR_V4, false, &rng, now, out, max);
}

/* Whether the hash has this peer; it counts as asked for. */
static bool has(struct store_peers *s, uint32_t h, uint32_t i, uint64_t now)
{
	struct addr out[MAX], a = nth(i);
	size_t n = get(s, h, now, out, MAX);

	while (n-- > 0)
		if (addr_same_ip(&out[n], &a))
			return true;
	return false;
}

static bool knows(const struct store_peers *s, uint32_t h, uint64_t now)
{
	struct node_id id = hash(h);
	uint8_t seeds[KRPC_BLOOM_LEN], peers[KRPC_BLOOM_LEN];

	return store_peers_bloom(s, &id, now, seeds, peers);
}

static void gives_back_what_was_announced(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct addr out[MAX], a = nth(1);

	(void)state;
	add(s, 1, 1, NOW);
	assert_int_equal(get(s, 1, NOW, out, MAX), 1);
	assert_true(addr_equal(&out[0], &a));
	assert_int_equal(get(s, 2, NOW, out, MAX), 0);
	assert_int_equal(store_peers_hashes(s), 1);
	assert_int_equal(store_peers_count(s), 1);
	store_peers_free(s);
}

static void an_empty_store_has_nothing_to_do_or_to_say(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct node_id out;

	(void)state;
	store_peers_tick(s, NOW);
	assert_true(store_peers_deadline(s) == UINT64_MAX);
	assert_int_equal(store_peers_sample(s, &rng, NOW, &out, 1), 0);
	assert_false(knows(s, 1, NOW));
	store_peers_free(s);
	store_peers_free(NULL);
}

static void a_store_without_room_keeps_nothing(void **state)
{
	struct store_peers *no_hashes = store_peers_new(0, 10, key);
	struct store_peers *no_peers = store_peers_new(10, 0, key);

	(void)state;
	assert_false(add_addr(no_hashes, 1, nth(1), NOW));
	assert_false(add_addr(no_peers, 1, nth(1), NOW));
	assert_int_equal(store_peers_hashes(no_peers), 0);
	store_peers_free(no_hashes);
	store_peers_free(no_peers);
}

static void takes_only_what_others_can_dial(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct addr no_port = addr_v4(20, 1, 1, 1, 0);
	struct addr multicast = addr_v4(239, 1, 1, 1, 80);
	struct addr none = {0}, link_local = v6(0, 1);

	(void)state;
	link_local.ip[0] = 0xfe;
	link_local.ip[1] = 0x80;
	assert_false(add_addr(s, 1, no_port, NOW));
	assert_false(add_addr(s, 1, multicast, NOW));
	assert_false(add_addr(s, 1, none, NOW));
	assert_false(add_addr(s, 1, link_local, NOW));
	assert_int_equal(store_peers_hashes(s), 0);
	store_peers_free(s);
}

static void an_ip_is_one_peer_of_a_hash_whatever_its_port(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct addr out[MAX], a = nth(1);

	(void)state;
	add(s, 1, 1, NOW);
	a.port = 2000;
	assert_true(add_addr(s, 1, a, NOW));
	assert_int_equal(store_peers_count(s), 1);
	assert_int_equal(get(s, 1, NOW, out, MAX), 1);
	assert_int_equal(out[0].port, 2000);
	store_peers_free(s);
}

static void a_local_ip_is_a_peer_at_each_port(void **state)
{
	struct store_peers *s = store_peers_new(10, MAX, key);
	struct addr out[MAX];

	(void)state;
	for (uint32_t i = 0; i < STORE_PER_IP + 10; i++) {
		struct addr a = addr_v4(127, 0, 0, 1, (uint16_t)(1000 + i));

		assert_true(add_addr(s, 1, a, NOW));
		assert_true(add_addr(s, 1, a, NOW));
	}
	assert_int_equal(get(s, 1, NOW, out, MAX), STORE_PER_IP + 10);
	store_peers_free(s);
}

static void families_are_given_out_apart(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct node_id id = hash(1);
	struct addr out[MAX], a = v6(1, 1);

	(void)state;
	add(s, 1, 1, NOW);
	assert_true(add_addr(s, 1, a, NOW));
	assert_int_equal(get(s, 1, NOW, out, MAX), 1);
	assert_int_equal(out[0].family, ADDR_V4);
	assert_int_equal(store_peers_get(s, &id, ADDR_V6, false, &rng, NOW, out,
				 MAX),
		1);
	assert_true(addr_equal(&out[0], &a));
	assert_int_equal(store_peers_count(s), 2);
	store_peers_free(s);
}

static void seeds_are_left_out_for_who_has_no_use_for_them(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	struct node_id id = hash(1);
	struct addr out[MAX], seed = nth(1), other = nth(2);

	(void)state;
	assert_true(store_peers_add(s, &id, &seed, true, NOW));
	assert_true(store_peers_add(s, &id, &other, false, NOW));
	assert_int_equal(get(s, 1, NOW, out, MAX), 2);
	assert_int_equal(store_peers_get(s, &id, ADDR_V4, true, &rng, NOW, out,
				 MAX),
		1);
	assert_true(addr_equal(&out[0], &other));
	/* Now it is one as well. */
	assert_true(store_peers_add(s, &id, &other, true, NOW));
	assert_int_equal(store_peers_get(s, &id, ADDR_V4, true, &rng, NOW, out,
				 MAX),
		0);
	store_peers_free(s);
}

static void gives_out_another_part_each_time(void **state)
{
	struct store_peers *s = store_peers_new(10, MAX, key);
	struct addr out[10];
	uint32_t seen = 0;
	bool met[MAX] = {false};

	(void)state;
	for (uint32_t i = 0; i < MAX; i++)
		add(s, 1, i, NOW);
	for (int round = 0; round < 200; round++) {
		assert_int_equal(get(s, 1, NOW, out, 10), 10);
		for (int i = 0; i < 10; i++)
			met[out[i].ip[2]] = true;
	}
	for (uint32_t i = 0; i < MAX; i++)
		seen += met[i];
	assert_int_equal(seen, MAX);
	store_peers_free(s);
}

static void a_peer_expires_after_its_last_announce(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	uint64_t later = NOW + STORE_KEEP_MS / 2;

	(void)state;
	add(s, 1, 1, NOW);
	add(s, 1, 2, NOW);
	add(s, 1, 2, later);
	assert_true(store_peers_deadline(s) == NOW + STORE_KEEP_MS);
	assert_true(has(s, 1, 1, NOW + STORE_KEEP_MS - 1));
	assert_false(has(s, 1, 1, NOW + STORE_KEEP_MS));
	assert_true(has(s, 1, 2, NOW + STORE_KEEP_MS));
	assert_true(store_peers_deadline(s) == later + STORE_KEEP_MS);
	store_peers_tick(s, later + STORE_KEEP_MS);
	assert_int_equal(store_peers_hashes(s), 0);
	assert_int_equal(store_peers_count(s), 0);
	assert_true(store_peers_deadline(s) == UINT64_MAX);
	store_peers_free(s);
}

static void what_has_expired_is_not_given_out_before_a_tick(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);
	uint64_t later = NOW + STORE_KEEP_MS;
	struct node_id out[2], id = hash(1);
	uint8_t seeds[KRPC_BLOOM_LEN], peers[KRPC_BLOOM_LEN];
	uint8_t want[KRPC_BLOOM_LEN] = {0};
	struct addr a = nth(2);

	(void)state;
	add(s, 1, 1, NOW);
	add(s, 2, 1, NOW);
	add(s, 1, 2, NOW + 1);
	assert_int_equal(store_peers_count(s), 3);
	assert_true(store_peers_bloom(s, &id, later, seeds, peers));
	bloom_add(want, &a);
	assert_memory_equal(peers, want, sizeof want);
	assert_int_equal(store_peers_sample(s, &rng, later, out, 2), 1);
	assert_true(node_id_equal(&out[0], &id));
	assert_false(knows(s, 2, later));
	assert_false(has(s, 2, 1, later));
	assert_false(has(s, 1, 1, later));
	assert_true(has(s, 1, 2, later));
	assert_int_equal(store_peers_count(s), 1);
	store_peers_free(s);
}

static void a_peer_may_come_back_after_it_expired(void **state)
{
	struct store_peers *s = store_peers_new(10, 10, key);

	(void)state;
	add(s, 1, 1, NOW);
	add(s, 1, 1, NOW + STORE_KEEP_MS);
	assert_int_equal(store_peers_hashes(s), 1);
	assert_int_equal(store_peers_count(s), 1);
	assert_true(has(s, 1, 1, NOW + STORE_KEEP_MS));
	store_peers_free(s);
}

static void a_tick_does_some_of_the_work_and_asks_for_another(void **state)
{
	struct store_peers *s = store_peers_new(10, 1000, key);
	uint64_t later = NOW + STORE_KEEP_MS;

	(void)state;
	for (uint32_t i = 0; i < 2 * STORE_TICK_PEERS; i++)
		add(s, i % 2, i, NOW);
	store_peers_tick(s, later);
	assert_int_equal(store_peers_count(s), STORE_TICK_PEERS);
	assert_true(store_peers_deadline(s) <= later);
	store_peers_tick(s, later);
	assert_int_equal(store_peers_count(s), 0);
	assert_int_equal(store_peers_hashes(s), 0);
	store_peers_free(s);
}

static void a_new_peer_takes_the_place_of_the_one_expiring_first(void **state)
{
	struct store_peers *s = store_peers_new(10, 3, key);

	(void)state;
	add(s, 1, 1, NOW);
	assert_true(add_addr(s, 1, v6(1, 1), NOW + 1));
	add(s, 1, 3, NOW + 2);
	add(s, 1, 1, NOW + 3);
	add(s, 1, 4, NOW + 4); /* the one of IPv6 goes */
	assert_true(has(s, 1, 1, NOW) && has(s, 1, 3, NOW));
	add(s, 1, 5, NOW + 5);
	assert_false(has(s, 1, 3, NOW));
	assert_true(has(s, 1, 1, NOW) && has(s, 1, 4, NOW));
	assert_int_equal(store_peers_count(s), 3);
	store_peers_free(s);
}

static void no_hash_has_more_peers_than_a_filter_can_tell(void **state)
{
	struct store_peers *s = store_peers_new(1, UINT32_MAX, key);

	(void)state;
	for (uint32_t i = 0; i < STORE_PEERS_LIMIT + 10; i++)
		add(s, 1, i, NOW + i);
	assert_int_equal(store_peers_count(s), STORE_PEERS_LIMIT);
	store_peers_free(s);
}

static void a_new_hash_takes_the_place_of_the_smallest(void **state)
{
	struct store_peers *s = store_peers_new(3, 10, key);

	(void)state;
	add(s, 1, 1, NOW);
	add(s, 1, 2, NOW);
	add(s, 2, 1, NOW + 1);
	add(s, 3, 1, NOW + 2);
	add(s, 3, 2, NOW + 2);
	add(s, 4, 1, NOW + 3);
	assert_false(knows(s, 2, NOW));
	assert_true(knows(s, 1, NOW) && knows(s, 3, NOW) && knows(s, 4, NOW));
	assert_int_equal(store_peers_hashes(s), 3);
	assert_int_equal(store_peers_count(s), 5);
	store_peers_free(s);
}

static void among_equals_the_one_not_asked_for_longest_goes(void **state)
{
	struct store_peers *s = store_peers_new(2, 10, key);
	struct addr out[MAX];

	(void)state;
	add(s, 1, 1, NOW);
	add(s, 2, 1, NOW + 1);
	assert_int_equal(get(s, 1, NOW + 2, out, MAX), 1);
	add(s, 3, 1, NOW + 3);
	assert_false(knows(s, 2, NOW));
	assert_true(knows(s, 1, NOW));
	/* To announce is not to ask. */
	add(s, 1, 1, NOW + 4);
	add(s, 4, 1, NOW + 5);
	assert_false(knows(s, 1, NOW));
	assert_true(knows(s, 3, NOW));
	store_peers_free(s);
}

static void one_ip_cannot_fill_the_store(void **state)
{
	struct store_peers *s = store_peers_new(1000, 10, key);
	uint64_t later = NOW + STORE_KEEP_MS;

	(void)state;
	for (uint32_t i = 0; i < STORE_PER_IP; i++)
		add(s, i, 1, NOW);
	assert_false(add_addr(s, STORE_PER_IP, nth(1), NOW));
	assert_int_equal(store_peers_hashes(s), STORE_PER_IP);
	/* What it has it may renew, and others have their own limit. */
	add(s, 0, 1, NOW + 1);
	add(s, STORE_PER_IP, 2, NOW);
	/* It may have others when the old ones are gone. */
	store_peers_tick(s, later);
	add(s, STORE_PER_IP + 1, 1, later);
	store_peers_free(s);
}

static void nor_can_a_network_of_ipv6(void **state)
{
	struct store_peers *s = store_peers_new(10, 1000, key);

	(void)state;
	for (uint32_t i = 0; i < STORE_PER_IP; i++)
		assert_true(add_addr(s, 1, v6(1, i), NOW));
	assert_false(add_addr(s, 2, v6(1, 200), NOW));
	assert_true(add_addr(s, 2, v6(2, 1), NOW));
	store_peers_free(s);
}

static void an_ip_is_free_again_when_its_entries_were_evicted(void **state)
{
	struct store_peers *s = store_peers_new(STORE_PER_IP, 1, key);

	(void)state;
	for (uint32_t i = 0; i < STORE_PER_IP; i++)
		add(s, i, 1, NOW + i);
	assert_false(add_addr(s, 1000, nth(1), NOW));
	add(s, 1000, 2, NOW + STORE_PER_IP); /* evicts a hash */
	add(s, 1, 3, NOW + STORE_PER_IP);    /* a peer */
	assert_true(add_addr(s, 1001, nth(1), NOW + STORE_PER_IP + 1));
	assert_true(add_addr(s, 1002, nth(1), NOW + STORE_PER_IP + 2));
	store_peers_free(s);
}

static void filters_tell_seeds_and_others_apart(void **state)
{
	struct store_peers *s = store_peers_new(10, 100, key);
	struct node_id id = hash(1);
	uint8_t seeds[KRPC_BLOOM_LEN], peers[KRPC_BLOOM_LEN];
	uint8_t want_seeds[KRPC_BLOOM_LEN] = {0};
	uint8_t want_peers[KRPC_BLOOM_LEN] = {0};

	(void)state;
	for (uint32_t i = 0; i < 60; i++) {
		struct addr a = i % 2 ? nth(i) : v6(i, i);
		bool is_seed = i % 3 == 0;

		assert_true(store_peers_add(s, &id, &a, is_seed, NOW));
		bloom_add(is_seed ? want_seeds : want_peers, &a);
	}
	memset(seeds, 0xff, sizeof seeds);
	assert_true(store_peers_bloom(s, &id, NOW, seeds, peers));
	assert_memory_equal(seeds, want_seeds, sizeof seeds);
	assert_memory_equal(peers, want_peers, sizeof peers);
	assert_in_range(bloom_estimate(seeds), 18, 22);
	assert_in_range(bloom_estimate(peers), 37, 43);
	store_peers_free(s);
}

static void a_sample_is_of_different_hashes_by_chance(void **state)
{
	struct store_peers *s = store_peers_new(100, 10, key);
	struct node_id out[KRPC_SAMPLES_MAX];
	uint32_t seen[40] = {0};

	(void)state;
	for (uint32_t i = 0; i < 40; i++)
		add(s, i, i, NOW);
	for (int round = 0; round < 2000; round++) {
		bool met[40] = {false};

		assert_int_equal(store_peers_sample(s, &rng, NOW, out,
					 KRPC_SAMPLES_MAX),
			KRPC_SAMPLES_MAX);
		for (uint32_t i = 0; i < KRPC_SAMPLES_MAX; i++) {
			assert_false(met[out[i].b[19]]);
			met[out[i].b[19]] = true;
			seen[out[i].b[19]]++;
		}
	}
	for (uint32_t i = 0; i < 40; i++)
		assert_in_range(seen[i], 900, 1100);
	store_peers_free(s);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	rng_seed(&rng, 1);
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
		cmocka_unit_test(gives_back_what_was_announced),
		cmocka_unit_test(an_empty_store_has_nothing_to_do_or_to_say),
		cmocka_unit_test(a_store_without_room_keeps_nothing),
		cmocka_unit_test(takes_only_what_others_can_dial),
		cmocka_unit_test(an_ip_is_one_peer_of_a_hash_whatever_its_port),
		cmocka_unit_test(a_local_ip_is_a_peer_at_each_port),
		cmocka_unit_test(families_are_given_out_apart),
		cmocka_unit_test(
			seeds_are_left_out_for_who_has_no_use_for_them),
		cmocka_unit_test(gives_out_another_part_each_time),
		cmocka_unit_test(a_peer_expires_after_its_last_announce),
		cmocka_unit_test(
			what_has_expired_is_not_given_out_before_a_tick),
		cmocka_unit_test(a_peer_may_come_back_after_it_expired),
		cmocka_unit_test(
			a_tick_does_some_of_the_work_and_asks_for_another),
		cmocka_unit_test(
			a_new_peer_takes_the_place_of_the_one_expiring_first),
		cmocka_unit_test(no_hash_has_more_peers_than_a_filter_can_tell),
		cmocka_unit_test(a_new_hash_takes_the_place_of_the_smallest),
		cmocka_unit_test(
			among_equals_the_one_not_asked_for_longest_goes),
		cmocka_unit_test(one_ip_cannot_fill_the_store),
		cmocka_unit_test(nor_can_a_network_of_ipv6),
		cmocka_unit_test(
			an_ip_is_free_again_when_its_entries_were_evicted),
		cmocka_unit_test(filters_tell_seeds_and_others_apart),
		cmocka_unit_test(a_sample_is_of_different_hashes_by_chance),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
