/*
 * tracker_net.c - see tracker_net.h.
 */
#include "cli/tracker_net.h"

#include <errno.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "cli/http_request.h"
#include "core/tracker_server.h"
#include "host/closer.h"
#include "host/errmap.h"
#include "host/sockaddr.h"

#define BACKLOG 256
#define FAMILIES 2
#define PORT_TRIES 20
#define SWEEP_MS 1000u
#define SCRATCH 65536u

struct tracker_net {
	uv_loop_t *loop;
	struct tracker_server *server;
	struct closer closer;
	uv_tcp_t tcp[FAMILIES];
	uv_udp_t udp[FAMILIES];
	uv_timer_t sweep;  /* runs while there are connections */
	struct list conns; /* struct conn, oldest first */
	size_t nconns;
	uint16_t port;
	uint8_t scratch[SCRATCH]; /* every read; used up inside its callback */
};

struct conn {
	struct tracker_net *net;
	struct list link;
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	uint64_t deadline;
	struct addr from;
	struct buf in, out;
	bool answered; /* what still comes is thrown away */
};

static void on_closed(uv_handle_t *handle)
{
	struct tracker_net *n = handle->data;

	closer_drop(&n->closer);
}

/* ---- connections ---- */

static void on_conn_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	struct tracker_net *n = c->net;

	buf_free(&c->in);
	buf_free(&c->out);
	mem_free(c);
	closer_drop(&n->closer);
}

static void conn_close(struct conn *c)
{
	if (uv_is_closing((uv_handle_t *)&c->tcp))
		return;
	list_remove(&c->link);
	if (--c->net->nconns == 0)
		uv_timer_stop(&c->net->sweep);
	uv_close((uv_handle_t *)&c->tcp, on_conn_closed);
}

static void on_sweep(uv_timer_t *timer)
{
	struct tracker_net *n = timer->data;
	uint64_t now = uv_now(n->loop);

	while (!list_empty(&n->conns)) {
		struct conn *c = container_of(n->conns.next, struct conn, link);

		if (c->deadline > now)
			return;
		conn_close(c);
	}
}

static void on_shutdown(uv_shutdown_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0)
		conn_close(c);
}

/* The answer has left.  Closing now could make the system throw it away if
 * the client sent more than was read, so wait for its end of the stream. */
static void on_written(uv_write_t *req, int status)
{
	struct conn *c = req->data;

	if (status < 0 || uv_is_closing((uv_handle_t *)&c->tcp)) {
		conn_close(c);
		return;
	}
	c->shutdown.data = c;
	if (uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) < 0)
		conn_close(c);
}

static void conn_answer(struct conn *c, int status, struct span body,
	bool with_body)
{
	uv_buf_t buf;

	http_response_write(status, body, with_body, &c->out);
	c->answered = true;
	c->write.data = c;
	buf = uv_buf_init((char *)c->out.p, (unsigned)c->out.len);
	if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_written) <
		0)
		conn_close(c);
}

static void conn_serve(struct conn *c, const struct http_request *r)
{
	struct buf body = {0};
	bool is_head = span_is(r->method, "HEAD");
	int status = 405;

	if (is_head || span_is(r->method, "GET"))
		status = tracker_server_http(c->net->server, r->target,
			&c->from, uv_now(c->net->loop), &body);
	else
		buf_add_str(&body, "GET is all there is\n");
	conn_answer(c, status, buf_span(&body), !is_head);
	buf_free(&body);
}

static void conn_take(struct conn *c, struct span bytes)
{
	struct http_request request;

	if (c->answered)
		return;
	buf_add(&c->in, bytes);
	switch (http_request_parse(buf_span(&c->in), &request)) {
	case ERR_AGAIN:
		return;
	case ERR_OK:
		conn_serve(c, &request);
		break;
	case ERR_LIMIT:
		conn_answer(c, 431, span_str("too long\n"), true);
		break;
	default:
		conn_answer(c, 400, span_str("this is no HTTP\n"), true);
	}
	buf_free(&c->in);
}

static void on_conn_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct conn *c = handle->data;

	(void)size;
	*buf = uv_buf_init((char *)c->net->scratch, SCRATCH);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = stream->data;

	if (n < 0)
		conn_close(c);
	else if (n > 0)
		conn_take(c, span_of(buf->base, (size_t)n));
}

static struct addr remote_of(const uv_tcp_t *tcp)
{
	struct sockaddr_storage ss = {0};
	int n = sizeof ss;

	if (uv_tcp_getpeername(tcp, (struct sockaddr *)&ss, &n) < 0)
		return (struct addr){0};
	return sockaddr_read(&ss);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct tracker_net *n = listener->data;
	struct conn *c;

	if (status < 0)
		return;
	if (n->nconns >= TRACKER_NET_CONNS_MAX)
		conn_close(container_of(n->conns.next, struct conn, link));
	c = mem_zero(sizeof *c);
	c->net = n;
	c->deadline = uv_now(n->loop) + TRACKER_NET_TIMEOUT_MS;
	closer_hold(&n->closer);
	uv_tcp_init(n->loop, &c->tcp);
	c->tcp.data = c;
	list_init(&c->link);
	list_push_back(&n->conns, &c->link);
	if (n->nconns++ == 0)
		uv_timer_start(&n->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
	if (uv_accept(listener, (uv_stream_t *)&c->tcp) < 0 ||
		uv_read_start((uv_stream_t *)&c->tcp, on_conn_alloc, on_read) <
			0) {
		conn_close(c);
		return;
	}
	c->from = remote_of(&c->tcp);
	if (c->from.family == ADDR_NONE)
		conn_close(c);
}

/* ---- datagrams ---- */

static void on_udp_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct tracker_net *n = handle->data;

