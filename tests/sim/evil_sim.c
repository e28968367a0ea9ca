/*
 * evil_sim.c - bad company: liars, snubbers, floods, noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "proto/peer_wire.h"
#include "sim_evil.h"

#define GANG_MAX 40u
#define PIECE 131072u

/* A world with one leech (peer 0), which is always the one under test. */
struct gang {
	struct sim_world *w;
	struct sim_evil *evil[GANG_MAX];
	size_t n;
};

static void gang_add(struct gang *g, const struct sim_link *link,
	const struct sim_evil_plan *plan, size_t n)
{
	while (n-- > 0) {
		g->evil[g->n] = sim_evil_new(g->w, link, plan);
		sim_evil_announce(g->evil[g->n++]);
	}
}

static void gang_free(struct gang *g)
{
	for (size_t i = 0; i < g->n; i++)
		sim_evil_free(g->evil[i]);
	sim_world_free(g->w);
}

/* Whether all bans the peer speaks of are of one of the liars. */
static size_t count_bans(struct gang *g, struct sim_peer *p,
	enum sim_evil_kind kind, const enum sim_evil_kind *kinds)
{
	const struct notice *n;
	uint64_t after = 0;
	size_t bans = 0;

	while ((n = engine_notice_after(p->run->engine, after))) {
		bool guilty = false;

		after = n->seq;
		if (n->kind != NOTICE_BANNED)
			continue;
		for (size_t i = 0; i < g->n; i++) {
			char ip[ADDR_TEXT_MAX];
			struct addr a = sim_evil_addr(g->evil[i]);

			addr_ip_text(&a, ip);
			guilty |= kinds[i] == kind &&
			          strncmp(n->text, ip, strlen(ip)) == 0 &&
			          n->text[strlen(ip)] == ' ';
		}
		if (!guilty)
			sim_fail(g->w->sim, "an innocent: %s", n->text);
		bans++;
	}
	return bans;
}

/*
 * nliars of 20 scripted seeds lie in `permille` of their blocks; the leech
 * completes, and bans nobody but liars.  Returns the bytes it wasted.
 */
static uint64_t among_liars(uint64_t seed, size_t nliars, uint32_t permille,
	size_t *bans)
{
	enum sim_evil_kind kinds[GANG_MAX];
	struct gang g = {
		.w = sim_world_new(seed, &(struct sim_plan){.bytes = 8u << 20,
						 .piece_length = PIECE})};
	struct sim_link link = sim_home;
	struct sim_evil_plan honest = {.kind = EVIL_NONE};
	struct sim_evil_plan liar = {.kind = EVIL_LIAR, .permille = permille};
	uint64_t wasted;

	link.up_bps = 30000;
	for (size_t i = 0; i < 20; i++) {
		kinds[i] = i < nliars ? EVIL_LIAR : EVIL_NONE;
		gang_add(&g, &link, i < nliars ? &liar : &honest, 1);
	}
	sim_peer_new(g.w, &sim_home, 0);
	sim_world_start(g.w);
	sim_world_complete(g.w, 600000);
	*bans = count_bans(&g, g.w->peers[0], EVIL_LIAR, kinds);
	wasted = sim_peer_totals(g.w->peers[0]).wasted_bytes;
	gang_free(&g);
	return wasted;
}

static void one_liar(uint64_t seed)
{
	size_t bans;
	uint64_t wasted = among_liars(seed, 1, 1000, &bans);

	/* Its first lies hit pieces that are fetched at the same time. */
	if (bans != 1 || wasted > 16 * PIECE)
		fail_msg("SIM_SEED=%llu: %zu bans, %llu bytes wasted",
			(unsigned long long)seed, bans,
			(unsigned long long)wasted);
}

static void a_liar_among_twenty_is_found_cheaply(void **state)
{
	(void)state;
	sim_for_seeds(15, one_liar);
}

static void sometimes_lying(uint64_t seed)
{
	size_t bans;

	among_liars(seed, 1, 100, &bans);
}

static void one_who_seldom_lies_harms_no_innocent(void **state)
{
	(void)state;
	sim_for_seeds(10, sometimes_lying);
}

static void ten_liars(uint64_t seed)
{
	size_t bans;

	among_liars(seed, 10, 1000, &bans);
}

static void ten_liars_of_twenty_do_not_prevail(void **state)
{
	(void)state;
	sim_for_seeds(10, ten_liars);
}

/* How long one leech takes from one seed of 1 MB/s with this company. */
static uint64_t time_with(uint64_t seed, const struct sim_evil_plan *plan,
	size_t n)
{
	struct gang g = {
		.w = sim_world_new(seed, &(struct sim_plan){.bytes = 16u << 20,
						 .piece_length = 262144})};
	uint64_t ms;

	sim_peer_new(g.w, &sim_home, 0);
	sim_peer_new(g.w, &sim_home, SIM_SEED);
	if (plan)
		gang_add(&g, &sim_home, plan, n);
	sim_world_start(g.w);
	ms = sim_world_complete(g.w, 600000);
	gang_free(&g);
	return ms;
}

static void slowed_by_at_most_a_fifth(uint64_t seed,
	const struct sim_evil_plan *plan, size_t n)
{
	uint64_t alone = time_with(seed, NULL, 0);
	uint64_t with = time_with(seed, plan, n);

	if (with > alone * 12 / 10)
		fail_msg("SIM_SEED=%llu: %llu ms alone, %llu ms with them",
			(unsigned long long)seed, (unsigned long long)alone,
			(unsigned long long)with);
}

