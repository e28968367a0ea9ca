/*
 * sim_host.c - see sim_host.h.
 */
#include "sim_host.h"

#include <errno.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"

#define LOOK_UP_MS 30u

struct sim_host {
	struct host base; /* first */
	struct sim_machine m;
	struct sim_disk *disk;
	struct engine *engine; /* NULL: not attached */
	struct sim_event wake;
	struct rng rng;
	struct list resolves, gets;
	bool dead;
	uint64_t wakes;
};

struct resolve {
	struct sim_event ev;
	struct list link;
	struct sim_host *h;
	char *name;
	uint16_t port;
	resolve_done *done;
	void *user;
};

/* A request; its handle for the engine. */
struct http_req {
	struct list link;
	struct sim_host *h;
	struct sim_get *get; /* NULL: it will only fail */
	struct sim_event fail;
	http_done *done;
	void *user;
};

static struct sim_host *host_of(struct host *h)
{
	return (struct sim_host *)(void *)h;
}

static uint64_t op_now(struct host *h)
{
	return sim_now(host_of(h)->m.sim);
}

static int64_t op_wall_s(struct host *h)
{
	return SIM_BEGIN_WALL_S +
	       (int64_t)((sim_now(host_of(h)->m.sim) - SIM_BEGIN_MS) / 1000);
}

static void op_wake_at(struct host *h, uint64_t deadline)
{
	sim_at(host_of(h)->m.sim, &host_of(h)->wake, deadline);
}

static void wake(struct sim_event *ev)
{
	struct sim_host *h = container_of(ev, struct sim_host, wake);

	h->wakes++;
	if (h->engine)
		engine_wake(h->engine, sim_now(h->m.sim));
}

static void op_random(struct host *h, void *p, size_t n)
{
	rng_fill(&host_of(h)->rng, p, n);
}

static struct stream *op_dial(struct host *h, const struct addr *to,
	const struct stream_events *ev, void *user)
{
	struct addr nowhere = {0};

	return sim_dial(host_of(h)->m.node, host_of(h)->dead ? &nowhere : to,
		ev, user);
}

static void op_send_udp(struct host *h, const struct addr *to, struct span s)
{
	if (!host_of(h)->dead)
		sim_send_udp(host_of(h)->m.node, to, s);
}

static void take_multicast(void *user, struct span bytes,
	const struct addr *from)
{
	struct sim_host *h = user;

	if (h->engine)
		engine_multicast(h->engine, bytes, from);
}

static void op_multicast_join(struct host *h, bool on)
{
	if (!host_of(h)->dead)
		sim_node_join(host_of(h)->m.node, on ? take_multicast : NULL,
			h);
}

/* The virtual internet has IPv4 only. */
static void op_multicast(struct host *h, enum addr_family family, struct span s)
{
	if (!host_of(h)->dead && family == ADDR_V4)
		sim_multicast(host_of(h)->m.node, s);
}

/* --- HTTP
 * ---------------------------------------------------------------------- */

static void req_free(struct http_req *r)
{
	list_remove(&r->link);
	if (r->get)
		sim_web_cancel(r->get);
	sim_cancel(r->h->m.sim, &r->fail);
	mem_free(r);
}

static void req_done(void *user, const struct http_answer *a)
{
	struct http_req *r = user;
	http_done *done = r->done;

	user = r->user;
	r->get = NULL;
	req_free(r);
	done(user, a);
}

static void req_fails(struct sim_event *ev)
{
	struct http_answer a = {.status = 0};

	fault_set(&a.fault, ERR_NET, ENETUNREACH, "no network");
	req_done(container_of(ev, struct http_req, fail), &a);
}

static struct http_req *op_http_get(struct host *host,
	const struct http_ask *ask, http_done *done, void *user)
{
	struct sim_host *h = host_of(host);
	struct http_req *r = mem_zero(sizeof *r);

	r->h = h;
	r->done = done;
	r->user = user;
	r->fail.fire = req_fails;
	list_push_back(&h->gets, &r->link);
	if (h->dead)
		sim_in(h->m.sim, &r->fail, 0);
	else
		r->get = sim_web_get(h->m.web, h->m.node, ask, req_done, r);
	return r;
}

static void op_http_cancel(struct host *h, struct http_req *r)
{
	(void)h;
	req_free(r);
}

/* --- names
 * --------------------------------------------------------------------- */

static void resolve_free(struct resolve *r)
{
	list_remove(&r->link);
	sim_cancel(r->h->m.sim, &r->ev);
	mem_free(r->name);
	mem_free(r);
}

