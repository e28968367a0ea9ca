/*
 * piece_picker_test.c - which block is asked from whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "core/swarm/piece_picker.h"

#define BLOCK LAYOUT_BLOCK
#define OUT_MAX 4096

static struct block_ref out[OUT_MAX];

/* A torrent of `pieces` pieces of `blocks` blocks, and its picker. */
struct torrent {
	struct metainfo meta;
	struct meta_file file;
	struct layout layout;
	struct picker *pk;
};

static void make(struct torrent *t, uint32_t pieces, uint32_t blocks,
	uint32_t max_partial)
{
	struct picker_config cfg = {
		.layout = &t->layout, .seed = 7, .max_partial = max_partial};

	memset(t, 0, sizeof *t);
	t->meta.piece_length = blocks * BLOCK;
	t->meta.npieces = pieces;
	t->meta.total = (uint64_t)pieces * blocks * BLOCK;
	t->file.length = t->meta.total;
	t->meta.files = &t->file;
	t->meta.nfiles = 1;
	layout_init(&t->layout, &t->meta);
	t->pk = picker_new(&cfg);
}

static void drop(struct torrent *t)
{
	picker_check(t->pk);
	picker_free(t->pk);
}

static struct bitfield all_of(const struct torrent *t)
{
	struct bitfield b;

	bitfield_init(&b, t->layout.npieces);
	bitfield_set_all(&b);
	return b;
}

static struct bitfield none_of(const struct torrent *t)
{
	struct bitfield b;

	bitfield_init(&b, t->layout.npieces);
	return b;
}

static size_t pick(struct torrent *t, uint32_t peer, const struct bitfield *has,
	size_t max)
{
	size_t n = picker_pick(t->pk, peer, has, NULL, out, max);

	picker_check(t->pk);
	return n;
}

/* The block arrives from a peer it was asked from. */
static void store(struct torrent *t, uint32_t peer, struct block_ref b)
{
	uint32_t others[PICKER_ENDGAME_COPIES];
	size_t n;

	assert_int_equal(picker_stored(t->pk, peer, b, others, &n,
				 PICKER_ENDGAME_COPIES),
		STORED_NEW);
}

/* Fetch a whole piece, so that it counts as ours. */
static void own(struct torrent *t, uint32_t piece)
{
	picker_passed(t->pk, piece);
}

/* Four complete pieces end the random beginning. */
static void own_first_four(struct torrent *t)
{
	for (uint32_t i = 0; i < PICKER_RANDOM_FIRST; i++)
		own(t, i);
}

static void gives_the_blocks_of_a_piece_in_order(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 4), 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(out[i].piece, out[0].piece);
		assert_int_equal(out[i].block, i);
	}
	bitfield_fini(&all);
	drop(&t);
}

static void asks_only_for_what_the_peer_has(void **state)
{
	struct torrent t;
	struct bitfield has;

	(void)state;
	make(&t, 10, 2, 0);
	has = none_of(&t);
	bitfield_add(&has, 6);
	picker_peer_joined(t.pk, &has);
	assert_int_equal(pick(&t, 1, &has, 100), 2);
	assert_int_equal(out[0].piece, 6);
	assert_int_equal(out[1].piece, 6);
	bitfield_fini(&has);
	drop(&t);
}

static void asks_for_nothing_that_is_had_or_skipped(void **state)
{
	struct torrent t;
	struct bitfield all, have;

	(void)state;
	make(&t, 4, 1, 0);
	all = all_of(&t);
	have = none_of(&t);
	bitfield_add(&have, 0);
	picker_set_have(t.pk, &have);
	picker_set_priority(t.pk, 1, PRIO_SKIP);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(picker_missing(t.pk), 2);
	assert_int_equal(pick(&t, 1, &all, 100), 2);
	assert_int_equal(out[0].piece + out[1].piece, 2 + 3);
	bitfield_fini(&all);
	bitfield_fini(&have);
	drop(&t);
}

static void prefers_the_rarest_piece(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 100, 1, 0);
	own_first_four(&t);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	for (uint32_t i = 0; i < 100; i++)
		if (i != 42)
			picker_peer_has(t.pk, i);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(out[0].piece, 42);
	bitfield_fini(&all);
	drop(&t);
}

