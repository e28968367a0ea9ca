/*
 * sim_swarm.h - a world with one torrent, a tracker and peers that are whole
 * engines.
 *
 *	struct sim_world *w = sim_world_new(seed, &(struct sim_plan){0});
 *	struct sim_peer *seed = sim_peer_new(w, &lan, SIM_SEED);
 *	struct sim_peer *leech = sim_peer_new(w, &lan, 0);
 *	sim_world_start(w);
 *	sim_world_complete(w, 60000);
 *	sim_world_free(w);
 *
 * sim_world_free() closes every engine in the usual way, checks what it left
 * on its disk, and frees all.
 */
#ifndef SIM_SWARM_H
#define SIM_SWARM_H

#include "core/command.h"
#include "core/engine.h"
#include "core/storage/layout.h"
#include "sim_host.h"

#define SIM_SEED 1000u /* permille of the pieces a peer begins with */
#define SIM_DIR "/down"
#define SIM_CLOSE_MS 60000u

/* Zeroes mean: 1 MiB, 16 KiB pieces, 3 files, the world's own tracker. */
struct sim_plan {
	uint64_t bytes;
	uint32_t piece_length;
	uint32_t nfiles;
	bool no_tracker;
	bool is_private;
	bool udp_tracker;
	const char *const *tiers; /* instead: URLs, a tier each; NULL ends */
};

struct sim_torrent {
	struct buf file; /* the .torrent */
	struct metainfo *meta;
	struct layout layout;
	uint8_t *data; /* meta->total bytes */
	uint8_t hash[20];
};

/* One run of an engine. */
struct sim_run {
	struct sim_host *host;
	struct engine *engine;
	struct settings *settings;
	struct sim_peer *peer; /* NULL: it was killed, nobody looks any more */
	struct sim_world *world;
};

struct sim_peer {
	struct sim_world *world;
	struct sim_machine machine;
	struct sim_run *run; /* NULL: not running */
	struct torrent_id id;
	struct bitfield began; /* pieces on its disk at first */
	uint32_t boots;
	bool keep_session; /* and add the torrent only once */
	bool was_added;
	bool may_forget; /* its list may not have been saved: add it again */
	bool by_magnet;
	bool choosing;      /* its files, before it begins */
	bool trusting;      /* skip_check at the first start */
	const char *select; /* wanted files */
	/* "name value" lines for settings, set before it starts. */
	const char *settings;
};

struct sim_world {
	struct sim *sim;
	struct sim_net *net;
	struct sim_web *web;
	struct sim_tracker *tracker;
	struct sim_torrent torrent;
	struct sim_peer **peers;
	size_t npeers, cap;
	size_t ghosts; /* killed runs that are still being cleared up */
};

extern const struct sim_link sim_lan;  /* 1 ms, no limit */
extern const struct sim_link sim_home; /* 15 ms, 4 MB/s down, 1 MB/s up */

struct sim_world *sim_world_new(uint64_t seed, const struct sim_plan *plan);
void sim_world_free(struct sim_world *w);
void sim_world_start(struct sim_world *w); /* all peers not yet running */
/* Fails the test unless every running peer is complete in time and has the
 * right bytes.  Returns how long it took, ms. */
uint64_t sim_world_complete(struct sim_world *w, uint64_t max_ms);
/* No peer believes a byte that is wrong. */
void sim_world_check(struct sim_world *w);

/* A machine with a random `permille` of the pieces on its disk. */
struct sim_peer *sim_peer_new(struct sim_world *w, const struct sim_link *link,
	uint32_t permille);
/* Write piece i, right, to its disk; before it starts. */
void sim_peer_give(struct sim_peer *p, uint32_t piece);
void sim_peer_start(struct sim_peer *p);
/* Close as a user would; runs the world until that is done. */
void sim_peer_stop(struct sim_peer *p);
void sim_peer_close(struct sim_peer *p); /* the same without looking first */
void sim_peer_kill(struct sim_peer *p);
/* Kill, and lose what was not flushed; another kernel boots after it. */
void sim_peer_power_cut(struct sim_peer *p, uint32_t lucky_permille);

struct addr sim_peer_addr(const struct sim_peer *p); /* with its port */
const struct torrent_row *sim_peer_row(struct sim_peer *p);
bool sim_peer_is_complete(struct sim_peer *p);
/* Pieces it says it has; valid until the next call into its engine. */
const struct torrent_detail *sim_peer_detail(struct sim_peer *p);
uint32_t sim_peer_have(struct sim_peer *p);
struct engine_totals sim_peer_totals(struct sim_peer *p);
size_t sim_peer_notices(struct sim_peer *p, enum notice_kind kind);
void sim_peer_command(struct sim_peer *p, enum command_kind kind,
	uint64_t value);
void sim_peer_connect(struct sim_peer *p, const struct addr *to);
/* Whether piece i on its disk is right. */
bool sim_peer_piece_ok(struct sim_peer *p, uint32_t piece);
void sim_peer_check(struct sim_peer *p);

#endif
