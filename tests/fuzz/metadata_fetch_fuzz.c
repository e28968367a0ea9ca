/*
 * metadata_fetch_fuzz.c - peers that join, lie, stall and leave in any order
 * never get a wrong info dictionary accepted, are never asked for more than
 * they should be, and never keep an honest peer from delivering.
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"
#include "core/swarm/metadata_fetch.h"
#include "core/swarm/piece_picker.h"

#define PART 16384u
#define SIZE (2 * PART + 77)
#define PARTS 3u
#define PEERS 5u
#define HONEST 100u

static uint8_t truth[SIZE], lie[SIZE];

struct life {
	struct metadata_fetch *m;
	bool asked[PEERS][4 * PARTS];
	uint64_t now;
	bool done;
};

static struct span part_of(const uint8_t *info, uint32_t part)
{
	size_t n = SIZE - (size_t)part * PART;

	return span_of(info + (size_t)part * PART, n < PART ? n : PART);
}

static void ask(struct life *l, uint32_t peer)
{
	uint32_t part = 0;

	if (!metadata_fetch_next(l->m, peer, l->now, &part))
		return;
	assert(part < 4 * PARTS && !l->done);
	l->asked[peer][part] = true;
	assert(metadata_fetch_deadline(l->m) <= l->now + 10000);
}

static void deliver(struct life *l, uint32_t peer, uint32_t how)
{
	uint32_t part = how % PARTS, liar = 4242;
	const uint8_t *from = how & 8 ? lie : truth;
	struct span data = part_of(from, part);
	enum metadata_got got;

	if (how & 16 && data.n)
		data.n--;
	got = metadata_fetch_data(l->m, peer, how & 32 ? how : part,
		how & 64 ? 1 : SIZE, data, &liar);
	assert(got == METADATA_USELESS || l->asked[peer][part]);
	if (got != METADATA_USELESS)
		l->asked[peer][part] = false;
	if (got == METADATA_BAD) {
		assert(liar == PICKER_NOBODY || liar == peer);
		assert(liar == PICKER_NOBODY ||
			metadata_fetch_gave_up(l->m, peer));
	}
	if (got == METADATA_DONE) {
		l->done = true;
		assert(span_equal(metadata_fetch_info(l->m),
			span_of(truth, SIZE)));
	}
}

static void step(struct life *l, uint8_t op, uint8_t arg)
{
	static const uint32_t sizes[] = {
		SIZE, SIZE, 0, 1, 100000, UINT32_MAX, PART, SIZE};
	uint32_t peer = op % PEERS;

	switch (op / PEERS % 8) {
	case 0:
		metadata_fetch_join(l->m, peer, sizes[arg % 8]);
		break;
	case 1:
		metadata_fetch_leave(l->m, peer);
		memset(l->asked[peer], 0, sizeof l->asked[peer]);
		break;
	case 2:
		metadata_fetch_reject(l->m, peer, arg % 8, l->now);
		break;
	case 3:
		l->now += arg * UINT64_C(200);
		metadata_fetch_tick(l->m, l->now);
		break;
	case 4:
		deliver(l, peer, arg);
		break;
	case 5:
		metadata_fetch_ask_singly(l->m, peer);
		break;
	default:
		ask(l, peer);
	}
}

/* Everybody goes; an honest peer delivers the whole. */
static void finish(struct life *l)
{
	uint32_t part = 0, liar;
	enum metadata_got got = METADATA_MORE;

	for (uint32_t peer = 0; peer < PEERS; peer++)
		metadata_fetch_leave(l->m, peer);
	metadata_fetch_join(l->m, HONEST, SIZE);
	for (int turn = 0; turn < 2 && got != METADATA_DONE; turn++) {
		/* The first try may be spoilt by lies that are here already. */
		while (metadata_fetch_next(l->m, HONEST, l->now, &part)) {
			got = metadata_fetch_data(l->m, HONEST, part, SIZE,
				part_of(truth, part), &liar);
			if (got != METADATA_MORE)
				break;
		}
	}
	assert(got == METADATA_DONE);
	assert(span_equal(metadata_fetch_info(l->m), span_of(truth, SIZE)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct infohash hash;
	static struct life l;

	if (!hash.has_v1) {
		hash_setup();
		for (size_t i = 0; i < SIZE; i++) {
			truth[i] = (uint8_t)(i / 3);
			lie[i] = (uint8_t)(i / 3 + 1);
		}
		sha1(span_of(truth, SIZE), hash.v1);
		hash.has_v1 = true;
	}
	memset(&l, 0, sizeof l);
	l.m = metadata_fetch_new(&hash);
	for (size_t i = 0; i + 1 < size && i < 2000; i += 2)
		step(&l, data[i], data[i + 1]);
	if (!l.done)
		finish(&l);
	metadata_fetch_free(l.m);
	return 0;
}
