/*
 * throttle.c - see throttle.h.
 *
 * Of each source one time is kept, `full_until`: every query moves it on by
 * the time that a query is worth (200 ms at 5 a second), starting at now at
 * the earliest.  So it tells by how much a source is ahead of its rate, decays
 * by itself, and when it is more than the window ahead, the source has sent
 * too much.  A ban is the same time put farther ahead than any query could.
 *
 * A source has one of the WAYS slots that its hash names.  A new one takes the
 * slot of whom is ahead least, together with half a window at most of what
 * that one had used: a flood from very many addresses so makes us impatient
 * with each of them, but bans nobody who did not do his part.  Where all
 * slots are banned, queries of a new one are refused until a ban ends, as
 * nobody should be able to wash his ban off.
 */
#include "dht/throttle.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define WAYS 4u
#define SETS (THROTTLE_SOURCES / WAYS)
#define QUERY_WORTH_MS (1000u / THROTTLE_SOURCE_PER_S)
#define QUERY_BURST_S 2u
#define ANSWER_BURST_S 1u
#define THOUSAND 1000u

/* Tokens in thousandths, so that no part of one is lost between calls. */
struct bucket {
	uint64_t per_s; /* 0: no limit */
	uint64_t most;
	uint64_t thousandths;
	uint64_t filled_ms;
};

struct source {
	uint64_t tag; /* of the address */
	uint64_t full_until;
};

struct throttle {
	uint8_t key[16];
	struct bucket answers, answer_bytes, queries;
	struct source (*sources)[WAYS]; /* SETS of them; NULL: none yet */
};

/* --- budgets ---------------------------------------------------------- */

static void bucket_init(struct bucket *b, uint64_t per_s, uint64_t burst_s,
	uint64_t now)
{
	*b = (struct bucket){
		.per_s = per_s,
		.most = per_s * burst_s * THOUSAND,
		.filled_ms = now,
	};
	b->thousandths = b->most;
}

static uint64_t bucket_level(const struct bucket *b, uint64_t now)
{
	uint64_t missing = b->most - b->thousandths;
	uint64_t elapsed = now > b->filled_ms ? now - b->filled_ms : 0;

	/* A token a second is a thousandth a millisecond. */
	if (elapsed > missing / b->per_s)
		return b->most;
	return b->thousandths + elapsed * b->per_s;
}

static bool bucket_take(struct bucket *b, uint64_t tokens, uint64_t now)
{
	uint64_t level;

	if (b->per_s == 0)
		return true;
	level = bucket_level(b, now);
	if (level / THOUSAND < tokens)
		return false;
	b->thousandths = level - tokens * THOUSAND;
	if (now > b->filled_ms)
		b->filled_ms = now;
	return true;
}

/* --- sources ---------------------------------------------------------- */

/* Who counts as one: an IP, or an IPv6 /64. */
static uint64_t hash_of(const struct throttle *t, const struct addr *a)
{
	uint8_t key[1 + sizeof a->ip] = {a->family};

	memcpy(key + 1, a->ip, a->family == ADDR_V6 ? 8 : sizeof a->ip);
	return siphash(t->key, key, sizeof key);
}

static struct source *set_of(const struct throttle *t, uint64_t hash)
{
	return t->sources[hash % SETS];
}

static struct source *find(const struct throttle *t, uint64_t hash)
{
	struct source *set;

	if (!t->sources)
		return NULL;
	set = set_of(t, hash);
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].tag == hash)
			return &set[i];
	return NULL;
}

static bool is_over(const struct source *s, uint64_t now)
{
	return s->full_until > now + THROTTLE_WINDOW_MS;
}

static void ban(struct source *s, uint64_t now)
{
	s->full_until = now + THROTTLE_WINDOW_MS + THROTTLE_IGNORE_MS;
}

/* The slot of whom is ahead least. */
static struct source *least(struct throttle *t, uint64_t hash)
{
	struct source *set, *first;

	if (!t->sources)
		t->sources = (struct source(*)[WAYS])mem_zero_array(SETS,
			sizeof *t->sources);
	set = set_of(t, hash);
	first = &set[0];
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].full_until < first->full_until)
			first = &set[i];
	return first;
}

/* NULL: all places are taken by banned ones. */
static struct source *find_or_add(struct throttle *t, uint64_t hash,
	uint64_t now)
{
	struct source *s = find(t, hash);
	uint64_t most = now + THROTTLE_WINDOW_MS / 2;

	if (s)
		return s;
	s = least(t, hash);
	if (is_over(s, now))
		return NULL;
	s->tag = hash;
	if (s->full_until > most)
		s->full_until = most;
	return s;
}

static bool source_admits(struct throttle *t, const struct addr *from,
	uint64_t now)
{
	struct source *s = find_or_add(t, hash_of(t, from), now);

	if (!s || is_over(s, now))
		return false;
	if (s->full_until < now)
		s->full_until = now;
	s->full_until += QUERY_WORTH_MS;
	if (!is_over(s, now))
		return true;
	ban(s, now);
	return false;
}

/* --- the whole -------------------------------------------------------- */

struct throttle *throttle_new(uint32_t answers_per_s, const uint8_t map_key[16],
	uint64_t now)
{
	struct throttle *t = (struct throttle *)mem_zero(sizeof *t);
	uint64_t bytes = answers_per_s ? THROTTLE_ANSWER_BYTES_PER_S : 0;

	memcpy(t->key, map_key, sizeof t->key);
	bucket_init(&t->answers, answers_per_s, ANSWER_BURST_S, now);
	bucket_init(&t->answer_bytes, bytes, ANSWER_BURST_S, now);
	bucket_init(&t->queries, THROTTLE_QUERIES_PER_S, QUERY_BURST_S, now);
	return t;
}

void throttle_free(struct throttle *t)
{
	if (!t)
		return;
	mem_free(t->sources);
	mem_free(t);
}

bool throttle_admits(struct throttle *t, const struct addr *from, uint64_t now)
{
	if (!addr_is_local(from) && !source_admits(t, from, now))
		return false;
	return bucket_take(&t->answers, 1, now);
}

bool throttle_answer(struct throttle *t, size_t bytes, uint64_t now)
{
	return bucket_take(&t->answer_bytes, bytes, now);
}

bool throttle_query(struct throttle *t, uint64_t now)
{
	return bucket_take(&t->queries, 1, now);
}

uint64_t throttle_query_at(const struct throttle *t, uint64_t now)
{
	const struct bucket *b = &t->queries;
	uint64_t level = bucket_level(b, now);

	if (level >= THOUSAND)
		return 0;
	return now + (THOUSAND - level + b->per_s - 1) / b->per_s;
}

void throttle_ban(struct throttle *t, const struct addr *a, uint64_t now)
{
	uint64_t hash = hash_of(t, a);
	struct source *s;

	if (addr_is_local(a))
		return;
	s = find(t, hash);
	if (!s)
		s = least(t, hash);
	s->tag = hash;
	ban(s, now);
}

bool throttle_is_banned(const struct throttle *t, const struct addr *a,
	uint64_t now)
{
	const struct source *s;

	if (addr_is_local(a))
		return false;
	s = find(t, hash_of(t, a));
	return s && is_over(s, now);
}
