/*
 * dht_net.c - see dht_net.h.
 */
#include "dht_net.h"

#include <assert.h>
#include <string.h>

#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"

#define BEGIN_MS 1000000u
#define RING_MS 1024u /* more than any datagram takes */
#define MINUTE_MS 60000u
#define NAT_MS 60000u /* how long a NAT remembers */
#define NAT_PLACES 256u
#define PORT_FIRST 1024u
#define ID_MARK "2:id20:"
#define ID_MARK_LEN 7u
#define ID_MARK_WITHIN 48u

struct datagram {
	struct datagram *next;
	struct addr from, to;
	size_t len;
	uint8_t bytes[];
};

struct slot {
	struct datagram *first, **last;
};

/* Where a node has sent something, of late. */
struct nat {
	struct {
		uint64_t at_ms;
		uint32_t ip;
		uint16_t port;
	} to[NAT_PLACES];
	uint32_t next;
};

struct place {
	struct dht_net *net;
	struct dht_net_node seen;
	struct heap_node wake, end;
	struct nat *nat; /* NULL: without */
	uint32_t lag_ms; /* its share of the way, in one direction */
	struct dht_net_search *searches;
};

struct host {
	uint32_t ip; /* 0: an empty cell */
	bool is_gone;
	struct place *place; /* NULL: a callback */
	dht_net_receive *receive;
	void *user;
};

struct dht_net {
	struct dht_net_plan plan;
	struct rng rng;
	uint64_t now;
	struct slot ring[RING_MS];
	struct heap wakes, ends;
	struct place *places;
	struct host *hosts;
	size_t nhosts, hosts_cap;
	struct dht_net_search **searches;
	size_t nsearches, searches_cap;
	struct dht_net_counts counts;
};

/* --- chance --------------------------------------------------------------- */

static bool chance(struct dht_net *n, uint32_t permille)
{
	return rng_below(&n->rng, 1000) < permille;
}

/* A value between the steps of a distribution's equal parts. */
static uint64_t draw(struct dht_net *n, const uint32_t *steps, size_t nsteps)
{
	size_t i = (size_t)rng_below(&n->rng, nsteps - 1);

	return steps[i] + rng_below(&n->rng, steps[i + 1] - steps[i]);
}

/* Two of these are one way. */
static uint32_t draw_lag(struct dht_net *n)
{
	static const uint32_t ms[] = {
		10, 14, 18, 22, 26, 30, 35, 41, 48, 57, 68, 85, 110, 150};

	return (uint32_t)draw(n, ms, sizeof ms / sizeof ms[0]);
}

/* Half of the sessions are shorter than 75 minutes, a tenth lasts a day. */
static uint64_t draw_session(struct dht_net *n)
{
	static const uint32_t minutes[] = {
		2, 8, 17, 30, 50, 75, 120, 200, 360, 1200, 2880};

	return MINUTE_MS * draw(n, minutes, sizeof minutes / sizeof minutes[0]);
}

/* What is left of the session of one that is met by chance: those that stay
 * long are met more often. */
static uint64_t draw_rest(struct dht_net *n)
{
	uint64_t longest = (uint64_t)MINUTE_MS * 2880, ms;

	do {
		ms = draw_session(n);
	} while (rng_below(&n->rng, longest) > ms);
	return rng_below(&n->rng, ms) + 1;
}

/* --- who is where --------------------------------------------------------- */

static uint32_t ip_of(const struct addr *a)
{
	return (uint32_t)a->ip[0] << 24 | (uint32_t)a->ip[1] << 16 |
	       (uint32_t)a->ip[2] << 8 | a->ip[3];
}

static struct host *cell(const struct dht_net *n, uint32_t ip)
{
	size_t i = (size_t)(ip * UINT32_C(2654435761)) & (n->hosts_cap - 1);

	while (n->hosts[i].ip != 0 && n->hosts[i].ip != ip)
		i = (i + 1) & (n->hosts_cap - 1);
	return &n->hosts[i];
}

static struct host *host_at(const struct dht_net *n, const struct addr *a)
{
	struct host *h = cell(n, ip_of(a));

	return h->ip != 0 && !h->is_gone ? h : NULL;
}

