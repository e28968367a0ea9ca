/*
 * dht_job.c - one lookup in one family, from start to end.
 */
#include "base/mem.h"
#include "dht/dht_priv.h"

struct job *dht_job_new(struct dht *d, struct family *f,
	enum dht_lookup_kind kind, const struct node_id *target)
{
	struct job *j = (struct job *)mem_zero(sizeof *j);

	j->number = d->next_job++;
	j->kind = kind;
	j->fam = f;
	j->target = *target;
	j->lookup = lookup_new(target, f->family);
	j->is_marked = true;
	list_push_back(&d->jobs, &j->node);
	return j;
}

static bool is_among(const struct contact *const *c, size_t n,
	const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_equal(&c[i]->addr, a))
			return true;
	return false;
}

static size_t add_routers(struct dht *d, struct job *j,
	const struct contact *const *near, size_t n)
{
	size_t added = 0;

	for (size_t i = 0; i < d->nrouters; i++) {
		if (d->routers[i].family != j->fam->family ||
			is_among(near, n, &d->routers[i]))
			continue;
		lookup_add(j->lookup, NULL, &d->routers[i]);
		added++;
	}
	return added;
}

/* Nobody answers: perhaps it was the network, and it is back. */
static size_t add_silent(struct job *j)
{
	const struct contact *c[LOOKUP_STARTS];
	unsigned nbuckets = j->fam->nbuckets;
	size_t n = 0;

	for (unsigned i = nbuckets; i-- > 0 && n < LOOKUP_STARTS;)
		n += table_bucket(j->fam->table, i, c + n, LOOKUP_STARTS - n);
	for (size_t i = 0; i < n; i++)
		lookup_add(j->lookup, &c[i]->id, &c[i]->addr);
	return n;
}

bool dht_job_start(struct dht *d, struct job *j, size_t routers_below)
{
	const struct contact *near[LOOKUP_STARTS];
	size_t n = table_closest(j->fam->table, &j->target, false, d->now_ms,
		near, LOOKUP_STARTS);
	size_t added = n;

	for (size_t i = 0; i < n; i++)
		lookup_add(j->lookup, &near[i]->id, &near[i]->addr);
	j->is_poor = n < TABLE_K;
	if (n < routers_below)
		added += add_routers(d, j, near, n);
	if (n == 0)
		added += add_silent(j);
	return added > 0;
}

void dht_jobs_meet(struct dht *d, const struct family *f,
	const struct node_id *id, const struct addr *a)
{
	list_for_each (it, &d->jobs) {
		struct job *j = container_of(it, struct job, node);

		if (j->fam != f || !j->is_poor || !j->lookup)
			continue;
		lookup_add(j->lookup, id, a);
		j->is_marked = true;
	}
}

void dht_job_end_lookup(struct dht *d, struct job *j)
{
	if (!j->lookup)
		return;
	j->counts = lookup_counts(j->lookup);
	txns_disown(d->txns, j->number);
	lookup_free(j->lookup);
	j->lookup = NULL;
}

void dht_job_free(struct dht *d, struct job *j)
{
	if (!j)
		return;
	dht_job_end_lookup(d, j);
	txns_disown(d->txns, j->number);
	list_remove(&j->node);
	mem_free(j->told);
	mem_free(j);
}

static struct job *job_of(struct dht *d, const struct txn *t)
{
	if (t->owner < OWNER_JOBS)
		return NULL;
	list_for_each (it, &d->jobs) {
		struct job *j = container_of(it, struct job, node);

		if (j->number == t->owner)
			return j;
	}
	return NULL;
}

/* --- answers -------------------------------------------------------------- */

/* Without ourselves, and what the one that names them may not name. */
static size_t read_nodes(struct dht *d, struct family *f,
	const struct addr *from, const struct krpc *m, struct krpc_node *out)
{
	size_t kept = 0;
	size_t n = krpc_read_nodes(f->family == ADDR_V4 ? m->nodes : m->nodes6,
		f->family, out, KRPC_NODES_MAX);

	for (size_t i = 0; i < n; i++)
		if (dht_may_name(from, &out[i].addr) &&
			dht_is_askable(d, f, &out[i].addr) &&
			!node_id_equal(&out[i].id, &f->id))
			out[kept++] = out[i];
	return kept;
}

/*
 * Nodes of the other family, heard of by the way: a search uses them at once,
 * a node that joins tries some of them.
 */
