/*
 * announcer.c - see announcer.h.
 */
#include "core/announcer.h"

#include <string.h>

#include "base/heap.h"
#include "base/mem.h"

#define NUMWANT 200u
#define POOL_FULL_RETRY_MS 500u

/* One announce or scrape under way. */
struct ask {
	struct list link;     /* in announcer.asks */
	struct list udp_link; /* in pool.udp_asks once it has an address */
	struct announcer *a;
	size_t index;
	bool scrape;
	char *url;
	struct tracker_ask what;
	struct http_req *http;
	struct resolve *resolve;
	struct udp_request *udp;
	struct addr to;
};

struct announcer {
	struct announce_pool *pool;
	const struct announcer_owner *owner;
	void *user;
	struct tracker_list *list;
	struct list asks;
	uint32_t key;
};

void announce_pool_init(struct announce_pool *p, struct host *h,
	struct rng *rng)
{
	memset(p, 0, sizeof *p);
	p->host = h;
	p->rng = rng;
	list_init(&p->udp_asks);
}

/* The connection id kept for an address; the oldest entry makes room. */
static struct udp_connection *connection(struct announce_pool *p,
	const struct addr *a)
{
	uint32_t i;

	for (i = 0; i < UDP_CONNECTIONS; i++)
		if (addr_equal(&p->conn[i].addr, a))
			return &p->conn[i].c;
	i = p->next_conn++ % UDP_CONNECTIONS;
	p->conn[i].addr = *a;
	p->conn[i].c = (struct udp_connection){0};
	return &p->conn[i].c;
}

/* The one hash, as the array that the codecs take. */
static const uint8_t (*hash_of(const struct ask *k))[20]
{
	return &k->what.info_hash;
}

static uint64_t pool_now(const struct announce_pool *p)
{
	return p->host->ops->now(p->host);
}

static void ask_free(struct ask *k)
{
	struct host *h = k->a->pool->host;

	if (k->http)
		h->ops->http_cancel(h, k->http);
	if (k->resolve)
		h->ops->resolve_cancel(h, k->resolve);
	udp_request_free(k->udp);
	list_remove(&k->link);
	list_remove(&k->udp_link);
	k->a->pool->active--;
	mem_free(k->url);
	mem_free(k);
}

static void ask_failed(struct ask *k, const struct fault *f)
{
	struct announcer *a = k->a;
	size_t index = k->index;
	bool scrape = k->scrape;
	uint64_t now = pool_now(a->pool);

	ask_free(k);
	if (scrape)
		tracker_list_report_scrape(a->list, index, NULL, now);
	else
		tracker_list_report(a->list, index, NULL, f, now);
	a->owner->changed(a->user);
}

static void ask_answered(struct ask *k, struct tracker_answer *answer)
{
	struct announcer *a = k->a;
	size_t index = k->index;
	uint64_t now = pool_now(a->pool);

	ask_free(k);
	tracker_list_report(a->list, index, answer, NULL, now);
	if (!answer->failure[0] && answer->npeers)
		a->owner->peers(a->user, answer->peers, answer->npeers);
	a->owner->changed(a->user);
}

static void ask_scraped(struct ask *k, const struct tracker_scrape *s)
{
	struct announcer *a = k->a;
	size_t index = k->index;

	ask_free(k);
	tracker_list_report_scrape(a->list, index, s, pool_now(a->pool));
	a->owner->changed(a->user);
}

/* --- HTTP --------------------------------------------------------------- */

static void http_announced(struct ask *k, const struct http_answer *h)
{
	struct tracker_answer answer;
	struct fault f = h->fault;
	enum err e;

	memset(&answer, 0, sizeof answer);
	e = tracker_http_parse(h->body, &answer);
	if (e == ERR_OK) {
		ask_answered(k, &answer);
		tracker_answer_fini(&answer);
		return;
	}
	if (h->status != 200)
		fault_set(&f, ERR_NET, 0, "the tracker answers HTTP %d",
			h->status);
	else
		fault_set(&f, e, 0, "the tracker's answer makes no sense");
	ask_failed(k, &f);
}

