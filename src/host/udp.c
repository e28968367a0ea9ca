/*
 * udp.c - the datagram socket of one family: uTP, DHT, trackers, all of it.
 *
 * Both ways in batches: one recvmmsg() takes up to 64 datagrams into the
 * host's buffer, and what is sent during a turn is copied aside and leaves
 * with one sendmmsg() at its end.  A datagram that cannot be sent is lost
 * without a word, as on any network.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

#define DATAGRAMS_PER_TURN 64u
/* Longer ones are dropped: nothing we speak comes near. */
#define DATAGRAM_MAX (HOST_READ_BYTES / DATAGRAMS_PER_TURN)
#define BATCH 64u
/* Kept while the socket takes nothing; more are lost. */
#define WAITING_MAX 512u
#define SOCKET_BUFFER (1 << 20)

struct datagram {
	struct addr to;
	size_t off, n; /* in udp.bytes */
};

struct udp {
	struct uv_host *h;
	struct closer closer;
	uv_poll_t poll;
	int fd;
	bool started, blocked;
	struct datagram out[WAITING_MAX]; /* [first, end) */
	size_t first, end;
	struct buf bytes;
};

static void on_poll(uv_poll_t *p, int status, int events);

static void udp_free(void *user)
{
	struct udp *u = user;
	struct uv_host *h = u->h;

	buf_free(&u->bytes);
	mem_free(u);
	closer_drop(&h->closer);
}

static void on_closed(uv_handle_t *handle)
{
	struct udp *u = handle->data;

	closer_drop(&u->closer);
}

static void watch(struct udp *u)
{
	int want =
		(u->started ? UV_READABLE : 0) | (u->blocked ? UV_WRITABLE : 0);

	if (want)
		uv_poll_start(&u->poll, want, on_poll);
}

/* How many of the batch left; -1: the first one failed, see errno. */
static int send_batch(struct udp *u)
{
	struct mmsghdr m[BATCH];
	struct iovec v[BATCH];
	struct sockaddr_storage ss[BATCH];
	unsigned n = 0;

	memset(m, 0, sizeof m);
	for (size_t i = u->first; i < u->end && n < BATCH; i++, n++) {
		const struct datagram *d = &u->out[i];

		v[n].iov_base = u->bytes.p + d->off;
		v[n].iov_len = d->n;
		m[n].msg_hdr.msg_iov = &v[n];
		m[n].msg_hdr.msg_iovlen = 1;
		m[n].msg_hdr.msg_name = &ss[n];
		m[n].msg_hdr.msg_namelen = sockaddr_from(&d->to, &ss[n]);
	}
	return sendmmsg(u->fd, m, n, MSG_NOSIGNAL);
}

static void set_blocked(struct udp *u, bool blocked)
{
	if (u->blocked == blocked)
		return;
	u->blocked = blocked;
	watch(u);
}

void udp_flush(struct udp *u)
{
	while (u->first < u->end) {
		int n = send_batch(u);

		if (n > 0)
			u->first += (size_t)n;
		else if (errno == EAGAIN || errno == ENOBUFS)
			break;
		else if (errno != EINTR)
			u->first++; /* this one cannot be sent at all */
	}
	if (u->first == u->end) {
		u->first = u->end = 0;
		u->bytes.len = 0;
	}
	set_blocked(u, u->end > 0);
}

void udp_send(struct udp *u, const struct addr *to, struct span s)
{
	if (u->end == WAITING_MAX || s.n > DATAGRAM_MAX)
		return;
	u->out[u->end++] =
		(struct datagram){.to = *to, .off = u->bytes.len, .n = s.n};
	buf_add(&u->bytes, s);
	if (u->blocked)
		return;
	if (u->end - u->first >= BATCH)
		udp_flush(u);
	else if (u->end == 1)
		uv_host_hurry(u->h);
}

static void receive(struct udp *u)
{
	struct mmsghdr m[DATAGRAMS_PER_TURN];
	struct iovec v[DATAGRAMS_PER_TURN];
	struct sockaddr_storage ss[DATAGRAMS_PER_TURN];
	struct uv_host *h = u->h;
	int n;

	memset(m, 0, sizeof m);
	for (size_t i = 0; i < DATAGRAMS_PER_TURN; i++) {
		v[i].iov_base = h->read_buf + i * DATAGRAM_MAX;
		v[i].iov_len = DATAGRAM_MAX;
		m[i].msg_hdr.msg_iov = &v[i];
		m[i].msg_hdr.msg_iovlen = 1;
		m[i].msg_hdr.msg_name = &ss[i];
		m[i].msg_hdr.msg_namelen = sizeof ss[i];
	}
	n = recvmmsg(u->fd, m, DATAGRAMS_PER_TURN, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n && h->up.datagram; i++) {
		struct addr from = sockaddr_read(&ss[i]);

		if (m[i].msg_hdr.msg_flags & MSG_TRUNC ||
			from.family == ADDR_NONE)
			continue;
		h->up.datagram(h->up.user, span_of(v[i].iov_base, m[i].msg_len),
			&from);
	}
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct udp *u = p->data;

	if (status < 0) {
		/* An error that waits in the socket: take it and go on. */
		int os;
		socklen_t n = sizeof os;

		getsockopt(u->fd, SOL_SOCKET, SO_ERROR, &os, &n);
		watch(u);
		return;
	}
	if (events & UV_WRITABLE)
		udp_flush(u);
	if (events & UV_READABLE)
		receive(u);
}

struct udp *udp_open(struct uv_host *h, int fd)
{
	const int size = SOCKET_BUFFER;
	struct udp *u = mem_zero(sizeof *u);

	u->h = h;
	u->fd = fd;
	closer_init(&u->closer, udp_free, u);
	closer_hold(&h->closer);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (uv_poll_init(h->loop, &u->poll, fd) < 0) {
		close(fd);
		u->fd = -1;
		udp_close(u);
		return NULL;
	}
	u->poll.data = u;
	closer_hold(&u->closer);
	return u;
}

void udp_start(struct udp *u)
{
	u->started = true;
	watch(u);
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	if (u->fd >= 0) {
		uv_close((uv_handle_t *)&u->poll, on_closed);
		close(u->fd);
	}
	closer_close(&u->closer);
}
