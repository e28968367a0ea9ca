/*
 * files_test.c - the files of one torrent in a real folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <errno.h>

#include "host/below.h"
#include "host/files.h"
#include "torrent_fixture.h"

#define KIB 1024u
#define PARTS ".bttui-" FIXTURE_TAG ".parts"

enum {
	A,
	EMPTY,
	PAD,
	B,
	C,
	TOP,
	NFILES,
};

struct rig {
	struct fixture fx;
	struct fd_cache *cache;
	struct files *files;
	struct file_worker worker;
	struct fault fault;
};

static int set_up_with(void **state, const struct file_io *io)
{
	struct rig *r = mem_zero(sizeof *r);

	hash_setup();
	fixture_init(&r->fx);
	fixture_add(&r->fx, "T/a.bin", 40 * KIB + 7);
	fixture_add(&r->fx, "T/empty", 0);
	fixture_add(&r->fx, "T/.pad/1", 1000)->is_pad = true;
	fixture_add(&r->fx, "T/sub/b.bin", 5);
	fixture_add(&r->fx, "T/sub/c.bin", 70 * KIB);
	fixture_add(&r->fx, "T/top.bin", 9 * KIB);
	fixture_ready(&r->fx, 32 * KIB);
	r->cache = fd_cache_new(16);
	r->files =
		files_new(&r->fx.layout, r->fx.dir, FIXTURE_TAG, r->cache, io);
	file_worker_init(&r->worker);
	*state = r;
	return 0;
}

static int set_up(void **state)
{
	return set_up_with(state, NULL);
}

static int tear_down(void **state)
{
	struct rig *r = *state;

	files_close(r->files);
	files_free(r->files);
	assert_int_equal(fd_cache_count(r->cache), 0);
	fd_cache_free(r->cache);
	file_worker_fini(&r->worker);
	fixture_remove(&r->fx);
	mem_free(r);
	return 0;
}

static enum err write_at(struct rig *r, uint64_t at, uint64_t n)
{
	struct iovec v = {r->fx.data + at, n};
	struct file_span s = {at, n, &v, 1};

	return files_write(r->files, &r->worker, &s, &r->fault);
}

static enum err write_all(struct rig *r)
{
	return write_at(r, 0, r->fx.meta.total);
}

/* Whether the stream reads back as it should. */
static bool reads_back(struct rig *r, uint64_t at, uint64_t n)
{
	uint8_t *p = mem_alloc(n);
	struct iovec v = {p, n};
	struct file_span s = {at, n, &v, 1};
	bool same;

	memset(p, 0xee, n);
	same = files_read(r->files, &r->worker, &s, &r->fault) == ERR_OK &&
	       memcmp(p, r->fx.data + at, n) == 0;
	mem_free(p);
	return same;
}

static enum err select_mask(struct rig *r, unsigned mask)
{
	struct bitfield b;
	enum err e;

	bitfield_init(&b, NFILES);
	for (uint32_t i = 0; i < NFILES; i++)
		if (mask >> i & 1)
			bitfield_add(&b, i);
	e = files_select(r->files, &r->worker, &b, &r->fault);
	bitfield_fini(&b);
	return e;
}

#define ALL ((1u << NFILES) - 1)

static bool in_dir(struct rig *r, const char *name)
{
	return fixture_exists(fixture_path("%s/%s", r->fx.dir, name));
}

static void spreads_a_range_over_files_and_drops_padding(void **state)
{
	struct rig *r = *state;

	assert_int_equal(write_all(r), ERR_OK);
	assert_true(fixture_has(&r->fx, r->fx.dir, A));
	assert_true(fixture_has(&r->fx, r->fx.dir, B));
	assert_true(fixture_has(&r->fx, r->fx.dir, C));
	assert_true(fixture_has(&r->fx, r->fx.dir, TOP));
	assert_false(in_dir(r, "T/.pad"));
	assert_false(in_dir(r, PARTS));
	/* Padding reads as the zeroes it stands for. */
	assert_true(reads_back(r, 0, r->fx.meta.total));
	assert_true(reads_back(r, 40 * KIB, 3000));
}

