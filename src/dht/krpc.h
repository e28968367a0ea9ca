/*
 * krpc.h - the messages of the DHT: bytes to values and back (BEP 5, 32, 33,
 * 42, 43, 44, 51).  Pure, allocation-free.
 *
 * One struct serves both directions, so that writing what was read gives the
 * same message.  Spans of a parsed message point into the datagram.
 */
#ifndef DHT_KRPC_H
#define DHT_KRPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "dht/node_id.h"

#define KRPC_PACKET_MAX 1400u /* bytes we ever send in one datagram */
#define KRPC_READ_MAX 2048u   /* a longer datagram is none of ours */
#define KRPC_TID_MAX 32u      /* longer transaction ids are not echoed */
#define KRPC_TOKEN_MAX 64u    /* of others; longer ones are not kept */
#define KRPC_VALUES_MAX 100u  /* peers taken from one reply */
#define KRPC_NODES_MAX 16u    /* contacts taken from one list of a reply */
#define KRPC_NODE_V4 26u      /* bytes of a contact */
#define KRPC_NODE_V6 38u
#define KRPC_PORT_MIN 1024u  /* of a contact that a stranger names */
#define KRPC_VALUE_MAX 1000u /* BEP 44: bencoded v */
#define KRPC_SALT_MAX 64u
#define KRPC_BLOOM_LEN 256u /* BEP 33 */
#define KRPC_SAMPLES_MAX 20u

enum krpc_kind {
	KRPC_QUERY,
	KRPC_REPLY,
	KRPC_ERROR,
};

enum krpc_method {
	KRPC_PING,
	KRPC_FIND_NODE,
	KRPC_GET_PEERS,
	KRPC_ANNOUNCE,
	KRPC_GET,    /* BEP 44 */
	KRPC_PUT,    /* BEP 44 */
	KRPC_SAMPLE, /* BEP 51 */
	KRPC_METHODS,
	KRPC_UNKNOWN = KRPC_METHODS, /* a query of a name we do not know */
};

enum krpc_code { /* of errors */
	KRPC_GENERIC = 201,
	KRPC_SERVER = 202,
	KRPC_PROTOCOL = 203,
	KRPC_NO_METHOD = 204,
	KRPC_V_TOO_BIG = 205,
	KRPC_BAD_SIGNATURE = 206,
	KRPC_SALT_TOO_BIG = 207,
	KRPC_CAS_MISMATCH = 301,
	KRPC_OLD_SEQUENCE = 302,
};

/* Absent parts are false, 0 or an empty span. */
struct krpc {
	enum krpc_kind kind;
	enum krpc_method method; /* QUERY; of others unknown to the parser */
	struct span tid;
	struct span version;  /* v: raw bytes of a stranger */
	struct addr external; /* ip: the asker's address; BEP 42 */
	bool read_only;       /* BEP 43 */
	bool has_id;
	struct node_id id;

	/* Queries. */
	bool has_target; /* target or info_hash */
	struct node_id target;
	bool want4, want6; /* neither: not said (BEP 32) */
	bool scrape;       /* GET_PEERS, BEP 33 */
	bool no_seed;      /* GET_PEERS, BEP 33 */
	bool seed;         /* ANNOUNCE, BEP 33 */
	bool implied_port; /* ANNOUNCE: the source's port counts */
	bool has_port;
	uint16_t port; /* ANNOUNCE: 1 to 65535 */

	/* Queries and replies. */
	struct span token;
	struct span v;   /* BEP 44: one bencoded value, as encoded */
	struct span k;   /* 32 bytes: public key */
	struct span sig; /* 64 bytes */
	struct span salt;
	bool has_seq, has_cas;
	int64_t seq, cas;

	/* Replies: whole compact entries. */
	struct span nodes, nodes6;
	struct addr values[KRPC_VALUES_MAX];
	size_t nvalues;
	struct span bloom_seeds, bloom_peers; /* BEP 33, 256 bytes each */
	struct span samples; /* BEP 51: hashes, 20 bytes each */
	bool has_samples;
	uint32_t interval_s, num; /* BEP 51 */

	/* Errors. */
	int64_t code;
	struct span text;
};

/*
 * Values of wrong types count as absent; unknown keys are ignored; bytes after
 * the message are refused.  Strings of a fixed length that have another, and
 * lists of nodes or samples that are no whole number of entries, count as
 * absent, and so do tokens longer than KRPC_TOKEN_MAX.  Peers that cannot be
 * dialled are left out of values.  A value of BEP 44 and its salt may be
 * longer than the limits above; items.h answers that.
 *
 * Of a query with something missing that its method needs, kind, tid and
 * method are set and *complaint names the error to answer with (0: none; the
 * query is good); of one of an unknown method the target is read as well.
 *
 *   ERR_SYNTAX  not a message at all: no y, no t of a byte at least, a reply
 *               without r, an error without e.  No answer.
 *   ERR_LIMIT   longer than KRPC_READ_MAX, or t longer than KRPC_TID_MAX
 */
MUST_CHECK enum err krpc_parse(struct span packet, struct krpc *out,
	enum krpc_code *complaint);

/* Bencoded with keys in order.  w->full afterwards: it did not fit, and what
 * was written is of no use. */
void krpc_write(const struct krpc *m, struct writer *w);

/* The name of a method on the wire; "" for KRPC_UNKNOWN. */
const char *krpc_method_name(enum krpc_method m);

/* A contact as in `nodes` (26 bytes) or `nodes6` (38). */
struct krpc_node {
	struct node_id id;
	struct addr addr;
};
void krpc_write_node(struct writer *w, const struct node_id *id,
	const struct addr *a);
/* Contacts of one list, at most max.  Left out are undialable addresses and
 * ports below KRPC_PORT_MIN: whoever names those wants us to shout at a server
 * of another kind. */
size_t krpc_read_nodes(struct span nodes, enum addr_family family,
	struct krpc_node *out, size_t max);

#endif
