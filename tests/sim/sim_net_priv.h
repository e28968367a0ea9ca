/*
 * sim_net_priv.h - what sim_net.c and sim_stream.c know of each other.
 */
#ifndef SIM_NET_PRIV_H
#define SIM_NET_PRIV_H

#include "base/list.h"
#include "sim_net.h"

struct datagram {
	struct sim_event ev;
	struct list link;
	struct sim_net *net;
	struct addr from, to;
	bool to_group;
	size_t n;
	uint8_t bytes[];
};

struct sim_net {
	struct sim *sim;
	struct sim_node **nodes;
	size_t nnodes, cap;
	struct list datagrams;
	size_t nconns; /* connections not yet freed */
};

struct sim_node {
	struct sim_net *net;
	struct addr ip;
	struct sim_link link;
	bool dark;

	uint16_t tcp_port, udp_port;
	void (*accept)(void *user, struct stream *s, const struct addr *from);
	void *accept_user;
	void (*datagram)(void *user, struct span bytes,
		const struct addr *from);
	void *udp_user;
	void (*multicast)(void *user, struct span bytes,
		const struct addr *from);
	void *multicast_user;
	struct addr *known; /* NAT: whom it has sent to */
	size_t nknown, known_cap;

	uint64_t up_free_us, down_free_us; /* when the links are free again */
	struct list sending;               /* ends with bytes to send */
	struct sim_event pump;
	struct list ends;
	uint64_t sent, received, dials;
};

/* The up link is free: send what waits. */
void sim_stream_pump(struct sim_event *ev);

#endif
