/*
 * dht_link.c - the engine's side of the DHT: wishes to searches, bootstrap.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "core/dht_link_priv.h"

static uint64_t link_now(const struct dht_link *l)
{
	return l->host->ops->now(l->host);
}

static void want_tick(struct dht_link *l)
{
	l->cfg.wanted(l->cfg.user);
}

static struct dht_want *want_of(struct heap_node *n)
{
	return container_of(n, struct dht_want, heap);
}

/* --- the node's ops ------------------------------------------------------- */

static void node_send(void *user, const struct addr *to, struct span packet)
{
	struct dht_link *l = user;

	l->host->ops->send_udp(l->host, to, packet);
}

static void node_random(void *user, void *p, size_t n)
{
	struct dht_link *l = user;

	l->host->ops->random(l->host, p, n);
}

/* --- bootstrap hosts ------------------------------------------------------ */

static void router_resolved(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct router *r = user;
	struct dht_link *l = r->link;

	(void)fault; /* the next round asks again */
	r->resolve = NULL;
	l->resolving--;
	for (size_t i = 0; i < n && l->node; i++)
		if (r->is_router)
			dht_add_router(l->node, &addrs[i], link_now(l));
		else
			dht_add_contact(l->node, &addrs[i], link_now(l));
	if (!r->is_router) {
		list_remove(&r->node);
		mem_free(r);
	}
	want_tick(l);
}

/* "1.2.3.4:5", "[::1]:5" or "name:5". */
static bool split_host(const char *text, char host[HOST_MAX], uint16_t *port)
{
	const char *colon = strrchr(text, ':');
	char *end;
	unsigned long v;
	size_t n;

	if (!colon || colon == text || text[0] == '[')
		return false;
	n = (size_t)(colon - text);
	if (n >= HOST_MAX || memchr(text, ':', n) || colon[1] < '0' ||
		colon[1] > '9')
		return false;
	v = strtoul(colon + 1, &end, 10);
	if (*end || v == 0 || v > 65535)
		return false;
	memcpy(host, text, n);
	host[n] = 0;
	*port = (uint16_t)v;
	return true;
}

static void look_up(struct dht_link *l, struct router *r)
{
	if (r->resolve || r->host[0] == 0)
		return;
	l->resolving++;
	r->resolve = l->host->ops->resolve(l->host, r->host, r->port,
		router_resolved, r);
}

static void call_routers(struct dht_link *l, uint64_t now)
{
	list_for_each (it, &l->routers) {
		struct router *r = container_of(it, struct router, node);

		if (r->addr.family != ADDR_NONE)
			dht_add_router(l->node, &r->addr, now);
		else
			look_up(l, r);
	}
	l->call_wait_ms = l->call_wait_ms == 0 ? CALL_MS : 2 * l->call_wait_ms;
	if (l->call_wait_ms > CALL_MAX_MS)
		l->call_wait_ms = CALL_MAX_MS;
	l->call_at_ms = now + l->call_wait_ms;
}

static struct router *router_new(struct dht_link *l, const char *text)
{
	struct router *r = mem_zero(sizeof *r);

	r->link = l;
	if (addr_parse(text, &r->addr) != ERR_OK &&
		!split_host(text, r->host, &r->port)) {
		mem_free(r);
		return NULL;
	}
	list_push_back(&l->routers, &r->node);
	return r;
}

static void forget_hosts(struct dht_link *l, bool all)
{
	list_for_each_safe (it, &l->routers) {
		struct router *r = container_of(it, struct router, node);

		if (r->resolve) {
			l->host->ops->resolve_cancel(l->host, r->resolve);
			r->resolve = NULL;
			l->resolving--;
		}
		if (all || !r->is_router) {
			list_remove(&r->node);
			mem_free(r);
		}
	}
}

enum err dht_link_add_host(struct dht_link *l, const char *text,
	struct fault *fault)
{
	struct router *r;

	if (!l->node)
		return fault_set(fault, ERR_STATE, 0, "the DHT is off");
	r = text ? router_new(l, text) : NULL;
	if (!r)
		return fault_set(fault, ERR_SYNTAX, 0,
			"not HOST:PORT of a node");
	if (r->addr.family != ADDR_NONE) {
		dht_add_contact(l->node, &r->addr, link_now(l));
		list_remove(&r->node);
		mem_free(r);
	} else {
		look_up(l, r);
	}
	want_tick(l);
	return ERR_OK;
}

void dht_link_add_node(struct dht_link *l, const struct addr *a)
{
	if (!l->node)
		return;
	dht_add_contact(l->node, a, link_now(l));
	want_tick(l);
}

/* --- life ----------------------------------------------------------------- */

struct dht_link *dht_link_new(struct host *h, const struct dht_link_config *cfg)
{
	struct dht_link *l = mem_zero(sizeof *l);

