/*
 * multicast.c - see multicast.h.
 *
 * A socket is bound to the address of its group, so nothing else reaches it,
 * and told to hear only groups it joined itself.  With each datagram travels
 * a note of the interface it is for, or came by.
 */
#include "host/multicast.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "host/errmap.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"
#include "proto/lsd.h"

#ifndef IPV6_MULTICAST_ALL /* Linux 4.20 */
#define IPV6_MULTICAST_ALL 29
#endif

#define READS_PER_TURN 16u
#define NOTE_BYTES 64u /* room for either kind of interface note */

/* An address of an interface, and how much of it names the network. */
struct net {
	unsigned index;
	struct addr addr;
	unsigned bits;
	bool joined;
};

/* The socket of one family; lives until libuv gave its handle back. */
struct group {
	struct multicast *m;
	struct closer closer;
	uv_poll_t poll;
	int fd;
};

struct multicast {
	struct uv_host *h;
	struct closer closer;
	uv_timer_t timer;
	bool on, warned;
	struct group *groups[HOST_FAMILIES]; /* NULL: not open */
	struct net nets[MULTICAST_NETS_MAX];
	size_t nnets;
};

/* --- interfaces ------------------------------------------------------- */

static unsigned count_bits(const struct addr *mask)
{
	unsigned n = 0;

	for (size_t i = 0; i < sizeof mask->ip; i++)
		for (unsigned bit = 0x80; bit; bit >>= 1) {
			if (!(mask->ip[i] & bit))
				return n;
			n++;
		}
	return n;
}

static bool in_net(const struct net *n, const struct addr *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (a->family != n->addr.family ||
		memcmp(a->ip, n->addr.ip, whole) != 0)
		return false;
	return !rest || (a->ip[whole] ^ n->addr.ip[whole]) >> (8 - rest) == 0;
}

static bool is_any(const struct addr *a)
{
	static const struct addr zero;

	return memcmp(a->ip, zero.ip, sizeof a->ip) == 0;
}

/* The address all that leaves must have; NULL: the system may choose. */
static const struct addr *bound_to(const struct uv_host *h, uint8_t family)
{
	const struct addr *a = uv_host_local(h, family);

	return a && h->bound && !is_any(a) ? a : NULL;
}

static bool may_use(const struct uv_host *h, const struct ifaddrs *i,
	const struct net *n)
{
	const struct addr *bound = bound_to(h, n->addr.family);

	if (!uv_host_local(h, n->addr.family) || !(i->ifa_flags & IFF_UP))
		return false;
	if (!bound)
		return i->ifa_flags & IFF_MULTICAST &&
		       !(i->ifa_flags & IFF_LOOPBACK);
	/* Of the loopback network every address is ours, named or not. */
	if (i->ifa_flags & IFF_LOOPBACK)
		return in_net(n, bound);
	return i->ifa_flags & IFF_MULTICAST && addr_same_ip(&n->addr, bound);
}

static struct addr read_sockaddr(const struct sockaddr *sa)
{
	struct sockaddr_storage ss = {0};

	if (sa && sa->sa_family == AF_INET)
		memcpy(&ss, sa, sizeof(struct sockaddr_in));
	else if (sa && sa->sa_family == AF_INET6)
		memcpy(&ss, sa, sizeof(struct sockaddr_in6));
	return sockaddr_read(&ss);
}

/* The kernel leaves the family out of some masks. */
static unsigned mask_bits(const struct ifaddrs *i, uint8_t family)
{
	struct addr mask = {.family = family};

	if (!i->ifa_netmask)
		return family == ADDR_V4 ? 32 : 128;
	if (family == ADDR_V4) {
		struct sockaddr_in in;

		memcpy(&in, i->ifa_netmask, sizeof in);
		memcpy(mask.ip, &in.sin_addr, 4);
	} else {
		struct sockaddr_in6 in6;

		memcpy(&in6, i->ifa_netmask, sizeof in6);
		memcpy(mask.ip, &in6.sin6_addr, 16);
	}
	return count_bits(&mask);
}

