/*
 * values.h - what is written behind options, as values.  Pure.
 *
 * A failure is ERR_SYNTAX or ERR_RANGE, and the fault names what was expected
 * (the caller says which option it was).  *out is then untouched.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

/* A whole number in decimal. */
MUST_CHECK enum err values_uint(const char *text, uint64_t min, uint64_t max,
	uint64_t *out, struct fault *fault);
/* 0 to 65535. */
MUST_CHECK enum err values_port(const char *text, uint16_t *out,
	struct fault *fault);
/* "1.5", ".25", "3" as thousandths. */
MUST_CHECK enum err values_milli(const char *text, uint64_t *out,
	struct fault *fault);
/* "500k", "2M", as settings_parse_size(). */
MUST_CHECK enum err values_size(const char *text, uint64_t *out,
	struct fault *fault);
/* A literal address of either family, without a port. */
MUST_CHECK enum err values_ip(const char *text, struct addr *out,
	struct fault *fault);
/* The same into the slot of its family, [0] IPv4, [1] IPv6, which is empty. */
MUST_CHECK enum err values_bind(const char *text, struct addr slots[2],
	struct fault *fault);
/* "name:port", "1.2.3.4:port", "[v6]:port": looked at only. */
MUST_CHECK enum err values_host_port(const char *text, struct fault *fault);

#endif
