#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"

static void each_tracker_says_how_it_is(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	assert_true(play_shows(p, "▸ 1    udp://tracker.opentrackr.org"));
	assert_true(play_shows(p, "! timed out"));
	assert_true(play_shows(p, "✓ ok "));
	assert_true(play_shows(p, "✓ please use the new address"));
	assert_true(play_shows(p, "· not asked"));
	assert_true(play_shows(p, "! 404 Not Found"));
	assert_true(play_shows(p, "31    118    50    12m    18m"));
	assert_true(play_shows(p, "it failed: timed out · 2 times in a row"));
	play_type(p, "j");
	assert_true(play_shows(p,
		"answered 12m ago with 50 addresses · 31 seeds, 118 others "
		"· 2,804 finished it · next in 18m"));
	play_type(p, "j");
	assert_true(play_shows(p, "it warns: please use the new address"));
	play_type(p, "j");
	assert_true(play_shows(p, "not asked yet: others come first"));
	play_free(p);
}

static void a_tracker_is_added_by_its_address(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	play_type(p, "i");
	assert_true(play_shows(p, "Address of the tracker:"));
	play_type(p, "udp://new.example:80/");
	play_press(p, KEY_ENTER_CHAR);
	assert_string_equal(play_asked(p),
		"add-tracker 1 udp://new.example:80/;");
	assert_false(play_shows(p, "Address of the tracker:"));
	play_free(p);
}

static void a_bad_address_stays_to_be_mended(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	p->answer = ERR_SYNTAX;
	p->why = "a tracker's address begins with http, https or udp";
	play_type(p, "ix");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "begins with http, https or udp"));
	assert_true(play_shows(p, "Address of the tracker: x"));
	play_press(p, KEY_BACKSPACE_CHAR);
	assert_false(play_shows(p, "begins with http"));
	play_press(p, KEY_BACKSPACE_CHAR);
	assert_false(play_shows(p, "Address of the tracker:"));
	assert_true(play_shows(p, "[4 Trackers]"));
	assert_string_equal(play_asked(p), "");
	play_free(p);
}

static void removing_one_takes_the_key_twice(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	play_type(p, "jx");
	assert_string_equal(play_asked(p), "");
	assert_true(play_shows(p, "Press x once more"));
	play_type(p, "x");
	assert_string_equal(play_asked(p),
		"remove-tracker 1 udp://explodie.org:6969/announce;");
	assert_true(play_shows(p, "removed udp://explodie.org"));
	play_free(p);
}

static void another_key_takes_the_question_back(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	play_type(p, "xjx");
	assert_string_equal(play_asked(p), "");
	assert_true(play_shows(p, "Press x once more"));
	play_type(p, "kx");
	assert_string_equal(play_asked(p), "");
	play_click(p, 10, 6);
	assert_false(play_shows(p, "Press x once more"));
	play_free(p);
}

static void it_tells_what_there_is_without_trackers(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	assert_true(play_shows(p,
		"DHT   ✓ on   announced 10m ago to 8 of 8 nodes"));
	assert_true(play_shows(p, "PEX   ✓ on   4 of the peers here"));
	assert_true(play_shows(p, "LSD   ✓ on   2 of the peers here"));
	assert_true(play_shows(p, "Where the 14 peers here came from"));
	assert_true(play_shows(p, "T tracker 5   D DHT 4   P PEX 2"));
	p->off = "pex";
	assert_true(play_shows(p, "PEX   - off  :set pex on turns it on"));
	p->rows[0].is_private = true;
	assert_true(play_shows(p, "LSD   - off  the torrent is private"));
	play_free(p);
}

static void a_running_search_says_how_far_it_is(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	p->rows[0].dht_running = true;
	p->rows[0].dht_asked = 22;
	p->rows[0].dht_found = 16;
	assert_true(play_shows(p, "asking: 22 nodes so far · found 16 peers"));
	play_free(p);
}

static void the_dht_may_be_off(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	p->snap.totals.has_dht = false;
	assert_true(play_shows(p, "DHT   - off  :set dht on turns it on"));
	play_free(p);
}

static void without_a_tracker_there_is_nothing_to_remove(void **state)
{
	struct play *p = play_new("trackerstab");

	(void)state;
	p->no_trackers = true;
	assert_true(play_shows(p, "it names no tracker"));
	assert_false(play_shows(p, "Remove tracker"));
	play_type(p, "xx");
	assert_string_equal(play_asked(p), "");
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tracker_says_how_it_is),
		cmocka_unit_test(a_tracker_is_added_by_its_address),
		cmocka_unit_test(a_bad_address_stays_to_be_mended),
		cmocka_unit_test(removing_one_takes_the_key_twice),
		cmocka_unit_test(another_key_takes_the_question_back),
		cmocka_unit_test(it_tells_what_there_is_without_trackers),
		cmocka_unit_test(a_running_search_says_how_far_it_is),
		cmocka_unit_test(the_dht_may_be_off),
		cmocka_unit_test(without_a_tracker_there_is_nothing_to_remove),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
