#include "proto/url.h"

#include <stddef.h>

#include "base/addr.h"
#include "proto/scan.h"

static const struct scheme {
	const char *prefix;
	unsigned bit;
} SCHEMES[] = {
	{"http://", URL_HTTP},
	{"https://", URL_HTTPS},
	{"udp://", URL_UDP},
};

static bool is_alnum(uint8_t c)
{
	return scan_is_digit(c) ||
	       (scan_lower(c) >= 'a' && scan_lower(c) <= 'z');
}

static bool is_hex(uint8_t c)
{
	return scan_is_digit(c) ||
	       (scan_lower(c) >= 'a' && scan_lower(c) <= 'f');
}

static bool v6_ok(struct span host)
{
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (host.n >= sizeof text || scan_find(host, '\0') < host.n)
		return false;
	memcpy(text, host.p, host.n);
	text[host.n] = '\0';
	return addr_parse_ip(text, 1, &a) == ERR_OK;
}

bool host_ok(struct span host)
{
	if (host.n == 0 || host.n > URL_HOST_MAX)
		return false;
	if (host.p[0] == '[')
		return false;
	if (scan_find(host, ':') < host.n)
		return v6_ok(host);
	for (size_t i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];

		if (!is_alnum(c) && c != '.' && c != '-' && c != '_')
			return false;
	}
	return host.p[0] != '-' && host.p[0] != '.';
}

static bool port_parse(struct span s, uint16_t *port)
{
	uint32_t v = 0;

	if (s.n == 0 || s.n > 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint32_t)(s.p[i] - '0');
	}
	if (v == 0 || v > UINT16_MAX)
		return false;
	*port = (uint16_t)v;
	return true;
}

/* Host, and the port or 0 when none is named. */
static bool authority_split(struct span s, struct span *host, uint16_t *port)
{
	struct span h = s;
	struct span rest;

	if (s.n && s.p[0] == '[') {
		size_t close = scan_find(s, ']');

		if (close == s.n)
			return false;
		h = span_of(s.p + 1, close - 1);
		rest = scan_skip(s, close + 1);
		/* Brackets are for IPv6 alone. */
		if (scan_find(h, ':') == h.n)
			return false;
	} else {
		h.n = scan_find(s, ':');
		rest = scan_skip(s, h.n);
	}
	uint16_t p = 0;
	if (!host_ok(h))
		return false;
	if (rest.n && (rest.p[0] != ':' || !port_parse(scan_skip(rest, 1), &p)))
		return false;
	*host = h;
	*port = p;
	return true;
}

bool host_port_split(struct span s, struct span *host, uint16_t *port)
{
	struct span h;
	uint16_t p;

	if (!authority_split(s, &h, &p) || p == 0)
		return false;
	*host = h;
	*port = p;
	return true;
}

static const struct scheme *find_scheme(struct span url, unsigned schemes)
{
	for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
		if ((schemes & SCHEMES[i].bit) &&
			scan_begins(url, SCHEMES[i].prefix))
			return &SCHEMES[i];
	}
	return NULL;
}

/* Bytes of the authority: up to the path, the query or the end. */
static size_t authority_len(struct span s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#')
		i++;
	return i;
}

static bool tail_ok(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c <= ' ' || c > '~' || c == '#')
			return false;
		if (c != '%')
			continue;
		if (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]))
			return false;
	}
	return true;
}

bool url_ok(struct span url, unsigned schemes)
{
	struct span host;
	uint16_t port;

	if (url.n > URL_MAX)
		return false;
	const struct scheme *scheme = find_scheme(url, schemes);
	if (!scheme)
		return false;
	struct span s = scan_skip(url, strlen(scheme->prefix));
	struct span authority = span_of(s.p, authority_len(s));
	if (!tail_ok(s))
		return false;
	size_t at = authority.n;
	while (at > 0 && authority.p[at - 1] != '@')
		at--;
	if (!authority_split(scan_skip(authority, at), &host, &port))
		return false;
	return port != 0 || scheme->bit != URL_UDP;
}

/* Blanks and bytes beyond ASCII would have to be encoded by every sender. */
static void encode_odd_bytes(struct span s, struct writer *w)
{
	static const char HEX[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c != ' ' && c < 0x80) {
			write_u8(w, c);
			continue;
		}
		write_u8(w, '%');
		write_u8(w, (uint8_t)HEX[c >> 4]);
		write_u8(w, (uint8_t)HEX[c & 15]);
	}
}

bool url_clean(struct span raw, unsigned schemes, char out[URL_MAX + 1])
{
	struct writer w = writer_of(out, URL_MAX);
	struct span s = scan_trim(raw);

	s.n = scan_find(s, '#');
	if (s.n > URL_MAX)
		return false;
	const struct scheme *scheme = find_scheme(s, schemes);
	if (!scheme)
		return false;
	size_t head = strlen(scheme->prefix);
	head += authority_len(scan_skip(s, head));
	write_span(&w, span_of(s.p, head));
	encode_odd_bytes(scan_skip(s, head), &w);
	if (w.full || !url_ok(writer_span(&w), schemes))
		return false;
	out[w.len] = '\0';
	return true;
}
