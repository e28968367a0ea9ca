/*
 * sim_evil.c - see sim_evil.h.
 */
#include "sim_evil.h"

#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "proto/peer_wire.h"

#define STEP_MS 1000u
#define FLOOD_STEP_MS 20u
#define FLOOD_MESSAGES 20u
#define GLUTTON_MESSAGES 200u
#define HEAD_ROOM 32u

struct evil_conn {
	struct list link;
	struct sim_evil *e;
	struct stream *stream;
	struct wire *wire;
	struct sim_event step;
	bool dialled, greeted, choking;
	uint32_t given;  /* blocks */
	struct buf drip; /* LORIS: bytes it still owes */
	size_t played;   /* REPLAY */
	uint32_t next;   /* piece of the next unasked message */
};

struct sim_evil {
	struct sim_world *w;
	struct sim_evil_plan plan;
	struct sim_node *node;
	struct list conns;
	uint8_t peer_id[20];
	uint64_t accepted, lies, asked;
};

static const struct layout *geometry(const struct evil_conn *c)
{
	return &c->e->w->torrent.layout;
}

static void conn_free(struct evil_conn *c)
{
	sim_cancel(c->e->w->sim, &c->step);
	list_remove(&c->link);
	stream_close(c->stream);
	wire_free(c->wire);
	buf_free(&c->drip);
	mem_free(c);
}

static void send_writer(struct evil_conn *c, const struct writer *w)
{
	stream_send(c->stream, writer_span(w));
}

static void send_simple(struct evil_conn *c, enum wire_kind kind)
{
	uint8_t b[8];
	struct writer w = writer_of(b, sizeof b);

	wire_put_simple(&w, kind);
	send_writer(c, &w);
}

static void send_range(struct evil_conn *c, enum wire_kind kind,
	struct wire_range r)
{
	uint8_t b[HEAD_ROOM];
	struct writer w = writer_of(b, sizeof b);

	wire_put_range(&w, kind, r);
	send_writer(c, &w);
}

static void say_hello(struct evil_conn *c)
{
	uint8_t b[WIRE_HANDSHAKE_LEN], reserved[8] = {0};
	struct writer w = writer_of(b, sizeof b);

	reserved[WIRE_RESERVED_FAST_BYTE] |= WIRE_RESERVED_FAST_BIT;
	wire_put_handshake(&w, reserved, c->e->w->torrent.hash, c->e->peer_id);
	send_writer(c, &w);
}

/* --- answers
 * ------------------------------------------------------------------ */

static void put_block(struct evil_conn *c, struct wire_range r, bool corrupt,
	struct buf *out)
{
	const struct sim_torrent *t = &c->e->w->torrent;
	uint64_t at = layout_piece_offset(&t->layout, r.piece) + r.begin;
	uint8_t head[HEAD_ROOM];
	struct writer w = writer_of(head, sizeof head);

	wire_put_piece_header(&w, r);
	buf_add(out, writer_span(&w));
	buf_add(out, span_of(t->data + at, r.length));
	if (corrupt)
		out->p[out->len - 1 -
			sim_between(c->e->w->sim, 0, r.length - 1)] ^= 0x10;
}

static void send_block(struct evil_conn *c, struct wire_range r, bool corrupt)
{
	struct buf out = {0};

	put_block(c, r, corrupt, &out);
	c->e->lies += corrupt;
	stream_send(c->stream, buf_span(&out));
	buf_free(&out);
}

static void plan_step(struct evil_conn *c, uint32_t ms)
{
	if (!sim_planned(&c->step))
		sim_in(c->e->w->sim, &c->step, ms);
}

