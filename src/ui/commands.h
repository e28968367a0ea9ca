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
#define COMMAND_VALUE_MAX 96
struct command_value {
	char text[COMMAND_VALUE_MAX]; /* the whole line with it */
	const char *help;
};
/* What may stand where the cursor is, behind the name of a command: settings
 * and their values, labels, views, keys. */
size_t command_values(const struct screen *s, const char *line,
	struct command_value *out, size_t cap);

/*
 * Run one line.  On failure *fault says why, and *at is the byte of the line
 * where the bad word begins.
 */
bool command_run(struct screen *s, const char *line, struct fault *fault,
	size_t *at);

#endif
