/*
 * map.c - see map.h.
 *
 * Linear probing in a table of a power of two; an entry that leaves pulls the
 * ones behind it back, so there are no tombstones and a table that lives long
 * probes as short as a new one.  A slot is a struct slot and the key behind
 * it, padded to 8 bytes.  The hash is kept to spare most key comparisons and
 * the rehashing when the table grows.
 */
#include "base/map.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/mem.h"

#define CAP_MIN 8u

struct slot {
	uint64_t hash;
	void *value; /* NULL: the slot is empty */
};

struct map {
	uint8_t *slots;
	size_t cap; /* slots, a power of two; 0 before the first entry */
	size_t count;
	size_t key_len;
	size_t stride; /* bytes from slot to slot */
	uint8_t sip_key[16];
};

static uint64_t load_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static inline uint64_t rotl(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	sip_round(v);
	v[0] ^= word;
}

uint64_t siphash(const uint8_t key[16], const void *p, size_t n)
{
	const uint8_t *in = (const uint8_t *)p;
	uint64_t k0 = load_le64(key);
	uint64_t k1 = load_le64(key + 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	};
	uint64_t last = (uint64_t)n << 56;
	size_t i;

	for (i = 0; n - i >= 8; i += 8)
		sip_word(v, load_le64(in + i));
	for (unsigned shift = 0; i < n; i++, shift += 8)
		last |= (uint64_t)in[i] << shift;
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int round = 0; round < 4; round++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static inline struct slot *slot_at(const struct map *m, size_t i)
{
	return (struct slot *)(void *)(m->slots + i * m->stride);
}

static inline uint8_t *slot_key(struct slot *s)
{
	return (uint8_t *)(s + 1);
}

struct map *map_new(size_t key_len, const uint8_t sip_key[16])
{
	struct map *m = (struct map *)mem_zero(sizeof *m);

	assert(key_len <= MAP_KEY_MAX);
	m->key_len = key_len;
	m->stride = sizeof(struct slot) + (key_len + 7) / 8 * 8;
	memcpy(m->sip_key, sip_key, sizeof m->sip_key);
	return m;
}

void map_free(struct map *m)
{
	if (!m)
		return;
	mem_free(m->slots);
	mem_free(m);
}

/* The key's slot, or the empty one where it would go.  cap is not 0. */
static size_t find(const struct map *m, const void *key, uint64_t hash)
{
	size_t i = (size_t)hash & (m->cap - 1);

	for (;;) {
		struct slot *s = slot_at(m, i);

		if (!s->value)
			return i;
		if (s->hash == hash && !memcmp(slot_key(s), key, m->key_len))
			return i;
		i = (i + 1) & (m->cap - 1);
	}
}

static void resize(struct map *m, size_t cap)
{
	struct map old = *m;

	m->slots = (uint8_t *)mem_zero_array(cap, m->stride);
	m->cap = cap;
	for (size_t i = 0; i < old.cap; i++) {
		struct slot *s = slot_at(&old, i);
		size_t to;

		if (!s->value)
			continue;
		to = (size_t)s->hash & (cap - 1);
		while (slot_at(m, to)->value)
			to = (to + 1) & (cap - 1);
		memcpy(slot_at(m, to), s, m->stride);
	}
	mem_free(old.slots);
}

void *map_get(const struct map *m, const void *key)
{
	if (!m->count)
		return NULL;
	return slot_at(m, find(m, key, siphash(m->sip_key, key, m->key_len)))
	        ->value;
}

void *map_put(struct map *m, const void *key, void *value)
{
	uint64_t hash = siphash(m->sip_key, key, m->key_len);
	struct slot *s;
	void *old;

	assert(value);
	if (!m->cap)
		resize(m, CAP_MIN);
	s = slot_at(m, find(m, key, hash));
	old = s->value;
	if (!old) {
		/* At most 5/8 full: between 1.6 and 3.2 slots an entry. */
		if (m->count + 1 > m->cap / 8 * 5) {
			resize(m, m->cap * 2);
			s = slot_at(m, find(m, key, hash));
		}
		s->hash = hash;
		memcpy(slot_key(s), key, m->key_len);
		m->count++;
	}
	s->value = value;
	return old;
}

/*
 * Empty slot `hole` and pull back each later entry of the run that may not
 * stay behind a gap: one whose home is not in (hole, its place].
 */
static void close_gap(struct map *m, size_t hole)
{
	size_t mask = m->cap - 1;

	for (size_t i = (hole + 1) & mask;; i = (i + 1) & mask) {
		struct slot *s = slot_at(m, i);
		size_t from_home;

		if (!s->value)
			break;
		from_home = (i - (size_t)s->hash) & mask;
		if (from_home < ((i - hole) & mask))
			continue;
		memcpy(slot_at(m, hole), s, m->stride);
		hole = i;
	}
	slot_at(m, hole)->value = NULL;
}

void *map_remove(struct map *m, const void *key)
{
	size_t i;
	void *old;

	if (!m->count)
		return NULL;
	i = find(m, key, siphash(m->sip_key, key, m->key_len));
	old = slot_at(m, i)->value;
	if (!old)
		return NULL;
	close_gap(m, i);
	m->count--;
	/* A walk costs a step a slot, so a table that emptied shrinks. */
	if (m->cap > CAP_MIN && m->count < m->cap / 8)
		resize(m, m->cap / 2);
	return old;
}

size_t map_count(const struct map *m)
{
	return m->count;
}

bool map_walk(const struct map *m, size_t *cursor, const void **key,
	void **value)
{
	for (size_t i = *cursor; i < m->cap; i++) {
		struct slot *s = slot_at(m, i);

		if (!s->value)
			continue;
		*cursor = i + 1;
		*key = slot_key(s);
		*value = s->value;
		return true;
	}
	*cursor = m->cap;
	return false;
}