static void on_request(struct evil_conn *c, struct wire_range r)
{
	const struct sim_evil_plan *plan = &c->e->plan;

	c->e->asked++;
	if (c->given++ < plan->honest_blocks) {
		send_block(c, r, false);
		return;
	}
	switch (plan->kind) {
	case EVIL_LIAR:
		send_block(c, r, sim_chance(c->e->w->sim, plan->permille));
		break;
	case EVIL_LORIS:
		put_block(c, r, false, &c->drip);
		plan_step(c, STEP_MS);
		break;
	case EVIL_REJECTER:
		send_range(c, WIRE_REJECT, r);
		break;
	case EVIL_FLAPPER:
		if (c->choking || sim_chance(c->e->w->sim, 500))
			send_range(c, WIRE_REJECT, r);
		else
			send_block(c, r, false);
		break;
	case EVIL_SNUBBER:
	case EVIL_FLOODER:
	case EVIL_NAGGER:
	case EVIL_GLUTTON:
		break;
	default:
		send_block(c, r, false);
		break;
	}
}

/* --- steps without being asked
 * -------------------------------------------------- */

static void flood(struct evil_conn *c)
{
	const struct layout *l = geometry(c);

	for (unsigned i = 0; i < FLOOD_MESSAGES &&
			     stream_queued(c->stream) < STREAM_LOW_BYTES;
		i++) {
		uint32_t p = c->next++ % l->npieces;
		struct wire_range r = {p, 0, layout_block_size(l, p, 0)};

		send_block(c, r, true);
	}
	plan_step(c, FLOOD_STEP_MS);
}

static void nag(struct evil_conn *c)
{
	static const enum wire_kind kinds[] = {
		WIRE_CHOKE, WIRE_UNCHOKE, WIRE_INTERESTED, WIRE_NOT_INTERESTED};

	for (unsigned i = 0; i < 20 * FLOOD_MESSAGES; i++)
		send_simple(c, kinds[i % 4]);
	plan_step(c, FLOOD_STEP_MS);
}

static void devour(struct evil_conn *c)
{
	const struct layout *l = geometry(c);

	stream_read(c->stream, false);
	for (unsigned i = 0; i < GLUTTON_MESSAGES; i++) {
		uint32_t p = c->next++ % l->npieces;
		struct wire_range r = {p, 0, layout_block_size(l, p, 0)};

		send_range(c, WIRE_REQUEST, r);
	}
	if (c->next < 4000)
		plan_step(c, STEP_MS);
}

static void play(struct evil_conn *c)
{
	struct span s = c->e->plan.script;
	size_t n = (size_t)sim_between(c->e->w->sim, 1, 4000);

	if (n > s.n - c->played)
		n = s.n - c->played;
	stream_send(c->stream, span_of(s.p + c->played, n));
	c->played += n;
	if (c->played < s.n)
		plan_step(c, (uint32_t)sim_between(c->e->w->sim, 0, 50));
}

static void on_step(struct sim_event *ev)
{
	struct evil_conn *c = container_of(ev, struct evil_conn, step);

	switch (c->e->plan.kind) {
	case EVIL_LORIS:
		if (c->drip.len == 0)
			break;
		stream_send(c->stream, span_of(c->drip.p, 1));
		buf_drop_front(&c->drip, 1);
		plan_step(c, STEP_MS);
		break;
	case EVIL_FLAPPER:
		c->choking = !c->choking;
		send_simple(c, c->choking ? WIRE_CHOKE : WIRE_UNCHOKE);
		plan_step(c, STEP_MS);
		break;
	case EVIL_FLOODER:
		flood(c);
		break;
	case EVIL_NAGGER:
		nag(c);
		break;
	case EVIL_GLUTTON:
		devour(c);
		break;
	case EVIL_REPLAY:
		play(c);
		break;
	default:
		break;
	}
}

/* --- listening
 * --------------------------------------------------------------------- */

/* The other's handshake came: say what we pretend to be. */
static void introduce(struct evil_conn *c)
{
	if (c->greeted)
		return;
	c->greeted = true;
	if (!c->dialled)
		say_hello(c);
	if (c->e->plan.kind == EVIL_GLUTTON) {
		send_simple(c, WIRE_HAVE_NONE);
		send_simple(c, WIRE_INTERESTED);
	} else {
		send_simple(c, WIRE_HAVE_ALL);
	}
	if (c->e->plan.kind == EVIL_FLAPPER || c->e->plan.kind >= EVIL_FLOODER)
		plan_step(c, FLOOD_STEP_MS);
}

