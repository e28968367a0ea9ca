/*
 * tty_line.c - see tty_line.h.
 */
#include "cli/tty_line.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_DEFAULT 80u
#define COLUMNS_MIN 20u
#define COLUMNS_MAX 1000u
#define ERASE_LINE "\r\033[K"

bool tty_line_on(void)
{
	return isatty(STDOUT_FILENO);
}

size_t tty_line_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
		size.ws_col < COLUMNS_MIN)
		return COLUMNS_DEFAULT - 1;
	return (size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX) - 1;
}

void tty_line_draw(struct span text)
{
	fputs(ERASE_LINE, stdout);
	fwrite(text.p, 1, text.n, stdout);
	fflush(stdout);
}

void tty_line_clear(void)
{
	fputs(ERASE_LINE, stdout);
	fflush(stdout);
}
