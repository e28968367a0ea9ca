/*
 * torrent_discover.c - peers from nobody's tracker: the DHT and the local
 * network.  The one place that decides whether a torrent may be named there:
 * a private one never is (BEP 27).
 */
#include "core/swarm/peer_book.h"
#include "core/torrent_priv.h"

static void dht_found(void *user, const struct addr *a, size_t n)
{
	struct torrent *t = user;

	for (size_t i = 0; i < n; i++)
		swarm_add_addr(t->swarm, &a[i], SOURCE_DHT);
}

static void lsd_found(void *user, const struct addr *a, size_t n)
{
	struct torrent *t = user;

	for (size_t i = 0; i < n; i++)
		swarm_add_addr(t->swarm, &a[i], SOURCE_LSD);
}

static bool is_served(void *user)
{
	const struct torrent *t = user;
	struct swarm_numbers n;

	swarm_numbers(t->swarm, &n);
	if (torrent_is_complete(t))
		return n.peers > 0;
	return n.having > 0 || n.with_metadata > 0;
}

static void dht_changed(void *user)
{
	torrent_touch(user);
}

void torrent_discover_init(struct torrent *t)
{
	t->dht_want.torrent = t->id;
	t->dht_want.found = dht_found;
	t->dht_want.is_served = is_served;
	t->dht_want.changed = dht_changed;
	t->dht_want.user = t;
	t->lsd_want.found = lsd_found;
	t->lsd_want.user = t;
}

void torrent_discover_stop(struct torrent *t)
{
	dht_link_leave(t->env->dht, &t->dht_want);
	lsd_leave(t->env->lsd, &t->lsd_want);
}

void torrent_discover_follow(struct torrent *t, bool on)
{
	if (!on || (t->meta && t->meta->is_private)) {
		torrent_discover_stop(t);
		return;
	}
	infohash_wire(&t->hash, t->dht_want.hash);
	infohash_wire(&t->hash, t->lsd_want.hash);
	t->dht_want.is_seed = torrent_is_complete(t);
	dht_link_join(t->env->dht, &t->dht_want);
	lsd_join(t->env->lsd, &t->lsd_want);
}

void torrent_discover_now(struct torrent *t)
{
	dht_link_update(t->env->dht, &t->dht_want, true);
	if (t->lsd_want.joined)
		lsd_now(t->env->lsd, &t->lsd_want);
}

void torrent_discover_settle(struct torrent *t)
{
	t->dht_want.is_seed = torrent_is_complete(t);
}
