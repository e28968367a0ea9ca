/*
 * peer_wire_put.c - the sending half of peer_wire.h, which keeps no state:
 * encoders, names of messages, and the allowed-fast set of BEP 6.
 */
#include <assert.h>

#include "base/hash.h"
#include "proto/peer_wire.h"

#define HEADER_LEN 5u /* length and id */
/* Draws per piece wanted before we settle for fewer; chance makes it rare. */
#define DRAWS_PER_PIECE 64u

/* How a message's body is put together. */
enum shape {
	NOT_A_MESSAGE,
	EMPTY,
	INDEX,
	RANGE,
	HASHES,
	OTHER,
};

static const struct {
	const char *name;
	uint8_t id;
	uint8_t shape;
} messages[] = {
	[WIRE_HELLO] = {"hello", 0, NOT_A_MESSAGE},
	[WIRE_PEER_ID] = {"peer id", 0, NOT_A_MESSAGE},
	[WIRE_KEEPALIVE] = {"keep-alive", 0, NOT_A_MESSAGE},
	[WIRE_CHOKE] = {"choke", 0, EMPTY},
	[WIRE_UNCHOKE] = {"unchoke", 1, EMPTY},
	[WIRE_INTERESTED] = {"interested", 2, EMPTY},
	[WIRE_NOT_INTERESTED] = {"not interested", 3, EMPTY},
	[WIRE_HAVE] = {"have", 4, INDEX},
	[WIRE_BITFIELD] = {"bitfield", 5, OTHER},
	[WIRE_HAVE_ALL] = {"have all", 14, EMPTY},
	[WIRE_HAVE_NONE] = {"have none", 15, EMPTY},
	[WIRE_REQUEST] = {"request", 6, RANGE},
	[WIRE_CANCEL] = {"cancel", 8, RANGE},
	[WIRE_REJECT] = {"reject", 16, RANGE},
	[WIRE_SUGGEST] = {"suggest", 13, INDEX},
	[WIRE_ALLOWED_FAST] = {"allowed fast", 17, INDEX},
	[WIRE_BLOCK] = {"piece", 7, OTHER},
	[WIRE_PORT] = {"port", 9, OTHER},
	[WIRE_EXTENDED] = {"extended", 20, OTHER},
	[WIRE_HASH_REQUEST] = {"hash request", 21, HASHES},
	[WIRE_HASHES] = {"hashes", 22, HASHES},
	[WIRE_HASH_REJECT] = {"hash reject", 23, HASHES},
	[WIRE_UNKNOWN] = {"unknown", 0, NOT_A_MESSAGE},
};
#define NKINDS (sizeof messages / sizeof messages[0])

const char *wire_kind_name(enum wire_kind kind)
{
	return (size_t)kind < NKINDS ? messages[kind].name : "?";
}

/* Whether n more bytes fit; if not, out is marked full. */
static bool fits(struct writer *out, size_t n)
{
	if (out->full || n > out->cap - out->len) {
		out->full = true;
		return false;
	}
	return true;
}

/* Length and id of a message whose body of n bytes the caller writes next. */
static bool begin(struct writer *out, enum wire_kind kind, size_t n)
{
	assert(n < WIRE_MESSAGE_MAX);
	if (!fits(out, HEADER_LEN + n))
		return false;
	write_u32(out, (uint32_t)n + 1);
	write_u8(out, messages[kind].id);
	return true;
}

void wire_put_handshake(struct writer *out, const uint8_t reserved[8],
	const uint8_t info_hash[20], const uint8_t peer_id[20])
{
	if (!fits(out, WIRE_HANDSHAKE_LEN))
		return;
	write_str(out, "\x13"
		       "BitTorrent protocol");
	write_span(out, span_of(reserved, 8));
	write_span(out, span_of(info_hash, 20));
	write_span(out, span_of(peer_id, 20));
}

void wire_put_simple(struct writer *out, enum wire_kind kind)
{
	if (kind == WIRE_KEEPALIVE) {
		if (fits(out, 4))
			write_u32(out, 0);
		return;
	}
	assert(messages[kind].shape == EMPTY);
	begin(out, kind, 0);
}

void wire_put_piece_index(struct writer *out, enum wire_kind kind,
	uint32_t piece)
{
	assert(messages[kind].shape == INDEX);
	if (begin(out, kind, 4))
		write_u32(out, piece);
}

void wire_put_range(struct writer *out, enum wire_kind kind,
	struct wire_range range)
{
	assert(messages[kind].shape == RANGE);
	if (!begin(out, kind, 12))
		return;
	write_u32(out, range.piece);
	write_u32(out, range.begin);
	write_u32(out, range.length);
}

void wire_put_piece_header(struct writer *out, struct wire_range range)
{
	assert(range.length > 0 && range.length <= WIRE_BLOCK_MAX);
	if (!fits(out, WIRE_PIECE_HEADER_LEN))
		return;
	write_u32(out, range.length + 9);
	write_u8(out, messages[WIRE_BLOCK].id);
	write_u32(out, range.piece);
	write_u32(out, range.begin);
}

void wire_put_extended(struct writer *out, uint8_t id, struct span body)
{
	if (!begin(out, WIRE_EXTENDED, 1 + body.n))
		return;
	write_u8(out, id);
	write_span(out, body);
}

void wire_put_bitfield(struct writer *out, const struct bitfield *have)
{
	size_t n = bitfield_wire_len(bitfield_size(have));

	if (!begin(out, WIRE_BITFIELD, n))
		return;
	bitfield_write(have, out->buf + out->len);
	out->len += n;
}

void wire_put_port(struct writer *out, uint16_t port)
{
	if (begin(out, WIRE_PORT, 2))
		write_u16(out, port);
}

void wire_put_hash(struct writer *out, enum wire_kind kind, struct span body)
{
	assert(messages[kind].shape == HASHES);
	assert(body.n >= WIRE_HASH_HEADER_LEN);
	if (begin(out, kind, body.n))
		write_span(out, body);
}

static bool holds(const uint32_t *set, size_t n, uint32_t v)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (set[i] == v)
			return true;
	return false;
}

/* Five draws come from one digest; the digest of it gives the next five. */
static size_t draw(uint8_t x[24], uint32_t npieces, uint32_t *out, size_t cap)
{
	size_t budget = cap * DRAWS_PER_PIECE, n = 0, len = 24;
	uint8_t digest[SHA1_LEN];

	while (n < cap && budget > 0) {
		struct reader r = reader_of(digest, sizeof digest);

		sha1(span_of(x, len), digest);
		for (; n < cap && budget > 0 && read_left(&r) > 0; budget--) {
			uint32_t piece = read_u32(&r) % npieces;

			if (!holds(out, n, piece))
				out[n++] = piece;
		}
		memcpy(x, digest, sizeof digest);
		len = sizeof digest;
	}
	return n;
}

size_t wire_allowed_fast(const struct addr *peer, const uint8_t info_hash[20],
	uint32_t npieces, uint32_t *out, size_t cap)
{
	uint8_t x[24] = {0};
	uint32_t i;

	if (peer->family != ADDR_V4)
		return 0;
	if (npieces <= cap) { /* every piece: nothing to draw */
		for (i = 0; i < npieces; i++)
			out[i] = i;
		return npieces;
	}
	memcpy(x, peer->ip, 3); /* the /24, its last byte zero */
	memcpy(x + 4, info_hash, 20);
	return draw(x, npieces, out, cap);
}
