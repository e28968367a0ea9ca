/*
 * sim_net.c - the nodes of the virtual internet, and its datagrams.
 * Streams are in sim_stream.c.
 */
#include "sim_net.h"

#include <string.h>

#include "base/mem.h"
#include "sim_net_priv.h"

#define REORDER_MS 80u

struct sim_net *sim_net_new(struct sim *s)
{
	struct sim_net *net = mem_zero(sizeof *net);

	net->sim = s;
	list_init(&net->datagrams);
	return net;
}

static void node_free(struct sim_node *n)
{
	sim_cancel(n->net->sim, &n->pump);
	mem_free(n->known);
	mem_free(n);
}

void sim_net_free(struct sim_net *net)
{
	list_for_each_safe (it, &net->datagrams) {
		struct datagram *d = container_of(it, struct datagram, link);

		sim_cancel(net->sim, &d->ev);
		mem_free(d);
	}
	if (net->nconns)
		sim_fail(net->sim, "%zu connections were never closed",
			net->nconns);
	for (size_t i = 0; i < net->nnodes; i++)
		node_free(net->nodes[i]);
	mem_free(net->nodes);
	mem_free(net);
}

struct sim *sim_net_sim(const struct sim_net *net)
{
	return net->sim;
}

struct sim_node *sim_node_new(struct sim_net *net, const struct sim_link *link)
{
	struct sim_node *n = mem_zero(sizeof *n);
	size_t i = net->nnodes;

	n->net = net;
	n->link = *link;
	n->ip = addr_v4(45, (uint8_t)(10 + i / 250), (uint8_t)(1 + i % 250), 7,
		0);
	n->pump.fire = sim_stream_pump;
	list_init(&n->sending);
	list_init(&n->ends);
	net->nodes = mem_grow(net->nodes, &net->cap, i + 1, sizeof *net->nodes);
	net->nodes[net->nnodes++] = n;
	return n;
}

const struct addr *sim_node_addr(const struct sim_node *n)
{
	return &n->ip;
}

struct sim_link *sim_node_link(struct sim_node *n)
{
	return &n->link;
}

struct sim_node *sim_net_find(const struct sim_net *net, const struct addr *a)
{
	for (size_t i = 0; i < net->nnodes; i++)
		if (addr_same_ip(&net->nodes[i]->ip, a))
			return net->nodes[i];
	return NULL;
}

void sim_node_set_dark(struct sim_node *n, bool dark)
{
	n->dark = dark;
}

bool sim_node_is_dark(const struct sim_node *n)
{
	return n->dark;
}

void sim_node_listen(struct sim_node *n, uint16_t port,
	void (*accept)(void *user, struct stream *s, const struct addr *from),
	void *user)
{
	n->tcp_port = port;
	n->accept = accept;
	n->accept_user = user;
}

void sim_node_bind_udp(struct sim_node *n, uint16_t port,
	void (*datagram)(void *user, struct span bytes,
		const struct addr *from),
	void *user)
{
	n->udp_port = port;
	n->datagram = datagram;
	n->udp_user = user;
}

uint32_t sim_net_latency(const struct sim_node *a, const struct sim_node *b)
{
	return a->link.latency_ms + b->link.latency_ms;
}

size_t sim_node_streams(const struct sim_node *n)
{
	size_t count = 0;

	for (const struct list *it = n->ends.next; it != &n->ends;
		it = it->next)
		count++;
	return count;
}

uint64_t sim_node_sent(const struct sim_node *n)
{
	return n->sent;
}

uint64_t sim_node_received(const struct sim_node *n)
{
	return n->received;
}

uint64_t sim_node_dials(const struct sim_node *n)
{
	return n->dials;
}

/* --- datagrams --------------------------------------------------------------
 */

/* Behind a NAT: only from where it has sent to before. */
static bool lets_in(const struct sim_node *n, const struct addr *from)
{
	if (!n->link.nat)
		return true;
	for (size_t i = 0; i < n->nknown; i++)
		if (addr_equal(&n->known[i], from))
			return true;
	return false;
}

static void note_sent_to(struct sim_node *n, const struct addr *to)
{
	if (!n->link.nat || lets_in(n, to))
		return;
	n->known = mem_grow(n->known, &n->known_cap, n->nknown + 1,
		sizeof *n->known);
	n->known[n->nknown++] = *to;
}

static void hand_over(struct sim_node *to, const struct datagram *d)
{
	struct span bytes = span_of(d->bytes, d->n);

	sim_mix(d->net->sim, sim_now(d->net->sim));
	sim_mix_bytes(d->net->sim, d->bytes, d->n);
	if (d->to_group)
		to->multicast(to->multicast_user, bytes, &d->from);
	else
		to->datagram(to->udp_user, bytes, &d->from);
}

static bool is_taken(const struct sim_node *to, const struct datagram *d)
{
	if (to->dark)
		return false;
	if (d->to_group)
		return to->multicast != NULL;
	return to->datagram && to->udp_port == d->to.port &&
	       lets_in(to, &d->from);
}

static void datagram_arrives(struct sim_event *ev)
{
	struct datagram *d = container_of(ev, struct datagram, ev);
	struct sim_node *to = sim_net_find(d->net, &d->to);

	list_remove(&d->link);
	if (to && is_taken(to, d))
		hand_over(to, d);
	mem_free(d);
}

static struct datagram *send_copy(struct sim_node *from, const struct addr *to,
	struct span bytes, uint64_t delay)
{
	struct sim_net *net = from->net;
	struct datagram *d = mem_zero(sizeof *d + bytes.n);

	d->net = net;
	d->from = from->ip;
	d->from.port = from->udp_port;
	d->to = *to;
	d->n = bytes.n;
	memcpy(d->bytes, bytes.p, bytes.n);
	d->ev.fire = datagram_arrives;
	list_push_back(&net->datagrams, &d->link);
	sim_in(net->sim, &d->ev, delay);
	return d;
}

void sim_send_udp(struct sim_node *from, const struct addr *to,
	struct span bytes)
{
	struct sim_net *net = from->net;
	struct sim *s = net->sim;
	struct sim_node *n = sim_net_find(net, to);
	uint64_t delay;

	note_sent_to(from, to);
	if (!n || from->dark || n->dark || from->udp_port == 0 ||
		sim_chance(s, from->link.loss_permille) ||
		sim_chance(s, n->link.loss_permille))
		return;
	delay = sim_net_latency(from, n) +
	        sim_between(s, 0, from->link.jitter_ms + n->link.jitter_ms);
	if (sim_chance(s, from->link.reorder_permille))
		delay += sim_between(s, 1, REORDER_MS);
	send_copy(from, to, bytes, delay);
	if (sim_chance(s, from->link.duplicate_permille))
		send_copy(from, to, bytes, delay + sim_between(s, 0, 20));
}

void sim_node_join(struct sim_node *n,
	void (*multicast)(void *user, struct span bytes,
		const struct addr *from),
	void *user)
{
	n->multicast = multicast;
	n->multicast_user = user;
}

void sim_multicast(struct sim_node *from, struct span bytes)
{
	struct sim_net *net = from->net;

	if (from->dark || from->link.lan == 0)
		return;
	for (size_t i = 0; i < net->nnodes; i++) {
		struct sim_node *n = net->nodes[i];

		if (n->link.lan != from->link.lan ||
			sim_chance(net->sim, n->link.loss_permille))
			continue;
		send_copy(from, &n->ip, bytes, sim_net_latency(from, n))
			->to_group = true;
	}
}