static void http_scraped(struct ask *k, const struct http_answer *h)
{
	struct tracker_scrape s = {0};
	struct fault f;

	if (h->status == 200 && tracker_http_parse_scrape(h->body, hash_of(k),
					1, &s) == ERR_OK) {
		ask_scraped(k, &s);
		return;
	}
	fault_set(&f, ERR_SYNTAX, 0, "the scrape answer makes no sense");
	ask_failed(k, &f);
}

static void on_http(void *user, const struct http_answer *h)
{
	struct ask *k = user;

	k->http = NULL;
	if (h->fault.code != ERR_OK)
		ask_failed(k, &h->fault);
	else if (k->scrape)
		http_scraped(k, h);
	else
		http_announced(k, h);
}

static bool start_http(struct ask *k, const char *tracker_id)
{
	struct host *h = k->a->pool->host;
	struct buf url = {0};
	struct http_ask ask = {
		.timeout_ms = ANNOUNCE_HTTP_MS,
		.body_max = TRACKER_BODY_MAX,
		.from_stranger = true,
	};

	if (!k->scrape)
		tracker_http_announce_url(k->url, &k->what, tracker_id, &url);
	else if (tracker_http_scrape_url(k->url, hash_of(k), 1, &url) != ERR_OK)
		return false;
	buf_add_byte(&url, 0);
	ask.url = (const char *)url.p;
	k->http = h->ops->http_get(h, &ask, on_http, k);
	buf_free(&url);
	return true;
}

/* --- UDP ---------------------------------------------------------------- */

static void udp_send_due(struct ask *k, uint64_t now)
{
	struct announce_pool *p = k->a->pool;
	uint8_t b[UDP_TRACKER_PACKET_MAX];
	struct writer w = writer_of(b, sizeof b);

	while (udp_request_next(k->udp, connection(p, &k->to), now, &w)) {
		p->host->ops->send_udp(p->host, &k->to, writer_span(&w));
		w.len = 0;
	}
}

static void on_resolved(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct ask *k = user;

	k->resolve = NULL;
	if (n == 0) {
		ask_failed(k, fault);
		return;
	}
	k->to = addrs[0];
	list_push_back(&k->a->pool->udp_asks, &k->udp_link);
	udp_send_due(k, pool_now(k->a->pool));
	k->a->owner->changed(k->a->user);
}

static bool start_udp(struct ask *k)
{
	struct host *h = k->a->pool->host;
	uint64_t seed = 0;
	char name[256];
	uint16_t port;
	const char *path;

	if (udp_tracker_split_url(k->url, name, &port, &path) != ERR_OK)
		return false;
	h->ops->random(h, &seed, sizeof seed);
	k->udp = k->scrape ? udp_scrape_new(hash_of(k), 1, seed)
	                   : udp_announce_new(&k->what, path, seed);
	/* All its tries take minutes, in which another may have answered. */
	if (tracker_list_count(k->a->list) > 1)
		udp_request_limit_tries(k->udp, 1);
	k->resolve = h->ops->resolve(h, name, port, on_resolved, k);
	return true;
}

static bool udp_take(struct ask *k, struct span bytes)
{
	struct announce_pool *p = k->a->pool;
	struct tracker_answer answer;
	struct tracker_scrape s = {0};
	uint64_t now = pool_now(p);

	memset(&answer, 0, sizeof answer);
	switch (udp_request_receive(k->udp, connection(p, &k->to), bytes,
		(enum addr_family)k->to.family, now, &answer, &s)) {
	case UDP_IGNORED:
		return false;
	case UDP_PROGRESS:
		udp_send_due(k, now);
		return true;
	case UDP_DONE:
		break;
	}
	if (!k->scrape)
		ask_answered(k, &answer);
	else
		ask_scraped(k, answer.failure[0] ? NULL : &s);
	tracker_answer_fini(&answer);
	return true;
}

