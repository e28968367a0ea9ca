/*
 * kids.h - further processes of this program, for the demo's swarm.
 *
 * Every one is known by its process id, is ended with its parent however that
 * ends, and is reaped.
 */
#ifndef CLI_KIDS_H
#define CLI_KIDS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

#define KIDS_MAX 16u
#define KIDS_ARGS_MAX 40u
#define KIDS_LINE_MAX 512u

struct kids {
	pid_t pids[KIDS_MAX];
	size_t n;
};

/*
 * Start `bttui args...`; args ends with NULL.  Its output goes to the file
 * log.
 */
MUST_CHECK enum err kids_start(struct kids *k, const char *const *args,
	const char *log, struct fault *fault);
/* The same, and wait for the first line it prints (5 s at most), which comes
 * back without its newline. */
MUST_CHECK enum err kids_start_told(struct kids *k, const char *const *args,
	char line[KIDS_LINE_MAX], struct fault *fault);
/* Run to the end; anything but exit status 0 is a failure. */
MUST_CHECK enum err kids_run(const char *const *args, const char *log,
	struct fault *fault);

/* End all of them. */
void kids_stop(struct kids *k);

#endif
