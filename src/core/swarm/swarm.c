/*
 * swarm.c - a torrent's connections: dialling, accepting, choking, reaping.
 */
#include <assert.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "core/storage/layout.h"
#include "core/swarm/blame.h"
#include "core/swarm/choker.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"
#include "proto/peer_id.h"

#define SLOTS_FIRST 8u
#define DIALS_AT_ONCE 16u

static struct list *list_take(struct list *head)
{
	struct list *n = list_front(head);

	if (n)
		list_remove(n);
	return n;
}

struct swarm *swarm_new(const struct swarm_config *cfg)
{
	struct swarm *sw = mem_zero(sizeof *sw);

	sw->cfg = *cfg;
	sw->sh = cfg->shared;
	sw->host = sw->sh->host;
	list_init(&sw->unsettled);
	list_init(&sw->dry_up);
	list_init(&sw->dry_down);
	sw->book = peer_book_new(sw->sh->map_key, rng_u64(&sw->sh->rng));
	sw->blame = blame_new(sw->sh->map_key);
	sw->pex = pex_new();
	sw->fetch = metadata_fetch_new(cfg->hash);
	sw->next_tick_ms = NEVER;
	return sw;
}

static void doom_all(struct swarm *sw)
{
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i])
			peer_doom(sw->peers[i], ERR_CANCELED, NULL);
}

void swarm_free(struct swarm *sw)
{
	doom_all(sw);
	swarm_settle(sw);
	assert(sw->npeers == 0);
	mem_free(sw->peers);
	peer_book_free(sw->book);
	blame_free(sw->blame);
	pex_free(sw->pex);
	metadata_fetch_free(sw->fetch);
	mem_free(sw);
}

struct peer *swarm_peer(const struct swarm *sw, uint32_t slot, uint64_t id)
{
	struct peer *p = slot < sw->nslots ? sw->peers[slot] : NULL;

	if (!p || p->stage == PEER_DOOMED || (id && p->id != id))
		return NULL;
	return p;
}

struct addr swarm_slot_addr(const struct swarm *sw, uint32_t slot)
{
	struct peer *p = swarm_peer(sw, slot, 0);

	return p ? p->addr : (struct addr){0};
}

static void slots_grow(struct swarm *sw)
{
	uint32_t n = sw->nslots ? 2 * sw->nslots : SLOTS_FIRST;

	sw->peers = mem_resize(sw->peers, n, sizeof(struct peer *));
	memset(sw->peers + sw->nslots, 0,
		(n - sw->nslots) * sizeof(struct peer *));
	sw->nslots = n;
}

static void slot_put(struct swarm *sw, struct peer *p)
{
	uint32_t i = 0;

	while (i < sw->nslots && sw->peers[i])
		i++;
	if (i == sw->nslots)
		slots_grow(sw);
	p->slot = i;
	sw->peers[i] = p;
	sw->npeers++;
	sw->sh->npeers++;
	if (sw->next_tick_ms == NEVER)
		sw->next_tick_ms = swarm_now(sw) + SWARM_TICK_MS;
}

static void reap(struct swarm *sw, struct peer *p)
{
	sw->peers[p->slot] = NULL;
	sw->npeers--;
	sw->sh->npeers--;
	peer_free(p);
}

/* --- the turn's end --------------------------------------------------- */

void swarm_unsettle(struct swarm *sw)
{
	sw->cfg.owner->unsettled(sw->cfg.user);
}

void swarm_stir(struct swarm *sw)
{
	sw->stirred = true;
	swarm_unsettle(sw);
}

static void stir_now(struct swarm *sw)
{
	sw->stirred = false;
	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (!p || p->stage != PEER_READY)
			continue;
		if (!p->am_interested)
			peer_download_interest(p);
		peer_download_pump(p);
	}
}

void swarm_ask_metadata(struct swarm *sw)
{
	sw->ask_metadata = true;
	swarm_unsettle(sw);
}

static void ask_metadata_now(struct swarm *sw)
{
	uint64_t now = swarm_now(sw);

	sw->ask_metadata = false;
	for (uint32_t i = 0; i < sw->nslots && sw->fetch; i++)
		if (sw->peers[i])
			peer_metadata_ask(sw->peers[i], now);
}

void swarm_settle(struct swarm *sw)
{
	struct list *n;

	while ((n = list_take(&sw->unsettled))) {
		struct peer *p = container_of(n, struct peer, unsettled);

		if (p->stage == PEER_DOOMED)
			reap(sw, p);
		else
			peer_settle(p);
	}
	if (sw->ask_metadata)
		ask_metadata_now(sw);
	if (sw->stirred)
		stir_now(sw);
	if (sw->active)
		swarm_dial(sw);
}

