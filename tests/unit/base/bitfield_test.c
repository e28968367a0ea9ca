#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/bitfield.h"
#include "base/rng.h"

#define SIZE_MAX_TESTED 300u
#define SEED UINT64_C(4711)

static const uint32_t sizes[] = {
	0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, SIZE_MAX_TESTED};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void starts_empty_and_without_memory(void **state)
{
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 100);
	assert_null(b.w);
	assert_int_equal(bitfield_size(&b), 100);
	assert_int_equal(bitfield_count(&b), 0);
	assert_true(bitfield_none(&b));
	assert_false(bitfield_all(&b));
	assert_false(bitfield_has(&b, 0));
	bitfield_set_all(&b);
	assert_null(b.w);
	assert_true(bitfield_all(&b));
	assert_int_equal(bitfield_count(&b), 100);
	assert_true(bitfield_has(&b, 99));
	bitfield_fini(&b);
}

static void a_set_of_nothing_is_all_and_none(void **state)
{
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 0);
	bitfield_set_all(&b);
	assert_true(bitfield_all(&b));
	assert_true(bitfield_none(&b));
	assert_false(bitfield_add(&b, 0));
	assert_int_equal(bitfield_next_set(&b, 0), 0);
	assert_int_equal(bitfield_next_clear(&b, 0), 0);
	assert_int_equal(bitfield_read(&b, span_of(NULL, 0)), ERR_OK);
	bitfield_write(&b, NULL);
	bitfield_fini(&b);
}

static void tells_whether_a_bit_changed(void **state)
{
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 70);
	assert_true(bitfield_add(&b, 69));
	assert_false(bitfield_add(&b, 69));
	assert_true(bitfield_remove(&b, 69));
	assert_false(bitfield_remove(&b, 69));
	bitfield_fini(&b);
}

static void ignores_bits_outside_the_set(void **state)
{
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 70);
	bitfield_set_all(&b);
	assert_false(bitfield_add(&b, 70));
	assert_false(bitfield_remove(&b, 70));
	assert_false(bitfield_has(&b, 70));
	assert_false(bitfield_has(&b, UINT32_MAX));
	assert_int_equal(bitfield_next_set(&b, 70), 70);
	assert_int_equal(bitfield_next_clear(&b, UINT32_MAX), 70);
	assert_int_equal(bitfield_count_range(&b, 60, UINT32_MAX), 10);
	assert_int_equal(bitfield_count(&b), 70);
	bitfield_fini(&b);
}

static void gives_its_memory_back_when_made_uniform(void **state)
{
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 65);
	bitfield_add(&b, 64);
	assert_non_null(b.w);
	bitfield_clear_all(&b);
	assert_null(b.w);
	assert_false(bitfield_has(&b, 64));
	bitfield_add(&b, 1);
	bitfield_set_all(&b);
	assert_null(b.w);
	assert_true(bitfield_remove(&b, 3));
	assert_int_equal(bitfield_count(&b), 64);
	assert_int_equal(bitfield_next_clear(&b, 0), 3);
	assert_int_equal(bitfield_next_clear(&b, 4), 65);
	bitfield_fini(&b);
}

/* Compare every answer about b with the plain array. */
static void assert_agrees(const struct bitfield *b, const bool *model)
{
	uint32_t next_set = b->n;
	uint32_t next_clear = b->n;
	uint32_t count = 0;

	for (uint32_t i = b->n; i-- > 0;) {
		if (model[i]) {
			next_set = i;
			count++;
		} else {
			next_clear = i;
		}
		assert_int_equal(bitfield_has(b, i), model[i]);
		assert_int_equal(bitfield_next_set(b, i), next_set);
		assert_int_equal(bitfield_next_clear(b, i), next_clear);
		assert_int_equal(bitfield_count_range(b, i, b->n), count);
		assert_int_equal(bitfield_count_range(b, 0, i), b->set - count);
	}
	assert_int_equal(bitfield_count(b), count);
}

static void random_changes(struct bitfield *b, bool *model, struct rng *r)
{
	for (int step = 0; step < 200 && b->n; step++) {
		uint32_t i = (uint32_t)rng_below(r, b->n);
		bool on = rng_below(r, 2);

		if (on)
			assert_int_equal(bitfield_add(b, i), !model[i]);
		else
			assert_int_equal(bitfield_remove(b, i), model[i]);
		model[i] = on;
	}
}

