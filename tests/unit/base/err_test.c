#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "base/err.h"

static void has_a_text_of_its_own_for_every_code(void **state)
{
	(void)state;
	for (int a = ERR_OK; a <= ERR_UNSUPPORTED; a++) {
		const char *text = err_str((enum err)a);

		assert_string_not_equal(text, "unknown error");
		assert_true(text[strlen(text) - 1] != '.');
		for (int b = ERR_OK; b < a; b++)
			assert_string_not_equal(text, err_str((enum err)b));
	}
}

static void names_a_code_that_is_none(void **state)
{
	(void)state;
	assert_string_equal(err_str((enum err)9999), "unknown error");
}

static void fills_a_fault_and_returns_its_code(void **state)
{
	struct fault f = {0};

	(void)state;
	assert_int_equal(fault_set(&f, ERR_DISK, 28, "%s is %s", "disk",
				 "full"),
		ERR_DISK);
	assert_int_equal(f.code, ERR_DISK);
	assert_int_equal(f.os, 28);
	assert_string_equal(f.what, "disk is full");
}

static void takes_no_fault_for_an_answer(void **state)
{
	(void)state;
	assert_int_equal(fault_set(NULL, ERR_NET, 1, "x"), ERR_NET);
}

static void cuts_a_long_text_with_a_nul(void **state)
{
	struct fault f;
	char text[2 * FAULT_TEXT_MAX];

	(void)state;
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_int_equal(fault_set(&f, ERR_LIMIT, 0, "%s", text), ERR_LIMIT);
	assert_int_equal(strlen(f.what), FAULT_TEXT_MAX - 1);
}

static void a_fault_can_quote_itself(void **state)
{
	struct fault f = {0};

	(void)state;
	(void)fault_set(&f, ERR_DISK, 2, "not found");
	(void)fault_set(&f, ERR_DISK, f.os, "resume file: %s", f.what);
	assert_string_equal(f.what, "resume file: not found");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_text_of_its_own_for_every_code),
		cmocka_unit_test(names_a_code_that_is_none),
		cmocka_unit_test(fills_a_fault_and_returns_its_code),
		cmocka_unit_test(takes_no_fault_for_an_answer),
		cmocka_unit_test(cuts_a_long_text_with_a_nul),
		cmocka_unit_test(a_fault_can_quote_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
