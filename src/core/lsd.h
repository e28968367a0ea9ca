/*
 * lsd.h - local service discovery (BEP 14): peers in the same network by
 * multicast, IPv4 and IPv6.
 *
 * A torrent that seeks peers joins with a struct lsd_want it embeds; it is
 * announced every five minutes (LSD_ANNOUNCE_MS), and soon after it joined
 * again twice, since datagrams get lost.  One datagram names several hashes,
 * and at most one leaves a second.  Ours are known by their cookie and
 * ignored.  Private torrents never join (BEP 27): the torrent's duty.  Pure
 * behind core/host.h.  Loop thread only.
 */
#ifndef CORE_LSD_H
#define CORE_LSD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/list.h"
#include "core/host.h"

#define LSD_ANNOUNCE_MS 300000u
#define LSD_READ_PER_S 10u /* datagrams looked at */

struct lsd;

/* Zeroed is no wish. */
struct lsd_want {
	struct list link; /* the lsd's */
	uint8_t hash[20];
	void (*found)(void *user, const struct addr *a, size_t n);
	void *user;
	uint64_t at_ms; /* the lsd's: next announce */
	uint8_t told;   /* the lsd's: times announced, up to 3 */
	bool joined;
};

struct lsd *lsd_new(struct host *h);
void lsd_free(struct lsd *l);
void lsd_switch(struct lsd *l, bool on); /* off at first */

/* hash, found and user are filled in. */
void lsd_join(struct lsd *l, struct lsd_want *w);
void lsd_leave(struct lsd *l, struct lsd_want *w);
void lsd_now(struct lsd *l, struct lsd_want *w); /* the user asked */

/* A datagram of the multicast group, from a host of one of our networks. */
void lsd_receive(struct lsd *l, struct span bytes, const struct addr *from);

void lsd_tick(struct lsd *l, uint64_t now);
uint64_t lsd_deadline(const struct lsd *l);

#endif
