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

/* A few lines for the view below, of which one is chosen: its answer() gets
 * the word.  const struct pick *, copied; its words and labels live as long as
 * the program. */
#define PICK_LINES_MAX 12
struct pick_line {
	char letter;
	const char *label, *word;
	const char *mark; /* at the right edge; NULL: none */
};
struct pick {
	enum action action;
	char title[96];
	struct pick_line lines[PICK_LINES_MAX];
	size_t n, at;
};
extern const struct view_class view_pick;

/* const char *: what stands in its field; NULL: nothing. */
extern const struct view_class view_add;

/* struct fetch_arg *: something that was added, whose files are not known. */
struct fetch_arg {
	struct torrent_id id;
	uint32_t fetch;   /* without an id: the number of a URL's CMD_ADD */
	const char *what; /* likewise: the URL */
	bool paused;      /* how it is to be when it may begin */
};
extern const struct view_class view_fetch;

/* struct choose_arg *: a torrent that waits for a choice. */
struct choose_arg {
	struct torrent_id id;
	bool fresh; /* added only to be shown here: leaving takes it back */
	bool paused;
	uint64_t waited_ms; /* for its files; 0: they were there */
};
extern const struct view_class view_choose;

/* const struct paste_list *: more than one link; not kept. */
extern const struct view_class view_paste;

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
	MENU_COPY,
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
