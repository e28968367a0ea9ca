/*
 * picker_model.h - a slow, obvious model of a picker, driven by any source of
 * numbers: a seeded generator in picker_random_test.c, hostile bytes in
 * picker_fuzz.c.  Each step does one thing to the picker and to the model and
 * compares the two.
 */
#ifndef TESTS_PICKER_MODEL_H
#define TESTS_PICKER_MODEL_H

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "core/swarm/piece_picker.h"

#define MODEL_PEERS 6u
#define MODEL_PIECES_MAX 200u
#define MODEL_BLOCKS_MAX 9u

/* A number below n; n > 0. */
typedef uint32_t model_choose(void *source, uint32_t n);

struct model {
	model_choose *choose;
	void *source;
	struct metainfo meta;
	struct meta_file file;
	struct layout layout;
	struct picker *pk;
	uint32_t npieces;
	struct bitfield has[MODEL_PEERS];
	struct bitfield have;
	uint8_t prio[MODEL_PIECES_MAX];
	/* Who was asked, one bit a peer, and who sent it plus 1. */
	uint8_t asked[MODEL_PIECES_MAX][MODEL_BLOCKS_MAX];
	uint8_t stored[MODEL_PIECES_MAX][MODEL_BLOCKS_MAX];
};

static inline uint32_t model_pick_number(struct model *m, uint32_t n)
{
	return m->choose(m->source, n);
}

static inline uint32_t model_blocks(const struct model *m, uint32_t piece)
{
	return layout_piece_blocks(&m->layout, piece);
}

static inline void model_join(struct model *m, uint32_t peer)
{
	struct bitfield *b = &m->has[peer];

	bitfield_clear_all(b);
	switch (model_pick_number(m, 4)) {
	case 0:
		bitfield_set_all(b);
		break;
	case 1:
		break;
	default:
		for (uint32_t i = 0; i < m->npieces; i++)
			if (model_pick_number(m, 2))
				bitfield_add(b, i);
	}
	picker_peer_joined(m->pk, b);
}

static inline void model_init(struct model *m, model_choose *choose,
	void *source)
{
	struct picker_config cfg = {.layout = &m->layout};

	memset(m, 0, sizeof *m);
	m->choose = choose;
	m->source = source;
	m->npieces = 1 + model_pick_number(m, MODEL_PIECES_MAX);
	m->meta.npieces = m->npieces;
	m->meta.piece_length =
		(1 + model_pick_number(m, MODEL_BLOCKS_MAX)) * LAYOUT_BLOCK;
	/* The last piece is one byte long. */
	m->meta.total = (uint64_t)(m->npieces - 1) * m->meta.piece_length + 1;
	m->file.length = m->meta.total;
	m->meta.files = &m->file;
	m->meta.nfiles = 1;
	layout_init(&m->layout, &m->meta);
	cfg.seed = model_pick_number(m, UINT32_MAX);
	cfg.max_partial = model_pick_number(m, 5);
	m->pk = picker_new(&cfg);
	memset(m->prio, PRIO_NORMAL, sizeof m->prio);
	bitfield_init(&m->have, m->npieces);
	for (uint32_t p = 0; p < MODEL_PEERS; p++) {
		bitfield_init(&m->has[p], m->npieces);
		model_join(m, p);
	}
}

static inline void model_fini(struct model *m)
{
	picker_free(m->pk);
	for (uint32_t p = 0; p < MODEL_PEERS; p++)
		bitfield_fini(&m->has[p]);
	bitfield_fini(&m->have);
}

/* A block that was chosen for the peer. */
static inline void model_take(struct model *m, uint32_t peer,
	const struct pick_options *opt, struct block_ref b)
{
	uint8_t *asked = &m->asked[b.piece][b.block];

	assert(b.piece < m->npieces && b.block < model_blocks(m, b.piece));
	assert(bitfield_has(&m->has[peer], b.piece));
	assert(!bitfield_has(&m->have, b.piece) && m->prio[b.piece]);
	assert(!m->stored[b.piece][b.block]);
	assert(!(*asked & 1u << peer));
	assert(!opt->only || bitfield_has(opt->only, b.piece));
	assert(!*asked || !(opt->snubbed || opt->alone));
	*asked |= (uint8_t)(1u << peer);
	assert((uint32_t)__builtin_popcount(*asked) <= PICKER_ENDGAME_COPIES);
}

