/*
 * peer_download.c - asking one peer for blocks, and receiving them.
 */
#include <string.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "core/storage/piece_buffer.h"
#include "core/swarm/blame.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"

#define PUMP_MAX 128u

bool peer_is_seed(const struct peer *p)
{
	if (bitfield_size(&p->has) == 0)
		return p->claims_all;
	return bitfield_all(&p->has);
}

void peer_download_join(struct peer *p)
{
	/* Before it told of its pieces they may all change at once. */
	if (p->in_picker || !p->heard_pieces || !p->sw->c.picker ||
		p->stage == PEER_DOOMED || bitfield_size(&p->has) == 0)
		return;
	picker_peer_joined(p->sw->c.picker, &p->has);
	p->in_picker = true;
}

static void give_back_all(struct peer *p, bool gone)
{
	struct swarm *sw = p->sw;
	uint64_t asked = (uint64_t)p->pipe.n * LAYOUT_BLOCK;

	sw->sh->asked_bytes -=
		asked < sw->sh->asked_bytes ? asked : sw->sh->asked_bytes;
	if (sw->c.picker && gone)
		picker_peer_gone(sw->c.picker, p->slot);
	else if (sw->c.picker)
		picker_lost_all(sw->c.picker, p->slot);
	p->excused_bytes += asked;
	if (p->pipe.n > 0)
		swarm_stir(sw); /* others may ask for them now */
	pipeline_clear(&p->pipe);
}

void peer_download_leave(struct peer *p)
{
	give_back_all(p, true);
	if (p->in_picker && p->sw->c.picker)
		picker_peer_left(p->sw->c.picker, &p->has);
	p->in_picker = false;
}

void peer_download_interest(struct peer *p)
{
	struct picker *pk = p->sw->c.picker;
	bool want = p->in_picker && pk && picker_wants(pk, &p->has);

	if (p->stage != PEER_READY || want == p->am_interested)
		return;
	p->am_interested = want;
	peer_send_simple(p, want ? WIRE_INTERESTED : WIRE_NOT_INTERESTED);
}

static void now_seed(struct peer *p)
{
	if (p->in_book)
		peer_book_set_seed(p->sw->book, &p->book_addr);
}

void peer_download_has(struct peer *p, uint32_t piece)
{
	struct picker *pk = p->sw->c.picker;

	if (!bitfield_add(&p->has, piece))
		return;
	if (p->in_picker)
		picker_peer_has(pk, piece);
	else
		peer_download_join(p); /* a first HAVE instead of a bitfield */
	if (peer_is_seed(p))
		now_seed(p);
	if (!p->am_interested && pk && picker_wants_piece(pk, piece))
		peer_download_interest(p);
}

/*
 * A bitfield in mid-session stands for many HAVEs (aria2 sends it to save
 * bytes).  It only adds: a piece once announced can be asked for.
 */
static void has_also(struct peer *p, const struct bitfield *more)
{
	uint32_t n = bitfield_size(more);
	uint32_t i = bitfield_next_not_in(more, &p->has, 0);

	for (; i < n && p->stage != PEER_DOOMED;
		i = bitfield_next_not_in(more, &p->has, i + 1))
		peer_download_has(p, i);
}

void peer_download_bitfield(struct peer *p, struct span body)
{
	struct bitfield told;

	if (p->in_picker) {
		bitfield_init(&told, bitfield_size(&p->has));
		if (bitfield_read(&told, body) == ERR_OK)
			has_also(p, &told);
		else
			peer_doom(p, ERR_SYNTAX, "bad bitfield");
		bitfield_fini(&told);
		return;
	}
	if (bitfield_read(&p->has, body) != ERR_OK) {
		peer_doom(p, ERR_SYNTAX, "bad bitfield");
		return;
	}
	if (peer_is_seed(p))
		now_seed(p);
	peer_download_join(p);
	peer_download_interest(p);
}

void peer_download_has_all(struct peer *p, bool all)
{
	struct bitfield told;

	if (p->in_picker) {
		bitfield_init(&told, bitfield_size(&p->has));
		bitfield_set_all(&told);
		has_also(p, &told);
		bitfield_fini(&told);
		return;
	}
	p->claims_all = all;
	if (all)
		bitfield_set_all(&p->has);
	if (all)
		now_seed(p);
	peer_download_join(p);
	peer_download_interest(p);
}

void peer_download_choked(struct peer *p, bool choked)
{
	p->peer_choking = choked;
	if (!choked)
		return; /* drained messages end in a pump */
	/* With the fast extension each open request is rejected by itself;
	 * without it they are all forgotten. */
	if (!p->has_fast)
		give_back_all(p, false);
}

void peer_download_allowed(struct peer *p, uint32_t piece)
{
	const struct layout *l = p->sw->c.layout;

	if (!l || piece >= l->npieces)
		return;
	if (!p->has_allowed_in) {
		bitfield_fini(&p->allowed_in);
		bitfield_init(&p->allowed_in, l->npieces);
		p->has_allowed_in = true;
	}
	if (bitfield_count(&p->allowed_in) < 4 * PEER_ALLOWED_FAST)
		bitfield_add(&p->allowed_in, piece);
}

