/*
 * peer.c - one connection's life: opened, greeted, drained, timed, ended.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"

static void on_connected(void *user)
{
	struct peer *p = user;
	struct swarm_shared *sh = p->sw->sh;

	assert(p->stage == PEER_CONNECTING);
	p->stage = PEER_GREETING;
	p->opened_ms = swarm_now(p->sw);
	assert(sh->nhalf_open > 0);
	sh->nhalf_open--;
	peer_hello_send(p);
	p->sw->cfg.owner->changed(p->sw->cfg.user);
}

/*
 * What was asked for may come all at once.  Some way above the cap nobody is
 * read any more, until blocks have gone to disk.
 */
static void hold_when_full(struct swarm *sw)
{
	struct swarm_shared *sh = sw->sh;
	size_t cap = block_pool_cap(sh->pool);

	if (block_pool_used(sh->pool) <= cap + cap / PEER_HOLD_SHARE)
		return;
	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (!p || p->stage != PEER_READY || !list_empty(&p->held))
			continue;
		stream_read(p->stream, false);
		list_push_back(&sh->held, &p->held);
	}
	sw->cfg.owner->may_ask(sw->cfg.user); /* it makes room */
}

void swarm_release(struct list *node)
{
	struct peer *p = container_of(node, struct peer, held);

	list_remove(node);
	p->heard_ms = swarm_now(p->sw); /* it was we who did not listen */
	stream_read(p->stream, true);
}

static void on_data(void *user, struct span bytes)
{
	struct peer *p = user;

	if (p->stage == PEER_DOOMED)
		return;
	wire_feed(p->wire, bytes);
	peer_drain(p);
	hold_when_full(p->sw);
}

static void on_writable(void *user)
{
	struct peer *p = user;

	if (p->stage == PEER_READY)
		peer_unsettle(p);
}

static void on_ended(void *user, enum err why, int os)
{
	struct peer *p = user;

	(void)os;
	peer_doom(p, why, NULL);
}

static const struct stream_events events = {
	.connected = on_connected,
	.data = on_data,
	.writable = on_writable,
	.ended = on_ended,
};

struct peer *peer_new(struct swarm *sw, const struct addr *a)
{
	struct peer *p = mem_zero(sizeof *p);
	uint64_t now = swarm_now(sw);

	p->sw = sw;
	p->addr = *a;
	p->id = ++sw->sh->next_peer_id;
	p->am_choking = p->peer_choking = true;
	p->pex_place = PEX_NOBODY;
	p->opened_ms = p->heard_ms = p->sent_ms = now;
	p->control_since_ms = now;
	list_init(&p->unsettled);
	list_init(&p->thirsty_up);
	list_init(&p->thirsty_down);
	list_init(&p->held);
	pipeline_init(&p->pipe, now);
	bitfield_init(&p->has, sw->c.layout ? sw->c.layout->npieces : 0);
	bitfield_init(&p->allowed_in, 0);
	return p;
}

void peer_attach(struct peer *p, struct stream *s, struct wire *w)
{
	const struct layout *l = p->sw->c.layout;

	p->wire = w ? w : wire_new();
	if (l)
		wire_set_geometry(p->wire, l->npieces, l->piece_length);
	p->stream = s;
	if (s)
		stream_set_user(s, &events, p);
}

void peer_dial(struct peer *p)
{
	struct host *h = p->sw->host;

	p->stream = h->ops->dial(h, &p->addr, &events, p);
}

/* What the address book should think of a connection that ended. */
static void tell_book(struct peer *p)
{
	struct swarm *sw = p->sw;
	bool useful = p->ready_ms != 0 && !p->in_vain;

	if (!p->in_book)
		return;
	p->in_book = false;
	peer_book_disconnected(sw->book, &p->book_addr, useful, swarm_now(sw));
	if (!useful && !p->is_ours)
		sw->dialled_in_vain++;
}

void peer_doom(struct peer *p, enum err e, const char *why)
{
	struct swarm *sw = p->sw;
	char at[ADDR_TEXT_MAX];

	if (p->stage == PEER_DOOMED)
		return;
	if (log_on(LOG_DEBUG)) {
		addr_text(&p->addr, at);
		log_write(LOG_DEBUG, "peer", "%s: %s", at,
			why ? why : err_str(e));
	}
	if (why || e == ERR_SYNTAX || e == ERR_RANGE || e == ERR_PROTO ||
		e == ERR_LIMIT)
		sw->sh->protocol_errors++;
	if (p->stage == PEER_CONNECTING)
		sw->sh->nhalf_open--;
	p->stage = PEER_DOOMED;
	peer_download_leave(p);
	peer_upload_leave(p);
	peer_pex_leave(p);
	peer_metadata_leave(p);
	list_remove(&p->thirsty_up);
	list_remove(&p->thirsty_down);
	list_remove(&p->held);
	if (p->stream)
		stream_close(p->stream);
	p->stream = NULL;
	tell_book(p);
	peer_unsettle(p);
	sw->cfg.owner->changed(sw->cfg.user);
}

