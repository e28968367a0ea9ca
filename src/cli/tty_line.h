/*
 * tty_line.h - one line at the bottom of a terminal, redrawn in place.
 *
 * Does nothing where stdout is no terminal.
 */
#ifndef CLI_TTY_LINE_H
#define CLI_TTY_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

bool tty_line_on(void);
/* Columns to fill; one is left free, for a full last column wraps. */
size_t tty_line_columns(void);
void tty_line_draw(struct span text);
/* Remove it, before other lines are printed and at the end. */
void tty_line_clear(void);

#endif
