/*
 * dht_sim.c - thousands of DHT nodes on one clock: what they find, what it
 * costs, and what attackers can do.
 *
 *	dht_sim               tests with bounds, about 1,000 nodes
 *	dht_sim table N       the figures of docs/dht.md, N nodes (10,000):
 *	dht_sim honest N        of a network without attackers,
 *	dht_sim attacks N       and of one with them, of N / 5 nodes
 *
 * All tests work on one network, which lives on from one to the next: it takes
 * most of the time to grow it.  SIM_SEED makes another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "dht/throttle.h"
#include "dht_evil.h"
#include "dht_measure.h"
#include "dht_net.h"

#define SECOND 1000u
#define MINUTE 60000u
#define JOIN_EACH_MS 60u
#define SETTLED_AFTER (15 * MINUTE)

#if defined __SANITIZE_ADDRESS__
#define NODES 400u
#define LOOKUPS 60u
#else
#define NODES 1000u
#define LOOKUPS 150u
#endif
#define TABLE_LOOKUPS 1000u
#define TABLE_SETTLED_AFTER (30 * MINUTE)
#define FLOOD_PER_S 10000u
#define NEWCOMERS 50u

/* Of a network as the real one may be. */
static struct dht_net_plan plan_of(uint32_t nodes)
{
	const char *seed = getenv("SIM_SEED");

	return (struct dht_net_plan){
		.seed = seed ? strtoull(seed, NULL, 10) : 1,
		.nodes = nodes,
		.loss_permille = 50,
		.nat_permille = 300,
		.unfit_permille = 200,
		.churn = true,
		.join_ms = (uint64_t)nodes * JOIN_EACH_MS,
	};
}

static struct dht_net *grow(const struct dht_net_plan *plan, uint64_t settle_ms)
{
	struct dht_net *n = dht_net_new(plan);

	dht_net_run(n, plan->join_ms + settle_ms);
	return n;
}

static struct dht_lookups lookups(struct dht_net *n, uint32_t count,
	uint64_t wait_ms)
{
	return dht_measure_lookups(n, &(struct dht_lookups_plan){
					      .count = count,
					      .apart_ms = 200,
					      .wait_ms = wait_ms,
				      });
}

/* --- scenarios ------------------------------------------------------------ */

struct newcomers {
	double joined_median_ms, joined_p95_ms;
	/* Contacts and spares, and bits of the own bucket, after 3 s. */
	double contacts, spares, depth;
	double contacts_later;            /* after a minute */
	double size, size_low, size_high; /* estimated; the true one is 1 */
	/* A search that began with the node itself, for a hash that others
	 * announced: from then to the first peers. */
	double first_median_ms, first_p95_ms, found;
};

static uint32_t reachable(const struct dht_net *n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < dht_net_size(n); i++)
		count += dht_net_is_reachable(dht_net_node(n, i));
	return count;
}

static void look_around(struct dht_net *n, uint32_t i)
{
	struct dht_query q = {.scrape = true};

	for (unsigned k = 0; k < 20; k++) {
		rng_fill(dht_net_rng(n), q.hash, sizeof q.hash);
		dht_net_search(n, i, &q);
	}
}

struct newcomer {
	uint32_t at;
	struct dht *dht;
	struct dht_net_search *search;
};

/* Each looks at once for what somebody else has announced. */
static void arrive(struct dht_net *n, struct newcomer *who, uint32_t count)
{
	struct dht_query q[NEWCOMERS];

	for (uint32_t k = 0; k < count; k++) {
		q[k] = (struct dht_query){.announce_port = 6881};
		rng_fill(dht_net_rng(n), q[k].hash, sizeof q[k].hash);
		dht_net_search(n, dht_net_pick(n, 5 * MINUTE), &q[k]);
	}
	dht_net_run(n, 20 * SECOND);
	for (uint32_t k = 0; k < count; k++) {
		q[k].announce_port = 0;
		who[k].at = dht_net_pick(n, MINUTE);
		dht_net_replace(n, who[k].at);
		who[k].dht = dht_net_node(n, who[k].at)->dht;
		who[k].search = dht_net_search(n, who[k].at, &q[k]);
	}
}

static void see_soon(struct dht_net *n, struct newcomer *who, uint32_t count,
	struct newcomers *out)
{
	struct dht_view v;

