#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "base/rng.h"
#include "dht/ip_counts.h"

#define IPS 300u
#define LIMIT 5u

static const uint8_t key[16] = {9, 8, 7};

static struct addr nth(uint32_t i)
{
	return addr_v4(20, 1, (uint8_t)(i >> 8), (uint8_t)i, (uint16_t)i);
}

/* 2001:db8:0:net::host */
static struct addr v6(uint8_t net, uint8_t host)
{
	const uint8_t ip[16] = {0x20, 0x01, 0x0d, 0xb8, [7] = net, [15] = host};

	return addr_from_ip(span_of(ip, sizeof ip), 1);
}

static void counts_up_to_the_limit(void **state)
{
	struct ip_counts c;
	struct addr a = nth(1);

	(void)state;
	ip_counts_init(&c, key);
	assert_int_equal(ip_counts_get(&c, &a), 0);
	for (unsigned i = 0; i < LIMIT; i++)
		assert_true(ip_counts_add(&c, &a, LIMIT));
	assert_false(ip_counts_add(&c, &a, LIMIT));
	assert_int_equal(ip_counts_get(&c, &a), LIMIT);
	ip_counts_remove(&c, &a);
	assert_true(ip_counts_add(&c, &a, LIMIT));
	ip_counts_fini(&c);
}

static void the_largest_limit_does_not_spill_over(void **state)
{
	struct ip_counts c;
	struct addr a = nth(1);

	(void)state;
	ip_counts_init(&c, key);
	for (unsigned i = 0; i < IP_COUNTS_LIMIT_MAX; i++)
		assert_true(ip_counts_add(&c, &a, IP_COUNTS_LIMIT_MAX));
	assert_false(ip_counts_add(&c, &a, IP_COUNTS_LIMIT_MAX));
	assert_int_equal(ip_counts_get(&c, &a), IP_COUNTS_LIMIT_MAX);
	ip_counts_fini(&c);
}

static void ports_of_one_ip_are_counted_together(void **state)
{
	struct ip_counts c;
	struct addr a = nth(1);

	(void)state;
	ip_counts_init(&c, key);
	assert_true(ip_counts_add(&c, &a, LIMIT));
	a.port++;
	assert_int_equal(ip_counts_get(&c, &a), 1);
	ip_counts_fini(&c);
}

static void a_network_of_64_bits_is_one_ip(void **state)
{
	struct ip_counts c;
	struct addr a = v6(1, 1), neighbour = v6(1, 2), other = v6(2, 1);

	(void)state;
	ip_counts_init(&c, key);
	assert_true(ip_counts_add(&c, &a, LIMIT));
	assert_int_equal(ip_counts_get(&c, &neighbour), 1);
	assert_int_equal(ip_counts_get(&c, &other), 0);
	ip_counts_fini(&c);
}

static void costs_nothing_before_the_first_and_little_after(void **state)
{
	struct ip_counts c;

	(void)state;
	ip_counts_init(&c, key);
	assert_null(c.cells);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = nth(i);

		assert_true(ip_counts_add(&c, &a, LIMIT));
	}
	assert_true(c.cap <= 2048);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr a = nth(i);

		ip_counts_remove(&c, &a);
	}
	assert_int_equal(c.n, 0);
	assert_true(c.cap <= 16);
	ip_counts_fini(&c);
}

/* Beside a plain array; crowded enough for long runs and for resizing. */
static void agrees_with_a_plain_array(void **state)
{
	uint8_t model[IPS] = {0};
	struct ip_counts c;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 11);
	ip_counts_init(&c, key);
	for (uint32_t step = 0; step < 60000; step++) {
		uint32_t i = (uint32_t)rng_below(&rng, IPS);
		struct addr a = nth(i);
		bool filling = step / 3000 % 2 == 0;

		if (rng_below(&rng, 4) < (filling ? 3u : 1u)) {
			bool room = model[i] < LIMIT;

			assert_int_equal(ip_counts_add(&c, &a, LIMIT), room);
			model[i] = (uint8_t)(model[i] + room);
		} else if (model[i]) {
			ip_counts_remove(&c, &a);
			model[i]--;
		}
		i = (uint32_t)rng_below(&rng, IPS);
		a = nth(i);
		assert_int_equal(ip_counts_get(&c, &a), model[i]);
	}
	for (uint32_t i = 0; i < IPS; i++) {
		struct addr a = nth(i);

		assert_int_equal(ip_counts_get(&c, &a), model[i]);
	}
	ip_counts_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_up_to_the_limit),
		cmocka_unit_test(the_largest_limit_does_not_spill_over),
		cmocka_unit_test(ports_of_one_ip_are_counted_together),
		cmocka_unit_test(a_network_of_64_bits_is_one_ip),
		cmocka_unit_test(
			costs_nothing_before_the_first_and_little_after),
		cmocka_unit_test(agrees_with_a_plain_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