static void follows_every_change_of_rarity(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 1000, 1, 0);
	own_first_four(&t);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	for (uint32_t i = 0; i < 1000; i++)
		for (uint32_t k = 0; k < i % 7 + 1; k++)
			picker_peer_has(t.pk, i);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	for (uint32_t i = 700; i < 710; i++)
		for (uint32_t k = 0; k < i % 7 + 1; k++)
			picker_peer_lost(t.pk, i);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(pick(&t, 1, &all, 1), 1);
		assert_in_range(out[0].piece, 700, 709);
	}
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(out[0].piece % 7, 0);
	bitfield_fini(&all);
	drop(&t);
}

static void prefers_priority_to_rarity(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 100, 1, 0);
	own_first_four(&t);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	picker_peer_has(t.pk, 50);
	picker_set_priority(t.pk, 50, PRIO_HIGH);
	picker_set_priority(t.pk, 51, PRIO_LOW);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(out[0].piece, 50);
	assert_int_equal(pick(&t, 1, &all, 100), 95);
	assert_int_equal(out[94].piece, 51);
	bitfield_fini(&all);
	drop(&t);
}

static void breaks_ties_evenly(void **state)
{
	enum {
		PIECES = 20,
		RUNS = 4000
	};
	uint32_t hits[PIECES] = {0};

	(void)state;
	for (uint32_t run = 0; run < RUNS; run++) {
		struct torrent t;
		struct bitfield all;
		struct picker_config cfg = {.layout = &t.layout, .seed = run};

		make(&t, PIECES, 1, 0);
		picker_free(t.pk);
		t.pk = picker_new(&cfg);
		own_first_four(&t);
		all = all_of(&t);
		picker_peer_joined(t.pk, &all);
		assert_int_equal(pick(&t, 1, &all, 1), 1);
		hits[out[0].piece]++;
		bitfield_fini(&all);
		drop(&t);
	}
	/* 250 expected each; five standard deviations are 77. */
	for (uint32_t i = PICKER_RANDOM_FIRST; i < PIECES; i++)
		assert_in_range(hits[i], 173, 327);
}

static void begins_with_random_pieces_however_rare(void **state)
{
	uint32_t rare = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct torrent t;
		struct bitfield all;
		struct picker_config cfg = {.layout = &t.layout, .seed = seed};

		make(&t, 50, 1, 0);
		picker_free(t.pk);
		t.pk = picker_new(&cfg);
		all = all_of(&t);
		picker_peer_joined(t.pk, &all);
		for (uint32_t i = 1; i < 50; i++)
			picker_peer_has(t.pk, i);
		assert_int_equal(pick(&t, 1, &all, 1), 1);
		rare += out[0].piece == 0;
		bitfield_fini(&all);
		drop(&t);
	}
	assert_in_range(rare, 0, 20); /* 4 expected; rarest first: 200 */
}

static void goes_through_a_sequential_torrent_in_order(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 10, 2, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	picker_set_sequential(t.pk, true);
	assert_int_equal(pick(&t, 1, &all, 20), 20);
	for (uint32_t i = 0; i < 20; i++) {
		assert_int_equal(out[i].piece, i / 2);
		assert_int_equal(out[i].block, i % 2);
	}
	bitfield_fini(&all);
	drop(&t);
}

static void helps_the_lowest_piece_under_way_when_sequential(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options fast = {.fast = true};

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	picker_set_sequential(t.pk, true);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(picker_pick(t.pk, 2, &all, &fast, out, 4), 4);
	assert_int_equal(out[0].piece, 0);
	assert_int_equal(out[2].piece, 0);
	assert_int_equal(out[3].piece, 1);
	bitfield_fini(&all);
	drop(&t);
}

static void takes_a_suggested_piece_first(void **state)
{
	struct torrent t;
	struct bitfield all;
	const uint32_t suggested[] = {77, 9999, 0, 33};
	struct pick_options opt = {.suggested = suggested, .nsuggested = 4};

	(void)state;
	make(&t, 100, 1, 0);
	own_first_four(&t); /* 0 among them */
	own(&t, 77);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(picker_pick(t.pk, 1, &all, &opt, out, 1), 1);
	assert_int_equal(out[0].piece, 33);
	bitfield_fini(&all);
	drop(&t);
}

