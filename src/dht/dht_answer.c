/*
 * dht_answer.c - answering queries of others.
 *
 * Sources of datagrams are easily forged, so an answer is a weapon: it is
 * never longer than ANSWER_FACTOR times the question, unless the asker is a
 * contact that answered a query of ours, or asked for a stored item (BEP 44),
 * which is longer by nature.  What does not fit is left out: nodes of the
 * other family first, then some of ours.  Peers fill what room is left.  That
 * is enough for 8 nodes and 50 peers, or 8 nodes and the filters of BEP 33.
 */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "dht/dht_priv.h"

#define ANSWER_FACTOR DHT_ANSWER_FACTOR
#define ANSWER_MAX 1024u /* BEP 32; an item and its nodes may be more */
#define VALUES_TOLD 50u
#define VALUES_FRAME 10u /* "6:valuesl" and "e" */
#define VALUE_V4 8u      /* "6:" and the address */
#define VALUE_V6 21u
#define NODES_MIN 4u       /* told even if other things have to go */
#define SAMPLE_WAIT_S 300u /* BEP 51: then there may be others */

struct answer {
	struct dht *d;
	struct family *fam;
	const struct krpc *query;
	const struct addr *to;
	size_t limit;
	struct krpc m;
	uint8_t nodes4[TABLE_K * KRPC_NODE_V4];
	uint8_t nodes6[TABLE_K * KRPC_NODE_V6];
	uint8_t token[TOKEN_LEN];
	uint8_t blooms[2][KRPC_BLOOM_LEN];
	struct node_id samples[KRPC_SAMPLES_MAX];
};

/* --- sending -------------------------------------------------------------- */

static bool fits(const struct answer *a, struct writer *w)
{
	w->len = 0;
	w->full = false;
	krpc_write(&a->m, w);
	return !w->full;
}

/* Cut a list down to so many; false when it was no longer. */
static bool cut(struct span *nodes, size_t n)
{
	if (nodes->n <= n)
		return false;
	nodes->n = n;
	return true;
}

/* Leave out what can be missed most; false when nothing is left to. */
static bool shrink(struct answer *a)
{
	bool is_v4 = a->fam->family == ADDR_V4;
	struct span *own = is_v4 ? &a->m.nodes : &a->m.nodes6;
	struct span *other = is_v4 ? &a->m.nodes6 : &a->m.nodes;
	size_t node = is_v4 ? KRPC_NODE_V4 : KRPC_NODE_V6;

	return cut(other, 0) || cut(own, NODES_MIN * node) || cut(own, 0);
}

/* Peers, as many as there is room for. */
static void add_values(struct answer *a, size_t room)
{
	const struct krpc *q = a->query;
	size_t size = a->to->family == ADDR_V4 ? VALUE_V4 : VALUE_V6;
	size_t max, n, kept = 0;

	if (!a->d->store || room < VALUES_FRAME + size)
		return;
	max = (room - VALUES_FRAME) / size;
	n = store_peers_get(a->d->store, &q->target,
		(enum addr_family)a->to->family, q->no_seed, &a->d->rng,
		a->d->now_ms, a->m.values,
		max < VALUES_TOLD ? max : VALUES_TOLD);
	for (size_t i = 0; i < n; i++)
		if (dht_may_name(a->to, &a->m.values[i]))
			a->m.values[kept++] = a->m.values[i];
	a->m.nvalues = kept;
}

static void refuse(struct answer *a)
{
	if (a->query->method < KRPC_METHODS)
		a->d->traffic[a->query->method].refused++;
}

static void send(struct answer *a)
{
	uint8_t packet[KRPC_PACKET_MAX];
	struct writer w = writer_of(packet, a->limit);
	bool is_whole;

	a->m.tid = a->query->tid;
	a->m.external = *a->to;
	if (a->d->cfg.version)
		a->m.version = span_of(a->d->version, sizeof a->d->version);
	is_whole = fits(a, &w);
	while (!is_whole && shrink(a))
		is_whole = fits(a, &w);
	/* An error takes less than 8 times what makes a query. */
	assert(is_whole);
	if (a->m.kind == KRPC_REPLY && a->query->method == KRPC_GET_PEERS) {
		add_values(a, a->limit - w.len);
		is_whole = fits(a, &w);
		assert(is_whole);
	}
	if (throttle_answer(a->d->throttle, w.len, a->d->now_ms))
		dht_send(a->d, a->to, writer_span(&w));
	else
		refuse(a);
}

