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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app.h"
#include "base/hash.h"
#include "base/mem.h"
#include "core/engine.h"
#include "core/host.h"
#include "core/settings.h"

struct place {
	char dir[32];
	char *state, *config, *downloads, *log;
};

static void place_init(struct place *p)
{
	snprintf(p->dir, sizeof p->dir, "/tmp/bttui-app-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	p->state = mem_printf("%s/deep/state", p->dir);
	p->config = mem_printf("%s/config", p->dir);
	p->downloads = mem_printf("%s/loads", p->dir);
	p->log = mem_printf("%s/log", p->dir);
}

static void place_fini(struct place *p)
{
	char *rm = mem_printf("rm -r %s", p->dir);

	assert_int_equal(system(rm), 0);
	mem_free(rm);
	mem_free(p->state);
	mem_free(p->config);
	mem_free(p->downloads);
	mem_free(p->log);
}

static struct app_config config_of(const struct place *p)
{
	return (struct app_config){.state_dir = p->state,
		.config_path = p->config,
		.download_dir = p->downloads,
		.bind = {addr_v4(127, 0, 0, 1, 0)},
		.keep_session = true,
		.log_file = p->log,
		.log_level = LOG_DEBUG};
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void guard(int signum)
{
	(void)signum;
	_exit(99); /* the test hangs */
}

static void on_closed(void *user)
{
	int *n = user;

	++*n;
}

/* The list of torrents has been read. */
static void settle(struct app *a, uv_loop_t *loop)
{
	while (!engine_settled(app_engine(a)))
		uv_run(loop, UV_RUN_NOWAIT);
}

/* Close, run until nothing is left, and prove it. */
static void shut(struct app *a, uv_loop_t *loop, bool fast)
{
	int closed = 0;

	app_close(a, fast, on_closed, &closed);
	assert_int_equal(closed, 0);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(closed, 1);
	app_loop_close(loop);
}

static void opens_starts_and_closes_without_a_trace(void **state)
{
	struct place p;
	struct app_config cfg;
	struct fault fault = {0};
	struct stat st;
	uv_loop_t loop;
	struct app *a;

	(void)state;
	place_init(&p);
	cfg = config_of(&p);
	uv_loop_init(&loop);
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	assert_int_equal(stat(p.state, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_string_equal(app_state_dir(a), p.state);
	assert_string_equal(app_download_dir(a), p.downloads);
	assert_int_equal(app_config_errors(a, &fault), 0);
	assert_int_not_equal(app_host(a)->ops->port(app_host(a)), 0);
	app_start(a);
	settle(a, &loop);
	shut(a, &loop, false);
	place_fini(&p);
}

static void closes_even_if_it_never_started(void **state)
{
	struct place p;
	struct app_config cfg;
	struct fault fault = {0};
	uv_loop_t loop;
	struct app *a;

	(void)state;
	place_init(&p);
	cfg = config_of(&p);
	uv_loop_init(&loop);
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	shut(a, &loop, true);
	/* And again: lock and port were given back. */
	uv_loop_init(&loop);
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	app_start(a);
	settle(a, &loop);
	app_close(a, false, NULL, NULL);
	app_close(a, true, NULL, NULL); /* hurried */
	uv_run(&loop, UV_RUN_DEFAULT);
	app_loop_close(&loop);
	place_fini(&p);
}

static void a_second_session_is_refused_with_the_first_ones_number(void **state)
{
	struct place p;
	struct app_config cfg;
	struct fault fault = {0};
	char want[64], c;
	uv_loop_t loop;
	struct app *a = NULL;
	int pipes[2];
	pid_t child;

	(void)state;
	place_init(&p);
	cfg = config_of(&p);
	assert_int_equal(pipe(pipes), 0);
	child = fork();
	if (child == 0) {
		uv_loop_init(&loop);
		c = app_open(&loop, &cfg, &a, &fault) == ERR_OK ? 'y' : 'n';
		if (write(pipes[1], &c, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	uv_loop_init(&loop);
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_STATE);
	assert_null(a);
	snprintf(want, sizeof want, "in use by process %ld", (long)child);
	assert_non_null(strstr(fault.what, want));
	app_loop_close(&loop);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	place_fini(&p);
}

static void the_command_line_wins_over_the_config_file(void **state)
{
	static const struct app_setting set[] = {{"down_limit", "1M"}};
	struct place p;
	struct app_config cfg;
	struct fault fault = {0};
	uv_loop_t loop;
	struct app *a;

	(void)state;
	place_init(&p);
	write_file(p.config,
		"down_limit = 500k\nup_limit 64k\nno_such_thing 1\nport 0\n");
	cfg = config_of(&p);
	cfg.settings = set;
	cfg.nsettings = 1;
	cfg.port = APP_PORT_FROM_SETTINGS;
	uv_loop_init(&loop);
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	assert_int_equal(app_config_errors(a, &fault), 1);
	assert_non_null(strstr(fault.what, "line 3"));
	assert_true(settings_int(app_settings(a), SET_DOWN_LIMIT) >
		    settings_int(app_settings(a), SET_UP_LIMIT) * 10);
	shut(a, &loop, true);
	place_fini(&p);
}

static void wrong_settings_and_folders_are_told(void **state)
{
	static const struct app_setting set[] = {{"down_limit", "fast"}};
	struct place p;
	struct app_config cfg;
	struct fault fault = {0};
	uv_loop_t loop;
	struct app *a;

	(void)state;
	place_init(&p);
	uv_loop_init(&loop);
	cfg = config_of(&p);
	cfg.settings = set;
	cfg.nsettings = 1;
	assert_int_not_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	assert_int_not_equal(fault.what[0], 0);
	cfg = config_of(&p);
	cfg.log_file = "/nonexistent/log";
	assert_int_not_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	assert_non_null(strstr(fault.what, "/nonexistent/log"));
	cfg = config_of(&p);
	cfg.state_dir = "/dev/null/state";
	assert_int_not_equal(app_open(&loop, &cfg, &a, &fault), ERR_OK);
	assert_non_null(strstr(fault.what, "/dev/null"));
	cfg = config_of(&p);
	cfg.port = 70000;
	assert_int_equal(app_open(&loop, &cfg, &a, &fault), ERR_RANGE);
	app_loop_close(&loop);
	place_fini(&p);
}

static int set_up(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGALRM, guard);
	alarm(60);
	hash_setup();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hash_teardown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_starts_and_closes_without_a_trace),
		cmocka_unit_test(closes_even_if_it_never_started),
		cmocka_unit_test(
			a_second_session_is_refused_with_the_first_ones_number),
		cmocka_unit_test(the_command_line_wins_over_the_config_file),
		cmocka_unit_test(wrong_settings_and_folders_are_told),
	};

	return cmocka_run_group_tests_name("app", tests, set_up, tear_down);
}
