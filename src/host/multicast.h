/*
 * multicast.h - the groups of local service discovery (BEP 14): joined on
 * every interface that may be used, one socket a family.
 *
 * Used are interfaces that are up and can do multicast; with a bind address
 * only the one that has it, and the loopback interface only in that case.
 * Others on this host hear what we send and so do we.  A datagram is handed up
 * when it was sent to the group and comes from a network that the interface
 * it came in by is in.  The list of interfaces is looked at again once a
 * minute, and after a datagram could not be sent.  Loop thread only.
 */
#ifndef HOST_MULTICAST_H
#define HOST_MULTICAST_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/bytes.h"

#define MULTICAST_LOOK_MS 60000u
#define MULTICAST_NETS_MAX 64u /* addresses of interfaces that are used */

struct multicast;
struct uv_host;

struct multicast *multicast_open(struct uv_host *h);
/* Listens on the groups, or does not; off at first. */
void multicast_join(struct multicast *m, bool on);
/* To the group of a family, once on each interface; TTL 1.  Nothing happens
 * while it is off, or where no interface has that family. */
void multicast_send(struct multicast *m, enum addr_family family,
	struct span s);
void multicast_close(struct multicast *m); /* NULL is allowed */

#endif
