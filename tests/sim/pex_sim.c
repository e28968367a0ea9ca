/*
 * pex_sim.c - peers that are known from peers alone, and those who abuse it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/pex.h"
#include "core/swarm/swarm.h"
#include "sim_gossip.h"

#define MINUTE 60000u
#define VICTIMS 300u

static bool is_whole(void *user)
{
	return sim_peer_is_complete(user);
}

static void knows(struct sim_peer *p, struct sim_peer *other)
{
	struct addr a = sim_peer_addr(other);

	sim_peer_connect(p, &a);
}

/* Of the peers that p is connected with, how many came by this source. */
static size_t count_by(struct sim_peer *p, uint8_t source)
{
	const struct torrent_detail *d = sim_peer_detail(p);
	size_t n = 0;

	for (size_t i = 0; i < d->npeers; i++)
		n += d->peers[i].sources == source;
	return n;
}

/* --- honest ----------------------------------------------------------- */

/* A hub that gives and takes next to nothing, a seed it knows, and a leech
 * that knows nobody but the hub. */
struct trio {
	struct sim_world *w;
	struct sim_peer *hub, *seed, *leech;
};

static struct trio trio_new(uint64_t seed, const struct sim_plan *plan)
{
	struct trio t = {.w = sim_world_new(seed, plan)};

	t.hub = sim_peer_new(t.w, &sim_home, 100);
	t.hub->settings = "up_limit 1\ndown_limit 100\n";
	t.seed = sim_peer_new(t.w, &sim_home, SIM_SEED);
	t.leech = sim_peer_new(t.w, &sim_home, 0);
	return t;
}

static void trio_start(struct trio *t)
{
	sim_world_start(t->w);
	knows(t->hub, t->seed);
	sim_run_for(t->w->sim, 2000);
	knows(t->leech, t->hub);
}

static void third(uint64_t seed)
{
	struct trio t = trio_new(seed, &(struct sim_plan){.no_tracker = true});

	trio_start(&t);
	if (!sim_run_until(t.w->sim, is_whole, t.leech, MINUTE))
		sim_fail(t.w->sim, "the seed was not found");
	sim_world_free(t.w);
}

static void a_third_is_found_by_exchange_alone(void **state)
{
	(void)state;
	sim_for_seeds(20, third);
}

static void sources(uint64_t seed)
{
	struct trio t = trio_new(seed, &(struct sim_plan){.no_tracker = true});

	t.leech->settings = "down_limit 10000\n";
	trio_start(&t);
	sim_run_for(t.w->sim, 15000);
	/* Whoever was told first has dialled the other. */
	assert_int_equal(count_by(t.leech, SOURCE_PEX) +
				 count_by(t.seed, SOURCE_PEX),
		1);
	/* And the seed, too, named the hub to who knew it from the user. */
	assert_int_equal(count_by(t.leech, SOURCE_USER | SOURCE_PEX), 1);
	sim_world_free(t.w);
}

static void it_is_shown_where_a_peer_came_from(void **state)
{
	(void)state;
	sim_for_seeds(2, sources);
}

static void tells_not(uint64_t seed)
{
	struct trio t = trio_new(seed, &(struct sim_plan){.no_tracker = true});

	t.hub->settings = "up_limit 1\ndown_limit 100\npex off\n";
	trio_start(&t);
	sim_run_for(t.w->sim, 5 * MINUTE);
	assert_false(sim_peer_is_complete(t.leech));
	assert_int_equal(sim_node_dials(t.leech->machine.node), 1);
	assert_int_equal(sim_node_dials(t.seed->machine.node), 0);
	sim_world_free(t.w);
}

