/*
 * blame_test.c - finding the peer that lied.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/swarm/blame.h"

static const uint8_t key[16] = {9};

static struct addr peer(uint8_t i)
{
	return addr_v4(20, 0, 0, i, 5000);
}

/* A block of that content from that peer; peer 0: unknown. */
static struct blame_block block(uint8_t from, uint8_t content)
{
	struct blame_block b;

	memset(&b, 0, sizeof b);
	if (from)
		b.sender = peer(from);
	memset(b.digest, content, sizeof b.digest);
	return b;
}

static void a_piece_from_one_peer_convicts_it_at_once(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 1), block(1, 2)};
	struct addr liars[4], one = peer(1);

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 2, liars, 4), 1);
	assert_true(addr_equal(&liars[0], &one));
	assert_false(blame_watches(b, 7));
	assert_false(blame_on_parole(b, &one));
	blame_free(b);
}

static void an_unknown_sender_makes_it_no_proof(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 1), block(0, 2)};
	struct addr liars[4], one = peer(1);

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 2, liars, 4), 0);
	assert_true(blame_watches(b, 7));
	assert_true(blame_on_parole(b, &one));
	blame_free(b);
}

static void a_good_piece_shows_who_lied_before(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 1), block(2, 99), block(3, 3)};
	struct blame_block good[] = {block(4, 1), block(4, 2), block(4, 3)};
	struct addr liars[4], p[4];

	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		p[i] = peer(i);
	assert_int_equal(blame_failed(b, 7, bad, 3, liars, 4), 0);
	for (uint8_t i = 1; i < 4; i++)
		assert_true(blame_on_parole(b, &p[i]));
	assert_true(blame_has_parole(b));
	assert_int_equal(blame_passed(b, 7, good, 3, liars, 4), 1);
	assert_true(addr_equal(&liars[0], &p[2]));
	for (uint8_t i = 1; i < 4; i++)
		assert_false(blame_on_parole(b, &p[i]));
	assert_false(blame_watches(b, 7));
	assert_false(blame_has_parole(b));
	blame_free(b);
}

static void remembers_every_failure_of_a_piece(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block first[] = {block(1, 90), block(2, 2)};
	struct blame_block second[] = {block(3, 1), block(4, 91)};
	struct blame_block good[] = {block(5, 1), block(5, 2)};
	struct addr liars[4], one = peer(1), four = peer(4);

	(void)state;
	assert_int_equal(blame_failed(b, 7, first, 2, liars, 4), 0);
	assert_int_equal(blame_failed(b, 7, second, 2, liars, 4), 0);
	assert_int_equal(blame_passed(b, 7, good, 2, liars, 4), 2);
	assert_true(addr_equal(&liars[0], &one));
	assert_true(addr_equal(&liars[1], &four));
	blame_free(b);
}

static void names_a_liar_once_and_no_more_than_asked(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 90), block(1, 91), block(2, 92)};
	struct blame_block good[] = {block(5, 1), block(5, 2), block(5, 3)};
	struct addr liars[4], one = peer(1);

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 3, liars, 4), 0);
	assert_int_equal(blame_passed(b, 7, good, 3, liars, 4), 2);
	assert_int_equal(blame_failed(b, 7, bad, 3, liars, 4), 0);
	assert_int_equal(blame_passed(b, 7, good, 3, liars, 1), 1);
	assert_true(addr_equal(&liars[0], &one));
	blame_free(b);
}

static void an_unknown_digest_is_no_evidence(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 0), block(2, 9)};
	struct blame_block good[] = {block(5, 1), block(5, 0)};
	struct addr liars[4];

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 2, liars, 4), 0);
	assert_int_equal(blame_passed(b, 7, good, 2, liars, 4), 0);
	blame_free(b);
}

