#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "cli/values.h"

static void reads_whole_numbers_in_their_range(void **state)
{
	struct fault f = {0};
	uint64_t v = 7;

	(void)state;
	assert_int_equal(values_uint("42", 0, 100, &v, &f), ERR_OK);
	assert_int_equal(v, 42);
	assert_int_equal(values_uint("101", 0, 100, &v, &f), ERR_RANGE);
	assert_string_equal(f.what, "a number from 0 to 100 is needed");
	assert_int_equal(values_uint("18446744073709551616", 0, UINT64_MAX, &v,
				 &f),
		ERR_RANGE);
	assert_int_equal(values_uint("", 0, 9, &v, &f), ERR_SYNTAX);
	assert_int_equal(values_uint("-1", 0, 9, &v, &f), ERR_SYNTAX);
	assert_int_equal(values_uint("1 ", 0, 9, &v, &f), ERR_SYNTAX);
	assert_int_equal(v, 42);
}

static void reads_ports(void **state)
{
	struct fault f = {0};
	uint16_t port = 1;

	(void)state;
	assert_int_equal(values_port("65535", &port, &f), ERR_OK);
	assert_int_equal(port, 65535);
	assert_int_equal(values_port("0", &port, &f), ERR_OK);
	assert_int_equal(values_port("65536", &port, &f), ERR_RANGE);
}

static void reads_thousandths(void **state)
{
	static const struct {
		const char *text;
		uint64_t milli;
	} good[] = {{"1.5", 1500}, {"2", 2000}, {".25", 250}, {"3.", 3000},
		{"0.0019", 1}};
	static const char *const bad[] = {"", ".", "1.x", "-1", "1e3"};
	struct fault f = {0};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(values_milli(good[i].text, &v, &f), ERR_OK);
		assert_int_equal(v, good[i].milli);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(values_milli(bad[i], &v, &f), ERR_SYNTAX);
	assert_int_equal(values_milli("99999999999999999999", &v, &f),
		ERR_RANGE);
}

static void sorts_bind_addresses_by_family(void **state)
{
	struct addr slots[2] = {{0}};
	struct fault f = {0};

	(void)state;
	assert_int_equal(values_bind("::1", slots, &f), ERR_OK);
	assert_int_equal(slots[1].family, ADDR_V6);
	assert_int_equal(values_bind("127.0.0.1", slots, &f), ERR_OK);
	assert_int_equal(slots[0].family, ADDR_V4);
	assert_int_equal(values_bind("127.0.0.2", slots, &f), ERR_EXISTS);
	assert_int_equal(values_bind("localhost", slots, &f), ERR_SYNTAX);
}

static void demands_a_host_and_a_port(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(values_host_port("example.org:80", &f), ERR_OK);
	assert_int_equal(values_host_port("[::1]:80", &f), ERR_OK);
	assert_int_equal(values_host_port("1.2.3.4", &f), ERR_SYNTAX);
	assert_int_equal(values_host_port("a:0", &f), ERR_SYNTAX);
	assert_int_equal(values_host_port("a b:1", &f), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_numbers_in_their_range),
		cmocka_unit_test(reads_ports),
		cmocka_unit_test(reads_thousandths),
		cmocka_unit_test(sorts_bind_addresses_by_family),
		cmocka_unit_test(demands_a_host_and_a_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