void peer_download_suggested(struct peer *p, uint32_t piece)
{
	for (uint32_t i = 0; i < p->nsuggested; i++)
		if (p->suggested[i] == piece)
			return;
	if (p->nsuggested == PEER_SUGGESTED_MAX) {
		memmove(p->suggested, p->suggested + 1,
			(PEER_SUGGESTED_MAX - 1) * sizeof p->suggested[0]);
		p->nsuggested--;
	}
	p->suggested[p->nsuggested++] = piece;
}

static void forget_asked(struct peer *p, uint32_t blocks)
{
	uint64_t n = (uint64_t)blocks * LAYOUT_BLOCK;
	struct swarm_shared *sh = p->sw->sh;

	sh->asked_bytes -= n < sh->asked_bytes ? n : sh->asked_bytes;
}

void peer_download_lacks(struct peer *p, uint32_t piece)
{
	if (bitfield_remove(&p->has, piece) && p->in_picker)
		picker_peer_lost(p->sw->c.picker, piece);
}

void peer_download_rejected(struct peer *p, struct wire_range r)
{
	struct block_ref b = {r.piece, r.begin / LAYOUT_BLOCK};

	if (r.begin % LAYOUT_BLOCK || !pipeline_dropped(&p->pipe, b))
		return; /* not ours, or cancelled before */
	forget_asked(p, 1);
	if (p->sw->c.picker)
		picker_lost(p->sw->c.picker, p->slot, b);
	if (p->has_allowed_in)
		bitfield_remove(&p->allowed_in, r.piece);
	if (!p->peer_choking) {
		/* It says it has the piece and will not give it: believe the
		 * second, or we would ask for ever. */
		peer_download_lacks(p, r.piece);
	}
	swarm_stir(p->sw);
}

/* Others were asked for a block that is here now. */
static void cancel_others(struct peer *p, struct block_ref b,
	const uint32_t *others, size_t n)
{
	const struct layout *l = p->sw->c.layout;
	struct wire_range r = {b.piece, b.block * LAYOUT_BLOCK,
		layout_block_size(l, b.piece, b.block)};

	for (size_t i = 0; i < n; i++) {
		struct peer *o = swarm_peer(p->sw, others[i], 0);

		if (!o || o->stage != PEER_READY ||
			!pipeline_dropped(&o->pipe, b))
			continue;
		forget_asked(o, 1);
		o->excused_bytes += r.length;
		peer_send_range(o, WIRE_CANCEL, r);
		peer_unsettle(o);
	}
}

static void keep_block(struct peer *p, struct block_ref b, struct span data)
{
	struct swarm *sw = p->sw;
	struct block *blk = block_new(sw->sh->pool);

	memcpy(blk->p, data.p, data.n);
	blk->from = p->addr;
	piece_buffer_put(sw->c.pieces, b.piece, b.block, blk);
	if (picker_complete(sw->c.picker, b.piece))
		sw->cfg.owner->piece_full(sw->cfg.user, b.piece);
}

/* Data nobody asked for is forgiven by as much that was. */
static void count_unasked(struct peer *p, size_t n)
{
	p->sw->sh->wasted_bytes += n;
	p->unasked_bytes += n;
	if (p->unasked_bytes > SWARM_UNASKED_MAX)
		peer_doom(p, ERR_LIMIT, "sends data nobody asked for");
}

static void count_block(struct peer *p, uint32_t n, uint64_t now)
{
	struct swarm *sw = p->sw;

	p->got_ms = now;
	p->down_bytes += n;
	sw->down_bytes += n;
	p->unasked_bytes -= n < p->unasked_bytes ? n : p->unasked_bytes;
	rate_add(&p->down, n, now);
	rate_add(&sw->down, n, now);
	rate_add(&sw->sh->down, n, now);
}

/* Was it asked for once, before a time-out, a cancel or a change of mind? */
static bool take_excuse(struct peer *p, uint32_t n)
{
	if (p->excused_bytes < n)
		return false;
	p->excused_bytes -= n;
	return true;
}

/* A block that is not open any more may still be welcome. */
static enum picker_stored store(struct peer *p, struct block_ref b, bool open)
{
	uint32_t others[PICKER_ENDGAME_COPIES];
	size_t n = 0;
	struct picker *pk = p->sw->c.picker;
	enum picker_stored s;

	if (open)
		s = picker_stored(pk, p->slot, b, others, &n,
			PICKER_ENDGAME_COPIES);
	else
		s = picker_store_unasked(pk, p->slot, b, others, &n,
			PICKER_ENDGAME_COPIES);
	if (s == STORED_NEW)
		cancel_others(p, b, others, n);
	return s;
}

