/*
 * sim_tracker.c - trackers of the virtual internet, over HTTP and UDP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/mem.h"
#include "proto/benc_write.h"
#include "proto/tracker_udp.h"
#include "sim_http.h"

#define DEFAULT_INTERVAL_S 1800u
#define CONNECTION_IDS 4096u
#define ANSWER_PEERS_MAX 200u

struct known_peer {
	uint8_t hash[20];
	struct addr addr;
	uint64_t left;
	bool planted; /* never announced by itself */
};

struct sim_tracker {
	struct sim *sim;
	struct sim_node *node;
	char *url, *udp_url;
	enum sim_tracker_mode mode;
	uint32_t interval_s, share;
	struct known_peer *peers;
	size_t npeers, peers_cap;
	struct sim_announce *log;
	size_t nlog, log_cap;
	uint64_t ids[CONNECTION_IDS]; /* given out, in turn */
	size_t next_id;
};

static void on_datagram(void *user, struct span bytes, const struct addr *from);

struct sim_tracker *sim_tracker_new(struct sim_web *w, const char *name,
	const struct sim_link *link)
{
	struct sim_tracker *t = mem_zero(sizeof *t);
	struct sim_net *net = sim_web_net(w);

	t->sim = sim_net_sim(net);
	t->node = sim_node_new(net, link);
	t->url = mem_printf("http://%s/announce", name);
	t->udp_url =
		mem_printf("udp://%s:%u/announce", name, SIM_TRACKER_UDP_PORT);
	t->interval_s = DEFAULT_INTERVAL_S;
	sim_node_bind_udp(t->node, SIM_TRACKER_UDP_PORT, on_datagram, t);
	sim_web_adopt(w, t, name);
	return t;
}

void sim_tracker_free(struct sim_tracker *t)
{
	mem_free(t->url);
	mem_free(t->udp_url);
	mem_free(t->peers);
	mem_free(t->log);
	mem_free(t);
}

void sim_tracker_set_mode(struct sim_tracker *t, enum sim_tracker_mode mode)
{
	t->mode = mode;
}

void sim_tracker_set_interval(struct sim_tracker *t, uint32_t seconds)
{
	t->interval_s = seconds;
}

void sim_tracker_set_share(struct sim_tracker *t, uint32_t peers)
{
	t->share = peers;
}

const char *sim_tracker_url(const struct sim_tracker *t)
{
	return t->url;
}

const char *sim_tracker_udp_url(const struct sim_tracker *t)
{
	return t->udp_url;
}

struct sim_node *sim_tracker_node(struct sim_tracker *t)
{
	return t->node;
}

size_t sim_tracker_log(const struct sim_tracker *t,
	const struct sim_announce **out)
{
	*out = t->log;
	return t->nlog;
}

size_t sim_tracker_count(const struct sim_tracker *t, const struct addr *ip,
	enum tracker_event event)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nlog; i++)
		n += t->log[i].ask.event == event &&
		     addr_same_ip(&t->log[i].from, ip);
	return n;
}

size_t sim_tracker_peers(const struct sim_tracker *t)
{
	return t->npeers;
}

/* --- the list of peers
 * --------------------------------------------------------- */

static struct known_peer *find_peer(struct sim_tracker *t,
	const uint8_t hash[20], const struct addr *a)
{
	for (size_t i = 0; i < t->npeers; i++)
		if (memcmp(t->peers[i].hash, hash, 20) == 0 &&
			addr_equal(&t->peers[i].addr, a))
			return &t->peers[i];
	return NULL;
}

static struct known_peer *note_peer(struct sim_tracker *t,
	const uint8_t hash[20], const struct addr *a)
{
	struct known_peer *p = find_peer(t, hash, a);

	if (p)
		return p;
	t->peers = mem_grow(t->peers, &t->peers_cap, t->npeers + 1,
		sizeof *t->peers);
	p = &t->peers[t->npeers++];
	memset(p, 0, sizeof *p);
	memcpy(p->hash, hash, 20);
	p->addr = *a;
	return p;
}

void sim_tracker_add_peer(struct sim_tracker *t, const uint8_t hash[20],
	const struct addr *a)
{
	note_peer(t, hash, a)->planted = true;
}

static void take_announce(struct sim_tracker *t, const struct tracker_ask *ask,
	const struct addr *from)
{
	struct known_peer *p;

	if (ask->event == TRACKER_EVENT_STOPPED) {
		p = find_peer(t, ask->info_hash, from);
		if (p)
			*p = t->peers[--t->npeers];
		return;
	}
	note_peer(t, ask->info_hash, from)->left = ask->left;
}