	for (uint32_t k = 0; k < count; k++) {
		dht_view(who[k].dht, dht_net_now(n), &v);
		out->contacts += (double)(v.v4.good + v.v4.unsure) / count;
		out->spares += (double)v.v4.spare / count;
		out->depth += (double)(v.v4.nbuckets - 1) / count;
		look_around(n, who[k].at);
	}
}

static void see_later(struct dht_net *n, struct newcomer *who, uint32_t count,
	struct newcomers *out)
{
	struct dht_values joined = {0}, size = {0}, first = {0}, contacts = {0};
	struct dht_view v;

	for (uint32_t k = 0; k < count; k++) {
		const struct dht_net_search *s = who[k].search;

		if (dht_net_node(n, who[k].at)->dht != who[k].dht)
			continue;
		dht_view(who[k].dht, dht_net_now(n), &v);
		dht_values_add(&contacts, v.v4.good + v.v4.unsure);
		dht_values_add(&size, (double)v.network / reachable(n));
		dht_values_add(&joined,
			v.joined_ms ? (double)(v.joined_ms - v.started_ms)
				    : MINUTE);
		if (s->first_ms > 0)
			dht_values_add(&first,
				(double)(s->first_ms - s->began_ms));
	}
	out->contacts_later = dht_values_mean(&contacts);
	out->found = (double)first.n / (double)joined.n;
	out->joined_median_ms = dht_values_at(&joined, 500);
	out->joined_p95_ms = dht_values_at(&joined, 950);
	out->first_median_ms = dht_values_at(&first, 500);
	out->first_p95_ms = dht_values_at(&first, 950);
	out->size = dht_values_at(&size, 500);
	out->size_low = dht_values_at(&size, 50);
	out->size_high = dht_values_at(&size, 950);
	dht_values_free(&joined);
	dht_values_free(&size);
	dht_values_free(&first);
	dht_values_free(&contacts);
}

/* Those who come when all others are there. */
static struct newcomers come(struct dht_net *n, uint32_t count)
{
	struct newcomer who[NEWCOMERS];
	struct newcomers out = {0};

	arrive(n, who, count);
	dht_net_run(n, 3 * SECOND);
	see_soon(n, who, count, &out);
	dht_net_run(n, 57 * SECOND);
	see_later(n, who, count, &out);
	return out;
}

/* Sybils around one hash, and what becomes of searches for it. */
static struct dht_lookups besiege(struct dht_net *n, struct sybils_plan plan,
	uint32_t count)
{
	struct dht_lookups out;
	struct sybils *s;

	rng_fill(dht_net_rng(n), plan.hash.b, sizeof plan.hash.b);
	s = sybils_new(n, &plan);
	sybils_run(s, 5 * MINUTE, 10 * SECOND);
	out = dht_measure_lookups(n, &(struct dht_lookups_plan){
					     .count = count,
					     .apart_ms = 200,
					     .wait_ms = MINUTE,
					     .hash = &plan.hash,
					     .hash_bits = 120,
				     });
	sybils_free(s);
	return out;
}

struct crowd {
	struct dht_lookups lookups;
	double share;   /* of contacts in tables that are theirs */
	double victims; /* datagrams to them, for each 1,000 queries */
};

static double share_in_tables(struct dht_net *n, const struct sybils *s)
{
	static struct dht_view_node c[64];
	double contacts = 0, theirs = 0;

	for (unsigned k = 0; k < 100; k++) {
		const struct dht_net_node *node =
			dht_net_node(n, dht_net_pick(n, 5 * MINUTE));
		size_t have;

		for (unsigned b = 0; b < DHT_VIEW_BUCKETS; b++) {
			have = dht_view_bucket(node->dht, ADDR_V4, b,
				dht_net_now(n), c, 64);
			contacts += (double)have;
			for (size_t i = 0; i < have; i++)
				for (uint32_t j = 0; j < sybils_count(s); j++)
					theirs += addr_equal(sybils_addr(s, j),
						&c[i].addr);
		}
	}
	return theirs / contacts;
}

