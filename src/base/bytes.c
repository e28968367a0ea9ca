/*
 * bytes.c - see bytes.h.
 */
#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

/* The next n bytes, or NULL and r->bad. */
static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->bad || n > read_left(r)) {
		r->bad = true;
		return NULL;
	}
	if (n)
		r->p = p + n;
	return p;
}

struct span read_span(struct reader *r, size_t n)
{
	const uint8_t *p = take(r, n);

	return span_of(p, r->bad ? 0 : n);
}

struct span read_rest(struct reader *r)
{
	return read_span(r, read_left(r));
}

uint8_t read_u8(struct reader *r)
{
	const uint8_t *p = take(r, 1);

	return p ? *p : 0;
}

uint16_t read_u16(struct reader *r)
{
	const uint8_t *p = take(r, 2);

	if (!p)
		return 0;
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

uint32_t read_u32(struct reader *r)
{
	const uint8_t *p = take(r, 4);

	return p ? load_u32(p) : 0;
}

uint64_t read_u64(struct reader *r)
{
	const uint8_t *p = take(r, 8);

	return p ? (uint64_t)load_u32(p) << 32 | load_u32(p + 4) : 0;
}

/* Room for n bytes, or NULL and w->full. */
static uint8_t *put(struct writer *w, size_t n)
{
	uint8_t *p;

	if (w->full || n > w->cap - w->len) {
		w->full = true;
		return NULL;
	}
	p = w->buf + w->len;
	w->len += n;
	return p;
}

static void store_u32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void write_u8(struct writer *w, uint8_t v)
{
	uint8_t *p = put(w, 1);

	if (p)
		*p = v;
}

void write_u16(struct writer *w, uint16_t v)
{
	uint8_t *p = put(w, 2);

	if (!p)
		return;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void write_u32(struct writer *w, uint32_t v)
{
	uint8_t *p = put(w, 4);

	if (p)
		store_u32(p, v);
}

void write_u64(struct writer *w, uint64_t v)
{
	uint8_t *p = put(w, 8);

	if (!p)
		return;
	store_u32(p, (uint32_t)(v >> 32));
	store_u32(p + 4, (uint32_t)v);
}

void write_span(struct writer *w, struct span s)
{
	uint8_t *p;

	if (s.n == 0)
		return;
	p = put(w, s.n);
	if (p)
		memcpy(p, s.p, s.n);
}

void write_str(struct writer *w, const char *s)
{
	write_span(w, span_str(s));
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	size_t need;

	if (__builtin_add_overflow(b->len, n, &need))
		mem_fatal("out of memory: buffer too large");
	/* Never NULL, so that a caller may take any result as a place. */
	b->p = (uint8_t *)mem_grow(b->p, &b->cap, need ? need : 1, 1);
	return b->p + b->len;
}

void buf_commit(struct buf *b, size_t n)
{
	b->len += n;
}

void buf_add(struct buf *b, struct span s)
{
	if (s.n == 0)
		return;
	memcpy(buf_reserve(b, s.n), s.p, s.n);
	buf_commit(b, s.n);
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, span_str(s));
}

void buf_add_byte(struct buf *b, uint8_t v)
{
	*buf_reserve(b, 1) = v;
	buf_commit(b, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *at;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	/* One more for the NUL, which does not count. */
	at = (char *)buf_reserve(b, (size_t)n + 1);
	va_start(ap, fmt);
	n = vsnprintf(at, (size_t)n + 1, fmt, ap);
	va_end(ap);
	if (n > 0)
		buf_commit(b, (size_t)n);
}

void buf_drop_front(struct buf *b, size_t n)
{
	if (n >= b->len) {
		b->len = 0;
		return;
	}
	memmove(b->p, b->p + n, b->len - n);
	b->len -= n;
}

void buf_free(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){0};
}