static const char *text_of(enum krpc_code code)
{
	static const struct {
		enum krpc_code code;
		const char *text;
	} texts[] = {
		{KRPC_PROTOCOL, "invalid query or token"},
		{KRPC_NO_METHOD, "method unknown"},
		{KRPC_V_TOO_BIG, "v is too long"},
		{KRPC_BAD_SIGNATURE, "invalid signature"},
		{KRPC_SALT_TOO_BIG, "salt is too long"},
		{KRPC_CAS_MISMATCH, "cas does not match"},
		{KRPC_OLD_SEQUENCE, "seq is not newer"},
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].code == code)
			return texts[i].text;
	return "not stored";
}

static void send_error(struct answer *a, enum krpc_code code)
{
	a->m = (struct krpc){.kind = KRPC_ERROR,
		.code = code,
		.text = span_str(text_of(code))};
	refuse(a);
	send(a);
}

/* --- what is in it -------------------------------------------------------- */

static struct span put_nodes(struct answer *a, struct family *f, uint8_t *buf,
	size_t size)
{
	const struct contact *near[2 * TABLE_K];
	struct writer w = writer_of(buf, size);
	size_t n = table_closest(f->table, &a->query->target, true,
		a->d->now_ms, near, 2 * (size_t)TABLE_K);

	/* What does not fit any more is not written. */
	for (size_t i = 0; i < n && !w.full; i++)
		if (dht_may_name(a->to, &near[i]->addr) &&
			!addr_equal(a->to, &near[i]->addr))
			krpc_write_node(&w, &near[i]->id, &near[i]->addr);
	return writer_span(&w);
}

/* Those closest to the target, of the families that are wanted. */
static void add_nodes(struct answer *a)
{
	const struct krpc *q = a->query;
	bool says = q->want4 || q->want6;
	struct family *f4 = dht_family(a->d, ADDR_V4);
	struct family *f6 = dht_family(a->d, ADDR_V6);

	if (f4 && (says ? q->want4 : a->fam == f4))
		a->m.nodes = put_nodes(a, f4, a->nodes4, sizeof a->nodes4);
	if (f6 && (says ? q->want6 : a->fam == f6))
		a->m.nodes6 = put_nodes(a, f6, a->nodes6, sizeof a->nodes6);
}

static struct token_jar *tokens(struct dht *d)
{
	uint8_t secret[16];

	if (token_jar_is_due(&d->tokens, d->now_ms)) {
		d->ops.random(d->ops.user, secret, sizeof secret);
		token_jar_turn(&d->tokens, secret, d->now_ms);
	}
	return &d->tokens;
}

static void add_token(struct answer *a)
{
	token_make(tokens(a->d), a->to, &a->query->target, a->token);
	a->m.token = span_of(a->token, sizeof a->token);
}

static void add_blooms(struct answer *a)
{
	if (!a->query->scrape || !a->d->store ||
		!store_peers_bloom(a->d->store, &a->query->target, a->d->now_ms,
			a->blooms[0], a->blooms[1]))
		return;
	a->m.bloom_seeds = span_of(a->blooms[0], KRPC_BLOOM_LEN);
	a->m.bloom_peers = span_of(a->blooms[1], KRPC_BLOOM_LEN);
}

static void add_samples(struct answer *a)
{
	struct dht *d = a->d;
	size_t n = 0;

	if (d->store) {
		n = store_peers_sample(d->store, &d->rng, d->now_ms, a->samples,
			KRPC_SAMPLES_MAX);
		a->m.num = store_peers_hashes(d->store);
	}
	a->m.has_samples = true;
	a->m.interval_s = SAMPLE_WAIT_S;
	a->m.samples = span_of(a->samples, n * sizeof a->samples[0]);
}

static void add_item(struct answer *a)
{
	if (a->d->items &&
		items_get(a->d->items, a->query, a->d->now_ms, &a->m))
		a->limit = KRPC_PACKET_MAX;
}

