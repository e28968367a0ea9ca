/*
 * table.c - see table.h: who enters the table and who leaves it.
 */
#include "dht/table.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dht/table_priv.h"

#define GROWTH 4u     /* contacts by which a list grows */
#define RIVALS_MAX 3u /* one by IP, one by id, one by net */

/* Where a contact is. */
struct place {
	struct bucket *bucket;
	struct contact_list *list;
	struct contact *c;
};

/* Those that may not stay beside a newcomer. */
struct rivals {
	struct addr addr[RIVALS_MAX];
	unsigned n;
	bool in_bucket; /* one is in the bucket the newcomer goes to */
	bool is_local;  /* the newcomer: only its id and address count */
};

static void add_bucket(struct table *t, uint64_t now)
{
	struct bucket *b;

	t->buckets = (struct bucket *)mem_resize(t->buckets,
		(size_t)t->nbuckets + 1, sizeof *t->buckets);
	b = &t->buckets[t->nbuckets++];
	*b = (struct bucket){.is_new = true,
		.touched_ms = now,
		.refresh_ms = now + TABLE_SETTLE_MS};
}

static void free_buckets(struct bucket *buckets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		mem_free(buckets[i].live.c);
		mem_free(buckets[i].spare.c);
	}
	mem_free(buckets);
}

struct table *table_new(enum addr_family family, const struct node_id *self)
{
	struct table *t = (struct table *)mem_zero(sizeof *t);

	t->family = family;
	t->self = *self;
	t->ping_ms = TABLE_NEVER;
	t->ping_pace_ms = TABLE_PING_YOUNG_MS;
	add_bucket(t, 0);
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	free_buckets(t->buckets, t->nbuckets);
	mem_free(t);
}

const struct node_id *table_self(const struct table *t)
{
	return &t->self;
}

unsigned table_index(const struct table *t, const struct node_id *id)
{
	unsigned bits = node_id_shared_bits(&t->self, id);

	return bits < t->nbuckets ? bits : t->nbuckets - 1;
}

enum contact_state contact_state(const struct contact *c, uint64_t now)
{
	if (c->fails >= TABLE_FAILS_MAX)
		return CONTACT_BAD;
	if (c->heard_ms && c->heard_ms + TABLE_GOOD_MS > now)
		return CONTACT_GOOD;
	return CONTACT_UNSURE;
}

/* --- lists ---------------------------------------------------------------- */

static void push(struct contact_list *l, const struct contact *c)
{
	if (l->n == l->cap) {
		l->cap = (uint8_t)(l->cap + GROWTH);
		l->c = (struct contact *)mem_resize(l->c, l->cap, sizeof *l->c);
	}
	l->c[l->n++] = *c;
}

static void take_out(struct contact_list *l, struct contact *c)
{
	*c = l->c[--l->n];
}

/* The order in which contacts lose their places. */
static bool is_weaker(const struct contact *a, const struct contact *b,
	uint64_t now)
{
	enum contact_state of_a = contact_state(a, now);
	enum contact_state of_b = contact_state(b, now);

	if ((of_a == CONTACT_BAD) != (of_b == CONTACT_BAD))
		return of_a == CONTACT_BAD;
	if (a->verified != b->verified)
		return b->verified;
	if (of_a != of_b)
		return of_a == CONTACT_UNSURE;
	return a->heard_ms < b->heard_ms;
}

/* NULL when the list is empty. */
static struct contact *weakest(const struct contact_list *l, uint64_t now)
{
	struct contact *w = NULL;

	for (unsigned i = 0; i < l->n; i++)
		if (!w || is_weaker(&l->c[i], w, now))
			w = &l->c[i];
	return w;
}

/* Whether a contact of a bucket that is full makes room for the new one. */
static bool yields(const struct contact *have, const struct contact *c,
	uint64_t now)
{
	return contact_state(have, now) == CONTACT_BAD ||
	       (c->verified && !have->verified);
}

/* Likewise of two that may not be there together, and of spares. */
static bool gives_way(const struct contact *have, const struct contact *c,
	uint64_t now)
{
	return yields(have, c, now) ||
	       (c->verified == have->verified &&
		       contact_state(have, now) == CONTACT_UNSURE);
}

/* --- finding -------------------------------------------------------------- */

static struct contact *find_addr(const struct contact_list *l,
	const struct addr *a)
{
	for (unsigned i = 0; i < l->n; i++)
		if (addr_equal(&l->c[i].addr, a))
			return &l->c[i];
	return NULL;
}

static struct contact *find_id(const struct contact_list *l,
	const struct node_id *id)
{
	for (unsigned i = 0; i < l->n; i++)
		if (node_id_equal(&l->c[i].id, id))
			return &l->c[i];
	return NULL;
}

