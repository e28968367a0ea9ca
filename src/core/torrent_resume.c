/*
 * torrent_resume.c - a torrent's state files: what is kept of it between two
 * runs, and how much of that is believed.
 *
 * torrents/HASH.torrent   the metainfo
 * resume/HASH.resume      which pieces are good, totals, choices
 *
 * A resume file is believed for the files that look as they did when it was
 * written, and, for pieces not yet synced, only under the same kernel.
 * Anything else is hashed again; nothing is ever believed that was not
 * verified once.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/swarm/peer_book.h"
#include "core/torrent_priv.h"

struct file_job {
	struct disk_file_job job;
	struct torrent *t;
	char path[96];
};

struct stat_job {
	struct disk_job job;
	struct torrent *t;
	struct bitfield have; /* FLUSH: what was written before it */
	bool synced;
};

static struct file_job *file_job(struct torrent *t, const char *folder,
	const char *ending)
{
	struct file_job *j = mem_zero(sizeof *j);

	j->t = t;
	snprintf(j->path, sizeof j->path, "%s/%s%s", folder, t->hex, ending);
	j->job.path = j->path;
	torrent_hold(t);
	return j;
}

/* Each look at the files has memory of its own: two may run at once. */
static struct disk_stat *stat_new(const struct torrent *t)
{
	size_t n = t->meta->nfiles;

	return mem_zero_array(n ? n : 1, sizeof(struct disk_stat));
}

static void submit_file(struct file_job *j)
{
	j->t->host->disk->ops->file(j->t->host->disk, &j->job);
}

/* --- reading -----------------------------------------------------------------
 */

/* What came from peers can come from them again. */
static void meta_is_lost(struct torrent *t, const struct fault *f)
{
	char text[FAULT_TEXT_MAX + 60];

	if (!t->by_link || f->code == ERR_DISK) {
		torrent_fail(t, f);
		return;
	}
	snprintf(text, sizeof text, "its file list is fetched again: %s",
		f->what);
	t->env->notice(t->env->user, t, NOTICE_WARNING, text);
	t->phase = PHASE_METADATA;
	torrent_follow(t);
}

static void loaded_meta(struct disk_file_job *job)
{
	struct file_job *j = container_of(job, struct file_job, job);
	struct torrent *t = j->t;
	struct metainfo *m = NULL;
	struct fault f = job->fault;

	bool wanted = t->phase == PHASE_LOADING || t->close_delete;

	t->reading_meta = false;
	if (wanted && f.code == ERR_OK &&
		metainfo_parse(buf_span(&job->loaded), &m, &f) == ERR_OK) {
		if (!infohash_same(&m->hash, &t->hash))
			fault_set(&f, ERR_HASH, 0,
				"the kept .torrent is of another torrent");
		else if (torrent_give_meta(t, m) != ERR_OK)
			fault_set(&f, ERR_UNSUPPORTED, 0,
				"BitTorrent v2 without v1 cannot be "
				"downloaded by this version");
		if (f.code != ERR_OK)
			metainfo_free(m);
	}
	buf_free(&job->loaded);
	mem_free(j);
	if (t->phase == PHASE_LOADING && f.code == ERR_OK)
		torrent_enter(t);
	else if (t->phase == PHASE_LOADING && f.code != ERR_CANCELED)
		meta_is_lost(t, &f);
	else if (t->phase == PHASE_CLOSING)
		torrent_close_read(t, &f);
	torrent_drop(t);
}

void torrent_load(struct torrent *t)
{
	struct file_job *j = file_job(t, "torrents", ".torrent");

	t->reading_meta = true;
	j->job.op = DISK_FILE_LOAD;
	j->job.max = METAINFO_FILE_MAX;
	j->job.done = loaded_meta;
	submit_file(j);
}

/* Whether a file is as it was when the resume data was written, and as it has
 * to be if a piece of it is good. */
static bool is_trusted(const struct torrent *t, size_t f,
	const struct resume *r)
{
	const struct disk_stat *a = &t->stat[f], *b = &r->stat[f];
	uint64_t length = t->meta->files[f].length;

	if (a->exists != b->exists)
		return false;
	if (a->exists && (a->size != b->size || a->mtime_ns != b->mtime_ns))
		return false;
	/* It vanished while we ran.  Of a skipped file there is only what
	 * its neighbours needed, elsewhere. */
	return (a->exists && a->size >= length) || length == 0 ||
	       r->priority[f] == PRIO_SKIP;
}

