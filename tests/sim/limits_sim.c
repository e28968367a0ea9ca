/*
 * limits_sim.c - rate limits hold, and are used up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "core/command.h"
#include "sim_disk.h"
#include "sim_swarm.h"

#define RATE 300000u /* bytes per second */
#define SECONDS 40u

/* Payload of `count` in SECONDS, once it has settled. */
static uint64_t measure(struct sim_world *w,
	uint64_t (*count)(const struct sim_node *), struct sim_peer *p)
{
	uint64_t before;

	sim_run_for(w->sim, 5000);
	before = count(p->machine.node);
	sim_run_for(w->sim, SECONDS * 1000);
	return (count(p->machine.node) - before) / SECONDS;
}

/* Messages around the blocks come on top: half a per cent is theirs. */
static void require_rate(struct sim_world *w, uint64_t bps)
{
	if (bps < RATE * 95 / 100 || bps > RATE * 1055 / 1000)
		sim_fail(w->sim, "%llu B/s instead of %u",
			(unsigned long long)bps, RATE);
}

static struct sim_world *big_world(uint64_t seed)
{
	return sim_world_new(seed, &(struct sim_plan){.bytes = 32u << 20,
					   .piece_length = 262144,
					   .nfiles = 1});
}

static void down(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *p = sim_peer_new(w, &sim_lan, 0);
	uint64_t n = sim_between(w->sim, 1, 5);

	p->settings = "down_limit 300000\n";
	while (n-- > 0)
		sim_peer_new(w, &sim_home, SIM_SEED);
	sim_world_start(w);
	require_rate(w, measure(w, sim_node_received, p));
	sim_world_free(w);
}

static void the_download_limit_holds(void **state)
{
	(void)state;
	sim_for_seeds(4, down);
}

static void up(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *s = sim_peer_new(w, &sim_lan, SIM_SEED);
	uint64_t n = sim_between(w->sim, 1, 4);

	s->settings = "up_limit 300000\n";
	while (n-- > 0)
		sim_peer_new(w, &sim_lan, 0);
	sim_world_start(w);
	require_rate(w, measure(w, sim_node_sent, s));
	sim_world_free(w);
}

static void the_upload_limit_holds(void **state)
{
	(void)state;
	sim_for_seeds(4, up);
}

/* Four leeches that only the seed can serve; each within a fifth of the
 * others, whoever came first. */
static void shared(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *s = sim_peer_new(w, &sim_lan, SIM_SEED), *p[4];
	uint64_t least = UINT64_MAX, most = 0;

	s->settings = "up_limit 300000\n";
	for (int i = 0; i < 4; i++) {
		p[i] = sim_peer_new(w, &sim_lan, 0);
		p[i]->settings = "up_limit 1\n";
	}
	sim_world_start(w);
	sim_run_for(w->sim, SECONDS * 1000);
	for (int i = 0; i < 4; i++) {
		uint64_t n = sim_node_received(p[i]->machine.node);

		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	if (least < most - most / 5)
		sim_fail(w->sim, "one got %llu bytes, another %llu",
			(unsigned long long)least, (unsigned long long)most);
	sim_world_free(w);
}

static void a_limited_seed_serves_all_alike(void **state)
{
	(void)state;
	sim_for_seeds(4, shared);
}

/* A limit set while blocks fly by, and lifted again. */
static void change(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *p = sim_peer_new(w, &sim_lan, 0);

	sim_peer_new(w, &sim_home, SIM_SEED);
	sim_world_start(w);
	sim_run_for(w->sim, 4000);
	sim_peer_command(p, CMD_DOWN_LIMIT, RATE);
	require_rate(w, measure(w, sim_node_received, p));
	sim_peer_command(p, CMD_DOWN_LIMIT, 0);
	sim_world_complete(w, 60000);
	sim_world_free(w);
}

static void a_limit_may_change_on_the_way(void **state)
{
	(void)state;
	sim_for_seeds(4, change);
}

/* No peer is snubbed or dropped because we are slow by choice. */
static void crawl(uint64_t seed)
{
	struct sim_world *w = sim_world_new(seed,
		&(struct sim_plan){.bytes = 300000, .piece_length = 65536});
	struct sim_peer *p = sim_peer_new(w, &sim_home, 0);

	p->settings = "down_limit 2000\n";
	for (int i = 0; i < 3; i++)
		sim_peer_new(w, &sim_home, SIM_SEED);
	sim_world_start(w);
	sim_world_complete(w, 200000);
	assert_int_equal(sim_peer_totals(p).wasted_bytes, 0);
	sim_world_free(w);
}

static void a_tiny_limit_wastes_nothing(void **state)
{
	(void)state;
	sim_for_seeds(5, crawl);
}

static void limit_torrent(struct sim_peer *p, enum command_kind kind)
{
	struct command c = {.kind = kind, .torrent = p->id, .value = RATE};
	struct fault f = {0};

	assert_int_equal(engine_command(p->run->engine, &c, NULL, &f), ERR_OK);
}

/* A limit of one torrent, below none or a larger one of all. */
static void own_limit(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *p = sim_peer_new(w, &sim_lan, 0);
	struct sim_peer *s = sim_peer_new(w, &sim_lan, SIM_SEED);

	if (seed % 2)
		p->settings = "down_limit 2M\n";
	sim_world_start(w);
	limit_torrent(seed % 3 ? p : s,
		seed % 3 ? CMD_TORRENT_DOWN_LIMIT : CMD_TORRENT_UP_LIMIT);
	require_rate(w, measure(w, sim_node_received, p));
	sim_world_free(w);
}

static void a_torrent_s_own_limit_holds(void **state)
{
	(void)state;
	sim_for_seeds(6, own_limit);
}

#define POOL (4u << 20)

/*
 * Far more is asked of twenty fast seeds than fits in memory, as they seldom
 * answer all at once; here a slow disk lets everything come together.
 */
static void flood(uint64_t seed)
{
	struct sim_world *w = big_world(seed);
	struct sim_peer *p = sim_peer_new(w, &sim_lan, 0);
	uint64_t used, most = 0;

	p->settings = "block_memory 4M\n";
	for (int i = 0; i < 20; i++)
		sim_peer_new(w, &sim_lan, SIM_SEED);
	sim_world_start(w);
	sim_disk_set_slowness(sim_host_disk(p->run->host), 40);
	for (int i = 0; i < 400; i++) {
		sim_run_for(w->sim, 10);
		used = sim_peer_totals(p).pool_bytes;
		most = used > most ? used : most;
	}
	/* A read of the host, 256 KiB, may come on top. */
	if (most > POOL + POOL / 8 + (256u << 10))
		sim_fail(w->sim, "%llu bytes of blocks",
			(unsigned long long)most);
	sim_disk_set_slowness(sim_host_disk(p->run->host), 1);
	sim_world_complete(w, 120000);
	sim_world_free(w);
}

static void memory_is_capped_when_all_answer_at_once(void **state)
{
	(void)state;
	sim_for_seeds(2, flood);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_download_limit_holds),
		cmocka_unit_test(the_upload_limit_holds),
		cmocka_unit_test(a_limited_seed_serves_all_alike),
		cmocka_unit_test(a_limit_may_change_on_the_way),
		cmocka_unit_test(a_tiny_limit_wastes_nothing),
		cmocka_unit_test(a_torrent_s_own_limit_holds),
		cmocka_unit_test(memory_is_capped_when_all_answer_at_once),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