static void takes_only_allowed_pieces_from_who_chokes(void **state)
{
	struct torrent t;
	struct bitfield all, only;
	struct pick_options opt = {.only = &only};

	(void)state;
	make(&t, 50, 2, 0);
	own_first_four(&t);
	all = all_of(&t);
	only = none_of(&t);
	bitfield_add(&only, 3); /* had already */
	bitfield_add(&only, 20);
	bitfield_add(&only, 30);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 2, &all, 1), 1); /* one under way */
	assert_int_equal(picker_pick(t.pk, 1, &all, &opt, out, 100), 4);
	for (int i = 0; i < 4; i++)
		assert_true(out[i].piece == 20 || out[i].piece == 30);
	assert_int_equal(picker_pick(t.pk, 1, &all, &opt, out, 100), 0);
	bitfield_fini(&all);
	bitfield_fini(&only);
	drop(&t);
}

static void finishes_what_is_begun_before_beginning_more(void **state)
{
	struct torrent t;
	struct bitfield all;
	uint32_t piece;

	(void)state;
	make(&t, 100, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 2), 2);
	piece = out[0].piece;
	assert_int_equal(pick(&t, 2, &all, 2), 2);
	assert_int_equal(out[0].piece, piece);
	assert_int_equal(picker_partial_count(t.pk), 1);
	bitfield_fini(&all);
	drop(&t);
}

static void lets_a_fast_peer_begin_its_own_piece(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options fast = {.fast = true};
	uint32_t piece;

	(void)state;
	make(&t, 100, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	piece = out[0].piece;
	assert_int_equal(picker_pick(t.pk, 2, &all, &fast, out, 2), 2);
	assert_int_not_equal(out[0].piece, piece);
	piece = out[0].piece;
	assert_int_equal(picker_pick(t.pk, 2, &all, &fast, out, 2), 2);
	assert_int_equal(out[0].piece, piece);
	assert_int_equal(out[0].block, 2);
	bitfield_fini(&all);
	drop(&t);
}

static void prefers_the_fullest_piece_of_others(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options fast = {.fast = true};
	uint32_t fuller;

	(void)state;
	make(&t, 100, 8, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(picker_pick(t.pk, 1, &all, &fast, out, 2), 2);
	assert_int_equal(picker_pick(t.pk, 2, &all, &fast, out, 5), 5);
	fuller = out[0].piece;
	assert_int_equal(picker_pick(t.pk, 3, &all, &fast, out, 1), 1);
	assert_int_equal(pick(&t, 4, &all, 3), 3);
	assert_int_equal(out[0].piece, fuller);
	bitfield_fini(&all);
	drop(&t);
}

static void begins_no_more_pieces_than_memory_allows(void **state)
{
	struct torrent t;
	struct bitfield all, one;

	(void)state;
	make(&t, 100, 4, 2);
	all = all_of(&t);
	one = none_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 100), 8);
	assert_int_equal(picker_partial_count(t.pk), 2);
	/* Somebody who could only begin another one waits. */
	for (uint32_t i = 0; i < 100; i++)
		if (picker_block_state(t.pk, (struct block_ref){i, 0}) == 0) {
			bitfield_add(&one, i);
			break;
		}
	picker_peer_joined(t.pk, &one);
	assert_int_equal(pick(&t, 2, &one, 100), 0);
	picker_set_max_partial(t.pk, 3);
	assert_int_equal(pick(&t, 2, &one, 100), 4);
	bitfield_fini(&all);
	bitfield_fini(&one);
	drop(&t);
}

static void is_not_stuck_when_those_who_began_are_gone(void **state)
{
	struct torrent t;
	struct bitfield left, right;

	(void)state;
	make(&t, 10, 4, 1);
	left = none_of(&t);
	right = none_of(&t);
	bitfield_add(&left, 0);
	bitfield_add(&right, 1);
	picker_peer_joined(t.pk, &left);
	picker_peer_joined(t.pk, &right);
	assert_int_equal(pick(&t, 1, &left, 2), 2);
	store(&t, 1, out[0]);
	assert_int_equal(pick(&t, 2, &right, 4), 0);
	picker_peer_gone(t.pk, 1);
	picker_peer_left(t.pk, &left);
	assert_int_equal(pick(&t, 2, &right, 4), 4);
	bitfield_fini(&left);
	bitfield_fini(&right);
	drop(&t);
}

