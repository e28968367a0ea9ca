/*
 * torrent_resume_test.c - what is believed of a torrent's past, and what is
 * hashed again.
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
#include "core/storage/resume.h"
#include "core/swarm/piece_picker.h"
#include "fake_host.c"
#include "proto/metainfo.h"

struct past {
	struct fake_host h;
	struct settings *settings;
	struct engine *e;
	struct buf torrent;
	char path[80];
	uint8_t hash[20];
	struct torrent_id id;
	const char *boot;
	bool skip_check;

	/* The resume data, as it will be written by remember(). */
	struct resume r;
	struct disk_stat stat[FAKE_FILES];
	uint8_t priority[FAKE_FILES];
};

static int set_up(void **state)
{
	struct past *p = mem_zero(sizeof *p);
	struct metainfo *m;
	char hex[INFOHASH_HEX_MAX];

	fake_init(&p->h);
	fake_files_there(&p->h);
	p->settings = settings_new();
	p->torrent = fake_torrent(&p->h, "fake");
	p->boot = "this boot";
	assert_int_equal(metainfo_parse(buf_span(&p->torrent), &m, NULL),
		ERR_OK);
	infohash_wire(&m->hash, p->hash);
	infohash_hex(&m->hash, hex);
	metainfo_free(m);
	snprintf(p->path, sizeof p->path, "resume/%s.resume", hex);
	p->r = (struct resume){.total = FAKE_BYTES,
		.npieces = FAKE_PIECES,
		.nfiles = FAKE_FILES,
		.boot_id = "this boot",
		.up_bytes = 111,
		.stat = p->stat,
		.priority = p->priority};
	memcpy(p->r.hash, p->hash, 20);
	memcpy(p->stat, p->h.stat, sizeof p->stat);
	memset(p->priority, PRIO_NORMAL, sizeof p->priority);
	bitfield_init(&p->r.have, FAKE_PIECES);
	bitfield_init(&p->r.synced, FAKE_PIECES);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct past *p = *state;

	if (p->e)
		fake_close(&p->h, p->e);
	bitfield_fini(&p->r.have);
	bitfield_fini(&p->r.synced);
	settings_free(p->settings);
	buf_free(&p->torrent);
	fake_fini(&p->h);
	mem_free(p);
	return 0;
}

static void remember(struct past *p)
{
	struct buf b = {0};

	resume_encode(&p->r, &b);
	fake_put_state(&p->h, p->path, buf_span(&b));
	buf_free(&b);
}

static const struct torrent_row *row(struct past *p)
{
	const struct torrent_row *r =
		snapshot_find(engine_refresh(p->e), p->id);

	assert_non_null(r);
	return r;
}

static void begin(struct past *p)
{
	struct add_source a = {
		.metainfo = buf_span(&p->torrent), .skip_check = p->skip_check};
	struct command c = {.kind = CMD_ADD, .add = &a};
	struct engine_config cfg = {
		.settings = p->settings, .download_dir = FAKE_DIR};

	snprintf(cfg.boot_id, sizeof cfg.boot_id, "%s", p->boot);
	p->e = engine_new(&p->h.base, &cfg);
	engine_start(p->e);
	assert_int_equal(engine_command(p->e, &c, &p->id, NULL), ERR_OK);
	fake_run(&p->h, p->e, 200);
}

static void command(struct past *p, enum command_kind kind)
{
	struct command c = {.kind = kind, .torrent = p->id};

	assert_int_equal(engine_command(p->e, &c, NULL, NULL), ERR_OK);
	fake_run(&p->h, p->e, 200);
}

static void unchanged_files_are_believed_unread(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	remember(p);
	begin(p);
	assert_int_equal(p->h.hashed, 0);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
	assert_int_equal(row(p)->up_bytes, 111);
}

static void what_is_there_without_resume_data_is_hashed(void **state)
{
	struct past *p = *state;

	begin(p);
	assert_int_equal(p->h.hashed, FAKE_PIECES);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
}

