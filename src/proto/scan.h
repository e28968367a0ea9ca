/*
 * scan.h - small steps over a span of text, for the parsers of links and
 * URLs.  Pure; nothing is read outside the span.
 */
#ifndef PROTO_SCAN_H
#define PROTO_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"

/* ASCII only, whatever the locale. */
static inline uint8_t scan_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static inline bool scan_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* s without its first n bytes; n <= s.n. */
static inline struct span scan_skip(struct span s, size_t n)
{
	return n ? span_of(s.p + n, s.n - n) : s;
}

/* Offset of the first c in s, or s.n. */
static inline size_t scan_find(struct span s, uint8_t c)
{
	const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

/* prefix is lower case; s may be of either. */
static inline bool scan_begins(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s.n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (scan_lower(s.p[i]) != (uint8_t)prefix[i])
			return false;
	}
	return true;
}

/* s without blanks and controls around it. */
static inline struct span scan_trim(struct span s)
{
	while (s.n && s.p[0] <= ' ')
		s = scan_skip(s, 1);
	while (s.n && s.p[s.n - 1] <= ' ')
		s.n--;
	return s;
}

#endif