static void agrees_with_an_array_through_random_changes(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	for (size_t s = 0; s < SIZES; s++) {
		bool model[SIZE_MAX_TESTED + 1] = {false};
		struct bitfield b;

		bitfield_init(&b, sizes[s]);
		random_changes(&b, model, &r);
		assert_agrees(&b, model);
		bitfield_set_all(&b);
		memset(model, true, sizeof model);
		assert_agrees(&b, model);
		random_changes(&b, model, &r);
		assert_agrees(&b, model);
		bitfield_fini(&b);
	}
}

static void counts_inside_any_range(void **state)
{
	bool model[200] = {false};
	struct bitfield b;
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	bitfield_init(&b, 200);
	random_changes(&b, model, &r);
	for (uint32_t from = 0; from <= 200; from++) {
		uint32_t count = 0;

		for (uint32_t to = from; to <= 200; to++) {
			assert_int_equal(bitfield_count_range(&b, from, to),
				count);
			if (to < 200)
				count += model[to];
		}
	}
	assert_int_equal(bitfield_count_range(&b, 9, 3), 0);
	bitfield_fini(&b);
}

/* One of four kinds of set: none, all, mixed, or full but with words. */
static void make(struct bitfield *b, uint32_t n, int kind, struct rng *r)
{
	bool model[SIZE_MAX_TESTED + 1] = {false};

	bitfield_init(b, n);
	if (kind == 1)
		bitfield_set_all(b);
	if (kind == 2)
		random_changes(b, model, r);
	for (uint32_t i = 0; kind == 3 && i < n; i++)
		bitfield_add(b, i);
}

static void assert_difference(const struct bitfield *a,
	const struct bitfield *b)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < a->n; i++)
		count += bitfield_has(a, i) && !bitfield_has(b, i);
	assert_int_equal(bitfield_count_not_in(a, b), count);
	assert_int_equal(bitfield_any_not_in(a, b), count > 0);
}

static void tells_what_another_set_lacks(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	for (int round = 0; round < 16 * (int)SIZES; round++) {
		uint32_t n = sizes[round / 16];
		struct bitfield a, b;

		make(&a, n, round % 4, &r);
		make(&b, n, round / 4 % 4, &r);
		assert_difference(&a, &b);
		/* A part of b lacks nothing, and is no larger. */
		for (uint32_t i = 0; i < n; i++)
			if (!bitfield_has(&b, i))
				bitfield_remove(&a, i);
		assert_difference(&a, &b);
		bitfield_fini(&a);
		bitfield_fini(&b);
	}
}

static void copies_are_independent(void **state)
{
	struct bitfield a, b;

	(void)state;
	bitfield_init(&a, 130);
	bitfield_init(&b, 3);
	bitfield_add(&b, 1);
	bitfield_add(&a, 129);
	bitfield_copy(&b, &a);
	bitfield_copy(&b, &b);
	assert_int_equal(bitfield_size(&b), 130);
	assert_true(bitfield_has(&b, 129));
	bitfield_add(&a, 5);
	assert_false(bitfield_has(&b, 5));
	bitfield_copy(&b, &a);
	assert_int_equal(bitfield_count(&b), 2);
	bitfield_set_all(&a);
	bitfield_copy(&b, &a);
	assert_null(b.w);
	assert_true(bitfield_all(&b));
	bitfield_fini(&a);
	bitfield_fini(&b);
}

static void the_first_piece_is_the_high_bit_on_the_wire(void **state)
{
	static const uint8_t wire[] = {0x80, 0x01, 0x40};
	uint8_t out[3] = {0xff, 0xff, 0xff};
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 18);
	assert_int_equal(bitfield_read(&b, span_of(wire, sizeof wire)), ERR_OK);
	assert_int_equal(bitfield_count(&b), 3);
	assert_true(bitfield_has(&b, 0));
	assert_true(bitfield_has(&b, 15));
	assert_true(bitfield_has(&b, 17));
	bitfield_write(&b, out);
	assert_memory_equal(out, wire, sizeof wire);
	bitfield_fini(&b);
}

static void the_wire_form_survives_a_round_trip(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, SEED);
	for (int round = 0; round < 4 * (int)SIZES; round++) {
		uint8_t wire[SIZE_MAX_TESTED / 8 + 2];
		size_t len = bitfield_wire_len(sizes[round / 4]);
		struct bitfield a, b;

		make(&a, sizes[round / 4], round % 4, &r);
		make(&b, sizes[round / 4], 2, &r);
		memset(wire, 0xa5, sizeof wire);
		bitfield_write(&a, wire);
		assert_int_equal(wire[len], 0xa5);
		assert_int_equal(bitfield_read(&b, span_of(wire, len)), ERR_OK);
		assert_int_equal(bitfield_count(&b), bitfield_count(&a));
		assert_false(bitfield_any_not_in(&a, &b));
		bitfield_fini(&a);
		bitfield_fini(&b);
	}
}

