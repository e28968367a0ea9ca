#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "play.h"

/* The scene's peers in their first order have the ids 1, 2, 3, ... */

static struct play *peers(void)
{
	struct play *p = play_new("peerstab");

	play_draw(p);
	return p;
}

static void expect(struct play *p, const char *asked)
{
	assert_string_equal(play_asked(p), asked);
	p->asked.len = 0;
}

static void a_peer_is_added_by_its_address(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "i192.0.2.7");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "! an address and a port"));
	expect(p, "");
	play_type(p, ":6881");
	play_press(p, KEY_ENTER_CHAR);
	expect(p, "add-peer 1 192.0.2.7:6881;");
	assert_true(play_shows(p, "calling 192.0.2.7:6881"));
	play_free(p);
}

static void a_peer_can_be_added_where_there_is_none(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "J");
	assert_true(play_shows(p, "no peers connected"));
	play_type(p, "xBsSjk");
	expect(p, "");
	play_type(p, "i[2001:db8::7]:1");
	play_press(p, KEY_ENTER_CHAR);
	expect(p, "add-peer 2 [2001:db8::7]:1;");
	play_free(p);
}

static void x_drops_the_chosen_connection(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "jjx");
	expect(p, "kick 1 3;");
	assert_true(play_shows(p, "dropped 91.134.88.203:6881"));
	p->answer = ERR_NOENT;
	p->why = "that connection is gone";
	play_type(p, "x");
	assert_true(play_shows(p, "that connection is gone"));
	play_free(p);
}

static void b_asks_before_it_bans(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "jB");
	assert_true(play_shows(p, "Ban 2a01:4f8:c17:9ab2::1?"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, "B");
	/* The line that does nothing is chosen first. */
	play_press(p, KEY_ENTER_CHAR);
	play_type(p, "Bn");
	expect(p, "");
	play_type(p, "Bb");
	expect(p, "ban 1 [2a01:4f8:c17:9ab2::1]:6881;");
	assert_true(play_shows(p, ":unban 2a01:4f8:c17:9ab2::1"));
	play_free(p);
}

static void s_and_a_letter_sort_and_the_cursor_stays(void **state)
{
	struct play *p = peers();
	int x, y, before;

	(void)state;
	assert_true(play_shows(p, "▾↓/s"));
	play_type(p, "jj");
	assert_true(play_find(p, "▸▼▲ 91.134.88.203", &x, &before));
	play_type(p, "s");
	assert_true(play_shows(p, "Sort peers by"));
	play_type(p, "u");
	assert_true(play_shows(p, "▾↑/s"));
	assert_true(play_find(p, "▸▼▲ 91.134.88.203", &x, &y));
	assert_int_not_equal(y, before + 2);
	play_type(p, "gx");
	expect(p, "kick 1 5;");
	play_type(p, "S");
	assert_true(play_shows(p, "▴↑/s"));
	play_type(p, "su");
	assert_true(play_shows(p, "▾↑/s"));
	play_type(p, "sc");
	assert_true(play_shows(p, "▾Client"));
	play_free(p);
}

static void a_click_on_a_head_sorts(void **state)
{
	struct play *p = peers();
	int x, y;

	(void)state;
	assert_true(play_find(p, "RTT", &x, &y));
	play_click(p, x, y);
	assert_true(play_shows(p, "▾RTT"));
	play_click(p, x, y);
	assert_true(play_shows(p, "▴RTT"));
	assert_true(play_find(p, "Address", &x, &y));
	play_click(p, x, y);
	assert_true(play_shows(p, "▾Address"));
	/* One on a row chooses it. */
	assert_true(play_find(p, "203.0.113.77", &x, &y));
	play_click(p, x, y);
	play_type(p, "x");
	expect(p, "kick 1 5;");
	play_free(p);
}

static void the_chosen_peer_is_told_of_in_words(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "jj");
	assert_true(play_shows(p, "It lets us download and wants our pieces; "
				  "we let it download and want its pieces."));
	play_type(p, "G");
	assert_true(play_shows(p, "Being called, known from the DHT."));
	play_free(p);
}

static void another_torrent_begins_at_the_first_row(void **state)
{
	struct play *p = peers();

	(void)state;
	play_type(p, "jjjJK");
	play_draw(p);
	play_type(p, "x");
	expect(p, "kick 1 1;");
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_peer_is_added_by_its_address),
		cmocka_unit_test(a_peer_can_be_added_where_there_is_none),
		cmocka_unit_test(x_drops_the_chosen_connection),
		cmocka_unit_test(b_asks_before_it_bans),
		cmocka_unit_test(s_and_a_letter_sort_and_the_cursor_stays),
		cmocka_unit_test(a_click_on_a_head_sorts),
		cmocka_unit_test(the_chosen_peer_is_told_of_in_words),
		cmocka_unit_test(another_torrent_begins_at_the_first_row),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
