/*
 * heap.c - see heap.h.  Places are 1-based, as in the nodes: the parent of
 * place i is i / 2, its children are 2i and 2i + 1.
 */
#include "base/heap.h"

#include "base/mem.h"

static void place(struct heap *h, size_t at, struct heap_node *n)
{
	h->a[at - 1] = n;
	n->at = at;
}

/* Put n where it belongs, at place `at` or nearer to the root. */
static void sift_up(struct heap *h, size_t at, struct heap_node *n)
{
	while (at > 1) {
		struct heap_node *parent = h->a[at / 2 - 1];

		if (parent->key <= n->key)
			break;
		place(h, at, parent);
		at /= 2;
	}
	place(h, at, n);
}

/* Put n where it belongs, at place `at` or farther from the root. */
static void sift_down(struct heap *h, size_t at, struct heap_node *n)
{
	for (;;) {
		size_t child = at * 2;

		if (child > h->n)
			break;
		if (child < h->n && h->a[child]->key < h->a[child - 1]->key)
			child++;
		if (n->key <= h->a[child - 1]->key)
			break;
		place(h, at, h->a[child - 1]);
		at = child;
	}
	place(h, at, n);
}

static void settle(struct heap *h, size_t at, struct heap_node *n)
{
	if (at > 1 && n->key < h->a[at / 2 - 1]->key)
		sift_up(h, at, n);
	else
		sift_down(h, at, n);
}

void heap_fini(struct heap *h)
{
	mem_free(h->a);
	*h = (struct heap){0};
}

void heap_remove(struct heap *h, struct heap_node *n)
{
	size_t at = n->at;
	struct heap_node *last;

	if (!at)
		return;
	n->at = 0;
	last = h->a[--h->n];
	if (last != n)
		settle(h, at, last);
}

void heap_set(struct heap *h, struct heap_node *n, uint64_t key)
{
	if (key == NEVER) {
		heap_remove(h, n);
		n->key = NEVER;
		return;
	}
	n->key = key;
	if (n->at) {
		settle(h, n->at, n);
		return;
	}
	h->a = (struct heap_node **)mem_grow(h->a, &h->cap, h->n + 1,
		sizeof(struct heap_node *));
	h->n++;
	sift_up(h, h->n, n);
}

struct heap_node *heap_min(const struct heap *h)
{
	return h->n ? h->a[0] : NULL;
}
