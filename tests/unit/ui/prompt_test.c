#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/complete.h"
#include "ui/prompt.h"

static void press(struct prompt *p, int32_t key, unsigned mods)
{
	struct input in = {.kind = INPUT_KEY, .key = key, .mods = mods};

	prompt_input(p, &in);
}

static void type(struct prompt *p, const char *keys)
{
	for (; *keys; keys++)
		press(p, (unsigned char)*keys, 0);
}

static void keys_edit_the_line(void **state)
{
	struct prompt p = {0};

	(void)state;
	type(&p, "hello world");
	press(&p, KEY_CTRL_('W'), 0);
	assert_string_equal(prompt_text(&p), "hello ");
	press(&p, KEY_CTRL_('A'), 0);
	type(&p, "> ");
	assert_string_equal(prompt_text(&p), "> hello ");
	press(&p, KEY_CTRL_('E'), 0);
	press(&p, KEY_BACKSPACE_CHAR, 0);
	press(&p, KEY_LEFT_ARROW, 0);
	press(&p, KEY_DELETE, 0);
	assert_string_equal(prompt_text(&p), "> hell");
	press(&p, 'b', MOD_ALT);
	press(&p, KEY_CTRL_('K'), 0);
	assert_string_equal(prompt_text(&p), "> ");
	press(&p, KEY_CTRL_('U'), 0);
	assert_string_equal(prompt_text(&p), "");
	press(&p, KEY_BACKSPACE_CHAR, 0);
	press(&p, KEY_LEFT_ARROW, 0);
	press(&p, KEY_DELETE, 0);
	assert_string_equal(prompt_text(&p), "");
	prompt_stop(&p);
}

static void characters_are_never_cut_in_two(void **state)
{
	struct prompt p = {0};

	(void)state;
	press(&p, 0x444, 0);
	press(&p, 0x65e5, 0);
	press(&p, KEY_LEFT_ARROW, 0);
	press(&p, KEY_BACKSPACE_CHAR, 0);
	assert_string_equal(prompt_text(&p), "日");
	press(&p, KEY_DELETE, 0);
	assert_string_equal(prompt_text(&p), "");
	prompt_stop(&p);
}

static void words_end_at_slashes(void **state)
{
	struct prompt p = {0};

	(void)state;
	type(&p, "~/Downloads/tor");
	press(&p, KEY_CTRL_('W'), 0);
	assert_string_equal(prompt_text(&p), "~/Downloads/");
	press(&p, KEY_LEFT_ARROW, MOD_CTRL);
	assert_int_equal(p.at, 2);
	press(&p, KEY_RIGHT_ARROW, MOD_CTRL);
	assert_int_equal(p.at, 11);
	prompt_stop(&p);
}

static void pastes_become_one_line(void **state)
{
	struct prompt p = {0};
	struct input in = {.kind = INPUT_PASTE, .text = "a\nb\033[2Jc"};

	(void)state;
	assert_int_equal(prompt_input(&p, &in), PROMPT_CHANGED);
	assert_string_equal(prompt_text(&p), "a b[2Jc");
	prompt_stop(&p);
}

static void the_line_has_a_limit(void **state)
{
	struct prompt p = {0};

	(void)state;
	for (unsigned i = 0; i < PROMPT_TEXT_MAX + 100; i++)
		prompt_insert(&p, span_str("x"));
	assert_int_equal(strlen(prompt_text(&p)), PROMPT_TEXT_MAX);
	prompt_stop(&p);
}

static void a_long_line_scrolls_with_its_cursor(void **state)
{
	struct grid g = {.tier = TIER_UTF8};
	struct prompt p = {0};
	struct area a;

	(void)state;
	grid_resize(&g, 10, 1);
	a = area_of(&g);
	type(&p, "0123456789abcdef");
	prompt_draw(&p, &a, (struct rect){0, 0, 10, 1}, pen_of(ROLE_TEXT),
		true);
	assert_int_equal(g.cursor_x, 9);
	assert_int_equal(grid_cell(&g, 8, 0)->ch[0], 'f');
	press(&p, KEY_HOME_KEY, 0);
	prompt_draw(&p, &a, (struct rect){0, 0, 10, 1}, pen_of(ROLE_TEXT),
		true);
	assert_int_equal(g.cursor_x, 0);
	assert_int_equal(grid_cell(&g, 0, 0)->ch[0], '0');
	grid_fini(&g);
	prompt_stop(&p);
}