static void gives_a_file_its_final_size_at_the_first_write(void **state)
{
	struct rig *r = *state;
	struct stat st;

	assert_int_equal(write_at(r, r->fx.file[C].offset + 100, 10), ERR_OK);
	assert_int_equal(stat(fixture_path("%s/T/sub/c.bin", r->fx.dir), &st),
		0);
	assert_int_equal(st.st_size, 70 * KIB);
	assert_true(st.st_blocks * 512 < 70 * KIB);
	assert_false(in_dir(r, "T/a.bin"));
}

static void never_cuts_a_file_that_is_longer(void **state)
{
	struct rig *r = *state;
	char *path = fixture_path("%s/T/a.bin", r->fx.dir);
	uint8_t *old = mem_zero(60 * KIB);
	struct stat st;

	assert_int_equal(write_at(r, 0, 1), ERR_OK);
	files_close(r->files);
	fixture_put(path, old, 60 * KIB);
	assert_int_equal(write_at(r, 0, 100), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 60 * KIB);
	mem_free(old);
}

static void takes_vectors_of_any_cut(void **state)
{
	struct rig *r = *state;
	static struct iovec v[3000];
	uint8_t *p = mem_alloc(r->fx.meta.total);
	uint64_t at = 0, total = r->fx.meta.total;
	struct file_span s = {0, total, v, 0};

	/* More vectors than one call takes, some of them empty. */
	for (int i = 0; i < 3000 && at < total; i++) {
		size_t n = i % 7 == 3 ? 0 : (size_t)(i % 5) * 31 + 1;

		n = n < total - at && i < 2999 ? n : (size_t)(total - at);
		v[i] = (struct iovec){r->fx.data + at, n};
		at += n;
		s.nvec = i + 1;
	}
	assert_int_equal(at, total);
	assert_int_equal(files_write(r->files, &r->worker, &s, &r->fault),
		ERR_OK);
	for (int i = 0; i < s.nvec; i++)
		v[i].iov_base = p + ((uint8_t *)v[i].iov_base - r->fx.data);
	assert_int_equal(files_read(r->files, &r->worker, &s, &r->fault),
		ERR_OK);
	assert_memory_equal(p, r->fx.data, total);
	mem_free(p);
}

static ssize_t short_preadv(int fd, const struct iovec *v, int n, off_t at)
{
	static unsigned turn;

	(void)n;
	if (turn++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return pread(fd, v->iov_base, v->iov_len < 999 ? v->iov_len : 999, at);
}

static ssize_t short_pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	static unsigned turn;

	(void)n;
	if (turn++ % 3 == 0) {
		errno = EINTR;
		return -1;
	}
	return pwrite(fd, v->iov_base, v->iov_len < 777 ? v->iov_len : 777, at);
}

static int set_up_short(void **state)
{
	return set_up_with(state, &(struct file_io){.preadv = short_preadv,
					  .pwritev = short_pwritev});
}

static void goes_on_after_short_and_interrupted_calls(void **state)
{
	struct rig *r = *state;
	uint8_t got[20], want[20];

	assert_int_equal(write_all(r), ERR_OK);
	assert_true(fixture_has(&r->fx, r->fx.dir, C));
	assert_true(reads_back(r, 0, r->fx.meta.total));
	assert_int_equal(files_hash(r->files, &r->worker, 3, 100 * KIB, got,
				 &r->fault),
		ERR_OK);
	sha1(span_of(r->fx.data + 3, 100 * KIB), want);
	assert_memory_equal(got, want, 20);
}

static void bytes_of_skipped_files_go_to_the_part_file(void **state)
{
	struct rig *r = *state;

	assert_int_equal(select_mask(r, ALL & ~(1u << C)), ERR_OK);
	assert_true(in_dir(r, "T/empty"));
	assert_int_equal(write_at(r, r->fx.file[B].offset, 3000), ERR_OK);
	assert_true(in_dir(r, "T/sub/b.bin"));
	assert_false(in_dir(r, "T/sub/c.bin"));
	assert_true(in_dir(r, PARTS));
	assert_true(reads_back(r, r->fx.file[B].offset, 3000));
}