/* Take pieces back that touch a file which changed since.  All of them are to
 * be hashed: more may be good than were when the resume data was written. */
static void distrust_changed(struct torrent *t, const struct resume *r)
{
	uint32_t first, end;

	for (size_t f = 0; f < t->meta->nfiles; f++) {
		if (t->meta->files[f].is_pad || t->meta->files[f].is_symlink ||
			is_trusted(t, f, r))
			continue;
		layout_file_pieces(&t->layout, f, &first, &end);
		for (uint32_t i = first; i < end; i++) {
			bitfield_remove(&t->have, i);
			bitfield_remove(&t->synced, i);
			bitfield_add(&t->unchecked, i);
		}
	}
}

/* All that was told is on disk, by size. */
static bool all_files_there(const struct torrent *t)
{
	for (size_t f = 0; f < t->meta->nfiles; f++) {
		const struct meta_file *m = &t->meta->files[f];

		if (!m->is_pad && !m->is_symlink && m->length > 0 &&
			(!t->stat[f].exists || t->stat[f].size != m->length))
			return false;
	}
	return true;
}

static bool any_file_exists(const struct torrent *t)
{
	for (size_t f = 0; f < t->meta->nfiles; f++)
		if (t->stat[f].exists && t->stat[f].size > 0)
			return true;
	return false;
}

static void adopt_choices(struct torrent *t, const struct resume *r)
{
	if (!t->chosen)
		memcpy(t->priority, r->priority, t->meta->nfiles);
	t->up_bytes = r->up_bytes; /* newer than the list of torrents */
	t->down_bytes = r->down_bytes;
	if (r->added_s)
		t->added_s = r->added_s;
	t->completed_s = r->completed_s;
	t->sequential |= r->sequential;
	for (uint32_t i = 0; i < r->npeers; i++)
		swarm_add_addr(t->swarm, &r->peers[i], SOURCE_RESUME);
	for (uint32_t i = 0; i < r->ntrackers; i++)
		torrent_add_tracker(t, r->trackers[i], 99);
}

/* The resume data that waits for the look at the files. */
struct look {
	struct disk_job job;
	struct torrent *t;
	bool has_resume;
	struct resume resume;
};

/* Without resume data it is all or nothing. */
static bool believe_files(struct torrent *t)
{
	if (t->skip_check && all_files_there(t)) {
		bitfield_set_all(&t->have);
		return false;
	}
	t->check_all = any_file_exists(t);
	return t->check_all;
}

/* True when something on disk has to be hashed: all, or t->unchecked. */
static bool believe(struct torrent *t, const struct look *k)
{
	const struct resume *r = &k->resume;
	bool same_kernel =
		t->env->boot_id[0] && strcmp(t->env->boot_id, r->boot_id) == 0;
	uint32_t n = t->layout.npieces;

	if (t->picker) /* it failed on the way to a check */
		t->check_all = true;
	if (t->check_all)
		return true;
	if (!k->has_resume)
		return believe_files(t);
	bitfield_copy(&t->synced, &r->synced);
	bitfield_copy(&t->have, same_kernel ? &r->have : &r->synced);
	for (uint32_t i = bitfield_next_not_in(&r->have, &t->have, 0); i < n;
		i = bitfield_next_not_in(&r->have, &t->have, i + 1))
		bitfield_add(&t->unchecked, i);
	distrust_changed(t, r);
	return !bitfield_none(&t->unchecked);
}

static void looked(struct disk_job *job)
{
	struct look *k = container_of(job, struct look, job);
	struct torrent *t = k->t;
	bool check;

	if (t->phase != PHASE_LOOKING || job->fault.code == ERR_CANCELED)
		goto out;
	if (job->fault.code != ERR_OK) {
		torrent_fail(t, &job->fault);
		goto out;
	}
	memcpy(t->stat, job->stat, t->meta->nfiles * sizeof *t->stat);
	if (k->has_resume)
		adopt_choices(t, &k->resume);
	check = believe(t, k);
	torrent_apply_wanted(t);
	/* Whoever was met before the files were known was told that we have
	 * nothing. */
	if (check || !bitfield_none(&t->have))
		swarm_set_active(t->swarm, false);
	if (check) {
		t->phase = PHASE_WAITING;
		torrent_touch(t);
	} else {
		torrent_ready(t);
	}
out:
	resume_fini(&k->resume);
	mem_free(job->stat);
	mem_free(k);
	torrent_drop(t);
}

