/*
 * config_file_test.c - what the user changes on the screen is in his file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config_file.h"
#include "base/mem.h"

struct bench {
	uv_loop_t loop;
	char dir[64];
	char *path;
	struct config_file *c;
	struct fault fault;
	bool closed;
};

static void on_failed(void *user, const struct fault *f)
{
	((struct bench *)user)->fault = *f;
}

static void on_closed(void *user)
{
	((struct bench *)user)->closed = true;
}

static int open_bench(void **state)
{
	struct bench *b = mem_zero(sizeof *b);

	snprintf(b->dir, sizeof b->dir, "/tmp/bttui-config-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->path = mem_printf("%s/config", b->dir);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	b->c = config_file_new(&b->loop, b->path, on_failed, b);
	*state = b;
	return 0;
}

static void close_file(struct bench *b)
{
	if (!b->c)
		return;
	config_file_close(b->c, on_closed, b);
	b->c = NULL;
	assert_false(b->closed);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_true(b->closed);
}

static int close_bench(void **state)
{
	struct bench *b = *state;
	char *command = mem_printf("rm -rf '%s'", b->dir);

	close_file(b);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	assert_int_equal(system(command), 0); /* NOLINT: our own folder */
	mem_free(command);
	mem_free(b->path);
	mem_free(b);
	return 0;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void expect(const char *path, const char *text)
{
	char got[4096] = "";
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	got[fread(got, 1, sizeof got - 1, f)] = 0;
	fclose(f);
	assert_string_equal(got, text);
}

static void a_change_is_written(void **state)
{
	struct bench *b = *state;

	put(b->path, "# mine\ntheme aurora\n");
	config_file_set(b->c, "theme", "paper");
	uv_run(&b->loop, UV_RUN_DEFAULT);
	expect(b->path, "# mine\ntheme paper\n");
	assert_int_equal(b->fault.code, ERR_OK);
}

static void many_changes_keep_their_order(void **state)
{
	struct bench *b = *state;

	for (int i = 1; i <= 9; i++) {
		char v[4];

		snprintf(v, sizeof v, "%d", i);
		config_file_set(b->c, "fps", v);
	}
	config_file_set(b->c, "theme", "paper");
	close_file(b);
	expect(b->path, "fps = 9\ntheme = paper\n");
}

static void the_folder_is_made(void **state)
{
	struct bench *b = *state;
	char *path = mem_printf("%s/a/b/config", b->dir);
	struct config_file *c = config_file_new(&b->loop, path, on_failed, b);

	config_file_set(c, "fps", "3");
	config_file_close(c, NULL, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	expect(path, "fps = 3\n");
	mem_free(path);
}

static void a_link_stays_a_link_and_the_mode_stays(void **state)
{
	struct bench *b = *state;
	char *real = mem_printf("%s/dotfile", b->dir);
	struct stat st;

	put(real, "fps 1\n");
	assert_int_equal(chmod(real, 0644), 0);
	assert_int_equal(symlink("dotfile", b->path), 0);
	config_file_set(b->c, "fps", "3");
	close_file(b);
	expect(real, "fps 3\n");
	assert_int_equal(lstat(b->path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(real, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	mem_free(real);
}

static void what_the_owner_wrote_meanwhile_stays(void **state)
{
	struct bench *b = *state;

	config_file_set(b->c, "fps", "3");
	uv_run(&b->loop, UV_RUN_DEFAULT);
	put(b->path, "fps = 3\nport 7000\n");
	config_file_set(b->c, "fps", "4");
	uv_run(&b->loop, UV_RUN_DEFAULT);
	expect(b->path, "fps = 4\nport 7000\n");
}

static void a_failure_is_told_and_the_file_is_whole(void **state)
{
	struct bench *b = *state;
	char *temp = mem_printf("%s.tmp", b->path);

	put(b->path, "fps 1\n");
	assert_int_equal(mkdir(temp, 0700), 0); /* in the way */
	config_file_set(b->c, "fps", "3");
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_not_equal(b->fault.code, ERR_OK);
	expect(b->path, "fps 1\n");
	mem_free(temp);
}

int main(void)
{
#define BENCH(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
	const struct CMUnitTest tests[] = {
		BENCH(a_change_is_written),
		BENCH(many_changes_keep_their_order),
		BENCH(the_folder_is_made),
		BENCH(a_link_stays_a_link_and_the_mode_stays),
		BENCH(what_the_owner_wrote_meanwhile_stays),
		BENCH(a_failure_is_told_and_the_file_is_whole),
	};

	return cmocka_run_group_tests_name("config_file", tests, NULL, NULL);
}
