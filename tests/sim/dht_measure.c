/*
 * dht_measure.c - see dht_measure.h.
 */
#include "dht_measure.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dht/table.h"

#define GRACE_MS 60000u /* for the last searches */
#define YOUNGEST_MS 300000u
#define CONTACTS_MAX 64u
#define PORT 6881u

/* --- values --------------------------------------------------------------- */

void dht_values_add(struct dht_values *s, double v)
{
	s->v = (double *)mem_grow(s->v, &s->cap, s->n + 1, sizeof *s->v);
	s->v[s->n++] = v;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double dht_values_at(struct dht_values *s, uint32_t permille)
{
	if (s->n == 0)
		return 0;
	qsort(s->v, s->n, sizeof *s->v, compare);
	return s->v[(s->n - 1) * permille / 1000];
}

double dht_values_mean(const struct dht_values *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += s->v[i];
	return s->n ? sum / (double)s->n : 0;
}

void dht_values_free(struct dht_values *s)
{
	mem_free(s->v);
	*s = (struct dht_values){0};
}

/* --- lookups -------------------------------------------------------------- */

struct closest {
	struct {
		struct node_id id;
		struct addr addr;
	} at[DHT_CLOSEST];
	size_t n;
};

static void insert(struct closest *c, const struct node_id *target,
	const struct node_id *id, const struct addr *addr)
{
	size_t at = c->n;

	while (at > 0 && node_id_compare(target, id, &c->at[at - 1].id) < 0)
		at--;
	if (at == DHT_CLOSEST)
		return;
	if (c->n < DHT_CLOSEST)
		c->n++;
	memmove(&c->at[at + 1], &c->at[at], (c->n - at - 1) * sizeof c->at[0]);
	c->at[at].id = *id;
	c->at[at].addr = *addr;
}

static void find_closest(const struct dht_net *n, const struct sybils *sybils,
	const struct node_id *target, struct closest *out)
{
	uint32_t near[DHT_CLOSEST];
	size_t have = dht_net_closest(n, target, near, DHT_CLOSEST);

	out->n = 0;
	for (size_t i = 0; i < have; i++)
		insert(out, target, &dht_net_node(n, near[i])->id,
			&dht_net_node(n, near[i])->addr);
	for (uint32_t i = 0; sybils && i < sybils_count(sybils); i++)
		insert(out, target, sybils_id(sybils, i),
			sybils_addr(sybils, i));
}

struct dht_hits dht_measure_hits(const struct dht_net *n,
	const struct sybils *sybils, const struct dht_net_search *s)
{
	struct dht_hits hits = {0};
	struct node_id target;
	struct closest c;

	memcpy(target.b, s->query.hash, sizeof target.b);
	find_closest(n, sybils, &target, &c);
	for (size_t k = 0; k < s->ntold; k++)
		hits.strange += !dht_net_node_at(n, &s->told[k]);
	for (size_t i = 0; i < c.n; i++) {
		bool is_told = false;

		for (size_t k = 0; k < s->ntold; k++)
			is_told |= addr_equal(&s->told[k], &c.at[i].addr);
		hits.closest += is_told;
		hits.missed += !is_told && dht_net_node_at(n, &c.at[i].addr);
	}
	return hits;
}

static struct dht_query query(struct dht_net *n,
	const struct dht_lookups_plan *plan)
{
	struct dht_query q = {.announce_port = PORT};
	struct node_id id;

	rng_fill(dht_net_rng(n), id.b, sizeof id.b);
	if (plan->hash)
		node_id_in_bucket(&id, plan->hash, plan->hash_bits);
	memcpy(q.hash, id.b, sizeof q.hash);
	return q;
}

static void announce(struct dht_net *n, const struct dht_lookups_plan *plan,
	struct dht_net_search **out)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		struct dht_query q = query(n, plan);

		out[i] = dht_net_search(n, dht_net_pick(n, YOUNGEST_MS), &q);
		dht_net_run(n, plan->apart_ms);
	}
	dht_net_run(n, GRACE_MS);
}

static void judge_announces(struct dht_net *n,
	const struct dht_lookups_plan *plan, struct dht_net_search **s,
	struct dht_lookups *out)
{
	double hits = 0, seven = 0, honest = 0, stored = 0, strange = 0;

	for (uint32_t i = 0; i < plan->count; i++) {
		struct dht_hits h;

		if (s[i]->is_gone || s[i]->done_ms == 0)
			continue;
		h = dht_measure_hits(n, plan->sybils, s[i]);
		hits += h.closest;
		strange += h.strange;
		seven += h.closest + 1 >= DHT_CLOSEST;
		honest += h.missed <= 1;
		stored += s[i]->stored;
		out->announces++;
	}
	if (out->announces == 0)
		return;
	out->closest = hits / out->announces;
	out->seven = seven / out->announces;
	out->honest = honest / out->announces;
	out->stored = stored / out->announces;
	out->strange = strange / out->announces;
}

