#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"
#include "ui/tabs.h"

static void the_cursor_stays_among_the_rows(void **state)
{
	struct tab_rows r = {0};

	(void)state;
	tab_rows_fit(&r, 30, 10);
	assert_true(tab_rows_act(&r, ACTION_LAST));
	assert_int_equal(r.at, 29);
	assert_int_equal(r.top, 20);
	assert_true(tab_rows_act(&r, ACTION_DOWN));
	assert_int_equal(r.at, 29);
	assert_true(tab_rows_act(&r, ACTION_PAGE_UP));
	assert_int_equal(r.at, 19);
	assert_int_equal(r.top, 19);
	assert_true(tab_rows_act(&r, ACTION_HALF_UP));
	assert_int_equal(r.at, 14);
	assert_true(tab_rows_act(&r, ACTION_FIRST));
	assert_true(tab_rows_act(&r, ACTION_UP));
	assert_int_equal(r.at, 0);
	assert_int_equal(r.top, 0);
	assert_true(tab_rows_act(&r, ACTION_HALF_DOWN));
	assert_true(tab_rows_act(&r, ACTION_PAGE_DOWN));
	assert_int_equal(r.at, 15);
	assert_false(tab_rows_act(&r, ACTION_PAUSE));
}

static void fewer_rows_bring_the_cursor_back(void **state)
{
	struct tab_rows r = {.at = 25, .top = 20};

	(void)state;
	tab_rows_fit(&r, 4, 10);
	assert_int_equal(r.at, 3);
	assert_int_equal(r.top, 0);
	tab_rows_fit(&r, 0, 10);
	assert_int_equal(r.at, 0);
	tab_rows_act(&r, ACTION_DOWN);
	assert_int_equal(r.at, 0);
	tab_rows_fit(&r, 5, -3);
	tab_rows_act(&r, ACTION_LAST);
	assert_int_equal(r.at, 4);
}

static void a_click_chooses_and_the_wheel_moves(void **state)
{
	struct tab_rows r = {0};
	struct input in = {.kind = INPUT_MOUSE, .button = MOUSE_LEFT};

	(void)state;
	tab_rows_fit(&r, 30, 10);
	assert_true(tab_rows_mouse(&r, &in, 4));
	assert_int_equal(r.at, 4);
	assert_false(tab_rows_mouse(&r, &in, -1));
	assert_false(tab_rows_mouse(&r, &in, 10));
	in.button = MOUSE_WHEEL_DOWN;
	assert_true(tab_rows_mouse(&r, &in, 0));
	assert_int_equal(r.at, 7);
	in.button = MOUSE_WHEEL_UP;
	assert_true(tab_rows_mouse(&r, &in, 0));
	assert_int_equal(r.at, 4);
	in.button = MOUSE_RIGHT;
	assert_false(tab_rows_mouse(&r, &in, 0));
	in.button = MOUSE_LEFT;
	tab_rows_fit(&r, 2, 10);
	assert_false(tab_rows_mouse(&r, &in, 2));
}

/* Nothing of the last torrent is shown as the next one's. */
static void details_of_another_torrent_are_not_shown(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	assert_true(play_shows(p, "udp://explodie.org"));
	play_type(p, "J");
	screen_draw(p->s);
	assert_false(play_shows(p, "udp://explodie.org"));
	play_type(p, "5");
	assert_false(play_shows(p, "█"));
	play_free(p);
}

static void what_asked_may_be_gone_when_it_is_answered(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	play_type(p, "iudp");
	play_remove(p, 1);
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "━ 1 Torrents"));
	assert_false(play_shows(p, "Address of the tracker"));
	assert_string_equal(play_asked(p), "");
	play_free(p);
}

static void a_question_ends_with_esc(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	play_type(p, "iabc");
	assert_true(play_shows(p, "Address of the tracker: abc"));
	play_mouse(p, MOUSE_LEFT, 3, 3);
	play_press(p, KEY_DOWN_ARROW);
	play_press(p, KEY_ESC_CHAR);
	assert_false(play_shows(p, "Address of the tracker"));
	assert_string_equal(play_asked(p), "");
	play_type(p, "i");
	assert_true(play_shows(p, "Address of the tracker:  "));
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_stays_among_the_rows),
		cmocka_unit_test(fewer_rows_bring_the_cursor_back),
		cmocka_unit_test(a_click_chooses_and_the_wheel_moves),
		cmocka_unit_test(details_of_another_torrent_are_not_shown),
		cmocka_unit_test(what_asked_may_be_gone_when_it_is_answered),
		cmocka_unit_test(a_question_ends_with_esc),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
