/*
 * list.h - the torrents a user sees: in which order, which of them, which one
 * is chosen, which are marked.  Pure.
 *
 * Everything is remembered by id, so nothing moves under the cursor: when the
 * order changes, the cursor stays on its torrent.  An order made from values
 * that change by themselves is looked at every 2 s at most and held for 3 s
 * after a movement key.
 */
#ifndef UI_LIST_H
#define UI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/snapshot.h"
#include "ui/columns.h"
#include "ui/filter.h"

struct torrent_list {
	struct torrent_id *order; /* shown, from the top */
	size_t n, cap;
	struct torrent_id *known; /* all rows of the last snapshot */
	size_t nknown, known_cap;
	struct torrent_id chosen; /* {0, 0}: none */
	struct torrent_id alone;  /* see list_open(); {0, 0}: none */
	size_t at;                /* where the chosen one stands (or stood) */
	size_t top;               /* first row on the screen */
	struct torrent_id *marked;
	size_t nmarked, marked_cap;
	char filter[FILTER_TEXT_MAX];
	enum sort_key sort;
	bool descending;
	uint64_t sorted_ms, held_until_ms;
	bool stale;  /* order again at the next update, whatever the time */
	bool pinned; /* the user was here: the cursor keeps its torrent */
};

void list_start(struct torrent_list *l);
void list_stop(struct torrent_list *l);

/* A new snapshot, or time has passed. */
void list_update(struct torrent_list *l, const struct snapshot *s,
	uint64_t now_ms);

void list_set_sort(struct torrent_list *l, enum sort_key key, bool descending);
void list_set_filter(struct torrent_list *l, const char *text);

/* Movement; page is the number of rows on the screen. */
void list_move(struct torrent_list *l, long by, uint64_t now_ms);
void list_choose(struct torrent_list *l, struct torrent_id id);
/* The user did something: the chosen torrent stays the chosen one. */
void list_pin(struct torrent_list *l);
/* Scroll so that the chosen row is among `page` rows. */
void list_scroll_to_chosen(struct torrent_list *l, size_t page);

bool list_is_marked(const struct torrent_list *l, struct torrent_id id);
void list_toggle_mark(struct torrent_list *l, struct torrent_id id);
void list_mark_shown(struct torrent_list *l); /* all shown, or none */
void list_unmark(struct torrent_list *l);

/*
 * While one torrent is shown alone it is the chosen one, in the list or hidden
 * by a filter, and commands act on it and not on what is marked.  Closing
 * leaves the cursor on it.
 */
void list_open(struct torrent_list *l, struct torrent_id id);
void list_close(struct torrent_list *l);
bool list_is_open(const struct torrent_list *l);
/* Its place among those shown; false: it is hidden. */
bool list_place(const struct torrent_list *l, size_t *at);

/* What a command acts on: the marked torrents, else the chosen one.  Heap
 * memory, NULL when there are none. */
struct torrent_id *list_targets(const struct torrent_list *l, size_t *n);
/* It was done: what is not marked any more is not acted on twice. */
void list_targets_done(struct torrent_list *l);

/* By binary search; NULL when it is no more. */
const struct torrent_row *list_row(const struct snapshot *s,
	struct torrent_id id);
/* The chosen row; NULL when nothing is shown. */
const struct torrent_row *list_chosen_row(const struct torrent_list *l,
	const struct snapshot *s);

#endif
