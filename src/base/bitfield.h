/*
 * bitfield.h - a set of piece indexes.  Pure.
 *
 * "All" and "none" cost no memory: the words are allocated at the first
 * change that makes the set mixed, and given back when it becomes uniform
 * through bitfield_set_all() or bitfield_clear_all().  The number of set bits
 * is kept, so counting is O(1).  The wire form is BEP 3's: bit 7 of byte 0 is
 * piece 0, spare bits at the end are zero.
 */
#ifndef BASE_BITFIELD_H
#define BASE_BITFIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

struct bitfield {
	uint64_t *w;  /* NULL: uniform, see count */
	uint32_t n;   /* size, bits */
	uint32_t set; /* bits that are one */
};

void bitfield_init(struct bitfield *b, uint32_t nbits); /* all zero */
void bitfield_fini(struct bitfield *b);
void bitfield_copy(struct bitfield *to, const struct bitfield *from);

static inline uint32_t bitfield_size(const struct bitfield *b)
{
	return b->n;
}

static inline uint32_t bitfield_count(const struct bitfield *b)
{
	return b->set;
}

static inline bool bitfield_all(const struct bitfield *b)
{
	return b->set == b->n;
}

static inline bool bitfield_none(const struct bitfield *b)
{
	return b->set == 0;
}

/* False for i outside the set. */
static inline bool bitfield_has(const struct bitfield *b, uint32_t i)
{
	if (i >= b->n)
		return false;
	if (!b->w)
		return b->set != 0;
	return b->w[i / 64] >> (i % 64) & 1;
}

/* Each tells whether the bit changed; i outside the set: no change. */
bool bitfield_add(struct bitfield *b, uint32_t i);
bool bitfield_remove(struct bitfield *b, uint32_t i);
void bitfield_set_all(struct bitfield *b);
void bitfield_clear_all(struct bitfield *b);

/* Set bits in [from, to); to is cut to the size. */
uint32_t bitfield_count_range(const struct bitfield *b, uint32_t from,
	uint32_t to);
/* First set (clear) bit at or after from; size when there is none. */
uint32_t bitfield_next_set(const struct bitfield *b, uint32_t from);
uint32_t bitfield_next_clear(const struct bitfield *b, uint32_t from);

/* First bit at or after from that a has and b lacks; size when there is none.
 * Sizes are equal. */
uint32_t bitfield_next_not_in(const struct bitfield *a,
	const struct bitfield *b, uint32_t from);
/* Whether a has a bit that b lacks.  Sizes are equal. */
bool bitfield_any_not_in(const struct bitfield *a, const struct bitfield *b);
/* Number of bits a has and b lacks. */
uint32_t bitfield_count_not_in(const struct bitfield *a,
	const struct bitfield *b);

static inline size_t bitfield_wire_len(uint32_t nbits)
{
	return ((size_t)nbits + 7) / 8;
}

/*
 *   ERR_SYNTAX  the length is not that of b's size, or a spare bit is set;
 *               *b is unchanged
 */
MUST_CHECK enum err bitfield_read(struct bitfield *b, struct span wire);
/* out has bitfield_wire_len(b->n) bytes. */
void bitfield_write(const struct bitfield *b, uint8_t *out);

#endif
