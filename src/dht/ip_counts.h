/*
 * ip_counts.h - how many entries each IP has somewhere, up to a limit.  Pure.
 *
 * IPv6 is counted by /64: whoever has one address there has all of them.
 * Counts are found by a keyed hash of 56 bits alone, 8 bytes a cell.  Two IPs
 * with the same one, which nobody can look for without the key, would have
 * their limit together.
 */
#ifndef DHT_IP_COUNTS_H
#define DHT_IP_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define IP_COUNTS_LIMIT_MAX 255u

struct ip_counts {
	uint64_t *cells; /* NULL before the first */
	size_t cap, n;
	uint8_t key[16];
};

void ip_counts_init(struct ip_counts *c, const uint8_t map_key[16]);
void ip_counts_fini(struct ip_counts *c);

/* One more, unless there are `limit` already; limit is 1 to 255. */
bool ip_counts_add(struct ip_counts *c, const struct addr *a, unsigned limit);
/* One less of those that were added. */
void ip_counts_remove(struct ip_counts *c, const struct addr *a);
unsigned ip_counts_get(const struct ip_counts *c, const struct addr *a);

#endif