static void look(struct torrent *t, struct resume *r)
{
	struct look *k = mem_zero(sizeof *k);

	torrent_open_store(t);
	k->t = t;
	if (r) {
		k->resume = *r;
		k->has_resume = true;
	}
	k->job.op = DISK_STAT;
	k->job.class = DISK_NORMAL;
	k->job.stat = stat_new(t);
	k->job.done = looked;
	t->phase = PHASE_LOOKING;
	torrent_hold(t);
	t->host->disk->ops->submit(t->store, &k->job);
}

void torrent_check_all(struct torrent *t)
{
	t->check_all = true;
	look(t, NULL);
}

static void loaded_resume(struct disk_file_job *job)
{
	struct file_job *j = container_of(job, struct file_job, job);
	struct torrent *t = j->t;
	struct resume r;
	uint8_t hash[20];
	enum err e = job->fault.code;

	infohash_wire(&t->hash, hash);
	memset(&r, 0, sizeof r);
	if (e == ERR_OK)
		e = resume_decode(buf_span(&job->loaded), hash, t->layout.total,
			t->layout.npieces, (uint32_t)t->meta->nfiles, &r);
	if (e != ERR_OK && e != ERR_NOENT && e != ERR_CANCELED)
		t->env->notice(t->env->user, t, NOTICE_WARNING,
			"resume data is damaged: hashing what is on disk");
	buf_free(&job->loaded);
	mem_free(j);
	if (e == ERR_OK)
		t->choose = false; /* it had begun */
	if (t->phase == PHASE_LOADING && e != ERR_CANCELED &&
		!torrent_wait_for_choice(t))
		look(t, e == ERR_OK ? &r : NULL);
	else
		resume_fini(&r);
	torrent_drop(t);
}

void torrent_load_resume(struct torrent *t)
{
	struct file_job *j = file_job(t, "resume", ".resume");

	j->job.op = DISK_FILE_LOAD;
	j->job.max = RESUME_MAX;
	j->job.done = loaded_resume;
	submit_file(j);
}

/* --- writing
 * -------------------------------------------------------------------- */

void torrent_unsaved(struct torrent *t)
{
	if (t->unsaved)
		return;
	t->unsaved = true;
	t->save_at_ms = torrent_now(t) + RESUME_SAVE_MS;
	torrent_touch(t);
}

static void saved(struct disk_file_job *job)
{
	struct file_job *j = container_of(job, struct file_job, job);
	struct torrent *t = j->t;

	t->saving = false;
	if (job->fault.code != ERR_OK && job->fault.code != ERR_CANCELED) {
		t->env->notice(t->env->user, t, NOTICE_WARNING,
			job->fault.what);
		t->unsaved = false;
		torrent_unsaved(t);
	} else if (job->fault.code == ERR_OK) {
		torrent_choice_saved(t);
	}
	if (!t->unsaved && job->fault.code == ERR_OK &&
		bitfield_count(&t->synced) != bitfield_count(&t->have)) {
		t->save_at_ms = t->sync_at_ms; /* for the sake of syncing */
	}
	mem_free(j);
	torrent_drop(t);
}

static char **own_trackers(struct torrent *t, uint32_t *n)
{
	struct tracker_list *l = announcer_list(t->announcer);
	size_t count = tracker_list_count(l);
	char **urls = mem_array(count ? count : 1, sizeof *urls);

	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (!tracker_list_is_gone(l, i))
			urls[(*n)++] = mem_strdup(tracker_list_url(l, i));
	return urls;
}

static void write_resume(struct torrent *t)
{
	struct file_job *j = file_job(t, "resume", ".resume");
	struct resume r = {
		.total = t->layout.total,
		.npieces = t->layout.npieces,
		.nfiles = (uint32_t)t->meta->nfiles,
		.have = t->have,
		.synced = t->synced,
		.stat = t->stat,
		.priority = t->priority,
		.up_bytes = t->up_bytes,
		.down_bytes = t->down_bytes,
		.added_s = t->added_s,
		.completed_s = t->completed_s,
		.paused = t->paused,
		.sequential = t->sequential,
	};
	struct buf out = {0};

	infohash_wire(&t->hash, r.hash);
	snprintf(r.boot_id, sizeof r.boot_id, "%s", t->env->boot_id);
	r.npeers = (uint32_t)peer_book_good(swarm_book(t->swarm), r.peers,
		RESUME_PEERS_MAX);
	r.trackers = own_trackers(t, &r.ntrackers);
	resume_encode(&r, &out);
	for (uint32_t i = 0; i < r.ntrackers; i++)
		mem_free(r.trackers[i]);
	mem_free(r.trackers);
	j->job.op = DISK_FILE_SAVE;
	j->job.bytes = buf_span(&out);
	j->job.done = saved;
	submit_file(j);
	buf_free(&out);
}

