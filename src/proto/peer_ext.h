/*
 * peer_ext.h - the extension protocol's handshake (BEP 10) and the small
 * bodies that travel inside extended messages: ut_metadata (BEP 9).  Pure.
 */
#ifndef PROTO_PEER_EXT_H
#define PROTO_PEER_EXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#define EXT_HANDSHAKE_ID 0u
#define EXT_BODY_MAX 65536u /* longest handshake body that is read */
#define EXT_CLIENT_MAX 48u  /* columns of `v` that are kept */
#define EXT_REQQ_MAX 2000u
#define EXT_METADATA_MAX (32u << 20)
#define EXT_METADATA_PIECE 16384u

/* The extensions we know; also their ids in messages sent to us, plus 1. */
enum ext_kind {
	EXT_UT_PEX,      /* id 1 */
	EXT_UT_METADATA, /* id 2 */
	EXT_LT_DONTHAVE, /* id 3 */
	EXT_UPLOAD_ONLY, /* id 4, BEP 21 */
	EXT_KINDS,
};

struct ext_handshake {
	uint8_t id[EXT_KINDS]; /* the peer's ids; 0: not offered */
	bool sets[EXT_KINDS];  /* whether this handshake spoke of it */
	char client[EXT_CLIENT_MAX * 4 + 1]; /* v, cleaned; "" */
	uint32_t reqq;          /* 1 to EXT_REQQ_MAX; 0: not said */
	uint32_t metadata_size; /* bytes, up to EXT_METADATA_MAX; 0: not said */
	uint16_t port;          /* p; 0: not said */
	struct addr yourip;     /* family ADDR_NONE: not said */
	bool upload_only;       /* BEP 21 */
};

/*
 * Unknown keys, and values of wrong types or outside their range, are
 * ignored; a too large reqq is clamped.  Bytes after the dictionary are, too.
 *   ERR_SYNTAX  not a bencoded dictionary, or nested too deep
 *   ERR_LIMIT   longer than EXT_BODY_MAX
 */
MUST_CHECK enum err ext_handshake_parse(struct span body,
	struct ext_handshake *out);

struct ext_offer {
	const char *client;
	uint32_t reqq;
	uint32_t metadata_size; /* 0: left out */
	uint16_t port;          /* 0: left out */
	struct addr peer;       /* told to it as yourip */
	bool pex, metadata, upload_only;
};
/* Appends the body of our handshake. */
void ext_handshake_write(const struct ext_offer *o, struct buf *out);

enum utm_kind {
	UTM_REQUEST = 0,
	UTM_DATA = 1,
	UTM_REJECT = 2,
};

struct utm_message {
	enum utm_kind kind;
	uint32_t piece;
	uint32_t total_size; /* DATA; 0: not said */
	struct span data;    /* DATA: the bytes after the dictionary */
};

/*
 * BEP 9 body; data stays inside it.  All failures leave the message to be
 * ignored.  The size of DATA is 1 to EXT_METADATA_PIECE bytes and agrees with
 * its piece and total_size, so writing it at piece * EXT_METADATA_PIECE stays
 * inside total_size; whether that is the size we expect is for the caller.
 *   ERR_SYNTAX       not a dictionary, or without msg_type or piece
 *   ERR_UNSUPPORTED  a msg_type nobody defined
 *   ERR_RANGE        a piece beyond EXT_METADATA_MAX, or sizes that disagree
 *   ERR_LIMIT        longer than EXT_BODY_MAX
 */
MUST_CHECK enum err utm_parse(struct span body, struct utm_message *out);
void utm_write(const struct utm_message *m, struct buf *out);

#endif
