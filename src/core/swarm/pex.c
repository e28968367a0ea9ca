/*
 * pex.c - see pex.h.
 */
#include "core/swarm/pex.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

struct member {
	struct addr addr;
	uint8_t flags;
	uint32_t here;     /* connections; 0: it left */
	uint32_t believed; /* partners that were told it is here */
};

struct pex {
	struct member *members; /* by place; here == believed == 0: free */
	size_t n, cap;
};

struct pex *pex_new(void)
{
	return mem_zero(sizeof(struct pex));
}

void pex_free(struct pex *x)
{
	if (!x)
		return;
	mem_free(x->members);
	mem_free(x);
}

/* --- members ---------------------------------------------------------- */

static bool is_free(const struct member *m)
{
	return m->here == 0 && m->believed == 0;
}

/* The place of this address, else a free one, else the end. */
static size_t place_for(const struct pex *x, const struct addr *a)
{
	size_t free = x->n;

	for (size_t i = 0; i < x->n; i++) {
		const struct member *m = &x->members[i];

		if (is_free(m))
			free = i < free ? i : free;
		else if (addr_equal(&m->addr, a))
			return i;
	}
	return free;
}

uint32_t pex_join(struct pex *x, const struct addr *a, uint8_t flags)
{
	size_t i = place_for(x, a);
	struct member *m;

	if (i == PEX_MEMBERS_MAX)
		return PEX_NOBODY;
	if (i == x->n) {
		x->members = mem_grow(x->members, &x->cap, x->n + 1,
			sizeof *x->members);
		memset(&x->members[x->n++], 0, sizeof *x->members);
	}
	m = &x->members[i];
	m->addr = *a;
	m->flags = flags;
	m->here++;
	return (uint32_t)i;
}

void pex_set_flags(struct pex *x, uint32_t place, uint8_t flags)
{
	assert(place < x->n);
	x->members[place].flags = flags;
}

void pex_leave(struct pex *x, uint32_t place)
{
	assert(place < x->n && x->members[place].here > 0);
	x->members[place].here--;
}

/* --- telling ---------------------------------------------------------- */

static bool was_told(const struct pex_partner *p, size_t i)
{
	return p->told[i / 64] >> (i % 64) & 1;
}

static void set_told(struct pex *x, struct pex_partner *p, size_t i, bool told)
{
	uint64_t bit = UINT64_C(1) << (i % 64);

	if (told) {
		p->told[i / 64] |= bit;
		x->members[i].believed++;
	} else {
		p->told[i / 64] &= ~bit;
		x->members[i].believed--;
	}
}

void pex_partner_begin(struct pex_partner *p, uint64_t now)
{
	*p = (struct pex_partner){.tell_ms = now + PEX_FIRST_MS};
}

void pex_partner_end(struct pex *x, struct pex_partner *p)
{
	for (size_t i = 0; i < x->n; i++)
		if (was_told(p, i))
			set_told(x, p, i, false);
}

bool pex_may_name(const struct addr *a, const struct addr *other)
{
	if (addr_needs_scope(a))
		return false;
	if (addr_is_loopback(a))
		return addr_is_loopback(other);
	return !addr_is_local(a) || addr_is_local(other);
}

static bool is_news(const struct pex *x, const struct pex_partner *p,
	const struct pex_listener *to, size_t i)
{
	const struct member *m = &x->members[i];

	return m->here > 0 && !was_told(p, i) && i != to->place &&
	       !(to->is_seed && m->flags & PEX_SEED) &&
	       pex_may_name(&m->addr, &to->addr);
}

static void tell_dropped(struct pex *x, struct pex_partner *p,
	struct pex_message *out)
{
	for (size_t i = 0; i < x->n && out->ndropped < PEX_TELL_MAX; i++) {
		if (!was_told(p, i) || x->members[i].here > 0)
			continue;
		out->dropped[out->ndropped++] = x->members[i].addr;
		set_told(x, p, i, false);
	}
}

/* From a place at random: of many, others are told of others first. */
static void tell_added(struct pex *x, struct pex_partner *p,
	const struct pex_listener *to, struct rng *rng, struct pex_message *out)
{
	size_t first = (size_t)rng_below(rng, x->n);

	for (size_t k = 0; k < x->n && out->nadded < PEX_TELL_MAX; k++) {
		size_t i = (first + k) % x->n;

		if (!is_news(x, p, to, i))
			continue;
		out->added[out->nadded].addr = x->members[i].addr;
		out->added[out->nadded++].flags = x->members[i].flags;
		set_told(x, p, i, true);
	}
}

bool pex_tell(struct pex *x, struct pex_partner *p,
	const struct pex_listener *to, uint64_t now, struct rng *rng,
	struct pex_message *out)
{
	if (now < p->tell_ms)
		return false;
	out->nadded = out->ndropped = 0;
	tell_dropped(x, p, out);
	tell_added(x, p, to, rng, out);
	if (out->nadded + out->ndropped == 0)
		return false;
	p->tell_ms = now + PEX_EVERY_MS;
	return true;
}

/* --- being told ------------------------------------------------------- */

enum pex_verdict pex_hear(struct pex_partner *p, uint64_t now)
{
	if (p->heard && now - p->heard_ms < PEX_COUNTS_MS)
		return ++p->early < PEX_EARLY_MAX ? PEX_EARLY : PEX_FLOOD;
	p->heard = true;
	p->heard_ms = now;
	p->early = 0;
	return PEX_COUNTS;
}
