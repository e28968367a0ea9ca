/*
 * greeter.c - see greeter.h.
 */
#include "core/greeter.h"

#include "base/heap.h"
#include "base/mem.h"

struct guest {
	struct list link;
	struct greeter *g;
	struct stream *stream;
	struct wire *wire;
	uint64_t until;
};

struct greeter {
	struct host *host;
	greeter_found *found;
	void *user;
	struct list guests; /* oldest first */
	uint32_t n;
};

struct greeter *greeter_new(struct host *h, greeter_found *found, void *user)
{
	struct greeter *g = mem_zero(sizeof *g);

	g->host = h;
	g->found = found;
	g->user = user;
	list_init(&g->guests);
	return g;
}

static void forget(struct guest *v)
{
	list_remove(&v->link);
	v->g->n--;
	mem_free(v);
}

static void refuse(struct guest *v)
{
	stream_close(v->stream);
	wire_free(v->wire);
	forget(v);
}

void greeter_free(struct greeter *g)
{
	list_for_each_safe (it, &g->guests)
		refuse(container_of(it, struct guest, link));
	mem_free(g);
}

static void on_data(void *user, struct span bytes)
{
	struct guest *v = user;
	struct stream *s = v->stream;
	struct wire *w = v->wire;
	struct greeter *g = v->g;
	struct wire_event ev;
	enum err e;

	wire_feed(w, bytes);
	e = wire_next(w, &ev);
	if (e == ERR_AGAIN)
		return;
	if (e != ERR_OK || ev.kind != WIRE_HELLO) {
		refuse(v);
		return;
	}
	forget(v);
	if (!g->found(g->user, s, w, &ev)) {
		stream_close(s);
		wire_free(w);
	}
}

static void on_ended(void *user, enum err why, int os)
{
	(void)why;
	(void)os;
	refuse(user);
}

static const struct stream_events events = {
	.data = on_data,
	.ended = on_ended,
};

void greeter_accept(struct greeter *g, struct stream *s)
{
	struct guest *v;

	if (g->n >= GREETER_MAX) {
		stream_close(s);
		return;
	}
	v = mem_zero(sizeof *v);
	v->g = g;
	v->stream = s;
	v->wire = wire_new();
	v->until = g->host->ops->now(g->host) + GREETER_MS;
	list_push_back(&g->guests, &v->link);
	g->n++;
	stream_set_user(s, &events, v);
}

void greeter_tick(struct greeter *g, uint64_t now)
{
	list_for_each_safe (it, &g->guests) {
		struct guest *v = container_of(it, struct guest, link);

		if (now < v->until)
			return;
		refuse(v);
	}
}

uint64_t greeter_deadline(const struct greeter *g)
{
	struct list *n = list_front(&g->guests);

	return n ? container_of(n, struct guest, link)->until : NEVER;
}
