/*
 * swarm_sim.c - honest peers on a good network: everybody completes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_leech_completes_from_one_seed),
	};

	return cmocka_run_group_tests_name("swarm", tests, NULL, NULL);
}
