/*
 * chaos_sim.c - everything at once: for some minutes of virtual time things
 * go wrong at random; then they stop, and everybody must complete.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>

#include "sim_evil.h"

#define PEERS_MAX 12u
#define EVILS_MAX 6u

struct chaos {
	struct sim_world *w;
	struct sim_evil *evil[EVILS_MAX];
	size_t nevil;
};

static uint64_t draw(struct chaos *c, uint64_t n)
{
	return sim_between(c->w->sim, 0, n - 1);
}

static struct sim_link random_link(struct sim *s)
{
	struct sim_link l = {
		.latency_ms = (uint32_t)sim_between(s, 1, 150),
		.jitter_ms = (uint32_t)sim_between(s, 0, 20),
		.up_bps = sim_between(s, 50000, 2000000),
		.down_bps = sim_between(s, 200000, 5000000),
		.loss_permille = (uint32_t)sim_between(s, 0, 20),
	};

	return l;
}

static void populate(struct chaos *c)
{
	uint64_t n = 3 + draw(c, PEERS_MAX - 2);

	for (uint64_t i = 0; i < n; i++) {
		struct sim_link l = random_link(c->w->sim);
		struct sim_peer *p;

		l.nat = i > 1 && draw(c, 5) == 0;
		p = sim_peer_new(c->w, &l,
			i == 0 ? SIM_SEED : (uint32_t)draw(c, 600));
		p->keep_session = draw(c, 2);
		p->may_forget = true;
		p->by_magnet = i > 0 && draw(c, 3) == 0;
		if (draw(c, 4) == 0)
			p->settings = "block_memory 4M\n";
	}
	c->nevil = draw(c, EVILS_MAX);
	for (size_t i = 0; i < c->nevil; i++) {
		struct sim_link l = random_link(c->w->sim);
		struct sim_evil_plan plan = {
			.kind = (enum sim_evil_kind)(
				EVIL_LIAR + draw(c, EVIL_REPLAY - EVIL_LIAR)),
			.permille = 1 + (uint32_t)draw(c, 1000),
			.honest_blocks = (uint32_t)draw(c, 100),
		};

		l.up_bps = 30000;
		c->evil[i] = sim_evil_new(c->w, &l, &plan);
		sim_evil_announce(c->evil[i]);
	}
}

static void hurt_disk(struct chaos *c, struct sim_peer *p)
{
	static const enum disk_op ops[] = {DISK_READ, DISK_WRITE,
		DISK_PUT_PIECE, DISK_HASH, DISK_FLUSH, DISK_STAT};
	struct sim_disk *d = sim_host_disk(p->run->host);

	switch (draw(c, 4)) {
	case 0:
		sim_disk_set_slowness(d, (uint32_t)(1 + draw(c, 100)));
		break;
	case 1:
		sim_files_set_capacity(p->machine.files,
			sim_files_used(p->machine.files) + draw(c, 1u << 20));
		break;
	case 2:
		sim_disk_fail_state(d, draw(c, 2) ? ENOSPC : 0);
		break;
	default:
		sim_disk_fail(d, ops[draw(c, 6)], 1 + (uint32_t)draw(c, 20),
			1 + (uint32_t)draw(c, 3), EIO);
		break;
	}
}

/* Refused while the files are not known. */
static void recheck(struct sim_peer *p)
{
	struct command c = {.kind = CMD_RECHECK, .torrent = p->id};
	struct fault f = {0};
	enum err e = engine_command(p->run->engine, &c, NULL, &f);

	sim_require(p->world->sim, e == ERR_OK || e == ERR_STATE);
}

static void hurt_peer(struct chaos *c, struct sim_peer *p)
{
	if (!p->run) {
		sim_peer_start(p);
		return;
	}
	switch (draw(c, 8)) {
	case 0:
		sim_peer_kill(p);
		break;
	case 1:
		sim_peer_power_cut(p, (uint32_t)draw(c, 1000));
		break;
	case 2:
		sim_peer_stop(p);
		break;
	case 3:
		sim_node_set_dark(p->machine.node, draw(c, 2));
		break;
	case 4:
		sim_node_reset_one(p->machine.node);
		break;
	case 5:
		sim_peer_command(p, draw(c, 2) ? CMD_PAUSE : CMD_RESUME, 0);
		break;
	case 6:
		recheck(p);
		break;
	default:
		hurt_disk(c, p);
		break;
	}
}

static void hurt_somebody(struct chaos *c)
{
	struct sim_world *w = c->w;
	uint64_t n = draw(c, 10);

	if (n == 0)
		sim_tracker_set_mode(w->tracker,
			(enum sim_tracker_mode)draw(c, SIM_TRACKER_MODES));
	else if (n == 1)
		sim_web_set_dns(w->web, draw(c, 2));
	else if (n == 2 && c->nevil) {
		struct addr a = sim_peer_addr(w->peers[draw(c, w->npeers)]);

		sim_evil_dial(c->evil[draw(c, c->nevil)], &a);
	} else
		hurt_peer(c, w->peers[draw(c, w->npeers)]);
}

/* All causes of trouble end; users do what users do. */
static void heal(struct chaos *c)
{
	struct sim_world *w = c->w;

	sim_tracker_set_mode(w->tracker, SIM_TRACKER_WORKS);
	sim_web_set_dns(w->web, true);
	for (size_t i = 0; i < w->npeers; i++) {
		struct sim_peer *p = w->peers[i];

		sim_node_set_dark(p->machine.node, false);
		sim_files_set_capacity(p->machine.files, UINT64_C(1) << 40);
		if (!p->run)
			sim_peer_start(p);
		sim_disk_set_slowness(sim_host_disk(p->run->host), 1);
		sim_disk_fail_state(sim_host_disk(p->run->host), 0);
		for (int op = 0; op <= DISK_SELECT; op++)
			sim_disk_fail(sim_host_disk(p->run->host),
				(enum disk_op)op, 0, 0, 0);
		sim_peer_command(p, CMD_RESUME, 0);
		sim_peer_command(p, CMD_REANNOUNCE, 0);
	}
}

static void chaos(uint64_t seed)
{
	struct chaos c = {
		.w = sim_world_new(seed,
			&(struct sim_plan){.bytes = 1u << (19 + seed % 4),
				.piece_length = 16384u << (seed / 4 % 4),
				.nfiles = 1 + (uint32_t)(seed % 7),
				.udp_tracker = seed % 3 == 0})};
	uint64_t steps;

	sim_tracker_set_interval(c.w->tracker, 120);
	populate(&c);
	sim_world_start(c.w);
	steps = draw(&c, 60);
	while (steps-- > 0) {
		sim_run_for(c.w->sim, draw(&c, 3000));
		hurt_somebody(&c);
		sim_world_check(c.w);
	}
	heal(&c);
	/* An address that failed may rest for an hour. */
	sim_world_complete(c.w, 7200000);
	for (size_t i = 0; i < c.nevil; i++)
		sim_evil_free(c.evil[i]);
	sim_world_free(c.w);
}

static void after_any_chaos_everybody_completes(void **state)
{
	(void)state;
	sim_for_seeds(30, chaos);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_any_chaos_everybody_completes),
	};

	return cmocka_run_group_tests_name("chaos", tests, NULL, NULL);
}
