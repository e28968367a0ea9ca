/*
 * peer_book.c - see peer_book.h.
 */
#include "core/swarm/peer_book.h"

#include <string.h>

#include "base/heap.h"
#include "base/map.h"
#include "base/mem.h"
#include "core/snapshot.h"

struct entry {
	struct addr addr;
	uint32_t at; /* place in list */
	uint8_t sources;
	uint8_t fails;
	bool dialled;   /* now, or connected */
	bool connected; /* now */
	bool tried;
	bool useful; /* once was */
	bool seed;
	bool is_self;
	bool has_priority;
	uint32_t priority; /* BEP 40, from book.self */
	uint32_t salt;     /* the last tie */
	uint64_t tried_ms; /* when its last try ended */
	uint64_t rest_until;
};

struct peer_book {
	struct map *by_addr;
	struct entry **list;
	size_t list_cap;
	uint32_t n;
	struct map *banned; /* by address with port 0 */
	struct addr *bans; /* NULL until the first, then for all there may be */
	uint32_t nbans, next_ban;
	struct addr self;
	struct rng rng;
};

struct peer_book *peer_book_new(const uint8_t key[16], uint64_t seed)
{
	struct peer_book *b = (struct peer_book *)mem_zero(sizeof *b);

	b->by_addr = map_new(ADDR_KEY_LEN, key);
	b->banned = map_new(ADDR_KEY_LEN, key);
	rng_seed(&b->rng, seed);
	return b;
}

void peer_book_free(struct peer_book *b)
{
	if (!b)
		return;
	for (uint32_t i = 0; i < b->n; i++)
		mem_free(b->list[i]);
	mem_free(b->list);
	mem_free(b->bans);
	map_free(b->by_addr);
	map_free(b->banned);
	mem_free(b);
}

static struct entry *find(const struct peer_book *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	addr_key(a, key);
	return (struct entry *)map_get(b->by_addr, key);
}

static void remove_entry(struct peer_book *b, struct entry *e)
{
	uint8_t key[ADDR_KEY_LEN];
	struct entry *last = b->list[--b->n];

	addr_key(&e->addr, key);
	map_remove(b->by_addr, key);
	b->list[e->at] = last;
	last->at = e->at;
	mem_free(e);
}

/* The best of the places we heard of it from. */
static int source_rank(uint8_t sources)
{
	static const uint8_t best_first[] = {SOURCE_USER, SOURCE_LSD,
		SOURCE_RESUME, SOURCE_TRACKER, SOURCE_DHT, SOURCE_INCOMING,
		SOURCE_PEX};
	int n = (int)(sizeof best_first / sizeof best_first[0]);

	for (int i = 0; i < n; i++)
		if (sources & best_first[i])
			return n - i;
	return 0;
}

static int usefulness(const struct entry *e)
{
	int value = source_rank(e->sources) + (e->useful ? 16 : 0);

	return value - 32 * (e->is_self ? (int)PEER_BOOK_FAILS_MAX : e->fails);
}

/* --- hearsay ---------------------------------------------------------- */

static bool is_hearsay(const struct entry *e)
{
	return e->sources == SOURCE_PEX && !e->useful && !e->connected;
}

/* Told of a port where peers seldom listen, but other servers do. */
static bool is_suspect(const struct entry *e)
{
	return is_hearsay(e) && e->addr.port < 1024;
}

/* It failed, and that long ago that it may be forgotten, or told again. */
static bool is_stale(const struct entry *e, uint64_t now)
{
	return is_hearsay(e) && e->tried && !e->dialled &&
	       now - e->tried_ms >= PEER_BOOK_REST_MAX_MS;
}

struct hearsay {
	uint32_t all, untested, same_ip;
	struct entry *stale; /* one of them */
};

static struct hearsay count_hearsay(const struct peer_book *b,
	const struct addr *a, uint64_t now)
{
	struct hearsay h = {.all = 0};

	for (uint32_t i = 0; i < b->n; i++) {
		struct entry *e = b->list[i];

		if (!is_hearsay(e))
			continue;
		h.all++;
		h.untested += !e->tried;
		if (is_stale(e, now))
			h.stale = e;
		else
			h.same_ip += addr_same_ip(&e->addr, a);
	}
	return h;
}

static bool hearsay_has_room(struct peer_book *b, const struct addr *a,
	uint64_t now)
{
	struct hearsay h = count_hearsay(b, a, now);

	if (h.untested >= PEER_BOOK_UNTESTED_MAX ||
		h.same_ip >= PEER_BOOK_HEARSAY_IP_MAX)
		return false;
	if (h.all < PEER_BOOK_HEARSAY_MAX)
		return true;
	if (!h.stale)
		return false;
	remove_entry(b, h.stale);
	return true;
}

/* It is told of once more: another try, if the last one is long ago. */
static void told_again(struct peer_book *b, struct entry *e, uint64_t now)
{
	if (!is_stale(e, now) || count_hearsay(b, &e->addr, now).untested >=
					 PEER_BOOK_UNTESTED_MAX)
		return;
	e->tried = false;
	e->fails = 0;
	e->rest_until = now;
}

