/*
 * fd_cache.h - open files, the least recently used closed first.
 *
 * Thread-safe: workers open and close, the loop thread only looks up.  An
 * entry that somebody holds is never closed under him.  Descriptors are
 * closed by the thread that adds, forgets or shrinks, outside the lock; only
 * when an entry was forgotten while held, its last holder closes it.
 */
#ifndef HOST_FD_CACHE_H
#define HOST_FD_CACHE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define FD_CACHE_ALL SIZE_MAX

struct fd_cache;

struct fd_ref {
	int fd;
	/*
	 * Held around each write.  File systems let one writer at a time into
	 * a file, and a second one burns its core until it is let in.
	 */
	pthread_mutex_t writing;
	/* Private. */
	const void *owner;
	size_t which;
	unsigned holds;
	bool writable;
	bool dead; /* no longer in the table */
	struct fd_ref *chain;
	struct fd_ref *newer, *older;
};

struct fd_cache *fd_cache_new(size_t max);
void fd_cache_free(struct fd_cache *c); /* nothing is held; closes all */

/* The open file `which` of owner, held; NULL: not there, or open for reading
 * only and `write` is set. */
struct fd_ref *fd_cache_get(struct fd_cache *c, const void *owner, size_t which,
	bool write);

/*
 * Hand fd over.  If somebody else was faster and his serves as well, fd is
 * closed and his is returned.  Held in either case.
 */
struct fd_ref *fd_cache_add(struct fd_cache *c, const void *owner, size_t which,
	bool write, int fd);

void fd_cache_drop(struct fd_cache *c, struct fd_ref *ref);

/* Close one file of owner, or all of them (FD_CACHE_ALL). */
void fd_cache_forget(struct fd_cache *c, const void *owner, size_t which);

/* The process is out of descriptors: close half of those not in use, and keep
 * fewer from now on.  False when there was none to close. */
bool fd_cache_shrink(struct fd_cache *c);

size_t fd_cache_count(struct fd_cache *c);

#endif
