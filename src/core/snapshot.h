/*
 * snapshot.h - what the outside may know about the engine.
 *
 * The engine's readers (src/ui, src/cli) never hold a pointer into it.  They
 * read a snapshot: plain values, brought up to date in place by
 * engine_refresh() and valid until the next call of it.  What must survive a
 * refresh (the selected row, an open dialog) is remembered by id.
 *
 * Changing something is the other direction: see command.h.
 *
 * Rows are written only when their torrent changed, so idle torrents cost
 * nothing.  Details that are costly or rarely looked at (peers, files, pieces,
 * trackers) are filled for one torrent at a time: see engine_watch().
 *
 * All text has been cleaned for the screen.  Loop thread only.
 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bitfield.h"
#include "base/err.h"
#include "dht/dht_view.h"

struct engine;

/* Unique for the life of the process; {0, 0} is no torrent. */
struct torrent_id {
	uint32_t slot;
	uint32_t generation;
};

static inline bool torrent_id_equal(struct torrent_id a, struct torrent_id b)
{
	return a.slot == b.slot && a.generation == b.generation;
}

enum torrent_state {
	TORRENT_PAUSED,
	TORRENT_QUEUED,
	TORRENT_LOADING,  /* known from the session; its files are not read */
	TORRENT_FETCHING, /* a magnet link without its metadata */
	TORRENT_CHECKING,
	TORRENT_LEECHING,
	TORRENT_SEEDING,
	TORRENT_FAULTY, /* stopped by row.fault until the user acts */
};

/* Why a torrent moves or does not, with up to four numbers; the UI words it. */
enum why_kind {
	WHY_NONE,
	WHY_DOWNLOADING,    /* a: peers sending, b: connected peers */
	WHY_NO_PEERS_KNOWN, /* nobody to ask */
	WHY_CONNECTING,     /* a: being dialled, b: known */
	WHY_NONE_ANSWERS,   /* a: dialled in vain, b: known */
	WHY_ALL_CHOKE,      /* a: peers that have what we want, all choking */
	WHY_NOBODY_HAS,     /* a: pieces missing that no peer has */
	WHY_LIMITED,        /* our own rate limit holds it; a: limit bytes/s */
	WHY_DISK_BUSY,      /* a: bytes waiting for the disk */
	WHY_SLOW_PEERS,     /* a: snubbing peers, b: peers sending */
	WHY_TRACKER_DOWN,   /* no peers, and no tracker answers; a: trackers */
	WHY_SEEDING,        /* a: peers receiving, b: connected */
	WHY_SEED_IDLE,      /* a: connected peers, none asks */
	WHY_METADATA, /* a: parts received, b: parts (0 unknown), c: peers */
	WHY_CHECKING, /* a: pieces done, b: pieces, c: bad so far, d: B/s */
	WHY_PAUSED,
	WHY_CHOOSE, /* paused until CMD_START or CMD_RESUME */
	WHY_QUEUED, /* a: place in the queue, b: how many may be active */
	WHY_LOADING,
	WHY_FAULT, /* see fault */
	WHY_FINISHED,
};

struct why {
	enum why_kind kind;
	uint64_t a, b, c, d;
	uint32_t next_announce_s; /* UINT32_MAX: none planned */
};

struct torrent_row {
	struct torrent_id id;
	uint8_t wire_hash[20];
	char hash_hex[65];
	enum torrent_state state;
	uint64_t changed;    /* snapshot.seq of its last change */
	const char *name;    /* lives as long as the torrent */
	const char *label;   /* NULL: none */
	const char *dir;     /* download folder */
	const char *tracker; /* host of the last good tracker; NULL: none */
	uint64_t size_bytes; /* wanted files only; 0 while unknown */
	uint64_t have_bytes; /* verified, of size_bytes */
	uint64_t up_bytes;   /* since it was added */
	uint64_t down_bytes;
	uint32_t up_bps, down_bps; /* payload, bytes per second */
	uint32_t eta_s;            /* UINT32_MAX: never, or unknown */
	uint32_t peers, seeds;     /* connected */
	uint32_t known;            /* addresses in the peer book */
	uint32_t swarm_peers,
		swarm_seeds;  /* by scrape or announce; 0: unknown */
	uint32_t avail_milli; /* copies in the swarm, thousandths; UINT32_MAX: ?
	                       */
	uint32_t npieces, piece_length;
	uint32_t pieces_have;
	uint32_t check_done; /* CHECKING: pieces hashed so far */
	int64_t added_s;     /* Unix time */
	int64_t completed_s; /* 0: not yet */
	bool is_private;
	bool is_sequential;
	bool has_metadata;
	bool is_complete; /* all wanted pieces verified */
	bool checking;    /* a re-check runs (state says CHECKING as well) */
	bool waits_for_choice; /* its files are known; see CMD_START */
	uint64_t down_limit_bps, up_limit_bps;    /* its own; 0: none */
	uint32_t ratio_goal_milli, time_goal_min; /* it stops then; 0: none */
	uint64_t seeded_s;
	uint32_t place; /* in the queue, from 1; 0: it does not queue */
	bool is_forced;
	bool is_moving; /* its files, to another folder */
	/* The search in the DHT, running or the last one. */
	bool dht_running;
	uint32_t dht_asked, dht_found; /* nodes; peers */
	struct why why;
	struct fault fault;
};