struct list *swarm_line_up(struct swarm *sw)
{
	return limiter_is_dry(sw->cfg.limit_up, LAYOUT_BLOCK)
	               ? &sw->dry_up
	               : &sw->sh->thirsty_up;
}

struct list *swarm_line_down(struct swarm *sw)
{
	return limiter_is_dry(sw->cfg.limit_down, LAYOUT_BLOCK)
	               ? &sw->dry_down
	               : &sw->sh->thirsty_down;
}

/* Those who waited for tokens of the torrent join the common line. */
static void water(struct limiter *own, struct list *dry, struct list *line,
	uint64_t now)
{
	struct list *n;

	if (list_empty(dry))
		return;
	limiter_refill(own, now);
	if (limiter_is_dry(own, LAYOUT_BLOCK))
		return;
	while ((n = list_take(dry)))
		list_push_back(line, n);
}

static void water_all(struct swarm *sw, uint64_t now)
{
	water(sw->cfg.limit_up, &sw->dry_up, &sw->sh->thirsty_up, now);
	water(sw->cfg.limit_down, &sw->dry_down, &sw->sh->thirsty_down, now);
}

static uint64_t water_deadline(const struct swarm *sw)
{
	uint64_t at = NEVER, t;

	if (!list_empty(&sw->dry_up))
		at = limiter_wet_at(sw->cfg.limit_up, LAYOUT_BLOCK);
	if (!list_empty(&sw->dry_down)) {
		t = limiter_wet_at(sw->cfg.limit_down, LAYOUT_BLOCK);
		at = t < at ? t : at;
	}
	return at;
}

void swarm_quench_up(struct list *node)
{
	struct peer *p = container_of(node, struct peer, thirsty_up);

	list_remove(node);
	peer_upload_turn(p);
}

void swarm_quench_down(struct list *node)
{
	struct peer *p = container_of(node, struct peer, thirsty_down);

	list_remove(node);
	peer_download_turn(p);
}

/* --- whom to connect -------------------------------------------------- */

static bool has_room(const struct swarm *sw)
{
	return sw->npeers < sw->sh->max_peers_torrent &&
	       sw->sh->npeers < sw->sh->max_peers;
}

/* A complete torrent dials as well: those who lack something may be unable to
 * reach it.  The book leaves other seeds out then. */
static bool wants_to_dial(const struct swarm *sw)
{
	return sw->active && sw->sh->nhalf_open < sw->sh->max_half_open &&
	       has_room(sw);
}

static void dial_one(struct swarm *sw, const struct addr *a)
{
	struct peer *p = peer_new(sw, a);

	p->book_addr = *a;
	p->in_book = true;
	p->stage = PEER_CONNECTING;
	sw->sh->nhalf_open++;
	sw->sh->ndials++;
	slot_put(sw, p);
	peer_attach(p, NULL, NULL);
	peer_dial(p);
}

/* So many each second, whatever lists of peers say. */
static bool rate_allows(struct swarm_shared *sh, uint64_t now)
{
	if (now - sh->dials_since_ms >= 1000) {
		sh->dials_since_ms = now;
		sh->ndials = 0;
	}
	return sh->ndials < SWARM_DIALS_PER_S;
}

void swarm_dial(struct swarm *sw)
{
	uint64_t now = swarm_now(sw);
	struct addr a;
	unsigned n = 0;

	sw->dials_held = false;
	while (n++ < DIALS_AT_ONCE && wants_to_dial(sw)) {
		sw->dials_held = !rate_allows(sw->sh, now);
		if (sw->dials_held || !peer_book_next(sw->book, &sw->sh->self4,
					      swarm_complete(sw), now, &a))
			return;
		dial_one(sw, &a);
	}
}

bool swarm_add_addr(struct swarm *sw, const struct addr *a, uint8_t source)
{
	uint64_t now = swarm_now(sw);
	bool is_new = peer_book_add(sw->book, a, source, now);

	if (sw->active && sw->next_tick_ms == NEVER)
		sw->next_tick_ms = now + SWARM_TICK_MS;
	swarm_unsettle(sw);
	return is_new;
}

static bool is_welcome(struct swarm *sw, const struct addr *a)
{
	return sw->active && has_room(sw) && !peer_book_banned(sw->book, a);
}

