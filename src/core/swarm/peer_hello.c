/*
 * peer_hello.c - how two peers introduce themselves: the handshake (BEP 3),
 * what they have (BEP 3, BEP 6) and the extension handshake (BEP 10).
 */
#include <string.h>

#include "base/mem.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"
#include "proto/metainfo.h"
#include "proto/peer_id.h"

/* A private torrent's peers hear nothing of the DHT (BEP 27). */
static bool has_dht(const struct swarm *sw)
{
	return sw->sh->dht_on && !sw->c.is_private;
}

void peer_hello_send(struct peer *p)
{
	uint8_t b[WIRE_HANDSHAKE_LEN];
	uint8_t reserved[8] = {0};
	uint8_t hash[20];
	struct writer w = writer_of(b, sizeof b);

	reserved[WIRE_RESERVED_EXT_BYTE] |= WIRE_RESERVED_EXT_BIT;
	reserved[WIRE_RESERVED_FAST_BYTE] |= WIRE_RESERVED_FAST_BIT;
	if (has_dht(p->sw))
		reserved[WIRE_RESERVED_DHT_BYTE] |= WIRE_RESERVED_DHT_BIT;
	infohash_wire(p->sw->cfg.hash, hash);
	wire_put_handshake(&w, reserved, hash, p->sw->cfg.peer_id);
	peer_send_bytes(p, writer_span(&w));
}

void peer_hello_received(struct peer *p, const struct wire_event *ev)
{
	const uint8_t *r = ev->hello.reserved;
	uint8_t hash[20];

	infohash_wire(p->sw->cfg.hash, hash);
	if (memcmp(hash, ev->hello.info_hash, sizeof hash) != 0) {
		peer_doom(p, ERR_PROTO, "answered for another torrent");
		return;
	}
	p->has_fast = r[WIRE_RESERVED_FAST_BYTE] & WIRE_RESERVED_FAST_BIT;
	p->has_ext = r[WIRE_RESERVED_EXT_BYTE] & WIRE_RESERVED_EXT_BIT;
	p->has_dht = r[WIRE_RESERVED_DHT_BYTE] & WIRE_RESERVED_DHT_BIT;
	/* Some peers send their id only after they have seen our answer. */
	if (p->is_incoming)
		peer_hello_send(p);
}

/*
 * Two connections to one peer: both ends keep the one that was dialled by
 * the peer with the larger id, so that they do not each close the other's.
 */
static bool loses_to_twin(const struct peer *p, const struct peer *twin)
{
	bool mine_larger =
		memcmp(p->sw->cfg.peer_id, p->peer_id, PEER_ID_LEN) > 0;

	if (p->is_incoming == twin->is_incoming)
		return true;
	return p->is_incoming == mine_larger;
}

static bool is_unwelcome(struct peer *p)
{
	struct swarm *sw = p->sw;
	struct peer *twin;

	if (memcmp(p->peer_id, sw->cfg.peer_id, PEER_ID_LEN) == 0) {
		p->is_ours = true;
		if (!p->is_incoming)
			peer_book_forget(sw->book, &p->addr);
		peer_doom(p, ERR_OK, NULL);
		return true;
	}
	twin = swarm_twin(sw, p);
	if (!twin)
		return false;
	if (loses_to_twin(p, twin)) {
		p->ready_ms = swarm_now(sw); /* the address is a good one */
		peer_doom(p, ERR_OK, NULL);
		return true;
	}
	peer_doom(twin, ERR_OK, NULL);
	return false;
}

void peer_hello_peer_id(struct peer *p, const uint8_t id[20])
{
	memcpy(p->peer_id, id, PEER_ID_LEN);
	if (is_unwelcome(p))
		return;
	p->stage = PEER_READY;
	p->ready_ms = swarm_now(p->sw);
	pex_partner_begin(&p->pex, p->ready_ms);
	if (p->in_book)
		peer_book_connected(p->sw->book, &p->book_addr);
	peer_hello_introduce(p);
	p->sw->cfg.owner->changed(p->sw->cfg.user);
}

void peer_hello_offer(struct peer *p)
{
	struct swarm *sw = p->sw;
	struct buf body = {0};
	struct ext_offer offer = {
		.client = sw->sh->client,
		.reqq = SWARM_REQQ,
		.port = sw->host->ops->port(sw->host),
		.peer = p->addr,
		.metadata = !sw->c.is_private,
		.metadata_size = sw->c.is_private ? 0 : (uint32_t)sw->c.info.n,
		.upload_only = swarm_complete(sw),
		.pex = peer_pex_is_on(sw),
	};

	p->offered_pex = offer.pex;
	ext_handshake_write(&offer, &body);
	peer_send_extended(p, EXT_HANDSHAKE_ID, buf_span(&body));
	buf_free(&body);
}

static void send_bitfield(struct peer *p)
{
	const struct bitfield *have = p->sw->c.have;
	size_t cap = bitfield_wire_len(bitfield_size(have)) + 16;
	uint8_t *b = mem_alloc(cap);
	struct writer w = writer_of(b, cap);

	wire_put_bitfield(&w, have);
	peer_send_bytes(p, writer_span(&w));
	mem_free(b);
}

/* What we have.  Later pieces are told by HAVE, so nothing is lost when this
 * goes out while pieces are being written. */
