#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>

#include "play.h"
#include "ui/overview.h"

static void it_begins_with_what_the_torrent_does(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	assert_true(play_shows(p, "▼ downloading from 14 of 38 peers"));
	assert_true(play_shows(p, "Done  64.1%  2,381 of 3,711 pieces"));
	assert_true(play_shows(p, "Size  3.62 GiB  2.33 GiB here"));
	assert_true(play_shows(p, "Hash  c9e15763f722f23e98a29decdfae341b"));
	assert_true(play_shows(p, "Private  no"));
	assert_true(play_shows(p, "Saved to  /home/ana/Downloads"));
	assert_true(play_shows(p, "Came by  tracker 5  DHT 6  PEX 4"));
	assert_true(play_shows(p, "In flight: 4 pieces, 54 requests"));
	play_free(p);
}

static void limits_goals_and_the_queue_are_told(void **state)
{
	struct play *p = play_new("overview");
	struct torrent_row *row = &p->rows[0];

	(void)state;
	assert_true(play_shows(p, "none of its own  all together ↑ 2.00 MiB"));
	assert_true(play_shows(p, "no goal of its own"));
	assert_false(play_shows(p, "Queue"));
	row->down_limit_bps = 1 << 20;
	row->up_limit_bps = 500 << 10;
	row->ratio_goal_milli = 2000;
	row->place = 3;
	assert_true(play_shows(p, "Limits  ↓ 1.00 MiB/s  ↑ 500 KiB/s"));
	assert_true(play_shows(p, "Stops at  ratio 2.00 "));
	assert_true(play_shows(p, "Queue  place 3"));
	row->time_goal_min = 24 * 60;
	row->seeded_s = 7200;
	row->is_forced = true;
	assert_true(play_shows(p, "ratio 2.00, or seeded for 1d00h"));
	assert_true(play_shows(p, "Seeded  2h00m"));
	assert_true(play_shows(p, "Queue  it does not wait in it"));
	row->ratio_goal_milli = 0;
	row->down_limit_bps = 0;
	assert_true(play_shows(p, "Stops at  seeded for 1d00h"));
	assert_true(play_shows(p, "Limits  ↑ 500 KiB/s"));
	play_free(p);
}

static void a_private_torrent_says_so(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	p->rows[0].is_private = true;
	assert_true(play_shows(p,
		"Private  yes  only its trackers are asked for peers"));
	play_free(p);
}

static void a_fault_is_told_in_full(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	for (int i = 0; i < 12 && !play_shows(p, "NASA Apollo"); i++)
		play_type(p, "J");
	assert_true(play_shows(p, "! error: no space left on /mnt/media"));
	play_free(p);
}

static void a_magnet_has_no_pieces_yet(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	for (int i = 0; i < 12 && !play_shows(p, "magnet c9e1"); i++)
		play_type(p, "J");
	assert_true(play_shows(p, "Done  meta  3 of 11 parts of the metadata"));
	assert_true(play_shows(p, "known when the metadata is here"));
	assert_true(play_shows(p, "DHT  asking, 22 nodes  found 16 peers"));
	assert_false(play_shows(p, "Private"));
	play_free(p);
}

static void what_is_too_high_scrolls(void **state)
{
	struct play *p = play_new_at("overview", 80, 24);

	(void)state;
	assert_true(play_shows(p, "Transfer"));
	assert_false(play_shows(p, "In flight"));
	play_press(p, 'G');
	assert_true(play_shows(p, "In flight: 4 pieces"));
	assert_true(play_shows(p, "Pieces by the number of peers"));
	assert_false(play_shows(p, "Transfer"));
	play_type(p, "kkkk");
	play_press(p, 'g');
	assert_true(play_shows(p, "Transfer"));
	play_press(p, KEY_PAGE_DOWN);
	assert_false(play_shows(p, "Transfer"));
	play_press(p, KEY_CTRL_('U'));
	play_press(p, KEY_PAGE_UP);
	assert_true(play_shows(p, "Transfer"));
	play_mouse(p, MOUSE_WHEEL_DOWN, 10, 10);
	assert_false(play_shows(p, "Transfer"));
	play_free(p);
}

/* Somewhere in the picture of the speed. */
static int dots(struct play *p)
{
	int n = 0;

	play_draw(p);
	for (int y = 0; y < p->s->grid.rows; y++)
		for (int x = 0; x < p->s->grid.cols; x++)
			n += grid_cell(&p->s->grid, x, y)->ch[0] >> 8 == 0x28;
	return n;
}

static void the_graph_grows_whatever_tab_is_open(void **state)
{
	struct play *p = play_new("overview");
	int before = dots(p), after;

	(void)state;
	play_type(p, "2");
	for (int i = 0; i < 30; i++) {
		scene_step(p->scene, 1000);
		play_refresh(p);
	}
	play_type(p, "1");
	after = dots(p);
	assert_true(after > before + 10);
	/* Another torrent has a history of its own. */
	play_type(p, "J");
	assert_true(dots(p) < after);
	play_free(p);
}

static void only_pictures_move_between_seconds(void **state)
{
	struct play *p = play_new("overview");

	(void)state;
	play_draw(p);
	assert_true(screen_draw_motion(p->s));
	play_free(p);
	/* Where the map is scrolled away nothing does. */
	p = play_new_at("overview", 80, 24);
	play_draw(p);
	assert_false(screen_draw_motion(p->s));
	play_free(p);
}

/* Cells of row y of the graph that are not blank. */
static int filled(const struct grid *g, int y)
{
	int n = 0;

	for (int x = 0; x < g->cols; x++)
		n += grid_cell(g, x, y)->ch[0] != ' ';
	return n;
}

static void one_piece_of_a_million_is_seen_in_the_graph(void **state)
{
	enum {
		PIECES = 100000
	};
	uint16_t *avail = mem_zero_array(PIECES, sizeof *avail);
	struct torrent_detail d = {.npieces = PIECES, .avail = avail};
	struct grid g = {0};
	struct area a;

	(void)state;
	for (int i = 1; i < PIECES; i++)
		avail[i] = 5;
	for (int w = 0; w < 60; w += 3)
		for (int h = 0; h < 6; h++) {
			grid_resize(&g, w, h);
			grid_clear(&g);
			a = area_of(&g);
			overview_draw_avail(&d, &a);
			if (w >= 12 && h >= 2)
				assert_int_not_equal(grid_cell(&g, 1, h - 2)
							     ->ch[0],
					' ');
		}
	/* More peers than columns share them. */
	avail[7] = 60000;
	grid_resize(&g, 30, 5);
	grid_clear(&g);
	a = area_of(&g);
	overview_draw_avail(&d, &a);
	assert_int_equal(filled(&g, 3), 2);
	grid_fini(&g);
	mem_free(avail);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_what_the_torrent_does),
		cmocka_unit_test(limits_goals_and_the_queue_are_told),
		cmocka_unit_test(a_private_torrent_says_so),
		cmocka_unit_test(a_fault_is_told_in_full),
		cmocka_unit_test(a_magnet_has_no_pieces_yet),
		cmocka_unit_test(what_is_too_high_scrolls),
		cmocka_unit_test(the_graph_grows_whatever_tab_is_open),
		cmocka_unit_test(only_pictures_move_between_seconds),
		cmocka_unit_test(one_piece_of_a_million_is_seen_in_the_graph),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
