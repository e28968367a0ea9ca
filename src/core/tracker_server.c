/*
 * tracker_server.c - see tracker_server.h.
 */
#include "core/tracker_server.h"

#include <assert.h>
#include <stdlib.h>

#include "base/codec.h"
#include "base/mem.h"
#include "core/tracker_swarms.h"
#include "proto/benc_write.h"
#include "proto/tracker_udp.h"

#define EXPIRY_SLACK_MS 60000u
#define UDP_WINDOW_MS 120000u
#define VALUE_MAX 128u /* of one value of a query, decoded */
#define PAIRS_MAX 256u /* of one query */

struct tracker_server {
	struct tracker_swarms swarms;
	uint32_t interval_s;
	struct addr fixed[TRACKER_SERVER_STATIC_MAX];
	size_t nfixed;
	uint8_t udp_key[16];
};

struct tracker_server *tracker_server_new(const struct tracker_server_config
		*cfg)
{
	struct tracker_server *t = mem_zero(sizeof *t);
	uint64_t expiry;

	assert(cfg->npeers <= TRACKER_SERVER_STATIC_MAX);
	t->interval_s =
		cfg->interval_s ? cfg->interval_s : TRACKER_INTERVAL_DEFAULT;
	t->nfixed = cfg->npeers;
	for (size_t i = 0; i < cfg->npeers; i++)
		t->fixed[i] = cfg->peers[i];
	memcpy(t->udp_key, cfg->secret + 16, 16);
	expiry = (uint64_t)t->interval_s * 2000 + EXPIRY_SLACK_MS;
	tracker_swarms_init(&t->swarms, cfg->secret,
		cfg->peers_max ? cfg->peers_max : TRACKER_SERVER_PEERS_MAX,
		expiry);
	return t;
}

void tracker_server_free(struct tracker_server *t)
{
	if (!t)
		return;
	tracker_swarms_fini(&t->swarms);
	mem_free(t);
}

void tracker_server_allow(struct tracker_server *t, const uint8_t hash[20])
{
	(void)tracker_swarms_allow(&t->swarms, hash);
}

void tracker_server_count(const struct tracker_server *t,
	struct tracker_server_counts *out)
{
	out->torrents = map_count(t->swarms.swarms);
	out->peers = map_count(t->swarms.peers);
	out->seeds = t->swarms.nseeds;
}

/* ---- one announce, however it came ---- */

struct answer {
	const char *failure; /* NULL: none */
	uint32_t seeds, leeches;
	const struct tracker_peer *peers[TRACKER_SERVER_WANT_MAX];
	size_t npeers;
	struct addr fixed[TRACKER_SERVER_STATIC_MAX];
	size_t nfixed;
};

static bool is_served(const struct tracker_server *t, const uint8_t hash[20])
{
	const struct tracker_swarm *w;

	if (t->swarms.nallowed == 0)
		return true;
	w = tracker_swarms_find(&t->swarms, hash);
	return w && w->allowed;
}

static void add_fixed(const struct tracker_server *t, const struct addr *asker,
	enum addr_family family, size_t max, struct answer *a)
{
	for (size_t i = 0; i < t->nfixed && a->nfixed < max; i++) {
		const struct addr *f = &t->fixed[i];

		if (addr_equal(f, asker))
			continue;
		if (family == ADDR_NONE || f->family == family)
			a->fixed[a->nfixed++] = *f;
	}
}

/* family: which addresses the answer can hold; ADDR_NONE: both. */
static void announce(struct tracker_server *t, const struct tracker_ask *ask,
	const struct addr *from, enum addr_family family, uint64_t now,
	struct answer *a)
{
	struct addr self = *from;
	struct tracker_choice choice = {.asker = &self,
		.is_seed = ask->left == 0,
		.family = family,
		.max = ask->numwant};
	const struct tracker_swarm *w;

	memset(a, 0, sizeof *a);
	self.port = ask->port;
	if (!is_served(t, ask->info_hash)) {
		a->failure = "this torrent is not served here";
		return;
	}
	if (!addr_is_dialable(&self)) {
		a->failure = "no peer can have this address or port";
		return;
	}
	if (choice.max > TRACKER_SERVER_WANT_MAX)
		choice.max = TRACKER_SERVER_WANT_MAX;
	w = tracker_swarms_announce(&t->swarms, ask, &self, now);
	if (w) {
		a->seeds = (uint32_t)w->nseeds;
		a->leeches = (uint32_t)(w->npeers - w->nseeds);
		/* Who has only a magnet link may say that nothing is left
		 * (aria2 does): a seed hears of seeds if there is no leech. */
		if (a->leeches == 0)
			choice.is_seed = false;
	}
	if (ask->event == TRACKER_EVENT_STOPPED)
		return;
	add_fixed(t, &self, family, choice.max, a);
	choice.max -= a->nfixed;
	a->npeers = tracker_swarms_choose(&t->swarms, w, &choice, a->peers);
}

