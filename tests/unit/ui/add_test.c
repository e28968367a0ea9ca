/*
 * add_test.c - from a link to a torrent whose files are chosen: the dialogs
 * of adding, one after the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ui/screen.h"
#include "ui/views.h"

#define HASH "0123456789abcdef0123456789abcdef01234567"
#define LINK "magnet:?xt=urn:btih:" HASH "&dn=Film"
#define NROWS 2
#define FREE 5000u

/* A world of one torrent, id {1, 1}, and another one that is of no matter. */
struct world {
	struct torrent_row rows[NROWS];
	struct snapshot snap;
	struct torrent_detail detail;
	struct screen *s;
	struct buf asked;
	struct torrent_id added; /* what CMD_ADD says */
	enum err answer;
	struct notice notices[4];
	uint64_t nnotices;
	uint32_t watched;
	char file[64];
};

static const struct file_row files[] = {
	{.path = "Film/film.mkv", .size = 4000, .priority = 4},
	{.path = "Film/Extras/one.mp4", .size = 1500, .priority = 4},
	{.path = "Film/Extras/two.mp4", .size = 500, .priority = 4},
	{.path = "Film/read.me", .size = 10, .priority = 4},
};
#define NFILES 4

static void tell_choice(struct world *w, const struct start_choice *c)
{
	buf_printf(&w->asked, "start");
	for (size_t i = 0; c->priority && i < c->nfiles; i++)
		buf_printf(&w->asked, " %u", c->priority[i]);
	buf_printf(&w->asked, "%s%s%s;", c->dir ? " to " : "",
		c->dir ? c->dir : "", c->paused ? " paused" : "");
}

static enum err on_command(void *user, const struct command *c,
	struct torrent_id *id, struct fault *fault)
{
	struct world *w = user;

	if (w->answer != ERR_OK)
		return fault_set(fault, w->answer, 0, "that cannot be done");
	if (c->kind == CMD_ADD) {
		buf_printf(&w->asked, "add%s%s;",
			c->add->choose ? " choose" : "",
			c->add->paused ? " paused" : "");
		*id = w->added;
	} else if (c->kind == CMD_START) {
		tell_choice(w, c->start);
	} else {
		buf_printf(&w->asked, "%s %u;",
			c->kind == CMD_REMOVE   ? "remove"
			: c->kind == CMD_RESUME ? "resume"
						: "?",
			c->torrent.slot);
	}
	return ERR_OK;
}

static void on_watch(void *user, struct torrent_id id, uint32_t what)
{
	struct world *w = user;

	w->watched = id.slot == 1 ? what : 0;
}

static const struct notice *on_notice(void *user, uint64_t after)
{
	struct world *w = user;

	return after < w->nnotices ? &w->notices[after] : NULL;
}

static void on_read_torrent(void *user, const char *path)
{
	struct world *w = user;

	snprintf(w->file, sizeof w->file, "%s", path);
}

static uint64_t on_free(void *user, const char *dir)
{
	(void)user;
	return strcmp(dir, "/large") == 0 ? 1u << 30 : FREE;
}

static const struct ui_ops ops = {
	.command = on_command,
	.watch = on_watch,
	.notice_after = on_notice,
	.read_torrent = on_read_torrent,
	.free_bytes = on_free,
};

static void update(struct world *w)
{
	w->snap.seq++;
	screen_update(w->s, &w->snap, &w->detail);
}

static void press(struct world *w, int32_t key)
{
	struct input in = {.kind = INPUT_KEY, .key = key};

	update(w);
	screen_input(w->s, &in);
}

static void type(struct world *w, const char *keys)
{
	for (; *keys; keys++)
		press(w, (unsigned char)*keys);
}

static void paste(struct world *w, const char *text)
{
	struct input in = {.kind = INPUT_PASTE, .text = text};

	update(w);
	screen_input(w->s, &in);
}

static void notice(struct world *w, enum notice_kind kind, uint32_t slot,
	uint32_t fetch, const char *text)
{
	struct notice *n = &w->notices[w->nnotices++];

	*n = (struct notice){.seq = w->nnotices,
		.at_ms = w->snap.now_ms,
		.kind = kind,
		.torrent = {slot, slot},
		.fetch = fetch};
	snprintf(n->text, sizeof n->text, "%s", text);
}

