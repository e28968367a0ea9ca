#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/paths.h"
#include "base/mem.h"

static void expect(char *got, const char *want)
{
	assert_string_equal(got, want);
	mem_free(got);
}

static void follows_the_xdg_variables(void **state)
{
	(void)state;
	setenv("HOME", "/home/someone", 1);
	setenv("XDG_STATE_HOME", "/var/s", 1);
	setenv("XDG_CONFIG_HOME", "/etc/c", 1);
	expect(paths_state(), "/var/s/bttui");
	expect(paths_config(), "/etc/c/bttui/config");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CONFIG_HOME");
	expect(paths_state(), "/home/someone/.local/state/bttui");
	expect(paths_config(), "/home/someone/.config/bttui/config");
}

static void a_relative_variable_counts_as_unset(void **state)
{
	(void)state;
	setenv("HOME", "/home/someone", 1);
	setenv("XDG_STATE_HOME", "here/and/there", 1);
	setenv("XDG_CONFIG_HOME", "", 1);
	expect(paths_state(), "/home/someone/.local/state/bttui");
	expect(paths_config(), "/home/someone/.config/bttui/config");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_CONFIG_HOME");
}

static void makes_paths_absolute(void **state)
{
	char *cwd = getcwd(NULL, 0), *want = mem_printf("%s/a/b", cwd);

	(void)state;
	setenv("HOME", "/home/someone", 1);
	expect(paths_absolute("/x/y"), "/x/y");
	expect(paths_absolute("~"), "/home/someone");
	expect(paths_absolute("~/y"), "/home/someone/y");
	expect(paths_absolute("a/b"), want);
	expect(paths_absolute("."), cwd);
	mem_free(want);
	want = mem_printf("%s/~other", cwd);
	expect(paths_absolute("~other"), want);
	mem_free(want);
	free(cwd);
}

/* A home folder with a user-dirs.dirs of the given text. */
static void home_with(const char *home, const char *text)
{
	char *dir = mem_printf("%s/.config", home);
	char *path = mem_printf("%s/user-dirs.dirs", dir);
	struct fault f;
	FILE *file;

	assert_int_equal(paths_make_dir(dir, 0700, &f), ERR_OK);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	setenv("HOME", home, 1);
	unsetenv("XDG_DOWNLOAD_DIR");
	mem_free(path);
	mem_free(dir);
}

static void finds_the_download_folder(void **state)
{
	char home[] = "/tmp/bttui-paths-XXXXXX";
	char *dl, *cwd = getcwd(NULL, 0), *rm;
	struct fault f;

	(void)state;
	assert_non_null(mkdtemp(home));
	dl = mem_printf("%s/My Loads", home);
	home_with(home, "# comment\nXDG_DESKTOP_DIR=\"$HOME/D\"\n"
			"XDG_DOWNLOAD_DIR=\"$HOME/My Loads\"\n");
	expect(paths_download(), cwd); /* no such folder */
	assert_int_equal(paths_make_dir(dl, 0700, &f), ERR_OK);
	expect(paths_download(), dl);
	home_with(home, "XDG_DOWNLOAD_DIR=\"relative\"\n");
	expect(paths_download(), cwd);
	home_with(home, "XDG_DOWNLOAD_DIR=\"$HOME/unfinished\n");
	expect(paths_download(), cwd);
	setenv("XDG_DOWNLOAD_DIR", dl, 1);
	expect(paths_download(), dl);
	unsetenv("XDG_DOWNLOAD_DIR");
	mem_free(dl);
	free(cwd);
	rm = mem_printf("rm -r %s", home);
	assert_int_equal(system(rm), 0);
	mem_free(rm);
}

static void makes_parents_and_says_why_it_cannot(void **state)
{
	char home[] = "/tmp/bttui-paths-XXXXXX";
	char *deep, *file, *below, *rm;
	struct fault f = {0};
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(home));
	deep = mem_printf("%s/a//b/c", home);
	assert_int_equal(paths_make_dir(deep, 0700, &f), ERR_OK);
	assert_int_equal(paths_make_dir(deep, 0700, &f), ERR_OK);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	file = mem_printf("%s/file", home);
	fclose(fopen(file, "w"));
	below = mem_printf("%s/file/x", home);
	assert_int_not_equal(paths_make_dir(below, 0700, &f), ERR_OK);
	assert_non_null(strstr(f.what, "cannot make the folder"));
	assert_non_null(strstr(f.what, "file"));
	mem_free(deep);
	mem_free(file);
	mem_free(below);
	rm = mem_printf("rm -r %s", home);
	assert_int_equal(system(rm), 0);
	mem_free(rm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_xdg_variables),
		cmocka_unit_test(a_relative_variable_counts_as_unset),
		cmocka_unit_test(makes_paths_absolute),
		cmocka_unit_test(finds_the_download_folder),
		cmocka_unit_test(makes_parents_and_says_why_it_cannot),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
