/*
 * choose_tree.h - the files of a torrent that is not begun yet, in rows: which
 * of them are wanted, and how much.  Pure.
 *
 * Keeps its own copy of the files; what is chosen is in their priorities.
 */
#ifndef UI_CHOOSE_TREE_H
#define UI_CHOOSE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/draw.h"
#include "ui/file_tree.h"
#include "ui/format.h"
#include "ui/keys.h"

struct choose_tree;

struct choose_tree *choose_tree_new(const struct file_row *files, size_t n);
void choose_tree_free(struct choose_tree *t);

/* "" or words and patterns; see file_filter.h. */
void choose_tree_filter(struct choose_tree *t, const char *text);
/* Moves the cursor, folds, or changes what is chosen; false: it is none of
 * these. */
bool choose_tree_act(struct choose_tree *t, enum action action);
void choose_tree_move(struct choose_tree *t, long by);
/* A click into the area of the last drawing; false: beside the rows. */
bool choose_tree_click(struct choose_tree *t, int x, int y);

const struct file_totals *choose_tree_totals(const struct choose_tree *t);
/* By file of the torrent; borrowed until the next call. */
const uint8_t *choose_tree_priorities(struct choose_tree *t, size_t *n);

/* focus: keys go to it. */
void choose_tree_draw(struct choose_tree *t, const struct area *a, bool focus,
	enum units units);

#endif
