/*
 * settings_rewrite_test.c - one line of a config file changes, the rest stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/settings.h"
#include "core/settings_rewrite.h"

static void expect(const char *file, const char *key, const char *value,
	const char *wanted)
{
	struct buf out = {0};

	settings_rewrite(span_str(file), key, value, &out);
	buf_add_byte(&out, 0);
	assert_string_equal((const char *)out.p, wanted);
	buf_free(&out);
}

static void a_missing_line_is_added(void **state)
{
	(void)state;
	expect("", "theme", "paper", "theme = paper\n");
	expect("fps 3\n", "theme", "paper", "fps 3\ntheme = paper\n");
	expect("fps 3", "theme", "paper", "fps 3\ntheme = paper\n");
}

static void comments_blanks_and_order_stay(void **state)
{
	(void)state;
	expect("# mine\n\n  theme   =  aurora   # dark\nfps 3\n", "theme",
		"paper", "# mine\n\n  theme   =  paper   # dark\nfps 3\n");
	expect("theme aurora # dark", "theme", "paper", "theme paper # dark");
	expect("theme aurora\r\n", "theme", "paper", "theme paper\r\n");
	expect("theme\n", "theme", "paper", "theme paper\n");
	expect("theme=aurora\n", "theme", "paper", "theme=paper\n");
	expect("theme =\n", "theme", "paper", "theme = paper\n");
}

static void the_last_line_counts(void **state)
{
	(void)state;
	expect("fps 1\nfps 2\n", "fps", "3", "fps 1\nfps 3\n");
}

static void a_commented_line_is_left_alone(void **state)
{
	(void)state;
	expect("#fps 1\n", "fps", "3", "#fps 1\nfps = 3\n");
}

static void longer_names_are_others(void **state)
{
	(void)state;
	expect("max_peers_torrent 9\n", "max_peers", "3",
		"max_peers_torrent 9\nmax_peers = 3\n");
	expect("max-peers 9\n", "max_peers", "3", "max-peers 3\n");
}

static void values_are_quoted_when_they_must(void **state)
{
	(void)state;
	expect("", "download_dir", "/a #b", "download_dir = \"/a #b\"\n");
	expect("download_dir \"/x #y\" # here\n", "download_dir", "/z",
		"download_dir /z # here\n");
	expect("", "download_dir", "", "download_dir = \"\"\n");
}

static void a_line_can_be_taken_out(void **state)
{
	(void)state;
	expect("a\nfps 1\nb\nfps 2\n", "fps", NULL, "a\nb\n");
	expect("a\n", "fps", NULL, "a\n");
}

static void keys_of_several_words(void **state)
{
	(void)state;
	expect("bind list  a add\n", "bind list A", "add",
		"bind list  a add\nbind list A add\n");
	expect("bind  list A remove # why\n", "bind list A", "add",
		"bind  list A add # why\n");
}

/* What is written is what is read. */
static void it_reads_back(void **state)
{
	static const char *const values[] = {
		"/plain", "/with blank", " /lead", "/hash #x", "/e=q"};
	struct settings *s = settings_new();
	struct fault f;
	size_t bad;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		struct buf out = {0};

		settings_rewrite(span_str("fps 2 # x\n"), "download_dir",
			values[i], &out);
		settings_read(s, buf_span(&out), &bad, &f);
		assert_int_equal(bad, 0);
		assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR),
			values[i]);
		buf_free(&out);
	}
	settings_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_line_is_added),
		cmocka_unit_test(comments_blanks_and_order_stay),
		cmocka_unit_test(the_last_line_counts),
		cmocka_unit_test(a_commented_line_is_left_alone),
		cmocka_unit_test(longer_names_are_others),
		cmocka_unit_test(values_are_quoted_when_they_must),
		cmocka_unit_test(a_line_can_be_taken_out),
		cmocka_unit_test(keys_of_several_words),
		cmocka_unit_test(it_reads_back),
	};

	return cmocka_run_group_tests_name("settings_rewrite", tests, NULL,
		NULL);
}
