/*
 * sim_out.c - see sim_out.h.
 */
#include "sim_out.h"

#include <string.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"

/* Own bytes, or a block. */
struct seg {
	struct list link;
	struct block *block;
	size_t off, n;
	uint8_t bytes[];
};

void sim_out_init(struct sim_out *o)
{
	list_init(&o->segs);
	o->bytes = 0;
}

static struct seg *add_seg(struct sim_out *o, size_t own, size_t n)
{
	struct seg *g = mem_zero(sizeof *g + own);

	g->n = n;
	list_push_back(&o->segs, &g->link);
	o->bytes += n;
	return g;
}

void sim_out_add(struct sim_out *o, struct span bytes)
{
	if (bytes.n)
		memcpy(add_seg(o, bytes.n, bytes.n)->bytes, bytes.p, bytes.n);
}

void sim_out_add_block(struct sim_out *o, struct block *b, size_t n)
{
	block_hold(b);
	add_seg(o, 0, n)->block = b;
}

static void seg_free(struct seg *g)
{
	list_remove(&g->link);
	if (g->block)
		block_drop(g->block);
	mem_free(g);
}

void sim_out_take(struct sim_out *o, uint8_t *to, size_t n)
{
	o->bytes -= n;
	while (n > 0) {
		struct seg *g =
			container_of(list_front(&o->segs), struct seg, link);
		const uint8_t *from = g->block ? g->block->p : g->bytes;
		size_t take = g->n - g->off < n ? g->n - g->off : n;

		memcpy(to, from + g->off, take);
		to += take;
		n -= take;
		g->off += take;
		if (g->off == g->n)
			seg_free(g);
	}
}

void sim_out_empty(struct sim_out *o)
{
	list_for_each_safe (it, &o->segs)
		seg_free(container_of(it, struct seg, link));
	o->bytes = 0;
}
