/*
 * choker_test.c - who may download from us.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/swarm/choker.h"

#define NOW UINT64_C(1000000)

static struct choker_peer peers[100];
static struct rng rng;

static void make(size_t n)
{
	rng_seed(&rng, 42);
	memset(peers, 0, sizeof peers);
	for (uint32_t i = 0; i < n; i++)
		peers[i] = (struct choker_peer){.slot = i,
			.interested = true,
			.unchoked_at_ms = NOW - 1000,
			.choked_at_ms = 1};
}

static struct choker_peer *by_slot(size_t n, uint32_t slot)
{
	for (size_t i = 0; i < n; i++)
		if (peers[i].slot == slot)
			return &peers[i];
	return NULL;
}

static uint32_t count(size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += peers[i].unchoke;
	return sum;
}

static uint32_t count_optimistic(size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		assert_true(peers[i].unchoke || !peers[i].make_optimistic);
		sum += peers[i].make_optimistic;
	}
	return sum;
}

/* Let the results be the state of the next round. */
static void apply(size_t n, uint64_t now)
{
	for (size_t i = 0; i < n; i++) {
		struct choker_peer *p = &peers[i];

		if (p->unchoke && !p->unchoked) {
			p->unchoked_at_ms = now;
			p->sent_since = 0;
		}
		if (!p->unchoke && p->unchoked)
			p->choked_at_ms = now;
		p->unchoked = p->unchoke;
		p->optimistic = p->make_optimistic;
	}
}

static void unchokes_those_who_send_most(void **state)
{
	struct choker_turn turn = {.slots = 5, .now = NOW};

	(void)state;
	make(20);
	for (uint32_t i = 0; i < 20; i++)
		peers[i].down_bps = 1000 * (i + 1);
	choker_decide(peers, 20, &turn, &rng);
	assert_int_equal(count(20), 5);
	assert_int_equal(count_optimistic(20), 1);
	for (uint32_t slot = 16; slot < 20; slot++) {
		assert_true(by_slot(20, slot)->unchoke);
		assert_false(by_slot(20, slot)->make_optimistic);
	}
}

static void unchokes_nobody_without_interest(void **state)
{
	struct choker_turn turn = {.slots = 5, .now = NOW};

	(void)state;
	make(10);
	for (uint32_t i = 0; i < 10; i++) {
		peers[i].interested = i == 3;
		peers[i].upload_only = i == 4;
		peers[i].unchoked = true;
		peers[i].down_bps = 1000;
	}
	peers[4].interested = true;
	choker_decide(peers, 10, &turn, &rng);
	assert_int_equal(count(10), 1);
	assert_true(by_slot(10, 3)->unchoke);
}

static void unchokes_all_when_there_are_slots_enough(void **state)
{
	struct choker_turn turn = {.slots = 10, .now = NOW};

	(void)state;
	make(10);
	choker_decide(peers, 10, &turn, &rng);
	assert_int_equal(count(10), 10);
	make(0);
	choker_decide(peers, 0, &turn, &rng);
}

static void gives_one_slot_in_five_at_random(void **state)
{
	static const uint32_t expected[][2] = {{0, 0}, {1, 1}, {4, 1}, {9, 1},
		{10, 2}, {14, 2}, {15, 3}, {50, 10}};

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		struct choker_turn turn = {.slots = expected[i][0], .now = NOW};

		make(100);
		choker_decide(peers, 100, &turn, &rng);
		assert_int_equal(count(100), expected[i][0]);
		assert_int_equal(count_optimistic(100), expected[i][1]);
	}
}

static void who_snubs_us_loses_its_regular_slot(void **state)
{
	struct choker_turn turn = {.slots = 3, .now = NOW};
	uint32_t kept = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++) {
		make(10);
		rng_seed(&rng, seed);
		for (uint32_t i = 0; i < 10; i++)
			peers[i].down_bps = 1000;
		peers[0].down_bps = 50000;
		peers[0].snubbing = true;
		peers[0].unchoked = true;
		choker_decide(peers, 10, &turn, &rng);
		kept += by_slot(10, 0)->unchoke;
		assert_int_equal(by_slot(10, 0)->unchoke,
			by_slot(10, 0)->make_optimistic);
	}
	/* Chosen optimistically now and then, 1 of 8. */
	assert_in_range(kept, 15, 65);
}

static void equals_keep_the_slots_they_have(void **state)
{
	struct choker_turn turn = {.slots = 5, .now = NOW};

	(void)state;
	make(30);
	for (int round = 0; round < 20; round++) {
		uint8_t had[30] = {0};
		uint32_t same = 0;

		for (size_t i = 0; i < 30; i++)
			had[peers[i].slot] = peers[i].unchoked;
		choker_decide(peers, 30, &turn, &rng);
		for (size_t i = 0; i < 30; i++)
			same += peers[i].unchoke && had[peers[i].slot];
		assert_true(round == 0 || same == 5);
		apply(30, NOW);
	}
}

static void the_optimistic_slot_stays_until_it_rotates(void **state)
{
	struct choker_turn turn = {.slots = 5, .now = NOW};
	uint32_t holder = 0;

	(void)state;
	make(30);
	for (uint32_t i = 0; i < 30; i++)
		peers[i].down_bps = i * 100;
	for (int round = 0; round < 30; round++) {
		turn.rotate_optimistic = round % 3 == 0;
		choker_decide(peers, 30, &turn, &rng);
		for (size_t i = 0; i < 30; i++) {
			if (!peers[i].make_optimistic)
				continue;
			if (round > 0 && turn.rotate_optimistic)
				assert_int_not_equal(peers[i].slot, holder);
			else if (round > 0)
				assert_int_equal(peers[i].slot, holder);
			holder = peers[i].slot;
		}
		assert_int_equal(count_optimistic(30), 1);
		apply(30, NOW);
	}
}