static void a_skipped_file_that_becomes_wanted_gets_its_bytes(void **state)
{
	struct rig *r = *state;
	uint64_t at = r->fx.file[C].offset;
	struct stat st;

	assert_int_equal(select_mask(r, 1u << A), ERR_OK);
	assert_int_equal(write_at(r, at + 5000, 3000), ERR_OK);
	assert_int_equal(write_at(r, r->fx.file[TOP].offset, 10), ERR_OK);
	assert_int_equal(select_mask(r, 1u << A | 1u << C), ERR_OK);
	assert_true(in_dir(r, "T/sub/c.bin"));
	assert_false(in_dir(r, "T/top.bin"));
	assert_true(in_dir(r, PARTS));
	assert_int_equal(stat(fixture_path("%s/T/sub/c.bin", r->fx.dir), &st),
		0);
	assert_int_equal(st.st_size, 70 * KIB);
	assert_true(reads_back(r, at + 5000, 3000));
	assert_int_equal(select_mask(r, ALL), ERR_OK);
	assert_true(reads_back(r, r->fx.file[TOP].offset, 10));
	assert_false(in_dir(r, PARTS));
}

static void a_part_file_from_before_is_brought_in_at_the_first_select(void *
		*state)
{
	struct rig *r = *state;
	uint64_t at = r->fx.file[C].offset;

	assert_int_equal(select_mask(r, 1u << A), ERR_OK);
	assert_int_equal(write_at(r, at, 3000), ERR_OK);
	/* As after a restart. */
	files_close(r->files);
	files_free(r->files);
	r->files = files_new(&r->fx.layout, r->fx.dir, FIXTURE_TAG, r->cache,
		NULL);
	assert_int_equal(select_mask(r, ALL), ERR_OK);
	assert_true(reads_back(r, at, 3000));
	assert_false(in_dir(r, PARTS));
}

static void a_file_that_is_skipped_later_is_used_in_place(void **state)
{
	struct rig *r = *state;

	assert_int_equal(write_all(r), ERR_OK);
	assert_int_equal(select_mask(r, 1u << A), ERR_OK);
	assert_true(reads_back(r, 0, r->fx.meta.total));
	assert_int_equal(write_at(r, r->fx.file[C].offset, 3000), ERR_OK);
	assert_false(in_dir(r, PARTS));
}

static void select_creates_no_folder_without_need(void **state)
{
	struct rig *r = *state;

	assert_int_equal(select_mask(r, 1u << A | 1u << C), ERR_OK);
	assert_false(fixture_exists(r->fx.dir));
}

static void follows_no_symbolic_link_to_a_file(void **state)
{
	struct rig *r = *state;
	char *victim = fixture_path("%s/victim", r->fx.root);

	assert_int_equal(mkdir(r->fx.dir, 0777), 0);
	assert_int_equal(mkdir(fixture_path("%s/T", r->fx.dir), 0777), 0);
	fixture_put(victim, "precious", 8);
	assert_int_equal(symlink(victim, fixture_path("%s/T/a.bin", r->fx.dir)),
		0);
	assert_int_equal(write_at(r, 0, 100), ERR_DISK);
	assert_string_equal(r->fault.what,
		"cannot write \"T/a.bin\": is a symbolic link");
	assert_int_equal(r->fault.os, ELOOP);
	assert_false(reads_back(r, 0, 8));
	assert_true(fixture_file_is(fixture_path("%s/victim", r->fx.root),
		"precious", 8));
}

static void follows_no_symbolic_link_to_a_folder(void **state)
{
	struct rig *r = *state;
	char *outside = fixture_path("%s/outside", r->fx.root);

	assert_int_equal(mkdir(r->fx.dir, 0777), 0);
	assert_int_equal(mkdir(outside, 0777), 0);
	assert_int_equal(symlink(outside, fixture_path("%s/T", r->fx.dir)), 0);
	assert_int_equal(write_at(r, 0, 100), ERR_DISK);
	assert_int_equal(r->fault.os, ELOOP);
	assert_int_equal(select_mask(r, ALL), ERR_DISK);
	assert_false(fixture_exists(fixture_path("%s/a.bin", outside)));
	assert_false(fixture_exists(fixture_path("%s/empty", outside)));
	fixture_put(fixture_path("%s/a.bin", outside), "precious", 8);
	assert_int_equal(files_remove(r->files, &r->fault), ERR_OK);
	assert_true(fixture_exists(fixture_path("%s/a.bin", outside)));
}

