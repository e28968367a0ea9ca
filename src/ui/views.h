/*
 * views.h - the views there are, and what each is opened with.
 */
#ifndef UI_VIEWS_H
#define UI_VIEWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "core/snapshot.h"
#include "ui/complete.h"
#include "ui/view.h"

extern const struct view_class view_dash; /* the bottom one; no argument */

/* One torrent alone, see tabs.h; no argument. */
extern const struct view_class view_detail;

/* A line in the place of the key bar for the view below: see its answer().
 * const struct ask *. */
struct ask {
	enum action action; /* what it is asked for */
	const char *label;  /* "Go to piece"; lives as long as the program */
	const char *text;   /* to begin with; NULL: nothing */
	bool live;          /* answer() is told of every change, too */
};
extern const struct view_class view_ask;

/* const char *: what stands in its field; NULL: nothing. */
extern const struct view_class view_add;
/* The file an Add dialog asked for has come. */
void view_add_folder(struct view *v, const char *path,
	const struct dir_entry *entries, size_t n);
void view_add_torrent(struct view *v, const char *path, struct span bytes,
	const struct fault *fault);

/* const bool *: whether "delete files" is chosen at first. */
extern const struct view_class view_remove;
extern const struct view_class view_quit;
extern const struct view_class view_help;
extern const struct view_class view_log;
/* The contacts of the bucket under the dashboard's cursor; no argument. */
extern const struct view_class view_nodes;

/* const enum menu_kind *. */
enum menu_kind {
	MENU_SORT,
	MENU_SHOW,
};
extern const struct view_class view_menu;

/* const char *: what to look for at first; NULL: nothing. */
extern const struct view_class view_settings;
extern const struct view_class view_limits;  /* no argument */
extern const struct view_class view_columns; /* no argument */

/* const char *: the command to begin with; NULL: none. */
extern const struct view_class view_command;
extern const struct view_class view_filter;

#endif