	l->host = h;
	l->cfg = *cfg;
	l->save_at_ms = NEVER;
	list_init(&l->routers);
	for (size_t i = 0; i < cfg->nrouters; i++) {
		struct router *r = router_new(l, cfg->routers[i]);

		if (r)
			r->is_router = true;
	}
	return l;
}

void dht_link_free(struct dht_link *l)
{
	if (!l)
		return;
	forget_hosts(l, true);
	heap_fini(&l->wants);
	dht_free(l->node);
	mem_free(l);
}

static void turn_on(struct dht_link *l)
{
	uint64_t now = link_now(l);
	struct dht_config cfg = {
		.ipv4 = l->host->ops->has_family(l->host, ADDR_V4),
		.ipv6 = l->host->ops->has_family(l->host, ADDR_V6),
		.version = "TU01"};
	struct dht_ops ops = {node_send, node_random, l};

	l->node = dht_new(&cfg, &ops, now);
	l->call_wait_ms = 0;
	l->save_at_ms = l->cfg.keep_state ? now + DHT_SAVE_MS : NEVER;
	l->seen_wall_s = l->host->ops->wall_s(l->host);
	l->seen_ms = now;
	dht_link_load(l);
	call_routers(l, now);
}

static void turn_off(struct dht_link *l)
{
	uint64_t now = link_now(l);

	forget_hosts(l, false);
	for (size_t i = 0; i < RUNNING_MAX; i++) {
		struct dht_want *w = l->running[i];

		l->running[i] = NULL;
		if (!w)
			continue;
		w->search = 0;
		w->row.is_running = false;
		heap_set(&l->wants, &w->heap, now);
		w->changed(w->user);
	}
	dht_free(l->node);
	l->node = NULL;
	l->save_at_ms = NEVER;
}

void dht_link_switch(struct dht_link *l, bool on)
{
	if (on == (l->node != NULL))
		return;
	if (on)
		turn_on(l);
	else
		turn_off(l);
	want_tick(l);
}

void dht_link_close(struct dht_link *l)
{
	if (l->node && l->cfg.keep_state)
		dht_link_save(l);
	dht_link_switch(l, false);
}

bool dht_link_is_busy(const struct dht_link *l)
{
	return l->jobs > 0;
}

bool dht_link_is_on(const struct dht_link *l)
{
	return l->node != NULL;
}

/* --- wishes --------------------------------------------------------------- */

void dht_link_join(struct dht_link *l, struct dht_want *w)
{
	if (w->joined)
		return;
	w->joined = true;
	w->search = 0;
	w->empty_rounds = 0;
	w->row = (struct dht_announce_row){.torrent = w->torrent,
		.next_s = UINT32_MAX,
		.last_s = UINT32_MAX};
	w->ended_ms = 0;
	l->nwants++;
	heap_set(&l->wants, &w->heap, link_now(l));
	want_tick(l);
}

static void stop_search(struct dht_link *l, struct dht_want *w)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (l->running[i] == w)
			l->running[i] = NULL;
	if (w->search && l->node)
		dht_cancel(l->node, w->search);
	w->search = 0;
	w->row.is_running = false;
}

void dht_link_leave(struct dht_link *l, struct dht_want *w)
{
	if (!w->joined)
		return;
	w->joined = false;
	l->nwants--;
	stop_search(l, w);
	heap_remove(&l->wants, &w->heap);
}

void dht_link_update(struct dht_link *l, struct dht_want *w, bool now)
{
	if (!w->joined || w->search || !now)
		return;
	w->empty_rounds = 0;
	heap_set(&l->wants, &w->heap, link_now(l));
	want_tick(l);
}

static struct dht_want **free_place(struct dht_link *l)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (!l->running[i])
			return &l->running[i];
	return NULL;
}

static void begin_search(struct dht_link *l, struct dht_want *w,
	struct dht_want **place, uint64_t now)
{
	struct dht_query q = {
		.announce_port = l->host->ops->port(l->host),
		.is_seed = w->is_seed,
	};

	memcpy(q.hash, w->hash, sizeof q.hash);
	if (dht_search(l->node, &q, now, &w->search) != ERR_OK) {
		heap_set(&l->wants, &w->heap, now + DHT_LONELY_MS);
		return;
	}
	*place = w;
	heap_remove(&l->wants, &w->heap);
	w->row.is_running = true;
	w->row.asked = w->row.found = 0;
	w->changed(w->user);
}

/* The pace at which announces expire. */
static uint64_t whole_pause(struct dht_link *l)
{
	uint32_t jitter;

	l->host->ops->random(l->host, &jitter, sizeof jitter);
	return DHT_ANNOUNCE_MS + jitter % (DHT_ANNOUNCE_MS / 10);
}

