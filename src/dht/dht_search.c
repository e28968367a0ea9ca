/*
 * dht_search.c - searches: a job in each family, and the announces to those
 * closest to the hash; the line of those that wait.
 *
 * A search has its turn as soon as there is anybody to ask: the first contact
 * that answers after a start is enough, for a lookup finds its way from any.
 *
 * An announce that is late is repeated once, at the short time-out; an answer
 * to either counts.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dht/dht_priv.h"

#define TRIES_MAX 2u
#define ROUTERS_BELOW 3u       /* contacts; a search then asks routers too */
#define SEARCH_PEERS_MAX 4096u /* different ones that one search tells of */

static struct search *search_of(struct list *l)
{
	return container_of(l, struct search, node);
}

/* --- life ----------------------------------------------------------------- */

static void free_search(struct dht *d, struct search *s)
{
	for (size_t i = 0; i < 2; i++)
		dht_job_free(d, s->jobs[i]);
	list_remove(&s->node);
	map_free(s->seen);
	mem_free(s->blooms);
	mem_free(s);
	d->nsearches--;
}

void dht_searches_free(struct dht *d)
{
	list_for_each_safe (it, &d->running)
		free_search(d, search_of(it));
	list_for_each_safe (it, &d->waiting)
		free_search(d, search_of(it));
}

/* Whether there is anybody to ask. */
static bool is_reachable(const struct family *f)
{
	return f->table && (f->live > 0 || f->router_answers);
}

static void start(struct dht *d, struct search *s)
{
	enum dht_lookup_kind kind =
		s->query.find_node ? DHT_LOOKUP_NODES : DHT_LOOKUP_PEERS;
	struct node_id target;

	memcpy(target.b, s->query.hash, sizeof target.b);
	list_remove(&s->node);
	list_push_back(&d->running, &s->node);
	d->nrunning++;
	for (size_t i = 0; i < 2; i++) {
		struct family *f = &d->fam[i];

		if (!is_reachable(f))
			continue;
		s->jobs[i] = dht_job_new(d, f, kind, &target);
		s->jobs[i]->search = s;
		dht_job_start(d, s->jobs[i],
			dht_saved_is_pending(f) ? 0 : ROUTERS_BELOW);
	}
}

void dht_searches_start(struct dht *d)
{
	d->is_freed = false;
	if (!is_reachable(&d->fam[0]) && !is_reachable(&d->fam[1]))
		return;
	while (d->nrunning < DHT_SEARCHES_AT_ONCE && !list_empty(&d->waiting))
		start(d, search_of(list_front(&d->waiting)));
}

enum err dht_search(struct dht *d, const struct dht_query *q, uint64_t now,
	dht_search_id *id)
{
	struct search *s;

	dht_see_time(d, now);
	/* Those whose end the owner has not heard of yet count. */
	if (d->nsearches + d->ndone >= DHT_MAX_SEARCHES)
		return ERR_LIMIT;
	s = (struct search *)mem_zero(sizeof *s);
	s->id = d->next_search++;
	s->query = *q;
	list_push_back(&d->waiting, &s->node);
	d->nsearches++;
	*id = s->id;
	dht_searches_start(d);
	dht_jobs_run(d);
	return ERR_OK;
}

static struct search *find_search(struct dht *d, dht_search_id id)
{
	list_for_each (it, &d->running)
		if (search_of(it)->id == id)
			return search_of(it);
	list_for_each (it, &d->waiting)
		if (search_of(it)->id == id)
			return search_of(it);
	return NULL;
}

void dht_cancel(struct dht *d, dht_search_id id)
{
	struct search *s = find_search(d, id);

	if (id != 0)
		dht_events_drop(d, id);
	if (!s)
		return;
	/* Running ones have a job at least. */
	if (s->jobs[0] || s->jobs[1]) {
		d->nrunning--;
		d->is_freed = !list_empty(&d->waiting);
	}
	free_search(d, s);
}

/* --- peers ---------------------------------------------------------------- */

/* True: the owner has not been told of this one. */
static bool is_news(struct dht *d, struct search *s, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	if (!s->seen)
		s->seen = map_new(sizeof key, d->map_key);
	if (map_count(s->seen) >= SEARCH_PEERS_MAX)
		return false;
	addr_key(a, key);
	return map_put(s->seen, key, s) == NULL;
}

static bool is_ourselves(const struct dht *d, const struct search *s,
	const struct addr *a)
{
	for (size_t i = 0; i < 2; i++)
		if (addr_same_ip(a, &d->fam[i].external) &&
			a->port == s->query.announce_port)
			return true;
	return false;
}

static void add_blooms(struct search *s, const struct krpc *m)
{
	if (!s->query.scrape || m->bloom_seeds.n == 0 || m->bloom_peers.n == 0)
		return;
	if (!s->blooms)
		s->blooms = (uint8_t *)mem_zero(2 * (size_t)KRPC_BLOOM_LEN);
	for (size_t i = 0; i < KRPC_BLOOM_LEN; i++) {
		s->blooms[i] |= m->bloom_seeds.p[i];
		s->blooms[KRPC_BLOOM_LEN + i] |= m->bloom_peers.p[i];
	}
}