static size_t list_nets(const struct uv_host *h, struct net *out, size_t max)
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	if (getifaddrs(&all) != 0)
		return 0;
	for (const struct ifaddrs *i = all; i && n < max; i = i->ifa_next) {
		struct net net = {.addr = read_sockaddr(i->ifa_addr)};

		if (net.addr.family == ADDR_NONE)
			continue;
		net.bits = mask_bits(i, net.addr.family);
		net.index = if_nametoindex(i->ifa_name);
		if (net.index != 0 && may_use(h, i, &net))
			out[n++] = net;
	}
	freeifaddrs(all);
	return n;
}

/* --- membership ------------------------------------------------------- */

static int set_member(const struct group *g, const struct net *n, bool on)
{
	struct addr to = lsd_group((enum addr_family)n->addr.family);

	if (n->addr.family == ADDR_V4) {
		struct ip_mreqn r = {.imr_ifindex = (int)n->index};

		memcpy(&r.imr_multiaddr, to.ip, 4);
		return setsockopt(g->fd, IPPROTO_IP,
			on ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &r,
			sizeof r);
	}
	struct ipv6_mreq r6 = {.ipv6mr_interface = n->index};

	memcpy(&r6.ipv6mr_multiaddr, to.ip, 16);
	return setsockopt(g->fd, IPPROTO_IPV6,
		on ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &r6, sizeof r6);
}

/* Membership is of the interface, whatever addresses it has. */
static bool has_interface(const struct net *nets, size_t n,
	const struct net *like)
{
	for (size_t i = 0; i < n; i++)
		if (nets[i].index == like->index &&
			nets[i].addr.family == like->addr.family)
			return true;
	return false;
}

static struct group *group_for(const struct multicast *m, uint8_t family)
{
	return m->groups[uv_host_family_index(family)];
}

/* Failures are silent: an interface may go at any moment, and the list is
 * looked at again. */
static void look(struct multicast *m)
{
	struct net now[MULTICAST_NETS_MAX];
	size_t n = list_nets(m->h, now, MULTICAST_NETS_MAX);

	for (size_t i = 0; i < m->nnets; i++) {
		const struct group *g = group_for(m, m->nets[i].addr.family);

		if (g && !has_interface(now, n, &m->nets[i]))
			(void)set_member(g, &m->nets[i], false);
	}
	/* An interface that was away and is back has to be joined again; of
	 * those joined the kernel says so. */
	for (size_t i = 0; i < n; i++) {
		const struct group *g = group_for(m, now[i].addr.family);

		now[i].joined = g && (set_member(g, &now[i], true) == 0 ||
					     errno == EADDRINUSE);
	}
	memcpy(m->nets, now, n * sizeof now[0]);
	m->nnets = n;
}

static void on_timer(uv_timer_t *t)
{
	look(t->data);
}

/* --- receiving -------------------------------------------------------- */

static unsigned interface_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
		c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			return (unsigned)info.ipi_ifindex;
		}
		if (c->cmsg_level == IPPROTO_IPV6 &&
			c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof info);
			return (unsigned)info.ipi6_ifindex;
		}
	}
	return 0;
}

static bool is_neighbour(const struct multicast *m, const struct addr *from,
	unsigned index)
{
	for (size_t i = 0; i < m->nnets; i++)
		if (m->nets[i].index == index && in_net(&m->nets[i], from))
			return true;
	return false;
}

/* False when there is nothing more to read now. */
static bool receive_one(struct group *g)
{
	struct uv_host *h = g->m->h;
	struct sockaddr_storage ss = {0};
	alignas(struct cmsghdr) uint8_t note[NOTE_BYTES];
	struct iovec v = {.iov_base = h->read_buf, .iov_len = LSD_READ_MAX};
	struct msghdr msg = {.msg_name = &ss,
		.msg_namelen = sizeof ss,
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = note,
		.msg_controllen = sizeof note};
	ssize_t n = recvmsg(g->fd, &msg, MSG_DONTWAIT);
	struct addr from;

	if (n < 0)
		return errno == EINTR;
	from = sockaddr_read(&ss);
	if (!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) && h->up.multicast &&
		is_neighbour(g->m, &from, interface_of(&msg)))
		h->up.multicast(h->up.user, span_of(h->read_buf, (size_t)n),
			&from);
	return true;
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct group *g = p->data;
	int os;
	socklen_t n = sizeof os;

	(void)events;
	if (status < 0) { /* an error that waits in the socket: take it */
		getsockopt(g->fd, SOL_SOCKET, SO_ERROR, &os, &n);
		uv_poll_start(p, UV_READABLE, on_poll);
		return;
	}
	/* The host may be closed from within. */
	for (unsigned i = 0; i < READS_PER_TURN && !g->closer.closing; i++)
		if (!receive_one(g))
			return;
}

