/*
 * lsd.h - local service discovery (BEP 14): peers in the same network by
 * multicast, IPv4 and IPv6.
 *
 * A torrent that seeks peers joins with a struct lsd_want it embeds; it is
 * announced every five minutes (LSD_ANNOUNCE_MS), and soon after it joined
 * again twice, since datagrams get lost.  At most one datagram leaves a second
 * (for each family).  As long as there is time for it, each torrent has one of
 * its own: some clients read only the first hash, or only short datagrams.
 * Ours are known by their cookie and ignored.  Private torrents never join
 * (BEP 27): the torrent's duty.  Pure behind core/host.h.  Loop thread only.
 */
#ifndef CORE_LSD_H
#define CORE_LSD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/heap.h"
#include "core/host.h"

#define LSD_ANNOUNCE_MS 300000u
#define LSD_TIMES 3u       /* the first and two more */
#define LSD_AGAIN_MS 2000u /* after the first; then twice as long */
#define LSD_SEND_MS 1000u  /* between two datagrams */
#define LSD_ALONE_MAX 60u  /* torrents that get one each */
#define LSD_READ_PER_S 10u /* datagrams looked at */

struct lsd;

/* Zeroed is no wish. */
struct lsd_want {
	struct heap_node heap; /* the lsd's: by its next announce */
	uint8_t hash[20];
	/* A peer that has this torrent, or wants it. */
	void (*found)(void *user, const struct addr *a, size_t n);
	void *user;
	uint8_t told; /* the lsd's: times announced, up to LSD_TIMES */
	bool joined;  /* the lsd's */
};

struct lsd *lsd_new(struct host *h);
void lsd_free(struct lsd *l); /* wishes may still be joined */
/* Off at first.  Off: nothing is sent, nothing is listened to. */
void lsd_switch(struct lsd *l, bool on);

/* hash, found and user are filled in, and stay while it is joined. */
void lsd_join(struct lsd *l, struct lsd_want *w);
void lsd_leave(struct lsd *l, struct lsd_want *w);
void lsd_now(struct lsd *l, struct lsd_want *w); /* the user asked */

/* A datagram of the multicast group, from a host of one of our networks. */
void lsd_receive(struct lsd *l, struct span bytes, const struct addr *from);

void lsd_tick(struct lsd *l, uint64_t now);
uint64_t lsd_deadline(const struct lsd *l);

#endif
