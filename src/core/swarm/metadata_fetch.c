/*
 * metadata_fetch.c - see metadata_fetch.h.
 *
 * Parts are gathered into copies: at first one for each size that peers name,
 * filled by all who name it; after a mixture that failed its hash, one for
 * each peer.
 */
#include "core/swarm/metadata_fetch.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "base/heap.h"
#include "base/mem.h"
#include "core/swarm/piece_picker.h"
#include "proto/metainfo.h"
#include "proto/peer_ext.h"

#define NOBODY PICKER_NOBODY
#define PART EXT_METADATA_PIECE
#define ASKS_PER_PEER 4u
#define ASKS_PER_PART 2u /* at once */
#define ASKS_LATE 6u     /* when the answers are slow to come */
#define LATE_MS UINT64_C(2000)
#define TIMEOUT_MS UINT64_C(10000)
#define REJECT_REST_MS UINT64_C(60000)
/* Sizes claimed for all copies but the one that is always allowed. */
#define SPARE_BYTES (8u << 20)

struct ask {
	uint32_t part;
	uint64_t at;
};

struct source {
	uint32_t peer;
	uint32_t size; /* what it says; 0: never asked */
	struct ask ask[ASKS_PER_PEER];
	uint32_t nasks;
	uint32_t fails; /* in a row */
	uint64_t rest_until;
	bool liar;
	bool singly; /* one request at a time */
};

struct part {
	uint8_t *data; /* NULL: missing */
	uint32_t from;
	uint32_t nasks;
	uint64_t asked_ms; /* of the last */
};

struct copy {
	uint32_t size;
	uint32_t owner; /* who alone fills it, or NOBODY */
	struct part *part;
	uint32_t nparts, ngot;
};

struct metadata_fetch {
	struct infohash hash;
	struct source *source;
	size_t n, cap;
	struct copy *copy;
	size_t ncopies, copies_cap;
	uint32_t favourite; /* the size most peers name; 0: unknown */
	bool alone;         /* each peer for itself: a mixture was bad */
	bool crowded;       /* somebody found no room for a copy */
	uint8_t *info;      /* verified */
	uint32_t info_size;
};

struct metadata_fetch *metadata_fetch_new(const struct infohash *hash)
{
	struct metadata_fetch *m = mem_zero(sizeof *m);

	m->hash = *hash;
	return m;
}

/* --- sources and what they were asked -------------------------------------
 */

static struct source *find(const struct metadata_fetch *m, uint32_t peer)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->source[i].peer == peer)
			return &m->source[i];
	return NULL;
}

static bool is_spent(const struct source *s)
{
	return s->liar || s->fails >= METADATA_TRIES;
}

static struct copy *find_copy(const struct metadata_fetch *m,
	const struct source *s)
{
	uint32_t owner = m->alone ? s->peer : NOBODY;

	for (size_t i = 0; i < m->ncopies; i++)
		if (m->copy[i].owner == owner && m->copy[i].size == s->size)
			return &m->copy[i];
	return NULL;
}

static struct ask *find_ask(struct source *s, uint32_t part)
{
	for (uint32_t i = 0; i < s->nasks; i++)
		if (s->ask[i].part == part)
			return &s->ask[i];
	return NULL;
}

/* False when it was not asked for this part. */
static bool end_ask(struct metadata_fetch *m, struct source *s, uint32_t part)
{
	struct ask *a = find_ask(s, part);
	struct copy *c = find_copy(m, s);

	if (!a)
		return false;
	*a = s->ask[--s->nasks];
	if (c && part < c->nparts)
		c->part[part].nasks--;
	return true;
}

static void end_all_asks(struct metadata_fetch *m, struct source *s)
{
	while (s->nasks > 0)
		end_ask(m, s, s->ask[0].part);
}

/* --- copies ------------------------------------------------------------------
 */

static void close_copy(struct metadata_fetch *m, struct copy *c)
{
	for (uint32_t i = 0; i < c->nparts; i++)
		mem_free(c->part[i].data);
	mem_free(c->part);
	*c = m->copy[--m->ncopies];
}

static void close_all(struct metadata_fetch *m)
{
	while (m->ncopies > 0)
		close_copy(m, &m->copy[m->ncopies - 1]);
}

void metadata_fetch_free(struct metadata_fetch *m)
{
	if (!m)
		return;
	close_all(m);
	mem_free(m->copy);
	mem_free(m->source);
	mem_free(m->info);
	mem_free(m);
}