static void grow_hosts(struct dht_net *n)
{
	struct host *old = n->hosts;
	size_t cap = n->hosts_cap;

	n->hosts_cap *= 2;
	n->hosts = (struct host *)mem_zero_array(n->hosts_cap, sizeof *old);
	for (size_t i = 0; i < cap; i++)
		if (old[i].ip != 0)
			*cell(n, old[i].ip) = old[i];
	mem_free(old);
}

/* Addresses are never used again, so that what was is seen to be gone. */
static struct host *add_host(struct dht_net *n, const struct addr *a)
{
	struct host *h;

	if (2 * n->nhosts >= n->hosts_cap)
		grow_hosts(n);
	h = cell(n, ip_of(a));
	if (h->ip == 0)
		n->nhosts++;
	*h = (struct host){.ip = ip_of(a)};
	return h;
}

struct addr dht_net_new_addr(struct dht_net *n, const struct addr *near)
{
	for (;;) {
		uint64_t r = rng_u64(&n->rng);
		struct addr a = addr_v4((uint8_t)r, (uint8_t)(r >> 8),
			(uint8_t)(r >> 16), (uint8_t)(r >> 24),
			(uint16_t)(PORT_FIRST +
				   rng_below(&n->rng,
					   UINT16_MAX - PORT_FIRST)));

		if (near)
			memcpy(a.ip, near->ip, 3);
		if (addr_is_dialable(&a) && !addr_is_local(&a) &&
			cell(n, ip_of(&a))->ip == 0)
			return a;
	}
}

void dht_net_host(struct dht_net *n, const struct addr *a,
	dht_net_receive *receive, void *user)
{
	struct host *h = add_host(n, a);

	h->receive = receive;
	h->user = user;
}

/* --- datagrams ------------------------------------------------------------ */

static uint64_t latency(struct dht_net *n, const struct host *from,
	const struct host *to)
{
	uint64_t a = from && from->place ? from->place->lag_ms : draw_lag(n);
	uint64_t b = to && to->place ? to->place->lag_ms : draw_lag(n);

	/* One way is never quite like the other. */
	return (a + b) * (90 + rng_below(&n->rng, 30)) / 100 + 1;
}

void dht_net_send(struct dht_net *n, const struct addr *from,
	const struct addr *to, struct span packet)
{
	const struct host *dst = host_at(n, to);
	struct datagram *d;
	struct slot *s;

	if (chance(n, n->plan.loss_permille)) {
		n->counts.lost++;
		return;
	}
	if (!dst) {
		n->counts.to_nobody++;
		return;
	}
	d = (struct datagram *)mem_alloc(sizeof *d + packet.n);
	d->next = NULL;
	d->from = *from;
	d->to = *to;
	d->len = packet.n;
	memcpy(d->bytes, packet.p, packet.n);
	s = &n->ring[(n->now + latency(n, host_at(n, from), dst)) % RING_MS];
	*s->last = d;
	s->last = &d->next;
}

static void nat_open(struct place *p, const struct addr *to)
{
	struct nat *nat = p->nat;
	uint32_t at = nat->next;

	for (uint32_t i = 0; i < NAT_PLACES; i++)
		if (nat->to[i].ip == ip_of(to) && nat->to[i].port == to->port)
			at = i;
	if (at == nat->next)
		nat->next = (nat->next + 1) % NAT_PLACES;
	nat->to[at].ip = ip_of(to);
	nat->to[at].port = to->port;
	nat->to[at].at_ms = p->net->now;
}

static bool nat_lets_in(const struct place *p, const struct addr *from)
{
	for (uint32_t i = 0; i < NAT_PLACES; i++)
		if (p->nat->to[i].ip == ip_of(from) &&
			p->nat->to[i].port == from->port)
			return p->nat->to[i].at_ms + NAT_MS > p->net->now;
	return false;
}

/* --- nodes ---------------------------------------------------------------- */

static void note_id(struct place *p, struct span packet)
{
	size_t n = packet.n < ID_MARK_WITHIN ? packet.n : ID_MARK_WITHIN;
	const uint8_t *at =
		(const uint8_t *)memmem(packet.p, n, ID_MARK, ID_MARK_LEN);

	if (at &&
		packet.n - (size_t)(at - packet.p) >= ID_MARK_LEN + NODE_ID_LEN)
		memcpy(p->seen.id.b, at + ID_MARK_LEN, NODE_ID_LEN);
}