	(void)size;
	*buf = uv_buf_init((char *)n->scratch, SCRATCH);
}

static void on_datagram(uv_udp_t *udp, ssize_t len, const uv_buf_t *buf,
	const struct sockaddr *sa, unsigned flags)
{
	struct tracker_net *n = udp->data;
	uint8_t out[TRACKER_SERVER_DATAGRAM_MAX];
	struct writer w = writer_of(out, sizeof out);
	struct sockaddr_storage ss = {0};
	struct addr from;
	uv_buf_t reply;

	if (len <= 0 || !sa || (flags & UV_UDP_PARTIAL))
		return;
	memcpy(&ss, sa,
		sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					  : sizeof(struct sockaddr_in));
	from = sockaddr_read(&ss);
	if (from.family == ADDR_NONE)
		return;
	tracker_server_udp(n->server, span_of(buf->base, (size_t)len), &from,
		uv_now(n->loop), &w);
	if (w.len == 0)
		return;
	/* If the system has no room the client asks again. */
	reply = uv_buf_init((char *)out, (unsigned)w.len);
	(void)uv_udp_try_send(udp, &reply, 1, sa);
}

/* ---- opening ---- */

static int listen_tcp(struct tracker_net *n, uv_tcp_t *tcp, struct addr *local)
{
	int fd = sockaddr_open_bound(local, SOCK_STREAM);
	int e;

	if (fd < 0)
		return fd;
	*local = sockaddr_local(fd);
	uv_tcp_init(n->loop, tcp);
	tcp->data = n;
	closer_hold(&n->closer);
	e = uv_tcp_open(tcp, fd);
	if (e < 0)
		close(fd);
	else
		e = uv_listen((uv_stream_t *)tcp, BACKLOG, on_connection);
	return e;
}

static int listen_udp(struct tracker_net *n, uv_udp_t *udp,
	const struct addr *local)
{
	int fd = sockaddr_open_bound(local, SOCK_DGRAM);
	int e;

	if (fd < 0)
		return fd;
	uv_udp_init(n->loop, udp);
	udp->data = n;
	closer_hold(&n->closer);
	e = uv_udp_open(udp, fd);
	if (e < 0)
		close(fd);
	else
		e = uv_udp_recv_start(udp, on_udp_alloc, on_datagram);
	return e;
}

static struct tracker_net *net_new(uv_loop_t *loop,
	const struct tracker_net_config *cfg)
{
	struct tracker_net *n = mem_zero(sizeof *n);

	n->loop = loop;
	n->server = cfg->server;
	n->port = cfg->port;
	list_init(&n->conns);
	closer_init(&n->closer, mem_free, n);
	uv_timer_init(loop, &n->sweep);
	n->sweep.data = n;
	closer_hold(&n->closer);
	return n;
}

/* Whether a system without this family is meant to be served as well. */
static bool may_lack(const struct tracker_net_config *cfg, int family, int os)
{
	return family == 1 && cfg->bind[1].family == ADDR_NONE &&
	       (os == -EAFNOSUPPORT || os == -EADDRNOTAVAIL);
}

static struct addr local_of(const struct tracker_net_config *cfg, int family)
{
	static const uint8_t any[16];
	bool all = cfg->bind[0].family == ADDR_NONE &&
	           cfg->bind[1].family == ADDR_NONE;

	if (!all)
		return cfg->bind[family];
	return addr_from_ip(span_of(any, family == 1 ? 16 : 4), 0);
}

static int open_all(struct tracker_net *n, const struct tracker_net_config *cfg,
	struct addr *at)
{
	for (int i = 0; i < FAMILIES; i++) {
		int e;

		*at = local_of(cfg, i);
		if (at->family == ADDR_NONE)
			continue;
		at->port = n->port;
		e = listen_tcp(n, &n->tcp[i], at);
		if (e >= 0) {
			n->port = at->port;
			e = listen_udp(n, &n->udp[i], at);
		}
		if (e < 0 && !may_lack(cfg, i, e))
			return e;
	}
	return 0;
}

enum err tracker_net_open(uv_loop_t *loop, const struct tracker_net_config *cfg,
	struct tracker_net **out, struct fault *fault)
{
	char text[ADDR_TEXT_MAX];
	struct tracker_net *n;
	struct addr at = {0};
	int e = 0;

	for (int i = 0; i < PORT_TRIES; i++) {
		n = net_new(loop, cfg);
		e = open_all(n, cfg, &at);
		if (e == 0) {
			*out = n;
			return ERR_OK;
		}
		tracker_net_close(n);
		/* A free port of one kind may be taken in another. */
		if (cfg->port != 0 || e != -EADDRINUSE)
			break;
	}
	addr_text(&at, text);
	return fault_set(fault, ERR_NET, -e, "cannot listen on %s: %s", text,
		errmap_text(e));
}

uint16_t tracker_net_port(const struct tracker_net *n)
{
	return n->port;
}

void tracker_net_close(struct tracker_net *n)
{
	for (int i = 0; i < FAMILIES; i++) {
		if (n->tcp[i].data)
			uv_close((uv_handle_t *)&n->tcp[i], on_closed);
		if (n->udp[i].data)
			uv_close((uv_handle_t *)&n->udp[i], on_closed);
	}
	while (!list_empty(&n->conns))
		conn_close(container_of(n->conns.next, struct conn, link));
	uv_close((uv_handle_t *)&n->sweep, on_closed);
	closer_close(&n->closer);
}
