/*
 * table_priv.h - the inside of a routing table, shared by table.c (entering
 * and leaving), table_rules.c (who makes room for whom), table_upkeep.c (whom
 * to ask when) and table_read.c.  Pure.
 *
 * Kept at all times: spares only behind a full bucket without bad contacts,
 * and behind the last one only when it cannot split any more; no verified
 * spare while an unverified contact is in the bucket.
 */
#ifndef DHT_TABLE_PRIV_H
#define DHT_TABLE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dht/table.h"

#define TABLE_SIZE_MAX 32u /* of any bucket */
#define TABLE_PER_NET 2u   /* in a bucket, spares included */

/* In no order: the last one takes the place of one that leaves. */
struct contact_list {
	struct contact *c;
	uint8_t n, cap;
};

struct bucket {
	struct contact_list live, spare;
	bool is_new;         /* never refreshed */
	bool is_forced;      /* to be refreshed at once */
	uint64_t touched_ms; /* one of it answered, or one entered it */
	uint64_t refresh_ms; /* no refresh before */
};

struct table {
	enum addr_family family;
	struct node_id self;
	struct bucket *buckets;
	unsigned nbuckets;
	uint32_t nlive;  /* contacts in all buckets, spares not counted */
	uint64_t now_ms; /* the latest time heard of */

	uint64_t ping_ms; /* no ping is due before; a lower bound */
	uint64_t pinged_ms;
	uint32_t ping_pace_ms;
	uint64_t refreshed_ms;
};

/* The bucket in which a contact of this id belongs. */
unsigned table_index(const struct table *t, const struct node_id *id);

/* The one to lose its place first; NULL when the list is empty. */
struct contact *table_weakest(const struct contact_list *l, uint64_t now);
/* Whether a contact of a bucket that is full makes room for the new one. */
bool table_yields(const struct contact *have, const struct contact *c,
	uint64_t now);
/* Likewise of two that may not be there together, and of spares. */
bool table_gives_way(const struct contact *have, const struct contact *c,
	uint64_t now);
bool table_can_split(const struct table *t, unsigned bucket);
/* Whether the new one would have a place in its bucket, as a spare at least. */
bool table_has_room(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now);

#define TABLE_RIVALS_MAX 3u /* one by IP, one by id, one by net */

/* Those that may not stay beside a newcomer. */
struct table_rivals {
	struct addr addr[TABLE_RIVALS_MAX];
	unsigned n;
	bool in_bucket; /* one is in the bucket the newcomer goes to */
	bool is_local;  /* the newcomer: only its id and address count */
};
/* False when one of them stays, and so the newcomer may not enter. */
bool table_find_rivals(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now, struct table_rivals *r);

/* When to ping a contact of the bucket, the pace apart. */
uint64_t table_ping_due(const struct bucket *b, const struct contact *c);
/* A ping has become due at this time, perhaps earlier than was known. */
void table_expect_ping(struct table *t, uint64_t at);

#endif
