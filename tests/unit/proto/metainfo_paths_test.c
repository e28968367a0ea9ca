#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "proto/metainfo_priv.h"

struct world {
	struct arena *arena;
	struct paths *paths;
};

static void begin(struct world *w, const char *top, size_t budget)
{
	static const uint8_t key[16] = {1, 2, 3};

	w->arena = arena_new();
	w->paths = paths_new(w->arena, top, key, budget, 1);
}

static void end(struct world *w)
{
	paths_free(w->paths);
	arena_free(w->arena);
}

/* A file by its path as a torrent gives it; '|' stands between elements. */
static const char *add(struct world *w, const char *elements)
{
	uint32_t folder = PATHS_TOP;
	const char *out = NULL;

	for (;;) {
		size_t n = strcspn(elements, "|");

		if (elements[n] == '\0')
			break;
		assert_int_equal(paths_folder(w->paths, folder,
					 span_of(elements, n), &folder),
			ERR_OK);
		elements += n + 1;
	}
	assert_int_equal(paths_file(w->paths, folder, span_str(elements), &out),
		ERR_OK);
	return out;
}

static void joins_elements_below_the_top(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "top", 1000);
	assert_string_equal(add(&w, "f"), "top/f");
	assert_string_equal(add(&w, "a|b|c.txt"), "top/a/b/c.txt");
	assert_string_equal(add(&w, "a|b|d"), "top/a/b/d");
	end(&w);
	begin(&w, NULL, 1000);
	assert_string_equal(add(&w, "f"), "f");
	assert_string_equal(add(&w, "a|b"), "a/b");
	end(&w);
}

static void cleans_every_element(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "top", 1000);
	assert_string_equal(add(&w, "..|..|etc|passwd"), "top/_/_/etc/passwd");
	assert_string_equal(add(&w, "|x"), "top/_/x");
	assert_string_equal(add(&w, "/|/x"), "top/_/_x");
	assert_string_equal(add(&w, "a/../b"), "top/a_.._b");
	end(&w);
}

static void numbers_files_of_one_name(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "a.txt"), "t/a.txt");
	assert_string_equal(add(&w, "a.txt"), "t/a (2).txt");
	assert_string_equal(add(&w, "a.txt"), "t/a (3).txt");
	assert_string_equal(add(&w, "b|a.txt"), "t/b/a.txt");
	assert_string_equal(add(&w, "noext"), "t/noext");
	assert_string_equal(add(&w, "noext"), "t/noext (2)");
	assert_string_equal(add(&w, ".rc"), "t/.rc");
	assert_string_equal(add(&w, ".rc"), "t/.rc (2)");
	assert_string_equal(add(&w, "a.tar.gz"), "t/a.tar.gz");
	assert_string_equal(add(&w, "a.tar.gz"), "t/a.tar (2).gz");
	end(&w);
}

static void steps_over_numbers_that_are_taken(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "a (2)"), "t/a (2)");
	assert_string_equal(add(&w, "a (3)"), "t/a (3)");
	assert_string_equal(add(&w, "a"), "t/a");
	assert_string_equal(add(&w, "a"), "t/a (4)");
	assert_string_equal(add(&w, "a (4)"), "t/a (4) (2)");
	end(&w);
}

static void tells_case_apart_as_linux_does(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "A"), "t/A");
	assert_string_equal(add(&w, "a"), "t/a");
	end(&w);
}

static void compares_names_after_cleaning(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "a\x01"), "t/a_");
	assert_string_equal(add(&w, "a\x02"), "t/a_ (2)");
	assert_string_equal(add(&w, "a_"), "t/a_ (3)");
	end(&w);
}

static void a_folder_gives_way_to_a_file_and_stays_one_folder(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "a"), "t/a");
	assert_string_equal(add(&w, "a|b"), "t/a (2)/b");
	assert_string_equal(add(&w, "a|c"), "t/a (2)/c");
	assert_string_equal(add(&w, "a"), "t/a (3)");
	end(&w);
}

static void a_file_gives_way_to_a_folder(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	assert_string_equal(add(&w, "a|b"), "t/a/b");
	assert_string_equal(add(&w, "a"), "t/a (2)");
	assert_string_equal(add(&w, "a|b|c"), "t/a/b (2)/c");
	end(&w);
}

