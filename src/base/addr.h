/*
 * addr.h - one address type for IPv4 and IPv6 with a port.  Pure.
 *
 * v4-mapped IPv6 addresses are turned into IPv4 where they enter, so two
 * addresses are the same exactly when addr_equal() says so.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

enum addr_family {
	ADDR_NONE = 0,
	ADDR_V4 = 4,
	ADDR_V6 = 6,
};

struct addr {
	uint8_t family; /* enum addr_family */
	uint16_t port;  /* host order */
	uint8_t ip[16]; /* network order; the first 4 bytes for IPv4, rest 0 */
};

#define ADDR_TEXT_MAX 64 /* "[ffff:...:255.255.255.255]:65535" and a NUL */
#define ADDR_COMPACT_V4 6u
#define ADDR_COMPACT_V6 18u
#define ADDR_KEY_LEN 19u

struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);
/* From 4 or 16 network-order bytes, else ADDR_NONE; normalises v4-mapped. */
struct addr addr_from_ip(struct span ip, uint16_t port);

bool addr_equal(const struct addr *a, const struct addr *b);
bool addr_same_ip(const struct addr *a, const struct addr *b);
int addr_compare(const struct addr *a, const struct addr *b);
/* Equal exactly when the addresses are: a key for map.h (the struct itself
 * has padding and is none). */
void addr_key(const struct addr *a, uint8_t out[ADDR_KEY_LEN]);

/* "1.2.3.4:5", "[::1]:5"; without port and brackets in the second form.
 * Both give "none" for ADDR_NONE. */
void addr_text(const struct addr *a, char out[ADDR_TEXT_MAX]);
void addr_ip_text(const struct addr *a, char out[ADDR_TEXT_MAX]);

/*
 * Literal addresses only, no names.  addr_parse_ip() takes "1.2.3.4",
 * "::1", "[::1]"; addr_parse() demands a port of 1 to 65535 as well, and
 * brackets around IPv6.
 *   ERR_SYNTAX  no such literal
 *   ERR_RANGE   the port is 0 or above 65535
 */
MUST_CHECK enum err addr_parse(const char *text, struct addr *out);
MUST_CHECK enum err addr_parse_ip(const char *text, uint16_t port,
	struct addr *out);

/* BEP 23 and BEP 7 compact forms: 6 or 18 bytes; none for ADDR_NONE. */
void addr_write_compact(struct writer *w, const struct addr *a);
/* family says how many bytes to read; on a short input *r is bad and the
 * result ADDR_NONE.  A v4-mapped address comes back as IPv4. */
struct addr addr_read_compact(struct reader *r, enum addr_family family);

/* Usable as a peer: a port, and not unspecified (all of 0.0.0.0/8),
 * multicast, reserved or broadcast. */
bool addr_is_dialable(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
/* Not on the open internet: private, shared (100.64/10), link-local,
 * unique-local, loopback, or unspecified, which connects to this host. */
bool addr_is_local(const struct addr *a);
/* IPv6 link-local: it means something only together with an interface, which
 * struct addr does not name, so nothing can be sent there. */
bool addr_needs_scope(const struct addr *a);
/* Same /24 (IPv4) or /64 (IPv6). */
bool addr_same_net(const struct addr *a, const struct addr *b);

/* BEP 40 canonical peer priority of a connection; larger is kept first.
 * The same from both ends; 0 when the families differ. */
uint32_t addr_priority(const struct addr *self, const struct addr *peer);

#endif