struct counts {
	uint32_t seeds, leeches;
};

/* Peers for this one, from a random place on; returns how many. */
static size_t choose_peers(struct sim_tracker *t, const struct tracker_ask *ask,
	const struct addr *self, struct addr *out, struct counts *counts)
{
	size_t max = ask->numwant < ANSWER_PEERS_MAX ? ask->numwant
	                                             : ANSWER_PEERS_MAX;
	size_t from = (size_t)rng_below(sim_rng(t->sim), t->npeers), n = 0;

	if (t->share && t->share < max)
		max = t->share;
	*counts = (struct counts){0};
	for (size_t i = 0; i < t->npeers; i++) {
		const struct known_peer *p = &t->peers[(from + i) % t->npeers];

		if (memcmp(p->hash, ask->info_hash, 20) != 0)
			continue;
		counts->seeds += p->left == 0;
		counts->leeches += p->left != 0;
		if (n < max && !addr_equal(&p->addr, self))
			out[n++] = p->addr;
	}
	return n;
}

static struct sim_announce *log_announce(struct sim_tracker *t,
	const struct tracker_ask *ask, const struct addr *from, bool udp)
{
	struct sim_announce *a;

	t->log = mem_grow(t->log, &t->log_cap, t->nlog + 1, sizeof *t->log);
	a = &t->log[t->nlog++];
	*a = (struct sim_announce){
		.at_ms = sim_now(t->sim),
		.from = *from,
		.ask = *ask,
		.udp = udp,
	};
	sim_mix(t->sim, a->at_ms ^ ask->event);
	return a;
}

/* --- HTTP
 * ------------------------------------------------------------------------ */

/* The value of `name=` in a query, decoded into out. */
static bool find_value(struct span query, const char *name, struct buf *out)
{
	size_t len = strlen(name);
	const uint8_t *p = query.p, *end = query.p + query.n;

	out->len = 0;
	while (p < end) {
		const uint8_t *amp = memchr(p, '&', (size_t)(end - p));
		const uint8_t *stop = amp ? amp : end;

		if ((size_t)(stop - p) > len && memcmp(p, name, len) == 0 &&
			p[len] == '=') {
			p += len + 1;
			percent_decode(span_of(p, (size_t)(stop - p)), out);
			return true;
		}
		p = stop + 1;
	}
	return false;
}

static uint64_t find_number(struct span query, const char *name)
{
	struct buf v = {0};
	uint64_t n = 0;

	if (find_value(query, name, &v)) {
		buf_add_byte(&v, 0);
		n = strtoull((const char *)v.p, NULL, 10);
	}
	buf_free(&v);
	return n;
}

static bool find_twenty(struct span query, const char *name, uint8_t out[20])
{
	struct buf v = {0};
	bool ok = find_value(query, name, &v) && v.len == 20;

	if (ok)
		memcpy(out, v.p, 20);
	buf_free(&v);
	return ok;
}

static enum tracker_event find_event(struct span query)
{
	static const char *const names[] = {
		"none", "completed", "started", "stopped"};
	struct buf v = {0};
	enum tracker_event e = TRACKER_EVENT_NONE;

	find_value(query, "event", &v);
	for (int i = 0; i < 4; i++)
		if (span_is(buf_span(&v), names[i]))
			e = (enum tracker_event)i;
	buf_free(&v);
	return e;
}

static bool read_query(struct span query, struct tracker_ask *ask)
{
	memset(ask, 0, sizeof *ask);
	if (!find_twenty(query, "info_hash", ask->info_hash) ||
		!find_twenty(query, "peer_id", ask->peer_id))
		return false;
	ask->port = (uint16_t)find_number(query, "port");
	ask->uploaded = find_number(query, "uploaded");
	ask->downloaded = find_number(query, "downloaded");
	ask->left = find_number(query, "left");
	ask->numwant = (uint32_t)find_number(query, "numwant");
	ask->event = find_event(query);
	return ask->port != 0;
}

static void say_failure(struct sim_reply *r, const char *why)
{
	struct bw w;

	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "failure reason");
	bw_str(&w, why);
	bw_end(&w);
	r->body = w.out;
}

