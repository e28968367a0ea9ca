/*
 * swarm.h - one torrent's connections: whom to dial, whom to drop, who may
 * download, and the exchange of blocks and metadata with them.
 *
 * I/O-free: streams, time and randomness come from core/host.h.  The swarm
 * belongs to a torrent, which tells it what the torrent consists of
 * (swarm_set_content) and hears of complete pieces through swarm_owner.
 *
 * Peers are named by a slot (small, reused) and an id (never reused): what
 * must survive an asynchronous gap keeps both.  A connection that ends while
 * its own code is on the stack is only doomed; swarm_settle() frees it.
 */
#ifndef CORE_SWARM_SWARM_H
#define CORE_SWARM_SWARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bitfield.h"
#include "base/list.h"
#include "base/rng.h"
#include "core/host.h"
#include "core/limiter.h"
#include "core/rate.h"
#include "core/snapshot.h"
#include "core/swarm/piece_picker.h"
#include "proto/infohash.h"
#include "proto/peer_wire.h"

#define SWARM_TICK_MS 1000u
#define SWARM_HANDSHAKE_MS 10000u
#define SWARM_CONNECT_MS 15000u
#define SWARM_KEEPALIVE_MS 100000u
#define SWARM_SILENT_MS 150000u
#define SWARM_USELESS_MS 600000u /* mutual lack of interest */
#define SWARM_REQQ 500u          /* requests we let a peer have open */
#define SWARM_UNASKED_MAX (1u << 20)
#define SWARM_DIALS_PER_S 30u  /* of all torrents: lists of peers may lie */
#define SWARM_ASKED_TO_POOL 4u /* open requests, in sizes of the pool */

struct block_pool;
struct blame;
struct layout;
struct peer_book;
struct piece_buffer;
struct store;
struct swarm;

/* What all swarms of an engine share.  Owned by the engine. */
struct swarm_shared {
	struct host *host;
	struct block_pool *pool;
	struct rng rng;
	uint8_t map_key[16];
	const char *client;       /* "bttui 0.1.0" */
	struct addr self4, self6; /* our address as told by others */
	/* Peers of public torrents are told that we have a DHT node, and tell
	 * of theirs. */
	bool dht_on;
	void (*dht_node)(void *user, const struct addr *a);
	void *dht_user;
	uint32_t npeers, max_peers;
	uint32_t nhalf_open, max_half_open;
	uint32_t ndials; /* in the second since dials_since_ms */
	uint64_t dials_since_ms;
	uint32_t max_peers_torrent;
	uint32_t upload_slots;
	bool pex_on;          /* public torrents exchange peers with theirs */
	uint64_t asked_bytes; /* open requests of all peers */
	uint64_t next_peer_id;
	uint64_t wasted_bytes;
	uint64_t protocol_errors;
	struct rate up, down; /* payload */
	/* Connections waiting for rate tokens, in turn. */
	struct list thirsty_up, thirsty_down;
	struct list held; /* connections not read: memory is full */
};

/* What a swarm tells its owner; called during engine turns. */
struct swarm_owner {
	/* All blocks of a piece are in the piece buffer. */
	void (*piece_full)(void *user, uint32_t piece);
	/* The info dictionary arrived and matches the hash; borrowed. */
	void (*metadata)(void *user, struct span info);
	/* Whether new blocks may be asked for now (disk and memory). */
	bool (*may_ask)(void *user);
	/* Something the rows show changed. */
	void (*changed)(void *user);
	/* swarm_settle() is wanted once the present callbacks are over. */
	void (*unsettled)(void *user);
	/* A peer was banned. */
	void (*banned)(void *user, const struct addr *a, const char *why);
};

struct swarm_config {
	struct swarm_shared *shared;
	const struct infohash *hash;           /* borrowed */
	const uint8_t *peer_id;                /* 20 bytes, borrowed */
	struct limiter *limit_up, *limit_down; /* the torrent's */
	const struct swarm_owner *owner;
	void *user;
};