static void listens_not(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_peer *leech = sim_peer_new(w, &sim_home, 0);
	struct sim_gossip *g = sim_gossip_new(w), *other = sim_gossip_new(w);
	struct pex_message m = {
		.nadded = 1, .added = {{.addr = sim_gossip_addr(other)}}};
	struct addr a = sim_peer_addr(leech);

	leech->settings = "pex off\n";
	sim_world_start(w);
	sim_gossip_dial(g, &a);
	sim_run_for(w->sim, 5000);
	/* Not even a flood is looked at. */
	for (int i = 0; i < 20; i++)
		assert_true(sim_gossip_say(g, &m));
	sim_run_for(w->sim, MINUTE);
	assert_int_equal(sim_gossip_connections(g), 1);
	assert_int_equal(sim_gossip_offers(g), 0);
	assert_int_equal(sim_gossip_accepted(other), 0);
	/* It is offered as soon as it is switched on, and then used. */
	if (settings_set(leech->run->settings, "pex", "on", NULL) != ERR_OK)
		fail();
	sim_run_for(w->sim, 5000);
	assert_int_equal(sim_gossip_offers(g), 1);
	assert_true(sim_gossip_say(g, &m));
	sim_run_for(w->sim, 5000);
	assert_int_equal(sim_gossip_accepted(other), 1);
	sim_gossip_free(g);
	sim_gossip_free(other);
	sim_world_free(w);
}

static void who_switched_it_off_neither_tells_nor_listens(void **state)
{
	(void)state;
	sim_for_seeds(3, tells_not);
	sim_for_seeds(3, listens_not);
}

/* Each knows the one before; news has to pass through all of them. */
static void chain(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});

	sim_peer_new(w, &sim_home, SIM_SEED);
	for (int i = 0; i < 12; i++)
		sim_peer_new(w, &sim_home, 0);
	sim_world_start(w);
	for (size_t i = 1; i < w->npeers; i++)
		knows(w->peers[i], w->peers[i - 1]);
	sim_world_complete(w, 5 * MINUTE);
	sim_world_free(w);
}

static void a_chain_becomes_a_swarm(void **state)
{
	(void)state;
	sim_for_seeds(5, chain);
}

static void magnet(uint64_t seed)
{
	struct trio t = trio_new(seed, &(struct sim_plan){.no_tracker = true});

	t.leech->by_magnet = true;
	trio_start(&t);
	if (!sim_run_until(t.w->sim, is_whole, t.leech, 2 * MINUTE))
		sim_fail(t.w->sim, "the seed was not found");
	sim_world_free(t.w);
}

static void a_magnet_link_profits_too(void **state)
{
	(void)state;
	sim_for_seeds(5, magnet);
}

/* Who leaves is taken back from those who were told. */
static void leaving(uint64_t seed)
{
	struct trio t = trio_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_gossip *g = sim_gossip_new(t.w);
	struct addr hub = sim_peer_addr(t.hub), s = sim_peer_addr(t.seed);

	sim_world_start(t.w);
	knows(t.hub, t.seed);
	sim_gossip_dial(g, &hub);
	sim_run_for(t.w->sim, 10000);
	assert_true(sim_gossip_knows(g, &s));
	sim_peer_stop(t.seed);
	sim_run_for(t.w->sim, 30000);
	assert_true(sim_gossip_knows(g, &s)); /* not told yet */
	sim_run_for(t.w->sim, 40000);
	assert_false(sim_gossip_knows(g, &s));
	sim_gossip_free(g);
	sim_world_free(t.w);
}

static void who_left_is_taken_back(void **state)
{
	(void)state;
	sim_for_seeds(3, leaving);
}

/* --- private ---------------------------------------------------------- */

static void not_told(uint64_t seed)
{
	struct trio t = trio_new(seed,
		&(struct sim_plan){.no_tracker = true, .is_private = true});
	struct sim_gossip *g = sim_gossip_new(t.w);
	struct sim_gossip *victim = sim_gossip_new(t.w);
	struct pex_message m = {
		.nadded = 1, .added = {{.addr = sim_gossip_addr(victim)}}};
	struct addr hub = sim_peer_addr(t.hub);

	trio_start(&t);
	sim_gossip_dial(g, &hub);
	sim_run_for(t.w->sim, 5000);
	assert_int_equal(sim_gossip_connections(g), 1);
	for (int i = 0; i < 5; i++) {
		assert_true(sim_gossip_say(g, &m));
		sim_run_for(t.w->sim, MINUTE);
	}
	assert_int_equal(sim_gossip_offers(g), 0);
	assert_int_equal(sim_gossip_messages(g), 0);
	assert_int_equal(sim_gossip_accepted(victim), 0);
	assert_int_equal(sim_node_dials(t.leech->machine.node), 1);
	sim_gossip_free(g);
	sim_gossip_free(victim);
	sim_world_free(t.w);
}

static void a_private_torrent_neither_tells_nor_believes(void **state)
{
	(void)state;
	sim_for_seeds(3, not_told);
}