static void note_announce(struct place *p, const struct addr *to,
	struct span packet)
{
	struct dht_net_search *s = p->searches;

	if (!s || !memmem(packet.p, packet.n, "13:announce_peer", 16))
		return;
	for (; s; s = s->next) {
		bool is_known = false;

		if (!memmem(packet.p, packet.n, s->query.hash, NODE_ID_LEN))
			continue;
		for (size_t i = 0; i < s->ntold; i++)
			is_known |= addr_equal(&s->told[i], to);
		if (!is_known && s->ntold < DHT_NET_TOLD_MAX)
			s->told[s->ntold++] = *to;
	}
}

static void node_send(void *user, const struct addr *to, struct span packet)
{
	struct place *p = (struct place *)user;

	note_id(p, packet);
	note_announce(p, to, packet);
	if (p->nat)
		nat_open(p, to);
	p->net->counts.datagrams++;
	p->net->counts.bytes += packet.n;
	dht_net_send(p->net, &p->seen.addr, to, packet);
}

static void node_random(void *user, void *p, size_t n)
{
	rng_fill(&((struct place *)user)->net->rng, p, n);
}

static struct dht_net_search *find_search(struct place *p, dht_search_id id)
{
	struct dht_net_search *s = p->searches;

	while (s && s->id != id)
		s = s->next;
	return s;
}

static void search_peers(struct dht_net *n, struct dht_net_search *s,
	const struct dht_event *ev)
{
	if (s->first_ms == 0)
		s->first_ms = n->now;
	for (size_t i = 0; i < ev->npeers; i++) {
		if (s->got || !addr_equal(&ev->peers[i], &s->want))
			continue;
		s->got = true;
		s->got_ms = n->now;
	}
}

static void search_done(struct place *p, struct dht_net_search *s,
	const struct dht_event *ev)
{
	struct dht_net_search **at = &p->searches;

	s->done_ms = p->net->now;
	s->asked = ev->asked;
	s->found = ev->found;
	s->announced_to = ev->announced_to;
	s->stored = ev->stored;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
}

/* After every call: what happened, and when it wants to be woken. */
static void settle(struct place *p)
{
	struct dht_net *n = p->net;
	struct dht_event ev;
	uint64_t at;

	while (dht_next_event(p->seen.dht, &ev)) {
		struct dht_net_search *s = find_search(p, ev.search);

		if (s && ev.kind == DHT_PEERS)
			search_peers(n, s, &ev);
		else if (s && ev.kind == DHT_SEARCH_DONE)
			search_done(p, s, &ev);
	}
	at = dht_deadline(p->seen.dht);
	heap_set(&n->wakes, &p->wake, at > n->now ? at : n->now + 1);
}

static void leave(struct place *p)
{
	struct host *h = host_at(p->net, &p->seen.addr);

	assert(h);
	h->is_gone = true;
	heap_remove(&p->net->wakes, &p->wake);
	dht_free(p->seen.dht);
	p->seen.dht = NULL;
	mem_free(p->nat);
	p->nat = NULL;
	for (struct dht_net_search *s = p->searches; s; s = s->next)
		s->is_gone = true;
	p->searches = NULL;
	p->net->counts.deaths++;
}

static void join(struct place *p)
{
	struct dht_net *n = p->net;
	uint32_t i = (uint32_t)(p - n->places);
	bool is_router = i < DHT_NET_ROUTERS;
	/* Bootstrap hosts serve everybody. */
	struct dht_config cfg = {.ipv4 = true,
		.answers_per_s = is_router ? UINT32_MAX : 0,
		.version = "BT01"};
	struct dht_ops ops = {
		.send = node_send, .random = node_random, .user = p};

	p->seen = (struct dht_net_node){.addr = dht_net_new_addr(n, NULL),
		.life = p->seen.life + 1,
		.is_natted = !is_router && chance(n, n->plan.nat_permille),
		.is_unfit = !is_router && chance(n, n->plan.unfit_permille),
		.born_ms = n->now,
		.dies_ms = NEVER};
	p->lag_ms = draw_lag(n);
	if (p->seen.is_natted)
		p->nat = (struct nat *)mem_zero(sizeof *p->nat);
	add_host(n, &p->seen.addr)->place = p;
	p->seen.dht = dht_new(&cfg, &ops, n->now);
	for (uint32_t r = 0; r < DHT_NET_ROUTERS; r++)
		if (r != i && n->places[r].seen.dht)
			dht_add_router(p->seen.dht, &n->places[r].seen.addr,
				n->now);
	settle(p);
}

