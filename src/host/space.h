/*
 * space.h - free space of file systems, as last seen.
 *
 * The table belongs to the loop thread and never blocks; space_measure() may
 * hang with its file system and belongs to a worker.
 */
#ifndef HOST_SPACE_H
#define HOST_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/storage/disk.h"

#define SPACE_ENTRIES 32u     /* folders remembered */
#define SPACE_FRESH_MS 10000u /* no second look before */

struct space_entry {
	char *dir;
	struct disk_space seen;
	uint64_t asked_ms;
	bool busy; /* being measured; stays where it is */
};

struct space_table {
	struct space_entry e[SPACE_ENTRIES];
};

/* Zeroed is empty. */
void space_fini(struct space_table *t);

/*
 * What is known about dir.  *measure is set to an entry that shall now be
 * measured, and is marked busy, or to NULL.
 */
struct disk_space space_get(struct space_table *t, const char *dir,
	uint64_t now_ms, struct space_entry **measure);

/* Of the file system of dir, or of its nearest parent that exists. */
struct disk_space space_measure(const char *dir);

#endif
