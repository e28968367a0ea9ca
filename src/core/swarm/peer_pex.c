/*
 * peer_pex.c - peer exchange with one peer: when a message leaves, what
 * becomes of one that comes.
 *
 * Of a magnet link it is not known yet whether the torrent is private.  Until
 * it is, addresses are taken (they are given up if it is), but none is told.
 */
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"

bool peer_pex_is_on(const struct swarm *sw)
{
	return sw->sh->pex_on && !sw->c.is_private;
}

static bool may_tell(const struct peer *p)
{
	return peer_pex_is_on(p->sw) && p->sw->c.layout && p->has_ext &&
	       p->ext.id[EXT_UT_PEX] != 0 &&
	       stream_queued(p->stream) < PEER_SEND_HIGH;
}

static bool is_seed(const struct peer *p)
{
	return p->ext.upload_only || peer_is_seed(p);
}

static uint8_t flags_of(const struct peer *p)
{
	return (uint8_t)((is_seed(p) ? PEX_SEED : 0) |
			 (p->is_incoming ? 0 : PEX_REACHABLE));
}

/* It counts as a member as soon as its listening address is known. */
static void join(struct peer *p)
{
	struct pex *x = p->sw->pex;

	if (p->pex_place != PEX_NOBODY)
		pex_set_flags(x, p->pex_place, flags_of(p));
	else if (p->book_addr.family != ADDR_NONE)
		p->pex_place = pex_join(x, &p->book_addr, flags_of(p));
}

void peer_pex_leave(struct peer *p)
{
	if (p->pex_place != PEX_NOBODY)
		pex_leave(p->sw->pex, p->pex_place);
	p->pex_place = PEX_NOBODY;
	pex_partner_end(p->sw->pex, &p->pex);
}

void peer_pex_tick(struct peer *p, uint64_t now)
{
	struct pex_listener to = {.addr = p->addr, .is_seed = is_seed(p)};
	struct pex_message m;
	struct buf body = {0};

	join(p);
	if (peer_pex_is_on(p->sw) && !p->offered_pex && p->has_ext)
		peer_hello_offer(p); /* it was switched on since */
	to.place = p->pex_place;
	if (!may_tell(p) ||
		!pex_tell(p->sw->pex, &p->pex, &to, now, &p->sw->sh->rng, &m))
		return;
	pex_write(&m, &body);
	peer_send_extended(p, p->ext.id[EXT_UT_PEX], buf_span(&body));
	buf_free(&body);
}

static void take(struct peer *p, const struct pex_peer *said)
{
	struct swarm *sw = p->sw;

	if (!pex_may_name(&said->addr, &p->addr))
		return;
	/* Nobody can take the mark of a seed from us that others gave. */
	if (swarm_add_addr(sw, &said->addr, SOURCE_PEX) &&
		said->flags & PEX_SEED)
		peer_book_set_seed(sw->book, &said->addr);
}

void peer_pex_receive(struct peer *p, struct span body)
{
	struct pex_message m;

	if (!peer_pex_is_on(p->sw))
		return;
	switch (pex_hear(&p->pex, swarm_now(p->sw))) {
	case PEX_COUNTS:
		break;
	case PEX_EARLY:
		return;
	case PEX_FLOOD:
		peer_doom(p, ERR_LIMIT, "flood of peer addresses");
		return;
	}
	if (pex_parse(body, &m) != ERR_OK) {
		peer_doom(p, ERR_SYNTAX, "bad peer exchange");
		return;
	}
	for (size_t i = 0; i < m.nadded; i++)
		take(p, &m.added[i]);
	/* Whom it dropped we may still reach, or hear of from others. */
}