static void forgets_a_piece_of_which_nothing_came(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 3), 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(picker_partial_count(t.pk), 1);
		picker_lost(t.pk, 1, out[i]);
		picker_check(t.pk);
	}
	assert_int_equal(picker_partial_count(t.pk), 0);
	assert_int_equal(picker_missing(t.pk), 10);
	bitfield_fini(&all);
	drop(&t);
}

static void gives_a_lost_block_to_somebody_else(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct block_ref lost;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 4), 4);
	lost = out[1];
	picker_lost(t.pk, 1, lost);
	assert_int_equal(picker_block_state(t.pk, lost), 0);
	/* The one that let it lie is better off with another piece. */
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_not_equal(out[0].piece, lost.piece);
	assert_int_equal(pick(&t, 2, &all, 1), 1);
	assert_int_equal(out[0].piece, lost.piece);
	assert_int_equal(out[0].block, lost.block);
	bitfield_fini(&all);
	drop(&t);
}

static void asks_the_same_peer_again_when_there_is_no_other(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct block_ref lost;

	(void)state;
	make(&t, 1, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 4), 4);
	lost = out[2];
	picker_lost(t.pk, 1, lost);
	picker_lost(t.pk, 1, lost); /* the second time it is not asked */
	assert_int_equal(pick(&t, 1, &all, 4), 1);
	assert_int_equal(out[0].block, lost.block);
	bitfield_fini(&all);
	drop(&t);
}

static void frees_the_blocks_of_who_chokes_and_knows_what_it_sent(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct block_ref sent;

	(void)state;
	make(&t, 1, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 4), 4);
	sent = out[0];
	store(&t, 1, sent);
	picker_lost_all(t.pk, 1);
	assert_int_equal(picker_sender(t.pk, sent), 1);
	assert_int_equal(pick(&t, 2, &all, 4), 3);
	picker_peer_gone(t.pk, 1);
	assert_int_equal(picker_sender(t.pk, sent), PICKER_NOBODY);
	assert_int_equal(picker_block_state(t.pk, sent), 2);
	bitfield_fini(&all);
	drop(&t);
}

static void tells_new_duplicate_and_unasked_blocks_apart(void **state)
{
	struct torrent t;
	struct bitfield all;
	uint32_t others[PICKER_ENDGAME_COPIES];
	size_t n = 99;

	(void)state;
	make(&t, 3, 2, 0);
	all = all_of(&t);
	own(&t, 0);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(picker_stored(t.pk, 2, out[0], others, &n, 3),
		STORED_UNASKED);
	assert_int_equal(n, 0);
	assert_int_equal(picker_stored(t.pk, 1, out[0], others, &n, 3),
		STORED_NEW);
	assert_int_equal(picker_stored(t.pk, 1, out[0], others, &n, 3),
		STORED_DUPLICATE);
	assert_int_equal(picker_stored(t.pk, 1, (struct block_ref){0, 1},
				 others, &n, 3),
		STORED_DUPLICATE);
	assert_int_equal(picker_stored(t.pk, 1, (struct block_ref){3, 0},
				 others, &n, 3),
		STORED_UNASKED);
	assert_int_equal(picker_stored(t.pk, 1,
				 (struct block_ref){1, UINT32_MAX}, others, &n,
				 3),
		STORED_UNASKED);
	bitfield_fini(&all);
	drop(&t);
}

static void stores_unasked_blocks_of_wanted_pieces_only(void **state)
{
	struct torrent t;
	uint32_t others[PICKER_ENDGAME_COPIES];
	size_t n;

	(void)state;
	make(&t, 3, 2, 1);
	picker_set_priority(t.pk, 1, PRIO_SKIP);
	assert_int_equal(picker_store_unasked(t.pk, 1, (struct block_ref){1, 0},
				 others, &n, 3),
		STORED_UNASKED);
	assert_int_equal(picker_store_unasked(t.pk, 1, (struct block_ref){0, 1},
				 others, &n, 3),
		STORED_NEW);
	picker_check(t.pk);
	assert_int_equal(picker_sender(t.pk, (struct block_ref){0, 1}), 1);
	assert_int_equal(picker_store_unasked(t.pk, 1, (struct block_ref){0, 1},
				 others, &n, 3),
		STORED_DUPLICATE);
	assert_int_equal(picker_store_unasked(t.pk, 2, (struct block_ref){0, 0},
				 others, &n, 3),
		STORED_NEW);
	assert_true(picker_complete(t.pk, 0));
	drop(&t);
}

