/*
 * dht_link.h - the engine's DHT node: which torrents it announces and when,
 * how it joins the network, what is kept of it, what is seen of it.
 *
 * The node itself is src/dht, pure.  This module gives it the host's datagrams
 * and clock, its bootstrap hosts and its state file, and turns the wishes of
 * torrents into searches: a torrent that seeks peers joins with a struct
 * dht_want it embeds.  Private torrents never do (BEP 27); that is the
 * torrent's duty.  Pure behind core/host.h.  Loop thread only.
 */
#ifndef CORE_DHT_LINK_H
#define CORE_DHT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/heap.h"
#include "core/host.h"
#include "core/snapshot.h"
#include "dht/dht.h"

#define DHT_ANNOUNCE_MS 900000u /* and up to a tenth more */
#define DHT_HUNGRY_MS 15000u    /* nobody found: the first repetition */
#define DHT_LONELY_MS 5000u     /* there was no node to ask */
#define DHT_SAVE_MS 300000u     /* the state file */

struct dht_link;

/* A torrent's wish, embedded in it.  Zeroed is no wish. */
struct dht_want {
	struct heap_node heap; /* by when it is to be searched for */
	struct torrent_id torrent;
	uint8_t hash[NODE_ID_LEN];
	bool is_seed;
	/* Whether nobody else is needed for now: somebody is connected who has
	 * what it lacks, or, of a seed, anybody. */
	bool (*is_served)(void *user);
	void (*found)(void *user, const struct addr *a, size_t n);
	/* The row it is shown in changed. */
	void (*changed)(void *user);
	void *user;
	struct dht_announce_row row; /* next_s is filled in when it is read */
	uint64_t search;             /* under way; 0: none */
	uint64_t ended_ms;           /* the last one; 0: none yet */
	uint32_t empty_rounds;       /* in a row without a peer */
	bool joined;
};

struct dht_link_config {
	/* "HOST:PORT" each, borrowed until dht_link_free(); n == 0: none. */
	const char *const *routers;
	size_t nrouters;
	bool keep_state; /* read and write the state file */
	/* Our address as many nodes see it. */
	void (*external)(void *user, const struct addr *a);
	/* dht_link_tick() is wanted at once. */
	void (*wanted)(void *user);
	void *user;
};

struct dht_link *dht_link_new(struct host *h,
	const struct dht_link_config *cfg);
void dht_link_free(struct dht_link *l);

/* Reads the state, resolves the routers, joins. */
void dht_link_switch(struct dht_link *l, bool on);
bool dht_link_is_on(const struct dht_link *l);

/* w->torrent to w->user are filled in.  It is searched for soon. */
void dht_link_join(struct dht_link *l, struct dht_want *w);
void dht_link_leave(struct dht_link *l, struct dht_want *w);
/* is_seed changed, or the user wants an answer now. */
void dht_link_update(struct dht_link *l, struct dht_want *w, bool now);

/* True when the datagram was the DHT's. */
bool dht_link_receive(struct dht_link *l, struct span bytes,
	const struct addr *from);
/* A peer told us its DHT port (BEP 5, PORT). */
void dht_link_add_node(struct dht_link *l, const struct addr *a);
/* The user names a host: resolved, then asked.  ERR_SYNTAX, ERR_STATE: off. */
MUST_CHECK enum err dht_link_add_host(struct dht_link *l, const char *text,
	struct fault *fault);
void dht_link_refresh(struct dht_link *l);
/* A search without a torrent, to look at.  ERR_SYNTAX, ERR_STATE, ERR_LIMIT. */
MUST_CHECK enum err dht_link_lookup(struct dht_link *l, const char *hash_hex,
	struct fault *fault);

void dht_link_tick(struct dht_link *l, uint64_t now);
uint64_t dht_link_deadline(const struct dht_link *l);

void dht_link_save(struct dht_link *l); /* the state file, if it is on */
/* The end: save, and off.  It may be freed once it is not busy any more, of
 * which it tells by wanted(). */
void dht_link_close(struct dht_link *l);
bool dht_link_is_busy(const struct dht_link *l);

/* Nodes for the header; enough and cheap enough for each refresh. */
uint32_t dht_link_nodes(const struct dht_link *l);
/* Fills *out from what is known now. */
void dht_link_detail(struct dht_link *l, enum addr_family family,
	unsigned bucket, struct dht_detail *out);

#endif
