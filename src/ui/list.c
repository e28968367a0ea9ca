/*
 * list.c - see list.h.
 */
#include "ui/list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define RESORT_MS 2000
#define HOLD_MS 3000

void list_start(struct torrent_list *l)
{
	*l = (struct torrent_list){
		.sort = SORT_DEFAULT, .descending = true, .stale = true};
}

void list_stop(struct torrent_list *l)
{
	mem_free(l->order);
	mem_free(l->known);
	mem_free(l->marked);
	*l = (struct torrent_list){0};
}

const struct torrent_row *list_row(const struct snapshot *s,
	struct torrent_id id)
{
	size_t low = 0, high = s->nrows;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct torrent_id at = s->rows[mid].id;

		if (torrent_id_equal(at, id))
			return &s->rows[mid];
		if (at.slot < id.slot ||
			(at.slot == id.slot && at.generation < id.generation))
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* --- order
 * --------------------------------------------------------------------- */

struct entry {
	const struct torrent_row *row;
	size_t was; /* place in the last order: ties never swap */
};

struct sort_by {
	enum sort_key key;
	bool descending;
};

static int compare_entries(const void *pa, const void *pb, void *arg)
{
	const struct entry *a = pa, *b = pb;
	const struct sort_by *by = arg;
	int c = sort_compare(by->key, a->row, b->row);

	if (c)
		return by->descending ? -c : c;
	return a->was < b->was ? -1 : a->was > b->was;
}

static bool ids_changed(const struct torrent_list *l, const struct snapshot *s)
{
	if (l->nknown != s->nrows)
		return true;
	for (size_t i = 0; i < s->nrows; i++)
		if (!torrent_id_equal(l->known[i], s->rows[i].id))
			return true;
	return false;
}

static void learn_ids(struct torrent_list *l, const struct snapshot *s)
{
	l->known =
		mem_grow(l->known, &l->known_cap, s->nrows, sizeof *l->known);
	for (size_t i = 0; i < s->nrows; i++)
		l->known[i] = s->rows[i].id;
	l->nknown = s->nrows;
}

static void forget_marks(struct torrent_list *l, const struct snapshot *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->nmarked; i++)
		if (list_row(s, l->marked[i]))
			l->marked[kept++] = l->marked[i];
	l->nmarked = kept;
}

/* Rows that pass the filter, with their place in the order until now. */
static size_t collect(const struct torrent_list *l, const struct snapshot *s,
	struct entry *entries)
{
	size_t *was = mem_array(s->nrows + 1, sizeof *was);
	size_t n = 0;

	for (size_t i = 0; i < s->nrows; i++)
		was[i] = SIZE_MAX / 2 + i;
	for (size_t i = 0; i < l->n; i++) {
		const struct torrent_row *row = list_row(s, l->order[i]);

		if (row)
			was[row - s->rows] = i;
	}
	for (size_t i = 0; i < s->nrows; i++)
		if (filter_matches(l->filter, &s->rows[i], s->wall_s))
			entries[n++] = (struct entry){&s->rows[i], was[i]};
	mem_free(was);
	return n;
}

