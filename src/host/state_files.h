/*
 * state_files.h - small files that are replaced whole or not at all.
 *
 * A save writes NAME.tmp, syncs it, keeps what was there as NAME.1, renames
 * and syncs the folder: after a crash at any moment NAME is either the old or
 * the new one, complete.  Left-over temporaries are overwritten by the next
 * save and never read.  Files are readable by the user alone, for trackers'
 * passkeys stand in them.
 *
 * Blocking; any thread, but one call for a name at a time.  `path` is
 * relative to `dir` and may contain '/'; symbolic links below dir are not
 * followed.
 */
#ifndef HOST_STATE_FILES_H
#define HOST_STATE_FILES_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"

MUST_CHECK enum err state_file_save(const char *dir, const char *path,
	struct span bytes, struct fault *fault);

/*
 * Appends to out.  ERR_NOENT: there is none; ERR_LIMIT: longer than max;
 * ERR_DISK: anything else, with the reason.
 */
MUST_CHECK enum err state_file_load(const char *dir, const char *path,
	size_t max, struct buf *out, struct fault *fault);

/* Also NAME.1.  One that is not there is removed already. */
MUST_CHECK enum err state_file_remove(const char *dir, const char *path,
	struct fault *fault);

#endif