static void say_peers(struct sim_tracker *t, const struct tracker_ask *ask,
	const struct addr *self, struct sim_reply *r)
{
	struct addr peers[ANSWER_PEERS_MAX];
	uint8_t compact[ANSWER_PEERS_MAX * ADDR_COMPACT_V4];
	struct writer c = writer_of(compact, sizeof compact);
	struct counts counts;
	size_t n = choose_peers(t, ask, self, peers, &counts);
	struct bw w;

	for (size_t i = 0; i < n; i++)
		addr_write_compact(&c, &peers[i]);
	bw_init(&w);
	bw_dict(&w);
	bw_key(&w, "complete");
	bw_int(&w, counts.seeds);
	bw_key(&w, "incomplete");
	bw_int(&w, counts.leeches);
	bw_key(&w, "interval");
	bw_int(&w, t->interval_s);
	bw_key(&w, "peers");
	bw_span(&w, writer_span(&c));
	bw_end(&w);
	r->body = w.out;
}

/* True when the tracker is in no mood to answer. */
static bool misbehave(struct sim_tracker *t, struct sim_reply *r)
{
	r->status = 200;
	switch (t->mode) {
	case SIM_TRACKER_HANGS:
		r->hang = true;
		return true;
	case SIM_TRACKER_404:
		r->status = 404;
		buf_add_str(&r->body, "<html>not here</html>");
		return true;
	case SIM_TRACKER_GARBAGE:
		buf_add_str(&r->body, "d8:intervali900e5:peers7:");
		return true;
	case SIM_TRACKER_FAILURE:
		say_failure(r, "this torrent is not for you");
		return true;
	default:
		break;
	}
	return false;
}

void sim_tracker_http(struct sim_tracker *t, struct span query,
	const struct addr *ip, struct sim_reply *r)
{
	struct addr from = *ip;
	struct sim_announce *a;
	struct tracker_ask ask;

	if (!read_query(query, &ask)) {
		r->status = 400; /* a scrape, or nonsense */
		return;
	}
	if (t->mode == SIM_TRACKER_DOWN) {
		r->refuse = true; /* it never hears of it */
		return;
	}
	from.port = ask.port;
	a = log_announce(t, &ask, &from, false);
	if (misbehave(t, r))
		return;
	a->answered = true;
	take_announce(t, &ask, &from);
	say_peers(t, &ask, &from, r);
}

/* --- UDP
 * -------------------------------------------------------------------------- */

static bool knows_id(const struct sim_tracker *t, uint64_t id)
{
	for (size_t i = 0; i < CONNECTION_IDS; i++)
		if (id != 0 && t->ids[i] == id)
			return true;
	return false;
}

static void reply_announce(struct sim_tracker *t, const struct udp_query *q,
	const struct addr *ip, struct writer *w)
{
	struct addr peers[ANSWER_PEERS_MAX], from = *ip;
	struct sim_announce *a;
	struct counts counts;
	size_t n;

	from.port = q->ask.port;
	a = log_announce(t, &q->ask, &from, true);
	if (t->mode == SIM_TRACKER_FAILURE) {
		udp_reply_error(w, q->transaction, "not for you");
		return;
	}
	a->answered = true;
	take_announce(t, &q->ask, &from);
	n = choose_peers(t, &q->ask, &from, peers, &counts);
	udp_reply_announce(w, q->transaction, t->interval_s, counts.leeches,
		counts.seeds, peers, n);
}

static void reply_connect(struct sim_tracker *t, const struct udp_query *q,
	struct writer *w)
{
	uint64_t id = rng_u64(sim_rng(t->sim)) | 1;

	t->ids[t->next_id++ % CONNECTION_IDS] = id;
	udp_reply_connect(w, q->transaction, id);
}

static void on_datagram(void *user, struct span bytes, const struct addr *from)
{
	struct sim_tracker *t = user;
	uint8_t out[UDP_TRACKER_PACKET_MAX];
	struct writer w = writer_of(out, sizeof out);
	struct udp_query q;

	if (t->mode == SIM_TRACKER_HANGS || t->mode == SIM_TRACKER_DOWN ||
		t->mode == SIM_TRACKER_404 ||
		udp_query_parse(bytes, &q) != ERR_OK)
		return;
	if (q.action == 0)
		reply_connect(t, &q, &w);
	else if (!knows_id(t, q.connection))
		udp_reply_error(&w, q.transaction, "unknown connection id");
	else if (q.action == 1)
		reply_announce(t, &q, from, &w);
	if (t->mode == SIM_TRACKER_GARBAGE)
		rng_fill(sim_rng(t->sim), out, w.len);
	if (w.len)
		sim_send_udp(t->node, from, writer_span(&w));
}
