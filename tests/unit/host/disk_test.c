/*
 * disk_test.c - the disk on a real loop, real threads and a real folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "host/disk.h"
#include "torrent_fixture.h"

#define KIB 1024u

static struct host_disk_config plain;

struct rig {
	struct fixture fx;
	uv_loop_t loop;
	struct disk *disk;
	struct store *store;
	bool store_closed, disk_closed;
	int order[64]; /* ids of jobs as they finished */
	int norder;
};

struct ask {
	struct disk_job job;
	struct iovec vec;
	struct rig *rig;
	int id;
	bool done;
};

static void rig_open(struct rig *r, const struct host_disk_config *cfg)
{
	struct host_disk_config c = cfg ? *cfg : (struct host_disk_config){0};
	char *state = fixture_path("%s/state", r->fx.root);

	c.state_dir = state;
	if (!c.workers)
		c.workers = 3;
	hash_setup();
	assert_int_equal(uv_loop_init(&r->loop), 0);
	r->disk = host_disk_open(&r->loop, &c);
	r->store = store_open(r->disk, &r->fx.layout, r->fx.dir, FIXTURE_TAG);
}

/* Three files over four pieces, with an empty one between. */
static void rig_init_with(struct rig *r, const struct host_disk_config *cfg)
{
	memset(r, 0, sizeof *r);
	fixture_init(&r->fx);
	fixture_add(&r->fx, "T/a.bin", 40 * KIB + 7);
	fixture_add(&r->fx, "T/empty", 0);
	fixture_add(&r->fx, "T/sub/b.bin", 5);
	fixture_add(&r->fx, "T/sub/c.bin", 70 * KIB);
	fixture_ready(&r->fx, 32 * KIB);
	rig_open(r, cfg);
}

static void rig_init(struct rig *r)
{
	rig_init_with(r, &plain);
}

static void note_store_closed(void *user)
{
	((struct rig *)user)->store_closed = true;
}

static void note_disk_closed(void *user)
{
	((struct rig *)user)->disk_closed = true;
}

static void rig_close(struct rig *r)
{
	if (r->store)
		r->disk->ops->store_close(r->store, note_store_closed, r);
	host_disk_close(r->disk, note_disk_closed, r);
	uv_run(&r->loop, UV_RUN_DEFAULT);
	if (r->store)
		assert_true(r->store_closed);
	assert_true(r->disk_closed);
	assert_int_equal(uv_loop_close(&r->loop), 0);
	fixture_remove(&r->fx);
}

static void note_done(struct disk_job *j)
{
	struct ask *a = j->user;

	assert_false(a->done);
	a->done = true;
	a->rig->order[a->rig->norder++ & 63] = a->id;
}

static struct disk_job *ask_init(struct ask *a, struct rig *r, int id,
	enum disk_op op)
{
	memset(a, 0, sizeof *a);
	a->rig = r;
	a->id = id;
	a->job.op = op;
	a->job.class = DISK_NORMAL;
	a->job.user = a;
	a->job.done = note_done;
	return &a->job;
}

static void ask_bytes(struct ask *a, uint64_t offset, void *p, uint32_t n)
{
	a->vec = (struct iovec){p, n};
	a->job.vec = &a->vec;
	a->job.nvec = 1;
	a->job.offset = offset;
	a->job.length = n;
}

static void submit(struct rig *r, struct ask *a)
{
	r->disk->ops->submit(r->store, &a->job);
	assert_false(a->done);
}

static void run_until(struct rig *r, const bool *done)
{
	while (!*done)
		uv_run(&r->loop, UV_RUN_ONCE);
}

static enum err run(struct rig *r, struct ask *a)
{
	submit(r, a);
	run_until(r, &a->done);
	return a->job.fault.code;
}

