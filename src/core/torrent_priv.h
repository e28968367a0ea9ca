/*
 * torrent_priv.h - the inside of a torrent, shared by torrent*.c.
 *
 * torrent.c        life, states, content
 * torrent_choose.c which files
 * torrent_close.c  the end
 * torrent_link.c   what a magnet link says, and the link again
 * torrent_pieces.c blocks to pieces to disk
 * torrent_check.c  hashing what is on disk
 * torrent_resume.c state files
 * torrent_rows.c   what it looks like from outside
 * torrent_move.c   its files to another folder
 * torrent_one.c    a single piece: first, or looked at again
 * torrent_options.c label, limits, goals, place in the queue
 * torrent_discover.c peers from the DHT and the local network
 */
#ifndef CORE_TORRENT_PRIV_H
#define CORE_TORRENT_PRIV_H

#include "core/storage/block_pool.h"
#include "core/storage/disk.h"
#include "core/storage/layout.h"
#include "core/storage/piece_buffer.h"
#include "core/storage/resume.h"
#include "core/torrent.h"

#define CHECK_JOBS 4u
#define RESUME_SAVE_MS 5000u
#define RESUME_SYNC_MS 60000u
#define PARTIAL_MAX 256u
#define STOP_TOLD_MS 3000u /* for trackers, when a torrent is closed */

enum phase {
	PHASE_NEW,
	PHASE_LOADING,  /* reading the .torrent or the resume file */
	PHASE_METADATA, /* a magnet link: peers are asked */
	PHASE_CHOOSING, /* the files are known: the user is asked */
	PHASE_LOOKING,  /* sizes and times of the files */
	PHASE_WAITING,  /* for its turn to check */
	PHASE_CHECKING,
	PHASE_READY,
	PHASE_CLOSING,
};

struct check_job;

struct torrent {
	const struct torrent_env *env;
	struct host *host;
	struct torrent_id id;
	struct heap_node heap;
	struct list touched, gate;
	struct infohash hash;
	char hex[INFOHASH_HEX_MAX];
	uint8_t peer_id[20];
	char *old_name;      /* before the metadata came; a row may show it */
	char *name;          /* printable; the metainfo's once it is known */
	char *dir, *old_dir; /* before a move; a row may show it */
	bool moving;
	char *select; /* as the user gave it, until that is in the resume data
	               */

	enum phase phase;
	struct torrent_options opt;
	bool queued;               /* others have their turn */
	uint64_t seeding_since_ms; /* 0: it does not seed */
	uint64_t moved_ms;         /* payload came, or its turn did */
	bool paused, sequential, skip_check;
	bool by_link;
	bool was_kept; /* the session list had it */
	bool choose;   /* the user shall choose its files first */
	bool chosen; /* the priorities are the user's, not the resume data's */
	bool choice_new; /* and not in the resume data yet */
	bool is_recheck; /* the check was asked for: tell the result */
	bool check_all;  /* until a check of all pieces has ended */
	bool begun;
	bool in_gate; /* counts in gate.active */
	struct fault fault;
	uint32_t holds; /* jobs that will call back */
	bool close_save, close_forget, close_delete, close_fast;
	bool reading_meta; /* the kept .torrent is on its way */
	bool store_closing;
	uint64_t close_by_ms; /* trackers are not waited for after this */

	struct metainfo *meta;
	struct layout layout;
	struct store *store;
	struct bitfield have;   /* verified and written */
	struct bitfield synced; /* of have: on stable storage */
	struct bitfield wanted;
	struct bitfield unchecked; /* under a check: not yet hashed */
	uint8_t *priority;         /* by file */
	bool rethink;              /* a piece is gone, see torrent_rethink() */
	struct bitfield first;     /* pieces to fetch before others */
	struct disk_stat *stat;    /* as of the last look */
	struct picker *picker;
	struct piece_buffer *pieces;
	uint32_t writing; /* pieces being hashed and written */
	struct list puts; /* their jobs */

	struct swarm *swarm;
	bool had_peers; /* since the last call for more */
	struct announcer *announcer;
	struct dht_want dht_want;
	struct lsd_want lsd_want;
	struct limiter up_limit, down_limit;
	struct link_peer **link_peer; /* as its link names them */
	size_t nlink_peers;
	char **webseed; /* likewise */
	size_t nwebseeds;

	/* Checking. */
	uint32_t check_next, check_done, check_bad, check_jobs;
	uint64_t check_bytes, check_since_ms;