static void take_hints(struct dht *d, struct job *j, const struct addr *from,
	const struct krpc *m)
{
	struct family *other = dht_other_family(d, j->fam);
	struct krpc_node nodes[KRPC_NODES_MAX];
	struct job *twin;
	size_t n;

	if (!other || other->live >= THIN)
		return;
	n = read_nodes(d, other, from, m, nodes);
	twin = j->search ? j->search->jobs[other - d->fam] : NULL;
	for (size_t i = 0; i < n && j->hints < HINTS_MAX; i++) {
		if (twin && twin->lookup)
			lookup_add(twin->lookup, &nodes[i].id, &nodes[i].addr);
		else if (other->live > 0 || j->kind == DHT_LOOKUP_SELF)
			dht_newcomer(d, &nodes[i].addr, true);
		else
			break;
		j->hints++;
	}
	if (twin)
		twin->is_marked = true;
}

static void lookup_answered(struct dht *d, struct job *j,
	const struct addr *from, const struct krpc *m)
{
	struct krpc_node nodes[KRPC_NODES_MAX];
	size_t n = read_nodes(d, j->fam, from, m, nodes);

	lookup_replied(j->lookup, from, &m->id, m->token, nodes, n);
	take_hints(d, j, from, m);
	if (j->search)
		dht_search_peers(d, j, from, m);
}

void dht_job_answered(struct dht *d, const struct txn *t,
	const struct addr *from, const struct krpc *m)
{
	struct job *j = job_of(d, t);

	if (!j)
		return;
	j->is_marked = true;
	if (t->method == KRPC_ANNOUNCE)
		dht_announce_answered(j, from, m != NULL);
	else if (j->lookup && m)
		lookup_answered(d, j, from, m);
	else if (j->lookup)
		lookup_failed(j->lookup, from);
}

void dht_job_failed(struct dht *d, const struct txn *t)
{
	struct job *j = job_of(d, t);

	if (!j)
		return;
	j->is_marked = true;
	if (t->method == KRPC_ANNOUNCE)
		dht_announce_failed(j, &t->to);
	else if (j->lookup)
		lookup_failed(j->lookup, &t->to);
}

void dht_job_late(struct dht *d, const struct txn *t)
{
	struct job *j = job_of(d, t);

	if (!j)
		return;
	j->is_marked = true;
	if (t->method == KRPC_ANNOUNCE)
		dht_announce_late(j, &t->to);
	else if (j->lookup)
		lookup_late(j->lookup, &t->to);
}

/* --- going on ------------------------------------------------------------- */

static bool ask(struct dht *d, struct job *j, const struct addr *a)
{
	struct krpc q = {.method = KRPC_FIND_NODE,
		.has_target = true,
		.target = j->target};

	if (j->kind == DHT_LOOKUP_PEERS) {
		q.method = KRPC_GET_PEERS;
		q.scrape = j->search->query.scrape;
		q.no_seed = j->search->query.is_seed;
	}
	return dht_ask(d, j->fam, &q, a, j->number);
}

static void pump(struct dht *d, struct job *j)
{
	struct node_id id;
	struct addr a;

	j->is_starved = false;
	for (;;) {
		if (!dht_can_ask(d)) {
			j->is_starved = true;
			return;
		}
		if (!lookup_next(j->lookup, &id, &a))
			return;
		if (!ask(d, j, &a))
			lookup_failed(j->lookup, &a);
	}
}

static void upkeep_over(struct dht *d, struct job *j)
{
	dht_job_end_lookup(d, j);
	dht_note_ended(d, j);
	if (j->kind == DHT_LOOKUP_SELF)
		dht_join_over(d, j);
	dht_job_free(d, j);
}

static void step(struct dht *d, struct job *j)
{
	if (!j->lookup) {
		dht_search_step(d, j);
		return;
	}
	if (!lookup_is_done(j->lookup))
		pump(d, j);
	if (!lookup_is_done(j->lookup))
		return;
	dht_note_density(d, j->fam, j->lookup);
	if (j->search)
		dht_search_lookup_over(d, j);
	else
		upkeep_over(d, j);
}

static struct job *marked(struct dht *d)
{
	list_for_each (it, &d->jobs) {
		struct job *j = container_of(it, struct job, node);

		if (j->is_marked)
			return j;
	}
	return NULL;
}

void dht_jobs_run(struct dht *d)
{
	struct job *j;

	while ((j = marked(d)) != NULL) {
		j->is_marked = false;
		step(d, j);
	}
}

void dht_jobs_feed(struct dht *d)
{
	d->is_starved = false;
	list_for_each (it, &d->jobs) {
		struct job *j = container_of(it, struct job, node);

		if (!j->is_starved)
			continue;
		j->is_starved = false;
		j->is_marked = true;
	}
	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table)
			dht_saved_run(d, &d->fam[i]);
}
