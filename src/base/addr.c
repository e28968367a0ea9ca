/*
 * addr.c - see addr.h.
 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/mem.h"

#define PORT_DIGITS_MAX 5

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct addr addr_v4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	return (struct addr){
		.family = ADDR_V4, .port = port, .ip = {a, b, c, d}};
}

struct addr addr_from_ip(struct span ip, uint16_t port)
{
	struct addr a = {.family = ADDR_NONE};

	if (ip.n == 16 && !memcmp(ip.p, v4_mapped, sizeof v4_mapped))
		ip = span_of(ip.p + sizeof v4_mapped, 4);
	if (ip.n != 4 && ip.n != 16)
		return a;
	a.family = ip.n == 4 ? ADDR_V4 : ADDR_V6;
	a.port = port;
	memcpy(a.ip, ip.p, ip.n);
	return a;
}

bool addr_same_ip(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && !memcmp(a->ip, b->ip, sizeof a->ip);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->port == b->port && addr_same_ip(a, b);
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	int order;

	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	order = memcmp(a->ip, b->ip, sizeof a->ip);
	if (order)
		return order < 0 ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

void addr_key(const struct addr *a, uint8_t out[ADDR_KEY_LEN])
{
	struct writer w = writer_of(out, ADDR_KEY_LEN);

	write_u8(&w, a->family);
	write_u16(&w, a->port);
	write_span(&w, span_of(a->ip, sizeof a->ip));
}

void addr_ip_text(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	int family = a->family == ADDR_V4 ? AF_INET : AF_INET6;

	if (a->family == ADDR_NONE ||
		!inet_ntop(family, a->ip, out, ADDR_TEXT_MAX))
		memcpy(out, "none", sizeof "none");
}

void addr_text(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	char ip[ADDR_TEXT_MAX];

	addr_ip_text(a, ip);
	if (a->family == ADDR_NONE)
		memcpy(out, ip, sizeof ip);
	else if (a->family == ADDR_V4)
		snprintf(out, ADDR_TEXT_MAX, "%.48s:%u", ip, a->port);
	else
		snprintf(out, ADDR_TEXT_MAX, "[%.48s]:%u", ip, a->port);
}

/* A literal of n chars; inet_pton() wants a NUL behind it. */
static enum err parse_literal(int family, const char *text, size_t n,
	struct addr *out)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t ip[16];

	if (n >= sizeof copy)
		return ERR_SYNTAX;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (inet_pton(family, copy, ip) != 1)
		return ERR_SYNTAX;
	*out = addr_from_ip(span_of(ip, family == AF_INET ? 4 : 16), out->port);
	return ERR_OK;
}

static enum err parse_port(const char *text, uint16_t *out)
{
	uint32_t port = 0;
	size_t n = strlen(text);

	if (n == 0 || n > PORT_DIGITS_MAX)
		return ERR_SYNTAX;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return ERR_SYNTAX;
		port = port * 10 + (uint32_t)(*text - '0');
	}
	if (port == 0 || port > UINT16_MAX)
		return ERR_RANGE;
	*out = (uint16_t)port;
	return ERR_OK;
}

enum err addr_parse_ip(const char *text, uint16_t port, struct addr *out)
{
	struct addr a = {.port = port};
	size_t n = strlen(text);
	enum err e;

	if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
		e = parse_literal(AF_INET6, text + 1, n - 2, &a);
	else if (strchr(text, ':'))
		e = parse_literal(AF_INET6, text, n, &a);
	else
		e = parse_literal(AF_INET, text, n, &a);
	if (e == ERR_OK)
		*out = a;
	return e;
}

enum err addr_parse(const char *text, struct addr *out)
{
	struct addr a = {0};
	const char *colon = strrchr(text, ':');
	size_t n;
	enum err e;

	if (!colon)
		return ERR_SYNTAX;
	e = parse_port(colon + 1, &a.port);
	if (e)
		return e;
	n = (size_t)(colon - text);
	if (n >= 2 && text[0] == '[' && text[n - 1] == ']')
		e = parse_literal(AF_INET6, text + 1, n - 2, &a);
	else
		e = parse_literal(AF_INET, text, n, &a);
	if (e == ERR_OK)
		*out = a;
	return e;
}

void addr_write_compact(struct writer *w, const struct addr *a)
{
	uint8_t out[ADDR_COMPACT_V6];
	struct writer one = writer_of(out, sizeof out);

	if (a->family == ADDR_NONE)
		return;
	write_span(&one, span_of(a->ip, a->family == ADDR_V4 ? 4 : 16));
	write_u16(&one, a->port);
	/* In one piece, so that a full writer drops it whole. */
	write_span(w, writer_span(&one));
}

