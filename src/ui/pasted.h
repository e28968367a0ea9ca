/*
 * pasted.h - what of a pasted text can be added: magnet links, info hashes,
 * web addresses and paths of .torrent files, one per line or parted by
 * blanks.  Pure.
 */
#ifndef UI_PASTED_H
#define UI_PASTED_H

#include <stddef.h>

#define PASTED_MAX 1000u /* of one text; the rest is left out */

struct paste_list {
	char **at; /* in their order, none of them twice */
	size_t n, cap;
};

/* Appends.  A path with blanks stands alone in its line, or in quotes. */
void pasted_take(struct paste_list *p, const char *text);
void pasted_stop(struct paste_list *p);

#endif
