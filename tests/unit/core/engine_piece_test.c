/*
 * engine_piece_test.c - single pieces, peers and trackers, and the folder, as
 * the user orders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <string.h>

#include "core/command.h"
#include "core/engine.h"
#include "fake_host.c"

struct desk {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct torrent_id id;
};

static int open_desk(void **state)
{
	struct desk *d = mem_zero(sizeof *d);
	struct engine_config cfg = {.download_dir = FAKE_DIR};
	struct fault f = {0};

	fake_init(&d->h);
	d->settings = settings_new();
	assert_int_equal(settings_set(d->settings, "dht", "off", &f), ERR_OK);
	assert_int_equal(settings_set(d->settings, "lsd", "off", &f), ERR_OK);
	cfg.settings = d->settings;
	d->e = engine_new(&d->h.base, &cfg);
	engine_start(d->e);
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *d = *state;

	fake_close(&d->h, d->e);
	settings_free(d->settings);
	fake_fini(&d->h);
	mem_free(d);
	return 0;
}

static void add(struct desk *d)
{
	struct buf t = fake_torrent(&d->h, "one");
	struct add_source a = {.metainfo = buf_span(&t)};
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct fault f = {0};

	assert_int_equal(engine_command(d->e, &c, &d->id, &f), ERR_OK);
	buf_free(&t);
	fake_run(&d->h, d->e, 1000);
}

static enum err give(struct desk *d, enum command_kind kind, uint64_t value)
{
	struct command c = {.kind = kind,
		.torrent = d->id,
		.value = value,
		.on = true,
		.addr = addr_v4(192, 0, 2, 7, 6881)};
	struct fault f = {0};
	enum err err = engine_command(d->e, &c, NULL, &f);

	assert_true(err == ERR_OK || f.what[0]);
	fake_run(&d->h, d->e, 100);
	return err;
}

static const struct torrent_row *row(struct desk *d)
{
	const struct torrent_row *r =
		snapshot_find(engine_refresh(d->e), d->id);

	assert_non_null(r);
	return r;
}

static void a_good_piece_stays(void **state)
{
	struct desk *d = *state;

	fake_files_there(&d->h);
	add(d);
	assert_int_equal(give(d, CMD_VERIFY_PIECE, 1), ERR_OK);
	assert_int_equal(row(d)->pieces_have, FAKE_PIECES);
	assert_int_equal(row(d)->state, TORRENT_SEEDING);
}

static void a_damaged_piece_is_fetched_again(void **state)
{
	struct desk *d = *state;

	fake_files_there(&d->h);
	add(d);
	d->h.data[FAKE_PIECE] ^= 1;
	assert_int_equal(give(d, CMD_VERIFY_PIECE, 1), ERR_OK);
	assert_int_equal(row(d)->pieces_have, FAKE_PIECES - 1);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
	/* It is not here any more, to be looked at once more. */
	assert_int_equal(give(d, CMD_VERIFY_PIECE, 1), ERR_STATE);
	d->h.data[FAKE_PIECE] ^= 1;
}

static void pieces_that_are_not_there_are_refused(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_VERIFY_PIECE, 0), ERR_STATE);
	assert_int_equal(give(d, CMD_VERIFY_PIECE, FAKE_PIECES), ERR_RANGE);
	assert_int_equal(give(d, CMD_PIECE_FIRST, UINT64_MAX), ERR_RANGE);
}

static void a_missing_piece_can_come_first(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_PIECE_FIRST, 3), ERR_OK);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
}

static void what_we_have_cannot_come_first(void **state)
{
	struct desk *d = *state;

	fake_files_there(&d->h);
	add(d);
	assert_int_equal(give(d, CMD_PIECE_FIRST, 3), ERR_STATE);
}

static void a_ban_can_be_lifted(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_BAN, 0), ERR_OK);
	assert_int_equal(give(d, CMD_ADD_PEER, 0), ERR_OK);
	assert_int_equal(row(d)->known, 0);
	assert_int_equal(give(d, CMD_UNBAN, 0), ERR_OK);
	assert_int_equal(give(d, CMD_ADD_PEER, 0), ERR_OK);
	assert_int_equal(row(d)->known, 1);
}

static void a_connection_that_is_gone_cannot_be_ended(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_KICK, 12345), ERR_NOENT);
}

static enum err say(struct desk *d, enum command_kind kind, const char *text)
{
	struct command c = {.kind = kind, .torrent = d->id, .text = text};
	struct fault f = {0};
	enum err err = engine_command(d->e, &c, NULL, &f);

	assert_true(err == ERR_OK || f.what[0]);
	fake_run(&d->h, d->e, 100);
	return err;
}

static size_t trackers(struct desk *d)
{
	engine_watch(d->e, d->id, WATCH_TRACKERS);
	engine_refresh(d->e);
	return engine_detail(d->e)->ntrackers;
}

static void a_tracker_can_be_taken_out_and_put_back(void **state)
{
	static const char url[] = "http://t.example/announce";
	struct desk *d = *state;
	char *link;

	add(d);
	assert_int_equal(say(d, CMD_REMOVE_TRACKER, url), ERR_NOENT);
	assert_int_equal(say(d, CMD_ADD_TRACKER, url), ERR_OK);
	assert_int_equal(trackers(d), 1);
	assert_int_equal(say(d, CMD_REMOVE_TRACKER, url), ERR_OK);
	assert_int_equal(trackers(d), 0);
	link = engine_magnet_link(d->e, d->id);
	assert_null(strstr(link, "t.example"));
	mem_free(link);
	assert_int_equal(say(d, CMD_REMOVE_TRACKER, url), ERR_NOENT);
	assert_int_equal(say(d, CMD_ADD_TRACKER, url), ERR_OK);
	assert_int_equal(trackers(d), 1);
}

static void the_files_go_to_another_folder(void **state)
{
	struct desk *d = *state;

	fake_files_there(&d->h);
	add(d);
	assert_int_equal(say(d, CMD_MOVE, "relative"), ERR_SYNTAX);
	assert_int_equal(say(d, CMD_MOVE, "/elsewhere"), ERR_OK);
	fake_run(&d->h, d->e, 500);
	assert_string_equal(row(d)->dir, "/elsewhere");
	assert_false(row(d)->is_moving);
	assert_int_equal(row(d)->state, TORRENT_SEEDING);
}

int main(void)
{
#define DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)
	const struct CMUnitTest tests[] = {
		DESK(a_good_piece_stays),
		DESK(a_damaged_piece_is_fetched_again),
		DESK(pieces_that_are_not_there_are_refused),
		DESK(a_missing_piece_can_come_first),
		DESK(what_we_have_cannot_come_first),
		DESK(a_ban_can_be_lifted),
		DESK(a_tracker_can_be_taken_out_and_put_back),
		DESK(the_files_go_to_another_folder),
		DESK(a_connection_that_is_gone_cannot_be_ended),
	};

	return cmocka_run_group_tests_name("engine_piece", tests, NULL, NULL);
}
