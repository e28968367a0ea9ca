/*
 * torrent.h - one torrent's life: what it consists of, what it wants now,
 * what it owns (a swarm, trackers, a store, resume data).
 *
 * Pure behind core/host.h.  Belongs to the engine, which it knows only as a
 * struct torrent_env; the engine drives it by torrent_tick() at its deadline
 * and frees it when torrent_close() has been answered.
 */
#ifndef CORE_TORRENT_H
#define CORE_TORRENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/list.h"
#include "core/announcer.h"
#include "core/command.h"
#include "core/dht_link.h"
#include "core/host.h"
#include "core/limiter.h"
#include "core/lsd.h"
#include "core/snapshot.h"
#include "core/swarm/swarm.h"
#include "proto/magnet.h"
#include "proto/metainfo.h"

struct torrent;

/* How many torrents hash their data at the same time, and who waits. */
struct check_gate {
	uint32_t active, max;
	struct list waiting;
};

/* What a torrent needs of the engine.  All borrowed. */
struct torrent_env {
	struct host *host;
	struct swarm_shared *shared;
	struct announce_pool *announces;
	struct dht_link *dht;
	struct lsd *lsd;
	struct limiter *limit_up, *limit_down;
	struct check_gate *gate;
	/* For torrents without goals of their own; 0: none. */
	uint32_t ratio_goal_milli, time_goal_min;
	const char *boot_id;
	bool keep_session; /* .torrent files are kept in the state folder */

	/* torrent_settle() is wanted at the end of the turn. */
	void (*touched)(void *user, struct torrent *t);
	void (*notice)(void *user, const struct torrent *t,
		enum notice_kind kind, const char *text);
	/* The list of torrents on disk is out of date. */
	void (*list_changed)(void *user);
	/* Memory is tight, and this torrent holds none that it could free. */
	void (*tight)(void *user);
	/* The last hold is gone after torrent_close(). */
	void (*closed)(void *user, struct torrent *t);
	void *user;
};

#define LABEL_MAX 64u /* bytes, with the NUL */

/* What the user set for one torrent; kept in the session list. */
struct torrent_options {
	char label[LABEL_MAX];                 /* printable; "": none */
	uint64_t down_limit_bps, up_limit_bps; /* 0: none */
	/* Stops when it has seeded so much; 0: no goal of that kind.  Two
	 * goals: the first that is reached stops it. */
	uint32_t ratio_goal_milli;
	uint32_t time_goal_min;
	uint64_t seeded_ms; /* so far */
	uint64_t place;     /* in the queue: smaller is sooner; 0: at its end */
	bool forced;        /* it does not queue */
};

struct torrent_start {
	struct infohash hash;
	struct torrent_options opt;
	const char *name; /* for a magnet link without metadata; may be NULL */
	const char *dir;  /* absolute */
	const char *select; /* "1,3-5" or a glob; NULL: all */
	bool paused, sequential, skip_check;
	bool choose; /* when its files are known it waits for torrent_start() */
	bool by_link; /* its metadata came from peers, or is to */
	int64_t added_s;
	/* Known from the session list, shown until the files are read. */
	bool load; /* read torrents/HASH.torrent first */
	uint64_t size_bytes, have_bytes, up_bytes, down_bytes;
	int64_t completed_s;
};

/* ERR_NOENT: it names no file of these. */
MUST_CHECK enum err torrent_check_select(const struct metainfo *m,
	const char *select, struct fault *fault);

struct torrent *torrent_new(const struct torrent_env *env,
	const struct torrent_start *start, struct torrent_id id);
/* Only after closed(), or before anything else was called. */
void torrent_free(struct torrent *t);

/* The metainfo of a torrent that was made without; before torrent_begin().
 * Taken over on ERR_OK; ERR_UNSUPPORTED for v2 without v1. */
MUST_CHECK enum err torrent_give_meta(struct torrent *t, struct metainfo *m);
/* Keep the metainfo in the state folder, if a session is kept. */
void torrent_keep_meta(struct torrent *t);
/* Begin: read resume data, look at the files, check or go on. */
void torrent_begin(struct torrent *t);
/* delete_data: the files as well as the state. forget: the state files. */
void torrent_close(struct torrent *t, bool forget, bool delete_data, bool fast);
/* Skip waiting for trackers. */
void torrent_hasten(struct torrent *t);

