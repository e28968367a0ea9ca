/*
 * heap.h - intrusive binary min-heap of deadlines.  Pure.
 *
 * Each node is a member of the object that waits.  A node outside the heap
 * has .at == 0 positions, so heap_remove() on it does nothing.  Ties leave in
 * no defined order.  All operations are O(log n).
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEVER UINT64_MAX

struct heap_node {
	uint64_t key; /* the deadline, ms */
	size_t at;    /* 1-based place in the array; 0: not in the heap */
};

struct heap {
	struct heap_node **a;
	size_t n, cap;
};

void heap_fini(struct heap *h); /* a zeroed heap is an empty heap */

/* Insert, move or (key NEVER) remove. */
void heap_set(struct heap *h, struct heap_node *n, uint64_t key);
void heap_remove(struct heap *h, struct heap_node *n);
struct heap_node *heap_min(const struct heap *h); /* NULL when empty */

static inline uint64_t heap_next(const struct heap *h)
{
	return h->n ? h->a[0]->key : NEVER;
}

#endif
