/*
 * signals.c - see signals.h.
 *
 * The crash handler is the one place besides those of base that needs state
 * outside of objects: the system gives it no argument.
 */
#include "app/signals.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/closer.h"

#define WATCHED 3u
#define FRAMES_MAX 64
#define CRASH_STACK (64u * 1024)
#define CRASH_PATH_MAX 1024u

static const int watched[WATCHED] = {SIGINT, SIGTERM, SIGHUP};

struct signals {
	struct closer closer;
	uv_signal_t handles[WATCHED];
	void (*stop)(void *user, int signum);
	void *user;
};

static struct {
	void (*restore)(void);
	char path[CRASH_PATH_MAX];
	char stack[CRASH_STACK];
} crash;

static void on_signal(uv_signal_t *handle, int signum)
{
	struct signals *s = handle->data;

	if (!s->closer.closing)
		s->stop(s->user, signum);
}

static void on_closed(uv_handle_t *handle)
{
	struct signals *s = handle->data;

	closer_drop(&s->closer);
}

struct signals *signals_open(uv_loop_t *loop,
	void (*stop)(void *user, int signum), void *user)
{
	struct signals *s = mem_zero(sizeof *s);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	s->stop = stop;
	s->user = user;
	closer_init(&s->closer, mem_free, s);
	for (size_t i = 0; i < WATCHED; i++) {
		uv_signal_init(loop, &s->handles[i]);
		s->handles[i].data = s;
		closer_hold(&s->closer);
		uv_signal_start(&s->handles[i], on_signal, watched[i]);
		uv_unref((uv_handle_t *)&s->handles[i]);
	}
	return s;
}

void signals_close(struct signals *s)
{
	for (size_t i = 0; i < WATCHED; i++)
		uv_close((uv_handle_t *)&s->handles[i], on_closed);
	closer_close(&s->closer);
}

static void put(int fd, const char *s)
{
	ssize_t n = write(fd, s, strlen(s));

	(void)n; /* there is nobody left to tell */
}

static const char *crash_name(int signum)
{
	switch (signum) {
	case SIGSEGV:
		return "segmentation fault";
	case SIGBUS:
		return "bus error";
	case SIGFPE:
		return "arithmetic error";
	case SIGILL:
		return "illegal instruction";
	default:
		return "aborted";
	}
}

/* Only calls that are allowed here: no allocation, no stdio. */
static void on_crash(int signum)
{
	void *frames[FRAMES_MAX];
	int fd, n;

	if (crash.restore)
		crash.restore();
	put(STDERR_FILENO, "bttui: crashed: ");
	put(STDERR_FILENO, crash_name(signum));
	put(STDERR_FILENO, "\n");
	fd = crash.path[0] ? open(crash.path,
				     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
					     O_NOFOLLOW,
				     0600)
	                   : -1;
	if (fd >= 0) {
		put(fd, "crashed: ");
		put(fd, crash_name(signum));
		put(fd, "\n");
		n = backtrace(frames, FRAMES_MAX);
		backtrace_symbols_fd(frames, n, fd);
		close(fd);
	}
	raise(signum); /* SA_RESETHAND gave it back its default course */
}

void signals_on_crash(void (*restore)(void), const char *path)
{
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	const stack_t stack = {
		.ss_sp = crash.stack, .ss_size = sizeof crash.stack};
	struct sigaction sa = {.sa_handler = on_crash,
		.sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK};
	void *frame[1];

	crash.restore = restore;
	crash.path[0] = '\0';
	if (path && strlen(path) < sizeof crash.path)
		memcpy(crash.path, path, strlen(path) + 1);
	/* The first call loads a library; better now than in the handler. */
	backtrace(frame, 1);
	/* Running out of stack is a crash, too. */
	sigaltstack(&stack, NULL);
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
		sigaction(fatal[i], &sa, NULL);
}