/* ---- HTTP ---- */

struct query {
	struct tracker_ask ask;
	bool has_hash, has_id, has_port;
	bool plain;      /* compact=0 */
	bool no_peer_id; /* in plain answers */
	uint8_t hashes[TRACKER_SERVER_SCRAPE_MAX][20];
	size_t nhashes;
	const char *wrong; /* NULL: it makes sense */
};

static bool read_number(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)s.p[i] - '0';

		if (s.p[i] < '0' || s.p[i] > '9' || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return s.n > 0;
}

static void take_hash(struct query *q, struct span value)
{
	if (value.n != 20) {
		q->wrong = "info_hash is not 20 bytes";
		return;
	}
	memcpy(q->ask.info_hash, value.p, 20);
	q->has_hash = true;
	if (q->nhashes < TRACKER_SERVER_SCRAPE_MAX)
		memcpy(q->hashes[q->nhashes++], value.p, 20);
}

static void take_event(struct query *q, struct span value)
{
	if (span_is(value, "started"))
		q->ask.event = TRACKER_EVENT_STARTED;
	else if (span_is(value, "stopped"))
		q->ask.event = TRACKER_EVENT_STOPPED;
	else if (span_is(value, "completed"))
		q->ask.event = TRACKER_EVENT_COMPLETED;
}

/* True when the key was one of these. */
static bool take_count(struct query *q, struct span key, struct span value)
{
	const struct {
		const char *key;
		uint64_t *to;
	} counts[] = {
		{"uploaded", &q->ask.uploaded},
		{"downloaded", &q->ask.downloaded},
		{"left", &q->ask.left},
	};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		if (!span_is(key, counts[i].key))
			continue;
		if (!read_number(value, UINT64_MAX, counts[i].to))
			q->wrong = "a count is not a number";
		return true;
	}
	return false;
}

static void take_pair(struct query *q, struct span key, struct span value)
{
	uint64_t v;

	if (span_is(key, "info_hash")) {
		take_hash(q, value);
	} else if (span_is(key, "peer_id")) {
		q->has_id = value.n == 20;
		if (q->has_id)
			memcpy(q->ask.peer_id, value.p, 20);
	} else if (span_is(key, "port")) {
		q->has_port = read_number(value, UINT16_MAX, &v);
		q->ask.port = q->has_port ? (uint16_t)v : 0;
	} else if (span_is(key, "event")) {
		take_event(q, value);
	} else if (span_is(key, "numwant")) {
		if (read_number(value, UINT32_MAX, &v))
			q->ask.numwant = (uint32_t)v;
	} else if (span_is(key, "compact")) {
		q->plain = span_is(value, "0");
	} else if (span_is(key, "no_peer_id")) {
		q->no_peer_id = span_is(value, "1");
	} else {
		(void)take_count(q, key, value);
	}
}

/* The bytes before the first `mark`, which are taken off *s with the mark. */
static struct span split(struct span *s, uint8_t mark)
{
	const uint8_t *at = s->n ? memchr(s->p, mark, s->n) : NULL;
	size_t n = at ? (size_t)(at - s->p) : s->n;
	struct span front = span_of(s->p, n);

	s->p += n + (at != NULL);
	s->n -= n + (at != NULL);
	return front;
}

static void read_query(struct span text, struct query *q)
{
	struct buf value = {0};

	memset(q, 0, sizeof *q);
	q->ask.numwant = TRACKER_SERVER_WANT;
	/* Without a word about it a peer still wants something. */
	q->ask.left = UINT64_MAX;
	for (unsigned i = 0; text.n > 0 && !q->wrong; i++) {
		struct span pair = split(&text, '&');
		struct span key = split(&pair, '=');

		if (i >= PAIRS_MAX) {
			q->wrong = "the query is too long";
		} else if (pair.n <= (size_t)VALUE_MAX * 3) {
			value.len = 0;
			percent_decode(pair, &value);
			take_pair(q, key, buf_span(&value));
		}
	}
	buf_free(&value);
}

