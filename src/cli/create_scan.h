/*
 * create_scan.h - the files that go into a new torrent.
 *
 * Folders are walked in depth, links are followed, what is neither file nor
 * folder is left out.  The order is that of the bytes of the paths, so the
 * same data gives the same torrent everywhere.
 */
#ifndef CLI_CREATE_SCAN_H
#define CLI_CREATE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct scan_file {
	char *path; /* below the folder; of a single file its name */
	uint64_t length;
	bool is_executable;
};

struct scan {
	char *name;    /* of the file or folder */
	char *base;    /* prefix that makes a path one to open */
	bool is_multi; /* a folder was given */
	struct scan_file *files;
	size_t nfiles, cap;
	uint64_t total;
	size_t nskipped; /* neither file nor folder, or links to nothing */
};

/*
 *   ERR_DISK   something cannot be read
 *   ERR_NOENT  no file, or not one byte
 *   ERR_LIMIT  more files than a torrent may have
 * The fault names the path.  On failure *out is empty.
 */
MUST_CHECK enum err scan_path(const char *path, struct scan *out,
	struct fault *fault);
void scan_fini(struct scan *s);

#endif
