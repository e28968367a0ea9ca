/*
 * state_files_test.c - small files that are replaced whole or not at all.
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

#include "host/state_files.h"
#include "torrent_fixture.h"

static struct fixture fx;

static int set_up(void **state)
{
	(void)state;
	fixture_init(&fx);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fixture_remove(&fx);
	return 0;
}

static enum err save(const char *path, const char *text, struct fault *f)
{
	return state_file_save(fx.dir, path, span_str(text), f);
}

static bool holds(const char *path, const char *text)
{
	return fixture_file_is(fixture_path("%s/%s", fx.dir, path), text,
		strlen(text));
}

static void saves_and_loads_in_folders_it_makes(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(save("resume/x.resume", "hello", NULL), ERR_OK);
	assert_int_equal(state_file_load(fx.dir, "resume/x.resume", 5, &b,
				 NULL),
		ERR_OK);
	assert_true(span_is(buf_span(&b), "hello"));
	buf_free(&b);
	assert_int_equal(save("empty", "", NULL), ERR_OK);
	assert_int_equal(state_file_load(fx.dir, "empty", 5, &b, NULL), ERR_OK);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void keeps_the_generation_before(void **state)
{
	(void)state;
	assert_int_equal(save("s", "one", NULL), ERR_OK);
	assert_false(fixture_exists(fixture_path("%s/s.1", fx.dir)));
	assert_int_equal(save("s", "two", NULL), ERR_OK);
	assert_int_equal(save("s", "three", NULL), ERR_OK);
	assert_true(holds("s", "three"));
	assert_true(holds("s.1", "two"));
	assert_false(fixture_exists(fixture_path("%s/s.tmp", fx.dir)));
}

static void is_readable_by_the_user_alone(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(save("s", "secret", NULL), ERR_OK);
	assert_int_equal(stat(fixture_path("%s/s", fx.dir), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void says_that_there_is_none(void **state)
{
	struct buf b = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(state_file_load(fx.dir, "a/none", 5, &b, &f),
		ERR_NOENT);
	assert_int_equal(save("s", "x", NULL), ERR_OK);
	assert_int_equal(state_file_load(fx.dir, "none", 5, &b, &f), ERR_NOENT);
	assert_null(b.p);
}

static void reads_no_file_longer_than_asked(void **state)
{
	struct buf b = {0};
	struct fault f = {0};

	(void)state;
	assert_int_equal(save("s", "123456", NULL), ERR_OK);
	assert_int_equal(state_file_load(fx.dir, "s", 5, &b, &f), ERR_LIMIT);
	assert_int_equal(b.len, 0);
}

/* What a kill in the middle of a save leaves behind. */
static void a_left_over_temporary_is_never_read(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(save("s", "good", NULL), ERR_OK);
	fixture_put(fixture_path("%s/s.tmp", fx.dir),
		"half of something much longer", 29);
	assert_int_equal(state_file_load(fx.dir, "s", 99, &b, NULL), ERR_OK);
	assert_true(span_is(buf_span(&b), "good"));
	buf_free(&b);
	assert_int_equal(save("s", "new", NULL), ERR_OK);
	assert_true(holds("s", "new"));
	assert_false(fixture_exists(fixture_path("%s/s.tmp", fx.dir)));
}

static void a_full_disk_leaves_the_old_file_as_it_was(void **state)
{
	struct rlimit old, small;
	struct fault f = {0};
	char *big = mem_zero(100001);

	(void)state;
	memset(big, 'x', 100000);
	assert_int_equal(save("s", "good", NULL), ERR_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(save("s", big, &f), ERR_DISK);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(f.os, EFBIG);
	assert_string_equal(f.what, "cannot save \"s\": File too large");
	assert_true(holds("s", "good"));
	assert_false(fixture_exists(fixture_path("%s/s.tmp", fx.dir)));
	mem_free(big);
}

static void removes_both_generations(void **state)
{
	(void)state;
	assert_int_equal(save("d/s", "one", NULL), ERR_OK);
	assert_int_equal(save("d/s", "two", NULL), ERR_OK);
	assert_int_equal(state_file_remove(fx.dir, "d/s", NULL), ERR_OK);
	assert_false(fixture_exists(fixture_path("%s/d/s", fx.dir)));
	assert_false(fixture_exists(fixture_path("%s/d/s.1", fx.dir)));
	assert_int_equal(state_file_remove(fx.dir, "d/s", NULL), ERR_OK);
	assert_int_equal(state_file_remove(fx.dir, "no/s", NULL), ERR_OK);
}

static void follows_no_symbolic_link(void **state)
{
	struct fault f = {0};
	struct buf b = {0};
	char *victim = fixture_path("%s/victim", fx.root);

	(void)state;
	assert_int_equal(save("s", "x", NULL), ERR_OK);
	fixture_put(victim, "precious", 8);
	assert_int_equal(symlink(victim, fixture_path("%s/l", fx.dir)), 0);
	assert_int_equal(symlink(victim, fixture_path("%s/s.tmp", fx.dir)), 0);
	assert_int_equal(symlink(fx.root, fixture_path("%s/dir", fx.dir)), 0);
	assert_int_equal(state_file_load(fx.dir, "l", 99, &b, &f), ERR_DISK);
	assert_string_equal(f.what, "cannot read \"l\": is a symbolic link");
	assert_int_equal(save("s", "y", &f), ERR_DISK);
	assert_int_equal(save("dir/new", "y", &f), ERR_DISK);
	assert_false(fixture_exists(fixture_path("%s/new", fx.root)));
	assert_true(fixture_file_is(fixture_path("%s/victim", fx.root),
		"precious", 8));
}

static void refuses_paths_that_leave_the_folder(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "../x", "a/../x", "/etc/x", "a//b", "a/", "a/."};
	struct fault f = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(save(bad[i], "x", &f), ERR_DISK);
		assert_int_equal(f.os, EINVAL);
	}
	assert_false(fixture_exists(fixture_path("%s/x", fx.root)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			saves_and_loads_in_folders_it_makes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_the_generation_before,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_readable_by_the_user_alone,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_that_there_is_none, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(reads_no_file_longer_than_asked,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_left_over_temporary_is_never_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_full_disk_leaves_the_old_file_as_it_was, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(removes_both_generations,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(follows_no_symbolic_link,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			refuses_paths_that_leave_the_folder, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
