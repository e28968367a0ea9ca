/*
 * disk.h - core/storage/disk.h made with files and the worker threads of a
 * libuv loop.
 *
 * Loop thread only.  The pool of libuv is first in, first out, so that the
 * order among jobs is kept here: at most `workers` tasks are in its hands at
 * once, urgent jobs before normal ones before background ones, background on
 * at most half of the workers.
 *
 * Three things go beyond the interface:
 *   - jobs that come after a FLUSH do not wait for it, since it promises
 *     nothing about them; it waits for everything before it as promised;
 *   - STAT sees the files as all earlier writes left them;
 *   - an urgent READ whose bytes are in memory is served without a thread,
 *     and its done() runs in the same turn of the loop.
 *
 * A process that limits file sizes (RLIMIT_FSIZE) must ignore SIGXFSZ.
 */
#ifndef HOST_DISK_H
#define HOST_DISK_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/storage/disk.h"
#include "host/files.h"

#define HOST_DISK_HIGH (12u << 20)
#define HOST_DISK_LOW (6u << 20)
#define HOST_DISK_WORKERS 3u /* libuv starts four threads by itself */

/* Zero stands for the default in every number. */
struct host_disk_config {
	const char *state_dir; /* copied; created when first written to */
	uint64_t high, low;    /* marks of dirty bytes */
	size_t max_open;       /* descriptors kept open; from RLIMIT_NOFILE */
	unsigned workers;      /* tasks at once: threads of the pool - 1 */
	struct file_io io;     /* tests: calls that fail */
};

struct disk *host_disk_open(uv_loop_t *loop,
	const struct host_disk_config *cfg);

/*
 * Every store has been closed (its done() may still be to come).  Saves and
 * removals of state files that were asked for are done, loads that did not
 * begin are cancelled; then all is freed and done() is called.
 */
void host_disk_close(struct disk *disk, void (*done)(void *user), void *user);

#endif
