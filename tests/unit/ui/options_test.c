/*
 * options_test.c - what is set on the screen: dialogs and commands, what they
 * tell the engine and what they keep.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "core/settings.h"
#include "play.h"
#include "ui/options.h"

/* A play whose settings are real, and a config file that is a list. */
static struct settings *set;
static struct buf kept;

static enum err on_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	const char *space = c->text ? strchr(c->text, ' ') : NULL;
	char name[64];

	if (c->kind != CMD_SET)
		return play_on_command(user, c, id, fault);
	snprintf(name, sizeof name, "%.*s", (int)(space - c->text), c->text);
	return settings_set(set, name, space + 1, fault);
}

static const char *on_setting(void *user, const char *name)
{
	const struct setting_info *row = settings_find(name);

	(void)user;
	return row ? settings_text(set,
			     (enum setting_id)(row - settings_table()))
	           : NULL;
}

static bool on_keep(void *user, const char *key, const char *value)
{
	(void)user;
	buf_printf(&kept, "%s=%s;", key, value ? value : "(out)");
	return true;
}

static const struct ui_ops ops = {
	.command = on_command,
	.watch = play_on_watch,
	.setting = on_setting,
	.keep = on_keep,
};

static struct play *begin_at(int cols, int rows)
{
	struct play *p = play_new_at("dash", cols, rows);

	set = settings_new();
	p->s->ops = &ops;
	p->s->opt.can_keep = true;
	return p;
}

static struct play *begin(void)
{
	return begin_at(120, 36);
}

static void end(struct play *p)
{
	play_free(p);
	settings_free(set);
	buf_free(&kept);
}

static const char *file(void)
{
	*buf_reserve(&kept, 1) = '\0';
	return (const char *)kept.p;
}

static void command(struct play *p, const char *line)
{
	play_type(p, ":");
	play_type(p, line);
	play_press(p, KEY_ENTER_CHAR);
}

/* --- settings */

static void what_is_set_is_kept_and_reset_takes_it_out(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "set up-limit 2048k");
	command(p, "theme paper");
	command(p, "graph blocks");
	command(p, "colors none");
	command(p, "reset graph");
	assert_string_equal(file(),
		"up_limit=2M;theme=paper;graph=blocks;colors=mono;"
		"graph=auto;graph=(out);");
	assert_int_equal(settings_int(set, SET_UP_LIMIT), 2 << 20);
	command(p, "set up_limit?");
	assert_true(play_shows(p, "up_limit is 2M"));
	end(p);
}

static void a_wrong_value_is_kept_nowhere(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "set fps 99");
	assert_true(play_shows(p, "a number from 1 to 10"));
	play_press(p, KEY_ESC_CHAR);
	command(p, "theme nosuch");
	assert_true(play_shows(p, "there is no theme nosuch"));
	play_press(p, KEY_ESC_CHAR);
	command(p, "reset nosuch");
	assert_true(play_shows(p, "there is no setting named nosuch"));
	assert_string_equal(file(), "");
	end(p);
}

static void what_is_read_at_the_start_counts_after_a_restart(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "set port 7000");
	assert_true(play_shows(p, "port is 7000 after a restart"));
	assert_string_equal(file(), "port=7000;");
	p->s->opt.can_keep = false;
	command(p, "set port 7001");
	assert_true(play_shows(p, "belongs in the config file"));
	end(p);
}

static void the_dialog_changes_at_once_and_esc_keeps_it(void **state)
{
	struct play *p = begin();

	(void)state;
	play_press(p, KEY_F2);
	assert_true(play_shows(p, "Settings"));
	play_type(p, "/theme");
	play_press(p, KEY_ENTER_CHAR);
	play_press(p, KEY_RIGHT_ARROW);
	assert_true(play_shows(p, "‹ paper ›"));
	assert_string_equal(settings_text(set, SET_THEME), "paper");
	play_press(p, KEY_LEFT_ARROW);
	play_press(p, KEY_LEFT_ARROW);
	assert_true(play_shows(p, "‹ contrast ›"));
	play_type(p, "r");
	assert_true(play_shows(p, "‹ aurora ›"));
	play_press(p, KEY_ESC_CHAR);
	assert_false(play_shows(p, "Settings ─"));
	assert_string_equal(file(),
		"theme=paper;theme=aurora;theme=contrast;theme=aurora;"
		"theme=(out);");
	end(p);
}