/* The end of a session, or the beginning of the first one. */
static void turn(struct place *p)
{
	bool is_first = p->seen.life == 0;
	bool stays = p - p->net->places < DHT_NET_ROUTERS;

	if (p->seen.dht)
		leave(p);
	join(p);
	if (p->net->plan.churn && !stays)
		p->seen.dies_ms =
			p->net->now +
			(is_first ? draw_rest(p->net) : draw_session(p->net));
	heap_set(&p->net->ends, &p->end, p->seen.dies_ms);
}

/* --- the clock ------------------------------------------------------------ */

/* "ip" by another name: it never learns its address. */
static void hide_address(struct datagram *d)
{
	if (d->len > 6 && memcmp(d->bytes, "d2:ip6:", 7) == 0)
		d->bytes[4] = 'q';
}

static void deliver(struct dht_net *n, struct datagram *d)
{
	struct host *h = host_at(n, &d->to);
	struct place *p;

	if (!h) {
		n->counts.to_nobody++;
		return;
	}
	p = h->place;
	if (!p) {
		h->receive(h->user, &d->from, &d->to,
			span_of(d->bytes, d->len));
		return;
	}
	if (p->seen.addr.port != d->to.port) {
		n->counts.to_nobody++;
		return;
	}
	if (p->nat && !nat_lets_in(p, &d->from)) {
		n->counts.shut_out++;
		return;
	}
	if (p->seen.is_unfit)
		hide_address(d);
	dht_receive(p->seen.dht, span_of(d->bytes, d->len), &d->from, n->now);
	settle(p);
}

static void deliver_all(struct dht_net *n)
{
	struct slot *s = &n->ring[n->now % RING_MS];
	struct datagram *d = s->first, *next;

	s->first = NULL;
	s->last = &s->first;
	for (; d; d = next) {
		next = d->next;
		deliver(n, d);
		mem_free(d);
	}
}

static void step(struct dht_net *n)
{
	n->now++;
	while (heap_next(&n->ends) <= n->now)
		turn(container_of(heap_min(&n->ends), struct place, end));
	deliver_all(n);
	while (heap_next(&n->wakes) <= n->now) {
		struct place *p =
			container_of(heap_min(&n->wakes), struct place, wake);

		dht_tick(p->seen.dht, n->now);
		settle(p);
	}
}

void dht_net_run(struct dht_net *n, uint64_t ms)
{
	for (uint64_t end = n->now + ms; n->now < end;)
		step(n);
}

/* --- life ----------------------------------------------------------------- */

struct dht_net *dht_net_new(const struct dht_net_plan *plan)
{
	struct dht_net *n = (struct dht_net *)mem_zero(sizeof *n);

	assert(plan->nodes > DHT_NET_ROUTERS);
	n->plan = *plan;
	n->now = BEGIN_MS;
	rng_seed(&n->rng, plan->seed);
	for (size_t i = 0; i < RING_MS; i++)
		n->ring[i].last = &n->ring[i].first;
	n->hosts_cap = 1024;
	n->hosts =
		(struct host *)mem_zero_array(n->hosts_cap, sizeof *n->hosts);
	n->places =
		(struct place *)mem_zero_array(plan->nodes, sizeof *n->places);
	for (uint32_t i = 0; i < plan->nodes; i++) {
		struct place *p = &n->places[i];

		p->net = n;
		/* The routers are there first. */
		heap_set(&n->ends, &p->end,
			i < DHT_NET_ROUTERS
				? n->now + 1 + i
				: n->now + 1000 +
					  rng_below(&n->rng, plan->join_ms));
	}
	return n;
}