static void snubbers(uint64_t seed)
{
	slowed_by_at_most_a_fifth(seed,
		&(struct sim_evil_plan){
			.kind = EVIL_SNUBBER, .honest_blocks = 4},
		20);
}

static void twenty_snubbers_cost_a_fifth_at_most(void **state)
{
	(void)state;
	sim_for_seeds(3, snubbers);
}

static void lorises(uint64_t seed)
{
	slowed_by_at_most_a_fifth(seed,
		&(struct sim_evil_plan){.kind = EVIL_LORIS}, 20);
}

static void twenty_slow_lorises_cost_a_fifth_at_most(void **state)
{
	(void)state;
	sim_for_seeds(3, lorises);
}

static void rejecters(uint64_t seed)
{
	slowed_by_at_most_a_fifth(seed,
		&(struct sim_evil_plan){.kind = EVIL_REJECTER}, 20);
}

static void twenty_rejecters_cost_a_fifth_at_most(void **state)
{
	(void)state;
	sim_for_seeds(3, rejecters);
}

/* Every kind at once, on slow lines so that floods do not drown the rest. */
static void menagerie(uint64_t seed)
{
	struct sim_link thin = sim_home;
	struct gang g = {.w = sim_world_new(seed,
				 &(struct sim_plan){.bytes = 4u << 20})};

	thin.up_bps = 20000;
	for (int k = EVIL_SNUBBER; k <= EVIL_SILENT; k++) {
		struct sim_evil_plan plan = {
			.kind = (enum sim_evil_kind)k, .honest_blocks = 2};

		gang_add(&g, &thin, &plan, 2);
	}
	sim_peer_new(g.w, &sim_home, 0);
	sim_peer_new(g.w, &sim_home, SIM_SEED);
	sim_peer_new(g.w, &sim_home, 0);
	sim_world_start(g.w);
	for (size_t i = 0; i < g.n; i++) {
		struct addr a = sim_peer_addr(g.w->peers[i % 3]);

		sim_evil_dial(g.evil[i], &a);
	}
	sim_world_complete(g.w, 600000);
	sim_run_for(g.w->sim, 30000);
	for (size_t i = 0; i < g.w->npeers; i++)
		sim_require(g.w->sim,
			sim_peer_totals(g.w->peers[i]).pool_bytes < 24u << 20);
	gang_free(&g);
}

static void every_kind_of_misconduct_is_survived(void **state)
{
	(void)state;
	sim_for_seeds(8, menagerie);
}

/* A conversation as a peer might have it, then damaged here and there. */
static struct buf noisy_script(struct sim_world *w)
{
	uint8_t b[256], reserved[8] = {0, 0, 0, 0, 0, 0x10, 0, 0x04};
	struct writer h = writer_of(b, sizeof b);
	struct buf out = {0};

	wire_put_handshake(&h, reserved, w->torrent.hash,
		(const uint8_t *)"-XX0000-abcdefghijkl");
	buf_add(&out, writer_span(&h));
	for (int i = 0; i < 200; i++) {
		struct writer m = writer_of(b, sizeof b);
		uint32_t kind = (uint32_t)sim_between(w->sim, 0, 24);
		uint32_t n = (uint32_t)sim_between(w->sim, 0, 40);

		write_u32(&m, n + 1);
		write_u8(&m, (uint8_t)kind);
		rng_fill(sim_rng(w->sim), b + m.len, n);
		m.len += n;
		if (sim_chance(w->sim, 800) && n == 12 && kind == 6)
			b[5] = b[6] = b[7] = b[8] = 0;
		buf_add(&out, writer_span(&m));
	}
	for (int i = 0; i < 3; i++)
		if (sim_chance(w->sim, 300))
			out.p[sim_between(w->sim, 0, out.len - 1)] ^= 1;
	return out;
}

static void noise(uint64_t seed)
{
	struct gang g = {.w = sim_world_new(seed, &(struct sim_plan){0})};
	struct buf script[10];

	for (int i = 0; i < 10; i++) {
		struct sim_evil_plan plan = {.kind = EVIL_REPLAY};

		script[i] = noisy_script(g.w);
		plan.script = buf_span(&script[i]);
		gang_add(&g, &sim_home, &plan, 1);
	}
	sim_peer_new(g.w, &sim_home, 0);
	sim_peer_new(g.w, &sim_home, SIM_SEED);
	sim_world_start(g.w);
	for (size_t i = 0; i < g.n; i++) {
		struct addr a = sim_peer_addr(g.w->peers[i % 2]);

		sim_evil_dial(g.evil[i], &a);
	}
	sim_world_complete(g.w, 300000);
	gang_free(&g);
	for (int i = 0; i < 10; i++)
		buf_free(&script[i]);
}

static void noise_on_the_wire_is_survived(void **state)
{
	(void)state;
	sim_for_seeds(30, noise);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_liar_among_twenty_is_found_cheaply),
		cmocka_unit_test(one_who_seldom_lies_harms_no_innocent),
		cmocka_unit_test(ten_liars_of_twenty_do_not_prevail),
		cmocka_unit_test(twenty_snubbers_cost_a_fifth_at_most),
		cmocka_unit_test(twenty_slow_lorises_cost_a_fifth_at_most),
		cmocka_unit_test(twenty_rejecters_cost_a_fifth_at_most),
		cmocka_unit_test(every_kind_of_misconduct_is_survived),
		cmocka_unit_test(noise_on_the_wire_is_survived),
	};

	return cmocka_run_group_tests_name("evil", tests, NULL, NULL);
}
