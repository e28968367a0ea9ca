/*
 * ip_counts.c - see ip_counts.h.
 *
 * Linear probing in a table of a power of two.  A cell is the hash with the
 * count in its low byte, 0 when it is empty; an IP that leaves pulls back the
 * ones behind it, so there are no tombstones.
 */
#include "dht/ip_counts.h"

#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define CAP_MIN 16u
#define COUNT_BITS 8u
#define COUNT_MASK ((UINT64_C(1) << COUNT_BITS) - 1)
#define V6_NET_LEN 8u

void ip_counts_init(struct ip_counts *c, const uint8_t map_key[16])
{
	*c = (struct ip_counts){0};
	memcpy(c->key, map_key, sizeof c->key);
}

void ip_counts_fini(struct ip_counts *c)
{
	mem_free(c->cells);
	c->cells = NULL;
	c->cap = c->n = 0;
}

/* With the count's byte cleared. */
static uint64_t hash_of(const struct ip_counts *c, const struct addr *a)
{
	uint8_t key[1 + V6_NET_LEN] = {a->family};
	size_t len = a->family == ADDR_V4 ? 4 : V6_NET_LEN;

	memcpy(key + 1, a->ip, len);
	return siphash(c->key, key, 1 + len) & ~COUNT_MASK;
}

static size_t home(const struct ip_counts *c, uint64_t cell)
{
	return (size_t)(cell >> COUNT_BITS) & (c->cap - 1);
}

/* Its cell, or the empty one where it would go. */
static size_t find(const struct ip_counts *c, uint64_t hash)
{
	size_t i = home(c, hash);

	while (c->cells[i] && (c->cells[i] & ~COUNT_MASK) != hash)
		i = (i + 1) & (c->cap - 1);
	return i;
}

static void resize(struct ip_counts *c, size_t cap)
{
	struct ip_counts old = *c;

	c->cells = (uint64_t *)mem_zero_array(cap, sizeof *c->cells);
	c->cap = cap;
	for (size_t i = 0; i < old.cap; i++)
		if (old.cells[i])
			c->cells[find(c, old.cells[i] & ~COUNT_MASK)] =
				old.cells[i];
	mem_free(old.cells);
}

bool ip_counts_add(struct ip_counts *c, const struct addr *a, unsigned limit)
{
	uint64_t hash = hash_of(c, a);
	size_t i;

	assert(limit > 0 && limit <= IP_COUNTS_LIMIT_MAX);
	if (c->n >= c->cap / 4 * 3)
		resize(c, c->cap ? c->cap * 2 : CAP_MIN);
	i = find(c, hash);
	if (!c->cells[i]) {
		c->cells[i] = hash;
		c->n++;
	}
	if ((c->cells[i] & COUNT_MASK) >= limit)
		return false;
	c->cells[i]++;
	return true;
}

/* Empty the cell and pull back each later one of the run that may not stay
 * behind a gap: one whose home is not in (hole, its place]. */
static void close_gap(struct ip_counts *c, size_t hole)
{
	size_t mask = c->cap - 1;

	for (size_t i = (hole + 1) & mask; c->cells[i]; i = (i + 1) & mask) {
		size_t from_home = (i - home(c, c->cells[i])) & mask;

		if (from_home < ((i - hole) & mask))
			continue;
		c->cells[hole] = c->cells[i];
		hole = i;
	}
	c->cells[hole] = 0;
}

void ip_counts_remove(struct ip_counts *c, const struct addr *a)
{
	size_t i;

	assert(c->n > 0);
	i = find(c, hash_of(c, a));
	assert(c->cells[i] & COUNT_MASK);
	c->cells[i]--;
	if (c->cells[i] & COUNT_MASK)
		return;
	close_gap(c, i);
	c->n--;
	if (c->cap > CAP_MIN && c->n < c->cap / 8)
		resize(c, c->cap / 2);
}

unsigned ip_counts_get(const struct ip_counts *c, const struct addr *a)
{
	if (!c->n)
		return 0;
	return (unsigned)(c->cells[find(c, hash_of(c, a))] & COUNT_MASK);
}
