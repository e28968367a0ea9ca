/*
 * engine_command_test.c - changes from outside, and what they are refused for.
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
#include "core/swarm/piece_picker.h"
#include "fake_host.c"

struct desk {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct buf torrent;
	struct torrent_id id; /* of the last command */
	struct fault fault;
};

static int open_desk(void **state)
{
	struct desk *d = mem_zero(sizeof *d);
	struct engine_config cfg = {.download_dir = FAKE_DIR};

	fake_init(&d->h);
	d->settings = settings_new();
	cfg.settings = d->settings;
	d->e = engine_new(&d->h.base, &cfg);
	engine_start(d->e);
	d->torrent = fake_torrent(&d->h, "fake");
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *d = *state;

	if (d->e)
		fake_close(&d->h, d->e);
	settings_free(d->settings);
	buf_free(&d->torrent);
	fake_fini(&d->h);
	mem_free(d);
	return 0;
}

static enum err give(struct desk *d, const struct command *c)
{
	memset(&d->fault, 0, sizeof d->fault);
	return engine_command(d->e, c, &d->id, &d->fault);
}

static enum err add(struct desk *d, const struct add_source *a)
{
	struct command c = {.kind = CMD_ADD, .add = a};

	return give(d, &c);
}

static enum err add_torrent(struct desk *d)
{
	struct add_source a = {.metainfo = buf_span(&d->torrent)};

	return add(d, &a);
}

static const struct torrent_row *row(struct desk *d)
{
	return snapshot_find(engine_refresh(d->e), d->id);
}

static const struct notice *last_notice(struct desk *d, enum notice_kind kind)
{
	const struct notice *n, *found = NULL;
	uint64_t after = 0;

	while ((n = engine_notice_after(d->e, after))) {
		after = n->seq;
		found = n->kind == kind ? n : found;
	}
	return found;
}

static void a_torrent_appears_at_once(void **state)
{
	struct desk *d = *state;

	assert_int_equal(add_torrent(d), ERR_OK);
	assert_non_null(row(d));
	assert_string_equal(row(d)->name, "fake");
	assert_string_equal(row(d)->dir, FAKE_DIR);
	assert_non_null(last_notice(d, NOTICE_ADDED));
	fake_run(&d->h, d->e, 100);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
}

static void added_twice_it_is_one(void **state)
{
	struct desk *d = *state;
	struct torrent_id first;

	assert_int_equal(add_torrent(d), ERR_OK);
	first = d->id;
	assert_int_equal(add_torrent(d), ERR_EXISTS);
	assert_true(torrent_id_equal(first, d->id));
	assert_int_equal(engine_refresh(d->e)->nrows, 1);
}

static void a_second_link_brings_its_trackers(void **state)
{
	struct desk *d = *state;
	struct add_source a = {
		.link = "magnet:?xt=urn:btih:"
			"0123456789012345678901234567890123456789"};

	assert_int_equal(add(d, &a), ERR_OK);
	a.link = "magnet:?xt=urn:btih:0123456789012345678901234567890123456789"
		 "&tr=http%3A%2F%2Ft.example%2Fannounce";
	assert_int_equal(add(d, &a), ERR_EXISTS);
	engine_watch(d->e, d->id, WATCH_TRACKERS);
	engine_refresh(d->e);
	assert_int_equal(engine_detail(d->e)->ntrackers, 1);
}

static void nonsense_is_refused_with_a_reason(void **state)
{
	struct desk *d = *state;
	const struct add_source bad[] = {
		{.metainfo = span_str("nonsense")},
		{.link = "magnet:?dn=nothing"},
		{.url = "ftp://example/x.torrent"},
		{.dir = "relative", .metainfo = buf_span(&d->torrent)},
	};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_not_equal(add(d, &bad[i]), ERR_OK);
		assert_string_not_equal(d->fault.what, "");
		assert_int_equal(engine_refresh(d->e)->nrows, 0);
	}
}