static void a_link_swapped_in_while_files_are_open_changes_nothing(void **state)
{
	struct rig *r = *state;

	assert_int_equal(write_at(r, 0, 100), ERR_OK);
	assert_int_equal(rename(fixture_path("%s/T", r->fx.dir),
				 fixture_path("%s/moved", r->fx.dir)),
		0);
	assert_int_equal(symlink(r->fx.root, fixture_path("%s/T", r->fx.dir)),
		0);
	/* The open file is still ours; a new one is refused. */
	assert_int_equal(write_at(r, 100, 100), ERR_OK);
	assert_int_equal(write_at(r, r->fx.file[TOP].offset, 10), ERR_DISK);
	assert_false(fixture_exists(fixture_path("%s/top.bin", r->fx.root)));
}

static void resolves_the_same_way_without_openat2(void **state)
{
	struct rig *r = *state;
	int root, fd;

	assert_int_equal(write_all(r), ERR_OK);
	assert_int_equal(symlink("T", fixture_path("%s/L", r->fx.dir)), 0);
	assert_int_equal(symlink("a.bin", fixture_path("%s/T/l", r->fx.dir)),
		0);
	root = below_root(r->fx.dir, false);
	assert_true(root >= 0);
	fd = below_open_stepwise(root, "T/sub/b.bin", O_RDONLY);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(below_open_stepwise(root, "L/a.bin", O_RDONLY),
		-ELOOP);
	assert_int_equal(below_open_stepwise(root, "T/l", O_RDONLY), -ELOOP);
	assert_int_equal(below_open_stepwise(root, "T/l", O_PATH), -ELOOP);
	assert_int_equal(below_open_stepwise(root, "T/none", O_RDONLY),
		-ENOENT);
	assert_int_equal(below_open_stepwise(root, "T/a.bin/x", O_RDONLY),
		-ENOTDIR);
	assert_int_equal(below_open_stepwise(root, "T/../T/a.bin", O_RDONLY),
		-EINVAL);
	close(root);
}

static void opens_regular_files_only(void **state)
{
	struct rig *r = *state;

	assert_int_equal(mkdir(r->fx.dir, 0777), 0);
	assert_int_equal(mkdir(fixture_path("%s/T", r->fx.dir), 0777), 0);
	assert_int_equal(mkfifo(fixture_path("%s/T/a.bin", r->fx.dir), 0666),
		0);
	assert_int_equal(write_at(r, 0, 100), ERR_DISK);
	assert_string_equal(r->fault.what,
		"cannot write \"T/a.bin\": is not a regular file");
	assert_int_equal(mkdir(fixture_path("%s/T/top.bin", r->fx.dir), 0777),
		0);
	assert_int_equal(write_at(r, r->fx.file[TOP].offset, 1), ERR_DISK);
	assert_int_equal(r->fault.os, EISDIR);
	assert_int_equal(files_remove(r->files, &r->fault), ERR_OK);
	assert_true(in_dir(r, "T/a.bin"));
	assert_true(in_dir(r, "T/top.bin"));
}

static int nsynced;
static int sync_fails;

static int counting_sync(int fd)
{
	(void)fd;
	nsynced++;
	if (!sync_fails)
		return 0;
	sync_fails--;
	errno = EIO;
	return -1;
}

static int set_up_sync(void **state)
{
	nsynced = 0;
	sync_fails = 0;
	return set_up_with(state,
		&(struct file_io){.fdatasync = counting_sync});
}

static void flushes_each_written_file_once(void **state)
{
	struct rig *r = *state;

	assert_int_equal(write_at(r, 0, 10), ERR_OK);
	assert_int_equal(write_at(r, 100, 10), ERR_OK);
	assert_int_equal(write_at(r, r->fx.file[C].offset, 10), ERR_OK);
	assert_int_equal(files_flush(r->files, &r->fault), ERR_OK);
	assert_int_equal(nsynced, 2);
	assert_int_equal(files_flush(r->files, &r->fault), ERR_OK);
	assert_int_equal(nsynced, 2);
	assert_int_equal(write_at(r, 0, 10), ERR_OK);
	assert_int_equal(files_flush(r->files, &r->fault), ERR_OK);
	assert_int_equal(nsynced, 3);
}

static void a_failed_flush_is_reported_and_tried_again(void **state)
{
	struct rig *r = *state;

	assert_int_equal(write_at(r, 0, 10), ERR_OK);
	assert_int_equal(write_at(r, r->fx.file[C].offset, 10), ERR_OK);
	sync_fails = 1;
	assert_int_equal(files_flush(r->files, &r->fault), ERR_DISK);
	assert_string_equal(r->fault.what,
		"cannot flush \"T/a.bin\": Input/output error");
	assert_int_equal(nsynced, 2);
	assert_int_equal(files_flush(r->files, &r->fault), ERR_OK);
	assert_int_equal(nsynced, 3);
}

