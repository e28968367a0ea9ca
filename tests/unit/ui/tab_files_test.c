#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "play.h"

/* The scene's files: 0 the film (high), 1-3 Extras, 4-5 Subtitles, 6-7 Project
 * files (both skipped), 8 LICENSE, 9 poster. */

static struct play *files(void)
{
	struct play *p = play_new("filestab");

	play_draw(p);
	return p;
}

static void expect(struct play *p, const char *asked)
{
	assert_string_equal(play_asked(p), asked);
	p->asked.len = 0;
}

static void space_skips_and_fetches(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "j ");
	expect(p, "priority 1 [0,1) 0;");
	/* A folder with what is in it. */
	play_type(p, "j ");
	expect(p, "priority 1 [1,4) 0;");
	/* Both of these are skipped. */
	play_type(p, "jjjjjjj ");
	expect(p, "priority 1 [6,8) 4;");
	/* Of all, those that are skipped. */
	play_type(p, "g ");
	expect(p, "priority 1 [6,8) 4;");
	play_free(p);
}

static void plus_and_minus_change_the_priority(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "j-");
	expect(p, "priority 1 [0,1) 4;");
	play_type(p, "+");
	expect(p, "");
	play_type(p, "j+");
	expect(p, "priority 1 [1,3) 7;priority 1 [3,4) 4;");
	play_press(p, KEY_F7);
	expect(p, "priority 1 [1,3) 1;");
	play_free(p);
}

static void a_refusal_is_said_once(void **state)
{
	struct play *p = files();

	(void)state;
	p->answer = ERR_STATE;
	p->why = "its files are not known yet";
	play_type(p, " ");
	assert_true(play_shows(p, "its files are not known yet"));
	expect(p, "");
	play_free(p);
}

static void folders_fold(void **state)
{
	struct play *p = files();

	(void)state;
	assert_true(play_shows(p, "▾ Extras/"));
	play_type(p, "jjh");
	assert_true(play_shows(p, "▸ Extras/  (3 files)"));
	assert_false(play_shows(p, "making-of"));
	/* Folded, it goes to the folder around. */
	play_type(p, "h");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "▸ Cosmos Laundromat/  (10 files)"));
	play_press(p, KEY_RIGHT_ARROW);
	assert_true(play_shows(p, "▸ Extras/  (3 files)"));
	/* A folded folder still stands for its files. */
	play_type(p, "jj ");
	expect(p, "priority 1 [1,4) 0;");
	play_type(p, "l");
	assert_true(play_shows(p, "making-of-part-1.mp4"));
	/* From a file to its folder. */
	play_type(p, "jh ");
	expect(p, "priority 1 [1,4) 0;");
	assert_true(play_shows(p, "[2 Files]"));
	play_free(p);
}

static void the_list_can_be_flat(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "jjjj");
	play_press(p, KEY_F5);
	assert_true(play_shows(p,
		"    3  Cosmos Laundromat/Extras/making-of-part-2.mp4"));
	assert_false(play_shows(p, "Extras/ "));
	/* The cursor stayed on its file. */
	play_type(p, " ");
	expect(p, "priority 1 [2,3) 0;");
	play_type(p, "T ");
	expect(p, "priority 1 [2,3) 0;");
	assert_true(play_shows(p, "▾ Extras/"));
	play_free(p);
}

static void marks_are_acted_on_together(void **state)
{
	struct play *p = files();

	(void)state;
	/* From the first of Extras to the second. */
	play_type(p, "jjjV");
	assert_true(play_shows(p, "V to end the range"));
	play_type(p, "jV");
	assert_true(play_shows(p, "2 marked"));
	play_type(p, "G+");
	expect(p, "priority 1 [1,3) 7;");
	play_type(p, "U");
	assert_false(play_shows(p, "marked"));
	play_type(p, "*");
	assert_true(play_shows(p, "10 marked"));
	play_type(p, "*");
	assert_false(play_shows(p, "marked"));
	play_free(p);
}

static void esc_ends_a_range_and_a_filter_first(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "Vj");
	play_press(p, KEY_ESC_CHAR);
	assert_false(play_shows(p, "V to end"));
	assert_true(play_shows(p, "[2 Files]"));
	play_type(p, "/srt");
	play_press(p, KEY_ENTER_CHAR);
	assert_true(play_shows(p, "/ srt"));
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "poster.jpg"));
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "1 Torrents"));
	play_free(p);
}

