/*
 * out_queue.c - see out_queue.h.
 */
#include "host/out_queue.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"

/* What an empty queue may keep: the messages and requests of one busy turn. */
#define KEEP_BYTES 4096u
#define KEEP_SEGS 128u

/* Make room at the end: first by moving to the front what is left, so that a
 * queue that never runs empty does not grow for ever. */
static void reserve_bytes(struct out_queue *q, size_t n)
{
	if (q->bytes_cap - q->tail >= n)
		return;
	if (q->head >= q->bytes_cap / 2 && q->head > 0) {
		memmove(q->bytes, q->bytes + q->head, q->tail - q->head);
		q->tail -= q->head;
		q->head = 0;
	}
	q->bytes = mem_grow(q->bytes, &q->bytes_cap, q->tail + n, 1);
}

static struct out_seg *add_seg(struct out_queue *q)
{
	if (q->end == q->seg_cap && q->first >= q->seg_cap / 2 &&
		q->first > 0) {
		memmove(q->seg, q->seg + q->first,
			(q->end - q->first) * sizeof *q->seg);
		q->end -= q->first;
		q->first = 0;
	}
	q->seg = mem_grow(q->seg, &q->seg_cap, q->end + 1, sizeof *q->seg);
	return &q->seg[q->end++];
}

void out_queue_add(struct out_queue *q, struct span s)
{
	struct out_seg *last = q->end > q->first ? &q->seg[q->end - 1] : NULL;

	if (s.n == 0)
		return;
	reserve_bytes(q, s.n);
	memcpy(q->bytes + q->tail, s.p, s.n);
	q->tail += s.n;
	q->total += s.n;
	if (last && !last->block)
		last->n += s.n;
	else
		*add_seg(q) = (struct out_seg){.n = s.n};
}

void out_queue_add_block(struct out_queue *q, struct block *b, size_t n)
{
	assert(n <= BLOCK_BYTES);
	if (n == 0)
		return;
	block_hold(b);
	*add_seg(q) = (struct out_seg){.block = b, .n = n};
	q->total += n;
}

size_t out_queue_peek(const struct out_queue *q, struct iovec *v, size_t max)
{
	uint8_t *copied = q->bytes ? q->bytes + q->head : NULL;
	size_t n = 0;

	for (size_t i = q->first; i < q->end && n < max; i++, n++) {
		const struct out_seg *s = &q->seg[i];

		if (s->block) {
			v[n].iov_base = s->block->p + s->off;
		} else {
			v[n].iov_base = copied;
			copied += s->n;
		}
		v[n].iov_len = s->n;
	}
	return n;
}

static void shrink(struct out_queue *q)
{
	q->head = q->tail = 0;
	q->first = q->end = 0;
	if (q->bytes_cap > KEEP_BYTES) {
		mem_free(q->bytes);
		q->bytes = NULL;
		q->bytes_cap = 0;
	}
	if (q->seg_cap > KEEP_SEGS) {
		mem_free(q->seg);
		q->seg = NULL;
		q->seg_cap = 0;
	}
}

void out_queue_consume(struct out_queue *q, size_t n)
{
	assert(n <= q->total);
	q->total -= n;
	while (n > 0) {
		struct out_seg *s = &q->seg[q->first];
		size_t k = n < s->n ? n : s->n;

		n -= k;
		s->n -= k;
		if (s->block)
			s->off += k;
		else
			q->head += k;
		if (s->n > 0)
			return;
		if (s->block)
			block_drop(s->block);
		q->first++;
	}
	if (q->first == q->end)
		shrink(q);
}

void out_queue_free(struct out_queue *q)
{
	for (size_t i = q->first; i < q->end; i++)
		if (q->seg[i].block)
			block_drop(q->seg[i].block);
	mem_free(q->bytes);
	mem_free(q->seg);
	*q = (struct out_queue){0};
}