	/* Totals. */
	uint64_t up_bytes, down_bytes;
	uint64_t session_up, session_down; /* in this run: for trackers */
	int64_t added_s, completed_s;
	uint64_t hint_size, hint_have; /* from the session list */

	/* Saving. */
	bool unsaved, saving;
	uint64_t save_at_ms, sync_at_ms;

	/* Seen from outside. */
	bool dirty;
	uint64_t eta_bps; /* slow average for the ETA */
	uint64_t eta_at_ms;
	struct piece_done done[PIECES_DONE_MAX];
	size_t ndone;
	struct torrent_views *views; /* arrays of the watched torrent */
};

static inline uint64_t torrent_now(const struct torrent *t)
{
	return t->host->ops->now(t->host);
}

/* torrent.c */
void torrent_touch(struct torrent *t); /* dirty, and settle at turn's end */
void torrent_hold(struct torrent *t);
void torrent_drop(struct torrent *t); /* may end with closed() */
void torrent_fail(struct torrent *t, const struct fault *f);
void torrent_open_store(struct torrent *t); /* if it is not open */
/* The files were looked at or checked: download or seed. */
void torrent_ready(struct torrent *t);
/* Swarm and trackers follow phase, pause and fault. */
void torrent_follow(struct torrent *t);
void torrent_apply_wanted(struct torrent *t);
bool torrent_is_complete(const struct torrent *t);
/* Verified and wanted bytes, pad files left out. */
uint64_t torrent_have_bytes(const struct torrent *t);
uint64_t torrent_wanted_bytes(const struct torrent *t);
/* A piece we had is gone: pick anew, once nothing is being written. */
void torrent_rethink(struct torrent *t);
void torrent_take_metadata(struct torrent *t, struct span info);

/* torrent_options.c */
void torrent_options_settle(struct torrent *t); /* goals, time seeded */
uint64_t torrent_options_deadline(const struct torrent *t);
uint64_t torrent_seeded_ms(const struct torrent *t);

/* torrent_one.c */
/* Of a piece whose file has this priority. */
enum piece_priority torrent_piece_priority(const struct torrent *t,
	uint32_t piece, uint8_t file_priority);

/* torrent_discover.c */
void torrent_discover_init(struct torrent *t);
/* Named in the DHT and the local network, or not any more. */
void torrent_discover_follow(struct torrent *t, bool on);
void torrent_discover_stop(struct torrent *t);
void torrent_discover_now(struct torrent *t); /* look at once */
void torrent_discover_settle(struct torrent *t);

/* torrent_choose.c */
/* The files are known: go on, or wait for the user. */
void torrent_enter(struct torrent *t);
/* There is no resume data: has the user chosen yet?  False: go on. */
bool torrent_wait_for_choice(struct torrent *t);
/* The files wanted are in the resume data. */
void torrent_choice_saved(struct torrent *t);

/* torrent_link.c */
void torrent_resolve_names(struct torrent *t);
void torrent_drop_names(struct torrent *t);

/* torrent_close.c */
void torrent_close_step(struct torrent *t);
/* The kept .torrent of one that is being removed with its data is here, or
 * not: f says why. */
void torrent_close_read(struct torrent *t, const struct fault *f);

/* torrent_pieces.c */
extern const struct swarm_owner torrent_swarm_owner;
void torrent_make_picker(struct torrent *t);
void torrent_drop_picker(struct torrent *t);
void torrent_note_done(struct torrent *t, uint32_t piece, bool bad);
/* A job on the piece ended: submit what is next for it, if it is full. */
void torrent_piece_full_again(struct torrent *t, uint32_t piece);

/* torrent_check.c */
void torrent_check_start(struct torrent *t); /* asks the gate */
void torrent_check_go(struct torrent *t);    /* the gate let it in */
void torrent_check_stop(struct torrent *t);
void torrent_check_next(struct torrent *t);

/* torrent_resume.c */
void torrent_load(struct torrent *t); /* .torrent, then resume */
/* Then look at the files. */
void torrent_load_resume(struct torrent *t);
/* Look at the files anew, then check all that may be there. */
void torrent_check_all(struct torrent *t);
void torrent_save(struct torrent *t);
void torrent_save_meta(struct torrent *t);
void torrent_forget(struct torrent *t); /* remove the state files */
void torrent_unsaved(struct torrent *t);

#endif