void torrent_add_peer(struct torrent *t, const struct addr *a, uint8_t source);
/* False: there is none of this URL. */
bool torrent_remove_tracker(struct torrent *t, const char *url);
void torrent_add_tracker(struct torrent *t, const char *url, uint32_t tier);
/* Of its link (x.pe): kept with it, resolved when they are needed. */
void torrent_add_peer_name(struct torrent *t, const char *name, uint16_t port);
/* Of its link (ws): kept with it. */
void torrent_add_webseed(struct torrent *t, const char *url);
/* Those and the metainfo's, without doubles: at most max of them. */
size_t torrent_webseeds(const struct torrent *t, const char **urls, size_t max);
bool torrent_accept(struct torrent *t, struct stream *s, struct wire *w,
	const struct wire_event *hello);

const struct torrent_options *torrent_options(const struct torrent *t);
/* seeded_ms is left alone. */
void torrent_set_options(struct torrent *t, const struct torrent_options *o);
/* It waits for its turn: no network, or on again. */
void torrent_set_queued(struct torrent *t, bool queued);
bool torrent_is_queued(const struct torrent *t);
/* Whether it would use the network if it had its turn, and for which queue. */
bool torrent_wants_turn(const struct torrent *t, bool *seeding);
/* Wants to download and has not received anything for a while. */
bool torrent_is_stalled(const struct torrent *t, uint64_t now);

/* Its files, to an absolute folder; told by a notice when they are there, or
 * are not.  ERR_STATE: not now, it is being checked or moved. */
MUST_CHECK enum err torrent_move(struct torrent *t, const char *dir);
/* ERR_RANGE: no such piece; ERR_STATE: not here, or not now. */
MUST_CHECK enum err torrent_piece_first(struct torrent *t, uint64_t piece,
	bool on);
MUST_CHECK enum err torrent_verify_piece(struct torrent *t, uint64_t piece);
struct swarm *torrent_swarm(struct torrent *t);

void torrent_pause(struct torrent *t, bool paused);
void torrent_recheck(struct torrent *t);
void torrent_reannounce(struct torrent *t);
void torrent_set_sequential(struct torrent *t, bool on);
/* What was chosen for one that waits for it, or will when its files are here.
 *   ERR_STATE  it has begun already; ERR_RANGE  not its files, or none */
MUST_CHECK enum err torrent_start(struct torrent *t,
	const struct start_choice *c, struct fault *fault);
bool torrent_waits_for_choice(const struct torrent *t);
/* ERR_RANGE: no such file; ERR_STATE: files are not known yet. */
MUST_CHECK enum err torrent_set_priority(struct torrent *t, size_t file,
	size_t end, uint8_t priority);
/* Of all nfiles files at once.  ERR_RANGE: they are not so many. */
MUST_CHECK enum err torrent_set_priorities(struct torrent *t,
	const uint8_t *priority, size_t nfiles);

/* The disk has room again: requests may go out. */
void torrent_stir(struct torrent *t);
/* Memory is tight: write part of an unfinished piece.  False: there is none. */
bool torrent_relieve(struct torrent *t);
void torrent_settle(struct torrent *t);
void torrent_tick(struct torrent *t, uint64_t now);
uint64_t torrent_deadline(struct torrent *t);

/* For the engine's own lists. */
struct heap_node *torrent_heap_node(struct torrent *t);
struct torrent *torrent_of_heap_node(struct heap_node *n);
struct list *torrent_touched_node(struct torrent *t);
struct torrent *torrent_of_touched_node(struct list *n);
struct torrent *torrent_of_gate_node(struct list *n);

const struct infohash *torrent_hash(const struct torrent *t);
struct torrent_id torrent_id(const struct torrent *t);
const struct metainfo *torrent_meta(const struct torrent *t); /* or NULL */
const char *torrent_name(const struct torrent *t);
const char *torrent_dir(const struct torrent *t);
bool torrent_is_paused(const struct torrent *t);
bool torrent_is_faulty(const struct torrent *t);
bool torrent_is_settled(const struct torrent *t); /* read and checked */
bool torrent_is_loading(const struct torrent *t); /* being read, not checked */
bool torrent_is_begun(const struct torrent *t);
bool torrent_is_closing(const struct torrent *t);
/* Has anything changed since the last torrent_row()?  Moving torrents have. */
bool torrent_is_dirty(const struct torrent *t);
void torrent_row(struct torrent *t, struct torrent_row *row);

/* Arrays for the watched torrent, owned by it until the next call. */
void torrent_detail(struct torrent *t, uint32_t what, struct torrent_detail *d);
void torrent_unwatch(struct torrent *t); /* give their memory back */

/* whole: with the peers that its link named, too. */
char *torrent_magnet_link(const struct torrent *t, bool whole);
/* The .torrent, with all trackers and web seeds that are known; appends. */
void torrent_export(const struct torrent *t, struct buf *out);
/* What a session list keeps of it. */
void torrent_describe(const struct torrent *t, struct torrent_start *out);

#endif