/*
 * When to search again: soon if nobody could be asked or told, or nobody is
 * of use who is connected.  Who was found does not count: he may be gone, and
 * who announces himself finds himself.
 */
static uint64_t next_pause(struct dht_link *l, struct dht_want *w,
	const struct dht_event *ev)
{
	uint64_t pause = whole_pause(l), soon;

	if (ev->asked == 0)
		return DHT_LONELY_MS;
	if (w->is_served(w->user) || (w->is_seed && ev->stored > 0)) {
		w->empty_rounds = 0;
		return pause;
	}
	soon = (uint64_t)DHT_HUNGRY_MS
	       << (w->empty_rounds < 2 ? 0 : w->empty_rounds - 1);
	if (w->empty_rounds < 8)
		w->empty_rounds++;
	return soon < pause ? soon : pause;
}

static struct dht_want *find_want(struct dht_link *l, dht_search_id id)
{
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (l->running[i] && l->running[i]->search == id)
			return l->running[i];
	return NULL;
}

static void search_done(struct dht_link *l, struct dht_want *w,
	const struct dht_event *ev)
{
	uint64_t now = link_now(l);

	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (l->running[i] == w)
			l->running[i] = NULL;
	w->search = 0;
	w->ended_ms = now;
	w->row.is_running = false;
	w->row.asked = ev->asked;
	w->row.found = ev->found;
	w->row.told = ev->announced_to;
	w->row.stored = ev->stored;
	w->row.swarm_seeds = ev->swarm_seeds;
	w->row.swarm_peers = ev->swarm_peers;
	heap_set(&l->wants, &w->heap, now + next_pause(l, w, ev));
	w->changed(w->user);
}

static void drain(struct dht_link *l)
{
	struct dht_event ev;
	struct dht_want *w;

	while (l->node && dht_next_event(l->node, &ev)) {
		if (ev.kind == DHT_EXTERNAL_ADDR) {
			l->cfg.external(l->cfg.user, &ev.addr);
			continue;
		}
		w = find_want(l, ev.search);
		if (!w)
			continue;
		if (ev.kind == DHT_SEARCH_DONE) {
			search_done(l, w, &ev);
		} else {
			w->row.found += (uint32_t)ev.npeers;
			w->found(w->user, ev.peers, ev.npeers);
		}
	}
}

/* --- the host's side ------------------------------------------------------ */

bool dht_link_receive(struct dht_link *l, struct span bytes,
	const struct addr *from)
{
	if (bytes.n == 0 || bytes.p[0] != 'd')
		return false;
	if (!l->node)
		return true;
	dht_receive(l->node, bytes, from, link_now(l));
	drain(l);
	return true;
}

/* A machine that slept does not know it by the monotonic clock. */
static void look_for_sleep(struct dht_link *l, uint64_t now)
{
	int64_t wall_s = l->host->ops->wall_s(l->host);
	int64_t gone_s = wall_s - l->seen_wall_s;
	int64_t lived_s = (int64_t)((now - l->seen_ms) / 1000);

	l->seen_wall_s = wall_s;
	l->seen_ms = now;
	if (gone_s - lived_s > SLEEP_S)
		dht_wake_up(l->node, now);
}

/* It was to be repeated for want of peers, and they came. */
static bool is_fed(const struct dht_want *w)
{
	return w->empty_rounds > 0 && w->row.stored > 0 &&
	       w->is_served(w->user);
}

static void start_due(struct dht_link *l, uint64_t now)
{
	struct dht_want **place;

	while (heap_next(&l->wants) <= now && (place = free_place(l))) {
		struct dht_want *w = want_of(heap_min(&l->wants));

		if (is_fed(w)) {
			w->empty_rounds = 0;
			heap_set(&l->wants, &w->heap,
				w->ended_ms + whole_pause(l));
		} else {
			begin_search(l, w, place, now);
		}
	}
}

void dht_link_tick(struct dht_link *l, uint64_t now)
{
	if (!l->node)
		return;
	look_for_sleep(l, now);
	if (now >= l->call_at_ms) {
		if (dht_good_nodes(l->node, now) < NODES_ENOUGH)
			call_routers(l, now);
		else
			l->call_at_ms = now + CALL_MAX_MS;
	}
	start_due(l, now);
	if (dht_deadline(l->node) <= now)
		dht_tick(l->node, now);
	drain(l);
	start_due(l, now);
	if (now >= l->save_at_ms)
		dht_link_save(l);
}

uint64_t dht_link_deadline(const struct dht_link *l)
{
	uint64_t at = NEVER, t;

	if (!l->node)
		return NEVER;
	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (!l->running[i])
			at = heap_next(&l->wants);
	t = dht_deadline(l->node);
	at = t < at ? t : at;
	at = l->call_at_ms < at ? l->call_at_ms : at;
	return l->save_at_ms < at ? l->save_at_ms : at;
}
