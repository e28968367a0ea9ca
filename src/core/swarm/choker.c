/*
 * choker.c - see choker.h.  Peers are shuffled first, so that ties fall at
 * random; then the best one is taken for each slot in turn.
 */
#include "core/swarm/choker.h"

/* A peer that takes its quantum slowly has to make room all the same. */
#define QUANTUM_MS_MAX (UINT64_C(5) * CHOKER_SEED_QUANTUM_MS)
#define FRESH_WEIGHT 3u

/* Whether a is to be preferred to b. */
typedef bool prefer(const struct choker_peer *a, const struct choker_peer *b,
	const struct choker_turn *turn);

static bool may_download(const struct choker_peer *p)
{
	return p->interested && !p->upload_only;
}

static bool has_regular_slot(const struct choker_peer *p)
{
	return p->unchoked && !p->optimistic;
}

static bool prefer_generous(const struct choker_peer *a,
	const struct choker_peer *b, const struct choker_turn *turn)
{
	(void)turn;
	if (a->snubbing != b->snubbing)
		return b->snubbing;
	if (a->down_bps != b->down_bps)
		return a->down_bps > b->down_bps;
	/* Nothing to choose by: leave those who have a slot in peace. */
	if (has_regular_slot(a) != has_regular_slot(b))
		return has_regular_slot(a);
	return a->up_bps > b->up_bps;
}

static bool quantum_is_over(const struct choker_peer *p,
	const struct choker_turn *turn)
{
	uint64_t ms = turn->now - p->unchoked_at_ms;

	if (ms < CHOKER_SEED_QUANTUM_MS)
		return false;
	return p->sent_since >= CHOKER_SEED_QUANTUM_BYTES || p->up_bps == 0 ||
	       ms >= QUANTUM_MS_MAX;
}

/* 0 keeps its slot, 1 waits for one, 2 had enough. */
static int seed_class(const struct choker_peer *p,
	const struct choker_turn *turn)
{
	if (!has_regular_slot(p))
		return 1;
	return quantum_is_over(p, turn) ? 2 : 0;
}

static bool prefer_waiting(const struct choker_peer *a,
	const struct choker_peer *b, const struct choker_turn *turn)
{
	int class_a = seed_class(a, turn), class_b = seed_class(b, turn);

	if (class_a != class_b)
		return class_a < class_b;
	if (class_a == 1)
		return a->choked_at_ms < b->choked_at_ms;
	return a->unchoked_at_ms > b->unchoked_at_ms;
}

static void shuffle(struct choker_peer *peers, size_t n, struct rng *rng)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = (size_t)rng_below(rng, i);
		struct choker_peer t = peers[i - 1];

		peers[i - 1] = peers[k];
		peers[k] = t;
	}
}

static void give_regular(struct choker_peer *peers, size_t n, uint32_t slots,
	const struct choker_turn *turn)
{
	prefer *better = turn->seeding ? prefer_waiting : prefer_generous;

	for (; slots > 0; slots--) {
		struct choker_peer *best = NULL;

		for (size_t i = 0; i < n; i++) {
			struct choker_peer *p = &peers[i];

			if (!may_download(p) || p->unchoke)
				continue;
			if (!best || better(p, best, turn))
				best = p;
		}
		if (!best)
			return;
		best->unchoke = true;
	}
}

/* Those that hold an optimistic slot and earned no other keep it. */
static uint32_t keep_optimistic(struct choker_peer *peers, size_t n,
	uint32_t slots)
{
	for (size_t i = 0; i < n && slots > 0; i++) {
		struct choker_peer *p = &peers[i];

		if (!p->optimistic || !may_download(p) || p->unchoke)
			continue;
		p->unchoke = p->make_optimistic = true;
		slots--;
	}
	return slots;
}

/* In the draw: not those whose optimistic slot has just ended. */
static uint32_t weight_of(const struct choker_peer *p, bool had_too)
{
	if (!may_download(p) || p->unchoke || (p->optimistic && !had_too))
		return 0;
	return p->fresh ? FRESH_WEIGHT : 1;
}

static bool draw_one(struct choker_peer *peers, size_t n, bool had_too,
	struct rng *rng)
{
	uint64_t sum = 0, at;

	for (size_t i = 0; i < n; i++)
		sum += weight_of(&peers[i], had_too);
	at = rng_below(rng, sum);
	for (size_t i = 0; i < n; i++) {
		uint32_t w = weight_of(&peers[i], had_too);

		if (at < w) {
			peers[i].unchoke = peers[i].make_optimistic = true;
			return true;
		}
		at -= w;
	}
	return false;
}

static void give_optimistic(struct choker_peer *peers, size_t n, uint32_t slots,
	const struct choker_turn *turn, struct rng *rng)
{
	if (!turn->rotate_optimistic)
		slots = keep_optimistic(peers, n, slots);
	while (slots > 0 && draw_one(peers, n, false, rng))
		slots--;
	while (slots > 0 && draw_one(peers, n, true, rng))
		slots--;
}

static uint32_t optimistic_slots(uint32_t slots)
{
	if (slots == 0)
		return 0;
	return slots < 10 ? 1 : slots / 5;
}

void choker_decide(struct choker_peer *peers, size_t n,
	const struct choker_turn *turn, struct rng *rng)
{
	uint32_t optimistic = optimistic_slots(turn->slots);

	shuffle(peers, n, rng);
	for (size_t i = 0; i < n; i++)
		peers[i].unchoke = peers[i].make_optimistic = false;
	give_regular(peers, n, turn->slots - optimistic, turn);
	give_optimistic(peers, n, optimistic, turn, rng);
}

bool choker_admit(const struct choker_peer *peers, size_t n, uint32_t slots)
{
	uint32_t taken = 0;

	for (size_t i = 0; i < n; i++)
		taken += peers[i].unchoked && may_download(&peers[i]);
	return taken < slots;
}
