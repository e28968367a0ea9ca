/*
 * sim_stream.c - streams of the virtual internet.
 *
 * A connection has two ends.  What an end sends waits in its `out` queue,
 * leaves in chunks, and stands in the `inbox` of the other end, in order,
 * each chunk with the time at which it arrives.  Opening and closing are
 * chunks as well, so they cannot overtake data.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "sim_net_priv.h"
#include "sim_out.h"

#define CHUNK_MAX 32768u
#define RTO_MS 200u

enum chunk_kind {
	CHUNK_SYN,
	CHUNK_SYN_ACK,
	CHUNK_DATA,
	CHUNK_END, /* `os` says why */
};

struct chunk {
	struct list link;
	enum chunk_kind kind;
	int os;     /* END: an errno, 0 for an orderly end */
	bool local; /* said by the own system, not by the other side */
	bool paced; /* has passed the down link */
	uint64_t at_us;
	uint64_t dark_ms; /* waited for a dark node */
	size_t n;
	uint8_t bytes[];
};

enum end_state {
	END_NONE, /* of the acceptor, until the SYN arrives */
	END_CONNECTING,
	END_OPEN,
	END_ENDED,  /* its user was told */
	END_CLOSED, /* by its user */
};

struct end {
	struct stream base; /* first */
	struct conn *conn;
	struct end *other;
	struct sim_node *node;
	enum end_state state;
	const struct stream_events *ev;
	void *user;
	struct addr remote;
	struct list in_node, in_sending;
	struct sim_out out;
	bool above, reading;
	struct list inbox; /* chunks on their way here, or waiting */
	size_t coming;     /* data bytes in it */
	uint64_t last_us;  /* arrival of the newest chunk */
	struct sim_event arrive;
};

struct conn {
	struct sim_net *net;
	unsigned holds; /* users, and calls into them */
	struct end end[2];
};

static uint64_t now_us(const struct sim_net *net)
{
	return sim_now(net->sim) * 1000;
}

static struct end *end_of(struct stream *s)
{
	return (struct end *)(void *)s;
}

static void conn_drop(struct conn *c);

static void arm(struct end *e)
{
	struct list *n = list_front(&e->inbox);
	const struct chunk *c;

	if (!n) {
		sim_cancel(e->conn->net->sim, &e->arrive);
		return;
	}
	c = container_of(n, struct chunk, link);
	if (c->kind == CHUNK_DATA && e->state == END_OPEN && !e->reading) {
		sim_cancel(e->conn->net->sim, &e->arrive);
		return;
	}
	sim_at(e->conn->net->sim, &e->arrive, (c->at_us + 999) / 1000);
}

/* Put a chunk on its way to e; it leaves the sender at sent_us. */
static struct chunk *launch(struct end *e, enum chunk_kind kind, size_t n,
	uint64_t sent_us)
{
	struct sim *s = e->conn->net->sim;
	const struct sim_link *a = &e->node->link, *b = &e->other->node->link;
	struct chunk *c = mem_alloc(sizeof *c + n);

	memset(c, 0, sizeof *c);
	c->kind = kind;
	c->n = n;
	c->at_us = sent_us + 1000u * (a->latency_ms + b->latency_ms);
	if (a->jitter_ms + b->jitter_ms)
		c->at_us +=
			1000u * sim_between(s, 0, a->jitter_ms + b->jitter_ms);
	if (sim_chance(s, a->loss_permille + b->loss_permille))
		c->at_us +=
			1000u * (RTO_MS + 2u * (a->latency_ms + b->latency_ms));
	if (c->at_us < e->last_us)
		c->at_us = e->last_us;
	e->last_us = c->at_us;
	list_push_back(&e->inbox, &c->link);
	e->coming += n;
	if (list_front(&e->inbox) == &c->link)
		arm(e);
	return c;
}

static void empty_inbox(struct end *e)
{
	list_for_each_safe (it, &e->inbox) {
		struct chunk *c = container_of(it, struct chunk, link);

		list_remove(&c->link);
		mem_free(c);
	}
	e->coming = 0;
	sim_cancel(e->conn->net->sim, &e->arrive);
}

static void empty_out(struct end *e)
{
	sim_out_empty(&e->out);
	list_remove(&e->in_sending);
}

/* The network forgets this end. */
static void end_shut(struct end *e)
{
	empty_out(e);
	empty_inbox(e);
	list_remove(&e->in_node);
}