static void put_failure(struct buf *body, const char *why)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "failure reason");
	bw_str(&w, why);
	bw_end(&w);
	buf_add(body, buf_span(&w.out));
	bw_fini(&w);
}

static void put_plain_peer(struct bw *w, const struct addr *addr,
	const uint8_t *id)
{
	char ip[ADDR_TEXT_MAX];

	addr_ip_text(addr, ip);
	bw_dict(w);
	bw_key(w, "ip");
	bw_str(w, ip);
	if (id) {
		bw_key(w, "peer id");
		bw_span(w, span_of(id, 20));
	}
	bw_key(w, "port");
	/* One of those that were chosen. */
	bw_int(w, addr->port); /* NOLINT(clang-analyzer-core*) */
	bw_end(w);
}

static void put_plain(struct bw *w, const struct answer *a, bool no_peer_id)
{
	bw_key(w, "peers");
	bw_list(w);
	for (size_t i = 0; i < a->nfixed; i++)
		put_plain_peer(w, &a->fixed[i], NULL);
	for (size_t i = 0; i < a->npeers; i++)
		put_plain_peer(w, &a->peers[i]->addr,
			no_peer_id ? NULL : a->peers[i]->id);
	bw_end(w);
}

static void write_family(struct writer *w, const struct answer *a,
	enum addr_family family)
{
	for (size_t i = 0; i < a->nfixed; i++)
		if (a->fixed[i].family == family)
			addr_write_compact(w, &a->fixed[i]);
	for (size_t i = 0; i < a->npeers; i++)
		if (a->peers[i]->addr.family == family)
			addr_write_compact(w, &a->peers[i]->addr);
}

static void put_compact(struct bw *w, const struct answer *a)
{
	uint8_t bytes[TRACKER_SERVER_WANT_MAX * ADDR_COMPACT_V6];
	struct writer v4 = writer_of(bytes, sizeof bytes), v6 = v4;

	write_family(&v4, a, ADDR_V4);
	bw_key(w, "peers");
	bw_span(w, writer_span(&v4));
	write_family(&v6, a, ADDR_V6);
	if (v6.len > 0) {
		bw_key(w, "peers6");
		bw_span(w, writer_span(&v6));
	}
}

static void put_answer(const struct tracker_server *t, const struct query *q,
	const struct addr *from, const struct answer *a, struct buf *body)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "complete");
	bw_int(&w, a->seeds);
	bw_key(&w, "external ip");
	bw_span(&w, span_of(from->ip, from->family == ADDR_V6 ? 16 : 4));
	bw_key(&w, "incomplete");
	bw_int(&w, a->leeches);
	bw_key(&w, "interval");
	bw_int(&w, t->interval_s);
	if (q->plain)
		put_plain(&w, a, q->no_peer_id);
	else
		put_compact(&w, a);
	bw_end(&w);
	buf_add(body, buf_span(&w.out));
	bw_fini(&w);
}

static void http_announce(struct tracker_server *t, struct query *q,
	const struct addr *from, uint64_t now, struct buf *body)
{
	struct answer a;

	if (!q->wrong && !q->has_hash)
		q->wrong = "info_hash is missing";
	if (!q->wrong && !q->has_id)
		q->wrong = "peer_id is not 20 bytes";
	if (!q->wrong && !q->has_port)
		q->wrong = "port is missing";
	if (!q->wrong) {
		announce(t, &q->ask, from, ADDR_NONE, now, &a);
		q->wrong = a.failure;
	}
	if (q->wrong)
		put_failure(body, q->wrong);
	else
		put_answer(t, q, from, &a, body);
}

static int compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

static void put_scraped(struct bw *w, const struct tracker_swarm *s)
{
	bw_key_span(w, span_of(s->hash, 20));
	bw_dict(w);
	bw_key(w, "complete");
	bw_int(w, (int64_t)s->nseeds);
	bw_key(w, "downloaded");
	bw_int(w, s->downloaded);
	bw_key(w, "incomplete");
	bw_int(w, (int64_t)(s->npeers - s->nseeds));
	bw_end(w);
}

static void http_scrape(struct tracker_server *t, struct query *q,
	struct buf *body)
{
	struct bw w;

