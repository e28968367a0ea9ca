/*
 * sockaddr.c - see sockaddr.h.
 */
#include "host/sockaddr.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

socklen_t sockaddr_from(const struct addr *a, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof *ss);
	if (a->family == ADDR_V4) {
		struct sockaddr_in in = {
			.sin_family = AF_INET, .sin_port = htons(a->port)};

		memcpy(&in.sin_addr, a->ip, 4);
		memcpy(ss, &in, sizeof in);
		return sizeof in;
	}
	struct sockaddr_in6 in6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(a->port)};

	memcpy(&in6.sin6_addr, a->ip, 16);
	memcpy(ss, &in6, sizeof in6);
	return sizeof in6;
}

struct addr sockaddr_read(const struct sockaddr_storage *ss)
{
	if (ss->ss_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, ss, sizeof in);
		return addr_from_ip(span_of(&in.sin_addr, 4),
			ntohs(in.sin_port));
	}
	if (ss->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, ss, sizeof in6);
		return addr_from_ip(span_of(&in6.sin6_addr, 16),
			ntohs(in6.sin6_port));
	}
	return (struct addr){.family = ADDR_NONE};
}

struct addr sockaddr_local(int fd)
{
	struct sockaddr_storage ss = {0};
	socklen_t n = sizeof ss;

	if (getsockname(fd, (struct sockaddr *)&ss, &n) != 0)
		return (struct addr){.family = ADDR_NONE};
	return sockaddr_read(&ss);
}

static int prepare(int fd, const struct addr *local, int type)
{
	const int on = 1;
	struct sockaddr_storage ss;
	socklen_t n = sockaddr_from(local, &ss);

	if (local->family == ADDR_V6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
		return -errno;
	/* For a restart while old connections linger in TIME_WAIT.  Never
	 * for datagrams, where it would let two programs share the port. */
	if (type == SOCK_STREAM && local->port != 0 &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&ss, n) != 0)
		return -errno;
	return 0;
}

int sockaddr_open_bound(const struct addr *local, int type)
{
	int family = local->family == ADDR_V6 ? AF_INET6 : AF_INET;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int e;

	if (fd < 0)
		return -errno;
	e = prepare(fd, local, type);
	if (e < 0) {
		close(fd);
		return e;
	}
	return fd;
}