void peer_free(struct peer *p)
{
	assert(!p->stream);
	list_remove(&p->unsettled);
	wire_free(p->wire);
	pipeline_fini(&p->pipe);
	bitfield_fini(&p->has);
	bitfield_fini(&p->allowed_in);
	mem_free(p->queue);
	mem_free(p);
}

void peer_send_bytes(struct peer *p, struct span bytes)
{
	if (p->stage == PEER_DOOMED)
		return;
	p->sent_ms = swarm_now(p->sw);
	stream_send(p->stream, bytes);
}

void peer_send_extended(struct peer *p, uint8_t id, struct span body)
{
	size_t cap = body.n + 16;
	uint8_t *b = mem_alloc(cap);
	struct writer w = writer_of(b, cap);

	wire_put_extended(&w, id, body);
	peer_send_bytes(p, writer_span(&w));
	mem_free(b);
}

void peer_send_simple(struct peer *p, enum wire_kind kind)
{
	uint8_t b[8];
	struct writer w = writer_of(b, sizeof b);

	wire_put_simple(&w, kind);
	peer_send_bytes(p, writer_span(&w));
}

void peer_send_index(struct peer *p, enum wire_kind kind, uint32_t piece)
{
	uint8_t b[16];
	struct writer w = writer_of(b, sizeof b);

	wire_put_piece_index(&w, kind, piece);
	peer_send_bytes(p, writer_span(&w));
}

void peer_send_range(struct peer *p, enum wire_kind kind, struct wire_range r)
{
	uint8_t b[20];
	struct writer w = writer_of(b, sizeof b);

	wire_put_range(&w, kind, r);
	peer_send_bytes(p, writer_span(&w));
}

void peer_set_choking(struct peer *p, bool choke)
{
	uint64_t now = swarm_now(p->sw);

	if (p->am_choking == choke || p->stage != PEER_READY)
		return;
	p->am_choking = choke;
	peer_send_simple(p, choke ? WIRE_CHOKE : WIRE_UNCHOKE);
	if (choke) {
		p->choked_ms = now;
		p->optimistic = false;
		peer_upload_choke(p);
	} else {
		p->unchoked_ms = now;
		p->sent_since_unchoke = 0;
	}
}

/* Messages that only fill our ears have a budget. */
static bool control_ok(struct peer *p, enum wire_kind kind)
{
	uint64_t now = swarm_now(p->sw);

	switch (kind) {
	case WIRE_BLOCK:
	case WIRE_REQUEST:
	case WIRE_CANCEL:
	case WIRE_REJECT: /* each answers a request of ours, or is dropped */
	case WIRE_HAVE:   /* at most one for each piece counts, see below */
		return true;
	default:
		break;
	}
	if (now - p->control_since_ms > 10000) {
		p->control_since_ms = now;
		p->control_count = 0;
	}
	return ++p->control_count <= PEER_CONTROL_MAX;
}

/* Fast messages without the fast bit on both sides are a protocol error. */
static bool needs_fast(enum wire_kind kind)
{
	return kind == WIRE_HAVE_ALL || kind == WIRE_HAVE_NONE ||
	       kind == WIRE_REJECT || kind == WIRE_ALLOWED_FAST ||
	       kind == WIRE_SUGGEST;
}

static void handle_interest(struct peer *p, bool interested)
{
	if (p->peer_interested == interested)
		return;
	p->peer_interested = interested;
	if (interested)
		swarm_admit(p->sw, p);
}

static void handle_pieces(struct peer *p, const struct wire_event *ev)
{
	bool first = !p->heard_pieces;

	p->heard_pieces = true;
	if (ev->kind == WIRE_HAVE) {
		peer_download_has(p, ev->piece);
		return;
	}
	if (!first && ev->kind == WIRE_HAVE_NONE) {
		peer_doom(p, ERR_PROTO, "have none after it had some");
		return;
	}
	if (ev->kind == WIRE_BITFIELD)
		peer_download_bitfield(p, ev->body);
	else
		peer_download_has_all(p, ev->kind == WIRE_HAVE_ALL);
}

