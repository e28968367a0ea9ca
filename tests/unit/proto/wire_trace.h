/*
 * wire_trace.h - everything a wire machine reports, as bytes to compare.
 *
 * Two ways of cutting the same stream into feeds are the same to bttui when
 * their traces are equal.  Used by the unit tests and by the fuzzer, so its
 * checks abort instead of using a test framework.
 */
#ifndef TESTS_WIRE_TRACE_H
#define TESTS_WIRE_TRACE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/rng.h"
#include "proto/peer_wire.h"

struct wire_trace {
	struct buf log;
	size_t events;
	size_t memory; /* the most the machine held between two feeds */
	enum err end;  /* ERR_AGAIN: still open */
	uint32_t pieces, piece_length;
};

#define TRACE_CHECK(what)                                                      \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
				#what);                                        \
			abort();                                               \
		}                                                              \
	} while (0)

static inline void trace_u32(struct wire_trace *t, uint32_t v)
{
	uint8_t b[4];
	struct writer w = writer_of(b, sizeof b);

	write_u32(&w, v);
	buf_add(&t->log, writer_span(&w));
}

/* Long bodies stand in the log as their digest. */
static inline void trace_body(struct wire_trace *t, struct span body)
{
	uint8_t digest[SHA1_LEN];

	trace_u32(t, (uint32_t)body.n);
	if (body.n <= sizeof digest) {
		buf_add(&t->log, body);
		return;
	}
	sha1(body, digest);
	buf_add(&t->log, span_of(digest, sizeof digest));
}

static inline void trace_range(struct wire_trace *t, struct wire_range g)
{
	TRACE_CHECK(g.piece < t->pieces);
	TRACE_CHECK(g.length > 0 && g.length <= WIRE_BLOCK_MAX);
	TRACE_CHECK(range_ok(g.begin, g.length, t->piece_length));
	trace_u32(t, g.piece);
	trace_u32(t, g.begin);
	trace_u32(t, g.length);
}

static inline void trace_event(struct wire_trace *t,
	const struct wire_event *ev)
{
	t->events++;
	buf_add_byte(&t->log, (uint8_t)ev->kind);
	switch (ev->kind) {
	case WIRE_HELLO:
		buf_add(&t->log, span_of(ev->hello.reserved, 8));
		buf_add(&t->log, span_of(ev->hello.info_hash, 20));
		break;
	case WIRE_PEER_ID:
		buf_add(&t->log, span_of(ev->peer_id, 20));
		break;
	case WIRE_HAVE:
	case WIRE_SUGGEST:
	case WIRE_ALLOWED_FAST:
		TRACE_CHECK(ev->piece < t->pieces);
		trace_u32(t, ev->piece);
		break;
	case WIRE_REQUEST:
	case WIRE_CANCEL:
	case WIRE_REJECT:
		trace_range(t, ev->range);
		break;
	case WIRE_BLOCK:
		TRACE_CHECK(ev->block.data.n == ev->block.range.length);
		trace_range(t, ev->block.range);
		trace_body(t, ev->block.data);
		break;
	case WIRE_PORT:
		trace_u32(t, ev->port);
		break;
	case WIRE_EXTENDED:
		trace_u32(t, ev->extended.id);
		trace_body(t, ev->extended.body);
		break;
	case WIRE_BITFIELD:
		TRACE_CHECK(ev->body.n == bitfield_wire_len(t->pieces));
		trace_body(t, ev->body);
		break;
	case WIRE_HASH_REQUEST:
	case WIRE_HASHES:
	case WIRE_HASH_REJECT:
		TRACE_CHECK(ev->body.n >= WIRE_HASH_HEADER_LEN);
		trace_body(t, ev->body);
		break;
	default:
		break;
	}
}

static inline void trace_drain(struct wire_trace *t, struct wire *w)
{
	struct wire_event ev;
	enum err e;

	while ((e = wire_next(w, &ev)) == ERR_OK)
		trace_event(t, &ev);
	t->end = e;
	TRACE_CHECK(wire_next(w, &ev) == e); /* both kinds of end are final */
	if (wire_memory(w) > t->memory)
		t->memory = wire_memory(w);
}

static inline void trace_feed(struct wire_trace *t, struct wire *w,
	struct span bytes)
{
	uint8_t *copy = NULL;

	/* Exactly as long as the bytes, so that a read beyond is noticed. */
	if (bytes.n > 0) {
		copy = malloc(bytes.n);
		TRACE_CHECK(copy);
		memcpy(copy, bytes.p, bytes.n);
	}
	wire_feed(w, span_of(copy, bytes.n));
	trace_drain(t, w);
	free(copy);
}

/* How a stream is cut: whole, in pieces of one size, or by chance. */
struct wire_cut {
	size_t step; /* 0: by chance */
	uint64_t seed;
};

#define CUT_WHOLE ((struct wire_cut){.step = SIZE_MAX})
#define CUT_BYTES ((struct wire_cut){.step = 1})
#define CUT_BY_CHANCE(s) ((struct wire_cut){.seed = (s)})

static inline size_t cut_next(const struct wire_cut *cut, struct rng *rng,
	size_t left)
{
	static const size_t top[] = {3, 20, 200, 5000, 70000};
	size_t n = cut->step;

	if (n == 0)
		n = 1 + (size_t)rng_below(rng, top[rng_below(rng, 5)]);
	return n < left ? n : left;
}

/*
 * Run one stream through a new machine.  late: the geometry becomes known
 * only after the last byte, as with a magnet link.
 */
static inline struct wire_trace trace_stream(struct span stream,
	struct wire_cut cut, uint32_t pieces, uint32_t piece_length, bool late)
{
	struct wire_trace t = {.pieces = pieces, .piece_length = piece_length};
	struct wire *w = wire_new();
	struct rng rng;
	size_t at = 0, n;

	rng_seed(&rng, cut.seed);
	if (!late)
		wire_set_geometry(w, pieces, piece_length);
	trace_feed(&t, w, (struct span){0});
	while (at < stream.n) {
		n = cut_next(&cut, &rng, stream.n - at);
		trace_feed(&t, w, span_of(stream.p + at, n));
		at += n;
	}
	if (late) {
		wire_set_geometry(w, pieces, piece_length);
		trace_drain(&t, w);
	}
	wire_free(w);
	return t;
}

static inline bool trace_equal(const struct wire_trace *a,
	const struct wire_trace *b)
{
	return a->end == b->end && a->events == b->events &&
	       span_equal(buf_span(&a->log), buf_span(&b->log));
}

static inline void trace_free(struct wire_trace *t)
{
	buf_free(&t->log);
}

#endif