/* Room that all but the one copy take which is always allowed. */
static uint64_t spare_used(const struct metadata_fetch *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->ncopies; i++)
		if (m->alone || m->copy[i].size != m->favourite)
			n += m->copy[i].size;
	return n;
}

static bool may_open(const struct metadata_fetch *m, uint32_t size)
{
	if (m->alone ? m->ncopies == 0 : size == m->favourite)
		return true;
	return spare_used(m) + size <= SPARE_BYTES;
}

/* What was asked before it was opened, and is still to come, counts. */
static void count_asks(const struct metadata_fetch *m, struct copy *c)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct source *s = &m->source[i];

		if (find_copy(m, s) != c)
			continue;
		for (uint32_t k = 0; k < s->nasks; k++) {
			struct part *p = &c->part[s->ask[k].part];

			p->nasks++;
			if (s->ask[k].at > p->asked_ms)
				p->asked_ms = s->ask[k].at;
		}
	}
}

/* NULL: there is no room for it now. */
static struct copy *open_copy(struct metadata_fetch *m, const struct source *s)
{
	struct copy *c = find_copy(m, s);

	if (c)
		return c;
	if (!may_open(m, s->size)) {
		m->crowded = true;
		return NULL;
	}
	m->copy = mem_grow(m->copy, &m->copies_cap, m->ncopies + 1,
		sizeof *m->copy);
	c = &m->copy[m->ncopies++];
	*c = (struct copy){
		.size = s->size,
		.owner = m->alone ? s->peer : NOBODY,
		.nparts = (s->size - 1) / PART + 1,
	};
	c->part = mem_zero_array(c->nparts, sizeof *c->part);
	count_asks(m, c);
	return c;
}

static size_t votes(const struct metadata_fetch *m, uint32_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n && size; i++)
		n += m->source[i].size == size && !is_spent(&m->source[i]);
	return n;
}

/* The largest of those that have to fit into the spare room. */
static struct copy *largest_spare(const struct metadata_fetch *m)
{
	struct copy *most = NULL;

	for (size_t i = 0; i < m->ncopies; i++) {
		struct copy *c = &m->copy[i];

		if (c->size != m->favourite && (!most || c->size > most->size))
			most = c;
	}
	return most;
}

/* Copies nobody fills any more go, and those that are too many. */
static void prune(struct metadata_fetch *m)
{
	for (size_t i = m->ncopies; i-- > 0;) {
		struct copy *c = &m->copy[i];

		if (m->alone ? !find(m, c->owner)
			     : c->size != m->favourite && !votes(m, c->size))
			close_copy(m, c);
	}
	while (!m->alone && spare_used(m) > SPARE_BYTES)
		close_copy(m, largest_spare(m));
}

/* Follow the majority; a tie leaves things as they are. */
static void count_votes(struct metadata_fetch *m)
{
	size_t most = votes(m, m->favourite);

	if (m->info)
		return;
	for (size_t i = 0; i < m->n; i++) {
		size_t n = votes(m, m->source[i].size);

		if (n > most) {
			most = n;
			m->favourite = m->source[i].size;
		}
	}
	prune(m);
}

/* --- coming and going ------------------------------------------------------
 */

static void change_size(struct metadata_fetch *m, struct source *s,
	uint32_t size)
{
	struct copy *own;

	if (s->size == size)
		return;
	end_all_asks(m, s);
	own = m->alone ? find_copy(m, s) : NULL;
	if (own)
		close_copy(m, own);
	s->size = size;
	s->fails = 0;
	s->rest_until = 0;
}

void metadata_fetch_join(struct metadata_fetch *m, uint32_t peer, uint32_t size)
{
	struct source *s = find(m, peer);

	assert(peer != NOBODY);
	if (size > METAINFO_INFO_MAX)
		size = 0;
	if (s) {
		change_size(m, s, size);
	} else {
		m->source = mem_grow(m->source, &m->cap, m->n + 1,
			sizeof *m->source);
		m->source[m->n++] = (struct source){.peer = peer, .size = size};
	}
	count_votes(m);
}

/* The number may be given to another peer. */
static void forget_sender(struct metadata_fetch *m, uint32_t peer)
{
	for (size_t i = 0; i < m->ncopies; i++)
		for (uint32_t k = 0; k < m->copy[i].nparts; k++)
			if (m->copy[i].part[k].from == peer)
				m->copy[i].part[k].from = NOBODY;
}

void metadata_fetch_leave(struct metadata_fetch *m, uint32_t peer)
{
	struct source *s = find(m, peer);

	if (!s)
		return;
	end_all_asks(m, s);
	*s = m->source[--m->n];
	count_votes(m);
	forget_sender(m, peer);
}

