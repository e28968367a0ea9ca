/*
 * sim_gossip.c - see sim_gossip.h.
 */
#include "sim_gossip.h"

#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "proto/peer_ext.h"
#include "proto/peer_wire.h"

#define TOLD_MAX 1000u

struct talk {
	struct list link;
	struct sim_gossip *g;
	struct stream *stream;
	struct wire *wire;
	bool dialled, open;
	struct ext_handshake ext;
};

struct sim_gossip {
	struct sim_world *w;
	struct sim_node *node;
	struct list talks;
	uint8_t peer_id[20];
	bool reveals;
	uint64_t accepted, offers, messages;
	struct addr told[TOLD_MAX];
	size_t ntold;
};

static void talk_free(struct talk *t)
{
	list_remove(&t->link);
	stream_close(t->stream);
	wire_free(t->wire);
	mem_free(t);
}

static void send_writer(struct talk *t, const struct writer *w)
{
	stream_send(t->stream, writer_span(w));
}

static void send_extended(struct talk *t, uint8_t id, struct span body)
{
	size_t cap = body.n + 16;
	uint8_t *b = mem_alloc(cap);
	struct writer w = writer_of(b, cap);

	wire_put_extended(&w, id, body);
	send_writer(t, &w);
	mem_free(b);
}

static void say_hello(struct talk *t)
{
	uint8_t b[WIRE_HANDSHAKE_LEN], reserved[8] = {0};
	struct writer w = writer_of(b, sizeof b);

	reserved[WIRE_RESERVED_EXT_BYTE] |= WIRE_RESERVED_EXT_BIT;
	reserved[WIRE_RESERVED_FAST_BYTE] |= WIRE_RESERVED_FAST_BIT;
	wire_put_handshake(&w, reserved, t->g->w->torrent.hash, t->g->peer_id);
	send_writer(t, &w);
}

static void introduce(struct talk *t)
{
	uint8_t b[8];
	struct writer w = writer_of(b, sizeof b);
	struct buf body = {0};
	struct ext_offer offer = {
		.client = "gossip",
		.port = SIM_PORT,
		.metadata_size = (uint32_t)t->g->w->torrent.meta->info.n,
		.metadata = true,
		.pex = true,
	};

	if (!t->dialled)
		say_hello(t);
	t->open = true;
	wire_put_simple(&w, WIRE_HAVE_NONE);
	send_writer(t, &w);
	ext_handshake_write(&offer, &body);
	send_extended(t, EXT_HANDSHAKE_ID, buf_span(&body));
	buf_free(&body);
}

/* --- hearing
 * ------------------------------------------------------------------ */

static size_t find(const struct sim_gossip *g, const struct addr *a)
{
	size_t i = 0;

	while (i < g->ntold && !addr_equal(&g->told[i], a))
		i++;
	return i;
}

static void hear_pex(struct sim_gossip *g, struct span body)
{
	struct pex_message m;

	g->messages++;
	if (pex_parse(body, &m) != ERR_OK)
		sim_fail(g->w->sim, "a peer exchange that cannot be read");
	if (m.nadded > 50 || m.ndropped > 50)
		sim_fail(g->w->sim, "a peer exchange that is too long");
	for (size_t i = 0; i < m.ndropped; i++) {
		size_t at = find(g, &m.dropped[i]);

		if (at < g->ntold)
			g->told[at] = g->told[--g->ntold];
	}
	for (size_t i = 0; i < m.nadded; i++)
		if (find(g, &m.added[i].addr) == g->ntold &&
			g->ntold < TOLD_MAX)
			g->told[g->ntold++] = m.added[i].addr;
}

static void hear_request(struct talk *t, struct span body)
{
	struct span info = t->g->w->torrent.meta->info;
	struct utm_message m;
	struct buf out = {0};
	size_t at;

	if (utm_parse(body, &m) != ERR_OK || m.kind != UTM_REQUEST ||
		!t->g->reveals)
		return;
	at = (size_t)m.piece * EXT_METADATA_PIECE;
	if (at >= info.n)
		return;
	m.kind = UTM_DATA;
	m.total_size = (uint32_t)info.n;
	m.data = span_of(info.p + at, info.n - at < EXT_METADATA_PIECE
					      ? info.n - at
					      : EXT_METADATA_PIECE);
	utm_write(&m, &out);
	send_extended(t, t->ext.id[EXT_UT_METADATA], buf_span(&out));
	buf_free(&out);
}