static void tell_ended(struct end *e, int os)
{
	const struct stream_events *ev = e->ev;
	enum err code = os == 0           ? ERR_OK
	                : os == ETIMEDOUT ? ERR_TIMEOUT
	                                  : ERR_NET;

	if (e->state == END_ENDED || e->state == END_CLOSED)
		return;
	e->state = END_ENDED;
	end_shut(e);
	if (ev)
		ev->ended(e->user, code, os);
}

/* --- sending
 * ------------------------------------------------------------------- */

static bool can_send(const struct end *e)
{
	return e->state == END_OPEN && e->out.bytes > 0 &&
	       e->other->coming < SIM_WINDOW && list_empty(&e->in_sending);
}

static void want_to_send(struct end *e)
{
	struct sim_node *n = e->node;
	uint64_t at = (n->up_free_us + 999) / 1000;

	if (!can_send(e))
		return;
	list_push_back(&n->sending, &e->in_sending);
	if (!sim_planned(&n->pump))
		sim_at(n->net->sim, &n->pump, at);
}

static size_t chunk_size(struct sim *s)
{
	uint64_t kind = rng_below(sim_rng(s), 16);

	if (kind == 0)
		return (size_t)sim_between(s, 1, 100);
	if (kind < 5)
		return (size_t)sim_between(s, 1, BLOCK_BYTES);
	return (size_t)sim_between(s, BLOCK_BYTES, CHUNK_MAX);
}

/* One chunk leaves through the up link. */
static void send_chunk(struct end *e)
{
	struct sim_node *n = e->node;
	size_t room = SIM_WINDOW - e->other->coming;
	size_t size = chunk_size(n->net->sim);
	struct chunk *c;

	if (size > e->out.bytes)
		size = e->out.bytes;
	if (size > room)
		size = room;
	if (n->up_free_us < now_us(n->net))
		n->up_free_us = now_us(n->net);
	if (n->link.up_bps)
		n->up_free_us += size * 1000000u / n->link.up_bps;
	n->sent += size;
	c = launch(e->other, CHUNK_DATA, size, n->up_free_us);
	sim_out_take(&e->out, c->bytes, size);
}

static void maybe_writable(struct end *e)
{
	if (!e->above || e->out.bytes >= STREAM_LOW_BYTES || !e->ev)
		return;
	e->above = false;
	if (e->ev->writable)
		e->ev->writable(e->user);
}

void sim_stream_pump(struct sim_event *ev)
{
	struct sim_node *n = container_of(ev, struct sim_node, pump);
	uint64_t until = now_us(n->net) + 1000;

	while (n->up_free_us < until) {
		struct list *first = list_front(&n->sending);
		struct end *e;

		if (!first)
			return;
		e = container_of(first, struct end, in_sending);
		list_remove(first);
		e->conn->holds++;
		send_chunk(e);
		want_to_send(e);
		maybe_writable(e);
		conn_drop(e->conn);
	}
	if (!list_empty(&n->sending))
		sim_at(n->net->sim, ev, (n->up_free_us + 999) / 1000);
}

/* --- receiving
 * ------------------------------------------------------------------ */

/* A dark node on either side: the bytes are sent again and again. */
static bool held_up(struct end *e, struct chunk *c)
{
	struct sim *s = e->conn->net->sim;

	if (c->local || (!e->node->dark && !e->other->node->dark))
		return false;
	c->dark_ms += SIM_RETRANSMIT_MS;
	c->at_us = (sim_now(s) + SIM_RETRANSMIT_MS) * 1000;
	if (e->last_us < c->at_us)
		e->last_us = c->at_us;
	if (c->dark_ms < (c->kind == CHUNK_SYN ? SIM_CONNECT_GIVE_UP_MS
					       : SIM_BROKEN_MS)) {
		arm(e);
		return true;
	}
	empty_inbox(e); /* the sender's system gives up */
	tell_ended(e->other, ETIMEDOUT);
	return true;
}

static bool passes_down_link(struct end *e, struct chunk *c)
{
	struct sim_node *n = e->node;
	uint64_t now = now_us(n->net);

	if (c->paced || c->n == 0 || n->link.down_bps == 0)
		return true;
	if (n->down_free_us < now)
		n->down_free_us = now;
	n->down_free_us += c->n * 1000000u / n->link.down_bps;
	if (n->down_free_us < now + 1000)
		return true;
	c->paced = true;
	c->at_us = n->down_free_us;
	if (e->last_us < c->at_us)
		e->last_us = c->at_us;
	arm(e);
	return false;
}

