/*
 * dht_join.c - how a node finds its place: contacts to try, those of the last
 * run, and the lookup towards our own id.
 *
 * After a start saved contacts are asked first, then bootstrap hosts, which
 * are few and have millions to serve.  The lookup is repeated, less and less
 * often, while there are fewer than TABLE_K contacts.
 */
#include "base/mem.h"
#include "dht/dht_priv.h"

static void join_by(struct family *f, uint64_t at)
{
	if (at < f->join_at_ms)
		f->join_at_ms = at;
}

void dht_join_soon(struct dht *d, struct family *f)
{
	join_by(f, d->now_ms + JOIN_GRACE_MS);
}

/* Names of hosts are found out one after the other. */
void dht_join_through(struct dht *d, struct family *f, const struct addr *a)
{
	if (!f->is_joining) {
		dht_join_soon(d, f);
		return;
	}
	list_for_each (it, &d->jobs) {
		struct job *j = container_of(it, struct job, node);

		if (j->fam != f || j->kind != DHT_LOOKUP_SELF)
			continue;
		lookup_add(j->lookup, NULL, a);
		j->is_marked = true;
	}
}

static void join_again(struct dht *d, struct family *f)
{
	f->join_wait_ms = f->join_wait_ms ? 2 * f->join_wait_ms : JOIN_AGAIN_MS;
	if (f->join_wait_ms > JOIN_AGAIN_MAX_MS)
		f->join_wait_ms = JOIN_AGAIN_MAX_MS;
	join_by(f, d->now_ms + f->join_wait_ms);
}

/* All over again: they may have been away, or we. */
static void ask_saved_again(struct dht *d, struct family *f)
{
	if (!dht_saved_is_pending(f))
		f->next_saved = 0;
	dht_saved_run(d, f);
}

static void start_join(struct dht *d, struct family *f)
{
	struct job *j = dht_job_new(d, f, DHT_LOOKUP_SELF, &f->id);

	f->join_at_ms = DHT_NEVER;
	if (f->live == 0)
		ask_saved_again(d, f);
	if (dht_job_start(d, j, f->needs_routers ? SIZE_MAX : TABLE_K)) {
		f->is_joining = true;
		return;
	}
	dht_job_free(d, j);
	if (f->nsaved > 0)
		join_again(d, f);
}

void dht_join_tick(struct dht *d, struct family *f)
{
	uint64_t patience = f->restored_ms + SAVED_WAIT_MS;

	if (f->is_joining || d->now_ms < f->join_at_ms)
		return;
	if (f->live < TABLE_K && dht_saved_is_pending(f) &&
		d->now_ms < patience)
		f->join_at_ms = patience;
	else
		start_join(d, f);
}

static void note_joined(struct dht *d, struct family *f)
{
	f->joined_ms = d->now_ms ? d->now_ms : 1;
	dht_note(d, &(struct dht_view_event){.note = DHT_NOTE_JOINED,
			    .n = f->live,
			    .m = (uint32_t)(d->now_ms - d->started_ms)});
}

void dht_join_over(struct dht *d, struct job *j)
{
	struct family *f = j->fam;
	bool was_heard = j->counts.replied > 0;

	f->is_joining = false;
	if (was_heard && f->joined_ms == 0)
		note_joined(d, f);
	if (f->live >= TABLE_K && was_heard) {
		f->needs_routers = false;
		f->join_wait_ms = 0;
		return;
	}
	if (!was_heard && !f->needs_routers && f->live >= TABLE_K)
		join_by(f, d->now_ms);
	else
		join_again(d, f);
	f->needs_routers = !was_heard;
}

void dht_join_contacts(struct dht *d, struct family *f, uint32_t before)
{
	if (f->live > before && f->joined_ms == 0 && !f->is_joining &&
		(f->live >= TABLE_K || !dht_saved_is_pending(f)))
		join_by(f, d->now_ms);
	if (f->live < before && f->live < TABLE_K && !f->is_joining)
		join_by(f, d->now_ms + JOIN_AGAIN_MS);
	if (f->live >= SAVED_ENOUGH && f->saved && !dht_saved_is_pending(f)) {
		mem_free(f->saved);
		f->saved = NULL;
		f->nsaved = f->next_saved = 0;
	}
}

/* --- contacts of the last run --------------------------------------------- */

bool dht_saved_is_pending(const struct family *f)
{
	return f->next_saved < f->nsaved || f->saved_open > 0;
}

void dht_saved_run(struct dht *d, struct family *f)
{
	while (f->next_saved < f->nsaved && f->saved_open < SAVED_AT_ONCE &&
		dht_can_ask(d)) {
		const struct krpc_node *n = &f->saved[f->next_saved++];

		if (table_find(f->table, &n->addr) ||
			txns_is_asking(d->txns, &n->addr) ||
			!table_queried(f->table, &n->id, &n->addr, d->now_ms))
			continue;
		if (dht_ping(d, f, &n->addr, OWNER_SAVED))
			f->saved_open++;
	}
}

/* --- contacts to try ------------------------------------------------------ */

static bool is_expected(const struct dht *d, const struct addr *a)
{
	for (size_t i = 0; i < d->nnewcomers; i++)
		if (addr_equal(&d->newcomers[i].addr, a))
			return true;
	return txns_is_asking(d->txns, a);
}

void dht_newcomer(struct dht *d, const struct addr *a, bool is_strange)
{
	struct family *f = dht_family(d, a->family);
	size_t strange = 0;

	for (size_t i = 0; i < d->nnewcomers; i++)
		strange += d->newcomers[i].is_strange;
	if (d->nnewcomers == NEWCOMERS_MAX ||
		(is_strange && strange >= NEWCOMERS_STRANGE))
		return;
	if (!f || !dht_is_askable(d, f, a) || is_expected(d, a) ||
		table_find(f->table, a))
		return;
	d->newcomers[d->nnewcomers++] =
		(struct newcomer){.addr = *a, .is_strange = is_strange};
}

static struct addr take_newcomer(struct dht *d)
{
	struct addr first = d->newcomers[0].addr;

	d->nnewcomers--;
	for (size_t i = 0; i < d->nnewcomers; i++)
		d->newcomers[i] = d->newcomers[i + 1];
	return first;
}

void dht_newcomers_tick(struct dht *d)
{
	while (d->nnewcomers > 0 && d->now_ms >= d->newcomer_at_ms &&
		dht_can_ask(d)) {
		struct addr a = take_newcomer(d);

		if (dht_ping(d, dht_family(d, a.family), &a, OWNER_UPKEEP))
			d->newcomer_at_ms = d->now_ms + NEWCOMER_PACE_MS;
	}
}
