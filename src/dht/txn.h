/*
 * txn.h - queries of ours that wait for an answer.  Pure.
 *
 * An answer counts only when its transaction id (4 unpredictable bytes), the
 * address it came from and, where we know whom we ask, its node id all match.
 *
 * Two time-outs.  The short one only says that the answer is late, so that a
 * lookup asks somebody else meanwhile; the long one gives the query up.  An
 * answer between the two still counts.  The short one is one and a half times
 * what nine of ten of the last 512 answers took, late ones included, between
 * TXN_SHORT_MIN_MS and TXN_SHORT_MAX_MS; a second until there are 16 answers.
 *
 * Adding, finding and timing out cost the same with one query under way and
 * with TXN_MAX.  Nothing is allocated any more once as many queries have been
 * under way as ever will be.
 */
#ifndef DHT_TXN_H
#define DHT_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "dht/krpc.h"
#include "dht/node_id.h"

#define TXN_ID_LEN 4u
#define TXN_MAX 1024u /* at the same time; then no new query is made */
#define TXN_SHORT_MIN_MS 250u
#define TXN_SHORT_MAX_MS 2000u
#define TXN_LONG_MS 8000u
#define TXN_RTT_CELLS 56u /* of 10 ms; the last holds all that is above */

struct txns;

struct txn {
	uint8_t id[TXN_ID_LEN];
	enum krpc_method method;
	struct addr to;
	bool knows_node; /* node is whom we mean to ask */
	struct node_id node;
	uint64_t owner; /* number of the lookup; 0: upkeep */
	uint64_t sent_ms;
	bool is_late; /* the short time-out has passed */
};

struct txns *txns_new(const uint8_t map_key[16]);
void txns_free(struct txns *x);

size_t txns_count(const struct txns *x);
bool txns_has_room(const struct txns *x);
/* Whether a query to this address is under way. */
bool txns_is_asking(const struct txns *x, const struct addr *a);

/* txns_has_room() is true.  *t is copied; t->id is unpredictable bytes, drawn
 * by the caller, and drawn again when this says that they are taken. */
bool txns_add(struct txns *x, const struct txn *t);
/* Take out whose answer this is.  has_id: the answer names a node; false, and
 * the query goes on waiting, when it is not the node that was meant. */
bool txns_take(struct txns *x, struct span tid, const struct addr *from,
	bool has_id, const struct node_id *id, uint64_t now, struct txn *out);
/* Of a lookup that ended: answers are still noted, for the table. */
void txns_disown(struct txns *x, uint64_t owner);

enum txn_due {
	TXN_NOTHING,
	TXN_LATE,   /* short time-out: once for each query, before it fails */
	TXN_FAILED, /* long one: it is out of the list */
};
/* What is due at `now`, one at a time, until there is nothing. */
enum txn_due txns_next_due(struct txns *x, uint64_t now, struct txn *out);
/* UINT64_MAX when no query is under way. */
uint64_t txns_deadline(const struct txns *x);

/* The short time-out in force, ms. */
uint32_t txns_short_ms(const struct txns *x);

struct txn_rtts {
	uint32_t median_ms, p95_ms;    /* 0: not measured yet */
	uint32_t loss_milli;           /* of the last 256 that came to an end */
	uint32_t samples;              /* answers that the times are from */
	uint16_t cells[TXN_RTT_CELLS]; /* of the last 512 answers */
};
void txns_rtts(const struct txns *x, struct txn_rtts *out);

#endif
