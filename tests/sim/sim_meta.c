/*
 * sim_meta.c - see sim_meta.h.
 */
#include "sim_meta.h"

#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "proto/peer_ext.h"
#include "proto/peer_wire.h"

#define PART EXT_METADATA_PIECE
#define SLOW_MS 9000u
#define BUSY_MS 20u

struct meta_conn {
	struct list link;
	struct sim_meta *e;
	struct stream *stream;
	struct wire *wire;
	struct sim_event step;
	bool dialled, greeted, deaf;
	uint8_t id; /* by which it knows ut_metadata */
	uint32_t owed[64];
	size_t nowed;
};

struct sim_meta {
	struct sim_world *w;
	struct sim_meta_plan plan;
	struct sim_node *node;
	struct list conns;
	uint8_t peer_id[20];
	uint64_t accepted, asked, data, rejects;
};

static void conn_free(struct meta_conn *c)
{
	sim_cancel(c->e->w->sim, &c->step);
	list_remove(&c->link);
	stream_close(c->stream);
	wire_free(c->wire);
	mem_free(c);
}

static uint32_t claimed_size(const struct sim_meta *e)
{
	if (e->plan.kind == META_HUGE)
		return EXT_METADATA_MAX;
	return (uint32_t)e->plan.info.n +
	       (e->plan.kind == META_LONGER ? 1000 : 0);
}

static void send_extended(struct meta_conn *c, uint8_t id, struct span body)
{
	uint8_t *b = mem_alloc(body.n + 16);
	struct writer w = writer_of(b, body.n + 16);

	wire_put_extended(&w, id, body);
	stream_send(c->stream, writer_span(&w));
	mem_free(b);
}

static void send_metadata(struct meta_conn *c, const struct utm_message *m)
{
	struct buf body = {0};

	utm_write(m, &body);
	send_extended(c, c->id, buf_span(&body));
	buf_free(&body);
}

static void say_hello(struct meta_conn *c)
{
	uint8_t b[WIRE_HANDSHAKE_LEN], reserved[8] = {0};
	struct writer w = writer_of(b, sizeof b);

	reserved[WIRE_RESERVED_EXT_BYTE] |= WIRE_RESERVED_EXT_BIT;
	wire_put_handshake(&w, reserved, c->e->w->torrent.hash, c->e->peer_id);
	stream_send(c->stream, writer_span(&w));
}

static void introduce(struct meta_conn *c)
{
	struct ext_offer o = {
		.client = "meta",
		.metadata = true,
		.metadata_size = claimed_size(c->e),
	};
	struct buf body = {0};

	if (c->greeted)
		return;
	c->greeted = true;
	if (!c->dialled)
		say_hello(c);
	if (c->e->plan.kind == META_GREEDY || c->e->plan.kind == META_LATE)
		o.metadata_size = 0;
	ext_handshake_write(&o, &body);
	send_extended(c, EXT_HANDSHAKE_ID, buf_span(&body));
	buf_free(&body);
}

/* --- answers -------------------------------------------------------------- */

static void send_part(struct meta_conn *c, uint32_t part, bool wrong)
{
	uint32_t size = claimed_size(c->e), at = part * PART;
	struct span info = c->e->plan.info;
	uint8_t block[PART] = {0};
	struct utm_message m = {
		.kind = UTM_DATA, .piece = part, .total_size = size};

	if (at >= size)
		return;
	m.data = span_of(block, size - at < PART ? size - at : PART);
	if (at < info.n)
		memcpy(block, info.p + at,
			info.n - at < m.data.n ? info.n - at : m.data.n);
	if (wrong)
		block[sim_between(c->e->w->sim, 0, m.data.n - 1)] ^= 0x11;
	send_metadata(c, &m);
}

static void on_asked(struct meta_conn *c, uint32_t part)
{
	struct utm_message no = {.kind = UTM_REJECT, .piece = part};

	c->e->asked++;
	switch (c->e->plan.kind) {
	case META_HONEST:
	case META_LONGER:
		send_part(c, part, false);
		break;
	case META_FALSE:
		send_part(c, part, true);
		break;
	case META_TAINTED:
		send_part(c, part, part == 0);
		break;
	case META_REJECTS:
	case META_GREEDY:
		send_metadata(c, &no);
		break;
	case META_LATE:
		if (c->e->asked == 1)
			send_metadata(c, &no);
		else
			send_part(c, part, false);
		break;
	case META_DROPS:
	case META_SINGLE:
		if (c->nowed == 0) {
			c->owed[c->nowed++] = part;
			sim_in(c->e->w->sim, &c->step, BUSY_MS);
		} else {
			c->deaf = c->e->plan.kind == META_SINGLE;
		}
		break;
	case META_SLOW:
		if (c->nowed < 64)
			c->owed[c->nowed++] = part;
		if (!sim_planned(&c->step))
			sim_in(c->e->w->sim, &c->step, SLOW_MS);
		break;
	default:
		break;
	}
}

