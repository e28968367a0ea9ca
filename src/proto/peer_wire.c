/*
 * peer_wire.c - framing, checks and decoding of the peer wire protocol.
 *
 * A message is parsed where it lies.  peek() gives its first n bytes in one
 * run: straight out of the fed bytes when it begins and ends there, else out
 * of a copy that is completed feed by feed.  Everything above peek() is
 * therefore written once, and cannot know how the bytes were split.
 */
#include "proto/peer_wire.h"

#include <assert.h>

#include "base/mem.h"

/* A handshake half, and every message of a small fixed size, fits here. */
#define SMALL_LEN 48u
/* A buffer up to this size is kept for the next message: one block fits. */
#define KEPT_CAP (WIRE_BLOCK_MAX + WIRE_PIECE_HEADER_LEN)
#define HELLO_LEN 48u
#define PROTOCOL_LEN 20u
#define PREFIX_LEN 4u /* of a message: its length */

static const uint8_t protocol[PROTOCOL_LEN + 1] = "\x13"
						  "BitTorrent protocol";

enum stage {
	STAGE_HELLO,
	STAGE_PEER_ID,
	STAGE_MESSAGES,
	STAGE_FAILED,
};

struct wire {
	struct span in; /* what is left of the feed; borrowed */
	uint8_t *big;   /* for a message longer than small[] */
	uint32_t big_cap;
	uint32_t have; /* bytes of the current message copied so far */
	uint32_t skip; /* bytes of an unknown message still to come */
	uint32_t pieces;
	uint32_t piece_length;
	struct buf kept; /* whole messages that wait for the geometry */
	size_t kept_at;  /* the next of them to report */
	enum err failure;
	uint8_t stage; /* enum stage */
	bool has_geometry;
	uint8_t small[SMALL_LEN];
};

/* What is known of a message from its id alone. */
struct rule {
	uint8_t kind;      /* enum wire_kind */
	uint8_t by_piece;  /* names pieces: needs the geometry */
	uint32_t min, max; /* length of its body */
};

#define SHA256_BYTES 32u
#define HASHES_LEN_MAX                                                         \
	(WIRE_HASH_HEADER_LEN +                                                \
		SHA256_BYTES * (WIRE_HASHES_MAX + WIRE_PROOF_LAYERS_MAX))
#define LONG (WIRE_MESSAGE_MAX - 1)

/* Indexed by id; a kind of 0 (WIRE_HELLO is no message) means undefined. */
static const struct rule rules[] = {
	[0] = {WIRE_CHOKE, 0, 0, 0},
	[1] = {WIRE_UNCHOKE, 0, 0, 0},
	[2] = {WIRE_INTERESTED, 0, 0, 0},
	[3] = {WIRE_NOT_INTERESTED, 0, 0, 0},
	[4] = {WIRE_HAVE, 1, 4, 4},
	[5] = {WIRE_BITFIELD, 1, 0, LONG},
	[6] = {WIRE_REQUEST, 1, 12, 12},
	[7] = {WIRE_BLOCK, 1, 8, 8 + WIRE_BLOCK_MAX},
	[8] = {WIRE_CANCEL, 1, 12, 12},
	[9] = {WIRE_PORT, 0, 2, 2},
	[13] = {WIRE_SUGGEST, 1, 4, 4},
	[14] = {WIRE_HAVE_ALL, 0, 0, 0},
	[15] = {WIRE_HAVE_NONE, 0, 0, 0},
	[16] = {WIRE_REJECT, 1, 12, 12},
	[17] = {WIRE_ALLOWED_FAST, 1, 4, 4},
	[20] = {WIRE_EXTENDED, 0, 1, LONG},
	[21] = {WIRE_HASH_REQUEST, 0, WIRE_HASH_HEADER_LEN,
		WIRE_HASH_HEADER_LEN},
	[22] = {WIRE_HASHES, 0, WIRE_HASH_HEADER_LEN, HASHES_LEN_MAX},
	[23] = {WIRE_HASH_REJECT, 0, WIRE_HASH_HEADER_LEN,
		WIRE_HASH_HEADER_LEN},
};
#define NRULES (sizeof rules / sizeof rules[0])

