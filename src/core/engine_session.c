/*
 * engine_session.c - the list of torrents, kept in one file named "session".
 *
 * Bencoded: { "life down": N, "life up": N, "torrents": [ { ... }, ... ],
 * "version": 1 }: bytes of all sessions before, and one dictionary a
 * torrent with what a first screen shows, so that the screen need not wait
 * for the files of a thousand torrents: those are read after it, a few at a
 * time.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "core/engine_priv.h"
#include "core/storage/disk.h"
#include "proto/benc_write.h"
#include "proto/bencode.h"

#define SESSION_FILE "session"
#define DAMAGED_FILE "session.damaged"
#define DIR_BYTES_MAX 4096u

struct session_job {
	struct disk_file_job job;
	struct engine *e;
};

/* --- writing
 * ------------------------------------------------------------------ */

/* 0 is what a missing one is read as. */
static void put_number(struct bw *w, const char *key, uint64_t v)
{
	if (v == 0 || v > INT64_MAX)
		return;
	bw_key(w, key);
	bw_int(w, (int64_t)v);
}

static void put_torrent(struct bw *w, const struct torrent *t)
{
	struct torrent_start s;
	char *link = torrent_magnet_link(t, true);

	torrent_describe(t, &s);
	bw_dict(w);
	bw_key(w, "added");
	bw_int(w, s.added_s);
	bw_key(w, "by link");
	bw_int(w, s.by_link);
	bw_key(w, "choose");
	bw_int(w, s.choose);
	bw_key(w, "completed");
	bw_int(w, s.completed_s);
	bw_key(w, "dir");
	bw_str(w, s.dir);
	bw_key(w, "down");
	bw_int(w, (int64_t)s.down_bytes);
	put_number(w, "down limit", s.opt.down_limit_bps);
	put_number(w, "forced", s.opt.forced);
	bw_key(w, "has metadata");
	bw_int(w, s.load);
	bw_key(w, "have");
	bw_int(w, (int64_t)s.have_bytes);
	if (s.opt.label[0]) {
		bw_key(w, "label");
		bw_str(w, s.opt.label);
	}
	bw_key(w, "link");
	bw_str(w, link);
	bw_key(w, "name");
	bw_str(w, s.name);
	bw_key(w, "paused");
	bw_int(w, s.paused);
	put_number(w, "place", s.opt.place);
	put_number(w, "ratio goal", s.opt.ratio_goal_milli);
	put_number(w, "seeded", s.opt.seeded_ms);
	if (s.select) {
		bw_key(w, "select");
		bw_str(w, s.select);
	}
	bw_key(w, "sequential");
	bw_int(w, s.sequential);
	bw_key(w, "size");
	bw_int(w, (int64_t)s.size_bytes);
	put_number(w, "time goal", s.opt.time_goal_min);
	bw_key(w, "up");
	bw_int(w, (int64_t)s.up_bytes);
	put_number(w, "up limit", s.opt.up_limit_bps);
	bw_end(w);
	mem_free(link);
}

static void saved(struct disk_file_job *job)
{
	struct session_job *j = container_of(job, struct session_job, job);
	struct engine *e = j->e;

	e->list_saving--;
	if (job->fault.code != ERR_OK && job->fault.code != ERR_CANCELED) {
		engine_notice(e, (struct torrent_id){0, 0}, NOTICE_WARNING,
			job->fault.what);
		if (!e->closing) {
			engine_list_changed(e);
			e->list_save_at += SESSION_RETRY_MS;
		}
	}
	mem_free(j);
	engine_arm(e, e->host->ops->now(e->host));
}

static void save_file(struct engine *e, const char *path, struct span bytes)
{
	struct session_job *j = mem_zero(sizeof *j);

	e->list_saving++;
	j->e = e;
	j->job.op = DISK_FILE_SAVE;
	j->job.path = path;
	j->job.bytes = bytes;
	j->job.done = saved;
	e->host->disk->ops->file(e->host->disk, &j->job);
}

void engine_session_save(struct engine *e)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	put_number(&w, "life down", e->life_down + e->shared.down.total);
	put_number(&w, "life up", e->life_up + e->shared.up.total);
	bw_key(&w, "torrents");
	bw_list(&w);
	for (uint32_t i = 0; i < e->nslots; i++)
		if (e->slots[i] && !torrent_is_closing(e->slots[i]))
			put_torrent(&w, e->slots[i]);
	bw_end(&w);
	bw_key(&w, "version");
	bw_int(&w, 1);
	bw_end(&w);
	e->list_unsaved = false;
	save_file(e, SESSION_FILE, buf_span(&w.out));
	bw_fini(&w);
}

/* --- reading
 * -------------------------------------------------------------------- */

static char *get_text(const struct benc_doc *d, uint32_t n, const char *key)
{
	struct span s = benc_str(d, benc_get(d, n, key));

	if (s.n == 0 || memchr(s.p, 0, s.n))
		return NULL;
	return mem_strndup((const char *)s.p, s.n);
}

static uint64_t get_number(const struct benc_doc *d, uint32_t n,
	const char *key)
{
	int64_t v = 0;

	benc_int_in(d, benc_get(d, n, key), 0, INT64_MAX, &v);
	return (uint64_t)v;
}

