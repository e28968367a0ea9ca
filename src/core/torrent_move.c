/*
 * torrent_move.c - the files of a torrent to another folder.
 *
 * The disk moves all of them or none; meanwhile the torrent goes on, its reads
 * and writes wait for the move.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "core/torrent_priv.h"

struct move_job {
	struct disk_job job;
	struct torrent *t;
	char *dir;
};

/* Rows show the old one until they are read again. */
static void set_dir(struct torrent *t, const char *dir)
{
	mem_free(t->old_dir);
	t->old_dir = t->dir;
	t->dir = mem_strdup(dir);
	torrent_unsaved(t);
	t->env->list_changed(t->env->user);
	torrent_touch(t);
}

static void moved(struct disk_job *job)
{
	struct move_job *m = container_of(job, struct move_job, job);
	struct torrent *t = m->t;
	char text[200], clean[150];

	t->moving = false;
	if (job->fault.code == ERR_OK) {
		set_dir(t, m->dir);
		text_clean_to(clean, sizeof clean, span_str(m->dir));
		snprintf(text, sizeof text, "moved to %s", clean);
		t->env->notice(t->env->user, t, NOTICE_INFO, text);
	} else if (job->fault.code != ERR_CANCELED) {
		t->env->notice(t->env->user, t, NOTICE_WARNING,
			job->fault.what);
	}
	mem_free(m->dir);
	mem_free(m);
	torrent_drop(t);
}

enum err torrent_move(struct torrent *t, const char *dir)
{
	struct move_job *m;

	if (t->moving || t->phase == PHASE_CHECKING ||
		t->phase == PHASE_WAITING || t->phase == PHASE_LOOKING ||
		t->phase == PHASE_LOADING)
		return ERR_STATE;
	if (strcmp(dir, t->dir) == 0)
		return ERR_OK;
	if (!t->store) { /* nothing of it is on disk yet */
		set_dir(t, dir);
		return ERR_OK;
	}
	m = mem_zero(sizeof *m);
	m->t = t;
	m->dir = mem_strdup(dir);
	m->job.op = DISK_MOVE;
	m->job.class = DISK_BACKGROUND;
	m->job.path = m->dir;
	m->job.done = moved;
	t->moving = true;
	torrent_hold(t);
	torrent_touch(t);
	t->host->disk->ops->submit(t->store, &m->job);
	return ERR_OK;
}
