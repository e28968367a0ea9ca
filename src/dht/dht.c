/*
 * dht.c - see dht.h: what comes in, and when to wake up.
 */
#include "dht/dht.h"

#include <string.h>

#include "base/mem.h"
#include "dht/dht_priv.h"

#define HASHES_DEFAULT 2000u
#define PEERS_DEFAULT 500u
#define ANSWERS_DEFAULT 250u

static void family_init(struct dht *d, struct family *f, enum addr_family kind)
{
	f->family = kind;
	f->join_at_ms = DHT_NEVER;
	d->ops.random(d->ops.user, f->id.b, sizeof f->id.b);
	f->table = table_new(kind, &f->id);
	f->nbuckets = 1;
}

static void config_init(struct dht *d, const struct dht_config *cfg)
{
	d->cfg = *cfg;
	if (d->cfg.max_hashes == 0)
		d->cfg.max_hashes = HASHES_DEFAULT;
	if (d->cfg.max_peers == 0)
		d->cfg.max_peers = PEERS_DEFAULT;
	if (d->cfg.answers_per_s == 0)
		d->cfg.answers_per_s = ANSWERS_DEFAULT;
	if (cfg->version)
		memcpy(d->version, cfg->version, sizeof d->version);
	/* For the throttle 0 is no limit. */
	if (d->cfg.answers_per_s == UINT32_MAX)
		d->cfg.answers_per_s = 0;
}

struct dht *dht_new(const struct dht_config *cfg, const struct dht_ops *ops,
	uint64_t now)
{
	struct dht *d = (struct dht *)mem_zero(sizeof *d);
	uint8_t secret[16];
	uint64_t seed;

	d->ops = *ops;
	d->now_ms = d->started_ms = d->history_at_ms = now;
	config_init(d, cfg);
	ops->random(ops->user, d->map_key, sizeof d->map_key);
	ops->random(ops->user, secret, sizeof secret);
	ops->random(ops->user, &seed, sizeof seed);
	token_jar_init(&d->tokens, secret, now);
	rng_seed(&d->rng, seed);
	if (cfg->ipv4)
		family_init(d, &d->fam[0], ADDR_V4);
	if (cfg->ipv6)
		family_init(d, &d->fam[1], ADDR_V6);
	d->txns = txns_new(d->map_key);
	d->throttle = throttle_new(d->cfg.answers_per_s, d->map_key, now);
	list_init(&d->jobs);
	list_init(&d->waiting);
	list_init(&d->running);
	list_init(&d->events);
	d->next_job = OWNER_JOBS;
	d->next_search = 1;
	return d;
}

void dht_free(struct dht *d)
{
	if (!d)
		return;
	dht_searches_free(d);
	list_for_each_safe (it, &d->jobs)
		dht_job_free(d, container_of(it, struct job, node));
	dht_events_free(d);
	for (size_t i = 0; i < 2; i++) {
		table_free(d->fam[i].table);
		mem_free(d->fam[i].saved);
	}
	txns_free(d->txns);
	throttle_free(d->throttle);
	store_peers_free(d->store);
	items_free(d->items);
	mem_free(d);
}

/* Whatever was learnt of the network before may have been of another one, and
 * who did not answer meanwhile was not heard. */
static void wake_up(struct dht *d)
{
	d->forgive_ms = d->now_ms;
	for (size_t i = 0; i < 2; i++) {
		struct family *f = &d->fam[i];

		if (!f->table)
			continue;
		table_forgive(f->table);
		f->nvotes = 0;
		f->join_wait_ms = 0;
		dht_join_soon(d, f);
	}
}

void dht_see_time(struct dht *d, uint64_t now)
{
	bool has_slept =
		now > d->now_ms + SLEPT_MS && now - SLEPT_MS > dht_deadline(d);

	if (now > d->now_ms)
		d->now_ms = now;
	if (has_slept)
		wake_up(d);
}

struct family *dht_family(struct dht *d, uint8_t family)
{
	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table && d->fam[i].family == family)
			return &d->fam[i];
	return NULL;
}

struct family *dht_other_family(struct dht *d, const struct family *f)
{
	struct family *other = &d->fam[f == &d->fam[0]];

	return other->table ? other : NULL;
}

void dht_send(struct dht *d, const struct addr *to, struct span packet)
{
	d->bytes_out += packet.n;
	d->ops.send(d->ops.user, to, packet);
}

bool dht_is_router(const struct dht *d, const struct addr *a)
{
	for (size_t i = 0; i < d->nrouters; i++)
		if (addr_equal(&d->routers[i], a))
			return true;
	return false;
}

