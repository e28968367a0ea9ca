/*
 * torrent_link.c - what a magnet link says besides its hash: peers and web
 * seeds, which are kept with the torrent; and the link again.
 */
#include <string.h>

#include "base/mem.h"
#include "core/torrent_priv.h"

/* --- peers ------------------------------------------------------------------
 */

struct link_peer {
	struct torrent *t;
	char *host;
	uint16_t port;
	bool asked;
	struct resolve *resolve; /* NULL: not on its way */
};

void torrent_drop_names(struct torrent *t)
{
	for (size_t i = 0; i < t->nlink_peers; i++) {
		struct link_peer *p = t->link_peer[i];

		if (p->resolve)
			t->host->ops->resolve_cancel(t->host, p->resolve);
		mem_free(p->host);
		mem_free(p);
	}
	mem_free(t->link_peer);
	t->link_peer = NULL;
	t->nlink_peers = 0;
}

static void name_resolved(void *user, const struct fault *fault,
	const struct addr *addrs, size_t n)
{
	struct link_peer *p = user;

	(void)fault;
	p->resolve = NULL;
	for (size_t i = 0; i < n; i++)
		swarm_add_addr(p->t->swarm, &addrs[i], SOURCE_USER);
}

void torrent_resolve_names(struct torrent *t)
{
	for (size_t i = 0; i < t->nlink_peers; i++) {
		struct link_peer *p = t->link_peer[i];
		struct addr a;

		if (p->asked)
			continue;
		p->asked = true;
		if (addr_parse_ip(p->host, p->port, &a) == ERR_OK)
			swarm_add_addr(t->swarm, &a, SOURCE_USER);
		else
			p->resolve = t->host->ops->resolve(t->host, p->host,
				p->port, name_resolved, p);
	}
}

void torrent_add_peer_name(struct torrent *t, const char *host, uint16_t port)
{
	struct link_peer *p;

	for (size_t i = 0; i < t->nlink_peers; i++)
		if (t->link_peer[i]->port == port &&
			strcmp(t->link_peer[i]->host, host) == 0)
			return;
	if (t->nlink_peers >= MAGNET_PEERS_MAX)
		return;
	p = mem_zero(sizeof *p);
	p->t = t;
	p->host = mem_strdup(host);
	p->port = port;
	t->link_peer = mem_resize(t->link_peer, t->nlink_peers + 1,
		sizeof(struct link_peer *));
	t->link_peer[t->nlink_peers++] = p;
	if (t->begun)
		torrent_follow(t);
}

/* --- web seeds
 * ---------------------------------------------------------------- */

static bool has_url(const char *const *urls, size_t n, const char *url)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(urls[i], url) == 0)
			return true;
	return false;
}

void torrent_add_webseed(struct torrent *t, const char *url)
{
	if (t->nwebseeds >= MAGNET_WEBSEEDS_MAX ||
		has_url((const char *const *)t->webseed, t->nwebseeds, url))
		return;
	t->webseed = mem_resize(t->webseed, t->nwebseeds + 1, sizeof(char *));
	t->webseed[t->nwebseeds++] = mem_strdup(url);
}

size_t torrent_webseeds(const struct torrent *t, const char **urls, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; t->meta && i < t->meta->nwebseeds && n < max; i++)
		urls[n++] = t->meta->webseeds[i];
	for (size_t i = 0; i < t->nwebseeds && n < max; i++)
		if (!has_url(urls, n, t->webseed[i]))
			urls[n++] = t->webseed[i];
	return n;
}

/* --- the link, the file
 * ------------------------------------------------------- */

char *torrent_magnet_link(const struct torrent *t, bool whole)
{
	struct tracker_list *l = announcer_list(t->announcer);
	size_t n = tracker_list_count(l);
	const char *trackers[MAGNET_TRACKERS_MAX];
	const char *webseeds[MAGNET_WEBSEEDS_MAX];
	struct magnet_peer peers[MAGNET_PEERS_MAX];
	struct buf out = {0};
	struct magnet m = {.hash = t->hash,
		.name = t->name,
		.trackers = trackers,
		.webseeds = webseeds,
		.peers = peers};

	for (size_t i = 0; i < n && m.ntrackers < MAGNET_TRACKERS_MAX; i++)
		if (!tracker_list_is_gone(l, i))
			trackers[m.ntrackers++] = tracker_list_url(l, i);
	m.nwebseeds = torrent_webseeds(t, webseeds, MAGNET_WEBSEEDS_MAX);
	for (; whole && m.npeers < t->nlink_peers; m.npeers++)
		peers[m.npeers] =
			(struct magnet_peer){t->link_peer[m.npeers]->host,
				t->link_peer[m.npeers]->port};
	magnet_write(&m, &out);
	buf_add_byte(&out, 0);
	return (char *)out.p;
}

void torrent_export(const struct torrent *t, struct buf *out)
{
	struct tracker_list *l = announcer_list(t->announcer);
	struct meta_tracker tr[METAINFO_TRACKERS_MAX];
	const char *webseeds[METAINFO_WEBSEEDS_MAX];
	size_t count = tracker_list_count(l), n = 0;
	struct tracker_row row;

	for (size_t i = 0; i < count && n < METAINFO_TRACKERS_MAX; i++) {
		if (tracker_list_is_gone(l, i))
			continue;
		tracker_list_row(l, i, torrent_now(t), &row);
		tr[n].url = tracker_list_url(l, i);
		tr[n++].tier = row.tier;
	}
	metainfo_write(t->meta->info, tr, n, webseeds,
		torrent_webseeds(t, webseeds, METAINFO_WEBSEEDS_MAX), out);
}
