/*
 * pipeline.c - see pipeline.h.
 */
#include "core/swarm/pipeline.h"

#include "base/heap.h"
#include "base/mem.h"
#include "core/storage/layout.h"

#define RING_MIN 16u

static struct pipeline_slot *slot_at(const struct pipeline *p, size_t i)
{
	return &p->slot[(p->head + i) & (p->cap - 1)];
}

static void forget_wait(struct pipeline *p)
{
	p->overdue = false;
	p->snubbed = false;
}

void pipeline_init(struct pipeline *p, uint64_t now)
{
	*p = (struct pipeline){
		.depth = PIPELINE_START,
		.peer_limit = PIPELINE_PEER_LIMIT,
		.slow_start = true,
		.window_start_ms = now,
	};
}

void pipeline_fini(struct pipeline *p)
{
	mem_free(p->slot);
	p->slot = NULL;
	p->n = p->cap = p->head = 0;
}

static void set_depth(struct pipeline *p, uint64_t depth)
{
	if (depth < PIPELINE_MIN)
		depth = PIPELINE_MIN;
	if (depth > PIPELINE_MAX)
		depth = PIPELINE_MAX;
	if (depth > p->peer_limit)
		depth = p->peer_limit;
	p->depth = (uint32_t)depth;
}

void pipeline_set_peer_limit(struct pipeline *p, uint32_t reqq)
{
	p->peer_limit = reqq ? reqq : PIPELINE_PEER_LIMIT;
	set_depth(p, p->depth);
}

uint32_t pipeline_room(const struct pipeline *p)
{
	if (p->snubbed)
		return p->n == 0;
	if (p->n > p->depth - p->depth / 4)
		return 0;
	if (p->n >= p->depth)
		return 0;
	return p->depth - (uint32_t)p->n;
}

static void grow(struct pipeline *p)
{
	size_t cap = p->cap ? p->cap * 2 : RING_MIN;
	struct pipeline_slot *ring =
		(struct pipeline_slot *)mem_array(cap, sizeof *ring);

	for (size_t i = 0; i < p->n; i++)
		ring[i] = *slot_at(p, i);
	mem_free(p->slot);
	p->slot = ring;
	p->head = 0;
	p->cap = cap;
}

void pipeline_sent(struct pipeline *p, struct block_ref b, uint64_t now)
{
	bool goes_on = p->overdue && now - p->waiting_ms < PIPELINE_SNUB_MS;

	if (p->n == 0 && !goes_on)
		p->waiting_ms = now;
	if (p->n == p->cap)
		grow(p);
	p->n++;
	*slot_at(p, p->n - 1) =
		(struct pipeline_slot){.block = b, .sent_ms = now};
}

/* Place of the request; n when it is not open. */
static size_t find(const struct pipeline *p, struct block_ref b)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct pipeline_slot *s = slot_at(p, i);

		if (s->block.piece == b.piece && s->block.block == b.block)
			return i;
	}
	return p->n;
}

/* The older ones move up by one place. */
static void take_out(struct pipeline *p, size_t i)
{
	for (; i > 0; i--)
		*slot_at(p, i) = *slot_at(p, i - 1);
	p->head = (p->head + 1) & (p->cap - 1);
	p->n--;
}

static void take_sample(struct pipeline *p, uint64_t took)
{
	uint32_t ms = took < UINT32_MAX / 8 ? (uint32_t)took : UINT32_MAX / 8;
	uint32_t off;

	if (ms == 0)
		ms = 1;
	if (!p->mean_ms) {
		p->mean_ms = p->base_ms = ms;
		p->dev_ms = ms / 2;
		return;
	}
	off = ms > p->mean_ms ? ms - p->mean_ms : p->mean_ms - ms;
	p->dev_ms = (p->dev_ms * 3 + off) / 4;
	p->mean_ms = (p->mean_ms * 7 + ms + 7) / 8;
	if (ms < p->base_ms)
		p->base_ms = ms;
}

