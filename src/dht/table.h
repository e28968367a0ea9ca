/*
 * table.h - the routing table of one node in one address family: k-buckets
 * (BEP 5), verified contacts preferred (BEP 42).  Pure.
 *
 * Bucket i holds contacts that share exactly i leading bits with our own id,
 * the last bucket all that share more; the last one splits when it is full,
 * up to TABLE_BUCKETS_MAX: no honest network reaches deeper, only ids planted
 * around ours.
 *
 * A bucket has table_bucket_size() contacts and TABLE_K spares waiting to
 * replace one that fails: 32 contacts in the first, 16 in the second, TABLE_K
 * in all others, and in the last one, so that both halves of a split fit.  So
 * the first three, where 7 of 8 targets lie, are equally dense, and there is a
 * contact that shares six bits with any target: answers are closer to it, and
 * our own lookups are half a step shorter, for 32 contacts (2.3 KiB) more.
 *
 * A contact is good when it answered us, or having answered once asked us
 * something, within TABLE_GOOD_MS; bad after TABLE_FAILS_MAX queries in a row
 * without an answer; unsure otherwise.  Only contacts that answered a query
 * enter a bucket: nothing that a stranger says about others does.
 *
 * A bad contact is replaced by a spare: a verified one that was heard of last
 * if there is a choice.  It enters as unsure whenever it answered (heard_ms
 * is 0), is pinged before all others, and only its answer makes it good: its
 * queries do not.  Without a spare a bad contact stays, unused, for a newcomer
 * to take its place; it leaves after TABLE_FAILS_DROP failures if anybody
 * else is good.  So a lost network does not empty the table.
 *
 * Against many ids from few hosts: one contact for each IP in the table, two
 * for each /24 (IPv4) or /64 (IPv6) in a bucket, spares included.  A contact
 * whose id fits its address takes the place of one whose does not.  A good
 * contact never makes room for a new one otherwise.  Of contacts that may not
 * be there together (same IP, same id, same net) the one that is there stays,
 * unless it is bad, or it does not fit its address and the new one does, or it
 * is unsure and fits no better.  Local addresses (addr_is_local) are exempt
 * from the rules of IP and net, so that a ring on one machine works; they may
 * come only from local nodes, which is for the caller to see to.  So is that
 * read-only nodes (BEP 43) are never passed in.
 *
 * Addresses are found by walking all contacts, since there are a few hundred:
 * under a microsecond.  A table of 200 contacts and 160 spares has 27 KiB.
 */
#ifndef DHT_TABLE_H
#define DHT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dht/node_id.h"

#define TABLE_K 8u
#define TABLE_BUCKETS_MAX 40u
#define TABLE_GOOD_MS 900000u
#define TABLE_FAILS_MAX 3u
#define TABLE_FAILS_DROP 6u
#define TABLE_REFRESH_MS 900000u /* of a bucket in which nothing happened */
#define TABLE_CLOSEST_MAX 128u
#define TABLE_NEVER UINT64_MAX

/*
 * Upkeep.  A contact unheard of for TABLE_PING_MS is pinged, so that a table
 * at rest stays good.  Pings are TABLE_PING_PACE_MS apart, so that 200 contacts
 * heard of at once do so too, and TABLE_PING_YOUNG_MS while fewer than half of
 * them are good: the table is young, or was asleep.  One that did not answer
 * is asked again after TABLE_AGAIN_MS while a spare waits, else after 1, 4 or
 * 16 times that, a bad one after TABLE_REFRESH_MS.
 */
#define TABLE_PING_MS 780000u
#define TABLE_PING_PACE_MS 600u
#define TABLE_PING_YOUNG_MS 500u
#define TABLE_AGAIN_MS 20000u

/*
 * A full bucket is refreshed when nobody in it answered, and nobody entered
 * it, for TABLE_REFRESH_MS; one with room each TABLE_REFRESH_MS, and a new one
 * once TABLE_SETTLE_MS after it came to be, if it is not full by then.
 * Refreshes are TABLE_REFRESH_PACE_MS apart; those of new buckets, and those
 * that table_refresh_all() asked for, TABLE_REFRESH_YOUNG_MS.
 */
