/*
 * pex.h - peer exchange (BEP 11): who of a swarm is told of whom, and what is
 * believed of what we are told.  Pure.
 *
 * A swarm's exchange knows its members: those connected whose listening
 * address is known, and those who left while somebody still believes them
 * here.  Each partner has a bit for each member it was told of, so a message
 * is a difference, and a member that comes back within a minute is none.
 *
 * To each partner a message goes at most once a minute, the first one soon
 * after the handshake, with at most PEX_TELL_MAX added and as many dropped of
 * both families.  Seeds are not told of seeds.  An address of a local network
 * is told to, and believed from, those in local networks only, one of this
 * host from and to this host.
 *
 * A message that comes in counts once in PEX_COUNTS_MS; who sends
 * PEX_EARLY_MAX in between is a flood.  How many of its addresses are kept,
 * and how often they are dialled, is the address book's business.
 */
#ifndef CORE_SWARM_PEX_H
#define CORE_SWARM_PEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "proto/ut_pex.h"

#define PEX_EVERY_MS 60000u
#define PEX_FIRST_MS 3000u   /* from the handshake to the first message */
#define PEX_COUNTS_MS 50000u /* clocks and networks are not exact */
#define PEX_EARLY_MAX 6u
#define PEX_TELL_MAX 50u
#define PEX_MEMBERS_MAX 512u /* nobody is told of those beyond */
#define PEX_NOBODY UINT32_MAX

struct pex;

/* What a partner was told, and when.  Embedded. */
struct pex_partner {
	uint64_t told[PEX_MEMBERS_MAX / 64];
	uint64_t tell_ms;  /* not before */
	uint64_t heard_ms; /* its last message that counted */
	bool heard;
	uint8_t early; /* messages since */
};

struct pex *pex_new(void);
void pex_free(struct pex *x);

/* A connection to *a; several may be to one address.  Returns its place, or
 * PEX_NOBODY when there is no room. */
uint32_t pex_join(struct pex *x, const struct addr *a, uint8_t flags);
void pex_set_flags(struct pex *x, uint32_t place, uint8_t flags);
void pex_leave(struct pex *x, uint32_t place);

void pex_partner_begin(struct pex_partner *p, uint64_t now);
/* Its connection is over. */
void pex_partner_end(struct pex *x, struct pex_partner *p);

struct pex_listener {
	struct addr addr; /* the other end of its connection */
	uint32_t place;   /* its own, or PEX_NOBODY */
	bool is_seed;
};
/* False: nothing is to be said now.  True: *out was told, as of now. */
bool pex_tell(struct pex *x, struct pex_partner *p,
	const struct pex_listener *to, uint64_t now, struct rng *rng,
	struct pex_message *out);

enum pex_verdict {
	PEX_COUNTS,
	PEX_EARLY, /* to be ignored */
	PEX_FLOOD, /* to be dropped */
};
/* A message came; asked before it is read. */
enum pex_verdict pex_hear(struct pex_partner *p, uint64_t now);

/* Whether `a` may be told to, or believed from, a peer at `other`. */
bool pex_may_name(const struct addr *a, const struct addr *other);

#endif
