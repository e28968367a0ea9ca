/*
 * engine_options_test.c - labels, limits, goals and the queue of torrents.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/command.h"
#include "core/engine.h"
#include "fake_host.c"

struct shelf {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
};

static void open_engine(struct shelf *s)
{
	struct engine_config cfg = {.download_dir = FAKE_DIR,
		.settings = s->settings,
		.keep_session = true};

	s->e = engine_new(&s->h.base, &cfg);
	engine_start(s->e);
	fake_run(&s->h, s->e, 100);
}

static int open_shelf(void **state)
{
	struct shelf *s = mem_zero(sizeof *s);
	struct fault f = {0};

	fake_init(&s->h);
	s->settings = settings_new();
	assert_int_equal(settings_set(s->settings, "dht", "off", &f), ERR_OK);
	assert_int_equal(settings_set(s->settings, "lsd", "off", &f), ERR_OK);
	open_engine(s);
	*state = s;
	return 0;
}

static int close_shelf(void **state)
{
	struct shelf *s = *state;

	fake_close(&s->h, s->e);
	settings_free(s->settings);
	fake_fini(&s->h);
	mem_free(s);
	return 0;
}

static void restart(struct shelf *s)
{
	fake_run(&s->h, s->e, 2000);
	fake_close(&s->h, s->e);
	open_engine(s);
	fake_run(&s->h, s->e, 1000);
}

static struct torrent_id add(struct shelf *s, const char *name, bool paused)
{
	struct buf t = fake_torrent(&s->h, name);
	struct add_source a = {
		.metainfo = buf_span(&t), .paused = paused, .label = "iso"};
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct torrent_id id = {0, 0};
	struct fault f = {0};

	assert_int_equal(engine_command(s->e, &c, &id, &f), ERR_OK);
	buf_free(&t);
	fake_run(&s->h, s->e, 200);
	return id;
}

static enum err give(struct shelf *s, struct torrent_id id,
	enum command_kind kind, uint64_t value)
{
	struct command c = {.kind = kind, .torrent = id, .value = value};
	struct fault f = {0};

	return engine_command(s->e, &c, NULL, &f);
}

static void set(struct shelf *s, const char *text)
{
	struct command c = {.kind = CMD_SET, .text = text};
	struct fault f = {0};

	assert_int_equal(engine_command(s->e, &c, NULL, &f), ERR_OK);
	fake_run(&s->h, s->e, 2000);
}

static const struct torrent_row *row(struct shelf *s, struct torrent_id id)
{
	const struct torrent_row *r = snapshot_find(engine_refresh(s->e), id);

	assert_non_null(r);
	return r;
}

static const struct torrent_row *named(struct shelf *s, const char *name)
{
	const struct snapshot *snap = engine_refresh(s->e);

	for (size_t i = 0; i < snap->nrows; i++)
		if (strcmp(snap->rows[i].name, name) == 0)
			return &snap->rows[i];
	fail();
	return NULL;
}

static void a_label_is_cleaned_and_can_be_taken_off(void **state)
{
	struct shelf *s = *state;
	struct torrent_id id = add(s, "one", false);
	struct command c = {
		.kind = CMD_LABEL, .torrent = id, .text = "a\033[31mb"};
	struct fault f = {0};

	assert_string_equal(row(s, id)->label, "iso");
	assert_int_equal(engine_command(s->e, &c, NULL, &f), ERR_OK);
	assert_null(strchr(row(s, id)->label, '\033'));
	c.text = "";
	assert_int_equal(engine_command(s->e, &c, NULL, &f), ERR_OK);
	assert_null(row(s, id)->label);
}

static void what_was_set_survives_a_restart(void **state)
{
	struct shelf *s = *state;
	struct torrent_id id = add(s, "one", false);
	const struct torrent_row *r;

	assert_int_equal(give(s, id, CMD_TORRENT_DOWN_LIMIT, 5000), ERR_OK);
	assert_int_equal(give(s, id, CMD_TORRENT_UP_LIMIT, 7000), ERR_OK);
	assert_int_equal(give(s, id, CMD_RATIO_GOAL, 1500), ERR_OK);
	assert_int_equal(give(s, id, CMD_TIME_GOAL, 90), ERR_OK);
	restart(s);
	r = named(s, "one");
	assert_string_equal(r->label, "iso");
	assert_int_equal(r->down_limit_bps, 5000);
	assert_int_equal(r->up_limit_bps, 7000);
	assert_int_equal(r->ratio_goal_milli, 1500);
	assert_int_equal(r->time_goal_min, 90);
}

static void absurd_values_are_refused(void **state)
{
	struct shelf *s = *state;
	struct torrent_id id = add(s, "one", false);

	assert_int_equal(give(s, id, CMD_TORRENT_UP_LIMIT, UINT64_MAX),
		ERR_RANGE);
	assert_int_equal(give(s, id, CMD_RATIO_GOAL, UINT64_MAX), ERR_RANGE);
	assert_int_equal(row(s, id)->up_limit_bps, 0);
}

static void it_stops_when_it_has_seeded_long_enough(void **state)
{
	struct shelf *s = *state;
	struct torrent_id id;

	fake_files_there(&s->h);
	id = add(s, "one", false);
	fake_run(&s->h, s->e, 1000);
	assert_int_equal(row(s, id)->state, TORRENT_SEEDING);
	assert_int_equal(give(s, id, CMD_TIME_GOAL, 2), ERR_OK);
	fake_run(&s->h, s->e, 60000);
	assert_int_equal(row(s, id)->state, TORRENT_SEEDING);
	assert_in_range(row(s, id)->seeded_s, 59, 63);
	fake_run(&s->h, s->e, 70000);
	assert_int_equal(row(s, id)->state, TORRENT_PAUSED);
}

static void the_goal_of_all_is_for_those_without_their_own(void **state)
{
	struct shelf *s = *state;
	struct torrent_id id;

	fake_files_there(&s->h);
	id = add(s, "one", false);
	set(s, "time_goal 1");
	fake_run(&s->h, s->e, 70000);
	assert_int_equal(row(s, id)->state, TORRENT_PAUSED);
}

static void only_so_many_download(void **state)
{
	struct shelf *s = *state;
	struct torrent_id a = add(s, "a", false), b = add(s, "b", false);
	struct torrent_id c = add(s, "c", false);

	set(s, "active_downloads 1");
	assert_int_equal(row(s, a)->state, TORRENT_LEECHING);
	assert_int_equal(row(s, b)->state, TORRENT_QUEUED);
	assert_int_equal(row(s, c)->state, TORRENT_QUEUED);
	assert_int_equal(row(s, b)->place, 1);
	assert_int_equal(row(s, c)->place, 2);
	assert_int_equal(give(s, a, CMD_PAUSE, 0), ERR_OK);
	fake_run(&s->h, s->e, 3000);
	assert_int_equal(row(s, b)->state, TORRENT_LEECHING);
	set(s, "active_downloads 0");
	assert_int_equal(row(s, c)->state, TORRENT_LEECHING);
}

static void one_that_stands_still_makes_room(void **state)
{
	struct shelf *s = *state;
	struct torrent_id a = add(s, "a", false), b = add(s, "b", false);

	set(s, "active_downloads 1");
	assert_int_equal(row(s, b)->state, TORRENT_QUEUED);
	fake_run(&s->h, s->e, 70000);
	assert_int_equal(row(s, a)->state, TORRENT_LEECHING);
	assert_int_equal(row(s, b)->state, TORRENT_LEECHING);
}

static void places_can_be_changed_and_are_kept(void **state)
{
	struct shelf *s = *state;
	struct torrent_id c;

	add(s, "a", false);
	add(s, "b", false);
	c = add(s, "c", false);
	set(s, "active_downloads 1");
	assert_int_equal(give(s, c, CMD_QUEUE, QUEUE_TOP), ERR_OK);
	fake_run(&s->h, s->e, 2000);
	assert_int_equal(named(s, "c")->state, TORRENT_LEECHING);
	assert_int_equal(named(s, "a")->state, TORRENT_QUEUED);
	restart(s);
	fake_run(&s->h, s->e, 6000);
	assert_int_equal(named(s, "c")->state, TORRENT_LEECHING);
	assert_int_equal(named(s, "a")->state, TORRENT_QUEUED);
	assert_int_equal(named(s, "a")->place, 1);
}

static void a_forced_one_does_not_queue(void **state)
{
	struct shelf *s = *state;
	struct torrent_id a = add(s, "a", false), b = add(s, "b", false);
	struct command c = {.kind = CMD_FORCE, .torrent = b, .on = true};
	struct fault f = {0};

	set(s, "active_downloads 1");
	assert_int_equal(row(s, b)->state, TORRENT_QUEUED);
	assert_int_equal(engine_command(s->e, &c, NULL, &f), ERR_OK);
	fake_run(&s->h, s->e, 2000);
	assert_int_equal(row(s, a)->state, TORRENT_LEECHING);
	assert_int_equal(row(s, b)->state, TORRENT_LEECHING);
	assert_true(row(s, b)->is_forced);
}

int main(void)
{
#define SHELF(f) cmocka_unit_test_setup_teardown(f, open_shelf, close_shelf)
	const struct CMUnitTest tests[] = {
		SHELF(a_label_is_cleaned_and_can_be_taken_off),
		SHELF(what_was_set_survives_a_restart),
		SHELF(absurd_values_are_refused),
		SHELF(it_stops_when_it_has_seeded_long_enough),
		SHELF(the_goal_of_all_is_for_those_without_their_own),
		SHELF(only_so_many_download),
		SHELF(one_that_stands_still_makes_room),
		SHELF(places_can_be_changed_and_are_kept),
		SHELF(a_forced_one_does_not_queue),
	};

	return cmocka_run_group_tests_name("engine_options", tests, NULL, NULL);
}