	if (!q->wrong && !q->has_hash)
		q->wrong = "a scrape must name its torrents";
	if (q->wrong) {
		put_failure(body, q->wrong);
		return;
	}
	qsort(q->hashes, q->nhashes, sizeof q->hashes[0], compare_hashes);
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "files");
	bw_dict(&w);
	for (size_t i = 0; i < q->nhashes; i++) {
		const struct tracker_swarm *s;

		if (i > 0 && memcmp(q->hashes[i], q->hashes[i - 1], 20) == 0)
			continue;
		s = tracker_swarms_find(&t->swarms, q->hashes[i]);
		if (s && is_served(t, s->hash))
			put_scraped(&w, s);
	}
	bw_end(&w);
	bw_end(&w);
	buf_add(body, buf_span(&w.out));
	bw_fini(&w);
}

int tracker_server_http(struct tracker_server *t, struct span target,
	const struct addr *from, uint64_t now, struct buf *body)
{
	struct span path = split(&target, '?');
	struct query q;

	tracker_swarms_expire(&t->swarms, now);
	if (span_is(path, "/announce")) {
		read_query(target, &q);
		http_announce(t, &q, from, now, body);
		return 200;
	}
	if (span_is(path, "/scrape")) {
		read_query(target, &q);
		http_scrape(t, &q, body);
		return 200;
	}
	buf_add_str(body, "there is /announce and /scrape\n");
	return 404;
}

/* ---- UDP ---- */

static uint64_t connection_id(const struct tracker_server *t,
	const struct addr *from, uint64_t window)
{
	uint8_t bytes[ADDR_KEY_LEN + 8];
	struct writer w = writer_of(bytes + ADDR_KEY_LEN, 8);

	addr_key(from, bytes);
	write_u64(&w, window);
	return siphash(t->udp_key, bytes, sizeof bytes);
}

static bool connection_ok(const struct tracker_server *t,
	const struct addr *from, uint64_t now, uint64_t id)
{
	uint64_t window = now / UDP_WINDOW_MS;

	return id == connection_id(t, from, window) ||
	       (window > 0 && id == connection_id(t, from, window - 1));
}

static void udp_announce(struct tracker_server *t, const struct udp_query *q,
	const struct addr *from, uint64_t now, struct writer *out)
{
	struct addr peers[TRACKER_SERVER_WANT_MAX];
	struct tracker_ask ask = q->ask;
	struct answer a;
	size_t n;

	if (ask.numwant > INT32_MAX)
		ask.numwant = TRACKER_SERVER_WANT; /* -1 */
	announce(t, &ask, from, (enum addr_family)from->family, now, &a);
	if (a.failure) {
		udp_reply_error(out, q->transaction, a.failure);
		return;
	}
	for (n = 0; n < a.nfixed; n++)
		peers[n] = a.fixed[n];
	for (size_t i = 0; i < a.npeers; i++)
		peers[n++] = a.peers[i]->addr;
	udp_reply_announce(out, q->transaction, t->interval_s, a.leeches,
		a.seeds, peers, n);
}

static void udp_scrape(struct tracker_server *t, const struct udp_query *q,
	struct writer *out)
{
	struct tracker_scrape found[UDP_SCRAPE_MAX] = {0};
	size_t n = q->nhashes < UDP_SCRAPE_MAX ? q->nhashes : UDP_SCRAPE_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct tracker_swarm *s =
			tracker_swarms_find(&t->swarms, q->hashes[i]);

		if (!s || !is_served(t, s->hash))
			continue;
		found[i].seeds = (uint32_t)s->nseeds;
		found[i].leeches = (uint32_t)(s->npeers - s->nseeds);
		found[i].downloaded = s->downloaded;
	}
	udp_reply_scrape(out, q->transaction, found, n);
}

void tracker_server_udp(struct tracker_server *t, struct span datagram,
	const struct addr *from, uint64_t now, struct writer *out)
{
	struct udp_query q;

	/* Who cannot be answered in kind is not answered at all: an answer to
	 * noise would be noise for somebody whose address was forged. */
	if (udp_query_parse(datagram, &q) != ERR_OK)
		return;
	tracker_swarms_expire(&t->swarms, now);
	if (q.action == 0)
		udp_reply_connect(out, q.transaction,
			connection_id(t, from, now / UDP_WINDOW_MS));
	else if (!connection_ok(t, from, now, q.connection))
		udp_reply_error(out, q.transaction, "connect first");
	else if (q.action == 1)
		udp_announce(t, &q, from, now, out);
	else
		udp_scrape(t, &q, out);
}
