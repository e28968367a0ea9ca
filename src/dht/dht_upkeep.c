/*
 * dht_upkeep.c - contacts and buckets while the node lives, and what others
 * say our address is (BEP 42).
 */
#include <string.h>

#include "base/mem.h"
#include "dht/dht_priv.h"

/* --- contacts ------------------------------------------------------------- */

static void recount(struct dht *d, struct family *f)
{
	struct table_counts n = table_counts(f->table, d->now_ms);
	uint32_t before = f->live;

	if (n.buckets > f->nbuckets)
		dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_SPLIT,
				    .n = n.buckets - 1});
	f->nbuckets = n.buckets;
	f->live = n.good + n.unsure;
	dht_join_contacts(d, f, before);
}

void dht_contact_answered(struct dht *d, struct family *f,
	const struct node_id *id, const struct addr *a, uint32_t rtt_ms)
{
	const struct contact *c = table_find(f->table, a);
	bool has_changed = c && !node_id_equal(&c->id, id);

	table_replied(f->table, id, a, rtt_ms, d->now_ms);
	recount(d, f);
	dht_jobs_meet(d, f, id, a);
	if (has_changed)
		dht_newcomer(d, a, true);
}

void dht_contact_failed(struct dht *d, struct family *f, const struct addr *a)
{
	const struct contact *c = table_find(f->table, a);
	uint32_t fails = c ? c->fails + 1u : 0;

	if (!c)
		return;
	if (table_failed(f->table, a, d->now_ms))
		dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_DROPPED,
				    .addr = *a,
				    .n = fails});
	recount(d, f);
}

static size_t count_jobs(const struct dht *d, const struct family *f)
{
	size_t n = 0;

	list_for_each (it, &d->jobs)
		n += container_of(it, struct job, node)->fam == f &&
		     container_of(it, struct job, node)->kind ==
		             DHT_LOOKUP_REFRESH;
	return n;
}

static void refresh(struct dht *d, struct family *f, unsigned bits)
{
	struct node_id target;
	struct job *j;

	if (count_jobs(d, f) >= REFRESH_JOBS_MAX)
		return;
	rng_fill(&d->rng, target.b, sizeof target.b);
	node_id_in_bucket(&target, &f->id, bits);
	j = dht_job_new(d, f, DHT_LOOKUP_REFRESH, &target);
	j->bits = bits;
	dht_job_start(d, j, 0);
}

void dht_upkeep_tick(struct dht *d, struct family *f)
{
	struct contact c;
	unsigned bits;

	while (dht_can_ask(d) && table_next_ping(f->table, d->now_ms, &c))
		dht_ping(d, f, &c.addr, OWNER_UPKEEP);
	while (table_next_refresh(f->table, d->now_ms, &bits))
		refresh(d, f, bits);
}

/* --- our id --------------------------------------------------------------- */

void dht_set_id(struct dht *d, struct family *f, const struct node_id *id)
{
	f->id = *id;
	table_set_self(f->table, id);
	recount(d, f);
}

/* An id that the address allows; those around it are other nodes. */
static void fit_id(struct dht *d, struct family *f)
{
	struct node_id id;

	if (node_id_fits_addr(&f->id, &f->external) ||
		(f->id_changed_ms && d->now_ms - f->id_changed_ms < ID_HOLD_MS))
		return;
	f->id_changed_ms = d->now_ms ? d->now_ms : 1;
	d->ops.random(d->ops.user, id.b, sizeof id.b);
	node_id_for_addr(&id, &f->external);
	dht_set_id(d, f, &id);
	dht_join_soon(d, f);
}

/* --- votes ---------------------------------------------------------------- */

/* Who named this IP; with is_exact, this port as well. */
static uint32_t count_votes(const struct family *f, const struct addr *a,
	bool is_exact)
{
	uint32_t n = 0;

	for (size_t i = 0; i < f->nvotes; i++)
		n += is_exact ? addr_equal(&f->votes[i].named, a)
		              : addr_same_ip(&f->votes[i].named, a);
	return n;
}

/* One vote for each net: the last. */
static void put_vote(struct family *f, const struct vote *v)
{
	for (size_t i = 0; i < f->nvotes; i++)
		if (addr_same_net(&f->votes[i].voter, &v->voter)) {
			f->votes[i] = *v;
			return;
		}
	if (f->nvotes < VOTES_KEPT)
		f->next_vote = f->nvotes++;
	f->votes[f->next_vote] = *v;
	f->next_vote = (f->next_vote + 1) % VOTES_KEPT;
}

/* Enough say so, and more than say what we believe now. */
static bool is_elected(const struct family *f, const struct addr *a)
{
	uint32_t n = count_votes(f, a, false);

	return n >= DHT_EXTERNAL_VOTES &&
	       n > count_votes(f, &f->external, false);
}

static void set_external(struct dht *d, struct family *f, const struct addr *a)
{
	f->external = *a;
	dht_event_external(d, a);
	dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_EXTERNAL,
			    .addr = *a,
			    .n = count_votes(f, a, false)});
}

void dht_vote(struct dht *d, struct family *f, const struct addr *from,
	const struct addr *named)
{
	struct vote v = {.voter = *from, .named = *named};

	/* Only local nodes see our local address, and no other one. */
	if (named->family != f->family || !addr_is_dialable(named) ||
		addr_is_local(named) != addr_is_local(from))
		return;
	put_vote(f, &v);
	if (addr_same_ip(named, &f->external)) {
		/* The same host behind another port: its router's choice. */
		if (count_votes(f, named, true) >= DHT_EXTERNAL_VOTES)
			f->external = *named;
	} else if (is_elected(f, named) &&
		   (!addr_is_local(named) || addr_is_local(&f->external) ||
			   f->external.family == ADDR_NONE)) {
		set_external(d, f, named);
	}
	if (f->external.family != ADDR_NONE)
		fit_id(d, f);
}