static void hear_extended(struct talk *t, uint8_t id, struct span body)
{
	struct ext_handshake h;

	if (id == EXT_UT_PEX + 1)
		hear_pex(t->g, body);
	if (id == EXT_UT_METADATA + 1)
		hear_request(t, body);
	if (id != EXT_HANDSHAKE_ID || ext_handshake_parse(body, &h) != ERR_OK)
		return;
	t->ext = h;
	t->g->offers += h.id[EXT_UT_PEX] != 0;
}

static void on_data(void *user, struct span bytes)
{
	struct talk *t = user;
	struct wire_event ev;

	wire_feed(t->wire, bytes);
	while (wire_next(t->wire, &ev) == ERR_OK) {
		if (ev.kind == WIRE_HELLO)
			introduce(t);
		else if (ev.kind == WIRE_EXTENDED)
			hear_extended(t, ev.extended.id, ev.extended.body);
	}
}

static void on_connected(void *user)
{
	say_hello(user);
}

static void on_ended(void *user, enum err why, int os)
{
	(void)why;
	(void)os;
	talk_free(user);
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.ended = on_ended,
};

static struct talk *talk_new(struct sim_gossip *g)
{
	const struct layout *l = &g->w->torrent.layout;
	struct talk *t = mem_zero(sizeof *t);

	t->g = g;
	t->wire = wire_new();
	wire_set_geometry(t->wire, l->npieces, l->piece_length);
	list_push_back(&g->talks, &t->link);
	return t;
}

static void on_accept(void *user, struct stream *s, const struct addr *from)
{
	struct sim_gossip *g = user;
	struct talk *t = talk_new(g);

	(void)from;
	g->accepted++;
	t->stream = s;
	stream_set_user(s, &events, t);
}

/* --- for the test
 * --------------------------------------------------------------------- */

struct sim_gossip *sim_gossip_new(struct sim_world *w)
{
	struct sim_gossip *g = mem_zero(sizeof *g);

	g->w = w;
	g->node = sim_node_new(w->net, &sim_home);
	list_init(&g->talks);
	memcpy(g->peer_id, "-GO0000-", 8);
	rng_fill(sim_rng(w->sim), g->peer_id + 8, 12);
	sim_node_listen(g->node, SIM_PORT, on_accept, g);
	return g;
}

void sim_gossip_free(struct sim_gossip *g)
{
	sim_node_listen(g->node, 0, NULL, NULL);
	list_for_each_safe (it, &g->talks)
		talk_free(container_of(it, struct talk, link));
	mem_free(g);
}

struct addr sim_gossip_addr(const struct sim_gossip *g)
{
	struct addr a = *sim_node_addr(g->node);

	a.port = SIM_PORT;
	return a;
}

void sim_gossip_dial(struct sim_gossip *g, const struct addr *to)
{
	struct talk *t = talk_new(g);

	t->dialled = true;
	t->stream = sim_dial(g->node, to, &events, t);
}

bool sim_gossip_say(struct sim_gossip *g, const struct pex_message *m)
{
	struct buf body = {0};
	bool said = false;

	pex_write(m, &body);
	list_for_each (it, &g->talks) {
		struct talk *t = container_of(it, struct talk, link);

		/* As somebody would who does not care what was offered. */
		if (t->open)
			send_extended(t, EXT_UT_PEX + 1, buf_span(&body));
		said |= t->open;
	}
	buf_free(&body);
	return said;
}

void sim_gossip_reveal(struct sim_gossip *g)
{
	g->reveals = true;
}

size_t sim_gossip_connections(const struct sim_gossip *g)
{
	size_t n = 0;

	for (struct list *it = g->talks.next; it != &g->talks; it = it->next)
		n += container_of(it, struct talk, link)->open;
	return n;
}

uint64_t sim_gossip_accepted(const struct sim_gossip *g)
{
	return g->accepted;
}

uint64_t sim_gossip_offers(const struct sim_gossip *g)
{
	return g->offers;
}

uint64_t sim_gossip_messages(const struct sim_gossip *g)
{
	return g->messages;
}

bool sim_gossip_knows(const struct sim_gossip *g, const struct addr *a)
{
	return find(g, a) < g->ntold;
}
