#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"

static void a_cell_is_one_piece_after_some_steps(void **state)
{
	struct play *p = play_new_at("piecestab", 80, 24);
	int steps = 0;

	(void)state;
	assert_true(play_shows(p, "cell 0: pieces 0-2"));
	while (!play_shows(p, "── piece 0 ") && steps++ < 9)
		play_type(p, "+");
	assert_true(steps >= 1 && steps < 9);
	assert_true(play_shows(p, "#0 have"));
	assert_true(play_shows(p, " of 3,711 ──"));
	play_type(p, "+++++");
	assert_true(play_shows(p, "  1 ··"));
	play_type(p, "-");
	play_type(p, "0");
	assert_true(play_shows(p, "cell 0: pieces 0-2"));
	assert_true(play_shows(p, "1 cell ≈ 3.9"));
	play_free(p);
}

static void the_cursor_line_follows_the_cursor(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	assert_true(play_shows(p, "── piece 0 "));
	play_type(p, "l");
	assert_true(play_shows(p, "cell 1: pieces 1-2"));
	assert_true(play_shows(p, "#1 missing · "));
	play_type(p, "h");
	assert_true(play_shows(p, "── piece 0 "));
	play_type(p, "j");
	assert_true(play_shows(p, "cell 112: "));
	play_type(p, "k");
	play_press(p, 'G');
	assert_true(play_shows(p, "3,710 "));
	play_press(p, 'g');
	assert_true(play_shows(p, "── piece 0 "));
	play_press(p, KEY_RIGHT_ARROW);
	assert_true(play_shows(p, "cell 1:"));
	play_press(p, KEY_PAGE_DOWN);
	play_press(p, KEY_PAGE_UP);
	play_press(p, KEY_CTRL_('D'));
	play_press(p, KEY_CTRL_('U'));
	assert_true(play_shows(p, "cell 1:"));
	play_free(p);
}

static void one_can_go_to_a_piece(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_draw(p);
	play_type(p, "#");
	assert_true(play_shows(p, "Go to piece:"));
	play_type(p, "3,357");
	play_press(p, KEY_ENTER_CHAR);
	assert_false(play_shows(p, "Go to piece:"));
	assert_true(play_shows(p,
		"#3357 downloading, 40 of 64 blocks, 12 asked for"));
	play_type(p, "#3711");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "the last piece is 3710"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, "#12x");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "the number of a piece"));
	play_press(p, KEY_ESC_CHAR);
	play_type(p, "#99999999999999999999999");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "the number of a piece"));
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "#3357 downloading"));
	play_free(p);
}

static void the_line_tells_in_which_file_it_is(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	assert_true(play_shows(p, "in Cosmos Laundromat/Cosmos.Laundromat"));
	play_type(p, "#3398\r");
	assert_true(play_shows(p,
		"3 files, the first Cosmos Laundromat/Extras/storyboards.pdf"));
	play_type(p, "#3000\r");
	assert_true(play_shows(p, "making-of-part-1.mp4"));
	play_free(p);
}

/* Each look at the files costs the engine one at every file. */
static void files_are_watched_only_while_something_is_new(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_draw(p);
	play_refresh(p);
	assert_int_equal(p->watching, WATCH_PIECES);
	play_type(p, "j");
	screen_draw(p->s);
	assert_int_equal(p->watching, WATCH_PIECES | WATCH_FILES);
	play_draw(p);
	play_refresh(p);
	assert_int_equal(p->watching, WATCH_PIECES);
	play_type(p, "F");
	play_draw(p);
	play_refresh(p);
	assert_int_equal(p->watching, WATCH_PIECES);
	play_free(p);
}

/* One frame after each key, as on a terminal. */
static void no_frame_is_without_the_map(void **state)
{
	struct play *p = play_new("piecestab");
	unsigned watches;

	(void)state;
	play_draw(p);
	for (int i = 0; i < 20; i++) {
		int full = 0;

		play_type(p, i % 2 ? "l" : "j");
		play_refresh(p);
		screen_draw(p->s);
		for (int x = 8; x < 100; x++)
			full += grid_cell(&p->s->grid, x, 8)->ch[0] != ' ';
		assert_int_equal(full, 92);
	}
	/* Nothing new: nothing else is asked for. */
	play_draw(p);
	watches = p->watches;
	for (int i = 0; i < 5; i++) {
		play_refresh(p);
		screen_draw(p->s);
	}
	assert_int_equal(p->watches, watches);
	play_free(p);
}

static void files_begin_at_a_line(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_type(p, "#2900\r");
	assert_false(play_shows(p, "│"));
	play_type(p, "F");
	assert_true(play_shows(p, "│"));
	play_type(p, "F");
	assert_false(play_shows(p, "│"));
	play_free(p);
}