static void handle(struct evil_conn *c, const struct wire_event *ev)
{
	switch (ev->kind) {
	case WIRE_HELLO:
		introduce(c);
		break;
	case WIRE_INTERESTED:
		send_simple(c, WIRE_UNCHOKE);
		break;
	case WIRE_UNCHOKE:
		if (c->e->plan.kind == EVIL_GLUTTON)
			plan_step(c, 0);
		break;
	case WIRE_REQUEST:
		on_request(c, ev->range);
		break;
	default:
		break;
	}
}

static void on_data(void *user, struct span bytes)
{
	struct evil_conn *c = user;
	struct wire_event ev;

	if (c->e->plan.kind == EVIL_SILENT || c->e->plan.kind == EVIL_REPLAY)
		return;
	wire_feed(c->wire, bytes);
	while (wire_next(c->wire, &ev) == ERR_OK)
		handle(c, &ev);
}

static void on_ended(void *user, enum err why, int os)
{
	(void)why;
	(void)os;
	conn_free(user);
}

static void on_connected(void *user)
{
	struct evil_conn *c = user;

	if (c->e->plan.kind == EVIL_REPLAY)
		plan_step(c, 0);
	else if (c->e->plan.kind != EVIL_SILENT)
		say_hello(c);
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
};

static struct evil_conn *conn_new(struct sim_evil *e)
{
	struct evil_conn *c = mem_zero(sizeof *c);

	c->e = e;
	c->wire = wire_new();
	wire_set_geometry(c->wire, e->w->torrent.layout.npieces,
		e->w->torrent.layout.piece_length);
	c->step.fire = on_step;
	list_push_back(&e->conns, &c->link);
	return c;
}

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct sim_evil *e = user;
	struct evil_conn *c = conn_new(e);

	(void)from;
	e->accepted++;
	c->stream = s;
	stream_set_user(s, &events, c);
	if (e->plan.kind == EVIL_REPLAY)
		plan_step(c, 0);
}

struct sim_evil *sim_evil_new(struct sim_world *w, const struct sim_link *link,
	const struct sim_evil_plan *plan)
{
	struct sim_evil *e = mem_zero(sizeof *e);

	e->w = w;
	e->plan = *plan;
	e->node = sim_node_new(w->net, link);
	list_init(&e->conns);
	memcpy(e->peer_id, "-EV0000-", 8);
	rng_fill(sim_rng(w->sim), e->peer_id + 8, 12);
	sim_node_listen(e->node, SIM_PORT, on_accept, e);
	return e;
}

void sim_evil_free(struct sim_evil *e)
{
	sim_node_listen(e->node, 0, NULL, NULL);
	list_for_each_safe (it, &e->conns)
		conn_free(container_of(it, struct evil_conn, link));
	mem_free(e);
}

struct addr sim_evil_addr(const struct sim_evil *e)
{
	struct addr a = *sim_node_addr(e->node);

	a.port = SIM_PORT;
	return a;
}

struct sim_node *sim_evil_node(struct sim_evil *e)
{
	return e->node;
}

void sim_evil_announce(struct sim_evil *e)
{
	struct addr a = sim_evil_addr(e);

	sim_tracker_add_peer(e->w->tracker, e->w->torrent.hash, &a);
}

void sim_evil_dial(struct sim_evil *e, const struct addr *to)
{
	struct evil_conn *c = conn_new(e);

	c->dialled = true;
	c->stream = sim_dial(e->node, to, &events, c);
}

size_t sim_evil_connections(const struct sim_evil *e)
{
	size_t n = 0;

	for (const struct list *it = e->conns.next; it != &e->conns;
		it = it->next)
		n++;
	return n;
}

uint64_t sim_evil_accepted(const struct sim_evil *e)
{
	return e->accepted;
}

uint64_t sim_evil_lies(const struct sim_evil *e)
{
	return e->lies;
}

uint64_t sim_evil_asked(const struct sim_evil *e)
{
	return e->asked;
}
