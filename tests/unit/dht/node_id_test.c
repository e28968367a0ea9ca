#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"
#include "dht/node_id.h"

#define SEED UINT64_C(42)
#define ROUNDS 500

/* An id whose first byte is given; all others are zero. */
static struct node_id first_byte(uint8_t b)
{
	return (struct node_id){.b = {b}};
}

static struct node_id by_chance(struct rng *rng)
{
	struct node_id id;

	rng_fill(rng, id.b, sizeof id.b);
	return id;
}

static bool bit_of(const struct node_id *id, unsigned bit)
{
	return id->b[bit / 8] & 0x80 >> bit % 8;
}

static void equal_ids_have_equal_bytes(void **state)
{
	struct node_id a = first_byte(1);
	struct node_id b = a;

	(void)state;
	assert_true(node_id_equal(&a, &b));
	b.b[NODE_ID_LEN - 1] = 1;
	assert_false(node_id_equal(&a, &b));
}

static void only_the_id_of_zeros_is_zero(void **state)
{
	struct node_id id = {{0}};

	(void)state;
	assert_true(node_id_is_zero(&id));
	id.b[NODE_ID_LEN - 1] = 1;
	assert_false(node_id_is_zero(&id));
}

static void the_closer_id_has_the_smaller_xor(void **state)
{
	struct node_id target = first_byte(0x0f);
	struct node_id near = first_byte(0x0e); /* distance 1 */
	struct node_id far = first_byte(0x10);  /* distance 0x1f */

	(void)state;
	assert_true(node_id_compare(&target, &near, &far) < 0);
	assert_true(node_id_compare(&target, &far, &near) > 0);
	assert_int_equal(node_id_compare(&target, &far, &far), 0);
	assert_true(node_id_compare(&target, &target, &near) < 0);
}

static void the_last_bit_decides_between_neighbours(void **state)
{
	struct node_id target = first_byte(0);
	struct node_id near = target, far = target;

	(void)state;
	near.b[NODE_ID_LEN - 1] = 0x80;
	far.b[NODE_ID_LEN - 1] = 0x81;
	assert_true(node_id_compare(&target, &near, &far) < 0);
	assert_true(node_id_compare(&target, &far, &near) > 0);
}

static void counts_the_leading_bits_that_are_shared(void **state)
{
	struct rng rng;
	unsigned bit;

	(void)state;
	rng_seed(&rng, SEED);
	for (bit = 0; bit < NODE_ID_BITS; bit++) {
		struct node_id a = by_chance(&rng);
		struct node_id b = a;

		assert_int_equal(node_id_shared_bits(&a, &b), NODE_ID_BITS);
		b.b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		assert_int_equal(node_id_shared_bits(&a, &b), bit);
		b.b[NODE_ID_LEN - 1] ^= 1; /* what follows is of no matter */
		assert_int_equal(node_id_shared_bits(&a, &b),
			bit == NODE_ID_BITS - 1 ? NODE_ID_BITS : bit);
	}
}

static void an_id_in_a_bucket_shares_exactly_that_many_bits(void **state)
{
	struct rng rng;
	unsigned bits;

	(void)state;
	rng_seed(&rng, SEED);
	for (bits = 0; bits < NODE_ID_BITS; bits++) {
		struct node_id base = by_chance(&rng);
		struct node_id id = by_chance(&rng);

		node_id_in_bucket(&id, &base, bits);
		assert_int_equal(node_id_shared_bits(&id, &base), bits);
	}
}

static void an_id_in_a_bucket_keeps_its_other_bits(void **state)
{
	struct rng rng;
	unsigned bits, i;

	(void)state;
	rng_seed(&rng, SEED + 1);
	for (bits = 0; bits < NODE_ID_BITS; bits++) {
		struct node_id base = by_chance(&rng);
		struct node_id random = by_chance(&rng);
		struct node_id id = random;

		node_id_in_bucket(&id, &base, bits);
		for (i = bits + 1; i < NODE_ID_BITS; i++)
			assert_int_equal(bit_of(&id, i), bit_of(&random, i));
	}
}

/* BEP 42's own examples; of the third byte the first five bits count. */
static const struct {
	uint8_t ip[4];
	uint8_t last; /* byte of the id */
	uint8_t first[3];
} examples[] = {
	{{124, 31, 75, 21}, 1, {0x5f, 0xbf, 0xbf}},
	{{21, 75, 31, 124}, 86, {0x5a, 0x3c, 0xe9}},
	{{65, 23, 51, 170}, 22, {0xa5, 0xd4, 0x32}},
	{{84, 124, 73, 14}, 65, {0x1b, 0x03, 0x21}},
	{{43, 213, 53, 83}, 90, {0xe5, 0x6f, 0x6c}},
};
#define EXAMPLES (sizeof examples / sizeof examples[0])

static struct addr example_addr(size_t i)
{
	return addr_from_ip(span_of(examples[i].ip, 4), 6881);
}

static void makes_the_ids_of_bep_42(void **state)
{
	struct rng rng;
	size_t i;

	(void)state;
	rng_seed(&rng, SEED);
	for (i = 0; i < EXAMPLES; i++) {
		struct addr a = example_addr(i);
		struct node_id random = by_chance(&rng);
		struct node_id id;

		random.b[NODE_ID_LEN - 1] = examples[i].last;
		id = random;
		node_id_for_addr(&id, &a);
		assert_memory_equal(id.b, examples[i].first, 2);
		assert_int_equal(id.b[2] & 0xf8, examples[i].first[2] & 0xf8);
		assert_int_equal(id.b[2] & 0x07, random.b[2] & 0x07);
		assert_memory_equal(id.b + 3, random.b + 3, NODE_ID_LEN - 3);
	}
}

