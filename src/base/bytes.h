/*
 * bytes.h - bounded reading of hostile bytes, bounded writing of our own.
 *
 * A reader never passes its end.  A failed read returns zero (or an empty
 * span), marks the reader bad, and every later read fails too, so a decoder
 * reads all its fields and then asks once whether it worked:
 *
 *	struct reader r = reader_of(buf, len);
 *	uint32_t index = read_u32(&r);
 *	uint32_t begin = read_u32(&r);
 *	struct span data = read_rest(&r);
 *	if (r.bad)
 *		return ERR_SYNTAX;
 *
 * A writer over a fixed buffer drops what does not fit, whole, and remembers
 * that it did; from then on it drops everything, so that the buffer always
 * holds a front part of what was meant.  `struct buf` is the growing kind, for
 *bytes whose size we choose ourselves.  Multi-byte integers are big-endian, as
 *in every BitTorrent protocol.  Pure; readers and writers allocate nothing.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes owned by somebody else.  An empty span may have a NULL pointer. */
struct span {
	const uint8_t *p;
	size_t n;
};

struct reader {
	const uint8_t *p;
	const uint8_t *end;
	bool bad;
};

struct writer {
	uint8_t *buf;
	size_t len; /* bytes written so far; never more than cap */
	size_t cap;
	bool full; /* a write did not fit and was dropped whole */
};

/* Zeroed is empty.  Freed with buf_free(). */
struct buf {
	uint8_t *p;
	size_t len;
	size_t cap;
};

static inline struct span span_of(const void *p, size_t n)
{
	return (struct span){.p = (const uint8_t *)p, .n = n};
}

static inline struct span span_str(const char *s)
{
	return span_of(s, strlen(s));
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_is(struct span a, const char *s)
{
	return span_equal(a, span_str(s));
}

static inline struct reader reader_of(const uint8_t *p, size_t n)
{
	return (struct reader){.p = p, .end = n ? p + n : p};
}

static inline struct reader reader_of_span(struct span s)
{
	return reader_of(s.p, s.n);
}

static inline size_t read_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* The next n bytes, or an empty span and r->bad. */
struct span read_span(struct reader *r, size_t n);
struct span read_rest(struct reader *r);

uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);

/* Whether all bytes were read and none was missing. */
static inline bool read_complete(const struct reader *r)
{
	return !r->bad && r->p == r->end;
}

static inline struct writer writer_of(void *p, size_t cap)
{
	return (struct writer){.buf = (uint8_t *)p, .cap = cap};
}

static inline struct span writer_span(const struct writer *w)
{
	return span_of(w->buf, w->len);
}

void write_u8(struct writer *w, uint8_t v);
void write_u16(struct writer *w, uint16_t v);
void write_u32(struct writer *w, uint32_t v);
void write_u64(struct writer *w, uint64_t v);
void write_span(struct writer *w, struct span s);
void write_str(struct writer *w, const char *s);

void buf_add(struct buf *b, struct span s);
void buf_add_str(struct buf *b, const char *s);
void buf_add_byte(struct buf *b, uint8_t v);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Room for n more bytes at the end; they count only after buf_commit(). */
uint8_t *buf_reserve(struct buf *b, size_t n);
void buf_commit(struct buf *b, size_t n);
void buf_drop_front(struct buf *b, size_t n);
void buf_free(struct buf *b); /* and empty again */

static inline struct span buf_span(const struct buf *b)
{
	return span_of(b->p, b->len);
}

/* Whether [off, off+n) lies inside [0, total), without overflowing. */
static inline bool range_ok(uint64_t off, uint64_t n, uint64_t total)
{
	return off <= total && n <= total - off;
}

#endif