struct wire *wire_new(void)
{
	return mem_zero(sizeof(struct wire));
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	mem_free(w->big);
	buf_free(&w->kept);
	mem_free(w);
}

void wire_set_geometry(struct wire *w, uint32_t pieces, uint32_t piece_length)
{
	assert(!w->has_geometry);
	w->pieces = pieces;
	w->piece_length = piece_length;
	w->has_geometry = true;
}

void wire_feed(struct wire *w, struct span bytes)
{
	assert(w->in.n == 0);
	if (w->stage != STAGE_FAILED)
		w->in = bytes;
}

static void drop_big(struct wire *w)
{
	mem_free(w->big);
	w->big = NULL;
	w->big_cap = 0;
}

void wire_idle(struct wire *w)
{
	if (w->have <= SMALL_LEN)
		drop_big(w);
}

size_t wire_memory(const struct wire *w)
{
	return sizeof *w + w->big_cap + w->kept.cap;
}

static enum err fail(struct wire *w, enum err e)
{
	w->stage = STAGE_FAILED;
	w->failure = e;
	w->in = (struct span){0};
	w->have = 0;
	drop_big(w);
	buf_free(&w->kept);
	return e;
}

static enum err again_or_failure(const struct wire *w)
{
	return w->stage == STAGE_FAILED ? w->failure : ERR_AGAIN;
}

/*
 * Room for `got` bytes of a message that will have `total`.  The message
 * lives in small[] while it fits, then moves to the heap; that block follows
 * the bytes that really came, by doubling.
 */
static uint8_t *make_room(struct wire *w, uint32_t got, uint32_t total)
{
	uint32_t cap = w->big_cap;

	if (got <= SMALL_LEN)
		return w->small;
	if (cap == 0)
		cap = total < KEPT_CAP ? total : KEPT_CAP;
	while (cap < got)
		cap = cap > total / 2 ? total : cap * 2;
	if (cap > w->big_cap) {
		w->big = mem_resize(w->big, cap, 1);
		w->big_cap = cap;
	}
	if (w->have <= SMALL_LEN)
		memcpy(w->big, w->small, w->have);
	return w->big;
}

/*
 * The first n bytes of the current message in one run, or NULL when they have
 * not all arrived; then what has is put aside.  n never shrinks within one
 * message.
 */
static const uint8_t *peek(struct wire *w, uint32_t n)
{
	uint32_t take;
	uint8_t *to;

	if (w->have == 0 && w->in.n >= n)
		return w->in.p;
	if (w->have >= n)
		return w->have <= SMALL_LEN ? w->small : w->big;
	take = n - w->have;
	if (take > w->in.n)
		take = (uint32_t)w->in.n;
	to = make_room(w, w->have + take, n);
	if (take > 0)
		memcpy(to + w->have, w->in.p, take);
	w->have += take;
	w->in.p += take;
	w->in.n -= take;
	return w->have == n ? to : NULL;
}

/* The current message, of n bytes, was peeked at whole and is done with. */
static void consume(struct wire *w, uint32_t n)
{
	if (w->have > 0) {
		w->have = 0;
		return;
	}
	w->in.p += n;
	w->in.n -= n;
}

static enum err next_hello(struct wire *w, struct wire_event *ev)
{
	const uint8_t *p = peek(w, HELLO_LEN);
	uint32_t known = p ? PROTOCOL_LEN : w->have;
	const uint8_t *begin = p ? p : w->small;

	/* Refused at its first wrong byte: a browser never sends 48. */
	if (known > PROTOCOL_LEN)
		known = PROTOCOL_LEN;
	if (memcmp(begin, protocol, known) != 0)
		return fail(w, ERR_SYNTAX);
	if (!p)
		return ERR_AGAIN;
	ev->kind = WIRE_HELLO;
	memcpy(ev->hello.reserved, p + PROTOCOL_LEN, 8);
	memcpy(ev->hello.info_hash, p + PROTOCOL_LEN + 8, 20);
	consume(w, HELLO_LEN);
	w->stage = STAGE_PEER_ID;
	return ERR_OK;
}

static enum err next_peer_id(struct wire *w, struct wire_event *ev)
{
	const uint8_t *p = peek(w, sizeof ev->peer_id);