static uint32_t get_u32(const struct benc_doc *d, uint32_t n, const char *key)
{
	uint64_t v = get_number(d, n, key);

	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

static void get_options(const struct benc_doc *d, uint32_t n,
	struct torrent_options *o)
{
	struct span label = benc_str(d, benc_get(d, n, "label"));

	text_clean_to(o->label, sizeof o->label, label);
	o->down_limit_bps = get_number(d, n, "down limit");
	o->up_limit_bps = get_number(d, n, "up limit");
	o->ratio_goal_milli = get_u32(d, n, "ratio goal");
	o->time_goal_min = get_u32(d, n, "time goal");
	o->seeded_ms = get_number(d, n, "seeded");
	o->place = get_number(d, n, "place");
	o->forced = get_number(d, n, "forced") != 0;
}

/* One row of the list; rows that make no sense are left out. */
static void take_row(struct engine *e, const struct benc_doc *d, uint32_t n)
{
	char *link = get_text(d, n, "link"), *dir = get_text(d, n, "dir");
	char *name = get_text(d, n, "name"), *sel = get_text(d, n, "select");
	struct torrent_start s = {.dir = dir, .name = name, .select = sel};
	struct magnet *m = NULL;
	struct torrent *t;
	uint8_t wire[20];

	if (!link || !dir || dir[0] != '/' ||
		magnet_parse(span_str(link), &m, NULL) != ERR_OK)
		goto out;
	infohash_wire(&m->hash, wire);
	if (map_get(e->by_hash, wire) || e->ntorrents >= TORRENTS_MAX)
		goto out;
	s.hash = m->hash;
	get_options(d, n, &s.opt);
	s.paused = get_number(d, n, "paused") != 0;
	s.sequential = get_number(d, n, "sequential") != 0;
	s.choose = get_number(d, n, "choose") != 0;
	s.by_link = get_number(d, n, "by link") != 0;
	s.load = get_number(d, n, "has metadata") != 0;
	s.size_bytes = get_number(d, n, "size");
	s.have_bytes = get_number(d, n, "have");
	s.up_bytes = get_number(d, n, "up");
	s.down_bytes = get_number(d, n, "down");
	s.added_s = (int64_t)get_number(d, n, "added");
	s.completed_s = (int64_t)get_number(d, n, "completed");
	t = engine_insert(e, &s);
	engine_add_link_parts(t, m);
out:
	magnet_free(m);
	mem_free(link);
	mem_free(dir);
	mem_free(name);
	mem_free(sel);
}

static enum err take_list(struct engine *e, struct span bytes)
{
	struct benc_file f;
	uint32_t list;
	enum err err = benc_load(&f, bytes, NULL);

	if (err == ERR_OK) {
		e->life_down = get_number(&f.doc, BENC_ROOT, "life down");
		e->life_up = get_number(&f.doc, BENC_ROOT, "life up");
		list = benc_get(&f.doc, BENC_ROOT, "torrents");
		for (uint32_t n = benc_first(&f.doc, list); n != BENC_NONE;
			n = benc_next(&f.doc, list, n))
			take_row(e, &f.doc, n);
	}
	benc_unload(&f);
	return err;
}

/* The next save would overwrite it; somebody may still read it. */
static void keep_damaged(struct engine *e, struct span bytes)
{
	save_file(e, DAMAGED_FILE, bytes);
}

static void load(struct engine *e, const char *path);

static void loaded(struct disk_file_job *job)
{
	struct session_job *j = container_of(job, struct session_job, job);
	struct engine *e = j->e;
	enum err err = job->fault.code;
	bool first = strcmp(job->path, SESSION_FILE) == 0;

	if (err == ERR_OK) {
		err = take_list(e, buf_span(&job->loaded));
		if (err != ERR_OK && first)
			keep_damaged(e, buf_span(&job->loaded));
	}
	e->list_lost |= err != ERR_OK && err != ERR_NOENT;
	buf_free(&job->loaded);
	mem_free(j);
	if (err != ERR_OK && err != ERR_CANCELED && first) {
		load(e, SESSION_FILE ".1"); /* the generation before */
		return;
	}
	if (err != ERR_OK && e->list_lost)
		engine_notice(e, (struct torrent_id){0, 0}, NOTICE_WARNING,
			"the list of torrents is damaged: what is left of it "
			"is kept as " DAMAGED_FILE);
	e->list_loading = false;
	e->changed = true;
	if (e->closing)
		engine_close_torrents(e);
	engine_arm(e, e->host->ops->now(e->host));
}

static void load(struct engine *e, const char *path)
{
	struct session_job *j = mem_zero(sizeof *j);

	j->e = e;
	j->job.op = DISK_FILE_LOAD;
	j->job.path = path;
	j->job.max = SESSION_MAX;
	j->job.done = loaded;
	e->host->disk->ops->file(e->host->disk, &j->job);
}

void engine_session_load(struct engine *e)
{
	e->list_loading = true;
	load(e, SESSION_FILE);
}

void engine_session_continue(struct engine *e)
{
	uint32_t busy = 0;

	if (e->list_loading || e->closing || e->next_load >= e->nslots)
		return;
	for (uint32_t i = 0; i < e->next_load; i++)
		busy += e->slots[i] && torrent_is_loading(e->slots[i]);
	while (e->next_load < e->nslots && busy < LOADS_AT_ONCE) {
		struct torrent *t = e->slots[e->next_load++];

		if (!t || torrent_is_begun(t) || torrent_is_closing(t))
			continue;
		torrent_begin(t);
		busy++;
	}
}
