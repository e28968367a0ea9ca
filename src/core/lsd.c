/*
 * lsd.c - see lsd.h.
 */
#include "core/lsd.h"

#include <string.h>

#include "base/codec.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "proto/lsd.h"

#define COOKIE_BYTES 8u

struct lsd {
	struct host *host;
	struct heap due;   /* all wishes */
	struct map *wants; /* by hash */
	char cookie[2 * COOKIE_BYTES + 1];
	bool on;
	uint64_t next_send_ms;
	uint64_t read_since_ms; /* when this second of reading began */
	uint32_t nread;
};

static struct lsd_want *want_of(struct heap_node *n)
{
	return container_of(n, struct lsd_want, heap);
}

static uint64_t now_of(const struct lsd *l)
{
	return l->host->ops->now(l->host);
}

struct lsd *lsd_new(struct host *h)
{
	struct lsd *l = mem_zero(sizeof *l);
	uint8_t key[16], cookie[COOKIE_BYTES];

	l->host = h;
	h->ops->random(h, key, sizeof key);
	h->ops->random(h, cookie, sizeof cookie);
	hex_encode(cookie, sizeof cookie, l->cookie);
	l->wants = map_new(20, key);
	return l;
}

void lsd_free(struct lsd *l)
{
	if (!l)
		return;
	map_free(l->wants);
	heap_fini(&l->due);
	mem_free(l);
}

static void announce_at(struct lsd *l, struct lsd_want *w, uint64_t at)
{
	heap_set(&l->due, &w->heap, at);
}

/* It may be another network than the last time. */
static void begin_anew(struct lsd *l)
{
	uint64_t now = now_of(l);

	/* With all keys the same any order is a heap's. */
	for (size_t i = 0; i < l->due.n; i++) {
		l->due.a[i]->key = now;
		want_of(l->due.a[i])->told = 0;
	}
}

void lsd_switch(struct lsd *l, bool on)
{
	if (l->on == on)
		return;
	l->on = on;
	l->host->ops->multicast_join(l->host, on);
	if (on)
		begin_anew(l);
}

void lsd_join(struct lsd *l, struct lsd_want *w)
{
	if (w->joined)
		return;
	w->joined = true;
	w->told = 0;
	map_put(l->wants, w->hash, w);
	announce_at(l, w, now_of(l));
}

void lsd_leave(struct lsd *l, struct lsd_want *w)
{
	if (!w->joined)
		return;
	w->joined = false;
	/* Another may have joined with the same hash since. */
	if (map_get(l->wants, w->hash) == w)
		map_remove(l->wants, w->hash);
	heap_remove(&l->due, &w->heap);
}

void lsd_now(struct lsd *l, struct lsd_want *w)
{
	if (!w->joined)
		return;
	w->told = 0;
	announce_at(l, w, now_of(l));
}

/* --- sending ---------------------------------------------------------- */

static void plan_next(struct lsd *l, struct lsd_want *w, uint64_t now)
{
	uint64_t rest = LSD_ANNOUNCE_MS;

	if (w->told < LSD_TIMES)
		w->told++;
	if (w->told < LSD_TIMES)
		rest = (uint64_t)LSD_AGAIN_MS << (w->told - 1);
	announce_at(l, w, now + rest);
}

static void send_to(struct lsd *l, const struct lsd_message *m,
	enum addr_family family)
{
	uint8_t b[LSD_WRITE_MAX];
	struct writer w = writer_of(b, sizeof b);

	lsd_write(m, family, &w);
	if (!w.full)
		l->host->ops->multicast(l->host, family, writer_span(&w));
}

/* The hashes whose time has come, the longest due first. */
static void gather(struct lsd *l, struct lsd_message *m, uint64_t now)
{
	size_t most = l->due.n > LSD_ALONE_MAX ? LSD_WRITE_HASHES : 1;

	while (m->nhashes < most && heap_next(&l->due) <= now) {
		struct lsd_want *w = want_of(heap_min(&l->due));

		memcpy(m->hash[m->nhashes++], w->hash, sizeof w->hash);
		plan_next(l, w, now);
	}
}

void lsd_tick(struct lsd *l, uint64_t now)
{
	struct lsd_message m = {.port = 0};

	if (!l->on || now < l->next_send_ms || heap_next(&l->due) > now)
		return;
	l->next_send_ms = now + LSD_SEND_MS;
	gather(l, &m, now);
	m.port = l->host->ops->port(l->host);
	m.cookie = span_str(l->cookie);
	if (m.port == 0)
		return; /* nobody could connect */
	send_to(l, &m, ADDR_V4);
	send_to(l, &m, ADDR_V6);
}

uint64_t lsd_deadline(const struct lsd *l)
{
	uint64_t at = heap_next(&l->due);

	if (!l->on || at == NEVER)
		return NEVER;
	return at > l->next_send_ms ? at : l->next_send_ms;
}

/* --- hearing ---------------------------------------------------------- */

/* Whether one more may be looked at in this second. */
static bool may_read(struct lsd *l)
{
	uint64_t now = now_of(l);

	if (now - l->read_since_ms >= 1000) {
		l->read_since_ms = now;
		l->nread = 0;
	}
	return l->nread++ < LSD_READ_PER_S;
}

void lsd_receive(struct lsd *l, struct span bytes, const struct addr *from)
{
	struct lsd_message m;
	struct addr peer = *from;

	if (!l->on || lsd_parse(bytes, &m) != ERR_OK ||
		span_is(m.cookie, l->cookie))
		return;
	if (addr_needs_scope(from) || !may_read(l))
		return;
	peer.port = m.port;
	for (size_t i = 0; i < m.nhashes; i++) {
		struct lsd_want *w = map_get(l->wants, m.hash[i]);

		if (w)
			w->found(w->user, &peer, 1);
	}
}
