/*
 * loop_fixture.h - a loop with a real host on loopback, for the tests of
 * src/host.  A guard ends a test that hangs; host_down() proves that nothing
 * was left open.
 */
#ifndef TESTS_HOST_LOOP_FIXTURE_H
#define TESTS_HOST_LOOP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above. */
#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "host/host.h"

#define GUARD_MS 60000u

struct fixture {
	uv_loop_t loop;
	uv_timer_t guard;
	uv_prepare_t watch; /* for run_until() */
	uv_idle_t nowait;
	const int *what;
	int n;
	struct host *host;
	struct addr self; /* 127.0.0.1 and the host's port */
	char dir[32];
	bool closed;
};

static inline void guard_fired(uv_timer_t *t)
{
	fprintf(stderr, "the test hangs; open handles:\n");
	uv_print_all_handles(t->loop, stderr);
	abort();
}

static inline void on_nowait(uv_idle_t *i)
{
	(void)i;
}

/* What was waited for may happen at the very end of a turn, just before the
 * loop would wait for something else. */
static inline void on_watch(uv_prepare_t *p)
{
	struct fixture *f = (struct fixture *)p->data;

	if (f->what && *f->what >= f->n)
		uv_idle_start(&f->nowait, on_nowait);
	else
		uv_idle_stop(&f->nowait);
}

static inline void fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	signal(SIGPIPE, SIG_IGN);
	snprintf(f->dir, sizeof f->dir, "/tmp/bttui-host-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(uv_loop_init(&f->loop), 0);
	uv_timer_init(&f->loop, &f->guard);
	uv_timer_start(&f->guard, guard_fired, GUARD_MS, 0);
	uv_unref((uv_handle_t *)&f->guard);
	/* Started before the host's, so it runs after that. */
	uv_prepare_init(&f->loop, &f->watch);
	uv_idle_init(&f->loop, &f->nowait);
	f->watch.data = f;
	uv_prepare_start(&f->watch, on_watch);
	uv_unref((uv_handle_t *)&f->watch);
	uv_unref((uv_handle_t *)&f->nowait);
}

/* On 127.0.0.1 only, any port. */
static inline void host_up(struct fixture *f, const struct host_up *up)
{
	struct host_config cfg = {
		.bind = {addr_v4(127, 0, 0, 1, 0)}, .state_dir = f->dir};
	struct fault fault = {0};

	fixture_init(f);
	assert_int_equal(host_open(&f->loop, &cfg, &f->host, &fault), ERR_OK);
	f->self = addr_v4(127, 0, 0, 1, f->host->ops->port(f->host));
	assert_int_not_equal(f->self.port, 0);
	if (up)
		host_attach(f->host, up);
}

static inline void fixture_host_closed(void *user)
{
	struct fixture *f = user;

	assert_false(f->closed);
	f->closed = true;
}

static inline void fixture_fini(struct fixture *f)
{
	int e;

	uv_close((uv_handle_t *)&f->guard, NULL);
	uv_close((uv_handle_t *)&f->watch, NULL);
	uv_close((uv_handle_t *)&f->nowait, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	e = uv_loop_close(&f->loop);
	if (e != 0)
		uv_print_all_handles(&f->loop, stderr);
	assert_int_equal(e, 0);
	rmdir(f->dir);
}

static inline void host_down(struct fixture *f)
{
	host_close(f->host, fixture_host_closed, f);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_true(f->closed);
	fixture_fini(f);
}

/* Turn the loop until *what is at least n. */
static inline void run_until(struct fixture *f, const int *what, int n)
{
	f->what = what;
	f->n = n;
	while (*what < n)
		uv_run(&f->loop, UV_RUN_ONCE);
	f->what = NULL;
}

/* For things that must not happen: some real time has to pass. */
static inline void pause_over(uv_timer_t *t)
{
	uv_close((uv_handle_t *)t, NULL);
	uv_stop(t->loop);
}
static inline void run_ms(struct fixture *f, uint64_t ms)
{
	static uv_timer_t t;

	uv_timer_init(&f->loop, &t);
	uv_timer_start(&t, pause_over, ms, 0);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	uv_run(&f->loop, UV_RUN_NOWAIT);
}

/* A plain blocking socket connected to the host. */
static inline int raw_connect(const struct fixture *f)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
		.sin_port = htons(f->self.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
	return fd;
}

static inline void raw_reset(int fd)
{
	const struct linger l = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
	close(fd);
}

#endif