struct addr addr_read_compact(struct reader *r, enum addr_family family)
{
	size_t len = family == ADDR_V4 ? ADDR_COMPACT_V4 : ADDR_COMPACT_V6;
	struct reader one = reader_of_span(read_span(r, len));
	struct span ip = read_span(&one, len - 2);
	uint16_t port = read_u16(&one);

	return addr_from_ip(ip, port);
}

/* Whether the first `bits` bits of ip are those of net. */
static bool in_net(const struct addr *a, const uint8_t *net, unsigned bits)
{
	unsigned whole = bits / 8;
	unsigned rest = bits % 8;

	if (memcmp(a->ip, net, whole) != 0)
		return false;
	return !rest || ((a->ip[whole] ^ net[whole]) >> (8 - rest)) == 0;
}

struct net {
	uint8_t family;
	uint8_t bits;
	uint8_t ip[16];
};

static bool in_nets(const struct addr *a, const struct net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (nets[i].family == a->family &&
			in_net(a, nets[i].ip, nets[i].bits))
			return true;
	return false;
}

bool addr_is_dialable(const struct addr *a)
{
	static const struct net never[] = {
		{ADDR_V4, 8, {0}},    /* this network, unspecified */
		{ADDR_V4, 3, {224}},  /* multicast, reserved, broadcast */
		{ADDR_V6, 128, {0}},  /* unspecified */
		{ADDR_V6, 8, {0xff}}, /* multicast */
	};

	return a->family != ADDR_NONE && a->port != 0 &&
	       !in_nets(a, never, sizeof never / sizeof never[0]);
}

bool addr_is_loopback(const struct addr *a)
{
	static const struct net loopback[] = {
		{ADDR_V4, 8, {127}},
		{ADDR_V6, 128, {[15] = 1}},
	};

	return in_nets(a, loopback, sizeof loopback / sizeof loopback[0]);
}

bool addr_is_local(const struct addr *a)
{
	static const struct net local[] = {
		{ADDR_V4, 8, {0}}, /* a connection there ends on this host */
		{ADDR_V4, 8, {10}},
		{ADDR_V4, 10, {100, 64}}, /* behind a carrier's NAT */
		{ADDR_V4, 8, {127}},
		{ADDR_V4, 16, {169, 254}},
		{ADDR_V4, 12, {172, 16}},
		{ADDR_V4, 16, {192, 168}},
		{ADDR_V6, 127, {0}}, /* unspecified and loopback */
		{ADDR_V6, 7, {0xfc}},
		{ADDR_V6, 10, {0xfe, 0x80}},
	};

	return in_nets(a, local, sizeof local / sizeof local[0]);
}

bool addr_needs_scope(const struct addr *a)
{
	static const struct net scoped[] = {{ADDR_V6, 10, {0xfe, 0x80}}};

	return in_nets(a, scoped, 1);
}

bool addr_same_net(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family || a->family == ADDR_NONE)
		return false;
	return in_net(a, b->ip, a->family == ADDR_V4 ? 24 : 64);
}

/* Big-endian ports, the smaller first. */
static uint32_t port_priority(uint16_t a, uint16_t b)
{
	uint8_t ports[4];
	struct writer w = writer_of(ports, sizeof ports);

	write_u16(&w, a < b ? a : b);
	write_u16(&w, a < b ? b : a);
	return crc32c(writer_span(&w));
}

/*
 * The bytes both sides show unmasked: 2 of an IPv4, 6 of an IPv6 address,
 * but always up to and with the first one that differs.  These are BEP 40's
 * masks, whose IPv6 list it ends with "etc".
 */
static size_t shown_bytes(const struct addr *a, const struct addr *b)
{
	size_t least = a->family == ADDR_V4 ? 2 : 6;
	size_t common = 0;

	while (a->ip[common] == b->ip[common])
		common++;
	return common + 1 > least ? common + 1 : least;
}

uint32_t addr_priority(const struct addr *self, const struct addr *peer)
{
	size_t len = self->family == ADDR_V4 ? 4 : 16;
	uint8_t ips[2][16];
	struct writer w;
	uint8_t both[32];
	int first;

	if (self->family != peer->family)
		return 0;
	if (addr_same_ip(self, peer))
		return port_priority(self->port, peer->port);
	memcpy(ips[0], self->ip, sizeof ips[0]);
	memcpy(ips[1], peer->ip, sizeof ips[1]);
	for (size_t i = shown_bytes(self, peer); i < len; i++) {
		ips[0][i] &= 0x55;
		ips[1][i] &= 0x55;
	}
	first = memcmp(ips[0], ips[1], len) > 0;
	w = writer_of(both, sizeof both);
	write_span(&w, span_of(ips[first], len));
	write_span(&w, span_of(ips[!first], len));
	return crc32c(writer_span(&w));
}
