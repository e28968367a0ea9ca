/*
 * dht_link_rows.c - what is seen of the DHT from outside.
 */
#include <string.h>

#include "core/dht_link_priv.h"

uint32_t dht_link_nodes(const struct dht_link *l)
{
	return l->node ? dht_good_nodes(l->node, l->host->ops->now(l->host))
	               : 0;
}

/* Events per second in thousandths, smoothed over some seconds. */
static uint32_t smooth(uint32_t old, uint64_t delta, uint64_t ms, bool first)
{
	uint64_t now = delta * 1000000u / ms;

	if (now > UINT32_MAX)
		now = UINT32_MAX;
	return first ? (uint32_t)now
	             : (uint32_t)((3 * (uint64_t)old + now) / 4);
}

static void rate_method(struct dht_rates *r, const struct dht_view_traffic *was,
	const struct dht_view_traffic *is, uint64_t ms, bool first)
{
	uint64_t answered = is->answered - was->answered;
	uint64_t lost = is->lost - was->lost;

	r->out = smooth(r->out, is->out - was->out, ms, first);
	r->answered = smooth(r->answered, answered, ms, first);
	r->in = smooth(r->in, is->in - was->in, ms, first);
	r->refused = smooth(r->refused, is->refused - was->refused, ms, first);
	if (answered + lost > 0) {
		uint64_t now = lost * 1000 / (answered + lost);

		r->lost = first ? (uint32_t)now
		                : (uint32_t)((3 * (uint64_t)r->lost + now) / 4);
	}
}

static void measure(struct dht_link *l, const struct dht_view *v)
{
	uint64_t ms = v->now_ms - l->rated_ms;
	bool first = l->rated_ms == 0;

	if (!first && ms < RATE_MS)
		return;
	if (!first) {
		for (size_t i = 0; i < KRPC_METHODS; i++)
			rate_method(&l->rates[i], &l->rated[i], &v->traffic[i],
				ms, false);
		l->in_bps = smooth(l->in_bps, v->bytes_in - l->rated_in,
			ms * 1000, false);
		l->out_bps = smooth(l->out_bps, v->bytes_out - l->rated_out,
			ms * 1000, false);
	}
	memcpy(l->rated, v->traffic, sizeof l->rated);
	l->rated_in = v->bytes_in;
	l->rated_out = v->bytes_out;
	l->rated_ms = v->now_ms;
}

static uint32_t seconds_between(uint64_t from, uint64_t to)
{
	return to > from ? (uint32_t)((to - from + 999) / 1000) : 0;
}

static void put_row(const struct dht_want *w, uint64_t now,
	struct dht_announce_row *out)
{
	*out = w->row;
	out->next_s =
		w->search ? UINT32_MAX : seconds_between(now, w->heap.key);
	out->last_s =
		w->ended_ms ? seconds_between(w->ended_ms, now) : UINT32_MAX;
}

/* Those running, then those that are due first. */
static void put_rows(const struct dht_link *l, uint64_t now,
	struct dht_detail *out)
{
	struct dht_announce_row *rows = out->announces;
	size_t n = 0, first;

	for (size_t i = 0; i < RUNNING_MAX; i++)
		if (l->running[i])
			put_row(l->running[i], now, &rows[n++]);
	first = n;
	for (size_t i = 0; i < l->wants.n; i++) {
		struct dht_announce_row r;
		size_t at = n;

		put_row(container_of(l->wants.a[i], struct dht_want, heap), now,
			&r);
		while (at > first && rows[at - 1].next_s > r.next_s)
			at--;
		if (at == DHT_ANNOUNCE_ROWS)
			continue;
		if (n < DHT_ANNOUNCE_ROWS)
			n++;
		memmove(rows + at + 1, rows + at, (n - 1 - at) * sizeof *rows);
		rows[at] = r;
	}
	out->nannounces = n;
	out->nwants = l->nwants;
}

void dht_link_detail(struct dht_link *l, enum addr_family family,
	unsigned bucket, struct dht_detail *out)
{
	uint64_t now = l->host->ops->now(l->host);

	memset(out, 0, sizeof *out);
	out->on = l->node != NULL;
	if (!l->node)
		return;
	out->resolving = l->resolving > 0 || l->loading;
	dht_view(l->node, now, &out->view);
	measure(l, &out->view);
	memcpy(out->rates, l->rates, sizeof out->rates);
	out->in_bps = l->in_bps;
	out->out_bps = l->out_bps;
	put_rows(l, now, out);
	if (family != ADDR_NONE)
		out->nnodes = dht_view_bucket(l->node, family, bucket, now,
			out->nodes, DHT_BUCKET_NODES);
}

void dht_link_refresh(struct dht_link *l)
{
	if (!l->node)
		return;
	dht_refresh(l->node, l->host->ops->now(l->host));
	l->cfg.wanted(l->cfg.user);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err dht_link_lookup(struct dht_link *l, const char *hash_hex,
	struct fault *fault)
{
	struct dht_query q = {0};
	dht_search_id id;

	if (!l->node)
		return fault_set(fault, ERR_STATE, 0, "the DHT is off");
	if (!hash_hex || strlen(hash_hex) != 2 * sizeof q.hash)
		return fault_set(fault, ERR_SYNTAX, 0,
			"a hash has 40 hexadecimal digits");
	for (size_t i = 0; i < sizeof q.hash; i++) {
		int hi = hex_digit(hash_hex[2 * i]);
		int lo = hex_digit(hash_hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return fault_set(fault, ERR_SYNTAX, 0,
				"a hash has 40 hexadecimal digits");
		q.hash[i] = (uint8_t)(16 * hi + lo);
	}
	if (dht_search(l->node, &q, l->host->ops->now(l->host), &id) != ERR_OK)
		return fault_set(fault, ERR_LIMIT, 0,
			"too many searches are running");
	l->cfg.wanted(l->cfg.user);
	return ERR_OK;
}
