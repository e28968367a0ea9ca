/*
 * peer_wire.h - the peer wire protocol as a byte machine (BEP 3, 6, 10, 52).
 *
 * I/O-free: plain bytes in, events out.  Encryption (mse.h) happens before
 * the bytes get here, transport (stream.h) before that; who may say what, and
 * what to do about it, is decided by core/swarm/peer.c.
 *
 * Receiving is a loop over the bytes of one read:
 *
 *	wire_feed(w, bytes);
 *	while (wire_next(w, &ev) == ERR_OK)
 *		... handle ev ...
 *
 * The bytes are borrowed until wire_next() answers anything but ERR_OK.
 *
 * Bodies of events are spans into the bytes that were fed or, for a message
 * that came in parts, into the one buffer this machine keeps; they are valid
 * until the next wire_ call.  That buffer grows with the bytes that arrive,
 * never with the length a peer claims.  A small one is kept for the next
 * message that straddles two reads, until wire_idle() gives it back; an idle
 * connection costs sizeof(struct wire), less than 200 bytes.
 *
 * Judged here, from the length alone where possible, before the body came:
 * the protocol name, the size of every message, indexes and ranges against
 * the geometry, spare bits of a bitfield, the number of hashes.  Judged by
 * the owner, because it needs to know more than one message: fast messages
 * without the fast bit, a second or late bitfield, blocks nobody asked for,
 * extended ids we never gave out, port 0, whether a range is inside a short
 * piece, and everything about how often.
 */
#ifndef PROTO_PEER_WIRE_H
#define PROTO_PEER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bitfield.h"
#include "base/bytes.h"
#include "base/err.h"

#define WIRE_BLOCK_MAX 16384u       /* longest block sent or accepted, bytes */
#define WIRE_MESSAGE_MAX (1u << 20) /* any other message, e.g. a bitfield */
#define WIRE_HANDSHAKE_LEN 68u
#define WIRE_PIECE_HEADER_LEN 13u
#define WIRE_HASHES_MAX 512u      /* hashes of one layer asked for at once */
#define WIRE_PROOF_LAYERS_MAX 32u /* and the uncle hashes that prove them */
#define WIRE_HASH_HEADER_LEN 48u  /* root, base, index, length, layers */

/* Reserved bits of the handshake (BEP 4), as byte and mask. */
#define WIRE_RESERVED_EXT_BYTE 5 /* BEP 10 */
#define WIRE_RESERVED_EXT_BIT 0x10
#define WIRE_RESERVED_FAST_BYTE 7 /* BEP 6 */
#define WIRE_RESERVED_FAST_BIT 0x04
#define WIRE_RESERVED_DHT_BYTE 7 /* BEP 5 */
#define WIRE_RESERVED_DHT_BIT 0x01
#define WIRE_RESERVED_V2_BYTE 7 /* BEP 52 */
#define WIRE_RESERVED_V2_BIT 0x10

struct wire;

enum wire_kind {
	WIRE_HELLO,   /* first 48 bytes: enough to find the torrent, answer */
	WIRE_PEER_ID, /* the other 20; some peers send them only later */
	WIRE_KEEPALIVE,
	WIRE_CHOKE,
	WIRE_UNCHOKE,
	WIRE_INTERESTED,
	WIRE_NOT_INTERESTED,
	WIRE_HAVE,
	WIRE_BITFIELD,
	WIRE_HAVE_ALL,
	WIRE_HAVE_NONE,
	WIRE_REQUEST,
	WIRE_CANCEL,
	WIRE_REJECT,
	WIRE_SUGGEST,
	WIRE_ALLOWED_FAST,
	WIRE_BLOCK, /* a block of data: range and body */
	WIRE_PORT,
	WIRE_EXTENDED,
	WIRE_HASH_REQUEST,
	WIRE_HASHES,
	WIRE_HASH_REJECT,
	WIRE_UNKNOWN, /* a message id nobody defined: skipped by its length */
};

/* A block of a torrent.  Offsets are inside the piece; all are in bytes. */
struct wire_range {
	uint32_t piece;
	uint32_t begin;
	uint32_t length;
};