struct engine_totals {
	uint32_t up_bps, down_bps;               /* payload */
	uint32_t up_limit_bps, down_limit_bps;   /* 0: none */
	uint64_t up_bytes, down_bytes;           /* payload, this session */
	uint64_t life_up_bytes, life_down_bytes; /* of all sessions */
	uint64_t wasted_bytes;                   /* duplicates and bad pieces */
	uint64_t protocol_errors;
	uint32_t peers, half_open;
	bool has_dht;
	uint32_t dht_nodes;
	uint64_t dirty_bytes; /* waiting for the disk */
	uint64_t pool_bytes;  /* block buffers in use */
	uint64_t free_bytes;  /* free disk of the default folder; 0 unknown */
	uint16_t port;        /* listening; 0: not */
	bool reachable;       /* an incoming connection was seen lately */
	uint32_t nstate[TORRENT_FAULTY + 1]; /* torrents in each state */
	uint32_t nactive; /* leeching torrents with down_bps > 0 */
	uint32_t nuploading;
};

struct snapshot {
	uint64_t seq;    /* grows with every refresh that changed something */
	uint64_t now_ms; /* the engine's clock */
	int64_t wall_s;
	struct engine_totals totals;
	const struct torrent_row *rows; /* sorted by id */
	size_t nrows;
	const char *default_dir;
	bool list_loading; /* those of the last session are not known yet */
};

/* Bring the snapshot up to date; pointers from before are gone. */
const struct snapshot *engine_refresh(struct engine *e);

/* NULL when the torrent is no more.  O(log nrows). */
const struct torrent_row *snapshot_find(const struct snapshot *s,
	struct torrent_id id);

/* --- details of one torrent ------------------------------------------- */

enum watch_what {
	WATCH_PEERS = 1,
	WATCH_PIECES = 2,
	WATCH_FILES = 4,
	WATCH_TRACKERS = 8,
};

enum peer_source {
	SOURCE_TRACKER = 1, /* bits: a peer may come from several */
	SOURCE_DHT = 2,
	SOURCE_PEX = 4,
	SOURCE_LSD = 8,
	SOURCE_USER = 16, /* --peer, x.pe, typed */
	SOURCE_INCOMING = 32,
	SOURCE_RESUME = 64,
};

struct peer_row {
	uint64_t id; /* of the connection, unique in the process */
	struct addr addr;
	char client[64]; /* "" until known */
	uint32_t down_bps, up_bps;
	uint64_t down_bytes, up_bytes;
	uint32_t pieces_have; /* of npieces */
	bool is_seed;
	bool is_incoming;
	bool connecting; /* not yet shaken hands */
	bool we_choke, we_want;
	bool they_choke, they_want;
	bool snubbed;
	bool optimistic;
	uint32_t asked;  /* our requests on their way */
	uint32_t wants;  /* their requests we have not served yet */
	uint32_t rtt_ms; /* request to block, smoothed; 0: unknown */
	uint8_t sources; /* enum peer_source bits */
	uint32_t connected_s;
	uint32_t idle_s; /* since the last payload either way */
};

/* A piece under way.  Blocks beyond `blocks` do not exist. */
#define FLIGHT_MAP_BYTES 64 /* 512 cells: larger pieces are scaled down */
struct piece_flight {
	uint32_t piece;
	uint32_t blocks;   /* of the piece */
	uint32_t received; /* blocks in memory or on disk */
	uint32_t asked;    /* blocks requested and not received */
	uint32_t cells;    /* entries of the two maps: min(blocks, 512) */
	bool checking;     /* all here: being hashed and written */
	uint8_t got_map[FLIGHT_MAP_BYTES];   /* bit set: all blocks of a cell in
	                                      */
	uint8_t asked_map[FLIGHT_MAP_BYTES]; /* bit set: one is requested */
};

struct piece_done {
	uint32_t piece;
	uint64_t at_ms; /* on the engine's clock */
	bool bad;       /* it failed its hash */
};
#define PIECES_DONE_MAX 64

struct file_row {
	const char *path; /* cleaned for screens, '/' between elements */
	uint64_t size;
	uint64_t have;
	uint32_t first_piece, end_piece;
	uint8_t priority; /* 0: skipped, 1 low, 4 normal, 7 high */
	bool is_pad;
};