void dht_search_peers(struct dht *d, struct job *j, const struct addr *from,
	const struct krpc *m)
{
	struct search *s = j->search;
	struct addr peers[KRPC_VALUES_MAX];
	size_t n = 0;

	if (j->kind != DHT_LOOKUP_PEERS)
		return;
	add_blooms(s, m);
	for (size_t i = 0; i < m->nvalues; i++) {
		const struct addr *a = &m->values[i];

		if (dht_may_name(from, a) && !addr_needs_scope(a) &&
			!is_ourselves(d, s, a) && is_news(d, s, a))
			peers[n++] = *a;
	}
	if (n == 0)
		return;
	j->peers += (uint32_t)n;
	s->found += (uint32_t)n;
	dht_event_peers(d, s->id, peers, n);
	dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_PEERS,
			    .hash = j->target,
			    .addr = *from,
			    .n = (uint32_t)n});
}

/* --- the end -------------------------------------------------------------- */

static void end_search(struct dht *d, struct search *s)
{
	struct node_id hash;

	memcpy(hash.b, s->query.hash, sizeof hash.b);
	if (s->told > 0)
		dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_ANNOUNCED,
				    .hash = hash,
				    .n = s->stored,
				    .m = s->told});
	dht_event_done(d, s);
	d->nrunning--;
	free_search(d, s);
	dht_searches_start(d);
}

/* Frees the search with all its jobs when this was the last. */
static void end_job(struct dht *d, struct job *j)
{
	struct search *s = j->search;

	j->is_over = true;
	for (size_t i = 0; i < j->ntold; i++) {
		s->told += j->told[i].tries > 0;
		s->stored += j->told[i].is_stored;
	}
	dht_note_ended(d, j);
	for (size_t i = 0; i < 2; i++)
		if (s->jobs[i] && !s->jobs[i]->is_over)
			return;
	end_search(d, s);
}

/* --- announces ------------------------------------------------------------ */

/* Those who gave a token for it (BEP 33: without one they are full). */
static void choose(struct job *j)
{
	struct lookup_node near[LOOKUP_RESULT_MAX];
	size_t n = lookup_result(j->lookup, near, LOOKUP_RESULT_MAX);

	j->told = (struct told *)mem_zero_array(n, sizeof *j->told);
	for (size_t i = 0; i < n; i++)
		if (near[i].token_len > 0)
			j->told[j->ntold++].node = near[i];
}

void dht_search_lookup_over(struct dht *d, struct job *j)
{
	const struct dht_query *q = &j->search->query;

	if (j->kind == DHT_LOOKUP_PEERS && q->announce_port != 0)
		choose(j);
	dht_job_end_lookup(d, j);
	j->search->asked += j->counts.asked;
	if (j->ntold > 0)
		j->is_marked = true;
	else
		end_job(d, j);
}

static void tell(struct dht *d, struct job *j, struct told *t)
{
	const struct dht_query *q = &j->search->query;
	struct krpc m = {.method = KRPC_ANNOUNCE,
		.has_target = true,
		.target = j->target,
		.has_port = true,
		.port = q->announce_port,
		.seed = q->is_seed,
		.token = span_of(t->node.token, t->node.token_len)};

	if (!dht_ask(d, j->fam, &m, &t->node.addr, j->number)) {
		t->is_over = true;
		return;
	}
	t->tries++;
	t->open++;
	t->is_late = false;
}

void dht_search_step(struct dht *d, struct job *j)
{
	bool is_over = true;

	j->is_starved = false;
	for (size_t i = 0; i < j->ntold; i++) {
		struct told *t = &j->told[i];
		bool is_due =
			t->tries == 0 ||
			(t->tries < TRIES_MAX && (t->is_late || t->open == 0));

		if (t->is_over)
			continue;
		if (is_due && !dht_can_ask(d))
			j->is_starved = true;
		else if (is_due)
			tell(d, j, t);
		is_over = is_over && t->is_over;
	}
	if (is_over && !j->is_over)
		end_job(d, j);
}

/* Only who was told answers. */
static struct told *told_at(struct job *j, const struct addr *a)
{
	size_t i = 0;

	while (!addr_equal(&j->told[i].node.addr, a)) {
		i++;
		assert(i < j->ntold);
	}
	return &j->told[i];
}

void dht_announce_answered(struct job *j, const struct addr *from, bool stored)
{
	struct told *t = told_at(j, from);

	t->open--;
	t->is_stored = t->is_stored || stored;
	/* Who refused it refuses it again. */
	t->is_over = true;
}

void dht_announce_late(struct job *j, const struct addr *to)
{
	told_at(j, to)->is_late = true;
}

void dht_announce_failed(struct job *j, const struct addr *to)
{
	struct told *t = told_at(j, to);

	t->open--;
	if (t->open == 0 && t->tries == TRIES_MAX)
		t->is_over = true;
}