static void an_optimistic_peer_that_earns_a_slot_frees_the_other(void **state)
{
	struct choker_turn turn = {.slots = 3, .now = NOW};

	(void)state;
	make(10);
	peers[4].unchoked = peers[4].optimistic = true;
	peers[4].down_bps = 99999;
	choker_decide(peers, 10, &turn, &rng);
	assert_true(by_slot(10, 4)->unchoke);
	assert_false(by_slot(10, 4)->make_optimistic);
	assert_int_equal(count_optimistic(10), 1);
}

static void new_peers_are_three_times_as_likely(void **state)
{
	struct choker_turn turn = {.slots = 1, .rotate_optimistic = true};
	uint32_t hits = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 4000; seed++) {
		make(10);
		rng_seed(&rng, seed);
		peers[0].fresh = true;
		choker_decide(peers, 10, &turn, &rng);
		hits += by_slot(10, 0)->unchoke;
	}
	/* 3 of 12: 1000 expected, standard deviation 27. */
	assert_in_range(hits, 865, 1135);
}

static void the_only_candidate_keeps_a_rotating_slot(void **state)
{
	struct choker_turn turn = {.slots = 1, .rotate_optimistic = true};

	(void)state;
	make(1);
	peers[0].unchoked = peers[0].optimistic = true;
	choker_decide(peers, 1, &turn, &rng);
	assert_true(peers[0].unchoke);
}

static void a_seed_lets_peers_finish_their_quantum(void **state)
{
	struct choker_turn turn = {.seeding = true, .slots = 5, .now = NOW};

	(void)state;
	make(20);
	for (uint32_t i = 0; i < 4; i++) {
		peers[i].unchoked = true;
		peers[i].up_bps = 100;
	}
	peers[0].unchoked_at_ms = NOW - 30000; /* short of time */
	peers[0].sent_since = CHOKER_SEED_QUANTUM_BYTES * 2;
	peers[1].unchoked_at_ms = NOW - 70000; /* short of bytes */
	peers[2].unchoked_at_ms = NOW - 70000; /* has had enough */
	peers[2].sent_since = CHOKER_SEED_QUANTUM_BYTES;
	peers[3].unchoked_at_ms = NOW - 70000; /* takes nothing */
	peers[3].up_bps = 0;
	choker_decide(peers, 20, &turn, &rng);
	assert_true(by_slot(20, 0)->unchoke);
	assert_true(by_slot(20, 1)->unchoke);
	assert_false(by_slot(20, 2)->unchoke &&
		     !by_slot(20, 2)->make_optimistic);
	assert_false(by_slot(20, 3)->unchoke &&
		     !by_slot(20, 3)->make_optimistic);
	assert_int_equal(count(20), 5);
}

static void a_seed_serves_who_waited_longest(void **state)
{
	struct choker_turn turn = {.seeding = true, .slots = 5, .now = NOW};

	(void)state;
	make(20);
	for (uint32_t i = 0; i < 20; i++)
		peers[i].choked_at_ms = 1000 + i;
	peers[13].choked_at_ms = 0; /* never had one */
	choker_decide(peers, 20, &turn, &rng);
	assert_true(by_slot(20, 13)->unchoke);
	for (uint32_t i = 0; i < 3; i++)
		assert_true(by_slot(20, i)->unchoke);
}

static void a_seed_goes_round_all_peers(void **state)
{
	enum {
		N = 40,
		ROUNDS = 400
	};
	uint32_t rounds[N] = {0};
	uint64_t now = NOW;

	(void)state;
	make(N);
	for (int round = 0; round < ROUNDS; round++) {
		struct choker_turn turn = {.seeding = true,
			.slots = 8,
			.rotate_optimistic = round % 3 == 0,
			.now = now};

		choker_decide(peers, N, &turn, &rng);
		assert_int_equal(count(N), 8);
		apply(N, now);
		now += CHOKER_ROUND_MS;
		for (size_t i = 0; i < N; i++) {
			rounds[peers[i].slot] += peers[i].unchoked;
			peers[i].sent_since += 2u << 20;
			peers[i].up_bps = peers[i].unchoked ? 200000 : 0;
		}
	}
	/* 80 rounds each on the average. */
	for (int i = 0; i < N; i++)
		assert_in_range(rounds[i], 55, 105);
}

static void admits_while_a_slot_is_free(void **state)
{
	(void)state;
	make(10);
	peers[0].unchoked = true;
	peers[1].unchoked = true;
	peers[2].unchoked = true;
	peers[2].interested = false; /* holds no slot that counts */
	assert_true(choker_admit(peers, 10, 3));
	assert_false(choker_admit(peers, 10, 2));
	assert_false(choker_admit(peers, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unchokes_those_who_send_most),
		cmocka_unit_test(unchokes_nobody_without_interest),
		cmocka_unit_test(unchokes_all_when_there_are_slots_enough),
		cmocka_unit_test(gives_one_slot_in_five_at_random),
		cmocka_unit_test(who_snubs_us_loses_its_regular_slot),
		cmocka_unit_test(equals_keep_the_slots_they_have),
		cmocka_unit_test(the_optimistic_slot_stays_until_it_rotates),
		cmocka_unit_test(
			an_optimistic_peer_that_earns_a_slot_frees_the_other),
		cmocka_unit_test(new_peers_are_three_times_as_likely),
		cmocka_unit_test(the_only_candidate_keeps_a_rotating_slot),
		cmocka_unit_test(a_seed_lets_peers_finish_their_quantum),
		cmocka_unit_test(a_seed_serves_who_waited_longest),
		cmocka_unit_test(a_seed_goes_round_all_peers),
		cmocka_unit_test(admits_while_a_slot_is_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
