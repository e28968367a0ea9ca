/*
 * swarm_sim.c - honest peers on an honest network: everybody completes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/mem.h"
#include "sim_swarm.h"

static void one_seed_one_leech(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});

	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void one_leech_completes_from_one_seed(void **state)
{
	(void)state;
	sim_for_seeds(50, one_seed_one_leech);
}

static uint64_t digest_of(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	uint64_t digest;

	sim_peer_new(w, &sim_home, SIM_SEED);
	for (int i = 0; i < 3; i++)
		sim_peer_new(w, &sim_home, 200);
	sim_world_start(w);
	sim_world_complete(w, 120000);
	digest = sim_digest(w->sim);
	sim_world_free(w);
	return digest;
}

static void a_seed_repeats_exactly(void **state)
{
	(void)state;
	assert_int_equal(digest_of(7), digest_of(7));
	assert_int_not_equal(digest_of(7), digest_of(8));
}

static void twenty_leeches(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 2u << 20, .piece_length = 32768});

	sim_peer_new(w, &sim_home, SIM_SEED);
	for (int i = 0; i < 20; i++)
		sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void twenty_leeches_complete_from_one_seed(void **state)
{
	(void)state;
	sim_for_seeds(5, twenty_leeches);
}

/* No seed: every piece is somewhere, nobody has them all. */
static void random_parts(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	uint32_t npieces = w->torrent.layout.npieces;
	uint64_t n = sim_between(w->sim, 6, 20);

	for (uint64_t i = 0; i < n; i++)
		sim_peer_new(w, &sim_home,
			(uint32_t)sim_between(w->sim, 100, 700));
	for (uint32_t p = 0; p < npieces; p++)
		sim_peer_give(w->peers[sim_between(w->sim, 0, n - 1)], p);
	sim_world_start(w);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void random_parts_become_whole_without_a_seed(void **state)
{
	(void)state;
	sim_for_seeds(25, random_parts);
}

static void restless(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 4u << 20, .piece_length = 65536});
	struct sim_link slow = sim_home;

	slow.up_bps = 200000;
	sim_peer_new(w, &slow, SIM_SEED);
	for (int i = 0; i < 8; i++)
		sim_peer_new(w, &slow, 0);
	sim_world_start(w);
	for (int i = 0; i < 12; i++) {
		struct sim_peer *p = w->peers[sim_between(w->sim, 1, 8)];

		sim_run_for(w->sim, 2000);
		if (!p->run) {
			sim_peer_start(p);
			continue;
		}
		if (sim_chance(w->sim, 500))
			sim_peer_stop(p);
		else
			sim_peer_kill(p);
	}
	sim_world_start(w);
	sim_world_complete(w, 600000);
	sim_world_free(w);
}

static void peers_that_come_and_go_complete(void **state)
{
	(void)state;
	sim_for_seeds(10, restless);
}

/* The seed falls silent without a word and is back later. */
static void blackout(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 4u << 20});
	struct sim_peer *s = sim_peer_new(w, &sim_home, SIM_SEED);

	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_run_for(w->sim, 2000);
	sim_node_set_dark(s->machine.node, true);
	sim_run_for(w->sim, sim_between(w->sim, 5000, 400000));
	sim_node_set_dark(s->machine.node, false);
	/* Its address rests longer after each dial in vain. */
	sim_world_complete(w, 1500000);
	sim_world_free(w);
}

static void a_black_hole_is_survived(void **state)
{
	(void)state;
	sim_for_seeds(20, blackout);
}

static void magnet(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.bytes = 2u << 20});

	sim_peer_new(w, &sim_home, SIM_SEED);
	for (int i = 0; i < 3; i++)
		sim_peer_new(w, &sim_home, 0)->by_magnet = true;
	sim_world_start(w);
	sim_world_complete(w, 120000);
	assert_int_equal(sim_peer_notices(w->peers[1], NOTICE_METADATA), 1);
	sim_world_free(w);
}

static void a_magnet_link_becomes_a_torrent(void **state)
{
	(void)state;
	sim_for_seeds(20, magnet);
}

/* Only what is wanted is fetched, and nothing of other files appears. */
static void selected(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.nfiles = 6});
	struct sim_peer *p;

	sim_peer_new(w, &sim_home, SIM_SEED);
	p = sim_peer_new(w, &sim_home, 0);
	p->select = "2,4-5";
	sim_world_start(w);
	sim_world_complete(w, 60000);
	for (size_t i = 0; i < w->torrent.meta->nfiles; i++) {
		char *path = mem_printf("%s/%s", SIM_DIR,
			w->torrent.meta->files[i].path);
		bool wanted = i == 1 || i == 3 || i == 4;
		bool there = sim_file_find(p->machine.files, path) != NULL;

		mem_free(path);
		sim_require(w->sim, there == wanted);
	}
	sim_world_free(w);
}

static void skipped_files_are_never_created(void **state)
{
	(void)state;
	sim_for_seeds(20, selected);
}

/* Two behind NATs cannot reach each other, but both reach the third. */
static void behind_nats(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
	struct sim_link nat = sim_home;

	nat.nat = true;
	/* Who announced first has heard of nobody, and cannot be dialled. */
	sim_tracker_set_interval(w->tracker, 60);
	sim_peer_new(w, &nat, SIM_SEED);
	sim_peer_new(w, &nat, 0);
	sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	sim_world_complete(w, 300000);
	sim_world_free(w);
}

static void a_seed_behind_a_nat_serves(void **state)
{
	(void)state;
	sim_for_seeds(20, behind_nats);
}

static void two_hundred(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 512u << 10, .piece_length = 32768});

	sim_tracker_set_share(w->tracker, 30);
	for (int i = 0; i < 5; i++)
		sim_peer_new(w, &sim_home, SIM_SEED);
	for (int i = 5; i < 200; i++)
		sim_peer_new(w, &sim_home, 100);
	sim_world_start(w);
	sim_world_complete(w, 600000);
	sim_world_free(w);
}

static void two_hundred_engines_complete(void **state)
{
	(void)state;
	sim_for_seeds(1, two_hundred);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_leech_completes_from_one_seed),
		cmocka_unit_test(a_seed_repeats_exactly),
		cmocka_unit_test(twenty_leeches_complete_from_one_seed),
		cmocka_unit_test(random_parts_become_whole_without_a_seed),
		cmocka_unit_test(peers_that_come_and_go_complete),
		cmocka_unit_test(a_black_hole_is_survived),
		cmocka_unit_test(a_magnet_link_becomes_a_torrent),
		cmocka_unit_test(skipped_files_are_never_created),
		cmocka_unit_test(a_seed_behind_a_nat_serves),
		cmocka_unit_test(two_hundred_engines_complete),
	};

	return cmocka_run_group_tests_name("swarm", tests, NULL, NULL);
}
