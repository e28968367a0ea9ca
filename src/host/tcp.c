/*
 * tcp.c - streams over TCP, dialled and accepted.
 *
 * The sockets are ours and libuv only watches them (uv_poll): receiving goes
 * into the one buffer of the host, sending through one sendmsg() of many
 * parts at the end of the turn.
 *
 * States: CONNECTING -> OPEN -> ENDED -> CLOSED, any of the first three
 * straight to CLOSED when the user closes.  The descriptor and its handle go
 * at ENDED; the struct stays until the user closed it and libuv let go.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/storage/block_pool.h"
#include "host/errmap.h"
#include "host/out_queue.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

/* So many reads and sends of one stream a turn; then it is others' turn. */
#define READS_PER_TURN 4
#define SENDS_PER_TURN 4
/* 64 blocks and their heads, 1 MiB, in one system call. */
#define PARTS_PER_SEND 128u

enum tcp_state {
	TCP_CONNECTING,
	TCP_OPEN,
	TCP_ENDED,
	TCP_CLOSED,
};

struct tcp {
	struct stream base; /* first */
	struct uv_host *h;
	struct closer closer;
	uv_poll_t poll;
	int fd;     /* -1: gone, and the handle closing or never opened */
	int polled; /* what uv_poll watches now */
	enum tcp_state state;
	int failed; /* errno of a dial that could not begin, to be told */
	bool reading;
	bool blocked; /* the socket takes no more: wait until it is writable */
	bool above;   /* the queue was above STREAM_LOW_BYTES */
	const struct stream_events *ev;
	void *user;
	struct addr remote;
	struct list dirty; /* in h->dirty */
	struct out_queue out;
};

static void on_poll(uv_poll_t *p, int status, int events);

static struct tcp *tcp_of(struct stream *s)
{
	return (struct tcp *)(void *)s;
}

static void tcp_free(void *user)
{
	struct tcp *t = user;
	struct uv_host *h = t->h;

	mem_free(t);
	closer_drop(&h->closer);
}

static void on_poll_closed(uv_handle_t *p)
{
	struct tcp *t = p->data;

	closer_drop(&t->closer);
}

/* Let go of the socket.  The handle must be closing before the descriptor is:
 * its number may belong to somebody else a moment later. */
static void tcp_shut(struct tcp *t)
{
	list_remove(&t->dirty);
	out_queue_free(&t->out);
	if (t->fd < 0)
		return;
	uv_close((uv_handle_t *)&t->poll, on_poll_closed);
	close(t->fd);
	t->fd = -1;
}

/* The one place that tells the user of the end. */
static void tcp_end(struct tcp *t, int os)
{
	if (t->state >= TCP_ENDED)
		return;
	t->state = TCP_ENDED;
	tcp_shut(t);
	if (t->ev)
		t->ev->ended(t->user, errmap_code(os), os);
}

/* Watch for what is wanted now.  Every change costs two system calls in
 * libuv, so a stream that is no longer blocked stops being watched only when
 * it was woken for nothing: often it is blocked again before that. */
static void tcp_watch(struct tcp *t)
{
	int want = 0;

	if (t->fd < 0)
		return;
	if (t->state == TCP_CONNECTING || t->blocked)
		want |= UV_WRITABLE;
	if (t->state == TCP_OPEN && t->reading && t->ev)
		want |= UV_READABLE;
	if (want == t->polled)
		return;
	t->polled = want;
	if (want)
		uv_poll_start(&t->poll, want, on_poll);
	else
		uv_poll_stop(&t->poll);
}

static void tcp_mark_dirty(struct tcp *t)
{
	if (!list_empty(&t->dirty))
		return;
	list_push_back(&t->h->dirty, &t->dirty);
	uv_host_hurry(t->h);
}

/* Read at most `times` buffers; true while the stream is open and there may
 * be more.  The user may do anything in between, close included. */
static bool tcp_read_some(struct tcp *t, int times)
{
	while (times-- > 0 && t->state == TCP_OPEN && t->reading && t->ev) {
		ssize_t n = recv(t->fd, t->h->read_buf, HOST_READ_BYTES, 0);

		if (n > 0) {
			t->ev->data(t->user,
				span_of(t->h->read_buf, (size_t)n));
			if ((size_t)n < HOST_READ_BYTES)
				return true;
		} else if (n == 0) {
			tcp_end(t, 0);
		} else if (errno == EAGAIN) {
			return false;
		} else if (errno != EINTR) {
			tcp_end(t, errno);
		}
	}
	return t->state == TCP_OPEN && t->reading && t->ev;
}