/* ---------------------------------------------------------------------- */

static struct entry *least_useful(const struct peer_book *b)
{
	struct entry *least = NULL;

	for (uint32_t i = 0; i < b->n; i++) {
		struct entry *e = b->list[i];

		if (e->dialled)
			continue;
		if (!least || usefulness(e) < usefulness(least))
			least = e;
	}
	return least;
}

/* False when all others are worth more than the new one. */
static bool make_room(struct peer_book *b, const struct entry *newcomer)
{
	struct entry *least;
	int theirs, ours;

	if (b->n < PEER_BOOK_MAX)
		return true;
	least = least_useful(b);
	if (!least)
		return false;
	theirs = usefulness(least);
	ours = usefulness(newcomer);
	/* Among equals chance decides, so that a flood cannot replace all. */
	if (theirs > ours || (theirs == ours && rng_below(&b->rng, 2)))
		return false;
	remove_entry(b, least);
	return true;
}

bool peer_book_add(struct peer_book *b, const struct addr *a, uint8_t source,
	uint64_t now)
{
	struct entry fresh = {.addr = *a, .sources = source, .rest_until = now};
	struct entry *e = find(b, a);
	uint8_t key[ADDR_KEY_LEN];

	if (e) {
		e->sources |= source;
		if (source == SOURCE_PEX)
			told_again(b, e, now);
		return false;
	}
	if (!addr_is_dialable(a) || peer_book_banned(b, a))
		return false;
	if (source == SOURCE_PEX && !hearsay_has_room(b, a, now))
		return false;
	if (!make_room(b, &fresh))
		return false;
	fresh.at = b->n;
	fresh.salt = (uint32_t)rng_u64(&b->rng);
	e = (struct entry *)mem_dup(&fresh, sizeof fresh);
	addr_key(a, key);
	map_put(b->by_addr, key, e);
	b->list = (struct entry **)mem_grow(b->list, &b->list_cap,
		(size_t)b->n + 1, sizeof(struct entry *));
	b->list[b->n++] = e;
	return true;
}

static bool may_ever_dial(const struct entry *e)
{
	uint32_t most = is_hearsay(e) ? 1 : PEER_BOOK_FAILS_MAX;

	return !e->dialled && !e->is_self &&
	       (e->fails < most || e->sources & SOURCE_USER);
}

static void set_self(struct peer_book *b, const struct addr *self)
{
	if (addr_equal(&b->self, self))
		return;
	b->self = *self;
	for (uint32_t i = 0; i < b->n; i++)
		b->list[i]->has_priority = false;
}

static uint32_t priority_of(const struct peer_book *b, struct entry *e)
{
	if (!e->has_priority)
		e->priority = addr_priority(&b->self, &e->addr);
	e->has_priority = true;
	return e->priority;
}

static bool goes_before(const struct peer_book *b, struct entry *x,
	struct entry *y)
{
	int rank_x = source_rank(x->sources), rank_y = source_rank(y->sources);
	uint32_t prio_x, prio_y;

	if (is_suspect(x) != is_suspect(y))
		return is_suspect(y);
	if (x->fails != y->fails)
		return x->fails < y->fails;
	if (x->tried != y->tried)
		return !x->tried;
	if (x->tried_ms != y->tried_ms)
		return x->tried_ms < y->tried_ms;
	if (rank_x != rank_y)
		return rank_x > rank_y;
	prio_x = priority_of(b, x);
	prio_y = priority_of(b, y);
	if (prio_x != prio_y)
		return prio_x > prio_y;
	return x->salt < y->salt;
}

bool peer_book_next(struct peer_book *b, const struct addr *self,
	bool we_are_complete, uint64_t now, struct addr *out)
{
	struct entry *best = NULL;

	set_self(b, self);
	for (uint32_t i = 0; i < b->n; i++) {
		struct entry *e = b->list[i];

		if (!may_ever_dial(e) || e->rest_until > now)
			continue;
		if (we_are_complete && e->seed)
			continue;
		if (!best || goes_before(b, e, best))
			best = e;
	}
	if (!best)
		return false;
	best->dialled = true;
	*out = best->addr;
	return true;
}

uint64_t peer_book_deadline(const struct peer_book *b, uint64_t now)
{
	uint64_t next = NEVER;

	for (uint32_t i = 0; i < b->n; i++) {
		const struct entry *e = b->list[i];

		if (may_ever_dial(e) && e->rest_until > now &&
			e->rest_until < next)
			next = e->rest_until;
	}
	return next;
}

void peer_book_connected(struct peer_book *b, const struct addr *a)
{
	struct entry *e = find(b, a);

	if (e)
		e->dialled = e->connected = true;
}

