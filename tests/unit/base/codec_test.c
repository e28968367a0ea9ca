#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/codec.h"

static void writes_lower_case_hex(void **state)
{
	static const uint8_t in[] = {0x00, 0x9f, 0xab};
	char out[7];

	(void)state;
	hex_encode(in, sizeof in, out);
	assert_string_equal(out, "009fab");
	hex_encode(NULL, 0, out);
	assert_string_equal(out, "");
}

static void reads_hex_of_either_case(void **state)
{
	static const uint8_t want[] = {0xab, 0xcd, 0xef, 0x09};
	uint8_t out[4];

	(void)state;
	assert_int_equal(hex_decode(span_str("abCDeF09"), out, 4), ERR_OK);
	assert_memory_equal(out, want, 4);
	assert_int_equal(hex_decode(span_str(""), out, 0), ERR_OK);
}

static void refuses_hex_of_the_wrong_length(void **state)
{
	uint8_t out[4];

	(void)state;
	assert_int_equal(hex_decode(span_str("abc"), out, 1), ERR_SYNTAX);
	assert_int_equal(hex_decode(span_str("abcd"), out, 1), ERR_SYNTAX);
	assert_int_equal(hex_decode(span_str("abcd"), out, 3), ERR_SYNTAX);
	assert_int_equal(hex_decode(span_str(""), out, 1), ERR_SYNTAX);
}

static void refuses_what_is_no_hex_digit(void **state)
{
	static const char *const bad[] = {
		"0g", "g0", "0G", "/0", ":0", "@0", "`0", " 0", "\xb1z"};
	uint8_t out[1];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(hex_decode(span_str(bad[i]), out, 1),
			ERR_SYNTAX);
}

/* The vectors of RFC 4648, section 10, without their padding. */
static void reads_base32_of_either_case(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
		{"", ""},
		{"MY", "f"},
		{"MZXQ", "fo"},
		{"MZXW6", "foo"},
		{"MZXW6YQ", "foob"},
		{"MZXW6YTB", "fooba"},
		{"MZXW6YTBOI", "foobar"},
		{"mzxw6ytboi", "foobar"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t out[8];
		size_t n = strlen(rows[i].plain);

		assert_int_equal(base32_decode(span_str(rows[i].text), out, n),
			ERR_OK);
		assert_memory_equal(out, rows[i].plain, n);
	}
}

static void reads_an_info_hash_in_base32(void **state)
{
	uint8_t out[20];
	uint8_t want[20];

	(void)state;
	memset(want, 0xff, sizeof want);
	assert_int_equal(base32_decode(span_str("777777777777777777777777777777"
						"77"),
				 out, 20),
		ERR_OK);
	assert_memory_equal(out, want, 20);
}

static void refuses_broken_base32(void **state)
{
	static const char *const bad[] = {"MZXW0", "MZXW1", "MZXW8",
		"MZXW=", "MZXW ", "MZXW{", "MZXW[", "MZX", "MZXW", "MZXW66",
		"MZXW7"};
	uint8_t out[3];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(base32_decode(span_str(bad[i]), out, 3),
			ERR_SYNTAX);
}

static void writes_base64_with_padding(void **state)
{
	static const struct {
		const char *plain, *text;
	} rows[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xbf", "+/+/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out = {0};

		base64_encode(span_str(rows[i].plain), &out);
		assert_true(span_is(buf_span(&out), rows[i].text));
		buf_free(&out);
	}
}

static void escapes_all_but_unreserved_characters(void **state)
{
	static const uint8_t in[] = {'a', 'Z', '0', '-', '.', '_', '~', '/',
		' ', '+', '%', 0x00, 0xff};
	struct buf out = {0};

	(void)state;
	percent_encode(span_of(in, sizeof in), &out);
	assert_true(span_is(buf_span(&out), "aZ0-._~%2F%20%2B%25%00%FF"));
	buf_free(&out);
}

static void unescapes_what_it_escaped(void **state)
{
	uint8_t in[256];
	struct buf coded = {0};
	struct buf plain = {0};

	(void)state;
	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (uint8_t)i;
	percent_encode(span_of(in, sizeof in), &coded);
	percent_decode(buf_span(&coded), &plain);
	assert_true(span_equal(buf_span(&plain), span_of(in, sizeof in)));
	buf_free(&coded);
	buf_free(&plain);
}

static void keeps_broken_escapes_as_they_stand(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"%", "%"},
		{"%4", "%4"},
		{"a%4", "a%4"},
		{"%4g", "%4g"},
		{"%g4", "%g4"},
		{"%%41", "%A"},
		{"%41%", "A%"},
		{"%2541", "%41"},
		{"%e2%82%AC", "\xe2\x82\xac"},
		{"a+b", "a+b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out = {0};

		percent_decode(span_str(rows[i].in), &out);
		assert_true(span_is(buf_span(&out), rows[i].out));
		buf_free(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_lower_case_hex),
		cmocka_unit_test(reads_hex_of_either_case),
		cmocka_unit_test(refuses_hex_of_the_wrong_length),
		cmocka_unit_test(refuses_what_is_no_hex_digit),
		cmocka_unit_test(reads_base32_of_either_case),
		cmocka_unit_test(reads_an_info_hash_in_base32),
		cmocka_unit_test(refuses_broken_base32),
		cmocka_unit_test(writes_base64_with_padding),
		cmocka_unit_test(escapes_all_but_unreserved_characters),
		cmocka_unit_test(unescapes_what_it_escaped),
		cmocka_unit_test(keeps_broken_escapes_as_they_stand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
