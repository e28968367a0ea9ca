/*
 * torrent_check.c - hashing what is on disk, before a torrent is used for
 * the first time, after its files changed, or because the user asks.  Unless
 * it is all of them, torrent_resume.c says which pieces are in doubt.
 *
 * A few jobs are in flight at once, so that every worker has something to do;
 * how many torrents check at the same time is the engine's gate.  Pieces that
 * lie in files that do not exist are not read at all.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/torrent_priv.h"

struct check_job {
	struct disk_job job;
	struct torrent *t;
	uint32_t piece;
};

static void leave_gate(struct torrent *t)
{
	struct check_gate *g = t->env->gate;
	struct list *n;

	list_remove(&t->gate);
	if (!t->in_gate)
		return;
	t->in_gate = false;
	g->active--;
	n = list_front(&g->waiting);
	if (n) {
		list_remove(n);
		torrent_check_go(torrent_of_gate_node(n));
	}
}

void torrent_check_start(struct torrent *t)
{
	struct check_gate *g = t->env->gate;

	if (t->in_gate || !list_empty(&t->gate))
		return;
	if (g->active >= g->max) {
		list_push_back(&g->waiting, &t->gate);
		return;
	}
	torrent_check_go(t);
}

/* Pieces with a byte in a file that is missing or too short are bad. */
static void leave_out_missing(struct torrent *t)
{
	uint32_t first, end;

	for (size_t f = 0; f < t->meta->nfiles; f++) {
		const struct meta_file *m = &t->meta->files[f];

		if (m->is_pad || m->is_symlink || m->length == 0 ||
			t->stat[f].exists || t->priority[f] == PRIO_SKIP)
			continue;
		layout_file_pieces(&t->layout, f, &first, &end);
		for (uint32_t i = first; i < end; i++)
			bitfield_remove(&t->unchecked, i);
	}
}

void torrent_check_go(struct torrent *t)
{
	t->in_gate = true;
	t->env->gate->active++;
	t->phase = PHASE_CHECKING;
	torrent_drop_picker(t);
	if (t->check_all) {
		bitfield_clear_all(&t->have);
		bitfield_clear_all(&t->synced);
		bitfield_set_all(&t->unchecked);
	}
	leave_out_missing(t);
	t->check_next = t->check_bad = 0;
	t->check_done = t->layout.npieces - bitfield_count(&t->unchecked);
	t->check_bytes = 0;
	t->check_since_ms = torrent_now(t);
	torrent_touch(t);
}

void torrent_check_stop(struct torrent *t)
{
	if (t->phase == PHASE_CHECKING || t->phase == PHASE_WAITING) {
		t->phase = PHASE_NEW; /* a retry begins again */
		bitfield_clear_all(&t->unchecked);
	}
	leave_gate(t);
}

static void finish(struct torrent *t)
{
	char text[120];

	leave_gate(t);
	snprintf(text, sizeof text, "%u of %u pieces are good",
		bitfield_count(&t->have), t->layout.npieces);
	if (t->is_recheck)
		t->env->notice(t->env->user, t, NOTICE_CHECKED, text);
	t->is_recheck = t->check_all = false;
	torrent_ready(t);
}

static void check_done(struct disk_job *job)
{
	struct check_job *c = container_of(job, struct check_job, job);
	struct torrent *t = c->t;
	const uint8_t *want = t->meta->pieces + (size_t)c->piece * SHA1_LEN;
	bool ours = t->phase == PHASE_CHECKING &&
	            bitfield_has(&t->unchecked, c->piece);

	t->check_jobs--;
	if (ours) {
		bitfield_remove(&t->unchecked, c->piece);
		t->check_done++;
		t->check_bytes += job->length;
		if (job->fault.code == ERR_OK &&
			memcmp(job->sha1, want, SHA1_LEN) == 0)
			bitfield_add(&t->have, c->piece);
		else
			t->check_bad++;
	}
	mem_free(c);
	torrent_drop(t);
}

static void submit(struct torrent *t, uint32_t piece)
{
	struct check_job *c = mem_zero(sizeof *c);

	c->t = t;
	c->piece = piece;
	c->job.op = DISK_HASH;
	c->job.class = DISK_BACKGROUND;
	c->job.offset = layout_piece_offset(&t->layout, piece);
	c->job.length = layout_piece_size(&t->layout, piece);
	c->job.done = check_done;
	t->check_jobs++;
	torrent_hold(t);
	t->host->disk->ops->submit(t->store, &c->job);
}

void torrent_check_next(struct torrent *t)
{
	while (t->check_jobs < CHECK_JOBS) {
		uint32_t i = bitfield_next_set(&t->unchecked, t->check_next);

		if (i >= t->layout.npieces)
			break;
		t->check_next = i + 1;
		submit(t, i);
	}
	if (t->check_jobs == 0)
		finish(t);
}
