#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "ui/file_filter.h"

#define MIB (1024ull * 1024)

static bool lets(const char *text, const struct file_row *row)
{
	struct file_filter f;

	file_filter_parse(&f, text);
	return file_filter_matches(&f, row);
}

static const struct file_row film = {
	"Film/Extras/Making Of.MKV", 300 * MIB, 300 * MIB, 0, 300, 4, false};
static const struct file_row text = {
	"Film/read [me].txt", 12, 0, 300, 301, 0, false};

static void words_are_looked_for_in_the_path(void **state)
{
	(void)state;
	assert_true(lets("", &film));
	assert_true(lets("   ", &film));
	assert_true(lets("extras", &film));
	assert_true(lets("film MAKING", &film));
	assert_false(lets("film me", &film));
	assert_true(lets("[me]", &text));
	assert_true(lets("-extras", &text));
	assert_false(lets("-extras", &film));
	assert_true(lets("-", &film));
}

static void globs_match_a_name_or_a_path(void **state)
{
	(void)state;
	assert_true(lets("*.mkv", &film));
	assert_false(lets("*.mkv", &text));
	assert_true(lets("-*.mkv", &text));
	assert_false(lets("Film*", &film));
	assert_true(lets("Film/*", &film));
	assert_true(lets("*/Extras/*", &film));
	assert_false(lets("Extras/*", &film));
	assert_true(lets("read*[me].t?t", &text));
}

static void stars_and_question_marks(void **state)
{
	static const struct {
		const char *glob, *text;
		bool matches;
	} t[] = {
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "anything/at all", true},
		{"?", "", false},
		{"?", "a", true},
		{"?", "ü", true},
		{"??", "ü", false},
		{"a*b*c", "aXbXbc", true},
		{"a*b*c", "aXbXbd", false},
		{"*aab", "aaaaaab", true},
		{"***a", "bbba", true},
		{"a*", "b", false},
		{"ABC", "abc", true},
		{"*.srt", "e.SRT.bak", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof t[0]; i++)
		if (glob_matches(t[i].glob, t[i].text) != t[i].matches)
			fail_msg("%s on %s", t[i].glob, t[i].text);
}

static void many_stars_take_no_longer_than_the_product(void **state)
{
	char name[256], glob[128];

	(void)state;
	memset(name, 'a', 255);
	name[255] = '\0';
	for (size_t i = 0; i < 126; i += 2)
		memcpy(glob + i, "*a", 2);
	memcpy(glob + 126, "b", 2);
	/* Trying all stars again would never end. */
	assert_false(glob_matches(glob, name));
}

static void sizes_and_shares_are_compared(void **state)
{
	(void)state;
	assert_true(lets("size>100M", &film));
	assert_false(lets("size>100M", &text));
	assert_true(lets("size<1k", &text));
	assert_true(lets("size=300M", &film));
	assert_true(lets("size=12", &text));
	assert_true(lets("-size>1G", &film));
	assert_true(lets("done=100", &film));
	assert_true(lets("done<1", &text));
	assert_false(lets("done>99.9", &text));
}

static void states_are_named(void **state)
{
	(void)state;
	assert_true(lets("is:skip", &text));
	assert_false(lets("is:want", &text));
	assert_true(lets("is:normal is:done", &film));
	assert_true(lets("-is:high", &film));
	assert_false(lets("is:low", &film));
}

static void half_a_word_hides_nothing(void **state)
{
	static const char *const halves[] = {
		"size>", "size>x", "done<", "done<101", "is:", "is:no", "-"};

	(void)state;
	for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
		assert_true(lets(halves[i], &film));
}

static void an_empty_file_is_done(void **state)
{
	struct file_row empty = {"a", 0, 0, 0, 0, 4, false};

	(void)state;
	assert_true(lets("is:done done=100", &empty));
}

static void no_line_is_too_long(void **state)
{
	char line[600];
	struct file_filter f;

	(void)state;
	memset(line, 'x', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	assert_false(lets(line, &film));
	for (size_t i = 1; i < sizeof line - 1; i += 2)
		line[i] = ' ';
	file_filter_parse(&f, line);
	assert_int_equal(f.n, FILE_FILTER_TERMS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_looked_for_in_the_path),
		cmocka_unit_test(globs_match_a_name_or_a_path),
		cmocka_unit_test(stars_and_question_marks),
		cmocka_unit_test(many_stars_take_no_longer_than_the_product),
		cmocka_unit_test(sizes_and_shares_are_compared),
		cmocka_unit_test(states_are_named),
		cmocka_unit_test(half_a_word_hides_nothing),
		cmocka_unit_test(an_empty_file_is_done),
		cmocka_unit_test(no_line_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
