/*
 * table.c - see table.h: who enters the table and who leaves it.
 */
#include "dht/table.h"

#include <assert.h>

#include "base/mem.h"
#include "dht/table_priv.h"

#define GROWTH 4u /* contacts by which a list grows */

/* Where a contact is. */
struct place {
	struct bucket *bucket;
	struct contact_list *list;
	struct contact *c;
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

/* --- finding -------------------------------------------------------------- */

static struct contact *find_addr(const struct contact_list *l,
	const struct addr *a)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->c[i].addr.port == a->port && /* spares most calls */
			addr_equal(&l->c[i].addr, a))
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

	while (table_can_split(t, bucket) &&
		t->buckets[bucket].live.n == TABLE_K) {
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
	weak = table_weakest(&b->spare, now);
	if (table_gives_way(weak, c, now))
		*weak = *c;
}

static void add(struct table *t, struct bucket *b, const struct contact *c,
	uint64_t now)
{
	struct contact *weak = table_weakest(&b->live, now);
	unsigned size = table_bucket_size(t, (unsigned)(b - t->buckets));

	if (b->live.n < size) {
		push(&b->live, c);
		t->nlive++;
		b->touched_ms = now;
	} else if (table_yields(weak, c, now)) {
		struct contact old = *weak;

		*weak = *c;
		b->touched_ms = now;
		if (contact_state(&old, now) != CONTACT_BAD)
			add_spare(b, &old, now);
	} else {
		add_spare(b, c, now);
	}
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
	struct table_rivals r;

	if (!table_find_rivals(t, bucket, c, now, &r) ||
		(!r.in_bucket && !table_has_room(t, bucket, c, now)))
		return;
	if (t->nlive == 0)
		settle(t, now);
	/* The newcomer comes before the spares: they fill what is left. */
	for (unsigned i = 0; i < r.n; i++) {
		struct place at = find(t, &r.addr[i]);

		assert(at.c);
		remove_at(t, at);
	}
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
	struct table_rivals r;
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
	if (!table_has_room(t, bucket, &fresh, now))
		return false;
	return table_find_rivals(t, bucket, &fresh, now, &r);
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
