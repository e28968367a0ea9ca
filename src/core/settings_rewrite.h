/*
 * settings_rewrite.h - a config file with one line changed and everything
 * else, comments and order and odd lines, as its owner left it.  Pure.
 */
#ifndef CORE_SETTINGS_REWRITE_H
#define CORE_SETTINGS_REWRITE_H

#include "base/bytes.h"

/*
 * Appends the whole new file to out.  key is a setting's name, or several
 * words ("bind list A") that begin a line.  The last line of that key gets the
 * new value, since it is the one that counts; its indentation, its "=" and its
 * comment stay.  When there is none, one is added at the end.  value NULL
 * takes every line of that key out.
 *
 * key and value have no line break; value is quoted when it needs it.
 */
void settings_rewrite(struct span file, const char *key, const char *value,
	struct buf *out);

#endif
