/*
 * peek_test.c - what is in files that are named while somebody types.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "ui/peek.h"

static const char file[] = "d4:infod6:lengthi1536e4:name5:a.bin"
			   "12:piece lengthi16384e6:pieces20:"
			   "aaaaaaaaaaaaaaaaaaaaee";

static void asks_for_one_thing_at_a_time(void **state)
{
	struct peek p = {0};

	(void)state;
	assert_null(peek_known(&p, "/a.torrent", false));
	assert_true(peek_ask(&p, "/a.torrent", false));
	assert_false(peek_ask(&p, "/b.torrent", false));
	peek_torrent(&p, "/b.torrent", span_str(file), NULL, UNITS_BINARY);
	peek_folder(&p, "/a.torrent", NULL, 0);
	assert_null(peek_known(&p, "/b.torrent", false));
	peek_torrent(&p, "/a.torrent", span_str(file), NULL, UNITS_BINARY);
	assert_string_equal(peek_known(&p, "/a.torrent", false),
		"1.50 KiB, 1 file");
	assert_null(peek_known(&p, "/a.torrent", true));
	assert_false(peek_ask(&p, "/a.torrent", false));
	assert_true(peek_ask(&p, "/b.torrent", false));
	peek_stop(&p);
}

static void says_why_a_file_is_broken(void **state)
{
	struct fault gone = {ERR_DISK, 2, "cannot open the file"};
	struct peek p = {0};

	(void)state;
	assert_true(peek_ask(&p, "/a", false));
	peek_torrent(&p, "/a", span_of(NULL, 0), &gone, UNITS_BINARY);
	assert_string_equal(peek_known(&p, "/a", false),
		"broken: cannot open the file");
	assert_true(peek_ask(&p, "/b", false));
	peek_torrent(&p, "/b", span_str("nonsense"), NULL, UNITS_BINARY);
	assert_memory_equal(peek_known(&p, "/b", false), "broken: ", 8);
	peek_stop(&p);
}

static void counts_the_torrents_of_a_folder(void **state)
{
	struct dir_entry in[] = {{(char[]){"a.torrent"}, false},
		{(char[]){"b.torrent"}, true}, {(char[]){".torrent"}, false},
		{(char[]){"c.txt"}, false}};
	struct peek p = {0};

	(void)state;
	assert_true(peek_ask(&p, "/d/", true));
	peek_folder(&p, "/d/", in, 4);
	assert_string_equal(peek_known(&p, "/d/", true),
		"folder, 1 .torrent file");
	assert_true(peek_ask(&p, "/e/", true));
	peek_folder(&p, "/e/", in + 2, 2);
	assert_string_equal(peek_known(&p, "/e/", true), "folder");
	peek_stop(&p);
}

static void forgets_the_oldest(void **state)
{
	struct peek p = {0};
	char path[16];

	(void)state;
	for (unsigned i = 0; i <= PEEK_KEPT; i++) {
		snprintf(path, sizeof path, "/%u/", i);
		assert_true(peek_ask(&p, path, true));
		peek_folder(&p, path, NULL, 0);
	}
	assert_null(peek_known(&p, "/0/", true));
	assert_non_null(peek_known(&p, "/1/", true));
	assert_non_null(peek_known(&p, path, true));
	peek_stop(&p);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_one_thing_at_a_time),
		cmocka_unit_test(says_why_a_file_is_broken),
		cmocka_unit_test(counts_the_torrents_of_a_folder),
		cmocka_unit_test(forgets_the_oldest),
	};

	return cmocka_run_group_tests_name("peek", tests, set_up, NULL);
}
