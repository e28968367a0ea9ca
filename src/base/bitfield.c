/*
 * bitfield.c - see bitfield.h.  Bit i is bit i % 64 of word i / 64; bits of
 * the last word beyond the size are always zero.
 */
#include "base/bitfield.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/mem.h"

#define WORD_BITS 64u

static uint32_t popcount(uint64_t v)
{
	return (uint32_t)__builtin_popcountll(v);
}

static size_t word_count(uint32_t nbits)
{
	return ((size_t)nbits + WORD_BITS - 1) / WORD_BITS;
}

/* The bits of word k that lie inside a set of n; k is a word of it. */
static uint64_t word_mask(uint32_t n, size_t k)
{
	uint32_t rest = n % WORD_BITS;

	if (rest && k == n / WORD_BITS)
		return (UINT64_C(1) << rest) - 1;
	return UINT64_MAX;
}

/* Word k, also of a uniform set. */
static uint64_t word_at(const struct bitfield *b, size_t k)
{
	if (b->w)
		return b->w[k];
	return b->set ? word_mask(b->n, k) : 0;
}

static void release(struct bitfield *b)
{
	mem_free(b->w);
	b->w = NULL;
}

/* Give a uniform set words, so that one bit can change. */
static void materialise(struct bitfield *b)
{
	size_t words = word_count(b->n);

	if (b->w)
		return;
	b->w = (uint64_t *)mem_zero_array(words, sizeof *b->w);
	if (!b->set)
		return;
	for (size_t k = 0; k < words; k++)
		b->w[k] = word_mask(b->n, k);
}

void bitfield_init(struct bitfield *b, uint32_t nbits)
{
	*b = (struct bitfield){.n = nbits};
}

void bitfield_fini(struct bitfield *b)
{
	release(b);
	*b = (struct bitfield){0};
}

void bitfield_copy(struct bitfield *to, const struct bitfield *from)
{
	size_t words = word_count(from->n);

	if (to == from)
		return;
	if (!from->w || word_count(to->n) != words)
		release(to);
	if (from->w) {
		if (!to->w)
			to->w = (uint64_t *)mem_array(words, sizeof *to->w);
		memcpy(to->w, from->w, words * sizeof *to->w);
	}
	to->n = from->n;
	to->set = from->set;
}

bool bitfield_add(struct bitfield *b, uint32_t i)
{
	if (i >= b->n || bitfield_has(b, i))
		return false;
	materialise(b);
	b->w[i / WORD_BITS] |= UINT64_C(1) << (i % WORD_BITS);
	b->set++;
	return true;
}

bool bitfield_remove(struct bitfield *b, uint32_t i)
{
	if (!bitfield_has(b, i))
		return false;
	materialise(b);
	b->w[i / WORD_BITS] &= ~(UINT64_C(1) << (i % WORD_BITS));
	b->set--;
	return true;
}

void bitfield_set_all(struct bitfield *b)
{
	release(b);
	b->set = b->n;
}

void bitfield_clear_all(struct bitfield *b)
{
	release(b);
	b->set = 0;
}

uint32_t bitfield_count_range(const struct bitfield *b, uint32_t from,
	uint32_t to)
{
	uint32_t sum = 0;
	size_t first, last;
	uint64_t head, tail;

	if (to > b->n)
		to = b->n;
	if (from >= to || b->set == 0)
		return 0;
	if (b->set == b->n)
		return to - from;
	first = from / WORD_BITS;
	last = (to - 1) / WORD_BITS;
	head = UINT64_MAX << (from % WORD_BITS);
	tail = UINT64_MAX >> (WORD_BITS - 1 - (to - 1) % WORD_BITS);
	if (first == last)
		return popcount(b->w[first] & head & tail);
	sum = popcount(b->w[first] & head) + popcount(b->w[last] & tail);
	for (size_t k = first + 1; k < last; k++)
		sum += popcount(b->w[k]);
	return sum;
}

/* First bit at or after from that is one in the words XOR flip. */
static uint32_t next_bit(const struct bitfield *b, uint32_t from, uint64_t flip)
{
	size_t words = word_count(b->n);
	size_t k = from / WORD_BITS;
	uint64_t v;

	v = (b->w[k] ^ flip) & UINT64_MAX << (from % WORD_BITS);
	while (!v) {
		if (++k == words)
			return b->n;
		v = b->w[k] ^ flip;
	}
	/*
	 * Flipped, the spare bits of the last word are ones; the first of
	 * them stands at the size, which is then the right answer.
	 */
	return (uint32_t)(k * WORD_BITS + (size_t)__builtin_ctzll(v));
}