static struct crowd judge_crowd(struct dht_net *n, struct sybils *s,
	bool are_nodes, uint32_t count)
{
	struct dht_net_counts before, after;
	struct crowd out = {0};
	uint64_t hits;

	out.share = share_in_tables(n, s);
	before = dht_net_counts(n);
	hits = sybils_hits(s);
	out.lookups =
		dht_measure_lookups(n, &(struct dht_lookups_plan){
					       .count = count,
					       .apart_ms = 200,
					       .wait_ms = MINUTE,
					       .sybils = are_nodes ? s : NULL,
				       });
	after = dht_net_counts(n);
	out.victims = 1000.0 * (double)(sybils_hits(s) - hits) /
	              (double)(after.datagrams - before.datagrams);
	return out;
}

/* Sybils everywhere. */
static struct crowd mingle(struct dht_net *n, const struct sybils_plan *plan,
	uint64_t ms, uint32_t count)
{
	struct sybils *s = sybils_new(n, plan);
	struct crowd out;

	sybils_run(s, ms, 30 * SECOND);
	out = judge_crowd(n, s,
		plan->words == SYBIL_NAMES_FRIENDS && !plan->one_host, count);
	sybils_free(s);
	return out;
}

/* A network in which three of ten were Sybils from the beginning. */
static struct crowd grow_with_sybils(uint32_t nodes, uint32_t count)
{
	struct dht_net_plan plan = plan_of(nodes * 7 / 10);
	struct dht_net *n = grow(&plan, 0);
	struct sybils *s =
		sybils_new(n, &(struct sybils_plan){.count = nodes * 3 / 10});
	struct crowd out;

	sybils_run(s, 30 * MINUTE, 10 * SECOND);
	out = judge_crowd(n, s, true, count);
	sybils_free(s);
	dht_net_free(n);
	return out;
}

struct flooded {
	struct flood f;
	double bytes_per_s, factor; /* of answers to queries, bytes */
	bool found;                 /* its own search did, meanwhile */
};

static struct flooded drown(struct dht_net *n, uint32_t sources, uint64_t ms)
{
	uint32_t i = dht_net_pick(n, 5 * MINUTE), other;
	struct dht_query q = {.announce_port = 6881};
	struct dht_net_search *s;
	struct flooded out = {0};
	struct flood more;

	while (!dht_net_is_reachable(dht_net_node(n, i)))
		i = dht_net_pick(n, 5 * MINUTE);
	rng_fill(dht_net_rng(n), q.hash, sizeof q.hash);
	do {
		other = dht_net_pick(n, 5 * MINUTE);
	} while (other == i);
	dht_net_search(n, other, &q);
	dht_net_run(n, 20 * SECOND);
	out.f = evil_flood(n, i, sources, FLOOD_PER_S, SECOND);
	q.announce_port = 0;
	s = dht_net_search(n, i, &q);
	more = evil_flood(n, i, sources, FLOOD_PER_S, ms);
	out.f.queries += more.queries;
	out.f.bytes += more.bytes;
	out.f.answers += more.answers;
	out.f.answered_bytes += more.answered_bytes;
	out.found = s->found > 0 || s->first_ms > 0;
	out.bytes_per_s = (double)more.answered_bytes * SECOND / (double)ms;
	out.factor = (double)out.f.answered_bytes / (double)out.f.bytes;
	return out;
}

/* --- tests with bounds ---------------------------------------------------- */

static int grow_net(void **state)
{
	struct dht_net_plan plan = plan_of(NODES);

	*state = grow(&plan, SETTLED_AFTER);
	return 0;
}

static int free_net(void **state)
{
	dht_net_free((struct dht_net *)*state);
	return 0;
}

static void at_least(const char *what, double value, double bound)
{
	if (value < bound)
		fail_msg("%s is %g, below %g", what, value, bound);
}

static void at_most(const char *what, double value, double bound)
{
	if (value > bound)
		fail_msg("%s is %g, above %g", what, value, bound);
}

static void tables_are_full_of_nodes_that_answer(void **state)
{
	struct dht_tables t =
		dht_measure_tables((struct dht_net *)*state, 200, 10 * MINUTE);

	at_least("share of good contacts", t.good, 0.95);
	at_least("share that is there", t.reachable, 0.75);
	at_least("places that are filled", t.filled, 0.85);
	at_least("share of the closest that is known", t.closest, 0.85);
}

static void a_node_at_rest_is_quiet(void **state)
{
	struct dht_load l =
		dht_measure_load((struct dht_net *)*state, 5 * MINUTE);

	at_most("datagrams a minute", l.datagrams, 60);
	at_most("bytes a minute", l.bytes, 6000);
	at_least("share of queries answered", l.answered, 0.5);
}

