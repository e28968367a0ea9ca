/*
 * metadata_fetch_test.c - the info dictionary from peers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "base/heap.h"
#include "core/swarm/metadata_fetch.h"
#include "core/swarm/piece_picker.h"
#include "proto/metainfo.h"

#define PART 16384u
#define SIZE (5 * PART + 100)

static uint8_t truth[SIZE], lie[SIZE];
static struct infohash hash;

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	for (size_t i = 0; i < SIZE; i++)
		truth[i] = (uint8_t)(i * 7 + i / 251);
	memcpy(lie, truth, SIZE);
	for (size_t i = 0; i < SIZE; i += PART)
		lie[i] ^= 1;
	hash.has_v1 = true;
	sha1(span_of(truth, SIZE), hash.v1);
	return 0;
}

static struct span part_of(const uint8_t *info, uint32_t part)
{
	size_t n = SIZE - part * PART;

	return span_of(info + part * PART, n < PART ? n : PART);
}

/* The peer answers one request. */
static enum metadata_got answer(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, const uint8_t *info, uint32_t *liar)
{
	return metadata_fetch_data(m, peer, part, SIZE, part_of(info, part),
		liar);
}

/* The peer answers whatever it is asked; the last result. */
static enum metadata_got serve(struct metadata_fetch *m, uint32_t peer,
	const uint8_t *info, uint64_t now, uint32_t *liar)
{
	enum metadata_got got = METADATA_USELESS;
	uint32_t part;

	while (metadata_fetch_next(m, peer, now, &part)) {
		got = answer(m, peer, part, info, liar);
		if (got != METADATA_MORE)
			break;
	}
	return got;
}

static void one_honest_peer_is_enough(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar = 99, got, total, peers;

	(void)state;
	assert_int_equal(metadata_fetch_info(m).n, 0);
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(got, 0);
	assert_int_equal(total, 6);
	assert_int_equal(peers, 1);
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_DONE);
	assert_int_equal(liar, 99);
	assert_true(span_equal(metadata_fetch_info(m), span_of(truth, SIZE)));
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_USELESS);
	metadata_fetch_free(m);
}

static void checks_whichever_hashes_there_are(void **state)
{
	struct infohash both = hash, wrong;
	struct metadata_fetch *m;
	uint32_t liar = 99;

	(void)state;
	both.has_v2 = true;
	sha256(span_of(truth, SIZE), both.v2);
	wrong = both;
	wrong.v2[31] ^= 1;
	m = metadata_fetch_new(&both);
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
	both.has_v1 = false;
	m = metadata_fetch_new(&both);
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
	m = metadata_fetch_new(&wrong);
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_BAD);
	metadata_fetch_free(m);
}

static void asks_several_peers_for_different_parts(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, seen = 0;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	for (uint32_t peer = 1; peer <= 2; peer++) {
		for (int i = 0; i < 3; i++) {
			assert_true(metadata_fetch_next(m, peer, 0, &part));
			assert_false(seen & 1u << part);
			seen |= 1u << part;
		}
	}
	assert_int_equal(seen, 0x3f);
	metadata_fetch_free(m);
}