static void a_piece_is_complete_when_all_blocks_are_stored(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 1, 3, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 3), 3);
	for (int i = 0; i < 3; i++) {
		assert_false(picker_complete(t.pk, 0));
		store(&t, 1, out[i]);
	}
	assert_true(picker_complete(t.pk, 0));
	assert_false(picker_finished(t.pk));
	picker_passed(t.pk, 0);
	picker_check(t.pk);
	assert_true(picker_finished(t.pk));
	assert_int_equal(picker_block_state(t.pk, out[0]), 2);
	bitfield_fini(&all);
	drop(&t);
}

static void a_failed_piece_is_missing_again(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 1, 3, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 3), 3);
	for (int i = 0; i < 3; i++)
		store(&t, 1, out[i]);
	picker_failed(t.pk, 0);
	picker_check(t.pk);
	assert_int_equal(picker_partial_count(t.pk), 0);
	assert_int_equal(pick(&t, 1, &all, 3), 3);
	bitfield_fini(&all);
	drop(&t);
}

static void keeps_a_parole_piece_to_one_peer(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options parole = {.alone = true};
	uint32_t shared, alone;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	shared = out[0].piece;
	assert_int_equal(picker_pick(t.pk, 2, &all, &parole, out, 1), 1);
	alone = out[0].piece;
	assert_int_not_equal(alone, shared);
	assert_int_equal(pick(&t, 1, &all, 100), 3 + 8 * 4);
	for (int i = 0; i < 3 + 8 * 4; i++)
		assert_int_not_equal(out[i].piece, alone);
	assert_int_equal(picker_pick(t.pk, 2, &all, &parole, out, 1), 1);
	assert_int_equal(out[0].piece, alone);
	/* It lets a request lie: now the others may. */
	picker_lost(t.pk, 2, out[0]);
	assert_int_equal(pick(&t, 1, &all, 100), 3);
	assert_int_equal(out[0].piece, alone);
	bitfield_fini(&all);
	drop(&t);
}

static void lets_parole_peers_help_when_nothing_can_be_begun(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options parole = {.alone = true};

	(void)state;
	make(&t, 1, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 1), 1);
	assert_int_equal(picker_pick(t.pk, 2, &all, &parole, out, 9), 3);
	bitfield_fini(&all);
	drop(&t);
}

static void gives_snubbed_peers_common_pieces(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options snubbed = {.snubbed = true};

	(void)state;
	make(&t, 1000, 4, 0);
	own_first_four(&t);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	picker_peer_has(t.pk, 321);
	assert_int_equal(picker_pick(t.pk, 1, &all, &snubbed, out, 1), 1);
	assert_int_equal(out[0].piece, 321);
	bitfield_fini(&all);
	drop(&t);
}

static void copies_blocks_in_endgame_from_the_end(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 1, 64, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 63), 63);
	assert_false(picker_in_endgame(t.pk));
	assert_int_equal(pick(&t, 1, &all, 63), 1);
	assert_true(picker_in_endgame(t.pk));
	/* Half of what the other is to bring, and no more on a second try. */
	assert_int_equal(pick(&t, 2, &all, 100), 32);
	for (uint32_t i = 0; i < 32; i++)
		assert_int_equal(out[i].block, 32 + i);
	assert_int_equal(pick(&t, 2, &all, 100), 0);
	bitfield_fini(&all);
	drop(&t);
}

static void names_the_others_to_be_told_of_a_copy(void **state)
{
	struct torrent t;
	struct bitfield all;
	uint32_t others[PICKER_ENDGAME_COPIES];
	size_t n;

	(void)state;
	make(&t, 1, 1, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	for (uint32_t peer = 1; peer <= 3; peer++)
		assert_int_equal(pick(&t, peer, &all, 9), 1);
	assert_int_equal(pick(&t, 1, &all, 9), 0);
	assert_int_equal(pick(&t, 4, &all, 9), 0); /* three copies at most */
	assert_int_equal(picker_stored(t.pk, 2, out[0], others, &n, 3),
		STORED_NEW);
	assert_int_equal(n, 2);
	assert_int_equal(others[0] + others[1], 1 + 3);
	assert_int_equal(picker_stored(t.pk, 1, out[0], others, &n, 3),
		STORED_DUPLICATE);
	bitfield_fini(&all);
	drop(&t);
}

static void gives_snubbed_peers_no_copies(void **state)
{
	struct torrent t;
	struct bitfield all;
	struct pick_options snubbed = {.snubbed = true};

	(void)state;
	make(&t, 1, 4, 0);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 9), 4);
	assert_int_equal(picker_pick(t.pk, 2, &all, &snubbed, out, 9), 0);
	bitfield_fini(&all);
	drop(&t);
}

