/*
 * config_file.h - what the user changes on the screen, kept in his config
 * file.
 *
 * Changes are collected and written together, off the loop thread, soon after
 * the first of them; the file is read again just before, so that what its
 * owner edited meanwhile is not undone, and replaced whole (temporary file,
 * fsync, rename).  A symbolic link stays one: what it points to is replaced.
 * Loop thread only.
 */
#ifndef APP_CONFIG_FILE_H
#define APP_CONFIG_FILE_H

#include <uv.h>

#include "base/err.h"

#define CONFIG_FILE_MAX (1u << 20) /* bytes; a longer one is left alone */

struct config_file;

/* failed (may be NULL) is told, with a line for the user, when the file cannot
 * be written; the changes are dropped then. */
struct config_file *config_file_new(uv_loop_t *loop, const char *path,
	void (*failed)(void *user, const struct fault *f), void *user);

/* As settings_rewrite(): value NULL takes the lines of the key out. */
void config_file_set(struct config_file *c, const char *key, const char *value);

/* Writes what was not yet written and frees it; done (may be NULL) is called
 * later, from the loop. */
void config_file_close(struct config_file *c, void (*done)(void *user),
	void *user);

#endif
