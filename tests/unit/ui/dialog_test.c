/*
 * dialog_test.c - buttons, and the folder to save to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/dialog.h"
#include "ui/screen.h"

static char read_path[64];

static void on_read_folder(void *user, const char *path)
{
	(void)user;
	snprintf(read_path, sizeof read_path, "%s", path);
}

static uint64_t on_free(void *user, const char *dir)
{
	(void)user;
	return strlen(dir);
}

static const struct ui_ops ops = {.read_folder = on_read_folder,
	.free_bytes = on_free};

static struct screen *screen(const struct snapshot *snap)
{
	const struct ui_options opt = {.home = "/home/ana"};
	struct screen *s = screen_new(&ops, NULL, &opt);

	screen_resize(s, 60, 10, TIER_UTF8);
	screen_update(s, snap, NULL);
	return s;
}

static void buttons_step_round_and_are_found_by_the_mouse(void **state)
{
	struct dialog_buttons b = {.label = {"One", "Two"}, .n = 2}, none = {0};
	const struct snapshot snap = {0};
	struct screen *s = screen(&snap);
	struct area a = area_of(&s->grid);

	(void)state;
	dialog_buttons_step(&none, 1);
	dialog_buttons_step(&b, -1);
	assert_int_equal(b.chosen, 1);
	dialog_buttons_step(&b, 1);
	assert_int_equal(b.chosen, 0);
	dialog_buttons_draw(&b, &a, 3, 4, true);
	assert_int_equal(dialog_buttons_at(&b, 4, 4), 0);
	assert_int_equal(dialog_buttons_at(&b, 15, 4), 1);
	assert_int_equal(dialog_buttons_at(&b, 15, 5), -1);
	assert_int_equal(dialog_buttons_at(&b, 2, 4), -1);
	assert_int_equal(dialog_buttons_at(&b, 50, 4), -1);
	screen_free(s);
}

static void a_folder_is_completed(void **state)
{
	struct dir_entry in[] = {{(char[]){"films"}, true},
		{(char[]){"files"}, true}, {(char[]){"f.torrent"}, false}};
	struct folder_field f = {0};
	const struct snapshot snap = {0};
	struct screen *s = screen(&snap);
	char *path;

	(void)state;
	folder_field_set(&f, s, "~/f");
	assert_string_equal(read_path, "/home/ana/");
	assert_false(folder_field_complete(&f, s));
	folder_field_read(&f, "/home/ana/", in, 3);
	assert_true(folder_field_complete(&f, s));
	assert_string_equal(prompt_text(&f.prompt), "~/fil");
	assert_false(folder_field_accept(&f, s));
	assert_true(folder_field_choose(&f, -1));
	assert_true(folder_field_choose(&f, -1));
	assert_true(folder_field_choose(&f, -1));
	assert_true(folder_field_accept(&f, s));
	assert_string_equal(prompt_text(&f.prompt), "~/films/");
	path = folder_field_path(&f, s);
	assert_string_equal(path, "/home/ana/films/");
	mem_free(path);
	assert_false(folder_field_choose(&f, 1));
	folder_field_stop(&f);
	screen_free(s);
}

static void free_space_is_that_of_the_folder(void **state)
{
	struct folder_field f = {0};
	const struct snapshot snap = {
		.default_dir = "/down", .totals.free_bytes = 99};
	struct screen *s = screen(&snap);

	(void)state;
	folder_field_set(&f, s, "/down");
	assert_int_equal(folder_field_free_bytes(&f, s), 99);
	folder_field_set(&f, s, "/other");
	assert_int_equal(folder_field_free_bytes(&f, s), 6);
	folder_field_set(&f, s, "~");
	assert_int_equal(folder_field_free_bytes(&f, s), 9);
	folder_field_set(&f, s, "relative");
	assert_int_equal(folder_field_free_bytes(&f, s), 0);
	folder_field_set(&f, s, "");
	assert_int_equal(folder_field_free_bytes(&f, s), 0);
	assert_null(folder_field_path(&f, s));
	folder_field_stop(&f);
	screen_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buttons_step_round_and_are_found_by_the_mouse),
		cmocka_unit_test(a_folder_is_completed),
		cmocka_unit_test(free_space_is_that_of_the_folder),
	};

	return cmocka_run_group_tests_name("dialog", tests, NULL, NULL);
}