static void who_announced_is_found(void **state)
{
	struct dht_lookups l =
		lookups((struct dht_net *)*state, LOOKUPS, MINUTE);

	at_least("searches that count", l.tried, 0.9 * LOOKUPS);
	at_least("share that found", (double)l.found / l.tried, 0.995);
	at_least("of the 8 closest", l.closest, 6.6);
	at_most("nodes asked", l.asked_median, 40);
	at_most("ms to the first peers", l.first_median_ms, 1000);
	at_most("ms to the end, most", l.end_p95_ms, 6000);
}

static void newcomers_find_their_place(void **state)
{
	struct newcomers c = come((struct dht_net *)*state, 10);

	at_most("ms to join", c.joined_median_ms, 5000);
	at_least("contacts after 3 s", c.contacts + c.spares, 20);
	at_least("contacts after a minute", c.contacts_later, 50);
	at_least("estimated size", c.size, 0.6);
	at_most("estimated size", c.size, 1.4);
}

static void made_up_ids_hide_nobody(void **state)
{
	struct dht_lookups l = besiege((struct dht_net *)*state,
		(struct sybils_plan){
			.count = 128, .nets = 4, .ids = SYBIL_NEAR},
		LOOKUPS / 3);

	at_least("share that found", (double)l.found / l.tried, 0.99);
	at_least("of the 8 closest", l.closest, 4);
}

static void a_few_nets_hide_nobody(void **state)
{
	struct dht_lookups l = besiege((struct dht_net *)*state,
		(struct sybils_plan){
			.count = 128, .nets = 2, .ids = SYBIL_NEAR_FIT},
		LOOKUPS / 3);

	at_least("share that found", (double)l.found / l.tried, 0.97);
}

static void one_host_is_one_contact(void **state)
{
	struct crowd c = mingle((struct dht_net *)*state,
		&(struct sybils_plan){
			.count = 1000, .one_host = true, .ids = SYBIL_FIT},
		3 * MINUTE, LOOKUPS / 3);

	at_most("share of tables", c.share, 0.02);
	at_least("share that found", (double)c.lookups.found / c.lookups.tried,
		0.99);
}

static void victims_are_left_in_peace(void **state)
{
	struct crowd c = mingle((struct dht_net *)*state,
		&(struct sybils_plan){.count = NODES / 10,
			.ids = SYBIL_FIT,
			.words = SYBIL_NAMES_VICTIMS,
			.victims = 20},
		3 * MINUTE, LOOKUPS / 3);

	at_least("share that found", (double)c.lookups.found / c.lookups.tried,
		0.99);
	at_most("datagrams to victims of 1,000", c.victims, 300);
}

static void guessed_tokens_store_nothing(void **state)
{
	struct dht_net *n = (struct dht_net *)*state;
	uint32_t tries;

	assert_int_equal(evil_forge_tokens(n, 1, &tries), 0);
	assert_in_range(tries, 50, 100);
}

static void check_flood(struct dht_net *n, uint32_t sources)
{
	struct flooded f = drown(n, sources, 5 * SECOND);

	assert_true(f.found);
	at_most("bytes a second", f.bytes_per_s,
		1.2 * THROTTLE_ANSWER_BYTES_PER_S);
	at_most("bytes answered for each", f.factor, 0.5);
}

static void a_flood_is_not_answered(void **state)
{
	check_flood((struct dht_net *)*state, 0);
	check_flood((struct dht_net *)*state, 2000);
}

static void three_in_ten_liars_hide_nobody(void **state)
{
	struct crowd c = mingle((struct dht_net *)*state,
		&(struct sybils_plan){.count = NODES * 3 / 7, .ids = SYBIL_FIT},
		5 * MINUTE, LOOKUPS / 3);

	at_least("share that found", (double)c.lookups.found / c.lookups.tried,
		0.98);
	at_least("of the 8 closest", c.lookups.closest, 4.5);
}

/* --- figures -------------------------------------------------------------- */

static void row(const char *of, const char *name, double value)
{
	printf("%-24s %-24s %.3f\n", of, name, value);
	fflush(stdout);
}