static void look(struct dht_net *n, const struct dht_lookups_plan *plan,
	struct dht_net_search **s)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		struct dht_net_search *a = s[i];
		const struct dht_net_node *who = dht_net_node(n, a->node);
		struct dht_query q = a->query;

		s[i] = NULL;
		/* Who announced may have left since; the nodes that he told
		 * do not know. */
		if (a->done_ms == 0)
			continue;
		q.announce_port = 0;
		s[i] = dht_net_search(n, dht_net_pick(n, YOUNGEST_MS), &q);
		s[i]->want = who->addr;
		s[i]->want.port = PORT;
		if (who->life != a->life)
			s[i]->want.family = ADDR_NONE;
		dht_net_run(n, plan->apart_ms);
	}
	dht_net_run(n, GRACE_MS);
}

static void judge_searches(struct dht_net_search **s, uint32_t count,
	struct dht_lookups *out)
{
	struct dht_values asked = {0}, first = {0}, end = {0};

	for (uint32_t i = 0; i < count; i++) {
		bool got;

		if (!s[i] || s[i]->is_gone)
			continue;
		got = s[i]->want.family == ADDR_NONE ? s[i]->found > 0
		                                     : s[i]->got;
		out->tried++;
		out->found += got;
		if (got)
			dht_values_add(&first,
				(double)(s[i]->first_ms - s[i]->began_ms));
		if (s[i]->done_ms == 0)
			continue;
		dht_values_add(&asked, s[i]->asked);
		dht_values_add(&end, (double)(s[i]->done_ms - s[i]->began_ms));
	}
	out->asked_median = dht_values_at(&asked, 500);
	out->asked_p95 = dht_values_at(&asked, 950);
	out->first_median_ms = dht_values_at(&first, 500);
	out->first_p95_ms = dht_values_at(&first, 950);
	out->end_median_ms = dht_values_at(&end, 500);
	out->end_p95_ms = dht_values_at(&end, 950);
	dht_values_free(&asked);
	dht_values_free(&first);
	dht_values_free(&end);
}

struct dht_lookups dht_measure_lookups(struct dht_net *n,
	const struct dht_lookups_plan *plan)
{
	struct dht_net_search **s =
		(struct dht_net_search **)mem_zero_array(plan->count,
			sizeof(void *));
	struct dht_lookups out = {0};

	announce(n, plan, s);
	judge_announces(n, plan, s, &out);
	dht_net_run(n, plan->wait_ms);
	look(n, plan, s);
	judge_searches(s, plan->count, &out);
	mem_free(s);
	return out;
}

/* --- tables --------------------------------------------------------------- */

struct sums {
	double contacts, good, reachable, good_reachable;
	double filled, fillable, closest, closest_of;
	struct dht_values size, rtt, joined;
};

static bool is_there(const struct dht_net *n, const struct dht_view_node *c)
{
	const struct dht_net_node *node = dht_net_node_at(n, &c->addr);

	return node && dht_net_is_reachable(node) &&
	       node_id_equal(&node->id, &c->id);
}

static void add_closest(const struct dht_net *n,
	const struct dht_net_node *self, const struct dht_view_node *c,
	size_t nc, struct sums *s)
{
	uint32_t near[DHT_CLOSEST + 1];
	size_t have = dht_net_closest(n, &self->id, near, DHT_CLOSEST + 1);
	size_t others = 0;

	for (size_t i = 0; i < have && others < DHT_CLOSEST; i++) {
		const struct dht_net_node *o = dht_net_node(n, near[i]);

		if (o == self)
			continue;
		others++;
		s->closest_of++;
		for (size_t k = 0; k < nc; k++)
			s->closest += addr_equal(&c[k].addr, &o->addr);
	}
}

/* How many reachable nodes belong in each bucket of this node. */
static void count_possible(const struct dht_net *n,
	const struct dht_net_node *self, uint32_t nbuckets, uint32_t *out)
{
	memset(out, 0, nbuckets * sizeof out[0]);
	for (uint32_t i = 0; i < dht_net_size(n); i++) {
		const struct dht_net_node *o = dht_net_node(n, i);
		unsigned bits;

		if (o == self || !dht_net_is_reachable(o))
			continue;
		bits = node_id_shared_bits(&self->id, &o->id);
		out[bits < nbuckets ? bits : nbuckets - 1]++;
	}
}

static void add_node(const struct dht_net *n, const struct dht_net_node *self,
	struct sums *s)
{
	static struct dht_view_node c[DHT_VIEW_BUCKETS * CONTACTS_MAX];
	uint32_t possible[DHT_VIEW_BUCKETS];
	uint64_t now = dht_net_now(n);
	struct dht_view v;
	size_t nc = 0;