static void find_chosen(struct torrent_list *l)
{
	if (!l->pinned) {
		l->at = 0;
		l->chosen = l->n ? l->order[0] : (struct torrent_id){0, 0};
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		if (torrent_id_equal(l->order[i], l->chosen)) {
			l->at = i;
			return;
		}
	/* Gone or hidden: its neighbour. */
	if (l->at >= l->n)
		l->at = l->n ? l->n - 1 : 0;
	l->chosen = l->n ? l->order[l->at] : (struct torrent_id){0, 0};
}

static void rebuild(struct torrent_list *l, const struct snapshot *s)
{
	struct entry *entries = mem_array(s->nrows + 1, sizeof *entries);
	struct sort_by by = {l->sort, l->descending};
	size_t n = collect(l, s, entries);

	qsort_r(entries, n, sizeof *entries, compare_entries, &by);
	l->order = mem_grow(l->order, &l->cap, n, sizeof *l->order);
	for (size_t i = 0; i < n; i++)
		l->order[i] = entries[i].row->id;
	l->n = n;
	mem_free(entries);
	find_chosen(l);
}

void list_update(struct torrent_list *l, const struct snapshot *s,
	uint64_t now_ms)
{
	bool changed = ids_changed(l, s);
	bool due = now_ms >= l->held_until_ms &&
	           now_ms - l->sorted_ms >= RESORT_MS;

	if (!changed && !due && !l->stale)
		return;
	if (changed) {
		learn_ids(l, s);
		forget_marks(l, s);
	}
	l->stale = false;
	l->sorted_ms = now_ms;
	rebuild(l, s);
}

void list_set_sort(struct torrent_list *l, enum sort_key key, bool descending)
{
	l->sort = key;
	l->descending = descending;
	l->stale = true;
}

void list_set_filter(struct torrent_list *l, const char *text)
{
	snprintf(l->filter, sizeof l->filter, "%s", text);
	l->stale = true;
}

/* --- cursor and marks
 * ------------------------------------------------------------ */

void list_move(struct torrent_list *l, long by, uint64_t now_ms)
{
	l->held_until_ms = now_ms + HOLD_MS;
	l->pinned = true;
	if (l->n == 0)
		return;
	if (by < 0)
		l->at = (size_t)-by > l->at ? 0 : l->at - (size_t)-by;
	else if ((size_t)by >= l->n - l->at)
		l->at = l->n - 1;
	else
		l->at += (size_t)by;
	l->chosen = l->order[l->at];
}

void list_choose(struct torrent_list *l, struct torrent_id id)
{
	l->chosen = id;
	l->pinned = true;
	for (size_t i = 0; i < l->n; i++)
		if (torrent_id_equal(l->order[i], id))
			l->at = i;
}

void list_pin(struct torrent_list *l)
{
	l->pinned = true;
}

void list_scroll_to_chosen(struct torrent_list *l, size_t page)
{
	size_t last = l->n > page ? l->n - page : 0;

	if (page == 0)
		return;
	if (l->at < l->top)
		l->top = l->at;
	if (l->at >= l->top + page)
		l->top = l->at - page + 1;
	if (l->top > last)
		l->top = last;
}

bool list_is_marked(const struct torrent_list *l, struct torrent_id id)
{
	for (size_t i = 0; i < l->nmarked; i++)
		if (torrent_id_equal(l->marked[i], id))
			return true;
	return false;
}

void list_toggle_mark(struct torrent_list *l, struct torrent_id id)
{
	for (size_t i = 0; i < l->nmarked; i++)
		if (torrent_id_equal(l->marked[i], id)) {
			l->marked[i] = l->marked[--l->nmarked];
			return;
		}
	l->marked = mem_grow(l->marked, &l->marked_cap, l->nmarked + 1,
		sizeof *l->marked);
	l->marked[l->nmarked++] = id;
}

void list_mark_shown(struct torrent_list *l)
{
	bool all = l->nmarked == l->n;

	l->nmarked = 0;
	if (all || l->n == 0)
		return;
	l->marked =
		mem_grow(l->marked, &l->marked_cap, l->n, sizeof *l->marked);
	memcpy(l->marked, l->order, l->n * sizeof *l->marked);
	l->nmarked = l->n;
}

void list_unmark(struct torrent_list *l)
{
	l->nmarked = 0;
}

/* --- one torrent alone
 * ------------------------------------------------------------ */

bool list_is_open(const struct torrent_list *l)
{
	return !torrent_id_equal(l->alone, (struct torrent_id){0, 0});
}

void list_open(struct torrent_list *l, struct torrent_id id)
{
	l->alone = id;
	list_choose(l, id);
}

void list_close(struct torrent_list *l)
{
	if (list_is_open(l))
		list_choose(l, l->alone);
	l->alone = (struct torrent_id){0, 0};
	/* It may be hidden, or gone. */
	find_chosen(l);
}

bool list_place(const struct torrent_list *l, size_t *at)
{
	for (size_t i = 0; i < l->n; i++)
		if (torrent_id_equal(l->order[i], l->alone)) {
			*at = i;
			return true;
		}
	return false;
}

struct torrent_id *list_targets(const struct torrent_list *l, size_t *n)
{
	const struct torrent_id *from = l->nmarked ? l->marked : &l->chosen;

	*n = l->nmarked ? l->nmarked : l->n > 0;
	if (list_is_open(l)) {
		from = &l->alone;
		*n = 1;
	}
	return *n ? mem_dup(from, *n * sizeof *from) : NULL;
}

void list_targets_done(struct torrent_list *l)
{
	if (!list_is_open(l))
		list_unmark(l);
}

const struct torrent_row *list_chosen_row(const struct torrent_list *l,
	const struct snapshot *s)
{
	if (list_is_open(l))
		return list_row(s, l->alone);
	return l->n ? list_row(s, l->chosen) : NULL;
}
