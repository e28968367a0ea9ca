/*
 * engine_session_test.c - the list of torrents from one run to the next.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/command.h"
#include "core/engine.h"
#include "fake_host.c"
#include "proto/metainfo.h"

#define AT_ONCE 32u /* that are read at the same time */

struct life {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct bw list; /* a list in the making */
};

static void begin(struct life *l)
{
	struct engine_config cfg = {.settings = l->settings,
		.download_dir = FAKE_DIR,
		.keep_session = true};

	l->e = engine_new(&l->h.base, &cfg);
	engine_start(l->e);
}

static void end(struct life *l)
{
	fake_close(&l->h, l->e);
	l->e = NULL;
}

static int set_up(void **state)
{
	struct life *l = mem_zero(sizeof *l);

	fake_init(&l->h);
	l->settings = settings_new();
	bw_init(&l->list);
	bw_dict(&l->list);
	bw_key(&l->list, "torrents");
	bw_list(&l->list);
	*state = l;
	return 0;
}

static int tear_down(void **state)
{
	struct life *l = *state;

	if (l->e)
		end(l);
	bw_fini(&l->list);
	settings_free(l->settings);
	fake_fini(&l->h);
	mem_free(l);
	return 0;
}

static void put_row(struct life *l, const char *link, const char *dir, bool has)
{
	bw_dict(&l->list);
	bw_key(&l->list, "dir");
	bw_str(&l->list, dir);
	bw_key(&l->list, "has metadata");
	bw_int(&l->list, has);
	bw_key(&l->list, "link");
	bw_str(&l->list, link);
	bw_end(&l->list);
}

static void put_number(struct life *l, unsigned i, bool has)
{
	char link[80];

	snprintf(link, sizeof link, "magnet:?xt=urn:btih:%040x", i);
	put_row(l, link, "/down", has);
}

/* The list is done: it lies there as this file. */
static void put_list(struct life *l, const char *path)
{
	bw_end(&l->list);
	bw_end(&l->list);
	fake_put_state(&l->h, path, buf_span(&l->list.out));
}

static void add(struct life *l, unsigned i, bool paused)
{
	char hash[41];
	struct add_source a = {.link = hash, .paused = paused};
	struct command c = {.kind = CMD_ADD, .add = &a};

	snprintf(hash, sizeof hash, "%040x", i);
	assert_int_equal(engine_command(l->e, &c, NULL, NULL), ERR_OK);
}

static size_t nrows(struct life *l)
{
	return engine_refresh(l->e)->nrows;
}

static size_t warnings(struct life *l)
{
	const struct notice *n;
	uint64_t after = 0;
	size_t count = 0;

	while ((n = engine_notice_after(l->e, after))) {
		after = n->seq;
		count += n->kind == NOTICE_WARNING;
	}
	return count;
}

static void what_was_added_is_there_at_the_next_start(void **state)
{
	struct life *l = *state;
	const struct snapshot *s;

	begin(l);
	fake_run(&l->h, l->e, 100);
	add(l, 1, false);
	add(l, 2, true);
	fake_run(&l->h, l->e, 2000);
	assert_non_null(fake_state(&l->h, "session"));
	end(l);
	begin(l);
	fake_run(&l->h, l->e, 100);
	s = engine_refresh(l->e);
	assert_int_equal(s->nrows, 2);
	assert_int_equal(s->rows[0].state, TORRENT_FETCHING);
	assert_int_equal(s->rows[1].state, TORRENT_PAUSED);
	assert_string_equal(s->rows[1].dir, FAKE_DIR);
}

static void changes_are_saved_together(void **state)
{
	struct life *l = *state;

	begin(l);
	fake_run(&l->h, l->e, 100);
	for (unsigned i = 0; i < 20; i++)
		add(l, i, true);
	fake_run(&l->h, l->e, 3000);
	assert_int_equal(l->h.saves, 1);
}

