/*
 * peer_book.h - the addresses of a torrent: known, tried, banned.  Pure.
 *
 * Capped: when full, the least useful entry that is not connected makes room
 * (failures count most, then whether it ever was useful, then its source), or
 * the new one is dropped if it would be the least useful itself.
 *
 * Order of dialling: fewest failures, never tried first and then the longest
 * ago, better source (user, LSD, resume data, tracker, DHT, incoming, PEX),
 * BEP 40 priority.  Seeds are left alone when we are complete.  A failed
 * address rests (5 s * 4^failures before, an hour at most, given up after 5;
 * one that the user named a minute at most, and it is never given up), one
 * that was useful 10 s; banned addresses are never given out and their
 * incoming connections are refused.
 *
 * What only peer exchange says is hearsay until a connection proved it: at
 * most PEER_BOOK_HEARSAY_MAX entries, of which PEER_BOOK_UNTESTED_MAX were
 * not tried yet, and PEER_BOOK_HEARSAY_IP_MAX of one IP.  Each is tried once;
 * one that failed is tried again when it is told again an hour later.  Ports
 * below 1024 come last of all.  Hearsay is not kept in resume data.
 *
 * The map of addresses is keyed; peer_book_next() is O(entries), and so is
 * peer_book_add() of hearsay.
 */
#ifndef CORE_SWARM_PEER_BOOK_H
#define CORE_SWARM_PEER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"

#define PEER_BOOK_MAX 2000u
#define PEER_BOOK_FAILS_MAX 5u
#define PEER_BOOK_BANS_MAX 1000u /* then the oldest ban ends */
#define PEER_BOOK_HEARSAY_MAX (PEER_BOOK_MAX * 3 / 10)
#define PEER_BOOK_UNTESTED_MAX 200u
#define PEER_BOOK_HEARSAY_IP_MAX 5u
#define PEER_BOOK_REST_MS 5000u
#define PEER_BOOK_REST_MAX_MS 3600000u
#define PEER_BOOK_REST_USER_MS 60000u
#define PEER_BOOK_REST_USEFUL_MS 10000u

struct peer_book;

struct peer_book_counts {
	uint32_t known, banned; /* entries; IPs */
	uint32_t connected;
	uint32_t dialable; /* now */
	uint32_t failed;   /* at the last try */
};

struct peer_book *peer_book_new(const uint8_t key[16], uint64_t seed);
void peer_book_free(struct peer_book *b);

/* source: one of enum peer_source.  Undialable and banned addresses are
 * ignored; of a known one the source is noted.  True when it is new. */
bool peer_book_add(struct peer_book *b, const struct addr *a, uint8_t source,
	uint64_t now);

/* The best address to dial now; it counts as being dialled.  self: our own
 * address as far as known (BEP 40), or ADDR_NONE. */
bool peer_book_next(struct peer_book *b, const struct addr *self,
	bool we_are_complete, uint64_t now, struct addr *out);
/* When an address may be dialled that rests now; NEVER when none. */
uint64_t peer_book_deadline(const struct peer_book *b, uint64_t now);

/* Addresses that are not in the book are ignored in all of these. */
void peer_book_connected(struct peer_book *b, const struct addr *a);
/* Also when dialling failed.  useful: it shook hands and was no waste. */
void peer_book_disconnected(struct peer_book *b, const struct addr *a,
	bool useful, uint64_t now);
void peer_book_set_seed(struct peer_book *b, const struct addr *a);
uint8_t peer_book_sources(const struct peer_book *b, const struct addr *a);

/* Bans the IP, all ports of it. */
void peer_book_ban(struct peer_book *b, const struct addr *a);
void peer_book_unban(struct peer_book *b, const struct addr *a);
/* IPs banned, at most max; returns how many. */
size_t peer_book_bans(const struct peer_book *b, struct addr *out, size_t max);
bool peer_book_banned(const struct peer_book *b, const struct addr *a);
/* It is ourselves: never dial again. */
void peer_book_forget(struct peer_book *b, const struct addr *a);
/* Removes all that only these sources named, but for those connected. */
void peer_book_drop(struct peer_book *b, uint8_t sources);
void peer_book_clear_failures(struct peer_book *b); /* user asked again */

/* Up to max addresses worth keeping in resume data, best first. */
size_t peer_book_good(const struct peer_book *b, struct addr *out, size_t max);

struct peer_book_counts peer_book_counts(const struct peer_book *b,
	uint64_t now);

#endif