static int tcp_pending_error(const struct tcp *t)
{
	int os = 0;
	socklen_t n = sizeof os;

	if (getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &os, &n) != 0)
		return errno;
	return os;
}

/* The connection is broken, but what had arrived before is still good.  It
 * is no more than the system's receive buffer held.  os: when the socket does
 * not know itself. */
static void tcp_broken(struct tcp *t, int os)
{
	int own;

	while (tcp_read_some(t, READS_PER_TURN))
		;
	if (t->state != TCP_OPEN)
		return;
	own = tcp_pending_error(t);
	tcp_end(t, own ? own : os);
}

/* One sendmsg(); false when the socket takes no more or is broken. */
static bool tcp_send_once(struct tcp *t)
{
	struct iovec v[PARTS_PER_SEND];
	struct msghdr m = {.msg_iov = v};
	size_t want = 0;
	ssize_t n;

	m.msg_iovlen = out_queue_peek(&t->out, v, PARTS_PER_SEND);
	for (size_t i = 0; i < m.msg_iovlen; i++)
		want += v[i].iov_len;
	do
		n = sendmsg(t->fd, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN) {
		tcp_broken(t, errno);
		return false;
	}
	if (n > 0)
		out_queue_consume(&t->out, (size_t)n);
	t->blocked = n < 0 || (size_t)n < want;
	return !t->blocked;
}

static void tcp_flush(struct tcp *t)
{
	int times = SENDS_PER_TURN;

	while (t->out.total > 0 && times-- > 0)
		if (!tcp_send_once(t))
			break;
	if (t->state != TCP_OPEN)
		return;
	if (t->out.total > 0) {
		t->blocked = true;
		tcp_watch(t);
	}
	if (t->above && t->out.total < STREAM_LOW_BYTES) {
		t->above = false;
		if (t->ev)
			t->ev->writable(t->user);
	}
}

void tcp_flush_all(struct uv_host *h)
{
	struct list now;

	/* What becomes dirty meanwhile is for the next turn, so that two
	 * streams that feed each other cannot hold up the loop. */
	list_init(&now);
	if (!list_empty(&h->dirty)) {
		list_insert_before(&h->dirty, &now);
		list_remove(&h->dirty);
	}
	while (!list_empty(&now)) {
		struct tcp *t = container_of(now.next, struct tcp, dirty);

		list_remove(&t->dirty);
		closer_hold(&t->closer);
		if (t->failed)
			tcp_end(t, t->failed);
		else if (t->state == TCP_OPEN)
			tcp_flush(t);
		closer_drop(&t->closer);
	}
}

static void tcp_connect_done(struct tcp *t, int status)
{
	int os = tcp_pending_error(t);

	if (os == 0 && status < 0)
		os = ECONNREFUSED;
	if (os != 0) {
		tcp_end(t, os);
		return;
	}
	t->state = TCP_OPEN;
	t->blocked = false;
	tcp_watch(t);
	if (t->out.total > 0)
		tcp_mark_dirty(t);
	if (t->ev)
		t->ev->connected(t->user);
}

static void tcp_writable(struct tcp *t)
{
	t->blocked = false;
	if (t->out.total > 0)
		tcp_flush(t);
	else
		tcp_watch(t);
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct tcp *t = p->data;

	closer_hold(&t->closer);
	if (t->state == TCP_CONNECTING) {
		tcp_connect_done(t, status);
	} else if (status < 0) {
		/* libuv has stopped watching; the reason is the socket's. */
		t->polled = 0;
		tcp_broken(t, ECONNRESET);
	} else {
		if (events & UV_READABLE)
			tcp_read_some(t, READS_PER_TURN);
		if ((events & UV_WRITABLE) && t->state == TCP_OPEN)
			tcp_writable(t);
	}
	closer_drop(&t->closer);
}

static void op_set_user(struct stream *s, const struct stream_events *ev,
	void *user)
{
	struct tcp *t = tcp_of(s);

	t->ev = ev;
	t->user = user;
	tcp_watch(t);
}

static void tcp_queued_more(struct tcp *t)
{
	if (t->out.total > STREAM_LOW_BYTES)
		t->above = true;
	if (t->state == TCP_OPEN && !t->blocked)
		tcp_mark_dirty(t);
}

