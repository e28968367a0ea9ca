/*
 * values.c - see values.h.
 */
#include "cli/values.h"

#include <inttypes.h>
#include <string.h>

#include "core/settings.h"
#include "proto/url.h"

#define MILLI 1000u

/* Digits up to the first other character; false on overflow. */
static bool read_digits(const char **at, uint64_t *out)
{
	uint64_t v = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');

		if (v > (UINT64_MAX - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

enum err values_uint(const char *text, uint64_t min, uint64_t max,
	uint64_t *out, struct fault *fault)
{
	const char *at = text;
	uint64_t v;
	bool fits = read_digits(&at, &v);

	if (at == text || (fits && *at))
		return fault_set(fault, ERR_SYNTAX, 0,
			"a whole number is needed");
	if (!fits || v < min || v > max)
		return fault_set(fault, ERR_RANGE, 0,
			"a number from %" PRIu64 " to %" PRIu64 " is needed",
			min, max);
	*out = v;
	return ERR_OK;
}

enum err values_port(const char *text, uint16_t *out, struct fault *fault)
{
	uint64_t v = 0;
	enum err e = values_uint(text, 0, UINT16_MAX, &v, fault);

	if (e == ERR_OK)
		*out = (uint16_t)v;
	return e;
}

enum err values_milli(const char *text, uint64_t *out, struct fault *fault)
{
	const char *at = text;
	uint64_t whole, part = 0;
	bool fits = read_digits(&at, &whole);
	bool some = at > text;

	if (*at == '.') {
		uint64_t unit = MILLI;

		for (at++; *at >= '0' && *at <= '9'; at++, some = true) {
			unit /= 10;
			part += unit * (uint64_t)(*at - '0');
		}
	}
	if (!fits || whole > UINT32_MAX)
		return fault_set(fault, ERR_RANGE, 0, "that is too much");
	if (!some || *at)
		return fault_set(fault, ERR_SYNTAX, 0,
			"a number such as 1.5 is needed");
	*out = whole * MILLI + part;
	return ERR_OK;
}

enum err values_size(const char *text, uint64_t *out, struct fault *fault)
{
	enum err e = settings_parse_size(text, out);

	if (e != ERR_OK)
		return fault_set(fault, e, 0,
			"a size such as 500k or 2M is needed");
	return ERR_OK;
}

enum err values_ip(const char *text, struct addr *out, struct fault *fault)
{
	enum err e = addr_parse_ip(text, 0, out);

	if (e != ERR_OK)
		return fault_set(fault, e, 0, "an IP address is needed");
	return ERR_OK;
}

enum err values_bind(const char *text, struct addr slots[2],
	struct fault *fault)
{
	struct addr a;
	enum err e = values_ip(text, &a, fault);

	if (e != ERR_OK)
		return e;
	if (slots[a.family == ADDR_V6].family != ADDR_NONE)
		return fault_set(fault, ERR_EXISTS, 0,
			"one address of each family is enough");
	slots[a.family == ADDR_V6] = a;
	return ERR_OK;
}

enum err values_host_port(const char *text, struct fault *fault)
{
	struct span host;
	uint16_t port;

	if (!host_port_split(span_str(text), &host, &port))
		return fault_set(fault, ERR_SYNTAX, 0, "HOST:PORT is needed");
	return ERR_OK;
}