static void closing_saves_what_just_changed(void **state)
{
	struct life *l = *state;

	begin(l);
	fake_run(&l->h, l->e, 100);
	add(l, 1, true);
	end(l);
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(nrows(l), 1);
}

static void what_is_added_while_the_list_is_read_is_saved(void **state)
{
	struct life *l = *state;

	put_number(l, 7, false);
	put_list(l, "session");
	begin(l);
	add(l, 1, true);
	fake_run(&l->h, l->e, 3000);
	assert_int_equal(nrows(l), 2);
	assert_int_equal(l->h.saves, 1);
}

static void a_damaged_list_gives_way_to_the_one_before(void **state)
{
	struct life *l = *state;

	put_number(l, 7, false);
	put_list(l, "session.1");
	fake_put_state(&l->h, "session", span_str("d8:torrents"));
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(nrows(l), 1);
	assert_int_equal(warnings(l), 0);
}

static void a_list_that_is_lost_is_told(void **state)
{
	struct life *l = *state;

	fake_put_state(&l->h, "session", span_str("d8:torrents"));
	fake_put_state(&l->h, "session.1", span_str("x"));
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(nrows(l), 0);
	assert_int_equal(warnings(l), 1);
	assert_true(engine_settled(l->e));
	add(l, 1, true);
	end(l);
	assert_non_null(fake_state(&l->h, "session.damaged"));
	assert_int_equal(fake_state(&l->h, "session.damaged")->len, 11);
}

static void a_damaged_list_without_another_is_told(void **state)
{
	struct life *l = *state;

	fake_put_state(&l->h, "session", span_str("d8:torrents"));
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(warnings(l), 1);
}

static void no_list_is_nothing_to_tell(void **state)
{
	struct life *l = *state;

	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(warnings(l), 0);
	assert_true(engine_settled(l->e));
}

static void rows_that_make_no_sense_are_left_out(void **state)
{
	struct life *l = *state;

	put_row(l, "no link", "/down", false);
	put_row(l,
		"magnet:?xt=urn:btih:"
		"1234567890123456789012345678901234567890",
		"relative", false);
	bw_int(&l->list, 3);
	put_number(l, 7, false);
	put_number(l, 7, false);
	put_list(l, "session");
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(nrows(l), 1);
}

static void a_missing_torrent_file_is_its_own_fault(void **state)
{
	struct life *l = *state;

	put_number(l, 7, true);
	put_number(l, 8, false);
	put_list(l, "session");
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(engine_refresh(l->e)->rows[0].state, TORRENT_FAULTY);
	assert_int_equal(engine_refresh(l->e)->rows[1].state, TORRENT_FETCHING);
}

static void a_missing_file_list_is_fetched_again_where_it_came_from(void *
		*state)
{
	struct life *l = *state;

	bw_dict(&l->list);
	bw_key(&l->list, "by link");
	bw_int(&l->list, 1);
	bw_key(&l->list, "dir");
	bw_str(&l->list, "/down");
	bw_key(&l->list, "has metadata");
	bw_int(&l->list, 1);
	bw_key(&l->list, "link");
	bw_str(&l->list, "magnet:?xt=urn:btih:"
			 "1234567890123456789012345678901234567890");
	bw_end(&l->list);
	put_list(l, "session");
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(engine_refresh(l->e)->rows[0].state, TORRENT_FETCHING);
	assert_int_equal(warnings(l), 1);
}

static void what_is_removed_before_its_turn_stays_removed(void **state)
{
	struct life *l = *state;
	struct command c = {.kind = CMD_REMOVE};

	for (unsigned i = 0; i < AT_ONCE + 8; i++)
		put_number(l, i, true);
	put_list(l, "session");
	begin(l);
	l->h.now++;
	fake_turn(&l->h, l->e);
	assert_int_equal(nrows(l), AT_ONCE + 8);
	c.torrent = engine_refresh(l->e)->rows[AT_ONCE + 7].id;
	assert_int_equal(engine_command(l->e, &c, NULL, NULL), ERR_OK);
	fake_run(&l->h, l->e, 5000);
	assert_int_equal(nrows(l), AT_ONCE + 7);
	assert_true(engine_settled(l->e));
}