	if (!p)
		return ERR_AGAIN;
	ev->kind = WIRE_PEER_ID;
	memcpy(ev->peer_id, p, sizeof ev->peer_id);
	consume(w, sizeof ev->peer_id);
	w->stage = STAGE_MESSAGES;
	return ERR_OK;
}

static enum err decode_index(const struct wire *w, struct reader *r,
	struct wire_event *ev)
{
	ev->piece = read_u32(r);
	return ev->piece < w->pieces ? ERR_OK : ERR_RANGE;
}

static enum err check_range(const struct wire *w, const struct wire_range *g)
{
	if (g->piece >= w->pieces)
		return ERR_RANGE;
	if (g->length == 0 || g->length > WIRE_BLOCK_MAX)
		return ERR_RANGE;
	if (!range_ok(g->begin, g->length, w->piece_length))
		return ERR_RANGE;
	return ERR_OK;
}

static enum err decode_range(const struct wire *w, struct reader *r,
	struct wire_event *ev)
{
	ev->range.piece = read_u32(r);
	ev->range.begin = read_u32(r);
	ev->range.length = read_u32(r);
	return check_range(w, &ev->range);
}

static enum err decode_block(const struct wire *w, struct reader *r,
	struct wire_event *ev)
{
	struct wire_range g;

	g.piece = read_u32(r);
	g.begin = read_u32(r);
	ev->block.data = read_rest(r);
	g.length = (uint32_t)ev->block.data.n; /* capped by its rule */
	ev->block.range = g;
	return check_range(w, &g);
}

static enum err decode_bitfield(const struct wire *w, struct reader *r,
	struct wire_event *ev)
{
	unsigned spare = (8 - w->pieces % 8) % 8;

	ev->body = read_rest(r);
	if (spare == 0)
		return ERR_OK;
	if (ev->body.p[ev->body.n - 1] & ((1u << spare) - 1))
		return ERR_SYNTAX;
	return ERR_OK;
}

/*
 * Uncle hashes that follow from the hashes of the layer itself are left out
 * (BEP 52), so their number is only bounded by the proof layers.
 */
static enum err decode_hashes(struct reader *r, struct wire_event *ev)
{
	struct reader h = *r;
	uint32_t length, layers;
	uint64_t hashes;

	ev->body = read_rest(r);
	read_span(&h, 32 + 4 + 4);
	length = read_u32(&h);
	layers = read_u32(&h);
	hashes = read_left(&h) / SHA256_BYTES;
	if (read_left(&h) % SHA256_BYTES != 0)
		return ERR_SYNTAX;
	if (hashes < length || hashes - length > layers)
		return ERR_SYNTAX;
	return ERR_OK;
}

/* The body has passed check_length(). */
static enum err decode(const struct wire *w, enum wire_kind kind,
	struct span body, struct wire_event *ev)
{
	struct reader r = reader_of_span(body);

	ev->kind = kind;
	switch (kind) {
	case WIRE_BLOCK:
		return decode_block(w, &r, ev);
	case WIRE_HAVE:
	case WIRE_SUGGEST:
	case WIRE_ALLOWED_FAST:
		return decode_index(w, &r, ev);
	case WIRE_REQUEST:
	case WIRE_CANCEL:
	case WIRE_REJECT:
		return decode_range(w, &r, ev);
	case WIRE_BITFIELD:
		return decode_bitfield(w, &r, ev);
	case WIRE_PORT:
		ev->port = read_u16(&r);
		return ERR_OK;
	case WIRE_EXTENDED:
		ev->extended.id = read_u8(&r);
		ev->extended.body = read_rest(&r);
		return ERR_OK;
	case WIRE_HASHES:
		return decode_hashes(&r, ev);
	default: /* HASH_REQUEST, HASH_REJECT, or no body at all */
		ev->body = body;
		return ERR_OK;
	}
}

/* n is the length of the body, without the id. */
static enum err check_length(const struct wire *w, const struct rule *rule,
	uint32_t n)
{
	if (n < rule->min || n > rule->max)
		return ERR_SYNTAX;
	if (!rule->by_piece)
		return ERR_OK;
	if (!w->has_geometry) {
		if (rule->kind == WIRE_BLOCK)
			return ERR_PROTO;
		/* The prefix and the id are kept with the body. */
		return range_ok(w->kept.len, (uint64_t)n + 5, WIRE_MESSAGE_MAX)
		               ? ERR_OK
		               : ERR_LIMIT;
	}
	if (rule->kind == WIRE_BITFIELD && n != bitfield_wire_len(w->pieces))
		return ERR_SYNTAX;
	return ERR_OK;
}