static void nothing_there_means_nothing_to_hash(void **state)
{
	struct past *p = *state;

	memset(p->h.stat, 0, sizeof p->h.stat);
	begin(p);
	assert_int_equal(p->h.hashed, 0);
	assert_int_equal(row(p)->state, TORRENT_LEECHING);
}

static void a_changed_file_is_hashed_and_no_other(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	bitfield_set_all(&p->r.synced);
	remember(p);
	p->h.stat[1].mtime_ns++;
	p->h.data[2 * FAKE_PIECE] ^= 1;
	begin(p);
	assert_int_equal(p->h.hashed, 2);
	assert_int_equal(row(p)->pieces_have, 3);
	assert_int_equal(row(p)->state, TORRENT_LEECHING);
}

static void more_may_be_good_in_a_changed_file(void **state)
{
	struct past *p = *state;

	bitfield_add(&p->r.have, 0);
	remember(p);
	p->h.stat[0].mtime_ns++;
	begin(p);
	assert_int_equal(p->h.hashed, 2);
	assert_int_equal(row(p)->pieces_have, 2);
}

static void after_a_reboot_only_synced_pieces_are_believed(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	bitfield_set_all(&p->r.synced);
	bitfield_remove(&p->r.synced, 3);
	remember(p);
	p->boot = "the next boot";
	p->h.data[3 * FAKE_PIECE] ^= 1; /* it never reached the medium */
	begin(p);
	assert_int_equal(p->h.hashed, 1);
	assert_int_equal(row(p)->pieces_have, 3);
}

static void an_unknown_kernel_is_another_one(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	p->r.boot_id[0] = '\0';
	remember(p);
	p->boot = "";
	begin(p);
	assert_int_equal(p->h.hashed, FAKE_PIECES);
}

static void a_missing_file_has_no_good_pieces(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	/* It was deleted before the resume data was written. */
	memset(&p->stat[1], 0, sizeof p->stat[1]);
	memset(&p->h.stat[1], 0, sizeof p->h.stat[1]);
	remember(p);
	begin(p);
	assert_int_equal(p->h.hashed, 0);
	assert_int_equal(row(p)->pieces_have, 2);
}

static void a_cut_file_has_no_good_pieces(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	p->stat[1].size = p->h.stat[1].size = 5;
	remember(p);
	begin(p);
	assert_int_equal(p->h.hashed, 2);
}

static void a_skipped_file_need_not_be_there(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	memset(&p->stat[1], 0, sizeof p->stat[1]);
	memset(&p->h.stat[1], 0, sizeof p->h.stat[1]);
	p->priority[1] = PRIO_SKIP;
	remember(p);
	begin(p);
	assert_int_equal(p->h.hashed, 0);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
	assert_int_equal(row(p)->size_bytes, FAKE_BYTES / 2);
}

static void damaged_resume_data_is_told_and_not_believed(void **state)
{
	struct past *p = *state;

	bitfield_set_all(&p->r.have);
	remember(p);
	fake_state(&p->h, p->path)->p[30] ^= 1;
	p->h.data[0] ^= 1;
	begin(p);
	assert_int_equal(p->h.hashed, FAKE_PIECES);
	assert_int_equal(row(p)->pieces_have, 3);
}

static void skip_check_believes_files_of_the_right_size(void **state)
{
	struct past *p = *state;

	p->skip_check = true;
	begin(p);
	assert_int_equal(p->h.hashed, 0);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
}

static void skip_check_believes_no_short_file(void **state)
{
	struct past *p = *state;

	p->skip_check = true;
	p->h.stat[1].size--;
	begin(p);
	assert_int_equal(p->h.hashed, FAKE_PIECES);
}

static void a_check_looks_at_the_files_first(void **state)
{
	struct past *p = *state;

	memset(p->h.stat, 0, sizeof p->h.stat);
	begin(p);
	assert_int_equal(row(p)->pieces_have, 0);
	fake_files_there(&p->h);
	command(p, CMD_RECHECK);
	assert_int_equal(row(p)->pieces_have, FAKE_PIECES);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
}