#define TABLE_SETTLE_MS 10000u
#define TABLE_REFRESH_PACE_MS 30000u
#define TABLE_REFRESH_YOUNG_MS 1000u

struct table;

enum contact_state {
	CONTACT_GOOD,
	CONTACT_UNSURE,
	CONTACT_BAD,
};

struct contact {
	struct node_id id;
	struct addr addr;
	uint64_t replied_ms; /* last answer; never 0 */
	uint64_t heard_ms;   /* last answer or query; 0: none since it was
	                        promoted from spare */
	uint64_t asked_ms;   /* last query of ours; 0: never */
	uint32_t rtt_ms;     /* smoothed; never 0 */
	uint8_t fails;       /* queries in a row without an answer */
	bool verified;       /* its id fits its address */
};

struct table *table_new(enum addr_family family, const struct node_id *self);
void table_free(struct table *t);
const struct node_id *table_self(const struct table *t);
/* Our id changed: all contacts but bad ones are sorted in anew, as far as
 * there is room. */
void table_set_self(struct table *t, const struct node_id *self);

/*
 * It answered a query.  Of a known address with another id the old contact is
 * dropped (an id does not change in an honest node that lives), and the new
 * one waits for its next answer.  Ignored: our own id, another family, an
 * address that cannot be dialled.
 */
void table_replied(struct table *t, const struct node_id *id,
	const struct addr *a, uint32_t rtt_ms, uint64_t now);
/*
 * It asked us something.  True when it is not in the table and would find
 * room there, as a spare at least: worth a ping, unless one is under way.
 */
bool table_queried(struct table *t, const struct node_id *id,
	const struct addr *a, uint64_t now);
/* It did not answer.  True when it was dropped for it. */
bool table_failed(struct table *t, const struct addr *a, uint64_t now);
void table_asked(struct table *t, const struct addr *a, uint64_t now);
/* For cause: it lied. */
void table_drop(struct table *t, const struct addr *a);
/* After a sleep, or a lost network: failures of late prove nothing. */
void table_forgive(struct table *t);

/*
 * The contacts closest to the target, closest first: good and unsure ones,
 * spares left out, at most max (up to TABLE_CLOSEST_MAX).  good_only: what is
 * told to others.  Valid until the table changes.
 */
size_t table_closest(const struct table *t, const struct node_id *target,
	bool good_only, uint64_t now, const struct contact **out, size_t max);
/* Spares included; NULL: not there.  Valid until the table changes. */
const struct contact *table_find(const struct table *t, const struct addr *a);

/*
 * Upkeep, asked at its deadline until there is none.
 *
 * A contact to ping, which counts as asked: one promoted from spare, one that
 * is unsure or failing while a spare waits, or the one longest unheard of.
 */
bool table_next_ping(struct table *t, uint64_t now, struct contact *out);
/* The shared bits of a bucket to be refreshed by a lookup. */
bool table_next_refresh(struct table *t, uint64_t now, unsigned *bits);
/* Never before `now`; may be too early for a ping, never too late.
 * TABLE_NEVER when the table is empty. */
uint64_t table_deadline(const struct table *t, uint64_t now);
/* Refresh all buckets as soon as may be. */
void table_refresh_all(struct table *t);

struct table_counts {
	uint32_t good, unsure, spare;
	uint32_t verified; /* of the good and unsure ones */
	uint32_t buckets;
};
struct table_counts table_counts(const struct table *t, uint64_t now);
unsigned table_bucket_size(const struct table *t, unsigned bucket);
/* Of bucket i, 0 to buckets - 1: good, unsure and spare ones. */
void table_bucket_counts(const struct table *t, unsigned bucket, uint64_t now,
	uint32_t *good, uint32_t *unsure, uint32_t *spare);
/* Contacts of bucket i, bad ones too, closest to our id first, spares left
 * out; returns how many. */
size_t table_bucket(const struct table *t, unsigned bucket,
	const struct contact **out, size_t max);
enum contact_state contact_state(const struct contact *c, uint64_t now);

/* The best contacts to keep for the next start, likeliest first: good before
 * unsure, verified before others, then by last answer; spares too, bad ones
 * not.  Returns how many. */
size_t table_worth_saving(const struct table *t, uint64_t now,
	const struct contact **out, size_t max);

#endif