bool announce_pool_receive(struct announce_pool *p, struct span bytes,
	const struct addr *from)
{
	if (!udp_tracker_looks_like(bytes))
		return false;
	list_for_each_safe (it, &p->udp_asks) {
		struct ask *k = container_of(it, struct ask, udp_link);

		if (addr_equal(&k->to, from) && udp_take(k, bytes))
			return true;
	}
	return false;
}

/* --- the announcer ---------------------------------------------------------
 */

struct announcer *announcer_new(struct announce_pool *pool,
	const struct announcer_owner *owner, void *user)
{
	struct announcer *a = mem_zero(sizeof *a);

	a->pool = pool;
	a->owner = owner;
	a->user = user;
	a->list = tracker_list_new(rng_u64(pool->rng));
	a->key = (uint32_t)rng_u64(pool->rng);
	list_init(&a->asks);
	return a;
}

void announcer_free(struct announcer *a)
{
	if (!a)
		return;
	list_for_each_safe (it, &a->asks)
		ask_free(container_of(it, struct ask, link));
	tracker_list_free(a->list);
	mem_free(a);
}

struct tracker_list *announcer_list(struct announcer *a)
{
	return a->list;
}

bool announcer_busy(const struct announcer *a)
{
	return !list_empty(&a->asks);
}

static void start(struct announcer *a, const struct tracker_action *act)
{
	struct ask *k = mem_zero(sizeof *k);
	struct fault f;
	bool ok;

	k->a = a;
	k->index = act->index;
	k->scrape = act->scrape;
	k->url = mem_strdup(act->url);
	a->owner->describe(a->user, &k->what);
	k->what.event = act->event;
	k->what.key = a->key;
	k->what.numwant = act->event == TRACKER_EVENT_STOPPED ? 0 : NUMWANT;
	k->what.port = a->pool->host->ops->port(a->pool->host);
	list_push_back(&a->asks, &k->link);
	list_init(&k->udp_link);
	a->pool->active++;
	ok = strncmp(k->url, "udp:", 4) == 0 ? start_udp(k)
	                                     : start_http(k, act->tracker_id);
	if (ok)
		return;
	fault_set(&f, ERR_UNSUPPORTED, 0, "this address cannot be asked");
	ask_failed(k, &f);
}

static void tick_udp(struct announcer *a, uint64_t now)
{
	struct fault f;

	list_for_each_safe (it, &a->asks) {
		struct ask *k = container_of(it, struct ask, link);

		if (!k->udp || k->resolve)
			continue;
		if (udp_request_failed(k->udp, now)) {
			fault_set(&f, ERR_TIMEOUT, 0,
				"the tracker does not answer");
			ask_failed(k, &f);
			continue;
		}
		udp_send_due(k, now);
	}
}

void announcer_tick(struct announcer *a, uint64_t now)
{
	struct tracker_action act;

	tick_udp(a, now);
	while (a->pool->active < ANNOUNCES_AT_ONCE &&
		tracker_list_next(a->list, now, &act))
		start(a, &act);
}

uint64_t announcer_deadline(const struct announcer *a, uint64_t now)
{
	uint64_t t = tracker_list_deadline(a->list);

	if (a->pool->active >= ANNOUNCES_AT_ONCE && t != NEVER &&
		t < now + POOL_FULL_RETRY_MS)
		t = now + POOL_FULL_RETRY_MS;
	for (const struct list *it = a->asks.next; it != &a->asks;
		it = it->next) {
		const struct ask *k = (const struct ask *)(const void *)it;

		if (k->udp && !k->resolve && udp_request_deadline(k->udp) < t)
			t = udp_request_deadline(k->udp);
	}
	return t;
}
