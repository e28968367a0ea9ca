#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/crc32c.h"

static void checks_the_digits_as_everybody_does(void **state)
{
	(void)state;
	assert_int_equal(crc32c(span_str("123456789")), 0xe3069283);
}

static void agrees_with_the_examples_of_rfc_3720(void **state)
{
	uint8_t in[32];

	(void)state;
	memset(in, 0, sizeof in);
	assert_int_equal(crc32c(span_of(in, sizeof in)), 0x8a9136aa);
	memset(in, 0xff, sizeof in);
	assert_int_equal(crc32c(span_of(in, sizeof in)), 0x62a8ab43);
	for (uint8_t i = 0; i < sizeof in; i++)
		in[i] = i;
	assert_int_equal(crc32c(span_of(in, sizeof in)), 0x46dd794e);
}

static void of_nothing_is_zero(void **state)
{
	(void)state;
	assert_int_equal(crc32c(span_of(NULL, 0)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_the_digits_as_everybody_does),
		cmocka_unit_test(agrees_with_the_examples_of_rfc_3720),
		cmocka_unit_test(of_nothing_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
