/*
 * log.h - what the program tells its operator.
 *
 * One sink for the process (a file, stderr, the screen's log pane); a line is
 * formatted only when its level is on.  Whatever a stranger wrote must have
 * gone through text_clean() before; as a second fence, log_write() replaces
 * any control byte.  proto and dht do not log: core decides what is worth a
 * line.  Loop thread only.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
	LOG_TRACE,
};

/* line has no newline and at most 1023 bytes; a sink may not log. */
typedef void log_sink(void *user, enum log_level level, const char *area,
	const char *line);

/* Several sinks may be added (at most 4); each has its own level. */
void log_add_sink(log_sink *sink, void *user, enum log_level level);
void log_remove_sink(log_sink *sink, void *user);
bool log_on(enum log_level level);
void log_write(enum log_level level, const char *area, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
const char *log_level_name(enum log_level level);

#define log_error(area, ...) log_write(LOG_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...) log_write(LOG_WARN, area, __VA_ARGS__)
#define log_info(area, ...) log_write(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...)                                                   \
	do {                                                                   \
		if (log_on(LOG_DEBUG))                                         \
			log_write(LOG_DEBUG, area, __VA_ARGS__);               \
	} while (0)

#endif