static void refuses_a_wrong_length(void **state)
{
	static const uint8_t wire[4];
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 20);
	bitfield_add(&b, 4);
	assert_int_equal(bitfield_read(&b, span_of(wire, 2)), ERR_SYNTAX);
	assert_int_equal(bitfield_read(&b, span_of(wire, 4)), ERR_SYNTAX);
	assert_int_equal(bitfield_read(&b, span_of(NULL, 0)), ERR_SYNTAX);
	assert_int_equal(bitfield_count(&b), 1);
	assert_true(bitfield_has(&b, 4));
	bitfield_fini(&b);
}

static void refuses_spare_bits_that_are_set(void **state)
{
	struct bitfield b;

	(void)state;
	for (uint32_t n = 1; n < 8; n++) {
		uint8_t wire = (uint8_t)(0x80 >> n);

		bitfield_init(&b, n);
		assert_int_equal(bitfield_read(&b, span_of(&wire, 1)),
			ERR_SYNTAX);
		wire = (uint8_t)(0xff << (8 - n));
		assert_int_equal(bitfield_read(&b, span_of(&wire, 1)), ERR_OK);
		assert_true(bitfield_all(&b));
		bitfield_fini(&b);
	}
}

static void reading_a_uniform_set_gives_memory_back(void **state)
{
	static const uint8_t ones[2] = {0xff, 0xc0};
	static const uint8_t zeros[2];
	struct bitfield b;

	(void)state;
	bitfield_init(&b, 10);
	bitfield_add(&b, 4);
	assert_int_equal(bitfield_read(&b, span_of(ones, 2)), ERR_OK);
	assert_null(b.w);
	assert_true(bitfield_all(&b));
	bitfield_remove(&b, 4);
	assert_int_equal(bitfield_read(&b, span_of(zeros, 2)), ERR_OK);
	assert_null(b.w);
	assert_true(bitfield_none(&b));
	bitfield_fini(&b);
}

static void finds_the_next_bit_that_another_lacks(void **state)
{
	struct bitfield a, b;

	(void)state;
	bitfield_init(&a, 200);
	bitfield_init(&b, 200);
	assert_int_equal(bitfield_next_not_in(&a, &b, 0), 200);
	bitfield_set_all(&a);
	assert_int_equal(bitfield_next_not_in(&a, &b, 0), 0);
	assert_int_equal(bitfield_next_not_in(&a, &b, 199), 199);
	assert_int_equal(bitfield_next_not_in(&a, &b, 200), 200);
	for (uint32_t i = 0; i < 200; i++)
		if (i != 63 && i != 64 && i != 190)
			bitfield_add(&b, i);
	assert_int_equal(bitfield_next_not_in(&a, &b, 0), 63);
	assert_int_equal(bitfield_next_not_in(&a, &b, 64), 64);
	assert_int_equal(bitfield_next_not_in(&a, &b, 65), 190);
	assert_int_equal(bitfield_next_not_in(&a, &b, 191), 200);
	bitfield_remove(&a, 190);
	assert_int_equal(bitfield_next_not_in(&a, &b, 65), 200);
	bitfield_set_all(&b);
	assert_int_equal(bitfield_next_not_in(&a, &b, 0), 200);
	bitfield_fini(&a);
	bitfield_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty_and_without_memory),
		cmocka_unit_test(a_set_of_nothing_is_all_and_none),
		cmocka_unit_test(tells_whether_a_bit_changed),
		cmocka_unit_test(ignores_bits_outside_the_set),
		cmocka_unit_test(gives_its_memory_back_when_made_uniform),
		cmocka_unit_test(agrees_with_an_array_through_random_changes),
		cmocka_unit_test(counts_inside_any_range),
		cmocka_unit_test(tells_what_another_set_lacks),
		cmocka_unit_test(copies_are_independent),
		cmocka_unit_test(the_first_piece_is_the_high_bit_on_the_wire),
		cmocka_unit_test(the_wire_form_survives_a_round_trip),
		cmocka_unit_test(refuses_a_wrong_length),
		cmocka_unit_test(refuses_spare_bits_that_are_set),
		cmocka_unit_test(reading_a_uniform_set_gives_memory_back),
		cmocka_unit_test(finds_the_next_bit_that_another_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