static void numbers_are_typed_and_checked(void **state)
{
	struct play *p = begin();

	(void)state;
	play_type(p, "O/fps");
	play_press(p, KEY_ENTER_CHAR);
	play_type(p, "99");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "a number from 1 to 10"));
	play_press(p, KEY_BACKSPACE_CHAR);
	play_press(p, KEY_ENTER_CHAR);
	assert_int_equal(settings_int(set, SET_FPS), 9);
	play_press(p, KEY_RIGHT_ARROW);
	play_press(p, KEY_RIGHT_ARROW);
	assert_int_equal(settings_int(set, SET_FPS), 10);
	/* Esc leaves the number, then the dialog. */
	play_type(p, "3");
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "Settings ─"));
	assert_int_equal(settings_int(set, SET_FPS), 10);
	end(p);
}

static void the_dialog_shows_all_that_has_an_effect(void **state)
{
	struct play *p = begin_at(100, 60);
	const struct setting_info *t = settings_table();

	(void)state;
	play_type(p, "O");
	for (int i = 0; i < SETTINGS_COUNT; i++) {
		char name[64];

		snprintf(name, sizeof name, "  %c%s ", t[i].name[0] - 32,
			t[i].name + 1);
		for (char *c = name; *c; c++)
			if (*c == '_')
				*c = ' ';
		if (strlen(t[i].name) > 3)
			assert_int_equal(play_shows(p, name),
				t[i].when != SETTING_LATER);
	}
	play_type(p, "/no such");
	assert_true(play_shows(p, "no setting has that"));
	end(p);
}

/* --- torrents */

static void options_go_to_the_marked_else_to_the_chosen(void **state)
{
	struct play *p = begin();
	char want[256];

	(void)state;
	command(p, "label films");
	assert_true(play_shows(p, "label films"));
	play_type(p, "  ");
	command(p, "limit torrent down 2k");
	command(p, "ratio 1.5");
	command(p, "seedtime 2d");
	command(p, "start");
	snprintf(want, sizeof want,
		"command %d 1 films;"
		"command %d 1 2048;command %d 2 2048;"
		"command %d 1 1500;command %d 2 1500;"
		"command %d 1 2880;command %d 2 2880;"
		"command %d 1;command %d 2;",
		CMD_LABEL, CMD_TORRENT_DOWN_LIMIT, CMD_TORRENT_DOWN_LIMIT,
		CMD_RATIO_GOAL, CMD_RATIO_GOAL, CMD_TIME_GOAL, CMD_TIME_GOAL,
		CMD_FORCE, CMD_FORCE);
	assert_string_equal(play_asked(p), want);
	assert_true(play_shows(p, ", 2 torrents"));
	end(p);
}

static void wrong_options_are_refused_in_words(void **state)
{
	static const char *const lines[] = {"limit torrent down much",
		"limit sideways 3", "limit up", "ratio -1", "ratio 1x", "ratio",
		"seedtime 3y", "seedtime", "queue over", "queue", "start now",
		"slow down", "sort by", "sort name up", "view", "view save x",
		"bind list A", "bind list A nosuch", "bind nosuch A add",
		"bind list Ctrl-C add", "unbind list", "unbind list A",
		"columns name,nosuch"};
	struct play *p = begin();

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		command(p, lines[i]);
		if (!play_shows(p, "! "))
			fail_msg("%s", lines[i]);
		play_press(p, KEY_ESC_CHAR);
	}
	assert_string_equal(play_asked(p), "");
	assert_string_equal(file(), "");
	end(p);
}

static void labels_in_use_are_offered(void **state)
{
	struct play *p = begin();
	const char *labels[3];

	(void)state;
	assert_int_equal(options_labels(p->s, labels, 3), 3);
	assert_string_equal(labels[0], "film");
	assert_string_equal(labels[1], "iso");
	play_type(p, "b");
	assert_true(play_shows(p, "label kiwix"));
	play_type(p, "ki\t");
	assert_true(play_shows(p, ":label kiwix"));
	end(p);
}