static void files_that_cannot_be_looked_at_are_a_fault(void **state)
{
	struct past *p = *state;

	p->h.stat_error = EIO;
	begin(p);
	assert_int_equal(row(p)->state, TORRENT_FAULTY);
	command(p, CMD_PAUSE);
	assert_int_equal(row(p)->state, TORRENT_FAULTY);
	p->h.stat_error = 0;
	command(p, CMD_RESUME);
	assert_int_equal(row(p)->state, TORRENT_SEEDING);
}

static struct resume saved(struct past *p)
{
	struct buf *b = fake_state(&p->h, p->path);
	struct resume r = {0};

	assert_non_null(b);
	assert_int_equal(resume_decode(buf_span(b), p->hash, FAKE_BYTES,
				 FAKE_PIECES, FAKE_FILES, &r),
		ERR_OK);
	return r;
}

static void it_is_saved_within_seconds_and_synced_within_a_minute(void **state)
{
	struct past *p = *state;
	struct resume r;

	begin(p);
	fake_run(&p->h, p->e, 6000);
	r = saved(p);
	assert_true(bitfield_all(&r.have));
	assert_true(bitfield_none(&r.synced));
	assert_string_equal(r.boot_id, "this boot");
	assert_true(r.stat[0].mtime_ns == p->h.stat[0].mtime_ns);
	resume_fini(&r);
	fake_run(&p->h, p->e, 60000);
	r = saved(p);
	assert_true(bitfield_all(&r.synced));
	resume_fini(&r);
}

static void closing_saves(void **state)
{
	struct past *p = *state;
	struct resume r;

	begin(p);
	fake_close(&p->h, p->e);
	p->e = NULL;
	r = saved(p);
	assert_true(bitfield_all(&r.have));
	resume_fini(&r);
}

static void removing_leaves_no_resume_data(void **state)
{
	struct past *p = *state;

	begin(p);
	fake_run(&p->h, p->e, 6000);
	assert_non_null(fake_state(&p->h, p->path));
	command(p, CMD_REMOVE);
	assert_null(fake_state(&p->h, p->path));
}

static void closing_in_the_middle_of_a_check_keeps_the_old_data(void **state)
{
	struct past *p = *state;
	struct resume r;

	bitfield_add(&p->r.have, 1);
	remember(p);
	p->h.stat[0].mtime_ns++;
	p->h.slow = true;
	begin(p);
	assert_int_equal(row(p)->state, TORRENT_CHECKING);
	fake_close(&p->h, p->e);
	p->e = NULL;
	r = saved(p);
	assert_int_equal(bitfield_count(&r.have), 1);
	resume_fini(&r);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unchanged_files_are_believed_unread),
		T(what_is_there_without_resume_data_is_hashed),
		T(nothing_there_means_nothing_to_hash),
		T(a_changed_file_is_hashed_and_no_other),
		T(more_may_be_good_in_a_changed_file),
		T(after_a_reboot_only_synced_pieces_are_believed),
		T(an_unknown_kernel_is_another_one),
		T(a_missing_file_has_no_good_pieces),
		T(a_cut_file_has_no_good_pieces),
		T(a_skipped_file_need_not_be_there),
		T(damaged_resume_data_is_told_and_not_believed),
		T(skip_check_believes_files_of_the_right_size),
		T(skip_check_believes_no_short_file),
		T(a_check_looks_at_the_files_first),
		T(files_that_cannot_be_looked_at_are_a_fault),
		T(it_is_saved_within_seconds_and_synced_within_a_minute),
		T(closing_saves),
		T(removing_leaves_no_resume_data),
		T(closing_in_the_middle_of_a_check_keeps_the_old_data),
	};

	return cmocka_run_group_tests_name("torrent_resume", tests, NULL, NULL);
}