void peer_download_block(struct peer *p, const struct wire_event *ev)
{
	struct wire_range r = ev->block.range;
	struct block_ref b = {r.piece, r.begin / LAYOUT_BLOCK};
	struct swarm *sw = p->sw;
	uint64_t now = swarm_now(sw);
	bool open;

	if (!sw->c.layout || r.begin % LAYOUT_BLOCK ||
		r.length != layout_block_size(sw->c.layout, b.piece, b.block)) {
		count_unasked(p, r.length);
		return;
	}
	open = pipeline_received(&p->pipe, b, r.length, now);
	if (open)
		forget_asked(p, 1);
	if (!open && !take_excuse(p, r.length)) {
		count_unasked(p, r.length);
		return;
	}
	if (!sw->c.picker || store(p, b, open) != STORED_NEW) {
		sw->sh->wasted_bytes += r.length;
		return;
	}
	count_block(p, r.length, now);
	keep_block(p, b, ev->block.data);
}

/* How many more blocks may be asked for, tokens aside. */
static size_t room_to_ask(struct peer *p)
{
	struct swarm *sw = p->sw;
	size_t room = pipeline_room(&p->pipe);
	uint64_t budget =
		(uint64_t)SWARM_ASKED_TO_POOL * block_pool_cap(sw->sh->pool);

	if (p->stage != PEER_READY || !p->am_interested || !sw->c.picker)
		return 0;
	if (p->peer_choking && !(p->has_allowed_in && p->has_fast))
		return 0;
	if (room == 0 || sw->sh->asked_bytes >= budget)
		return 0;
	/* Held back by disk or memory: their relief or the tick asks again. */
	if (!sw->cfg.owner->may_ask(sw->cfg.user))
		return 0;
	return room < PUMP_MAX ? room : PUMP_MAX;
}

static size_t ask(struct peer *p, size_t max)
{
	struct swarm *sw = p->sw;
	struct block_ref picked[PUMP_MAX];
	uint8_t buf[PUMP_MAX * 17];
	struct writer w = writer_of(buf, sizeof buf);
	struct pick_options opt = {
		/* One that was late keeps no block from others, and gets no
	         * copies: three of its kind could hold up the very last. */
		.snubbed = p->pipe.snubbed || p->pipe.overdue,
		.fast = p->pipe.depth >= sw->c.layout->blocks_per_piece,
		.only = p->peer_choking ? &p->allowed_in : NULL,
		.suggested = p->suggested,
		.nsuggested = p->nsuggested,
		.alone = blame_on_parole(sw->blame, &p->addr),
	};
	uint64_t now = swarm_now(sw), bytes = 0;
	size_t n;

	n = picker_pick(sw->c.picker, p->slot, &p->has, &opt, picked, max);
	for (size_t i = 0; i < n; i++) {
		struct wire_range r = {picked[i].piece,
			picked[i].block * LAYOUT_BLOCK,
			layout_block_size(sw->c.layout, picked[i].piece,
				picked[i].block)};

		wire_put_range(&w, WIRE_REQUEST, r);
		pipeline_sent(&p->pipe, picked[i], now);
		bytes += r.length;
	}
	sw->sh->asked_bytes += (uint64_t)n * LAYOUT_BLOCK;
	limiter_take(sw->cfg.limit_down, (size_t)bytes);
	if (n)
		peer_send_bytes(p, writer_span(&w));
	return n;
}

static void stand_in_line(struct peer *p)
{
	if (!list_empty(&p->thirsty_down))
		return;
	list_push_back(swarm_line_down(p->sw), &p->thirsty_down);
	swarm_unsettle(p->sw);
}

void peer_download_pump(struct peer *p)
{
	size_t room;

	/* With a rate limit everybody takes turns, see swarm_quench_down(). */
	if (limiter_is_limited(p->sw->cfg.limit_down)) {
		if (room_to_ask(p) > 0)
			stand_in_line(p);
		return;
	}
	while ((room = room_to_ask(p)) > 0)
		if (ask(p, room) < room)
			break;
}

void peer_download_turn(struct peer *p)
{
	size_t room = room_to_ask(p);
	size_t tokens = limiter_room(p->sw->cfg.limit_down) / LAYOUT_BLOCK;

	if (tokens > PEER_TURN_BYTES / LAYOUT_BLOCK)
		tokens = PEER_TURN_BYTES / LAYOUT_BLOCK;
	if (room == 0)
		return;
	/* Who found nothing to ask for need not wait for tokens. */
	if (tokens == 0 || ask(p, tokens < room ? tokens : room) > 0)
		if (room_to_ask(p) > 0)
			stand_in_line(p);
}

/* A peer that lets its oldest request lie loses that block to others. */
void peer_download_tick(struct peer *p, uint64_t now)
{
	struct block_ref late;
	bool was_slow = p->pipe.snubbed || p->pipe.overdue;

	pipeline_tick(&p->pipe, now);
	while (pipeline_late(&p->pipe, now, &late)) {
		pipeline_dropped(&p->pipe, late);
		forget_asked(p, 1);
		p->excused_bytes += LAYOUT_BLOCK;
		if (p->sw->c.picker)
			picker_lost(p->sw->c.picker, p->slot, late);
		swarm_stir(p->sw);
	}
	if ((p->pipe.snubbed || p->pipe.overdue) && !was_slow) {
		if (p->sw->c.picker)
			picker_set_slow(p->sw->c.picker, p->slot, true);
		swarm_stir(p->sw);
	}
	peer_download_interest(p);
	peer_download_pump(p);
}