static void several_move_in_the_queue_in_their_order(void **state)
{
	struct play *p = begin();
	char want[128];

	(void)state;
	p->rows[0].place = 3;
	p->rows[1].place = 2;
	list_toggle_mark(&p->s->list, p->rows[0].id);
	list_toggle_mark(&p->s->list, p->rows[1].id);
	play_type(p, "{");
	play_type(p, "}");
	snprintf(want, sizeof want,
		"command %d 2 1;command %d 1 1;command %d 1 2;command %d 2 2;",
		CMD_QUEUE, CMD_QUEUE, CMD_QUEUE, CMD_QUEUE);
	assert_string_equal(play_asked(p), want);
	end(p);
}

static void the_limits_dialog_steps_types_and_tells_of_mixed_ones(void **state)
{
	struct play *p = begin();
	char want[128];

	(void)state;
	p->rows[0].down_limit_bps = 1024;
	play_type(p, "  L");
	assert_true(play_shows(p, "2 chosen"));
	assert_true(play_shows(p, "mixed"));
	play_press(p, KEY_LEFT_ARROW); /* from none to the largest */
	assert_int_equal(settings_int(set, SET_DOWN_LIMIT), 100 << 20);
	play_type(p, "750k");
	play_press(p, KEY_ENTER_CHAR);
	assert_int_equal(settings_int(set, SET_DOWN_LIMIT), 750 << 10);
	assert_true(play_shows(p, "750 KiB/s"));
	play_type(p, "\t1x");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "a rate: 750k"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, "\t3m");
	play_press(p, KEY_ENTER_CHAR);
	snprintf(want, sizeof want,
		"command %d 1 3145728;command %d 2 3145728;",
		CMD_TORRENT_DOWN_LIMIT, CMD_TORRENT_DOWN_LIMIT);
	assert_string_equal(play_asked(p), want);
	play_type(p, "t");
	assert_true(settings_bool(set, SET_SLOW_MODE));
	/* The ratio of all is kept in per cent. */
	play_type(p, "\t\t\t\t1.5");
	play_press(p, KEY_ENTER_CHAR);
	assert_int_equal(settings_int(set, SET_RATIO_GOAL), 150);
	play_press(p, KEY_ESC_CHAR);
	assert_false(play_shows(p, "Speed limits"));
	assert_string_equal(file(),
		"down_limit=100M;down_limit=750k;slow_mode=on;"
		"ratio_goal=150;");
	end(p);
}

static void the_limits_dialog_fits_the_smallest_screen(void **state)
{
	struct play *p = begin();

	(void)state;
	play_type(p, "L");
	for (int rows = 1; rows < 16; rows++) {
		bool slow = false;

		screen_resize(p->s, 40, rows, TIER_UTF8);
		for (int i = 0; i < 10; i++) {
			play_press(p, KEY_DOWN_ARROW);
			slow |= play_shows(p, "slow mode now");
		}
		assert_true(slow || rows > 3);
	}
	end(p);
}

/* --- the list */

static void the_order_is_kept_with_its_direction(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "sort name desc");
	assert_string_equal(file(), "sort=name;sort_reverse=on;");
	assert_int_equal(p->s->list.sort, SORT_NAME);
	assert_true(p->s->list.descending);
	play_type(p, "S");
	assert_false(settings_bool(set, SET_SORT_REVERSE));
	play_type(p, "sl");
	assert_int_equal(p->s->list.sort, SORT_LABEL);
	assert_string_equal(settings_text(set, SET_SORT), "label");
	end(p);
}

static void columns_are_chosen_moved_and_kept(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "columns size,label,queue");
	assert_true(play_shows(p, "Size Label    #"));
	assert_string_equal(file(), "columns torrents=name,size,label,queue;");
	play_type(p, "Cjj ");
	assert_false(play_shows(p, "Size Label"));
	play_type(p, "{");
	assert_string_equal(file(), "columns torrents=name,size,label,queue;"
				    "columns torrents=name,size,queue;"
				    "columns torrents=name,queue,size;");
	play_type(p, "r");
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "Ratio"));
	end(p);
}

static void a_filter_is_saved_shown_and_forgotten(void **state)
{
	struct play *p = begin();

	(void)state;
	play_type(p, "/label:film");
	play_press(p, KEY_ENTER_CHAR);
	command(p, "view save films");
	play_press(p, KEY_ESC_CHAR);
	assert_string_equal(p->s->list.filter, "");
	command(p, "view films");
	assert_string_equal(p->s->list.filter, "label:film");
	play_type(p, "f");
	assert_true(play_shows(p, "1  films"));
	play_type(p, "*");
	assert_string_equal(p->s->list.filter, "");
	play_type(p, "f1");
	assert_string_equal(p->s->list.filter, "label:film");
	play_type(p, "fq");
	assert_true(play_shows(p, "1 of 12"));
	command(p, "view all");
	assert_string_equal(p->s->list.filter, "");
	command(p, "view remove films");
	assert_string_equal(file(), "view films=label:film;view films=(out);");
	end(p);
}