/* --- asking ------------------------------------------------------------------
 */

/* The part to be asked of it; c->nparts: none.  Those nobody was asked for
 * come first, then a second one is asked, then more while all are late. */
static uint32_t choose(const struct copy *c, struct source *s, uint64_t now)
{
	uint32_t second = c->nparts, late = c->nparts;

	for (uint32_t i = 0; i < c->nparts; i++) {
		const struct part *p = &c->part[i];

		if (p->data || find_ask(s, i))
			continue;
		if (p->nasks == 0)
			return i;
		if (p->nasks < ASKS_PER_PART && second == c->nparts)
			second = i;
		if (p->nasks < ASKS_LATE && p->asked_ms + LATE_MS <= now &&
			late == c->nparts)
			late = i;
	}
	return second < c->nparts ? second : late;
}

void metadata_fetch_ask_singly(struct metadata_fetch *m, uint32_t peer)
{
	struct source *s = find(m, peer);

	if (s)
		s->singly = true;
}

bool metadata_fetch_next(struct metadata_fetch *m, uint32_t peer, uint64_t now,
	uint32_t *part)
{
	struct source *s = find(m, peer);
	struct copy *c;
	uint32_t i;

	if (!s || is_spent(s) || m->info || !s->size ||
		s->nasks >= (s->singly ? 1 : ASKS_PER_PEER) ||
		s->rest_until > now)
		return false;
	c = open_copy(m, s);
	i = c ? choose(c, s, now) : 0;
	if (!c || i == c->nparts)
		return false;
	c->part[i].nasks++;
	c->part[i].asked_ms = now;
	s->ask[s->nasks++] = (struct ask){.part = i, .at = now};
	*part = i;
	return true;
}

uint64_t metadata_fetch_deadline(const struct metadata_fetch *m)
{
	uint64_t next = NEVER;

	for (size_t i = 0; i < m->n; i++)
		for (uint32_t k = 0; k < m->source[i].nasks; k++)
			if (m->source[i].ask[k].at + TIMEOUT_MS < next)
				next = m->source[i].ask[k].at + TIMEOUT_MS;
	return next;
}

/* It did not deliver.  Alone, it makes way for those who found no room. */
static void failed(struct metadata_fetch *m, struct source *s, uint64_t until)
{
	struct copy *own = m->alone ? find_copy(m, s) : NULL;

	s->fails++;
	s->singly = true; /* four at once may have been what was wrong */
	s->rest_until = until;
	if (own && m->crowded) {
		m->crowded = false;
		end_all_asks(m, s);
		close_copy(m, own);
	}
	if (is_spent(s))
		count_votes(m);
}

static bool end_late_asks(struct metadata_fetch *m, struct source *s,
	uint64_t now)
{
	bool any = false;

	for (uint32_t i = s->nasks; i-- > 0;) {
		if (now < s->ask[i].at + TIMEOUT_MS)
			continue;
		end_ask(m, s, s->ask[i].part);
		any = true;
	}
	return any;
}

void metadata_fetch_tick(struct metadata_fetch *m, uint64_t now)
{
	for (size_t i = 0; i < m->n; i++) {
		struct source *s = &m->source[i];

		/* Answers late together are one try. */
		if (end_late_asks(m, s, now) && s->rest_until <= now)
			failed(m, s, now + TIMEOUT_MS);
	}
}

void metadata_fetch_reject(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint64_t now)
{
	struct source *s = find(m, peer);

	/* Several refusals in one go are one. */
	if (s && end_ask(m, s, part) && s->rest_until < now + REJECT_REST_MS)
		failed(m, s, now + REJECT_REST_MS);
}

bool metadata_fetch_gave_up(const struct metadata_fetch *m, uint32_t peer)
{
	const struct source *s = find(m, peer);

	return s && is_spent(s);
}

/* --- answers
 * ------------------------------------------------------------------
 */

static uint32_t part_size(const struct copy *c, uint32_t part)
{
	uint32_t left = c->size - part * PART;

	return left < PART ? left : PART;
}

/* Who sent all of it; NOBODY when there were several. */
static uint32_t only_sender(const struct copy *c)
{
	for (uint32_t i = 1; i < c->nparts; i++)
		if (c->part[i].from != c->part[0].from)
			return NOBODY;
	return c->part[0].from;
}