static void asks_a_peer_for_four_parts_at_once(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 0;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	for (int i = 0; i < 4; i++)
		assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_false(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(answer(m, 1, 0, truth, &liar), METADATA_MORE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(part, 4);
	metadata_fetch_free(m);
}

static void asks_twice_for_the_last_parts(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 0;

	(void)state;
	metadata_fetch_join(m, 1, 100);
	metadata_fetch_join(m, 2, 100);
	metadata_fetch_join(m, 3, 100);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_int_equal(part, 0);
	assert_false(metadata_fetch_next(m, 3, 0, &part));
	assert_int_equal(metadata_fetch_data(m, 2, 0, 100, span_of(lie, 100),
				 &liar),
		METADATA_BAD);
	assert_int_equal(liar, 2);
	metadata_fetch_free(m);
}

static void asks_others_as_well_while_an_answer_is_late(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part;

	(void)state;
	for (uint32_t peer = 1; peer <= 8; peer++)
		metadata_fetch_join(m, peer, 100);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_false(metadata_fetch_next(m, 3, 1999, &part));
	for (uint32_t peer = 3; peer <= 6; peer++) {
		uint64_t now = (peer - 2) * UINT64_C(2000);

		assert_true(metadata_fetch_next(m, peer, now, &part));
		assert_false(metadata_fetch_next(m, peer + 1, now, &part));
	}
	/* Six are enough, until one of them is out of time. */
	assert_false(metadata_fetch_next(m, 7, 9999, &part));
	metadata_fetch_tick(m, 10000);
	assert_true(metadata_fetch_next(m, 7, 10000, &part));
	metadata_fetch_free(m);
}

static void shows_the_size_most_peers_name(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t got, total, peers;

	(void)state;
	metadata_fetch_join(m, 1, 1000);
	metadata_fetch_join(m, 2, SIZE);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(total, 1); /* a tie */
	metadata_fetch_join(m, 3, SIZE);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(total, 6);
	assert_int_equal(peers, 2);
	metadata_fetch_leave(m, 2);
	metadata_fetch_leave(m, 3);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(total, 1);
	metadata_fetch_leave(m, 1);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(peers, 0);
	metadata_fetch_free(m);
}

static void a_silent_majority_holds_nobody_up(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 99;

	(void)state;
	for (uint32_t peer = 1; peer <= 5; peer++) {
		metadata_fetch_join(m, peer, METAINFO_INFO_MAX);
		assert_true(metadata_fetch_next(m, peer, 0, &part));
	}
	metadata_fetch_join(m, 6, SIZE);
	assert_int_equal(serve(m, 6, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void the_honest_need_no_majority(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 99;

	(void)state;
	/* All liars name the true size; each sends one false part. */
	for (uint32_t peer = 1; peer <= 5; peer++) {
		metadata_fetch_join(m, peer, SIZE);
		assert_true(metadata_fetch_next(m, peer, 0, &part));
		assert_int_equal(answer(m, peer, part, lie, &liar),
			METADATA_MORE);
	}
	metadata_fetch_join(m, 6, SIZE);
	assert_int_equal(serve(m, 6, truth, 0, &liar), METADATA_BAD);
	assert_int_equal(liar, PICKER_NOBODY);
	assert_int_equal(serve(m, 6, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void those_who_name_other_sizes_have_little_room(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part;

	(void)state;
	metadata_fetch_join(m, 1, METAINFO_INFO_MAX);
	metadata_fetch_join(m, 2, METAINFO_INFO_MAX);
	metadata_fetch_join(m, 3, METAINFO_INFO_MAX - 1);
	metadata_fetch_join(m, 4, 5u << 20);
	metadata_fetch_join(m, 5, 4u << 20);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_false(metadata_fetch_next(m, 3, 0, &part));
	assert_true(metadata_fetch_next(m, 4, 0, &part));
	assert_false(metadata_fetch_next(m, 5, 0, &part));
	/* They go when those leave who named them. */
	metadata_fetch_leave(m, 4);
	assert_true(metadata_fetch_next(m, 5, 0, &part));
	/* Another majority: what does not fit any more is dropped. */
	metadata_fetch_join(m, 6, METAINFO_INFO_MAX - 1);
	metadata_fetch_join(m, 7, METAINFO_INFO_MAX - 1);
	assert_true(metadata_fetch_next(m, 3, 0, &part));
	assert_true(metadata_fetch_next(m, 5, 0, &part));
	assert_false(metadata_fetch_next(m, 2, 0, &part));
	metadata_fetch_free(m);
}

static void an_answer_after_the_end_changes_nothing(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 99, got, total, peers;

	(void)state;
	for (uint32_t peer = 1; peer <= 2; peer++)
		metadata_fetch_join(m, peer, SIZE);
	for (int i = 0; i < 4; i++)
		assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_DONE);
	assert_int_equal(answer(m, 2, part, lie, &liar), METADATA_USELESS);
	assert_true(metadata_fetch_deadline(m) == NEVER);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(got, 6);
	assert_int_equal(total, 6);
	assert_true(span_equal(metadata_fetch_info(m), span_of(truth, SIZE)));
	metadata_fetch_free(m);
}

static void asks_nobody_who_names_no_size_or_too_large_a_one(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, got, total, peers;

	(void)state;
	metadata_fetch_join(m, 1, 0);
	metadata_fetch_join(m, 2, METAINFO_INFO_MAX + 1);
	metadata_fetch_join(m, 3, UINT32_MAX);
	for (uint32_t peer = 0; peer < 5; peer++)
		assert_false(metadata_fetch_next(m, peer, 0, &part));
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(total, 0);
	metadata_fetch_join(m, 1, SIZE); /* now it says */
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	metadata_fetch_free(m);
}

static void takes_no_data_it_did_not_ask_for(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 0, got, total, peers;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(answer(m, 2, part, truth, &liar), METADATA_USELESS);
	assert_int_equal(answer(m, 9, part, truth, &liar), METADATA_USELESS);
	assert_int_equal(answer(m, 1, 5, truth, &liar), METADATA_USELESS);
	assert_int_equal(metadata_fetch_data(m, 1, UINT32_MAX, SIZE,
				 part_of(truth, 0), &liar),
		METADATA_USELESS);
	assert_int_equal(answer(m, 1, part, truth, &liar), METADATA_MORE);
	assert_int_equal(answer(m, 1, part, truth, &liar), METADATA_USELESS);
	metadata_fetch_progress(m, &got, &total, &peers);
	assert_int_equal(got, 1);
	metadata_fetch_free(m);
}

static void a_peer_that_contradicts_itself_is_not_asked_again(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar = 0;

	(void)state;
	for (uint32_t peer = 1; peer <= 3; peer++)
		metadata_fetch_join(m, peer, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(metadata_fetch_data(m, 1, part, SIZE - 1,
				 part_of(truth, part), &liar),
		METADATA_USELESS);
	assert_false(metadata_fetch_next(m, 1, 0, &part));
	assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_int_equal(metadata_fetch_data(m, 2, part, SIZE,
				 span_of(truth, 10), &liar),
		METADATA_USELESS);
	assert_false(metadata_fetch_next(m, 2, 0, &part));
	assert_int_equal(serve(m, 3, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void a_request_is_free_again_after_ten_seconds(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part;

	(void)state;
	assert_true(metadata_fetch_deadline(m) == NEVER);
	metadata_fetch_join(m, 1, 100);
	assert_true(metadata_fetch_next(m, 1, 500, &part));
	assert_int_equal(metadata_fetch_deadline(m), 10500);
	metadata_fetch_tick(m, 10499);
	assert_int_equal(metadata_fetch_deadline(m), 10500);
	metadata_fetch_tick(m, 10500);
	assert_true(metadata_fetch_deadline(m) == NEVER);
	assert_false(metadata_fetch_next(m, 1, 20499, &part)); /* it rests */
	assert_true(metadata_fetch_next(m, 1, 20500, &part));
	metadata_fetch_free(m);
}

static void a_peer_that_rejects_rests_for_a_minute(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, other;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	metadata_fetch_reject(m, 1, part + 1, 0); /* not asked: no matter */
	metadata_fetch_reject(m, 1, part, 0);
	assert_false(metadata_fetch_next(m, 1, 59999, &other));
	assert_true(metadata_fetch_next(m, 2, 0, &other));
	assert_int_equal(other, part);
	assert_true(metadata_fetch_next(m, 1, 60000, &other));
	metadata_fetch_free(m);
}

static void convicts_who_sent_it_all(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar = 99, part;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, lie, 0, &liar), METADATA_BAD);
	assert_int_equal(liar, 1);
	assert_false(metadata_fetch_next(m, 1, 100000, &part));
	metadata_fetch_join(m, 2, SIZE);
	assert_int_equal(serve(m, 2, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void a_bad_mixture_is_parted(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar = 99, part, asked = 0;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(part, 0);
	assert_int_equal(answer(m, 1, part, lie, &liar), METADATA_MORE);
	assert_int_equal(serve(m, 2, truth, 0, &liar), METADATA_BAD);
	assert_int_equal(liar, PICKER_NOBODY);
	/* Each goes on with what it sent before: one part, and five. */
	assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_int_equal(part, 0);
	assert_false(metadata_fetch_next(m, 2, 0, &asked));
	for (int i = 0; i < 4; i++) {
		assert_true(metadata_fetch_next(m, 1, 0, &asked));
		assert_int_not_equal(asked, 0);
	}
	assert_int_equal(answer(m, 2, part, truth, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void a_liar_alone_is_convicted(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar = 99, part;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(answer(m, 1, part, lie, &liar), METADATA_MORE);
	assert_int_equal(serve(m, 2, truth, 0, &liar), METADATA_BAD);
	assert_int_equal(serve(m, 1, lie, 0, &liar), METADATA_BAD);
	assert_int_equal(liar, 1);
	assert_true(metadata_fetch_gave_up(m, 1));
	metadata_fetch_join(m, 3, SIZE);
	assert_int_equal(serve(m, 3, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

/* Two fill a large copy, of nothing. */
static struct metadata_fetch *large_and_parted(uint32_t size)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	enum metadata_got got = METADATA_MORE;
	uint32_t part, liar = 0;

	for (uint32_t peer = 1; peer <= 4; peer++)
		metadata_fetch_join(m, peer, size);
	for (uint32_t i = 0; got == METADATA_MORE; i++) {
		assert_true(metadata_fetch_next(m, 1 + i % 2, 0, &part));
		got = metadata_fetch_data(m, 1 + i % 2, part, size,
			span_of(lie, size - part * PART < PART
					     ? size - part * PART
					     : PART),
			&liar);
	}
	assert_int_equal(got, METADATA_BAD);
	assert_int_equal(liar, PICKER_NOBODY);
	return m;
}

static void only_one_large_copy_is_gathered_at_a_time(void **state)
{
	struct metadata_fetch *m = large_and_parted((9u << 20) + 5);
	uint32_t part;

	(void)state;
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_false(metadata_fetch_next(m, 2, 0, &part));
	/* Late, rejecting, gone: the next one tries. */
	metadata_fetch_tick(m, 10000);
	assert_true(metadata_fetch_next(m, 2, 10000, &part));
	assert_int_equal(part, 0);
	assert_false(metadata_fetch_next(m, 3, 10000, &part));
	metadata_fetch_reject(m, 2, part, 10000);
	assert_true(metadata_fetch_next(m, 3, 10000, &part));
	assert_false(metadata_fetch_next(m, 4, 10000, &part));
	metadata_fetch_leave(m, 3);
	assert_true(metadata_fetch_next(m, 4, 10000, &part));
	/* Nobody waits: what is there stays. */
	metadata_fetch_leave(m, 1);
	metadata_fetch_leave(m, 2);
	metadata_fetch_free(m);
}

static void smaller_copies_are_gathered_side_by_side(void **state)
{
	struct metadata_fetch *m = large_and_parted(3u << 20);
	uint32_t part;

	(void)state;
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_true(metadata_fetch_next(m, 2, 0, &part));
	assert_false(metadata_fetch_next(m, 3, 0, &part));
	metadata_fetch_free(m);
}

static void three_tries_in_vain_are_enough(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, tries = 0, liar;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	for (uint64_t now = 0; now < 1000000; now += 1000) {
		metadata_fetch_tick(m, now);
		while (metadata_fetch_next(m, 1, now, &part))
			tries++;
	}
	assert_int_equal(tries, 4 + 1 + 1);
	assert_true(metadata_fetch_gave_up(m, 1));
	/* An answer in between makes up for a try. */
	metadata_fetch_join(m, 2, SIZE);
	for (unsigned i = 0; i < 5; i++) {
		uint64_t now = i * UINT64_C(100000);

		assert_true(metadata_fetch_next(m, 2, now, &part));
		metadata_fetch_reject(m, 2, part, now);
		assert_true(metadata_fetch_next(m, 2, now + 60000, &part));
		assert_int_equal(answer(m, 2, part, truth, &liar),
			METADATA_MORE);
		assert_false(metadata_fetch_gave_up(m, 2));
	}
	metadata_fetch_free(m);
}

static void a_new_size_is_a_new_beginning(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar;

	(void)state;
	metadata_fetch_join(m, 1, 5000);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	metadata_fetch_reject(m, 1, part, 0);
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, truth, 0, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

static void parts_of_a_peer_that_left_still_count(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar = 99, part;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(answer(m, 1, part, truth, &liar), METADATA_MORE);
	metadata_fetch_leave(m, 1);
	/* A newcomer under the old number did not send it. */
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(serve(m, 1, lie, 0, &liar), METADATA_BAD);
	assert_int_equal(liar, PICKER_NOBODY);
	metadata_fetch_free(m);
}

/* How many requests a peer gets while it answers none. */
static uint32_t count_asked(struct metadata_fetch *m, uint32_t peer,
	uint64_t now)
{
	uint32_t n = 0, part;

	while (metadata_fetch_next(m, peer, now, &part))
		n++;
	return n;
}

static void who_takes_one_request_gets_one(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t part, liar;

	(void)state;
	metadata_fetch_ask_singly(m, 7); /* nobody yet: nothing */
	metadata_fetch_join(m, 1, SIZE);
	metadata_fetch_join(m, 2, SIZE);
	metadata_fetch_ask_singly(m, 1);
	assert_true(metadata_fetch_next(m, 1, 0, &part));
	assert_int_equal(count_asked(m, 1, 0), 0);
	assert_int_equal(count_asked(m, 2, 0), 4);
	assert_int_equal(answer(m, 1, part, truth, &liar), METADATA_MORE);
	assert_int_equal(count_asked(m, 1, 0), 1);
	metadata_fetch_free(m);
}

static void who_was_late_is_asked_one_by_one(void **state)
{
	struct metadata_fetch *m = metadata_fetch_new(&hash);
	uint32_t liar;

	(void)state;
	metadata_fetch_join(m, 1, SIZE);
	assert_int_equal(count_asked(m, 1, 0), 4);
	metadata_fetch_tick(m, 10000);
	assert_int_equal(count_asked(m, 1, 20000), 1);
	metadata_fetch_tick(m, 30000);
	assert_false(metadata_fetch_gave_up(m, 1));
	assert_int_equal(serve(m, 1, truth, 40000, &liar), METADATA_DONE);
	metadata_fetch_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_honest_peer_is_enough),
		cmocka_unit_test(checks_whichever_hashes_there_are),
		cmocka_unit_test(asks_several_peers_for_different_parts),
		cmocka_unit_test(asks_a_peer_for_four_parts_at_once),
		cmocka_unit_test(asks_twice_for_the_last_parts),
		cmocka_unit_test(asks_others_as_well_while_an_answer_is_late),
		cmocka_unit_test(shows_the_size_most_peers_name),
		cmocka_unit_test(a_silent_majority_holds_nobody_up),
		cmocka_unit_test(the_honest_need_no_majority),
		cmocka_unit_test(those_who_name_other_sizes_have_little_room),
		cmocka_unit_test(an_answer_after_the_end_changes_nothing),
		cmocka_unit_test(
			asks_nobody_who_names_no_size_or_too_large_a_one),
		cmocka_unit_test(takes_no_data_it_did_not_ask_for),
		cmocka_unit_test(
			a_peer_that_contradicts_itself_is_not_asked_again),
		cmocka_unit_test(a_request_is_free_again_after_ten_seconds),
		cmocka_unit_test(a_peer_that_rejects_rests_for_a_minute),
		cmocka_unit_test(convicts_who_sent_it_all),
		cmocka_unit_test(a_bad_mixture_is_parted),
		cmocka_unit_test(a_liar_alone_is_convicted),
		cmocka_unit_test(only_one_large_copy_is_gathered_at_a_time),
		cmocka_unit_test(smaller_copies_are_gathered_side_by_side),
		cmocka_unit_test(three_tries_in_vain_are_enough),
		cmocka_unit_test(a_new_size_is_a_new_beginning),
		cmocka_unit_test(parts_of_a_peer_that_left_still_count),
		cmocka_unit_test(who_takes_one_request_gets_one),
		cmocka_unit_test(who_was_late_is_asked_one_by_one),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