static void copies_blocks_of_slow_peers_before_the_end(void **state)
{
	struct torrent t;
	struct bitfield all, first;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	first = none_of(&t);
	bitfield_add(&first, 0);
	picker_peer_joined(t.pk, &all);
	picker_peer_joined(t.pk, &first);
	assert_int_equal(pick(&t, 1, &first, 9), 4);
	assert_int_equal(pick(&t, 2, &first, 9), 0);
	picker_set_slow(t.pk, 1, true);
	assert_int_equal(pick(&t, 2, &first, 9), 4);
	assert_false(picker_in_endgame(t.pk));
	bitfield_fini(&all);
	bitfield_fini(&first);
	drop(&t);
}

static void copies_blocks_when_no_further_piece_may_begin(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 10, 4, 1);
	all = all_of(&t);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 9), 4);
	assert_int_equal(pick(&t, 2, &all, 9), 4);
	bitfield_fini(&all);
	drop(&t);
}

static void endgame_does_not_wait_for_what_nobody_has(void **state)
{
	struct torrent t;
	struct bitfield first;

	(void)state;
	make(&t, 3, 1, 0);
	first = none_of(&t);
	bitfield_add(&first, 0);
	picker_peer_joined(t.pk, &first);
	assert_int_equal(picker_unavailable(t.pk), 2);
	assert_int_equal(pick(&t, 1, &first, 9), 1);
	assert_true(picker_in_endgame(t.pk));
	bitfield_fini(&first);
	drop(&t);
}

static void counts_copies_in_thousandths(void **state)
{
	struct torrent t;
	struct bitfield all;

	(void)state;
	make(&t, 8, 1, 0);
	all = all_of(&t);
	assert_int_equal(picker_copies_milli(t.pk), 0);
	picker_peer_joined(t.pk, &all);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(picker_copies_milli(t.pk), 2000);
	picker_peer_has(t.pk, 3);
	picker_peer_has(t.pk, 4);
	assert_int_equal(picker_copies_milli(t.pk), 2250);
	for (uint32_t i = 4; i < 8; i++)
		picker_set_priority(t.pk, i, PRIO_SKIP);
	assert_int_equal(picker_copies_milli(t.pk), 2250);
	picker_set_priority(t.pk, 3, PRIO_SKIP);
	assert_int_equal(picker_copies_milli(t.pk), 2000);
	bitfield_fini(&all);
	drop(&t);
}

static void wants_what_is_missing_and_not_skipped(void **state)
{
	struct torrent t;
	struct bitfield has;

	(void)state;
	make(&t, 4, 1, 0);
	has = none_of(&t);
	assert_false(picker_wants(t.pk, &has));
	bitfield_add(&has, 2);
	assert_true(picker_wants(t.pk, &has));
	assert_true(picker_wants_piece(t.pk, 2));
	picker_set_priority(t.pk, 2, PRIO_SKIP);
	assert_false(picker_wants(t.pk, &has));
	assert_false(picker_wants_piece(t.pk, 2));
	picker_set_priority(t.pk, 2, PRIO_LOW);
	assert_true(picker_wants(t.pk, &has));
	own(&t, 2);
	assert_false(picker_wants(t.pk, &has));
	assert_false(picker_wants_piece(t.pk, 99));
	bitfield_fini(&has);
	drop(&t);
}

static void a_peer_that_became_a_seed_may_leave_as_one(void **state)
{
	struct torrent t;
	struct bitfield has;

	(void)state;
	make(&t, 64, 1, 0);
	has = none_of(&t);
	bitfield_add(&has, 0);
	picker_peer_joined(t.pk, &has);
	assert_int_equal(pick(&t, 1, &has, 1), 1);
	for (uint32_t i = 1; i < 64; i++) {
		bitfield_add(&has, i);
		picker_peer_has(t.pk, i);
	}
	picker_check(t.pk);
	picker_peer_left(t.pk, &has);
	picker_check(t.pk);
	assert_int_equal(picker_unavailable(t.pk), 64);
	for (uint32_t i = 0; i < 64; i++)
		assert_int_equal(picker_availability(t.pk)[i], 0);
	bitfield_fini(&has);
	drop(&t);
}

