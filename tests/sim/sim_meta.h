/*
 * sim_meta.h - peers that only exchange info dictionaries (BEP 9), most of
 * them badly.
 *
 * Each listens on the usual port of a node of its own and has no piece of the
 * torrent.
 */
#ifndef SIM_META_H
#define SIM_META_H

#include "sim_swarm.h"

enum sim_meta_kind {
	META_HONEST,
	META_FALSE,   /* every part has an error */
	META_TAINTED, /* only the first */
	META_LONGER,  /* another size, and parts of it */
	META_HUGE,    /* says 32 MiB, answers nothing */
	META_SILENT,  /* says the right size, answers nothing */
	META_REJECTS,
	META_SLOW,   /* a false part each nine seconds */
	META_GREEDY, /* asks: all parts, `rounds` times over */
	META_LATE,   /* says no size and rejects the first request */
	META_DROPS,  /* overhears what is asked before it has answered */
	META_SINGLE, /* rtorrent: the same, and it never listens again */
	META_KINDS,
};

struct sim_meta_plan {
	enum sim_meta_kind kind;
	struct span info; /* borrowed; empty: the torrent's own */
	unsigned rounds;
};

struct sim_meta;

/* Belongs to the caller, who frees it before the world. */
struct sim_meta *sim_meta_new(struct sim_world *w, const struct sim_link *link,
	const struct sim_meta_plan *plan);
void sim_meta_free(struct sim_meta *e);
struct addr sim_meta_addr(const struct sim_meta *e);
void sim_meta_dial(struct sim_meta *e, const struct addr *to);

uint64_t sim_meta_accepted(const struct sim_meta *e); /* connections */
uint64_t sim_meta_asked(const struct sim_meta *e);    /* requests it got */
uint64_t sim_meta_data(const struct sim_meta *e);     /* parts it got */
uint64_t sim_meta_rejects(const struct sim_meta *e);

#endif
