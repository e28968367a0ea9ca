#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "proto/infohash.h"

#define HEX1 "0123456789abcdef0123456789abcdef01234567"
#define HEX2 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct infohash parse(const char *text)
{
	struct infohash h;

	assert_int_equal(infohash_parse(span_str(text), &h), ERR_OK);
	return h;
}

static void reads_forty_hex_digits(void **state)
{
	struct infohash h = parse(HEX1);

	(void)state;
	assert_true(h.has_v1 && !h.has_v2);
	assert_int_equal(h.v1[0], 0x01);
	assert_int_equal(h.v1[19], 0x67);
}

static void reads_sixty_four_hex_digits(void **state)
{
	struct infohash h = parse(HEX2);

	(void)state;
	assert_true(h.has_v2 && !h.has_v1);
	assert_int_equal(h.v2[31], 0xff);
}

static void reads_base32_of_either_case(void **state)
{
	struct infohash upper = parse("AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH");
	struct infohash lower = parse("aerukz4jvpg66ajdivtytk6n54asgrlh");
	struct infohash hex = parse(HEX1);

	(void)state;
	assert_true(infohash_same(&upper, &hex));
	assert_true(infohash_same(&lower, &hex));
}

static void refuses_other_lengths_and_letters(void **state)
{
	static const char *const bad[] = {"", "0", HEX1 "0", HEX2 "0",
		"g123456789abcdef0123456789abcdef01234567",
		"1ERUKZ4JVPG66AJDIVTYTK6N54ASGRLH",
		"0123456789abcdef0123456789abcdef0123456"};
	struct infohash h;

	(void)state;
	memset(&h, 0x5a, sizeof h);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(infohash_parse(span_str(bad[i]), &h),
			ERR_SYNTAX);
	assert_int_equal(h.v1[0], 0x5a);
}

static void is_known_on_wires_by_v1_or_the_start_of_v2(void **state)
{
	struct infohash h = parse(HEX2);
	struct infohash v1 = parse(HEX1);
	uint8_t wire[20];

	(void)state;
	infohash_wire(&h, wire);
	assert_memory_equal(wire, h.v2, 20);
	h.has_v1 = true;
	memcpy(h.v1, v1.v1, 20);
	infohash_wire(&h, wire);
	assert_memory_equal(wire, v1.v1, 20);
}

static void writes_hex_of_v1_or_else_of_v2(void **state)
{
	struct infohash h = parse(HEX2);
	char hex[INFOHASH_HEX_MAX];

	(void)state;
	infohash_hex(&h, hex);
	assert_string_equal(hex, HEX2);
	h = parse(HEX1);
	infohash_hex(&h, hex);
	assert_string_equal(hex, HEX1);
}

static void compares_only_hashes_that_both_have(void **state)
{
	struct infohash v1 = parse(HEX1), v2 = parse(HEX2);
	struct infohash both = v1, none = {0};

	(void)state;
	both.has_v2 = true;
	memcpy(both.v2, v2.v2, sizeof both.v2);
	assert_false(infohash_same(&v1, &v2));
	assert_true(infohash_same(&both, &v1));
	assert_true(infohash_same(&v2, &both));
	assert_false(infohash_same(&none, &none));
	both.v1[0] ^= 1;
	assert_false(infohash_same(&both, &v1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_forty_hex_digits),
		cmocka_unit_test(reads_sixty_four_hex_digits),
		cmocka_unit_test(reads_base32_of_either_case),
		cmocka_unit_test(refuses_other_lengths_and_letters),
		cmocka_unit_test(is_known_on_wires_by_v1_or_the_start_of_v2),
		cmocka_unit_test(writes_hex_of_v1_or_else_of_v2),
		cmocka_unit_test(compares_only_hashes_that_both_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