static void a_new_have_set_forgets_what_was_under_way(void **state)
{
	struct torrent t;
	struct bitfield all, have;

	(void)state;
	make(&t, 10, 4, 0);
	all = all_of(&t);
	have = none_of(&t);
	bitfield_add(&have, 5);
	picker_peer_joined(t.pk, &all);
	assert_int_equal(pick(&t, 1, &all, 6), 6);
	picker_set_have(t.pk, &have);
	picker_check(t.pk);
	assert_int_equal(picker_partial_count(t.pk), 0);
	assert_int_equal(picker_missing(t.pk), 9);
	assert_int_equal(pick(&t, 1, &all, 100), 36);
	bitfield_fini(&all);
	bitfield_fini(&have);
	drop(&t);
}

static void an_empty_torrent_wants_nothing(void **state)
{
	struct torrent t;
	struct bitfield none;

	(void)state;
	make(&t, 0, 1, 0);
	none = none_of(&t);
	picker_peer_joined(t.pk, &none);
	assert_true(picker_finished(t.pk));
	assert_int_equal(pick(&t, 1, &none, 9), 0);
	picker_peer_left(t.pk, &none);
	drop(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_blocks_of_a_piece_in_order),
		cmocka_unit_test(asks_only_for_what_the_peer_has),
		cmocka_unit_test(asks_for_nothing_that_is_had_or_skipped),
		cmocka_unit_test(prefers_the_rarest_piece),
		cmocka_unit_test(follows_every_change_of_rarity),
		cmocka_unit_test(prefers_priority_to_rarity),
		cmocka_unit_test(breaks_ties_evenly),
		cmocka_unit_test(begins_with_random_pieces_however_rare),
		cmocka_unit_test(goes_through_a_sequential_torrent_in_order),
		cmocka_unit_test(
			helps_the_lowest_piece_under_way_when_sequential),
		cmocka_unit_test(takes_a_suggested_piece_first),
		cmocka_unit_test(takes_only_allowed_pieces_from_who_chokes),
		cmocka_unit_test(finishes_what_is_begun_before_beginning_more),
		cmocka_unit_test(lets_a_fast_peer_begin_its_own_piece),
		cmocka_unit_test(prefers_the_fullest_piece_of_others),
		cmocka_unit_test(begins_no_more_pieces_than_memory_allows),
		cmocka_unit_test(is_not_stuck_when_those_who_began_are_gone),
		cmocka_unit_test(forgets_a_piece_of_which_nothing_came),
		cmocka_unit_test(gives_a_lost_block_to_somebody_else),
		cmocka_unit_test(
			asks_the_same_peer_again_when_there_is_no_other),
		cmocka_unit_test(
			frees_the_blocks_of_who_chokes_and_knows_what_it_sent),
		cmocka_unit_test(tells_new_duplicate_and_unasked_blocks_apart),
		cmocka_unit_test(stores_unasked_blocks_of_wanted_pieces_only),
		cmocka_unit_test(
			a_piece_is_complete_when_all_blocks_are_stored),
		cmocka_unit_test(a_failed_piece_is_missing_again),
		cmocka_unit_test(keeps_a_parole_piece_to_one_peer),
		cmocka_unit_test(
			lets_parole_peers_help_when_nothing_can_be_begun),
		cmocka_unit_test(gives_snubbed_peers_common_pieces),
		cmocka_unit_test(copies_blocks_in_endgame_from_the_end),
		cmocka_unit_test(names_the_others_to_be_told_of_a_copy),
		cmocka_unit_test(gives_snubbed_peers_no_copies),
		cmocka_unit_test(copies_blocks_of_slow_peers_before_the_end),
		cmocka_unit_test(copies_blocks_when_no_further_piece_may_begin),
		cmocka_unit_test(endgame_does_not_wait_for_what_nobody_has),
		cmocka_unit_test(counts_copies_in_thousandths),
		cmocka_unit_test(wants_what_is_missing_and_not_skipped),
		cmocka_unit_test(a_peer_that_became_a_seed_may_leave_as_one),
		cmocka_unit_test(a_new_have_set_forgets_what_was_under_way),
		cmocka_unit_test(an_empty_torrent_wants_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