static bool somebody_listens(const struct end *e)
{
	const struct sim_node *n = e->node;

	return n->accept && n->tcp_port && n->tcp_port == e->other->remote.port;
}

static void syn_arrives(struct end *e)
{
	struct sim_node *n = e->node;

	if (e->other->state != END_CONNECTING)
		return; /* given up meanwhile */
	if (n->link.nat)
		return; /* dropped: the dialler will time out */
	if (!somebody_listens(e)) {
		launch(e->other, CHUNK_END, 0, now_us(n->net))->os =
			ECONNREFUSED;
		return;
	}
	e->state = END_OPEN;
	e->conn->holds++;
	list_push_back(&n->ends, &e->in_node);
	launch(e->other, CHUNK_SYN_ACK, 0, now_us(n->net));
	n->accept(n->accept_user, &e->base, &e->remote);
}

static void connected(struct end *e)
{
	if (e->state != END_CONNECTING)
		return;
	e->state = END_OPEN;
	want_to_send(e);
	if (e->ev && e->ev->connected)
		e->ev->connected(e->user);
}

static void data_arrives(struct end *e, const struct chunk *c)
{
	struct sim *s = e->conn->net->sim;

	if (e->state != END_OPEN)
		return;
	e->node->received += c->n;
	sim_mix(s, sim_now(s));
	sim_mix_bytes(s, c->bytes, c->n);
	if (e->ev && e->ev->data)
		e->ev->data(e->user, span_of(c->bytes, c->n));
}

static void handle(struct end *e, const struct chunk *c)
{
	switch (c->kind) {
	case CHUNK_SYN:
		syn_arrives(e);
		break;
	case CHUNK_SYN_ACK:
		connected(e);
		break;
	case CHUNK_DATA:
		data_arrives(e, c);
		break;
	case CHUNK_END:
		tell_ended(e, c->os);
		break;
	}
}

static void arrives(struct sim_event *ev)
{
	struct end *e = container_of(ev, struct end, arrive);
	struct list *first = list_front(&e->inbox);
	struct chunk *c = container_of(first, struct chunk, link);

	if (held_up(e, c) || !passes_down_link(e, c))
		return;
	list_remove(&c->link);
	e->coming -= c->n;
	e->conn->holds++;
	want_to_send(e->other); /* there is room in the window again */
	arm(e);
	handle(e, c);
	mem_free(c);
	conn_drop(e->conn);
}

/* --- the stream's functions
 * -------------------------------------------------------- */

static void op_set_user(struct stream *s, const struct stream_events *ev,
	void *user)
{
	end_of(s)->ev = ev;
	end_of(s)->user = user;
}

static void queued_more(struct end *e)
{
	if (e->out.bytes > STREAM_LOW_BYTES)
		e->above = true;
	want_to_send(e);
}

static bool takes_bytes(const struct end *e)
{
	return e->state == END_OPEN || e->state == END_CONNECTING;
}

static void op_send(struct stream *s, struct span bytes)
{
	struct end *e = end_of(s);

	if (!takes_bytes(e) || bytes.n == 0)
		return;
	sim_out_add(&e->out, bytes);
	queued_more(e);
}

static void op_send_block(struct stream *s, struct span head,
	struct block *body, size_t body_len)
{
	struct end *e = end_of(s);

	if (!takes_bytes(e))
		return;
	sim_out_add(&e->out, head);
	sim_out_add_block(&e->out, body, body_len);
	queued_more(e);
}

static size_t op_queued(const struct stream *s)
{
	return ((const struct end *)(const void *)s)->out.bytes;
}

static void op_read(struct stream *s, bool on)
{
	end_of(s)->reading = on;
	if (end_of(s)->state == END_OPEN)
		arm(end_of(s));
}

/* What the other side will see of an end that is gone. */
static void part(struct end *e, bool reset)
{
	struct end *o = e->other;

	if (o->state != END_OPEN && o->state != END_CONNECTING)
		return;
	if (reset)
		empty_inbox(o); /* it overtakes what is on its way */
	launch(o, CHUNK_END, 0, now_us(e->node->net))->os =
		reset ? ECONNRESET : 0;
}

