#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "cli/json_out.h"

static void expect(struct json *j, const char *want)
{
	assert_int_equal(j->depth, 0);
	assert_int_equal(j->out.len, strlen(want));
	assert_memory_equal(j->out.p, want, strlen(want));
	json_fini(j);
}

static void writes_nested_values_with_commas(void **state)
{
	struct json j;

	(void)state;
	json_init(&j);
	json_object(&j, NULL);
	json_str(&j, "a", "x");
	json_array(&j, "b");
	json_uint(&j, NULL, UINT64_MAX);
	json_int(&j, NULL, INT64_MIN);
	json_object(&j, NULL);
	json_end_object(&j);
	json_array(&j, NULL);
	json_end_array(&j);
	json_end_array(&j);
	json_bool(&j, "c", true);
	json_bool(&j, "d", false);
	json_null(&j, "e");
	json_str(&j, "f", NULL);
	json_end_object(&j);
	expect(&j, "{\"a\":\"x\",\"b\":[18446744073709551615,"
		   "-9223372036854775808,{},[]],\"c\":true,\"d\":false,"
		   "\"e\":null,\"f\":null}");
}

static void escapes_what_json_and_terminals_must_not_see(void **state)
{
	struct json j;

	(void)state;
	json_init(&j);
	json_text(&j, NULL,
		span_of("\"\\\n\t\0\x1b\x7f\xc2\x9b\xe2\x80\xa8", 12));
	expect(&j, "\"\\\"\\\\\\n\\t\\u0000\\u001b\\u007f\\u009b\\u2028\"");
}

static void keeps_text_and_replaces_what_is_none(void **state)
{
	struct json j;

	(void)state;
	json_init(&j);
	json_text(&j, NULL, span_str("h\xc3\xa4 \xf0\x9f\x98\x80 \xff\xc3("));
	expect(&j, "\"h\xc3\xa4 \xf0\x9f\x98\x80 \xef\xbf\xbd\xef\xbf\xbd(\"");
}

static void escapes_keys_too(void **state)
{
	struct json j;

	(void)state;
	json_init(&j);
	json_object(&j, NULL);
	json_str(&j, "a\"b", "");
	json_end_object(&j);
	expect(&j, "{\"a\\\"b\":\"\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_nested_values_with_commas),
		cmocka_unit_test(escapes_what_json_and_terminals_must_not_see),
		cmocka_unit_test(keeps_text_and_replaces_what_is_none),
		cmocka_unit_test(escapes_keys_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
