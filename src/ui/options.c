/*
 * options.c - see options.h.
 */
#include "ui/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/actions.h"
#include "ui/screen.h"
#include "ui/views.h"

size_t options_each(struct screen *s, const struct command *c)
{
	size_t n, done = 0;
	struct torrent_id *ids = list_targets(&s->list, &n);

	for (size_t i = 0; i < n; i++) {
		struct command one = *c;

		one.torrent = ids[i];
		done += action_command(s, &one, NULL);
	}
	mem_free(ids);
	return done;
}

/* --- the queue
 * ------------------------------------------------------------------------- */

struct queued {
	struct torrent_id id;
	uint32_t place;
	bool moves;
};

static int by_place(const void *pa, const void *pb)
{
	const struct queued *a = pa, *b = pb;

	return a->place < b->place ? -1 : a->place > b->place;
}

/* All that have a place, in its order, those to be moved among them. */
static struct queued *whole_queue(const struct screen *s, size_t *n)
{
	struct queued *q = mem_array(s->snap->nrows + 1, sizeof *q);
	size_t nids;
	struct torrent_id *ids = list_targets(&s->list, &nids);
	bool *moves = mem_array(s->snap->nrows + 1, sizeof *moves);

	memset(moves, 0, (s->snap->nrows + 1) * sizeof *moves);
	for (size_t i = 0; i < nids; i++) {
		const struct torrent_row *row = list_row(s->snap, ids[i]);

		if (row)
			moves[row - s->snap->rows] = true;
	}
	*n = 0;
	for (size_t i = 0; i < s->snap->nrows; i++) {
		const struct torrent_row *row = &s->snap->rows[i];

		q[(*n)++] = (struct queued){row->id, row->place, moves[i]};
	}
	qsort(q, *n, sizeof *q, by_place);
	mem_free(ids);
	mem_free(moves);
	return q;
}

size_t options_queue(struct screen *s, enum queue_move move)
{
	size_t n, done = 0;
	struct queued *q = whole_queue(s, &n);
	bool from_end = move == QUEUE_DOWN || move == QUEUE_TOP;

	for (size_t i = 0; i < n; i++) {
		const struct queued *one = &q[from_end ? n - 1 - i : i];
		struct command c = {.kind = CMD_QUEUE,
			.torrent = one->id,
			.value = (uint64_t)move};

		if (one->moves)
			done += action_command(s, &c, NULL);
	}
	mem_free(q);
	return done;
}

/* --- keys
 * ------------------------------------------------------------------------------
 */

bool options_slow(struct screen *s, bool on, struct fault *fault)
{
	if (!screen_set(s, "slow_mode", on ? "on" : "off", fault))
		return false;
	screen_say(s, NEWS_GOOD,
		on ? "slow mode: its limits count until it is switched off"
		   : "slow mode is off");
	return true;
}

bool options_act(struct screen *s, enum action action)
{
	struct fault fault = {0};
	const struct command force = {.kind = CMD_FORCE, .on = true};

	switch (action) {
	case ACTION_SLOW:
		if (!options_slow(s, !s->opt.slow_mode, &fault))
			screen_say(s, NEWS_BAD, "%s", fault.what);
		return true;
	case ACTION_LABEL:
		view_push(s, &view_command, "label ");
		return true;
	case ACTION_QUEUE_UP:
		options_queue(s, QUEUE_UP);
		return true;
	case ACTION_QUEUE_DOWN:
		options_queue(s, QUEUE_DOWN);
		return true;
	case ACTION_FORCE:
		options_each(s, &force);
		return true;
	case ACTION_LIMITS:
		view_push(s, &view_limits, NULL);
		return true;
	case ACTION_SETTINGS:
		view_push(s, &view_settings, NULL);
		return true;
	case ACTION_COLUMNS:
		view_push(s, &view_columns, NULL);
		return true;
	default:
		return false;
	}
}

/* --- labels
 * ----------------------------------------------------------------------------
 */

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t options_labels(const struct screen *s, const char **out, size_t cap)
{
	const char **all = mem_array(s->snap->nrows + 1, sizeof *all);
	size_t n = 0, kept = 0;

	for (size_t i = 0; i < s->snap->nrows; i++) {
		const char *label = s->snap->rows[i].label;

		if (label && *label)
			all[n++] = label;
	}
	qsort(all, n, sizeof *all, compare_texts);
	for (size_t i = 0; i < n && kept < cap; i++)
		if (i == 0 || strcmp(all[i], all[i - 1]) != 0)
			out[kept++] = all[i];
	mem_free(all);
	return kept;
}
