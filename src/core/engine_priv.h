/*
 * engine_priv.h - the inside of the engine, shared by engine*.c.
 *
 * engine.c          the host's side: turns, deadlines, opening and closing
 * engine_command.c  changes from outside
 * engine_session.c  the list of torrents on disk
 * engine_queue.c    whose turn it is
 * engine_undo.c     what was removed
 * engine_snapshot.c what is seen from outside
 */
#ifndef CORE_ENGINE_PRIV_H
#define CORE_ENGINE_PRIV_H

#include "base/map.h"
#include "core/announcer.h"
#include "core/command.h"
#include "core/dht_link.h"
#include "core/engine.h"
#include "core/greeter.h"
#include "core/lsd.h"
#include "core/torrent.h"

#define CHECKS_AT_ONCE 4u
#define SESSION_SAVE_MS 500u
#define SESSION_RETRY_MS 15000u /* after a failure */
#define SESSION_MAX (64u << 20) /* bytes of the list file */
#define TORRENTS_MAX 100000u
#define REACHABLE_MS 1800000u
#define TURNS_AT_ONCE 1024u /* of rate-limited peers, in one wake-up */
#define WAKE_BUDGET 256u    /* deadlines handled in one wake-up */
#define HELD_MS 20u         /* whether peers may be read again */
#define STOP_WAIT_MS 3000u
#define LOADS_AT_ONCE 32u

/* A .torrent on its way from a web address. */
struct fetch {
	struct list link;
	struct engine *e;
	struct http_req *req;
	struct add_source add;      /* its texts are those below */
	char *dir, *select, *label; /* NULL: none */
	char *url;
	uint32_t number;
};

struct engine {
	struct host *host;
	struct engine_config cfg;
	char *download_dir;
	uint64_t settings_seen;

	struct swarm_shared shared;
	struct announce_pool announces;
	struct limiter limit_up, limit_down;
	struct check_gate gate;
	struct torrent_env env;
	struct greeter *greeter;
	struct dht_link *dht;
	struct lsd *lsd;

	struct torrent **slots; /* by id.slot - 1 */
	uint32_t *generations;
	uint32_t nslots, ntorrents;
	struct map *by_hash; /* wire hash to torrent */
	struct heap deadlines;
	struct list touched;
	struct list fetches;
	uint32_t nfetches; /* ever */
	uint64_t armed;    /* what the host was asked to wake us at */
	bool in_turn, started;
	bool tight; /* memory is, and who needs it has none to give back */
	uint64_t incoming_ms; /* last incoming connection; 0: never */

	/* The session list. */
	bool list_loading, list_unsaved;
	bool list_lost;       /* there was one that could not be read */
	uint32_t list_saving; /* jobs: closing saves while one may run */
	uint64_t list_save_at;
	uint32_t next_load; /* slots not yet begun, in order */
	uint32_t loading;

	struct list removed; /* what can be taken back */
	size_t nremoved;

	/* The queue. */
	bool queue_stale, queue_limited;
	uint64_t queue_at; /* looked at again, for those that stall */

	uint64_t life_up, life_down; /* payload, of all sessions before */

	/* Closing. */
	bool closing, close_fast, closed_told;
	uint64_t close_by;
	void (*close_done)(void *user);
	void *close_user;

	/* Seen from outside. */
	void (*on_change)(void *user);
	void *on_change_user;
	bool changed; /* in this turn */
	struct snapshot snap;
	struct torrent_row *rows;
	size_t rows_cap;
	bool rows_stale; /* torrents came or went */
	struct torrent_id watched;
	uint32_t watch_what;
	struct torrent_detail detail;
	struct notice notices[NOTICES_KEPT];
	uint64_t notice_seq;
};

struct torrent *engine_find(const struct engine *e, struct torrent_id id);
/* The wake-up that ends this turn is asked for. */
void engine_arm(struct engine *e, uint64_t at);
void engine_notice(struct engine *e, struct torrent_id id,
	enum notice_kind kind, const char *text);
/* The last notice says what became of that URL. */
void engine_mark_notice(struct engine *e, uint32_t fetch);
/* A new torrent in a free slot; not begun. */
struct torrent *engine_insert(struct engine *e, const struct torrent_start *s);
/* Trackers, peers and web seeds of a link. */
void engine_add_link_parts(struct torrent *t, const struct magnet *m);
void engine_list_changed(struct engine *e);
void engine_apply_settings(struct engine *e);

/* The second half of engine_close(), when the list has been read. */
void engine_close_torrents(struct engine *e);
void engine_session_load(struct engine *e);
void engine_session_save(struct engine *e);
/* Begin torrents of the list, a few at a time. */
void engine_session_continue(struct engine *e);
/* The torrent is about to be closed: it can be taken back for a while. */
void engine_undo_keep(struct engine *e, const struct torrent *t);
MUST_CHECK enum err engine_undo(struct engine *e, struct fault *fault);
void engine_undo_closed(struct engine *e, const uint8_t wire[20]);
/* It was added by itself: its state files are in use again. */
void engine_undo_added(struct engine *e, const uint8_t wire[20]);
void engine_undo_tick(struct engine *e, uint64_t now);
uint64_t engine_undo_deadline(const struct engine *e);
void engine_undo_end(struct engine *e);

/* Lets as many torrents go on as may, in the order of the queue. */
void engine_queue_settle(struct engine *e, uint64_t now);
void engine_queue_touched(struct engine *e, uint64_t now);
uint64_t engine_queue_deadline(const struct engine *e, uint64_t now);
void engine_queue_move(struct engine *e, struct torrent *t,
	enum queue_move move);
/* The place of a new torrent: the end. */
uint64_t engine_queue_end(const struct engine *e);
/* Its place in a row, from 1; 0: it does not queue. */
uint32_t engine_queue_place(const struct engine *e, const struct torrent *t);
void engine_fetch_cancel(struct engine *e);

#endif