/* --- storing -------------------------------------------------------------- */

static bool has_token(const struct answer *a, const struct node_id *hash)
{
	return token_is_good(tokens(a->d), a->to, hash, a->query->token);
}

static enum krpc_code store_peer(struct answer *a)
{
	const struct krpc *q = a->query;
	struct dht *d = a->d;
	struct addr peer = *a->to;

	if (!has_token(a, &q->target))
		return KRPC_PROTOCOL;
	if (!q->implied_port)
		peer.port = q->port;
	if (!d->store)
		d->store = store_peers_new(d->cfg.max_hashes, d->cfg.max_peers,
			d->map_key);
	return store_peers_add(d->store, &q->target, &peer, q->seed, d->now_ms)
	               ? 0
	               : KRPC_SERVER;
}

static enum krpc_code store_item(struct answer *a)
{
	struct node_id target;

	items_target(a->query, &target);
	if (!has_token(a, &target))
		return KRPC_PROTOCOL;
	if (!a->d->items)
		a->d->items = items_new(a->d->map_key);
	return items_put(a->d->items, a->query, a->d->now_ms);
}

/* --- the queries ---------------------------------------------------------- */

/* Fills the reply; an error code instead, or 0. */
static enum krpc_code fill(struct answer *a)
{
	switch (a->query->method) {
	case KRPC_ANNOUNCE:
		return store_peer(a);
	case KRPC_PUT:
		return store_item(a);
	case KRPC_GET_PEERS:
		add_token(a);
		add_blooms(a);
		add_nodes(a);
		break;
	case KRPC_GET:
		add_token(a);
		add_item(a);
		add_nodes(a);
		break;
	case KRPC_SAMPLE:
		add_samples(a);
		add_nodes(a);
		break;
	case KRPC_FIND_NODE:
	case KRPC_UNKNOWN:
		add_nodes(a);
		break;
	case KRPC_PING:
		break;
	}
	return 0;
}

/* Of a kind that is to come: with a target it wants nodes at least. */
static bool is_like_find_node(const struct krpc *q, enum krpc_code complaint)
{
	return complaint == KRPC_NO_METHOD && q->has_id && q->has_target;
}

static void answer(struct dht *d, struct family *f, const struct krpc *query,
	enum krpc_code complaint, const struct addr *from, size_t size)
{
	struct answer a = {.d = d, .fam = f, .query = query, .to = from};
	bool is_proven = table_find(f->table, from) != NULL;

	a.limit = ANSWER_FACTOR * size;
	if (is_proven || a.limit > ANSWER_MAX)
		a.limit = ANSWER_MAX;
	a.m.kind = KRPC_REPLY;
	a.m.has_id = true;
	a.m.id = f->id;
	if (is_like_find_node(query, complaint))
		complaint = 0;
	if (complaint == 0)
		complaint = fill(&a);
	if (complaint != 0)
		send_error(&a, complaint);
	else
		send(&a);
}

static void note_ban(struct dht *d, const struct addr *from)
{
	if (throttle_is_banned(d->throttle, from, d->now_ms))
		dht_note(d, &(struct dht_view_event){
				    .note = DHT_NOTE_BANNED, .addr = *from});
}

/* An asker that says it can be asked itself is worth a try. */
static void meet(struct dht *d, struct family *f, const struct krpc *query,
	const struct addr *from)
{
	if (query->has_id && !query->read_only &&
		table_queried(f->table, &query->id, from, d->now_ms)) {
		dht_newcomer(d, from, true);
		dht_newcomers_tick(d);
	}
}

void dht_answer(struct dht *d, struct family *f, const struct krpc *query,
	enum krpc_code complaint, const struct addr *from, size_t size)
{
	if (query->method < KRPC_METHODS)
		d->traffic[query->method].in++;
	/* 0: no limit at all. */
	if (d->cfg.answers_per_s != 0 &&
		!throttle_admits(d->throttle, from, d->now_ms)) {
		if (query->method < KRPC_METHODS)
			d->traffic[query->method].refused++;
		note_ban(d, from);
		return;
	}
	if (!d->cfg.read_only)
		answer(d, f, query, complaint, from, size);
	meet(d, f, query, from);
}