static struct place find(const struct table *t, const struct addr *a)
{
	struct place at = {0};

	for (unsigned i = 0; i < t->nbuckets; i++) {
		at.bucket = &t->buckets[i];
		at.list = &at.bucket->live;
		at.c = find_addr(at.list, a);
		if (at.c)
			break;
		at.list = &at.bucket->spare;
		at.c = find_addr(at.list, a);
		if (at.c)
			break;
	}
	return at;
}

/* The same, quickly, of one whose id is known as well; c is NULL when there is
 * none of both this id and this address. */
static struct place find_both(const struct table *t, const struct node_id *id,
	const struct addr *a)
{
	struct place at = {.bucket = &t->buckets[table_index(t, id)]};

	at.list = &at.bucket->live;
	at.c = find_id(at.list, id);
	if (!at.c) {
		at.list = &at.bucket->spare;
		at.c = find_id(at.list, id);
	}
	if (at.c && !addr_equal(&at.c->addr, a))
		at.c = NULL;
	return at;
}

const struct contact *table_find(const struct table *t, const struct addr *a)
{
	return find(t, a).c;
}

/* --- leaving -------------------------------------------------------------- */

static bool is_better_spare(const struct contact *a, const struct contact *b)
{
	if (a->verified != b->verified)
		return a->verified;
	if (a->fails != b->fails)
		return a->fails < b->fails;
	return a->heard_ms > b->heard_ms;
}

static void promote(struct table *t, struct bucket *b)
{
	struct contact *best = &b->spare.c[0];

	for (unsigned i = 1; i < b->spare.n; i++)
		if (is_better_spare(&b->spare.c[i], best))
			best = &b->spare.c[i];
	/* Unsure until it answers again. */
	best->heard_ms = 0;
	push(&b->live, best);
	take_out(&b->spare, best);
	t->nlive++;
	table_expect_ping(t, t->now_ms);
}

/* Spares take the places that have become free. */
static void fill(struct table *t, struct bucket *b)
{
	unsigned size = table_bucket_size(t, (unsigned)(b - t->buckets));

	while (b->live.n < size && b->spare.n > 0)
		promote(t, b);
}

static void remove_at(struct table *t, struct place at)
{
	if (at.list == &at.bucket->live)
		t->nlive--;
	take_out(at.list, at.c);
}

static void drop(struct table *t, struct place at)
{
	remove_at(t, at);
	fill(t, at.bucket);
}

void table_drop(struct table *t, const struct addr *a)
{
	struct place at = find(t, a);

	if (at.c)
		drop(t, at);
}

/* --- entering ------------------------------------------------------------- */

static bool can_split(const struct table *t, unsigned bucket)
{
	return bucket + 1 == t->nbuckets && t->nbuckets < TABLE_BUCKETS_MAX;
}

/* Contacts of a full bucket that would yield leave a place among the spares,
 * or have spares that give way as well. */
static bool has_room(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now)
{
	const struct bucket *b = &t->buckets[bucket];

	return b->live.n < table_bucket_size(t, bucket) ||
	       can_split(t, bucket) || b->spare.n < TABLE_K ||
	       gives_way(weakest(&b->spare, now), c, now);
}

static bool add_rival(struct rivals *r, const struct contact *have,
	const struct contact *c, uint64_t now)
{
	if (!gives_way(have, c, now))
		return false;
	assert(r->n < RIVALS_MAX);
	r->addr[r->n++] = have->addr;
	return true;
}

static bool is_rival(const struct contact *have, const struct contact *c,
	bool is_local)
{
	if (!is_local && addr_same_ip(&have->addr, &c->addr))
		return true;
	return addr_equal(&have->addr, &c->addr) ||
	       node_id_equal(&have->id, &c->id);
}

/* False when one of them stays. */
static bool add_rivals(struct rivals *r, const struct contact_list *l,
	const struct contact *c, uint64_t now)
{
	for (unsigned i = 0; i < l->n; i++)
		if (is_rival(&l->c[i], c, r->is_local) &&
			!add_rival(r, &l->c[i], c, now))
			return false;
	return true;
}

/* Those of c's net in one list, and the weakest of all seen so far. */
static void count_net(const struct contact_list *l, const struct contact *c,
	uint64_t now, unsigned *n, const struct contact **weak)
{
	for (unsigned i = 0; i < l->n; i++) {
		const struct contact *have = &l->c[i];

		if (!addr_same_net(&have->addr, &c->addr) ||
			is_rival(have, c, false))
			continue;
		++*n;
		if (!*weak || is_weaker(have, *weak, now))
			*weak = have;
	}
}

