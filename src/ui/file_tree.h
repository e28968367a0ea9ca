/*
 * file_tree.h - the files of a torrent as rows of a list: folders that fold,
 * or all files one after the other.  Pure.
 *
 * The tree keeps numbers only, no pointer into the files it was made of: they
 * are passed anew where they are needed, always the same files in the same
 * order, with other amounts and priorities.  Names are those of the paths:
 * node.len bytes at node.at of the path of node.file.
 *
 * Files stand in the torrent's order, a folder where the first file of it is.
 * Padding is left out.  What is shown is worked out when it changes, so a row
 * costs the same at any number of files; sums are made when asked for.
 */
#ifndef UI_FILE_TREE_H
#define UI_FILE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "ui/file_filter.h"

#define FILE_TREE_DEPTH_MAX 64u /* deeper folders are part of the name */
#define FILE_NONE UINT32_MAX
#define FILE_MIXED 255 /* the priority of a folder whose files differ */

struct file_node {
	uint32_t file;   /* of a folder: its first one */
	uint32_t parent; /* a node; FILE_NONE: none */
	uint32_t end;    /* the node after the last one inside */
	uint32_t at, len;
	uint8_t depth;
	uint8_t priority; /* 0, 1, 4, 7 or FILE_MIXED */
	bool is_folder, folded;
	bool matches; /* the filter; a folder: something in it does */
	bool whole;   /* a folder: its files are neighbours in the torrent */
	uint32_t nfiles, nmarked;
	uint32_t last_file;
	uint32_t first_piece, end_piece;
	uint64_t size, have;
};

struct file_tree;

struct file_tree *file_tree_new(const struct file_row *files, size_t n);
void file_tree_free(struct file_tree *t);
/* Of how many files it was made. */
size_t file_tree_files(const struct file_tree *t);

/* Amounts and priorities of files and folders, O(n). */
void file_tree_sum(struct file_tree *t, const struct file_row *files);

struct file_totals {
	size_t nfiles, nskipped;
	uint64_t size, wanted, missing; /* bytes; missing of those wanted */
};
/* As of the last file_tree_sum(). */
const struct file_totals *file_tree_totals(const struct file_tree *t);

/* --- rows shown ---------------------------------------------------------- */

size_t file_tree_rows(const struct file_tree *t);
/* row < file_tree_rows(). */
const struct file_node *file_tree_at(const struct file_tree *t, size_t row);
/* Its name; the whole path while the list is flat. */
const char *file_tree_name(const struct file_tree *t,
	const struct file_node *node, const struct file_row *files,
	size_t *len);
/* Where a file stands, or the folded folder it is in; 0 when it is hidden. */
size_t file_tree_row_of(const struct file_tree *t, uint32_t file);
/* The row of the folder around; false: it is in none that is shown. */
bool file_tree_parent(const struct file_tree *t, size_t row, size_t *out);

/* False: it is no folder, or was so before. */
bool file_tree_fold(struct file_tree *t, size_t row, bool folded);
bool file_tree_is_flat(const struct file_tree *t);
void file_tree_set_flat(struct file_tree *t, bool flat);
/* While something is filtered folders are all open. */
void file_tree_set_filter(struct file_tree *t, const struct file_row *files,
	const struct file_filter *f);
bool file_tree_is_filtered(const struct file_tree *t);

/* --- marks --------------------------------------------------------------- */

/* The files of these rows, [from, to]; of a folder those that match.  Of an
 * open folder only when it is the one row. */
void file_tree_mark(struct file_tree *t, size_t from, size_t to, bool on);
void file_tree_mark_all(struct file_tree *t); /* that match */
void file_tree_unmark(struct file_tree *t);
size_t file_tree_marked(const struct file_tree *t);
bool file_tree_is_marked(const struct file_tree *t,
	const struct file_node *node);
/* What something is done to: the marked files, else those of the row; a byte
 * for each file, 1 or 0.  Returns how many. */
size_t file_tree_targets(const struct file_tree *t, size_t row, uint8_t *set);

#endif
