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

#include "app/signals.h"

struct seen {
	int n;
	int last;
};

static void on_stop(void *user, int signum)
{
	struct seen *s = user;

	s->n++;
	s->last = signum;
}

static void tick(uv_timer_t *t)
{
	(void)t;
}

static void stop_signals_reach_the_loop_each_time(void **state)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP, SIGINT};
	uv_loop_t loop;
	uv_timer_t alive; /* what a host would be: a reason to run */
	struct seen seen = {0};
	struct signals *s;

	(void)state;
	uv_loop_init(&loop);
	uv_timer_init(&loop, &alive);
	uv_timer_start(&alive, tick, 1, 1);
	s = signals_open(&loop, on_stop, &seen);
	for (int i = 0; i < 4; i++) {
		raise(all[i]);
		for (int k = 0; k < 1000 && seen.n == i; k++)
			uv_run(&loop, UV_RUN_ONCE);
		assert_int_equal(seen.n, i + 1);
		assert_int_equal(seen.last, all[i]);
	}
	signals_close(s);
	uv_close((uv_handle_t *)&alive, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void watching_does_not_keep_the_loop_alive(void **state)
{
	uv_loop_t loop;
	struct seen seen = {0};
	struct signals *s;

	(void)state;
	uv_loop_init(&loop);
	s = signals_open(&loop, on_stop, &seen);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	raise(SIGPIPE); /* survived */
	signals_close(s);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void restore(void)
{
	ssize_t n = write(STDERR_FILENO, "RESTORED\n", 9);

	(void)n;
}

/* What a child that crashes leaves on stderr, and how it ended. */
static size_t crash(int signum, const char *path, char *err, size_t cap,
	int *status)
{
	int p[2];
	size_t n = 0;
	ssize_t k;
	pid_t child;

	assert_int_equal(pipe(p), 0);
	child = fork();
	if (child == 0) {
		dup2(p[1], STDERR_FILENO);
		close(p[0]);
		close(p[1]);
		signals_on_crash(restore, path);
		raise(signum);
		_exit(0);
	}
	close(p[1]);
	while ((k = read(p[0], err + n, cap - 1 - n)) > 0)
		n += (size_t)k;
	err[n] = '\0';
	close(p[0]);
	waitpid(child, status, 0);
	return n;
}

static void a_crash_restores_the_screen_and_leaves_a_trace(void **state)
{
	char path[] = "/tmp/bttui-crash-XXXXXX", err[4096], line[256];
	int status, fd = mkstemp(path);
	FILE *f;

	(void)state;
	close(fd);
	crash(SIGSEGV, path, err, sizeof err, &status);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_string_equal(err,
		"RESTORED\nbttui: crashed: segmentation fault\n");
	f = fopen(path, "r");
	assert_non_null(fgets(line, sizeof line, f));
	assert_string_equal(line, "crashed: segmentation fault\n");
	assert_non_null(fgets(line, sizeof line, f)); /* a frame */
	fclose(f);
	unlink(path);
	crash(SIGABRT, NULL, err, sizeof err, &status);
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_string_equal(err, "RESTORED\nbttui: crashed: aborted\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stop_signals_reach_the_loop_each_time),
		cmocka_unit_test(watching_does_not_keep_the_loop_alive),
		cmocka_unit_test(
			a_crash_restores_the_screen_and_leaves_a_trace),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