static inline void model_pick(struct model *m, uint32_t peer)
{
	uint32_t kind = model_pick_number(m, 32);
	uint32_t suggested = model_pick_number(m, MODEL_PIECES_MAX);
	size_t max = 1 + model_pick_number(m, 30);
	struct block_ref out[30];
	struct bitfield only;
	struct pick_options opt = {.snubbed = (kind & 7) == 7,
		.fast = kind & 8,
		.alone = (kind & 7) == 6,
		.suggested = &suggested,
		.nsuggested = kind & 1};
	size_t n;

	bitfield_init(&only, m->npieces);
	if ((kind & 7) == 5) {
		bitfield_add(&only, model_pick_number(m, m->npieces));
		bitfield_add(&only, model_pick_number(m, m->npieces));
		opt.only = &only;
	}
	n = picker_pick(m->pk, peer, &m->has[peer], &opt, out, max);
	assert(n <= max);
	for (size_t i = 0; i < n; i++)
		model_take(m, peer, &opt, out[i]);
	bitfield_fini(&only);
}

static inline void model_verify(struct model *m, uint32_t piece)
{
	bool good = model_pick_number(m, 4) > 0;

	for (uint32_t b = 0; b < model_blocks(m, piece); b++) {
		struct block_ref ref = {piece, b};
		uint32_t who = picker_sender(m->pk, ref);
		uint8_t sent_by = m->stored[piece][b];

		assert(sent_by);
		assert(who == PICKER_NOBODY || who + 1 == sent_by);
		m->asked[piece][b] = m->stored[piece][b] = 0;
	}
	if (good) {
		bitfield_add(&m->have, piece);
		picker_passed(m->pk, piece);
	} else {
		picker_failed(m->pk, piece);
	}
}

static inline void model_store(struct model *m, uint32_t peer,
	struct block_ref b)
{
	uint8_t *asked = &m->asked[b.piece][b.block];
	uint8_t *stored = &m->stored[b.piece][b.block];
	uint32_t others[PICKER_ENDGAME_COPIES];
	enum picker_stored verdict;
	size_t n;

	verdict = picker_stored(m->pk, peer, b, others, &n,
		PICKER_ENDGAME_COPIES);
	if (bitfield_has(&m->have, b.piece) || *stored) {
		assert(verdict == STORED_DUPLICATE);
	} else if (*asked & 1u << peer) {
		assert(verdict == STORED_NEW);
		assert(n + 1 == (size_t)__builtin_popcount(*asked));
	} else {
		assert(verdict == STORED_UNASKED);
		verdict = picker_store_unasked(m->pk, peer, b, others, &n,
			PICKER_ENDGAME_COPIES);
		assert(verdict != STORED_DUPLICATE);
	}
	for (size_t i = 0; i < n; i++)
		assert(others[i] != peer && *asked & 1u << others[i]);
	if (verdict != STORED_NEW)
		return;
	*asked = 0;
	*stored = (uint8_t)(peer + 1);
	if (picker_complete(m->pk, b.piece))
		model_verify(m, b.piece);
}

static inline struct block_ref model_some_block(struct model *m)
{
	uint32_t piece = model_pick_number(m, m->npieces);
	uint32_t block = model_pick_number(m, model_blocks(m, piece));

	return (struct block_ref){piece, block};
}

/* A block asked from this peer, from a random place on; false: none. */
static inline bool model_asked_block(struct model *m, uint32_t peer,
	struct block_ref *out)
{
	uint32_t from = model_pick_number(m, m->npieces);

	for (uint32_t k = 0; k < m->npieces; k++) {
		uint32_t piece = (from + k) % m->npieces;

		for (uint32_t b = 0; b < model_blocks(m, piece); b++) {
			if (!(m->asked[piece][b] & 1u << peer))
				continue;
			*out = (struct block_ref){piece, b};
			return true;
		}
	}
	return false;
}

static inline void model_unask_all(struct model *m, uint32_t peer)
{
	for (uint32_t i = 0; i < m->npieces; i++)
		for (uint32_t b = 0; b < MODEL_BLOCKS_MAX; b++)
			m->asked[i][b] &= (uint8_t) ~(1u << peer);
}

static inline void model_leave(struct model *m, uint32_t peer)
{
	picker_peer_gone(m->pk, peer);
	picker_peer_left(m->pk, &m->has[peer]);
	model_unask_all(m, peer);
}

static inline void model_change_piece(struct model *m, uint32_t peer)
{
	uint32_t piece = model_pick_number(m, m->npieces);
	static const uint8_t prios[] = {
		PRIO_SKIP, PRIO_LOW, PRIO_NORMAL, PRIO_HIGH};

	switch (model_pick_number(m, 4)) {
	case 0:
		if (bitfield_add(&m->has[peer], piece))
			picker_peer_has(m->pk, piece);
		break;
	case 1:
		if (bitfield_remove(&m->has[peer], piece))
			picker_peer_lost(m->pk, piece);
		break;
	case 2:
		m->prio[piece] = prios[model_pick_number(m, 4)];
		picker_set_priority(m->pk, piece,
			(enum piece_priority)m->prio[piece]);
		break;
	default:
		/* Lost from the disk, or given up. */
		bitfield_remove(&m->have, piece);
		memset(m->asked[piece], 0, sizeof m->asked[piece]);
		memset(m->stored[piece], 0, sizeof m->stored[piece]);
		picker_failed(m->pk, piece);
	}
}

