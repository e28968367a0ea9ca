/*
 * table.h - the routing table of one node in one address family: k-buckets
 * (BEP 5), verified contacts preferred (BEP 42).  Pure.
 *
 * Bucket i holds contacts that share exactly i leading bits with our own id,
 * the last bucket all that share more; the last one splits when it is full.
 * A bucket has TABLE_K contacts and as many spares waiting to replace one that
 * fails.  The first buckets, of which half of all nodes could fill the first,
 * are larger: TABLE_BUCKET_SIZES; it makes the first step of a lookup longer
 * and costs 10 KiB.
 *
 * A contact is good when it answered us, or having answered once asked us
 * something, within TABLE_GOOD_MS; bad after TABLE_FAILS_MAX queries in a row
 * without an answer; unsure otherwise.  Only contacts that answered a query
 * enter a bucket: nothing that a stranger says about others does.
 *
 * Against many ids from few hosts: one contact for each IP, two for each /24
 * (IPv4) or /64 (IPv6) in a bucket, spares included.  A contact whose id
 * fits its address takes the place of one whose does not.  A good contact
 * never makes room for a new one otherwise.  Local addresses (addr_is_local)
 * are exempt, so that a ring on one machine works; they may come only from
 * local nodes, which is for the caller to see to.
 */
#ifndef DHT_TABLE_H
#define DHT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "dht/node_id.h"

#define TABLE_K 8u
#define TABLE_GOOD_MS 900000u
#define TABLE_FAILS_MAX 3u
#define TABLE_REFRESH_MS 900000u /* of a bucket in which nothing happened */

struct table;

enum contact_state {
	CONTACT_GOOD,
	CONTACT_UNSURE,
	CONTACT_BAD,
};

struct contact {
	struct node_id id;
	struct addr addr;
	uint64_t replied_ms; /* last answer; 0: never */
	uint64_t heard_ms;   /* last answer or query */
	uint64_t asked_ms;   /* last query of ours; 0: never */
	uint32_t rtt_ms;     /* smoothed; 0: not measured yet */
	uint8_t fails;       /* queries in a row without an answer */
	bool verified;       /* its id fits its address */
};

struct table *table_new(enum addr_family family, const struct node_id *self);
void table_free(struct table *t);
const struct node_id *table_self(const struct table *t);
/* Our id changed: all contacts are sorted in anew, as far as there is room. */
void table_set_self(struct table *t, const struct node_id *self);

/* It answered a query.  Of a known address with another id the old contact
 * is dropped (an id does not change in an honest node that lives). */
void table_replied(struct table *t, const struct node_id *id,
	const struct addr *a, uint32_t rtt_ms, uint64_t now);
/*
 * It asked us something.  True when it is not in the table and would find
 * room there: worth a ping.
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
 * at most max (up to 128).  good_only: what is told to others.  Valid until
 * the table changes.
 */
size_t table_closest(const struct table *t, const struct node_id *target,
	bool good_only, uint64_t now, const struct contact **out, size_t max);
const struct contact *table_find(const struct table *t, const struct addr *a);

/*
 * Upkeep, asked at its deadline.  A contact to ping: one that has turned
 * unsure while a spare waits, or the one longest unheard of when its bucket
 * is due.  False: none.
 */
bool table_next_ping(struct table *t, uint64_t now, struct contact *out);
/* The shared bits of a bucket to be refreshed by a lookup; false: none. */
bool table_next_refresh(struct table *t, uint64_t now, unsigned *bits);
uint64_t table_deadline(const struct table *t, uint64_t now);
/* Refresh all buckets as soon as may be. */
void table_refresh_all(struct table *t);

struct table_counts {
	uint32_t good, unsure, spare, verified;
	uint32_t buckets;
};
struct table_counts table_counts(const struct table *t, uint64_t now);
/* Of bucket i, 0 to buckets - 1: good, unsure and spare ones. */
void table_bucket_counts(const struct table *t, unsigned bucket, uint64_t now,
	uint32_t *good, uint32_t *unsure, uint32_t *spare);
/* Contacts of bucket i in order, spares left out; returns how many. */
size_t table_bucket(const struct table *t, unsigned bucket,
	const struct contact **out, size_t max);
enum contact_state contact_state(const struct contact *c, uint64_t now);

/* The best contacts to keep for the next start; returns how many. */
size_t table_worth_saving(const struct table *t, uint64_t now,
	const struct contact **out, size_t max);

#endif
