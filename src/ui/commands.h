/*
 * commands.h - what can be typed after ':'.  Pure.
 */
#ifndef UI_COMMANDS_H
#define UI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct screen;

struct command_info {
	const char *name;      /* may be two words: "limit down" */
	const char *arguments; /* "<rate>"; "" */
	const char *help;
};

/* Commands that the line may become, in the order of the table. */
size_t command_match(const char *line, const struct command_info **out,
	size_t cap);
/* After "set ": the settings whose name begins so. */
size_t command_setting_match(const char *line, const char **names,
	const char **help, size_t cap);

/*
 * Run one line.  On failure *fault says why, and *at is the byte of the line
 * where the bad word begins.
 */
bool command_run(struct screen *s, const char *line, struct fault *fault,
	size_t *at);

#endif