static bool add_net_rival(struct rivals *r, const struct bucket *b,
	const struct contact *c, uint64_t now)
{
	const struct contact *weak = NULL;
	unsigned n = 0;

	if (r->is_local)
		return true;
	count_net(&b->live, c, now, &n, &weak);
	count_net(&b->spare, c, now, &n, &weak);
	if (n < TABLE_PER_NET)
		return true;
	r->in_bucket = true;
	return add_rival(r, weak, c, now);
}

static bool find_rivals(const struct table *t, unsigned bucket,
	const struct contact *c, uint64_t now, struct rivals *r)
{
	*r = (struct rivals){.is_local = addr_is_local(&c->addr)};
	for (unsigned i = 0; i < t->nbuckets; i++) {
		const struct bucket *b = &t->buckets[i];
		unsigned before = r->n;

		if (!add_rivals(r, &b->live, c, now) ||
			!add_rivals(r, &b->spare, c, now))
			return false;
		if (i == bucket && r->n > before)
			r->in_bucket = true;
	}
	return add_net_rival(r, &t->buckets[bucket], c, now);
}

/* A bucket that can split has no spares: it splits before it takes one. */
static void split(struct table *t, uint64_t now)
{
	struct bucket *shallow, *deep;

	add_bucket(t, now);
	deep = &t->buckets[t->nbuckets - 1];
	shallow = deep - 1;
	for (unsigned i = shallow->live.n; i-- > 0;) {
		struct contact *c = &shallow->live.c[i];

		if (table_index(t, &c->id) + 1 < t->nbuckets)
			continue;
		push(&deep->live, c);
		take_out(&shallow->live, c);
	}
}

/* Split until the id has room, or its bucket cannot split. */
static unsigned make_room(struct table *t, const struct node_id *id,
	uint64_t now)
{
	unsigned bucket = table_index(t, id);

	while (can_split(t, bucket) && t->buckets[bucket].live.n == TABLE_K) {
		split(t, now);
		bucket = table_index(t, id);
	}
	return bucket;
}

static void add_spare(struct bucket *b, const struct contact *c, uint64_t now)
{
	struct contact *weak;

	if (b->spare.n < TABLE_K) {
		push(&b->spare, c);
		return;
	}
	weak = weakest(&b->spare, now);
	if (gives_way(weak, c, now))
		*weak = *c;
}

static void add(struct table *t, struct bucket *b, const struct contact *c,
	uint64_t now)
{
	struct contact *weak = weakest(&b->live, now);
	unsigned size = table_bucket_size(t, (unsigned)(b - t->buckets));

	if (b->live.n < size) {
		push(&b->live, c);
		t->nlive++;
	} else if (yields(weak, c, now)) {
		struct contact old = *weak;

		*weak = *c;
		if (contact_state(&old, now) != CONTACT_BAD)
			add_spare(b, &old, now);
	} else {
		add_spare(b, c, now);
	}
	b->touched_ms = now;
	/* With a spare at hand failing contacts are asked again sooner. */
	table_expect_ping(t, b->spare.n > 0 ? now : table_ping_due(b, c));
}

/* A table that begins, or begins anew, gets time to fill by itself. */
static void settle(struct table *t, uint64_t now)
{
	for (unsigned i = 0; i < t->nbuckets; i++)
		t->buckets[i].refresh_ms = now + TABLE_SETTLE_MS;
}

static void enter(struct table *t, const struct contact *c, uint64_t now)
{
	unsigned bucket = table_index(t, &c->id);
	struct rivals r;

	if (!find_rivals(t, bucket, c, now, &r) ||
		(!r.in_bucket && !has_room(t, bucket, c, now)))
		return;
	if (t->nlive == 0)
		settle(t, now);
	/* The newcomer comes before the spares: they fill what is left. */
	for (unsigned i = 0; i < r.n; i++)
		remove_at(t, find(t, &r.addr[i]));
	bucket = make_room(t, &c->id, now);
	add(t, &t->buckets[bucket], c, now);
	for (unsigned i = 0; r.n > 0 && i < t->nbuckets; i++)
		fill(t, &t->buckets[i]);
}

static bool is_acceptable(const struct table *t, const struct node_id *id,
	const struct addr *a)
{
	return a->family == t->family && addr_is_dialable(a) &&
	       !node_id_equal(id, &t->self);
}

static void see_time(struct table *t, uint64_t now)
{
	if (now > t->now_ms)
		t->now_ms = now;
}

/* A time stamp; 0 stands for never. */
static uint64_t stamp(uint64_t now)
{
	return now ? now : 1;
}

