/*
 * magnet.c - one walk over the parameters of the link.
 *
 * What is kept is bounded twice: by the counts of magnet.h, and so that the
 * link written from it is no longer than MAGNET_MAX.  Then writing and
 * parsing again always gives the same value.
 */
#include "proto/magnet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/arena.h"
#include "proto/scan.h"
#include "proto/url.h"

#define SCHEME "magnet:?"
#define BTIH "urn:btih:"
#define BTMH "urn:btmh:"
#define MULTIHASH_SHA256 "1220" /* its code and its length, in hex */
#define NAME_MAX_BYTES 1024u    /* of the cleaned name, with a NUL */
#define TRACKER_SCHEMES (URL_HTTP | URL_HTTPS | URL_UDP)
#define WEBSEED_SCHEMES (URL_HTTP | URL_HTTPS)
/* Written length of everything but lists: hashes, name and length. */
#define FIXED_WRITTEN (256u + 3u * NAME_MAX_BYTES)

struct magnet_build {
	struct magnet *m;
	struct arena *arena;
	size_t written; /* length of the link that would be written */
	const char *trackers[MAGNET_TRACKERS_MAX];
	const char *webseeds[MAGNET_WEBSEEDS_MAX];
	struct magnet_peer peers[MAGNET_PEERS_MAX];
	struct magnet_range ranges[MAGNET_RANGES_MAX];
};

/* Cut what stands before the first c off *s, and the c too. */
static struct span next_part(struct span *s, char c)
{
	struct span part = span_of(s->p, scan_find(*s, (uint8_t)c));

	*s = scan_skip(*s, part.n < s->n ? part.n + 1 : part.n);
	return part;
}

/* "tr" and "tr.7", in either case. */
static bool key_is(struct span key, const char *name)
{
	size_t n = strlen(name);

	if (!scan_begins(key, name))
		return false;
	if (key.n == n)
		return true;
	if (key.p[n] != '.' || key.n == n + 1)
		return false;
	for (size_t i = n + 1; i < key.n; i++) {
		if (!scan_is_digit(key.p[i]))
			return false;
	}
	return true;
}

/* Decimal digits and nothing else. */
static bool number(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)s.p[i] - '0';

		if (!scan_is_digit(s.p[i]))
			return false;
		if (digit > max || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

static void read_hash(struct magnet_build *b, struct span value)
{
	struct infohash *h = &b->m->hash;
	struct infohash found;

	if (scan_begins(value, BTIH)) {
		value = scan_skip(value, strlen(BTIH));
		if (infohash_parse(value, &found) == ERR_OK && found.has_v1 &&
			!h->has_v1) {
			memcpy(h->v1, found.v1, SHA1_LEN);
			h->has_v1 = true;
		}
	} else if (scan_begins(value, BTMH MULTIHASH_SHA256)) {
		value = scan_skip(value, strlen(BTMH MULTIHASH_SHA256));
		if (infohash_parse(value, &found) == ERR_OK && found.has_v2 &&
			!h->has_v2) {
			memcpy(h->v2, found.v2, SHA256_LEN);
			h->has_v2 = true;
		}
	}
}

static void read_name(struct magnet_build *b, struct span value)
{
	char text[NAME_MAX_BYTES];

	if (b->m->name)
		return;
	text_clean_to(text, sizeof text, value);
	if (text[0])
		b->m->name = arena_text(b->arena, span_str(text));
}

/* Bytes of s after percent_encode(). */
static size_t encoded_len(const char *s)
{
	struct buf out = {0};
	size_t n;

	percent_encode(span_str(s), &out);
	n = out.len;
	buf_free(&out);
	return n;
}

/* Whether n more bytes still fit into the link; they count then. */
static bool fits(struct magnet_build *b, size_t n)
{
	if (n > MAGNET_MAX - b->written)
		return false;
	b->written += n;
	return true;
}

static void add_url(struct magnet_build *b, struct span value, unsigned schemes,
	const char **list, size_t *n, size_t max)
{
	char url[URL_MAX + 1];

	if (*n == max || !url_clean(value, schemes, url))
		return;
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(list[i], url) == 0)
			return;
	}
	if (fits(b, strlen("&tr=") + encoded_len(url)))
		list[(*n)++] = arena_text(b->arena, span_str(url));
}

