#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "ui/file_tree.h"

static const struct file_row some[] = {
	{"T/film.mkv", 1000, 500, 0, 10, 7, false},
	{"T/Sub/de.srt", 20, 20, 10, 11, 4, false},
	{"T/Extras/one.mp4", 100, 0, 11, 12, 0, false},
	{"T/.pad/88", 88, 0, 12, 13, 4, true},
	{"T/Sub/en.srt", 30, 0, 12, 13, 4, false},
	{"T/Extras/deep/two.mp4", 200, 100, 13, 15, 1, false},
	{"T/LICENSE", 5, 5, 15, 16, 4, false},
};
#define NSOME (sizeof some / sizeof some[0])

static struct buf text;

/* "T/{film.mkv Sub/{de.srt en.srt} …": rows as a line of words, indented by
 * dots. */
static const char *rows_of(const struct file_tree *t,
	const struct file_row *files)
{
	text.len = 0;
	for (size_t row = 0; row < file_tree_rows(t); row++) {
		const struct file_node *node = file_tree_at(t, row);
		size_t len;
		const char *name = file_tree_name(t, node, files, &len);

		if (row)
			buf_add_byte(&text, ' ');
		for (int i = 0; i < node->depth && !file_tree_is_flat(t); i++)
			buf_add_byte(&text, '.');
		buf_add(&text, span_of(name, len));
		if (node->is_folder)
			buf_add_byte(&text, '/');
	}
	*buf_reserve(&text, 1) = '\0';
	return (const char *)text.p;
}

static void filter(struct file_tree *t, const char *words)
{
	struct file_filter f;

	file_filter_parse(&f, words);
	file_tree_set_filter(t, some, &f);
}

static void folders_stand_where_their_first_file_is(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);

	(void)state;
	assert_string_equal(rows_of(t, some),
		"T/ .film.mkv .Sub/ ..de.srt ..en.srt .Extras/ ..one.mp4 "
		"..deep/ ...two.mp4 .LICENSE");
	file_tree_set_flat(t, true);
	assert_string_equal(rows_of(t, some),
		"T/film.mkv T/Sub/de.srt T/Extras/one.mp4 T/Sub/en.srt "
		"T/Extras/deep/two.mp4 T/LICENSE");
	file_tree_free(t);
}

static void folders_add_up_what_is_in_them(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);
	const struct file_node *root = file_tree_at(t, 0);
	const struct file_node *extras = file_tree_at(t, 5);
	const struct file_totals *all = file_tree_totals(t);

	(void)state;
	assert_int_equal(root->size, 1355);
	assert_int_equal(root->have, 625);
	assert_int_equal(root->nfiles, 6);
	assert_int_equal(root->priority, FILE_MIXED);
	assert_int_equal(root->first_piece, 0);
	assert_int_equal(root->end_piece, 16);
	assert_true(root->whole);
	assert_int_equal(extras->size, 300);
	assert_int_equal(extras->priority, FILE_MIXED);
	assert_int_equal(extras->first_piece, 11);
	assert_int_equal(extras->end_piece, 15);
	assert_false(extras->whole);
	assert_int_equal(file_tree_at(t, 2)->priority, 4);
	assert_int_equal(file_tree_at(t, 2)->nfiles, 2);
	assert_int_equal(all->nfiles, 6);
	assert_int_equal(all->nskipped, 1);
	assert_int_equal(all->wanted, 1255);
	assert_int_equal(all->missing, 630);
	file_tree_free(t);
}

static void sums_follow_the_files(void **state)
{
	struct file_row files[NSOME];
	struct file_tree *t = file_tree_new(some, NSOME);

	(void)state;
	memcpy(files, some, sizeof files);
	files[2].priority = 1;
	files[2].have = 100;
	file_tree_sum(t, files);
	assert_int_equal(file_tree_at(t, 5)->priority, 1);
	assert_int_equal(file_tree_at(t, 5)->have, 200);
	assert_int_equal(file_tree_totals(t)->nskipped, 0);
	file_tree_free(t);
}

static void folders_fold(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);
	size_t row;

	(void)state;
	assert_true(file_tree_fold(t, 5, true));
	assert_false(file_tree_fold(t, 5, true));
	assert_false(file_tree_fold(t, 1, true));
	assert_string_equal(rows_of(t, some),
		"T/ .film.mkv .Sub/ ..de.srt ..en.srt .Extras/ .LICENSE");
	/* What is hidden in it stands where it is. */
	assert_int_equal(file_tree_row_of(t, 5), 5);
	assert_int_equal(file_tree_row_of(t, 6), 6);
	assert_true(file_tree_parent(t, 4, &row));
	assert_int_equal(row, 2);
	assert_false(file_tree_parent(t, 0, &row));
	assert_true(file_tree_fold(t, 0, true));
	assert_string_equal(rows_of(t, some), "T/");
	assert_true(file_tree_fold(t, 0, false));
	assert_true(file_tree_fold(t, 5, false));
	assert_int_equal(file_tree_rows(t), 10);
	file_tree_free(t);
}