static struct world *world_new(void)
{
	struct world *w = mem_zero(sizeof *w);
	struct ui_options opt = {.home = "/home/ana"};

	for (uint32_t i = 0; i < NROWS; i++)
		w->rows[i] = (struct torrent_row){.id = {i + 1, i + 1},
			.name = i ? "another" : "Film",
			.dir = "/down",
			.state = i ? TORRENT_SEEDING : TORRENT_FETCHING,
			.why = {WHY_METADATA, 1, 4, 2, 0, UINT32_MAX},
			.eta_s = UINT32_MAX,
			.avail_milli = UINT32_MAX};
	w->rows[1].wire_hash[0] = 7;
	w->added = w->rows[0].id;
	w->snap.rows = w->rows;
	w->snap.nrows = NROWS;
	w->snap.default_dir = "/down";
	w->snap.totals.free_bytes = FREE;
	w->snap.totals.has_dht = true;
	w->snap.now_ms = 100000;
	w->s = screen_new(&ops, w, &opt);
	screen_resize(w->s, 100, 30, TIER_UTF8);
	update(w);
	return w;
}

static void world_free(struct world *w)
{
	screen_free(w->s);
	buf_free(&w->asked);
	mem_free(w);
}

static const char *asked(struct world *w)
{
	*buf_reserve(&w->asked, 1) = '\0';
	return (const char *)w->asked.p;
}

static bool shows(struct world *w, const char *text)
{
	const struct grid *g = screen_draw(w->s);
	struct buf b = {0};
	char utf8[4];
	bool found;

	for (int y = 0; y < g->rows; y++) {
		for (int x = 0; x < g->cols; x++) {
			const struct cell *c = grid_cell(g, x, y);

			if (c->width)
				buf_add(&b, span_of(utf8, utf8_encode(c->ch[0],
								  utf8)));
		}
		buf_add_byte(&b, '\n');
	}
	found = memmem(b.p, b.len, text, strlen(text));
	buf_free(&b);
	return found;
}

/* The file list is here. */
static void files_come(struct world *w)
{
	w->rows[0].state = TORRENT_PAUSED;
	w->rows[0].why = (struct why){.kind = WHY_CHOOSE};
	w->rows[0].has_metadata = w->rows[0].waits_for_choice = true;
	update(w);
	screen_draw(w->s);
	w->detail.id = w->rows[0].id;
	w->detail.what = w->watched;
	if (w->watched & WATCH_FILES) {
		w->detail.files = files;
		w->detail.nfiles = NFILES;
	}
	update(w);
}

/* The dialog in which its files are chosen. */
static struct world *choosing(void)
{
	struct world *w = world_new();

	files_come(w);
	list_choose(&w->s->list, w->rows[0].id);
	press(w, KEY_ENTER_CHAR);
	files_come(w);
	assert_true(shows(w, "Film: choose files"));
	return w;
}

/* --- fetching ---------------------------------------------------------------
 */

static void a_link_shows_who_is_asked_for_its_files(void **state)
{
	struct world *w = world_new();
	const struct tracker_row trackers[] = {
		{.status = TRACKER_OK}, {.status = TRACKER_ASKING}};
	const struct peer_row peers[] = {{.connecting = true}, {.id = 1}};

	(void)state;
	paste(w, LINK);
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add choose;");
	w->rows[0].dht_asked = 22;
	w->rows[0].dht_found = 3;
	w->rows[0].peers = 1;
	w->rows[0].swarm_seeds = 5;
	w->detail = (struct torrent_detail){.id = w->rows[0].id,
		.what = WATCH_TRACKERS | WATCH_PEERS,
		.trackers = trackers,
		.ntrackers = 2,
		.peers = peers,
		.npeers = 2};
	update(w);
	assert_true(shows(w, "fetching the file list"));
	assert_true(shows(w, "22 nodes asked, 3 peers found"));
	assert_true(shows(w, "1 of 2 answered: 5 seeds"));
	assert_true(shows(w, "1 connected, 2 have the file list, 1 connect"));
	assert_true(shows(w, "1 of 4 parts"));
	assert_true(w->watched & WATCH_TRACKERS);
	press(w, KEY_ESC_CHAR);
	assert_false(shows(w, "fetching the file list ─"));
	assert_true(shows(w, "◇ Film"));
	assert_string_equal(asked(w), "add choose;");
	world_free(w);
}