static void add_peer(struct magnet_build *b, struct span value)
{
	struct magnet *m = b->m;
	struct span host;
	uint16_t port;

	if (m->npeers == MAGNET_PEERS_MAX ||
		!host_port_split(value, &host, &port))
		return;
	for (size_t i = 0; i < m->npeers; i++) {
		if (b->peers[i].port == port && span_is(host, b->peers[i].host))
			return;
	}
	if (!fits(b, strlen("&x.pe=[]:65535") + host.n))
		return;
	b->peers[m->npeers++] = (struct magnet_peer){
		.host = arena_text(b->arena, host),
		.port = port,
	};
}

/* "7" or "4-7", counted from base. */
static enum err read_range(struct span s, uint32_t base,
	struct magnet_range *out)
{
	struct span last = s;
	struct span first = next_part(&last, '-');
	uint64_t a, z;

	if (first.n == s.n)
		last = first;
	if (first.n == 0 || last.n == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.n; i++) {
		if (!scan_is_digit(s.p[i]) && s.p[i] != '-')
			return ERR_SYNTAX;
	}
	if (memchr(last.p, '-', last.n))
		return ERR_SYNTAX;
	if (!number(first, UINT32_MAX, &a) || !number(last, UINT32_MAX, &z))
		return ERR_RANGE;
	if (a < base || z < a)
		return ERR_RANGE;
	*out = (struct magnet_range){
		(uint32_t)(a - base), (uint32_t)(z - base)};
	return ERR_OK;
}

static int compare_ranges(const void *x, const void *y)
{
	const struct magnet_range *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return 0;
}

/* Sort, and join what overlaps or touches.  Returns how many stay. */
static size_t merge_ranges(struct magnet_range *r, size_t n)
{
	size_t kept = 0;

	if (n == 0)
		return 0;
	qsort(r, n, sizeof *r, compare_ranges);
	for (size_t i = 1; i < n; i++) {
		struct magnet_range *last = &r[kept];

		if (r[i].first > last->last && r[i].first - last->last > 1)
			r[++kept] = r[i];
		else if (r[i].last > last->last)
			last->last = r[i].last;
	}
	return kept + 1;
}

enum err magnet_parse_ranges(struct span text, uint32_t base,
	struct magnet_range *out, size_t cap, size_t *n)
{
	size_t found = 0;

	if (text.n == 0 || text.p[text.n - 1] == ',')
		return ERR_SYNTAX;
	while (text.n > 0) {
		if (found == cap)
			return ERR_LIMIT;
		enum err e =
			read_range(next_part(&text, ','), base, &out[found]);
		if (e)
			return e;
		found++;
	}
	*n = merge_ranges(out, found);
	return ERR_OK;
}

static void add_ranges(struct magnet_build *b, struct span value)
{
	struct magnet *m = b->m;
	struct magnet_range range;

	while (value.n > 0 && m->nselect < MAGNET_RANGES_MAX) {
		if (read_range(next_part(&value, ','), 0, &range))
			continue;
		if (!fits(b, strlen(",4294967295-4294967295")))
			return;
		b->ranges[m->nselect++] = range;
	}
}

static void read_value(struct magnet_build *b, struct span key,
	struct span value)
{
	struct magnet *m = b->m;
	uint64_t v = 0;

	if (key_is(key, "xt"))
		read_hash(b, value);
	else if (key_is(key, "dn"))
		read_name(b, value);
	else if (key_is(key, "tr"))
		add_url(b, value, TRACKER_SCHEMES, b->trackers, &m->ntrackers,
			MAGNET_TRACKERS_MAX);
	else if (key_is(key, "ws"))
		add_url(b, value, WEBSEED_SCHEMES, b->webseeds, &m->nwebseeds,
			MAGNET_WEBSEEDS_MAX);
	else if (key_is(key, "x.pe"))
		add_peer(b, value);
	else if (key_is(key, "so"))
		add_ranges(b, value);
	else if (key_is(key, "xl") && m->length == 0 &&
		 number(value, INT64_MAX, &v))
		m->length = v;
}

/* In a name, and only there, a plus is a blank. */
static void decode_name(struct span s, struct buf *out)
{
	while (s.n > 0) {
		size_t before = s.n;
		struct span part = next_part(&s, '+');

		percent_decode(part, out);
		if (part.n < before)
			buf_add_byte(out, ' ');
	}
}

static void read_parameter(struct magnet_build *b, struct span part,
	struct buf *scratch)
{
	struct span key = next_part(&part, '=');

