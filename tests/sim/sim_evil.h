/*
 * sim_evil.h - peers that do not play by the rules, driven by a script.
 *
 * Each speaks the real wire protocol, listens on the usual port of a node of
 * its own, and behaves well for the first `honest_blocks` blocks that it is
 * asked for.
 */
#ifndef SIM_EVIL_H
#define SIM_EVIL_H

#include "sim_swarm.h"

enum sim_evil_kind {
	EVIL_NONE,     /* a plain seed: for comparison */
	EVIL_LIAR,     /* corrupts `permille` of the blocks it sends */
	EVIL_SNUBBER,  /* promises everything, sends nothing */
	EVIL_LORIS,    /* sends its blocks at a byte a second */
	EVIL_REJECTER, /* promises everything, rejects every request */
	EVIL_FLAPPER,  /* chokes and unchokes all the time */
	EVIL_FLOODER,  /* blocks nobody asked for, without an end */
	EVIL_NAGGER,   /* control messages without an end */
	EVIL_GLUTTON,  /* asks for everything and reads nothing */
	EVIL_SILENT,   /* accepts and says not one byte */
	EVIL_REPLAY,   /* plays `script`, whatever it hears */
	EVIL_KINDS,
};

struct sim_evil_plan {
	enum sim_evil_kind kind;
	uint32_t permille;
	uint32_t honest_blocks;
	struct span script; /* REPLAY; borrowed */
};

struct sim_evil;

/* Belongs to the caller, who frees it before the world. */
struct sim_evil *sim_evil_new(struct sim_world *w, const struct sim_link *link,
	const struct sim_evil_plan *plan);
void sim_evil_free(struct sim_evil *e);
struct addr sim_evil_addr(const struct sim_evil *e);
struct sim_node *sim_evil_node(struct sim_evil *e);
/* Tell the tracker of it, as if it had announced itself. */
void sim_evil_announce(struct sim_evil *e);
/* Connect to somebody, now. */
void sim_evil_dial(struct sim_evil *e, const struct addr *to);

size_t sim_evil_connections(const struct sim_evil *e); /* now */
uint64_t sim_evil_accepted(const struct sim_evil *e);  /* ever */
uint64_t sim_evil_lies(const struct sim_evil *e);      /* corrupt blocks sent */
uint64_t sim_evil_asked(const struct sim_evil *e);     /* requests it got */

#endif