static void each_of_the_21_bits_counts(void **state)
{
	size_t i;
	unsigned bit;

	(void)state;
	for (i = 0; i < EXAMPLES; i++) {
		struct addr a = example_addr(i);
		struct node_id id = {{0}};

		memcpy(id.b, examples[i].first, 3);
		id.b[NODE_ID_LEN - 1] = examples[i].last;
		assert_true(node_id_fits_addr(&id, &a));
		for (bit = 0; bit < 152; bit++) {
			struct node_id other = id;

			other.b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
			assert_int_equal(node_id_fits_addr(&other, &a),
				bit >= 21);
		}
	}
}

static void only_three_bits_of_the_last_byte_are_hashed(void **state)
{
	struct addr a = example_addr(0);
	struct node_id id = {{0}};
	unsigned last;

	(void)state;
	memcpy(id.b, examples[0].first, 3);
	for (last = 0; last < 256; last++) {
		id.b[NODE_ID_LEN - 1] = (uint8_t)last;
		assert_int_equal(node_id_fits_addr(&id, &a),
			(last & 7) == (examples[0].last & 7));
	}
}

static void the_port_does_not_matter(void **state)
{
	struct addr a = example_addr(1);
	struct node_id id = {{0}};

	(void)state;
	node_id_for_addr(&id, &a);
	a.port = 1;
	assert_true(node_id_fits_addr(&id, &a));
}

static void any_ipv6_address_gets_an_id_that_fits(void **state)
{
	struct rng rng;
	int i;

	(void)state;
	rng_seed(&rng, SEED);
	for (i = 0; i < ROUNDS; i++) {
		struct addr a = {.family = ADDR_V6, .port = 6881};
		struct node_id id = by_chance(&rng);

		rng_fill(&rng, a.ip, sizeof a.ip);
		a.ip[0] = 0x20; /* a public one */
		node_id_for_addr(&id, &a);
		assert_true(node_id_fits_addr(&id, &a));
		/* The lower half names a host in the net. */
		a.ip[8] ^= 0xff;
		a.ip[15] ^= 0xff;
		assert_true(node_id_fits_addr(&id, &a));
		/* The lowest bit of each of the first eight is hashed. */
		a.ip[i % 8] ^= 1;
		assert_false(node_id_fits_addr(&id, &a));
	}
}

/* CRC32-C of 01 01 01 08 00 01 02 03, and with r = 5 of a1 01 01 08 .. */
static void the_mask_of_ipv6_is_that_of_bep_42(void **state)
{
	const struct addr a = {.family = ADDR_V6,
		.ip = {0x21, 0xfd, 0xf9, 0xf8, 0xe0, 0xc1, 0x82, 0x03}};
	struct node_id id = {{0}};

	(void)state;
	node_id_for_addr(&id, &a);
	assert_memory_equal(id.b, "\x16\x14\xd0", 3);
	id.b[NODE_ID_LEN - 1] = 5;
	node_id_for_addr(&id, &a);
	assert_memory_equal(id.b, "\x2f\x15\x20", 3);
}

static void local_addresses_allow_every_id(void **state)
{
	const struct addr local[] = {addr_v4(127, 0, 0, 1, 1),
		addr_v4(10, 1, 2, 3, 1), addr_v4(192, 168, 7, 7, 1),
		{.family = ADDR_V6, .ip = {0xfd, 1}}};
	struct rng rng;
	size_t i;

	(void)state;
	rng_seed(&rng, SEED);
	for (i = 0; i < sizeof local / sizeof local[0]; i++) {
		struct node_id random = by_chance(&rng);
		struct node_id id = random;

		node_id_for_addr(&id, &local[i]);
		assert_true(node_id_equal(&id, &random));
		assert_true(node_id_fits_addr(&id, &local[i]));
	}
}

static void no_address_changes_no_id_and_verifies_none(void **state)
{
	const struct addr none = {.family = ADDR_NONE};
	struct node_id id = first_byte(7);
	struct node_id before = id;

	(void)state;
	node_id_for_addr(&id, &none);
	assert_true(node_id_equal(&id, &before));
	assert_false(node_id_fits_addr(&id, &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_ids_have_equal_bytes),
		cmocka_unit_test(only_the_id_of_zeros_is_zero),
		cmocka_unit_test(the_closer_id_has_the_smaller_xor),
		cmocka_unit_test(the_last_bit_decides_between_neighbours),
		cmocka_unit_test(counts_the_leading_bits_that_are_shared),
		cmocka_unit_test(
			an_id_in_a_bucket_shares_exactly_that_many_bits),
		cmocka_unit_test(an_id_in_a_bucket_keeps_its_other_bits),
		cmocka_unit_test(makes_the_ids_of_bep_42),
		cmocka_unit_test(each_of_the_21_bits_counts),
		cmocka_unit_test(only_three_bits_of_the_last_byte_are_hashed),
		cmocka_unit_test(the_port_does_not_matter),
		cmocka_unit_test(any_ipv6_address_gets_an_id_that_fits),
		cmocka_unit_test(the_mask_of_ipv6_is_that_of_bep_42),
		cmocka_unit_test(local_addresses_allow_every_id),
		cmocka_unit_test(no_address_changes_no_id_and_verifies_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