/* The window is full: what does its rate say about the depth? */
static void measure(struct pipeline *p, uint64_t now)
{
	uint64_t took = now - p->window_start_ms;
	uint64_t bps, depth;

	if (took < PIPELINE_WINDOW_MS)
		return;
	bps = p->window_bytes * 1000 / took;
	if (bps > UINT32_MAX)
		bps = UINT32_MAX;
	depth = bps * (p->base_ms + PIPELINE_RESERVE_MS) / 1000 / LAYOUT_BLOCK +
	        1;
	if (p->slow_start && bps <= p->last_bps + p->last_bps / 10)
		p->slow_start = p->drained;
	if (!p->slow_start && !p->snubbed && (!p->drained || depth > p->depth))
		set_depth(p, depth);
	p->last_bps = (uint32_t)bps;
	p->window_start_ms = now;
	p->window_bytes = 0;
	p->drained = p->n == 0;
}

bool pipeline_received(struct pipeline *p, struct block_ref b, uint32_t bytes,
	uint64_t now)
{
	size_t i = find(p, b);

	if (i == p->n)
		return false;
	take_sample(p, now - slot_at(p, i)->sent_ms);
	take_out(p, i);
	forget_wait(p);
	p->last_block_ms = p->waiting_ms = now;
	p->window_bytes += bytes;
	p->drained |= p->n == 0;
	if (p->slow_start)
		set_depth(p, (uint64_t)p->depth + 1);
	measure(p, now);
	return true;
}

bool pipeline_dropped(struct pipeline *p, struct block_ref b)
{
	size_t i = find(p, b);

	if (i == p->n)
		return false;
	take_out(p, i);
	return true;
}

bool pipeline_has(const struct pipeline *p, struct block_ref b)
{
	return find(p, b) < p->n;
}

void pipeline_clear(struct pipeline *p)
{
	p->n = p->head = 0;
	p->overdue = false;
	p->drained = true;
}

static uint64_t timeout_ms(const struct pipeline *p)
{
	uint64_t ms = (uint64_t)p->mean_ms + 4 * (uint64_t)p->dev_ms;

	if (!p->mean_ms || ms > PIPELINE_TIMEOUT_MAX_MS)
		return PIPELINE_TIMEOUT_MAX_MS;
	return ms < PIPELINE_TIMEOUT_MIN_MS ? PIPELINE_TIMEOUT_MIN_MS : ms;
}

/* When the oldest request becomes late; there is one. */
static uint64_t late_at(const struct pipeline *p)
{
	uint64_t sent = slot_at(p, 0)->sent_ms;
	uint64_t since = sent > p->last_block_ms ? sent : p->last_block_ms;
	uint64_t quiet = since + timeout_ms(p);
	uint64_t forgotten = sent + PIPELINE_TIMEOUT_MAX_MS;

	return quiet < forgotten ? quiet : forgotten;
}

static uint64_t snub_at(const struct pipeline *p)
{
	return p->snubbed ? NEVER : p->waiting_ms + PIPELINE_SNUB_MS;
}

bool pipeline_late(const struct pipeline *p, uint64_t now,
	struct block_ref *out)
{
	if (p->n == 0 || now < late_at(p))
		return false;
	*out = slot_at(p, 0)->block;
	return true;
}

uint64_t pipeline_deadline(const struct pipeline *p)
{
	uint64_t late, snub;

	if (p->n == 0)
		return NEVER;
	late = late_at(p);
	snub = snub_at(p);
	return late < snub ? late : snub;
}

/* Nobody knows yet how long it takes, but this is long. */
static bool never_answered(const struct pipeline *p, uint64_t now)
{
	return p->n && !p->mean_ms && now - p->waiting_ms >= PIPELINE_FIRST_MS;
}

void pipeline_tick(struct pipeline *p, uint64_t now)
{
	struct block_ref unused;

	if (pipeline_late(p, now, &unused) || never_answered(p, now))
		p->overdue = true;
	if (p->n && now >= snub_at(p)) {
		p->snubbed = true;
		p->slow_start = true;
		set_depth(p, PIPELINE_MIN);
	}
	measure(p, now);
}
