/*
 * engine_queue.c - whose turn it is, when not all torrents may be active.
 *
 * Two limits, for downloads and for seeds.  Torrents have their turn in the
 * order of their places; a download that has stood still for a minute keeps
 * its connections but does not count, so that the next one can go on.  Places
 * are numbers that only their order matters of: they need not be dense.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "core/engine_priv.h"

#define QUEUE_LOOK_MS 5000u  /* while somebody waits */
#define QUEUE_PAUSE_MS 1000u /* between two looks, when something changes */

static bool has_limit(const struct engine *e)
{
	return settings_int(e->cfg.settings, SET_ACTIVE_DOWNLOADS) > 0 ||
	       settings_int(e->cfg.settings, SET_ACTIVE_SEEDS) > 0;
}

/* By place; those without one at the end, in the order they came. */
static int compare(const void *a, const void *b)
{
	struct torrent *const *x = a;
	struct torrent *const *y = b;
	uint64_t px = torrent_options(*x)->place - 1;
	uint64_t py = torrent_options(*y)->place - 1;

	if (px != py)
		return px < py ? -1 : 1;
	return torrent_id(*x).slot < torrent_id(*y).slot ? -1 : 1;
}

static size_t in_order(const struct engine *e, struct torrent ***out)
{
	struct torrent **a = mem_array(e->ntorrents + 1, sizeof(void *));
	size_t n = 0;

	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i] && !torrent_is_closing(e->slots[i]))
			a[n++] = e->slots[i];
	qsort(a, n, sizeof(void *), compare);
	*out = a;
	return n;
}

uint64_t engine_queue_end(const struct engine *e)
{
	uint64_t end = 0;

	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i] && torrent_options(e->slots[i])->place > end)
			end = torrent_options(e->slots[i])->place;
	return end + 1;
}

static void place(struct torrent *t, uint64_t at)
{
	struct torrent_options o = *torrent_options(t);

	if (o.place == at)
		return;
	o.place = at;
	torrent_set_options(t, &o);
}

void engine_queue_move(struct engine *e, struct torrent *t,
	enum queue_move move)
{
	struct torrent **a;
	size_t n = in_order(e, &a), at = 0, to;

	while (a[at] != t)
		at++;
	to = at;
	if (move == QUEUE_TOP)
		to = 0;
	else if (move == QUEUE_BOTTOM)
		to = n - 1;
	else if (move == QUEUE_UP && at > 0)
		to = at - 1;
	else if (move == QUEUE_DOWN && at + 1 < n)
		to = at + 1;
	for (; at > to; at--)
		a[at] = a[at - 1];
	for (; at < to; at++)
		a[at] = a[at + 1];
	a[to] = t;
	for (size_t i = 0; i < n; i++)
		place(a[i], i + 1);
	mem_free(a);
	e->queue_stale = true;
}

/* Counted down: 0 is none left. */
static void settle_one(struct torrent *t, int64_t left[2], uint64_t now)
{
	bool seeding;

	if (!torrent_wants_turn(t, &seeding)) {
		torrent_set_queued(t, false);
		return;
	}
	torrent_set_queued(t, left[seeding] == 0);
	if (left[seeding] > 0 && (seeding || !torrent_is_stalled(t, now)))
		left[seeding]--;
}

void engine_queue_settle(struct engine *e, uint64_t now)
{
	const struct settings *s = e->cfg.settings;
	int64_t left[2] = {settings_int(s, SET_ACTIVE_DOWNLOADS),
		settings_int(s, SET_ACTIVE_SEEDS)};
	struct torrent **a;
	size_t n;

	if (e->closing || (!e->queue_stale && now < e->queue_at))
		return;
	e->queue_stale = false;
	e->queue_limited = has_limit(e);
	e->queue_at = NEVER;
	for (size_t i = 0; i < 2; i++)
		if (left[i] == 0)
			left[i] = INT64_MAX;
	n = in_order(e, &a);
	for (size_t i = 0; i < n; i++) {
		settle_one(a[i], left, now);
		if (torrent_is_queued(a[i]))
			e->queue_at = now + QUEUE_LOOK_MS;
	}
	mem_free(a);
}

void engine_queue_touched(struct engine *e, uint64_t now)
{
	if (e->queue_limited && e->queue_at > now + QUEUE_PAUSE_MS)
		e->queue_at = now + QUEUE_PAUSE_MS;
}

uint64_t engine_queue_deadline(const struct engine *e, uint64_t now)
{
	if (e->closing)
		return NEVER;
	return e->queue_stale ? now : e->queue_at;
}

uint32_t engine_queue_place(const struct engine *e, const struct torrent *t)
{
	uint32_t place = 1;
	bool seeding;

	if (!has_limit(e) || !torrent_wants_turn(t, &seeding))
		return 0;
	for (uint32_t i = 0; i < e->nslots; i++) {
		struct torrent *other = e->slots[i];
		bool same;

		if (!other || other == t || !torrent_is_queued(other) ||
			!torrent_wants_turn(other, &same) || same != seeding)
			continue;
		place += compare(&other, &t) < 0;
	}
	return place;
}
