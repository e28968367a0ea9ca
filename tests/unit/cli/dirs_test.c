#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/dirs.h"

static void make_file(const char *dir, const char *name)
{
	char *path = mem_printf("%s/%s", dir, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fclose(f);
	mem_free(path);
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void a_temporary_folder_is_ones_own(void **state)
{
	char *a = dirs_temporary("test"), *b = dirs_temporary("test");
	struct stat st;

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_string_not_equal(a, b);
	assert_non_null(strstr(a, "/bttui-test-"));
	assert_int_equal(stat(a, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	dirs_remove(a);
	dirs_remove(b);
	assert_false(exists(a));
	mem_free(a);
	mem_free(b);
}

static void it_is_where_tmpdir_says(void **state)
{
	char *outer = dirs_temporary("test"), *inner;

	(void)state;
	assert_int_equal(setenv("TMPDIR", outer, 1), 0);
	inner = dirs_temporary("test");
	assert_int_equal(strncmp(inner, outer, strlen(outer)), 0);
	mem_free(inner);
	assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
	assert_null(dirs_temporary("test"));
	assert_int_equal(unsetenv("TMPDIR"), 0);
	dirs_remove(outer);
	assert_false(exists(outer));
	mem_free(outer);
}

static void a_folder_is_removed_with_all_in_it(void **state)
{
	char *kept = dirs_temporary("test"), *dir = dirs_temporary("test");
	char *sub = mem_printf("%s/sub", dir);
	char *link = mem_printf("%s/link", sub);

	(void)state;
	make_file(kept, "file");
	assert_int_equal(mkdir(sub, 0700), 0);
	make_file(dir, "file");
	make_file(sub, "file");
	assert_int_equal(symlink(kept, link), 0);
	dirs_remove(dir);
	assert_false(exists(dir));
	/* What a link points at is not in it. */
	mem_free(link);
	link = mem_printf("%s/file", kept);
	assert_true(exists(link));
	dirs_remove(kept);
	dirs_remove(kept); /* it is gone: nothing to do */
	mem_free(link);
	mem_free(sub);
	mem_free(dir);
	mem_free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_temporary_folder_is_ones_own),
		cmocka_unit_test(it_is_where_tmpdir_says),
		cmocka_unit_test(a_folder_is_removed_with_all_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