	dht_view(self->dht, now, &v);
	count_possible(n, self, v.v4.nbuckets, possible);
	for (unsigned b = 0; b < v.v4.nbuckets; b++) {
		size_t have = dht_view_bucket(self->dht, ADDR_V4, b, now,
			&c[nc], CONTACTS_MAX);
		uint32_t there = 0;
		uint32_t most = possible[b] < TABLE_K ? possible[b] : TABLE_K;

		for (size_t i = nc; i < nc + have; i++) {
			bool is_reachable = is_there(n, &c[i]);

			there += is_reachable;
			s->good += c[i].is_good;
			s->good_reachable += c[i].is_good && is_reachable;
		}
		nc += have;
		s->contacts += (double)have;
		s->reachable += there;
		s->filled += there < most ? there : most;
		s->fillable += most;
	}
	add_closest(n, self, c, nc, s);
	if (v.network > 0)
		dht_values_add(&s->size, (double)v.network);
	if (v.rtts.median_ms > 0)
		dht_values_add(&s->rtt, v.rtts.median_ms);
	if (v.joined_ms > 0)
		dht_values_add(&s->joined,
			(double)(v.joined_ms - v.started_ms));
}

static uint32_t count_reachable(const struct dht_net *n)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < dht_net_size(n); i++)
		count += dht_net_is_reachable(dht_net_node(n, i));
	return count;
}

struct dht_tables dht_measure_tables(struct dht_net *n, uint32_t nodes,
	uint64_t age_ms)
{
	struct dht_tables out = {.nodes = nodes};
	struct sums s = {0};
	double there = count_reachable(n);

	for (uint32_t i = 0; i < nodes; i++)
		add_node(n, dht_net_node(n, dht_net_pick(n, age_ms)), &s);
	out.contacts = s.contacts / nodes;
	out.good = s.good / s.contacts;
	out.reachable = s.reachable / s.contacts;
	out.good_reachable = s.good_reachable / s.good;
	out.filled = s.filled / s.fillable;
	out.closest = s.closest / s.closest_of;
	out.size_median = dht_values_at(&s.size, 500) / there;
	out.size_p5 = dht_values_at(&s.size, 50) / there;
	out.size_p95 = dht_values_at(&s.size, 950) / there;
	out.rtt_ms = dht_values_at(&s.rtt, 500);
	out.joined_ms_median = dht_values_at(&s.joined, 500);
	out.joined_ms_p95 = dht_values_at(&s.joined, 950);
	dht_values_free(&s.size);
	dht_values_free(&s.rtt);
	dht_values_free(&s.joined);
	return out;
}

/* --- load ----------------------------------------------------------------- */

/* Of nodes that were there before and after. */
struct traffic {
	uint32_t life;
	struct dht_view_traffic kind[KRPC_METHODS];
};

static void see_traffic(const struct dht_net *n, uint32_t i, struct traffic *t)
{
	const struct dht_net_node *node = dht_net_node(n, i);
	struct dht_view v;

	if (!node->dht)
		return;
	dht_view(node->dht, dht_net_now(n), &v);
	t->life = node->life;
	memcpy(t->kind, v.traffic, sizeof t->kind);
}

struct dht_load dht_measure_load(struct dht_net *n, uint64_t ms)
{
	uint32_t size = dht_net_size(n), counted = 0;
	struct traffic *t = (struct traffic *)mem_zero_array(size, sizeof *t);
	struct dht_net_counts before = dht_net_counts(n), after;
	struct dht_load out = {0};
	double minutes = (double)ms / 60000, answered = 0;

	for (uint32_t i = 0; i < size; i++)
		see_traffic(n, i, &t[i]);
	dht_net_run(n, ms);
	after = dht_net_counts(n);
	for (uint32_t i = 0; i < size; i++) {
		struct traffic now = {0};

		see_traffic(n, i, &now);
		if (now.life != t[i].life)
			continue;
		counted++;
		for (size_t k = 0; k < KRPC_METHODS; k++) {
			out.kind[k] +=
				(double)(now.kind[k].out - t[i].kind[k].out);
			answered += (double)(now.kind[k].answered -
					     t[i].kind[k].answered);
		}
	}
	for (size_t k = 0; k < KRPC_METHODS; k++) {
		out.kind[k] /= counted * minutes;
		out.queries += out.kind[k];
	}
	out.answered = answered / (counted * minutes) / out.queries;
	out.datagrams =
		(double)(after.datagrams - before.datagrams) / (size * minutes);
	out.bytes = (double)(after.bytes - before.bytes) / (size * minutes);
	mem_free(t);
	return out;
}