static void print_lookups(const char *of, const struct dht_lookups *l)
{
	row(of, "searches", l->tried);
	row(of, "found_percent", 100.0 * l->found / l->tried);
	row(of, "closest_of_8", l->closest);
	row(of, "seven_of_8_percent", 100 * l->seven);
	row(of, "honest_but_one_percent", 100 * l->honest);
	row(of, "told_no_nodes", l->strange);
	row(of, "stored_by", l->stored);
	row(of, "asked_median", l->asked_median);
	row(of, "asked_p95", l->asked_p95);
	row(of, "first_peers_ms_median", l->first_median_ms);
	row(of, "first_peers_ms_p95", l->first_p95_ms);
	row(of, "end_ms_median", l->end_median_ms);
	row(of, "end_ms_p95", l->end_p95_ms);
}

static void print_tables(const char *of, const struct dht_tables *t)
{
	row(of, "contacts", t->contacts);
	row(of, "good_percent", 100 * t->good);
	row(of, "reachable_percent", 100 * t->reachable);
	row(of, "good_reachable_percent", 100 * t->good_reachable);
	row(of, "places_filled_percent", 100 * t->filled);
	row(of, "own_closest_8_percent", 100 * t->closest);
	row(of, "rtt_median_ms", t->rtt_ms);
}

static void print_load(const char *of, const struct dht_load *l)
{
	row(of, "datagrams_per_min", l->datagrams);
	row(of, "bytes_per_min", l->bytes);
	row(of, "queries_per_min", l->queries);
	row(of, "pings_per_min", l->kind[KRPC_PING]);
	row(of, "find_nodes_per_min", l->kind[KRPC_FIND_NODE]);
	row(of, "answered_percent", 100 * l->answered);
}

static void print_newcomers(const char *of, const struct newcomers *c)
{
	row(of, "joined_ms_median", c->joined_median_ms);
	row(of, "joined_ms_p95", c->joined_p95_ms);
	row(of, "found_percent", 100 * c->found);
	row(of, "first_peers_ms_median", c->first_median_ms);
	row(of, "first_peers_ms_p95", c->first_p95_ms);
	row(of, "contacts_3s", c->contacts);
	row(of, "spares_3s", c->spares);
	row(of, "depth_3s", c->depth);
	row(of, "contacts_60s", c->contacts_later);
	row(of, "size_ratio_median", c->size);
	row(of, "size_ratio_p5", c->size_low);
	row(of, "size_ratio_p95", c->size_high);
}

static void print_crowd(const char *of, const struct crowd *c)
{
	row(of, "share_of_tables_percent", 100 * c->share);
	row(of, "victims_hit_per_1000", c->victims);
	print_lookups(of, &c->lookups);
}

static void print_flood(const char *of, const struct flooded *f)
{
	row(of, "queries", (double)f->f.queries);
	row(of, "answers", (double)f->f.answers);
	row(of, "bytes_per_s", f->bytes_per_s);
	row(of, "amplification", f->factor);
	row(of, "own_search_found", f->found);
}

