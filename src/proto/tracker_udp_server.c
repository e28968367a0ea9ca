/*
 * tracker_udp_server.c - the stateless parts of tracker_udp.h: URLs, and the
 * datagrams as a tracker reads and writes them.
 */
#include <ctype.h>
#include <strings.h>

#include "proto/tracker_udp.h"

#define SCHEME "udp://"
#define HOST_MAX 256u
#define IPV4_LEN 4u

static bool is_host_char(char c, bool is_ipv6)
{
	if (is_ipv6)
		return isxdigit((unsigned char)c) || c == ':' || c == '.';
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

/* The host at *at, and *at moved behind it (and its brackets). */
static enum err split_host(const char **at, char host[HOST_MAX])
{
	const char *p = *at;
	bool is_ipv6 = *p == '[';
	size_t n = 0;

	if (is_ipv6)
		p++;
	while (is_host_char(p[n], is_ipv6))
		n++;
	if (n == 0 || n >= HOST_MAX)
		return ERR_SYNTAX;
	memcpy(host, p, n);
	host[n] = '\0';
	p += n;
	if (is_ipv6 && *p++ != ']')
		return ERR_SYNTAX;
	*at = p;
	return ERR_OK;
}

static enum err split_port(const char **at, uint16_t *port)
{
	const char *p = *at;
	uint32_t v = 0;

	if (*p++ != ':')
		return ERR_SYNTAX;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint32_t)(*p - '0');
		if (v > UINT16_MAX)
			return ERR_SYNTAX;
	}
	if (v == 0)
		return ERR_SYNTAX;
	*port = (uint16_t)v;
	*at = p;
	return ERR_OK;
}

enum err udp_tracker_split_url(const char *url, char host[256], uint16_t *port,
	const char **path_query)
{
	char name[HOST_MAX];
	uint16_t number;
	enum err e;

	if (strncasecmp(url, SCHEME, strlen(SCHEME)) != 0)
		return ERR_SYNTAX;
	url += strlen(SCHEME);
	e = split_host(&url, name);
	if (e == ERR_OK)
		e = split_port(&url, &number);
	if (e != ERR_OK)
		return e;
	if (*url != '\0' && *url != '/' && *url != '?' && *url != '#')
		return ERR_SYNTAX;
	memcpy(host, name, strlen(name) + 1);
	*port = number;
	*path_query = url;
	return ERR_OK;
}

static enum err parse_announce(struct reader *r, struct udp_query *q)
{
	struct span hash = read_span(r, 20);
	struct span peer_id = read_span(r, 20);
	struct span ip;
	uint32_t event;

	q->ask.downloaded = read_u64(r);
	q->ask.left = read_u64(r);
	q->ask.uploaded = read_u64(r);
	event = read_u32(r);
	ip = read_span(r, IPV4_LEN);
	q->ask.key = read_u32(r);
	q->ask.numwant = read_u32(r);
	q->ask.port = read_u16(r);
	if (r->bad)
		return ERR_SYNTAX;
	memcpy(q->ask.info_hash, hash.p, 20);
	memcpy(q->ask.peer_id, peer_id.p, 20);
	if (event <= TRACKER_EVENT_STOPPED)
		q->ask.event = (enum tracker_event)event;
	if (memcmp(ip.p, "\0\0\0", IPV4_LEN) != 0)
		q->ip = addr_from_ip(ip, q->ask.port);
	return ERR_OK;
}

static enum err parse_scrape(struct reader *r, struct udp_query *q)
{
	/* A cast to an array of const is, in C11, one that drops const. */
	union {
		const uint8_t *bytes;
		const uint8_t (*hashes)[20];
	} at = {.bytes = r->p};

	q->nhashes = read_left(r) / 20;
	q->hashes = at.hashes;
	return q->nhashes > 0 ? ERR_OK : ERR_SYNTAX;
}

enum err udp_query_parse(struct span datagram, struct udp_query *q)
{
	struct reader r = reader_of_span(datagram);
	struct udp_query parsed = {0};
	enum err e = ERR_OK;

	parsed.connection = read_u64(&r);
	parsed.action = read_u32(&r);
	parsed.transaction = read_u32(&r);
	if (r.bad)
		return ERR_SYNTAX;
	if (parsed.action == 0) {
		if (parsed.connection != UDP_PROTOCOL_ID)
			return ERR_SYNTAX;
	} else if (parsed.action == 1) {
		e = parse_announce(&r, &parsed);
	} else if (parsed.action == 2) {
		e = parse_scrape(&r, &parsed);
	} else {
		return ERR_UNSUPPORTED;
	}
	if (e == ERR_OK)
		*q = parsed;
	return e;
}

/* Action and transaction of a reply with n more bytes, if all of it fits. */
static bool begin_reply(struct writer *out, uint32_t action,
	uint32_t transaction, size_t n)
{
	if (out->full || out->cap - out->len < 8 + n) {
		out->full = true;
		return false;
	}
	write_u32(out, action);
	write_u32(out, transaction);
	return true;
}

void udp_reply_connect(struct writer *out, uint32_t transaction,
	uint64_t connection)
{
	if (begin_reply(out, 0, transaction, 8))
		write_u64(out, connection);
}

void udp_reply_announce(struct writer *out, uint32_t transaction,
	uint32_t interval_s, uint32_t leeches, uint32_t seeds,
	const struct addr *peers, size_t npeers)
{
	size_t i, size;

	if (!begin_reply(out, 1, transaction, 12))
		return;
	write_u32(out, interval_s);
	write_u32(out, leeches);
	write_u32(out, seeds);
	for (i = 0; i < npeers; i++) {
		size = peers[i].family == ADDR_V6 ? ADDR_COMPACT_V6
		                                  : ADDR_COMPACT_V4;
		if (out->cap - out->len < size)
			break;
		addr_write_compact(out, &peers[i]);
	}
}

void udp_reply_scrape(struct writer *out, uint32_t transaction,
	const struct tracker_scrape *s, size_t n)
{
	size_t i;

	if (!begin_reply(out, 2, transaction, n * 12))
		return;
	for (i = 0; i < n; i++) {
		write_u32(out, s[i].seeds);
		write_u32(out, s[i].downloaded);
		write_u32(out, s[i].leeches);
	}
}

void udp_reply_error(struct writer *out, uint32_t transaction, const char *text)
{
	if (begin_reply(out, 3, transaction, strlen(text)))
		write_str(out, text);
}
