/*
 * torrent_one.c - a single piece of a torrent: fetched before all others, or
 * looked at again on disk.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/torrent_priv.h"

/* A wanted file's "high", so that a single piece can be above it. */
#define PIECE_HIGH ((enum piece_priority)6)

enum piece_priority torrent_piece_priority(const struct torrent *t,
	uint32_t piece, uint8_t file_priority)
{
	if (file_priority != PRIO_SKIP && bitfield_size(&t->first) &&
		bitfield_has(&t->first, piece))
		return PRIO_HIGH;
	return file_priority == PRIO_HIGH ? PIECE_HIGH
	                                  : (enum piece_priority)file_priority;
}

struct swarm *torrent_swarm(struct torrent *t)
{
	return t->swarm;
}

enum err torrent_piece_first(struct torrent *t, uint64_t piece, bool on)
{
	if (!t->meta || piece >= t->layout.npieces)
		return ERR_RANGE;
	if (!t->picker || !bitfield_has(&t->wanted, (uint32_t)piece) ||
		bitfield_has(&t->have, (uint32_t)piece))
		return ERR_STATE;
	if (!bitfield_size(&t->first))
		bitfield_init(&t->first, t->layout.npieces);
	if (on)
		bitfield_add(&t->first, (uint32_t)piece);
	else
		bitfield_remove(&t->first, (uint32_t)piece);
	torrent_apply_wanted(t);
	swarm_stir(t->swarm);
	torrent_touch(t);
	return ERR_OK;
}

/* --- looked at again --------------------------------------------------------
 */

struct look {
	struct disk_job job;
	struct torrent *t;
	uint32_t piece;
};

static void lost(struct torrent *t, uint32_t piece)
{
	char text[120];

	snprintf(text, sizeof text,
		"piece %u is damaged on disk: it is fetched again", piece);
	t->env->notice(t->env->user, t, NOTICE_WARNING, text);
	bitfield_remove(&t->have, piece);
	bitfield_remove(&t->synced, piece);
	torrent_note_done(t, piece, true);
	torrent_rethink(t);
	torrent_unsaved(t);
}

static void looked(struct disk_job *job)
{
	struct look *l = container_of(job, struct look, job);
	struct torrent *t = l->t;
	const uint8_t *want = t->meta->pieces + (size_t)l->piece * SHA1_LEN;
	bool good = job->fault.code == ERR_OK &&
	            memcmp(job->sha1, want, SHA1_LEN) == 0;
	char text[80];

	if (job->fault.code != ERR_CANCELED && t->phase == PHASE_READY &&
		bitfield_has(&t->have, l->piece)) {
		if (good) {
			snprintf(text, sizeof text, "piece %u is good",
				l->piece);
			t->env->notice(t->env->user, t, NOTICE_CHECKED, text);
		} else {
			lost(t, l->piece);
		}
	}
	mem_free(l);
	torrent_drop(t);
}

enum err torrent_verify_piece(struct torrent *t, uint64_t piece)
{
	struct look *l;

	if (!t->meta || piece >= t->layout.npieces)
		return ERR_RANGE;
	if (t->phase != PHASE_READY || t->fault.code != ERR_OK ||
		!bitfield_has(&t->have, (uint32_t)piece))
		return ERR_STATE;
	l = mem_zero(sizeof *l);
	l->t = t;
	l->piece = (uint32_t)piece;
	l->job.op = DISK_HASH;
	l->job.class = DISK_BACKGROUND;
	l->job.offset = layout_piece_offset(&t->layout, l->piece);
	l->job.length = layout_piece_size(&t->layout, l->piece);
	l->job.done = looked;
	torrent_hold(t);
	t->host->disk->ops->submit(t->store, &l->job);
	return ERR_OK;
}