static void ask_put(struct ask *a, struct rig *r, int id, uint32_t piece)
{
	uint64_t at = layout_piece_offset(&r->fx.layout, piece);
	uint32_t n = layout_piece_size(&r->fx.layout, piece);

	ask_init(a, r, id, DISK_PUT_PIECE);
	ask_bytes(a, at, r->fx.data + at, n);
	sha1(span_of(r->fx.data + at, n), a->job.expect);
}

static void put_all(struct rig *r)
{
	struct ask a;

	for (uint32_t i = 0; i < r->fx.layout.npieces; i++) {
		ask_put(&a, r, (int)i, i);
		assert_int_equal(run(r, &a), ERR_OK);
	}
}

static void puts_pieces_across_files_and_reads_them_back(void **state)
{
	struct rig r;
	struct ask a;
	uint8_t *back;

	(void)state;
	rig_init(&r);
	back = mem_alloc(r.fx.meta.total);
	put_all(&r);
	ask_init(&a, &r, 9, DISK_READ);
	ask_bytes(&a, 0, back, (uint32_t)r.fx.meta.total);
	assert_int_equal(run(&r, &a), ERR_OK);
	assert_memory_equal(back, r.fx.data, r.fx.meta.total);
	assert_true(fixture_has(&r.fx, r.fx.dir, 0));
	assert_true(fixture_has(&r.fx, r.fx.dir, 2));
	assert_true(fixture_has(&r.fx, r.fx.dir, 3));
	mem_free(back);
	rig_close(&r);
}

static void hashes_what_is_on_disk(void **state)
{
	struct rig r;
	struct ask a;
	uint8_t want[20];

	(void)state;
	rig_init(&r);
	put_all(&r);
	ask_init(&a, &r, 0, DISK_HASH);
	a.job.class = DISK_BACKGROUND;
	a.job.offset = 10;
	a.job.length = (uint32_t)r.fx.meta.total - 20;
	assert_int_equal(run(&r, &a), ERR_OK);
	sha1(span_of(r.fx.data + 10, r.fx.meta.total - 20), want);
	assert_memory_equal(a.job.sha1, want, 20);
	rig_close(&r);
}

static void writes_nothing_of_a_piece_that_does_not_match(void **state)
{
	struct rig r;
	struct ask a;

	(void)state;
	rig_init(&r);
	ask_put(&a, &r, 0, 1);
	a.job.expect[3] ^= 1;
	assert_int_equal(run(&r, &a), ERR_HASH);
	assert_true(a.job.fault.what[0] != '\0');
	assert_false(fixture_exists(r.fx.dir));
	rig_close(&r);
}

static void refuses_a_range_outside_the_torrent(void **state)
{
	struct rig r;
	struct ask a;
	uint8_t b[4];

	(void)state;
	rig_init(&r);
	ask_init(&a, &r, 0, DISK_READ);
	ask_bytes(&a, r.fx.meta.total - 3, b, 4);
	assert_int_equal(run(&r, &a), ERR_RANGE);
	ask_init(&a, &r, 0, DISK_HASH);
	a.job.offset = UINT64_MAX - 1;
	a.job.length = 4;
	assert_int_equal(run(&r, &a), ERR_RANGE);
	rig_close(&r);
}

static void says_which_file_is_missing_or_short(void **state)
{
	struct rig r;
	struct ask a;
	uint8_t b[64];

	(void)state;
	rig_init(&r);
	ask_init(&a, &r, 0, DISK_READ);
	ask_bytes(&a, 0, b, 64);
	assert_int_equal(run(&r, &a), ERR_DISK);
	assert_int_equal(a.job.fault.os, ENOENT);
	assert_string_equal(a.job.fault.what,
		"cannot read \"T/a.bin\": No such file or directory");
	put_all(&r);
	assert_int_equal(truncate(fixture_path("%s/T/a.bin", r.fx.dir), 10), 0);
	ask_init(&a, &r, 0, DISK_READ);
	ask_bytes(&a, 0, b, 64);
	assert_int_equal(run(&r, &a), ERR_DISK);
	assert_int_equal(a.job.fault.os, ENODATA);
	rig_close(&r);
}