/* --- sockets ---------------------------------------------------------- */

static void group_free(void *user)
{
	struct group *g = user;
	struct multicast *m = g->m;

	mem_free(g);
	closer_drop(&m->closer);
}

static void on_group_closed(uv_handle_t *handle)
{
	struct group *g = handle->data;

	closer_drop(&g->closer);
}

static bool set_options(int fd, enum addr_family family)
{
	const int on = 1, off = 0, hops = 1;
	const struct {
		int level, name;
		const int *value;
	} all[][8] = {
		{{SOL_SOCKET, SO_REUSEADDR, &on},
			{SOL_SOCKET, SO_REUSEPORT, &on},
			{IPPROTO_IP, IP_MULTICAST_ALL, &off},
			{IPPROTO_IP, IP_MULTICAST_LOOP, &on},
			{IPPROTO_IP, IP_MULTICAST_TTL, &hops},
			{IPPROTO_IP, IP_PKTINFO, &on}},
		{{SOL_SOCKET, SO_REUSEADDR, &on},
			{SOL_SOCKET, SO_REUSEPORT, &on},
			{IPPROTO_IPV6, IPV6_V6ONLY, &on},
			{IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &on},
			{IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops},
			{IPPROTO_IPV6, IPV6_RECVPKTINFO, &on}},
	};
	size_t f = uv_host_family_index((uint8_t)family);

	for (size_t i = 0; all[f][i].value; i++)
		if (setsockopt(fd, all[f][i].level, all[f][i].name,
			    all[f][i].value, sizeof(int)) != 0)
			return false;
	/* Older kernels do without, and the interface is looked at anyway. */
	if (family == ADDR_V6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off,
			sizeof off);
	return true;
}

/* The descriptor, or -1 and errno. */
static int open_socket(enum addr_family family)
{
	struct addr a = lsd_group(family);
	struct sockaddr_storage ss;
	socklen_t n = sockaddr_from(&a, &ss);
	int fd = socket(family == ADDR_V4 ? AF_INET : AF_INET6,
		SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int e;

	if (fd < 0)
		return -1;
	if (set_options(fd, family) &&
		bind(fd, (const struct sockaddr *)&ss, n) == 0)
		return fd;
	e = errno;
	close(fd);
	errno = e;
	return -1;
}

static void group_close(struct group *g)
{
	if (g->fd >= 0) {
		uv_close((uv_handle_t *)&g->poll, on_group_closed);
		close(g->fd);
	}
	closer_close(&g->closer);
}

static struct group *group_open(struct multicast *m, enum addr_family family)
{
	int fd = open_socket(family);
	struct group *g;

	if (fd < 0) {
		if (!m->warned && errno != EAFNOSUPPORT)
			log_warn("net", "no local discovery: %s",
				errmap_text(errno));
		m->warned = true;
		return NULL;
	}
	g = mem_zero(sizeof *g);
	g->m = m;
	g->fd = fd;
	closer_init(&g->closer, group_free, g);
	closer_hold(&m->closer);
	if (uv_poll_init(m->h->loop, &g->poll, fd) < 0) {
		close(fd);
		g->fd = -1;
		group_close(g);
		return NULL;
	}
	g->poll.data = g;
	closer_hold(&g->closer);
	uv_poll_start(&g->poll, UV_READABLE, on_poll);
	return g;
}

void multicast_join(struct multicast *m, bool on)
{
	static const enum addr_family family[HOST_FAMILIES] = {
		ADDR_V4, ADDR_V6};

	if (m->on == on || m->closer.closing)
		return;
	m->on = on;
	m->nnets = 0;
	for (size_t i = 0; i < HOST_FAMILIES; i++) {
		if (!on && m->groups[i])
			group_close(m->groups[i]);
		m->groups[i] = NULL;
		if (on && uv_host_local(m->h, (uint8_t)family[i]))
			m->groups[i] = group_open(m, family[i]);
	}
	if (!on) {
		uv_timer_stop(&m->timer);
		return;
	}
	look(m);
	uv_timer_start(&m->timer, on_timer, MULTICAST_LOOK_MS,
		MULTICAST_LOOK_MS);
}

/* --- sending ---------------------------------------------------------- */

/* The note that names the interface of a datagram, and its source if that
 * is not free; its length. */
static size_t put_note(const struct net *n, const struct addr *from,
	struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);

	if (n->addr.family == ADDR_V4) {
		struct in_pktinfo info = {.ipi_ifindex = (int)n->index};

		if (from)
			memcpy(&info.ipi_spec_dst, from->ip, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof info);
		memcpy(CMSG_DATA(c), &info, sizeof info);
		return CMSG_SPACE(sizeof info);
	}
	struct in6_pktinfo info6 = {.ipi6_ifindex = n->index};

	if (from)
		memcpy(&info6.ipi6_addr, from->ip, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof info6);
	memcpy(CMSG_DATA(c), &info6, sizeof info6);
	return CMSG_SPACE(sizeof info6);
}