static void the_files_take_the_place_of_the_wait(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, HASH);
	press(w, KEY_ENTER_CHAR);
	update(w);
	w->snap.now_ms += 2300;
	notice(w, NOTICE_METADATA, 1, 0, "Film");
	files_come(w);
	files_come(w);
	assert_true(shows(w, "Film: choose files"));
	assert_true(shows(w, "arrived in 2.3 s"));
	assert_true(shows(w, "two.mp4"));
	assert_false(shows(w, "Enter to choose"));
	press(w, KEY_ESC_CHAR);
	assert_false(shows(w, "choose files"));
	assert_string_equal(asked(w), "add choose;");
	world_free(w);
}

static void who_left_hears_that_the_files_are_here(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, LINK);
	press(w, KEY_ENTER_CHAR);
	press(w, KEY_ESC_CHAR);
	notice(w, NOTICE_METADATA, 1, 0, "Film");
	files_come(w);
	assert_true(shows(w, "Film: file list is here, Enter to choose"));
	assert_false(shows(w, "choose files"));
	press(w, KEY_ENTER_CHAR);
	files_come(w);
	assert_true(shows(w, "Film: choose files"));
	world_free(w);
}

static void everything_may_be_taken_while_it_is_fetched(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, LINK);
	press(w, KEY_ENTER_CHAR);
	press(w, '\t');
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add choose;start;");
	assert_false(shows(w, "fetching the file list ─"));
	/* Or it goes again. */
	paste(w, LINK);
	press(w, KEY_ENTER_CHAR);
	press(w, KEY_LEFT_ARROW);
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add choose;start;add choose;remove 1;");
	world_free(w);
}

static void a_url_is_fetched_first(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->added = (struct torrent_id){0, 3};
	paste(w, "https://example/film.torrent");
	press(w, KEY_ENTER_CHAR);
	update(w);
	assert_true(shows(w, "asking the server"));
	notice(w, NOTICE_FAULT, 0, 2, "of another");
	notice(w, NOTICE_ADDED, 1, 3, "Film");
	files_come(w);
	files_come(w);
	assert_true(shows(w, "Film: choose files"));
	world_free(w);
}

static void a_url_that_fails_says_so_in_the_dialog(void **state)
{
	struct world *w = world_new();

	(void)state;
	w->added = (struct torrent_id){0, 3};
	paste(w, "https://example/film.torrent");
	press(w, KEY_ENTER_CHAR);
	notice(w, NOTICE_FAULT, 0, 3, "the server answers HTTP 404");
	update(w);
	assert_true(shows(w, "the server answers HTTP 404"));
	press(w, KEY_ENTER_CHAR);
	assert_false(shows(w, "[ Close ]"));
	world_free(w);
}

static void a_fault_is_shown_and_may_be_tried_again(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, LINK);
	press(w, KEY_ENTER_CHAR);
	w->rows[0].state = TORRENT_FAULTY;
	fault_set(&w->rows[0].fault, ERR_SYNTAX, 0, "it is no torrent");
	update(w);
	assert_true(shows(w, "it is no torrent"));
	press(w, '\t');
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add choose;resume 1;");
	/* Somebody removed it. */
	w->snap.nrows = 0;
	update(w);
	assert_false(shows(w, "it is no torrent"));
	world_free(w);
}

/* --- choosing ---------------------------------------------------------------
 */

static void starts_with_what_is_chosen(void **state)
{
	struct world *w = choosing();

	(void)state;
	assert_true(shows(w, "[x]  5.87K"));
	type(w, "jj "); /* Extras/ */
	assert_true(shows(w, "3.92 KiB of 5.87 KiB chosen, 2 of 4 files"));
	type(w, "j j+"); /* one.mp4 on again, two.mp4 low */
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "");
	assert_true(shows(w, "does not fit"));
	type(w, "G "); /* read.me off: it fits no better */
	type(w, "kk ");
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "start 4 0 1 0 to /down;");
	world_free(w);
}

