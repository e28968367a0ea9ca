/*
 * peer_metadata.c - the info dictionary from and to one peer (BEP 9).
 */
#include <string.h>

#include "base/mem.h"
#include "core/swarm/swarm_priv.h"
#include "proto/peer_id.h"

/* While the files are not known, one who cannot name them keeps a place for
 * so long when places are rare. */
#define IDLE_MS 30000u
/* Between two questions to one who has not said that he can. */
#define PROBE_MS 10000u

static void send(struct peer *p, const struct utm_message *m)
{
	struct buf body = {0};

	utm_write(m, &body);
	peer_send_extended(p, p->ext.id[EXT_UT_METADATA], buf_span(&body));
	buf_free(&body);
}

/* --- getting ----------------------------------------------------------------
 */

void peer_metadata_leave(struct peer *p)
{
	if (p->sw->fetch && p->in_metadata)
		metadata_fetch_leave(p->sw->fetch, p->slot);
	p->in_metadata = false;
}

void peer_metadata_offered(struct peer *p)
{
	struct swarm *sw = p->sw;

	if (!sw->fetch)
		return;
	if (!p->ext.id[EXT_UT_METADATA]) {
		/* Taken back: asking on would be a message without a name. */
		peer_metadata_leave(p);
		return;
	}
	p->in_metadata = true;
	metadata_fetch_join(sw->fetch, p->slot, p->ext.metadata_size);
	if (peer_id_takes_one_question(p->peer_id))
		metadata_fetch_ask_singly(sw->fetch, p->slot);
	peer_metadata_ask(p, swarm_now(sw));
}

void peer_metadata_ask(struct peer *p, uint64_t now)
{
	struct utm_message m = {.kind = UTM_REQUEST};

	if (!p->in_metadata || p->stage != PEER_READY)
		return;
	while (metadata_fetch_next(p->sw->fetch, p->slot, now, &m.piece))
		send(p, &m);
}

/* Places are rare, and this one is taken by somebody who is no help. */
static bool is_in_the_way(const struct peer *p, uint64_t now)
{
	const struct swarm *sw = p->sw;

	return (!p->in_metadata || !p->ext.metadata_size) &&
	       now - p->ready_ms > IDLE_MS &&
	       sw->npeers * 10 >= sw->sh->max_peers_torrent * 9;
}

/*
 * Who named no size came with a link, as we did.  If it has learnt the files
 * since, it may not say so: many greet only once.
 */
static void probe(struct peer *p, uint64_t now)
{
	struct utm_message m = {.kind = UTM_REQUEST};

	if (!p->in_metadata || p->ext.metadata_size ||
		now - p->ready_ms < PROBE_MS || now - p->probed_ms < PROBE_MS)
		return;
	p->probed_ms = now;
	send(p, &m);
}

/* What came is not kept, but now it is known to be there. */
static void take_probe(struct peer *p, const struct utm_message *m)
{
	if (p->probed_ms == 0 || m->total_size > EXT_METADATA_MAX)
		return;
	p->ext.metadata_size = m->total_size;
	peer_metadata_offered(p);
}

void peer_metadata_tick(struct peer *p, uint64_t now)
{
	if (!p->sw->fetch || metadata_fetch_info(p->sw->fetch).n)
		return;
	p->in_vain =
		p->in_metadata && metadata_fetch_gave_up(p->sw->fetch, p->slot);
	if (p->in_vain) {
		peer_doom(p, ERR_TIMEOUT, "promised the file list in vain");
	} else if (is_in_the_way(p, now)) {
		peer_doom(p, ERR_OK, NULL);
	} else {
		peer_metadata_ask(p, now);
		probe(p, now);
	}
}

static void take_data(struct peer *p, const struct utm_message *m)
{
	struct swarm *sw = p->sw;
	uint32_t liar = PICKER_NOBODY;
	struct addr a;

	if (!sw->fetch || !p->in_metadata)
		return;
	if (p->ext.metadata_size == 0) {
		take_probe(p, m);
		return;
	}
	switch (metadata_fetch_data(sw->fetch, p->slot, m->piece, m->total_size,
		m->data, &liar)) {
	case METADATA_DONE:
		sw->cfg.owner->metadata(sw->cfg.user, swarm_metadata(sw));
		break;
	case METADATA_BAD:
		a = swarm_slot_addr(sw, liar);
		if (a.family != ADDR_NONE)
			swarm_ban(sw, &a, "sent a false file list");
		/* Everybody may be asked anew. */
		swarm_ask_metadata(sw);
		break;
	case METADATA_MORE:
		peer_metadata_ask(p, swarm_now(sw));
		sw->cfg.owner->changed(sw->cfg.user);
		break;
	case METADATA_USELESS:
		peer_metadata_ask(p, swarm_now(sw));
		break;
	}
}

/* --- giving -----------------------------------------------------------------
 */

static uint32_t count_parts(const struct peer *p)
{
	return (uint32_t)((p->sw->c.info.n + EXT_METADATA_PIECE - 1) /
			  EXT_METADATA_PIECE);
}

static void give(struct peer *p, uint32_t part)
{
	struct span info = p->sw->c.info;
	size_t off = (size_t)part * EXT_METADATA_PIECE;
	size_t n = info.n - off;
	struct utm_message m = {
		.kind = UTM_DATA,
		.piece = part,
		.total_size = (uint32_t)info.n,
		.data = span_of(info.p + off,
			n < EXT_METADATA_PIECE ? n : EXT_METADATA_PIECE),
	};

	send(p, &m);
}

static void refuse(struct peer *p, uint32_t part)
{
	struct utm_message m = {.kind = UTM_REJECT, .piece = part};

	send(p, &m);
}

static bool is_offered(const struct peer *p, uint32_t part)
{
	return !p->sw->c.is_private && part < count_parts(p);
}

void peer_metadata_pump(struct peer *p)
{
	while (p->nwanted && p->stage == PEER_READY &&
		stream_queued(p->stream) < PEER_SEND_HIGH) {
		/* While the files are checked nothing is offered. */
		if (is_offered(p, p->wanted[0]))
			give(p, p->wanted[0]);
		else
			refuse(p, p->wanted[0]);
		memmove(p->wanted, p->wanted + 1,
			--p->nwanted * sizeof p->wanted[0]);
	}
}

/* Each part is given twice at most, on average, and only so many wait. */
static void serve(struct peer *p, uint32_t part)
{
	if (!p->ext.id[EXT_UT_METADATA])
		return;
	if (!is_offered(p, part) || p->metadata_served >= 2 * count_parts(p) ||
		p->nwanted == PEER_METADATA_WANTED) {
		refuse(p, part);
		return;
	}
	p->metadata_served++;
	p->wanted[p->nwanted++] = (uint16_t)part;
	peer_metadata_pump(p);
}

void peer_metadata_message(struct peer *p, struct span body)
{
	struct utm_message m;

	if (utm_parse(body, &m) != ERR_OK)
		return;
	if (m.kind == UTM_REQUEST)
		serve(p, m.piece);
	else if (m.kind == UTM_DATA)
		take_data(p, &m);
	else if (p->sw->fetch && p->in_metadata)
		metadata_fetch_reject(p->sw->fetch, p->slot, m.piece,
			swarm_now(p->sw));
}