static void send_pieces(struct peer *p)
{
	const struct bitfield *have = p->sw->c.have;

	p->said_pieces = true;
	if (have && bitfield_size(have) && bitfield_all(have) && p->has_fast)
		peer_send_simple(p, WIRE_HAVE_ALL);
	else if ((!have || bitfield_none(have)) && p->has_fast)
		peer_send_simple(p, WIRE_HAVE_NONE);
	else if (have && !bitfield_none(have))
		send_bitfield(p);
}

static void send_allowed_fast(struct peer *p)
{
	const struct layout *l = p->sw->c.layout;
	uint8_t hash[20];

	if (!p->has_fast || !l || swarm_complete(p->sw) ||
		bitfield_none(p->sw->c.have))
		return;
	infohash_wire(p->sw->cfg.hash, hash);
	p->nallowed_out = (uint32_t)wire_allowed_fast(&p->addr, hash,
		l->npieces, p->allowed_out, PEER_ALLOWED_FAST);
	for (uint32_t i = 0; i < p->nallowed_out; i++)
		if (bitfield_has(p->sw->c.have, p->allowed_out[i]))
			peer_send_index(p, WIRE_ALLOWED_FAST,
				p->allowed_out[i]);
}

static void send_port(struct peer *p)
{
	uint8_t b[16];
	struct writer w = writer_of(b, sizeof b);

	wire_put_port(&w, p->sw->host->ops->port(p->sw->host));
	peer_send_bytes(p, writer_span(&w));
}

void peer_hello_introduce(struct peer *p)
{
	if (!p->said_pieces)
		send_pieces(p);
	if (p->has_ext)
		peer_hello_offer(p);
	send_allowed_fast(p);
	if (p->has_dht && has_dht(p->sw))
		send_port(p);
}

void peer_hello_port(struct peer *p, uint16_t port)
{
	struct swarm_shared *sh = p->sw->sh;
	struct addr a = p->addr;

	/* One is enough: more would make us ask strangers' hosts. */
	if (port == 0 || p->said_port || !has_dht(p->sw))
		return;
	p->said_port = true;
	a.port = port;
	sh->dht_node(sh->dht_user, &a);
}

/* A peer that came to us says where it can be reached. */
static void note_listen_port(struct peer *p)
{
	struct swarm *sw = p->sw;

	if (!p->is_incoming || p->ext.port == 0 || p->in_book)
		return;
	p->book_addr = p->addr;
	p->book_addr.port = p->ext.port;
	peer_book_add(sw->book, &p->book_addr, SOURCE_INCOMING, swarm_now(sw));
	peer_book_connected(sw->book, &p->book_addr);
	p->in_book = true;
}

static void note_own_address(struct peer *p)
{
	struct swarm_shared *sh = p->sw->sh;

	if (p->ext.yourip.family == ADDR_V4)
		sh->self4 = p->ext.yourip;
	else if (p->ext.yourip.family == ADDR_V6)
		sh->self6 = p->ext.yourip;
}

/* Later handshakes change only what they name. */
static void merge_handshake(struct peer *p, const struct ext_handshake *h)
{
	struct ext_handshake old = p->ext;

	p->ext = *h;
	for (int k = 0; k < EXT_KINDS; k++)
		if (!h->sets[k])
			p->ext.id[k] = old.id[k];
	if (!h->metadata_size)
		p->ext.metadata_size = old.metadata_size;
	if (!h->client[0])
		memcpy(p->ext.client, old.client, sizeof old.client);
	if (!h->reqq)
		p->ext.reqq = old.reqq;
}

static void handle_handshake(struct peer *p, struct span body)
{
	struct ext_handshake h;

	if (ext_handshake_parse(body, &h) != ERR_OK) {
		peer_doom(p, ERR_SYNTAX, "bad extension handshake");
		return;
	}
	merge_handshake(p, &h);
	p->heard_ext = true;
	if (p->ext.reqq)
		pipeline_set_peer_limit(&p->pipe, p->ext.reqq);
	note_listen_port(p);
	note_own_address(p);
	peer_metadata_offered(p);
}

/* BEP 54: it lost a piece. */
static void handle_donthave(struct peer *p, struct span body)
{
	struct reader r = reader_of_span(body);
	uint32_t piece = read_u32(&r);

	if (!r.bad)
		peer_download_lacks(p, piece);
}

void peer_hello_extended(struct peer *p, const struct wire_event *ev)
{
	uint8_t id = ev->extended.id;

	if (!p->has_ext)
		return;
	if (id == EXT_HANDSHAKE_ID)
		handle_handshake(p, ev->extended.body);
	else if (id == EXT_UT_PEX + 1)
		peer_pex_receive(p, ev->extended.body);
	else if (id == EXT_UT_METADATA + 1)
		peer_metadata_message(p, ev->extended.body);
	else if (id == EXT_LT_DONTHAVE + 1)
		handle_donthave(p, ev->extended.body);
	else if (id == EXT_UPLOAD_ONLY + 1 && ev->extended.body.n == 1)
		p->ext.upload_only = ev->extended.body.p[0] != 0;
}

void peer_hello_content(struct peer *p)
{
	const struct layout *l = p->sw->c.layout;

	bitfield_fini(&p->has);
	bitfield_init(&p->has, l->npieces);
	if (p->claims_all)
		bitfield_set_all(&p->has);
	wire_set_geometry(p->wire, l->npieces, l->piece_length);
}
