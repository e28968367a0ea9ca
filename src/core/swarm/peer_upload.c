/*
 * peer_upload.c - serving one peer's requests.
 *
 * Requests wait in a ring.  As long as the send queue is short, runs of
 * neighbouring blocks are read from disk with one job and leave as piece
 * messages; a peer that does not read stops its own disk reads.
 */
#include <string.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "core/storage/layout.h"
#include "core/swarm/swarm_priv.h"

/* One read in flight; it owns its blocks and outlives the peer. */
struct upload {
	struct disk_job job;
	struct swarm *sw;
	uint32_t slot;
	uint64_t peer;
	uint32_t n;
	struct wire_range range[UPLOAD_RUN_BLOCKS];
	struct iovec vec[UPLOAD_RUN_BLOCKS];
	struct block *block[UPLOAD_RUN_BLOCKS];
};

static struct wire_range *queued(struct peer *p, uint32_t i)
{
	return &p->queue[(p->queue_at + i) % p->queue_cap];
}

static void queue_push(struct peer *p, struct wire_range r)
{
	if (p->nqueue == p->queue_cap) {
		uint32_t cap = p->queue_cap ? 2 * p->queue_cap : 32;
		struct wire_range *q = mem_array(cap, sizeof *q);

		for (uint32_t i = 0; i < p->nqueue; i++)
			q[i] = *queued(p, i);
		mem_free(p->queue);
		p->queue = q;
		p->queue_cap = cap;
		p->queue_at = 0;
	}
	*queued(p, p->nqueue++) = r;
}

static void reject(struct peer *p, struct wire_range r)
{
	if (p->has_fast)
		peer_send_range(p, WIRE_REJECT, r);
}

static bool may_ask_choked(const struct peer *p, uint32_t piece)
{
	for (uint32_t i = 0; i < p->nallowed_out; i++)
		if (p->allowed_out[i] == piece)
			return true;
	return false;
}

void peer_upload_request(struct peer *p, struct wire_range r)
{
	struct swarm *sw = p->sw;
	const struct layout *l = sw->c.layout;

	if (!l || !layout_range_ok(l, r.piece, r.begin, r.length) ||
		r.length == 0 || r.length > WIRE_BLOCK_MAX) {
		peer_doom(p, ERR_RANGE, "asked for what does not exist");
		return;
	}
	if (!bitfield_has(sw->c.have, r.piece) || p->nqueue >= SWARM_REQQ ||
		(p->am_choking && !may_ask_choked(p, r.piece))) {
		reject(p, r);
		return;
	}
	queue_push(p, r);
	peer_unsettle(p);
}

static bool same_range(struct wire_range a, struct wire_range b)
{
	return a.piece == b.piece && a.begin == b.begin && a.length == b.length;
}

void peer_upload_cancel(struct peer *p, struct wire_range r)
{
	for (uint32_t i = 0; i < p->nqueue; i++) {
		if (!same_range(*queued(p, i), r))
			continue;
		for (uint32_t k = i; k + 1 < p->nqueue; k++)
			*queued(p, k) = *queued(p, k + 1);
		p->nqueue--;
		reject(p, r);
		return;
	}
}

void peer_upload_choke(struct peer *p)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < p->nqueue; i++) {
		struct wire_range r = *queued(p, i);

		if (may_ask_choked(p, r.piece))
			*queued(p, kept++) = r;
		else
			reject(p, r);
	}
	p->nqueue = kept;
}

void peer_upload_leave(struct peer *p)
{
	p->nqueue = 0;
}

static void upload_free(struct upload *u)
{
	for (uint32_t i = 0; i < u->n; i++)
		block_drop(u->block[i]);
	mem_free(u);
}

static void count_sent(struct peer *p, uint32_t n, uint64_t now)
{
	struct swarm *sw = p->sw;

	p->gave_ms = now;
	p->up_bytes += n;
	p->sent_since_unchoke += n;
	sw->up_bytes += n;
	rate_add(&p->up, n, now);
	rate_add(&sw->up, n, now);
	rate_add(&sw->sh->up, n, now);
}

/* A whole buffer is not held for a few bytes: a thousand such requests would
 * hold a thousand of them. */
static void send_one(struct peer *p, struct span head, struct upload *u,
	uint32_t i)
{
	uint32_t n = u->range[i].length;

	if (n > PEER_COPY_MAX) {
		stream_send_block(p->stream, head, u->block[i], n);
		return;
	}
	stream_send(p->stream, head);
	stream_send(p->stream, span_of(u->block[i]->p, n));
}