static void handle_ready(struct peer *p, const struct wire_event *ev)
{
	switch (ev->kind) {
	case WIRE_CHOKE:
	case WIRE_UNCHOKE:
		peer_download_choked(p, ev->kind == WIRE_CHOKE);
		break;
	case WIRE_INTERESTED:
	case WIRE_NOT_INTERESTED:
		handle_interest(p, ev->kind == WIRE_INTERESTED);
		break;
	case WIRE_HAVE:
	case WIRE_BITFIELD:
	case WIRE_HAVE_ALL:
	case WIRE_HAVE_NONE:
		handle_pieces(p, ev);
		break;
	case WIRE_REQUEST:
		peer_upload_request(p, ev->range);
		break;
	case WIRE_CANCEL:
		peer_upload_cancel(p, ev->range);
		break;
	case WIRE_REJECT:
		peer_download_rejected(p, ev->range);
		break;
	case WIRE_ALLOWED_FAST:
		peer_download_allowed(p, ev->piece);
		break;
	case WIRE_SUGGEST:
		peer_download_suggested(p, ev->piece);
		break;
	case WIRE_BLOCK:
		peer_download_block(p, ev);
		break;
	case WIRE_EXTENDED:
		peer_hello_extended(p, ev);
		break;
	case WIRE_PORT:
		peer_hello_port(p, ev->port);
		break;
	default: /* keep-alives, what nobody defined */
		break;
	}
}

static void handle(struct peer *p, const struct wire_event *ev)
{
	p->heard_ms = swarm_now(p->sw);
	if (ev->kind == WIRE_HELLO) {
		peer_hello_received(p, ev);
		return;
	}
	if (ev->kind == WIRE_PEER_ID) {
		peer_hello_peer_id(p, ev->peer_id);
		return;
	}
	if (needs_fast(ev->kind) && !p->has_fast) {
		peer_doom(p, ERR_PROTO, "fast message without the fast bit");
		return;
	}
	if (!control_ok(p, ev->kind)) {
		peer_doom(p, ERR_LIMIT, "flood of control messages");
		return;
	}
	handle_ready(p, ev);
}

void peer_drain(struct peer *p)
{
	struct wire_event ev;
	enum err e = ERR_AGAIN;

	while (p->stage != PEER_DOOMED &&
		(e = wire_next(p->wire, &ev)) == ERR_OK) {
		handle(p, &ev);
		if (p->stage != PEER_DOOMED &&
			stream_queued(p->stream) > PEER_SEND_MAX)
			peer_doom(p, ERR_LIMIT, "does not read our answers");
	}
	if (p->stage == PEER_DOOMED)
		return;
	if (e != ERR_AGAIN) {
		peer_doom(p, e, "broke the protocol");
		return;
	}
	peer_download_pump(p);
}

void peer_unsettle(struct peer *p)
{
	list_remove(&p->unsettled);
	list_push_back(&p->sw->unsettled, &p->unsettled);
	swarm_unsettle(p->sw);
}

void peer_settle(struct peer *p)
{
	if (p->stage != PEER_READY)
		return;
	peer_metadata_pump(p);
	peer_upload_pump(p);
	peer_download_pump(p);
}

/* Neither side wants anything of the other, for long. */
static bool is_useless(struct peer *p, uint64_t now)
{
	struct swarm *sw = p->sw;

	if (sw->fetch || p->am_interested || p->peer_interested) {
		p->useless_since_ms = 0;
		return false;
	}
	if (p->useless_since_ms == 0)
		p->useless_since_ms = now;
	if (swarm_complete(sw) && peer_is_seed(p) && p->heard_pieces)
		return now - p->useless_since_ms > 2000;
	return now - p->useless_since_ms > SWARM_USELESS_MS &&
	       sw->sh->npeers * 10 > sw->sh->max_peers * 9;
}

static bool timed_out(struct peer *p, uint64_t now)
{
	switch (p->stage) {
	case PEER_CONNECTING:
		return now - p->opened_ms > SWARM_CONNECT_MS;
	case PEER_GREETING:
		return now - p->opened_ms > SWARM_HANDSHAKE_MS;
	case PEER_READY:
		return now - p->heard_ms > SWARM_SILENT_MS;
	case PEER_DOOMED:
		break;
	}
	return false;
}

void peer_tick(struct peer *p, uint64_t now)
{
	static const uint8_t keepalive[4];

	if (timed_out(p, now)) {
		peer_doom(p, ERR_TIMEOUT, NULL);
		return;
	}
	if (p->stage != PEER_READY)
		return;
	if (is_useless(p, now)) {
		peer_doom(p, ERR_OK, NULL);
		return;
	}
	if (now - p->sent_ms > SWARM_KEEPALIVE_MS)
		peer_send_bytes(p, span_of(keepalive, sizeof keepalive));
	peer_pex_tick(p, now);
	peer_metadata_tick(p, now);
	if (p->stage == PEER_DOOMED)
		return;
	peer_download_tick(p, now);
	if (now - p->heard_ms > 30000)
		wire_idle(p->wire);
}
