/*
 * dht_event.c - what the owner of a node is told, in the order it happened.
 *
 * The queue is bounded.  An owner that does not drain it loses peers, but
 * never the end of a search: there is a place for each of those.
 */
#include "base/mem.h"
#include "dht/dht_priv.h"

struct event {
	struct list node;
	struct dht_event ev;
	struct addr peers[];
};

static struct event *event_of(struct list *l)
{
	return container_of(l, struct event, node);
}

static bool is_full(const struct dht *d)
{
	return d->nevents - d->ndone >= DHT_EVENTS_MAX - DHT_MAX_SEARCHES;
}

static struct event *push(struct dht *d, enum dht_event_kind kind,
	size_t npeers)
{
	struct event *e = (struct event *)mem_zero(sizeof *e +
						   npeers * sizeof e->peers[0]);

	e->ev.kind = kind;
	list_push_back(&d->events, &e->node);
	d->nevents++;
	return e;
}

void dht_event_external(struct dht *d, const struct addr *a)
{
	if (!is_full(d))
		push(d, DHT_EXTERNAL_ADDR, 0)->ev.addr = *a;
}

void dht_event_peers(struct dht *d, dht_search_id id, const struct addr *peers,
	size_t n)
{
	struct event *e;

	if (is_full(d))
		return;
	e = push(d, DHT_PEERS, n);
	for (size_t i = 0; i < n; i++)
		e->peers[i] = peers[i];
	e->ev.search = id;
	e->ev.peers = e->peers;
	e->ev.npeers = n;
}

void dht_event_done(struct dht *d, const struct search *s)
{
	struct dht_event *ev = &push(d, DHT_SEARCH_DONE, 0)->ev;

	d->ndone++;
	ev->search = s->id;
	ev->asked = s->asked;
	ev->found = s->found;
	ev->announced_to = s->told;
	ev->stored = s->stored;
	if (!s->blooms)
		return;
	ev->swarm_seeds = bloom_estimate(s->blooms);
	ev->swarm_peers = bloom_estimate(s->blooms + KRPC_BLOOM_LEN);
}

static struct event *take_out(struct dht *d, struct list *l)
{
	struct event *e = event_of(l);

	list_remove(l);
	d->nevents--;
	if (e->ev.kind == DHT_SEARCH_DONE)
		d->ndone--;
	return e;
}

bool dht_next_event(struct dht *d, struct dht_event *ev)
{
	struct list *first = list_front(&d->events);

	mem_free(d->given);
	d->given = first ? take_out(d, first) : NULL;
	if (d->given)
		*ev = d->given->ev;
	return d->given != NULL;
}

void dht_events_drop(struct dht *d, dht_search_id id)
{
	list_for_each_safe (it, &d->events)
		if (event_of(it)->ev.search == id)
			mem_free(take_out(d, it));
}

void dht_events_free(struct dht *d)
{
	list_for_each_safe (it, &d->events)
		mem_free(take_out(d, it));
	mem_free(d->given);
}
