/*
 * lock.c - see lock.h.
 */
#include "app/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "host/errmap.h"

#define TRIES 5

/* 0, or an errno; EAGAIN with the holder's number (0: unknown). */
static int try_lock(int fd, pid_t *holder)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_SETLK, &l) == 0)
		return 0;
	if (errno != EACCES && errno != EAGAIN)
		return errno;
	*holder = 0;
	if (fcntl(fd, F_GETLK, &l) != 0)
		return EAGAIN;
	/* Given back between the two calls: worth another try. */
	if (l.l_type == F_UNLCK)
		return EINTR;
	*holder = l.l_pid;
	return EAGAIN;
}

static int lock_file(int fd, pid_t *holder)
{
	int e = EAGAIN;

	for (int i = 0; i < TRIES; i++) {
		e = try_lock(fd, holder);
		if (e != EINTR)
			return e;
	}
	return EAGAIN;
}

enum err lock_take(const char *dir, int *fd, struct fault *fault)
{
	char *path = mem_printf("%s/lock", dir);
	char clean[120];
	pid_t holder = 0;
	int f, e;

	text_clean_to(clean, sizeof clean, span_str(dir));
	f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	e = f < 0 ? errno : lock_file(f, &holder);
	mem_free(path);
	if (e == 0) {
		*fd = f;
		return ERR_OK;
	}
	if (f >= 0)
		close(f);
	if (e != EAGAIN)
		return fault_set(fault, errmap_code(e), e,
			"cannot use the state folder %s: %s", clean,
			errmap_text(e));
	if (holder <= 0)
		return fault_set(fault, ERR_STATE, 0,
			"state folder %s is in use by another process", clean);
	return fault_set(fault, ERR_STATE, 0,
		"state folder %s is in use by process %ld", clean,
		(long)holder);
}
