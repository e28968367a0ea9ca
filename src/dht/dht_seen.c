/*
 * dht_seen.c - what may be seen of a node: all is made when it is asked for.
 */
#include <endian.h>
#include <string.h>

#include "dht/dht_priv.h"

#define ID_RANGE 18446744073709551616.0 /* 2^64: what 64 bits can be */

/* --- notes ---------------------------------------------------------------- */

void dht_note(struct dht *d, const struct dht_view_event *e)
{
	struct note_ring *r = &d->notes;

	r->e[r->next] = *e;
	r->e[r->next].at_ms = d->now_ms;
	r->next = (r->next + 1) % DHT_VIEW_EVENTS;
	if (r->n < DHT_VIEW_EVENTS)
		r->n++;
}

static void see_notes(const struct dht *d, struct dht_view *out)
{
	const struct note_ring *r = &d->notes;

	for (uint32_t i = 0; i < r->n; i++)
		out->events[i] = r->e[(r->next + DHT_VIEW_EVENTS - 1 - i) %
				      DHT_VIEW_EVENTS];
	out->nevents = r->n;
}

/* --- lookups -------------------------------------------------------------- */

static struct dht_view_lookup see_job(const struct job *j)
{
	struct lookup_counts n =
		j->lookup ? lookup_counts(j->lookup) : j->counts;

	return (struct dht_view_lookup){
		.kind = j->kind,
		.family = j->fam->family,
		.target = j->target,
		.bits = j->bits,
		.asked = n.asked,
		.open = j->lookup ? n.open : 0,
		.replied = n.replied,
		.depth_bits = n.depth_bits,
		.peers = j->peers,
	};
}

void dht_note_ended(struct dht *d, const struct job *j)
{
	struct ended *e = &d->ended[d->next_ended];

	e->seen = see_job(j);
	e->seen.is_done = true;
	e->at_ms = d->now_ms;
	d->next_ended = (d->next_ended + 1) % ENDED_KEPT;
}

static void see_lookups(const struct dht *d, uint64_t now, struct dht_view *out)
{
	list_for_each (it, &d->jobs) {
		const struct job *j = container_of(it, struct job, node);

		if (!j->is_over && out->nlookups < DHT_VIEW_LOOKUPS)
			out->lookups[out->nlookups++] = see_job(j);
	}
	for (uint32_t i = 0; i < ENDED_KEPT; i++) {
		const struct ended *e =
			&d->ended[(d->next_ended + ENDED_KEPT - 1 - i) %
				  ENDED_KEPT];

		if (e->seen.is_done && now < e->at_ms + ENDED_SHOWN_MS &&
			out->nlookups < DHT_VIEW_LOOKUPS)
			out->lookups[out->nlookups++] = e->seen;
	}
}

/* --- the network's size --------------------------------------------------- */

/*
 * Ids are spread evenly, so the distance of the 8th closest node to any target
 * is a share of the space that 8 of all nodes fall into.  Of n such distances
 * with the sum S (the whole space is 1), (8 n - 1) / S is the estimate without
 * bias, and its relative error is 1 / sqrt(8 n).  Large distances dominate the
 * sum, so ids planted close to a target change little.
 */
struct size {
	uint64_t nodes, spread;
	uint32_t samples;
};

static uint32_t root(uint32_t n)
{
	uint32_t r = 1;

	while ((r + 1) * (r + 1) <= n)
		r++;
	return r;
}

static struct size estimate(const struct family *f)
{
	struct size s = {.samples = f->nsizes};
	uint32_t n = LOOKUP_K * f->nsizes;
	double sum = 0, size;

	for (uint32_t i = 0; i < f->nsizes; i++)
		sum += (double)f->sizes[i];
	if (f->nsizes < SIZE_SAMPLES_MIN || sum <= 0)
		return s;
	size = (n - 1) / sum;
	/* Distances of nearly nothing are no network's. */
	if (size > ID_RANGE / 2)
		return s;
	s.nodes = (uint64_t)size;
	s.spread = s.nodes / root(n);
	return s;
}

/* Of the family that is known better; they are two networks. */
static struct size network_size(const struct dht *d)
{
	const struct family *f = &d->fam[0];

	return estimate(d->fam[1].nsizes > f->nsizes ? &d->fam[1] : f);
}

/* The size has been the same since the last entry: make those in between. */
static void keep_history(struct dht *d)
{
	uint64_t now = network_size(d).nodes;
	uint64_t n = (d->now_ms - d->history_at_ms) / HISTORY_MS;

	d->history_at_ms += n * HISTORY_MS;
	for (uint64_t i = 0; i < n && i < DHT_VIEW_HISTORY; i++) {
		d->history[d->next_history] = now;
		d->next_history = (d->next_history + 1) % DHT_VIEW_HISTORY;
		if (d->nhistory < DHT_VIEW_HISTORY)
			d->nhistory++;
	}
}

void dht_note_density(struct dht *d, struct family *f, const struct lookup *l)
{
	struct lookup_node near[LOOKUP_RESULT_MAX];
	uint64_t target, id;

	if (lookup_result(l, near, LOOKUP_RESULT_MAX) < LOOKUP_K)
		return;
	keep_history(d);
	memcpy(&target, lookup_target(l)->b, sizeof target);
	memcpy(&id, near[LOOKUP_K - 1].id.b, sizeof id);
	f->sizes[f->next_size] =
		(float)((double)be64toh(target ^ id) / ID_RANGE);
	f->next_size = (f->next_size + 1) % SIZE_SAMPLES;
	if (f->nsizes < SIZE_SAMPLES)
		f->nsizes++;
}