static void other_pieces_prove_nothing(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 1), block(2, 9)};
	struct blame_block good[] = {block(5, 3), block(5, 4)};
	struct addr liars[4];

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 2, liars, 4), 0);
	assert_false(blame_watches(b, 8));
	assert_int_equal(blame_passed(b, 8, good, 2, liars, 4), 0);
	assert_true(blame_watches(b, 7));
	blame_free(b);
}

static void parole_ends_with_a_good_piece(void **state)
{
	struct blame *b = blame_new(key);
	struct blame_block bad[] = {block(1, 1), block(2, 9)};
	struct addr liars[4], one = peer(1), two = peer(2), moved = peer(1);

	(void)state;
	assert_int_equal(blame_failed(b, 7, bad, 2, liars, 4), 0);
	moved.port = 1; /* the same host from another port */
	assert_true(blame_on_parole(b, &moved));
	blame_cleared(b, &moved);
	assert_false(blame_on_parole(b, &one));
	assert_true(blame_on_parole(b, &two));
	blame_cleared(b, &one); /* twice is harmless */
	assert_true(blame_on_parole(b, &two));
	blame_free(b);
}

static void what_it_remembers_is_bounded(void **state)
{
	static struct blame_block many[BLAME_BLOCKS_MAX + 1];
	struct blame *b = blame_new(key);
	struct addr liars[4];

	(void)state;
	for (size_t i = 0; i <= BLAME_BLOCKS_MAX; i++)
		many[i] = block((uint8_t)(i % 200 + 1), 1);
	assert_int_equal(blame_failed(b, 1, many, BLAME_BLOCKS_MAX / 2, liars,
				 4),
		0);
	assert_int_equal(blame_failed(b, 2, many, BLAME_BLOCKS_MAX / 2, liars,
				 4),
		0);
	assert_true(blame_watches(b, 1));
	assert_int_equal(blame_failed(b, 3, many, 2, liars, 4), 0);
	assert_false(blame_watches(b, 1));
	assert_true(blame_watches(b, 2));
	assert_int_equal(blame_failed(b, 4, many, BLAME_BLOCKS_MAX + 1, liars,
				 4),
		0);
	assert_false(blame_watches(b, 4));
	for (uint32_t i = 100; i < 1000; i++)
		assert_int_equal(blame_failed(b, i, many, 2, liars, 4), 0);
	assert_false(blame_watches(b, 2));
	assert_true(blame_watches(b, 999));
	blame_free(b);
}

static void parole_is_bounded_and_stays_consistent(void **state)
{
	struct blame *b = blame_new(key);
	struct addr liars[1], last = addr_v4(21, 0, 15, 159, 1);

	(void)state;
	for (uint32_t i = 0; i < 4000; i++) {
		struct blame_block bad[2] = {block(1, 1), block(2, 2)};
		struct addr gone = addr_v4(21, 0, (uint8_t)(i / 2 >> 8),
			(uint8_t)(i / 2), 1);

		bad[0].sender =
			addr_v4(21, 0, (uint8_t)(i >> 8), (uint8_t)i, 1);
		assert_int_equal(blame_failed(b, 5, bad, 2, liars, 1), 0);
		if (i % 3 == 0)
			blame_cleared(b, &gone);
		assert_true(blame_on_parole(b, &bad[0].sender) || i % 3 == 0);
	}
	assert_true(blame_on_parole(b, &last));
	blame_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_piece_from_one_peer_convicts_it_at_once),
		cmocka_unit_test(an_unknown_sender_makes_it_no_proof),
		cmocka_unit_test(a_good_piece_shows_who_lied_before),
		cmocka_unit_test(remembers_every_failure_of_a_piece),
		cmocka_unit_test(names_a_liar_once_and_no_more_than_asked),
		cmocka_unit_test(an_unknown_digest_is_no_evidence),
		cmocka_unit_test(other_pieces_prove_nothing),
		cmocka_unit_test(parole_ends_with_a_good_piece),
		cmocka_unit_test(what_it_remembers_is_bounded),
		cmocka_unit_test(parole_is_bounded_and_stays_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