static void runs_overlapping_jobs_in_the_order_made(void **state)
{
	struct rig r;
	struct ask w[20], h;
	uint8_t *bytes[20];
	uint8_t want[20];

	(void)state;
	rig_init(&r);
	for (int i = 0; i < 20; i++) {
		bytes[i] = mem_alloc(40 * KIB);
		memset(bytes[i], i, 40 * KIB);
		ask_init(&w[i], &r, i, DISK_WRITE);
		w[i].job.class = i % 2 ? DISK_URGENT : DISK_BACKGROUND;
		ask_bytes(&w[i], 1000 * (uint64_t)(i % 3), bytes[i], 40 * KIB);
		submit(&r, &w[i]);
	}
	ask_init(&h, &r, 20, DISK_HASH);
	h.job.class = DISK_URGENT;
	h.job.offset = 2000;
	h.job.length = 30 * KIB;
	submit(&r, &h);
	run_until(&r, &h.done);
	for (int i = 0; i < 21; i++)
		assert_int_equal(r.order[i], i);
	sha1(span_of(bytes[19], 30 * KIB), want);
	assert_memory_equal(h.job.sha1, want, 20);
	for (int i = 0; i < 20; i++)
		mem_free(bytes[i]);
	rig_close(&r);
}

static void serves_an_urgent_read_from_memory_after_the_call(void **state)
{
	struct rig r;
	struct ask a;
	uint8_t *b = mem_alloc(16 * KIB);

	(void)state;
	rig_init(&r);
	put_all(&r);
	ask_init(&a, &r, 0, DISK_READ);
	a.job.class = DISK_URGENT;
	/* Across three files, one of them empty. */
	ask_bytes(&a, 38 * KIB, b, 16 * KIB);
	submit(&r, &a);
	/* One turn without waiting is enough: no thread took part. */
	uv_run(&r.loop, UV_RUN_NOWAIT);
	assert_true(a.done);
	assert_int_equal(a.job.fault.code, ERR_OK);
	assert_memory_equal(b, r.fx.data + 38 * KIB, 16 * KIB);
	mem_free(b);
	rig_close(&r);
}

static void an_urgent_read_waits_for_the_write_before_it(void **state)
{
	struct rig r;
	struct ask w, a;
	uint8_t *b = mem_alloc(16 * KIB), *old = mem_zero(16 * KIB);

	(void)state;
	rig_init(&r);
	put_all(&r);
	ask_init(&w, &r, 0, DISK_WRITE);
	w.job.class = DISK_BACKGROUND;
	ask_bytes(&w, 0, old, 16 * KIB);
	submit(&r, &w);
	ask_init(&a, &r, 1, DISK_READ);
	a.job.class = DISK_URGENT;
	ask_bytes(&a, 4 * KIB, b, 8 * KIB);
	submit(&r, &a);
	run_until(&r, &a.done);
	assert_true(w.done);
	assert_memory_equal(b, old, 8 * KIB);
	mem_free(b);
	mem_free(old);
	rig_close(&r);
}

static void cancels_what_had_not_begun_when_the_store_closes(void **state)
{
	struct rig r;
	struct ask w[30];
	uint8_t *bytes = mem_zero(64 * KIB);
	int canceled = 0;

	(void)state;
	rig_init(&r);
	for (int i = 0; i < 30; i++) {
		ask_init(&w[i], &r, i, DISK_WRITE);
		ask_bytes(&w[i], 0, bytes, 64 * KIB);
		submit(&r, &w[i]);
	}
	r.disk->ops->store_close(r.store, note_store_closed, &r);
	r.store = NULL;
	run_until(&r, &r.store_closed);
	for (int i = 0; i < 30; i++) {
		assert_true(w[i].done);
		canceled += w[i].job.fault.code == ERR_CANCELED;
	}
	/* The first may be running; the others had to wait for it. */
	assert_true(canceled >= 29);
	assert_int_equal(r.disk->ops->dirty_bytes(r.disk), 0);
	mem_free(bytes);
	rig_close(&r);
}