static void see_network(const struct dht *d, uint64_t now, struct dht_view *out)
{
	struct size s = network_size(d);
	uint64_t more = now > d->history_at_ms
	                        ? (now - d->history_at_ms) / HISTORY_MS
	                        : 0;
	uint32_t old = d->nhistory;

	out->network = s.nodes;
	out->network_spread = s.spread;
	out->network_samples = s.samples;
	if (more > DHT_VIEW_HISTORY)
		more = DHT_VIEW_HISTORY;
	if (old > DHT_VIEW_HISTORY - more)
		old = DHT_VIEW_HISTORY - (uint32_t)more;
	for (uint32_t i = 0; i < old; i++)
		out->history[i] =
			d->history[(d->next_history + DHT_VIEW_HISTORY - old +
					   i) %
				   DHT_VIEW_HISTORY];
	for (uint32_t i = 0; i < more; i++)
		out->history[old + i] = s.nodes;
	out->nhistory = old + (uint32_t)more;
}

/* --- a family ------------------------------------------------------------- */

static bool is_refreshing(const struct dht *d, const struct family *f,
	unsigned bucket)
{
	list_for_each (it, &d->jobs) {
		const struct job *j = container_of(it, struct job, node);

		if (j->fam == f && j->kind == DHT_LOOKUP_REFRESH &&
			j->bits == bucket)
			return true;
	}
	return false;
}

static void see_family(const struct dht *d, const struct family *f,
	uint64_t now, struct dht_view_family *out)
{
	struct table_counts n;

	if (!f->table)
		return;
	n = table_counts(f->table, now);
	out->on = true;
	out->id = f->id;
	out->external = f->external;
	out->is_verified = f->external.family != ADDR_NONE &&
	                   node_id_fits_addr(&f->id, &f->external);
	out->good = n.good;
	out->unsure = n.unsure;
	out->spare = n.spare;
	out->verified = n.verified;
	out->nbuckets =
		n.buckets < DHT_VIEW_BUCKETS ? n.buckets : DHT_VIEW_BUCKETS;
	for (unsigned i = 0; i < out->nbuckets; i++) {
		uint32_t good, unsure, spare;

		table_bucket_counts(f->table, i, now, &good, &unsure, &spare);
		out->bucket[i].good = (uint8_t)good;
		out->bucket[i].unsure = (uint8_t)unsure;
		out->bucket[i].spare = (uint8_t)spare;
		out->bucket[i].refreshing = is_refreshing(d, f, i);
	}
}

static struct dht_view_node see_contact(const struct contact *c, uint64_t now)
{
	uint64_t ago_s = now > c->replied_ms ? (now - c->replied_ms) / 1000 : 0;

	return (struct dht_view_node){
		.id = c->id,
		.addr = c->addr,
		.rtt_ms = c->rtt_ms,
		.replied_s = ago_s < UINT32_MAX ? (uint32_t)ago_s : UINT32_MAX,
		.is_good = contact_state(c, now) == CONTACT_GOOD,
		.is_verified = c->verified,
		.fails = c->fails,
	};
}

size_t dht_view_bucket(const struct dht *d, enum addr_family family,
	unsigned bucket, uint64_t now, struct dht_view_node *out, size_t max)
{
	const struct family *f = &d->fam[family == ADDR_V6];
	const struct contact *c[TABLE_CLOSEST_MAX];
	size_t n;

	if (!f->table || bucket >= table_counts(f->table, now).buckets)
		return 0;
	n = table_bucket(f->table, bucket, c,
		max < TABLE_CLOSEST_MAX ? max : TABLE_CLOSEST_MAX);
	for (size_t i = 0; i < n; i++)
		out[i] = see_contact(c[i], now);
	return n;
}

void dht_view(const struct dht *d, uint64_t now, struct dht_view *out)
{
	*out = (struct dht_view){
		.on = true,
		.read_only = d->cfg.read_only,
		.now_ms = now,
		.started_ms = d->started_ms,
		.bootstrap_asked = d->bootstrap_asked,
		.bootstrap_answered = d->bootstrap_answered,
		.searches = (uint32_t)d->nrunning,
		.bytes_in = d->bytes_in,
		.bytes_out = d->bytes_out,
		.bad_packets = d->bad_packets,
		.stored_hashes = d->store ? store_peers_hashes(d->store) : 0,
		.stored_peers = d->store ? store_peers_count(d->store) : 0,
		.stored_items = d->items ? items_count(d->items) : 0,
	};
	for (size_t i = 0; i < 2; i++) {
		uint64_t at = d->fam[i].joined_ms;

		if (at != 0 && (out->joined_ms == 0 || at < out->joined_ms))
			out->joined_ms = at;
	}
	out->joined = out->joined_ms != 0;
	memcpy(out->traffic, d->traffic, sizeof out->traffic);
	txns_rtts(d->txns, &out->rtts);
	see_family(d, &d->fam[0], now, &out->v4);
	see_family(d, &d->fam[1], now, &out->v6);
	see_lookups(d, now, out);
	see_notes(d, out);
	see_network(d, now, out);
}
