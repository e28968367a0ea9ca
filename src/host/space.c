/*
 * space.c - free space of file systems, as last seen.
 */
#include "host/space.h"

#include <string.h>
#include <sys/statvfs.h>

#include "base/mem.h"

void space_fini(struct space_table *t)
{
	for (size_t i = 0; i < SPACE_ENTRIES; i++)
		mem_free(t->e[i].dir);
}

/* The entry of dir, else one to use for it; NULL when all are busy. */
static struct space_entry *find(struct space_table *t, const char *dir)
{
	struct space_entry *best = NULL;

	for (size_t i = 0; i < SPACE_ENTRIES; i++) {
		struct space_entry *e = &t->e[i];

		if (e->dir && strcmp(e->dir, dir) == 0)
			return e;
		if (e->busy)
			continue;
		if (!best || !e->dir ||
			(best->dir && e->asked_ms < best->asked_ms))
			best = e;
	}
	if (best) {
		mem_free(best->dir);
		*best = (struct space_entry){.dir = mem_strdup(dir)};
	}
	return best;
}

struct disk_space space_get(struct space_table *t, const char *dir,
	uint64_t now_ms, struct space_entry **measure)
{
	struct space_entry *e = find(t, dir);
	bool fresh;

	*measure = NULL;
	if (!e)
		return (struct disk_space){0};
	fresh = e->asked_ms && now_ms - e->asked_ms < SPACE_FRESH_MS;
	if (!e->busy && !fresh) {
		e->busy = true;
		e->asked_ms = now_ms > 0 ? now_ms : 1;
		*measure = e;
	}
	return e->seen;
}

struct disk_space space_measure(const char *dir)
{
	char *path = mem_strdup(dir);
	struct disk_space found = {0};
	struct statvfs vfs;

	for (;;) {
		char *slash = strrchr(path, '/');

		if (statvfs(*path ? path : "/", &vfs) == 0) {
			found.free_bytes =
				(uint64_t)vfs.f_bavail * vfs.f_frsize;
			found.total_bytes =
				(uint64_t)vfs.f_blocks * vfs.f_frsize;
			break;
		}
		if (!slash)
			break;
		*slash = '\0';
	}
	mem_free(path);
	return found;
}