static void a_bound_key_counts_before_the_table(void **state)
{
	struct play *p = begin();

	(void)state;
	command(p, "bind list A add");
	assert_true(play_shows(p, "A Add"));
	play_type(p, "?");
	assert_true(play_shows(p, "A a Ins"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, "A");
	assert_true(play_shows(p, "Add torrent"));
	play_press(p, KEY_ESC_CHAR);
	command(p, "bind main Hash pause");
	play_type(p, "#");
	assert_string_equal(play_asked(p), "pause 1;");
	command(p, "bind list d none");
	play_type(p, "d");
	assert_false(play_shows(p, "Remove 1"));
	command(p, "unbind list d");
	command(p, "unbind list A");
	assert_true(play_shows(p, "a Add"));
	assert_string_equal(file(),
		"bind list A=add;bind main Hash=pause;bind list d=none;"
		"bind list d=(out);bind list A=(out);");
	end(p);
}

static void lines_of_the_config_are_taken(void **state)
{
	struct play *p = begin();
	struct fault fault = {0};

	(void)state;
	assert_true(screen_take_line(p->s, "bind list A", "add", &fault));
	assert_true(screen_take_line(p->s, "view films", "label:film", &fault));
	assert_true(screen_take_line(p->s, "columns torrents", "name,eta",
		&fault));
	assert_true(play_shows(p, "A Add"));
	assert_false(play_shows(p, "Ratio"));
	command(p, "view films");
	assert_string_equal(p->s->list.filter, "label:film");
	assert_false(screen_take_line(p->s, "bind list", "add", &fault));
	assert_false(screen_take_line(p->s, "bind list Foo", "add", &fault));
	assert_false(screen_take_line(p->s, "columns peers", "name", &fault));
	assert_false(screen_take_line(p->s, "columns torrents", "nosuch",
		&fault));
	assert_string_equal(fault.what, "there is no column nosuch");
	end(p);
}

static void values_are_offered_behind_a_command(void **state)
{
	struct play *p = begin();

	(void)state;
	play_type(p, ":theme p\t");
	assert_true(play_shows(p, ":theme paper"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, ":set units s\t");
	assert_true(play_shows(p, ":set units si"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, ":bind list A pau\t\t");
	assert_true(play_shows(p, ":bind list A pause-all"));
	play_press(p, KEY_ESC_CHAR);
	/* What a key does can be typed, too. */
	command(p, "mark-all");
	assert_int_equal(p->s->list.nmarked, p->s->list.n);
	end(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_set_is_kept_and_reset_takes_it_out),
		cmocka_unit_test(a_wrong_value_is_kept_nowhere),
		cmocka_unit_test(
			what_is_read_at_the_start_counts_after_a_restart),
		cmocka_unit_test(the_dialog_changes_at_once_and_esc_keeps_it),
		cmocka_unit_test(numbers_are_typed_and_checked),
		cmocka_unit_test(the_dialog_shows_all_that_has_an_effect),
		cmocka_unit_test(options_go_to_the_marked_else_to_the_chosen),
		cmocka_unit_test(wrong_options_are_refused_in_words),
		cmocka_unit_test(labels_in_use_are_offered),
		cmocka_unit_test(several_move_in_the_queue_in_their_order),
		cmocka_unit_test(
			the_limits_dialog_steps_types_and_tells_of_mixed_ones),
		cmocka_unit_test(the_limits_dialog_fits_the_smallest_screen),
		cmocka_unit_test(the_order_is_kept_with_its_direction),
		cmocka_unit_test(columns_are_chosen_moved_and_kept),
		cmocka_unit_test(a_filter_is_saved_shown_and_forgotten),
		cmocka_unit_test(a_bound_key_counts_before_the_table),
		cmocka_unit_test(lines_of_the_config_are_taken),
		cmocka_unit_test(values_are_offered_behind_a_command),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
