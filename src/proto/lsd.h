/*
 * lsd.h - datagrams of local service discovery (BEP 14).  Pure.
 *
 *	BT-SEARCH * HTTP/1.1
 *	Host: 239.192.152.143:6771
 *	Port: 6881
 *	Infohash: a1671e5351b466ae181219bb82f84fc19dcdd50f
 *	cookie: 5f3a9c01
 *
 * with CRLF after each line and two empty lines at the end.
 */
#ifndef PROTO_LSD_H
#define PROTO_LSD_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#define LSD_PORT 6771u
#define LSD_READ_MAX 2048u  /* bytes of a datagram that is looked at */
#define LSD_WRITE_MAX 1400u /* of one of ours */
#define LSD_HASHES_MAX 40u  /* no more fit into LSD_READ_MAX */
#define LSD_WRITE_HASHES 20u
#define LSD_COOKIE_MAX 32u /* bytes of it that count */

struct lsd_message {
	uint16_t port; /* where the sender takes connections */
	size_t nhashes;
	uint8_t hash[LSD_HASHES_MAX][20];
	/* Tells one's own datagrams; any bytes, never to be shown.  Read: it
	 * lies in the datagram.  Empty: none. */
	struct span cookie;
};

/* The group of a family, with LSD_PORT; ADDR_NONE for no family. */
struct addr lsd_group(enum addr_family family);

/*
 * Header names in either case, lines that end in LF alone, several Infohash
 * lines, unknown headers, and bytes after the empty line are all right, also
 * if that is missing.  Hashes that are none are left out.
 *   ERR_LIMIT   longer than LSD_READ_MAX
 *   ERR_SYNTAX  not such a datagram, or without a port or a hash
 *   ERR_RANGE   the port is 0 or above 65535
 */
MUST_CHECK enum err lsd_parse(struct span datagram, struct lsd_message *out);

/*
 * Appends the datagram for a family's group, or sets out->full.  At most
 * LSD_WRITE_HASHES hashes fit into LSD_WRITE_MAX bytes; the cookie is
 * printable and no longer than LSD_COOKIE_MAX.
 */
void lsd_write(const struct lsd_message *m, enum addr_family family,
	struct writer *out);

#endif