static void op_send(struct stream *s, struct span bytes)
{
	struct tcp *t = tcp_of(s);

	if (t->state >= TCP_ENDED || t->failed)
		return;
	out_queue_add(&t->out, bytes);
	tcp_queued_more(t);
}

static void op_send_block(struct stream *s, struct span head,
	struct block *body, size_t body_len)
{
	struct tcp *t = tcp_of(s);

	if (t->state >= TCP_ENDED || t->failed)
		return;
	out_queue_add(&t->out, head);
	out_queue_add_block(&t->out, body, body_len);
	tcp_queued_more(t);
}

static size_t op_queued(const struct stream *s)
{
	const struct tcp *t = (const struct tcp *)(const void *)s;

	return t->out.total;
}

static void op_read(struct stream *s, bool on)
{
	struct tcp *t = tcp_of(s);

	t->reading = on;
	tcp_watch(t);
}

/* A last attempt to send is made, for a goodbye queued just before. */
static void op_close(struct stream *s)
{
	struct tcp *t = tcp_of(s);

	t->ev = NULL;
	if (t->state == TCP_OPEN && t->out.total > 0 && !t->blocked) {
		t->reading = false;
		tcp_send_once(t);
	}
	t->state = TCP_CLOSED;
	tcp_shut(t);
	closer_close(&t->closer);
}

static const struct addr *op_remote(const struct stream *s)
{
	const struct tcp *t = (const struct tcp *)(const void *)s;

	return &t->remote;
}

static const struct stream_ops tcp_ops = {
	.set_user = op_set_user,
	.send = op_send,
	.send_block = op_send_block,
	.queued = op_queued,
	.read = op_read,
	.close = op_close,
	.remote = op_remote,
};

static struct tcp *tcp_new(struct uv_host *h, const struct addr *remote)
{
	struct tcp *t = mem_zero(sizeof *t);

	t->base.ops = &tcp_ops;
	t->h = h;
	t->fd = -1;
	t->reading = true;
	t->remote = *remote;
	list_init(&t->dirty);
	closer_init(&t->closer, tcp_free, t);
	closer_hold(&h->closer);
	return t;
}

/* Returns 0 or an errno; fd is taken over either way. */
static int tcp_adopt(struct tcp *t, int fd)
{
	const int on = 1;
	int e;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	e = uv_poll_init(t->h->loop, &t->poll, fd);
	if (e < 0) {
		close(fd);
		return -e;
	}
	t->fd = fd;
	t->poll.data = t;
	closer_hold(&t->closer);
	return 0;
}

static int open_outgoing(const struct uv_host *h, const struct addr *to)
{
	const struct addr *local = uv_host_local(h, to->family);
	const int on = 1;
	struct sockaddr_storage ss;
	socklen_t n;
	int fd, family = to->family == ADDR_V6 ? AF_INET6 : AF_INET;

	if (!local)
		return -EAFNOSUPPORT;
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (h->bound) {
		/* Choose the port when the other end is known: many
		 * connections may then share one. */
		setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on,
			sizeof on);
		n = sockaddr_from(local, &ss);
		if (bind(fd, (struct sockaddr *)&ss, n) != 0)
			goto fail;
	}
	n = sockaddr_from(to, &ss);
	if (connect(fd, (struct sockaddr *)&ss, n) == 0 || errno == EINPROGRESS)
		return fd;
fail:;
	int e = errno;

	close(fd);
	return -e;
}

struct stream *tcp_dial(struct host *host, const struct addr *to,
	const struct stream_events *ev, void *user)
{
	struct uv_host *h = uv_host_of(host);
	struct tcp *t = tcp_new(h, to);
	int fd = open_outgoing(h, to);

	t->ev = ev;
	t->user = user;
	t->state = TCP_CONNECTING;
	t->failed = fd < 0 ? -fd : tcp_adopt(t, fd);
	if (t->failed)
		tcp_mark_dirty(t);
	else
		tcp_watch(t);
	return &t->base;
}

void tcp_accepted(struct uv_host *h, int fd, const struct addr *from)
{
	struct tcp *t;

	if (!h->up.accept) {
		close(fd);
		return;
	}
	t = tcp_new(h, from);
	t->state = TCP_OPEN;
	if (tcp_adopt(t, fd) != 0) {
		t->state = TCP_CLOSED;
		closer_close(&t->closer);
		return;
	}
	h->up.accept(h->up.user, &t->base, from);
}