static void a_url_becomes_a_torrent(void **state)
{
	struct desk *d = *state;
	char dir[] = "/else", label[] = "iso";
	struct add_source a = {.url = "http://example/x.torrent",
		.dir = dir,
		.label = label,
		.paused = true};

	assert_int_equal(add(d, &a), ERR_OK);
	/* What it was told is its own. */
	memset(dir, 'x', sizeof dir - 1);
	memset(label, 'x', sizeof label - 1);
	assert_int_equal(d->id.slot, 0);
	assert_int_equal(d->id.generation, 1);
	fake_answer(&d->h, ERR_OK, 200, buf_span(&d->torrent));
	assert_int_equal(last_notice(d, NOTICE_ADDED)->fetch, 1);
	fake_run(&d->h, d->e, 100);
	assert_int_equal(engine_refresh(d->e)->nrows, 1);
	assert_string_equal(engine_refresh(d->e)->rows[0].dir, "/else");
	assert_string_equal(engine_refresh(d->e)->rows[0].label, "iso");
	assert_int_equal(engine_refresh(d->e)->rows[0].state, TORRENT_PAUSED);
}

static void a_url_that_fails_is_a_notice(void **state)
{
	struct desk *d = *state;
	struct add_source a = {.url = "http://example/x.torrent"};

	assert_int_equal(add(d, &a), ERR_OK);
	fake_answer(&d->h, ERR_OK, 404, (struct span){0});
	assert_int_equal(engine_refresh(d->e)->nrows, 0);
	assert_non_null(strstr(last_notice(d, NOTICE_FAULT)->text, "404"));
	assert_int_equal(last_notice(d, NOTICE_FAULT)->fetch, d->id.generation);
}

static void closing_cancels_a_url(void **state)
{
	struct desk *d = *state;
	struct add_source a = {.url = "http://example/x.torrent"};

	assert_int_equal(add(d, &a), ERR_OK);
	fake_close(&d->h, d->e);
	d->e = NULL;
	assert_int_equal(d->h.cancelled, 1);
}

static void nothing_is_added_while_closing(void **state)
{
	struct desk *d = *state;
	bool done = false;

	engine_close(d->e, true, set_true, &done);
	assert_int_equal(add_torrent(d), ERR_STATE);
	while (!done)
		fake_turn(&d->h, d->e);
	engine_free(d->e);
	d->e = NULL;
}

static void what_was_removed_is_gone_and_may_come_back(void **state)
{
	struct desk *d = *state;
	struct command c = {.kind = CMD_REMOVE};

	assert_int_equal(add_torrent(d), ERR_OK);
	c.torrent = d->id;
	fake_run(&d->h, d->e, 100);
	assert_int_equal(give(d, &c), ERR_OK);
	assert_int_equal(engine_refresh(d->e)->nrows, 0);
	assert_int_equal(give(d, &c), ERR_NOENT);
	assert_int_equal(add_torrent(d), ERR_STATE);
	fake_run(&d->h, d->e, 100);
	assert_int_equal(add_torrent(d), ERR_OK);
	assert_false(torrent_id_equal(c.torrent, d->id));
	assert_int_equal(give(d, &c), ERR_NOENT);
}

static void rows_outlive_what_they_show(void **state)
{
	struct desk *d = *state;
	const struct snapshot *s;
	struct command c = {.kind = CMD_REMOVE};

	assert_int_equal(add_torrent(d), ERR_OK);
	fake_run(&d->h, d->e, 100);
	s = engine_refresh(d->e);
	c.torrent = d->id;
	assert_int_equal(give(d, &c), ERR_OK);
	fake_run(&d->h, d->e, 100);
	assert_int_equal(s->nrows, 1);
	assert_true(strlen(s->rows[0].name) < 10);
	assert_int_equal(engine_refresh(d->e)->nrows, 0);
}

static void priorities_are_for_files_that_exist(void **state)
{
	struct desk *d = *state;
	struct command c = {.kind = CMD_FILE_PRIORITY, .value = PRIO_SKIP};

	assert_int_equal(add_torrent(d), ERR_OK);
	fake_run(&d->h, d->e, 100);
	c.torrent = d->id;
	c.file_end = 3;
	assert_int_equal(give(d, &c), ERR_RANGE);
	c.file_end = 0;
	assert_int_equal(give(d, &c), ERR_RANGE);
	c.file_end = 1;
	c.value = 3;
	assert_int_equal(give(d, &c), ERR_RANGE);
	c.value = PRIO_SKIP;
	assert_int_equal(give(d, &c), ERR_OK);
	d->id = c.torrent;
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
}

