/*
 * engine_snapshot.c - what is seen of the engine from outside.
 */
#include <string.h>

#include "base/mem.h"
#include "core/engine_priv.h"
#include "core/storage/block_pool.h"
#include "core/storage/disk.h"

static void rebuild(struct engine *e, uint64_t seq)
{
	size_t n = 0;

	e->rows =
		mem_grow(e->rows, &e->rows_cap, e->ntorrents, sizeof *e->rows);
	for (uint32_t i = 0; i < e->nslots; i++) {
		struct torrent *t = e->slots[i];

		if (!t || torrent_is_closing(t))
			continue;
		torrent_row(t, &e->rows[n]);
		e->rows[n].place = engine_queue_place(e, t);
		e->rows[n++].changed = seq;
	}
	e->snap.nrows = n;
	e->rows_stale = false;
}

/* True when any row was written. */
static bool update_rows(struct engine *e, uint64_t seq)
{
	bool any = false;

	if (e->rows_stale) {
		rebuild(e, seq);
		return true;
	}
	for (size_t i = 0; i < e->snap.nrows; i++) {
		struct torrent_row *r = &e->rows[i];
		struct torrent *t = e->slots[r->id.slot - 1];

		if (!torrent_is_dirty(t))
			continue;
		torrent_row(t, r);
		r->place = engine_queue_place(e, t);
		r->changed = seq;
		any = true;
	}
	return any;
}

static void count_states(struct engine *e, struct engine_totals *to)
{
	for (size_t i = 0; i < e->snap.nrows; i++) {
		const struct torrent_row *r = &e->rows[i];

		to->nstate[r->state]++;
		to->nactive += r->state == TORRENT_LEECHING && r->down_bps > 0;
		to->nuploading += r->up_bps > 0;
	}
}

static void update_totals(struct engine *e, uint64_t now)
{
	struct engine_totals *to = &e->snap.totals;
	struct disk *d = e->host->disk;

	memset(to, 0, sizeof *to);
	to->up_bps = rate_bps(&e->shared.up, now);
	to->down_bps = rate_bps(&e->shared.down, now);
	to->up_bytes = e->shared.up.total;
	to->down_bytes = e->shared.down.total;
	to->up_limit_bps = (uint32_t)e->limit_up.rate_bps;
	to->down_limit_bps = (uint32_t)e->limit_down.rate_bps;
	to->life_up_bytes = e->life_up + to->up_bytes;
	to->life_down_bytes = e->life_down + to->down_bytes;
	to->wasted_bytes = e->shared.wasted_bytes;
	to->protocol_errors = e->shared.protocol_errors;
	to->peers = e->shared.npeers - e->shared.nhalf_open;
	to->half_open = e->shared.nhalf_open;
	to->has_dht = dht_link_is_on(e->dht);
	to->dht_nodes = dht_link_nodes(e->dht);
	to->dirty_bytes = d->ops->dirty_bytes(d);
	to->pool_bytes = block_pool_used(e->shared.pool);
	to->free_bytes = d->ops->space(d, e->download_dir).free_bytes;
	to->port = e->host->ops->port(e->host);
	to->reachable = e->incoming_ms && now - e->incoming_ms < REACHABLE_MS;
	count_states(e, to);
}

const struct snapshot *engine_refresh(struct engine *e)
{
	uint64_t now = e->host->ops->now(e->host);
	struct engine_totals old = e->snap.totals;
	struct torrent *t;
	bool any = update_rows(e, e->snap.seq + 1);

	update_totals(e, now);
	/* Both were cleared before they were filled, padding included; a
	 * difference that is none would only cost a redraw. */
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	any |= memcmp(&old, &e->snap.totals, sizeof old) != 0;
	if (any || e->snap.list_loading != e->list_loading)
		e->snap.seq++;
	e->snap.list_loading = e->list_loading;
	e->snap.now_ms = now;
	e->snap.wall_s = e->host->ops->wall_s(e->host);
	e->snap.rows = e->rows;
	e->snap.default_dir = e->download_dir;
	t = engine_find(e, e->watched);
	if (t && e->watch_what && !torrent_is_closing(t))
		torrent_detail(t, e->watch_what, &e->detail);
	else
		memset(&e->detail, 0, sizeof e->detail);
	return &e->snap;
}

uint64_t engine_free_bytes(struct engine *e, const char *dir)
{
	struct disk *d = e->host->disk;

	return d->ops->space(d, dir).free_bytes;
}

const struct torrent_row *snapshot_find(const struct snapshot *s,
	struct torrent_id id)
{
	size_t lo = 0, hi = s->nrows;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->rows[mid].id.slot < id.slot)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->nrows && torrent_id_equal(s->rows[lo].id, id))
		return &s->rows[lo];
	return NULL;
}

void engine_watch(struct engine *e, struct torrent_id id, uint32_t what)
{
	struct torrent *old = engine_find(e, e->watched);

	if (old && !torrent_id_equal(id, e->watched))
		torrent_unwatch(old);
	e->watched = id;
	e->watch_what = what;
	/* What it borrows may be gone before the next refresh. */
	memset(&e->detail, 0, sizeof e->detail);
}

const struct torrent_detail *engine_detail(const struct engine *e)
{
	return &e->detail;
}

void engine_dht(struct engine *e, enum addr_family family, unsigned bucket,
	struct dht_detail *out)
{
	dht_link_detail(e->dht, family, bucket, out);
}

const struct notice *engine_notice_after(const struct engine *e, uint64_t after)
{
	uint64_t first =
		e->notice_seq > NOTICES_KEPT ? e->notice_seq - NOTICES_KEPT : 0;

	if (after < first)
		after = first;
	if (after >= e->notice_seq)
		return NULL;
	return &e->notices[after % NOTICES_KEPT];
}