static inline void model_change_settings(struct model *m)
{
	switch (model_pick_number(m, 8)) {
	case 0:
		memset(m->asked, 0, sizeof m->asked);
		memset(m->stored, 0, sizeof m->stored);
		picker_set_have(m->pk, &m->have);
		break;
	case 1:
		picker_set_max_partial(m->pk, model_pick_number(m, 5));
		break;
	default:
		picker_set_sequential(m->pk, model_pick_number(m, 2));
	}
}

static inline void model_step(struct model *m)
{
	uint32_t peer = model_pick_number(m, MODEL_PEERS);
	struct block_ref b;

	switch (model_pick_number(m, 16)) {
	case 0:
		model_change_settings(m);
		break;
	case 1:
	case 2:
		model_change_piece(m, peer);
		break;
	case 3:
		model_leave(m, peer);
		model_join(m, peer);
		break;
	case 4:
		picker_lost_all(m->pk, peer);
		model_unask_all(m, peer);
		break;
	case 5:
		b = model_some_block(m);
		picker_lost(m->pk, peer, b);
		m->asked[b.piece][b.block] &= (uint8_t) ~(1u << peer);
		break;
	case 6:
		model_store(m, peer, model_some_block(m));
		break;
	case 7:
		picker_set_slow(m->pk, peer, model_pick_number(m, 2));
		break;
	case 8:
	case 9:
	case 10:
		model_pick(m, peer);
		break;
	default:
		if (model_asked_block(m, peer, &b))
			model_store(m, peer, b);
	}
}

static inline void model_compare(const struct model *m)
{
	uint32_t missing = 0, nowhere = 0;

	picker_check(m->pk);
	for (uint32_t i = 0; i < m->npieces; i++) {
		bool needed = m->prio[i] && !bitfield_has(&m->have, i);
		uint32_t copies = 0;

		for (uint32_t p = 0; p < MODEL_PEERS; p++)
			copies += bitfield_has(&m->has[p], i);
		assert(picker_availability(m->pk)[i] == copies);
		assert(picker_wants_piece(m->pk, i) == needed);
		missing += needed;
		nowhere += needed && copies == 0;
		for (uint32_t b = 0; b < model_blocks(m, i); b++) {
			int state = m->stored[i][b] || bitfield_has(&m->have, i)
			                    ? 2
			                    : m->asked[i][b] != 0;

			assert(picker_block_state(m->pk,
				       (struct block_ref){i, b}) == state);
		}
	}
	assert(picker_missing(m->pk) == missing);
	assert(picker_unavailable(m->pk) == nowhere);
	assert(picker_finished(m->pk) == (missing == 0));
}

/*
 * From any state on, one honest peer with everything must be able to finish:
 * the others leave, it is asked and delivers.
 */
static inline void model_finish(struct model *m)
{
	uint32_t turns = 2 * m->npieces * MODEL_BLOCKS_MAX + 10;
	struct block_ref b;

	for (uint32_t p = 1; p < MODEL_PEERS; p++) {
		model_leave(m, p);
		bitfield_clear_all(&m->has[p]);
	}
	picker_peer_left(m->pk, &m->has[0]);
	bitfield_set_all(&m->has[0]);
	picker_peer_joined(m->pk, &m->has[0]);
	for (; !picker_finished(m->pk); turns--) {
		struct block_ref out[8];
		struct pick_options opt = {.alone = turns % 3 == 0};
		size_t n;

		assert(turns > 0);
		n = picker_pick(m->pk, 0, &m->has[0], &opt, out, 8);
		for (size_t i = 0; i < n; i++)
			model_take(m, 0, &opt, out[i]);
		if (!model_asked_block(m, 0, &b))
			continue;
		m->asked[b.piece][b.block] = 0;
		m->stored[b.piece][b.block] = 1;
		assert(picker_stored(m->pk, 0, b, NULL, &n, 0) == STORED_NEW);
		if (!picker_complete(m->pk, b.piece))
			continue;
		bitfield_add(&m->have, b.piece);
		picker_passed(m->pk, b.piece);
		memset(m->asked[b.piece], 0, sizeof m->asked[b.piece]);
		memset(m->stored[b.piece], 0, sizeof m->stored[b.piece]);
	}
}

#endif