static void resolved(struct sim_event *ev)
{
	struct resolve *r = container_of(ev, struct resolve, ev);
	struct resolve it = *r;
	struct fault f = {.code = ERR_OK};
	struct addr a;
	bool found = !r->h->dead &&
	             (addr_parse_ip(r->name, 0, &a) == ERR_OK ||
			     sim_web_resolve(r->h->m.web, r->name, &a));

	if (!found)
		fault_set(&f, ERR_NOENT, 0, "no such name");
	a.port = r->port;
	resolve_free(r);
	it.done(it.user, &f, &a, found);
}

static struct resolve *op_resolve(struct host *host, const char *name,
	uint16_t port, resolve_done *done, void *user)
{
	struct sim_host *h = host_of(host);
	struct resolve *r = mem_zero(sizeof *r);

	r->h = h;
	r->name = mem_strdup(name);
	r->port = port;
	r->done = done;
	r->user = user;
	r->ev.fire = resolved;
	list_push_back(&h->resolves, &r->link);
	sim_in(h->m.sim, &r->ev,
		h->dead ? 0 : sim_between(h->m.sim, 1, LOOK_UP_MS));
	return r;
}

static void op_resolve_cancel(struct host *h, struct resolve *r)
{
	(void)h;
	resolve_free(r);
}

static bool op_has_family(struct host *h, enum addr_family family)
{
	(void)h;
	return family != ADDR_NONE;
}

static uint16_t op_port(struct host *h)
{
	(void)h;
	return SIM_PORT;
}

static const struct host_ops ops = {
	.now = op_now,
	.wall_s = op_wall_s,
	.wake_at = op_wake_at,
	.random = op_random,
	.dial = op_dial,
	.send_udp = op_send_udp,
	.multicast_join = op_multicast_join,
	.multicast = op_multicast,
	.http_get = op_http_get,
	.http_cancel = op_http_cancel,
	.resolve = op_resolve,
	.resolve_cancel = op_resolve_cancel,
	.port = op_port,
	.has_family = op_has_family,
};

/* --- life
 * ------------------------------------------------------------------------ */

static void accept_stream(void *user, struct stream *s, const struct addr *from)
{
	struct sim_host *h = user;

	if (h->engine)
		engine_accept(h->engine, s, from);
	else
		stream_close(s);
}

static void take_datagram(void *user, struct span bytes,
	const struct addr *from)
{
	struct sim_host *h = user;

	if (h->engine)
		engine_datagram(h->engine, bytes, from);
}

struct sim_host *sim_host_new(const struct sim_machine *m)
{
	struct sim_host *h = mem_zero(sizeof *h);

	h->base.ops = &ops;
	h->m = *m;
	h->disk = sim_disk_new(m->files);
	h->base.disk = sim_disk_base(h->disk);
	h->wake.fire = wake;
	rng_seed(&h->rng, rng_u64(sim_rng(m->sim)));
	list_init(&h->resolves);
	list_init(&h->gets);
	return h;
}

void sim_host_free(struct sim_host *h)
{
	sim_cancel(h->m.sim, &h->wake);
	if (!list_empty(&h->resolves) || !list_empty(&h->gets))
		sim_fail(h->m.sim, "the engine left requests behind");
	sim_disk_free(h->disk);
	mem_free(h);
}

struct host *sim_host_base(struct sim_host *h)
{
	return &h->base;
}

struct sim_disk *sim_host_disk(struct sim_host *h)
{
	return h->disk;
}

void sim_host_attach(struct sim_host *h, struct engine *e)
{
	h->engine = e;
	sim_node_listen(h->m.node, SIM_PORT, accept_stream, h);
	sim_node_bind_udp(h->m.node, SIM_PORT, take_datagram, h);
}

void sim_host_detach(struct sim_host *h)
{
	h->engine = NULL;
	sim_cancel(h->m.sim, &h->wake);
	if (h->dead)
		return;
	sim_node_listen(h->m.node, 0, NULL, NULL);
	sim_node_bind_udp(h->m.node, 0, NULL, NULL);
	sim_node_join(h->m.node, NULL, NULL);
}

void sim_host_kill(struct sim_host *h)
{
	h->dead = true;
	sim_node_die(h->m.node);
	sim_disk_kill(h->disk);
	list_for_each (it, &h->gets) {
		struct http_req *r = container_of(it, struct http_req, link);

		if (r->get)
			sim_web_cancel(r->get);
		r->get = NULL;
		sim_in(h->m.sim, &r->fail, 0);
	}
	list_for_each (it, &h->resolves)
		sim_in(h->m.sim, &container_of(it, struct resolve, link)->ev,
			0);
}

uint64_t sim_host_wakes(const struct sim_host *h)
{
	return h->wakes;
}
