/*
 * dht_view.h - what may be seen of a DHT node: plain values for screens and
 * tests.  Times are in ms on the node's clock, ids and addresses raw.
 */
#ifndef DHT_DHT_VIEW_H
#define DHT_DHT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dht/krpc.h"
#include "dht/node_id.h"
#include "dht/txn.h"

#define DHT_VIEW_BUCKETS 40u
#define DHT_VIEW_LOOKUPS 32u
#define DHT_VIEW_EVENTS 32u
#define DHT_VIEW_HISTORY 60u /* one a minute */

/* One address family. */
struct dht_view_family {
	bool on;
	struct node_id id;
	struct addr external; /* our address as others see it; or ADDR_NONE */
	bool is_verified;     /* the id fits it (BEP 42) */
	uint32_t good, unsure, spare, verified;
	uint32_t nbuckets; /* column = leading bits shared with our id */
	struct {
		uint8_t good, unsure, spare;
		bool refreshing;
	} bucket[DHT_VIEW_BUCKETS];
};

enum dht_lookup_kind {
	DHT_LOOKUP_PEERS,   /* get_peers */
	DHT_LOOKUP_REFRESH, /* of a bucket; bits says which */
	DHT_LOOKUP_SELF,    /* bootstrap: towards our own id */
	DHT_LOOKUP_NODES,   /* find_node asked for by the user */
};

struct dht_view_lookup {
	enum dht_lookup_kind kind;
	enum addr_family family;
	struct node_id target;
	uint32_t bits; /* REFRESH */
	uint32_t asked, open, replied, depth_bits;
	uint32_t peers; /* found so far */
	bool is_done;   /* shown for 3 s more */
};

enum dht_event_note {
	DHT_NOTE_PEERS,     /* hash, addr; n: peers of one reply */
	DHT_NOTE_ANNOUNCED, /* hash; n of m nodes stored it */
	DHT_NOTE_DROPPED,   /* addr; n: queries unanswered */
	DHT_NOTE_SPLIT,     /* n: bits our own bucket has now */
	DHT_NOTE_EXTERNAL,  /* addr; n: votes */
	DHT_NOTE_BANNED,    /* addr: it sent too much */
	DHT_NOTE_JOINED,    /* n: nodes; m: ms since the start */
};
struct dht_view_event {
	enum dht_event_note note;
	uint64_t at_ms;
	struct node_id hash;
	struct addr addr;
	uint32_t n, m;
};

/* Counted since the start. */
struct dht_view_traffic {
	uint64_t out, answered, lost, in, refused;
};

struct dht_view {
	bool on;
	bool read_only;
	bool joined; /* the first lookup towards our own id has ended */
	uint64_t now_ms, started_ms;
	uint64_t joined_ms; /* 0: not yet */
	uint32_t bootstrap_asked, bootstrap_answered;
	struct dht_view_family v4, v6;
	struct dht_view_lookup lookups[DHT_VIEW_LOOKUPS];
	uint32_t nlookups;
	uint32_t searches; /* running, all of them */
	struct dht_view_traffic traffic[KRPC_METHODS];
	uint64_t bytes_in, bytes_out;
	uint64_t bad_packets;
	struct txn_rtts rtts;
	uint32_t stored_hashes, stored_peers, stored_items;
	/* Estimated size of the network; 0: below 8 samples. */
	uint64_t network, network_spread;
	uint32_t network_samples;
	uint64_t history[DHT_VIEW_HISTORY]; /* oldest first; 0: none */
	uint32_t nhistory;
	struct dht_view_event events[DHT_VIEW_EVENTS]; /* newest first */
	uint32_t nevents;
};

/* A contact of one bucket. */
struct dht_view_node {
	struct node_id id;
	struct addr addr;
	uint32_t rtt_ms;    /* 0: unknown */
	uint32_t replied_s; /* ago; UINT32_MAX: never */
	bool is_good, is_verified;
	uint8_t fails;
};

#endif
