/*
 * url.h - which URLs of strangers may be contacted at all.  Pure.
 *
 * Only scheme, host and port are looked at, strictly; what follows must be
 * printable ASCII with whole percent escapes.  Whether an address may be
 * dialled (loopback, private networks) is decided where it is resolved.
 */
#ifndef PROTO_URL_H
#define PROTO_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define URL_MAX 2048u /* bytes */
#define URL_HOST_MAX 253u

enum url_scheme {
	URL_HTTP = 1,
	URL_HTTPS = 2,
	URL_UDP = 4, /* must name its port */
};

/* schemes: the enum url_scheme values that are allowed, or-ed. */
bool url_ok(struct span url, unsigned schemes);

/*
 * The URL as it may be sent: blanks and controls around it and a fragment are
 * cut off, blanks and bytes beyond ASCII behind the host are percent-encoded.
 * False, leaving out unspecified, when the result is not url_ok().
 */
bool url_clean(struct span raw, unsigned schemes, char out[URL_MAX + 1]);

/* A host: a name, an IPv4 address, or an IPv6 address without brackets. */
bool host_ok(struct span host);

/* "host:port" or "[v6]:port", split; false unless both are good. */
bool host_port_split(struct span s, struct span *host, uint16_t *port);

#endif