void dht_net_free(struct dht_net *n)
{
	for (uint32_t i = 0; i < n->plan.nodes; i++) {
		dht_free(n->places[i].seen.dht);
		mem_free(n->places[i].nat);
	}
	for (size_t i = 0; i < RING_MS; i++)
		for (struct datagram *d = n->ring[i].first, *next; d;
			d = next) {
			next = d->next;
			mem_free(d);
		}
	for (size_t i = 0; i < n->nsearches; i++)
		mem_free(n->searches[i]);
	mem_free(n->searches);
	heap_fini(&n->wakes);
	heap_fini(&n->ends);
	mem_free(n->hosts);
	mem_free(n->places);
	mem_free(n);
}

uint64_t dht_net_now(const struct dht_net *n)
{
	return n->now;
}

struct rng *dht_net_rng(struct dht_net *n)
{
	return &n->rng;
}

struct dht_net_counts dht_net_counts(const struct dht_net *n)
{
	return n->counts;
}

void dht_net_set_loss(struct dht_net *n, uint32_t permille)
{
	n->plan.loss_permille = permille;
}

void dht_net_set_churn(struct dht_net *n, bool on)
{
	n->plan.churn = on;
	for (uint32_t i = DHT_NET_ROUTERS; i < n->plan.nodes; i++) {
		struct place *p = &n->places[i];

		if (!p->seen.dht)
			continue;
		p->seen.dies_ms = on ? n->now + draw_rest(n) : NEVER;
		heap_set(&n->ends, &p->end, p->seen.dies_ms);
	}
}

void dht_net_replace(struct dht_net *n, uint32_t i)
{
	turn(&n->places[i]);
}

uint32_t dht_net_size(const struct dht_net *n)
{
	return n->plan.nodes;
}

const struct dht_net_node *dht_net_node(const struct dht_net *n, uint32_t i)
{
	return &n->places[i].seen;
}

const struct dht_net_node *dht_net_node_at(const struct dht_net *n,
	const struct addr *a)
{
	const struct host *h = host_at(n, a);

	return h && h->place && h->place->seen.addr.port == a->port
	               ? &h->place->seen
	               : NULL;
}

uint32_t dht_net_pick(struct dht_net *n, uint64_t age_ms)
{
	for (;;) {
		uint32_t i = (uint32_t)rng_below(&n->rng, n->plan.nodes);
		const struct dht_net_node *node = &n->places[i].seen;

		if (i >= DHT_NET_ROUTERS && node->dht &&
			node->born_ms + age_ms <= n->now)
			return i;
	}
}

bool dht_net_is_reachable(const struct dht_net_node *node)
{
	return node->dht && !node->is_natted;
}

size_t dht_net_closest(const struct dht_net *n, const struct node_id *target,
	uint32_t *out, size_t max)
{
	size_t have = 0;

	for (uint32_t i = DHT_NET_ROUTERS; i < n->plan.nodes; i++) {
		const struct dht_net_node *node = &n->places[i].seen;
		size_t at;

		if (!dht_net_is_reachable(node))
			continue;
		for (at = have; at > 0; at--)
			if (node_id_compare(target, &node->id,
				    &n->places[out[at - 1]].seen.id) >= 0)
				break;
		if (at == max)
			continue;
		if (have < max)
			have++;
		memmove(&out[at + 1], &out[at],
			(have - at - 1) * sizeof out[0]);
		out[at] = i;
	}
	return have;
}

struct dht_net_search *dht_net_search(struct dht_net *n, uint32_t node,
	const struct dht_query *q)
{
	struct place *p = &n->places[node];
	struct dht_net_search *s = (struct dht_net_search *)mem_zero(sizeof *s);

	n->searches = (struct dht_net_search **)mem_grow(n->searches,
		&n->searches_cap, n->nsearches + 1, sizeof(void *));
	n->searches[n->nsearches++] = s;
	s->node = node;
	s->life = p->seen.life;
	s->query = *q;
	s->began_ms = n->now;
	s->next = p->searches;
	p->searches = s;
	if (dht_search(p->seen.dht, q, n->now, &s->id) != ERR_OK)
		assert(!"a search was refused");
	settle(p);
	return s;
}