static void count_relief(void *user)
{
	++*(int *)user;
}

static void presses_above_the_high_mark_and_relieves_once(void **state)
{
	struct rig r;
	struct host_disk_config cfg = {.high = 100 * KIB, .low = 40 * KIB};
	struct ask w[4];
	uint8_t *bytes = mem_zero(64 * KIB);
	int relieved = 0;

	(void)state;
	rig_init_with(&r, &cfg);
	r.disk->ops->on_relieved(r.disk, count_relief, &relieved);
	for (int i = 0; i < 4; i++) {
		ask_init(&w[i], &r, i, DISK_WRITE);
		ask_bytes(&w[i], 0, bytes, 64 * KIB);
		submit(&r, &w[i]);
		assert_true(r.disk->ops->pressure(r.disk) == (i >= 1));
	}
	assert_int_equal(r.disk->ops->dirty_bytes(r.disk), 256 * KIB);
	run_until(&r, &w[3].done);
	assert_false(r.disk->ops->pressure(r.disk));
	assert_int_equal(relieved, 1);
	mem_free(bytes);
	rig_close(&r);
}

static void fences_run_alone_and_a_flush_lets_later_jobs_pass(void **state)
{
	struct rig r;
	struct ask a[4];
	struct disk_stat stat[4];
	struct bitfield all;
	uint8_t *bytes = mem_zero(64 * KIB);

	(void)state;
	rig_init(&r);
	bitfield_init(&all, 4);
	bitfield_set_all(&all);
	ask_init(&a[0], &r, 0, DISK_WRITE);
	ask_bytes(&a[0], 0, bytes, 64 * KIB);
	ask_init(&a[1], &r, 1, DISK_SELECT);
	a[1].job.wanted = &all;
	a[1].job.class = DISK_URGENT;
	ask_init(&a[2], &r, 2, DISK_FLUSH);
	a[2].job.class = DISK_URGENT;
	ask_init(&a[3], &r, 3, DISK_STAT);
	a[3].job.stat = stat;
	for (int i = 0; i < 4; i++)
		submit(&r, &a[i]);
	for (int i = 0; i < 4; i++)
		run_until(&r, &a[i].done);
	assert_int_equal(r.order[0], 0);
	assert_int_equal(r.order[1], 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(a[i].job.fault.code, ERR_OK);
	assert_true(stat[0].exists);
	assert_int_equal(stat[0].size, 40 * KIB + 7);
	assert_true(stat[1].exists);
	assert_int_equal(stat[1].size, 0);
	assert_true(stat[3].exists);
	assert_int_equal(stat[3].size, 70 * KIB);
	assert_true(stat[3].mtime_ns > 0);
	bitfield_fini(&all);
	mem_free(bytes);
	rig_close(&r);
}

static void reports_a_full_disk_in_one_line(void **state)
{
	struct rig r;
	struct ask a;
	struct rlimit old, small;

	(void)state;
	rig_init(&r);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 8 * KIB;
	setrlimit(RLIMIT_FSIZE, &small);
	ask_put(&a, &r, 0, 0);
	assert_int_equal(run(&r, &a), ERR_DISK);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(a.job.fault.os, EFBIG);
	assert_string_equal(a.job.fault.what,
		"cannot write \"T/a.bin\": File too large");
	/* The cause is gone: the same job works. */
	ask_put(&a, &r, 0, 0);
	assert_int_equal(run(&r, &a), ERR_OK);
	rig_close(&r);
}

static ssize_t full_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	(void)fd;
	(void)v;
	(void)n;
	(void)at;
	errno = ENOSPC;
	return -1;
}

