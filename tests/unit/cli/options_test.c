#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "cli/options.h"

enum {
	DIR = 1,
	QUIET,
	VERBOSE,
	HIDDEN,
};

static const struct option_def defs[] = {
	{DIR, 'd', "dir", "DIR",
		"where things go, in as many words as it takes "
		"to fill more than one line of the help"},
	{QUIET, 'q', "quiet", NULL, "say nothing"},
	{HIDDEN, 0, "hidden", NULL, NULL},
};
static const struct option_def more_defs[] = {
	{VERBOSE, 'v', "verbose-beyond-the-column", "LEVEL", "say more"},
};
static const struct option_set first = OPTION_SET("options", defs);
static const struct option_set second = OPTION_SET("more", more_defs);
static const struct option_set *const sets[] = {&first, &second};

/* Reads a vector that ends with NULL. */
static struct option_reader begin(const char *const *argv)
{
	struct option_reader r;
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = argv};
	int n = 0;

	while (argv[n])
		n++;
	options_begin(&r, sets, 2, n, args.out);
	return r;
}

static void expect(struct option_reader *r, int id, const char *value)
{
	struct option_hit hit;
	struct fault f = {0};

	assert_int_equal(options_next(r, &hit, &f), OPTION_FOUND);
	assert_int_equal(hit.def->id, id);
	if (value)
		assert_string_equal(hit.value, value);
	else
		assert_null(hit.value);
}

static void expect_operand(struct option_reader *r, const char *value)
{
	struct option_hit hit;
	struct fault f = {0};

	assert_int_equal(options_next(r, &hit, &f), OPTION_OPERAND);
	assert_string_equal(hit.value, value);
}

static void expect_end(struct option_reader *r)
{
	struct option_hit hit;
	struct fault f = {0};

	assert_int_equal(options_next(r, &hit, &f), OPTION_END);
}

static void expect_wrong(const char *const *argv, const char *text)
{
	struct option_reader r = begin(argv);
	struct option_hit hit;
	struct fault f = {0};

	assert_int_equal(options_next(&r, &hit, &f), OPTION_WRONG);
	assert_string_equal(f.what, text);
}

static void reads_every_form_of_a_value(void **state)
{
	static const char *const argv[] = {
		"x", "--dir", "a", "--dir=b", "-d", "c", "-dd", "--dir=", NULL};
	struct option_reader r = begin(argv);

	(void)state;
	expect(&r, DIR, "a");
	expect(&r, DIR, "b");
	expect(&r, DIR, "c");
	expect(&r, DIR, "d");
	expect(&r, DIR, "");
	expect_end(&r);
}

static void reads_a_cluster_of_letters(void **state)
{
	static const char *const argv[] = {"x", "-qqv3", "-qd", "e", NULL};
	struct option_reader r = begin(argv);

	(void)state;
	expect(&r, QUIET, NULL);
	expect(&r, QUIET, NULL);
	expect(&r, VERBOSE, "3");
	expect(&r, QUIET, NULL);
	expect(&r, DIR, "e");
	expect_end(&r);
}

static void mixes_operands_and_options(void **state)
{
	static const char *const argv[] = {
		"x", "one", "-q", "-", "two", "--", "-q", "--dir", NULL};
	struct option_reader r = begin(argv);

	(void)state;
	expect_operand(&r, "one");
	expect(&r, QUIET, NULL);
	expect_operand(&r, "-");
	expect_operand(&r, "two");
	expect_operand(&r, "-q");
	expect_operand(&r, "--dir");
	expect_end(&r);
}

static void takes_an_option_like_text_as_a_value(void **state)
{
	static const char *const argv[] = {"x", "--dir", "--quiet", NULL};
	struct option_reader r = begin(argv);

	(void)state;
	expect(&r, DIR, "--quiet");
	expect_end(&r);
}

static void names_what_is_wrong(void **state)
{
	(void)state;
	expect_wrong((const char *[]){"x", "--nope=3", NULL},
		"there is no option --nope");
	expect_wrong((const char *[]){"x", "--di", "a", NULL},
		"there is no option --di");
	expect_wrong((const char *[]){"x", "-z", NULL},
		"there is no option -z");
	expect_wrong((const char *[]){"x", "--dir", NULL},
		"--dir needs a value");
	expect_wrong((const char *[]){"x", "-d", NULL}, "-d needs a value");
	expect_wrong((const char *[]){"x", "--quiet=1", NULL},
		"--quiet takes no value");
}

static void cleans_what_it_repeats(void **state)
{
	(void)state;
	expect_wrong((const char *[]){"x", "--a\033[2Jb", NULL},
		"there is no option --a.[2Jb");
}

static void reads_hidden_options_and_shows_them_not(void **state)
{
	static const char *const argv[] = {"x", "--hidden", NULL};
	struct option_reader r = begin(argv);
	struct buf out = {0};

	(void)state;
	expect(&r, HIDDEN, NULL);
	options_help(sets, 2, &out);
	buf_add_byte(&out, 0);
	assert_null(strstr((const char *)out.p, "hidden"));
	assert_non_null(strstr((const char *)out.p, "-q, --quiet"));
	buf_free(&out);
}

static void help_fits_eighty_columns(void **state)
{
	struct buf out = {0};
	size_t begin_at = 0;

	(void)state;
	options_help(sets, 2, &out);
	for (size_t i = 0; i < out.len; i++) {
		if (out.p[i] != '\n')
			continue;
		assert_true(i - begin_at < 80);
		begin_at = i + 1;
	}
	assert_int_equal(begin_at, out.len);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form_of_a_value),
		cmocka_unit_test(reads_a_cluster_of_letters),
		cmocka_unit_test(mixes_operands_and_options),
		cmocka_unit_test(takes_an_option_like_text_as_a_value),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(cleans_what_it_repeats),
		cmocka_unit_test(reads_hidden_options_and_shows_them_not),
		cmocka_unit_test(help_fits_eighty_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
