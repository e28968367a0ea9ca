/*
 * metadata_fetch.c - see metadata_fetch.h.
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
#define ASKS_PER_PART 2u
#define TIMEOUT_MS UINT64_C(10000)
#define REJECT_REST_MS UINT64_C(60000)

struct ask {
	uint32_t peer; /* NOBODY: free */
	uint64_t at;
};

struct part {
	uint8_t *data; /* NULL: missing */
	uint32_t from;
	struct ask ask[ASKS_PER_PART];
};

struct source {
	uint32_t peer;
	uint32_t size; /* what it says; 0: never asked */
	uint32_t asks; /* open */
	uint64_t rest_until;
	bool liar;
};

struct metadata_fetch {
	struct infohash hash;
	struct source *source;
	size_t n, cap;
	uint32_t size; /* believed; 0: unknown */
	struct part *part;
	uint32_t nparts, ngot;
	bool alone;    /* from one peer at a time, since a mixture was bad */
	uint32_t solo; /* that peer, or NOBODY */
	uint8_t *info; /* verified */
};

struct metadata_fetch *metadata_fetch_new(const struct infohash *hash)
{
	struct metadata_fetch *m = (struct metadata_fetch *)mem_zero(sizeof *m);

	m->hash = *hash;
	m->solo = NOBODY;
	return m;
}

static void drop_parts(struct metadata_fetch *m)
{
	for (uint32_t i = 0; i < m->nparts; i++)
		mem_free(m->part[i].data);
	mem_free(m->part);
	m->part = NULL;
	m->nparts = m->ngot = 0;
	for (size_t i = 0; i < m->n; i++)
		m->source[i].asks = 0;
}

void metadata_fetch_free(struct metadata_fetch *m)
{
	if (!m)
		return;
	drop_parts(m);
	mem_free(m->source);
	mem_free(m->info);
	mem_free(m);
}

/* Forget all that was received and asked; begin again with this size. */
static void restart(struct metadata_fetch *m, uint32_t size)
{
	drop_parts(m);
	m->solo = NOBODY;
	m->size = size;
	if (!size)
		return;
	m->nparts = (size - 1) / PART + 1;
	m->part = (struct part *)mem_zero_array(m->nparts, sizeof *m->part);
	for (uint32_t i = 0; i < m->nparts; i++)
		for (size_t k = 0; k < ASKS_PER_PART; k++)
			m->part[i].ask[k].peer = NOBODY;
}

static size_t votes(const struct metadata_fetch *m, uint32_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n && size; i++)
		n += m->source[i].size == size && !m->source[i].liar;
	return n;
}

/* Follow the majority; a tie leaves things as they are. */
static void count_votes(struct metadata_fetch *m)
{
	uint32_t size = m->size;
	size_t most = votes(m, size);

	if (m->info)
		return;
	for (size_t i = 0; i < m->n; i++) {
		size_t n = votes(m, m->source[i].size);

		if (n > most) {
			most = n;
			size = m->source[i].size;
		}
	}
	if (size != m->size)
		restart(m, size);
}

static struct source *find(const struct metadata_fetch *m, uint32_t peer)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->source[i].peer == peer)
			return &m->source[i];
	return NULL;
}

void metadata_fetch_join(struct metadata_fetch *m, uint32_t peer, uint32_t size)
{
	struct source *s = find(m, peer);

	assert(peer != NOBODY);
	if (size > METAINFO_INFO_MAX)
		size = 0;
	if (s) {
		s->size = size;
	} else {
		m->source = (struct source *)mem_grow(m->source, &m->cap,
			m->n + 1, sizeof *m->source);
		m->source[m->n++] = (struct source){.peer = peer, .size = size};
	}
	count_votes(m);
}

static struct ask *find_ask(struct part *p, uint32_t peer)
{
	for (size_t k = 0; k < ASKS_PER_PART; k++)
		if (p->ask[k].peer == peer)
			return &p->ask[k];
	return NULL;
}

/* False when it was not asked for this part. */
static bool end_ask(struct metadata_fetch *m, struct source *s, uint32_t part)
{
	struct ask *a =
		part < m->nparts ? find_ask(&m->part[part], s->peer) : NULL;

	if (!a)
		return false;
	a->peer = NOBODY;
	s->asks--;
	return true;
}

/* It does not deliver: whoever comes next tries, from the first part on. */
static void end_solo(struct metadata_fetch *m, uint32_t peer)
{
	if (m->alone && m->solo == peer)
		restart(m, m->size);
}

void metadata_fetch_leave(struct metadata_fetch *m, uint32_t peer)
{
	struct source *s = find(m, peer);

	if (!s)
		return;
	for (uint32_t i = 0; i < m->nparts; i++) {
		end_ask(m, s, i);
		/* The number may be given to another peer. */
		if (m->part[i].from == peer)
			m->part[i].from = NOBODY;
	}
	end_solo(m, peer);
	*s = m->source[--m->n];
	count_votes(m);
}

static bool may_ask(struct metadata_fetch *m, const struct source *s,
	uint64_t now)
{
	if (!s || s->liar || m->info || !m->size || s->size != m->size)
		return false;
	if (s->asks >= ASKS_PER_PEER || s->rest_until > now)
		return false;
	return !m->alone || m->solo == NOBODY || m->solo == s->peer;
}

static size_t count_asks(const struct part *p)
{
	size_t n = 0;

	for (size_t k = 0; k < ASKS_PER_PART; k++)
		n += p->ask[k].peer != NOBODY;
	return n;
}

/* A missing part that `asks` others were asked for. */
static uint32_t choose(struct metadata_fetch *m, uint32_t peer, size_t asks)
{
	for (uint32_t i = 0; i < m->nparts; i++) {
		struct part *p = &m->part[i];

		if (!p->data && count_asks(p) == asks && !find_ask(p, peer))
			return i;
	}
	return m->nparts;
}