static void op_close(struct stream *s)
{
	struct end *e = end_of(s);
	struct sim *sim = e->conn->net->sim;
	enum end_state was = e->state;
	/* The system resets when unread bytes are thrown away. */
	bool reset = e->coming > 0 || sim_chance(sim, 100);

	e->state = END_CLOSED;
	e->ev = NULL;
	if (was == END_OPEN) {
		if (e->out.bytes && !reset && e->other->coming < SIM_WINDOW &&
			sim_chance(sim, 500))
			send_chunk(e); /* a last attempt */
		part(e, reset);
	}
	end_shut(e);
	conn_drop(e->conn);
}

static const struct addr *op_remote(const struct stream *s)
{
	return &((const struct end *)(const void *)s)->remote;
}

static const struct stream_ops ops = {
	.set_user = op_set_user,
	.send = op_send,
	.send_block = op_send_block,
	.queued = op_queued,
	.read = op_read,
	.close = op_close,
	.remote = op_remote,
};

/* --- connections
 * ----------------------------------------------------------------------- */

static void conn_drop(struct conn *c)
{
	if (--c->holds > 0)
		return;
	for (int i = 0; i < 2; i++)
		if (c->end[i].node)
			end_shut(&c->end[i]);
	c->net->nconns--;
	mem_free(c);
}

static void end_init(struct end *e, struct conn *c, struct end *other,
	struct sim_node *node)
{
	e->base.ops = &ops;
	e->conn = c;
	e->other = other;
	e->node = node;
	e->reading = true;
	e->arrive.fire = arrives;
	list_init(&e->in_node);
	list_init(&e->in_sending);
	sim_out_init(&e->out);
	list_init(&e->inbox);
}

/* The own system gives up. */
static void fail_later(struct end *e, int os, uint64_t delay_ms)
{
	struct chunk *c = mem_zero(sizeof *c);

	c->kind = CHUNK_END;
	c->os = os;
	c->local = true;
	c->at_us = now_us(e->node->net) + delay_ms * 1000;
	list_push_back(&e->inbox, &c->link);
	arm(e);
}

struct stream *sim_dial(struct sim_node *from, const struct addr *to,
	const struct stream_events *ev, void *user)
{
	struct sim_net *net = from->net;
	struct sim_node *dest = sim_net_find(net, to);
	struct conn *c = mem_zero(sizeof *c);
	struct end *e = &c->end[0], *o = &c->end[1];

	c->net = net;
	c->holds = 1;
	net->nconns++;
	from->dials++;
	end_init(e, c, o, from);
	end_init(o, c, e, dest ? dest : from);
	e->state = END_CONNECTING;
	e->ev = ev;
	e->user = user;
	e->remote = *to;
	o->remote = from->ip;
	o->remote.port = (uint16_t)sim_between(net->sim, 32768, 60999);
	list_push_back(&from->ends, &e->in_node);
	if (to->family == ADDR_NONE)
		fail_later(e, ENETUNREACH, 0);
	else if (!dest || dest->link.nat)
		fail_later(e, ETIMEDOUT, SIM_CONNECT_GIVE_UP_MS);
	else
		launch(o, CHUNK_SYN, 0, now_us(net));
	return &e->base;
}

static void end_dies(struct end *e)
{
	bool was_open = e->state == END_OPEN;

	e->ev = NULL;
	if (was_open)
		part(e, true);
	end_shut(e);
	e->state = END_ENDED;
}

void sim_node_die(struct sim_node *n)
{
	n->tcp_port = n->udp_port = 0;
	n->accept = NULL;
	n->datagram = NULL;
	n->multicast = NULL;
	while (!list_empty(&n->ends))
		end_dies(container_of(n->ends.next, struct end, in_node));
}

bool sim_node_reset_one(struct sim_node *n)
{
	uint64_t count = sim_node_streams(n);
	uint64_t i = rng_below(sim_rng(n->net->sim), count);
	struct list *it = n->ends.next;
	struct end *e;

	if (count == 0)
		return false;
	while (i-- > 0)
		it = it->next;
	e = container_of(it, struct end, in_node);
	if (e->state != END_OPEN)
		return false;
	part(e, true);
	empty_inbox(e);
	launch(e, CHUNK_END, 0, now_us(n->net))->os = ECONNRESET;
	return true;
}
