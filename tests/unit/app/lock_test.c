#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/lock.h"

/* A process that takes the lock, says so, and holds it until it is killed. */
static pid_t hold_elsewhere(const char *dir)
{
	int p[2], fd;
	char c;
	pid_t child;

	assert_int_equal(pipe(p), 0);
	child = fork();
	if (child == 0) {
		c = lock_take(dir, &fd, NULL) == ERR_OK ? 'y' : 'n';
		if (write(p[1], &c, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(p[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	close(p[0]);
	close(p[1]);
	return child;
}

static void kill_it(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void names_the_process_that_has_it(void **state)
{
	char dir[] = "/tmp/bttui-lock-XXXXXX", path[64], pid[32];
	struct fault f = {0};
	int fd = -7;
	pid_t child;

	(void)state;
	assert_non_null(mkdtemp(dir));
	child = hold_elsewhere(dir);
	assert_int_equal(lock_take(dir, &fd, &f), ERR_STATE);
	assert_int_equal(fd, -7);
	snprintf(pid, sizeof pid, "in use by process %ld", (long)child);
	assert_non_null(strstr(f.what, pid));
	assert_non_null(strstr(f.what, dir));
	kill_it(child);
	/* A killed holder leaves nothing stale. */
	assert_int_equal(lock_take(dir, &fd, &f), ERR_OK);
	close(fd);
	snprintf(path, sizeof path, "%s/lock", dir);
	unlink(path);
	rmdir(dir);
}

static void closing_gives_it_back(void **state)
{
	char dir[] = "/tmp/bttui-lock-XXXXXX", path[64];
	struct fault f = {0};
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(lock_take(dir, &fd, &f), ERR_OK);
	close(fd);
	kill_it(hold_elsewhere(dir));
	snprintf(path, sizeof path, "%s/lock", dir);
	unlink(path);
	rmdir(dir);
}

static void says_that_there_is_no_such_folder(void **state)
{
	struct fault f = {0};
	int fd;

	(void)state;
	assert_int_equal(lock_take("/nonexistent/state", &fd, &f), ERR_NOENT);
	assert_non_null(strstr(f.what, "/nonexistent/state"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_process_that_has_it),
		cmocka_unit_test(closing_gives_it_back),
		cmocka_unit_test(says_that_there_is_no_such_folder),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
