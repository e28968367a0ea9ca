#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"

static void run(struct play *p, const char *line)
{
	play_type(p, ":");
	play_type(p, line);
	play_press(p, KEY_ENTER_CHAR);
}

static void trackers_are_added_and_removed(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	run(p, "tracker add udp://a.example:1/");
	run(p, "tracker remove udp://a.example:1/");
	assert_string_equal(play_asked(p),
		"add-tracker 1 udp://a.example:1/;"
		"remove-tracker 1 udp://a.example:1/;");
	run(p, "tracker addd x");
	assert_true(play_shows(p, "tracker add ADDRESS, or tracker remove"));
	play_free(p);
}

static void a_piece_comes_first_or_is_verified(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	run(p, "piece 17 first");
	run(p, "piece 4000000000 verify");
	assert_string_equal(play_asked(p),
		"piece-first 1 17;verify-piece 1 4000000000;");
	run(p, "piece 17x first");
	assert_true(play_shows(p, "17x is no number"));
	play_press(p, KEY_ESC_CHAR);
	run(p, "piece -1 first");
	assert_true(play_shows(p, "piece NUMBER first, or"));
	play_press(p, KEY_ESC_CHAR);
	run(p, "piece 17");
	assert_true(play_shows(p, "piece NUMBER first, or"));
	play_free(p);
}

static void what_the_engine_refuses_is_told(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	p->answer = ERR_RANGE;
	p->why = "there is no such piece";
	run(p, "piece 9999 first");
	assert_true(play_shows(p, "there is no such piece"));
	play_free(p);
}

static void a_tab_opens_by_its_name(void **state)
{
	struct play *p = play_new("dash");

	(void)state;
	run(p, "tab trackers");
	assert_true(play_shows(p, "[4 Trackers]"));
	run(p, "tab pi");
	assert_true(play_shows(p, "[5 Pieces]"));
	run(p, "tab nowhere");
	assert_true(play_shows(p, "a tab is overview, files"));
	play_press(p, KEY_ESC_CHAR);
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "━ 1 Torrents"));
	play_free(p);
}

static void without_a_torrent_they_say_so(void **state)
{
	static const char *const lines[] = {
		"tracker add x", "piece 1 first", "tab log"};
	struct play *p = play_new("empty");

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		run(p, lines[i]);
		assert_true(play_shows(p, "no torrent is chosen"));
		play_press(p, KEY_ESC_CHAR);
	}
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trackers_are_added_and_removed),
		cmocka_unit_test(a_piece_comes_first_or_is_verified),
		cmocka_unit_test(what_the_engine_refuses_is_told),
		cmocka_unit_test(a_tab_opens_by_its_name),
		cmocka_unit_test(without_a_torrent_they_say_so),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