static void history_keeps_the_last_lines(void **state)
{
	struct prompt_history h = {0};
	char line[16];

	(void)state;
	prompt_history_add(&h, "");
	assert_int_equal(h.n, 0);
	prompt_history_add(&h, "a");
	prompt_history_add(&h, "a");
	assert_int_equal(h.n, 1);
	for (int i = 0; i < PROMPT_HISTORY_MAX + 10; i++) {
		snprintf(line, sizeof line, "line %d", i);
		prompt_history_add(&h, line);
	}
	assert_int_equal(h.n, PROMPT_HISTORY_MAX);
	assert_string_equal(h.lines[h.n - 1], line);
	prompt_history_stop(&h);
}

static struct dir_entry entries[] = {
	{(char[]){"beta.torrent"}, false},
	{(char[]){"alpha"}, true},
	{(char[]){"beta2.torrent"}, false},
	{(char[]){".secret"}, true},
	{(char[]){"notes.txt"}, false},
};

static void only_folders_and_torrents_are_offered(void **state)
{
	struct completion c = {0};
	const char *read;

	(void)state;
	complete_type(&c, "~/d/", "/home/x", false, &read);
	assert_string_equal(read, "/home/x/d/");
	complete_answer(&c, "/elsewhere/", entries, 5);
	assert_int_equal(complete_count(&c), 0);
	complete_answer(&c, "/home/x/d/", entries, 5);
	assert_int_equal(complete_count(&c), 3);
	assert_string_equal(complete_at(&c, 0)->name, "alpha");
	complete_type(&c, "~/d/.", "/home/x", false, &read);
	assert_null(read);
	assert_int_equal(complete_count(&c), 1);
	complete_type(&c, "~/d/", "/home/x", true, &read);
	assert_int_equal(complete_count(&c), 1);
	complete_stop(&c);
}

static void what_all_share_is_completed(void **state)
{
	struct completion c = {0};
	const char *read;
	char *text;

	(void)state;
	complete_type(&c, "/d/b", NULL, false, &read);
	complete_answer(&c, read, entries, 5);
	text = complete_common(&c);
	assert_string_equal(text, "/d/beta");
	mem_free(text);
	complete_type(&c, "/d/beta", NULL, false, &read);
	assert_null(complete_common(&c));
	text = complete_with(&c, 1);
	assert_string_equal(text, "/d/beta2.torrent");
	mem_free(text);
	complete_type(&c, "/d/al", NULL, false, &read);
	text = complete_common(&c);
	assert_string_equal(text, "/d/alpha/");
	mem_free(text);
	assert_null(complete_with(&c, 7));
	complete_stop(&c);
}

static void names_without_a_folder_are_looked_up_here(void **state)
{
	struct completion c = {0};
	const char *read;

	(void)state;
	complete_type(&c, "bet", NULL, false, &read);
	assert_string_equal(read, "./");
	complete_stop(&c);
}

static int set_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return -1;
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_edit_the_line),
		cmocka_unit_test(characters_are_never_cut_in_two),
		cmocka_unit_test(words_end_at_slashes),
		cmocka_unit_test(pastes_become_one_line),
		cmocka_unit_test(the_line_has_a_limit),
		cmocka_unit_test(a_long_line_scrolls_with_its_cursor),
		cmocka_unit_test(history_keeps_the_last_lines),
		cmocka_unit_test(only_folders_and_torrents_are_offered),
		cmocka_unit_test(what_all_share_is_completed),
		cmocka_unit_test(names_without_a_folder_are_looked_up_here),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