static void a_filter_opens_folders_and_hides_the_empty_ones(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);

	(void)state;
	file_tree_fold(t, 5, true);
	filter(t, "*.mp4");
	assert_string_equal(rows_of(t, some),
		"T/ .Extras/ ..one.mp4 ..deep/ ...two.mp4");
	assert_false(file_tree_fold(t, 1, true));
	file_tree_set_flat(t, true);
	assert_string_equal(rows_of(t, some),
		"T/Extras/one.mp4 T/Extras/deep/two.mp4");
	file_tree_set_flat(t, false);
	filter(t, "nothing");
	assert_int_equal(file_tree_rows(t), 0);
	assert_int_equal(file_tree_row_of(t, 3), 0);
	filter(t, "");
	assert_int_equal(file_tree_rows(t), 7);
	file_tree_free(t);
}

static void marks_are_what_is_acted_on(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);
	uint8_t set[NSOME];

	(void)state;
	assert_int_equal(file_tree_targets(t, 5, set), 2);
	assert_memory_equal(set, ((uint8_t[]){0, 0, 1, 0, 0, 1, 0}), NSOME);
	/* From a file over an open folder to a file in it. */
	file_tree_mark(t, 1, 3, true);
	assert_int_equal(file_tree_marked(t), 2);
	assert_true(file_tree_is_marked(t, file_tree_at(t, 1)));
	assert_false(file_tree_is_marked(t, file_tree_at(t, 2)));
	assert_int_equal(file_tree_targets(t, 5, set), 2);
	assert_memory_equal(set, ((uint8_t[]){1, 1, 0, 0, 0, 0, 0}), NSOME);
	file_tree_unmark(t);
	file_tree_mark(t, 5, 5, true);
	assert_true(file_tree_is_marked(t, file_tree_at(t, 5)));
	assert_int_equal(file_tree_marked(t), 2);
	/* Padding is never among them. */
	file_tree_mark(t, 0, 0, true);
	assert_int_equal(file_tree_targets(t, 1, set), 6);
	assert_int_equal(set[3], 0);
	file_tree_free(t);
}

static void a_folder_is_only_what_the_filter_lets_through(void **state)
{
	struct file_tree *t = file_tree_new(some, NSOME);
	uint8_t set[NSOME];

	(void)state;
	filter(t, "*.srt");
	assert_int_equal(file_tree_targets(t, 0, set), 2);
	assert_memory_equal(set, ((uint8_t[]){0, 1, 0, 0, 1, 0, 0}), NSOME);
	file_tree_free(t);
}

static void odd_paths_make_a_tree(void **state)
{
	static const struct file_row odd[] = {
		{"", 1, 0, 0, 1, 4, false},
		{"/", 1, 0, 0, 1, 4, false},
		{"a//b", 1, 0, 0, 1, 4, false},
		{"a/", 1, 0, 0, 1, 4, false},
		{"a", 1, 0, 0, 1, 4, false},
		{"a b/c", 1, 0, 0, 1, 4, false},
		{"a/d", 1, 0, 0, 1, 4, false},
		{"a/d", 1, 0, 0, 1, 4, false},
	};
	struct file_tree *t = file_tree_new(odd, 8);

	(void)state;
	assert_string_equal(rows_of(t, odd), " / a/ .b . .d .d a a b/ .c");
	file_tree_free(t);
	t = file_tree_new(odd, 0);
	assert_int_equal(file_tree_rows(t), 0);
	assert_int_equal(file_tree_row_of(t, 0), 0);
	file_tree_free(t);
}

static void deeper_folders_are_part_of_the_name(void **state)
{
	char path[600] = "";
	struct file_row row = {path, 1, 1, 0, 1, 4, false};
	struct file_tree *t;
	const struct file_node *last;

	(void)state;
	for (int i = 0; i < 200; i++)
		memcpy(path + 2 * i, "x/", 3);
	t = file_tree_new(&row, 1);
	assert_int_equal(file_tree_rows(t), FILE_TREE_DEPTH_MAX + 1);
	last = file_tree_at(t, FILE_TREE_DEPTH_MAX);
	assert_int_equal(last->at, 2 * FILE_TREE_DEPTH_MAX);
	assert_int_equal(last->len, 400 - 2 * FILE_TREE_DEPTH_MAX);
	file_tree_free(t);
}

static int drop_text(void **state)
{
	(void)state;
	buf_free(&text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_stand_where_their_first_file_is),
		cmocka_unit_test(folders_add_up_what_is_in_them),
		cmocka_unit_test(sums_follow_the_files),
		cmocka_unit_test(folders_fold),
		cmocka_unit_test(
			a_filter_opens_folders_and_hides_the_empty_ones),
		cmocka_unit_test(marks_are_what_is_acted_on),
		cmocka_unit_test(a_folder_is_only_what_the_filter_lets_through),
		cmocka_unit_test(odd_paths_make_a_tree),
		cmocka_unit_test(deeper_folders_are_part_of_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, drop_text);
}