void swarm_accept(struct swarm *sw, struct stream *s, struct wire *w,
	const struct wire_event *hello)
{
	const struct addr *a = stream_remote(s);
	struct peer *p;

	if (!is_welcome(sw, a)) {
		stream_close(s);
		wire_free(w);
		return;
	}
	p = peer_new(sw, a);
	p->is_incoming = true;
	p->stage = PEER_GREETING;
	slot_put(sw, p);
	peer_attach(p, s, w);
	peer_hello_received(p, hello);
	if (p->stage != PEER_DOOMED)
		peer_drain(p);
	sw->cfg.owner->changed(sw->cfg.user);
}

struct peer *swarm_twin(const struct swarm *sw, const struct peer *p)
{
	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *o = sw->peers[i];

		if (o && o != p && o->stage == PEER_READY &&
			memcmp(o->peer_id, p->peer_id, PEER_ID_LEN) == 0)
			return o;
	}
	return NULL;
}

bool swarm_kick(struct swarm *sw, uint64_t id)
{
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i] && sw->peers[i]->id == id) {
			peer_doom(sw->peers[i], ERR_OK, NULL);
			return true;
		}
	return false;
}

void swarm_ban(struct swarm *sw, const struct addr *a, const char *why)
{
	/* Several of its pieces may convict it, one after the other. */
	if (peer_book_banned(sw->book, a))
		return;
	peer_book_ban(sw->book, a);
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i] && addr_same_ip(&sw->peers[i]->addr, a))
			peer_doom(sw->peers[i], ERR_PROTO, why);
	sw->cfg.owner->banned(sw->cfg.user, a, why);
}

/* --- choking ---------------------------------------------------------- */

static void describe(struct choker_peer *c, const struct peer *p, uint64_t now)
{
	*c = (struct choker_peer){
		.slot = p->slot,
		.interested = p->peer_interested,
		.unchoked = !p->am_choking,
		.optimistic = p->optimistic,
		.snubbing = p->pipe.snubbed,
		.upload_only = p->ext.upload_only || peer_is_seed(p),
		.fresh = now - p->ready_ms < 60000,
		.down_bps = rate_bps(&p->down, now),
		.up_bps = rate_bps(&p->up, now),
		.unchoked_at_ms = p->unchoked_ms,
		.sent_since = p->sent_since_unchoke,
		.choked_at_ms = p->choked_ms,
	};
}

static size_t candidates(struct swarm *sw, struct choker_peer **out)
{
	struct choker_peer *c = mem_array(sw->npeers + 1, sizeof *c);
	uint64_t now = swarm_now(sw);
	size_t n = 0;

	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i] && sw->peers[i]->stage == PEER_READY)
			describe(&c[n++], sw->peers[i], now);
	*out = c;
	return n;
}

static void choke_round(struct swarm *sw, uint64_t now)
{
	struct choker_peer *c;
	struct choker_turn turn = {
		.seeding = swarm_complete(sw),
		.rotate_optimistic = now >= sw->next_optimistic_ms,
		.slots = sw->sh->upload_slots,
		.now = now,
	};
	size_t n = candidates(sw, &c);

	if (turn.rotate_optimistic)
		sw->next_optimistic_ms = now + CHOKER_OPTIMISTIC_MS;
	choker_decide(c, n, &turn, &sw->sh->rng);
	for (size_t i = 0; i < n; i++) {
		struct peer *p = sw->peers[c[i].slot];

		peer_set_choking(p, !c[i].unchoke);
		p->optimistic = c[i].unchoke && c[i].make_optimistic;
	}
	mem_free(c);
}

void swarm_admit(struct swarm *sw, struct peer *p)
{
	struct choker_peer *c;
	size_t n;

	if (!p->am_choking || peer_is_seed(p))
		return;
	n = candidates(sw, &c);
	if (choker_admit(c, n, sw->sh->upload_slots))
		peer_set_choking(p, false);
	mem_free(c);
}

/* --- time ------------------------------------------------------------- */

void swarm_tick(struct swarm *sw, uint64_t now)
{
	water_all(sw, now);
	if (now < sw->next_tick_ms)
		return;
	if (sw->fetch)
		metadata_fetch_tick(sw->fetch, now);
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i] && sw->peers[i]->stage != PEER_DOOMED)
			peer_tick(sw->peers[i], now);
	if (now >= sw->next_choke_ms && sw->npeers > 0) {
		sw->next_choke_ms = now + CHOKER_ROUND_MS;
		choke_round(sw, now);
	}
	swarm_unsettle(sw);
	sw->next_tick_ms = sw->npeers ? now + SWARM_TICK_MS : NEVER;
}

