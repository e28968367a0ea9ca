/*
 * sockaddr.h - struct addr to and from what the system calls take, and the
 * few socket settings that TCP and UDP share.
 */
#ifndef HOST_SOCKADDR_H
#define HOST_SOCKADDR_H

#include <sys/socket.h>

#include "base/addr.h"
#include "base/err.h"

/* Fills *ss and returns its length; a must have a family. */
socklen_t sockaddr_from(const struct addr *a, struct sockaddr_storage *ss);

/* ADDR_NONE for other families; a v4-mapped address comes back as IPv4. */
struct addr sockaddr_read(const struct sockaddr_storage *ss);

/* What the socket is bound to; ADDR_NONE if that cannot be asked. */
struct addr sockaddr_local(int fd);

/*
 * A non-blocking, close-on-exec socket of the family of *local (IPv6 ones
 * take IPv6 only), bound to *local; port 0 lets the system choose.  type is
 * SOCK_STREAM or SOCK_DGRAM.  Returns the descriptor or a negated errno.
 */
int sockaddr_open_bound(const struct addr *local, int type);

#endif
