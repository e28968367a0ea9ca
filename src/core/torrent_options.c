/*
 * torrent_options.c - what the user set for one torrent: its label, limits,
 * goals, and whether it waits in the queue.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/torrent_priv.h"

#define STALLED_MS 60000u
#define LOOK_MS 60000u /* at a goal in time */

const struct torrent_options *torrent_options(const struct torrent *t)
{
	return &t->opt;
}

void torrent_set_options(struct torrent *t, const struct torrent_options *o)
{
	uint64_t now = torrent_now(t), seeded_ms = t->opt.seeded_ms;

	t->opt = *o;
	t->opt.seeded_ms = seeded_ms;
	text_clean_to(t->opt.label, sizeof t->opt.label, span_str(o->label));
	limiter_set_rate(&t->up_limit, o->up_limit_bps, now);
	limiter_set_rate(&t->down_limit, o->down_limit_bps, now);
	swarm_stir(t->swarm);
	t->env->list_changed(t->env->user);
	torrent_touch(t);
}

/* --- the queue ------------------------------------------------------------ */

bool torrent_wants_turn(const struct torrent *t, bool *seeding)
{
	*seeding = t->phase == PHASE_READY && torrent_is_complete(t);
	/* Somebody waits for its file list. */
	if (t->choose && t->phase == PHASE_METADATA)
		return false;
	return !t->paused && t->fault.code == ERR_OK && !t->opt.forced &&
	       (t->phase == PHASE_METADATA || t->phase == PHASE_READY);
}

bool torrent_is_stalled(const struct torrent *t, uint64_t now)
{
	return !t->queued && now - t->moved_ms >= STALLED_MS;
}

bool torrent_is_queued(const struct torrent *t)
{
	return t->queued;
}

void torrent_set_queued(struct torrent *t, bool queued)
{
	if (t->queued == queued)
		return;
	t->queued = queued;
	t->moved_ms = torrent_now(t);
	torrent_follow(t);
}

/* --- goals ---------------------------------------------------------------- */

static bool seeds(const struct torrent *t)
{
	return t->phase == PHASE_READY && !t->paused && !t->queued &&
	       t->fault.code == ERR_OK && torrent_is_complete(t);
}

uint64_t torrent_seeded_ms(const struct torrent *t)
{
	return t->opt.seeded_ms +
	       (t->seeding_since_ms ? torrent_now(t) - t->seeding_since_ms : 0);
}

static void count_time(struct torrent *t)
{
	bool on = seeds(t);

	if (on == (t->seeding_since_ms != 0))
		return;
	t->opt.seeded_ms = torrent_seeded_ms(t);
	t->seeding_since_ms = on ? torrent_now(t) : 0;
}

static uint64_t time_goal_ms(const struct torrent *t)
{
	uint32_t own = t->opt.time_goal_min;

	return (uint64_t)60000 * (own ? own : t->env->time_goal_min);
}

static bool ratio_reached(const struct torrent *t)
{
	uint64_t goal = t->opt.ratio_goal_milli ? t->opt.ratio_goal_milli
	                                        : t->env->ratio_goal_milli;
	uint64_t size = torrent_wanted_bytes(t);

	/* In KiB, so that the product stays in range. */
	return goal && size && t->up_bytes / 1024 >= size / 1024 * goal / 1000;
}

static bool time_reached(const struct torrent *t)
{
	uint64_t goal = time_goal_ms(t);

	return goal && torrent_seeded_ms(t) >= goal;
}

/* Only seeding is stopped by a goal: a download first wants to be whole. */
void torrent_options_settle(struct torrent *t)
{
	char text[120];

	count_time(t);
	if (!t->seeding_since_ms || (!ratio_reached(t) && !time_reached(t)))
		return;
	if (ratio_reached(t))
		snprintf(text, sizeof text,
			"stopped: it has uploaded what was wanted");
	else
		snprintf(text, sizeof text,
			"stopped: it has seeded for as long as was wanted");
	t->env->notice(t->env->user, t, NOTICE_INFO, text);
	torrent_pause(t, true);
	count_time(t);
}

uint64_t torrent_options_deadline(const struct torrent *t)
{
	uint64_t goal = time_goal_ms(t), done;

	if (!goal || !t->seeding_since_ms)
		return NEVER;
	done = torrent_seeded_ms(t);
	return torrent_now(t) + (goal > done ? goal - done : LOOK_MS);
}
