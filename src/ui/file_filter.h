/*
 * file_filter.h - which files a line of words lets through.  Pure.
 *
 * All words must match, and "-" before one turns it round:
 *
 *	sub              in the path, in either case of ASCII letters
 *	*.mkv            a glob (* and ?) on the name, or on the path when there
 *	                 is a '/' in it
 *	size>100M        < > =
 *	done<100         per cent
 *	is:skip          skip, want, low, normal, high, done
 *
 * The text is what the user typed, so half a word is normal: it hides
 * nothing.
 */
#ifndef UI_FILE_FILTER_H
#define UI_FILE_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"

#define FILE_FILTER_TEXT_MAX 128u /* bytes; the rest is not looked at */
#define FILE_FILTER_TERMS 12u

struct file_term {
	uint8_t kind;
	bool hide;
	char sign;
	uint64_t number;
	const char *text; /* in the filter's own */
};

struct file_filter {
	char text[FILE_FILTER_TEXT_MAX];
	struct file_term terms[FILE_FILTER_TERMS];
	size_t n;
};

/* f must stay where it is: its terms point into it. */
void file_filter_parse(struct file_filter *f, const char *text);
bool file_filter_matches(const struct file_filter *f,
	const struct file_row *row);

/* In either case of ASCII letters; '*' stands for '/' as well. */
bool glob_matches(const char *glob, const char *text);

#endif
