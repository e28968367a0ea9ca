/*
 * sim_gossip.h - a scripted peer that exchanges peers: it says what the test
 * wants and keeps what it hears.  It speaks the extension protocol, has no
 * piece, and gives the metadata of a magnet link when it is told to.
 */
#ifndef SIM_GOSSIP_H
#define SIM_GOSSIP_H

#include "proto/ut_pex.h"
#include "sim_swarm.h"

struct sim_gossip;

/* Belongs to the caller, who frees it before the world. */
struct sim_gossip *sim_gossip_new(struct sim_world *w);
void sim_gossip_free(struct sim_gossip *g);
struct addr sim_gossip_addr(const struct sim_gossip *g);
void sim_gossip_dial(struct sim_gossip *g, const struct addr *to);

/* To all it is connected with, at once; false: to nobody. */
bool sim_gossip_say(struct sim_gossip *g, const struct pex_message *m);
/* From now on it answers requests for metadata. */
void sim_gossip_reveal(struct sim_gossip *g);

size_t sim_gossip_connections(const struct sim_gossip *g); /* now */
uint64_t sim_gossip_accepted(const struct sim_gossip *g);  /* ever */
uint64_t sim_gossip_offers(const struct sim_gossip *g);    /* of ut_pex */
uint64_t sim_gossip_messages(const struct sim_gossip *g);  /* of ut_pex */
/* Whether it was told of this address, and not since that it went. */
bool sim_gossip_knows(const struct sim_gossip *g, const struct addr *a);

#endif