static bool matches(const struct copy *c, enum hash_kind kind,
	const uint8_t *want, size_t n)
{
	struct hasher *h = hasher_new();
	uint8_t digest[SHA256_LEN];

	hasher_begin(h, kind);
	for (uint32_t i = 0; i < c->nparts; i++)
		hasher_add(h, c->part[i].data, part_size(c, i));
	hasher_end(h, digest);
	hasher_free(h);
	return memcmp(digest, want, n) == 0;
}

static bool is_right(const struct metadata_fetch *m, const struct copy *c)
{
	const struct infohash *h = &m->hash;

	if (h->has_v1 && !matches(c, HASH_SHA1, h->v1, SHA1_LEN))
		return false;
	if (h->has_v2 && !matches(c, HASH_SHA256, h->v2, SHA256_LEN))
		return false;
	return h->has_v1 || h->has_v2;
}

/* Its parts are freed as they are copied. */
static uint8_t *join_parts(struct copy *c)
{
	uint8_t *info = mem_alloc(c->size);

	for (uint32_t i = 0; i < c->nparts; i++) {
		memcpy(info + (size_t)i * PART, c->part[i].data,
			part_size(c, i));
		mem_free(c->part[i].data);
		c->part[i].data = NULL;
	}
	return info;
}

/* From now on each peer fills a copy of its own; it begins with what it has
 * sent already, so that nobody has to send the same twice. */
static void part_ways(struct metadata_fetch *m)
{
	struct copy *mixed = m->copy;
	size_t n = m->ncopies;

	m->alone = true;
	m->copy = NULL;
	m->ncopies = m->copies_cap = 0;
	for (size_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < mixed[i].nparts; k++) {
			struct part *p = &mixed[i].part[k];
			struct source *s = p->data ? find(m, p->from) : NULL;
			struct copy *own = s && s->size == mixed[i].size
			                           ? open_copy(m, s)
			                           : NULL;

			if (own) {
				own->part[k].data = p->data;
				own->part[k].from = p->from;
				own->ngot++;
			} else {
				mem_free(p->data);
			}
		}
		mem_free(mixed[i].part);
	}
	mem_free(mixed);
}

static enum metadata_got finish(struct metadata_fetch *m, struct copy *c,
	uint32_t *liar)
{
	uint32_t sender = only_sender(c);
	struct source *s = sender == NOBODY ? NULL : find(m, sender);

	if (is_right(m, c)) {
		m->info_size = c->size;
		m->info = join_parts(c);
		close_all(m);
		/* Answers still on their way are not waited for any more. */
		for (size_t i = 0; i < m->n; i++)
			m->source[i].nasks = 0;
		return METADATA_DONE;
	}
	*liar = sender;
	if (s) {
		end_all_asks(m, s);
		s->liar = true;
	}
	if (s || m->alone)
		close_copy(m, c);
	else
		part_ways(m);
	count_votes(m);
	return METADATA_BAD;
}

/* It says one thing and does another: not asked again. */
static enum metadata_got distrust(struct metadata_fetch *m, struct source *s)
{
	s->fails = METADATA_TRIES;
	end_all_asks(m, s);
	count_votes(m);
	return METADATA_USELESS;
}

enum metadata_got metadata_fetch_data(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint32_t total_size, struct span data, uint32_t *liar)
{
	struct source *s = find(m, peer);
	struct copy *c;
	struct part *p;

	if (!s || !end_ask(m, s, part))
		return METADATA_USELESS;
	if (total_size && total_size != s->size)
		return distrust(m, s);
	c = open_copy(m, s);
	if (!c)
		return METADATA_USELESS;
	if (data.n != part_size(c, part))
		return distrust(m, s);
	s->fails = 0;
	p = &c->part[part];
	if (p->data)
		return METADATA_USELESS;
	p->data = mem_dup(data.p, data.n);
	p->from = peer;
	c->ngot++;
	return c->ngot < c->nparts ? METADATA_MORE : finish(m, c, liar);
}

struct span metadata_fetch_info(const struct metadata_fetch *m)
{
	return span_of(m->info, m->info ? m->info_size : 0);
}

void metadata_fetch_progress(const struct metadata_fetch *m, uint32_t *got,
	uint32_t *total, uint32_t *peers)
{
	uint32_t size = m->info ? m->info_size : m->favourite;

	*got = 0;
	for (size_t i = 0; i < m->ncopies; i++)
		if (m->copy[i].ngot > *got) {
			*got = m->copy[i].ngot;
			size = m->copy[i].size;
		}
	*total = size ? (size - 1) / PART + 1 : 0;
	if (m->info)
		*got = *total;
	*peers = (uint32_t)votes(m, size);
}