bool dht_may_name(const struct addr *who, const struct addr *named)
{
	if (addr_is_loopback(named))
		return addr_is_loopback(who);
	return !addr_is_local(named) || addr_is_local(who);
}

/* --- what comes in -------------------------------------------------------- */

static void receive(struct dht *d, struct span packet, const struct addr *from)
{
	struct family *f = dht_family(d, from->family);
	enum krpc_code complaint = 0;
	struct krpc m;

	if (!f || !addr_is_dialable(from) ||
		krpc_parse(packet, &m, &complaint) != ERR_OK) {
		d->bad_packets++;
		return;
	}
	/* Anybody can send queries in another's name; what we asked for is
	 * heard, so that he cannot be silenced by that. */
	if (m.kind == KRPC_QUERY &&
		throttle_is_banned(d->throttle, from, d->now_ms))
		d->bad_packets++;
	else if (m.kind == KRPC_QUERY)
		dht_answer(d, f, &m, complaint, from, packet.n);
	else
		dht_answered(d, f, &m, from);
}

void dht_receive(struct dht *d, struct span packet, const struct addr *from,
	uint64_t now)
{
	dht_see_time(d, now);
	d->bytes_in += packet.n;
	receive(d, packet, from);
	dht_jobs_run(d);
}

/* --- time ----------------------------------------------------------------- */

void dht_tick(struct dht *d, uint64_t now)
{
	dht_see_time(d, now);
	dht_time_out(d);
	if (d->is_starved)
		dht_jobs_feed(d);
	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table) {
			dht_upkeep_tick(d, &d->fam[i]);
			dht_join_tick(d, &d->fam[i]);
		}
	dht_newcomers_tick(d);
	if (d->store)
		store_peers_tick(d->store, d->now_ms);
	if (d->items)
		items_tick(d->items, d->now_ms);
	dht_searches_start(d);
	dht_jobs_run(d);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What needs queries: not before one may go out. */
static uint64_t asking_deadline(const struct dht *d)
{
	uint64_t at = d->nnewcomers > 0 ? d->newcomer_at_ms : DHT_NEVER;
	uint64_t budget;

	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table)
			at = earlier(at,
				table_deadline(d->fam[i].table, d->now_ms));
	if (!d->is_starved)
		return at;
	/* With too many under way, the end of one of them wakes us. */
	if (!txns_has_room(d->txns))
		return DHT_NEVER;
	budget = throttle_query_at(d->throttle, d->now_ms);
	return budget > d->now_ms ? budget : d->now_ms;
}

uint64_t dht_deadline(const struct dht *d)
{
	uint64_t at = earlier(txns_deadline(d->txns), asking_deadline(d));

	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table && !d->fam[i].is_joining)
			at = earlier(at, d->fam[i].join_at_ms);
	if (d->store)
		at = earlier(at, store_peers_deadline(d->store));
	if (d->items)
		at = earlier(at, items_deadline(d->items));
	return d->is_freed ? d->now_ms : at;
}

/* --- the owner's hints ---------------------------------------------------- */

void dht_add_router(struct dht *d, const struct addr *a, uint64_t now)
{
	struct family *f = dht_family(d, a->family);

	dht_see_time(d, now);
	if (!f || !addr_is_dialable(a) || addr_needs_scope(a))
		return;
	if (!dht_is_router(d, a)) {
		if (d->nrouters == ROUTERS_MAX)
			return;
		d->routers[d->nrouters++] = *a;
	}
	if (f->live < TABLE_K)
		dht_join_through(d, f, a);
	dht_jobs_run(d);
}

void dht_add_contact(struct dht *d, const struct addr *a, uint64_t now)
{
	dht_see_time(d, now);
	dht_newcomer(d, a, false);
	dht_newcomers_tick(d);
	dht_jobs_run(d);
}

void dht_wake_up(struct dht *d, uint64_t now)
{
	dht_see_time(d, now);
	wake_up(d);
	dht_jobs_run(d);
}

void dht_refresh(struct dht *d, uint64_t now)
{
	dht_see_time(d, now);
	for (size_t i = 0; i < 2; i++) {
		if (!d->fam[i].table)
			continue;
		table_refresh_all(d->fam[i].table);
		dht_join_soon(d, &d->fam[i]);
	}
}

uint32_t dht_good_nodes(const struct dht *d, uint64_t now)
{
	uint32_t n = 0;

	for (size_t i = 0; i < 2; i++)
		if (d->fam[i].table)
			n += table_counts(d->fam[i].table, now).good;
	return n;
}
