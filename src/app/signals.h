/*
 * signals.h - what the system tells the whole process.
 *
 * SIGINT, SIGTERM and SIGHUP become a callback on the loop, each time.
 * SIGPIPE and SIGXFSZ are ignored: both are answers of a write that we look
 * at.  SIGWINCH and SIGTSTP belong to the screen.
 */
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <uv.h>

struct signals;

/* The watching does not keep the loop alive. */
struct signals *signals_open(uv_loop_t *loop,
	void (*stop)(void *user, int signum), void *user);
/* No callback any more; frees itself when the loop ran. */
void signals_close(struct signals *s);

/*
 * From now on a crash first calls restore() (NULL: nothing), which must be
 * safe in a signal handler, then says one line on stderr and adds a backtrace
 * to the file at path (copied; NULL: none), and then takes its default
 * course.  Once per process.
 */
void signals_on_crash(void (*restore)(void), const char *path);

#endif