static void what_does_not_fit_is_asked_about(void **state)
{
	struct world *w = choosing();

	(void)state;
	assert_true(shows(w, "does not fit"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "");
	assert_true(shows(w, "Enter once more"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "start 4 4 4 4 to /down;");
	world_free(w);
}

static void another_folder_may_have_room(void **state)
{
	struct world *w = choosing();

	(void)state;
	press(w, '\t');
	press(w, KEY_CTRL_('U'));
	type(w, "/large");
	assert_true(shows(w, "fits"));
	assert_false(shows(w, "does not fit"));
	press(w, '\t');
	press(w, KEY_RIGHT_ARROW);
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "start 4 4 4 4 to /large paused;");
	world_free(w);
}

static void a_filter_narrows_what_the_star_takes(void **state)
{
	struct world *w = choosing();

	(void)state;
	type(w, "*/*.mp4");
	assert_false(shows(w, "film.mkv"));
	press(w, KEY_ENTER_CHAR);
	type(w, "*");
	press(w, KEY_ESC_CHAR); /* clears the filter first */
	assert_true(shows(w, "film.mkv"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "start 0 4 4 0 to /down;");
	world_free(w);
}

static void folders_fold(void **state)
{
	struct world *w = choosing();

	(void)state;
	type(w, "jjh");
	assert_false(shows(w, "two.mp4"));
	assert_true(shows(w, "Extras/  (2 files)"));
	type(w, "hh");
	assert_false(shows(w, "film.mkv"));
	type(w, "ll");
	assert_true(shows(w, "film.mkv"));
	world_free(w);
}

static void a_refusal_stays_in_the_dialog(void **state)
{
	struct world *w = choosing();

	(void)state;
	type(w, "jj ");
	w->answer = ERR_RANGE;
	press(w, KEY_ENTER_CHAR);
	assert_true(shows(w, "that cannot be done"));
	type(w, " ");
	assert_false(shows(w, "that cannot be done"));
	world_free(w);
}

static void a_file_is_taken_back_when_nothing_is_chosen(void **state)
{
	struct world *w = world_new();

	(void)state;
	type(w, "a~/x.torrent");
	press(w, KEY_ENTER_CHAR);
	w->rows[0].waits_for_choice = w->rows[0].has_metadata = true;
	w->rows[0].state = TORRENT_PAUSED;
	screen_torrent_read(w->s, w->file, span_str("BYTES"), NULL);
	files_come(w);
	files_come(w);
	assert_true(shows(w, "Film: choose files"));
	assert_true(shows(w, "Esc cancel"));
	press(w, KEY_ESC_CHAR);
	assert_string_equal(asked(w), "add choose;remove 1;");
	world_free(w);
}

static void the_mouse_chooses_too(void **state)
{
	struct world *w = choosing();
	struct input in = {
		.kind = INPUT_MOUSE, .button = MOUSE_LEFT, .x = 10, .y = 6};

	(void)state;
	screen_draw(w->s);
	screen_input(w->s, &in); /* the box of film.mkv */
	assert_true(shows(w, "3 of 4 files"));
	in.y = 23;
	screen_draw(w->s);
	while (in.x < 40 && !*asked(w)) {
		in.x++;
		screen_input(w->s, &in);
	}
	assert_string_equal(asked(w), "start 0 4 4 4 to /down;");
	world_free(w);
}

/* --- several links ----------------------------------------------------------
 */

static void several_links_are_chosen_from(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, LINK "\nhttps://example/a.torrent\n"
		      "magnet:?xt=urn:btih:"
		      "0700000000000000000000000000000000000000\n" LINK "\n"
		      "magnet:?dn=nothing\n'/tmp/x.torrent'\n");
	assert_true(shows(w, "Pasted: 5 links"));
	assert_true(shows(w, "already in the list"));
	assert_true(shows(w, "[ Add 3 ]"));
	type(w, "  "); /* off and on */
	press(w, KEY_DOWN_ARROW);
	type(w, " ");
	press(w, KEY_DOWN_ARROW);
	type(w, " "); /* what is there cannot be added */
	assert_true(shows(w, "[ Add 2 ]"));
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add choose;");
	assert_string_equal(w->file, "/tmp/x.torrent");
	assert_true(shows(w, "Pasted"));
	screen_torrent_read(w->s, "/tmp/x.torrent", span_str("BYTES"), NULL);
	assert_string_equal(asked(w), "add choose;add choose;");
	assert_false(shows(w, "Pasted"));
	world_free(w);
}

static void several_links_may_start_at_once(void **state)
{
	struct world *w = world_new();

	(void)state;
	paste(w, LINK "\nhttps://example/a.torrent\n");
	press(w, '\t');
	type(w, " ");
	press(w, '\t');
	press(w, KEY_ENTER_CHAR);
	assert_string_equal(asked(w), "add;add;");
	paste(w, LINK "\nhttps://example/a.torrent\n");
	press(w, KEY_ESC_CHAR);
	assert_string_equal(asked(w), "add;add;");
	world_free(w);
}

static void what_is_there_is_said_with_its_place(void **state)
{
	struct world *w = world_new();

	(void)state;
	memset(w->rows[1].wire_hash, 0x11, 20);
	paste(w, "magnet:?xt=urn:btih:1111111111111111111111111111111111111111"
		 "&tr=udp%3A%2F%2Ft%3A1");
	assert_true(shows(w, "already in the list (row "));
	assert_true(shows(w, "Enter adds its 1 tracker"));
	world_free(w);
}

/* --- looking into files -----------------------------------------------------
 */

static void candidates_say_what_is_in_them(void **state)
{
	static const char file[] = "d4:infod6:lengthi1536e4:name5:a.bin"
				   "12:piece lengthi16384e6:pieces20:"
				   "aaaaaaaaaaaaaaaaaaaaee";
	struct dir_entry entries[] = {{(char[]){"one.torrent"}, false},
		{(char[]){"two.torrent"}, false}};
	struct world *w = world_new();

	(void)state;
	type(w, "a/x/");
	screen_folder_read(w->s, "/x/", entries, 2);
	assert_string_equal(w->file, "/x/one.torrent");
	screen_torrent_read(w->s, "/x/other.torrent", span_str(file), NULL);
	assert_string_equal(w->file, "/x/one.torrent");
	screen_torrent_read(w->s, "/x/one.torrent", span_str(file), NULL);
	assert_string_equal(w->file, "/x/two.torrent");
	screen_torrent_read(w->s, "/x/two.torrent", span_str("x"), NULL);
	assert_true(shows(w, "1.50 KiB, 1 file"));
	assert_true(shows(w, "broken: "));
	assert_string_equal(asked(w), "");
	world_free(w);
}

static int set_up(void **state)
{
	(void)state;
	hash_setup();
	setlocale(LC_CTYPE, "C.UTF-8");
	text_set_utf8(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_shows_who_is_asked_for_its_files),
		cmocka_unit_test(the_files_take_the_place_of_the_wait),
		cmocka_unit_test(who_left_hears_that_the_files_are_here),
		cmocka_unit_test(everything_may_be_taken_while_it_is_fetched),
		cmocka_unit_test(a_url_is_fetched_first),
		cmocka_unit_test(a_url_that_fails_says_so_in_the_dialog),
		cmocka_unit_test(a_fault_is_shown_and_may_be_tried_again),
		cmocka_unit_test(starts_with_what_is_chosen),
		cmocka_unit_test(what_does_not_fit_is_asked_about),
		cmocka_unit_test(another_folder_may_have_room),
		cmocka_unit_test(a_filter_narrows_what_the_star_takes),
		cmocka_unit_test(folders_fold),
		cmocka_unit_test(a_refusal_stays_in_the_dialog),
		cmocka_unit_test(a_file_is_taken_back_when_nothing_is_chosen),
		cmocka_unit_test(the_mouse_chooses_too),
		cmocka_unit_test(several_links_are_chosen_from),
		cmocka_unit_test(several_links_may_start_at_once),
		cmocka_unit_test(what_is_there_is_said_with_its_place),
		cmocka_unit_test(candidates_say_what_is_in_them),
	};

	return cmocka_run_group_tests_name("add", tests, set_up, NULL);
}
