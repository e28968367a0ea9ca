/*
 * sim_net.h - a virtual internet: nodes with addresses, streams, datagrams.
 *
 * A node is one machine.  Bytes of a stream leave through its up link, take
 * the latency of both nodes, and enter through the other's down link; links
 * are shared by all streams of the node in turn.  What arrives is split at
 * random places.  At most SIM_WINDOW bytes of a stream direction are on the
 * way; the rest waits at the sender, where stream_queued() sees it.
 *
 * The streams are struct stream of core/host.h: an engine cannot tell them
 * from real ones.  Single-threaded; everything belongs to one struct sim.
 */
#ifndef SIM_NET_H
#define SIM_NET_H

#include "base/addr.h"
#include "core/host.h"
#include "sim.h"

#define SIM_WINDOW (512u << 10)
#define SIM_CONNECT_GIVE_UP_MS 127000u
#define SIM_RETRANSMIT_MS 1000u
#define SIM_BROKEN_MS 900000u /* silence after which a stream is given up */

struct sim_net;
struct sim_node;

struct sim_link {
	uint64_t up_bps, down_bps; /* bytes per second; 0: no limit */
	uint32_t latency_ms;       /* this node's part of one way */
	uint32_t jitter_ms;
	/* Of datagrams; streams suffer a loss as a delay. */
	uint32_t loss_permille, duplicate_permille, reorder_permille;
	uint32_t lan; /* whose multicast reaches it; 0: nobody's */
	bool nat;     /* nobody can connect to it; datagrams only as answers */
};

struct sim_net *sim_net_new(struct sim *s);
/* All streams have been closed. */
void sim_net_free(struct sim_net *net);
struct sim *sim_net_sim(const struct sim_net *net);

/* The next free address of the virtual internet.  Owned by the net. */
struct sim_node *sim_node_new(struct sim_net *net, const struct sim_link *link);
const struct addr *sim_node_addr(const struct sim_node *n); /* port 0 */
struct sim_link *sim_node_link(struct sim_node *n);         /* may be changed */
struct sim_node *sim_net_find(const struct sim_net *net, const struct addr *a);

/* A black hole: nothing gets in or out, and nobody is told. */
void sim_node_set_dark(struct sim_node *n, bool dark);
bool sim_node_is_dark(const struct sim_node *n);

/* port 0: stop.  The one who accepts takes the stream over and sets its user
 * before it returns, or closes it. */
void sim_node_listen(struct sim_node *n, uint16_t port,
	void (*accept)(void *user, struct stream *s, const struct addr *from),
	void *user);
void sim_node_bind_udp(struct sim_node *n, uint16_t port,
	void (*datagram)(void *user, struct span bytes,
		const struct addr *from),
	void *user);

/* What is sent to all of its own network, itself included; NULL: not heard. */
void sim_node_join(struct sim_node *n,
	void (*multicast)(void *user, struct span bytes,
		const struct addr *from),
	void *user);

/* ADDR_NONE cannot be reached: fails at once, through ended(). */
struct stream *sim_dial(struct sim_node *from, const struct addr *to,
	const struct stream_events *ev, void *user);
void sim_send_udp(struct sim_node *from, const struct addr *to,
	struct span bytes);
void sim_multicast(struct sim_node *from, struct span bytes);

/*
 * The process on this node dies: its ports close, and its streams end for
 * the others (with a reset).  Its own side hears nothing more, but must still
 * close its streams.
 */
void sim_node_die(struct sim_node *n);
/* Reset one of the node's open streams, chosen at random; false: none. */
bool sim_node_reset_one(struct sim_node *n);

size_t sim_node_streams(const struct sim_node *n); /* open or opening */
uint64_t sim_node_sent(const struct sim_node *n);  /* stream bytes */
uint64_t sim_node_received(const struct sim_node *n);
uint64_t sim_node_dials(const struct sim_node *n);
/* One way from a to b without queues, ms. */
uint32_t sim_net_latency(const struct sim_node *a, const struct sim_node *b);

#endif
