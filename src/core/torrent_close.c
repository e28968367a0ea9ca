/*
 * torrent_close.c - how a torrent ends: what is under way is finished, its
 * state is saved or removed, its files are closed, its trackers told.
 */
#include <stdio.h>

#include "base/mem.h"
#include "core/torrent_priv.h"

static void store_closed(void *user)
{
	struct torrent *t = user;

	t->store = NULL;
	torrent_drop(t);
}

struct delete_job {
	struct disk_job job;
	struct torrent *t;
};

static void delete_done(struct disk_job *job)
{
	struct delete_job *d = container_of(job, struct delete_job, job);
	struct torrent *t = d->t;

	if (job->fault.code != ERR_OK)
		t->env->notice(t->env->user, t, NOTICE_WARNING,
			job->fault.what);
	mem_free(d);
	torrent_drop(t);
}

static void submit_delete(struct torrent *t)
{
	struct delete_job *d = mem_zero(sizeof *d);

	d->t = t;
	d->job.op = DISK_DELETE;
	d->job.class = DISK_BACKGROUND;
	d->job.done = delete_done;
	torrent_hold(t);
	t->close_delete = false;
	t->host->disk->ops->submit(t->store, &d->job);
}

void torrent_close_read(struct torrent *t, const struct fault *f)
{
	char text[FAULT_TEXT_MAX + 60];

	if (t->meta) {
		torrent_open_store(t);
	} else if (t->close_delete) {
		t->close_delete = false;
		snprintf(text, sizeof text, "%s: its files stay: %s", t->name,
			f->what);
		t->env->notice(t->env->user, t, NOTICE_WARNING, text);
	}
	if (t->close_forget)
		torrent_forget(t);
}

/*
 * Its files are removed, which may have to be learnt first.  One that waits for
 * a choice has none: what lies there under their names is not of our making.
 */
static void begin_delete(struct torrent *t)
{
	t->close_delete = t->store || (t->was_kept && !t->choose);
	if (!t->close_delete)
		return;
	if (t->meta)
		torrent_open_store(t);
	else if (!t->reading_meta)
		torrent_load(t);
}

void torrent_close(struct torrent *t, bool forget, bool delete_data, bool fast)
{
	if (t->phase == PHASE_CLOSING)
		return;
	torrent_check_stop(t);
	t->close_save = !forget && t->meta && t->phase == PHASE_READY;
	t->phase = PHASE_CLOSING;
	t->close_forget = forget;
	if (delete_data)
		begin_delete(t);
	t->close_fast = fast;
	t->close_by_ms = torrent_now(t) + STOP_TOLD_MS;
	torrent_drop_names(t);
	swarm_set_active(t->swarm, false);
	tracker_list_stop(announcer_list(t->announcer), torrent_now(t));
	torrent_discover_stop(t);
	if (forget && !t->reading_meta)
		torrent_forget(t);
	torrent_touch(t);
}

void torrent_hasten(struct torrent *t)
{
	t->close_fast = true;
	torrent_touch(t);
}

/* Steps of closing, each begun when the one before is over: pieces on their
 * way to disk, the resume file, the data's removal, the store, the trackers. */
void torrent_close_step(struct torrent *t)
{
	bool busy =
		torrent_now(t) < t->close_by_ms &&
		(announcer_busy(t->announcer) ||
			tracker_list_deadline(announcer_list(t->announcer)) !=
				NEVER);

	if (!list_empty(&t->puts) || t->check_jobs > 0 || t->saving)
		return;
	if (t->close_save) {
		t->close_save = false;
		torrent_save(t);
	}
	if (t->close_delete && t->store)
		submit_delete(t);
	if (t->holds == 0 && t->store && !t->store_closing) {
		t->store_closing = true;
		torrent_hold(t);
		t->host->disk->ops->store_close(t->store, store_closed, t);
	}
	if (t->holds == 0 && !t->store && (t->close_fast || !busy))
		t->env->closed(t->env->user, t);
}