static void note_answer(struct table *t, struct place at, uint32_t rtt_ms,
	uint64_t now)
{
	struct contact *c = at.c;

	c->replied_ms = c->heard_ms = stamp(now);
	c->fails = 0;
	c->rtt_ms = (uint32_t)(((uint64_t)c->rtt_ms * 3 + rtt_ms) / 4);
	if (at.list != &at.bucket->live)
		return;
	at.bucket->touched_ms = now;
	table_expect_ping(t, table_ping_due(at.bucket, c));
}

void table_replied(struct table *t, const struct node_id *id,
	const struct addr *a, uint32_t rtt_ms, uint64_t now)
{
	struct contact fresh = {.id = *id,
		.addr = *a,
		.replied_ms = stamp(now),
		.heard_ms = stamp(now),
		.rtt_ms = rtt_ms ? rtt_ms : 1};
	struct place at;

	see_time(t, now);
	if (!is_acceptable(t, id, a))
		return;
	at = find_both(t, id, a);
	if (at.c) {
		note_answer(t, at, fresh.rtt_ms, now);
		return;
	}
	at = find(t, a);
	if (at.c) {
		drop(t, at);
		return;
	}
	fresh.verified = node_id_fits_addr(id, a);
	enter(t, &fresh, now);
}

bool table_queried(struct table *t, const struct node_id *id,
	const struct addr *a, uint64_t now)
{
	struct contact fresh = {.id = *id, .addr = *a};
	unsigned bucket = table_index(t, id);
	struct rivals r;
	struct place at;

	see_time(t, now);
	if (!is_acceptable(t, id, a))
		return false;
	at = find_both(t, id, a);
	if (at.c) {
		/* A source is easily forged: it proves no promoted spare. */
		if (at.c->heard_ms)
			at.c->heard_ms = stamp(now);
		return false;
	}
	fresh.verified = node_id_fits_addr(id, a);
	/* In a full table this is the usual end, without looking further. */
	if (!has_room(t, bucket, &fresh, now))
		return false;
	return find_rivals(t, bucket, &fresh, now, &r);
}

void table_asked(struct table *t, const struct addr *a, uint64_t now)
{
	struct place at = find(t, a);

	see_time(t, now);
	if (at.c)
		at.c->asked_ms = stamp(now);
}

static bool anybody_is_good(const struct table *t, uint64_t now)
{
	for (unsigned i = 0; i < t->nbuckets; i++) {
		const struct contact_list *l = &t->buckets[i].live;

		for (unsigned j = 0; j < l->n; j++)
			if (contact_state(&l->c[j], now) == CONTACT_GOOD)
				return true;
	}
	return false;
}

static bool is_to_go(const struct table *t, struct place at, uint64_t now)
{
	if (contact_state(at.c, now) != CONTACT_BAD)
		return false;
	if (at.bucket->spare.n > 0) /* it is one, or one takes its place */
		return true;
	return at.c->fails >= TABLE_FAILS_DROP && anybody_is_good(t, now);
}

bool table_failed(struct table *t, const struct addr *a, uint64_t now)
{
	struct place at = find(t, a);

	see_time(t, now);
	if (!at.c)
		return false;
	if (at.c->fails < UINT8_MAX)
		at.c->fails++;
	if (is_to_go(t, at, now)) {
		drop(t, at);
		return true;
	}
	table_expect_ping(t, table_ping_due(at.bucket, at.c));
	return false;
}

static void forgive_list(struct contact_list *l)
{
	for (unsigned i = 0; i < l->n; i++)
		l->c[i].fails = 0;
}

void table_forgive(struct table *t)
{
	for (unsigned i = 0; i < t->nbuckets; i++) {
		forgive_list(&t->buckets[i].live);
		forgive_list(&t->buckets[i].spare);
	}
	if (t->nlive > 0)
		table_expect_ping(t, t->now_ms);
}

/* --- a new id of our own -------------------------------------------------- */

static void enter_again(struct table *t, const struct contact_list *l)
{
	for (unsigned i = 0; i < l->n; i++)
		if (contact_state(&l->c[i], t->now_ms) != CONTACT_BAD &&
			is_acceptable(t, &l->c[i].id, &l->c[i].addr))
			enter(t, &l->c[i], t->now_ms);
}

void table_set_self(struct table *t, const struct node_id *self)
{
	struct bucket *old = t->buckets;
	unsigned n = t->nbuckets;

	if (node_id_equal(self, &t->self))
		return;
	t->self = *self;
	t->buckets = NULL;
	t->nbuckets = 0;
	t->nlive = 0;
	t->ping_ms = TABLE_NEVER;
	add_bucket(t, t->now_ms);
	/* All contacts before the first spare. */
	for (unsigned i = 0; i < n; i++)
		enter_again(t, &old[i].live);
	for (unsigned i = 0; i < n; i++)
		enter_again(t, &old[i].spare);
	free_buckets(old, n);
}