/* The bar of a missing piece that some of the peers have. */
static void numbers_tell_how_many_peers_have_the_missing(void **state)
{
	struct play *p = play_new("piecestab");
	const struct torrent_detail *d = scene_detail(p->scene);
	uint32_t piece = 3000;
	char words[48];

	(void)state;
	while (bitfield_has(d->have, piece) || d->avail[piece] == 0 ||
		d->avail[piece] > 9)
		piece++;
	snprintf(words, sizeof words, "#%u\r", piece);
	play_draw(p);
	play_type(p, words);
	for (int i = 0; i < 9; i++) {
		play_draw(p);
		play_type(p, "+");
	}
	snprintf(words, sizeof words, "%u %u%u%u%u", piece, d->avail[piece],
		d->avail[piece], d->avail[piece], d->avail[piece]);
	assert_false(play_shows(p, words));
	play_type(p, "A");
	assert_true(play_shows(p, words));
	play_type(p, "A");
	assert_false(play_shows(p, words));
	play_free(p);
}

static void a_piece_can_be_fetched_first_and_looked_at_again(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_type(p, "#3352\r+++");
	play_draw(p);
	assert_true(play_shows(p, "#3352 missing"));
	assert_true(play_shows(p, "Space Fetch first"));
	assert_false(play_shows(p, "V Verify piece"));
	play_type(p, "V ");
	assert_string_equal(play_asked(p), "piece-first 1 3352;");
	assert_true(play_shows(p, "piece 3352 is fetched before all others"));
	play_type(p, "#3355\r");
	assert_true(play_shows(p, "#3355 have"));
	assert_false(play_shows(p, "Space Fetch first"));
	play_type(p, " V");
	assert_string_equal(play_asked(p),
		"piece-first 1 3352;verify-piece 1 3355;");
	play_free(p);
}

static void a_refusal_is_told(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_type(p, "#3352\r");
	p->answer = ERR_STATE;
	p->why = "that piece is not being downloaded";
	play_type(p, " ");
	assert_true(play_shows(p, "that piece is not being downloaded"));
	assert_false(play_shows(p, "before all others"));
	play_free(p);
}

static void of_a_large_cell_so_many_pieces_come_first(void **state)
{
	struct play *p = play_new_at("piecestab", 24, 8);
	size_t n = 0;

	(void)state;
	play_draw(p);
	play_press(p, 'G');
	play_draw(p);
	play_free(p);
	p = play_new_at("piecestab", 40, 8);
	play_draw(p);
	play_type(p, " ");
	for (const char *at = play_asked(p); (at = strstr(at, "piece-first"));
		at++)
		n++;
	assert_true(n > 1 && n <= 64);
	play_free(p);
}

static void the_wheel_and_a_click_move_the_cursor(void **state)
{
	struct play *p = play_new("piecestab");
	struct input in = {.kind = INPUT_MOUSE,
		.button = MOUSE_WHEEL_UP,
		.mods = MOD_CTRL,
		.x = 40,
		.y = 10};

	(void)state;
	play_draw(p);
	play_click(p, 10, 4);
	assert_true(play_shows(p, "cell 3:"));
	play_mouse(p, MOUSE_WHEEL_DOWN, 10, 4);
	assert_true(play_shows(p, "cell 339:"));
	play_refresh(p);
	screen_input(p->s, &in);
	assert_true(play_shows(p, " of 3,711 "));
	in.button = MOUSE_WHEEL_DOWN;
	screen_input(p->s, &in);
	assert_false(play_shows(p, " of 3,711 "));
	play_free(p);
}

static void without_metadata_it_says_so(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	for (int i = 0; i < 6 && !play_shows(p, "magnet c9e1"); i++)
		play_type(p, "J");
	assert_true(play_shows(p, "known when the metadata is here"));
	play_type(p, "+-0AFhjkl# V");
	assert_true(play_shows(p, "known when the metadata is here"));
	assert_string_equal(play_asked(p), "");
	play_free(p);
}

static void only_the_map_moves_between_seconds(void **state)
{
	struct play *p = play_new("piecestab");

	(void)state;
	play_draw(p);
	assert_true(screen_has_motion(p->s));
	assert_true(screen_draw_motion(p->s));
	play_press(p, '6');
	play_draw(p);
	assert_false(screen_has_motion(p->s));
	assert_false(screen_draw_motion(p->s));
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_one_piece_after_some_steps),
		cmocka_unit_test(the_cursor_line_follows_the_cursor),
		cmocka_unit_test(one_can_go_to_a_piece),
		cmocka_unit_test(the_line_tells_in_which_file_it_is),
		cmocka_unit_test(files_are_watched_only_while_something_is_new),
		cmocka_unit_test(no_frame_is_without_the_map),
		cmocka_unit_test(files_begin_at_a_line),
		cmocka_unit_test(numbers_tell_how_many_peers_have_the_missing),
		cmocka_unit_test(
			a_piece_can_be_fetched_first_and_looked_at_again),
		cmocka_unit_test(a_refusal_is_told),
		cmocka_unit_test(of_a_large_cell_so_many_pieces_come_first),
		cmocka_unit_test(the_wheel_and_a_click_move_the_cursor),
		cmocka_unit_test(without_metadata_it_says_so),
		cmocka_unit_test(only_the_map_moves_between_seconds),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