static bool send_by(const struct group *g, const struct net *n, struct span s)
{
	struct addr to = lsd_group((enum addr_family)n->addr.family);
	struct sockaddr_storage ss;
	alignas(struct cmsghdr) uint8_t note[NOTE_BYTES] = {0};
	union {
		const uint8_t *in;
		void *out; /* sendmsg() only reads it */
	} bytes = {.in = s.p};
	struct iovec v = {.iov_base = bytes.out, .iov_len = s.n};
	struct msghdr msg = {.msg_name = &ss,
		.msg_namelen = sockaddr_from(&to, &ss),
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = note,
		.msg_controllen = sizeof note};

	msg.msg_controllen =
		put_note(n, bound_to(g->m->h, n->addr.family), &msg);
	return sendmsg(g->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	       errno == EAGAIN || errno == ENOBUFS || errno == EINTR;
}

/* Once on an interface, however many addresses it has.  False if it left by
 * none; *failed if one of them did not take it. */
static bool send_by_all(const struct multicast *m, enum addr_family family,
	struct span s, bool *failed)
{
	const struct group *g = group_for(m, (uint8_t)family);
	bool sent = false;

	for (size_t i = 0; i < m->nnets; i++) {
		const struct net *n = &m->nets[i];

		if (n->addr.family != family || !n->joined ||
			has_interface(m->nets, i, n))
			continue;
		if (send_by(g, n, s))
			sent = true;
		else
			*failed = true;
	}
	return sent;
}

void multicast_send(struct multicast *m, enum addr_family family, struct span s)
{
	bool sent, failed = false;

	if (!m->on || family == ADDR_NONE || !group_for(m, (uint8_t)family))
		return;
	sent = send_by_all(m, family, s, &failed);
	if (sent && !failed)
		return;
	look(m);
	if (!sent) /* there may be a network only now */
		(void)send_by_all(m, family, s, &failed);
}

/* --- opening and closing ---------------------------------------------- */

static void multicast_free(void *user)
{
	struct multicast *m = user;
	struct uv_host *h = m->h;

	mem_free(m);
	closer_drop(&h->closer);
}

static void on_timer_closed(uv_handle_t *handle)
{
	struct multicast *m = handle->data;

	closer_drop(&m->closer);
}

struct multicast *multicast_open(struct uv_host *h)
{
	struct multicast *m = mem_zero(sizeof *m);

	m->h = h;
	closer_init(&m->closer, multicast_free, m);
	closer_hold(&h->closer);
	uv_timer_init(h->loop, &m->timer);
	m->timer.data = m;
	closer_hold(&m->closer);
	return m;
}

void multicast_close(struct multicast *m)
{
	if (!m)
		return;
	multicast_join(m, false);
	uv_close((uv_handle_t *)&m->timer, on_timer_closed);
	closer_close(&m->closer);
}