static void found_out(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.no_tracker = true, .is_private = true});
	struct sim_peer *leech = sim_peer_new(w, &sim_home, 0);
	struct sim_gossip *g = sim_gossip_new(w), *other = sim_gossip_new(w);
	struct pex_message m = {
		.nadded = 1, .added = {{.addr = sim_gossip_addr(other)}}};
	struct addr a = sim_gossip_addr(g);

	leech->by_magnet = true;
	sim_world_start(w);
	sim_peer_connect(leech, &a);
	sim_run_for(w->sim, 5000);
	assert_int_equal(sim_gossip_offers(g), 1);
	assert_true(sim_gossip_say(g, &m));
	/* Nobody knows yet that it is private. */
	sim_run_for(w->sim, 5000);
	assert_int_equal(sim_gossip_connections(other), 1);
	assert_int_equal(sim_gossip_messages(g), 0);
	sim_gossip_reveal(g);
	sim_run_for(w->sim, MINUTE);
	assert_int_equal(sim_peer_notices(leech, NOTICE_METADATA), 1);
	assert_int_equal(sim_gossip_connections(other), 0);
	assert_int_equal(sim_gossip_accepted(other), 1);
	assert_int_equal(sim_peer_row(leech)->known, 1);
	assert_int_equal(sim_gossip_messages(g), 0);
	assert_int_equal(sim_gossip_messages(other), 0);
	sim_gossip_free(g);
	sim_gossip_free(other);
	sim_world_free(w);
}

static void a_magnet_link_that_turns_out_private_forgets_strangers(void **state)
{
	(void)state;
	sim_for_seeds(3, found_out);
}

/* --- abuse ------------------------------------------------------------ */

/* Machines that are no peers: each counts who knocks. */
struct victims {
	struct sim_node *node[VICTIMS];
	uint64_t knocks[VICTIMS];
};

static void on_knock(void *user, struct stream *s, const struct addr *from)
{
	(void)from;
	++*(uint64_t *)user;
	stream_close(s);
}

static void victims_init(struct victims *v, struct sim_world *w, uint16_t port)
{
	memset(v, 0, sizeof *v);
	for (size_t i = 0; i < VICTIMS; i++) {
		v->node[i] = sim_node_new(w->net, &sim_lan);
		sim_node_listen(v->node[i], port, on_knock, &v->knocks[i]);
	}
}

static struct pex_message name_victims(const struct victims *v, size_t first,
	size_t n, uint16_t port)
{
	struct pex_message m = {.nadded = n};

	for (size_t i = 0; i < n; i++) {
		m.added[i].addr =
			*sim_node_addr(v->node[(first + i) % VICTIMS]);
		m.added[i].addr.port = port;
	}
	return m;
}

static uint64_t all_knocks(const struct victims *v, uint64_t most)
{
	uint64_t n = 0;

	for (size_t i = 0; i < VICTIMS; i++) {
		assert_true(v->knocks[i] <= most);
		n += v->knocks[i];
	}
	return n;
}

/* A message every 100 ms, each with a hundred others. */
static void flood(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_peer *leech = sim_peer_new(w, &sim_home, 0);
	struct sim_gossip *g = sim_gossip_new(w);
	struct addr a = sim_peer_addr(leech);
	struct victims *v = mem_zero(sizeof *v);

	victims_init(v, w, SIM_PORT);
	sim_world_start(w);
	sim_gossip_dial(g, &a);
	sim_run_for(w->sim, 5000);
	assert_int_equal(sim_gossip_connections(g), 1);
	for (size_t i = 0; i < 20; i++) {
		struct pex_message m = name_victims(v, i * 100, 100, SIM_PORT);

		sim_gossip_say(g, &m);
		sim_run_for(w->sim, 100);
	}
	/* It was dropped, and only its first message was believed. */
	assert_int_equal(sim_gossip_connections(g), 0);
	sim_run_for(w->sim, 10 * MINUTE);
	assert_in_range(all_knocks(v, 1), 1, 100);
	/* And the one who sent it is called back a few times. */
	assert_true(sim_node_dials(leech->machine.node) <= 110);
	sim_gossip_free(g);
	sim_world_free(w);
	mem_free(v);
}

static void a_flood_is_cut_off(void **state)
{
	(void)state;
	sim_for_seeds(3, flood);
}

