/*
 * dht.h - one node of the mainline DHT (BEP 5, 32, 33, 42, 43, 45; answers
 * 44 and 51 as well).
 *
 * I/O-free and clock-free: the owner hands over datagrams and the time, and
 * the node hands back datagrams and events.  No globals, so a test runs ten
 * thousand nodes in one process on a virtual clock.
 *
 * One struct dht has a table and an id for each address family (BEP 32, 45);
 * a search runs in both and reports as one.
 *
 * The owner's duties:
 *   - call dht_receive() for every datagram that looks like KRPC (its first
 *     byte is 'd');
 *   - call dht_tick() at or after dht_deadline();
 *   - after these and dht_search(), drain dht_next_event().
 *
 * Time is in milliseconds from an arbitrary start and never goes back.
 * Sending is a sink: ops.send may be called from inside any function below
 * and must not call back into the node.  A lost datagram is no error.
 */
#ifndef DHT_DHT_H
#define DHT_DHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "dht/dht_view.h"
#include "dht/node_id.h"

#define DHT_NEVER UINT64_MAX
#define DHT_MAX_SEARCHES 1024u
#define DHT_SEARCHES_AT_ONCE 16u /* others wait in line */
#define DHT_EVENTS_MAX 4096u
#define DHT_STATE_MAX (256u << 10) /* bytes of a saved state that are read */
#define DHT_SAVED_NODES 300u       /* of each family */
#define DHT_EXTERNAL_VOTES 8u      /* nodes of different nets that must agree */
/*
 * An answer to an address that is no contact of ours is no longer than this
 * many times the question, since sources are easily forged.  Measured: 3.2
 * times for nodes, 7.5 for nodes and 50 peers.  To contacts we send 1,024
 * bytes at most, and KRPC_PACKET_MAX with a stored item, which can be 16 times
 * the question.
 */
#define DHT_ANSWER_FACTOR 8u

struct dht;

/* Names one search; 0 is never given out. */
typedef uint64_t dht_search_id;

struct dht_ops {
	void (*send)(void *user, const struct addr *to, struct span packet);
	/* Fill p with n unpredictable bytes; a seeded generator in tests. */
	void (*random)(void *user, void *p, size_t n);
	void *user;
};

struct dht_config {
	bool ipv4, ipv6;
	bool read_only;         /* BEP 43: ask, never answer */
	uint32_t max_hashes;    /* info-hashes stored for others; 0: 2,000 */
	uint32_t max_peers;     /* peers kept for each of them; 0: 500 */
	uint32_t answers_per_s; /* all askers; UINT32_MAX: no limits; 0: 250 */
	const char *version;    /* 4 bytes for "v", or NULL */
};

enum dht_event_kind {
	DHT_PEERS,         /* a search found peers; more may follow */
	DHT_SEARCH_DONE,   /* no more events for this search */
	DHT_EXTERNAL_ADDR, /* enough nodes agree on our public address */
};

struct dht_event {
	enum dht_event_kind kind;
	dht_search_id search;
	struct addr addr;         /* EXTERNAL_ADDR */
	const struct addr *peers; /* PEERS: valid until the next dht_ call */
	size_t npeers;
	/* SEARCH_DONE */
	uint32_t asked;                /* nodes */
	uint32_t found;                /* different peers */
	uint32_t announced_to, stored; /* nodes told, and who acknowledged */
	/* With scrape: the swarm as the nodes near the hash see it. */
	uint32_t swarm_seeds, swarm_peers;
};

/* Copies *cfg and *ops.  Starts silent: add contacts or restore to join. */
struct dht *dht_new(const struct dht_config *cfg, const struct dht_ops *ops,
	uint64_t now);
void dht_free(struct dht *d);

/* Never fails: what is not understood is counted and dropped. */
void dht_receive(struct dht *d, struct span packet, const struct addr *from,
	uint64_t now);
void dht_tick(struct dht *d, uint64_t now);
/* When dht_tick() is next due; DHT_NEVER when nothing is pending. */
uint64_t dht_deadline(const struct dht *d);
bool dht_next_event(struct dht *d, struct dht_event *ev);

/* A bootstrap host: used when the table has too few nodes, never put into it
 * for its own sake. */
void dht_add_router(struct dht *d, const struct addr *a, uint64_t now);
/* Hear of an address worth asking: a PORT message, the user.  It is pinged,
 * and a contact once it answers.  Few are taken from strangers at a time. */
void dht_add_contact(struct dht *d, const struct addr *a, uint64_t now);

struct dht_query {
	uint8_t hash[NODE_ID_LEN];
	uint16_t announce_port; /* 0: only look */
	bool is_seed;           /* announce ourselves as one (BEP 33) */
	bool find_node;         /* only find the nodes near it */
	bool scrape;            /* ask how large the swarm is (BEP 33) */
};
/*
 * Look for peers of a torrent; with announce_port, also tell the nodes
 * closest to it that we are one.  A search waits in line until it has its
 * turn and there is anybody to ask: the first contact after a start is enough.
 * For ever, if nobody answers.
 *   ERR_LIMIT   DHT_MAX_SEARCHES are running or waiting
 */
MUST_CHECK enum err dht_search(struct dht *d, const struct dht_query *q,
	uint64_t now, dht_search_id *id);
/* No event for this search comes after this call. */
void dht_cancel(struct dht *d, dht_search_id id);

/* Ids and good contacts, checksummed, appended to out. */
void dht_save(const struct dht *d, uint64_t now, struct buf *out);
/*
 * Contacts from dht_save() are pinged, a few at a time and the likeliest
 * first; those who answer enter the table.
 *   ERR_SYNTAX, ERR_HASH  nothing was taken over
 */
MUST_CHECK enum err dht_restore(struct dht *d, struct span saved, uint64_t now);

/* After a sleep or a change of network: ping anew, blame nobody.  A tick that
 * comes half a minute late does the same. */
void dht_wake_up(struct dht *d, uint64_t now);
void dht_refresh(struct dht *d, uint64_t now); /* all buckets */

void dht_view(const struct dht *d, uint64_t now, struct dht_view *out);
/* Contacts of one bucket; returns how many. */
size_t dht_view_bucket(const struct dht *d, enum addr_family family,
	unsigned bucket, uint64_t now, struct dht_view_node *out, size_t max);
/* Good contacts, both families. */
uint32_t dht_good_nodes(const struct dht *d, uint64_t now);

#endif