static void note_failure(struct entry *e, uint64_t now)
{
	uint64_t rest = (uint64_t)PEER_BOOK_REST_MS << (2u * e->fails);
	uint64_t most = e->sources & SOURCE_USER ? PEER_BOOK_REST_USER_MS
	                                         : PEER_BOOK_REST_MAX_MS;

	if (rest > most || is_hearsay(e))
		rest = most;
	e->rest_until = now + rest;
	if (e->fails < PEER_BOOK_FAILS_MAX)
		e->fails++;
}

void peer_book_disconnected(struct peer_book *b, const struct addr *a,
	bool useful, uint64_t now)
{
	struct entry *e = find(b, a);

	if (!e)
		return;
	e->dialled = e->connected = false;
	e->tried = true;
	e->tried_ms = now;
	if (peer_book_banned(b, a)) {
		remove_entry(b, e);
		return;
	}
	if (!useful) {
		note_failure(e, now);
		return;
	}
	e->useful = true;
	e->fails = 0;
	e->rest_until = now + PEER_BOOK_REST_USEFUL_MS;
}

void peer_book_set_seed(struct peer_book *b, const struct addr *a)
{
	struct entry *e = find(b, a);

	if (e)
		e->seed = true;
}

uint8_t peer_book_sources(const struct peer_book *b, const struct addr *a)
{
	const struct entry *e = find(b, a);

	return e ? e->sources : 0;
}

static void ban_key(const struct addr *a, uint8_t key[ADDR_KEY_LEN])
{
	struct addr ip = *a;

	ip.port = 0;
	addr_key(&ip, key);
}

static void remember_ban(struct peer_book *b, const struct addr *a)
{
	struct addr *place;
	uint8_t key[ADDR_KEY_LEN];

	if (!b->bans)
		b->bans = mem_array(PEER_BOOK_BANS_MAX, sizeof *b->bans);
	place = &b->bans[b->next_ban];
	if (b->nbans == PEER_BOOK_BANS_MAX) {
		ban_key(place, key);
		if (map_get(b->banned, key) == place) /* not lifted */
			map_remove(b->banned, key);
	} else {
		b->nbans++;
	}
	*place = *a;
	ban_key(a, key);
	map_put(b->banned, key, place);
	b->next_ban = (b->next_ban + 1) % PEER_BOOK_BANS_MAX;
}

void peer_book_ban(struct peer_book *b, const struct addr *a)
{
	if (a->family == ADDR_NONE || peer_book_banned(b, a))
		return;
	remember_ban(b, a);
	/* Those connected go when they disconnect. */
	for (uint32_t i = b->n; i-- > 0;)
		if (addr_same_ip(&b->list[i]->addr, a) && !b->list[i]->dialled)
			remove_entry(b, b->list[i]);
}

void peer_book_unban(struct peer_book *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	ban_key(a, key);
	map_remove(b->banned, key);
}

size_t peer_book_bans(const struct peer_book *b, struct addr *out, size_t max)
{
	size_t n = 0;
	uint8_t key[ADDR_KEY_LEN];

	for (uint32_t i = 0; i < b->nbans && n < max; i++) {
		ban_key(&b->bans[i], key);
		if (map_get(b->banned, key) == &b->bans[i])
			out[n++] = b->bans[i];
	}
	return n;
}

bool peer_book_banned(const struct peer_book *b, const struct addr *a)
{
	uint8_t key[ADDR_KEY_LEN];

	ban_key(a, key);
	return map_get(b->banned, key) != NULL;
}

void peer_book_forget(struct peer_book *b, const struct addr *a)
{
	struct entry *e = find(b, a);

	if (e)
		e->is_self = true;
}

void peer_book_drop(struct peer_book *b, uint8_t sources)
{
	for (uint32_t i = b->n; i-- > 0;)
		if (!(b->list[i]->sources & ~sources) && !b->list[i]->dialled)
			remove_entry(b, b->list[i]);
}

void peer_book_clear_failures(struct peer_book *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		b->list[i]->fails = 0;
		b->list[i]->rest_until = 0;
	}
}

static bool is_good(const struct entry *e)
{
	return !e->is_self && e->fails == 0 && !is_hearsay(e);
}

/* Connected, once useful, or only heard of. */
static int goodness(const struct entry *e)
{
	if (!is_good(e))
		return -1;
	return e->connected ? 2 : e->useful;
}

size_t peer_book_good(const struct peer_book *b, struct addr *out, size_t max)
{
	size_t n = 0;

	for (int want = 2; want >= 0; want--)
		for (uint32_t i = 0; i < b->n && n < max; i++)
			if (goodness(b->list[i]) == want)
				out[n++] = b->list[i]->addr;
	return n;
}

struct peer_book_counts peer_book_counts(const struct peer_book *b,
	uint64_t now)
{
	struct peer_book_counts c = {
		.known = b->n, .banned = (uint32_t)map_count(b->banned)};

	for (uint32_t i = 0; i < b->n; i++) {
		const struct entry *e = b->list[i];

		c.connected += e->connected;
		c.dialable += may_ever_dial(e) && e->rest_until <= now;
		c.failed += !e->dialled && e->fails > 0;
	}
	return c;
}
