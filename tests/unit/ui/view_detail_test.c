#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "play.h"

static void enter_shows_the_torrent_and_back_returns(void **state)
{
	static const int32_t back[] = {
		'h', 'q', KEY_ESC_CHAR, KEY_BACKSPACE_CHAR, KEY_LEFT_ARROW};
	static const int32_t open[] = {
		KEY_ENTER_CHAR, 'l', KEY_RIGHT_ARROW, KEY_ENTER_CHAR, 'l'};
	struct play *p = play_new("dash");

	(void)state;
	play_type(p, "j");
	for (size_t i = 0; i < 5; i++) {
		play_press(p, open[i]);
		assert_true(play_shows(p, "[1 Overview]"));
		assert_true(play_shows(p, "Cosmos Laundromat"));
		assert_true(play_shows(p, "torrent 2 of 12"));
		assert_true(play_shows(p, "Esc Back"));
		assert_false(play_shows(p, "1 Torrents"));
		play_press(p, back[i]);
		assert_true(play_shows(p, "━ 1 Torrents"));
		assert_string_equal(play_chosen(p),
			"Cosmos Laundromat (2015) 4K HDR + extras");
	}
	assert_false(p->quit);
	play_free(p);
}

static void digits_and_tab_choose_a_tab(void **state)
{
	static const char *const names[] = {"[1 Overview]", "[2 Files]",
		"[3 Peers]", "[4 Trackers]", "[5 Pieces]", "[6 Log]"};
	struct play *p = play_new("overview");

	(void)state;
	for (int i = 0; i < 6; i++) {
		play_press(p, '1' + i);
		assert_true(play_shows(p, names[i]));
	}
	play_press(p, '\t');
	assert_true(play_shows(p, names[0]));
	play_press(p, KEY_BACK_TAB);
	assert_true(play_shows(p, names[5]));
	play_press(p, '9');
	assert_true(play_shows(p, names[5]));
	play_free(p);
}

static void the_tab_stays_when_the_torrent_changes(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	assert_true(play_shows(p, "[5 Pieces]"));
	play_type(p, "J");
	assert_true(play_shows(p, "[5 Pieces]"));
	assert_true(play_shows(p, "torrent 2 of 12"));
	assert_true(play_shows(p, "Cosmos Laundromat"));
	play_type(p, "K");
	assert_true(play_shows(p, "torrent 1 of 12"));
	play_type(p, "Kq");
	assert_string_equal(play_chosen(p), "debian-12.7.0-amd64-DVD-1.iso");
	play_free(p);
}

static void only_what_the_open_tab_shows_is_watched(void **state)
{
	static const uint32_t what[] = {
		[1] = WATCH_FILES, [2] = WATCH_PEERS, [3] = WATCH_TRACKERS};
	struct play *p = play_new("dash");

	(void)state;
	play_shows(p, "");
	assert_int_equal(p->watching, WATCH_PEERS | WATCH_PIECES);
	play_press(p, KEY_ENTER_CHAR);
	for (int i = 1; i <= 3; i++) {
		play_press(p, '1' + i);
		play_shows(p, "");
		assert_int_equal(p->watching & what[i], what[i]);
		assert_int_equal(p->watching & (WATCH_FILES | WATCH_TRACKERS),
			what[i] & (WATCH_FILES | WATCH_TRACKERS));
		assert_int_equal(p->watched.slot, 1);
	}
	play_press(p, '6');
	play_shows(p, "");
	assert_int_equal(p->watching, 0);
	/* A box over it changes nothing, the dashboard below neither. */
	play_type(p, "!");
	play_shows(p, "");
	assert_int_equal(p->watching, 0);
	play_press(p, KEY_ESC_CHAR);
	play_press(p, KEY_ESC_CHAR);
	play_shows(p, "");
	assert_int_equal(p->watching, WATCH_PEERS | WATCH_PIECES);
	play_free(p);
}

static void keys_act_on_this_torrent_whatever_is_marked(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	play_type(p, "  ");
	play_press(p, KEY_ENTER_CHAR);
	play_type(p, "prv");
	assert_string_equal(play_asked(p), "pause 5;reannounce 5;recheck 5;");
	play_type(p, "d");
	assert_true(play_shows(p, "Remove 1 torrent?"));
	play_press(p, KEY_ENTER_CHAR);
	assert_true(strstr(play_asked(p), "remove 5;"));
	assert_int_equal(p->s->list.nmarked, 2);
	play_press(p, KEY_ESC_CHAR);
	assert_int_equal(p->s->list.nmarked, 2);
	play_free(p);
}