static void send_blocks(struct peer *p, struct upload *u)
{
	uint64_t now = swarm_now(p->sw);
	uint8_t head[WIRE_PIECE_HEADER_LEN];

	p->sent_ms = now;
	for (uint32_t i = 0; i < u->n; i++) {
		struct writer w = writer_of(head, sizeof head);

		wire_put_piece_header(&w, u->range[i]);
		send_one(p, writer_span(&w), u, i);
		count_sent(p, u->range[i].length, now);
	}
}

static void read_done(struct disk_job *job)
{
	struct upload *u = job->user;
	struct peer *p = swarm_peer(u->sw, u->slot, u->peer);

	if (p && p->stage == PEER_READY) {
		p->reading -= u->n * BLOCK_BYTES;
		if (job->fault.code == ERR_OK) {
			send_blocks(p, u);
		} else {
			for (uint32_t i = 0; i < u->n; i++)
				reject(p, u->range[i]);
		}
		peer_unsettle(p);
	}
	upload_free(u);
}

/* Requests at the head of the ring that are one run of bytes. */
static uint32_t run_length(struct peer *p, size_t room)
{
	struct wire_range first = *queued(p, 0);
	uint32_t n = 1, end = first.begin + first.length;

	while (n < p->nqueue && n < UPLOAD_RUN_BLOCKS) {
		struct wire_range r = *queued(p, n);

		if (r.piece != first.piece || r.begin != end ||
			end - first.begin + r.length > room)
			break;
		end += r.length;
		n++;
	}
	return n;
}

static void submit_run(struct peer *p, uint32_t n)
{
	struct swarm *sw = p->sw;
	struct upload *u = mem_zero(sizeof *u);
	struct wire_range first = *queued(p, 0);

	u->sw = sw;
	u->slot = p->slot;
	u->peer = p->id;
	u->n = n;
	for (uint32_t i = 0; i < n; i++) {
		u->range[i] = *queued(p, i);
		u->block[i] = block_new(sw->sh->pool);
		u->vec[i].iov_base = u->block[i]->p;
		u->vec[i].iov_len = u->range[i].length;
		u->job.length += u->range[i].length;
	}
	p->queue_at = (p->queue_at + n) % p->queue_cap;
	p->nqueue -= n;
	u->job.op = DISK_READ;
	u->job.class = DISK_URGENT;
	u->job.offset =
		layout_piece_offset(sw->c.layout, first.piece) + first.begin;
	u->job.vec = u->vec;
	u->job.nvec = (int)n;
	u->job.done = read_done;
	u->job.user = u;
	p->reading += n * BLOCK_BYTES; /* whole buffers, whatever is asked */
	limiter_take(sw->cfg.limit_up, u->job.length);
	sw->host->disk->ops->submit(sw->c.store, &u->job);
}

/* Whether a run of its requests may be read now, tokens aside. */
static bool can_serve(const struct peer *p)
{
	const struct block_pool *pool = p->sw->sh->pool;

	if (p->stage != PEER_READY || !p->sw->c.store || p->nqueue == 0 ||
		p->reading >= PEER_READ_AHEAD ||
		stream_queued(p->stream) + p->reading >= PEER_SEND_HIGH)
		return false;
	/* Then each may hold little; writable() or the disk go on. */
	return !block_pool_tight(pool) ||
	       (p->reading == 0 &&
		       stream_queued(p->stream) <= STREAM_LOW_BYTES);
}

static void stand_in_line(struct peer *p)
{
	if (!list_empty(&p->thirsty_up))
		return;
	list_push_back(swarm_line_up(p->sw), &p->thirsty_up);
	swarm_unsettle(p->sw);
}

void peer_upload_pump(struct peer *p)
{
	/* With a rate limit everybody takes turns, see swarm_quench_up(). */
	if (limiter_is_limited(p->sw->cfg.limit_up)) {
		if (can_serve(p))
			stand_in_line(p);
		return;
	}
	while (can_serve(p))
		submit_run(p, run_length(p, SIZE_MAX));
}

void peer_upload_turn(struct peer *p)
{
	size_t room = limiter_room(p->sw->cfg.limit_up);

	if (!can_serve(p))
		return;
	if (room > PEER_TURN_BYTES)
		room = PEER_TURN_BYTES;
	if (room >= queued(p, 0)->length)
		submit_run(p, run_length(p, room));
	if (can_serve(p))
		stand_in_line(p);
}
