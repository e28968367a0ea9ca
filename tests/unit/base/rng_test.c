#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/rng.h"

static void generates_what_xoshiro256starstar_does(void **state)
{
	static const uint64_t want[] = {11520, 0, 1509978240,
		UINT64_C(1215971899390074240), UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832)};
	struct rng r = {{1, 2, 3, 4}};

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		assert_true(rng_u64(&r) == want[i]);
}

static void seeds_with_splitmix64(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 0);
	assert_true(r.s[0] == UINT64_C(0xe220a8397b1dcdaf));
	assert_true(r.s[1] == UINT64_C(0x6e789e6aa1b965f4));
	assert_true(r.s[2] == UINT64_C(0x06c45d188009454f));
	assert_true(r.s[3] == UINT64_C(0xf88bb8a8724c81ec));
}

static void a_seed_repeats_its_choices(void **state)
{
	struct rng a, b, c;
	uint8_t pa[37], pb[37];
	int same = 0;

	(void)state;
	rng_seed(&a, 5);
	rng_seed(&b, 5);
	rng_seed(&c, 6);
	for (int i = 0; i < 100; i++) {
		uint64_t v = rng_u64(&a);

		assert_true(v == rng_u64(&b));
		same += v == rng_u64(&c);
	}
	assert_int_equal(same, 0);
	rng_fill(&a, pa, sizeof pa);
	rng_fill(&b, pb, sizeof pb);
	assert_memory_equal(pa, pb, sizeof pa);
}

static void fills_low_bytes_first_and_no_further(void **state)
{
	struct rng a = {{1, 2, 3, 4}};
	/* 11520 is 0x2d00; then comes 0. */
	static const uint8_t want[] = {0x00, 0x2d, 0, 0, 0, 0, 0, 0, 0, 0};
	uint8_t got[12];

	(void)state;
	memset(got, 0xee, sizeof got);
	rng_fill(&a, got, 10);
	assert_memory_equal(got, want, 10);
	assert_int_equal(got[10], 0xee);
	rng_fill(&a, NULL, 0);
}

static void stays_below_its_bound(void **state)
{
	static const uint64_t bounds[] = {
		1, 2, 3, 7, 1000, UINT64_C(1) << 63, UINT64_MAX};
	struct rng r;

	(void)state;
	rng_seed(&r, 9);
	assert_true(rng_below(&r, 0) == 0);
	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
		for (int k = 0; k < 200; k++)
			assert_true(rng_below(&r, bounds[i]) < bounds[i]);
}

static void draws_again_what_would_favour_small_results(void **state)
{
	/* The six draws before 16172922978634559625 are below 2^64 mod n. */
	struct rng r = {{1, 2, 3, 4}};
	uint64_t n = (UINT64_C(1) << 63) + 1;

	(void)state;
	assert_true(rng_below(&r, n) == UINT64_C(6949550941779783816));
}

static void spreads_evenly(void **state)
{
	unsigned hits[10] = {0};
	struct rng r;

	(void)state;
	rng_seed(&r, 1);
	for (int i = 0; i < 100000; i++)
		hits[rng_below(&r, 10)]++;
	/* 10000 each; 500 is more than five standard deviations. */
	for (int i = 0; i < 10; i++)
		assert_in_range(hits[i], 9500, 10500);
}

static void secrets_differ(void **state)
{
	static const uint8_t zeros[32];
	uint8_t a[32] = {0};
	uint8_t b[32] = {0};

	(void)state;
	rng_secret(a, sizeof a);
	rng_secret(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	assert_memory_not_equal(a, zeros, sizeof a);
	assert_memory_not_equal(b, zeros, sizeof b);
	rng_secret(NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generates_what_xoshiro256starstar_does),
		cmocka_unit_test(seeds_with_splitmix64),
		cmocka_unit_test(a_seed_repeats_its_choices),
		cmocka_unit_test(fills_low_bytes_first_and_no_further),
		cmocka_unit_test(stays_below_its_bound),
		cmocka_unit_test(draws_again_what_would_favour_small_results),
		cmocka_unit_test(spreads_evenly),
		cmocka_unit_test(secrets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
