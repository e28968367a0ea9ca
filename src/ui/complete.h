/*
 * complete.h - completing the path of a folder or a .torrent file.  Pure: who
 * reads the folder is told which, and brings what is in it.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#define COMPLETE_ENTRIES_MAX 10000u /* of one folder; the rest is left out */

struct dir_entry {
	char *name;
	bool is_dir;
};

struct completion {
	char *folder; /* as typed, "" or ending in '/' */
	char *prefix; /* of the last element */
	char *path;   /* the folder to read; NULL: none asked */
	bool only_folders;
	struct dir_entry *found; /* sorted; names are owned */
	size_t n, cap;
};

/* A path for open(): ~ becomes home; heap memory. */
char *complete_expand(const char *text, const char *home);

/*
 * Look at what is typed; *read is the folder to be read now (NULL when the
 * same folder was asked before, so that only the prefix changed).
 */
void complete_type(struct completion *c, const char *text, const char *home,
	bool only_folders, const char **read);
/* What is in the folder; ignored unless it is the one asked for last. */
void complete_answer(struct completion *c, const char *path,
	const struct dir_entry *entries, size_t n);
void complete_stop(struct completion *c);

/* Candidates that begin with the prefix. */
size_t complete_count(const struct completion *c);
const struct dir_entry *complete_at(const struct completion *c, size_t at);
/* The typed text with candidate i; heap memory. */
char *complete_with(const struct completion *c, size_t i);
/* ... with what all candidates share; NULL when that adds nothing. */
char *complete_common(const struct completion *c);

#endif
