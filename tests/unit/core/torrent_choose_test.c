/*
 * torrent_choose_test.c - which files, named beforehand and chosen after.
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
	struct torrent_id id;
	struct fault fault;
};

static void begin(struct desk *d)
{
	struct engine_config cfg = {.settings = d->settings,
		.download_dir = FAKE_DIR,
		.keep_session = true};

	d->e = engine_new(&d->h.base, &cfg);
	engine_start(d->e);
	fake_run(&d->h, d->e, 200);
}

static void end(struct desk *d)
{
	fake_close(&d->h, d->e);
	d->e = NULL;
}

/* The next run of the program; its only torrent is d->id. */
static void restart(struct desk *d)
{
	end(d);
	begin(d);
	assert_int_equal(engine_refresh(d->e)->nrows, 1);
	d->id = engine_refresh(d->e)->rows[0].id;
}

static int open_desk(void **state)
{
	struct desk *d = mem_zero(sizeof *d);

	fake_init(&d->h);
	d->settings = settings_new();
	d->torrent = fake_torrent(&d->h, "fake");
	begin(d);
	*state = d;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *d = *state;

	if (d->e)
		end(d);
	settings_free(d->settings);
	buf_free(&d->torrent);
	fake_fini(&d->h);
	mem_free(d);
	return 0;
}

static enum err give(struct desk *d, struct command c)
{
	c.torrent = d->id;
	memset(&d->fault, 0, sizeof d->fault);
	return engine_command(d->e, &c, &d->id, &d->fault);
}

static enum err add(struct desk *d, struct add_source a)
{
	a.metainfo = buf_span(&d->torrent);
	return give(d, (struct command){.kind = CMD_ADD, .add = &a});
}

static enum err start(struct desk *d, const struct start_choice *c)
{
	return give(d, (struct command){.kind = CMD_START, .start = c});
}

static const struct torrent_row *row(struct desk *d)
{
	return snapshot_find(engine_refresh(d->e), d->id);
}

static const struct file_row *files(struct desk *d)
{
	engine_watch(d->e, d->id, WATCH_FILES);
	engine_refresh(d->e);
	assert_int_equal(engine_detail(d->e)->nfiles, FAKE_FILES);
	return engine_detail(d->e)->files;
}

/* A torrent that waits. */
static void wait_for_choice(struct desk *d, const char *select)
{
	assert_int_equal(add(d, (struct add_source){.choose = true,
					.select = select}),
		ERR_OK);
	fake_run(&d->h, d->e, 2000);
	assert_int_equal(row(d)->state, TORRENT_PAUSED);
	assert_int_equal(row(d)->why.kind, WHY_CHOOSE);
	assert_true(row(d)->waits_for_choice);
}

static void one_that_waits_touches_no_file(void **state)
{
	struct desk *d = *state;

	fake_files_there(&d->h);
	wait_for_choice(d, NULL);
	assert_true(row(d)->has_metadata);
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES);
	assert_string_equal(files(d)[0].path, "fake/a");
	assert_int_equal(files(d)[1].priority, PRIO_NORMAL);
	assert_true(engine_settled(d->e));
	assert_int_equal(d->h.stores, 0);
	assert_int_equal(d->h.hashed, 0);
	/* Nor do commands that need its files. */
	assert_int_equal(give(d, (struct command){.kind = CMD_RECHECK}),
		ERR_STATE);
	assert_int_equal(give(d, (struct command){.kind = CMD_PAUSE}), ERR_OK);
	assert_int_equal(d->h.stores, 0);
	assert_true(row(d)->waits_for_choice);
}

