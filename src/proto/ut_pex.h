/*
 * ut_pex.h - the body of a peer exchange message (BEP 11).  Pure.
 *
 * A dictionary of up to six strings: added, added.f, dropped and the same
 * with a 6 for IPv6.  What is wrong in it is left out; whom to believe is for
 * the caller.
 */
#ifndef PROTO_UT_PEX_H
#define PROTO_UT_PEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#define PEX_BODY_MAX 65536u /* longest body that is read */
/* Of both families together. */
#define PEX_ADDED_MAX 100u /* taken of one message; the IPv4 ones first */
#define PEX_DROPPED_MAX 100u

enum pex_flag {
	PEX_ENCRYPTION = 1, /* prefers it */
	PEX_SEED = 2,       /* or otherwise upload only */
	PEX_UTP = 4,
	PEX_HOLEPUNCH = 8,
	PEX_REACHABLE = 16, /* it was dialled, and answered */
};

struct pex_peer {
	struct addr addr;
	uint8_t flags; /* enum pex_flag; read: any bits */
};

struct pex_message {
	size_t nadded, ndropped;
	struct pex_peer added[PEX_ADDED_MAX];
	struct addr dropped[PEX_DROPPED_MAX];
};

/*
 * Addresses that nobody could dial are left out, as is half an address at
 * the end of a list, and a list that is no string; flags that are missing are
 * none.  Addresses may be in it twice.
 *   ERR_SYNTAX  not a dictionary
 *   ERR_LIMIT   longer than PEX_BODY_MAX
 */
MUST_CHECK enum err pex_parse(struct span body, struct pex_message *out);

/* Appends the body; empty lists are left out. */
void pex_write(const struct pex_message *m, struct buf *out);

#endif