static void stat_done(struct disk_job *job)
{
	struct stat_job *s = container_of(job, struct stat_job, job);
	struct torrent *t = s->t;

	/* What cannot be looked at will be hashed again next time. */
	if (job->fault.code != ERR_OK)
		memset(t->stat, 0, t->meta->nfiles * sizeof *t->stat);
	else
		memcpy(t->stat, job->stat, t->meta->nfiles * sizeof *t->stat);
	mem_free(job->stat);
	if (t->close_forget)
		t->saving = false; /* nothing shall be left of it */
	else
		write_resume(t);
	mem_free(s);
	torrent_drop(t);
}

static struct stat_job *stat_job(struct torrent *t, enum disk_op op,
	void (*done)(struct disk_job *))
{
	struct stat_job *s = mem_zero(sizeof *s);

	s->t = t;
	s->job.op = op;
	s->job.class = DISK_NORMAL;
	s->job.done = done;
	torrent_hold(t);
	return s;
}

static void submit_stat(struct torrent *t)
{
	struct stat_job *s = stat_job(t, DISK_STAT, stat_done);

	s->job.stat = stat_new(t);
	t->host->disk->ops->submit(t->store, &s->job);
}

static void flushed(struct disk_job *job)
{
	struct stat_job *s = container_of(job, struct stat_job, job);
	struct torrent *t = s->t;

	if (job->fault.code == ERR_OK)
		bitfield_copy(&t->synced, &s->have);
	else if (job->fault.code != ERR_CANCELED)
		torrent_fail(t, &job->fault);
	bitfield_fini(&s->have);
	mem_free(s);
	submit_stat(t);
	torrent_drop(t);
}

/*
 * Once a minute the data is synced first; in between, the file only tells
 * what the running kernel knows, and says so.
 */
void torrent_save(struct torrent *t)
{
	uint64_t now = torrent_now(t);
	struct stat_job *s;

	if (!t->meta || t->saving || t->store_closing)
		return;
	t->saving = true;
	t->unsaved = false;
	t->save_at_ms = NEVER;
	if (now < t->sync_at_ms || t->phase == PHASE_CLOSING ||
		bitfield_count(&t->synced) == bitfield_count(&t->have)) {
		submit_stat(t);
		return;
	}
	t->sync_at_ms = now + RESUME_SYNC_MS;
	s = stat_job(t, DISK_FLUSH, flushed);
	bitfield_init(&s->have, t->layout.npieces);
	bitfield_copy(&s->have, &t->have);
	t->host->disk->ops->submit(t->store, &s->job);
}

static void file_done(struct disk_file_job *job)
{
	struct file_job *j = container_of(job, struct file_job, job);
	struct torrent *t = j->t;

	if (job->op == DISK_FILE_SAVE && job->fault.code != ERR_OK &&
		job->fault.code != ERR_CANCELED)
		t->env->notice(t->env->user, t, NOTICE_WARNING,
			job->fault.what);
	mem_free(j);
	torrent_drop(t);
}

void torrent_save_meta(struct torrent *t)
{
	struct file_job *j;
	struct buf out = {0};

	if (!t->env->keep_session || !t->meta)
		return;
	torrent_export(t, &out);
	j = file_job(t, "torrents", ".torrent");
	j->job.op = DISK_FILE_SAVE;
	j->job.bytes = buf_span(&out);
	j->job.done = file_done;
	submit_file(j);
	buf_free(&out);
}

static void remove_file(struct torrent *t, const char *folder,
	const char *ending)
{
	struct file_job *j = file_job(t, folder, ending);

	j->job.op = DISK_FILE_REMOVE;
	j->job.done = file_done;
	submit_file(j);
}

void torrent_forget(struct torrent *t)
{
	remove_file(t, "resume", ".resume");
	if (t->env->keep_session)
		remove_file(t, "torrents", ".torrent");
}