enum tracker_status {
	TRACKER_IDLE, /* never asked yet */
	TRACKER_ASKING,
	TRACKER_OK,
	TRACKER_FAILED,
	TRACKER_DISABLED,
};

struct tracker_row {
	const char *url; /* cleaned */
	uint32_t tier;
	enum tracker_status status;
	char text[200];                      /* last failure or warning; "" */
	uint32_t seeds, leeches, downloaded; /* UINT32_MAX: unknown */
	uint32_t last_peers;                 /* of the last answer */
	uint32_t next_announce_s; /* from now; UINT32_MAX: not planned */
	uint32_t last_announce_s; /* ago; UINT32_MAX: never */
	uint32_t fails;           /* in a row */
	bool is_current;
};

/* What the DHT knows of a torrent of ours. */
struct dht_announce_row {
	struct torrent_id torrent;
	bool is_running;
	uint32_t asked; /* nodes, by the search running or the last one */
	uint32_t found; /* peers */
	uint32_t told, stored; /* nodes told of us, and who acknowledged */
	uint32_t next_s;       /* UINT32_MAX: not planned */
	uint32_t last_s;       /* ago; UINT32_MAX: never */
	uint32_t swarm_seeds, swarm_peers; /* BEP 33; 0: unknown */
};

struct torrent_detail {
	struct torrent_id id; /* {0, 0}: nothing watched, or it is gone */
	uint32_t what;        /* which parts below are filled */

	const struct peer_row *peers; /* connected and connecting */
	size_t npeers;

	uint32_t npieces;
	const struct bitfield *have;     /* verified and written */
	const struct bitfield *wanted;   /* of selected files */
	const struct bitfield *checking; /* under a re-check: not yet hashed */
	const uint16_t *avail; /* per piece: connected peers that have it */
	const struct piece_flight *flights;
	size_t nflights;
	const struct piece_done
		*done; /* newest last, at most PIECES_DONE_MAX */
	size_t ndone;

	const struct file_row *files;
	size_t nfiles;
	const struct tracker_row *trackers;
	size_t ntrackers;
};

/*
 * Ask for details of one torrent from the next refresh on; what == 0 ends it.
 * One torrent at a time.
 */
void engine_watch(struct engine *e, struct torrent_id id, uint32_t what);
/* As of the last refresh; valid until the next. */
const struct torrent_detail *engine_detail(const struct engine *e);

/* Free space of the file system of this folder, or of the nearest that exists
 * above it; as last seen, 0: not known (yet). */
uint64_t engine_free_bytes(struct engine *e, const char *dir);

/* --- the DHT ------------------------------------------------------------- */

/* Messages per second of late, in thousandths. */
struct dht_rates {
	uint32_t out, answered, in, refused;
	uint32_t lost; /* of those sent, in thousandths */
};

#define DHT_ANNOUNCE_ROWS 64u
#define DHT_BUCKET_NODES 128u

struct dht_detail {
	bool on;        /* the setting; the rest is empty when it is off */
	bool resolving; /* bootstrap names are being looked up */
	struct dht_view view;
	struct dht_rates rates[KRPC_METHODS];
	uint32_t in_bps, out_bps; /* bytes per second */
	struct dht_announce_row
		announces[DHT_ANNOUNCE_ROWS]; /* soonest first */
	size_t nannounces;
	size_t nwants; /* torrents that are announced, shown or not */
	/* Of the bucket that is watched. */
	struct dht_view_node nodes[DHT_BUCKET_NODES];
	size_t nnodes;
};

/*
 * Whoever shows the DHT asks for its detail: *out is filled from what is known
 * now.  It costs some microseconds; once a second is plenty.  family and
 * bucket choose whose contacts are listed (ADDR_NONE: nobody's).
 */
void engine_dht(struct engine *e, enum addr_family family, unsigned bucket,
	struct dht_detail *out);

/* --- things worth telling ------------------------------------------------ */

enum notice_kind {
	NOTICE_ADDED,
	NOTICE_METADATA, /* a magnet knows its files now */
	NOTICE_COMPLETE,
	NOTICE_FAULT,
	NOTICE_REMOVED,
	NOTICE_CHECKED, /* a re-check ended; text: "all 120 pieces good" */
	NOTICE_BANNED,  /* a peer that lied; text names it and why */
	NOTICE_WARNING,
	NOTICE_INFO,
};

struct notice {
	uint64_t seq; /* counts from 1 */
	uint64_t at_ms;
	int64_t wall_s;
	enum notice_kind kind;
	struct torrent_id torrent; /* {0, 0}: not about one */
	uint32_t fetch; /* the end of a URL: the number of its CMD_ADD */
	char text[200]; /* printable */
};
#define NOTICES_KEPT 512

/*
 * The oldest kept notice with a seq greater than `after`; NULL when there is
 * none.  Valid until the next engine call.
 */
const struct notice *engine_notice_after(const struct engine *e,
	uint64_t after);

#endif