uint32_t bitfield_next_set(const struct bitfield *b, uint32_t from)
{
	if (from >= b->n || b->set == 0)
		return b->n;
	if (b->set == b->n)
		return from;
	return next_bit(b, from, 0);
}

uint32_t bitfield_next_clear(const struct bitfield *b, uint32_t from)
{
	if (from >= b->n || b->set == b->n)
		return b->n;
	if (b->set == 0)
		return from;
	return next_bit(b, from, UINT64_MAX);
}

uint32_t bitfield_next_not_in(const struct bitfield *a,
	const struct bitfield *b, uint32_t from)
{
	size_t words = word_count(a->n);
	size_t k = from / WORD_BITS;
	uint64_t v;

	assert(a->n == b->n);
	if (from >= a->n || a->set == 0 || b->set == b->n)
		return a->n;
	v = word_at(a, k) & ~word_at(b, k) & UINT64_MAX << (from % WORD_BITS);
	while (!v) {
		if (++k == words)
			return a->n;
		v = word_at(a, k) & ~word_at(b, k);
	}
	return (uint32_t)(k * WORD_BITS) + (uint32_t)__builtin_ctzll(v);
}

bool bitfield_any_not_in(const struct bitfield *a, const struct bitfield *b)
{
	size_t words = word_count(a->n);

	assert(a->n == b->n);
	/* More bits than b has cannot all be b's. */
	if (a->set > b->set)
		return true;
	if (a->set == 0 || b->set == b->n)
		return false;
	for (size_t k = 0; k < words; k++)
		if (a->w[k] & ~b->w[k])
			return true;
	return false;
}

uint32_t bitfield_count_not_in(const struct bitfield *a,
	const struct bitfield *b)
{
	size_t words = word_count(a->n);
	uint32_t sum = 0;

	assert(a->n == b->n);
	if (a->set == 0 || b->set == b->n)
		return 0;
	if (b->set == 0)
		return a->set;
	if (a->set == a->n)
		return a->n - b->set;
	for (size_t k = 0; k < words; k++)
		sum += popcount(a->w[k] & ~b->w[k]);
	return sum;
}

/* Turn each byte around: piece 0 is the high bit on the wire, low here. */
static uint64_t turn_bytes(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x5555555555555555);
	const uint64_t pairs = UINT64_C(0x3333333333333333);
	const uint64_t nibbles = UINT64_C(0x0f0f0f0f0f0f0f0f);

	v = (v >> 1 & ones) | (v & ones) << 1;
	v = (v >> 2 & pairs) | (v & pairs) << 2;
	return (v >> 4 & nibbles) | (v & nibbles) << 4;
}

/* The bytes of word k on the wire, not yet turned. */
static uint64_t wire_word(struct span wire, size_t k)
{
	size_t left = wire.n - k * sizeof(uint64_t);
	uint64_t v = 0;

	/* A copy of constant size is one instruction. */
	if (left >= sizeof v)
		memcpy(&v, wire.p + k * sizeof v, sizeof v);
	else
		memcpy(&v, wire.p + k * sizeof v, left);
	return le64toh(v);
}

enum err bitfield_read(struct bitfield *b, struct span wire)
{
	size_t words = word_count(b->n);
	uint32_t set = 0;

	if (wire.n != bitfield_wire_len(b->n))
		return ERR_SYNTAX;
	if (b->n % 8 && wire.p[wire.n - 1] & 0xff >> b->n % 8)
		return ERR_SYNTAX;
	for (size_t k = 0; k < words; k++)
		set += popcount(wire_word(wire, k));
	if (set == 0 || set == b->n) {
		release(b);
		b->set = set;
		return ERR_OK;
	}
	if (!b->w)
		b->w = (uint64_t *)mem_array(words, sizeof *b->w);
	for (size_t k = 0; k < words; k++)
		b->w[k] = turn_bytes(wire_word(wire, k));
	b->set = set;
	return ERR_OK;
}

void bitfield_write(const struct bitfield *b, uint8_t *out)
{
	size_t len = bitfield_wire_len(b->n);
	size_t words = word_count(b->n);

	for (size_t k = 0; k < words; k++) {
		uint64_t v = htole64(turn_bytes(word_at(b, k)));
		size_t left = len - k * sizeof v;

		memcpy(out + k * sizeof v, &v,
			left < sizeof v ? left : sizeof v);
	}
}
