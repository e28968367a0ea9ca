/*
 * out_queue.h - what waits to be sent on a stream.
 *
 * Small messages are copied into one buffer, blocks are held and not copied;
 * the order is kept.  Both leave through one array of iovecs.  An empty queue
 * keeps at most a few KiB of memory, so thousands of idle connections are
 * cheap.  Does no I/O.
 */
#ifndef HOST_OUT_QUEUE_H
#define HOST_OUT_QUEUE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/bytes.h"

struct block;

struct out_seg {
	struct block *block; /* NULL: the next n copied bytes */
	size_t off;          /* of a block: what has left already */
	size_t n;            /* still to be sent */
};

/* Zeroed is empty. */
struct out_queue {
	uint8_t *bytes; /* copied ones: [head, tail) */
	size_t head, tail, bytes_cap;
	struct out_seg *seg; /* [first, end) */
	size_t first, end, seg_cap;
	size_t total; /* bytes of all segments */
};

void out_queue_add(struct out_queue *q, struct span s);
/* Takes one more hold of the block. */
void out_queue_add_block(struct out_queue *q, struct block *b, size_t n);

/* The front of the queue, as far as max entries reach; valid until the queue
 * is changed.  Returns how many were filled. */
size_t out_queue_peek(const struct out_queue *q, struct iovec *v, size_t max);
/* n bytes have left; n <= total. */
void out_queue_consume(struct out_queue *q, size_t n);

void out_queue_free(struct out_queue *q); /* drops blocks; empty again */

#endif
