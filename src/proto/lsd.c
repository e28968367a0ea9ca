/*
 * lsd.c - see lsd.h.
 */
#include "proto/lsd.h"

#include <assert.h>
#include <stdio.h>

#include "base/codec.h"
#include "proto/scan.h"

#define PORT_DIGITS_MAX 5u
#define HEX_LEN 40u
#define NUMBER_MAX 8u

struct addr lsd_group(enum addr_family family)
{
	static const uint8_t ip6[16] = {
		0xff, 0x15, [12] = 0xef, 0xc0, 0x98, 0x8f};

	if (family == ADDR_V4)
		return addr_v4(239, 192, 152, 143, LSD_PORT);
	if (family == ADDR_V6)
		return addr_from_ip(span_of(ip6, sizeof ip6), LSD_PORT);
	return (struct addr){.family = ADDR_NONE};
}

/* The next line of *s, without its end. */
static struct span take_line(struct span *s)
{
	size_t n = scan_find(*s, '\n');
	struct span line = span_of(s->p, n);

	*s = scan_skip(*s, n < s->n ? n + 1 : n);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool equal_ignoring_case(struct span s, const char *lower)
{
	return s.n == strlen(lower) && scan_begins(s, lower);
}

static enum err parse_port(struct span text, uint16_t *out)
{
	uint32_t port = 0;

	if (text.n == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < text.n; i++)
		if (!scan_is_digit(text.p[i]))
			return ERR_SYNTAX;
	if (text.n > PORT_DIGITS_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < text.n; i++)
		port = port * 10 + (uint32_t)(text.p[i] - '0');
	if (port == 0 || port > UINT16_MAX)
		return ERR_RANGE;
	*out = (uint16_t)port;
	return ERR_OK;
}

static void add_hash(struct lsd_message *m, struct span text)
{
	uint8_t hash[20];

	if (m->nhashes == LSD_HASHES_MAX || text.n != HEX_LEN ||
		hex_decode(text, hash, sizeof hash) != ERR_OK)
		return;
	memcpy(m->hash[m->nhashes++], hash, sizeof hash);
}

/* Of two ports, or two cookies, the first counts. */
static enum err take_header(struct lsd_message *m, struct span line)
{
	size_t colon = scan_find(line, ':');
	struct span name = span_of(line.p, colon), value;

	if (colon == line.n)
		return ERR_OK; /* nobody's header */
	value = scan_trim(scan_skip(line, colon + 1));
	if (equal_ignoring_case(name, "port") && m->port == 0)
		return parse_port(value, &m->port);
	if (equal_ignoring_case(name, "infohash"))
		add_hash(m, value);
	if (equal_ignoring_case(name, "cookie") && m->cookie.n == 0) {
		m->cookie = value;
		if (m->cookie.n > LSD_COOKIE_MAX)
			m->cookie.n = LSD_COOKIE_MAX;
	}
	return ERR_OK;
}

enum err lsd_parse(struct span datagram, struct lsd_message *out)
{
	struct lsd_message m = {.port = 0};
	struct span rest = datagram, line;

	if (datagram.n > LSD_READ_MAX)
		return ERR_LIMIT;
	if (!scan_begins(take_line(&rest), "bt-search * http/1."))
		return ERR_SYNTAX;
	while (rest.n) {
		enum err e;

		line = take_line(&rest);
		if (line.n == 0)
			break;
		e = take_header(&m, line);
		if (e != ERR_OK)
			return e;
	}
	if (m.port == 0 || m.nhashes == 0)
		return ERR_SYNTAX;
	*out = m;
	return ERR_OK;
}

static void write_number(struct writer *w, uint16_t v)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof text, "%u", v);
	write_str(w, text);
}

void lsd_write(const struct lsd_message *m, enum addr_family family,
	struct writer *out)
{
	struct addr group = lsd_group(family);
	char at[ADDR_TEXT_MAX], hex[HEX_LEN + 1];

	assert(m->nhashes <= LSD_WRITE_HASHES && m->cookie.n <= LSD_COOKIE_MAX);
	addr_text(&group, at);
	write_str(out, "BT-SEARCH * HTTP/1.1\r\nHost: ");
	write_str(out, at);
	write_str(out, "\r\nPort: ");
	write_number(out, m->port);
	for (size_t i = 0; i < m->nhashes; i++) {
		hex_encode(m->hash[i], sizeof m->hash[i], hex);
		write_str(out, "\r\nInfohash: ");
		write_str(out, hex);
	}
	if (m->cookie.n) {
		write_str(out, "\r\ncookie: ");
		write_span(out, m->cookie);
	}
	write_str(out, "\r\n\r\n\r\n");
}