static void words_no_space_as_people_know_it(void **state)
{
	struct rig r;
	struct host_disk_config cfg = {.io.pwritev = full_pwritev};
	struct ask a;

	(void)state;
	rig_init_with(&r, &cfg);
	ask_put(&a, &r, 0, 0);
	assert_int_equal(run(&r, &a), ERR_DISK);
	assert_int_equal(a.job.fault.os, ENOSPC);
	assert_string_equal(a.job.fault.what,
		"cannot write \"T/a.bin\": No space left on device");
	rig_close(&r);
}

static void works_with_hardly_any_descriptors(void **state)
{
	struct rig r;
	struct ask a[4];
	struct rlimit old, small;

	(void)state;
	rig_init(&r);
	getrlimit(RLIMIT_NOFILE, &old);
	/* Threads and their wake-ups are there before the shortage. */
	put_all(&r);
	small = old;
	small.rlim_cur = fixture_open_fds() + 3;
	setrlimit(RLIMIT_NOFILE, &small);
	for (uint32_t i = 0; i < 4; i++) {
		ask_put(&a[i], &r, (int)i, i);
		assert_int_equal(run(&r, &a[i]), ERR_OK);
	}
	setrlimit(RLIMIT_NOFILE, &old);
	rig_close(&r);
}

struct file_ask {
	struct disk_file_job job;
	bool done;
	struct buf loaded;
};

static void note_file_done(struct disk_file_job *j)
{
	struct file_ask *a = j->user;

	a->done = true;
	a->loaded = j->loaded;
}

static void file_ask_init(struct file_ask *a, bool is_save, const char *path,
	const char *text)
{
	memset(a, 0, sizeof *a);
	a->job.op = is_save ? DISK_FILE_SAVE : DISK_FILE_LOAD;
	a->job.path = path;
	a->job.max = 1000;
	if (text)
		a->job.bytes = span_str(text);
	a->job.done = note_file_done;
	a->job.user = a;
}

static void saves_of_one_name_run_in_the_order_made(void **state)
{
	struct rig r;
	struct file_ask save[10], load;
	char text[20];

	(void)state;
	rig_init(&r);
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof text, "gen %d", i);
		file_ask_init(&save[i], true, "t/x.resume", text);
		r.disk->ops->file(r.disk, &save[i].job);
		memset(text, 0, sizeof text); /* the call copied it */
	}
	file_ask_init(&load, false, "t/x.resume", NULL);
	r.disk->ops->file(r.disk, &load.job);
	run_until(&r, &load.done);
	assert_int_equal(load.job.fault.code, ERR_OK);
	assert_true(span_is(buf_span(&load.loaded), "gen 9"));
	buf_free(&load.loaded);
	file_ask_init(&load, false, "t/x.resume.1", NULL);
	r.disk->ops->file(r.disk, &load.job);
	run_until(&r, &load.done);
	assert_true(span_is(buf_span(&load.loaded), "gen 8"));
	buf_free(&load.loaded);
	file_ask_init(&load, false, "t/none", NULL);
	r.disk->ops->file(r.disk, &load.job);
	run_until(&r, &load.done);
	assert_int_equal(load.job.fault.code, ERR_NOENT);
	rig_close(&r);
}

static void saves_are_done_even_when_the_disk_closes(void **state)
{
	struct rig r;
	struct file_ask save[20];
	char name[20][2];

	(void)state;
	rig_init(&r);
	for (int i = 0; i < 20; i++) {
		name[i][0] = (char)('a' + i);
		name[i][1] = '\0';
		file_ask_init(&save[i], true, name[i], "kept");
		r.disk->ops->file(r.disk, &save[i].job);
	}
	r.disk->ops->store_close(r.store, note_store_closed, &r);
	host_disk_close(r.disk, note_disk_closed, &r);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_true(r.disk_closed);
	assert_int_equal(uv_loop_close(&r.loop), 0);
	for (int i = 0; i < 20; i++) {
		char *path = fixture_path("%s/state/%s", r.fx.root, name[i]);

		assert_true(save[i].done);
		assert_true(fixture_file_is(path, "kept", 4));
	}
	fixture_remove(&r.fx);
}