/* Report the next message that waited for the geometry. */
static enum err next_kept(struct wire *w, struct wire_event *ev)
{
	struct reader r = reader_of_span(buf_span(&w->kept));
	const struct rule *rule;
	struct span body;
	enum err e;

	read_span(&r, w->kept_at);
	body = read_span(&r, read_u32(&r));
	assert(!r.bad && body.n > 0); /* next_message() put it there */
	rule = &rules[body.p[0]];
	body = span_of(body.p + 1, body.n - 1);
	w->kept_at = (size_t)(r.p - w->kept.p);
	e = check_length(w, rule, (uint32_t)body.n);
	if (e == ERR_OK)
		e = decode(w, rule->kind, body, ev);
	return e == ERR_OK ? ERR_OK : fail(w, e);
}

/* An undefined message is passed over without being kept. */
static enum err next_unknown(struct wire *w, struct wire_event *ev,
	uint32_t len)
{
	consume(w, PREFIX_LEN + 1);
	w->skip = len - 1;
	ev->kind = WIRE_UNKNOWN;
	ev->body = (struct span){0};
	return ERR_OK;
}

/* A message of a defined kind whose length is right; len counts its id. */
static enum err next_known(struct wire *w, struct wire_event *ev,
	const struct rule *rule, uint32_t len)
{
	const uint8_t *p = peek(w, PREFIX_LEN + len);
	struct span message;
	enum err e;

	if (!p)
		return ERR_AGAIN;
	message = span_of(p, PREFIX_LEN + len);
	consume(w, PREFIX_LEN + len);
	if (rule->by_piece && !w->has_geometry) {
		buf_add(&w->kept, message);
		return ERR_EXISTS; /* nothing to report: go on */
	}
	e = decode(w, rule->kind, span_of(p + PREFIX_LEN + 1, len - 1), ev);
	return e == ERR_OK ? ERR_OK : fail(w, e);
}

static enum err next_message(struct wire *w, struct wire_event *ev)
{
	const uint8_t *p = peek(w, PREFIX_LEN);
	struct reader r;
	uint32_t len;
	enum err e;
	uint8_t id;

	if (!p)
		return ERR_AGAIN;
	r = reader_of(p, PREFIX_LEN);
	len = read_u32(&r);
	if (len > WIRE_MESSAGE_MAX)
		return fail(w, ERR_LIMIT);
	if (len == 0) {
		consume(w, PREFIX_LEN);
		ev->kind = WIRE_KEEPALIVE;
		return ERR_OK;
	}
	p = peek(w, PREFIX_LEN + 1);
	if (!p)
		return ERR_AGAIN;
	id = p[PREFIX_LEN];
	if (id >= NRULES || rules[id].kind == WIRE_HELLO)
		return next_unknown(w, ev, len);
	e = check_length(w, &rules[id], len - 1);
	if (e != ERR_OK)
		return fail(w, e);
	return next_known(w, ev, &rules[id], len);
}

static void skip(struct wire *w)
{
	uint32_t n = w->skip;

	if (n > w->in.n)
		n = (uint32_t)w->in.n;
	if (n == 0) /* in.p may be NULL then */
		return;
	w->skip -= n;
	w->in.p += n;
	w->in.n -= n;
}

enum err wire_next(struct wire *w, struct wire_event *ev)
{
	enum err e;

	if (w->have == 0 && w->big_cap > KEPT_CAP)
		drop_big(w);
	if (w->has_geometry && w->kept.len > 0) {
		if (w->kept_at < w->kept.len)
			return next_kept(w, ev);
		buf_free(&w->kept);
	}
	skip(w);
	if (w->in.n == 0)
		return again_or_failure(w);
	if (w->stage == STAGE_HELLO)
		return next_hello(w, ev);
	if (w->stage == STAGE_PEER_ID)
		return next_peer_id(w, ev);
	do
		e = next_message(w, ev);
	while (e == ERR_EXISTS);
	return e;
}
