/*
 * dht_net.h - a made-up internet with thousands of DHT nodes on one clock.
 *
 * Purpose-made and small, since whole engines are not needed here: a ring of
 * milliseconds holds the datagrams, a heap the wake-ups of the nodes.  Each
 * struct dht has a public IPv4 address of its own.  Datagrams take 20 to 300
 * ms one way, most of them 50 to 110, and get lost.  Nodes behind a NAT can
 * ask, but hear only from whom they sent something in the last minute.  With
 * churn nodes leave without a word after minutes or days, and somebody new
 * with another address takes each one's place.
 *
 * Hosts that are no nodes (attackers, victims) are given as callbacks.
 *
 * All chance comes from the seed: a seed gives the same run every time.
 */
#ifndef DHT_NET_H
#define DHT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "dht/dht.h"
#include "dht/node_id.h"

#define DHT_NET_ROUTERS 8u /* the first nodes; they stay, without a NAT */
#define DHT_NET_TOLD_MAX 32u

struct dht_net;

struct dht_net_plan {
	uint64_t seed;
	uint32_t nodes;
	uint32_t loss_permille; /* of datagrams */
	uint32_t nat_permille;  /* of nodes */
	/* Nodes that never learn their address, so that their ids do not fit
	 * it: those of clients without BEP 42. */
	uint32_t unfit_permille;
	bool churn;
	uint64_t join_ms; /* in which they come, one after the other */
};

struct dht_net_search {
	struct dht_net_search *next; /* of the same node */
	uint32_t node, life;
	dht_search_id id;
	struct dht_query query;
	struct addr want; /* a peer that should be found; or ADDR_NONE */
	bool got;
	uint64_t began_ms, first_ms, done_ms; /* 0: not yet */
	uint64_t got_ms;
	bool is_gone; /* the node left meanwhile */
	uint32_t asked, found, announced_to, stored;
	/* Who was sent an announce. */
	struct addr told[DHT_NET_TOLD_MAX];
	size_t ntold;
};

struct dht_net_node {
	struct dht *dht; /* NULL: not there yet */
	struct addr addr;
	struct node_id id; /* as it says to others */
	uint32_t life;     /* counts those who had this place */
	bool is_natted, is_unfit;
	uint64_t born_ms, dies_ms;
};

struct dht_net_counts {
	uint64_t datagrams, bytes; /* sent by nodes */
	uint64_t lost;             /* by the network */
	uint64_t shut_out;         /* by a NAT */
	uint64_t to_nobody;
	uint64_t deaths;
};

struct dht_net *dht_net_new(const struct dht_net_plan *plan);
void dht_net_free(struct dht_net *n);

uint64_t dht_net_now(const struct dht_net *n);
void dht_net_run(struct dht_net *n, uint64_t ms);
struct rng *dht_net_rng(struct dht_net *n);
struct dht_net_counts dht_net_counts(const struct dht_net *n);
/* From now on. */
void dht_net_set_loss(struct dht_net *n, uint32_t permille);
void dht_net_set_churn(struct dht_net *n, bool on);

uint32_t dht_net_size(const struct dht_net *n);
const struct dht_net_node *dht_net_node(const struct dht_net *n, uint32_t i);
/* NULL: nobody has this address any more, or it is no node. */
const struct dht_net_node *dht_net_node_at(const struct dht_net *n,
	const struct addr *a);
/* One that has been there for this long. */
uint32_t dht_net_pick(struct dht_net *n, uint64_t age_ms);
/* Whether others can ask it. */
bool dht_net_is_reachable(const struct dht_net_node *node);
/* The reachable nodes closest to a target, closest first; returns how many. */
size_t dht_net_closest(const struct dht_net *n, const struct node_id *target,
	uint32_t *out, size_t max);

/* It leaves, and somebody new comes in its place. */
void dht_net_replace(struct dht_net *n, uint32_t i);

/* Valid as long as the net. */
struct dht_net_search *dht_net_search(struct dht_net *n, uint32_t node,
	const struct dht_query *q);

/* --- hosts that are no nodes ---------------------------------------------- */

typedef void dht_net_receive(void *user, const struct addr *from,
	const struct addr *to, struct span packet);

/* A public address that nobody has; in the /24 of `near` unless NULL. */
struct addr dht_net_new_addr(struct dht_net *n, const struct addr *near);
/* All that is sent to this IP, whatever the port. */
void dht_net_host(struct dht_net *n, const struct addr *a,
	dht_net_receive *receive, void *user);
/* From any address, forged ones too. */
void dht_net_send(struct dht_net *n, const struct addr *from,
	const struct addr *to, struct span packet);

#endif