static void knows_the_free_space_after_a_while(void **state)
{
	struct rig r;
	struct disk_space s;

	(void)state;
	rig_init(&r);
	s = r.disk->ops->space(r.disk, r.fx.dir);
	assert_int_equal(s.total_bytes, 0);
	/* The answer is the only thing the loop waits for. */
	uv_run(&r.loop, UV_RUN_DEFAULT);
	s = r.disk->ops->space(r.disk, r.fx.dir);
	assert_true(s.total_bytes > 0);
	assert_true(s.free_bytes <= s.total_bytes);
	rig_close(&r);
}

static void closes_with_jobs_of_every_kind_under_way(void **state)
{
	struct rig r;
	struct ask a[60];
	uint8_t *bytes = mem_zero(64 * KIB);
	struct bitfield all;
	struct disk_stat stat[4];

	(void)state;
	rig_init(&r);
	bitfield_init(&all, 4);
	bitfield_set_all(&all);
	for (int i = 0; i < 60; i++) {
		enum disk_op op = (enum disk_op)(i % 9);

		ask_init(&a[i], &r, i, op);
		a[i].job.class = (enum disk_class)(i % 3);
		ask_bytes(&a[i], 0, bytes, 64 * KIB);
		a[i].job.path = r.fx.root;
		a[i].job.wanted = &all;
		a[i].job.stat = stat;
		submit(&r, &a[i]);
	}
	r.disk->ops->space(r.disk, r.fx.dir);
	r.disk->ops->store_close(r.store, note_store_closed, &r);
	host_disk_close(r.disk, note_disk_closed, &r);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_true(r.disk_closed);
	for (int i = 0; i < 60; i++)
		assert_true(a[i].done);
	assert_int_equal(uv_loop_close(&r.loop), 0);
	bitfield_fini(&all);
	mem_free(bytes);
	fixture_remove(&r.fx);
}

static void leaves_no_descriptor_open_after_a_store_closed(void **state)
{
	struct rig r;
	size_t before, after;

	(void)state;
	rig_init(&r);
	put_all(&r);
	before = fixture_open_fds();
	r.disk->ops->store_close(r.store, note_store_closed, &r);
	r.store = NULL;
	run_until(&r, &r.store_closed);
	after = fixture_open_fds();
	/* Three files and the folder. */
	assert_int_equal(before - after, 4);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_pieces_across_files_and_reads_them_back),
		cmocka_unit_test(hashes_what_is_on_disk),
		cmocka_unit_test(writes_nothing_of_a_piece_that_does_not_match),
		cmocka_unit_test(refuses_a_range_outside_the_torrent),
		cmocka_unit_test(says_which_file_is_missing_or_short),
		cmocka_unit_test(runs_overlapping_jobs_in_the_order_made),
		cmocka_unit_test(
			serves_an_urgent_read_from_memory_after_the_call),
		cmocka_unit_test(an_urgent_read_waits_for_the_write_before_it),
		cmocka_unit_test(
			cancels_what_had_not_begun_when_the_store_closes),
		cmocka_unit_test(presses_above_the_high_mark_and_relieves_once),
		cmocka_unit_test(
			fences_run_alone_and_a_flush_lets_later_jobs_pass),
		cmocka_unit_test(reports_a_full_disk_in_one_line),
		cmocka_unit_test(words_no_space_as_people_know_it),
		cmocka_unit_test(works_with_hardly_any_descriptors),
		cmocka_unit_test(saves_of_one_name_run_in_the_order_made),
		cmocka_unit_test(saves_are_done_even_when_the_disk_closes),
		cmocka_unit_test(knows_the_free_space_after_a_while),
		cmocka_unit_test(closes_with_jobs_of_every_kind_under_way),
		cmocka_unit_test(
			leaves_no_descriptor_open_after_a_store_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
