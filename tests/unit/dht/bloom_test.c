#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/rng.h"
#include "dht/bloom.h"

#define BITS (8u * KRPC_BLOOM_LEN)

static struct addr v4(uint32_t ip)
{
	return addr_v4((uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
		(uint8_t)(ip >> 8), (uint8_t)ip, 6881);
}

/* 2001:db8::n */
static struct addr v6(uint32_t n)
{
	const uint8_t ip[16] = {0x20, 0x01, 0x0d,
		0xb8, [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n};

	return addr_from_ip(span_of(ip, sizeof ip), 6881);
}

/* BEP 33's own example, and what it says the filter then is. */
static const char example_hex[] =
	"f6c3f5eaa07ffd91bde89f777f26fb2bff37bdb8fb2bbaa2fd3ddde7bacfff75"
	"ee7ccbaefe5eedb1fbfaff67f6abff5e43ddbca3fd9b9ffdf4ffd3e9dff12d1b"
	"df59db53dbe9fa5b7ff3b8fdfcde1afb8bedd7be2f3ee71ebbbfe93bcdeefe14"
	"8246c2bc5dbff7e7efdcf24fd8dc7adffd8fffdfddfff7a4bbeedf5cb95ce81f"
	"c7fcff1ff4ffffdfe5f7fdcbb7fd79b3fa1fc77bfe07fff905b7b7ffc7fefeff"
	"e0b8370bb0cd3f5b7f2bd93feb4386cfdd6f7fd5bfaf2e9ebffffeecd67adbf7"
	"c67f17efd5d75eba6ffeba7fff47a91eb1bfbb53e8abfb5762abe8ff237279bf"
	"efbfeef5ffc5febfdfe5adffadfee1fb737ffffbfd9f6aeffeee76b6fd8f72ef";

static void makes_the_filter_of_the_specification(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN] = {0};
	char hex[2 * KRPC_BLOOM_LEN + 1];
	struct addr a;

	(void)state;
	for (uint32_t i = 0; i < 256; i++) {
		a = v4(0xc0000200 + i);
		bloom_add(bloom, &a);
	}
	for (uint32_t i = 0; i < 1000; i++) {
		a = v6(i);
		bloom_add(bloom, &a);
	}
	hex_encode(bloom, sizeof bloom, hex);
	assert_string_equal(hex, example_hex);
	/* 1224.9308 */
	assert_int_equal(bloom_estimate(bloom), 1225);
}

static void the_port_is_of_no_matter(void **state)
{
	uint8_t bloom[2][KRPC_BLOOM_LEN] = {{0}};
	struct addr a = v4(1), b = v4(1);

	(void)state;
	b.port = 1;
	bloom_add(bloom[0], &a);
	bloom_add(bloom[1], &b);
	assert_memory_equal(bloom[0], bloom[1], sizeof bloom[0]);
}

static void an_ip_counts_once(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN] = {0};
	struct addr a = v4(77);

	(void)state;
	for (int i = 0; i < 3; i++)
		bloom_add(bloom, &a);
	assert_int_equal(bloom_estimate(bloom), 1);
}

static void an_empty_filter_holds_nothing(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN] = {0};

	(void)state;
	assert_int_equal(bloom_estimate(bloom), 0);
}

static void one_bit_is_one_ip(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN] = {[3] = 0x10};

	(void)state;
	assert_int_equal(bloom_estimate(bloom), 1);
}

static void a_full_filter_gives_the_most_that_can_be_told(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN];

	(void)state;
	memset(bloom, 0xff, sizeof bloom);
	/* log(1 / 2048) / (2 * log(1 - 1 / 2048)) = 7805.7 */
	assert_int_equal(bloom_estimate(bloom), 7806);
	bloom[9] = 0x7f;
	assert_int_equal(bloom_estimate(bloom), 7806);
	bloom[9] = 0x3f;
	/* log(2 / 2048) instead */
	assert_int_equal(bloom_estimate(bloom), 7096);
}

/*
 * n IPs leave clear a share of (1 - 1/2048) ^ 2n of the bits.  The estimate
 * is right when n - 1/2 would leave more clear than there are and n + 1/2
 * would leave fewer.
 */
static void the_estimate_is_the_nearest_number(void **state)
{
	uint8_t bloom[KRPC_BLOOM_LEN] = {0};
	double left = 1.0 - 1.0 / BITS; /* of half an IP; 2 bits each */
	uint32_t n = 0;

	(void)state;
	for (uint32_t set = 1; set < BITS; set++) {
		double clear = (double)(BITS - set) / BITS;

		bloom[(set - 1) / 8] |= (uint8_t)(1u << (set - 1) % 8);
		while (left > clear) {
			left *= (1.0 - 1.0 / BITS) * (1.0 - 1.0 / BITS);
			n++;
		}
		/* One bit is half an IP exactly. */
		if (set > 1)
			assert_int_equal(bloom_estimate(bloom), n);
	}
}

static void the_union_of_filters_counts_the_union_of_sets(void **state)
{
	uint8_t a[KRPC_BLOOM_LEN] = {0}, b[KRPC_BLOOM_LEN] = {0};
	uint32_t estimate;

	(void)state;
	for (uint32_t i = 0; i < 300; i++) {
		struct addr one = v4(0x0a000000 + i);
		struct addr other = v4(0x0a000000 + 200 + i);

		bloom_add(a, &one);
		bloom_add(b, &other);
	}
	for (size_t i = 0; i < sizeof a; i++)
		a[i] |= b[i];
	estimate = bloom_estimate(a);
	assert_in_range(estimate, 475, 525);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_the_filter_of_the_specification),
		cmocka_unit_test(the_port_is_of_no_matter),
		cmocka_unit_test(an_ip_counts_once),
		cmocka_unit_test(an_empty_filter_holds_nothing),
		cmocka_unit_test(one_bit_is_one_ip),
		cmocka_unit_test(a_full_filter_gives_the_most_that_can_be_told),
		cmocka_unit_test(the_estimate_is_the_nearest_number),
		cmocka_unit_test(the_union_of_filters_counts_the_union_of_sets),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