bool metadata_fetch_next(struct metadata_fetch *m, uint32_t peer, uint64_t now,
	uint32_t *part)
{
	struct source *s = find(m, peer);
	uint32_t i;

	if (!may_ask(m, s, now))
		return false;
	i = m->nparts;
	for (size_t asks = 0; asks < ASKS_PER_PART && i == m->nparts; asks++)
		i = choose(m, peer, asks);
	if (i == m->nparts)
		return false;
	if (m->alone)
		m->solo = peer;
	*find_ask(&m->part[i], NOBODY) = (struct ask){.peer = peer, .at = now};
	s->asks++;
	*part = i;
	return true;
}

uint64_t metadata_fetch_deadline(const struct metadata_fetch *m)
{
	uint64_t next = NEVER;

	for (uint32_t i = 0; i < m->nparts; i++) {
		for (size_t k = 0; k < ASKS_PER_PART; k++) {
			const struct ask *a = &m->part[i].ask[k];

			if (a->peer != NOBODY && a->at + TIMEOUT_MS < next)
				next = a->at + TIMEOUT_MS;
		}
	}
	return next;
}

static void rest(struct metadata_fetch *m, struct source *s, uint64_t until)
{
	s->rest_until = until;
	end_solo(m, s->peer);
}

static void free_late(struct metadata_fetch *m, uint32_t part, uint64_t now)
{
	for (size_t k = 0; k < ASKS_PER_PART; k++) {
		struct ask *a = &m->part[part].ask[k];
		struct source *s;

		if (a->peer == NOBODY || now < a->at + TIMEOUT_MS)
			continue;
		s = find(m, a->peer);
		a->peer = NOBODY;
		s->asks--;
		s->rest_until = now + TIMEOUT_MS;
	}
}

void metadata_fetch_tick(struct metadata_fetch *m, uint64_t now)
{
	struct source *solo;

	for (uint32_t i = 0; i < m->nparts; i++)
		free_late(m, i, now);
	solo = find(m, m->solo);
	if (solo && solo->rest_until > now)
		end_solo(m, solo->peer);
}

void metadata_fetch_reject(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint64_t now)
{
	struct source *s = find(m, peer);

	if (s && end_ask(m, s, part))
		rest(m, s, now + REJECT_REST_MS);
}

static uint32_t part_size(const struct metadata_fetch *m, uint32_t part)
{
	uint32_t left = m->size - part * PART;

	return left < PART ? left : PART;
}

/* Who sent all of it; NOBODY when there were several. */
static uint32_t only_sender(const struct metadata_fetch *m)
{
	for (uint32_t i = 1; i < m->nparts; i++)
		if (m->part[i].from != m->part[0].from)
			return NOBODY;
	return m->part[0].from;
}

static bool is_right(const struct metadata_fetch *m, struct span info)
{
	uint8_t v1[SHA1_LEN], v2[SHA256_LEN];

	sha1(info, v1);
	if (m->hash.has_v1 && memcmp(v1, m->hash.v1, sizeof v1) != 0)
		return false;
	sha256(info, v2);
	if (m->hash.has_v2 && memcmp(v2, m->hash.v2, sizeof v2) != 0)
		return false;
	return m->hash.has_v1 || m->hash.has_v2;
}

/* Its parts are freed as they are copied. */
static uint8_t *join_parts(struct metadata_fetch *m)
{
	uint8_t *info = (uint8_t *)mem_alloc(m->size);

	for (uint32_t i = 0; i < m->nparts; i++) {
		memcpy(info + (size_t)i * PART, m->part[i].data,
			part_size(m, i));
		mem_free(m->part[i].data);
		m->part[i].data = NULL;
	}
	return info;
}

static enum metadata_got finish(struct metadata_fetch *m, uint32_t *liar)
{
	uint32_t sender = only_sender(m);
	uint8_t *info = join_parts(m);
	struct source *s;

	if (is_right(m, span_of(info, m->size))) {
		m->info = info;
		/* Answers still on their way are not asked for any more. */
		drop_parts(m);
		return METADATA_DONE;
	}
	mem_free(info);
	*liar = sender;
	s = sender == NOBODY ? NULL : find(m, sender);
	if (s)
		s->liar = true;
	m->alone = true;
	restart(m, m->size);
	count_votes(m);
	return METADATA_BAD;
}

enum metadata_got metadata_fetch_data(struct metadata_fetch *m, uint32_t peer,
	uint32_t part, uint32_t total_size, struct span data, uint32_t *liar)
{
	struct source *s = find(m, peer);
	struct part *p;

	if (!s || !end_ask(m, s, part))
		return METADATA_USELESS;
	p = &m->part[part];
	if ((total_size && total_size != m->size) ||
		data.n != part_size(m, part)) {
		/* It says one thing and does another: not asked again. */
		s->size = 0;
		end_solo(m, peer);
		count_votes(m);
		return METADATA_USELESS;
	}
	if (p->data)
		return METADATA_USELESS;
	p->data = (uint8_t *)mem_dup(data.p, data.n);
	p->from = peer;
	m->ngot++;
	return m->ngot < m->nparts ? METADATA_MORE : finish(m, liar);
}

struct span metadata_fetch_info(const struct metadata_fetch *m)
{
	return span_of(m->info, m->info ? m->size : 0);
}

void metadata_fetch_progress(const struct metadata_fetch *m, uint32_t *got,
	uint32_t *total, uint32_t *peers)
{
	*total = m->size ? (m->size - 1) / PART + 1 : 0;
	*got = m->info ? *total : m->ngot;
	*peers = (uint32_t)votes(m, m->size);
}
