/*
 * loader.h - reads what the user named, a .torrent file or a folder, on
 * another thread, so that a slow disk stops nothing.
 */
#ifndef UI_LOADER_H
#define UI_LOADER_H

#include <uv.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ui/complete.h"

#define LOADER_FILE_MAX (64u << 20) /* as proto/metainfo.h reads at most */

struct loader;

struct loader_events {
	/* fault is NULL when the file was read.  Bytes are borrowed. */
	void (*torrent)(void *user, const char *path, struct span bytes,
		const struct fault *fault);
	void (*folder)(void *user, const char *path,
		const struct dir_entry *entries, size_t n);
};

struct loader *loader_new(uv_loop_t *loop, const struct loader_events *ev,
	void *user);
/* Frees itself when the last job ended; no event comes any more. */
void loader_close(struct loader *l);

void loader_read_torrent(struct loader *l, const char *path);
void loader_read_folder(struct loader *l, const char *path);

#endif
