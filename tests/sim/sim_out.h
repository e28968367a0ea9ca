/*
 * sim_out.h - what a virtual stream has still to send: copied bytes, and
 * blocks that are held until they have left.
 */
#ifndef SIM_OUT_H
#define SIM_OUT_H

#include "base/bytes.h"
#include "base/list.h"

struct block;

struct sim_out {
	struct list segs;
	size_t bytes; /* in all */
};

void sim_out_init(struct sim_out *o);
void sim_out_add(struct sim_out *o, struct span bytes);
void sim_out_add_block(struct sim_out *o, struct block *b, size_t n);
/* The first n bytes, of which there are enough. */
void sim_out_take(struct sim_out *o, uint8_t *to, size_t n);
void sim_out_empty(struct sim_out *o);

#endif