static void a_filter_narrows_what_is_shown_and_acted_on(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "/*.mp4");
	assert_true(play_shows(p, "making-of-part-1.mp4"));
	assert_false(play_shows(p, "poster.jpg"));
	play_press(p, KEY_ENTER_CHAR);
	/* The root stands for what is shown of it. */
	play_type(p, "g-");
	expect(p, "priority 1 [1,3) 1;");
	play_type(p, "*");
	assert_true(play_shows(p, "/ *.mp4 · 2 marked"));
	/* While something is typed it is filtered; leaving that clears it. */
	play_type(p, "/");
	play_press(p, KEY_ESC_CHAR);
	assert_true(play_shows(p, "poster.jpg"));
	play_type(p, "/nothing like it");
	assert_true(play_shows(p, "no file matches"));
	play_press(p, KEY_ENTER_CHAR);
	play_type(p, "U +-j");
	expect(p, "");
	play_free(p);
}

static void sizes_and_states_filter_too(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "/size>150M is:skip");
	assert_true(play_shows(p, "victor.blend"));
	assert_false(play_shows(p, "franck.blend"));
	play_free(p);
}

static void a_click_chooses_and_a_second_one_folds(void **state)
{
	struct play *p = files();
	int x, y;

	(void)state;
	assert_true(play_find(p, "Subtitles/", &x, &y));
	play_click(p, x, y);
	assert_true(play_shows(p, "de.srt"));
	play_click(p, x, y);
	assert_false(play_shows(p, "de.srt"));
	assert_true(play_shows(p, "▸ Subtitles/  (2 files)"));
	play_type(p, " ");
	expect(p, "priority 1 [4,6) 0;");
	play_mouse(p, MOUSE_WHEEL_DOWN, x, y);
	play_type(p, " ");
	expect(p, "priority 1 [7,8) 4;");
	play_free(p);
}

static void another_torrent_begins_anew(void **state)
{
	struct play *p = files();

	(void)state;
	play_type(p, "/srt");
	play_press(p, KEY_ENTER_CHAR);
	play_type(p, "J");
	/* Only the first has files in this scene. */
	play_type(p, " +-*VTUhl");
	expect(p, "");
	play_type(p, "K");
	assert_true(play_shows(p, "poster.jpg"));
	play_free(p);
}

/* Every other one of 40: as single files they would be 20 commands. */
static void many_files_apart_are_one_command(void **state)
{
	static struct file_row many[40];
	struct play *p = files();
	struct torrent_detail d;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		many[i] = (struct file_row){
			i % 2 ? "a.mkv" : "a.txt", 1, 0, 0, 1, 4, false};
	play_refresh(p);
	d = p->detail;
	d.files = many;
	d.nfiles = 40;
	screen_update(p->s, &p->snap, &d);
	for (const char *k = "/mkv\r* "; *k; k++) {
		struct input in = {.kind = INPUT_KEY, .key = *k};

		screen_input(p->s, &in);
	}
	/* No range: the table of all. */
	expect(p, "priority 1;");
	play_free(p);
}

static void the_rest_that_does_not_fit_is_said(void **state)
{
	struct play *p = files();

	(void)state;
	assert_true(play_shows(p, "10 files, 2 skipped · 3.33 GiB of 3.62 GiB "
				  "wanted · space on disk 78.2 GiB"));
	p->snap.totals.free_bytes = 1024 * 1024;
	assert_true(play_shows(p, "does not fit: 1.16 GiB to come"));
	play_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(space_skips_and_fetches),
		cmocka_unit_test(plus_and_minus_change_the_priority),
		cmocka_unit_test(a_refusal_is_said_once),
		cmocka_unit_test(folders_fold),
		cmocka_unit_test(the_list_can_be_flat),
		cmocka_unit_test(marks_are_acted_on_together),
		cmocka_unit_test(esc_ends_a_range_and_a_filter_first),
		cmocka_unit_test(a_filter_narrows_what_is_shown_and_acted_on),
		cmocka_unit_test(sizes_and_states_filter_too),
		cmocka_unit_test(a_click_chooses_and_a_second_one_folds),
		cmocka_unit_test(another_torrent_begins_anew),
		cmocka_unit_test(many_files_apart_are_one_command),
		cmocka_unit_test(the_rest_that_does_not_fit_is_said),
	};

	return cmocka_run_group_tests(tests, play_locale, NULL);
}