static uint64_t tick_deadline(const struct swarm *sw)
{
	uint64_t now = swarm_now(sw);

	if (sw->next_tick_ms != NEVER || !sw->active)
		return sw->next_tick_ms;
	/* Somebody could be dialled, were it not for the engine's limits.  A
	 * seed does not wait for that: those it knows may be seeds as well. */
	if (sw->dials_held ||
		(!swarm_complete(sw) &&
			peer_book_counts(sw->book, now).dialable > 0))
		return now + SWARM_TICK_MS;
	return peer_book_deadline(sw->book, now);
}

uint64_t swarm_deadline(const struct swarm *sw)
{
	uint64_t at = tick_deadline(sw), t = water_deadline(sw);

	return t < at ? t : at;
}

/* --- the torrent's orders ---------------------------------------------- */

/* The picker of before is gone or new: nothing in it may be remembered. */
static void rejoin(struct swarm *sw, bool new_layout)
{
	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (!p || p->stage == PEER_DOOMED)
			continue;
		if (new_layout)
			peer_hello_content(p);
		peer_download_join(p);
	}
}

static void leave_picker(struct swarm *sw)
{
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i] && sw->peers[i]->stage != PEER_DOOMED)
			peer_download_leave(sw->peers[i]);
}

/* It is private (BEP 27): whoever was not named by its tracker goes. */
static void forget_strangers(struct swarm *sw)
{
	const uint8_t strangers = SOURCE_DHT | SOURCE_PEX | SOURCE_LSD;

	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (p && p->in_book && !p->is_incoming &&
			!(peer_book_sources(sw->book, &p->book_addr) &
				~strangers))
			peer_doom(p, ERR_CANCELED, NULL);
	}
	peer_book_drop(sw->book, strangers);
}

static void end_fetch(struct swarm *sw)
{
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i])
			peer_metadata_leave(sw->peers[i]);
	metadata_fetch_free(sw->fetch);
	sw->fetch = NULL;
}

void swarm_set_content(struct swarm *sw, const struct swarm_content *c)
{
	bool new_layout = c->layout && !sw->c.layout;
	bool was_private = sw->c.is_private;

	if (c->picker != sw->c.picker)
		leave_picker(sw);
	sw->c = *c;
	sw->c.is_private |= was_private; /* its hash makes it so */
	if (new_layout)
		end_fetch(sw);
	rejoin(sw, new_layout);
	/* What peers said while the geometry was unknown comes out now. */
	for (uint32_t i = 0; new_layout && i < sw->nslots; i++)
		if (sw->peers[i] && sw->peers[i]->stage == PEER_READY)
			peer_drain(sw->peers[i]);
	if (sw->c.is_private && !was_private)
		forget_strangers(sw);
	swarm_stir(sw);
}

void swarm_set_active(struct swarm *sw, bool on)
{
	if (sw->active == on)
		return;
	sw->active = on;
	if (!on) {
		doom_all(sw);
		return;
	}
	sw->next_choke_ms = sw->next_optimistic_ms = swarm_now(sw);
	/* It was we who left: nobody has to rest for that. */
	peer_book_clear_failures(sw->book);
	swarm_unsettle(sw);
}

void swarm_piece_passed(struct swarm *sw, uint32_t piece)
{
	bool done = swarm_complete(sw);

	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (!p || p->stage != PEER_READY || !p->said_pieces)
			continue;
		/* Told to those who have it, too: it is how they know how far
		 * we are, and that we became a seed. */
		peer_send_index(p, WIRE_HAVE, piece);
		if (done)
			peer_download_interest(p);
	}
	sw->cfg.owner->changed(sw->cfg.user);
}

void swarm_piece_failed(struct swarm *sw, uint32_t piece)
{
	(void)piece;
	swarm_stir(sw);
	sw->cfg.owner->changed(sw->cfg.user);
}

void swarm_offer(struct swarm *sw)
{
	for (uint32_t i = 0; i < sw->nslots; i++) {
		struct peer *p = sw->peers[i];

		if (p && p->stage == PEER_READY && p->has_ext)
			peer_hello_offer(p);
	}
}

struct span swarm_metadata(const struct swarm *sw)
{
	return sw->fetch ? metadata_fetch_info(sw->fetch) : (struct span){0};
}

struct peer_book *swarm_book(struct swarm *sw)
{
	return sw->book;
}

struct blame *swarm_blame(struct swarm *sw)
{
	return sw->blame;
}

uint64_t swarm_take_up_bytes(struct swarm *sw)
{
	uint64_t n = sw->up_bytes;

	sw->up_bytes = 0;
	return n;
}

uint64_t swarm_take_down_bytes(struct swarm *sw)
{
	uint64_t n = sw->down_bytes;

	sw->down_bytes = 0;
	return n;
}