static void a_torrent_that_goes_closes_its_view(void **state)
{
	struct play *p = play_new("filestab");

	(void)state;
	play_type(p, "?");
	play_remove(p, 1);
	play_shows(p, "");
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "1 Torrents"));
	assert_false(list_is_open(&p->s->list));
	assert_string_equal(play_chosen(p),
		"Cosmos Laundromat (2015) 4K HDR + extras");
	play_free(p);
}

static void a_filter_does_not_take_the_torrent_away(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	play_type(p, ":filter fedora");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "debian-12.7.0"));
	assert_false(play_shows(p, "torrent 1 of"));
	play_type(p, "p");
	assert_string_equal(play_asked(p), "pause 1;");
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "fedora"));
	assert_string_equal(play_chosen(p), "fedora-workstation-42-x86_64");
	play_free(p);
}

static void a_click_on_a_tab_opens_it(void **state)
{
	struct play *p = play_new("overview");
	int x, y;

	(void)state;
	assert_true(play_find(p, "4 Trackers", &x, &y));
	play_click(p, x, y);
	assert_true(play_shows(p, "[4 Trackers]"));
	play_free(p);
}

static void the_help_names_the_keys_of_the_tab(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	play_type(p, "?");
	assert_true(play_shows(p, "back to the list"));
	assert_true(play_shows(p, "next tab"));
	assert_true(play_shows(p, "1-6"));
	assert_false(play_shows(p, "mark and move down"));
	play_free(p);
}

/* A repeatable sequence; any will do. */
static uint32_t next_random(uint32_t *x)
{
	*x = *x * 1664525u + 1013904223u;
	return *x >> 8;
}

static struct input random_input(uint32_t *x)
{
	static const int32_t keys[] = {KEY_UP_ARROW, KEY_DOWN_ARROW,
		KEY_LEFT_ARROW, KEY_RIGHT_ARROW, KEY_HOME_KEY, KEY_END_KEY,
		KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_DELETE, KEY_BACK_TAB,
		KEY_ENTER_CHAR, KEY_ESC_CHAR, KEY_BACKSPACE_CHAR, '\t'};
	struct input in = {.kind = INPUT_KEY};

	switch (next_random(x) % 8) {
	case 0:
		in.kind = INPUT_MOUSE;
		in.button = (enum mouse_button)(next_random(x) % 5);
		in.mods = next_random(x) % 8;
		in.x = (int)(next_random(x) % 130);
		in.y = (int)(next_random(x) % 40);
		break;
	case 1:
	case 2:
		in.key = keys[next_random(x) % (sizeof keys / sizeof keys[0])];
		break;
	case 3: /* the tabs and what the map does are worth more */
		in.key = "123456+-0#AFVhjkllJKx"[next_random(x) % 21];
		break;
	default:
		in.key = (int32_t)(1 + next_random(x) % 126);
		break;
	}
	return in;
}

static void any_keys_at_any_size_are_survived(void **state)
{
	static const char *const scenes[] = {
		"dash", "hostile", "piecestab", "trackerstab", "overview"};
	uint32_t x = 20260901;

	(void)state;
	for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
		struct play *p = play_new(scenes[i]);

		for (int k = 0; k < 1500; k++) {
			struct input in = random_input(&x);

			play_refresh(p);
			screen_input(p->s, &in);
			if (k % 5 == 0)
				screen_resize(p->s,
					(int)(next_random(&x) % 130),
					(int)(next_random(&x) % 40),
					(enum glyph_tier)(next_random(&x) % 3));
			if (k % 300 == 299 && p->snap.nrows > 1)
				play_remove(p, p->rows[0].id.slot);
			if (k % 7 == 0)
				scene_step(p->scene, 200);
			play_refresh(p);
			screen_draw(p->s);
			screen_draw_motion(p->s);
		}
		play_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enter_shows_the_torrent_and_back_returns),
		cmocka_unit_test(digits_and_tab_choose_a_tab),
		cmocka_unit_test(the_tab_stays_when_the_torrent_changes),
		cmocka_unit_test(only_what_the_open_tab_shows_is_watched),
		cmocka_unit_test(keys_act_on_this_torrent_whatever_is_marked),
		cmocka_unit_test(a_torrent_that_goes_closes_its_view),
		cmocka_unit_test(a_filter_does_not_take_the_torrent_away),
		cmocka_unit_test(a_click_on_a_tab_opens_it),
		cmocka_unit_test(the_help_names_the_keys_of_the_tab),
		cmocka_unit_test(any_keys_at_any_size_are_survived),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
