/*
 * listen.c - accepting connections, one listening socket a family.
 *
 * When the process has no descriptor left, a connection that waits in the
 * backlog would wake the loop for ever.  So one descriptor is kept in reserve:
 * it is given up to accept and drop what waits, and taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "host/errmap.h"
#include "host/sockaddr.h"
#include "host/uv_host.h"

#define BACKLOG 511
#define ACCEPTS_PER_TURN 64
#define PAUSE_MS 500u

struct listener {
	struct uv_host *h;
	struct closer closer;
	uv_poll_t poll;
	uv_timer_t pause; /* until a shortage may be over */
	int fd;
	int reserve; /* -1: could not be taken back yet */
	bool warned;
};

static void on_poll(uv_poll_t *p, int status, int events);

static void listener_free(void *user)
{
	struct listener *l = user;
	struct uv_host *h = l->h;

	mem_free(l);
	closer_drop(&h->closer);
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *l = handle->data;

	closer_drop(&l->closer);
}

static void take_reserve(struct listener *l)
{
	if (l->reserve < 0)
		l->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void on_pause_over(uv_timer_t *timer)
{
	struct listener *l = timer->data;

	take_reserve(l);
	uv_poll_start(&l->poll, UV_READABLE, on_poll);
}

/* Short of something: drop one connection if that helps, else wait. */
static bool relieve(struct listener *l, int os)
{
	int fd;

	if (!l->warned)
		log_warn("net", "cannot take connections: %s", errmap_text(os));
	l->warned = true;
	if ((os == EMFILE || os == ENFILE) && l->reserve >= 0) {
		close(l->reserve);
		l->reserve = -1;
		fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		take_reserve(l);
		if (fd >= 0 && l->reserve >= 0)
			return true;
	}
	uv_poll_stop(&l->poll);
	uv_timer_start(&l->pause, on_pause_over, PAUSE_MS, 0);
	return false;
}

/* False when there is nothing more to accept now. */
static bool accept_one(struct listener *l)
{
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof ss;
	struct addr from;
	int fd = accept4(l->fd, (struct sockaddr *)&ss, &n,
		SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		l->warned = false;
		from = sockaddr_read(&ss);
		tcp_accepted(l->h, fd, &from);
		return true;
	}
	switch (errno) {
	case EAGAIN:
		return false;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return relieve(l, errno);
	default: /* the connection died while it waited, or a signal came */
		return true;
	}
}

static void on_poll(uv_poll_t *p, int status, int events)
{
	struct listener *l = p->data;

	(void)events;
	if (status < 0) {
		uv_timer_start(&l->pause, on_pause_over, PAUSE_MS, 0);
		return;
	}
	/* The engine may close the host from within accept(). */
	for (int i = 0; i < ACCEPTS_PER_TURN && !l->closer.closing; i++)
		if (!accept_one(l))
			return;
}

struct listener *listener_open(struct uv_host *h, int fd)
{
	struct listener *l = mem_zero(sizeof *l);

	l->h = h;
	l->fd = fd;
	l->reserve = -1;
	closer_init(&l->closer, listener_free, l);
	closer_hold(&h->closer);
	uv_timer_init(h->loop, &l->pause);
	l->pause.data = l;
	closer_hold(&l->closer);
	if (listen(fd, BACKLOG) != 0 ||
		uv_poll_init(h->loop, &l->poll, fd) < 0) {
		close(fd);
		l->fd = -1;
		listener_close(l);
		return NULL;
	}
	l->poll.data = l;
	closer_hold(&l->closer);
	take_reserve(l);
	return l;
}

void listener_start(struct listener *l)
{
	uv_poll_start(&l->poll, UV_READABLE, on_poll);
}

void listener_close(struct listener *l)
{
	if (!l)
		return;
	uv_close((uv_handle_t *)&l->pause, on_closed);
	if (l->fd >= 0) {
		uv_close((uv_handle_t *)&l->poll, on_closed);
		close(l->fd);
	}
	if (l->reserve >= 0)
		close(l->reserve);
	closer_close(&l->closer);
}
