/*
 * kids.c - see kids.h.
 */
#include "cli/kids.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/errmap.h"

#define SELF "/proc/self/exe"
#define TOLD_MS 5000
#define EXIT_NO_EXEC 127

/* In the child: only calls that are safe after fork(). */
static _Noreturn void become(pid_t parent, char *const *argv, int out)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_NO_EXEC);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	/* Its own group: Ctrl-C at the terminal is not meant for it. */
	setpgid(0, 0);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execv(SELF, argv);
	_exit(EXIT_NO_EXEC);
}

static enum err start(const char *const *args, int out, pid_t *pid,
	struct fault *fault)
{
	char *argv[KIDS_ARGS_MAX + 2] = {NULL};
	pid_t parent = getpid();
	size_t n = 0;

	/* execv() takes pointers to non-const and does not write. */
	union {
		const char *in;
		char *out;
	} arg = {.in = "bttui"};

	argv[n++] = arg.out;
	for (size_t i = 0; args[i]; i++) {
		if (n > KIDS_ARGS_MAX)
			return fault_set(fault, ERR_LIMIT, 0,
				"too many arguments");
		arg.in = args[i];
		argv[n++] = arg.out;
	}
	*pid = fork();
	if (*pid == 0)
		become(parent, argv, out);
	if (*pid < 0)
		return fault_set(fault, ERR_LIMIT, errno,
			"cannot start a process: %s", errmap_text(errno));
	return ERR_OK;
}

static int open_log(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static enum err start_into(struct kids *k, const char *const *args, int out,
	struct fault *fault)
{
	enum err e;

	if (out < 0)
		return fault_set(fault, ERR_DISK, errno, "cannot write: %s",
			errmap_text(errno));
	if (k->n == KIDS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, "too many processes");
	e = start(args, out, &k->pids[k->n], fault);
	if (e == ERR_OK)
		k->n++;
	return e;
}

enum err kids_start(struct kids *k, const char *const *args, const char *log,
	struct fault *fault)
{
	int out = open_log(log);
	enum err e = start_into(k, args, out, fault);

	if (out >= 0)
		close(out);
	return e;
}

static enum err read_line(int fd, char line[KIDS_LINE_MAX], struct fault *fault)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t n = 0;

	while (n + 1 < KIDS_LINE_MAX) {
		if (poll(&p, 1, TOLD_MS) <= 0 || read(fd, line + n, 1) != 1)
			return fault_set(fault, ERR_TIMEOUT, 0,
				"a process of the demo did not start");
		if (line[n] == '\n')
			break;
		n++;
	}
	line[n] = '\0';
	return ERR_OK;
}

enum err kids_start_told(struct kids *k, const char *const *args,
	char line[KIDS_LINE_MAX], struct fault *fault)
{
	int ends[2];
	enum err e;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_set(fault, ERR_LIMIT, errno,
			"cannot make a pipe: %s", errmap_text(errno));
	e = start_into(k, args, ends[1], fault);
	close(ends[1]);
	if (e == ERR_OK)
		e = read_line(ends[0], line, fault);
	close(ends[0]);
	return e;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

enum err kids_run(const char *const *args, const char *log, struct fault *fault)
{
	int out = open_log(log);
	pid_t pid = -1;
	enum err e = out < 0 ? fault_set(fault, ERR_DISK, errno,
				       "cannot write: %s", errmap_text(errno))
	                     : start(args, out, &pid, fault);

	if (out >= 0)
		close(out);
	if (e == ERR_OK && wait_for(pid) != 0)
		e = fault_set(fault, ERR_STATE, 0, "bttui %s failed", args[0]);
	return e;
}

void kids_stop(struct kids *k)
{
	for (size_t i = 0; i < k->n; i++)
		kill(k->pids[i], SIGKILL);
	for (size_t i = 0; i < k->n; i++)
		wait_for(k->pids[i]);
	k->n = 0;
}