static void tells_sizes_and_times_of_what_is_there(void **state)
{
	struct rig *r = *state;
	struct disk_stat st[NFILES];

	assert_int_equal(files_stat(r->files, st, &r->fault), ERR_OK);
	assert_false(st[A].exists);
	assert_int_equal(write_at(r, 0, 10), ERR_OK);
	assert_int_equal(symlink("a.bin",
				 fixture_path("%s/T/top.bin", r->fx.dir)),
		0);
	assert_int_equal(files_stat(r->files, st, &r->fault), ERR_OK);
	assert_true(st[A].exists);
	assert_int_equal(st[A].size, 40 * KIB + 7);
	assert_true(st[A].mtime_ns > 0);
	assert_false(st[PAD].exists);
	assert_false(st[C].exists);
	assert_false(st[TOP].exists);
}

static void moves_all_files_and_leaves_no_folder_behind(void **state)
{
	struct rig *r = *state;
	char to[PATH_MAX];

	snprintf(to, sizeof to, "%s/new/place", r->fx.root);
	assert_int_equal(select_mask(r, ALL & ~(1u << TOP)), ERR_OK);
	assert_int_equal(write_all(r), ERR_OK);
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_OK);
	assert_false(in_dir(r, "T"));
	assert_false(in_dir(r, PARTS));
	assert_true(fixture_has(&r->fx, to, A));
	assert_true(fixture_has(&r->fx, to, C));
	assert_true(fixture_exists(fixture_path("%s/T/empty", to)));
	assert_true(fixture_exists(fixture_path("%s/%s", to, PARTS)));
	assert_true(reads_back(r, 0, r->fx.meta.total));
	/* To where it is already. */
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_OK);
	assert_true(reads_back(r, 0, r->fx.meta.total));
}

static void a_file_in_the_way_stops_a_move_without_loss(void **state)
{
	struct rig *r = *state;
	char to[PATH_MAX];

	snprintf(to, sizeof to, "%s/new", r->fx.root);
	assert_int_equal(write_all(r), ERR_OK);
	assert_int_equal(mkdir(to, 0777), 0);
	assert_int_equal(mkdir(fixture_path("%s/T", to), 0777), 0);
	fixture_put(fixture_path("%s/T/top.bin", to), "theirs", 6);
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_EXISTS);
	assert_string_equal(r->fault.what,
		"cannot move \"T/top.bin\": File exists");
	assert_true(fixture_has(&r->fx, r->fx.dir, A));
	assert_true(fixture_has(&r->fx, r->fx.dir, C));
	assert_false(fixture_exists(fixture_path("%s/T/a.bin", to)));
	assert_false(fixture_exists(fixture_path("%s/T/sub", to)));
	assert_true(fixture_file_is(fixture_path("%s/T/top.bin", to), "theirs",
		6));
	assert_true(reads_back(r, 0, r->fx.meta.total));
}

/* A folder on another file system; false when the machine has none. */
static bool other_file_system(struct rig *r, char *to, size_t cap)
{
	struct stat here, there;

	snprintf(to, cap, "/dev/shm/bttui-test-XXXXXX");
	if (!mkdtemp(to))
		return false;
	if (stat(r->fx.root, &here) == 0 && stat(to, &there) == 0 &&
		here.st_dev != there.st_dev)
		return true;
	rmdir(to);
	print_message("skipped: no second file system in /dev/shm\n");
	return false;
}