	/* Links copied out of HTML have "&amp;" between their parameters. */
	if (scan_begins(key, "amp;"))
		key = scan_skip(key, strlen("amp;"));
	scratch->len = 0;
	if (key_is(key, "dn"))
		decode_name(part, scratch);
	else
		percent_decode(part, scratch);
	if (scratch->len > 0)
		read_value(b, key, buf_span(scratch));
}

/* Move the lists from the work space into the arena. */
static void keep_lists(struct magnet_build *b)
{
	struct magnet *m = b->m;

	m->nselect = merge_ranges(b->ranges, m->nselect);
	m->trackers = arena_array(b->arena, m->ntrackers, sizeof *m->trackers);
	memcpy(m->trackers, b->trackers, m->ntrackers * sizeof *m->trackers);
	m->webseeds = arena_array(b->arena, m->nwebseeds, sizeof *m->webseeds);
	memcpy(m->webseeds, b->webseeds, m->nwebseeds * sizeof *m->webseeds);
	m->peers = arena_array(b->arena, m->npeers, sizeof *m->peers);
	memcpy(m->peers, b->peers, m->npeers * sizeof *m->peers);
	m->select = arena_array(b->arena, m->nselect, sizeof *m->select);
	memcpy(m->select, b->ranges, m->nselect * sizeof *m->select);
}

enum err magnet_parse(struct span text, struct magnet **out,
	struct fault *fault)
{
	struct buf scratch = {0};

	if (text.n > MAGNET_MAX)
		return fault_set(fault, ERR_LIMIT, 0,
			"the link is longer than %u bytes", MAGNET_MAX);
	text = scan_trim(text);
	if (!scan_begins(text, SCHEME))
		return fault_set(fault, ERR_SYNTAX, 0,
			"this is not a magnet link");
	struct magnet_build *b = mem_zero(sizeof *b);
	b->arena = arena_new();
	b->m = arena_alloc(b->arena, sizeof *b->m);
	b->m->arena = b->arena;
	b->written = FIXED_WRITTEN;
	text = scan_skip(text, strlen(SCHEME));
	while (text.n > 0)
		read_parameter(b, next_part(&text, '&'), &scratch);
	keep_lists(b);
	struct magnet *m = b->m;
	buf_free(&scratch);
	mem_free(b);
	if (!m->hash.has_v1 && !m->hash.has_v2) {
		magnet_free(m);
		return fault_set(fault, ERR_SYNTAX, 0,
			"the link has no usable BitTorrent hash (xt)");
	}
	*out = m;
	return ERR_OK;
}

void magnet_free(struct magnet *m)
{
	if (m)
		arena_free(m->arena);
}

static void put_hashes(const struct infohash *h, struct buf *out)
{
	char hex[INFOHASH_HEX_MAX];
	const char *joint = "";

	if (h->has_v1) {
		hex_encode(h->v1, SHA1_LEN, hex);
		buf_printf(out, "xt=%s%s", BTIH, hex);
		joint = "&";
	}
	if (h->has_v2) {
		hex_encode(h->v2, SHA256_LEN, hex);
		buf_printf(out, "%sxt=%s%s", joint, BTMH MULTIHASH_SHA256, hex);
	}
}

static void put_text(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "&%s=", key);
	percent_encode(span_str(value), out);
}

static void put_peer(struct buf *out, const struct magnet_peer *p)
{
	bool v6 = strchr(p->host, ':') != NULL;

	buf_printf(out, v6 ? "&x.pe=[%s]:%u" : "&x.pe=%s:%u", p->host,
		(unsigned)p->port);
}

static void put_range(struct buf *out, const struct magnet_range *r, bool first)
{
	buf_printf(out, "%s%" PRIu32, first ? "&so=" : ",", r->first);
	if (r->last != r->first)
		buf_printf(out, "-%" PRIu32, r->last);
}

void magnet_write(const struct magnet *m, struct buf *out)
{
	buf_add_str(out, SCHEME);
	put_hashes(&m->hash, out);
	if (m->name)
		put_text(out, "dn", m->name);
	if (m->length)
		buf_printf(out, "&xl=%" PRIu64, m->length);
	for (size_t i = 0; i < m->ntrackers; i++)
		put_text(out, "tr", m->trackers[i]);
	for (size_t i = 0; i < m->nwebseeds; i++)
		put_text(out, "ws", m->webseeds[i]);
	for (size_t i = 0; i < m->npeers; i++)
		put_peer(out, &m->peers[i]);
	for (size_t i = 0; i < m->nselect; i++)
		put_range(out, &m->select[i], i == 0);
}
