/*
 * lsd_sim.c - peers that find each other in their own network, and nowhere
 * else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "core/lsd.h"
#include "sim_swarm.h"

#define MINUTE 60000u
#define ON "lsd on\npex off\n"

static struct sim_peer *peer_in(struct sim_world *w, uint32_t lan,
	uint32_t permille)
{
	struct sim_link link = sim_lan;
	struct sim_peer *p;

	link.lan = lan;
	p = sim_peer_new(w, &link, permille);
	p->settings = ON;
	return p;
}

static struct sim_world *world(uint64_t seed)
{
	return sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
}

static bool is_whole(void *user)
{
	return sim_peer_is_complete(user);
}

static void neighbours(uint64_t seed)
{
	struct sim_world *w = world(seed);

	peer_in(w, 1, SIM_SEED);
	for (int i = 0; i < 5; i++)
		peer_in(w, 1, 0);
	sim_world_start(w);
	sim_world_complete(w, MINUTE);
	sim_world_free(w);
}

static void neighbours_complete_without_a_tracker(void **state)
{
	(void)state;
	sim_for_seeds(10, neighbours);
}

static void elsewhere(uint64_t seed)
{
	struct sim_world *w = world(seed);
	struct sim_peer *far = peer_in(w, 2, 0), *off = peer_in(w, 1, 0);

	peer_in(w, 1, SIM_SEED);
	off->settings = "lsd off\n";
	sim_world_start(w);
	sim_run_for(w->sim, 2 * LSD_ANNOUNCE_MS);
	for (size_t i = 0; i < w->npeers; i++)
		assert_int_equal(sim_node_dials(w->peers[i]->machine.node), 0);
	assert_false(sim_peer_is_complete(far));
	assert_false(sim_peer_is_complete(off));
	sim_world_free(w);
}

static void nobody_is_found_who_is_elsewhere_or_has_it_off(void **state)
{
	(void)state;
	sim_for_seeds(2, elsewhere);
}

static void private(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.no_tracker = true, .is_private = true});

	peer_in(w, 1, SIM_SEED);
	peer_in(w, 1, 0);
	sim_world_start(w);
	sim_run_for(w->sim, 2 * LSD_ANNOUNCE_MS);
	for (size_t i = 0; i < w->npeers; i++)
		assert_int_equal(sim_node_dials(w->peers[i]->machine.node), 0);
	sim_world_free(w);
}

static void private_torrents_are_never_announced(void **state)
{
	(void)state;
	sim_for_seeds(2, private);
}

static void lossy(uint64_t seed)
{
	struct sim_world *w = world(seed);
	struct sim_peer *p;

	peer_in(w, 1, SIM_SEED);
	p = peer_in(w, 1, 0);
	sim_node_link(p->machine.node)->loss_permille = 500;
	sim_world_start(w);
	/* Each is announced three times at once, and then again. */
	if (!sim_run_until(w->sim, is_whole, p, 3 * LSD_ANNOUNCE_MS))
		sim_fail(w->sim, "they did not find each other");
	sim_world_free(w);
}

static void lost_datagrams_are_made_good(void **state)
{
	(void)state;
	sim_for_seeds(20, lossy);
}

/* It is switched on while they run, and the torrent comes by a link. */
static void later(uint64_t seed)
{
	struct sim_world *w = world(seed);
	struct sim_peer *s = peer_in(w, 1, SIM_SEED), *p = peer_in(w, 1, 0);

	s->settings = "lsd off\n";
	p->by_magnet = true;
	sim_world_start(w);
	sim_run_for(w->sim, MINUTE);
	assert_false(sim_peer_is_complete(p));
	if (settings_set(s->run->settings, "lsd", "on", NULL) != ERR_OK)
		fail();
	/* Settings are read at the next turn; a wish makes one. */
	sim_peer_command(s, CMD_REANNOUNCE, 0);
	if (!sim_run_until(w->sim, is_whole, p, MINUTE))
		sim_fail(w->sim, "they did not find each other");
	sim_world_free(w);
}

static void switching_it_on_is_enough(void **state)
{
	(void)state;
	sim_for_seeds(5, later);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_complete_without_a_tracker),
		cmocka_unit_test(
			nobody_is_found_who_is_elsewhere_or_has_it_off),
		cmocka_unit_test(private_torrents_are_never_announced),
		cmocka_unit_test(lost_datagrams_are_made_good),
		cmocka_unit_test(switching_it_on_is_enough),
	};

	return cmocka_run_group_tests_name("lsd", tests, NULL, NULL);
}
