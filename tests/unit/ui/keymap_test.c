/*
 * keymap_test.c - keys that were given another meaning, and their names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <string.h>

#include "base/mem.h"
#include "ui/keymap.h"

static enum action meaning(const struct keymap *m, unsigned contexts,
	int32_t key)
{
	const struct input in = {.kind = INPUT_KEY, .key = key};

	return keymap_lookup(m, contexts, &in);
}

static void names_of_keys_are_read_as_they_are_written(void **state)
{
	static const int32_t keys[] = {'a', 'A', '#', '-', '_', '=', '"', ' ',
		'{', 0xe4, 0x65e5, KEY_CTRL_('D'), '\t', KEY_ENTER_CHAR,
		KEY_ESC_CHAR, KEY_BACKSPACE_CHAR, KEY_F1, KEY_F12, KEY_DELETE,
		KEY_LEFT_ARROW, KEY_BACK_TAB, KEY_PAGE_DOWN};
	char name[KEY_NAME_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		key_spell(keys[i], name);
		assert_int_equal(key_parse(name), keys[i]);
		/* A config file takes these for something else. */
		assert_null(strpbrk(name, " #\"=_"));
	}
	assert_int_equal(key_parse("ctrl-d"), KEY_CTRL_('D'));
	assert_int_equal(key_parse("f5"), KEY_F5);
}

static void what_is_no_key_has_no_name(void **state)
{
	static const char *const names[] = {"", "ab", "F0", "F13", "F1x",
		"Ctrl-", "Ctrl-1", "Ctrl-ab", "\xff", "\x1b", "Nosuch"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(key_parse(names[i]), 0);
}

static void a_change_counts_in_its_context_only(void **state)
{
	struct keymap *m = mem_zero(sizeof *m);
	struct fault fault = {0};
	char key[KEY_NAME_MAX];

	(void)state;
	assert_int_equal(keymap_bind(m, "list", "v", "add", key, &fault),
		ERR_OK);
	assert_int_equal(meaning(m, CTX_DASH | CTX_LIST, 'v'), ACTION_ADD);
	assert_int_equal(meaning(m, CTX_DASH, 'v'), ACTION_VERIFY);
	assert_int_equal(meaning(NULL, CTX_DASH | CTX_LIST, 'v'),
		ACTION_VERIFY);
	assert_int_equal(keymap_bind(m, "list", "v", "none", key, &fault),
		ERR_OK);
	assert_int_equal(m->n, 1);
	assert_int_equal(meaning(m, CTX_DASH | CTX_LIST, 'v'), ACTION_NONE);
	assert_int_equal(keymap_unbind(m, "list", "v", key, &fault), ERR_OK);
	assert_int_equal(meaning(m, CTX_DASH | CTX_LIST, 'v'), ACTION_VERIFY);
	assert_int_equal(keymap_unbind(m, "list", "v", key, &fault), ERR_NOENT);
	mem_free(m);
}

static void the_first_name_is_the_one_the_user_gave(void **state)
{
	struct keymap *m = mem_zero(sizeof *m);
	size_t n;
	const struct key_binding *t = keys_table(&n);
	struct fault fault = {0};
	char key[KEY_NAME_MAX], names[64];

	(void)state;
	while (t->action != ACTION_VERIFY || !(t->contexts & CTX_DASH))
		t++;
	assert_int_equal(keymap_bind(m, "main", "X", "verify", key, &fault),
		ERR_OK);
	assert_int_equal(keymap_first(m, t, CTX_DASH), 'X');
	keymap_names(m, t, CTX_DASH, names, sizeof names);
	assert_string_equal(names, "X v");
	assert_int_equal(keymap_bind(m, "main", "v", "none", key, &fault),
		ERR_OK);
	keymap_names(m, t, CTX_DASH, names, sizeof names);
	assert_string_equal(names, "X");
	/* Elsewhere it does not count. */
	assert_int_equal(keymap_first(m, t, CTX_DIALOG), 0);
	mem_free(m);
}

static void the_number_of_changes_has_an_end(void **state)
{
	struct keymap *m = mem_zero(sizeof *m);
	struct fault fault = {0};
	char key[KEY_NAME_MAX], name[8];
	enum err e = ERR_OK;

	(void)state;
	for (uint32_t c = 0x4e00; c < 0x4f00 && e == ERR_OK; c++) {
		key_name((int32_t)c, key);
		memcpy(name, key, sizeof name);
		e = keymap_bind(m, "list", name, "add", key, &fault);
	}
	assert_int_equal(e, ERR_LIMIT);
	assert_int_equal(m->n, KEYMAP_CHANGES_MAX);
	mem_free(m);
}

static void every_action_is_found_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < ACTION_COUNT; i++)
		if (key_action_name((enum action)i))
			assert_int_equal(key_action_find(key_action_name(
						 (enum action)i)),
				i);
	for (size_t i = 0; key_context_name(i); i++)
		assert_true(key_context_find(key_context_name(i)) != 0);
	assert_int_equal(key_action_find("nosuch"), ACTION_NONE);
	assert_int_equal(key_context_find(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_keys_are_read_as_they_are_written),
		cmocka_unit_test(what_is_no_key_has_no_name),
		cmocka_unit_test(a_change_counts_in_its_context_only),
		cmocka_unit_test(the_first_name_is_the_one_the_user_gave),
		cmocka_unit_test(the_number_of_changes_has_an_end),
		cmocka_unit_test(every_action_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
