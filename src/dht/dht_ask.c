/*
 * dht_ask.c - queries of ours: how they leave, and what became of them.
 *
 * Nothing that a stranger sends is taken for an answer, unless the transaction
 * belongs to it: no contact, no peer, no address of ours.
 *
 * Who answers with another id than it had has changed it: many do shortly
 * after they started, when they have learnt their address (BEP 42).  Lookups
 * do not take such an answer, and the table has it answer once more.
 */
#include <assert.h>

#include "dht/dht_priv.h"

#define DRAWS_MAX 16u /* of a transaction id that is free */

bool dht_can_ask(struct dht *d)
{
	uint64_t at = throttle_query_at(d->throttle, d->now_ms);

	if (at <= d->now_ms && txns_has_room(d->txns))
		return true;
	d->is_starved = true;
	return false;
}

bool dht_is_askable(const struct dht *d, const struct family *f,
	const struct addr *a)
{
	if (a->family != f->family || !addr_is_dialable(a) ||
		addr_needs_scope(a) || addr_equal(a, &f->external))
		return false;
	return a->port >= KRPC_PORT_MIN || dht_is_router(d, a);
}

/* Nodes of the other family are worth their bytes only while it has few, and
 * to somebody who is joining: else they are seldom anything new (BEP 32). */
static void set_want(struct dht *d, struct family *f, struct krpc *q)
{
	const struct family *other = dht_other_family(d, f);

	if (q->method == KRPC_FIND_NODE || q->method == KRPC_GET_PEERS)
		q->want4 = q->want6 = other && other->live < THIN &&
		                      (f->is_joining || other->live > 0);
}

static bool begin(struct dht *d, struct txn *t)
{
	for (unsigned i = 0; i < DRAWS_MAX; i++) {
		d->ops.random(d->ops.user, t->id, sizeof t->id);
		if (txns_add(d->txns, t))
			return true;
	}
	return false;
}

bool dht_ask(struct dht *d, struct family *f, const struct krpc *what,
	const struct addr *to, uint64_t owner)
{
	struct krpc q = *what;
	uint8_t packet[KRPC_PACKET_MAX];
	struct writer w = writer_of(packet, sizeof packet);
	struct txn t = {.method = q.method,
		.to = *to,
		.owner = owner,
		.sent_ms = d->now_ms};

	if (!dht_is_askable(d, f, to) || !txns_has_room(d->txns) ||
		!throttle_query(d->throttle, d->now_ms))
		return false;
	if (!begin(d, &t))
		return false;
	q.kind = KRPC_QUERY;
	q.tid = span_of(t.id, sizeof t.id);
	q.has_id = true;
	q.id = f->id;
	q.read_only = d->cfg.read_only;
	if (d->cfg.version)
		q.version = span_of(d->version, sizeof d->version);
	set_want(d, f, &q);
	krpc_write(&q, &w);
	assert(!w.full);
	table_asked(f->table, to, d->now_ms);
	d->traffic[q.method].out++;
	d->bootstrap_asked += dht_is_router(d, to);
	dht_send(d, to, writer_span(&w));
	return true;
}

bool dht_ping(struct dht *d, struct family *f, const struct addr *to,
	uint64_t owner)
{
	struct krpc q = {.method = KRPC_PING};

	return dht_ask(d, f, &q, to, owner);
}

/* --- what became of them -------------------------------------------------- */

/* A place among those of the last run that are asked at the same time. */
static void free_saved(struct dht *d, struct family *f)
{
	if (f->saved_open > 0)
		f->saved_open--;
	dht_saved_run(d, f);
}

/*
 * A bootstrap host that answers lookups of ours does not become a contact for
 * that: they all would have it.  If it takes part as any node does, it asks us
 * something, and its answer to the ping that follows counts.
 */
static void learn(struct dht *d, struct family *f, const struct txn *t,
	const struct krpc *m, const struct addr *from)
{
	uint32_t rtt_ms = (uint32_t)(d->now_ms - t->sent_ms);

	if (dht_is_router(d, from)) {
		d->bootstrap_answered++;
		f->router_answers = true;
		if (t->method != KRPC_PING)
			return;
	}
	if (!m->read_only)
		dht_contact_answered(d, f, &m->id, from, rtt_ms);
}

/* Who does not say who it is, or says it is us, is not whom we asked. */
static bool is_answer(const struct family *f, const struct krpc *m)
{
	if (m->kind == KRPC_ERROR)
		return true;
	return m->has_id && !node_id_equal(&m->id, &f->id);
}

void dht_answered(struct dht *d, struct family *f, const struct krpc *m,
	const struct addr *from)
{
	bool is_reply = m->kind == KRPC_REPLY;
	struct txn t;

	if (!is_answer(f, m) || !txns_take(d->txns, m->tid, from, is_reply,
					&m->id, d->now_ms, &t)) {
		d->bad_packets++;
		return;
	}
	d->traffic[t.method].answered++;
	dht_vote(d, f, from, &m->external);
	if (is_reply)
		learn(d, f, &t, m, from);
	else if (t.method != KRPC_ANNOUNCE)
		dht_contact_failed(d, f, from);
	dht_job_answered(d, &t, from, is_reply ? m : NULL);
	if (t.owner == OWNER_SAVED && !t.is_late)
		free_saved(d, f);
	dht_searches_start(d);
}

static void failed(struct dht *d, struct family *f, const struct txn *t)
{
	d->traffic[t->method].lost++;
	/* Before a sleep the answer had no chance. */
	if (t->sent_ms >= d->forgive_ms)
		dht_contact_failed(d, f, &t->to);
	dht_job_failed(d, t);
}

static void late(struct dht *d, struct family *f, const struct txn *t)
{
	if (t->owner == OWNER_SAVED)
		free_saved(d, f);
	else
		dht_job_late(d, t);
}

void dht_time_out(struct dht *d)
{
	enum txn_due due;
	struct txn t;

	while ((due = txns_next_due(d->txns, d->now_ms, &t)) != TXN_NOTHING) {
		struct family *f = dht_family(d, t.to.family);

		if (due == TXN_LATE)
			late(d, f, &t);
		else
			failed(d, f, &t);
	}
}
