/*
 * file_plan.h - which files get which priority, and that in ranges.  Pure.
 *
 * A plan is a byte for each file: its new priority, or FILE_KEEP.
 */
#ifndef UI_FILE_PLAN_H
#define UI_FILE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"

#define FILE_KEEP 255

enum file_change {
	FILES_TOGGLE, /* fetch those skipped; when none is: skip all */
	FILES_UP,     /* a step; those skipped only when all are */
	FILES_DOWN,   /* a step; those low only when all are */
};

/* set: which files (1 or 0), and afterwards the plan. */
void file_plan(uint8_t *set, const struct file_row *files, size_t n,
	enum file_change what);
/* The same priority for all of the set. */
void file_plan_value(uint8_t *set, size_t n, uint8_t priority);

struct file_range {
	size_t from, end; /* [from, end) */
	uint8_t priority;
};

/* The next range after *r, which is zeroed at first; false: there is none.
 * Padding between two files does not part them. */
bool file_plan_next(const uint8_t *plan, const struct file_row *files, size_t n,
	struct file_range *r);

/*
 * Each command for a range costs the engine a look at all files; beyond so
 * many ranges it is given the whole table at once.
 */
#define FILE_RANGES_MAX 16u
size_t file_plan_ranges(const uint8_t *plan, const struct file_row *files,
	size_t n, size_t limit);
/* The plan becomes that table: what was kept is what it was. */
void file_plan_fill(uint8_t *plan, const struct file_row *files, size_t n);

/* "skip", "off", "low", "normal", "want", "high"; false: none of them. */
bool file_priority_parse(const char *word, uint8_t *out);

#endif
