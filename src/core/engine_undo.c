/*
 * engine_undo.c - what was removed from the list, for as long as that can be
 * taken back.
 *
 * A torrent whose data stays is only taken out of the list at first; its state
 * files wait UNDO_MS longer, so that taking it back costs no check.  What is
 * removed when the program ends, or is added anew, cannot be taken back.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/engine_priv.h"
#include "core/storage/disk.h"

#define UNDO_MS 600000u
#define UNDO_MAX 64u

struct removed {
	struct list link; /* newest first */
	struct torrent_start start;
	char *magnet, *name, *dir, *select; /* owned; start points at them */
	char hex[INFOHASH_HEX_MAX];
	uint8_t wire[20];
	uint64_t until;
	bool wanted; /* taken back, as soon as it has closed */
};

struct forget_job {
	struct disk_file_job job;
	struct engine *e;
	char path[96];
};

static void forgotten(struct disk_file_job *job)
{
	struct forget_job *j = container_of(job, struct forget_job, job);
	struct engine *e = j->e;

	e->list_saving--; /* closing waits for it */
	mem_free(j);
	engine_arm(e, e->host->ops->now(e->host));
}

static void remove_file(struct engine *e, const char *hex, const char *folder,
	const char *ending)
{
	struct forget_job *j = mem_zero(sizeof *j);

	j->e = e;
	snprintf(j->path, sizeof j->path, "%s/%s%s", folder, hex, ending);
	j->job.op = DISK_FILE_REMOVE;
	j->job.path = j->path;
	j->job.done = forgotten;
	e->list_saving++;
	e->host->disk->ops->file(e->host->disk, &j->job);
}

static struct removed *removed_of(struct list *n)
{
	return container_of(n, struct removed, link);
}

static void drop(struct engine *e, struct removed *r, bool forget)
{
	if (forget) {
		remove_file(e, r->hex, "resume", ".resume");
		remove_file(e, r->hex, "torrents", ".torrent");
	}
	list_remove(&r->link);
	e->nremoved--;
	mem_free(r->magnet);
	mem_free(r->name);
	mem_free(r->dir);
	mem_free(r->select);
	mem_free(r);
}

static char *copy(const char *s)
{
	return s ? mem_strdup(s) : NULL;
}

void engine_undo_keep(struct engine *e, const struct torrent *t)
{
	struct removed *r = mem_zero(sizeof *r);

	torrent_describe(t, &r->start);
	r->start.name = r->name = copy(r->start.name);
	r->start.dir = r->dir = copy(r->start.dir);
	r->start.select = r->select = copy(r->start.select);
	r->magnet = torrent_magnet_link(t, true);
	infohash_hex(torrent_hash(t), r->hex);
	infohash_wire(torrent_hash(t), r->wire);
	r->until = e->host->ops->now(e->host) + UNDO_MS;
	list_push_front(&e->removed, &r->link);
	e->nremoved++;
	if (e->nremoved > UNDO_MAX)
		drop(e, removed_of(e->removed.prev), true);
}

static void bring_back(struct engine *e, struct removed *r)
{
	struct magnet *m = NULL;
	struct torrent *t;

	list_remove(&r->link); /* its own return does not end it */
	if (magnet_parse(span_str(r->magnet), &m, NULL) != ERR_OK) {
		drop(e, r, true);
		return;
	}
	t = engine_insert(e, &r->start);
	engine_add_link_parts(t, m);
	magnet_free(m);
	drop(e, r, false);
	torrent_begin(t);
	engine_notice(e, torrent_id(t), NOTICE_ADDED, torrent_name(t));
	engine_list_changed(e);
}

enum err engine_undo(struct engine *e, struct fault *fault)
{
	struct removed *r = NULL;

	list_for_each (it, &e->removed)
		if (!r && !removed_of(it)->wanted)
			r = removed_of(it);
	if (!r || e->closing)
		return fault_set(fault, ERR_NOENT, 0,
			"nothing was removed that could be taken back");
	r->wanted = true;
	if (!map_get(e->by_hash, r->wire))
		bring_back(e, r);
	return ERR_OK;
}

void engine_undo_closed(struct engine *e, const uint8_t wire[20])
{
	list_for_each_safe (it, &e->removed) {
		struct removed *r = removed_of(it);

		if (r->wanted && !e->closing &&
			memcmp(r->wire, wire, sizeof r->wire) == 0)
			bring_back(e, r);
	}
}

void engine_undo_added(struct engine *e, const uint8_t wire[20])
{
	list_for_each_safe (it, &e->removed) {
		struct removed *r = removed_of(it);

		if (memcmp(r->wire, wire, sizeof r->wire) == 0)
			drop(e, r, false);
	}
}

void engine_undo_tick(struct engine *e, uint64_t now)
{
	while (!list_empty(&e->removed) &&
		removed_of(e->removed.prev)->until <= now)
		drop(e, removed_of(e->removed.prev), true);
}

uint64_t engine_undo_deadline(const struct engine *e)
{
	return list_empty(&e->removed) ? NEVER
	                               : removed_of(e->removed.prev)->until;
}

void engine_undo_end(struct engine *e)
{
	while (!list_empty(&e->removed))
		drop(e, removed_of(e->removed.next), true);
}