struct wire_event {
	enum wire_kind kind;
	union {
		struct {
			uint8_t reserved[8];
			uint8_t info_hash[20]; /* v2: truncated */
		} hello;
		uint8_t peer_id[20];
		uint32_t piece;          /* HAVE, SUGGEST, ALLOWED_FAST */
		struct wire_range range; /* REQUEST, CANCEL, REJECT */
		struct {
			struct wire_range range;
			struct span data;
		} block;
		uint16_t port;
		struct {
			uint8_t id;
			struct span body;
		} extended;
		/*
		 * BITFIELD: of the right size, spare bits zero.  HASH*: at
		 * least WIRE_HASH_HEADER_LEN bytes, and for HASHES as many
		 * hashes as it says; other fields are as the peer sent them.
		 */
		struct span body;
	};
};

struct wire *wire_new(void);
void wire_free(struct wire *w);

/*
 * The geometry bounds everything a peer may name.  Until it is known (magnet
 * links) messages that name pieces are kept, up to WIRE_MESSAGE_MAX bytes in
 * all, and reported after it is set, before anything newer; a block then ends
 * the connection, for nobody can have asked for it.  Set once, at any moment
 * between two calls; then call wire_next() without waiting for more bytes.
 * That a range also ends inside its own piece, which may be shorter at the
 * end of a file or torrent, is checked by layout.h.
 */
void wire_set_geometry(struct wire *w, uint32_t pieces, uint32_t piece_length);

/*
 * Nothing of the last feed may be pending: drain with wire_next() first.
 * After a failure the bytes are ignored.
 */
void wire_feed(struct wire *w, struct span bytes);

/*
 *   ERR_OK      *ev is the next event
 *   ERR_AGAIN   nothing complete yet
 *   otherwise   the peer broke the protocol; the connection is over and every
 *               later call gives the same error:
 *   ERR_SYNTAX  not our protocol, or a message of a wrong size
 *   ERR_LIMIT   a message longer than any we take, or too much to be kept
 *   ERR_RANGE   a piece or range outside the torrent, or not 1 to
 *               WIRE_BLOCK_MAX bytes long
 *   ERR_PROTO   a block before the geometry is known
 */
MUST_CHECK enum err wire_next(struct wire *w, struct wire_event *ev);

/*
 * The connection has been quiet for a while: give the buffer back unless half
 * a message is in it.  Spans of earlier events end here.
 */
void wire_idle(struct wire *w);
/* Bytes of heap this connection holds, the struct itself included. */
size_t wire_memory(const struct wire *w);

/*
 * Encoders append one message to out, or set out->full and append nothing;
 * once out is full it stays so, so that no message follows a missing one.
 * A PIECE message is a 13-byte header; its payload is sent from the block
 * buffer by the caller, next in the same writev.
 */
void wire_put_handshake(struct writer *out, const uint8_t reserved[8],
	const uint8_t info_hash[20], const uint8_t peer_id[20]);
void wire_put_simple(struct writer *out, enum wire_kind kind);
void wire_put_piece_index(struct writer *out, enum wire_kind kind,
	uint32_t piece);
void wire_put_range(struct writer *out, enum wire_kind kind,
	struct wire_range range);
void wire_put_piece_header(struct writer *out, struct wire_range range);
void wire_put_extended(struct writer *out, uint8_t id, struct span body);
void wire_put_bitfield(struct writer *out, const struct bitfield *have);
void wire_put_port(struct writer *out, uint16_t port);
/* HASH_REQUEST, HASHES, HASH_REJECT, from a body that is complete. */
void wire_put_hash(struct writer *out, enum wire_kind kind, struct span body);

/*
 * BEP 6: the pieces (cap of them) a peer at this IPv4 address may fetch
 * while choked, the same at every connection.  Returns how many were written:
 * fewer when the torrent has fewer, 0 for IPv6.
 */
size_t wire_allowed_fast(const struct addr *peer, const uint8_t info_hash[20],
	uint32_t npieces, uint32_t *out, size_t cap);

/* "choke", "have all", ...: for logs and traces. */
const char *wire_kind_name(enum wire_kind kind);

#endif