static size_t memory(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void table_honest(struct dht_net *n, uint32_t nodes)
{
	struct dht_tables t = dht_measure_tables(n, 500, 15 * MINUTE);
	struct dht_load l = dht_measure_load(n, 10 * MINUTE);
	struct dht_lookups k;
	struct newcomers c;

	row("network", "nodes", nodes);
	row("network", "reachable", reachable(n));
	print_tables("tables", &t);
	print_load("rest", &l);
	k = lookups(n, TABLE_LOOKUPS, MINUTE);
	print_lookups("lookups", &k);
	k = lookups(n, TABLE_LOOKUPS / 2, 20 * MINUTE);
	print_lookups("lookups_20min", &k);
	c = come(n, NEWCOMERS);
	print_newcomers("newcomers", &c);
}

/* Nothing is lost, nobody leaves or hides. */
static void table_ideal(void)
{
	struct dht_net_plan plan = {
		.seed = 1, .nodes = 1000, .join_ms = MINUTE};
	struct dht_net *n = grow(&plan, SETTLED_AFTER);
	struct dht_lookups k = lookups(n, TABLE_LOOKUPS / 2, MINUTE);
	struct newcomers c = come(n, NEWCOMERS);

	print_lookups("ideal_1000", &k);
	print_newcomers("ideal_1000", &c);
	dht_net_free(n);
}

static void table_near(struct dht_net *n)
{
	static const struct {
		const char *name;
		uint32_t count, nets;
		enum sybil_ids ids;
	} sieges[] = {
		{"near_4_nets", 256, 4, SYBIL_NEAR},
		{"near_32_nets", 256, 32, SYBIL_NEAR},
		{"near_fit_4_nets", 256, 4, SYBIL_NEAR_FIT},
		{"near_fit_32_nets", 256, 32, SYBIL_NEAR_FIT},
	};

	for (size_t i = 0; i < sizeof sieges / sizeof sieges[0]; i++) {
		struct sybils_plan plan = {.count = sieges[i].count,
			.nets = sieges[i].nets,
			.ids = sieges[i].ids};
		struct dht_lookups l = besiege(n, plan, 200);

		print_lookups(sieges[i].name, &l);
	}
}

static void table_crowds(struct dht_net *n, uint32_t nodes)
{
	struct sybils_plan one = {
		.count = 4000, .one_host = true, .ids = SYBIL_FIT};
	struct sybils_plan poison = {.count = nodes / 10,
		.words = SYBIL_NAMES_VICTIMS,
		.victims = 50};
	struct sybils_plan junk = {
		.count = nodes / 10, .words = SYBIL_NAMES_NOBODY};
	struct sybils_plan many = {.count = nodes * 3 / 7};
	struct crowd c = mingle(n, &one, 10 * MINUTE, 200);

	print_crowd("one_host", &c);
	c = mingle(n, &poison, 10 * MINUTE, 200);
	print_crowd("victims_named", &c);
	c = mingle(n, &junk, 10 * MINUTE, 200);
	print_crowd("nobody_named", &c);
	c = mingle(n, &many, 15 * MINUTE, 500);
	print_crowd("sybils_came_30_percent", &c);
	c = grow_with_sybils(nodes, 500);
	print_crowd("sybils_grew_30_percent", &c);
}

/* On a smaller network, as each attack takes its time. */
static void table_attacks(uint32_t nodes)
{
	struct dht_net_plan plan = plan_of(nodes);
	struct dht_net *n = grow(&plan, TABLE_SETTLED_AFTER);
	struct flooded f;
	uint32_t tries;

	row("attacked", "nodes", nodes);
	table_near(n);
	row("tokens", "forged_ones_stored", evil_forge_tokens(n, 1, &tries));
	f = drown(n, 0, 10 * SECOND);
	print_flood("flood_one_host", &f);
	f = drown(n, 5000, 10 * SECOND);
	print_flood("flood_5000_hosts", &f);
	table_crowds(n, nodes);
	dht_net_free(n);
}

static void table_network(uint32_t nodes)
{
	struct dht_net_plan plan = plan_of(nodes);
	size_t before = memory();
	struct dht_net *n = grow(&plan, TABLE_SETTLED_AFTER);

	/* What the simulation itself takes is some 2 KiB of this. */
	row("network", "memory_bytes_per_node",
		(double)(memory() - before) / nodes);
	table_honest(n, nodes);
	dht_net_free(n);
}

/* False: this is no such command. */
static bool print_figures(const char *which, uint32_t nodes)
{
	bool all = strcmp(which, "table") == 0, honest, attacks;

	honest = all || strcmp(which, "honest") == 0;
	attacks = all || strcmp(which, "attacks") == 0;
	if (honest) {
		table_network(nodes);
		table_ideal();
	}
	if (attacks)
		table_attacks(nodes / 5);
	return honest || attacks;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_full_of_nodes_that_answer),
		cmocka_unit_test(a_node_at_rest_is_quiet),
		cmocka_unit_test(who_announced_is_found),
		cmocka_unit_test(newcomers_find_their_place),
		cmocka_unit_test(made_up_ids_hide_nobody),
		cmocka_unit_test(a_few_nets_hide_nobody),
		cmocka_unit_test(guessed_tokens_store_nothing),
		cmocka_unit_test(a_flood_is_not_answered),
		cmocka_unit_test(one_host_is_one_contact),
		cmocka_unit_test(victims_are_left_in_peace),
		cmocka_unit_test(three_in_ten_liars_hide_nobody),
	};

	hash_setup();
	if (argc > 2)
		return print_figures(argv[1],
			       (uint32_t)strtoul(argv[2], NULL, 10))
		               ? 0
		               : 2;
	return cmocka_run_group_tests_name("dht", tests, grow_net, free_net);
}