static void remove_other(const char *to)
{
	nftw(to, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void copies_to_another_file_system(void **state)
{
	struct rig *r = *state;
	struct disk_stat before[NFILES], after[NFILES];
	char to[64];

	if (!other_file_system(r, to, sizeof to))
		skip();
	assert_int_equal(select_mask(r, ALL), ERR_OK);
	assert_int_equal(write_all(r), ERR_OK);
	assert_int_equal(files_stat(r->files, before, &r->fault), ERR_OK);
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_OK);
	assert_false(in_dir(r, "T"));
	assert_true(fixture_has(&r->fx, to, A));
	assert_true(fixture_has(&r->fx, to, B));
	assert_true(fixture_has(&r->fx, to, C));
	assert_true(reads_back(r, 0, r->fx.meta.total));
	assert_int_equal(files_stat(r->files, after, &r->fault), ERR_OK);
	assert_true(before[C].mtime_ns == after[C].mtime_ns);
	files_close(r->files);
	remove_other(to);
}

static void a_canceled_copy_leaves_everything_where_it_was(void **state)
{
	struct rig *r = *state;
	char to[64];

	if (!other_file_system(r, to, sizeof to))
		skip();
	assert_int_equal(write_all(r), ERR_OK);
	files_cancel(r->files);
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_CANCELED);
	assert_true(fixture_has(&r->fx, r->fx.dir, A));
	assert_true(fixture_has(&r->fx, r->fx.dir, C));
	assert_int_equal(rmdir(to), 0); /* nothing was left in it */
}

static void a_copy_that_fails_half_way_is_undone(void **state)
{
	struct rig *r = *state;
	char to[64];

	if (!other_file_system(r, to, sizeof to))
		skip();
	assert_int_equal(write_all(r), ERR_OK);
	files_close(r->files);
	/* The last file cannot be read. */
	assert_int_equal(unlink(fixture_path("%s/T/top.bin", r->fx.dir)), 0);
	assert_int_equal(mkdir(fixture_path("%s/T/top.bin", r->fx.dir), 0777),
		0);
	assert_int_equal(files_move(r->files, &r->worker, to, &r->fault),
		ERR_DISK);
	assert_true(fixture_has(&r->fx, r->fx.dir, A));
	assert_true(fixture_has(&r->fx, r->fx.dir, C));
	assert_int_equal(rmdir(to), 0);
}

static void removes_its_files_and_nothing_else(void **state)
{
	struct rig *r = *state;

	assert_int_equal(select_mask(r, ALL & ~(1u << TOP)), ERR_OK);
	assert_int_equal(write_all(r), ERR_OK);
	fixture_put(fixture_path("%s/T/notes.txt", r->fx.dir), "mine", 4);
	assert_int_equal(files_remove(r->files, &r->fault), ERR_OK);
	assert_true(in_dir(r, "T/notes.txt"));
	assert_false(in_dir(r, "T/a.bin"));
	assert_false(in_dir(r, "T/empty"));
	assert_false(in_dir(r, "T/sub"));
	assert_false(in_dir(r, PARTS));
	assert_int_equal(unlink(fixture_path("%s/T/notes.txt", r->fx.dir)), 0);
	assert_int_equal(files_remove(r->files, &r->fault), ERR_OK);
	assert_false(in_dir(r, "T"));
	assert_true(fixture_exists(r->fx.dir));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spreads_a_range_over_files_and_drops_padding),
		TEST(gives_a_file_its_final_size_at_the_first_write),
		TEST(never_cuts_a_file_that_is_longer),
		TEST(takes_vectors_of_any_cut),
		cmocka_unit_test_setup_teardown(
			goes_on_after_short_and_interrupted_calls, set_up_short,
			tear_down),
		TEST(bytes_of_skipped_files_go_to_the_part_file),
		TEST(a_skipped_file_that_becomes_wanted_gets_its_bytes),
		TEST(a_part_file_from_before_is_brought_in_at_the_first_select),
		TEST(a_file_that_is_skipped_later_is_used_in_place),
		TEST(select_creates_no_folder_without_need),
		TEST(follows_no_symbolic_link_to_a_file),
		TEST(follows_no_symbolic_link_to_a_folder),
		TEST(a_link_swapped_in_while_files_are_open_changes_nothing),
		TEST(resolves_the_same_way_without_openat2),
		TEST(opens_regular_files_only),
		cmocka_unit_test_setup_teardown(flushes_each_written_file_once,
			set_up_sync, tear_down),
		cmocka_unit_test_setup_teardown(
			a_failed_flush_is_reported_and_tried_again, set_up_sync,
			tear_down),
		TEST(tells_sizes_and_times_of_what_is_there),
		TEST(moves_all_files_and_leaves_no_folder_behind),
		TEST(a_file_in_the_way_stops_a_move_without_loss),
		TEST(copies_to_another_file_system),
		TEST(a_canceled_copy_leaves_everything_where_it_was),
		TEST(a_copy_that_fails_half_way_is_undone),
		TEST(removes_its_files_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