/* Five who keep to the rules send everybody they talk to after the same
 * machines, for two hours. */
static void mob(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_peer *leech = sim_peer_new(w, &sim_home, 0);
	struct sim_gossip *g[5];
	struct addr a = sim_peer_addr(leech);
	struct victims *v = mem_zero(sizeof *v);
	uint64_t before, worst = 0;

	victims_init(v, w, SIM_PORT);
	for (size_t i = 0; i < 5; i++)
		g[i] = sim_gossip_new(w);
	sim_world_start(w);
	for (size_t i = 0; i < 5; i++)
		sim_gossip_dial(g[i], &a);
	sim_run_for(w->sim, 5000);
	for (size_t t = 0; t < 115; t++) {
		for (size_t i = 0; i < 5; i++) {
			struct pex_message m = name_victims(v,
				(t * 5 + i) * 100, 100, SIM_PORT);

			assert_true(sim_gossip_say(g[i], &m));
		}
		for (int s = 0; s < 60; s++) {
			before = sim_node_dials(leech->machine.node);
			sim_run_for(w->sim, 1000);
			before = sim_node_dials(leech->machine.node) - before;
			worst = before > worst ? before : worst;
		}
	}
	/* Once an hour to each at most, and so many in a second. */
	assert_true(all_knocks(v, 2) > 0);
	assert_true(worst <= 2 * SWARM_DIALS_PER_S);
	assert_true(sim_peer_row(leech)->known <= PEER_BOOK_HEARSAY_MAX + 5);
	/* And whoever is worth it is found nevertheless. */
	knows(leech, sim_peer_new(w, &sim_home, SIM_SEED));
	sim_world_start(w);
	if (!sim_run_until(w->sim, is_whole, leech, 2 * MINUTE))
		sim_fail(w->sim, "the seed was not reached");
	for (size_t i = 0; i < 5; i++)
		sim_gossip_free(g[i]);
	sim_world_free(w);
	mem_free(v);
}

static void a_mob_makes_us_knock_once_an_hour(void **state)
{
	(void)state;
	sim_for_seeds(1, mob);
}

static void outside(uint64_t seed)
{
	struct sim_world *w =
		sim_world_new(seed, &(struct sim_plan){.no_tracker = true});
	struct sim_peer *leech = sim_peer_new(w, &sim_home, 0);
	struct sim_gossip *g = sim_gossip_new(w);
	struct addr a = sim_peer_addr(leech);
	struct pex_message m = {
		.nadded = 5,
		.added = {{addr_v4(10, 0, 0, 1, 6881), 0},
			{addr_v4(192, 168, 0, 1, 80), 0},
			{addr_v4(127, 0, 0, 1, 6881), 0},
			{addr_v4(169, 254, 169, 254, 80), 0},
			{addr_v4(100, 64, 0, 1, 6881), 0}},
	};

	sim_world_start(w);
	sim_gossip_dial(g, &a);
	sim_run_for(w->sim, 5000);
	assert_true(sim_gossip_say(g, &m));
	sim_run_for(w->sim, 2 * MINUTE);
	assert_int_equal(sim_node_dials(leech->machine.node), 0);
	assert_int_equal(sim_peer_row(leech)->known, 1);
	sim_gossip_free(g);
	sim_world_free(w);
}

static void nobody_outside_sends_us_into_our_own_network(void **state)
{
	(void)state;
	sim_for_seeds(2, outside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_third_is_found_by_exchange_alone),
		cmocka_unit_test(it_is_shown_where_a_peer_came_from),
		cmocka_unit_test(who_switched_it_off_neither_tells_nor_listens),
		cmocka_unit_test(a_chain_becomes_a_swarm),
		cmocka_unit_test(a_magnet_link_profits_too),
		cmocka_unit_test(who_left_is_taken_back),
		cmocka_unit_test(a_private_torrent_neither_tells_nor_believes),
		cmocka_unit_test(
			a_magnet_link_that_turns_out_private_forgets_strangers),
		cmocka_unit_test(a_flood_is_cut_off),
		cmocka_unit_test(a_mob_makes_us_knock_once_an_hour),
		cmocka_unit_test(nobody_outside_sends_us_into_our_own_network),
	};

	return cmocka_run_group_tests_name("pex", tests, NULL, NULL);
}