/* What the torrent consists of; all borrowed until set again. */
struct swarm_content {
	const struct layout *layout; /* NULL: no metadata yet */
	const struct bitfield *have; /* verified and written */
	struct picker *picker;       /* NULL while nothing is wanted */
	struct piece_buffer *pieces;
	struct store *store;
	struct span info; /* offered to others; empty: not */
	bool is_private;
};

struct swarm *swarm_new(const struct swarm_config *cfg);
/* All connections end; jobs that still run find no peer. */
void swarm_free(struct swarm *sw);

/* Metadata became known, or the set of wanted pieces changed. */
void swarm_set_content(struct swarm *sw, const struct swarm_content *c);
/* Active: dials and accepts.  Inactive: all connections end. */
void swarm_set_active(struct swarm *sw, bool on);

/* True when it is new. */
bool swarm_add_addr(struct swarm *sw, const struct addr *a, uint8_t source);
/*
 * A stream on which the first 48 bytes of a handshake for this torrent came.
 * Takes both over, or closes and frees them when it is not welcome.
 */
void swarm_accept(struct swarm *sw, struct stream *s, struct wire *w,
	const struct wire_event *hello);

/* A piece passed and is on disk: told to all.  Or it failed. */
void swarm_piece_passed(struct swarm *sw, uint32_t piece);
void swarm_piece_failed(struct swarm *sw, uint32_t piece);
/* Interest, choking and requests are looked at again in this turn. */
void swarm_stir(struct swarm *sw);

/* The connection of that id ends; false: there is none. */
bool swarm_kick(struct swarm *sw, uint64_t id);
void swarm_ban(struct swarm *sw, const struct addr *a, const char *why);

/* End of a turn: frees what was doomed and sends what became due. */
void swarm_settle(struct swarm *sw);
void swarm_tick(struct swarm *sw, uint64_t now);
uint64_t swarm_deadline(const struct swarm *sw);
/* The first of a thirsty list has its turn; who wants more joins the end. */
void swarm_quench_up(struct list *node);
void swarm_quench_down(struct list *node);

/* The first of those held is read again. */
void swarm_release(struct list *node);

/* Tell those who are connected anew what we have to give: whoever waits for
 * the metadata can have it from us now. */
void swarm_offer(struct swarm *sw);
/* The info dictionary that peers sent, right by its hash; empty: not (yet).
 * Owned by the swarm until its content is set. */
struct span swarm_metadata(const struct swarm *sw);

struct peer_book *swarm_book(struct swarm *sw);
struct blame *swarm_blame(struct swarm *sw);
/* Address of the peer in a slot; ADDR_NONE when it is empty. */
struct addr swarm_slot_addr(const struct swarm *sw, uint32_t slot);

struct swarm_numbers {
	uint32_t peers, seeds; /* shaken hands */
	uint32_t connecting;
	uint32_t known;
	uint32_t sending;   /* peers that gave us a block in the last 5 s */
	uint32_t receiving; /* peers we gave one */
	uint32_t choking;   /* have what we want and choke us */
	uint32_t having;    /* have what we want */
	uint32_t snubbing;
	uint32_t dialled_in_vain;
	uint32_t with_metadata; /* magnet: peers that can send it */
	uint32_t metadata_got, metadata_total; /* parts */
	uint32_t asked;                        /* open requests */
	bool waiting_up, waiting_down;         /* a limit holds someone */
};
void swarm_numbers(const struct swarm *sw, struct swarm_numbers *out);
/* Rows of all connections, at most max; returns how many. */
size_t swarm_rows(const struct swarm *sw, struct peer_row *out, size_t max);
size_t swarm_count(const struct swarm *sw); /* connections, any state */
uint32_t swarm_up_bps(const struct swarm *sw, uint64_t now);
uint32_t swarm_down_bps(const struct swarm *sw, uint64_t now);
uint64_t swarm_take_up_bytes(struct swarm *sw);   /* since the last call */
uint64_t swarm_take_down_bytes(struct swarm *sw); /* likewise */

#endif