static void on_step(struct sim_event *ev)
{
	struct meta_conn *c = container_of(ev, struct meta_conn, step);

	if (c->nowed == 0)
		return;
	send_part(c, c->owed[0], c->e->plan.kind == META_SLOW);
	memmove(c->owed, c->owed + 1, --c->nowed * sizeof c->owed[0]);
	if (c->nowed)
		sim_in(c->e->w->sim, &c->step, SLOW_MS);
}

static void be_greedy(struct meta_conn *c)
{
	uint32_t parts = (claimed_size(c->e) - 1) / PART + 1;
	struct utm_message m = {.kind = UTM_REQUEST};

	for (unsigned r = 0; r < c->e->plan.rounds; r++)
		for (m.piece = 0; m.piece < parts; m.piece++)
			send_metadata(c, &m);
}

static void on_extended(struct meta_conn *c, const struct wire_event *ev)
{
	struct ext_handshake h;
	struct utm_message m;

	if (c->deaf)
		return;
	if (ev->extended.id == EXT_HANDSHAKE_ID) {
		if (ext_handshake_parse(ev->extended.body, &h) != ERR_OK)
			return;
		if (h.sets[EXT_UT_METADATA])
			c->id = h.id[EXT_UT_METADATA];
		if (c->e->plan.kind == META_GREEDY)
			be_greedy(c);
		return;
	}
	if (ev->extended.id != EXT_UT_METADATA + 1 ||
		utm_parse(ev->extended.body, &m) != ERR_OK)
		return;
	c->e->data += m.kind == UTM_DATA;
	c->e->rejects += m.kind == UTM_REJECT;
	if (m.kind == UTM_REQUEST)
		on_asked(c, m.piece);
}

/* --- connections ---------------------------------------------------------- */

static void on_data(void *user, struct span bytes)
{
	struct meta_conn *c = user;
	struct wire_event ev;

	wire_feed(c->wire, bytes);
	while (wire_next(c->wire, &ev) == ERR_OK) {
		if (ev.kind == WIRE_HELLO)
			introduce(c);
		else if (ev.kind == WIRE_EXTENDED)
			on_extended(c, &ev);
	}
}

static void on_ended(void *user, enum err why, int os)
{
	(void)why;
	(void)os;
	conn_free(user);
}

static void on_connected(void *user)
{
	say_hello(user);
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
};

static struct meta_conn *conn_new(struct sim_meta *e)
{
	struct meta_conn *c = mem_zero(sizeof *c);

	c->e = e;
	c->wire = wire_new();
	c->step.fire = on_step;
	list_push_back(&e->conns, &c->link);
	return c;
}

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct sim_meta *e = user;
	struct meta_conn *c = conn_new(e);

	(void)from;
	e->accepted++;
	c->stream = s;
	stream_set_user(s, &events, c);
}

struct sim_meta *sim_meta_new(struct sim_world *w, const struct sim_link *link,
	const struct sim_meta_plan *plan)
{
	struct sim_meta *e = mem_zero(sizeof *e);

	e->w = w;
	e->plan = *plan;
	if (e->plan.info.n == 0)
		e->plan.info = w->torrent.meta->info;
	e->node = sim_node_new(w->net, link);
	list_init(&e->conns);
	memcpy(e->peer_id, plan->kind == META_SINGLE ? "-lt0D80-" : "-EM0000-",
		8);
	rng_fill(sim_rng(w->sim), e->peer_id + 8, 12);
	sim_node_listen(e->node, SIM_PORT, on_accept, e);
	return e;
}

void sim_meta_free(struct sim_meta *e)
{
	sim_node_listen(e->node, 0, NULL, NULL);
	list_for_each_safe (it, &e->conns)
		conn_free(container_of(it, struct meta_conn, link));
	mem_free(e);
}

struct addr sim_meta_addr(const struct sim_meta *e)
{
	struct addr a = *sim_node_addr(e->node);

	a.port = SIM_PORT;
	return a;
}

void sim_meta_dial(struct sim_meta *e, const struct addr *to)
{
	struct meta_conn *c = conn_new(e);

	c->dialled = true;
	c->stream = sim_dial(e->node, to, &events, c);
}

uint64_t sim_meta_accepted(const struct sim_meta *e)
{
	return e->accepted;
}

uint64_t sim_meta_asked(const struct sim_meta *e)
{
	return e->asked;
}

uint64_t sim_meta_data(const struct sim_meta *e)
{
	return e->data;
}

uint64_t sim_meta_rejects(const struct sim_meta *e)
{
	return e->rejects;
}