static void leaves_out_folders_that_are_too_deep(void **state)
{
	char text[400] = "";
	struct world w;
	size_t depth = 1;

	(void)state;
	begin(&w, "t", 100000);
	for (size_t i = 0; i < 150; i++)
		strcat(text, "d|");
	strcat(text, "f");
	const char *path = add(&w, text);
	for (const char *p = path; *p; p++)
		depth += *p == '/';
	assert_int_equal(depth, METAINFO_DEPTH_MAX);
	assert_string_equal(path + strlen(path) - 4, "/d/f");
	/* One file more at the same place. */
	path = add(&w, text);
	assert_string_equal(path + strlen(path) - 8, "/d/f (2)");
	end(&w);
}

static void leaves_out_folders_that_are_too_long(void **state)
{
	char text[30 * 251 + 300];
	struct world w;

	(void)state;
	begin(&w, "t", 100000);
	memset(text, 'p', sizeof text);
	for (size_t i = 1; i <= 30; i++)
		text[i * 251 - 1] = '|';
	text[30 * 251 + 299] = '\0';
	const char *path = add(&w, text);
	assert_in_range(strlen(path), 3500, METAINFO_PATH_MAX);
	end(&w);
}

/* All numbered names of long stems are cut alike, so they share a counter. */
static void long_names_keep_extension_and_limit(void **state)
{
	char name[301];
	struct world w;

	(void)state;
	memset(name, 'n', 300);
	strcpy(name + 296, ".txt");
	begin(&w, NULL, 100000);
	for (unsigned i = 1; i < 200; i++) {
		name[250] = (char)('a' + i % 26);
		const char *path = add(&w, name);

		assert_true(strlen(path) <= NAME_BYTES_MAX);
		assert_string_equal(path + strlen(path) - 4, ".txt");
	}
	end(&w);
}

static void numbers_do_not_split_characters(void **state)
{
	char name[256];
	struct world w;

	(void)state;
	for (size_t i = 0; i < 85; i++)
		memcpy(name + 3 * i, "\xe7\x95\x8c", 3);
	name[255] = '\0';
	begin(&w, NULL, 100000);
	assert_string_equal(add(&w, name), name);
	const char *path = add(&w, name);
	assert_true(utf8_valid(span_str(path)));
	assert_string_equal(path + strlen(path) - 4, " (2)");
	end(&w);
}

static void many_equal_names_cost_no_search(void **state)
{
	struct world w;
	const char *last = NULL;

	(void)state;
	begin(&w, "t", 100 << 20);
	for (unsigned i = 0; i < 200000; i++)
		last = add(&w, "same name");
	assert_string_equal(last, "t/same name (200000)");
	end(&w);
}

static void stops_at_its_budget(void **state)
{
	const char *out;
	struct world w;

	(void)state;
	begin(&w, "t", 9);
	add(&w, "a");
	add(&w, "b");
	assert_int_equal(paths_file(w.paths, PATHS_TOP, span_str("c"), &out),
		ERR_LIMIT);
	end(&w);
}

static void stops_at_its_count_of_folders(void **state)
{
	char name[16];
	uint32_t id = 0;
	struct world w;

	(void)state;
	begin(&w, "t", 1000);
	for (unsigned i = 1; i < PATHS_FOLDERS_MAX; i++) {
		int n = snprintf(name, sizeof name, "%u", i);

		assert_int_equal(paths_folder(w.paths, PATHS_TOP,
					 span_of(name, (size_t)n), &id),
			ERR_OK);
	}
	assert_int_equal(paths_folder(w.paths, PATHS_TOP, span_str("x"), &id),
		ERR_LIMIT);
	assert_int_equal(paths_folder(w.paths, PATHS_TOP, span_str("1"), &id),
		ERR_OK);
	end(&w);
	paths_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_elements_below_the_top),
		cmocka_unit_test(cleans_every_element),
		cmocka_unit_test(numbers_files_of_one_name),
		cmocka_unit_test(steps_over_numbers_that_are_taken),
		cmocka_unit_test(tells_case_apart_as_linux_does),
		cmocka_unit_test(compares_names_after_cleaning),
		cmocka_unit_test(
			a_folder_gives_way_to_a_file_and_stays_one_folder),
		cmocka_unit_test(a_file_gives_way_to_a_folder),
		cmocka_unit_test(leaves_out_folders_that_are_too_deep),
		cmocka_unit_test(leaves_out_folders_that_are_too_long),
		cmocka_unit_test(long_names_keep_extension_and_limit),
		cmocka_unit_test(numbers_do_not_split_characters),
		cmocka_unit_test(many_equal_names_cost_no_search),
		cmocka_unit_test(stops_at_its_budget),
		cmocka_unit_test(stops_at_its_count_of_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