static void priorities_of_all_files_change_at_once(void **state)
{
	struct desk *d = *state;
	uint8_t priority[3] = {PRIO_HIGH, PRIO_SKIP, PRIO_LOW};
	struct start_choice all = {.priority = priority, .nfiles = 3};
	struct command c = {.kind = CMD_FILE_PRIORITY, .start = &all};

	assert_int_equal(add_torrent(d), ERR_OK);
	fake_run(&d->h, d->e, 100);
	c.torrent = d->id;
	assert_int_equal(give(d, &c), ERR_RANGE);
	all.nfiles = 2;
	priority[0] = 255;
	assert_int_equal(give(d, &c), ERR_RANGE);
	priority[0] = PRIO_HIGH;
	assert_int_equal(give(d, &c), ERR_OK);
	d->id = c.torrent;
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
}

static void a_magnet_link_has_no_files_to_choose(void **state)
{
	struct desk *d = *state;
	struct add_source a = {
		.link = "0123456789012345678901234567890123456789"};
	struct command c = {.kind = CMD_FILE_PRIORITY, .file_end = 1};

	assert_int_equal(add(d, &a), ERR_OK);
	c.torrent = d->id;
	c.value = PRIO_SKIP;
	assert_int_equal(give(d, &c), ERR_STATE);
	c.kind = CMD_RECHECK;
	assert_int_equal(give(d, &c), ERR_STATE);
}

static void peers_and_trackers_have_to_be_possible(void **state)
{
	struct desk *d = *state;
	struct command c = {.kind = CMD_ADD_PEER};

	assert_int_equal(add_torrent(d), ERR_OK);
	c.torrent = d->id;
	assert_int_equal(give(d, &c), ERR_RANGE);
	c.kind = CMD_ADD_TRACKER;
	c.text = "gopher://t";
	assert_int_equal(give(d, &c), ERR_SYNTAX);
	c.text = "udp://t.example:80";
	assert_int_equal(give(d, &c), ERR_OK);
}

static void settings_change_by_command(void **state)
{
	struct desk *d = *state;
	struct command c = {.kind = CMD_DOWN_LIMIT, .value = 65536};

	assert_int_equal(give(d, &c), ERR_OK);
	assert_int_equal(engine_refresh(d->e)->totals.down_limit_bps, 65536);
	c = (struct command){.kind = CMD_SET, .text = "up_limit 32768"};
	assert_int_equal(give(d, &c), ERR_OK);
	assert_int_equal(engine_refresh(d->e)->totals.up_limit_bps, 32768);
	c.text = "up_limit";
	assert_int_equal(give(d, &c), ERR_SYNTAX);
	c.text = "no_such_thing 1";
	assert_int_not_equal(give(d, &c), ERR_OK);
}

static void slow_mode_brings_limits_of_its_own_and_gives_them_back(void **state)
{
	struct desk *d = *state;
	struct command c = {.kind = CMD_SET, .text = "down_limit 2M"};
	const struct engine_totals *t;

	assert_int_equal(give(d, &c), ERR_OK);
	c.text = "slow_mode on";
	assert_int_equal(give(d, &c), ERR_OK);
	t = &engine_refresh(d->e)->totals;
	assert_int_equal(t->down_limit_bps, 500 << 10);
	assert_int_equal(t->up_limit_bps, 100 << 10);
	c.text = "slow_up_limit 0";
	assert_int_equal(give(d, &c), ERR_OK);
	assert_int_equal(engine_refresh(d->e)->totals.up_limit_bps, 0);
	c.text = "slow_mode off";
	assert_int_equal(give(d, &c), ERR_OK);
	t = &engine_refresh(d->e)->totals;
	assert_int_equal(t->down_limit_bps, 2 << 20);
	assert_int_equal(t->up_limit_bps, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_torrent_appears_at_once),
		T(added_twice_it_is_one),
		T(a_second_link_brings_its_trackers),
		T(nonsense_is_refused_with_a_reason),
		T(a_url_becomes_a_torrent),
		T(a_url_that_fails_is_a_notice),
		T(closing_cancels_a_url),
		T(nothing_is_added_while_closing),
		T(what_was_removed_is_gone_and_may_come_back),
		T(rows_outlive_what_they_show),
		T(priorities_are_for_files_that_exist),
		T(priorities_of_all_files_change_at_once),
		T(a_magnet_link_has_no_files_to_choose),
		T(peers_and_trackers_have_to_be_possible),
		T(settings_change_by_command),
		T(slow_mode_brings_limits_of_its_own_and_gives_them_back),
	};

	return cmocka_run_group_tests_name("engine_command", tests, NULL, NULL);
}
