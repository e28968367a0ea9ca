/*
 * settings_test.c - the table of settings and the config file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings.h"

static void every_row_of_the_table_is_filled(void **state)
{
	const struct setting_info *t = settings_table();

	(void)state;
	for (size_t i = 0; i < SETTINGS_COUNT; i++) {
		assert_non_null(t[i].name);
		assert_non_null(t[i].help);
		assert_non_null(t[i].fallback);
		assert_int_equal(t[i].help[strlen(t[i].help) - 1], '.');
		assert_int_equal(t[i].type == SETTING_CHOICE,
			t[i].choices != NULL);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(t[i].name, t[k].name);
		if (t[i].type == SETTING_INT || t[i].type == SETTING_RATE ||
			t[i].type == SETTING_SIZE)
			assert_true(t[i].min < t[i].max);
	}
}

static void finds_a_row_by_either_spelling(void **state)
{
	(void)state;
	assert_ptr_equal(settings_find("down_limit"),
		&settings_table()[SET_DOWN_LIMIT]);
	assert_ptr_equal(settings_find("down-limit"),
		settings_find("down_limit"));
	assert_null(settings_find("down"));
	assert_null(settings_find(""));
	assert_int_equal(settings_find("encryption")->when, SETTING_LATER);
	assert_int_equal(settings_find("port")->when, SETTING_AT_START);
	assert_int_equal(settings_find("theme")->when, SETTING_LIVE);
}

static void begins_with_the_defaults(void **state)
{
	struct settings *s = settings_new();

	(void)state;
	assert_int_equal(settings_int(s, SET_PORT), 6881);
	assert_int_equal(settings_int(s, SET_DOWN_LIMIT), 0);
	assert_int_equal(settings_int(s, SET_BLOCK_MEMORY), 64 << 20);
	assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR), "");
	assert_string_equal(settings_text(s, SET_ENCRYPTION), "prefer");
	assert_string_equal(settings_text(s, SET_THEME), "aurora");
	assert_true(settings_bool(s, SET_DHT));
	assert_int_equal(settings_int(s, SET_FPS), 5);
	settings_free(s);
}

static void sets_values_of_every_type(void **state)
{
	struct settings *s = settings_new();
	struct fault f = {0};

	(void)state;
	assert_int_equal(settings_set(s, "dht", "off", &f), ERR_OK);
	assert_false(settings_bool(s, SET_DHT));
	assert_string_equal(settings_text(s, SET_DHT), "off");
	assert_int_equal(settings_set(s, "port", "0", &f), ERR_OK);
	assert_int_equal(settings_int(s, SET_PORT), 0);
	assert_int_equal(settings_set(s, "down-limit", "1.5M", &f), ERR_OK);
	assert_int_equal(settings_int(s, SET_DOWN_LIMIT), 3 << 19);
	assert_string_equal(settings_text(s, SET_DOWN_LIMIT), "1536k");
	assert_int_equal(settings_set(s, "units", "SI", &f), ERR_OK);
	assert_int_equal(settings_int(s, SET_UNITS), 1);
	assert_string_equal(settings_text(s, SET_UNITS), "si");
	assert_int_equal(settings_set(s, "download_dir", "/a b/ü", &f), ERR_OK);
	assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR), "/a b/ü");
	settings_free(s);
}

static void what_is_printed_can_be_set_again(void **state)
{
	static const char *const values[] = {
		"0", "1", "1023", "1024", "5M", "64G", "999999999", "1.5k"};
	struct settings *s = settings_new(), *t = settings_new();

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		assert_int_equal(settings_set(s, "up_limit", values[i], NULL),
			ERR_OK);
		for (size_t k = 0; k < SETTINGS_COUNT; k++)
			assert_int_equal(settings_set(t,
						 settings_table()[k].name,
						 settings_text(s,
							 (enum setting_id)k),
						 NULL),
				ERR_OK);
		assert_int_equal(settings_int(s, SET_UP_LIMIT),
			settings_int(t, SET_UP_LIMIT));
	}
	settings_free(s);
	settings_free(t);
}

static void refuses_what_is_not_legal_and_says_what_is(void **state)
{
	static const struct {
		const char *name, *value;
		enum err err;
		const char *says;
	} bad[] = {
		{"dht", "maybe", ERR_SYNTAX, "on or off"},
		{"port", "65536", ERR_RANGE, "0 to 65535"},
		{"port", "-1", ERR_SYNTAX, "0 to 65535"},
		{"port", "80x", ERR_SYNTAX, "0 to 65535"},
		{"port", "", ERR_SYNTAX, "0 to 65535"},
		{"port", "99999999999999999999", ERR_RANGE, "0 to 65535"},
		{"block_memory", "1M", ERR_RANGE, "4M to 64G"},
		{"down_limit", "fast", ERR_SYNTAX, "500k"},
		{"down_limit", "9999999T", ERR_RANGE, "500k"},
		{"encryption", "preferred", ERR_SYNTAX, "off, prefer, require"},
		{"encryption", "off|prefer", ERR_SYNTAX, "off, prefer"},
		{"download_dir", "a\x1b[31m", ERR_SYNTAX, "line of text"},
		{"download_dir", "\xff", ERR_SYNTAX, "line of text"},
		{"nonsense", "1", ERR_NOENT, "nonsense"},
		{"", "1", ERR_NOENT, "no setting"},
		{"dht_", "1", ERR_NOENT, "dht_"},
	};
	struct settings *s = settings_new();
	uint64_t version = settings_version(s);

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct fault f = {0};

		assert_int_equal(settings_set(s, bad[i].name, bad[i].value, &f),
			bad[i].err);
		assert_int_equal(f.code, bad[i].err);
		assert_non_null(strstr(f.what, bad[i].says));
		assert_null(strchr(f.what, '\x1b'));
	}
	assert_int_equal(settings_set(s, "dht", "x", NULL), ERR_SYNTAX);
	assert_int_equal(settings_version(s), version);
	settings_free(s);
}

static void the_version_grows_with_changes_only(void **state)
{
	struct settings *s = settings_new();
	uint64_t version = settings_version(s);

	(void)state;
	assert_int_equal(settings_set(s, "port", "6881", NULL), ERR_OK);
	assert_int_equal(settings_set(s, "dht", "yes", NULL), ERR_OK);
	assert_int_equal(settings_version(s), version);
	assert_int_equal(settings_set(s, "port", "1", NULL), ERR_OK);
	assert_true(settings_version(s) > version);
	settings_free(s);
}

static void reads_sizes_in_all_their_forms(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{"0", 0},
		{"none", 0},
		{"None", 0},
		{"17", 17},
		{"17B", 17},
		{"500k", 512000},
		{"500K", 512000},
		{"500 KiB/s", 512000},
		{"1.5M", 1572864},
		{"2MiB", 2097152},
		{"0.5G", 1u << 29},
		{"1t", UINT64_C(1) << 40},
		{"2kB", 2000},
		{"3MB/s", 3000000},
		{"10mbit", 1250000},
		{"8kbit", 1000},
		{"1.999999999999999k", 2047},
		{"  7k", 7168},
		{"1.", 1},
		{"2000000000000000000", UINT64_C(2000000000000000000)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		uint64_t bytes = 99;

		assert_int_equal(settings_parse_size(good[i].text, &bytes),
			ERR_OK);
		assert_int_equal(bytes, good[i].bytes);
	}
}

static void refuses_sizes_that_are_none(void **state)
{
	static const struct {
		const char *text;
		enum err err;
	} bad[] = {
		{"", ERR_SYNTAX},
		{"k", ERR_SYNTAX},
		{"-1", ERR_SYNTAX},
		{"+1", ERR_SYNTAX},
		{"1,5M", ERR_SYNTAX},
		{".5M", ERR_SYNTAX},
		{"1e6", ERR_SYNTAX},
		{"0x10", ERR_SYNTAX},
		{"1 k b", ERR_SYNTAX},
		{"5kk", ERR_SYNTAX},
		{"5/s/s", ERR_SYNTAX},
		{"nonesuch", ERR_SYNTAX},
		{"99999999999999999999", ERR_RANGE},
		{"18446744073709551615", ERR_RANGE},
		{"2097152T", ERR_RANGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint64_t bytes = 99;

		assert_int_equal(settings_parse_size(bad[i].text, &bytes),
			bad[i].err);
		assert_int_equal(bytes, 99);
	}
}

static size_t read_file(struct settings *s, const char *text, struct fault *f)
{
	size_t bad = 99;

	settings_read(s, span_str(text), &bad, f);
	return bad;
}

static void reads_a_config_file(void **state)
{
	struct settings *s = settings_new();
	struct fault f = {0};

	(void)state;
	assert_int_equal(read_file(s,
				 "\xef\xbb\xbf# settings\n"
				 "\n"
				 "port 7000\n"
				 "  dht = off   # no DHT here\r\n"
				 "up_limit=200k\n"
				 "theme\t=\tpaper\n"
				 "download_dir = /a b/c#d # where\n"
				 "max-peers 100",
				 &f),
		0);
	assert_int_equal(f.code, ERR_OK);
	assert_int_equal(settings_int(s, SET_PORT), 7000);
	assert_false(settings_bool(s, SET_DHT));
	assert_int_equal(settings_int(s, SET_UP_LIMIT), 204800);
	assert_string_equal(settings_text(s, SET_THEME), "paper");
	assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR), "/a b/c#d");
	assert_int_equal(settings_int(s, SET_MAX_PEERS), 100);
	settings_free(s);
}

static void quotes_keep_blanks_and_comment_signs(void **state)
{
	struct settings *s = settings_new();

	(void)state;
	assert_int_equal(read_file(s, "download_dir = \" a # b \" # c", NULL),
		0);
	assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR), " a # b ");
	assert_int_equal(read_file(s, "download_dir = \"\"", NULL), 0);
	assert_string_equal(settings_text(s, SET_DOWNLOAD_DIR), "");
	settings_free(s);
}

static void skips_wrong_lines_and_reports_the_first(void **state)
{
	struct settings *s = settings_new();
	struct fault f = {0};

	(void)state;
	assert_int_equal(read_file(s,
				 "port 1\n"
				 "port\n"
				 "\x1b[31m 5\n"
				 "= 5\n"
				 "port 2\n",
				 &f),
		3);
	assert_int_equal(strncmp(f.what, "line 2: port", 12), 0);
	assert_int_equal(f.code, ERR_SYNTAX);
	assert_int_equal(settings_int(s, SET_PORT), 2);
	settings_free(s);
}

static void takes_no_bytes_for_text(void **state)
{
	static const char zero[] = "port\0 5";
	struct settings *s = settings_new();
	struct fault f = {0};
	char *line = malloc(10000);
	size_t bad;

	(void)state;
	settings_read(s, span_of(zero, sizeof zero - 1), &bad, &f);
	assert_int_equal(bad, 1);
	memset(line, 'a', 10000);
	settings_read(s, span_of(line, 10000), &bad, &f);
	assert_int_equal(bad, 1);
	settings_read(s, span_of(NULL, 0), &bad, &f);
	assert_int_equal(bad, 0);
	free(line);
	settings_free(s);
}

static void keeps_lines_that_are_no_settings(void **state)
{
	static const char text[] = "bind list A add\n"
				   "view film label:film -is:done # mine\n"
				   "columns  torrents   name,size\n"
				   "bind\tlist  A remove\n"
				   "view one \"a # b\"\n"
				   "bind list B\n"
				   "view\n"
				   "bindx list A add\n";
	struct settings *s = settings_new();
	struct fault fault = {0};
	const struct setting_line *l;
	size_t bad, n;

	(void)state;
	settings_read(s, span_str(text), &bad, &fault);
	assert_int_equal(bad, 3);
	assert_string_equal(fault.what,
		"line 6: such a line is bind CONTEXT KEY ACTION");
	l = settings_lines(s, &n);
	assert_int_equal(n, 4);
	assert_string_equal(l[0].key, "bind list A");
	assert_string_equal(l[0].value, "remove");
	assert_string_equal(l[1].key, "view film");
	assert_string_equal(l[1].value, "label:film -is:done");
	assert_string_equal(l[2].key, "columns torrents");
	assert_string_equal(l[2].value, "name,size");
	assert_string_equal(l[3].value, "a # b");
	settings_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_the_table_is_filled),
		cmocka_unit_test(finds_a_row_by_either_spelling),
		cmocka_unit_test(begins_with_the_defaults),
		cmocka_unit_test(sets_values_of_every_type),
		cmocka_unit_test(what_is_printed_can_be_set_again),
		cmocka_unit_test(refuses_what_is_not_legal_and_says_what_is),
		cmocka_unit_test(the_version_grows_with_changes_only),
		cmocka_unit_test(reads_sizes_in_all_their_forms),
		cmocka_unit_test(refuses_sizes_that_are_none),
		cmocka_unit_test(reads_a_config_file),
		cmocka_unit_test(quotes_keep_blanks_and_comment_signs),
		cmocka_unit_test(skips_wrong_lines_and_reports_the_first),
		cmocka_unit_test(takes_no_bytes_for_text),
		cmocka_unit_test(keeps_lines_that_are_no_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