static void put_whole_torrent(struct life *l, unsigned i)
{
	char name[16], path[100], hex[INFOHASH_HEX_MAX], link[100];
	struct metainfo *m;
	struct buf file;

	snprintf(name, sizeof name, "t%u", i);
	file = fake_torrent(&l->h, name);
	assert_int_equal(metainfo_parse(buf_span(&file), &m, NULL), ERR_OK);
	infohash_hex(&m->hash, hex);
	metainfo_free(m);
	snprintf(path, sizeof path, "torrents/%s.torrent", hex);
	snprintf(link, sizeof link, "magnet:?xt=urn:btih:%s", hex);
	fake_put_state(&l->h, path, buf_span(&file));
	put_row(l, link, "/down", true);
	buf_free(&file);
}

static void torrents_that_check_hold_no_others_up(void **state)
{
	struct life *l = *state;
	const struct snapshot *s;

	for (unsigned i = 0; i < AT_ONCE; i++)
		put_whole_torrent(l, i);
	put_number(l, 99, false);
	put_list(l, "session");
	fake_files_there(&l->h);
	l->h.slow = true;
	begin(l);
	fake_run(&l->h, l->e, 1000);
	s = engine_refresh(l->e);
	assert_int_equal(s->nrows, AT_ONCE + 1);
	assert_int_equal(s->rows[0].state, TORRENT_CHECKING);
	assert_int_equal(s->rows[AT_ONCE].state, TORRENT_FETCHING);
}

static void a_failed_save_is_tried_again_but_not_at_once(void **state)
{
	struct life *l = *state;

	begin(l);
	fake_run(&l->h, l->e, 100);
	l->h.save_error = ENOSPC;
	add(l, 1, true);
	fake_run(&l->h, l->e, 10000);
	assert_int_equal(l->h.saves, 1);
	assert_true(warnings(l) >= 1);
	l->h.save_error = 0;
	fake_run(&l->h, l->e, 10000);
	assert_int_equal(l->h.saves, 2);
	assert_non_null(fake_state(&l->h, "session"));
}

static void closing_while_the_list_is_read_keeps_it(void **state)
{
	struct life *l = *state;

	put_number(l, 7, false);
	put_list(l, "session");
	begin(l);
	end(l);
	begin(l);
	fake_run(&l->h, l->e, 100);
	assert_int_equal(nrows(l), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void totals_of_all_sessions_are_kept(void **state)
{
	static const char list[] =
		"d9:life downi5e7:life upi7e8:torrentsle7:versioni1ee";
	struct life *l = *state;
	const struct engine_totals *t;

	fake_put_state(&l->h, "session", span_str(list));
	for (int i = 0; i < 2; i++) {
		begin(l);
		fake_run(&l->h, l->e, 100);
		t = &engine_refresh(l->e)->totals;
		assert_int_equal(t->life_down_bytes, 5);
		assert_int_equal(t->life_up_bytes, 7);
		end(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_added_is_there_at_the_next_start),
		T(totals_of_all_sessions_are_kept),
		T(changes_are_saved_together),
		T(closing_saves_what_just_changed),
		T(what_is_added_while_the_list_is_read_is_saved),
		T(a_damaged_list_gives_way_to_the_one_before),
		T(a_list_that_is_lost_is_told),
		T(a_damaged_list_without_another_is_told),
		T(no_list_is_nothing_to_tell),
		T(rows_that_make_no_sense_are_left_out),
		T(a_missing_torrent_file_is_its_own_fault),
		T(a_missing_file_list_is_fetched_again_where_it_came_from),
		T(what_is_removed_before_its_turn_stays_removed),
		T(torrents_that_check_hold_no_others_up),
		T(a_failed_save_is_tried_again_but_not_at_once),
		T(closing_while_the_list_is_read_keeps_it),
	};

	return cmocka_run_group_tests_name("engine_session", tests, NULL, NULL);
}
