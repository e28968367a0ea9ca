/*
 * engine_undo_test.c - a removal is taken back.
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

static void open_engine(struct desk *d)
{
	struct engine_config cfg = {.download_dir = FAKE_DIR,
		.settings = d->settings,
		.keep_session = true,
		.boot_id = "boot"};

	d->e = engine_new(&d->h.base, &cfg);
	engine_start(d->e);
	fake_run(&d->h, d->e, 1000);
}

static int open_desk(void **state)
{
	struct desk *d = mem_zero(sizeof *d);
	struct fault f = {0};

	fake_init(&d->h);
	d->settings = settings_new();
	assert_int_equal(settings_set(d->settings, "dht", "off", &f), ERR_OK);
	assert_int_equal(settings_set(d->settings, "lsd", "off", &f), ERR_OK);
	open_engine(d);
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
	struct add_source a = {.metainfo = buf_span(&t), .label = "iso"};
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct fault f = {0};

	fake_files_there(&d->h);
	assert_int_equal(engine_command(d->e, &c, &d->id, &f), ERR_OK);
	buf_free(&t);
	fake_run(&d->h, d->e, 8000);
}

static enum err give(struct desk *d, enum command_kind kind, bool with_data)
{
	struct command c = {
		.kind = kind, .torrent = d->id, .with_data = with_data};
	struct fault f = {0};

	return engine_command(d->e, &c, NULL, &f);
}

static size_t rows(struct desk *d)
{
	return engine_refresh(d->e)->nrows;
}

static size_t state_files(struct desk *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->h.nstates; i++)
		n += strncmp(d->h.path[i], "resume/", 7) == 0 ||
		     strncmp(d->h.path[i], "torrents/", 9) == 0;
	return n;
}

static void it_is_back_without_a_check(void **state)
{
	struct desk *d = *state;
	uint32_t hashed;

	add(d);
	hashed = d->h.hashed;
	assert_int_equal(give(d, CMD_REMOVE, false), ERR_OK);
	assert_int_equal(rows(d), 0);
	fake_run(&d->h, d->e, 5000);
	assert_int_equal(give(d, CMD_UNDO, false), ERR_OK);
	fake_run(&d->h, d->e, 3000);
	assert_int_equal(rows(d), 1);
	assert_int_equal(engine_refresh(d->e)->rows[0].state, TORRENT_SEEDING);
	assert_string_equal(engine_refresh(d->e)->rows[0].label, "iso");
	assert_int_equal(d->h.hashed, hashed);
	assert_int_equal(give(d, CMD_UNDO, false), ERR_NOENT);
}

static void at_once_it_waits_for_the_end_of_the_removal(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_REMOVE, false), ERR_OK);
	assert_int_equal(give(d, CMD_UNDO, false), ERR_OK);
	fake_run(&d->h, d->e, 8000);
	assert_int_equal(rows(d), 1);
}

static void after_a_while_it_is_forgotten(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_true(state_files(d) > 0);
	assert_int_equal(give(d, CMD_REMOVE, false), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	assert_true(state_files(d) > 0);
	fake_run(&d->h, d->e, 600000);
	assert_int_equal(state_files(d), 0);
	assert_int_equal(give(d, CMD_UNDO, false), ERR_NOENT);
}

static void what_went_with_its_data_is_gone(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_REMOVE, true), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	assert_int_equal(state_files(d), 0);
	assert_int_equal(give(d, CMD_UNDO, false), ERR_NOENT);
}

static void the_end_of_the_program_is_final(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_REMOVE, false), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	fake_close(&d->h, d->e);
	assert_int_equal(state_files(d), 0);
	open_engine(d);
	assert_int_equal(rows(d), 0);
}

static void added_anew_it_is_not_forgotten(void **state)
{
	struct desk *d = *state;

	add(d);
	assert_int_equal(give(d, CMD_REMOVE, false), ERR_OK);
	fake_run(&d->h, d->e, 5000);
	add(d);
	fake_run(&d->h, d->e, 650000);
	assert_int_equal(rows(d), 1);
	assert_true(state_files(d) > 0);
}

int main(void)
{
#define DESK(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)
	const struct CMUnitTest tests[] = {
		DESK(it_is_back_without_a_check),
		DESK(at_once_it_waits_for_the_end_of_the_removal),
		DESK(after_a_while_it_is_forgotten),
		DESK(what_went_with_its_data_is_gone),
		DESK(the_end_of_the_program_is_final),
		DESK(added_anew_it_is_not_forgotten),
	};

	return cmocka_run_group_tests_name("engine_undo", tests, NULL, NULL);
}
