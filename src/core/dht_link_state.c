/*
 * dht_link_state.c - what the node keeps for the next start.
 */
#include "base/log.h"
#include "base/mem.h"
#include "core/dht_link_priv.h"
#include "core/storage/disk.h"

struct state_job {
	struct disk_file_job job;
	struct dht_link *link;
};

/* The engine looks, in its next turn, whether the last one is over. */
static void end_job(struct state_job *j)
{
	struct dht_link *l = j->link;

	mem_free(j);
	l->jobs--;
	l->cfg.wanted(l->cfg.user);
}

static void loaded(struct disk_file_job *job)
{
	struct state_job *j = container_of(job, struct state_job, job);
	struct dht_link *l = j->link;
	enum err err;

	l->loading = false;
	if (job->fault.code == ERR_OK && l->node) {
		err = dht_restore(l->node, buf_span(&job->loaded),
			l->host->ops->now(l->host));
		if (err != ERR_OK)
			log_debug("dht", "the saved nodes are damaged: not "
					 "used");
	}
	buf_free(&job->loaded);
	end_job(j);
}

void dht_link_load(struct dht_link *l)
{
	struct state_job *j;

	if (!l->cfg.keep_state || l->loading)
		return;
	j = mem_zero(sizeof *j);
	j->link = l;
	j->job.op = DISK_FILE_LOAD;
	j->job.path = STATE_FILE;
	j->job.max = DHT_STATE_MAX;
	j->job.done = loaded;
	l->loading = true;
	l->jobs++;
	l->host->disk->ops->file(l->host->disk, &j->job);
}

static void saved(struct disk_file_job *job)
{
	struct state_job *j = container_of(job, struct state_job, job);

	if (job->fault.code != ERR_OK)
		log_debug("dht", "%s", job->fault.what);
	end_job(j);
}

void dht_link_save(struct dht_link *l)
{
	struct state_job *j;
	struct buf b = {0};
	uint64_t now = l->host->ops->now(l->host);

	if (!l->node)
		return;
	j = mem_zero(sizeof *j);
	l->jobs++;
	dht_save(l->node, now, &b);
	l->save_at_ms = now + DHT_SAVE_MS;
	j->link = l;
	j->job.op = DISK_FILE_SAVE;
	j->job.path = STATE_FILE;
	j->job.bytes = buf_span(&b);
	j->job.done = saved;
	l->host->disk->ops->file(l->host->disk, &j->job);
	buf_free(&b);
}