static void begins_with_what_was_chosen(void **state)
{
	static const uint8_t priority[] = {PRIO_SKIP, PRIO_HIGH};
	const struct start_choice c = {.dir = "/else",
		.priority = priority,
		.nfiles = 2,
		.sequential = true};
	struct desk *d = *state;

	wait_for_choice(d, NULL);
	assert_int_equal(start(d, &c), ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
	assert_false(row(d)->waits_for_choice);
	assert_true(row(d)->is_sequential);
	assert_string_equal(row(d)->dir, "/else");
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
	assert_int_equal(files(d)[1].priority, PRIO_HIGH);
	assert_int_equal(d->h.stores, 1);
	assert_string_equal(d->h.dir, "/else");
	assert_int_equal(start(d, &c), ERR_STATE);
}

static void may_be_added_stopped(void **state)
{
	const struct start_choice c = {.paused = true};
	struct desk *d = *state;

	wait_for_choice(d, NULL);
	assert_int_equal(start(d, &c), ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->state, TORRENT_PAUSED);
	assert_int_equal(row(d)->why.kind, WHY_PAUSED);
	assert_int_equal(d->h.selected, 1);
}

static void resuming_takes_what_was_named_beforehand(void **state)
{
	struct desk *d = *state;

	wait_for_choice(d, "*/b");
	assert_int_equal(files(d)[0].priority, PRIO_SKIP);
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
	assert_int_equal(give(d, (struct command){.kind = CMD_RESUME}), ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
}

static void refuses_what_makes_no_sense(void **state)
{
	static const uint8_t none[] = {PRIO_SKIP, PRIO_SKIP};
	static const uint8_t odd[] = {3, PRIO_NORMAL};
	static const uint8_t good[] = {PRIO_NORMAL, PRIO_NORMAL, PRIO_NORMAL};
	const struct start_choice bad[] = {
		{.dir = "relative"},
		{.priority = none, .nfiles = 2},
		{.priority = odd, .nfiles = 2},
		{.priority = good, .nfiles = 1},
		{.priority = good, .nfiles = 3},
	};
	struct desk *d = *state;

	wait_for_choice(d, NULL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_not_equal(start(d, &bad[i]), ERR_OK);
		assert_string_not_equal(d->fault.what, "");
		assert_true(row(d)->waits_for_choice);
	}
}

static void names_that_fit_no_file_are_refused(void **state)
{
	static const char *const bad[] = {
		"*.mkv", "3", "7-9", "", "4294967296", "[", "fake"};
	struct desk *d = *state;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(add(d, (struct add_source){.select = bad[i]}),
			ERR_NOENT);
		assert_non_null(strstr(d->fault.what, bad[i]));
		assert_int_equal(engine_refresh(d->e)->nrows, 0);
	}
	assert_int_equal(add(d, (struct add_source){.select = "b"}), ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->size_bytes, FAKE_BYTES / 2);
}

static void waits_in_the_next_run_too(void **state)
{
	static const uint8_t priority[] = {PRIO_LOW, PRIO_SKIP};
	const struct start_choice c = {
		.dir = "/else", .priority = priority, .nfiles = 2};
	struct desk *d = *state;

	wait_for_choice(d, "2");
	restart(d);
	assert_true(row(d)->waits_for_choice);
	assert_int_equal(row(d)->state, TORRENT_PAUSED);
	assert_int_equal(files(d)[0].priority, PRIO_SKIP);
	assert_int_equal(d->h.stores, 0);
	assert_int_equal(start(d, &c), ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_string_equal(d->h.dir, "/else");
	/* What was chosen lasts, and does not wait for the usual saving. */
	restart(d);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->state, TORRENT_LEECHING);
	assert_int_equal(files(d)[0].priority, PRIO_LOW);
	assert_int_equal(files(d)[1].priority, PRIO_SKIP);
	assert_string_equal(row(d)->dir, "/else");
}

static void removing_it_deletes_nothing(void **state)
{
	const struct command c = {.kind = CMD_REMOVE, .with_data = true};
	struct desk *d = *state;

	wait_for_choice(d, NULL);
	restart(d);
	assert_int_equal(give(d, c), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	assert_int_equal(engine_refresh(d->e)->nrows, 0);
	assert_int_equal(d->h.deleted, 0);
	/* One that has begun loses what it wrote. */
	assert_int_equal(add(d, (struct add_source){0}), ERR_OK);
	fake_run(&d->h, d->e, 6000);
	restart(d);
	assert_int_equal(give(d, c), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	assert_int_equal(d->h.deleted, 1);
}

static void a_link_need_not_wait_when_all_is_wanted(void **state)
{
	const struct start_choice c = {.dir = "/else", .paused = true};
	const uint8_t priority[] = {PRIO_NORMAL};
	const struct start_choice files_of_nobody = {
		.priority = priority, .nfiles = 1};
	const struct add_source a = {
		.link = "0123456789012345678901234567890123456789",
		.choose = true};
	struct desk *d = *state;

	assert_int_equal(give(d, (struct command){.kind = CMD_ADD, .add = &a}),
		ERR_OK);
	fake_run(&d->h, d->e, 200);
	assert_int_equal(row(d)->state, TORRENT_FETCHING);
	assert_false(row(d)->waits_for_choice);
	restart(d);
	assert_int_equal(row(d)->state, TORRENT_FETCHING);
	assert_int_equal(start(d, &files_of_nobody), ERR_RANGE);
	assert_int_equal(start(d, &c), ERR_OK);
	assert_int_equal(row(d)->state, TORRENT_PAUSED);
	assert_string_equal(row(d)->dir, "/else");
}

static void who_waits_for_a_file_list_does_not_queue(void **state)
{
	const struct add_source a = {
		.link = "0123456789012345678901234567890123456789",
		.choose = true};
	struct desk *d = *state;
	struct fault fault;

	assert_int_equal(settings_set(d->settings, "active_downloads", "1",
				 &fault),
		ERR_OK);
	assert_int_equal(add(d, (struct add_source){0}), ERR_OK);
	assert_int_equal(give(d, (struct command){.kind = CMD_ADD, .add = &a}),
		ERR_OK);
	fake_run(&d->h, d->e, 2000);
	assert_int_equal(row(d)->state, TORRENT_FETCHING);
	assert_int_equal(start(d, &(struct start_choice){0}), ERR_OK);
	fake_run(&d->h, d->e, 2000);
	assert_int_equal(row(d)->state, TORRENT_QUEUED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_that_waits_touches_no_file),
		T(begins_with_what_was_chosen),
		T(may_be_added_stopped),
		T(resuming_takes_what_was_named_beforehand),
		T(refuses_what_makes_no_sense),
		T(names_that_fit_no_file_are_refused),
		T(waits_in_the_next_run_too),
		T(removing_it_deletes_nothing),
		T(a_link_need_not_wait_when_all_is_wanted),
		T(who_waits_for_a_file_list_does_not_queue),
	};

	return cmocka_run_group_tests_name("torrent_choose", tests, NULL, NULL);
}
