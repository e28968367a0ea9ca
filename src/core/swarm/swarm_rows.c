/*
 * swarm_rows.c - what a swarm looks like from outside: numbers and rows.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/swarm/peer_book.h"
#include "core/swarm/swarm_priv.h"
#include "proto/peer_id.h"

#define RECENT_MS 5000u

uint32_t swarm_up_bps(const struct swarm *sw, uint64_t now)
{
	return rate_bps(&sw->up, now);
}

uint32_t swarm_down_bps(const struct swarm *sw, uint64_t now)
{
	return rate_bps(&sw->down, now);
}

size_t swarm_count(const struct swarm *sw)
{
	return sw->npeers;
}

static bool recent(uint64_t at, uint64_t now)
{
	return at != 0 && now - at < RECENT_MS;
}

static void count_peer(const struct peer *p, struct swarm_numbers *n,
	uint64_t now)
{
	if (p->stage == PEER_CONNECTING || p->stage == PEER_GREETING) {
		n->connecting++;
		return;
	}
	if (p->stage != PEER_READY)
		return;
	n->peers++;
	n->seeds += peer_is_seed(p);
	n->sending += recent(p->got_ms, now);
	n->receiving += recent(p->gave_ms, now);
	n->having += p->am_interested;
	n->choking += p->am_interested && p->peer_choking;
	n->snubbing += p->pipe.snubbed;
	n->with_metadata += p->in_metadata && p->ext.metadata_size;
	n->asked += (uint32_t)p->pipe.n;
	n->waiting_up |= !list_empty(&p->thirsty_up);
	n->waiting_down |= !list_empty(&p->thirsty_down);
}

void swarm_numbers(const struct swarm *sw, struct swarm_numbers *out)
{
	uint64_t now = swarm_now(sw);
	uint32_t peers;

	memset(out, 0, sizeof *out);
	for (uint32_t i = 0; i < sw->nslots; i++)
		if (sw->peers[i])
			count_peer(sw->peers[i], out, now);
	out->known = peer_book_counts(sw->book, now).known;
	out->dialled_in_vain = sw->dialled_in_vain;
	if (sw->fetch)
		metadata_fetch_progress(sw->fetch, &out->metadata_got,
			&out->metadata_total, &peers);
}

static void name_client(const struct peer *p, char *out, size_t cap)
{
	char by_id[PEER_CLIENT_MAX];

	if (p->ext.client[0]) {
		text_clean_to(out, cap, span_str(p->ext.client));
		return;
	}
	out[0] = '\0';
	if (p->stage != PEER_READY)
		return;
	peer_id_client(p->peer_id, by_id);
	snprintf(out, cap, "%s", by_id);
}

static void fill_row(const struct peer *p, struct peer_row *r, uint64_t now)
{
	uint64_t last = p->got_ms > p->gave_ms ? p->got_ms : p->gave_ms;

	memset(r, 0, sizeof *r);
	r->id = p->id;
	r->addr = p->addr;
	name_client(p, r->client, sizeof r->client);
	r->down_bps = rate_bps(&p->down, now);
	r->up_bps = rate_bps(&p->up, now);
	r->down_bytes = p->down_bytes;
	r->up_bytes = p->up_bytes;
	r->pieces_have = bitfield_count(&p->has);
	r->is_seed = peer_is_seed(p);
	r->is_incoming = p->is_incoming;
	r->connecting = p->stage != PEER_READY;
	r->we_choke = p->am_choking;
	r->we_want = p->am_interested;
	r->they_choke = p->peer_choking;
	r->they_want = p->peer_interested;
	r->snubbed = p->pipe.snubbed;
	r->optimistic = p->optimistic;
	r->asked = (uint32_t)p->pipe.n;
	r->wants = p->nqueue;
	r->rtt_ms = p->pipe.mean_ms;
	r->sources = p->is_incoming
	                     ? SOURCE_INCOMING
	                     : peer_book_sources(p->sw->book, &p->book_addr);
	r->connected_s = (uint32_t)((now - p->opened_ms) / 1000);
	r->idle_s = (uint32_t)((now - (last ? last : p->opened_ms)) / 1000);
}

size_t swarm_rows(const struct swarm *sw, struct peer_row *out, size_t max)
{
	uint64_t now = swarm_now(sw);
	size_t n = 0;

	for (uint32_t i = 0; i < sw->nslots && n < max; i++)
		if (sw->peers[i] && sw->peers[i]->stage != PEER_DOOMED)
			fill_row(sw->peers[i], &out[n++], now);
	return n;
}
